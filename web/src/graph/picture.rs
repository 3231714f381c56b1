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

mod arrows;
mod bundles;
mod focus;
mod overview;

use std::collections::HashMap;

use self::arrows::{Drawn, arrows, bearings, pairs};
use self::bundles::Places;
pub(super) use self::overview::straight;
pub use self::overview::{Overview, is_large};
use super::layout::{self, Home, Memory};
use super::route::{self, Ground, Route, Wish};
use super::{Rect, fit_text, text_width};
use crate::vec_map::VecMap;
use crate::words::key;
use netpolis_core::text::count;
use netpolis_view::{EndKind, FlowChange, SceneView, Status, TrafficView};

/// Scenes with more workloads begin with closed namespaces.
pub const MANY_WORKLOADS: usize = 60;

const CARD_HEIGHT: f64 = 50.0;
const PILL_HEIGHT: f64 = 46.0;
const WIDEST: f64 = 232.0;
/// Room in a card beside its text.
const CARD_SPACE: f64 = 50.0;
/// Longer labels than this get no room of their own.
const LONG_LABEL: f64 = 90.0;

/// What a mark stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MarkKind {
    /// A workload.
    #[default]
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

/// For which directions policies isolate something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
    /// Both.
    Both,
}

impl Isolation {
    /// For ingress, for egress; nothing for neither.
    pub const fn of(ingress: bool, egress: bool) -> Option<Self> {
        match (ingress, egress) {
            (true, true) => Some(Isolation::Both),
            (true, false) => Some(Isolation::Ingress),
            (false, true) => Some(Isolation::Egress),
            (false, false) => None,
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Isolation::Both => key("isolated for ingress and egress"),
            Isolation::Ingress => key("isolated for ingress"),
            Isolation::Egress => key("isolated for egress"),
        }
    }
}

/// A card or pill.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// Third line, of a closed namespace in an overview.
    pub detail: String,
    /// Everything about it, for tooltips and screen readers.
    pub label: String,
    /// Where it stands.
    pub rect: Rect,
    /// For which directions policies isolate it.
    pub isolation: Option<Isolation>,
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
    /// Between which ends a click on it asks, by their keys; nothing where one of them is a closed namespace.
    pub ask: Option<(String, String)>,
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
    /// What happened to it since the baseline.
    pub change: Option<FlowChange>,
    /// How heavy it is, from 1 to 3, where it stands for many flows; 0 where all are alike.
    pub weight: u8,
    /// For tooltips and screen readers.
    pub title: String,
    /// Its curve; nothing while it is quiet (see [`Picture::quiet_routes`]).
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
    /// Pairs of ends whose flows differ from the baseline.
    pub marks: Option<&'a HashMap<(usize, usize), FlowChange>>,
    /// Width and height of the canvas, where a scene of more than can be read there is shown as an overview.
    pub room: Option<(f64, f64)>,
    /// The end or namespace that is shown alone with its neighbours there, by its key.
    pub focus: Option<&'a str>,
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
    /// How much larger than usual labels are, so that they can be read when all is seen.
    pub lettering: f64,
    /// How many denied pairs inside are not drawn.
    pub denied_hidden: usize,
    /// How many pairs inside are not drawn that are open to all: no policy has a say, or the Internet may do the same.
    pub open_hidden: usize,
    /// How many flows are left out because there are too many of them, and no bundle holds them; those of a selected card are not.
    pub cut: usize,
    /// For the next picture.
    pub memory: Memory,
    /// What an overview's marks stand for, if it is one: larger than the canvas, and with the arrows alone of what is looked at.
    pub overview: Option<Overview>,
}

/// What a mark is before it has its place.
struct Draft {
    mark: Mark,
    members: Vec<usize>,
    size: (f64, f64),
    home: Option<u32>,
}

/// The picture of a scene.
pub fn picture(scene: &SceneView, options: &Options<'_>, memory: &Memory) -> Picture {
    if let Some(room) = options.room.filter(|room| is_large(scene, *room)) {
        return Picture { memory: memory.clone(), ..large_picture(scene, options, room) };
    }
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
    let input = layout_input(scene, options, &drafts, &frames);
    // Closed namespaces have no frame: each is a card in one common, invisible frame.
    let input = group_cards(input, &drafts);
    let placed = layout::layout(&input, memory);
    // Once more with room for labels as large as they have to be.
    let lettering = layout::lettering(placed.bounds, drafts.len(), options.tall);
    let input = layout::Input { label: (input.label.0 * lettering, input.label.1 * lettering), ..input };
    let placed = if lettering > 1.0 && lettering < layout::LARGEST_LETTERS { layout::layout(&input, memory) } else { placed };

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

    let places = Places::new(scene, &marks, &frames);
    places.bundle(&mut arrows, options);
    let cut = places.gather(&rest, &mut arrows);
    arrows.sort_by_key(|a| (a.flow, !a.quiet, !a.open, a.status != Status::Denied));
    let lettering = layout::lettering(placed.bounds, marks.len(), options.tall);
    let mut picture = Picture {
        marks,
        frames,
        arrows,
        bounds: placed.bounds,
        lettering,
        denied_hidden,
        open_hidden,
        cut,
        memory: placed.memory,
        overview: None,
    };
    picture.route_arrows(options.tall);
    let asks: Vec<_> = picture.arrows.iter().map(|arrow| picture.end_key(arrow.from).zip(picture.end_key(arrow.to))).collect();
    for (arrow, ask) in picture.arrows.iter_mut().zip(asks) {
        arrow.ask = ask;
    }
    picture
}

