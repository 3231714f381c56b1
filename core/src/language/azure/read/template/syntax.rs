//! The language of expressions: literals, calls of functions, and what is picked out of values.
//! Upstream: Azure documentation, "Syntax and expressions in ARM templates".

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// Calls in calls are read so deep.
const DEEPEST: usize = 40;

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Expr<'e> {
    /// `'text'`.
    Text(Rc<str>),
    /// `12`.
    Number(i64),
    /// `name(arguments)`.
    Call(Call<'e>),
    /// `whole.name`, and all of it as written.
    Member(Box<Expr<'e>>, &'e str, &'e str),
    /// `whole[index]`, and all of it as written.
    Index(Box<Expr<'e>>, Box<Expr<'e>>, &'e str),
}

/// A call of a function.
#[derive(Clone, Debug)]
pub(super) struct Call<'e> {
    /// As written, with a namespace if there is one.
    pub(super) name: &'e str,
    pub(super) arguments: Vec<Expr<'e>>,
    /// All of it as written.
    pub(super) written: &'e str,
}

/// Reads an expression; nothing if it does not follow the language.
pub(super) fn parse(text: &str) -> Option<Expr<'_>> {
    let mut parser = Parser { rest: text, depth: 0 };
    parser.value().filter(|_| parser.rest.trim().is_empty())
}

/// The text between the brackets of an expression.
pub(super) fn expression(text: &str) -> Option<&str> {
    let text = text.trim();
    if text.starts_with("[[") {
        return None;
    }
    text.strip_prefix('[')?.strip_suffix(']')
}

struct Parser<'e> {
    rest: &'e str,
    depth: usize,
}

impl<'e> Parser<'e> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn value(&mut self) -> Option<Expr<'e>> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        self.skip();
        let start = self.rest;
        let mut value = match self.rest.chars().next()? {
            '\'' => self.text()?,
            c if c.is_ascii_digit() || c == '-' || c == '+' => self.number()?,
            _ => self.call()?,
        };
        let mut picks = 0;
        loop {
            self.skip();
            if let Some(rest) = self.rest.strip_prefix('.') {
                let rest = rest.trim_start();
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
                let (name, rest) = (rest.get(..end).filter(|n| !n.is_empty())?, rest.get(end..)?);
                self.rest = rest;
                value = Expr::Member(Box::new(value), name, self.since(start));
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                let index = self.value()?;
                self.rest = self.rest.trim_start().strip_prefix(']')?;
                value = Expr::Index(Box::new(value), Box::new(index), self.since(start));
            } else {
                break;
            }
            picks += 1;
            if picks > DEEPEST {
                return None;
            }
        }
        self.depth -= 1;
        Some(value)
    }

    /// What was read since then.
    fn since(&self, start: &'e str) -> &'e str {
        start.get(..start.len().saturating_sub(self.rest.len())).unwrap_or(start)
    }

    fn text(&mut self) -> Option<Expr<'e>> {
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
        Some(Expr::Text(text.into()))
    }

    fn number(&mut self) -> Option<Expr<'e>> {
        let end = self.rest.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit()).map_or(self.rest.len(), |(i, _)| i);
        let (digits, rest) = (self.rest.get(..end)?, self.rest.get(end..)?);
        self.rest = rest;
        digits.parse().ok().map(Expr::Number)
    }

    fn call(&mut self) -> Option<Expr<'e>> {
        let whole = self.rest;
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '$')).unwrap_or(self.rest.len());
        let name = self.rest.get(..end).filter(|n| !n.is_empty())?;
        self.rest = self.rest.get(end..)?.trim_start().strip_prefix('(')?;
        let mut arguments = Vec::new();
        loop {
            self.skip();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                break;
            }
            if !arguments.is_empty() {
                self.rest = self.rest.strip_prefix(',')?;
            }
            arguments.push(self.value()?);
        }
        Some(Expr::Call(Call { name, arguments, written: self.since(whole) }))
    }
}

impl Expr<'_> {
    /// The names and the body of a lambda.
    pub(super) fn lambda(&self) -> Option<(Vec<&str>, &Expr<'_>)> {
        let Expr::Call(call) = self else { return None };
        if !call.name.eq_ignore_ascii_case("lambda") {
            return None;
        }
        let (body, names) = call.arguments.split_last()?;
        let names: Option<Vec<&str>> = names
            .iter()
            .map(|name| match name {
                Expr::Text(text) => Some(&**text),
                _ => None,
            })
            .collect();
        Some((names?, body))
    }
}
