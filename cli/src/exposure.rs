//! `netpolis exposure`: what could reach a workload, or be reached by it, that the input does not hold.

use std::collections::BTreeMap;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::exposure::{
    ExposedMachine, ExposedPods, Exposure, OutsideExposure, Passes, PeerExposure, PeerKind, PeerSelector, Protection, SideExposure,
    addresses_in_words,
};
use netpolis_core::connections::{ConnectionId, ConnectionSet};
use netpolis_core::endpoints::{Flows, workload_title};
use netpolis_core::model::{LabelSelector, Operator};
use netpolis_core::policy::{Direction, NamespaceMatch};
use serde_json::{Map, Value, json};

use crate::formats::{cell, flows_json, not_evaluated_json, ports_in_words};
use crate::places::{self, printable};

/// How to write exposure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExposureFormat {
    /// For reading, by what workloads are open to.
    Text,
    /// Everything, by workload.
    Json,
    /// As `Text`, in Markdown.
    Markdown,
}

impl ExposureFormat {
    /// All, with their names; the first is the one to use where none is given.
    pub const ALL: &'static [(&'static str, ExposureFormat)] =
        &[("text", ExposureFormat::Text), ("json", ExposureFormat::Json), ("md", ExposureFormat::Markdown)];
}

/// What every reader must know.
const NOTE: &str = "Machines of virtual networks are listed with addresses outside these networks only.
Rows about pods are what the workload's own policies let through; the policies of the other pod may forbid more.
ICMP and other protocols without ports: --format json.";

/// The exposure of an analysis in a form.
pub fn render(analysis: &Analysis, format: ExposureFormat) -> String {
    let exposure = analysis.exposure();
    match format {
        ExposureFormat::Text => text(&sections(analysis, &exposure)),
        ExposureFormat::Markdown => markdown(&sections(analysis, &exposure)),
        ExposureFormat::Json => json_of(analysis, &exposure),
    }
}

/// Columns are not made wider than this for the sake of a few long cells.
const WIDEST: usize = 40;

/// What workloads are open to, one kind of it.
struct Section {
    title: &'static str,
    /// Workload, `from` or `to`, whom, what.
    rows: Vec<[String; 4]>,
}

/// All kinds, the widest first.
const TITLES: [&str; 7] = [
    "Not protected: no policy selects these, so everything passes",
    "Open to the Internet",
    "Open to other addresses",
    "Open to the whole cluster",
    "Open to pods with labels",
    "Left open by the input",
    "Closed",
];

fn sections(analysis: &Analysis, exposure: &Exposure) -> Vec<Section> {
    let mut sections = TITLES.map(|title| Section { title, rows: Vec::new() });
    let [unprotected, internet, others, cluster, labelled, open, closed] = &mut sections;
    for pods in &exposure.pods {
        let name = title(analysis, exposure, pods);
        for direction in [Direction::Ingress, Direction::Egress] {
            let Some(side) = exposure.side(pods, direction) else { continue };
            let row = |whom: String, what: String| [name.clone(), direction.preposition().to_owned(), whom, what];
            let mut is_closed = true;
            for outside in exposure.outside(pods, direction) {
                let section = if outside.is_public { &mut *internet } else { &mut *others };
                let what = words(exposure, outside.allowed, outside.possible, &[]);
                section.rows.extend(what.map(|what| row(addresses_in_words(&outside.addresses), what)));
            }
            let what = |passes: &Passes| {
                let names: Vec<String> = passes.names.iter().map(|port| port.words()).collect();
                words(exposure, passes.allowed, passes.possible, &names)
            };
            is_closed &=
                exposure.outside(pods, direction).iter().all(|outside| words(exposure, outside.allowed, outside.possible, &[]).is_none());
            let general = what(&side.cluster);
            is_closed &= general.is_none();
            let section = if side.protection == Protection::Unprotected { &mut *unprotected } else { &mut *cluster };
            section.rows.extend(general.clone().map(|what| row("any pod".into(), what)));
            for peer in &side.peers {
                // That nothing passes is worth a line where something would otherwise.
                let is_exception = general.is_some() || !peer.narrows.is_empty();
                let what = what(&peer.passes);
                is_closed &= what.is_none();
                let what = what.or_else(|| is_exception.then(|| "nothing".to_owned()));
                labelled.rows.extend(what.map(|what| row(exposure.row_words(peer) + &matched(analysis, peer), what)));
            }
            open.rows.extend(side.unsaid.iter().map(|unsaid| row("some pods".into(), unsaid.words())));
            if is_closed {
                closed.rows.push(row("anybody".into(), "nothing".into()));
            }
        }
    }
    for machine in &exposure.machines {
        let name = format!("{}[VM]", analysis.snapshot().cloud.interface_title(machine.machine));
        for direction in [Direction::Ingress, Direction::Egress] {
            for outside in exposure.outside_of_machine(machine, direction) {
                let section = if outside.is_public { &mut *internet } else { &mut *others };
                let what = words(exposure, outside.allowed, outside.possible, &[]);
                let row = |what| [name.clone(), direction.preposition().to_owned(), addresses_in_words(&outside.addresses), what];
                section.rows.extend(what.map(row));
            }
        }
    }
    sections.into_iter().filter(|section| !section.rows.is_empty()).collect()
}

