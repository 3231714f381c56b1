//! What passes between every two marks, and which of it is an arrow that is seen.

use std::collections::HashMap;
use std::mem::take;

use super::{Arrow, Draft, MarkKind, Options, Undrawn};
use crate::graph::route::Route;
use crate::vec_map::VecMap;
use netpolis_view::{EndKind, FlowChange, SceneView, Status};

/// Most denied pairs that are drawn unasked.
const FEW_DENIED: usize = 6;
/// Most pairs outside every policy that are drawn unasked.
const FEW_OPEN: usize = 6;
/// Most differences from the baseline that are drawn where nothing else asks for their arrows.
const FEW_CHANGES: usize = 60;
/// Most arrows that can be seen at once.
pub(super) const MOST_LOUD: usize = 500;
/// Most arrows that wait for the pointer.
pub(super) const MOST_QUIET: usize = 900;

/// What passes from one mark to another. There are as many as squares of marks, so words are made only of those that become arrows.
pub(super) struct Pair {
    from: usize,
    to: usize,
    status: Status,
    said: Said,
    governed: bool,
}

/// What a pair says in words.
#[derive(Clone, Copy)]
enum Said {
    /// The same for all members: an index of [`SceneView::sets`].
    Set(usize),
    /// How many pairs of members have allowed connections.
    Share { passing: usize, total: usize },
}

/// What passes between every two marks; in order.
pub(super) fn pairs(scene: &SceneView, drafts: &[Draft], options: &Options<'_>) -> Vec<Pair> {
    // Members of one class are alike, so groups are compared class by class.
    let classes: Vec<Vec<(usize, usize)>> = drafts
        .iter()
        .map(|draft| {
            let mut counts: VecMap<u32, (usize, usize)> = VecMap::default();
            for &member in &draft.members {
                let class = scene.ends.get(member).map_or(0, |e| e.class);
                counts.or_insert_with(class, || (member, 0)).1 += 1;
            }
            counts.into_values().collect()
        })
        .collect();
    let touches = |draft: &Draft| {
        let member = |end: Option<usize>| end.is_some_and(|e| draft.members.contains(&e));
        member(options.selected) || member(options.flow.map(|f| f.0)) || member(options.flow.map(|f| f.1))
    };
    let chosen: Vec<bool> = drafts.iter().map(touches).collect();
    let outside: Vec<bool> = drafts.iter().map(|d| d.mark.kind == MarkKind::Pill && !is_policed_node(scene, d)).collect();
    let is = |list: &[bool], index: usize| list.get(index) == Some(&true);
    let changes = changes(drafts, options);
    let mut counts = Counts::new(scene);
    let mut pairs = Vec::new();
    for (from, left) in classes.iter().enumerate() {
        for (to, right) in classes.iter().enumerate() {
            if from == to || (is(&outside, from) && is(&outside, to)) {
                continue;
            }
            // Of very many marks, only those that are looked at get all their arrows.
            if !is(&chosen, from) && !is(&chosen, to) && drafts.len() > 400 && !changes.contains_key(&(from, to)) {
                continue;
            }
            pairs.push(counts.pair(scene, from, to, left, right));
        }
    }
    pairs
}

/// What happened since the baseline between every two marks.
fn changes(drafts: &[Draft], options: &Options<'_>) -> HashMap<(usize, usize), FlowChange> {
    let Some(marks) = options.marks.filter(|marks| !marks.is_empty()) else { return HashMap::new() };
    let numbered = drafts.iter().enumerate().flat_map(|(index, draft)| draft.members.iter().map(move |member| (*member, index)));
    let draft_of: HashMap<usize, usize> = numbered.collect();
    let mut changes: HashMap<(usize, usize), FlowChange> = HashMap::new();
    for ((from, to), change) in marks {
        if let Some(pair) = draft_of.get(from).copied().zip(draft_of.get(to).copied()) {
            changes.entry(pair).and_modify(|known| *known = known.with(*change)).or_insert(*change);
        }
    }
    changes
}

/// Whether it is a node that something polices: what others do is of no interest.
pub(super) fn is_policed_node(scene: &SceneView, draft: &Draft) -> bool {
    draft.mark.sort == EndKind::Node && draft.members.iter().any(|&m| scene.ends.get(m).is_some_and(|e| e.governed_ingress))
}

/// How many pairs of members have each set of connections: used again for each pair of marks.
struct Counts {
    /// By set; all of them are 0 between two pairs.
    by_set: Vec<usize>,
    /// The sets that are not.
    met: Vec<usize>,
}

impl Counts {
    fn new(scene: &SceneView) -> Self {
        Counts { by_set: vec![0; scene.sets.len()], met: Vec::new() }
    }

