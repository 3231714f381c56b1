//! The selectors of peers that rules name, each once.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::space::NAME_LABEL;
use crate::model::{LabelSelector, Operator, Protocol, Requirement, Selector};
use crate::policy::{
    Action, Direction, EntityMatch, NamespaceMatch, PacketMatch, PeerMatch, PeerTermKind, PolicyId, PortTerm, Rule, RuleId, RuleRef,
    Ruleset, Subject, TrafficMatch, TrafficTermKind, WrittenEntity,
};
use crate::text::Place;

crate::model::ids! {
    /// A selector of peers, by its place in [`Exposure::peers`](super::Exposure::peers).
    PeerId,
}

/// Pods that a rule names by their labels.
#[derive(Clone, Debug)]
pub struct PeerSelector {
    /// How it is written.
    pub kind: PeerKind,
    /// What a Calico rule's selector was made of.
    pub written: Option<WrittenEntity>,
    /// Where it is written, for the first time.
    pub place: Place,
    /// The rule and the term that it is first written in.
    pub(super) first: (RuleRef, usize),
}

/// A selector of pods, in the language of its rule.
#[derive(Clone, Debug)]
pub enum PeerKind {
    /// By Kubernetes' label selectors.
    Pods(Subject),
    /// By Calico's, over all labels that Calico knows of a pod.
    Calico {
        /// What selects it.
        selector: Option<Selector>,
        /// What must not.
        not_selector: Option<Selector>,
    },
}

impl PeerKind {
    /// The selector of a term, if it tells pods apart by their labels.
    fn of(term: &PeerTermKind) -> Option<PeerKind> {
        match term {
            PeerTermKind::Pods(subject) => Some(PeerKind::Pods(subject.clone())),
            PeerTermKind::Entity(entity) => {
                let EntityMatch { selector, not_selector, .. } = &**entity;
                (selector.is_some() || not_selector.is_some())
                    .then(|| PeerKind::Calico { selector: selector.clone(), not_selector: not_selector.clone() })
            }
            _ => None,
        }
    }

    /// Whether it selects every pod, as its text says.
    fn is_everything(&self) -> bool {
        match self {
            PeerKind::Pods(Subject { namespaces: NamespaceMatch::Selector(namespaces), pods }) => {
                namespaces.is_everything() && pods.is_everything()
            }
            PeerKind::Pods(_) => false,
            PeerKind::Calico { selector, not_selector } => {
                not_selector.is_none() && selector.as_ref().is_none_or(|selector| *selector == Selector::All)
            }
        }
    }

    /// The same text for selectors that ask for the same.
    fn key(&self) -> String {
        match self {
            PeerKind::Pods(subject) => {
                let namespaces = match &subject.namespaces {
                    NamespaceMatch::Named(name) => format!("{NAME_LABEL}={name}"),
                    NamespaceMatch::Selector(selector) => canonical(selector),
                };
                format!("{namespaces}\n{}", canonical(&subject.pods))
            }
            PeerKind::Calico { selector, not_selector } => {
                let text = |selector: &Option<Selector>| selector.as_ref().map(ToString::to_string).unwrap_or_default();
                format!("{}\n{}\ncalico", text(selector), text(not_selector))
            }
        }
    }
}

/// A selector's requirements in order, each with its values in order.
fn canonical(selector: &LabelSelector) -> String {
    let ordered = |requirement: &Requirement| {
        let mut requirement = requirement.clone();
        if let Operator::In(values) | Operator::NotIn(values) = &mut requirement.operator {
            values.sort_unstable();
            values.dedup();
        }
        requirement.to_string()
    };
    let mut all: Vec<String> = selector.requirements.iter().map(ordered).collect();
    all.sort_unstable();
    all.dedup();
    all.join(", ")
}

/// What rules say of pods that are not in the input and that no pod's labels answer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unsaid {
    /// A rule that does not allow names a port by its name: which number that is, each pod says itself.
    PortName(String),
    /// A rule names the endpoints of a Service, `namespace/name`: which pods these will be is not known.
    Service(String),
    /// There are more combinations of selectors than were looked at.
    TooMany,
}

