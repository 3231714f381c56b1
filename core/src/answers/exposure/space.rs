//! The labels that selectors of peers look at, and which combinations of labels a selector accepts.
//!
//! Every key that some selector mentions is an axis; its values are those that selectors compare with, as far as they tell them apart, and
//! one for everything that nobody mentions. What a selector accepts is a list of *boxes*: for each axis the values that do. All of this is
//! about pods that do not exist; what a rule makes of one of them is asked of the evaluator.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::compile::expressions::{ACCOUNT_LABEL, ACCOUNT_PREFIX, NAMESPACE_LABEL, NAMESPACE_PREFIX, ORCHESTRATOR_LABEL};
use crate::model::{Comparison, LabelSelector, Labels, Operator, Selector, well_known};
use crate::policy::NamespaceMatch;

use super::peers::PeerKind;
use super::stand_ins::StandIn;

/// The label that the API server gives every namespace: its name.
pub(super) const NAME_LABEL: &str = well_known::NAMESPACE_NAME;
/// The service account of pods that name none.
pub(super) const DEFAULT_ACCOUNT: &str = "default";

/// What of a pod a selector looks at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Axis {
    /// The name of its namespace.
    Namespace,
    /// A label of its namespace.
    NamespaceLabel(Box<str>),
    /// A label of its own.
    PodLabel(Box<str>),
    /// The name of its service account.
    Account,
    /// A label of its service account.
    AccountLabel(Box<str>),
    /// What Kubernetes runs is all alike.
    Orchestrator,
}

impl Axis {
    /// What a key stands for in a Calico selector over pods.
    fn of_calico(key: &str) -> Axis {
        match key {
            NAMESPACE_LABEL => return Axis::Namespace,
            ACCOUNT_LABEL => return Axis::Account,
            ORCHESTRATOR_LABEL => return Axis::Orchestrator,
            _ => {}
        }
        match (key.strip_prefix(NAMESPACE_PREFIX), key.strip_prefix(ACCOUNT_PREFIX)) {
            (Some(well_known::CALICO_NAME | NAME_LABEL), _) => Axis::Namespace,
            (Some(label), _) => Axis::NamespaceLabel(label.into()),
            (_, Some(well_known::CALICO_NAME)) => Axis::Account,
            (_, Some(label)) => Axis::AccountLabel(label.into()),
            _ => Axis::PodLabel(key.into()),
        }
    }

    fn of_namespace(key: &str) -> Axis {
        if key == NAME_LABEL { Axis::Namespace } else { Axis::NamespaceLabel(key.into()) }
    }
}

/// A condition on one axis: a comparison, and whether it is to hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Test(Comparison, bool);

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        self.0.matches(value) == self.1
    }

    /// Values that may pass where others do not.
    fn values(&self) -> Vec<String> {
        match &self.0 {
            Comparison::Equals(value) | Comparison::NotEquals(value) => alloc::vec![value.as_ref().into()],
            Comparison::In(values) | Comparison::NotIn(values) => values.iter().map(|v| v.as_ref().into()).collect(),
            Comparison::Contains(part) | Comparison::StartsWith(part) | Comparison::EndsWith(part) => {
                alloc::vec![part.as_ref().into(), format!("{part}-z"), format!("z-{part}"), format!("z-{part}-z")]
            }
        }
    }

    /// The text that must be at the beginning or the end, for values that are to pass two of these.
    fn looks_into(&self) -> Option<&str> {
        match &self.0 {
            Comparison::Contains(part) | Comparison::StartsWith(part) | Comparison::EndsWith(part) => Some(part),
            _ => None,
        }
    }
}

/// `has`: anything but absence. A comparison that every value passes, and absence does not.
fn present() -> Test {
    Test(Comparison::Contains("".into()), true)
}

/// A set of values of an axis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Values(Vec<u64>);

impl Values {
    fn of(count: usize, holds: impl Fn(usize) -> bool) -> Self {
        let mut words = alloc::vec![0_u64; count.div_ceil(64)];
        for value in (0..count).filter(|value| holds(*value)) {
            if let Some(word) = words.get_mut(value / 64) {
                *word |= 1 << (value % 64);
            }
        }
        Values(words)
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn and(&self, other: &Values) -> Values {
        Values(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    fn without(&self, other: &Values) -> Values {
        Values(self.0.iter().zip(&other.0).map(|(a, b)| a & !b).collect())
    }

    fn is_within(&self, other: &Values) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(i, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| i * 64 + bit))
    }
}

/// Combinations of labels: for some axes, ascending, the values that are meant; of all others, every one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct LabelBox(Vec<(usize, Values)>);

impl LabelBox {
    fn values(&self, axis: usize) -> Option<&Values> {
        let place = self.0.binary_search_by_key(&axis, |(own, _)| *own).ok()?;
        self.0.get(place).map(|(_, values)| values)
    }

