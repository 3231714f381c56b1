//! The graph on the screen.
//!
//! What moves with the pointer (panning, fading, the line that follows a drag) is set on the elements themselves; the component is drawn
//! anew only when the picture changes.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent, ResizeObserver, WheelEvent};
use yew::prelude::*;

use super::icons::{DOWNLOAD, FIT, MINUS, PLUS, icon};
use super::menu::Menu;
use super::{Shared, Store};
use crate::effects::outside;
use crate::graph::export::{self, Palette};
use crate::graph::layout::Memory;
use crate::graph::picture::{Arrow, FrameMark, Mark, MarkKind, Options, Picture, picture};
use crate::state::{Action, State};
use crate::view_model::{EndKind, Question, Status, VerdictView};

/// Largest and smallest scale.
const SCALES: (f64, f64) = (0.08, 2.5);
/// Largest scale that is chosen without being asked for.
const COMFORTABLE: f64 = 1.25;
/// Pixels that the pointer may tremble during a click.
const TREMBLE: f64 = 5.0;

/// Where the drawing is looked at.
#[derive(Clone, Copy, Debug)]
struct Camera {
    x: f64,
    y: f64,
    scale: f64,
    /// Whether the person moved it; then it stays where it is.
    moved: bool,
}

/// A movement of the pointer that has begun.
#[derive(Clone, Debug)]
enum Drag {
    None,
    Pan {
        x: f64,
        y: f64,
        camera: Camera,
    },
    /// From a mark, towards another.
    Ask {
        key: String,
        x: f64,
        y: f64,
        begun: bool,
    },
    Pinch {
        distance: f64,
        camera: Camera,
        middle: (f64, f64),
    },
}

/// What is set on elements, and known only here.
struct Live {
    camera: Camera,
    drag: Drag,
    pointers: Vec<(i32, f64, f64)>,
    /// The picture for which the camera was set.
    fitted: Option<u32>,
    /// Swallows the click that ends a drag.
    dragged: bool,
}

impl Default for Live {
    fn default() -> Self {
        let camera = Camera { x: 0.0, y: 0.0, scale: 1.0, moved: false };
        Live { camera, drag: Drag::None, pointers: Vec::new(), fitted: None, dragged: false }
    }
}

type LiveRef = Rc<RefCell<Live>>;

/// The graph, with its tools and its legend.
#[component]
pub fn Graph() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let canvas = use_node_ref();
    let live: LiveRef = use_mut_ref(Live::default);
    let memory = use_mut_ref(|| (0u32, Memory::default()));
    let drawn = use_picture(&store, &memory);

    use_camera(&canvas, &live, &drawn, store.picture);

    let act = |action: Action| {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(action.clone()))
    };
    let zoom = |factor: f64| {
        let (canvas, live) = (canvas.clone(), live.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(element) = canvas.cast::<Element>() {
                let (w, h) = size_of(&element);
                zoom_at(&live, &element, w / 2.0, h / 2.0, factor);
            }
        })
    };
    let fit = {
        let (canvas, live, drawn) = (canvas.clone(), live.clone(), drawn.clone());
        Callback::from(move |_: MouseEvent| {
            live.borrow_mut().camera.moved = false;
            if let Some(element) = canvas.cast::<Element>() {
                fit_camera(&live, &element, &drawn);
            }
        })
    };
    let export = |png: bool| {
        let (drawn, theme) = (drawn.clone(), store.theme);
        Callback::from(move |_: MouseEvent| {
            let palette = if outside::is_dark(theme) { Palette::DARK } else { Palette::LIGHT };
            let svg = export::svg(&drawn, &palette);
            if png {
                outside::download_png("netpolis.png".into(), &svg.text, svg.width, svg.height);
            } else {
                outside::download("netpolis.svg", "image/svg+xml", &svg.text);
            }
        })
    };
    let denied_label = match store.show_denied {
        Some(true) => "all",
        Some(false) => "only the one asked",
        None => "while few",
    };
    let scene = &store.scene;
    let empty = scene.ends.iter().all(|e| e.kind != EndKind::Workload);
    html! {
        <section class={classes!("pane", "graph-pane", store.selected_end().is_some().then_some("selecting"))} aria-label="Graph">
            <div class="canvas" ref={canvas.clone()}>
                <Drawing picture={drawn.clone()} store={store.dispatcher()} live={Handle(live.clone())} canvas={canvas.clone()}
                    question={store.question.clone()} />
                if empty { { empty_note() } }
            </div>
            <div class="tools">
                { super::azure::view_switch(&store) }
                <Menu class="pick" button={html! { <><span class="pick-label">{ "Denied" }</span><b>{ denied_label }</b></> }}>
                    <button type="button" aria-pressed={store.show_denied.is_none().to_string()} onclick={act(Action::ShowDenied(None))}>{ "While there are few" }</button>
                    <button type="button" aria-pressed={(store.show_denied == Some(true)).to_string()} onclick={act(Action::ShowDenied(Some(true)))}>{ "All" }</button>
                    <button type="button" aria-pressed={(store.show_denied == Some(false)).to_string()} onclick={act(Action::ShowDenied(Some(false)))}>{ "Only the flow in question" }</button>
                </Menu>
            </div>
            <div class="tools right">
                <button type="button" class="pick square" aria-label="zoom in" title="zoom in" onclick={zoom(1.25)}>{ icon(PLUS) }</button>
                <button type="button" class="pick square" aria-label="zoom out" title="zoom out" onclick={zoom(0.8)}>{ icon(MINUS) }</button>
                <button type="button" class="pick square" aria-label="show all" title="show all" onclick={fit}>{ icon(FIT) }</button>
                <Menu right=true arrow=false class="pick square" label="save the picture" button={icon(DOWNLOAD)}>
                    <button type="button" onclick={export(false)}>{ "Save as SVG" }</button>
                    <button type="button" onclick={export(true)}>{ "Save as PNG" }</button>
                </Menu>
            </div>
            if !scene.enforced && !scene.policies.is_empty() {
                <p class="banner">{ "No engine is installed: nothing enforces these policies." }</p>
            } else if store.frozen {
                <p class="banner">{ "The text has an error; this picture is of the text before." }</p>
            }
            { legend(drawn.denied_hidden, drawn.open_hidden) }
        </section>
    }
}

