//! From text to selector. The grammar is that of docs/semantics.md, Calico.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::model::{Comparison, Selector};

/// Why a text is no selector, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// First byte of what is wrong.
    pub start: usize,
    /// One past its last byte; the same as `start` at the end of the text.
    pub end: usize,
    /// What is wrong.
    pub kind: SyntaxErrorKind,
}

/// What is wrong with a text that is no selector.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SyntaxErrorKind {
    /// A quote without its end.
    UnterminatedString,
    /// `=` instead of `==`.
    SingleEquals,
    /// `&` or `|` alone.
    SingleAmpersandOrPipe,
    /// A character that begins nothing.
    UnexpectedCharacter,
    /// A line break, as a YAML block leaves it at its end.
    LineBreak,
    /// `has(`, `all(` or `global(` without its end.
    UnclosedCall,
    /// A label, and then something that is no operator.
    MissingOperator,
    /// A label, and then something that cannot follow one.
    BadOperator,
    /// A label, and nothing after it.
    UnexpectedEnd,
    /// An operator without a text in quotes after it.
    ExpectedString,
    /// `in` without `{`.
    ExpectedSet,
    /// A set that is not a list of texts in quotes.
    BadSet,
    /// A bracket without its end.
    UnclosedParenthesis,
    /// Something that cannot begin an expression.
    UnexpectedToken,
    /// More after the end.
    TrailingContent,
    /// A label longer than 512 characters.
    LabelTooLong,
    /// Brackets in brackets beyond what is read.
    TooDeep,
}

impl SyntaxErrorKind {
    /// A word for it, for tests and tools.
    pub const fn class(self) -> &'static str {
        self.words().0
    }

    /// What to do about it.
    pub const fn help(self) -> &'static str {
        self.words().2
    }

    /// Its class, its message (upstream's, where there is one), and what to do.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        const OPERATORS: &str = "after a label comes ==, !=, in, not in, contains, starts with or ends with; expressions are joined by && and ||, in lower case words nothing else is an operator";
        match self {
            SyntaxErrorKind::UnterminatedString => (
                "unterminated-string",
                "unterminated string",
                "close the quote; there are no escapes, so a text with \" in it stands in '…'",
            ),
            SyntaxErrorKind::SingleEquals => ("single-equals", "expected ==", "write `==`"),
            SyntaxErrorKind::SingleAmpersandOrPipe => ("single-ampersand-or-pipe", "expected && or ||", "write `&&` for and, `||` for or"),
            SyntaxErrorKind::UnexpectedCharacter => {
                ("unexpected-character", "unexpected characters", "labels are of letters, digits and `_ . / -`; values stand in quotes")
            }
            SyntaxErrorKind::LineBreak => (
                "unexpected-character",
                "unexpected characters: a line break",
                "write the selector on one line; after `>-` YAML joins lines and leaves no break at the end",
            ),
            SyntaxErrorKind::UnclosedCall => {
                ("unclosed-call", "no closing ')' after the name and its bracket", "write `has(label)`, `all()` or `global()`")
            }
            SyntaxErrorKind::MissingOperator => {
                ("missing-operator", "unexpected characters after a label, was expecting an operator", OPERATORS)
            }
            SyntaxErrorKind::BadOperator => ("bad-operator", "expected an operator after the label", OPERATORS),
            SyntaxErrorKind::UnexpectedEnd => {
                ("unexpected-end", "unexpected end of string looking for op", "to ask whether a label is there, write `has(label)`")
            }
            SyntaxErrorKind::ExpectedString => ("expected-string", "expected string", "put the value in quotes"),
            SyntaxErrorKind::ExpectedSet => ("expected-set", "expected set literal", "write the values as a set: `in {\"a\", \"b\"}`"),
            SyntaxErrorKind::BadSet => ("bad-set", "expected }", "a set is a list of texts in quotes with commas between them"),
            SyntaxErrorKind::UnclosedParenthesis => ("unclosed-parenthesis", "expected )", "close the bracket"),
            SyntaxErrorKind::UnexpectedToken => {
                ("unexpected-token", "unexpected token", "an expression begins with a label, `has(`, `all(`, `global(`, `!` or `(`")
            }
            SyntaxErrorKind::TrailingContent => {
                ("trailing-content", "unexpected content at end of selector", "join expressions by `&&` or `||`")
            }
            SyntaxErrorKind::LabelTooLong => ("label-too-long", "label too long", "a label has 512 characters at most"),
            SyntaxErrorKind::TooDeep => ("too-deep", "too many brackets within each other", "take away brackets"),
        }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.words().1)
    }
}