    /// What is in both; nothing if nothing is.
    pub(super) fn and(&self, other: &LabelBox) -> Option<LabelBox> {
        let mut both = self.clone();
        for (axis, values) in &other.0 {
            both = both.with(*axis, values)?;
        }
        Some(both)
    }

    /// The same with fewer values of an axis; nothing if none is left.
    fn with(&self, axis: usize, values: &Values) -> Option<LabelBox> {
        let mut both = self.clone();
        match both.0.binary_search_by_key(&axis, |(own, _)| *own) {
            Ok(place) => {
                let slot = both.0.get_mut(place)?;
                slot.1 = slot.1.and(values);
                if slot.1.is_empty() {
                    return None;
                }
            }
            Err(place) => both.0.insert(place, (axis, values.clone())),
        }
        (!values.is_empty()).then_some(both)
    }

    /// Whether all of this is in another.
    pub(super) fn is_within(&self, other: &LabelBox, space: &Space) -> bool {
        let all = |axis| Values::of(space.count(axis), |_| true);
        other.0.iter().all(|(axis, values)| self.values(*axis).map_or_else(|| all(*axis) == *values, |own| own.is_within(values)))
    }

    /// What is left of this outside another, as boxes.
    pub(super) fn outside(&self, other: &LabelBox, space: &Space) -> Vec<LabelBox> {
        let cut = |(axis, values): &(usize, Values)| {
            let left = space.values_in(self, *axis).without(values);
            if left.is_empty() { None } else { self.with(*axis, &left) }
        };
        other.0.iter().filter_map(cut).collect()
    }
}

/// An axis with the conditions on it, and the values that these tell apart.
#[derive(Debug)]
struct Scale {
    axis: Axis,
    tests: Vec<Test>,
    values: Vec<Option<String>>,
}

/// What peers of a few rules look at.
#[derive(Debug)]
pub(super) struct Space {
    axes: Vec<Scale>,
    /// By peer, what it accepts.
    pub(super) accepted: Vec<Vec<LabelBox>>,
    /// Values of the axis of namespaces' names, each with the existing namespace's labels on all axes where it is one.
    existing: Vec<(usize, LabelBox)>,
    /// Whether some selector has more alternatives than are looked at.
    pub(super) cut: bool,
}

/// A conjunction of conditions.
type Clause = Vec<(Axis, Test)>;
/// Alternatives of one selector, and boxes of one question, that are looked at.
pub(super) const MOST_BOXES: usize = 64;
/// Combinations of labels that are tried one by one.
const MOST_SAMPLES: usize = 1 << 13;

impl Space {
    /// The space of some peers; `existing` are the namespaces of the input with their labels.
    pub(super) fn new(peers: &[&PeerKind], existing: &BTreeMap<&str, &Labels>) -> Space {
        let mut cut = false;
        let clauses: Vec<Vec<Clause>> = peers.iter().map(|peer| clauses(peer, &mut cut)).collect();
        let mut tests: Vec<(Axis, Vec<Test>)> = Vec::new();
        for (axis, test) in clauses.iter().flatten().flatten() {
            let place = tests.binary_search_by(|(own, _)| own.cmp(axis)).unwrap_or_else(|place| {
                tests.insert(place, (axis.clone(), Vec::new()));
                place
            });
            if let Some((_, own)) = tests.get_mut(place).filter(|(_, own)| !own.contains(test)) {
                own.push(test.clone());
            }
        }
        let scale = |(axis, tests): (Axis, Vec<Test>)| Scale { values: values_of(&axis, &tests), axis, tests };
        let axes = tests.into_iter().map(scale).collect();
        let mut space = Space { axes, accepted: Vec::new(), existing: Vec::new(), cut };
        space.accepted = clauses.iter().map(|clauses| clauses.iter().filter_map(|clause| space.box_of(clause)).collect()).collect();
        space.existing = space.pinned(existing);
        space
    }

    fn axis(&self, axis: &Axis) -> Option<usize> {
        self.axes.binary_search_by(|scale| scale.axis.cmp(axis)).ok()
    }

    fn box_of(&self, clause: &Clause) -> Option<LabelBox> {
        clause.iter().try_fold(LabelBox::default(), |found, (axis, test)| {
            let number = self.axis(axis)?;
            let values = &self.axes.get(number)?.values;
            found.with(number, &Values::of(values.len(), |v| values.get(v).is_some_and(|v| test.holds(v.as_deref()))))
        })
    }

    /// How many values an axis has.
    fn count(&self, axis: usize) -> usize {
        self.axes.get(axis).map_or(0, |scale| scale.values.len())
    }

    /// The values of an axis that a box leaves.
    fn values_in(&self, of: &LabelBox, axis: usize) -> Values {
        of.values(axis).cloned().unwrap_or_else(|| Values::of(self.count(axis), |_| true))
    }

