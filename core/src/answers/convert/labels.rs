//! Label selectors as they are written: as a mapping of Kubernetes, and in Calico's language.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::fix::value::{V, list, map, text};
use crate::model::{LabelSelector, Operator};

/// Conditions on labels that must all hold, by key.
pub(super) type Conditions = Vec<(Box<str>, Operator)>;

/// The conditions of a selector.
pub(super) fn conditions(selector: &LabelSelector) -> Conditions {
    selector.requirements.iter().map(|r| (r.key.clone(), r.operator.clone())).collect()
}

/// As Kubernetes writes it: equalities under `matchLabels`, all else under `matchExpressions`.
pub(super) fn mapping(conditions: &[(Box<str>, Operator)]) -> V {
    let mut equal: Vec<(String, V)> = Vec::new();
    let mut others: Vec<V> = Vec::new();
    for (key, operator) in conditions {
        let values = |values: &[Box<str>]| Some(list(values.iter().map(text)));
        let (word, values) = match operator {
            Operator::In(only) if only.len() == 1 && !equal.iter().any(|(known, _)| **known == **key) => {
                equal.extend(only.iter().map(|value| (key.as_ref().into(), text(value))));
                continue;
            }
            Operator::In(all) => ("In", values(all)),
            Operator::NotIn(all) => ("NotIn", values(all)),
            Operator::Exists => ("Exists", None),
            Operator::DoesNotExist => ("DoesNotExist", None),
        };
        others.push(map([("key", Some(text(key))), ("operator", Some(text(word))), ("values", values)]));
    }
    map([
        ("matchLabels", (!equal.is_empty()).then_some(V::Map(equal))),
        ("matchExpressions", (!others.is_empty()).then_some(V::List(others))),
    ])
}

/// In Calico's language; empty for no condition. Upstream: `libcalico-go/lib/backend/k8s/conversion`, `k8sSelectorToCalico`.
pub(super) fn expression(selector: &LabelSelector) -> String {
    let one = |key: &str, operator: &Operator| {
        let set = |values: &[Box<str>]| format!("{{{}}}", values.iter().map(|v| format!("'{v}'")).collect::<Vec<_>>().join(", "));
        match operator {
            Operator::In(values) => match values.as_slice() {
                [only] => format!("{key} == '{only}'"),
                many => format!("{key} in {}", set(many)),
            },
            Operator::NotIn(values) => match values.as_slice() {
                [only] => format!("{key} != '{only}'"),
                many => format!("{key} not in {}", set(many)),
            },
            Operator::Exists => format!("has({key})"),
            Operator::DoesNotExist => format!("!has({key})"),
        }
    };
    selector.requirements.iter().map(|r| one(&r.key, &r.operator)).collect::<Vec<_>>().join(" && ")
}
