//! The answer: the verdict, then the stations in the order in which the packet gets there.

use netpolis_core::text::count;
use yew::prelude::*;

use super::Store;
use super::icons::{CHECK, COPY, CROSS, DOWN, MINUS, QUESTION, icon};
use super::menu::Menu;
use super::path::{after_word, word_class};
use super::rich::{SourceLink, rich, sentence, without_word};
use crate::effects::outside;
use crate::state::{Action, Edit};
use crate::view_model::{FixView, MatchView, OutcomeView, RuleView, SaidView, StationView, TierView, VerdictView};

/// What the sign of an assumed address means.
pub(super) const ASSUMED: &str = "~ assumed: the files give no address, and no verdict depends on it";

/// Properties of a [`Trace`].
#[derive(Clone, PartialEq, Properties)]
pub struct TraceProps {
    /// What is said to the question.
    pub said: super::Shared<Result<SaidView, String>>,
    /// What it is based on, where that is not all of the input.
    #[prop_or_default]
    pub coverage: Html,
    /// The branches of its way, where that is the answer.
    #[prop_or_default]
    pub branches: Html,
    /// Whether changes are only shown, not offered.
    #[prop_or_default]
    pub read_only: bool,
}

/// The class of what has a verdict.
pub(super) fn verdict_class(verdict: VerdictView) -> &'static str {
    match verdict {
        VerdictView::Allowed => "allowed",
        VerdictView::Denied => "denied",
        VerdictView::CannotTell => "unknown",
    }
}

/// The sign of a verdict.
pub(super) fn verdict_icon(verdict: VerdictView) -> Html {
    icon(match verdict {
        VerdictView::Allowed => CHECK,
        VerdictView::Denied => CROSS,
        VerdictView::CannotTell => QUESTION,
    })
}

/// The answer to the question.
#[component]
pub fn Trace(props: &TraceProps) -> Html {
    let answer = match &*props.said.0 {
        Ok(answer) => answer,
        Err(message) => {
            return html! { <div class="trace"><div class="verdict none" role="status"><p>{ sentence(message) }</p></div>{ props.coverage.clone() }</div> };
        }
    };
    let (class, sign) = word_class(answer.word);
    html! {
        <div class="trace">
            <div class={classes!("verdict", class)} role="status">
                <h2>{ icon(sign) }{ &answer.headline }<CopyMenu said={props.said.clone()} /></h2>
                <p>{ sentence(after_word(&answer.summary)) }</p>
            </div>
            { props.coverage.clone() }
            { props.branches.clone() }
            <ol class="stations" aria-label="Checkpoints, in the order in which the packet meets them">
                { for answer.stations.iter().map(|s| station(s, &answer.summary)) }
            </ol>
            if !answer.notes.is_empty() {
                <ul class="notes">{ for answer.notes.iter().map(|note| html! { <li>{ sentence(note) }</li> }) }</ul>
            }
            if let Some(fix) = &answer.suggestion {
                <Suggestion fix={fix.clone()} read_only={props.read_only} />
            }
        </div>
    }
}

fn station(station: &StationView, summary: &str) -> Html {
    // What stands in the verdict's box already is not said a second time.
    let said = without_word(summary).trim_end_matches('.') == station.sentence;
    let from = station.from_address.as_ref().map(|address| address_mark(address, station.from_assumed));
    let to = station.to_address.as_ref().map(|address| address_mark(address, station.to_assumed));
    let addresses = match (from, to) {
        (Some(from), Some(to)) => html! { <span class="addresses">{ from }{ " → " }{ to }</span> },
        (None, Some(to)) => html! { <span class="addresses">{ "→ " }{ to }</span> },
        (Some(from), None) => html! { <span class="addresses">{ from }{ " →" }</span> },
        (None, None) => Html::default(),
    };
    html! {
        <li class={classes!("station", verdict_class(station.verdict))}>
            <span class="mark" aria-hidden="true">{ verdict_icon(station.verdict) }</span>
            <div>
                <h3>
                    <span>{ &station.title }<span class="visually-hidden">{ format!(": {}", station.verdict.word()) }</span></span>
                    { for station.spots.iter().take(2).map(|spot| html! { <SourceLink spot={spot.clone()} /> }) }
                </h3>
                <p>if !said { { sentence(&station.sentence) }{ " " } }{ addresses }</p>
                { evidence(station) }
            </div>
        </li>
    }
}

/// An address; one that is assumed has a sign of its own.
pub(super) fn address_mark(address: &str, assumed: bool) -> Html {
    if !assumed {
        return html! { { address.to_owned() } };
    }
    html! { <span class="assumed" title={ASSUMED}><span aria-hidden="true">{ "~" }</span>{ address.to_owned() }<span class="visually-hidden">{ " (assumed)" }</span></span> }
}

/// What led to the verdict of a station: the nearest rule, then all tiers, policies and rules.
pub(super) fn evidence(station: &StationView) -> Html {
    html! {
        <>
            if let Some(nearest) = &station.nearest {
                <p class="nearest">{ "Nearest: " }{ rich(&nearest.text) }{ " " }if let Some(spot) = &nearest.spot { <SourceLink spot={spot.clone()} short=true /> }</p>
            }
            if !station.tiers.is_empty() {
                <ol class="ladder" aria-label="Tiers, in the order in which the packet meets them">{ for station.tiers.iter().map(tier) }</ol>
            }
        </>
    }
}

