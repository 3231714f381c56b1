//! The picture as elements: frames, marks, arrows.

use std::rc::Rc;

use web_sys::{KeyboardEvent, MouseEvent, PointerEvent};
use yew::prelude::*;

use super::camera::{LiveRef, use_wheel};
use super::drag::{Events, use_escape, use_taps};
use crate::components::Shared;
use crate::graph::export;
use crate::graph::near::{Near, near};
use crate::graph::picture::{Arrow, FrameMark, Mark, MarkKind, Picture};
use crate::state::State;
use crate::view_model::{EndKind, Status};
use netpolis_core::text::count;

/// The sign of what policies isolate.
pub(super) const SHIELD_PATH: &str = "M7 0l7 2.5v5c0 4-3 6.5-7 8-4-1.5-7-4-7-8v-5z";

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
    pub(super) picture: Shared<Picture>,
    pub(super) store: UseReducerDispatcher<State>,
    pub(super) live: Handle,
    pub(super) canvas: NodeRef,
    pub(super) asks_from: Option<String>,
}

#[component]
pub(super) fn Drawing(props: &DrawingProps) -> Html {
    let picture = props.picture.clone();
    let pointed = use_state_eq(|| None);
    let tab_stop = use_state_eq(|| None::<String>);
    let events = Events {
        point: {
            let pointed = pointed.clone();
            Callback::from(move |at| pointed.set(at))
        },
        tab_to: {
            let tab_stop = tab_stop.clone();
            Callback::from(move |key| tab_stop.set(Some(key)))
        },
        picture: picture.clone(),
        store: props.store.clone(),
        live: props.live.0.clone(),
        canvas: props.canvas.clone(),
        asks_from: props.asks_from.clone(),
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
    let oncontextmenu = {
        let events = events.clone();
        Callback::from(move |event: MouseEvent| events.menu(event))
    };
    use_wheel(&events.canvas, &events.live);
    use_escape(&events.canvas, &events.live);
    use_taps(&events.canvas);
    let count_of = count(picture.marks.len(), "mark");
    let first = || picture.marks.iter().position(|m| m.rect.y >= picture.frames.first().map_or(0.0, |f| f.rect.y)).unwrap_or(0);
    let tabbable = tab_stop.as_ref().and_then(|key| picture.marks.iter().position(|m| m.key == *key)).unwrap_or_else(first);
    // Every picture is drawn with what is pointed at as it is then.
    let near = pointed.as_ref().and_then(|pointed| near(&picture, pointed));
    let stays = |of: fn(&Near) -> &Vec<bool>, index: usize| near.as_ref().is_some_and(|near| of(near).get(index) == Some(&true));
    html! {
        <svg class={classes!("graph", near.is_some().then_some("pointing"))} role="group" aria-label={format!("{count_of}: arrow keys move between them, Enter selects one. The matrix has the same as a table.")}
            onpointerdown={on(Events::down)} onpointermove={on(Events::moved)} onpointerup={on(Events::up)} onpointercancel={on(Events::cancel)} onlostpointercapture={on(Events::cancel)} {oncontextmenu}
            onpointerover={on(Events::over)} onpointerleave={on(Events::leave)} {onclick} {onkeydown}>
            <defs>
                { for ["allowed", "denied", "unknown"].iter().map(|kind| html! {
                    <marker id={format!("head-{kind}")} viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto-start-reverse" class="marker">
                        <path class={classes!("head", *kind)} d="M0 .6 7.4 4 0 7.4z" />
                    </marker>
                }) }
                <marker id="head-ask" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="head ask" d="M0 .6 7.4 4 0 7.4z" /></marker>
            </defs>
            <g class="world">
                <g class="frames">{ for picture.frames.iter().map(frame) }</g>
                <g class="edges">{ for picture.arrows.iter().enumerate().map(|(index, arrow)| html! {
                    <ArrowView key={arrow.key.clone()} picture={picture.clone()} {index} near={stays(|near| &near.arrows, index)} />
                }) }</g>
                <g class="marks">{ for picture.marks.iter().enumerate().map(|(index, mark)| html! {
                    <MarkView key={mark.key.clone()} picture={picture.clone()} {index} near={stays(|near| &near.marks, index)} tabbable={index == tabbable} />
                }) }</g>
                { for picture.marks.iter().filter(|m| m.end.is_some()).filter_map(|m| ask_sign(m, props.asks_from.as_deref())) }
                <g class="follow"><rect class="from" rx="10" /><rect class="to" rx="10" /><path d="" marker-end="url(#head-ask)" /></g>
            </g>
            <circle class="rest-ring" r="34" pathLength="1" />
        </svg>
    }
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
        let words = format!("ask from {}: drag to where the packet goes, or choose it next", mark.title);
        html! {
            <g key="ask-sign" class="ask-sign" role="button" tabindex="0" aria-label={words.clone()} data-from={mark.key.clone()} transform={format!("translate({} {})", r.right(), r.middle_y())}>
                <g class="natural"><circle class="hit" r="21" /><circle class="disc" r="11" /><path d="M-5 0H4M1-4 5 0 1 4" /></g>
                <title>{ words }</title>
            </g>
        }
    })
}