/// The picture for the state, computed when something in it changed.
#[hook]
fn use_picture(store: &Store, memory: &Rc<RefCell<(u32, Memory)>>) -> Shared<Picture> {
    let flow = store.answered().and_then(|a| Some((a.from? as usize, a.to? as usize)));
    let verdict = store.answered().map(|a| {
        let status = match a.verdict {
            VerdictView::Allowed => Status::Allowed,
            VerdictView::Denied => Status::Denied,
            VerdictView::CannotTell => Status::CannotTell,
        };
        (status, format!("{} {}", a.question.protocol, a.question.port.map(|p| p.to_string()).unwrap_or_default()))
    });
    let dependencies =
        (verdict, Shared(store.scene.clone()), flow, store.selected_end(), store.show_denied, Shared(store.toggled.clone()), store.picture);
    let memory = memory.clone();
    let result = use_memo(dependencies, move |(verdict, scene, flow, selected, denied, toggled, number)| {
        let mut memory = memory.borrow_mut();
        if memory.0 != *number {
            *memory = (*number, Memory::default());
        }
        let options = Options {
            flow: *flow,
            verdict: verdict.as_ref().map(|(status, port)| (*status, port.as_str())),
            selected: *selected,
            denied: *denied,
            toggled,
            tall: is_narrow(),
        };
        let picture = picture(scene, &options, &memory.1);
        memory.1 = picture.memory.clone();
        picture
    });
    Shared(result)
}

/// Whether the window is one of a telephone held upright.
fn is_narrow() -> bool {
    web_sys::window().and_then(|w| w.match_media("(max-width: 600px)").ok().flatten()).is_some_and(|q| q.matches())
}

fn empty_note() -> Html {
    html! {
        <div class="empty">
            <h2>{ "No pods yet" }</h2>
            <p>{ "Paste YAML with workloads and policies, drop files or folders anywhere on the page, or open an example." }</p>
            <p><code>{ "kubectl get all,networkpolicy,namespace -A -o yaml" }</code></p>
        </div>
    }
}

fn legend(denied: usize, open: usize) -> Html {
    let hidden = match (denied, open) {
        (0, 0) => None,
        (denied, 0) => Some(format!("not drawn: {denied} denied")),
        (0, open) => Some(format!("not drawn: {open} open to all")),
        (denied, open) => Some(format!("not drawn: {denied} denied, {open} open to all")),
    };
    html! {
        <div class="legend" aria-hidden="true">
            <span><svg viewBox="0 0 30 10"><path class="edge allowed" d="M1 5H24" /><path class="head allowed" d="M23 1l6 4-6 4z" /></svg>{ "allowed" }</span>
            <span><svg viewBox="0 0 30 10"><path class="edge denied" d="M1 5H24" /><path class="head denied" d="M23 1l6 4-6 4z" /></svg>{ "denied" }</span>
            <span><svg viewBox="0 0 30 10"><path class="edge unknown" d="M1 5H24" /><path class="head unknown" d="M23 1l6 4-6 4z" /></svg>{ "cannot tell" }</span>
            <span><svg class="small" viewBox="0 0 14 16"><path class="shield" d={SHIELD_PATH} /></svg>{ "isolated" }</span>
            if let Some(hidden) = hidden { <span>{ hidden }</span> }
        </div>
    }
}

