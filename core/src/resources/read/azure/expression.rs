//! The language of expressions in templates: literals, calls of functions, and what is picked out of values.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::value::{DEEPEST, Template, Val};

/// Reads one expression.
pub(super) struct Parser<'a, 't> {
    pub(super) template: &'t Template<'a>,
    rest: &'a str,
    pub(super) depth: usize,
}

impl<'a, 't> Parser<'a, 't> {
    pub(super) fn new(template: &'t Template<'a>, expression: &'a str, depth: usize) -> Self {
        Parser { template, rest: expression, depth }
    }

    /// The value of all of it; nothing if it does not follow the language.
    pub(super) fn whole(&mut self) -> Option<Val<'a>> {
        self.value().filter(|_| self.rest.trim().is_empty())
    }

    /// A literal or a call, with what is picked out of it.
    fn value(&mut self) -> Option<Val<'a>> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.rest = self.rest.trim_start();
        let mut value = match self.rest.chars().next()? {
            '\'' => self.text()?,
            c if c.is_ascii_digit() || c == '-' => self.number()?,
            _ => self.call()?,
        };
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix('.') {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let (name, rest) = (rest.get(..end)?, rest.get(end..)?);
                self.rest = rest;
                value = self.pick(value, name);
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                self.depth += 1;
                let index = self.value()?;
                self.depth -= 1;
                self.rest = self.rest.trim_start().strip_prefix(']')?;
                value = match index.plain() {
                    Val::Number(index) => self.at(value, index),
                    Val::Text(name) => self.pick(value, &name),
                    index => Val::Unknown(inside(&value, &format!("[{}]", bare(&index.words())))),
                };
            } else {
                return Some(value);
            }
        }
    }

    fn text(&mut self) -> Option<Val<'a>> {
        let mut text = String::new();
        let mut rest = self.rest.strip_prefix('\'')?;
        loop {
            let end = rest.find('\'')?;
            text.push_str(rest.get(..end)?);
            rest = rest.get(end + 1..)?;
            // Two quotation marks are one.
            match rest.strip_prefix('\'') {
                Some(after) => {
                    text.push('\'');
                    rest = after;
                }
                None => break,
            }
        }
        self.rest = rest;
        Some(Val::Text(text))
    }

    fn number(&mut self) -> Option<Val<'a>> {
        let end = self.rest.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit()).map_or(self.rest.len(), |(i, _)| i);
        let (digits, rest) = (self.rest.get(..end)?, self.rest.get(end..)?);
        self.rest = rest;
        digits.parse().ok().map(Val::Number)
    }

    fn call(&mut self) -> Option<Val<'a>> {
        let whole = self.rest;
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(self.rest.len());
        let name = self.rest.get(..end).filter(|n| !n.is_empty())?;
        self.rest = self.rest.get(end..)?.trim_start().strip_prefix('(')?;
        let mut arguments = Vec::new();
        self.depth += 1;
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                break;
            }
            if let Some(rest) = self.rest.strip_prefix(',').filter(|_| !arguments.is_empty()) {
                self.rest = rest;
            }
            arguments.push(self.value()?);
        }
        self.depth -= 1;
        let written = whole.get(..whole.len() - self.rest.len()).unwrap_or(name);
        let found = if self.template.spend(1) { self.apply(name, &arguments) } else { None };
        Some(found.unwrap_or_else(|| Val::Unknown(format!("[{written}]"))))
    }

    fn pick(&self, value: Val<'a>, name: &str) -> Val<'a> {
        let found = match &value {
            Val::Node(node) => self.template.member(*node, name),
            Val::Turned(node, turns) => self.template.within(turns).member(*node, name).map(|found| match found {
                Val::Node(found) => Val::Turned(found, turns.clone()),
                other => other,
            }),
            _ => None,
        };
        match found {
            Some(found) => self.template.follow(found, self.depth),
            None => Val::Unknown(inside(&value, &format!(".{name}"))),
        }
    }

    fn at(&self, value: Val<'a>, index: i64) -> Val<'a> {
        let found = usize::try_from(index).ok().and_then(|i| {
            let items = value.sequence()?;
            // An item that is not known may stand for several, so what comes after it has no number.
            let known = items.iter().take(i + 1).all(|item| !matches!(item, Val::Unknown(_)));
            items.into_iter().nth(i).filter(|_| known)
        });
        match found {
            Some(found) if self.template.spend(index.unsigned_abs() as usize / 8) => self.template.follow(found, self.depth),
            _ => Val::Unknown(inside(&value, &format!("[{index}]"))),
        }
    }
}

/// An expression without its brackets.
fn bare(text: &str) -> &str {
    text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text)
}

/// The expression for a part of a value that is not known.
fn inside(value: &Val<'_>, part: &str) -> String {
    let whole = match value {
        Val::Unknown(text) => bare(text).to_string(),
        other => other.words(),
    };
    format!("[{whole}{part}]")
}
