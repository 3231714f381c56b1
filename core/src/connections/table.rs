//! Interned connection sets.

use alloc::vec::Vec;

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
}

/// Connection sets by number, with the results of operations on them.
#[derive(Clone, Debug)]
pub struct ConnectionTable {
    sets: Vec<ConnectionSet>,
    numbers: HashMap<ConnectionSet, ConnectionId>,
    unions: HashMap<(ConnectionId, ConnectionId), ConnectionId>,
    intersections: HashMap<(ConnectionId, ConnectionId), ConnectionId>,
    differences: HashMap<(ConnectionId, ConnectionId), ConnectionId>,
}

impl Default for ConnectionTable {
    fn default() -> Self {
        let mut table = ConnectionTable {
            sets: Vec::new(),
            numbers: HashMap::new(),
            unions: HashMap::new(),
            intersections: HashMap::new(),
            differences: HashMap::new(),
        };
        // INVARIANT: these two come first; `ConnectionId::NONE` and `ALL` rely on it.
        table.intern(ConnectionSet::default());
        table.intern(ConnectionSet::all());
        table
    }
}

impl ConnectionTable {
    /// The number of a set.
    pub fn intern(&mut self, set: ConnectionSet) -> ConnectionId {
        if let Some(&id) = self.numbers.get(&set) {
            return id;
        }
        let id = ConnectionId(self.sets.len() as u32);
        self.sets.push(set.clone());
        self.numbers.insert(set, id);
        id
    }

    /// The set with this number. A number of another table gives some other set, or the empty one.
    pub fn get(&self, id: ConnectionId) -> &ConnectionSet {
        const NOTHING: &ConnectionSet = &ConnectionSet::EMPTY;
        self.sets.get(id.0 as usize).unwrap_or(NOTHING)
    }

    /// How many different sets there are.
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    /// Never true: two sets are always there.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// Connections in either.
    pub fn union(&mut self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        match (a, b) {
            _ if a == b => return a,
            (ConnectionId::NONE, x) | (x, ConnectionId::NONE) => return x,
            (ConnectionId::ALL, _) | (_, ConnectionId::ALL) => return ConnectionId::ALL,
            _ => {}
        }
        let key = (a.min(b), a.max(b));
        if let Some(&known) = self.unions.get(&key) {
            return known;
        }
        let id = self.intern(self.get(a).union(self.get(b)));
        self.unions.insert(key, id);
        id
    }

    /// Connections in both.
    pub fn intersection(&mut self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        if let Some(id) = self.known_intersection(a, b) {
            return id;
        }
        let id = self.intern(self.get(a).intersection(self.get(b)));
        self.intersections.insert((a.min(b), a.max(b)), id);
        id
    }

    /// The intersection if it is known without work: it was computed before, or follows from the numbers alone.
    pub fn known_intersection(&self, a: ConnectionId, b: ConnectionId) -> Option<ConnectionId> {
        match (a, b) {
            _ if a == b => Some(a),
            (ConnectionId::NONE, _) | (_, ConnectionId::NONE) => Some(ConnectionId::NONE),
            (ConnectionId::ALL, x) | (x, ConnectionId::ALL) => Some(x),
            _ => self.intersections.get(&(a.min(b), a.max(b))).copied(),
        }
    }

    /// Connections of `a` that are not in `b`.
    pub fn difference(&mut self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        if a == b || a.is_none() || b == ConnectionId::ALL {
            return ConnectionId::NONE;
        }
        if b.is_none() {
            return a;
        }
        if let Some(&known) = self.differences.get(&(a, b)) {
            return known;
        }
        let id = self.intern(self.get(a).difference(self.get(b)));
        self.differences.insert((a, b), id);
        id
    }
}
