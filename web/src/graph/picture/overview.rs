//! A scene of more cards than can be read: namespaces as cards in rows as wide as the canvas, which open in place. Between namespaces there are arrows
//! where these are few; more would be a ball of wool, so there are only those of the card that is looked at. Each is as heavy as the flows are many that it
//! stands for.

use super::arrows::word;
use super::{Arrow, Draft, FrameMark, MANY_WORKLOADS, Mark, MarkKind, Options, Picture, Undrawn, draft, group};
use crate::graph::route::{self, Ground, Route, Wish};
use crate::graph::{Point, Rect, fit_text};
use crate::vec_map::VecMap;
use crate::words;
use netpolis_core::text::count;
use netpolis_view::{EndKind, SceneView, Status};

/// Room that a card takes with what is around it when it can be read, in square pixels.
const ROOM_OF_CARD: f64 = 15_000.0;
/// So many cards can always be drawn one by one.
const FEWEST: usize = 24;
/// The narrowest card, and how high it is.
const NARROWEST: f64 = 168.0;
pub(super) const HEIGHT: f64 = 76.0;
/// Height of a card within a namespace that is open, and of a pill.
pub(super) const LOW: f64 = 50.0;
/// Between cards, and inside a frame at its sides and foot.
pub(super) const GAP: f64 = 16.0;
/// Inside a frame, above its cards.
pub(super) const HEAD: f64 = 48.0;
/// At each side of the canvas.
pub(super) const MARGIN: f64 = 16.0;
/// At the right edge of a picture that is higher than the canvas, where all of it is seen small.
pub(super) const STRIP: f64 = 36.0;
/// A narrower canvas has no room for that.
pub const WITH_STRIP: f64 = 520.0;
/// More ends of a kind that no namespace has are one card.
const MOST_PILLS: usize = 1;
/// So many pairs of namespaces have arrows without being looked at, of so many cards.
const MOST_BETWEEN: (u32, usize) = (24, 120);
/// Most arrows of one card that are drawn: those that stand for most flows.
const MOST_OWN: usize = 60;

/// Ends that no namespace has: what they are together, and one of them. No namespace can have such a name.
const FOLDS: [(EndKind, &str, &str, &str); 3] = [
    (EndKind::Outside, " outside", words::key("Outside addresses"), "range"),
    (EndKind::Node, " nodes", words::key("Nodes"), "node"),
    (EndKind::Machine, " machines", words::key("Machines"), "machine"),
];

/// The name of the card that ends of a kind share, if no namespace has them.
pub(super) fn fold_of(kind: EndKind) -> Option<&'static str> {
    FOLDS.iter().find(|fold| fold.0 == kind).map(|fold| fold.1)
}

/// What the marks of an overview stand for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// Of each mark, its classes and how many ends it has of each.
    pub(super) classes: Vec<Vec<(u32, u32)>>,
    /// Whether it shows one end or namespace with its neighbours, and all their arrows.
    pub focus: bool,
    /// The mark that holds the selected end.
    pub selected: Option<usize>,
    /// How many pairs of namespaces have flows between them.
    pub flows: u32,
    /// Whether denied flows have arrows, too.
    pub(super) denied: bool,
}

/// Whether a scene has more ends than can be read one by one on a canvas of this size.
pub fn is_large(scene: &SceneView, (w, h): (f64, f64)) -> bool {
    let most = ((w * h / ROOM_OF_CARD) as usize).clamp(FEWEST, MANY_WORKLOADS);
    scene.ends.len() > most
}

/// Ends that are one card, or stand in one frame.
pub(super) struct Together {
    pub(super) name: String,
    pub(super) title: String,
    /// One of them.
    pub(super) noun: &'static str,
    pub(super) members: Vec<usize>,
    fold: bool,
}

impl Together {
    /// What its card is called.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", if self.fold { "group" } else { "namespace" }, self.name.trim())
    }
}

/// The ends that a key stands for: of an end, a namespace, or a card of what no namespace has.
pub(super) fn members_of(scene: &SceneView, key: &str) -> Option<Vec<usize>> {
    let group = || together(scene).into_iter().find(|one| one.key() == key).map(|one| one.members);
    scene.find(key).map(|end| vec![end]).or_else(group)
}

