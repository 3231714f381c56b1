//! Mappings.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::super::evaluate::Env;
use super::super::value::{Item, Member, Val};
use super::{number, word};
use crate::document::{self, Limits};

/// Mappings in mappings are joined so deep.
const DEEPEST: usize = 32;

impl Env<'_> {
    pub(super) fn objects(&self, name: &str, arguments: &[Val], written: &str) -> Option<Val> {
        let first = arguments.first();
        match name {
            "createobject" => {
                let pairs: Option<Vec<(Rc<str>, Val)>> =
                    arguments.chunks(2).map(|pair| Some((word(pair, 0)?.into(), pair.get(1)?.clone()))).collect();
                Some(self.object(pairs?))
            }
            "json" => match first? {
                Val::Text(text) => {
                    let parsed = document::parse(text, &Limits::default());
                    let root = parsed.tree.root().filter(|_| parsed.diagnostics.is_empty());
                    root.map(|root| self.placed(Val::of_node(root, DEEPEST)))
                }
                Val::Null => Some(Val::Null),
                _ => None,
            },
            "union" | "intersection" | "shallowmerge" => {
                let all: Vec<&Val> = match (name, arguments) {
                    ("shallowmerge", [Val::List(items)]) if !items.iter().any(Item::is_loose) => items.iter().map(|i| &i.value).collect(),
                    _ => arguments.iter().collect(),
                };
                let mut all = all.into_iter().filter(|v| !matches!(v, Val::Null));
                let start = all.next()?.members()?.to_vec();
                let joined = all.try_fold(start, |sum, next| {
                    let next = next.members()?;
                    self.scope.shared.spend((sum.len() + next.len()) / 4).then_some(())?;
                    match name {
                        "intersection" => common(&sum, next),
                        _ => Some(joined(sum, next, if name == "union" { DEEPEST } else { 0 })),
                    }
                });
                joined.map(|members| Val::Object(Rc::new(members)))
            }
            "items" => {
                let mut members: Vec<&Member> = first?.members()?.iter().collect();
                members.sort_by_key(|m| m.key.to_lowercase());
                let pair = |m: &Member| {
                    let value = self.object([("key".into(), Val::Text(m.key.clone())), ("value".into(), m.item.value.clone())]);
                    Item::new(m.item.span, value)
                };
                Some(Val::list(members.into_iter().map(pair).collect()))
            }
            "objectkeys" => {
                let mut keys: Vec<Rc<str>> = first?.members()?.iter().map(|m| m.key.clone()).collect();
                keys.sort_by_key(|k| k.to_lowercase());
                Some(self.list(keys.into_iter().map(Val::Text)))
            }
            "tryget" => self.try_get(arguments, written),
            "contains" => {
                let key = word(arguments, 1)?;
                Some(Val::Bool(first?.members()?.iter().any(|m| m.key.eq_ignore_ascii_case(&key))))
            }
            "length" => Some(Val::Number(first?.members()?.len() as i64)),
            "empty" => match first? {
                Val::Object(members) => Some(Val::Bool(members.is_empty())),
                Val::Null => Some(Val::Bool(true)),
                _ => None,
            },
            "string" => match first? {
                value @ (Val::List(_) | Val::Object(_)) if value.is_known() => self.made(&value.json()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Follows keys and numbers; null where there is nothing.
    fn try_get(&self, arguments: &[Val], written: &str) -> Option<Val> {
        let (whole, path) = arguments.split_first()?;
        let mut value = whole.clone();
        for step in path {
            value = match (&value, step) {
                (Val::Null, _) => return Some(Val::Null),
                (Val::Unknown(_), _) => self.index(&value, step, written),
                (Val::List(items), _) if items.iter().any(Item::is_loose) => return None,
                (Val::List(items), Val::Number(at)) => {
                    usize::try_from(*at).ok().and_then(|at| items.get(at)).map_or(Val::Null, |item| item.value.clone())
                }
                (Val::Object(_), Val::Text(key)) => value.member(key).map_or(Val::Null, |item| item.value.clone()),
                (_, Val::Unknown(_)) => return None,
                _ => Val::Null,
            };
        }
        match value {
            // What is not known may have no such member.
            Val::Unknown(of) if of.choices.is_empty() => Some(Val::unknown(&of.text)),
            value => Some(value),
        }
    }

    /// The same at the place of the expression.
    fn placed(&self, value: Val) -> Val {
        let item = |item: &Item| Item::new(self.at(), self.placed(item.value.clone()));
        match &value {
            Val::List(items) => Val::list(items.iter().map(item).collect()),
            Val::Object(members) => {
                let member = |m: &Member| Member { key: m.key.clone(), key_span: self.at(), item: item(&m.item) };
                Val::Object(Rc::new(members.iter().map(member).collect()))
            }
            _ => value,
        }
    }
}

/// All members of two mappings; of those that both have the second's, and of mappings in them both.
fn joined(mut sum: Vec<Member>, next: &[Member], deep: usize) -> Vec<Member> {
    for member in next {
        let Some(known) = sum.iter_mut().find(|m| m.key.eq_ignore_ascii_case(&member.key)) else {
            sum.push(member.clone());
            continue;
        };
        known.item = match (&known.item.value, &member.item.value) {
            (Val::Object(a), Val::Object(b)) if deep > 0 => {
                Item { value: Val::Object(Rc::new(joined(a.to_vec(), b, deep - 1))), ..member.item.clone() }
            }
            _ => member.item.clone(),
        };
    }
    sum
}

/// The members that both have with the same values.
fn common(sum: &[Member], next: &[Member]) -> Option<Vec<Member>> {
    let mut kept = Vec::new();
    for member in sum {
        let Some(other) = next.iter().find(|m| m.key.eq_ignore_ascii_case(&member.key)) else { continue };
        if member.item.value.equals(&other.item.value)? {
            kept.push(member.clone());
        }
    }
    Some(kept)
}

/// A number of an argument, for what counts characters.
pub(super) fn at_most(arguments: &[Val], i: usize) -> Option<usize> {
    number(arguments, i).map(|n| usize::try_from(n).unwrap_or(0))
}
