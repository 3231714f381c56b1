//! Characters of a script to words and operators. What a word stands for is only known when it is run, so its parts are kept.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::Dialect;
use crate::text::Span;

/// A part of a word.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// As it stands.
    Text(String),
    /// As it stands, and nothing in it is special.
    Quoted(String),
    /// `$NAME` or what stands within `${…}`, and whether it is quoted.
    Variable(String, bool),
    /// The place of what stands within `$(…)`, and whether it is quoted.
    Output(Range<usize>, bool),
    /// What stands within `$((…))`.
    Sum(String),
    /// `<name>`, which somebody is to fill in.
    Placeholder(String),
    /// PowerShell's `@{Name = "web"}`: keys with their values, which are empty words where they are not followed.
    Table(Vec<(String, Raw)>),
}

/// A word before it is run.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) parts: Vec<Part>,
    pub(super) span: Span,
    /// Whether it begins with a quotation mark.
    pub(super) quoted: bool,
}

impl Raw {
    /// Its text, if nothing in it is special.
    pub(super) fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(text)] if !self.quoted => Some(text),
            _ => None,
        }
    }

    /// The variable that it is, if it is one and nothing else.
    pub(super) fn variable(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Variable(name, false)] => Some(name),
            _ => None,
        }
    }
}

/// A token.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// A word.
    Word(Raw),
    /// `;`, `&`, `|`, `(`, `)`, `{`, `}`, `,`, or two of a kind.
    Op(&'static str),
    /// The end of a line.
    Newline,
}

/// Operators, longer ones first.
const OPERATORS: [&str; 9] = [";;", "&&", "||", "|&", ";", "|", "&", "(", ")"];

/// The tokens of the parts `live` of a script, and quotation marks that are never closed.
pub(super) fn tokens(text: &str, live: &[Range<usize>], dialect: Dialect) -> (Vec<Token>, Vec<usize>) {
    let mut all = Vec::new();
    let mut open = Vec::new();
    let delayed = dialect == Dialect::Cmd && text.to_ascii_lowercase().contains("enabledelayedexpansion");
    for range in live {
        let Some(part) = text.get(range.clone()) else { continue };
        let mut lexer = Lexer {
            text: part,
            base: range.start,
            at: 0,
            dialect,
            delayed,
            open: Vec::new(),
            never: Vec::new(),
            patience: part.len().saturating_add(1000),
        };
        lexer.run(&mut all);
        open.append(&mut lexer.open);
        // A console has a prompt of its own before the line that continues a command.
        if !part.trim_end().ends_with(['\\', '`', '^']) {
            all.push(Token::Newline);
        }
    }
    (all, open)
}

