//! Edits that stop a packet.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::block::{Block, Candidate, Kind};
use super::calico;
use super::draft::TextEdit;
use super::groups;
use super::kubernetes::{Editor, Shape, candidate, index_of, network_policy, new_document, object, peers, policy_spec, short};
use super::labels::{namespace, selecting};
use super::object::{Object, Unpatchable};
use super::value::{V, list, map, text};
use core::net::IpAddr;

use crate::compile::Endpoint;
use crate::explain::RuleTrace;
use crate::model::{Cidr, well_known};
use crate::policy::{Action, Direction, Matched, Policy};
use crate::verdict::traversal::Checkpoint;
use crate::verdict::{Reason, Verdict};

type Out = Vec<Result<Candidate, Unpatchable>>;

/// What may stop a packet at a checkpoint.
pub(super) fn stop(block: &Block<'_>, out: &mut Out) {
    groups::stop(block, out);
    if !matches!(block.trace.checkpoint, Checkpoint::Endpoint(_) | Checkpoint::Host { .. }) || block.trace.verdict == Verdict::Denied {
        return;
    }
    let matching: Vec<(&Policy, &RuleTrace)> = block
        .policies()
        .flat_map(|(policy, rules)| rules.iter().map(move |rule| (policy, rule)))
        .filter(|(_, rule)| rule.reached && rule.matched != Matched::No && matches!(rule.action, Action::Allow | Action::Pass))
        .collect();
    narrow_all(block, &matching, out);
    for (policy, rule) in &matching {
        deny_before(block, policy, rule, out);
        calico::deny_before(block, policy, rule, out);
    }
    if matching.is_empty() || !matches!(block.trace.reason, Reason::Rule(_)) {
        isolate(block, out);
    }
    calico::new_deny(block, out);
    calico::host_policy(block, false, out);
    cluster_policy(block, out);
}

/// Takes the packet out of every rule that allows it, in each way that there is.
fn narrow_all(block: &Block<'_>, matching: &[(&Policy, &RuleTrace)], out: &mut Out) {
    let mut ways: Vec<Vec<(Kind, String, Vec<TextEdit>)>> = Vec::new();
    for (policy, rule) in matching.iter().filter(|(_, rule)| rule.action == Action::Allow) {
        let object = match Object::at(block.sources, policy.place) {
            Ok(object) => object,
            Err(error) => return out.push(Err(error)),
        };
        let named = format!("rule {} of {} `{}`", rule.rule.number(), policy.kind, policy.title());
        let found = match Shape::of(policy) {
            Some(shape) => Editor { block, policy, shape, object: &object }.narrowed(rule.rule),
            None => calico::narrowed(block, &object, rule.rule),
        };
        let found: Vec<_> =
            found.into_iter().filter_map(|(kind, what, edits)| Some((kind, format!("{what} {named}"), edits.ok()?))).collect();
        if found.is_empty() {
            return;
        }
        ways.push(found);
    }
    if ways.is_empty() {
        return;
    }
    // The same kind of change in each of them; a rule that has no such way is changed in the first way that it has.
    let most = ways.iter().map(Vec::len).max().unwrap_or(0);
    for number in 0..most {
        let picked: Vec<&(Kind, String, Vec<TextEdit>)> = ways.iter().filter_map(|way| way.get(number).or_else(|| way.last())).collect();
        let kind = picked.iter().map(|(kind, ..)| *kind).max().unwrap_or(Kind::Narrow);
        let title = picked.iter().map(|(_, title, _)| title.as_str()).collect::<Vec<_>>().join(", and ");
        let edits: Vec<TextEdit> = picked.iter().flat_map(|(.., edits)| edits.iter().cloned()).collect();
        if overlap(&edits) {
            continue;
        }
        out.push(Ok(Candidate { kind, title, edits, wide: None }));
    }
}

fn overlap(edits: &[TextEdit]) -> bool {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort();
    sorted
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a.source == b.source && (b.start < a.end || (a.start == b.start && a.end == b.end))))
}

