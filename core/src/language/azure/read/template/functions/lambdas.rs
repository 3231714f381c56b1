//! Functions that take a lambda. Upstream: Azure documentation, "Lambda functions for ARM templates".

use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::super::evaluate::Env;
use super::super::syntax::{Call, Expr};
use super::super::value::{Item, Member, Val};

impl Env<'_> {
    /// The value of a lambda for these arguments.
    fn run(&self, lambda: &Expr<'_>, values: &[Val]) -> Option<Val> {
        let (names, body) = lambda.lambda()?;
        let mut inner = self.clone();
        inner.locals.extend(names.into_iter().map(Rc::from).zip(values.iter().cloned()));
        inner.expr(body)
    }

    pub(in super::super) fn with_lambda(&self, name: &str, call: &Call<'_>) -> Option<Val> {
        let whole = self.expr(call.arguments.first()?)?;
        if let Val::Unknown(of) = &whole {
            if of.choices.is_empty() {
                return None;
            }
            let each =
                of.choices.iter().map(|one| self.over(name, one, call).unwrap_or_else(|| Val::unknown(format!("[{}]", call.written))));
            return Some(Val::one_of(format!("[{}]", call.written), each.collect()));
        }
        self.over(name, &whole, call)
    }

    fn over(&self, name: &str, whole: &Val, call: &Call<'_>) -> Option<Val> {
        if name == "mapvalues" {
            let lambda = call.arguments.get(1)?;
            let member = |m: &Member| {
                Some(Member {
                    item: Item { value: self.run(lambda, core::slice::from_ref(&m.item.value))?, ..m.item.clone() },
                    ..m.clone()
                })
            };
            let members: Option<Vec<Member>> = whole.members()?.iter().map(member).collect();
            return Some(Val::Object(Rc::new(members?)));
        }
        let items = whole.items()?;
        let lambda = call.arguments.get(if name == "reduce" { 2 } else { 1 })?;
        match name {
            "map" => Some(Val::list(items.iter().zip(0..).map(|(item, at)| self.mapped(item, at, lambda, call.written)).collect())),
            "filter" => {
                let mut kept = Vec::new();
                for (item, at) in items.iter().zip(0..) {
                    // Items that are not known, and not how many, are so afterwards.
                    if item.many && item.value.is_unknown() {
                        kept.push(item.clone());
                        continue;
                    }
                    match self.run(lambda, &[item.value.clone(), Val::Number(at)])? {
                        Val::Bool(true) => kept.push(item.clone()),
                        Val::Bool(false) => {}
                        other => kept.push(Item { doubt: Some(other.words().into()), ..item.clone() }),
                    }
                }
                Some(Val::list(kept))
            }
            "reduce" => {
                let mut sum = self.expr(call.arguments.get(1)?)?;
                for (item, at) in items.iter().zip(0..) {
                    if item.is_loose() {
                        return None;
                    }
                    sum = self.run(lambda, &[sum, item.value.clone(), Val::Number(at)])?;
                }
                Some(sum)
            }
            "sort" => {
                let mut sorted: Vec<Item> = Vec::with_capacity(items.len());
                for item in items {
                    if item.is_loose() {
                        return None;
                    }
                    let mut at = sorted.len();
                    while at > 0 {
                        let before = sorted.get(at - 1)?;
                        match self.run(lambda, &[item.value.clone(), before.value.clone()])? {
                            Val::Bool(true) => at -= 1,
                            Val::Bool(false) => break,
                            _ => return None,
                        }
                    }
                    sorted.insert(at, item.clone());
                }
                Some(Val::list(sorted))
            }
            "toobject" | "groupby" => self.keyed(name, items, lambda, call.arguments.get(2)),
            _ => None,
        }
    }

    fn mapped(&self, item: &Item, at: i64, lambda: &Expr<'_>, written: &str) -> Item {
        let value = self.run(lambda, &[item.value.clone(), Val::Number(at)]).unwrap_or_else(|| Val::unknown(format!("[{written}]")));
        // What is made of an item stands where the item does, unless the lambda writes it.
        let span = if item.value.members().is_some() && value.members().is_some() { item.span } else { self.at() };
        Item { value, span, written: None, ..item.clone() }
    }

    fn keyed(&self, name: &str, items: &[Item], key_of: &Expr<'_>, value_of: Option<&Expr<'_>>) -> Option<Val> {
        let mut members: Vec<Member> = Vec::new();
        for item in items {
            if item.is_loose() {
                return None;
            }
            let Val::Text(key) = self.run(key_of, core::slice::from_ref(&item.value))? else { return None };
            let value = match value_of {
                Some(lambda) => self.run(lambda, core::slice::from_ref(&item.value))?,
                None => item.value.clone(),
            };
            let own = Item { value, ..item.clone() };
            let known = members.iter_mut().find(|m| m.key == key);
            match (name, known) {
                ("groupby", Some(known)) => {
                    let all = known.item.value.items().unwrap_or_default().iter().cloned().chain([own]).collect();
                    known.item.value = Val::list(all);
                }
                ("groupby", None) => {
                    let item = Item::new(item.span, Val::list(alloc::vec![own]));
                    members.push(Member { key, key_span: self.at(), item });
                }
                (_, Some(known)) => known.item = own,
                (_, None) => members.push(Member { key, key_span: self.at(), item: own }),
            }
        }
        Some(Val::Object(Rc::new(members)))
    }
}
