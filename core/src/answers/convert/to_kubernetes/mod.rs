//! Calico's policies as Kubernetes's NetworkPolicies, where these have words for all of it.
//!
//! NetworkPolicy is a union of rules that allow, for pods of one namespace. A list of rules in order is such a union once what earlier rules deny is
//! taken out of those that allow; that is done where the rest can be said exactly. Order and tiers are only needed where something denies or passes on, which
//! the comparison of all flows decides. Upstream: docs/semantics.md, Calico.

mod conditions;
mod inexpressible;
mod peers;
mod rules;
mod traffic;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use self::conditions::{Conjunction, product};
pub(super) use self::conditions::{NAME_KEY, Side, alternatives};
use super::Outcome;
use super::labels::mapping;
use super::names::Names;
use super::source::Source;
use super::text::{Object, RuleText};
use super::to_calico::direction_word;
use crate::answers::fix::value::{list, text};
use crate::language::calico::{Calico, CalicoPolicy, CalicoPolicyKind, WrittenSelector};
use crate::model::names::label_key;
use crate::model::{Operator, Selector};
use crate::policy::Direction;
use crate::text::Span;

/// The tier of Kubernetes's policies among Calico's, and the order that they have in it.
const TIER: &str = "default";
const ORDER: f64 = 1000.0;
/// What Calico puts before the name of a policy of Kubernetes that it shows as its own.
const OF_KUBERNETES: &str = "knp.default.";

/// What cannot be said.
struct Cannot {
    span: Span,
    field: String,
    text: String,
}

