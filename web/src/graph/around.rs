//! A line of upright and level pieces from stop to stop, around everything that has words on it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write;

use super::{Point, Rect};

/// How far the line goes straight on from a stop, in pixels.
const STUB: f64 = 6.0;
/// How far it keeps from walls where there is room for it.
const LANE: f64 = 5.0;
/// How near it may come to a wall.
const CLEARANCE: f64 = 1.5;
/// What a bend costs, in pixels of detour.
const BEND: f64 = 24.0;
/// How much dearer a piece is that runs along an earlier one.
const BESIDE: f64 = 8.0;
/// How near pieces run along each other.
const NEAR: f64 = 4.0;
/// How round corners are.
const RADIUS: f64 = 7.0;
/// With more walls than this nobody could follow a line around them all.
const MOST_WALLS: usize = 240;

/// The line past `stops`, as the `d` of an SVG path, and where it ends: upright through the upper or lower border of each stop. Nothing
/// if there is no such line, or too much in its way.
pub fn around(stops: &[Rect], walls: &[Rect]) -> Option<(String, Point)> {
    if walls.len() > MOST_WALLS {
        return None;
    }
    let mut drawn: Vec<(Point, Point)> = Vec::new();
    let mut path = String::new();
    let mut end = None;
    for pair in stops.windows(2) {
        let [from, to] = pair else { break };
        let found = Lanes::new(from, to, walls, &drawn).search()?;
        let border = |stop: &Rect, out: Point| (out.0, if out.1 < stop.y { stop.y } else { stop.bottom() });
        let (first, last) = (border(from, *found.first()?), border(to, *found.last()?));
        let mut leg = vec![first];
        for point in found.into_iter().chain([last]) {
            extend(&mut leg, point);
        }
        end = leg.last().copied();
        drawn.extend(leg.iter().copied().zip(leg.iter().copied().skip(1)));
        write_rounded(&mut path, &leg, RADIUS);
    }
    Some((path, end?))
}

/// Where the line may run between two stops: along the lanes beside walls.
struct Lanes<'a> {
    xs: Vec<f64>,
    ys: Vec<f64>,
    walls: &'a [Rect],
    drawn: &'a [(Point, Point)],
    starts: Vec<Point>,
    goals: Vec<Point>,
}

/// A crossing of two lanes, and whether the line comes to it level.
type Crossing = (usize, usize, bool);

impl<'a> Lanes<'a> {
    fn new(from: &Rect, to: &Rect, walls: &'a [Rect], drawn: &'a [(Point, Point)]) -> Self {
        let outs = |stop: &Rect| vec![(stop.middle_x(), stop.y - STUB), (stop.middle_x(), stop.bottom() + STUB)];
        let (starts, goals) = (outs(from), outs(to));
        let ends = || starts.iter().chain(&goals);
        let mut xs: Vec<f64> = ends().map(|p| p.0).chain(walls.iter().flat_map(|w| [w.x - LANE, w.right() + LANE])).collect();
        let mut ys: Vec<f64> = ends().map(|p| p.1).chain(walls.iter().flat_map(|w| [w.y - LANE, w.bottom() + LANE])).collect();
        for (a, b) in drawn {
            if a.0 == b.0 {
                xs.extend([a.0 - LANE, a.0 + LANE]);
            } else {
                ys.extend([a.1 - LANE, a.1 + LANE]);
            }
        }
        for lanes in [&mut xs, &mut ys] {
            lanes.sort_by(f64::total_cmp);
            lanes.dedup();
        }
        Lanes { xs, ys, walls, drawn, starts, goals }
    }

