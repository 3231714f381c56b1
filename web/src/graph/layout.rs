//! Where everything stands: cards in lines by who sends to whom, in frames; frames likewise; outside ends before and behind them all.
//!
//! Lines go from top to bottom or from left to right, whichever of the two can be read better on the canvas. Each part does one step:
//! `rank` says which line a node stands in, `order` where in it, `place` at which distance; `sheet` puts them together, once for the cards of each
//! frame and once for the frames.
//!
//! Deterministic: the same input gives the same layout. Stable: with the [`Memory`] of the layout before, whatever is still there
//! keeps its place; what is new comes beside it.

mod order;
mod place;
mod rank;
mod sheet;

use self::rank::Edge;
use self::sheet::{Laid, Sheet};
use super::Rect;
use crate::vec_map::VecMap;

/// Most places that are remembered of what is not there.
const MOST_REMEMBERED: usize = 2000;
/// Between cards that stand in a row, and in a column: room for arrows.
const GAPS: (f64, f64) = (34.0, 32.0);
/// Between a line of cards and the next.
const LINE_GAP: f64 = 54.0;
/// What an arrow takes beside its label where it runs from line to line.
const HEAD_AND_TAIL: f64 = 30.0;
/// Inside a frame, at its sides and its foot.
const PADDING: f64 = 20.0;
/// Inside a frame, above its cards: its title.
const HEAD: f64 = 44.0;
/// Between frames.
const GUTTER: f64 = 48.0;
/// Between frames and what stands before or behind.
const SKY: f64 = 60.0;
/// Between pills.
const GAP_PILLS: f64 = 32.0;
/// Most cards in one line of a frame.
const MOST_IN_LINE: usize = 12;
/// How many lengths of lines are tried for frames.
const TRIES: usize = 12;
/// Below this, a picture is no larger than it can be shown.
const LARGE_ENOUGH: f64 = 0.85;
/// Shapes that are tried for frames of few cards, as parts of the canvas's.
const SHAPES: [f64; 4] = [1.0, 0.7, 1.4, 0.5];
/// How much worse one crossing makes a layout.
const CROSSING: f64 = 0.012;

/// How much worse a layout is in which senders and receivers share lines.
const FOLDED: f64 = 1.06;

/// Up to so many cards, labels can always be read.
const FEW_CARDS: usize = 31;
/// How much larger labels become, at most.
pub const LARGEST_LETTERS: f64 = 2.4;

/// Where a node belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In a frame.
    Frame(usize),
    /// Before all frames (above, or to the left): those who send from outside.
    Above,
    /// Behind all frames: those who only receive outside.
    Below,
}

impl Home {
    /// What a row outside all frames is called.
    fn key(self) -> String {
        if self == Home::Below { "below" } else { "above" }.into()
    }
}

/// Something to place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name, the same in every layout.
    pub key: String,
    /// Width and height.
    pub size: (f64, f64),
    /// Where it belongs.
    pub home: Home,
}

/// A frame around nodes.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its name, the same in every layout.
    pub key: String,
    /// Width that its title takes.
    pub title_width: f64,
}

/// What to lay out.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Frames, in order of appearance.
    pub frames: Vec<Frame>,
    /// Nodes, in order of appearance.
    pub nodes: Vec<Node>,
    /// Who sends to whom, as indices of nodes: senders go above receivers.
    pub edges: Vec<(usize, usize)>,
    /// How wide and high the largest label of an arrow is.
    pub label: (f64, f64),
    /// Whether it is for the canvas of a telephone.
    pub tall: bool,
}

impl Input {
    /// Width and height that there are on the canvas.
    fn canvas(&self) -> (f64, f64) {
        canvas(self.tall)
    }

    /// How long labels are along arrows from line to line.
    fn labels(&self, sideways: bool) -> f64 {
        if sideways { self.label.0 } else { self.label.1 }
    }

    /// Width by height that the picture should come near.
    fn aspect(&self) -> f64 {
        self.canvas().0 / self.canvas().1
    }
}

/// Width and height that a picture has on the page: of a window of 1440 by 900 pixels, or of a telephone.
fn canvas(tall: bool) -> (f64, f64) {
    if tall { (370.0, 320.0) } else { (625.0, 480.0) }
}

