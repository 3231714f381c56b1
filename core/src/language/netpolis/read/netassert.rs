//! The test files of netassert, of both its versions. Upstream: `controlplaneio/netassert`, README.md of v1, `internal/data/types.go` of v2.
//!
//! What they say about attempts and seconds is of no use here. Hosts that netassert reaches by SSH are in no input.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::fields::of;
use super::named;
use super::traffic::term_of;
use crate::diagnostics::Severity;
use crate::document::{NodeRef, Value};
use crate::language::netpolis::{API_VERSION, Check, Connections, End, Expect, FlowTest, Item, Term, Test, TrafficTerm};
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::{Flaws, Kind, Meta, Resource, codes};
use crate::model::Protocol;
use crate::text::Span;

/// The namespace of a pod for which none is given.
const DEFAULT_NAMESPACE: &str = "default";

/// Whether a document is one of netassert's test files: a list of tests, or a mapping of hosts.
pub(in crate::language::netpolis) fn is_netassert(root: NodeRef<'_>) -> bool {
    let has = |node: NodeRef<'_>, name: &str| node.get(name).is_some();
    let is_object = |node: NodeRef<'_>| has(node, "kind") || has(node, "apiVersion");
    if let Some(items) = root.as_sequence() {
        let is_test = |node: NodeRef<'_>| !is_object(node) && (has(node, "src") || has(node, "dst")) && has(node, "targetPort");
        return items.len() > 0 && items.into_iter().all(is_test);
    }
    let entries = root.as_mapping().unwrap_or_default();
    let of_hosts = |name: &str| root.get(name).is_some_and(|node| node.as_mapping().is_some());
    let of_pods = root.get("k8s").and_then(|node| node.get("deployment")).is_some_and(|node| node.as_mapping().is_some());
    !entries.is_empty() && entries.iter().all(|entry| matches!(&*entry.key, "host" | "k8s")) && (of_hosts("host") || of_pods)
}

impl<'a> Reader<'a> {
    /// One of netassert's test files.
    pub(in crate::language::netpolis) fn netassert(&mut self, root: NodeRef<'a>) -> Resource {
        self.lenient = true;
        let whole = self.root(root);
        let items = if root.as_sequence().is_some() { self.netassert_tests(&whole) } else { self.netassert_hosts(root) };
        self.lenient = false;
        Resource {
            api_version: API_VERSION.into(),
            kind_name: "Check".into(),
            kind_span: Span::new(root.span().start, root.span().start),
            meta: Meta::default(),
            span: root.span(),
            refused: false,
            flaws: Flaws::default(),
            kind: Kind::Check(Box::new(Check { assume: Vec::new(), items })),
        }
    }

    /// The list of version 2.
    fn netassert_tests(&mut self, whole: &Slot<'a, '_>) -> Vec<Item> {
        let slots: Vec<Slot<'a, '_>> = self.items(whole).collect();
        let mut items: Vec<Item> = Vec::new();
        for slot in &slots {
            let before = self.findings.len();
            let (name, test) = self.netassert_test(slot).unwrap_or((None, Test::Broken));
            if let Some(name) = name.as_deref().filter(|name| items.iter().any(|other| other.name.as_deref() == Some(*name))) {
                self.refuse(slot.duplicate(quoted(name)));
            }
            let is_sound = self.findings.iter().skip(before).all(|finding| finding.severity != Severity::Error);
            let test = if is_sound { test } else { Test::Broken };
            items.push(Item { span: slot.span(), name, because: None, assume: Vec::new(), test });
        }
        items
    }

    fn netassert_test(&mut self, slot: &Slot<'a, '_>) -> Option<(Option<Box<str>>, Test)> {
        let known = ["name", "type", "protocol", "targetPort", "exitCode", "src", "dst"];
        let [name, kind, protocol, port, exit, source, target] = self.fields(slot, known, &["attempts", "timeoutSeconds"])?;
        let name = self.text(&name).map(Box::from);
        self.word(&kind, &["k8s"]);
        let protocol = match self.word(&protocol, &["tcp", "udp"]) {
            Some("udp") => Protocol::UDP,
            _ => Protocol::TCP,
        };
        let port = self.port_number(&port);
        let expect = if self.integer(&exit).unwrap_or(0) == 0 { Expect::Allowed } else { Expect::Denied };
        let [of_source] = self.fields(&source, ["k8sResource"], &[])?;
        let from = self.netassert_resource(&of_source)?;
        let [of_target, host] = self.fields(&target, ["k8sResource", "host"], &[])?;
        let to = if host.is_set() {
            let [name] = self.fields(&host, ["name"], &[])?;
            let text = self.text(&name)?;
            End { terms: alloc::vec![host_term(text)], ..named(name.span(), text) }
        } else {
            self.netassert_resource(&of_target)?
        };
        let port = port?;
        Some((name, flow(from, to, TrafficTerm::Of(protocol, None, Some((port, port))), expect)))
    }

