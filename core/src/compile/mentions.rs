//! What policies mention of endpoints: all on which it hangs which of them are one class.
//!
//! Two rulesets that mention the same have the same classes and the same address sets. What is mentioned but nothing in the snapshot has
//! tells nothing apart.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use hashbrown::HashSet;

use super::expressions::entities;
use super::selectors::{NamespaceKey, SelectorKey, namespace_key, selector_key};
use crate::model::{AddressSet, Comparison, Labels, Operator, Selector, UnknownLabels};
use crate::policy::{Direction, PeerTermKind, Policy, PortTerm, Rule, Subject, SubjectMatch, TrafficMatch, TrafficTermKind};
use crate::snapshot::Snapshot;

/// Something that a policy asks of endpoints.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Mention<'a> {
    /// A label of pods, by a selector of Kubernetes'.
    PodLabel(&'a str),
    /// A value of one.
    PodValue(&'a str, &'a str),
    /// Namespaces, by name or labels.
    Namespaces(NamespaceKey<'a>),
    /// Nodes, by labels.
    Nodes(SelectorKey<'a>),
    /// A label, by a selector of Calico's.
    Label(&'a str),
    /// A value that one is compared with.
    Value(&'a str, &'a str),
    /// A look into the values of one.
    Test(&'a str, &'a Comparison),
    /// A selector of peers, which may stand for addresses of sets.
    Peers(Direction, &'a Selector),
    /// A list of profiles.
    Profiles(&'a [Box<str>]),
    /// A port by its name.
    Port(&'a str),
    /// Addresses.
    Addresses(Direction, Cow<'a, AddressSet>),
}

/// Visits all that a policy mentions, some of it more than once.
pub(super) fn each<'a>(policy: &'a Policy, visit: &mut impl FnMut(Mention<'a>)) {
    match &policy.subject {
        SubjectMatch::Pods(subject) => pods(subject, visit),
        SubjectMatch::Endpoints(selector) => labels(selector, visit),
        SubjectMatch::Profiles(list) => visit(Mention::Profiles(list)),
        // Of these, classes are made whatever policies say.
        SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => {}
    }
    for direction in Direction::BOTH {
        policy.rules(direction).iter().for_each(|rule| in_rule(rule, direction, visit));
    }
}

fn in_rule<'a>(rule: &'a Rule, direction: Direction, visit: &mut impl FnMut(Mention<'a>)) {
    for term in rule.peers.terms().iter().chain(&rule.own) {
        match &term.kind {
            PeerTermKind::Pods(subject) => pods(subject, visit),
            PeerTermKind::Addresses { set, .. } => visit(Mention::Addresses(direction, Cow::Borrowed(set))),
            PeerTermKind::UnknownAddresses { certain, possible, .. } => {
                [certain, possible].into_iter().for_each(|set| visit(Mention::Addresses(direction, Cow::Borrowed(set))));
            }
            PeerTermKind::Nodes(selector) => visit(Mention::Nodes(selector_key(selector))),
            // What is asked of these comes below.
            PeerTermKind::Entity(_) => {}
            PeerTermKind::DomainNames(_) | PeerTermKind::Unknown { .. } => {}
        }
    }
    if let Some(joined) = rule.peers.joined_addresses() {
        visit(Mention::Addresses(direction, Cow::Owned(joined)));
    }
    for entity in entities(rule) {
        for selector in entity.selector.iter().chain(&entity.not_selector) {
            labels(selector, visit);
            visit(Mention::Peers(direction, selector));
        }
        entity.addresses.iter().for_each(|set| visit(Mention::Addresses(direction, Cow::Borrowed(set))));
        entity.service.iter().for_each(|service| visit(Mention::Port(service)));
    }
    match &rule.traffic {
        TrafficMatch::Any => {}
        TrafficMatch::Of(terms) => {
            for term in terms {
                match &term.kind {
                    TrafficTermKind::Named(name, _) => visit(Mention::Port(name)),
                    TrafficTermKind::Protocol(_) | TrafficTermKind::Ports(..) => {}
                }
            }
        }
        TrafficMatch::Packet(packet) => {
            let ports = [&packet.source_ports, &packet.not_source_ports, &packet.destination_ports, &packet.not_destination_ports];
            for port in ports.into_iter().flatten() {
                match port {
                    PortTerm::Named(name) => visit(Mention::Port(name)),
                    PortTerm::Range(..) => {}
                }
            }
            packet.service.iter().for_each(|service| visit(Mention::Port(service)));
        }
    }
}

fn pods<'a>(subject: &'a Subject, visit: &mut impl FnMut(Mention<'a>)) {
    visit(Mention::Namespaces(namespace_key(&subject.namespaces)));
    for requirement in &subject.pods.requirements {
        visit(Mention::PodLabel(&requirement.key));
        match &requirement.operator {
            Operator::In(values) | Operator::NotIn(values) => {
                values.iter().for_each(|value| visit(Mention::PodValue(&requirement.key, value)));
            }
            Operator::Exists | Operator::DoesNotExist => {}
        }
    }
}

/// The depth of a selector is bounded by its parser.
fn labels<'a>(selector: &'a Selector, visit: &mut impl FnMut(Mention<'a>)) {
    let mut open = alloc::vec![selector];
    while let Some(selector) = open.pop() {
        match selector {
            Selector::All | Selector::Global => {}
            Selector::Has(key) => visit(Mention::Label(key)),
            Selector::Compare(key, comparison) => {
                visit(Mention::Label(key));
                match comparison {
                    Comparison::Equals(value) | Comparison::NotEquals(value) => visit(Mention::Value(key, value)),
                    Comparison::In(values) | Comparison::NotIn(values) => values.iter().for_each(|value| visit(Mention::Value(key, value))),
                    Comparison::Contains(_) | Comparison::StartsWith(_) | Comparison::EndsWith(_) => visit(Mention::Test(key, comparison)),
                }
            }
            Selector::Not(inner) => open.push(inner),
            Selector::And(parts) | Selector::Or(parts) => open.extend(parts),
        }
    }
}

impl Mention<'_> {
    /// Whether anything in the snapshot has what is mentioned, or may have it. In doubt, it is said to.
    fn is_of_something(&self, snapshot: &Snapshot) -> bool {
        let mut pods = snapshot.endpoints.iter();
        match self {
            Mention::PodLabel(key) => pods.any(|pod| pod.labels.get(key).is_some() || may_have(&pod.unknown, key)),
            // A value that is not known is one of its own, whatever it is compared with.
            Mention::PodValue(key, value) => pods.any(|pod| pod.labels.get(key) == Some(*value)),
            Mention::Namespaces(NamespaceKey::Named(name)) => snapshot.namespaces.iter().any(|n| n.name == *name || n.is_unknown()),
            Mention::Value(_, value) => is_anywhere(value, snapshot),
            Mention::Peers(..) => !snapshot.network_sets.is_empty() || !snapshot.host_endpoints.is_empty(),
            Mention::Namespaces(NamespaceKey::Selector(_))
            | Mention::Nodes(_)
            | Mention::Label(_)
            | Mention::Test(..)
            | Mention::Profiles(_)
            | Mention::Port(_)
            | Mention::Addresses(..) => true,
        }
    }
}

fn may_have(unknown: &UnknownLabels, key: &str) -> bool {
    unknown.others || unknown.keys.iter().any(|(own, _)| **own == *key)
}

/// Whether any label that a selector of Calico's may see has a value.
fn is_anywhere(value: &str, snapshot: &Snapshot) -> bool {
    let has = |labels: &Labels| labels.iter().any(|(_, own)| own == value);
    // Calico makes labels of these.
    value == super::expressions::ORCHESTRATOR
        || snapshot.endpoints.iter().any(|pod| *pod.service_account == *value || has(&pod.labels))
        || snapshot.namespaces.iter().any(|namespace| namespace.name == value || has(&namespace.labels))
        || snapshot.service_accounts.iter().any(|account| *account.name == *value || has(&account.labels))
        || snapshot.profiles.iter().any(|profile| has(&profile.labels))
        || snapshot.host_endpoints.iter().any(|host| has(&host.labels))
        || snapshot.network_sets.iter().any(|set| has(&set.labels))
}

/// Whether policies can take the place of others without any endpoint changing its class: `others` are those that stay.
pub(super) fn tell_the_same_apart<'a>(
    before: impl Iterator<Item = &'a Policy>,
    after: impl Iterator<Item = &'a Policy>,
    others: impl Iterator<Item = &'a Policy>,
    snapshot: &Snapshot,
) -> bool {
    let (mut old, mut new) = (HashSet::new(), HashSet::new());
    before.for_each(|policy| {
        each(policy, &mut |mention| {
            old.insert(mention);
        });
    });
    after.for_each(|policy| {
        each(policy, &mut |mention| {
            new.insert(mention);
        });
    });
    let mut open: HashSet<&Mention<'_>> = old.symmetric_difference(&new).filter(|mention| mention.is_of_something(snapshot)).collect();
    // What others mention too is mentioned before and after.
    for policy in others {
        if open.is_empty() {
            break;
        }
        each(policy, &mut |mention| {
            open.remove(&mention);
        });
    }
    open.is_empty()
}
