//! Which selectors a pod can match together.
//!
//! A pod with the labels that one selector asks for need match no other, or has to (`app: db` is never `app NotIn (db)`, but always
//! `has(app)`). For some selectors, what is wanted are the *least* sets of selectors that a pod which matches these matches: every pod that
//! matches them matches one of the sets, and what it matches besides is another question.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::space::{LabelBox, MOST_BOXES, Space};

/// Steps of one search.
const MOST_STEPS: usize = 20_000;
/// Selectors that a pod may have to match besides those that are wanted, where it has a choice which.
const MOST_EXTRA: usize = 3;

/// A pod that could be: the peers that it matches, ascending, and labels that make it so.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Candidate {
    pub(super) peers: Vec<usize>,
    pub(super) labels: LabelBox,
}

/// Least sets of peers.
#[derive(Debug, Default)]
pub(super) struct Least {
    pub(super) candidates: Vec<Candidate>,
    /// Whether there may be more.
    pub(super) cut: bool,
}

/// The least sets of peers that a pod matches which matches all that are wanted; none if there can be no such pod.
pub(super) fn least(space: &Space, wanted: &[usize]) -> Least {
    let mut boxes = alloc::vec![LabelBox::default()];
    let mut found = Least::default();
    for peer in wanted {
        let accepted = space.accepted.get(*peer).map_or(&[][..], Vec::as_slice);
        boxes = boxes.iter().flat_map(|of| accepted.iter().filter_map(|accepted| of.and(accepted))).collect();
        found.cut |= boxes.len() > MOST_BOXES;
        boxes.truncate(MOST_BOXES);
    }
    for of in boxes {
        let forced = space.accepting(&of);
        for part in space.by_namespace(of) {
            Search { space, of: &part, steps: 0 }.run(&mut found);
            // What every pod matches at least is least of all.
            if found.candidates.iter().any(|candidate| candidate.peers == forced) {
                break;
            }
        }
    }
    found.candidates = least_of(&found.candidates);
    found
}

/// Those of which none is part of another, each once.
fn least_of(all: &[Candidate]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let is_least = |one: &&Candidate| !all.iter().any(|other| other.peers.len() < one.peers.len() && is_within(&other.peers, &one.peers));
    for one in all.iter().filter(is_least) {
        if !found.iter().any(|known| known.peers == one.peers) {
            found.push(one.clone());
        }
    }
    found
}

/// Every set of peers that some pod matches, each once; nothing where there are too many combinations of labels to try them all.
pub(super) fn every(space: &Space) -> Option<Vec<Candidate>> {
    let mut found: BTreeMap<Vec<usize>, LabelBox> = BTreeMap::new();
    for labels in space.every_sample()? {
        found.entry(space.accepting(&labels)).or_insert(labels);
    }
    Some(found.into_iter().map(|(peers, labels)| Candidate { peers, labels }).collect())
}

/// The same as [`least`], given every set.
pub(super) fn least_in(every: &[Candidate], wanted: &[usize]) -> Vec<Candidate> {
    let with_all = every.iter().filter(|candidate| wanted.iter().all(|peer| candidate.peers.binary_search(peer).is_ok()));
    least_of(&with_all.cloned().collect::<Vec<_>>())
}

/// Whether all of a sorted list is in another.
pub(super) fn is_within(few: &[usize], many: &[usize]) -> bool {
    few.iter().all(|one| many.binary_search(one).is_ok())
}

struct Search<'a> {
    space: &'a Space,
    of: &'a LabelBox,
    steps: usize,
}

impl Search<'_> {
    fn run(&mut self, found: &mut Least) {
        let forced = self.space.accepting(self.of);
        // A pod with nothing that anybody mentions beyond what it must have mostly is what is looked for.
        let labels = self.space.sample(self.of);
        let peers = self.space.accepting(&labels);
        if peers == forced {
            found.candidates.push(Candidate { peers, labels });
            return;
        }
        let may_match = |peer: &usize| {
            let accepted = self.space.accepted.get(*peer);
            accepted.is_some_and(|boxes| boxes.iter().any(|accepted| self.of.and(accepted).is_some()))
        };
        let free: Vec<usize> = (0..self.space.accepted.len()).filter(|peer| !forced.contains(peer)).filter(may_match).collect();
        let mut own: Vec<(Vec<usize>, Candidate)> = Vec::new();
        for extra in 0..=MOST_EXTRA.min(free.len()) {
            let mut chosen: Vec<usize> = (0..extra).collect();
            loop {
                let besides: Vec<usize> = chosen.iter().filter_map(|place| free.get(*place).copied()).collect();
                if !own.iter().any(|(known, _)| is_within(known, &besides)) {
                    let avoided: Vec<usize> = free.iter().copied().filter(|peer| !besides.contains(peer)).collect();
                    own.extend(self.avoiding(&avoided).map(|candidate| (besides, candidate)));
                }
                if self.steps > MOST_STEPS || !next_choice(&mut chosen, free.len()) {
                    break;
                }
            }
            if self.covers(&own) || self.steps > MOST_STEPS {
                break;
            }
        }
        found.cut |= !self.covers(&own);
        found.candidates.extend(own.into_iter().map(|(_, candidate)| candidate));
    }

    /// Whether every pod of the box matches all peers of one of the sets: then none that avoids one of each is possible.
    fn covers(&mut self, own: &[(Vec<usize>, Candidate)]) -> bool {
        if own.iter().any(|(besides, _)| besides.is_empty()) {
            return true;
        }
        let mut open: Vec<Vec<usize>> = alloc::vec![Vec::new()];
        for (besides, _) in own {
            let mut next = Vec::new();
            for avoided in &open {
                for peer in besides {
                    let mut avoided = avoided.clone();
                    avoided.push(*peer);
                    next.push(avoided);
                }
            }
            open = next;
            if open.len() > MOST_BOXES {
                return false;
            }
        }
        !open.iter().any(|avoided| self.avoiding(avoided).is_some()) && self.steps <= MOST_STEPS
    }

    /// A pod of the box that matches none of these peers.
    fn avoiding(&mut self, avoided: &[usize]) -> Option<Candidate> {
        let space = self.space;
        let boxes: Vec<&LabelBox> = avoided.iter().filter_map(|peer| space.accepted.get(*peer)).flatten().collect();
        let left = self.outside(self.of, &boxes)?;
        let labels = space.sample(&left);
        Some(Candidate { peers: space.accepting(&labels), labels })
    }

    /// A part of a box that is in none of others.
    fn outside(&mut self, of: &LabelBox, others: &[&LabelBox]) -> Option<LabelBox> {
        let mut open = alloc::vec![(of.clone(), 0)];
        while let Some((left, from)) = open.pop() {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return None;
            }
            let met = (from..).zip(others.iter().skip(from)).find(|(_, other)| left.and(other).is_some());
            let Some((place, met)) = met else { return Some(left) };
            open.extend(left.outside(met, self.space).into_iter().rev().map(|left| (left, place + 1)));
        }
        None
    }
}

/// The next choice of as many places of `count`, in order.
fn next_choice(chosen: &mut [usize], count: usize) -> bool {
    let size = chosen.len();
    for place in (0..size).rev() {
        let most = count - (size - place);
        let Some(slot) = chosen.get_mut(place) else { return false };
        if *slot < most {
            *slot += 1;
            let start = *slot;
            chosen.iter_mut().skip(place + 1).enumerate().for_each(|(i, later)| *later = start + 1 + i);
            return true;
        }
    }
    false
}