    /// Names of existing namespaces among the values, with the labels that come with them.
    fn pinned(&self, existing: &BTreeMap<&str, &Labels>) -> Vec<(usize, LabelBox)> {
        let Some(names) = self.axis(&Axis::Namespace) else { return Vec::new() };
        let values = self.axes.get(names).map_or(&[][..], |scale| &scale.values);
        let mut found = Vec::new();
        for (place, name) in values.iter().enumerate() {
            let Some(labels) = name.as_deref().and_then(|name| existing.get(name)) else { continue };
            let mut own = LabelBox(alloc::vec![(names, Values::of(values.len(), |v| v == place))]);
            for (number, scale) in self.axes.iter().enumerate() {
                let Axis::NamespaceLabel(key) = &scale.axis else { continue };
                let value = labels.get(key);
                let is_alike = |known: &Option<String>| scale.tests.iter().all(|test| test.holds(known.as_deref()) == test.holds(value));
                let alike = scale.values.iter().position(is_alike);
                if let Some(with) = alike.and_then(|alike| own.with(number, &Values::of(scale.values.len(), |v| v == alike))) {
                    own = with;
                }
            }
            found.push((place, own));
        }
        found
    }

    /// The same combinations in boxes: first, if there are any, those in namespaces that do not exist, which may have any labels; then
    /// each of the existing namespaces that selectors name. One that nobody names is like a new one.
    pub(super) fn by_namespace(&self, of: LabelBox) -> Vec<LabelBox> {
        let Some(axis) = self.axis(&Axis::Namespace) else { return alloc::vec![of] };
        let is_new = |name: usize| !self.existing.iter().any(|(known, _)| *known == name);
        let new = of.with(axis, &Values::of(self.count(axis), is_new));
        new.into_iter().chain(self.existing.iter().filter_map(|(_, labels)| of.and(labels))).collect()
    }

    /// One combination of a box, as a box: of each axis the first value that it leaves.
    pub(super) fn sample(&self, of: &LabelBox) -> LabelBox {
        let chosen = |axis| self.values_in(of, axis).iter().next().unwrap_or(0);
        LabelBox(
            (0..self.axes.len())
                .map(|axis| (axis, chosen(axis)))
                .map(|(axis, one)| (axis, Values::of(self.count(axis), |v| v == one)))
                .collect(),
        )
    }

    /// Every combination of labels, as boxes; nothing where there are too many.
    pub(super) fn every_sample(&self) -> Option<Vec<LabelBox>> {
        let counts = (0..self.axes.len()).map(|axis| self.count(axis));
        counts.clone().try_fold(1_usize, |all, count| all.checked_mul(count)).filter(|all| *all <= MOST_SAMPLES)?;
        let parts = self.by_namespace(LabelBox::default());
        let samples = counts.enumerate().fold(parts, |parts, (axis, count)| {
            let values = (0..count).map(|value| Values::of(count, |v| v == value)).collect::<Vec<_>>();
            parts.iter().flat_map(|part| values.iter().filter_map(|one| part.with(axis, one))).collect()
        });
        Some(samples)
    }

    /// A pod of a box.
    pub(super) fn pod(&self, of: &LabelBox) -> StandIn {
        let mut pod = StandIn::default();
        for (number, scale) in self.axes.iter().enumerate() {
            let place = self.values_in(of, number).iter().next().unwrap_or(0);
            let Some(value) = scale.values.get(place).and_then(Option::as_deref) else { continue };
            match &scale.axis {
                // Of names that nobody mentions one is like the other, unless somebody looks into them.
                Axis::Namespace if place == 0 && !scale.tests.iter().any(|test| test.looks_into().is_some()) => {}
                Axis::Namespace => pod.namespace = Some(value.into()),
                Axis::NamespaceLabel(key) => pod.namespace_labels.set(key, value),
                Axis::PodLabel(key) => pod.labels.set(key, value),
                Axis::Account if place == 0 && value == DEFAULT_ACCOUNT => {}
                Axis::Account => pod.account = Some(value.into()),
                Axis::AccountLabel(key) => pod.account_labels.set(key, value),
                Axis::Orchestrator => {}
            }
        }
        pod
    }

