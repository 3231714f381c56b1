//! Sets of classes, as small as they can be.
//!
//! Most sets have few of many classes: these are sorted lists. What is denser is a row of bits. Equal sets are of one form, and those that
//! are kept come from a [`Pool`], so that equal ones share one allocation: peers, terms and subjects mostly repeat each other.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::iter::FusedIterator;

use hashbrown::HashSet;

use super::classes::ClassId;

/// A set of classes. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ClassSet(Form);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Form {
    /// Ascending.
    Few(Arc<[u32]>),
    /// Bits from class 0 on; the last word is not zero.
    Many(Arc<[u64]>),
}

const BITS: u32 = u64::BITS;

const fn place(class: u32) -> (usize, u64) {
    ((class / BITS) as usize, 1 << (class % BITS))
}

impl ClassSet {
    /// The set of these classes, which ascend.
    pub(super) fn new(members: Vec<u32>) -> Self {
        let words = members.last().map_or(0, |last| place(*last).0 + 1);
        if members.len() <= 2 * words {
            return ClassSet(Form::Few(members.into()));
        }
        let mut bits = alloc::vec![0; words];
        members.into_iter().for_each(|class| insert(&mut bits, class));
        ClassSet(Form::Many(bits.into()))
    }

    /// The empty set.
    pub(super) fn none() -> Self {
        ClassSet::new(Vec::new())
    }

    /// The set of the first classes, as many as said.
    pub(super) fn first(count: usize) -> Self {
        ClassSet::new((0..count as u32).collect())
    }

    fn of_bits(mut bits: Vec<u64>) -> Self {
        while bits.last() == Some(&0) {
            bits.pop();
        }
        let members: usize = bits.iter().map(|word| word.count_ones() as usize).sum();
        if members > 2 * bits.len() {
            return ClassSet(Form::Many(bits.into()));
        }
        ClassSet(Form::Few(Ones::of_bits(&bits).map(|class| class.0).collect()))
    }

    /// Whether a class is in it.
    pub(crate) fn contains(&self, class: ClassId) -> bool {
        match &self.0 {
            Form::Few(members) => members.binary_search(&class.0).is_ok(),
            Form::Many(bits) => {
                let (word, bit) = place(class.0);
                bits.get(word).is_some_and(|word| word & bit != 0)
            }
        }
    }

    /// Whether it is the other set, and not only equal to it: of sets that are kept, equal ones are the same.
    pub(crate) fn is_same(&self, other: &ClassSet) -> bool {
        match (&self.0, &other.0) {
            (Form::Few(a), Form::Few(b)) => Arc::ptr_eq(a, b),
            (Form::Many(a), Form::Many(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Its classes, ascending.
    pub(crate) fn iter(&self) -> Ones<'_> {
        match &self.0 {
            Form::Few(members) => Ones { members: members.iter(), words: [].iter(), word: 0, base: 0 },
            Form::Many(bits) => Ones::of_bits(bits),
        }
    }

    /// Whether no class is in it.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.0, Form::Few(members) if members.is_empty())
    }

    /// How many classes are in it.
    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Form::Few(members) => members.len(),
            Form::Many(bits) => bits.iter().map(|word| word.count_ones() as usize).sum(),
        }
    }

    fn to_bits(&self, words: usize) -> Vec<u64> {
        let mut bits = match &self.0 {
            Form::Few(_) => Vec::new(),
            Form::Many(bits) => bits.to_vec(),
        };
        bits.resize(words.max(self.words()), 0);
        if let Form::Few(members) = &self.0 {
            members.iter().for_each(|class| insert(&mut bits, *class));
        }
        bits
    }

    fn words(&self) -> usize {
        match &self.0 {
            Form::Few(members) => members.last().map_or(0, |last| place(*last).0 + 1),
            Form::Many(bits) => bits.len(),
        }
    }

    /// Those of its classes for which `keep` holds.
    fn filter(&self, keep: impl Fn(ClassId) -> bool) -> Self {
        ClassSet::new(self.iter().filter(|class| keep(*class)).map(|class| class.0).collect())
    }

    /// Classes in both.
    pub(super) fn intersection(&self, other: &ClassSet) -> ClassSet {
        match (&self.0, &other.0) {
            (Form::Many(a), Form::Many(b)) => ClassSet::of_bits(a.iter().zip(&**b).map(|(a, b)| a & b).collect()),
            (Form::Few(a), Form::Few(b)) if b.len() < a.len() => other.filter(|class| self.contains(class)),
            (Form::Few(_), _) => self.filter(|class| other.contains(class)),
            (Form::Many(_), Form::Few(_)) => other.filter(|class| self.contains(class)),
        }
    }

