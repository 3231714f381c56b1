//! Kubernetes label selectors, as written.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Labels;
use crate::text::Span;

/// A `LabelSelector`: all requirements must hold; none at all selects everything.
///
/// `matchLabels` entries and `matchExpressions` are both kept as [`Requirement`]s, in the order written.
/// Upstream: `apimachinery/pkg/apis/meta/v1`, type `LabelSelector`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LabelSelector {
    /// Where it is written; an empty range where it was left out.
    pub span: Span,
    /// What must hold.
    pub requirements: Vec<Requirement>,
}

/// One condition on one label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// Where it is written (the `key: value` of `matchLabels`, or the whole expression).
    pub span: Span,
    /// The label's key.
    pub key: Box<str>,
    /// The condition on its value.
    pub operator: Operator,
}

/// The condition of a [`Requirement`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Operator {
    /// The label is there and has one of these values.
    In(Vec<Box<str>>),
    /// The label is absent, or has none of these values.
    NotIn(Vec<Box<str>>),
    /// The label is there, with any value.
    Exists,
    /// The label is absent.
    DoesNotExist,
}

impl Requirement {
    /// Whether an object with these labels satisfies the requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.operator.matches(labels.get(&self.key))
    }
}

impl Operator {
    /// Whether a label with this value (or without any) satisfies the condition.
    pub fn matches(&self, value: Option<&str>) -> bool {
        match self {
            Operator::In(values) => value.is_some_and(|v| values.iter().any(|w| **w == *v)),
            Operator::NotIn(values) => value.is_none_or(|v| values.iter().all(|w| **w != *v)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

impl LabelSelector {
    /// Whether an object with these labels is selected.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|r| r.matches(labels))
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }
}

impl core::fmt::Display for Requirement {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let list = |f: &mut core::fmt::Formatter<'_>, values: &[Box<str>]| {
            f.write_str("{")?;
            for (i, value) in values.iter().enumerate() {
                write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
            }
            f.write_str("}")
        };
        match &self.operator {
            Operator::In(values) => match values.as_slice() {
                [one] => write!(f, "{}={one}", self.key),
                many => write!(f, "{} in ", self.key).and_then(|()| list(f, many)),
            },
            Operator::NotIn(values) => match values.as_slice() {
                [one] => write!(f, "{}!={one}", self.key),
                many => write!(f, "{} not in ", self.key).and_then(|()| list(f, many)),
            },
            Operator::Exists => write!(f, "has {}", self.key),
            Operator::DoesNotExist => write!(f, "no {}", self.key),
        }
    }
}

impl core::fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (i, requirement) in self.requirements.iter().enumerate() {
            write!(f, "{}{requirement}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
