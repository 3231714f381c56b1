//! Calico's selectors as conditions on labels of pods and of their namespaces, as far as Kubernetes can say them.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::labels::Conditions;
use super::inexpressible::Inexpressible;
use crate::compile::expressions::{ACCOUNT_LABEL, ACCOUNT_PREFIX, NAMESPACE_LABEL, NAMESPACE_PREFIX, ORCHESTRATOR, ORCHESTRATOR_LABEL};
use crate::model::names::{label_key, label_value};
use crate::model::{Comparison, Operator, Selector, well_known};

/// The label by which Kubernetes knows a namespace's name, on every namespace.
pub(in crate::answers::convert) const NAME_KEY: &str = well_known::NAMESPACE_NAME;
/// So many alternatives of a selector are written out; more are no longer readable.
pub(super) const MOST_ALTERNATIVES: usize = 16;

/// Whose labels a selector looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::answers::convert) enum Side {
    /// Those of an endpoint (`selector`).
    Endpoint,
    /// Those of a namespace (`namespaceSelector`).
    Namespace,
}

/// Conditions that must all hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::answers::convert) struct Conjunction {
    /// On the pod.
    pub(in crate::answers::convert) pod: Conditions,
    /// On its namespace.
    pub(in crate::answers::convert) namespace: Conditions,
}

impl Conjunction {
    fn of(key: &str, operator: Operator, side: Side) -> Conjunction {
        let one = vec![(Box::from(key), operator)];
        match side {
            Side::Endpoint => Conjunction { pod: one, namespace: Vec::new() },
            Side::Namespace => Conjunction { pod: Vec::new(), namespace: one },
        }
    }

    /// Those of both; nothing if they contradict each other.
    pub(super) fn and(&self, other: &Conjunction) -> Option<Conjunction> {
        let both = |a: &Conditions, b: &Conditions| simplified(a.iter().chain(b).cloned().collect());
        Some(Conjunction { pod: both(&self.pod, &other.pod)?, namespace: both(&self.namespace, &other.namespace)? })
    }

    /// What does not satisfy them: one alternative for each condition.
    pub(super) fn negated(&self) -> Vec<Conjunction> {
        let not = |(key, operator): &(Box<str>, Operator), side| Conjunction::of(key, opposite(operator), side);
        let pod = self.pod.iter().map(|c| not(c, Side::Endpoint));
        pod.chain(self.namespace.iter().map(|c| not(c, Side::Namespace))).collect()
    }
}

fn opposite(operator: &Operator) -> Operator {
    match operator {
        Operator::In(values) => Operator::NotIn(values.clone()),
        Operator::NotIn(values) => Operator::In(values.clone()),
        Operator::Exists => Operator::DoesNotExist,
        Operator::DoesNotExist => Operator::Exists,
    }
}

