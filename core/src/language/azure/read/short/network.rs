//! Networks and security groups of the short form.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::{GROUP, NETWORK, RULE, SUBNET, arm_fields, refer};
use crate::document::{NodeRef, Value};
use crate::language::azure::read::AzureReader;
use crate::language::azure::read::network::{route_range, truth};
use crate::language::azure::read::rules::{PRIORITIES, own_tag, port_range, prefix};
use crate::language::azure::read::value::Scalar;
use crate::language::azure::{
    Access, Azure, NextHop, Peering, PortMatch, Reference, Route, RuleDirection, RuleSide, SecurityGroup, SecurityRule, Subnet,
    SubnetOutbound, VirtualNetwork,
};
use crate::language::codes;
use crate::model::Protocol;

impl<'a> AzureReader<'a, '_> {
    pub(super) fn short_network(&mut self, node: NodeRef<'a>, region: Option<&Scalar>) {
        self.known(node, "a network", NETWORK);
        let name = self.required_name(node, "a network");
        let prefixes = self.prefixes(node.get("addressSpace"));
        let on_premises = self.prefixes(node.get("onPremises")).into_iter().map(|(cidr, _)| cidr).collect();
        // Routes of the network are those of each of its subnets.
        let common = self.short_routes(node, &name.text, "");
        let subnets =
            self.mappings(node, "subnets").into_iter().map(|subnet| self.short_subnet(subnet, &name.text, common.as_ref())).collect();
        let peerings = self
            .scalars_of(node, "peerings")
            .iter()
            .map(|other| Peering { remote: refer(other), access: true, subnets: None, remote_gateway: false })
            .collect();
        let region = self.scalar_of(node, "region").or_else(|| region.cloned());
        let location = region.map(|r| r.text.as_str().into());
        let network = VirtualNetwork { location, prefixes, subnets, peerings, on_premises, ..VirtualNetwork::default() };
        self.emit("VirtualNetwork", &name, node.span(), Azure::Network(network));
    }

    fn short_subnet(&mut self, node: NodeRef<'a>, network: &str, common: Option<&Reference>) -> Subnet {
        self.known(node, "a subnet", SUBNET);
        let name = self.required_name(node, "a subnet");
        let prefixes = self.prefixes(node.get("prefix"));
        let routes = self.short_routes(node, network, &name.text).or_else(|| common.cloned());
        let group = self.scalar_of(node, "nsg").as_ref().map(refer);
        let outbound = SubnetOutbound {
            default_access: self.scalar_of(node, "defaultOutbound").and_then(|t| truth(&t.text)),
            nat: self.scalar_of(node, "natGateway").is_some_and(|t| truth(&t.text) != Some(false)),
        };
        Subnet { name: name.text.as_str().into(), span: node.span(), prefixes, group, routes, delegated: None, outbound }
    }

    /// Routes that stand in a network or subnet become a table of their own.
    fn short_routes(&mut self, node: NodeRef<'a>, network: &str, subnet: &str) -> Option<Reference> {
        let list = node.get("routes").filter(|n| !n.is_null())?;
        let items: Vec<NodeRef<'a>> = list.as_sequence()?.collect();
        let mut routes = Vec::new();
        for item in items {
            let (prefix, hop, name) = match item.as_mapping() {
                Some(_) => (self.scalar_of(item, "prefix"), self.scalar_of(item, "to"), self.scalar_of(item, "name")),
                None => (self.template.scalar(item), None, None),
            };
            let Some(written) = prefix else { continue };
            let range = route_range(&written.text).filter(|_| !written.unknown);
            let Some((prefix, tag)) = range.or_else(|| Some((self.cidr(&written)?, None))) else { continue };
            // An appliance may be written as its address.
            let appliance = hop.as_ref().and_then(|h| h.text.trim().parse().ok());
            let hop = hop.filter(|_| appliance.is_none()).and_then(|h| self.next_hop(&h)).unwrap_or(NextHop::Appliance);
            let name = name.map_or_else(|| "".into(), |n| n.text.as_str().into());
            routes.push(Route { name, prefix, tag, hop, appliance, span: item.span() });
        }
        let name = Scalar { text: format!("routes of {network}/{subnet}"), unknown: false, span: list.span() };
        self.emit("RouteTable", &name, list.span(), Azure::RouteTable(routes));
        Some(refer(&name))
    }

    pub(super) fn short_group(&mut self, node: NodeRef<'a>) {
        self.known(node, "a network security group", GROUP);
        let name = self.required_name(node, "a network security group");
        let mut rules = Vec::new();
        for (list, direction) in [("inbound", RuleDirection::Inbound), ("outbound", RuleDirection::Outbound)] {
            for rule in self.mappings(node, list) {
                rules.push(self.short_rule(rule, direction));
            }
        }
        self.check_group(&name.text, &mut rules);
        self.emit("NetworkSecurityGroup", &name, node.span(), Azure::Group(SecurityGroup { rules, ..SecurityGroup::default() }));
    }

    fn short_rule(&mut self, node: NodeRef<'a>, direction: RuleDirection) -> SecurityRule {
        self.known(node, "a rule", RULE);
        let mut refused = false;
        let (access, what) = match (node.get("allow"), node.get("deny")) {
            (Some(what), None) => (Access::Allow, Some(what)),
            (None, Some(what)) => (Access::Deny, Some(what)),
            (found, _) => {
                let error =
                    self.fault(codes::AZ_REQUIRED, node.span(), "a rule has either `allow` or `deny`, such as `allow: tcp 443`".to_owned());
                self.report(error);
                refused = true;
                (Access::Deny, found)
            }
        };
        let (protocol, destination_ports) = self.what(what, &mut refused);
        let number = match node.get("priority").map(NodeRef::value) {
            Some(Value::Int(number)) => *number,
            _ => -1,
        };
        if !PRIORITIES.contains(&number) {
            let span = node.get("priority").map_or(node.span(), NodeRef::span);
            let error = self.fault(codes::AZ_PRIORITY, span, "`priority` is a whole number from 100 to 4096".to_owned());
            refused |= !(0..65000).contains(&number);
            self.report(error.help("Azure refuses the rule"));
        }
        let name = self.scalar_of(node, "name").map_or_else(|| format!("{}-{number}", direction.as_str()), |n| n.text);
        let side = |reader: &mut Self, field: &str, refused: &mut bool| reader.short_side(node, field, refused);
        let source = side(self, "from", &mut refused);
        let destination = side(self, "to", &mut refused);
        let source_ports = self.short_ports(&self.scalars_of(node, "fromPorts"), &mut refused);
        let description = self.scalar_of(node, "description").map(|d| d.text);
        let rule = SecurityRule {
            name: name.as_str().into(),
            span: node.span(),
            written: Vec::new(),
            priority: u16::try_from(number).unwrap_or(0),
            direction,
            access,
            protocol,
            source,
            destination,
            source_ports,
            destination_ports,
            refused,
            unresolved: Vec::new(),
            variants: Vec::new(),
        };
        SecurityRule { written: arm_fields(&rule, description.as_deref()), ..rule }
    }

    /// `tcp 22,443`, `udp`, `*`: a protocol, and the ports that packets go to.
    fn what(&mut self, node: Option<NodeRef<'a>>, refused: &mut bool) -> (Option<Protocol>, PortMatch) {
        let Some(scalar) = node.and_then(|n| self.template.scalar(n)) else { return (None, PortMatch::default()) };
        let mut words = scalar.text.split([' ', ',']).filter(|w| !w.is_empty());
        let name = words.next().unwrap_or("*");
        let known =
            [("*", None), ("any", None), ("tcp", Some(6)), ("udp", Some(17)), ("icmp", Some(1)), ("esp", Some(50)), ("ah", Some(51))];
        let Some((_, number)) = known.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            let message =
                format!("`{name}` is not a protocol: write `tcp`, `udp`, `icmp`, `esp`, `ah` or `*`, then ports, such as `tcp 22,443`");
            let error = self.fault(codes::AZ_WORD, scalar.span, message);
            self.report(error);
            *refused = true;
            return (None, PortMatch::default());
        };
        let ports: Vec<Scalar> = words.map(|w| Scalar { text: w.to_string(), ..scalar.clone() }).collect();
        (number.map(Protocol), self.short_ports(&ports, refused))
    }

    fn short_ports(&mut self, items: &[Scalar], refused: &mut bool) -> PortMatch {
        let mut ranges = Vec::new();
        let mut all = items.is_empty();
        for item in items {
            match port_range(item.text.trim()) {
                Ok(None) => all = true,
                Ok(Some(range)) => ranges.push(range),
                Err(problem) => {
                    let error = self.fault(codes::AZ_PORT, item.span, format!("`{}` {problem}", item.text));
                    self.report(error);
                    *refused = true;
                }
            }
        }
        PortMatch { span: items.first().map(|i| i.span), ranges: (!all).then_some(ranges), unresolved: false }
    }

    fn short_side(&mut self, node: NodeRef<'a>, name: &str, refused: &mut bool) -> RuleSide {
        let items = self.scalars_of(node, name);
        let mut side = RuleSide { span: items.first().map(|i| i.span), any: items.is_empty(), ..RuleSide::default() };
        for item in &items {
            let text = item.text.trim();
            if text == "*" || text.eq_ignore_ascii_case("any") {
                side.any = true;
            } else if let Some(group) = text.strip_prefix("asg:") {
                side.groups.push(refer(&Scalar { text: group.to_owned(), ..item.clone() }));
            } else if let Some(found) = prefix(text) {
                side.prefixes.push(found);
            } else if text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains(['/', ':', ' ', ',']) {
                side.tags.push(own_tag(text).unwrap_or(text).into());
            } else {
                let error = self.fault(codes::AZ_PREFIX, item.span, format!("`{text}` is not an address, prefix or service tag"));
                self.report(error);
                *refused = true;
            }
        }
        side
    }
}