/// A rule that denies before one that allows, in the kinds that have such rules.
fn deny_before(block: &Block<'_>, policy: &Policy, rule: &RuleTrace, out: &mut Out) {
    let Some(shape) = Shape::of(policy).filter(|shape| *shape != Shape::Network) else { return };
    let Ok(object) = Object::at(block.sources, policy.place) else { return };
    let direction = block.direction().as_str();
    let (Some(at), Some(spec)) = (index_of(&object, block.sources, &["spec", direction], rule.place), object.get(&["spec"])) else {
        return;
    };
    let Some(value) = cluster_rule(block, shape) else { return };
    let title = format!("add a rule to {} `{}` ({direction}), before rule {}", policy.kind, policy.title(), at + 1);
    out.push(candidate(Kind::Rule, title, object.push(spec, direction, Some(at), &value), None));
}

/// A rule of a cluster-wide policy that denies the packet.
fn cluster_rule(block: &Block<'_>, shape: Shape) -> Option<V> {
    let (peers, wide) = peers(block, shape, None)?;
    if wide.is_some() {
        return None;
    }
    Some(map([
        ("name", Some(text(format!("deny-{}", short(&block.traffic_name()))))),
        ("action", Some(text("Deny"))),
        (block.direction().preposition(), Some(list(peers))),
        (shape.ports(), Some(list([shape.port(block.traffic.protocol, block.traffic.destination)?]))),
    ]))
}

/// A cluster-wide policy of its own, where the input has such policies: then the cluster knows them.
fn cluster_policy(block: &Block<'_>, out: &mut Out) {
    let policies = &block.compiled.ruleset().policies;
    let enforced = || policies.iter().filter(|p| p.not_enforced.is_none() && p.doubt.is_none());
    let Some(beside) =
        enforced().find(|p| p.kind == "ClusterNetworkPolicy").or_else(|| enforced().find(|p| p.kind == "AdminNetworkPolicy"))
    else {
        return;
    };
    let Some(shape) = Shape::of(beside) else { return };
    let Endpoint::Pod(id) = block.subject() else { return };
    let Some((subject, value)) = block.snapshot.pod(id).zip(cluster_rule(block, shape)) else { return };
    let Some(labels) = selecting(block.snapshot, id) else { return };
    let lowest = enforced().filter(|p| p.kind == beside.kind).filter_map(|p| p.priority).min().unwrap_or(1);
    let Some(priority) = lowest.checked_sub(1) else { return };
    let pods = map([
        ("namespaceSelector", Some(namespace(block.snapshot.namespace_name(subject.namespace)))),
        ("podSelector", Some(super::labels::match_labels(&labels))),
    ]);
    let direction = block.direction().as_str();
    let name = format!("{}-deny-{direction}-{}", subject.name, short(&block.traffic_name()));
    let version = if shape == Shape::Cluster { "policy.networking.k8s.io/v1alpha2" } else { "policy.networking.k8s.io/v1alpha1" };
    let spec = map([
        ("tier", (shape == Shape::Cluster).then(|| text("Admin"))),
        ("priority", Some(V::Number(priority.into()))),
        ("subject", Some(map([("pods", Some(pods))]))),
        (direction, Some(list([value]))),
    ]);
    let edits = new_document(block.sources, beside.place, &object(version, &beside.kind, &name, None, spec));
    out.push(candidate(Kind::Policy, format!("add {} `{name}`", beside.kind), edits, None));
}

