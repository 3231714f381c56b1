//! What there is to say about the text: findings by kind, each with its explanation and what settles it.

use yew::prelude::*;

use super::explanation::Explanation;
use super::icons::{ERROR, INFO, WARNING, icon};
use super::renders::count_render;
use super::rich::{SourceLink, rich, sentence};
use super::{Store, press, use_part};
use crate::state::{Action, ProblemGroup, problem_groups};
use crate::words::{and_more, key, t, t_with};
use netpolis_view::{ProblemView, Severity};

const SEVERITIES: [(Severity, &str, &str); 3] = [
    (Severity::Error, key("Errors"), key("error")),
    (Severity::Warning, key("Warnings"), key("warning")),
    (Severity::Note, key("Notes"), key("note")),
];

/// The findings, the grave ones first.
#[component]
pub fn Problems() -> Html {
    let only = use_state_eq(|| None::<Severity>);
    let explained = use_state_eq(|| None::<String>);
    let Some(store) = use_part(|state| (state.scene_part(), state.files.read_only)) else { return Html::default() };
    count_render("Problems");
    let scene = &store.answers.scene;
    if scene.problems.is_empty() {
        return html! { <p class="nothing">{ t("No problems found.") }</p> };
    }
    // A choice of which nothing is left is none.
    let chosen = only.filter(|severity| scene.count_problems(*severity) > 0);
    let choice = |severity: Option<Severity>, title: &'static str, count: usize| {
        let only = only.clone();
        let onclick = Callback::from(move |_: MouseEvent| only.set(severity));
        html! { <button type="button" aria-pressed={(chosen == severity).to_string()} disabled={count == 0} {onclick}>{ format!("{} {count}", t(title)) }</button> }
    };
    let group = |group: &ProblemGroup<'_>| html! { <li key={format!("{}{:?}", group.code, chosen)} class={class(group.severity)}>{ kind(&store, group, &explained) }</li> };
    html! {
        <div class="findings">
            <header><div class="segments" role="group" aria-label={t("Which problems")}>
                { choice(None, key("All"), scene.problems.len()) }
                { for SEVERITIES.into_iter().map(|(severity, title, _)| choice(Some(severity), title, scene.count_problems(severity))) }
            </div></header>
            <ul class="problem-kinds" tabindex="0" aria-label={t("Problems")}>
                { for problem_groups(scene, chosen).iter().map(group) }
                if scene.more_problems > 0 { <li class="more">{ and_more(scene.more_problems as usize) }</li> }
            </ul>
        </div>
    }
}

/// Some of them, in another panel.
pub(super) fn problem_list(store: &Store, problems: &[ProblemView]) -> Html {
    html! { <ul class="problems">{ for problems.iter().map(|p| html! { <li class={class(p.severity)}>{ problem(store, p, Html::default(), Html::default()) }</li> }) }</ul> }
}

fn class(severity: Severity) -> &'static str {
    SEVERITIES.iter().find(|(own, ..)| *own == severity).map_or("", |(.., class)| class)
}

fn sign(severity: Severity) -> Html {
    let shape = match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note => INFO,
    };
    html! { <span class="sign" title={t(class(severity))}>{ icon(shape) }<span class="visually-hidden">{ t(class(severity)) }</span></span> }
}

/// The findings of a kind: a single one as it is, several below what they have in common.
fn kind(store: &Store, group: &ProblemGroup<'_>, explained: &UseStateHandle<Option<String>>) -> Html {
    let open = explained.as_deref() == Some(group.code);
    let toggle = {
        let (explained, code) = (explained.clone(), group.code.to_owned());
        Callback::from(move |_: MouseEvent| explained.set(Some(code.clone()).filter(|_| !open)))
    };
    // What would be refused is told in the words of whoever refuses it.
    let why = if group.severity == Severity::Error {
        Html::default()
    } else {
        html! { <button type="button" class="fix why" aria-expanded={open.to_string()} onclick={toggle}>{ t("Explain") }<span class="visually-hidden">{ format!(" {}", group.code) }</span></button> }
    };
    let more = html! { if open { <Explanation code={group.code.to_owned()} /> } };
    if let [only] = *group.problems {
        return html! { <ul class="problems"><li>{ problem(store, only, why, more) }</li></ul> };
    }
    let all = group.fix().filter(|_| !store.files.read_only).map(|(action, count)| {
        html! { <button type="button" class="fix" onclick={press(store, action)}>{ t_with("Fix {0} at once", &[&count.to_string()]) }</button> }
    });
    html! {
        <details open={!group.is_folded()}>
            <summary>{ sign(group.severity) }<span>{ sentence(&group.message) }</span><span class="count">{ group.problems.len() }</span><small class="code">{ group.code.to_owned() }</small></summary>
            <div class="kind-tools">{ why }{ all.unwrap_or_default() }</div>
            { more }
            <ul class="problems">{ for group.problems.iter().map(|one| html! { <li>{ problem(store, one, Html::default(), Html::default()) }</li> }) }</ul>
        </details>
    }
}

fn problem(store: &Store, problem: &ProblemView, why: Html, more: Html) -> Html {
    let fix = problem.fix.as_ref().filter(|_| !store.files.read_only).map(|fix| {
        let onclick = press(store, Action::ApplyEdits { title: fix.title.clone(), edits: fix.by_file() });
        html! { <button type="button" class="fix" {onclick}>{ rich(&fix.title) }</button> }
    });
    html! {
        <>
            { sign(problem.severity) }
            <div>
                <p>{ sentence(&problem.message) }<small class="code">{ &problem.code }</small></p>
                if let Some(help) = &problem.help { <p class="help">{ sentence(help) }</p> }
                <div class="kind-tools">{ fix.unwrap_or_default() }{ why }</div>
                { more }
            </div>
            if let Some(spot) = &problem.spot { <SourceLink spot={spot.clone()} /> }
        </>
    }
}
