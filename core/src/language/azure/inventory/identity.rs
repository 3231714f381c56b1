//! Resources of one name in several resource groups: each gets a name of its own, and what refers to it means the one that is meant.
//!
//! A reference means the resource of the group that its identifier names; without one, that of its own resource group, then that of its own template or
//! script, then the only one of the name. Upstream: Azure documentation, "Naming rules and restrictions for Azure resources".

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::inventory::{Placed, key};
use crate::language::azure::{Azure, Cluster, Configuration, NodePool, Reference, Scope, SecurityRule, Subnet};
use crate::language::{Resource, codes};
use crate::text::{DocumentId, Span};

/// Stands between the names of several resources of which one is meant.
pub(crate) const OR: &str = " or ";

/// What a reference leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Sort {
    Group,
    Network,
    Interface,
    Address,
    Table,
    NatGateway,
    Cluster,
    /// An application security group.
    Application,
}

/// A resource of which several have the name.
struct Known {
    scope: Scope,
    document: DocumentId,
    /// Its name here.
    name: Box<str>,
}

/// A resource with its document, as it is taken.
pub(super) type Owned = (DocumentId, Resource, Azure);

fn sort_of(azure: &Azure) -> Option<Sort> {
    Some(match azure {
        Azure::Group(_) => Sort::Group,
        Azure::Network(_) => Sort::Network,
        Azure::Interface(_) => Sort::Interface,
        Azure::PublicAddress(_) => Sort::Address,
        Azure::RouteTable(_) => Sort::Table,
        Azure::NatGateway { .. } => Sort::NatGateway,
        Azure::Cluster(_) => Sort::Cluster,
        Azure::ApplicationGroup => Sort::Application,
        _ => return None,
    })
}

/// A place of which it is known that it is another one.
pub(super) fn place(scope: &Scope, document: DocumentId) -> (Option<Box<str>>, Option<Box<str>>, Option<DocumentId>) {
    let own = (scope.deployment && scope.group.is_none()).then_some(document);
    (scope.subscription.clone(), scope.group.clone(), own)
}

/// The places that there are for a sort and a name.
type Homes = BTreeMap<(Sort, String), Vec<(Scope, DocumentId)>>;

