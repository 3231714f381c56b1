//! Edits of network security groups.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::block::{Block, Candidate, Kind};
use super::draft::TextEdit;
use super::kubernetes::candidate;
use super::object::{Edited, Object, Unpatchable};
use super::value::{list, text};
use crate::compile::Endpoint;
use crate::document::NodeRef;
use crate::explain::{RuleTrace, group_rule_before};
use crate::model::Protocol;
use crate::policy::{Action, Direction, Matched, RuleRef};
use crate::text::Place;
use crate::verdict::traversal::Checkpoint;
use crate::verdict::{Flow, Reason, Verdict};

type Out = Vec<Result<Candidate, Unpatchable>>;

/// What lets the packet through a group that denies it.
pub(super) fn allow(block: &Block<'_>, out: &mut Out) {
    if !matches!(block.trace.checkpoint, Checkpoint::Group { .. }) {
        return;
    }
    if let Checkpoint::Group { used, .. } = block.trace.checkpoint
        && block.snapshot.cloud.used(used).is_some_and(|(_, group)| group.is_managed())
    {
        return out.push(Err(Unpatchable::Generated));
    }
    for rule in rules(block).filter(|rule| rule.action == Action::Allow && rule.matched != Matched::Yes) {
        widen(block, rule, out);
    }
    let denies = |rule: &&RuleTrace| rule.reached && rule.matched != Matched::No && rule.action == Action::Deny;
    let first = rules(block).find(denies).map(|rule| rule.rule);
    if let Some(rule) = first.or_else(|| block.trace.decided_by()) {
        before(block, rule, true, out);
        remove(block, rule, out);
    }
}

/// What stops the packet at a group that lets it through.
pub(super) fn stop(block: &Block<'_>, out: &mut Out) {
    let (Checkpoint::Group { .. }, Reason::Rule(rule), Verdict::Allowed) =
        (block.trace.checkpoint, &block.trace.reason, block.trace.verdict)
    else {
        return;
    };
    before(block, *rule, false, out);
    remove(block, *rule, out);
}

fn rules<'a>(block: &Block<'a>) -> impl Iterator<Item = &'a RuleTrace> {
    block.trace.tiers.iter().flat_map(|tier| &tier.policies).flat_map(|policy| &policy.rules)
}

fn place_of(block: &Block<'_>, rule: RuleRef) -> Option<Place> {
    block.compiled.ruleset().rule(rule).map(|r| r.place)
}

/// The name of a rule for people.
fn named(block: &Block<'_>, rule: RuleRef) -> String {
    let group = block.compiled.policy(rule.policy).map_or_else(String::new, |policy| policy.name.clone());
    let name = block.compiled.ruleset().rule(rule).and_then(|r| r.name.clone()).unwrap_or_default();
    format!("rule `{name}` of security group `{group}`")
}

/// The packet as the group sees it.
fn seen(block: &Block<'_>) -> Flow {
    let ends = [block.subject(), block.peer()];
    let [from, to] = if block.direction() == Direction::Egress { ends } else { [ends[1], ends[0]] };
    block.trace.checkpoint.seen(&Flow { from, to, traffic: block.traffic })
}

/// A rule of its own before the one that decides, with a free priority.
fn before(block: &Block<'_>, rule: RuleRef, allow: bool, out: &mut Out) {
    let scene = (block.compiled, block.snapshot, block.sources);
    let Some((group, (place, new))) = group_rule_before(scene, block.trace.checkpoint, &seen(block), rule, allow) else { return };
    let Some(position) = block.sources.position(place) else { return };
    let that = if allow { "" } else { " that denies it" };
    let edits = alloc::vec![TextEdit::new(position.source, position.start, position.end, new)];
    out.push(candidate(Kind::Rule, format!("add a rule{that} to security group `{group}`"), Ok(edits), None));
}

