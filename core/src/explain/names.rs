//! Names for people: of endpoints, checkpoints, policies and rules.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Explainer;
use crate::compile::Endpoint;
use crate::language::lower::is_default_rule;
use crate::policy::{Action, Direction, Policy, PolicyId, PolicyRole, RuleRef, Ruleset};
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::{Interface, NetworkId};
use crate::verdict::traversal::{Checkpoint, GroupPlace, Routing};

/// What an address may be that several networks have: "`vm/one` in network `north`, or an address of `south`".
pub(super) fn readings(address: IpAddr, snapshot: &Snapshot) -> String {
    let cloud = &snapshot.cloud;
    let names: Vec<String> = cloud.networks_with(address).iter().map(|network| reading_name(*network, address, snapshot)).collect();
    names.join(" or ")
}

/// An address of one of several networks that have it.
pub(crate) fn reading_name(network: NetworkId, address: IpAddr, snapshot: &Snapshot) -> String {
    let cloud = &snapshot.cloud;
    let home = cloud.network_name(network);
    match cloud.interface_of(Endpoint::InNetwork(network, address)) {
        Some(interface) => format!("`vm/{}` in network `{home}`", interface.title()),
        None => format!("an address of network `{home}`"),
    }
}

/// The name of an endpoint for people.
pub fn end_name(end: Endpoint, snapshot: &Snapshot) -> String {
    match end {
        Endpoint::Pod(id) => snapshot.pod_title(id),
        Endpoint::Node(id) => format!("node {}", snapshot.node_name(id)),
        Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => snapshot.cloud.interface_of(end).map_or_else(
            || address.to_string(),
            |interface| match addresses_of(interface, snapshot).as_slice() {
                [] => interface.title().to_owned(),
                _ if !interface.stand_in => format!("{} ({address})", interface.title()),
                ranges => format!("{} ({})", interface.title(), ranges.join(", ")),
            },
        ),
    }
}

/// The addresses of a machine for people: of one that stands for any of its subnet, those that it may have; none where it may have any.
pub fn addresses_of(interface: &Interface, snapshot: &Snapshot) -> Vec<String> {
    match snapshot.cloud.stands_for(interface) {
        Some(ranges) => ranges.iter().map(ToString::to_string).collect(),
        None => interface.addresses.iter().map(ToString::to_string).collect(),
    }
}

/// The name of an endpoint without its namespace.
pub(super) fn short_name(end: Endpoint, snapshot: &Snapshot) -> String {
    match end {
        Endpoint::Pod(id) => snapshot.pod(id).map(|e| e.name.clone()).unwrap_or_default(),
        Endpoint::Node(id) => snapshot.node(id).map(|n| n.name.clone()).unwrap_or_default(),
        Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => {
            snapshot.cloud.stand_in(end).map_or_else(|| address.to_string(), |machine| machine.title().to_owned())
        }
    }
}

/// Why no packet has the addresses of an endpoint of the cluster and of an IPv6 address: all of its own are given, and are of IPv4. With IPv6 alone it may get
/// one for the way out, as pods of EKS do.
pub(super) fn without_ipv6(from: Endpoint, to: Endpoint, snapshot: &Snapshot) -> Option<String> {
    let to = to.address().filter(|address| address.is_ipv6())?;
    let addresses = match from {
        Endpoint::Pod(id) => &snapshot.pod(id).filter(|pod| pod.address_given && !pod.host_network)?.addresses,
        Endpoint::Node(id) => &snapshot.node(id)?.addresses,
        Endpoint::Outside(_) | Endpoint::InNetwork(..) => return None,
    };
    let only_ipv4 = !addresses.is_empty() && addresses.iter().all(IpAddr::is_ipv4);
    only_ipv4.then(|| format!("`{}` has only IPv4 addresses, and `{to}` is one of IPv6", end_name(from, snapshot)))
}

/// "ingress rule 2 of NetworkPolicy `shop/db`".
pub fn rule_name(ruleset: &Ruleset, rule: RuleRef) -> String {
    let Some(policy) = ruleset.policy(rule.policy) else { return String::new() };
    if policy.hook.is_failsafe() {
        return format!("{} rule {} of the {} {}", rule.direction.as_str(), rule.number(), policy.kind, policy.name);
    }
    match ruleset.rule(rule).and_then(|r| r.name.as_ref()) {
        Some(name) => format!("rule `{name}` of {} `{}`", policy.kind, policy.title()),
        None => format!("{} rule {} of {} `{}`", rule.direction.as_str(), rule.number(), policy.kind, policy.title()),
    }
}