struct Lexer<'a> {
    text: &'a str,
    base: usize,
    at: usize,
    dialect: Dialect,
    /// Whether `!NAME!` stands for a variable of cmd's, too.
    delayed: bool,
    open: Vec<usize>,
    /// Quotation marks that do not occur any more.
    never: Vec<char>,
    /// How many characters may still be looked at in vain.
    patience: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The place in the script.
    fn place(&self, at: usize) -> u32 {
        (self.base + at) as u32
    }

    /// How long a line end that continues the command is, with the mark before it.
    fn continued(&self) -> Option<usize> {
        let rest = self.rest();
        let mark = rest.chars().next().filter(|c| matches!(c, '\\' | '`' | '^'))?;
        // Blanks after the mark are a slip that nobody sees.
        let after = rest.get(1..)?.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n')?;
        let after_word = mark == '\\' || self.text.get(..self.at).is_none_or(|head| head.ends_with([' ', '\t']) || head.is_empty());
        after_word.then_some(rest.len() - after.len())
    }

    fn run(&mut self, all: &mut Vec<Token>) {
        let mut at_start = true;
        while let Some(c) = self.rest().chars().next() {
            let rest = self.rest();
            if let Some(length) = self.continued() {
                self.at += length;
                continue;
            }
            if c == '\n' {
                self.at += 1;
                all.push(Token::Newline);
                at_start = true;
                continue;
            }
            if c.is_whitespace() {
                self.at += c.len_utf8();
                continue;
            }
            if self.comment(at_start) {
                continue;
            }
            at_start = false;
            if self.dialect == Dialect::Posix && rest.starts_with("((") {
                let line = rest.split('\n').next().unwrap_or_default();
                let end = end_of_sum(line);
                let sum = Part::Sum(line.get(2..end).unwrap_or_default().into());
                let start = self.at;
                self.at += (end + 2).min(line.len());
                all.push(Token::Word(Raw {
                    parts: alloc::vec![sum],
                    span: Span::new(self.place(start), self.place(self.at)),
                    quoted: false,
                }));
                continue;
            }
            if let Some(op) = OPERATORS.into_iter().find(|op| rest.starts_with(op)) {
                self.at += op.len();
                all.push(Token::Op(op));
                continue;
            }
            if self.dialect == Dialect::PowerShell
                && let Some(op) = ["{", "}", ",", "@("].into_iter().find(|op| rest.starts_with(op))
            {
                self.at += op.len();
                all.push(Token::Op(if op == "@(" { "(" } else { op }));
                continue;
            }
            if matches!(c, '<' | '>') && self.placeholder().is_none() {
                self.redirect();
                continue;
            }
            let before = self.at;
            let word = self.word();
            if self.at == before {
                self.at += c.len_utf8();
                continue;
            }
            // The number of a stream that is redirected.
            let is_stream = self.rest().starts_with(['>', '<']) && word.plain().is_some_and(|w| w.bytes().all(|b| b.is_ascii_digit()));
            if !is_stream && !word.parts.is_empty() {
                all.push(Token::Word(word));
            }
        }
    }

    /// Passes over a comment, if one begins here.
    fn comment(&mut self, at_start: bool) -> bool {
        // Asked at every word: nothing may be looked for to the end of the line before it is a comment.
        let rest = self.rest();
        if self.dialect == Dialect::PowerShell && rest.starts_with("<#") {
            self.at += rest.find("#>").map_or(rest.len(), |end| end + 2);
            return true;
        }
        let is_word = |word: &str| rest.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word));
        let ends = |at: usize| rest.get(at..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']));
        let is_remark = self.dialect == Dialect::Cmd && at_start && (is_word("rem") && ends(3) || rest.starts_with("::"));
        if rest.starts_with('#') && self.dialect != Dialect::Cmd || is_remark || (at_start && rest.starts_with('#')) {
            self.at += rest.find('\n').unwrap_or(rest.len());
            return true;
        }
        false
    }

    /// The length of a `<name>` that begins here.
    fn placeholder(&self) -> Option<usize> {
        let rest = self.rest().strip_prefix('<')?;
        let end = rest.char_indices().take(80).find(|(_, c)| matches!(c, '>' | '<' | '|' | ';' | '&' | '\n'))?;
        let inner = rest.get(..end.0)?;
        let good = end.1 == '>' && inner.starts_with(|c: char| c.is_alphabetic()) && inner.trim_end() == inner;
        good.then_some(end.0 + 2)
    }

    /// Passes over `> file`, `<<EOF` and the like, with what follows.
    fn redirect(&mut self) {
        let rest = self.rest();
        self.at += rest.find(|c| !matches!(c, '<' | '>' | '&' | '-')).unwrap_or(rest.len());
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if !self.rest().starts_with(['\n', ';', '|', ')']) {
            self.word();
        }
    }

    fn word(&mut self) -> Raw {
        let start = self.at;
        let quoted = self.rest().starts_with(['"', '\'']);
        let mut parts: Vec<Part> = Vec::new();
        let mut depth = 0usize;
        while let Some(c) = self.rest().chars().next() {
            let rest = self.rest();
            if c.is_whitespace() || self.continued().is_some() {
                break;
            }
            match c {
                '(' if self.dialect == Dialect::Posix && rest.starts_with('(') && ends_with_equals(&parts) => {
                    // `NAME=(a b c)`: the bracket is the run's business.
                    break;
                }
                ';' | '|' | '&' | '(' | ')' => break,
                '{' | '}' | ',' if self.dialect == Dialect::PowerShell && depth == 0 && !parts_are_text(&parts) => break,
                ',' | '}' if self.dialect == Dialect::PowerShell && depth == 0 => break,
                '<' => match self.placeholder() {
                    Some(length) => {
                        parts.push(Part::Placeholder(rest.get(..length).unwrap_or_default().into()));
                        self.at += length;
                    }
                    None => break,
                },
                '>' => break,
                '"' | '\'' => self.quoted(c, &mut parts),
                '$' => self.dollar(false, &mut parts),
                '%' if self.dialect == Dialect::Cmd => self.percent(false, &mut parts),
                '!' if self.delayed => self.exclamation(false, &mut parts),
                '`' if self.dialect == Dialect::Posix => self.backticks(&mut parts),
                _ => {
                    let escape = match self.dialect {
                        Dialect::Posix => '\\',
                        Dialect::PowerShell => '`',
                        Dialect::Cmd => '^',
                    };
                    if c == escape {
                        self.at += c.len_utf8();
                        if let Some(next) = self.rest().chars().next() {
                            self.at += next.len_utf8();
                            // In PowerShell's own words a backtick and a letter are special; nobody writes those in names.
                            push_quoted(&mut parts, next);
                        }
                        continue;
                    }
                    depth = if c == '{' {
                        depth + 1
                    } else if c == '}' {
                        depth.saturating_sub(1)
                    } else {
                        depth
                    };
                    push(&mut parts, c);
                    self.at += c.len_utf8();
                }
            }
        }
        Raw { parts, span: Span::new(self.place(start), self.place(self.at)), quoted }
    }

    fn quoted(&mut self, mark: char, parts: &mut Vec<Part>) {
        let opened = self.at;
        self.at += 1;
        if self.never.contains(&mark) {
            self.unclosed(opened, parts);
            return;
        }
        let mut text = String::new();
        while let Some(c) = self.rest().chars().next() {
            let rest = self.rest();
            if c == mark {
                self.at += 1;
                // In PowerShell a mark is doubled to stand for itself.
                if self.dialect == Dialect::PowerShell && self.rest().starts_with(mark) {
                    text.push(mark);
                    self.at += 1;
                    continue;
                }
                parts.push(Part::Quoted(text));
                return;
            }
            if c == '!' && self.delayed {
                parts.push(Part::Quoted(core::mem::take(&mut text)));
                self.exclamation(true, parts);
                continue;
            }
            let expands = mark == '"' || self.dialect == Dialect::Cmd;
            if c == '$' && expands && self.dialect != Dialect::Cmd || c == '%' && self.dialect == Dialect::Cmd {
                parts.push(Part::Quoted(core::mem::take(&mut text)));
                if c == '$' {
                    self.dollar(true, parts)
                } else {
                    self.percent(true, parts)
                }
                continue;
            }
            let escapes = mark == '"' && (c == '\\' && self.dialect == Dialect::Posix || c == '`' && self.dialect == Dialect::PowerShell);
            if escapes || c == '\\' && self.dialect == Dialect::Cmd && rest.starts_with("\\\"") {
                self.at += 1;
                if let Some(next) = self.rest().chars().next() {
                    self.at += next.len_utf8();
                    if next != '\n' {
                        text.push(next);
                    }
                }
                continue;
            }
            text.push(c);
            self.at += c.len_utf8();
        }
        self.never.push(mark);
        self.unclosed(opened, parts);
    }

    /// A mark that is never closed: the rest of its line is what it quotes.
    fn unclosed(&mut self, opened: usize, parts: &mut Vec<Part>) {
        self.open.push(self.base + opened);
        let rest = self.text.get(opened + 1..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        self.at = opened + 1 + line.len();
        parts.push(Part::Quoted(line.trim_end().into()));
    }

    /// `$NAME`, `${…}`, `$(…)`, `$((…))`.
    fn dollar(&mut self, quoted: bool, parts: &mut Vec<Part>) {
        let rest = self.rest().get(1..).unwrap_or_default();
        if rest.starts_with("((") && self.dialect == Dialect::Posix {
            let end = end_of_sum(rest);
            parts.push(Part::Sum(rest.get(2..end).unwrap_or_default().into()));
            self.at = (self.at + 1 + end + 2).min(self.text.len());
        } else if !quoted && self.dialect == Dialect::Posix && rest.starts_with('"') {
            // Bash's text to be translated.
            self.at += 1;
        } else if !quoted && self.dialect == Dialect::Posix && rest.starts_with('\'') {
            self.ansi(rest.get(1..).unwrap_or_default(), parts);
        } else if rest.starts_with('(') {
            let (inner, after) = self.bracketed(rest);
            let from = self.base + self.at + 2;
            parts.push(Part::Output(from..from + inner, quoted));
            self.at += 1 + after;
        } else if let Some(inner) = rest.strip_prefix('{') {
            let end = inner.find('}').unwrap_or(inner.len());
            parts.push(Part::Variable(inner.get(..end).unwrap_or_default().into(), quoted));
            self.at = (self.at + end + 3).min(self.text.len());
        } else {
            let scoped = self.dialect == Dialect::PowerShell;
            let colon = |i: usize| scoped && rest.get(i + 1..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_alphabetic()));
            let special = rest.starts_with(['@', '*', '#', '?', '!', '$']) || rest.starts_with(|c: char| c.is_ascii_digit());
            let end = if special {
                1
            } else {
                let wrong = |(i, c): &(usize, char)| !(c.is_ascii_alphanumeric() || *c == '_' || *c == ':' && !quoted && colon(*i));
                rest.char_indices().find(wrong).map_or(rest.len(), |(i, _)| i)
            };
            let name = rest.get(..end).unwrap_or_default();
            self.at += 1 + name.len();
            if name.is_empty() {
                push(parts, '$');
                return;
            }
            // A property of an object is not to be told.
            let property = self.rest().strip_prefix('.').filter(|r| scoped && !quoted && r.starts_with(|c: char| c.is_ascii_alphabetic()));
            if let Some(property) = property {
                let end = property.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(property.len());
                let full = alloc::format!("{name}.{}", property.get(..end).unwrap_or_default());
                self.at += 1 + end;
                parts.push(Part::Variable(full, quoted));
                return;
            }
            parts.push(Part::Variable(name.into(), quoted));
        }
    }

    /// Bash's `$'…'`, in which a backslash says what it says in C. Upstream: GNU Bash manual, "ANSI-C Quoting".
    fn ansi(&mut self, inner: &str, parts: &mut Vec<Part>) {
        let mut text = String::new();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' => {
                    self.at += at + 3;
                    parts.push(Part::Quoted(text));
                    return;
                }
                '\\' => match chars.next().map_or('\\', |(_, next)| next) {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'x' => {
                        let code = inner.get(at + 2..at + 4).and_then(|code| u8::from_str_radix(code, 16).ok());
                        text.push(code.map_or('x', char::from));
                        chars = inner.char_indices();
                        let skip = if code.is_some() { at + 3 } else { at + 1 };
                        while chars.next().is_some_and(|(place, _)| place < skip) {}
                    }
                    other => text.push(other),
                },
                c => text.push(c),
            }
        }
        self.unclosed(self.at + 1, parts);
    }

    /// `%NAME%`, `%%i`, and `%1` of a script's arguments. Upstream: Microsoft Learn, Windows commands, "call".
    fn percent(&mut self, quoted: bool, parts: &mut Vec<Part>) {
        let rest = self.rest();
        if let Some(after) = rest.strip_prefix("%%") {
            let name: String = after.chars().take(1).filter(char::is_ascii_alphanumeric).collect();
            self.at += 2 + name.len();
            parts.push(Part::Variable(alloc::format!("%{name}"), quoted));
            return;
        }
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(inner.len());
        // `%~1` is the argument without quotation marks, `%~dp1` a part of its path.
        let letters = inner.strip_prefix('~').map(|after| after.len() - after.trim_start_matches(|c: char| c.is_ascii_lowercase()).len());
        let argument = inner.get(letters.map_or(0, |letters| letters + 1)..).and_then(|after| after.chars().next());
        if inner.get(end..).is_some_and(|after| end > 0 && after.starts_with('%')) {
            parts.push(Part::Variable(inner.get(..end).unwrap_or_default().into(), quoted));
            self.at += end + 2;
        } else if let Some(argument) = argument.filter(|c| c.is_ascii_digit() || *c == '*') {
            let letters = letters.unwrap_or(0);
            let path = inner.get(1..1 + letters).filter(|_| letters > 0).unwrap_or_default();
            parts.push(Part::Variable(alloc::format!("{path}{argument}"), quoted));
            self.at += 1 + usize::from(inner.starts_with('~')) + letters + 1;
        } else {
            push(parts, '%');
            self.at += 1;
        }
    }

    /// `!NAME!`, which cmd puts in as a line runs. Upstream: Microsoft Learn, Windows commands, "setlocal".
    fn exclamation(&mut self, quoted: bool, parts: &mut Vec<Part>) {
        let inner = self.rest().get(1..).unwrap_or_default();
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(inner.len());
        self.at += 1;
        if inner.get(end..).is_some_and(|after| end > 0 && after.starts_with('!')) {
            parts.push(Part::Variable(inner.get(..end).unwrap_or_default().into(), quoted));
            self.at += end + 1;
        }
    }

    /// `` `command` ``, the old form of `$(command)`.
    fn backticks(&mut self, parts: &mut Vec<Part>) {
        let rest = self.rest().get(1..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        match line.find('`') {
            Some(end) => {
                let from = self.base + self.at + 1;
                parts.push(Part::Output(from..from + end, false));
                self.at += end + 2;
            }
            None => {
                push(parts, '`');
                self.at += 1;
            }
        }
    }

    /// For text that begins with a bracket: the length of what stands within, and with both brackets.
    fn bracketed(&mut self, text: &str) -> (usize, usize) {
        let mut depth = 0usize;
        let mut quote: Option<char> = None;
        let mut escaped = false;
        let shown = text.get(..text.floor_char_boundary(self.patience)).unwrap_or_default();
        for (i, c) in shown.char_indices() {
            match (quote, c) {
                _ if escaped => escaped = false,
                (_, '\\') => escaped = true,
                (Some(mark), _) if mark == c => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '(') => depth += 1,
                (None, ')') => {
                    depth -= 1;
                    if depth == 0 {
                        return (i - 1, i + 1);
                    }
                }
                _ => {}
            }
        }
        self.patience = self.patience.saturating_sub(shown.len());
        // Never closed: up to the end of the line.
        let line = text.split('\n').next().unwrap_or_default();
        (line.len().saturating_sub(1), line.len())
    }
}

/// Where the brackets are that close a sum: the last of those that stand together.
fn end_of_sum(text: &str) -> usize {
    let Some(first) = text.find("))") else { return text.len() };
    let after = text.get(first..).unwrap_or_default();
    let together = after.len() - after.trim_start_matches(')').len();
    // In `$(echo $((1 + 2)))` the third is not the sum's.
    let inner = text.get(2..first).unwrap_or_default();
    let open = inner.matches('(').count().saturating_sub(inner.matches(')').count());
    first + open.min(together - 2)
}

fn parts_are_text(parts: &[Part]) -> bool {
    parts.iter().all(|part| matches!(part, Part::Text(_)))
}

fn ends_with_equals(parts: &[Part]) -> bool {
    matches!(parts, [Part::Text(text)] if text.ends_with('='))
}

fn push(parts: &mut Vec<Part>, c: char) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.push(c),
        _ => parts.push(Part::Text(String::from(c))),
    }
}

fn push_quoted(parts: &mut Vec<Part>, c: char) {
    match parts.last_mut() {
        Some(Part::Quoted(text)) => text.push(c),
        _ => parts.push(Part::Quoted(String::from(c))),
    }
}
