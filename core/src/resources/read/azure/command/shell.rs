//! As much of a shell's language as command lines in documents use: quotation marks, continued lines, comments, variables.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Scalar;
use crate::text::Span;

/// One word of a command.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Span,
    /// Whether it holds a variable that the text does not set.
    pub(super) unknown: bool,
    /// Whether it began with a quotation mark.
    pub(super) quoted: bool,
    /// For `--flag=value`, the value.
    pub(super) value: Option<Box<Word>>,
}

impl Word {
    pub(super) fn scalar(&self) -> Scalar {
        Scalar { text: self.text.clone(), unknown: self.unknown, span: self.span }
    }
}

/// A command: its words, the first of which is `az`.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    pub(super) span: Span,
}

/// Whether a document is made of commands: its first line that says anything begins with `az`, sets a variable or names a shell, and some
/// line begins with `az`.
pub fn is_command_text(text: &str) -> bool {
    let line = |line: &str| -> String { line.trim_start().trim_start_matches("$ ").trim_start().to_string() };
    let is_az = |l: &str| l == "az" || l.starts_with("az ") || l.starts_with("az\\");
    let mut lines = text.lines().map(line).filter(|l| !l.is_empty());
    let Some(first) = lines.clone().find(|l| !l.starts_with('#') || l.starts_with("#!")) else { return false };
    if first.starts_with('{') || first.starts_with('[') {
        return false;
    }
    // Several commands may stand in one line.
    let has_az = |l: &str| l.split([';', '&', '|']).any(|part| is_az(part.trim_start()));
    let begins = first.starts_with("#!") || first.starts_with("export ") || assignment(&first).is_some();
    is_az(&first) || (begins && lines.any(|l| has_az(&l)))
}

/// `NAME=value`.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let good =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    good.then_some((name, value))
}

/// The commands of a text, with what cannot be taken apart.
pub(super) fn commands(text: &str) -> (Vec<Command>, Vec<(Span, String)>) {
    let mut scanner = Scanner { text, at: 0, variables: BTreeMap::new(), problems: Vec::new() };
    let mut commands = Vec::new();
    while scanner.at < text.len() {
        let start = scanner.at;
        let mut words = scanner.words();
        if scanner.at == start {
            // Never stays where it is, whatever stands there.
            scanner.at += scanner.rest().chars().next().map_or(1, char::len_utf8);
        }
        while words.first().is_some_and(|w| !w.quoted && matches!(w.text.as_str(), "$" | "export" | "sudo" | "local")) {
            words.remove(0);
        }
        if let [word] = words.as_slice()
            && let Some((name, value)) = assignment(&word.text)
        {
            let value = captured(value).unwrap_or_else(|| value.to_string());
            scanner.variables.insert(name.to_string(), (value, word.unknown));
            continue;
        }
        if words.first().is_some_and(|w| w.text == "az")
            && let (Some(first), Some(last)) = (words.first(), words.last())
        {
            let span = Span::new(first.span.start, last.span.end);
            commands.push(Command { words, span });
        }
    }
    (commands, scanner.problems)
}

