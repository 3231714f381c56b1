//! What can be chosen otherwise on a way: each choice with what the input says, and what a way can be compared with.

use netpolis_core::language::TrafficPolicy;
use netpolis_core::language::azure::Plugin;
use netpolis_core::path::{Entry, PathAnswer, Paths};
use netpolis_core::settings::{Dataplane, IngressBy, Probes, Routing, table};
use netpolis_core::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{PathQuestion, words};

/// The setting that says how many pods each node has.
const REPLICAS: &str = "replicas";

/// Most nodes that can be chosen from.
const MOST_NODES: usize = 24;

/// Something that can be chosen otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ChoiceView {
    /// Its name in settings; `entry` and `node` are of the question.
    pub name: String,
    /// What it is, in upstream's words.
    pub title: String,
    /// What is chosen; nothing where it is left to the text.
    pub chosen: Option<String>,
    /// How it is where nothing is chosen: `as in text: Cluster`.
    pub unset: String,
    /// What can be chosen; empty where something is written by hand.
    pub options: Vec<OptionView>,
    /// Whether it is one of the few that matter most for this question.
    pub main: bool,
}

/// One value of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct OptionView {
    /// Its word in settings.
    pub word: String,
    /// Its name for people.
    pub title: String,
}

/// Something that a way can be compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct VersusView {
    /// What changes: `dataplane=ebpf`, `entry=node-port`, `to=ingress/shop/web`.
    pub change: String,
    /// A name for the way with the change.
    pub title: String,
    /// A name for the way as it is.
    pub now: String,
}

fn option(word: &str, title: &str) -> OptionView {
    OptionView { word: word.into(), title: title.into() }
}

fn same(word: &str) -> OptionView {
    option(word, word)
}

fn as_written(title: &str) -> String {
    format!("as in the files: {title}")
}

fn affinity_word(keeps: bool) -> &'static str {
    if keeps { "ClientIP" } else { "None" }
}

/// Everything that can be chosen otherwise on this way, the choices that matter most first.
pub(super) fn choices(answer: &PathAnswer, paths: &Paths, routing: &Routing, question: &PathQuestion) -> Vec<ChoiceView> {
    let written = &answer.declared;
    let (by_service, by_ingress) = (written.external.is_some(), written.ingress.is_some());
    let inside = answer.entry == Some(Entry::Cluster);
    let mut list = Vec::new();
    let mut add = |name: &str, title: &str, main: bool, unset: String, options: Vec<OptionView>| {
        let chosen = match name {
            "entry" => question.entry.clone(),
            "node" => question.node.clone(),
            _ => table::path_setting(routing, name),
        };
        list.push(ChoiceView { name: name.into(), title: title.into(), chosen: chosen.filter(|c| !c.is_empty()), unset, options, main });
    };
    if let Some(by) = written.ingress {
        let options = IngressBy::ALL.iter().map(|by| option(by.as_str(), words::ingress(*by))).collect();
        add("ingress", "Ingress by", true, as_written(words::ingress(by)), options);
    }
    let policies = || TrafficPolicy::ALL.iter().map(|policy| same(policy.as_str())).collect::<Vec<_>>();
    if let Some(policy) = written.external.filter(|_| !inside) {
        add("externalTrafficPolicy", "externalTrafficPolicy", true, as_written(policy.as_str()), policies());
    }
    if let Some(policy) = written.internal.filter(|_| inside) {
        add("internalTrafficPolicy", "internalTrafficPolicy", true, as_written(policy.as_str()), policies());
    }
    if by_service || by_ingress {
        let options = Dataplane::ALL.iter().map(|d| option(d.as_str(), words::dataplane(*d))).collect();
        add("dataplane", "dataplane", true, as_written(words::dataplane(written.dataplane)), options);
    }
    if written.entries.len() > 1 && !by_ingress {
        let options = written.entries.iter().map(|e| option(e.as_str(), words::entry(*e))).collect();
        let now = answer.entry.filter(|_| question.entry.is_none()).map_or("as the client would", words::entry);
        add("entry", "reached by", inside, now.into(), options);
    }
    if answer.entry == Some(Entry::NodePort) {
        let nodes = paths.snapshot().nodes.iter().take(MOST_NODES).map(|n| same(&n.name)).collect();
        add("node", "node", false, "any".into(), nodes);
    }
    if let Some(plugin) = written.pod_network {
        let options = Plugin::ALL.iter().map(|p| option(p.as_str(), p.title())).collect();
        add("plugin", "pod network", !by_service && !by_ingress, as_written(plugin.title()), options);
    }
    if !answer.probes.is_empty() || routing.probes.is_some() {
        let options = Probes::ALL.iter().map(|p| option(p.as_str(), words::probes(*p))).collect();
        add("probes", "health probes", false, as_written(words::probes(written.probes)), options);
    }
    if let Some(keeps) = written.affinity {
        let options = [true, false].map(|keeps| same(affinity_word(keeps)));
        add("affinity", "sessionAffinity", false, as_written(affinity_word(keeps)), options.into());
    }
    if !written.source_ranges.is_empty() || routing.ignore_source_ranges {
        let ranges: Vec<String> = written.source_ranges.iter().take(3).map(ToString::to_string).collect();
        add("sourceRanges", "loadBalancerSourceRanges", false, as_written(&ranges.join(", ")), vec![same("ignored")]);
    }
    if !written.placed || !routing.placement.per_node.is_empty() {
        add(REPLICAS, "pods per node", false, "evenly spread".into(), Vec::new());
    }
    if !written.addressed || routing.placement.node_network.is_some() {
        add("nodeRange", "node addresses", false, "not given".into(), Vec::new());
    }
    list
}