/// A tier as a rung of the ladder that the packet goes down; opened, its policies and rules.
fn tier(tier: &TierView) -> Html {
    let (class, sign, word) = match tier.outcome {
        OutcomeView::Allowed => ("allowed", CHECK, "allowed here"),
        OutcomeView::Denied => ("denied", CROSS, "denied here"),
        OutcomeView::Passed => ("passed", DOWN, "passed on"),
        OutcomeView::CannotTell => ("unknown", QUESTION, "cannot tell"),
        OutcomeView::NotReached => ("unreached", MINUS, "not reached"),
    };
    let rules: usize = tier.policies.iter().map(|p| p.rules.len()).sum();
    html! {
        <li class={classes!("rung", class)}>
            <details>
                <summary>
                    <span class="rung-mark" aria-hidden="true">{ icon(sign) }</span>
                    <b>{ &tier.name }</b><span class="outcome">{ word }</span>
                    <small>{ format!("{}, {}", count(tier.policies.len(), "policy"), count(rules, "rule")) }</small>
                </summary>
                { for tier.policies.iter().map(|policy| html! {
                    <div class="policy">
                        <h4><span>{ &policy.title }</span>if let Some(spot) = &policy.spot { <SourceLink spot={spot.clone()} /> }</h4>
                        if policy.rules.is_empty() {
                            <p class="rule none">{ "no rules for this direction" }</p>
                        } else {
                            <ul>{ for policy.rules.iter().map(rule) }</ul>
                        }
                    </div>
                }) }
            </details>
        </li>
    }
}

fn rule(rule: &RuleView) -> Html {
    let (class, sign, word) = match rule.matched {
        MatchView::Matched => ("matched", "✓", "matched"),
        MatchView::NotMatched => ("unmatched", "–", "did not match"),
        MatchView::Unknown => ("unknown", "?", "cannot tell"),
        MatchView::NotReached => ("unreached", "·", "not reached"),
    };
    html! {
        <li class={classes!("rule", class, rule.decided.then_some("decided"))}>
            <span class="sign" aria-hidden="true">{ sign }</span>
            <span class="words"><b>{ &rule.title }</b><span class="visually-hidden">{ format!(" {word}") }</span>
                if rule.decided { <em>{ " decided" }</em> }
                if let Some(failure) = &rule.failure { <span class="failure">{ " " }{ rich(failure) }</span> }
            </span>
            if let Some(spot) = &rule.spot { <SourceLink spot={spot.clone()} short=true /> }
        </li>
    }
}

// --- the change that would allow it ---------------------------------------------------------------

#[derive(Clone, PartialEq, Properties)]
struct SuggestionProps {
    fix: FixView,
    read_only: bool,
}

/// The edits of a fix, as actions take them.
pub fn edits(fix: &FixView) -> Vec<(String, Edit)> {
    fix.edits.iter().map(|e| (e.at.file.clone(), Edit { start: e.at.start, end: e.at.end, insert: e.insert.clone() })).collect()
}

#[component]
fn Suggestion(props: &SuggestionProps) -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let fix = &props.fix;
    let apply = {
        let (store, action) = (store.clone(), Action::ApplyEdits { title: fix.title.clone(), edits: edits(fix) });
        Callback::from(move |_: MouseEvent| store.dispatch(action.clone()))
    };
    html! {
        <section class="suggestion" aria-label="Allow this">
            <header><b>{ "Allow this" }</b><span>{ rich(&fix.title) }</span></header>
            { for fix.edits.iter().map(|edit| {
                let text = store.files.iter().find(|f| f.name == edit.at.file).map(|f| f.text.clone()).unwrap_or_default();
                diff(&text, edit)
            }) }
            if !props.read_only {
                <footer><button type="button" class="primary small" onclick={apply}>{ "Apply" }</button><span>{ "Undo restores the text" }</span></footer>
            }
        </section>
    }
}

/// Lines before and after, with the line above for orientation.
pub fn diff(text: &str, edit: &crate::view_model::EditView) -> Html {
    let lines: Vec<&str> = text.split('\n').collect();
    let changed = crate::state::apply_edits(text, &[&Edit { start: edit.at.start, end: edit.at.end, insert: edit.insert.clone() }]);
    let after: Vec<&str> = changed.split('\n').collect();
    // What is equal at both ends is not shown.
    let same_start = lines.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let most = lines.len().min(after.len()) - same_start;
    let same_end = lines.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let removed = lines.get(same_start..lines.len() - same_end).unwrap_or_default();
    let added = after.get(same_start..after.len() - same_end).unwrap_or_default();
    let row = |class: &'static str, number: String, line: &str| html! { <div class={class}><i>{ number }</i>{ line.to_owned() }</div> };
    html! {
        <pre class="diff" tabindex="0" aria-label="the change">
            if let Some(line) = same_start.checked_sub(1).and_then(|i| lines.get(i)) { { row("", same_start.to_string(), line) } }
            { for removed.iter().map(|line| row("gone", "−".into(), line)) }
            { for added.iter().take(16).map(|line| row("add", "+".into(), line)) }
            if added.len() > 16 { { row("", "…".into(), "") } }
        </pre>
    }
}

// --- copying --------------------------------------------------------------------------------------

#[derive(Clone, PartialEq, Properties)]
struct CopyProps {
    said: super::Shared<Result<SaidView, String>>,
}

#[component]
fn CopyMenu(props: &CopyProps) -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let copy = |markdown: bool| {
        let (store, said) = (store.clone(), props.said.clone());
        Callback::from(move |_: MouseEvent| {
            let Ok(said) = &*said.0 else { return };
            let store = store.clone();
            outside::copy(said.in_words(markdown), move |done| {
                store.dispatch(Action::Notify(if done { "Copied".into() } else { "The browser did not allow copying".into() }));
            });
        })
    };
    html! {
        <Menu right=true arrow=false class="quiet square small" label="copy this answer" button={icon(COPY)}>
            <button type="button" onclick={copy(false)}>{ "Copy as text" }</button>
            <button type="button" onclick={copy(true)}>{ "Copy as Markdown" }</button>
        </Menu>
    }
}
