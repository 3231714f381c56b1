//! The search: candidates for the checkpoints that are in the way, tried one after the other, and combined where several are.

use alloc::string::String;
use alloc::vec::Vec;

use super::block::{Block, Candidate, Kind};
use super::draft::Draft;
use super::effects::{SideEffect, side_effects};
use super::goal::{Goal, State};
use super::{Fixes, NotFixed, Proposal, Question, Scene, Unpatchable, calico, deny, groups, kubernetes, revision, service, typo, unified};
use crate::compile::Endpoint;
use crate::diagnostics::Severity;
use crate::load::Loaded;
use crate::text::Sources;
use crate::verdict::Verdict;

/// So many checkpoints are followed one behind the other.
const DEEPEST: usize = 5;
/// So many partial changes are gone on with at each of them.
const KEPT: usize = 3;
/// So many changes are tried for one checkpoint, and in all.
const TRIED: usize = 14;
const TRIED_IN_ALL: usize = 40;
/// So many proposals are made.
const PROPOSED: usize = 6;

/// A change that is being put together.
#[derive(Clone)]
struct Partial {
    draft: Draft,
    kind: Kind,
    titles: Vec<String>,
    wide: Option<&'static str>,
}

pub(super) fn search<S: Scene>(scene: &S, question: &Question<'_>) -> Result<Fixes, NotFixed> {
    let goal = Goal::new(scene, question)?;
    let start = goal.state(scene)?;
    let mut fixes = Fixes {
        from: start.from.clone(),
        to: start.to.clone(),
        verdict: start.verdict.clone(),
        summary: start.summary.clone(),
        is_so_already: start.is_reached,
        proposals: Vec::new(),
        notes: if question.deny { Vec::new() } else { start.stops.clone() },
        unpatchable: Vec::new(),
    };
    if start.is_reached {
        return Ok(fixes);
    }
    let mut search =
        Search { scene, trial: scene.copy(), goal, deny: question.deny, errors: errors(scene.loaded()), tried: 0, start: &start };
    // What is wider than asked only where nothing else helps.
    for wide in [false, true] {
        let found = search.run(wide, &mut fixes.unpatchable);
        if !found.is_empty() {
            fixes.proposals = found;
            break;
        }
    }
    fixes.unpatchable.sort_unstable();
    fixes.unpatchable.dedup();
    Ok(fixes)
}

fn errors(loaded: &Loaded) -> usize {
    loaded.diagnostics.iter().filter(|problem| problem.severity == Severity::Error).count()
}

struct Search<'a, S> {
    scene: &'a S,
    /// A copy that is changed.
    trial: S,
    goal: Goal<'a>,
    deny: bool,
    /// How many errors the text has.
    errors: usize,
    tried: usize,
    start: &'a State<'a>,
}

/// What came of trying a change.
enum Tried {
    Reached(Vec<SideEffect>),
    /// It helps at the checkpoint that it was made for.
    Further,
    Useless,
}

