//! Edits of NetworkPolicies and of the cluster-wide kinds that allow a packet.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::block::{Block, Candidate, Kind, NO_LABEL};
use super::draft::TextEdit;
use super::labels::{Pairs, match_labels, namespace, selecting};
use super::object::{Edited, Object, Unpatchable};
use super::value::{Style, V, list, map, text};
use crate::compile::Endpoint;
use crate::document::{NodeRef, Value};
use crate::explain::RuleTrace;
use crate::model::{Cidr, PRIVATE, Protocol};
use crate::policy::{Action, Direction, Matched, PeerMatch, Policy, RuleRef};
use crate::text::{Place, Sources, Span};

/// The three shapes of Kubernetes's policies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// NetworkPolicy.
    Network,
    /// AdminNetworkPolicy and BaselineAdminNetworkPolicy.
    Admin,
    /// ClusterNetworkPolicy.
    Cluster,
}

impl Shape {
    pub(super) fn of(policy: &Policy) -> Option<Shape> {
        // Calico has a kind of this name too.
        policy.subject.pods()?;
        Some(match &*policy.kind {
            "NetworkPolicy" => Shape::Network,
            "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" => Shape::Admin,
            "ClusterNetworkPolicy" => Shape::Cluster,
            _ => return None,
        })
    }

    /// The field that lists ports.
    pub(super) fn ports(self) -> &'static str {
        if self == Shape::Cluster { "protocols" } else { "ports" }
    }

    /// The entry for one port, or for a whole protocol.
    pub(super) fn port(self, protocol: Protocol, port: Option<u16>) -> Option<V> {
        if !matches!(protocol, Protocol::TCP | Protocol::UDP | Protocol::SCTP) {
            return None;
        }
        let number = port.map(|port| V::Number(port.into()));
        Some(match self {
            Shape::Network => map([("protocol", Some(text(protocol))), ("port", number)]),
            Shape::Admin => map([("portNumber", Some(map([("protocol", Some(text(protocol))), ("port", Some(number?))])))]),
            Shape::Cluster => {
                let port = map([("destinationPort", Some(map([("number", Some(number?))])))]);
                V::Map(vec![(protocol.to_string().to_lowercase(), port)])
            }
        })
    }
}

/// `from` or `to`.
pub(super) const fn peers_key(direction: Direction) -> &'static str {
    direction.preposition()
}

/// The item of a list at which a rule stands, in an object of one of the kinds.
pub(super) fn index_of(object: &Object, sources: &Sources, path: &[&str], rule: Place) -> Option<usize> {
    let wanted = object.node_at(sources, rule)?.id();
    object.get(path)?.as_sequence()?.position(|item| item.id() == wanted)
}

/// Entries of `from` or `to` that are the peer, and nothing else; with why they are wider, if nothing narrower says it.
pub(super) fn peers(block: &Block<'_>, shape: Shape, own: Option<&str>) -> Option<(Vec<V>, Option<&'static str>)> {
    let blocks = |addresses: Vec<String>| match shape {
        Shape::Network => Some(addresses.iter().map(|a| map([("ipBlock", Some(map([("cidr", Some(text(a)))])))])).collect()),
        // Only rules for egress know addresses.
        _ if block.direction() == Direction::Ingress || addresses.is_empty() => None,
        _ => Some(vec![map([("networks", Some(list(addresses.iter().map(text))))])]),
    };
    match block.peer() {
        Endpoint::Pod(id) => {
            let pod = block.pod_peer(id)?;
            let (name, wide) = (pod.namespace, pod.wide());
            let pods = pod.labels.map(|labels| match_labels(&labels));
            let peer = match shape {
                Shape::Network if own == Some(name) => map([("podSelector", Some(pods.unwrap_or_else(|| map([]))))]),
                Shape::Network => map([("namespaceSelector", Some(namespace(name))), ("podSelector", pods)]),
                _ => match pods {
                    Some(pods) => map([("pods", Some(map([("namespaceSelector", Some(namespace(name))), ("podSelector", Some(pods))])))]),
                    None => map([("namespaces", Some(namespace(name)))]),
                },
            };
            Some((vec![peer], wide))
        }
        Endpoint::Node(_) if !block.compiled.blocks_reach_inside() => None,
        Endpoint::Outside(_) if block.internet => Some((
            match shape {
                Shape::Network => {
                    let block = map([("cidr", Some(text("0.0.0.0/0"))), ("except", Some(list(PRIVATE.iter().map(text))))]);
                    vec![map([("ipBlock", Some(block))])]
                }
                _ => blocks(vec!["0.0.0.0/0".into()])?,
            },
            None,
        )),
        end => {
            let addresses = block.addresses(end);
            Some((blocks(addresses.iter().map(ToString::to_string).collect()).filter(|b: &Vec<V>| !b.is_empty())?, None))
        }
    }
}

