//! The functions of templates, as far as their values follow from the input. Upstream: Azure documentation, "ARM template functions".
//!
//! Where a value does not follow (the subscription, the time, what runs), or where Azure's own rules leave it in doubt (texts that differ in case
//! only, say), there is none: the caller takes the expression for unknown.

mod addresses;
mod encode;
mod identifiers;
mod lambdas;
mod lists;
mod logic;
mod objects;
mod texts;

pub(super) use self::identifiers::identifier;
pub(in super::super) use self::identifiers::split_names;

use alloc::string::String;

use super::evaluate::Env;
use super::value::Val;

impl Env<'_> {
    /// The value of a function whose arguments are known as far as they can be; nothing for one whose value does not follow.
    pub(super) fn apply(&self, name: &str, arguments: &[Val], written: &str) -> Option<Val> {
        self.of_template(name, arguments, written)
            .or_else(|| logic::apply(name, arguments))
            .or_else(|| logic::numbers(name, arguments))
            .or_else(|| self.lists(name, arguments))
            .or_else(|| self.objects(name, arguments, written))
            .or_else(|| self.addresses(name, arguments))
            .or_else(|| self.identifiers(name, arguments))
            .or_else(|| self.texts(name, arguments))
            .or_else(|| self.encodings(name, arguments))
    }

    /// What the template holds.
    fn of_template(&self, name: &str, arguments: &[Val], written: &str) -> Option<Val> {
        match name {
            "parameters" => {
                let wanted = word(arguments, 0)?;
                if let Some(own) = &self.arguments {
                    return own.iter().find(|(name, _)| name.eq_ignore_ascii_case(&wanted)).map(|(_, value)| value.clone());
                }
                self.scope.parameter(&wanted)
            }
            "variables" => self.scope.variable(&word(arguments, 0)?),
            "copyindex" => {
                let (wanted, offset) = match arguments {
                    [] => (None, 0),
                    [Val::Number(offset)] => (None, *offset),
                    [Val::Text(name)] => (Some(name.clone()), 0),
                    [Val::Text(name), Val::Number(offset)] => (Some(name.clone()), *offset),
                    _ => return None,
                };
                let turns = || self.turns.iter().rev();
                let turn = match wanted {
                    Some(name) => turns().find(|t| t.name.eq_ignore_ascii_case(&name))?,
                    // Without a name it is the loop of the resource; Azure wants the name of any other.
                    None => turns().find(|t| t.of_resource).or_else(|| turns().next())?,
                };
                turn.index?.checked_add(offset).map(Val::Number)
            }
            "reference" => {
                let full = word(arguments, 2).is_some_and(|w| w.eq_ignore_ascii_case("Full"));
                let (scope, number, turns) = self.scope.find(&arguments.first()?.words())?;
                scope.shared.deeper(|| scope.referred(number, &turns, full))?
            }
            "resourceinfo" => {
                let (scope, number, turns) = self.scope.find(&arguments.first()?.words())?;
                let (kind, name) = scope.identity(number, &turns)?;
                let id = identifier(&kind, &name.words());
                let id = if name.is_unknown() { Val::unknown(id) } else { Val::text(&id) };
                Some(self.object([("id".into(), id), ("name".into(), name), ("type".into(), Val::text(&kind))]))
            }
            "references" => {
                let wanted = word(arguments, 0)?;
                let number = self.scope.resources.iter().position(|r| r.symbol.is_some_and(|s| s.eq_ignore_ascii_case(&wanted)))?;
                let full = word(arguments, 1).is_some_and(|w| w.eq_ignore_ascii_case("Full"));
                let all = Env::new(self.scope.clone()).turns_of(number);
                if all.iter().flatten().any(|t| t.index.is_none()) {
                    return None;
                }
                let unknown = || Val::unknown(alloc::format!("[{written}]"));
                Some(self.list(all.iter().map(|turns| self.scope.referred(number, turns, full).unwrap_or_else(unknown))))
            }
            _ => None,
        }
    }
}

/// A text that is known; what is no text, as text.
fn word(arguments: &[Val], i: usize) -> Option<String> {
    match arguments.get(i)? {
        Val::Unknown(_) | Val::List(_) | Val::Object(_) | Val::Null => None,
        found => Some(found.words()),
    }
}

/// A number that is known.
fn number(arguments: &[Val], i: usize) -> Option<i64> {
    match arguments.get(i)? {
        Val::Number(number) => Some(*number),
        Val::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn index(arguments: &[Val], i: usize) -> Option<usize> {
    number(arguments, i).and_then(|n| usize::try_from(n).ok())
}
