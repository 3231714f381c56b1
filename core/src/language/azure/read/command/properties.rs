//! `--set`, `--add` and `--remove`: what they change of the object that an update command is about.
//!
//! Upstream: azure-cli, `az … --help`, "Generic Update Arguments": "Update an object by specifying a property path and value to set"; "Remove a property
//! or an element from a list".

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::AzureReader;
use super::options::Options;
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::read::value::Scalar;
use crate::language::azure::{Azure, Reach, Reference};
use crate::language::codes;
use crate::text::Span;

/// Properties that are the value of an option of the same command, as paths in lower case.
const PROPERTIES: [(&str, &str); 28] = [
    ("access", "access"),
    ("direction", "direction"),
    ("priority", "priority"),
    ("protocol", "protocol"),
    ("sourceaddressprefix", "source-address-prefixes"),
    ("sourceaddressprefixes", "source-address-prefixes"),
    ("destinationaddressprefix", "destination-address-prefixes"),
    ("destinationaddressprefixes", "destination-address-prefixes"),
    ("sourceportrange", "source-port-ranges"),
    ("sourceportranges", "source-port-ranges"),
    ("destinationportrange", "destination-port-ranges"),
    ("destinationportranges", "destination-port-ranges"),
    ("networksecuritygroup", "network-security-group"),
    ("routetable", "route-table"),
    ("natgateway", "nat-gateway"),
    ("addressprefix", "address-prefixes"),
    ("addressprefix", "address-prefix"),
    ("addressprefixes", "address-prefixes"),
    ("addressspace.addressprefixes", "address-prefixes"),
    ("allowvirtualnetworkaccess", "allow-vnet-access"),
    ("defaultoutboundaccess", "default-outbound-access"),
    ("privateendpointnetworkpolicies", "private-endpoint-network-policies"),
    ("nexthoptype", "next-hop-type"),
    ("nexthopipaddress", "next-hop-ip-address"),
    ("sku.name", "sku"),
    ("privateipaddress", "private-ip-address"),
    ("publicipaddress", "public-ip-address"),
    ("subnet", "subnet"),
];

/// Those that an object need not have, so that `--remove` takes them away, and the option that then has the value `null`.
const REMOVABLE: [(&str, &str); 5] = [
    ("networksecuritygroup", "network-security-group"),
    ("routetable", "route-table"),
    ("natgateway", "nat-gateway"),
    ("publicipaddress", "public-ip-address"),
    ("applicationsecuritygroups", "application-security-groups"),
];

/// Properties that no connection hangs on, by the beginning of their names in lower case.
const HARMLESS: [&str; 16] = [
    "tags",
    "description",
    "delegations",
    "dhcpoptions",
    "disablebgproutepropagation",
    "dnssettings",
    "allowforwardedtraffic",
    "allowgatewaytransit",
    "enableacceleratednetworking",
    "enableddosprotection",
    "enableipforwarding",
    "identity",
    "idletimeoutinminutes",
    "privatelinkservicenetworkpolicies",
    "serviceendpoint",
    "useremotegateways",
];

/// What of an object a path names, in lower case: without `properties` and without the `id` of a reference.
fn property(path: &str) -> String {
    let lower = path.trim_matches(['"', '\'']).to_ascii_lowercase();
    let inner = lower.strip_prefix("properties.").unwrap_or(&lower);
    inner.strip_suffix(".id").unwrap_or(inner).to_string()
}

/// Whether a change of a property alters nothing that is evaluated.
fn is_harmless(path: &str, new: &str) -> bool {
    // An address that is kept is the one that the interface has.
    let keeps_address = path.ends_with("privateipallocationmethod") && new.eq_ignore_ascii_case("static");
    keeps_address || HARMLESS.iter().any(|known| path.starts_with(known))
}

/// The number and the property of `ipconfigurations[0].subnet`.
fn of_configuration(path: &str) -> Option<(usize, &str)> {
    let (number, inner) = path.strip_prefix("ipconfigurations[")?.split_once("].")?;
    Some((number.parse().ok()?, inner))
}

