//! What Calico sets about hosts: failsafe ports, and what FelixConfigurations say. Upstream: docs/semantics.md, Calico.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::tunnels::{Tunnels, tunnelled_pools};
use crate::language::calico::configurations::{Configurations, Setting};
use crate::language::calico::inventory::nodes_of;
use crate::language::calico::{Calico, FailsafePort, FelixConfiguration, environment};
use crate::language::lower::unread::rules_in_doubt;
use crate::language::{Kind, Resource};
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::{
    Action, Doubt, DroppedPackets, EndpointToHost, FAILSAFE_PORTS, HookMatch, HostRules, OF_THE_HOST, PacketMatch, PeerMatch, PeerTerm,
    PeerTermKind, Policy, PolicyId, PolicyRole, PortTerm, Rule, Ruleset, SubjectMatch, TUNNELS, Tier, TierEnd, TrafficMatch, TrafficTerm,
    TrafficTermKind,
};
use crate::snapshot::IpPool;
use crate::text::{DocumentId, Place};

/// Ports that are open on every host endpoint, so that no policy can lock its author out. Upstream: docs/semantics.md, Calico.
const FAILSAFE_INBOUND: [(Protocol, u16); 9] = [
    (Protocol::TCP, 22),
    (Protocol::UDP, 68),
    (Protocol::TCP, 179),
    (Protocol::TCP, 2379),
    (Protocol::TCP, 2380),
    (Protocol::TCP, 5473),
    (Protocol::TCP, 6443),
    (Protocol::TCP, 6666),
    (Protocol::TCP, 6667),
];

const FAILSAFE_OUTBOUND: [(Protocol, u16); 9] = [
    (Protocol::UDP, 53),
    (Protocol::UDP, 67),
    (Protocol::TCP, 179),
    (Protocol::TCP, 2379),
    (Protocol::TCP, 2380),
    (Protocol::TCP, 5473),
    (Protocol::TCP, 6443),
    (Protocol::TCP, 6666),
    (Protocol::TCP, 6667),
];

/// What FelixConfigurations, and the environment of Calico's agent, set about hosts. Failsafe ports become a tier before all others, so that they are
/// decided and explained like rules.
pub(super) fn add_host_rules(resources: &[(DocumentId, &Resource)], ruleset: &mut Ruleset) {
    let configurations = Configurations::of(resources);
    let own_nodes = configurations.own_nodes();
    ruleset.hosts = Some(host_rules(&configurations, &own_nodes));
    let mut first_host: Option<Place> = None;
    let mut refused_hosts: Vec<(DocumentId, &Resource, SubjectMatch)> = Vec::new();
    for &(document, resource) in resources {
        let place = resource.span.within(document);
        let makes_hosts = match &resource.kind {
            Kind::Calico(calico) => match &**calico {
                Calico::HostEndpoint(host) => {
                    if host.unread {
                        let subject = match nodes_of(host, resources) {
                            Some(names) => SubjectMatch::Hosts { nodes: names.into_iter().map(Box::from).collect(), but: false },
                            None => SubjectMatch::Hosts { nodes: Vec::new(), but: true },
                        };
                        refused_hosts.push((document, resource, subject));
                    }
                    true
                }
                Calico::KubeControllers(configuration) => configuration.auto_host_endpoints,
                _ => false,
            },
            kind => kind.template().and_then(environment::auto_host_endpoints) == Some(true),
        };
        first_host = first_host.or(makes_hosts.then_some(place));
    }
    let Some(first_host) = first_host else { return };
    let tunnelled = tunnelled_pools(resources);
    // Nodes for which the same holds are one subject.
    let mut subjects: Vec<(Vec<Box<str>>, Given, Place)> = Vec::new();
    for node in &own_nodes {
        let (given, place) =
            (Given::of(&tunnelled, &configurations, Some(node)), configurations.place_of(Some(node)).unwrap_or(first_host));
        match subjects.iter_mut().find(|(_, known, at)| *known == given && *at == place) {
            Some((nodes, ..)) => nodes.push((*node).into()),
            None => subjects.push((alloc::vec![(*node).into()], given, place)),
        }
    }
    let names: Vec<Box<str>> = own_nodes.iter().map(|node| (*node).into()).collect();
    let place = configurations.place_of(None).unwrap_or(first_host);
    let everywhere = (SubjectMatch::Hosts { nodes: names, but: true }, Given::of(&tunnelled, &configurations, None), place);
    let own = subjects.into_iter().map(|(nodes, given, place)| (SubjectMatch::Hosts { nodes, but: false }, given, place));
    let mut groups = Vec::new();
    for (subject, given, place) in core::iter::once(everywhere).chain(own) {
        for hook in [HookMatch::Failsafe, HookMatch::FailsafeUntracked, HookMatch::FailsafeReply, HookMatch::FailsafePreDnat] {
            let id = PolicyId::at(ruleset.policies.len());
            // Of a reply the port of the service is the source (upstream: `failsafeInChain`, table "raw"). That a client's own port is a failsafe port is
            // left out: a client takes a high one.
            let (out, into): (Failsafe<'_>, Failsafe<'_>) = ((&given.outbound, &FAILSAFE_OUTBOUND), (&given.inbound, &FAILSAFE_INBOUND));
            let (egress, ingress) = if hook == HookMatch::FailsafeReply { (into, out) } else { (out, into) };
            ruleset.add(failsafe_policy(id, hook, &subject, place, [egress, ingress]));
            groups.push(alloc::vec![id]);
        }
        if let Some(rules) = given.tunnels.rules() {
            let id = PolicyId::at(ruleset.policies.len());
            ruleset.add(host_policy(id, TUNNELS, HookMatch::Failsafe, &subject, place, [rules.clone(), rules]));
            groups.push(alloc::vec![id]);
        }
    }
    ruleset.tiers.insert(
        0,
        Tier {
            name: String::from("failsafe"),
            noun: "failsafe ports",
            groups,
            end: TierEnd::Pass,
            ports_only: false,
            passes_all: true,
            ordered: true,
        },
    );
    add_refused(refused_hosts, ruleset);
}

