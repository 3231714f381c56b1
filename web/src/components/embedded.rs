//! The scene inside another page: one view, no storage.

use yew::prelude::*;

use super::Store;
use super::editor_pane::EditorPane;
use super::graph::Graph;
use super::icons::logo;
use super::inspector::Inspector;
use super::late::{Late, Part};
use super::matrix::Matrix;
use super::page::Playground;
use super::progress::Progress;
use super::rich::in_words;
use super::toast::Toast;
use crate::effects::embed::{self, Host};
use crate::effects::lesson::use_lesson;
use crate::effects::outside;
use crate::share::{self, EmbedView};
use crate::words::t;

/// Properties of an [`Embedded`] page.
#[derive(Clone, PartialEq, Properties)]
pub struct EmbeddedProps {
    /// What speaks with the page around it; nothing before there is a program.
    pub host: Option<Host>,
}

/// The page inside another.
#[component]
pub fn Embedded(props: &EmbeddedProps) -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    embed::use_messages(&store, props.host.as_ref());
    use_lesson(&store, false);
    let whole = match &store.lesson {
        Some(lesson) => {
            let step = lesson.shown().map(|step| format!("&step={}", step.id)).unwrap_or_default();
            format!("{}?lesson={}{step}", outside::page_address(Some("index.html")), lesson.id)
        }
        None => format!("{}#{}", outside::page_address(Some("index.html")), share::encode(&store.shared())),
    };
    let foot = html! { <footer class="embed-foot"><a href={whole} target="_blank" rel="noopener">{ logo() }{ t("Open in Netpolis") }</a></footer> };
    let view = store.layout.embed;
    if view == EmbedView::Lesson {
        return html! { <div class="embed"><Playground><div /></Playground>{ foot }</div> };
    }
    html! {
        <><div class={classes!("embed", (!store.files.read_only).then_some("editable"))}>
            <main class="embed-body">
                if !store.files.read_only { <EditorPane /> }
                { match view {
                    EmbedView::Trace => html! { <Inspector /> },
                    EmbedView::Azure => html! { <>{ azure(&store) }<Inspector /></> },
                    EmbedView::Matrix => panel(t("Matrix"), html! { <>{ path_said(&store) }<Matrix /></> }),
                    EmbedView::Path => panel(t("Path"), html! { <Late part={Part::Path} /> }),
                    EmbedView::Problems => panel(t("Problems"), html! { <Late part={Part::Problems} /> }),
                    EmbedView::Checks => panel(t("Checks"), html! { <Late part={Part::Answers} /> }),
                    EmbedView::Graph | EmbedView::Lesson => html! { <>if store.shows_azure() { <Late part={Part::Azure} /> } else { <Graph /> }<Inspector /></> },
                } }
            </main>
            { foot }
        </div>
        <div class="foot"><Toast /><Progress /></div></>
    }
}

fn panel(label: &'static str, content: Html) -> Html {
    html! { <section class="pane bottom" aria-label={label}>{ content }</section> }
}

fn azure(store: &Store) -> Html {
    if store.answers.scene.cloud.is_some() {
        return html! { <Late part={Part::Azure} /> };
    }
    panel("Azure", html! { <p class="nothing">{ t("The input has no network of Azure.") }</p> })
}

/// The answer about the whole path: cells of the matrix tell of its two ends alone.
fn path_said(store: &Store) -> Html {
    let said = store.answers.verdict().filter(|said| said.by_path);
    html! { if let Some(said) = said { <p class="embed-said" role="status"><strong>{ in_words(&said.headline) }</strong>{ format!(" {} → {}", said.question.from, said.question.to) }</p> } }
}
