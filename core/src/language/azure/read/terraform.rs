//! `terraform show -json`, of a state or a plan: the resources of the provider `azurerm`. Upstream: docs/azure.md 2.6.
//!
//! ```text
//! {values | planned_values: {root_module: {resources: [{type, name, values: {…}}], child_modules: […]}}}
//! ```

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::network::truth;
use super::rules::{last_segment, prefix as prefix_of};
use super::value::{Scalar, field};
use super::{AzureReader, DEEPEST, reference_of};
use crate::document::NodeRef;
use crate::language::azure::{
    Azure, Configuration, Interface, NextHop, Reference, Route, Scope, SecurityGroup, Subnet, SubnetOutbound, VirtualNetwork,
};

/// The module at the root of what is shown.
pub(super) fn root_module(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    ["values", "planned_values"].iter().find_map(|name| node.get(name)?.get("root_module"))
}

/// The name of a field of rules in Terraform.
pub(super) fn name_of(arm: &str) -> String {
    match arm {
        "sourceApplicationSecurityGroups" => return String::from("source_application_security_group_ids"),
        "destinationApplicationSecurityGroups" => return String::from("destination_application_security_group_ids"),
        _ => {}
    }
    let mut name = String::new();
    for c in arm.chars() {
        if c.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

impl<'a> AzureReader<'a, '_> {
    pub(super) fn terraform_module(&mut self, module: NodeRef<'a>, depth: usize) {
        if depth >= DEEPEST {
            return;
        }
        let items = |name: &str| module.get(name).and_then(NodeRef::as_sequence).into_iter().flatten().collect::<Vec<_>>();
        for item in items("resources") {
            let kind = item.get("type").and_then(NodeRef::as_str).unwrap_or_default();
            if let Some(values) = item.get("values") {
                self.scope = Scope::default();
                self.terraform_resource(kind, values);
            }
        }
        for child in items("child_modules") {
            self.terraform_module(child, depth + 1);
        }
    }

    fn terraform_resource(&mut self, kind: &str, values: NodeRef<'a>) {
        self.scope = self.scope_of(values);
        let name = self.name(values);
        let refer = |reader: &Self, field: &str| reader.terraform_reference(values, field);
        match kind {
            "azurerm_network_security_group" => {
                let items = field(values, "security_rule").map_or_else(Vec::new, |list| self.template.items(list));
                self.reads_terraform = true;
                let mut rules = self.rules(&items);
                self.reads_terraform = false;
                self.check_group(&name.text, &mut rules);
                let group = SecurityGroup { location: self.location(values), rules, ..SecurityGroup::default() };
                self.emit("NetworkSecurityGroup", &name, values.span(), Azure::Group(group));
            }
            "azurerm_network_security_rule" => {
                let Some(group) = refer(self, "network_security_group_name") else { return };
                self.reads_terraform = true;
                let rules = self.rules(&[values]);
                self.reads_terraform = false;
                let full = Scalar { text: format!("{}/{}", group.name, name.text), ..name };
                for rule in rules {
                    self.emit("SecurityRule", &full, values.span(), Azure::Rule { group: group.clone(), rule: Box::new(rule) });
                }
            }
            "azurerm_virtual_network" => {
                let prefixes = self.prefixes(field(values, "address_space"));
                let subnets = field(values, "subnet").map_or_else(Vec::new, |list| self.template.items(list));
                let subnets = subnets.into_iter().map(|subnet| self.terraform_subnet(subnet)).collect();
                let network = VirtualNetwork { location: self.location(values), prefixes, subnets, ..VirtualNetwork::default() };
                self.emit("VirtualNetwork", &name, values.span(), Azure::Network(network));
            }
            "azurerm_subnet" => {
                let Some(network) = refer(self, "virtual_network_name") else { return };
                let subnet = self.terraform_subnet(values);
                let full = Scalar { text: format!("{}/{}", network.name, name.text), ..name };
                self.emit("Subnet", &full, values.span(), Azure::Subnet { network, subnet });
            }
            "azurerm_virtual_network_peering" => {
                let (Some(network), Some(remote)) = (refer(self, "virtual_network_name"), refer(self, "remote_virtual_network_id")) else {
                    return;
                };
                let full = Scalar { text: format!("{}/{}", network.name, name.text), ..name };
                self.emit("VirtualNetworkPeering", &full, values.span(), Azure::Peering { network, remote });
            }
            "azurerm_network_interface" => {
                let interface = self.terraform_interface(values);
                self.emit("NetworkInterface", &name, values.span(), Azure::Interface(interface));
            }
            "azurerm_subnet_network_security_group_association" | "azurerm_network_interface_security_group_association" => {
                self.terraform_association(kind, values);
            }
            "azurerm_route_table" => {
                let items = field(values, "route").map_or_else(Vec::new, |list| self.template.items(list));
                let routes = items.into_iter().filter_map(|item| self.terraform_route(item)).collect();
                self.emit("RouteTable", &name, values.span(), Azure::RouteTable(routes));
            }
            "azurerm_route" => {
                let Some(table) = refer(self, "route_table_name") else { return };
                let Some(route) = self.terraform_route(values) else { return };
                let full = Scalar { text: format!("{}/{}", table.name, name.text), ..name };
                self.emit("Route", &full, values.span(), Azure::Route { table, route });
            }
            "azurerm_subnet_route_table_association" | "azurerm_subnet_nat_gateway_association" => {
                self.terraform_subnet_change(kind, values)
            }
            "azurerm_application_security_group" => self.emit("ApplicationSecurityGroup", &name, values.span(), Azure::ApplicationGroup),
            _ => {
                let unread = self.unread.get_or_insert_with(|| (String::from(kind), values.span(), 0));
                unread.2 += 1;
            }
        }
    }

    /// What a field names by its identifier or name.
    fn terraform_reference(&self, values: NodeRef<'a>, field: &str) -> Option<Reference> {
        self.text(values, field).map(|id| reference_of(&id))
    }

    fn terraform_interface(&mut self, values: NodeRef<'a>) -> Interface {
        let list = field(values, "ip_configuration").map_or_else(Vec::new, |list| self.template.items(list));
        let configuration = |item: NodeRef<'a>| Configuration {
            address: self.text(item, "private_ip_address").and_then(|a| self.address(&a)),
            subnet: self.terraform_reference(item, "subnet_id"),
            public: self.terraform_reference(item, "public_ip_address_id"),
            ..Configuration::default()
        };
        let configurations = list.into_iter().map(configuration).collect();
        Interface { location: self.location(values), configurations, ..Interface::default() }
    }

    /// A security group attached to a subnet or interface.
    fn terraform_association(&mut self, kind: &str, values: NodeRef<'a>) {
        let to_interface = kind.starts_with("azurerm_network_interface");
        let target = self.terraform_reference(values, if to_interface { "network_interface_id" } else { "subnet_id" });
        // In a plan what is not made yet has no identifier.
        let (Some(target), Some(group)) = (target, self.terraform_reference(values, "network_security_group_id")) else {
            self.unresolved(&Scalar { text: String::from(kind), unknown: true, span: values.span() });
            return;
        };
        let full = Scalar { text: format!("{}/{}", target.name, group.name), unknown: false, span: values.span() };
        self.emit("Association", &full, values.span(), Azure::Attach { target, group, to_interface });
    }

    /// A route table or NAT gateway attached to a subnet.
    fn terraform_subnet_change(&mut self, kind: &str, values: NodeRef<'a>) {
        let Some(target) = self.terraform_reference(values, "subnet_id") else {
            self.unresolved(&Scalar { text: String::from(kind), unknown: true, span: values.span() });
            return;
        };
        let routes = self.terraform_reference(values, "route_table_id");
        let outbound = SubnetOutbound { nat: kind == "azurerm_subnet_nat_gateway_association", ..SubnetOutbound::default() };
        let full = Scalar { text: format!("{} {kind}", target.name), unknown: false, span: values.span() };
        self.emit("SubnetChange", &full, values.span(), Azure::SubnetUpdate { target, routes, outbound });
    }

    fn terraform_outbound(&self, node: NodeRef<'a>) -> SubnetOutbound {
        let default_access = self.text(node, "default_outbound_access_enabled").and_then(|t| truth(&t.text));
        SubnetOutbound { default_access, nat: false }
    }

    /// Routes of a table, or one that is a resource of its own.
    fn terraform_route(&mut self, node: NodeRef<'a>) -> Option<Route> {
        let prefix = self.text(node, "address_prefix")?;
        let hop = self.text(node, "next_hop_type").and_then(|hop| self.next_hop(&hop)).unwrap_or(NextHop::Appliance);
        let appliance = self.text(node, "next_hop_in_ip_address").and_then(|a| self.address(&a));
        let name = self.name(node);
        Some(Route { name: name.text.as_str().into(), prefix: prefix_of(&prefix.text)?, hop, appliance, span: node.span() })
    }

    fn terraform_subnet(&mut self, node: NodeRef<'a>) -> Subnet {
        let name = self.name(node);
        let prefixes = self.prefixes(field(node, "address_prefixes").or_else(|| field(node, "address_prefix")));
        let group: Option<Reference> = self.text(node, "security_group").map(|id| reference_of(&id));
        Subnet {
            name: last_segment(&name.text).into(),
            span: node.span(),
            prefixes,
            group,
            routes: None,
            delegated: None,
            outbound: self.terraform_outbound(node),
        }
    }
}
