//! Network security groups in the one policy language: ordered rules with both ends by address. Upstream: docs/azure.md 2.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::language::azure::inventory::OR;
use crate::language::azure::{Access, Choice, PortMatch, RuleDirection, RulePart, RuleSide, SecurityRule, Unresolved};
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::{
    Action, Doubt, HookMatch, PacketMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, PolicyId, PolicyRole, PortTerm, Rule, Ruleset,
    SubjectMatch, Tier, TierEnd, TrafficMatch,
};
use crate::snapshot::cloud::tags::{self, KnownTag};
use crate::snapshot::cloud::{Cloud, Group, GroupUse, Interface};
use crate::text::{Place, Span};

/// The name of the tier of all groups. A packet meets one group after the other, never two as policies of one tier.
pub(crate) const TIER: &str = "Network security groups";
/// The kind of policy that a group becomes.
pub const KIND: &str = "NetworkSecurityGroup";

/// The default rules of every group: direction, name, priority, source, destination, access. Upstream: docs/azure.md 2.2.
const DEFAULTS: [(RuleDirection, &str, u16, &str, &str, Access); 6] = [
    (RuleDirection::Inbound, "AllowVnetInBound", 65000, "VirtualNetwork", "VirtualNetwork", Access::Allow),
    (RuleDirection::Inbound, "AllowAzureLoadBalancerInBound", 65001, "AzureLoadBalancer", "*", Access::Allow),
    (RuleDirection::Inbound, "DenyAllInBound", 65500, "*", "*", Access::Deny),
    (RuleDirection::Outbound, "AllowVnetOutBound", 65000, "VirtualNetwork", "VirtualNetwork", Access::Allow),
    (RuleDirection::Outbound, "AllowInternetOutBound", 65001, "*", "Internet", Access::Allow),
    (RuleDirection::Outbound, "DenyAllOutBound", 65500, "*", "*", Access::Deny),
];

/// The numbers between which people's rules stand, and the first of the default rules.
const FIRST: u16 = 100;
const LAST: u16 = 4096;
const FIRST_DEFAULT: u16 = 65000;

/// The name of rules that the input does not give.
const NOT_GIVEN: &str = "rules that are not given";

/// Whether a rule is one of those that every group has.
pub(crate) fn is_default(name: &str) -> bool {
    DEFAULTS.iter().any(|(_, default, ..)| *default == name)
}

/// The default rules as rules, for showing them.
pub fn default_rules() -> Vec<SecurityRule> {
    let side = |text: &str| match text {
        "*" => RuleSide { any: true, ..RuleSide::default() },
        tag => RuleSide { tags: alloc::vec![tag.into()], ..RuleSide::default() },
    };
    let rule = |(direction, name, priority, source, destination, access): &(RuleDirection, &str, u16, &str, &str, Access)| SecurityRule {
        name: (*name).into(),
        span: Span::default(),
        written: Vec::new(),
        priority: *priority,
        direction: *direction,
        access: *access,
        protocol: None,
        source: side(source),
        destination: side(destination),
        source_ports: PortMatch::default(),
        destination_ports: PortMatch::default(),
        refused: false,
        unresolved: Vec::new(),
        variants: Vec::new(),
    };
    DEFAULTS.iter().map(rule).collect()
}

/// The rules of a group in the order in which packets meet them, default rules last, each with its place.
pub fn ordered(group: &Group, direction: RuleDirection) -> Vec<(SecurityRule, Place)> {
    let mut readings: Vec<Reading> = group
        .rules
        .iter()
        .filter(|(rule, _)| !rule.refused && (rule.direction == direction || rule.unresolved(RulePart::Direction).is_some()))
        .flat_map(|(rule, place)| readings(rule, *place, direction))
        .collect();
    readings.extend(group.unread.iter().chain(&group.unknown).flat_map(|open| anything(open, group.name_place, direction)));
    readings.sort_by_key(|reading| reading.order);
    let mut own: Vec<(SecurityRule, Place)> = readings.into_iter().map(|reading| (reading.rule, reading.place)).collect();
    // Of a group of which nothing is known not even these say anything more.
    let defaults = default_rules().into_iter().filter(|rule| rule.direction == direction && group.unknown.is_none());
    for default in defaults {
        // Where the input shows a default rule, that is the place to point at.
        let shown = group.defaults.iter().find(|(shown, _)| shown.direction == direction && shown.priority == default.priority);
        let place = shown.map_or(group.name_place, |(_, place)| *place);
        own.push((SecurityRule { span: place.span, ..default }, place));
    }
    own
}

