//! Commands that change networks, peerings, routes and public addresses that commands before them made: updates, and `create` a second time.
//!
//! Upstream: azure-cli, `aaz/latest/network`; Azure/azure-cli#7912 (a network that is created again loses its subnets, unless they are in use),
//! Azure/azure-cli#10970 (a route table that is created again loses its routes).

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::network::route_range;
use super::options::Options;
use super::{AzureReader, Scalar};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{AddressSku, Azure, PeeredSubnets, Subnet};
use crate::language::{Kind, codes};
use crate::model::Cidr;

impl AzureReader<'_, '_> {
    /// Says that Azure refuses a command, which therefore has no effect.
    fn refuses(&mut self, options: &Options, why: &str, instead: &str) {
        let error = self.wrong(codes::AZ_COMBINATION, options.span, format!("`az {}`: {why}, so Azure refuses it", options.what));
        self.report(error.help(format!("the command has no effect here; {instead}")));
    }

    /// The subnets that the text makes in a network.
    fn subnets_of(&self, network: &str) -> Vec<&Subnet> {
        let of = |own: &str| network.eq_ignore_ascii_case(own);
        let mut all = Vec::new();
        for resource in self.resources.iter().filter(|resource| resource.meta.scope.fits(&self.scope)) {
            let Kind::Azure(azure) = &resource.kind else { continue };
            match &**azure {
                Azure::Network(own) if of(&resource.meta.name) => all.extend(&own.subnets),
                Azure::Subnet { network, subnet } if of(&network.name) => all.push(subnet),
                _ => {}
            }
        }
        all
    }

    /// `az network vnet create` of a network that is there: what the command does not say is taken away, if nothing uses it. False where the command
    /// has no effect.
    pub(super) fn network_again(&mut self, options: &Options, kept: &[Subnet]) -> bool {
        let name = options.name().text;
        let Some(at) = self.made("VirtualNetwork", &name) else { return true };
        let stays = |subnet: &Subnet| kept.iter().any(|new| new.name.eq_ignore_ascii_case(&subnet.name));
        let lost: Vec<String> = self.subnets_of(&name).into_iter().filter(|s| !stays(s)).map(|s| s.name.to_string()).collect();
        let used = lost.iter().find_map(|subnet| Some((subnet, self.user_of("Subnet", subnet, Some(&name))?)));
        if let Some((subnet, user)) = used {
            let why = format!("`{name}` is there, and its subnet `{subnet}`, which the command leaves out, is in use by `{user}`");
            self.refuses(options, &why, "use `az network vnet update` to change the network");
            return false;
        }
        if self.open_in_doubt(options) {
            return false;
        }
        if let Some(subnet) = lost.first() {
            let message =
                format!("`az {}`: `{name}` is there, and loses its subnet `{subnet}`, which the command leaves out", options.what);
            let warning = Diagnostic::new(codes::AZ_COMBINATION, Severity::Warning, options.span, message);
            self.report(warning.help("use `az network vnet update` to change the network"));
        }
        let below = format!("{}/", name.to_lowercase());
        self.resources.remove(at);
        self.resources.retain(|r| !(matches!(&*r.kind_name, "Subnet" | "SubnetUpdate") && r.meta.name.to_lowercase().starts_with(&below)));
        true
    }

    /// `az network route-table create` of a table that is there: it loses its routes. False where there is none.
    pub(super) fn table_again(&mut self, options: &Options) -> bool {
        let name = options.name().text;
        self.made("RouteTable", &name).is_some() && (self.open_in_doubt(options) || self.no_routes(&name))
    }

    /// `az network vnet peering update`.
    pub(super) fn peering_update(&mut self, options: &Options) {
        let Some(network) = self.refer(options, "vnet-name") else { return };
        let of_subnets = ["peer-complete-vnets", "local-subnet-names", "remote-subnet-names", "enable-only-ipv6"];
        let changes_subnets = of_subnets.iter().any(|option| options.has(option));
        if !(options.has("allow-vnet-access") || changes_subnets) || self.open_in_doubt(options) {
            return;
        }
        let allows = options.has("allow-vnet-access").then(|| options.flag("allow-vnet-access"));
        let mut now = self.peered_by_options(options);
        let at = self.made("VirtualNetworkPeering", &format!("{}/{}", network.name, options.name().text));
        match at.and_then(|at| self.made_azure(at)) {
            Some(Azure::Peering { peering, .. }) => {
                peering.access = allows.unwrap_or(peering.access);
                if changes_subnets {
                    // What an update does not say stays as it is.
                    let old = peering.subnets.take().filter(|_| !options.has("peer-complete-vnets") || now.is_some());
                    if let Some(old) = old {
                        let now = now.get_or_insert_with(PeeredSubnets::default);
                        if !options.has("local-subnet-names") {
                            now.local = old.local;
                        }
                        if !options.has("remote-subnet-names") {
                            now.remote = old.remote;
                        }
                        now.open |= old.open || !options.has("peer-complete-vnets");
                    }
                    peering.subnets = now;
                }
            }
            _ => self.changes_nothing(options, &format!("peering `{}` of `{}`", options.name().text, network.name)),
        }
    }

