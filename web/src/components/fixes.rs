//! Changes of the files that would allow the flow in question, or stop it.

use yew::prelude::*;

use super::icons::{CHECK, WARNING, icon};
use super::rich::{rich, sentence};
use super::suggestion::{Suggestion, diff};
use super::{Store, press, use_part};
use crate::effects::focus::focus_later;
use crate::state::{Action, FixSection, Goal};
use crate::words::{t, t_count};
use netpolis_view::{FixView, ProposedFix};

/// Properties of [`Fixes`].
#[derive(Clone, PartialEq, Properties)]
pub struct FixesProps {
    /// What is known to allow it without looking further.
    pub suggestion: Option<FixView>,
    /// Whether changes are only shown, not offered.
    pub read_only: bool,
}

/// What is known at once, and what is found when it is asked for.
#[component]
pub fn Fixes(props: &FixesProps) -> Html {
    let store = use_part(|state| (state.revision, state.fix_section(), state.fixed_revision()));
    let section = store.as_ref().and_then(|store| store.fix_section());
    // Whoever pressed the button reads on in what comes in its place.
    let pressed = use_mut_ref(|| false);
    {
        let pressed = pressed.clone();
        use_effect_with(matches!(section, Some(FixSection::Found(..))), move |found| {
            if *found && pressed.replace(false) {
                focus_later(".fixes");
            }
        });
    }
    let Some(store) = store else { return Html::default() };
    let first = || props.suggestion.as_ref().map(|fix| html! { <Suggestion fix={fix.clone()} read_only={props.read_only} /> });
    let button = |goal: Goal, waits: bool| {
        let (store, pressed) = (store.clone(), pressed.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            *pressed.borrow_mut() = true;
            store.dispatch(Action::LookForFixes(Some(goal)));
        });
        let text = match (waits, props.suggestion.is_some()) {
            (true, _) => t("Trying changes…"),
            (false, true) => t("Find the best fix"),
            (false, false) => t(goal.button()),
        };
        html! { <><div class="fix-offer"><button type="button" class="pick" aria-disabled={waits.then_some("true")} {onclick}>{ text }</button></div>{ for first() }</> }
    };
    match section {
        None => html! { { for first() } },
        Some(FixSection::Offered(goal)) => button(goal, false),
        Some(FixSection::Waits(goal)) => button(goal, true),
        Some(FixSection::Failed(_, message)) => html! { <>{ for first() }<p class="fix-note" role="status">{ sentence(&message) }</p></> },
        Some(section @ FixSection::Found(goal, _)) => found(&store, goal, &section),
    }
}

fn found(store: &Store, goal: Goal, section: &FixSection) -> Html {
    let Some(list) = section.list() else { return Html::default() };
    let (best, others) = list.proposals.split_first().map_or((None, &[][..]), |(best, others)| (Some(best), others));
    html! {
        <section class="suggestion fixes" aria-label={t(goal.title())} tabindex="-1">
            <header><b>{ t(goal.title()) }</b>
                <button type="button" class="quiet small" aria-label={t("close fixes")} onclick={press(store, Action::LookForFixes(None))}>{ t("Close") }</button></header>
            if let Some(best) = best { { proposal(store, best) } }
            if !others.is_empty() {
                <details class="others">
                    <summary>{ t_count(others.len(), "1 other way", "{0} other ways") }</summary>
                    { for others.iter().map(|other| proposal(store, other)) }
                </details>
            }
            if !list.notes.is_empty() { <ul class="notes">{ for list.notes.iter().map(|note| html! { <li>{ sentence(note) }</li> }) }</ul> }
        </section>
    }
}

/// A change: what it does, its lines, and the button that makes it.
fn proposal(store: &Store, proposed: &ProposedFix) -> Html {
    let apply = press(store, Action::ApplyFix { revision: store.fixed_revision(), fix: proposed.fix.clone() });
    let effect = html! { <>{ icon(if proposed.exact { CHECK } else { WARNING }) }<span>{ sentence(&proposed.effect) }</span></> };
    html! {
        <article class={classes!("fix-way", proposed.exact.then_some("exact"))}>
            <p>{ rich(&netpolis_view::capital(&proposed.fix.title)) }</p>
            if proposed.exact {
                <p class="effect">{ effect }</p>
            } else {
                <details class="effect"><summary>{ effect }</summary><ul class="notes">{ for proposed.besides.iter().map(|line| html! { <li>{ rich(line) }</li> }) }</ul></details>
            }
            <footer><button type="button" class="primary small" onclick={apply}>{ t("Apply") }</button><span>{ t("Undo restores the text") }</span></footer>
            { for store.lines_of(&proposed.fix).iter().map(diff) }
        </article>
    }
}
