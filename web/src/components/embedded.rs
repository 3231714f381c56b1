//! The scene inside another page: one view, no storage.

use yew::prelude::*;

use super::Store;
use super::azure::AzureView;
use super::editor_pane::EditorPane;
use super::graph::Graph;
use super::icons::logo;
use super::inspector::Inspector;
use super::matrix::Matrix;
use crate::effects::{embed, outside};
use crate::share::{self, EmbedView};

/// Properties of an [`Embedded`] page.
#[derive(Clone, PartialEq, Properties)]
pub struct EmbeddedProps {
    /// What it shows.
    pub view: EmbedView,
}

/// The page inside another.
#[component]
pub fn Embedded(props: &EmbeddedProps) -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    embed::use_messages(&store);
    let address = format!("{}#{}", outside::page_address(Some("index.html")), share::encode(&store.shared()));
    html! {
        <div class={classes!("embed", (!store.files.read_only).then_some("editable"))}>
            <main class="embed-body">
                if !store.files.read_only { <EditorPane /> }
                { match props.view {
                    EmbedView::Matrix => html! { <section class="pane bottom" aria-label="Matrix"><Matrix /></section> },
                    EmbedView::Trace => html! { <Inspector /> },
                    EmbedView::Graph => html! { <>if store.shows_azure() { <AzureView /> } else { <Graph /> }<Inspector /></> },
                } }
            </main>
            <footer class="embed-foot"><a href={address} target="_blank" rel="noopener">{ logo() }{ "Open in Netpolis" }</a></footer>
        </div>
    }
}
