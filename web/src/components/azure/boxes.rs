//! Region, network, subnet, machine and pod, each inside the other, with security groups at the borders.

use yew::prelude::*;

use super::BoxContext;
use crate::components::Store;
use crate::components::icons::{SHIELD, icon};
use crate::components::rich::SourceLink;
use crate::components::signs::{verdict_class, verdict_icon};
use crate::state::{Action, LayoutAction, Tab};
use crate::words::{and_more, t, t_with};
use netpolis_view::{BadgeView, FlowRole, MachineView, NetworkView, PodView, RegionView, SubnetView};

/// The class of what the flow starts or ends at.
pub(super) fn role_class(role: Option<FlowRole>) -> Option<&'static str> {
    role.map(|role| match role {
        FlowRole::From => "from",
        FlowRole::To => "to",
    })
}

impl BoxContext<'_> {
    /// The class of the end that is looked at.
    fn chosen_class(&self, key: &str) -> Option<&'static str> {
        (self.chosen.as_deref() == Some(key)).then_some("chosen")
    }
}

pub(super) fn region_box(scene: &BoxContext<'_>, region: &RegionView) -> Html {
    html! {
        <section class="az-region">
            if !region.title.is_empty() {
                <header><b>{ &region.title }</b>if let Some(geography) = &region.geography { <small>{ t_with("geography {0}", &[geography]) }</small> }</header>
            }
            { for region.networks.iter().map(|network| network_box(scene, network)) }
        </section>
    }
}

fn network_box(scene: &BoxContext<'_>, network: &NetworkView) -> Html {
    html! {
        <section class={classes!("az-network", network.assumed.then_some("assumed"))}>
            <header>
                <b>{ &network.name }</b><code>{ &network.prefixes }</code>
                <small>{ if network.assumed { t("assumed: the files give none") } else { t("virtual network") } }</small>
                if !network.peers.is_empty() { <small class="az-peers">{ t_with("peered with {0}", &[&network.peers.join(", ")]) }</small> }
                <span class="grow" />
                if let Some(spot) = network.spot.as_ref().filter(|_| !network.assumed) { <SourceLink spot={spot.clone()} /> }
            </header>
            <div class="az-subnets">{ for network.subnets.iter().map(|subnet| subnet_box(scene, subnet)) }</div>
        </section>
    }
}

fn subnet_box(scene: &BoxContext<'_>, subnet: &SubnetView) -> Html {
    html! {
        <section class="az-subnet">
            <header>
                <b>{ &subnet.name }</b><code>{ &subnet.prefixes }</code><small>{ t("subnet") }</small><span class="grow" />
                { badge(scene, subnet.group.as_ref()) }
                if subnet.group.is_none() { <small class="az-open">{ t("no security group") }</small> }
            </header>
            <div class="az-machines">
                { for subnet.machines.iter().map(|machine| machine_box(scene, machine)) }
                if subnet.more > 0 { <p class="az-more">{ and_more(subnet.more as usize) }</p> }
                if !subnet.pods.is_empty() {
                    <div class="az-machine loose">
                        <header><b>{ t("Pods") }</b><small>{ t("on nodes that are not specified") }</small></header>
                        <ul class="az-pods">{ for subnet.pods.iter().map(|pod| pod_mark(scene, pod)) }</ul>
                    </div>
                }
                if subnet.machines.is_empty() && subnet.pods.is_empty() { <p class="az-more">{ t("empty") }</p> }
            </div>
        </section>
    }
}

fn machine_box(scene: &BoxContext<'_>, machine: &MachineView) -> Html {
    let select = select(scene.store, &machine.key);
    html! {
        <div class={classes!("az-machine", machine.stand_in.then_some("stand-in"), machine.node.then_some("node"), role_class(scene.flow.role(&machine.key)), scene.chosen_class(&machine.key))} data-key={machine.key.clone()}>
            <header>
                <button type="button" class="az-name" onclick={select}><b>{ &machine.title }</b><code>{ &machine.address }</code></button>
                { badge(scene, machine.group.as_ref()) }
            </header>
            <p class="az-signs">
                if machine.node { <span>{ t("node") }</span> }
                if machine.stand_in { <span>{ t("stands for any machine here") }</span> }
                if let Some(zone) = &machine.zone { <span>{ t_with("zone {0}", &[zone]) }</span> }
                if let Some(public) = &machine.public { <span>{ t_with("{0} public address", &[public]) }</span> }
                { for machine.groups.iter().map(|g| html! { <span>{ format!("asg {g}") }</span> }) }
            </p>
            if !machine.pods.is_empty() {
                <ul class="az-pods">
                    { for machine.pods.iter().map(|pod| pod_mark(scene, pod)) }
                    if machine.more > 0 { <li class="az-more">{ and_more(machine.more as usize) }</li> }
                </ul>
            }
        </div>
    }
}

fn pod_mark(scene: &BoxContext<'_>, pod: &PodView) -> Html {
    html! {
        <li><button type="button" class={classes!("az-pod", role_class(scene.flow.role(&pod.key)), scene.chosen_class(&pod.key))} data-key={pod.key.clone()} onclick={select(scene.store, &pod.key)}>
            <span>{ pod.name() }</span>if let Some(address) = pod.shown_address() { <code>{ address }</code> }
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
fn badge(scene: &BoxContext<'_>, badge: Option<&BadgeView>) -> Html {
    let Some(badge) = badge else { return Html::default() };
    let open = {
        let store = scene.store.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            store.dispatch(LayoutAction::ShowTab(Tab::Rules).into());
        })
    };
    let way = |(id, word): (String, &'static str)| {
        let verdict = scene.flow.at(&id);
        html! { <span class={classes!("az-way", verdict.map(verdict_class))} data-stop={id}>{ word }{ verdict.map(verdict_icon).unwrap_or_default() }</span> }
    };
    let label = t_with(
        if badge.rules == 1 { "security group {0}, 1 rule: show its rules" } else { "security group {0}, {1} rules: show its rules" },
        &[&badge.name, &badge.rules.to_string()],
    );
    html! {
        <button type="button" class="az-badge" onclick={open} aria-label={label.clone()} title={label}>
            { icon(SHIELD) }<span>{ &badge.name }</span>{ for badge.ways().into_iter().map(way) }
        </button>
    }
}
