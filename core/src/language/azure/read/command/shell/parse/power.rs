//! PowerShell's own statements. Upstream: Microsoft Learn, "about_If", "about_Switch", "about_Functions_Advanced_Parameters".

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::lex::{Part, Raw, Token};
use super::{Node, Parser, written};

impl Parser<'_> {
    /// `{ … }`.
    pub(super) fn braced(&mut self, depth: usize) -> Vec<Node> {
        while matches!(self.peek(), Some(Token::Newline)) {
            self.at += 1;
        }
        if !self.take_op("{") {
            return Vec::new();
        }
        let body = self.list(&["}"], depth + 1);
        self.take_op("}");
        body
    }

    pub(super) fn power(&mut self, lower: &str, depth: usize) -> Option<Node> {
        match lower {
            "if" => {
                let mut branches = Vec::new();
                self.at += 1;
                loop {
                    let condition = Node::Simple(self.bracket());
                    let body = self.braced(depth);
                    branches.push((alloc::vec![condition], body));
                    let before = self.at;
                    while matches!(self.peek(), Some(Token::Newline)) {
                        self.at += 1;
                    }
                    if self.take_plain("elseif") {
                        continue;
                    }
                    if self.take_plain("else") {
                        let body = self.braced(depth);
                        branches.push((Vec::new(), body));
                    } else {
                        self.at = before;
                    }
                    return Some(Node::Branches(branches));
                }
            }
            "foreach" => {
                self.at += 1;
                let mut inner = self.bracket().into_iter();
                let variable = inner.next().and_then(|w| w.variable().map(str::to_ascii_lowercase)).unwrap_or_default();
                let items = inner.skip_while(|w| w.plain().is_some_and(|p| p.eq_ignore_ascii_case("in"))).collect();
                let body = self.braced(depth);
                Some(Node::For { variable, items, body })
            }
            "for" => {
                self.at += 1;
                let clause = self.bracket().iter().map(written).collect::<Vec<_>>().join(" ");
                let body = self.braced(depth);
                Some(Node::Count { variable: None, clause, body })
            }
            "switch" => Some(self.switch(depth)),
            // Nobody asks about a run that fails.
            "catch" => {
                self.at += 1;
                if self.peek_op() == Some("(") {
                    self.bracket();
                }
                self.braced(depth);
                Some(Node::Block(Vec::new()))
            }
            "while" | "do" | "try" | "finally" | "else" | "until" => {
                self.at += 1;
                if self.peek_op() == Some("(") {
                    self.bracket();
                }
                Some(Node::Block(self.braced(depth)))
            }
            "param" => {
                self.at += 1;
                self.bracket();
                None
            }
            "function" | "filter" => {
                self.at += 1;
                let name = self.plain().unwrap_or_default().to_ascii_lowercase();
                self.at += 1;
                let mut parameters = if self.peek_op() == Some("(") { self.bracket() } else { Vec::new() };
                // `param(…)` at the start of the body says the same.
                let start = self.at;
                while matches!(self.peek(), Some(Token::Newline | Token::Op("{"))) {
                    self.at += 1;
                }
                if self.take_plain("param") {
                    parameters = self.bracket();
                }
                self.at = start;
                Some(Node::Function { name, parameters: declared(&parameters), body: self.braced(depth) })
            }
            _ => self.power_simple(),
        }
    }

    /// `switch ($name) { "a" { … } default { … } }`.
    fn switch(&mut self, depth: usize) -> Node {
        self.at += 1;
        let mut is_plain = true;
        while self.peek_word().is_some() {
            // `-Regex`, `-Wildcard`, `-File`
            is_plain = false;
            self.at += 1;
        }
        let asked = if self.peek_op() == Some("(") { self.bracket() } else { Vec::new() };
        let mut word = match asked.as_slice() {
            [one] if is_plain => Some(one.clone()),
            _ => None,
        };
        let mut arms = Vec::new();
        self.skip_lines();
        if !self.take_op("{") {
            return Node::Block(Vec::new());
        }
        loop {
            self.skip_lines();
            let mut patterns = Vec::new();
            while let Some(pattern) = self.peek_word() {
                let is_default = pattern.plain().is_some_and(|word| word.eq_ignore_ascii_case("default"));
                let any = alloc::vec![Part::Text(String::from("*"))];
                patterns.push(if is_default { Raw { parts: any, ..pattern.clone() } } else { pattern.clone() });
                self.at += 1;
            }
            match self.peek() {
                // What a block finds out about the value is not followed.
                Some(Token::Op("{")) if patterns.is_empty() && word.is_some() => {
                    self.braced(depth);
                    word = None;
                }
                Some(Token::Op("{")) => arms.push((patterns, self.braced(depth))),
                Some(Token::Op("}")) | None => {
                    self.at += 1;
                    return Node::Case { word, arms };
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn power_simple(&mut self) -> Option<Node> {
        let Some((name, adds, first)) = self.assigned() else { return self.simple() };
        if self.peek_op() == Some("(") && first.as_ref().is_none_or(|first| first.plain() == Some("@")) {
            return Some(Node::List { name, items: self.bracket(), adds });
        }
        let mut words = self.words();
        words.splice(0..0, first);
        let is_word = |word: &Raw, wanted: &[&str]| word.plain().is_some_and(|w| wanted.contains(&&*w.to_ascii_lowercase()));
        if words.first().is_some_and(|first| is_word(first, &["az"])) {
            return Some(Node::Captured { name, words });
        }
        // Tables of names, and what operators make of words, are not followed.
        let is_table = words.first().and_then(Raw::plain).is_some_and(|w| w.ends_with("@{") || w.ends_with(']'));
        if is_table || words.iter().any(|word| is_word(word, &OPERATORS)) {
            return Some(Node::Captured { name, words: Vec::new() });
        }
        Some(Node::List { name, items: words, adds })
    }

    /// `$name = …`, `$name=…`, `[string]$name += …`: the name, whether the value is added, and what of the value stands in the same word.
    fn assigned(&mut self) -> Option<(String, bool, Option<Raw>)> {
        let word = self.peek_word()?;
        let parts = match word.parts.as_slice() {
            [Part::Text(kind), rest @ ..] if kind.starts_with('[') && kind.ends_with(']') => rest,
            parts => parts,
        };
        let [Part::Variable(name, false), rest @ ..] = parts else { return None };
        let name = super::super::run::power_name(name);
        let after_sign = |text: &str| {
            text.strip_prefix("+=").map(|value| (true, value.to_owned())).or_else(|| Some((false, text.strip_prefix('=')?.to_owned())))
        };
        let (adds, value, more, taken) = match rest {
            [] => {
                let Some(Token::Word(sign)) = self.tokens.get(self.at + 1) else { return None };
                let (adds, value) = after_sign(sign.plain()?)?;
                (adds, value, &[][..], 2)
            }
            [Part::Text(text), more @ ..] => {
                let (adds, value) = after_sign(text)?;
                (adds, value, more, 1)
            }
            _ => return None,
        };
        let own = (!value.is_empty()).then_some(Part::Text(value));
        let parts: Vec<Part> = own.into_iter().chain(more.iter().cloned()).collect();
        let first = (!parts.is_empty()).then(|| Raw { parts, quoted: !more.is_empty(), ..word.clone() });
        self.at += taken;
        Some((name, adds, first))
    }
}

/// Operators that make something else of words. Upstream: Microsoft Learn, "about_Operators".
const OPERATORS: [&str; 8] = ["-f", "-join", "-split", "-replace", "-match", "-eq", "-as", "|"];

/// The parameters that PowerShell's `param(…)` declares: `[string]$Name = "x"`.
fn declared(words: &[Raw]) -> Vec<(String, Option<Raw>)> {
    let mut found: Vec<(String, Option<Raw>)> = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let name = match word.parts.as_slice() {
            [Part::Variable(name, false)] => name,
            [Part::Text(kind), Part::Variable(name, false)] if kind.ends_with(']') => name,
            _ => continue,
        };
        let has_default = words.next_if(|next| next.plain() == Some("=")).is_some();
        let default = if has_default { words.next().cloned() } else { None };
        found.push((name.to_ascii_lowercase(), default));
    }
    found
}
