//! Running a script as far as it can be told: variables, loops over words that are known, functions. What is left are the commands that it gives.

mod behind;
mod conditions;
mod expand;
mod files;
mod leave;
mod reads;
mod sum;
mod table;
mod texts;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use self::expand::range_of;
use self::leave::{Leave, Perhaps, Trap, is_argument};
use super::lex::{Part, Raw};
use super::parse::Node;
use super::{Command, Dialect, Word};
use crate::document::Variables;
use crate::text::Span;

/// Programs that change what clusters hold.
const OF_CLUSTERS: [&str; 5] = ["kubectl", "oc", "calicoctl", "k", "helm"];
/// Commands that a script may come to.
const MOST_COMMANDS: usize = 20_000;
/// Bytes of words that all commands may have together.
const MOST_BYTES: usize = 16 << 20;
/// A word that is longer is cut.
const LONGEST: usize = 16 << 10;
/// Turns of one loop.
const MOST_TURNS: usize = 1000;
/// Functions in functions, and commands in commands.
const DEEPEST: usize = 24;

/// What a variable holds.
#[derive(Clone, Debug, Default)]
struct Value {
    items: Vec<String>,
    unknown: bool,
}

struct Function {
    parameters: Vec<(String, Option<Raw>)>,
    body: Vec<Node>,
}

/// A script while it runs.
pub(super) struct Run<'a> {
    text: &'a str,
    dialect: Dialect,
    /// Lines of which commands of all programs are wanted.
    lines: &'a [Range<usize>],
    variables: BTreeMap<String, Value>,
    functions: BTreeMap<String, Rc<Function>>,
    pub(super) commands: Vec<Command>,
    spent: usize,
    depth: usize,
    /// The condition on which it hangs whether what runs now runs, if that cannot be told.
    doubt: Option<Rc<str>>,
    /// What a command leaves that just ran.
    leaving: Option<Leave>,
    /// Commands that may have left what runs now.
    perhaps: Vec<Perhaps>,
    /// Loops around what runs now, in its function.
    loops: usize,
    /// What runs when the script ends.
    traps: Vec<Trap>,
    /// For each function that runs, what its own variables held outside.
    locals: Vec<BTreeMap<String, Option<Value>>>,
    /// Where the last text that was only printed stands, and the text.
    echoed: Option<(u32, String)>,
    /// Files that the text writes.
    files: files::Files,
    /// Where more was to be done than is done.
    pub(super) beyond: Option<Span>,
}

/// How PowerShell calls a variable: without case, and without where it holds.
pub(super) fn power_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let bare = ["env:", "script:", "global:", "local:"].iter().find_map(|scope| lower.strip_prefix(scope));
    bare.unwrap_or(&lower).to_string()
}

