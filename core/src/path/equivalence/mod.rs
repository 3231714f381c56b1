//! What is equivalent is followed, and shown, once.

pub(super) mod kinds;
pub(super) mod merge;
