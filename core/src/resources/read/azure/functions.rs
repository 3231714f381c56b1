//! The functions of templates, as far as their values follow from the text.
//!
//! Where a value does not follow, or where Azure's own rules leave it in doubt (texts that differ in case only, say), there is none: the caller
//! takes the expression for unknown.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::expression::Parser;
use super::value::{Turn, Val, field};

impl<'a> Parser<'a, '_> {
    /// The value of a function; nothing for one whose value the text does not give.
    pub(super) fn apply(&self, name: &str, arguments: &[Val<'a>]) -> Option<Val<'a>> {
        let lower = name.to_ascii_lowercase();
        self.of_template(&lower, arguments)
            .or_else(|| logic(&lower, arguments))
            .or_else(|| numbers(&lower, arguments))
            .or_else(|| lists(&lower, arguments))
            .or_else(|| self.texts(&lower, arguments))
    }

    /// What the template holds.
    fn of_template(&self, name: &str, arguments: &[Val<'a>]) -> Option<Val<'a>> {
        match name {
            "parameters" => {
                let wanted = word(arguments, 0)?;
                self.template.layers.iter().find_map(|layer| {
                    if let Some((passed, outer)) = &layer.passed
                        && let Some(value) = field(*passed, &wanted).and_then(|p| field(p, "value"))
                    {
                        return Some(outer.follow(Val::Node(value), self.depth));
                    }
                    let parameter = field(layer.parameters?, &wanted)?;
                    // A parameters file gives `value`; a template gives `defaultValue`.
                    let value = field(parameter, "value").or_else(|| field(parameter, "defaultValue"))?;
                    Some(self.template.follow(Val::Node(value), self.depth))
                })
            }
            "variables" => {
                let wanted = word(arguments, 0)?;
                let found = self.template.layers.iter().find_map(|layer| self.template.member(layer.variables?, &wanted))?;
                Some(self.template.follow(found, self.depth))
            }
            "copyindex" => {
                let (wanted, offset) = match (arguments.first().cloned().map(Val::plain), arguments.get(1).cloned().map(Val::plain)) {
                    (None, _) => (None, 0),
                    (Some(Val::Number(offset)), None) => (None, offset),
                    (Some(Val::Text(name)), None) => (Some(name), 0),
                    (Some(Val::Text(name)), Some(Val::Number(offset))) => (Some(name), offset),
                    _ => return None,
                };
                let turns = || self.template.turns.iter().rev();
                let turn: &Turn = match wanted {
                    Some(name) => turns().find(|t| t.name.eq_ignore_ascii_case(&name))?,
                    // Without a name it is the loop of the resource; Azure wants the name of any other.
                    None => turns().find(|t| t.of_resource).or_else(|| turns().next())?,
                };
                turn.index.as_ref().ok()?.checked_add(offset).map(Val::Number)
            }
            _ => None,
        }
    }

    fn texts(&self, name: &str, arguments: &[Val<'a>]) -> Option<Val<'a>> {
        let word = |i: usize| word(arguments, i);
        match name {
            "concat" => Some(self.joined(arguments, |parts| parts.concat())),
            "resourceid" | "extensionresourceid" | "subnetref" | "tenantresourceid" | "subscriptionresourceid" => {
                Some(self.joined(arguments, identifier))
            }
            "format" => Some(self.joined(arguments, |parts| {
                let (pattern, values) = parts.split_first().map_or(("", &[][..]), |(p, v)| (p.as_str(), v));
                values.iter().enumerate().fold(pattern.to_string(), |text, (i, value)| text.replace(&format!("{{{i}}}"), value))
            })),
            "string" | "tolower" | "toupper" | "trim" => {
                let first = arguments.first()?;
                first.sequence().is_none().then_some(())?;
                let text = first.words();
                let text = match name {
                    "tolower" => text.to_lowercase(),
                    "toupper" => text.to_uppercase(),
                    "trim" => text.trim().to_string(),
                    _ => text,
                };
                Some(if matches!(first, Val::Unknown(_)) { Val::Unknown(text) } else { Val::Text(text) })
            }
            "replace" => {
                let (text, from, to) = (word(0)?, word(1)?, word(2)?);
                (!from.is_empty()).then(|| Val::Text(text.replace(&from, &to)))
            }
            "substring" => {
                let (text, start) = (word(0)?, index(arguments, 1)?);
                let count = if arguments.len() > 2 { index(arguments, 2)? } else { text.chars().count().checked_sub(start)? };
                let part: String = text.chars().skip(start).take(count).collect();
                (part.chars().count() == count).then_some(Val::Text(part))
            }
            "split" => {
                let (text, mark) = (word(0)?, word(1)?);
                (!mark.is_empty()).then(|| Val::List(text.split(mark.as_str()).map(|part| Val::Text(part.to_string())).collect()))
            }
            "startswith" | "endswith" => {
                // Azure compares these without regard to case.
                let (text, part) = (word(0)?.to_lowercase(), word(1)?.to_lowercase());
                Some(Val::Bool(if name == "startswith" { text.starts_with(&part) } else { text.ends_with(&part) }))
            }
            "padleft" => {
                let (text, width) = (word(0)?, index(arguments, 1).filter(|w| *w <= 1000)?);
                let fill = if arguments.len() > 2 { word(2)?.chars().next()? } else { ' ' };
                let missing = width.saturating_sub(text.chars().count());
                Some(Val::Text(core::iter::repeat_n(fill, missing).chain(text.chars()).collect()))
            }
            _ => None,
        }
    }

    /// Texts put together; unknown if one of them is.
    fn joined(&self, arguments: &[Val<'a>], join: impl Fn(&[String]) -> String) -> Val<'a> {
        let parts: Vec<String> = arguments.iter().map(Val::words).collect();
        let text = join(&parts);
        let known = arguments.iter().all(|a| !matches!(a, Val::Unknown(_)) && a.sequence().is_none());
        if known && self.template.spend(text.len() / 16) { Val::Text(text) } else { Val::Unknown(text.chars().take(1000).collect()) }
    }
}

/// A text that is known.
fn word(arguments: &[Val<'_>], i: usize) -> Option<String> {
    match arguments.get(i)? {
        Val::Unknown(_) => None,
        found if found.sequence().is_some() => None,
        found => Some(found.words()),
    }
}

/// A number that is known.
fn number(arguments: &[Val<'_>], i: usize) -> Option<i64> {
    match arguments.get(i)?.clone().plain() {
        Val::Number(number) => Some(number),
        Val::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn index(arguments: &[Val<'_>], i: usize) -> Option<usize> {
    number(arguments, i).and_then(|n| usize::try_from(n).ok())
}

fn truth(value: &Val<'_>) -> Option<bool> {
    match value.clone().plain() {
        Val::Bool(flag) => Some(flag),
        _ => None,
    }
}

/// Conditions and comparisons.
fn logic<'a>(name: &str, arguments: &[Val<'a>]) -> Option<Val<'a>> {
    let first = || arguments.first().and_then(truth);
    match name {
        "true" if arguments.is_empty() => Some(Val::Bool(true)),
        "false" if arguments.is_empty() => Some(Val::Bool(false)),
        "null" if arguments.is_empty() => Some(Val::Null),
        "if" => arguments.get(if first()? { 1 } else { 2 }).cloned(),
        "not" => Some(Val::Bool(!first()?)),
        // One that is false settles it whatever the others are, and likewise one that is true.
        "and" | "or" => {
            let settles = name == "or";
            let all: Vec<Option<bool>> = arguments.iter().map(truth).collect();
            if all.contains(&Some(settles)) {
                Some(Val::Bool(settles))
            } else {
                all.iter().all(Option::is_some).then_some(Val::Bool(!settles))
            }
        }
        "equals" => equal(arguments.first()?.clone().plain(), arguments.get(1)?.clone().plain()).map(Val::Bool),
        "greater" | "greaterorequals" | "less" | "lessorequals" => {
            let (a, b) = (number(arguments, 0)?, number(arguments, 1)?);
            Some(Val::Bool(match name {
                "greater" => a > b,
                "greaterorequals" => a >= b,
                "less" => a < b,
                _ => a <= b,
            }))
        }
        "bool" => match arguments.first()?.clone().plain() {
            Val::Bool(flag) => Some(Val::Bool(flag)),
            Val::Number(number) => Some(Val::Bool(number != 0)),
            Val::Text(text) if text.eq_ignore_ascii_case("true") || text == "1" => Some(Val::Bool(true)),
            Val::Text(text) if text.eq_ignore_ascii_case("false") || text == "0" => Some(Val::Bool(false)),
            _ => None,
        },
        "coalesce" => {
            let known = arguments.iter().find(|a| !matches!((*a).clone().plain(), Val::Null))?;
            Some(known.clone())
        }
        _ => None,
    }
}

/// Whether two values are equal; nothing where that is in doubt: values of different kinds, and texts that differ in case only.
fn equal(a: Val<'_>, b: Val<'_>) -> Option<bool> {
    match (a, b) {
        (Val::Text(a), Val::Text(b)) if a == b => Some(true),
        (Val::Text(a), Val::Text(b)) => (!a.eq_ignore_ascii_case(&b)).then_some(false),
        (Val::Number(a), Val::Number(b)) => Some(a == b),
        (Val::Bool(a), Val::Bool(b)) => Some(a == b),
        (Val::Null, Val::Null) => Some(true),
        (Val::Null, Val::Text(_) | Val::Number(_) | Val::Bool(_)) | (Val::Text(_) | Val::Number(_) | Val::Bool(_), Val::Null) => {
            Some(false)
        }
        _ => None,
    }
}

fn numbers<'a>(name: &str, arguments: &[Val<'a>]) -> Option<Val<'a>> {
    if name == "int" {
        return number(arguments, 0).map(Val::Number);
    }
    if !matches!(name, "add" | "sub" | "mul" | "div" | "mod" | "min" | "max") {
        return None;
    }
    let (a, b) = (number(arguments, 0)?, number(arguments, 1).filter(|_| arguments.len() == 2)?);
    match name {
        "add" => a.checked_add(b),
        "sub" => a.checked_sub(b),
        "mul" => a.checked_mul(b),
        "div" => a.checked_div(b),
        "mod" => a.checked_rem(b),
        "min" => Some(a.min(b)),
        _ => Some(a.max(b)),
    }
    .map(Val::Number)
}

fn lists<'a>(name: &str, arguments: &[Val<'a>]) -> Option<Val<'a>> {
    let known = |items: &[Val<'a>]| items.iter().all(|item| !matches!(item, Val::Unknown(_)));
    match name {
        "createarray" => Some(Val::List(arguments.to_vec())),
        "array" => match arguments {
            [Val::Unknown(_)] => None,
            [list] if list.sequence().is_some() => Some(list.clone()),
            [one] => Some(Val::List(alloc::vec![one.clone()])),
            _ => None,
        },
        // What is no list among lists is not known yet, and stays as an item that may stand for several.
        "concat" | "union" if arguments.iter().any(|a| a.sequence().is_some()) => {
            Some(Val::List(arguments.iter().flat_map(|a| a.sequence().unwrap_or_else(|| alloc::vec![a.clone()])).collect()))
        }
        "range" => {
            let (start, count) = (number(arguments, 0)?, index(arguments, 1).filter(|n| *n <= 1000)?);
            let last = start.checked_add(count as i64)?;
            Some(Val::List((start..last).map(Val::Number).collect()))
        }
        "length" | "empty" => {
            let first = arguments.first()?.clone().plain();
            let length = match &first {
                Val::Text(text) => text.chars().count(),
                Val::Null if name == "empty" => 0,
                Val::Node(node) | Val::Turned(node, _) if node.as_mapping().is_some() => node.as_mapping()?.len(),
                list => {
                    let items = list.sequence()?;
                    if !known(&items) {
                        let some = items.iter().any(|item| !matches!(item, Val::Unknown(_)));
                        return (name == "empty" && some).then_some(Val::Bool(false));
                    }
                    items.len()
                }
            };
            Some(if name == "empty" { Val::Bool(length == 0) } else { Val::Number(length as i64) })
        }
        "first" | "last" | "skip" | "take" => {
            let items = arguments.first()?.sequence().filter(|items| known(items))?;
            match name {
                "first" => items.first().cloned(),
                "last" => items.last().cloned(),
                "skip" => Some(Val::List(items.into_iter().skip(index(arguments, 1)?).collect())),
                _ => Some(Val::List(items.into_iter().take(index(arguments, 1)?).collect())),
            }
        }
        "contains" => {
            let wanted = arguments.get(1)?.clone().plain();
            if let Some(Val::Node(node)) = arguments.first()
                && node.as_mapping().is_some()
            {
                let Val::Text(key) = wanted else { return None };
                return Some(Val::Bool(field(*node, &key).is_some()));
            }
            if let Val::Text(text) = arguments.first()?.clone().plain() {
                let Val::Text(part) = wanted else { return None };
                return match (text.contains(&part), text.to_lowercase().contains(&part.to_lowercase())) {
                    (found, any_case) if found == any_case => Some(Val::Bool(found)),
                    _ => None,
                };
            }
            let items = arguments.first()?.sequence()?;
            let found: Vec<Option<bool>> = items.into_iter().map(|item| equal(item.plain(), wanted.clone())).collect();
            if found.contains(&Some(true)) { Some(Val::Bool(true)) } else { found.iter().all(Option::is_some).then_some(Val::Bool(false)) }
        }
        _ => None,
    }
}

/// `resourceId('A/b/c', 'x', 'y')` is `/providers/A/b/x/c/y`; leading group and subscription names are of no use here.
fn identifier(parts: &[String]) -> String {
    let Some(at) = parts.iter().position(|p| p.contains('/')) else { return parts.concat() };
    let (types, names) = (parts.get(at).map_or("", String::as_str), parts.get(at + 1..).unwrap_or_default());
    let mut segments = types.split('/');
    let mut text = format!("/providers/{}", segments.next().unwrap_or_default());
    for (i, segment) in segments.enumerate() {
        text.push('/');
        text.push_str(segment);
        if let Some(name) = names.get(i) {
            text.push('/');
            text.push_str(name);
        }
    }
    text
}
