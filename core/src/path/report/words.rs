//! Hops in words: their titles, what happens there, and the upstream text that this rests on.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::judge::rotation::{Because, NodeHealth, Rotation};
use super::super::judge::{FailedLookup, JudgedHop, JudgedKind, JudgedRoute};
use super::super::packet::{Packet, Stop};
use super::super::question::Client;
use super::super::route::hop::{Choice, HopAction, Landing, ProxyAction, PublicSource, StopReason, Title, Unknown};
use super::super::unknown::missing_endpoints;
use super::super::world::{Masquerade, Paths};
use super::citations::Basis;
use crate::compile::Endpoint;
use crate::explain::{CheckpointTrace, Explainer, end_name};
use crate::language::azure::Outbound;
use crate::language::{Readiness, TargetPort};
use crate::policy::Direction;
use crate::snapshot::cloud::tags;
use crate::snapshot::{ForeignBalancer, IngressId, IpFamily, Node, PodId, ServiceId};
use crate::verdict::Verdict;
use crate::verdict::traversal::{Checkpoint, Routing};

/// How many pods are named that are not ready.
const NAMED: usize = 3;

// --- titles ----------------------------------------------------------------------------------------------------------------------------------

/// A name for a hop.
pub(in crate::path) fn title(paths: &Paths, hop: &JudgedHop) -> String {
    match &hop.kind {
        JudgedKind::Place(_, title, _) => place_title(paths, title),
        JudgedKind::Check { trace, .. } => check_title(paths, trace),
        JudgedKind::Stop(reason) => match reason.stop() {
            Stop::NoRoute => "No route",
            Stop::Dropped => "Dropped",
            Stop::Rejected => "Refused",
        }
        .to_string(),
        JudgedKind::UnsureRotation => "Health probe".to_string(),
        JudgedKind::UnsureRequest(_) => "Request".to_string(),
        JudgedKind::Unknown(unknown) => unknown_title(paths, unknown),
    }
}

fn place_title(paths: &Paths, title: &Title) -> String {
    match title {
        Title::Client(Client::Pod(id)) | Title::Pod(id) => format!("Pod {}", paths.snapshot.pod_title(*id)),
        Title::Client(Client::Node(node)) | Title::Node(node) => format!("Node {}", paths.node_name(*node)),
        Title::Client(Client::Machine(network, address)) => end_name(Endpoint::InNetwork(*network, *address), &paths.snapshot),
        Title::Client(Client::Outside(_)) => "Client".to_string(),
        Title::PublicAddress(node) => format!("Public address of {}", paths.node_name(*node)),
        Title::Endpoint(end) => end_name(*end, &paths.snapshot),
        Title::Address(address) => address.to_string(),
        Title::Name(name) => name.to_string(),
        Title::ApiServer => "API server".to_string(),
        Title::Egress => "Egress".to_string(),
        Title::LoadBalancer => "Load balancer".to_string(),
        Title::HealthProbe => "Health probe".to_string(),
        Title::Controller => "Ingress controller".to_string(),
        Title::Gateway => "Application Gateway".to_string(),
    }
}

fn check_title(paths: &Paths, trace: &CheckpointTrace) -> String {
    match trace.checkpoint {
        Checkpoint::Group { used, direction, .. } => {
            let name = paths.snapshot.cloud.used(used).map_or("", |(_, group)| &group.name);
            let bound = if direction == Direction::Egress { "outbound" } else { "inbound" };
            format!("Security group {name}, {bound}")
        }
        Checkpoint::Endpoint(_) => {
            let word = if trace.direction == Direction::Egress { "Egress" } else { "Ingress" };
            format!("{word} of {}", end_name(trace.subject, &paths.snapshot))
        }
        _ => trace.title.clone(),
    }
}

fn unknown_title(paths: &Paths, unknown: &Unknown) -> String {
    match unknown {
        Unknown::Ingress(object) => ingress_title(paths, *object),
        Unknown::Request(_) => "Request".to_string(),
        Unknown::Unread(_) => "Not evaluated".to_string(),
        Unknown::ExternalName(service)
        | Unknown::Proxy(service)
        | Unknown::ExternalIp(service)
        | Unknown::OtherFamily(service, _)
        | Unknown::Endpoints { service, by_name: true } => service_title(paths, *service),
        Unknown::Endpoints { by_name: false, .. } => "Endpoints".to_string(),
    }
}

