//! Which pods reach the cluster's DNS: what lints about DNS share.
//!
//! Pods of `kube-system` (OpenShift: `openshift-dns`) with the usual labels are the DNS pods. Upstream: "DNS for Services and Pods" and "Using NodeLocal
//! DNSCache" of the Kubernetes documentation.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::{HashMap, HashSet};

use crate::answers::lint::LintInput;
use crate::compile::{ClassId, Endpoint};
use crate::connections::ConnectionSet;
use crate::language::TargetPort;
use crate::model::{Labels, Protocol, UnknownLabels, ValueShape, well_known};
use crate::policy::{Action, Direction, NamespaceMatch, PeerMatch, PeerTermKind, Policy, PolicyId, PortTerm, Rule};
use crate::snapshot::{PodEndpoint, PodId, Role, Snapshot};

/// The port of DNS.
pub(super) const DNS: u16 = 53;
/// Where the cache listens unless it is told otherwise.
const LINK_LOCAL: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(169, 254, 20, 10));
/// The namespaces of DNS pods.
const NAMESPACES: [&str; 2] = ["kube-system", "openshift-dns"];

/// Pods that policies limit in egress, that ask the cluster's DNS, are not meant to be cut off from everything, and of which something is so: by the policy
/// to report it at, with the names of one pod of each class.
pub(super) fn limited<'a>(input: &LintInput<'a>, is_so: impl Fn(PodId) -> bool) -> Vec<(&'a Policy, Vec<String>)> {
    let compiled = input.compiled;
    let mut asked: HashSet<(ClassId, bool)> = HashSet::new();
    let mut reported: HashMap<PolicyId, (usize, &Policy, Vec<String>)> = HashMap::new();
    // The DNS pods ask nobody, and may be of the same class as those that do.
    let servers: HashSet<PodId> = servers(input).into_iter().map(|(id, _)| id).collect();
    for (id, endpoint) in input.snapshot.pods().filter(|(id, e)| e.role == Role::Pod && !servers.contains(id)) {
        let class = compiled.class_of(Endpoint::Pod(id));
        // Pods that do not ask the cluster's DNS.
        let other = endpoint.foreign_dns;
        if !asked.insert((class, other)) || other {
            continue;
        }
        let isolating = compiled.policies_on(id, Direction::Egress);
        if isolating.is_empty() || !is_so(id) {
            continue;
        }
        if is_meant_to_be_cut_off(input, class, &isolating) {
            continue;
        }
        let policies = isolating.iter().filter_map(|p| compiled.policy(*p)).filter(|p| p.kind.ends_with("NetworkPolicy"));
        let Some(policy) = policies.min_by_key(|p| (p.egress.is_empty(), p.place)) else { continue };
        let name = format!("{}/{}", input.snapshot.namespace_name(endpoint.namespace), endpoint.name);
        let next = reported.len();
        reported.entry(policy.id).or_insert((next, policy, Vec::new())).2.push(name);
    }
    let mut reported: Vec<_> = reported.into_values().collect();
    reported.sort_by_key(|(order, ..)| *order);
    reported.into_iter().map(|(_, policy, names)| (policy, names)).collect()
}

