//! What Azure refuses about node pools and the subnets that they are in. Upstream: docs/azure.md 3.1 to 3.3.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::codes;
use crate::snapshot::cloud::{Cloud, CloudCluster, Feature, Interface, Pool, Subnet, SubnetId};
use crate::text::Place;

/// A pool has room for so many pods, or Azure refuses it.
const FEWEST_PODS: u64 = 30;
/// Pods on a node that can be asked for.
const PODS_ON_A_NODE: core::ops::RangeInclusive<u32> = 10..=250;
/// Nodes of a pool, at most.
const MOST_NODES_OF_A_POOL: u32 = 1000;
/// Subnets that Azure keeps for services of its own, by name.
const RESERVED_SUBNETS: [&str; 6] =
    ["AzureBastionSubnet", "AzureFirewallManagementSubnet", "AzureFirewallSubnet", "GatewaySubnet", "HostSubnet", "RouteServerSubnet"];
/// The service that AKS delegates subnets of pods and of the API server to.
const AKS: &str = "Microsoft.ContainerService/managedClusters";

fn report(problems: &mut Vec<Diagnostic>, severity: Severity, place: Place, message: String, help: &str) {
    problems.push(Diagnostic::at(codes::AZ_COMBINATION, severity, Some(place), message).help(help));
}

/// Node pools of all clusters.
pub(super) fn check(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    for cluster in &cloud.clusters {
        for pool in &cluster.pools {
            sizes(pool, problems);
            subnets(cloud, pool, problems);
        }
        one_network(cloud, cluster, problems);
        only_windows(cluster, problems);
        no_nodes(cluster, problems);
        ways_out(cloud, cluster, problems);
    }
    shared_pod_subnets(cloud, problems);
}

/// How many nodes and pods.
fn sizes(pool: &Pool, problems: &mut Vec<Diagnostic>) {
    let mut refuse = |message: String, help: &str| report(problems, Severity::Error, pool.place, message, help);
    let name = &pool.name;
    if !PODS_ON_A_NODE.contains(&pool.max_pods) {
        let message = format!("node pool `{name}`: a node can have 10 to 250 pods, not {}", pool.max_pods);
        refuse(message, "see `--max-pods`");
    }
    let room = u64::from(pool.count) * u64::from(pool.max_pods);
    if pool.count > 0 && room < FEWEST_PODS {
        let message = format!(
            "node pool `{name}`: {} node{} of {} pods hold{} {room}, and a pool must have room for {FEWEST_PODS} pods",
            pool.count,
            if pool.count == 1 { "" } else { "s" },
            pool.max_pods,
            if pool.count == 1 { "s" } else { "" }
        );
        refuse(message, "raise `--max-pods` or `--node-count`");
    }
    if pool.count > MOST_NODES_OF_A_POOL {
        refuse(format!("node pool `{name}`: a pool has {MOST_NODES_OF_A_POOL} nodes at most, not {}", pool.count), "add another node pool");
    }
    if let Some(limits) = pool.growth.autoscaler.filter(|l| l.least <= l.most && !(l.least..=l.most).contains(&pool.count)) {
        let message =
            format!("node pool `{name}`: {} nodes are outside the autoscaler's range of {} to {}", pool.count, limits.least, limits.most);
        refuse(message, "change the count or the limits");
    }
    if let Some(limits) = pool.growth.autoscaler.filter(|l| l.least > l.most) {
        let message =
            format!("node pool `{name}`: the autoscaler's fewest nodes, {}, are more than its most, {}", limits.least, limits.most);
        refuse(message, "change the limits");
    }
    // Variables and expressions are no names.
    if name.contains(['$', '<', '[', '%', '{', '(']) {
        return;
    }
    if pool.windows && name.chars().count() > 6 {
        refuse(format!("node pool `{name}`: the name of a Windows pool has 6 characters at most"), "shorten it");
    }
    // Upstream: azure-aks-docs, "Create node pools": limitations.
    let is_odd = name.starts_with(|c: char| c.is_ascii_digit()) || name.contains(|c: char| c.is_ascii_uppercase());
    if is_odd && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let message = format!("node pool `{name}`: its name has lower-case letters and digits only, and begins with a letter");
        refuse(message, "rename it");
    }
}

/// The subnets that a pool is in.
fn subnets(cloud: &Cloud, pool: &Pool, problems: &mut Vec<Diagnostic>) {
    let at = |number: Option<SubnetId>| number.and_then(|n| cloud.subnet(n));
    let name = &pool.name;
    let mut refuse = |message: String, help: &str| report(problems, Severity::Error, pool.place, message, help);
    if let Some(subnet) = at(pool.subnet) {
        if let Some(service) = &subnet.delegated {
            let message = format!("node pool `{name}`: nodes cannot be in subnet `{}`, which is delegated to `{service}`", subnet.name);
            refuse(message, "give the nodes a subnet without delegation");
        }
        if RESERVED_SUBNETS.iter().any(|reserved| reserved.eq_ignore_ascii_case(&subnet.name)) {
            let message = format!("node pool `{name}`: Azure reserves a subnet with the name `{}` for a service", subnet.name);
            refuse(message, "give the nodes a subnet of their own");
        }
        if let Some(gateway) = cloud.gateways.iter().find(|g| g.subnet == pool.subnet) {
            let message = format!(
                "node pool `{name}`: nodes cannot be in subnet `{}`, which holds the application gateway `{}` and nothing else",
                subnet.name, gateway.name
            );
            refuse(message, "give the nodes a subnet of their own");
        }
    }
    let Some(pods) = at(pool.pod_subnet) else { return };
    if let Some(service) = pods.delegated.as_ref().filter(|service| !service.eq_ignore_ascii_case(AKS)) {
        let message = format!("node pool `{name}`: pods cannot be in subnet `{}`, which is delegated to `{service}`", pods.name);
        refuse(message, "give the pods a subnet of their own; AKS delegates it itself");
    }
    if pool.pod_subnet == pool.subnet {
        let message = format!("node pool `{name}`: nodes and pods have one subnet `{}`, and each needs its own", pods.name);
        refuse(message, "give the pods a subnet of their own, or leave the pods' subnet out");
    }
    if let Some(nodes) = at(pool.subnet).filter(|nodes| nodes.network != pods.network) {
        let message = format!("node pool `{name}`: subnets `{}` and `{}` are in different virtual networks", nodes.name, pods.name);
        refuse(message, "nodes and their pods must be in one virtual network");
    }
    let is_machine = |i: &&Interface| Some(i.subnet) == pool.pod_subnet && i.node.is_none() && !i.stand_in;
    if let Some(machine) = cloud.interfaces.iter().find(is_machine) {
        let message = format!("`{}` is in subnet `{}`, which is for pods only", machine.title(), pods.name);
        report(problems, Severity::Warning, machine.place, message, "Azure puts no machines into a pod subnet: give it another one");
    }
}

