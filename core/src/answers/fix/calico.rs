//! Edits of Calico's policies.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::block::{Block, Candidate, Kind, is_written};
use super::kubernetes::{candidate, index_of, new_document, object, short};
use super::labels::{Pairs, selecting};
use super::object::{Edited, Object, Unpatchable};
use super::value::{V, list, map, text};
use crate::compile::{Endpoint, Hook};
use crate::document::{NodeRef, Value};
use crate::explain::RuleTrace;
use crate::model::PRIVATE;
use crate::policy::{Action, Direction, Matched, Policy, RuleRef, SubjectMatch};
use crate::verdict::traversal::Checkpoint;

/// Entries of a mapping.
type Entries = Vec<(String, V)>;
type Out = Vec<Result<Candidate, Unpatchable>>;

/// Whether it is one of Calico's own.
pub(super) fn is_calico(policy: &Policy) -> bool {
    matches!(policy.subject, SubjectMatch::Endpoints(_))
}

/// Labels as a selector.
fn selector(pairs: &Pairs) -> String {
    let parts: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} == '{value}'")).collect();
    parts.join(" && ")
}

fn sides(direction: Direction) -> [&'static str; 2] {
    match direction {
        Direction::Ingress => ["destination", "source"],
        Direction::Egress => ["source", "destination"],
    }
}

/// Entries of the side of a rule that is the peer.
fn peer(block: &Block<'_>, own: Option<&str>) -> Option<(Entries, Option<&'static str>)> {
    match block.peer() {
        Endpoint::Pod(id) => {
            let pod = block.pod_peer(id)?;
            let (name, wide) = (pod.namespace, pod.wide());
            let mut entries = Vec::new();
            if own != Some(name) || wide.is_some() {
                entries.push(("namespaceSelector".to_string(), text(format!("projectcalico.org/name == '{name}'"))));
            }
            entries.extend(pod.labels.map(|labels| ("selector".to_string(), text(selector(&labels)))));
            Some((entries, wide))
        }
        Endpoint::Outside(_) if block.internet => {
            let nets = [("nets".to_string(), list([text("0.0.0.0/0")]))];
            let private = PRIVATE.map(text);
            Some((nets.into_iter().chain([("notNets".to_string(), list(private))]).collect(), None))
        }
        end => {
            let addresses = block.addresses(end);
            let nets = list(addresses.iter().map(|range| text(range.to_string())));
            (!addresses.is_empty()).then(|| (alloc::vec![("nets".to_string(), nets)], None))
        }
    }
}

/// A rule for the packet; `alone` if it is to be about the subject alone, whatever else its policy selects.
fn rule(block: &Block<'_>, own: Option<&str>, action: &str, alone: bool) -> Option<(V, Option<&'static str>)> {
    let (mut peer, wide) = peer(block, own)?;
    let ports = block.traffic.destination.filter(|_| block.traffic.protocol.has_ports());
    let ports = ports.map(|port| ("ports".to_string(), list([V::Number(port.into())])));
    let mut this: Vec<(String, V)> = Vec::new();
    if alone {
        let Endpoint::Pod(id) = block.subject() else { return None };
        let pod = block.snapshot.pod(id)?;
        if own.is_none() {
            let name = block.snapshot.namespace_name(pod.namespace);
            this.push(("namespaceSelector".into(), text(format!("projectcalico.org/name == '{name}'"))));
        }
        this.push(("selector".into(), text(selector(&selecting(block.snapshot, id)?))));
    }
    match block.direction() {
        Direction::Ingress => this.extend(ports),
        Direction::Egress => peer.extend(ports),
    }
    let [own_side, peer_side] = sides(block.direction());
    let side = |entries: Vec<(String, V)>| (!entries.is_empty()).then_some(V::Map(entries));
    let value = map([("action", Some(text(action))), ("protocol", Some(protocol(block))), (peer_side, side(peer)), (own_side, side(this))]);
    Some((value, wide))
}

fn protocol(block: &Block<'_>) -> V {
    let name = block.traffic.protocol.to_string();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { text(name) } else { V::Number(block.traffic.protocol.0.into()) }
}

fn title(policy: &Policy) -> String {
    format!("{} `{}`", policy.kind, policy.title())
}

fn spec_of(object: &Object) -> Option<NodeRef<'_>> {
    object.get(&["spec"])
}

