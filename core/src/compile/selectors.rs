//! Selectors and peers as sets of classes.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::addresses::AddressIndex;
use super::class_set::ClassSet;
use super::classes::{ClassKind, Classes, Sample};
use super::expressions::{self, Expressions};
use super::labels::{LabelIndex, judged_apart};
use super::{EndpointSet, EntityParts};
use crate::model::{AddressSet, LabelSelector, Labels, Operator, Selector, UnknownLabels, ValueShape};
use crate::policy::{
    Direction, EntityMatch, NamespaceMatch, PeerTermKind, Policy, PortTerm, Subject, SubjectMatch, TrafficMatch, TrafficTermKind,
    partly_behind,
};
use crate::snapshot::{NodeId, Snapshot};

/// In a class key, before and after what is known of a label's value.
pub(super) const UNKNOWN_VALUE: u32 = u32::MAX - 3;
/// Opens, in a class key, the number of a list of profiles.
const END_OF_PROFILES: u32 = u32::MAX - 2;

/// What a selector asks for, without where it is written.
pub(super) type SelectorKey<'a> = Vec<(&'a str, &'a Operator)>;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum NamespaceKey<'a> {
    Named(&'a str),
    Selector(SelectorKey<'a>),
}

/// All selectors of a ruleset: first what they mention, then, once classes are known, the sets that they stand for.
pub(super) struct Selectors<'a> {
    /// Label keys that pod selectors mention, each with the values it is compared with, all numbered.
    pod_keys: BTreeMap<&'a str, (u32, BTreeMap<&'a str, u32>)>,
    port_names: HashSet<&'a str>,
    /// Calico's selectors.
    pub(super) expressions: Expressions<'a>,
    /// Lists of profiles that policies stand for, by number.
    profile_lists: HashMap<&'a [Box<str>], u32>,
    namespaces: Vec<&'a NamespaceMatch>,
    namespace_numbers: HashMap<NamespaceKey<'a>, u32>,
    /// For each namespace, the namespace matches that hold for it.
    namespace_matches: Vec<Vec<u32>>,
    /// The same for those that hold possibly and not for certain.
    namespace_chances: Vec<Vec<u32>>,
    nodes: Vec<&'a LabelSelector>,
    // What follows is known after `index`.
    namespace_classes: Vec<EndpointSet>,
    pods: HashMap<SelectorKey<'a>, EndpointSet>,
    pod_index: Option<LabelIndex<'a>>,
    address_sets: Vec<EndpointSet>,
    outside_only: ClassSet,
    /// Classes of pods of which nothing is known but that there are some.
    nameless: ClassSet,
    node_sets: Vec<EndpointSet>,
}

pub(super) fn selector_key(selector: &LabelSelector) -> SelectorKey<'_> {
    let mut key: SelectorKey = selector.requirements.iter().map(|r| (&*r.key, &r.operator)).collect();
    key.sort_unstable();
    key.dedup();
    key
}

pub(super) fn namespace_key(matching: &NamespaceMatch) -> NamespaceKey<'_> {
    match matching {
        NamespaceMatch::Named(name) => NamespaceKey::Named(name),
        NamespaceMatch::Selector(selector) => NamespaceKey::Selector(selector_key(selector)),
    }
}

/// The node selectors, by number, that select a node for certain, and those that may besides.
#[derive(Clone, Debug, Default)]
pub(super) struct NodeMatches {
    certain: Vec<u32>,
    possible: Vec<u32>,
}

