//! The graph on the screen.
//!
//! What moves with the pointer (panning, fading, the line that follows a drag) is set on the elements themselves; the component is drawn
//! anew only when the picture changes.

mod camera;
mod drag;
mod drawing;
mod filter;
mod finder;
mod follow;
mod hand;
mod keyboard;
mod legend;
mod listeners;
mod minimap;
mod packet;
mod parts;
#[cfg(test)]
mod tests;
mod view;

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::{Element, MouseEvent};
use yew::prelude::*;

use self::drawing::{Drawing, Handle};
use self::filter::filter;
pub(super) use self::filter::filtered;
use self::finder::{Finder, alone};
use self::legend::legend;
use self::listeners::use_middle;
use self::minimap::Minimap;
pub(super) use self::packet::Player;
use self::packet::{PlayTool, PlayerPlace};
use self::view::{Live, LiveRef, fit_camera, size_of, use_camera, zoom_at};
use super::ask_from::AskFrom;
use super::coverage::Coverage;
use super::icons::{DOWNLOAD, FIT, INFO, MINUS, PLUS, icon};
use super::late::{Late, Part};
use super::menu::Menu;
use super::shown::{end_in, flow_in, use_shown};
use super::view_switch::view_switch;
use super::{ByAddress, Store, press, use_part};
use crate::components::renders::count_render;
use crate::effects::{outside, raster};
use crate::graph::export::{self, Palette};
use crate::graph::layout::Memory;
use crate::graph::picture::{Options, Picture, is_large, picture};
use crate::graph::{TALL, WIDE};
use crate::state::{Action, PictureAction, State, marks_in};
use crate::words::t;
use netpolis_view::{EndKind, SceneView, Status, TrafficView};

/// Of fewer cards nobody loses sight.
const FEW_CARDS: usize = 6;

/// Where everything stood in the scene of this number, with these namespaces opened or closed.
type Remembered = ((u32, Vec<String>), Memory);

/// What the graph shows, without what is shown beside it.
fn graph_part(state: &State) -> impl PartialEq + use<> {
    let asking = (state.is_first_on_its_way(), state.flow_ends(), state.selected_end(), state.asking.from.clone());
    let answers = (state.marks().cloned().map(ByAddress), state.filter_answer().cloned().map(ByAddress), state.to_predict());
    (
        state.scene_part(),
        state.verdict_part(),
        asking,
        answers,
        state.picture.clone(),
        (state.shows_azure(), state.drawn_policy()),
        state.layout.theme,
    )
}