/// How much larger than usual labels have to be, so that they can be read where all of a picture of this size is seen; where there are
/// many cards, only as far as there is room for them; on a telephone, no larger than it needs where names can be read.
pub fn lettering(bounds: Rect, cards: usize, tall: bool) -> f64 {
    let canvas = canvas(tall);
    let small = (bounds.w / canvas.0).max(bounds.h / canvas.1) * 1.04;
    small.clamp(1.0, if cards <= FEW_CARDS && !tall { LARGEST_LETTERS } else { 1.5 })
}

/// Where everything stood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    frames: VecMap<String, Rect>,
    /// Whether lines went from left to right.
    pub sideways: bool,
    /// Cards relative to their frame, others absolute.
    nodes: VecMap<(String, String), Rect>,
}

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placement {
    /// Rectangles of the nodes, by index.
    pub nodes: Vec<Rect>,
    /// Rectangles of the frames, by index.
    pub frames: Vec<Rect>,
    /// All of it.
    pub bounds: Rect,
    /// For the next layout.
    pub memory: Memory,
}

/// Places everything.
pub fn layout(input: &Input, memory: &Memory) -> Placement {
    if is_known(input, memory) {
        return arranged(&in_their_rows(input, memory), memory, memory.sideways, input.aspect()).0;
    }
    // Frames wide and narrow, as they leave different room for each other.
    let shapes: &[f64] = if input.nodes.len() <= FEW_CARDS { &SHAPES } else { &SHAPES[..1] };
    let plans = [false, true].into_iter().flat_map(|sideways| shapes.iter().map(move |shape| (sideways, shape)));
    let tried = plans.map(|(sideways, shape)| arranged(input, memory, sideways, input.aspect() * shape));
    tried.reduce(|a, b| if b.1 < a.1 { b } else { a }).map(|found| found.0).unwrap_or_default()
}

/// Whether something of it was there before, to which the rest has to keep.
fn is_known(input: &Input, memory: &Memory) -> bool {
    let known = |node: &Node| row_before(memory, &node.key).is_some();
    input.frames.iter().any(|f| memory.frames.contains_key(&f.key)) || (input.frames.is_empty() && input.nodes.iter().any(known))
}

/// Before or behind all frames, wherever it stood.
fn row_before(memory: &Memory, node: &str) -> Option<Home> {
    [Home::Above, Home::Below].into_iter().find(|row| memory.nodes.contains_key(&(row.key(), node.to_owned())))
}

/// What stood before all frames or behind them stays there, whoever sends and receives now.
fn in_their_rows(input: &Input, memory: &Memory) -> Input {
    let mut input = input.clone();
    for node in input.nodes.iter_mut().filter(|node| !matches!(node.home, Home::Frame(_))) {
        node.home = row_before(memory, &node.key).unwrap_or(node.home);
    }
    input
}

/// Everything with lines in this direction, and how bad that is.
fn arranged(input: &Input, memory: &Memory, sideways: bool, aspect: f64) -> (Placement, f64) {
    let mut result = Placement { nodes: vec![Rect::default(); input.nodes.len()], ..Placement::default() };
    let mut sizes: Vec<(f64, f64)> = Vec::new();
    let mut crossings = 0;
    for (index, frame) in input.frames.iter().enumerate() {
        let members: Vec<usize> = (0..input.nodes.len()).filter(|&n| home(input, n) == Some(Home::Frame(index))).collect();
        let placed = place_cards(input, frame, &members, memory).unwrap_or_else(|| {
            let (placed, found) = fresh_cards(input, &members, sideways, aspect);
            crossings += found;
            placed
        });
        let right = placed.iter().map(|(_, r)| r.right()).fold(frame.title_width, f64::max);
        let bottom = placed.iter().map(|(_, r)| r.bottom()).fold(HEAD, f64::max);
        sizes.push((right + PADDING, bottom + PADDING));
        placed.into_iter().for_each(|(node, rect)| result.nodes[node] = rect);
    }
    match kept_frames(input, &sizes, memory) {
        Some(frames) => {
            result.frames = frames;
            inside_frames(input, &mut result);
            // What is before or behind is above or below in a picture that is turned.
            result.turn(sideways);
            place_pills(input, memory, sideways, &mut result);
            result.turn(sideways);
        }
        None => crossings += fresh_frames(input, &sizes, sideways, &mut result),
    }
    result.bounds = result.frames.iter().chain(&result.nodes).copied().reduce(|a, b| a.union(&b)).unwrap_or_default();
    result.memory = remember(input, &result, memory, sideways);
    let cost = cost(input, (result.bounds.w, result.bounds.h), crossings) * if sideways && !input.tall { 0.93 } else { 1.0 };
    (result, cost)
}

