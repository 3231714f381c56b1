//! Cells of a scene as they travel: equal neighbours as one, and after an edit only those that are others than before.

use std::collections::HashMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::SetView;

/// Equal cells between two others, which are cheaper sent along than left out.
const GAP: usize = 6;

/// The cells of a scene, told by those of the scene before: stretches of others, each with where it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellChanges(Vec<(u32, Vec<u16>)>);

impl CellChanges {
    /// What changed; nothing where most of it did, or where there is another number of cells.
    pub(crate) fn between(before: &[u16], after: &[u16]) -> Option<Self> {
        if before.len() != after.len() || u32::try_from(after.len()).is_err() {
            return None;
        }
        let mut stretches: Vec<(usize, usize)> = Vec::new();
        let mut count = 0;
        for (at, _) in before.iter().zip(after).enumerate().filter(|(_, (old, new))| old != new) {
            count += 1;
            match stretches.last_mut().filter(|(_, end)| at - *end <= GAP) {
                Some((_, end)) => *end = at + 1,
                None => stretches.push((at, at + 1)),
            }
        }
        let parts = || stretches.iter().filter_map(|&(start, end)| Some((start as u32, after.get(start..end)?.to_vec())));
        (count <= after.len() / 2).then(|| CellChanges(parts().collect()))
    }

    /// The cells after it; nothing where they are not those of a scene that these changes are about.
    pub(crate) fn apply(&self, before: &Rc<Vec<u16>>) -> Option<Rc<Vec<u16>>> {
        if self.0.is_empty() {
            return Some(before.clone());
        }
        let mut cells = before.to_vec();
        for (start, part) in &self.0 {
            let start = *start as usize;
            cells.get_mut(start..start + part.len())?.copy_from_slice(part);
        }
        Some(Rc::new(cells))
    }
}

/// All cells: what each stretch of equal ones says, and how long it is.
pub(super) mod runs {
    use std::rc::Rc;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// More cells are no scene's.
    const MOST: usize = 1 << 28;

    pub(in crate::scene) fn serialize<S: Serializer>(cells: &Rc<Vec<u16>>, serializer: S) -> Result<S::Ok, S::Error> {
        let stretches = cells.chunk_by(|a, b| a == b).filter_map(|run| Some((*run.first()?, run.len() as u32)));
        stretches.collect::<Vec<(u16, u32)>>().serialize(serializer)
    }

    pub(in crate::scene) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rc<Vec<u16>>, D::Error> {
        let stretches = Vec::<(u16, u32)>::deserialize(deserializer)?;
        let count = stretches.iter().map(|(_, length)| *length as usize).fold(0, usize::saturating_add);
        if count > MOST {
            return Err(D::Error::custom("more cells than a scene has"));
        }
        let mut cells = Vec::with_capacity(count);
        stretches.into_iter().for_each(|(cell, length)| cells.resize(cells.len() + length as usize, cell));
        Ok(Rc::new(cells))
    }
}

/// New numbers for sets, by their number: those that were in the scene before keep theirs as far as there are so many, so that cells that say the
/// same are the same. Nothing where all have them already.
pub(super) fn numbers_as_before(sets: &[SetView], before: &[SetView]) -> Option<Vec<u16>> {
    let known: HashMap<&SetView, usize> = before.iter().take(sets.len()).enumerate().map(|(number, set)| (set, number)).collect();
    let kept: Vec<Option<usize>> = sets.iter().map(|set| known.get(set).copied()).collect();
    let mut taken = vec![false; sets.len()];
    kept.iter().flatten().for_each(|number| taken[*number] = true);
    let mut free = (0..sets.len()).filter(|number| !taken[*number]);
    let numbers: Option<Vec<u16>> = kept.iter().map(|kept| u16::try_from(kept.or_else(|| free.next())?).ok()).collect();
    numbers.filter(|numbers| numbers.iter().enumerate().any(|(old, new)| old != usize::from(*new)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    fn changed(before: &[u16], after: &[u16]) -> Option<Vec<u32>> {
        let changes = CellChanges::between(before, after)?;
        assert_eq!(changes.apply(&Rc::new(before.to_vec())).as_deref().map(Vec::as_slice), Some(after));
        Some(changes.0.iter().map(|(start, _)| *start).collect())
    }

    #[test]
    fn cells_come_back_from_what_changed() {
        let before = [0_u16; 40];
        let mut after = before;
        assert_eq!(changed(&before, &after), Some(vec![]));
        after[3] = 1;
        after[5] = 2;
        after[30] = 3;
        assert_eq!(changed(&before, &after), Some(vec![3, 30]), "neighbours are one stretch");
        after[39] = 9;
        assert_eq!(changed(&before, &after), Some(vec![3, 30, 39]));
        assert_eq!(changed(&before, &[1; 40]), None, "then all of them travel");
        assert_eq!(changed(&before, &[0; 39]), None);
        let changes = CellChanges::between(&before, &after).unwrap();
        assert_eq!(changes.apply(&Rc::new(vec![0; 9])), None, "changes of another scene");
    }

    #[test]
    fn equal_neighbours_travel_as_one() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Cells(#[serde(with = "runs")] Rc<Vec<u16>>);
        for (cells, bytes) in [(vec![], 1), (vec![7; 100_000], 5), ([vec![0; 9], vec![500, 1], vec![0; 200]].concat(), 11)] {
            let cells = Cells(Rc::new(cells));
            let sent = postcard::to_allocvec(&cells).unwrap();
            assert_eq!((postcard::from_bytes::<Cells>(&sent).unwrap(), sent.len()), (cells, bytes));
        }
        let endless = postcard::to_allocvec(&vec![(1_u16, u32::MAX)]).unwrap();
        assert!(postcard::from_bytes::<Cells>(&endless).is_err(), "bytes that are no scene's take no memory");
    }

    #[test]
    fn sets_keep_their_numbers() {
        let set = |name: &str| SetView { status: Status::Partly, short: name.into(), long: name.into(), ports: Vec::new() };
        let sets = |names: &str| names.chars().map(|name| set(&name.to_string())).collect::<Vec<_>>();
        let numbers = |after: &str, before: &str| numbers_as_before(&sets(after), &sets(before));
        assert_eq!(numbers("abc", "abc"), None);
        assert_eq!(numbers("abcd", "abc"), None, "a new one comes last");
        assert_eq!(numbers("axbc", "abc"), Some(vec![0, 3, 1, 2]), "also where it is met first");
        assert_eq!(numbers("xbc", "abc"), None, "or takes the place of one that is gone");
        assert_eq!(numbers("bc", "abc"), Some(vec![1, 0]), "numbers have no gaps");
        assert_eq!(numbers("", "abc"), None);
    }
}