/// A rule that allows the packet.
fn rule(block: &Block<'_>, shape: Shape, own: Option<&str>, action: Option<&str>) -> Option<(V, Option<&'static str>)> {
    let (peers, wide) = peers(block, shape, own)?;
    let port = shape.port(block.traffic.protocol, block.traffic.destination)?;
    let name = action.map(|action| text(format!("{}-{}", action.to_lowercase(), short(&block.traffic_name()))));
    let value = map([
        ("name", name),
        ("action", action.map(text)),
        (peers_key(block.direction()), Some(list(peers))),
        (shape.ports(), Some(list([port]))),
    ]);
    Some((value, wide))
}

/// Words as part of a name.
pub(super) fn short(words: &str) -> String {
    words.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// What allows the packet in one of the policies that were asked.
pub(super) fn allow(block: &Block<'_>, policy: &Policy, rules: &[RuleTrace], out: &mut Vec<Result<Candidate, Unpatchable>>) {
    let Some(shape) = Shape::of(policy) else { return };
    let object = match Object::at(block.sources, policy.place) {
        Ok(object) => object,
        Err(error) => return out.push(Err(error)),
    };
    let editor = Editor { block, policy, shape, object: &object };
    for trace in rules.iter().filter(|trace| trace.action == Action::Allow) {
        editor.widen(trace, out);
    }
    let denying = rules.iter().find(|trace| trace.reached && trace.action == Action::Deny && trace.matched != Matched::No);
    if let Some(trace) = denying {
        editor.narrow(trace.rule, out);
    }
    // Before the rule that denies; where order means nothing, at the end.
    let at = denying.and_then(|trace| index_of(&object, block.sources, &editor.path(), trace.place));
    let actions: &[Option<&str>] = match (shape, &*policy.kind) {
        (Shape::Network, _) => &[None],
        (Shape::Cluster, _) => &[Some("Accept"), Some("Pass")],
        (_, "AdminNetworkPolicy") => &[Some("Allow"), Some("Pass")],
        _ => &[Some("Allow")],
    };
    if shape == Shape::Network || at.is_some() {
        for action in actions {
            editor.add_rule(at, *action, out);
        }
    }
}

/// One policy that is edited for one checkpoint.
pub(super) struct Editor<'a> {
    pub(super) block: &'a Block<'a>,
    pub(super) policy: &'a Policy,
    pub(super) shape: Shape,
    pub(super) object: &'a Object,
}

impl<'a> Editor<'a> {
    fn path(&self) -> [&'static str; 2] {
        ["spec", self.block.direction().as_str()]
    }

    pub(super) fn title(&self) -> String {
        format!("{} `{}`", self.policy.kind, self.policy.title())
    }

