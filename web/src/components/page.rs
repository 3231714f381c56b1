//! The page: its state, its effects and its panes.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::addresses::Addresses;
use super::azure::AzureView;
use super::banner::Banner;
use super::board::Board;
use super::chooser::take;
use super::dialogs::Dialogs;
use super::editor_pane::EditorPane;
use super::graph::Graph;
use super::header::Header;
use super::icons::{CROSS, GRAPH, Icon, LAYERS, MATRIX, ROUTE, TEXT, TRACE, WARNING, icon};
use super::inspector::Inspector;
use super::matrix::matrix;
use super::path::PathPanel;
use super::problems::problems;
use super::rules::rules;
use super::splitter::Splitter;
use super::{Store, press};
use crate::effects::address::use_address;
use crate::effects::evaluate::{Engine, use_evaluation, use_worker};
use crate::effects::focus::{focus_first, use_focus_keeper};
use crate::effects::keep::{Keeping, use_keeping};
use crate::effects::start::{Start, initial_state, is_embedded};
use crate::effects::tips::use_tips;
use crate::effects::{files, outside, storage};
use crate::engine::Evaluator;
use crate::share::{self, LinkOptions};
use crate::state::{Action, LayoutAction, Pane, Screen, State, Tab};
use crate::view_model::Severity;

/// Properties of a [`Page`].
#[derive(Clone, PartialEq, Properties)]
pub struct PageProps {
    /// What the start script handed over.
    pub start: Rc<Start>,
}

/// What exists from the first moment.
struct Beginning {
    state: RefCell<Option<State>>,
    options: LinkOptions,
    engine: Rc<Engine>,
    /// Nothing in a page inside another.
    keeper: Option<Keeping>,
}

impl Beginning {
    fn new() -> Self {
        let mut evaluator = Evaluator::default();
        let keeper = (!is_embedded()).then(|| Keeping(Rc::default()));
        let (state, options) = initial_state(&mut evaluator, keeper.as_deref());
        Beginning { state: RefCell::new(Some(state)), options, engine: Rc::new(Engine::new(evaluator)), keeper }
    }
}

/// The page.
#[component]
pub fn Page(props: &PageProps) -> Html {
    let beginning = use_memo((), |()| Beginning::new());
    let store = {
        let beginning = beginning.clone();
        use_reducer(move || beginning.state.borrow_mut().take().unwrap_or_default())
    };
    use_evaluation(&store, &beginning.engine);
    use_worker(&store, &beginning.engine, &props.start);
    {
        let theme = store.layout.theme;
        use_effect_with(theme, move |theme| outside::show_theme(*theme));
    }
    html! {
        <ContextProvider<Store> context={store.clone()}>
            if let Some(keeper) = &beginning.keeper {
                <ContextProvider<Keeping> context={keeper.clone()}>
                    <Banner />
                    <Full />
                </ContextProvider<Keeping>>
            } else {
                <Embedded view={beginning.options.view.clone().unwrap_or_default()} />
                <Toast />
            }
        </ContextProvider<Store>>
    }
}

/// The page in full, with what survives a reload.
#[component]
fn Full() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let Some(keeper) = use_context::<Keeping>() else { return Html::default() };
    use_storage(&store);
    use_keeping(&store, &keeper);
    use_address(&store, &keeper);
    use_window(&store);
    use_focus_keeper();
    use_tips();
    let (dragging, drag) = use_drop(&store);

    let panes = store.layout.panes;
    let screen = match store.layout.screen {
        Screen::Text => "text",
        Screen::Graph => "graph",
        Screen::Trace => "trace",
        Screen::Matrix => "matrix",
        Screen::Path => "path",
        Screen::Policies => "policies",
        Screen::Problems => "problems",
    };
    let bottom_pane = store.layout.bottom_pane();
    let style = format!("--editor:{}px;--inspector:{}px;--bottom:{}px", panes.editor, panes.inspector, panes.size(bottom_pane));
    let class = classes!(
        "page",
        panes.editor_hidden.then_some("no-editor"),
        panes.inspector_hidden.then_some("no-inspector"),
        panes.bottom_hidden.then_some("no-bottom"),
        dragging.then_some("dropping"),
        store.answers.scene.cloud.is_some().then_some("has-cloud"),
    );
    html! {
        <div {class} {style} data-screen={screen} ondragover={drag.over} ondragleave={drag.leave} ondrop={drag.drop}>
            <Header />
            <main class="landmark">
                <div class="panes">
                    <EditorPane />
                    <Splitter pane={Pane::Editor} />
                    if store.shows_azure() { <AzureView /> } else { <Graph /> }
                    <Splitter pane={Pane::Inspector} />
                    <Inspector />
                </div>
                <Splitter pane={bottom_pane} />
                { bottom(&store) }
            </main>
            // A window over the page has it, while there is one.
            if store.layout.dialog.is_none() { <Toast /> }
            { screen_bar(&store) }
            <Dialogs />
            if dragging { <div class="drop-note" aria-hidden="true"><p>{ "Drop to open: YAML, JSON, scripts with az commands, or folders of them" }</p></div> }
        </div>
    }
}

