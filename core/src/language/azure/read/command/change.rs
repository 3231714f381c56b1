//! Commands that change or delete what commands before them made, in the order of the text: `az network nsg rule update`, `az network nsg delete`,
//! `az network vnet subnet update`, `az network nic update` and the like.
//!
//! A command whose object the text does not make changes nothing here, and says so; where it may be that it changes rules of a group that is given
//! elsewhere, these are not to be told.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::network::subnet_outbound;
use super::options::Options;
use super::{AzureReader, Scalar};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{Azure, Configuration, Reach, Reference, RulePart, SecurityRule, Subnet, SubnetOutbound, Unresolved};
use crate::language::{Kind, Resource, codes};

/// What an object is called in a command, and the kind that it has here.
const KINDS: [(&str, &str); 13] = [
    ("network nsg", "NetworkSecurityGroup"),
    ("network vnet", "VirtualNetwork"),
    ("network nic", "NetworkInterface"),
    ("network private-endpoint", "PrivateEndpoint"),
    ("network asg", "ApplicationSecurityGroup"),
    ("network public-ip", "PublicIPAddress"),
    ("network route-table", "RouteTable"),
    ("network route-table route", "Route"),
    ("network application-gateway", "ApplicationGateway"),
    ("vm", "NetworkInterface"),
    ("aks", "ManagedCluster"),
    ("network vnet subnet", "Subnet"),
    ("network vnet peering", "VirtualNetworkPeering"),
];

/// Nothing, as an option says it.
fn is_nothing(value: &Scalar) -> bool {
    value.text.is_empty() || value.text == "null" || value.text == "None"
}

impl AzureReader<'_, '_> {
    /// The last object of a kind with this name that the text made.
    pub(super) fn made(&self, kind: &str, name: &str) -> Option<usize> {
        let here = |resource: &Resource| resource.meta.scope.fits(&self.scope);
        let same = |own: &str| own == kind || kind == "NetworkSecurityGroup" && own == super::machine::MADE_GROUP;
        let fits = |resource: &Resource| same(&resource.kind_name) && resource.meta.name.eq_ignore_ascii_case(name) && here(resource);
        self.resources.iter().rposition(fits)
    }

    pub(super) fn made_azure(&mut self, at: usize) -> Option<&mut Azure> {
        match &mut self.resources.get_mut(at)?.kind {
            Kind::Azure(azure) => Some(azure),
            _ => None,
        }
    }

    /// Says that a command is about an object of another resource group than those of this name that the text makes.
    pub(super) fn not_here(&mut self, options: &Options, kind: &str, name: &str) {
        if self.made(kind, name).is_some() {
            return;
        }
        let here = core::mem::take(&mut self.scope);
        let elsewhere = self.made(kind, name).is_some();
        self.scope = here;
        if elsewhere {
            let place = [&self.scope.subscription, &self.scope.group].into_iter().flatten().map(|p| &**p).collect::<Vec<_>>().join("/");
            self.changes_nothing(options, &format!("`{name}` in `{place}`"));
        }
    }

    pub(super) fn changes_nothing(&mut self, options: &Options, what: &str) {
        let message = format!("`az {}`: no earlier command creates {what}, so nothing changes", options.what);
        let warning = Diagnostic::new(codes::CHANGES_NOTHING, Severity::Warning, options.span, message);
        self.report(warning.help("put the command that creates it above, or paste what `az … show -o json` prints afterwards"));
    }

    /// A command about a security group of which the name is not known: if the text makes none that is called so, it may be any that it makes. Says
    /// whether that is so.
    pub(super) fn may_be_any(&mut self, options: &Options) -> bool {
        self.may_be_unnamed(options);
        let Some(name) = options.value("nsg-name").filter(|name| name.unknown) else { return false };
        let is_group = |resource: &Resource| matches!(&resource.kind, Kind::Azure(azure) if matches!(**azure, Azure::Group(_)));
        if self.made("NetworkSecurityGroup", &name.text).is_some() || !self.resources.iter().any(is_group) {
            return false;
        }
        self.unresolved(&name);
        let why = format!("`az {}` may be about it: the value of `{}` is not known", options.what, name.text).as_str().into();
        self.emit("Change", &name, options.span, Azure::MayChange { why, reach: Reach::Document });
        true
    }

