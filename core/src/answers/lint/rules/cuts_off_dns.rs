//! LINT003: a pod that is isolated for egress cannot ask for names. LINT221: it can ask the DNS pods only, and a cache on its node answers in their place.
//!
//! Nearly every program looks up names first. A policy that isolates for egress must let UDP and TCP 53 out to the cluster's DNS, or
//! everything fails with "cannot resolve host", also what the policy allows. That some peer is open at 53 is not enough: it has to be the DNS pods, which
//! are in kube-system. Pods that may send nothing at all are not reported: that is meant. Upstream: "DNS for Services and Pods" and "Using NodeLocal DNSCache"
//! of the Kubernetes documentation.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::{HashMap, HashSet};

use crate::analysis::Analysis;
use crate::compile::{ClassId, Endpoint};
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::TargetPort;
use crate::model::{Labels, Protocol, UnknownLabels, ValueShape};
use crate::policy::{Action, Direction, NamespaceMatch, PeerMatch, PeerTermKind, Policy, PolicyId, Rule};
use crate::snapshot::{PodEndpoint, PodId, Role, Snapshot};

const CODE: Code = Code("LINT003");
const CACHE: Code = Code("LINT221");
const DNS: u16 = 53;
/// Where the cache listens unless it is told otherwise.
const LINK_LOCAL: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(169, 254, 20, 10));
/// The namespaces of DNS pods.
const NAMESPACES: [&str; 2] = ["kube-system", "openshift-dns"];

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let compiled = analysis.compiled();
    let servers = servers(analysis);
    let cache = node_cache(analysis);
    let mut asked: HashSet<(ClassId, bool)> = HashSet::new();
    let mut reported: HashMap<(PolicyId, Code), (usize, Vec<String>)> = HashMap::new();
    for (id, endpoint) in analysis.snapshot().pods().filter(|(_, e)| e.role == Role::Pod) {
        let class = compiled.class_of(Endpoint::Pod(id));
        // Pods that do not ask the cluster's DNS.
        let other = endpoint.foreign_dns;
        if !compiled.isolated(id, Direction::Egress) || !asked.insert((class, other)) || other {
            continue;
        }
        let isolating = compiled.policies_on(id, Direction::Egress);
        let code = if !reaches_dns(analysis, id, &servers) {
            CODE
        } else if cache.as_ref().is_some_and(|c| !c.addresses.iter().any(|a| lets_out(analysis, id, Endpoint::Outside(*a), DNS))) {
            CACHE
        } else {
            continue;
        };
        if is_meant_to_be_cut_off(analysis, class, &isolating) {
            continue;
        }
        let policies = isolating.iter().filter_map(|p| compiled.policy(*p)).filter(|p| p.kind.ends_with("NetworkPolicy"));
        let Some(policy) = policies.min_by_key(|p| (p.egress.is_empty(), p.place)) else { continue };
        let name = format!("{}/{}", analysis.snapshot().namespace_name(endpoint.namespace), endpoint.name);
        let next = reported.len();
        reported.entry((policy.id, code)).or_insert((next, Vec::new())).1.push(name);
    }
    let mut reported: Vec<_> = reported.into_iter().collect();
    reported.sort_by_key(|(_, (order, _))| *order);
    for ((policy, code), (_, names)) in reported {
        let Some(policy) = compiled.policy(policy) else { continue };
        found.push(if code == CODE {
            cut_off(policy, &names, &servers, analysis)
        } else {
            past_the_cache(policy, &names, cache.as_ref(), analysis)
        });
    }
}

