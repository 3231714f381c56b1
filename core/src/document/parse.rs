//! From the text of one document to its tree.
//!
//! The parser's events are built into the tree with a stack of open collections on the heap, never by recursion: how deep a text nests is
//! up to whoever wrote it, and the stack of a browser is small.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use granit_parser::{Event, Parser, ScalarStyle, Span as Marks, StructureStyle, Tag, options};

use super::keys::{self, KeyIndex, Slot};
use super::tree::Replaced;
use super::{Entry, Limits, Node, NodeId, Tree, Value, characters, codes, scalar, syntax, template};
use crate::diagnostics::{Diagnostic, Severity};
use crate::text::Span;

/// One document after reading.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Its values; empty if the text could not be read, or has none.
    pub tree: Tree,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// So many findings of one kind are reported for one document.
const MOST_REPORTED: usize = 50;

/// Reads the text of one document, as [`split`](super::split) cuts it.
///
/// Values are read as Kubernetes reads them: booleans, numbers and nulls of YAML 1.1, anchors and merge keys resolved. All spans count
/// bytes from the start of `text`.
///
/// A text that is not YAML gives an empty tree and an error. The one exception is a list of objects (`items:`): the objects before the
/// error are complete, so they are kept, as documents before a broken one would be.
pub fn parse(text: &str, limits: &Limits) -> Parsed {
    let whole = Span::new(0, first_line(text));
    if text.len() > limits.document_bytes.min(u32::MAX as usize - 1) {
        let message = format!("this document has {} bytes, more than the limit of {}", text.len(), limits.document_bytes);
        let error =
            Diagnostic::new(codes::TOO_LARGE, Severity::Error, whole, message).help("split it into several documents with `---` lines");
        return Parsed { tree: Tree::default(), diagnostics: alloc::vec![error] };
    }
    if let Some(error) = characters::check(text) {
        return Parsed { tree: Tree::default(), diagnostics: alloc::vec![error] };
    }
    let mut builder = Builder::new(text, limits);
    if let Err(error) = builder.run() {
        let error = match template::action_near(text, error.place.map_or(0, |place| place.span.start)) {
            Some(action) if syntax::is_about_syntax(error.code) => {
                builder.tree = Tree::default();
                template::diagnostic(action)
            }
            _ => builder.salvage(*error),
        };
        builder.diagnostics.push(error);
        return Parsed { tree: builder.tree, diagnostics: builder.diagnostics };
    }
    if let Some(action) = builder.chart_value {
        return Parsed { tree: Tree::default(), diagnostics: alloc::vec![template::diagnostic(action)] };
    }
    Parsed { tree: builder.tree, diagnostics: builder.diagnostics }
}

/// Where the first line with anything on it ends.
fn first_line(text: &str) -> u32 {
    let blank = text.len() - text.trim_start().len();
    text.get(blank..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| blank + end) as u32
}

/// Ends the reading of a document.
type Stop = Box<Diagnostic>;

/// A collection whose end has not been reached.
struct Frame {
    is_mapping: bool,
    is_flow: bool,
    /// Where it begins.
    start: u32,
    /// Where its last complete child ends.
    end: u32,
    /// Where its children begin among the items or entries of all open collections.
    first: usize,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<Key>,
    index: KeyIndex,
    size: Size,
}

/// A key of a mapping, read but without its value.
struct Key {
    /// The text; nothing if it cannot be a key, which was reported.
    text: Option<Box<str>>,
    span: Span,
    is_merge: bool,
}

/// How large a value is with all aliases followed.
#[derive(Clone, Copy, Default)]
struct Size {
    values: usize,
    height: usize,
}

impl Size {
    const SCALAR: Size = Size { values: 1, height: 0 };

    fn add(&mut self, child: Size) {
        self.values = self.values.saturating_add(child.values);
        self.height = self.height.max(child.height + 1);
    }
}

/// What an anchor stands for.
#[derive(Clone, Copy)]
struct Anchored {
    node: NodeId,
    size: Size,
}