impl AzureReader<'_, '_> {
    /// Follows `--set`, `--add` and `--remove`; what they change in another way is not known afterwards.
    pub(super) fn properties(&mut self, options: &mut Options) {
        let mut unread: Option<(String, String, Span)> = None;
        for value in options.values("set") {
            let Some((path, new)) = value.text.split_once('=') else { continue };
            let path = property(path);
            let new = new.trim_matches(['"', '\'']);
            if !(is_harmless(&path, new) || self.set_property(options, &path, &Scalar { text: new.to_string(), ..value.clone() })) {
                unread = unread.or_else(|| Some((path, format!("--set {}", value.text), options.span_of("set"))));
            }
        }
        let removed = options.values("remove");
        let is_number = |value: &Scalar| value.text.parse::<i32>().is_ok();
        for (at, value) in removed.iter().enumerate().filter(|(_, value)| !is_number(value)) {
            let path = property(&value.text);
            let takes_item = removed.get(at + 1).is_some_and(is_number);
            if !(is_harmless(&path, "") || !takes_item && self.remove_property(options, &path, value)) {
                unread = unread.or_else(|| Some((path, format!("--remove {}", value.text), options.span_of("remove"))));
            }
        }
        // What follows a path are the values that are added.
        if let Some(first) = options.value("add") {
            let path = property(&first.text);
            if !is_harmless(&path, "") {
                unread = unread.or_else(|| Some((path, format!("--add {}", first.text), options.span_of("add"))));
            }
        }
        if let Some((path, written, span)) = unread {
            self.changed_otherwise(options, &path, &written, span);
        }
    }

    /// Gives the command the option that says the same; false where there is none.
    fn set_property(&mut self, options: &mut Options, path: &str, new: &Scalar) -> bool {
        if options.what == "network route-table update" && path == "routes" && new.text == "[]" {
            return self.no_routes(&options.name().text);
        }
        if new.text.starts_with('{') {
            return false;
        }
        if let Some((number, inner)) = of_configuration(path).filter(|_| options.what == "network nic update") {
            return self.set_of_configuration(options, number, inner, new);
        }
        let option = PROPERTIES.iter().find(|(known, option)| *known == path && options.knows(option));
        option.map(|(_, option)| options.give(option, new)).is_some()
    }

    fn remove_property(&mut self, options: &mut Options, path: &str, removed: &Scalar) -> bool {
        let nothing = Scalar { text: String::from("null"), ..removed.clone() };
        if let Some((number, inner)) = of_configuration(path).filter(|_| options.what == "network nic update") {
            return self.set_of_configuration(options, number, inner, &nothing);
        }
        let option = REMOVABLE.iter().find(|(known, option)| *known == path && options.knows(option));
        option.map(|(_, option)| options.give(option, &nothing)).is_some()
    }

    /// `az network nic update --set ipConfigurations[0]…`: what `az network nic ip-config update` changes.
    fn set_of_configuration(&mut self, options: &Options, number: usize, inner: &str, new: &Scalar) -> bool {
        let mut own = Options::of("network nic ip-config update", options.span);
        let known = PROPERTIES.iter().chain(&REMOVABLE).find(|(known, option)| *known == inner && own.knows(option));
        let Some((_, option)) = known else { return false };
        own.give("nic-name", &options.name());
        own.give(option, new);
        self.change_configuration(&own, Some(number));
        true
    }

    /// A change that is not followed: what it may change is not known afterwards.
    pub(super) fn changed_otherwise(&mut self, options: &Options, path: &str, written: &str, span: Span) {
        let what = format!("az {} {written}", options.what);
        let is_change = self.open(options, path, &format!("`{what}` is not evaluated"));
        self.not_followed(span, &what, is_change);
    }

