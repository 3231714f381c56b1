//! LINT020 to LINT026: rules of network security groups that do nothing, open more than they should, or are not what they look like.
//!
//! Upstream: docs/azure.md 2. Whether a rule is ever reached is answered exactly for the network of the analysis.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::analysis::Analysis;
use crate::answers::lint::packets::{Ordered, Packets};
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::codes::AZ_UNKNOWN_TAG;
use crate::language::lower::{KIND_OF_GROUPS, is_default_rule};
use crate::model::{AddressSet, Protocol};
use crate::policy::{Action, Direction, PeerMatch, PeerTermKind, Policy, Rule, SubjectMatch};
use crate::snapshot::cloud::tags::{self, KnownTag};
use crate::snapshot::cloud::{Cloud, GroupUse};
use crate::text::Place;

/// A rule that earlier rules leave nothing of.
const SHADOWED: Code = Code("LINT020");
/// A rule that no packet can match.
const NEVER: Code = Code("LINT021");
/// A rule that lets in anything from anywhere.
const ANY: Code = Code("LINT022");
/// A port for managing machines, open to the Internet.
const MANAGEMENT: Code = Code("LINT023");
/// A rule that stops health probes of load balancers.
const PROBES: Code = Code("LINT024");
/// A rule that wants the same port on both ends.
const SOURCE_PORT: Code = Code("LINT025");
/// A group that is attached to nothing.
const UNUSED: Code = Code("LINT026");

/// Ports that Services get on nodes.
const NODE_PORTS: (u16, u16) = (30_000, 32_767);
/// Ports for managing machines.
const MANAGEMENT_PORTS: [(u16, &str); 4] = [(22, "SSH"), (3389, "RDP"), (5985, "WinRM"), (5986, "WinRM")];

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let cloud = &analysis.snapshot().cloud;
    if cloud.groups.is_empty() {
        return;
    }
    let mut reported: HashMap<(Code, Option<Place>), ()> = HashMap::new();
    let mut own = Vec::new();
    for policy in analysis.compiled().ruleset().policies.iter().filter(|p| p.kind == KIND_OF_GROUPS) {
        let SubjectMatch::Group(number) = policy.subject else { continue };
        let Some((used, _)) = cloud.used(number).filter(|(_, group)| !group.is_managed()) else { continue };
        for direction in Direction::BOTH {
            of_direction(analysis, policy, (number, used), direction, &mut own);
        }
    }
    unknown_tags(cloud, &mut own);
    // The same rule may be judged in several networks.
    for diagnostic in own {
        let key = (diagnostic.code, diagnostic.place);
        if reported.insert(key, ()).is_none() {
            found.push(diagnostic);
        }
    }
    for (number, group) in (0..).zip(&cloud.groups) {
        if group.unknown.is_none() && !cloud.uses_group(number) && !cloud.has_nameless_group() {
            let message =
                format!("network security group `{}` is attached to nothing that is given, so it decides nothing here", group.name);
            found.push(
                Diagnostic::at(UNUSED, Severity::Warning, Some(group.place), message)
                    .help("attach it to a subnet or an interface: `az network vnet subnet update --network-security-group`"),
            );
        }
    }
}

/// The addresses of one side: at least these, and at most these.
fn side(kind: Option<&PeerTermKind>) -> (AddressSet, AddressSet) {
    match kind {
        None => (AddressSet::everything(), AddressSet::everything()),
        Some(PeerTermKind::Addresses { set, .. }) => (set.clone(), set.clone()),
        Some(PeerTermKind::UnknownAddresses { certain, possible, .. }) => (certain.clone(), possible.clone()),
        Some(_) => (AddressSet::default(), AddressSet::everything()),
    }
}

