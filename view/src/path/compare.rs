//! What two ways have in common, station by station, and where they differ.

use super::{BranchView, StepKindView, StepView};

/// How a station differs from the same one of the other way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The other way has no such station.
    pub alone: bool,
    /// The packet leaves with another source.
    pub source: bool,
    /// The packet leaves for another destination.
    pub target: bool,
    /// It is let through on one of the ways only, or comes here on one only.
    pub verdict: bool,
}

/// The differences of two ways, for the stations of each.
pub fn differences(first: &BranchView, second: &BranchView) -> [Vec<Difference>; 2] {
    let alone = Difference { alone: true, ..Difference::default() };
    let mut found = [vec![alone; first.steps.len()], vec![alone; second.steps.len()]];
    for (i, j) in pairs(&first.steps, &second.steps) {
        let (Some(a), Some(b)) = (first.steps.get(i), second.steps.get(j)) else { continue };
        let difference = Difference {
            alone: false,
            source: a.source.text != b.source.text,
            target: a.target.text != b.target.text,
            verdict: (a.verdict, a.reached) != (b.verdict, b.reached),
        };
        let [ours, theirs] = &mut found;
        if let (Some(ours), Some(theirs)) = (ours.get_mut(i), theirs.get_mut(j)) {
            (*ours, *theirs) = (difference, difference);
        }
    }
    found
}

/// Whether two stations are the same place of the way. Which node or pod it is may differ.
fn same(a: &StepView, b: &StepView) -> bool {
    a.kind == b.kind && (a.kind != StepKindView::Check || a.title == b.title)
}

/// Stations that go together, in order: as many as can be.
fn pairs(a: &[StepView], b: &[StepView]) -> Vec<(usize, usize)> {
    // longest[i][j]: how many go together of those from i and from j on.
    let mut longest = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    let at = |table: &[Vec<usize>], i: usize, j: usize| table.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    for (i, one) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let best = if same(one, other) { at(&longest, i + 1, j + 1) + 1 } else { at(&longest, i + 1, j).max(at(&longest, i, j + 1)) };
            if let Some(cell) = longest.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (a.get(i), b.get(j)) {
        if same(one, other) {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}
