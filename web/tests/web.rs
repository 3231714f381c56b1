//! Components, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::rc::Rc;

use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;
use netpolis_view::{
    AnswerView, PathAnswers, PathAsked, PathQuestion, PathSide, PathView, Question, SceneView, Status, answer_view, differences,
    page_verdict, path_view, scene_view,
};
use netpolis_web::components::matrix::{Table, TableProps};
use netpolis_web::components::path::line::{Line, LineProps};
use netpolis_web::components::trace::{Trace, TraceProps};
use netpolis_web::components::{ByAddress, Store, StoreProvider};
use netpolis_web::graph::layout::Memory;
use netpolis_web::graph::picture::{Isolation, Options, picture};
use netpolis_web::state::State;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use web_sys::Element;
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

const SHOP: &str = include_str!("../../tests/shop.yaml");

fn question(from: &str, port: u16) -> Question {
    Question { from: from.into(), to: "shop/db".into(), protocol: "TCP".into(), port: Some(port), ..Question::default() }
}

fn scene() -> (Analysis, SceneView) {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("shop.yaml", SHOP)]);
    let view = scene_view(&scene);
    (scene, view)
}

fn answer(from: &str, port: u16) -> Result<AnswerView, String> {
    let (scene, view) = scene();
    answer_view(&scene, &view, &question(from, port)).map_err(|error| error.to_string())
}

/// A component within the page's context, drawn into an element of its own.
#[derive(Clone, PartialEq, Properties)]
struct StageProps {
    children: Children,
}

#[component]
fn Stage(props: &StageProps) -> Html {
    let store = use_reducer(State::default);
    html! { <StoreProvider {store}>{ props.children.clone() }</StoreProvider> }
}

async fn drawn(content: Html) -> Element {
    let document = web_sys::window().unwrap().document().unwrap();
    let root = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&root).unwrap();
    let props = StageProps { children: Children::new(vec![content]) };
    yew::Renderer::<Stage>::with_root_and_props(root.clone(), props).render();
    yew::platform::time::sleep(std::time::Duration::ZERO).await;
    root
}

fn count(root: &Element, selector: &str) -> u32 {
    root.query_selector_all(selector).unwrap().length()
}

fn text(root: &Element, selector: &str) -> String {
    root.query_selector(selector).unwrap().map(|e| e.text_content().unwrap_or_default()).unwrap_or_default()
}

fn trace(from: &str, port: u16, read_only: bool) -> TraceProps {
    let answer = answer(from, port);
    let said = page_verdict(&PathQuestion::default(), Some(&answer), None, 0).unwrap();
    TraceProps { said: ByAddress(Rc::new(said)), coverage: Html::default(), branches: Html::default(), read_only }
}

#[wasm_bindgen_test]
async fn a_denied_flow_reads_as_one() {
    let props = trace("shop/debug", 5432, false);
    let root = drawn(html! { <Trace ..props /> }).await;
    assert_eq!(text(&root, ".verdict.denied h2"), "Denied");
    assert_eq!(count(&root, ".station"), 2);
    assert_eq!(count(&root, ".station.denied"), 1);
    assert_eq!(text(&root, ".station.denied .station-head .spot"), "shop.yaml:12");
    assert!(text(&root, ".station.denied .nearest").contains("app=web"));
    assert_eq!(text(&root, ".rule .sign"), "–");
}

#[wasm_bindgen_test]
async fn an_allowed_flow_names_the_rule() {
    let props = trace("shop/web", 5432, true);
    let root = drawn(html! { <Trace ..props /> }).await;
    assert_eq!(text(&root, ".verdict.allowed h2"), "Allowed");
    assert_eq!(count(&root, ".rule.decided"), 1);
    assert_eq!(count(&root, ".suggestion"), 0);
}

#[wasm_bindgen_test]
async fn a_question_about_nobody_says_so() {
    let props = trace("shop/cache", 1, false);
    let root = drawn(html! { <Trace ..props /> }).await;
    assert!(text(&root, ".verdict.none").contains("shop/cache"));
}

const BALANCED: [(&str, &str); 2] = [
    ("policies.yaml", include_str!("../../www/examples/path-load-balancer/policies.yaml")),
    ("cluster.yaml", include_str!("../../www/examples/path-load-balancer/cluster.yaml")),
];

fn way() -> PathQuestion {
    PathQuestion { from: "203.0.113.7".into(), to: "svc/shop/frontend".into(), port: Some(443), ..PathQuestion::default() }
}

fn balanced() -> PathView {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&BALANCED);
    path_view(&scene, scene.paths(), &scene.settings().routing, &way()).unwrap()
}

