//! What Azure refuses about addresses and subnets that are each fine by themselves.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::codes;
use crate::model::Cidr;
use crate::snapshot::cloud::{Cloud, Interface, SubnetId};

/// Subnets of services of Azure's, with the longest prefix that each may have. Upstream: azure-docs, bastion/configuration-settings.md; Azure Firewall FAQ;
/// "Quickstart: Create and configure Route Server".
const SMALLEST: [(&str, u8); 4] =
    [("AzureBastionSubnet", 26), ("AzureFirewallSubnet", 26), ("AzureFirewallManagementSubnet", 26), ("RouteServerSubnet", 27)];
/// Those that take no security group. Upstream: azure-docs, "About VPN Gateway configuration settings": gateway subnet; Azure Firewall FAQ; Route Server FAQ.
const WITHOUT_GROUP: [&str; 3] = ["GatewaySubnet", "AzureFirewallSubnet", "RouteServerSubnet"];

pub(super) fn check(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    addresses(cloud, problems);
    subnets(cloud, problems);
}

/// Two interfaces that are to have one address of a subnet: `PrivateIPAddressInUse`.
fn addresses(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<(SubnetId, IpAddr), &Interface> = BTreeMap::new();
    for interface in cloud.interfaces.iter().filter(|i| i.address_given && i.node.is_none() && !i.stand_in) {
        for address in &interface.addresses {
            let first = *taken.entry((interface.subnet, *address)).or_insert(interface);
            if first.name == interface.name || first.place == interface.place {
                continue;
            }
            let message = format!("`{}`: {address} is that of `{}` already", interface.title(), first.title());
            let error = Diagnostic::at(codes::AZ_ADDRESS, Severity::Error, Some(interface.place), message);
            problems.push(error.related_place(first.place, "the first of them").help("Azure refuses the second: give it another address"));
        }
    }
}

/// Subnets that Azure's services need larger, or without a security group.
fn subnets(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    for subnet in cloud.subnets.iter().filter(|subnet| !subnet.assumed) {
        let named = |name: &str| name.eq_ignore_ascii_case(&subnet.name);
        let small = |prefix: &&Cidr| {
            let longest = SMALLEST.iter().find(|(name, _)| named(name)).map(|(_, length)| *length);
            prefix.is_ipv4() && prefix.length() <= 29 && longest.is_some_and(|longest| prefix.length() > longest)
        };
        let longest = SMALLEST.iter().find(|(name, _)| named(name)).map_or(0, |(_, length)| *length);
        if let Some(prefix) = subnet.prefixes.iter().find(small) {
            let message = format!("subnet `{}`: {prefix} is too small: the service needs a /{longest} or larger", subnet.name);
            problems.push(Diagnostic::at(codes::AZ_SUBNET, Severity::Error, Some(subnet.place), message));
        }
        if subnet.group.is_some() && WITHOUT_GROUP.iter().any(|name| named(name)) {
            let message = format!("subnet `{}` takes no network security group: it is not supported there", subnet.name);
            let warning = Diagnostic::at(codes::AZ_COMBINATION, Severity::Warning, Some(subnet.place), message);
            problems.push(warning.help("detach it"));
        }
    }
}
