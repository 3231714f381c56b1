//! `az network …` and `az vm create`.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::written::Written;
use super::{AzureReader, Options};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::read::reference_of;
use crate::language::azure::read::rules::{LONGEST_DESCRIPTION, PRIORITIES, application_groups, name_problem, own_tag, port_range, prefix};
use crate::language::azure::read::service_tags::{is_tag, meant_tag, no_address};
use crate::language::azure::read::short::arm_fields;
use crate::language::azure::read::value::Scalar;
use crate::language::azure::{
    Access, AddressSku, Azure, Configuration, Gateway, Interface, NextHop, PeeredSubnets, Peering, PortMatch, PublicAddress, Reference,
    Route, RuleDirection, RulePart, RuleSide, SecurityGroup, SecurityRule, Subnet, SubnetOutbound, Unresolved, VirtualNetwork,
};
use crate::language::codes;
use crate::model::{Cidr, Protocol};
use crate::text::Span;

/// How a subnet reaches the Internet, as options say it.
pub(super) fn subnet_outbound(options: &Options) -> SubnetOutbound {
    SubnetOutbound {
        default_access: options.has("default-outbound").then(|| options.flag("default-outbound")),
        nat: options.value("nat-gateway").is_some_and(|v| !v.text.is_empty()),
    }
}

/// Fields of `--subnets`, and the options of a subnet that say the same.
const SUBNET_FIELDS: [(&str, &str); 6] = [
    ("name", "name"),
    ("networksecuritygroup", "network-security-group"),
    ("routetable", "route-table"),
    ("natgateway", "nat-gateway"),
    ("defaultoutboundaccess", "default-outbound"),
    ("privateendpointnetworkpolicies", "private-endpoint-network-policies"),
];

/// The address space of a network for which none is given.
const DEFAULT_SPACE: &str = "10.0.0.0/16";

impl AzureReader<'_, '_> {
    pub(super) fn command_location(options: &Options) -> Option<Box<str>> {
        options.value("location").filter(|l| !l.unknown).map(|l| l.text.as_str().into())
    }

    /// Ranges of an option that has a singular and a plural name.
    fn either_ranges(&mut self, options: &Options, plural: &str, singular: &str) -> Vec<(Cidr, Span)> {
        let found = self.ranges(options, plural);
        if found.is_empty() { self.ranges(options, singular) } else { found }
    }

