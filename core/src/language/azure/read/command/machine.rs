//! `az vm create`, with all that it makes besides the machine.
//!
//! Upstream: azure-cli 2.91.0, module `vm`: `_validate_vm_vmss_create_vnet`, `_validate_vm_create_nsg`, `_validate_vm_vmss_create_public_ip` in
//! `_validators.py`, `create_vm` in `custom.py` and `build_nsg_resource` in `_template_builder.py`. Where nothing is said, the machine goes into the first
//! network of its resource group and region that has a subnet; if there is none, a network `NAMEVNET` 10.0.0.0/16 with `NAMESubnet` 10.0.0.0/24 is made. A
//! security group that does not exist is made, with a rule that lets in SSH or, for Windows, RDP.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::rules::application_groups;
use super::options::Options;
use super::{AzureReader, Scalar};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::read::rules::{port_range, prefix};
use crate::language::azure::read::short::arm_fields;
use crate::language::azure::{
    Access, AddressSku, Azure, Configuration, Interface, PortMatch, Reference, RuleDirection, RuleSide, SecurityGroup, SecurityRule,
    Subnet, VirtualNetwork,
};
use crate::language::{Kind, codes};
use crate::model::Protocol;
use crate::text::Span;

/// The priority of the rule that comes with a security group.
const PRIORITY: u16 = 1000;
/// The priority of a rule that opens a port later.
const OPEN_PRIORITY: u32 = 900;
/// What a group is called that is only made if there is none of its name.
pub(crate) const MADE_GROUP: &str = "MadeSecurityGroup";
const SPACE: &str = "10.0.0.0/16";
const RANGE: &str = "10.0.0.0/24";
/// Machines that one command shows.
const MOST_MACHINES: u32 = 250;

/// A security group that a command makes for a machine.
#[derive(Clone, Copy)]
struct MadeGroup {
    /// The port that its rule lets in; nothing where it gets no rule.
    port: Option<u16>,
}

impl AzureReader<'_, '_> {
    pub(super) fn machine_create(&mut self, options: &Options) {
        if options.has("nics") {
            let interfaces = options.values("nics").iter().map(super::super::reference_of).collect();
            let zones = options.list("zone").into_iter().map(|z| z.text.as_str().into()).collect();
            self.emit("VirtualMachine", &options.name(), options.span, Azure::Machine { interfaces, zones });
            return;
        }
        let (subnet, makes_network) = self.machine_subnet(options);
        let (group, made_group) = self.machine_group(options);
        let given = options.value("public-ip-address");
        let none = given.as_ref().is_some_and(|v| v.text.is_empty() || v.text == "\"\"");
        let sku = match options.word("public-ip-sku").as_deref() {
            Some("basic") => AddressSku::Basic,
            _ => AddressSku::Standard,
        };
        // One that exists has a kind of its own.
        let public = given.filter(|v| !none && self.made("PublicIPAddress", super::super::rules::last_segment(&v.text)).is_some());
        let configuration = Configuration {
            name: format!("ipconfig{}", options.name().text).as_str().into(),
            address: options.value("private-ip-address").and_then(|a| self.address(&a)),
            subnet,
            public_sku: (!none && public.is_none()).then_some(sku),
            public: public.map(|v| super::super::reference_of(&v)),
            public_address: None,
            groups: application_groups(&options.list("asgs")),
            private: none,
            ..Configuration::default()
        };
        self.say_what_is_made(options, makes_network, made_group, !none);
        let count = self.count(options, "count", 2, MOST_MACHINES);
        let name = options.name();
        for number in 0..count.unwrap_or(1) {
            let own = if count.is_some() { Scalar { text: format!("{}{number}", name.text), ..name.clone() } } else { name.clone() };
            let interface = Interface {
                location: Self::command_location(options),
                machine: Some(own.text.as_str().into()),
                group: group.clone(),
                configurations: alloc::vec![configuration.clone()],
                zones: options.list("zone").into_iter().map(|z| z.text.as_str().into()).collect(),
                ..Interface::default()
            };
            self.emit("NetworkInterface", &own, options.span, Azure::Interface(interface));
        }
    }