const SHIELD_PATH: &str = "M7 0l7 2.5v5c0 4-3 6.5-7 8-4-1.5-7-4-7-8v-5z";

// --- the drawing ----------------------------------------------------------------------------------

/// Compares by address.
#[derive(Clone)]
struct Handle(LiveRef);

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
struct DrawingProps {
    picture: Shared<Picture>,
    store: UseReducerDispatcher<State>,
    live: Handle,
    canvas: NodeRef,
    question: Question,
}

#[component]
fn Drawing(props: &DrawingProps) -> Html {
    let picture = props.picture.clone();
    let events = Events {
        picture: picture.clone(),
        store: props.store.clone(),
        live: props.live.0.clone(),
        canvas: props.canvas.clone(),
        question: props.question.clone(),
    };
    let on = |handle: fn(&Events, PointerEvent)| {
        let events = events.clone();
        Callback::from(move |event: PointerEvent| handle(&events, event))
    };
    let onclick = {
        let events = events.clone();
        Callback::from(move |event: MouseEvent| events.click(&event))
    };
    let onkeydown = {
        let events = events.clone();
        Callback::from(move |event: KeyboardEvent| events.key(&event))
    };
    use_wheel(&events);
    let count = picture.marks.len();
    let first = picture.marks.iter().position(|m| m.rect.y >= picture.frames.first().map_or(0.0, |f| f.rect.y)).unwrap_or(0);
    html! {
        <svg class="graph" role="group" aria-label={format!("{count} marks; arrow keys move between them, Enter selects. The matrix holds the same as a table.")}
            onpointerdown={on(Events::down)} onpointermove={on(Events::moved)} onpointerup={on(Events::up)} onpointercancel={on(Events::cancel)}
            onpointerover={on(Events::over)} onpointerleave={on(Events::leave)} {onclick} {onkeydown}>
            <defs>
                { for ["allowed", "denied", "unknown"].iter().map(|kind| html! {
                    <marker id={format!("head-{kind}")} viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto-start-reverse" class="marker">
                        <path class={classes!("head", *kind)} d="M0 .6 7.4 4 0 7.4z" />
                    </marker>
                }) }
            </defs>
            <g class="world">
                <g class="frames">{ for picture.frames.iter().map(frame) }</g>
                <g class="edges">{ for picture.arrows.iter().map(|arrow| edge(arrow, &picture)) }</g>
                <g class="marks">{ for picture.marks.iter().enumerate().map(|(i, m)| mark(m, i == first, &picture, i)) }</g>
                <path class="follow" d="" />
            </g>
        </svg>
    }
}

fn frame(frame: &FrameMark) -> Html {
    let r = frame.rect;
    html! {
        <g key={frame.name.clone()} class="frame" data-frame={frame.name.clone()}>
            <rect x={r.x.to_string()} y={r.y.to_string()} width={r.w.to_string()} height={r.h.to_string()} rx="12" />
            <text x={(r.x + 18.0).to_string()} y={(r.y + 25.0).to_string()}>{ &frame.title }<title>{ format!("namespace {}, {} workloads", frame.name, frame.count) }</title></text>
            <g class="fold" role="button" tabindex="-1" aria-label={format!("close namespace {}", frame.name)} data-fold={frame.name.clone()}
                transform={format!("translate({} {})", r.right() - 34.0, r.y + 10.0)}>
                <rect class="hit" width="24" height="24" rx="6" /><path d="M7 12h10" /><title>{ "show as one card" }</title>
            </g>
        </g>
    }
}

fn status_class(status: Status) -> &'static str {
    match status {
        Status::Allowed => "allowed",
        Status::Partly => "allowed partly",
        Status::Denied => "denied",
        Status::CannotTell => "unknown",
    }
}

