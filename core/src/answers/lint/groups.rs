//! Rules of network security groups, each with what it matches and what earlier rules leave of it: what the lints about them share.
//!
//! Upstream: docs/azure.md 2. Whether a rule is ever reached is answered exactly for the networks of the input.

use alloc::vec::Vec;

use crate::answers::lint::LintInput;
use crate::answers::lint::packets::{Ordered, Packets};
use crate::connections::ConnectionSet;
use crate::diagnostics::Diagnostic;
use crate::language::lower::is_default_rule;
use crate::model::{AddressSet, Cidr};
use crate::policy::{Action, Direction, GroupUseId, PeerMatch, PeerTermKind, Policy, Rule, RuleId, RuleRef, SubjectMatch};
use crate::snapshot::cloud::{Cloud, Group, GroupUse, Interface, Network, tags};
use crate::text::Place;

/// The rules of a security group for one direction, where it is used.
pub(super) struct GroupRules<'a> {
    pub(super) policy: &'a Policy,
    pub(super) direction: Direction,
    pub(super) rules: Vec<GroupRule<'a>>,
    /// All addresses outside the virtual network.
    pub(super) internet: AddressSet,
    /// The addresses that it guards.
    pub(super) behind: AddressSet,
    /// Whether nodes of a cluster are among what it guards.
    pub(super) has_nodes: bool,
}

/// A rule, with what it matches.
pub(super) struct GroupRule<'a> {
    pub(super) rule: &'a Rule,
    /// What it matches for certain.
    pub(super) certain: Packets,
    /// What it matches at most.
    pub(super) possible: Packets,
    pub(super) fate: Fate,
}

/// What becomes of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It is a default rule, or depends on what the input does not give: nothing is said of it.
    NotJudged,
    /// One of its sides has no address.
    Empty,
    /// Its own side holds no address of what the group guards.
    Elsewhere,
    /// Earlier rules decide all of its packets.
    NeverReached,
    /// Packets may reach it.
    Reached,
}

impl GroupRules<'_> {
    /// What each rule matches for certain, in the order in which packets meet them.
    pub(super) fn ordered(&self) -> Ordered<'_> {
        Ordered::new(self.rules.iter().map(|rule| &rule.certain))
    }

    /// Whether a rule certainly lets in packets from every address of the Internet.
    pub(super) fn lets_in_internet(&self, rule: &GroupRule<'_>) -> bool {
        self.direction == Direction::Ingress && rule.rule.action == Action::Allow && rule.certain.source.covers(&self.internet)
    }

    /// Rules that packets may reach, with their indexes.
    pub(super) fn reached(&self) -> impl Iterator<Item = (usize, &GroupRule<'_>)> {
        self.rules.iter().enumerate().filter(|(_, rule)| rule.fate == Fate::Reached)
    }
}

impl GroupRule<'_> {
    /// The name as written.
    pub(super) fn name(&self) -> &str {
        self.rule.name.as_deref().unwrap_or_default()
    }

    /// Whether it certainly matches every connection.
    pub(super) fn has_all_connections(&self) -> bool {
        self.certain.connections == ConnectionSet::all()
    }

    /// Whether some packets of the rule from such sources and with such connections get past the rules before it.
    pub(super) fn reaches(&self, ordered: &mut Ordered<'_>, index: usize, source: &AddressSet, connections: ConnectionSet) -> bool {
        let asked = Packets { source: source.clone(), destination: AddressSet::everything(), connections };
        ordered.leaves(&self.certain.within(&asked), index) == Some(true)
    }
}

/// The rules of all security groups that somebody wrote, where they are used.
pub(super) fn group_rules<'a>(input: &LintInput<'a>) -> Vec<GroupRules<'a>> {
    let cloud = &input.snapshot.cloud;
    if cloud.groups.is_empty() {
        return Vec::new();
    }
    let front_ends = front_ends(input);
    let mut all = Vec::new();
    for policy in input.compiled.ruleset().policies.iter() {
        let Some((number, used, group)) = given_group(policy, cloud) else { continue };
        // What these rules are depends on what the input does not give.
        let open: Vec<Place> = group.rules.iter().filter(|(rule, _)| !rule.unresolved.is_empty()).map(|(_, place)| *place).collect();
        let guards = |i: &Interface| i.group == Some(number) || cloud.subnet(i.subnet).is_some_and(|s| s.group == Some(number));
        let has_nodes = cloud.interfaces.iter().any(|i| i.node.is_some() && guards(i));
        for direction in Direction::BOTH {
            let mut rules = GroupRules {
                policy,
                direction,
                rules: Vec::new(),
                internet: tags::internet(&used.virtual_network),
                behind: if has_nodes { cloud.behind(number).union(&front_ends) } else { cloud.behind(number) },
                has_nodes,
            };
            let matched = |(index, rule)| {
                let (certain, possible) = packets_of(input, policy, direction, index, rule);
                GroupRule { rule, certain, possible, fate: Fate::NotJudged }
            };
            rules.rules = policy.rules(direction).iter().enumerate().map(matched).collect();
            let fates = fates(cloud, &rules, &open);
            rules.rules.iter_mut().zip(fates).for_each(|(rule, fate)| rule.fate = fate);
            all.push(rules);
        }
    }
    all
}

