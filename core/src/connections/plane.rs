//! Two-dimensional sets: source port by destination port, or ICMP type by code.

use alloc::vec::Vec;

use super::RangeSet;

/// A set of pairs of numbers, as bands of the first number that share one set of second numbers.
///
/// INVARIANT: bands are ascending, do not overlap, are never empty, and neighbours that touch have different sets. So equal sets are
/// equal values.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Plane(Vec<(u16, u16, RangeSet)>);

impl Plane {
    /// No pair.
    pub const EMPTY: Plane = Plane(Vec::new());

    /// All pairs of the two sets.
    pub fn product(first: &RangeSet, second: &RangeSet) -> Self {
        if second.is_empty() {
            return Plane::default();
        }
        Plane(first.iter().map(|(a, b)| (a, b, second.clone())).collect())
    }

    /// Whether there is no pair in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bands: first number from and to, and the second numbers they go with.
    pub fn bands(&self) -> impl ExactSizeIterator<Item = (u16, u16, &RangeSet)> {
        self.0.iter().map(|(a, b, set)| (*a, *b, set))
    }

    /// Whether it holds the pair.
    pub fn contains(&self, first: u16, second: u16) -> bool {
        self.at(first).is_some_and(|set| set.contains(second))
    }

    fn at(&self, first: u16) -> Option<&RangeSet> {
        let after = self.0.partition_point(|b| b.0 <= first);
        self.0.get(after.checked_sub(1)?).filter(|b| first <= b.1).map(|b| &b.2)
    }

    /// Pairs in either.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, RangeSet::union)
    }

    /// Pairs in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, RangeSet::intersection)
    }

    /// Pairs of this set that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, RangeSet::difference)
    }

    /// The pairs the other way round.
    pub fn swapped(&self) -> Self {
        let turned = |(first, last, seconds): (u16, u16, &RangeSet)| Plane::product(seconds, &RangeSet::range(first, last));
        self.bands().map(turned).fold(Plane::default(), |all, part| all.union(&part))
    }

    fn combine(&self, other: &Self, operation: impl Fn(&RangeSet, &RangeSet) -> RangeSet) -> Self {
        if let ([(a, b, x)], [(c, d, y)]) = (self.0.as_slice(), other.0.as_slice())
            && (a, b) == (c, d)
        {
            let set = operation(x, y);
            return if set.is_empty() { Plane::default() } else { Plane(alloc::vec![(*a, *b, set)]) };
        }
        // Between two neighbouring borders nothing changes, so one value of each stretch tells for all.
        let mut borders: Vec<u32> = Vec::new();
        for (a, b, _) in self.0.iter().chain(&other.0) {
            borders.extend([u32::from(*a), u32::from(*b) + 1]);
        }
        borders.sort_unstable();
        borders.dedup();
        let nothing = RangeSet::default();
        let mut bands: Vec<(u16, u16, RangeSet)> = Vec::new();
        for stretch in borders.windows(2) {
            let &[from, until] = stretch else { continue };
            let (from, to) = (from as u16, (until - 1) as u16);
            let set = operation(self.at(from).unwrap_or(&nothing), other.at(from).unwrap_or(&nothing));
            if set.is_empty() {
                continue;
            }
            match bands.last_mut() {
                Some(last) if u32::from(last.1) + 1 == u32::from(from) && last.2 == set => last.1 = to,
                _ => bands.push((from, to, set)),
            }
        }
        Plane(bands)
    }
}
