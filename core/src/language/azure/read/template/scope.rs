//! What the expressions of one template can refer to: its parameters, variables, functions, and the resources that it deploys.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use super::super::value::field;
use super::evaluate::{Env, Turn};
use super::value::{Item, Member, Val};
use crate::document::{Entry, NodeRef, Value};
use crate::text::Span;

/// Work that the expressions of one document may make, in steps. What lies beyond is taken for unknown, so that no text takes forever.
const MOST_WORK: u32 = 1_000_000;
/// Values in values, and what they refer to, are followed so deep.
const DEEPEST: usize = 150;
/// Resources in resources, and templates in templates.
pub(super) const DEEPEST_RESOURCE: usize = 8;

/// What all templates of a document share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    work: Cell<u32>,
    depth: Cell<usize>,
    /// The place to show for what an expression makes.
    pub(super) at: Cell<Span>,
}

impl Shared {
    /// Counts work; false where there was too much of it.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let done = self.work.get().saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
        self.work.set(done);
        done < MOST_WORK
    }

    /// Goes one step deeper, unless that is too deep.
    pub(super) fn deeper<T>(&self, go: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= DEEPEST || !self.spend(1) {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let result = go();
        self.depth.set(self.depth.get() - 1);
        Some(result)
    }
}

/// A resource as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared<'a> {
    /// Its symbolic name.
    pub(super) symbol: Option<&'a str>,
    pub(super) node: NodeRef<'a>,
    /// The resource that it is written in.
    pub(super) parent: Option<usize>,
}

