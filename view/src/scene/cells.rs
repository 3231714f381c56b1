//! Cells of a scene as they travel: after an edit only those that are others than before.

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