    /// A workload or pod by kind, name and namespace.
    fn netassert_resource(&mut self, slot: &Slot<'a, '_>) -> Option<End> {
        if !slot.is_set() {
            self.refuse(slot.required(codes::REQUIRED, "a `k8sResource`"));
        }
        let [kind, name, namespace] = self.fields(slot, ["kind", "name", "namespace"], &[])?;
        let kind = match self.word(&kind, &["deployment", "statefulset", "daemonset", "pod"])? {
            "deployment" => "Deployment",
            "statefulset" => "StatefulSet",
            "daemonset" => "DaemonSet",
            _ => "Pod",
        };
        for slot in [&name, &namespace].into_iter().filter(|slot| !slot.is_set()) {
            self.refuse(slot.required(codes::REQUIRED, ""));
        }
        let (name, namespace) = (self.text(&name)?, self.text(&namespace)?);
        Some(named(slot.span(), &format!("{namespace}/{name}[{kind}]")))
    }

    /// The mappings of version 1.
    fn netassert_hosts(&mut self, root: NodeRef<'a>) -> Vec<Item> {
        let mut items = Vec::new();
        let pods = root.get("k8s").and_then(|node| node.get("deployment"));
        for (sources, of_pods) in [(root.get("host"), false), (pods, true)] {
            let Some(sources) = sources else { continue };
            for source in sources.as_mapping().unwrap_or_default() {
                let targets = sources.value_of(source);
                for target in targets.as_mapping().unwrap_or_default() {
                    let ends = (&*source.key, source.key_span, &*target.key, target.key_span);
                    for port in ports_of(targets.value_of(target), self.text_of_document()) {
                        items.push(item(ends, port, of_pods));
                    }
                }
            }
        }
        items
    }
}

/// The ports of a target, as written: one, several with commas or spaces between them, or a list.
fn ports_of<'a>(node: NodeRef<'a>, text: &'a str) -> Vec<(Span, String)> {
    let nodes: Vec<NodeRef<'a>> = match node.as_sequence() {
        Some(items) => items.into_iter().collect(),
        None => alloc::vec![node],
    };
    let mut ports = Vec::new();
    for node in nodes.into_iter().filter(|node| !node.is_null()) {
        let written = match node.value() {
            Value::String(text) => text.to_string(),
            _ => text.get(node.span().start as usize..node.span().end as usize).unwrap_or_default().to_string(),
        };
        ports.extend(written.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| (node.span(), part.to_string())));
    }
    ports
}

/// One test of version 1. A dash before the port says that it must not be reached.
fn item((source, source_span, target, target_span): (&str, Span, &str, Span), (span, port): (Span, String), of_pods: bool) -> Item {
    let is_denied = port.starts_with('-');
    let term = term_of(port.trim_start_matches('-'), None, None, &TrafficTerm::WithPorts);
    let span = target_span.to(span);
    let test = match term {
        _ if !of_pods => Test::Untold(format!("`{source}` is a host that netassert reaches by SSH, and is not in the input")),
        None => Test::Untold(format!("`{port}` is no port that netassert knows")),
        Some(term) => {
            let (namespace, name) = source.split_once(':').unwrap_or((DEFAULT_NAMESPACE, source));
            let from = named(source_span, &format!("{namespace}/{name}[Deployment]"));
            let to = End { terms: alloc::vec![target_term(target, namespace)], ..named(target_span, target) };
            flow(from, to, term, if is_denied { Expect::Denied } else { Expect::Allowed })
        }
    };
    let name = format!("{source} to {target} {port}");
    Item { span, name: Some(name.into()), because: None, assume: Vec::new(), test }
}

/// A target of version 1: an address, or a name that DNS knows: of a Service, or of something outside.
fn target_term(target: &str, namespace: &str) -> Term {
    if target.parse::<IpAddr>().is_ok() {
        return of(target);
    }
    if let Some((namespace, name)) = target.split_once(':') {
        return of(&format!("{namespace}/{name}"));
    }
    let short = target.strip_suffix(".cluster.local").unwrap_or(target);
    let short = short.strip_suffix(".svc").unwrap_or(short);
    match short.split('.').collect::<Vec<_>>().as_slice() {
        [name] => of(&format!("service/{namespace}/{name}")),
        [name, namespace] if short != target => of(&format!("service/{namespace}/{name}")),
        _ => Term::Domain(target.into()),
    }
}

/// A host of version 2.
fn host_term(name: &str) -> Term {
    if name.parse::<IpAddr>().is_ok() { of(name) } else { Term::Domain(name.into()) }
}

fn flow(from: End, to: End, traffic: TrafficTerm, expect: Expect) -> Test {
    let traffic = Connections { terms: alloc::vec![traffic], each: true };
    Test::Flow(Box::new(FlowTest { from, to, traffic, expect: Some(expect), nothing: false, decided: None, line: None, path: None }))
}
