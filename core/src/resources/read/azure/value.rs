//! Values of Azure documents: plain ones, and expressions of templates as far as the template itself resolves them.
//!
//! Only what stands in the text is used: default values of parameters, variables, turns of copy loops, and the functions that put these together.
//! Everything else stays what it is written as, and is said to be unknown.

use alloc::boxed::Box;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::Cell;

use super::expression::Parser;
use crate::document::{NodeRef, Value};
use crate::text::Span;

/// Expressions are followed so deep.
pub(super) const DEEPEST: usize = 24;
/// A copy loop takes so many turns, at most; Azure itself takes 800.
const MOST_TURNS: i64 = 1000;
/// Work that the expressions of one document may make, in steps. What lies beyond is taken for unknown, so that no text takes forever.
const MOST_WORK: u32 = 1_000_000;

/// A value after its expression was resolved.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    /// As written.
    Node(NodeRef<'a>),
    /// As written in a copy loop, in these turns of it.
    Turned(NodeRef<'a>, Vec<Turn>),
    /// Text that an expression makes.
    Text(String),
    /// A number that an expression makes.
    Number(i64),
    /// A truth value that an expression makes.
    Bool(bool),
    /// Nothing.
    Null,
    /// A list that an expression makes. An unknown item may stand for any number of items.
    List(Vec<Val<'a>>),
    /// Not to be told from the text; the expression, with what is known of it put in.
    Unknown(String),
}

/// A scalar after its expression was resolved.
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    /// Its text.
    pub(super) text: String,
    /// Whether it is not to be told from the text.
    pub(super) unknown: bool,
    /// Where it is written.
    pub(super) span: Span,
}

/// A turn of a copy loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Turn {
    /// The loop's name.
    pub(super) name: Box<str>,
    /// The turn's number, from 0; where it is not to be told how many there are, the expression that says so.
    pub(super) index: Result<i64, Box<str>>,
    /// Whether the loop makes resources; else it makes the items of a list.
    pub(super) of_resource: bool,
}

/// Items of a list.
#[derive(Default)]
pub(super) struct Items<'a> {
    /// Those that are to be told, each with the turns of loops that it is made in.
    pub(super) found: Vec<(NodeRef<'a>, Vec<Turn>)>,
    /// The first expression for further items that are not.
    pub(super) missing: Option<String>,
}

/// The parameters and variables of one template.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer<'a> {
    pub(super) parameters: Option<NodeRef<'a>>,
    pub(super) variables: Option<NodeRef<'a>>,
    /// Values that the deployment around it passes for its parameters, and what those may refer to.
    pub(super) passed: Option<(NodeRef<'a>, Rc<Template<'a>>)>,
}

/// What expressions of a template can refer to.
#[derive(Clone, Debug, Default)]
pub(super) struct Template<'a> {
    /// Whether text in brackets is an expression at all.
    pub(super) is_template: bool,
    /// Where parameters and variables are looked up, first to last.
    pub(super) layers: Vec<Layer<'a>>,
    /// The turns of copy loops that are being taken, outermost first.
    pub(super) turns: Vec<Turn>,
    /// Work that was done.
    work: Rc<Cell<u32>>,
}

/// A field of a mapping, whatever the case of its name, as the Azure Resource Manager reads it.
pub(super) fn field<'a>(node: NodeRef<'a>, name: &str) -> Option<NodeRef<'a>> {
    node.get(name).or_else(|| {
        let entry = node.as_mapping()?.iter().find(|e| e.key.eq_ignore_ascii_case(name))?;
        Some(node.value_of(entry))
    })
}

impl<'a> Val<'a> {
    /// The same, in these turns too.
    fn turned(self, turns: &[Turn]) -> Self {
        match self {
            Val::Node(node) => Val::Turned(node, turns.to_vec()),
            Val::Turned(node, own) => Val::Turned(node, turns.iter().cloned().chain(own).collect()),
            Val::List(items) => Val::List(items.into_iter().map(|item| item.turned(turns)).collect()),
            other => other,
        }
    }

