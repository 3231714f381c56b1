//! A line from box to box.

/// A place that the line passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Its middle.
    pub x: f64,
    /// Its upper border.
    pub top: f64,
    /// Its lower border.
    pub bottom: f64,
}

/// A line from stop to stop, which leaves and enters each of them upright at its border, so that it covers no words. Also where it ends.
pub fn through(stops: &[Stop]) -> (String, f64, f64) {
    let mut path = String::new();
    let (mut x, mut y) = (0.0, 0.0);
    for (from, to) in stops.iter().zip(stops.iter().skip(1)) {
        let (start, finish, lift) = if to.top >= from.bottom {
            (from.bottom, to.top, None)
        } else if from.top >= to.bottom {
            (from.top, to.bottom, None)
        } else {
            // Side by side: an arc above both.
            (from.top, to.top, Some(from.top.min(to.top) - 22.0))
        };
        let middle = (start + finish) / 2.0;
        let (a, b) = lift.map_or((middle, middle), |lift| (lift, lift));
        path.push_str(&format!("M{:.1} {start:.1}C{:.1} {a:.1} {:.1} {b:.1} {:.1} {finish:.1}", from.x, from.x, to.x, to.x));
        (x, y) = (to.x, finish);
    }
    (path, x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_from_border_to_border() {
        let stop = |x, top, bottom| Stop { x, top, bottom };
        let (path, x, y) = through(&[stop(0.0, 0.0, 20.0), stop(10.0, 60.0, 80.0), stop(60.0, 62.0, 82.0)]);
        assert_eq!(path, "M0.0 20.0C0.0 40.0 10.0 40.0 10.0 60.0M10.0 60.0C10.0 38.0 60.0 38.0 60.0 62.0");
        assert_eq!((x, y), (60.0, 62.0));
    }
}