fn reply(view: PathView) -> ByAddress<PathAnswers> {
    ByAddress(Rc::new(PathAnswers {
        asked: PathAsked::default(),
        first: Ok(view),
        second: None,
        ends: None,
        client: None,
        places: Vec::new(),
    }))
}

#[wasm_bindgen_test]
async fn a_way_is_a_line_up_to_where_it_stops() {
    let props = LineProps { reply: reply(balanced()), branch: 0, differences: Vec::new(), side: PathSide::First };
    let root = drawn(html! { <Line ..props /> }).await;
    assert_eq!(count(&root, ".line > .stop"), 6);
    assert_eq!(text(&root, ".stop.denied h3"), "Ingress of shop/frontend, denied");
    assert_eq!(text(&root, ".stop.denied .stop-by"), "office-onlypolicies.yaml:13");
    assert_eq!(text(&root, ".stop.translated .stop-done"), "DNATSNAT");
    assert_eq!(text(&root, ".stop.translated s"), "was 203.0.113.7");
    // Behind it the line is another, and its stations say that nothing comes there.
    assert_eq!((count(&root, ".stop.on"), count(&root, ".stop.off"), count(&root, ".stop.end")), (4, 1, 1));
    assert_eq!(text(&root, ".stop.after p"), "not reached");
    assert_eq!((count(&root, ".playing"), count(&root, ".stop-open"), count(&root, ".differs")), (0, 0, 0));
    // Opened, a checkpoint shows what the trace shows.
    let open: web_sys::HtmlElement = root.query_selector(".stop.denied h3 button").unwrap().unwrap().unchecked_into();
    open.click();
    yew::platform::time::sleep(std::time::Duration::from_millis(20)).await;
    assert!(text(&root, ".stop-open .nearest").contains("10.224.0.5 is not in 203.0.113.0/24"));
    assert_eq!(count(&root, ".stop-open .rung"), 1);
    assert_eq!(open.get_attribute("aria-expanded").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn what_differs_is_lit() {
    let view = balanced();
    let [_, theirs] = differences(&view.branches[0], &view.branches[1]);
    let props = LineProps { reply: reply(view), branch: 1, differences: theirs, side: PathSide::First };
    let root = drawn(html! { <Line ..props /> }).await;
    assert_eq!(text(&root, ".stop:last-child .stop-text"), "The application sees 10.224.0.4");
    assert_eq!(count(&root, ".stop-by.differs"), 1);
    assert!(count(&root, ".pair .differs") > 0);
}

#[derive(Clone, PartialEq, Properties)]
struct MatrixOf {
    scene: ByAddress<SceneView>,
}

#[component]
fn MatrixStage(props: &MatrixOf) -> Html {
    let store = use_context::<Store>().unwrap();
    let props = TableProps {
        scene: props.scene.clone(),
        flow: Some((2, 0)),
        marks: None,
        store: store.dispatcher(),
        words: netpolis_web::words::Language::English,
    };
    html! { <Table ..props /> }
}

#[wasm_bindgen_test]
async fn the_matrix_has_a_named_cell_for_every_pair() {
    let (_, view) = scene();
    let names: Vec<String> = (0..view.ends.len()).map(|i| view.title(i)).collect();
    assert_eq!(names, ["shop/db", "shop/debug", "shop/web", "Internet"]);
    let root = drawn(html! { <MatrixStage scene={ByAddress(Rc::new(view))} /> }).await;
    assert_eq!(count(&root, "tbody tr"), 4);
    assert_eq!(count(&root, "thead th[scope=col]"), 5);
    assert_eq!(count(&root, "tbody th[scope=row]"), 4);
    // From web to the database: the port. From debug: nothing. To itself: no cell.
    assert_eq!(text(&root, "tbody tr:nth-child(3) td:nth-child(2)"), "5432");
    assert_eq!(text(&root, "tbody tr:nth-child(2) td:nth-child(2)"), "✕");
    assert_eq!(count(&root, "td.self"), 4);
    assert_eq!(count(&root, "td.selected"), 1);
}

#[wasm_bindgen_test]
fn the_picture_of_a_real_scene() {
    let (_, view) = scene();
    let picture = picture(&view, &Options { flow: Some((1, 0)), ..Options::default() }, &Memory::default());
    let seen: Vec<(String, Status, bool)> = picture
        .arrows
        .iter()
        .filter(|a| !a.quiet)
        .map(|a| (format!("{} {}", picture.marks[a.from].title, picture.marks[a.to].title), a.status, a.flow))
        .filter(|(_, status, _)| *status != Status::Allowed)
        .collect();
    assert_eq!(seen, [("web db".into(), Status::Partly, false), ("debug db".into(), Status::Denied, true)]);
    assert_eq!(picture.marks.iter().find(|m| m.title == "db").map(|m| m.isolation), Some(Some(Isolation::Ingress)));
}