    pub(super) fn rule_update(&mut self, options: &Options) {
        if self.may_be_any(options) {
            return;
        }
        let Some(group) = self.refer(options, "nsg-name") else { return };
        let name = options.name().text;
        let Some(base) = self.made_rule(&group.name, &name).cloned() else {
            self.unknown_rule(options, group);
            return;
        };
        let changed = self.rule_from(options, Some(base.clone()));
        if changed.refused && !base.refused {
            // Azure refuses the command, so the rule stays as it is.
            return;
        }
        if self.doubt.is_some() {
            return self.emit_rule(options, group, &name, changed);
        }
        if let Some(rule) = self.made_rule(&group.name, &name) {
            *rule = changed;
        }
    }

    /// A rule that a command makes. Where it is not known whether that runs, it may be this one or the one that was there.
    pub(super) fn emit_rule(&mut self, options: &Options, group: Reference, name: &str, rule: SecurityRule) {
        let mut full = Scalar { text: format!("{}/{name}", group.name), unknown: false, span: options.name().span };
        if let Some(expression) = self.doubt.clone() {
            full.text = format!("{} at {}", full.text, options.span.start);
            if let Some(old) = self.made_rule(&group.name, name).filter(|old| old.unresolved(RulePart::Presence).is_none()) {
                old.unresolved.push(Unresolved { part: RulePart::Presence, expression });
            }
        }
        self.emit("SecurityRule", &full, options.span, Azure::Rule { group, rule: Box::new(rule) });
    }

    /// The rule with this name: one that a command made, or that came with its group.
    fn made_rule(&mut self, group: &str, name: &str) -> Option<&mut SecurityRule> {
        let own = self.made("SecurityRule", &format!("{group}/{name}"));
        let at = own.or_else(|| self.made("NetworkSecurityGroup", group))?;
        match self.made_azure(at)? {
            Azure::Rule { rule, .. } => Some(rule),
            Azure::Group(group) => group.rules.iter_mut().rfind(|rule| rule.name.eq_ignore_ascii_case(name)),
            _ => None,
        }
    }

    pub(super) fn rule_delete(&mut self, options: &Options) {
        if self.may_be_any(options) {
            return;
        }
        let Some(group) = self.refer(options, "nsg-name") else { return };
        let name = options.name().text;
        if self.made_rule(&group.name, &name).is_none() {
            self.unknown_rule(options, group);
            return;
        }
        if let Some(expression) = self.in_question(options) {
            if let Some(rule) = self.made_rule(&group.name, &name) {
                rule.unresolved.push(Unresolved { part: RulePart::Presence, expression });
            }
            return;
        }
        if let Some(at) = self.made("SecurityRule", &format!("{}/{name}", group.name)) {
            self.resources.remove(at);
        }
        let at = self.made("NetworkSecurityGroup", &group.name);
        if let Some(Azure::Group(group)) = at.and_then(|at| self.made_azure(at)) {
            group.rules.retain(|rule| !rule.name.eq_ignore_ascii_case(&name));
        }
    }

    /// A rule that the text does not make is one of a group that is given elsewhere, if it is one at all.
    fn unknown_rule(&mut self, options: &Options, group: Reference) {
        let name = options.name();
        if name.unknown {
            self.unresolved(&name);
        } else {
            self.changes_nothing(options, &format!("rule `{}` of `{}`", name.text, group.name));
        }
        // One of which the name is not known may be any rule of the group.
        if name.unknown || self.made("NetworkSecurityGroup", &group.name).is_none() {
            let full = Scalar { text: format!("{}/{}", group.name, name.text), ..name };
            let expression = format!("az {} -n {}", options.what, options.name().text).as_str().into();
            self.emit("SecurityRules", &full, options.span, Azure::MissingRules { group, expression, represented: false });
        }
    }

