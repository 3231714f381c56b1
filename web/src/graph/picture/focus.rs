//! One end, or one namespace, and its neighbours: who may reach it at the left, it in the middle, what it may reach at the right; on a narrow canvas
//! above and below. By namespace where there are more than fit.

use super::overview::{HEAD, HEIGHT, LOW, MARGIN, Overview, Share, Together, arrow, cell, classes_of, columns, members_of, together};
use super::{Arrow, Draft, FrameMark, Mark, MarkKind, Options, Picture, Undrawn, draft, group};
use crate::graph::route::Route;
use crate::graph::{Point, Rect, fit_text, text_width};
use netpolis_core::text::count;
use netpolis_view::{EndKind, SceneView, Status};

/// Most cards at a side that are drawn one by one.
const FIT: usize = 12;
/// Between a side and the middle: room for arrows.
const AISLE: f64 = 64.0;
/// What a line more makes a card higher.
const LINE: f64 = 16.0;
/// A narrower canvas has the sides above and below.
const NARROW: f64 = 520.0;
/// Between cards of a side.
const CLOSE: f64 = 10.0;
/// How far down the middle stands, at most.
const MIDDLE: f64 = 190.0;

/// Frames around the sides: no namespace can have such a name.
const SIDES: [&str; 2] = [" from", " to"];

impl FrameMark {
    /// Whether it is a namespace, or what else can be closed.
    pub fn closes(&self) -> bool {
        !SIDES.contains(&self.name.as_str())
    }
}

/// What stands at a side: a card, and what passes between it and the middle.
struct Neighbour {
    draft: Draft,
    share: Share,
}

/// The picture of an end or a namespace, by its key; nothing where there is none (any more).
pub(super) fn focus(scene: &SceneView, options: &Options<'_>, width: f64, key: &str) -> Option<Picture> {
    let own = members_of(scene, key)?;
    let width = (width - 2.0 * MARGIN).max(240.0);
    let mut picture = Picture { lettering: 1.0, ..Picture::default() };
    let [before, behind] = [true, false].map(|inwards| side(scene, options, &own, inwards));
    let narrow = width < NARROW;
    let column = if narrow { width } else { ((width - 2.0 * AISLE) / 3.0).floor() };
    let middle = middle(scene, key, &own);
    picture.marks.push(middle.mark);
    let (left, right) = if narrow {
        let left = picture.put(before, (0.0, 0.0), width, 0);
        let own = Rect { x: 0.0, y: left.bottom() + AISLE / 2.0, w: width, h: HEIGHT };
        picture.place_middle(own);
        (left, picture.put(behind, (0.0, own.bottom() + AISLE / 2.0), width, 1))
    } else {
        let left = picture.put(before, (0.0, 0.0), column, 0);
        let right = picture.put(behind, (2.0 * (column + AISLE), 0.0), column, 1);
        let y = ((left.bottom().max(right.bottom()) - HEIGHT) / 2.0).clamp(0.0, MIDDLE);
        picture.place_middle(Rect { x: column + AISLE, y, w: column, h: HEIGHT });
        (left, right)
    };
    if narrow {
        picture.arrows = picture.between_frames();
    }
    picture.bounds = Rect { x: 0.0, y: 0.0, w: width, h: left.bottom().max(right.bottom()).max(HEIGHT) };
    picture.overview = Some(Overview { focus: true, ..Overview::default() });
    Some(picture)
}

fn middle(scene: &SceneView, key: &str, own: &[usize]) -> Draft {
    match own {
        [end] if scene.find(key).is_some() => {
            let mut own = draft(scene, *end);
            let namespace = scene.ends.get(*end).and_then(|end| scene.namespaces.get(end.namespace? as usize));
            own.mark.detail = namespace.map(|namespace| format!("namespace {}", namespace.name)).unwrap_or_default();
            own
        }
        _ => {
            let name = key.split_once('/').map_or(key, |(_, name)| name);
            let mut own = group(scene, name, own.to_vec());
            own.mark.key = key.into();
            own.mark.kind = MarkKind::Card;
            own
        }
    }
}

/// Who may reach these ends, or whom they may reach.
struct Side {
    /// Its title, and what of it always fits.
    title: [String; 2],
    neighbours: Vec<Neighbour>,
    inwards: bool,
}