    /// The subnet that a machine goes into, and whether its network is made.
    fn machine_subnet(&mut self, options: &Options) -> (Option<Reference>, bool) {
        let given = self.refer_subnet(options, "subnet");
        let network = options.value("vnet-name");
        if given.is_none() && network.is_none() {
            if let Some(found) = self.first_subnet(options) {
                return (Some(found), false);
            }
            return (Some(self.machine_network(options, None, None)), true);
        }
        let name = network.as_ref().map(|n| n.text.as_str()).or_else(|| given.as_ref().and_then(|g| g.parent.as_deref()));
        let exists = name.is_some_and(|name| self.made("VirtualNetwork", name).is_some());
        // A network that is named and not made here may be given elsewhere, with its subnet; ranges for it say that the command makes it.
        let has_ranges = options.has("vnet-address-prefix") || options.has("subnet-address-prefix");
        let made = given.as_ref().filter(|given| !exists && has_ranges && given.scope.group.is_none()).map(|given| given.name.clone());
        if exists || given.is_some() && made.is_none() {
            if given.is_none() {
                let subnet = Reference {
                    name: format!("{}Subnet", options.name().text).as_str().into(),
                    parent: name.map(Box::from),
                    scope: Default::default(),
                    span: options.span,
                };
                return (Some(subnet), false);
            }
            return (given, false);
        }
        let name = name.map(String::from);
        (Some(self.machine_network(options, name, made)), true)
    }

    /// The first subnet of the first network of the same region.
    fn first_subnet(&self, options: &Options) -> Option<Reference> {
        let location = Self::command_location(options);
        let here = |own: &Option<Box<str>>| match (own, &location) {
            (Some(own), Some(location)) => own.eq_ignore_ascii_case(location),
            _ => true,
        };
        self.resources.iter().find_map(|resource| {
            let Kind::Azure(azure) = &resource.kind else { return None };
            let Azure::Network(network) = &**azure else { return None };
            let separate = || {
                self.resources.iter().find_map(|other| match &other.kind {
                    Kind::Azure(azure) => match &**azure {
                        Azure::Subnet { network, subnet } if network.name.eq_ignore_ascii_case(&resource.meta.name) => Some(&subnet.name),
                        _ => None,
                    },
                    _ => None,
                })
            };
            // The network that AKS makes is in a resource group of its own.
            let of_cluster = resource.meta.name.starts_with("vnet of ");
            let first =
                network.subnets.iter().map(|s| &s.name).find(|name| !name.eq_ignore_ascii_case("GatewaySubnet")).or_else(separate)?;
            let reference =
                Reference { name: first.clone(), parent: Some(resource.meta.name.clone()), scope: Default::default(), span: options.span };
            (here(&network.location) && !of_cluster).then_some(reference)
        })
    }

    /// Makes the network of a machine.
    fn machine_network(&mut self, options: &Options, name: Option<String>, subnet: Option<Box<str>>) -> Reference {
        let machine = options.name();
        let name = name.unwrap_or_else(|| format!("{}VNET", machine.text));
        let subnet = subnet.unwrap_or_else(|| format!("{}Subnet", machine.text).into());
        let mut ranges = |option: &str, default: &str| {
            let found = self.ranges(options, option);
            if found.is_empty() { prefix(default).map(|cidr| (cidr, options.span)).into_iter().collect() } else { found }
        };
        let (space, range) = (ranges("vnet-address-prefix", SPACE), ranges("subnet-address-prefix", RANGE));
        let own = Subnet {
            name: subnet.clone(),
            span: options.span,
            prefixes: range,
            group: None,
            routes: None,
            delegated: None,
            outbound: Default::default(),
        };
        let network = VirtualNetwork {
            location: Self::command_location(options),
            prefixes: space,
            subnets: alloc::vec![own],
            ..VirtualNetwork::default()
        };
        let full = Scalar { text: name.clone(), ..machine };
        self.emit("VirtualNetwork", &full, options.span, Azure::Network(network));
        Reference { name: subnet, parent: Some(name.as_str().into()), scope: Default::default(), span: options.span }
    }

    /// The security group of a machine, and what is made of it if it is not there yet.
    fn machine_group(&mut self, options: &Options) -> (Option<Reference>, Option<MadeGroup>) {
        let given = options.value("nsg");
        if given.as_ref().is_some_and(|v| v.text.is_empty() || v.text == "\"\"") {
            return (None, None);
        }
        let machine = options.name();
        // A group that is named and not made here may be given elsewhere; then it is that one.
        let kind = if given.is_some() { MADE_GROUP } else { "NetworkSecurityGroup" };
        let name = given.unwrap_or_else(|| Scalar { text: format!("{}NSG", machine.text), ..machine });
        let reference = super::super::reference_of(&name);
        // An identifier names one that exists, and so does a name that the text makes or that it does not spell out.
        let exists = self.made("NetworkSecurityGroup", &name.text).or_else(|| self.made(MADE_GROUP, &name.text)).is_some();
        if name.unknown || name.text.contains('/') || exists {
            return (Some(reference), None);
        }
        let windows =
            options.word("os-type").map_or_else(|| options.word("image").is_some_and(|image| image.contains("win")), |os| os == "windows");
        let port = match options.word("nsg-rule").as_deref() {
            Some("none") => None,
            Some("rdp") => Some(3389),
            Some(_) => Some(22),
            None if windows => Some(3389),
            None => Some(22),
        };
        let rules = port.map(|port| {
            let name = if port == 22 { "default-allow-ssh" } else { "rdp" };
            opening(name, options.span, PRIORITY, Some(Protocol::TCP), Some(alloc::vec![(port, port)]))
        });
        let group =
            SecurityGroup { location: Self::command_location(options), rules: rules.into_iter().collect(), ..SecurityGroup::default() };
        self.emit(kind, &name, options.span, Azure::Group(group));
        (Some(reference), Some(MadeGroup { port }))
    }

