//! What methods return, where the view's own types say more than JavaScript can use: numbers of things that only the page has.

use js_sys::{Int32Array, Uint8Array, Uint32Array};
use netpolis_view::{
    AnswerView, BranchView, EndKind, EndView, FixView, LitView, PathView, PathWord, PodShareView, PortView, ProbeView, Question, SceneView,
    SetView, SourceLocation, StationView, VerdictView,
};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use tsify::Tsify;

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Answer {
    /// What was asked, with the full names of the endpoints.
    #[serde(serialize_with = "as_asked")]
    pub question: Question,
    /// The verdict.
    pub verdict: VerdictView,
    /// The answer in a sentence, with code in backticks.
    pub summary: String,
    /// Where policies or security groups are evaluated, in the order in which the packet gets there.
    pub checkpoints: Vec<StationView>,
    /// What else matters.
    pub notes: Vec<String>,
    /// The smallest change that would allow the flow, if it is denied and one is known.
    pub suggestion: Option<FixView>,
    /// The lines that decide or take part, to mark in an editor.
    pub lines: Vec<LitView>,
}

/// A question without the fields that were left out, so that it can be asked again as it is.
fn as_asked<S: Serializer>(question: &Question, serializer: S) -> Result<S::Ok, S::Error> {
    let Question { from, to, protocol, port, source_port, icmp_type, icmp_code } = question;
    let mut object = serializer.serialize_struct("Question", 7)?;
    object.serialize_field("from", from)?;
    object.serialize_field("to", to)?;
    let numbers =
        [("port", *port), ("sourcePort", *source_port), ("icmpType", icmp_type.map(u16::from)), ("icmpCode", icmp_code.map(u16::from))];
    if !protocol.is_empty() {
        object.serialize_field("protocol", protocol)?;
    }
    for (name, number) in numbers {
        match number {
            Some(number) => object.serialize_field(name, &number)?,
            None => object.skip_field(name)?,
        }
    }
    object.end()
}

impl From<AnswerView> for Answer {
    fn from(view: AnswerView) -> Self {
        let AnswerView { question, verdict, summary, stations, notes, suggestion, lit, .. } = view;
        Answer { question, verdict, summary, checkpoints: stations, notes, suggestion, lines: lit }
    }
}

/// The whole path of a packet, with all its branches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Path {
    /// The client as it was understood.
    pub from: String,
    /// The target as it was understood.
    pub to: String,
    /// The protocol.
    pub protocol: String,
    /// The port that the client connects to.
    pub port: Option<u16>,
    /// The verdict over all branches.
    pub verdict: PathWord,
    /// The verdict with the share of connections that gets there: `sometimes (33.3 %)`.
    pub text: String,
    /// The same over the branches: `Denied for 66.7 % of connections (1 of 2 branches)`.
    pub headline: String,
    /// The answer in a sentence, with code in backticks.
    pub summary: String,
    /// The branches, the one with the largest share first.
    pub branches: Vec<BranchView>,
    /// How many further branches there are.
    pub more_branches: u32,
    /// Which pods get how many of the connections.
    pub pods: Vec<PodShareView>,
    /// How many further lines of pods there are.
    pub more_pods: u32,
    /// Nodes as the load balancer's health probe finds them, those that are down first.
    pub probes: Vec<ProbeView>,
    /// How many further nodes answer the probe.
    pub more_probes: u32,
    /// What else matters.
    pub notes: Vec<String>,
}

impl From<PathView> for Path {
    fn from(view: PathView) -> Self {
        let PathView { from, to, protocol, port, verdict, text, headline, summary, branches, more_branches, .. } = view;
        let PathView { pods, more_pods, probes, more_probes, notes, .. } = view;
        Path {
            from,
            to,
            protocol,
            port,
            verdict,
            text,
            headline,
            summary,
            branches,
            more_branches,
            pods,
            more_pods,
            probes,
            more_probes,
            notes,
        }
    }
}

