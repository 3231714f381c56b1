//! Which part of a large picture is drawn: what is in sight and some of what is around it, so that a browser's work follows the canvas and not the
//! cluster.

use super::Rect;

/// A picture with no more marks than this is drawn whole.
pub const WHOLE: usize = 300;
/// How much is drawn beside, above and below what is in sight, as a share of it: what is panned to is there already.
const AROUND: f64 = 0.75;
/// A part that is so many times as wide as what is in sight is drawn anew, smaller.
const MOST: f64 = 6.0;

/// The part that is to be drawn from here on, unless the one that is drawn does.
pub fn part(drawn: Option<&Rect>, sight: Rect) -> Option<Rect> {
    let does = |drawn: &Rect| drawn.union(&sight) == *drawn && drawn.w <= sight.w * MOST;
    if drawn.is_some_and(does) {
        return None;
    }
    let (dx, dy) = (sight.w * AROUND, sight.h * AROUND);
    Some(Rect { x: sight.x - dx, y: sight.y - dy, w: sight.w + 2.0 * dx, h: sight.h + 2.0 * dy })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGHT: Rect = Rect { x: 100.0, y: 200.0, w: 400.0, h: 200.0 };

    #[test]
    fn what_is_drawn_stays_until_something_else_is_in_sight() {
        let drawn = part(None, SIGHT).expect("nothing is drawn yet");
        assert_eq!(drawn, Rect { x: -200.0, y: 50.0, w: 1000.0, h: 500.0 });
        let panned = |x: f64, y: f64| part(Some(&drawn), Rect { x: SIGHT.x + x, y: SIGHT.y + y, ..SIGHT });
        assert_eq!(panned(0.0, 0.0), None);
        assert_eq!(panned(-299.0, 149.0), None, "still within what is drawn around it");
        assert_eq!(panned(-301.0, 0.0).map(|part| part.x), Some(-501.0));
        assert!(panned(0.0, 151.0).is_some());
    }

    #[test]
    fn who_looks_from_much_nearer_has_less_drawn() {
        let drawn = part(None, SIGHT).expect("nothing is drawn yet");
        let nearer = |by: f64| part(Some(&drawn), Rect { w: SIGHT.w / by, h: SIGHT.h / by, ..SIGHT });
        assert_eq!(nearer(2.0), None);
        assert!(nearer(3.0).is_some_and(|part| part.w < drawn.w / 2.0));
    }
}