/// Where resources are, by sort and name.
fn homes(placed: &[Placed<'_>]) -> Homes {
    let mut homes = Homes::new();
    for (document, resource, azure) in placed {
        let Some(sort) = sort_of(azure) else { continue };
        let scope = &resource.meta.scope;
        let known = homes.entry((sort, key(&resource.meta.name))).or_default();
        if !known.iter().any(|(other, at)| place(other, *at) == place(scope, *document)) {
            known.push((scope.clone(), *document));
        }
    }
    // Of application security groups often no more than references is given.
    for (document, _, azure) in placed {
        for Reference { name, scope, .. } in applications(azure).filter(|g| g.scope.group.is_some()) {
            let known = homes.entry((Sort::Application, key(name))).or_default();
            if !known.iter().any(|(other, _)| other.group.is_some() && other.fits(scope)) {
                known.push((scope.clone(), *document));
            }
        }
    }
    // A script that names no subscription, and what `az … show` prints with it, are about the same resource group.
    for (_, known) in homes.iter_mut().filter(|((sort, _), _)| *sort == Sort::Group) {
        let all = known.clone();
        known.retain(|(scope, _)| scope.subscription.is_some() || all.iter().filter(|(other, _)| is_fuller(other, scope)).count() != 1);
    }
    homes
}

/// All resources with names that only one of each kind has; nothing where no two have the same.
pub(super) fn told_apart(placed: &[Placed<'_>], problems: &mut Vec<Diagnostic>) -> Option<Vec<Owned>> {
    let mut homes = homes(placed);
    let strange = strange(placed, &homes);
    homes.retain(|home, places| places.len() > 1 || strange.contains(home));
    if homes.is_empty() {
        return None;
    }
    let table: BTreeMap<(Sort, String), Vec<Known>> = homes
        .into_iter()
        .map(|((sort, name), places)| {
            let titles = if places.len() > 1 { titles(&places) } else { alloc::vec![String::new()] };
            let own = |title: String| if title.is_empty() { Box::from(name.as_str()) } else { format!("{title}/{name}").into() };
            let known = places.into_iter().zip(titles);
            let known: Vec<Known> = known.map(|((scope, document), title)| Known { scope, document, name: own(title) }).collect();
            ((sort, name), known)
        })
        .collect();
    let mut said = BTreeSet::new();
    let rename = |(document, resource, azure): &Placed<'_>| {
        let (mut owned, mut azure) = ((*resource).clone(), (*azure).clone());
        let scope = owned.meta.scope.clone();
        let own = sort_of(&azure).and_then(|sort| table.get(&(sort, key(&owned.meta.name))));
        let at = |all: &'_ Vec<Known>| all.iter().position(|k| place(&k.scope, k.document) == place(&scope, *document));
        let fuller = |all: &'_ Vec<Known>| all.iter().position(|k| is_fuller(&k.scope, &scope));
        if let Some(known) = own.and_then(|all| all.get(at(all).or_else(|| fuller(all))?)) {
            owned.meta.name = known.name.clone();
        }
        each_reference(&mut azure, &mut |sort, name, said_scope, span| {
            let Some(all) = table.get(&(sort, key(name))) else { return };
            match meant(all, said_scope, &scope, *document) {
                Some(known) => *name = known.name.clone(),
                // It is none of those that are given.
                None if sort != Sort::Application && all.iter().all(|k| is_elsewhere(&k.scope, said_scope, &scope)) => {
                    let there = if said_scope.group.is_some() { said_scope } else { &scope };
                    let title = titles(&[(there.clone(), *document)]).concat();
                    *name = format!("{title}/{name}").into();
                }
                None => {
                    let names: Vec<&str> = all.iter().filter(|k| k.scope.fits(said_scope)).map(|k| &*k.name).collect();
                    let joined: Box<str> = names.join(OR).into();
                    let place = span.within(*document);
                    if said.insert(place) {
                        let names: Vec<String> = all.iter().map(|k| format!("`{}`", k.name)).collect();
                        let message = format!("`{name}` may be {}, and the input does not specify which", names.join(" or "));
                        let warning = Diagnostic::at(codes::AZ_AMBIGUOUS, Severity::Warning, Some(place), message);
                        problems
                            .push(warning.help("write the full identifier, with the resource group: /subscriptions/…/resourceGroups/…"));
                    }
                    // Each of them is asked, where several can be.
                    if matches!(sort, Sort::Group | Sort::Application) && !joined.is_empty() {
                        *name = joined;
                    }
                }
            }
        });
        (*document, owned, azure)
    };
    Some(placed.iter().map(rename).collect())
}

/// Whether a place is the resource group of another one, with its subscription.
fn is_fuller(full: &Scope, scope: &Scope) -> bool {
    full.subscription.is_some() && scope.subscription.is_none() && scope.group.is_some() && full.group == scope.group
}

/// Whether a reference means something in another resource group than a resource is in.
fn is_elsewhere(known: &Scope, said: &Scope, home: &Scope) -> bool {
    let there = if said.group.is_some() { said } else { home };
    // A subscription has a name and an identifier.
    let is_id = |s: &str| s.len() == 36 && s.matches('-').count() == 4;
    let comparable = match (&known.subscription, &there.subscription) {
        (Some(a), Some(b)) => is_id(a) == is_id(b),
        _ => true,
    };
    let group_differs = known.group.is_some() && there.group.is_some() && known.group != there.group;
    group_differs || comparable && !known.fits(there)
}

/// Names of which only one is given, and something refers to another.
fn strange(placed: &[Placed<'_>], homes: &Homes) -> BTreeSet<(Sort, String)> {
    let mut found = BTreeSet::new();
    let only =
        |places: &Vec<(Scope, DocumentId)>| places.len() == 1 && places.iter().any(|(s, _)| s.group.is_some() || s.subscription.is_some());
    if !homes.values().any(only) {
        return found;
    }
    for (_, resource, azure) in placed {
        let scope = &resource.meta.scope;
        each_reference(&mut (*azure).clone(), &mut |sort, name, said, _| {
            let home = (sort, key(name));
            // Of application security groups not all are given.
            let places = homes.get(&home).filter(|places| sort != Sort::Application && only(places));
            if places.is_some_and(|places| places.iter().all(|(known, _)| is_elsewhere(known, said, scope))) {
                found.insert(home);
            }
        });
    }
    found
}

/// What tells places apart: the resource group, the subscription too where groups of one name are in several, and for templates which they are.
fn titles(places: &[(Scope, DocumentId)]) -> Vec<String> {
    let of_group = |group: &Option<Box<str>>| places.iter().filter(|(s, _)| s.group == *group).count();
    let mut deployments = 0;
    let title = |(scope, _): &(Scope, DocumentId)| match (&scope.group, &scope.subscription) {
        (Some(group), Some(subscription)) if of_group(&scope.group) > 1 => format!("{subscription}/{group}"),
        (Some(group), _) => group.to_string(),
        (None, Some(subscription)) => subscription.to_string(),
        (None, None) if scope.deployment => {
            deployments += 1;
            format!("deployment {deployments}")
        }
        (None, None) => String::new(),
    };
    places.iter().map(title).collect()
}

fn meant<'k>(all: &'k [Known], said: &Scope, home: &Scope, document: DocumentId) -> Option<&'k Known> {
    let only = |fits: &dyn Fn(&Known) -> bool| {
        let mut found = all.iter().filter(|k| fits(k));
        match (found.next(), found.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        }
    };
    if said.group.is_some() {
        let exact = |k: &Known| k.scope.group == said.group && k.scope.fits(said);
        return only(&exact).or_else(|| only(&|k| k.scope.fits(said)));
    }
    let same_place = |k: &Known| place(&k.scope, k.document) == place(home, document);
    let same_group = |k: &Known| home.group.is_some() && k.scope.group == home.group && k.scope.fits(home);
    let here = |k: &Known| k.document == document && !is_elsewhere(&k.scope, said, home);
    only(&same_place).or_else(|| only(&same_group)).or_else(|| only(&here)).or_else(|| only(&|k| k.scope.fits(home)))
}

