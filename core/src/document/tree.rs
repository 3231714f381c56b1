//! The spanned tree of one document.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::text::Span;

/// A node of a [`Tree`], by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

/// A value as Kubernetes reads it (YAML 1.1 scalars), with its span.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The value's range. For an absent value (`key:` and nothing after it) an empty range where it would stand.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// A boolean; under Kubernetes's reading `yes`, `on` and `y` are booleans too.
    Bool(bool),
    /// An integer that fits in 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    String(Box<str>),
    /// A list.
    Sequence(Vec<NodeId>),
    /// A mapping, in the order written, keys unique (the last of duplicate keys is kept, each duplicate reported).
    Mapping(Vec<Entry>),
}

impl Value {
    /// The value if it is a scalar, else an empty collection of its kind.
    pub(super) fn clone_scalar(&self) -> Value {
        match self {
            Value::Sequence(_) => Value::Sequence(Vec::new()),
            Value::Mapping(_) => Value::Mapping(Vec::new()),
            scalar => scalar.clone(),
        }
    }

    /// What to call it in a message: `a list`, `text`, …
    pub const fn describe(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a number",
            Value::Float(_) => "a number with a fraction",
            Value::String(_) => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

/// One `key: value` of a mapping.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key, as text.
    pub key: Box<str>,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: NodeId,
}

/// All nodes of one document. Aliases share nodes, so the tree is a graph without cycles.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: Option<NodeId>,
    /// Entries whose keys are written again in their mappings, in the order in which they were replaced.
    pub(crate) replaced: Vec<Replaced>,
}

/// An entry of a mapping that does not count, as its key is written again.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Replaced {
    /// The entry.
    pub(crate) entry: Entry,
    /// Where the key is written again.
    pub(crate) by: Span,
}

impl Tree {
    /// The root; nothing for an empty document.
    pub fn root(&self) -> Option<NodeRef<'_>> {
        self.root.and_then(|id| self.get(id))
    }

    /// The node with this number.
    pub fn get(&self, id: NodeId) -> Option<NodeRef<'_>> {
        self.nodes.get(id.0 as usize).map(|node| NodeRef { tree: self, id, node })
    }

    /// The tree in which earlier values count of keys that are written more than once: the first of each by turn 0, the second by turn 1. Keys that are
    /// not written that often keep their last value; nothing if that is true of all.
    pub(crate) fn earlier(&self, turn: usize) -> Option<Tree> {
        let before: HashMap<u32, &Entry> = self.replaced.iter().map(|replaced| (replaced.by.start, &replaced.entry)).collect();
        let value_in_turn = |entry: &Entry| {
            let values: Vec<&Entry> = core::iter::successors(before.get(&entry.key_span.start).copied(), |value| {
                before.get(&value.key_span.start).copied().filter(|earlier| earlier.key_span.start < value.key_span.start)
            })
            .collect();
            values.iter().rev().nth(turn).map(|value| (*value).clone())
        };
        let mut tree = Tree { replaced: Vec::new(), ..self.clone() };
        let mut differs = false;
        for node in &mut tree.nodes {
            let Value::Mapping(entries) = &mut node.value else { continue };
            for entry in entries {
                if let Some(value) = value_in_turn(entry) {
                    *entry = value;
                    differs = true;
                }
            }
        }
        differs.then_some(tree)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// A node together with its tree, for walking.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'a> {
    tree: &'a Tree,
    id: NodeId,
    node: &'a Node,
}

impl<'a> NodeRef<'a> {
    /// Its number.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Its range.
    pub fn span(self) -> Span {
        self.node.span
    }

    /// Its value.
    pub fn value(self) -> &'a Value {
        &self.node.value
    }

    /// Whether it is null or absent.
    pub fn is_null(self) -> bool {
        matches!(self.node.value, Value::Null)
    }

    /// Its text, if it is text.
    pub fn as_str(self) -> Option<&'a str> {
        match &self.node.value {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// Its entries, if it is a mapping.
    pub fn as_mapping(self) -> Option<&'a [Entry]> {
        match &self.node.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// Its items, if it is a list.
    pub fn as_sequence(self) -> Option<impl ExactSizeIterator<Item = NodeRef<'a>> + use<'a>> {
        match &self.node.value {
            Value::Sequence(items) => {
                let tree = self.tree;
                // INVARIANT: every id in a tree points into it; a wrong one would show the list itself, never panic.
                Some(items.iter().map(move |id| tree.get(*id).unwrap_or(self)))
            }
            _ => None,
        }
    }

    /// The value of a key of a mapping.
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        self.entry(key).and_then(|entry| self.tree.get(entry.value))
    }

    /// The entry of a key of a mapping.
    pub fn entry(self, key: &str) -> Option<&'a Entry> {
        self.as_mapping()?.iter().find(|entry| &*entry.key == key)
    }

    /// Another node of the same tree.
    pub(crate) fn sibling(self, id: NodeId) -> Option<NodeRef<'a>> {
        self.tree.get(id)
    }

    /// The node of an entry of this mapping.
    pub fn value_of(self, entry: &Entry) -> NodeRef<'a> {
        self.tree.get(entry.value).unwrap_or(self)
    }
}