impl core::error::Error for SyntaxError {}

/// Brackets within brackets that are read; what is beyond is an error, so that no text can exhaust the stack.
const DEEPEST: usize = 128;
/// The longest label.
const LONGEST_LABEL: usize = 512;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind<'a> {
    Label(&'a str),
    Text(&'a str),
    Has(&'a str),
    All,
    Global,
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
    Equal,
    NotEqual,
    Not,
    And,
    Or,
    In,
    NotIn,
    Contains,
    StartsWith,
    EndsWith,
    End,
}

#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    kind: Kind<'a>,
    start: usize,
    end: usize,
}

/// Reads a selector. An empty text is [`Selector::All`].
///
/// # Errors
/// When the text is not a selector; the error says where.
pub fn parse(text: &str) -> Result<Selector, SyntaxError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0 };
    if parser.kind() == Kind::End {
        return Ok(Selector::All);
    }
    let selector = parser.either(0)?;
    match parser.kind() {
        Kind::End => Ok(selector),
        _ => Err(parser.error(SyntaxErrorKind::TrailingContent)),
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-')
}

/// Reads a text into tokens.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or(&[])
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().iter().take_while(|b| is_blank(**b)).count();
    }

    /// Takes a text if it stands here.
    fn take(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word.as_bytes());
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// Takes a word if it stands here and ends here.
    fn take_word(&mut self, word: &str) -> bool {
        let ends = self.rest().get(word.len()).is_none_or(|b| !is_label(*b));
        ends && self.take(word)
    }

    /// The label that stands here; empty if there is none.
    fn label(&mut self) -> &'a str {
        let start = self.at;
        self.at += self.rest().iter().take_while(|b| is_label(**b)).count();
        self.slice(start, self.at)
    }

    /// An error about the character that stands here.
    fn error(&self, kind: SyntaxErrorKind) -> SyntaxError {
        let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let kind = match next {
            Some('\n' | '\r') if kind == SyntaxErrorKind::UnexpectedCharacter => SyntaxErrorKind::LineBreak,
            _ => kind,
        };
        SyntaxError { start: self.at, end: self.at + next.map_or(0, char::len_utf8), kind }
    }

    /// The token that begins with this byte, which is not blank. `after_label`: an operator is due.
    fn token(&mut self, first: u8, after_label: bool) -> Result<Kind<'a>, SyntaxError> {
        let start = self.at;
        let single = match first {
            b'(' => Some(Kind::Open),
            b')' => Some(Kind::Close),
            b'{' => Some(Kind::OpenSet),
            b'}' => Some(Kind::CloseSet),
            b',' => Some(Kind::Comma),
            _ => None,
        };
        if let Some(kind) = single {
            self.at += 1;
            return Ok(kind);
        }
        match first {
            b'"' | b'\'' => {
                let inside = self.rest().iter().skip(1).position(|b| *b == first);
                let Some(length) = inside else {
                    return Err(SyntaxError { start, end: self.text.len(), kind: SyntaxErrorKind::UnterminatedString });
                };
                self.at += length + 2;
                return Ok(Kind::Text(self.slice(start + 1, start + 1 + length)));
            }
            b'=' => return if self.take("==") { Ok(Kind::Equal) } else { Err(self.error(SyntaxErrorKind::SingleEquals)) },
            b'!' if self.take("!=") => return Ok(Kind::NotEqual),
            b'!' => {
                self.at += 1;
                return Ok(Kind::Not);
            }
            b'&' if self.take("&&") => return Ok(Kind::And),
            b'|' if self.take("||") => return Ok(Kind::Or),
            b'&' | b'|' => return Err(self.error(SyntaxErrorKind::SingleAmpersandOrPipe)),
            _ => {}
        }
        if after_label {
            return self.operator();
        }
        if self.take("has(") {
            self.skip_blanks();
            let label = self.label();
            if label.is_empty() {
                return Err(self.error(SyntaxErrorKind::UnexpectedCharacter));
            }
            self.close_call()?;
            return if label.len() > LONGEST_LABEL { Err(self.too_long(start)) } else { Ok(Kind::Has(label)) };
        }
        for (name, kind) in [("all(", Kind::All), ("global(", Kind::Global)] {
            if self.take(name) {
                self.close_call()?;
                return Ok(kind);
            }
        }
        match self.label() {
            "" => Err(self.error(SyntaxErrorKind::UnexpectedCharacter)),
            label if label.len() > LONGEST_LABEL => Err(self.too_long(start)),
            label => Ok(Kind::Label(label)),
        }
    }

    fn too_long(&self, start: usize) -> SyntaxError {
        SyntaxError { start, end: self.at, kind: SyntaxErrorKind::LabelTooLong }
    }

    fn close_call(&mut self) -> Result<(), SyntaxError> {
        self.skip_blanks();
        if self.take(")") { Ok(()) } else { Err(self.error(SyntaxErrorKind::UnclosedCall)) }
    }

    /// The operator that is written as a word.
    fn operator(&mut self) -> Result<Kind<'a>, SyntaxError> {
        let start = self.at;
        for (word, kind) in [("contains", Kind::Contains), ("in", Kind::In), ("notin", Kind::NotIn)] {
            if self.take_word(word) {
                return Ok(kind);
            }
        }
        for (first, second, kind) in [("starts", "with", Kind::StartsWith), ("ends", "with", Kind::EndsWith), ("not", "in", Kind::NotIn)] {
            if self.take(first) {
                self.skip_blanks();
                // Upstream takes `with` as part of the operator only before a quote.
                let found = self.take_word(second) && (second != "with" || self.quote_follows());
                if found {
                    return Ok(kind);
                }
                self.at = start;
            }
        }
        let end = start + self.label().len().max(self.error(SyntaxErrorKind::MissingOperator).end - start);
        Err(SyntaxError { start, end, kind: SyntaxErrorKind::MissingOperator })
    }

    fn quote_follows(&self) -> bool {
        self.rest().iter().find(|b| !is_blank(**b)).is_some_and(|b| matches!(b, b'"' | b'\''))
    }
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, SyntaxError> {
    let mut scanner = Scanner { text, at: 0 };
    let mut tokens: Vec<Token<'_>> = Vec::new();
    loop {
        scanner.skip_blanks();
        let start = scanner.at;
        let Some(&first) = scanner.rest().first() else {
            tokens.push(Token { kind: Kind::End, start, end: start });
            return Ok(tokens);
        };
        let after_label = tokens.last().is_some_and(|t| matches!(t.kind, Kind::Label(_)));
        let kind = scanner.token(first, after_label)?;
        tokens.push(Token { kind, start, end: scanner.at });
    }
}

