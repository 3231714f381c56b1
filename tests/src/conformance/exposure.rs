//! The exposure section of netpol-analyzer's lists.
//!
//! The analyzer reads a selector *literally*: it stands for pods that match it and nothing else but rules for everybody and rules with the very
//! same requirements (upstream: `pkg/netpol/eval/internal/k8s/representative_selectors.go`). `app in (a)` and `app exists` are two kinds of pods
//! to it, although every pod of the first is one of the second. So it is asked about the same policies with each selector of a
//! peer written with a label of its own, which no other selector asks for: what `exposure` then says is exact, and is what the analyzer means.
//! Where it differs from the plain answer, the plain answer is the better one: it holds for every pod with those labels.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpolis::formats::ports;
use netpolis_core::analysis::Analysis;
use netpolis_core::answers::exposure::{ExposedPods, Exposure, Passes, PeerKind, PortName, Protection, SideExposure, exposure};
use netpolis_core::compile::{Compiled, Endpoint, compile};
use netpolis_core::connectivity::Connectivity;
use netpolis_core::endpoints::workload_title;
use netpolis_core::model::{LabelSelector, Labels, Operator, Requirement};
use netpolis_core::policy::{
    Direction, NamespaceMatch, PeerMatch, PeerTermKind, Ruleset, Subject, SubjectMatch, TrafficMatch, TrafficTermKind,
};
use netpolis_core::snapshot::{PodId, Role, Snapshot};
use netpolis_core::text::Span;

use super::lists::EXPOSURE_TITLE;

/// The label of every namespace with its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// What the analyzer calls any pod of any namespace.
const CLUSTER: &str = "entire-cluster";

/// The exposure section, given the list above it; nothing if there is nothing to say.
pub(super) fn section(analysis: &Analysis, list: &str) -> Vec<String> {
    let literal = Literal::new(analysis);
    let mut lines: BTreeMap<Direction, Vec<String>> = BTreeMap::new();
    let mut unprotected = Vec::new();
    for pods in &literal.exposure.pods {
        let name = workload_title(analysis.snapshot(), pods.workload);
        let of = |direction| literal.lines(pods, direction);
        let both = Direction::BOTH.map(of);
        if both.iter().all(|(_, lines)| lines.is_empty()) {
            continue;
        }
        for (direction, (protected, own)) in Direction::BOTH.into_iter().zip(both) {
            let (arrow, word) = if direction == Direction::Egress { ("=>", "Egress") } else { ("<=", "Ingress") };
            let line = |(entity, connections): (String, String)| format!("{name} {arrow} {entity} : {connections}");
            let slot = lines.entry(direction).or_default();
            slot.extend(own.into_iter().map(line));
            slot.extend(outside(list, &name, direction));
            if !protected {
                unprotected.push(format!("{name} is not protected on {word}"));
            }
        }
    }
    let mut all = Vec::new();
    let sections = [("Egress Exposure:", lines.remove(&Direction::Egress)), ("Ingress Exposure:", lines.remove(&Direction::Ingress))];
    for (title, lines) in sections.into_iter().map(|(title, lines)| (title, lines.unwrap_or_default())).filter(|(_, l)| !l.is_empty()) {
        all.push(title.to_owned());
        all.extend(lines);
    }
    if !unprotected.is_empty() {
        all.push("Workloads not protected by network policies:".into());
        all.extend(unprotected);
    }
    if !all.is_empty() {
        all.push(EXPOSURE_TITLE.into());
    }
    all
}

/// The lines of the list between a workload and the outside, seen from the workload.
fn outside(list: &str, name: &str, direction: Direction) -> Vec<String> {
    let parts = list.lines().filter_map(|line| line.split_once(" => ").and_then(|(from, rest)| Some((from, rest.split_once(" : ")?))));
    let own = parts.filter_map(|(from, (to, connections))| match direction {
        Direction::Egress if from == name => Some((to, "=>", connections)),
        Direction::Ingress if to == name => Some((from, "<=", connections)),
        _ => None,
    });
    own.filter(|(other, ..)| other.ends_with("[External]"))
        .map(|(other, arrow, connections)| format!("{name} {arrow} {other} : {connections}"))
        .collect()
}

/// Pods that a rule names: what it asks of their namespaces and of themselves, each by number; 0 asks for nothing.
type Pair = (usize, usize);

/// A selector as it is written.
struct Written {
    /// `k=v` of `matchLabels`.
    labels: BTreeMap<String, String>,
    /// `matchExpressions`.
    expressions: BTreeSet<String>,
}

impl Written {
    fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }

    fn text(&self) -> String {
        let labels = self.labels.iter().map(|(key, value)| format!("{key}={value}"));
        labels.chain(self.expressions.iter().cloned()).collect::<Vec<_>>().join(",")
    }

    fn matches(&self, labels: &Labels) -> bool {
        self.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
    }
}

