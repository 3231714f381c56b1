//! `az network …` and `az vm create`.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::{AzureReader, Options};
use crate::diagnostics::{Diagnostic, Severity};
use crate::model::Cidr;
use crate::resources::azure::{
    Access, AddressSku, Azure, Configuration, Gateway, Interface, PortMatch, PublicAddress, Reference, RuleDirection, RulePart, RuleSide,
    SecurityGroup, SecurityRule, Subnet, Unresolved, VirtualNetwork,
};
use crate::resources::codes;
use crate::resources::read::azure::rules::{PRIORITIES, last_segment, own_tag, port_range, prefix};
use crate::resources::read::azure::short::arm_fields;
use crate::resources::read::azure::value::Scalar;
use crate::text::Span;

/// The address space of a network for which none is given.
const DEFAULT_SPACE: &str = "10.0.0.0/16";

impl AzureReader<'_, '_> {
    fn command_location(options: &Options) -> Option<Box<str>> {
        options.value("location").filter(|l| !l.unknown).map(|l| l.text.as_str().into())
    }

    /// Ranges of an option that has a singular and a plural name.
    fn either_ranges(&mut self, options: &Options, plural: &str, singular: &str) -> Vec<(Cidr, Span)> {
        let found = self.ranges(options, plural);
        if found.is_empty() { self.ranges(options, singular) } else { found }
    }

    fn command_group(&self, options: &Options) -> Option<Reference> {
        self.refer(options, "network-security-group").or_else(|| self.refer(options, "nsg"))
    }

    pub(super) fn vnet_create(&mut self, options: &Options) {
        let mut prefixes = self.either_ranges(options, "address-prefixes", "address-prefix");
        if prefixes.is_empty() {
            prefixes.extend(prefix(DEFAULT_SPACE).map(|cidr| (cidr, options.span)));
        }
        let mut subnets = Vec::new();
        if let Some(name) = options.value("subnet-name") {
            let mut own = self.either_ranges(options, "subnet-prefixes", "subnet-prefix");
            if own.is_empty() {
                // The command line takes the first /24.
                own.extend(prefixes.first().map(|(space, _)| (Cidr::supernet(space.first(), space.length().max(24)), name.span)));
            }
            let group = self.command_group(options);
            subnets.push(Subnet {
                name: name.text.as_str().into(),
                span: options.span,
                prefixes: own,
                group,
                routes: None,
                delegated: None,
            });
        }
        let network = VirtualNetwork { location: Self::command_location(options), prefixes, subnets, ..VirtualNetwork::default() };
        self.emit("VirtualNetwork", &options.name(), options.span, Azure::Network(network));
    }

    pub(super) fn subnet_create(&mut self, options: &Options) {
        let (name, Some(network)) = (options.name(), self.refer(options, "vnet-name")) else { return };
        let prefixes = self.either_ranges(options, "address-prefixes", "address-prefix");
        let (group, routes) = (self.command_group(options), self.refer(options, "route-table"));
        let full = Scalar { text: format!("{}/{}", network.name, name.text), ..name.clone() };
        let delegated = options.value("delegations").map(|d| d.text.as_str().into());
        let subnet = Subnet { name: name.text.as_str().into(), span: options.span, prefixes, group, routes, delegated };
        self.emit("Subnet", &full, options.span, Azure::Subnet { network, subnet });
    }

    pub(super) fn subnet_update(&mut self, options: &Options) {
        let Some(group) = self.command_group(options) else { return };
        let Some(network) = options.value("vnet-name") else { return };
        let name = options.name();
        let target = Reference { name: name.text.as_str().into(), parent: Some(network.text.as_str().into()), span: name.span };
        let full = Scalar { text: format!("{}/{}", network.text, name.text), ..name };
        self.emit("SubnetUpdate", &full, options.span, Azure::Attach { target, group, to_interface: false });
    }

    pub(super) fn peering_create(&mut self, options: &Options) {
        let (Some(network), Some(remote)) = (self.refer(options, "vnet-name"), self.refer(options, "remote-vnet")) else { return };
        let full = Scalar { text: format!("{}/{}", network.name, remote.name), unknown: false, span: options.span };
        self.emit("VirtualNetworkPeering", &full, options.span, Azure::Peering { network, remote });
    }

    pub(super) fn nsg_create(&mut self, options: &Options) {
        let group = SecurityGroup { location: Self::command_location(options), ..SecurityGroup::default() };
        self.emit("NetworkSecurityGroup", &options.name(), options.span, Azure::Group(group));
    }