/// How small a picture of this size is shown, with so many crossings.
fn cost(input: &Input, (w, h): (f64, f64), crossings: usize) -> f64 {
    let canvas = input.canvas();
    let small = (w / canvas.0).max(h / canvas.1);
    small.max(LARGE_ENOUGH) * (1.0 + CROSSING * crossings as f64) + small * 0.05 + (w / canvas.0 + h / canvas.1) * 0.05
}

/// From places in their frames to places in the picture.
fn inside_frames(input: &Input, result: &mut Placement) {
    for (node, rect) in input.nodes.iter().zip(&mut result.nodes) {
        if let Home::Frame(index) = node.home {
            let frame = result.frames.get(index).copied().unwrap_or_default();
            *rect = Rect { x: frame.x + rect.x, y: frame.y + rect.y, ..*rect };
        }
    }
}

impl Placement {
    fn turn(&mut self, sideways: bool) {
        for rect in self.frames.iter_mut().chain(&mut self.nodes) {
            *rect = rect.turned_if(sideways);
        }
    }
}

fn home(input: &Input, node: usize) -> Option<Home> {
    input.nodes.get(node).map(|n| n.home)
}

fn size(input: &Input, node: usize) -> (f64, f64) {
    input.nodes.get(node).map_or((0.0, 0.0), |n| n.size)
}

fn frame_key(input: &Input, home: Home) -> String {
    match home {
        Home::Frame(index) => input.frames.get(index).map(|f| format!("/{}", f.key)).unwrap_or_default(),
        row => row.key(),
    }
}

fn remember(input: &Input, layout: &Placement, before: &Memory, sideways: bool) -> Memory {
    // What is gone for now comes back to its place: a document that is half written, a closed namespace.
    let mut memory = if before.nodes.len() <= MOST_REMEMBERED { before.clone() } else { Memory::default() };
    memory.sideways = sideways;
    for (frame, rect) in input.frames.iter().zip(&layout.frames) {
        memory.frames.insert(frame.key.clone(), *rect);
    }
    for (node, rect) in input.nodes.iter().zip(&layout.nodes) {
        let origin = match node.home {
            Home::Frame(index) => layout.frames.get(index).copied().unwrap_or_default(),
            _ => Rect::default(),
        };
        let relative = Rect { x: rect.x - origin.x, y: rect.y - origin.y, ..*rect };
        // Nothing stands in both rows.
        for row in [Home::Above, Home::Below] {
            memory.nodes.remove(&(row.key(), node.key.clone()));
        }
        memory.nodes.insert((frame_key(input, node.home), node.key.clone()), relative);
    }
    memory
}

// --- cards in a frame -----------------------------------------------------------------------------

/// Cards relative to their frame, if one of them was there before: those stay; new ones come at the end.
fn place_cards(input: &Input, frame: &Frame, members: &[usize], memory: &Memory) -> Option<Vec<(usize, Rect)>> {
    let key = format!("/{}", frame.key);
    let before = |node: usize| memory.nodes.get(&(key.clone(), input.nodes.get(node)?.key.clone())).copied();
    let (old, new): (Vec<usize>, Vec<usize>) = members.iter().partition(|&&n| before(n).is_some());
    if old.is_empty() {
        return None;
    }
    let mut placed: Vec<(usize, Rect)> = Vec::new();
    let mut late = new;
    for node in old {
        let (w, h) = size(input, node);
        let rect = before(node).map(|r| Rect { w, h, ..r }).unwrap_or_default();
        // A card that grew into its neighbour has to move.
        if placed.iter().any(|(_, other)| other.overlaps(&rect, 8.0)) { late.push(node) } else { placed.push((node, rect)) }
    }
    // A frame grows to the right only where nothing stands there.
    let own = memory.frames.get(&frame.key).copied().unwrap_or_default();
    let reach = Rect { w: own.w + 400.0, ..own };
    let stands_there =
        |f: &Frame| f.key != frame.key && memory.frames.get(&f.key).is_some_and(|r| r.overlaps(&reach, 0.0) && r.x >= own.right());
    let widest = if input.frames.iter().any(stands_there) { 0.0 } else { 360.0 };
    for node in late {
        let (w, h) = size(input, node);
        let rect = free_place(&placed, w, h, widest);
        placed.push((node, rect));
    }
    Some(placed)
}

