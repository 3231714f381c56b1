//! Judges the hops of routes: each checkpoint is asked about the packet as it is there, by
//! [`crate::verdict`], and [`crate::explain`] has the words. Nothing here decides by itself.

mod ask;
pub(super) mod lookup;
pub(super) mod outcome;
pub(super) mod rotation;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::answer::ApplicationView;
use super::packet::{Packet, Place, Translation};
use super::route::course::Course;
use super::route::hop::{Choice, HopAction, PlannedHop, PlannedKind, StopReason, Title, Unknown};
use super::route::routes::Route;
use super::shares::Share;
use super::world::Paths;
use crate::explain::CheckpointTrace;
use crate::snapshot::PodId;
use crate::verdict::Verdict;

/// A hop with its verdict.
#[derive(Clone)]
pub(super) struct JudgedHop {
    pub(super) kind: JudgedKind,
    pub(super) arrives: Packet,
    pub(super) leaves: Packet,
    pub(super) translations: Vec<Translation>,
    pub(super) verdict: Verdict,
    /// Whether the packet comes here at all.
    pub(super) reached: bool,
}

/// What a judged hop is.
#[derive(Clone)]
pub(super) enum JudgedKind {
    Place(Place, Title, HopAction),
    Check {
        trace: Box<CheckpointTrace>,
        /// Whether the packet's destination was translated before.
        translated: bool,
    },
    Stop(StopReason),
    UnsureRotation,
    UnsureRequest(Arc<str>),
    Unknown(Unknown),
}

/// A route with the verdicts of its hops.
#[derive(Clone)]
pub(super) struct JudgedRoute {
    pub(super) share: Share,
    pub(super) choices: Vec<Vec<Choice>>,
    pub(super) alike: u32,
    pub(super) verdict: Verdict,
    pub(super) hops: Vec<JudgedHop>,
    pub(super) seen: Option<ApplicationView>,
    /// The name for which it asks, where it is the route of a question to DNS in place of the connection's.
    pub(super) lookup: Option<FailedLookup>,
}

/// A question to DNS that does not arrive, or may not.
#[derive(Clone)]
pub(super) struct FailedLookup {
    pub(super) pod: PodId,
    pub(super) name: String,
    pub(super) verdict: Verdict,
    /// Whether the name may be known from elsewhere: where it leads is not known in any case.
    pub(super) may_be_known: bool,
}

impl JudgedRoute {
    /// Where the packet is stopped, or where that cannot be told.
    pub(super) fn stop(&self) -> Option<&JudgedHop> {
        self.hops.iter().find(|hop| hop.verdict == Verdict::Denied).or_else(|| self.hops.iter().find(|hop| hop.verdict != Verdict::Allowed))
    }
}

/// Judges a route.
pub(super) fn judge(route: Route<'_>) -> JudgedRoute {
    let Route { course, share, choices, alike, .. } = route;
    let (hops, verdict, seen) = judge_course(course);
    JudgedRoute { share, choices, alike, verdict, hops, seen, lookup: None }
}

/// The hops of a course with their verdicts, what they come to together, and what the application sees if the packet may get there.
fn judge_course(course: Course<'_>) -> (Vec<JudgedHop>, Verdict, Option<ApplicationView>) {
    let paths = course.paths();
    let (planned, outcome) = course.finish();
    let mut hops: Vec<JudgedHop> = Vec::with_capacity(planned.len());
    for hop in planned {
        match hop.kind {
            PlannedKind::Check(_) => check(paths, &hop, &mut hops),
            PlannedKind::Place(place, title, action) => {
                let PlannedHop { arrives, leaves, translations, .. } = hop;
                let kind = JudgedKind::Place(place, title, action);
                hops.push(JudgedHop { kind, arrives, leaves, translations, verdict: Verdict::Allowed, reached: true });
            }
            PlannedKind::Stop(reason) => hops.push(end(JudgedKind::Stop(reason), hop.arrives, Verdict::Denied)),
            PlannedKind::UnsureRotation => hops.push(end(JudgedKind::UnsureRotation, hop.arrives, Verdict::CannotTell)),
            PlannedKind::UnsureRequest(why) => hops.push(end(JudgedKind::UnsureRequest(why), hop.arrives, Verdict::CannotTell)),
            PlannedKind::Unknown(unknown) => hops.push(end(JudgedKind::Unknown(unknown), hop.arrives, Verdict::CannotTell)),
        }
    }
    let mut stopped = false;
    for hop in &mut hops {
        hop.reached = !stopped;
        stopped |= hop.verdict == Verdict::Denied;
    }
    let verdict = Verdict::all(hops.iter().map(|hop| hop.verdict));
    let arrives = !outcome.ended && verdict != Verdict::Denied;
    let seen = arrives.then_some(ApplicationView { address: outcome.address, forwarded: outcome.forwarded, tls: outcome.tls });
    (hops, verdict, seen)
}

fn end(kind: JudgedKind, packet: Packet, verdict: Verdict) -> JudgedHop {
    JudgedHop { kind, arrives: packet, leaves: packet, translations: Vec::new(), verdict, reached: true }
}

/// Adds a checkpoint, unless no policy is asked there. What is asked before the node translates anything comes before the node.
fn check(paths: &Paths, hop: &PlannedHop, hops: &mut Vec<JudgedHop>) {
    let PlannedKind::Check(inspection) = &hop.kind else { return };
    let Some(answer) = ask::checkpoint(paths, inspection, &hop.arrives) else { return };
    let verdict = answer.trace.verdict;
    let kind = JudgedKind::Check { trace: Box::new(answer.trace), translated: inspection.original.is_some() };
    let judged = end(kind, answer.packet, verdict);
    let node = hops.iter().rposition(|hop| matches!(hop.kind, JudgedKind::Place(Place::Node(_), ..)));
    let last = hops.iter().rposition(|hop| matches!(hop.kind, JudgedKind::Place(..) | JudgedKind::Unknown(_)));
    match node.filter(|at| answer.early && Some(*at) == last && *at > 0) {
        Some(at) => hops.insert(at, judged),
        None => hops.push(judged),
    }
}
