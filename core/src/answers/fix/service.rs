//! Edits of a Service that a path stops at, although no policy is in the way.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::block::{Candidate, Kind};
use super::goal::Goal;
use super::kubernetes::candidate;
use super::object::{Object, Unpatchable};
use super::typo::is_near;
use super::value::text;
use crate::document::{NodeRef, Value};
use crate::model::Cidr;
use crate::snapshot::{PodEndpoint, Service, Snapshot};
use crate::text::Sources;

type Out = Vec<Result<Candidate, Unpatchable>>;

/// What of the Service of a path may be why nothing gets there.
pub(super) fn allow(goal: &Goal<'_>, snapshot: &Snapshot, sources: &Sources, out: &mut Out) {
    let Goal::Path { question } = goal else { return };
    let Some((service, title)) = found(snapshot, question.to) else { return };
    let Ok(object) = Object::at(sources, service.place) else { return };
    let Some(spec) = object.get(&["spec"]) else { return };
    let editor = Editor { object: &object, title: &title };
    let pods: Vec<&PodEndpoint> = snapshot.pods().map(|(_, pod)| pod).filter(|pod| pod.namespace == service.namespace).collect();
    for e in spec.get("selector").and_then(|selector| selector.as_mapping()).unwrap_or_default() {
        let Some(node) = spec.get("selector").map(|selector| selector.value_of(e)) else { continue };
        let values = || pods.iter().filter_map(|pod| pod.labels.get(&e.key));
        if let Some(old) = node.as_str()
            && !values().any(|value| value == old)
        {
            values().find(|value| is_near(old, value)).into_iter().for_each(|value| editor.word(node, old, value, out));
        }
    }
    let served: Vec<&PodEndpoint> = service.endpoints.iter().filter_map(|id| snapshot.pod(*id)).collect();
    for node in spec.get("ports").map(|ports| object.scalars(ports)).unwrap_or_default() {
        let ("targetPort", node) = node else { continue };
        let ports = || served.iter().flat_map(|pod| &pod.ports);
        match node.value() {
            Value::String(old) if !ports().any(|port| port.name.as_deref() == Some(&**old)) => {
                let meant = ports().filter_map(|port| port.name.as_deref()).find(|name| is_near(old, name));
                meant.into_iter().for_each(|name| editor.word(node, old, name, out));
            }
            Value::Int(old) if !ports().any(|port| i64::from(port.number) == *old) => {
                let old = old.to_string();
                let meant = ports().map(|port| port.number.to_string()).find(|number| is_near(&old, number));
                meant.into_iter().for_each(|number| editor.word(node, &old, &number, out));
            }
            _ => {}
        }
    }
    for field in ["externalTrafficPolicy", "internalTrafficPolicy"] {
        if let Some(node) = spec.get(field).filter(|node| node.as_str() == Some("Local")) {
            let edits = object.set(node, "Cluster");
            out.push(candidate(Kind::Object, format!("set `{field}: Cluster` in Service `{title}`"), edits, None));
        }
    }
    let is_limited = spec.get("loadBalancerSourceRanges").is_some_and(|ranges| ranges.as_sequence().is_some_and(|r| r.len() > 0));
    if let (true, Ok(address)) = (is_limited, question.from.trim().parse()) {
        let edits = object.push(spec, "loadBalancerSourceRanges", None, &text(Cidr::of(address).to_string()));
        out.push(candidate(Kind::Object, format!("add {address} to `loadBalancerSourceRanges` of Service `{title}`"), edits, None));
    }
}

struct Editor<'a> {
    object: &'a Object,
    title: &'a str,
}

impl Editor<'_> {
    fn word(&self, node: NodeRef<'_>, old: &str, new: &str, out: &mut Out) {
        let title = format!("write `{new}` instead of `{old}` in Service `{}`", self.title);
        out.push(candidate(Kind::Typo, title, self.object.set(node, new), None));
    }
}

/// The Service that is asked about, with its name in full.
fn found<'s>(snapshot: &'s Snapshot, name: &str) -> Option<(&'s Service, String)> {
    let name = name.strip_prefix("svc/").unwrap_or(name);
    let full = |service: &Service| format!("{}/{}", snapshot.namespace_name(service.namespace), service.name);
    let mut matching = snapshot.services.iter().filter(|service| service.name == name || full(service) == name);
    let service = matching.next()?;
    matching.next().is_none().then(|| (service, full(service)))
}
