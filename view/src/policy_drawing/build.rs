//! The drawing of a policy, from what the engine compiled: whom its rules match is asked of the same sets that decide.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::edit_policy::is_editable;
use netpolis_core::compile::{Compiled, Endpoint};
use netpolis_core::explain::selects_set;
use netpolis_core::model::Selector;
use netpolis_core::policy::{
    Action, Direction, EntityMatch, NamespaceMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, Rule, RuleId, RuleRef, Tier, TrafficMatch,
};
use netpolis_core::snapshot::{PodId, Role, Snapshot};
use netpolis_core::text::count;

use super::offers::offers;
use super::{DrawnEnd, DrawnGroup, DrawnPeer, DrawnPods, DrawnRule, DrawnSide, PolicyDrawing, words};
use crate::problems::problem_view;
use crate::scene::workload_key;
use crate::{INGRESS_CONTROLLER, SceneView, SourceLocations};
use netpolis_core::diagnostics::Diagnostic;

/// Most ends that a list names.
const MOST_ENDS: usize = 24;
/// Most findings that are told.
const MOST_PROBLEMS: usize = 8;

/// Where the peers of a rule are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The rule has no peers: it is about all ends.
    Anywhere,
    Outside,
    /// Other namespaces; for a policy of the whole cluster, all of them.
    Elsewhere,
    SameNamespace,
}

/// Draws the policy with this key; nothing where there is none.
pub(crate) fn policy_drawing(analysis: &Analysis, view: &SceneView, key: &str) -> Option<PolicyDrawing> {
    let policy = analysis.compiled().ruleset().policies.get(view.find_policy(key)?)?;
    Some(Artist::new(analysis, view, policy).drawing())
}

struct Artist<'a> {
    analysis: &'a Analysis,
    view: &'a SceneView,
    compiled: &'a Compiled,
    snapshot: &'a Snapshot,
    spots: SourceLocations<'a>,
    policy: &'a Policy,
    /// The tier that it stands in; nothing where it is not enforced.
    tier: Option<&'a Tier>,
}

impl<'a> Artist<'a> {
    fn new(analysis: &'a Analysis, view: &'a SceneView, policy: &'a Policy) -> Self {
        let compiled = analysis.compiled();
        let tier = compiled.ruleset().tiers.iter().find(|tier| tier.groups.iter().flatten().any(|id| *id == policy.id));
        let (snapshot, spots) = (analysis.snapshot(), SourceLocations::new(analysis.sources()));
        Artist { analysis, view, compiled, snapshot, spots, policy, tier }
    }

    fn drawing(&self) -> PolicyDrawing {
        let policy = self.policy;
        let not_enforced = policy.not_enforced.as_ref().map(|why| format!("Not enforced: {why}"));
        let doubt = policy.doubt.as_ref().map(|doubt| format!("It is not known whether this policy is in force: {}", doubt.text));
        let is_inside = |problem: &&Diagnostic| {
            problem.place.is_some_and(|at| {
                let (own, at_end) = (policy.place.span, at.span.end);
                at.document == policy.place.document && own.start <= at.span.start && at_end <= own.end
            })
        };
        let problems = self.analysis.problems().iter().filter(is_inside).take(MOST_PROBLEMS);
        let selected = self.selected();
        PolicyDrawing {
            kind: policy.kind.to_string(),
            title: policy.title(),
            spot: self.spots.at(policy.place),
            notes: not_enforced.into_iter().chain(doubt).collect(),
            problems: problems.map(|problem| problem_view(problem, &self.spots)).collect(),
            subject: words::subject(&policy.subject),
            subject_spot: self.spots.at(policy.subject_place),
            offers: if is_editable(policy) { offers(self.snapshot, policy, &selected) } else { Vec::new() },
            selected,
            sides: [Direction::Ingress, Direction::Egress].map(|direction| self.side(direction)),
        }
    }