/// Removes a rule.
fn remove(block: &Block<'_>, rule: RuleRef, out: &mut Out) {
    let Checkpoint::Group { used, .. } = block.trace.checkpoint else { return };
    let Some((_, group)) = block.snapshot.cloud.used(used) else { return };
    let Some(place) = place_of(block, rule).filter(|place| group.rules.iter().any(|(_, own)| own == place)) else { return };
    let Ok(object) = Object::at(block.sources, group.place) else { return };
    let Some((map, key, at)) = object.node_at(block.sources, place).and_then(|node| object.list_of(node)) else { return };
    out.push(candidate(Kind::Remove, format!("remove {}", named(block, rule)), object.remove(map, key, at), None));
}

/// Adds the packet's port, or the address of one side, to a rule that allows something else.
fn widen(block: &Block<'_>, trace: &RuleTrace, out: &mut Out) {
    let (peer, traffic) = block.parts(trace.rule);
    let own = block.compiled.is_surely_meant_for(trace.rule, block.subject());
    let Some(object) = place_of(block, trace.rule).and_then(|place| Object::at(block.sources, place).ok()) else { return };
    let Some(root) = object.root() else { return };
    let fields = root.get("properties").unwrap_or(root);
    let is_short = root.get("allow").is_some();
    let of = named(block, trace.rule);
    let (kind, what, edits): (Kind, String, Option<Edited>) = match (peer && own, traffic) {
        (true, false) => {
            let Some(port) = block.traffic.destination.filter(|_| block.traffic.protocol.has_ports()) else { return };
            let edits = if is_short {
                short_port(&object, root, block.traffic.protocol, port)
            } else {
                grow(&object, fields, "destinationPortRange", &port.to_string())
            };
            (Kind::Port, block.traffic_name(), edits)
        }
        (false, true) if peer != own => {
            // The side that fails: the peer's, or that of the packet's other end.
            let end = if peer { block.subject() } else { block.peer() };
            let is_source = (block.direction() == Direction::Ingress) != peer;
            let addresses = block.addresses(end);
            let [range] = addresses.as_slice() else { return };
            if block.internet && matches!(end, Endpoint::Outside(_)) {
                return;
            }
            let edits = match (is_short, is_source) {
                (true, _) => short_side(&object, root, if is_source { "from" } else { "to" }, &range.plain()),
                (false, true) => grow(&object, fields, "sourceAddressPrefix", &range.to_string()),
                (false, false) => grow(&object, fields, "destinationAddressPrefix", &range.to_string()),
            };
            (Kind::Peer, range.plain(), edits)
        }
        _ => return,
    };
    if let Some(edits) = edits {
        out.push(candidate(kind, format!("add {what} to {of}"), edits, None));
    }
}

/// A field with one value, or its plural with a list, gets one more.
fn grow(object: &Object, fields: NodeRef<'_>, field: &str, value: &str) -> Option<Edited> {
    let plural = if field.ends_with('x') { format!("{field}es") } else { format!("{field}s") };
    if fields.get(&plural).is_some_and(|node| node.as_sequence().is_some_and(|items| items.len() > 0)) {
        return Some(object.push(fields, &plural, None, &text(value)));
    }
    let old = fields.get(field)?;
    let old = old.as_str().map(ToString::to_string).or_else(|| Some(object.written(old).to_string()))?;
    // What is an expression, or a service tag, which stands for many, does not stand in a list with others.
    let is_plain = old.starts_with(|c: char| c.is_ascii_digit()) && !old.contains('[');
    is_plain.then(|| object.swap(fields, field, &plural, &list([text(old), text(value)])))
}

/// `allow: tcp 22` gets one port more.
fn short_port(object: &Object, rule: NodeRef<'_>, protocol: Protocol, port: u16) -> Option<Edited> {
    let what = rule.get("allow")?;
    let written = what.as_str()?;
    let (name, ports) = written.split_once(' ')?;
    let fits = Protocol::from_name(name).is_some_and(|own| own == protocol) && !ports.contains('*');
    fits.then(|| object.set(what, &format!("{written},{port}")))
}

/// `from: …` or `to: …` gets one address more.
fn short_side(object: &Object, rule: NodeRef<'_>, field: &str, address: &str) -> Option<Edited> {
    let side = rule.get(field)?;
    if side.as_sequence().is_some() {
        return Some(object.push(rule, field, None, &text(address)));
    }
    let old = side.as_str()?;
    Some(object.swap(rule, field, field, &list([text(old), text(address)])))
}