/// What is set beside host endpoints: what becomes of packets from pods to their own node, and what pods may not send.
fn host_rules(configurations: &Configurations<'_>, own_nodes: &BTreeSet<&str>) -> HostRules {
    let mut hosts = HostRules::default();
    let mut action = |node| {
        configurations.endpoint_to_host(node).unwrap_or_else(|doubt| {
            hosts.endpoint_to_host_doubt.get_or_insert(doubt);
            EndpointToHost::Unknown
        })
    };
    let everywhere = action(None);
    let of_nodes = own_nodes.iter().map(|node| ((*node).to_string(), action(Some(node)))).filter(|(_, own)| *own != everywhere).collect();
    (hosts.endpoint_to_host, hosts.endpoint_to_host_of) = (everywhere, of_nodes);
    hosts.dropped = dropped_packets(configurations, None);
    hosts.dropped_of = own_nodes.iter().map(|node| ((*node).to_string(), dropped_packets(configurations, Some(node)))).collect();
    hosts.dropped_of.retain(|_, dropped| *dropped != hosts.dropped);
    hosts
}

/// The failsafe ports that hold on a node.
#[derive(PartialEq)]
struct Given {
    inbound: Setting<Vec<FailsafePort>>,
    outbound: Setting<Vec<FailsafePort>>,
    tunnels: Tunnels,
}

impl Given {
    fn of(pools: &[(&IpPool, Place)], configurations: &Configurations<'_>, node: Option<&str>) -> Self {
        Given {
            tunnels: Tunnels::of(pools, configurations, node),
            inbound: configurations.setting(node, "failsafeInboundHostPorts", |felix| felix.failsafe_inbound.clone()),
            outbound: configurations.setting(node, "failsafeOutboundHostPorts", |felix| felix.failsafe_outbound.clone()),
        }
    }
}

/// Puts in doubt what becomes of packets at host endpoints that an API server refuses, or that say something in a field that there is not: of which
/// interfaces they are, what holds there, and whether they are there at all, cannot be told.
fn add_refused(hosts: Vec<(DocumentId, &Resource, SubjectMatch)>, ruleset: &mut Ruleset) {
    let mut groups = Vec::new();
    for (document, resource, subject) in hosts {
        let id = PolicyId::at(ruleset.policies.len());
        let place = resource.span.within(document);
        let rules = rules_in_doubt(resource, document);
        ruleset.add(Policy {
            kind: "HostEndpoint".into(),
            name: resource.meta.name.to_string(),
            acts_on_egress: true,
            egress: rules.clone(),
            ingress: rules,
            ..failsafe_policy(id, HookMatch::ForwardToo, &subject, place, [(&Setting::Unset, &[]), (&Setting::Unset, &[])])
        });
        groups.push(alloc::vec![id]);
    }
    if !groups.is_empty() {
        let tier = Tier {
            name: String::from("not evaluated"),
            noun: "host endpoints that are not evaluated",
            groups,
            end: TierEnd::Pass,
            ports_only: false,
            passes_all: false,
            ordered: true,
        };
        ruleset.tiers.insert(1.min(ruleset.tiers.len()), tier);
    }
}

/// Failsafe ports: what is known of those that are set, and those that there are where none are.
type Failsafe<'a> = (&'a Setting<Vec<FailsafePort>>, &'static [(Protocol, u16)]);

