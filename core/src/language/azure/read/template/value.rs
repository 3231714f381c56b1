//! Values of templates: what an expression or a written value comes to.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::document::{Entry, NodeRef, Value};
use crate::text::Span;

/// So many possibilities of one value are told apart.
pub(super) const MOST_CHOICES: usize = 16;
/// Descriptions of a fact that is not in the input are cut at so many characters.
const LONGEST_UNKNOWN: usize = 1000;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Val {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(Rc<str>),
    /// A list.
    List(Rc<Vec<Item>>),
    /// A mapping.
    Object(Rc<Vec<Member>>),
    /// Not to be told from the input.
    Unknown(Rc<Unknown>),
}

/// A value that the input does not give.
#[derive(Debug)]
pub(super) struct Unknown {
    /// The expression, with what is known of it put in.
    pub(super) text: Rc<str>,
    /// What it may be; empty where it may be anything.
    pub(super) choices: Vec<Val>,
}

/// An item of a list.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Where it is written.
    pub(super) span: Span,
    /// The value.
    pub(super) value: Val,
    /// The expression that it hangs on whether the item is there at all.
    pub(super) doubt: Option<Rc<str>>,
    /// Whether it may stand for any number of items.
    pub(super) many: bool,
    /// The expression that it was written as.
    pub(super) written: Option<Rc<str>>,
}

/// A member of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Its key.
    pub(super) key: Rc<str>,
    /// Where the key is written.
    pub(super) key_span: Span,
    /// The value, and where it is written.
    pub(super) item: Item,
}

impl Item {
    pub(super) fn new(span: Span, value: Val) -> Self {
        Item { span, value, doubt: None, many: false, written: None }
    }

    /// Items that are not known, nor how many.
    pub(super) fn unknown_items(span: Span, value: Val) -> Self {
        Item { many: true, ..Item::new(span, value) }
    }

    /// Whether its place among the others tells nothing of theirs.
    pub(super) fn is_loose(&self) -> bool {
        self.many || self.doubt.is_some()
    }
}

impl Val {
    pub(super) fn text(text: &str) -> Self {
        Val::Text(text.into())
    }

    pub(super) fn list(items: Vec<Item>) -> Self {
        Val::List(Rc::new(items))
    }

    pub(super) fn unknown(text: impl AsRef<str>) -> Self {
        Val::one_of(text, Vec::new())
    }

    /// A value that is one of these; that one, if they are all the same.
    pub(super) fn one_of(text: impl AsRef<str>, choices: Vec<Val>) -> Self {
        let mut distinct: Vec<Val> = Vec::new();
        for choice in choices.into_iter().flat_map(Val::possibilities) {
            if !distinct.iter().any(|known| known.same(&choice)) {
                distinct.push(choice);
            }
        }
        if distinct.len() > MOST_CHOICES || distinct.iter().all(|choice| matches!(choice, Val::Unknown(_))) {
            distinct.clear();
        }
        if let [only] = distinct.as_slice() {
            return only.clone();
        }
        let text = text.as_ref();
        let text = match text.char_indices().nth(LONGEST_UNKNOWN) {
            Some((end, _)) => text.get(..end).unwrap_or(text),
            None => text,
        };
        Val::Unknown(Rc::new(Unknown { text: text.into(), choices: distinct }))
    }

    /// The values that it may have: itself, if it is known.
    pub(super) fn possibilities(self) -> Vec<Val> {
        match &self {
            Val::Unknown(unknown) if !unknown.choices.is_empty() => unknown.choices.clone(),
            _ => alloc::vec![self],
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Val::Unknown(_))
    }

