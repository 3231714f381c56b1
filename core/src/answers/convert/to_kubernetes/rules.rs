//! A list of rules in order as a union of rules that allow.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::super::Outcome;
use super::inexpressible::Inexpressible;
use super::peers::{self, Peers};
use super::traffic::{self, Traffic};
use super::{Cannot, Conjunction};
use crate::answers::fix::value::{V, map};
use crate::language::calico::{CalicoAction, CalicoPolicy, CalicoRule, Entity};
use crate::model::Protocol;
use crate::policy::Direction;

/// A rule of a NetworkPolicy.
pub(super) struct Merged {
    peers: Peers,
    traffic: Traffic,
    pub(super) comments: Vec<String>,
}

impl Merged {
    /// As it is written in a policy of a namespace.
    pub(super) fn value(&self, direction: Direction, namespace: &str) -> V {
        let key = direction.preposition();
        map([(key, self.peers.values(namespace).map(V::List)), ("ports", self.traffic.values().map(V::List))])
    }
}

/// A rule that denies, as far as it can be said.
struct Denied {
    number: usize,
    peers: Result<Peers, Inexpressible>,
    traffic: Result<Traffic, Inexpressible>,
    /// The only protocol that it is about, if it is about one.
    protocol: Option<Protocol>,
}

/// The rules of a direction. Obstacles are told, and leave the result incomplete.
pub(super) fn merged(
    policy: &CalicoPolicy,
    direction: Direction,
    namespace: Option<&str>,
    comments: &[Vec<String>],
    outcome: &mut Outcome,
) -> Vec<Merged> {
    let rules = if direction == Direction::Ingress { &policy.ingress } else { &policy.egress };
    let mut denied: Vec<Denied> = Vec::new();
    let mut found: Vec<Merged> = Vec::new();
    let none = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        let field = format!("spec.{}[{number}]", direction.as_str());
        match rule.action {
            CalicoAction::Log => {
                outcome.note(rule.span, format!("{field}.action"), "left out: `Log` writes to the log, and decides nothing")
            }
            CalicoAction::Pass => {
                let text = "`Pass` goes on to the next tier, and NetworkPolicy has no tiers";
                outcome.obstacle(rule.span, format!("{field}.action"), text);
            }
            CalicoAction::Deny => denied.push(deny(rule, number, direction, namespace, &field)),
            CalicoAction::Allow => match allow(rule, direction, namespace, &field, &denied) {
                Ok(pieces) => {
                    let mut comments = comments.get(number).unwrap_or(&none).clone();
                    for (peers, traffic) in pieces {
                        found.push(Merged { peers, traffic, comments: core::mem::take(&mut comments) });
                    }
                }
                Err(cannot) => outcome.obstacle(cannot.span, cannot.field, cannot.text),
            },
        }
    }
    for denied in &denied {
        let Some(rule) = rules.get(denied.number) else { continue };
        let text = "left out: NetworkPolicy denies what no rule allows, and what this rule took from later ones is taken out of them. This changes no flow \
                    of the input";
        outcome.note(rule.span, format!("spec.{}[{}].action", direction.as_str(), denied.number), text);
    }
    gathered(found)
}

fn other_side(rule: &CalicoRule, direction: Direction) -> (&Entity, &'static str) {
    match direction {
        Direction::Ingress => (&rule.source, "source"),
        Direction::Egress => (&rule.destination, "destination"),
    }
}

const fn own_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "destination",
        Direction::Egress => "source",
    }
}

fn deny(rule: &CalicoRule, number: usize, direction: Direction, namespace: Option<&str>, field: &str) -> Denied {
    let (entity, side) = other_side(rule, direction);
    let said = |cannot: Cannot| Inexpressible::Field(cannot.field, cannot.text);
    let peers = match (traffic::own_side(rule, direction), &rule.http) {
        (Some(part), _) => Err(Inexpressible::OwnSide(format!("{field}.{}.{part}", own_word(direction)))),
        (None, Some(_)) => Err(Inexpressible::Requests(format!("{field}.http"))),
        (None, None) => peers::of_entity(rule, entity, namespace, &format!("{field}.{side}")).map_err(said),
    };
    Denied { number, peers, traffic: traffic::of_rule(rule, field).map_err(said), protocol: rule.protocol }
}