impl<'a> Selectors<'a> {
    /// Collects what the selectors of policies mention.
    pub(super) fn mentioned(policies: impl Iterator<Item = &'a Policy> + Clone, snapshot: &'a Snapshot) -> Self {
        let mut selectors = Selectors {
            pod_keys: BTreeMap::new(),
            port_names: HashSet::new(),
            expressions: Expressions::mentioned(policies.clone(), snapshot),
            profile_lists: HashMap::new(),
            namespaces: Vec::new(),
            namespace_numbers: HashMap::new(),
            namespace_matches: Vec::new(),
            namespace_chances: Vec::new(),
            nodes: Vec::new(),
            namespace_classes: Vec::new(),
            pods: HashMap::new(),
            pod_index: None,
            address_sets: Vec::new(),
            outside_only: ClassSet::none(),
            nameless: ClassSet::none(),
            node_sets: Vec::new(),
        };
        for policy in policies {
            match &policy.subject {
                SubjectMatch::Pods(subject) => selectors.mention_subject(subject),
                SubjectMatch::Profiles(list) => {
                    let next = selectors.profile_lists.len() as u32;
                    selectors.profile_lists.entry(list).or_insert(next);
                }
                SubjectMatch::Endpoints(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => {}
            }
            for rule in Direction::BOTH.iter().flat_map(|d| policy.rules(*d)) {
                for term in rule.peers.terms() {
                    match &term.kind {
                        PeerTermKind::Pods(subject) => selectors.mention_subject(subject),
                        PeerTermKind::Nodes(selector) => selectors.nodes.push(selector),
                        PeerTermKind::Addresses { .. }
                        | PeerTermKind::UnknownAddresses { .. }
                        | PeerTermKind::Entity(_)
                        | PeerTermKind::DomainNames(_)
                        | PeerTermKind::Unknown { .. } => {}
                    }
                }
                selectors.port_names.extend(expressions::entities(rule).filter_map(|entity| entity.service.as_deref()));
                match &rule.traffic {
                    TrafficMatch::Any => {}
                    TrafficMatch::Of(terms) => selectors.port_names.extend(terms.iter().filter_map(|t| match &t.kind {
                        TrafficTermKind::Named(name, _) => Some(&**name),
                        _ => None,
                    })),
                    TrafficMatch::Packet(packet) => {
                        let ports =
                            [&packet.source_ports, &packet.not_source_ports, &packet.destination_ports, &packet.not_destination_ports];
                        selectors.port_names.extend(ports.into_iter().flatten().filter_map(|port| match port {
                            PortTerm::Named(name) => Some(&**name),
                            PortTerm::Range(..) => None,
                        }));
                        selectors.port_names.extend(packet.service.as_deref());
                    }
                }
            }
        }
        selectors
    }

    fn mention_subject(&mut self, subject: &'a Subject) {
        let next = self.namespaces.len() as u32;
        if *self.namespace_numbers.entry(namespace_key(&subject.namespaces)).or_insert(next) == next {
            self.namespaces.push(&subject.namespaces);
        }
        for requirement in &subject.pods.requirements {
            let number = self.pod_keys.len() as u32;
            let (_, values) = self.pod_keys.entry(&requirement.key).or_insert_with(|| (number, BTreeMap::new()));
            if let Operator::In(named) | Operator::NotIn(named) = &requirement.operator {
                for value in named {
                    let number = values.len() as u32;
                    values.entry(value).or_insert(number);
                }
            }
        }
    }

    /// Whether some rule names this port.
    pub(super) fn names_port(&self, name: &str) -> bool {
        self.port_names.contains(name)
    }

    /// Numbers namespaces so that two have the same number only if no rule tells them apart.
    pub(super) fn namespace_classes(&mut self, snapshot: &Snapshot) -> Vec<u32> {
        let width = snapshot.namespaces.len();
        let labels = (0..).zip(&snapshot.namespaces).map(|(i, n)| (i, &n.labels, &n.unknown));
        let index = LabelIndex::new(labels, |_| true);
        let by_name: HashMap<&str, usize> = snapshot.namespaces.iter().enumerate().map(|(i, n)| (n.name.as_str(), i)).collect();
        let unnamed: Vec<usize> = (0..width).filter(|i| snapshot.namespaces.get(*i).is_some_and(|n| n.is_unknown())).collect();
        let mut matches: Vec<Vec<u32>> = alloc::vec![Vec::new(); width];
        let mut chances = matches.clone();
        for (number, matching) in self.namespaces.iter().enumerate() {
            let note = |lists: &mut Vec<Vec<u32>>, namespace: usize| {
                if let Some(list) = lists.get_mut(namespace) {
                    list.push(number as u32);
                }
            };
            match matching {
                NamespaceMatch::Named(name) => {
                    by_name.get(name.as_str()).into_iter().for_each(|n| note(&mut matches, *n));
                    unnamed.iter().for_each(|n| note(&mut chances, *n));
                }
                NamespaceMatch::Selector(selector) => {
                    let found = index.select(selector);
                    found.certain.iter().for_each(|n| note(&mut matches, n.index()));
                    found.possible().difference(&found.certain).iter().for_each(|n| note(&mut chances, n.index()));
                }
            }
        }
        let mut numbers: HashMap<(&[u32], &[u32]), u32> = HashMap::new();
        let classes = matches
            .iter()
            .zip(&chances)
            .map(|(certain, possible)| {
                let next = numbers.len() as u32;
                *numbers.entry((certain, possible)).or_insert(next)
            })
            .collect();
        drop(numbers);
        self.namespace_matches = matches;
        self.namespace_chances = chances;
        classes
    }

    /// For each node, the node selectors that select it.
    pub(super) fn node_matches(&self, snapshot: &Snapshot) -> Vec<NodeMatches> {
        let mut matches = alloc::vec![NodeMatches::default(); snapshot.nodes.len()];
        if self.nodes.is_empty() {
            return matches;
        }
        let index = LabelIndex::new((0..).zip(&snapshot.nodes).map(|(i, n)| (i, &n.labels, &n.unknown)), |_| true);
        for (number, selector) in (0..).zip(&self.nodes) {
            let selected = index.select(selector);
            for node in selected.possible().iter() {
                let Some(matches) = matches.get_mut(node.index()) else { continue };
                if selected.certain.contains(node) { matches.certain.push(number) } else { matches.possible.push(number) }
            }
        }
        matches
    }

    /// Adds to a class key what node selectors make of a node, or of a pod whose node is not said.
    pub(super) fn encode_node_matches(&self, node: Option<NodeId>, matches: &[NodeMatches], key: &mut Vec<u32>) {
        match node.and_then(|n| matches.get(n.index())) {
            Some(matches) => {
                key.extend(&matches.certain);
                if !matches.possible.is_empty() {
                    key.push(UNKNOWN_VALUE);
                    key.extend(&matches.possible);
                }
            }
            None if self.nodes.is_empty() => {}
            None => key.push(self.nodes.len() as u32),
        }
    }

    /// Adds to a class key what pod selectors can see of labels.
    pub(super) fn encode_labels(&self, labels: &Labels, unknown: &UnknownLabels, key: &mut Vec<u32>) {
        for (name, shape) in &unknown.keys {
            if let Some((number, _)) = self.pod_keys.get(&**name) {
                key.extend([*number, UNKNOWN_VALUE]);
                if let ValueShape::Begins(start) | ValueShape::Is(start) = shape {
                    key.extend(start.bytes().map(u32::from));
                }
                key.push(UNKNOWN_VALUE);
            }
        }
        if unknown.others {
            key.push(UNKNOWN_VALUE);
        }
        for (name, value) in labels.iter() {
            if let Some((number, values)) = self.pod_keys.get(name) {
                // A value that no selector compares with is like any other such value.
                key.extend([*number, values.get(value).copied().unwrap_or(u32::MAX - 1)]);
            }
        }
    }

    /// Adds to a class key which list of profiles an endpoint has, as far as policies tell lists apart.
    pub(super) fn encode_profiles(&self, profiles: Option<&[Box<str>]>, key: &mut Vec<u32>) {
        if let Some(profiles) = profiles {
            key.push(END_OF_PROFILES);
            key.extend(self.profile_lists.get(profiles));
        }
    }

    /// Builds the sets, now that classes are known; the classes in each address set are given.
    pub(super) fn index(&mut self, snapshot: &'a Snapshot, classes: &Classes, address_sets: Vec<EndpointSet>) {
        let sample = |sample| match sample {
            Sample::Pod(id) => snapshot.pod(id),
            Sample::Node(_) | Sample::Atom | Sample::Host(_) | Sample::Group(_) => None,
        };
        let pods = || classes.iter().filter(|(_, kind, ..)| *kind == ClassKind::Pod).filter_map(|(i, _, _, s)| Some((i.0, sample(s)?)));
        let labelled = pods().map(|(i, endpoint)| (i, &endpoint.labels, &endpoint.unknown));
        let keys = &self.pod_keys;
        self.pod_index = Some(LabelIndex::new(labelled, |key| keys.contains_key(key)));
        let mut namespaces = Lists::new(self.namespaces.len());
        for (class, endpoint) in pods() {
            let of = |lists: &'_ [Vec<u32>]| lists.get(endpoint.namespace.index()).cloned().unwrap_or_default();
            namespaces.add(class, &of(&self.namespace_matches), &[]);
            // What holds for certain holds possibly.
            let mut possible = of(&self.namespace_matches);
            possible.extend(of(&self.namespace_chances));
            namespaces.add(class, &[], &possible);
        }
        self.namespace_classes = namespaces.sets();
        let of_kind = |wanted| classes.iter().filter(move |(_, kind, ..)| *kind == wanted).map(|(class, ..)| class.0);
        self.outside_only = ClassSet::new(of_kind(ClassKind::Outside).collect());
        let is_nameless = |sample| match sample {
            Sample::Pod(id) => snapshot.pod(id).and_then(|e| snapshot.namespace(e.namespace)).is_some_and(|n| n.is_unknown()),
            _ => false,
        };
        self.nameless = ClassSet::new(classes.iter().filter(|(.., sample)| is_nameless(*sample)).map(|(class, ..)| class.0).collect());
        self.address_sets = address_sets;
        self.index_nodes(snapshot, classes);
        self.expressions.index(snapshot, classes);
    }

    /// The classes in each address set.
    pub(super) fn into_address_sets(self) -> Vec<EndpointSet> {
        self.address_sets
    }

    fn index_nodes(&mut self, snapshot: &Snapshot, classes: &Classes) {
        let matches = self.node_matches(snapshot);
        let node_of = |sample| match sample {
            Sample::Node(id) => Some(id),
            Sample::Pod(id) => snapshot.pod(id).and_then(|e| e.node),
            Sample::Atom | Sample::Host(_) | Sample::Group(_) => None,
        };
        let nodes = || classes.iter().filter(|(_, kind, ..)| *kind == ClassKind::Node);
        let known: Vec<(u32, Option<&NodeMatches>)> =
            nodes().map(|(class, _, _, sample)| (class.0, node_of(sample).and_then(|n| matches.get(n.index())))).collect();
        let set = |(number, selector): (u32, &&LabelSelector)| {
            judged_apart(known.iter().map(|(class, known)| {
                // A node of which nothing is known is a node all the same: a selector for every node matches it.
                let judged = known.map_or((selector.is_everything(), true), |matches| {
                    let certain = matches.certain.contains(&number);
                    (certain, certain || matches.possible.contains(&number))
                });
                (*class, judged)
            }))
        };
        self.node_sets = (0..).zip(&self.nodes).map(set).collect();
    }

    /// The classes of endpoints that a policy applies to, for certain and possibly.
    ///
    /// Pods of which nothing is known but that there are some (an ingress controller that is not in the input) are taken to be selected by
    /// no policy of it.
    pub(super) fn subjects(&mut self, subject: &'a SubjectMatch, snapshot: &Snapshot, classes: &Classes) -> EndpointSet {
        let selected = match subject {
            SubjectMatch::Pods(subject) => self.subject(subject),
            SubjectMatch::Endpoints(selector) => self.expressions.subjects(selector),
            other => return EndpointSet::exactly(other_subjects(other, snapshot, classes)),
        };
        if self.nameless.is_empty() { selected } else { selected.with(&self.nameless, ClassSet::difference) }
    }

    /// The classes of pods that a subject selects.
    pub(super) fn subject(&mut self, subject: &'a Subject) -> EndpointSet {
        let number = self.namespace_numbers.get(&namespace_key(&subject.namespaces));
        let Some(set) = number.and_then(|n| self.namespace_classes.get(*n as usize)) else { return nobody() };
        match &self.pod_index {
            Some(index) if !subject.pods.is_everything() => {
                set.intersection(self.pods.entry(selector_key(&subject.pods)).or_insert_with(|| index.select(&subject.pods)))
            }
            _ => set.clone(),
        }
    }

    /// The endpoints whose address is in a set; endpoints inside only if `inside_too`.
    pub(super) fn addresses(&self, set: &AddressSet, inside_too: bool, addresses: &AddressIndex) -> EndpointSet {
        let found = addresses.number(set).and_then(|n| self.address_sets.get(n as usize));
        let Some(ends) = found else { return nobody() };
        if inside_too { ends.clone() } else { EndpointSet::exactly(ends.certain.intersection(&self.outside_only)) }
    }

    /// The endpoints that a peer term matches.
    pub(super) fn term(&mut self, term: &'a PeerTermKind, classes: &Classes, addresses: &AddressIndex) -> EndpointSet {
        match term {
            PeerTermKind::Pods(subject) => self.subject(subject),
            PeerTermKind::Addresses { set, inside_too, .. } => self.addresses(set, *inside_too, addresses),
            PeerTermKind::UnknownAddresses { certain, possible, .. } => {
                let certain = self.addresses(certain, true, addresses).certain;
                let possible = self.addresses(possible, true, addresses);
                let all = possible.possible().union(&certain);
                EndpointSet::new(certain, all)
            }
            PeerTermKind::Entity(entity) => self.entity_parts(entity, classes, addresses).whole(classes),
            PeerTermKind::Nodes(selector) => {
                let number = self.nodes.iter().position(|other| core::ptr::eq(*other, selector));
                number.and_then(|n| self.node_sets.get(n)).cloned().unwrap_or_else(nobody)
            }
            PeerTermKind::DomainNames(_) => EndpointSet::new(ClassSet::none(), self.outside_only.clone()),
            PeerTermKind::Unknown { everything, .. } => {
                EndpointSet::exactly(if *everything { classes.every().clone() } else { ClassSet::none() })
            }
        }
    }

    /// What each part of a side of a Calico rule matches. Upstream: docs/semantics.md, Calico.
    pub(super) fn entity_parts(&mut self, entity: &'a EntityMatch, classes: &Classes, addresses: &AddressIndex) -> EntityParts {
        EntityParts {
            selector: entity.selector.as_ref().map(|selector| self.selected(selector, addresses)),
            not_selector: entity.not_selector.as_ref().map(|selector| self.selected(selector, addresses).complement(classes.every())),
            addresses: entity.addresses.as_ref().map(|set| self.addresses(set, true, addresses)),
            service: entity.service.as_ref().map(|service| behind(service, classes)),
        }
    }

    fn selected(&mut self, selector: &'a Selector, addresses: &AddressIndex) -> EndpointSet {
        let mut in_set = self.expressions.addresses(selector).map(|set| self.addresses(set, true, addresses));
        if let Some(possible) = self.expressions.possible_addresses(selector) {
            let possible = self.addresses(possible, true, addresses).in_doubt();
            in_set = Some(in_set.map_or_else(|| possible.clone(), |set| set.union(&possible)));
        }
        self.expressions.ends(selector, in_set.as_ref())
    }
}

/// The endpoints that are behind a Service, given the name of its ports.
pub(super) fn behind(service: &str, classes: &Classes) -> EndpointSet {
    let has = |name: &str| classes.those(|class, _| classes.named_ports(class).iter().any(|port| *port.name == *name));
    let possible = has(service);
    let partly = has(&partly_behind(service));
    EndpointSet::new(possible.difference(&partly), possible)
}

fn nobody() -> EndpointSet {
    EndpointSet::exactly(ClassSet::none())
}

fn other_subjects(subject: &SubjectMatch, snapshot: &Snapshot, classes: &Classes) -> ClassSet {
    match subject {
        SubjectMatch::Pods(_) | SubjectMatch::Endpoints(_) => ClassSet::none(),
        SubjectMatch::Group(number) => classes.those(|_, sample| matches!(sample, Sample::Group(of) if of == *number)),
        SubjectMatch::Hosts { nodes, but } => classes.those(|_, sample| {
            let Sample::Host(id) = sample else { return false };
            let host = snapshot.host_endpoint(id).and_then(|h| snapshot.node(h.node));
            host.is_some_and(|node| nodes.iter().any(|n| **n == *node.name) != *but)
        }),
        SubjectMatch::Profiles(list) => classes.those(|class, sample| {
            let profiles = match sample {
                Sample::Pod(id) if classes.kind(class) == ClassKind::Pod => snapshot.pod(id).and_then(|e| e.profiles.as_deref()),
                Sample::Host(id) => snapshot.host_endpoint(id).map(|h| &*h.profiles),
                _ => None,
            };
            profiles == Some(list)
        }),
    }
}

impl AddressIndex {
    /// The classes in each set.
    pub(super) fn sets_of_classes(&self, classes: &Classes) -> Vec<EndpointSet> {
        let mut sets = Lists::new(self.set_count() as usize);
        classes.iter().for_each(|(class, _, membership, _)| sets.add(class.0, &membership.certain, &membership.possible));
        sets.sets()
    }
}

/// Sets by number while classes, which come in ascending order, are put into them.
struct Lists(Vec<[Vec<u32>; 2]>);

impl Lists {
    fn new(count: usize) -> Self {
        Lists(alloc::vec![[Vec::new(), Vec::new()]; count])
    }

    /// Puts a class into sets: those that it is in for certain, and those possibly.
    fn add(&mut self, class: u32, certain: &[u32], possible: &[u32]) {
        for (form, sets) in [certain, possible].into_iter().enumerate() {
            for set in sets {
                if let Some(list) = self.0.get_mut(*set as usize).and_then(|set| set.get_mut(form)) {
                    list.push(class);
                }
            }
        }
    }

    fn sets(self) -> Vec<EndpointSet> {
        let set = |mut classes: Vec<u32>| {
            // What is put into a set twice comes twice in a row.
            classes.dedup();
            ClassSet::new(classes)
        };
        self.0.into_iter().map(|[certain, possible]| EndpointSet::new(set(certain), set(possible))).collect()
    }
}