    /// Whether nothing of it is unknown, however deep.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Val::Unknown(_) => false,
            Val::List(items) => items.iter().all(|item| item.doubt.is_none() && item.value.is_known()),
            Val::Object(members) => members.iter().all(|member| member.item.value.is_known()),
            _ => true,
        }
    }

    pub(super) fn items(&self) -> Option<&[Item]> {
        match self {
            Val::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn members(&self) -> Option<&[Member]> {
        match self {
            Val::Object(members) => Some(members),
            _ => None,
        }
    }

    /// A member of a mapping, whatever the case of its name.
    pub(super) fn member(&self, name: &str) -> Option<&Item> {
        let members = self.members()?;
        let exact = members.iter().find(|m| &*m.key == name);
        exact.or_else(|| members.iter().find(|m| m.key.eq_ignore_ascii_case(name))).map(|m| &m.item)
    }

    /// Its text, as expressions put texts together.
    pub(super) fn words(&self) -> String {
        match self {
            Val::Text(text) => text.to_string(),
            Val::Unknown(unknown) => unknown.text.to_string(),
            Val::Number(number) => number.to_string(),
            Val::Float(number) => number.to_string(),
            Val::Bool(flag) => (if *flag { "True" } else { "False" }).to_string(),
            Val::Null => String::new(),
            Val::List(_) | Val::Object(_) => self.json(),
        }
    }

    /// As JSON.
    pub(super) fn json(&self) -> String {
        match self {
            Val::Null => String::from("null"),
            Val::Bool(flag) => flag.to_string(),
            Val::Text(text) => quoted(text),
            Val::Unknown(unknown) => quoted(&unknown.text),
            Val::Number(_) | Val::Float(_) => self.words(),
            Val::List(items) => {
                let parts: Vec<String> = items.iter().map(|item| item.value.json()).collect();
                format!("[{}]", parts.join(","))
            }
            Val::Object(members) => {
                let parts: Vec<String> = members.iter().map(|m| format!("{}:{}", quoted(&m.key), m.item.value.json())).collect();
                format!("{{{}}}", parts.join(","))
            }
        }
    }

    /// Whether two values are the very same, unknown ones included.
    pub(super) fn same(&self, other: &Val) -> bool {
        match (self, other) {
            (Val::Null, Val::Null) => true,
            (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::Number(a), Val::Number(b)) => a == b,
            (Val::Float(a), Val::Float(b)) => a == b,
            (Val::Text(a), Val::Text(b)) => a == b,
            (Val::Unknown(a), Val::Unknown(b)) => a.text == b.text,
            (Val::List(a), Val::List(b)) => {
                Rc::ptr_eq(a, b)
                    || a.len() == b.len()
                        && a.iter().zip(b.iter()).all(|(x, y)| x.many == y.many && x.doubt == y.doubt && x.value.same(&y.value))
            }
            (Val::Object(a), Val::Object(b)) => {
                Rc::ptr_eq(a, b)
                    || a.len() == b.len() && a.iter().all(|m| other.member(&m.key).is_some_and(|o| m.item.value.same(&o.value)))
            }
            _ => false,
        }
    }

    /// Whether two values are equal in a template; nothing where that is in doubt: values of different kinds, and texts that differ in case only.
    pub(super) fn equals(&self, other: &Val) -> Option<bool> {
        match (self, other) {
            (Val::Unknown(_), _) | (_, Val::Unknown(_)) => None,
            (Val::Text(a), Val::Text(b)) if a == b => Some(true),
            (Val::Text(a), Val::Text(b)) => (!a.eq_ignore_ascii_case(b)).then_some(false),
            (Val::Null, Val::Null) => Some(true),
            (Val::Null, _) | (_, Val::Null) => Some(false),
            (Val::Number(a), Val::Number(b)) => Some(a == b),
            (Val::Float(a), Val::Float(b)) => Some(a == b),
            (Val::Bool(a), Val::Bool(b)) => Some(a == b),
            (Val::List(a), Val::List(b)) => {
                if a.iter().chain(b.iter()).any(Item::is_loose) {
                    return None;
                }
                if a.len() != b.len() {
                    return Some(false);
                }
                all(a.iter().zip(b.iter()).map(|(x, y)| x.value.equals(&y.value)))
            }
            (Val::Object(a), Val::Object(b)) => {
                if a.len() != b.len() {
                    return Some(false);
                }
                all(a.iter().map(|m| other.member(&m.key).map_or(Some(false), |o| m.item.value.equals(&o.value))))
            }
            _ => None,
        }
    }

    /// A value as it is written, without following expressions.
    pub(super) fn of_node(node: NodeRef<'_>, depth: usize) -> Val {
        match node.value() {
            Value::Null => Val::Null,
            Value::Bool(flag) => Val::Bool(*flag),
            Value::Int(number) => Val::Number(*number),
            Value::Float(number) => Val::Float(*number),
            Value::String(text) => Val::text(text),
            _ if depth == 0 => Val::Null,
            Value::Sequence(_) => {
                Val::list(node.as_sequence().into_iter().flatten().map(|i| Item::new(i.span(), Val::of_node(i, depth - 1))).collect())
            }
            Value::Mapping(entries) => {
                let member = |entry: &Entry| {
                    let value = node.value_of(entry);
                    let item = Item::new(value.span(), Val::of_node(value, depth - 1));
                    Member { key: (&*entry.key).into(), key_span: entry.key_span, item }
                };
                Val::Object(Rc::new(entries.iter().map(member).collect()))
            }
        }
    }
}

/// Whether all hold: not so if one does not, whatever the others are.
pub(super) fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut sum = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => sum = None,
            Some(true) => {}
        }
    }
    sum
}

/// A text as JSON has it.
pub(in crate::language::azure::read) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