/// What a rule matches: for certain, and at most.
fn packets(rule: &Rule, connections: &ConnectionSet, direction: Direction) -> (Packets, Packets) {
    let peer = match &rule.peers {
        PeerMatch::Any => None,
        PeerMatch::Of(terms) => terms.first().map(|t| &t.kind),
    };
    let (peer, own) = (side(peer), side(rule.own.as_ref().map(|t| &t.kind)));
    let (source, destination) = match direction {
        Direction::Ingress => (peer, own),
        Direction::Egress => (own, peer),
    };
    let of = |source, destination| Packets { source, destination, connections: connections.clone() };
    // Of a rule that may not be in force nothing is certain.
    let certain = if rule.doubt.is_some() { (AddressSet::default(), AddressSet::default()) } else { (source.0, destination.0) };
    (of(certain.0, certain.1), of(source.1, destination.1))
}

/// What the rule with this index matches: for certain, and at most.
pub(super) fn packets_of(analysis: &Analysis, policy: &Policy, direction: Direction, index: usize, rule: &Rule) -> (Packets, Packets) {
    let compiled = analysis.compiled();
    let reference = crate::policy::RuleRef { policy: policy.id, direction, index: index as u32 };
    let traffic = compiled.compiled_rule(reference).and_then(|r| compiled.compiled_traffic(r.traffic));
    packets(rule, traffic.map_or(&ConnectionSet::EMPTY, |t| &t.fixed), direction)
}

