//! What PowerShell's assignments give their variables: single values, lists and tables of them. What operators, methods and other commands make of values is
//! not followed, and never taken for the words that stand there.
//!
//! Upstream: Microsoft Learn, "about_Assignment_Operators", "about_Arrays", "about_Hash_Tables", "about_Parsing" (expression mode).

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::lex::{Part, Raw, Token};
use super::{Node, Parser};
use crate::text::Span;

/// Tables in tables are followed so far.
const DEEPEST: usize = 8;

/// What stands behind the sign of an assignment.
pub(super) enum Given {
    /// Values as they stand, and variables.
    Values(Vec<Raw>),
    /// A command of which the output is assigned.
    Command(Vec<Raw>),
    /// Anything else.
    Other,
}

impl Given {
    /// The assignment of it.
    pub(super) fn assigned_to(self, name: String, adds: bool) -> Node {
        match self {
            Given::Values(items) => Node::List { name, items, adds },
            Given::Command(words) => Node::Captured { name, words },
            Given::Other => Node::Captured { name, words: Vec::new() },
        }
    }
}

/// A word as a value of PowerShell's: in quotation marks, a number, a range, a variable or something to be filled in. Any other word runs a command, and
/// what follows quotation marks calls a method or joins values.
fn is_value(word: &Raw) -> bool {
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(['+', '*', '(']);
    match word.parts.as_slice() {
        [Part::Text(text)] if !word.quoted => is_number(text),
        [Part::Variable(..), Part::Text(index)] if !word.quoted => index.starts_with('[') && index.ends_with(']'),
        [Part::Variable(..), Part::Text(open), Part::Quoted(_), Part::Text(close)] if !word.quoted => open == "[" && close == "]",
        parts => !parts.is_empty() && parts.iter().all(|part| !matches!(part, Part::Text(text) if !text.is_empty())),
    }
}

/// The words of a statement as the value of another one.
pub(super) fn of_words(words: Vec<Raw>) -> Given {
    match words.as_slice() {
        [one] if is_value(one) => Given::Values(words),
        [first, ..] if first.plain() == Some("az") => Given::Command(words),
        _ => Given::Other,
    }
}

/// What stands behind `@{` in the first word of a table: `@{`, `[PSCustomObject]@{Name=`.
fn opens_table(word: &Raw) -> Option<&str> {
    let Some(Part::Text(text)) = word.parts.first().filter(|_| !word.quoted) else { return None };
    let (before, after) = text.split_once("@{")?;
    (before.is_empty() || before.starts_with('[') && before.ends_with(']')).then_some(after)
}

