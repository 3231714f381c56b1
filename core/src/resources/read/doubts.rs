//! What stays open of an object that an API server refuses and that is no policy. It is kept, as most of what it says is plain; labels that cannot be read
//! are ones with an unknown value, and what else might concern connections becomes [`Effect`]s.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::diagnostics::nearest;
use crate::document::{NodeRef, Tree, Value};
use crate::model::{Labels, Operator, Protocol, Requirement, UnknownLabels, ValueShape};
use crate::resources::calico::Calico;
use crate::resources::syntax;
use crate::resources::unread::{Effect, NamedPort, Namespaces, Whom};
use crate::resources::{Kind, Resource, WorkloadKind};
use crate::text::Span;

/// Adds errors of a document that lie within an object. A policy is in doubt because of them; of other kinds only what they concern is.
pub(crate) fn add_errors(resource: &mut Resource, tree: &Tree, errors: &[Span]) {
    let within: Vec<Span> = errors.iter().filter(|e| resource.span.start <= e.start && e.end <= resource.span.end).copied().collect();
    if within.is_empty() {
        return;
    }
    resource.flaws.refusals.extend(within);
    match tree.root().and_then(|root| find(root, resource.span)).filter(|_| is_kept(&resource.kind)) {
        Some(node) => note(resource, node),
        None => resource.refused = true,
    }
}

/// Whether objects of a kind are kept when an API server refuses them.
fn is_kept(kind: &Kind) -> bool {
    match kind {
        Kind::NetworkPolicy(_) | Kind::ClusterPolicy(_) | Kind::Azure(_) | Kind::ApiCalls(_) | Kind::Unread(_) => false,
        Kind::Calico(calico) => !matches!(**calico, Calico::Policy(_) | Calico::StagedKubernetes(_) | Calico::Tier(_) | Calico::Profile(_)),
        _ => true,
    }
}

/// Notes what of a refused object stays open.
pub(super) fn note(resource: &mut Resource, node: NodeRef<'_>) {
    if resource.refused || !is_kept(&resource.kind) || resource.flaws.refusals.is_empty() && !has_labels_elsewhere(node, resource) {
        return;
    }
    let flaws = core::mem::take(&mut resource.flaws.refusals);
    let metadata = node.get("metadata");
    let (labels, effects) = match &resource.kind {
        Kind::Pod(pod) => of_pods(&Parts { holder: node, flaws: &flaws }, metadata, node.get("spec"), &pod.template.labels),
        Kind::Workload(workload) => {
            let spec = node.get("spec");
            match template(node, resource) {
                Some(template) => {
                    let parts = Parts { holder: template, flaws: &flaws };
                    of_pods(&parts, template.get("metadata"), template.get("spec"), &workload.template.labels)
                }
                None => {
                    let place = Whom { namespaces: Namespaces::Own, ..Whom::default() };
                    let span = spec.map_or(resource.kind_span, |spec| spec.span());
                    (UnknownLabels { keys: Vec::new(), others: true }, Vec::from(open_port_effects(None, span, &place)))
                }
            }
        }
        Kind::Calico(calico) => {
            let labels = labels(metadata, &flaws);
            match &**calico {
                Calico::HostEndpoint(host) if host.node.is_empty() || host.interface.is_empty() && host.expected_ips.is_empty() => {
                    (labels, alloc::vec![Effect { nodes: Some(Default::default()), ..Effect::default() }])
                }
                // What it sets about nodes.
                Calico::Felix(_) => (labels, alloc::vec![Effect { nodes: Some(Default::default()), ..Effect::default() }]),
                _ => (labels, Vec::new()),
            }
        }
        _ => {
            let mut labels = labels(metadata, &flaws);
            labels.others |= is_beside_metadata(node);
            (labels, Vec::new())
        }
    };
    resource.flaws.labels = labels;
    resource.flaws.effects = effects;
    resource.flaws.refusals = flaws;
}

/// What holds the metadata and the spec of pods, and where errors are.
struct Parts<'a> {
    holder: NodeRef<'a>,
    flaws: &'a [Span],
}