/// What is drawn of a scene of which not all has room: what is in focus, or its namespaces.
fn large_picture(scene: &SceneView, options: &Options<'_>, (width, height): (f64, f64)) -> Picture {
    let drawn = |width: f64| {
        let focus = options.focus.and_then(|key| focus::focus(scene, options, width, key));
        focus.unwrap_or_else(|| overview::overview(scene, options, width))
    };
    let first = drawn(width);
    let higher = width >= overview::WITH_STRIP && first.bounds.h + 2.0 * overview::MARGIN > height;
    let mut picture = if higher { drawn(width - overview::STRIP) } else { first };
    picture.bounds.w = width - 2.0 * overview::MARGIN;
    picture
}

/// What cards and frames are placed by: `frames` are the namespaces that have one, in their order.
fn layout_input(scene: &SceneView, options: &Options<'_>, drafts: &[Draft], frames: &[u32]) -> layout::Input {
    let bearings = bearings(scene, drafts, options);
    let receives_only = |index: usize| {
        let governed = |a: &&Arrow| a.status != Status::Denied;
        let sends = bearings.iter().filter(governed).any(|a| a.from == index || (a.both && a.to == index));
        !sends && bearings.iter().filter(governed).any(|a| a.to == index)
    };
    layout::Input {
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
        edges: bearings.iter().flat_map(|a| [Some((a.from, a.to)), a.both.then_some((a.to, a.from))]).flatten().collect(),
        label: bearings.iter().map(|a| a.label_size(1.0)).fold((0.0, 0.0), |a: (f64, f64), b| (a.0.max(b.0).min(LONG_LABEL), a.1.max(b.1))),
        tall: options.tall,
    }
}

impl FrameMark {
    /// Where its title stands.
    pub fn title_rect(&self) -> Rect {
        Rect { x: self.rect.x + 12.0, y: self.rect.y + 8.0, w: text_width(&self.title, 12.0) + 16.0, h: 24.0 }
    }
}

impl Arrow {
    /// Width and height of what is written on it, with letters so much larger than usual; nothing for nothing.
    pub fn label_size(&self, lettering: f64) -> (f64, f64) {
        let (w, h) = match self.status {
            Status::Denied | Status::CannotTell => (18.0, 18.0),
            Status::Allowed | Status::Partly if self.label.is_empty() => (0.0, 0.0),
            _ => (self.label.chars().count() as f64 * 6.7 + 10.0, 18.0),
        };
        let by = self.lettering(lettering);
        (w * by, h * by)
    }

    /// How much larger than usual it is, where letters are so much larger.
    pub fn lettering(&self, letters: f64) -> f64 {
        if matches!(self.status, Status::Denied | Status::CannotTell) { route::sign_lettering(letters) } else { letters }
    }
}

impl Picture {
    /// Where a mark or, behind the marks, a frame stands.
    pub fn rect(&self, index: usize) -> Option<Rect> {
        let frame = || self.frames.get(index.checked_sub(self.marks.len())?).map(|f| f.rect);
        self.marks.get(index).map(|m| m.rect).or_else(frame)
    }

    /// What a question calls the mark, or the first of a frame; nothing for a closed namespace.
    fn end_key(&self, index: usize) -> Option<String> {
        let mark = self.marks.get(index).or_else(|| {
            let frame = self.frames.get(index.checked_sub(self.marks.len())?)?;
            self.marks.iter().find(|m| m.end.is_some() && frame.rect.contains(m.rect.middle_x(), m.rect.middle_y(), 0.0))
        });
        mark.filter(|m| m.end.is_some()).map(|m| m.key.clone())
    }

    /// The curves of arrows that wait for the pointer, for those that are near to it, by their index: nobody needs those of all others.
    pub fn quiet_routes(&self, near: &[bool]) -> VecMap<usize, Route> {
        let near = |index: &usize| near.get(*index) == Some(&true) && self.arrows.get(*index).is_some_and(|arrow| arrow.quiet);
        let seen: Vec<usize> = (0..self.arrows.len()).filter(near).collect();
        let (rects, titles) = self.standing();
        let routes = route::routes(&self.ground(&rects, &titles), &self.wishes(&seen), self.lettering);
        seen.into_iter().zip(routes).collect()
    }

