//! What Calico sets about hosts: failsafe ports, and what FelixConfigurations say. Upstream: docs/semantics.md, Calico.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::language::calico::{Calico, FailsafePort, FelixConfiguration};
use crate::language::lower::unread::rules_in_doubt;
use crate::language::{Kind, Resource};
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::Doubt;
use crate::policy::{
    Action, DroppedPackets, HookMatch, HostRules, PacketMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, PolicyId, PolicyRole, PortTerm,
    Rule, Ruleset, SubjectMatch, Tier, TierEnd, TrafficMatch, TrafficTerm, TrafficTermKind,
};
use crate::text::{DocumentId, Place};

/// The FelixConfiguration that holds for all nodes.
const DEFAULT_CONFIGURATION: &str = "default";

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

/// What FelixConfigurations set about hosts. Failsafe ports become a tier before all others, so that they are decided and explained like rules.
pub(super) fn add_host_rules(resources: &[(DocumentId, &Resource)], ruleset: &mut Ruleset) {
    let mut first_host: Option<Place> = None;
    let mut refused_hosts: Vec<(DocumentId, &Resource, &str)> = Vec::new();
    let mut default: Option<(&FelixConfiguration, Place)> = None;
    let mut of_nodes: Vec<(Box<str>, &FelixConfiguration, Place)> = Vec::new();
    for &(document, resource) in resources {
        let Kind::Calico(calico) = &resource.kind else { continue };
        let place = resource.span.within(document);
        match &**calico {
            Calico::HostEndpoint(host) => {
                first_host = first_host.or(Some(place));
                if host.interface.is_empty() && host.expected_ips.is_empty() {
                    refused_hosts.push((document, resource, &host.node));
                }
            }
            Calico::KubeControllers(configuration) if configuration.auto_host_endpoints => first_host = first_host.or(Some(place)),
            Calico::Felix(felix) => match resource.meta.name.strip_prefix("node.") {
                Some(node) => of_nodes.push((node.into(), felix, place)),
                None if &*resource.meta.name == DEFAULT_CONFIGURATION => default = Some((felix, place)),
                None => {}
            },
            _ => {}
        }
    }
    let mut hosts = HostRules::default();
    let common = default.map(|(felix, _)| felix);
    hosts.endpoint_to_host = common.and_then(|felix| felix.endpoint_to_host).unwrap_or_default();
    for (node, felix, _) in &of_nodes {
        hosts.endpoint_to_host_of.extend(felix.endpoint_to_host.map(|action| (node.to_string(), action)));
    }
    let felix = |own: Option<&FelixConfiguration>| dropped_packets([own, common]);
    hosts.dropped = felix(None);
    hosts.dropped_of = of_nodes.iter().map(|(node, own, _)| (node.to_string(), felix(Some(own)))).collect();
    hosts.dropped_of.retain(|_, dropped| *dropped != hosts.dropped);
    ruleset.hosts = Some(hosts);
    let Some(first_host) = first_host else { return };
    let names: Vec<Box<str>> = of_nodes.iter().map(|(node, ..)| node.clone()).collect();
    let place = default.map_or(first_host, |(_, place)| place);
    let everywhere = (SubjectMatch::Hosts { nodes: names, but: true }, None, place);
    let own =
        of_nodes.into_iter().map(|(node, felix, place)| (SubjectMatch::Hosts { nodes: alloc::vec![node], but: false }, Some(felix), place));
    let mut groups = Vec::new();
    for (subject, felix, place) in core::iter::once(everywhere).chain(own) {
        // A node's own configuration overrides the common one field by field.
        let given = |ports: fn(&FelixConfiguration) -> Option<&[FailsafePort]>| {
            let own = felix.and_then(ports).map(|ports| (ports, place));
            own.or_else(|| Some((common.and_then(ports)?, default.map_or(place, |(_, place)| place))))
        };
        let (inbound, outbound) = (given(|felix| felix.failsafe_inbound.as_deref()), given(|felix| felix.failsafe_outbound.as_deref()));
        for hook in [HookMatch::Failsafe, HookMatch::FailsafeUntracked, HookMatch::FailsafeReply, HookMatch::FailsafePreDnat] {
            let id = PolicyId::at(ruleset.policies.len());
            // Of a reply the port of the service is the source (upstream: `failsafeInChain`, table "raw"). That a client's own port is a failsafe port is
            // left out: a client takes a high one.
            let (out, into): (Failsafe<'_>, Failsafe<'_>) = ((outbound, &FAILSAFE_OUTBOUND), (inbound, &FAILSAFE_INBOUND));
            let (egress, ingress) = if hook == HookMatch::FailsafeReply { (into, out) } else { (out, into) };
            ruleset.add(failsafe_policy(id, hook, &subject, place, [egress, ingress]));
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
    add_refused(&refused_hosts, ruleset);
}

/// Puts in doubt what becomes of packets at host endpoints that an API server refuses, as they name neither an interface nor addresses: which they are
/// of, and whether they are there, cannot be told.
fn add_refused(hosts: &[(DocumentId, &Resource, &str)], ruleset: &mut Ruleset) {
    let mut groups = Vec::new();
    for &(document, resource, node) in hosts {
        let id = PolicyId::at(ruleset.policies.len());
        let place = resource.span.within(document);
        let rules = rules_in_doubt(resource, document);
        ruleset.add(Policy {
            kind: "HostEndpoint".into(),
            name: resource.meta.name.to_string(),
            acts_on_egress: true,
            egress: rules.clone(),
            ingress: rules,
            ..failsafe_policy(
                id,
                HookMatch::ForwardToo,
                &SubjectMatch::Hosts { nodes: alloc::vec![node.into()], but: false },
                place,
                [(None, &[]), (None, &[])],
            )
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

/// Failsafe ports: the given ones, and where; and those that there are where none are given.
type Failsafe<'a> = (Option<(&'a [FailsafePort], Place)>, &'static [(Protocol, u16)]);

/// The policy of failsafe ports at a hook, of the hosts of a subject; the ports are those of egress, then of ingress.
fn failsafe_policy(id: PolicyId, hook: HookMatch, subject: &SubjectMatch, place: Place, [egress, ingress]: [Failsafe<'_>; 2]) -> Policy {
    Policy {
        id,
        kind: "failsafe ports".into(),
        role: PolicyRole::Written,
        namespace: None,
        name: String::from("of the host"),
        place,
        subject: subject.clone(),
        subject_place: place,
        priority: None,
        acts_on_egress: hook != HookMatch::FailsafePreDnat,
        acts_on_ingress: true,
        egress: failsafe_rules(egress.0, egress.1, hook, place),
        ingress: failsafe_rules(ingress.0, ingress.1, hook, place),
        hook,
        not_enforced: None,
        doubt: None,
    }
}

/// The port of VXLAN, where `vxlanPort` says no other.
const VXLAN_PORT: u16 = 4789;

/// What pods may not send; the first configuration that sets a field counts. In eBPF mode VXLAN is left to policy (upstream: `felix/bpf-gpl/parsing.h`).
fn dropped_packets(felix: [Option<&FelixConfiguration>; 2]) -> DroppedPackets {
    let first = |field: &dyn Fn(&FelixConfiguration) -> Option<bool>| felix.into_iter().flatten().find_map(field).unwrap_or(false);
    let port = felix.into_iter().flatten().find_map(|f| f.vxlan_port).unwrap_or(VXLAN_PORT);
    DroppedPackets { vxlan: (!first(&|f| f.allow_vxlan) && !first(&|f| f.bpf)).then_some(port), ipip: !first(&|f| f.allow_ipip) }
}

/// At the end of the way failsafe ports allow; before that they only end what is asked there, and forwarded packets still meet the forward policies
/// (upstream: `felix/rules/static.go`, a failsafe rule accepts in its own table and sets no mark).
fn failsafe_rules(given: Option<(&[FailsafePort], Place)>, default: &[(Protocol, u16)], hook: HookMatch, place: Place) -> Vec<Rule> {
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
    match given {
        // Refused, the configuration leaves those that there are without it; taken, it opens what cannot be read.
        Some((ports, of)) if ports.iter().any(|p| p.unread) => {
            let unread = ports.iter().find(|p| p.unread).map_or(of, |p| p.span.within(of.document));
            let doubt =
                || Doubt { text: "failsafe ports are not evaluated: one of them cannot be read".to_string(), places: alloc::vec![unread] };
            let plain = ports.iter().filter(|p| !p.unread).map(|p| rule(p.span.within(of.document), p.protocol, p.port, p.net));
            let defaults = default.iter().map(|(protocol, port)| rule(place, *protocol, *port, None));
            let any = Rule { peers: PeerMatch::Any, traffic: TrafficMatch::Any, ..rule(unread, Protocol::TCP, 0, None) };
            plain.chain(defaults).chain([any]).map(|rule| Rule { doubt: Some(Box::new(doubt())), ..rule }).collect()
        }
        // Each in its own line, of the configuration that gives it.
        Some((ports, of)) => ports.iter().map(|p| rule(p.span.within(of.document), p.protocol, p.port, p.net)).collect(),
        None => default.iter().map(|(protocol, port)| rule(place, *protocol, *port, None)).collect(),
    }
}