/// The classes of ends, and how many there are of each.
pub(super) fn classes_of(scene: &SceneView, ends: &[usize]) -> Vec<(u32, u32)> {
    let mut classes: VecMap<u32, u32> = VecMap::default();
    for end in ends.iter().filter_map(|&end| scene.ends.get(end)) {
        *classes.or_insert_with(end.class, Default::default) += 1;
    }
    classes.into_iter().collect()
}

/// The overview of a scene, for a canvas that is so wide.
pub(super) fn overview(scene: &SceneView, options: &Options<'_>, width: f64) -> Picture {
    let width = (width - 2.0 * MARGIN).max(NARROWEST);
    let mut grid = Grid::new(scene, options, width);
    for one in together(scene) {
        if options.toggled.contains(&one.name) {
            grid.open.push(one);
        } else if one.fold && one.members.len() <= MOST_PILLS {
            one.members.iter().for_each(|&end| grid.put(draft(scene, end), LOW));
        } else {
            grid.put(card(scene, one), HEIGHT);
        }
    }
    grid.end_row();
    let Grid { mut picture, classes, flow, .. } = grid;
    let denied = options.denied == Some(true);
    let between = between(scene, &picture, &classes, denied);
    picture.arrows.extend(between);
    if let Some(own) = flow_arrow(&picture, options, flow) {
        picture.arrows.retain(|arrow| arrow.key != own.key);
        picture.arrows.push(own);
    }
    let selected = picture.marks.iter().position(|mark| mark.selected);
    picture.lettering = 1.0;
    picture.bounds = Rect { x: 0.0, y: 0.0, w: width, h: picture.bounds.h };
    picture.overview = Some(Overview { classes, selected, flows: scene.namespace_flows, focus: false, denied });
    picture
}

/// The arrows between closed namespaces, where they are few. In the lanes between cards.
fn between(scene: &SceneView, picture: &Picture, classes: &[Vec<(u32, u32)>], denied: bool) -> Vec<Arrow> {
    let (most, most_cards) = MOST_BETWEEN;
    if scene.namespace_flows == 0 || scene.namespace_flows > most || picture.marks.len() > most_cards {
        return Vec::new();
    }
    let is_namespace = |mark: &Mark| matches!(mark.kind, MarkKind::Group(_)) && mark.sort == EndKind::Workload;
    let closed: Vec<End<'_>> = picture.marks.iter().enumerate().filter(|(_, mark)| is_namespace(mark)).collect();
    let mut arrows = Vec::new();
    for (n, &own) in closed.iter().enumerate() {
        for &other in closed.iter().skip(n + 1) {
            let of = |index: usize| classes.get(index).map_or(&[][..], Vec::as_slice);
            let (out, back) = (Share::between(scene, of(own.0), of(other.0)), Share::between(scene, of(other.0), of(own.0)));
            arrows.extend(own_pair(own, out, other, back, denied).into_iter().map(|(_, arrow)| arrow));
        }
    }
    let rects: Vec<Rect> = picture.marks.iter().map(|mark| mark.rect).chain(picture.frames.iter().map(|frame| frame.rect)).collect();
    let ground = Ground { rects: &rects, cards: picture.marks.len(), titles: &[], sideways: false };
    let wish = |arrow: &Arrow| Wish { from: arrow.from, to: arrow.to, label: (0.0, 0.0), bundle: arrow.to, first: false };
    let wishes: Vec<Wish> = arrows.iter().map(wish).collect();
    for (arrow, route) in arrows.iter_mut().zip(route::routes(&ground, &wishes, 1.0)) {
        arrow.route = route;
    }
    arrows
}

/// What stands outside, then namespaces by name.
pub(super) fn together(scene: &SceneView) -> Vec<Together> {
    let of_kind = |kind: EndKind| (0..scene.ends.len()).filter(|&end| scene.is_a(end, kind)).collect::<Vec<usize>>();
    let single = |members: Vec<usize>| Together { name: String::new(), title: String::new(), noun: "range", members, fold: true };
    let mut found: Vec<Together> = Vec::new();
    let (internet, outside): (Vec<usize>, Vec<usize>) =
        of_kind(EndKind::Outside).into_iter().partition(|&end| scene.ends.get(end).is_some_and(|end| end.internet));
    found.push(single(internet));
    found.push(single(of_kind(EndKind::IngressController)));
    for (kind, name, title, noun) in FOLDS {
        let members = if kind == EndKind::Outside { outside.clone() } else { of_kind(kind) };
        found.push(Together { name: name.into(), title: title.into(), noun, members, fold: true });
    }
    let mut namespaces: VecMap<&str, Vec<usize>> = VecMap::default();
    for (index, end) in scene.ends.iter().enumerate().filter(|(_, end)| end.kind == EndKind::Workload) {
        let name = end.namespace.and_then(|n| scene.namespaces.get(n as usize)).map_or("", |n| n.name.as_str());
        namespaces.or_insert_with(name, Default::default).push(index);
    }
    found.extend(namespaces.into_iter().map(|(name, members)| Together {
        name: name.into(),
        title: name.into(),
        noun: "workload",
        members,
        fold: false,
    }));
    found.retain(|one| !one.members.is_empty());
    found
}

