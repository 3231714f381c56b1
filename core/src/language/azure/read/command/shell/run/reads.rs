//! What a script reads line by line: `while read a b; do … done <<EOF`, `read a b <<< "$line"`. Other input is not known.
//!
//! Upstream: GNU Bash manual, "Bourne Shell Builtins" and "Bash Builtins": read; "Here Strings"; "Word Splitting".

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::Dialect;
use super::super::lex::{Raw, Token, tokens};
use super::super::parse::Node;
use super::{Run, Value, known};
use crate::text::Span;

/// The names that `read` sets.
fn names(rest: &[Raw]) -> Option<Vec<&str>> {
    let words: Vec<&str> = rest.iter().map(Raw::plain).collect::<Option<_>>()?;
    // Options with values of their own are for terminals.
    let is_simple = words.iter().filter(|word| word.starts_with('-')).all(|word| *word == "-r");
    let names: Vec<&str> = words.into_iter().filter(|word| !word.starts_with('-')).collect();
    (is_simple && !names.is_empty()).then_some(names)
}

impl Run<'_> {
    /// A loop over lines that the text has; false where it is another one.
    pub(super) fn read_loop(&mut self, condition: &[Node], body: &[Node], end: Span) -> bool {
        let [Node::Simple(raws)] = condition else { return false };
        let Some(at) = raws.iter().position(|raw| raw.plain() == Some("read")).filter(|_| self.dialect == Dialect::Posix) else {
            return false;
        };
        let Some(names) = raws.get(at + 1..).and_then(names) else { return false };
        let before = raws.get(..at).unwrap_or_default();
        let Some(text) = self.lines_for(end) else { return false };
        let held = self.variables.get("IFS").cloned();
        if !before.iter().all(|raw| self.assign(raw)) {
            return false;
        }
        let separators = self.separators();
        match held {
            Some(held) => self.variables.insert("IFS".into(), held),
            None => self.variables.remove("IFS"),
        };
        let lines: Vec<String> = text.lines().map(ToString::to_string).collect();
        let mut lines = lines.into_iter();
        self.turns(body, |run| {
            let Some(line) = lines.next() else { return false };
            run.spread(&line, &names, &separators);
            true
        });
        true
    }

    /// `read a b <<< "$line"`; false where what is read is not known.
    pub(super) fn read_word(&mut self, first: &Raw, rest: &[Raw]) -> bool {
        let Some(names) = names(rest).filter(|_| self.dialect == Dialect::Posix) else { return false };
        let Some(text) = self.here_string(first.span) else { return false };
        let line = text.lines().next().unwrap_or_default().to_string();
        let separators = self.separators();
        self.spread(&line, &names, &separators);
        true
    }

    fn separators(&self) -> String {
        let given = self.variables.get("IFS").filter(|value| !value.unknown).map(|value| value.items.concat());
        given.unwrap_or_else(|| String::from(" \t"))
    }

    /// Gives names the fields of a line: the last one all that is left.
    fn spread(&mut self, line: &str, names: &[&str], separators: &str) {
        let is_blank = |c: char| separators.contains(c) && matches!(c, ' ' | '\t');
        let mut rest = line.trim_matches(is_blank);
        for (place, name) in names.iter().enumerate() {
            let end = rest.find(|c: char| separators.contains(c)).filter(|_| place + 1 < names.len()).unwrap_or(rest.len());
            let (field, after) = rest.split_at(end);
            self.set(name, known(field.trim_end_matches(is_blank).to_string()));
            let after = after.trim_start_matches(is_blank);
            // One separator that is no blank ends a field.
            let passed = after.chars().next().filter(|c| separators.contains(*c) && !is_blank(*c)).map_or(0, char::len_utf8);
            rest = after.get(passed..).unwrap_or_default().trim_start_matches(is_blank);
        }
    }

    /// What a loop reads that ends here: a here-document in which nothing is put in, a here-string, or a file that the text writes.
    fn lines_for(&mut self, end: Span) -> Option<String> {
        let line = self.text.get(end.start as usize..)?.lines().next()?;
        if let Some(found) = self.here_string(end) {
            return Some(found);
        }
        if line.contains("<<") {
            let text = self.document_after(end)?;
            let quoted = line.split_once("<<")?.1.trim_start_matches('-').trim_start().starts_with(['"', '\'', '\\']);
            return (quoted || !text.contains(['$', '`', '\\'])).then_some(text);
        }
        let (_, after) = line.split_once('<').filter(|(_, after)| !after.starts_with(['<', '(', '&']))?;
        let name = after.trim_start().split([' ', ';', '|', '&', '\t', '\r']).next()?.trim_matches(['"', '\'']);
        self.files.get(name.strip_prefix("./").unwrap_or(name)).cloned().flatten()
    }

    /// The word after `<<<` on the line of a command, if it is known.
    fn here_string(&mut self, span: Span) -> Option<String> {
        let rest = self.text.get(span.start as usize..)?;
        let line = rest.lines().next()?;
        let at = line.find("<<<")? + 3;
        let from = span.start as usize + at;
        let (found, _) = tokens(self.text, core::slice::from_ref(&(from..span.start as usize + line.len())), self.dialect);
        let Some(Token::Word(raw)) = found.into_iter().next() else { return None };
        let word = self.expand_whole(&raw)?;
        (!word.unknown).then_some(word.text)
    }

    /// `NAME[key]=value`.
    pub(super) fn assign_item(&mut self, list: &str, key: &str, first: &str, raw: &Raw) -> bool {
        if list.is_empty() || !list.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return false;
        }
        let mut parts = raw.parts.clone();
        if let Some(head) = parts.first_mut() {
            *head = super::super::lex::Part::Quoted(first.to_string());
        }
        let value = self.expand_whole(&Raw { parts, ..raw.clone() });
        let mut all = self.variables.get(list).cloned().unwrap_or_default();
        // `declare -A NAME` makes one without items.
        all.items.retain(|item| !item.is_empty());
        let is_keyed = all.items.iter().all(|item| super::texts::entry(item).is_some());
        match value.filter(|value| !value.unknown && !all.unknown && is_keyed) {
            Some(value) => {
                all.items.retain(|item| super::texts::entry(item).is_none_or(|(own, _)| own != key));
                all.items.push(alloc::format!("[{key}]={}", value.text));
                self.set(list, all);
            }
            None => self.set(list, Value { items: alloc::vec![alloc::format!("${list}")], unknown: true }),
        }
        true
    }
}