/// A rule as it may stand among the others.
struct Reading {
    rule: SecurityRule,
    place: Place,
    /// Its number, and whether it comes before or after others of the same.
    order: (u16, u8),
}

/// The rules that a written rule may be: only itself if all its fields are known. Otherwise there are several, each of which matches possibly,
/// and where its number is open it may come first; if nothing else decides before, it does so in the end.
fn readings(rule: &SecurityRule, place: Place, direction: RuleDirection) -> Vec<Reading> {
    let mut rules = alloc::vec![SecurityRule { direction, ..rule.clone() }];
    if rule.unresolved(RulePart::Access).is_some() {
        rules = rules.iter().flat_map(|r| [Access::Allow, Access::Deny].map(|access| SecurityRule { access, ..r.clone() })).collect();
    }
    let has_ports = rule.source_ports != PortMatch::default() || rule.destination_ports != PortMatch::default();
    if rule.unresolved(RulePart::Protocol).is_some() && has_ports {
        // Ports restrict the protocols that have them only.
        let without = |r: &SecurityRule, protocol| SecurityRule {
            protocol,
            source_ports: PortMatch::default(),
            destination_ports: PortMatch::default(),
            ..r.clone()
        };
        let others = [Protocol::ICMP, Protocol(50), Protocol(51)];
        rules = rules.iter().flat_map(|r| core::iter::once(r.clone()).chain(others.map(|p| without(r, Some(p))))).collect();
    }
    if rule.unresolved(RulePart::Priority).is_none() {
        return rules.into_iter().map(|rule| Reading { order: (rule.priority, 1), rule, place }).collect();
    }
    let first = rules.iter().map(|r| Reading { rule: SecurityRule { priority: FIRST, ..r.clone() }, place, order: (0, 0) });
    let last = rules.iter().map(|r| {
        let unresolved = r.unresolved.iter().filter(|u| u.part != RulePart::Priority).cloned().collect();
        Reading { rule: SecurityRule { priority: LAST, unresolved, ..r.clone() }, place, order: (FIRST_DEFAULT - 1, 2) }
    });
    first.chain(last).collect()
}

/// Rules of which nothing is known: before all others there may be one that allows or denies anything.
fn anything(open: &str, place: Place, direction: RuleDirection) -> Vec<Reading> {
    let unresolved = alloc::vec![Unresolved { part: RulePart::Presence, expression: open.into() }];
    let any = RuleSide { any: true, ..RuleSide::default() };
    let rule = |access| SecurityRule {
        name: NOT_GIVEN.into(),
        span: place.span,
        written: Vec::new(),
        priority: FIRST,
        direction,
        access,
        protocol: None,
        source: any.clone(),
        destination: any.clone(),
        source_ports: PortMatch::default(),
        destination_ports: PortMatch::default(),
        refused: false,
        unresolved: unresolved.clone(),
        variants: Vec::new(),
    };
    [Access::Allow, Access::Deny].map(|access| Reading { rule: rule(access), place, order: (0, 0) }).into()
}

/// Why it is not known what a group's rules are.
fn not_given(group: &Group, rule: &SecurityRule) -> Doubt {
    let expression = rule.unresolved(RulePart::Presence).unwrap_or_default();
    let text = match &group.unknown {
        Some(why) if group.name.contains(['[', '$', '<', '`']) => why.clone(),
        Some(why) => format!("{why} (`az network nsg show --name {} -o json` prints it)", group.name),
        None => format!("some rules of network security group `{}` are not in the input: {expression}", group.name),
    };
    Doubt { text, places: alloc::vec![group.name_place] }
}

