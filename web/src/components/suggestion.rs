//! The change that would allow what is denied.

use yew::prelude::*;

use super::rich::rich;
use super::use_part;
use crate::state::Action;
use crate::words::t;
use netpolis_view::{FixView, LinesView};

/// Properties of a [`Suggestion`].
#[derive(Clone, PartialEq, Properties)]
pub struct SuggestionProps {
    /// The change.
    pub fix: FixView,
    /// Whether it is only shown, not offered.
    pub read_only: bool,
}

/// The change, and the button that makes it.
#[component]
pub fn Suggestion(props: &SuggestionProps) -> Html {
    // What it would change stands in the files.
    let Some(store) = use_part(|state| state.revision) else { return Html::default() };
    let fix = &props.fix;
    let apply = {
        let (store, action) = (store.clone(), Action::ApplyEdits { title: fix.title.clone(), edits: fix.by_file() });
        Callback::from(move |_: MouseEvent| store.dispatch(action.clone()))
    };
    html! {
        <section class="suggestion" aria-label={t("Allow this")}>
            <header><b>{ t("Allow this") }</b><span>{ rich(&fix.title) }</span></header>
            // Above the lines, of which there may be many.
            if !props.read_only {
                <footer><button type="button" class="primary small" onclick={apply}>{ t("Apply") }</button><span>{ t("Undo restores the text") }</span></footer>
            }
            { for fix.edits.iter().map(|edit| diff(&edit.lines(store.files.text_of(&edit.at.file)))) }
        </section>
    }
}

/// Lines before and after, with the line above for orientation.
pub(super) fn diff(lines: &LinesView) -> Html {
    let row = |class: &'static str, number: String, line: &str| html! { <div class={class}><i>{ number }</i>{ line.to_owned() }</div> };
    html! {
        <pre class="diff" tabindex="0" aria-label={t("the change")}>
            if let Some((number, line)) = &lines.above { { row("", number.to_string(), line) } }
            { for lines.removed.iter().map(|line| row("gone", "−".into(), line)) }
            { for lines.added.iter().map(|line| row("add", "+".into(), line)) }
            if lines.more { { row("", "…".into(), "") } }
        </pre>
    }
}