    fn rule_node(&self, rule: RuleRef) -> Option<NodeRef<'a>> {
        let place = self.block.compiled.ruleset().rule(rule)?.place;
        self.object.node_at(self.block.sources, place).filter(|node| node.as_mapping().is_some())
    }

    /// Adds what a rule that allows something else lacks.
    fn widen(&self, trace: &RuleTrace, out: &mut Vec<Result<Candidate, Unpatchable>>) {
        let Some(node) = self.rule_node(trace.rule) else { return };
        let block = self.block;
        let named = format!("rule {} of {}", trace.rule.number(), self.title());
        match block.parts(trace.rule) {
            (true, false) => {
                let Some(port) = self.shape.port(block.traffic.protocol, block.traffic.destination) else { return };
                let title = format!("add {} to {named}", block.traffic_name());
                let is_open = matches!(block.compiled.ruleset().rule(trace.rule).map(|r| &r.peers), Some(PeerMatch::Any));
                let wide = is_open.then_some("the rule has no peers, so the port opens for everybody");
                out.push(candidate(Kind::Port, title, self.object.push(node, self.shape.ports(), None, &port), wide));
            }
            (false, true) => {
                let Some((peers, wide)) = peers(block, self.shape, self.policy.namespace.as_deref()) else { return };
                let key = peers_key(block.direction());
                let edits: Edited =
                    peers.iter().map(|peer| self.object.push(node, key, None, peer)).collect::<Result<Vec<_>, _>>().map(|e| e.concat());
                out.push(candidate(Kind::Peer, format!("add {} to {named}", block.peer_name()), edits, wide));
            }
            _ => {}
        }
    }

    fn add_rule(&self, at: Option<usize>, action: Option<&str>, out: &mut Vec<Result<Candidate, Unpatchable>>) {
        let block = self.block;
        let Some((value, wide)) = rule(block, self.shape, self.policy.namespace.as_deref(), action) else { return };
        let Some(spec) = self.object.get(&["spec"]) else { return };
        let direction = block.direction();
        let edits = self.object.push(spec, direction.as_str(), at, &value);
        let pass = if action == Some("Pass") { " that passes it on" } else { "" };
        let place = at.map_or_else(String::new, |at| format!(", before rule {}", at + 1));
        out.push(candidate(
            Kind::Rule,
            format!("add a rule{pass} to {} ({direction}){place}", self.title(), direction = direction.as_str()),
            edits,
            wide,
        ));
    }

    /// Takes the packet out of a rule: its port, its peer, or the whole rule.
    fn narrow(&self, rule: RuleRef, out: &mut Vec<Result<Candidate, Unpatchable>>) {
        let named = format!("rule {} of {}", rule.number(), self.title());
        for (kind, what, edits) in self.narrowed(rule) {
            out.push(candidate(kind, format!("{what} {named}"), edits, None));
        }
    }

    /// The ways to take the packet out of a rule.
    pub(super) fn narrowed(&self, rule: RuleRef) -> Vec<(Kind, String, Edited)> {
        let mut found = Vec::new();
        let block = self.block;
        let Some(node) = self.rule_node(rule) else { return found };
        let ports = node.get(self.shape.ports()).and_then(|ports| ports.as_sequence().map(Vec::from_iter)).unwrap_or_default();
        if let Some(at) = ports.iter().position(|port| self.is_port(*port)).filter(|_| ports.len() > 1) {
            found.push((Kind::Narrow, format!("take {} out of", block.traffic_name()), self.object.remove(node, self.shape.ports(), at)));
        }
        let key = peers_key(block.direction());
        let terms = node.get(key).and_then(|peers| peers.as_sequence().map(Vec::from_iter)).unwrap_or_default();
        if let Some(at) = block.compiled.matching_term(rule, block.peer()) {
            if terms.len() > 1 {
                found.push((Kind::Narrow, format!("take the peer of {} out of", block.peer_name()), self.object.remove(node, key, at)));
            }
            if let Some(term) = terms.get(at)
                && let Some(edits) = self.except(*term)
            {
                found.push((Kind::Narrow, format!("leave {} out of", block.peer_name()), edits));
            }
        }
        if let Some(at) = self.block.compiled.ruleset().rule(rule).and_then(|r| index_of(self.object, block.sources, &self.path(), r.place))
            && let Some(spec) = self.object.get(&["spec"])
        {
            found.push((Kind::Remove, "remove".into(), self.object.remove(spec, block.direction().as_str(), at)));
        }
        found
    }

    /// Whether an entry of `ports` is exactly the packet's.
    fn is_port(&self, entry: NodeRef<'_>) -> bool {
        let scalars = self.object.scalars(entry);
        let word = |key: &str| scalars.iter().find(|(k, _)| *k == key).map(|(_, node)| *node);
        let number = |key: &str| word(key).and_then(|node| if let Value::Int(n) = node.value() { u16::try_from(*n).ok() } else { None });
        let key = if self.shape == Shape::Cluster { "number" } else { "port" };
        let protocol = match self.shape {
            Shape::Cluster => entry.as_mapping().and_then(|entries| Some(entries.first()?.key.to_string())),
            _ => word("protocol").and_then(|node| node.as_str()).map(ToString::to_string),
        };
        let protocol = protocol.and_then(|name| Protocol::from_name(&name)).unwrap_or(Protocol::TCP);
        word("endPort").is_none() && number(key) == self.block.traffic.destination && protocol == self.block.traffic.protocol
    }

    /// Leaves the peer out of an entry that matches more: by a label, or by its address.
    fn except(&self, term: NodeRef<'_>) -> Option<Edited> {
        let block = self.block;
        if let Some(range) = term.get("ipBlock") {
            let addresses = block.addresses(block.peer());
            let own = range.get("cidr").and_then(|c| c.as_str()).and_then(|c| Cidr::parse(c).ok())?;
            let addresses: Vec<String> = addresses.iter().filter(|range| own.covers(range)).map(ToString::to_string).collect();
            let whole = addresses.is_empty() || addresses.iter().any(|a| *a == own.to_string());
            let edits: Option<Result<Vec<Vec<TextEdit>>, Unpatchable>> =
                (!whole).then(|| addresses.iter().map(|a| self.object.push(range, "except", None, &text(a))).collect());
            return edits.map(|edits| edits.map(|e| e.concat()));
        }
        let Endpoint::Pod(id) = block.peer() else { return None };
        let pod = block.snapshot.pod(id)?;
        let labels = selecting(block.snapshot, id)?;
        let [(key, value)] = labels.as_slice() else { return None };
        // The pods that have it already select it; leaving it out selects nothing.
        let condition = map([("key", Some(text(key))), ("operator", Some(text("NotIn"))), ("values", Some(list([text(value)])))]);
        let own = self.policy.namespace.as_deref();
        let holder = if self.shape == Shape::Network { term } else { term.get("pods")? };
        let elsewhere = holder.get("namespaceSelector").is_some() || own != Some(block.snapshot.namespace_name(pod.namespace));
        match holder.get("podSelector") {
            Some(selector) if selector.get("matchLabels").is_none_or(|l| l.get(key).is_none()) => {
                Some(self.object.push(selector, "matchExpressions", None, &condition))
            }
            None if elsewhere => Some(self.object.add(holder, "podSelector", &map([("matchExpressions", Some(list([condition])))]))),
            _ => None,
        }
    }
}

