//! The way of one arrow, in the lanes between cards: the shortest one, where bends and crossings cost as much as a detour.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Ground, Wish};
use crate::graph::around::extend;
use crate::graph::{Point, Rect};
use crate::vec_map::VecMap;

/// What a bend costs, in pixels of detour.
const BEND: f64 = 26.0;
/// What it costs to cross another arrow.
const CROSSING: f64 = 44.0;
/// What it costs to leave or enter by a side that looks away from the other end.
const AWAY: f64 = 190.0;
/// By a side that is not in the picture's direction.
const ASIDE: f64 = 16.0;
/// How much dearer it is to run along another arrow, and how much cheaper along one of the same bundle.
const BESIDE: f64 = 1.15;
const SHARED: f64 = 0.4;
/// In a gap no wider than this there is one lane; else one on each side, so far from it.
const NARROW: f64 = 92.0;
const FROM_WALL: f64 = 20.0;
/// Where in a gap between two lines of cards the lane is.
const SOON: f64 = 0.3;
/// How far beside a card a lane is that has nothing on its other side.
const OPEN: f64 = 14.0;
/// How far above or below each other two walls may be for their gap to count.
const REACH: f64 = 70.0;
/// With more lanes than this, those that are near others are left out.
const MOST_LANES: usize = 140;
/// What it costs to enter elsewhere than others of the same bundle.
const ALONE: f64 = 130.0;
/// How near a wall arrows may come.
const CLEARANCE: f64 = 4.0;
/// How near the corners of a card arrows may leave and enter.
pub(super) const CORNER: f64 = 12.0;
/// How much of a lane is as good as taken.
const NEAR: f64 = 6.0;

/// Arrows that have their way.
#[derive(Default)]
pub(super) struct Drawn {
    /// Lanes between the walls of those that have their ends in the same frames.
    pub(super) lanes: VecMap<[Option<usize>; 2], [Vec<f64>; 2]>,
    pub(super) pieces: Vec<(Point, Point, usize)>,
    /// Where they end, by bundle.
    pub(super) ends: Vec<(usize, Point)>,
    /// Whether others look where they run.
    pub(super) careful: bool,
}

/// From the card to the card: begin, corners, end.
pub(super) fn way(ground: &Ground<'_>, homes: &[Option<usize>], wish: &Wish, drawn: &mut Drawn) -> Vec<Point> {
    let ends = [ground.rect(wish.from), ground.rect(wish.to)];
    let walls = walls(ground, homes, wish);
    let mut frames = [wish.from, wish.to].map(|end| homes.get(end).copied().flatten());
    frames.sort_unstable();
    let lanes = drawn.lanes.or_insert_with(frames, || all_lanes(ground, &walls)).clone();
    let found = Lanes::new(ground, wish, &walls, lanes, drawn).search();
    // Where something has no way out, as if nothing stood there.
    found.or_else(|| Lanes::new(ground, wish, &ends, all_lanes(ground, &ends), drawn).search()).unwrap_or_else(|| {
        let [a, b] = ends.map(|r| (r.middle_x(), r.middle_y()));
        vec![a, (a.0, b.1), b]
    })
}

/// What is in the way: cards in the frames of both ends, other frames as wholes, and titles.
pub(super) fn walls(ground: &Ground<'_>, homes: &[Option<usize>], wish: &Wish) -> Vec<Rect> {
    let home = |end: usize| homes.get(end).copied().flatten();
    let (from, to) = (home(wish.from), home(wish.to));
    let open = |frame: usize| Some(frame) == from || Some(frame) == to;
    let mut walls = vec![ground.rect(wish.from), ground.rect(wish.to)];
    walls.extend((0..ground.cards).filter(|&c| c != wish.from && c != wish.to && home(c).is_none_or(open)).map(|c| ground.rect(c)));
    walls.extend(ground.frames().filter(|&f| !open(f) && f != wish.from && f != wish.to).map(|f| ground.rect(f)));
    walls.extend(ground.frames().zip(ground.titles).filter(|(f, _)| open(*f)).map(|(_, title)| *title));
    walls
}

/// What a step costs besides its length.
#[derive(Clone, Copy, Default)]
struct Step {
    blocked: bool,
    beside: bool,
    shared: bool,
    crossed: u16,
}