    /// A scalar that is written, as what an expression would make of it.
    pub(super) fn plain(self) -> Self {
        match self {
            Val::Node(node) | Val::Turned(node, _) => match node.value() {
                Value::String(text) => Val::Text(text.to_string()),
                Value::Int(number) => Val::Number(*number),
                Value::Bool(flag) => Val::Bool(*flag),
                Value::Null => Val::Null,
                _ => self,
            },
            other => other,
        }
    }

    /// The items of a list.
    pub(super) fn sequence(&self) -> Option<Vec<Val<'a>>> {
        match self {
            Val::Node(node) => Some(node.as_sequence()?.map(Val::Node).collect()),
            Val::Turned(node, turns) => Some(node.as_sequence()?.map(|item| Val::Turned(item, turns.clone())).collect()),
            Val::List(items) => Some(items.clone()),
            _ => None,
        }
    }

    /// Its text, as expressions put texts together.
    pub(super) fn words(&self) -> String {
        match self {
            Val::Node(node) | Val::Turned(node, _) => text_of(*node).unwrap_or_default(),
            Val::Text(text) | Val::Unknown(text) => text.clone(),
            Val::Number(number) => number.to_string(),
            Val::Bool(flag) => (if *flag { "True" } else { "False" }).to_string(),
            Val::Null | Val::List(_) => String::new(),
        }
    }
}

impl<'a> Template<'a> {
    /// A template with these parameters and variables, in which nothing of this one is known.
    pub(super) fn apart(&self, layers: Vec<Layer<'a>>) -> Self {
        Template { is_template: true, layers, turns: Vec::new(), work: Rc::clone(&self.work) }
    }

    /// The same in further turns of loops.
    pub(super) fn within(&self, turns: &[Turn]) -> Self {
        let mut inner = self.clone();
        inner.turns.extend_from_slice(turns);
        inner
    }