/// A port that a rule names by its name: which number that is, each pod says itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PortName {
    /// The name.
    pub name: String,
    /// The protocol, where the rule says it.
    pub protocol: Option<Protocol>,
}

/// What the rules of one side name.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Selectors of peers, each with whether some rule with it does other than allow.
    pub(super) peers: BTreeMap<PeerId, bool>,
    /// Ports that rules which allow name by their names, with the protocol where the rule says it.
    pub(super) ports: Vec<PortName>,
    /// Ranges of ports that rules give by number.
    pub(super) numbers: Vec<(u16, u16)>,
    pub(super) unsaid: Vec<Unsaid>,
}

/// All selectors of peers of a ruleset.
#[derive(Debug, Default)]
pub(super) struct PeerTable {
    pub(super) peers: Vec<PeerSelector>,
    numbers: BTreeMap<String, PeerId>,
}

impl PeerTable {
    /// What the rules of some policies name for a direction.
    pub(super) fn named(&mut self, ruleset: &Ruleset, policies: &[PolicyId], direction: Direction) -> Named {
        let mut named = Named::default();
        for policy in policies.iter().filter_map(|id| ruleset.policy(*id)) {
            for (id, rule) in RuleId::each(policy.rules(direction)) {
                let allows = matches!(rule.action, Action::Allow | Action::Log);
                self.note_peers(rule, RuleRef { policy: policy.id, direction, id }, allows, &mut named);
                if direction == Direction::Egress {
                    note_ports(rule, allows, &mut named);
                }
            }
        }
        named.unsaid.sort_unstable();
        named.unsaid.dedup();
        named
    }

    fn note_peers(&mut self, rule: &Rule, at: RuleRef, allows: bool, named: &mut Named) {
        let PeerMatch::Of(terms) = &rule.peers else { return };
        for (number, term) in terms.iter().enumerate() {
            if let PeerTermKind::Entity(entity) = &term.kind
                && let Some(service) = &entity.service
            {
                named.unsaid.push(Unsaid::Service(service.as_ref().to_owned()));
            }
            let Some(kind) = PeerKind::of(&term.kind).filter(|kind| !kind.is_everything()) else { continue };
            let written = match &term.kind {
                PeerTermKind::Entity(entity) => Some(entity.written.clone()),
                _ => None,
            };
            let next = PeerId::at(self.peers.len());
            let id = *self.numbers.entry(kind.key()).or_insert(next);
            if id == next {
                self.peers.push(PeerSelector { kind, written, place: term.place, first: (at, number) });
            }
            *named.peers.entry(id).or_default() |= !allows;
        }
    }

    pub(super) fn get(&self, id: PeerId) -> Option<&PeerSelector> {
        self.peers.get(id.index())
    }
}

/// Ports that a rule names by their names.
fn note_ports(rule: &Rule, allows: bool, named: &mut Named) {
    let mut note = |name: &str, protocol| {
        let port = PortName { name: name.to_owned(), protocol };
        if !allows {
            named.unsaid.push(Unsaid::PortName(port.name));
        } else if !named.ports.contains(&port) {
            named.ports.push(port);
        }
    };
    let mut named_numbers = Vec::new();
    match &rule.traffic {
        TrafficMatch::Any => {}
        TrafficMatch::Of(terms) => {
            for term in terms {
                match &term.kind {
                    TrafficTermKind::Named(name, protocol) => note(name, *protocol),
                    TrafficTermKind::Ports(_, first, last) => named_numbers.push((*first, *last)),
                    TrafficTermKind::Protocol(_) => {}
                }
            }
        }
        TrafficMatch::Packet(packet) => {
            let PacketMatch { protocol, destination_ports, not_destination_ports, service, .. } = &**packet;
            for port in destination_ports.iter() {
                match port {
                    PortTerm::Named(name) => note(name, *protocol),
                    PortTerm::Range(first, last) => named_numbers.push((*first, *last)),
                }
            }
            for port in not_destination_ports.iter() {
                if let PortTerm::Named(name) = port {
                    named.unsaid.push(Unsaid::PortName(name.as_ref().to_owned()));
                }
            }
            if let Some(service) = service {
                named.unsaid.push(Unsaid::Service(service.as_ref().to_owned()));
            }
        }
    }
    named.numbers.extend(named_numbers);
}