/// What allows the packet in one of the policies that were asked.
pub(super) fn allow(block: &Block<'_>, policy: &Policy, rules: &[RuleTrace], out: &mut Out) {
    if !is_calico(policy) {
        return;
    }
    let object = match Object::at(block.sources, policy.place) {
        Ok(object) => object,
        Err(error) => return out.push(Err(error)),
    };
    let own = policy.namespace.as_deref();
    for trace in rules.iter().filter(|trace| trace.action == Action::Allow) {
        widen(block, policy, &object, trace, out);
    }
    let direction = block.direction().as_str();
    let denying = rules.iter().find(|trace| trace.reached && trace.action == Action::Deny && trace.matched != Matched::No);
    if let Some(trace) = denying {
        for (kind, what, edits) in narrowed(block, &object, trace.rule) {
            out.push(candidate(kind, format!("{what} rule {} of {}", trace.rule.number(), title(policy)), edits, None));
        }
    }
    let at = denying.and_then(|trace| index_of(&object, block.sources, &["spec", direction], trace.place));
    let Some(spec) = spec_of(&object) else { return };
    let actions: &[&str] = if denying.is_some() { &["Allow", "Pass"] } else { &["Allow"] };
    for action in actions {
        for alone in [false, true] {
            let Some((value, wide)) = rule(block, own, action, alone) else { continue };
            let place = at.map_or_else(String::new, |at| format!(", before rule {}", at + 1));
            let pass = if *action == "Pass" { " that passes it on" } else { "" };
            let whom = if alone { " for this destination or source alone" } else { "" };
            let title = format!("add a rule{pass}{whom} to {} ({direction}){place}", title(policy));
            out.push(candidate(Kind::Rule, title, object.push(spec, direction, at, &value), wide));
        }
    }
    new_policy(block, policy, &object, out);
}

/// Adds what a rule that allows something else lacks.
fn widen(block: &Block<'_>, policy: &Policy, object: &Object, trace: &RuleTrace, out: &mut Out) {
    let Some(node) = object.node_at(block.sources, trace.place) else { return };
    let named = format!("rule {} of {}", trace.rule.number(), title(policy));
    let [own_side, peer_side] = sides(block.direction());
    let destination = if block.direction() == Direction::Ingress { own_side } else { peer_side };
    match block.parts(trace.rule) {
        (true, false) => {
            let (Some(port), Some(side)) = (block.traffic.destination, node.get(destination)) else { return };
            if side.get("ports").is_some() {
                let edits = object.push(side, "ports", None, &V::Number(port.into()));
                out.push(candidate(Kind::Port, format!("add {} to {named}", block.traffic_name()), edits, None));
            }
        }
        (false, true) => {
            let Some(side) = node.get(peer_side) else { return };
            let only = |allowed: &[&str]| side.as_mapping().is_some_and(|entries| entries.iter().all(|e| allowed.contains(&&*e.key)));
            let Some((entries, wide)) = peer(block, policy.namespace.as_deref()) else { return };
            let title = format!("add {} to {named}", block.peer_name());
            if let [(key, V::List(nets))] = entries.as_slice()
                && key == "nets"
                && only(&["nets", "ports"])
                && side.get("nets").is_some()
            {
                let edits: Result<Vec<_>, _> = nets.iter().map(|net| object.push(side, "nets", None, net)).collect();
                out.push(candidate(Kind::Peer, title, edits.map(|e| e.concat()), wide));
            } else if let [(key, V::Text(new))] = entries.as_slice()
                && key == "selector"
                && only(&["selector", "ports"])
                && let Some(old) = side.get("selector")
                && let Some(written) = old.as_str()
            {
                out.push(candidate(Kind::Peer, title, object.set(old, &either(written, new)), wide));
            }
        }
        _ => {}
    }
}

/// A selector that selects what either of two does.
fn either(old: &str, new: &str) -> String {
    let value = |text: &str| {
        let (key, value) = text.split_once("==")?;
        let value = value.trim().strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])?.to_string();
        (!value.contains(['\'', '"'])).then(|| (key.trim().to_string(), value))
    };
    if let (Some((key, a)), Some((other, b))) = (value(old), value(new))
        && key == other
        && !key.contains([' ', '('])
    {
        return format!("{key} in {{'{a}', '{b}'}}");
    }
    if let (Some((key, b)), Some(head)) = (value(new), old.strip_suffix('}'))
        && head.split(" in ").next() == Some(&key)
        && head.matches('{').count() == 1
        && !old.contains(['&', '|', '!'])
    {
        return format!("{head}, '{b}'}}");
    }
    if old.contains("&&") { format!("({old}) || ({new})") } else { format!("{old} || ({new})") }
}

