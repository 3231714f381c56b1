//! Tokens to commands, loops, branches and functions. Whatever is not understood is passed over, and what stands around it is still read.

mod given;
mod power;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Dialect;
use super::lex::{Part, Raw, Token};
use crate::text::Span;

/// Blocks in blocks are followed so deep.
const DEEPEST: usize = 40;
/// Labels of cmd that may be called.
const MOST_LABELS: usize = 32;

/// A part of a script.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A command or an assignment.
    Simple(Vec<Raw>),
    /// `NAME=(a b c)` and PowerShell's `$name = a, b`; whether the items are added to what is there.
    List { name: String, items: Vec<Raw>, adds: bool },
    /// PowerShell's `$name = command …`.
    Captured { name: String, words: Vec<Raw> },
    /// A loop over words.
    For { variable: String, items: Vec<Raw>, body: Vec<Node> },
    /// `select`: somebody chooses one of the words, or none.
    Select { variable: String, items: Vec<Raw>, body: Vec<Node> },
    /// A loop that counts: `i=1; i<=3; i++`.
    Count { variable: Option<String>, clause: String, body: Vec<Node> },
    /// A loop that goes on while a condition holds, or until it does; where it ends, what it reads is said.
    While { until: bool, condition: Vec<Node>, body: Vec<Node>, end: Span },
    /// Commands of which each runs by how the one before went: whether after success (`&&`), or after failure (`||`).
    Chain(Vec<(bool, Node)>),
    /// What succeeds where that fails.
    Not(Vec<Node>),
    /// Conditions with their branches; the last may have none.
    Branches(Vec<(Vec<Node>, Vec<Node>)>),
    /// `case`: a word, and patterns with their branches.
    Case { word: Option<Raw>, arms: Vec<(Vec<Raw>, Vec<Node>)> },
    /// A function with the names of its parameters, and what they hold where a call gives them nothing.
    Function { name: String, parameters: Vec<(String, Option<Raw>)>, body: Vec<Node> },
    /// What is run once as far as can be told.
    Block(Vec<Node>),
    /// What a shell of its own runs: `( … )`.
    Apart(Vec<Node>),
}

/// Parses tokens.
pub(super) fn parse(tokens: &[Token], dialect: Dialect) -> Vec<Node> {
    let mut parser = Parser { tokens, at: 0, dialect };
    let mut all = Vec::new();
    while parser.at < tokens.len() {
        let before = parser.at;
        all.append(&mut parser.list(&[], 0));
        // A bracket or a word that ends nothing.
        parser.at = parser.at.max(before + 1);
    }
    if dialect == Dialect::Cmd {
        let labels = labels(&all);
        all.splice(0..0, labels);
    }
    all
}