fn edge(arrow: &Arrow, picture: &Picture) -> Html {
    let kind = match arrow.status {
        Status::Allowed | Status::Partly => "allowed",
        Status::Denied => "denied",
        Status::CannotTell => "unknown",
    };
    let d = arrow.route.path();
    let (x, y) = (arrow.route.label.0.round(), arrow.route.label.1.round());
    let sign = match arrow.status {
        Status::Denied => html! {
            <g class="sign denied" transform={format!("translate({x} {y})")}><circle r="8.5" /><path d="M-3-3 3 3M3-3-3 3" /></g>
        },
        Status::CannotTell => html! {
            <g class="sign unknown" transform={format!("translate({x} {y})")}><circle r="8.5" /><text y="4">{ "?" }</text></g>
        },
        _ if arrow.label.is_empty() => Html::default(),
        _ => {
            let width = arrow.label.chars().count() as f64 * 6.7 + 10.0;
            html! {
                <g class="label" transform={format!("translate({x} {y})")}>
                    <rect x={(-width / 2.0).to_string()} y="-9" width={width.to_string()} height="18" rx="4" /><text y="4">{ &arrow.label }</text>
                </g>
            }
        }
    };
    let ends = format!("{} {}", arrow.from, arrow.to);
    let head = format!("url(#head-{kind})");
    let class = classes!(
        "arrow",
        status_class(arrow.status),
        arrow.quiet.then_some("quiet"),
        arrow.flow.then_some("flow"),
        arrow.open.then_some("open")
    );
    let ask = format!("{} {}", end_key(picture, arrow.from), end_key(picture, arrow.to));
    html! {
        <g key={arrow.key.clone()} {class} role="button" tabindex="-1" aria-label={arrow.title.clone()} data-ends={ends} data-ask={ask}>
            if arrow.flow { <path class="halo" d={d.clone()} /> }
            <path class="hit" d={d.clone()} />
            <path class={classes!("edge", kind)} {d} marker-end={head.clone()} marker-start={arrow.both.then_some(head)} />
            { sign }
            <title>{ &arrow.title }</title>
        </g>
    }
}

/// What a question calls the mark, or the first of a frame; nothing for a closed namespace.
fn end_key(picture: &Picture, index: usize) -> String {
    let mark = match picture.marks.get(index) {
        Some(mark) => Some(mark),
        None => picture.frames.get(index - picture.marks.len()).and_then(|frame| {
            picture.marks.iter().find(|m| m.end.is_some() && frame.rect.contains(m.rect.middle_x(), m.rect.middle_y(), 0.0))
        }),
    };
    mark.filter(|m| m.end.is_some()).map(|m| m.key.clone()).unwrap_or_default()
}

fn mark(mark: &Mark, tabbable: bool, picture: &Picture, index: usize) -> Html {
    let r = mark.rect;
    let flow = picture.arrows.iter().any(|a| a.flow && (a.from == index || a.to == index));
    let class = classes!(
        "mark",
        match mark.kind {
            MarkKind::Card => "card",
            MarkKind::Group(_) => "group",
            MarkKind::Pill => "pill",
        },
        flow.then_some("flow"),
        mark.selected.then_some("selected")
    );
    let pill = mark.kind == MarkKind::Pill;
    let left = if pill { 34.0 } else { 16.0 };
    let rx = if pill { r.h / 2.0 } else { 8.0 };
    let sign = match (pill, mark.sort) {
        (true, EndKind::Node) => html! { <path class="pill-sign" d="M14 17h10v4H14zM14 25h10v4H14z" /> },
        (true, EndKind::IngressController) => html! { <path class="pill-sign" d="M14 23h9M20 19l4 4-4 4" /> },
        (true, _) => {
            html! { <path class="pill-sign" d="M13.5 23a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M13.5 23h11M19 17.5c-3 3-3 8 0 11c3-3 3-8 0-11" /> }
        }
        _ => Html::default(),
    };
    let shield = (mark.isolated.0 || mark.isolated.1).then(|| {
        let words = match mark.isolated {
            (true, true) => "isolated for ingress and egress",
            (true, false) => "isolated for ingress",
            _ => "isolated for egress",
        };
        // Half a shield for one direction: the left half guards what comes in.
        let half = match mark.isolated {
            (true, true) => SHIELD_PATH,
            (true, false) => "M7 0v15.5c-4-1.5-7-4-7-8v-5z",
            _ => "M7 0l7 2.5v5c0 4-3 6.5-7 8z",
        };
        html! {
            <g class="shield-sign" transform={format!("translate({} 9)", r.w - 26.0)}><path class="shield-line" d={SHIELD_PATH} /><path class="shield" d={half} /><title>{ words }</title></g>
        }
    });
    html! {
        <g key={mark.key.clone()} {class} role="button" tabindex={if tabbable { "0" } else { "-1" }} aria-label={mark.label.clone()} data-mark={index.to_string()} data-key={mark.key.clone()}
            transform={format!("translate({} {})", r.x, r.y)}>
            if matches!(mark.kind, MarkKind::Group(_)) {
                <rect class="behind" x="5" y="5" width={r.w.to_string()} height={r.h.to_string()} rx="8" />
            }
            <rect class="body" width={r.w.to_string()} height={r.h.to_string()} rx={rx.to_string()} />
            { sign }
            <text class="title" x={left.to_string()} y={(r.h / 2.0 - 3.0).to_string()}>{ &mark.title }</text>
            <text class="sub" x={left.to_string()} y={(r.h / 2.0 + 13.0).to_string()}>{ &mark.subtitle }</text>
            { shield.unwrap_or_default() }
            if let Some((target, words)) = &mark.open_by {
                <g class="open-sign" data-follow={target.clone()} transform={format!("translate({} {})", r.w - 27.0, r.h - 22.0)}>
                    <rect class="hit" x="-6" y="-4" width="28" height="23" rx="5" /><path d={export::OPEN_PATH} /><title>{ format!("show the path by {words}") }</title>
                </g>
            }
            <title>{ &mark.label }</title>
        </g>
    }
}