impl<S: Scene> Search<'_, S> {
    fn run(&mut self, wide: bool, unpatchable: &mut Vec<Unpatchable>) -> Vec<Proposal> {
        let mut proposals: Vec<Proposal> = Vec::new();
        let mut open: Vec<Partial> = Vec::new();
        for depth in 0..DEEPEST {
            let mut further: Vec<Partial> = Vec::new();
            let starts: Vec<Option<Partial>> =
                if depth == 0 { alloc::vec![None] } else { core::mem::take(&mut open).into_iter().map(Some).collect() };
            for partial in starts {
                for (next, block) in self.candidates(partial.as_ref(), wide, unpatchable) {
                    if self.tried >= TRIED_IN_ALL {
                        break;
                    }
                    self.tried += 1;
                    match self.try_out(&next.draft, &block) {
                        Tried::Reached(effects) => proposals.extend(self.proposal(&next, effects)),
                        Tried::Further => further.push(next),
                        Tried::Useless => {}
                    }
                }
            }
            if !proposals.is_empty() || further.is_empty() {
                break;
            }
            further.truncate(KEPT);
            open = further;
        }
        proposals.sort_by_key(|p| (p.wider.is_some(), p.kind != Kind::Typo, weight(&p.side_effects), p.lines, p.characters));
        let mut kept: Vec<Proposal> = Vec::new();
        for proposal in proposals {
            if !kept.iter().any(|known| known.edits == proposal.edits) {
                kept.push(proposal);
            }
        }
        kept.truncate(PROPOSED);
        kept
    }

    /// Changes for the first checkpoint that is in the way, each with what that one says now; to stop a flow, for every checkpoint.
    fn candidates(&mut self, partial: Option<&Partial>, wide: bool, unpatchable: &mut Vec<Unpatchable>) -> Vec<(Partial, String)> {
        let mut found: Vec<(Candidate, String)> = Vec::new();
        let mut collect = |state: &State<'_>, sources: &Sources, internet: [bool; 2], deny: bool| {
            for (trace, traffic) in &state.checks {
                let is_in_the_way = trace.verdict != Verdict::Allowed;
                if !deny && !is_in_the_way {
                    continue;
                }
                let is_outside = |end| matches!(end, Endpoint::Outside(_));
                let block = Block {
                    compiled: state.compiled,
                    snapshot: state.snapshot,
                    sources,
                    trace,
                    traffic: *traffic,
                    internet: is_outside(trace.peer) && internet.contains(&true),
                };
                let before = found.len();
                let mut out = Vec::new();
                if deny {
                    deny::stop(&block, &mut out)
                } else {
                    allow(&block, &mut out)
                }
                for one in out {
                    match one {
                        Ok(candidate) => found.push((candidate, trace.sentence.clone())),
                        Err(error) => unpatchable.push(error),
                    }
                }
                if !deny && found.len() > before {
                    break;
                }
            }
        };
        let internet = self.goal.is_internet();
        let mut of_service = Vec::new();
        let draft = match partial {
            None => {
                collect(self.start, self.scene.sources(), internet, self.deny);
                if !self.deny {
                    service::allow(&self.goal, self.scene.snapshot(), self.scene.sources(), &mut of_service);
                }
                Draft::default()
            }
            Some(partial) => {
                set_draft(&mut self.trial, self.scene.sources(), &partial.draft);
                if let Ok(state) = self.goal.state(&self.trial) {
                    collect(&state, self.trial.sources(), internet, self.deny);
                }
                partial.draft.clone()
            }
        };
        // What a path says there; none of its checkpoints is in the way.
        let stops = self.start.stops.first().cloned().unwrap_or_default();
        found.extend(of_service.into_iter().filter_map(|one| Some((one.ok()?, stops.clone()))));
        found.retain(|(candidate, _)| wide || candidate.wide.is_none());
        // What changes least first, so that it is among those that are tried.
        found.sort_by_key(|(candidate, _)| candidate.kind);
        found.truncate(TRIED);
        let sources = self.scene.sources();
        let partials = found.into_iter().map(|(candidate, sentence)| {
            let mut titles = partial.map_or_else(Vec::new, |p| p.titles.clone());
            titles.push(candidate.title);
            let kind = partial.map_or(candidate.kind, |p| if p.kind == Kind::Typo { candidate.kind } else { p.kind });
            let wide = partial.and_then(|p| p.wide).or(candidate.wide);
            (Partial { draft: draft.with(sources, &candidate.edits), kind, titles, wide }, sentence)
        });
        partials.collect()
    }

    fn try_out(&mut self, draft: &Draft, sentence: &str) -> Tried {
        let sources = self.scene.sources();
        set_draft(&mut self.trial, sources, draft);
        if errors(self.trial.loaded()) > self.errors {
            return Tried::Useless;
        }
        let Ok(state) = self.goal.state(&self.trial) else { return Tried::Useless };
        if state.is_reached {
            return Tried::Reached(side_effects(self.scene, &self.trial, &draft.edits(sources), &self.start.wanted));
        }
        let still = state.checks.iter().any(|(trace, _)| trace.verdict != Verdict::Allowed && trace.sentence == sentence)
            || state.stops.iter().any(|stop| stop == sentence);
        if self.deny || still { Tried::Useless } else { Tried::Further }
    }

    fn proposal(&self, partial: &Partial, side_effects: Vec<SideEffect>) -> Option<Proposal> {
        let sources = self.scene.sources();
        let edits = partial.draft.edits(sources);
        let (lines, characters) = unified::size(sources, &edits);
        let mut revisions: Vec<_> =
            edits.iter().filter_map(|edit| Some((edit.source, revision(&sources.get(edit.source)?.text)))).collect();
        revisions.dedup();
        let title = partial.titles.join(", and ");
        (!edits.is_empty()).then_some(Proposal {
            kind: partial.kind,
            title,
            edits,
            side_effects,
            lines,
            characters,
            wider: partial.wide,
            revisions,
        })
    }
}

/// How much changes besides: first flows with ports, then all.
fn weight(effects: &[SideEffect]) -> (usize, usize) {
    let with_ports = effects.iter().filter(|e| [&e.opened, &e.closed].into_iter().any(|set| !set.with_ports_only().is_empty()));
    (with_ports.count(), effects.len())
}

/// Gives a copy the files of a draft.
fn set_draft<S: Scene>(trial: &mut S, sources: &Sources, draft: &Draft) {
    let texts: Vec<(String, Option<String>)> = sources.iter().map(|(id, source)| (source.name.clone(), draft.text(sources, id))).collect();
    let files: Vec<(&str, &str)> = sources
        .iter()
        .zip(&texts)
        .map(|((_, source), (name, changed))| (name.as_str(), changed.as_deref().unwrap_or(&source.text)))
        .collect();
    trial.set_files(&files);
}

/// What may let a packet through a checkpoint.
fn allow(block: &Block<'_>, out: &mut Vec<Result<Candidate, Unpatchable>>) {
    typo::allow(block, out);
    groups::allow(block, out);
    calico::host_policy(block, true, out);
    let mut last = None;
    for (policy, rules) in block.policies() {
        kubernetes::allow(block, policy, rules, out);
        calico::allow(block, policy, rules, out);
        if policy.kind == "NetworkPolicy" && policy.subject.pods().is_some() {
            last = last.or(Some(policy));
        }
    }
    // Beside what isolates the pod: policies of this kind only add to what is allowed.
    if let Some(policy) = last {
        out.extend(kubernetes::new_policy(block, policy));
    }
}