struct Parser<'a, 't> {
    /// INVARIANT: ends with [`Kind::End`].
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'a> Parser<'a, '_> {
    fn token(&self) -> Token<'a> {
        self.tokens.get(self.at).or(self.tokens.last()).copied().unwrap_or(Token { kind: Kind::End, start: 0, end: 0 })
    }

    fn kind(&self) -> Kind<'a> {
        self.token().kind
    }

    fn next(&mut self) -> Kind<'a> {
        let kind = self.kind();
        self.at += 1;
        kind
    }

    /// An error about the token that comes next.
    fn error(&self, kind: SyntaxErrorKind) -> SyntaxError {
        let Token { start, end, .. } = self.token();
        SyntaxError { start, end, kind }
    }

    fn either(&mut self, depth: usize) -> Result<Selector, SyntaxError> {
        self.chain(depth, Kind::Or)
    }

    /// Expressions joined by one operator.
    fn chain(&mut self, depth: usize, joint: Kind<'_>) -> Result<Selector, SyntaxError> {
        let or = joint == Kind::Or;
        let mut parts = Vec::new();
        loop {
            parts.push(if or { self.chain(depth, Kind::And)? } else { self.unary(depth)? });
            if self.kind() != joint {
                break;
            }
            self.at += 1;
        }
        Ok(match (parts.len(), or) {
            (1, _) => parts.swap_remove(0),
            (_, true) => Selector::Or(parts),
            (_, false) => Selector::And(parts),
        })
    }

    fn unary(&mut self, depth: usize) -> Result<Selector, SyntaxError> {
        let mut negated = false;
        while self.kind() == Kind::Not {
            negated = !negated;
            self.at += 1;
        }
        let selector = self.primary(depth)?;
        Ok(if negated { Selector::Not(Box::new(selector)) } else { selector })
    }

    fn primary(&mut self, depth: usize) -> Result<Selector, SyntaxError> {
        let start = self.error(SyntaxErrorKind::UnexpectedToken);
        match self.next() {
            Kind::Has(label) => Ok(Selector::Has(label.into())),
            Kind::All => Ok(Selector::All),
            Kind::Global => Ok(Selector::Global),
            Kind::Label(label) => self.comparison().map(|comparison| Selector::Compare(label.into(), comparison)),
            Kind::Open if depth >= DEEPEST => Err(SyntaxError { kind: SyntaxErrorKind::TooDeep, ..start }),
            Kind::Open => {
                let inner = self.either(depth + 1)?;
                match self.kind() {
                    Kind::Close => {
                        self.at += 1;
                        Ok(inner)
                    }
                    _ => Err(self.error(SyntaxErrorKind::UnclosedParenthesis)),
                }
            }
            _ => Err(start),
        }
    }

    fn comparison(&mut self) -> Result<Comparison, SyntaxError> {
        let due = self.error(SyntaxErrorKind::BadOperator);
        let of_text: fn(Box<str>) -> Comparison = match self.next() {
            Kind::Equal => Comparison::Equals,
            Kind::NotEqual => Comparison::NotEquals,
            Kind::Contains => Comparison::Contains,
            Kind::StartsWith => Comparison::StartsWith,
            Kind::EndsWith => Comparison::EndsWith,
            Kind::In => return self.set().map(Comparison::In),
            Kind::NotIn => return self.set().map(Comparison::NotIn),
            Kind::End => return Err(SyntaxError { kind: SyntaxErrorKind::UnexpectedEnd, ..due }),
            _ => return Err(due),
        };
        match self.kind() {
            Kind::Text(text) => {
                self.at += 1;
                Ok(of_text(text.into()))
            }
            _ => Err(self.error(SyntaxErrorKind::ExpectedString)),
        }
    }

    fn set(&mut self) -> Result<Vec<Box<str>>, SyntaxError> {
        if self.kind() != Kind::OpenSet {
            return Err(self.error(SyntaxErrorKind::ExpectedSet));
        }
        self.at += 1;
        let mut values: Vec<Box<str>> = Vec::new();
        while let Kind::Text(text) = self.kind() {
            self.at += 1;
            values.push(text.into());
            if self.kind() != Kind::Comma {
                break;
            }
            self.at += 1;
        }
        if self.kind() != Kind::CloseSet {
            return Err(self.error(SyntaxErrorKind::BadSet));
        }
        self.at += 1;
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }
}
