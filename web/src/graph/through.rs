//! A line from box to box.

use super::Rect;

/// A line from stop to stop, which leaves and enters each of them upright at its border, so that it covers no words. Also where it ends.
/// For pictures in which there is no way around all words ([`super::around`]).
pub fn through(stops: &[Rect]) -> (String, (f64, f64)) {
    let mut path = String::new();
    let (mut x, mut y) = (0.0, 0.0);
    for (from, to) in stops.iter().zip(stops.iter().skip(1)) {
        let (start, finish, lift) = if to.y >= from.bottom() {
            (from.bottom(), to.y, None)
        } else if from.y >= to.bottom() {
            (from.y, to.bottom(), None)
        } else {
            // Side by side: an arc above both.
            (from.y, to.y, Some(from.y.min(to.y) - 22.0))
        };
        let middle = (start + finish) / 2.0;
        let (a, b) = lift.map_or((middle, middle), |lift| (lift, lift));
        path.push_str(&format!(
            "M{:.1} {start:.1}C{:.1} {a:.1} {:.1} {b:.1} {:.1} {finish:.1}",
            from.middle_x(),
            from.middle_x(),
            to.middle_x(),
            to.middle_x()
        ));
        (x, y) = (to.middle_x(), finish);
    }
    (path, (x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_from_border_to_border() {
        let stop = |x, top, bottom: f64| Rect { x, y: top, w: 0.0, h: bottom - top };
        let (path, end) = through(&[stop(0.0, 0.0, 20.0), stop(10.0, 60.0, 80.0), stop(60.0, 62.0, 82.0)]);
        assert_eq!(path, "M0.0 20.0C0.0 40.0 10.0 40.0 10.0 60.0M10.0 60.0C10.0 38.0 60.0 38.0 60.0 62.0");
        assert_eq!(end, (60.0, 62.0));
    }
}