/// The card of what is closed.
fn card(scene: &SceneView, one: Together) -> Draft {
    let isolated = one.members.iter().filter_map(|&m| scene.ends.get(m)).filter(|end| end.isolated_ingress || end.isolated_egress).count();
    let key = one.key();
    let mut draft = group(scene, &one.name, one.members);
    let mark = &mut draft.mark;
    mark.key = key;
    if one.fold {
        mark.subtitle = count(draft.members.len(), one.noun);
        mark.isolation = None;
        mark.label = format!("{}, {}, closed", one.title, mark.subtitle);
        mark.title = one.title;
    } else {
        mark.detail = match isolated {
            0 => words::key("none isolated").into(),
            all if all == draft.members.len() => words::key("all isolated").into(),
            some => format!("{some} isolated"),
        };
        mark.title = one.title;
        mark.label = format!("namespace {}, {}, {}, closed", mark.title, mark.subtitle, mark.detail);
    }
    draft
}

/// Cards in rows, and below a row the frames of what is open in it.
struct Grid<'a> {
    scene: &'a SceneView,
    options: &'a Options<'a>,
    width: f64,
    columns: usize,
    picture: Picture,
    classes: Vec<Vec<(u32, u32)>>,
    /// How many cards the row has, and how far down it begins.
    filled: usize,
    top: f64,
    /// What is open, and comes below the row.
    open: Vec<Together>,
    /// The marks between which the flow in question is.
    flow: [Option<usize>; 2],
}

impl<'a> Grid<'a> {
    fn new(scene: &'a SceneView, options: &'a Options<'a>, width: f64) -> Self {
        let columns = columns(width);
        Grid {
            scene,
            options,
            width,
            columns,
            picture: Picture::default(),
            classes: Vec::new(),
            filled: 0,
            top: 0.0,
            open: Vec::new(),
            flow: [None; 2],
        }
    }

    /// A card in the next place.
    fn put(&mut self, draft: Draft, height: f64) {
        if self.filled == self.columns {
            self.end_row();
        }
        let cell = cell(self.width, self.columns, self.filled);
        self.filled += 1;
        self.add(draft, Rect { x: cell.0, y: self.top + (HEIGHT - height) / 2.0, w: cell.1, h: height });
    }

    fn add(&mut self, draft: Draft, rect: Rect) {
        let Draft { mut mark, members, .. } = draft;
        let closed = matches!(mark.kind, MarkKind::Group(_));
        // Beside the text: the shield, and what opens the card.
        let room = rect.w - if closed { 66.0 } else { 50.0 };
        if let Some(end) = mark.end.and_then(|end| self.scene.ends.get(end)) {
            mark.title.clone_from(&end.title);
            mark.subtitle.clone_from(&end.subtitle);
        }
        mark.title = fit_text(&mark.title, 13.0, room);
        mark.subtitle = fit_text(&mark.subtitle, 11.0, rect.w - 32.0);
        mark.undrawn = Undrawn::default();
        mark.selected = self.options.selected.is_some_and(|end| members.contains(&end));
        mark.rect = rect;
        if let Some((from, to)) = self.options.flow {
            for (end, flow) in [from, to].iter().zip(&mut self.flow) {
                *flow = flow.or_else(|| members.contains(end).then_some(self.classes.len()));
            }
        }
        self.picture.marks.push(mark);
        self.picture.bounds.h = self.picture.bounds.h.max(rect.bottom());
        self.classes.push(classes_of(self.scene, &members));
    }

    /// The row is full; what is open in it comes below.
    fn end_row(&mut self) {
        if self.filled > 0 {
            self.top += HEIGHT + GAP;
        }
        self.filled = 0;
        for one in std::mem::take(&mut self.open) {
            self.frame(one);
        }
    }

