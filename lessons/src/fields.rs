//! Fields of YAML, with what is wrong with them.

use std::cell::RefCell;

use netpolis_core::document::{Entry, Limits, NodeRef, Tree, Value, parse};

use crate::lesson::{Checks, Problem};

/// What comes before the list of checks in a document of its own.
const CHECK_HEAD: &str = "apiVersion: netpolis.dev/v1\nkind: Check\nmetadata: {name: lesson}\nspec:\n checks:\n";

/// A text of YAML within a lesson.
pub(crate) struct Yaml<'p> {
    text: String,
    tree: Tree,
    /// The line of the lesson before its first one.
    lines_before: u32,
    problems: &'p RefCell<Vec<Problem>>,
}

impl<'p> Yaml<'p> {
    /// Reads a text that begins in the line after `lines_before`.
    pub(crate) fn new(text: String, lines_before: u32, problems: &'p RefCell<Vec<Problem>>) -> Self {
        let parsed = parse(&text, &Limits::default());
        let yaml = Yaml { tree: parsed.tree, text, lines_before, problems };
        for diagnostic in &parsed.diagnostics {
            let line = diagnostic.place.map_or(1, |place| yaml.line(place.span.start));
            yaml.report(line, diagnostic.message.clone());
        }
        yaml
    }

    /// Its fields.
    pub(crate) fn root(&self, known: &[&str]) -> Option<Fields<'_>> {
        let root = self.tree.root()?;
        self.fields(root, known)
    }

    fn fields<'a>(&'a self, node: NodeRef<'a>, known: &[&str]) -> Option<Fields<'a>> {
        let Some(entries) = node.as_mapping() else {
            self.report(
                self.line(node.span().start),
                format!("this is {}, where fields are expected: {}", node.value().describe(), known.join(", ")),
            );
            return None;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
            self.report(self.line(entry.key_span.start), format!("there is no field `{}` here; there are {}", entry.key, known.join(", ")));
        }
        Some(Fields { yaml: self, node })
    }

    fn line(&self, offset: u32) -> u32 {
        let before = self.text.get(..offset as usize).unwrap_or_default();
        self.lines_before + before.matches('\n').count() as u32 + 1
    }

    fn report(&self, line: u32, message: String) {
        self.problems.borrow_mut().push(Problem::new(line, message));
    }
}

/// The fields of a mapping.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    yaml: &'a Yaml<'a>,
    node: NodeRef<'a>,
}

impl<'a> Fields<'a> {
    /// The line where it begins.
    pub(crate) fn line(&self) -> u32 {
        self.yaml.line(self.node.span().start)
    }

    /// Says what is wrong with it.
    pub(crate) fn report(&self, message: impl Into<String>) {
        self.yaml.report(self.line(), message.into());
    }

    /// Says what is wrong with a field.
    pub(crate) fn report_at(&self, key: &str, message: impl Into<String>) {
        let line = self.node.entry(key).map_or_else(|| self.line(), |entry| self.yaml.line(entry.key_span.start));
        self.yaml.report(line, message.into());
    }

    fn get(&self, key: &str) -> Option<NodeRef<'a>> {
        self.node.get(key).filter(|node| !node.is_null())
    }

    /// Whether a field is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// A text; numbers are texts too.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        let node = self.get(key)?;
        let text = scalar(node);
        if text.is_none() {
            self.report_at(key, format!("`{key}` is {}, and should be text", node.value().describe()));
        }
        text
    }

    /// A text that has to be there.
    pub(crate) fn required(&self, key: &str) -> String {
        if !self.has(key) {
            self.report(format!("`{key}` is missing"));
        }
        self.text(key).unwrap_or_default()
    }

    /// A number.
    pub(crate) fn number(&self, key: &str) -> Option<u32> {
        let node = self.get(key)?;
        let number = match node.value() {
            Value::Int(number) => u32::try_from(*number).ok(),
            _ => None,
        };
        if number.is_none() {
            self.report_at(key, format!("`{key}` should be a number"));
        }
        number
    }

    /// `true` or `false`; false where it is left out.
    pub(crate) fn flag(&self, key: &str) -> bool {
        match self.get(key).map(NodeRef::value) {
            None => false,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.report_at(key, format!("`{key}` should be `true` or `false`"));
                false
            }
        }
    }

    /// The entries of a list, or the only one; each as text.
    pub(crate) fn texts(&self, key: &str) -> Vec<String> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let all: Vec<NodeRef<'a>> = match node.as_sequence() {
            Some(items) => items.collect(),
            None => vec![node],
        };
        let texts: Vec<String> = all.iter().filter_map(|item| scalar(*item)).collect();
        if texts.len() < all.len() {
            self.report_at(key, format!("every entry of `{key}` should be text"));
        }
        texts
    }

    /// The mappings of a list, or the only one.
    pub(crate) fn list(&self, key: &str, known: &[&str]) -> Vec<Fields<'a>> {
        let Some(node) = self.get(key) else { return Vec::new() };
        match node.as_sequence() {
            Some(items) => items.filter_map(|item| self.yaml.fields(item, known)).collect(),
            None => self.yaml.fields(node, known).into_iter().collect(),
        }
    }

    /// A mapping.
    pub(crate) fn fields(&self, key: &str, known: &[&str]) -> Option<Fields<'a>> {
        self.yaml.fields(self.get(key)?, known)
    }

    /// Names and texts of a mapping; of a list of names, each twice.
    pub(crate) fn pairs(&self, key: &str) -> Vec<(String, String)> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let Some(entries) = node.as_mapping() else {
            return self.texts(key).into_iter().map(|name| (name.clone(), name)).collect();
        };
        let pair = |entry: &Entry| {
            let value = scalar(node.value_of(entry));
            if value.is_none() {
                self.report_at(key, format!("`{}` should be text", entry.key));
            }
            Some((entry.key.to_string(), value?))
        };
        entries.iter().filter_map(pair).collect()
    }

    /// A list of checks, as a document that the core reads.
    pub(crate) fn checks(&self, key: &str) -> Checks {
        let Some(node) = self.get(key) else { return Checks::default() };
        if node.as_sequence().is_none() {
            self.report_at(key, format!("`{key}` should be a list of checks"));
            return Checks::default();
        }
        let span = node.span();
        let text = &self.yaml.text;
        let list = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let line_start = text.get(..span.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let indent = span.start as usize - line_start;
        let mut document = String::from(CHECK_HEAD);
        for (number, line) in list.lines().enumerate() {
            // What comes before the first line of the list is no part of it.
            let own = if number == 0 { indent } else { 0 };
            document.push_str(&" ".repeat(own + 2));
            document.push_str(line);
            document.push('\n');
        }
        let lines_before = i64::from(self.yaml.line(span.start)) - 1 - CHECK_HEAD.matches('\n').count() as i64;
        Checks { document, lines_before }
    }
}

fn scalar(node: NodeRef<'_>) -> Option<String> {
    match node.value() {
        Value::String(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
