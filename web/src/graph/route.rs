//! Which way arrows run between rectangles, and where their labels stand.
//!
//! Arrows run level and upright, around cards and around frames that they have nothing to do with: `search` finds the way of each in the lanes
//! between them, `apart` puts arrows side by side that came to share a lane, `label` finds room for what is written on them.

mod apart;
mod label;
mod search;

use super::{Point, Rect, around};

/// With more arrows than this in a picture, they do not look where others run.
pub const MANY: usize = 260;
/// How round corners are, at most.
const RADIUS: f64 = 14.0;
/// Arrow heads end just before the card.
const HEAD_GAP: f64 = 3.0;

/// How much larger than usual a sign is where letters are so much larger: it is known from its shape, and need not be read.
pub fn sign_lettering(letters: f64) -> f64 {
    letters.min(1.2)
}

/// An arrow to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Index of the rectangle it leaves.
    pub from: usize,
    /// Index of the rectangle it comes to.
    pub to: usize,
    /// Size of its label in letters of the usual size.
    pub label: (f64, f64),
    /// Arrows with the same number say the same of the same receiver, and may share their ways.
    pub bundle: usize,
    /// Whether it has its way before others.
    pub first: bool,
}

/// An arrow's way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Begin, corners, end.
    pub corners: Vec<Point>,
    /// Where the middle of its label goes.
    pub label: Point,
}

/// An arrow with its way: before its label has a place.
#[derive(Clone, Debug)]
pub struct Way {
    wish: Wish,
    corners: Vec<Point>,
}

/// Where arrows run: all that stands there.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// Cards, and behind them frames.
    pub rects: &'a [Rect],
    /// How many cards there are.
    pub cards: usize,
    /// What is written on frames.
    pub titles: &'a [Rect],
    /// Whether senders stand to the left of receivers, and not above them.
    pub sideways: bool,
}

impl Route {
    /// As the `d` of an SVG path.
    pub fn path(&self) -> String {
        let mut path = String::new();
        around::write_rounded(&mut path, &self.corners, RADIUS);
        path
    }
}

impl Ground<'_> {
    fn rect(&self, index: usize) -> Rect {
        self.rects.get(index).copied().unwrap_or_default()
    }

    fn frames(&self) -> std::ops::Range<usize> {
        self.cards..self.rects.len()
    }

    /// The frame around each card.
    fn homes(&self) -> Vec<Option<usize>> {
        let home = |card: &Rect| self.frames().find(|&f| self.rect(f).contains(card.middle_x(), card.middle_y(), 0.0));
        self.rects.iter().take(self.cards).map(home).collect()
    }
}

impl Way {
    /// Its label's size with letters so much larger than usual.
    fn label_size(&self, lettering: f64) -> (f64, f64) {
        let (w, h) = self.wish.label;
        let by = if w == h { sign_lettering(lettering) } else { lettering };
        (w * by, h * by)
    }

    /// With the place of its label.
    pub fn labelled(self, label: Point) -> Route {
        Route { corners: self.corners, label }
    }
}

/// Finds the ways of arrows that are seen together: the same whatever the size of letters.
pub fn ways(ground: &Ground<'_>, wishes: &[Wish]) -> Vec<Way> {
    let homes = ground.homes();
    let length = |wish: &Wish| {
        let (a, b) = (ground.rect(wish.from), ground.rect(wish.to));
        (a.middle_x() - b.middle_x()).abs() + (a.middle_y() - b.middle_y()).abs()
    };
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    super::order(&mut order, &|a, b| {
        let (x, y) = (&wishes[a], &wishes[b]);
        y.first.cmp(&x.first).then(length(x).total_cmp(&length(y))).then(a.cmp(&b))
    });
    let mut ways: Vec<Way> = wishes.iter().map(|wish| Way { wish: *wish, corners: Vec::new() }).collect();
    let mut drawn = search::Drawn { careful: wishes.len() <= MANY, ..search::Drawn::default() };
    for index in order {
        let corners = search::way(ground, &homes, &wishes[index], &mut drawn);
        let pieces = corners.windows(2).map(|w| (w[0], w[1], wishes[index].bundle));
        drawn.pieces.extend(pieces);
        drawn.ends.extend(corners.last().map(|end| (wishes[index].bundle, *end)));
        ways[index].corners = corners;
    }
    apart::apart(ground, &homes, &mut ways);
    for way in &mut ways {
        if let [.., before, end] = way.corners.as_mut_slice() {
            let length = (end.0 - before.0).hypot(end.1 - before.1).max(1.0);
            let part = HEAD_GAP.min(length / 2.0) / length;
            *end = (end.0 + (before.0 - end.0) * part, end.1 + (before.1 - end.1) * part);
        }
    }
    ways
}

/// Finds a place for the label of each way, with letters so much larger than usual.
pub fn labels(ground: &Ground<'_>, ways: &[Way], lettering: f64) -> Vec<Point> {
    label::places(ground, ways, lettering)
}

/// Ways with their labels.
pub fn routes(ground: &Ground<'_>, wishes: &[Wish], lettering: f64) -> Vec<Route> {
    let ways = ways(ground, wishes);
    let labels = labels(ground, &ways, lettering);
    ways.into_iter().zip(labels).map(|(way, label)| way.labelled(label)).collect()
}

/// This area and all that these ways and their labels take.
pub fn bounds(area: Rect, ways: &[Way], labels: &[Point], lettering: f64) -> Rect {
    ways.iter().zip(labels).fold(area, |mut all, (way, label)| {
        for corner in &way.corners {
            all = all.union(&Rect::around(*corner, (12.0, 12.0)));
        }
        all.union(&Rect::around(*label, way.label_size(lettering)))
    })
}

#[cfg(test)]
mod tests;
