//! From the core's answer to the one that the page shows.

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::{Compiled, Endpoint};
use netpolis_core::connections::{AskedTraffic, Traffic};
use netpolis_core::explain::{CheckpointTrace, RuleTrace, TierOutcome};
use netpolis_core::model::Protocol;
use netpolis_core::policy::{Action, Matched, Policy};
use netpolis_core::snapshot::Snapshot;
use netpolis_core::verdict::traversal::Checkpoint;
use netpolis_core::verdict::{Flow, Reason, Verdict};

use crate::cloud::badge_id;
use crate::problems::fix_view;
use crate::scene::meant;
use crate::{
    AnswerView, EndKind, LitView, MatchView, NearestView, OutcomeView, PathQuestion, PolicyTraceView, Question, QuestionError, RuleView,
    SceneView, SourceLocations, StationView, TierView, VerdictView, resolve,
};

/// The answer to a question; `view` is the scene's, for the numbers of the ends.
///
/// # Errors
/// If the question names something that is not there.
pub fn answer_view(scene: &Analysis, view: &SceneView, question: &Question) -> Result<AnswerView, QuestionError> {
    Unnumbered::of(scene, question).map(|answer| answer.numbered(scene, view))
}

/// An answer whose ends are not looked up in a picture yet.
#[derive(Clone, Debug)]
pub(crate) struct Unnumbered {
    flow: Flow,
    answer: AnswerView,
}

impl Unnumbered {
    pub(crate) fn of(scene: &Analysis, question: &Question) -> Result<Self, QuestionError> {
        flow_and_answer(scene, question).map(|(flow, answer)| Unnumbered { flow, answer })
    }

    pub(crate) fn answer(&self) -> &AnswerView {
        &self.answer
    }

    /// With the numbers that its ends have in a picture.
    pub(crate) fn numbered(&self, scene: &Analysis, view: &SceneView) -> AnswerView {
        let Unnumbered { flow, answer } = self;
        let from = end_index(scene, view, flow.from, &answer.question.from);
        let to = end_index(scene, view, flow.to, &answer.question.to);
        AnswerView { from, to, ..answer.clone() }
    }
}

/// The answer to a question without the numbers that its ends have in a picture, so that none is needed.
///
/// # Errors
/// If the question names something that is not there.
pub fn answer_to(scene: &Analysis, question: &Question) -> Result<AnswerView, QuestionError> {
    flow_and_answer(scene, question).map(|(_, answer)| answer)
}

fn flow_and_answer(scene: &Analysis, question: &Question) -> Result<(Flow, AnswerView), QuestionError> {
    let (from, from_key) = resolve(scene, &question.from)?;
    let (to, to_key) = resolve(scene, &question.to)?;
    let traffic = traffic(question)?;
    let by_address = |name: &str| name.trim().parse().ok();
    let addresses = [by_address(&question.from), by_address(&question.to)];
    let all = [meant(scene, &question.from, from), meant(scene, &question.to, to)];
    let answer = scene.decide_all((from, &all[0]), (to, &all[1]), addresses, traffic);
    let flow = Flow { from, to, traffic };
    let spots = SourceLocations::new(scene.sources());
    let writer = Writer { compiled: scene.compiled(), snapshot: scene.snapshot(), spots: &spots };
    let view = AnswerView {
        from: None,
        to: None,
        question: Question { from: from_key, to: to_key, ..question.clone() },
        verdict: verdict(answer.verdict),
        stations: answer.checkpoints.iter().map(|c| writer.station(c)).collect(),
        lit: writer.lit(answer.checkpoints.iter()),
        suggestion: answer.suggestion.as_ref().map(|s| fix_view(&s.title, &s.edits, &spots)).filter(|fix| !fix.edits.is_empty()),
        summary: answer.summary,
        notes: answer.notes,
    };
    Ok((flow, view))
}

/// Client and workload of a way, as far as the picture has them: of those behind a Service the first.
pub fn path_ends(scene: &Analysis, view: &SceneView, question: &PathQuestion) -> (Option<u32>, Option<u32>) {
    let end = |name: &str| resolve(scene, name).ok().and_then(|(end, key)| end_index(scene, view, end, &key));
    let to = match view.target(&question.to) {
        Some(target) => target.ends.first().copied(),
        None => end(&question.to),
    };
    (end(&question.from), to)
}

/// The protocol of a name; TCP where none is given.
pub(crate) fn protocol(name: &str) -> Result<Protocol, QuestionError> {
    let name = name.trim();
    let protocol = if name.is_empty() { Some(Protocol::TCP) } else { Protocol::from_name(name) };
    protocol.ok_or_else(|| QuestionError::Protocol(name.to_owned()))
}

fn traffic(question: &Question) -> Result<Traffic, QuestionError> {
    let protocol = protocol(&question.protocol)?;
    let asked = AskedTraffic {
        port: question.port.filter(|_| protocol.has_ports()),
        source_port: question.source_port,
        icmp_type: question.icmp_type,
        icmp_code: question.icmp_code,
    };
    Ok(asked.of(protocol)?)
}

