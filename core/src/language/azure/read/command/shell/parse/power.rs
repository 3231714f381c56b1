//! PowerShell's own statements. Upstream: Microsoft Learn, "about_If", "about_Switch", "about_Functions_Advanced_Parameters".

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::lex::{Part, Raw, Token};
use super::given::{self, Given};
use super::{Node, Parser, written};
use crate::text::Span;

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
            "if" => Some(self.power_if(depth)),
            "foreach" => Some(self.power_foreach(depth)),
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
            _ => self.power_simple(depth),
        }
    }

    /// `if (…) {…} elseif (…) {…} else {…}`.
    fn power_if(&mut self, depth: usize) -> Node {
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
            return Node::Branches(branches);
        }
    }

    /// `foreach ($name in …) {…}`.
    fn power_foreach(&mut self, depth: usize) -> Node {
        self.at += 1;
        let start = self.at;
        self.bracket();
        let end = core::mem::replace(&mut self.at, start + 1);
        let variable = self.peek_word().and_then(|w| w.variable().map(str::to_ascii_lowercase)).unwrap_or_default();
        self.at += 1;
        self.take_plain("in");
        let items = match self.given(None) {
            Given::Values(items) if self.at < end => items,
            _ => {
                let parts = alloc::vec![Part::Placeholder(alloc::format!("${variable}"))];
                alloc::vec![Raw { parts, span: self.span_at(start), quoted: false }]
            }
        };
        self.at = end;
        let body = self.braced(depth);
        Node::For { variable, items, body }
    }

    /// Where the first word after a place stands.
    fn span_at(&self, place: usize) -> Span {
        let mut words = self.tokens.get(place..).unwrap_or_default().iter();
        words.find_map(|token| if let Token::Word(word) = token { Some(word.span) } else { None }).unwrap_or_default()
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

    fn power_simple(&mut self, depth: usize) -> Option<Node> {
        let Some((name, adds, first)) = self.assigned() else { return self.simple() };
        let statement =
            self.plain().filter(|_| first.is_none()).map(str::to_ascii_lowercase).filter(|word| matches!(&**word, "if" | "switch"));
        if let Some(statement) = statement {
            return self.power(&statement, depth + 1).map(|node| assigning(node, &name, adds));
        }
        Some(self.given(first).assigned_to(name, adds))
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

/// `$name = if (…) { … } else { … }`: what stands last in the branch that is taken.
fn assigning(node: Node, name: &str, adds: bool) -> Node {
    let last = |mut body: Vec<Node>| {
        let given = match body.pop() {
            Some(Node::Simple(words)) => given::of_words(words),
            Some(other) => {
                body.push(other);
                Given::Other
            }
            None => Given::Other,
        };
        body.push(given.assigned_to(name.to_owned(), adds));
        body
    };
    match node {
        Node::Branches(branches) => Node::Branches(branches.into_iter().map(|(condition, body)| (condition, last(body))).collect()),
        Node::Case { word, arms } => Node::Case { word, arms: arms.into_iter().map(|(patterns, body)| (patterns, last(body))).collect() },
        other => Node::Block(alloc::vec![other, Given::Other.assigned_to(name.to_owned(), adds)]),
    }
}

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