    /// Classes in either.
    pub(super) fn union(&self, other: &ClassSet) -> ClassSet {
        if self.is_empty() || self == other {
            return other.clone();
        }
        match (&self.0, &other.0) {
            (Form::Few(a), Form::Few(b)) => {
                let mut members = Vec::with_capacity(a.len() + b.len());
                members.extend_from_slice(a);
                members.extend_from_slice(b);
                // Two ascending runs, which this sort merges.
                members.sort();
                members.dedup();
                ClassSet::new(members)
            }
            (Form::Many(_), _) => {
                let mut bits = self.to_bits(other.words());
                match &other.0 {
                    Form::Few(members) => members.iter().for_each(|class| insert(&mut bits, *class)),
                    Form::Many(more) => bits.iter_mut().zip(&**more).for_each(|(word, more)| *word |= more),
                }
                ClassSet::of_bits(bits)
            }
            (Form::Few(_), Form::Many(_)) => other.union(self),
        }
    }

    /// Classes that are not in the other.
    pub(super) fn difference(&self, other: &ClassSet) -> ClassSet {
        match (&self.0, &other.0) {
            (Form::Few(_), _) => self.filter(|class| !other.contains(class)),
            (Form::Many(bits), _) => {
                let mut bits = bits.to_vec();
                match &other.0 {
                    Form::Few(members) => members.iter().for_each(|class| {
                        let (word, bit) = place(*class);
                        if let Some(word) = bits.get_mut(word) {
                            *word &= !bit;
                        }
                    }),
                    Form::Many(less) => bits.iter_mut().zip(&**less).for_each(|(word, less)| *word &= !less),
                }
                ClassSet::of_bits(bits)
            }
        }
    }
}

fn insert(bits: &mut [u64], class: u32) {
    let (word, bit) = place(class);
    if let Some(word) = bits.get_mut(word) {
        *word |= bit;
    }
}

/// The classes of a [`ClassSet`].
#[derive(Clone)]
pub(crate) struct Ones<'a> {
    members: core::slice::Iter<'a, u32>,
    words: core::slice::Iter<'a, u64>,
    /// What is left of the word at hand.
    word: u64,
    /// The class after the last of that word.
    base: u32,
}

impl<'a> Ones<'a> {
    fn of_bits(bits: &'a [u64]) -> Self {
        Ones { members: [].iter(), words: bits.iter(), word: 0, base: 0 }
    }
}

impl Iterator for Ones<'_> {
    type Item = ClassId;

    fn next(&mut self) -> Option<ClassId> {
        if let Some(class) = self.members.next() {
            return Some(ClassId(*class));
        }
        while self.word == 0 {
            self.word = *self.words.next()?;
            self.base += BITS;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(ClassId(self.base - BITS + bit))
    }
}

impl FusedIterator for Ones<'_> {}

/// Sets that are kept: equal ones share one allocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool(HashSet<ClassSet>);

impl Pool {
    /// The set, as it is kept.
    pub(super) fn keep(&mut self, set: ClassSet) -> ClassSet {
        self.0.get_or_insert(set).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(members: &[u32]) -> ClassSet {
        ClassSet::new(members.to_vec())
    }

    #[test]
    fn operations_are_those_of_sets_in_every_form() {
        let few = set(&[3, 700, 701]);
        let many = set(&(0..300).collect::<Vec<_>>());
        let odd = set(&(0..400).filter(|n| n % 2 == 1).collect::<Vec<_>>());
        assert!(matches!(few.0, Form::Few(_)) && matches!(many.0, Form::Many(_)) && matches!(odd.0, Form::Many(_)));
        let members = |set: &ClassSet| set.iter().map(|class| class.0).collect::<alloc::collections::BTreeSet<_>>();
        let sets = [set(&[]), few, set(&[700]), many, odd, set(&[64]), set(&[0, 63, 64, 127])];
        for a in &sets {
            assert_eq!(a.len(), members(a).len());
            assert_eq!(a.is_empty(), members(a).is_empty());
            assert!((0..800).all(|n| a.contains(ClassId(n)) == members(a).contains(&n)));
            for b in &sets {
                let (x, y) = (members(a), members(b));
                let wanted =
                    [x.intersection(&y).copied().collect::<Vec<_>>(), x.union(&y).copied().collect(), x.difference(&y).copied().collect()];
                for (got, wanted) in [a.intersection(b), a.union(b), a.difference(b)].iter().zip(wanted) {
                    // Equal sets are equal in form too, however they came to be.
                    assert_eq!(*got, ClassSet::new(wanted));
                }
            }
        }
    }

    #[test]
    fn kept_sets_share_what_they_hold() {
        let mut pool = Pool::default();
        let (a, b) = (pool.keep(set(&[1, 5])), pool.keep(set(&[1, 5])));
        let (Form::Few(a), Form::Few(b)) = (&a.0, &b.0) else { unreachable!() };
        assert!(Arc::ptr_eq(a, b));
    }
}
