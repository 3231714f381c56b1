//! Texts.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::evaluate::Env;
use super::super::value::Val;
use super::objects::at_most;
use super::{index, word};

/// Texts are padded to so many characters, at most.
const WIDEST: usize = 1000;

impl Env<'_> {
    pub(super) fn texts(&self, name: &str, arguments: &[Val]) -> Option<Val> {
        let word = |i: usize| word(arguments, i);
        let first = arguments.first();
        match name {
            "concat" => Some(self.joined(arguments, |parts| parts.concat())),
            "format" => self.format(arguments),
            "join" => {
                let (items, mark) = (first?.items()?, word(1)?);
                let parts: Vec<Val> = items.iter().map(|item| item.value.clone()).collect();
                let joined = self.joined(&parts, |parts| parts.join(&mark));
                if items.iter().any(|i| i.is_loose()) { Some(Val::unknown(joined.words())) } else { Some(joined) }
            }
            "string" | "tolower" | "toupper" | "trim" | "trimstart" | "trimend" => {
                let first = first?;
                if matches!(first, Val::List(_) | Val::Object(_)) {
                    return None;
                }
                let text = first.words();
                let text = match name {
                    "tolower" => text.to_lowercase(),
                    "toupper" => text.to_uppercase(),
                    "trim" => text.trim().to_string(),
                    "trimstart" => text.trim_start().to_string(),
                    "trimend" => text.trim_end().to_string(),
                    _ => text,
                };
                if first.is_unknown() { Some(Val::unknown(text)) } else { self.made(&text) }
            }
            "replace" => {
                let (text, from, to) = (word(0)?, word(1)?, word(2)?);
                (!from.is_empty()).then(|| self.made(&text.replace(&from, &to)))?
            }
            "substring" => {
                let (text, start) = (word(0)?, index(arguments, 1)?);
                let count = if arguments.len() > 2 { index(arguments, 2)? } else { text.chars().count().checked_sub(start)? };
                let part: String = text.chars().skip(start).take(count).collect();
                (part.chars().count() == count).then(|| self.made(&part))?
            }
            "split" => self.split(&word(0)?, arguments.get(1)?),
            "startswith" | "endswith" => {
                // Azure compares these without regard to case.
                let (text, part) = (word(0)?.to_lowercase(), word(1)?.to_lowercase());
                Some(Val::Bool(if name == "startswith" { text.starts_with(&part) } else { text.ends_with(&part) }))
            }
            "indexof" | "lastindexof" => {
                let (text, part) = (word(0)?.to_lowercase(), word(1)?.to_lowercase());
                let at = if name == "indexof" { text.find(&part) } else { text.rfind(&part) };
                let at = at.and_then(|at| text.get(..at)).map(|head| head.chars().count() as i64);
                Some(Val::Number(at.unwrap_or(-1)))
            }
            "padleft" => {
                let (text, width) = (word(0)?, index(arguments, 1).filter(|w| *w <= WIDEST)?);
                let fill = if arguments.len() > 2 { word(2)?.chars().next()? } else { ' ' };
                let missing = width.saturating_sub(text.chars().count());
                Some(Val::text(&core::iter::repeat_n(fill, missing).chain(text.chars()).collect::<String>()))
            }
            "first" => Some(Val::text(&word(0)?.chars().take(1).collect::<String>())),
            "last" => Some(Val::text(&word(0)?.chars().next_back().map(String::from).unwrap_or_default())),
            "take" => self.made(&word(0)?.chars().take(at_most(arguments, 1)?).collect::<String>()),
            "skip" => self.made(&word(0)?.chars().skip(at_most(arguments, 1)?).collect::<String>()),
            "length" => Some(Val::Number(word(0)?.chars().count() as i64)),
            "empty" => Some(Val::Bool(word(0)?.is_empty())),
            "contains" => {
                let (text, part) = (word(0)?, word(1)?);
                // Upstream says that case matters; where it would decide, that is not relied on.
                match (text.contains(&part), text.to_lowercase().contains(&part.to_lowercase())) {
                    (found, any_case) if found == any_case => Some(Val::Bool(found)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Texts put together; unknown if one of them is.
    pub(super) fn joined(&self, arguments: &[Val], join: impl Fn(&[String]) -> String) -> Val {
        let parts: Vec<String> = arguments.iter().map(Val::words).collect();
        let text = join(&parts);
        let known = arguments.iter().all(|a| !a.is_unknown() && a.items().is_none() && a.members().is_none());
        known.then(|| self.made(&text)).flatten().unwrap_or_else(|| Val::unknown(text))
    }

    fn split(&self, text: &str, marks: &Val) -> Option<Val> {
        let marks: Vec<String> = match marks {
            Val::Text(mark) => alloc::vec![mark.to_string()],
            Val::List(items) if marks.is_known() => items.iter().map(|i| i.value.words()).collect(),
            _ => return None,
        };
        if marks.iter().any(String::is_empty) || !self.scope.shared.spend(text.len() / 16) {
            return None;
        }
        let mut parts: Vec<&str> = alloc::vec![text];
        for mark in &marks {
            parts = parts.into_iter().flat_map(|part| part.split(mark.as_str())).collect();
        }
        Some(self.list(parts.into_iter().map(Val::text)))
    }

    /// `{0}`, `{1:D3}`; two braces are one.
    fn format(&self, arguments: &[Val]) -> Option<Val> {
        let (pattern, values) = arguments.split_first()?;
        let Val::Text(pattern) = pattern else { return None };
        let mut text = String::new();
        let mut known = true;
        let mut rest: &str = pattern;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(rest.get(..at)?);
            let (brace, after) = (rest.get(at..=at)?, rest.get(at + 1..)?);
            if let Some(after) = after.strip_prefix(brace) {
                text.push_str(brace);
                rest = after;
                continue;
            }
            let end = after.find('}').filter(|_| brace == "{")?;
            let inner = after.get(..end)?;
            rest = after.get(end + 1..)?;
            let (number, style) = inner.split_once(':').unwrap_or((inner, ""));
            let (number, width) = number.split_once(',').unwrap_or((number, "0"));
            let value = values.get(number.trim().parse::<usize>().ok()?)?;
            known &= !value.is_unknown();
            let shown = if value.is_unknown() { value.words() } else { styled(value, style)? };
            let width = width.trim().parse::<i64>().ok().filter(|w| w.unsigned_abs() as usize <= WIDEST)?;
            let missing = (width.unsigned_abs() as usize).saturating_sub(shown.chars().count());
            let blank: String = core::iter::repeat_n(' ', missing).collect();
            text.push_str(&if width < 0 { format!("{shown}{blank}") } else { format!("{blank}{shown}") });
        }
        text.push_str(rest);
        if known { self.made(&text) } else { Some(Val::unknown(text)) }
    }
}

/// A value in one of .NET's styles for numbers.
fn styled(value: &Val, style: &str) -> Option<String> {
    let Val::Number(number) = value else { return style.is_empty().then(|| value.words()) };
    let width = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<usize>().ok().filter(|w| *w <= WIDEST) };
    let (sign, size) = (if *number < 0 { "-" } else { "" }, number.unsigned_abs());
    match style.chars().next() {
        None => Some(value.words()),
        Some('D' | 'd') => Some(format!("{sign}{size:0width$}", width = width(style.get(1..)?)?)),
        Some('X') => Some(format!("{number:0width$X}", width = width(style.get(1..)?)?)),
        Some('x') => Some(format!("{number:0width$x}", width = width(style.get(1..)?)?)),
        Some('0') if style.chars().all(|c| c == '0') => Some(format!("{sign}{size:0width$}", width = style.len().min(WIDEST))),
        Some(_) => None,
    }
}
