//! One side of pods: which combinations of selectors are worth asking about, and what comes of it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cell::OnceCell;

use super::combinations::{Candidate, every, is_within, least, least_in};
use super::peers::{Named, PeerId, PeerTable, PortName, Unsaid};
use super::space::{LabelBox, Space};
use super::stand_ins::{CompiledWorlds, StandInId, Worlds};
use super::{Passes, PeerExposure, Protection, SideExposure};
use crate::connections::{ConnectionId, ConnectionSet, ConnectionTable};
use crate::model::{Labels, Protocol};
use crate::policy::Direction;
use crate::snapshot::PodId;

/// Combinations of selectors that are looked at on one side, and on all of them together.
const MOST_COMBINATIONS: usize = 1 << 13;
const MOST_OF_ALL: usize = 1 << 18;
/// Numbers for ports that rules know by their names; the first that no rule gives by number is taken.
const NUMBERS: [u16; 6] = [61_013, 60_041, 49_157, 2_003, 1_009, 7];

/// What is to be asked about one side.
pub(super) struct SidePlan {
    /// A pod of this side.
    subject: PodId,
    direction: Direction,
    protection: Protection,
    peers: Vec<PeerId>,
    /// Peers that every pod matches.
    always: Vec<usize>,
    /// How many of the combinations every pod matches one of: the first.
    bases: usize,
    combinations: Vec<Combination>,
    /// Pods that match what two of the combinations match, which differ only in what allows: both combinations, and the peers of such a pod.
    joint: Vec<([usize; 2], Vec<usize>)>,
    /// For each peer, those that all of its pods match too.
    implied: Vec<Vec<usize>>,
    unsaid: Vec<Unsaid>,
}

/// Peers that a pod matches, and the pod that stands for all that do.
struct Combination {
    peers: Vec<usize>,
    /// Whether it is all that one selector asks for.
    is_single: bool,
    pod: StandInId,
    /// The same with a port of a name.
    named: Vec<(PortName, Protocol, StandInId)>,
    number: u16,
}

impl SidePlan {
    pub(super) fn new(
        (subject, direction, protection): (PodId, Direction, Protection),
        named: Named,
        table: &PeerTable,
        namespaces: &BTreeMap<&str, &Labels>,
        worlds: &mut Worlds<'_>,
        asked: &mut usize,
    ) -> Self {
        let Named { peers, ports, numbers, mut unsaid } = named;
        let kinds: Vec<_> = peers.keys().filter_map(|id| table.get(*id)).map(|peer| &peer.kind).collect();
        let space = Space::new(&kinds, namespaces);
        let others: Vec<usize> = peers.values().enumerate().filter(|(_, other)| **other).map(|(place, _)| place).collect();
        let mut collection = Collection { space: &space, found: Combinations::new(), every: OnceCell::new(), cut: false };
        let bases = collection.run(&others, asked);
        let is_free = |number: &u16| !numbers.iter().any(|(first, last)| (first..=last).contains(&number));
        let number = NUMBERS.into_iter().find(is_free).unwrap_or(NUMBERS[0]);
        let mut combination = |(peers, (labels, is_single)): (Vec<usize>, (LabelBox, bool))| {
            let pod = space.pod(&labels);
            let port = |port: &PortName| {
                let protocol = port.protocol.unwrap_or(Protocol::TCP);
                (port.clone(), protocol, worlds.add(pod.with_port(&port.name, protocol, number)))
            };
            let named = ports.iter().map(port).collect();
            Combination { peers, is_single, named, number, pod: worlds.add(pod) }
        };
        let always = match bases.as_slice() {
            [only] => only.peers.clone(),
            _ => space.accepting(&LabelBox::default()),
        };
        let mut rest = core::mem::take(&mut collection.found);
        let mut all: Vec<Combination> = Vec::new();
        for base in &bases {
            if let Some(labels) = rest.remove(&base.peers) {
                all.push(combination((base.peers.clone(), labels)));
            }
        }
        let mut rest: Vec<_> = rest.into_iter().collect();
        rest.sort_by_key(|(peers, _)| peers.len());
        all.extend(rest.into_iter().map(combination));
        let implied = (0..space.accepted.len()).map(|peer| implied(&space, peer)).collect();
        let joint = collection.joint(&all, &others, &always);
        if collection.cut || space.cut {
            unsaid.push(Unsaid::TooMany);
        }
        SidePlan {
            subject,
            direction,
            protection,
            peers: peers.into_keys().collect(),
            always,
            bases: bases.len(),
            combinations: all,
            joint,
            implied,
            unsaid,
        }
    }