/// Behind the last card of the lowest row if the frame need not grow for it, else in a new row.
fn free_place(placed: &[(usize, Rect)], w: f64, h: f64, widest: f64) -> Rect {
    let (left, top) = (PADDING, HEAD);
    let width = placed.iter().map(|(_, r)| r.right()).fold(widest, f64::max);
    let row = placed.iter().map(|(_, r)| r.y).fold(top, f64::max);
    let right = placed.iter().filter(|(_, r)| r.bottom() > row).map(|(_, r)| r.right()).fold(f64::MIN, f64::max);
    let candidate = Rect { x: if right > left { right + GAPS.0 } else { left }, y: row, w, h };
    if candidate.right() <= width && !placed.iter().any(|(_, r)| r.overlaps(&candidate, 8.0)) {
        return candidate;
    }
    let bottom = placed.iter().map(|(_, r)| r.bottom()).fold(top, f64::max);
    Rect { x: left, y: bottom + LINE_GAP, w, h }
}

/// Cards in lines, which are as long as makes the frame's shape pleasant. Also how many edges cross.
fn fresh_cards(input: &Input, members: &[usize], sideways: bool, aspect: f64) -> (Vec<(usize, Rect)>, usize) {
    let mut number = vec![usize::MAX; input.nodes.len()];
    members.iter().enumerate().for_each(|(i, &node)| number[node] = i);
    let own = |&(a, b): &(usize, usize)| Some((*number.get(a)?, *number.get(b)?)).filter(|(a, b)| a != b && *a.max(b) < usize::MAX);
    let edges: Vec<Edge> = input.edges.iter().filter_map(own).map(|(from, to)| Edge { from, to, offsets: (0.0, 0.0) }).collect();
    let upright = |(w, h): (f64, f64)| if sideways { (h, w) } else { (w, h) };
    let (gap, block) = if sideways { (GAPS.1, (GAPS.1, GAPS.0, 1.0 / aspect)) } else { (GAPS.0, (GAPS.0, GAPS.1, aspect)) };
    let between = (input.labels(sideways) + HEAD_AND_TAIL).max(LINE_GAP).ceil();
    let sheet = Sheet {
        sizes: members.iter().map(|&n| upright(size(input, n))).collect(),
        edges,
        gap,
        level: (input.labels(!sideways) + HEAD_AND_TAIL + 10.0).ceil(),
        between,
        block: Some(block),
        ..Sheet::default()
    };
    let widest = sheet.sizes.iter().map(|s| s.0).fold(0.0, f64::max);
    let mean = sheet.sizes.iter().map(|s| s.0 + gap).sum::<f64>() / members.len().max(1) as f64;
    let limits = (1..=members.len().clamp(1, MOST_IN_LINE)).map(|many| (mean * many as f64).max(widest));
    let shape = |laid: &Laid| {
        let (w, h) = upright(laid.size);
        let (w, h) = (w + 2.0 * PADDING, h + HEAD + PADDING);
        ((w / aspect).max(h) + (w + h) * 0.05) * (1.0 + CROSSING * laid.crossings as f64)
    };
    let laid = best(limits, |limit, folded| sheet.laid(limit, folded), shape);
    let place = |(&node, rect): (&usize, &Rect)| {
        let rect = rect.turned_if(sideways);
        (node, Rect { x: rect.x + PADDING, y: rect.y + HEAD, ..rect })
    };
    (members.iter().zip(&laid.rects).map(place).collect(), laid.crossings)
}

/// The best of what is made with each of these limits, folded or not; the first of equal ones.
fn best(limits: impl Iterator<Item = f64>, make: impl Fn(f64, bool) -> Laid, cost: impl Fn(&Laid) -> f64) -> Laid {
    let tried = limits.flat_map(|limit| [(limit, false), (limit, true)]).map(|(limit, folded)| {
        let laid = make(limit, folded);
        (cost(&laid) * if folded { FOLDED } else { 1.0 }, laid)
    });
    tried.reduce(|a, b| if b.0 < a.0 - 1e-6 { b } else { a }).map(|found| found.1).unwrap_or_default()
}

// --- frames ---------------------------------------------------------------------------------------