    /// Pods for which a test is so, for certain or possibly, by workload.
    fn pods(&self, test: impl Fn(PodId) -> (bool, bool)) -> (u32, Vec<DrawnEnd>) {
        let (mut pods, mut ends) = (0, Vec::new());
        for (id, workload) in self.snapshot.workloads() {
            let (mut own, mut certain, mut role) = (0, true, Role::Pod);
            let mut found = false;
            for (&pod, (surely, maybe)) in workload.endpoints.iter().map(|pod| (pod, test(*pod))) {
                if maybe {
                    let endpoint = self.snapshot.pod(pod);
                    own += endpoint.map_or(0, |endpoint| endpoint.replicas);
                    role = endpoint.map_or(role, |endpoint| endpoint.role);
                    certain &= surely;
                    found = true;
                }
            }
            if found {
                pods += own;
                let controller = role == Role::IngressController;
                ends.push(DrawnEnd {
                    key: if controller { INGRESS_CONTROLLER.into() } else { workload_key(self.snapshot, id) },
                    title: match controller {
                        true => "Ingress controller".into(),
                        false => format!("{}/{}", self.snapshot.namespace_name(workload.namespace), workload.name),
                    },
                    part: if own < workload.replicas { format!("{own} of {}", workload.replicas) } else { String::new() },
                    certain,
                });
            }
        }
        (pods, ends)
    }

    fn selected(&self) -> DrawnPods {
        let id = self.policy.id;
        let (pods, mut ends) = self.pods(|pod| (self.compiled.surely_selects(id, pod), self.compiled.selects(id, pod)));
        let nodes = self.view.ends.iter().filter(|end| end.key.starts_with("node/") && end.policies.contains(&id.0));
        let nodes: Vec<DrawnEnd> = nodes.map(|end| named(&end.key, &end.title, true)).collect();
        let mut words = Vec::new();
        if pods > 0 || nodes.is_empty() {
            words.push(count(pods as usize, "pod"));
        }
        if !nodes.is_empty() {
            words.push(count(nodes.len(), "host endpoint"));
        }
        ends.extend(nodes);
        listed(words.join(", "), ends)
    }

    fn side(&self, direction: Direction) -> DrawnSide {
        let policy = self.policy;
        let acts = policy.acts_on(direction);
        let rules = policy.rules(direction);
        let isolates = acts && self.tier.is_none_or(Tier::isolates);
        let own = policy.namespace.as_deref();
        let [mut anywhere, mut outside, mut elsewhere, mut same] = [const { Vec::new() }; 4];
        for (number, rule) in (0..).zip(rules) {
            let reference = RuleRef { policy: policy.id, direction, id: RuleId(number) };
            for (place, cards) in [
                (Place::Anywhere, &mut anywhere),
                (Place::Outside, &mut outside),
                (Place::Elsewhere, &mut elsewhere),
                (Place::SameNamespace, &mut same),
            ] {
                cards.extend(self.card(reference, rule, place));
            }
        }
        let empty = match () {
            () if !anywhere.is_empty() => "see above",
            () if !acts => "not restricted by this policy",
            () if isolates => "nothing",
            () => "left to the next tier",
        };
        let group = |title: String, cards| DrawnGroup { title, empty: empty.into(), cards };
        let mut groups = Vec::new();
        if !anywhere.is_empty() {
            groups.push(group("Anything".into(), anywhere));
        }
        groups.push(group("Outside the cluster".into(), outside));
        match own {
            Some(own) => {
                groups.push(group("Other namespaces".into(), elsewhere));
                groups.push(group(format!("Namespace `{own}`"), same));
            }
            None => groups.push(group("In the cluster".into(), elsewhere)),
        }
        DrawnSide { acts, isolates, summary: self.summary(direction, isolates), groups }
    }

