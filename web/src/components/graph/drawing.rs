//! The picture as elements: frames, marks, arrows.

use std::collections::BTreeSet;
use std::rc::Rc;

use web_sys::{MouseEvent, PointerEvent};
use yew::prelude::*;

use super::drag::Events;
use super::listeners::{use_awaited, use_escape, use_focus, use_taps, use_wheel};
use super::packet::PacketView;
use super::parts::{ArrowProps, ArrowView, MarkView, SaidView, says_something};
use super::view::LiveRef;
use crate::components::ByAddress;
use crate::components::renders::count_render;
use crate::graph::glide::glides;
use crate::graph::near::{Near, Pointed, near};
use crate::graph::picture::{FrameMark, Mark, MarkKind, Picture};
use crate::graph::route::Route;
use crate::graph::sight::WHOLE;
use crate::graph::zoom::details;
use crate::graph::{COMFORTABLE, Rect};
use crate::state::State;
use crate::vec_map::VecMap;
use crate::words::{Language, own_words, shown, t, t_count, t_with};
use netpolis_view::{EndView, SceneView};

/// With more marks and arrows than this, browsers draw all of them as simply as they can.
const MANY_PARTS: usize = 150;

/// Compares by address.
#[derive(Clone)]
pub(super) struct Handle(pub(super) LiveRef);

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct DrawingProps {
    /// The language that is shown: in another it is drawn anew.
    pub(super) words: Language,
    pub(super) picture: ByAddress<Picture>,
    pub(super) store: UseReducerDispatcher<State>,
    pub(super) live: Handle,
    pub(super) canvas: NodeRef,
    pub(super) asks_from: Option<String>,
    pub(super) scene: ByAddress<SceneView>,
    /// The card whose arrows are shown.
    pub(super) pinned: Option<String>,
    /// The policy that is drawn below: whom it selects is marked.
    pub(super) policy: Option<usize>,
}