fn side(scene: &SceneView, options: &Options<'_>, own: &[usize], inwards: bool) -> Side {
    let middle = classes_of(scene, own);
    let outside = own.iter().any(|&end| scene.is_a(end, EndKind::Outside));
    let share = |ends: &[usize]| {
        let theirs = classes_of(scene, ends);
        if inwards { Share::between(scene, &theirs, &middle) } else { Share::between(scene, &middle, &theirs) }
    };
    let denied = options.denied == Some(true);
    let (mut found, mut others, mut total, mut reached) = (Vec::new(), 0, 0, 0);
    for one in together(scene) {
        let beside: Vec<usize> =
            one.members.iter().copied().filter(|end| !(own.contains(end) || outside && scene.is_a(*end, EndKind::Outside))).collect();
        others += beside.len();
        total += beside.iter().filter(|end| share(&[**end]).status() != Status::LeftOut).count();
        let passing: Vec<usize> = beside.iter().copied().filter(|end| share(&[*end]).is_seen(denied)).collect();
        reached += passing.len();
        if !passing.is_empty() {
            found.push((one, beside.len(), passing));
        }
    }
    let single = |end: usize| {
        let mut draft = draft(scene, end);
        if let Some(namespace) = scene.ends.get(end).and_then(|end| scene.namespaces.get(end.namespace? as usize)) {
            draft.mark.subtitle.clone_from(&namespace.name);
        }
        // On the card, where they can be read at every width.
        draft.mark.detail = match (own, inwards) {
            ([only], true) => short(scene, end, *only),
            ([only], false) => short(scene, *only, end),
            _ => String::new(),
        };
        Neighbour { share: share(&[end]), draft }
    };
    let neighbours = found.into_iter().flat_map(|(one, of, passing)| {
        if reached <= FIT || passing.len() == 1 || options.toggled.contains(&one.name) {
            passing.into_iter().map(single).collect()
        } else {
            vec![grouped(scene, one, of, passing, &share)]
        }
    });
    let title = match (inwards, denied) {
        (true, false) => "Can reach it",
        (false, false) => "It can reach",
        (true, true) => "Cannot reach it",
        (false, true) => "It cannot reach",
    };
    let title = if total == 0 && others > 0 {
        [title; 2].map(|title| format!("{title}: left out"))
    } else {
        [format!("{title}: {reached} of {total}"), format!("{title}: {reached}")]
    };
    Side { neighbours: neighbours.collect(), title, inwards }
}

/// The ports between two ends, where they are not all.
fn short(scene: &SceneView, from: usize, to: usize) -> String {
    let set = scene.between(from, to);
    if set.status == Status::Partly { set.short.clone() } else { String::new() }
}

fn grouped(scene: &SceneView, one: Together, of: usize, passing: Vec<usize>, share: &dyn Fn(&[usize]) -> Share) -> Neighbour {
    let share = share(&passing);
    let words = if passing.len() == of { count(of, one.noun) } else { format!("{} of {}", passing.len(), count(of, one.noun)) };
    let mut draft = group(scene, &one.name, passing);
    let mark = &mut draft.mark;
    mark.key = one.key();
    mark.isolation = None;
    mark.label = format!("{}, {words}, closed", one.title);
    (mark.title, mark.subtitle) = (one.title, words);
    Neighbour { draft, share }
}

impl Picture {
    fn place_middle(&mut self, rect: Rect) {
        let sides = self.frames.len();
        if let Some(mark) = self.marks.first_mut() {
            mark.rect = rect;
            mark.title = fit_text(&mark.title, 13.0, rect.w - 50.0);
            mark.subtitle = fit_text(&mark.subtitle, 11.0, rect.w - 32.0);
            mark.detail = fit_text(&mark.detail, 11.0, rect.w - 32.0);
            mark.undrawn = Undrawn::default();
            mark.selected = true;
        }
        // Arrows of the sides that stand already end here.
        if sides == 2 {
            for arrow in &mut self.arrows {
                let inwards = arrow.to == 0;
                if let Some(other) = self.marks.get(if inwards { arrow.from } else { arrow.to }) {
                    arrow.route = trunk(&other.rect, &rect, inwards);
                }
            }
        }
    }

