//! Selectors as expressions over labels: what Calico's selector language can say, and with it everything that Kubernetes's can.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::{Known, Operator, ValueShape};

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
impl Selector {
    /// Whether an end with these labels is selected; `label` gives the value of a key.
    pub fn matches<'l>(&self, label: &dyn Fn(&str) -> Option<&'l str>) -> bool {
        match self {
            Selector::All | Selector::Global => true,
            Selector::Has(key) => label(key).is_some(),
            Selector::Compare(key, comparison) => comparison.matches(label(key)),
            Selector::Not(inner) => !inner.matches(label),
            Selector::And(parts) => parts.iter().all(|part| part.matches(label)),
            Selector::Or(parts) => parts.iter().any(|part| part.matches(label)),
        }
    }

    /// Whether an end is selected for certain, and at least possibly, where not all of its labels are known.
    pub fn judge<'l>(&self, label: &dyn Fn(&str) -> Known<'l>) -> (bool, bool) {
        match self {
            Selector::All | Selector::Global => (true, true),
            Selector::Has(key) => Operator::Exists.judge(label(key)),
            Selector::Compare(key, comparison) => comparison.judge(label(key)),
            Selector::Not(inner) => {
                let (surely, maybe) = inner.judge(label);
                (!maybe, !surely)
            }
            Selector::And(parts) => parts.iter().map(|p| p.judge(label)).fold((true, true), |(a, b), (c, d)| (a && c, b && d)),
            Selector::Or(parts) => parts.iter().map(|p| p.judge(label)).fold((false, false), |(a, b), (c, d)| (a || c, b || d)),
        }
    }
}

impl Comparison {
    /// Whether a label passes for certain, and at least possibly.
    pub fn judge(&self, known: Known<'_>) -> (bool, bool) {
        let shape = match known {
            Known::Value(value) => return (self.matches(Some(value)), self.matches(Some(value))),
            Known::Absent => return (self.matches(None), self.matches(None)),
            Known::Maybe => return (false, true),
            Known::Present(shape) => shape,
        };
        let start = match shape {
            ValueShape::Any => "",
            ValueShape::Begins(start) => start,
            ValueShape::Is(own) => return (self.matches(Some(own)), self.matches(Some(own))),
        };
        match self {
            Comparison::Equals(value) => (false, shape.fits(value)),
            Comparison::NotEquals(value) => (!shape.fits(value), true),
            Comparison::In(values) => (false, values.iter().any(|v| shape.fits(v))),
            Comparison::NotIn(values) => (!values.iter().any(|v| shape.fits(v)), true),
            Comparison::StartsWith(text) => (start.starts_with(&**text), start.starts_with(&**text) || text.starts_with(start)),
            Comparison::Contains(text) => (start.contains(&**text), true),
            Comparison::EndsWith(text) => (text.is_empty(), true),
        }
    }

    /// Whether a label with this value, or an absent one, passes.
    pub fn matches(&self, value: Option<&str>) -> bool {
        let among = |values: &[Box<str>], value: &str| values.iter().any(|v| **v == *value);
        match (self, value) {
            (Comparison::NotEquals(_) | Comparison::NotIn(_), None) => true,
            (_, None) => false,
            (Comparison::Equals(wanted), Some(value)) => **wanted == *value,
            (Comparison::NotEquals(excluded), Some(value)) => **excluded != *value,
            (Comparison::In(values), Some(value)) => among(values, value),
            (Comparison::NotIn(values), Some(value)) => !among(values, value),
            (Comparison::Contains(text), Some(value)) => value.contains(&**text),
            (Comparison::StartsWith(text), Some(value)) => value.starts_with(&**text),
            (Comparison::EndsWith(text), Some(value)) => value.ends_with(&**text),
        }
    }
}

/// A text in the quotes that it can stand in.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.0.contains('"') { '\'' } else { '"' };
        write!(f, "{quote}{}{quote}", self.0)
    }
}

impl fmt::Display for Selector {
    /// The canonical form, which reads back as the same selector. Upstream: docs/semantics.md, Calico.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = |f: &mut fmt::Formatter<'_>, parts: &[Selector], joint: &str| {
            for (i, part) in parts.iter().enumerate() {
                write!(f, "{}{part}", if i == 0 { "(" } else { joint })?;
            }
            f.write_str(")")
        };
        match self {
            Selector::All => f.write_str("all()"),
            Selector::Global => f.write_str("global()"),
            Selector::Has(key) => write!(f, "has({key})"),
            Selector::Compare(key, comparison) => write!(f, "{key} {comparison}"),
            Selector::Not(inner) => write!(f, "!{inner}"),
            Selector::And(parts) => chain(f, parts, " && "),
            Selector::Or(parts) => chain(f, parts, " || "),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operator, value) = match self {
            Comparison::Equals(value) => ("==", value),
            Comparison::NotEquals(value) => ("!=", value),
            Comparison::Contains(value) => ("contains", value),
            Comparison::StartsWith(value) => ("starts with", value),
            Comparison::EndsWith(value) => ("ends with", value),
            Comparison::In(values) | Comparison::NotIn(values) => {
                f.write_str(if matches!(self, Comparison::In(_)) { "in {" } else { "not in {" })?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{}", if i == 0 { "" } else { ", " }, Quoted(value))?;
                }
                return f.write_str("}");
            }
        };
        write!(f, "{operator} {}", Quoted(value))
    }
}