    /// Of the members of two marks: one of each class, and how many there are.
    fn pair(&mut self, scene: &SceneView, from: usize, to: usize, left: &[(usize, usize)], right: &[(usize, usize)]) -> Pair {
        let (mut total, mut governed) = (0, false);
        for &(a, m) in left {
            for &(b, n) in right {
                if let Some(set) = scene.between_index(a, b)
                    && let Some(count) = self.by_set.get_mut(set)
                {
                    if *count == 0 {
                        self.met.push(set);
                    }
                    *count += m * n;
                    total += if scene.sets.get(set).is_some_and(|set| set.status == Status::LeftOut) { 0 } else { m * n };
                }
                governed = governed || is_governed(scene, a, b);
            }
        }
        let mut met = take(&mut self.met);
        let of = |status: Option<Status>| {
            let of_status = met.iter().filter(|set| scene.sets.get(**set).map(|s| s.status) == status);
            of_status.filter_map(|set| self.by_set.get(*set)).sum::<usize>()
        };
        let (denied, unsure, allowed) = (of(Some(Status::Denied)), of(Some(Status::CannotTell)), of(Some(Status::Allowed)));
        let only = if let [only] = met[..] { scene.sets.get(only).map(|set| (only, set.status)) } else { None };
        for set in met.drain(..) {
            if let Some(count) = self.by_set.get_mut(set) {
                *count = 0;
            }
        }
        self.met = met;
        if let Some((set, status)) = only {
            return Pair { from, to, status, said: Said::Set(set), governed };
        }
        let passing = total - denied - unsure;
        let status = match passing {
            0 if total == 0 => Status::LeftOut,
            0 if unsure > 0 => Status::CannotTell,
            0 => Status::Denied,
            n if n == allowed && n == total => Status::Allowed,
            _ => Status::Partly,
        };
        Pair { from, to, status, said: Said::Share { passing, total }, governed }
    }
}

/// Whether a policy has a say about what passes: not one that leaves everything as it would be without it.
fn is_governed(scene: &SceneView, from: usize, to: usize) -> bool {
    let isolated = scene.ends.get(from).is_some_and(|e| e.isolated_egress) || scene.ends.get(to).is_some_and(|e| e.isolated_ingress);
    isolated || (scene.between(from, to).status != Status::Allowed && scene.is_governed(from, to))
}

impl Pair {
    /// What is written on its arrow.
    fn label(&self, scene: &SceneView) -> String {
        match self.said {
            _ if self.status != Status::Partly => String::new(),
            Said::Set(set) => scene.sets.get(set).map_or_else(String::new, |set| brief(&set.short)),
            Said::Share { passing, total } => format!("{passing} of {total}"),
        }
    }

    /// The same in full.
    fn long(&self, scene: &SceneView) -> String {
        match self.said {
            Said::Set(set) => scene.sets.get(set).map_or_else(String::new, |set| set.long.clone()),
            Said::Share { passing, total } => format!("{passing} of {total} pairs have allowed connections"),
        }
    }

    /// Whether the same would be written on another's arrow.
    fn is_like(&self, other: &Pair, scene: &SceneView) -> bool {
        self.status == other.status
            && match (self.said, other.said) {
                _ if self.status != Status::Partly => true,
                (Said::Set(a), Said::Set(b)) => a == b || scene.sets.get(a).zip(scene.sets.get(b)).is_some_and(|(a, b)| a.short == b.short),
                (Said::Share { passing, total }, Said::Share { passing: p, total: t }) => (passing, total) == (p, t),
                _ => false,
            }
    }
}

/// A long list's first words: all of it stands in the arrow's title, and would lie on what is around it.
fn brief(list: &str) -> String {
    const LONGEST: usize = 20;
    const BRIEF: usize = 13;
    if list.chars().count() <= LONGEST {
        return list.to_owned();
    }
    let fits = list.match_indices(' ').map(|(at, _)| at).take_while(|at| *at <= BRIEF).last();
    let first = fits.and_then(|at| list.get(..at)).unwrap_or(list);
    format!("{} …", first.trim_end_matches(','))
}

pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Allowed => "allowed",
        Status::Partly => "partly allowed",
        Status::Denied => "denied",
        Status::CannotTell => "cannot tell",
        Status::LeftOut => "left out",
    }
}

/// Arrows for the pairs, and what has none that is seen.
pub(super) struct Drawn {
    pub(super) arrows: Vec<Arrow>,
    /// Pairs inside.
    pub(super) denied_hidden: usize,
    pub(super) open_hidden: usize,
    /// What would have an arrow, if there were not too many.
    pub(super) rest: Vec<Candidate>,
    /// By mark.
    pub(super) undrawn: Vec<Undrawn>,
}

