//! What stays open of an object that an API server refuses and that is no policy. It is kept, as most of what it says is plain; labels that cannot be read
//! are ones with an unknown value, and what else might concern connections becomes [`Effect`]s.

mod ways;

use alloc::boxed::Box;
use alloc::vec::Vec;

use self::ways::{has_protocol, is_port};
use crate::diagnostics::nearest;
use crate::document::{Entry, NodeRef, Tree, Value};
use crate::language::calico::Calico;
use crate::language::unread::{Effect, NamedPort, Namespaces, Whom};
use crate::language::{Kind, PodTemplate, Resource, WorkloadKind};
use crate::model::{LabelSelector, MARK, Operator, Protocol, Requirement, UnknownLabels, ValueShape, names};
use crate::text::Span;

/// Adds errors of a document that lie within an object. A policy is in doubt because of them; of other kinds only what they concern is.
pub(crate) fn add_errors(resource: &mut Resource, tree: &Tree, errors: &[Span]) {
    let within: Vec<Span> = errors.iter().filter(|e| resource.span.start <= e.start && e.end <= resource.span.end).copied().collect();
    if within.is_empty() {
        return;
    }
    resource.flaws.refusals.extend(&within);
    if !resource.kind.is_kept_refused()
        && let Some(node) = tree.root().and_then(|root| find(root, resource.span))
    {
        let is_in_spec = |field: &str| node.get("spec").is_some_and(|spec| is_set_twice(spec, field, &within));
        resource.flaws.both_directions |= ["policyTypes", "types"].iter().any(|field| is_in_spec(field));
        // One of them alone, or all of an object at once: then each of the two readings is kept. What else goes together is not known.
        let of_whom = WHOM.iter().filter(|field| is_in_spec(field)).count()
            + usize::from(node.get("metadata").is_some_and(|metadata| is_set_twice(metadata, "namespace", &within)));
        let of_object = ["metadata", "spec"].iter().filter(|field| is_set_twice(node, field, &within)).count();
        resource.flaws.anybody |= of_whom > 1 || of_whom > 0 && of_object > 0;
    }
    match tree.root().and_then(|root| find(root, resource.span)).filter(|_| resource.kind.is_kept_refused()) {
        Some(node) => note(resource, node, &within),
        None => resource.refused = true,
    }
}

/// Fields within `spec` by which policies say whom they are for.
const WHOM: [&str; 5] = ["podSelector", "selector", "namespaceSelector", "serviceAccountSelector", "subject"];

/// What only policies say, so that nothing else was meant by it in a profile.
const OF_POLICIES: [&str; 3] = ["order", "selector", "types"];

/// Takes one of Calico's settings with a field that its kind does not have for refused, as `kubectl apply` refuses it: what was meant there may decide.
pub(in crate::language) fn refuse_unknown_fields(resource: &mut Resource) {
    let is_profile = match resource.kind.calico() {
        Some(Calico::Profile(_)) => true,
        Some(Calico::Tier(_) | Calico::Felix(_) | Calico::KubeControllers(_)) => false,
        _ => return,
    };
    let may_decide = |field: &str| !is_profile || !OF_POLICIES.contains(&field);
    let spans: Vec<Span> = resource.flaws.unknown_fields.iter().filter(|(_, name)| may_decide(name)).map(|(span, _)| *span).collect();
    if !spans.is_empty() {
        resource.flaws.refusals.extend(spans);
        resource.refused |= !resource.kind.is_kept_refused();
    }
}

/// Fields by which a host endpoint says which one it is, and what holds where no policy decides.
const HOST_FIELDS: [&str; 4] = ["node", "interfaceName", "expectedIPs", "profiles"];