fn of_direction(analysis: &Analysis, policy: &Policy, (number, used): (u32, &GroupUse), direction: Direction, found: &mut Vec<Diagnostic>) {
    let rules = policy.rules(direction);
    let here = behind(&analysis.snapshot().cloud, number);
    let all: Vec<(Packets, Packets)> = rules.iter().enumerate().map(|(i, rule)| packets_of(analysis, policy, direction, i, rule)).collect();
    let internet = tags::internet(&used.virtual_network);
    let of_group = analysis.snapshot().cloud.groups.iter().find(|g| g.place == policy.place && g.name == policy.name);
    // What stands for a group that is not given, or for none, is nobody's rules.
    if of_group.is_none_or(|group| group.unknown.is_some()) {
        return;
    }
    let open: Vec<Place> = of_group.map_or_else(Vec::new, |group| {
        group.rules.iter().filter(|(rule, _)| !rule.unresolved.is_empty()).map(|(_, place)| *place).collect()
    });
    let mut ordered = Ordered::new(all.iter().map(|(certain, _)| certain));
    let cloud = &analysis.snapshot().cloud;
    let guards = |i: &crate::snapshot::cloud::Interface| {
        i.group == Some(number) || cloud.subnets.get(i.subnet as usize).is_some_and(|s| s.group == Some(number))
    };
    let has_nodes = cloud.interfaces.iter().any(|i| i.node.is_some() && guards(i));
    for (index, (rule, (certain, possible))) in rules.iter().zip(&all).enumerate() {
        let name = rule.name.as_deref().unwrap_or_default();
        if is_default_rule(name) || rule.doubt.is_some() {
            continue;
        }
        let say = |code, severity, message: String| Diagnostic::at(code, severity, Some(rule.place), message);
        if possible.is_empty() {
            let message = format!("rule `{name}` matches no packet: one of its sides has no address here");
            found.push(say(NEVER, Severity::Warning, message).help("an application security group without members matches nothing"));
            continue;
        }
        // The side of the group's own subnet or interface.
        let own_side = if direction == Direction::Ingress { &possible.destination } else { &possible.source };
        let assumed = analysis.snapshot().cloud.networks.iter().any(|n| n.assumed);
        if !assumed && !here.is_empty() && !own_side.overlaps(&here) {
            let (word, which) = if direction == Direction::Ingress { ("destination", "inbound") } else { ("source", "outbound") };
            let message = format!("rule `{name}` matches no packet: its {word} holds no address of what `{}` guards ({here})", policy.name);
            found.push(
                say(NEVER, Severity::Warning, message)
                    .help(format!("{which} rules see private addresses: a public address is translated before")),
            );
            continue;
        }
        if open.contains(&rule.place) {
            // What the rule is hangs on what the text does not give, so nothing more can be said of it.
            continue;
        }
        if ordered.leaves(possible, index) == Some(false) {
            shadowed(policy, direction, index, &all, found);
            continue;
        }
        // Whether some of a rule's packets get past the rules before it.
        let mut reaches = |source: &AddressSet, connections: ConnectionSet| {
            let asked = Packets { source: source.clone(), destination: AddressSet::everything(), connections };
            ordered.leaves(&certain.within(&asked), index) == Some(true)
        };
        let everything = certain.connections == ConnectionSet::all();
        let lets_in = direction == Direction::Ingress && rule.action == Action::Allow && certain.source.covers(&internet);
        if lets_in && everything {
            let message = format!("rule `{name}` lets in every protocol and port from anywhere");
            found.push(say(ANY, Severity::Warning, message).help("name the ports and the sources that are needed"));
        } else if lets_in {
            let open = |(port, _): &&(u16, &str)| reaches(&internet, ConnectionSet::ports(Protocol::TCP, *port, *port));
            let ports: Vec<String> = MANAGEMENT_PORTS.iter().filter(open).map(|(port, what)| format!("{what} ({port})")).collect();
            if !ports.is_empty() {
                let message = format!("rule `{name}` opens {} to the whole Internet", ports.join(" and "));
                found.push(say(MANAGEMENT, Severity::Warning, message).help("allow the addresses that need it only, or use a bastion"));
            }
        }
        // Load balancers of AKS probe node ports; those of machines any port.
        let probed = |first, last| ConnectionSet::ports(Protocol::TCP, first, last).difference(&certain.connections).is_empty();
        let platform = AddressSet::range(tags::PLATFORM, tags::PLATFORM);
        // A rule for the network alone is as a rule not about probes, unless nodes are behind it.
        let meant = everything || has_nodes || certain.source.covers(&internet) || platform.covers(&certain.source);
        let probes = meant && probed(0, u16::MAX) || has_nodes && probed(NODE_PORTS.0, NODE_PORTS.1);
        let stops = direction == Direction::Ingress && rule.action == Action::Deny && probes && certain.source.contains(tags::PLATFORM);
        if stops && reaches(&platform, ConnectionSet::protocol(Protocol::TCP)) {
            let message = format!("rule `{name}` stops health probes of load balancers too, which then take every machine for down");
            found.push(say(PROBES, Severity::Warning, message).help("above it, allow the tag `AzureLoadBalancer`"));
        }
        let same_ports = packet_ports(rule).is_some_and(|(source, destination)| source == destination && !source.is_empty());
        if same_ports {
            let message = format!("rule `{name}` wants the same port on both ends; clients use any port of their own");
            found.push(say(SOURCE_PORT, Severity::Warning, message).help("write `*` for the source ports"));
        }
    }
}

/// Source and destination ports of a rule as written.
fn packet_ports(rule: &Rule) -> Option<(&[crate::policy::PortTerm], &[crate::policy::PortTerm])> {
    match &rule.traffic {
        crate::policy::TrafficMatch::Packet(packet) => Some((&packet.source_ports, &packet.destination_ports)),
        _ => None,
    }
}