fn frame(frame: &FrameMark) -> Html {
    let r = frame.rect;
    html! {
        <g key={frame.name.clone()} class="frame" data-frame={frame.name.clone()}>
            <rect x={r.x.to_string()} y={r.y.to_string()} width={r.w.to_string()} height={r.h.to_string()} rx="12" />
            <text x={(r.x + 18.0).to_string()} y={(r.y + 25.0).to_string()}>{ &frame.title }<title>{ format!("namespace {}, {}", frame.name, count(frame.count, "workload")) }</title></text>
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

/// A mark or an arrow of a picture: drawn anew only if the picture is another, or what is pointed at makes a difference to it.
#[derive(Clone, PartialEq, Properties)]
struct PartProps {
    picture: Shared<Picture>,
    index: usize,
    /// Whether it stays while others are faded.
    near: bool,
    /// Whether Tab comes to it.
    #[prop_or_default]
    tabbable: bool,
}

#[component]
fn ArrowView(props: &PartProps) -> Html {
    props.picture.arrows.get(props.index).map(|arrow| edge(arrow, &props.picture, props.near)).unwrap_or_default()
}

#[component]
fn MarkView(props: &PartProps) -> Html {
    props.picture.marks.get(props.index).map(|own| mark(own, props)).unwrap_or_default()
}

fn edge(arrow: &Arrow, picture: &Picture, near: bool) -> Html {
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
    let head = format!("url(#head-{kind})");
    let class = classes!(
        "arrow",
        status_class(arrow.status),
        arrow.quiet.then_some("quiet"),
        arrow.flow.then_some("flow"),
        arrow.open.then_some("open"),
        near.then_some("near")
    );
    let ask = format!("{} {}", end_key(picture, arrow.from), end_key(picture, arrow.to));
    html! {
        <g {class} role="button" tabindex="-1" aria-label={arrow.title.clone()} data-arrow={arrow.key.clone()} data-ask={ask}>
            if arrow.flow { <path class="halo" d={d.clone()} /> }
            <path class="hit" d={d.clone()} />
            <path class={classes!("edge", kind)} {d} marker-end={head.clone()} marker-start={arrow.both.then_some(head)} />
            { sign }
            <title>{ &arrow.title }</title>
        </g>
    }
}

/// What a question calls the mark, or the first of a frame; nothing for a closed namespace.
pub(super) fn end_key(picture: &Picture, index: usize) -> String {
    let mark = match picture.marks.get(index) {
        Some(mark) => Some(mark),
        None => picture.frames.get(index - picture.marks.len()).and_then(|frame| {
            picture.marks.iter().find(|m| m.end.is_some() && frame.rect.contains(m.rect.middle_x(), m.rect.middle_y(), 0.0))
        }),
    };
    mark.filter(|m| m.end.is_some()).map(|m| m.key.clone()).unwrap_or_default()
}

fn mark(mark: &Mark, props: &PartProps) -> Html {
    let PartProps { picture, index, near, tabbable } = props;
    let index = *index;
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
        mark.selected.then_some("selected"),
        near.then_some("near")
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
        <g {class} role="button" tabindex={if *tabbable { "0" } else { "-1" }} aria-label={mark.label.clone()} data-mark={index.to_string()} data-key={mark.key.clone()}
            transform={format!("translate({} {})", r.x, r.y)}>
            if matches!(mark.kind, MarkKind::Group(_)) {
                <rect class="behind" x="5" y="5" width={r.w.to_string()} height={r.h.to_string()} rx="8" />
            }
            <rect class="body" width={r.w.to_string()} height={r.h.to_string()} rx={rx.to_string()} />
            { sign }
            <text class="title" x={left.to_string()} y={(r.h / 2.0 - 3.0).to_string()}>{ &mark.title }</text>
            <text class="sub" x={left.to_string()} y={(r.h / 2.0 + 13.0).to_string()}>{ &mark.subtitle }</text>
            { shield.unwrap_or_default() }
            { for export::signs(mark).into_iter().map(|(x, words, denied)| {
                let width = export::sign_width(&words);
                html! {
                    <g class={classes!("undrawn", if denied { "denied" } else { "open" })} transform={format!("translate({x} {})", r.h - 7.0)}>
                        <rect width={width.to_string()} height="14" rx="7" /><text x={(width / 2.0).to_string()} y="10">{ words }</text>
                        <title>{ if denied { "nothing comes in from these, which have no arrow; select the card to see them" } else { "everything may come in from everywhere; select the card to see the arrows" } }</title>
                    </g>
                }
            }) }
            if let Some((target, words)) = &mark.open_by {
                <g class="open-sign" data-follow={target.clone()} transform={format!("translate({} {})", r.w - 27.0, r.h - 22.0)}>
                    <rect class="hit" x="-6" y="-4" width="28" height="23" rx="5" /><path d={export::OPEN_PATH} /><title>{ format!("show the path by {words}") }</title>
                </g>
            }
            <title>{ &mark.label }</title>
        </g>
    }
}
