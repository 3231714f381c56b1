//! Flows of logs, each asked of the evaluator.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Reverse;

use hashbrown::HashMap;

use super::matching::{Matching, Target};
use super::merge::{FlowKey, Merged, Ordered, Seen};
use super::unmatched::Unmatched;
use super::{FlowLogs, Group, LogVerdict, LoggedFlow, MatchedEnd, NotJudged, Scene, SeenAt};
use crate::compile::Endpoint;
use crate::connections::{ConnectionSet, Traffic};
use crate::endpoints::{each_pair, shown_pair};
use crate::explain::{Answer, end_name};
use crate::text::Place;
use crate::verdict::{Flow, Verdict};

/// A target, by number: ends that logs describe differently may be the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct TargetId(u32);

/// Of a flow between two addresses of which the input knows nothing.
const BOTH_OUTSIDE: &str = "neither end is in the input: both are addresses outside";

/// Judges all flows of logs.
pub(super) fn judge(scene: &dyn Scene, matching: &Matching<'_>, merged: &Merged) -> FlowLogs {
    let mut targets = Targets { numbers: HashMap::new(), list: Vec::new() };
    let found: Vec<Result<TargetId, Unmatched>> =
        merged.ends.iter().map(|end| matching.find(end).map(|target| targets.id(target))).collect();
    let mut flows = Ordered::new();
    let mut unmatched: Ordered<String> = Ordered::new();
    for (key, seen) in &merged.flows {
        match (found.get(key.from.index()), found.get(key.to.index())) {
            (Some(Ok(from)), Some(Ok(to))) if targets.is_outside(*from) && targets.is_outside(*to) => {
                unmatched.add(BOTH_OUTSIDE.to_owned(), *seen)
            }
            (Some(Ok(from)), Some(Ok(to))) => {
                let FlowKey { traffic, verdict, seen: at, .. } = *key;
                flows.add(FlowKey { from: *from, to: *to, traffic, verdict, seen: at }, *seen);
            }
            (Some(Err(reason)), _) | (_, Some(Err(reason))) => unmatched.add(reason.to_string(), *seen),
            (None, _) | (_, None) => {}
        }
    }
    let mut asked: HashMap<(TargetId, TargetId, Traffic), Judged> = HashMap::new();
    let mut judged: Vec<LoggedFlow> = Vec::new();
    for ((from, to, traffic, log), (seen, at)) in whole(flows.list) {
        let (Some(source), Some(destination)) = (targets.get(from), targets.get(to)) else { continue };
        let answer = asked.entry((from, to, traffic)).or_insert_with(|| ask(scene, source, destination, traffic));
        let end = |target: &Target| MatchedEnd { name: target.name.clone(), by: target.by };
        judged.push(LoggedFlow {
            from: end(source),
            to: end(destination),
            traffic,
            log,
            seen: at,
            verdict: answer.verdict,
            group: Group::of(log, answer.verdict),
            summary: answer.summary.clone(),
            deciding: answer.deciding.clone(),
            entries: seen.entries,
            times: seen.times,
            first: seen.first,
        });
    }
    judged.sort_by_key(|flow| (flow.group, Reverse(flow.entries), flow.first));
    let mut unmatched: Vec<NotJudged> =
        unmatched.list.into_iter().map(|(reason, seen)| NotJudged { reason, entries: seen.entries, first: seen.first }).collect();
    unmatched.sort_by_key(|entry| (Reverse(entry.entries), entry.first));
    let (logs, broken, set_aside) = (merged.logs.clone(), merged.broken.clone(), merged.set_aside.clone());
    FlowLogs { logs, flows: judged, unmatched, broken, set_aside }
}

/// Distinct targets.
struct Targets {
    numbers: HashMap<(String, Vec<Endpoint>), TargetId>,
    list: Vec<Target>,
}

impl Targets {
    fn id(&mut self, target: Target) -> TargetId {
        let next = TargetId(self.list.len() as u32);
        let id = *self.numbers.entry((target.name.clone(), target.all.clone())).or_insert(next);
        if id == next {
            self.list.push(target);
        }
        id
    }

    /// Whether a target is nothing but addresses outside.
    fn is_outside(&self, id: TargetId) -> bool {
        self.get(id).is_some_and(|target| target.all.iter().all(|end| matches!(end, Endpoint::Outside(_))))
    }

    fn get(&self, id: TargetId) -> Option<&Target> {
        self.list.get(id.0 as usize)
    }
}

