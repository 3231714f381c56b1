//! The Azure view: geography, region, network, subnet, machine, pod, each inside the other, with the security groups that packets meet at the borders
//! and the flow in question drawn through them.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

use super::Store;
use super::ask_from::AskFrom;
use super::icons::{CHECK, CROSS, Icon, QUESTION, SHIELD, icon};
use super::rich::SourceLink;
use crate::state::{Action, Tab};
use crate::view_model::{
    BadgeView, CloudView, MachineView, NetworkView, PathWord, PodView, Question, RegionView, SaidView, SubnetView, VerdictView, picture_key,
};
use netpolis_core::text::count;

/// Which view of a scene is shown; nothing where there is only one.
pub fn view_switch(store: &Store) -> Html {
    if store.scene.cloud.is_none() {
        return Html::default();
    }
    let azure = store.shows_azure();
    let button = |own: bool, title: &'static str| {
        let store = store.clone();
        let onclick = Callback::from(move |_: MouseEvent| store.dispatch(Action::ShowAzure(own)));
        html! { <button type="button" aria-pressed={(azure == own).to_string()} {onclick}>{ title }</button> }
    };
    html! {
        <div class="segments" role="group" aria-label="View">
            { button(false, "Kubernetes") }
            { button(true, "Azure") }
        </div>
    }
}

/// What the picture needs of the answer.
struct Seen<'a> {
    store: &'a Store,
    said: Option<&'a SaidView>,
    from: Option<String>,
    to: Option<String>,
}

impl Seen<'_> {
    /// The word of the station at a badge.
    fn at(&self, id: &str) -> Option<VerdictView> {
        self.said?.stations.iter().find(|s| s.at.as_deref() == Some(id)).map(|s| s.verdict)
    }

    fn role(&self, key: &str) -> Option<&'static str> {
        if self.from.as_deref() == Some(key) {
            Some("from")
        } else if self.to.as_deref() == Some(key) {
            Some("to")
        } else {
            None
        }
    }
}

/// The view.
#[component]
pub fn AzureView() -> Html {
    let world = use_node_ref();
    let line = use_state(Line::default);
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let scene = store.scene.clone();
    let (from, to) = match store.flow_ends() {
        Some((from, to)) => (picture_key(&scene, Some(from as u32)), picture_key(&scene, Some(to as u32))),
        None => (None, None),
    };
    let said = store.said();
    use_line(&world, &line, said, from.clone(), to.clone());
    let Some(cloud) = &scene.cloud else { return Html::default() };
    let seen = Seen { store: &store, said, from, to };
    let ask_internet = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            store.dispatch(Action::Ask(Question { from: "internet".into(), ..store.question.clone() }));
        })
    };
    html! {
        <section class="pane graph-pane azure-pane" aria-label="Azure network">
            <div class="toolbar"><div class="tools">{ view_switch(&store) }</div></div>
            <div class="azure-scroll" tabindex="0" aria-label="Diagram of the cloud's network">
                <div class="azure-world" ref={world}>
                    <button type="button" class={classes!("az-outside", seen.role("outside"))} data-key="outside" onclick={ask_internet}
                        title="ask about a packet from the Internet">{ "Internet" }<small>{ "and everything else outside" }</small></button>
                    { for cloud.regions.iter().map(|region| region_box(&seen, region)) }
                    if cloud.regions.is_empty() { { no_network(cloud) } }
                    { drawn(&line) }
                </div>
            </div>
            { super::coverage::coverage(&store, true) }
            <AskFrom />
        </section>
    }
}

fn no_network(cloud: &CloudView) -> Html {
    let what =
        if cloud.clusters.is_empty() { "No virtual network in these files." } else { "The cluster's network is not in these files." };
    html! { <p class="az-nothing">{ what }{ " Paste it (" }<code>{ "az network vnet show -o json" }</code>{ "), or write one in the short form." }</p> }
}