impl Parser<'_> {
    /// What stands here up to the end of the statement; `first` is what of it stands in the word with the sign.
    pub(super) fn given(&mut self, first: Option<Raw>) -> Given {
        let is_list = first.as_ref().is_none_or(|first| first.plain() == Some("@")) && self.peek_op() == Some("(");
        if is_list {
            let given = self.group();
            return if self.ends_here() { given } else { self.other() };
        }
        if first.as_ref().map_or_else(|| self.plain(), Raw::plain).is_some_and(|word| word.eq_ignore_ascii_case("az")) {
            let mut words = self.words();
            words.splice(0..0, first);
            return Given::Command(words);
        }
        let mut items: Vec<Raw> = Vec::new();
        let mut is_simple = true;
        if let Some(first) = first {
            // `$name=nsg` runs a command that is not there; the word is what was meant.
            is_simple = is_value(&first) || first.plain().is_some_and(|word| !word.contains(['+', '*', '.', '[']));
            items.push(first);
        }
        loop {
            let after_comma = self.take_op(",");
            if !items.is_empty() && !after_comma {
                break;
            }
            let Some(word) = self.peek_word() else { break };
            let item = if opens_table(word).is_some() { self.table(0) } else { word.clone() };
            if opens_table(word).is_none() {
                self.at += 1;
                is_simple &= is_value(&item);
            }
            items.push(item);
        }
        if is_simple && !items.is_empty() && self.ends_here() { Given::Values(items) } else { self.other() }
    }

    /// Whether the statement ends here.
    fn ends_here(&self) -> bool {
        matches!(self.peek(), None | Some(Token::Newline | Token::Op(";" | "}" | ")" | "&&" | "||")))
    }

    /// Passes over the rest of an expression.
    fn other(&mut self) -> Given {
        loop {
            match self.peek() {
                Some(Token::Word(_) | Token::Op(",")) => self.at += 1,
                Some(Token::Op("(")) => drop(self.bracket()),
                _ => return Given::Other,
            }
        }
    }

    /// `(…)` and `@(…)`.
    fn group(&mut self) -> Given {
        if matches!(self.tokens.get(self.at + 1), Some(Token::Word(word)) if word.plain() == Some("az")) {
            return Given::Command(self.bracket());
        }
        self.at += 1;
        let mut items = Vec::new();
        let mut is_simple = true;
        loop {
            match self.peek() {
                None => break,
                Some(Token::Op(")")) => {
                    self.at += 1;
                    break;
                }
                Some(Token::Newline | Token::Op("," | ";")) => self.at += 1,
                Some(Token::Word(word)) if opens_table(word).is_some() => items.push(self.table(0)),
                Some(Token::Word(word)) => {
                    is_simple &= is_value(word);
                    items.push(word.clone());
                    self.at += 1;
                }
                Some(Token::Op("(")) => {
                    is_simple = false;
                    self.bracket();
                }
                Some(Token::Op(_)) => {
                    is_simple = false;
                    self.at += 1;
                }
            }
        }
        if is_simple { Given::Values(items) } else { Given::Other }
    }

    /// `@{Name = "web"; Port = 443}`, as one word.
    fn table(&mut self, depth: usize) -> Raw {
        let Some(first) = self.peek_word() else { return Raw { parts: Vec::new(), span: Span::default(), quoted: false } };
        self.at += 1;
        let mut entries: Vec<Vec<Raw>> = alloc::vec![Vec::new()];
        let rest = opens_table(first).unwrap_or_default();
        let own = (!rest.is_empty()).then(|| Part::Text(rest.to_owned()));
        let mut parts: Vec<Part> = own.into_iter().chain(first.parts.iter().skip(1).cloned()).collect();
        // `@{Port=443}` is one word.
        let closes = match parts.last_mut() {
            Some(Part::Text(last)) if last.ends_with('}') => last.pop().is_some(),
            _ => false,
        };
        if !parts.is_empty() {
            entries = alloc::vec![alloc::vec![Raw { parts, quoted: false, ..first.clone() }]];
        }
        if !closes {
            self.rest_of_table(first, &mut entries, depth);
        }
        let entries = entries.iter().filter_map(|entry| entry_of(entry)).collect();
        Raw { parts: alloc::vec![Part::Table(entries)], span: first.span, quoted: false }
    }

    /// The entries of a table, to its end.
    fn rest_of_table(&mut self, first: &Raw, entries: &mut Vec<Vec<Raw>>, depth: usize) {
        // What is not followed is not known.
        let unknown = Raw { parts: alloc::vec![Part::Text("(".into())], span: first.span, quoted: false };
        loop {
            match self.peek() {
                None => return,
                Some(Token::Op("}")) => {
                    self.at += 1;
                    return;
                }
                Some(Token::Newline | Token::Op(";")) => {
                    self.at += 1;
                    entries.push(Vec::new());
                }
                Some(Token::Word(word)) if depth == DEEPEST && opens_table(word).is_some() => {
                    self.pass_table();
                    entries.last_mut().into_iter().for_each(|entry| entry.push(unknown.clone()));
                }
                Some(Token::Word(word)) => {
                    let word = if opens_table(word).is_some() { self.table(depth + 1) } else { word.clone() };
                    self.at += usize::from(!matches!(word.parts.as_slice(), [Part::Table(_)]));
                    entries.last_mut().into_iter().for_each(|entry| entry.push(word.clone()));
                }
                Some(Token::Op("(")) => {
                    self.bracket();
                    entries.last_mut().into_iter().for_each(|entry| entry.push(unknown.clone()));
                }
                Some(Token::Op(_)) => self.at += 1,
            }
        }
    }
}

impl Parser<'_> {
    /// Passes over a table with all tables in it.
    fn pass_table(&mut self) {
        let mut open = 0usize;
        while let Some(token) = self.peek() {
            match token {
                Token::Word(word) if opens_table(word).is_some() => {
                    open += usize::from(!matches!(word.parts.last(), Some(Part::Text(last)) if last.ends_with('}')));
                }
                Token::Op("}") => open = open.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                break;
            }
        }
    }
}

/// The key of an entry of a table and its value; an empty word for a value that is not followed.
fn entry_of(words: &[Raw]) -> Option<(String, Raw)> {
    let (first, rest) = words.split_first()?;
    let unknown = Raw { parts: Vec::new(), ..first.clone() };
    let (key, mut value): (String, Vec<Raw>) = match first.parts.as_slice() {
        [Part::Text(text), more @ ..] if text.contains('=') => {
            let (key, value) = text.split_once('=')?;
            let own = (!value.is_empty()).then(|| Part::Text(value.to_owned()));
            let parts: Vec<Part> = own.into_iter().chain(more.iter().cloned()).collect();
            let head = (!parts.is_empty()).then(|| Raw { quoted: value.is_empty(), parts, ..first.clone() });
            (key.to_owned(), head.into_iter().chain(rest.iter().cloned()).collect())
        }
        [Part::Text(key) | Part::Quoted(key)] => {
            let (sign, rest) = rest.split_first()?;
            let Some(Part::Text(text)) = sign.parts.first() else { return None };
            let after = text.strip_prefix('=')?;
            let own = (!after.is_empty()).then(|| Part::Text(after.to_owned()));
            let parts: Vec<Part> = own.into_iter().chain(sign.parts.iter().skip(1).cloned()).collect();
            let head = (!parts.is_empty()).then(|| Raw { quoted: after.is_empty(), parts, ..sign.clone() });
            (key.clone(), head.into_iter().chain(rest.iter().cloned()).collect())
        }
        _ => return None,
    };
    let value = match value.pop() {
        Some(only) if value.is_empty() && is_value(&only) => only,
        _ => unknown,
    };
    Some((key.trim().to_owned(), value))
}