/// What comes to each card, or does not, without an arrow that is seen.
fn undrawn<'a>(
    drafts: &[Draft],
    pairs: &[Pair],
    unseen: impl Iterator<Item = &'a Candidate>,
    is_node: &dyn Fn(usize) -> bool,
) -> Vec<Undrawn> {
    let mut found = vec![Undrawn::default(); drafts.len()];
    let mut hides = vec![false; drafts.len()];
    for arrow in unseen.filter(|a| !is_node(a.from) && !is_node(a.to)) {
        let other = arrow.both.then_some(arrow.from);
        for end in [Some(arrow.to), other].into_iter().flatten() {
            let (Some(mark), Some(hides)) = (found.get_mut(end), hides.get_mut(end)) else { continue };
            mark.denied += usize::from(arrow.status == Status::Denied);
            *hides |= arrow.status == Status::Allowed;
        }
    }
    let mut all = vec![true; drafts.len()];
    for pair in pairs.iter().filter(|p| p.status != Status::Allowed && !is_node(p.from)) {
        if let Some(all) = all.get_mut(pair.to) {
            *all = false;
        }
    }
    for (index, mark) in found.iter_mut().enumerate() {
        let is = |list: &[bool]| list.get(index) == Some(&true);
        mark.open = is(&all) && is(&hides);
        if drafts.get(index).is_none_or(|d| d.mark.kind == MarkKind::Pill) {
            *mark = Undrawn::default();
        }
    }
    found
}

/// What decides about arrows: pairs, by their marks, and what is chosen.
struct Chart<'a> {
    scene: &'a SceneView,
    drafts: &'a [Draft],
    options: &'a Options<'a>,
    pairs: &'a [Pair],
    /// Where the pairs of each sender begin.
    begins: Vec<usize>,
    /// What there is to know of each mark.
    facts: Vec<Facts>,
    /// The mark of the Internet.
    internet: Option<usize>,
    /// What happened since the baseline, by marks.
    changes: HashMap<(usize, usize), FlowChange>,
}

/// What decides about the arrows of a mark.
#[derive(Clone, Copy, Default)]
struct Facts {
    /// Whether it stands inside.
    inside: bool,
    /// Whether it is a node that nothing polices.
    node: bool,
    /// Whether no policy is about what comes to any member.
    open: bool,
    /// Whether the sender of the flow in question is in it, its receiver, or the selected end.
    sends: bool,
    receives: bool,
    selected: bool,
}

/// What may become an arrow, and what it is judged by.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) status: Status,
    /// Whether it stands for both ways.
    pub(super) both: bool,
    /// Index of its pair.
    pair: usize,
    /// Whether it is about the port alone that was asked for, where others fare otherwise.
    own: bool,
    quiet: bool,
    flow: bool,
    open: bool,
    /// Whether policies have a say here, and it is not what holds for the Internet anyway.
    specific: bool,
    /// What happened to it since the baseline.
    change: Option<FlowChange>,
    /// Whether it is the denied way back of what is allowed: nobody asks whether a database may call those who call it.
    is_reply: bool,
}

/// Whether anything passes.
const fn passes(status: Status) -> bool {
    matches!(status, Status::Allowed | Status::Partly)
}

impl<'a> Chart<'a> {
    fn new(scene: &'a SceneView, drafts: &'a [Draft], pairs: &'a [Pair], options: &'a Options<'a>) -> Self {
        let internet = drafts.iter().position(|d| d.mark.end.is_some() && d.mark.end == scene.internet());
        let begins = (0..=drafts.len()).map(|from| pairs.partition_point(|pair| pair.from < from)).collect();
        let facts = drafts
            .iter()
            .map(|draft| {
                let holds = |end: Option<usize>| end.is_some_and(|end| draft.members.contains(&end));
                Facts {
                    inside: draft.mark.kind != MarkKind::Pill,
                    node: draft.mark.sort == EndKind::Node && !is_policed_node(scene, draft),
                    open: draft.members.iter().all(|&m| scene.ends.get(m).is_some_and(|e| !e.governed_ingress)),
                    sends: holds(options.flow.map(|flow| flow.0)),
                    receives: holds(options.flow.map(|flow| flow.1)),
                    selected: holds(options.selected),
                }
            })
            .collect();
        Chart { scene, drafts, options, pairs, begins, facts, internet, changes: changes(drafts, options) }
    }

    fn facts(&self, index: usize) -> Facts {
        self.facts.get(index).copied().unwrap_or_default()
    }

