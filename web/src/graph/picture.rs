//! Which marks and arrows a scene has on the screen.
//!
//! A card is a workload; large scenes show namespaces as single cards that open in place. Not every pair gets an arrow:
//!
//! | traffic | drawn |
//! |---|---|
//! | the flow in question | always |
//! | allowed where a policy has a say | always, but for what the Internet may do as well: that arrow tells it all |
//! | allowed because no policy has a say | while there are few such pairs |
//! | denied | while there are few such pairs, or when asked for; not against the direction of an allowed flow |
//!
//! The others are there, but seen only while one of their ends is pointed at or selected.

use std::collections::BTreeMap;

use super::layout::{self, Home, Memory};
use super::route::{self, Route, Wish};
use super::{Rect, fit_text, text_width};
use crate::view_model::{EndKind, SceneView, Status, TrafficView};
use netpolis_core::text::count;

/// Scenes with more workloads begin with closed namespaces.
pub const MANY_WORKLOADS: usize = 60;
/// Most denied pairs that are drawn unasked.
const FEW_DENIED: usize = 6;
/// Most pairs outside every policy that are drawn unasked.
const FEW_OPEN: usize = 6;
/// Fewest workloads for which one arrow speaks.
const FEW_MEMBERS: usize = 3;
/// Most arrows that can be seen at once.
const MOST_LOUD: usize = 500;
/// Most arrows that wait for the pointer.
const MOST_QUIET: usize = 900;
/// Arrows for what is left, each for many flows.
const MOST_BUNDLES: usize = 100;

const CARD_HEIGHT: f64 = 50.0;
const PILL_HEIGHT: f64 = 46.0;
const WIDEST: f64 = 232.0;
/// Room in a card beside its text.
const CARD_SPACE: f64 = 50.0;

/// What a mark stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A workload.
    Card,
    /// A closed namespace, by name.
    Group(String),
    /// Outside addresses, the Ingress controller, a node.
    Pill,
}

/// What of a card's arrows is not drawn, as a sign on it: no arrow must not mean two things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undrawn {
    /// Everything may come in from everywhere, and not all of it is drawn.
    pub open: bool,
    /// From how many other marks nothing comes in, of those to which no arrow is drawn.
    pub denied: usize,
}

impl Undrawn {
    /// The signs, with what each says and whether something is denied.
    pub fn signs(self) -> Vec<(String, bool)> {
        let open = self.open.then(|| ("open to all".to_owned(), false));
        let denied = (self.denied > 0).then(|| (format!("denied from {}", self.denied), true));
        open.into_iter().chain(denied).collect()
    }
}

/// A card or pill.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its name, the same in every picture.
    pub key: String,
    /// What it stands for.
    pub kind: MarkKind,
    /// The end that it is, if it is a single one.
    pub end: Option<usize>,
    /// First line, shortened to fit.
    pub title: String,
    /// Second line, shortened to fit.
    pub subtitle: String,
    /// Everything about it, for tooltips and screen readers.
    pub label: String,
    /// Where it stands.
    pub rect: Rect,
    /// Isolated for ingress, for egress.
    pub isolated: (bool, bool),
    /// What comes in, or does not, and has no arrow.
    pub undrawn: Undrawn,
    /// The Service or Ingress by which clients outside come to it: its key, and what leads by it.
    pub open_by: Option<(String, String)>,
    /// What kind of end it is, for its sign.
    pub sort: EndKind,
    /// Whether it is looked at.
    pub selected: bool,
}

/// A frame around the workloads of an open namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameMark {
    /// The namespace.
    pub name: String,
    /// Its name, shortened to fit.
    pub title: String,
    /// How many workloads it holds.
    pub count: usize,
    /// Where it stands.
    pub rect: Rect,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// Its name, the same in every picture.
    pub key: String,
    /// Index of the mark it leaves; from the number of marks on, of a frame.
    pub from: usize,
    /// Index of the mark it comes to, or of a frame.
    pub to: usize,
    /// What passes.
    pub status: Status,
    /// What is written on it.
    pub label: String,
    /// What a click on it asks for, if it is about that alone.
    pub traffic: Option<TrafficView>,
    /// Whether the same passes the other way.
    pub both: bool,
    /// Seen only while one of its ends is pointed at.
    pub quiet: bool,
    /// The flow in question.
    pub flow: bool,
    /// Allowed, because no policy has a say.
    pub open: bool,
    /// For tooltips and screen readers.
    pub title: String,
    /// Its curve.
    pub route: Route,
}

