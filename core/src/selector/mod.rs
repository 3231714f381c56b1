//! Calico's selector language.
//!
//! Upstream: `projectcalico/calico`, `libcalico-go/lib/selector` (tokenizer, parser, AST).

pub mod rewrite;

use alloc::boxed::Box;
use alloc::vec::Vec;

/// A selector as it was understood.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Selector {
    /// `all()`, or an empty text.
    All,
    /// `global()`: true; in the `namespaceSelector` of a peer it stands for what has no namespace.
    Global,
    /// `has(key)`.
    Has(Box<str>),
    /// A comparison of one label.
    Compare(Box<str>, Comparison),
    /// `!x`.
    Not(Box<Selector>),
    /// `a && b`; at least two.
    And(Vec<Selector>),
    /// `a || b`; at least two.
    Or(Vec<Selector>),
}

/// What a label is compared with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Comparison {
    /// `==`: there, and equal.
    Equals(Box<str>),
    /// `!=`: absent, or different.
    NotEquals(Box<str>),
    /// `in {…}`: there, and one of these. Sorted, without repetition.
    In(Vec<Box<str>>),
    /// `not in {…}`: absent, or none of these. Sorted, without repetition.
    NotIn(Vec<Box<str>>),
    /// `contains`: there, and with this text in it.
    Contains(Box<str>),
    /// `starts with`.
    StartsWith(Box<str>),
    /// `ends with`.
    EndsWith(Box<str>),
}
impl core::fmt::Display for Selector {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("stub")
    }
}