/// What stays open of pods: their labels, their named ports, and whether they are on the network of their node.
fn of_pods(parts: &Parts<'_>, metadata: Option<NodeRef<'_>>, spec: Option<NodeRef<'_>>, known: &Labels) -> (UnknownLabels, Vec<Effect>) {
    let mut labels = labels(metadata, parts.flaws);
    labels.others |= is_beside_metadata(parts.holder);
    let requirement = |(key, value): (&str, &str)| Requirement {
        span: parts.holder.span(),
        key: key.into(),
        operator: Operator::In(alloc::vec![value.into()]),
    };
    let is_known = |(key, _): &(&str, &str)| !labels.concerns(key);
    let mut pods = crate::model::LabelSelector { span: parts.holder.span(), ..Default::default() };
    pods.requirements.extend(known.iter().filter(is_known).map(requirement));
    let is_placed = metadata.and_then(|m| m.get("namespace")).is_none_or(|node| node.as_mapping().is_none() && node.as_sequence().is_none());
    let subject = Whom { namespaces: if is_placed { Namespaces::Own } else { Namespaces::All }, pods };
    let mut effects = Vec::new();
    let network = spec.and_then(|spec| Some((spec.get("hostNetwork")?, spec.entry("hostNetwork")?.key_span)));
    let doubtful = |(node, key): &(NodeRef<'_>, Span)| flag(*node).is_none() || has(parts.flaws, *key);
    if let Some((_, span)) = network.filter(doubtful) {
        effects.push(Effect { field: "hostNetwork".into(), span, subject: subject.clone(), ..Effect::default() });
    }
    if !is_placed {
        effects.push(Effect { subject: subject.clone(), ..Effect::default() });
    }
    let ports = spec.map(|spec| open_ports(spec, parts.flaws)).unwrap_or_default();
    effects.extend(ports.into_iter().flat_map(|(name, span)| open_port_effects(name, span, &subject)));
    (labels, effects)
}

/// What a port might do that cannot be read: rules of the pod's own policies may name it, and those of its clients' policies.
fn open_port_effects(name: Option<Box<str>>, span: Span, subject: &Whom) -> [Effect; 2] {
    let port = Effect {
        field: "ports".into(),
        span,
        named_port: Some(name.map_or(NamedPort::Any, NamedPort::Name)),
        ports: [Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(|protocol| (protocol, 0, u16::MAX)).into(),
        ..Effect::default()
    };
    [Effect { egress: false, subject: subject.clone(), ..port.clone() }, Effect { ingress: false, with: Some(subject.clone()), ..port }]
}

/// Whether an object, or the template of its pods, has labels where none belong: whoever writes it either refuses it or drops them.
fn has_labels_elsewhere(node: NodeRef<'_>, resource: &Resource) -> bool {
    let template = || template(node, resource).is_some_and(is_beside_metadata);
    !matches!(resource.kind, Kind::Calico(_)) && is_beside_metadata(node) || matches!(resource.kind, Kind::Workload(_)) && template()
}

fn template<'a>(node: NodeRef<'a>, resource: &Resource) -> Option<NodeRef<'a>> {
    let spec = node.get("spec")?;
    let is_cron_job = matches!(&resource.kind, Kind::Workload(workload) if workload.kind == WorkloadKind::CronJob);
    let spec = if is_cron_job { spec.get("jobTemplate")?.get("spec")? } else { spec };
    spec.get("template").filter(|template| template.as_mapping().is_some())
}

/// Whether labels stand beside `metadata`, or within it under a name that is nearly theirs.
fn is_beside_metadata(holder: NodeRef<'_>) -> bool {
    let metadata = holder.get("metadata");
    if metadata.is_some_and(|m| m.get("labels").is_some()) {
        return false;
    }
    let meant = |node: NodeRef<'_>| node.as_mapping().unwrap_or_default().iter().any(|e| nearest(&e.key, ["labels"]).is_some());
    meant(holder) || metadata.is_some_and(meant)
}