/// A NetworkPolicy that isolates the subject and allows everything but the packet's peer. NetworkPolicies cannot deny.
fn isolate(block: &Block<'_>, out: &mut Out) {
    let Endpoint::Pod(id) = block.subject() else { return };
    let Some(subject) = block.snapshot.pod(id) else { return };
    let Some(beside) = block
        .compiled
        .ruleset()
        .policies
        .iter()
        .find(|p| p.kind == "NetworkPolicy" && p.subject.pods().is_some())
        .or_else(|| block.compiled.ruleset().policies.first())
        .map(|p| p.place)
        .or(Some(subject.place))
    else {
        return;
    };
    let labels = selecting(block.snapshot, id);
    let wide = labels.is_none().then_some(super::block::NO_LABEL);
    let own = block.snapshot.namespace_name(subject.namespace);
    let direction = block.direction();
    let key = direction.preposition();
    let unless = |key: &str, value: &str| {
        let condition = map([("key", Some(text(key))), ("operator", Some(text("NotIn"))), ("values", Some(list([text(value)])))]);
        map([("matchExpressions", Some(list([condition])))])
    };
    let (first, last) = ("0.0.0.0/0", "::/0");
    let mut rules: Vec<(String, Vec<V>)> = Vec::new();
    match block.peer() {
        Endpoint::Pod(peer) => {
            let chosen = selecting(block.snapshot, peer).unwrap_or_default();
            let of = block.snapshot.pod(peer).map_or("", |pod| block.snapshot.namespace_name(pod.namespace));
            let others = chosen.first().filter(|_| chosen.len() == 1).map(|(label, value)| {
                map([("namespaceSelector", (of != own).then(|| namespace(of))), ("podSelector", Some(unless(label, value)))])
            });
            let elsewhere = map([("namespaceSelector", Some(unless(well_known::NAMESPACE_NAME, of)))]);
            let mut outside = vec![map([(
                "ipBlock",
                Some(map([("cidr", Some(text(first))), ("except", Some(list(pod_ranges(block).iter().map(text))))])),
            )])];
            if block.addresses(block.peer()).iter().all(Cidr::is_ipv4) {
                outside.push(map([("ipBlock", Some(map([("cidr", Some(text(last)))])))]));
            }
            let all: Vec<V> = others.into_iter().chain([elsewhere]).chain(outside).collect();
            rules.push(("all but this peer".to_string(), vec![map([(key, Some(V::List(all)))])]));
        }
        end => {
            let addresses = block.addresses(end);
            let [range] = addresses.as_slice() else { return };
            let (cidr, other) = if range.is_ipv4() { (first, last) } else { (last, first) };
            let but = map([("cidr", Some(text(cidr))), ("except", Some(list([text(range.to_string())])))]);
            let all = list([map([("ipBlock", Some(but))]), map([("ipBlock", Some(map([("cidr", Some(text(other)))])))])]);
            if !block.internet {
                rules.push(("all but this address".to_string(), vec![map([(key, Some(all))])]));
            }
        }
    }
    rules.push(("nothing".to_string(), Vec::new()));
    for (allowed, rules) in rules {
        let word = if direction == Direction::Ingress { "in" } else { "out" };
        let name: String = format!("{}-limit-{word}", subject.name);
        let spec = policy_spec(labels.as_ref(), direction, rules);
        let title = format!("add NetworkPolicy `{own}/{name}`, which allows {allowed}");
        let edits = new_document(block.sources, beside, &network_policy(&name, own, spec));
        out.push(candidate(Kind::Policy, title, edits, wide));
    }
}

/// Ranges in which the peer has its address: its own, where they are given, else the network of all pods.
fn pod_ranges(block: &Block<'_>) -> Vec<String> {
    let given: Vec<_> = block.addresses(block.peer()).into_iter().filter(Cidr::is_ipv4).collect();
    let set = &block.snapshot.pod_network;
    let whole = |(first, last): (IpAddr, IpAddr)| {
        (0..=32).map(|length| Cidr::supernet(first, length)).find(|cidr| cidr.first() == first && cidr.last() == last)
    };
    let mut ranges: Vec<String> =
        set.ranges().filter(|(first, _)| first.is_ipv4()).filter_map(whole).map(|cidr| cidr.to_string()).collect();
    ranges.extend(given.iter().filter(|range| !set.contains(range.first())).map(ToString::to_string));
    ranges
}
