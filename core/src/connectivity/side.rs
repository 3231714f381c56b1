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
}

impl Side {
    /// Finds the rows; none is evaluated. Of those of before an edit, which left all classes as they were, what still holds is kept.
    pub(super) fn new(compiled: &Compiled, cache: &EvaluationCache, direction: Direction, before: Option<Side>) -> Self {
        let count = compiled.class_count();
        let mut before = before.map(Before::new);
        let mut side = Side { of_class: Vec::with_capacity(count), rows: Vec::new(), applied: Vec::new() };
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
                continue;
            };
            let next = side.rows.len() as u32;
            let row = *known.entry(signature).or_insert(next);
            if row == next {
                let kept = before.as_mut().and_then(|before| before.take(class, applied));
                let fresh = || Row::new(RowQuestion::Subject(EvaluationSubject::endpoint(class), direction, universe));
                side.rows.push(kept.unwrap_or_else(fresh));
                side.applied.push(applied.clone());
            }
            side.of_class.push(RowId::Row(row));
        }
        side
    }
}

/// The rows of before an edit.
struct Before {
    of_class: Vec<RowId>,
    rows: Vec<Option<Row>>,
    applied: Vec<Arc<Applied>>,
}

impl Before {
    fn new(side: Side) -> Self {
        Before { of_class: side.of_class, rows: side.rows.into_iter().map(Some).collect(), applied: side.applied }
    }

    /// The row of a class, if its policies are the same ones.
    fn take(&mut self, class: ClassId, applied: &Arc<Applied>) -> Option<Row> {
        let RowId::Row(row) = *self.of_class.get(class.index())? else { return None };
        let is_same = Arc::ptr_eq(self.applied.get(row as usize)?, applied);
        if is_same { self.rows.get_mut(row as usize)?.take() } else { None }
    }
}