/// What `$(az network vnet subnet show …)` prints: the identifier of that subnet.
fn captured(value: &str) -> Option<String> {
    let inner = value.strip_prefix("$(")?.strip_suffix(')')?;
    let words: Vec<&str> = inner.split_whitespace().collect();
    let after = |flags: &[&str]| {
        let at = words.iter().position(|w| flags.contains(w))?;
        words.get(at + 1).map(|w| w.trim_matches(['"', '\'']))
    };
    let name = after(&["--name", "-n"])?;
    if inner.contains("vnet subnet show") {
        let network = after(&["--vnet-name"])?;
        return Some(format!("/virtualNetworks/{network}/subnets/{name}"));
    }
    inner.contains(" show").then(|| name.to_string())
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    variables: BTreeMap<String, (String, bool)>,
    problems: Vec<(Span, String)>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The words up to the end of a command.
    fn words(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { return words };
            if let Some(after) = ["\\\r\n", "\\\n", "`\r\n", "`\n"].iter().find_map(|end| rest.strip_prefix(end)) {
                self.at = self.text.len() - after.len();
            } else if c == '\n' || c == ';' || c == '|' || c == '&' {
                self.at += rest.chars().take_while(|c| matches!(c, '\n' | ';' | '|' | '&')).count();
                return words;
            } else if c.is_whitespace() {
                self.at += c.len_utf8();
            } else if c == '#' {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                words.push(self.word());
            }
        }
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let quoted = self.rest().starts_with(['"', '\'']);
        let mut word = Word { text: String::new(), span: Span::new(0, 0), unknown: false, quoted, value: None };
        let mut value_at: Option<(usize, usize)> = None;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' | '\'' => self.quoted(c, &mut word),
                '$' => self.variable(&mut word),
                '\\' | '`' if self.rest().get(1..).is_some_and(|r| r.starts_with('\n') || r.starts_with("\r\n")) => break,
                '\\' => {
                    self.at += 1;
                    if let Some(next) = self.rest().chars().next() {
                        word.text.push(next);
                        self.at += next.len_utf8();
                    }
                }
                c if c.is_whitespace() || matches!(c, ';' | '|' | '&') => break,
                c => {
                    word.text.push(c);
                    self.at += c.len_utf8();
                    if c == '=' && value_at.is_none() && word.text.starts_with("--") {
                        value_at = Some((word.text.len(), self.at));
                    }
                }
            }
        }
        word.span = Span::new(start as u32, self.at as u32);
        if let Some((split, at)) = value_at {
            let text = word.text.split_off(split);
            word.text.pop();
            let span = Span::new(at as u32, self.at as u32);
            word.value = Some(Box::new(Word { text, span, unknown: word.unknown, quoted: true, value: None }));
            word.span = Span::new(start as u32, at.saturating_sub(1) as u32);
        }
        word
    }

    fn quoted(&mut self, mark: char, word: &mut Word) {
        let opened = self.at;
        self.at += 1;
        while let Some(c) = self.rest().chars().next() {
            match c {
                c if c == mark => {
                    self.at += 1;
                    return;
                }
                '$' if mark == '"' => self.variable(word),
                '\\' if mark == '"' => {
                    self.at += 1;
                    if let Some(next) = self.rest().chars().next() {
                        self.at += next.len_utf8();
                        if next != '\n' {
                            word.text.push(next);
                        }
                    }
                }
                c => {
                    word.text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        self.problems
            .push((Span::new(opened as u32, opened as u32 + 1), String::from("the quotation mark that opens here is never closed")));
    }

    /// `$NAME`, `${NAME}` or `$(…)`: its value where the text sets it.
    fn variable(&mut self, word: &mut Word) {
        let rest = self.rest();
        let after = rest.get(1..).unwrap_or_default();
        if after.starts_with('(') {
            // What a command prints: taken as it stands, up to its bracket.
            let mut depth = 0usize;
            let end = after.char_indices().find(|(_, c)| {
                match c {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                depth == 0
            });
            let length = end.map_or(after.len(), |(i, _)| i + 1);
            let written = rest.get(..=length).unwrap_or(rest);
            word.text.push_str(written);
            word.unknown |= captured(written).is_none();
            self.at += written.len();
            if let Some(found) = captured(written).filter(|_| word.text == written) {
                word.text = found;
            }
            return;
        }
        let (name, length) = match after.strip_prefix('{') {
            Some(inner) => {
                let end = inner.find('}').unwrap_or(inner.len());
                (inner.get(..end).unwrap_or_default(), end + 3)
            }
            None => {
                let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
                (after.get(..end).unwrap_or_default(), end + 1)
            }
        };
        self.at = (self.at + length).min(self.text.len());
        match self.variables.get(name) {
            Some((value, unknown)) => {
                word.text.push_str(value);
                word.unknown |= unknown;
            }
            None => {
                word.text.push('$');
                word.text.push_str(name);
                word.unknown |= !name.is_empty();
            }
        }
    }
}
