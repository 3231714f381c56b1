//! The entries of a mapping while it is read, with a look-up of their keys.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::Entry;

/// Mappings with more entries than this get an index of their keys; up to here comparing one by one is quicker.
const FEW: usize = 24;

/// An entry of a mapping that is being read.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) entry: Entry,
    /// Whether it came from a merge key: entries written later then replace it silently.
    pub(super) merged: bool,
}

/// Finds entries by key. The entries themselves are kept by the caller, in one list for all mappings that are open.
#[derive(Debug, Default)]
pub(super) struct KeyIndex {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    indexed: usize,
}

impl KeyIndex {
    /// The place of `key` among the entries of this mapping.
    pub(super) fn find(&mut self, slots: &[Slot], key: &str) -> Option<usize> {
        if slots.len() <= FEW {
            return slots.iter().position(|slot| &*slot.entry.key == key);
        }
        let hasher = &self.hasher;
        let hash_at = |i: u32| slots.get(i as usize).map_or(0, |slot| hasher.hash_one(&*slot.entry.key));
        for i in self.indexed..slots.len() {
            self.table.insert_unique(hash_at(i as u32), i as u32, |i| hash_at(*i));
        }
        self.indexed = slots.len();
        let same = |i: &u32| slots.get(*i as usize).is_some_and(|slot| &*slot.entry.key == key);
        self.table.find(hasher.hash_one(key), same).map(|i| *i as usize)
    }
}

/// Takes the entries from `first` on as a mapping's own.
pub(super) fn take(slots: &mut Vec<Slot>, first: usize) -> Vec<Entry> {
    slots.drain(first.min(slots.len())..).map(|slot| slot.entry).collect()
}
