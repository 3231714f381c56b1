//! What has labels, by the keys and values that selectors mention: a selector is answered by set operations.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::class_set::ClassSet;
use super::labels::{KeyEntry, KeyItems};
use crate::model::{Comparison, Selector};

/// Labels of one endpoint: numbers of mentioned keys with values, ascending, each key once.
pub(super) type Seen<'a> = Vec<(u32, &'a str)>;

/// Numbered items (classes, or whatever has labels) by mentioned keys and values.
#[derive(Clone, Debug)]
pub(super) struct LabelTable<'a> {
    every: ClassSet,
    keys: Vec<KeyEntry<'a>>,
}

impl<'a> LabelTable<'a> {
    /// Of nothing.
    pub(super) fn empty() -> Self {
        LabelTable { every: ClassSet::none(), keys: Vec::new() }
    }

    /// Items in ascending order, each with its labels.
    pub(super) fn new<'s>(items: impl Iterator<Item = (u32, &'s Seen<'a>)>, keys: usize) -> Self
    where
        'a: 's,
    {
        let mut every = Vec::new();
        let mut found: Vec<KeyItems<'a>> = alloc::vec![KeyItems::default(); keys];
        for (item, seen) in items {
            every.push(item);
            for &(key, value) in seen {
                if let Some(items) = found.get_mut(key as usize) {
                    items.add(value, item);
                }
            }
        }
        LabelTable { every: ClassSet::new(every), keys: found.into_iter().map(KeyItems::entry).collect() }
    }

    /// Items that a selector selects. The depth of a selector is bounded by its parser.
    pub(super) fn select(&self, selector: &Selector, numbers: &HashMap<&str, u32>) -> ClassSet {
        match selector {
            Selector::All | Selector::Global => self.every.clone(),
            Selector::Has(key) => self.entry(key, numbers).map_or_else(ClassSet::none, |e| e.present.clone()),
            Selector::Compare(key, comparison) => self.compared(self.entry(key, numbers), comparison),
            Selector::Not(inner) => self.every.difference(&self.select(inner, numbers)),
            Selector::And(parts) => {
                let mut parts = parts.iter();
                let mut found = parts.next().map_or_else(|| self.every.clone(), |first| self.select(first, numbers));
                for part in parts {
                    if found.is_empty() {
                        break;
                    }
                    found = found.intersection(&self.select(part, numbers));
                }
                found
            }
            Selector::Or(parts) => parts.iter().fold(ClassSet::none(), |found, part| found.union(&self.select(part, numbers))),
        }
    }

    fn compared(&self, entry: Option<&KeyEntry<'a>>, comparison: &Comparison) -> ClassSet {
        let holding = |test: &dyn Fn(&str) -> bool| {
            let sets = entry.into_iter().flat_map(|e| &e.values).filter(|(value, _)| test(value));
            sets.fold(ClassSet::none(), |found, (_, set)| found.union(set))
        };
        let among = |values: &[Box<str>]| {
            let sets = entry.into_iter().flat_map(|e| values.iter().filter_map(|v| e.values.get(&**v)));
            sets.fold(ClassSet::none(), |found, set| found.union(set))
        };
        let equal = |value: &str| entry.and_then(|e| e.values.get(value)).cloned().unwrap_or_else(ClassSet::none);
        match comparison {
            Comparison::Equals(value) => equal(value),
            Comparison::NotEquals(value) => self.every.difference(&equal(value)),
            Comparison::In(values) => among(values),
            Comparison::NotIn(values) => self.every.difference(&among(values)),
            Comparison::Contains(text) => holding(&|value| value.contains(&**text)),
            Comparison::StartsWith(text) => holding(&|value| value.starts_with(&**text)),
            Comparison::EndsWith(text) => holding(&|value| value.ends_with(&**text)),
        }
    }

    fn entry(&self, key: &str, numbers: &HashMap<&str, u32>) -> Option<&KeyEntry<'a>> {
        self.keys.get(*numbers.get(key)? as usize)
    }
}