fn region_box(seen: &Seen<'_>, region: &RegionView) -> Html {
    html! {
        <section class="az-region">
            if !region.title.is_empty() {
                <header><b>{ &region.title }</b>if let Some(geography) = &region.geography { <small>{ format!("geography {geography}") }</small> }</header>
            }
            { for region.networks.iter().map(|network| network_box(seen, network)) }
        </section>
    }
}

fn network_box(seen: &Seen<'_>, network: &NetworkView) -> Html {
    html! {
        <section class={classes!("az-network", network.assumed.then_some("assumed"))}>
            <header>
                <b>{ &network.name }</b><code>{ &network.prefixes }</code>
                <small>{ if network.assumed { "assumed: the files give none" } else { "virtual network" } }</small>
                if !network.peers.is_empty() { <small class="az-peers">{ format!("peered with {}", network.peers.join(", ")) }</small> }
                <span class="grow" />
                if let Some(spot) = network.spot.as_ref().filter(|_| !network.assumed) { <SourceLink spot={spot.clone()} /> }
            </header>
            <div class="az-subnets">{ for network.subnets.iter().map(|subnet| subnet_box(seen, subnet)) }</div>
        </section>
    }
}

fn subnet_box(seen: &Seen<'_>, subnet: &SubnetView) -> Html {
    html! {
        <section class="az-subnet">
            <header>
                <b>{ &subnet.name }</b><code>{ &subnet.prefixes }</code><small>{ "subnet" }</small><span class="grow" />
                { badge(seen, subnet.group.as_ref()) }
                if subnet.group.is_none() { <small class="az-open">{ "no security group" }</small> }
            </header>
            <div class="az-machines">
                { for subnet.machines.iter().map(|machine| machine_box(seen, machine)) }
                if subnet.more > 0 { <p class="az-more">{ format!("and {} more", subnet.more) }</p> }
                if !subnet.pods.is_empty() {
                    <div class="az-machine loose">
                        <header><b>{ "Pods" }</b><small>{ "on nodes that are not specified" }</small></header>
                        <ul class="az-pods">{ for subnet.pods.iter().map(|pod| pod_mark(seen, pod)) }</ul>
                    </div>
                }
                if subnet.machines.is_empty() && subnet.pods.is_empty() { <p class="az-more">{ "empty" }</p> }
            </div>
        </section>
    }
}

fn machine_box(seen: &Seen<'_>, machine: &MachineView) -> Html {
    let select = select(seen.store, &machine.key);
    html! {
        <div class={classes!("az-machine", machine.stand_in.then_some("stand-in"), machine.node.then_some("node"), seen.role(&machine.key))} data-key={machine.key.clone()}>
            <header>
                <button type="button" class="az-name" onclick={select}><b>{ &machine.title }</b><code>{ &machine.address }</code></button>
                { badge(seen, machine.group.as_ref()) }
            </header>
            <p class="az-signs">
                if machine.node { <span>{ "node" }</span> }
                if machine.stand_in { <span>{ "stands for any machine here" }</span> }
                if let Some(zone) = &machine.zone { <span>{ format!("zone {zone}") }</span> }
                if let Some(public) = &machine.public { <span>{ format!("{public} public address") }</span> }
                { for machine.groups.iter().map(|g| html! { <span>{ format!("asg {g}") }</span> }) }
            </p>
            if !machine.pods.is_empty() {
                <ul class="az-pods">
                    { for machine.pods.iter().map(|pod| pod_mark(seen, pod)) }
                    if machine.more > 0 { <li class="az-more">{ format!("and {} more", machine.more) }</li> }
                </ul>
            }
        </div>
    }
}