/// The workload, and where its pods differ, the pod.
fn title(analysis: &Analysis, exposure: &Exposure, pods: &ExposedPods) -> String {
    let snapshot = analysis.snapshot();
    let title = workload_title(snapshot, pods.workload);
    let is_alone = exposure.pods.iter().filter(|other| other.workload == pods.workload).count() == 1;
    match pods.pods.first().filter(|_| !is_alone) {
        Some(pod) => format!("{title} (pod {}{})", snapshot.pod_title(*pod), if pods.pods.len() > 1 { " and others" } else { "" }),
        None => title,
    }
}

/// Which pods of the input a row is about already.
fn matched(analysis: &Analysis, row: &PeerExposure) -> String {
    let titles: Vec<String> = row.matched.iter().take(3).map(|id| workload_title(analysis.snapshot(), *id)).collect();
    match row.matched.len() {
        0 => String::new(),
        n if n > 3 => format!(" (now {} and more)", titles.join(", ")),
        _ => format!(" (now {})", titles.join(", ")),
    }
}

/// Connections by TCP, UDP and SCTP in words: what passes, and what cannot be told; nothing if there are none.
fn words(exposure: &Exposure, allowed: ConnectionId, possible: ConnectionId, names: &[String]) -> Option<String> {
    let (allowed, possible) = (exposure.set(allowed), exposure.set(possible));
    let certain: Vec<String> = ports_in_words(allowed).into_iter().chain(names.iter().cloned()).collect();
    let unknown = ports_in_words(&possible.difference(allowed)).map(|ports| format!("cannot tell {ports}"));
    let all: Vec<String> = (!certain.is_empty()).then(|| certain.join(", ")).into_iter().chain(unknown).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn text(sections: &[Section]) -> String {
    let mut out = String::new();
    for section in sections {
        out.push_str(&format!("{}\n", section.title));
        let width = |column: usize| section.rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
        let (first, last) = (width(0), width(3).min(WIDEST));
        for [name, preposition, whom, what] in &section.rows {
            let line = format!("  {name:<first$}  {what:<last$}  {preposition} {whom}");
            out.push_str(&format!("{}\n", printable(&line)));
        }
        out.push('\n');
    }
    if sections.is_empty() {
        return "There is no workload or machine that is open to anything.\n".into();
    }
    out + NOTE + "\n"
}

fn markdown(sections: &[Section]) -> String {
    let mut out = String::new();
    for section in sections {
        out.push_str(&format!("### {}\n\n| workload | | whom | what |\n| --- | --- | --- | --- |\n", section.title));
        for row in &section.rows {
            let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        out.push('\n');
    }
    out + NOTE + "\n"
}

fn json_of(analysis: &Analysis, exposure: &Exposure) -> String {
    let selectors: Vec<Value> = exposure.peers.iter().map(|peer| selector(analysis, peer)).collect();
    let mut sides: BTreeMap<usize, Value> = BTreeMap::new();
    let workloads: Vec<Value> = exposure
        .pods
        .iter()
        .map(|pods| {
            let names: Vec<String> = pods.pods.iter().map(|pod| analysis.snapshot().pod_title(*pod)).collect();
            let mut workload = json!({"workload": workload_title(analysis.snapshot(), pods.workload), "pods": names});
            for direction in [Direction::Ingress, Direction::Egress] {
                let Some(side) = exposure.side(pods, direction) else { continue };
                // Many workloads share a side, which is made once.
                let made = sides.entry(std::ptr::from_ref(side) as usize).or_insert_with(|| side_json(analysis, exposure, side));
                let mut made = made.clone();
                made["outside"] = outside_json(exposure, exposure.outside(pods, direction));
                workload[direction.as_str()] = made;
            }
            workload
        })
        .collect();
    let machine = |machine: &ExposedMachine| {
        let side = |direction| json!({"outside": outside_json(exposure, exposure.outside_of_machine(machine, direction))});
        let name = analysis.snapshot().cloud.interface_title(machine.machine);
        json!({"machine": name, "ingress": side(Direction::Ingress), "egress": side(Direction::Egress)})
    };
    let machines: Vec<Value> = exposure.machines.iter().map(machine).collect();
    let list = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n  ");
    let mut out = format!("{{\"selectors\": [\n  {}\n],\n\"workloads\": [\n  {}\n]", list(&selectors), list(&workloads));
    if !machines.is_empty() {
        out.push_str(&format!(",\n\"machines\": [\n  {}\n]", list(&machines)));
    }
    let doubts = not_evaluated_json(analysis);
    if doubts.as_array().is_some_and(|doubts| !doubts.is_empty()) {
        out.push_str(&format!(",\n\"notEvaluated\": {doubts}"));
    }
    out + "}\n"
}

/// What passes to or from addresses outside.
fn outside_json(exposure: &Exposure, outside: &[OutsideExposure]) -> Value {
    let row = |outside: &OutsideExposure| {
        let ranges: Vec<String> = outside.addresses.ranges().map(|(first, last)| format!("{first}-{last}")).collect();
        let mut fields = flows(exposure, outside.allowed, outside.possible);
        fields.insert("ranges".into(), json!(ranges));
        fields.insert("internet".into(), outside.is_public.into());
        Value::Object(fields)
    };
    outside.iter().map(row).collect()
}

fn side_json(analysis: &Analysis, exposure: &Exposure, side: &SideExposure) -> Value {
    let rows = side.peers.iter().map(|row| {
        let mut fields = passes(exposure, &row.passes);
        let workloads: Vec<String> = row.matched.iter().map(|id| workload_title(analysis.snapshot(), *id)).collect();
        fields.insert("selectors".into(), row.peers.iter().map(|id| id.index()).collect());
        fields.insert("narrows".into(), json!(row.narrows));
        fields.insert("podsInInput".into(), row.pods.into());
        fields.insert("workloadsInInput".into(), json!(workloads));
        Value::Object(fields)
    });
    let protection = match side.protection {
        Protection::Unprotected => "none",
        Protection::Unknown => "unknown",
        Protection::Protected => "protected",
    };
    let open: Vec<String> = side.unsaid.iter().map(|unsaid| unsaid.words()).collect();
    json!({"protection": protection, "cluster": passes(exposure, &side.cluster), "pods": rows.collect::<Vec<_>>(), "leftOpen": open})
}

/// `allowed`, `unknown`, and ports that have names.
fn passes(exposure: &Exposure, passes: &Passes) -> Map<String, Value> {
    let mut fields = flows(exposure, passes.allowed, passes.possible);
    let names = passes.names.iter().map(|port| match port.protocol {
        Some(protocol) => json!({"name": port.name, "protocol": protocol.to_string()}),
        None => json!({"name": port.name}),
    });
    let names: Vec<Value> = names.collect();
    if !names.is_empty() {
        fields.insert("portNames".into(), names.into());
    }
    fields
}

fn flows(exposure: &Exposure, allowed: ConnectionId, possible: ConnectionId) -> Map<String, Value> {
    let set = |id: ConnectionId| -> ConnectionSet { exposure.set(id).clone() };
    flows_json(&Flows { always: set(allowed), sometimes: set(allowed), possible: set(possible) })
}

/// A selector as it is written, in words, and where.
fn selector(analysis: &Analysis, peer: &PeerSelector) -> Value {
    let mut found = json!({"words": peer.words(), "place": places::json(analysis, peer.place)});
    match (&peer.kind, &peer.written) {
        (PeerKind::Pods(subject), _) => {
            match &subject.namespaces {
                NamespaceMatch::Named(name) => found["namespace"] = json!(name),
                NamespaceMatch::Selector(selector) => found["namespaceSelector"] = label_selector(selector),
            }
            found["podSelector"] = label_selector(&subject.pods);
        }
        (PeerKind::Calico { .. }, Some(written)) => {
            let mut calico = json!({});
            let fields =
                [("selector", &written.selector), ("notSelector", &written.not_selector), ("namespaceSelector", &written.namespaces)];
            for (name, selector) in fields {
                if let Some(selector) = selector {
                    calico[name] = json!(selector.to_string());
                }
            }
            if let Some(namespace) = &written.own_namespace {
                calico["namespace"] = json!(namespace);
            }
            if !written.accounts.is_empty() || written.account_selector.is_some() {
                let selector = written.account_selector.as_ref().map(ToString::to_string);
                calico["serviceAccounts"] = json!({"names": written.accounts, "selector": selector});
            }
            found["calico"] = calico;
        }
        (PeerKind::Calico { .. }, None) => {}
    }
    found
}

/// As Kubernetes writes it: `{}` for everything.
fn label_selector(selector: &LabelSelector) -> Value {
    let (mut labels, mut expressions) = (Map::new(), Vec::new());
    for requirement in &selector.requirements {
        let (operator, values) = match &requirement.operator {
            Operator::In(values) => match values.as_slice() {
                [one] if !labels.contains_key(&*requirement.key) => {
                    labels.insert(requirement.key.to_string(), json!(one));
                    continue;
                }
                _ => ("In", values.as_slice()),
            },
            Operator::NotIn(values) => ("NotIn", values.as_slice()),
            Operator::Exists => ("Exists", &[][..]),
            Operator::DoesNotExist => ("DoesNotExist", &[][..]),
        };
        let mut expression = json!({"key": requirement.key, "operator": operator});
        if !values.is_empty() {
            expression["values"] = json!(values);
        }
        expressions.push(expression);
    }
    let mut found = json!({});
    if !labels.is_empty() {
        found["matchLabels"] = labels.into();
    }
    if !expressions.is_empty() {
        found["matchExpressions"] = expressions.into();
    }
    found
}