/// What to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Ends of the flow in question.
    pub flow: Option<(usize, usize)>,
    /// What the answer to the question is, and what was asked for.
    pub verdict: Option<(Status, &'a TrafficView)>,
    /// The selected end, whose arrows all are drawn.
    pub selected: Option<usize>,
    /// Denied pairs: always, never, or as there is room.
    pub denied: Option<bool>,
    /// Namespaces that are open where others are closed, or the reverse.
    pub toggled: &'a [String],
    /// Whether the picture should be taller than wide.
    pub tall: bool,
}

/// All marks and arrows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// Cards and pills.
    pub marks: Vec<Mark>,
    /// Frames.
    pub frames: Vec<FrameMark>,
    /// Arrows; those that matter most come last, so that they are drawn on top.
    pub arrows: Vec<Arrow>,
    /// All of it.
    pub bounds: Rect,
    /// How many denied pairs inside are not drawn.
    pub denied_hidden: usize,
    /// How many pairs inside are not drawn that are open to all: no policy has a say, or the Internet may do the same.
    pub open_hidden: usize,
    /// How many flows are left out because there are too many of them, and no bundle holds them; those of a selected card are not.
    pub cut: usize,
    /// For the next picture.
    pub memory: Memory,
}

/// What a mark is before it has its place.
struct Draft {
    mark: Mark,
    members: Vec<usize>,
    size: (f64, f64),
    home: Option<u32>,
}

struct Pair {
    from: usize,
    to: usize,
    status: Status,
    label: String,
    long: String,
    governed: bool,
}

/// The picture of a scene.
pub fn picture(scene: &SceneView, options: &Options<'_>, memory: &Memory) -> Picture {
    let drafts = drafts(scene, options);
    let pairs = pairs(scene, &drafts, options);
    let Drawn { mut arrows, denied_hidden, open_hidden, rest, undrawn } = arrows(scene, &drafts, pairs, options);

    // Frames in the order in which their first card appears.
    let mut frames: Vec<u32> = Vec::new();
    for draft in &drafts {
        if let Some(home) = draft.home
            && !frames.contains(&home)
        {
            frames.push(home);
        }
    }
    let receives_only = |index: usize| {
        let governed = |a: &&Arrow| a.status != Status::Denied && !a.quiet;
        let sends = arrows.iter().filter(governed).any(|a| a.from == index || (a.both && a.to == index));
        !sends && arrows.iter().filter(governed).any(|a| a.to == index)
    };
    let input = layout::Input {
        frames: frames.iter().map(|&n| frame_input(scene, n)).collect(),
        nodes: drafts
            .iter()
            .enumerate()
            .map(|(index, draft)| layout::Node {
                key: draft.mark.key.clone(),
                size: draft.size,
                home: match draft.home.and_then(|n| frames.iter().position(|f| *f == n)) {
                    Some(frame) => Home::Frame(frame),
                    None if draft.mark.sort == EndKind::Node || (draft.mark.kind == MarkKind::Pill && receives_only(index)) => Home::Below,
                    None => Home::Above,
                },
            })
            .collect(),
        edges: arrows.iter().filter(|a| !a.quiet && !a.both && !a.open && a.status != Status::Denied).map(|a| (a.from, a.to)).collect(),
        tall: options.tall,
    };
    // Closed namespaces have no frame: each is a card in one common, invisible frame.
    let input = group_cards(input, &drafts);
    let placed = layout::layout(&input, memory);

    let marks: Vec<Mark> = drafts
        .into_iter()
        .zip(&placed.nodes)
        .zip(undrawn)
        .map(|((draft, rect), undrawn)| Mark {
            undrawn,
            rect: *rect,
            selected: options.selected.is_some_and(|s| draft.members.contains(&s)),
            ..draft.mark
        })
        .collect();
    let frames: Vec<FrameMark> = frames
        .iter()
        .zip(&placed.frames)
        .map(|(&namespace, rect)| {
            let name = scene.namespaces.get(namespace as usize).map(|n| n.name.clone()).unwrap_or_default();
            let count = scene.ends.iter().filter(|e| e.kind == EndKind::Workload && e.namespace == Some(namespace)).count();
            FrameMark { title: fit_text(&name, 12.0, rect.w - 64.0), name, count, rect: *rect }
        })
        .collect();

    bundle(scene, &marks, &frames, &mut arrows, options);
    let cut = gather(scene, &marks, &frames, &rest, &mut arrows);
    arrows.sort_by_key(|a| (a.flow, !a.quiet, !a.open, a.status != Status::Denied));
    let rects: Vec<Rect> = marks.iter().map(|m| m.rect).chain(frames.iter().map(|f| f.rect)).collect();
    let titles: Vec<Rect> =
        frames.iter().map(|f| Rect { x: f.rect.x + 12.0, y: f.rect.y + 8.0, w: text_width(&f.title, 12.0) + 16.0, h: 24.0 }).collect();
    let wishes: Vec<Wish> = arrows
        .iter()
        .map(|arrow| Wish {
            from: arrow.from,
            to: arrow.to,
            label: match arrow.status {
                Status::Denied | Status::CannotTell => (18.0, 18.0),
                Status::Allowed | Status::Partly if arrow.label.is_empty() => (0.0, 0.0),
                _ => (arrow.label.chars().count() as f64 * 6.7 + 8.0, 17.0),
            },
            layer: u8::from(arrow.quiet),
        })
        .collect();
    for (arrow, way) in arrows.iter_mut().zip(route::route(&rects, marks.len(), &titles, &wishes)) {
        arrow.route = way;
    }
    let mut bounds = placed.bounds;
    for arrow in arrows.iter().filter(|a| !a.quiet) {
        for t in [0.25, 0.5, 0.75] {
            let (x, y) = arrow.route.at(t);
            bounds = bounds.union(&Rect { x: x - 12.0, y: y - 12.0, w: 24.0, h: 24.0 });
        }
    }
    for (arrow, wish) in arrows.iter().zip(&wishes).filter(|(a, _)| !a.quiet) {
        let ((x, y), (w, h)) = (arrow.route.label, wish.label);
        bounds = bounds.union(&Rect { x: x - w / 2.0, y: y - h / 2.0, w, h });
    }
    Picture { marks, frames, arrows, bounds, denied_hidden, open_hidden, cut, memory: placed.memory }
}