/// What is done with a name: its sort, the name itself, what its identifier says, and where it stands.
type Visit<'v> = &'v mut dyn FnMut(Sort, &mut Box<str>, &Scope, Span);

/// Visits every name by which a resource refers to another: its sort, the name, what its identifier says, and where it stands.
fn each_reference(azure: &mut Azure, visit: Visit<'_>) {
    let mut to = |sort: Sort, reference: &mut Reference| {
        let Reference { name, scope, span, .. } = reference;
        visit(sort, name, scope, *span);
    };
    match azure {
        Azure::Rule { group, rule } => {
            to(Sort::Group, group);
            ends(rule, &mut to);
        }
        Azure::MissingRules { group, .. } => to(Sort::Group, group),
        Azure::Group(group) => {
            group.rules.iter_mut().for_each(|rule| ends(rule, &mut to));
            group.subnets.iter_mut().for_each(|s| parent(s, &mut to));
            group.interfaces.iter_mut().for_each(|i| to(Sort::Interface, i));
        }
        Azure::Network(network) => {
            network.subnets.iter_mut().for_each(|s| subnet(s, &mut to));
            network.peerings.iter_mut().for_each(|p| to(Sort::Network, &mut p.remote));
        }
        Azure::Subnet { network, subnet: own } => {
            to(Sort::Network, network);
            subnet(own, &mut to);
        }
        Azure::Peering { network, peering } => [network, &mut peering.remote].into_iter().for_each(|n| to(Sort::Network, n)),
        Azure::Interface(interface) => {
            interface.group.iter_mut().for_each(|g| to(Sort::Group, g));
            for configuration in &mut interface.configurations {
                configuration.subnet.iter_mut().for_each(|s| parent(s, &mut to));
                configuration.public.iter_mut().for_each(|p| to(Sort::Address, p));
                configuration.groups.iter_mut().for_each(|g| to(Sort::Application, g));
            }
        }
        Azure::OpenInterface { target, .. } => to(Sort::Interface, target),
        Azure::Balanced(interfaces) | Azure::Machine { interfaces, .. } => interfaces.iter_mut().for_each(|i| to(Sort::Interface, i)),
        Azure::Route { table, .. } | Azure::OpenTable { table, .. } => to(Sort::Table, table),
        Azure::SubnetUpdate { target, routes, .. } => {
            parent(target, &mut to);
            routes.iter_mut().for_each(|r| to(Sort::Table, r));
        }
        Azure::Member { interface, group } => {
            to(Sort::Interface, interface);
            to(Sort::Application, group);
        }
        Azure::EndpointPolicies { target, .. } | Azure::OpenRoutes { target, .. } => parent(target, &mut to),
        Azure::NatGatewayUse { target, gateway } => {
            parent(target, &mut to);
            to(Sort::NatGateway, gateway);
        }
        Azure::Gateway(gateway) => {
            gateway.subnet.iter_mut().for_each(|s| parent(s, &mut to));
            gateway.publics.iter_mut().for_each(|p| to(Sort::Address, p));
        }
        Azure::Cluster(cluster) => pools(cluster).for_each(|s| parent(s, &mut to)),
        Azure::NodePool { cluster, pool } => {
            to(Sort::Cluster, cluster);
            of_pool(pool).for_each(|s| parent(s, &mut to));
        }
        Azure::Effective { subnet, interface, .. } => {
            subnet.iter_mut().for_each(|s| parent(s, &mut to));
            interface.iter_mut().for_each(|i| to(Sort::Interface, i));
        }
        Azure::OpenGroup { target, to_interface, choices, .. } => {
            holder(target, *to_interface, &mut to);
            choices.iter_mut().flatten().for_each(|c| to(Sort::Group, c));
        }
        Azure::Attach { target, group, to_interface } => {
            holder(target, *to_interface, &mut to);
            to(Sort::Group, group);
        }
        Azure::PublicAddress(_)
        | Azure::ApplicationGroup
        | Azure::RouteTable(_)
        | Azure::Tag(_)
        | Azure::NatGateway { .. }
        | Azure::Link
        | Azure::MayChange { .. } => {}
    }
}