/// What it means that there may be no group at all: everything passes, but for what comes from the Internet, which hangs on the kind of public address.
fn no_group(place: Place) -> [Vec<Rule>; 2] {
    let rule = |action, peers| Rule {
        place,
        name: Some("no group".into()),
        action,
        peers,
        traffic: TrafficMatch::Any,
        http: None,
        own: None,
        doubt: None,
    };
    let internet = PeerTermKind::Addresses { set: tags::internet(&AddressSet::default()), inside_too: true, block: None };
    let text = "without a security group, the SKU of the public address decides about traffic from the Internet".to_owned();
    let doubt = Some(Box::new(Doubt { text, places: alloc::vec![place] }));
    let maybe = Rule { doubt, ..rule(Action::Deny, PeerMatch::Of(alloc::vec![PeerTerm { place, kind: internet }])) };
    let all = rule(Action::Allow, PeerMatch::Any);
    [alloc::vec![all.clone()], alloc::vec![maybe, all]]
}

/// Adds the groups of the cloud, one policy for each use of a group. Where one of several may be attached, they are policies of equal precedence: each
/// may be the one that is asked, and an answer is certain if all of them give it.
pub(in crate::language) fn add(cloud: &Cloud, ruleset: &mut Ruleset) {
    let mut groups = Vec::new();
    for (number, used) in cloud.group_uses() {
        let first = cloud.group(used.group);
        let mut together = Vec::new();
        for choice in core::iter::once(Some(used.group)).chain(used.others.iter().copied()) {
            let group = choice.and_then(|number| cloud.group(number));
            let Some(shown) = group.or(first) else { continue };
            let versions = group.map(versions).unwrap_or_default();
            let choices = if versions.is_empty() { alloc::vec![group] } else { versions.iter().map(Some).collect() };
            for group in choices {
                let id = PolicyId::at(ruleset.policies.len());
                let rules = |group: &Group, direction| {
                    let used = GroupUse { group: choice.unwrap_or(used.group), ..used.clone() };
                    let doubt = |rule: &SecurityRule| (&*rule.name == NOT_GIVEN).then(|| Box::new(not_given(group, rule)));
                    let rule =
                        |(rule, place): &(SecurityRule, Place)| Rule { doubt: doubt(rule), ..translated(rule, *place, &used, cloud) };
                    ordered(group, direction).iter().map(rule).collect()
                };
                let [egress, ingress] = match group {
                    Some(group) => [rules(group, RuleDirection::Outbound), rules(group, RuleDirection::Inbound)],
                    None => no_group(shown.name_place),
                };
                ruleset.add(Policy {
                    id,
                    kind: KIND.into(),
                    role: PolicyRole::SecurityGroup,
                    namespace: None,
                    name: group.map_or_else(|| "no group".to_owned(), |group| group.name.clone()),
                    place: shown.place,
                    subject: SubjectMatch::Group(number),
                    subject_place: shown.name_place,
                    priority: None,
                    acts_on_egress: true,
                    acts_on_ingress: true,
                    egress,
                    ingress,
                    hook: HookMatch::Any,
                    not_enforced: None,
                    doubt: None,
                });
                together.push(id);
            }
        }
        if !together.is_empty() {
            groups.push(together);
        }
    }
    ruleset.tiers.push(Tier {
        name: TIER.to_owned(),
        noun: "network security groups",
        groups,
        end: TierEnd::Deny,
        ports_only: false,
        passes_all: false,
        ordered: true,
    });
}

/// So many ways to choose the values of a group's expressions are followed.
const MOST_VERSIONS: usize = 8;