    /// Gives the arrows that are seen their ways, and the picture its size with what is written on them.
    fn route_arrows(&mut self, tall: bool) {
        let seen: Vec<usize> = (0..self.arrows.len()).filter(|&index| self.arrows.get(index).is_some_and(|a| !a.quiet)).collect();
        let (rects, titles) = self.standing();
        let ground = self.ground(&rects, &titles);
        let ways = route::ways(&ground, &self.wishes(&seen));
        let mut labels = route::labels(&ground, &ways, self.lettering);
        let mut bounds = route::bounds(self.bounds, &ways, &labels, self.lettering);
        // Where labels stand out, the picture is seen smaller, and they have to be larger still.
        let wanted = layout::lettering(bounds, self.marks.len(), tall);
        if wanted > self.lettering * 1.03 {
            self.lettering = wanted;
            labels = route::labels(&ground, &ways, wanted);
            bounds = route::bounds(self.bounds, &ways, &labels, wanted);
        }
        self.bounds = bounds;
        for ((index, way), label) in seen.into_iter().zip(ways).zip(labels) {
            if let Some(arrow) = self.arrows.get_mut(index) {
                arrow.route = way.labelled(label);
            }
        }
    }

    /// Where marks and, behind them, frames stand, and what is written on frames.
    fn standing(&self) -> (Vec<Rect>, Vec<Rect>) {
        let rects = self.marks.iter().map(|m| m.rect).chain(self.frames.iter().map(|f| f.rect));
        (rects.collect(), self.frames.iter().map(FrameMark::title_rect).collect())
    }

    fn ground<'a>(&self, rects: &'a [Rect], titles: &'a [Rect]) -> Ground<'a> {
        Ground { rects, cards: self.marks.len(), titles, sideways: self.memory.sideways }
    }

    /// What some of the arrows need when these are seen together.
    fn wishes(&self, of: &[usize]) -> Vec<Wish> {
        let mut bundles: VecMap<(usize, Status, &str), usize> = VecMap::default();
        let mut wishes = Vec::new();
        for (number, arrow) in of.iter().filter_map(|&index| self.arrows.get(index)).enumerate() {
            // The flow in question is by itself, so that it can be told apart.
            let bundle =
                if arrow.flow || arrow.both { number } else { *bundles.or_insert_with((arrow.to, arrow.status, &arrow.label), || number) };
            wishes.push(Wish { from: arrow.from, to: arrow.to, label: arrow.label_size(1.0), bundle, first: arrow.flow });
        }
        wishes
    }

    /// The mark that an end is in: its own, or that of its closed namespace or kind.
    pub fn mark_of(&self, scene: &SceneView, end: usize) -> Option<usize> {
        let own = self.marks.iter().position(|mark| mark.end == Some(end));
        own.or_else(|| {
            let kept = scene.ends.get(end)?;
            let namespace = kept.namespace.and_then(|n| scene.namespaces.get(n as usize)).map_or("", |n| n.name.as_str());
            let name = overview::fold_of(kept.kind).unwrap_or(namespace);
            self.marks.iter().position(|mark| mark.kind == MarkKind::Group(name.to_owned()))
        })
    }

    /// Whether the flow in question starts or ends at a mark.
    pub fn has_flow(&self, mark: usize) -> bool {
        self.arrows.iter().any(|a| a.flow && (a.from == mark || a.to == mark))
    }

    /// The mark that Tab comes to: that of a key, or the first inside a frame.
    pub fn tab_stop(&self, key: Option<&str>) -> usize {
        let top = self.frames.first().map_or(0.0, |frame| frame.rect.y);
        let of_key = key.and_then(|key| self.marks.iter().position(|m| m.key == key));
        of_key.or_else(|| self.marks.iter().position(|m| m.rect.y >= top)).unwrap_or(0)
    }
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
    let mut by_namespace: VecMap<u32, Vec<usize>> = VecMap::default();
    for (index, end) in scene.ends.iter().enumerate() {
        if end.kind == EndKind::Workload {
            by_namespace.or_insert_with(end.namespace.unwrap_or(u32::MAX), Default::default).push(index);
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
    let isolation = Isolation::of(end.isolated_ingress, end.isolated_egress);
    if let Some(isolation) = isolation {
        label += &format!(", {}", isolation.words());
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
            detail: String::new(),
            label,
            rect: Rect::default(),
            isolation,
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
    let every = |of: fn(&netpolis_view::EndView) -> bool| !members.is_empty() && members.iter().filter_map(|&m| scene.ends.get(m)).all(of);
    Draft {
        mark: Mark {
            key: format!("namespace/{name}"),
            kind: MarkKind::Group(name.to_owned()),
            end: None,
            title,
            label: format!("namespace {name}, {subtitle}, closed"),
            subtitle,
            detail: String::new(),
            rect: Rect::default(),
            isolation: Isolation::of(every(|e| e.isolated_ingress), every(|e| e.isolated_egress)),
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

#[cfg(test)]
mod still_tests;
#[cfg(test)]
mod tests;