/// A template.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) shared: Rc<Shared>,
    template: NodeRef<'a>,
    /// The template around it, if its expressions mean the names of that one.
    around: Option<Rc<Scope<'a>>>,
    /// Values that are given for parameters, by name in lower case.
    passed: BTreeMap<String, Val>,
    pub(super) resources: Vec<Declared<'a>>,
    /// Whether it is nested in none.
    pub(super) is_root: bool,
    /// How many it is nested in.
    pub(super) level: usize,
    /// Values that were found; nothing while they are being looked for.
    memo: RefCell<BTreeMap<String, Option<Val>>>,
    /// Templates that are nested in it.
    inner: RefCell<BTreeMap<String, Rc<Scope<'a>>>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        shared: Rc<Shared>,
        template: NodeRef<'a>,
        passed: BTreeMap<String, Val>,
        outer: Option<(Rc<Scope<'a>>, bool)>,
    ) -> Rc<Self> {
        let mut resources = Vec::new();
        if let Some(list) = field(template, "resources") {
            declare(list, None, 0, &mut resources);
        }
        let level = outer.as_ref().map_or(0, |(scope, _)| scope.level + 1);
        let is_root = outer.is_none();
        let around = outer.filter(|(_, sees)| *sees).map(|(scope, _)| scope);
        Rc::new(Scope { shared, template, around, passed, resources, is_root, level, memo: RefCell::default(), inner: RefCell::default() })
    }

    /// The value of a key, looked for once. Nothing where it refers to itself.
    fn once(&self, key: String, find: impl FnOnce() -> Option<Val>) -> Option<Val> {
        if let Some(known) = self.memo.borrow().get(&key) {
            return known.clone();
        }
        self.memo.borrow_mut().insert(key.clone(), None);
        let found = find();
        self.memo.borrow_mut().insert(key, found.clone());
        found
    }

    /// The value of a parameter. Upstream: Azure documentation, "Parameters in ARM templates".
    pub(super) fn parameter(self: &Rc<Self>, name: &str) -> Option<Val> {
        if let Some(found) = self.around.as_ref().and_then(|around| around.parameter(name)) {
            return Some(found);
        }
        let lower = name.to_ascii_lowercase();
        if let Some(passed) = self.passed.get(&lower) {
            return Some(passed.clone());
        }
        let parameter = field(self.template, "parameters").and_then(|all| field(all, name))?;
        self.once(format!("p{lower}"), || {
            let env = Env::new(self.clone());
            // A parameters file gives `value`; a template gives `defaultValue`.
            if let Some(value) = field(parameter, "value").or_else(|| field(parameter, "defaultValue")) {
                return Some(env.node(value));
            }
            let definition = self.definition(parameter);
            let said = |name: &str| field(parameter, name).or_else(|| field(definition?, name));
            if said("nullable").is_some_and(|n| matches!(n.value(), Value::Bool(true))) {
                return Some(Val::Null);
            }
            let written = format!("[parameters('{name}')]");
            let choices = match said("allowedValues").and_then(NodeRef::as_sequence) {
                Some(allowed) => allowed.map(|value| env.node(value)).collect(),
                None if said("type").and_then(NodeRef::as_str).is_some_and(|t| t.eq_ignore_ascii_case("bool")) => {
                    alloc::vec![Val::Bool(true), Val::Bool(false)]
                }
                None => Vec::new(),
            };
            Some(Val::one_of(written, choices))
        })
    }

    /// The definition of the type that a parameter refers to. Upstream: Azure documentation, "Type definitions in ARM templates".
    fn definition(&self, parameter: NodeRef<'a>) -> Option<NodeRef<'a>> {
        let mut found = None;
        let mut next = field(parameter, "$ref").and_then(NodeRef::as_str);
        for _ in 0..DEEPEST_RESOURCE {
            let Some(name) = next.and_then(|path| path.rsplit('/').next()) else { break };
            let definition = field(field(self.template, "definitions")?, name)?;
            next = field(definition, "$ref").and_then(NodeRef::as_str);
            found = Some(definition);
        }
        found
    }

    /// The value of a variable.
    pub(super) fn variable(self: &Rc<Self>, name: &str) -> Option<Val> {
        if let Some(found) = self.around.as_ref().and_then(|around| around.variable(name)) {
            return Some(found);
        }
        let variables = field(self.template, "variables")?;
        self.once(format!("v{}", name.to_ascii_lowercase()), || Env::new(self.clone()).written_member(variables, name))
    }

    /// A function of the template's own: its parameters' names, and what it gives back.
    pub(super) fn function(&self, namespace: &str, name: &str) -> Option<(Vec<&'a str>, NodeRef<'a>)> {
        if let Some(found) = self.around.as_ref().and_then(|around| around.function(namespace, name)) {
            return Some(found);
        }
        let mut all = field(self.template, "functions")?.as_sequence()?;
        let of = all.find(|f| field(*f, "namespace").and_then(NodeRef::as_str).is_some_and(|n| n.eq_ignore_ascii_case(namespace)))?;
        let function = field(field(of, "members")?, name)?;
        let parameters = field(function, "parameters").and_then(NodeRef::as_sequence).into_iter().flatten();
        let names = parameters.filter_map(|p| field(p, "name").and_then(NodeRef::as_str)).collect();
        Some((names, field(field(function, "output")?, "value")?))
    }

    /// Type and name of a resource in some turns of its loops.
    pub(super) fn identity(self: &Rc<Self>, number: usize, turns: &[Turn]) -> Option<(String, Val)> {
        let declared = *self.resources.get(number)?;
        let env = Env::new(self.clone()).within(turns);
        let text = |name: &str| field(declared.node, name).map(|n| env.node(n));
        let (kind, name) = (text("type").map(|v| v.words()).unwrap_or_default(), text("name").unwrap_or(Val::text("")));
        let Some(parent) = declared.parent.filter(|_| !kind.contains('.')) else { return Some((kind, name)) };
        let (outer_kind, outer_name) = self.shared.deeper(|| self.identity(parent, turns))??;
        let full = format!("{}/{}", outer_name.words(), name.words());
        let is_known = !outer_name.is_unknown() && !name.is_unknown();
        Some((format!("{outer_kind}/{kind}"), if is_known { Val::text(&full) } else { Val::unknown(full) }))
    }

    /// The resource that `reference` means: by its symbolic name, its identifier, or its name.
    pub(super) fn find(self: &Rc<Self>, wanted: &str) -> Option<(Rc<Self>, usize, Vec<Turn>)> {
        let (symbol, index) = match wanted.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
            Some((symbol, index)) => (symbol, index.parse::<i64>().ok()),
            None => (wanted, None),
        };
        let by_symbol = (0..).zip(&self.resources).find(|(_, r)| r.symbol.is_some_and(|s| s.eq_ignore_ascii_case(symbol)));
        if let Some((number, _)) = by_symbol {
            let all = Env::new(self.clone()).turns_of(number);
            let turns = match index {
                Some(index) => all.into_iter().find(|turns| turns.iter().any(|t| t.of_resource && t.index == Some(index)))?,
                None => all.into_iter().next()?,
            };
            return Some((self.clone(), number, turns));
        }
        let lower = wanted.trim_end_matches('/').to_lowercase();
        for number in 0..self.resources.len() {
            for turns in Env::new(self.clone()).turns_of(number) {
                if !self.shared.spend(4) {
                    return None;
                }
                let Some((kind, name)) = self.identity(number, &turns) else { continue };
                let name = name.words();
                let is_meant = if lower.contains("/providers/") {
                    lower.ends_with(&super::functions::identifier(&kind, &name).to_lowercase())
                } else {
                    lower == name.to_lowercase()
                };
                if is_meant {
                    return Some((self.clone(), number, turns));
                }
            }
        }
        self.around.as_ref().and_then(|around| around.find(wanted))
    }

    /// A resource as `reference` gives it: its properties, or all of it.
    pub(super) fn referred(self: &Rc<Self>, number: usize, turns: &[Turn], full: bool) -> Option<Val> {
        let declared = *self.resources.get(number)?;
        if is_existing(declared.node) {
            return None;
        }
        let indexes: Vec<Option<i64>> = turns.iter().map(|t| t.index).collect();
        self.once(format!("r{number} {indexes:?} {full}"), || {
            let (kind, name) = self.identity(number, turns)?;
            let env = Env::new(self.clone()).within(turns);
            let item = |value| Item::new(declared.node.span(), value);
            let member = |key: &str, value| Member { key: key.into(), key_span: declared.node.span(), item: item(value) };
            let properties = if kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") {
                let outputs = self.nested(number, turns)?.outputs();
                Val::Object(Rc::new(alloc::vec![member("outputs", outputs)]))
            } else {
                let properties = field(declared.node, "properties").map_or(Val::Null, |p| env.node(p));
                with_subnet_ids(properties, &super::functions::identifier(&kind, &name.words()))
            };
            if !full {
                return Some(properties);
            }
            let id = super::functions::identifier(&kind, &name.words());
            let location = field(declared.node, "location").map_or(Val::Null, |l| env.node(l));
            Some(Val::Object(Rc::new(alloc::vec![
                member("id", if name.is_unknown() { Val::unknown(id) } else { Val::text(&id) }),
                member("name", name),
                member("type", Val::text(&kind)),
                member("location", location),
                member("properties", properties),
            ])))
        })
    }

    /// Lets go of the templates within this one, which know the one around them: each would keep the other for ever.
    pub(super) fn close(&self) {
        for inner in core::mem::take(&mut *self.inner.borrow_mut()).into_values() {
            inner.close();
        }
    }

    /// The template that a deployment deploys.
    pub(super) fn nested(self: &Rc<Self>, number: usize, turns: &[Turn]) -> Option<Rc<Scope<'a>>> {
        let node = self.resources.get(number)?.node;
        let properties = field(node, "properties")?;
        let template = field(properties, "template").filter(|t| t.as_mapping().is_some())?;
        if self.level >= DEEPEST_RESOURCE {
            return None;
        }
        let indexes: Vec<Option<i64>> = turns.iter().map(|t| t.index).collect();
        let key = format!("{number} {indexes:?}");
        if let Some(known) = self.inner.borrow().get(&key) {
            return Some(known.clone());
        }
        let env = Env::new(self.clone()).within(turns);
        let scope = field(properties, "expressionEvaluationOptions").and_then(|o| field(o, "scope")).and_then(NodeRef::as_str);
        // Unless it says otherwise, a nested template is evaluated with the names of the one around it.
        let sees_outer = !scope.is_some_and(|s| s.eq_ignore_ascii_case("inner"));
        let mut passed = BTreeMap::new();
        if let Some(parameters) = field(properties, "parameters") {
            for entry in parameters.as_mapping().unwrap_or_default() {
                let given = parameters.value_of(entry);
                let value = match field(given, "value") {
                    Some(value) => env.node(value),
                    // A secret of a key vault.
                    None => Val::unknown(format!("[parameters('{}')]", entry.key)),
                };
                // A null for a parameter that takes none is the same as no value.
                let is_default = matches!(value, Val::Null)
                    && field(template, "parameters")
                        .and_then(|all| field(all, &entry.key))
                        .is_some_and(|p| field(p, "defaultValue").is_some());
                if !is_default {
                    passed.insert(entry.key.to_ascii_lowercase(), value);
                }
            }
        }
        let nested = Scope::new(self.shared.clone(), template, passed, Some((self.clone(), sees_outer)));
        self.inner.borrow_mut().insert(key, nested.clone());
        Some(nested)
    }

    /// What the template gives back, as `reference` of its deployment has it.
    fn outputs(self: &Rc<Self>) -> Val {
        let Some(outputs) = field(self.template, "outputs") else { return Val::Object(Rc::new(Vec::new())) };
        let env = Env::new(self.clone());
        let member = |entry: &Entry| {
            let output = outputs.value_of(entry);
            let value = match (field(output, "value"), field(output, "copy")) {
                (Some(value), _) => self.once(format!("o{}", entry.key.to_ascii_lowercase()), || Some(env.node(value))),
                (None, Some(copy)) => Some(env.looped(copy, "copy")),
                _ => None,
            };
            let value = value.unwrap_or_else(|| Val::unknown(format!("[outputs.{}.value]", entry.key)));
            let inner = Member { key: "value".into(), key_span: entry.key_span, item: Item::new(output.span(), value) };
            let whole = Item::new(output.span(), Val::Object(Rc::new(alloc::vec![inner])));
            Member { key: (&*entry.key).into(), key_span: entry.key_span, item: whole }
        };
        Val::Object(Rc::new(outputs.as_mapping().unwrap_or_default().iter().map(member).collect()))
    }
}

