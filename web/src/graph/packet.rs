//! The way of a packet on the picture: along the arrows between the cards that it comes to, with a place for each hop.

use std::fmt::Write as _;

use super::picture::{Picture, straight};
use super::{Point, Rect};

/// A line, and where on it hops are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// Its corners.
    pub corners: Vec<Point>,
    /// Of each hop, how far along it is, from 0 to 1, and where.
    pub hops: Vec<(f64, Point)>,
    /// Of each hop, whether it is between cards.
    pub between: Vec<bool>,
}

/// Hops at one mark that follow each other: which mark, the first and the last of them.
type Run = (usize, usize, usize);

/// The track of a packet whose hops are at these marks, or between them; `beyond` is the mark that the way was to lead to. Nothing where none of them
/// is in the picture.
pub fn track(picture: &Picture, hops: &[Option<usize>], beyond: Option<usize>) -> Option<Track> {
    let mut runs: Vec<Run> = Vec::new();
    for (hop, mark) in hops.iter().enumerate().filter_map(|(hop, mark)| Some((hop, (*mark)?))) {
        match runs.last_mut().filter(|run| run.0 == mark) {
            Some(run) => run.2 = hop,
            None => runs.push((mark, hop, hop)),
        }
    }
    let last = hops.len().checked_sub(1)?;
    let ahead = beyond.filter(|mark| hops[last].is_none() && runs.last().is_some_and(|run| run.0 != *mark));
    let many = runs.len();
    // The first card is where it sets out, the last where it arrives, and those between are passed in the middle of their hops.
    let mut anchors: Vec<(usize, usize)> = runs
        .iter()
        .enumerate()
        .map(|(number, &(mark, from, to))| match number {
            0 => (mark, 0),
            _ if number + 1 == many && ahead.is_none() => (mark, last),
            _ => (mark, (from + to).div_ceil(2)),
        })
        .collect();
    anchors.extend(ahead.map(|mark| (mark, hops.len())));
    let pieces: Vec<(usize, usize, Vec<Point>)> = match anchors[..] {
        [] => return None,
        [(mark, _)] => vec![(0, last.max(1), below(&picture.rect(mark)?))],
        _ => anchors.windows(2).filter_map(|pair| piece(picture, pair)).collect(),
    };
    let mut track =
        Track { corners: Vec::new(), hops: vec![(0.0, (0.0, 0.0)); hops.len()], between: hops.iter().map(Option::is_none).collect() };
    let mut gone = 0.0;
    for (from, to, corners) in pieces {
        if let (Some(end), Some(start)) = (track.corners.last(), corners.first()) {
            gone += far(*end, *start);
        }
        let length = length(&corners);
        for (hop, place) in track.hops.iter_mut().enumerate().take(to + 1).skip(if from == 0 { 0 } else { from + 1 }) {
            let along = length * (hop - from) as f64 / (to - from).max(1) as f64;
            *place = (gone + along, at(&corners, along));
        }
        gone += length;
        track.corners.extend(corners);
    }
    track.hops.iter_mut().for_each(|hop| hop.0 /= gone.max(1.0));
    Some(track)
}

/// From one card to the next, with the hops at both: along the arrow between them, if there is one.
fn piece(picture: &Picture, pair: &[(usize, usize)]) -> Option<(usize, usize, Vec<Point>)> {
    let &[(from, first), (to, last)] = pair else { return None };
    let drawn = |from: usize, to: usize| {
        let between = picture.arrows.iter().filter(|arrow| (arrow.from, arrow.to) == (from, to) && arrow.route.corners.len() > 1);
        between.max_by_key(|arrow| arrow.flow).map(|arrow| arrow.route.corners.clone())
    };
    let back = || drawn(to, from).map(|corners| corners.into_iter().rev().collect());
    let line = || Some(straight(&picture.rect(from)?, &picture.rect(to)?, 0.0).corners);
    Some((first, last, drawn(from, to).or_else(back).or_else(line)?))
}

/// Along the lower edge of a card.
fn below(rect: &Rect) -> Vec<Point> {
    vec![(rect.x + 14.0, rect.bottom()), (rect.right() - 14.0, rect.bottom())]
}

fn far(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn length(corners: &[Point]) -> f64 {
    corners.windows(2).map(|pair| far(pair[0], pair[1])).sum()
}

/// The point so far along a line.
fn at(corners: &[Point], along: f64) -> Point {
    let mut left = along;
    for pair in corners.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let long = far(a, b);
        if left <= long && long > 0.0 {
            let share = left / long;
            return (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        }
        left -= long;
    }
    corners.last().copied().unwrap_or_default()
}

impl Track {
    /// As the `d` of an SVG path.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for (number, (x, y)) in self.corners.iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if number == 0 { 'M' } else { 'L' });
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::picture::{Arrow, Mark};
    use crate::graph::route::Route;
    use netpolis_view::Status;

    fn picture() -> Picture {
        let mark = |x: f64| Mark { rect: Rect { x, y: 0.0, w: 100.0, h: 50.0 }, ..Mark::default() };
        let corners = vec![(100.0, 25.0), (150.0, 25.0), (150.0, 75.0), (500.0, 75.0)];
        let route = Route { corners, label: (0.0, 0.0) };
        let arrow = Arrow {
            key: String::new(),
            from: 0,
            to: 2,
            status: Status::Allowed,
            label: String::new(),
            ask: None,
            traffic: None,
            both: false,
            quiet: false,
            flow: true,
            open: false,
            change: None,
            weight: 0,
            title: String::new(),
            route,
        };
        Picture { marks: vec![mark(0.0), mark(250.0), mark(500.0)], arrows: vec![arrow], ..Picture::default() }
    }

    #[test]
    fn hops_are_along_the_arrow_and_end_at_the_card() {
        let found = track(&picture(), &[Some(0), Some(0), None, Some(2), Some(2)], None).unwrap();
        assert_eq!(found.path(), "M100.0 25.0L150.0 25.0L150.0 75.0L500.0 75.0");
        assert_eq!((found.hops[0], found.hops[4]), ((0.0, (100.0, 25.0)), (1.0, (500.0, 75.0))));
        assert_eq!(found.hops[2].1, (275.0, 75.0), "in the middle");
        // What it was to reach, and does not.
        let stopped = track(&picture(), &[Some(0), None], Some(2)).unwrap();
        assert_eq!(stopped.hops[1].1, (275.0, 75.0));
    }

    #[test]
    fn a_card_on_the_way_is_passed_and_without_cards_there_is_no_track() {
        let found = track(&picture(), &[Some(0), None, Some(1), Some(2)], None).unwrap();
        assert_eq!(found.hops[2].1, (247.0, 25.0), "at the border of the second card");
        assert!(found.hops.windows(2).all(|pair| pair[0].0 < pair[1].0), "{found:?}");
        assert_eq!(track(&picture(), &[None, None], None), None);
        assert_eq!(track(&picture(), &[], None), None);
        let inside = track(&picture(), &[Some(1), None, Some(1)], Some(1)).unwrap();
        assert_eq!((inside.hops[0].1, inside.hops[2].1), ((264.0, 50.0), (336.0, 50.0)));
    }
}