/// The ways to take the packet out of a rule.
pub(super) fn narrowed(block: &Block<'_>, object: &Object, rule: RuleRef) -> Vec<(Kind, String, Edited)> {
    let mut found = Vec::new();
    let Some(place) = block.compiled.ruleset().rule(rule).map(|r| r.place) else { return found };
    let Some(node) = object.node_at(block.sources, place) else { return found };
    let [own_side, peer_side] = sides(block.direction());
    let destination = if block.direction() == Direction::Ingress { own_side } else { peer_side };
    let ports = node.get(destination).and_then(|side| Some((side, Vec::from_iter(side.get("ports")?.as_sequence()?))));
    let is_port = |node: &NodeRef<'_>| block.traffic.destination.is_some_and(|port| *node.value() == Value::Int(port.into()));
    if let Some((side, ports)) = ports
        && let Some(at) = ports.iter().position(is_port)
        && ports.len() > 1
    {
        found.push((Kind::Narrow, format!("take {} out of", block.traffic_name()), object.remove(side, "ports", at)));
    }
    let except = match block.peer() {
        Endpoint::Pod(id) => selecting(block.snapshot, id).map(|labels| ("notSelector", text(selector(&labels)))),
        end if !block.internet => {
            let addresses = block.addresses(end);
            (!addresses.is_empty()).then(|| ("notNets", list(addresses.iter().map(|range| text(range.to_string())))))
        }
        _ => None,
    };
    if let Some((key, value)) = except {
        let leave = format!("leave {} out of", block.peer_name());
        match node.get(peer_side) {
            Some(side) if side.get(key).is_none() => found.push((Kind::Narrow, leave, object.add(side, key, &value))),
            None => found.push((Kind::Narrow, leave, object.add(node, peer_side, &map([(key, Some(value))])))),
            Some(_) => {}
        }
    }
    let direction = block.direction().as_str();
    if let (Some(at), Some(spec)) = (index_of(object, block.sources, &["spec", direction], place), spec_of(object)) {
        found.push((Kind::Remove, "remove".into(), object.remove(spec, direction, at)));
    }
    found
}

/// A rule that denies before one that allows.
pub(super) fn deny_before(block: &Block<'_>, policy: &Policy, trace: &RuleTrace, out: &mut Out) {
    if !is_calico(policy) {
        return;
    }
    let Ok(object) = Object::at(block.sources, policy.place) else { return };
    let direction = block.direction().as_str();
    let (Some(at), Some(spec)) = (index_of(&object, block.sources, &["spec", direction], trace.place), spec_of(&object)) else { return };
    for alone in [false, true] {
        let Some((value, None)) = rule(block, policy.namespace.as_deref(), "Deny", alone) else { continue };
        let whom = if alone { " for this destination or source alone" } else { "" };
        let title = format!("add a rule that denies it{whom} to {} ({direction}), before rule {}", title(policy), at + 1);
        out.push(candidate(Kind::Rule, title, object.push(spec, direction, Some(at), &value), None));
    }
}

/// The order of a policy as it is written.
fn order(object: &Object) -> Option<i64> {
    match object.get(&["spec", "order"])?.value() {
        Value::Int(order) => Some(*order),
        _ => None,
    }
}

/// A policy for the subject alone, before another one in its tier.
fn own_policy(
    block: &Block<'_>,
    beside: &Policy,
    order: Option<i64>,
    object_of: &Object,
    rules: Vec<V>,
    verb: &str,
) -> Option<Result<Candidate, Unpatchable>> {
    let Endpoint::Pod(id) = block.subject() else { return None };
    let pod = block.snapshot.pod(id)?;
    let namespace = block.snapshot.namespace_name(pod.namespace);
    let version = object_of.get(&["apiVersion"])?.as_str()?;
    let tier = object_of.get(&["spec", "tier"]).and_then(|tier| tier.as_str()).filter(|tier| *tier != "default");
    let name: String = format!("{}-{verb}-{}-{}", pod.name, block.direction().as_str(), short(&block.traffic_name()));
    let name = tier.map_or_else(|| name.clone(), |tier| format!("{tier}.{name}"));
    let word = if block.direction() == Direction::Ingress { "Ingress" } else { "Egress" };
    let spec = map([
        ("tier", tier.map(text)),
        ("order", order.and_then(|order| u32::try_from(order).ok()).map(V::Number)),
        ("selector", Some(text(selector(&selecting(block.snapshot, id)?)))),
        ("types", Some(list([text(word)]))),
        (block.direction().as_str(), Some(V::List(rules))),
    ]);
    let edits = new_document(block.sources, beside.place, &object(version, "NetworkPolicy", &name, Some(namespace), spec));
    Some(candidate(Kind::Policy, format!("add Calico NetworkPolicy `{namespace}/{name}`"), edits, None))
}

