//! An index from labels to the items that have them.

use alloc::vec::Vec;

use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

use super::EndpointSet;
use crate::model::{LabelSelector, Labels, Operator, UnknownLabels};

/// Answers label selectors over numbered items by set operations, visiting only items that have the labels asked for.
#[derive(Clone, Debug)]
pub(super) struct LabelIndex<'a> {
    keys: HashMap<&'a str, KeyEntry<'a>>,
    every: FixedBitSet,
    /// Items of which some label that selectors ask for is not known: they are few, and are looked at one by one.
    unsure: Vec<(usize, &'a Labels, &'a UnknownLabels)>,
}

#[derive(Clone, Debug)]
struct KeyEntry<'a> {
    present: FixedBitSet,
    values: HashMap<&'a str, FixedBitSet>,
}

impl<'a> LabelIndex<'a> {
    /// Indexes items by their labels. `width` is the size of the sets handed out (items beyond the given ones have no labels and are
    /// never selected); only keys for which `wanted` holds are indexed.
    pub(super) fn new(
        items: impl Iterator<Item = (usize, &'a Labels, &'a UnknownLabels)>,
        width: usize,
        wanted: impl Fn(&str) -> bool,
    ) -> Self {
        let mut index = LabelIndex { keys: HashMap::new(), every: FixedBitSet::with_capacity(width), unsure: Vec::new() };
        for (number, labels, unknown) in items {
            index.every.insert(number);
            if unknown.others || unknown.keys.iter().any(|(key, _)| wanted(key)) {
                index.unsure.push((number, labels, unknown));
            }
            for (key, value) in labels.iter().filter(|(key, _)| wanted(key)) {
                let empty = || FixedBitSet::with_capacity(width);
                let entry = index.keys.entry(key).or_insert_with(|| KeyEntry { present: empty(), values: HashMap::new() });
                entry.present.insert(number);
                entry.values.entry(value).or_insert_with(empty).insert(number);
            }
        }
        index
    }

    /// Items that a selector selects, for certain and possibly.
    pub(super) fn select(&self, selector: &LabelSelector) -> EndpointSet {
        let certain = self.by_known_labels(selector);
        if self.unsure.is_empty() {
            return EndpointSet::exactly(certain);
        }
        let (mut certain, mut possible) = (certain.clone(), certain);
        for (item, labels, unknown) in &self.unsure {
            let (surely, maybe) = selector.judge(labels, unknown);
            certain.set(*item, surely);
            possible.set(*item, maybe);
        }
        EndpointSet::new(certain, possible)
    }

    fn by_known_labels(&self, selector: &LabelSelector) -> FixedBitSet {
        let mut selected = self.every.clone();
        for requirement in &selector.requirements {
            let entry = self.keys.get(&*requirement.key);
            match (&requirement.operator, entry) {
                (Operator::In(values), Some(entry)) => {
                    let sets: Vec<&FixedBitSet> = values.iter().filter_map(|v| entry.values.get(&**v)).collect();
                    match sets.as_slice() {
                        [] => selected.clear(),
                        [one] => selected.intersect_with(one),
                        [first, rest @ ..] => {
                            let mut any = (*first).clone();
                            rest.iter().for_each(|set| any.union_with(set));
                            selected.intersect_with(&any);
                        }
                    }
                }
                (Operator::In(_) | Operator::Exists, None) => selected.clear(),
                (Operator::NotIn(values), Some(entry)) => {
                    values.iter().filter_map(|v| entry.values.get(&**v)).for_each(|set| selected.difference_with(set));
                }
                (Operator::Exists, Some(entry)) => selected.intersect_with(&entry.present),
                (Operator::DoesNotExist, Some(entry)) => selected.difference_with(&entry.present),
                (Operator::NotIn(_) | Operator::DoesNotExist, None) => {}
            }
        }
        selected
    }
}
