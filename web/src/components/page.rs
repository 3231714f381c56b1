//! The page: its state, its effects and its panes.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::banner::Banner;
use super::bottom::Bottom;
use super::drop::use_drop;
use super::editor_pane::EditorPane;
use super::embedded::Embedded;
use super::engine_note::EngineNote;
use super::graph::Graph;
use super::header::Header;
use super::inspector::Inspector;
use super::late::{Late, Part, fetch_ahead};
use super::progress::Progress;
use super::screens::Screens;
use super::splitter::Splitter;
use super::toast::Toast;
use super::{Store, StoreProvider};
use crate::effects::address::use_address;
use crate::effects::commands::use_commands;
use crate::effects::embed::Host;
use crate::effects::evaluate::{Engine, use_evaluation};
use crate::effects::focus::use_focus_keeper;
use crate::effects::keep::{Keeping, use_keeping};
use crate::effects::layout::{use_layout_storage, use_window_width};
use crate::effects::lesson::use_lesson;
use crate::effects::named::use_named;
use crate::effects::outside;
use crate::effects::packet::use_packet;
use crate::effects::start::{Start, initial_state, is_embedded};
use crate::effects::tips::use_tips;
use crate::effects::words::use_words;
use crate::state::{Pane, State};
use crate::words::{show, t};

/// Properties of a [`Page`].
#[derive(Clone, PartialEq, Properties)]
pub struct PageProps {
    /// What the start script handed over.
    pub start: Rc<Start>,
}

/// What exists from the first moment.
struct Beginning {
    state: RefCell<Option<State>>,
    engine: Rc<Engine>,
    /// Nothing in a page inside another.
    keeper: Option<Keeping>,
}

impl Beginning {
    fn new(start: &Start) -> Self {
        let keeper = (!is_embedded()).then(|| Keeping(Rc::default()));
        let state = initial_state(&start.reply, keeper.as_deref());
        Beginning { state: RefCell::new(Some(state)), engine: Rc::new(Engine::new(start.engine.clone())), keeper }
    }
}

/// The page.
#[component]
pub fn Page(props: &PageProps) -> Html {
    let beginning = use_memo((), |()| Beginning::new(&props.start));
    let store = {
        let beginning = beginning.clone();
        use_reducer(move || beginning.state.borrow_mut().take().unwrap_or_default())
    };
    use_evaluation(&store, &beginning.engine);
    use_window_width(&store);
    use_packet(&store);
    use_words(&store);
    // Before anything is drawn in it.
    show(store.layout.words);
    {
        let theme = store.layout.theme;
        use_effect_with(theme, move |theme| outside::show_theme(*theme));
    }
    let retry = {
        let (store, engine) = (store.clone(), beginning.engine.clone());
        Callback::from(move |()| engine.try_again(&store))
    };
    html! {
        <StoreProvider store={store.clone()}>
            if let Some(fault) = store.notices.engine { <EngineNote {fault} {retry} /> }
            <ContextProvider<Rc<Engine>> context={beginning.engine.clone()}>
                <Content keeper={beginning.keeper.clone()} host={props.start.host.clone()} />
            </ContextProvider<Rc<Engine>>>
        </StoreProvider>
    }
}

/// Properties of [`Content`].
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ContentProps {
    /// Nothing in a page inside another.
    pub(crate) keeper: Option<Keeping>,
    /// What a page inside another has to speak with it.
    pub(crate) host: Option<Host>,
}

/// All that is seen.
#[component]
pub(crate) fn Content(props: &ContentProps) -> Html {
    match &props.keeper {
        Some(keeper) => html! {
            <ContextProvider<Keeping> context={keeper.clone()}>
                <Banner />
                <Full />
            </ContextProvider<Keeping>>
        },
        None => html! { <Embedded host={props.host.clone()} /> },
    }
}

/// The page in full, with what survives a reload.
#[component]
fn Full() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let Some(keeper) = use_context::<Keeping>() else { return Html::default() };
    use_layout_storage(&store);
    use_keeping(&store, &keeper);
    use_address(&store, &keeper);
    use_lesson(&store, true);
    use_named(&store);
    use_focus_keeper();
    use_tips();
    use_commands(&store);
    use_effect_with((), |()| fetch_ahead());
    html! { <Playground><Header /></Playground> }
}

/// Properties of a [`Playground`].
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PlaygroundProps {
    /// What stands at its top.
    pub(crate) children: Children,
}

/// All panes, with the lesson that is played.
#[component]
pub(crate) fn Playground(props: &PlaygroundProps) -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let (dragging, drag) = use_drop(&store);

    let panes = store.layout.panes;
    let bottom_pane = store.bottom_pane();
    let style = format!("--editor:{}px;--inspector:{}px;--bottom:{}px", panes.editor, panes.inspector, panes.size(bottom_pane));
    let class = classes!(
        "page",
        panes.editor_hidden.then_some("no-editor"),
        panes.inspector_hidden.then_some("no-inspector"),
        panes.bottom_hidden.then_some("no-bottom"),
        dragging.then_some("dropping"),
        store.answers.scene.cloud.is_some().then_some("has-cloud"),
        store.lesson.is_some().then_some("has-lesson"),
    );
    html! {
        <div {class} {style} data-screen={store.layout.screen.name()} ondragover={drag.over} ondragleave={drag.leave} ondrop={drag.drop}>
            { props.children.clone() }
            <main class="landmark">
                <div class="panes">
                    if store.lesson.is_some() { <Late part={Part::Lesson} /> }
                    <EditorPane />
                    <Splitter pane={Pane::Editor} />
                    if store.shows_azure() { <Late part={Part::Azure} /> } else { <Graph /> }
                    <Splitter pane={Pane::Inspector} />
                    <Inspector />
                </div>
                <Splitter pane={bottom_pane} />
                <Bottom />
            </main>
            <div class="foot">
                // A window over the page has it, while there is one.
                if store.layout.dialog.is_none() { <Toast /> }
                <Progress />
            </div>
            <Screens />
            if store.layout.dialog.is_some() { <Late part={Part::Dialogs} /> }
            if dragging { <div class="drop-note" aria-hidden="true"><p>{ t("Drop to open: YAML, JSON, scripts with az commands, or folders of them") }</p></div> }
        </div>
    }
}