/// Frames where they were, but pushed away by those that have grown; new ones beside them. Nothing if none was there.
fn kept_frames(input: &Input, sizes: &[(f64, f64)], memory: &Memory) -> Option<Vec<Rect>> {
    let kept: Vec<Option<Rect>> =
        input.frames.iter().zip(sizes).map(|(frame, &(w, h))| memory.frames.get(&frame.key).map(|r| Rect { w, h, ..*r })).collect();
    let mut kept = kept;
    if !is_known(input, memory) {
        return None;
    }
    push_apart(&mut kept);
    let mut placed: Vec<Rect> = kept.iter().flatten().copied().collect();
    // New frames come to the right of the lowest shelf, or below.
    let place = |(kept, &(w, h)): (Option<Rect>, &(f64, f64))| {
        kept.unwrap_or_else(|| {
            let rect = beside(&placed, w, h, input.aspect());
            placed.push(rect);
            rect
        })
    };
    Some(kept.into_iter().zip(sizes).map(place).collect())
}

/// Moves what others have grown into to the right or down, whichever is nearer, until nothing overlaps.
fn push_apart(frames: &mut [Option<Rect>]) {
    for _ in 0..frames.len() * frames.len() {
        let pairs = (0..frames.len()).flat_map(|i| (0..frames.len()).map(move |j| (i, j)));
        let mut overlapping = pairs.filter_map(|(i, j)| {
            let (a, b) = (frames[i]?, frames[j]?);
            let behind = (b.x + b.y, j) > (a.x + a.y, i);
            (i != j && behind && a.overlaps(&b, 16.0)).then_some((j, a.right() + GUTTER - b.x, a.bottom() + GUTTER - b.y))
        });
        let Some((moved, right, down)) = overlapping.next() else { break };
        drop(overlapping);
        if let Some(Some(rect)) = frames.get_mut(moved) {
            if right < down { rect.x += right } else { rect.y += down }
        }
    }
}

fn beside(placed: &[Rect], w: f64, h: f64, aspect: f64) -> Rect {
    let bounds = placed.iter().copied().reduce(|a, b| a.union(&b)).unwrap_or_default();
    let shelf = placed.iter().map(|r| r.y).fold(f64::MIN, f64::max);
    let right = placed.iter().filter(|r| r.bottom() > shelf).map(Rect::right).fold(bounds.x, f64::max);
    let candidate = Rect { x: right + GUTTER, y: shelf, w, h };
    let grown = candidate.union(&bounds);
    let below = Rect { x: bounds.x, y: bounds.bottom() + GUTTER, w, h };
    let wide = (grown.w / aspect).max(grown.h) <= (below.union(&bounds).w / aspect).max(below.union(&bounds).h);
    if wide && !placed.iter().any(|r| r.overlaps(&candidate, 16.0)) { candidate } else { below }
}

/// Frames in lines, by what their cards send each other, with those outside before and behind them. Returns how many edges cross.
fn fresh_frames(input: &Input, sizes: &[(f64, f64)], sideways: bool, result: &mut Placement) -> usize {
    let outside: Vec<usize> = (0..input.nodes.len()).filter(|&n| !matches!(home(input, n), Some(Home::Frame(_)))).collect();
    let pill = |node: usize| outside.iter().position(|&n| n == node).map(|at| sizes.len() + at);
    let upright = |(w, h): (f64, f64)| if sideways { (h, w) } else { (w, h) };
    let row = |of: Home| outside.iter().filter(|&&n| home(input, n) == Some(of)).filter_map(|&n| pill(n)).collect();
    let sheet = Sheet {
        sizes: sizes.iter().copied().chain(outside.iter().map(|&n| size(input, n))).map(upright).collect(),
        edges: frame_edges(input, sizes, sideways, result, pill),
        edge_lines: [row(Home::Above), row(Home::Below)],
        gap: GUTTER,
        level: (input.labels(!sideways) + HEAD_AND_TAIL + 10.0).ceil(),
        between: (input.labels(sideways) + HEAD_AND_TAIL).max(SKY).ceil(),
        block: None,
    };
    let widest = sheet.sizes.iter().map(|s| s.0).fold(0.0, f64::max);
    let whole: f64 = sheet.sizes.iter().map(|s| s.0 + GUTTER).sum();
    let limits = (0..TRIES).map(|step| widest + (whole - widest).max(0.0) * step as f64 / (TRIES - 1) as f64);
    let laid = best(limits, |limit, folded| sheet.laid(limit, folded), |laid| cost(input, upright(laid.size), laid.crossings));
    let mut rects = laid.rects.iter().map(|r| r.turned_if(sideways));
    result.frames = rects.by_ref().take(sizes.len()).collect();
    inside_frames(input, result);
    outside.iter().zip(rects).for_each(|(&node, rect)| result.nodes[node] = rect);
    laid.crossings
}

