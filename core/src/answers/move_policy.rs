//! Another place among the policies of Calico's tiers, as a change of text: which `order` (and `tier`) puts a policy there.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::analysis::Analysis;
use crate::diagnostics::Fix;
use crate::language::calico::order::PolicyKey;
use crate::language::calico::{Calico, CalicoPolicy};
use crate::language::{Kind, Resource};
use crate::policy::{Policy, PolicyId};
use crate::text::{DocumentId, Place, Span};

/// The order that Calico gives to NetworkPolicies of Kubernetes. Upstream: docs/semantics.md, Calico.
const KUBERNETES_ORDER: f64 = 1000.0;
/// How far from its neighbour a policy is put where there is room without end.
const STEP: f64 = 10.0;

/// The change of text that puts a policy into a tier, behind `position` others (the policy itself is not counted).
///
/// # Errors
/// In the person's words, why it cannot be there: only policies of Calico have an order of their own, and policies that have the same order are
/// sorted by their names.
pub fn reorder(analysis: &Analysis, policy: PolicyId, tier: &str, position: usize) -> Result<Fix, String> {
    let ruleset = analysis.compiled().ruleset();
    let moved = ruleset.policy(policy).ok_or("there is no such policy")?;
    let (document, resource) = written(analysis, moved).ok_or("this policy is not written in the text")?;
    let Some(spec) = calico(resource) else {
        return Err(format!("a {} has no order of its own", moved.kind));
    };
    let target = ruleset.tiers.iter().find(|t| t.name == tier).ok_or_else(|| format!("there is no tier `{tier}`"))?;
    let others = || target.groups.iter().flatten().filter(|id| **id != policy).filter_map(|id| ruleset.policy(*id));
    if let Some(stranger) = others().find(|p| key_of(analysis, p).is_none()) {
        return Err(format!("`{tier}` holds only objects of kind {}", stranger.kind));
    }
    let others: Vec<(&Policy, PolicyKey<'_>)> = others().filter_map(|p| Some((p, key_of(analysis, p)?))).collect();
    let before = position.checked_sub(1).and_then(|i| others.get(i));
    let after = others.get(position);
    let own = key_of(analysis, moved).ok_or("this policy is not written in the text")?;
    let fits = |order: Option<f64>| {
        let own = PolicyKey { order, ..own };
        before.is_none_or(|(_, key)| key.compare(&own) == Ordering::Less) && after.is_none_or(|(_, key)| own.compare(key) == Ordering::Less)
    };
    let orders = candidates(spec.order.0, before.map(|(_, key)| key.order), after.map(|(_, key)| key.order));
    let chosen = orders.into_iter().find(|order| fits(*order));
    let chosen = chosen.ok_or_else(|| {
        let title = |p: Option<&(&Policy, PolicyKey<'_>)>| p.map_or_else(String::new, |(p, _)| p.title());
        match before {
            Some((last, key)) if key.order.is_none() => {
                format!("`{}` has no `order` and so comes after all that have one: give it a number first", last.title())
            }
            _ => {
                format!("`{}` and `{}` have the same `order`, so that names decide: change one of them first", title(before), title(after))
            }
        }
    })?;
    let edits = edits(analysis, document, spec, tier, chosen)?;
    let place = match (before, after) {
        (_, Some((next, _))) => format!("before `{}`", next.title()),
        (Some((last, _)), None) => format!("after `{}`", last.title()),
        (None, None) => format!("into `{tier}`"),
    };
    Ok(Fix { title: format!("move `{}` {place}", moved.title()), edits })
}

fn written<'a>(analysis: &'a Analysis, policy: &Policy) -> Option<(DocumentId, &'a Resource)> {
    let mut resources = analysis.loaded().resources();
    let found = resources.find(|(id, resource)| *id == policy.place.document && resource.span == policy.place.span);
    found.map(|(id, resource)| (id, &**resource))
}

fn calico(resource: &Resource) -> Option<&CalicoPolicy> {
    match &resource.kind {
        Kind::Calico(calico) => match &**calico {
            Calico::Policy(policy) => Some(policy),
            _ => None,
        },
        _ => None,
    }
}

/// What the place of a policy depends on; nothing for what has no place among Calico's policies. Upstream: docs/semantics.md, Calico.
fn key_of<'a>(analysis: &'a Analysis, policy: &'a Policy) -> Option<PolicyKey<'a>> {
    let (_, resource) = written(analysis, policy)?;
    let key = |order, name, kind| PolicyKey { order, name, namespace: policy.namespace.as_deref().unwrap_or_default(), kind };
    match &resource.kind {
        Kind::NetworkPolicy(_) => Some(key(Some(KUBERNETES_ORDER), &*resource.meta.name, "KubernetesNetworkPolicy")),
        Kind::Calico(of) => match &**of {
            Calico::Policy(spec) => Some(key(spec.order.0, &*spec.true_name, &policy.kind)),
            Calico::StagedKubernetes(_) => Some(key(Some(KUBERNETES_ORDER), &*resource.meta.name, &policy.kind)),
            _ => None,
        },
        _ => None,
    }
}

/// Orders to try, the least change first. A neighbour's order is nothing where it has none, which is after all numbers.
fn candidates(own: Option<f64>, before: Option<Option<f64>>, after: Option<Option<f64>>) -> Vec<Option<f64>> {
    let mut orders = alloc::vec![own];
    match (before, after) {
        (Some(Some(low)), Some(Some(high))) => {
            let middle = low + (high - low) / 2.0;
            let whole = floor(middle);
            orders.extend([Some(whole), Some(middle), Some(low), Some(high)]);
        }
        (Some(Some(low)), _) => orders.extend([Some(low + STEP), Some(low)]),
        (None, Some(Some(high))) => orders.extend([Some(floor(high / 2.0)), Some(high - STEP), Some(high)]),
        (None, _) => orders.push(Some(STEP)),
        (Some(None), _) => orders.push(None),
    }
    orders
}

/// The next whole number below, without the standard library.
fn floor(number: f64) -> f64 {
    let whole = number as i64 as f64;
    if whole > number { whole - 1.0 } else { whole }
}

fn edits(
    analysis: &Analysis,
    document: DocumentId,
    spec: &CalicoPolicy,
    tier: &str,
    order: Option<f64>,
) -> Result<Vec<(Place, String)>, String> {
    let mut edits: Vec<(Place, String)> = Vec::new();
    let mut fields: Vec<(&str, String)> = Vec::new();
    if *spec.tier != *tier {
        match spec.tier_span {
            Some(at) => edits.push((at.within(document), value(analysis, at.within(document), tier))),
            None => fields.push(("tier", tier.to_string())),
        }
    }
    if spec.order.0 != order {
        let text = order.map_or_else(|| String::from("null"), |number| format!("{number}"));
        match spec.order_span {
            Some(at) if spec.order.0.is_some() => edits.push((at.within(document), text)),
            Some(_) => return Err("its `order` is written without a value: write a number there first".into()),
            None => fields.push(("order", text)),
        }
    }
    if !fields.is_empty() {
        edits.push(insertion(analysis, spec.spec_span.within(document), &fields).ok_or("its `spec` is empty")?);
    }
    Ok(edits)
}

/// A text in the quotes that stand there already.
fn value(analysis: &Analysis, place: Place, text: &str) -> String {
    match analysis.sources().slice(place).chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{text}{quote}"),
        _ => text.to_string(),
    }
}

