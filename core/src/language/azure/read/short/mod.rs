//! A short form for teaching: a whole network in a few lines.
//!
//! ```yaml
//! azure:
//!   region: westeurope
//!   networks:
//!   - name: course
//!     addressSpace: 10.0.0.0/16            # or a list
//!     peerings: [hub]
//!     onPremises: 192.168.0.0/16
//!     subnets:
//!     - {name: nodes, prefix: 10.0.0.0/24, nsg: nodes, routes: [{prefix: 0.0.0.0/0, to: VirtualAppliance}]}
//!   nsgs:
//!   - name: nodes
//!     inbound:
//!     - {priority: 100, name: ssh, allow: tcp 22, from: 203.0.113.0/24}
//!     outbound:
//!     - {priority: 100, name: no-internet, deny: "*", to: Internet}
//!   machines:
//!   - {name: jump, subnet: nodes, address: 10.0.0.4, nsg: jump, public: standard, groups: [admins], zone: 1}   # public: an address, too
//!   tags:
//!     Storage: [20.38.98.0/24]
//!   clusters:
//!   - {name: shop, plugin: azure, policy: calico, nodes: 2, maxPods: 30, subnet: nodes}
//!   gateways:
//!   - {name: front, subnet: gateway, public: 20.1.2.9}
//! ```
//!
//! `from` and `to` are any address where they are left out; `asg:NAME` is an application security group.

mod cluster;
mod network;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::AzureReader;
use super::value::Scalar;
use crate::diagnostics::{Code, Diagnostic, Severity, nearest};
use crate::document::{Entry, NodeRef, Value};
use crate::language::azure::{
    Access, Azure, ClusterEngine, PortMatch, Reference, RuleDirection, RuleSide, SecurityRule, WrittenField, WrittenValue,
};
use crate::language::codes;
use crate::model::{Cidr, Protocol};
use crate::text::Span;

const TOP: &[&str] = &["clusters", "gateways", "machines", "networks", "nsgs", "region", "tags"];
const NETWORK: &[&str] = &["addressSpace", "name", "onPremises", "peerings", "region", "routes", "subnets"];
const SUBNET: &[&str] = &["defaultOutbound", "name", "natGateway", "nsg", "prefix", "routes"];
const GROUP: &[&str] = &["inbound", "name", "outbound"];
const RULE: &[&str] = &["allow", "deny", "description", "from", "fromPorts", "name", "priority", "to"];
const MACHINE: &[&str] = &["address", "groups", "loadBalancer", "name", "nsg", "pods", "public", "subnet", "zone"];
const GATEWAY: &[&str] = &["name", "private", "public", "subnet"];
const CLUSTER: &[&str] = &[
    "authorized",
    "dns",
    "maxPods",
    "name",
    "nodes",
    "outbound",
    "plugin",
    "podRange",
    "podSubnet",
    "policy",
    "private",
    "publicNodes",
    "region",
    "serviceRange",
    "subnet",
    "zones",
];

