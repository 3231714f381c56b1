//! Arrows at the frames of namespaces, each for many flows.

use netpolis_core::text::count;

use super::arrows::{Candidate, word};
use super::{Arrow, FrameMark, Mark, MarkKind, Options};
use crate::graph::route::Route;
use crate::vec_map::VecMap;
use netpolis_view::{SceneView, Status};

/// Fewest workloads for which one arrow speaks.
const FEW_MEMBERS: usize = 3;
/// Arrows for what is left, each for many flows.
const MOST_BUNDLES: usize = 100;

/// Marks and frames in their places.
pub(super) struct Places<'a> {
    scene: &'a SceneView,
    marks: &'a [Mark],
    frames: &'a [FrameMark],
    /// The frame of each card.
    frame_of: Vec<Option<usize>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(scene: &'a SceneView, marks: &'a [Mark], frames: &'a [FrameMark]) -> Self {
        let frame_of = |mark: &Mark| {
            let namespace = scene.ends.get(mark.end?).filter(|_| mark.kind == MarkKind::Card)?.namespace?;
            let name = &scene.namespaces.get(namespace as usize)?.name;
            frames.iter().position(|f| f.name == *name)
        };
        Places { scene, marks, frames, frame_of: marks.iter().map(frame_of).collect() }
    }

    fn frame_of(&self, mark: usize) -> Option<usize> {
        self.frame_of.get(mark).copied().flatten()
    }

    /// Where all workloads of a frame send the same to one end, or get the same from it, one arrow at the frame says it for all of them.
    pub(super) fn bundle(&self, arrows: &mut Vec<Arrow>, options: &Options<'_>) {
        let Places { scene, marks, frames, .. } = *self;
        let touched = |mark: usize| options.selected.is_some() && marks.get(mark).is_some_and(|m| m.end == options.selected);
        let mut groups: VecMap<(usize, usize, bool, Status, String), Vec<usize>> = VecMap::default();
        for (index, arrow) in arrows
            .iter()
            .enumerate()
            .filter(|(_, a)| !a.quiet && !a.flow && !a.both && a.change.is_none() && !touched(a.from) && !touched(a.to))
        {
            for (member, other, out) in [(arrow.from, arrow.to, true), (arrow.to, arrow.from, false)] {
                if let Some(frame) = self.frame_of(member)
                    && self.frame_of(other) != Some(frame)
                {
                    groups.or_insert_with((frame, other, out, arrow.status, arrow.label.clone()), Default::default).push(index);
                }
            }
        }
        for ((frame, other, out, status, label), members) in groups {
            let Some(mark) = frames.get(frame).filter(|f| members.len() >= FEW_MEMBERS && members.len() == f.count) else { continue };
            let Some(end) = marks.get(other) else { continue };
            let name = end.end.map_or_else(|| end.title.clone(), |e| scene.title(e));
            let (from, to) = if out { (marks.len() + frame, other) } else { (other, marks.len() + frame) };
            let (open, long) = members
                .first()
                .and_then(|&m| arrows.get(m))
                .map(|a| (a.open, a.title.rsplit(": ").next().unwrap_or_default().to_owned()))
                .unwrap_or_default();
            for member in members {
                if let Some(arrow) = arrows.get_mut(member) {
                    arrow.quiet = true;
                }
            }
            let all = format!("every workload of {}", mark.name);
            let title = if out { format!("{all} to {name}: {long}") } else { format!("{name} to {all}: {long}") };
            let key = format!("namespace/{} {} {out} {status:?} {label}", mark.name, end.key);
            arrows.push(Arrow { key, label, title, open, ..for_many(from, to, status) });
        }
    }

    /// What has no arrow of its own because there is no room, as arrows between namespaces with the number of flows on them. Returns how many flows are in none.
    pub(super) fn gather(&self, rest: &[Candidate], arrows: &mut Vec<Arrow>) -> usize {
        let Places { marks, frames, .. } = *self;
        let place = |mark: usize| self.frame_of(mark).map_or(mark, |frame| marks.len() + frame);
        let mut bundles: VecMap<(usize, usize, Status), usize> = VecMap::default();
        let mut cut = 0;
        for arrow in rest {
            let flows = 1 + usize::from(arrow.both);
            match (place(arrow.from), place(arrow.to)) {
                (from, to) if from != to => *bundles.or_insert_with((from, to, arrow.status), Default::default) += flows,
                _ => cut += flows,
            }
        }
        let mut bundles: Vec<((usize, usize, Status), usize)> = bundles.into_iter().collect();
        bundles.sort_by_key(|(ends, flows)| (core::cmp::Reverse(*flows), *ends));
        let name = |place: usize| match place.checked_sub(marks.len()).and_then(|frame| frames.get(frame)) {
            Some(frame) => frame.name.clone(),
            None => marks.get(place).map_or_else(String::new, |mark| mark.title.clone()),
        };
        // Numbers of marks and frames are others in another picture.
        let key = |place: usize| match place.checked_sub(marks.len()).and_then(|frame| frames.get(frame)) {
            Some(frame) => format!("namespace/{}", frame.name),
            None => marks.get(place).map_or_else(String::new, |mark| mark.key.clone()),
        };
        for (number, ((from, to, status), flows)) in bundles.into_iter().enumerate() {
            if number >= MOST_BUNDLES {
                cut += flows;
                continue;
            }
            let label = count(flows, "flow");
            arrows.push(Arrow {
                key: format!("rest/{} {} {status:?}", key(from), key(to)),
                title: format!("{label} from {} to {}, {}; select a card to see its own", name(from), name(to), word(status)),
                label,
                ..for_many(from, to, status)
            });
        }
        cut
    }
}

/// An arrow that speaks for many flows, before anything is written on it.
fn for_many(from: usize, to: usize, status: Status) -> Arrow {
    Arrow {
        key: String::new(),
        from,
        to,
        status,
        label: String::new(),
        ask: None,
        traffic: None,
        both: false,
        quiet: false,
        flow: false,
        open: false,
        change: None,
        title: String::new(),
        weight: 0,
        route: Route::default(),
    }
}
