//! Arrows that came to share a lane, put side by side: those of one bundle together, the others in the order in which they cross least.

use super::search::{CORNER, walls};
use super::{Ground, Way};
use crate::graph::{self, Point, Rect};

/// Between arrows that run side by side.
const APART: f64 = 10.0;
/// How near a wall an arrow is moved.
const CLEARANCE: f64 = 6.0;

/// A piece of a way, as if it were upright.
struct Piece {
    way: usize,
    /// Index of the corner it begins at.
    corner: usize,
    bundle: usize,
    at: f64,
    /// From where to where it runs.
    span: (f64, f64),
    /// Where it may be moved to.
    room: (f64, f64),
    /// Where it is left or joined at its ends, and whether that is to the right; nothing at a card.
    turns: [Option<(f64, bool)>; 2],
}

/// Moves what lies on each other.
pub(super) fn apart(ground: &Ground<'_>, homes: &[Option<usize>], ways: &mut [Way]) {
    let walls: Vec<Vec<Rect>> = ways.iter().map(|way| walls(ground, homes, &way.wish)).collect();
    for upright in [true, false] {
        let pieces: Vec<Piece> =
            ways.iter().enumerate().flat_map(|(index, way)| pieces(ground, index, way, &walls[index], upright)).collect();
        for group in groups(&pieces) {
            for (piece, at) in moved(&pieces, &group) {
                let Piece { way, corner, .. } = pieces[piece];
                for point in &mut ways[way].corners[corner..corner + 2] {
                    *if upright { &mut point.0 } else { &mut point.1 } = at;
                }
            }
        }
    }
}

fn turned(point: Point, upright: bool) -> Point {
    if upright { point } else { (point.1, point.0) }
}

/// The upright pieces of a way, or the level ones as if they were.
fn pieces(ground: &Ground<'_>, index: usize, way: &Way, walls: &[Rect], upright: bool) -> Vec<Piece> {
    let points: Vec<Point> = way.corners.iter().map(|p| turned(*p, upright)).collect();
    let last = points.len().saturating_sub(2);
    let mut found = Vec::new();
    for (corner, pair) in points.windows(2).enumerate() {
        let [a, b] = *pair else { continue };
        if a.0 != b.0 || a.1 == b.1 {
            continue;
        }
        let span = (a.1.min(b.1), a.1.max(b.1));
        let mut room = (f64::NEG_INFINITY, f64::INFINITY);
        for (end, index) in [(corner == 0, way.wish.from), (corner == last, way.wish.to)] {
            if end {
                let rect = ground.rect(index).turned_if(!upright);
                let inset = CORNER.min(rect.w / 3.0);
                room = (room.0.max(rect.x + inset), room.1.min(rect.right() - inset));
            }
        }
        for wall in walls.iter().map(|w| w.turned_if(!upright)).filter(|w| w.y < span.1 - 1.0 && span.0 + 1.0 < w.bottom()) {
            if wall.right() <= a.0 {
                room.0 = room.0.max(wall.right() + CLEARANCE);
            } else if wall.x >= a.0 {
                room.1 = room.1.min(wall.x - CLEARANCE);
            }
        }
        let beyond = |at: Option<usize>| at.and_then(|i| points.get(i)).map(|p| p.0 > a.0);
        let turns = [beyond(corner.checked_sub(1)).map(|right| (a.1, right)), beyond(Some(corner + 2)).map(|right| (b.1, right))];
        found.push(Piece { way: index, corner, bundle: way.wish.bundle, at: a.0, span, room, turns });
    }
    found
}

/// Pieces that run beside each other, too near, with those that are too near to them, and so on.
fn groups(pieces: &[Piece]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    graph::order(&mut order, &|a, b| pieces[a].at.total_cmp(&pieces[b].at).then(a.cmp(&b)));
    let mut group: Vec<usize> = (0..pieces.len()).collect();
    for (i, &a) in order.iter().enumerate() {
        for &b in order.iter().skip(i + 1).take_while(|&&b| pieces[b].at - pieces[a].at < APART - 1.0) {
            let (p, q) = (&pieces[a], &pieces[b]);
            if p.span.0 < q.span.1 + 4.0 && q.span.0 < p.span.1 + 4.0 && group[a] != group[b] {
                let (from, to) = (group[b], group[a]);
                group.iter_mut().filter(|g| **g == from).for_each(|g| *g = to);
            }
        }
    }
    graph::order(&mut order, &|a, b| group[a].cmp(&group[b]));
    order.chunk_by(|a, b| group[*a] == group[*b]).map(<[usize]>::to_vec).collect()
}

/// How often `left` and `right` cross if they stand so.
fn crossed(left: &Piece, right: &Piece) -> i32 {
    let within = |at: f64, span: (f64, f64)| at > span.0 - 0.5 && at < span.1 + 0.5;
    let out = left.turns.iter().flatten().filter(|(at, to_right)| *to_right && within(*at, right.span)).count();
    let into = right.turns.iter().flatten().filter(|(at, to_right)| !*to_right && within(*at, left.span)).count();
    (out + into) as i32
}

/// Where the pieces of a group go: the bundles side by side, around where they were.
fn moved(pieces: &[Piece], group: &[usize]) -> Vec<(usize, f64)> {
    let mut bundles: Vec<(usize, Vec<usize>)> = Vec::new();
    for &piece in group {
        match bundles.iter_mut().find(|b| b.0 == pieces[piece].bundle) {
            Some(bundle) => bundle.1.push(piece),
            None => bundles.push((pieces[piece].bundle, vec![piece])),
        }
    }
    if group.len() < 2 {
        return Vec::new();
    }
    let votes = |own: &[usize], other: &[usize]| -> i32 {
        own.iter().flat_map(|&a| other.iter().map(move |&b| crossed(&pieces[a], &pieces[b]) - crossed(&pieces[b], &pieces[a]))).sum()
    };
    // Those that cross fewest others when they stand left of them come first.
    let scores: Vec<(i32, f64)> = bundles
        .iter()
        .map(|(id, own)| {
            let score: i32 = bundles.iter().filter(|b| b.0 != *id).map(|(_, other)| votes(own, other).signum()).sum();
            let mean = own.iter().map(|&p| pieces[p].at).sum::<f64>() / own.len() as f64;
            (score, mean)
        })
        .collect();
    let mut ranked: Vec<usize> = (0..bundles.len()).collect();
    graph::order(&mut ranked, &|a, b| scores[a].0.cmp(&scores[b].0).then(scores[a].1.total_cmp(&scores[b].1)));
    let many = ranked.len() as f64 - 1.0;
    let low = group.iter().map(|&p| pieces[p].room.0).fold(f64::NEG_INFINITY, f64::max);
    let high = group.iter().map(|&p| pieces[p].room.1).fold(f64::INFINITY, f64::min);
    let mean = group.iter().map(|&p| pieces[p].at).sum::<f64>() / group.len() as f64;
    let gap = if many > 0.0 { ((high - low) / many).clamp(0.0, APART) } else { 0.0 };
    let half = gap * many / 2.0;
    let middle = if high - low >= 2.0 * half { mean.max(low + half).min(high - half) } else { mean };
    let mut found = Vec::new();
    for (i, bundle) in ranked.into_iter().enumerate() {
        let at = middle + (i as f64 - many / 2.0) * gap;
        // What ends at a card stays at it, whatever the others do.
        found.extend(bundles[bundle].1.iter().map(|&p| (p, at.max(pieces[p].room.0).min(pieces[p].room.1.max(pieces[p].room.0)).round())));
    }
    found
}
