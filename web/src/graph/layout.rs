//! Where everything stands: cards packed into frames, frames packed onto shelves, outside ends above and below.
//!
//! Deterministic: the same input gives the same layout. Stable: with the [`Memory`] of the layout before, whatever is still there
//! keeps its place; what is new comes beside it.

use std::collections::BTreeMap;

use super::Rect;

/// Most places that are remembered of what is not there.
const MOST_REMEMBERED: usize = 2000;
/// Between cards, from left to right: room for a port number on an arrow.
const GAP_X: f64 = 68.0;
/// Between cards, from top to bottom.
const GAP_Y: f64 = 60.0;
/// Inside a frame, at its sides and its foot.
const PADDING: f64 = 24.0;
/// Inside a frame, above its cards: its title.
const HEAD: f64 = 44.0;
/// Between frames.
const GUTTER: f64 = 56.0;
/// Between frames and what stands above or below.
const SKY: f64 = 72.0;
/// Between pills.
const GAP_PILLS: f64 = 32.0;
/// Most cards in one row of a frame.
const MOST_COLUMNS: usize = 12;

/// Where a node belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In a frame.
    Frame(usize),
    /// Above all frames: those who send from outside.
    Above,
    /// Below all frames: those who only receive outside.
    Below,
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
    /// Whether the picture should be taller than wide.
    pub tall: bool,
}

impl Input {
    /// Width by height that the picture should come near.
    fn aspect(&self) -> f64 {
        if self.tall { 0.8 } else { 1.3 }
    }
}

/// Where everything stood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    frames: BTreeMap<String, Rect>,
    /// Cards relative to their frame, others absolute.
    nodes: BTreeMap<(String, String), Rect>,
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
    let mut result = Placement { nodes: vec![Rect::default(); input.nodes.len()], frames: Vec::new(), ..Placement::default() };
    let mut inner: Vec<Vec<(usize, Rect)>> = Vec::new();
    let mut sizes: Vec<(f64, f64)> = Vec::new();
    for (index, frame) in input.frames.iter().enumerate() {
        let members: Vec<usize> = (0..input.nodes.len()).filter(|&n| home(input, n) == Some(Home::Frame(index))).collect();
        let placed = place_cards(input, frame, &members, memory);
        let right = placed.iter().map(|(_, r)| r.right()).fold(frame.title_width, f64::max);
        let bottom = placed.iter().map(|(_, r)| r.bottom()).fold(HEAD, f64::max);
        sizes.push((right + PADDING, bottom + PADDING));
        inner.push(placed);
    }
    result.frames = place_frames(input, &sizes, memory);
    for (frame, placed) in result.frames.iter().zip(&inner) {
        for (node, rect) in placed {
            if let Some(slot) = result.nodes.get_mut(*node) {
                *slot = Rect { x: frame.x + rect.x, y: frame.y + rect.y, ..*rect };
            }
        }
    }
    place_pills(input, memory, &mut result);
    result.bounds = result.frames.iter().chain(&result.nodes).copied().reduce(|a, b| a.union(&b)).unwrap_or_default();
    result.memory = remember(input, &result, memory);
    result
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
        Home::Above => "above".into(),
        Home::Below => "below".into(),
    }
}

fn remember(input: &Input, layout: &Placement, before: &Memory) -> Memory {
    // What is gone for now comes back to its place: a document that is half written, a closed namespace.
    let mut memory = if before.nodes.len() <= MOST_REMEMBERED { before.clone() } else { Memory::default() };
    for (frame, rect) in input.frames.iter().zip(&layout.frames) {
        memory.frames.insert(frame.key.clone(), *rect);
    }
    for (node, rect) in input.nodes.iter().zip(&layout.nodes) {
        let origin = match node.home {
            Home::Frame(index) => layout.frames.get(index).copied().unwrap_or_default(),
            _ => Rect::default(),
        };
        let relative = Rect { x: rect.x - origin.x, y: rect.y - origin.y, ..*rect };
        memory.nodes.insert((frame_key(input, node.home), node.key.clone()), relative);
    }
    memory
}

// --- cards in a frame -----------------------------------------------------------------------------