impl Explainer<'_> {
    /// A few words for a checkpoint: "Ingress of `web`".
    pub(super) fn checkpoint_title(&self, checkpoint: Checkpoint) -> String {
        let (subject, _, direction) = self.parties(checkpoint);
        let word = if direction == Direction::Egress { "Egress" } else { "Ingress" };
        match checkpoint {
            Checkpoint::Host { host, .. } => {
                let name = self.snapshot.host_endpoint_name(host);
                format!("{word} at host endpoint {name}")
            }
            Checkpoint::Reply { host, .. } => {
                let name = self.snapshot.host_endpoint_name(host);
                format!("Reply at host endpoint {name}")
            }
            Checkpoint::OwnHost(..) => format!("{} itself", end_name(subject, self.snapshot)),
            Checkpoint::Group { place, direction, .. } => {
                let way = if direction == Direction::Egress { "Outbound" } else { "Inbound" };
                format!("{way} at {}", self.place_name(place).replace('`', ""))
            }
            Checkpoint::NotPeered(..) => "Between virtual networks".to_owned(),
            Checkpoint::PublicAddress(number, _) => {
                format!("Public address of {}", self.snapshot.cloud.interface_title(number))
            }
            Checkpoint::Route(Routing::NoPublicAddress(_)) => "Route from the Internet".to_owned(),
            Checkpoint::Route(_) => "Route".to_owned(),
            Checkpoint::Carriage => "The virtual network".to_owned(),
            Checkpoint::Nat(_) => "NAT gateway".to_owned(),
            Checkpoint::ReplyRoute(_) => "Route of the replies".to_owned(),
            Checkpoint::Platform(_) => "Azure's platform".to_owned(),
            Checkpoint::Endpoint(_) => format!("{word} of {}", short_name(subject, self.snapshot)),
        }
    }

    /// The name of what a checkpoint asks, in backticks.
    pub(super) fn checkpoint_name(&self, checkpoint: Checkpoint) -> String {
        match checkpoint {
            Checkpoint::Host { host, .. } | Checkpoint::Reply { host, .. } => {
                let name = self.snapshot.host_endpoint_name(host);
                format!("host endpoint `{name}`")
            }
            Checkpoint::Group { used, place, .. } => {
                let group = self.snapshot.cloud.used(used).map_or("", |(_, g)| &g.name);
                format!("security group `{group}` of {}", self.place_name(place))
            }
            Checkpoint::Endpoint(_)
            | Checkpoint::OwnHost(..)
            | Checkpoint::NotPeered(..)
            | Checkpoint::PublicAddress(..)
            | Checkpoint::Route(_)
            | Checkpoint::Carriage
            | Checkpoint::Nat(_)
            | Checkpoint::ReplyRoute(_)
            | Checkpoint::Platform(_) => {
                format!("`{}`", end_name(self.parties(checkpoint).0, self.snapshot))
            }
        }
    }

    /// Where a security group is met, in words.
    pub(super) fn place_name(&self, place: GroupPlace) -> String {
        let cloud = &self.snapshot.cloud;
        match place {
            GroupPlace::Subnet(number) => format!("subnet `{}`", cloud.subnet_name(number)),
            GroupPlace::Interface(number) => format!("interface `{}`", cloud.interface_name(number)),
        }
    }

    /// Whether a rule is the one at the end of every security group that stops what no other rule decided.
    pub(super) fn is_default_deny(&self, reference: RuleRef) -> bool {
        self.is_default(reference) && self.compiled.ruleset().rule(reference).is_some_and(|r| r.action == Action::Deny)
    }

    /// Whether a rule is one that every security group has.
    pub(super) fn is_default(&self, reference: RuleRef) -> bool {
        let ruleset = self.compiled.ruleset();
        let of_group = ruleset.policy(reference.policy).is_some_and(|p| p.role == PolicyRole::SecurityGroup);
        of_group && ruleset.rule(reference).is_some_and(|r| r.name.as_deref().is_some_and(is_default_rule))
    }

    pub(super) fn address(&self, end: Endpoint) -> Option<IpAddr> {
        match end {
            Endpoint::Pod(id) => self.snapshot.pod(id)?.addresses.first().copied(),
            Endpoint::Node(id) => self.snapshot.node(id)?.addresses.first().copied(),
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => {
                Some(address).filter(|_| self.snapshot.cloud.stand_in(end).is_none())
            }
        }
    }

    pub(crate) fn policy_name(&self, id: PolicyId) -> String {
        let name = |p: &Policy| if p.hook.is_failsafe() { format!("the {} {}", p.kind, p.name) } else { format!("`{}`", p.title()) };
        self.compiled.policy(id).map_or_else(String::new, name)
    }

    /// See [`rule_name`].
    pub(crate) fn rule_name(&self, rule: RuleRef) -> String {
        rule_name(self.compiled.ruleset(), rule)
    }

    /// Whether an endpoint is an address of the cloud's network.
    pub(super) fn is_machine(&self, end: Endpoint) -> bool {
        self.snapshot.cloud.place_of(end).is_some()
    }
}
