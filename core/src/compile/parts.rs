//! Which classes the rules of one subject distinguish.

use alloc::vec::Vec;

use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

use super::{ClassId, Compiled, CompiledRule, Side};
use crate::policy::Direction;

/// All classes in parts; classes of one part are in the same sets.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    of_class: Vec<u32>,
    /// How many classes each part has.
    sizes: Vec<usize>,
}

impl Parts {
    fn all_alike(classes: usize) -> Self {
        Parts { of_class: alloc::vec![0; classes], sizes: alloc::vec![classes] }
    }

    fn all_apart(classes: usize) -> Self {
        Parts { of_class: (0..classes as u32).collect(), sizes: alloc::vec![1; classes] }
    }

    /// Tells what is in a set from what is not.
    fn split(&mut self, set: &FixedBitSet) {
        let mut inside: HashMap<u32, usize> = HashMap::new();
        let members = || set.ones().filter(|class| *class < self.of_class.len());
        members().filter_map(|class| self.of_class.get(class)).for_each(|part| *inside.entry(*part).or_default() += 1);
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
        for class in set.ones() {
            if let Some(part) = self.of_class.get_mut(class) {
                *part = new.get(part).copied().unwrap_or(*part);
            }
        }
    }

    /// The part of a class.
    pub(crate) fn of(&self, class: ClassId) -> Option<u32> {
        self.of_class.get(class.index()).copied()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// The parts of all classes in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.of_class.iter().copied()
    }

    /// A class of each part.
    pub(crate) fn samples(&self) -> Vec<ClassId> {
        let mut samples = alloc::vec![ClassId(u32::MAX); self.len()];
        for (class, part) in (0..).zip(&self.of_class) {
            if let Some(sample) = samples.get_mut(*part as usize).filter(|s| s.0 == u32::MAX) {
                *sample = ClassId(class);
            }
        }
        samples
    }
}

impl Compiled {
    /// What the rules that apply to a class in a direction tell apart: endpoints on its own side, and at the other endpoint.
    pub(crate) fn told_apart(&self, subject: ClassId, direction: Direction) -> [Parts; 2] {
        let policies = self.policies_on_class(subject, direction);
        let rules = || policies.iter().filter_map(|p| self.compiled_policy(*p)).flat_map(|p| p.rules(direction));
        let asks_ports =
            |rule: &CompiledRule| self.compiled_traffic(rule.traffic).is_some_and(|t| t.asks(Side::Source) || t.asks(Side::Destination));
        if rules().any(asks_ports) {
            // Ports by name tell classes apart that are in the same sets.
            return [(); 2].map(|()| Parts::all_apart(self.class_count()));
        }
        let mut parts = [(); 2].map(|()| Parts::all_alike(self.class_count()));
        let [own, peers] = &mut parts;
        for rule in rules() {
            for (side, ends) in [(&mut *own, rule.own.as_ref()), (&mut *peers, Some(&rule.peers))] {
                let Some(ends) = ends else { continue };
                side.split(&ends.certain);
                if let Some(possible) = &ends.possible {
                    side.split(possible);
                }
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_split_classes_into_parts() {
        let mut parts = Parts::all_alike(6);
        let set = |members: &[usize]| members.iter().copied().collect::<FixedBitSet>();
        parts.split(&set(&[0, 1, 2]));
        parts.split(&set(&[2, 3]));
        parts.split(&set(&[0, 1, 2]));
        let of: Vec<u32> = parts.iter().collect();
        assert_eq!(parts.len(), 4);
        for (a, b, same) in [(0, 1, true), (4, 5, true), (0, 2, false), (2, 3, false), (3, 4, false), (0, 5, false)] {
            assert_eq!(of[a] == of[b], same, "{a} {b}");
        }
        let samples = parts.samples();
        assert!(samples.iter().enumerate().all(|(part, class)| parts.of(*class) == Some(part as u32)));
    }
}