/// The graph, with its tools and its legend.
#[component]
pub fn Graph() -> Html {
    count_render("Graph");
    let Some(store) = use_part(graph_part) else { return Html::default() };
    let canvas = use_node_ref();
    let live: LiveRef = use_mut_ref(Live::default);
    let memory = use_mut_ref(Vec::<Remembered>::new);
    let room = use_state_eq(|| None::<(i32, i32)>);
    let shown = use_shown(&store);
    let size = canvas_size(&store, *room);
    let drawn = use_picture(&store, &shown, &memory, size);
    // What a filter leaves of a large scene may be small, and keeps its tools.
    let large = is_large(&store.answers.scene, size);

    use_camera(&canvas, &live, &drawn, (store.picture.number, store.picture.focus.last().cloned()), &room);
    live.borrow_mut().focus = store.picture.focus.len();
    live.borrow_mut().opens = {
        let dispatch = store.dispatcher();
        Callback::from(move |action: PictureAction| dispatch.dispatch(action.into()))
    };
    use_middle(&canvas, &live, store.picture.focus.len());

    let zoom = |factor: f64| zooms(&canvas, &live, factor);
    let fit = fits(&store, &canvas, &live, &drawn);
    let scene = &store.answers.scene;
    let empty = scene.ends.iter().all(|e| e.kind == EndKind::Outside);
    html! {
        <section class={classes!("pane", "graph-pane", store.selected_end().is_some().then_some("selecting"), store.asking.from.is_some().then_some("choosing"))} aria-label={t("Graph")}>
            <div class="toolbar">
                if large {
                    <div class="tools">{ view_switch(&store) }<Finder store={store.clone()} /></div>
                } else {
                    { choices(&store) }
                }
                <div class="tools right">
                    <PlayTool />
                    <button type="button" class="pick square" data-tool="zoom-in" aria-label={t("zoom in")} title={t("zoom in")} onclick={zoom(1.25)}>{ icon(PLUS) }</button>
                    <button type="button" class="pick square" data-tool="zoom-out" aria-label={t("zoom out")} title={t("zoom out")} onclick={zoom(0.8)}>{ icon(MINUS) }</button>
                    <button type="button" class="pick square" data-tool="show-all" aria-label={t("show all")} title={t("show all")} onclick={fit}>{ icon(FIT) }</button>
                    { saving(&drawn, exports(&store, &drawn, false), exports(&store, &drawn, true)) }
                </div>
            </div>
            if !scene.enforced && !scene.policies.is_empty() {
                <p class="banner">{ t("No engine is installed: nothing enforces these policies.") }</p>
            }
            <div class="canvas" ref={canvas.clone()}>
                <Drawing words={store.layout.words} picture={drawn.clone()} store={store.dispatcher()} live={Handle(live.clone())} canvas={canvas.clone()}
                    asks_from={store.asking.from.clone()} scene={shown.clone()} pinned={store.picture.pinned.clone()} policy={store.drawn_policy()} />
                if drawn.overview.is_some() {
                    { alone(&store) }
                    if room.is_some_and(|(_, high)| drawn.bounds.h + 32.0 > f64::from(high)) {
                        <Minimap picture={drawn.clone()} live={Handle(live.clone())} canvas={canvas.clone()} />
                    }
                } else if drawn.marks.len() >= FEW_CARDS || store.layout.panes.is_narrow() {
                    <Minimap picture={drawn.clone()} live={Handle(live.clone())} canvas={canvas.clone()} corner=true />
                }
                if empty && !store.is_first_on_its_way() { <Late part={Part::Empty} /> }
            </div>
            <p class="aim-note" aria-hidden="true" />
            <PlayerPlace />
            <AskFrom />
            <Coverage full=true />
            <div class="legend-foot" aria-hidden="true">{ legend(&drawn) }</div>
        </section>
    }
}

/// Zooms around the middle of the canvas.
fn zooms(canvas: &NodeRef, live: &LiveRef, factor: f64) -> Callback<MouseEvent> {
    let (canvas, live) = (canvas.clone(), live.clone());
    Callback::from(move |_: MouseEvent| {
        if let Some(element) = canvas.cast::<Element>() {
            let (w, h) = size_of(&element);
            zoom_at(&live, &element, w / 2.0, h / 2.0, factor);
        }
    })
}

/// Shows the whole picture.
fn fits(store: &Store, canvas: &NodeRef, live: &LiveRef, drawn: &ByAddress<Picture>) -> Callback<MouseEvent> {
    let (canvas, live, drawn, dispatch) = (canvas.clone(), live.clone(), drawn.clone(), store.dispatcher());
    Callback::from(move |_: MouseEvent| {
        live.borrow_mut().camera.moved = false;
        dispatch.dispatch(PictureAction::ZoomOut.into());
        if let Some(element) = canvas.cast::<Element>() {
            fit_camera(&live, &element, &drawn);
        }
    })
}

/// Saves the picture as a file, as PNG or SVG.
fn exports(store: &Store, drawn: &ByAddress<Picture>, png: bool) -> Callback<MouseEvent> {
    let (drawn, theme, dispatch) = (drawn.clone(), store.layout.theme, store.dispatcher());
    Callback::from(move |_: MouseEvent| {
        let palette = if outside::is_dark(theme) { Palette::DARK } else { Palette::LIGHT };
        let svg = export::svg(&drawn, &palette);
        if png {
            let dispatch = dispatch.clone();
            raster::download_png("netpolis.png".into(), svg, move |saving| dispatch.dispatch(Action::Saving(saving)));
        } else {
            outside::download("netpolis.svg", "image/svg+xml", &svg.text);
        }
    })
}

