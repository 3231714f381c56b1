//! The screens of a narrow window.

use yew::prelude::*;

use super::icons::{GRAPH, Icon, LAYERS, LESSON, MATRIX, ROUTE, TEXT, TRACE, WARNING, icon};
use super::{press, use_part};
use crate::state::{LayoutAction, Screen};
use crate::words::t;
use netpolis_view::Severity;

const fn shape(screen: Screen) -> Icon {
    match screen {
        Screen::Text => TEXT,
        Screen::Graph => GRAPH,
        Screen::Trace => TRACE,
        Screen::Matrix => MATRIX,
        Screen::Path => ROUTE,
        Screen::Policies => LAYERS,
        Screen::Reports => WARNING,
        Screen::Lesson => LESSON,
    }
}

/// A button for each of them.
#[component]
pub fn Screens() -> Html {
    let Some(store) = use_part(|state| (state.scene_part(), state.layout.screen, state.lesson.is_some())) else { return Html::default() };
    let scene = &store.answers.scene;
    let problems = scene.count_problems(Severity::Error) + scene.count_problems(Severity::Warning);
    let button = |screen: Screen| {
        let on = store.layout.screen == screen;
        html! {
            <button type="button" class={classes!(on.then_some("on"))} aria-current={on.then_some("page")} onclick={press(&store, LayoutAction::ShowScreen(screen))}>
                { icon(shape(screen)) }<span>{ t(screen.title()) }</span>
                if screen == Screen::Reports && problems > 0 { <span class="badge warning">{ problems }</span> }
            </button>
        }
    };
    html! { <nav class="screens" aria-label={t("Screens")}>{ for Screen::ALL.into_iter().filter(|screen| *screen != Screen::Lesson || store.lesson.is_some()).map(button) }</nav> }
}