#[component]
pub(super) fn Drawing(props: &DrawingProps) -> Html {
    count_render("Drawing");
    let picture = props.picture.clone();
    let pointed = use_state_eq(|| None);
    let tab_stop = use_state_eq(|| None::<String>);
    let told = use_state_eq(|| None::<String>);
    let part = use_state_eq(|| None::<Rect>);
    {
        let (told, part) = (told.clone(), part.clone());
        let mut live = props.live.0.borrow_mut();
        live.tells = Callback::from(move |name| told.set(name));
        live.draws = Callback::from(move |seen| part.set(Some(seen)));
    }
    let (point, tab_to) = (pointed.clone(), tab_stop.clone());
    let events = Events {
        point: Callback::from(move |at| point.set(at)),
        tab_to: Callback::from(move |key| tab_to.set(Some(key))),
        picture: picture.clone(),
        store: props.store.clone(),
        live: props.live.0.clone(),
        canvas: props.canvas.clone(),
        asks_from: props.asks_from.clone(),
    };
    let on = |handle: fn(&Events, PointerEvent)| events.hear(handle);
    let on_mouse = |handle: fn(&Events, MouseEvent)| events.hear(handle);
    use_wheel(&events.canvas, &events.live);
    use_escape(&events.canvas, &events.live);
    use_taps(&events.canvas);
    let tabbable = picture.tab_stop(tab_stop.as_deref());
    // Every picture is drawn with what is pointed at as it is then.
    let looked_at = (picture.clone(), (*pointed).clone(), props.pinned.clone(), props.scene.clone());
    let looked_at = use_memo(looked_at, |(picture, pointed, pinned, scene)| look(picture, pointed.as_ref(), pinned.as_ref(), scene));
    let Look { near, quiet, own } = &*looked_at;
    let flow: Vec<usize> = picture.arrows.iter().filter(|arrow| arrow.flow).flat_map(|arrow| [arrow.from, arrow.to]).collect();
    let (lines, words) = arrows(&picture, near.as_ref(), quiet);
    let near_by = told.as_ref().and_then(|name| picture.frames.iter().find(|frame| frame.name == *name));
    let details_of = |mark: &Mark| {
        let end = mark.end.filter(|_| near_by.is_some_and(|frame| frame.rect.contains(mark.rect.middle_x(), mark.rect.middle_y(), 0.0)));
        end.and_then(|end| props.scene.ends.get(end)).map(|end| details(end, mark.rect.w - 32.0)).unwrap_or_default()
    };
    let selected = use_memo((props.scene.clone(), props.policy), |(scene, policy)| selected_by(scene, *policy));
    let is_subject = |mark: &Mark| match (&mark.kind, mark.end) {
        (MarkKind::Group(name), _) => selected.1.contains(name),
        (_, end) => end.and_then(|end| selected.0.get(end)).is_some_and(|selected| *selected),
    };
    use_focus(&picture, &props.live.0, &props.canvas);
    use_awaited(&props.canvas, &props.live.0, *part);
    let glide = use_glide(&picture);
    let many = picture.marks.len() + picture.arrows.iter().filter(|arrow| !arrow.quiet).count() > MANY_PARTS;
    // Where nothing can be measured the drawing fits itself; `shell.css` has the margins and the largest scale of `camera::fitting`.
    let still = crate::effects::window().is_none();
    // Where nothing can be seen yet, only what must be there wherever one looks.
    let whole = still || picture.marks.len() <= WHOLE;
    let is_drawn = |index: usize, mark: &Mark| {
        whole || mark.selected || index == tabbable || flow.contains(&index) || part.is_some_and(|part| part.overlaps(&mark.rect, 0.0))
    };
    let area = picture.bounds;
    let view_box = still.then(|| format!("{} {} {} {}", area.x, area.y, area.w, area.h));
    let largest = still.then(|| format!("--wide:{}px;--high:{}px", area.w * COMFORTABLE, area.h * COMFORTABLE));
    html! {
        <svg class={classes!("graph", picture.overview.is_some().then_some("overview"), near.is_some().then_some("pointing"), still.then_some("still"), many.then_some("many"), glide)} viewBox={view_box} style={largest} role="group" aria-label={t_count(picture.marks.len(), "1 mark: arrow keys move between them, Enter selects one. The matrix has the same as a table.", "{0} marks: arrow keys move between them, Enter selects one. The matrix has the same as a table.")}
            onpointerdown={on(Events::down)} onpointermove={on(Events::moved)} onpointerup={on(Events::up)} onpointercancel={on(Events::cancel)} onlostpointercapture={on(Events::cancel)} oncontextmenu={on_mouse(Events::menu)}
            onpointerover={on(Events::over)} onpointerleave={on(Events::leave)} onclick={on_mouse(Events::click)} ondblclick={on_mouse(Events::double)} onkeydown={events.hear(Events::key)}>
            { heads() }
            <g class="world" lang="en">
                <g class="frames">{ for picture.frames.iter().map(|one| frame(one, picture.overview.is_some())) }</g>
                <g class="edges">{ for lines }</g>
                <g class="words">{ for words }</g>
                if let Some(own) = own {
                    <g class="own">{ for own.arrows.iter().enumerate().map(|(index, arrow)| html! { <ArrowView key={arrow.key.clone()} picture={own.clone()} {index} near=true route={None} /> }) }</g>
                }
                <g class="marks">{ for picture.marks.iter().enumerate().filter(|(index, mark)| is_drawn(*index, mark)).map(|(index, mark)| html! {
                    <MarkView key={mark_key(&picture, index, mark)} words={props.words} picture={picture.clone()} {index} near={stays(near.as_ref().map(|near| &near.marks), index)} flow={flow.contains(&index)} subject={is_subject(mark)} tabbable={index == tabbable} details={details_of(mark)} />
                }) }</g>
                { for picture.marks.iter().filter(|m| m.end.is_some()).filter_map(|m| ask_sign(m, props.asks_from.as_deref())) }
                <PacketView picture={picture.clone()} scene={props.scene.clone()} />
                <g class="follow"><rect class="from" rx="10" /><rect class="to" rx="10" /><path d="" marker-end="url(#head-ask)" /></g>
            </g>
            <circle class="rest-ring" r="34" pathLength="1" />
        </svg>
    }
}