/// Notes what of a refused object stays open. `twice` are keys that are written twice.
pub(in crate::language) fn note(resource: &mut Resource, node: NodeRef<'_>, twice: &[Span]) {
    if matches!(resource.kind, Kind::Check(_))
        || resource.refused
        || !resource.kind.is_kept_refused()
        || resource.flaws.refusals.is_empty() && resource.flaws.unknown_fields.is_empty() && !has_labels_elsewhere(node, resource)
    {
        return;
    }
    let metadata = node.get("metadata");
    // Of a whole part that is written twice, nothing that was read is certain.
    let is_repeated = |fields: &[&str]| fields.iter().any(|field| is_set_twice(node, field, twice));
    let unknown = resource.flaws.unknown_fields.clone();
    resource.flaws.unclear = ways::is_unclear(resource, node, twice);
    if let (Kind::Calico(calico), Some(spec)) = (&mut resource.kind, node.get("spec"))
        && let Calico::NetworkSet(set) = &mut **calico
    {
        set.unread |= is_repeated(&["spec"]) || is_set_twice(spec, "nets", twice);
    }
    let subject = marked(resource);
    let repeats = is_set_twice(node, "spec", twice) || node.get("spec").is_some_and(|spec| is_set_twice(spec, "template", twice));
    let (labels, effects) = match &resource.kind {
        Kind::Pod(_) => of_pods(&Parts { holder: node, twice, unknown: &unknown, subject: &subject }, metadata, node.get("spec")),
        Kind::Workload(_) => {
            let spec = node.get("spec");
            match template(node, resource).filter(|_| !repeats) {
                Some(template) => {
                    let parts = Parts { holder: template, twice, unknown: &unknown, subject: &subject };
                    of_pods(&parts, template.get("metadata"), template.get("spec"))
                }
                None => {
                    let span = spec.map_or(resource.kind_span, |spec| spec.span());
                    (UnknownLabels { keys: Vec::new(), others: true }, Vec::from(open_port_effects(None, span, &subject)))
                }
            }
        }
        Kind::Calico(calico) => (labels(metadata, twice), of_calico(calico, node, twice, &subject)),
        _ => {
            let mut labels = labels(metadata, twice);
            labels.others |= is_beside_metadata(node) || is_set_twice(node, "metadata", twice);
            (labels, Vec::new())
        }
    };
    if labels.others {
        // Of what stands there twice, not even what was read is known.
        match &mut resource.kind {
            Kind::Workload(workload) if repeats => {
                let account = core::mem::take(&mut workload.template.service_account);
                workload.template =
                    PodTemplate { service_account: account, labels_span: workload.template.labels_span, ..PodTemplate::default() };
            }
            Kind::Workload(workload) => workload.template.labels = Default::default(),
            Kind::Pod(pod) => pod.template.labels = Default::default(),
            _ => resource.meta.labels = Default::default(),
        }
    }
    resource.flaws.host_port = node_of_ports(node, resource).and_then(|spec| misspelt_host_port(spec, &unknown));
    resource.flaws.labels = labels;
    for effect in effects {
        if !resource.flaws.effects.contains(&effect) {
            resource.flaws.effects.push(effect);
        }
    }
}

/// What else of one of Calico's objects stays open than its labels.
fn of_calico(calico: &Calico, node: NodeRef<'_>, twice: &[Span], subject: &Whom) -> Vec<Effect> {
    let spec = node.get("spec");
    let of_nodes = || alloc::vec![Effect { nodes: Some(Default::default()), ..Effect::default() }];
    let is_repeated = |field: &&str| spec.is_some_and(|spec| is_set_twice(spec, field, twice));
    match calico {
        Calico::HostEndpoint(host)
            if host.node.is_empty()
                || host.interface.is_empty() && host.expected_ips.is_empty()
                || is_set_twice(node, "spec", twice)
                || HOST_FIELDS.iter().any(is_repeated) =>
        {
            of_nodes()
        }
        // What it sets about nodes.
        Calico::Felix(_) | Calico::KubeControllers(_) => of_nodes(),
        Calico::HostEndpoint(_) => {
            let of_host = |(name, span)| Effect { nodes: Some(Default::default()), ..open_port_effect(name, span) };
            open_endpoint_ports(spec, twice).into_iter().map(of_host).collect()
        }
        Calico::WorkloadEndpoint(_) => {
            open_endpoint_ports(spec, twice).into_iter().flat_map(|(name, span)| open_port_effects(name, span, subject)).collect()
        }
        _ => Vec::new(),
    }
}

/// What holds the metadata and the spec of pods, and keys that are written twice.
struct Parts<'a> {
    holder: NodeRef<'a>,
    twice: &'a [Span],
    /// Fields that there are not.
    unknown: &'a [(Span, Box<str>)],
    /// The pods.
    subject: &'a Whom,
}

impl Parts<'_> {
    /// A field that there is not, and that is nearly this one.
    fn misspelt<'n>(&self, node: NodeRef<'n>, meant: &str) -> Option<&'n Entry> {
        misspelt(node, meant, self.unknown)
    }
}

/// A field of a mapping that there is not, and that is nearly one that there is.
fn misspelt<'n>(node: NodeRef<'n>, meant: &str, unknown: &[(Span, Box<str>)]) -> Option<&'n Entry> {
    let is_unknown = |entry: &Entry| unknown.iter().any(|(span, _)| *span == entry.key_span);
    let entries = node.as_mapping().unwrap_or_default();
    entries.iter().find(|entry| is_unknown(entry) && nearest(&entry.key, [meant]).is_some())
}