/// Cards relative to their frame. Those that were there before stay; new ones come at the end.
fn place_cards(input: &Input, frame: &Frame, members: &[usize], memory: &Memory) -> Vec<(usize, Rect)> {
    let key = format!("/{}", frame.key);
    let before = |node: usize| memory.nodes.get(&(key.clone(), input.nodes.get(node)?.key.clone())).copied();
    let (old, new): (Vec<usize>, Vec<usize>) = members.iter().partition(|&&n| before(n).is_some());
    if old.is_empty() {
        return arrange(input, members);
    }
    let mut placed: Vec<(usize, Rect)> = Vec::new();
    let mut late = new;
    for node in old {
        let (w, h) = size(input, node);
        let rect = before(node).map(|r| Rect { w, h, ..r }).unwrap_or_default();
        // A card that grew into its neighbour has to move.
        if placed.iter().any(|(_, other)| other.overlaps(&rect, 8.0)) { late.push(node) } else { placed.push((node, rect)) }
    }
    for node in late {
        let (w, h) = size(input, node);
        let rect = free_place(&placed, w, h, PADDING, HEAD);
        placed.push((node, rect));
    }
    placed
}

/// Behind the last card of the lowest row if the frame need not grow for it, else in a new row.
fn free_place(placed: &[(usize, Rect)], w: f64, h: f64, left: f64, top: f64) -> Rect {
    let width = placed.iter().map(|(_, r)| r.right()).fold(0.0, f64::max).max(360.0);
    let row = placed.iter().map(|(_, r)| r.y).fold(top, f64::max);
    let right = placed.iter().filter(|(_, r)| r.bottom() > row).map(|(_, r)| r.right()).fold(f64::MIN, f64::max);
    let candidate = Rect { x: if right > left { right + GAP_X } else { left }, y: row, w, h };
    if candidate.right() <= width && !placed.iter().any(|(_, r)| r.overlaps(&candidate, 8.0)) {
        return candidate;
    }
    let bottom = placed.iter().map(|(_, r)| r.bottom()).fold(top, f64::max);
    Rect { x: left, y: bottom + GAP_Y, w, h }
}

/// Cards in rows: senders above receivers, rows as long as makes the frame's shape pleasant, each row centred.
fn arrange(input: &Input, members: &[usize]) -> Vec<(usize, Rect)> {
    let edges: Vec<(usize, usize)> = input
        .edges
        .iter()
        .filter_map(|(a, b)| Some((members.iter().position(|m| m == a)?, members.iter().position(|m| m == b)?)))
        .filter(|(a, b)| a != b)
        .collect();
    let ranks = ranks(members.len(), &edges);
    let ordered = order(&ranks, &edges);
    let mut best: Option<(f64, Vec<Vec<usize>>)> = None;
    for columns in 1..=members.len().clamp(1, MOST_COLUMNS) {
        let by_rank: Vec<Vec<usize>> = ordered.iter().flat_map(|row| row.chunks(columns).map(<[usize]>::to_vec)).collect();
        let flat: Vec<usize> = ordered.concat();
        let filled: Vec<Vec<usize>> = flat.chunks(columns).map(<[usize]>::to_vec).collect();
        // Rows that mix senders and receivers are harder to read.
        for (rows, penalty) in [(by_rank, 1.0), (filled, 1.06)] {
            let (w, h) = extent(input, members, &rows);
            let cost = (w / input.aspect()).max(h) * penalty + (w + h) * 0.05;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, rows));
            }
        }
    }
    let Some((_, rows)) = best else { return Vec::new() };
    let (width, _) = extent(input, members, &rows);
    let mut placed = Vec::new();
    let mut y = HEAD;
    for row in &rows {
        let row_width = row_width(input, members, row);
        let height = row.iter().map(|&i| card(input, members, i).1).fold(0.0, f64::max);
        let mut x = PADDING + ((width - row_width) / 2.0).floor();
        for &i in row {
            let (w, h) = card(input, members, i);
            if let Some(&node) = members.get(i) {
                placed.push((node, Rect { x, y, w, h }));
            }
            x += w + GAP_X;
        }
        y += height + GAP_Y;
    }
    placed
}

fn card(input: &Input, members: &[usize], index: usize) -> (f64, f64) {
    members.get(index).map_or((0.0, 0.0), |&node| size(input, node))
}

