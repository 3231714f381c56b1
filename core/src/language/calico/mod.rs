//! Calico: its resources, its selectors, and where its tiers put every kind of policy.

pub(crate) mod inventory;
pub(in crate::language) mod lower;
pub mod order;
pub(in crate::language) mod read;
pub mod selector;
mod types;

pub use types::*;
