//! Rows: what the policies of one endpoint let through for every peer, evaluated when it is asked for.
//!
//! What a row answers for a peer depends on nothing but which of the few sets that its rules name hold the peer (and on its named ports,
//! where rules ask for them). So a row keeps an answer for each combination that was asked about, and the evaluator is asked once for each.

use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};

use hashbrown::HashSet;

use super::PairIds;
use crate::compile::{ClassId, ClassSet, Compiled, CompiledRule, Parts, Side};
use crate::connections::ConnectionId;
use crate::policy::Direction;
use crate::verdict::evaluate::{AtHost, EvaluationCache, EvaluationSubject, NoTrace, Outcome, evaluate, evaluate_hooks};

/// What is evaluated for a row.
#[derive(Clone, Debug)]
pub(crate) enum RowQuestion {
    /// The policies of an endpoint or of a security group, for these connections.
    Subject(EvaluationSubject, Direction, ConnectionId),
    /// Those of a host endpoint.
    Host(AtHost<'static>),
}

impl RowQuestion {
    fn direction(&self) -> Direction {
        match self {
            RowQuestion::Subject(_, direction, _) => *direction,
            RowQuestion::Host(at) => at.direction,
        }
    }

    fn own(&self) -> ClassId {
        match self {
            RowQuestion::Subject(asked, ..) => asked.own,
            RowQuestion::Host(at) => at.own,
        }
    }

    fn outcome(&self, compiled: &Compiled, cache: &EvaluationCache, peer: ClassId) -> Outcome {
        match self {
            RowQuestion::Subject(asked, direction, universe) => {
                evaluate(compiled, cache, *asked, *direction, peer, *universe, &mut NoTrace)
            }
            RowQuestion::Host(at) => evaluate_hooks(compiled, cache, at, peer, ConnectionId::ALL, &mut NoTrace),
        }
    }

    /// Visits the rules that are asked.
    fn each_rule<'c>(&self, compiled: &'c Compiled, mut visit: impl FnMut(&'c CompiledRule)) {
        match self {
            RowQuestion::Subject(asked, direction, _) => compiled.rules_of(asked.subject, *direction).for_each(visit),
            RowQuestion::Host(at) => {
                for hook in at.hooks {
                    compiled.rules_of(compiled.class_of_host(at.of(*hook), *hook), at.direction).for_each(&mut visit);
                }
            }
        }
    }
}

/// An answer of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    /// The same where what nothing decides is allowed.
    pub(super) pair: PairIds,
}

/// What the rules of a row tell apart among peers.
#[derive(Clone, Debug)]
struct Peers {
    /// The sets that rules name. Each has a bit in a [`PeerKey`].
    sets: Vec<ClassSet>,
    /// All classes in parts, where there are more sets than bits.
    parts: Option<Parts>,
    /// Whether rules ask for named ports of peers.
    by_ports: bool,
    /// A class that is in no set, if there is one.
    usual: ClassId,
}

/// A combination of sets that holds a peer, and the number of its named ports: peers of one key get one answer.
type PeerKey = (u64, u32);

/// What the policies of one endpoint let through, for every peer.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    question: RowQuestion,
    peers: OnceCell<Peers>,
    /// Answers so far, by key.
    known: RefCell<Vec<(PeerKey, Answer)>>,
    /// Whether these are all.
    complete: Cell<bool>,
}

impl Row {
    pub(crate) fn new(question: RowQuestion) -> Self {
        Row { question, peers: OnceCell::new(), known: RefCell::default(), complete: Cell::new(false) }
    }

    /// The answer for one peer.
    pub(super) fn at(&self, compiled: &Compiled, cache: &EvaluationCache, peer: ClassId) -> Answer {
        self.answer(compiled, cache, self.peers(compiled).key(compiled, peer), peer)
    }