/// What a group may be, where some of its rules have fields with a few values to choose from; nothing if it is what it is.
fn versions(group: &Group) -> Vec<Group> {
    let mut choices: Vec<Choice> = alloc::vec![Vec::new()];
    for (rule, _) in &group.rules {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for (expression, number) in rule.variants.iter().flat_map(|(choice, _)| choice) {
            match counts.iter_mut().find(|(known, _)| *known == &**expression) {
                Some((_, count)) => *count = (*count).max(number + 1),
                None => counts.push((expression, number + 1)),
            }
        }
        for (expression, count) in counts {
            if choices.iter().any(|choice| choice.iter().any(|(known, _)| **known == *expression)) {
                continue;
            }
            let with = |choice: &Choice, number| choice.iter().cloned().chain([(Box::from(expression), number)]).collect::<Choice>();
            choices = choices.iter().flat_map(|choice| (0..count).map(move |number| with(choice, number))).collect();
            if choices.len() > MOST_VERSIONS {
                return Vec::new();
            }
        }
    }
    if choices.len() < 2 {
        return Vec::new();
    }
    let version = |choice: &Choice| {
        let mut group = group.clone();
        for (rule, _) in &mut group.rules {
            let fits = |(own, _): &&(Choice, SecurityRule)| own.iter().all(|one| choice.contains(one));
            if let Some((_, variant)) = rule.variants.iter().find(fits) {
                *rule = variant.clone();
            }
        }
        group
    };
    choices.iter().map(version).collect()
}

fn translated(rule: &SecurityRule, place: Place, used: &GroupUse, cloud: &Cloud) -> Rule {
    let expression = rule.unresolved(RulePart::Ends);
    let source = side(&rule.source, expression, used, cloud);
    let destination = side(&rule.destination, expression, used, cloud);
    // Where something else than an address is not to be told, a match is possible only, which the peers say.
    let open_ports = rule.source_ports.unresolved || rule.destination_ports.unresolved;
    let uncertain = rule
        .unresolved
        .iter()
        .filter(|_| &*rule.name != NOT_GIVEN)
        .find(|u| open_ports || u.part != RulePart::Ends)
        .map(|u| &*u.expression);
    let uncertain = uncertain.or(open_ports.then_some("an expression"));
    let (peer_side, own_side, peer, own) = match rule.direction {
        RuleDirection::Inbound => (&rule.source, &rule.destination, source, destination),
        RuleDirection::Outbound => (&rule.destination, &rule.source, destination, source),
    };
    let own = own.map(|kind| where_assumed(kind, own_side, cloud));
    let peer = peer.map(|kind| where_assumed(kind, peer_side, cloud));
    let placed = |side: &RuleSide, kind| PeerTerm { place: side.span.map_or(place, |span| span.within(place.document)), kind };
    let peer = match (peer, uncertain) {
        (None, Some(name)) => Some(possibly(AddressSet::everything(), name)),
        (Some(PeerTermKind::Addresses { set, .. }), Some(name)) => Some(possibly(set, name)),
        (Some(PeerTermKind::UnknownAddresses { possible, .. }), Some(name)) => Some(possibly(possible, name)),
        (peer, _) => peer,
    };
    Rule {
        place,
        name: Some(rule.name.to_string()),
        action: if rule.access == Access::Allow { Action::Allow } else { Action::Deny },
        peers: peer.map_or(PeerMatch::Any, |kind| PeerMatch::Of(alloc::vec![placed(peer_side, kind)])),
        traffic: traffic(rule, place),
        http: None,
        own: own.map(|kind| placed(own_side, kind)),
        doubt: None,
    }
}

fn possibly(set: AddressSet, name: &str) -> PeerTermKind {
    PeerTermKind::UnknownAddresses { certain: AddressSet::default(), possible: set, written: None, name: name.into() }
}

/// Where no network is given, the machines that are assumed behind groups may have any address: a rule that names some matches them possibly. What tags
/// stand for is known all the same. Where a subnet is given, its ranges say what rules match (see `compile`).
fn where_assumed(kind: PeerTermKind, side: &RuleSide, cloud: &Cloud) -> PeerTermKind {
    let PeerTermKind::Addresses { set, inside_too, block } = kind else { return kind };
    let is_anywhere = |machine: &&Interface| cloud.stands_for(machine).is_some_and(<[Cidr]>::is_empty);
    let machines: Vec<&Interface> = cloud.interfaces.iter().filter(is_anywhere).collect();
    let names_some = !side.expanded && !side.prefixes.is_empty() && !set.covers(&AddressSet::everything());
    let Some(first) = machines.first().filter(|_| names_some) else { return PeerTermKind::Addresses { set, inside_too, block } };
    let of = |machine: &&Interface| machine.addresses.iter().copied().map(Cidr::of).collect::<Vec<_>>();
    let addresses = AddressSet::of_cidrs(&machines.iter().flat_map(of).collect::<Vec<_>>());
    let name = first.title().into();
    PeerTermKind::UnknownAddresses { certain: set.difference(&addresses), possible: set.union(&addresses), written: Some(set), name }
}