fn end_index(scene: &Analysis, view: &SceneView, end: Endpoint, key: &str) -> Option<u32> {
    let index = match end {
        Endpoint::Pod(id) => view.find(key).or_else(|| {
            let workload = scene.snapshot().pod(id)?.workload;
            let workload = scene.snapshot().workload(workload)?;
            view.find(&format!("{}/{}[{}]", scene.snapshot().namespace_name(workload.namespace), workload.name, workload.kind))
        }),
        Endpoint::Node(_) => view.find(key),
        // The end of this address's kind: outside ends stand for all addresses that nothing tells apart.
        Endpoint::InNetwork(..) => view.find(key),
        Endpoint::Outside(address) => view.find(key).or_else(|| {
            let class = scene.connectivity().class_of(Endpoint::Outside(address));
            view.ends.iter().position(|e| {
                e.kind == EndKind::Outside && e.key.parse().is_ok_and(|a| scene.connectivity().class_of(Endpoint::Outside(a)) == class)
            })
        }),
    };
    index.map(|i| i as u32)
}

pub(crate) fn verdict(verdict: Verdict) -> VerdictView {
    match verdict {
        Verdict::Allowed => VerdictView::Allowed,
        Verdict::Denied => VerdictView::Denied,
        Verdict::CannotTell => VerdictView::CannotTell,
    }
}

/// Writes down checkpoints: those of one flow, and those of a whole way.
pub(crate) struct Writer<'a> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) spots: &'a SourceLocations<'a>,
}

impl Writer<'_> {
    fn name(&self, end: Endpoint) -> String {
        match end {
            Endpoint::Pod(id) => self.snapshot.pod(id).map(|e| e.name.clone()).unwrap_or_default(),
            Endpoint::Node(id) => self.snapshot.node(id).map(|n| n.name.clone()).unwrap_or_default(),
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => {
                self.snapshot.cloud.stand_in(end).map_or_else(|| address.to_string(), |machine| machine.title().to_owned())
            }
        }
    }

    pub(crate) fn station(&self, checkpoint: &CheckpointTrace) -> StationView {
        let decided = checkpoint.decided_by();
        StationView {
            title: checkpoint.title.clone(),
            at: match checkpoint.checkpoint {
                Checkpoint::Group { place, direction, .. } => Some(badge_id(place, direction)),
                _ => None,
            },
            verdict: verdict(checkpoint.verdict),
            sentence: checkpoint.sentence.clone(),
            from_address: checkpoint.from_address.map(|a| a.to_string()),
            to_address: checkpoint.to_address.map(|a| a.to_string()),
            from_assumed: checkpoint.is_assumed(checkpoint.from_address, self.snapshot),
            to_assumed: checkpoint.is_assumed(checkpoint.to_address, self.snapshot),
            spots: checkpoint.places.iter().filter_map(|p| self.spots.at(*p)).collect(),
            nearest: checkpoint.nearest.as_ref().map(|nearest| {
                let policy = self.compiled.policy(nearest.rule.policy).map(Policy::title).unwrap_or_default();
                NearestView {
                    text: match &nearest.name {
                        Some(name) => format!("rule `{name}` of `{policy}`: {}", nearest.failure),
                        None => format!("rule {} of `{policy}`: {}", nearest.rule.number(), nearest.failure),
                    },
                    spot: self.spots.at(nearest.place),
                }
            }),
            tiers: checkpoint
                .tiers
                .iter()
                .map(|tier| TierView {
                    name: tier.title(),
                    outcome: outcome(tier.outcome),
                    policies: tier
                        .policies
                        .iter()
                        .map(|trace| {
                            let policy = self.compiled.policy(trace.policy);
                            PolicyTraceView {
                                title: policy.map(|p| format!("{} {}", p.kind, p.title())).unwrap_or_default(),
                                name: policy.map(|p| p.name.clone()).unwrap_or_default(),
                                spot: policy.and_then(|p| self.spots.at(p.subject_place)),
                                rules: trace.rules.iter().map(|rule| self.rule(rule, decided == Some(rule.rule))).collect(),
                            }
                        })
                        .collect(),
                })
                .collect(),
        }
    }

    fn rule(&self, trace: &RuleTrace, decided: bool) -> RuleView {
        let name = self.compiled.ruleset().rule(trace.rule).and_then(|r| r.name.clone());
        let action = match trace.action {
            Action::Allow => "allow",
            Action::Deny => "deny",
            Action::Pass => "pass",
            Action::Log => "log",
        };
        let matched = match (trace.reached, trace.matched) {
            (false, _) => MatchView::NotReached,
            (true, Matched::Yes) => MatchView::Matched,
            (true, Matched::No) => MatchView::NotMatched,
            (true, Matched::Possibly) => MatchView::Unknown,
        };
        RuleView {
            title: match &name {
                Some(name) => format!("rule {} ({name}): {action}", trace.rule.number()),
                None => format!("rule {}: {action}", trace.rule.number()),
            },
            name,
            matched,
            failure: trace.failure.as_ref().map(|f| f.text.clone()),
            spot: self.spots.at(trace.failure.as_ref().map_or(trace.place, |f| f.place)),
            decided,
        }
    }

    /// Lines that decide at any checkpoint, and the field that kept the nearest rule from it.
    pub(crate) fn lit<'c>(&self, checkpoints: impl Iterator<Item = &'c CheckpointTrace>) -> Vec<LitView> {
        let mut lit: Vec<LitView> = Vec::new();
        for checkpoint in checkpoints {
            let direction = checkpoint.direction.as_str();
            let note = match (&checkpoint.reason, checkpoint.verdict) {
                (Reason::DefaultDeny(_), _) => format!("isolates {} for {direction}", self.name(checkpoint.subject)),
                (_, Verdict::Allowed) => format!("allows this {direction}"),
                (_, Verdict::Denied) => format!("denies this {direction}"),
                (_, Verdict::CannotTell) => "may decide".to_owned(),
            };
            let settled = Some(verdict(checkpoint.verdict)).filter(|v| *v != VerdictView::CannotTell);
            let deciding = checkpoint.places.iter().map(|p| (*p, settled, note.clone()));
            let near = checkpoint.nearest.iter().map(|n| (n.place, None, "nearest rule fails here".to_owned()));
            for (place, verdict, note) in deciding.chain(near) {
                if let Some(spot) = self.spots.at(place)
                    && !lit.iter().any(|l| l.spot.file == spot.file && l.spot.line == spot.line && l.note == note)
                {
                    lit.push(LitView { spot, verdict, note });
                }
            }
        }
        lit
    }
}