/// What stays open of pods: their labels, their named ports, and whether they are on the network of their node.
fn of_pods(parts: &Parts<'_>, metadata: Option<NodeRef<'_>>, spec: Option<NodeRef<'_>>) -> (UnknownLabels, Vec<Effect>) {
    let mut labels = labels(metadata, parts.twice);
    labels.others |= is_beside_metadata(parts.holder) || is_set_twice(parts.holder, "metadata", parts.twice);
    let is_scalar = |node: NodeRef<'_>| node.as_mapping().is_none() && node.as_sequence().is_none();
    let is_placed = metadata.is_none_or(|m| {
        m.is_null() || m.as_mapping().is_some() && m.get("namespace").is_none_or(is_scalar) && !is_set_twice(m, "namespace", parts.twice)
    });
    let subject = Whom { namespaces: if is_placed { Namespaces::Own } else { Namespaces::All }, ..parts.subject.clone() };
    let mut effects = Vec::new();
    let network = spec.and_then(|spec| Some((spec.get("hostNetwork")?, spec.entry("hostNetwork")?.key_span)));
    let doubtful = |(node, key): &(NodeRef<'_>, Span)| flag(*node).is_none() || has(parts.twice, *key);
    if let Some((_, span)) = network.filter(doubtful) {
        effects.extend(whole("hostNetwork", span, &subject));
    }
    if !is_placed || is_set_twice(parts.holder, "spec", parts.twice) {
        effects.extend(whole("", Span::default(), &subject));
    }
    if let Some(entry) = spec.and_then(|spec| parts.misspelt(spec, "hostNetwork")) {
        effects.extend(whole(&entry.key, entry.key_span, &subject));
    }
    // Labels of a template or a pod stand in its metadata, not in its spec.
    labels.others |=
        metadata.is_none_or(|m| m.get("labels").is_none()) && spec.is_some_and(|spec| parts.misspelt(spec, "labels").is_some());
    let ports = spec.map(|spec| open_ports(spec, parts)).unwrap_or_default();
    effects.extend(ports.into_iter().flat_map(|(name, span)| open_port_effects(name, span, &subject)));
    (labels, effects)
}

/// What concerns all connections of pods: what policies say of them, and what others' policies say of connections with them.
fn whole(field: &str, span: Span, subject: &Whom) -> [Effect; 2] {
    let effect = Effect { field: field.into(), span, ..Effect::default() };
    [Effect { subject: subject.clone(), ..effect.clone() }, Effect { with: Some(subject.clone()), ..effect }]
}

/// What a port might do that cannot be read: rules of the pod's own policies may name it, and those of its clients' policies.
fn open_port_effects(name: Option<Box<str>>, span: Span, subject: &Whom) -> [Effect; 2] {
    let port = open_port_effect(name, span);
    [Effect { egress: false, subject: subject.clone(), ..port.clone() }, Effect { ingress: false, with: Some(subject.clone()), ..port }]
}

/// What a port might do that cannot be read, whoever has it.
fn open_port_effect(name: Option<Box<str>>, span: Span) -> Effect {
    Effect {
        field: "ports".into(),
        span,
        named_port: Some(name.map_or(NamedPort::Any, NamedPort::Name)),
        ports: [Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(|protocol| (protocol, 0, u16::MAX)).into(),
        ..Effect::default()
    }
}

/// The names of ports of one of Calico's endpoints whose number or protocol cannot be read; nothing for a list of which not even the names can.
fn open_endpoint_ports(spec: Option<NodeRef<'_>>, twice: &[Span]) -> Vec<(Option<Box<str>>, Span)> {
    let Some(ports) = spec.and_then(|spec| spec.get("ports")).filter(|ports| !ports.is_null()) else { return Vec::new() };
    let Some(items) = ports.as_sequence() else { return alloc::vec![(None, ports.span())] };
    let has_ports = |node: NodeRef<'_>| match node.value() {
        Value::Int(number) => u8::try_from(*number).is_ok_and(|number| Protocol(number).has_ports()),
        _ => node.as_str().is_some_and(|name| matches!(name, "TCP" | "UDP" | "SCTP" | "6" | "17" | "132")),
    };
    let open = |port: NodeRef<'_>| {
        let name = port.get("name").and_then(|name| name.as_str()).filter(|name| !name.is_empty())?;
        let repeats = port.as_mapping().unwrap_or_default().iter().any(|entry| has(twice, entry.key_span));
        let is_plain = port.get("port").is_some_and(is_port) && port.get("protocol").is_some_and(has_ports) && !repeats;
        (!is_plain).then(|| (Some(name.into()), port.span()))
    };
    items.filter_map(open).collect()
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
fn open_ports(spec: NodeRef<'_>, parts: &Parts<'_>) -> Vec<(Option<Box<str>>, Span)> {
    let mut open = Vec::new();
    open.extend(parts.misspelt(spec, "containers").map(|entry| (None, entry.key_span)));
    if spec.as_mapping().is_none() && !spec.is_null() {
        open.push((None, spec.span()));
    }
    for field in ["containers", "initContainers"] {
        let Some(containers) = spec.get(field).filter(|node| !node.is_null()) else { continue };
        let Some(items) = containers.as_sequence() else {
            open.push((None, containers.span()));
            continue;
        };
        for container in items {
            open.extend(parts.misspelt(container, "ports").map(|entry| (None, entry.key_span)));
            let Some(ports) = container.get("ports").filter(|ports| !ports.is_null()) else { continue };
            match ports.as_sequence() {
                Some(items) => open.extend(items.filter_map(|port| open_port(port, parts))),
                None if ports.as_mapping().is_some_and(<[_]>::is_empty) => {}
                None => open.push((None, ports.span())),
            }
        }
    }
    open
}

fn open_port(port: NodeRef<'_>, parts: &Parts<'_>) -> Option<(Option<Box<str>>, Span)> {
    if let Some(entry) = parts.misspelt(port, "name").filter(|_| port.get("name").is_none()) {
        return Some((None, entry.key_span));
    }
    let repeats = port.as_mapping().unwrap_or_default().iter().any(|entry| has(parts.twice, entry.key_span) && &*entry.key != "hostPort");
    let repeats = repeats || ["containerPort", "protocol"].iter().any(|field| parts.misspelt(port, field).is_some());
    let is_plain = port.get("containerPort").is_some_and(is_port) && has_protocol(port) && !repeats;
    // What nobody can name matters to nobody.
    let name = port.get("name").and_then(|name| name.as_str()).filter(|name| !name.is_empty())?;
    (!is_plain).then(|| (Some(name.into()), port.span()))
}

/// Where the containers of a pod, or of the pods of a workload, are written.
fn node_of_ports<'a>(node: NodeRef<'a>, resource: &Resource) -> Option<NodeRef<'a>> {
    match &resource.kind {
        Kind::Pod(_) => node.get("spec"),
        Kind::Workload(_) => template(node, resource)?.get("spec"),
        _ => None,
    }
}

