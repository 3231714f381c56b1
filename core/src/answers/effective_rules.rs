//! **Which rules does each security group have where it is used?** Default rules included, with what tags stand for there: Azure's "effective security
//! rules".
//!
//! Written on the ruleset that verdicts are evaluated on; nothing is evaluated here.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::language::azure::{Access, RuleDirection, SecurityRule};
use crate::language::lower::{is_default_rule, ordered_rules};
use crate::model::{AddressSet, Protocol};
use crate::policy::{GroupUseId, PeerMatch, PeerTermKind, PolicyRole, Rule, Ruleset, SubjectMatch};
use crate::snapshot::cloud::{Cloud, InterfaceId, SubnetId};
use crate::text::Place;
use crate::verdict::traversal::GroupPlace;

/// A security group where it is used.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EffectiveGroup {
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// Its use.
    pub used: GroupUseId,
    /// Subnets and interfaces that it guards.
    pub places: Vec<GroupPlace>,
    /// The rules for packets that come in, in the order in which they are looked at.
    pub inbound: Vec<EffectiveRule>,
    /// The rules for packets that go out.
    pub outbound: Vec<EffectiveRule>,
}

/// A rule of an [`EffectiveGroup`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EffectiveRule {
    /// Its name.
    pub name: String,
    /// Its priority.
    pub priority: u16,
    /// What it does.
    pub access: Access,
    /// Its protocol as Azure writes it: `Tcp`, `*`, …
    pub protocol: String,
    /// Where packets come from, as written.
    pub source: String,
    /// The same as addresses; nothing for any.
    pub source_addresses: Option<AddressSet>,
    /// Ports that packets come from.
    pub source_ports: String,
    /// Where packets go, as written.
    pub destination: String,
    /// The same as addresses; nothing for any.
    pub destination_addresses: Option<AddressSet>,
    /// Ports that packets go to.
    pub destination_ports: String,
    /// Whether every group has it.
    pub is_default: bool,
    /// Where it is written.
    pub place: Place,
}

/// All groups that are used, in the order of their names.
pub fn effective_rules(cloud: &Cloud, ruleset: &Ruleset) -> Vec<EffectiveGroup> {
    let mut found = Vec::new();
    for (number, used) in cloud.group_uses() {
        let Some(group) = cloud.group(used.group).filter(|group| !group.is_managed()) else { continue };
        let policy = ruleset
            .policies
            .iter()
            .find(|p| p.role == PolicyRole::SecurityGroup && matches!(p.subject, SubjectMatch::Group(n) if n == number));
        let rules = |direction: RuleDirection| {
            let translated = policy.map_or(&[][..], |p| match direction {
                RuleDirection::Inbound => &p.ingress,
                RuleDirection::Outbound => &p.egress,
            });
            ordered_rules(group, direction).iter().zip(translated).map(|((rule, place), meant)| effective(rule, *place, meant)).collect()
        };
        let subnets = SubnetId::each(&cloud.subnets).filter(|(_, s)| s.group == Some(number)).map(|(i, _)| GroupPlace::Subnet(i));
        let interfaces =
            InterfaceId::each(&cloud.interfaces).filter(|(_, i)| i.group == Some(number)).map(|(i, _)| GroupPlace::Interface(i));
        found.push(EffectiveGroup {
            name: group.name.clone(),
            place: group.place,
            used: number,
            places: subnets.chain(interfaces).collect(),
            inbound: rules(RuleDirection::Inbound),
            outbound: rules(RuleDirection::Outbound),
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// `subnet nodes` or `interface nic1`.
pub fn place_title(cloud: &Cloud, place: GroupPlace) -> String {
    match place {
        GroupPlace::Subnet(number) => format!("subnet {}", cloud.subnet_name(number)),
        GroupPlace::Interface(number) => format!("interface {}", cloud.interface_name(number)),
    }
}

fn effective(rule: &SecurityRule, place: Place, meant: &Rule) -> EffectiveRule {
    let peer = match &meant.peers {
        PeerMatch::Any => None,
        PeerMatch::Of(terms) => terms.first().map(|t| &t.kind),
    };
    let own = meant.own.as_ref().map(|t| &t.kind);
    let (source, destination) = match rule.direction {
        RuleDirection::Inbound => (peer, own),
        RuleDirection::Outbound => (own, peer),
    };
    EffectiveRule {
        name: match rule.unresolved.first() {
            Some(open) => format!("{} (possibly: {})", rule.name, open.expression),
            None => rule.name.to_string(),
        },
        priority: rule.priority,
        access: rule.access,
        protocol: match rule.protocol {
            None => "*".into(),
            Some(Protocol::TCP) => "Tcp".into(),
            Some(Protocol::UDP) => "Udp".into(),
            Some(Protocol::ICMP) => "Icmp".into(),
            Some(Protocol(50)) => "Esp".into(),
            Some(Protocol(51)) => "Ah".into(),
            Some(other) => other.to_string(),
        },
        source: rule.source.to_string(),
        source_addresses: addresses(source),
        source_ports: rule.source_ports.to_string(),
        destination: rule.destination.to_string(),
        destination_addresses: addresses(destination),
        destination_ports: rule.destination_ports.to_string(),
        is_default: is_default_rule(&rule.name),
        place,
    }
}

fn addresses(kind: Option<&PeerTermKind>) -> Option<AddressSet> {
    match kind? {
        PeerTermKind::Addresses { set, .. } | PeerTermKind::UnknownAddresses { written: Some(set), .. } => Some(set.clone()),
        PeerTermKind::UnknownAddresses { certain, .. } => Some(certain.clone()),
        _ => None,
    }
}