/// The policy of failsafe ports at a hook, of the hosts of a subject; the ports are those of egress, then of ingress.
fn failsafe_policy(id: PolicyId, hook: HookMatch, subject: &SubjectMatch, place: Place, [egress, ingress]: [Failsafe<'_>; 2]) -> Policy {
    let rules = [failsafe_rules(egress, hook, place), failsafe_rules(ingress, hook, place)];
    host_policy(id, FAILSAFE_PORTS, hook, subject, place, rules)
}

/// What Felix does at a hook before policies are asked, as a policy of the hosts of a subject; the rules are those of egress, then of ingress.
fn host_policy(
    id: PolicyId,
    kind: &'static str,
    hook: HookMatch,
    subject: &SubjectMatch,
    place: Place,
    [egress, ingress]: [Vec<Rule>; 2],
) -> Policy {
    Policy {
        id,
        kind: kind.into(),
        role: PolicyRole::Written,
        namespace: None,
        name: String::from(OF_THE_HOST),
        place,
        subject: subject.clone(),
        subject_place: place,
        priority: None,
        acts_on_egress: hook != HookMatch::FailsafePreDnat,
        acts_on_ingress: true,
        egress,
        ingress,
        hook,
        not_enforced: None,
        doubt: None,
    }
}

/// The port of VXLAN, where `vxlanPort` says no other.
const VXLAN_PORT: u16 = 4789;

/// The port of VXLAN at a node.
pub(super) fn vxlan_port(configurations: &Configurations<'_>, node: Option<&str>) -> u16 {
    configurations.setting(node, "vxlanPort", |felix| felix.vxlan_port).known().unwrap_or(VXLAN_PORT)
}

/// What pods of a node may not send. In eBPF mode VXLAN is left to policy (upstream: `felix/bpf-gpl/parsing.h`).
fn dropped_packets(configurations: &Configurations<'_>, node: Option<&str>) -> DroppedPackets {
    let is = |name: &str, of: fn(&FelixConfiguration) -> Option<bool>| configurations.setting(node, name, of).known().unwrap_or(false);
    let allows_vxlan = is("allowVXLANPacketsFromWorkloads", |felix| felix.allow_vxlan) || is("bpfEnabled", |felix| felix.bpf);
    DroppedPackets {
        vxlan: (!allows_vxlan).then(|| vxlan_port(configurations, node)),
        ipip: !is("allowIPIPPacketsFromWorkloads", |felix| felix.allow_ipip),
    }
}

/// At the end of the way failsafe ports allow; before that they only end what is asked there, and forwarded packets still meet the forward policies
/// (upstream: `felix/rules/static.go`, a failsafe rule accepts in its own table and sets no mark).
fn failsafe_rules((given, default): Failsafe<'_>, hook: HookMatch, place: Place) -> Vec<Rule> {
    let rule = |place: Place, protocol, port, net: Option<Cidr>| Rule {
        place,
        name: None,
        action: if hook == HookMatch::Failsafe { Action::Allow } else { Action::Pass },
        peers: net.map_or(PeerMatch::Any, |net| {
            let kind = PeerTermKind::Addresses { set: AddressSet::of_cidrs([&net]), inside_too: true, block: None };
            PeerMatch::Of(alloc::vec![PeerTerm { place, kind }])
        }),
        traffic: match hook {
            HookMatch::FailsafeReply => TrafficMatch::Packet(Box::new(PacketMatch {
                place: Some(place),
                protocol: Some(protocol),
                source_ports: alloc::vec![PortTerm::Range(port, port)],
                ..PacketMatch::default()
            })),
            _ => TrafficMatch::Of(alloc::vec![TrafficTerm { place, kind: TrafficTermKind::Ports(protocol, port, port) }]),
        },
        http: None,
        own: None,
        doubt: None,
    };
    let any = |place| Rule { peers: PeerMatch::Any, traffic: TrafficMatch::Any, ..rule(place, Protocol::TCP, 0, None) };
    // Each in its own line, of the configuration that gives it.
    let plain = |ports: &[FailsafePort], of: Place| -> Vec<Rule> {
        let read = ports.iter().filter(|p| !p.unread);
        read.map(|p| rule(p.span.within(of.document), p.protocol, p.port, p.net)).collect()
    };
    let defaults = || default.iter().map(|(protocol, port)| rule(place, *protocol, *port, None)).collect::<Vec<Rule>>();
    let (rules, doubt) = match given {
        // Refused, the configuration leaves those that there are without it; taken, it opens what cannot be read.
        Setting::Is(ports, of) if ports.iter().any(|p| p.unread) => {
            let unread = ports.iter().find(|p| p.unread).map_or(*of, |p| p.span.within(of.document));
            let doubt =
                Doubt { text: "failsafe ports are not evaluated: one of them cannot be read".to_string(), places: alloc::vec![unread] };
            ([plain(ports, *of), defaults(), alloc::vec![any(unread)]].concat(), doubt)
        }
        Setting::Is(ports, of) => return plain(ports, *of),
        Setting::Unset => return defaults(),
        Setting::OneOf(ports, doubt) => {
            let of_one = |one: &Option<(Vec<FailsafePort>, Place)>| one.as_ref().map_or_else(defaults, |(ports, of)| plain(ports, *of));
            (ports.iter().flat_map(of_one).collect(), doubt.clone())
        }
        Setting::Unread(doubt) => ([defaults(), alloc::vec![any(place)]].concat(), doubt.clone()),
    };
    rules.into_iter().map(|rule| Rule { doubt: Some(Box::new(doubt.clone())), ..rule }).collect()
}