/// A field of a port that there is not, and that may be its port on the node.
fn misspelt_host_port(spec: NodeRef<'_>, unknown: &[(Span, Box<str>)]) -> Option<(Box<str>, Option<u16>)> {
    let containers = spec.get("containers").and_then(NodeRef::as_sequence).into_iter().flatten();
    let mut ports = containers.filter_map(|container| container.get("ports")).filter_map(NodeRef::as_sequence).flatten();
    ports.find_map(|port| {
        let entry = misspelt(port, "hostPort", unknown)?;
        let number = match port.value_of(entry).value() {
            Value::Int(number) => names::port_number(*number),
            _ => None,
        };
        Some((entry.key.clone(), number))
    })
}

/// The pods of an object alone.
fn marked(resource: &Resource) -> Whom {
    let span = resource.kind_span;
    let requirement = Requirement { span, key: MARK.into(), operator: Operator::In(alloc::vec![resource.mark()]) };
    Whom { namespaces: Namespaces::Own, pods: LabelSelector { span, requirements: alloc::vec![requirement] }, ..Whom::default() }
}

/// Whether a field is written twice.
fn is_set_twice(node: NodeRef<'_>, field: &str, twice: &[Span]) -> bool {
    node.entry(field).is_some_and(|entry| has(twice, entry.key_span))
}

/// Labels that cannot be read, or that are written twice.
fn labels(metadata: Option<NodeRef<'_>>, twice: &[Span]) -> UnknownLabels {
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
    let Some(entries) = labels.as_mapping().filter(|_| !has(twice, entry.key_span)) else { return everything };
    let is_open = |value: NodeRef<'_>| value.as_mapping().is_some() || value.as_sequence().is_some();
    let open = entries.iter().filter(|entry| is_open(labels.value_of(entry)) || is_twice(entry.key_span, &entry.key, twice));
    let mut keys: Vec<(Box<str>, ValueShape)> = open.map(|entry| (entry.key.clone(), ValueShape::Any)).collect();
    keys.sort_unstable();
    UnknownLabels { keys, others: false }
}

/// Whether an error is about a key that is written twice. Of a key that is none the value is plain.
fn is_twice(span: Span, key: &str, twice: &[Span]) -> bool {
    has(twice, span) && names::label_key(key).is_ok()
}

fn has(twice: &[Span], span: Span) -> bool {
    twice.contains(&span)
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
