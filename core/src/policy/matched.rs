//! Whether something matches, where facts may be missing.

/// What a rule did with the connections that reached it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Matched {
    /// It matched none of them.
    No,
    /// It matches them under some reading of unknown facts.
    Possibly,
    /// It matched.
    Yes,
}
