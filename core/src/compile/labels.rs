//! An index from labels to the items that have them.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::EndpointSet;
use super::class_set::ClassSet;
use crate::model::{LabelSelector, Labels, Operator, UnknownLabels};

/// Answers label selectors over numbered items (classes, or whatever has labels) by set operations, visiting only items that have the labels
/// asked for.
#[derive(Clone, Debug)]
pub(super) struct LabelIndex<'a> {
    keys: HashMap<&'a str, KeyEntry<'a>>,
    every: ClassSet,
    /// Items of which some label that selectors ask for is not known: they are few, and are looked at one by one. `doubtful` are the same.
    unsure: Vec<(u32, &'a Labels, &'a UnknownLabels)>,
    doubtful: ClassSet,
}

/// Which items have a label, and with which values.
#[derive(Clone, Debug)]
pub(super) struct KeyEntry<'a> {
    pub(super) present: ClassSet,
    pub(super) values: HashMap<&'a str, ClassSet>,
}

/// The same while items, which come in ascending order, are put in.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyItems<'a> {
    present: Vec<u32>,
    values: HashMap<&'a str, Vec<u32>>,
}

impl<'a> KeyItems<'a> {
    pub(super) fn add(&mut self, value: &'a str, item: u32) {
        self.present.push(item);
        self.values.entry(value).or_default().push(item);
    }

    pub(super) fn entry(self) -> KeyEntry<'a> {
        let values = self.values.into_iter().map(|(value, items)| (value, ClassSet::new(items)));
        KeyEntry { present: ClassSet::new(self.present), values: values.collect() }
    }
}

impl<'a> LabelIndex<'a> {
    /// Indexes items, which come in ascending order, by their labels; only keys for which `wanted` holds.
    pub(super) fn new(items: impl Iterator<Item = (u32, &'a Labels, &'a UnknownLabels)>, wanted: impl Fn(&str) -> bool) -> Self {
        let mut every = Vec::new();
        let mut unsure = Vec::new();
        let mut keys: HashMap<&'a str, KeyItems<'a>> = HashMap::new();
        for (number, labels, unknown) in items {
            every.push(number);
            if unknown.others || unknown.keys.iter().any(|(key, _)| wanted(key)) {
                unsure.push((number, labels, unknown));
            }
            for (key, value) in labels.iter().filter(|(key, _)| wanted(key)) {
                keys.entry(key).or_default().add(value, number);
            }
        }
        LabelIndex {
            keys: keys.into_iter().map(|(key, items)| (key, items.entry())).collect(),
            every: ClassSet::new(every),
            doubtful: ClassSet::new(unsure.iter().map(|(item, ..)| *item).collect()),
            unsure,
        }
    }

    /// Items that a selector selects, for certain and possibly.
    pub(super) fn select(&self, selector: &LabelSelector) -> EndpointSet {
        let known = self.by_known_labels(selector);
        if self.unsure.is_empty() {
            return EndpointSet::exactly(known);
        }
        let judged = self.unsure.iter().map(|(item, labels, unknown)| (*item, selector.judge(labels, unknown)));
        EndpointSet::exactly(known.difference(&self.doubtful)).union(&judged_apart(judged))
    }

    fn by_known_labels(&self, selector: &LabelSelector) -> ClassSet {
        // What asks for a value leaves the least: nothing of the others is looked at but that.
        let is_narrow = |operator: &Operator| matches!(operator, Operator::In(_));
        let (narrow, wide): (Vec<_>, Vec<_>) = selector.requirements.iter().partition(|r| is_narrow(&r.operator));
        narrow.into_iter().chain(wide).fold(self.every.clone(), |selected, requirement| {
            let entry = self.keys.get(&*requirement.key);
            match (&requirement.operator, entry) {
                (Operator::In(values), Some(entry)) => {
                    let sets = values.iter().filter_map(|value| entry.values.get(&**value));
                    let any = sets.fold(ClassSet::none(), |any, set| any.union(set));
                    selected.intersection(&any)
                }
                (Operator::In(_) | Operator::Exists, None) => ClassSet::none(),
                (Operator::NotIn(values), Some(entry)) => {
                    values.iter().filter_map(|value| entry.values.get(&**value)).fold(selected, |left, set| left.difference(set))
                }
                (Operator::Exists, Some(entry)) => selected.intersection(&entry.present),
                (Operator::DoesNotExist, Some(entry)) => selected.difference(&entry.present),
                (Operator::NotIn(_) | Operator::DoesNotExist, None) => selected,
            }
        })
    }
}

/// Items, ascending, each with whether it belongs to a set for certain and possibly.
pub(super) fn judged_apart(items: impl Iterator<Item = (u32, (bool, bool))>) -> EndpointSet {
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for (item, (surely, maybe)) in items {
        if surely {
            certain.push(item);
        }
        if maybe {
            possible.push(item);
        }
    }
    EndpointSet::new(ClassSet::new(certain), ClassSet::new(possible))
}
