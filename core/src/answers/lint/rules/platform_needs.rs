//! LINT161 to LINT163: security groups that stop what Azure's own services need: an application gateway, and the nodes of a cluster.
//!
//! Upstream: "Application Gateway infrastructure configuration" (network security groups); "Outbound network and FQDN rules for AKS clusters", and there
//! that blocking traffic within the nodes' subnet is not supported. Whether a rule stops something is answered exactly, as for rules that are never
//! reached; a tag that holds the service's addresses counts as holding all that are needed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::security_groups::packets_of;
use crate::analysis::Analysis;
use crate::answers::lint::packets::{Ordered, Packets};
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::lower::{KIND_OF_GROUPS, is_default_rule};
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::{Action, Direction, PeerMatch, PeerTermKind, Policy, SubjectMatch};
use crate::snapshot::cloud::Feature;
use crate::snapshot::cloud::{Cloud, CloudCluster, tags};
use crate::text::Place;

/// A group that stops what an application gateway needs.
const GATEWAY: Code = Code("LINT161");
/// A group that stops nodes on their way to what AKS needs.
const EGRESS: Code = Code("LINT162");
/// A group that stops traffic among the nodes and pods of a cluster.
const AMONG_NODES: Code = Code("LINT163");

/// Ports at which Azure manages an application gateway, of the first version and of later ones.
const MANAGEMENT: [(u16, u16); 2] = [(65503, 65534), (65200, 65535)];

/// Something that has to get through a group.
struct Need<'a> {
    /// The use of the group, as an index into [`Cloud::uses`].
    used: u32,
    direction: Direction,
    packets: Packets,
    /// Beginnings of tags that hold all addresses that are needed on the other side.
    tags: &'a [&'a str],
}

/// What stops it.
struct Stop {
    rule: String,
    group: String,
    /// The rule, or the group for a default rule.
    place: Place,
}

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let cloud = &analysis.snapshot().cloud;
    if cloud.uses.is_empty() {
        return;
    }
    gateways(analysis, cloud, found);
    let mut said: Vec<(Code, Place)> = Vec::new();
    for cluster in &cloud.clusters {
        let mut own = Vec::new();
        of_cluster(analysis, cloud, cluster, &mut own);
        for problem in own {
            let key = (problem.code, problem.place.unwrap_or(cluster.place));
            if !said.contains(&key) {
                said.push(key);
                found.push(problem);
            }
        }
    }
}

fn internet() -> AddressSet {
    tags::internet(&AddressSet::default())
}

/// The rule that stops a part of what is needed.
fn stop(analysis: &Analysis, need: &Need<'_>) -> Option<Stop> {
    let policies = &analysis.compiled().ruleset().policies;
    let policy = policies.iter().find(|p| p.kind == KIND_OF_GROUPS && matches!(p.subject, SubjectMatch::Group(n) if n == need.used))?;
    let all: Vec<Packets> = matched(analysis, policy, need);
    let mut ordered = Ordered::new(all.iter());
    let rules = policy.rules(need.direction);
    for (index, (rule, packets)) in rules.iter().zip(&all).enumerate() {
        let asked = packets.within(&need.packets);
        if rule.action != Action::Deny || asked.is_empty() || ordered.leaves(&asked, index) != Some(true) {
            continue;
        }
        let (_, group) = analysis.snapshot().cloud.used(need.used)?;
        let name = rule.name.as_deref().unwrap_or_default();
        let place = if is_default_rule(name) { group.name_place } else { rule.place };
        return Some(Stop { rule: name.into(), group: group.name.clone(), place });
    }
    None
}

/// What each rule matches for certain, where tags that hold what is needed stand for all of the Internet.
fn matched(analysis: &Analysis, policy: &Policy, need: &Need<'_>) -> Vec<Packets> {
    let lifted = |kind: Option<&PeerTermKind>| match kind {
        Some(PeerTermKind::UnknownAddresses { name, .. }) => {
            let holds = |tag: &&str| name.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
            need.tags.iter().any(holds)
        }
        _ => false,
    };
    let one = |(index, rule): (usize, &crate::policy::Rule)| {
        let (mut certain, _) = packets_of(analysis, policy, need.direction, index, rule);
        let peer = match &rule.peers {
            PeerMatch::Of(terms) => terms.first().map(|t| &t.kind),
            PeerMatch::Any => None,
        };
        if lifted(peer) {
            match need.direction {
                Direction::Ingress => certain.source = internet(),
                Direction::Egress => certain.destination = internet(),
            }
        }
        certain
    };
    policy.rules(need.direction).iter().enumerate().map(one).collect()
}

