//! Reads Services, with their endpoints, and Nodes.

use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;
use hashbrown::HashSet;

use super::balancer::{is_dual_stack, only_family, other_proxy};
use super::node_sign;
use crate::document::{NodeRef, Value};
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::read::values::{NumberOrName, PORT_RANGE, special_address};
use crate::language::{
    ContainerPort, EndpointSlice, Hint, Meta, Node, Readiness, Service, ServicePort, ServiceRouting, SliceEndpoint, TargetPort,
    TrafficPolicy, codes,
};
use crate::model::{Cidr, Labels, names};
use crate::snapshot::{IpFamily, NodeTunnel, ServiceType, Taint};
use crate::text::Span;

/// Fields of the spec of a Service that do not matter here.
const SERVICE_SPEC: &[&str] = &["loadBalancerClass", "sessionAffinityConfig"];

/// Fields of the spec of a Node that do not matter to policy.
const NODE_SPEC: &[&str] = &["configSource", "externalID", "providerID", "unschedulable"];

/// The taint that the cluster autoscaler puts on a node before it takes that away.
const TAINT_OF_LEAVING: &str = "ToBeDeletedByClusterAutoscaler";

/// What upstream says of a text that is no address.
const NO_ADDRESS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/// What the addresses of an EndpointSlice are.
const ADDRESS_TYPES: [&str; 3] = ["FQDN", "IPv4", "IPv6"];

/// The label by which an EndpointSlice says whose it is.
const SERVICE_NAME_LABEL: &str = "kubernetes.io/service-name";

impl<'a> Reader<'a> {
    /// What an EndpointSlice says. Upstream: readiness plays no part in policy, only in where connections go; host names have no address,
    /// ports without a number are none.
    pub(in crate::language) fn endpoint_slice(
        &mut self,
        labels: &Labels,
        kind: &Slot<'a, '_>,
        endpoints: &Slot<'a, '_>,
        ports: &Slot<'a, '_>,
    ) -> EndpointSlice {
        let address_type = kind;
        let kind = self.text(address_type).filter(|word| !word.is_empty());
        match kind {
            Some(word) if ADDRESS_TYPES.contains(&word) => {}
            Some(word) => self.unsupported(address_type, codes::UNSUPPORTED_VALUE, word, &ADDRESS_TYPES),
            None if address_type.value().is_none_or(|node| node.as_str().is_some()) => {
                self.refuse(address_type.required(codes::REQUIRED, "IPv4, IPv6 or FQDN"));
            }
            None => {}
        }
        let mut slice = EndpointSlice { service: labels.get(SERVICE_NAME_LABEL).map(Into::into), ..EndpointSlice::default() };
        const OTHERS: &[&str] = &["deprecatedTopology", "hostname", "targetRef", "topology", "zone"];
        for endpoint in self.items(endpoints) {
            let known = ["addresses", "nodeName", "conditions", "hints"];
            let Some([addresses, node, conditions, hints]) = self.fields(&endpoint, known, OTHERS) else { continue };
            let node = self.text(&node).filter(|name| !name.is_empty());
            let readiness = readiness(conditions.value());
            let hint = hint(hints.value());
            for (number, item) in self.items(&addresses).enumerate() {
                let address = self.endpoint_address(&item, kind);
                if let Some(text) = item.value().and_then(NodeRef::as_str).filter(|_| address.is_none() && kind != Some("FQDN")) {
                    self.refuse(item.invalid(codes::INVALID_ADDRESS, quoted(text), NO_ADDRESS).help("names are for `addressType: FQDN`"));
                }
                slice.endpoints.extend(address.map(|address| SliceEndpoint {
                    address,
                    further: number > 0,
                    node: node.map(Into::into),
                    readiness,
                    hint: hint.clone(),
                }));
            }
        }
        slice.ports = self.slice_ports(ports);
        let mut names: HashSet<&str> = HashSet::new();
        for item in self.items(ports).collect::<Vec<_>>() {
            let name = item.value().and_then(|port| port.get("name"));
            if !names.insert(name.and_then(NodeRef::as_str).unwrap_or_default()) {
                let path = item.path.field("name");
                let at = name.map_or(item.at, NodeRef::span);
                let slot = Slot { path, node: name, at, key: item.key };
                self.refuse(slot.duplicate(quoted(name.and_then(NodeRef::as_str).unwrap_or_default())).help("port names are unique"));
            }
        }
        slice
    }