    /// Leaves open what a command may change of its object, all of it or one property, and why. False for a command of which nothing here hangs.
    pub(super) fn open(&mut self, options: &Options, path: &str, why: &str) -> bool {
        let name = options.name();
        let reference = |text: &str, parent: Option<&str>| Reference {
            name: text.into(),
            parent: parent.map(Into::into),
            scope: Default::default(),
            span: name.span,
        };
        let network = options.value("vnet-name").map(|v| v.text);
        let card = options.value("nic-name").unwrap_or_else(|| name.clone());
        let table = options.value("route-table-name").unwrap_or_else(|| name.clone());
        let open_group =
            |target: Reference, to_interface: bool| Azure::OpenGroup { target, to_interface, expression: why.into(), choices: Vec::new() };
        let changes: Vec<Azure> = match options.what.as_str() {
            "network nsg rule update" => {
                let missing =
                    |group: Scalar| Azure::MissingRules { group: reference(&group.text, None), expression: why.into(), represented: false };
                options.value("nsg-name").map(missing).into_iter().collect()
            }
            "network nsg update" | "network nsg create" => {
                alloc::vec![Azure::MissingRules { group: reference(&name.text, None), expression: why.into(), represented: false }]
            }
            "network vnet subnet update" => {
                let target = reference(&name.text, network.as_deref());
                let group = (!path.starts_with("routetable")).then(|| open_group(target.clone(), false));
                let routes = (!path.starts_with("networksecuritygroup")).then(|| Azure::OpenRoutes { target, why: why.into() });
                group.into_iter().chain(routes).collect()
            }
            "network nic update" | "network nic ip-config update" | "network nic ip-config create" => {
                let made = self.made_interface(&card.text).and_then(|at| self.resources.get(at)).map(|made| made.meta.name.to_string());
                let target = reference(made.as_deref().unwrap_or(&card.text), None);
                match path.starts_with("networksecuritygroup") {
                    true => alloc::vec![open_group(target, true)],
                    false => alloc::vec![Azure::OpenInterface { target, why: why.into() }],
                }
            }
            "network route-table create"
            | "network route-table update"
            | "network route-table route create"
            | "network route-table route update"
            | "network route-table route delete" => {
                alloc::vec![Azure::OpenTable { table: reference(&table.text, None), why: why.into() }]
            }
            "network vnet update" | "network vnet create" => self.open_network(&name.text, path, why),
            "network vnet peering update" => {
                alloc::vec![Azure::Link, Azure::MayChange { why: why.into(), reach: Reach::Anywhere }]
            }
            _ => Vec::new(),
        };
        let is_change = !changes.is_empty();
        for (number, change) in changes.into_iter().enumerate() {
            let full = Scalar { text: format!("{} at {}.{number}", name.text, options.span.start), ..name.clone() };
            self.emit("Change", &full, options.span, change);
        }
        is_change
    }

    /// The same of a virtual network: its space, its peerings, or its subnets.
    fn open_network(&mut self, name: &str, path: &str, why: &str) -> Vec<Azure> {
        let (of_peerings, of_subnets) = (path.starts_with("virtualnetworkpeerings"), path.starts_with("subnets"));
        let mut changes = alloc::vec![Azure::MayChange { why: why.into(), reach: Reach::Anywhere }];
        if of_peerings {
            changes.push(Azure::Link);
        }
        let at = self.made("VirtualNetwork", name);
        if let Some(Azure::Network(network)) = at.and_then(|at| self.made_azure(at)).filter(|_| !of_peerings && !of_subnets) {
            network.open_space = true;
        }
        if of_subnets {
            let subnets = self.made_subnets().into_iter().filter(|(of, _)| of.eq_ignore_ascii_case(name));
            changes.extend(subnets.map(|(of, subnet)| {
                let target = Reference { name: subnet.into(), parent: Some(of.into()), scope: Default::default(), span: Span::default() };
                Azure::OpenRoutes { target, why: why.into() }
            }));
        }
        changes
    }

    /// A command of which it is not known whether it runs: what it would change is open. False for one that certainly runs.
    pub(super) fn open_in_doubt(&mut self, options: &Options) -> bool {
        let Some(condition) = self.in_question(options) else { return false };
        self.open(options, "", &format!("`{condition}` decides whether `az {}` runs", options.what));
        true
    }

    pub(super) fn not_followed(&mut self, span: Span, what: &str, is_change: bool) {
        let message = format!("`{what}` is not evaluated");
        let warning = Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Warning, span, message);
        let result = "paste what `az network nsg show -o json` and `az network vnet show -o json` print afterwards";
        let help = if is_change { format!("where it may decide, the answer is \"cannot tell\"; {result}") } else { result.to_string() };
        self.report(warning.help(help));
    }
}