/// Whether a resource is only referred to. Upstream: Azure documentation, "Understand the structure and syntax of ARM templates", languageVersion 2.0.
pub(super) fn is_existing(node: NodeRef<'_>) -> bool {
    field(node, "existing").is_some_and(|e| matches!(e.value(), Value::Bool(true)))
}

/// Subnets of a network have identifiers, though nobody writes them.
fn with_subnet_ids(properties: Val, network: &str) -> Val {
    let Val::Object(members) = &properties else { return properties };
    let with_id = |item: &Item| {
        let (Some(name), None, Some(own)) = (item.value.member("name"), item.value.member("id"), item.value.members()) else {
            return item.clone();
        };
        let id = format!("{network}/subnets/{}", name.value.words());
        let id = if name.value.is_unknown() { Val::unknown(id) } else { Val::text(&id) };
        let mut own = own.to_vec();
        own.push(Member { key: "id".into(), key_span: item.span, item: Item::new(item.span, id) });
        Item { value: Val::Object(Rc::new(own)), ..item.clone() }
    };
    let with_ids = |member: &Member| match member.item.value.items().filter(|_| member.key.eq_ignore_ascii_case("subnets")) {
        Some(items) => {
            let items = Val::list(items.iter().map(with_id).collect());
            Member { item: Item { value: items, ..member.item.clone() }, ..member.clone() }
        }
        None => member.clone(),
    };
    Val::Object(Rc::new(members.iter().map(with_ids).collect()))
}

/// Resources of a list, or with symbolic names of a mapping, and those that are written in them.
fn declare<'a>(list: NodeRef<'a>, parent: Option<usize>, depth: usize, found: &mut Vec<Declared<'a>>) {
    if depth >= DEEPEST_RESOURCE {
        return;
    }
    let items: Vec<(Option<&'a str>, NodeRef<'a>)> = match list.value() {
        Value::Mapping(entries) => entries.iter().map(|entry| (Some(&*entry.key), list.value_of(entry))).collect(),
        _ => list.as_sequence().into_iter().flatten().map(|item| (None, item)).collect(),
    };
    for (symbol, node) in items {
        if node.as_mapping().is_none() {
            continue;
        }
        let number = found.len();
        found.push(Declared { symbol, node, parent });
        if let Some(children) = field(node, "resources") {
            declare(children, Some(number), depth + 1, found);
        }
    }
}