/// All pools of a cluster are in one virtual network.
fn one_network(cloud: &Cloud, cluster: &CloudCluster, problems: &mut Vec<Diagnostic>) {
    let home = |pool: &Pool| Some((cloud.subnet(pool.subnet?)?, pool.place));
    let homes: Vec<(&Subnet, Place)> = cluster.pools.iter().filter_map(home).collect();
    let Some((first, _)) = homes.first() else { return };
    if let Some((other, place)) = homes.iter().find(|(subnet, _)| subnet.network != first.network) {
        let message =
            format!("`{}`: node pools are in subnets `{}` and `{}` of different virtual networks", cluster.name, first.name, other.name);
        report(problems, Severity::Error, *place, message, "all node pools of a cluster must be in one virtual network");
    }
}

/// A cluster needs a pool of Linux nodes for what the system runs.
fn only_windows(cluster: &CloudCluster, problems: &mut Vec<Diagnostic>) {
    let named = cluster.features.iter().any(|(feature, _)| *feature == Feature::WindowsSystem);
    if cluster.pools.is_empty() || named || !cluster.pools.iter().all(|pool| pool.windows) {
        return;
    }
    let message = format!("`{}` has Windows nodes only: System node pool must be linux.", cluster.name);
    report(problems, Severity::Error, cluster.place, message, "add a pool of Linux nodes in mode `System`");
}

/// Somewhere the system's own pods have to run. Upstream: azure-aks-docs, "Create node pools": limitations.
fn no_nodes(cluster: &CloudCluster, problems: &mut Vec<Diagnostic>) {
    let is_empty = |pool: &Pool| pool.count == 0 && pool.growth.autoscaler.is_none_or(|limits| limits.most == 0);
    if let Some(pool) = cluster.pools.first().filter(|_| cluster.pools.iter().all(is_empty)) {
        let message = format!("`{}` has no node: System pools must contain at least one node", cluster.name);
        report(problems, Severity::Error, pool.place, message, "raise `--node-count`; to stop a cluster there is `az aks stop`");
    }
}

/// Ways out that the nodes' subnet must have before a cluster relies on them. Upstream: azure-aks-docs, "Customize cluster egress with outbound types".
fn ways_out(cloud: &Cloud, cluster: &CloudCluster, problems: &mut Vec<Diagnostic>) {
    let asked = |wanted: Feature| cluster.features.iter().find(|(feature, _)| *feature == wanted).map(|(_, place)| *place);
    for subnet in cluster.pools.iter().filter_map(|pool| cloud.subnet(pool.subnet?)).filter(|subnet| !subnet.assumed) {
        if let Some(place) = asked(Feature::UserRoutes).filter(|_| subnet.table.is_none() && !subnet.unknown_table) {
            let message = format!(
                "`{}`: subnet `{}` has no route table, and outbound type `userDefinedRouting` needs one with a way out",
                cluster.name, subnet.name
            );
            report(problems, Severity::Error, place, message, "attach a route table with a route for 0.0.0.0/0 to the subnet");
            return;
        }
        if let Some(place) = asked(Feature::UserNat).filter(|_| !subnet.outbound.nat) {
            let message = format!(
                "`{}`: subnet `{}` has no NAT gateway, and outbound type `userAssignedNATGateway` needs one",
                cluster.name, subnet.name
            );
            report(problems, Severity::Error, place, message, "attach a NAT gateway to the subnet first");
            return;
        }
    }
}

/// A subnet of pods hands out single addresses or blocks, never both.
fn shared_pod_subnets(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    let pools: Vec<&Pool> = cloud.clusters.iter().flat_map(|c| &c.pools).filter(|pool| pool.pod_subnet.is_some()).collect();
    let differs = |a: &Pool, b: &Pool| a.pod_subnet == b.pod_subnet && a.growth.static_blocks != b.growth.static_blocks;
    let pair = pools.iter().enumerate().find_map(|(i, b)| pools.iter().take(i).find(|a| differs(a, b)).map(|a| (*a, *b)));
    let Some((a, b)) = pair else { return };
    let subnet = b.pod_subnet.map_or("", |id| cloud.subnet_name(id));
    let message =
        format!("pools `{}` and `{}` take addresses of subnet `{subnet}` in different ways, static blocks and single ones", a.name, b.name);
    report(problems, Severity::Error, b.place, message, "a pod subnet has one mode: give each pool its own");
}