fn ingress_title(paths: &Paths, object: IngressId) -> String {
    let snapshot = &paths.snapshot;
    let ingress = snapshot.ingress(object);
    ingress.map_or_else(String::new, |i| format!("{}/{}", snapshot.namespace_name(i.namespace), i.name))
}

pub(super) fn service_title(paths: &Paths, service: ServiceId) -> String {
    paths.snapshot.service(service).map_or_else(String::new, |service| paths.service_title(service))
}

/// What tells a branch from others: "by node n1, to a pod on n2".
pub(super) fn choices(paths: &Paths, choices: &[Vec<Choice>]) -> String {
    let name = |node| paths.node_name(node);
    let word = |choice: &Choice| match *choice {
        Choice::From(node) => format!("from a pod on {}", name(node)),
        Choice::By(node) => format!("by node {}", name(node)),
        Choice::ToOwnPod => "to its own pod".to_string(),
        Choice::ToSameNode(node) => format!("to a pod on the same node, {}", name(node)),
        Choice::ToPodOn(node) => format!("to a pod on {}", name(node)),
        Choice::ToNode(node) => format!("to {} itself", name(node)),
        Choice::ToAddress(address) => format!("to {address}"),
        Choice::OnToPodOn(node) => format!("on to a pod on {}", name(node)),
        Choice::OnToService(service) => format!("on to `{}`", service_title(paths, service)),
    };
    let of_place = |choices: &Vec<Choice>| choices.iter().map(word).collect::<Vec<_>>().join(", ");
    choices.iter().map(of_place).collect::<Vec<_>>().join("; ")
}

// --- what happens ----------------------------------------------------------------------------------------------------------------------------

/// What happens at a hop, and the upstream text that says so. `rotation` is that of the load balancer that the routes pass, if they pass one.
pub(super) fn sentence(paths: &Paths, hop: &JudgedHop, rotation: Option<&Rotation>) -> (String, Option<Basis>) {
    match &hop.kind {
        JudgedKind::Place(_, _, action) => (action_sentence(paths, action), action_basis(action)),
        JudgedKind::Check { trace, translated } => (trace.sentence.clone(), check_basis(trace, *translated)),
        JudgedKind::Stop(reason) => (stop_sentence(paths, reason, rotation), stop_basis(reason)),
        JudgedKind::UnsureRotation => {
            let why = rotation.and_then(Rotation::unsure).map_or_else(String::new, |health| health_sentence(paths, health));
            (format!("each node that it may pick {why}"), Some(Basis::Probe))
        }
        JudgedKind::UnsureRequest(why) => (why.to_string(), None),
        JudgedKind::Unknown(unknown) => (unknown_sentence(paths, unknown), None),
    }
}

/// Why a route stops.
pub(super) fn why_stopped(paths: &Paths, route: &JudgedRoute) -> String {
    route.stop().map_or_else(String::new, |hop| sentence(paths, hop, None).0)
}