/// The names of ports whose number or protocol cannot be read; nothing for a list of which not even the names can.
fn open_ports(spec: NodeRef<'_>, flaws: &[Span]) -> Vec<(Option<Box<str>>, Span)> {
    let mut open = Vec::new();
    if spec.as_mapping().is_none() && !spec.is_null() {
        open.push((None, spec.span()));
    }
    for field in ["containers", "initContainers"] {
        let Some(containers) = spec.get(field).filter(|node| !node.is_null()) else { continue };
        let Some(items) = containers.as_sequence() else {
            open.push((None, containers.span()));
            continue;
        };
        for ports in items.filter_map(|container| container.get("ports")).filter(|ports| !ports.is_null()) {
            match ports.as_sequence() {
                Some(items) => open.extend(items.filter_map(|port| open_port(port, flaws))),
                None if ports.as_mapping().is_some_and(<[_]>::is_empty) => {}
                None => open.push((None, ports.span())),
            }
        }
    }
    open
}

fn open_port(port: NodeRef<'_>, flaws: &[Span]) -> Option<(Option<Box<str>>, Span)> {
    let number = match port.get("containerPort").map(|number| number.value()) {
        Some(Value::Int(number)) => Some(*number),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let protocol = port.get("protocol").is_none_or(|p| {
        p.is_null() || p.as_str().is_some_and(|name| ["TCP", "UDP", "SCTP"].iter().any(|known| name.eq_ignore_ascii_case(known)))
    });
    let twice = port.as_mapping().unwrap_or_default().iter().any(|entry| has(flaws, entry.key_span) && &*entry.key != "hostPort");
    let is_plain = number.and_then(syntax::port_number).is_some() && protocol && !twice;
    // What nobody can name matters to nobody.
    let name = port.get("name").and_then(|name| name.as_str()).filter(|name| !name.is_empty())?;
    (!is_plain).then(|| (Some(name.into()), port.span()))
}

/// Labels that cannot be read, or that are written twice.
fn labels(metadata: Option<NodeRef<'_>>, flaws: &[Span]) -> UnknownLabels {
    let nothing = UnknownLabels::default();
    let Some(metadata) = metadata.filter(|node| !node.is_null()) else { return nothing };
    let everything = UnknownLabels { keys: Vec::new(), others: true };
    if metadata.as_mapping().is_none() {
        return everything;
    }
    let Some(entry) = metadata.entry("labels") else { return nothing };
    let labels = metadata.value_of(entry);
    if labels.is_null() {
        return nothing;
    }
    let Some(entries) = labels.as_mapping().filter(|_| !has(flaws, entry.key_span)) else { return everything };
    let is_open = |value: NodeRef<'_>| value.as_mapping().is_some() || value.as_sequence().is_some();
    let open = entries.iter().filter(|entry| is_open(labels.value_of(entry)) || is_twice(entry.key_span, &entry.key, flaws));
    let mut keys: Vec<(Box<str>, ValueShape)> = open.map(|entry| (entry.key.clone(), ValueShape::Any)).collect();
    keys.sort_unstable();
    UnknownLabels { keys, others: false }
}

/// Whether an error is about a key that is written twice. Of a key that is none the value is plain.
fn is_twice(span: Span, key: &str, flaws: &[Span]) -> bool {
    has(flaws, span) && syntax::label_key(key).is_ok()
}

fn has(flaws: &[Span], span: Span) -> bool {
    flaws.contains(&span)
}

fn flag(node: NodeRef<'_>) -> Option<bool> {
    match node.value() {
        Value::Bool(flag) => Some(*flag),
        Value::Null => Some(false),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The mapping of an object, by its place.
fn find(root: NodeRef<'_>, span: Span) -> Option<NodeRef<'_>> {
    let mut node = root;
    loop {
        if node.span() == span && node.as_mapping().is_some() {
            return Some(node);
        }
        let around = |child: &NodeRef<'_>| child.span().start <= span.start && span.end <= child.span().end;
        let items = node.get("items").unwrap_or(node);
        node = items.as_sequence().into_iter().flatten().find(around)?;
    }
}
