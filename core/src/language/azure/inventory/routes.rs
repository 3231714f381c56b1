//! Route tables of subnets, and how subnets reach the Internet. Upstream: docs/azure.md 1.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::inventory::{Builder, Placed, key};
use crate::language::azure::{Azure, NextHop, Reference, Route, SHOWN_USE, SubnetOutbound};
use crate::language::codes;
use crate::model::{AddressSet, Cidr};
use crate::snapshot::cloud::{RouteTable, RouteTableId, SubnetId, UserRoute};
use crate::text::{DocumentId, Place};

/// Gives subnets their route tables, whichever resource says it.
pub(super) fn attach(builder: &mut Builder, placed: &[Placed<'_>]) {
    let tables = tables(placed);
    conflicts(&tables, &mut builder.problems);
    for (document, resource, azure) in placed {
        match azure {
            Azure::Network(network) => {
                let number = builder.network_number(&resource.meta.name);
                for subnet in &network.subnets {
                    let found = number.and_then(|n| builder.subnet_of(n, &subnet.name));
                    give(builder, &tables, found, subnet.routes.as_ref(), *document);
                }
            }
            Azure::Subnet { network, subnet } => {
                let found = builder.network_number(&network.name).and_then(|n| builder.subnet_of(n, &subnet.name));
                give(builder, &tables, found, subnet.routes.as_ref(), *document);
            }
            Azure::SubnetUpdate { target, routes, outbound } => {
                let Some(number) = builder.subnet_number(target) else {
                    if &*resource.kind_name == SHOWN_USE {
                        continue;
                    }
                    builder.missing(target.span.within(*document), format!("there is no subnet `{}`", target.name));
                    continue;
                };
                change(builder, number, *outbound);
                give(builder, &tables, Some(number), routes.as_ref(), *document);
            }
            Azure::OpenRoutes { target, why } => {
                let number = builder.subnet_number(target);
                if let Some(subnet) = number.and_then(|number| builder.cloud.subnets.get_mut(number.index())) {
                    subnet.leave_routes_open(why);
                }
            }
            Azure::EndpointPolicies { target, policies } => {
                let number = builder.subnet_number(target);
                if let Some(subnet) = number.and_then(|number| builder.cloud.subnets.get_mut(number.index())) {
                    subnet.endpoint_policies = *policies;
                }
            }
            _ => {}
        }
    }
}

/// Takes NAT gateways without a public address away from their subnets, and says so. Upstream: azure-docs, "Troubleshoot Azure NAT Gateway": "At least one
/// public IP address must be associated with the NAT gateway for it to provide outbound connectivity".
pub(super) fn bare_gateways(builder: &mut Builder, placed: &[Placed<'_>]) {
    let mut gateways: BTreeMap<String, (bool, Place)> = BTreeMap::new();
    let mut uses: BTreeMap<SubnetId, String> = BTreeMap::new();
    for (document, resource, azure) in placed {
        match azure {
            Azure::NatGateway { has_address } => {
                let known = gateways.entry(key(&resource.meta.name)).or_insert((false, resource.span.within(*document)));
                known.0 |= has_address;
            }
            Azure::NatGatewayUse { target, gateway } => {
                if let Some(subnet) = builder.subnet_number(target) {
                    uses.insert(subnet, key(&gateway.name));
                }
            }
            _ => {}
        }
    }
    for (number, name) in uses {
        let Some((false, place)) = gateways.get(&name) else { continue };
        let Some(subnet) = builder.cloud.subnets.get_mut(number.index()).filter(|subnet| subnet.outbound.nat) else { continue };
        subnet.outbound.nat = false;
        let message = format!("NAT gateway `{name}` has no public address, so nothing leaves subnet `{}` through it", subnet.name);
        let warning = Diagnostic::at(codes::AZ_COMBINATION, Severity::Warning, Some(*place), message);
        builder.problems.push(warning.help("give it one: `--public-ip-addresses`, or `publicIpAddresses` in a template"));
    }
}

/// Two routes of a table for one prefix. Upstream: `RouteConflict`, "Routes cannot have the same AddressPrefix", as in
/// kubernetes-sigs/cloud-provider-azure#657.
fn conflicts(tables: &BTreeMap<String, Table>, problems: &mut Vec<Diagnostic>) {
    for table in tables.values() {
        let mut taken: BTreeMap<Cidr, (&str, Place)> = BTreeMap::new();
        for route in table.routes.iter().filter(|route| route.tag.is_none()) {
            let (name, place) = *taken.entry(route.prefix).or_insert((&route.name, route.place));
            // One for a tag stands for several ranges, and one of the same name takes the other's place.
            if place == route.place || name.eq_ignore_ascii_case(&route.name) {
                continue;
            }
            let message = format!("route `{}` of `{}`: `{name}` is for {} already", route.name, table.name, route.prefix);
            let error = Diagnostic::at(codes::AZ_COMBINATION, Severity::Error, Some(route.place), message);
            problems.push(error.related_place(place, "the first of them").help("Azure refuses the second; the first is used here"));
        }
    }
}

/// The routes of a table, as far as the input gives them.
#[derive(Default)]
struct Table {
    name: String,
    routes: Vec<UserRoute>,
    /// Why they are not known.
    open: Option<String>,
}

/// Tables by their name in lower case.
fn tables(placed: &[Placed<'_>]) -> BTreeMap<String, Table> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let given: BTreeMap<String, &[Cidr]> = placed
        .iter()
        .filter_map(|(_, resource, azure)| match azure {
            Azure::Tag(prefixes) => Some((key(&resource.meta.name), prefixes.as_slice())),
            _ => None,
        })
        .collect();
    // A route for a tag of which the addresses are known is one for each of its ranges.
    let user = |route: &Route, document: DocumentId| {
        let one = |prefix: Cidr, tag: Option<String>| UserRoute {
            name: route.name.to_string(),
            prefix,
            tag,
            hop: route.hop,
            appliance: route.appliance,
            place: route.span.within(document),
        };
        match route.tag.as_deref().map(|tag| (tag, given.get(&key(tag)))) {
            None => alloc::vec![one(route.prefix, None)],
            Some((_, Some(prefixes))) => prefixes.iter().map(|prefix| one(*prefix, None)).collect(),
            Some((tag, None)) => alloc::vec![one(route.prefix, Some(tag.to_string()))],
        }
    };
    for (document, resource, azure) in placed {
        match azure {
            Azure::RouteTable(routes) => {
                let known = tables.entry(key(&resource.meta.name)).or_default();
                known.name = resource.meta.name.to_string();
                known.routes.extend(routes.iter().flat_map(|r| user(r, *document)));
            }
            Azure::Route { table, route } => {
                let known = tables.entry(key(&table.name)).or_default();
                known.name = table.name.to_string();
                known.routes.extend(user(route, *document));
            }
            Azure::OpenTable { table, why } => {
                let known = tables.entry(key(&table.name)).or_default();
                known.name = table.name.to_string();
                known.open = Some(why.to_string());
            }
            _ => {}
        }
    }
    tables
}

fn change(builder: &mut Builder, subnet: SubnetId, outbound: SubnetOutbound) {
    if let Some(subnet) = builder.cloud.subnets.get_mut(subnet.index()) {
        let default_access = outbound.default_access.or(subnet.outbound.default_access);
        subnet.outbound = SubnetOutbound { default_access, nat: subnet.outbound.nat || outbound.nat };
    }
}

fn give(
    builder: &mut Builder,
    tables: &BTreeMap<String, Table>,
    subnet: Option<SubnetId>,
    wanted: Option<&Reference>,
    document: DocumentId,
) {
    let (Some(number), Some(wanted)) = (subnet, wanted) else { return };
    let Some(network) = builder.cloud.subnet(number).map(|s| s.network) else { return };
    let Some(Table { name, routes, open }) = tables.get(&key(&wanted.name)) else {
        let message = format!("route table `{}` is not given: where it sends packets is not known", wanted.name);
        builder.missing(wanted.span.within(document), message);
        if let Some(subnet) = builder.cloud.subnets.get_mut(number.index()) {
            (subnet.table, subnet.unknown_table) = (None, true);
        }
        return;
    };
    if let Some(why) = open {
        if let Some(subnet) = builder.cloud.subnets.get_mut(number.index()) {
            subnet.leave_routes_open(why);
        }
        return;
    }
    let table = RouteTable { name: name.clone(), network, routes: routes.clone() };
    let at = builder.cloud.tables.iter().position(|t| *t == table).unwrap_or_else(|| {
        builder.cloud.tables.push(table);
        builder.cloud.tables.len() - 1
    });
    let leading = routes.iter().filter(|r| r.tag.is_none() && !matches!(r.hop, NextHop::Nothing | NextHop::Internet));
    let set = AddressSet::of_cidrs(leading.map(|r| &r.prefix));
    if let Some(subnet) = builder.cloud.subnets.get_mut(number.index()) {
        subnet.routes = subnet.routes.union(&set);
        subnet.table = Some(RouteTableId::at(at));
    }
}
