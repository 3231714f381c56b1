//! What words of a script stand for: variables, the output of commands, sums and braces.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::super::lex::{Part, Raw, tokens};
use super::super::parse::{Node, parse};
use super::super::printed::printed;
use super::super::{Dialect, Word};
use super::{DEEPEST, LONGEST, MOST_TURNS, Run, Value, known};
use crate::text::Span;

impl Run<'_> {
    /// A word as one, never split.
    pub(super) fn expand_whole(&mut self, raw: &Raw) -> Option<Word> {
        let words = self.expand(raw);
        let first = words.first()?;
        let (span, quoted) = (first.span, first.quoted);
        let unknown = words.iter().any(|w| w.unknown);
        let text = words.into_iter().map(|w| w.text).collect::<Vec<_>>().join(" ");
        Some(Word { text, span, unknown, quoted, spreads: false, value: None })
    }

    /// The words that a word stands for.
    pub(super) fn expand(&mut self, raw: &Raw) -> Vec<Word> {
        // PowerShell's `@name`: the items of a list, each a word of its own.
        let list = raw.plain().and_then(|word| word.strip_prefix('@')).filter(|_| self.dialect == Dialect::PowerShell);
        if let Some(name) = list.filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())) {
            let value = self.lookup(name);
            return value.items.into_iter().map(|text| self.word(raw, text, value.unknown)).collect();
        }
        if let Some(value) = self.member(raw) {
            return value.items.into_iter().map(|text| self.word(raw, text, value.unknown)).collect();
        }
        let mut done: Vec<String> = Vec::new();
        let mut text = String::new();
        let mut unknown = false;
        // `"$@"` without arguments is no word at all.
        let mut is_nothing = false;
        for part in &raw.parts {
            let (items, quoted) = match part {
                Part::Text(t) | Part::Quoted(t) => {
                    unknown |= is_placeholder(t);
                    text.push_str(t);
                    continue;
                }
                Part::Placeholder(name) => {
                    unknown = true;
                    text.push_str(name);
                    continue;
                }
                Part::Sum(sum) => match self.sum(sum) {
                    Some(number) => (known(number.to_string()), true),
                    None => (Value { items: alloc::vec![format!("$(({sum}))")], unknown: true }, true),
                },
                Part::Variable(name, quoted) => {
                    let mut value = self.lookup(name);
                    is_nothing |= value.items.is_empty() && (name == "@" || name.ends_with("[@]"));
                    if *quoted && self.dialect == Dialect::Posix && (name == "*" || name.ends_with("[*]")) {
                        value.items = alloc::vec![value.items.join(" ")];
                    }
                    (value, *quoted)
                }
                Part::Output(range, quoted) => (self.substitute(range.clone()), *quoted),
                Part::Table(entries) => (known(self.table(entries)), true),
            };
            unknown |= items.unknown;
            let whole = raw.parts.len() == 1 || items.items.len() > 1;
            let lists = self.dialect != Dialect::Posix && !quoted;
            let split = !quoted && self.dialect == Dialect::Posix && !items.unknown;
            let mut pieces: Vec<String> = Vec::new();
            for item in items.items {
                if split {
                    pieces.extend(item.split_whitespace().map(ToString::to_string));
                } else {
                    pieces.push(item);
                }
            }
            if pieces.len() <= 1 || !(whole || split || lists) {
                text.push_str(&pieces.join(" "));
                continue;
            }
            let mut pieces = pieces.into_iter();
            text.push_str(&pieces.next().unwrap_or_default());
            for piece in pieces {
                done.push(core::mem::replace(&mut text, piece));
            }
        }
        let is_empty_variable = text.is_empty()
            && done.is_empty()
            && (!raw.quoted || is_nothing)
            && (is_nothing || !raw.parts.iter().any(|p| matches!(p, Part::Quoted(_))));
        if is_empty_variable && self.dialect == Dialect::Posix && (is_nothing || raw.variable().is_some()) {
            return Vec::new();
        }
        done.push(text);
        let braces =
            self.dialect == Dialect::Posix && !raw.quoted && raw.parts.iter().any(|p| matches!(p, Part::Text(t) if t.contains('{')));
        if braces {
            done = done.into_iter().flat_map(|word| braced(&word)).take(MOST_TURNS).collect();
        }
        done.into_iter().map(|text| self.word(raw, text, unknown)).collect()
    }

    /// A word, with the value of `--flag=value` taken off.
    fn word(&self, raw: &Raw, mut text: String, unknown: bool) -> Word {
        text.truncate(text.floor_char_boundary(LONGEST));
        let mut word = Word { text, span: raw.span, unknown, quoted: raw.quoted, spreads: unknown && may_spread(raw), value: None };
        if word.text.starts_with("--")
            && let Some((flag, value)) = word.text.split_once('=')
        {
            let written = self.text.get(raw.span.start as usize..raw.span.end as usize).and_then(|w| w.find('='));
            let at = raw.span.start + written.map_or(flag.len(), |at| at) as u32;
            let span = Span::new((at + 1).min(raw.span.end), raw.span.end);
            let value = Word { text: value.to_string(), span, unknown, quoted: true, spreads: false, value: None };
            word = Word {
                text: flag.to_string(),
                span: Span::new(raw.span.start, at),
                unknown: false,
                quoted: false,
                spreads: false,
                value: Some(value.into()),
            };
        }
        word
    }

    /// The value of a variable, in the forms that bash has.
    fn lookup(&self, name: &str) -> Value {
        let get = |name: &str| self.variables.get(&self.key(name));
        let unset = |name: &str| Value { items: alloc::vec![format!("${name}")], unknown: true };
        if let Some(value) = get(name) {
            return value.clone();
        }
        // A function that has not as many arguments.
        let is_place = self.dialect == Dialect::Posix && !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()) && name != "0";
        if is_place && get("#").is_some() {
            return known(String::new());
        }
        if self.dialect == Dialect::Cmd && name.starts_with('%') {
            return unset(name);
        }
        if let Some(value) = self.property(name) {
            return value;
        }
        if let Some(value) = self.formed(name).filter(|_| self.dialect == Dialect::Posix) {
            return value;
        }
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        let (bare, form) = (name.get(..end).unwrap_or_default(), name.get(end..).unwrap_or_default());
        if bare.is_empty() || form.is_empty() || self.dialect != Dialect::Posix {
            return unset(name);
        }
        let value = get(bare).cloned();
        let one = |value: Option<Value>, change: &dyn Fn(&str) -> String| match value {
            Some(value) => Value { items: value.items.iter().map(|item| change(item)).collect(), ..value },
            None => unset(bare),
        };
        match form {
            "[@]" | "[*]" => value.unwrap_or_else(|| unset(bare)),
            "^^" => one(value, &|item| item.to_uppercase()),
            ",," => one(value, &|item| item.to_lowercase()),
            _ => {
                let default = [":-", ":=", "-", "="].iter().find_map(|sign| form.strip_prefix(sign));
                if let Some(default) = default {
                    let given = value.filter(|v| v.items.iter().any(|item| !item.is_empty()));
                    return given.unwrap_or_else(|| known(default.trim_matches(['"', '\'']).to_string()));
                }
                let index = form.strip_prefix('[').and_then(|f| f.strip_suffix(']')).and_then(|i| i.parse::<usize>().ok());
                match (index, value) {
                    (Some(index), Some(value)) if value.items.len() > index => {
                        Value { items: value.items.get(index).cloned().into_iter().collect(), unknown: value.unknown }
                    }
                    _ => unset(name),
                }
            }
        }
    }

    /// What `$(…)` prints, as far as that is known. Commands in it are run.
    fn substitute(&mut self, range: Range<usize>) -> Value {
        let written = self.text.get(range.clone()).unwrap_or_default();
        let unset = Value { items: alloc::vec![format!("$({})", written.trim())], unknown: true };
        if self.depth >= DEEPEST || !self.spend(written.len(), Span::new(range.start as u32, range.end as u32)) {
            return unset;
        }
        if let Some(number) = self.sum(written).filter(|_| self.dialect == Dialect::PowerShell) {
            return known(number.to_string());
        }
        let (found, _) = tokens(self.text, core::slice::from_ref(&range), self.dialect);
        let nodes = parse(&found, self.dialect);
        match nodes.as_slice() {
            [Node::Simple(words)] => match words.split_first() {
                Some((first, rest)) if first.plain() == Some("seq") => {
                    let numbers = self.value_of(rest);
                    let numbers: Vec<i64> = numbers.items.iter().filter_map(|n| n.parse().ok()).collect();
                    let (first, step, last) = match numbers.as_slice() {
                        [last] => (1, 1, *last),
                        [first, last] => (*first, 1, *last),
                        [first, step, last] if *step > 0 => (*first, *step, *last),
                        _ => return unset,
                    };
                    let step = usize::try_from(step).unwrap_or(1);
                    Value { items: (first..=last).step_by(step).take(MOST_TURNS).map(|n| n.to_string()).collect(), unknown: false }
                }
                Some((first, rest)) if first.plain() == Some("echo") => self.value_of(rest),
                Some((first, rest)) if first.plain() == Some("printf") => {
                    let values = self.value_of(rest);
                    let (format, arguments) = values.items.split_first().map_or(("", &[][..]), |(format, rest)| (format.as_str(), rest));
                    formatted(format, arguments).filter(|_| !values.unknown).map_or(unset, known)
                }
                // `$($name)`
                Some((first, [])) if first.variable().is_some() => self.value_of(core::slice::from_ref(first)),
                _ => {
                    let before = self.commands.len();
                    self.apart(&nodes);
                    self.output(before).map_or(unset, known)
                }
            },
            _ => {
                let before = self.commands.len();
                self.apart(&nodes);
                let single = nodes.len() <= 2;
                self.output(before).filter(|_| single).map_or(unset, known)
            }
        }
    }

    /// What the last of the commands since `before` prints, as far as that can be told. What only shows is taken away.
    pub(super) fn output(&mut self, before: usize) -> Option<String> {
        let (last, earlier) = self.commands.split_last().filter(|(_, earlier)| earlier.len() >= before)?;
        let (length, span) = (earlier.len(), last.span);
        let printed = printed(&last.words, earlier);
        let shows = last.words.iter().take(8).any(|w| matches!(w.text.as_str(), "show" | "list" | "get-credentials"));
        if shows {
            self.commands.pop();
        }
        printed.filter(|_| self.spend(length, span))
    }
}