struct Lanes<'a> {
    ground: &'a Ground<'a>,
    wish: &'a Wish,
    ends: [Rect; 2],
    xs: Vec<f64>,
    ys: Vec<f64>,
    /// Where others of the bundle end.
    joined: Vec<Point>,
    /// By crossing: to the next one to the right, to the next one below.
    steps: [Vec<Step>; 2],
}

/// A crossing of two lanes and whether the way runs upright there.
type Node = (usize, usize, bool);

impl<'a> Lanes<'a> {
    fn new(ground: &'a Ground<'a>, wish: &'a Wish, walls: &[Rect], [mut xs, mut ys]: [Vec<f64>; 2], drawn: &Drawn) -> Self {
        let ends = [ground.rect(wish.from), ground.rect(wish.to)];
        for (lanes, ends) in [(&mut xs, ends), (&mut ys, ends.map(Rect::turned))] {
            lanes.extend(ends.map(|r| r.middle_x()));
            // Where the two face each other there may be a straight way.
            lanes.push((ends[0].x.max(ends[1].x) + ends[0].right().min(ends[1].right())) / 2.0);
        }
        for (a, b, _) in drawn.pieces.iter().filter(|p| p.2 == wish.bundle) {
            if a.0 == b.0 { xs.push(a.0) } else { ys.push(a.1) }
        }
        for lanes in [&mut xs, &mut ys] {
            lanes.sort_by(f64::total_cmp);
            lanes.dedup_by(|a, b| (*a - *b).abs() < 0.5);
        }
        let mut steps = [vec![Step::default(); xs.len() * ys.len()], vec![Step::default(); xs.len() * ys.len()]];
        let wide = xs.len();
        for wall in walls {
            for (x, y) in inside(&xs, &ys, wall.x - CLEARANCE, wall.right() + CLEARANCE, wall.y - CLEARANCE, wall.bottom() + CLEARANCE) {
                steps[0][y * wide + x].blocked = true;
            }
            let wall = wall.turned();
            for (y, x) in inside(&ys, &xs, wall.x - CLEARANCE, wall.right() + CLEARANCE, wall.y - CLEARANCE, wall.bottom() + CLEARANCE) {
                steps[1][y * wide + x].blocked = true;
            }
        }
        let pieces = drawn.pieces.iter().filter(|p| drawn.careful || p.2 == wish.bundle);
        for &(a, b, bundle) in pieces {
            let own = bundle == wish.bundle;
            let upright = a.0 == b.0;
            let (left, right, top, bottom) = (a.0.min(b.0), a.0.max(b.0), a.1.min(b.1), a.1.max(b.1));
            let mut along = |x: usize, y: usize, axis: usize| {
                let step = &mut steps[axis][y * wide + x];
                if own { step.shared = true } else { step.beside = true }
            };
            if upright {
                inside(&ys, &xs, top, bottom, left - NEAR, right + NEAR).for_each(|(y, x)| along(x, y, 1));
            } else {
                inside(&xs, &ys, left, right, top - NEAR, bottom + NEAR).for_each(|(x, y)| along(x, y, 0));
            }
            if own {
                continue;
            }
            // The step that ends at the crossing, or passes it.
            if upright {
                let x = xs.partition_point(|x| *x < left);
                if x > 0 && x < wide {
                    between(&ys, top, bottom).for_each(|y| steps[0][y * wide + x - 1].crossed += 1);
                }
            } else {
                let y = ys.partition_point(|y| *y < top);
                if y > 0 && y < ys.len() {
                    between(&xs, left, right).for_each(|x| steps[1][(y - 1) * wide + x].crossed += 1);
                }
            }
        }
        Lanes { ground, wish, ends, xs, ys, joined: drawn.ends.iter().filter(|e| e.0 == wish.bundle).map(|e| e.1).collect(), steps }
    }

    fn number(&self, (x, y, upright): Node) -> usize {
        (y * self.xs.len() + x) * 2 + usize::from(upright)
    }

    fn at(&self, x: usize, y: usize) -> Point {
        (self.xs[x], self.ys[y])
    }

