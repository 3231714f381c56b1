//! The packet on the graph: where it is on its way, and what plays it.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::components::icons::{BACK, CROSS, FORWARD, PAUSE, PLAY, icon};
use crate::components::late::{Late, Part};
use crate::components::rich::{in_words, sentence};
use crate::components::shown::end_in;
use crate::components::signs::{verdict_class, verdict_icon};
use crate::components::{ByAddress, Store, press, use_part};
use crate::graph::Point;
use crate::graph::packet::{Track, track};
use crate::graph::picture::Picture;
use crate::state::{PACES, PacketAction, State};
use crate::words::{t, t_with};
use netpolis_view::{AddressView, HopPlace, Moment, SceneView, StepView, StopSign};

/// Pixels of a letter, and of a line, of what stands beside the packet.
const LETTER: (f64, f64) = (6.7, 15.0);

fn packet_part(state: &State) -> impl PartialEq + use<> {
    (state.packet, state.path_part(), state.shown_branch(), state.scene_part(), state.verdict_part())
}

/// The button that shows it; nothing where nothing is asked.
#[component]
pub(super) fn PlayTool() -> Html {
    let Some(store) = use_part(packet_part).filter(|store| store.packet_branch().is_some()) else { return Html::default() };
    let shown = store.packet.at.is_some();
    let action = if shown { PacketAction::Leave } else { PacketAction::Play };
    html! {
        <button type="button" class="pick square play-tool" aria-label={t("play the packet")} title={t("follow the packet hop by hop")} aria-pressed={shown.to_string()} onclick={press(&store, action)}>{ icon(PLAY) }</button>
    }
}

/// Where what plays it stands, while it is shown.
#[component]
pub(super) fn PlayerPlace() -> Html {
    let shown = use_part(|state| state.packet.at.is_some()).is_some_and(|store| store.packet.at.is_some());
    html! { if shown { <Late part={Part::Player} /> } }
}

/// What plays it: where it is, in words, and the buttons.
#[component]
pub(in crate::components) fn Player() -> Html {
    let Some(store) = use_part(packet_part) else { return Html::default() };
    let Some(moment) = store.packet.at.and_then(|at| store.packet_branch()?.moment(at)) else { return Html::default() };
    let onkeydown = {
        let store = store.clone();
        Callback::from(move |event: KeyboardEvent| {
            let action = match event.key().as_str() {
                "ArrowRight" => PacketAction::Step(1),
                "ArrowLeft" => PacketAction::Step(-1),
                "Home" => PacketAction::Step(isize::MIN),
                "End" => PacketAction::Step(isize::MAX),
                "Escape" => PacketAction::Leave,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            store.dispatch(action.into());
        })
    };
    let button = |words: &'static str, sign, action: PacketAction, off: bool| {
        html! { <button type="button" class="quiet square" aria-label={words} title={words} aria-disabled={off.then_some("true")} onclick={press(&store, action)}>{ icon(sign) }</button> }
    };
    let (number, of) = moment.number;
    let (words, sign) = if store.packet.runs { (t("pause"), PAUSE) } else { (t("play"), PLAY) };
    let pace = PACES.get(store.packet.pace).map_or("", |(name, _)| *name);
    html! {
        <div class="player" role="group" aria-label={t("Packet: arrow keys move it from hop to hop")} {onkeydown}>
            <div class="player-keys">
                { button(t("hop back"), BACK, PacketAction::Step(-1), number == 1) }
                { button(words, sign, PacketAction::Play, false) }
                { button(t("hop forward"), FORWARD, PacketAction::Step(1), number == of) }
                <button type="button" class="quiet pace" aria-label={t_with("speed {0}", &[pace])} title={t("speed")} onclick={press(&store, PacketAction::Pace)}>{ pace }</button>
                <span class="player-at">{ t_with("{0} of {1}", &[&number.to_string(), &of.to_string()]) }</span>
                { title(&moment) }
                { button(t("close"), CROSS, PacketAction::Leave, false) }
            </div>
            { said(&moment) }
            <p class="visually-hidden" role="status" lang="en">{ moment.sentence() }</p>
        </div>
    }
}

/// The hop, what is done to the packet there, and what becomes of it.
fn title(moment: &Moment<'_>) -> Html {
    let step = moment.step;
    html! {
        <p class="player-title" aria-hidden="true"><b>{ in_words(&step.title) }</b>{ for step.translations.iter().map(|word| html! { <span class="done">{ in_words(word) }</span> }) }
            if let Some(outcome) = moment.outcome { <span class={classes!("outcome", verdict_class(step.verdict))}>{ verdict_icon(step.verdict) }{ t(outcome) }</span> }</p>
    }
}

