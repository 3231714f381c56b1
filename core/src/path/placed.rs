//! Ids of the world that paths are followed in. It has every pod on a node, so it has more pods than the analysis's snapshot, and other ids.

use core::fmt;

/// Something of the paths' own world: an id of it, or what refers to such ids. [`Paths::resolve`](super::Paths::resolve) gives it out together with that
/// world, so that it is not used with another snapshot by mistake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placed<T>(pub(super) T);

impl<T: fmt::Debug> fmt::Debug for Placed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
