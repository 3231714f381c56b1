//! Values of Azure documents as they are read: scalars, lists, and what of them is not known from the input.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::document::{NodeId, NodeRef, Value};
use crate::text::Span;

/// What of a tree is not known from the input.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Values that are not, with what they may be; nothing where they may be anything. The node's text is the expression.
    pub(super) unknown: BTreeMap<NodeId, Vec<NodeId>>,
    /// What it hangs on whether something is there at all.
    pub(super) doubts: BTreeMap<NodeId, Vec<Box<str>>>,
    /// Items that may stand for any number of items.
    pub(super) many: BTreeSet<NodeId>,
    /// Expressions that values were written as.
    pub(super) written: BTreeMap<NodeId, Box<str>>,
}

/// A scalar.
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    /// Its text.
    pub(super) text: String,
    /// Whether it is not known from the input.
    pub(super) unknown: bool,
    /// Where it is written.
    pub(super) span: Span,
}

/// Items of a list.
#[derive(Default)]
pub(super) struct Items<'a> {
    /// Those that are to be told, each with what it hangs on whether it is there.
    pub(super) found: Vec<(NodeRef<'a>, Vec<Box<str>>)>,
    /// The first expression for further items that are not.
    pub(super) missing: Option<String>,
    /// What hangs on a loop of which the number of turns is not to be told.
    pub(super) endless: Option<(String, Span)>,
}

/// How values are read: as they are written, or with what is known of the template that they were made from.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    marks: Option<Rc<Marks>>,
}

/// A field of a mapping, whatever the case of its name, as the Azure Resource Manager reads it.
pub(super) fn field<'a>(node: NodeRef<'a>, name: &str) -> Option<NodeRef<'a>> {
    node.get(name).or_else(|| {
        let entry = node.as_mapping()?.iter().find(|e| e.key.eq_ignore_ascii_case(name))?;
        Some(node.value_of(entry))
    })
}

impl Template {
    pub(super) fn new(marks: Marks) -> Self {
        Template { marks: Some(Rc::new(marks)) }
    }

    /// The expression of a value that is not to be told.
    pub(super) fn unknown<'a>(&self, node: NodeRef<'a>) -> Option<&'a str> {
        self.marks.as_ref()?.unknown.contains_key(&node.id()).then(|| node.as_str().unwrap_or_default())
    }

    /// What a value that is not to be told may be; nothing where it may be anything.
    pub(super) fn choices<'a>(&self, node: NodeRef<'a>) -> Vec<NodeRef<'a>> {
        let found = self.marks.as_ref().and_then(|marks| marks.unknown.get(&node.id()));
        found.into_iter().flatten().filter_map(|id| node.sibling(*id)).collect()
    }

    /// What it hangs on whether something is there at all.
    pub(super) fn doubts(&self, node: NodeRef<'_>) -> &[Box<str>] {
        self.marks.as_ref().and_then(|marks| marks.doubts.get(&node.id())).map_or(&[], Vec::as_slice)
    }

    /// The expression that a value was written as.
    pub(super) fn written(&self, node: NodeRef<'_>) -> Option<&str> {
        self.marks.as_ref()?.written.get(&node.id()).map(|text| &**text)
    }

    /// A scalar; nothing for `null`, lists and mappings.
    pub(super) fn scalar(&self, node: NodeRef<'_>) -> Option<Scalar> {
        Some(Scalar { text: text_of(node)?, unknown: self.unknown(node).is_some(), span: node.span() })
    }

    /// The scalars of a list; a single scalar counts as a list of one.
    pub(super) fn scalars(&self, node: NodeRef<'_>) -> Vec<Scalar> {
        let Some(items) = node.as_sequence() else { return self.scalar(node).into_iter().collect() };
        let scalar = |item: NodeRef<'_>| match item.as_sequence() {
            // A list in a list: what is meant cannot be told.
            Some(_) => Some(Scalar { text: String::from("a list in a list"), unknown: true, span: item.span() }),
            None => {
                let found = self.scalar(item)?;
                Some(Scalar { unknown: found.unknown || !self.doubts(item).is_empty(), ..found })
            }
        };
        items.filter_map(scalar).collect()
    }

    /// The items of a list.
    pub(super) fn list<'a>(&self, node: NodeRef<'a>) -> Items<'a> {
        let mut items = Items::default();
        if let Some(text) = self.unknown(node) {
            items.missing = Some(text.to_string());
        }
        for item in node.as_sequence().into_iter().flatten() {
            let doubts = self.doubts(item);
            if self.marks.as_ref().is_some_and(|marks| marks.many.contains(&item.id())) {
                items.endless = items.endless.or_else(|| doubts.first().map(|d| (d.to_string(), item.span())));
            }
            match self.unknown(item) {
                Some(text) => items.missing = items.missing.or_else(|| Some(text.to_string())),
                None if item.is_null() => {}
                None => items.found.push((item, doubts.to_vec())),
            }
        }
        items
    }

    /// The items of a list in which no loop is being taken.
    pub(super) fn items<'a>(&self, node: NodeRef<'a>) -> Vec<NodeRef<'a>> {
        self.list(node).found.into_iter().map(|(item, _)| item).collect()
    }
}

fn text_of(node: NodeRef<'_>) -> Option<String> {
    match node.value() {
        Value::String(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
