//! What passes between every two marks, and which of it is an arrow that is seen.

use std::collections::BTreeMap;

use super::{Arrow, Draft, MarkKind, Options, Undrawn};
use crate::graph::route::Route;
use netpolis_view::{EndKind, SceneView, Status};

/// Most denied pairs that are drawn unasked.
const FEW_DENIED: usize = 6;
/// Most pairs outside every policy that are drawn unasked.
const FEW_OPEN: usize = 6;
/// Most arrows that can be seen at once.
pub(super) const MOST_LOUD: usize = 500;
/// Most arrows that wait for the pointer.
pub(super) const MOST_QUIET: usize = 900;

pub(super) struct Pair {
    from: usize,
    to: usize,
    status: Status,
    label: String,
    long: String,
    governed: bool,
}

/// What passes between every two marks.
pub(super) fn pairs(scene: &SceneView, drafts: &[Draft], options: &Options<'_>) -> Vec<Pair> {
    // Members of one class are alike, so groups are compared class by class.
    let classes: Vec<BTreeMap<u32, (usize, usize)>> = drafts
        .iter()
        .map(|draft| {
            let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
            for &member in &draft.members {
                let class = scene.ends.get(member).map_or(0, |e| e.class);
                counts.entry(class).or_insert((member, 0)).1 += 1;
            }
            counts
        })
        .collect();
    let touches = |index: usize| {
        let member = |end: Option<usize>| end.is_some_and(|e| drafts.get(index).is_some_and(|d| d.members.contains(&e)));
        member(options.selected) || member(options.flow.map(|f| f.0)) || member(options.flow.map(|f| f.1))
    };
    let chosen: Vec<bool> = (0..drafts.len()).map(touches).collect();
    let mut pairs = Vec::new();
    for (from, a) in drafts.iter().enumerate() {
        for (to, b) in drafts.iter().enumerate() {
            let outside = |d: &Draft| d.mark.kind == MarkKind::Pill && !is_policed_node(scene, d);
            if from == to || (outside(a) && outside(b)) {
                continue;
            }
            // Of very many marks, only those that are looked at get all their arrows.
            if !chosen.get(from).copied().unwrap_or(false) && !chosen.get(to).copied().unwrap_or(false) && drafts.len() > 400 {
                continue;
            }
            if let (Some(left), Some(right)) = (classes.get(from), classes.get(to)) {
                pairs.push(pair(scene, from, to, left, right));
            }
        }
    }
    pairs
}

/// Whether it is a node that something polices: what others do is of no interest.
pub(super) fn is_policed_node(scene: &SceneView, draft: &Draft) -> bool {
    draft.mark.sort == EndKind::Node && draft.members.iter().any(|&m| scene.ends.get(m).is_some_and(|e| e.governed_ingress))
}

fn pair(scene: &SceneView, from: usize, to: usize, left: &BTreeMap<u32, (usize, usize)>, right: &BTreeMap<u32, (usize, usize)>) -> Pair {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let (mut total, mut governed) = (0, false);
    for &(a, m) in left.values() {
        for &(b, n) in right.values() {
            if let Some(set) = scene.between_index(a, b) {
                *counts.entry(set).or_default() += m * n;
                total += m * n;
            }
            // A policy that leaves everything as it would be without it has no say.
            let isolated = scene.ends.get(a).is_some_and(|e| e.isolated_egress) || scene.ends.get(b).is_some_and(|e| e.isolated_ingress);
            governed |= isolated || (scene.between(a, b).status != Status::Allowed && scene.is_governed(a, b));
        }
    }
    let sets = &scene.sets;
    if let (1, Some((&only, _))) = (counts.len(), counts.first_key_value())
        && let Some(set) = sets.get(only)
    {
        let label = if set.status == Status::Partly { set.short.clone() } else { String::new() };
        return Pair { from, to, status: set.status, label, long: set.long.clone(), governed };
    }
    let of = |status: Status| {
        counts.iter().filter(|(set, _)| sets.get(**set).is_some_and(|s| s.status == status)).map(|(_, n)| n).sum::<usize>()
    };
    let (denied, unsure) = (of(Status::Denied), of(Status::CannotTell));
    let passing = total - denied - unsure;
    let status = match passing {
        0 if unsure > 0 => Status::CannotTell,
        0 => Status::Denied,
        n if n == of(Status::Allowed) && n == total => Status::Allowed,
        _ => Status::Partly,
    };
    let label = if status == Status::Partly { format!("{passing} of {total}") } else { String::new() };
    Pair { from, to, status, label, long: format!("{passing} of {total} pairs have allowed connections"), governed }
}

pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Allowed => "allowed",
        Status::Partly => "partly allowed",
        Status::Denied => "denied",
        Status::CannotTell => "cannot tell",
    }
}

/// Arrows for the pairs, and what has none that is seen.
pub(super) struct Drawn {
    pub(super) arrows: Vec<Arrow>,
    /// Pairs inside.
    pub(super) denied_hidden: usize,
    pub(super) open_hidden: usize,
    /// What would have an arrow, if there were not too many.
    pub(super) rest: Vec<Arrow>,
    /// By mark.
    pub(super) undrawn: Vec<Undrawn>,
}

/// What comes to each card, or does not, without an arrow that is seen.
fn undrawn<'a>(drafts: &[Draft], pairs: &[Pair], unseen: impl Iterator<Item = &'a Arrow>, is_node: &dyn Fn(usize) -> bool) -> Vec<Undrawn> {
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
    /// Places in `pairs`, by sender and receiver.
    index: BTreeMap<(usize, usize), usize>,
    /// The mark of the Internet.
    internet: Option<usize>,
}

/// An arrow, and what it is judged by.
struct Candidate {
    arrow: Arrow,
    /// Whether policies have a say here, and it is not what holds for the Internet anyway.
    specific: bool,
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
        let index = pairs.iter().enumerate().map(|(i, p)| ((p.from, p.to), i)).collect();
        Chart { scene, drafts, options, pairs, index, internet }
    }

    fn mark(&self, index: usize) -> Option<&Draft> {
        self.drafts.get(index)
    }

    fn title(&self, index: usize) -> String {
        self.mark(index).map_or_else(String::new, |d| d.mark.end.map_or_else(|| d.mark.title.clone(), |end| self.scene.title(end)))
    }

    fn key(&self, index: usize) -> &str {
        self.mark(index).map_or("", |d| d.mark.key.as_str())
    }

    fn holds(&self, index: usize, end: usize) -> bool {
        self.mark(index).is_some_and(|d| d.members.contains(&end))
    }

    fn is_inside(&self, index: usize) -> bool {
        self.mark(index).is_some_and(|d| d.mark.kind != MarkKind::Pill)
    }

    /// Whether it is a node that nothing polices.
    fn is_node(&self, index: usize) -> bool {
        self.mark(index).is_some_and(|d| d.mark.sort == EndKind::Node && !is_policed_node(self.scene, d))
    }

    fn is_flow(&self, a: usize, b: usize) -> bool {
        self.options.flow.is_some_and(|(from, to)| self.holds(a, from) && self.holds(b, to))
    }

    fn is_selected(&self, arrow: &Arrow) -> bool {
        self.options.selected.is_some_and(|end| self.holds(arrow.from, end) || self.holds(arrow.to, end))
    }

    fn is_among_cards(&self, arrow: &Arrow) -> bool {
        self.is_inside(arrow.from) && self.is_inside(arrow.to)
    }

    fn touches_internet(&self, arrow: &Arrow) -> bool {
        Some(arrow.from) == self.internet || Some(arrow.to) == self.internet
    }

    fn touches_node(&self, arrow: &Arrow) -> bool {
        self.is_node(arrow.from) || self.is_node(arrow.to)
    }

    fn find(&self, from: usize, to: usize) -> Option<&Pair> {
        self.index.get(&(from, to)).and_then(|&i| self.pairs.get(i))
    }

    /// Whether the Internet has the same connections with one of the two.
    fn is_general(&self, pair: &Pair) -> bool {
        let same = |other: Option<&Pair>| other.is_some_and(|o| o.status == pair.status && o.label == pair.label);
        let is_open = |index: usize| {
            self.mark(index).is_some_and(|d| d.members.iter().all(|&m| self.scene.ends.get(m).is_some_and(|e| !e.governed_ingress)))
        };
        pair.status != Status::Denied
            && self.internet.is_some_and(|i| {
                let with_internet = pair.from == i || pair.to == i;
                !with_internet && (same(self.find(i, pair.to)) || (same(self.find(pair.from, i)) && is_open(pair.to)))
            })
    }

    fn is_specific(&self, pair: &Pair) -> bool {
        pair.governed && !self.is_general(pair)
    }

    fn candidate(&self, arrow: Arrow, specific: bool) -> Candidate {
        let back = self.find(arrow.to, arrow.from);
        let is_reply = arrow.status == Status::Denied && back.is_some_and(|b| b.governed && passes(b.status));
        Candidate { arrow, specific, is_reply }
    }

    /// All arrows, none of them seen yet.
    fn candidates(&self) -> Vec<Candidate> {
        let mut found = Vec::new();
        for pair in self.pairs {
            let back = self.find(pair.to, pair.from);
            let specific = self.is_specific(pair);
            let same = back.is_some_and(|b| b.status == pair.status && b.label == pair.label && self.is_specific(b) == specific);
            let asked = self.is_flow(pair.from, pair.to);
            // One arrow with two heads for both ways, unless one of them is the flow in question.
            let both = same && !asked && !self.is_flow(pair.to, pair.from);
            if both && pair.from > pair.to {
                continue;
            }
            let arrow = self.arrow(pair, both, asked);
            // A port that is denied where others are allowed gets an arrow of its own.
            match self.options.verdict.filter(|(status, _)| asked && passes(*status) != passes(pair.status)) {
                Some((status, port)) => {
                    let own = Arrow {
                        key: format!("{} {port}", arrow.key),
                        status,
                        label: String::new(),
                        traffic: Some(port.clone()),
                        title: format!("{} to {}: {} {port}", self.title(pair.from), self.title(pair.to), word(status)),
                        ..arrow.clone()
                    };
                    found.push(self.candidate(Arrow { flow: false, ..arrow }, specific));
                    found.push(self.candidate(own, specific));
                }
                None => found.push(self.candidate(arrow, specific)),
            }
        }
        found
    }

    fn arrow(&self, pair: &Pair, both: bool, flow: bool) -> Arrow {
        let (from, to) = (self.title(pair.from), self.title(pair.to));
        Arrow {
            // Titles may repeat, keys do not.
            key: format!("{} {}", self.key(pair.from), self.key(pair.to)),
            from: pair.from,
            to: pair.to,
            status: pair.status,
            label: pair.label.clone(),
            ask: None,
            traffic: None,
            both,
            quiet: true,
            flow,
            open: false,
            title: format!("{from} {} {to}: {}, {}", if both { "to and from" } else { "to" }, word(pair.status), pair.long),
            route: Route::default(),
        }
    }

    /// Says which arrows are seen.
    fn choose(&self, candidates: &mut [Candidate]) {
        let denied = candidates.iter().filter(|c| {
            c.arrow.status == Status::Denied && !c.is_reply && !self.touches_node(&c.arrow) && !self.touches_internet(&c.arrow)
        });
        let few_denied = denied.count() <= FEW_DENIED;
        let open = candidates.iter().filter(|c| c.arrow.status == Status::Allowed && !c.specific && self.is_among_cards(&c.arrow));
        let few_open = open.count() <= FEW_OPEN;
        for Candidate { arrow, specific, is_reply } in candidates {
            let wanted = match arrow.status {
                // That the Internet is kept out goes without saying; that a certain range is does not.
                Status::Denied => self.options.denied.unwrap_or(!*is_reply && !self.touches_internet(arrow) && few_denied),
                Status::Partly | Status::CannotTell => *specific,
                Status::Allowed => *specific || (self.is_among_cards(arrow) && few_open),
            } && !self.touches_node(arrow);
            arrow.quiet = !(wanted || self.is_selected(arrow) || arrow.flow);
            arrow.open = passes(arrow.status) && !*specific;
        }
    }
}

