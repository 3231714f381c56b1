//! Which way arrows run between rectangles, and where their labels stand.

use super::Rect;

/// Points of a curve that are looked at.
const SAMPLES: usize = 14;
/// What crossing a card costs, in pixels of detour.
const CROSSING: f64 = 500.0;

/// With more arrows than this in a picture, labels do not look where other arrows run.
pub const MANY: usize = 260;

/// An arrow to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Index of the rectangle it leaves.
    pub from: usize,
    /// Index of the rectangle it comes to.
    pub to: usize,
    /// Size of its label.
    pub label: (f64, f64),
}

/// An arrow's curve.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Route {
    /// Begin, two control points, end.
    pub points: [(f64, f64); 4],
    /// Where the middle of its label goes.
    pub label: (f64, f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Top,
    Right,
    Bottom,
    Left,
}

const SIDES: [Side; 4] = [Side::Top, Side::Right, Side::Bottom, Side::Left];

impl Route {
    /// A point of the curve; 0 is its begin, 1 its end.
    pub fn at(&self, t: f64) -> (f64, f64) {
        let [a, b, c, d] = self.points;
        let u = 1.0 - t;
        let mix = |a: f64, b: f64, c: f64, d: f64| u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d;
        (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
    }

    /// As the `d` of an SVG path.
    pub fn path(&self) -> String {
        let [a, b, c, d] = self.points.map(|(x, y)| (x.round(), y.round()));
        format!("M{} {}C{} {} {} {} {} {}", a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1)
    }

    /// The points that are looked at, from begin to end.
    fn samples(&self) -> [(f64, f64); SAMPLES + 1] {
        core::array::from_fn(|i| self.at(i as f64 / SAMPLES as f64))
    }
}

fn length(points: &[(f64, f64)]) -> f64 {
    points.windows(2).map(|w| if let [a, b] = w { (a.0 - b.0).hypot(a.1 - b.1) } else { 0.0 }).sum()
}

/// Finds the ways of arrows that are seen together. The first `cards` of `rects` are in their way; the others are frames, which they may cross. `titles` are
/// places that labels avoid, too; with `careful` they also look where other arrows run.
pub fn route(rects: &[Rect], cards: usize, titles: &[Rect], wishes: &[Wish], careful: bool) -> Vec<Route> {
    let sides: Vec<(Side, Side)> = wishes.iter().map(|wish| best_sides(rects, cards, wish)).collect();
    let ports = spread(rects, wishes, &sides);
    let mut routes: Vec<Route> = wishes
        .iter()
        .zip(&sides)
        .zip(&ports)
        .map(|((wish, &(out, into)), &(from, to))| curve(rect(rects, wish.from), out, from, rect(rects, wish.to), into, to))
        .collect();
    // Points of all arrows, which labels should not hide.
    let points: Vec<(usize, (f64, f64))> = if careful {
        let all = routes.iter().enumerate();
        all.flat_map(|(i, route)| (1..24).map(move |s| (i, route.at(f64::from(s) / 24.0)))).collect()
    } else {
        Vec::new()
    };
    let mut placed: Vec<Rect> = Vec::new();
    for (index, (wish, route)) in wishes.iter().zip(&mut routes).enumerate() {
        if wish.label.0 > 0.0 {
            let others = points.iter().filter(|(i, _)| *i != index).map(|(_, point)| *point);
            route.label = label_place(route, wish, [rects.get(..cards).unwrap_or(rects), titles], &placed, others);
            placed.push(around(route.label, wish.label));
        }
    }
    routes
}

fn rect(rects: &[Rect], index: usize) -> Rect {
    rects.get(index).copied().unwrap_or_default()
}

fn around((x, y): (f64, f64), (w, h): (f64, f64)) -> Rect {
    Rect { x: x - w / 2.0, y: y - h / 2.0, w, h }
}

/// A point on a side; `t` from 0 to 1, from left to right or from top to bottom.
fn anchor(rect: Rect, side: Side, t: f64) -> (f64, f64) {
    match side {
        Side::Top => (rect.x + rect.w * t, rect.y),
        Side::Bottom => (rect.x + rect.w * t, rect.bottom()),
        Side::Left => (rect.x, rect.y + rect.h * t),
        Side::Right => (rect.right(), rect.y + rect.h * t),
    }
}

fn step((x, y): (f64, f64), side: Side, distance: f64) -> (f64, f64) {
    match side {
        Side::Top => (x, y - distance),
        Side::Bottom => (x, y + distance),
        Side::Left => (x - distance, y),
        Side::Right => (x + distance, y),
    }
}

fn curve(from: Rect, out: Side, at: f64, to: Rect, into: Side, arrives: f64) -> Route {
    let begin = anchor(from, out, at);
    // The head ends just before the card.
    let end = step(anchor(to, into, arrives), into, 3.0);
    let distance = (begin.0 - end.0).hypot(begin.1 - end.1);
    let reach = if out == into { (distance * 0.35).clamp(44.0, 120.0) } else { (distance * 0.42).clamp(18.0, 150.0) };
    Route { points: [begin, step(begin, out, reach), step(end, into, reach), end], label: begin }
}

/// The pair of sides with the shortest way that crosses the fewest cards.
fn best_sides(rects: &[Rect], cards: usize, wish: &Wish) -> (Side, Side) {
    let (from, to) = (rect(rects, wish.from), rect(rects, wish.to));
    let near: Vec<Rect> = {
        let area = from.union(&to);
        let wide = Rect { x: area.x - 140.0, y: area.y - 140.0, w: area.w + 280.0, h: area.h + 280.0 };
        rects
            .iter()
            .take(cards)
            .enumerate()
            .filter(|(i, r)| *i != wish.from && *i != wish.to && r.overlaps(&wide, 0.0))
            .map(|(_, r)| *r)
            .collect()
    };
    let mut best = (f64::MAX, (Side::Bottom, Side::Top));
    for out in SIDES {
        for into in SIDES {
            let way = curve(from, out, 0.5, to, into, 0.5);
            let points = way.samples();
            let mut cost = length(&points);
            let [_, inner @ .., _] = &points;
            let crossed = near.iter().filter(|r| inner.iter().any(|(x, y)| r.contains(*x, *y, 5.0))).count();
            cost += crossed as f64 * CROSSING;
            // Through its own cards is worse than around them.
            let [_, _, middle @ .., _, _] = &points;
            cost += middle.iter().filter(|(x, y)| from.contains(*x, *y, -1.0) || to.contains(*x, *y, -1.0)).count() as f64 * 60.0;
            // Where there is more room on one side than on the other, there; it also keeps a tie from being broken by the last bit of a length,
            // which is not the same on every machine.
            if out == into {
                cost += near.iter().filter(|r| lies_at(out, &from.union(&to), r)).count() as f64 * 4.0;
            }
            cost += match (out, into) {
                (Side::Bottom, Side::Top) | (Side::Right, Side::Left) | (Side::Left, Side::Right) => 0.0,
                (Side::Top, Side::Bottom) => 6.0,
                (a, b) if a == b => 70.0,
                _ => 34.0,
            };
            if cost + 1e-6 < best.0 {
                best = (cost, (out, into));
            }
        }
    }
    best.1
}

/// Whether something stands on this side of an area.
fn lies_at(side: Side, area: &Rect, other: &Rect) -> bool {
    match side {
        Side::Top => other.bottom() <= area.y,
        Side::Right => other.x >= area.right(),
        Side::Bottom => other.y >= area.bottom(),
        Side::Left => other.right() <= area.x,
    }
}

/// Arrows that meet at one side of a card share it: in the order in which they come, a little apart.
fn spread(rects: &[Rect], wishes: &[Wish], sides: &[(Side, Side)]) -> Vec<(f64, f64)> {
    // Which side of which card; where the other end is; whose arrow; whether it begins there.
    let mut meetings: Vec<(usize, Side, f64, usize, bool)> = Vec::new();
    for (index, (wish, (out, into))) in wishes.iter().zip(sides).enumerate() {
        for (own, other, side, begins) in [(wish.from, wish.to, *out, true), (wish.to, wish.from, *into, false)] {
            let (own_rect, other_rect) = (rect(rects, own), rect(rects, other));
            let along = match side {
                Side::Top | Side::Bottom => other_rect.middle_x() - own_rect.middle_x(),
                Side::Left | Side::Right => other_rect.middle_y() - own_rect.middle_y(),
            };
            meetings.push((own, side, along, index, begins));
        }
    }
    meetings.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)).then(a.3.cmp(&b.3)).then(a.4.cmp(&b.4)));
    let mut ports = vec![(0.5, 0.5); wishes.len()];
    for group in meetings.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let Some(first) = group.first() else { continue };
        let own = rect(rects, first.0);
        let (length, most) = if matches!(first.1, Side::Top | Side::Bottom) { (own.w, 26.0) } else { (own.h, 14.0) };
        let count = group.len() as f64;
        let gap = if group.len() > 1 { ((length - 20.0) / (count - 1.0)).min(most) } else { 0.0 };
        for (i, meeting) in group.iter().enumerate() {
            let offset = (i as f64 - (count - 1.0) / 2.0) * gap;
            let at = (0.5 + offset / length.max(1.0)).clamp(0.06, 0.94);
            if let Some(port) = ports.get_mut(meeting.3) {
                *if meeting.4 { &mut port.0 } else { &mut port.1 } = at;
            }
        }
    }
    ports
}