fn action_sentence(paths: &Paths, action: &HopAction) -> String {
    let text = match action {
        HopAction::Nothing | HopAction::Probes => "",
        HopAction::Starts(client) => match client {
            Client::Pod(_) => "a pod of the cluster",
            Client::Node(_) => "a process of the node",
            Client::Machine(..) => "a machine of the virtual network",
            Client::Outside(address) if tags::is_public(*address) => "on the Internet",
            Client::Outside(_) => "outside the cluster",
        },
        HopAction::SendsOn => "forwards the packet unchanged",
        HopAction::LeavesAsNode(Masquerade::Address) => {
            "rewrites the source to the address of `natOutgoingAddress` (SNAT), after the pod's policies"
        }
        HopAction::LeavesAsNode(_) => "rewrites the source to its own address (SNAT), after the pod's policies",
        HopAction::Encapsulates => "forwards the packet to the pod's node, encapsulated by the cluster network",
        HopAction::ForProcess => "delivers the packet to a process on the node",
        HopAction::ForPod => "forwards the packet to its own pod",
        HopAction::HostPort => "rewrites the destination to the pod behind the host port (DNAT)",
        HopAction::ConnectTime => "eBPF rewrote the destination to a pod when the program connected, so there is nothing left to translate",
        HopAction::Proxies { masquerade: true } => {
            "kube-proxy rewrites the destination to a pod (DNAT) and the source to the node (masquerade)"
        }
        HopAction::Proxies { masquerade: false } => "kube-proxy rewrites the destination to a pod (DNAT)",
        HopAction::ProxiesToUnknown => "kube-proxy rewrites the destination to an endpoint (DNAT)",
        HopAction::DnsCache(cache) => {
            let cache = paths.snapshot.pod_title(*cache);
            return format!("its DNS cache `{cache}` owns this address, so the packet ends here without translation");
        }
        HopAction::AnswersDns => "answers, or queries the cluster's DNS itself",
        HopAction::Lands(landing) => landing_sentence(*landing),
        HopAction::Decapsulates => "removes the VXLAN header and rewrites the destination to the pod (DNAT)",
        HopAction::PublicAddress => "Azure rewrites the destination to the node's private address (DNAT)",
        HopAction::SliceEndpoint => "an address from an EndpointSlice",
        HopAction::ApiServer => "at an address that is not in the input",
        HopAction::OnlyInDns => "an address that only DNS knows",
        HopAction::Egress(source) => egress_sentence(*source),
        HopAction::Balances { floating: true } => "picks a node and keeps the addresses (floating IP)",
        HopAction::Balances { floating: false } => "picks a node and rewrites the destination to its address and node port (DNAT)",
        HopAction::Proxy(proxy) => return proxy_sentence(proxy),
        HopAction::ControllerConnects => "the controller connects directly to a pod, not to the Service",
    };
    text.to_string()
}

fn landing_sentence(landing: Landing) -> &'static str {
    match landing {
        Landing::EbpfLocal => "eBPF rewrites the destination to the pod (DNAT) and keeps the client's address",
        Landing::EbpfRemote { direct_return: true } => {
            "eBPF forwards the packet unchanged, inside VXLAN, to the pod's node; the reply goes straight back from there (DSR)"
        }
        Landing::EbpfRemote { direct_return: false } => {
            "eBPF forwards the packet unchanged, inside VXLAN, to the pod's node; the reply returns through this node"
        }
        Landing::KeepsSource => "kube-proxy rewrites the destination to the pod (DNAT) and keeps the client's address",
        Landing::Masquerades { local: true } => {
            "kube-proxy rewrites the destination to the pod (DNAT) and the source to the node (masquerade)"
        }
        Landing::Masquerades { local: false } => {
            "kube-proxy rewrites the destination to a pod on another node (DNAT) and the source to the node (masquerade)"
        }
    }
}

fn egress_sentence(source: PublicSource) -> &'static str {
    match source {
        PublicSource::Own => "leaves with the machine's own public address (SNAT)",
        PublicSource::OfNetwork | PublicSource::OfCluster(Some(Outbound::OfSubnet)) => {
            "leaves with a public address of the network (SNAT): a NAT gateway's, or Azure's default one"
        }
        PublicSource::OfCluster(Some(Outbound::NatGateway)) => "leaves with the NAT gateway's public address (SNAT)",
        PublicSource::OfCluster(Some(Outbound::Routes)) => {
            "follows the routes of the subnet, usually to a firewall, and leaves with its public address (SNAT)"
        }
        PublicSource::OfCluster(Some(Outbound::LoadBalancer | Outbound::None) | None) => {
            "leaves through the load balancer's outbound rule, with its public address (SNAT)"
        }
    }
}

fn proxy_sentence(proxy: &ProxyAction) -> String {
    let what = match (proxy.passes, proxy.ends_tls) {
        (true, _) => "passes TLS through",
        (false, true) => "terminates the connection and its TLS",
        (false, false) => "terminates the connection",
    };
    let host = proxy.host.as_deref().unwrap_or("any host");
    match &proxy.service {
        Some(service) if proxy.passes => {
            format!("{what} for {host} without decrypting it, over its own connection to a pod of `{service}`")
        }
        Some(service) => format!("{what} for {host}{}, and opens its own to a pod of `{service}`", proxy.path),
        None => format!("{what}, and has no rule for {host}{}", proxy.path),
    }
}

