//! Labels that an object has for certain or possibly, and whose value no text gives: those that a controller makes up, and all of an object that is not
//! in the input. A selector then matches for certain, possibly, or not.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{LabelSelector, Labels, Requirement};
use crate::model::Operator;

/// What is known of a label's value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ValueShape {
    /// Nothing.
    Any,
    /// It begins so, and something that is not known follows: `nightly-` of the Jobs of CronJob `nightly`.
    Begins(Box<str>),
    /// It is this, as a mark of one object by which only what is in doubt selects it (see [`MARK`]).
    Is(Box<str>),
}

/// The key of the mark of an object of which not everything can be read. No label can have it.
pub const MARK: &str = "(not evaluated)";

impl ValueShape {
    /// Whether the value may be this one.
    pub fn fits(&self, value: &str) -> bool {
        match self {
            ValueShape::Any => true,
            ValueShape::Is(own) => **own == *value,
            ValueShape::Begins(start) => value.strip_prefix(&**start).is_some_and(|rest| !rest.is_empty()),
        }
    }
}

/// Labels of which the value, or even whether they are there, is not known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct UnknownLabels {
    /// Labels that are there, each with what is known of its value; sorted by key.
    pub keys: Vec<(Box<str>, ValueShape)>,
    /// Whether there may be any other label besides.
    pub others: bool,
}

/// What is known of one label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known<'a> {
    /// It has this value.
    Value(&'a str),
    /// It is there, with some value.
    Present(&'a ValueShape),
    /// It may be there or not.
    Maybe,
    /// It is not there.
    Absent,
}

impl UnknownLabels {
    /// Whether everything is known.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && !self.others
    }

    /// What is known of a label of an object with these labels.
    pub fn look_up<'a>(&'a self, labels: &'a Labels, key: &str) -> Known<'a> {
        if let Some((_, shape)) = self.keys.iter().find(|(k, _)| **k == *key) {
            return Known::Present(shape);
        }
        match labels.get(key) {
            Some(value) => Known::Value(value),
            None if self.others && key != MARK => Known::Maybe,
            None => Known::Absent,
        }
    }

    /// Whether one of these labels is of this key, or might be.
    pub fn concerns(&self, key: &str) -> bool {
        self.others || self.keys.iter().any(|(k, _)| **k == *key)
    }
}

impl Operator {
    /// Whether a label satisfies the condition for certain, and at least possibly.
    pub fn judge(&self, known: Known<'_>) -> (bool, bool) {
        let fits = |shape: &ValueShape, values: &[Box<str>]| values.iter().any(|v| shape.fits(v));
        match (self, known) {
            (_, Known::Value(value)) => exactly(self.matches(Some(value))),
            (_, Known::Absent) => exactly(self.matches(None)),
            (_, Known::Maybe) => (false, true),
            (Operator::Exists, Known::Present(_)) => exactly(true),
            (Operator::DoesNotExist, Known::Present(_)) => exactly(false),
            (Operator::In(values), Known::Present(shape)) => (false, fits(shape, values)),
            (Operator::NotIn(values), Known::Present(shape)) => (!fits(shape, values), true),
        }
    }
}

const fn exactly(matches: bool) -> (bool, bool) {
    (matches, matches)
}

impl Requirement {
    /// Whether an object satisfies the requirement for certain, and at least possibly.
    pub fn judge(&self, labels: &Labels, unknown: &UnknownLabels) -> (bool, bool) {
        self.operator.judge(unknown.look_up(labels, &self.key))
    }
}

impl LabelSelector {
    /// Whether an object is selected for certain, and at least possibly.
    pub fn judge(&self, labels: &Labels, unknown: &UnknownLabels) -> (bool, bool) {
        self.requirements.iter().map(|r| r.judge(labels, unknown)).fold((true, true), |(a, b), (c, d)| (a && c, b && d))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;
    use alloc::vec;

    #[test]
    fn what_is_not_known_matches_possibly() {
        let labels: Labels = [("app", "web")].into_iter().collect();
        let unknown = UnknownLabels {
            keys: vec![("hash".into(), ValueShape::Any), ("job-name".into(), ValueShape::Begins("nightly-".into()))],
            others: false,
        };
        let all = UnknownLabels { others: true, ..unknown.clone() };
        let of = |key: &str, operator: Operator, unknown: &UnknownLabels| {
            Requirement { span: Span::default(), key: key.into(), operator }.judge(&labels, unknown)
        };
        let is = |value: &str| Operator::In(vec![value.into()]);
        let is_not = |value: &str| Operator::NotIn(vec![value.into()]);
        for (key, operator, expected) in [
            ("app", is("web"), (true, true)),
            ("app", is("api"), (false, false)),
            ("hash", Operator::Exists, (true, true)),
            ("hash", Operator::DoesNotExist, (false, false)),
            ("hash", is("x"), (false, true)),
            ("hash", is_not("x"), (false, true)),
            ("job-name", is("nightly"), (false, false)),
            ("job-name", is("nightly-1"), (false, true)),
            ("job-name", is_not("hourly-1"), (true, true)),
            ("tier", Operator::Exists, (false, false)),
            ("tier", is_not("x"), (true, true)),
        ] {
            assert_eq!(of(key, operator.clone(), &unknown), expected, "{key} {operator:?}");
        }
        assert_eq!(of("tier", is("x"), &all), (false, true));
        assert_eq!(of("tier", is_not("x"), &all), (false, true));
    }
}