    /// What Endpoints say, subset by subset, in the form of slices. Upstream: "EndpointSlice mirroring" of the Kubernetes documentation.
    pub(in crate::language) fn subsets(&mut self, meta: &Meta, metadata: &Slot<'a, '_>, subsets: &Slot<'a, '_>) -> Vec<EndpointSlice> {
        const ADDRESS: &[&str] = &["hostname", "targetRef"];
        // Nothing mirrors what says so itself, or what programs elect their leader by. Upstream: `pkg/controller/endpointslicemirroring/utils.go`.
        let elects = annotation(metadata, &["control-plane.alpha.kubernetes.io/leader"]).is_some();
        let skipped = elects || meta.labels.get("endpointslice.kubernetes.io/skip-mirror") == Some("true");
        let service = (!skipped).then(|| meta.name.clone());
        let mut slices = Vec::new();
        for subset in self.items(subsets) {
            let Some([ready, not_ready, ports]) = self.fields(&subset, ["addresses", "notReadyAddresses", "ports"], &[]) else { continue };
            let mut slice = EndpointSlice { service: service.clone(), ..EndpointSlice::default() };
            for (list, readiness) in [(&ready, Readiness::Ready), (&not_ready, Readiness::NotReady)] {
                for item in self.items(list) {
                    let Some([ip, node]) = self.fields(&item, ["ip", "nodeName"], ADDRESS) else { continue };
                    let node = self.text(&node).filter(|name| !name.is_empty());
                    let address = self.endpoint_address(&ip, None);
                    let endpoint = |address| SliceEndpoint {
                        address,
                        further: false,
                        node: node.map(Into::into),
                        readiness,
                        hint: Default::default(),
                    };
                    slice.endpoints.extend(address.map(endpoint));
                }
            }
            slice.ports = self.slice_ports(&ports);
            slices.push(slice);
        }
        slices
    }

    /// The address of an endpoint; `kind` is the `addressType` of its slice. Upstream: `ValidateEndpointIP`; `pkg/apis/discovery/validation`,
    /// `validateEndpoints`.
    fn endpoint_address(&mut self, slot: &Slot<'a, '_>, kind: Option<&str>) -> Option<IpAddr> {
        let text = self.text(slot)?;
        let address: IpAddr = text.parse().ok()?;
        if let Some(detail) = special_address(address) {
            self.refuse(slot.invalid(codes::INVALID_ADDRESS, quoted(text), detail));
        }
        let family = IpFamily::of(address).as_str();
        if let Some(kind @ ("IPv4" | "IPv6")) = kind.filter(|kind| *kind != family) {
            self.refuse(slot.invalid(codes::INVALID_ADDRESS, quoted(text), format!("must be a valid {kind} address")));
        }
        // Host names are nothing that connections are sent to, whatever they look like.
        (kind != Some("FQDN")).then_some(address)
    }

    fn slice_ports(&mut self, ports: &Slot<'a, '_>) -> Vec<ContainerPort> {
        let mut found = Vec::new();
        for item in self.items(ports) {
            let Some([name, port, protocol]) = self.fields(&item, ["name", "port", "protocol"], &["appProtocol"]) else { continue };
            let (name, protocol) = (self.text(&name).map(Into::into), self.protocol(&protocol));
            let number = self.port_number(&port);
            found.extend(number.map(|number| ContainerPort { name, number, protocol, host_port: None, host_address: None, span: item.at }));
        }
        found
    }