    /// The cards of a side, in a frame with its title.
    fn put(&mut self, side: Side, (x, y): Point, width: f64, number: usize) -> Rect {
        let inner = width - 2.0 * CLOSE;
        let columns = columns(inner);
        let rows = side.neighbours.len().div_ceil(columns);
        let high = if side.neighbours.iter().any(|one| !one.draft.mark.detail.is_empty()) { LOW + LINE } else { LOW };
        let rect = Rect { x, y, w: width, h: HEAD + rows as f64 * (high + CLOSE) };
        let [long, short] = side.title;
        let title = if text_width(&long, 12.0) < width - 30.0 { long } else { short };
        let name = SIDES.get(number).copied().unwrap_or_default();
        self.frames.push(FrameMark { name: name.into(), title, count: side.neighbours.len(), rect });
        for (number, Neighbour { draft, share }) in side.neighbours.into_iter().enumerate() {
            let (left, w) = cell(inner, columns, number % columns);
            let place = Rect { x: x + CLOSE + left, y: y + HEAD + (number / columns) as f64 * (high + CLOSE), w, h: high };
            let mut mark = Mark { rect: place, undrawn: Undrawn::default(), selected: false, ..draft.mark };
            let room = if mark.kind == MarkKind::Card || mark.isolation.is_some() { 44.0 } else { 52.0 };
            mark.title = fit_text(&mark.title, 13.0, w - room);
            mark.subtitle = fit_text(&mark.subtitle, 11.0, w - room);
            mark.detail = fit_text(&mark.detail, 11.0, w - 32.0);
            let index = self.marks.len();
            let arrow = self.marks.first().map(|middle| {
                let (own, other) = ((0, middle), (index, &mark));
                let (from, to) = if side.inwards { (other, own) } else { (own, other) };
                Arrow { weight: share.weight(), ..arrow(from, to, share.status(), &share.words(), 0.0) }
            });
            self.arrows.extend(arrow);
            self.marks.push(mark);
        }
        rect
    }

    /// Where sides stand above and below: one arrow for each of them.
    fn between_frames(&self) -> Vec<Arrow> {
        let marks = self.marks.len();
        let Some(own) = self.marks.first() else { return Vec::new() };
        let sides = self.frames.iter().enumerate().filter(|(_, frame)| frame.count > 0);
        let arrows = sides.map(|(number, frame)| {
            let inwards = number == 0;
            let has = |is: &dyn Fn(Status) -> bool| self.arrows.iter().any(|a| (a.to == 0) == inwards && is(a.status));
            let status = match () {
                () if has(&|status| matches!(status, Status::Allowed | Status::Partly)) => Status::Allowed,
                () if has(&|status| status == Status::CannotTell) => Status::CannotTell,
                () => Status::Denied,
            };
            let (from, to) = if inwards { (marks, 0) } else { (0, marks + 1) };
            let x = own.rect.middle_x();
            let (a, b) = if inwards { (frame.rect.bottom(), own.rect.y - 4.0) } else { (own.rect.bottom(), frame.rect.y - 4.0) };
            let route = Route { corners: vec![(x, a), (x, b)], label: (x, (a + b) / 2.0) };
            Arrow { from, to, route, ask: None, key: frame.name.clone(), ..arrow((from, own), (to, own), status, &frame.title, 0.0) }
        });
        arrows.collect()
    }
}

/// From a card of a side to the middle, or back, with all others of the side in one trunk.
fn trunk(other: &Rect, middle: &Rect, inwards: bool) -> Route {
    let at = (other.middle_y(), middle.middle_y());
    let (near, far, end) = if inwards {
        (other.right() + CLOSE, middle.x - 22.0, middle.x - 4.0)
    } else {
        (other.x - CLOSE, middle.right() + 22.0, middle.right())
    };
    let begin = if inwards { other.right() } else { other.x - 4.0 };
    let label = ((near + far) / 2.0, at.0);
    let mut corners = vec![(begin, at.0), (far, at.0), (far, at.1), (end, at.1)];
    if !inwards {
        corners.reverse();
    }
    Route { corners, label }
}
