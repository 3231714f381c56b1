//! A plan of Terraform's: its planned values, with what is known only after it is applied. References to other resources of the plan are followed as the
//! configuration writes them; what is left is marked as not known.
//!
//! ```text
//! planned_values      what is known; what is not is left out
//! resource_changes    [{address, change: {after_unknown: {field: true, …}}}]
//! configuration       {root_module: {resources: [{address, expressions: {field: {references: ["azurerm_subnet.web.id", …]}}}], module_calls: {…}}}
//! ```
//!
//! Upstream: Terraform documentation, "JSON Output Format".

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::DEEPEST;
use super::value::Marks;
use crate::document::{Entry, Node, NodeId, NodeRef, Tree, Value};
use crate::text::Span;

/// What stands for a value of which the configuration says nothing.
const LATER: &str = "${known after apply}";
/// Values in values, at most.
const MOST_DEPTH: usize = 40;

/// The resources of a plan.
#[derive(Default)]
pub(super) struct Plan<'a> {
    pub(super) tree: Tree,
    pub(super) marks: Marks,
    /// Planned resources by address.
    planned: BTreeMap<&'a str, NodeRef<'a>>,
    unknown: BTreeMap<&'a str, NodeRef<'a>>,
    /// Expressions by address without the places of instances.
    expressions: BTreeMap<String, NodeRef<'a>>,
}

/// The resources that a plan makes, as `{type, values}`.
pub(super) fn read<'a>(root: NodeRef<'a>, module: NodeRef<'a>) -> Plan<'a> {
    let mut plan = Plan::default();
    for change in items(root, "resource_changes") {
        if let (Some(address), Some(unknown)) = (text(change, "address"), change.get("change").and_then(|c| c.get("after_unknown"))) {
            plan.unknown.insert(address, unknown);
        }
    }
    if let Some(configuration) = root.get("configuration").and_then(|c| c.get("root_module")) {
        plan.configured(configuration, "", 0);
    }
    let mut all = Vec::new();
    planned(module, 0, &mut all);
    plan.planned = all.iter().filter_map(|resource| Some((text(*resource, "address")?, *resource))).collect();
    let made: Vec<NodeId> = all.into_iter().filter_map(|resource| plan.resource(resource)).collect();
    let list = plan.push(module.span(), Value::Sequence(made));
    plan.tree.root = Some(list);
    plan
}

fn items<'a>(node: NodeRef<'a>, name: &str) -> impl Iterator<Item = NodeRef<'a>> {
    node.get(name).and_then(NodeRef::as_sequence).into_iter().flatten()
}

fn text<'a>(node: NodeRef<'a>, name: &str) -> Option<&'a str> {
    node.get(name).and_then(NodeRef::as_str)
}

fn planned<'a>(module: NodeRef<'a>, depth: usize, all: &mut Vec<NodeRef<'a>>) {
    all.extend(items(module, "resources").filter(|resource| resource.get("values").is_some()));
    if depth < DEEPEST {
        items(module, "child_modules").for_each(|child| planned(child, depth + 1, all));
    }
}

/// An address without the places of instances: `module.a["x"].azurerm_subnet.s[0]` is `module.a.azurerm_subnet.s`.
fn without_places(address: &str) -> String {
    let mut depth = 0usize;
    let mut outside = |c: char| {
        depth += usize::from(c == '[');
        let is_outside = depth == 0;
        depth -= usize::from(c == ']' && depth > 0);
        is_outside
    };
    address.chars().filter(|c| outside(*c)).collect()
}

impl<'a> Plan<'a> {
    fn configured(&mut self, module: NodeRef<'a>, prefix: &str, depth: usize) {
        for resource in items(module, "resources") {
            if let (Some(address), Some(expressions)) = (text(resource, "address"), resource.get("expressions")) {
                self.expressions.insert(format!("{prefix}{address}"), expressions);
            }
        }
        let calls = module.get("module_calls").filter(|_| depth < DEEPEST);
        for (name, call) in
            calls.into_iter().flat_map(|calls| calls.as_mapping().unwrap_or_default().iter().map(move |e| (&e.key, calls.value_of(e))))
        {
            if let Some(inner) = call.get("module") {
                self.configured(inner, &format!("{prefix}module.{name}."), depth + 1);
            }
        }
    }

    fn push(&mut self, span: Span, value: Value) -> NodeId {
        let id = NodeId(self.tree.nodes.len() as u32);
        self.tree.nodes.push(Node { span, value });
        id
    }

    fn resource(&mut self, resource: NodeRef<'a>) -> Option<NodeId> {
        let (values, kind) = (resource.get("values")?, text(resource, "type")?);
        let address = text(resource, "address").unwrap_or_default();
        let place = without_places(address);
        // The module that it is in, as addresses of others in it begin.
        let module = address.find(&format!("{kind}.")).and_then(|at| address.get(..at)).unwrap_or_default();
        let (unknown, expressions) = (self.unknown.get(address).copied(), self.expressions.get(&place).copied());
        let read = self.merged(Some(values), unknown, expressions, (module, values.span(), 0));
        let kind_node = self.push(resource.span(), Value::String(kind.into()));
        let entry = |key: &str, value| Entry { key: key.into(), key_span: resource.span(), value };
        Some(self.push(resource.span(), Value::Mapping([entry("type", kind_node), entry("values", read)].into())))
    }

