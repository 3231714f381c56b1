//! What a Service asks of the load balancer in front of it: annotations of AKS, `status`, and who is meant to be served by whom.
//!
//! Upstream: cloud-provider-azure, `pkg/consts` (names; values are compared without regard to case) and `pkg/provider/loadbalancer`.

use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::network::{addresses_of, annotation};
use crate::document::{NodeRef, Value};
use crate::language::read::fields::{Reader, Slot};
use crate::language::{BalancedPort, Distribution, LoadBalancer, ServicePort, codes};
use crate::model::names;
use crate::snapshot::{ForeignBalancer, IpFamily};

/// Words of `trafficDistribution`.
const DISTRIBUTIONS: [&str; 3] = ["PreferClose", "PreferSameNode", "PreferSameZone"];

impl<'a> Reader<'a> {
    /// What is asked of a load balancer.
    pub(in crate::language) fn load_balancer(
        &mut self,
        metadata: &Slot<'a, '_>,
        status: &Slot<'a, '_>,
        address: &Slot<'a, '_>,
        ranges: &Slot<'a, '_>,
        class: Option<&str>,
        ports: &[ServicePort],
    ) -> LoadBalancer {
        let of_azure = |name: &str| annotation(metadata, &["service.beta.kubernetes.io/azure-", name]);
        let is_true = |name: &str| is_true(metadata, &format!("service.beta.kubernetes.io/azure-{name}"));
        let mut balancer = LoadBalancer {
            internal: is_true("load-balancer-internal"),
            floating: !is_true("disable-load-balancer-floating-ip"),
            denies_others: is_true("deny-all-except-load-balancer-source-ranges"),
            unruled: is_true("disable-load-balancer-nsg-rule"),
            all_ports: is_true("load-balancer-enable-high-availability-ports"),
            private_link: is_true("pls-create") && is_true("pls-proxy-protocol"),
            ports: balanced_ports(metadata, ports),
            ..LoadBalancer::default()
        };
        balancer.subnet = of_azure("load-balancer-internal-subnet").map(|(text, _)| text.trim().into()).filter(|_| balancer.internal);
        let words = |text: &'a str| text.split(',').map(str::trim).filter(|word| !word.is_empty());
        balancer.tags = of_azure("allowed-service-tags").map_or_else(Vec::new, |(text, _)| words(text).map(Into::into).collect());
        if ranges.value().is_some_and(|value| value.as_sequence().is_none()) {
            (balancer.bad_range, balancer.ranges_span) = (true, Some(ranges.span()));
        }
        for item in self.items(ranges) {
            let Some(text) = self.text(&item) else {
                balancer.bad_range = true;
                continue;
            };
            balancer.ranges_span = Some(ranges.span());
            match self.cidr(&item, text.trim(), "must be a valid CIDR value") {
                Some(range) => balancer.source_ranges.push(range),
                None => balancer.bad_range = true,
            }
        }
        let annotated = of_azure("allowed-ip-ranges").into_iter();
        for (text, span) in annotated.chain(annotation(metadata, &["service.beta.kubernetes.io/load-balancer-source-ranges"])) {
            balancer.ranges_span = Some(span);
            for word in words(text) {
                match names::cidr(word) {
                    Some(read) => balancer.allowed_ranges.push(read.cidr),
                    None => balancer.bad_range = true,
                }
            }
        }
        let assigned = status.value().and_then(|s| s.get("loadBalancer")).and_then(|b| b.get("ingress"));
        balancer.addresses = addresses_of(assigned);
        balancer.proxies = proxies(assigned);
        balancer.foreign = foreign(metadata, class, assigned);
        if balancer.addresses.is_empty() {
            let asked = self.address(address);
            let by = |name: &str| of_azure(name).and_then(|(text, _)| text.trim().parse::<IpAddr>().ok());
            match asked {
                Some(address) => balancer.addresses.push(address),
                None => balancer.addresses.extend(["load-balancer-ipv4", "load-balancer-ipv6"].iter().filter_map(|name| by(name))),
            }
        }
        balancer
    }

    /// Which endpoints serve a client first. Upstream: the annotation for topology takes precedence over `trafficDistribution`.
    pub(in crate::language) fn distribution(&mut self, slot: &Slot<'a, '_>, metadata: &Slot<'a, '_>) -> Option<Distribution> {
        let written = match self.text(slot).filter(|word| !word.is_empty()) {
            Some("PreferSameNode") => Some(Distribution::SameNode),
            Some("PreferClose" | "PreferSameZone") => Some(Distribution::SameZone),
            Some(word) => {
                self.unsupported(slot, codes::UNSUPPORTED_VALUE, word, &DISTRIBUTIONS);
                None
            }
            None => None,
        };
        let names = ["service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints"];
        let by_annotation = names.iter().any(|name| annotation(metadata, &[name]).is_some_and(|(text, _)| matches!(text, "Auto" | "auto")));
        if by_annotation { Some(Distribution::Proportional) } else { written }
    }
}

/// Addresses of a status that are those of a proxy. A value that is neither `VIP` nor `Proxy` is not one that nodes know for certain.
fn proxies(assigned: Option<NodeRef<'_>>) -> Vec<IpAddr> {
    let items = assigned.and_then(NodeRef::as_sequence).into_iter().flatten();
    let is_known = |item: &NodeRef<'_>| item.get("ipMode").is_none_or(|mode| mode.is_null() || mode.as_str() == Some("VIP"));
    items.filter(|item| !is_known(item)).filter_map(|item| item.get("ip")?.as_str()?.parse().ok()).collect()
}