pub(super) fn candidate(kind: Kind, title: String, edits: Edited, wide: Option<&'static str>) -> Result<Candidate, Unpatchable> {
    edits.map(|edits| Candidate { kind, title, edits, wide })
}

/// A NetworkPolicy of its own for the subject, in the file of a policy that isolates it.
pub(super) fn new_policy(block: &Block<'_>, beside: &Policy) -> Option<Result<Candidate, Unpatchable>> {
    let Endpoint::Pod(id) = block.subject() else { return None };
    let subject = block.snapshot.pod(id)?;
    let own = block.snapshot.namespace_name(subject.namespace);
    let (value, mut wide) = rule(block, Shape::Network, Some(own), None)?;
    let labels = selecting(block.snapshot, id);
    if labels.is_none() {
        wide = Some(NO_LABEL);
    }
    let peer = match block.peer() {
        Endpoint::Pod(id) => block.snapshot.pod(id)?.name.clone(),
        end => block.addresses(end).first().map_or_else(String::new, |range| range.plain().replace([':', '.', '/'], "-")),
    };
    let peer = if block.internet { "internet".into() } else { peer };
    let name: String = format!("{}-allow-{}-{peer}", subject.name, peers_key(block.direction())).chars().take(200).collect();
    let spec = policy_spec(labels.as_ref(), block.direction(), vec![value]);
    Some(candidate(
        Kind::Policy,
        format!("add NetworkPolicy `{own}/{name}`"),
        new_document(block.sources, beside.place, &network_policy(&name, own, spec)),
        wide,
    ))
}