    /// The `spec` of a Service, with what its annotations and its status say of the way to it.
    pub(in crate::language) fn service(&mut self, spec: &Slot<'a, '_>, metadata: &Slot<'a, '_>, status: &Slot<'a, '_>) -> Service {
        let mut service = Service {
            service_type: ServiceType::ClusterIp,
            cluster_addresses: Vec::new(),
            headless: false,
            selector: None,
            selector_span: spec.span(),
            ports: Vec::new(),
            external_name: None,
            routing: ServiceRouting::default(),
        };
        let known = [
            "type",
            "clusterIP",
            "clusterIPs",
            "selector",
            "ports",
            "externalName",
            "externalTrafficPolicy",
            "internalTrafficPolicy",
            "sessionAffinity",
            "externalIPs",
            "healthCheckNodePort",
            "loadBalancerIP",
            "loadBalancerSourceRanges",
            "publishNotReadyAddresses",
            "trafficDistribution",
            "allocateLoadBalancerNodePorts",
            "ipFamilies",
            "ipFamilyPolicy",
        ];
        let Some([kind, address, addresses, selector, ports, external_name, routing @ .., families, family_policy]) =
            self.fields(spec, known, SERVICE_SPEC)
        else {
            if !spec.is_set() {
                self.refuse(spec.required(codes::REQUIRED, "a Service needs a spec with ports"));
            }
            return service;
        };
        if let Some(word) = self.text(&kind).filter(|word| !word.is_empty()) {
            if let Some(known) = ServiceType::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(word)) {
                service.service_type = known;
            }
            let names = ServiceType::ALL.map(ServiceType::as_str);
            if !names.contains(&word) {
                self.unsupported(&kind, codes::UNSUPPORTED_VALUE, word, &names);
            }
        }
        self.cluster_addresses(&address, &addresses, &mut service);
        service.selector_span = selector.span();
        // An empty selector is as good as none: upstream then makes no endpoints.
        if selector.len() > 0 || (selector.is_set() && !selector.is_mapping()) {
            service.selector = Some(self.labels(&selector));
        }
        service.external_name = self.text(&external_name).filter(|name| !name.is_empty()).map(Into::into);
        let is_external_name = service.service_type == ServiceType::ExternalName;
        if let Some(name) = service.external_name.as_deref().filter(|_| is_external_name)
            && let Err(why) = names::dns_subdomain(name.strip_suffix('.').unwrap_or(name))
        {
            self.refuse(external_name.invalid(codes::INVALID_NAME, quoted(name), why).help("write the name of a host alone"));
        }
        if is_external_name && service.external_name.is_none() && !external_name.is_set() {
            self.refuse(external_name.required(codes::REQUIRED, "the name that this Service is an alias for"));
        }
        if ports.len() == 0 && !is_external_name && !service.headless && (!ports.is_set() || ports.is_empty_list()) {
            self.refuse(ports.required(codes::REQUIRED, "a Service needs at least one port").help("write `ports: [{port: 80}]`"));
        }
        service.ports = self.service_ports(&ports, service.service_type);
        let class = spec.value().and_then(|spec| spec.get("loadBalancerClass")).and_then(NodeRef::as_str);
        service.routing = self.service_routing(routing, service.service_type, &service.ports, metadata, (status, class));
        service.routing.other_proxy = other_proxy(metadata);
        let families: Vec<&str> = self.items(&families).collect::<Vec<_>>().iter().filter_map(|item| self.text(item)).collect();
        let family_policy = self.text(&family_policy);
        service.routing.family = only_family(&families, family_policy, &service.cluster_addresses);
        service.routing.dual_stack = is_dual_stack(&families, family_policy, &service.cluster_addresses);
        service
    }

    /// The addresses of a Service in the cluster, or that it has none.
    fn cluster_addresses(&mut self, address: &Slot<'a, '_>, addresses: &Slot<'a, '_>, service: &mut Service) {
        match self.text(address) {
            Some("None") => service.headless = true,
            _ => service.cluster_addresses.extend(self.own_address(address)),
        }
        for item in self.items(addresses) {
            match self.text(&item) {
                Some("None") => service.headless = true,
                Some(_) => {
                    let more = self.own_address(&item).filter(|ip| !service.cluster_addresses.contains(ip));
                    service.cluster_addresses.extend(more);
                }
                None => {}
            }
        }
        if service.headless && service.service_type.has_node_ports() {
            let detail = format!("may not be set to 'None' for {} services", service.service_type);
            self.refuse(
                address.invalid(codes::FORBIDDEN, quoted("None"), detail).help("write `type: ClusterIP`, or leave `clusterIP` out"),
            );
        }
    }

    /// What of a Service decides about the way of packets to it.
    fn service_routing(
        &mut self,
        fields: [Slot<'a, '_>; 10],
        service_type: ServiceType,
        ports: &[ServicePort],
        metadata: &Slot<'a, '_>,
        (status, class): (&Slot<'a, '_>, Option<&str>),
    ) -> ServiceRouting {
        let [external, internal, affinity, external_addresses, health, address, ranges, unready, distribution, allocates] = fields;
        let mut routing = ServiceRouting::default();
        // Upstream: `ExternallyAccessible`.
        let is_exposed = service_type.has_node_ports() || (service_type == ServiceType::ClusterIp && external_addresses.len() > 0);
        if let Some(policy) = self.traffic_policy(&external) {
            if is_exposed {
                (routing.external, routing.external_span) = (policy, Some(external.at));
            } else {
                let problem =
                    external.invalid(codes::FORBIDDEN, quoted(policy.as_str()), "may only be set for externally-accessible services");
                self.refuse(problem.help("write `type: LoadBalancer` or `type: NodePort`, or leave it out"));
            }
        }
        routing.internal = self.traffic_policy(&internal).unwrap_or_default();
        match self.text(&affinity) {
            Some("ClientIP") => routing.client_affinity = true,
            Some("None" | "") | None => {}
            Some(word) => self.unsupported(&affinity, codes::UNSUPPORTED_VALUE, word, &["ClientIP", "None"]),
        }
        for item in self.items(&external_addresses) {
            let address = self.own_address(&item);
            if let Some(detail) = address.and_then(special_address) {
                let text = item.value().and_then(NodeRef::as_str).unwrap_or_default();
                self.refuse(item.invalid(codes::INVALID_ADDRESS, quoted(text), detail));
            }
            routing.external_addresses.extend(address);
        }
        if ranges.len() > 0 && service_type != ServiceType::LoadBalancer {
            let problem = ranges.forbidden(codes::FORBIDDEN, "may only be used when `type` is 'LoadBalancer'");
            self.refuse(problem.help("write `type: LoadBalancer`, or leave it out: ports of nodes take connections from everywhere"));
        }
        // Only a load balancer can do without.
        routing.allocates_node_ports = service_type != ServiceType::LoadBalancer || self.flag(&allocates).unwrap_or(true);
        routing.publishes_unready = self.flag(&unready).unwrap_or(false);
        routing.health_check_port = self.integer(&health).filter(|n| *n != 0).and_then(names::port_number);

        routing.distribution = self.distribution(&distribution, metadata);
        routing.load_balancer = self.load_balancer(metadata, status, &address, &ranges, class, ports);
        routing
    }

    /// An address that a Service gives itself.
    fn own_address(&mut self, slot: &Slot<'a, '_>) -> Option<IpAddr> {
        let text = self.text(slot).filter(|text| !text.is_empty())?;
        let address = text.parse().ok();
        if address.is_none() {
            let diagnostic = slot.invalid(codes::INVALID_ADDRESS, quoted(text), NO_ADDRESS);
            let diagnostic = self.rewrite(diagnostic, slot.at, text.eq_ignore_ascii_case("none").then_some("None"));
            self.refuse(diagnostic);
        }
        address
    }

    fn traffic_policy(&mut self, slot: &Slot<'a, '_>) -> Option<TrafficPolicy> {
        let word = self.text(slot).filter(|word| !word.is_empty())?;
        let policy = TrafficPolicy::ALL.into_iter().find(|policy| policy.as_str() == word);
        if policy.is_none() {
            self.unsupported(slot, codes::UNSUPPORTED_VALUE, word, &TrafficPolicy::ALL.map(TrafficPolicy::as_str));
        }
        policy
    }

    fn service_ports(&mut self, slot: &Slot<'a, '_>, service_type: ServiceType) -> Vec<ServicePort> {
        let several = slot.len() > 1;
        let (mut names, mut numbers) = (HashSet::new(), HashSet::new());
        let mut ports = Vec::with_capacity(slot.len());
        for item in self.items(slot) {
            let known = ["name", "protocol", "port", "targetPort", "nodePort"];
            let Some([name, protocol, port, target, node_port]) = self.fields(&item, known, &["appProtocol"]) else { continue };
            let name_text = self.text(&name).filter(|text| !text.is_empty());
            match name_text {
                Some(text) => {
                    if let Err(why) = names::dns_label(text) {
                        self.refuse(name.invalid(codes::INVALID_PORT_NAME, quoted(text), why));
                    }
                    if !names.insert(text) {
                        self.refuse(name.duplicate(quoted(text)));
                    }
                }
                None if several && !name.is_set() => {
                    self.refuse(name.required(codes::REQUIRED, "").help("if there are several ports, each needs a `name`"));
                }
                None => {}
            }
            let protocol = self.protocol(&protocol);
            if !port.is_set() {
                self.refuse(port.required(codes::REQUIRED, "a number from 1 to 65535"));
            }
            let number = self.port_number(&port);
            if let Some(number) = number
                && !numbers.insert((protocol, number))
            {
                self.refuse(port.duplicate(format!("{protocol} {number}")));
            }
            let target = match self.number_or_name(&target) {
                Some(NumberOrName::Number(number)) => Some(TargetPort::Number(number)),
                Some(NumberOrName::Name(name)) => Some(TargetPort::Name(name.into())),
                None => number.map(TargetPort::Number),
            };
            let node_port = match self.integer(&node_port) {
                None | Some(0) => None,
                Some(number) => {
                    if !service_type.has_node_ports() {
                        let detail = format!("may not be used when `type` is '{service_type}'");
                        self.refuse(node_port.forbidden(codes::FORBIDDEN, &detail).help("write `type: NodePort`, or leave it out"));
                    }
                    let fits = names::port_number(number);
                    if fits.is_none() {
                        self.refuse(node_port.invalid(codes::OUT_OF_RANGE, number, PORT_RANGE));
                    }
                    fits
                }
            };
            if let (Some(port), Some(target)) = (number, target) {
                ports.push(ServicePort { name: name_text.map(Into::into), protocol, port, target, node_port, span: item.at });
            }
        }
        ports
    }

    /// The `spec` and `status` of a Node.
    pub(in crate::language) fn node(&mut self, spec: &Slot<'a, '_>, metadata: &Slot<'a, '_>, status: &Slot<'a, '_>) -> Node {
        let mut node = Node { tunnel: tunnel(metadata), sign: node_sign::sign(metadata), ..Node::default() };
        if let Some([range, ranges, taints]) = self.fields(spec, ["podCIDR", "podCIDRs", "taints"], NODE_SPEC) {
            let keys = taints.node.and_then(|taints| taints.as_sequence()).into_iter().flatten().filter_map(|taint| taint.get("key"));
            node.leaving = keys.filter_map(|key| key.as_str()).any(|key| key == TAINT_OF_LEAVING);
            node.taints = taints.node.map_or_else(Vec::new, lasting_taints);
            for item in self.items(&ranges) {
                node.pod_cidrs.extend(self.pod_cidr(&item));
            }
            if let Some(range) = self.pod_cidr(&range)
                && !node.pod_cidrs.contains(&range)
            {
                node.pod_cidrs.insert(0, range);
            }
        }
        if status.is_set() && !status.is_mapping() {
            self.expected(status, "a mapping");
        }
        let value = status.node.and_then(|node| node.get("addresses"));
        let addresses =
            Slot { path: status.path.field("addresses"), node: value, at: value.map_or(status.at, |v| v.span()), key: status.key };
        let (mut internal, mut external): (Vec<IpAddr>, Vec<IpAddr>) = (Vec::new(), Vec::new());
        for item in self.items(&addresses) {
            let Some([kind, address]) = self.fields(&item, ["type", "address"], &[]) else { continue };
            let to = match self.text(&kind) {
                Some("InternalIP") => &mut internal,
                Some("ExternalIP") => &mut external,
                // Host names.
                _ => continue,
            };
            to.extend(self.address(&address));
        }
        internal.append(&mut external);
        node.addresses = internal;
        node
    }

    fn pod_cidr(&mut self, slot: &Slot<'a, '_>) -> Option<Cidr> {
        let text = self.text(slot).filter(|text| !text.is_empty())?;
        self.cidr(slot, text, "must be a valid CIDR value")
    }
}