fn pod_mark(seen: &Seen<'_>, pod: &PodView) -> Html {
    let address = pod.address.as_ref().map(|a| if pod.given { a.clone() } else { format!("~{a}") });
    let title = match pod.replicas {
        0 | 1 => pod.title.clone(),
        n => format!("{} × {n}", pod.title),
    };
    html! {
        <li><button type="button" class={classes!("az-pod", seen.role(&pod.key))} data-key={pod.key.clone()} onclick={select(seen.store, &pod.key)}>
            <span>{ title }</span>if let Some(address) = address { <code>{ address }</code> }
        </button></li>
    }
}

fn select(store: &Store, key: &str) -> Callback<MouseEvent> {
    let (store, key) = (store.clone(), key.to_owned());
    Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        store.dispatch(Action::Select(Some(key.clone())));
    })
}

/// A security group at a border: its name, and the two ways through it.
fn badge(seen: &Seen<'_>, badge: Option<&BadgeView>) -> Html {
    let Some(badge) = badge else { return Html::default() };
    let open = {
        let store = seen.store.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            store.dispatch(Action::ShowTab(Tab::Rules));
        })
    };
    let way = |end: &str, word: &'static str| {
        let id = format!("{}-{end}", badge.id);
        let verdict = seen.at(&id);
        let (class, sign): (&str, Option<Icon>) = match verdict {
            Some(VerdictView::Allowed) => ("allowed", Some(CHECK)),
            Some(VerdictView::Denied) => ("denied", Some(CROSS)),
            Some(VerdictView::CannotTell) => ("unknown", Some(QUESTION)),
            None => ("", None),
        };
        html! { <span class={classes!("az-way", class)} data-stop={id}>{ word }if let Some(sign) = sign { { icon(sign) } }</span> }
    };
    let label = format!("security group {}, {}: show its rules", badge.name, count(badge.rules as usize, "rule"));
    html! {
        <button type="button" class="az-badge" onclick={open} aria-label={label.clone()} title={label}>
            { icon(SHIELD) }<span>{ &badge.name }</span>{ way("in", "in") }{ way("out", "out") }
        </button>
    }
}

// --- the flow -------------------------------------------------------------------------------------

/// The flow as a line through the picture.
#[derive(Clone, Debug, Default, PartialEq)]
struct Line {
    path: String,
    size: (f64, f64),
    /// Where it ends, and how.
    end: Option<(f64, f64, VerdictView)>,
}

fn drawn(line: &Line) -> Html {
    if line.path.is_empty() {
        return Html::default();
    }
    let (width, height) = line.size;
    let class = match line.end {
        Some((_, _, VerdictView::Denied)) => "denied",
        Some((_, _, VerdictView::CannotTell)) => "unknown",
        _ => "allowed",
    };
    html! {
        <svg class={classes!("az-line", class)} width={width.to_string()} height={height.to_string()} aria-hidden="true">
            <path class="glow" d={line.path.clone()} /><path d={line.path.clone()} />
            if let Some((x, y, verdict)) = line.end {
                <circle cx={x.to_string()} cy={y.to_string()} r={if verdict == VerdictView::Denied { "7" } else { "4" }} />
                if verdict == VerdictView::Denied { <path class="cross" d={format!("M{} {}l6 6m0-6l-6 6", x - 3.0, y - 3.0)} /> }
            }
        </svg>
    }
}

/// Measures where the flow's stops are, after each change of the picture and of its size.
#[hook]
fn use_line(world: &NodeRef, line: &UseStateHandle<Line>, said: Option<&SaidView>, from: Option<String>, to: Option<String>) {
    let stops: Vec<(String, VerdictView)> =
        said.map_or_else(Vec::new, |a| a.stations.iter().filter_map(|s| Some((s.at.clone()?, s.verdict))).collect());
    let verdict = said.map(|said| match said.word {
        PathWord::Allowed => VerdictView::Allowed,
        PathWord::Denied | PathWord::Sometimes => VerdictView::Denied,
        PathWord::CannotTell => VerdictView::CannotTell,
    });
    let measure = {
        let (world, line) = (world.clone(), line.clone());
        move || {
            let measured = world
                .cast::<Element>()
                .zip(verdict)
                .and_then(|(world, verdict)| trace(&world, from.as_deref(), to.as_deref(), &stops, verdict));
            let measured = measured.unwrap_or_default();
            if *line != measured {
                line.set(measured);
            }
        }
    };
    {
        // Whatever was rendered, the stops may be elsewhere.
        let measure = measure.clone();
        use_effect(measure);
    }
    let world = world.clone();
    use_effect(move || {
        let on_size = Closure::<dyn FnMut()>::new(measure);
        let observer = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, world.cast::<Element>()) {
            observer.observe(&element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(on_size);
        }
    });
}