pub(super) fn policy_spec(labels: Option<&Pairs>, direction: Direction, rules: Vec<V>) -> V {
    let word = if direction == Direction::Ingress { "Ingress" } else { "Egress" };
    let selector = labels.map_or_else(|| map([]), match_labels);
    map([
        ("podSelector", Some(selector)),
        ("policyTypes", Some(list([text(word)]))),
        (direction.as_str(), (!rules.is_empty()).then_some(V::List(rules))),
    ])
}

pub(super) fn network_policy(name: &str, namespace: &str, spec: V) -> V {
    object("networking.k8s.io/v1", "NetworkPolicy", name, Some(namespace), spec)
}

/// A whole object.
pub(in crate::answers) fn object(version: &str, kind: &str, name: &str, namespace: Option<&str>, spec: V) -> V {
    map([
        ("apiVersion", Some(text(version))),
        ("kind", Some(text(kind))),
        ("metadata", Some(map([("name", Some(text(name))), ("namespace", namespace.map(text))]))),
        ("spec", Some(spec)),
    ])
}

/// A document at the end of the file of a policy; in one of JSON, an item of its list.
pub(in crate::answers) fn new_document(sources: &Sources, beside: Place, value: &V) -> Edited {
    let position = sources.position(Span::END_OF_FILE.within(beside.document)).ok_or(Unpatchable::NoText)?;
    let file = &*sources.get(position.source).ok_or(Unpatchable::NoText)?.text;
    let start = sources.position(Span::new(0, 0).within(beside.document)).map_or(0, |p| p.start as usize);
    let own = file.get(start..).unwrap_or_default();
    let end = file.len() as u32;
    let content = own.trim_start().trim_start_matches("---").trim_start();
    if content.starts_with('{') && content.trim_end().ends_with('}') && content.contains("\"items\"") {
        let object = Object::at(sources, Span::new(0, own.trim_end().len() as u32).within(beside.document))?;
        let root = object.root().ok_or(Unpatchable::Generated)?;
        return object.push(root, "items", None, value);
    }
    // Scripts and Markdown go on behind their manifests.
    let before = file.get(..start).unwrap_or_default();
    if !before.trim().is_empty() && !before.contains("---") && !own.starts_with("---") {
        return Err(Unpatchable::Generated);
    }
    if content.starts_with('{') && content.trim_end().ends_with('}') && !before.contains("---") && content.contains("\"kind\"") {
        // A JSON file holds one object; YAML, which JSON is too, can hold more.
        let gap = if file.ends_with('\n') { "" } else { "\n" };
        return Ok(vec![TextEdit::new(position.source, end, end, format!("{gap}---\n{}\n", value.printed(Style::Json, "", "  ")))]);
    }
    let gap = if file.ends_with('\n') { "" } else { "\n" };
    let newline = if file.contains("\r\n") { "\r\n" } else { "\n" };
    let text = format!("{gap}---\n{}\n", value.block("", 2)).replace('\n', newline);
    Ok(vec![TextEdit::new(position.source, end, end, text)])
}
