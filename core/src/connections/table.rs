//! Interned connection sets.

use alloc::boxed::Box;
use core::cell::{Cell, OnceCell, RefCell};

use hashbrown::HashMap;

use super::ConnectionSet;

/// A connection set of one [`ConnectionTable`], by number. Equal sets have equal numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId(u32);

impl ConnectionId {
    /// No connection.
    pub const NONE: ConnectionId = ConnectionId(0);
    /// Every connection.
    pub const ALL: ConnectionId = ConnectionId(1);

    /// Whether it is the empty set.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Its number: from 0 on, without gaps within a table.
    pub const fn number(self) -> usize {
        self.0 as usize
    }
}

/// Connection sets by number, with the results of operations on them.
///
/// Sets are only ever added, so the answer to a question may add one while others are lent out.
#[derive(Clone, Debug)]
pub struct ConnectionTable {
    sets: Sets,
    numbers: RefCell<HashMap<ConnectionSet, ConnectionId>>,
    unions: Known,
    intersections: Known,
    differences: Known,
    answered: RefCell<HashMap<ConnectionId, ConnectionId>>,
}

/// Results of an operation by its operands.
type Known = RefCell<HashMap<(ConnectionId, ConnectionId), ConnectionId>>;

/// Sets in blocks, each twice as large as the one before: what is in a block stays where it is.
#[derive(Clone, Debug)]
struct Sets {
    blocks: [OnceCell<Box<[OnceCell<ConnectionSet>]>>; BLOCKS],
    len: Cell<usize>,
}

/// Sets in the first block.
const FIRST_BLOCK: usize = 64;
/// Enough for every number of 32 bits.
const BLOCKS: usize = 27;

impl Sets {
    const fn new() -> Self {
        Sets { blocks: [const { OnceCell::new() }; BLOCKS], len: Cell::new(0) }
    }

    /// The block of a number, and its place there.
    const fn place(number: usize) -> (usize, usize) {
        let block = (number / FIRST_BLOCK + 1).ilog2() as usize;
        (block, number - ((1 << block) - 1) * FIRST_BLOCK)
    }

    fn push(&self, set: ConnectionSet) -> ConnectionId {
        let number = self.len.get();
        let (block, at) = Sets::place(number);
        let empty = || (0..FIRST_BLOCK << block).map(|_| OnceCell::new()).collect();
        if let Some(slot) = self.blocks.get(block).and_then(|cell| cell.get_or_init(empty).get(at)) {
            // INVARIANT: numbers are given out once, so the slot is empty.
            let _ = slot.set(set);
        }
        self.len.set(number + 1);
        ConnectionId(number as u32)
    }

    fn get(&self, number: usize) -> Option<&ConnectionSet> {
        let (block, at) = Sets::place(number);
        self.blocks.get(block)?.get()?.get(at)?.get()
    }
}

impl Default for ConnectionTable {
    fn default() -> Self {
        let table = ConnectionTable {
            sets: Sets::new(),
            numbers: RefCell::default(),
            unions: RefCell::default(),
            intersections: RefCell::default(),
            differences: RefCell::default(),
            answered: RefCell::default(),
        };
        // INVARIANT: these two come first; `ConnectionId::NONE` and `ALL` rely on it.
        table.intern(ConnectionSet::default());
        table.intern(ConnectionSet::all());
        table
    }
}

impl ConnectionTable {
    /// The number of a set.
    pub fn intern(&self, set: ConnectionSet) -> ConnectionId {
        let mut numbers = self.numbers.borrow_mut();
        if let Some(&id) = numbers.get(&set) {
            return id;
        }
        let id = self.sets.push(set.clone());
        numbers.insert(set, id);
        id
    }

    /// The set with this number. A number of another table gives some other set, or the empty one.
    pub fn get(&self, id: ConnectionId) -> &ConnectionSet {
        const NOTHING: &ConnectionSet = &ConnectionSet::EMPTY;
        self.sets.get(id.0 as usize).unwrap_or(NOTHING)
    }

    /// How many different sets there are.
    pub fn len(&self) -> usize {
        self.sets.len.get()
    }

    /// Never true: two sets are always there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Connections in either.
    pub fn union(&self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        match (a, b) {
            _ if a == b => a,
            (ConnectionId::NONE, x) | (x, ConnectionId::NONE) => x,
            (ConnectionId::ALL, _) | (_, ConnectionId::ALL) => ConnectionId::ALL,
            _ => self.remembered(&self.unions, (a.min(b), a.max(b)), |a, b| a.union(b)),
        }
    }

    /// Connections in both.
    pub fn intersection(&self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        match (a, b) {
            _ if a == b => a,
            (ConnectionId::NONE, _) | (_, ConnectionId::NONE) => ConnectionId::NONE,
            (ConnectionId::ALL, x) | (x, ConnectionId::ALL) => x,
            _ => self.remembered(&self.intersections, (a.min(b), a.max(b)), |a, b| a.intersection(b)),
        }
    }

    /// Connections of `a` that are not in `b`.
    pub fn difference(&self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        match (a, b) {
            _ if a == b || a.is_none() || b == ConnectionId::ALL => ConnectionId::NONE,
            _ if b.is_none() => a,
            _ => self.remembered(&self.differences, (a, b), |a, b| a.difference(b)),
        }
    }

    /// The connections whose replies are in a set (see [`ConnectionSet::answered_by`]).
    pub fn answered_by(&self, replies: ConnectionId) -> ConnectionId {
        if let Some(id) = self.answered.borrow().get(&replies) {
            return *id;
        }
        let id = self.intern(self.get(replies).answered_by());
        self.answered.borrow_mut().insert(replies, id);
        id
    }

    fn remembered(
        &self,
        known: &Known,
        key: (ConnectionId, ConnectionId),
        operation: impl Fn(&ConnectionSet, &ConnectionSet) -> ConnectionSet,
    ) -> ConnectionId {
        if let Some(id) = known.borrow().get(&key) {
            return *id;
        }
        let id = self.intern(operation(self.get(key.0), self.get(key.1)));
        known.borrow_mut().insert(key, id);
        id
    }
}