// --- pointer and keys -----------------------------------------------------------------------------

#[derive(Clone)]
struct Events {
    picture: Shared<Picture>,
    store: UseReducerDispatcher<State>,
    live: LiveRef,
    canvas: NodeRef,
    question: Question,
}

fn target(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

impl Events {
    fn element(&self) -> Option<Element> {
        self.canvas.cast::<Element>()
    }

    fn mark_of(&self, element: &Element) -> Option<&Mark> {
        self.picture.marks.get(element.get_attribute("data-mark")?.parse::<usize>().ok()?)
    }

    fn down(&self, event: PointerEvent) {
        let Some(canvas) = self.element() else { return };
        let (x, y) = at(&canvas, &event);
        let mut live = self.live.borrow_mut();
        live.dragged = false;
        live.pointers.retain(|p| p.0 != event.pointer_id());
        live.pointers.push((event.pointer_id(), x, y));
        if let [(_, ax, ay), (_, bx, by)] = live.pointers.as_slice() {
            live.drag = Drag::Pinch {
                distance: (ax - bx).hypot(ay - by).max(1.0),
                camera: live.camera,
                middle: ((ax + bx) / 2.0, (ay + by) / 2.0),
            };
            return;
        }
        if event.button() != 0 {
            return;
        }
        // A finger on a card pans: there is nothing else to pan with.
        let mark = target(&event, "[data-mark]").filter(|_| event.pointer_type() != "touch");
        let key = mark.as_ref().and_then(|m| self.mark_of(m)).filter(|m| m.end.is_some()).map(|m| m.key.clone());
        live.drag = match key {
            Some(key) => Drag::Ask { key, x, y, begun: false },
            None => Drag::Pan { x, y, camera: live.camera },
        };
    }

    fn moved(&self, event: PointerEvent) {
        let Some(canvas) = self.element() else { return };
        let (x, y) = at(&canvas, &event);
        let mut live = self.live.borrow_mut();
        if let Some(pointer) = live.pointers.iter_mut().find(|p| p.0 == event.pointer_id()) {
            (pointer.1, pointer.2) = (x, y);
        }
        match live.drag.clone() {
            Drag::None => (),
            Drag::Pinch { distance, camera, middle } => {
                if let [(_, ax, ay), (_, bx, by)] = live.pointers.as_slice() {
                    let scale = (camera.scale * (ax - bx).hypot(ay - by) / distance).clamp(SCALES.0, SCALES.1);
                    let now = ((ax + bx) / 2.0, (ay + by) / 2.0);
                    let ratio = scale / camera.scale;
                    live.camera =
                        Camera { x: now.0 - (middle.0 - camera.x) * ratio, y: now.1 - (middle.1 - camera.y) * ratio, scale, moved: true };
                    live.dragged = true;
                    show(&canvas, &live.camera);
                }
            }
            Drag::Pan { x: x0, y: y0, camera } => {
                if live.dragged || (x - x0).hypot(y - y0) > TREMBLE {
                    if !live.dragged {
                        capture(&event);
                        let _ = canvas.class_list().add_1("panning");
                    }
                    live.dragged = true;
                    live.camera = Camera { x: camera.x + x - x0, y: camera.y + y - y0, moved: true, ..camera };
                    show(&canvas, &live.camera);
                }
            }
            Drag::Ask { key, x: x0, y: y0, begun } => {
                if begun || (x - x0).hypot(y - y0) > TREMBLE {
                    live.dragged = true;
                    let camera = live.camera;
                    live.drag = Drag::Ask { key: key.clone(), x: x0, y: y0, begun: true };
                    let _ = canvas.class_list().add_1("asking");
                    if let (Some(line), Some(from)) = (find(&canvas, ".follow"), self.picture.marks.iter().find(|m| m.key == key)) {
                        let (tx, ty) = ((x - camera.x) / camera.scale, (y - camera.y) / camera.scale);
                        let _ = line.set_attribute("d", &format!("M{} {}L{tx} {ty}", from.rect.middle_x(), from.rect.middle_y()));
                    }
                }
            }
        }
    }

    fn up(&self, event: PointerEvent) {
        let drag = {
            let mut live = self.live.borrow_mut();
            live.pointers.retain(|p| p.0 != event.pointer_id());
            std::mem::replace(&mut live.drag, Drag::None)
        };
        let Some(canvas) = self.element() else { return };
        let _ = canvas.class_list().remove_2("panning", "asking");
        if let Drag::Ask { key, begun: true, .. } = drag {
            if let Some(line) = find(&canvas, ".follow") {
                let _ = line.set_attribute("d", "");
            }
            let to = target(&event, "[data-mark]").and_then(|m| self.mark_of(&m).filter(|m| m.end.is_some()).map(|m| m.key.clone()));
            if let Some(to) = to.filter(|to| *to != key) {
                self.ask(&key, &to);
            }
        }
    }

    fn cancel(&self, event: PointerEvent) {
        let mut live = self.live.borrow_mut();
        live.pointers.retain(|p| p.0 != event.pointer_id());
        live.drag = Drag::None;
        if let Some(canvas) = self.element() {
            let _ = canvas.class_list().remove_2("panning", "asking");
        }
    }

    /// Fades everything that does not touch what is pointed at.
    fn over(&self, event: PointerEvent) {
        let Some(canvas) = self.element() else { return };
        if event.pointer_type() == "touch" {
            return;
        }
        let mark = target(&event, "[data-mark]").and_then(|m| m.get_attribute("data-mark"));
        let ends = target(&event, "[data-ends]").and_then(|m| m.get_attribute("data-ends"));
        highlight(&canvas, mark.as_deref(), ends.as_deref());
    }

    fn leave(&self, _: PointerEvent) {
        if let Some(canvas) = self.element() {
            highlight(&canvas, None, None);
        }
    }

    fn click(&self, event: &MouseEvent) {
        if std::mem::take(&mut self.live.borrow_mut().dragged) {
            return;
        }
        if let Some(fold) = target(event, "[data-fold]").and_then(|f| f.get_attribute("data-fold")) {
            self.store.dispatch(Action::ToggleNamespace(fold));
        } else if let Some(target) = target(event, "[data-follow]").and_then(|f| f.get_attribute("data-follow")) {
            self.store.dispatch(Action::FollowTo { target, from: None });
        } else if let Some(element) = target(event, "[data-mark]") {
            if let Some(html) = element.dyn_ref::<web_sys::SvgElement>() {
                let _ = html.focus();
            }
            self.activate(&element);
        } else if let Some(element) = target(event, "[data-ask]") {
            self.activate(&element);
        } else {
            self.store.dispatch(Action::Select(None));
        }
    }

    fn activate(&self, element: &Element) {
        if let Some(ask) = element.get_attribute("data-ask") {
            if let Some((from, to)) = ask.split_once(' ').filter(|(a, b)| !a.is_empty() && !b.is_empty()) {
                self.ask(from, to);
            }
            return;
        }
        match self.mark_of(element).map(|m| (&m.kind, m.key.clone())) {
            Some((MarkKind::Group(name), _)) => self.store.dispatch(Action::ToggleNamespace(name.clone())),
            Some((_, key)) => self.store.dispatch(Action::Select(Some(key))),
            None => (),
        }
    }

    fn ask(&self, from: &str, to: &str) {
        let port = self.picture.arrows.iter().find(|a| {
            let key = |i: usize| end_key(&self.picture, i);
            key(a.from) == from && key(a.to) == to
        });
        // The port that the arrow speaks of, else the one that was asked for before.
        let mut question = Question { from: from.into(), to: to.into(), ..self.question.clone() };
        if let Some((protocol, port)) = port.and_then(|a| named_port(&a.label)) {
            question.protocol = protocol;
            question.port = Some(port);
        }
        self.store.dispatch(Action::Ask(question));
    }

    fn key(&self, event: &KeyboardEvent) {
        let Some(element) = target(event, "[data-mark],[data-ask],[data-fold]") else { return };
        match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                match element.get_attribute("data-fold") {
                    Some(fold) => self.store.dispatch(Action::ToggleNamespace(fold)),
                    None => self.activate(&element),
                }
            }
            "Escape" => self.store.dispatch(Action::Select(None)),
            key @ ("ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown") => {
                event.prevent_default();
                let Some(index) = element.get_attribute("data-mark").and_then(|i| i.parse::<usize>().ok()) else { return };
                if let (Some(next), Some(canvas)) = (nearest(&self.picture, index, key), self.element()) {
                    focus_mark(&canvas, &element, next);
                }
            }
            _ => (),
        }
    }
}