fn action_basis(action: &HopAction) -> Option<Basis> {
    Some(match action {
        HopAction::LeavesAsNode(Masquerade::Kubenet) => Basis::KubenetLeaves,
        HopAction::LeavesAsNode(Masquerade::Overlay | Masquerade::Address) => Basis::OverlayLeaves,
        HopAction::HostPort => Basis::HostPort,
        HopAction::ConnectTime => Basis::ConnectTime,
        HopAction::Proxies { masquerade: false } | HopAction::ProxiesToUnknown => Basis::ClusterAddress,
        HopAction::Proxies { masquerade: true } | HopAction::Lands(Landing::Masquerades { .. }) => Basis::Masqueraded,
        HopAction::DnsCache(_) => Basis::NodeLocal,
        HopAction::Lands(Landing::EbpfLocal) | HopAction::Decapsulates => Basis::EbpfKeeps,
        HopAction::Lands(Landing::EbpfRemote { .. }) => Basis::EbpfTunnel,
        HopAction::Lands(Landing::KeepsSource) => Basis::Local,
        HopAction::Egress(_) => Basis::BeforePublic,
        HopAction::Balances { floating: true } => Basis::FloatingIp,
        HopAction::Probes => Basis::Probe,
        HopAction::Proxy(ProxyAction { gateway: true, .. }) => Basis::Gateway,
        HopAction::Proxy(ProxyAction { gateway: false, .. }) | HopAction::ControllerConnects => Basis::Controller,
        HopAction::Nothing
        | HopAction::Starts(_)
        | HopAction::SendsOn
        | HopAction::Encapsulates
        | HopAction::ForProcess
        | HopAction::ForPod
        | HopAction::AnswersDns
        | HopAction::PublicAddress
        | HopAction::SliceEndpoint
        | HopAction::ApiServer
        | HopAction::OnlyInDns
        | HopAction::Balances { floating: false } => return None,
    })
}

fn check_basis(trace: &CheckpointTrace, translated: bool) -> Option<Basis> {
    match trace.checkpoint {
        Checkpoint::Group { direction: Direction::Ingress, .. } => Some(Basis::Originating),
        Checkpoint::Group { direction: Direction::Egress, .. } => Some(Basis::BeforePublic),
        Checkpoint::Host { .. } if translated => Some(Basis::PreDnat),
        _ => None,
    }
}

// --- why it ends -----------------------------------------------------------------------------------------------------------------------------

fn stop_sentence(paths: &Paths, reason: &StopReason, rotation: Option<&Rotation>) -> String {
    match reason {
        StopReason::Nothing(why) => why.to_string(),
        StopReason::InsideOnly(service) => {
            format!("the address of `{}` exists only on the cluster's nodes", service_title(paths, *service))
        }
        StopReason::OutsideRanges { inside: None } => "the client's address is not in `loadBalancerSourceRanges`".to_string(),
        StopReason::OutsideRanges { inside: Some(client) } => {
            let who = if let Client::Pod(_) = client { "pod" } else { "node" };
            format!("the {who}'s address is not in `loadBalancerSourceRanges`, which nodes check for their own traffic too")
        }
        StopReason::InternalBalancer => "the load balancer is internal: its address belongs to the virtual network".to_string(),
        StopReason::NoBalancingRule(port) => {
            format!("the load balancer has no rule for port {port} (annotation `port_{port}_no_lb_rule`)")
        }
        StopReason::NoNode => no_node(paths, rotation),
        StopReason::NoIpForwarding => {
            "the node would forward it with the address of another machine's pod, and Azure drops such packets without IP \
             forwarding"
                .to_string()
        }
        StopReason::ServiceAddress(service, address) => {
            let title = service_title(paths, *service);
            format!(
                "{address} is the cluster address of `{title}`, and kube-proxy rewrites the destination of a packet once: nothing has this address"
            )
        }
        StopReason::NoEndpointOn(service, node) => {
            let (title, node) = (service_title(paths, *service), paths.node_name(*node));
            format!("no pod of `{title}` is on `{node}`, and its traffic policy is `Local`")
        }
        StopReason::NoEndpoint(service, port) => no_endpoint(paths, *service, *port),
        StopReason::NoIngressRule { gateway, host, path } => {
            let gets = match gateway {
                true => "the gateway answers with an error (404 or 502)",
                false => "the client gets 404",
            };
            format!("no Ingress rule matches {}{path}: {gets}", host.as_deref().unwrap_or("no host"))
        }
        StopReason::NotPassedOn(why) => why.to_string(),
        StopReason::RefusedClient { ingress, denied } => {
            let name = if *denied { "denylist-source-range" } else { "whitelist-source-range" };
            let is = if *denied { "is" } else { "is not" };
            format!("the client's address, as the controller sees it, {is} in `{name}` of Ingress `{ingress}`: the client gets 403")
        }
        StopReason::NoService(name) => format!("there is no Service `{name}` in its namespace: the client gets 503"),
        StopReason::NoServicePort(service) => {
            let name = paths.snapshot.service_name(*service);
            format!("Service `{name}` has no such port: the client gets 503")
        }
        StopReason::NoBackend(service, port) => format!("{}: the client gets 503", no_endpoint(paths, *service, *port)),
        StopReason::Routing(routing, flow) => {
            let explainer = Explainer::new(&paths.compiled, &paths.snapshot, flow, None);
            explainer.routing(*routing)
        }
    }
}

