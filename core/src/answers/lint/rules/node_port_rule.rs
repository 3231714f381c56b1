//! LINT032: a network security group opens node ports, and nothing stands behind them.
//!
//! Either no Service has a port there, or only load balancers do, whose packets come with the Service's own port (floating IP). Upstream: docs/path.md
//! and 6, mistake 5.

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::ServicePort;
use crate::language::azure::{Access, RuleDirection, SecurityRule};
use crate::model::{Cidr, Protocol};
use crate::snapshot::cloud::tags;
use crate::snapshot::{Service, Snapshot};

const CODE: Code = Code("LINT032");
/// Where API servers take node ports from.
const NODE_PORTS: (u16, u16) = (30000, 32767);

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let snapshot = analysis.snapshot();
    if snapshot.cloud.clusters.is_empty() || snapshot.services.is_empty() {
        return;
    }
    let rules = snapshot.cloud.groups.iter().filter(|group| !group.is_managed()).flat_map(|group| &group.rules);
    for (rule, place) in rules.filter(|(rule, _)| opens_node_ports(rule)) {
        let behind: Vec<(&Service, &ServicePort)> = ports(snapshot).filter(|(_, port)| is_meant(rule, port)).collect();
        let (message, help) = if behind.is_empty() {
            (format!("no Service has a node port that rule `{}` opens", rule.name), "look up the node port: `kubectl get service`")
        } else if let Some((service, port)) = behind.iter().find(|(service, _)| service.has_selector && service.endpoints.is_empty()) {
            let number = port.node_port.unwrap_or(0);
            (format!("no pod stands behind node port {number}: Service `{}` selects none", service.name), "check the Service's selector")
        } else if !is_for_probes(rule)
            && behind.iter().all(|(service, _)| service.service_type == "LoadBalancer" && service.routing.load_balancer.floating)
        {
            let (service, port) = behind.first().map_or(("", 0), |(s, p)| (s.name.as_str(), p.port));
            (
                format!("packets of load balancer `{service}` come with its own port {port}, not with the node port that this rule opens"),
                "open the Service's port for the load balancer's address; AKS does it by itself in its own group",
            )
        } else {
            continue;
        };
        found.push(Diagnostic::at(CODE, Severity::Warning, Some(*place), message).help(help));
    }
}

/// Whether a rule is about node ports and nothing else.
fn opens_node_ports(rule: &SecurityRule) -> bool {
    let within = |(first, last): &(u16, u16)| *first >= NODE_PORTS.0 && *last <= NODE_PORTS.1;
    let ranges = rule.destination_ports.ranges.as_deref().unwrap_or_default();
    rule.direction == RuleDirection::Inbound
        && rule.access == Access::Allow
        && !rule.refused
        && !ranges.is_empty()
        && ranges.iter().all(within)
}

/// Whether a rule lets in nothing but health probes, which ask node ports. Upstream: docs/path.md, Azure, 3.
fn is_for_probes(rule: &SecurityRule) -> bool {
    let source = &rule.source;
    let tags = source.tags.iter().all(|tag| tag.eq_ignore_ascii_case("AzureLoadBalancer"));
    let prefixes = source.prefixes.iter().all(|prefix| *prefix == Cidr::of(tags::PLATFORM));
    !source.any && tags && prefixes && !(source.tags.is_empty() && source.prefixes.is_empty())
}

fn ports(snapshot: &Snapshot) -> impl Iterator<Item = (&Service, &ServicePort)> {
    snapshot.services.iter().flat_map(|service| service.ports.iter().map(move |port| (service, port)))
}

fn is_meant(rule: &SecurityRule, port: &ServicePort) -> bool {
    let protocol = rule.protocol.is_none_or(|p: Protocol| p == port.protocol);
    let ranges = rule.destination_ports.ranges.as_deref().unwrap_or_default();
    protocol && port.node_port.is_some_and(|n| ranges.iter().any(|(first, last)| (*first..=*last).contains(&n)))
}