/// The place along the curve where the label covers least.
fn label_place(
    route: &Route,
    wish: &Wish,
    [rects, titles]: [&[Rect]; 2],
    placed: &[Rect],
    others: impl Iterator<Item = (f64, f64)> + Clone,
) -> (f64, f64) {
    let mut best = (f64::MAX, route.at(0.5));
    for t in [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8] {
        let point = route.at(t);
        let label = around(point, wish.label);
        let covered = |list: &[Rect]| list.iter().filter(|r| r.overlaps(&label, 3.0)).count() as f64;
        let mut cost = (t - 0.5).abs() * 20.0 + covered(rects) * 100.0 + covered(titles) * 60.0;
        cost += placed.iter().filter(|r| r.overlaps(&label, 2.0)).count() as f64 * 90.0;
        cost += others.clone().filter(|(x, y)| label.contains(*x, *y, 2.0)).count() as f64 * 8.0;
        if cost < best.0 {
            best = (cost, point);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(x: f64, y: f64) -> Rect {
        Rect { x, y, w: 120.0, h: 50.0 }
    }

    fn wish(from: usize, to: usize) -> Wish {
        Wish { from, to, label: (40.0, 16.0) }
    }

    fn crossed(rects: &[Rect], route: &Route, except: [usize; 2]) -> usize {
        rects
            .iter()
            .enumerate()
            .filter(|(i, r)| {
                !except.contains(i)
                    && (0..=40).any(|s| {
                        let (x, y) = route.at(f64::from(s) / 40.0);
                        r.contains(x, y, 0.0)
                    })
            })
            .count()
    }

    #[test]
    fn neighbours_are_joined_side_to_side_and_rows_from_bottom_to_top() {
        let rects = [card(0.0, 0.0), card(200.0, 0.0), card(0.0, 120.0)];
        let routes = route(&rects, rects.len(), &[], &[wish(0, 1), wish(0, 2)], true);
        assert_eq!(routes[0].points[0], (120.0, 25.0));
        assert_eq!(routes[1].points[0], (60.0, 50.0));
        assert!(routes[1].points[3].1 < 120.0);
    }

    #[test]
    fn arrows_go_around_cards_between() {
        let rects = [card(0.0, 0.0), card(200.0, 0.0), card(400.0, 0.0)];
        let routes = route(&rects, rects.len(), &[], &[wish(0, 2)], true);
        assert_eq!(crossed(&rects, &routes[0], [0, 2]), 0, "{:?}", routes[0]);
        let column = [card(0.0, 0.0), card(0.0, 110.0), card(0.0, 220.0)];
        let routes = route(&column, column.len(), &[], &[wish(0, 2)], true);
        assert_eq!(crossed(&column, &routes[0], [0, 2]), 0, "{:?}", routes[0]);
    }

    #[test]
    fn arrows_go_around_where_there_is_more_room() {
        let column = [card(0.0, 0.0), card(0.0, 110.0), card(0.0, 220.0)];
        for (neighbour, goes_left) in [(card(200.0, 110.0), true), (card(-200.0, 110.0), false)] {
            let rects = [column[0], column[1], column[2], neighbour];
            let routes = route(&rects, rects.len(), &[], &[wish(0, 2)], true);
            assert_eq!(routes[0].points[1].0 < 0.0, goes_left, "{:?}", routes[0]);
        }
    }

    #[test]
    fn arrows_and_labels_of_one_side_keep_apart() {
        let rects = [card(0.0, 0.0), card(-100.0, 140.0), card(100.0, 140.0)];
        let routes = route(&rects, rects.len(), &[], &[wish(0, 2), wish(0, 1)], true);
        // The one to the left leaves further left.
        assert!(routes[1].points[0].0 < routes[0].points[0].0);
        assert!(!around(routes[0].label, (40.0, 16.0)).overlaps(&around(routes[1].label, (40.0, 16.0)), 0.0));
    }
}