    pub(super) fn asg_create(&mut self, options: &Options) {
        self.emit("ApplicationSecurityGroup", &options.name(), options.span, Azure::ApplicationGroup);
    }

    pub(super) fn public_address_create(&mut self, options: &Options) {
        // The command line makes a Standard one unless told otherwise.
        let sku = match self.choice(options, "sku", &["Basic", "Standard"]) {
            Some("Basic") => AddressSku::Basic,
            _ => AddressSku::Standard,
        };
        let zones = options.list("zone").into_iter().map(|z| z.text.as_str().into()).collect();
        self.emit("PublicIPAddress", &options.name(), options.span, Azure::PublicAddress(PublicAddress { sku, address: None, zones }));
    }

    /// `az network application-gateway create`. Without a subnet it makes one called `default`.
    pub(super) fn gateway_create(&mut self, options: &Options) {
        // Without an SKU the command line asks for the second version.
        let sku = options.word("sku").unwrap_or_else(|| "standard_v2".into());
        let gateway = Gateway {
            first_version: !sku.ends_with("_v2") && sku != "basic",
            subnet: self.refer_subnet(options, "subnet"),
            own_range: None,
            publics: self.refer(options, "public-ip-address").into_iter().collect(),
            front_ends: options.value("private-ip-address").and_then(|a| self.address(&a)).into_iter().collect(),
        };
        self.emit("ApplicationGateway", &options.name(), options.span, Azure::Gateway(gateway));
    }

    /// `az network nic create` and `az vm create`, which makes an interface too.
    pub(super) fn interface_create(&mut self, options: &Options) {
        let is_machine = options.what == "vm create";
        if options.has("nics") {
            let interfaces = options.values("nics").iter().map(super::super::reference_of).collect();
            let zones = options.list("zone").into_iter().map(|z| z.text.as_str().into()).collect();
            self.emit("VirtualMachine", &options.name(), options.span, Azure::Machine { interfaces, zones });
            return;
        }
        let address = options.value("private-ip-address").and_then(|a| self.address(&a));
        let given = options.value("public-ip-address");
        let none = given.as_ref().is_some_and(|v| v.text.is_empty());
        // A machine gets a public address unless the option is given with nothing; an interface gets none.
        let public_sku = match (is_machine && !none, options.word("public-ip-sku").as_deref()) {
            (false, _) => None,
            (true, Some("basic")) => Some(AddressSku::Basic),
            (true, _) => Some(AddressSku::Standard),
        };
        let groups = options.list("asgs").into_iter().chain(options.list("application-security-groups"));
        let configuration = Configuration {
            address,
            subnet: self.refer_subnet(options, "subnet"),
            public: self.refer(options, "public-ip-address").filter(|_| !is_machine),
            public_sku,
            public_address: None,
            groups: groups.map(|g| last_segment(&g.text).into()).collect(),
        };
        let group = self.command_group(options);
        if is_machine && !options.has("nsg") {
            let message =
                "`az vm create` makes a network security group of its own here, which lets in SSH or RDP: paste it too, or give `--nsg`";
            self.report(Diagnostic::new(codes::AZ_ASSUMED, Severity::Note, options.span, message));
        }
        let interface = Interface {
            location: Self::command_location(options),
            machine: is_machine.then(|| options.name().text.as_str().into()),
            group,
            configurations: alloc::vec![configuration],
            zones: options.list("zone").into_iter().map(|z| z.text.as_str().into()).collect(),
            ..Interface::default()
        };
        self.emit("NetworkInterface", &options.name(), options.span, Azure::Interface(interface));
    }