fn row_width(input: &Input, members: &[usize], row: &[usize]) -> f64 {
    row.iter().map(|&i| card(input, members, i).0 + GAP_X).sum::<f64>() - GAP_X
}

fn extent(input: &Input, members: &[usize], rows: &[Vec<usize>]) -> (f64, f64) {
    let width = rows.iter().map(|row| row_width(input, members, row)).fold(0.0, f64::max);
    let height = rows.iter().map(|row| row.iter().map(|&i| card(input, members, i).1).fold(0.0, f64::max) + GAP_Y).sum::<f64>() - GAP_Y;
    (width, height.max(0.0))
}

/// How many senders stand before each node, on the longest way; edges that close a circle do not count.
fn ranks(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(a, b) in edges {
        if let Some(list) = after.get_mut(a)
            && !edges.contains(&(b, a))
        {
            list.push(b);
        }
    }
    // Depth first, with a list of its own instead of recursion: order in which nodes are done, without edges that go back.
    let mut done: Vec<usize> = Vec::new();
    let mut state = vec![0u8; count];
    let mut forward: Vec<(usize, usize)> = Vec::new();
    for root in 0..count {
        let mut stack = vec![(root, 0usize)];
        while let Some((node, next)) = stack.pop() {
            if next == 0 {
                if state.get(node) != Some(&0) {
                    continue;
                }
                if let Some(s) = state.get_mut(node) {
                    *s = 1;
                }
            }
            match after.get(node).and_then(|list| list.get(next)) {
                Some(&child) => {
                    stack.push((node, next + 1));
                    if state.get(child) != Some(&1) {
                        forward.push((node, child));
                        stack.push((child, 0));
                    }
                }
                None => {
                    if let Some(s) = state.get_mut(node) {
                        *s = 2;
                    }
                    done.push(node);
                }
            }
        }
    }
    let mut ranks = vec![0; count];
    for &node in done.iter().rev() {
        let own = ranks.get(node).copied().unwrap_or(0);
        for &(_, child) in forward.iter().filter(|(a, _)| *a == node) {
            if let Some(rank) = ranks.get_mut(child) {
                *rank = (*rank).max(own + 1);
            }
        }
    }
    ranks
}

/// Nodes by rank, each near the middle of those it is connected with, to save crossings.
fn order(ranks: &[usize], edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let last = ranks.iter().copied().max().unwrap_or(0);
    let mut rows: Vec<Vec<usize>> = (0..=last).map(|rank| (0..ranks.len()).filter(|&n| ranks.get(n) == Some(&rank)).collect()).collect();
    for sweep in 0..4 {
        let mut position = vec![0.5; ranks.len()];
        for row in &rows {
            for (i, &node) in row.iter().enumerate() {
                if let Some(p) = position.get_mut(node) {
                    *p = (i as f64 + 0.5) / row.len() as f64;
                }
            }
        }
        let centre = |node: usize| {
            let others: Vec<f64> = edges
                .iter()
                .filter_map(|&(a, b)| match (sweep % 2 == 0, a == node, b == node) {
                    (true, _, true) => position.get(a).copied(),
                    (false, true, _) => position.get(b).copied(),
                    _ => None,
                })
                .collect();
            if others.is_empty() { position.get(node).copied().unwrap_or(0.5) } else { others.iter().sum::<f64>() / others.len() as f64 }
        };
        for row in &mut rows {
            row.sort_by(|&a, &b| centre(a).total_cmp(&centre(b)).then(a.cmp(&b)));
        }
    }
    rows.retain(|row| !row.is_empty());
    rows
}

// --- frames ---------------------------------------------------------------------------------------

