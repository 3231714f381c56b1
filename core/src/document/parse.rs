//! From events to the tree of one document.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use granit_parser::{Event, Parser, ScalarStyle, ScanError};
use hashbrown::HashMap;

use super::codes::{ALIAS_BOMB, BAD_KEY, BAD_MERGE, DUPLICATE_KEY, NOT_TEXT, SYNTAX, TEMPLATE, TOO_DEEP};
use super::scalar::resolve;
use super::{Entry, Limits, Node, NodeId, Tree, Value};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::text::Span;

/// A document as it was read: its tree, and what is wrong with its text.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The tree; empty where the text could not be read.
    pub tree: Tree,
    /// Findings, with spans in [`crate::text::DocumentId::CURRENT`].
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one document, as [`super::split`] cuts them. A document that is broken anywhere gives no tree: half an object could mean
/// something else than the whole.
pub fn parse(text: &str, limits: &Limits) -> Parsed {
    let mut parsed = Parsed::default();
    if let Some(problem) = unreadable(text) {
        parsed.diagnostics.push(problem);
        return parsed;
    }
    let mut builder = Builder { text, limits, tree: Tree::default(), stack: Vec::new(), anchors: HashMap::new(), sizes: Vec::new(), diagnostics: Vec::new() };
    match builder.run() {
        Ok(()) => parsed.tree = builder.tree,
        Err(problem) => builder.diagnostics.push(*problem),
    }
    parsed.diagnostics = builder.diagnostics;
    parsed
}

/// Text that no parser need look at.
fn unreadable(text: &str) -> Option<Diagnostic> {
    let bad = |c: char| (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}')) || c == '\u{fffd}';
    if let Some((at, c)) = text.char_indices().find(|(_, c)| bad(*c)) {
        let span = Span::new(at as u32, (at + c.len_utf8()) as u32);
        let message = format!("this is not text: there is a byte here that no text has (U+{:04X})", c as u32);
        return Some(Diagnostic::new(NOT_TEXT, Severity::Error, span, message).help("paste YAML or JSON; a compressed or binary file must be unpacked first"));
    }
    None
}

enum Open {
    Sequence(Vec<NodeId>),
    Mapping(MappingInProgress),
}

#[derive(Default)]
struct MappingInProgress {
    entries: Vec<Entry>,
    /// Places of keys, for mappings that are long enough to make searching slow.
    places: HashMap<Box<str>, usize>,
    key: Option<(Box<str>, Span, bool)>,
    /// Mappings to merge, with the place of their `<<`.
    merges: Vec<(NodeId, Span)>,
}

struct Frame {
    id: NodeId,
    open: Open,
    /// How many nodes it has, aliases written out.
    size: u64,
}

struct Builder<'t> {
    text: &'t str,
    limits: &'t Limits,
    tree: Tree,
    stack: Vec<Frame>,
    anchors: HashMap<usize, NodeId>,
    /// Nodes under each node, aliases written out.
    sizes: Vec<u64>,
    diagnostics: Vec<Diagnostic>,
}

type Stop = Box<Diagnostic>;

fn stop(code: Code, span: Span, message: impl Into<String>) -> Stop {
    Box::new(Diagnostic::new(code, Severity::Error, span, message))
}