    /// `az vm open-port`: a rule in the group of the machine's interface. Upstream: `open_vm_port` in `custom.py`.
    pub(super) fn open_port(&mut self, options: &Options) {
        let name = options.name();
        let Some(at) = self.made("NetworkInterface", &name.text) else {
            self.changes_nothing(options, &format!("machine `{}`", name.text));
            return;
        };
        let Some(port) = options.value("port").filter(|p| !p.unknown) else { return };
        let mut ranges = Vec::new();
        for part in port.text.split(',') {
            match port_range(part.trim()) {
                Ok(Some(range)) => ranges.push(range),
                Ok(None) => {}
                Err(problem) => {
                    let error = self.wrong(codes::AZ_PORT, port.span, format!("`{part}` {problem}"));
                    self.report(error);
                    return;
                }
            }
        }
        let all = port.text.trim() == "*";
        let priority = self.count(options, "priority", 100, 4096).unwrap_or(OPEN_PRIORITY);
        let rule_name = if all { "open-port-all".into() } else { format!("open-port-{}", port.text.replace(',', "_")) };
        let own = match self.made_azure(at) {
            Some(Azure::Interface(interface)) => interface.group.clone(),
            _ => None,
        };
        let group = own.unwrap_or_else(|| {
            let made = options.value("nsg-name").map_or_else(|| format!("{}NSG", name.text), |n| n.text);
            let full = Scalar { text: made.clone(), ..name.clone() };
            self.emit(MADE_GROUP, &full, options.span, Azure::Group(SecurityGroup::default()));
            let reference = Reference { name: made.as_str().into(), parent: None, scope: Default::default(), span: options.span };
            if let Some(Azure::Interface(interface)) = self.made_azure(at) {
                interface.group = Some(reference.clone());
            }
            reference
        });
        let rule = opening(&rule_name, options.span, u16::try_from(priority).unwrap_or(900), None, (!all).then_some(ranges));
        let full = Scalar { text: format!("{}/{rule_name}", group.name), ..name };
        self.emit("SecurityRule", &full, options.span, Azure::Rule { group, rule: Box::new(rule) });
    }

    fn say_what_is_made(&mut self, options: &Options, makes_network: bool, group: Option<MadeGroup>, public: bool) {
        let mut made: Vec<String> = Vec::new();
        if makes_network {
            made.push("a network".into());
        }
        if let Some(MadeGroup { port }) = group {
            made.push(port.map_or_else(
                || "a network security group without rules".into(),
                |port| format!("a network security group that allows TCP {port} from anywhere"),
            ));
        }
        if made.is_empty() {
            return;
        }
        if public {
            made.push("a public address".into());
        }
        let message = format!("`az vm create` also creates {}", made.join(", "));
        let note = Diagnostic::new(codes::AZ_ASSUMED, Severity::Note, options.span, message);
        self.report(note.help("use `--nsg`, `--subnet` and `--public-ip-address` for others, or with \"\" for none"));
    }
}

/// An inbound rule that lets in from anywhere.
fn opening(name: &str, span: Span, priority: u16, protocol: Option<Protocol>, ranges: Option<Vec<(u16, u16)>>) -> SecurityRule {
    let any = || RuleSide { any: true, ..RuleSide::default() };
    let rule = SecurityRule {
        name: name.into(),
        span,
        written: Vec::new(),
        priority,
        direction: RuleDirection::Inbound,
        access: Access::Allow,
        protocol,
        source: any(),
        destination: any(),
        source_ports: PortMatch::default(),
        destination_ports: PortMatch { ranges, ..PortMatch::default() },
        refused: false,
        unresolved: Vec::new(),
        variants: Vec::new(),
    };
    SecurityRule { written: arm_fields(&rule, None), ..rule }
}
