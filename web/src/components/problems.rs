//! What there is to say about the text.

use yew::prelude::*;

use super::icons::{ERROR, INFO, WARNING, icon};
use super::renders::count_render;
use super::rich::{SourceLink, rich, sentence};
use super::{Store, use_part};
use crate::state::Action;
use netpolis_view::{ProblemView, Severity};

/// The list of findings, the grave ones first.
#[component]
pub fn Problems() -> Html {
    let Some(store) = use_part(|state| (state.scene_part(), state.files.read_only)) else { return Html::default() };
    count_render("Problems");
    let problems = store.answers.scene.problems_by_severity();
    if problems.is_empty() {
        return html! { <p class="nothing">{ "No problems found." }</p> };
    }
    html! {
        <ul class="problems" tabindex="0" aria-label="Problems">
            { for problems.iter().enumerate().map(|(i, p)| html! { <li key={i} class={class(p.severity)}>{ problem(&store, p) }</li> }) }
            if store.answers.scene.more_problems > 0 { <li class="more">{ format!("and {} more", store.answers.scene.more_problems) }</li> }
        </ul>
    }
}

fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn problem(store: &Store, problem: &ProblemView) -> Html {
    let sign = match problem.severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note => INFO,
    };
    let fix = problem.fix.as_ref().filter(|_| !store.files.read_only).map(|fix| {
        let (store, action) = (store.clone(), Action::ApplyEdits { title: fix.title.clone(), edits: fix.by_file() });
        let onclick = Callback::from(move |_: MouseEvent| store.dispatch(action.clone()));
        html! { <button type="button" class="fix" {onclick}>{ rich(&fix.title) }</button> }
    });
    html! {
        <>
            <span class="sign" title={class(problem.severity)}>{ icon(sign) }<span class="visually-hidden">{ class(problem.severity) }</span></span>
            <div>
                <p>{ sentence(&problem.message) }<small class="code">{ &problem.code }</small></p>
                if let Some(help) = &problem.help { <p class="help">{ sentence(help) }</p> }
                { fix.unwrap_or_default() }
            </div>
            if let Some(spot) = &problem.spot { <SourceLink spot={spot.clone()} /> }
        </>
    }
}