/// Reports a rule that earlier ones leave nothing of, with the one that does it, or all that do.
fn shadowed(policy: &Policy, direction: Direction, index: usize, all: &[(Packets, Packets)], found: &mut Vec<Diagnostic>) {
    let rules = policy.rules(direction);
    let (Some(rule), Some((_, possible))) = (rules.get(index), all.get(index)) else { return };
    let name = rule.name.as_deref().unwrap_or_default();
    let one = all.iter().take(index).position(|(certain, _)| certain.covers(possible));
    let involved: Vec<usize> = match one {
        Some(one) => alloc::vec![one],
        None => (0..index).filter(|i| all.get(*i).is_some_and(|(certain, _)| !certain.is_apart(possible))).collect(),
    };
    let title = |i: &usize| rules.get(*i).and_then(|r| r.name.as_deref()).map_or_else(String::new, |n| format!("`{n}`"));
    let names: Vec<String> = involved.iter().take(3).map(title).collect();
    let more = if involved.len() > 3 { format!(" and {} more", involved.len() - 3) } else { String::new() };
    let differs = involved.iter().filter_map(|i| rules.get(*i)).any(|r| r.action != rule.action);
    let does = if differs { "other rules with another action decide" } else { "it changes nothing" };
    let message = format!(
        "rule `{name}` is never reached: {}{more} {} all of its packets first, so {does}",
        names.join(", "),
        if involved.len() == 1 { "decides" } else { "decide" }
    );
    let severity = if differs { Severity::Warning } else { Severity::Note };
    let mut diagnostic =
        Diagnostic::at(SHADOWED, severity, Some(rule.place), message).help("give it a lower priority number, or remove it");
    for earlier in involved.iter().take(3).filter_map(|i| rules.get(*i)) {
        diagnostic = diagnostic.related_place(earlier.place, "this rule comes first");
    }
    found.push(diagnostic);
}

/// The addresses that a use of a group guards.
fn behind(cloud: &Cloud, number: u32) -> AddressSet {
    let mut set = AddressSet::default();
    let subnets: Vec<u32> = (0..).zip(&cloud.subnets).filter(|(_, s)| s.group == Some(number)).map(|(i, _)| i).collect();
    for subnet in &subnets {
        if let Some(subnet) = cloud.subnets.get(*subnet as usize) {
            set = set.union(&AddressSet::of_cidrs(&subnet.prefixes));
        }
    }
    for interface in cloud.interfaces.iter().filter(|i| i.group == Some(number) || subnets.contains(&i.subnet)) {
        for address in interface.addresses.iter().chain(&interface.floating) {
            set = set.union(&AddressSet::range(*address, *address));
        }
        set = set.union(&AddressSet::of_cidrs(&interface.pod_prefixes));
    }
    // Pods of an overlay are behind the subnet of their nodes.
    for cluster in &cloud.clusters {
        if cluster.pools.iter().any(|p| p.subnet.is_some_and(|s| subnets.contains(&s))) {
            set = set.union(&cluster.pod_range);
        }
    }
    set
}

/// Tags whose addresses are not known here.
fn unknown_tags(cloud: &Cloud, found: &mut Vec<Diagnostic>) {
    for group in cloud.groups.iter().filter(|group| !group.is_managed()) {
        for (rule, place) in &group.rules {
            for side in [&rule.source, &rule.destination].into_iter().filter(|side| !side.expanded) {
                let at = side.span.map_or(*place, |span| span.within(place.document));
                for tag in side.tags.iter().filter(|tag| crate::language::azure::read::rules::own_tag(tag).is_none()) {
                    if cloud.tags.contains_key(&tag.to_lowercase()) || group.expansions.contains_key(&tag.to_lowercase()) {
                        continue;
                    }
                    let (severity, message) = match tags::known(tag) {
                        KnownTag::Addresses(_) => continue,
                        KnownTag::SomewherePublic => (
                            Severity::Note,
                            format!("rule `{}`: the addresses of service tag `{tag}` change every week and are not known here", rule.name),
                        ),
                        KnownTag::Unheard => (Severity::Warning, format!("rule `{}`: no service tag `{tag}` is known", rule.name)),
                    };
                    let diagnostic = Diagnostic::at(AZ_UNKNOWN_TAG, severity, Some(at), message);
                    let help = "where it matters, answers are \"cannot tell\"; give its addresses: `azure: {tags: {NAME: [10.0.0.0/24]}}`";
                    let meant = crate::language::azure::read::service_tags::meant_tag(tag);
                    found.push(diagnostic.help(match meant {
                        Some(meant) => format!("did you mean `{meant}`? {help}"),
                        None => help.to_string(),
                    }));
                }
            }
        }
    }
}