/// Taints by which pods are kept away, but for those that a node gets from what happens to it, when its pods are there. Upstream: "Taints and Tolerations",
/// "Taint based Evictions".
fn lasting_taints(list: NodeRef<'_>) -> Vec<Taint> {
    let read = |item: NodeRef<'_>| {
        let text = |name: &str| item.get(name).and_then(NodeRef::as_str).unwrap_or_default();
        let (key, effect) = (text("key"), text("effect"));
        let passes = key.is_empty() || key.starts_with("node.kubernetes.io/") || key == TAINT_OF_LEAVING;
        let keeps_away = matches!(effect, "NoSchedule" | "NoExecute");
        (keeps_away && !passes).then(|| Taint { key: key.into(), value: text("value").into(), effect: effect.into() })
    };
    list.as_sequence().into_iter().flatten().filter_map(read).collect()
}

/// What Calico wrote down about the tunnels of a node. Upstream: `libcalico-go/lib/backend/k8s/resources/node.go`.
fn tunnel(metadata: &Slot<'_, '_>) -> NodeTunnel {
    let value = |name: &str| annotation(metadata, &["projectcalico.org/", name]).map(|(text, _)| text);
    let network = value("IPv4Address").and_then(|text| {
        let (address, length) = text.split_once('/')?;
        Some(Cidr::supernet(address.parse().ok()?, length.parse().ok().filter(|length| *length <= 32)?))
    });
    let names = ["IPv4VXLANTunnelAddr", "IPv4IPIPTunnelAddr", "IPv6VXLANTunnelAddr"];
    NodeTunnel { network, addresses: names.into_iter().filter_map(|name| value(name)?.parse().ok()).collect() }
}