/// Selectors by what they ask for, each with how it is written first.
#[derive(Default)]
struct Numbers {
    known: BTreeMap<BTreeSet<String>, usize>,
    written: Vec<Written>,
}

impl Numbers {
    fn number(&mut self, requirements: &[Requirement], is_expression: impl Fn(&Requirement) -> bool) -> usize {
        let key: BTreeSet<String> = requirements.iter().map(canonical).collect();
        let next = self.written.len();
        let number = *self.known.entry(key).or_insert(next);
        if number == next {
            let mut written = Written { labels: BTreeMap::new(), expressions: BTreeSet::new() };
            for requirement in requirements {
                match &requirement.operator {
                    Operator::In(values) if !is_expression(requirement) => {
                        written.labels.extend(values.first().map(|value| (requirement.key.to_string(), value.to_string())));
                    }
                    _ => {
                        written.expressions.insert(expression(requirement));
                    }
                }
            }
            self.written.push(written);
        }
        number
    }
}

/// One text for requirements that ask for the same.
fn canonical(requirement: &Requirement) -> String {
    let mut requirement = requirement.clone();
    if let Operator::In(values) | Operator::NotIn(values) = &mut requirement.operator {
        values.sort();
    }
    format!("{} {:?}", requirement.key, requirement.operator)
}

/// As Go prints a `LabelSelectorRequirement`.
fn expression(requirement: &Requirement) -> String {
    let (operator, values) = match &requirement.operator {
        Operator::In(values) => ("In", values.as_slice()),
        Operator::NotIn(values) => ("NotIn", values.as_slice()),
        Operator::Exists => ("Exists", &[][..]),
        Operator::DoesNotExist => ("DoesNotExist", &[][..]),
    };
    format!("{{Key:{},Operator:{operator},Values:[{}],}}", requirement.key, values.join(" "))
}

/// The literal reading of an input.
struct Literal<'a> {
    analysis: &'a Analysis,
    namespaces: Numbers,
    pods: Numbers,
    /// Pods that some rule of any policy names and no pod of the input already is.
    representatives: BTreeSet<Pair>,
    exposure: Exposure,
    /// The same for the policies of these pods: only those that are cluster-wide count (upstream: `NetworkPolicy.Selects`).
    other_side: OtherSide,
}

impl<'a> Literal<'a> {
    fn new(analysis: &'a Analysis) -> Self {
        let (mut namespaces, mut pods) = (Numbers::default(), Numbers::default());
        namespaces.number(&[], |_| false);
        pods.number(&[], |_| false);
        let mut representatives = BTreeSet::new();
        let mut ruleset = analysis.compiled().ruleset().clone();
        let mut other_side = ruleset.clone();
        for policy in ruleset.policies.iter_mut().map(Arc::make_mut) {
            let is_expression =
                |requirement: &Requirement| analysis.sources().slice(requirement.span.within(policy.place.document)).contains("operator");
            let mut pair = |subject: &Subject| -> Pair {
                let own = match &subject.namespaces {
                    NamespaceMatch::Named(name) => {
                        let operator = Operator::In(vec![name.as_str().into()]);
                        let named = Requirement { span: Span::default(), key: NAME_LABEL.into(), operator };
                        namespaces.number(&[named], |_| false)
                    }
                    NamespaceMatch::Selector(selector) => namespaces.number(&selector.requirements, is_expression),
                };
                (own, pods.number(&subject.pods.requirements, is_expression))
            };
            let sides = [(policy.acts_on_ingress, &mut policy.ingress), (policy.acts_on_egress, &mut policy.egress)];
            for (acts, rules) in sides {
                let terms = rules.iter_mut().filter_map(|rule| if let PeerMatch::Of(terms) = &mut rule.peers { Some(terms) } else { None });
                for term in terms.flatten() {
                    let PeerTermKind::Pods(subject) = &mut term.kind else { continue };
                    let numbers = pair(subject);
                    *subject = literal(numbers);
                    if acts && numbers != (0, 0) {
                        representatives.insert(numbers);
                    }
                }
            }
            let far = other_side.policies.get_mut(policy.id.0 as usize);
            if let Some((SubjectMatch::Pods(subject), far)) = far.map(|far| (&mut Arc::make_mut(far).subject, policy.namespace.is_some())) {
                // No policy of a namespace selects a pod that only a selector stands for.
                *subject = if far { literal((usize::MAX, usize::MAX)) } else { literal(pair(subject)) };
            }
        }
        let snapshot = analysis.snapshot();
        let compiled = Arc::new(compile(snapshot, ruleset, analysis.assumed()));
        let connectivity = Connectivity::new(&compiled, snapshot);
        let exposure = exposure(snapshot, &compiled, &connectivity, analysis.assumed());
        let real = |(namespace, pod): &Pair| is_real(snapshot, &namespaces.written[*namespace], &pods.written[*pod]);
        representatives.retain(|pair| !real(pair));
        let other_side = OtherSide::new(analysis, other_side, &representatives);
        Literal { analysis, namespaces, pods, representatives, exposure, other_side }
    }