impl<'a> Run<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect, lines: &'a [Range<usize>]) -> Self {
        Run {
            text,
            dialect,
            lines,
            variables: BTreeMap::new(),
            functions: BTreeMap::new(),
            commands: Vec::new(),
            spent: 0,
            depth: 0,
            doubt: None,
            leaving: None,
            perhaps: Vec::new(),
            loops: 0,
            traps: Vec::new(),
            locals: Vec::new(),
            echoed: None,
            files: files::Files::new(),
            beyond: None,
        }
    }

    fn key(&self, name: &str) -> String {
        match self.dialect {
            Dialect::Posix => name.to_string(),
            Dialect::PowerShell => power_name(name),
            Dialect::Cmd => name.to_ascii_lowercase(),
        }
    }

    fn set(&mut self, name: &str, mut value: Value) {
        for item in &mut value.items {
            item.truncate(item.floor_char_boundary(LONGEST));
        }
        value.items.truncate(MOST_TURNS);
        let key = self.key(name);
        self.variables.insert(key, value);
    }

    /// Counts work; false where there was too much of it.
    fn spend(&mut self, bytes: usize, span: Span) -> bool {
        self.spent = self.spent.saturating_add(bytes.saturating_add(16));
        let fine = self.spent < MOST_BYTES && self.commands.len() < MOST_COMMANDS;
        if !fine {
            self.beyond.get_or_insert(span);
        }
        fine
    }

    pub(super) fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            if self.leaving.is_some() || self.beyond.is_some() {
                return;
            }
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Simple(words) => self.simple(words),
            Node::List { name, items, adds } => {
                let mut value = self.value_of(items);
                let number = |value: &Value| match value.items.as_slice() {
                    [one] if !value.unknown => one.trim().parse::<i64>().ok(),
                    _ => None,
                };
                let old = self.variables.get(&self.key(name)).cloned().filter(|_| *adds);
                let sum =
                    old.as_ref().and_then(|old| number(old)?.checked_add(number(&value)?)).filter(|_| self.dialect == Dialect::PowerShell);
                if let Some(sum) = sum {
                    value = known(sum.to_string());
                } else if let Some(old) = old {
                    let items = old.items.iter().cloned().chain(value.items).collect();
                    value = Value { items, unknown: old.unknown || value.unknown };
                }
                self.set(name, value);
            }
            Node::Captured { name, words } => {
                let before = self.commands.len();
                self.simple(words);
                let value = self.output(before);
                self.set(name, value.map_or_else(|| Value { items: alloc::vec![format!("${name}")], unknown: true }, known));
            }
            Node::For { variable, items, body } => {
                let value = self.value_of(items);
                let turns = if value.items.is_empty() { alloc::vec![(format!("${variable}"), true)] } else { Vec::new() };
                let unknown = value.unknown;
                let mut turns = turns.into_iter().chain(value.items.into_iter().map(|item| (item, unknown)));
                self.turns(body, |run| {
                    let Some((item, unknown)) = turns.next() else { return false };
                    let unknown = unknown && item.contains('$');
                    run.set(variable, Value { items: alloc::vec![item], unknown });
                    true
                });
            }
            Node::Select { variable, items, body } => self.select(variable, items, body),
            Node::Count { variable, clause, body } => self.count(variable.as_deref(), clause, body),
            Node::While { until, condition, body, end } => {
                if *until || !self.read_loop(condition, body, *end) {
                    self.while_loop(*until, condition, body);
                }
            }
            Node::Chain(parts) => self.chain(parts),
            Node::Not(inner) => self.nodes(inner),
            Node::Branches(branches) => self.branches(branches),
            Node::Case { word, arms } => self.case(word.as_ref(), arms),
            Node::Function { name, parameters, body } => {
                let function = Function { parameters: parameters.clone(), body: body.clone() };
                self.functions.insert(name.clone(), Rc::new(function));
            }
            Node::Block(inner) => self.nodes(inner),
            Node::Apart(inner) => {
                let before = self.variables.clone();
                self.apart(inner);
                self.variables = before;
            }
        }
    }

    /// The words of a list.
    fn value_of(&mut self, items: &[Raw]) -> Value {
        let mut value = Value::default();
        for raw in items {
            for word in self.expand(raw) {
                value.unknown |= word.unknown;
                let words = if self.dialect == Dialect::PowerShell && !word.quoted { range_of(&word.text) } else { None };
                match words {
                    Some(numbers) => value.items.extend(numbers),
                    None => value.items.push(word.text),
                }
            }
            value.items.truncate(MOST_TURNS);
        }
        value
    }

    /// `i=1; i<=3; i++` and PowerShell's form of it.
    fn count(&mut self, variable: Option<&str>, clause: &str, body: &[Node]) {
        let mut words: Vec<String> = Vec::new();
        for c in clause.chars().take(200) {
            let class = |c: char| if c.is_ascii_alphanumeric() || c == '_' { 1 } else { 2 };
            match words.last_mut() {
                Some(last) if !c.is_whitespace() && last.chars().next_back().is_some_and(|l| class(l) == class(c)) => last.push(c),
                _ => words.push(c.to_string()),
            }
        }
        let words: Vec<String> =
            words.into_iter().map(|w| w.trim_matches([';', ' ', '$', '-']).to_string()).filter(|w| !w.is_empty()).collect();
        let number = |run: &Self, word: &String| match word.parse::<i64>() {
            Ok(number) => Some(number),
            Err(_) => run.variables.get(&run.key(word)).filter(|v| !v.unknown).and_then(|v| v.items.first()?.parse().ok()),
        };
        let variable = variable.map(ToString::to_string).or_else(|| words.first().cloned()).unwrap_or_default();
        let first = words.iter().find_map(|w| w.parse::<i64>().ok());
        let limit = words.windows(2).find_map(|pair| match pair {
            [op, last] if ["<", "<=", "lt", "le"].contains(&&**op) => {
                number(self, last).map(|n| if op.ends_with(['=', 'e']) { n } else { n - 1 })
            }
            _ => None,
        });
        let (Some(first), Some(last)) = (first, limit) else {
            let mut once = Some(Value { items: alloc::vec![format!("${variable}")], unknown: true });
            return self.turns(body, |run| once.take().is_some_and(|value| (run.set(&variable, value), true).1));
        };
        let mut numbers = (first..=last).take(MOST_TURNS);
        self.turns(body, |run| numbers.next().is_some_and(|number| (run.set(&variable, known(number.to_string())), true).1));
    }

    /// Whether a condition holds, if that can be told: `[ "$a" = b ]`, `[ -n "$a" ]`.
    fn test(&mut self, condition: &[Node]) -> Option<bool> {
        let [Node::Simple(raws)] = condition else { return None };
        let words: Vec<Word> = raws.iter().filter_map(|raw| self.expand_whole(raw)).collect();
        if words.iter().any(|w| w.unknown) {
            return None;
        }
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        if self.dialect == Dialect::Cmd {
            return batch_test(&texts);
        }
        let inner = match texts.as_slice() {
            ["[" | "[[", inner @ .., "]" | "]]"] | ["test", inner @ ..] => inner,
            ["true" | ":"] => return Some(true),
            ["false"] => return Some(false),
            inner if self.dialect == Dialect::PowerShell => inner,
            _ => return None,
        };
        match inner {
            ["-n", text] => Some(!text.is_empty()),
            ["-z", text] => Some(text.is_empty()),
            [a, "=" | "==", b] => Some(a == b),
            [a, "!=", b] => Some(a != b),
            [a, op, b] if ["-lt", "-le", "-gt", "-ge"].contains(op) => {
                let (a, b): (i64, i64) = (a.trim().parse().ok()?, b.trim().parse().ok()?);
                Some(match *op {
                    "-lt" => a < b,
                    "-le" => a <= b,
                    "-gt" => a > b,
                    _ => a >= b,
                })
            }
            [a, op, b] if op.eq_ignore_ascii_case("-eq") => Some(a.eq_ignore_ascii_case(b)),
            [a, op, b] if op.eq_ignore_ascii_case("-ne") => Some(!a.eq_ignore_ascii_case(b)),
            _ => None,
        }
    }

    fn simple(&mut self, raws: &[Raw]) {
        let Some(span) = raws.first().map(|raw| raw.span) else { return };
        if !self.spend(0, span) {
            return;
        }
        let mut raws = raws;
        let (mut is_local, mut stays, mut is_program, mut is_call) = (false, false, false, false);
        // What variables held before assignments in front of a command, which are for that command only.
        let mut held: Vec<(String, Option<Value>)> = Vec::new();
        // Words that come before a command, and assignments.
        while let Some((first, rest)) = raws.split_first() {
            let plain = first.plain().unwrap_or_default();
            let prefix =
                ["$", "sudo", "export", "local", "readonly", "declare", "typeset", "command", "exec", "nohup", "call", "time", "!", "env"];
            let flag = plain.starts_with('-') && plain.len() <= 3;
            is_local |= matches!(plain, "local" | "declare" | "typeset") && self.dialect == Dialect::Posix;
            stays |= matches!(plain, "export" | "local" | "readonly" | "declare" | "typeset");
            is_program |= matches!(plain, "command" | "exec" | "env" | "sudo" | "nohup");
            is_call |= plain.eq_ignore_ascii_case("call");
            if let Some(Part::Text(head)) = first.parts.first().filter(|_| !stays && self.dialect == Dialect::Posix)
                && let Some((name, _)) = head.split_once('=')
            {
                let name = name.trim_end_matches('+').to_string();
                held.push((name.clone(), self.variables.get(&name).cloned()));
            }
            if let Some(Part::Text(head)) = first.parts.first().filter(|_| is_local && !self.locals.is_empty()) {
                self.keep_outer(head.split(['=', '+']).next().unwrap_or_default());
            }
            if !(prefix.contains(&plain) || plain.eq_ignore_ascii_case("call") || flag || self.assign(first)) {
                break;
            }
            raws = rest;
        }
        let Some((first, rest)) = raws.split_first() else { return };
        if stays && self.exports_output(raws) {
            return;
        }
        if is_local {
            // Names without values.
            return raws.iter().filter_map(Raw::plain).for_each(|name| {
                self.keep_outer(name);
                self.set(name, known(String::new()));
            });
        }
        if self.counted(first, rest) || self.leaves(first, rest) {
            return;
        }
        if self.builtin(first, rest) {
            if first.plain() == Some("read") {
                self.put_back(held);
            }
            return;
        }
        let set = self.put_back(held.clone());
        let words: Vec<Word> = raws.iter().flat_map(|raw| self.expand(raw)).collect();
        let Some(first) = words.first() else { return };
        let function = self.functions.get(&self.key(&first.text)).or_else(|| self.functions.get(&first.text)).cloned();
        // A label of cmd that is come to is passed by.
        let function = function.filter(|_| !is_program && (is_call || self.dialect != Dialect::Cmd));
        // Those see what is set for them; what follows in a pipe of `envsubst` is what it makes.
        let sees = function.is_some() || ["bash", "sh", "zsh", "eval", "envsubst"].contains(&first.text.as_str());
        let is_kept = first.text == "envsubst";
        if sees {
            self.put_back(set.clone());
        }
        let config = set.into_iter().find(|(name, _)| name == "KUBECONFIG" && !sees);
        if let Some(config) = &config {
            self.put_back(alloc::vec![config.clone()]);
        }
        match function {
            Some(function) => self.call(&function, words),
            None => self.program(words),
        }
        if !is_kept {
            self.put_back(held);
        }
    }

    /// Commands of the shell itself that set variables; false for any other.
    fn builtin(&mut self, first: &Raw, rest: &[Raw]) -> bool {
        match first.plain().unwrap_or_default() {
            "let" if self.dialect == Dialect::Posix => {
                for word in rest.iter().filter_map(|raw| self.expand_whole(raw)).collect::<Vec<_>>() {
                    self.sum(&word.text);
                }
            }
            "set" if self.dialect == Dialect::Cmd => self.set_in_batch(rest),
            "set" if self.dialect == Dialect::Posix && rest.first().and_then(Raw::plain) == Some("--") => {
                let words: Vec<Word> = rest.iter().skip(1).flat_map(|raw| self.expand(raw)).collect();
                let values = words.into_iter().map(|w| Value { items: alloc::vec![w.text], unknown: w.unknown });
                self.set_arguments(values.collect());
            }
            "set" if rest.len() == 2 && rest.iter().all(|r| r.plain().is_none_or(|p| !p.starts_with('-'))) => {
                // fish
                if let [name, value] = rest
                    && let (Some(name), Some(value)) = (name.plain(), self.expand_whole(value))
                {
                    self.set(name, Value { items: alloc::vec![value.text], unknown: value.unknown });
                }
            }
            "read" if self.read_word(first, rest) => {}
            "read" => {
                for name in rest.iter().filter_map(Raw::plain).filter(|n| !n.starts_with('-')) {
                    self.set(name, Value { items: alloc::vec![format!("${name}")], unknown: true });
                }
            }
            "unset" if self.dialect == Dialect::Posix => {
                for name in rest.iter().filter_map(Raw::plain).filter(|name| !name.starts_with('-')) {
                    self.set(name, known(String::new()));
                }
            }
            "trap" if self.dialect == Dialect::Posix => self.trap(rest),
            "shift" if self.dialect == Dialect::Posix => self.shift(rest),
            _ => return false,
        }
        true
    }

    /// Gives variables values, and returns what they held.
    fn put_back(&mut self, values: Vec<(String, Option<Value>)>) -> Vec<(String, Option<Value>)> {
        let mut held = Vec::new();
        for (name, value) in values.into_iter().rev() {
            let old = match value {
                Some(value) => self.variables.insert(name.clone(), value),
                None => self.variables.remove(&name),
            };
            held.push((name, old));
        }
        held
    }

    /// The variables of which the value is known.
    fn known_variables(&self) -> Variables {
        let known = |(name, value): (&String, &Value)| match value.items.as_slice() {
            [one] if !value.unknown && one.len() < 500 => Some((name.clone(), one.clone())),
            _ => None,
        };
        self.variables.iter().filter_map(known).collect()
    }

    /// `NAME=value`; false if the word is something else.
    fn assign(&mut self, raw: &Raw) -> bool {
        if self.dialect != Dialect::Posix || raw.quoted {
            return false;
        }
        let Some(Part::Text(head)) = raw.parts.first() else { return false };
        let Some((name, rest)) = head.split_once('=') else { return false };
        if let Some((list, key)) = name.split_once('[').and_then(|(list, key)| Some((list, key.strip_suffix(']')?))) {
            return self.assign_item(list, key, rest, raw);
        }
        let adds = name.ends_with('+');
        let bare = name.trim_end_matches('+');
        let good =
            bare.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !good {
            return false;
        }
        let mut parts = raw.parts.clone();
        if let Some(first) = parts.first_mut() {
            // What is assigned is not split.
            *first = Part::Quoted(rest.to_string());
        }
        let value = self.expand_whole(&Raw { parts, ..raw.clone() });
        let (text, unknown) = value.map_or_else(|| (String::new(), false), |w| (w.text, w.unknown));
        let old = self.variables.get(bare).filter(|_| adds).cloned().unwrap_or_default();
        let text = old.items.join(" ") + &text;
        self.set(bare, Value { items: alloc::vec![text], unknown: unknown || old.unknown });
        true
    }

    /// `set NAME=value` and `set "NAME=value"`; `set /a NAME=sum` and `set /p NAME=what to ask for`.
    fn set_in_batch(&mut self, rest: &[Raw]) {
        let words: Vec<Word> = rest.iter().filter_map(|raw| self.expand_whole(raw)).collect();
        let unknown = words.iter().any(|w| w.unknown);
        let has = |flag: &str| words.iter().any(|w| w.text.eq_ignore_ascii_case(flag));
        let line = words.iter().map(|w| w.text.as_str()).filter(|w| !w.starts_with('/')).collect::<Vec<_>>().join(" ");
        let Some((name, value)) = line.split_once('=') else { return };
        let (is_sum, is_asked) = (has("/a"), has("/p"));
        if is_sum && !unknown {
            self.sum(&line.to_ascii_lowercase());
        } else if is_sum || is_asked {
            self.forget(name.trim());
        } else {
            self.set(name.trim(), Value { items: alloc::vec![value.trim().to_string()], unknown });
        }
    }

    fn call(&mut self, function: &Rc<Function>, words: Vec<Word>) {
        if self.depth >= DEEPEST {
            return;
        }
        let outer = self.variables.clone();
        if !self.spend(outer.len().saturating_mul(64), words.first().map_or(Span::default(), |w| w.span)) {
            return;
        }
        let mut named: Option<String> = None;
        let mut arguments: Vec<Value> = Vec::new();
        self.variables.retain(|name, _| !is_argument(name));
        for (name, default) in &function.parameters {
            if let Some(default) = default.as_ref().and_then(|raw| self.expand_whole(raw)) {
                self.set(name, Value { items: alloc::vec![default.text], unknown: default.unknown });
            }
        }
        for word in words.into_iter().skip(1) {
            let flag =
                word.text.strip_prefix('-').filter(|_| self.dialect == Dialect::PowerShell && !word.quoted).map(str::to_ascii_lowercase);
            // `--flag=value` is taken apart for those that read options.
            let text = word.value.map_or(word.text.clone(), |value| format!("{}={}", word.text, value.text));
            let value = Value { items: alloc::vec![text], unknown: word.unknown };
            if let Some(flag) = flag.filter(|flag| function.parameters.iter().any(|(name, _)| name == flag)) {
                named = Some(flag);
            } else if let Some(name) = named.take() {
                self.set(&name, value);
            } else {
                arguments.push(value);
                if let Some((name, _)) = function.parameters.get(arguments.len() - 1) {
                    self.set(name, arguments.last().cloned().unwrap_or_default());
                }
            }
        }
        self.set_arguments(arguments);
        self.locals.push(BTreeMap::new());
        self.body(&function.body);
        // What a function sets holds afterwards, but for its own variables and arguments.
        for (name, old) in self.locals.pop().unwrap_or_default() {
            match old {
                Some(old) => self.variables.insert(name, old),
                None => self.variables.remove(&name),
            };
        }
        self.variables.retain(|name, _| !is_argument(name));
        self.variables.extend(outer.into_iter().filter(|(name, _)| is_argument(name)));
    }
}

/// `A==B`, `/i "A" EQU "B"`, `not …` of cmd's `if`. Upstream: Microsoft Learn, Windows commands, "if".
fn batch_test(texts: &[&str]) -> Option<bool> {
    let (mut is_not, mut any_case) = (false, false);
    let mut words: Vec<&str> = Vec::new();
    for text in texts {
        match text.to_ascii_lowercase().as_str() {
            "not" if words.is_empty() => is_not = !is_not,
            "/i" if words.is_empty() => any_case = true,
            _ => words.push(text),
        }
    }
    let line = words.join(" ");
    let (a, b) = match words.as_slice() {
        [a, op, b] if op.eq_ignore_ascii_case("equ") => (*a, *b),
        [a, op, b] if op.eq_ignore_ascii_case("neq") => {
            is_not = !is_not;
            (*a, *b)
        }
        _ => line.split_once("==")?,
    };
    let same = |a: &str, b: &str| if any_case { a.eq_ignore_ascii_case(b) } else { a == b };
    Some(same(a.trim(), b.trim()) != is_not)
}

fn known(text: String) -> Value {
    Value { items: alloc::vec![text], unknown: false }
}
