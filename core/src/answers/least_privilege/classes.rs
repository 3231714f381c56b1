//! Pods that no selector tells apart, and the shortest selectors that tell the others apart.
//!
//! Selectors ask for lasting labels alone: those that a controller adds with each rollout would be others tomorrow.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Form;
use crate::answers::fix::labels::USUAL;
use crate::compile::expressions::ACCOUNT_LABEL;
use crate::language::kubernetes::inventory::lasting_labels;
use crate::snapshot::{DNS_LABEL, NamespaceId, PodId, Role, Snapshot};

/// The label of the cluster's DNS, and its values there.
const DNS_VALUES: [&str; 2] = ["kube-dns", "coredns"];
/// So many labels are tried together before the rest is taken as it comes.
const TOGETHER: usize = 3;

/// Pods of a namespace with equal lasting labels, by their place in [`Classes`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct LabelClass(usize);

#[derive(Debug)]
struct Class {
    namespace: NamespaceId,
    labels: BTreeMap<String, String>,
    pods: Vec<PodId>,
}

/// All pods that selectors can name, by what selectors see of them.
#[derive(Debug)]
pub(super) struct Classes {
    list: Vec<Class>,
    of_pod: BTreeMap<PodId, LabelClass>,
}

/// What a selector asks of one label.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Requirement {
    /// It has one of these values.
    In(String, Vec<String>),
    /// It is not there, or has none of these values.
    NotIn(String, Vec<String>),
    /// It is not there.
    Absent(String),
}

/// What a selector asks for; nothing for all pods.
pub(super) type Selector = Vec<Requirement>;

impl Classes {
    /// The classes of the pods that selectors match: all but those that count as their node.
    pub(super) fn new(snapshot: &Snapshot, form: Form, counts_as_node: impl Fn(PodId) -> bool) -> Self {
        let mut classes = Classes { list: Vec::new(), of_pod: BTreeMap::new() };
        let mut known: BTreeMap<(NamespaceId, BTreeMap<String, String>), LabelClass> = BTreeMap::new();
        for (id, pod) in snapshot.pods().filter(|(id, pod)| pod.role == Role::Pod && !counts_as_node(*id)) {
            let mut labels: BTreeMap<String, String> =
                lasting_labels(&pod.labels).iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
            if form == Form::Calico {
                let account = if pod.service_account.is_empty() { "default" } else { &pod.service_account };
                labels.insert(ACCOUNT_LABEL.into(), account.into());
            }
            let class = *known.entry((pod.namespace, labels.clone())).or_insert_with(|| {
                classes.list.push(Class { namespace: pod.namespace, labels, pods: Vec::new() });
                LabelClass(classes.list.len() - 1)
            });
            if let Some(class) = classes.list.get_mut(class.0) {
                class.pods.push(id);
            }
            classes.of_pod.insert(id, class);
        }
        classes
    }

    pub(super) fn of(&self, pod: PodId) -> Option<LabelClass> {
        self.of_pod.get(&pod).copied()
    }

    pub(super) fn pods(&self, class: LabelClass) -> &[PodId] {
        self.list.get(class.0).map_or(&[], |class| &class.pods)
    }

    pub(super) fn namespace(&self, class: LabelClass) -> Option<NamespaceId> {
        self.list.get(class.0).map(|class| class.namespace)
    }

    pub(super) fn of_namespace(&self, namespace: NamespaceId) -> impl Iterator<Item = LabelClass> + '_ {
        self.list.iter().enumerate().filter(move |(_, class)| class.namespace == namespace).map(|(i, _)| LabelClass(i))
    }

    /// The labels of a class in words: `app=web, tier=front`.
    pub(super) fn labels(&self, class: LabelClass) -> String {
        let labels = self.list.get(class.0).into_iter().flat_map(|class| &class.labels);
        labels.map(|(key, value)| alloc::format!("{key}={value}")).collect::<Vec<_>>().join(", ")
    }

    /// The shortest selector that matches exactly these classes of one namespace; nothing where none does.
    pub(super) fn selecting(&self, wanted: &BTreeSet<LabelClass>) -> Option<Selector> {
        let namespace = self.namespace(*wanted.first()?)?;
        let is_wanted = |(i, class): &(usize, &Class)| class.namespace == namespace && wanted.contains(&LabelClass(*i));
        let (targets, others): (Vec<_>, Vec<_>) =
            self.list.iter().enumerate().filter(|(_, class)| class.namespace == namespace).partition(is_wanted);
        let targets: Vec<&BTreeMap<String, String>> = targets.into_iter().map(|(_, class)| &class.labels).collect();
        let others: Vec<&BTreeMap<String, String>> = others.into_iter().map(|(_, class)| &class.labels).collect();
        let requirements = requirements(&targets, &others);
        let selects = |chosen: &[&Requirement]| others.iter().all(|other| chosen.iter().any(|requirement| !requirement.holds(other)));
        for count in 1..=TOGETHER.min(requirements.len()) {
            if let Some(chosen) = combinations(&requirements, count, &selects) {
                return Some(chosen);
            }
        }
        // Without any label at all, only the empty selector is left.
        if others.is_empty() && requirements.is_empty() {
            return Some(Vec::new());
        }
        let all: Vec<&Requirement> = requirements.iter().collect();
        selects(&all).then(|| fewest(&requirements, &others))
    }

    /// Selectors that together match exactly these classes, which are of one namespace: one where a plain one does, else as few as are found.
    pub(super) fn covering(&self, wanted: &BTreeSet<LabelClass>) -> Vec<(Selector, BTreeSet<LabelClass>)> {
        let mut parts: Vec<(Selector, BTreeSet<LabelClass>)> = Vec::new();
        if let Some(selector) = self.selecting(wanted).filter(is_plain) {
            return alloc::vec![(selector, wanted.clone())];
        }
        for class in wanted {
            let joined = parts.iter_mut().find_map(|part| {
                let mut together = part.1.clone();
                together.insert(*class);
                let selector = self.selecting(&together).filter(is_plain)?;
                Some((part, selector, together))
            });
            match joined {
                Some((part, selector, together)) => *part = (selector, together),
                None => {
                    let alone = BTreeSet::from([*class]);
                    parts.extend(self.selecting(&alone).map(|selector| (selector, alone)));
                }
            }
        }
        parts
    }
}

