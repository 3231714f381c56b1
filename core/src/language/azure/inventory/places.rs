//! Regions and zones, and what has to be in one place. Upstream: docs/azure.md 1 and 2.4.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity, nearest};
use crate::language::azure::SecurityRule;
use crate::language::codes;
use crate::policy::GroupUseId;
use crate::snapshot::cloud::regions::{self, REGIONS, Region, region_of};
use crate::snapshot::cloud::{Cloud, Group, NetworkId};
use crate::text::Place;

/// The zones that a region with zones has.
const ZONES: [&str; 3] = ["1", "2", "3"];

pub(super) fn check(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    unknown_regions(cloud, problems);
    zones(cloud, problems);
    other_regions(cloud, problems);
    for group in &cloud.groups {
        for (rule, place) in &group.rules {
            members_apart(cloud, rule, *place, problems);
        }
    }
}

/// A region under the same name for any way to write it.
fn plain(location: &str) -> String {
    location.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn unknown_regions(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    let of_networks = cloud.networks.iter().map(|n| (n.location.as_deref(), n.place));
    let of_groups = cloud.groups.iter().map(|g| (g.location.as_deref(), g.place));
    let of_clusters = cloud.clusters.iter().map(|c| (c.location.as_deref(), c.place));
    let mut said = BTreeSet::new();
    for (location, place) in of_networks.chain(of_groups).chain(of_clusters) {
        let Some(location) = location.filter(|l| region_of(l).is_none()) else { continue };
        // Variables and expressions are no names.
        if location.contains(['$', '[', '(']) || !said.insert(plain(location)) {
            continue;
        }
        let meant = nearest(&plain(location), REGIONS.iter().map(|r| r.name));
        let (severity, message) = match meant {
            Some(_) => (Severity::Warning, format!("there is no region `{location}`")),
            None => (Severity::Note, format!("region `{location}` is unknown, so its zones are not checked")),
        };
        let problem = Diagnostic::at(codes::AZ_REGION, severity, Some(place), message);
        problems.push(match meant {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None => problem,
        });
    }
}

/// Zones of machines and node pools: in a region that has none, or beyond the third.
fn zones(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    let mut check = |what: String, zones: &[String], region: Option<&Region>, place: Place| {
        // AKS may be left to choose: `--zones auto`.
        if zones.is_empty() || zones.iter().any(|zone| zone.eq_ignore_ascii_case("auto")) {
            return;
        }
        let (severity, message) = match (region, zones.iter().find(|zone| !ZONES.contains(&zone.as_str()))) {
            // Regions get zones now and then, and the list here has its date.
            (Some(region), _) if !region.zones => {
                (Severity::Warning, format!("{what}: {} has no availability zones, as of {}", region.title, regions::AS_OF))
            }
            (_, Some(zone)) => (Severity::Error, format!("{what}: there is no zone `{zone}`; a region has the zones 1, 2 and 3")),
            _ => return,
        };
        problems.push(Diagnostic::at(codes::AZ_ZONES, severity, Some(place), message));
    };
    for cluster in &cloud.clusters {
        for pool in &cluster.pools {
            let location = cluster.location.as_deref();
            let home = pool.subnet.and_then(|s| cloud.network_of(s)).and_then(|(_, n)| n.location.as_deref());
            let region = location.or(home).and_then(region_of);
            check(format!("`{}`", cluster.name), &pool.zones, region, pool.place);
        }
    }
    for interface in cloud.interfaces.iter().filter(|i| i.node.is_none()) {
        let region = cloud.network_of(interface.subnet).and_then(|(_, n)| n.location.as_deref()).and_then(region_of);
        check(format!("`{}`", interface.title()), &interface.zones, region, interface.place);
    }
}

/// Groups in another region than what they are attached to.
fn other_regions(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    let title = |location: &str| region_of(location).map_or_else(|| location.to_owned(), |r| r.title.to_owned());
    let of_subnets = cloud.subnets.iter().map(|s| (s.group, s.network, format!("subnet `{}`", s.name)));
    let of_interfaces = cloud.interfaces.iter().filter_map(|i| {
        let network = cloud.subnet(i.subnet)?.network;
        Some((i.group, network, format!("interface `{}`", i.name)))
    });
    let mut said: BTreeSet<(GroupUseId, NetworkId)> = BTreeSet::new();
    for (used, network, what) in of_subnets.chain(of_interfaces).collect::<Vec<_>>() {
        let Some(used) = used else { continue };
        let (Some((_, group)), Some(home)) = (cloud.used(used), cloud.network(network)) else { continue };
        let (Some(own), Some(there)) = (group.location.as_deref(), home.location.as_deref()) else { continue };
        if plain(own) == plain(there) || !said.insert((used, network)) {
            continue;
        }
        let Group { name, name_place, .. } = group;
        let message = format!("network security group `{name}` is in {}, and {what} in {}", title(own), title(there));
        let error = Diagnostic::at(codes::AZ_OTHER_REGION, Severity::Error, Some(*name_place), message);
        problems.push(error.help("Azure attaches a group only within its own region; it is treated as attached here"));
    }
}

/// Members of the application security groups of a rule have to be in one network.
fn members_apart(cloud: &Cloud, rule: &SecurityRule, place: Place, problems: &mut Vec<Diagnostic>) {
    let wanted = || rule.source.groups.iter().chain(&rule.destination.groups).map(|g| &*g.name);
    let mut homes: Vec<(&str, NetworkId)> = Vec::new();
    for group in wanted() {
        for interface in cloud.interfaces.iter().filter(|i| i.application_groups.iter().any(|g| g.eq_ignore_ascii_case(group))) {
            if let Some((network, _)) = cloud.network_of(interface.subnet) {
                homes.push((group, network));
            }
        }
    }
    let Some((first, home)) = homes.first().copied() else { return };
    let Some((other, away)) = homes.iter().copied().find(|(_, network)| *network != home) else { return };
    let name = |number: NetworkId| cloud.network_name(number);
    let of_other = if other == first { String::new() } else { format!("of `{other}` ") };
    let message = format!(
        "rule `{}`: members of `{first}` are in `{}`, and {of_other}in `{}`; all members must be in one virtual network",
        rule.name,
        name(home),
        name(away)
    );
    problems.push(Diagnostic::at(codes::AZ_GROUP_MEMBERS, Severity::Error, Some(place), message));
}
