//! The right pane: the question, then the answer, or what there is to know about the selected end.

use yew::prelude::*;

use super::coverage::coverage;
use super::end_panel::end_panel;
use super::question::Ask;
use super::trace::Trace;
use super::{Shared, Store};

/// Question and answer.
#[component]
pub fn Inspector() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    html! {
        <section class="pane inspector" aria-label="Question and trace">
            <Ask />
            if store.selected_end().is_some() {
                { end_panel(&store) }
            } else if let Some(answer) = &store.answer {
                <Trace answer={Shared(answer.clone())} coverage={coverage(&store, false)} read_only={store.read_only} />
            }
        </section>
    }
}