/// Matrix, policies and problems.
fn bottom(store: &Store) -> Html {
    // A narrow window shows one of them by its own choice.
    let tab = match store.layout.screen {
        Screen::Matrix => Tab::Matrix,
        Screen::Path => Tab::Path,
        Screen::Policies if matches!(store.shown_tab(), Tab::Rules | Tab::Addresses) => store.shown_tab(),
        Screen::Policies => Tab::Policies,
        Screen::Problems => Tab::Problems,
        _ => store.shown_tab(),
    };
    let count = if store.answers.scene.cloud.is_some() { Tab::ALL.len() } else { Tab::ALL.len() - 2 };
    let button = |own: Tab, badge: Html| {
        let (on, click) = (tab == own, store.clone());
        let onclick = Callback::from(move |_: MouseEvent| click.dispatch(LayoutAction::ShowTab(own).into()));
        let keys = store.clone();
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowLeft" => count - 1,
                "ArrowRight" => 1,
                _ => return,
            };
            let Some(next) = Tab::ALL.get((own as usize + step) % count) else { return };
            keys.dispatch(LayoutAction::ShowTab(*next).into());
            focus_first(&format!("#{}", next.id()));
        });
        html! {
            <button type="button" role="tab" id={own.id()} aria-selected={on.to_string()} aria-controls="bottom-panel" tabindex={if on { "0" } else { "-1" }}
                class={classes!("tab", on.then_some("on"))} {onclick} {onkeydown}>{ own.title() }{ badge }</button>
        }
    };
    let toggle = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(LayoutAction::TogglePane(Pane::Bottom).into()))
    };
    let hidden = store.layout.panes.bottom_hidden;
    html! {
        <section class="pane bottom" aria-label="Matrix, path, policies and problems">
            <div class="tabs">
                <div class="tab-list" role="tablist" aria-label="Matrix, path, policies and problems">
                    { button(Tab::Matrix, Html::default()) }
                    { button(Tab::Path, Html::default()) }
                    { button(Tab::Policies, Html::default()) }
                    { button(Tab::Problems, problem_count(store)) }
                    if store.answers.scene.cloud.is_some() {
                        { button(Tab::Rules, Html::default()) }
                        { button(Tab::Addresses, Html::default()) }
                    }
                </div>
                <span class="grow" />
                <button type="button" class="quiet square" aria-label={if hidden { "show this panel" } else { "hide this panel" }} title={if hidden { "show" } else { "hide" }} onclick={toggle}>
                    <span class={classes!("fold-sign", hidden.then_some("up"))}>{ icon(super::icons::CHEVRON) }</span>
                </button>
            </div>
            <div class="bottom-body" id="bottom-panel" role="tabpanel" aria-labelledby={tab.id()}>
                { match tab {
                    Tab::Matrix => matrix(store),
                    Tab::Path => html! { <PathPanel /> },
                    Tab::Policies => html! { <Board /> },
                    Tab::Problems => problems(store),
                    Tab::Rules => rules(store),
                    Tab::Addresses => html! { <Addresses /> },
                } }
            </div>
        </section>
    }
}

fn problem_count(store: &Store) -> Html {
    let of = |severity: Severity| store.answers.scene.problems.iter().filter(|p| p.severity == severity).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    html! {
        <>
            if errors > 0 { <span class="badge error">{ errors }<span class="visually-hidden">{ " errors" }</span></span> }
            if warnings > 0 { <span class="badge warning">{ warnings }<span class="visually-hidden">{ " warnings" }</span></span> }
        </>
    }
}

/// The screens of a narrow window.
fn screen_bar(store: &Store) -> Html {
    let problems = store.answers.scene.problems.iter().filter(|p| p.severity != Severity::Note).count();
    let button = |screen: Screen, shape: Icon, title: &'static str| {
        let on = store.layout.screen == screen;
        let store = store.clone();
        let onclick = Callback::from(move |_: MouseEvent| store.dispatch(LayoutAction::ShowScreen(screen).into()));
        html! {
            <button type="button" class={classes!(on.then_some("on"))} aria-current={on.then_some("page")} {onclick}>
                { icon(shape) }<span>{ title }</span>
                if screen == Screen::Problems && problems > 0 { <span class="badge warning">{ problems }</span> }
            </button>
        }
    };
    html! {
        <nav class="screens" aria-label="Screens">
            { button(Screen::Text, TEXT, "Text") }
            { button(Screen::Graph, GRAPH, "Graph") }
            { button(Screen::Trace, TRACE, "Trace") }
            { button(Screen::Matrix, MATRIX, "Matrix") }
            { button(Screen::Path, ROUTE, "Path") }
            { button(Screen::Policies, LAYERS, "Policies") }
            { button(Screen::Problems, WARNING, "Problems") }
        </nav>
    }
}