/// Edges between frames and what is outside: one for all edges of cards that have the same two ends, from where those are on average.
fn frame_edges(
    input: &Input,
    sizes: &[(f64, f64)],
    sideways: bool,
    result: &Placement,
    pill: impl Fn(usize) -> Option<usize>,
) -> Vec<Edge> {
    let end = |node: usize| match home(input, node)? {
        Home::Frame(frame) => {
            let (rect, (w, h)) = (result.nodes.get(node)?, sizes.get(frame)?);
            Some((frame, if sideways { rect.middle_y() - h / 2.0 } else { rect.middle_x() - w / 2.0 }))
        }
        _ => Some((pill(node)?, 0.0)),
    };
    let mut found: VecMap<(usize, usize), (f64, f64, f64)> = VecMap::default();
    for &(a, b) in &input.edges {
        if let (Some((from, at)), Some((to, end))) = (end(a), end(b))
            && from != to
        {
            let sum = found.or_insert_with((from, to), Default::default);
            *sum = (sum.0 + 1.0, sum.1 + at, sum.2 + end);
        }
    }
    // The direction of most of them counts.
    let outweighed = |&(from, to): &(usize, usize), many: f64| found.get(&(to, from)).is_some_and(|back| back.0 > many);
    let kept = found.iter().filter(|(ends, sum)| !outweighed(ends, sum.0));
    kept.map(|(&(from, to), &(many, at, end))| Edge { from, to, offsets: (at / many, end / many) }).collect()
}

// --- before and behind ----------------------------------------------------------------------------

/// Pills stay where they were, clear of the frames, which may have grown; new ones come near those they talk to, in a row before or behind all
/// frames.
fn place_pills(input: &Input, memory: &Memory, sideways: bool, result: &mut Placement) {
    let bounds = result.frames.iter().copied().reduce(|a, b| a.union(&b)).unwrap_or_default();
    for row in [Home::Above, Home::Below] {
        let key = frame_key(input, row);
        let mut placed: Vec<Rect> = Vec::new();
        let mut late = Vec::new();
        for (node, wanted) in input.nodes.iter().enumerate().filter(|(_, n)| n.home == row) {
            let of = Rect { w: wanted.size.0, h: wanted.size.1, ..Rect::default() }.turned_if(sideways);
            let kept =
                memory.nodes.get(&(key.clone(), wanted.key.clone())).map(|r| r.turned_if(sideways)).map(|r| Rect { w: of.w, h: of.h, ..r });
            match kept.filter(|r| !placed.iter().any(|p| p.overlaps(r, 8.0)) && !result.frames.iter().any(|f| f.overlaps(r, 16.0))) {
                Some(rect) => {
                    placed.push(rect);
                    result.nodes[node] = rect;
                }
                None => late.push((node, of)),
            }
        }
        for (node, of) in late {
            let y = if row == Home::Above { bounds.y - SKY - of.h } else { bounds.bottom() + SKY };
            let middle = middle_of_peers(input, result, node).unwrap_or(bounds.middle_x());
            let x = (middle - of.w / 2.0).min(bounds.right() - of.w).max(bounds.x).round();
            let mut rect = Rect { x, y, ..of };
            while let Some(other) = placed.iter().find(|p| p.overlaps(&rect, 8.0)) {
                rect.x = other.right() + GAP_PILLS;
            }
            placed.push(rect);
            result.nodes[node] = rect;
        }
    }
}

/// The middle of the nodes that this one talks to.
fn middle_of_peers(input: &Input, result: &Placement, node: usize) -> Option<f64> {
    let peer = |&(a, b): &(usize, usize)| if a == node { Some(b) } else { (b == node).then_some(a) };
    let others: Vec<f64> = input.edges.iter().filter_map(peer).filter_map(|other| result.nodes.get(other).map(Rect::middle_x)).collect();
    (!others.is_empty()).then(|| others.iter().sum::<f64>() / others.len() as f64)
}

#[cfg(test)]
mod tests;