/// Whether cards glide to their places in this picture; by turns, as each time their arrows come anew.
#[hook]
fn use_glide(picture: &ByAddress<Picture>) -> Option<&'static str> {
    let before = use_mut_ref(|| (picture.clone(), false));
    *use_memo(picture.clone(), move |picture| {
        let (before, turn) = &mut *before.borrow_mut();
        let moved = glides(before, picture);
        *before = picture.clone();
        *turn ^= moved;
        moved.then_some(if *turn { "glides" } else { "glides again" })
    })
}

/// What a drawing shows because something is pointed at or chosen.
#[derive(PartialEq, Default)]
struct Look {
    /// What stays while the rest fades.
    near: Option<Near>,
    /// Curves of arrows that wait for the pointer, by number.
    quiet: VecMap<usize, Route>,
    /// In an overview the arrows of the one card that is looked at.
    own: Option<ByAddress<Picture>>,
}

/// Whom a policy selects: for each end whether it does, and the namespaces that those are in.
fn selected_by(scene: &SceneView, policy: Option<usize>) -> (Vec<bool>, BTreeSet<String>) {
    let Some(policy) = policy else { return Default::default() };
    let ends: Vec<bool> = scene.ends.iter().map(|end| end.policies.iter().any(|own| *own as usize == policy)).collect();
    let name = |end: &EndView| Some(scene.namespaces.get(end.namespace? as usize)?.name.clone());
    let names = scene.ends.iter().zip(&ends).filter(|(_, selected)| **selected).filter_map(|(end, _)| name(end)).collect();
    (ends, names)
}

/// What is looked at: the card that is pointed at, or else the one whose arrows are to stay.
fn look(picture: &Picture, pointed: Option<&Pointed>, pinned: Option<&String>, scene: &SceneView) -> Look {
    let Some(overview) = picture.overview.as_ref().filter(|overview| !overview.focus) else {
        let near = pointed.and_then(|pointed| near(picture, pointed));
        let quiet = near.as_ref().map(|near| picture.quiet_routes(&near.arrows)).unwrap_or_default();
        return Look { near, quiet, own: None };
    };
    let find = |key: &String| picture.marks.iter().position(|mark| mark.key == *key);
    let at = if let Some(Pointed::Mark(key)) = pointed { find(key) } else { None };
    let Some(mark) = at.or_else(|| pinned.and_then(find)).or(overview.selected) else { return Look::default() };
    let (marks, own) = picture.own_arrows(scene, mark);
    Look { near: Some(Near { marks, arrows: Vec::new() }), quiet: VecMap::default(), own: Some(ByAddress(Rc::new(own))) }
}

/// Whether one of the marks or arrows stays while others fade.
fn stays(near: Option<&Vec<bool>>, index: usize) -> bool {
    near.is_some_and(|near| near.get(index) == Some(&true))
}

/// Arrows, and apart from them their words, which stand above all arrows. Those that wait for the pointer may be many, and are made when it comes.
fn arrows(picture: &ByAddress<Picture>, near: Option<&Near>, quiet: &VecMap<usize, Route>) -> (Vec<Html>, Vec<Html>) {
    let seen = picture.arrows.iter().enumerate().filter_map(|(index, arrow)| {
        let route = quiet.get(&index).cloned();
        let near = stays(near.map(|near| &near.arrows), index);
        (!arrow.quiet || route.is_some()).then(|| (arrow.key.clone(), ArrowProps { picture: picture.clone(), index, near, route }))
    });
    let (lines, words): (Vec<Html>, Vec<Option<Html>>) = seen
        .map(|(key, props)| {
            let line = html! { <ArrowView key={key.clone()} ..props.clone() /> };
            // Left out here, not in the component: where one of a list turned into nothing, what came before it had no place to go to, and the page stopped.
            let words = props.arrow().is_some_and(says_something).then(|| html! { <SaidView {key} ..props /> });
            (line, words)
        })
        .unzip();
    (lines, words.into_iter().flatten().collect())
}