fn stop_basis(reason: &StopReason) -> Option<Basis> {
    match reason {
        StopReason::InsideOnly(_) => Some(Basis::InsideOnly),
        StopReason::NoBalancingRule(_) => Some(Basis::Annotations),
        StopReason::NoNode => Some(Basis::Probe),
        StopReason::NoIpForwarding => Some(Basis::IpForwarding),
        StopReason::NoEndpointOn(..) => Some(Basis::Local),
        StopReason::NoIngressRule { .. } => Some(Basis::NoRule),
        StopReason::Routing(Routing::PrivateNode(_), _) => Some(Basis::PrivateNodes),
        _ => None,
    }
}

fn no_node(paths: &Paths, rotation: Option<&Rotation>) -> String {
    if paths.snapshot.nodes().all(|(_, node)| node.is_excluded()) {
        return "every node is excluded from load balancers by a label or a taint, so no node gets connections".to_string();
    }
    let stop = rotation.and_then(|r| r.shown().find_map(NodeHealth::stopped_at));
    let stop = stop.map_or_else(String::new, |trace| format!(": {}", trace.sentence));
    format!("no node answers the health probe, so no node gets connections{stop}")
}

fn no_endpoint(paths: &Paths, number: ServiceId, port: usize) -> String {
    let Some(service) = paths.snapshot.service(number) else { return String::new() };
    let title = paths.service_title(service);
    let lacks = |family: &IpFamily| paths.tables.backends_of(number, port, Some(*family)).is_empty();
    if let (false, Some(family)) = (paths.tables.backends(number, port).is_empty(), [IpFamily::V4, IpFamily::V6].into_iter().find(lacks)) {
        return format!("no EndpointSlice of `{title}` has a ready {} endpoint", family.as_str());
    }
    let has_ready = !paths.tables.resolved(&paths.snapshot, service).is_empty();
    if let Some(port) = service.ports.get(port).filter(|_| has_ready) {
        let protocol = port.protocol;
        return match (&port.target, service.slices.is_empty()) {
            (TargetPort::Name(name), true) => {
                format!("no ready pod of `{title}` has a container port named `{name}` with protocol {protocol}")
            }
            _ => {
                let named = port.name.as_ref().map_or_else(|| "without a name".to_string(), |name| format!("named `{name}`"));
                format!("no EndpointSlice of `{title}` has a port {named} with protocol {protocol}")
            }
        };
    }
    if !service.has_selector && service.slices.is_empty() {
        return format!("`{title}` has no selector, and no EndpointSlice for it is in the input");
    }
    let is_unready = |id: &&PodId| paths.snapshot.pod(**id).is_some_and(|e| e.readiness == Readiness::NotReady);
    let unready: Vec<String> =
        service.endpoints.iter().filter(is_unready).map(|id| format!("`{}`", paths.snapshot.pod_title(*id))).collect();
    if unready.is_empty() || !service.slices.is_empty() {
        return format!("`{title}` has no ready pod");
    }
    let are = if unready.len() == 1 { "is" } else { "are" };
    let more = unready.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named = unready.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    format!("`{title}` has no ready pod: {named}{more} {are} not ready")
}