fn gateways(analysis: &Analysis, cloud: &Cloud, found: &mut Vec<Diagnostic>) {
    for gateway in &cloud.gateways {
        let Some(subnet) = gateway.subnet.and_then(|n| cloud.subnets.get(n as usize)) else { continue };
        let Some(used) = subnet.group else { continue };
        let own = AddressSet::of_cidrs(&subnet.prefixes);
        let (first, last) = if gateway.first_version { MANAGEMENT[0] } else { MANAGEMENT[1] };
        let tcp = ConnectionSet::ports(Protocol::TCP, first, last);
        let from = |source: AddressSet, connections| Packets { source, destination: own.clone(), connections };
        let inbound = |packets, tags| Need { used, direction: Direction::Ingress, packets, tags };
        let needs = [
            (
                inbound(from(internet(), tcp), &["GatewayManager", "AzureCloud"][..]),
                format!("`GatewayManager`, which manages it at TCP {first}-{last}"),
                format!("above it, allow TCP {first}-{last} from the tag `GatewayManager`; without that Azure refuses the gateway"),
            ),
            (
                inbound(from(AddressSet::range(tags::PLATFORM, tags::PLATFORM), ConnectionSet::protocol(Protocol::TCP)), &[][..]),
                String::from("`AzureLoadBalancer`, which probes it"),
                String::from("above it, allow everything from the tag `AzureLoadBalancer`"),
            ),
            (
                Need {
                    used,
                    direction: Direction::Egress,
                    packets: Packets {
                        source: own.clone(),
                        destination: internet(),
                        connections: ConnectionSet::ports(Protocol::TCP, 443, 443),
                    },
                    tags: &["AzureCloud"],
                },
                String::from("the Internet, which it needs on its way out"),
                String::from("let it out to the Internet"),
            ),
        ];
        for (need, what, help) in needs {
            let Some(stop) = stop(analysis, &need) else { continue };
            let message = format!("rule `{}` of `{}` keeps application gateway `{}` from {what}", stop.rule, stop.group, gateway.name);
            let problem = Diagnostic::at(GATEWAY, Severity::Warning, Some(stop.place), message);
            found.push(problem.related_place(gateway.place, "the gateway").help(help));
        }
    }
}

/// What the nodes of a cluster need, at the groups of their subnets and interfaces.
fn of_cluster(analysis: &Analysis, cloud: &Cloud, cluster: &CloudCluster, found: &mut Vec<Diagnostic>) {
    let has = |feature: Feature| cluster.features.iter().any(|(f, _)| *f == feature);
    let isolated = has(Feature::Isolated) || has(Feature::OutboundBlock);
    let subnets: Vec<_> = cluster.pools.iter().filter_map(|pool| cloud.subnets.get(pool.subnet? as usize)).collect();
    let prefixes: Vec<Cidr> = subnets.iter().flat_map(|s| s.prefixes.iter().copied()).collect();
    let nodes = AddressSet::of_cidrs(&prefixes).v4_only();
    let inside = if cluster.plugin.is_flat() { nodes.clone() } else { nodes.union(&cluster.pod_range).v4_only() };
    for subnet in &subnets {
        let Some(used) = subnet.group else { continue };
        let own = AddressSet::of_cidrs(&subnet.prefixes).v4_only();
        let out = Need {
            used,
            direction: Direction::Egress,
            packets: Packets { source: own.clone(), destination: internet(), connections: ConnectionSet::ports(Protocol::TCP, 443, 443) },
            tags: &["AzureCloud", "MicrosoftContainerRegistry"],
        };
        if let Some(stop) = stop(analysis, &out).filter(|_| !isolated) {
            let message = format!(
                "rule `{}` of `{}` keeps the nodes of `{}` from TCP 443 outside: without the API server and Microsoft's registry they do not become ready",
                stop.rule, stop.group, cluster.name
            );
            let help = "above it, allow TCP 443 to the tag `AzureCloud` (see \"Outbound network and FQDN rules for AKS clusters\"), and restrict the \
                        rest with a firewall";
            found.push(Diagnostic::at(EGRESS, Severity::Warning, Some(stop.place), message).help(help));
        }
        let own_side = if cluster.plugin.is_flat() { own.clone() } else { own.union(&cluster.pod_range).v4_only() };
        let among = [
            (Direction::Ingress, Packets { source: inside.clone(), destination: own_side.clone(), connections: ConnectionSet::all() }),
            (Direction::Egress, Packets { source: own_side, destination: inside.clone(), connections: ConnectionSet::all() }),
        ];
        for (direction, packets) in among {
            let Some(stop) = stop(analysis, &Need { used, direction, packets, tags: &[] }) else { continue };
            let message = format!(
                "rule `{}` of `{}` stops traffic among the nodes and pods of `{}`, which AKS does not support",
                stop.rule, stop.group, cluster.name
            );
            let help = "above it, allow everything within the ranges of nodes and pods; restrict pods with network policies";
            found.push(Diagnostic::at(AMONG_NODES, Severity::Warning, Some(stop.place), message).help(help));
            break;
        }
    }
}