fn outcome(outcome: TierOutcome) -> OutcomeView {
    match outcome {
        TierOutcome::Allowed => OutcomeView::Allowed,
        TierOutcome::Denied => OutcomeView::Denied,
        TierOutcome::Passed => OutcomeView::Passed,
        TierOutcome::Unknown => OutcomeView::CannotTell,
        TierOutcome::NotReached => OutcomeView::NotReached,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict, with the sentence.
    fn asked(text: &str, from: &str, to: &str) -> (Option<VerdictView>, String) {
        let mut analysis = Analysis::default();
        analysis.set_files(&[("shop.yaml", text)]);
        answer_to(&analysis, &Question { from: from.into(), to: to.into(), protocol: "TCP".into(), port: Some(443), ..Question::default() })
            .map_or_else(|error| (None, format!("{error:?}")), |answer| (Some(answer.verdict), answer.summary))
    }

    /// The page, the command and the API have one answer: that for all public addresses, and for all pods of a workload.
    #[test]
    fn the_internet_and_workloads_are_all_that_they_stand_for() {
        let text = |except: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web, labels: {{app: web}}}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: web}}
spec:
  podSelector: {{}}
  policyTypes: [Egress]
  egress:
  - to: [{{ipBlock: {{cidr: 0.0.0.0/0{except}}}}}]
"
            )
        };
        assert_eq!(asked(&text(""), "web", "internet").0, Some(VerdictView::Allowed));
        let (verdict, summary) = asked(&text(", except: [203.0.113.0/24]"), "web", "internet");
        assert_eq!(verdict, Some(VerdictView::CannotTell), "{summary}");
        assert!(summary.contains("denied to `203.0.113.0-203.0.113.255`"), "{summary}");
        assert_eq!(asked(&text(", except: [203.0.113.0/24]"), "web", "203.0.113.9").0, Some(VerdictView::Denied));
        let set = "
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 2, serviceName: db, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: first}
spec: {podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-1}}}
";
        let (verdict, summary) = asked(set, "web", "db");
        assert_eq!(verdict, Some(VerdictView::CannotTell), "{summary}");
        assert!(summary.contains("Ask about one pod by its name"), "{summary}");
        assert_eq!(asked(set, "web", "db-1").0, Some(VerdictView::Denied));
        assert_eq!(asked(set, "web", "db-0").0, Some(VerdictView::Allowed));
    }

    #[test]
    fn each_policy_that_isolates_is_named_with_its_place() {
        let policy = |name: &str, rest: &str| {
            format!(
                "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}}}\nspec:\n  podSelector: {{}}\n  policyTypes: [Egress]\n{rest}"
            )
        };
        let dns = "  egress:\n  - ports: [{port: 53, protocol: UDP}]\n";
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web, labels: {{app: web}}}}}}\n{}{}{}",
            policy("default-deny", ""),
            policy("dns", dns),
            policy("web", "  egress:\n  - to: [{podSelector: {matchLabels: {app: db}}}]\n    ports: [{port: 5432}]\n")
        );
        let mut analysis = Analysis::default();
        analysis.set_files(&[("shop.yaml", &text)]);
        let question =
            Question { from: "web".into(), to: "203.0.113.9".into(), protocol: "TCP".into(), port: Some(443), ..Question::default() };
        let answer = answer_to(&analysis, &question).unwrap();
        let station = &answer.stations[0];
        let named: Vec<(Option<&str>, u32)> = station.deciding().into_iter().map(|(name, spot)| (name, spot.line)).collect();
        assert_eq!(named, [(Some("default-deny"), 7), (Some("dns"), 14), (Some("web"), 23)]);
        assert_eq!(station.nearest, None, "no rule is near in anything");
    }
}
