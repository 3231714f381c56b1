//! Whether cards go over to their places in the next picture, so that the eye keeps hold of them; `graph.css` moves them.

use super::picture::Picture;

/// With more marks nothing glides.
const MOST: usize = 80;

/// Whether something stands elsewhere in the second of two pictures of about the same cards.
pub fn glides(before: &Picture, after: &Picture) -> bool {
    if before.overview.is_some() || after.overview.is_some() || after.marks.len() > MOST {
        return false;
    }
    let (mut kept, mut moved) = (0, before.frames != after.frames);
    for mark in &after.marks {
        if let Some(own) = before.marks.iter().find(|own| own.key == mark.key) {
            kept += 1;
            moved |= own.rect != mark.rect;
        }
    }
    moved && kept * 2 > after.marks.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Rect;
    use crate::graph::picture::{Mark, Overview};

    fn of(places: &[(&str, f64)]) -> Picture {
        let mark = |(key, x): &(&str, f64)| Mark { key: (*key).into(), rect: Rect { x: *x, ..Rect::default() }, ..Mark::default() };
        Picture { marks: places.iter().map(mark).collect(), ..Picture::default() }
    }

    #[test]
    fn cards_glide_where_some_stand_elsewhere_and_most_are_the_same() {
        let before = of(&[("a", 0.0), ("b", 10.0), ("c", 20.0)]);
        assert!(glides(&before, &of(&[("a", 0.0), ("b", 30.0), ("d", 10.0)])));
        assert!(!glides(&before, &before), "nothing stands elsewhere");
        assert!(!glides(&before, &of(&[("a", 5.0), ("x", 0.0), ("y", 0.0)])), "another scene, which has one of the same name");
        assert!(!glides(&before, &Picture { overview: Some(Overview::default()), ..of(&[("a", 5.0)]) }));
        let many = |x: f64| of(&(0..=MOST).map(|_| ("a", x)).collect::<Vec<_>>());
        assert!(!glides(&many(0.0), &many(1.0)), "too many");
    }
}
