//! What differs at nodes and host endpoints between two versions.

use alloc::vec::Vec;

use super::Analysis;
use crate::answers::diff::{Difference, Relation, TooManyNodePairs, Version, compare_nodes};

impl Analysis {
    /// Which connections of nodes differ in a newer version, as [`compare_nodes`] has it.
    ///
    /// # Errors
    /// When there are more than `most` pairs.
    pub fn node_differences(&self, newer: &Analysis, most: usize) -> Result<(Vec<Difference>, Relation), TooManyNodePairs> {
        let [old, new] = [self, newer].map(|side| Version { snapshot: side.snapshot(), connectivity: side.connectivity() });
        compare_nodes(old, new, most)
    }
}