/// Fields at the beginning of a mapping, as it is written: in brackets, or in lines of their own.
fn insertion(analysis: &Analysis, mapping: Place, fields: &[(&str, String)]) -> Option<(Place, String)> {
    let text = analysis.sources().slice(mapping);
    let at = |offset: u32| {
        let start = mapping.span.start + offset;
        Span::new(start, start).within(mapping.document)
    };
    if let Some(inside) = text.strip_prefix('{') {
        let rest = inside.trim_start();
        let json = rest.starts_with('"');
        let mut line = String::new();
        for (key, value) in fields {
            let is_text = json && value.parse::<f64>().is_err();
            line.push_str(&match (json, is_text) {
                (true, true) => format!("\"{key}\": \"{value}\", "),
                (true, false) => format!("\"{key}\": {value}, "),
                (false, _) => format!("{key}: {value}, "),
            });
        }
        if rest.starts_with('}') {
            line.truncate(line.len().saturating_sub(2));
        }
        return Some((at(1), line));
    }
    if text.is_empty() {
        return None;
    }
    // Lines of a block begin where its first key does.
    let column = analysis.sources().position(mapping)?.column.saturating_sub(1) as usize;
    let lines: String = fields.iter().map(|(key, value)| format!("{key}: {value}\n{}", " ".repeat(column))).collect();
    Some((at(0), lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn analysis(text: &str) -> Analysis {
        let mut analysis = Analysis::new(Settings::default());
        analysis.set_files(&[("p.yaml", text)]);
        analysis
    }

    fn order_in(analysis: &Analysis, tier: &str) -> Vec<String> {
        let ruleset = analysis.compiled().ruleset();
        let tier = ruleset.tiers.iter().find(|t| t.name == tier);
        tier.map_or_else(Vec::new, |t| t.groups.iter().flatten().map(|id| ruleset.policy(*id).unwrap().title()).collect())
    }

    /// Moves, applies the change, and returns the new order, or why there is none.
    fn moved(text: &str, name: &str, tier: &str, position: usize) -> Result<(Vec<String>, String), String> {
        let before = analysis(text);
        let policy = before.compiled().ruleset().policies.iter().find(|p| p.name == name).unwrap();
        let mut fix = reorder(&before, policy.id, tier, position)?;
        fix.edits.sort_by_key(|(place, _)| core::cmp::Reverse(before.sources().position(*place).unwrap().start));
        let mut text = text.to_string();
        for (place, insert) in &fix.edits {
            let at = before.sources().position(*place).unwrap();
            text.replace_range(at.start as usize..at.end as usize, insert);
        }
        let after = analysis(&text);
        assert!(after.loaded().diagnostics.is_empty(), "{text}\n{:?}", after.loaded().diagnostics);
        Ok((order_in(&after, tier), fix.title))
    }

    fn policy(name: &str, spec: &str) -> String {
        format!("---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: {name}}}\nspec:\n{spec}")
    }

    fn three() -> String {
        [
            policy("a", "  order: 10\n  selector: all()\n"),
            policy("b", "  order: 20\n  selector: all()\n"),
            policy("c", "  selector: all()\n"),
        ]
        .concat()
    }

    #[test]
    fn a_policy_can_go_to_every_place_of_its_tier() {
        for name in ["a", "b", "c"] {
            for position in 0..3 {
                let mut expected: Vec<&str> = ["a", "b", "c"].into_iter().filter(|n| *n != name).collect();
                expected.insert(position, name);
                match moved(&three(), name, "default", position) {
                    Ok((order, _)) => assert_eq!(order, expected, "{name} to {position}"),
                    Err(message) => {
                        assert!(name != "c" && position == 2 && message.contains("`c` has no `order`"), "{name} to {position}: {message}");
                    }
                }
            }
        }
        assert_eq!(moved(&three(), "c", "default", 1).unwrap().1, "move `c` before `b`");
    }

    #[test]
    fn another_tier_is_written_as_the_text_is() {
        let tier = "---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: first}\nspec: {order: 1}\n";
        let there = policy("x", "  tier: first\n  order: 5\n  selector: all()\n");
        for spec in
            ["  selector: all()\n", "  tier: 'default'\n  selector: all()\n", "  {selector: all()}\n", "  {\"selector\": \"all()\"}\n"]
        {
            let text = [tier, &there, &policy("z", spec)].concat();
            assert_eq!(moved(&text, "z", "first", 0).unwrap().0, ["z", "x"], "{spec}");
            assert_eq!(moved(&text, "z", "first", 1).unwrap().0, ["x", "z"], "{spec}");
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        let kubernetes = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: k}\nspec: {podSelector: {}}\n";
        let text = [kubernetes, &three()].concat();
        assert!(moved(&text, "k", "default", 0).unwrap_err().contains("no order of its own"));
        let same = [policy("a", "  order: 10\n"), policy("b", "  order: 10\n"), policy("c", "  order: 30\n")].concat();
        let message = moved(&same, "c", "default", 1).unwrap_err();
        assert!(message.contains("`a` and `b` have the same `order`"), "{message}");
        // Names decide between equal orders, so some places are to be had all the same.
        let named = [policy("a", "  order: 10\n"), policy("c", "  order: 10\n"), policy("b", "  order: 30\n")].concat();
        assert_eq!(moved(&named, "b", "default", 1).unwrap().0, ["a", "b", "c"]);
    }
}
