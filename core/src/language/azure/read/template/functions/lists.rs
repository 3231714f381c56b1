//! Lists.

use alloc::vec::Vec;

use super::super::evaluate::{Env, item_at};
use super::super::value::{Item, Val};
use super::{index, number};

/// The items of a list of which the number is plain.
fn counted(list: &Val) -> Option<&[Item]> {
    list.items().filter(|items| !items.iter().any(Item::is_loose))
}

impl Env<'_> {
    pub(super) fn lists(&self, name: &str, arguments: &[Val]) -> Option<Val> {
        let first = arguments.first();
        let shared = &self.scope.shared;
        match name {
            "createarray" => Some(self.list(arguments.iter().cloned())),
            "array" => match arguments {
                [Val::Unknown(_)] => None,
                [list @ Val::List(_)] => Some(list.clone()),
                [one] => Some(self.list([one.clone()])),
                _ => None,
            },
            "concat" | "union" if arguments.iter().any(|a| a.items().is_some()) => Some(self.one_list(arguments, name == "union")),
            "intersection" if arguments.iter().all(|a| a.items().is_some()) => common(arguments),
            "range" => {
                let (start, count) = (number(arguments, 0)?, index(arguments, 1).filter(|n| *n <= 10_000)?);
                let last = start.checked_add(i64::try_from(count).ok()?)?;
                shared.spend(count / 8).then(|| self.list((start..last).map(Val::Number)))
            }
            "flatten" => {
                let all = flattened(first?.items()?)?;
                shared.spend(all.len() / 8).then(|| Val::list(all))
            }
            "first" | "last" | "skip" | "take" if first?.items().is_some() => part(name, first?, arguments),
            "indexof" | "lastindexof" if first?.items().is_some() => {
                let items = counted(first?)?;
                let found: Option<Vec<bool>> = items.iter().map(|item| item.value.equals(arguments.get(1)?)).collect();
                let found = found?;
                let at = if name == "indexof" { found.iter().position(|f| *f) } else { found.iter().rposition(|f| *f) };
                Some(Val::Number(at.map_or(-1, |at| at as i64)))
            }
            "indexfromend" | "tryindexfromend" => {
                let items = counted(first?)?;
                let at = items.len().checked_sub(index(arguments, 1)?);
                match at.and_then(|at| items.get(at)) {
                    Some(item) => Some(item.value.clone()),
                    None if name == "tryindexfromend" => Some(Val::Null),
                    None => None,
                }
            }
            "contains" if first?.items().is_some() => holds(first?, arguments.get(1)?).map(Val::Bool),
            "length" if first?.items().is_some() => counted(first?).map(|items| Val::Number(items.len() as i64)),
            "empty" if first?.items().is_some() => {
                let items = first?.items()?;
                match (items.is_empty(), items.iter().any(|i| !i.is_loose())) {
                    (true, _) => Some(Val::Bool(true)),
                    (_, true) => Some(Val::Bool(false)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// All lists after one another, without repetitions if they are `united`.
    fn one_list(&self, arguments: &[Val], united: bool) -> Val {
        let mut all: Vec<Item> = Vec::new();
        for argument in arguments {
            match argument {
                Val::List(items) => {
                    self.scope.shared.spend(items.len() / 8);
                    all.extend(items.iter().cloned());
                }
                // What is no list among lists is not known yet, and stays as an item that may stand for several.
                Val::Null => {}
                other => all.push(Item::unknown_items(self.at(), other.clone())),
            }
        }
        Val::list(if united { self.distinct(all) } else { all })
    }

    /// Items without repetitions, in their order.
    fn distinct(&self, items: Vec<Item>) -> Vec<Item> {
        let mut kept: Vec<Item> = Vec::with_capacity(items.len());
        for item in items {
            // Work grows with the square.
            let repeats =
                self.scope.shared.spend(kept.len() / 8) && kept.iter().any(|known| known.value.same(&item.value) && !known.is_loose());
            if !repeats {
                kept.push(item);
            }
        }
        kept
    }
}

/// The items of the first list that all others have.
fn common(lists: &[Val]) -> Option<Val> {
    let (head, rest) = lists.split_first()?;
    let mut kept = Vec::new();
    for item in counted(head)? {
        let found: Option<Vec<bool>> = rest.iter().map(|list| holds(list, &item.value)).collect();
        if found?.iter().all(|f| *f) {
            kept.push(item.clone());
        }
    }
    Some(Val::list(kept))
}

/// The items of the lists in a list.
fn flattened(items: &[Item]) -> Option<Vec<Item>> {
    let mut all = Vec::new();
    for item in items {
        match &item.value {
            Val::List(inner) => all.extend(inner.iter().cloned()),
            Val::Unknown(_) => all.push(Item { many: true, ..item.clone() }),
            _ => return None,
        }
    }
    Some(all)
}

/// `first`, `last`, `skip` and `take` of a list.
fn part(name: &str, list: &Val, arguments: &[Val]) -> Option<Val> {
    if name == "first" {
        let items = list.items()?;
        return if items.is_empty() { Some(Val::Null) } else { item_at(items, 0) };
    }
    let items = counted(list)?;
    if name == "last" {
        return Some(items.last().map_or(Val::Null, |item| item.value.clone()));
    }
    let count = (number(arguments, 1)?.max(0) as usize).min(items.len());
    let kept = if name == "skip" { items.get(count..) } else { items.get(..count) };
    kept.map(|items| Val::list(items.to_vec()))
}

/// Whether a list has an item.
fn holds(list: &Val, wanted: &Val) -> Option<bool> {
    let items = list.items()?;
    let mut open = false;
    for item in items {
        match item.value.equals(wanted) {
            Some(true) if !item.is_loose() => return Some(true),
            Some(false) => {}
            _ => open = true,
        }
    }
    (!open).then_some(false)
}