/// Arrows for the pairs, and what has none that is seen.
pub(super) fn arrows(scene: &SceneView, drafts: &[Draft], pairs: Vec<Pair>, options: &Options<'_>) -> Drawn {
    let chart = Chart::new(scene, drafts, &pairs, options);
    let mut candidates = chart.candidates();
    chart.choose(&mut candidates);
    let mut arrows: Vec<Arrow> = candidates.into_iter().map(|candidate| candidate.arrow).collect();
    let hidden = |of: fn(&Arrow) -> bool| {
        arrows.iter().filter(|a| a.quiet && chart.is_among_cards(a) && of(a)).map(|a| 1 + usize::from(a.both)).sum()
    };
    let (denied_hidden, open_hidden) = (hidden(|a| a.status == Status::Denied), hidden(|a| a.open));

    // What matters least goes first when there are too many.
    arrows
        .sort_by_key(|a| (!a.flow, !chart.is_selected(a), a.quiet, a.status == Status::Denied, a.status == Status::Allowed, a.from, a.to));
    let (mut quiet, mut loud): (Vec<Arrow>, Vec<Arrow>) = arrows.into_iter().partition(|a| a.quiet);
    let rest = loud.split_off(loud.len().min(MOST_LOUD));
    let undrawn = undrawn(drafts, &pairs, quiet.iter().chain(&rest), &|index| chart.is_node(index));
    quiet.truncate(MOST_QUIET);
    loud.append(&mut quiet);
    Drawn { arrows: loud, denied_hidden, open_hidden, rest, undrawn }
}