    fn title(&self, index: usize) -> String {
        self.drafts.get(index).map_or_else(String::new, |d| d.mark.end.map_or_else(|| d.mark.title.clone(), |end| self.scene.title(end)))
    }

    fn key(&self, index: usize) -> &str {
        self.drafts.get(index).map_or("", |d| d.mark.key.as_str())
    }

    fn is_flow(&self, a: usize, b: usize) -> bool {
        self.facts(a).sends && self.facts(b).receives
    }

    fn is_selected(&self, arrow: &Candidate) -> bool {
        self.facts(arrow.from).selected || self.facts(arrow.to).selected
    }

    fn is_among_cards(&self, arrow: &Candidate) -> bool {
        self.facts(arrow.from).inside && self.facts(arrow.to).inside
    }

    fn touches_internet(&self, arrow: &Candidate) -> bool {
        Some(arrow.from) == self.internet || Some(arrow.to) == self.internet
    }

    fn touches_node(&self, arrow: &Candidate) -> bool {
        self.facts(arrow.from).node || self.facts(arrow.to).node
    }

    fn find(&self, from: usize, to: usize) -> Option<&Pair> {
        let row = self.pairs.get(*self.begins.get(from)?..*self.begins.get(from + 1)?)?;
        row.get(row.binary_search_by_key(&to, |pair| pair.to).ok()?)
    }

    /// Whether the Internet has the same connections with one of the two.
    fn is_general(&self, pair: &Pair) -> bool {
        let same = |other: Option<&Pair>| other.is_some_and(|other| other.is_like(pair, self.scene));
        pair.status != Status::Denied
            && self.internet.is_some_and(|i| {
                let with_internet = pair.from == i || pair.to == i;
                !with_internet && (same(self.find(i, pair.to)) || (same(self.find(pair.from, i)) && self.facts(pair.to).open))
            })
    }

    fn is_specific(&self, pair: &Pair) -> bool {
        pair.governed && !self.is_general(pair)
    }

    /// All arrows, none of them seen yet.
    fn candidates(&self) -> Vec<Candidate> {
        let specific: Vec<bool> = self.pairs.iter().map(|pair| self.is_specific(pair)).collect();
        let mut found = Vec::new();
        for (index, (pair, &specific)) in self.pairs.iter().zip(&specific).enumerate() {
            if pair.status == Status::LeftOut {
                continue;
            }
            let back = self.find(pair.to, pair.from);
            let asked = self.is_flow(pair.from, pair.to);
            // One arrow with two heads for both ways, unless one of them is the flow in question.
            let change = self.changes.get(&(pair.from, pair.to)).copied();
            let alike = |back: &Pair| {
                let same = self.changes.get(&(pair.to, pair.from)).copied() == change;
                same && back.is_like(pair, self.scene) && self.is_specific(back) == specific
            };
            let both = !asked && !self.is_flow(pair.to, pair.from) && back.is_some_and(alike);
            if both && pair.from > pair.to {
                continue;
            }
            let answered = back.is_some_and(|b| b.governed && passes(b.status));
            let candidate = |status: Status, flow: bool, own: bool| Candidate {
                from: pair.from,
                to: pair.to,
                status,
                both,
                pair: index,
                own,
                quiet: true,
                flow,
                open: false,
                specific,
                change: change.filter(|_| !own),
                is_reply: status == Status::Denied && answered,
            };
            // A port that is denied where others are allowed gets an arrow of its own.
            match self.options.verdict.filter(|(status, _)| asked && passes(*status) != passes(pair.status)) {
                Some((status, _)) => found.extend([candidate(pair.status, false, false), candidate(status, true, true)]),
                None => found.push(candidate(pair.status, asked, false)),
            }
        }
        found
    }

    /// The arrow itself, with its words.
    fn arrow(&self, candidate: &Candidate) -> Option<Arrow> {
        let Candidate { from, to, status, both, quiet, flow, open, change, .. } = *candidate;
        let pair = self.pairs.get(candidate.pair)?;
        // Titles may repeat, keys do not.
        let key = format!("{} {}", self.key(from), self.key(to));
        let (title, other) = (self.title(from), self.title(to));
        let port = self.options.verdict.filter(|_| candidate.own).map(|(_, port)| port);
        Some(Arrow {
            label: match (port, change) {
                (Some(_), _) => String::new(),
                (None, Some(change)) if passes(status) => format!("{} {}", change.sign(), pair.label(self.scene)).trim_end().to_owned(),
                _ => pair.label(self.scene),
            },
            title: match port {
                Some(port) => format!("{title} to {other}: {} {port}", word(status)),
                None => {
                    let since = change.map_or_else(String::new, |change| format!("; {}", change.since()));
                    let way = if both { "to and from" } else { "to" };
                    format!("{title} {way} {other}: {}, {}{since}", word(status), pair.long(self.scene))
                }
            },
            key: port.map_or_else(|| key.clone(), |port| format!("{key} {port}")),
            from,
            to,
            status,
            ask: None,
            traffic: port.cloned(),
            both,
            quiet,
            flow,
            open,
            change,
            weight: 0,
            route: Route::default(),
        })
    }