/// The application security groups that a resource names.
fn applications(azure: &Azure) -> impl Iterator<Item = &Reference> {
    let (rules, configurations): (&[SecurityRule], &[Configuration]) = match azure {
        Azure::Group(group) => (&group.rules, &[]),
        Azure::Rule { rule, .. } => (core::slice::from_ref(&**rule), &[]),
        Azure::Interface(interface) => (&[], &interface.configurations),
        _ => (&[], &[]),
    };
    let member = if let Azure::Member { group, .. } = azure { Some(group) } else { None };
    let sides = rules.iter().flat_map(|rule| [&rule.source, &rule.destination]);
    sides.flat_map(|side| &side.groups).chain(configurations.iter().flat_map(|c| &c.groups)).chain(member)
}

/// The application security groups of a rule.
fn ends(rule: &mut SecurityRule, to: &mut dyn FnMut(Sort, &mut Reference)) {
    rule.variants.iter_mut().for_each(|(_, variant)| ends(variant, to));
    for side in [&mut rule.source, &mut rule.destination] {
        side.groups.iter_mut().for_each(|g| to(Sort::Application, g));
    }
}

fn pools(cluster: &mut Cluster) -> impl Iterator<Item = &mut Reference> {
    cluster.pools.iter_mut().flat_map(of_pool)
}

fn of_pool(pool: &mut NodePool) -> impl Iterator<Item = &mut Reference> {
    pool.subnet.iter_mut().chain(pool.pod_subnet.iter_mut())
}

/// A subnet is known by its network.
fn parent(subnet: &mut Reference, to: &mut dyn FnMut(Sort, &mut Reference)) {
    if let Some(network) = &mut subnet.parent {
        let mut reference = Reference { name: network.clone(), parent: None, scope: subnet.scope.clone(), span: subnet.span };
        to(Sort::Network, &mut reference);
        *network = reference.name;
    }
}

/// What a security group is attached to: an interface, or a subnet.
fn holder(target: &mut Reference, is_interface: bool, to: &mut dyn FnMut(Sort, &mut Reference)) {
    if is_interface {
        to(Sort::Interface, target);
    } else {
        parent(target, to);
    }
}

fn subnet(own: &mut Subnet, to: &mut dyn FnMut(Sort, &mut Reference)) {
    own.group.iter_mut().for_each(|g| to(Sort::Group, g));
    own.routes.iter_mut().for_each(|r| to(Sort::Table, r));
}
