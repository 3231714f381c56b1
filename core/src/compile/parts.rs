//! Which classes the rules of one subject distinguish.

use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::class_set::ClassSet;
use super::{ClassId, Compiled, CompiledRule, EndpointSet, Side};

/// All classes in parts; classes of one part are in the same sets.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    classes: usize,
    /// Nothing where all are in one part.
    of_class: Vec<u32>,
    /// How many classes each part has.
    sizes: Vec<usize>,
}

impl Parts {
    /// One part.
    pub(crate) fn all_alike(classes: usize) -> Self {
        Parts { classes, of_class: Vec::new(), sizes: alloc::vec![classes] }
    }

    /// A part for each class.
    fn all_apart(classes: usize) -> Self {
        Parts { classes, of_class: (0..classes as u32).collect(), sizes: alloc::vec![1; classes] }
    }

    /// Tells what is in a set from what is not.
    pub(crate) fn split(&mut self, set: &ClassSet) {
        let mut inside: HashMap<u32, usize> = HashMap::new();
        set.iter().filter_map(|class| self.of(class)).for_each(|part| *inside.entry(part).or_default() += 1);
        let mut new: HashMap<u32, u32> = HashMap::new();
        for (part, count) in inside {
            let Some(size) = self.sizes.get_mut(part as usize).filter(|size| count < **size) else { continue };
            *size -= count;
            new.insert(part, self.sizes.len() as u32);
            self.sizes.push(count);
        }
        if new.is_empty() {
            return;
        }
        self.of_class.resize(self.classes, 0);
        for class in set.iter() {
            if let Some(part) = self.of_class.get_mut(class.index()) {
                *part = new.get(part).copied().unwrap_or(*part);
            }
        }
    }

    /// The part of a class; nothing for no class.
    pub(crate) fn of(&self, class: ClassId) -> Option<u32> {
        if self.of_class.is_empty() { (class.index() < self.classes).then_some(0) } else { self.of_class.get(class.index()).copied() }
    }

    /// A class of each part.
    pub(crate) fn samples(&self) -> Vec<ClassId> {
        let mut samples = alloc::vec![ClassId::NOWHERE; self.sizes.len()];
        for class in (0..self.classes as u32).map(ClassId) {
            let sample = self.of(class).and_then(|part| samples.get_mut(part as usize));
            if let Some(sample) = sample.filter(|sample| **sample == ClassId::NOWHERE) {
                *sample = class;
            }
        }
        samples
    }
}

impl Compiled {
    /// All classes as far as sets tell them apart, or every one for itself.
    pub(crate) fn parts_of<'e>(&self, ends: impl Iterator<Item = &'e EndpointSet>, each_apart: impl FnOnce() -> bool) -> Parts {
        if each_apart() {
            return Parts::all_apart(self.class_count());
        }
        let mut parts = Parts::all_alike(self.class_count());
        let mut known: HashSet<&ClassSet> = HashSet::new();
        for set in ends.flat_map(|ends| [&ends.certain].into_iter().chain(&ends.possible)) {
            if known.insert(set) {
                parts.split(set);
            }
        }
        parts
    }

    /// Whether a rule names a port that is looked up on one of the endpoints: ports by name tell classes apart that are in the same sets.
    pub(crate) fn asks_ports(&self, rule: &CompiledRule) -> bool {
        self.compiled_traffic(rule.traffic).is_some_and(|traffic| traffic.asks(Side::Source) || traffic.asks(Side::Destination))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_split_classes_into_parts() {
        let mut parts = Parts::all_alike(6);
        let set = |members: &[u32]| ClassSet::new(members.to_vec());
        parts.split(&set(&[0, 1, 2]));
        parts.split(&set(&[2, 3]));
        parts.split(&set(&[0, 1, 2]));
        let of: Vec<u32> = (0..6).filter_map(|class| parts.of(ClassId(class))).collect();
        assert_eq!(parts.sizes.len(), 4);
        let samples = parts.samples();
        assert!((0..).zip(&samples).all(|(part, class)| parts.of(*class) == Some(part)));
        for (a, b, same) in [(0, 1, true), (4, 5, true), (0, 2, false), (2, 3, false), (3, 4, false), (0, 5, false)] {
            assert_eq!(of[a] == of[b], same, "{a} {b}");
        }
    }
}