impl<'t> Builder<'t> {
    fn run(&mut self) -> Result<(), Stop> {
        let mut options = granit_parser::Options::default();
        options.set_emit_comments(false);
        options.flow_nesting_limit = 255;
        options.block_nesting_limit = 255;
        // Kubernetes reads JSON too, where a key may be longer than YAML's 1024 characters.
        options.simple_key_max_lookahead = 1 << 16;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, span) = event.map_err(|e| Box::new(self.syntax(&e)))?;
            let range = span.byte_range().unwrap_or_default();
            let span = Span::new(range.start as u32, range.end as u32);
            match event {
                Event::Scalar(text, style, anchor, tag) => {
                    let forced_text = tag.as_ref().is_some_and(|t| t.core_suffix() == Some("str"));
                    let value = match style {
                        ScalarStyle::Plain if !forced_text && span.start == span.end => Value::Null,
                        ScalarStyle::Plain if !forced_text => resolve(&text),
                        _ => Value::String((*text).into()),
                    };
                    if self.expects_key() {
                        let merge = style == ScalarStyle::Plain && &*text == "<<";
                        self.set_key(key_text(&value, &text), span, merge);
                        continue;
                    }
                    let id = self.add(span, value);
                    self.anchor(anchor, id);
                    self.complete(id, 1)?;
                }
                Event::SequenceStart(_, anchor, _) => self.open(span, anchor, Open::Sequence(Vec::new()))?,
                Event::MappingStart(_, anchor, _) => self.open(span, anchor, Open::Mapping(MappingInProgress::default()))?,
                Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
                Event::Alias(anchor) => match self.anchors.get(&anchor) {
                    Some(&id) if self.expects_key() => {
                        let key = match self.tree.nodes.get(id.0 as usize).map(|n| &n.value) {
                            Some(Value::String(key)) => key.clone(),
                            _ => return Err(stop(BAD_KEY, span, "a key must be text")),
                        };
                        self.set_key(key, span, false);
                    }
                    Some(&id) => {
                        let size = self.sizes.get(id.0 as usize).copied().filter(|n| *n > 0);
                        let Some(size) = size else { return Err(stop(SYNTAX, span, "an alias cannot stand within what it stands for")) };
                        self.complete_at(id, size, span)?;
                    }
                    None => return Err(stop(SYNTAX, span, "this alias names no anchor")),
                },
                _ => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, span: Span, value: Value) -> NodeId {
        let id = NodeId(self.tree.nodes.len() as u32);
        self.tree.nodes.push(Node { span, value });
        self.sizes.push(0);
        id
    }

    fn anchor(&mut self, anchor: usize, id: NodeId) {
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn open(&mut self, span: Span, anchor: usize, open: Open) -> Result<(), Stop> {
        if self.expects_key() {
            return Err(stop(BAD_KEY, span, "a key must be text, not a list or a mapping"));
        }
        if self.stack.len() >= self.limits.depth {
            return Err(stop(TOO_DEEP, span, format!("lists and mappings nest more than {} deep here", self.limits.depth)));
        }
        let id = self.add(span, Value::Null);
        self.anchor(anchor, id);
        self.stack.push(Frame { id, open, size: 1 });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Stop> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let value = match frame.open {
            Open::Sequence(items) => Value::Sequence(items),
            Open::Mapping(mapping) => self.merge(mapping)?,
        };
        if let Some(node) = self.tree.nodes.get_mut(frame.id.0 as usize) {
            node.value = value;
            // The end of a block is reported where the next thing begins; what belongs to it ends before the white space and comments.
            let end = trimmed_end(self.text, node.span.start, end.end);
            node.span = Span::new(node.span.start, end);
        }
        self.complete(frame.id, frame.size)
    }

    fn complete(&mut self, id: NodeId, size: u64) -> Result<(), Stop> {
        let span = self.tree.nodes.get(id.0 as usize).map_or(Span::default(), |n| n.span);
        if let Some(slot) = self.sizes.get_mut(id.0 as usize) {
            *slot = size;
        }
        self.complete_at(id, size, span)
    }

    /// Puts a finished node into what is open around it.
    fn complete_at(&mut self, id: NodeId, size: u64, span: Span) -> Result<(), Stop> {
        let Some(frame) = self.stack.last_mut() else {
            self.tree.root.get_or_insert(id);
            return Ok(());
        };
        frame.size = frame.size.saturating_add(size);
        if frame.size > self.limits.expanded_nodes {
            return Err(stop(ALIAS_BOMB, span, format!("written out, this document would have more than {} values", self.limits.expanded_nodes)));
        }
        match &mut frame.open {
            Open::Sequence(items) => items.push(id),
            Open::Mapping(mapping) => {
                let Some((key, key_span, merge)) = mapping.key.take() else { return Ok(()) };
                if merge {
                    mapping.merges.push((id, key_span));
                    return Ok(());
                }
                let entry = Entry { key, key_span, value: id };
                if let Some(previous) = mapping.add(entry) {
                    let message = format!("key `{}` already set in map", previous.0);
                    let problem = Diagnostic::new(DUPLICATE_KEY, Severity::Error, key_span, message)
                        .related(previous.1, "it is set here first")
                        .help("keep one of the two; the later one is used here, and kubectl apply refuses the document");
                    self.diagnostics.push(problem);
                }
            }
        }
        Ok(())
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { open: Open::Mapping(mapping), .. }) if mapping.key.is_none())
    }

    fn set_key(&mut self, key: Box<str>, span: Span, merge: bool) {
        if let Some(Frame { open: Open::Mapping(mapping), .. }) = self.stack.last_mut() {
            mapping.key = Some((key, span, merge));
        }
    }

    /// Expands `<<`: keys of the mappings named there that are not written in this one.
    fn merge(&self, mut mapping: MappingInProgress) -> Result<Value, Stop> {
        for (id, span) in core::mem::take(&mut mapping.merges) {
            let sources: Vec<NodeId> = match self.tree.nodes.get(id.0 as usize).map(|n| &n.value) {
                Some(Value::Sequence(items)) => items.clone(),
                _ => alloc::vec![id],
            };
            for source in sources {
                let Some(Value::Mapping(entries)) = self.tree.nodes.get(source.0 as usize).map(|n| &n.value) else {
                    return Err(stop(BAD_MERGE, span, "`<<` takes a mapping, or a list of mappings"));
                };
                for entry in entries {
                    if mapping.place(&entry.key).is_none() {
                        mapping.add(entry.clone());
                    }
                }
            }
        }
        Ok(Value::Mapping(mapping.entries))
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        let line_start = self.text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |n| n + 1));
        let line = self.text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let span = Span::new(at as u32, (line_start + line.len()).max(at) as u32);
        let indentation: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        if self.text.contains("{{") && self.text.contains("}}") {
            return Diagnostic::new(TEMPLATE, Severity::Error, span, "this is a template, not a manifest")
                .help("render it first, for instance with `helm template` or `kubectl kustomize`, and paste the result");
        }
        let (message, help) = if indentation.contains('\t') {
            ("a tab is used for indentation".to_string(), Some("indent with spaces"))
        } else {
            (lower_first(&error.info()), hint(&error.info()))
        };
        let problem = Diagnostic::new(SYNTAX, Severity::Error, span, message);
        match help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}

