//! What bash makes of a variable's value: `${name^}`, `${name//a/b}`, `${name%.*}`, `${name:0:3}`, `${#name}`, `${!name}`, `${list[key]}`.
//!
//! Upstream: GNU Bash manual, "Shell Parameter Expansion" and "Arrays".

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{LONGEST, Run, Value, known};

/// The key and the value of an item of an associative array, as it is written: `[key]=value`.
pub(super) fn entry(item: &str) -> Option<(&str, &str)> {
    item.strip_prefix('[')?.split_once("]=")
}

/// Whether a pattern stands for other texts than itself.
fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '$', '`', '"', '\\', '('])
}

/// A text with its first character in another case.
fn first_in(text: &str, upper: bool) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let first: String = if upper { first.to_uppercase().collect() } else { first.to_lowercase().collect() };
    first + chars.as_str()
}

/// A text without what a pattern takes from its end or start: a text, or one with `*` before or behind it.
fn without(text: &str, form: &str) -> Option<String> {
    let (sign, pattern) = form.split_at(if form.starts_with("%%") || form.starts_with("##") { 2 } else { 1 });
    let bare = pattern.trim_matches('*');
    if is_pattern(bare) || bare.is_empty() {
        return None;
    }
    let longest = sign.len() == 2;
    let cut = match (sign.starts_with('%'), pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (true, Some(_), None) => {
            (if longest { text.find(bare) } else { text.rfind(bare) }).map(|at| ..at).and_then(|range| text.get(range))
        }
        (true, None, None) => text.strip_suffix(bare),
        (false, None, Some(_)) => {
            let at = if longest { text.rfind(bare) } else { text.find(bare) };
            at.and_then(|at| text.get(at + bare.len()..))
        }
        (false, None, None) => text.strip_prefix(bare),
        _ => return None,
    };
    Some(cut.unwrap_or(text).to_string())
}

/// `:2`, `:0:3` of a text.
fn part(text: &str, form: &str) -> Option<String> {
    let (from, length) = form.strip_prefix(':')?.split_once(':').map_or((form.get(1..)?, None), |(from, length)| (from, Some(length)));
    let from: usize = from.trim().parse().ok()?;
    let length = match length {
        Some(length) => length.trim().parse().ok()?,
        None => usize::MAX,
    };
    Some(text.chars().skip(from).take(length).collect())
}

/// What a form makes of a text; nothing for one that is not followed.
fn made(text: &str, form: &str) -> Option<String> {
    match form.chars().next()? {
        '^' if form.len() == 1 => Some(first_in(text, true)),
        ',' if form.len() == 1 => Some(first_in(text, false)),
        '%' | '#' => without(text, form),
        '/' => {
            let all = form.starts_with("//");
            let (old, new) = form.trim_start_matches('/').split_once('/').unwrap_or((form.trim_start_matches('/'), ""));
            let new = new.trim_matches(['"', '\'']);
            if is_pattern(old) || old.is_empty() || old.starts_with(['%', '#']) || is_pattern(new) {
                return None;
            }
            let times = if all { usize::MAX } else { 1 };
            // A long text many times over would be longer than all that is kept of a value.
            let adds = text.matches(old).take(times).count().saturating_mul(new.len());
            (adds <= LONGEST).then(|| text.replacen(old, new, times))
        }
        ':' if form.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) => part(text, form),
        _ => None,
    }
}

impl Run<'_> {
    /// The value of `${…}` in one of these forms; nothing for any other.
    pub(super) fn formed(&self, name: &str) -> Option<Value> {
        let value = |name: &str| self.variables.get(name).filter(|value| !value.unknown);
        let keyed = |value: &Value| !value.items.is_empty() && value.items.iter().all(|item| entry(item).is_some());
        if let Some(inner) = name.strip_prefix('#').filter(|inner| !inner.is_empty()) {
            if let Some(list) = inner.strip_suffix("[@]").or_else(|| inner.strip_suffix("[*]")) {
                return value(list).map(|value| known(value.items.len().to_string()));
            }
            return value(inner)
                .filter(|value| value.items.len() == 1)
                .map(|value| known(value.items.concat().chars().count().to_string()));
        }
        if let Some(inner) = name.strip_prefix('!').filter(|inner| !inner.is_empty()) {
            if let Some(list) = inner.strip_suffix("[@]").or_else(|| inner.strip_suffix("[*]")) {
                let value = value(list)?;
                let own = |(place, item): (usize, &String)| entry(item).map_or_else(|| place.to_string(), |(key, _)| key.to_string());
                return Some(Value { items: value.items.iter().enumerate().map(own).collect(), unknown: false });
            }
            let target = value(inner)?;
            return value(&target.items.concat()).cloned();
        }
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
        let (bare, form) = name.split_at(end);
        let value = value(bare)?;
        if matches!(form, "[@]" | "[*]") && keyed(value) {
            let items = value.items.iter().filter_map(|item| entry(item)).map(|(_, value)| value.to_string()).collect();
            return Some(Value { items, unknown: false });
        }
        if let Some(key) = form.strip_prefix('[').and_then(|form| form.strip_suffix(']')).filter(|_| keyed(value)) {
            let key = key.trim_matches(['"', '\'']);
            let key = match key.strip_prefix('$') {
                Some(name) => self.variables.get(name.trim_matches(['{', '}'])).filter(|value| !value.unknown)?.items.concat(),
                None => key.to_string(),
            };
            let found = value.items.iter().filter_map(|item| entry(item)).find(|(own, _)| *own == key);
            return Some(found.map_or_else(|| known(String::new()), |(_, value)| known(value.to_string())));
        }
        let items: Vec<String> = value.items.iter().map(|item| made(item, form)).collect::<Option<_>>()?;
        Some(Value { items, unknown: false })
    }
}