/// Where all workloads of a frame send the same to one end, or get the same from it, one arrow at the frame says it for all of them.
fn bundle(scene: &SceneView, marks: &[Mark], frames: &[FrameMark], arrows: &mut Vec<Arrow>, options: &Options<'_>) {
    let frame_of = frames_of(scene, marks, frames);
    let frame_of = |mark: usize| frame_of.get(mark).copied().flatten();
    let touched = |mark: usize| options.selected.is_some() && marks.get(mark).is_some_and(|m| m.end == options.selected);
    let mut groups: BTreeMap<(usize, usize, bool, Status, String), Vec<usize>> = BTreeMap::new();
    for (index, arrow) in arrows.iter().enumerate().filter(|(_, a)| !a.quiet && !a.flow && !a.both && !touched(a.from) && !touched(a.to)) {
        for (member, other, out) in [(arrow.from, arrow.to, true), (arrow.to, arrow.from, false)] {
            if let Some(frame) = frame_of(member)
                && frame_of(other) != Some(frame)
            {
                groups.entry((frame, other, out, arrow.status, arrow.label.clone())).or_default().push(index);
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
        arrows.push(Arrow {
            key,
            from,
            to,
            status,
            label,
            traffic: None,
            both: false,
            quiet: false,
            flow: false,
            open,
            title,
            route: Route::default(),
        });
    }
}

/// The frame of each card.
fn frames_of(scene: &SceneView, marks: &[Mark], frames: &[FrameMark]) -> Vec<Option<usize>> {
    let frame_of = |mark: &Mark| {
        let namespace = scene.ends.get(mark.end?).filter(|_| mark.kind == MarkKind::Card)?.namespace?;
        let name = &scene.namespaces.get(namespace as usize)?.name;
        frames.iter().position(|f| f.name == *name)
    };
    marks.iter().map(frame_of).collect()
}

/// What has no arrow of its own for want of room, as arrows between namespaces with the number of flows on them. Returns how many flows are in none.
fn gather(scene: &SceneView, marks: &[Mark], frames: &[FrameMark], rest: &[Arrow], arrows: &mut Vec<Arrow>) -> usize {
    let frame_of = frames_of(scene, marks, frames);
    let place = |mark: usize| frame_of.get(mark).copied().flatten().map_or(mark, |frame| marks.len() + frame);
    let mut bundles: BTreeMap<(usize, usize, Status), usize> = BTreeMap::new();
    let mut cut = 0;
    for arrow in rest {
        let flows = 1 + usize::from(arrow.both);
        match (place(arrow.from), place(arrow.to)) {
            (from, to) if from != to => *bundles.entry((from, to, arrow.status)).or_default() += flows,
            _ => cut += flows,
        }
    }
    let mut bundles: Vec<((usize, usize, Status), usize)> = bundles.into_iter().collect();
    bundles.sort_by_key(|(ends, flows)| (core::cmp::Reverse(*flows), *ends));
    let name = |place: usize| match place.checked_sub(marks.len()).and_then(|frame| frames.get(frame)) {
        Some(frame) => frame.name.clone(),
        None => marks.get(place).map_or_else(String::new, |mark| mark.title.clone()),
    };
    for (number, ((from, to, status), flows)) in bundles.into_iter().enumerate() {
        if number >= MOST_BUNDLES {
            cut += flows;
            continue;
        }
        let label = count(flows, "flow");
        arrows.push(Arrow {
            key: format!("rest/{from} {to} {status:?}"),
            from,
            to,
            status,
            title: format!("{label} from {} to {}, {}; select a card to see its own", name(from), name(to), word(status)),
            label,
            traffic: None,
            both: false,
            quiet: false,
            flow: false,
            open: false,
            route: Route::default(),
        });
    }
    cut
}

fn frame_input(scene: &SceneView, namespace: u32) -> layout::Frame {
    let name = scene.namespaces.get(namespace as usize).map(|n| n.name.clone()).unwrap_or_default();
    layout::Frame { title_width: (text_width(&name, 12.0) + 56.0).min(320.0), key: name }
}

/// Closed namespaces stand together in one frame of their own, which is not drawn.
fn group_cards(mut input: layout::Input, drafts: &[Draft]) -> layout::Input {
    if !drafts.iter().any(|d| matches!(d.mark.kind, MarkKind::Group(_))) {
        return input;
    }
    let frame = input.frames.len();
    // No namespace can have this name.
    input.frames.push(layout::Frame { key: " closed".into(), title_width: 0.0 });
    for (node, draft) in input.nodes.iter_mut().zip(drafts) {
        if matches!(draft.mark.kind, MarkKind::Group(_)) {
            node.home = Home::Frame(frame);
        }
    }
    input
}

/// Whether a namespace is shown with its workloads.
fn is_open(scene: &SceneView, name: &str, size: usize, toggled: &[String]) -> bool {
    let workloads = scene.ends.iter().filter(|e| e.kind == EndKind::Workload).count();
    let open = workloads <= MANY_WORKLOADS || (size <= 3 && workloads <= 2 * MANY_WORKLOADS);
    open != toggled.iter().any(|t| t == name)
}

fn drafts(scene: &SceneView, options: &Options<'_>) -> Vec<Draft> {
    let mut by_namespace: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, end) in scene.ends.iter().enumerate() {
        if end.kind == EndKind::Workload {
            by_namespace.entry(end.namespace.unwrap_or(u32::MAX)).or_default().push(index);
        }
    }
    let mut drafts = Vec::new();
    for (namespace, members) in by_namespace {
        let name = scene.namespaces.get(namespace as usize).map_or("", |n| n.name.as_str());
        if is_open(scene, name, members.len(), options.toggled) {
            drafts.extend(members.into_iter().map(|end| draft(scene, end)));
        } else {
            drafts.push(group(scene, name, members));
        }
    }
    drafts.extend(
        (0..scene.ends.len()).filter(|&e| scene.ends.get(e).is_some_and(|end| end.kind != EndKind::Workload)).map(|end| draft(scene, end)),
    );
    drafts
}

fn draft(scene: &SceneView, index: usize) -> Draft {
    let Some(end) = scene.ends.get(index) else { return group(scene, "", Vec::new()) };
    let card = end.kind == EndKind::Workload;
    let room = WIDEST - CARD_SPACE;
    let (title, subtitle) = (fit_text(&end.title, 13.0, room), fit_text(&end.subtitle, 11.0, room));
    let width = text_width(&title, 13.0).max(text_width(&subtitle, 11.0)) + CARD_SPACE;
    let width = (width / 4.0).ceil() * 4.0;
    let mut label = format!("{}, {}", scene.title(index), end.subtitle);
    match (end.isolated_ingress, end.isolated_egress) {
        (true, true) => label += ", isolated for ingress and egress",
        (true, false) => label += ", isolated for ingress",
        (false, true) => label += ", isolated for egress",
        (false, false) => (),
    }
    // The first that clients outside can come by; the others stand in the panel of the end.
    let mut outside = scene.targets.iter().take_while(|target| target.outside);
    let target = outside.find(|target| card && target.ends.contains(&(index as u32)));
    let open_by = target.map(|target| (target.key.clone(), format!("{}, {}", target.name(), target.subtitle)));
    if let Some((_, words)) = &open_by {
        label += &format!(", open to clients outside by {words}");
    }
    Draft {
        mark: Mark {
            key: end.key.clone(),
            kind: if card { MarkKind::Card } else { MarkKind::Pill },
            end: Some(index),
            title,
            subtitle,
            label,
            rect: Rect::default(),
            isolated: (end.isolated_ingress, end.isolated_egress),
            undrawn: Undrawn::default(),
            open_by,
            sort: end.kind,
            selected: false,
        },
        members: vec![index],
        size: (width.clamp(116.0, WIDEST), if card { CARD_HEIGHT } else { PILL_HEIGHT }),
        home: if card { end.namespace } else { None },
    }
}

fn group(scene: &SceneView, name: &str, members: Vec<usize>) -> Draft {
    let pods: u32 = members.iter().filter_map(|&m| scene.ends.get(m)).map(|e| e.replicas).sum();
    let subtitle = format!("{}, {}", count(members.len(), "workload"), count(pods as usize, "pod"));
    let title = fit_text(name, 13.0, WIDEST - CARD_SPACE);
    let width = text_width(&title, 13.0).max(text_width(&subtitle, 11.0)) + CARD_SPACE;
    let every =
        |of: fn(&crate::view_model::EndView) -> bool| !members.is_empty() && members.iter().filter_map(|&m| scene.ends.get(m)).all(of);
    Draft {
        mark: Mark {
            key: format!("namespace/{name}"),
            kind: MarkKind::Group(name.to_owned()),
            end: None,
            title,
            label: format!("namespace {name}, {subtitle}, closed"),
            subtitle,
            rect: Rect::default(),
            isolated: (every(|e| e.isolated_ingress), every(|e| e.isolated_egress)),
            undrawn: Undrawn::default(),
            open_by: None,
            sort: EndKind::Workload,
            selected: false,
        },
        members,
        size: (((width / 4.0).ceil() * 4.0).clamp(136.0, WIDEST), CARD_HEIGHT),
        home: None,
    }
}

/// What passes between every two marks.
fn pairs(scene: &SceneView, drafts: &[Draft], options: &Options<'_>) -> Vec<Pair> {
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
    let all_pairs = drafts.len() <= 160;
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
            if !all_pairs && !chosen.get(from).copied().unwrap_or(false) && !chosen.get(to).copied().unwrap_or(false) && drafts.len() > 400
            {
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
fn is_policed_node(scene: &SceneView, draft: &Draft) -> bool {
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

fn word(status: Status) -> &'static str {
    match status {
        Status::Allowed => "allowed",
        Status::Partly => "partly allowed",
        Status::Denied => "denied",
        Status::CannotTell => "cannot tell",
    }
}

/// Arrows for the pairs, and what has none that is seen.
struct Drawn {
    arrows: Vec<Arrow>,
    /// Pairs inside.
    denied_hidden: usize,
    open_hidden: usize,
    /// What would have an arrow, if there were not too many.
    rest: Vec<Arrow>,
    /// By mark.
    undrawn: Vec<Undrawn>,
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
fn arrows(scene: &SceneView, drafts: &[Draft], pairs: Vec<Pair>, options: &Options<'_>) -> Drawn {
    let mark = |index: usize| drafts.get(index);
    let title =
        |index: usize| mark(index).map_or_else(String::new, |d| d.mark.end.map_or_else(|| d.mark.title.clone(), |end| scene.title(end)));
    let mark_key = |index: usize| mark(index).map_or("", |d| d.mark.key.as_str());
    let holds = |index: usize, end: usize| mark(index).is_some_and(|d| d.members.contains(&end));
    let inside = |index: usize| mark(index).is_some_and(|d| d.mark.kind != MarkKind::Pill);
    let is_flow = |a: usize, b: usize| options.flow.is_some_and(|(from, to)| holds(a, from) && holds(b, to));

    let internet = drafts.iter().position(|d| d.mark.sort == EndKind::Outside && d.mark.title == "Internet");
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

#[cfg(test)]
mod tests;
