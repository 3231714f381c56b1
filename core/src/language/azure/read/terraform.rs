//! `terraform show -json`, of a state or a plan: the resources of the provider `azurerm`. Upstream: docs/azure.md 2.6.
//!
//! ```text
//! {values | planned_values: {root_module: {resources: [{type, name, values: {…}}], child_modules: […]}}}
//! ```

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::network::{route_range, truth};
use super::rules::last_segment;
use super::terraform_plan::{self, Plan};
use super::value::{Scalar, Template, field};
use super::{AzureReader, DEEPEST, reference_of};
use crate::document::NodeRef;
use crate::language::azure::{
    AddressSku, Azure, Configuration, Interface, NextHop, Peering, PublicAddress, Reach, Reference, Route, Scope, SecurityGroup, Subnet,
    SubnetOutbound, VirtualNetwork,
};
use crate::language::read::fields::Reader;

/// The module at the root of what is shown.
pub(super) fn root_module(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    ["values", "planned_values"].iter().find_map(|name| node.get(name)?.get("root_module"))
}

/// Whether it is the file that Terraform keeps its state in.
pub(super) fn is_state_file(node: NodeRef<'_>) -> bool {
    let is_list = |name: &str| node.get(name).is_some_and(|n| n.as_sequence().is_some());
    node.get("terraform_version").is_some() && is_list("resources")
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
    /// What Terraform shows: the resources of a state, or of a plan, of which not all is known yet.
    pub(super) fn terraform(&mut self, root: NodeRef<'a>, module: NodeRef<'a>) {
        if root.get("resource_changes").is_none() && root.get("configuration").is_none() {
            return self.terraform_module(module, 0);
        }
        let Plan { tree, marks, .. } = terraform_plan::read(root, module);
        let mut reader = Reader::new(self.reader.text_of_document());
        let mut inner = AzureReader::new(&mut reader, self.resources);
        inner.template = Template::new(marks);
        for resource in tree.root().and_then(NodeRef::as_sequence).into_iter().flatten() {
            inner.terraform_item(resource, "values");
        }
        inner.finish();
        self.reader.findings.append(&mut reader.findings);
    }

    fn terraform_module(&mut self, module: NodeRef<'a>, depth: usize) {
        if depth >= DEEPEST {
            return;
        }
        let items = |name: &str| module.get(name).and_then(NodeRef::as_sequence).into_iter().flatten().collect::<Vec<_>>();
        for item in items("resources") {
            self.terraform_item(item, "values");
        }
        for child in items("child_modules") {
            self.terraform_module(child, depth + 1);
        }
    }

    /// A resource, with the field that has its values.
    fn terraform_item(&mut self, item: NodeRef<'a>, values: &str) {
        let kind = item.get("type").and_then(NodeRef::as_str).unwrap_or_default();
        if let Some(values) = item.get(values) {
            self.scope = Scope::default();
            self.terraform_resource(kind, values);
        }
    }

    /// The file that Terraform keeps its state in.
    pub(super) fn terraform_state(&mut self, root: NodeRef<'a>) {
        for resource in root.get("resources").and_then(NodeRef::as_sequence).into_iter().flatten() {
            let kind = resource.get("type").and_then(NodeRef::as_str).unwrap_or_default();
            for instance in resource.get("instances").and_then(NodeRef::as_sequence).into_iter().flatten() {
                if let Some(values) = instance.get("attributes") {
                    self.scope = Scope::default();
                    self.terraform_resource(kind, values);
                }
            }
        }
    }

    fn terraform_resource(&mut self, kind: &str, values: NodeRef<'a>) {
        self.scope = self.scope_of(values);
        let name = self.name(values);
        match kind {
            "azurerm_network_security_group" => self.terraform_group(values, &name),
            "azurerm_network_security_rule" => self.terraform_rule(kind, values, name),
            "azurerm_virtual_network" => self.terraform_network(values, &name),
            "azurerm_private_endpoint" => self.terraform_private_endpoint(values, &name),
            "azurerm_subnet" => self.terraform_subnet_of_network(values, name),
            "azurerm_virtual_network_peering" => self.terraform_peering(values, &name),
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
                let Some(table) = self.terraform_reference(values, "route_table_name") else { return };
                let Some(route) = self.terraform_route(values) else { return };
                let full = Scalar { text: format!("{}/{}", table.name, name.text), ..name };
                self.emit("Route", &full, values.span(), Azure::Route { table, route });
            }
            "azurerm_network_interface_application_security_group_association" => self.terraform_member(kind, values),
            "azurerm_subnet_route_table_association" | "azurerm_subnet_nat_gateway_association" => {
                self.terraform_subnet_change(kind, values)
            }
            "azurerm_kubernetes_cluster" => self.terraform_cluster(values, &name),
            "azurerm_kubernetes_cluster_node_pool" => self.terraform_node_pool(values, &name),
            "azurerm_linux_virtual_machine" | "azurerm_windows_virtual_machine" | "azurerm_virtual_machine" => {
                self.terraform_machine(values, &name);
            }
            "azurerm_lb" => self.terraform_balancer(values, &name),
            "azapi_resource" => self.azapi(values, &name),
            "azurerm_application_security_group" => self.emit("ApplicationSecurityGroup", &name, values.span(), Azure::ApplicationGroup),
            "azurerm_public_ip" => self.terraform_public_address(values, &name),
            _ if self.terraform_beside(kind, values) || self.terraform_in_cluster(kind, values, &name) => {}
            _ => {
                let unread = self.unread.get_or_insert_with(|| (String::from(kind), values.span(), 0));
                unread.2 += 1;
            }
        }
    }

    fn terraform_group(&mut self, values: NodeRef<'a>, name: &Scalar) {
        self.reads_terraform = true;
        let (rules, mut unread) = self.each(values, "security_rule", |reader, item| reader.group_rule(item));
        self.reads_terraform = false;
        let mut rules: Vec<_> = rules.into_iter().filter_map(|found| found.map_err(|text| unread.push(text.into())).ok()).collect();
        self.check_group(&name.text, &mut rules);
        let missing = unread.clone();
        let group = SecurityGroup { location: self.location(values), rules, missing, unread, ..SecurityGroup::default() };
        self.emit("NetworkSecurityGroup", name, values.span(), Azure::Group(group));
    }

    /// A rule beside its group.
    fn terraform_rule(&mut self, kind: &str, values: NodeRef<'a>, name: Scalar) {
        let group = match self.terraform_meant(values, "network_security_group_name").as_deref() {
            Some([group]) => group.clone(),
            Some([]) => return,
            _ => return self.terraform_may_change(kind, values),
        };
        self.reads_terraform = true;
        let rules = self.rules(&[values]);
        self.reads_terraform = false;
        let full = Scalar { text: format!("{}/{}", group.name, name.text), ..name };
        for rule in rules {
            self.emit("SecurityRule", &full, values.span(), Azure::Rule { group: group.clone(), rule: Box::new(rule) });
        }
    }

    fn terraform_network(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let prefixes = self.prefixes(field(values, "address_space"));
        let subnets = field(values, "subnet").map_or_else(Vec::new, |list| self.template.items(list));
        let subnets = subnets.into_iter().map(|subnet| self.terraform_subnet(subnet)).collect();
        let network = VirtualNetwork { location: self.location(values), prefixes, subnets, ..VirtualNetwork::default() };
        self.emit("VirtualNetwork", name, values.span(), Azure::Network(network));
    }

    fn terraform_private_endpoint(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let items = |reader: &Self, list: &str| field(values, list).map_or_else(Vec::new, |list| reader.template.items(list));
        let all = items(self, "ip_configuration").into_iter().chain(items(self, "private_service_connection"));
        let addresses: Vec<Scalar> = all.filter_map(|item| self.text(item, "private_ip_address")).collect();
        let subnet = self.terraform_reference(values, "subnet_id");
        self.private_endpoint_at(name, values.span(), subnet, &addresses);
    }

    fn terraform_balancer(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let list = field(values, "frontend_ip_configuration").map_or_else(Vec::new, |list| self.template.items(list));
        let front = |item: NodeRef<'a>| (self.text(item, "private_ip_address"), self.terraform_reference(item, "subnet_id"));
        let fronts = list.into_iter().map(front).collect();
        self.front_ends(name, values.span(), fronts);
    }

    /// A subnet beside its network.
    fn terraform_subnet_of_network(&mut self, values: NodeRef<'a>, name: Scalar) {
        let Some(network) = self.terraform_reference(values, "virtual_network_name") else { return };
        let said = self.text(values, "private_endpoint_network_policies");
        let said = said.or_else(|| self.text(values, "private_endpoint_network_policies_enabled"));
        let target = Reference { parent: Some(network.name.clone()), ..reference_of(&name) };
        self.endpoint_policies(&target, said.as_ref());
        let subnet = self.terraform_subnet(values);
        let full = Scalar { text: format!("{}/{}", network.name, name.text), ..name };
        self.emit("Subnet", &full, values.span(), Azure::Subnet { network, subnet });
    }

    fn terraform_peering(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let Some(network) = self.terraform_reference(values, "virtual_network_name") else { return };
        let Some(remote) = self.terraform_reference(values, "remote_virtual_network_id") else { return };
        let full = Scalar { text: format!("{}/{}", network.name, name.text), ..name.clone() };
        let access = self.in_tag(values, "allow_virtual_network_access");
        let complete = self.text(values, "peer_complete_virtual_networks_enabled");
        let only_v6 = self.text(values, "only_ipv6_peering_enabled");
        let names = |field_name: &str| field(values, field_name).map_or_else(Vec::new, |list| self.template.scalars(list));
        let (local, other) = (names("local_subnet_names"), names("remote_subnet_names"));
        let subnets = self.subnets_of_peering(complete.as_ref(), only_v6.as_ref(), &local, &other);
        let remote_gateway = self.text(values, "use_remote_gateways").is_some_and(|said| truth(&said.text) == Some(true));
        let peering = Peering { remote, access, subnets, remote_gateway };
        self.emit("VirtualNetworkPeering", &full, values.span(), Azure::Peering { network, peering });
    }

    /// An interface as a member of an application security group.
    fn terraform_member(&mut self, kind: &str, values: NodeRef<'a>) {
        let interface = self.terraform_reference(values, "network_interface_id");
        let group = self.terraform_reference(values, "application_security_group_id");
        let (Some(interface), Some(group)) = (interface, group) else { return self.terraform_may_change(kind, values) };
        let full = Scalar { text: format!("{} in {}", interface.name, group.name), unknown: false, span: values.span() };
        self.emit("Association", &full, values.span(), Azure::Member { interface, group });
    }

    fn terraform_machine(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let list = |list: &str| field(values, list).map_or_else(Vec::new, |node| self.template.scalars(node));
        let interfaces = list("network_interface_ids").iter().filter(|id| !id.unknown).map(reference_of).collect();
        let zones = list("zones").into_iter().chain(self.text(values, "zone")).map(|zone| zone.text.as_str().into()).collect();
        self.emit("VirtualMachine", name, values.span(), Azure::Machine { interfaces, zones });
    }

    /// A resource of the provider `azapi`, whose body is that of the Azure Resource Manager. Upstream: Azure/azapi documentation, `azapi_resource`.
    fn azapi(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let full_type = self.text(values, "type").filter(|written| !written.unknown).map(|written| written.text);
        let body = field(values, "body").filter(|body| body.as_mapping().is_some());
        let parent = self.text(values, "parent_id").filter(|parent| !parent.unknown);
        let (Some(full_type), Some(body), Some(parent)) = (full_type, body, parent) else {
            // A body that is one text, or known later.
            self.terraform_beside("azapi_resource", values);
            return;
        };
        let full_type = full_type.split('@').next().unwrap_or_default();
        self.scope = Scope { deployment: self.scope.deployment, ..Scope::of_id(&parent.text) };
        // `Microsoft.Network/virtualNetworks/subnets` stands in another resource, which is part of its name.
        let is_child = full_type.matches('/').count() > 1;
        let text = if is_child { format!("{}/{}", last_segment(&parent.text), name.text) } else { name.text.clone() };
        self.resource_of(full_type, body, &Scalar { text, ..name.clone() });
    }

    /// What a field names by its identifier or name.
    fn terraform_reference(&self, values: NodeRef<'a>, field: &str) -> Option<Reference> {
        self.text(values, field).map(|id| reference_of(&id))
    }

    /// A public address: without a word the provider makes a Standard one. Upstream: terraform-provider-azurerm, docs, `azurerm_public_ip`: `sku`.
    fn terraform_public_address(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let is_basic = self.text(values, "sku").is_some_and(|sku| sku.text.eq_ignore_ascii_case("Basic"));
        let sku = if is_basic { AddressSku::Basic } else { AddressSku::Standard };
        let address = self.text(values, "ip_address").filter(|address| !address.unknown).and_then(|address| self.address(&address));
        self.emit("PublicIPAddress", name, values.span(), Azure::PublicAddress(PublicAddress { sku, address, zones: Vec::new() }));
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
        let group = self.terraform_reference(values, "network_security_group_id");
        Interface { location: self.location(values), group, configurations, ..Interface::default() }
    }

    /// A security group attached to a subnet or interface.
    fn terraform_association(&mut self, kind: &str, values: NodeRef<'a>) {
        let to_interface = kind.starts_with("azurerm_network_interface");
        let targets = self.terraform_meant(values, if to_interface { "network_interface_id" } else { "subnet_id" });
        let groups = self.terraform_meant(values, "network_security_group_id");
        let (Some(targets), Some(groups)) = (targets, &groups) else {
            // Which of them it is about is known later.
            return self.terraform_may_change(kind, values);
        };
        let expression: Box<str> = kind.into();
        for target in &targets {
            let full = Scalar { text: format!("{} {kind}", target.name), unknown: false, span: values.span() };
            let attached = match (targets.as_slice(), groups.as_slice()) {
                (_, []) => return self.terraform_may_change(kind, values),
                ([_], [group]) => Azure::Attach { target: target.clone(), group: group.clone(), to_interface },
                ([_], _) => {
                    let choices = groups.iter().cloned().map(Some).collect();
                    Azure::OpenGroup { target: target.clone(), to_interface, expression: expression.clone(), choices }
                }
                _ => {
                    let choices = groups.iter().cloned().map(Some).chain([None]).collect();
                    Azure::OpenGroup { target: target.clone(), to_interface, expression: expression.clone(), choices }
                }
            };
            self.emit("Association", &full, values.span(), attached);
        }
        if targets.is_empty() {
            self.terraform_may_change(kind, values);
        }
    }

    /// What a field means: one or one of several; nothing where that is known later.
    fn terraform_meant(&self, values: NodeRef<'a>, name: &str) -> Option<Vec<Reference>> {
        let Some(node) = field(values, name).filter(|n| !n.is_null()) else { return Some(Vec::new()) };
        let nodes = match self.template.unknown(node) {
            None => alloc::vec![node],
            Some(_) => self.template.choices(node),
        };
        let found: Vec<Reference> = nodes.into_iter().filter_map(|n| self.template.scalar(n)).map(|id| reference_of(&id)).collect();
        (!found.is_empty()).then_some(found)
    }

    /// A resource of which it is not known yet what it changes.
    fn terraform_may_change(&mut self, kind: &str, values: NodeRef<'a>) {
        let what = Scalar { text: String::from(kind), unknown: true, span: values.span() };
        self.unresolved(&what);
        let why = format!("it is known only after apply what `{kind}` is about").as_str().into();
        self.emit("Change", &what, values.span(), Azure::MayChange { why, reach: Reach::Anywhere });
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
        let (prefix, tag) = route_range(&prefix.text)?;
        Some(Route { name: name.text.as_str().into(), prefix, tag, hop, appliance, span: node.span() })
    }

    fn terraform_subnet(&mut self, node: NodeRef<'a>) -> Subnet {
        let name = self.name(node);
        let prefixes = self.prefixes(field(node, "address_prefixes").or_else(|| field(node, "address_prefix")));
        // A data source says what the subnet has there.
        let group = self.text(node, "security_group").or_else(|| self.text(node, "network_security_group_id"));
        Subnet {
            name: last_segment(&name.text).into(),
            span: node.span(),
            prefixes,
            group: group.map(|id| reference_of(&id)),
            routes: self.terraform_reference(node, "route_table_id"),
            delegated: None,
            outbound: self.terraform_outbound(node),
        }
    }
}
