//! Nodes in lines, one below the other: everything about them put together.

use super::order::Lines;
use super::place::middles;
use super::rank::{Edge, lines};
use crate::graph::Rect;

/// With more edges than this, less is tried to save crossings.
const MANY_EDGES: usize = 160;
/// Fewer than this that nothing joins stand in lines, where there is room.
const LONE: usize = 3;

/// What is to be put in lines. Widths are along the lines, heights across.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) sizes: Vec<(f64, f64)>,
    pub(super) edges: Vec<Edge>,
    /// Nodes that stand before and behind all others, in lines of their own.
    pub(super) edge_lines: [Vec<usize>; 2],
    /// Between neighbours of a line.
    pub(super) gap: f64,
    /// Between neighbours of a line one of which sends to the other.
    pub(super) level: f64,
    /// Between lines.
    pub(super) between: f64,
    /// Between rows and between columns of those that nothing joins: they stand in a block behind the others. Without it they stand in lines,
    /// too. And width by height that all should come near.
    pub(super) block: Option<(f64, f64, f64)>,
}

/// Where all of a sheet stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Laid {
    pub(super) rects: Vec<Rect>,
    pub(super) size: (f64, f64),
    pub(super) crossings: usize,
}

impl Sheet {
    fn width(&self, node: usize) -> f64 {
        self.sizes[node].0
    }

    /// Lines that are no longer than `limit`, if every node is shorter; with `folded` senders and receivers may share one.
    pub(super) fn laid(&self, limit: f64, folded: bool) -> Laid {
        let count = self.sizes.len();
        let mut joined = vec![self.block.is_none(); count];
        self.edges.iter().for_each(|e| (joined[e.from], joined[e.to]) = (true, true));
        let [first, last] = &self.edge_lines;
        let lone: Vec<usize> = (0..count).filter(|n| !joined[*n]).collect();
        if lone.len() < LONE {
            joined.fill(true);
        }
        let gap = if folded && !self.edges.is_empty() { self.gap.max(self.level) } else { self.gap };
        let pinned = |node: &usize| first.contains(node) || last.contains(node);
        let free: Vec<usize> = (0..count).filter(|n| joined[*n] && !pinned(n)).collect();
        let mut number = vec![usize::MAX; count];
        free.iter().enumerate().for_each(|(i, &node)| number[node] = i);
        let widths: Vec<f64> = self.sizes.iter().map(|s| s.0).collect();
        let inner = self.edges.iter().filter(|e| number[e.from].max(number[e.to]) < usize::MAX);
        let inner: Vec<Edge> = inner.map(|e| Edge { from: number[e.from], to: number[e.to], ..*e }).collect();
        let of_free: Vec<f64> = free.iter().map(|&n| widths[n]).collect();
        let middle = lines(&of_free, &inner, gap, limit, folded).into_iter().map(|line| line.into_iter().map(|i| free[i]).collect());
        let all: Vec<Vec<usize>> = self.chunks(first, limit).into_iter().chain(middle).chain(self.chunks(last, limit)).collect();

        let mut line_of = vec![usize::MAX; count];
        all.iter().enumerate().for_each(|(number, line)| line.iter().for_each(|&node| line_of[node] = number));
        let gap = if self.edges.iter().any(|e| line_of[e.from] == line_of[e.to]) { gap.max(self.level) } else { gap };
        let mut sorted = Lines::new(count, all, &self.edges);
        let mut crossings = sorted.sort(if self.edges.len() > MANY_EDGES { 4 } else { 12 });
        crossings += 2 * sorted.passed(&self.edges);
        let at = middles(&sorted, &widths, gap);
        let mut rects = vec![Rect::default(); count];
        let mut y = 0.0;
        for line in &sorted.lines {
            let nodes = || line.iter().copied().filter(|&n| n < count);
            let height = nodes().map(|n| self.sizes[n].1).fold(0.0, f64::max);
            for node in nodes() {
                let (w, h) = self.sizes[node];
                rects[node] = Rect { x: (at[node] - w / 2.0).round(), y, w, h };
            }
            y += height + self.between;
        }
        let block: Vec<usize> = (0..count).filter(|n| !joined[*n] && !pinned(n)).collect();
        let placed: Vec<Rect> = rects.iter().filter(|r| r.w > 0.0).copied().collect();
        let bounds = placed.into_iter().reduce(|a, b| a.union(&b));
        self.place_block(&block, limit, bounds, &mut rects);
        let bounds = rects.iter().copied().reduce(|a, b| a.union(&b)).unwrap_or_default();
        for rect in &mut rects {
            (rect.x, rect.y) = (rect.x - bounds.x, rect.y - bounds.y);
        }
        Laid { rects, size: (bounds.w, bounds.h), crossings }
    }

    /// Nodes as they come, in lines.
    fn chunks(&self, nodes: &[usize], limit: f64) -> Vec<Vec<usize>> {
        let mut lines: Vec<Vec<usize>> = Vec::new();
        let mut room = 0.0;
        for &node in nodes {
            if lines.is_empty() || self.width(node) > room {
                lines.push(Vec::new());
                room = limit;
            }
            room -= self.width(node) + self.gap;
            lines.last_mut().into_iter().for_each(|line| line.push(node));
        }
        lines
    }

    /// Those that nothing joins, in rows and columns: behind what there is or beside it, wherever the whole gets a better shape.
    fn place_block(&self, block: &[usize], limit: f64, bounds: Option<Rect>, rects: &mut [Rect]) {
        let (gap, between, aspect) = self.block.unwrap_or((0.0, 0.0, 1.0));
        let wide = block.iter().map(|&n| self.width(n)).fold(1.0, f64::max) + gap;
        let high = block.iter().map(|&n| self.sizes[n].1).fold(0.0, f64::max) + between;
        let placed = |columns: usize, beside: bool| -> Vec<Rect> {
            let rows = block.len().div_ceil(columns.max(1)).max(1);
            let columns = block.len().div_ceil(rows);
            let (w, h) = (columns as f64 * wide - gap, rows as f64 * high - between);
            let (left, top) = match bounds {
                Some(b) if beside => (b.right() + gap, (b.middle_y() - h / 2.0).max(b.y)),
                Some(b) => ((b.middle_x() - w / 2.0).max(b.x), b.bottom() + between),
                None => (0.0, 0.0),
            };
            let place = |(i, &node): (usize, &usize)| {
                let (w, h) = self.sizes[node];
                Rect { x: (left + (i % columns) as f64 * wide).round(), y: (top + (i / columns) as f64 * high).round(), w, h }
            };
            block.iter().enumerate().map(place).collect()
        };
        let shape = |found: &[Rect]| {
            let all = found.iter().copied().chain(bounds).reduce(|a, b| a.union(&b)).unwrap_or_default();
            (all.w / aspect).max(all.h)
        };
        let behind = placed(((limit.max(bounds.map_or(0.0, |b| b.w)) + gap) / wide).floor().max(1.0) as usize, false);
        let rows = bounds.map_or(1.0, |b| ((b.h + between) / high).floor().max(1.0));
        let beside = placed((block.len() as f64 / rows).ceil() as usize, true);
        let found = if bounds.is_some() && shape(&beside) < shape(&behind) { beside } else { behind };
        block.iter().zip(found).for_each(|(&node, rect)| rects[node] = rect);
    }
}
