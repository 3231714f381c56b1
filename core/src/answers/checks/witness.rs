//! Which line decides, and a connection that shows it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::flows::{Example, Tally};
use super::{Finding, Judge, Outcome, Witness};
use crate::compile::{Compiled, Endpoint};
use crate::endpoints::workload_title;
use crate::explain::{Answer, CheckpointTrace};
use crate::language::netpolis::{Decider, FlowTest, Line, Says};
use crate::policy::{Matched, RuleRef};
use crate::text::{DocumentId, Place};
use crate::verdict::{Flow, Reason};

impl Judge<'_> {
    /// Why a flow gets its verdict, without a full stop, and the lines that decide it.
    pub(super) fn why(&self, answer: &Answer) -> (String, Vec<Place>) {
        let plain = |text: &str| text.trim_end_matches('.').to_string();
        let sentence = match answer.decided_at() {
            Some(checkpoint) => {
                let nearest = checkpoint.nearest.as_ref().map_or_else(String::new, |nearest| format!("; nearest: {}", nearest.sentence()));
                format!("{}{nearest}", plain(&checkpoint.sentence))
            }
            None => plain(&answer.summary),
        };
        (sentence, answer.deciding_places())
    }

    /// A flow as a question.
    pub(super) fn witness(&self, flow: &Flow) -> Witness {
        Witness { from: self.name_of(flow.from), to: self.name_of(flow.to), traffic: flow.traffic, path: false }
    }

    /// The name by which an endpoint is asked about.
    pub(super) fn name_of(&self, end: Endpoint) -> String {
        let snapshot = self.snapshot();
        match end {
            Endpoint::Pod(id) => {
                let workload = snapshot.pod(id).map(|pod| pod.workload);
                let alone = workload.filter(|id| snapshot.workload(*id).is_some_and(|w| w.endpoints.len() == 1));
                alone.map_or_else(|| format!("{}[Pod]", snapshot.pod_title(id)), |id| workload_title(snapshot, id))
            }
            Endpoint::Node(id) => format!("node/{}", snapshot.node_name(id)),
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => {
                snapshot.cloud.interface_of(end).map_or_else(|| address.to_string(), |machine| format!("vm/{}", machine.title()))
            }
        }
    }

    /// A finding that holds, with what else is expected of the connection that shows it: what decides, and what a line says.
    pub(super) fn with_deciders(&self, test: &FlowTest, document: DocumentId, finding: Finding, tally: &Tally) -> Finding {
        if finding.outcome != Outcome::Passed || test.decided.is_none() && test.line.is_none() {
            return finding;
        }
        let Some(Example { flow, .. }) = [tally.denied, tally.unknown, tally.allowed].into_iter().flatten().next() else { return finding };
        let answer = self.scene.decide(&flow);
        let (reason, deciding) = self.why(&answer);
        let shown = |outcome, expected: String, found: String| Finding {
            witness: Some(self.witness(&flow)),
            ..Finding::of(outcome, expected, found, reason.clone()).at(deciding.clone())
        };
        if let Some(decider) = &test.decided {
            let at: Vec<&CheckpointTrace> = match answer.decided_at() {
                Some(checkpoint) => alloc::vec![checkpoint],
                None => answer.checkpoints.iter().collect(),
            };
            if !at.iter().any(|checkpoint| self.decides(decider, checkpoint, document, self.scene.compiled())) {
                let found = at.iter().map(|checkpoint| self.decider_of(checkpoint)).collect::<Vec<_>>().join(" and ");
                return shown(Outcome::Failed, format!("decided by {}", words_of(decider)), format!("decided by {found}"));
            }
        }
        if let Some((line, says)) = &test.line {
            match self.says(&answer, line, document) {
                None => {
                    return Finding::broken(format!("no rule that this connection meets is in line {}", line_words(line)));
                }
                Some(found) if found != *says => {
                    return shown(
                        Outcome::Failed,
                        format!("{} {}", line_words(line), says.as_str()),
                        format!("{} {}", line_words(line), found.as_str()),
                    );
                }
                Some(_) => {}
            }
        }
        finding
    }

    /// Whether a checkpoint is decided as a check says.
    pub(super) fn decides(&self, decider: &Decider, checkpoint: &CheckpointTrace, document: DocumentId, compiled: &Compiled) -> bool {
        let rule = checkpoint.decided_by();
        let line = decider.line.as_ref().is_none_or(|line| checkpoint.places.iter().any(|place| self.is_in(*place, line, document)));
        let policies: Vec<_> = match &checkpoint.reason {
            Reason::DefaultDeny(policies) => policies.clone(),
            _ => rule.map(|rule| rule.policy).into_iter().collect(),
        };
        let policy = decider.policy.as_deref().is_none_or(|wanted| {
            policies.iter().filter_map(|id| compiled.policy(*id)).any(|policy| {
                let name = wanted.strip_prefix(&*policy.kind).map_or(wanted, str::trim_start);
                policy.title() == name || policy.name == name
            })
        });
        let named = decider.rule.as_deref().is_none_or(|wanted| rule.is_some_and(|rule| is_rule(compiled, rule, wanted)));
        let direction = decider.direction.is_none_or(|direction| checkpoint.direction == direction);
        let default_deny = !decider.default_deny || matches!(checkpoint.reason, Reason::DefaultDeny(_));
        let heading = checkpoint.title.to_lowercase();
        let place = decider.checkpoint.as_deref().is_none_or(|wanted| heading.contains(&wanted.to_lowercase()));
        line && policy && named && direction && default_deny && place
    }

    /// What decides at a checkpoint, in words.
    pub(super) fn decider_of(&self, checkpoint: &CheckpointTrace) -> String {
        match checkpoint.places.first() {
            Some(place) => self.scene.loaded().sources.describe(*place),
            None => checkpoint.sentence.trim_end_matches('.').to_string(),
        }
    }

    /// Whether a place is in a line.
    pub(super) fn is_in(&self, place: Place, line: &Line, document: DocumentId) -> bool {
        let sources = &self.scene.loaded().sources;
        let Some(position) = sources.position(place) else { return false };
        let in_file = match &line.file {
            Some(file) => sources.get(position.source).is_some_and(|source| is_file(&source.name, file)),
            None => sources.source_of(document) == Some(position.source),
        };
        in_file && (position.line..=position.end_line).contains(&line.number)
    }

    /// What the rule in a line says of the connection; nothing if no rule that it may meet is there. Of several the one that says most.
    fn says(&self, answer: &Answer, line: &Line, document: DocumentId) -> Option<Says> {
        let rules = answer.checkpoints.iter().flat_map(|c| &c.tiers).flat_map(|t| &t.policies).flat_map(|p| &p.rules);
        let own = rules.filter(|rule| self.is_in(rule.place, line, document));
        let said = own.map(|rule| match (rule.reached, rule.matched) {
            (false, _) => Says::NotReached,
            (true, Matched::Yes) => Says::Matches,
            (true, Matched::No) => Says::DoesNotMatch,
            (true, Matched::Possibly) => Says::MayMatch,
        });
        said.min_by_key(|says| Says::ALL.iter().position(|(_, known)| known == says))
    }
}

