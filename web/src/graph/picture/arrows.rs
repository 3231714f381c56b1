//! What passes between every two marks, and which of it is an arrow that is seen.

use std::collections::BTreeMap;

use super::{Arrow, Draft, MarkKind, Options, Undrawn};
use crate::graph::route::Route;
use crate::view_model::{EndKind, SceneView, Status};

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

/// Arrows for the pairs, and what has none that is seen.
pub(super) fn arrows(scene: &SceneView, drafts: &[Draft], pairs: Vec<Pair>, options: &Options<'_>) -> Drawn {
    let mark = |index: usize| drafts.get(index);
    let title =
        |index: usize| mark(index).map_or_else(String::new, |d| d.mark.end.map_or_else(|| d.mark.title.clone(), |end| scene.title(end)));
    let mark_key = |index: usize| mark(index).map_or("", |d| d.mark.key.as_str());
    let holds = |index: usize, end: usize| mark(index).is_some_and(|d| d.members.contains(&end));
    let inside = |index: usize| mark(index).is_some_and(|d| d.mark.kind != MarkKind::Pill);
    let is_flow = |a: usize, b: usize| options.flow.is_some_and(|(from, to)| holds(a, from) && holds(b, to));

    let internet = drafts.iter().position(|d| d.mark.end.is_some() && d.mark.end == scene.internet());
    let index: BTreeMap<(usize, usize), usize> = pairs.iter().enumerate().map(|(i, p)| ((p.from, p.to), i)).collect();
    let find = |from: usize, to: usize| index.get(&(from, to)).and_then(|&i| pairs.get(i));
    let general = |pair: &Pair| {
        let same = |other: Option<&Pair>| other.is_some_and(|o| o.status == pair.status && o.label == pair.label);
        let is_open =
            |index: usize| mark(index).is_some_and(|d| d.members.iter().all(|&m| scene.ends.get(m).is_some_and(|e| !e.governed_ingress)));
        pair.status != Status::Denied
            && internet.is_some_and(|i| {
                pair.from != i && pair.to != i && (same(find(i, pair.to)) || (same(find(pair.from, i)) && is_open(pair.to)))
            })
    };
    let specific = |pair: &Pair| pair.governed && !general(pair);

    let mut arrows: Vec<Arrow> = Vec::new();
    let mut governed: Vec<bool> = Vec::new();
    for pair in &pairs {
        let back = find(pair.to, pair.from);
        let same = back.is_some_and(|b| b.status == pair.status && b.label == pair.label && specific(b) == specific(pair));
        let asked = is_flow(pair.from, pair.to);
        let asked_back = is_flow(pair.to, pair.from);
        // One arrow with two heads for both ways, unless one of them is the flow in question.
        let both = same && !asked && !asked_back;
        if both && pair.from > pair.to {
            continue;
        }
        let (from, to) = (title(pair.from), title(pair.to));
        // Titles may repeat, keys do not.
        let key = format!("{} {}", mark_key(pair.from), mark_key(pair.to));
        let arrow = Arrow {
            key: key.clone(),
            from: pair.from,
            to: pair.to,
            status: pair.status,
            label: pair.label.clone(),
            ask: None,
            traffic: None,
            both,
            quiet: true,
            flow: asked,
            open: false,
            title: format!("{from} {} {to}: {}, {}", if both { "to and from" } else { "to" }, word(pair.status), pair.long),
            route: Route::default(),
        };
        // A port that is denied where others are allowed gets an arrow of its own.
        let passes = |status: Status| matches!(status, Status::Allowed | Status::Partly);
        if let (true, Some((status, port))) = (asked, options.verdict)
            && passes(status) != passes(pair.status)
        {
            let title = format!("{from} to {to}: {} {port}", word(status));
            arrows.push(Arrow { flow: false, ..arrow.clone() });
            governed.push(specific(pair));
            arrows.push(Arrow { key: format!("{key} {port}"), status, label: String::new(), traffic: Some(port.clone()), title, ..arrow });
        } else {
            arrows.push(arrow);
        }
        governed.push(specific(pair));
    }
    // Nobody asks whether a database may call those who call it.
    let answers: Vec<bool> = arrows
        .iter()
        .map(|a| {
            let back = index.get(&(a.to, a.from)).and_then(|&i| pairs.get(i));
            a.status == Status::Denied && back.is_some_and(|b| b.governed && matches!(b.status, Status::Allowed | Status::Partly))
        })
        .collect();

    let among = |a: &Arrow| inside(a.from) && inside(a.to);
    let is_node = |index: usize| mark(index).is_some_and(|d| d.mark.sort == EndKind::Node && !is_policed_node(scene, d));
    let forward = || {
        arrows.iter().zip(&answers).filter(|(a, answers)| a.status == Status::Denied && !**answers && !is_node(a.from) && !is_node(a.to))
    };
    let denied = forward().filter(|(a, _)| Some(a.from) != internet && Some(a.to) != internet).count();
    let open_inside = arrows.iter().zip(&governed).filter(|(a, governed)| a.status == Status::Allowed && !**governed && among(a)).count();
    for ((arrow, governed), answers) in arrows.iter_mut().zip(&governed).zip(&answers) {
        let inner = inside(arrow.from) && inside(arrow.to);
        let node = is_node(arrow.from) || is_node(arrow.to);
        let selected = options.selected.is_some_and(|s| holds(arrow.from, s) || holds(arrow.to, s));
        let at_large = Some(arrow.from) == internet || Some(arrow.to) == internet;
        let wanted = match arrow.status {
            // That the Internet is kept out goes without saying; that a certain range is does not.
            Status::Denied => options.denied.unwrap_or(!answers && !at_large && denied <= FEW_DENIED),
            Status::Partly | Status::CannotTell => *governed,
            Status::Allowed => *governed || (inner && open_inside <= FEW_OPEN),
        } && !node;
        arrow.quiet = !(wanted || selected || arrow.flow);
        arrow.open = matches!(arrow.status, Status::Allowed | Status::Partly) && !governed;
    }
    let hidden = |of: fn(&Arrow) -> bool| {
        arrows.iter().filter(|a| a.quiet && inside(a.from) && inside(a.to) && of(a)).map(|a| 1 + usize::from(a.both)).sum()
    };
    let (denied_hidden, open_hidden) = (hidden(|a| a.status == Status::Denied), hidden(|a| a.open));

    // What matters least goes first when there are too many.
    arrows.sort_by_key(|a| {
        let selected = options.selected.is_some_and(|s| holds(a.from, s) || holds(a.to, s));
        (!a.flow, !selected, a.quiet, a.status == Status::Denied, a.status == Status::Allowed, a.from, a.to)
    });
    let (mut quiet, mut loud): (Vec<Arrow>, Vec<Arrow>) = arrows.into_iter().partition(|a| a.quiet);
    let rest = loud.split_off(loud.len().min(MOST_LOUD));
    let undrawn = undrawn(drafts, &pairs, quiet.iter().chain(&rest), &is_node);
    quiet.truncate(MOST_QUIET);
    loud.append(&mut quiet);
    Drawn { arrows: loud, denied_hidden, open_hidden, rest, undrawn }
}