    /// A value, with what is not known of it.
    fn merged(
        &mut self,
        value: Option<NodeRef<'a>>,
        unknown: Option<NodeRef<'a>>,
        expression: Option<NodeRef<'a>>,
        (module, around, depth): (&str, Span, usize),
    ) -> NodeId {
        let span = value.map_or(around, NodeRef::span);
        let refers = expression.is_some_and(|e| e.get("references").is_some());
        let is_given = value.is_some_and(|v| !v.is_null());
        let is_later = unknown.is_some_and(|u| matches!(u.value(), Value::Bool(true)));
        if is_later && !is_given || depth >= MOST_DEPTH {
            return self.later(expression.filter(|_| refers), module, span);
        }
        let of = |node: Option<NodeRef<'a>>, key: &str| node.and_then(|n| n.get(key));
        let at = |node: Option<NodeRef<'a>>, place: usize| node.and_then(NodeRef::as_sequence).and_then(|mut all| all.nth(place));
        let fields = |node: Option<NodeRef<'a>>| node.and_then(NodeRef::as_mapping).unwrap_or_default();
        if value.is_none_or(|v| v.as_mapping().is_some()) && !(fields(value).is_empty() && fields(unknown).is_empty()) {
            let mut keys: Vec<&'a str> = fields(value).iter().map(|e| &*e.key).collect();
            keys.extend(fields(unknown).iter().map(|e| &*e.key).filter(|key| of(value, key).is_none()));
            let entries: Vec<Entry> = keys
                .into_iter()
                .map(|key| {
                    let inner = self.merged(of(value, key), of(unknown, key), of(expression, key), (module, span, depth + 1));
                    Entry { key: key.into(), key_span: span, value: inner }
                })
                .collect();
            return self.push(span, Value::Mapping(entries));
        }
        let count = |node: Option<NodeRef<'a>>| node.and_then(NodeRef::as_sequence).map_or(0, |all| all.len());
        if value.is_none_or(|v| v.as_sequence().is_some()) && (value.is_some() || count(unknown) > 0) {
            let nodes: Vec<NodeId> = (0..count(value).max(count(unknown)))
                .map(|place| {
                    let block = at(expression, place).or(expression.filter(|e| e.as_mapping().is_some()));
                    self.merged(at(value, place), at(unknown, place), block, (module, span, depth + 1))
                })
                .collect();
            return self.push(span, Value::Sequence(nodes));
        }
        let copy = match value.map(NodeRef::value) {
            Some(simple @ (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_))) => simple.clone(),
            _ => Value::Null,
        };
        self.push(span, copy)
    }

    /// A value that is known later: that of a resource of this plan where it names one, or one of several.
    fn later(&mut self, expression: Option<NodeRef<'a>>, module: &str, span: Span) -> NodeId {
        let references: Vec<&str> = expression.into_iter().flat_map(|e| items(e, "references")).filter_map(NodeRef::as_str).collect();
        let written = references.first().map_or_else(|| LATER.to_string(), |first| format!("${{{first}}}"));
        let is_other = |r: &&&str| ["var.", "local.", "data.", "module.", "path.", "self."].iter().any(|other| r.starts_with(other));
        let mut found: Vec<String> = Vec::new();
        let mut is_open = references.is_empty() || references.iter().any(|r| is_other(&r));
        for reference in references.iter().filter(|r| r.starts_with("azurerm_")) {
            // "azurerm_subnet.web.id" comes with "azurerm_subnet.web".
            let bare = without_places(reference);
            let parts: Vec<&str> = bare.split('.').collect();
            let [kind, name, attribute @ ..] = parts.as_slice() else { continue };
            if attribute.is_empty() {
                continue;
            }
            let wanted = format!("{module}{kind}.{name}");
            let exact = format!("{module}{}", reference.rsplit_once('.').map_or(*reference, |(head, _)| head));
            let mut named: Vec<NodeRef<'a>> = self.planned.get(exact.as_str()).copied().into_iter().collect();
            if named.is_empty() {
                let same = |address: &&str| address.strip_prefix(&*wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('['));
                named = self.planned.iter().filter(|(address, _)| same(address)).map(|(_, node)| *node).collect();
            }
            is_open |= named.is_empty();
            for node in named {
                match value_of(node, attribute) {
                    Some(value) if !found.contains(&value) => found.push(value),
                    Some(_) => {}
                    None => is_open = true,
                }
            }
        }
        match found.as_slice() {
            [only] if !is_open => self.push(span, Value::String(only.as_str().into())),
            _ => {
                let choices = if is_open { Vec::new() } else { found };
                let choices = choices.into_iter().map(|value| self.push(span, Value::String(value.as_str().into()))).collect();
                let id = self.push(span, Value::String(written.as_str().into()));
                self.marks.unknown.insert(id, choices);
                id
            }
        }
    }
}

/// What an attribute of a planned resource will be: its name, or its identifier.
fn value_of(resource: NodeRef<'_>, attribute: &[&str]) -> Option<String> {
    let values = resource.get("values")?;
    let known = |field: &str| text(values, field).filter(|text| !text.is_empty());
    let name = known("name")?;
    match attribute {
        ["id"] => {
            let group = known("resource_group_name").unwrap_or_default();
            let place = format!("/subscriptions//resourceGroups/{group}/providers/Microsoft.Network");
            match text(resource, "type")? {
                "azurerm_subnet" => Some(format!("{place}/virtualNetworks/{}/subnets/{name}", known("virtual_network_name")?)),
                "azurerm_virtual_network" => Some(format!("{place}/virtualNetworks/{name}")),
                kind => Some(format!("{place}/{}/{name}", kind.strip_prefix("azurerm_")?)),
            }
        }
        [field] => known(field).map(String::from),
        _ => None,
    }
}