    /// The peers that accept every combination of a box.
    pub(super) fn accepting(&self, of: &LabelBox) -> Vec<usize> {
        let accepts = |boxes: &[LabelBox]| boxes.iter().any(|accepted| of.is_within(accepted, self));
        self.accepted.iter().enumerate().filter(|(_, boxes)| accepts(boxes)).map(|(peer, _)| peer).collect()
    }
}

/// What stands for every value that nobody mentions begins so.
const OTHER: &str = "other";

/// The values of an axis that its conditions tell apart: what is mentioned by nobody first, as that is the least that a pod can be.
fn values_of(axis: &Axis, tests: &[Test]) -> Vec<Option<String>> {
    let mentioned: Vec<String> = tests.iter().flat_map(Test::values).collect();
    let mut other = String::from(if *axis == Axis::Account { DEFAULT_ACCOUNT } else { OTHER });
    while mentioned.contains(&other) {
        other.push_str("-1");
    }
    let mut candidates: Vec<Option<String>> = match axis {
        Axis::Orchestrator => alloc::vec![Some("k8s".into())],
        Axis::Namespace | Axis::Account => alloc::vec![Some(other)],
        Axis::NamespaceLabel(_) | Axis::PodLabel(_) | Axis::AccountLabel(_) => alloc::vec![None, Some(other)],
    };
    if *axis != Axis::Orchestrator {
        let parts: Vec<&str> = tests.iter().filter_map(Test::looks_into).take(8).collect();
        let joined = parts.iter().flat_map(|a| parts.iter().map(move |b| format!("{a}{b}")));
        candidates.extend(mentioned.into_iter().chain(joined).map(Some));
    }
    let mut known: Vec<(Vec<bool>, Option<String>)> = Vec::new();
    candidates.retain(|value| {
        // Names of namespaces all stay, as some are of namespaces that exist.
        let name = value.clone().filter(|_| *axis == Axis::Namespace);
        let seen = (tests.iter().map(|test| test.holds(value.as_deref())).collect(), name);
        let new = !known.contains(&seen);
        if new {
            known.push(seen);
        }
        new
    });
    candidates
}

/// What a peer asks for, as alternatives.
fn clauses(peer: &PeerKind, cut: &mut bool) -> Vec<Clause> {
    match peer {
        PeerKind::Pods(subject) => {
            let mut clause = Clause::new();
            match &subject.namespaces {
                NamespaceMatch::Named(name) => clause.push((Axis::Namespace, Test(Comparison::Equals(name.as_str().into()), true))),
                NamespaceMatch::Selector(selector) => add(&mut clause, selector, Axis::of_namespace),
            }
            add(&mut clause, &subject.pods, |key| Axis::PodLabel(key.into()));
            alloc::vec![clause]
        }
        PeerKind::Calico { selector, not_selector } => {
            let found = selector.as_ref().map_or_else(|| alloc::vec![Clause::new()], |selector| alternatives(selector, true, cut));
            let but = not_selector.as_ref().map_or_else(|| alloc::vec![Clause::new()], |selector| alternatives(selector, false, cut));
            product(&found, &but, cut)
        }
    }
}

fn add(clause: &mut Clause, selector: &LabelSelector, axis: impl Fn(&str) -> Axis) {
    for requirement in &selector.requirements {
        let test = match &requirement.operator {
            Operator::In(values) => Test(Comparison::In(values.clone()), true),
            Operator::NotIn(values) => Test(Comparison::NotIn(values.clone()), true),
            Operator::Exists => present(),
            Operator::DoesNotExist => Test(present().0, false),
        };
        clause.push((axis(&requirement.key), test));
    }
}

/// A Calico selector, or its opposite, as alternatives. Its depth is bounded by its parser.
fn alternatives(selector: &Selector, wanted: bool, cut: &mut bool) -> Vec<Clause> {
    match (selector, wanted) {
        (Selector::All | Selector::Global, true) => alloc::vec![Clause::new()],
        (Selector::All | Selector::Global, false) => Vec::new(),
        (Selector::Has(key), wanted) => alloc::vec![alloc::vec![(Axis::of_calico(key), Test(present().0, wanted))]],
        (Selector::Compare(key, comparison), wanted) => {
            alloc::vec![alloc::vec![(Axis::of_calico(key), Test(comparison.clone(), wanted))]]
        }
        (Selector::Not(inner), wanted) => alternatives(inner, !wanted, cut),
        (Selector::And(parts), true) | (Selector::Or(parts), false) => parts
            .iter()
            .map(|part| alternatives(part, wanted, cut))
            .collect::<Vec<_>>()
            .iter()
            .fold(alloc::vec![Clause::new()], |all, part| product(&all, part, cut)),
        (Selector::Or(parts), true) | (Selector::And(parts), false) => {
            let mut all: Vec<Clause> = Vec::new();
            parts.iter().for_each(|part| all.extend(alternatives(part, wanted, cut)));
            *cut |= all.len() > MOST_BOXES;
            all.truncate(MOST_BOXES);
            all
        }
    }
}

fn product(a: &[Clause], b: &[Clause], cut: &mut bool) -> Vec<Clause> {
    *cut |= a.len() * b.len() > MOST_BOXES;
    a.iter().flat_map(|a| b.iter().map(move |b| a.iter().chain(b).cloned().collect())).take(MOST_BOXES).collect()
}
