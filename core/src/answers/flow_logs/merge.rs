//! Entries that are the same, counted once.

use alloc::string::ToString;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::broken::Broken;
use super::entry::{Entry, Logged, LoggedEnd};
use super::read::read;
use super::time::Moment;
use super::{Log, LogLine, LogRead, LogVerdict, NotJudged, SeenAt, SetAside};
use crate::connections::Traffic;

/// An end of [`Merged::ends`], by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct EndId(u32);

impl EndId {
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What tells flows of logs apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct FlowKey<End> {
    pub(super) from: End,
    pub(super) to: End,
    pub(super) traffic: Traffic,
    pub(super) verdict: LogVerdict,
    pub(super) seen: SeenAt,
}

/// How often a flow was seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Seen {
    pub(super) entries: usize,
    pub(super) times: Option<(Moment, Moment)>,
    pub(super) first: LogLine,
}

impl Seen {
    /// Adds what was seen of the same flow.
    pub(super) fn add(&mut self, other: Seen) {
        self.entries += other.entries;
        self.first = self.first.min(other.first);
        self.times = match (self.times, other.times) {
            (Some((first, last)), Some((begin, end))) => Some((first.min(begin), last.max(end))),
            (known, None) | (None, known) => known,
        };
    }
}

/// Values under keys, in the order in which the keys came.
#[derive(Debug)]
pub(super) struct Ordered<K> {
    numbers: HashMap<K, usize>,
    pub(super) list: Vec<(K, Seen)>,
}

impl<K: Clone + Eq + core::hash::Hash> Ordered<K> {
    pub(super) fn new() -> Self {
        Ordered { numbers: HashMap::new(), list: Vec::new() }
    }

    pub(super) fn add(&mut self, key: K, seen: Seen) {
        let number = *self.numbers.entry(key.clone()).or_insert(self.list.len());
        match self.list.get_mut(number) {
            Some((_, known)) => known.add(seen),
            None => self.list.push((key, seen)),
        }
    }
}

/// The entries of all logs, counted.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) logs: Vec<LogRead>,
    pub(super) ends: Vec<LoggedEnd>,
    pub(super) flows: Vec<(FlowKey<EndId>, Seen)>,
    pub(super) set_aside: Vec<(SetAside, usize)>,
    pub(super) broken: Vec<NotJudged>,
}

/// Reads all logs and counts their entries.
pub(super) fn merge(logs: &[Log<'_>]) -> Merged {
    let mut ends = Ends { numbers: HashMap::new(), list: Vec::new() };
    let mut flows = Ordered::new();
    let mut broken: Ordered<(usize, Broken)> = Ordered::new();
    let mut aside = SetAside::ALL.map(|reason| (reason, 0_usize));
    let mut reads = Vec::new();
    for (number, log) in logs.iter().enumerate() {
        let mut found = LogRead { name: log.name.to_string(), formats: Vec::new(), entries: 0 };
        read(log.text, &mut |format, line, entry| {
            found.entries += 1;
            if let Some(format) = format.filter(|format| !found.formats.contains(format)) {
                found.formats.push(format);
            }
            let seen = |times| Seen { entries: 1, times, first: LogLine { log: number, line } };
            match entry {
                Entry::Flow(logged) => {
                    let Logged { from, to, traffic, verdict, seen: at, times } = *logged;
                    let key = FlowKey { from: ends.id(from), to: ends.id(to), traffic, verdict, seen: at };
                    flows.add(key, seen(times));
                }
                Entry::Aside(reason) => aside.iter_mut().filter(|(known, _)| *known == reason).for_each(|(_, count)| *count += 1),
                Entry::Broken(reason) => broken.add((number, reason), seen(None)),
            }
        });
        found.formats.sort_unstable();
        reads.push(found);
    }
    let not_read =
        |((_, reason), seen): ((usize, Broken), Seen)| NotJudged { reason: reason.to_string(), entries: seen.entries, first: seen.first };
    Merged {
        logs: reads,
        ends: ends.list,
        flows: flows.list,
        set_aside: aside.into_iter().filter(|(_, entries)| *entries > 0).collect(),
        broken: broken.list.into_iter().map(not_read).collect(),
    }
}

/// Distinct ends.
struct Ends {
    numbers: HashMap<LoggedEnd, EndId>,
    list: Vec<LoggedEnd>,
}

impl Ends {
    fn id(&mut self, end: LoggedEnd) -> EndId {
        if let Some(known) = self.numbers.get(&end) {
            return *known;
        }
        let id = EndId(self.list.len() as u32);
        self.list.push(end.clone());
        self.numbers.insert(end, id);
        id
    }
}