    /// `az … delete`, for what others do not use.
    pub(super) fn delete(&mut self, options: &Options) {
        let Some(what) = options.what.strip_suffix(" delete") else { return };
        if self.open_in_doubt(options) {
            return;
        }
        let Some((_, kind)) = KINDS.iter().find(|(command, _)| *command == what) else { return };
        let parent = options.value("vnet-name").or_else(|| options.value("route-table-name")).map(|v| v.text);
        let own = options.name().text;
        let full = parent.as_deref().map_or_else(|| own.clone(), |parent| format!("{parent}/{own}"));
        if let Some(user) = self.user_of(kind, &own, parent.as_deref()) {
            let message = format!("`az {}`: `{own}` is in use by `{user}`, so Azure refuses to delete it", options.what);
            let error = self.wrong(codes::AZ_COMBINATION, options.span, message);
            self.report(error.help("the command has no effect here; remove it there first"));
            return;
        }
        let inline = kind == &"Subnet" && self.take_subnet(parent.as_deref(), &own);
        match self.made(kind, &full) {
            Some(at) => {
                self.resources.remove(at);
                let below = format!("{}/", full.to_lowercase());
                self.resources.retain(|r| {
                    !(r.kind_name.len() < 40 && r.meta.name.to_lowercase().starts_with(&below) && is_child(kind, &r.kind_name))
                });
            }
            None if inline => {}
            None if what == "vm" && self.take_machine(&own) => {}
            None => self.changes_nothing(options, &format!("`{own}`")),
        }
    }

    /// Takes a machine off its interfaces, which stay. Upstream: Azure documentation, "Delete a VM and attached resources".
    fn take_machine(&mut self, name: &str) -> bool {
        let Some(at) = self.made("VirtualMachine", name) else { return false };
        self.resources.remove(at);
        true
    }