    pub(super) fn command_group(&self, options: &Options) -> Option<Reference> {
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
                outbound: Default::default(),
            });
        }
        if !self.network_again(options, &subnets) {
            return;
        }
        let network = VirtualNetwork { location: Self::command_location(options), prefixes, subnets, ..VirtualNetwork::default() };
        self.emit("VirtualNetwork", &options.name(), options.span, Azure::Network(network));
        if options.has("subnets") {
            self.written_subnets(options);
        }
    }

    /// `--subnets`: each is made as by a command of its own.
    fn written_subnets(&mut self, options: &Options) {
        let span = options.span_of("subnets");
        let Some(Written::List(subnets)) = options.whole("subnets").as_deref().and_then(Written::read) else {
            return self.may_change(span, "az network vnet create --subnets", "may make subnets with any security group");
        };
        for subnet in &subnets {
            let mut own = Options::of("network vnet subnet create", span);
            let mut give = |option: &str, value: Option<&str>| {
                if let Some(text) = value {
                    own.give(option, &Scalar { text: text.into(), unknown: false, span });
                }
            };
            give("vnet-name", Some(&options.name().text));
            give("resource-group", options.value("resource-group").as_ref().map(|group| group.text.as_str()));
            for (field, option) in SUBNET_FIELDS {
                give(option, subnet.get(field).and_then(Written::text));
            }
            let prefixes = subnet.get("addressprefixes").or_else(|| subnet.get("addressprefix")).map_or(&[][..], Written::items);
            let prefixes: Vec<&str> = prefixes.iter().filter_map(Written::text).collect();
            give("address-prefixes", (!prefixes.is_empty()).then(|| format!("[{}]", prefixes.join(","))).as_deref());
            self.subnet_create(&own);
        }
    }

    pub(super) fn subnet_create(&mut self, options: &Options) {
        let (name, Some(network)) = (options.name(), self.refer(options, "vnet-name")) else { return };
        self.not_here(options, "VirtualNetwork", &network.name);
        let prefixes = self.either_ranges(options, "address-prefixes", "address-prefix");
        let (group, routes) = (self.command_group(options), self.refer(options, "route-table"));
        let full = Scalar { text: format!("{}/{}", network.name, name.text), ..name.clone() };
        self.subnet_policies(options, &network.name);
        self.use_nat_gateway(options, &network.name);
        let delegated = options.value("delegations").map(|d| d.text.as_str().into());
        let outbound = subnet_outbound(options);
        let subnet = Subnet { name: name.text.as_str().into(), span: options.span, prefixes, group, routes, delegated, outbound };
        let group = subnet.group.clone();
        let target =
            Reference { name: name.text.as_str().into(), parent: Some(network.name.clone()), scope: Default::default(), span: name.span };
        if self.doubt.is_some() && self.subnet_mut(Some(&network.name), &name.text).is_some() {
            return self.may_get(options, target, false, alloc::vec![group]);
        }
        let subnet = if self.doubt.is_some() { Subnet { group: None, ..subnet } } else { subnet };
        if let Some(group) = group {
            self.may_get(options, target, false, alloc::vec![None, Some(group)]);
        }
        // What there is of this name is replaced by all that the command says, and by nothing where it says nothing.
        if let Some(own) = self.subnet_mut(Some(&network.name), &name.text) {
            *own = subnet;
            return;
        }
        self.emit("Subnet", &full, options.span, Azure::Subnet { network, subnet });
    }

    /// What `az network vnet subnet create` and `update` say of the policies for private endpoints.
    pub(super) fn subnet_policies(&mut self, options: &Options, network: &str) {
        let disables = || {
            let value = options.value("disable-private-endpoint-network-policies")?;
            let word = if options.flag("disable-private-endpoint-network-policies") { "Disabled" } else { "Enabled" };
            Some(Scalar { text: word.into(), ..value })
        };
        let said = options.value("ple-network-policies").or_else(|| options.value("private-endpoint-network-policies")).or_else(disables);
        let name = options.name();
        let target =
            Reference { name: name.text.as_str().into(), parent: Some(network.into()), scope: Default::default(), span: name.span };
        self.endpoint_policies(&target, said.as_ref());
    }

    /// `az network private-endpoint create`. Addresses stand in `--ip-configs`, as JSON or in the command's short form.
    pub(super) fn private_endpoint_create(&mut self, options: &Options) {
        let mut addresses = Vec::new();
        for value in options.values("ip-configs").into_iter().chain(options.values("ip-config")) {
            let lower = value.text.to_lowercase().replace('-', "");
            for (at, key) in lower.match_indices("privateipaddress") {
                let rest = lower.get(at + key.len()..).unwrap_or_default().trim_start_matches(['"', '\'', ':', '=', ' ']);
                let end = rest.find(|c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':')).unwrap_or(rest.len());
                addresses.push(Scalar { text: rest.get(..end).unwrap_or_default().into(), ..value.clone() });
            }
        }
        let subnet = self.refer_subnet(options, "subnet");
        self.private_endpoint_at(&options.name(), options.span, subnet, &addresses);
    }

    /// `az network nat gateway create` and `update`: whether it has a public address.
    pub(super) fn nat_gateway_command(&mut self, options: &Options) {
        let given = ["public-ip-addresses", "public-ip-prefixes", "pip-addresses-v6", "pip-prefixes-v6", "set", "add"];
        let has_address = self.doubt.is_some() || given.iter().any(|option| options.has(option));
        if has_address || options.what.ends_with("create") {
            self.emit("NatGateway", &options.name(), options.span, Azure::NatGateway { has_address });
        }
    }

    /// The NAT gateway that a subnet is given.
    pub(super) fn use_nat_gateway(&mut self, options: &Options, network: &str) {
        let Some(gateway) = options.value("nat-gateway").filter(|v| !v.text.is_empty()) else { return };
        let (name, gateway) = (options.name(), reference_of(&gateway));
        let target =
            Reference { name: name.text.as_str().into(), parent: Some(network.into()), scope: Default::default(), span: name.span };
        let full = Scalar { text: format!("{network}/{} at {}", name.text, options.span.start), ..name };
        self.emit("NatGatewayUse", &full, options.span, Azure::NatGatewayUse { target, gateway });
    }

    pub(super) fn route_table_create(&mut self, options: &Options) {
        if self.table_again(options) {
            return;
        }
        self.emit("RouteTable", &options.name(), options.span, Azure::RouteTable(Vec::new()));
    }

    /// `az network route-table route create`.
    pub(super) fn route_create(&mut self, options: &Options) {
        let Some(table) = self.refer(options, "route-table-name") else { return };
        let Some(prefix) = options.value("address-prefix") else { return };
        if self.open_in_doubt(options) || self.open_route(options) {
            return;
        }
        let hop = options.value("next-hop-type").and_then(|hop| self.next_hop(&hop)).unwrap_or(NextHop::Appliance);
        let appliance = options.value("next-hop-ip-address").and_then(|a| self.address(&a));
        let Some((prefix, tag)) = self.route_prefix(&prefix) else { return };
        let name = options.name();
        let route = Route { name: name.text.as_str().into(), prefix, tag, hop, appliance, span: options.span };
        let full = Scalar { text: format!("{}/{}", table.name, name.text), ..name };
        self.emit("Route", &full, options.span, Azure::Route { table, route });
    }

    pub(super) fn peering_create(&mut self, options: &Options) {
        let (Some(network), Some(remote)) = (self.refer(options, "vnet-name"), self.refer(options, "remote-vnet")) else { return };
        let full = Scalar { text: format!("{}/{}", network.name, options.name().text), unknown: false, span: options.span };
        // The command line closes what it is not told to open. Upstream: azure-cli 2.91.0, `--allow-vnet-access`, default False.
        let access = options.flag("allow-vnet-access");
        let subnets = self.peered_by_options(options);
        let remote_gateway = self.doubt.is_none() && options.flag("use-remote-gateways");
        self.emit(
            "VirtualNetworkPeering",
            &full,
            options.span,
            Azure::Peering { network, peering: Peering { remote, access, subnets, remote_gateway } },
        );
    }

    /// What `--peer-complete-vnets`, `--local-subnet-names` and `--remote-subnet-names` say.
    pub(super) fn peered_by_options(&mut self, options: &Options) -> Option<PeeredSubnets> {
        let complete = options.value("peer-complete-vnets").filter(|value| value.unknown || !options.flag("peer-complete-vnets"));
        let complete = complete.map(|value| if value.unknown { value } else { Scalar { text: "false".into(), ..value } });
        let only_v6 = options.flag("enable-only-ipv6").then(|| Scalar { text: "true".into(), unknown: false, span: options.span });
        let (local, remote) = (options.list("local-subnet-names"), options.list("remote-subnet-names"));
        self.subnets_of_peering(complete.as_ref(), only_v6.as_ref(), &local, &remote)
    }

    pub(super) fn nsg_create(&mut self, options: &Options) {
        let group = SecurityGroup { location: Self::command_location(options), ..SecurityGroup::default() };
        if self.made("NetworkSecurityGroup", &options.name().text).is_some() {
            self.changed_otherwise(options, "", "a second time", options.span);
        }
        self.emit("NetworkSecurityGroup", &options.name(), options.span, Azure::Group(group));
    }

    pub(super) fn asg_create(&mut self, options: &Options) {
        self.emit("ApplicationSecurityGroup", &options.name(), options.span, Azure::ApplicationGroup);
    }

    pub(super) fn public_address_create(&mut self, options: &Options) {
        // The command line makes a Standard one unless told otherwise.
        let sku = match self.choice(options, "sku", &["Basic", "Standard", "StandardV2"]) {
            Some("Basic") => AddressSku::Basic,
            _ => AddressSku::Standard,
        };
        let zones: Vec<Box<str>> = options.list("zone").into_iter().map(|z| z.text.as_str().into()).collect();
        self.check_public_address(sku, options.value("allocation-method"), &zones, options.span);
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

    /// `az network lb create` and `az network lb frontend-ip create`: its address in a network.
    pub(super) fn balancer_create(&mut self, options: &Options) {
        let name = options
            .value("lb-name")
            .map_or_else(|| options.name(), |lb| Scalar { text: format!("{}/{}", lb.text, options.name().text), ..lb });
        let front = (options.value("private-ip-address"), self.refer_subnet(options, "subnet"));
        self.front_ends(&name, options.span, alloc::vec![front]);
        self.count_unused(&options.what, options.span);
    }

    /// `az network nic create`.
    pub(super) fn interface_create(&mut self, options: &Options) {
        let configuration = Configuration {
            name: "ipconfig1".into(),
            address: options.value("private-ip-address").and_then(|a| self.address(&a)),
            subnet: self.refer_subnet(options, "subnet"),
            public: self.refer(options, "public-ip-address"),
            public_sku: None,
            public_address: None,
            groups: application_groups(&options.list("asgs")),
            balanced: options.has("lb-address-pools"),
            ..Configuration::default()
        };
        let group = self.command_group(options);
        let certain = group.clone().filter(|_| self.doubt.is_none());
        if let Some(group) = group {
            let target =
                Reference { name: options.name().text.as_str().into(), parent: None, scope: Default::default(), span: options.span };
            self.may_get(options, target, true, alloc::vec![None, Some(group)]);
        }
        let interface = Interface {
            location: Self::command_location(options),
            group: certain,
            configurations: alloc::vec![configuration],
            ..Interface::default()
        };
        self.emit("NetworkInterface", &options.name(), options.span, Azure::Interface(interface));
    }

    /// `az network nsg rule create`, with the defaults of the command line: anything from anywhere to port 80.
    pub(super) fn rule_create(&mut self, options: &Options) {
        if self.may_be_any(options) {
            return;
        }
        let Some(group) = self.refer(options, "nsg-name") else { return };
        let name = options.name();
        self.not_here(options, "NetworkSecurityGroup", &group.name);
        self.check_words(options, &name);
        let rule = self.rule_from(options, None);
        self.emit_rule(options, group, &name.text, rule);
    }

    /// A rule's name and description, which only Azure checks.
    fn check_words(&mut self, options: &Options, name: &Scalar) {
        let is_open = name.unknown || name.text.is_empty() || name.text.contains(['$', '<', '%', '{']);
        if let Some(problem) = name_problem(&name.text).filter(|_| !is_open) {
            let error = Diagnostic::new(codes::AZ_RULE_NAME, Severity::Error, name.span, format!("rule `{}`: {problem}", name.text));
            self.report(error.help("Azure refuses the name; the rule is still evaluated here"));
        }
        if let Some(text) = options.value("description").filter(|text| !text.unknown && text.text.chars().count() > LONGEST_DESCRIPTION) {
            let count = text.text.chars().count();
            let message = format!("a description has {LONGEST_DESCRIPTION} characters at most, and this one {count}");
            let error = self.wrong(codes::AZ_DESCRIPTION, text.span, message);
            self.report(error);
        }
    }

    /// The rule that options make, with what they do not say from `base` or, for a new one, from the command line's defaults.
    pub(super) fn rule_from(&mut self, options: &Options, base: Option<SecurityRule>) -> SecurityRule {
        let mut refused = base.as_ref().is_some_and(|rule| rule.refused);
        let mut unresolved = self.open_parts(options);
        if let Some(expression) = self.in_question(options) {
            unresolved.push(Unresolved { part: RulePart::Presence, expression });
        }
        let direction = match self.choice(options, "direction", &["Inbound", "Outbound"]) {
            Some("Outbound") => RuleDirection::Outbound,
            Some(_) => RuleDirection::Inbound,
            None => base.as_ref().map_or(RuleDirection::Inbound, |rule| rule.direction),
        };
        let access = match self.choice(options, "access", &["Allow", "Deny"]) {
            Some("Deny") => Access::Deny,
            Some(_) => Access::Allow,
            None => base.as_ref().map_or(Access::Allow, |rule| rule.access),
        };
        let protocol = match self.choice(options, "protocol", &["*", "Ah", "Esp", "Icmp", "Tcp", "Udp"]) {
            Some("Tcp") => Some(Protocol::TCP),
            Some("Udp") => Some(Protocol::UDP),
            Some("Icmp") => Some(Protocol::ICMP),
            Some("Esp") => Some(Protocol(50)),
            Some("Ah") => Some(Protocol(51)),
            Some(_) => None,
            None => base.as_ref().and_then(|rule| rule.protocol),
        };
        let open_priority = unresolved.iter().any(|u| u.part == RulePart::Priority);
        let old = base.as_ref().filter(|_| !options.has("priority")).map(|rule| i64::from(rule.priority));
        let number: i64 = old.or_else(|| options.value("priority").and_then(|p| p.text.parse().ok())).unwrap_or(-1);
        if old.is_none() && !open_priority && !PRIORITIES.contains(&number) {
            let error = self.wrong(codes::AZ_PRIORITY, options.span_of("priority"), "--priority is a whole number from 100 to 4096");
            self.report(error);
            refused = true;
        }
        let side = |reader: &mut Self, end: &str, old: Option<&RuleSide>, refused: &mut bool| {
            let (prefixes, groups) = (format!("{end}-address-prefixes"), format!("{end}-asgs"));
            match old.filter(|_| !options.has(&prefixes) && !options.has(&groups)) {
                Some(old) => old.clone(),
                None => reader.rule_side(options, &prefixes, &groups, refused),
            }
        };
        let source = side(self, "source", base.as_ref().map(|rule| &rule.source), &mut refused);
        let destination = side(self, "destination", base.as_ref().map(|rule| &rule.destination), &mut refused);
        let ports = |reader: &mut Self, end: &str, old: Option<&PortMatch>, default: Option<u16>, refused: &mut bool| {
            let name = format!("{end}-port-ranges");
            match old.filter(|_| !options.has(&name)) {
                Some(old) => old.clone(),
                None => reader.rule_ports(options, &name, default, refused),
            }
        };
        let source_ports = ports(self, "source", base.as_ref().map(|rule| &rule.source_ports), None, &mut refused);
        let destination_ports = ports(self, "destination", base.as_ref().map(|rule| &rule.destination_ports), Some(80), &mut refused);
        if base.is_none() && !options.has("destination-port-ranges") {
            let message = "without `--destination-port-ranges` the rule is about port 80 only";
            self.report(Diagnostic::new(codes::AZ_ASSUMED, Severity::Note, options.span, message));
        }
        let rule = SecurityRule {
            name: base.as_ref().map_or_else(|| options.name().text.as_str().into(), |rule| rule.name.clone()),
            span: base.as_ref().map_or(options.span, |rule| rule.span),
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
            variants: Vec::new(),
        };
        let description = options.value("description").map(|d| d.text);
        SecurityRule { written: arm_fields(&rule, description.as_deref()), ..rule }
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

    fn rule_side(&mut self, options: &Options, prefixes: &str, groups: &str, refused: &mut bool) -> RuleSide {
        let groups = options.list(groups);
        if !groups.is_empty() {
            let span = groups.first().map(|g| g.span);
            return RuleSide { span, groups: application_groups(&groups), ..RuleSide::default() };
        }
        let items = options.values(prefixes);
        let mut side = RuleSide { span: items.first().map(|i| i.span), any: items.is_empty(), ..RuleSide::default() };
        for item in &items {
            let text = item.text.trim();
            if item.unknown {
                side.unresolved = true;
                self.unresolved(item);
            } else if let Some(found) = prefix(text) {
                side.prefixes.push(found);
            } else if text == "*" || is_tag(text) {
                if items.len() > 1 {
                    let message = format!("a list of prefixes cannot contain `{text}`; a tag or `*` must be the only value");
                    let error = self.wrong(codes::AZ_TAG_IN_LIST, item.span, message);
                    self.report(error.help("Azure refuses the rule; it is evaluated here as intended: make a rule of its own for the tag"));
                }
                match own_tag(text).unwrap_or(text) {
                    "*" => side.any = true,
                    tag => side.tags.push(tag.into()),
                }
            } else {
                let error = no_address(text, item.span, "");
                let error = match meant_tag(text) {
                    Some(meant) => self.reader.rewrite(error, item.span, Some(&meant)),
                    None => error,
                };
                self.report(error);
                *refused = true;
            }
        }
        side
    }

    fn rule_ports(&mut self, options: &Options, name: &str, default: Option<u16>, refused: &mut bool) -> PortMatch {
        let items: Vec<Scalar> = options.values(name);
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