    /// Asks.
    pub(super) fn exposure(self, worlds: &CompiledWorlds, table: &ConnectionTable) -> SideExposure {
        let asked: Vec<Passes> = self.combinations.iter().map(|c| self.passes(c, worlds, table)).collect();
        let bases = asked.iter().take(self.bases);
        let cluster = bases.cloned().reduce(|a, b| a.and(&b, table)).unwrap_or_default();
        let mut listed = self.listed(&asked, &cluster, table);
        listed.sort_by_cached_key(|place| self.shown(*place));
        let peers = |place: usize| self.combinations.get(place).map_or(&[][..], |c| c.peers.as_slice());
        let narrows = |place: usize| {
            let wider = |other: usize| peers(other).len() < peers(place).len() && is_within(peers(other), peers(place));
            listed.iter().enumerate().filter(|(_, other)| wider(**other)).map(|(row, _)| row).collect()
        };
        let row = |place: &usize| PeerExposure {
            peers: self.shown(*place),
            passes: asked.get(*place).cloned().unwrap_or_default(),
            narrows: narrows(*place),
            matched: Vec::new(),
            pods: 0,
        };
        let rows = listed.iter().map(row).collect();
        SideExposure { direction: self.direction, protection: self.protection, cluster, peers: rows, unsaid: self.unsaid }
    }

    /// The combinations that get a row: those of which the rows of smaller ones do not say it already.
    fn listed(&self, asked: &[Passes], cluster: &Passes, table: &ConnectionTable) -> Vec<usize> {
        let mut listed: Vec<usize> = Vec::new();
        // Several bases are combinations like any other; a single one is what every pod is.
        let first = if self.bases > 1 { 0 } else { self.bases };
        for (place, (combination, passes)) in self.combinations.iter().zip(asked).enumerate().skip(first) {
            let said = self.said(&combination.peers, &listed, asked, cluster, table);
            if said != *passes || combination.is_single && passes != cluster {
                listed.push(place);
            }
        }
        // What is left out must not be forgotten where a row of another combination is met as well.
        loop {
            let count = listed.len();
            for (both, peers) in &self.joint {
                let open: Vec<usize> = both.iter().copied().filter(|place| !listed.contains(place)).collect();
                let [Some(a), Some(b)] = both.map(|place| asked.get(place)) else { continue };
                if !open.is_empty() && self.said(peers, &listed, asked, cluster, table) != a.or(b, table) {
                    listed.extend(open);
                }
            }
            if listed.len() == count {
                return listed;
            }
        }
    }

    /// What rows say of a pod that matches these peers.
    fn said(&self, peers: &[usize], listed: &[usize], asked: &[Passes], cluster: &Passes, table: &ConnectionTable) -> Passes {
        let of = |place: usize| self.combinations.get(place).map_or(&[][..], |c| c.peers.as_slice());
        let met: Vec<usize> = listed.iter().copied().filter(|row| is_within(of(*row), peers)).collect();
        let is_largest = |row: &&usize| !met.iter().any(|other| of(*other).len() > of(**row).len() && is_within(of(**row), of(*other)));
        let said = met.iter().filter(is_largest).filter_map(|row| asked.get(*row)).cloned().reduce(|a, b| a.or(&b, table));
        said.unwrap_or_else(|| cluster.clone())
    }

    fn passes(&self, of: &Combination, worlds: &CompiledWorlds, table: &ConnectionTable) -> Passes {
        let ask = |pod| worlds.passes(self.subject, self.direction, pod, table);
        let [allowed, possible] = ask(of.pod);
        let is_new = |(_, protocol, pod): &&(PortName, Protocol, StandInId)| {
            let port = ConnectionSet::ports(*protocol, of.number, of.number);
            let holds = |id: ConnectionId| port.difference(table.get(id)).is_empty();
            // Not certain without a doubt is not certain with a name.
            let [named, _] = ask(*pod);
            holds(named) && !holds(allowed)
        };
        let mut names: Vec<PortName> = of.named.iter().filter(is_new).map(|(port, ..)| port.clone()).collect();
        names.sort_unstable();
        names.dedup();
        Passes { allowed, possible, names }
    }

    /// The selectors that say of a combination what it is: those that no other of them, and not every pod, matches anyway.
    fn shown(&self, place: usize) -> Vec<PeerId> {
        let peers = self.combinations.get(place).map_or(&[][..], |c| c.peers.as_slice());
        let implies = |a: &usize, b: &usize| self.implied.get(*a).is_some_and(|implied| implied.contains(b));
        let follows = |peer: &usize| {
            self.always.contains(peer)
                || peers.iter().any(|other| other != peer && implies(other, peer) && (!implies(peer, other) || other < peer))
        };
        let all: Vec<usize> = peers.iter().filter(|peer| !follows(peer)).copied().collect();
        all.into_iter().filter_map(|peer| self.peers.get(peer).copied()).collect()
    }
}