impl<'a> AzureReader<'a, '_> {
    /// Reads the short form.
    pub(super) fn short(&mut self, node: NodeRef<'a>) {
        self.known(node, "azure", TOP);
        let region = self.scalar_of(node, "region");
        for network in self.mappings(node, "networks") {
            self.short_network(network, region.as_ref());
        }
        for group in self.mappings(node, "nsgs") {
            self.short_group(group);
        }
        for machine in self.mappings(node, "machines") {
            self.short_machine(machine);
        }
        if let Some(tags) = node.get("tags") {
            for entry in tags.as_mapping().unwrap_or_default() {
                let prefixes = self.prefixes(Some(tags.value_of(entry)));
                let name = self.key_scalar(entry);
                self.emit("ServiceTag", &name, entry.key_span, Azure::Tag(prefixes.into_iter().map(|(cidr, _)| cidr).collect()));
            }
        }
        for cluster in self.mappings(node, "clusters") {
            self.short_cluster(cluster, region.as_ref());
        }
        for gateway in self.mappings(node, "gateways") {
            self.short_gateway(gateway);
        }
    }

    fn fault(&mut self, code: Code, span: Span, message: String) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, span, message)
    }

    /// Reports fields that do not exist.
    fn known(&mut self, node: NodeRef<'a>, what: &str, fields: &'static [&'static str]) {
        for entry in node.as_mapping().unwrap_or_default() {
            if !fields.contains(&&*entry.key) {
                let error = self.fault(codes::AZ_FIELD, entry.key_span, format!("{what} has no field `{}`", entry.key));
                let error = self.reader.rewrite(error, entry.key_span, nearest(&entry.key, fields.iter().copied()));
                self.report(error);
            }
        }
    }

    /// The mappings of a list.
    fn mappings(&mut self, node: NodeRef<'a>, name: &str) -> Vec<NodeRef<'a>> {
        let Some(list) = node.get(name).filter(|n| !n.is_null()) else { return Vec::new() };
        let items: Option<Vec<NodeRef<'a>>> = list.as_sequence().map(Iterator::collect);
        let all: Vec<NodeRef<'a>> = items.unwrap_or_else(|| alloc::vec![list]);
        for item in &all {
            if item.as_mapping().is_none() {
                let error = self.fault(codes::AZ_FIELD, item.span(), format!("`{name}` is a list of mappings, each like `{{name: …}}`"));
                self.report(error);
            }
        }
        all.into_iter().filter(|item| item.as_mapping().is_some()).collect()
    }

    fn scalar_of(&self, node: NodeRef<'a>, name: &str) -> Option<Scalar> {
        self.as_written(node.get(name)?).filter(|s| !s.text.is_empty())
    }

    fn scalars_of(&self, node: NodeRef<'a>, name: &str) -> Vec<Scalar> {
        let Some(node) = node.get(name).filter(|n| !n.is_null()) else { return Vec::new() };
        match node.as_sequence() {
            Some(items) => items.filter_map(|item| self.as_written(item)).collect(),
            None => self.as_written(node).into_iter().collect(),
        }
    }

    /// A scalar in the letters in which it is written: in YAML 1.1 the name `n` is false, `on` is true, and `007` is 7.
    fn as_written(&self, node: NodeRef<'a>) -> Option<Scalar> {
        let found = self.template.scalar(node)?;
        let is_text = matches!(node.value(), Value::String(_));
        let written = self.reader.text_of_document().get(node.span().start as usize..node.span().end as usize);
        match written.map(str::trim).filter(|w| !is_text && !w.is_empty()) {
            Some(written) => Some(Scalar { text: written.to_string(), ..found }),
            None => Some(found),
        }
    }

    fn key_scalar(&self, entry: &Entry) -> Scalar {
        let span = entry.key_span;
        let written = self.reader.text_of_document().get(span.start as usize..span.end as usize).unwrap_or_default();
        let is_word = matches!(&*entry.key, "true" | "false") || entry.key.parse::<f64>().is_ok();
        let text =
            if is_word && !written.is_empty() && !written.starts_with(['"', '\'']) { written.to_string() } else { entry.key.to_string() };
        Scalar { text, unknown: false, span }
    }

    fn required_name(&mut self, node: NodeRef<'a>, what: &str) -> Scalar {
        let found = self.scalar_of(node, "name");
        if found.is_none() {
            let error = self.fault(codes::AZ_REQUIRED, node.span(), format!("{what} needs a `name`"));
            self.report(error);
        }
        found.unwrap_or_else(|| Scalar { text: String::new(), unknown: false, span: node.span() })
    }

    fn number(&mut self, node: NodeRef<'a>, name: &str, least: i64, most: i64) -> Option<i64> {
        let value = node.get(name).filter(|n| !n.is_null())?;
        match value.value() {
            Value::Int(number) if (least..=most).contains(number) => Some(*number),
            _ => {
                let error = self.fault(codes::AZ_WORD, value.span(), format!("`{name}` is a whole number from {least} to {most}"));
                self.report(error);
                None
            }
        }
    }
}

/// The engine with this word.
pub(super) fn engine_of(text: &str) -> Option<ClusterEngine> {
    match text {
        "none" => Some(ClusterEngine::None),
        "azure" => Some(ClusterEngine::Azure),
        "calico" => Some(ClusterEngine::Calico),
        "cilium" => Some(ClusterEngine::Cilium),
        _ => None,
    }
}

fn refer(scalar: &Scalar) -> Reference {
    Reference { name: scalar.text.as_str().into(), parent: None, scope: Default::default(), span: scalar.span }
}

/// `subnet`, `network/subnet` or an identifier.
pub(super) fn refer_subnet(scalar: &Scalar) -> Reference {
    match scalar.text.split_once('/') {
        Some((network, subnet)) if !network.is_empty() && !subnet.contains('/') => {
            Reference { name: subnet.into(), parent: Some(network.into()), scope: Default::default(), span: scalar.span }
        }
        _ => super::reference_of(scalar),
    }
}

/// A rule in the fields of the Azure Resource Manager.
pub(crate) fn arm_fields(rule: &SecurityRule, description: Option<&str>) -> Vec<WrittenField> {
    let text = |name: &'static str, value: &str| WrittenField { name, value: WrittenValue::Text(value.into()) };
    let several = |singular: &'static str, plural: &'static str, items: Vec<String>| match items.as_slice() {
        [] => text(singular, "*"),
        [one] => text(singular, one),
        _ => WrittenField { name: plural, value: WrittenValue::List(items.into_iter().map(Into::into).collect()) },
    };
    let protocol = match rule.protocol {
        None => "*",
        Some(Protocol::TCP) => "Tcp",
        Some(Protocol::UDP) => "Udp",
        Some(Protocol::ICMP) => "Icmp",
        Some(Protocol(50)) => "Esp",
        Some(_) => "Ah",
    };
    let ports = |ports: &PortMatch| {
        let one = |(first, last): &(u16, u16)| if first == last { first.to_string() } else { format!("{first}-{last}") };
        ports.ranges.iter().flatten().map(one).collect::<Vec<_>>()
    };
    let plain = |cidr: &Cidr| if cidr.first() == cidr.last() { cidr.first().to_string() } else { cidr.to_string() };
    let side = |side: &RuleSide, singular, plural, groups| {
        if !side.groups.is_empty() {
            return WrittenField { name: groups, value: WrittenValue::Ids(side.groups.iter().map(|g| g.name.clone()).collect()) };
        }
        let items = side.prefixes.iter().map(plain).chain(side.tags.iter().map(ToString::to_string)).collect();
        several(singular, plural, if side.any { Vec::new() } else { items })
    };
    let mut fields = alloc::vec![text("name", &rule.name)];
    fields.extend(description.map(|d| text("description", d)));
    fields.extend([
        text("protocol", protocol),
        several("sourcePortRange", "sourcePortRanges", ports(&rule.source_ports)),
        several("destinationPortRange", "destinationPortRanges", ports(&rule.destination_ports)),
        side(&rule.source, "sourceAddressPrefix", "sourceAddressPrefixes", "sourceApplicationSecurityGroups"),
        side(&rule.destination, "destinationAddressPrefix", "destinationAddressPrefixes", "destinationApplicationSecurityGroups"),
        text("access", if rule.access == Access::Allow { "Allow" } else { "Deny" }),
        WrittenField { name: "priority", value: WrittenValue::Number(i64::from(rule.priority)) },
        text("direction", if rule.direction == RuleDirection::Inbound { "Inbound" } else { "Outbound" }),
    ]);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_names_every_field() {
        let manual = include_str!("../../../../../../docs/azure.md");
        let table = manual.split("| in | fields |").nth(1).and_then(|t| t.split("## ").next()).unwrap();
        let tables = [
            ("`azure`", TOP),
            ("a network", NETWORK),
            ("a subnet", SUBNET),
            ("a group", GROUP),
            ("a rule", RULE),
            ("a machine", MACHINE),
            ("a gateway", GATEWAY),
            ("a cluster", CLUSTER),
        ];
        for (title, fields) in tables {
            let row = table.lines().find(|line| line.starts_with(&format!("| {title} |"))).unwrap();
            for field in fields {
                assert!(row.contains(&format!("`{field}`")), "{title}: `{field}`");
            }
        }
    }
}
