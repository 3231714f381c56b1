//! Templates of the Azure Resource Manager: what they deploy, with every expression followed as far as the input alone decides.
//!
//! ```text
//! tree ── scope: parameters, variables, functions, resources ── evaluate: expressions, loops, conditions ──> resources, as a tree again
//!                                                                  └── what is not to be told is marked, with what it may be
//! ```
//!
//! Upstream: Azure documentation, "Understand the structure and syntax of ARM templates", "Syntax and expressions in ARM templates".

mod evaluate;
mod functions;
mod scope;
mod syntax;
mod value;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub(super) use self::functions::split_names;

use self::evaluate::{Env, Turn};
use self::scope::{Scope, Shared, is_existing};
pub(super) use self::value::quoted;
use self::value::{Item, Member, Val};
use super::value::{Marks, field};
use crate::document::{Entry, Node, NodeId, NodeRef, Tree, Value};
use crate::text::Span;

/// What a template deploys.
#[derive(Debug, Default)]
pub(super) struct Deployed {
    /// The resources, as a list.
    pub(super) tree: Tree,
    /// What of it is not to be told.
    pub(super) marks: Marks,
    /// Deployments of templates that are elsewhere: where they are written, what they deploy, and the identifier of where they deploy it.
    pub(super) linked: Vec<(Span, String, String)>,
}