/// Prefixes of annotations for load balancers that are proxies, or send to pods themselves: of AWS, DigitalOcean, Hetzner, Linode, OpenStack, Oracle,
/// Scaleway and Tailscale.
const FOREIGN: [&str; 8] = [
    "service.beta.kubernetes.io/aws-load-balancer-",
    "service.beta.kubernetes.io/do-loadbalancer-",
    "load-balancer.hetzner.cloud/",
    "service.beta.kubernetes.io/linode-loadbalancer-",
    "loadbalancer.openstack.org/",
    "oci.oraclecloud.com/",
    "service.beta.kubernetes.io/scw-loadbalancer-",
    "tailscale.com/",
];

/// Beginnings of classes whose controllers only announce addresses, so that packets come to nodes as they were sent: MetalLB, Cilium, kube-vip, PureLB.
const ANNOUNCING: [&str; 4] = ["metallb", "io.cilium/", "kube-vip.io/", "purelb.io/"];

/// Who serves a Service, where that is not what is assumed of load balancers. Upstream: Kubernetes API, `loadBalancerClass`: "Any default load balancer
/// implementation (e.g. cloud providers) should ignore Services that set this field"; kubernetes-sigs/aws-load-balancer-controller, docs/guide/service.
fn foreign(metadata: &Slot<'_, '_>, class: Option<&str>, assigned: Option<NodeRef<'_>>) -> Option<ForeignBalancer> {
    if let Some(class) = class.filter(|class| !class.is_empty() && !ANNOUNCING.iter().any(|own| class.starts_with(own))) {
        return Some(ForeignBalancer::Class(class.into()));
    }
    let annotations = metadata.value().and_then(|m| m.get("annotations")).and_then(NodeRef::as_mapping).unwrap_or_default();
    if let Some(entry) = annotations.iter().find(|entry| FOREIGN.iter().any(|own| entry.key.starts_with(own))) {
        return Some(ForeignBalancer::Annotation(entry.key.clone()));
    }
    let items = assigned.and_then(NodeRef::as_sequence).into_iter().flatten();
    // What has an address too has only a name beside it.
    let mut hosts = items.filter(|item| item.get("ip").is_none()).filter_map(|item| item.get("hostname")?.as_str());
    hosts.next().map(|host| ForeignBalancer::Host(host.into()))
}

/// Labels of Services that kube-proxy leaves to another proxy. Upstream: `cmd/kube-proxy/app/server.go`, the selector of its informers.
const OTHER_PROXIES: [&str; 2] = ["service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"];

/// The label by which kube-proxy leaves a Service to another proxy, if it has one.
pub(super) fn other_proxy(metadata: &Slot<'_, '_>) -> Option<&'static str> {
    let labels = metadata.value()?.get("labels")?;
    OTHER_PROXIES.into_iter().find(|label| labels.get(label).is_some())
}

/// The only family of a Service's addresses, where that is said.
pub(super) fn only_family(families: &[&str], policy: Option<&str>, addresses: &[IpAddr]) -> Option<IpFamily> {
    if is_dual_stack(families, policy, addresses) {
        return None;
    }
    match (families, addresses) {
        (["IPv4"], _) => Some(IpFamily::V4),
        (["IPv6"], _) => Some(IpFamily::V6),
        (_, [address]) => Some(IpFamily::of(*address)),
        _ => None,
    }
}

/// Whether a Service asks for addresses of both families.
pub(super) fn is_dual_stack(families: &[&str], policy: Option<&str>, addresses: &[IpAddr]) -> bool {
    matches!(policy, Some("PreferDualStack" | "RequireDualStack")) || families.len() > 1 || addresses.len() > 1
}

/// Whether an annotation says true.
fn is_true(metadata: &Slot<'_, '_>, name: &str) -> bool {
    let value = metadata.value().and_then(|m| m.get("annotations")).and_then(|a| a.get(name));
    // An annotation is a text; a bare `true` is refused, and plain.
    value.is_some_and(|v| *v.value() == Value::Bool(true) || v.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")))
}

/// What annotations say of single ports: `service.beta.kubernetes.io/port_80_no_lb_rule` and the like.
fn balanced_ports(metadata: &Slot<'_, '_>, ports: &[ServicePort]) -> Vec<BalancedPort> {
    let of_port = |port: &ServicePort| {
        let name = |what: &str| format!("service.beta.kubernetes.io/port_{}_{what}", port.port);
        // Names and numbers of the Service's own ports mean their node ports.
        let probe = annotation(metadata, &[&name("health-probe_port")]).and_then(|(text, _)| {
            let named = ports.iter().find(|p| p.name.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(text)));
            match (named, text.trim().parse::<u16>()) {
                (Some(own), _) => own.node_port,
                (None, Ok(number)) => ports.iter().find(|p| p.port == number).map_or(Some(number), |own| own.node_port),
                (None, Err(_)) => None,
            }
        });
        BalancedPort {
            port: port.port,
            no_rule: is_true(metadata, &name("no_lb_rule")),
            no_probe: is_true(metadata, &name("no_probe_rule")),
            probe,
        }
    };
    ports.iter().map(of_port).filter(|p| p.no_rule || p.no_probe || p.probe.is_some()).collect()
}