    fn frame(&mut self, one: Together) {
        let inner = self.width - 2.0 * GAP;
        let columns = columns(inner);
        for (number, &end) in one.members.iter().enumerate() {
            let (x, w) = cell(inner, columns, number % columns);
            let y = self.top + HEAD + (number / columns) as f64 * (LOW + GAP);
            self.add(draft(self.scene, end), Rect { x: GAP + x, y, w, h: LOW });
        }
        let rows = one.members.len().div_ceil(columns) as f64;
        let rect = Rect { x: 0.0, y: self.top, w: self.width, h: HEAD + rows * (LOW + GAP) };
        let title = fit_text(&one.title, 12.0, rect.w - 80.0);
        self.picture.frames.push(FrameMark { name: one.name, title, count: one.members.len(), rect });
        self.picture.bounds.h = self.picture.bounds.h.max(rect.bottom());
        self.top = rect.bottom() + GAP;
    }
}

/// How many cards stand side by side.
pub(super) fn columns(width: f64) -> usize {
    (((width + GAP) / (NARROWEST + GAP)) as usize).max(1)
}

/// Left edge and width of a card in a row of so many.
pub(super) fn cell(width: f64, columns: usize, number: usize) -> (f64, f64) {
    let wide = ((width + GAP) / columns as f64 - GAP).floor();
    (number as f64 * (wide + GAP), wide)
}

/// What passes between the ends of two marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) passing: u32,
    unsure: u32,
    pub(super) total: u32,
    /// Pairs between which everything passes.
    full: u32,
}

impl Share {
    pub(super) fn between(scene: &SceneView, from: &[(u32, u32)], to: &[(u32, u32)]) -> Self {
        let mut share = Share::default();
        for (row, m) in from {
            for (column, n) in to {
                let set = scene.cells.get((row * scene.classes + column) as usize).and_then(|&set| scene.sets.get(usize::from(set)));
                let pairs = m * n;
                let status = set.map(|set| set.status);
                share.total += if status == Some(Status::LeftOut) { 0 } else { pairs };
                match status {
                    Some(Status::Allowed) => (share.passing, share.full) = (share.passing + pairs, share.full + pairs),
                    Some(Status::Partly) => share.passing += pairs,
                    Some(Status::CannotTell) => share.unsure += pairs,
                    Some(Status::Denied | Status::LeftOut) | None => (),
                }
            }
        }
        share
    }

    /// Whether it has an arrow: something passes, or may; or, where denied flows have arrows, nothing does.
    pub(super) fn is_seen(self, denied: bool) -> bool {
        match self.status() {
            Status::Denied => denied,
            status => status != Status::LeftOut,
        }
    }

    /// How many flows an arrow stands for.
    fn flows(self) -> u32 {
        match self.status() {
            Status::Denied => self.total,
            _ => self.passing.max(self.unsure),
        }
    }

    /// What an arrow says of it.
    pub(super) fn words(self) -> String {
        match self.status() {
            Status::Denied => format!("denied, {}", count(self.total as usize, "flow")),
            status => format!("{}, {} of {} flows", word(status), self.passing, self.total),
        }
    }

    /// How heavy an arrow is that stands for it.
    pub(super) fn weight(self) -> u8 {
        match self.flows() {
            0..=3 => 1,
            4..=30 => 2,
            _ => 3,
        }
    }

    pub(super) fn status(self) -> Status {
        match self {
            Share { total: 0, .. } => Status::LeftOut,
            Share { passing: 0, unsure: 0, .. } => Status::Denied,
            Share { passing: 0, .. } => Status::CannotTell,
            Share { full, total, .. } if full == total => Status::Allowed,
            _ => Status::Partly,
        }
    }
}