/// Addresses of load balancers with floating IP, which groups at nodes see: those that are given, and the subnets that are named for them.
fn front_ends(input: &LintInput<'_>) -> AddressSet {
    let mut ranges: Vec<Cidr> = Vec::new();
    for service in input.snapshot.services.iter().filter(|service| service.routing.load_balancer.floating) {
        let balancer = &service.routing.load_balancer;
        ranges.extend(balancer.addresses.iter().map(|address| Cidr::of(*address)));
        if let Some(name) = &balancer.subnet {
            let named = input.snapshot.cloud.subnets.iter().filter(|subnet| subnet.name.eq_ignore_ascii_case(name));
            ranges.extend(named.flat_map(|subnet| &subnet.prefixes));
        }
    }
    AddressSet::of_cidrs(&ranges)
}

/// The security group whose rules somebody wrote that a policy is, and where it is used.
fn given_group<'a>(policy: &Policy, cloud: &'a Cloud) -> Option<(GroupUseId, &'a GroupUse, &'a Group)> {
    let SubjectMatch::Group(number) = policy.subject else { return None };
    let (used, _) = cloud.used(number).filter(|(_, group)| !group.is_managed())?;
    // What stands for a group that is not given, or for none, is nobody's rules.
    let group = cloud.groups.iter().find(|g| g.place == policy.place && g.name == policy.name)?;
    group.unknown.is_none().then_some((number, used, group))
}

/// Whether a policy is a security group whose rules somebody wrote.
pub(in crate::answers) fn is_given_group(policy: &Policy, cloud: &Cloud) -> bool {
    given_group(policy, cloud).is_some()
}

/// What becomes of each rule.
fn fates(cloud: &Cloud, rules: &GroupRules<'_>, open: &[Place]) -> Vec<Fate> {
    let assumed = cloud.networks.iter().any(Network::is_assumed);
    let mut ordered = rules.ordered();
    let mut fate = |(index, rule): (usize, &GroupRule<'_>)| {
        if is_default_rule(rule.name()) || rule.rule.doubt.is_some() {
            return Fate::NotJudged;
        }
        if rule.possible.is_empty() {
            return Fate::Empty;
        }
        // The side of the group's own subnet or interface.
        let own = if rules.direction == Direction::Ingress { &rule.possible.destination } else { &rule.possible.source };
        if !assumed && !rules.behind.is_empty() && !own.overlaps(&rules.behind) {
            return Fate::Elsewhere;
        }
        if open.contains(&rule.rule.place) {
            return Fate::NotJudged;
        }
        if ordered.leaves(&rule.possible, index) == Some(false) { Fate::NeverReached } else { Fate::Reached }
    };
    rules.rules.iter().enumerate().map(&mut fate).collect()
}

/// Adds a finding, unless the same is found at this place already: the same rule may be judged in several networks.
pub(super) fn once(found: &mut Vec<Diagnostic>, problem: Diagnostic) {
    if !found.iter().any(|known| known.code == problem.code && known.place == problem.place) {
        found.push(problem);
    }
}

/// The addresses of one side: at least these, and at most these.
fn side(kind: Option<&PeerTermKind>) -> (AddressSet, AddressSet) {
    match kind {
        None => (AddressSet::everything(), AddressSet::everything()),
        Some(PeerTermKind::Addresses { set, .. } | PeerTermKind::UnknownAddresses { written: Some(set), .. }) => (set.clone(), set.clone()),
        Some(PeerTermKind::UnknownAddresses { certain, possible, .. }) => (certain.clone(), possible.clone()),
        Some(_) => (AddressSet::default(), AddressSet::everything()),
    }
}

/// What a rule matches: for certain, and at most.
fn packets(rule: &Rule, connections: &ConnectionSet, direction: Direction) -> (Packets, Packets) {
    let peer = match &rule.peers {
        PeerMatch::Any => None,
        PeerMatch::Of(terms) => terms.first().map(|t| &t.kind),
    };
    let (peer, own) = (side(peer), side(rule.own.as_ref().map(|t| &t.kind)));
    let (source, destination) = match direction {
        Direction::Ingress => (peer, own),
        Direction::Egress => (own, peer),
    };
    let of = |source, destination| Packets { source, destination, connections: connections.clone() };
    // Of a rule that may not be in force nothing is certain.
    let certain = if rule.doubt.is_some() { (AddressSet::default(), AddressSet::default()) } else { (source.0, destination.0) };
    (of(certain.0, certain.1), of(source.1, destination.1))
}

/// What the rule with this index matches: for certain, and at most.
pub(super) fn packets_of(input: &LintInput<'_>, policy: &Policy, direction: Direction, index: usize, rule: &Rule) -> (Packets, Packets) {
    let compiled = input.compiled;
    let reference = RuleRef { policy: policy.id, direction, id: RuleId::at(index) };
    let traffic = compiled.compiled_rule(reference).and_then(|r| compiled.compiled_traffic(r.traffic));
    packets(rule, traffic.map_or(&ConnectionSet::EMPTY, |t| &t.fixed), direction)
}