    /// Whether policies protect pods in a direction, and what they are exposed to: entities with connections.
    fn lines(&self, pods: &ExposedPods, direction: Direction) -> (bool, Vec<(String, String)>) {
        let Some(side) = self.exposure.side(pods, direction) else { return (true, Vec::new()) };
        if side.protection == Protection::Unprotected {
            return (false, vec![(CLUSTER.into(), "All Connections".into())]);
        }
        let mut cluster = side.cluster.clone();
        if direction == Direction::Ingress {
            cluster.names.extend(pods.pods.first().into_iter().flat_map(|pod| self.undeclared(*pod)));
        }
        let general = self.text(&cluster, None);
        let mut lines: Vec<(String, String)> = general.iter().map(|text| (CLUSTER.to_owned(), text.clone())).collect();
        for pair in &self.representatives {
            let passes = self.passes(side, *pair);
            let text = self.text(&passes, pods.pods.first().map(|pod| (*pod, direction, *pair)));
            if text != general {
                lines.push((self.title(*pair), text.unwrap_or_else(|| "No Connections".into())));
            }
        }
        (true, lines)
    }

    /// What a side lets through to pods that a selector stands for: those match it, and what asks for less of the same.
    fn passes(&self, side: &SideExposure, pair: Pair) -> Passes {
        side.passes_for(&self.exposure, |id| {
            let (namespace, pod) = self.exposure.peer(id).map_or(pair, |peer| numbers_of(&peer.kind));
            (namespace == 0 || namespace == pair.0) && (pod == 0 || pod == pair.1)
        })
    }

    /// Connections as the analyzer writes them; nothing if there are none.
    fn text(&self, passes: &Passes, far: Option<(PodId, Direction, Pair)>) -> Option<String> {
        let set = self.exposure.set(passes.allowed);
        let set = match far {
            Some((pod, direction, pair)) => set.intersection(&self.other_side.passes(pod, direction, pair)),
            None => set.clone(),
        };
        let mut parts: BTreeMap<String, String> = BTreeMap::new();
        let numbers = ports(&set);
        if numbers.as_deref() == Some("All Connections") {
            return numbers;
        }
        parts.extend(numbers.as_deref().into_iter().flat_map(protocols));
        for port in &passes.names {
            let protocol = port.protocol.map(|protocol| protocol.to_string()).unwrap_or_default();
            let slot = parts.entry(protocol).or_default();
            if !slot.is_empty() {
                slot.push(',');
            }
            slot.push_str(&port.name);
        }
        (!parts.is_empty()).then(|| parts.iter().map(|(protocol, ports)| format!("{protocol} {ports}")).collect::<Vec<_>>().join(","))
    }

    /// Ports that rules for everybody name and the pod does not declare: the analyzer lists them by their names.
    fn undeclared(&self, pod: PodId) -> Vec<PortName> {
        let compiled = self.analysis.compiled();
        let Some(endpoint) = self.analysis.snapshot().pod(pod) else { return Vec::new() };
        let is_everybody = |peers: &PeerMatch| match peers {
            PeerMatch::Any => true,
            PeerMatch::Of(terms) => terms.iter().any(|term| match &term.kind {
                PeerTermKind::Pods(Subject { namespaces: NamespaceMatch::Selector(namespaces), pods }) => {
                    namespaces.is_everything() && pods.is_everything()
                }
                _ => false,
            }),
        };
        let policies = compiled.policies_on(pod, Direction::Ingress).into_iter().filter_map(|id| compiled.policy(id));
        let rules = policies
            .filter(|policy| policy.namespace.is_some())
            .flat_map(|policy| &policy.ingress)
            .filter(|rule| is_everybody(&rule.peers));
        let mut found = Vec::new();
        for rule in rules {
            let TrafficMatch::Of(terms) = &rule.traffic else { continue };
            for term in terms {
                if let TrafficTermKind::Named(name, protocol) = &term.kind
                    && !endpoint.ports.iter().any(|port| port.name.as_deref() == Some(&**name))
                {
                    found.push(PortName { name: name.to_string(), protocol: *protocol });
                }
            }
        }
        found
    }

    fn title(&self, (namespace, pod): Pair) -> String {
        let (namespace, pod) = (&self.namespaces.written[namespace], &self.pods.written[pod]);
        let only_name = namespace.labels.get(NAME_LABEL).filter(|_| namespace.labels.len() == 1 && namespace.expressions.is_empty());
        let namespace = match only_name {
            Some(name) => name.clone(),
            None if namespace.is_everything() => "[all namespaces]".into(),
            None => format!("[namespace with {{{}}}]", namespace.text()),
        };
        let pod = if pod.is_everything() { "[all pods]".into() } else { format!("[pod with {{{}}}]", pod.text()) };
        format!("{namespace}/{pod}")
    }
}