/// The other peers that every pod of one matches.
fn implied(space: &Space, peer: usize) -> Vec<usize> {
    let mut boxes = space.accepted.get(peer).into_iter().flatten().flat_map(|accepted| space.by_namespace(accepted.clone()));
    let Some(first) = boxes.next() else { return Vec::new() };
    let mut common = space.accepting(&first);
    for accepted in boxes {
        let also = space.accepting(&accepted);
        common.retain(|other| also.contains(other));
    }
    common.retain(|other| *other != peer);
    common
}

/// Combinations by their peers, with labels of a pod that is so, and whether they are all that one selector asks for.
type Combinations = BTreeMap<Vec<usize>, (LabelBox, bool)>;

/// Collects combinations.
struct Collection<'a> {
    space: &'a Space,
    found: Combinations,
    /// Every set of peers that some pod matches, where a search was not enough.
    every: OnceCell<Option<Vec<Candidate>>>,
    cut: bool,
}

impl Collection<'_> {
    /// Notes what pods that match these peers match at least.
    fn add(&mut self, wanted: &[usize]) -> Vec<Candidate> {
        let candidates = self.least(wanted);
        for candidate in &candidates {
            let slot = self.found.entry(candidate.peers.clone()).or_insert_with(|| (candidate.labels.clone(), false));
            slot.1 |= wanted.len() == 1;
        }
        candidates
    }

    fn least(&mut self, wanted: &[usize]) -> Vec<Candidate> {
        if let Some(Some(every)) = self.every.get() {
            return least_in(every, wanted);
        }
        let found = least(self.space, wanted);
        match found.cut.then(|| self.every.get_or_init(|| every(self.space))) {
            Some(Some(every)) => return least_in(every, wanted),
            Some(None) => self.cut = true,
            None => {}
        }
        found.candidates
    }

    /// The combinations that decide what any pod may do: every selector alone, and with each of these that some rule which does not only
    /// allow names, and with several of them. Gives those of which every pod is one at least.
    fn run(&mut self, others: &[usize], so_far: &mut usize) -> Vec<Candidate> {
        let bases = self.add(&[]);
        let alone = (0..self.space.accepted.len()).flat_map(|peer| self.add(&[peer])).map(|candidate| candidate.peers);
        // Different choices that come to the same pods are followed once.
        let mut met: BTreeSet<Vec<usize>> = bases.iter().map(|candidate| candidate.peers.clone()).chain(alone).collect();
        let mut open: Vec<Vec<usize>> = met.iter().cloned().collect();
        let mut asked = 0;
        while let Some(chosen) = open.pop() {
            for other in others.iter().filter(|other| chosen.binary_search(other).is_err()) {
                let mut with = chosen.clone();
                with.push(*other);
                open.extend(self.add(&with).into_iter().map(|candidate| candidate.peers).filter(|new| met.insert(new.clone())));
                asked += 1;
            }
            if (asked > MOST_COMBINATIONS || *so_far + asked > MOST_OF_ALL) && !open.is_empty() {
                self.cut = true;
                break;
            }
        }
        *so_far += asked;
        bases
    }

    /// Pods that match two combinations which differ only in what allows, where something does other than allow.
    fn joint(&mut self, all: &[Combination], others: &[usize], always: &[usize]) -> Vec<([usize; 2], Vec<usize>)> {
        let of_others = |peers: &[usize]| -> Vec<usize> { peers.iter().filter(|peer| others.contains(peer)).copied().collect() };
        let usual = of_others(always);
        let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (place, combination) in all.iter().enumerate() {
            groups.entry(of_others(&combination.peers)).or_default().push(place);
        }
        groups.remove(&usual);
        let mut joint = Vec::new();
        for (group, places) in groups {
            for (number, first) in places.iter().enumerate() {
                for second in places.iter().skip(number + 1) {
                    if joint.len() > MOST_COMBINATIONS {
                        self.cut = true;
                        return joint;
                    }
                    let Some((a, b)) = all.get(*first).zip(all.get(*second)) else { continue };
                    if is_within(&a.peers, &b.peers) || is_within(&b.peers, &a.peers) {
                        continue;
                    }
                    let both: Vec<usize> = a.peers.iter().chain(&b.peers).copied().collect();
                    let found = self.least(&both).into_iter().filter(|candidate| of_others(&candidate.peers) == group);
                    joint.extend(found.map(|candidate| ([*first, *second], candidate.peers)));
                }
            }
        }
        joint
    }
}
