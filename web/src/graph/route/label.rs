//! Where labels stand: on their arrow, where they cover least.

use super::{Ground, MANY, Way};
use crate::graph::{Point, Rect};

/// How far the places along a piece are from each other that are tried, and how many at most.
const STEP: f64 = 3.0;
const MOST_PLACES: f64 = 40.0;

/// How often labels that lie on others look for another place.
const ROUNDS: usize = 3;

/// A place for the label of each way. Those of one bundle that share a piece share its label.
pub(super) fn places(ground: &Ground<'_>, ways: &[Way], lettering: f64) -> Vec<Point> {
    let mut placed: Vec<(usize, Rect)> = Vec::new();
    for round in 0..if ways.len() > MANY { 1 } else { ROUNDS } {
        for (index, way) in ways.iter().enumerate() {
            // What came first has the best place, and makes room for what came later and found none.
            let others = || placed.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, label)| label);
            if round > 0 && placed.get(index).is_none_or(|(_, own)| !others().any(|(_, other)| lies_on(own, other))) {
                continue;
            }
            let others: Vec<(usize, Rect)> = others().filter(|(_, label)| label.w > 0.0).copied().collect();
            let size = way.label_size(lettering);
            let label = (way.wish.bundle, Rect::around(place(ground, ways, way, size, &others), size));
            match placed.get_mut(index) {
                Some(before) => *before = label,
                None => placed.push(label),
            }
        }
    }
    placed.iter().map(|(_, label)| (label.middle_x(), label.middle_y())).collect()
}

/// Whether a label lies on another; those of a bundle may be one.
fn lies_on(own: &Rect, other: &Rect) -> bool {
    own.w > 0.0 && other.w > 0.0 && own.overlaps(other, 0.0) && (own.x - other.x).abs() + (own.y - other.y).abs() > 0.5
}

/// What it costs that a label lies on another: the less of it does, the sooner one of them finds room.
fn hidden(label: &Rect, other: &Rect) -> f64 {
    let along = |a: f64, b: f64, c: f64, d: f64| (b.min(d) - a.max(c) + 2.0).max(0.0);
    let (w, h) = (along(label.x, label.right(), other.x, other.right()), along(label.y, label.bottom(), other.y, other.bottom()));
    if w * h > 0.0 { 90.0 + 40.0 * (w * h / (label.w * label.h)).min(1.0) } else { 0.0 }
}

/// Whether an upright or level piece runs through an area.
fn runs_through(area: &Rect, a: Point, b: Point) -> bool {
    a.0.min(b.0) < area.right() && area.x < a.0.max(b.0) && a.1.min(b.1) < area.bottom() && area.y < a.1.max(b.1)
}

/// The place along a way where its label covers least.
fn place(ground: &Ground<'_>, ways: &[Way], own: &Way, size: (f64, f64), placed: &[(usize, Rect)]) -> Point {
    let first = own.corners.first().copied().unwrap_or_default();
    if size.0 == 0.0 {
        return first;
    }
    // Only what is near the way can be covered.
    let area = own.corners.iter().fold(Rect::around(first, size), |all, &corner| all.union(&Rect::around(corner, size)));
    let near = |rect: &&Rect| rect.overlaps(&area, 2.0);
    let cards: Vec<&Rect> = ground.rects.iter().take(ground.cards).filter(near).collect();
    let titles: Vec<&Rect> = ground.titles.iter().filter(near).collect();
    let labels: Vec<&Rect> = placed.iter().map(|(_, label)| label).filter(near).collect();
    let others = || ways.iter().filter(|w| w.wish.bundle != own.wish.bundle).flat_map(|w| w.corners.windows(2));
    let pieces: Vec<&[Point]> = if ways.len() > MANY { Vec::new() } else { others().filter(|p| runs_through(&area, p[0], p[1])).collect() };
    let covered = |label: &Rect, of: &[&Rect]| of.iter().filter(|r| r.overlaps(label, 2.0)).count() as f64;
    // Ports stand at the door of the receiver, signs on the longest piece.
    let long = |p: &[Point]| (p[0].0 - p[1].0).abs() + (p[0].1 - p[1].1).abs();
    let is_sign = size.0 == size.1;
    let longest = own.corners.windows(2).map(long).fold(0.0, f64::max);
    let mut best = (f64::INFINITY, first);
    for (index, piece) in own.corners.windows(2).enumerate() {
        let [a, b] = *piece else { continue };
        let length = long(piece);
        let room = length - if a.1 == b.1 { size.0 } else { size.1 };
        let best_piece = if is_sign { length == longest } else { index + 2 == own.corners.len() };
        let places = (length / STEP).ceil().clamp(2.0, if ways.len() > MANY { 4.0 } else { MOST_PLACES });
        for t in (1..places as u32).map(|place| f64::from(place) / places) {
            let at = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
            let label = Rect::around(at, size);
            let struck = pieces.iter().filter(|p| runs_through(&label, p[0], p[1])).count() as f64;
            let mut cost = (t - if best_piece && !is_sign { 0.4 } else { 0.5 }).abs() * 12.0
                + (8.0 - room).max(0.0) * 1.5
                + if best_piece { 0.0 } else { 14.0 };
            cost += covered(&label, &cards) * 120.0 + covered(&label, &titles) * 60.0 + struck * 26.0;
            cost += labels.iter().map(|other| hidden(&label, other)).sum::<f64>();
            if cost < best.0 {
                best = (cost, at);
            }
        }
    }
    // Where another of the bundle has its label, if that lies on this way, too.
    let on_way = |label: &Rect| {
        let near = Rect { x: label.x - label.w / 4.0, w: label.w * 1.5, ..*label };
        own.corners.windows(2).any(|p| runs_through(&near, p[0], p[1]))
    };
    let free = |label: &Rect| !labels.iter().any(|other| lies_on(label, other));
    let same = placed.iter().find(|(bundle, label)| *bundle == own.wish.bundle && on_way(label) && free(label));
    same.map_or(best.1, |(_, label)| (label.middle_x(), label.middle_y()))
}
