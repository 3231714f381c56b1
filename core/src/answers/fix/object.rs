//! One object of a text, read again so that it can be edited: its tree, and edits that leave comments and layout as they are.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::draft::TextEdit;
use super::value::{Style, V, entry, scalar};
use crate::document::{self, Limits, NodeId, NodeRef, Tree, Value};
use crate::text::{Place, SourceId, Sources};

/// Why a text cannot be edited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unpatchable {
    /// Its place is not in any file.
    NoText,
    /// It is a template (`{{ … }}`): what was evaluated is not what is written.
    Template,
    /// It is, or stands in, a value that an alias (`*name`) repeats elsewhere.
    Alias,
    /// It was made from something that is written in another way.
    Generated,
}

impl Unpatchable {
    /// What follows "cannot be edited here: ".
    pub const fn as_str(self) -> &'static str {
        match self {
            Unpatchable::NoText => "it stands in no file",
            Unpatchable::Template => "it is written as a template",
            Unpatchable::Alias => "an alias repeats it elsewhere",
            Unpatchable::Generated => "it is generated, or written in a form that has no such field",
        }
    }
}

/// Edits, or why there are none.
pub(in crate::answers) type Edited = Result<Vec<TextEdit>, Unpatchable>;

/// An object and its text.
pub(in crate::answers) struct Object {
    source: SourceId,
    /// Where `text` begins in its file. It may begin with blanks that stand for what is before the object on its line.
    base: u32,
    text: String,
    tree: Tree,
    /// By node: whether an alias or a merge key repeats it.
    shared: Vec<bool>,
    /// How far dashes stand behind the key of their list.
    dashes: usize,
}

impl Object {
    /// The object at a place.
    pub(in crate::answers) fn at(sources: &Sources, place: Place) -> Result<Object, Unpatchable> {
        let position = sources.position(place).ok_or(Unpatchable::NoText)?;
        let file = &*sources.get(position.source).ok_or(Unpatchable::NoText)?.text;
        let slice = file.get(position.start as usize..position.end as usize).filter(|text| !text.is_empty()).ok_or(Unpatchable::NoText)?;
        if slice.contains("{{") {
            return Err(Unpatchable::Template);
        }
        let line = file.get(..position.start as usize).and_then(|before| before.rsplit('\n').next()).unwrap_or_default().len();
        // A comment behind it belongs to its last line.
        let rest = file.get(position.end as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let comment = if rest.trim().is_empty() || rest.trim_start().starts_with('#') { rest } else { "" };
        Object::read(position.source, position.start - line as u32, format!("{}{slice}{comment}", " ".repeat(line)))
    }

    /// The same object with edits made, which are of its own text.
    pub(in crate::answers) fn after(&self, edits: &[TextEdit]) -> Result<Object, Unpatchable> {
        let mut text = self.text.clone();
        let mut edits: Vec<&TextEdit> = edits.iter().collect();
        edits.sort_by_key(|edit| edit.start);
        for edit in edits.into_iter().rev() {
            let range = edit.start.checked_sub(self.base).zip(edit.end.checked_sub(self.base));
            let (start, end) = range.filter(|(_, end)| *end as usize <= text.len()).ok_or(Unpatchable::Generated)?;
            text.replace_range(start as usize..end as usize, &edit.text);
        }
        Object::read(self.source, self.base, text)
    }

    fn read(source: SourceId, base: u32, text: String) -> Result<Object, Unpatchable> {
        let plain = document::json::plain(&text);
        let parsed = document::parse(plain.as_ref().map_or(&text, |json| &json.text), &Limits::default());
        if parsed.tree.root().is_none() {
            // An anchor of somewhere else, or commands.
            return Err(Unpatchable::Generated);
        }
        let shared = shared(&parsed.tree);
        let mut object = Object { source, base, text, tree: parsed.tree, shared, dashes: 2 };
        object.dashes = object.dash_step().unwrap_or(2);
        Ok(object)
    }

    pub(in crate::answers) fn root(&self) -> Option<NodeRef<'_>> {
        self.tree.root()
    }