/// Conditions with those on one key put together; nothing if no labels satisfy them.
pub(super) fn simplified(conditions: Conditions) -> Option<Conditions> {
    let mut keys: Vec<Box<str>> = Vec::new();
    for (key, _) in &conditions {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    let mut found = Conditions::new();
    for key in keys {
        let (mut allowed, mut excluded): (Option<Vec<Box<str>>>, Vec<Box<str>>) = (None, Vec::new());
        let (mut exists, mut absent) = (false, false);
        for (_, operator) in conditions.iter().filter(|(own, _)| *own == key) {
            match operator {
                Operator::In(values) => match &mut allowed {
                    Some(known) => known.retain(|value| values.contains(value)),
                    None => allowed = Some(values.clone()),
                },
                Operator::NotIn(values) => excluded.extend(values.iter().filter(|v| !excluded.contains(v)).cloned().collect::<Vec<_>>()),
                Operator::Exists => exists = true,
                Operator::DoesNotExist => absent = true,
            }
        }
        if absent && (exists || allowed.is_some()) {
            return None;
        }
        match allowed {
            Some(mut values) => {
                values.retain(|value| !excluded.contains(value));
                if values.is_empty() {
                    return None;
                }
                found.push((key, Operator::In(values)));
            }
            None if absent => found.push((key, Operator::DoesNotExist)),
            None => {
                if exists {
                    found.push((key.clone(), Operator::Exists));
                }
                if !excluded.is_empty() {
                    found.push((key, Operator::NotIn(excluded)));
                }
            }
        }
    }
    Some(found)
}

/// The combinations of two lists of alternatives.
///
/// # Errors
/// When there are too many.
pub(super) fn product(a: &[Conjunction], b: &[Conjunction]) -> Result<Vec<Conjunction>, Inexpressible> {
    let mut found: Vec<Conjunction> = Vec::new();
    for (x, y) in a.iter().flat_map(|x| b.iter().map(move |y| (x, y))) {
        found.extend(x.and(y).filter(|both| !found.contains(both)));
        if found.len() > MOST_ALTERNATIVES {
            return Err(Inexpressible::TooManyAlternatives);
        }
    }
    Ok(found)
}

/// A selector as alternatives, about pods; none if it selects no pod. `negated` asks for its opposite.
///
/// # Errors
/// What of it Kubernetes cannot say.
pub(in crate::answers::convert) fn alternatives(selector: &Selector, side: Side, negated: bool) -> Result<Vec<Conjunction>, Inexpressible> {
    let everything = || vec![Conjunction::default()];
    match selector {
        Selector::All => Ok(if negated { Vec::new() } else { everything() }),
        Selector::Global => Err(Inexpressible::Global),
        Selector::Not(inner) => alternatives(inner, side, !negated),
        Selector::And(parts) | Selector::Or(parts) => {
            let parts: Result<Vec<_>, _> = parts.iter().map(|part| alternatives(part, side, negated)).collect();
            if matches!(selector, Selector::And(_)) != negated {
                parts?.iter().try_fold(everything(), |all, part| product(&all, part))
            } else {
                let mut found: Vec<Conjunction> = Vec::new();
                for one in parts?.into_iter().flatten() {
                    if !found.contains(&one) {
                        found.push(one);
                    }
                }
                if found.len() > MOST_ALTERNATIVES { product(&found, &everything()) } else { Ok(found) }
            }
        }
        Selector::Has(key) => leaf(key, Operator::Exists, side, negated),
        Selector::Compare(key, comparison) => {
            let operator = match comparison {
                Comparison::Equals(value) => Operator::In(vec![value.clone()]),
                Comparison::NotEquals(value) => Operator::NotIn(vec![value.clone()]),
                Comparison::In(values) => Operator::In(values.clone()),
                Comparison::NotIn(values) => Operator::NotIn(values.clone()),
                Comparison::Contains(_) | Comparison::StartsWith(_) | Comparison::EndsWith(_) => {
                    return Err(Inexpressible::PartOfValue(selector.to_string()));
                }
            };
            leaf(key, operator, side, negated)
        }
    }
}

fn leaf(key: &str, operator: Operator, side: Side, negated: bool) -> Result<Vec<Conjunction>, Inexpressible> {
    let operator = if negated { opposite(&operator) } else { operator };
    let all_or_none = |holds: bool| Ok(if holds { vec![Conjunction::default()] } else { Vec::new() });
    match &operator {
        Operator::In(values) if values.is_empty() => return all_or_none(false),
        Operator::NotIn(values) if values.is_empty() => return all_or_none(true),
        _ => {}
    }
    let (key, side) = match side {
        Side::Endpoint if key == ORCHESTRATOR_LABEL => return all_or_none(operator.matches(Some(ORCHESTRATOR))),
        Side::Endpoint if key == NAMESPACE_LABEL => match operator {
            Operator::Exists => return all_or_none(true),
            Operator::DoesNotExist => return all_or_none(false),
            _ => (NAME_KEY, Side::Namespace),
        },
        Side::Endpoint if key == ACCOUNT_LABEL || key.starts_with(ACCOUNT_PREFIX) => {
            return Err(Inexpressible::ServiceAccounts(key.into()));
        }
        Side::Endpoint => match key.strip_prefix(NAMESPACE_PREFIX) {
            Some(key) => (key, Side::Namespace),
            None => (key, side),
        },
        Side::Namespace => (key, side),
    };
    let key = if side == Side::Namespace && key == well_known::CALICO_NAME { NAME_KEY } else { key };
    if label_key(key).is_err() {
        return Err(Inexpressible::Key(key.into()));
    }
    if let Operator::In(values) | Operator::NotIn(values) = &operator
        && let Some(value) = values.iter().find(|value| label_value(value).is_err())
    {
        return Err(Inexpressible::Value(value.to_string()));
    }
    Ok(vec![Conjunction::of(key, operator, side)])
}