/// What `call :label` runs in cmd: everything from the label on.
fn labels(nodes: &[Node]) -> Vec<Node> {
    let label = |node: &Node| match node {
        Node::Simple(words) => {
            words.first().and_then(Raw::plain).filter(|word| word.len() > 1 && word.starts_with(':')).map(str::to_string)
        }
        _ => None,
    };
    let found = nodes.iter().enumerate().filter_map(|(at, node)| Some((at, label(node)?.to_ascii_lowercase())));
    let body = |at: usize| nodes.get(at + 1..).unwrap_or_default().to_vec();
    found.take(MOST_LABELS).map(|(at, name)| Node::Function { name, parameters: Vec::new(), body: body(at) }).collect()
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    dialect: Dialect,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn peek_op(&self) -> Option<&'static str> {
        match self.peek() {
            Some(Token::Op(op)) => Some(op),
            _ => None,
        }
    }

    fn peek_word(&self) -> Option<&'t Raw> {
        match self.peek() {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// The word here, if nothing in it is special.
    fn plain(&self) -> Option<&'t str> {
        self.peek_word().and_then(Raw::plain)
    }

    fn is_plain(&self, wanted: &str) -> bool {
        self.plain().is_some_and(|word| if self.dialect == Dialect::Posix { word == wanted } else { word.eq_ignore_ascii_case(wanted) })
    }

    fn take_op(&mut self, wanted: &str) -> bool {
        let found = self.peek_op() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn take_plain(&mut self, wanted: &str) -> bool {
        let found = self.is_plain(wanted);
        self.at += usize::from(found);
        found
    }

    fn skip_lines(&mut self) {
        while matches!(self.peek(), Some(Token::Newline | Token::Op(";"))) {
            self.at += 1;
        }
    }

    /// Commands up to one of these words or operators, which is left.
    fn list(&mut self, ends: &[&str], depth: usize) -> Vec<Node> {
        let mut nodes = Vec::new();
        // Whether what comes next runs only if what came before went so.
        let mut depends: Option<bool> = None;
        while let Some(token) = self.peek() {
            match token {
                Token::Newline => self.at += 1,
                Token::Op(op) if ends.contains(op) => return nodes,
                Token::Op(op @ ("||" | "&&")) => {
                    self.at += 1;
                    depends = Some(*op == "&&");
                }
                Token::Op("(" | "{") if depth < DEEPEST => {
                    let close = if self.take_op("(") { ")" } else { "}" };
                    self.at += usize::from(close == "}");
                    let inner = self.list(&[close], depth + 1);
                    self.take_op(close);
                    let is_apart = close == ")" && self.dialect == Dialect::Posix;
                    let node = if is_apart { Node::Apart(inner) } else { Node::Block(inner) };
                    chain(&mut nodes, node, depends.take());
                    self.piped(&mut nodes, depth);
                }
                Token::Op(_) => self.at += 1,
                Token::Word(word) => {
                    if word.plain().is_some_and(|w| ends.contains(&w)) {
                        return nodes;
                    }
                    let before = self.at;
                    let node = self.command(depth);
                    if let Some(node) = node {
                        chain(&mut nodes, node, depends.take());
                    }
                    self.at = self.at.max(before + 1);
                    self.piped(&mut nodes, depth);
                }
            }
        }
        nodes
    }

    /// PowerShell's `… | ForEach-Object { … }`.
    fn piped(&mut self, nodes: &mut Vec<Node>, depth: usize) {
        if self.dialect != Dialect::PowerShell || self.peek_op() != Some("|") {
            return;
        }
        let Some(Token::Word(next)) = self.tokens.get(self.at + 1) else { return };
        let is_loop = next.plain().is_some_and(|w| ["foreach-object", "foreach", "%"].contains(&&*w.to_ascii_lowercase()));
        if !is_loop || depth >= DEEPEST {
            return;
        }
        self.at += 2;
        let body = self.braced(depth);
        let items = match nodes.pop() {
            Some(Node::Simple(words)) => words,
            Some(Node::Block(inner)) => match inner.into_iter().next() {
                Some(Node::Simple(words)) => words,
                _ => Vec::new(),
            },
            Some(other) => {
                nodes.push(other);
                Vec::new()
            }
            None => Vec::new(),
        };
        nodes.push(Node::For { variable: "_".into(), items, body });
    }

    fn command(&mut self, depth: usize) -> Option<Node> {
        let word = self.peek_word()?;
        if depth >= DEEPEST {
            return self.simple();
        }
        let lower = word.plain().map(str::to_ascii_lowercase).unwrap_or_default();
        match self.dialect {
            Dialect::Posix => match lower.as_str() {
                "if" => Some(self.branches(depth)),
                "for" => Some(self.for_loop(depth)),
                "select" => Some(match self.for_loop(depth) {
                    Node::For { variable, items, body } => Node::Select { variable, items, body },
                    other => other,
                }),
                "while" | "until" => Some(self.while_loop(depth)),
                "case" => Some(self.case(depth)),
                "function" => {
                    self.at += 1;
                    let name = self.plain().unwrap_or_default().to_string();
                    self.at += 1;
                    Some(self.function(name, depth))
                }
                "{" => {
                    self.at += 1;
                    let inner = self.list(&["}"], depth + 1);
                    self.take_plain("}");
                    Some(Node::Block(inner))
                }
                "!" => {
                    self.at += 1;
                    Some(Node::Not(self.command(depth + 1).into_iter().collect()))
                }
                "time" | "then" | "do" | "else" => {
                    self.at += 1;
                    None
                }
                _ => {
                    let name = word.plain().filter(|_| {
                        matches!(self.tokens.get(self.at + 1), Some(Token::Op("(")))
                            && matches!(self.tokens.get(self.at + 2), Some(Token::Op(")")))
                    });
                    match name.map(ToString::to_string) {
                        Some(name) => {
                            self.at += 1;
                            Some(self.function(name, depth))
                        }
                        None => self.simple(),
                    }
                }
            },
            Dialect::PowerShell => self.power(&lower, depth),
            Dialect::Cmd => self.batch(&lower, depth),
        }
    }

    fn function(&mut self, name: String, depth: usize) -> Node {
        self.take_op("(");
        self.take_op(")");
        self.skip_lines();
        let body = self.command(depth + 1).into_iter().collect();
        Node::Function { name, parameters: Vec::new(), body }
    }

    fn branches(&mut self, depth: usize) -> Node {
        let mut branches = Vec::new();
        self.at += 1;
        loop {
            let condition = self.list(&["then", "elif", "else", "fi"], depth + 1);
            self.take_plain("then");
            let body = self.list(&["elif", "else", "fi"], depth + 1);
            branches.push((condition, body));
            if self.take_plain("elif") {
                continue;
            }
            if self.take_plain("else") {
                let body = self.list(&["fi"], depth + 1);
                branches.push((Vec::new(), body));
            }
            self.take_plain("fi");
            return Node::Branches(branches);
        }
    }

    fn for_loop(&mut self, depth: usize) -> Node {
        self.at += 1;
        let Some(first) = self.peek_word() else { return Node::Block(Vec::new()) };
        self.at += 1;
        if let [Part::Sum(clause)] = first.parts.as_slice() {
            let body = self.loop_body(depth);
            return Node::Count { variable: None, clause: clause.clone(), body };
        }
        let variable = first.plain().unwrap_or_default().to_string();
        let mut items = Vec::new();
        if self.take_plain("in") {
            while let Some(word) = self.peek_word() {
                items.push(word.clone());
                self.at += 1;
            }
        } else {
            items.push(Raw { parts: alloc::vec![Part::Variable("@".into(), true)], ..first.clone() });
        }
        let body = self.loop_body(depth);
        Node::For { variable, items, body }
    }

    /// `do … done`, or `{ … }`, as zsh and the loops that count take it.
    fn loop_body(&mut self, depth: usize) -> Vec<Node> {
        self.skip_lines();
        let close = if self.take_plain("{") { "}" } else { "done" };
        self.take_plain("do");
        let body = self.list(&[close], depth + 1);
        self.take_plain(close);
        body
    }

    fn while_loop(&mut self, depth: usize) -> Node {
        let until = self.is_plain("until");
        self.at += 1;
        let condition = self.list(&["do", "done"], depth + 1);
        let body = self.loop_body(depth);
        let mut last = self.tokens.get(..self.at).unwrap_or_default().iter().rev();
        let end = last.find_map(|token| if let Token::Word(word) = token { Some(word.span) } else { None }).unwrap_or_default();
        Node::While { until, condition, body, end }
    }

    fn case(&mut self, depth: usize) -> Node {
        self.at += 1;
        let word = self.peek_word().cloned();
        self.at += usize::from(word.is_some());
        self.skip_lines();
        self.take_plain("in");
        let mut arms = Vec::new();
        loop {
            while matches!(self.peek(), Some(Token::Newline | Token::Op(";" | ";;" | "("))) {
                self.at += 1;
            }
            if self.peek().is_none() || self.take_plain("esac") {
                return Node::Case { word, arms };
            }
            let mut patterns = Vec::new();
            while let Some(token) = self.peek() {
                match token {
                    Token::Word(word) => patterns.push(word.clone()),
                    Token::Op("|") => {}
                    _ => break,
                }
                self.at += 1;
            }
            if !self.take_op(")") {
                self.at += 1;
                continue;
            }
            let body = self.list(&[";;", "esac"], depth + 1);
            arms.push((patterns, body));
        }
    }

    /// The words up to the end of a command.
    fn words(&mut self) -> Vec<Raw> {
        let mut words = Vec::new();
        while let Some(token) = self.peek() {
            match token {
                Token::Word(word) => words.push(word.clone()),
                // In PowerShell commas make lists; on the command line they reach the command as blanks do.
                Token::Op(",") => {}
                // An expression as a value: what it comes to.
                Token::Op("(") if self.dialect == Dialect::PowerShell && words.first().and_then(Raw::plain) == Some("az") => {
                    let inner = self.bracket();
                    let (Some(first), Some(last)) = (inner.first(), inner.last()) else { continue };
                    let span = Span::new(first.span.start, last.span.end);
                    let sum = inner.iter().map(written).collect::<Vec<_>>().join(" ");
                    words.push(Raw { parts: alloc::vec![Part::Sum(sum)], span, quoted: true });
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        words
    }

    /// The words up to the bracket that closes the one here, which is taken too.
    fn bracket(&mut self) -> Vec<Raw> {
        let mut words = Vec::new();
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            self.at += 1;
            match token {
                Token::Op("(") => depth += 1,
                Token::Op(")") if depth <= 1 => break,
                Token::Op(")") => depth -= 1,
                Token::Word(word) => words.push(word.clone()),
                _ => {}
            }
        }
        words
    }

    fn simple(&mut self) -> Option<Node> {
        let words = self.words();
        // `NAME=(a b c)`, alone or after `declare -a`.
        let array = words.last().and_then(Raw::plain).and_then(|w| w.strip_suffix('='));
        if let Some(name) = array.filter(|_| self.peek_op() == Some("(") && self.dialect == Dialect::Posix) {
            let adds = name.ends_with('+');
            let name = name.trim_end_matches('+').to_string();
            return Some(Node::List { name, items: self.bracket(), adds });
        }
        (!words.is_empty()).then_some(Node::Simple(words))
    }

    // ---- cmd -------------------------------------------------------------------------------------------------------------------------

    fn batch(&mut self, lower: &str, depth: usize) -> Option<Node> {
        match lower {
            "for" => {
                self.at += 1;
                let counts = self.take_plain("/l");
                while self.plain().is_some_and(|w| w.starts_with('/')) {
                    self.at += 1;
                }
                let variable = self.peek_word().and_then(Raw::variable).unwrap_or_default().to_ascii_lowercase();
                self.at += 1;
                self.take_plain("in");
                let items = self.bracket();
                self.take_plain("do");
                let body = self.batch_body(depth);
                if counts {
                    // `(first,step,last)`
                    let numbers = items.iter().map(written).collect::<Vec<_>>().join(" ").replace(',', " ");
                    let mut numbers = numbers.split_whitespace();
                    let (first, _, last) = (numbers.next()?, numbers.next()?, numbers.next()?);
                    let clause = alloc::format!("i={first}; i<={last}; i++");
                    return Some(Node::Count { variable: Some(variable), clause, body });
                }
                Some(Node::For { variable, items, body })
            }
            "if" => {
                self.at += 1;
                let mut condition = Vec::new();
                while let Some(word) = self.peek_word() {
                    if word.plain().is_some_and(|w| ["az", "call", "set", "for", "goto", "exit"].contains(&&*w.to_ascii_lowercase())) {
                        break;
                    }
                    condition.push(word.clone());
                    self.at += 1;
                }
                let mut branches = alloc::vec![(alloc::vec![Node::Simple(condition)], self.batch_body(depth))];
                if self.take_plain("else") {
                    branches.push((Vec::new(), self.batch_body(depth)));
                }
                Some(Node::Branches(branches))
            }
            _ => self.simple(),
        }
    }

    fn batch_body(&mut self, depth: usize) -> Vec<Node> {
        if self.take_op("(") {
            let body = self.list(&[")"], depth + 1);
            self.take_op(")");
            return body;
        }
        self.command(depth + 1).into_iter().collect()
    }
}

/// Adds a command that may hang on how the one before it went.
fn chain(nodes: &mut Vec<Node>, node: Node, after: Option<bool>) {
    let Some(success) = after else { return nodes.push(node) };
    match nodes.pop() {
        Some(Node::Chain(mut parts)) => {
            parts.push((success, node));
            nodes.push(Node::Chain(parts));
        }
        Some(first) => nodes.push(Node::Chain(alloc::vec![(true, first), (success, node)])),
        None => nodes.push(node),
    }
}

/// A word as it was written, nearly.
fn written(word: &Raw) -> String {
    let mut text = String::new();
    for part in &word.parts {
        match part {
            Part::Text(t) | Part::Quoted(t) | Part::Sum(t) | Part::Placeholder(t) => text.push_str(t),
            Part::Variable(name, _) => text.push_str(name),
            Part::Output(..) | Part::Table(_) => {}
        }
    }
    text
}