    /// Who uses something that is to be deleted.
    pub(super) fn user_of(&self, kind: &str, name: &str, parent: Option<&str>) -> Option<String> {
        let same = |reference: &Option<Reference>| {
            reference.as_ref().is_some_and(|r| {
                r.name.eq_ignore_ascii_case(name)
                    && parent.is_none_or(|p| r.parent.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(p)))
            })
        };
        let within = |reference: &Option<Reference>| {
            reference.as_ref().and_then(|r| r.parent.as_deref()).is_some_and(|network| network.eq_ignore_ascii_case(name))
        };
        self.resources.iter().find_map(|resource| {
            let Kind::Azure(azure) = &resource.kind else { return None };
            if !resource.meta.scope.fits(&self.scope) {
                return None;
            }
            let uses = match (kind, &**azure) {
                ("NetworkSecurityGroup", Azure::Network(network)) => network.subnets.iter().any(|s| same(&s.group)),
                ("NetworkSecurityGroup", Azure::Subnet { subnet, .. }) => same(&subnet.group),
                ("NetworkSecurityGroup", Azure::Interface(interface)) => same(&interface.group),
                ("Subnet", Azure::Interface(interface)) => interface.configurations.iter().any(|c| same(&c.subnet)),
                ("Subnet", Azure::Cluster(cluster)) => cluster.pools.iter().any(|p| same(&p.subnet) || same(&p.pod_subnet)),
                ("VirtualNetwork", Azure::Interface(interface)) => interface.configurations.iter().any(|c| within(&c.subnet)),
                ("VirtualNetwork", Azure::Cluster(cluster)) => cluster.pools.iter().any(|p| within(&p.subnet) || within(&p.pod_subnet)),
                _ => false,
            };
            uses.then(|| resource.meta.name.to_string())
        })
    }

    /// Where a subnet with this name was made.
    fn made_subnet(&self, network: Option<&str>, name: &str) -> Option<usize> {
        let of_network = |own: &str| network.is_none_or(|network| network.eq_ignore_ascii_case(own));
        let here = |resource: &&Resource| resource.meta.scope.fits(&self.scope);
        self.resources.iter().rposition(|resource| match &resource.kind {
            Kind::Azure(azure) if here(&resource) => match &**azure {
                Azure::Network(own) => of_network(&resource.meta.name) && own.subnets.iter().any(|s| s.name.eq_ignore_ascii_case(name)),
                Azure::Subnet { network, subnet } => of_network(&network.name) && subnet.name.eq_ignore_ascii_case(name),
                _ => false,
            },
            _ => false,
        })
    }

    /// The subnet with this name, wherever it was made.
    pub(super) fn subnet_mut(&mut self, network: Option<&str>, name: &str) -> Option<&mut Subnet> {
        let at = self.made_subnet(network, name)?;
        match self.made_azure(at)? {
            Azure::Network(own) => own.subnets.iter_mut().find(|s| s.name.eq_ignore_ascii_case(name)),
            Azure::Subnet { subnet, .. } => Some(subnet),
            _ => None,
        }
    }

    /// Takes a subnet out of the network that it is written in; false where it is not written in one.
    fn take_subnet(&mut self, network: Option<&str>, name: &str) -> bool {
        let at = self.made_subnet(network, name);
        match at.and_then(|at| self.made_azure(at)) {
            Some(Azure::Network(own)) => {
                own.subnets.retain(|s| !s.name.eq_ignore_ascii_case(name));
                true
            }
            _ => false,
        }
    }

    /// `az network vnet subnet update`.
    pub(super) fn subnet_update(&mut self, options: &Options) {
        let Some(network) = options.value("vnet-name") else { return };
        let name = options.name();
        let given = options.value("network-security-group").or_else(|| options.value("nsg"));
        let group = given.filter(|v| !is_nothing(v)).map(|v| super::super::reference_of(&v));
        let detaches = (options.has("network-security-group") || options.has("nsg")) && group.is_none();
        let routes = options.value("route-table");
        let prefixes = self.ranges(options, "address-prefixes");
        let outbound = subnet_outbound(options);
        let loses_gateway = options.value("nat-gateway").is_some_and(|v| is_nothing(&v));
        let in_doubt = self.doubt.is_some();
        // The route table that a subnet has if the command runs is as unknown as whether it does.
        let doubt = Scalar { text: format!("${{{}}}", self.doubt.as_deref().unwrap_or_default()), unknown: true, span: options.span };
        self.subnet_policies(options, &network.text);
        self.use_nat_gateway(options, &network.text);
        if let Some(subnet) = self.subnet_mut(Some(&network.text), &name.text) {
            subnet.outbound = SubnetOutbound {
                default_access: outbound.default_access.or(subnet.outbound.default_access),
                nat: !loses_gateway && (outbound.nat || subnet.outbound.nat),
            };
            let old = subnet.group.clone();
            let changes_group = detaches || group.is_some();
            if changes_group && !in_doubt {
                subnet.group.clone_from(&group);
            }
            if let Some(routes) = routes {
                let own = if in_doubt { Some(&doubt) } else { Some(&routes).filter(|routes| !is_nothing(routes)) };
                subnet.routes = own.map(super::super::reference_of);
            }
            if !prefixes.is_empty() && !in_doubt {
                subnet.prefixes = prefixes;
            }
            if changes_group && in_doubt {
                let target = Reference {
                    name: name.text.as_str().into(),
                    parent: Some(network.text.as_str().into()),
                    scope: Default::default(),
                    span: name.span,
                };
                let choices = if old.is_none() { alloc::vec![None, group] } else { alloc::vec![group] };
                self.may_get(options, target, false, choices);
            }
            return;
        }
        let target = Reference {
            name: name.text.as_str().into(),
            parent: Some(network.text.as_str().into()),
            scope: Default::default(),
            span: name.span,
        };
        self.not_here(options, "VirtualNetwork", &network.text);
        let full = Scalar { text: format!("{}/{}", network.text, name.text), ..name.clone() };
        let routes = routes.filter(|v| !is_nothing(v)).map(|v| super::super::reference_of(&v));
        let changes_ways = routes.is_some() || outbound != SubnetOutbound::default();
        if changes_ways {
            // Each command changes something of its own.
            let what = Scalar { text: format!("{} at {}", full.text, options.span.start), ..full.clone() };
            self.emit("SubnetChange", &what, options.span, Azure::SubnetUpdate { target: target.clone(), routes, outbound });
        }
        let Some(group) = group else {
            if detaches || !prefixes.is_empty() {
                self.changes_nothing(options, &format!("subnet `{}` of `{}`", name.text, network.text));
            }
            return;
        };
        self.emit("SubnetUpdate", &full, options.span, Azure::Attach { target, group, to_interface: false });
    }

    /// `az network nic update`: its security group.
    pub(super) fn nic_update(&mut self, options: &Options) {
        let given = options.value("network-security-group").or_else(|| options.value("nsg"));
        if given.is_none() {
            return;
        }
        let name = options.name();
        let group = given.filter(|v| !is_nothing(v)).map(|v| super::super::reference_of(&v));
        let at = self.made_interface(&name.text);
        let in_doubt = self.doubt.is_some();
        if let Some(Azure::Interface(interface)) = at.and_then(|at| self.made_azure(at)) {
            if !in_doubt {
                interface.group = group;
                return;
            }
            let choices = if interface.group.is_none() { alloc::vec![None, group] } else { alloc::vec![group] };
            let own = at.and_then(|at| self.resources.get(at)).map_or_else(|| name.text.as_str().into(), |r| r.meta.name.clone());
            let target = Reference { name: own, parent: None, scope: Default::default(), span: name.span };
            return self.may_get(options, target, true, choices);
        }
        match group {
            Some(group) => {
                self.not_here(options, "NetworkInterface", &name.text);
                let target = Reference { name: name.text.as_str().into(), parent: None, scope: Default::default(), span: name.span };
                self.emit("InterfaceUpdate", &name, options.span, Azure::Attach { target, group, to_interface: true });
            }
            None => self.changes_nothing(options, &format!("interface `{}`", name.text)),
        }
    }

    /// The interface with this name: that of a machine is called after it.
    pub(super) fn made_interface(&self, name: &str) -> Option<usize> {
        let of_machine = name.get(..name.len().saturating_sub(5)).filter(|_| name.to_lowercase().ends_with("vmnic"));
        self.made("NetworkInterface", name).or_else(|| self.made("NetworkInterface", of_machine?))
    }

    /// `az network nic ip-config address-pool add`: a pool of a load balancer or of an application gateway.
    pub(super) fn address_pool(&mut self, options: &Options) {
        let Some(card) = options.value("nic-name").filter(|_| !options.has("gateway-name")) else { return };
        let interface = super::super::reference_of(&card);
        let pool = options.value("address-pool").unwrap_or_else(|| card.clone());
        self.emit("LoadBalancer", &pool, options.span, Azure::Balanced(alloc::vec![interface]));
    }

    /// `az network nic ip-config create` and `update`.
    pub(super) fn ip_configuration(&mut self, options: &Options) {
        self.change_configuration(options, None);
    }

    /// The same of the configuration with this number, or with the name that the command gives.
    pub(super) fn change_configuration(&mut self, options: &Options, number: Option<usize>) {
        let Some(card) = options.value("nic-name") else { return };
        let Some(at) = self.made_interface(&card.text) else {
            self.changes_nothing(options, &format!("interface `{}`", card.text));
            return;
        };
        if self.open_in_doubt(options) {
            return;
        }
        let address = options.value("private-ip-address").filter(|a| !is_nothing(a)).and_then(|a| self.address(&a));
        let public = options.value("public-ip-address");
        let subnet = self.refer_subnet(options, "subnet");
        let groups = options.list("asgs");
        let creates = options.what.ends_with("create");
        let name = options.name().text;
        let Some(Azure::Interface(interface)) = self.made_azure(at) else { return };
        if creates {
            let subnet = subnet.clone().or_else(|| interface.configurations.first()?.subnet.clone());
            interface.configurations.push(Configuration { name: name.as_str().into(), subnet, ..Configuration::default() });
        }
        let is_it = |one: &Configuration| one.name.eq_ignore_ascii_case(&name);
        let number = number.or_else(|| interface.configurations.iter().rposition(is_it));
        // Of one whose name is not given it is the one that there is.
        let only = (interface.configurations.len() == 1).then_some(0);
        let Some(configuration) = number.or(only).and_then(|number| interface.configurations.get_mut(number)) else {
            return self.changes_nothing(options, &format!("configuration `{name}` of `{}`", card.text));
        };
        if address.is_some() {
            configuration.address = address;
        }
        if let Some(public) = public {
            configuration.public = (!is_nothing(&public)).then(|| super::super::reference_of(&public));
            if configuration.public.is_none() {
                (configuration.public_sku, configuration.public_address) = (None, None);
            }
            configuration.private = configuration.public.is_none();
        }
        if subnet.is_some() {
            configuration.subnet = subnet;
        }
        configuration.balanced |= options.has("lb-address-pools");
        if !groups.is_empty() {
            let groups: Vec<Scalar> = groups.into_iter().filter(|group| !is_nothing(group)).collect();
            configuration.groups = super::super::rules::application_groups(&groups);
        }
    }
}

/// Whether objects of a kind are part of those of another.
fn is_child(kind: &str, child: &str) -> bool {
    match kind {
        "NetworkSecurityGroup" => child == "SecurityRule",
        "VirtualNetwork" => matches!(child, "Subnet" | "SubnetUpdate" | "VirtualNetworkPeering"),
        "ManagedCluster" => child == "AgentPool",
        _ => false,
    }
}