impl Picture {
    /// In an overview, what stays while a mark is looked at, and its own arrows.
    pub fn own_arrows(&self, scene: &SceneView, mark: usize) -> (Vec<bool>, Picture) {
        let mut near = vec![false; self.marks.len()];
        let mut found: Vec<(u32, Arrow)> = Vec::new();
        let (overview, own) = (self.overview.as_ref(), self.marks.get(mark));
        for (other, theirs) in self.marks.iter().enumerate() {
            let (Some(overview), Some(own)) = (overview, own) else { break };
            let of = |index: usize| overview.classes.get(index).map_or(&[][..], Vec::as_slice);
            let outside = |mark: &Mark| mark.sort == EndKind::Outside;
            if other == mark {
                near[other] = true;
            } else if !(outside(own) && outside(theirs)) {
                let (out, back) = (Share::between(scene, of(mark), of(other)), Share::between(scene, of(other), of(mark)));
                let arrows = own_pair((mark, own), out, (other, theirs), back, overview.denied);
                near[other] = !arrows.is_empty();
                found.extend(arrows);
            }
        }
        found.sort_by_key(|(flows, _)| std::cmp::Reverse(*flows));
        found.truncate(MOST_OWN);
        let arrows = found.into_iter().map(|(_, arrow)| arrow).collect();
        (near, Picture { arrows, lettering: 1.0, ..Picture::default() })
    }
}

/// The arrows between a mark that is looked at and another, each with how many flows it stands for: one with two heads where as many pass both ways.
fn own_pair(own: End<'_>, out: Share, theirs: End<'_>, back: Share, denied: bool) -> Vec<(u32, Arrow)> {
    let arrow = |from: End<'_>, to: End<'_>, share: Share, both: bool, aside: f64| {
        (share.flows(), Arrow { both, weight: share.weight(), ..arrow(from, to, share.status(), &share.words(), aside) })
    };
    match (out.is_seen(denied), back.is_seen(denied)) {
        (false, false) => Vec::new(),
        (true, false) => vec![arrow(own, theirs, out, false, 0.0)],
        (false, true) => vec![arrow(theirs, own, back, false, 0.0)],
        _ if out.status() == back.status() && out.passing == back.passing => vec![arrow(own, theirs, out, true, 0.0)],
        _ => vec![arrow(own, theirs, out, false, 5.0), arrow(theirs, own, back, false, 5.0)],
    }
}

/// A mark, with its index.
type End<'a> = (usize, &'a Mark);

/// A straight arrow, and what there is to say of it.
pub(super) fn arrow((from, sender): End<'_>, (to, receiver): End<'_>, status: Status, words: &str, aside: f64) -> Arrow {
    let key = |mark: &Mark| mark.end.map(|_| mark.key.clone());
    Arrow {
        key: format!("{} {}", sender.key, receiver.key),
        from,
        to,
        status,
        label: String::new(),
        ask: key(sender).zip(key(receiver)),
        traffic: None,
        both: false,
        quiet: false,
        flow: false,
        open: false,
        change: None,
        weight: 0,
        title: format!("{} to {}: {words}", sender.title, receiver.title),
        route: straight(&sender.rect, &receiver.rect, aside),
    }
}

/// The flow in question, unless both of its ends are in one closed card.
fn flow_arrow(picture: &Picture, options: &Options<'_>, [from, to]: [Option<usize>; 2]) -> Option<Arrow> {
    let (from, to) = from.zip(to).filter(|(from, to)| from != to)?;
    let (status, _) = options.verdict?;
    let mark = |index: usize| picture.marks.get(index).map(|mark| (index, mark));
    Some(Arrow { flow: true, ..arrow(mark(from)?, mark(to)?, status, word(status), 0.0) })
}

/// Straight from the edge of a card to that of another, so far to the left of the line between their middles.
pub(in crate::graph) fn straight(from: &Rect, to: &Rect, aside: f64) -> Route {
    let (a, b) = ((from.middle_x(), from.middle_y()), (to.middle_x(), to.middle_y()));
    let far = (b.0 - a.0).hypot(b.1 - a.1).max(1.0);
    let shift = ((b.1 - a.1) / far * aside, (a.0 - b.0) / far * aside);
    let (a, b) = ((a.0 + shift.0, a.1 + shift.1), (b.0 + shift.0, b.1 + shift.1));
    let corners = vec![border(from, a, b), border(to, b, a)];
    let label = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    Route { corners, label }
}

/// Where a line from a point within a card towards another leaves it.
fn border(rect: &Rect, (x, y): Point, to: Point) -> Point {
    let (dx, dy) = (to.0 - x, to.1 - y);
    let along = |d: f64, low: f64, high: f64| {
        if d > 0.0 {
            high / d
        } else if d < 0.0 {
            low / d
        } else {
            f64::INFINITY
        }
    };
    let far = along(dx, rect.x - 3.0 - x, rect.right() + 3.0 - x).min(along(dy, rect.y - 3.0 - y, rect.bottom() + 3.0 - y));
    (x + dx * far, y + dy * far)
}