    /// Counts work; false where there was too much of it.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let done = self.work.get().saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
        self.work.set(done);
        done < MOST_WORK
    }

    /// Resolves a value.
    pub(super) fn resolve(&self, node: NodeRef<'a>) -> Val<'a> {
        self.follow(Val::Node(node), 0)
    }

    pub(super) fn follow(&self, mut value: Val<'a>, depth: usize) -> Val<'a> {
        if let Val::Turned(node, turns) = value {
            return self.within(&turns).follow(Val::Node(node), depth).turned(&turns);
        }
        for step in depth..DEEPEST {
            let Val::Node(node) = &value else { return value };
            let Some(expression) = self.expression(*node) else { return value };
            if !self.spend(1) {
                break;
            }
            let mut parser = Parser::new(self, expression, step + 1);
            value = parser.whole().unwrap_or_else(|| Val::Unknown(format!("[{expression}]")));
        }
        match value {
            Val::Node(node) if self.expression(node).is_some() => Val::Unknown(node.as_str().unwrap_or_default().to_string()),
            value => value,
        }
    }

    /// The text between the brackets of an expression.
    fn expression(&self, node: NodeRef<'a>) -> Option<&'a str> {
        let text = node.as_str().filter(|_| self.is_template)?.trim();
        if text.starts_with("[[") {
            return None;
        }
        text.strip_prefix('[')?.strip_suffix(']')
    }

    /// A scalar; nothing for `null`, lists and mappings.
    pub(super) fn scalar(&self, node: NodeRef<'a>) -> Option<Scalar> {
        Self::of(self.resolve(node), node.span())
    }

    fn of(value: Val<'a>, span: Span) -> Option<Scalar> {
        let (text, unknown) = match value {
            Val::Node(found) | Val::Turned(found, _) => (text_of(found)?, false),
            Val::Text(text) => (text, false),
            Val::Number(number) => (number.to_string(), false),
            Val::Bool(flag) => (flag.to_string(), false),
            Val::Unknown(text) => (text, true),
            Val::Null | Val::List(_) => return None,
        };
        Some(Scalar { text, unknown, span })
    }

    /// The scalars of a list; a single scalar counts as a list of one.
    pub(super) fn scalars(&self, node: NodeRef<'a>) -> Vec<Scalar> {
        let found = self.resolve(node);
        // What a variable holds stands elsewhere; the place to show is where it is used.
        let own = matches!(&found, Val::Node(found) if found.id() == node.id());
        let Some(items) = found.sequence() else { return Self::of(found, node.span()).into_iter().collect() };
        let scalar = |item: Val<'a>| {
            let span = match &item {
                Val::Node(item) if own => item.span(),
                _ => node.span(),
            };
            match self.follow(item, 0) {
                // A list in a list: what is meant cannot be told.
                list if list.sequence().is_some() => Some(Scalar { text: String::from("a list in a list"), unknown: true, span }),
                item => Self::of(item, span),
            }
        };
        items.into_iter().filter_map(scalar).collect()
    }

    /// Whether something is so; nothing if that cannot be told.
    pub(super) fn truth(&self, node: NodeRef<'a>) -> Result<bool, String> {
        match self.resolve(node).plain() {
            Val::Bool(flag) => Ok(flag),
            Val::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Val::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            other => Err(other.words()),
        }
    }

    /// The items of a list, wherever an expression finds it.
    pub(super) fn list(&self, node: NodeRef<'a>) -> Items<'a> {
        let mut items = Items::default();
        match self.resolve(node) {
            Val::Unknown(text) => items.missing = Some(text),
            found => self.add_items(found.sequence().unwrap_or_default(), &mut items),
        }
        items
    }

    /// Resolves items one by one.
    pub(super) fn add_items(&self, values: Vec<Val<'a>>, items: &mut Items<'a>) {
        for value in values {
            match self.follow(value, 0) {
                Val::Node(node) => items.found.push((node, Vec::new())),
                Val::Turned(node, turns) => items.found.push((node, turns)),
                Val::Unknown(text) => items.missing = items.missing.take().or(Some(text)),
                Val::List(inner) => self.add_items(inner, items),
                Val::Text(_) | Val::Number(_) | Val::Bool(_) | Val::Null => {}
            }
        }
    }

    /// The items of a list in which no loop is being taken.
    pub(super) fn items(&self, node: NodeRef<'a>) -> Vec<NodeRef<'a>> {
        self.list(node).found.into_iter().map(|(item, _)| item).collect()
    }

    /// How many turns a copy loop takes; else the expression that would say it.
    pub(super) fn count(&self, copy: NodeRef<'a>) -> Result<i64, String> {
        let Some(count) = field(copy, "count") else { return Err(String::from("copy")) };
        let number = match self.resolve(count).plain() {
            Val::Number(number) => number,
            Val::Text(text) => text.parse().map_err(|_| text)?,
            other => return Err(other.words()),
        };
        let fits = (0..=MOST_TURNS).contains(&number) && self.spend(usize::try_from(number).unwrap_or_default());
        if fits { Ok(number) } else { Err(number.to_string()) }
    }

    /// The items that a copy loop makes, and what it is called.
    pub(super) fn turns(&self, copy: NodeRef<'a>) -> (Box<str>, Result<Vec<Val<'a>>, String>) {
        let name: Box<str> = field(copy, "name").and_then(|n| self.scalar(n)).map_or_else(|| "copy".into(), |n| n.text.as_str().into());
        let input = field(copy, "input");
        let turn =
            |node: NodeRef<'a>, index| Val::Turned(node, alloc::vec![Turn { name: name.clone(), index: Ok(index), of_resource: false }]);
        let made = self.count(copy).map(|count| (0..count).filter_map(|i| Some(turn(input?, i))).collect());
        (name, made)
    }

    /// A member of a mapping, be it written or made by a copy loop in it.
    pub(super) fn member(&self, node: NodeRef<'a>, name: &str) -> Option<Val<'a>> {
        if let Some(found) = field(node, name) {
            return Some(Val::Node(found));
        }
        let loops = field(node, "copy")?.as_sequence()?;
        loops.map(|copy| self.turns(copy)).find(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, made)| match made {
            Ok(items) => Val::List(items),
            Err(text) => Val::Unknown(text),
        })
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