fn unknown_sentence(paths: &Paths, unknown: &Unknown) -> String {
    let service = |number: ServiceId| paths.snapshot.service(number);
    match unknown {
        Unknown::Ingress(object) => {
            if let Some(why) = paths.snapshot.ingress(*object).and_then(|ingress| ingress.unread_field.as_deref()) {
                return why.into();
            }
            format!("Ingress `{}` is not evaluated: an API server refuses it", ingress_title(paths, *object))
        }
        Unknown::Request(why) | Unknown::Unread(why) => why.to_string(),
        Unknown::ExternalName(number) => {
            let name = paths.snapshot.service_name(*number);
            format!("`{name}` is an alias (ExternalName) for a name outside the cluster, and only DNS knows its address")
        }
        Unknown::Proxy(number) => load_balancer_unknown(paths, *number),
        Unknown::OtherFamily(number, family) => format!(
            "the {} address of `{}` leads to the {} addresses of its pods; paths are followed with the first address of each pod only",
            family.as_str(),
            paths.snapshot.service_name(*number),
            family.as_str()
        ),
        Unknown::ExternalIp(number) => {
            let name = paths.snapshot.service_name(*number);
            format!(
                "Kubernetes does not manage addresses in `externalIPs`: whether the network sends packets to this one of `{name}` to a node, and to \
                 which, is not in the input"
            )
        }
        Unknown::Endpoints { service: number, .. } => {
            service(*number).map_or_else(String::new, |service| missing_endpoints(&paths.snapshot, service))
        }
    }
}

// --- probes and names ------------------------------------------------------------------------------------------------------------------------

/// How a load balancer finds a node.
pub(super) fn health_sentence(paths: &Paths, health: &NodeHealth) -> String {
    let stop = match &health.because {
        Because::Excluded => {
            let by = paths.snapshot.node(health.node).and_then(Node::excluded_by).unwrap_or("its labels");
            return format!("is excluded by {by}");
        }
        Because::NoOwnPod => return "has no ready pod of the Service, so it fails the probe".to_string(),
        Because::NotProbed => return "gets connections".to_string(),
        Because::Probed(stop) => stop.as_deref(),
    };
    let why = stop.map_or_else(String::new, |hop| told(paths, hop));
    match (health.verdict, stop) {
        (Verdict::Allowed, None) => "answers the probe".to_string(),
        (Verdict::Allowed, Some(_)) => format!("answers the probe only if the probe reaches certain pods: {why}"),
        (Verdict::Denied, _) => format!("does not answer the probe: {why}"),
        (Verdict::CannotTell, _) => format!("may not answer the probe: {why}"),
    }
}

/// What stops a probe, with the packet as it is there.
fn told(paths: &Paths, hop: &JudgedHop) -> String {
    let Packet { from, to, port } = hop.arrives;
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let (text, _) = sentence(paths, hop, None);
    format!("{text} ({} → {}{port})", paths.endpoint_title(&from), paths.endpoint_title(&to))
}

/// Why a name is not resolved, or may not be.
pub(super) fn lookup_sentence(paths: &Paths, failed: &FailedLookup, stop: &str) -> String {
    let who = paths.snapshot.pod_title(failed.pod);
    let can = if failed.verdict == Verdict::Denied { "cannot" } else { "may not be able to" };
    format!("`{who}` {can} query the cluster's DNS for the address of `{}`: {stop}", failed.name)
}

/// Why it is not known how a load balancer goes on.
fn load_balancer_unknown(paths: &Paths, number: ServiceId) -> String {
    let name = paths.snapshot.service_name(number);
    let balancer = paths.snapshot.service(number).map(|service| &service.routing.load_balancer);
    let open = "to which nodes or pods its connections go, and from which address, is not in the input";
    match balancer.and_then(|balancer| balancer.foreign.as_ref()) {
        Some(ForeignBalancer::Class(class)) => {
            format!("the load balancer of `{name}` is made by the controller of its `loadBalancerClass` `{class}`: {open}")
        }
        Some(ForeignBalancer::Annotation(annotation)) => {
            format!("the load balancer of `{name}` is one that its annotation `{annotation}` is for, which is not evaluated: {open}")
        }
        Some(ForeignBalancer::Host(host)) => format!("the load balancer of `{name}` is known by its name `{host}` only: {open}"),
        Some(ForeignBalancer::Subnet(subnet)) => {
            format!(
                "the load balancer of `{name}` has its address in subnet `{subnet}`, which is not in the input, and security groups see it"
            )
        }
        None => format!("the load balancer of `{name}` is a proxy (`ipMode: Proxy`): {open}"),
    }
}