/// An annotation by its name, which may come in parts, and where its value stands.
pub(in crate::language) fn annotation<'a>(metadata: &Slot<'a, '_>, name: &[&str]) -> Option<(&'a str, Span)> {
    let annotations = metadata.value()?.get("annotations")?;
    let value = annotations.get(&name.concat())?;
    Some((value.as_str()?, value.span()))
}

/// What the conditions of an endpoint of a slice say. Upstream: discovery/v1 `EndpointConditions`; what is left out is taken for the better.
fn readiness(conditions: Option<NodeRef<'_>>) -> Readiness {
    let is = |name: &str, value: bool| conditions.and_then(|c| c.get(name)).is_some_and(|c| *c.value() == Value::Bool(value));
    match (is("ready", false), is("serving", false), is("terminating", true)) {
        (false, ..) => Readiness::Ready,
        (true, false, true) => Readiness::Leaving,
        _ => Readiness::NotReady,
    }
}

/// What a slice hints at: for whom an endpoint is meant first.
fn hint(hints: Option<NodeRef<'_>>) -> Option<Hint> {
    let names = |field: &str| {
        let list = hints.and_then(|h| h.get(field)).and_then(|list| list.as_sequence());
        list.into_iter().flatten().filter_map(|item| item.get("name")?.as_str().map(Into::into)).collect()
    };
    let hint = Hint { zones: names("forZones"), nodes: names("forNodes") };
    (!hint.zones.is_empty() || !hint.nodes.is_empty()).then_some(hint)
}

/// The addresses of a status: `[{ip: …}]`.
pub(in crate::language) fn addresses_of(list: Option<NodeRef<'_>>) -> Vec<IpAddr> {
    let items = list.and_then(|list| list.as_sequence()).into_iter().flatten();
    items.filter_map(|item| item.get("ip")?.as_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_lists_are_sorted() {
        assert!(SERVICE_SPEC.is_sorted() && NODE_SPEC.is_sorted());
    }
}
