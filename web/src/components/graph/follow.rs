//! What is seen of a drag: the line that follows it, the card that it would end at, the ring of a finger that rests.

use web_sys::Element;

use super::hand::Hand;
use super::view::find;
use crate::graph::picture::Mark;
use crate::graph::{Point, Rect};

/// Pixels between a card and the outline around it.
const AROUND: f64 = 3.0;

/// Classes of the canvas, by what is being done.
pub(super) fn signs(canvas: &Element, hand: &Hand) {
    let list = canvas.class_list();
    for (class, on) in [("panning", hand.pans()), ("asking", hand.asks()), ("resting", hand.rests())] {
        let _ = list.toggle_with_force(class, on);
    }
}

/// The ring around a finger.
pub(super) fn ring(canvas: &Element, (x, y): Point) {
    if let Some(ring) = find(canvas, ".rest-ring") {
        let _ = ring.set_attribute("transform", &format!("translate({x:.0} {y:.0})"));
    }
}

/// A line from a card to a point, or to the card that is there.
pub(super) fn show(canvas: &Element, from: &Mark, to: Point, over: Option<&Mark>) {
    let end = over.map_or(to, |over| border(&over.rect, middle(&from.rect)));
    let start = border(&from.rect, over.map_or(to, |over| middle(&over.rect)));
    if let Some(line) = find(canvas, ".follow path") {
        let _ = line.set_attribute("d", &format!("M{:.1} {:.1}L{:.1} {:.1}", start.0, start.1, end.0, end.1));
    }
    outline(canvas, ".follow .from", Some(&from.rect));
    outline(canvas, ".follow .to", over.map(|over| &over.rect));
    if let Some(note) = canvas.parent_element().and_then(|pane| find(&pane, ".aim-note")) {
        let words = match over {
            Some(over) => format!("{} → {}", from.title, over.title),
            None => format!("{} → ?", from.title),
        };
        note.set_text_content(Some(&words));
    }
}

fn outline(canvas: &Element, selector: &str, rect: Option<&Rect>) {
    let Some(element) = find(canvas, selector) else { return };
    let r = rect.map(|r| Rect { x: r.x - AROUND, y: r.y - AROUND, w: r.w + 2.0 * AROUND, h: r.h + 2.0 * AROUND }).unwrap_or_default();
    for (name, value) in [("x", r.x), ("y", r.y), ("width", r.w), ("height", r.h)] {
        let _ = element.set_attribute(name, &format!("{value:.1}"));
    }
}

fn middle(rect: &Rect) -> Point {
    (rect.middle_x(), rect.middle_y())
}

/// Where a line from the middle of a card towards a point leaves it.
fn border(rect: &Rect, to: Point) -> Point {
    let (x, y) = middle(rect);
    let (dx, dy) = (to.0 - x, to.1 - y);
    let (half_w, half_h) = (rect.w / 2.0 + AROUND, rect.h / 2.0 + AROUND);
    let far = (dx.abs() / half_w).max(dy.abs() / half_h).max(1.0);
    (x + dx / far, y + dy / far)
}
