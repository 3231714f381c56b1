//! Which components are drawn again for what: only those that show something new.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use netpolis_view::Evaluator;
use netpolis_web::components::bottom::Bottom;
use netpolis_web::components::graph::Graph;
use netpolis_web::components::header::Header;
use netpolis_web::components::inspector::Inspector;
use netpolis_web::components::renders::take_renders;
use netpolis_web::components::{ByAddress, Store, StoreProvider};
use netpolis_web::examples::EXAMPLES;
use netpolis_web::state::{Action, LayoutAction, Pane, State, Tab};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, PointerEvent, PointerEventInit};
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

/// The page's state from outside: what it is now, and how it changes.
type Remote = RefCell<Option<Store>>;

#[derive(Clone, PartialEq, Properties)]
struct StageProps {
    state: ByAddress<State>,
    remote: ByAddress<Remote>,
}

/// The large parts of the page, without what reads or writes the browser's storage.
#[component]
fn Stage(props: &StageProps) -> Html {
    let state = props.state.clone();
    let store = use_reducer(move || (*state).clone());
    *props.remote.borrow_mut() = Some(store.clone());
    html! {
        <StoreProvider {store}>
            <Header />
            <Graph />
            <Inspector />
            <Bottom />
        </StoreProvider>
    }
}

struct Page {
    remote: ByAddress<Remote>,
    evaluator: Evaluator,
    root: Element,
}

async fn settle() {
    yew::platform::time::sleep(std::time::Duration::from_millis(20)).await;
}

impl Drop for Page {
    fn drop(&mut self) {
        self.root.remove();
    }
}

impl Page {
    async fn open(example: &str, tab: Tab) -> Self {
        let index = EXAMPLES.iter().position(|e| e.id == example).unwrap();
        let state = Rc::new(State::start(index, &EXAMPLES[index])).reduce(LayoutAction::ShowTab(tab).into());
        let document = web_sys::window().unwrap().document().unwrap();
        let root = document.create_element("div").unwrap();
        document.body().unwrap().append_child(&root).unwrap();
        let remote = ByAddress(Rc::new(RefCell::new(None)));
        let props = StageProps { state: ByAddress(state), remote: remote.clone() };
        yew::Renderer::<Stage>::with_root_and_props(root.clone(), props).render();
        settle().await;
        let mut page = Page { remote, evaluator: Evaluator::default(), root };
        page.evaluate().await;
        page.evaluate().await;
        page
    }

    fn now(&self) -> Store {
        self.remote.borrow().clone().unwrap()
    }

    /// What is drawn for an action.
    async fn after(&self, action: impl Into<Action>) -> BTreeMap<&'static str, u32> {
        take_renders();
        self.now().dispatch(action.into());
        settle().await;
        take_renders()
    }

    async fn evaluate(&mut self) -> BTreeMap<&'static str, u32> {
        let reply = self.evaluator.reply(self.now().request());
        self.after(Action::evaluated(reply)).await
    }

    fn text(&self, edit: impl Fn(&str) -> String) -> Action {
        let store = self.now();
        let file = store.files.shown().unwrap();
        Action::TextEdited(file.id, edit(&file.text).into())
    }
}

/// Names of what is drawn.
fn names(drawn: &BTreeMap<&'static str, u32>) -> Vec<&'static str> {
    drawn.keys().copied().collect()
}

const EXAMPLE: &str = "path-load-balancer";
const TABS: [Tab; 4] = [Tab::Matrix, Tab::Path, Tab::Policies, Tab::Problems];

#[wasm_bindgen_test]
async fn typing_draws_only_that_an_answer_is_on_its_way() {
    for tab in TABS {
        let mut page = Page::open(EXAMPLE, tab).await;
        let typed = page.after(page.text(|text| format!("{text}# half a sent"))).await;
        assert_eq!(names(&typed), ["Coverage"], "{tab:?}");
        // Nothing in the comment changes any answer.
        assert_eq!(names(&page.evaluate().await), ["Coverage"], "{tab:?}");
    }
}

#[wasm_bindgen_test]
async fn an_edit_that_changes_answers_draws_each_part_once() {
    for (tab, panel) in TABS.into_iter().zip(["Table", "PathPanel", "Board", "Problems"]) {
        let mut page = Page::open(EXAMPLE, tab).await;
        page.after(page.text(|text| text.replace("kind: NetworkPolicy", "kind: ConfigMap"))).await;
        let drawn = page.evaluate().await;
        for part in ["Graph", "Drawing", "Inspector", "Trace", "Question", panel] {
            assert_eq!(drawn.get(part), Some(&1), "{tab:?}: {part} in {drawn:?}");
        }
    }
}

#[wasm_bindgen_test]
async fn sizes_and_notices_draw_no_panel() {
    for tab in TABS {
        let page = Page::open(EXAMPLE, tab).await;
        assert_eq!(names(&page.after(LayoutAction::Resize(Pane::Bottom, 333)).await), [""; 0], "{tab:?}");
        assert_eq!(names(&page.after(Action::Notify("Copied".into())).await), [""; 0], "{tab:?}");
    }
}

#[wasm_bindgen_test]
async fn another_question_draws_what_shows_it() {
    for (tab, shows) in [(Tab::Matrix, Some("Table")), (Tab::Policies, None), (Tab::Problems, None)] {
        let mut page = Page::open(EXAMPLE, tab).await;
        let mut question = page.now().asking.flow.clone();
        question.port = Some(4711);
        page.after(Action::Ask(question)).await;
        let drawn = page.evaluate().await;
        let panels: Vec<&str> = names(&drawn).into_iter().filter(|name| ["Table", "Board", "Problems"].contains(name)).collect();
        assert!(panels.is_empty() || Some(panels[0]) == shows && panels.len() == 1, "{tab:?}: {drawn:?}");
        assert_eq!((drawn.get("Inspector"), drawn.get("Header")), (Some(&1), None), "{tab:?}: {drawn:?}");
    }
}

#[wasm_bindgen_test]
async fn pointing_at_an_arrow_draws_the_drawing_alone() {
    for tab in TABS {
        let page = Page::open(EXAMPLE, tab).await;
        let arrow = page.root.query_selector("[data-arrow]").unwrap().expect("an arrow");
        let init = PointerEventInit::new();
        init.set_bubbles(true);
        init.set_pointer_type("mouse");
        take_renders();
        arrow.dispatch_event(&PointerEvent::new_with_event_init_dict("pointerover", &init).unwrap()).unwrap();
        settle().await;
        assert_eq!(take_renders(), BTreeMap::from([("Drawing", 1)]), "{tab:?}");
        assert!(page.root.query_selector("svg.graph.pointing").unwrap().is_some());
    }
}