/// Whether a name of a file is meant by its end.
fn is_file(name: &str, wanted: &str) -> bool {
    name.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with(['/', '\\']))
}

/// Whether a rule has this name or number.
fn is_rule(compiled: &Compiled, rule: RuleRef, wanted: &str) -> bool {
    let name = compiled.ruleset().rule(rule).and_then(|found| found.name.as_deref());
    name == Some(wanted) || wanted.parse() == Ok(rule.number())
}

/// A line in words.
pub(super) fn line_words(line: &Line) -> String {
    match &line.file {
        Some(file) => format!("{file}:{}", line.number),
        None => format!("line {}", line.number),
    }
}

pub(super) fn words_of(decider: &Decider) -> String {
    let Decider { line, policy, rule, direction, checkpoint, default_deny } = decider;
    let mut words: Vec<String> = line.iter().map(line_words).collect();
    words.extend(policy.iter().map(|policy| format!("policy `{policy}`")));
    words.extend(rule.iter().map(|rule| format!("rule `{rule}`")));
    words.extend(direction.iter().map(|direction| format!("{} policies", direction.as_str())));
    words.extend(checkpoint.iter().map(|checkpoint| format!("checkpoint `{checkpoint}`")));
    if *default_deny {
        words.push("default deny".into());
    }
    words.join(", ")
}
