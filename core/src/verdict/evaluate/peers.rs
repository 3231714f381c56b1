//! The peers that an evaluation is about.

use fixedbitset::FixedBitSet;

use crate::compile::ClassId;

/// The peers that an evaluation is about.
pub(crate) trait Peers {
    /// How many there are.
    fn len(&self) -> usize;
    /// Calls `visit` with the place (from 0) of each peer that is in `set`.
    fn matching(&self, set: &FixedBitSet, visit: impl FnMut(usize));
    /// The class of the peer at a place.
    fn class(&self, place: usize) -> ClassId;
}

/// All classes.
pub(crate) struct AllPeers(pub(crate) usize);

impl Peers for AllPeers {
    fn len(&self) -> usize {
        self.0
    }

    fn matching(&self, set: &FixedBitSet, visit: impl FnMut(usize)) {
        set.ones().for_each(visit);
    }

    fn class(&self, place: usize) -> ClassId {
        ClassId::at(place)
    }
}

/// One class.
pub(crate) struct OnePeer(pub(crate) ClassId);

impl Peers for OnePeer {
    fn len(&self) -> usize {
        1
    }

    fn matching(&self, set: &FixedBitSet, mut visit: impl FnMut(usize)) {
        if set.contains(self.0.index()) {
            visit(0);
        }
    }

    fn class(&self, _place: usize) -> ClassId {
        self.0
    }
}