    /// The cheapest way, as its corners.
    fn search(&self) -> Option<Vec<Point>> {
        let (wide, high) = (self.xs.len(), self.ys.len());
        let number = |(x, y, level): Crossing| (y * wide + x) * 2 + usize::from(level);
        let mut best = vec![(f64::INFINITY, usize::MAX); wide * high * 2];
        let mut open = BinaryHeap::new();
        for start in &self.starts {
            let node = (self.lane(&self.xs, start.0)?, self.lane(&self.ys, start.1)?, false);
            *best.get_mut(number(node))? = (0.0, usize::MAX);
            open.push(Reverse((0u64, node)));
        }
        while let Some(Reverse((_, node))) = open.pop() {
            let (x, y, level) = node;
            let here = self.at(x, y)?;
            if !level && self.goals.contains(&here) {
                return Some(self.corners(&best, number(node)));
            }
            let so_far = best.get(number(node))?.0;
            let steps = [(x.wrapping_sub(1), y, true), (x + 1, y, true), (x, y.wrapping_sub(1), false), (x, y + 1, false)];
            for next in steps.into_iter().chain([(x, y, !level)]) {
                let Some(there) = self.at(next.0, next.1) else { continue };
                let turns = next.0 == x && next.1 == y;
                if !turns && (next.2 != level || self.is_blocked(here, there)) {
                    continue;
                }
                let price = so_far + if turns { BEND } else { self.price(here, there) };
                let known = best.get_mut(number(next))?;
                if price < known.0 {
                    *known = (price, number(node));
                    // In tenths of pixels, as floats have no order.
                    open.push(Reverse(((price * 10.0) as u64, next)));
                }
            }
        }
        None
    }

    fn at(&self, x: usize, y: usize) -> Option<Point> {
        Some((*self.xs.get(x)?, *self.ys.get(y)?))
    }

    fn lane(&self, lanes: &[f64], at: f64) -> Option<usize> {
        lanes.iter().position(|lane| *lane == at)
    }

    fn is_blocked(&self, a: Point, b: Point) -> bool {
        let piece = Rect::of_piece(a, b);
        self.walls.iter().any(|wall| wall.overlaps(&piece, CLEARANCE))
    }

    fn price(&self, a: Point, b: Point) -> f64 {
        let length = (a.0 - b.0).abs() + (a.1 - b.1).abs();
        let upright = a.0 == b.0;
        let beside = self.drawn.iter().any(|(c, d)| {
            let (across, low, high, from, to) = if upright {
                ((c.0 - a.0).abs().max((d.0 - a.0).abs()), c.1.min(d.1), c.1.max(d.1), a.1.min(b.1), a.1.max(b.1))
            } else {
                ((c.1 - a.1).abs().max((d.1 - a.1).abs()), c.0.min(d.0), c.0.max(d.0), a.0.min(b.0), a.0.max(b.0))
            };
            across < NEAR && low < to && from < high
        });
        if beside { length * BESIDE } else { length }
    }

    fn corners(&self, best: &[(f64, usize)], goal: usize) -> Vec<Point> {
        let wide = self.xs.len();
        let mut points: Vec<Point> = Vec::new();
        let mut now = goal;
        while let Some((_, before)) = best.get(now) {
            if let Some(point) = self.at(now / 2 % wide, now / 2 / wide) {
                extend(&mut points, point);
            }
            now = *before;
        }
        points.reverse();
        points
    }
}

/// Leads a line on to a point; where it goes straight on there is no corner.
pub(super) fn extend(line: &mut Vec<Point>, point: Point) {
    if matches!(line.as_slice(), [.., a, b] if (a.0 == b.0 && b.0 == point.0) || (a.1 == b.1 && b.1 == point.1)) {
        line.pop();
    }
    if line.last() != Some(&point) {
        line.push(point);
    }
}