    /// Says which arrows are seen.
    fn choose(&self, candidates: &mut [Candidate]) {
        let denied =
            candidates.iter().filter(|c| c.status == Status::Denied && !c.is_reply && !self.touches_node(c) && !self.touches_internet(c));
        let few_denied = denied.count() <= FEW_DENIED;
        let open = candidates.iter().filter(|c| c.status == Status::Allowed && !c.specific && self.is_among_cards(c));
        let few_open = open.count() <= FEW_OPEN;
        for arrow in candidates {
            let wanted = match arrow.status {
                // That the Internet is kept out goes without saying; that a certain range is does not.
                Status::Denied => self.options.denied.unwrap_or(!arrow.is_reply && !self.touches_internet(arrow) && few_denied),
                Status::Partly | Status::CannotTell => arrow.specific,
                Status::Allowed => arrow.specific || (self.is_among_cards(arrow) && few_open),
                Status::LeftOut => false,
            } && !self.touches_node(arrow);
            let changed = arrow.change.is_some() && self.changes.len() <= FEW_CHANGES;
            arrow.quiet = !(wanted || changed || self.is_selected(arrow) || arrow.flow);
            arrow.open = passes(arrow.status) && !arrow.specific;
        }
    }

    /// What matters least goes first when there are too many.
    fn sort(&self, arrows: &mut [Candidate]) {
        arrows.sort_by_key(|a| {
            let matters = (!a.flow, a.change.is_none(), !self.is_selected(a), a.quiet);
            (matters, a.status == Status::Denied, a.status == Status::Allowed, a.from, a.to)
        });
    }
}

/// The arrows by which marks get their places: those that are seen while nothing is looked at, compared or chosen. The question of the first
/// picture is among them, as its arrow is always drawn; later ones find everything in its place.
pub(super) fn bearings(scene: &SceneView, drafts: &[Draft], options: &Options<'_>) -> Vec<Arrow> {
    let calm = Options { selected: None, denied: None, marks: None, ..*options };
    let pairs = pairs(scene, drafts, &calm);
    let chart = Chart::new(scene, drafts, &pairs, &calm);
    let mut found = chart.candidates();
    chart.choose(&mut found);
    found.retain(|arrow| !arrow.quiet);
    chart.sort(&mut found);
    found.iter().take(MOST_LOUD).filter_map(|candidate| chart.arrow(candidate)).collect()
}

/// Arrows for the pairs, and what has none that is seen.
pub(super) fn arrows(scene: &SceneView, drafts: &[Draft], pairs: Vec<Pair>, options: &Options<'_>) -> Drawn {
    let chart = Chart::new(scene, drafts, &pairs, options);
    let mut arrows = chart.candidates();
    chart.choose(&mut arrows);
    let hidden = |of: fn(&Candidate) -> bool| {
        arrows.iter().filter(|a| a.quiet && chart.is_among_cards(a) && of(a)).map(|a| 1 + usize::from(a.both)).sum()
    };
    let (denied_hidden, open_hidden) = (hidden(|a| a.status == Status::Denied), hidden(|a| a.open));

    chart.sort(&mut arrows);
    let (mut quiet, mut loud): (Vec<Candidate>, Vec<Candidate>) = arrows.into_iter().partition(|a| a.quiet);
    let rest = loud.split_off(loud.len().min(MOST_LOUD));
    let undrawn = undrawn(drafts, &pairs, quiet.iter().chain(&rest), &|index| chart.facts(index).node);
    quiet.truncate(MOST_QUIET);
    let arrows = loud.iter().chain(&quiet).filter_map(|candidate| chart.arrow(candidate)).collect();
    Drawn { arrows, denied_hidden, open_hidden, rest, undrawn }
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn a_long_list_of_ports_is_cut_after_its_first() {
        assert_eq!(brief("TCP 22, 179, 2379–2380 +4, UDP 68"), "TCP 22, 179 …");
        assert_eq!(brief("all except TCP 30000–32767"), "all except …");
        assert_eq!(brief("8080, 9090, 9100 +1"), "8080, 9090, 9100 +1");
    }
}