fn trace(world: &Element, from: Option<&str>, to: Option<&str>, stops: &[(String, VerdictView)], verdict: VerdictView) -> Option<Line> {
    let frame = world.get_bounding_client_rect();
    let find = |attribute: &str, value: &str| {
        let all = world.query_selector_all(&format!("[{attribute}]")).ok()?;
        (0..all.length())
            .filter_map(|i| all.item(i)?.dyn_into::<HtmlElement>().ok())
            .find(|e| e.get_attribute(attribute).as_deref() == Some(value))
    };
    // Boxes by their middle, top and bottom; large ones are met at their heading.
    let area = |element: &HtmlElement, heading: bool| {
        let area = element.get_bounding_client_rect();
        let height = if heading && area.height() > 60.0 { 30.0 } else { area.height() };
        let top = area.top() - frame.top();
        Stop { x: area.left() - frame.left() + area.width() / 2.0, top, bottom: top + height }
    };
    let mut stops_at = vec![area(&find("data-key", from?)?, true)];
    let mut end = None;
    for (id, word) in stops {
        stops_at.push(area(&find("data-stop", id)?, false));
        if *word != VerdictView::Allowed {
            end = Some(*word);
            break;
        }
    }
    if end.is_none() {
        stops_at.push(area(&find("data-key", to?)?, true));
    }
    if stops_at.len() < 2 {
        return None;
    }
    let (path, x, y) = through(&stops_at);
    Some(Line { path, size: (world.scroll_width().into(), world.scroll_height().into()), end: Some((x, y, end.unwrap_or(verdict))) })
}

/// A place that the line passes.
#[derive(Clone, Copy)]
struct Stop {
    x: f64,
    top: f64,
    bottom: f64,
}

/// A line from stop to stop, which leaves and enters each of them upright at its border, so that it covers no words. Also where it ends.
fn through(stops: &[Stop]) -> (String, f64, f64) {
    let mut path = String::new();
    let (mut x, mut y) = (0.0, 0.0);
    for (from, to) in stops.iter().zip(stops.iter().skip(1)) {
        let (start, finish, lift) = if to.top >= from.bottom {
            (from.bottom, to.top, None)
        } else if from.top >= to.bottom {
            (from.top, to.bottom, None)
        } else {
            // Side by side: an arc above both.
            (from.top, to.top, Some(from.top.min(to.top) - 22.0))
        };
        let middle = (start + finish) / 2.0;
        let (a, b) = lift.map_or((middle, middle), |lift| (lift, lift));
        path.push_str(&format!("M{:.1} {start:.1}C{:.1} {a:.1} {:.1} {b:.1} {:.1} {finish:.1}", from.x, from.x, to.x, to.x));
        (x, y) = (to.x, finish);
    }
    (path, x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_from_border_to_border() {
        let stop = |x, top, bottom| Stop { x, top, bottom };
        let (path, x, y) = through(&[stop(0.0, 0.0, 20.0), stop(10.0, 60.0, 80.0), stop(60.0, 62.0, 82.0)]);
        assert_eq!(path, "M0.0 20.0C0.0 40.0 10.0 40.0 10.0 60.0M10.0 60.0C10.0 38.0 60.0 38.0 60.0 62.0");
        assert_eq!((x, y), (60.0, 62.0));
    }
}
