//! **Which change of text moves a policy to another place among Calico's policies?** The `order` (and `tier`) that puts it there.
//!
//! Written on the compiled ruleset, which has the policies in the order of evaluation.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use crate::compile::Compiled;
use crate::diagnostics::Fix;
use crate::language::Resource;
use crate::language::calico::order::PolicyKey;
use crate::language::calico::{Calico, CalicoPolicy};
use crate::load::Loaded;
use crate::policy::{Policy, PolicyId};
use crate::text::{DocumentId, Place, Span};

/// How far from its neighbour a policy is put where there is room without end.
const STEP: f64 = 10.0;

/// Why a policy cannot be where it is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CannotMove {
    /// No policy has this id.
    NoSuchPolicy,
    /// The policy is made by the engine, and stands in no file.
    NotWritten,
    /// Policies of this kind have no order of their own.
    NoOrder {
        /// The kind.
        kind: String,
    },
    /// There is no tier with this name.
    NoSuchTier(String),
    /// The tier holds objects that are no policies of Calico's.
    OtherKinds {
        /// The tier.
        tier: String,
        /// The kind of one of them.
        kind: String,
    },
    /// It would come after a policy without `order`, which is after all numbers.
    AfterUnordered {
        /// That policy.
        policy: String,
    },
    /// The neighbours have the same order, so that names decide.
    EqualOrders {
        /// The policy that it would follow.
        before: String,
        /// The policy that it would precede.
        after: String,
    },
    /// `order` is written without a value, so there is nothing to replace.
    EmptyOrder,
    /// `spec` is empty, so there is no place for a field.
    EmptySpec,
}

impl fmt::Display for CannotMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotMove::NoSuchPolicy => f.write_str("there is no such policy"),
            CannotMove::NotWritten => f.write_str("this policy is not in the input"),
            CannotMove::NoOrder { kind } => write!(f, "a {kind} has no order of its own"),
            CannotMove::NoSuchTier(tier) => write!(f, "there is no tier `{tier}`"),
            CannotMove::OtherKinds { tier, kind } => write!(f, "`{tier}` holds only objects of kind {kind}"),
            CannotMove::AfterUnordered { policy } => {
                write!(f, "`{policy}` has no `order` and so comes after all that have one: give it a number first")
            }
            CannotMove::EqualOrders { before, after } => {
                write!(f, "`{before}` and `{after}` have the same `order`, so that names decide: change one of them first")
            }
            CannotMove::EmptyOrder => f.write_str("its `order` has no value: write a number first"),
            CannotMove::EmptySpec => f.write_str("its `spec` is empty"),
        }
    }
}

/// The change of text that puts a policy into a tier, after `position` others (the policy itself is not counted).
///
/// # Errors
/// Why it cannot be there: only policies of Calico have an order of their own, and policies with the same order are sorted by their names.
pub fn move_policy(compiled: &Compiled, loaded: &Loaded, policy: PolicyId, tier: &str, position: usize) -> Result<Fix, CannotMove> {
    let ruleset = compiled.ruleset();
    let moved = ruleset.policy(policy).ok_or(CannotMove::NoSuchPolicy)?;
    let (document, resource) = written(loaded, moved).ok_or(CannotMove::NotWritten)?;
    let Some(spec) = calico(resource) else {
        return Err(CannotMove::NoOrder { kind: moved.kind.to_string() });
    };
    let target = ruleset.tiers.iter().find(|t| t.name == tier).ok_or_else(|| CannotMove::NoSuchTier(tier.into()))?;
    let others = || target.groups.iter().flatten().filter(|id| **id != policy).filter_map(|id| ruleset.policy(*id));
    if let Some(stranger) = others().find(|p| key_of(loaded, p).is_none()) {
        return Err(CannotMove::OtherKinds { tier: tier.into(), kind: stranger.kind.to_string() });
    }
    let others: Vec<Keyed<'_>> = others().filter_map(|p| Some((p, key_of(loaded, p)?))).collect();
    let before = position.checked_sub(1).and_then(|i| others.get(i));
    let after = others.get(position);
    let own = key_of(loaded, moved).ok_or(CannotMove::NotWritten)?;
    let chosen = order_between(own, before, after)?;
    let edits = edits(loaded, document, spec, tier, chosen)?;
    let place = match (before, after) {
        (_, Some((next, _))) => format!("before `{}`", next.title()),
        (Some((last, _)), None) => format!("after `{}`", last.title()),
        (None, None) => format!("into `{tier}`"),
    };
    Ok(Fix { title: format!("move `{}` {place}", moved.title()), edits })
}