/// Whether a person would write it for several kinds of pods: labels that are there, at most one of them with several values.
fn is_plain(selector: &Selector) -> bool {
    let several = selector.iter().filter(|requirement| matches!(requirement, Requirement::In(_, values) if values.len() > 1)).count();
    selector.len() <= 2 && several <= 1 && selector.iter().all(|requirement| matches!(requirement, Requirement::In(..)))
}

impl Requirement {
    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        match self {
            Requirement::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Requirement::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
            Requirement::Absent(key) => !labels.contains_key(key),
        }
    }
}

/// The narrowest requirement on each label that all targets meet, those that people use first.
fn requirements(targets: &[&BTreeMap<String, String>], others: &[&BTreeMap<String, String>]) -> Vec<Requirement> {
    let keys: BTreeSet<&String> = targets.iter().chain(others).flat_map(|labels| labels.keys()).collect();
    let mut found: Vec<Requirement> = Vec::new();
    for key in keys {
        let values =
            |of: &[&BTreeMap<String, String>]| of.iter().filter_map(|labels| labels.get(key).cloned()).collect::<BTreeSet<String>>();
        let own = values(targets);
        let have = targets.iter().filter(|labels| labels.contains_key(key)).count();
        if have == targets.len() {
            found.push(Requirement::In(key.clone(), own.into_iter().collect()));
        } else if have == 0 {
            found.push(Requirement::Absent(key.clone()));
        } else {
            let foreign: Vec<String> = values(others).difference(&own).cloned().collect();
            if !foreign.is_empty() {
                found.push(Requirement::NotIn(key.clone(), foreign));
            }
        }
    }
    // The label that the cluster's DNS has everywhere.
    let is_dns = |requirement: &Requirement| matches!(requirement, Requirement::In(key, values) if key == DNS_LABEL && values.iter().all(|value| DNS_VALUES.contains(&&**value)));
    let usual = |key: &str| if key == ACCOUNT_LABEL { USUAL.len() + 2 } else { place_among_usual(key) };
    found.sort_by_key(|requirement| match requirement {
        dns if is_dns(dns) => (0, 0, 0),
        Requirement::In(key, values) => (0, usual(key), values.len()),
        Requirement::NotIn(key, values) => (1, usual(key), values.len()),
        Requirement::Absent(key) => (2, usual(key), 0),
    });
    found
}

/// How early people think of a label.
fn place_among_usual(key: &str) -> usize {
    USUAL.iter().position(|usual| *usual == key).map_or(USUAL.len() + 1, |place| place + 1)
}

/// The first choice of so many requirements that selects; requirements that come first are preferred.
fn combinations(all: &[Requirement], count: usize, selects: &dyn Fn(&[&Requirement]) -> bool) -> Option<Selector> {
    fn search<'a>(
        all: &'a [Requirement],
        from: usize,
        left: usize,
        chosen: &mut Vec<&'a Requirement>,
        selects: &dyn Fn(&[&Requirement]) -> bool,
    ) -> bool {
        if left == 0 {
            return selects(chosen);
        }
        for (at, requirement) in all.iter().enumerate().skip(from) {
            chosen.push(requirement);
            if search(all, at + 1, left - 1, chosen, selects) {
                return true;
            }
            chosen.pop();
        }
        false
    }
    let mut chosen = Vec::new();
    search(all, 0, count, &mut chosen, selects).then(|| chosen.into_iter().cloned().collect())
}

/// Requirements that together leave no other over, each taking out as many as it can.
fn fewest(all: &[Requirement], others: &[&BTreeMap<String, String>]) -> Selector {
    let (mut left, mut chosen) = (others.to_vec(), Vec::new());
    while !left.is_empty() {
        let best = all.iter().min_by_key(|requirement| left.iter().filter(|other| requirement.holds(other)).count());
        let Some(best) = best.filter(|best| left.iter().any(|other| !best.holds(other))) else { break };
        left.retain(|other| best.holds(other));
        chosen.push(best.clone());
    }
    chosen
}