/// The one port that a label names, for the question.
fn named_port(label: &str) -> Option<(String, u16)> {
    let first = label.split([',', ' ', '–']).find_map(|word| word.parse::<u16>().ok())?;
    let protocol = ["UDP", "SCTP"].into_iter().find(|p| label.starts_with(p)).unwrap_or("TCP");
    // `3 of 12` names no port.
    (!label.contains(" of ")).then(|| (protocol.to_owned(), first))
}

/// The nearest mark in a direction.
fn nearest(picture: &Picture, from: usize, key: &str) -> Option<usize> {
    let own = picture.marks.get(from)?.rect;
    let distance = |(index, mark): (usize, &Mark)| {
        let (dx, dy) = (mark.rect.middle_x() - own.middle_x(), mark.rect.middle_y() - own.middle_y());
        let (ahead, aside) = match key {
            "ArrowLeft" => (-dx, dy),
            "ArrowRight" => (dx, dy),
            "ArrowUp" => (-dy, dx),
            _ => (dy, dx),
        };
        (index != from && ahead > 1.0).then_some((index, ahead + aside.abs() * 2.0))
    };
    picture.marks.iter().enumerate().filter_map(distance).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

fn focus_mark(canvas: &Element, from: &Element, index: usize) {
    if let Some(next) = find(canvas, &format!("[data-mark=\"{index}\"]")) {
        let _ = from.set_attribute("tabindex", "-1");
        let _ = next.set_attribute("tabindex", "0");
        if let Some(next) = next.dyn_ref::<web_sys::SvgElement>() {
            let _ = next.focus();
        }
        highlight(canvas, Some(&index.to_string()), None);
    }
}

fn find(canvas: &Element, selector: &str) -> Option<Element> {
    canvas.query_selector(selector).ok().flatten()
}

fn capture(event: &PointerEvent) {
    if let Some(element) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

/// Sets classes on the root and on the few marks and arrows that stay.
fn highlight(canvas: &Element, mark: Option<&str>, ends: Option<&str>) {
    let list = canvas.class_list();
    if let Ok(near) = canvas.query_selector_all(".near") {
        for index in 0..near.length() {
            if let Some(element) = near.item(index).and_then(|n| n.dyn_into::<Element>().ok()) {
                let _ = element.class_list().remove_1("near");
            }
        }
    }
    if mark.is_none() && ends.is_none() {
        let _ = list.remove_1("pointing");
        return;
    }
    let mut marks: Vec<String> = mark.iter().map(|m| (*m).to_owned()).collect();
    if let Ok(arrows) = canvas.query_selector_all("[data-ends]") {
        for index in 0..arrows.length() {
            let Some(arrow) = arrows.item(index).and_then(|n| n.dyn_into::<Element>().ok()) else { continue };
            let Some(own) = arrow.get_attribute("data-ends") else { continue };
            let touches = match mark {
                Some(mark) => own.split(' ').any(|end| end == mark),
                None => Some(own.as_str()) == ends,
            };
            if touches {
                let _ = arrow.class_list().add_1("near");
                // Those at the other end of an arrow that only now shows stay faded, unless something passes.
                marks.extend(own.split(' ').map(str::to_owned));
            }
        }
    }
    for mark in marks {
        if let Some(element) = find(canvas, &format!("[data-mark=\"{mark}\"]")) {
            let _ = element.class_list().add_1("near");
        }
    }
    let _ = list.add_1("pointing");
}

// --- the camera -----------------------------------------------------------------------------------

fn at(canvas: &Element, event: &PointerEvent) -> (f64, f64) {
    let rect = canvas.get_bounding_client_rect();
    (f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top())
}

fn size_of(canvas: &Element) -> (f64, f64) {
    (f64::from(canvas.client_width()), f64::from(canvas.client_height()))
}

fn show(canvas: &Element, camera: &Camera) {
    if let Some(world) = find(canvas, ".world") {
        let _ = world.set_attribute("transform", &format!("translate({:.1} {:.1}) scale({:.4})", camera.x, camera.y, camera.scale));
    }
    // Letters that nobody could read are left out.
    let _ = canvas.class_list().toggle_with_force("far", camera.scale < 0.5);
    if let Some(html) = canvas.dyn_ref::<HtmlElement>() {
        let _ = html.style().set_property("background-position", &format!("{:.1}px {:.1}px", camera.x, camera.y));
    }
}

fn zoom_at(live: &LiveRef, canvas: &Element, x: f64, y: f64, factor: f64) {
    let mut live = live.borrow_mut();
    let camera = live.camera;
    let scale = (camera.scale * factor).clamp(SCALES.0, SCALES.1);
    let ratio = scale / camera.scale;
    live.camera = Camera { x: x - (x - camera.x) * ratio, y: y - (y - camera.y) * ratio, scale, moved: true };
    show(canvas, &live.camera);
}

/// Shows all of the picture, in the middle.
fn fit_camera(live: &LiveRef, canvas: &Element, picture: &Picture) {
    let (w, h) = size_of(canvas);
    if w < 1.0 || h < 1.0 {
        return;
    }
    let bounds = picture.bounds;
    let (top, margin) = (52.0, if w < 600.0 { 16.0 } else { 32.0 });
    let foot = 44.0;
    let scale = ((w - 2.0 * margin) / bounds.w.max(1.0)).min((h - top - foot) / bounds.h.max(1.0)).clamp(SCALES.0, COMFORTABLE);
    let mut live = live.borrow_mut();
    live.camera = Camera {
        x: (w - bounds.w * scale) / 2.0 - bounds.x * scale,
        y: top + (h - top - foot - bounds.h * scale) / 2.0 - bounds.y * scale,
        scale,
        moved: false,
    };
    show(canvas, &live.camera);
}

/// Follows the size of the canvas and the picture, unless the person moved the camera.
#[hook]
fn use_camera(canvas: &NodeRef, live: &LiveRef, drawn: &Shared<Picture>, number: u32) {
    let latest = use_mut_ref(|| drawn.clone());
    *latest.borrow_mut() = drawn.clone();
    {
        let (canvas, live) = (canvas.clone(), live.clone());
        use_effect_with((drawn.clone(), number), move |(drawn, number)| {
            let Some(element) = canvas.cast::<Element>() else { return };
            let afresh = live.borrow().fitted != Some(*number);
            if afresh || !live.borrow().camera.moved {
                live.borrow_mut().fitted = Some(*number);
                fit_camera(&live, &element, drawn);
            } else {
                let camera = live.borrow().camera;
                show(&element, &camera);
            }
        });
    }
    let (canvas, live) = (canvas.clone(), live.clone());
    use_effect_with((), move |()| {
        let element = canvas.cast::<Element>();
        let watched = element.clone();
        let on_size = Closure::<dyn FnMut()>::new(move || {
            if let Some(element) = &watched {
                let moved = live.borrow().camera.moved;
                if !moved {
                    let drawn = latest.borrow().clone();
                    fit_camera(&live, element, &drawn);
                }
            }
        });
        let observer = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(on_size);
        }
    });
}

/// The wheel zooms at the pointer; with Shift, or on a trackpad's two axes, it pans. Yew's own wheel events are passive, and these must
/// keep the page from scrolling.
#[hook]
fn use_wheel(events: &Events) {
    let (canvas, live) = (events.canvas.clone(), events.live.clone());
    use_effect_with((), move |()| {
        let element = canvas.cast::<Element>();
        let on = element.clone();
        let handler = Closure::<dyn Fn(WheelEvent)>::new(move |event: WheelEvent| {
            let Some(canvas) = &on else { return };
            event.prevent_default();
            let rect = canvas.get_bounding_client_rect();
            let (x, y) = (f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top());
            let unit = if event.delta_mode() == 0 { 1.0 } else { 24.0 };
            if event.shift_key() || (event.delta_x().abs() > event.delta_y().abs() && !event.ctrl_key()) {
                let mut live = live.borrow_mut();
                live.camera.x -= if event.delta_x() == 0.0 { event.delta_y() } else { event.delta_x() } * unit;
                live.camera.moved = true;
                show(canvas, &live.camera);
            } else {
                // A pinch on a trackpad comes as a wheel with Ctrl, in smaller steps.
                let rate = if event.ctrl_key() { 0.01 } else { 0.0016 };
                zoom_at(&live, canvas, x, y, (-event.delta_y() * unit * rate).exp());
            }
        });
        let options = web_sys::AddEventListenerOptions::new();
        options.set_passive(false);
        if let Some(element) = &element {
            let _ = element.add_event_listener_with_callback_and_add_event_listener_options(
                "wheel",
                handler.as_ref().unchecked_ref(),
                &options,
            );
        }
        move || {
            if let Some(element) = element {
                let _ = element.remove_event_listener_with_callback("wheel", handler.as_ref().unchecked_ref());
            }
        }
    });
}