/// The rest in words; a screen reader is told all of it in sentences.
fn said(moment: &Moment<'_>) -> Html {
    let step = moment.step;
    let address = |word: &'static str, address: &AddressView| {
        html! {
            <span><i>{ word }</i>if let Some(before) = &address.before { <s>{ before }</s>{ " " } }<b class={address.before.is_some().then_some("rewritten")}>{ if address.made_up { "~" } else { "" } }{ &address.text }</b></span>
        }
    };
    html! {
        <div class="player-said" aria-hidden="true">
            if !step.source.text.is_empty() { <p class="pair">{ address("src", &step.source) }{ address("dst", &step.target) }</p> }
            if !moment.text.is_empty() { <p class="player-text">{ sentence(moment.text) }</p> }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PacketProps {
    pub(super) picture: ByAddress<Picture>,
    pub(super) scene: ByAddress<SceneView>,
}

/// The packet on its way through the picture.
#[component]
pub(super) fn PacketView(props: &PacketProps) -> Html {
    let Some(store) = use_part(packet_part) else { return Html::default() };
    let found = use_memo((props.clone(), packet_part(&store)), |(props, _)| track_of(&store, &props.picture, &props.scene));
    let (Some(at), Some(track), Some(branch)) = (store.packet.at, &*found, store.packet_branch()) else { return Html::default() };
    let Some((gone, place)) = track.hops.get(at).copied() else { return Html::default() };
    let stops = branch.stops("");
    let hops = stops.iter().zip(&track.hops).enumerate().map(|(number, (stop, (_, (x, y))))| {
        let class = match stop.sign {
            StopSign::NotReached => "after",
            StopSign::Number => "passed",
            StopSign::Translated => "translated",
            StopSign::Verdict(verdict) => verdict_class(verdict),
        };
        html! { <g key={number} class={classes!("hop", class, (number == at).then_some("here"))} transform={format!("translate({x:.1} {y:.1})")}><g class="natural"><circle r="4.5" /><title>{ &stop.step.title }</title></g></g> }
    });
    let step = &branch.steps[at];
    let path = track.path();
    html! {
        <g class="packet-way" aria-hidden="true">
            <path class="way" d={path.clone()} />
            <path class="gone" d={path.clone()} pathLength="1" style={format!("stroke-dashoffset:{:.4}", 1.0 - gone)} />
            { for hops }
            <g class={classes!("packet", verdict_class(step.verdict))} style={format!("offset-path:path('{path}');offset-distance:{:.2}%", gone * 100.0)}>
                <g class="natural"><circle class="disc" r="8" />{ tag(step, place, track.between.get(at) == Some(&true), &props.picture) }</g>
            </g>
        </g>
    }
}

/// Beside the packet: its addresses, and where it is, if no card tells that.
fn tag(step: &StepView, (x, y): Point, between: bool, picture: &Picture) -> Html {
    let row = |word: &str, address: &AddressView| (format!("{word} {}", address.text), address.before.is_some());
    let mut rows = Vec::new();
    if between || step.source.text.is_empty() {
        rows.push((step.title.clone(), false));
    }
    let names = rows.len();
    if !step.source.text.is_empty() {
        rows.extend([row("src", &step.source), row("dst", &step.target)]);
    }
    let wide = rows.iter().map(|(text, _)| text.chars().count()).max().unwrap_or(0) as f64 * LETTER.0 + 14.0;
    let high = rows.len() as f64 * LETTER.1 + 8.0;
    // Towards the middle of the picture, and above the way where there is room.
    let left = if x < picture.bounds.middle_x() { -12.0 } else { 12.0 - wide };
    let top = if y - picture.bounds.y < picture.bounds.h * 0.3 { 15.0 } else { -15.0 - high };
    html! {
        <g class="tag" transform={format!("translate({left} {top})")}>
            <rect width={wide.to_string()} height={high.to_string()} rx="6" />
            { for rows.iter().enumerate().map(|(number, (text, lit))| {
                let class = if number < names { Some("name") } else { lit.then_some("lit") };
                html! { <text {class} x="7" y={((number + 1) as f64 * LETTER.1).to_string()}>{ text }</text> }
            }) }
        </g>
    }
}

/// The track of the branch that is shown, on the picture.
fn track_of(store: &Store, picture: &Picture, shown: &SceneView) -> Option<Track> {
    let reply = store.path_reply()?;
    let (branch, places) = reply.played(store.shown_branch())?;
    let (client, target) = (reply.client.map(|from| from as usize), reply.ends.map(|(_, to)| to as usize));
    let mark = |end: Option<usize>| picture.mark_of(shown, end_in(store, shown, end?)?);
    let of = |place: &HopPlace| match place {
        HopPlace::End(key) => mark(store.answers.scene.find(key)),
        HopPlace::Client => mark(client),
        HopPlace::Target => mark(target),
        HopPlace::Between => None,
    };
    let hops: Vec<Option<usize>> = branch.steps.iter().zip(places).map(|(_, place)| of(place)).collect();
    track(picture, &hops, mark(target))
}