/// Follows a template. `given` has values for its parameters, by name in lower case.
pub(super) fn deploy<'a>(template: NodeRef<'a>, given: &[(Box<str>, Vec<NodeRef<'a>>)]) -> Deployed {
    let values = given.iter().map(|(name, nodes)| {
        let all: Vec<Val> = nodes.iter().map(|node| parameter_value(*node)).collect();
        let text = alloc::format!("[parameters('{name}')]");
        (name.to_ascii_lowercase(), if all.iter().any(Val::is_unknown) { Val::unknown(text) } else { Val::one_of(text, all) })
    });
    let passed: BTreeMap<String, Val> = values.collect();
    let root = Scope::new(Rc::new(Shared::default()), template, passed, None);
    let mut maker =
        Maker { tree: Tree::default(), marks: Marks::default(), linked: Vec::new(), made: Vec::new(), shared: root.shared.clone() };
    maker.resources(&root, &[], "");
    root.close();
    let made = core::mem::take(&mut maker.made);
    let list = maker.push(template.span(), Value::Sequence(made));
    maker.tree.root = Some(list);
    Deployed { tree: maker.tree, marks: maker.marks, linked: maker.linked }
}

/// The value that a file gives for a parameter. Secrets of key vaults are not in it.
fn parameter_value(node: NodeRef<'_>) -> Val {
    match field(node, "value") {
        Some(value) => Val::of_node(value, 64),
        None => Val::unknown("a secret of a key vault"),
    }
}

struct Maker {
    tree: Tree,
    marks: Marks,
    linked: Vec<(Span, String, String)>,
    made: Vec<NodeId>,
    shared: Rc<Shared>,
}

impl Maker {
    /// The resources of a template. `doubts` is what it hangs on whether they are deployed at all, `place` where they are.
    fn resources(&mut self, scope: &Rc<Scope<'_>>, doubts: &[Rc<str>], place: &str) {
        for number in 0..scope.resources.len() {
            for turns in Env::new(scope.clone()).turns_of(number) {
                if !self.shared.spend(8) {
                    return;
                }
                self.resource(scope, number, &turns, doubts, place);
            }
        }
    }

    fn resource(&mut self, scope: &Rc<Scope<'_>>, number: usize, turns: &[Turn], doubts: &[Rc<str>], place: &str) {
        let Some(declared) = scope.resources.get(number) else { return };
        let node = declared.node;
        let env = Env::new(scope.clone()).within(turns);
        let mut doubts = doubts.to_vec();
        doubts.extend(turns.iter().filter_map(|t| t.open.clone()));
        let mut next = Some(declared);
        while let Some(level) = next {
            match field(level.node, "condition").map(|c| env.node(c)) {
                None | Some(Val::Bool(true)) => {}
                Some(Val::Bool(false)) => return,
                Some(Val::Text(text)) if text.eq_ignore_ascii_case("true") => {}
                Some(Val::Text(text)) if text.eq_ignore_ascii_case("false") => return,
                Some(other) => doubts.push(other.words().into()),
            }
            next = level.parent.and_then(|parent| scope.resources.get(parent));
        }
        if is_existing(node) {
            return;
        }
        let Some((kind, name)) = scope.identity(number, turns) else { return };
        if kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") {
            return self.deployment(scope, number, turns, &doubts, place);
        }
        let skipped = ["type", "name", "copy", "condition", "dependsOn", "resources"];
        let mut members = alloc::vec![
            Member { key: "type".into(), key_span: node.span(), item: Item::new(node.span(), Val::text(&kind)) },
            Member { key: "name".into(), key_span: node.span(), item: Item::new(name_span(node), name.clone()) },
        ];
        if !place.is_empty() {
            let id = Val::text(&alloc::format!("{place}{}", functions::identifier(&kind, &name.words())));
            members.push(Member { key: "id".into(), key_span: node.span(), item: Item::new(name_span(node), id) });
        }
        for entry in node.as_mapping().unwrap_or_default() {
            if skipped.iter().any(|s| entry.key.eq_ignore_ascii_case(s)) {
                continue;
            }
            members.push(Member { key: (&*entry.key).into(), key_span: entry.key_span, item: env.written_item(node.value_of(entry)) });
        }
        let made = self.build(&Item::new(node.span(), Val::Object(Rc::new(members))));
        if !doubts.is_empty() {
            self.marks.doubts.insert(made, doubts.iter().map(|d| Box::from(&**d)).collect());
        }
        self.made.push(made);
    }

    /// A template in a template.
    fn deployment(&mut self, scope: &Rc<Scope<'_>>, number: usize, turns: &[Turn], doubts: &[Rc<str>], place: &str) {
        let Some(declared) = scope.resources.get(number) else { return };
        let env = Env::new(scope.clone()).within(turns);
        let at = |kind: &str, name: &str| {
            let value = field(declared.node, name).map(|n| env.node(n))?;
            let words = value.words();
            let own =
                matches!(value, Val::Null) || words.contains("resourceGroup().name") || words.contains("subscription().subscriptionId");
            (!own).then(|| alloc::format!("/{kind}/{words}"))
        };
        let parts: Vec<String> =
            [at("subscriptions", "subscriptionId"), at("resourceGroups", "resourceGroup")].into_iter().flatten().collect();
        let place = if parts.is_empty() { place.to_string() } else { parts.concat() };
        if let Some(inner) = scope.nested(number, turns) {
            return self.resources(&inner, doubts, &place);
        }
        let link = field(declared.node, "properties").and_then(|p| field(p, "templateLink"));
        if let Some(link) = link {
            let what = ["uri", "relativePath", "id"].iter().find_map(|name| field(link, name));
            self.linked.push((link.span(), what.map_or_else(String::new, |what| env.node(what).words()), place));
        }
    }

    fn push(&mut self, span: Span, value: Value) -> NodeId {
        let id = NodeId(self.tree.nodes.len() as u32);
        self.tree.nodes.push(Node { span, value });
        id
    }

    /// A value as a part of the tree.
    fn build(&mut self, item: &Item) -> NodeId {
        let span = item.span;
        let shared = self.shared.clone();
        let id = shared.deeper(|| match &item.value {
            Val::Null => self.push(span, Value::Null),
            Val::Bool(flag) => self.push(span, Value::Bool(*flag)),
            Val::Number(number) => self.push(span, Value::Int(*number)),
            Val::Float(number) => self.push(span, Value::Float(*number)),
            Val::Text(text) => {
                let fits = self.shared.spend(text.len() / 16);
                let text = if fits { &**text } else { "" };
                self.push(span, Value::String(text.into()))
            }
            Val::List(items) => {
                let nodes = items.iter().map(|item| self.build(item)).collect();
                self.push(span, Value::Sequence(nodes))
            }
            Val::Object(members) => {
                let entry = |m: &Member, value| Entry { key: (&*m.key).into(), key_span: m.key_span, value };
                let entries = members.iter().map(|m| (m, self.build(&m.item))).collect::<Vec<_>>();
                self.push(span, Value::Mapping(entries.into_iter().map(|(m, value)| entry(m, value)).collect()))
            }
            Val::Unknown(unknown) => {
                let choices: Vec<NodeId> = unknown.choices.iter().map(|choice| self.build(&Item::new(span, choice.clone()))).collect();
                let id = self.push(span, Value::String((&*unknown.text).into()));
                self.marks.unknown.insert(id, choices);
                id
            }
        });
        let id = id.unwrap_or_else(|| {
            let id = self.push(span, Value::String("more than is followed here".into()));
            self.marks.unknown.insert(id, Vec::new());
            id
        });
        if let Some(doubt) = &item.doubt {
            self.marks.doubts.insert(id, alloc::vec![Box::from(&**doubt)]);
        }
        if item.many {
            self.marks.many.insert(id);
        }
        if let Some(written) = &item.written {
            self.marks.written.insert(id, Box::from(&**written));
        }
        id
    }
}

fn name_span(node: NodeRef<'_>) -> Span {
    field(node, "name").map_or(node.span(), NodeRef::span)
}