/// What a side matches; nothing for everything.
fn side(side: &RuleSide, expression: Option<&str>, used: &GroupUse, cloud: &Cloud) -> Option<PeerTermKind> {
    if side.any {
        return None;
    }
    let mut certain = AddressSet::of_cidrs(&side.prefixes);
    let mut possible = AddressSet::default();
    let mut unknown: Option<Box<str>> = None;
    for group in side.groups.iter().map(|g| &g.name) {
        // A group without members matches nothing. Of several of a name, members of all are members for certain.
        let members = |one: &str| cloud.application_groups.get(&one.to_lowercase()).cloned().unwrap_or_default();
        let chances = |one: &str| cloud.application_chances.get(&one.to_lowercase()).cloned().unwrap_or_default();
        let all = group.split(OR).map(members).reduce(|all, one| all.intersection(&one)).unwrap_or_default();
        let any = group.split(OR).fold(AddressSet::default(), |any, one| any.union(&members(one)).union(&chances(one)));
        if any != all {
            possible = possible.union(&any);
            unknown = Some(group.clone());
        }
        certain = certain.union(&all);
    }
    for tag in side.tags.iter().filter(|_| !side.expanded) {
        if let Some(given) = cloud.group(used.group).and_then(|g| g.expansions.get(&tag.to_lowercase())) {
            certain = certain.union(given);
            continue;
        }
        match &**tag {
            "VirtualNetwork" => {
                certain = certain.union(&used.virtual_network);
                if !used.virtual_network_maybe.is_empty() {
                    possible = possible.union(&used.virtual_network_maybe);
                    unknown = Some("VirtualNetwork".into());
                }
            }
            "Internet" => certain = certain.union(&tags::internet(&used.virtual_network)),
            "AzureLoadBalancer" => certain = certain.union(&AddressSet::range(tags::PLATFORM, tags::PLATFORM)),
            "*" => return None,
            tag => match cloud.tags.get(&tag.to_lowercase()) {
                Some(given) => certain = certain.union(given),
                None => match tags::known(tag) {
                    KnownTag::Addresses(set) => certain = certain.union(&set),
                    KnownTag::SomewherePublic => {
                        possible = possible.union(&tags::internet(&used.virtual_network));
                        unknown = Some(tag.into());
                    }
                    KnownTag::Unheard => {
                        possible = AddressSet::everything();
                        unknown = Some(tag.into());
                    }
                },
            },
        }
    }
    if side.unresolved {
        possible = AddressSet::everything();
        unknown = Some(expression.unwrap_or("an expression").into());
    }
    Some(match unknown {
        Some(name) => PeerTermKind::UnknownAddresses { possible: possible.union(&certain), certain, written: None, name },
        None => PeerTermKind::Addresses { set: certain, inside_too: true, block: None },
    })
}

fn traffic(rule: &SecurityRule, place: Place) -> TrafficMatch {
    // Ports of a rule for a protocol that has none are ignored; command lines fill some in where none are given.
    let has_ports = rule.protocol.is_none_or(Protocol::has_ports);
    let ports = |ports: &PortMatch| match (&ports.ranges, ports.unresolved) {
        (Some(ranges), false) if has_ports => ranges.iter().map(|(first, last)| PortTerm::Range(*first, *last)).collect(),
        _ => Vec::new(),
    };
    let packet = PacketMatch {
        place: Some(rule.destination_ports.span.map_or(place, |span| span.within(place.document))),
        protocol: rule.protocol,
        source_ports: ports(&rule.source_ports),
        destination_ports: ports(&rule.destination_ports),
        ..PacketMatch::default()
    };
    let anything = packet.protocol.is_none() && packet.source_ports.is_empty() && packet.destination_ports.is_empty();
    if anything { TrafficMatch::Any } else { TrafficMatch::Packet(Box::new(packet)) }
}