fn place_frames(input: &Input, sizes: &[(f64, f64)], memory: &Memory) -> Vec<Rect> {
    let kept: Vec<Option<Rect>> =
        input.frames.iter().zip(sizes).map(|(frame, &(w, h))| memory.frames.get(&frame.key).map(|r| Rect { w, h, ..*r })).collect();
    let old: Vec<Rect> = kept.iter().flatten().copied().collect();
    let collide = old.iter().enumerate().any(|(i, a)| old.iter().skip(i + 1).any(|b| a.overlaps(b, 16.0)));
    if old.is_empty() || collide {
        return pack(input, sizes);
    }
    // New frames come to the right of the lowest shelf, or below.
    let mut placed: Vec<Rect> = old.clone();
    kept.into_iter()
        .zip(sizes)
        .map(|(kept, &(w, h))| {
            kept.unwrap_or_else(|| {
                let rect = beside(&placed, w, h, input.aspect());
                placed.push(rect);
                rect
            })
        })
        .collect()
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

/// Shelf packing: frames that talk to each other come one after the other, shelves as wide as makes the picture's shape pleasant.
fn pack(input: &Input, sizes: &[(f64, f64)]) -> Vec<Rect> {
    let order = frame_order(input);
    let widest = sizes.iter().map(|s| s.0).fold(0.0, f64::max);
    let whole: f64 = sizes.iter().map(|s| s.0 + GUTTER).sum();
    let mut best: Option<(f64, Vec<Rect>)> = None;
    for step in 0..24 {
        let limit = widest + (whole - widest).max(0.0) * f64::from(step) / 23.0;
        let mut rects = vec![Rect::default(); sizes.len()];
        let (mut x, mut y, mut shelf) = (0.0, 0.0, 0.0);
        for &frame in &order {
            let (w, h) = sizes.get(frame).copied().unwrap_or_default();
            if x > 0.0 && x + w > limit {
                y += shelf + GUTTER;
                (x, shelf) = (0.0, 0.0);
            }
            if let Some(rect) = rects.get_mut(frame) {
                *rect = Rect { x, y, w, h };
            }
            x += w + GUTTER;
            shelf = f64::max(shelf, h);
        }
        let bounds = rects.iter().copied().reduce(|a, b| a.union(&b)).unwrap_or_default();
        let cost = (bounds.w / input.aspect()).max(bounds.h) + (bounds.w + bounds.h) * 0.02;
        if best.as_ref().is_none_or(|(least, _)| cost < *least - 0.5) {
            best = Some((cost, rects));
        }
    }
    best.map(|(_, rects)| rects).unwrap_or_default()
}

/// The frame with most nodes, then always the one with most edges to those that have their place.
fn frame_order(input: &Input) -> Vec<usize> {
    let count = input.frames.len();
    let mut weight: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for &(a, b) in &input.edges {
        if let (Some(Home::Frame(a)), Some(Home::Frame(b))) = (home(input, a), home(input, b))
            && a != b
        {
            *weight.entry((a, b)).or_default() += 1;
            *weight.entry((b, a)).or_default() += 1;
        }
    }
    let mut order: Vec<usize> = Vec::new();
    let mut pull = vec![0u32; count];
    let members = |frame: usize| input.nodes.iter().filter(|n| n.home == Home::Frame(frame)).count();
    while order.len() < count {
        let next = (0..count).filter(|f| !order.contains(f)).max_by_key(|&f| (pull.get(f).copied(), members(f), std::cmp::Reverse(f)));
        let Some(next) = next else { break };
        order.push(next);
        for (&(_, other), &w) in weight.range((next, 0)..=(next, count)) {
            if let Some(p) = pull.get_mut(other) {
                *p += w;
            }
        }
    }
    order
}

// --- above and below ------------------------------------------------------------------------------

fn place_pills(input: &Input, memory: &Memory, result: &mut Placement) {
    for row_home in [Home::Above, Home::Below] {
        let row: Vec<usize> = (0..input.nodes.len()).filter(|&n| home(input, n) == Some(row_home)).collect();
        let key = frame_key(input, row_home);
        let before: Vec<Option<Rect>> =
            row.iter().map(|&node| memory.nodes.get(&(key.clone(), input.nodes.get(node)?.key.clone())).copied()).collect();
        let above = row_home == Home::Above;
        let placed = if before.iter().any(Option::is_some) {
            keep_pills(input, result, &row, &before, above)
        } else {
            fresh_pills(input, result, &row, above)
        };
        for (node, rect) in placed {
            if let Some(slot) = result.nodes.get_mut(node) {
                *slot = rect;
            }
        }
    }
}

/// The rectangle around all frames.
fn frame_bounds(result: &Placement) -> Rect {
    result.frames.iter().copied().reduce(|a, b| a.union(&b)).unwrap_or_default()
}

/// Pills stay where they were; new ones come at the end of the row.
fn keep_pills(input: &Input, result: &Placement, row: &[usize], before: &[Option<Rect>], above: bool) -> Vec<(usize, Rect)> {
    let bounds = frame_bounds(result);
    let mut placed: Vec<(usize, Rect)> = Vec::new();
    // INVARIANT: what is kept stays clear of the frames, which may have grown.
    for (&node, before) in row.iter().zip(before) {
        let (w, h) = size(input, node);
        let kept = before.map(|r| Rect { w, h, ..r }).filter(|r| {
            !placed.iter().any(|(_, other)| other.overlaps(r, 8.0)) && !result.frames.iter().any(|frame| frame.overlaps(r, 16.0))
        });
        let right = placed.iter().map(|(_, r)| r.right() + GAP_PILLS).fold(bounds.x, f64::max);
        let y = if above { bounds.y - SKY - h } else { bounds.bottom() + SKY };
        placed.push((node, kept.unwrap_or(Rect { x: right, y, w, h })));
    }
    placed
}

/// The middle of the nodes that this one talks to.
fn middle_of_peers(input: &Input, result: &Placement, node: usize) -> Option<f64> {
    let peer = |&(a, b): &(usize, usize)| if a == node { Some(b) } else { (b == node).then_some(a) };
    let others: Vec<f64> = input.edges.iter().filter_map(peer).filter_map(|other| result.nodes.get(other).map(Rect::middle_x)).collect();
    (!others.is_empty()).then(|| others.iter().sum::<f64>() / others.len() as f64)
}

/// Pills in one line or several, each above (or below) the middle of those it talks to, as far as there is room.
fn fresh_pills(input: &Input, result: &Placement, row: &[usize], above: bool) -> Vec<(usize, Rect)> {
    let bounds = frame_bounds(result);
    let wish = |&node: &usize| (node, middle_of_peers(input, result, node).unwrap_or(bounds.middle_x()));
    let mut sorted: Vec<(usize, f64)> = row.iter().map(wish).collect();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut placed = Vec::new();
    let mut y = if above { bounds.y - SKY } else { bounds.bottom() + SKY };
    for (line, width) in pill_lines(input, sorted, bounds.w.max(640.0)) {
        let height = line.iter().map(|&(n, _)| size(input, n).1).fold(0.0, f64::max);
        let top = if above { y - height } else { y };
        place_line(input, &bounds, &line, width, top, &mut placed);
        y = if above { top - 24.0 } else { top + height + 24.0 };
    }
    placed
}

/// A line of pills with where the middle of each should be, and how wide it is with its gaps.
type PillLine = (Vec<(usize, f64)>, f64);

/// As many pills on each line as fit into `limit`.
fn pill_lines(input: &Input, sorted: Vec<(usize, f64)>, limit: f64) -> Vec<PillLine> {
    let mut lines: Vec<PillLine> = Vec::new();
    for (node, at) in sorted {
        let w = size(input, node).0;
        match lines.last_mut() {
            Some((line, width)) if *width + w <= limit => {
                line.push((node, at));
                *width += w + GAP_PILLS;
            }
            _ => lines.push((vec![(node, at)], w + GAP_PILLS)),
        }
    }
    lines
}

/// Places one line, no farther to either side than the frames, if that can be.
fn place_line(input: &Input, bounds: &Rect, line: &[(usize, f64)], width: f64, top: f64, placed: &mut Vec<(usize, Rect)>) {
    let first = line.first().map_or(0.0, |&(node, at)| at - size(input, node).0 / 2.0);
    let most = bounds.x + (bounds.w - width + GAP_PILLS).max(0.0);
    let mut x = if line.len() == 1 { first.clamp(bounds.x, most.max(bounds.x)) } else { first.min(most).max(bounds.x) };
    let mut rest = width;
    for &(node, at) in line {
        let (w, h) = size(input, node);
        rest -= w + GAP_PILLS;
        let latest = (bounds.right() - rest - w).max(x);
        x = (at - w / 2.0).clamp(x, latest).floor();
        placed.push((node, Rect { x, y: top, w, h }));
        x += w + GAP_PILLS;
    }
}

#[cfg(test)]
mod tests;