    /// Where an arrow can leave or enter: the node beyond the border, the point on the border, and what that costs.
    fn doors(&self, end: usize) -> Vec<(Node, Point, f64)> {
        let (own, other) = (self.ends[end], self.ends[1 - end]);
        let is_card = if end == 0 { self.wish.from } else { self.wish.to } < self.ground.cards;
        let mut doors = Vec::new();
        for upright in [true, false] {
            let (own, other, lanes, across) =
                if upright { (own, other, &self.xs, &self.ys) } else { (own.turned(), other.turned(), &self.ys, &self.xs) };
            let inset = CORNER.min(own.w / 3.0);
            let aside = if upright == self.ground.sideways { ASIDE } else { 0.0 };
            for lane in between(lanes, own.x + inset - 0.1, own.right() - inset + 0.1) {
                let off = (lanes[lane] - own.middle_x()).abs() * if is_card { 0.3 } else { 0.02 };
                let before = across.partition_point(|a| *a <= own.y - CLEARANCE);
                let behind = across.partition_point(|a| *a < own.bottom() + CLEARANCE);
                let sides = [
                    (before.checked_sub(1), own.y, other.bottom() > own.bottom() || other.y >= own.y),
                    ((behind < across.len()).then_some(behind), own.bottom(), other.y < own.y || other.bottom() <= own.bottom()),
                ];
                for (beyond, border, away) in sides {
                    let Some(beyond) = beyond else { continue };
                    let cost = (across[beyond] - border).abs() + off + aside + if away { AWAY } else { 0.0 };
                    let (node, point) = if upright {
                        ((lane, beyond, true), (lanes[lane], border))
                    } else {
                        ((beyond, lane, false), (border, lanes[lane]))
                    };
                    let alone = end == 1 && !self.joined.is_empty() && !self.joined.contains(&point);
                    doors.push((node, point, if alone { cost + ALONE } else { cost }));
                }
            }
        }
        doors
    }

    fn search(&self) -> Option<Vec<Point>> {
        let mut best = vec![(f64::INFINITY, usize::MAX); self.xs.len() * self.ys.len() * 2];
        let mut open = BinaryHeap::new();
        let starts = self.doors(0);
        let goals = self.doors(1);
        let goal = self.ends[1];
        let mut is_goal = vec![false; best.len()];
        goals.iter().for_each(|g| is_goal[self.number(g.0)] = true);
        // A guess at what is left, so that what is near the goal comes first: lower than the distance, as ways that are shared cost less, but
        // not as low as a way can be that is shared from here on.
        let rest = |(x, y): Point| {
            let aside = |at: f64, from: f64, to: f64| (from - at).max(at - to).max(0.0);
            (aside(x, goal.x, goal.right()) + aside(y, goal.y, goal.bottom())) * 0.75
        };
        // In tenths of pixels, as floats have no order.
        let rank = |cost: f64| (cost * 10.0) as u64;
        for (node, _, cost) in &starts {
            let number = self.number(*node);
            if *cost < best[number].0 {
                best[number] = (*cost, usize::MAX);
                open.push(Reverse((rank(cost + rest(self.at(node.0, node.1))), *node)));
            }
        }
        let mut found: Option<(f64, usize, Point)> = None;
        while let Some(Reverse((value, node))) = open.pop() {
            if found.is_some_and(|f| rank(f.0) <= value) {
                break;
            }
            let (x, y, upright) = node;
            let number = self.number(node);
            let so_far = best[number].0;
            let here = self.at(x, y);
            // A cheaper way here was found after this was put down; it has come already.
            if value > rank(so_far + rest(here)) {
                continue;
            }
            if is_goal[number] {
                for (_, point, cost) in goals.iter().filter(|g| g.0 == node) {
                    if found.is_none_or(|f| so_far + cost < f.0) {
                        found = Some((so_far + cost, number, *point));
                    }
                }
            }
            let mut go = |to: Node, cost: f64| {
                let number_to = self.number(to);
                if so_far + cost < best[number_to].0 {
                    best[number_to] = (so_far + cost, number);
                    open.push(Reverse((rank(so_far + cost + rest(self.at(to.0, to.1))), to)));
                }
            };
            go((x, y, !upright), BEND);
            let wide = self.xs.len();
            let neighbours = if upright {
                [y.checked_sub(1).map(|above| (x, above, above * wide + x)), (y + 1 < self.ys.len()).then_some((x, y + 1, y * wide + x))]
            } else {
                [x.checked_sub(1).map(|left| (left, y, y * wide + left)), (x + 1 < wide).then_some((x + 1, y, y * wide + x))]
            };
            for (to_x, to_y, step) in neighbours.into_iter().flatten() {
                let step = self.steps[usize::from(upright)][step];
                if step.blocked {
                    continue;
                }
                let there = self.at(to_x, to_y);
                let factor = if step.shared {
                    SHARED
                } else if step.beside {
                    BESIDE
                } else {
                    1.0
                };
                let length = (here.0 - there.0).abs() + (here.1 - there.1).abs();
                go((to_x, to_y, upright), length * factor + f64::from(step.crossed) * CROSSING);
            }
        }
        let (_, goal, end) = found?;
        self.way_back(&best, goal, end, &starts)
    }

