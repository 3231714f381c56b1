//! Which row is that of which class, in one direction.

use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::row::{Row, RowQuestion};
use crate::compile::{Applied, ClassId, Compiled, Signature};
use crate::connections::ConnectionId;
use crate::policy::{Direction, DroppedPackets};
use crate::verdict::evaluate::{EvaluationCache, EvaluationSubject};

/// Where a class's row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RowId {
    /// No policy applies: all that it may send at all passes, which is everything but for pods under Calico.
    Open(ConnectionId),
    /// A row of its own.
    Row(u32),
}

/// One direction of all classes.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) of_class: Vec<RowId>,
    pub(super) rows: Vec<Row>,
    /// The policies of each row.
    applied: Vec<Arc<Applied>>,
    /// The number of the edit that changed the answers of each class last.
    changed: Vec<u32>,
}

impl Side {
    /// Finds the rows; none is evaluated. Of those of before an edit of this number, which left all classes as they were, what still holds is kept.
    pub(super) fn new(compiled: &Compiled, cache: &EvaluationCache, direction: Direction, edit: u32, before: Option<Side>) -> Self {
        let count = compiled.class_count();
        let mut before = before.map(Before::new);
        let mut side =
            Side { of_class: Vec::with_capacity(count), rows: Vec::new(), applied: Vec::new(), changed: Vec::with_capacity(count) };
        // Which of the rows before each row is, if it stayed.
        let mut stayed: Vec<Option<u32>> = Vec::new();
        let mut known: HashMap<Signature, u32> = HashMap::new();
        let mut universes: HashMap<DroppedPackets, ConnectionId> = HashMap::new();
        for class in (0..count as u32).map(ClassId) {
            // What an endpoint may not send is no connection that its policies are asked about.
            let signature = compiled.signature(class, direction);
            let universe = *universes
                .entry(signature.dropped)
                .or_insert_with(|| cache.table.difference(ConnectionId::ALL, cache.table.intern(signature.dropped.connections())));
            let Some(applied) = compiled.applied_list(class, direction).filter(|applied| !applied.is_empty()) else {
                side.of_class.push(RowId::Open(universe));
                side.changed.push(before.as_ref().and_then(|before| before.changed(class, RowId::Open(universe))).unwrap_or(edit));
                continue;
            };
            let next = side.rows.len() as u32;
            let row = *known.entry(signature).or_insert(next);
            if row == next {
                let (number, kept) = before.as_mut().and_then(|before| before.take(class, applied)).unzip();
                let fresh = || Row::new(RowQuestion::Subject(EvaluationSubject::endpoint(class), direction, universe));
                side.rows.push(kept.unwrap_or_else(fresh));
                side.applied.push(applied.clone());
                stayed.push(number);
            }
            side.of_class.push(RowId::Row(row));
            let stayed = stayed.get(row as usize).copied().flatten().map(RowId::Row);
            side.changed.push(before.as_ref().zip(stayed).and_then(|(before, row)| before.changed(class, row)).unwrap_or(edit));
        }
        side
    }

    /// Whether the answers of a class are those of after an edit of this number.
    pub(super) fn is_unchanged(&self, class: ClassId, since: u32) -> bool {
        self.changed.get(class.index()).is_some_and(|changed| *changed <= since)
    }
}

/// The rows of before an edit.
struct Before {
    of_class: Vec<RowId>,
    rows: Vec<Option<Row>>,
    applied: Vec<Arc<Applied>>,
    changed: Vec<u32>,
}

impl Before {
    fn new(side: Side) -> Self {
        Before { of_class: side.of_class, rows: side.rows.into_iter().map(Some).collect(), applied: side.applied, changed: side.changed }
    }

    /// The row of a class with its number, if its policies are the same ones.
    fn take(&mut self, class: ClassId, applied: &Arc<Applied>) -> Option<(u32, Row)> {
        let RowId::Row(row) = *self.of_class.get(class.index())? else { return None };
        let is_same = Arc::ptr_eq(self.applied.get(row as usize)?, applied);
        if is_same { Some((row, self.rows.get_mut(row as usize)?.take()?)) } else { None }
    }

    /// Which edit changed the answers of a class last, where that row was its own.
    fn changed(&self, class: ClassId, row: RowId) -> Option<u32> {
        self.changed.get(class.index()).copied().filter(|_| self.of_class.get(class.index()) == Some(&row))
    }
}
