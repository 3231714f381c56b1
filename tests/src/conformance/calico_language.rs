//! Calico's selector language, what its selectors are rewritten to, and the order of its tiers and policies.

use std::collections::BTreeMap;
use std::path::Path;

use netpolis_core::language::calico::order::{PolicyKey, TierKey};
use netpolis_core::language::calico::selector::parse;
use netpolis_core::language::calico::selector::rewrite::{PeerParts, peer};
use netpolis_core::model::Selector;
use serde::Deserialize;
use serde_json::Value;

use super::{Sets, input};

#[derive(Deserialize)]
struct SelectorCase {
    selector: String,
    valid: bool,
    error_class: Option<String>,
    canonical: Option<String>,
    #[serde(default)]
    cases: Vec<Match>,
}

#[derive(Deserialize)]
struct Match {
    labels: BTreeMap<String, String>,
    r#match: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RewriteCase {
    id: String,
    policy_namespace: String,
    entity: Entity,
    positive_canonical: String,
    negative: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Entity {
    selector: String,
    not_selector: String,
    namespace_selector: String,
    service_accounts: Accounts,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Accounts {
    names: Vec<String>,
    selector: String,
}

#[derive(Deserialize)]
struct OrderCase {
    id: String,
    kind: String,
    input: Vec<Item>,
    expected: Vec<String>,
}

#[derive(Deserialize, Clone)]
struct Item {
    name: String,
    order: Option<f64>,
    #[serde(default)]
    exists: bool,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    kind: String,
}

/// Runs a file if it is of one of these forms; others are left alone.
pub(super) fn run(path: &Path, sets: &mut Sets) -> Result<(), String> {
    let value: Value = input::json(path)?;
    let Some(cases) = value.as_array() else { return Ok(()) };
    let unreadable = |e| format!("cannot read `{}`: {e}", path.display());
    let kind = |case: &Value| case.get("kind").and_then(Value::as_str).map(ToOwned::to_owned);
    for case in cases {
        match kind(case).as_deref() {
            None if case.get("selector").is_some() && case.get("valid").is_some() => {
                let case: SelectorCase = serde_json::from_value(case.clone()).map_err(unreadable)?;
                let set = sets.entry(super::set_of(path)).or_default();
                set.add(format!("{:?}", case.selector), selector(&case));
            }
            Some("rewrite") => {
                let case: RewriteCase = serde_json::from_value(case.clone()).map_err(unreadable)?;
                let set = sets.entry(super::set_of(path)).or_default();
                set.add(case.id.as_str(), rewrite(&case));
            }
            Some("tiers" | "policies") if case.get("expected").is_some() => {
                let case: OrderCase = serde_json::from_value(case.clone()).map_err(unreadable)?;
                let set = sets.entry(super::set_of(path)).or_default();
                set.add(case.id.as_str(), order(&case));
            }
            _ => {}
        }
    }
    Ok(())
}

fn selector(case: &SelectorCase) -> Result<(), String> {
    let parsed = match (parse(&case.selector), case.valid) {
        (Ok(parsed), true) => parsed,
        (Ok(parsed), false) => return Err(format!("expected {:?}, got {parsed}", case.error_class)),
        (Err(error), true) => return Err(format!("is valid, got: {error}")),
        (Err(error), false) => {
            let expected = case.error_class.as_deref().unwrap_or_default();
            let class = error.kind.class();
            return if class == expected { Ok(()) } else { Err(format!("expected {expected}, got {class}")) };
        }
    };
    let canonical = parsed.to_string();
    if case.canonical.as_ref().is_some_and(|expected| *expected != canonical) {
        return Err(format!("expected {:?}, got {canonical}", case.canonical));
    }
    // Upstream prints `!(!a)` as `!!a`, which reads back as `a`: the same meaning in another form.
    let again = parse(&canonical).map_err(|e| format!("{canonical} does not read back: {e}"))?;
    for Match { labels, r#match } in &case.cases {
        if parsed.matches(&|key| labels.get(key).map(String::as_str)) != *r#match {
            return Err(format!("{labels:?}: expected {match}"));
        }
        if again.matches(&|key| labels.get(key).map(String::as_str)) != *r#match {
            return Err(format!("{labels:?}: {canonical} does not read back as the same"));
        }
    }
    Ok(())
}

fn optional(text: &str) -> Result<Option<Selector>, String> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some).map_err(|e| format!("{text}: {e}")) }
}

fn rewrite(case: &RewriteCase) -> Result<(), String> {
    let Entity { selector, not_selector, namespace_selector, service_accounts } = &case.entity;
    let names: Vec<Box<str>> = service_accounts.names.iter().map(|n| n.as_str().into()).collect();
    let [selector, not_selector, namespace_selector, accounts] =
        [optional(selector)?, optional(not_selector)?, optional(namespace_selector)?, optional(&service_accounts.selector)?];
    let parts = PeerParts {
        selector: selector.as_ref(),
        not_selector: not_selector.as_ref(),
        namespace_selector: namespace_selector.as_ref(),
        account_names: &names,
        account_selector: accounts.as_ref(),
    };
    let (positive, negative) = peer(&parts, Some(case.policy_namespace.as_str()).filter(|n| !n.is_empty()));
    let shown = |selector: Option<Selector>| selector.map_or_else(String::new, |s| s.to_string());
    let (positive, negative) = (shown(positive), shown(negative));
    let expected_negative = shown(optional(&case.negative)?);
    if positive != case.positive_canonical {
        return Err(format!("expected {}, got {positive}", case.positive_canonical));
    }
    if negative != expected_negative { Err(format!("expected not {expected_negative}, got not {negative}")) } else { Ok(()) }
}

fn order(case: &OrderCase) -> Result<(), String> {
    let mut items = case.input.clone();
    let tiers = case.kind == "tiers";
    items.sort_by(|a, b| {
        if tiers {
            let a = TierKey { name: &a.name, order: a.order, exists: a.exists };
            return a.compare(&TierKey { name: &b.name, order: b.order, exists: b.exists });
        }
        let a = PolicyKey { order: a.order, name: &a.name, namespace: &a.namespace, kind: &a.kind };
        a.compare(&PolicyKey { order: b.order, name: &b.name, namespace: &b.namespace, kind: &b.kind })
    });
    let name = |i: &Item| if tiers { i.name.clone() } else { format!("{}/{}/{}", i.name, i.namespace, i.kind) };
    let found: Vec<String> = items.iter().map(name).collect();
    if found == case.expected { Ok(()) } else { Err(format!("expected {}, got {}", case.expected.join(" "), found.join(" "))) }
}