/// What can be chosen about the picture.
fn choices(store: &Store) -> Html {
    let now = store.picture.show_denied;
    let label = match now {
        Some(true) => t("all"),
        Some(false) => t("only this one"),
        None => t("when few"),
    };
    let choice = |show: Option<bool>, words: &'static str| {
        html! { <button type="button" aria-pressed={(now == show).to_string()} onclick={press(store, PictureAction::ShowDenied(show))}>{ words }</button> }
    };
    html! {
        <div class="tools">
            { view_switch(store) }
            <Menu class="pick" button={html! { <><span class="pick-label">{ t("Denied ") }<span class="long">{ t("flows") }</span></span><b>{ label }</b></> }}>
                { choice(None, t("When there are few")) }
                { choice(Some(true), t("All")) }
                { choice(Some(false), t("Only the flow asked about")) }
            </Menu>
            { filter(store) }
        </div>
    }
}

/// The menus that save the picture; one of them has the legend, too.
fn saving(drawn: &Picture, as_svg: Callback<MouseEvent>, as_png: Callback<MouseEvent>) -> Html {
    let save = html! {
        <>
            <button type="button" onclick={as_svg}>{ t("Save as SVG") }</button>
            <button type="button" onclick={as_png}>{ t("Save as PNG") }</button>
        </>
    };
    html! {
        <>
            <div class="save-tool">
                <Menu right=true arrow=false class="pick square" label={t("save the picture")} button={icon(DOWNLOAD)}>{ save.clone() }</Menu>
            </div>
            // Where there is no room for the legend below the drawing.
            <div class="legend-tool">
                <Menu right=true arrow=false class="pick square" label={t("legend, save the picture")} button={icon(INFO)}>
                    { legend(drawn) }<hr />{ save }
                </Menu>
            </div>
        </>
    }
}

/// How large the canvas is, or will be.
fn canvas_size(store: &Store, room: Option<(i32, i32)>) -> (f64, f64) {
    let first = if store.layout.panes.is_narrow() { TALL } else { WIDE };
    room.map_or(first, |(w, h)| (f64::from(w), f64::from(h)))
}

/// The picture for the state, computed when something in it changed.
#[hook]
fn use_picture(store: &Store, shown: &ByAddress<SceneView>, memory: &Rc<RefCell<Vec<Remembered>>>, size: (f64, f64)) -> ByAddress<Picture> {
    // What the canvas has, as far as it matters.
    let narrow = store.layout.panes.is_narrow();
    let room = is_large(shown, size).then_some((size.0 as i32, size.1 as i32));
    let flow = flow_in(store, shown);
    let verdict = store.answers.verdict().map(|verdict| {
        let question = &verdict.question;
        (Status::from(verdict.word), TrafficView { protocol: question.protocol.clone(), port: question.port })
    });
    let dependencies = (
        verdict,
        shown.clone(),
        flow,
        store.selected_end().and_then(|end| end_in(store, shown, end)),
        if store.picture.filter.shown == Some(Status::Denied) { Some(true) } else { store.picture.show_denied },
        ByAddress(if room.is_some() { store.picture.opened.clone() } else { store.picture.toggled.clone() }),
        store.picture.number,
        (narrow, room, store.picture.focus.last().cloned()),
        store.marks().cloned().map(ByAddress),
    );
    let memory = memory.clone();
    let result = use_memo(dependencies, move |(verdict, scene, flow, selected, denied, toggled, number, (narrow, room, focus), marks)| {
        let mut memories = memory.borrow_mut();
        memories.retain(|((scene, _), _)| scene == number);
        // Where something opens or closes, all finds its place anew: what is left would stand around a hole. What is as it was stands where it stood.
        let of = (*number, if room.is_none() { toggled.to_vec() } else { Vec::new() });
        let before = memories.iter().position(|known| known.0 == of).map(|at| memories.remove(at).1).unwrap_or_default();
        let marks = marks_in(scene, marks.as_ref().map(|marks| &**marks));
        let options = Options {
            marks: Some(&marks),
            flow: *flow,
            verdict: verdict.as_ref().map(|(status, traffic)| (*status, traffic)),
            selected: *selected,
            denied: *denied,
            toggled,
            tall: *narrow,
            focus: focus.as_deref(),
            room: room.map(|(w, h)| (f64::from(w), f64::from(h))),
        };
        let picture = picture(scene, &options, &before);
        memories.push((of, picture.memory.clone()));
        picture
    });
    ByAddress(result)
}