struct Builder<'t> {
    text: &'t str,
    limits: &'t Limits,
    tree: Tree,
    frames: Vec<Frame>,
    /// Items of all open lists, those of the innermost last.
    items: Vec<NodeId>,
    /// Entries of all open mappings, those of the innermost last.
    slots: Vec<Slot>,
    /// By the parser's number; nothing while the anchored value is still open.
    anchors: Vec<Option<Anchored>>,
    /// Values that aliases and merge keys added.
    aliased: usize,
    /// Whether `{{` occurs at all.
    has_action: bool,
    /// Where a value of a Helm chart stands.
    chart_value: Option<Span>,
    duplicates: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, limits: &'t Limits) -> Self {
        Builder {
            text,
            limits,
            tree: Tree { nodes: Vec::with_capacity(text.len() / 24), ..Tree::default() },
            frames: Vec::new(),
            items: Vec::new(),
            slots: Vec::new(),
            anchors: Vec::new(),
            aliased: 0,
            has_action: text.contains("{{"),
            chart_value: None,
            duplicates: 0,
            diagnostics: Vec::new(),
        }
    }

    /// Reads all events. An error ends it; the tree is empty then.
    fn run(&mut self) -> Result<(), Stop> {
        let options = options! {
            // As Kubernetes's own reader, which descends from libyaml.
            block_scalar_eof_without_line_feed: true,
            emit_comments: false,
            emit_unresolved_aliases: true,
            flow_nesting_limit: self.limits.depth,
            block_nesting_limit: self.limits.depth,
        };
        for event in Parser::new_from_str_with_options(self.text, options) {
            match event {
                Ok((event, marks)) => self.event(event, &marks)?,
                Err(error) => {
                    let opened = self.frames.iter().rev().find(|frame| frame.is_flow).map(|frame| frame.start);
                    return Err(Box::new(syntax::explain(self.text, &error, opened, self.limits.depth)));
                }
            }
        }
        if self.duplicates > MOST_REPORTED {
            let more = self.duplicates - MOST_REPORTED;
            let span = Span::new(0, first_line(self.text));
            self.diagnostics.push(Diagnostic::new(
                codes::DUPLICATE_KEY,
                Severity::Error,
                span,
                match more {
                    1 => "1 more key is already set in its map".into(),
                    more => format!("{more} more keys are already set in their maps"),
                },
            ));
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, marks: &Marks) -> Result<(), Stop> {
        let span = self.span(marks);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                // An absent value comes as `~` without any text of its own.
                let absent = style == ScalarStyle::Plain && span.start == span.end;
                let text = if absent { "".into() } else { text };
                let plain = style == ScalarStyle::Plain;
                let is_merge = plain && &*text == "<<" && tag.as_deref().is_none_or(|tag| tag.core_suffix() == Some("merge"));
                let value = self.scalar(text, plain, tag.as_deref(), span)?;
                let span = self.trimmed(span, style, absent);
                self.note_chart_value(&value, style, span);
                match self.frames.last() {
                    Some(frame) if frame.is_mapping && frame.key.is_none() && anchor == 0 => self.key(value, span, is_merge),
                    _ => {
                        let node = self.push(Node { span, value })?;
                        self.anchor(anchor, Some(Anchored { node, size: Size::SCALAR }));
                        self.attach(node, Size::SCALAR, span)?;
                    }
                }
            }
            Event::SequenceStart(style, anchor, _) => self.open(false, style, anchor, span)?,
            Event::MappingStart(style, anchor, _) => self.open(true, style, anchor, span)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Alias(number) => self.alias(number, span)?,
            Event::UnresolvedAlias(name) => {
                let message = format!("unknown anchor `{name}` referenced");
                return Err(Box::new(Diagnostic::new(codes::ALIAS, Severity::Error, span, message).help(format!(
                    "`*{name}` repeats a value that `&{name}` names earlier in the same document; to write a string with a star, quote it"
                ))));
            }
            // Comments and anchors are not asked for, and `split` leaves one document.
            _ => {}
        }
        Ok(())
    }

    fn span(&self, marks: &Marks) -> Span {
        marks.byte_range().map_or(Span::default(), |range| Span::new(range.start as u32, range.end as u32))
    }

    /// The span of a scalar without line ends after it; of an absent one, the place after its colon.
    fn trimmed(&self, span: Span, style: ScalarStyle, absent: bool) -> Span {
        let bytes = self.text.as_bytes();
        if absent {
            let after = span.start + u32::from(bytes.get(span.start as usize) == Some(&b':'));
            return Span::new(after, after);
        }
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let content = bytes.get(span.start as usize..span.end as usize).unwrap_or_default();
            let blank = content.iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
            return Span::new(span.start, span.end - blank as u32);
        }
        span
    }

    fn scalar(&self, text: alloc::borrow::Cow<'_, str>, plain: bool, tag: Option<&Tag>, span: Span) -> Result<Value, Stop> {
        let Some(tag) = tag else { return Ok(if plain { scalar::plain(text) } else { scalar::string(text) }) };
        let Some(name) = tag.core_suffix() else { return Ok(scalar::string(text)) };
        let shown = format!("cannot decode `{text}` as a !!{name}");
        scalar::tagged(name, text).ok_or_else(|| {
            Box::new(Diagnostic::new(codes::TAG, Severity::Error, span, shown).help("remove the tag, or write a value of its type"))
        })
    }

    fn note_chart_value(&mut self, value: &Value, style: ScalarStyle, span: Span) {
        let inline = !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if self.has_action && inline && self.chart_value.is_none() && matches!(value, Value::String(text) if template::is_chart_value(text))
        {
            self.chart_value = Some(span);
        }
    }

    fn push(&mut self, node: Node) -> Result<NodeId, Stop> {
        if self.tree.nodes.len() >= self.limits.values {
            let message = format!("this document has more than {} values", self.limits.values);
            return Err(Box::new(
                Diagnostic::new(codes::TOO_MANY_VALUES, Severity::Error, node.span, message)
                    .help("split it into several documents with `---` lines"),
            ));
        }
        let id = NodeId(self.tree.nodes.len() as u32);
        self.tree.nodes.push(node);
        Ok(id)
    }

    fn anchor(&mut self, number: usize, anchored: Option<Anchored>) {
        if number == 0 {
            return;
        }
        if self.anchors.len() <= number {
            self.anchors.resize(number + 1, None);
        }
        if let Some(place) = self.anchors.get_mut(number) {
            *place = anchored;
        }
    }

    fn open(&mut self, is_mapping: bool, style: StructureStyle, anchor: usize, span: Span) -> Result<(), Stop> {
        self.check_depth(1, span)?;
        self.anchor(anchor, None);
        if self.frames.is_empty() && style == StructureStyle::Block {
            // YAML 1.2 allows it here, Kubernetes does not.
            let line = self.text.get(..span.start as usize).and_then(|head| head.rsplit('\n').next()).unwrap_or_default();
            if line.trim().is_empty() && line.contains('\t') {
                return Err(Box::new(syntax::tab(self.text, span.start as usize)));
            }
        }
        let start = if is_mapping || style == StructureStyle::Flow { span.start } else { self.first_dash(span.start) };
        self.frames.push(Frame {
            is_mapping,
            is_flow: style == StructureStyle::Flow,
            start,
            end: span.end,
            first: if is_mapping { self.slots.len() } else { self.items.len() },
            anchor,
            key: None,
            index: KeyIndex::default(),
            size: Size::SCALAR,
        });
        Ok(())
    }

    /// Where a list written with dashes begins. The parser reports its first item where the list is not indented deeper than its key.
    fn first_dash(&self, reported: u32) -> u32 {
        let text = self.text.get(..reported as usize).unwrap_or_default();
        if self.text.as_bytes().get(reported as usize) == Some(&b'-') {
            return reported;
        }
        let after_key = self.frames.last().and_then(|frame| frame.key.as_ref()).map_or(0, |key| key.span.end as usize);
        let mut offset = after_key;
        for line in text.get(after_key..).unwrap_or_default().split_inclusive('\n') {
            let content = line.trim_start();
            if content.starts_with('-') && offset > after_key {
                return (offset + line.len() - content.len()) as u32;
            }
            offset += line.len();
        }
        reported
    }

    fn check_depth(&self, more: usize, span: Span) -> Result<(), Stop> {
        if self.frames.len() + more > self.limits.depth {
            return Err(Box::new(syntax::too_deep(span, self.limits.depth)));
        }
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Stop> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let value = if frame.is_mapping {
            Value::Mapping(keys::take(&mut self.slots, frame.first))
        } else {
            Value::Sequence(self.items.drain(frame.first.min(self.items.len())..).collect())
        };
        // The end of a collection written by indentation is only noticed at whatever comes after it.
        let span = Span::new(frame.start, if frame.is_flow { span.end } else { frame.end });
        let node = self.push(Node { span, value })?;
        self.anchor(frame.anchor, Some(Anchored { node, size: frame.size }));
        self.attach(node, frame.size, span)
    }

    fn alias(&mut self, number: usize, span: Span) -> Result<(), Stop> {
        let Some(anchored) = self.anchors.get(number).copied().flatten() else {
            let name = self.text.get(span.start as usize + 1..span.end as usize).unwrap_or_default();
            let message = format!("anchor `{name}` value contains itself");
            return Err(Box::new(
                Diagnostic::new(codes::ALIAS, Severity::Error, span, message).help("an alias can only repeat a value that is complete"),
            ));
        };
        self.check_depth(anchored.size.height + 1, span)?;
        self.spend(anchored.size.values, span)?;
        self.attach(anchored.node, anchored.size, span)
    }

    /// Counts values that an alias repeats.
    fn spend(&mut self, values: usize, span: Span) -> Result<(), Stop> {
        self.aliased = self.aliased.saturating_add(values);
        let most = self.limits.alias_values.saturating_add(self.tree.nodes.len().saturating_mul(self.limits.alias_factor));
        if self.aliased > most {
            return Err(Box::new(
                Diagnostic::new(codes::ALIAS_EXPANSION, Severity::Error, span, "document contains excessive aliasing").help(format!(
                    "the aliases up to here stand for {} values; write fewer of them, or write the values out",
                    self.aliased
                )),
            ));
        }
        Ok(())
    }

    /// Takes a scalar as a key of the innermost mapping.
    fn key(&mut self, value: Value, span: Span, is_merge: bool) {
        let described = value.describe();
        let text = scalar::key(value);
        if text.is_none() {
            let message = match described {
                _ if span.start == span.end => "there is no key before this colon".into(),
                _ => format!("{described} cannot be a key, only text can"),
            };
            self.report(
                Diagnostic::new(codes::KEY_NOT_TEXT, Severity::Error, span, message)
                    .help("write `key: value`, with the key in quotes if need be"),
            );
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some(Key { text, span, is_merge });
        }
    }

    /// Hands a complete value to the collection it stands in.
    fn attach(&mut self, node: NodeId, size: Size, span: Span) -> Result<(), Stop> {
        let Some(frame) = self.frames.last_mut() else {
            self.tree.root = Some(node);
            return Ok(());
        };
        frame.end = frame.end.max(span.end);
        frame.size.add(size);
        if !frame.is_mapping {
            self.items.push(node);
            return Ok(());
        }
        match frame.key.take() {
            None => {
                if let Some(action) = template::action_as_key(self.text, span) {
                    return Err(Box::new(template::diagnostic(action)));
                }
                let value = self.tree.nodes.get(node.0 as usize).map_or(Value::Null, |node| node.value.clone_scalar());
                self.key(value, span, false);
            }
            Some(Key { is_merge: true, span: key_span, .. }) => self.merge(node, key_span, span)?,
            Some(Key { text: Some(key), span: key_span, .. }) => self.insert(Entry { key, key_span, value: node }),
            Some(Key { text: None, .. }) => {}
        }
        Ok(())
    }

    /// Adds an entry to the innermost mapping. The last of several with the same key counts.
    fn insert(&mut self, entry: Entry) {
        let Some(frame) = self.frames.last_mut() else { return };
        let Some(slot) = find(frame, &mut self.slots, &entry.key) else {
            self.slots.push(Slot { entry, merged: false });
            return;
        };
        if !slot.merged {
            self.duplicates += 1;
            if self.duplicates <= MOST_REPORTED {
                let help = characters::help_for_duplicate(self.text, &entry);
                self.diagnostics.push(
                    Diagnostic::new(
                        codes::DUPLICATE_KEY,
                        Severity::Error,
                        entry.key_span,
                        format!("key \"{}\" already set in map", entry.key),
                    )
                    .related(slot.entry.key_span, "first set here")
                    .help(help),
                );
            }
        }
        let by = entry.key_span;
        let Slot { entry, merged } = core::mem::replace(slot, Slot { entry, merged: false });
        if !merged {
            self.tree.replaced.push(Replaced { entry, by });
        }
    }

    /// Copies the entries of what a `<<` names into the innermost mapping.
    ///
    /// As upstream (`goyaml.v2`), whatever is written later replaces what was written before, and in a list of mappings the earlier ones
    /// have precedence.
    fn merge(&mut self, node: NodeId, key_span: Span, span: Span) -> Result<(), Stop> {
        let sources = match self.tree.nodes.get(node.0 as usize).map(|node| &node.value) {
            Some(Value::Mapping(_)) => alloc::vec![node],
            Some(Value::Sequence(items)) => items.iter().rev().copied().collect(),
            _ => Vec::new(),
        };
        let mut is_wrong = sources.is_empty() && !self.is_empty_list(node);
        let mut replaced = None;
        for source in sources {
            let Some(Value::Mapping(entries)) = self.tree.nodes.get(source.0 as usize).map(|node| &node.value) else {
                is_wrong = true;
                continue;
            };
            let entries = entries.clone();
            self.spend(entries.len(), span)?;
            let Some(frame) = self.frames.last_mut() else { return Ok(()) };
            for entry in entries {
                match find(frame, &mut self.slots, &entry.key) {
                    None => self.slots.push(Slot { entry, merged: true }),
                    Some(slot) => {
                        if !slot.merged {
                            replaced = replaced.or(Some((slot.entry.key_span, slot.entry.key.clone())));
                        }
                        *slot = Slot { entry, merged: true };
                    }
                }
            }
        }
        if is_wrong {
            self.report(
                Diagnostic::new(codes::MERGE, Severity::Error, key_span, "map merge requires map or sequence of maps as the value")
                    .help("after `<<:` comes the alias of a mapping, such as `*defaults`"),
            );
        }
        if let Some((own, key)) = replaced {
            self.report(
                Diagnostic::new(
                    codes::MERGE_REPLACES,
                    Severity::Warning,
                    key_span,
                    format!("this `<<` replaces `{key}`, which is written before it"),
                )
                .related(own, "replaced")
                .help("write `<<` as the first key of its mapping, so that the keys after it count"),
            );
        }
        Ok(())
    }

    fn is_empty_list(&self, node: NodeId) -> bool {
        matches!(self.tree.nodes.get(node.0 as usize).map(|node| &node.value), Some(Value::Sequence(items)) if items.is_empty())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        let same = self.diagnostics.iter().filter(|known| known.code == diagnostic.code).count();
        if same < MOST_REPORTED {
            self.diagnostics.push(diagnostic);
        }
    }

    /// After a syntax error: keeps the objects of a list that were complete, if the document is one, and nothing otherwise.
    fn salvage(&mut self, error: Diagnostic) -> Diagnostic {
        let items = self.complete_items();
        self.tree.root = None;
        if items.is_empty() {
            self.tree = Tree::default();
            return error;
        }
        let at = error.place.map_or(Span::default(), |place| Span::new(place.span.start, place.span.start));
        let note = format!("the {} objects of the list before this line are read, the rest is not", items.len());
        let text = |text: &str| Value::String(text.into());
        let mut add = |span, value| {
            self.tree.nodes.push(Node { span, value });
            NodeId(self.tree.nodes.len() as u32 - 1)
        };
        let values = [
            ("apiVersion", add(at, text("v1"))),
            ("kind", add(at, text("List"))),
            ("items", add(Span::new(0, at.end), Value::Sequence(items))),
        ];
        let entries = values.map(|(key, value)| Entry { key: key.into(), key_span: at, value });
        let root = add(Span::new(0, at.end), Value::Mapping(entries.into()));
        self.tree.root = Some(root);
        let help = error.help.clone();
        error.help(match help {
            Some(help) => format!("{help}; {note}"),
            None => note,
        })
    }

    /// The items of a top-level `items:` that something else follows: only of these it is certain that nothing is missing.
    fn complete_items(&self) -> Vec<NodeId> {
        let [root, inner @ ..] = &*self.frames else { return Vec::new() };
        if !root.is_mapping {
            return Vec::new();
        }
        let (items, is_last_complete) = match inner {
            // Within the list.
            [list, deeper @ ..] if !list.is_mapping && root.key.as_ref().is_some_and(|key| key.text.as_deref() == Some("items")) => {
                let end = deeper.iter().find(|frame| !frame.is_mapping).map_or(self.items.len(), |frame| frame.first);
                (self.items.get(list.first..end).unwrap_or_default(), !deeper.is_empty())
            }
            // After it.
            _ => {
                let entries = inner
                    .iter()
                    .find(|frame| frame.is_mapping)
                    .map_or(&*self.slots, |frame| self.slots.get(..frame.first).unwrap_or_default());
                let Some(place) = entries.iter().position(|slot| &*slot.entry.key == "items") else { return Vec::new() };
                let node = entries.get(place).and_then(|slot| self.tree.nodes.get(slot.entry.value.0 as usize));
                let Some(Value::Sequence(items)) = node.map(|node| &node.value) else { return Vec::new() };
                (&**items, root.key.is_some() || place + 1 < entries.len())
            }
        };
        let complete = items.len() - usize::from(!is_last_complete && !items.is_empty());
        items.get(..complete).unwrap_or_default().to_vec()
    }
}

/// The entry with this key of the innermost mapping.
fn find<'s>(frame: &mut Frame, slots: &'s mut [Slot], key: &str) -> Option<&'s mut Slot> {
    let own = slots.get_mut(frame.first..)?;
    let at = frame.index.find(own, key)?;
    own.get_mut(at)
}