/// The heads of arrows, for each kind and for the line of a question that is being drawn.
fn heads() -> Html {
    html! {
        <defs>
            { for ["allowed", "denied", "unknown"].iter().map(|kind| html! {
                <marker id={format!("head-{kind}")} viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto-start-reverse" class="marker">
                    <path class={classes!("head", *kind)} d="M0 .6 7.4 4 0 7.4z" />
                </marker>
            }) }
            <marker id="head-ask" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="head ask" d="M0 .6 7.4 4 0 7.4z" /></marker>
        </defs>
    }
}

/// What tells a mark from others: beside one that is focused the same end may stand at both sides.
fn mark_key(picture: &Picture, index: usize, mark: &Mark) -> String {
    let sides = picture.frames.first().filter(|frame| !frame.closes()).map_or(0, |frame| frame.count);
    if sides > 0 && index > sides { format!("{} to", mark.key) } else { mark.key.clone() }
}

/// What a question is drawn from, on the card that is selected; an outline around the one from which it is asked.
fn ask_sign(mark: &Mark, asks_from: Option<&str>) -> Option<Html> {
    let r = mark.rect;
    if asks_from == Some(mark.key.as_str()) {
        return Some(html! {
            <rect class="asked-from" x={(r.x - 4.0).to_string()} y={(r.y - 4.0).to_string()} width={(r.w + 8.0).to_string()} height={(r.h + 8.0).to_string()} rx="11" />
        });
    }
    (mark.selected && asks_from.is_none()).then(|| {
        let words = t_with("ask from {0}: drag to where the packet goes, or choose it next", &[&mark.title]);
        html! {
            <g key="ask-sign" class="ask-sign" lang={shown().tag()} role="button" tabindex="0" aria-label={words.clone()} data-from={mark.key.clone()} transform={format!("translate({} {})", r.right(), r.middle_y())}>
                <g class="natural"><circle class="hit" r="21" /><circle class="disc" r="11" /><path d="M-5 0H4M1-4 5 0 1 4" /></g>
                <title>{ words }</title>
            </g>
        }
    })
}

fn frame(frame: &FrameMark, large: bool) -> Html {
    let r = frame.rect;
    let (inset, side) = if large { (-8, 40) } else { (0, 24) };
    html! {
        <g key={frame.name.clone()} class="frame" lang={shown().tag()} data-frame={frame.name.clone()} transform={format!("translate({} {})", r.x, r.y)}>
            <rect width={r.w.to_string()} height={r.h.to_string()} rx="12" />
            <text x="18" y="25">{ own_words(&frame.title).as_ref().unwrap_or(&frame.title) }<title>{ if frame.closes() { t_with("namespace {0}, {1}", &[&frame.name, &t_count(frame.count, "{0} workload", "{0} workloads")]) } else { frame.title.clone() } }</title></text>
            if frame.closes() {<g class="fold" role="button" tabindex={if large { "0" } else { "-1" }} aria-label={if frame.name.starts_with(' ') { t_with("close {0}", &[t(frame.name.trim())]) } else { t_with("close namespace {0}", &[&frame.name]) }} data-fold={frame.name.clone()}
                transform={format!("translate({} 10)", r.w - 34.0)}>
                <rect class="hit" x={inset.to_string()} y={inset.to_string()} width={side.to_string()} height={side.to_string()} rx="6" /><path d="M7 12h10" /><title>{ t("show as one card") }</title>
            </g>}
        </g>
    }
}