/// `SCTP 1-65535,TCP 1-79,81-65535` in protocols with their ports.
fn protocols(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for part in text.split(',') {
        match (part.split_once(' '), found.last_mut()) {
            (Some((protocol, ports)), _) => found.push((protocol.into(), ports.into())),
            (None, Some((_, ports))) => {
                ports.push(',');
                ports.push_str(part);
            }
            (None, None) => {}
        }
    }
    found
}

/// Pods with labels that only these selectors ask for.
fn literal((namespace, pod): Pair) -> Subject {
    let selector = |kind: &str, number: usize| {
        let key = format!("{kind}-{number}").into();
        let requirement = Requirement { span: Span::default(), key, operator: Operator::Exists };
        LabelSelector { span: Span::default(), requirements: if number == 0 { Vec::new() } else { vec![requirement] } }
    };
    Subject { namespaces: NamespaceMatch::Selector(selector("namespace", namespace)), pods: selector("pod", pod) }
}

/// The numbers back from such a selector.
fn numbers_of(kind: &PeerKind) -> Pair {
    let number = |selector: &LabelSelector| {
        let first = selector.requirements.first().and_then(|r| r.key.rsplit_once('-'));
        first.and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
    };
    match kind {
        PeerKind::Pods(Subject { namespaces: NamespaceMatch::Selector(namespaces), pods }) => (number(namespaces), number(pods)),
        _ => (0, 0),
    }
}

/// Whether a pod of the input is what a selector stands for. The analyzer asks this of selectors by `matchLabels` for namespaces and for pods.
fn is_real(snapshot: &Snapshot, namespace: &Written, pod: &Written) -> bool {
    let counts = |written: &Written| written.expressions.is_empty() && !written.labels.is_empty();
    let is_one = |endpoint: &netpolis_core::snapshot::PodEndpoint| {
        pod.matches(&endpoint.labels) && snapshot.namespace(endpoint.namespace).is_some_and(|own| namespace.matches(&own.labels))
    };
    counts(namespace) && counts(pod) && snapshot.pods().any(|(_, endpoint)| endpoint.role == Role::Pod && is_one(endpoint))
}

/// What the cluster-wide policies of pods that selectors stand for let through.
struct OtherSide {
    connectivity: Option<Connectivity>,
    pods: BTreeMap<Pair, PodId>,
}

impl OtherSide {
    fn new(analysis: &Analysis, ruleset: Ruleset, pairs: &BTreeSet<Pair>) -> Self {
        if ruleset.policies.iter().all(|policy| policy.namespace.is_some()) {
            return OtherSide { connectivity: None, pods: BTreeMap::new() };
        }
        let mut snapshot = analysis.snapshot().clone();
        let mut pods = BTreeMap::new();
        for (namespace, pod) in pairs {
            let (Some(mut own), Some(mut endpoint)) = (snapshot.namespaces.first().cloned(), snapshot.endpoints.first().cloned()) else {
                break;
            };
            let labels = |kind: &str, number: usize| Labels::from_iter((number != 0).then(|| (format!("{kind}-{number}"), "")));
            own.name = format!("literal-{namespace}-{pod}");
            own.labels = labels("namespace", *namespace);
            endpoint.labels = labels("pod", *pod);
            endpoint.namespace = netpolis_core::snapshot::NamespaceId(snapshot.namespaces.len() as u32);
            endpoint.ports.clear();
            pods.insert((*namespace, *pod), PodId(snapshot.endpoints.len() as u32));
            snapshot.namespaces.push(own);
            snapshot.endpoints.push(endpoint);
        }
        let compiled: Arc<Compiled> = Arc::new(compile(&snapshot, ruleset, analysis.assumed()));
        OtherSide { connectivity: Some(Connectivity::new(&compiled, &snapshot)), pods }
    }

    /// What they let through to or from a pod of the input, in whose direction this is asked.
    fn passes(&self, pod: PodId, direction: Direction, pair: Pair) -> netpolis_core::connections::ConnectionSet {
        let everything = netpolis_core::connections::ConnectionSet::all();
        let Some((connectivity, other)) = self.connectivity.as_ref().zip(self.pods.get(&pair)) else { return everything };
        let (pod, other) = (Endpoint::Pod(pod), Endpoint::Pod(*other));
        match direction {
            Direction::Egress => connectivity.one_side(Direction::Ingress, pod, other).allowed.clone(),
            Direction::Ingress => connectivity.one_side(Direction::Egress, other, pod).allowed.clone(),
        }
    }
}