/// What tells flows apart, whichever end saw them.
type WholeKey = (TargetId, TargetId, Traffic, LogVerdict);

/// What both ends saw of a flow, together. A flow that its source let out and its destination dropped was denied: what the source saw is a part of that,
/// unless the destination also saw it pass.
fn whole(flows: Vec<(FlowKey<TargetId>, Seen)>) -> Vec<(WholeKey, (Seen, SeenAt))> {
    let ends = |key: &FlowKey<TargetId>| (key.from, key.to, key.traffic);
    let mut stopped: HashMap<(TargetId, TargetId, Traffic), bool> = HashMap::new();
    for (key, _) in &flows {
        match (key.verdict, key.seen) {
            (LogVerdict::Denied, _) => {
                stopped.entry(ends(key)).or_insert(true);
            }
            (_, SeenAt::Destination | SeenAt::Both) => {
                stopped.insert(ends(key), false);
            }
            _ => {}
        }
    }
    let mut numbers: HashMap<WholeKey, usize> = HashMap::new();
    let mut list: Vec<(WholeKey, (Seen, SeenAt))> = Vec::new();
    for (key, seen) in flows {
        let is_stopped = key.seen == SeenAt::Source && stopped.get(&ends(&key)).copied().unwrap_or(false);
        let verdict = if is_stopped { LogVerdict::Denied } else { key.verdict };
        let number = *numbers.entry((key.from, key.to, key.traffic, verdict)).or_insert(list.len());
        match list.get_mut(number) {
            Some((_, (known, at))) => {
                known.add(seen);
                *at = at.and(key.seen);
            }
            None => list.push(((key.from, key.to, key.traffic, verdict), (seen, key.seen))),
        }
    }
    list
}

/// The evaluator's answer.
struct Judged {
    verdict: Verdict,
    summary: String,
    deciding: Vec<Place>,
}

impl Judged {
    fn of(answer: Answer) -> Judged {
        Judged { verdict: answer.verdict, deciding: answer.deciding_places(), summary: answer.summary }
    }
}

/// The answer for all endpoints that are meant: that of the first, if all get the same; else it cannot be told, with which get which.
fn ask(scene: &dyn Scene, from: &Target, to: &Target, traffic: Traffic) -> Judged {
    let ask = |(from, to): (Endpoint, Endpoint)| scene.answer(&Flow { from, to, traffic });
    let pairs: Vec<(Endpoint, Endpoint)> = each_pair(&from.all, &to.all).collect();
    let (Some(source), Some(destination)) = (from.all.first(), to.all.first()) else {
        return Judged { verdict: Verdict::CannotTell, summary: "Cannot tell: an end has no pods.".into(), deciding: Vec::new() };
    };
    let first = shown_pair((*source, *destination), pairs.iter().copied());
    if pairs.len() < 2 {
        return Judged::of(ask(first));
    }
    let wanted = ConnectionSet::of_traffic(traffic);
    let verdict = |pair: &(Endpoint, Endpoint)| {
        if scene.depends_on_family(pair.0, pair.1) {
            return ask(*pair).verdict;
        }
        scene.connectivity().between(pair.0, pair.1).verdict(&wanted)
    };
    let verdicts: Vec<Verdict> = pairs.iter().map(verdict).collect();
    if verdicts.iter().all(|verdict| Some(verdict) == verdicts.first()) {
        return Judged::of(ask(first));
    }
    let with = |wanted: Verdict| pairs.iter().zip(&verdicts).filter(move |(_, verdict)| **verdict == wanted).map(|(pair, _)| *pair);
    let name = |end| end_name(end, scene.snapshot());
    let part = |verdict: Verdict| {
        let (from, to) = with(verdict).next()?;
        let others = with(verdict).count() - 1;
        let others = if others > 0 { format!(" and {others} more") } else { String::new() };
        Some(format!("{} from `{}` to `{}`{others}", verdict.as_str(), name(from), name(to)))
    };
    let parts: Vec<String> = [Verdict::Denied, Verdict::CannotTell, Verdict::Allowed].into_iter().filter_map(part).collect();
    let shown = with(Verdict::Denied).chain(with(Verdict::CannotTell)).next().map(|pair| Judged::of(ask(pair)));
    Judged {
        verdict: Verdict::CannotTell,
        summary: format!("Cannot tell for all of them at once: {}.", parts.join("; ")),
        deciding: shown.map(|shown| shown.deciding).unwrap_or_default(),
    }
}
