//! Sums of shells, with what they change: `$((port + 1))`, `((port += 10))`, `let port++`.
//!
//! Upstream: GNU Bash manual, "Shell Arithmetic".

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Run, Value, known};

/// Operators with two sides by how strongly they bind; those of one group from left to right.
const BINARY: [&[&str]; 6] = [&["||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];
/// Brackets in brackets.
const DEEPEST: usize = 20;

struct Reader<'r, 'a> {
    run: &'r mut Run<'a>,
    words: Vec<String>,
    at: usize,
}

impl Run<'_> {
    /// The value of a sum; what it assigns is assigned. Nothing where it cannot be told, and then neither can what it assigns.
    pub(super) fn sum(&mut self, sum: &str) -> Option<i64> {
        let words = words(sum.get(..sum.floor_char_boundary(200)).unwrap_or_default());
        let names: Vec<String> = words.iter().filter(|w| is_name(w)).cloned().collect();
        let assigns = words
            .iter()
            .any(|w| matches!(&**w, "++" | "--" | "=") || w.len() == 2 && w.ends_with('=') && !w.starts_with(['=', '!', '<', '>']));
        let mut reader = Reader { run: self, words, at: 0 };
        let mut total = reader.assignment(0);
        while total.is_some() && reader.take(",") {
            total = reader.assignment(0);
        }
        let total = total.filter(|_| reader.at == reader.words.len());
        if total.is_none() && assigns {
            for name in names {
                self.forget(&name);
            }
        }
        total
    }

    /// A variable of which it is not known any more what it holds.
    pub(super) fn forget(&mut self, name: &str) {
        self.set(name, Value { items: alloc::vec![alloc::format!("${name}")], unknown: true });
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Names, numbers and operators.
fn words(sum: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = sum.trim();
    while let Some(c) = rest.chars().next() {
        let long = ["++", "--", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "&&", "||"];
        let length = if c.is_ascii_alphanumeric() || c == '_' {
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())
        } else {
            long.into_iter().find(|op| rest.starts_with(op)).map_or(c.len_utf8(), str::len)
        };
        let (word, after) = rest.split_at(length);
        if !matches!(c, '$' | '{' | '}' | ' ' | '\t' | '\n') {
            words.push(word.to_string());
        }
        rest = after;
    }
    words
}

impl Reader<'_, '_> {
    fn peek(&self) -> &str {
        self.words.get(self.at).map_or("", String::as_str)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.at += usize::from(found);
        found
    }

    fn value(&self, name: &str) -> Option<i64> {
        let value = self.run.variables.get(&self.run.key(name))?;
        value.items.first().filter(|_| !value.unknown)?.trim().parse().ok()
    }

    fn store(&mut self, name: &str, number: i64) -> i64 {
        self.run.set(name, known(number.to_string()));
        number
    }

    fn assignment(&mut self, depth: usize) -> Option<i64> {
        if depth > DEEPEST {
            return None;
        }
        let name = self.peek().to_string();
        let sign = self.words.get(self.at + 1).cloned().unwrap_or_default();
        let op = sign.strip_suffix('=').filter(|op| is_name(&name) && ["", "+", "-", "*", "/", "%"].contains(op));
        let Some(op) = op else { return self.binary(0, depth) };
        self.at += 2;
        let right = self.assignment(depth + 1)?;
        let number = if op.is_empty() { right } else { apply(op, self.value(&name)?, right)? };
        Some(self.store(&name, number))
    }

    fn binary(&mut self, level: usize, depth: usize) -> Option<i64> {
        let Some(operators) = BINARY.get(level) else { return self.unary(depth) };
        let mut total = self.binary(level + 1, depth)?;
        while let Some(op) = operators.iter().find(|op| **op == self.peek()) {
            self.at += 1;
            let right = self.binary(level + 1, depth)?;
            total = apply(op, total, right)?;
        }
        Some(total)
    }

    fn unary(&mut self, depth: usize) -> Option<i64> {
        if depth > DEEPEST {
            return None;
        }
        let word = self.peek().to_string();
        self.at += 1;
        match word.as_str() {
            "(" => {
                let inner = self.assignment(depth + 1)?;
                self.take(")").then_some(inner)
            }
            "-" => self.unary(depth + 1)?.checked_neg(),
            "+" => self.unary(depth + 1),
            "!" => Some(i64::from(self.unary(depth + 1)? == 0)),
            "++" | "--" => {
                let name = self.peek().to_string();
                self.at += 1;
                let number = apply(word.get(..1)?, self.value(&name)?, 1)?;
                Some(self.store(&name, number))
            }
            name if is_name(name) => {
                let number = self.value(name)?;
                let step = match self.peek() {
                    "++" => 1,
                    "--" => -1,
                    _ => return Some(number),
                };
                self.at += 1;
                self.store(name, number.checked_add(step)?);
                Some(number)
            }
            number => number.parse().ok(),
        }
    }
}

fn apply(op: &str, left: i64, right: i64) -> Option<i64> {
    let truth = |holds: bool| Some(i64::from(holds));
    match op {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "/" => left.checked_div(right),
        "%" => left.checked_rem(right),
        "==" => truth(left == right),
        "!=" => truth(left != right),
        "<" => truth(left < right),
        "<=" => truth(left <= right),
        ">" => truth(left > right),
        ">=" => truth(left >= right),
        "&&" => truth(left != 0 && right != 0),
        "||" => truth(left != 0 || right != 0),
        _ => None,
    }
}