/// A policy with what its place depends on.
type Keyed<'a> = (&'a Policy, PolicyKey<'a>);

/// The order, changed as little as possible, that puts a policy between two others.
fn order_between(own: PolicyKey<'_>, before: Option<&Keyed<'_>>, after: Option<&Keyed<'_>>) -> Result<Option<f64>, CannotMove> {
    let fits = |order: Option<f64>| {
        let own = PolicyKey { order, ..own };
        before.is_none_or(|(_, key)| key.compare(&own) == Ordering::Less) && after.is_none_or(|(_, key)| own.compare(key) == Ordering::Less)
    };
    let orders = candidates(own.order, before.map(|(_, key)| key.order), after.map(|(_, key)| key.order));
    orders.into_iter().find(|order| fits(*order)).ok_or_else(|| {
        let title = |keyed: Option<&Keyed<'_>>| keyed.map_or_else(String::new, |(policy, _)| policy.title());
        match before {
            Some((last, key)) if key.order.is_none() => CannotMove::AfterUnordered { policy: last.title() },
            _ => CannotMove::EqualOrders { before: title(before), after: title(after) },
        }
    })
}

fn written<'a>(loaded: &'a Loaded, policy: &Policy) -> Option<(DocumentId, &'a Resource)> {
    let mut resources = loaded.resources();
    let found = resources.find(|(id, resource)| *id == policy.place.document && resource.span == policy.place.span);
    found.map(|(id, resource)| (id, &**resource))
}

fn calico(resource: &Resource) -> Option<&CalicoPolicy> {
    match resource.kind.calico()? {
        Calico::Policy(policy) => Some(policy),
        _ => None,
    }
}

/// What the place of a policy depends on; nothing for what has no place among Calico's policies. Upstream: docs/semantics.md, Calico.
fn key_of<'a>(loaded: &'a Loaded, policy: &'a Policy) -> Option<PolicyKey<'a>> {
    let (_, resource) = written(loaded, policy)?;
    PolicyKey::of(resource, policy)
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
    loaded: &Loaded,
    document: DocumentId,
    spec: &CalicoPolicy,
    tier: &str,
    order: Option<f64>,
) -> Result<Vec<(Place, String)>, CannotMove> {
    let mut edits: Vec<(Place, String)> = Vec::new();
    let mut fields: Vec<(&str, String)> = Vec::new();
    if *spec.tier != *tier {
        match spec.tier_span {
            Some(at) => edits.push((at.within(document), value(loaded, at.within(document), tier))),
            None => fields.push(("tier", tier.to_string())),
        }
    }
    if spec.order.0 != order {
        let text = order.map_or_else(|| String::from("null"), |number| format!("{number}"));
        match spec.order_span {
            Some(at) if spec.order.0.is_some() => edits.push((at.within(document), text)),
            Some(_) => return Err(CannotMove::EmptyOrder),
            None => fields.push(("order", text)),
        }
    }
    if !fields.is_empty() {
        edits.push(insertion(loaded, spec.spec_span.within(document), &fields).ok_or(CannotMove::EmptySpec)?);
    }
    Ok(edits)
}

/// A text in the quotes that stand there already.
fn value(loaded: &Loaded, place: Place, text: &str) -> String {
    match loaded.sources.slice(place).chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{text}{quote}"),
        _ => text.to_string(),
    }
}

/// Fields at the beginning of a mapping, as it is written: in brackets, or in lines of their own.
fn insertion(loaded: &Loaded, mapping: Place, fields: &[(&str, String)]) -> Option<(Place, String)> {
    let text = loaded.sources.slice(mapping);
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
    let column = loaded.sources.position(mapping)?.column.saturating_sub(1) as usize;
    let lines: String = fields.iter().map(|(key, value)| format!("{key}: {value}\n{}", " ".repeat(column))).collect();
    Some((at(0), lines))
}
