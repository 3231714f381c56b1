//! Sets of 16-bit numbers as ranges.

use alloc::vec::Vec;

/// A set of numbers: disjoint, ascending, never adjacent ranges, both ends included.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct RangeSet(Vec<(u16, u16)>);

impl RangeSet {
    /// The numbers from `first` to `last`; empty if `last` comes first.
    pub fn range(first: u16, last: u16) -> Self {
        if first <= last { RangeSet(alloc::vec![(first, last)]) } else { RangeSet::default() }
    }

    /// Whether there is no number in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u16, u16)> + '_ {
        self.0.iter().copied()
    }

    /// Whether it holds the number.
    pub fn contains(&self, number: u16) -> bool {
        let after = self.0.partition_point(|r| r.0 <= number);
        after.checked_sub(1).and_then(|i| self.0.get(i)).is_some_and(|r| number <= r.1)
    }

    /// Numbers in either.
    pub fn union(&self, other: &Self) -> Self {
        let mut all: Vec<(u16, u16)> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match merged.last_mut() {
                Some(previous) if u32::from(first) <= u32::from(previous.1) + 1 => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        RangeSet(merged)
    }

    /// Numbers in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut result = Vec::new();
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (self.0.get(i), other.0.get(j)) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                result.push((first, last));
            }
            if a.1 < b.1 { i += 1 } else { j += 1 }
        }
        RangeSet(result)
    }

    /// Numbers of this set that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        let mut result = Vec::new();
        for &(first, last) in &self.0 {
            let mut start = u32::from(first);
            for &(cut_first, cut_last) in &other.0 {
                if u32::from(cut_last) < start || cut_first > last {
                    continue;
                }
                if u32::from(cut_first) > start {
                    result.push((start as u16, cut_first - 1));
                }
                start = u32::from(cut_last) + 1;
            }
            if start <= u32::from(last) {
                result.push((start as u16, last));
            }
        }
        RangeSet(result)
    }
}