    /// What a direction comes to.
    fn summary(&self, direction: Direction, isolates: bool) -> String {
        let (policy, rules) = (self.policy, self.policy.rules(direction));
        let goes = if direction == Direction::Ingress { "comes in" } else { "goes out" };
        let name = direction.as_str();
        if !policy.acts_on(direction) {
            return match rules.len() {
                0 => format!("This policy does not act on {name}."),
                1 => format!("Not in force: this policy does not act on {name}, so its rule does nothing."),
                _ => format!("Not in force: this policy does not act on {name}, so its rules do nothing."),
            };
        }
        let first = rules.iter().find(|rule| rule.action != Action::Log);
        let is_whole = |rule: &&Rule| {
            matches!((&rule.peers, &rule.traffic), (PeerMatch::Any, TrafficMatch::Any))
                && (rule.own.is_none() && rule.http.is_none() && rule.doubt.is_none() && policy.doubt.is_none())
        };
        // Where all rules allow, it does not matter which of them comes first.
        let only_allows = rules.iter().all(|rule| matches!(rule.action, Action::Allow | Action::Log));
        let whole =
            if only_allows { rules.iter().find(|rule| rule.action == Action::Allow && is_whole(rule)) } else { first.filter(is_whole) };
        match (whole.map(|rule| rule.action), first, isolates) {
            (Some(Action::Allow), ..) => format!("Everything {goes}."),
            (Some(Action::Deny), ..) => format!("Nothing {goes}: the first rule denies everything."),
            (Some(_), ..) => "Everything is passed to the next tier.".into(),
            (None, None, true) => format!("Isolated: nothing {goes}, unless another policy allows it."),
            (None, None, false) => "No rules: everything goes on to the next tier.".into(),
            (None, Some(_), true) if only_allows => format!("Isolated: only what a rule allows {goes}, here or in another policy."),
            (None, Some(_), true) => {
                "Isolated: the first rule that matches decides; what none matches is denied unless another policy decides it.".into()
            }
            (None, Some(_), false) => "The first rule that matches decides; what none matches goes on to the next tier.".into(),
        }
    }

    /// A rule, as far as it has peers in a place.
    fn card(&self, reference: RuleRef, rule: &Rule, place: Place) -> Option<DrawnRule> {
        let own = self.policy.namespace.as_deref();
        let terms: Vec<(u32, &PeerTerm)> = (0..).zip(rule.peers.terms()).filter(|(_, term)| place_of(&term.kind, own) == place).collect();
        let here = if rule.peers == PeerMatch::Any { place == Place::Anywhere } else { !terms.is_empty() };
        if !here {
            return None;
        }
        let mut notes = Vec::new();
        notes.extend(rule.own.as_ref().map(|term| words::own_side(&term.kind, own)));
        notes.extend(rule.http.is_some().then(|| "only for some HTTP requests".to_owned()));
        notes.extend(rule.doubt.as_ref().map(|doubt| format!("it is not known whether this rule is in force: {}", doubt.text)));
        let mut peers: Vec<DrawnPeer> =
            terms.iter().map(|(number, term)| DrawnPeer { number: *number, words: words::peer(&term.kind, own) }).collect();
        if peers.is_empty() {
            let from = if reference.direction == Direction::Ingress { "from" } else { "to" };
            peers.push(DrawnPeer { number: 0, words: format!("{from} anywhere, inside and outside the cluster") });
        }
        Some(DrawnRule {
            rule: reference.id.0,
            action: action_word(rule.action).into(),
            peers,
            // Of Calico's rules, peers are one side.
            peers_in_all: if rule.peers.terms().iter().any(|term| matches!(term.kind, PeerTermKind::Entity(_))) {
                1
            } else {
                rule.peers.terms().len() as u32
            },
            ports: words::ports(&rule.traffic),
            ports_editable: words::only_ports(&rule.traffic),
            notes,
            matches: if terms.is_empty() { DrawnPods::default() } else { self.matches(reference, &terms, place) },
            spot: self.spots.at(rule.place),
        })
    }