    /// `az network nsg rule create`, with the defaults of the command line: anything from anywhere to port 80.
    pub(super) fn rule_create(&mut self, options: &Options) {
        let Some(group) = self.refer(options, "nsg-name") else { return };
        let mut refused = false;
        let unresolved = self.open_parts(options);
        let direction = match self.choice(options, "direction", &["Inbound", "Outbound"]) {
            Some("Outbound") => RuleDirection::Outbound,
            _ => RuleDirection::Inbound,
        };
        let access = match self.choice(options, "access", &["Allow", "Deny"]) {
            Some("Deny") => Access::Deny,
            _ => Access::Allow,
        };
        let protocol = match self.choice(options, "protocol", &["*", "Ah", "Esp", "Icmp", "Tcp", "Udp"]) {
            Some("Tcp") => Some(crate::model::Protocol::TCP),
            Some("Udp") => Some(crate::model::Protocol::UDP),
            Some("Icmp") => Some(crate::model::Protocol::ICMP),
            Some("Esp") => Some(crate::model::Protocol(50)),
            Some("Ah") => Some(crate::model::Protocol(51)),
            _ => None,
        };
        let open_priority = unresolved.iter().any(|u| u.part == RulePart::Priority);
        let number: i64 = options.value("priority").and_then(|p| p.text.parse().ok()).unwrap_or(-1);
        if !open_priority && !PRIORITIES.contains(&number) {
            let error = self.wrong(codes::AZ_PRIORITY, options.span_of("priority"), "--priority is a whole number from 100 to 4096");
            self.report(error);
            refused |= !(0..65000).contains(&number);
        }
        let source = self.rule_side(options, ["source-address-prefixes", "source-address-prefix", "source-asgs"], &mut refused);
        let destination =
            self.rule_side(options, ["destination-address-prefixes", "destination-address-prefix", "destination-asgs"], &mut refused);
        let source_ports = self.rule_ports(options, ["source-port-ranges", "source-port-range"], None, &mut refused);
        let destination_ports = self.rule_ports(options, ["destination-port-ranges", "destination-port-range"], Some(80), &mut refused);
        if !options.has("destination-port-ranges") && !options.has("destination-port-range") {
            let message = "without `--destination-port-ranges` the rule is about port 80 only";
            self.report(Diagnostic::new(codes::AZ_ASSUMED, Severity::Note, options.span, message));
        }
        let name = options.name();
        let rule = SecurityRule {
            name: name.text.as_str().into(),
            span: options.span,
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
            unresolved,
        };
        let description = options.value("description").map(|d| d.text);
        let rule = SecurityRule { written: arm_fields(&rule, description.as_deref()), ..rule };
        let full = Scalar { text: format!("{}/{}", group.name, name.text), ..name };
        self.emit("SecurityRule", &full, options.span, Azure::Rule { group, rule: Box::new(rule) });
    }

    /// What of a rule hangs on variables that the text does not set.
    fn open_parts(&mut self, options: &Options) -> Vec<Unresolved> {
        let parts = [
            ("priority", RulePart::Priority),
            ("access", RulePart::Access),
            ("direction", RulePart::Direction),
            ("protocol", RulePart::Protocol),
        ];
        let mut open = Vec::new();
        for (name, part) in parts {
            if let Some(value) = options.value(name).filter(|v| v.unknown) {
                self.unresolved(&value);
                open.push(Unresolved { part, expression: value.text.as_str().into() });
            }
        }
        open
    }

    fn rule_side(&mut self, options: &Options, names: [&str; 3], refused: &mut bool) -> RuleSide {
        let [plural, singular, groups] = names;
        let groups = options.list(groups);
        if !groups.is_empty() {
            let span = groups.first().map(|g| g.span);
            return RuleSide { span, groups: groups.iter().map(|g| last_segment(&g.text).into()).collect(), ..RuleSide::default() };
        }
        let mut items = options.values(plural);
        items.extend(options.values(singular));
        let mut side = RuleSide { span: items.first().map(|i| i.span), any: items.is_empty(), ..RuleSide::default() };
        for item in &items {
            let text = item.text.trim();
            if item.unknown {
                side.unresolved = true;
                self.unresolved(item);
            } else if text == "*" {
                side.any = true;
            } else if let Some(found) = prefix(text) {
                side.prefixes.push(found);
            } else if text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains(['/', ':', ',']) {
                side.tags.push(own_tag(text).unwrap_or(text).into());
            } else {
                let error = self.wrong(codes::AZ_PREFIX, item.span, format!("`{text}` is no address, prefix or service tag"));
                self.report(error);
                *refused = true;
            }
        }
        side
    }

    fn rule_ports(&mut self, options: &Options, names: [&str; 2], default: Option<u16>, refused: &mut bool) -> PortMatch {
        let mut items: Vec<Scalar> = options.values(names[0]);
        items.extend(options.values(names[1]));
        let mut ports = PortMatch { span: items.first().map(|i| i.span), ..PortMatch::default() };
        if items.is_empty() {
            ports.ranges = default.map(|port| alloc::vec![(port, port)]);
            return ports;
        }
        let mut ranges = Vec::new();
        let mut all = false;
        for item in &items {
            if item.unknown {
                ports.unresolved = true;
                self.unresolved(item);
                continue;
            }
            match port_range(item.text.trim()) {
                Ok(None) => all = true,
                Ok(Some(range)) => ranges.push(range),
                Err(problem) => {
                    let error = self.wrong(codes::AZ_PORT, item.span, format!("`{}` {problem}", item.text));
                    self.report(error);
                    *refused = true;
                }
            }
        }
        ports.ranges = (!all).then_some(ranges);
        ports
    }
}