/// A sentence at the foot of the page, which goes by itself.
#[component]
pub(super) fn Toast() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    {
        let store = store.clone();
        use_effect_with(store.notices.notice.clone(), move |notice| {
            let timer =
                notice.is_some().then(|| gloo::timers::callback::Timeout::new(7_000, move || store.dispatch(Action::DismissNotice)));
            move || drop(timer)
        });
    }
    html! {
        <div class="toasts" role="status" aria-live="polite">
            if let Some(notice) = &store.notices.notice {
                <div class="toast" key={notice.count}>
                    <span>{ &notice.text }</span>
                    if notice.undo { <button type="button" onclick={press(&store, Action::Undo)}>{ "Undo" }</button> }
                    <button type="button" class="square" aria-label="close" onclick={press(&store, Action::DismissNotice)}>{ icon(CROSS) }</button>
                </div>
            }
        </div>
    }
}

// --- effects of the full page ---------------------------------------------------------------------

/// Keeps theme and panes, once they are others.
#[hook]
fn use_storage(store: &Store) {
    let first = use_mut_ref(|| (store.layout.theme, store.layout.panes));
    {
        let first = first.clone();
        use_effect_with(store.layout.theme, move |theme| {
            if std::mem::replace(&mut first.borrow_mut().0, *theme) != *theme {
                storage::keep_theme(*theme);
            }
        });
    }
    use_effect_with(store.layout.panes, move |panes| {
        if std::mem::replace(&mut first.borrow_mut().1, *panes) != *panes {
            storage::keep_panes(*panes);
        }
    });
}

/// Tells the state how wide the window is.
#[hook]
fn use_window(store: &Store) {
    let dispatcher = store.dispatcher();
    use_effect_with((), move |()| {
        let listener = web_sys::window().map(|window| {
            gloo::events::EventListener::new(&window, "resize", move |_| {
                dispatcher.dispatch(LayoutAction::WindowWidth(outside::window_width()).into())
            })
        });
        move || drop(listener)
    });
}

struct Drag {
    over: Callback<DragEvent>,
    leave: Callback<DragEvent>,
    drop: Callback<DragEvent>,
}

/// Files and folders that are dropped anywhere on the page.
#[hook]
fn use_drop(store: &Store) -> (bool, Drag) {
    let dragging = use_state(|| false);
    let over = {
        let dragging = dragging.clone();
        Callback::from(move |event: DragEvent| {
            let files = event.data_transfer().is_some_and(|t| t.types().iter().any(|kind| kind.as_string().is_some_and(|k| k == "Files")));
            if files {
                event.prevent_default();
                dragging.set(true);
            }
        })
    };
    let leave = {
        let dragging = dragging.clone();
        Callback::from(move |event: DragEvent| {
            // Out of the window, not into another element of it.
            if event.related_target().is_none() {
                dragging.set(false);
            }
        })
    };
    let drop = {
        let (dragging, store) = (dragging.clone(), store.clone());
        Callback::from(move |event: DragEvent| {
            dragging.set(false);
            let Some(transfer) = event.data_transfer() else { return };
            let (entries, list) = files::entries(&transfer);
            if entries.is_empty() && list.is_empty() {
                return;
            }
            event.prevent_default();
            let store = store.clone();
            spawn_local(async move {
                take(&store, files::read(entries, list).await);
            });
        })
    };
    (*dragging, Drag { over, leave, drop })
}

// --- embedded -------------------------------------------------------------------------------------

#[derive(Clone, PartialEq, Properties)]
struct EmbeddedProps {
    view: String,
}

/// The scene inside another page: one view, no storage.
#[component]
fn Embedded(props: &EmbeddedProps) -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    crate::effects::embed::use_messages(&store);
    let (is_trace, is_matrix) = (props.view == "trace", props.view == "matrix");
    let address = format!("{}#{}", outside::page_address(Some("index.html")), share::encode(&store.shared()));
    html! {
        <div class={classes!("embed", (!store.files.read_only).then_some("editable"))}>
            <main class="embed-body">
                if !store.files.read_only { <EditorPane /> }
                if is_matrix {
                    <section class="pane bottom" aria-label="Matrix">{ matrix(&store) }</section>
                } else if is_trace {
                    <Inspector />
                } else {
                    if store.shows_azure() { <AzureView /> } else { <Graph /> }
                    <Inspector />
                }
            </main>
            <footer class="embed-foot"><a href={address} target="_blank" rel="noopener">{ super::icons::logo() }{ "Open in Netpolis" }</a></footer>
        </div>
    }
}