impl ChoiceView {
    /// An example of what can be written, where nothing is listed to choose from.
    pub fn example(&self) -> &'static str {
        // All others are ranges of addresses.
        if self.name == REPLICAS { "1, 9" } else { "10.240.0.0/24" }
    }
}

/// What this way can usefully be compared with.
pub(super) fn versus(answer: &PathAnswer, paths: &Paths, routing: &Routing, question: &PathQuestion) -> Vec<VersusView> {
    let written = &answer.declared;
    let mut list = Vec::new();
    let mut add = |change: String, title: String, now: String| list.push(VersusView { change, title, now });
    if written.external.is_some() || written.ingress.is_some() {
        let now = paths.dataplane();
        let other = if now.is_ebpf() { Dataplane::KubeProxy } else { Dataplane::Ebpf };
        add(format!("dataplane={}", other.as_str()), words::dataplane(other).into(), words::dataplane(now).into());
    }
    let inside = answer.entry == Some(Entry::Cluster);
    let (name, policy) = match inside {
        true => ("internalTrafficPolicy", written.internal.map(|p| routing.internal.unwrap_or(p))),
        false => ("externalTrafficPolicy", written.external.map(|p| routing.external.unwrap_or(p))),
    };
    if let Some(now) = policy {
        let other = if now == TrafficPolicy::Cluster { TrafficPolicy::Local } else { TrafficPolicy::Cluster };
        add(format!("{name}={}", other.as_str()), format!("{name} {}", other.as_str()), format!("{name} {}", now.as_str()));
    }
    if let Some(by) = written.ingress {
        let now = routing.ingress.unwrap_or(by);
        let other = if now == IngressBy::Controller { IngressBy::Gateway } else { IngressBy::Controller };
        add(format!("ingress={}", other.as_str()), words::ingress(other).into(), words::ingress(now).into());
    }
    if let Some(now) = answer.entry {
        for other in written.entries.iter().filter(|e| **e != now) {
            add(format!("entry={}", other.as_str()), words::entry(*other).into(), words::entry(now).into());
        }
    }
    for (to, title, now) in other_doors(paths.snapshot(), answer) {
        add(format!("to={to}"), title, now);
    }
    if let Some(plugin) = written.pod_network {
        let now = routing.pod_network.unwrap_or(plugin);
        for other in [Plugin::Overlay, Plugin::NodeSubnet, Plugin::Kubenet].into_iter().filter(|p| *p != now) {
            add(format!("plugin={}", other.as_str()), other.title().into(), now.title().into());
        }
    }
    list.retain(|versus| Some(&*versus.change) != question.entry.as_ref().map(|e| format!("entry={e}")).as_deref());
    list
}

/// Other ways to the same pods: Ingresses that lead to the Service in question, or the Services behind the Ingress in question.
fn other_doors(snapshot: &Snapshot, answer: &PathAnswer) -> Vec<(String, String, String)> {
    let by_ingress = answer.declared.ingress.is_some();
    let mut doors: Vec<(String, String, String)> = Vec::new();
    for backend in &snapshot.ingresses {
        let Some(service) = backend.service.and_then(|id| snapshot.service(id)) else { continue };
        let namespace = snapshot.namespace_name(backend.namespace);
        let (ingress, service_title) = (format!("{namespace}/{}", backend.name), format!("{namespace}/{}", service.name));
        let exposed = service.service_type.has_node_ports();
        let door = match by_ingress {
            false if service_title == answer.to => {
                (format!("ingress/{ingress}"), format!("Ingress {ingress}"), format!("Service {service_title}"))
            }
            true if ingress == answer.to && exposed => {
                (format!("svc/{service_title}"), format!("Service {service_title}"), format!("Ingress {ingress}"))
            }
            _ => continue,
        };
        if !doors.contains(&door) {
            doors.push(door);
        }
    }
    doors
}