/// The first of several names, and how many more there are.
pub(super) fn first(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}` is"),
        [one, rest @ ..] => format!("`{one}` and {} more are", rest.len()),
    }
}

/// A cache for DNS on every node, and the addresses at which it listens there.
pub(super) struct Cache {
    pub(super) pod: PodId,
    pub(super) addresses: Vec<IpAddr>,
}

/// Whether whoever these policies select is to be cut off from everything.
fn is_meant_to_be_cut_off(input: &LintInput<'_>, class: ClassId, isolating: &[PolicyId]) -> bool {
    let policies = || isolating.iter().filter_map(|p| input.compiled.policy(*p));
    let denies = policies().any(|p| p.egress.iter().any(|rule| rule.action == Action::Deny));
    policies().all(|p| p.egress.is_empty()) || denies && !input.connectivity().lets_out(class, |set| !set.is_empty())
}

/// Whether egress of a pod possibly lets out a question to an end. Questions go over UDP; over TCP only if the answer is too long for that (RFC 7766, 1).
pub(super) fn lets_out(input: &LintInput<'_>, id: PodId, to: Endpoint, (protocol, port): (Protocol, u16)) -> bool {
    let pair = input.connectivity().one_side(Direction::Egress, Endpoint::Pod(id), to);
    !pair.possible.intersection(&ConnectionSet::ports(protocol, port, port)).is_empty()
}

/// Whether egress of a pod possibly lets out a question to the DNS pods.
pub(super) fn reaches_dns(input: &LintInput<'_>, id: PodId, servers: &[(PodId, u16)], protocol: Protocol) -> bool {
    if !servers.is_empty() {
        return servers.iter().any(|(server, port)| *server == id || lets_out(input, id, Endpoint::Pod(*server), (protocol, *port)));
    }
    // The DNS pods are not in the input: rules that may mean them count.
    let isolating = input.compiled.policies_on(id, Direction::Egress);
    let policies = isolating.iter().filter_map(|p| input.compiled.policy(*p));
    let own = input.snapshot.pod(id).map_or("", |e| input.snapshot.namespace_name(e.namespace));
    let asks = |rule: &&Rule| rule.traffic.may_hold(protocol, DNS) && may_mean_dns(input.snapshot, rule, own);
    let mut lets_out = policies.flat_map(|p| &p.egress).filter(asks).map(|rule| rule.action != Action::Deny);
    // Who is not isolated is let out by default.
    lets_out.any(|lets| lets) || !input.compiled.isolated(id, Direction::Egress)
}

/// Whether a peer of a rule may be the DNS pods of a cluster of which the input has none.
fn may_mean_dns(snapshot: &Snapshot, rule: &Rule, own: &str) -> bool {
    let PeerMatch::Of(terms) = &rule.peers else { return true };
    terms.iter().any(|term| match &term.kind {
        PeerTermKind::Pods(subject) => {
            let in_namespace = NAMESPACES.iter().any(|name| match &subject.namespaces {
                NamespaceMatch::Named(named) => named == name || own == *name,
                NamespaceMatch::Selector(selector) => {
                    let given = snapshot.namespaces.iter().find(|n| n.name == *name && n.given.is_some());
                    let labels: Labels = [(well_known::NAMESPACE_NAME, *name)].into_iter().collect();
                    let others = UnknownLabels { keys: Vec::new(), others: given.is_none() };
                    selector.judge(given.map_or(&labels, |n| &n.labels), &others).1
                }
            });
            let labels = UnknownLabels { keys: alloc::vec![("k8s-app".into(), ValueShape::Any)], others: true };
            in_namespace && subject.pods.judge(&Labels::default(), &labels).1 || listens_there(snapshot, rule, own)
        }
        PeerTermKind::Addresses { .. }
        | PeerTermKind::Entity(_)
        | PeerTermKind::UnknownAddresses { .. }
        | PeerTermKind::Nodes(_)
        | PeerTermKind::DomainNames(_)
        | PeerTermKind::Unknown { .. } => true,
    })
}

/// Whether a pod of the own namespace that the rule may mean serves DNS.
fn listens_there(snapshot: &Snapshot, rule: &Rule, own: &str) -> bool {
    names_port(rule, DNS)
        && snapshot.endpoints.iter().any(|e| snapshot.namespace_name(e.namespace) == own && e.ports.iter().any(|p| p.number == DNS))
}

/// Whether a rule names a port, or lets out every port.
pub(super) fn names_port(rule: &Rule, port: u16) -> bool {
    use crate::policy::{TrafficMatch, TrafficTermKind};
    match &rule.traffic {
        TrafficMatch::Any => false,
        TrafficMatch::Of(terms) => {
            terms.iter().any(|t| matches!(t.kind, TrafficTermKind::Ports(_, first, last) if (first..=last).contains(&port)))
        }
        TrafficMatch::Packet(packet) => {
            packet.destination_ports.iter().any(|p| matches!(p, PortTerm::Range(first, last) if (*first..=*last).contains(&port)))
        }
    }
}

/// The cluster's DNS pods, each with the port that it listens on.
pub(super) fn servers(input: &LintInput<'_>) -> Vec<(PodId, u16)> {
    let snapshot = input.snapshot;
    let is_dns = |e: &PodEndpoint| {
        let namespace = snapshot.namespace_name(e.namespace);
        let labelled = matches!(e.labels.get("k8s-app"), Some("kube-dns" | "coredns"))
            || e.labels.get("dns.operator.openshift.io/daemonset-dns").is_some();
        NAMESPACES.contains(&namespace) && labelled && !e.host_network
    };
    let port = |id: PodId| {
        let services = snapshot.services.iter().filter(|s| s.endpoints.contains(&id));
        let target = services.flat_map(|s| &s.ports).find(|p| p.port == DNS).map(|p| &p.target);
        match target {
            Some(TargetPort::Number(number)) => *number,
            Some(TargetPort::Name(name)) => {
                snapshot.pod(id).and_then(|e| e.ports.iter().find(|p| p.name.as_deref() == Some(&**name))).map_or(DNS, |p| p.number)
            }
            None => DNS,
        }
    };
    snapshot.pods().filter(|(_, e)| e.role == Role::Pod && is_dns(e)).map(|(id, _)| (id, port(id))).collect()
}

pub(super) fn node_cache(input: &LintInput<'_>) -> Option<Cache> {
    let (pod, cache) = input.snapshot.pods().find(|(_, e)| !e.dns_cache.is_empty())?;
    // A placeholder in a manifest that is to be filled in stands for the Service's address.
    let mut addresses: Vec<IpAddr> = cache.dns_cache.iter().filter_map(|a| a.parse().ok()).collect();
    if addresses.is_empty() {
        addresses.push(LINK_LOCAL);
    }
    Some(Cache { pod, addresses })
}