/// Writes a line with corners so round.
pub(super) fn write_rounded(path: &mut String, points: &[Point], round: f64) {
    let Some((first, rest)) = points.split_first() else { return };
    let _ = write!(path, "M{:.1} {:.1}", first.0, first.1);
    let mut from = *first;
    for (i, corner) in rest.iter().enumerate() {
        let Some(next) = rest.get(i + 1) else {
            let _ = write!(path, "L{:.1} {:.1}", corner.0, corner.1);
            break;
        };
        let length = |a: Point, b: Point| (a.0 - b.0).abs() + (a.1 - b.1).abs();
        let radius = round.min(length(from, *corner) / 2.0).min(length(*corner, *next) / 2.0);
        let towards = |to: Point| {
            let part = radius / length(*corner, to).max(f64::MIN_POSITIVE);
            (corner.0 + (to.0 - corner.0) * part, corner.1 + (to.1 - corner.1) * part)
        };
        let (a, b) = (towards(from), towards(*next));
        let _ = write!(path, "L{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", a.0, a.1, corner.0, corner.1, b.0, b.1);
        from = *corner;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: f64, y: f64, w: f64, h: f64) -> Rect {
        Rect { x, y, w, h }
    }

    /// Corners of a line between two stops.
    fn corners(from: Rect, to: Rect, walls: &[Rect]) -> Vec<Point> {
        Lanes::new(&from, &to, walls, &[]).search().unwrap()
    }

    #[test]
    fn nothing_in_the_way_is_a_straight_line() {
        let (from, to) = (rect(0.0, 0.0, 20.0, 10.0), rect(0.0, 50.0, 20.0, 10.0));
        assert_eq!(corners(from, to, &[from, to]), [(10.0, 16.0), (10.0, 44.0)]);
        assert_eq!(around(&[from, to], &[from, to]), Some(("M10.0 10.0L10.0 50.0".to_owned(), (10.0, 50.0))));
    }

    #[test]
    fn words_between_two_stops_are_gone_around() {
        let (from, to, words) = (rect(0.0, 0.0, 20.0, 10.0), rect(0.0, 100.0, 20.0, 10.0), rect(-100.0, 40.0, 130.0, 20.0));
        let walls = [from, to, words];
        let line = corners(from, to, &walls);
        assert!(line.iter().any(|p| p.0 == words.right() + LANE), "on the shorter side: {line:?}");
        for piece in line.windows(2) {
            assert!(!Lanes::new(&from, &to, &walls, &[]).is_blocked(piece[0], piece[1]), "{piece:?}");
        }
    }

    #[test]
    fn two_stops_beside_each_other_are_joined_above_or_below() {
        let (from, to) = (rect(0.0, 0.0, 20.0, 10.0), rect(30.0, 0.0, 20.0, 10.0));
        let line = corners(from, to, &[from, to]);
        assert_eq!((line.len(), line[0].0, line[1].0), (2, 10.0, 40.0));
        assert!(line[0].1 == line[1].1 && (line[0].1 == -STUB || line[0].1 == 10.0 + STUB));
    }

    #[test]
    fn a_line_does_not_run_along_itself() {
        // Up to a badge and down again from its other half, past a card that both stand above.
        let (from, out, into, to) =
            (rect(0.0, 200.0, 100.0, 20.0), rect(40.0, 0.0, 20.0, 10.0), rect(10.0, 0.0, 20.0, 10.0), rect(0.0, 300.0, 100.0, 20.0));
        let card = rect(-10.0, 100.0, 120.0, 40.0);
        let walls = [from, out, into, to, card];
        let (path, end) = around(&[from, out, into, to], &walls).unwrap();
        assert!(end == (50.0, 300.0) || end == (50.0, 320.0), "{end:?} {path}");
        let leg = Lanes::new(&from, &out, &walls, &[]).search().unwrap();
        let drawn: Vec<(Point, Point)> = leg.iter().copied().zip(leg.iter().copied().skip(1)).collect();
        let back = Lanes::new(&into, &to, &walls, &drawn).search().unwrap();
        let along = |a: Point, b: Point| {
            drawn.iter().any(|(c, d)| {
                a.0 == b.0 && c.0 == d.0 && (a.0 - c.0).abs() < NEAR && a.1.min(b.1) < c.1.max(d.1) && c.1.min(d.1) < a.1.max(b.1)
            })
        };
        assert!(!back.windows(2).any(|p| along(p[0], p[1])), "{leg:?} {back:?}");
    }

    #[test]
    fn a_stop_that_is_walled_in_has_no_line() {
        let (from, to) = (rect(0.0, 0.0, 20.0, 10.0), rect(0.0, 100.0, 20.0, 10.0));
        let walls = [
            from,
            to,
            rect(-30.0, -30.0, 80.0, 20.0),
            rect(-30.0, 20.0, 80.0, 20.0),
            rect(-40.0, -30.0, 20.0, 80.0),
            rect(40.0, -30.0, 20.0, 80.0),
        ];
        assert_eq!(around(&[from, to], &walls), None);
    }
}