    fn answer(&self, compiled: &Compiled, cache: &EvaluationCache, key: PeerKey, peer: ClassId) -> Answer {
        let place = match self.known.borrow().binary_search_by_key(&key, |(known, _)| *known) {
            Ok(place) => return self.known.borrow().get(place).map_or(Answer::NOTHING, |(_, answer)| *answer),
            Err(place) => place,
        };
        let answer = Answer::new(self.question.outcome(compiled, cache, peer), cache);
        self.known.borrow_mut().insert(place, (key, answer));
        answer
    }

    /// The answer for peers that are in no set, which is that for most.
    pub(super) fn usual(&self, compiled: &Compiled, cache: &EvaluationCache) -> PairIds {
        self.at(compiled, cache, self.peers(compiled).usual).pair
    }

    /// Visits the classes that get another answer than the usual one, each once, in no order. `scratch` is empty or as this left it.
    pub(super) fn each_exception(
        &self,
        compiled: &Compiled,
        cache: &EvaluationCache,
        scratch: &mut Vec<u64>,
        mut visit: impl FnMut(ClassId, PairIds),
    ) {
        let usual = self.usual(compiled, cache);
        let mut last: Option<(PeerKey, PairIds)> = None;
        self.each_peer(compiled, scratch, |key, class| {
            let pair = match last {
                Some((known, pair)) if known == key => pair,
                _ => self.answer(compiled, cache, key, class).pair,
            };
            last = Some((key, pair));
            if pair != usual {
                visit(class, pair);
            }
        });
    }

    /// Visits the classes that are in some set, each once, in no order. `scratch` is empty or as this left it.
    fn each_peer(&self, compiled: &Compiled, scratch: &mut Vec<u64>, mut visit: impl FnMut(PeerKey, ClassId)) {
        let peers = self.peers(compiled);
        scratch.resize(compiled.class_count(), 0);
        if peers.parts.is_some() {
            (0..compiled.class_count() as u32).map(ClassId).for_each(|class| visit(peers.key(compiled, class), class));
            return;
        }
        if let [only] = peers.sets.as_slice() {
            only.iter().for_each(|class| visit((1, peers.ports(compiled, class)), class));
            return;
        }
        let mut met: Vec<ClassId> = Vec::new();
        for (number, set) in peers.sets.iter().enumerate() {
            for class in set.iter() {
                if let Some(bits) = scratch.get_mut(class.index()) {
                    if *bits == 0 {
                        met.push(class);
                    }
                    *bits |= 1 << number;
                }
            }
        }
        for class in met {
            let bits = scratch.get_mut(class.index()).map_or(0, core::mem::take);
            visit((bits, peers.ports(compiled, class)), class);
        }
    }

    /// A class of each kind of peers that gets an answer of its own, among those for which `is_peer` holds. `scratch` is empty or as this left it.
    pub(crate) fn kinds_of_peers(&self, compiled: &Compiled, scratch: &mut Vec<u64>, is_peer: impl Fn(ClassId) -> bool) -> Vec<ClassId> {
        let mut seen: HashSet<PeerKey> = HashSet::new();
        let mut kinds = Vec::new();
        self.each_peer(compiled, scratch, |key, class| {
            if is_peer(class) && seen.insert(key) {
                kinds.push(class);
            }
        });
        let peers = self.peers(compiled);
        let mut all = (0..compiled.class_count() as u32).map(ClassId);
        let is_usual = |class: &ClassId| !peers.sets.iter().any(|set| set.contains(*class)) && is_peer(*class);
        if peers.parts.is_none() {
            kinds.extend(all.find(is_usual));
        }
        kinds
    }

    /// Evaluates all that was not asked about yet. `scratch` as above.
    pub(super) fn evaluate_all(&self, compiled: &Compiled, cache: &EvaluationCache, scratch: &mut Vec<u64>) {
        if !self.complete.replace(true) {
            self.each_exception(compiled, cache, scratch, |_, _| {});
        }
    }

