//! Where the drawing is looked at. Plain computation; `view` sets it on the elements.

use std::collections::HashSet;

use crate::graph::picture::{Arrow, Picture};
use crate::graph::{COMFORTABLE, Point, Rect, SMALLEST, fitting_scale};

/// Smallest and largest scale.
pub(super) const SCALES: (f64, f64) = (SMALLEST, 2.5);

/// At each side of a picture that is as wide as the canvas.
const EDGE: f64 = 12.0;
/// Smallest scale at which all letters can be read.
pub(super) const READABLE: f64 = 1.0;

/// Pixels of something that stay in sight, at the least.
const PIECE: f64 = 48.0;

/// Where the drawing is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) scale: f64,
    /// Whether the person moved it; then it stays where it is.
    pub(super) moved: bool,
}

impl Camera {
    /// The drawing goes along by so much.
    pub(super) fn panned(self, dx: f64, dy: f64) -> Camera {
        Camera { x: self.x + dx, y: self.y + dy, moved: true, ..self }
    }

    /// The point of the drawing that is seen at a place of the canvas.
    pub(super) fn drawn(self, (x, y): Point) -> Point {
        ((x - self.x) / self.scale, (y - self.y) / self.scale)
    }

    /// The drawing is enlarged around a point, and made no smaller than so.
    pub(super) fn zoomed(self, (x, y): Point, factor: f64, smallest: f64) -> Camera {
        let scale = (self.scale * factor).clamp(smallest, SCALES.1);
        let ratio = scale / self.scale;
        Camera { x: x - (x - self.x) * ratio, y: y - (y - self.y) * ratio, scale, moved: true }
    }

    /// The nearest place from which something of the drawing is seen: its middle parts, or a piece of a mark or a frame.
    pub(super) fn kept(self, size: (f64, f64), bounds: &Rect, shown: &[Rect]) -> Camera {
        let middle = ((size.0 / 2.0 - self.x) / self.scale, (size.1 / 2.0 - self.y) / self.scale);
        if bounds.contains(middle.0, middle.1, 0.0) {
            return self;
        }
        let along = |place: f64, start: f64, length: f64, room: f64| {
            let (start, length) = (start * self.scale, length * self.scale);
            let seen = PIECE.min(length).min(room);
            place.min(room - seen - start).max(seen - length - start)
        };
        let there = |r: &Rect| (along(self.x, r.x, r.w, size.0), along(self.y, r.y, r.h, size.1));
        let far = |at: &(f64, f64)| (at.0 - self.x).hypot(at.1 - self.y);
        let nearest = shown.iter().map(there).min_by(|a, b| far(a).total_cmp(&far(b)));
        nearest.map_or(self, |(x, y)| Camera { x, y, ..self })
    }
}

/// The camera that shows an area in the middle of a canvas. Where there is no room for all of it, it shows the first of two parts, or that of the second
/// which has room.
pub(super) fn fitting((w, h): (f64, f64), area: Rect, parts: [Rect; 2]) -> Camera {
    let scale = fitting_scale((w, h), area);
    let along = |room: f64, of: fn(&Rect) -> (f64, f64)| {
        let ((from, length), parts) = (of(&area), parts.each_ref().map(of));
        let inner = room - 2.0 * EDGE;
        let middle = |(from, length): (f64, f64)| (room - length * scale) / 2.0 - from * scale;
        if length * scale <= room {
            return middle((from, length));
        }
        let [first, (start, far)] = parts;
        let there = if first.1 * scale <= inner { middle(first) } else { middle((start, far.min(inner / scale))) };
        // Nothing is left empty beside it.
        there.min(EDGE - from * scale).max(room - EDGE - (from + length) * scale)
    };
    Camera { x: along(w, |r| (r.x, r.w)), y: along(h, |r| (r.y, r.h)), scale, moved: false }
}

/// The arrow of the flow in question.
pub(super) fn flow_of(picture: &Picture) -> Option<&Arrow> {
    picture.arrows.iter().find(|arrow| arrow.flow)
}

/// Whether the sender or the receiver of the flow in question is in sight, or a part of one.
pub(super) fn sees_flow(camera: Camera, size: (f64, f64), picture: &Picture) -> bool {
    let ((x, y), (right, bottom)) = (camera.drawn((0.0, 0.0)), camera.drawn(size));
    let sight = Rect { x, y, w: right - x, h: bottom - y };
    let ends = flow_of(picture).map(|flow| [flow.from, flow.to]).into_iter().flatten();
    ends.filter_map(|end| picture.rect(end)).any(|end| end.overlaps(&sight, 0.0))
}

/// What of a picture is to be seen where there is no room for all: the flow in question, or its sender; or else the first card.
pub(super) fn wanted(picture: &Picture) -> [Rect; 2] {
    let ends = flow_of(picture).and_then(|flow| Some((picture.rect(flow.from)?, picture.rect(flow.to)?)));
    let first = || picture.marks.iter().map(|mark| mark.rect).min_by(|a, b| (a.x + a.y).total_cmp(&(b.x + b.y))).unwrap_or_default();
    ends.map_or_else(|| [first(); 2], |(from, to)| [from.union(&to), from])
}