    /// `az network route-table route update`.
    pub(super) fn route_update(&mut self, options: &Options) {
        let Some(table) = self.refer(options, "route-table-name") else { return };
        if self.open_in_doubt(options) || self.open_route(options) {
            return;
        }
        let hop = options.value("next-hop-type").and_then(|hop| self.next_hop(&hop));
        let appliance = options.value("next-hop-ip-address").and_then(|a| self.address(&a));
        let range = options.value("address-prefix").and_then(|p| self.route_prefix(&p));
        let at = self.made("Route", &format!("{}/{}", table.name, options.name().text));
        match at.and_then(|at| self.made_azure(at)) {
            Some(Azure::Route { route, .. }) => {
                if let Some((prefix, tag)) = range {
                    (route.prefix, route.tag) = (prefix, tag);
                }
                route.hop = hop.unwrap_or(route.hop);
                route.appliance = appliance.or(route.appliance);
            }
            _ => self.changes_nothing(options, &format!("route `{}` of `{}`", options.name().text, table.name)),
        }
    }

    /// The range of a route, or its service tag; what is neither is reported.
    pub(super) fn route_prefix(&mut self, written: &Scalar) -> Option<(Cidr, Option<Box<str>>)> {
        match route_range(&written.text) {
            Some((prefix, tag @ Some(_))) => Some((prefix, tag)),
            _ => Some((self.cidr(written)?, None)),
        }
    }

    /// Leaves open where a route leads of which a value is not known.
    pub(super) fn open_route(&mut self, options: &Options) -> bool {
        let values = ["address-prefix", "next-hop-type", "next-hop-ip-address"].map(|option| options.value(option));
        let Some(unknown) = values.into_iter().flatten().find(|value| value.unknown) else { return false };
        self.unresolved(&unknown);
        self.open(options, "", &format!("`{}` has no value in the input", unknown.text))
    }

    /// Takes all routes out of a table; false where the input does not make it.
    pub(super) fn no_routes(&mut self, table: &str) -> bool {
        let at = self.made("RouteTable", table);
        let Some(Azure::RouteTable(routes)) = at.and_then(|at| self.made_azure(at)) else { return false };
        routes.clear();
        let scope = self.scope.clone();
        self.resources.retain(|resource| {
            let Kind::Azure(azure) = &resource.kind else { return true };
            let of = if let Azure::Route { table, .. } = &**azure { Some(table) } else { None };
            !(of.is_some_and(|of| of.name.eq_ignore_ascii_case(table)) && resource.meta.scope.fits(&scope))
        });
        true
    }

    /// `az network public-ip update`: its kind.
    pub(super) fn public_address_update(&mut self, options: &Options) {
        let sku = match self.choice(options, "sku", &["Basic", "Standard", "StandardV2"]) {
            Some("Basic") => AddressSku::Basic,
            Some(_) => AddressSku::Standard,
            None => return,
        };
        let at = self.made("PublicIPAddress", &options.name().text);
        match at.and_then(|at| self.made_azure(at)) {
            Some(Azure::PublicAddress(address)) => address.sku = sku,
            _ => self.changes_nothing(options, &format!("public address `{}`", options.name().text)),
        }
    }

    /// `az network vnet update`: its address space.
    pub(super) fn vnet_update(&mut self, options: &Options) {
        let prefixes = self.ranges(options, "address-prefixes");
        if prefixes.is_empty() || self.open_in_doubt(options) {
            return;
        }
        let name = options.name().text;
        let is_left_out = |subnet: &Subnet| subnet.prefixes.iter().any(|(own, _)| !prefixes.iter().any(|(space, _)| space.covers(own)));
        let beyond = self.subnets_of(&name).into_iter().find(|subnet| is_left_out(subnet)).map(|subnet| subnet.name.to_string());
        if let Some(subnet) = beyond {
            return self.refuses(options, &format!("subnet `{subnet}` would be outside the address space"), "keep the range that it is in");
        }
        let at = self.made("VirtualNetwork", &options.name().text);
        match at.and_then(|at| self.made_azure(at)) {
            Some(Azure::Network(network)) => network.prefixes = prefixes,
            _ => self.changes_nothing(options, &format!("network `{}`", options.name().text)),
        }
    }
}