/// Something that can send or receive packets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Its name in questions: `shop/db[StatefulSet]`, `node/worker-1`, an address.
    pub name: String,
    /// What it is.
    pub kind: EndKind,
    /// Its namespace, if it has one.
    pub namespace: Option<String>,
    /// Its name alone.
    pub title: String,
    /// What it is, in words: `Deployment × 3`.
    pub subtitle: String,
    /// How many pods it stands for.
    pub replicas: u32,
    /// Whether it is the Internet: all outside addresses, or all others.
    pub internet: bool,
    /// Whether a policy isolates it for ingress.
    pub isolated_ingress: bool,
    /// Whether a policy isolates it for egress.
    pub isolated_egress: bool,
    /// Policies that select it, by kind and name: `NetworkPolicy shop/db`.
    pub policies: Vec<String>,
    /// Its labels, `key=value`.
    pub labels: Vec<String>,
    /// Its addresses or ranges; of workloads those that the input gives, of many the first.
    pub addresses: Vec<String>,
    /// Ports that it declares.
    pub ports: Vec<PortView>,
    /// Where it is written.
    pub location: Option<SourceLocation>,
}

impl Endpoint {
    /// All endpoints of a scene.
    pub(super) fn all(scene: &SceneView) -> Vec<Endpoint> {
        scene.ends.iter().map(|end| Endpoint::of(scene, end)).collect()
    }

    fn of(scene: &SceneView, end: &EndView) -> Endpoint {
        let policy = |index: &u32| scene.policies.get(*index as usize).map(|policy| format!("{} {}", policy.kind, policy.title));
        let namespace = end.namespace.and_then(|index| scene.namespaces.get(index as usize));
        let end = end.clone();
        Endpoint {
            name: end.key,
            kind: end.kind,
            namespace: namespace.map(|namespace| namespace.name.clone()),
            title: end.title,
            subtitle: end.subtitle,
            replicas: end.replicas,
            internet: end.internet,
            isolated_ingress: end.isolated_ingress,
            isolated_egress: end.isolated_egress,
            policies: end.policies.iter().filter_map(policy).collect(),
            labels: end.labels,
            addresses: end.addresses,
            ports: end.ports,
            location: end.spot,
        }
    }
}

/// All pairs of endpoints, factorised: endpoints that no answer distinguishes share a class, and a table of classes says what passes.
///
/// `pairs(connectivity)` lists the pairs, `allowedBetween(connectivity, from, to)` looks one up.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Connectivity {
    /// The names of the endpoints, in the order of `endpoints()`.
    pub endpoints: Vec<String>,
    /// By endpoint, 1 if it is outside the cluster and of no network in the input: what passes between two of these is not ours to say.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint8Array")]
    pub outside: Uint8Array,
    /// By endpoint, its class.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint32Array")]
    pub classes: Uint32Array,
    /// How many classes there are.
    pub class_count: u32,
    /// `cells[from * classCount + to]`, by classes: what passes from an endpoint of the one to another of the other, as an index into `sets`.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Uint32Array")]
    pub cells: Uint32Array,
    /// By endpoint, what passes between its own pods, as an index into `sets`; -1 where there is only one pod.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Int32Array")]
    pub within: Int32Array,
    /// The different sets of connections.
    pub sets: Vec<SetView>,
}

impl Connectivity {
    /// All pairs of a scene.
    pub(super) fn of(scene: &SceneView) -> Connectivity {
        let ends = &scene.ends;
        let outside: Vec<u8> = ends.iter().map(|end| u8::from(end.kind == EndKind::Outside)).collect();
        let classes: Vec<u32> = ends.iter().map(|end| end.class).collect();
        let cells: Vec<u32> = scene.cells.iter().map(|cell| u32::from(*cell)).collect();
        let within: Vec<i32> = scene.within.iter().map(|set| set.map_or(-1, i32::from)).collect();
        Connectivity {
            endpoints: ends.iter().map(|end| end.key.clone()).collect(),
            outside: Uint8Array::from(outside.as_slice()),
            classes: Uint32Array::from(classes.as_slice()),
            class_count: scene.classes,
            cells: Uint32Array::from(cells.as_slice()),
            within: Int32Array::from(within.as_slice()),
            sets: scene.sets.clone(),
        }
    }
}