    /// Whether something holds for the answer to any class at all.
    pub(super) fn any(&self, compiled: &Compiled, cache: &EvaluationCache, wanted: impl Fn(PairIds) -> bool) -> bool {
        let peers = self.peers(compiled);
        let most: usize = peers.sets.iter().map(ClassSet::len).sum();
        if peers.parts.is_none() && most < compiled.class_count() && wanted(self.usual(compiled, cache)) {
            return true;
        }
        let (mut found, mut exceptions) = (false, 0);
        self.each_exception(compiled, cache, &mut Vec::new(), |_, pair| {
            exceptions += 1;
            found = found || wanted(pair);
        });
        // Where everybody is an exception, nobody gets the usual answer.
        found || exceptions < compiled.class_count() && wanted(self.usual(compiled, cache))
    }

    /// How many answers it holds.
    pub(super) fn answers(&self) -> usize {
        self.known.borrow().len()
    }

    fn peers(&self, compiled: &Compiled) -> &Peers {
        self.peers.get_or_init(|| Peers::new(compiled, &self.question))
    }
}

impl Answer {
    const NOTHING: Answer = {
        let none = ConnectionId::NONE;
        Answer { outcome: Outcome { allowed: none, denied: none, left: none }, pair: PairIds { allowed: none, possible: none } }
    };

    fn new(outcome: Outcome, cache: &EvaluationCache) -> Self {
        let possible = cache.table.union(outcome.allowed, outcome.left);
        Answer { outcome, pair: PairIds { allowed: cache.table.difference(possible, outcome.denied), possible } }
    }
}

impl Peers {
    fn new(compiled: &Compiled, question: &RowQuestion) -> Self {
        let (own, side) = (question.own(), Side::peer(question.direction()));
        let mut sets: Vec<&ClassSet> = Vec::new();
        let mut by_ports = false;
        question.each_rule(compiled, |rule| {
            if rule.own.as_ref().is_some_and(|ends| !ends.possible().contains(own)) {
                return;
            }
            let asks = compiled.compiled_traffic(rule.traffic).is_some_and(|traffic| traffic.asks(side));
            by_ports |= asks;
            for set in [&rule.peers.certain].into_iter().chain(&rule.peers.possible) {
                // What holds nobody or everybody tells nobody apart. Equal sets are kept once, so they are the same.
                let tells = !set.is_empty() && (asks || !compiled.is_everybody(set));
                if tells && !sets.iter().any(|known| known.is_same(set)) {
                    sets.push(set);
                }
            }
        });
        let parts = (sets.len() > u64::BITS as usize).then(|| {
            let mut parts = Parts::all_alike(compiled.class_count());
            sets.iter().for_each(|set| parts.split(set));
            parts
        });
        let sets: Vec<ClassSet> = if parts.is_some() { Vec::new() } else { sets.into_iter().cloned().collect() };
        let mut all = (0..compiled.class_count() as u32).map(ClassId);
        let usual = all.find(|class| !sets.iter().any(|set| set.contains(*class))).unwrap_or(ClassId::NOWHERE);
        Peers { sets, parts, by_ports, usual }
    }

    fn key(&self, compiled: &Compiled, peer: ClassId) -> PeerKey {
        let bits = match &self.parts {
            Some(parts) => parts.of(peer).map_or(u64::MAX, u64::from),
            None => (0..).zip(&self.sets).fold(0, |bits, (number, set)| bits | u64::from(set.contains(peer)) << number),
        };
        if peer == ClassId::NOWHERE {
            return (u64::MAX, u32::MAX);
        }
        // Who is in no set is not asked for ports.
        (bits, if bits == 0 && self.parts.is_none() { 0 } else { self.ports(compiled, peer) })
    }

    fn ports(&self, compiled: &Compiled, peer: ClassId) -> u32 {
        if self.by_ports { compiled.port_list(peer) } else { 0 }
    }
}