pub(super) fn convert(source: &Source<'_>, names: &mut Names, outcome: &mut Outcome) {
    let Some(Calico::Policy(policy)) = source.resource.kind.calico() else {
        outcome.obstacle(source.resource.kind_span, "kind", "NetworkPolicy has no staged form");
        return;
    };
    whole(source, policy, outcome);
    let own = names.namespace(source.resource.meta.namespace.as_deref());
    let subjects = match subjects(policy, &own, outcome) {
        Ok(subjects) => subjects,
        Err(cannot) => {
            outcome.obstacle(cannot.span, cannot.field, cannot.text);
            Vec::new()
        }
    };
    let namespace = is_namespaced(policy.kind).then_some(&*own);
    let spans: Vec<Span> = policy.ingress.iter().chain(&policy.egress).map(|rule| rule.span).collect();
    let (of_rules, comments) = source.comments(&spans);
    let (of_ingress, of_egress) = of_rules.split_at(policy.ingress.len().min(of_rules.len()));
    let sides = [(Direction::Ingress, policy.acts_on_ingress, of_ingress), (Direction::Egress, policy.acts_on_egress, of_egress)];
    let mut merged = Vec::new();
    for (direction, is_on, comments) in sides {
        if is_on {
            merged.push((direction, rules::merged(policy, direction, namespace, comments, outcome)));
        }
    }
    for subject in &subjects {
        let rules = merged.iter().map(|(direction, rules)| (direction.as_str(), written(rules, *direction, &subject.namespace)));
        let rules: Vec<(&'static str, Vec<RuleText>)> = rules.collect();
        let meta = &source.resource.meta;
        let written_namespace = match policy.kind {
            kind if is_namespaced(kind) => meta.namespace.as_deref(),
            _ => Some(&*subject.namespace),
        };
        let wanted = policy.true_name.strip_prefix(OF_KUBERNETES).unwrap_or(&policy.true_name);
        let name = names.give(written_namespace, wanted);
        if *name != *policy.true_name {
            outcome.note(meta.name_span, "metadata.name", format!("the name becomes `{name}`"));
        }
        let types = merged.iter().map(|(direction, _)| text(direction_word(*direction)));
        outcome.objects.push(Object {
            version: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            namespace: written_namespace.map(ToString::to_string),
            metadata: source.metadata(&name, written_namespace),
            name,
            spec: vec![("podSelector".into(), mapping(&subject.pods.pod)), ("policyTypes".into(), list(types))],
            rules,
            comments: comments.clone(),
        });
    }
}

const fn is_namespaced(kind: CalicoPolicyKind) -> bool {
    matches!(kind, CalicoPolicyKind::Network | CalicoPolicyKind::StagedNetwork)
}

/// Rules as they are written in a policy of a namespace.
fn written(rules: &[rules::Merged], direction: Direction, namespace: &str) -> Vec<RuleText> {
    rules.iter().map(|rule| RuleText { comments: rule.comments.clone(), value: rule.value(direction, namespace) }).collect()
}

/// What is about the policy as a whole.
fn whole(source: &Source<'_>, policy: &CalicoPolicy, outcome: &mut Outcome) {
    let at = policy.spec_span;
    if matches!(policy.kind, CalicoPolicyKind::StagedNetwork | CalicoPolicyKind::StagedGlobal) {
        outcome.obstacle(source.resource.kind_span, "kind", "NetworkPolicy has no staged form");
    }
    if *policy.tier != *TIER {
        let text = format!("NetworkPolicies are in no tier but Calico's `{TIER}`, and this one is in `{}`", policy.tier);
        outcome.obstacle(policy.tier_span.unwrap_or(at), "spec.tier", text);
    }
    let hooks = [(policy.do_not_track, "doNotTrack"), (policy.pre_dnat, "preDNAT"), (policy.apply_on_forward, "applyOnForward")];
    for (_, field) in hooks.into_iter().filter(|(on, _)| *on) {
        outcome.obstacle(at, format!("spec.{field}"), "it is about host endpoints, and NetworkPolicy is about pods");
    }
    if let Some(accounts) = &policy.service_account_selector {
        outcome.obstacle(
            accounts.span,
            "spec.serviceAccountSelector",
            "NetworkPolicy does not know service accounts: select the pods by labels",
        );
    }
    if let Some(span) = policy.order_span.filter(|_| policy.order.0 != Some(ORDER)) {
        let text = "left out: NetworkPolicy has no order, and Calico evaluates it at 1000. This changes no flow of the input";
        outcome.note(span, "spec.order", text);
    }
    if source.spec_fields.iter().any(|field| field == "performanceHints") {
        outcome.note(at, "spec.performanceHints", "left out: it changes no flow");
    }
}

/// Pods of a namespace that the policy is about.
struct Subject {
    namespace: Box<str>,
    pods: Conjunction,
}

/// Conditions that no pod satisfies, on a label of the selector.
fn nobody(selector: Option<&Selector>) -> Conjunction {
    let key = selector.and_then(label_of).unwrap_or("app");
    let both = [Operator::Exists, Operator::DoesNotExist].map(|operator| (Box::from(key), operator));
    Conjunction { pod: both.to_vec(), namespace: Vec::new() }
}

/// The first label of pods that a selector looks at.
fn label_of(selector: &Selector) -> Option<&str> {
    match selector {
        Selector::Has(key) | Selector::Compare(key, _) => {
            (!key.starts_with("projectcalico.org/") && !key.starts_with("pcns.") && label_key(key).is_ok()).then_some(key)
        }
        Selector::Not(inner) => label_of(inner),
        Selector::And(parts) | Selector::Or(parts) => parts.iter().find_map(label_of),
        Selector::All | Selector::Global => None,
    }
}

/// Whom the policy is about, a policy for each alternative: pods that several of them select are allowed what any of them allows, which is the same.
fn subjects(policy: &CalicoPolicy, own: &str, outcome: &mut Outcome) -> Result<Vec<Subject>, Cannot> {
    let cannot = |written: &Option<WrittenSelector>, field: &str, text: String| Cannot {
        span: written.as_ref().map_or(policy.spec_span, |w| w.span),
        field: format!("spec.{field}"),
        text,
    };
    let read = |written: &Option<WrittenSelector>, side, field: &str| match written {
        Some(selector) => alternatives(&selector.selector, side, false).map_err(|why| cannot(written, field, why.to_string())),
        None => Ok(vec![Conjunction::default()]),
    };
    let mut pods = read(&policy.selector, Side::Endpoint, "selector")?;
    if is_namespaced(policy.kind) {
        let is_elsewhere = pods.iter().any(|one| !one.namespace.is_empty());
        if is_elsewhere {
            let only = Conjunction { pod: Vec::new(), namespace: vec![(NAME_KEY.into(), Operator::In(vec![own.into()]))] };
            pods = product(&pods, &[only]).map_err(|why| cannot(&policy.selector, "selector", why.to_string()))?;
        }
        if pods.iter().any(|one| one.namespace.iter().any(|(key, _)| **key != *NAME_KEY)) {
            let text = "it looks at labels of the namespace, and NetworkPolicy selects by labels of pods";
            return Err(cannot(&policy.selector, "selector", text.to_string()));
        }
        if pods.is_empty() {
            let span = policy.selector.as_ref().map_or(policy.spec_span, |written| written.span);
            outcome.note(
                span,
                "spec.selector",
                "it selects no pod, and neither does what it becomes: the policy does nothing, and can be deleted",
            );
            pods.push(nobody(policy.selector.as_ref().map(|written| &written.selector)));
        }
        let namespace = Box::from(own);
        return Ok(pods.into_iter().map(|pods| Subject { namespace: Box::clone(&namespace), pods }).collect());
    }
    let namespaces = read(&policy.namespace_selector, Side::Namespace, "namespaceSelector")?;
    let both = product(&pods, &namespaces).map_err(|why| cannot(&policy.selector, "selector", why.to_string()))?;
    if both.is_empty() {
        let text = "it selects no pod, so that the policy does nothing: delete it";
        return Err(cannot(&policy.selector, "selector", text.to_string()));
    }
    let mut subjects = Vec::new();
    for one in both {
        let [(key, Operator::In(names))] = one.namespace.as_slice() else {
            let text = "it is about more than certain namespaces by name: NetworkPolicy is about pods of one namespace. For pods of several, ClusterNetworkPolicy is the kind of Kubernetes";
            return Err(cannot(&policy.selector, "selector", text.to_string()));
        };
        if **key != *NAME_KEY {
            let text = "it selects namespaces by labels, of those to come too, and NetworkPolicy is about pods of one namespace by name";
            return Err(cannot(&policy.namespace_selector, "namespaceSelector", text.to_string()));
        }
        subjects.extend(names.iter().map(|name| Subject { namespace: name.clone(), pods: one.clone() }));
    }
    Ok(subjects)
}