/// Whether a word is nothing but a variable or the output of a command, which the shell splits into words.
fn may_spread(raw: &Raw) -> bool {
    let mut parts = raw.parts.iter().filter(|part| !matches!(part, Part::Text(text) | Part::Quoted(text) if text.is_empty()));
    let is_one = match parts.next() {
        Some(Part::Variable(name, quoted)) => !quoted || name == "@" || name.ends_with("[@]"),
        Some(Part::Output(_, quoted)) => !quoted,
        Some(Part::Text(text)) => text.starts_with('@'),
        _ => false,
    };
    is_one && parts.next().is_none()
}

/// Whether a text holds a name in braces or pointed brackets that somebody is to fill in.
fn is_placeholder(text: &str) -> bool {
    let inside = |open: char, close: char| {
        let Some((_, after)) = text.split_once(open) else { return false };
        let Some((inner, _)) = after.split_once(close) else { return false };
        inner.starts_with(|c: char| c.is_ascii_alphabetic())
            && inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' '))
    };
    inside('{', '}') || inside('<', '>')
}

/// What `printf` prints with `%s`, `%d` and `%03d`; nothing for any other form.
fn formatted(format: &str, arguments: &[String]) -> Option<String> {
    let mut text = String::new();
    let mut arguments = arguments.iter();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit())?;
        let (width, kind) = (after.get(..end)?, after.get(end..)?.chars().next()?);
        let argument = if kind == '%' { "%" } else { arguments.next()?.as_str() };
        match kind {
            '%' | 's' if width.is_empty() => text.push_str(argument),
            'd' if width.is_empty() => text.push_str(&argument.parse::<i64>().ok()?.to_string()),
            'd' if width.starts_with('0') => {
                let width: usize = width.parse().ok().filter(|width| *width < 40)?;
                text.push_str(&format!("{:0width$}", argument.parse::<i64>().ok()?));
            }
            _ => return None,
        }
        rest = after.get(end + 1..)?;
    }
    text.push_str(rest);
    (arguments.next().is_none() && !text.contains('\\')).then_some(text)
}

/// PowerShell's `1..3`.
pub(super) fn range_of(text: &str) -> Option<Vec<String>> {
    let (first, last) = text.split_once("..")?;
    let (first, last) = (first.parse::<i64>().ok()?, last.parse::<i64>().ok()?);
    Some((first..=last).take(MOST_TURNS).map(|n| n.to_string()).collect())
}

/// `{1..3}` and `{a,b}` in a word; the word itself where there is neither.
fn braced(word: &str) -> Vec<String> {
    let alone = || alloc::vec![word.to_string()];
    let Some((head, after)) = word.split_once('{') else { return alone() };
    let Some((inner, tail)) = after.split_once('}') else { return alone() };
    if head.ends_with('$') {
        return alone();
    }
    let items: Vec<String> = match inner.split_once("..") {
        Some(_) => match range_of(inner) {
            Some(numbers) => numbers,
            None => return alone(),
        },
        None if inner.contains(',') && !inner.contains([':', '"']) => inner.split(',').map(ToString::to_string).collect(),
        None => return alone(),
    };
    items.into_iter().map(|item| format!("{head}{item}{tail}")).take(MOST_TURNS).collect()
}