    /// Who some peers of a rule are at present.
    fn matches(&self, rule: RuleRef, terms: &[(u32, &PeerTerm)], place: Place) -> DrawnPods {
        let matching = |end: Endpoint| {
            let all = terms.iter().map(|(number, _)| self.compiled.term_matches(rule, *number as usize, end));
            all.fold((false, false), |(certain, possible), one| (certain | one.0, possible | one.1))
        };
        let (mut pods, mut ends) = self.pods(|pod| matching(Endpoint::Pod(pod)));
        let mut words = Vec::new();
        if place == Place::Outside && ends.iter().any(|end| !end.certain) {
            // Addresses of pods are seldom written: that any of them might be in the range says nothing of the policy.
            let (open, _) = self.pods(|pod| (false, matching(Endpoint::Pod(pod)) == (false, true)));
            words.push(format!("perhaps {}, of unknown address", count(open as usize, "pod")));
            ends.retain(|end| end.certain);
            pods = pods.saturating_sub(open);
        }
        // That a range of addresses holds no pod goes without saying.
        if pods > 0 || place != Place::Outside {
            words.push(if pods == 0 { "no pod at present".to_owned() } else { count(pods as usize, "pod") });
        }
        let nodes = self.snapshot.nodes().filter_map(|(id, node)| {
            let (certain, possible) = matching(Endpoint::Node(id));
            possible.then(|| named(&format!("node/{}", node.name), &node.name, certain))
        });
        let nodes: Vec<DrawnEnd> = nodes.collect();
        if !nodes.is_empty() {
            words.push(count(nodes.len(), "node"));
        }
        let selectors = || {
            terms.iter().filter_map(|(_, term)| if let PeerTermKind::Entity(entity) = &term.kind { entity.selector.as_ref() } else { None })
        };
        let sets = self.snapshot.network_sets.iter().filter(|set| selectors().any(|selector| selects_set(selector, self.snapshot, set)));
        let sets: Vec<DrawnEnd> = sets.map(|set| named("", &set.name, true)).collect();
        if !sets.is_empty() {
            words.push(count(sets.len(), "network set"));
        }
        ends.extend(nodes);
        ends.extend(sets);
        listed(words.join(", "), ends)
    }
}

fn named(key: &str, title: &str, certain: bool) -> DrawnEnd {
    DrawnEnd { key: key.into(), title: title.into(), part: String::new(), certain }
}

fn listed(count: String, mut ends: Vec<DrawnEnd>) -> DrawnPods {
    let more = ends.len().saturating_sub(MOST_ENDS) as u32;
    ends.truncate(MOST_ENDS);
    DrawnPods { count, ends, more }
}

const fn action_word(action: Action) -> &'static str {
    match action {
        Action::Allow => "Allow",
        Action::Deny => "Deny",
        Action::Pass => "Pass",
        Action::Log => "Log",
    }
}

/// Where a peer of a policy of this namespace is.
fn place_of(term: &PeerTermKind, own: Option<&str>) -> Place {
    let named = |name: &str| if Some(name) == own { Place::SameNamespace } else { Place::Elsewhere };
    match term {
        PeerTermKind::Pods(subject) => match &subject.namespaces {
            NamespaceMatch::Named(name) => named(name),
            NamespaceMatch::Selector(selector) => words::only_namespace(selector).map_or(Place::Elsewhere, named),
        },
        PeerTermKind::Nodes(_) => Place::Elsewhere,
        PeerTermKind::Entity(entity) => place_of_entity(entity, own),
        PeerTermKind::Addresses { .. }
        | PeerTermKind::UnknownAddresses { .. }
        | PeerTermKind::DomainNames(_)
        | PeerTermKind::Unknown { .. } => Place::Outside,
    }
}

fn place_of_entity(entity: &EntityMatch, own: Option<&str>) -> Place {
    let named = |name: &str| if Some(name) == own { Place::SameNamespace } else { Place::Elsewhere };
    if let Some(service) = &entity.service {
        return service.split_once('/').map_or(Place::Elsewhere, |(namespace, _)| named(namespace));
    }
    let by = &entity.written;
    match (&by.namespaces, &by.own_namespace) {
        (Some(Selector::Global), _) => Place::Outside,
        (Some(namespaces), _) => words::calico_namespace(namespaces).map_or(Place::Elsewhere, named),
        (None, Some(namespace)) => named(namespace),
        (None, None) if entity.selector.is_some() || entity.not_selector.is_some() => Place::Elsewhere,
        (None, None) => Place::Outside,
    }
}