/// The first of several names, and how many more there are.
fn first(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}` is"),
        [one, rest @ ..] => format!("`{one}` and {} more are", rest.len()),
    }
}

fn cut_off(policy: &Policy, names: &[String], servers: &[(PodId, u16)], analysis: &Analysis) -> Diagnostic {
    let opens = policy.egress.iter().any(|rule| names_port(rule, DNS));
    let message = match (servers.first().and_then(|(id, port)| Some((analysis.snapshot().pod(*id)?, *port))), opens) {
        (Some((server, port)), true) => format!(
            "{} isolated for egress and cannot reach DNS: port 53 is open, but not to the DNS pods (`{}/{}` port {port})",
            first(names),
            analysis.snapshot().namespace_name(server.namespace),
            server.name
        ),
        (None, true) => {
            format!("{} isolated for egress and cannot reach DNS: port 53 is open, but not to pods in kube-system", first(names))
        }
        (_, false) => format!("{} isolated for egress and cannot reach any DNS server: nothing lets it out to port {DNS}", first(names)),
    };
    let message = if names.len() > 1 { message.replace("nothing lets it out", "nothing lets them out") } else { message };
    Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message)
        .help("add an egress rule for UDP and TCP 53 to the DNS pods (namespace kube-system, label k8s-app: kube-dns)")
}

fn past_the_cache(policy: &Policy, names: &[String], cache: Option<&Cache>, analysis: &Analysis) -> Diagnostic {
    let addresses: Vec<String> = cache.iter().flat_map(|c| &c.addresses).map(ToString::to_string).collect();
    let message = format!(
        "{} let out to the DNS pods, but node-local-dns on the node answers in their place, at {}",
        first(names).replace(" is", " is only").replace(" are", " are only"),
        addresses.join(" and ")
    );
    let block = |a: &String| format!("{a}/{}", if a.contains(':') { 128 } else { 32 });
    let blocks: Vec<String> = addresses.iter().map(block).collect();
    let problem = Diagnostic::at(CACHE, Severity::Warning, Some(policy.subject_place), message)
        .help(format!("let UDP and TCP 53 out to these addresses too: an `ipBlock` for {}", blocks.join(" and for ")));
    match cache.and_then(|c| analysis.snapshot().pod(c.pod)) {
        Some(pod) => problem.related_place(pod.place, "this cache"),
        None => problem,
    }
}

/// Whether whoever these policies select is to be cut off from everything.
fn is_meant_to_be_cut_off(analysis: &Analysis, class: ClassId, isolating: &[PolicyId]) -> bool {
    let policies = || isolating.iter().filter_map(|p| analysis.compiled().policy(*p));
    let denies = policies().any(|p| p.egress.iter().any(|rule| rule.action == Action::Deny));
    policies().all(|p| p.egress.is_empty()) || denies && !analysis.connectivity().lets_out(class, |set| !set.is_empty())
}

fn asks(port: u16) -> [ConnectionSet; 2] {
    [Protocol::UDP, Protocol::TCP].map(|protocol| ConnectionSet::ports(protocol, port, port))
}

/// Whether egress of a pod possibly lets out a question to an end.
fn lets_out(analysis: &Analysis, id: PodId, to: Endpoint, port: u16) -> bool {
    let pair = analysis.connectivity().one_side(Direction::Egress, Endpoint::Pod(id), to);
    asks(port).iter().any(|ask| !pair.possible.intersection(ask).is_empty())
}

fn reaches_dns(analysis: &Analysis, id: PodId, servers: &[(PodId, u16)]) -> bool {
    if !servers.is_empty() {
        return servers.iter().any(|(server, port)| *server == id || lets_out(analysis, id, Endpoint::Pod(*server), *port));
    }
    // The DNS pods are not in the input: rules that may mean them count.
    let isolating = analysis.compiled().policies_on(id, Direction::Egress);
    let policies = isolating.iter().filter_map(|p| analysis.compiled().policy(*p));
    let own = analysis.snapshot().pod(id).map_or("", |e| analysis.snapshot().namespace_name(e.namespace));
    let asks = |rule: &Rule| rule.traffic.may_hold(Protocol::UDP, DNS) || rule.traffic.may_hold(Protocol::TCP, DNS);
    policies.flat_map(|p| &p.egress).any(|rule| rule.action != Action::Deny && asks(rule) && may_mean_dns(analysis.snapshot(), rule, own))
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
                    let labels: Labels = [("kubernetes.io/metadata.name", *name)].into_iter().collect();
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
fn names_port(rule: &Rule, port: u16) -> bool {
    use crate::policy::{TrafficMatch, TrafficTermKind};
    match &rule.traffic {
        TrafficMatch::Any => false,
        TrafficMatch::Of(terms) => {
            terms.iter().any(|t| matches!(t.kind, TrafficTermKind::Ports(_, first, last) if (first..=last).contains(&port)))
        }
        TrafficMatch::Packet(packet) => packet
            .destination_ports
            .iter()
            .any(|p| matches!(p, crate::policy::PortTerm::Range(first, last) if (*first..=*last).contains(&port))),
    }
}

/// The cluster's DNS pods, each with the port that it listens on.
fn servers(analysis: &Analysis) -> Vec<(PodId, u16)> {
    let snapshot = analysis.snapshot();
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

/// A cache for DNS on every node, and the addresses at which it listens there.
struct Cache {
    pod: PodId,
    addresses: Vec<IpAddr>,
}

fn node_cache(analysis: &Analysis) -> Option<Cache> {
    let (pod, cache) = analysis.snapshot().pods().find(|(_, e)| !e.dns_cache.is_empty())?;
    // A placeholder in a manifest that is to be filled in stands for the Service's address.
    let mut addresses: Vec<IpAddr> = cache.dns_cache.iter().filter_map(|a| a.parse().ok()).collect();
    if addresses.is_empty() {
        addresses.push(LINK_LOCAL);
    }
    Some(Cache { pod, addresses })
}