    /// The value of nested mappings.
    pub(in crate::answers) fn get(&self, path: &[&str]) -> Option<NodeRef<'_>> {
        path.iter().try_fold(self.root()?, |node, key| node.get(key))
    }

    /// The mapping or list at a place of the file.
    pub(in crate::answers) fn node_at(&self, sources: &Sources, place: Place) -> Option<NodeRef<'_>> {
        let position = sources.position(place).filter(|p| p.source == self.source)?;
        let nodes = (0..self.tree.len() as u32).filter_map(|id| self.tree.get(NodeId(id)));
        let mut nodes = nodes.filter(|node| (node.span().start + self.base, node.span().end + self.base) == (position.start, position.end));
        nodes.next_back()
    }

    /// All scalars below a node, each with its key, or that of the list that it stands in.
    pub(in crate::answers) fn scalars<'a>(&'a self, node: NodeRef<'a>) -> Vec<(&'a str, NodeRef<'a>)> {
        let mut found = Vec::new();
        let mut open = vec![("", node)];
        while let Some((key, node)) = open.pop() {
            match node.value() {
                Value::Mapping(entries) => open.extend(entries.iter().rev().map(|e| (&*e.key, node.value_of(e)))),
                Value::Sequence(items) => open.extend(items.iter().rev().filter_map(|id| Some((key, self.tree.get(*id)?)))),
                _ => found.push((key, node)),
            }
        }
        found
    }

    fn is_flow(&self, node: NodeRef<'_>) -> bool {
        matches!(self.text.as_bytes().get(node.span().start as usize), Some(b'{' | b'['))
    }

    fn style(&self, node: NodeRef<'_>) -> Style {
        let first = node.as_mapping().and_then(|entries| entries.first()).map(|e| e.key_span.start);
        let quoted = |at: u32| self.text.as_bytes().get(at as usize) == Some(&b'"');
        let is_json = match first {
            Some(at) => quoted(at),
            // A list, or nothing yet: as the object is.
            None => self.root().and_then(|root| root.as_mapping()?.first().map(|e| quoted(e.key_span.start))).unwrap_or(false),
        };
        if is_json { Style::Json } else { Style::Yaml }
    }

    fn line_start(&self, at: u32) -> u32 {
        self.text.get(..at as usize).and_then(|before| before.rfind('\n')).map_or(0, |n| n as u32 + 1)
    }

    fn line_end(&self, at: u32) -> u32 {
        let rest = self.text.get(at as usize..).unwrap_or_default();
        let end = rest.find('\n').map_or(rest.len(), |n| n - usize::from(rest.get(..n).is_some_and(|line| line.ends_with('\r'))));
        at + end as u32
    }

    /// What stands on the line before a byte, if that is nothing but blanks.
    fn indent(&self, at: u32) -> Option<&str> {
        self.text.get(self.line_start(at) as usize..at as usize).filter(|lead| lead.bytes().all(|b| b == b' '))
    }

    /// Where a list's items have their dashes, from the first one that is not on the line of something else.
    fn dash_of(&self, item: NodeRef<'_>) -> Option<u32> {
        let before = self.text.get(..item.span().start as usize)?;
        let trimmed = before.trim_end_matches([' ', '\n', '\r']);
        let dash = trimmed.strip_suffix('-')?.len() as u32;
        self.indent(dash).map(|_| dash)
    }

    fn dash_step(&self) -> Option<usize> {
        let nodes = (0..self.tree.len() as u32).filter_map(|id| self.tree.get(NodeId(id)));
        for node in nodes {
            for e in node.as_mapping().unwrap_or_default() {
                let (value, key) = (node.value_of(e), self.indent(e.key_span.start));
                let item = value.as_sequence().and_then(|mut items| items.next()).filter(|_| !self.is_flow(value));
                if let (Some(key), Some(dash)) = (key, item.and_then(|item| self.dash_of(item))) {
                    return self.indent(dash)?.len().checked_sub(key.len());
                }
            }
        }
        None
    }

    fn check(&self, node: NodeRef<'_>) -> Result<(), Unpatchable> {
        if self.shared.get(node.id().0 as usize).copied().unwrap_or(true) { Err(Unpatchable::Alias) } else { Ok(()) }
    }

    fn edit(&self, start: u32, end: u32, text: impl Into<String>) -> Edited {
        let mut text = text.into();
        if self.text.contains("\r\n") {
            text = text.replace('\n', "\r\n");
        }
        let base = self.base;
        Ok(vec![TextEdit::new(self.source, base + start, base + end, text)])
    }

    /// Puts a value into the list `key` of a mapping: before the item `index`, or at the end. The list is made if it is not there.
    pub(in crate::answers) fn push(&self, map: NodeRef<'_>, key: &str, index: Option<usize>, value: &V) -> Edited {
        self.check(map)?;
        let Some(found) = map.get(key) else { return self.add(map, key, &V::List(vec![value.clone()])) };
        self.check(found)?;
        let items: Vec<NodeRef<'_>> = match found.as_sequence() {
            Some(items) => items.collect(),
            None if found.is_null() => Vec::new(),
            None => return Err(Unpatchable::Generated),
        };
        let style = self.style(map);
        let Some(last) = items.last().copied() else {
            let whole = V::List(vec![value.clone()]);
            return match (found.span().start == found.span().end, map.entry(key).and_then(|e| self.indent(e.key_span.start))) {
                // `key:` with nothing behind it.
                (true, Some(pad)) => {
                    let deeper = format!("{pad}{}", " ".repeat(self.dashes));
                    let end = self.line_end(found.span().end);
                    self.edit(end, end, format!("\n{deeper}{}", whole.block(&deeper, self.dashes)))
                }
                (true, None) => self.edit(found.span().start, found.span().end, format!(" {}", whole.flow(style))),
                (false, _) => self.edit(found.span().start, found.span().end, whole.flow(style)),
            };
        };
        let before = index.and_then(|index| items.get(index)).copied();
        if self.is_flow(found) {
            let first = items.first().map_or(found.span().start, |item| item.span().start);
            return self.insert_flow(found.span().start + 1, first, before.map(|b| b.span().start), last, value, style);
        }
        // The lines of an item begin with its dash; a comment above it is its own.
        let sibling = before.unwrap_or(last);
        let dash = self.dash_of(sibling).ok_or(Unpatchable::Generated)?;
        let pad = self.indent(dash).unwrap_or_default();
        let deeper = format!("{pad}  ");
        let written = if self.is_flow(sibling) { value.flow(self.style(sibling)) } else { value.block(&deeper, self.dashes) };
        match before {
            Some(_) => {
                let at = self.above_comments(self.line_start(dash));
                self.edit(at, at, format!("{pad}- {written}\n"))
            }
            None => {
                let end = self.line_end(last.span().end);
                self.edit(end, end, format!("\n{pad}- {written}"))
            }
        }
    }

    /// A new item or entry in brackets, on lines of its own where the others are. `open` is behind the bracket, `first` where the first one
    /// begins.
    fn insert_flow(&self, open: u32, first: u32, before: Option<u32>, last: NodeRef<'_>, value: &V, style: Style) -> Edited {
        let between = self.text.get(open as usize..first as usize).unwrap_or_default();
        let pad = if between.contains('\n') { self.indent(first) } else { None };
        let is_long = self.text.get(last.span().start as usize..last.span().end as usize).is_some_and(|text| text.contains('\n'));
        let written = match pad {
            Some(pad) if is_long => value.printed(style, pad, self.step(pad)),
            _ => value.flow(style),
        };
        let gap = pad.map_or_else(|| String::from(" "), |pad| format!("\n{pad}"));
        match before {
            Some(at) => self.edit(at, at, format!("{written},{gap}")),
            None => self.edit(last.span().end, last.span().end, format!(",{gap}{written}")),
        }
    }

    /// By how much JSON is indented, as far as one line shows it.
    fn step(&self, pad: &str) -> &'static str {
        if self
            .root()
            .and_then(|root| self.indent(root.as_mapping()?.first()?.key_span.start))
            .is_some_and(|lead| lead.len().is_multiple_of(4))
            && pad.len().is_multiple_of(4)
        {
            "    "
        } else {
            "  "
        }
    }

    fn above_comments(&self, mut line: u32) -> u32 {
        while line > 0 {
            let above = self.line_start(line - 1);
            if !self.text.get(above as usize..line as usize).unwrap_or_default().trim_start().starts_with('#') {
                break;
            }
            line = above;
        }
        line
    }

    /// Adds an entry to a mapping, behind the others.
    pub(in crate::answers) fn add(&self, map: NodeRef<'_>, key: &str, value: &V) -> Edited {
        self.check(map)?;
        let entries = map.as_mapping().ok_or(Unpatchable::Generated)?;
        let style = self.style(map);
        if self.is_flow(map) {
            let own = V::Map(vec![(key.to_string(), value.clone())]);
            let Some(last) = entries.last() else { return self.edit(map.span().start, map.span().end, own.flow(style)) };
            let end = map.value_of(last).span().end.max(last.key_span.end);
            let open = map.span().start + 1;
            let first = entries.first().map_or(open, |e| e.key_span.start);
            let is_long = self.text.get(open as usize..first as usize).unwrap_or_default().contains('\n');
            return match self.indent(first).filter(|_| is_long) {
                Some(pad) => {
                    let value = value.printed(style, pad, self.step(pad));
                    self.edit(end, end, format!(",\n{pad}{}: {value}", scalar(key, style)))
                }
                None => self.edit(end, end, format!(", {}: {}", scalar(key, style), value.flow(style))),
            };
        }
        let own = entries.iter().filter(|e| e.key_span.start >= map.span().start && e.key_span.end <= map.span().end);
        let (first, last) = own.fold((u32::MAX, 0), |(first, last), e| {
            (first.min(e.key_span.start), last.max(e.key_span.end + 1).max(map.value_of(e).span().end))
        });
        if last == 0 {
            return Err(Unpatchable::Generated);
        }
        let pad = " ".repeat((first - self.line_start(first)) as usize);
        let end = self.line_end(last.min(self.text.len() as u32));
        self.edit(end, end, format!("\n{pad}{}", entry(key, value, &pad, self.dashes)))
    }

    /// Writes another scalar in the place of one, with the quotes that it had.
    pub(in crate::answers) fn set(&self, node: NodeRef<'_>, word: &str) -> Edited {
        self.check(node)?;
        let (start, end) = (node.span().start, node.span().end);
        let old = self.text.get(start as usize..end as usize).unwrap_or_default();
        let quote = old.chars().next().filter(|c| matches!(c, '"' | '\''));
        let is_number = matches!(node.value(), Value::Int(_));
        let written: Cow<'_, str> = match quote {
            Some('\'') => format!("'{}'", word.replace('\'', "''")).into(),
            Some(_) => scalar(word, Style::Json).into(),
            None if is_number => word.into(),
            None => match scalar(word, self.style(node)) {
                quoted if quoted.starts_with('"') && self.reads_plain(node, word) => word.into(),
                other => other.into(),
            },
        };
        self.edit(start, end, written)
    }

    /// Whether a text in the place of a plain one is read as it is: selectors such as `app == 'web'` need no quotes.
    fn reads_plain(&self, node: NodeRef<'_>, word: &str) -> bool {
        let around = (0..self.tree.len() as u32).filter_map(|id| self.tree.get(NodeId(id)));
        let mut around = around.filter(|n| n.span().start < node.span().start && node.span().end <= n.span().end);
        let in_brackets = around.any(|n| self.is_flow(n));
        document::read_plain(word)
            && word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '(')
            && !word.contains([':', '#', '\n', '"'])
            && !(in_brackets && word.contains([',', '[', ']', '{', '}']))
    }

    /// What is written in the place of a value.
    pub(in crate::answers) fn written(&self, node: NodeRef<'_>) -> &str {
        self.text.get(node.span().start as usize..node.span().end as usize).unwrap_or_default()
    }

    /// The list that a node is an item of: the mapping, the key and the number.
    pub(in crate::answers) fn list_of(&self, node: NodeRef<'_>) -> Option<(NodeRef<'_>, &str, usize)> {
        let nodes = (0..self.tree.len() as u32).filter_map(|id| self.tree.get(NodeId(id)));
        for map in nodes {
            for e in map.as_mapping().unwrap_or_default() {
                if let Some(at) = map.value_of(e).as_sequence().and_then(|mut items| items.position(|item| item.id() == node.id())) {
                    return Some((map, &e.key, at));
                }
            }
        }
        None
    }

    /// Writes another key and value in the place of an entry of a mapping.
    pub(in crate::answers) fn swap(&self, map: NodeRef<'_>, key: &str, new: &str, value: &V) -> Edited {
        self.check(map)?;
        let (found, own) = map.get(key).zip(map.entry(key)).ok_or(Unpatchable::Generated)?;
        self.check(found)?;
        let style = self.style(map);
        self.edit(own.key_span.start, found.span().end, format!("{}: {}", scalar(new, style), value.flow(style)))
    }

    /// Takes an entry out of a mapping that has others.
    pub(in crate::answers) fn take(&self, map: NodeRef<'_>, key: &str) -> Edited {
        self.check(map)?;
        let (value, own) = map.get(key).zip(map.entry(key)).ok_or(Unpatchable::Generated)?;
        let entries = map.as_mapping().unwrap_or_default();
        let next = entries.iter().map(|e| e.key_span.start).filter(|start| *start > own.key_span.start).min();
        let end = value.span().end.max(own.key_span.end + 1);
        if !self.is_flow(map) && self.indent(own.key_span.start).is_some() {
            // Lines of its own go whole.
            let (start, end) = (self.line_start(own.key_span.start), self.line_end(end));
            return match self.text.get(end as usize..).is_some_and(|rest| rest.is_empty()) {
                true => self.edit(start.saturating_sub(1), end, ""),
                false => self.edit(start, end + 1 + u32::from(self.text.as_bytes().get(end as usize) == Some(&b'\r')), ""),
            };
        }
        match next {
            Some(next) => self.edit(own.key_span.start, next, ""),
            None => {
                let before =
                    entries.iter().map(|e| map.value_of(e).span().end.max(e.key_span.end)).filter(|end| *end < own.key_span.start).max();
                self.edit(before.ok_or(Unpatchable::Generated)?, end, "")
            }
        }
    }

    /// Removes an item of the list `key` of a mapping. Of the only one nothing is left but `[]`.
    pub(in crate::answers) fn remove(&self, map: NodeRef<'_>, key: &str, index: usize) -> Edited {
        self.check(map)?;
        let found = map.get(key).ok_or(Unpatchable::Generated)?;
        self.check(found)?;
        let items: Vec<NodeRef<'_>> = found.as_sequence().ok_or(Unpatchable::Generated)?.collect();
        let item = *items.get(index).ok_or(Unpatchable::Generated)?;
        if items.len() == 1 {
            if self.is_flow(found) {
                return self.edit(found.span().start, found.span().end, "[]");
            }
            let own = map.entry(key).ok_or(Unpatchable::Generated)?;
            let after = self.text.get(own.key_span.end as usize..).and_then(|rest| rest.find(':')).ok_or(Unpatchable::Generated)?;
            let colon = own.key_span.end + after as u32 + 1;
            let mut edits = self.edit(colon, colon, " []")?;
            let from = self.line_start(found.span().start).saturating_sub(1).max(colon);
            edits.extend(self.edit(from, self.line_end(found.span().end), "")?);
            return Ok(edits);
        }
        if self.is_flow(found) {
            let (start, end) = match items.get(index + 1) {
                Some(next) => (item.span().start, next.span().start),
                None => (items.get(index.wrapping_sub(1)).map_or(item.span().start, |before| before.span().end), item.span().end),
            };
            return self.edit(start, end, "");
        }
        let dash = self.dash_of(item).ok_or(Unpatchable::Generated)?;
        let start = self.above_comments(self.line_start(dash));
        let end = self.line_end(item.span().end);
        // With the line end before it where it is the last line of all.
        match self.text.get(end as usize..).is_some_and(|rest| rest.is_empty()) {
            true => self.edit(start.saturating_sub(1), end, ""),
            false => self.edit(start, end + 1 + u32::from(self.text.as_bytes().get(end as usize) == Some(&b'\r')), ""),
        }
    }
}

/// Which nodes an alias or a merge key repeats, themselves or with what they stand in.
fn shared(tree: &Tree) -> Vec<bool> {
    let mut shared = vec![false; tree.len()];
    let mut seen = vec![false; tree.len()];
    let mut open: Vec<(NodeId, bool)> = tree.root().map(|root| (root.id(), false)).into_iter().collect();
    while let Some((id, inside)) = open.pop() {
        let at = id.0 as usize;
        let (Some(is_shared), Some(is_seen)) = (shared.get_mut(at), seen.get_mut(at)) else { continue };
        if *is_shared {
            continue;
        }
        let inside = inside || *is_seen;
        *is_shared = inside;
        *is_seen = true;
        match tree.get(id).map(|node| node.value()) {
            Some(Value::Mapping(entries)) => open.extend(entries.iter().map(|e| (e.value, inside))),
            Some(Value::Sequence(items)) => open.extend(items.iter().map(|item| (*item, inside))),
            _ => {}
        }
    }
    shared
}