fn new_policy(block: &Block<'_>, beside: &Policy, object: &Object, out: &mut Out) {
    let Endpoint::Pod(id) = block.subject() else { return };
    let namespace = block.snapshot.pod(id).map(|pod| block.snapshot.namespace_name(pod.namespace));
    let Some((value, None)) = rule(block, namespace, "Allow", false) else { return };
    // Before the other one; one without an order comes after all numbers.
    let order = order(object).map_or(Some(1000), |order| order.checked_sub(1));
    out.extend(own_policy(block, beside, order.filter(|order| *order >= 0), object, alloc::vec![value], "allow"));
}

/// A policy that denies the packet before all others of its tier.
pub(super) fn new_deny(block: &Block<'_>, out: &mut Out) {
    let Endpoint::Pod(id) = block.subject() else { return };
    let asked: Vec<&Policy> = block.policies().map(|(policy, _)| policy).collect();
    let enforced = |p: &&Policy| is_calico(p) && is_written(p) && p.not_enforced.is_none();
    let Some(beside) =
        asked.iter().copied().find(enforced).or_else(|| block.compiled.ruleset().policies.iter().map(|policy| &**policy).find(enforced))
    else {
        return;
    };
    let Ok(object) = Object::at(block.sources, beside.place) else { return };
    let namespace = block.snapshot.pod(id).map(|pod| block.snapshot.namespace_name(pod.namespace));
    let Some((deny, None)) = rule(block, namespace, "Deny", false) else { return };
    let lowest = asked.iter().filter_map(|p| Object::at(block.sources, p.place).ok()).filter_map(|o| order(&o)).min();
    let order = lowest.map_or(100, |lowest| lowest - 1);
    if order < 0 {
        return;
    }
    // What it does not decide goes on to the policies after it; where there are none, it would be denied.
    let is_alone = !asked.iter().any(|p| enforced(p) || p.kind == "NetworkPolicy");
    let rules = if is_alone { alloc::vec![deny, map([("action", Some(text("Pass")))])] } else { alloc::vec![deny] };
    out.extend(own_policy(block, beside, Some(order), &object, rules, "deny"));
}

/// A GlobalNetworkPolicy for a host endpoint, which nothing but its profiles decides about.
pub(super) fn host_policy(block: &Block<'_>, allow: bool, out: &mut Out) {
    let Checkpoint::Host { host, hooks, .. } = block.trace.checkpoint else { return };
    let Some(host) = block.snapshot.host_endpoint(host).filter(|host| !host.labels.is_empty()) else { return };
    let labels: Pairs = host.labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    let action = if allow { "Allow" } else { "Deny" };
    let Some((value, None)) = rule(block, None, action, false) else { return };
    let direction = block.direction();
    let forward = hooks.contains(&Hook::Forward).then_some(V::Flag(true));
    let word = if direction == Direction::Ingress { "Ingress" } else { "Egress" };
    let verb = action.to_lowercase();
    let name = format!("{}-{verb}-{}-{}", short(&host.name), direction.as_str(), short(&block.traffic_name()));
    let mut rules = alloc::vec![value];
    if !allow {
        rules.push(map([("action", Some(text("Pass")))]));
    }
    let spec = map([
        ("order", Some(V::Number(if allow { 1000 } else { 1 }))),
        ("selector", Some(text(selector(&labels)))),
        ("applyOnForward", forward),
        ("types", Some(list([text(word)]))),
        (direction.as_str(), Some(V::List(rules))),
    ]);
    let value = object("projectcalico.org/v3", "GlobalNetworkPolicy", &name, None, spec);
    let edits = new_document(block.sources, host.place, &value);
    out.push(candidate(Kind::Policy, format!("add GlobalNetworkPolicy `{name}`"), edits, None));
}

#[cfg(test)]
mod tests {
    use super::either;

    #[test]
    fn selectors_are_joined_as_a_person_would() {
        for (old, new, expected) in [
            ("app == 'web'", "app == 'job'", "app in {'web', 'job'}"),
            ("app in {'web', 'job'}", "app == 'db'", "app in {'web', 'job', 'db'}"),
            ("has(app)", "app == 'db'", "has(app) || (app == 'db')"),
            ("app == 'web' && tier == 'x'", "app == 'db'", "(app == 'web' && tier == 'x') || (app == 'db')"),
        ] {
            assert_eq!(either(old, new), expected);
        }
    }
}