    /// The way that ends at a node, to a point of the card there: its corners from its beginning on. `best`: from where each node is reached.
    fn way_back(&self, best: &[(f64, usize)], mut number: usize, end: Point, starts: &[(Node, Point, f64)]) -> Option<Vec<Point>> {
        let mut corners = vec![end];
        let mut last = None;
        while number != usize::MAX {
            let node = (number / 2 % self.xs.len(), number / 2 / self.xs.len(), number % 2 == 1);
            extend(&mut corners, self.at(node.0, node.1));
            last = Some(node);
            number = best[number].1;
        }
        // The cheapest door that leads there.
        let start = starts.iter().filter(|s| Some(s.0) == last).min_by(|a, b| a.2.total_cmp(&b.2))?;
        extend(&mut corners, start.1);
        corners.reverse();
        Some(corners)
    }
}

/// The lanes that lie between two places.
fn between(lanes: &[f64], from: f64, to: f64) -> std::ops::Range<usize> {
    let first = lanes.partition_point(|lane| *lane <= from);
    first..lanes.partition_point(|lane| *lane < to).max(first)
}

/// Steps along lanes of `ys` that touch the inside of an area, by where they begin.
fn inside(xs: &[f64], ys: &[f64], left: f64, right: f64, top: f64, bottom: f64) -> impl Iterator<Item = (usize, usize)> + use<> {
    let first = xs.partition_point(|x| *x <= left).saturating_sub(1);
    let last = xs.partition_point(|x| *x < right).min(xs.len().saturating_sub(1));
    between(ys, top, bottom).flat_map(move |y| (first..last).map(move |x| (x, y)))
}

/// Upright and level lanes between walls, no more than can be searched at once.
fn all_lanes(ground: &Ground<'_>, walls: &[Rect]) -> [Vec<f64>; 2] {
    let turned: Vec<Rect> = walls.iter().map(|wall| wall.turned()).collect();
    // Arrows turn soon after they leave a line, so that there is room for labels before the next.
    let (upright, level) = if ground.sideways { (SOON, 0.5) } else { (0.5, SOON) };
    [lanes(walls, upright), lanes(&turned, level)].map(|mut lanes| {
        lanes.sort_by(f64::total_cmp);
        let wide = lanes.last().zip(lanes.first()).map_or(0.0, |(last, first)| last - first);
        let least = if lanes.len() > MOST_LANES { wide / MOST_LANES as f64 } else { 0.5 };
        lanes.dedup_by(|a, b| (*a - *b).abs() < least);
        lanes
    })
}

/// Upright lanes beside walls; in narrow gaps at this part of their width.
fn lanes(walls: &[Rect], part: f64) -> Vec<f64> {
    let mut found = Vec::new();
    for wall in walls {
        let faces = |other: &&Rect| other.y < wall.bottom() + REACH && wall.y < other.bottom() + REACH;
        let nearest = |gap: fn(&Rect, &Rect) -> f64| {
            walls.iter().filter(faces).map(|other| gap(wall, other)).filter(|gap| *gap >= 0.0).fold(f64::INFINITY, f64::min)
        };
        let far = |gap: f64, part: f64| match gap {
            f64::INFINITY => OPEN,
            gap if gap <= NARROW => gap * part,
            _ => FROM_WALL,
        };
        found.push(wall.right() + far(nearest(|wall, other| other.x - wall.right()), part));
        found.push(wall.x - far(nearest(|wall, other| wall.x - other.right()), 1.0 - part));
    }
    found
}
