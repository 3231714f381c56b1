//! The graph: which marks and arrows there are (`picture`), where they stand (`layout`), which way arrows run (`route`), what stays while
//! something is pointed at (`near`), whether cards glide to new places (`glide`), what opens while somebody zooms in (`zoom`), and the picture as a file (`export`). All of it is plain computation, tested natively; `components::graph` draws it.

pub mod around;
#[cfg(not(target_arch = "wasm32"))]
pub mod clusters;
pub mod export;
pub mod glide;
#[cfg(not(target_arch = "wasm32"))]
pub mod judge;
pub mod layout;
pub mod legend;
pub mod near;
pub mod packet;
pub mod picture;
pub mod route;
pub mod sight;
pub mod through;
pub mod zoom;

use std::cmp::Ordering;

/// Sorts numbers of things; equal ones stay in their order. One for all, as every kind of sort is compiled by itself, and downloaded.
pub(crate) fn order(numbers: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    numbers.sort_by(|a, b| compare(*a, *b));
}

/// A point, in pixels of whatever it is on: the drawing, or the canvas that shows it.
pub type Point = (f64, f64);

/// A rectangle, in the drawing's own units (CSS pixels at scale 1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// The rectangle of this size around a point.
    pub fn around((x, y): Point, (w, h): (f64, f64)) -> Rect {
        Rect { x: x - w / 2.0, y: y - h / 2.0, w, h }
    }

    /// What an upright or level piece of a line covers.
    pub fn of_piece(a: Point, b: Point) -> Rect {
        Rect { x: a.0.min(b.0), y: a.1.min(b.1), w: (a.0 - b.0).abs(), h: (a.1 - b.1).abs() }
    }

    /// Left and up change places.
    pub fn turned(self) -> Rect {
        Rect { x: self.y, y: self.x, w: self.h, h: self.w }
    }

    /// The same, or left and up change places.
    pub fn turned_if(self, turn: bool) -> Rect {
        if turn { self.turned() } else { self }
    }

    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Middle, from left to right.
    pub fn middle_x(&self) -> f64 {
        self.x + self.w / 2.0
    }

    /// Middle, from top to bottom.
    pub fn middle_y(&self) -> f64 {
        self.y + self.h / 2.0
    }

    /// Whether the two overlap when each is widened by `gap` in all.
    pub fn overlaps(&self, other: &Rect, gap: f64) -> bool {
        self.x < other.right() + gap && other.x < self.right() + gap && self.y < other.bottom() + gap && other.y < self.bottom() + gap
    }

    /// Whether a point lies within, or no farther than `gap` outside.
    pub fn contains(&self, x: f64, y: f64, gap: f64) -> bool {
        x > self.x - gap && x < self.right() + gap && y > self.y - gap && y < self.bottom() + gap
    }

    /// The smallest rectangle around both.
    pub fn union(&self, other: &Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Rect { x, y, w: self.right().max(other.right()) - x, h: self.bottom().max(other.bottom()) - y }
    }
}

/// Smallest scale at which a picture is looked at.
pub const SMALLEST: f64 = 0.08;
/// Largest scale that is chosen without being asked for.
pub const COMFORTABLE: f64 = 1.25;

/// Smallest scale at which names on cards can be read, at 9 pixels. A small canvas shows no more than that leaves room for.
pub const NAMES: f64 = 0.7;

/// Width and height of the canvas in a window of 1440 by 900 pixels.
pub const WIDE: (f64, f64) = (681.0, 538.0);
/// Width and height of the canvas of a telephone.
pub const TALL: (f64, f64) = (390.0, 350.0);

/// Whether a canvas has no room for pictures that a larger one shows as a whole.
pub fn is_small((w, h): (f64, f64)) -> bool {
    w < 600.0 || h < 300.0
}

/// The scale at which all of an area is seen on a canvas of this size, with a margin; on a small one no smaller than names can be read.
pub fn fitting_scale((w, h): (f64, f64), area: Rect) -> f64 {
    let (margin, smallest) = if is_small((w, h)) { (10.0, NAMES) } else { (28.0, SMALLEST) };
    ((w - 2.0 * margin) / area.w.max(1.0)).min((h - 2.0 * margin) / area.h.max(1.0)).clamp(smallest, COMFORTABLE)
}

/// About how wide a text is, in pixels at this size of Inter: the layout must not wait for the font.
pub fn text_width(text: &str, size: f64) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' => 0.29,
            'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | ' ' | '-' => 0.4,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.9,
            'A'..='Z' => 0.69,
            '0'..='9' => 0.63,
            c if c.is_ascii() => 0.585,
            _ => 0.9,
        })
        .sum();
    em * size
}

/// The text, shortened with an ellipsis to about this width.
pub fn fit_text(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, size) > width - size * 0.8 {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_shortened_to_fit() {
        let name = "recommendation-service-with-a-very-long-name";
        let short = fit_text(name, 13.0, 120.0);
        assert!(short.ends_with('…') && text_width(&short, 13.0) <= 125.0, "{short}");
        assert_eq!(fit_text("cart", 13.0, 120.0), "cart");
    }
}