/// The camera that shows a picture from its top, as wide as the canvas: so that it can be read, however far down it goes.
pub(super) fn reading((w, h): (f64, f64), area: Rect) -> Camera {
    let scale = (w / (area.w + 2.0 * EDGE)).clamp(READABLE, COMFORTABLE);
    let top = if area.h * scale < h { ((h - area.h * scale) / 2.0).min(EDGE * 2.0) } else { EDGE };
    Camera { x: ((w - area.w * scale) / 2.0).max(EDGE) - area.x * scale, y: top - area.y * scale, scale, moved: false }
}

/// The camera moved just so far that an area is in sight; where that is too large for it, all of the picture is shown, or what of these parts has room.
pub(super) fn in_sight(camera: Camera, (w, h): (f64, f64), area: Rect, all: Rect, parts: [Rect; 2]) -> Camera {
    const MARGIN: f64 = 20.0;
    let (wide, high) = (area.w * camera.scale, area.h * camera.scale);
    if wide > w - 2.0 * MARGIN || high > h - 2.0 * MARGIN {
        return fitting((w, h), all, parts);
    }
    let shift = |from: f64, length: f64, room: f64| (MARGIN - from).max(0.0) - (from + length - (room - MARGIN)).max(0.0);
    let dx = shift(camera.x + area.x * camera.scale, wide, w);
    let dy = shift(camera.y + area.y * camera.scale, high, h);
    Camera { x: camera.x + dx, y: camera.y + dy, ..camera }
}

/// Whether an area is in sight as a whole.
pub(super) fn shows(camera: &Camera, (w, h): (f64, f64), area: Rect) -> bool {
    let inside = |from: f64, to: f64, room: f64| from >= 0.0 && to <= room;
    inside(area.x * camera.scale + camera.x, area.right() * camera.scale + camera.x, w)
        && inside(area.y * camera.scale + camera.y, area.bottom() * camera.scale + camera.y, h)
}

/// The area of the marks that were not there before; none if there is none.
pub(super) fn new_area(picture: &Picture, known: &HashSet<String>) -> Option<Rect> {
    let mut fresh = picture.marks.iter().filter(|m| !known.contains(&m.key)).map(|m| m.rect);
    let first = fresh.next()?;
    Some(fresh.fold(first, |all, one| all.union(&one)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::NAMES;

    const SIZE: (f64, f64) = (600.0, 400.0);

    fn area(x: f64, y: f64, w: f64, h: f64) -> Rect {
        Rect { x, y, w, h }
    }

    #[test]
    fn what_is_new_comes_into_sight_by_the_shortest_way() {
        let camera = Camera { x: 10.0, y: 10.0, scale: 1.0, moved: true };
        let all = area(0.0, 0.0, 2000.0, 300.0);
        let parts = [area(0.0, 0.0, 100.0, 50.0); 2];
        let seen = in_sight(camera, SIZE, area(50.0, 50.0, 100.0, 50.0), all, parts);
        assert_eq!((seen.x, seen.y, seen.scale), (10.0, 10.0, 1.0), "nothing moves for what is in sight");
        let right = in_sight(camera, SIZE, area(900.0, 50.0, 100.0, 50.0), all, parts);
        assert_eq!((right.x + 1000.0, right.y, right.scale), (580.0, 10.0, 1.0));
        let left = in_sight(Camera { x: -500.0, ..camera }, SIZE, area(50.0, 50.0, 100.0, 50.0), all, parts);
        assert_eq!(left.x + 50.0, 20.0);
        // Too large at this scale: all of the picture.
        let wide = in_sight(camera, SIZE, area(0.0, 0.0, 1900.0, 50.0), all, parts);
        assert!(wide.scale < 0.3 && !wide.moved, "{wide:?}");
    }

    #[test]
    fn a_small_canvas_shows_what_can_be_read_of_the_flow_in_question() {
        let size = (375.0, 250.0);
        let all = area(0.0, 0.0, 400.0, 900.0);
        let places = |parts: [Rect; 2]| {
            let camera = fitting(size, all, parts);
            assert_eq!(camera.scale, NAMES, "no smaller");
            parts.map(|part| ((camera.y + part.y * NAMES).round(), (camera.y + part.bottom() * NAMES).round(), camera.x.round()))
        };
        // All of its width has room; of its height, sender and receiver.
        let (sender, receiver) = (area(100.0, 400.0, 100.0, 50.0), area(100.0, 500.0, 100.0, 50.0));
        assert_eq!(places([sender.union(&receiver), sender])[0], (73.0, 178.0, 48.0));
        // They are too far from each other: the sender, with nothing left empty above the picture.
        let far = area(100.0, 800.0, 100.0, 50.0);
        let top = area(100.0, 10.0, 100.0, 50.0);
        assert_eq!(places([top.union(&far), top])[1].0, EDGE + 7.0);
        assert_eq!(places([far; 2])[0].1, 250.0 - EDGE - 35.0, "nor below it");
        // What has room is seen as a whole, and so it is on a larger canvas.
        assert!(
            fitting((680.0, 540.0), all, [top; 2]).scale < NAMES && fitting(size, area(0.0, 0.0, 300.0, 200.0), [top; 2]).scale > NAMES
        );
    }
}