/// What a rule allows, without what rules before it deny.
fn allow(
    rule: &CalicoRule,
    direction: Direction,
    namespace: Option<&str>,
    field: &str,
    denied: &[Denied],
) -> Result<Vec<(Peers, Traffic)>, Cannot> {
    let cannot = |part: &str, text: String| Cannot { span: rule.span, field: format!("{field}{part}"), text };
    if let Some(part) = traffic::own_side(rule, direction) {
        let text = "a rule of NetworkPolicy is about all pods of its policy: write a policy of its own for these";
        return Err(cannot(&format!(".{}.{part}", own_word(direction)), text.to_string()));
    }
    if rule.http.is_some() {
        return Err(cannot(".http", "NetworkPolicy does not look into requests".to_string()));
    }
    let (entity, side) = other_side(rule, direction);
    let peers = peers::of_entity(rule, entity, namespace, &format!("{field}.{side}"))?;
    let mut pieces = vec![(peers, traffic::of_rule(rule, field)?)];
    for deny in denied {
        let mut left = Vec::new();
        for (peers, traffic) in pieces {
            let parts = subtract(peers, traffic, deny);
            let denying = format!("spec.{}[{}]", direction.as_str(), deny.number);
            let because = |why: Inexpressible| cannot("", format!("what `{denying}` denies cannot be taken out of it: {why}"));
            left.extend(parts.map_err(because)?);
        }
        pieces = left;
    }
    Ok(pieces.into_iter().filter(|(peers, traffic)| !peers.is_empty() && !traffic.is_empty()).collect())
}

/// What a rule leaves of peers and their traffic.
fn subtract(peers: Peers, traffic: Traffic, deny: &Denied) -> Result<Vec<(Peers, Traffic)>, Inexpressible> {
    let misses = match &deny.traffic {
        Ok(other) => match (other, &traffic) {
            (Traffic::Of(others), Traffic::Of(_)) => others.iter().all(|(protocol, _)| traffic.lacks(Some(*protocol))),
            _ => false,
        },
        Err(_) => deny.protocol.is_some_and(|protocol| traffic.lacks(Some(protocol))),
    };
    if misses || peers.is_empty() || traffic.is_empty() {
        return Ok(vec![(peers, traffic)]);
    }
    let (others, theirs) = (deny.peers.as_ref().map_err(Clone::clone)?, deny.traffic.as_ref().map_err(Clone::clone)?);
    // Everybody else with all of it, and all with what is not denied.
    let elsewhere = if *others == Peers::Any { Ok(Peers::Pods(Vec::<Conjunction>::new())) } else { peers.without(others) };
    let beside = traffic.without(theirs);
    let mut left = Vec::new();
    match elsewhere {
        Ok(elsewhere) if elsewhere == peers => return Ok(vec![(peers, traffic)]),
        Ok(elsewhere) => left.push((elsewhere, traffic.clone())),
        // Where nothing of its own traffic is denied, it does not matter whose.
        Err(why) => match &beside {
            Ok(beside) if *beside == traffic => {}
            _ => return Err(why),
        },
    }
    left.push((peers, beside?));
    Ok(left.into_iter().filter(|(peers, traffic)| !peers.is_empty() && !traffic.is_empty()).collect())
}

/// Rules with the same peers as one, and rules about pods with the same ports as one. Blocks of addresses of several rules stay apart: an end whose address is
/// known only roughly may be in all of them together, and in none of them alone.
fn gathered(rules: Vec<Merged>) -> Vec<Merged> {
    let mut by_peers: Vec<Merged> = Vec::new();
    for rule in rules {
        match by_peers.iter_mut().find(|known| known.peers == rule.peers) {
            Some(known) => {
                known.traffic = known.traffic.and(&rule.traffic);
                known.comments.extend(rule.comments);
            }
            None => by_peers.push(rule),
        }
    }
    let mut found: Vec<Merged> = Vec::new();
    for rule in by_peers {
        let same = found.iter_mut().find(|known| known.traffic == rule.traffic && matches!(known.peers, Peers::Pods(_)));
        match (same, &rule.peers) {
            (Some(known), Peers::Pods(more)) => {
                if let Peers::Pods(pods) = &mut known.peers {
                    pods.extend(more.iter().filter(|one| !pods.contains(one)).cloned().collect::<Vec<_>>());
                }
                known.comments.extend(rule.comments);
            }
            _ => found.push(rule),
        }
    }
    found
}
