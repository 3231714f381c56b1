//! Virtual networks and what is attached to them.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::AzureReader;
use super::prop;
use super::rules::{last_segment, prefix};
use super::value::{Scalar, field};
use crate::diagnostics::{Diagnostic, Severity, nearest};
use crate::document::NodeRef;
use crate::language::azure::{
    AddressSku, Azure, Configuration, EndpointPolicies, Gateway, Interface, NextHop, PeeredSubnets, Peering, PublicAddress, Reach,
    Reference, Route, SHOWN_USE, Scope, Subnet, SubnetOutbound, VirtualNetwork,
};
use crate::language::codes;
use crate::model::Cidr;
use crate::text::Span;

/// Routes of a table, and application security groups of an address configuration, at most. Upstream: docs/azure.md 1.
const MOST_ROUTES: usize = 400;
/// So many machines of a scale set are shown; they are alike.
const MOST_MACHINES: u32 = 20;
const MOST_GROUPS: usize = 20;

/// A truth value as text.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Load balancers that AKS makes. Upstream: kubernetes-sigs/cloud-provider-azure, `getAzureLoadBalancerName`.
const OF_AKS: [&str; 2] = ["kubernetes", "kubernetes-internal"];

impl<'a> AzureReader<'a, '_> {
    /// A load balancer: only which interfaces it names, and its addresses in a network. Upstream: Microsoft.Network/loadBalancers
    /// (`frontendIPConfigurations`, `backendIPConfigurations`, `inboundNatRules`).
    pub(super) fn load_balancer(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let items =
            |reader: &Self, node: NodeRef<'a>, field: &str| prop(node, field).map_or_else(Vec::new, |list| reader.template.items(list));
        let front =
            |item: NodeRef<'a>| (self.text(item, "privateIPAddress"), prop(item, "subnet").and_then(|subnet| self.reference(subnet)));
        let fronts = items(self, node, "frontendIPConfigurations").into_iter().map(front).collect();
        self.front_ends(name, node.span(), fronts);
        let mut configurations: Vec<NodeRef<'a>> = Vec::new();
        for pool in items(self, node, "backendAddressPools") {
            configurations.extend(items(self, pool, "backendIPConfigurations"));
            let addresses = items(self, pool, "loadBalancerBackendAddresses");
            configurations.extend(addresses.into_iter().filter_map(|address| prop(address, "networkInterfaceIPConfiguration")));
        }
        configurations.extend(items(self, node, "inboundNatRules").into_iter().filter_map(|rule| prop(rule, "backendIPConfiguration")));
        let interface = |id: &Scalar| {
            let segments = super::template::split_names(id.text.trim());
            let at = segments.iter().position(|s| s.eq_ignore_ascii_case("networkInterfaces"))?;
            Some(Reference { name: segments.get(at + 1)?.as_str().into(), parent: None, scope: Scope::of_id(&id.text), span: id.span })
        };
        let ids = configurations.into_iter().filter_map(|c| self.template.scalar(field(c, "id").unwrap_or(c)));
        let interfaces: Vec<Reference> = ids.filter_map(|id| interface(&id)).collect();
        if !interfaces.is_empty() {
            self.emit("LoadBalancer", name, node.span(), Azure::Balanced(interfaces));
        }
    }

    /// Addresses of a load balancer in a network, as far as they are given. Those of the balancers that AKS makes are addresses of Services.
    pub(super) fn front_ends(&mut self, name: &Scalar, span: Span, fronts: Vec<(Option<Scalar>, Option<Reference>)>) {
        if OF_AKS.contains(&&*name.text) {
            return;
        }
        let configuration = |(address, subnet): (Option<Scalar>, Option<Reference>)| {
            let address = address.filter(|a| !a.unknown).and_then(|a| a.text.parse::<IpAddr>().ok())?;
            Some(Configuration { address: Some(address), ipv6: address.is_ipv6(), subnet, ..Configuration::default() })
        };
        let configurations: Vec<Configuration> = fronts.into_iter().filter_map(configuration).collect();
        if !configurations.is_empty() {
            let interface = Interface { configurations, front_end: true, ..Interface::default() };
            self.emit("FrontEnd", name, span, Azure::Interface(interface));
        }
    }

    /// Prefixes of a field that may be one or a list.
    pub(super) fn prefixes(&mut self, node: Option<NodeRef<'a>>) -> Vec<(Cidr, Span)> {
        let scalars = node.map_or_else(Vec::new, |n| self.template.scalars(n));
        scalars.iter().filter_map(|s| Some((self.cidr(s)?, s.span))).collect()
    }

    /// A prefix; what is none is reported.
    pub(super) fn cidr(&mut self, scalar: &Scalar) -> Option<Cidr> {
        if scalar.unknown {
            self.unresolved(scalar);
            return None;
        }
        let found = prefix(&scalar.text);
        match found {
            None => {
                let message = format!("`{}` is not an address range", scalar.text);
                let error = Diagnostic::new(codes::AZ_PREFIX, Severity::Error, scalar.span, message);
                self.report(error.help("write one like 10.0.0.0/16"));
            }
            Some(cidr) if Cidr::has_host_bits(&scalar.text) => {
                let message = format!("`{}` has bits set beyond its length", scalar.text);
                let error = Diagnostic::new(codes::AZ_HOST_BITS, Severity::Error, scalar.span, message);
                let error = self.reader.rewrite(error, scalar.span, Some(&cidr.to_string()));
                self.report(error);
            }
            Some(_) => {}
        }
        found
    }

    pub(super) fn network(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let space = prop(node, "addressSpace");
        let spaces = space.and_then(|s| field(s, "addressPrefixes")).or(space.filter(|s| self.template.unknown(*s).is_some()));
        let open_space = spaces.is_some_and(|s| self.template.scalars(s).iter().any(|s| s.unknown))
            || field(node, "properties").is_some_and(|p| self.template.unknown(p).is_some());
        let prefixes = self.prefixes(spaces);
        let (subnets, _) = self.each(node, "subnets", |reader, subnet| {
            let own = reader.name(subnet);
            reader.subnet(subnet, &name.text, &own)
        });
        let (peerings, _) = self.each(node, "virtualNetworkPeerings", |reader, peering| {
            let remote = prop(peering, "remoteVirtualNetwork").and_then(|remote| reader.reference(remote))?;
            reader.is_connected(peering).then_some(())?;
            let access = reader.in_tag(peering, "allowVirtualNetworkAccess");
            let remote_gateway = reader.uses_gateway(peering);
            Some(Peering { remote, access, subnets: reader.peered_subnets(peering), remote_gateway })
        });
        let peerings = peerings.into_iter().flatten().collect();
        let network = VirtualNetwork { location: self.location(node), prefixes, subnets, peerings, on_premises: Vec::new(), open_space };
        self.emit("VirtualNetwork", name, node.span(), Azure::Network(network));
    }

    fn subnet(&mut self, node: NodeRef<'a>, network: &str, name: &Scalar) -> Subnet {
        let mut prefixes = self.prefixes(prop(node, "addressPrefix"));
        for found in self.prefixes(prop(node, "addressPrefixes")) {
            if !prefixes.iter().any(|(known, _)| *known == found.0) {
                prefixes.push(found);
            }
        }
        let policies = self.text(node, "privateEndpointNetworkPolicies");
        let own = Reference { parent: Some(network.into()), ..simple(name) };
        self.endpoint_policies(&own, policies.as_ref());
        if let Some(gateway) = prop(node, "natGateway").and_then(|gateway| self.reference(gateway)) {
            let full = Scalar { text: format!("{network}/{} at {}", own.name, gateway.span.start), ..name.clone() };
            self.emit("NatGatewayUse", &full, gateway.span, Azure::NatGatewayUse { target: own.clone(), gateway });
        }
        Subnet {
            name: last_segment(&name.text).into(),
            span: node.span(),
            prefixes,
            group: self.attached(node, &Reference { parent: Some(network.into()), ..simple(name) }, false),
            routes: prop(node, "routeTable").and_then(|r| self.reference(r)),
            delegated: self.delegation(node),
            outbound: SubnetOutbound {
                default_access: self.text(node, "defaultOutboundAccess").and_then(|t| truth(&t.text)),
                nat: prop(node, "natGateway").is_some(),
            },
        }
    }

    /// What a subnet says of the policies for private endpoints in it; what is not known may be either.
    pub(super) fn endpoint_policies(&mut self, target: &Reference, said: Option<&Scalar>) {
        let Some(said) = said else { return };
        let full = target.parent.as_ref().map_or_else(|| target.name.to_string(), |parent| format!("{parent}/{}", target.name));
        let name = Scalar { text: format!("{full} at {}", said.span.start), ..said.clone() };
        if let Some(policies) = EndpointPolicies::from_name(&said.text) {
            self.emit("EndpointPolicies", &name, said.span, Azure::EndpointPolicies { target: target.clone(), policies });
        } else if said.unknown {
            self.unresolved(said);
        }
    }

    /// A private endpoint: an interface in a subnet. Upstream: Microsoft.Network/privateEndpoints.
    pub(super) fn private_endpoint(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let subnet = prop(node, "subnet").and_then(|s| self.reference(s));
        let items = |reader: &Self, field: &str| prop(node, field).map_or_else(Vec::new, |list| reader.template.items(list));
        let mut addresses: Vec<Scalar> = Vec::new();
        for item in items(self, "ipConfigurations") {
            addresses.extend(self.text(item, "privateIPAddress"));
        }
        for item in items(self, "customDnsConfigs") {
            addresses.extend(prop(item, "ipAddresses").map_or_else(Vec::new, |list| self.template.scalars(list)));
        }
        self.private_endpoint_at(name, node.span(), subnet, &addresses);
    }

    /// The same with its addresses: without one it gets the first free one.
    pub(super) fn private_endpoint_at(&mut self, name: &Scalar, span: Span, subnet: Option<Reference>, addresses: &[Scalar]) {
        let mut configurations: Vec<Configuration> = Vec::new();
        for address in addresses.iter().filter_map(|a| self.address(a)).collect::<Vec<_>>() {
            if !configurations.iter().any(|c| c.address == Some(address)) {
                configurations.push(Configuration { address: Some(address), subnet: subnet.clone(), ..Configuration::default() });
            }
        }
        if configurations.is_empty() {
            configurations.push(Configuration { subnet, ..Configuration::default() });
        }
        let interface = Interface { configurations, private_endpoint: true, ..Interface::default() };
        self.emit("PrivateEndpoint", name, span, Azure::Interface(interface));
    }

    /// The service that a subnet is delegated to.
    fn delegation(&self, node: NodeRef<'a>) -> Option<Box<str>> {
        let items = prop(node, "delegations").map_or_else(Vec::new, |list| self.template.items(list));
        let service = items.into_iter().find_map(|item| prop(item, "serviceName"))?;
        self.template.scalar(service).map(|service| service.text.as_str().into())
    }

    /// The group of a subnet or interface. Where the input leaves open which one it is, that is a resource of its own.
    fn attached(&mut self, node: NodeRef<'a>, target: &Reference, to_interface: bool) -> Option<Reference> {
        let properties = field(node, "properties").filter(|p| self.template.unknown(*p).is_some());
        let whole = properties.or_else(|| prop(node, "networkSecurityGroup"))?;
        let slot = field(whole, "id").filter(|_| whole.as_mapping().is_some()).unwrap_or(whole);
        let Some(expression) = self.template.unknown(slot) else { return self.reference(slot) };
        let found = self.template.choices(slot);
        if found.is_empty() && properties.is_none() {
            // It may be one that is given under the same expression.
            return self.reference(slot);
        }
        self.unresolved(&Scalar { text: expression.to_string(), unknown: true, span: slot.span() });
        let of_choice = |choice: NodeRef<'a>| {
            let choice = if properties.is_some() { prop(choice, "networkSecurityGroup")? } else { choice };
            let id = field(choice, "id").filter(|_| choice.as_mapping().is_some()).unwrap_or(choice);
            self.reference(id)
        };
        let choices = found.into_iter().map(of_choice).collect();
        let full = target.parent.as_ref().map_or_else(|| target.name.to_string(), |parent| format!("{parent}/{}", target.name));
        let name = Scalar { text: full, unknown: false, span: slot.span() };
        let open = Azure::OpenGroup { target: target.clone(), to_interface, expression: expression.into(), choices };
        self.emit("OpenGroup", &name, slot.span(), open);
        None
    }

    /// A subnet that is a resource of its own, named `network/subnet`.
    pub(super) fn separate_subnet(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let id = field(node, "id").and_then(|n| self.template.scalar(n)).map(|id| super::reference_of(&id));
        let parent = name.text.rsplit_once('/').map(|(network, _)| Box::from(network)).or_else(|| id.and_then(|id| id.parent));
        let Some(parent) = parent else { return };
        let network = Reference { name: parent, parent: None, scope: Default::default(), span: name.span };
        let subnet = self.subnet(node, &network.name, name);
        let full = Scalar { text: format!("{}/{}", network.name, subnet.name), ..name.clone() };
        self.emit("Subnet", &full, node.span(), Azure::Subnet { network, subnet });
    }

    /// Whether the tag `VirtualNetwork` includes the network at the other end of a peering. Where that hangs on an expression, groups may decide either
    /// way. Upstream: Azure documentation, "Create, change, or delete a virtual network peering".
    pub(super) fn in_tag(&mut self, node: NodeRef<'a>, field: &str) -> bool {
        let Some(said) = self.text(node, field) else { return true };
        if said.unknown {
            self.unresolved(&said);
            let why = format!("`{}` decides whether `VirtualNetwork` includes a peered network", said.text).into();
            self.emit("VirtualNetworkAccess", &said, said.span, Azure::MayChange { why, reach: Reach::Document });
        }
        truth(&said.text) != Some(false)
    }

    /// Whether packets pass a peering, where Azure says in which state it is. Upstream: Azure documentation, "Virtual network peering", peering status: what is
    /// `Initiated` has no peering on the other side yet, and what is `Disconnected` lost it.
    fn is_connected(&mut self, node: NodeRef<'a>) -> bool {
        let state = self.text(node, "peeringState").filter(|state| !state.unknown);
        state.is_none_or(|state| state.text.eq_ignore_ascii_case("Connected"))
    }

    pub(super) fn separate_peering(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let Some((network, _)) = name.text.rsplit_once('/') else { return };
        let Some(remote) = prop(node, "remoteVirtualNetwork").and_then(|r| self.reference(r)) else { return };
        let network = Reference { name: network.into(), parent: None, scope: Default::default(), span: name.span };
        if !self.is_connected(node) {
            return;
        }
        let access = self.in_tag(node, "allowVirtualNetworkAccess");
        let peering = Peering { remote, access, subnets: self.peered_subnets(node), remote_gateway: self.uses_gateway(node) };
        self.emit("VirtualNetworkPeering", name, node.span(), Azure::Peering { network, peering });
    }

    fn uses_gateway(&self, node: NodeRef<'a>) -> bool {
        self.text(node, "useRemoteGateways").is_some_and(|said| !said.unknown && truth(&said.text) == Some(true))
    }

    /// The subnets that a peering is for, if it is not for whole networks.
    fn peered_subnets(&mut self, node: NodeRef<'a>) -> Option<PeeredSubnets> {
        let complete = self.text(node, "peerCompleteVnets");
        let only_v6 = self.text(node, "enableOnlyIPv6Peering");
        let names = |field: &str| prop(node, field).map_or_else(Vec::new, |list| self.template.scalars(list));
        let (local, remote) = (names("localSubnetNames"), names("remoteSubnetNames"));
        self.subnets_of_peering(complete.as_ref(), only_v6.as_ref(), &local, &remote)
    }

    /// The same from values, in whatever form they are written.
    pub(super) fn subnets_of_peering(
        &mut self,
        complete: Option<&Scalar>,
        only_v6: Option<&Scalar>,
        local: &[Scalar],
        remote: &[Scalar],
    ) -> Option<PeeredSubnets> {
        let complete = complete.filter(|complete| truth(&complete.text) != Some(true))?;
        let unknown = [complete].into_iter().chain(only_v6).chain(local).chain(remote).find(|value| value.unknown).cloned();
        if let Some(unknown) = &unknown {
            self.unresolved(unknown);
        }
        let names = |all: &[Scalar]| all.iter().map(|name| name.text.as_str().into()).collect();
        let open = unknown.is_some() || only_v6.is_some_and(|only| truth(&only.text) != Some(false));
        Some(PeeredSubnets { local: names(local), remote: names(remote), open })
    }

    /// An address; what is none is reported.
    pub(super) fn address(&mut self, scalar: &Scalar) -> Option<IpAddr> {
        if scalar.unknown {
            return None;
        }
        let found = scalar.text.trim().parse().ok();
        if found.is_none() {
            let message = format!("`{}` is not an address", scalar.text);
            self.report(Diagnostic::new(codes::AZ_PREFIX, Severity::Error, scalar.span, message).help("write one like 10.0.0.4"));
        }
        found
    }

    pub(super) fn interface(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let configurations = self.configurations(node);
        let interface = Interface {
            location: self.location(node),
            machine: prop(node, "virtualMachine").and_then(|m| self.reference(m)).map(|m| m.name),
            group: self.attached(node, &simple(name), true),
            configurations,
            private_endpoint: prop(node, "privateEndpoint").is_some(),
            ..Interface::default()
        };
        self.emit("NetworkInterface", name, node.span(), Azure::Interface(interface));
    }

    /// The address configurations of an interface, or of each interface of a scale set.
    fn configurations(&mut self, node: NodeRef<'a>) -> Vec<Configuration> {
        let (mut configurations, _) = self.each(node, "ipConfigurations", |reader, item| {
            let address = reader.text(item, "privateIPAddress");
            let is = |reader: &Self, field: &str, word: &str| {
                reader.text(item, field).is_some_and(|s| !s.unknown && s.text.eq_ignore_ascii_case(word))
            };
            let groups = reader.references(prop(item, "applicationSecurityGroups"));
            if let Some(beyond) = groups.get(MOST_GROUPS) {
                let message = format!("an address configuration is in {MOST_GROUPS} application security groups at most");
                reader.report(Diagnostic::new(codes::AZ_TOO_MANY, Severity::Error, beyond.span, message));
            }
            let own = prop(item, "publicIPAddressConfiguration");
            let configuration = Configuration {
                name: last_segment(&reader.name(item).text).into(),
                address: address.and_then(|a| reader.address(&a)),
                dynamic: reader.is_template && is(reader, "privateIPAllocationMethod", "Dynamic"),
                ipv6: is(reader, "privateIPAddressVersion", "IPv6"),
                subnet: prop(item, "subnet").and_then(|s| reader.reference(s)),
                public: prop(item, "publicIPAddress").and_then(|p| reader.reference(p)),
                public_sku: own.map(|own| reader.sku(own)),
                public_address: None,
                groups,
                balanced: prop(item, "loadBalancerBackendAddressPools").is_some_and(|pools| !reader.template.items(pools).is_empty()),
                private: false,
            };
            (!is(reader, "primary", "true"), configuration)
        });
        // The primary one comes first, wherever it is written.
        configurations.sort_by_key(|(is_secondary, _)| *is_secondary);
        configurations.into_iter().map(|(_, configuration)| configuration).collect()
    }

    /// A scale set: so many machines, each with the interfaces that its profile describes.
    /// Upstream: Azure documentation, "Networking for Azure Virtual Machine Scale Sets".
    pub(super) fn scale_set(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let capacity = field(node, "sku").and_then(|s| field(s, "capacity")).and_then(|c| self.template.scalar(c));
        let count = capacity.filter(|c| !c.unknown).and_then(|c| c.text.parse::<u32>().ok()).unwrap_or(1);
        let Some(profile) = prop(node, "virtualMachineProfile").and_then(|p| prop(p, "networkProfile")) else { return };
        for number in 0..count.clamp(1, MOST_MACHINES) {
            let machine = format!("{}_{number}", name.text);
            let first = if number == 0 { name.text.clone() } else { machine.clone() };
            self.own_interfaces(node, profile, (&Scalar { text: first, ..name.clone() }, &machine));
        }
    }

    /// Interfaces that a machine describes itself. `names` has those of the first of them and of the machine.
    fn own_interfaces(&mut self, node: NodeRef<'a>, profile: NodeRef<'a>, (name, machine): (&Scalar, &str)) {
        let mut number = 0;
        self.each(profile, "networkInterfaceConfigurations", |reader, item| {
            let own = reader.name(item);
            let text = if number == 0 { name.text.clone() } else { format!("{machine}/{}", own.text) };
            number += 1;
            let interface_name = Scalar { text, ..name.clone() };
            let interface = Interface {
                location: reader.location(node),
                machine: Some(machine.into()),
                group: reader.attached(
                    item,
                    &Reference { name: interface_name.text.as_str().into(), parent: None, scope: Default::default(), span: name.span },
                    true,
                ),
                configurations: reader.configurations(item),
                zones: reader.zones(node),
                ..Interface::default()
            };
            reader.emit("NetworkInterface", &interface_name, item.span(), Azure::Interface(interface));
        });
    }

    pub(super) fn machine(&mut self, node: NodeRef<'a>, name: &Scalar) {
        if let Some(profile) = prop(node, "networkProfile").filter(|p| prop(*p, "networkInterfaceConfigurations").is_some()) {
            self.own_interfaces(node, profile, (name, &name.text));
        }
        let interfaces = prop(node, "networkProfile").and_then(|p| field(p, "networkInterfaces"));
        let machine = Azure::Machine { interfaces: self.references(interfaces), zones: self.zones(node) };
        self.emit("VirtualMachine", name, node.span(), machine);
    }

    /// The kind of a public address.
    fn sku(&self, node: NodeRef<'a>) -> AddressSku {
        let sku = field(node, "sku").and_then(|s| field(s, "name")).and_then(|s| self.template.scalar(s));
        match sku {
            Some(sku) if sku.text.eq_ignore_ascii_case("Standard") || sku.text.eq_ignore_ascii_case("StandardV2") => AddressSku::Standard,
            // Upstream: where a template says nothing, the address is a Basic one.
            _ => AddressSku::Basic,
        }
    }

    pub(super) fn public_address(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let sku = self.sku(node);
        let address = self.text(node, "ipAddress");
        if self.is_template {
            let method = self.text(node, "publicIPAllocationMethod");
            let zones = self.zones(node);
            self.check_public_address(sku, method, &zones, name.span);
        }
        let public = PublicAddress { sku, address: address.and_then(|a| self.address(&a)), zones: self.zones(node) };
        self.emit("PublicIPAddress", name, node.span(), Azure::PublicAddress(public));
    }

    /// What Azure refuses about a public address: `StandardSkuPublicIPAddressesMustBeStatic`, `ZonesNotAllowedInBasicSkuResource`. Upstream: Azure
    /// documentation, "Public IP addresses", SKU.
    pub(super) fn check_public_address(&mut self, sku: AddressSku, method: Option<Scalar>, zones: &[Box<str>], span: Span) {
        let dynamic = method.filter(|method| !method.unknown && method.text.eq_ignore_ascii_case("Dynamic"));
        let (message, place, help) = match (sku, dynamic) {
            (AddressSku::Standard, Some(method)) => {
                ("a Standard public address is static, and Azure refuses one that is dynamic", method.span, "make it static")
            }
            (AddressSku::Basic, _) if !zones.is_empty() => {
                ("a Basic public address has no zones, and Azure refuses one with them", span, "make it a Standard one")
            }
            _ => return,
        };
        self.report(Diagnostic::new(codes::AZ_COMBINATION, Severity::Error, place, message).help(help));
    }

    /// An application gateway: where it is, and at which addresses clients reach it.
    pub(super) fn gateway(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let items = |reader: &Self, field: &str| prop(node, field).map_or_else(Vec::new, |list| reader.template.items(list));
        let places = items(self, "gatewayIPConfigurations");
        let tier = prop(node, "sku").and_then(|sku| field(sku, "tier").or_else(|| field(sku, "name")));
        let tier = tier.and_then(|tier| self.template.scalar(tier)).filter(|tier| !tier.unknown);
        let mut gateway = Gateway {
            first_version: tier.is_some_and(|tier| !tier.text.to_lowercase().ends_with("_v2") && !tier.text.eq_ignore_ascii_case("basic")),
            subnet: places.into_iter().find_map(|item| prop(item, "subnet")).and_then(|s| self.reference(s)),
            ..Gateway::default()
        };
        for item in items(self, "frontendIPConfigurations") {
            gateway.publics.extend(prop(item, "publicIPAddress").and_then(|p| self.reference(p)));
            let private = self.text(item, "privateIPAddress");
            gateway.front_ends.extend(private.and_then(|a| self.address(&a)));
        }
        self.emit("ApplicationGateway", name, node.span(), Azure::Gateway(gateway));
    }

    /// A NAT gateway: whether it has a public address.
    pub(super) fn nat_gateway(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let lists = ["publicIpAddresses", "publicIpPrefixes", "publicIpAddressesV6", "publicIpPrefixesV6"];
        let mut given = lists.iter().filter_map(|list| prop(node, list));
        let has_address = given.any(|list| self.template.unknown(list).is_some() || !self.template.items(list).is_empty());
        self.emit("NatGateway", name, node.span(), Azure::NatGateway { has_address });
        let outbound = SubnetOutbound { nat: true, ..SubnetOutbound::default() };
        self.used_by_subnets(node, name, |target| Azure::SubnetUpdate { target, routes: None, outbound });
        let gateway = simple(name);
        self.used_by_subnets(node, name, |target| Azure::NatGatewayUse { target, gateway: gateway.clone() });
    }

    /// The subnets that what is shown says it belongs to.
    fn used_by_subnets(&mut self, node: NodeRef<'a>, name: &Scalar, what: impl Fn(Reference) -> Azure) {
        for target in self.references(prop(node, "subnets")) {
            let full = Scalar { text: format!("{} of {}", name.text, target.name), ..name.clone() };
            self.emit(SHOWN_USE, &full, name.span, what(target));
        }
    }

    pub(super) fn route_table(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let table = simple(name);
        let (routes, missing) = self.each(node, "routes", |reader, route| reader.route(route, &table));
        if let Some(expression) = missing.first() {
            let why = format!("`{expression}` has no value in the input").into();
            self.emit(
                "RouteTableChange",
                &Scalar { text: format!("{} at routes", name.text), ..name.clone() },
                name.span,
                Azure::OpenTable { table, why },
            );
        }
        if routes.len() > MOST_ROUTES {
            let message = format!("route table `{}` has {} routes, and one takes {MOST_ROUTES} at most", name.text, routes.len());
            self.report(Diagnostic::new(codes::AZ_TOO_MANY, Severity::Error, name.span, message));
        }
        let routes: Vec<Route> = routes.into_iter().flatten().collect();
        self.emit("RouteTable", name, node.span(), Azure::RouteTable(routes));
        let table = Reference { scope: self.scope.clone(), ..simple(name) };
        let outbound = SubnetOutbound::default();
        self.used_by_subnets(node, name, |target| Azure::SubnetUpdate { target, routes: Some(table.clone()), outbound });
    }

    fn route(&mut self, node: NodeRef<'a>, table: &Reference) -> Option<Route> {
        let written = self.text(node, "addressPrefix")?;
        if written.unknown || written.text.starts_with('[') {
            self.unresolved(&written);
            let why = format!("`{}` has no value in the input", written.text).into();
            let name = Scalar { text: format!("{} at {}", table.name, written.span.start), ..written };
            self.emit("RouteTableChange", &name, name.span, Azure::OpenTable { table: table.clone(), why });
            return None;
        }
        let hop = self.text(node, "nextHopType").and_then(|hop| self.next_hop(&hop));
        let appliance = self.text(node, "nextHopIpAddress").and_then(|a| self.address(&a));
        let (prefix, tag) = route_range(&written.text).or_else(|| Some((self.cidr(&written)?, None)))?;
        let name = self.name(node);
        let hop = hop.unwrap_or(NextHop::Appliance);
        Some(Route { name: last_segment(&name.text).into(), prefix, tag, hop, appliance, span: node.span() })
    }

    /// A route that is a resource of its own, named `table/route`.
    pub(super) fn separate_route(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let Some((table, _)) = name.text.rsplit_once('/') else { return };
        let table = Reference { name: table.into(), parent: None, scope: Default::default(), span: name.span };
        if let Some(route) = self.route(node, &table) {
            self.emit("Route", name, node.span(), Azure::Route { table, route });
        }
    }

    /// Where a route leads; what is no such word is reported, and may lead anywhere.
    pub(super) fn next_hop(&mut self, word: &Scalar) -> Option<NextHop> {
        if word.unknown {
            self.unresolved(word);
            return None;
        }
        let found = NextHop::from_name(word.text.trim());
        if found.is_none() {
            let names: Vec<&str> = NextHop::NAMES.iter().map(|(name, _)| *name).collect();
            let message = format!("`{}` is not a next hop of a route: use one of {}", word.text, names.join(", "));
            let error = Diagnostic::new(codes::AZ_WORD, Severity::Error, word.span, message);
            let error = self.reader.rewrite(error, word.span, nearest(&word.text, names));
            self.report(error);
        }
        found
    }
}

/// The range of a route, or all addresses and the service tag that it is for. Upstream: Azure documentation, "Virtual network traffic routing", "Service
/// Tags for user-defined routes".
pub(super) fn route_range(text: &str) -> Option<(Cidr, Option<Box<str>>)> {
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && prefix(text).is_none() {
        return Some((prefix("0.0.0.0/0")?, Some(text.into())));
    }
    Some((prefix(text)?, None))
}

/// A reference by the name alone.
fn simple(name: &Scalar) -> Reference {
    Reference { name: last_segment(&name.text).into(), parent: None, scope: Default::default(), span: name.span }
}