impl MappingInProgress {
    /// Long mappings are searched by a hash map, short ones one by one.
    const LONG: usize = 16;

    fn place(&self, key: &str) -> Option<usize> {
        if self.entries.len() > Self::LONG { self.places.get(key).copied() } else { self.entries.iter().position(|e| *e.key == *key) }
    }

    /// Adds an entry; one with the same key is replaced, and its key and place returned.
    fn add(&mut self, entry: Entry) -> Option<(Box<str>, Span)> {
        if let Some(slot) = self.place(&entry.key).and_then(|i| self.entries.get_mut(i)) {
            let previous = core::mem::replace(slot, entry);
            return Some((previous.key, previous.key_span));
        }
        self.entries.push(entry);
        if self.entries.len() == Self::LONG + 1 {
            self.places = self.entries.iter().enumerate().map(|(i, e)| (e.key.clone(), i)).collect();
        } else if self.entries.len() > Self::LONG
            && let Some(last) = self.entries.last()
        {
            self.places.insert(last.key.clone(), self.entries.len() - 1);
        }
        None
    }
}

/// A key as JSON would have it: every scalar becomes text.
fn key_text(value: &Value, written: &str) -> Box<str> {
    match value {
        Value::Bool(true) => "true".into(),
        Value::Bool(false) => "false".into(),
        Value::Null if written.is_empty() || written == "~" => "null".into(),
        Value::Int(n) => n.to_string().into(),
        _ => written.into(),
    }
}

/// The end of what stands between two offsets, without trailing white space and comment lines.
fn trimmed_end(text: &str, start: u32, end: u32) -> u32 {
    let Some(mut body) = text.get(start as usize..end as usize) else { return end };
    loop {
        body = body.trim_end();
        let line = body.rfind('\n').map_or(0, |n| n + 1);
        match body.get(line..) {
            Some(last) if line > 0 && last.trim_start().starts_with('#') => body = body.get(..line).unwrap_or_default(),
            _ => return start + body.len() as u32,
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// What to look for, for the frequent mistakes.
fn hint(message: &str) -> Option<&'static str> {
    let has = |word: &str| message.contains(word);
    if has("quote") || has("quoted") {
        Some("look for a quotation mark that is not closed")
    } else if has("flow") || has("','") || has("']'") || has("'}'") {
        Some("look for a bracket or brace that is not closed, or a missing comma")
    } else if has("mapping values") || has("':'") || has("simple key") || has("key") {
        Some("look for a missing colon, a missing space after a colon, or a line that is indented too far")
    } else if has("indent") || has("block") {
        Some("look at the indentation: entries of one list or mapping must begin in the same column")
    } else {
        None
    }
}
