//! The panel at the bottom: matrix, path, policies, further answers, problems, and what there is of the cloud.

use yew::prelude::*;

use super::icons::{CHEVRON, icon};
use super::late::{Late, Part};
use super::matrix::Matrix;
use super::renders::count_render;
use super::{Store, press, use_part};
use crate::effects::focus::focus_first;
use crate::state::{LayoutAction, Pane, Tab};
use crate::words::t;
use netpolis_view::Severity;

/// The panel with its tabs.
#[component]
pub fn Bottom() -> Html {
    count_render("Bottom");
    let Some(store) = use_part(|state| {
        let shown = (state.shown_tab(), state.layout.panes.bottom_hidden, state.further.policy.is_some());
        (state.scene_part(), shown, state.check_counts())
    }) else {
        return Html::default();
    };
    let shown = store.shown_tab();
    let hidden = store.layout.panes.bottom_hidden;
    html! {
        <section class="pane bottom" aria-label={t("Matrix, path, policies and problems")}>
            <div class="tabs">
                <div class="tab-list" role="tablist" aria-label={t("Matrix, path, policies and problems")}>
                    { for store.tabs().iter().map(|own| tab(&store, *own, shown)) }
                </div>
                <span class="grow" />
                <button type="button" class="quiet square" aria-label={if hidden { t("show this panel") } else { t("hide this panel") }} title={if hidden { t("show") } else { t("hide") }}
                    onclick={press(&store, LayoutAction::TogglePane(Pane::Bottom))}>
                    <span class={classes!("fold-sign", hidden.then_some("up"))}>{ icon(CHEVRON) }</span>
                </button>
            </div>
            <div class="bottom-body" id="bottom-panel" role="tabpanel" aria-labelledby={shown.id()}>
                { match shown {
                    Tab::Matrix => html! { <Matrix /> },
                    Tab::Path => html! { <Late part={Part::Path} /> },
                    Tab::Policies if store.further.policy.is_some() => html! { <Late part={Part::Policy} /> },
                    Tab::Policies => html! { <Late part={Part::Board} /> },
                    Tab::Answers => html! { <Late part={Part::Answers} /> },
                    Tab::Problems => html! { <Late part={Part::Problems} /> },
                    Tab::Rules => html! { <Late part={Part::Rules} /> },
                    Tab::Addresses => html! { <Late part={Part::Addresses} /> },
                } }
            </div>
        </section>
    }
}

/// The button of a tab. Arrow keys go from one to the next.
fn tab(store: &Store, own: Tab, shown: Tab) -> Html {
    let on = own == shown;
    let onkeydown = {
        let store = store.clone();
        Callback::from(move |event: KeyboardEvent| {
            let steps = match event.key().as_str() {
                "ArrowLeft" => -1,
                "ArrowRight" => 1,
                _ => return,
            };
            if let Some(next) = own.beside(steps, store.tabs()) {
                store.dispatch(LayoutAction::ShowTab(next).into());
                focus_first(&format!("#{}", next.id()));
            }
        })
    };
    html! {
        <button type="button" key={own.id()} role="tab" id={own.id()} aria-selected={on.to_string()} aria-controls="bottom-panel" tabindex={if on { "0" } else { "-1" }}
            class={classes!("tab", on.then_some("on"))} onclick={press(store, LayoutAction::ShowTab(own))} {onkeydown}>
            { t(own.title()) }if own == Tab::Problems { { problem_count(store) } }if own == Tab::Answers { { check_count(store) } }
        </button>
    }
}

fn check_count(store: &Store) -> Html {
    let Some((good, bad)) = store.check_counts() else { return Html::default() };
    html! {
        <>
            if good > 0 { <span class="badge good">{ good }{ " ✓" }<span class="visually-hidden">{ t(" checks hold") }</span></span> }
            if bad > 0 { <span class="badge error">{ bad }{ " ✕" }<span class="visually-hidden">{ t(" checks do not") }</span></span> }
        </>
    }
}

fn problem_count(store: &Store) -> Html {
    let of = |severity| store.answers.scene.count_problems(severity);
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    html! {
        <>
            if errors > 0 { <span class="badge error">{ errors }<span class="visually-hidden">{ t(" errors") }</span></span> }
            if warnings > 0 { <span class="badge warning">{ warnings }<span class="visually-hidden">{ t(" warnings") }</span></span> }
        </>
    }
}
