//! What stays as it is while something is pointed at: all else is faded.

use super::picture::{Mark, Picture};

/// What the pointer or the keyboard is at, by the name that it has in every picture: indices change from one to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pointed {
    /// A card or a pill, by its key.
    Mark(String),
    /// An arrow, by its key.
    Arrow(String),
}

/// Marks and arrows that stay, by their index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Near {
    /// Whether each mark stays.
    pub marks: Vec<bool>,
    /// Whether each arrow stays; those that wait for the pointer show.
    pub arrows: Vec<bool>,
}

/// What stays: the mark with its arrows and those at their other ends, or the arrow with its two ends. Nothing where the picture has no such
/// mark or arrow (any more): then all of it is as always.
pub fn near(picture: &Picture, pointed: &Pointed) -> Option<Near> {
    let mut near = Near { marks: vec![false; picture.marks.len()], arrows: vec![false; picture.arrows.len()] };
    let touches: Box<dyn Fn(usize, usize) -> bool> = match pointed {
        Pointed::Mark(key) => {
            // Who reaches and is reached stands at both sides of what is looked at.
            let marks: Vec<usize> = (0..).zip(&picture.marks).filter(|(_, m)| m.key == *key).map(|(index, _)| index).collect();
            marks.first()?;
            marks.iter().for_each(|&mark| near.keep(picture, mark));
            Box::new(move |from, to| marks.contains(&from) || marks.contains(&to))
        }
        Pointed::Arrow(key) => {
            let arrow = picture.arrows.iter().find(|a| a.key == *key)?;
            let ends = (arrow.from, arrow.to);
            Box::new(move |from, to| (from, to) == ends)
        }
    };
    for (index, arrow) in picture.arrows.iter().enumerate().filter(|(_, a)| touches(a.from, a.to)) {
        if let Some(stays) = near.arrows.get_mut(index) {
            *stays = true;
        }
        near.keep(picture, arrow.from);
        near.keep(picture, arrow.to);
    }
    Some(near)
}

impl Near {
    /// An end of an arrow stays: a mark, or every mark within a frame.
    fn keep(&mut self, picture: &Picture, end: usize) {
        if let Some(mark) = self.marks.get_mut(end) {
            *mark = true;
        } else if let Some(frame) = end.checked_sub(picture.marks.len()).and_then(|index| picture.frames.get(index)) {
            for (mark, stays) in picture.marks.iter().zip(&mut self.marks) {
                *stays |= frame.rect.contains(mark.rect.middle_x(), mark.rect.middle_y(), 0.0);
            }
        }
    }
}

/// Where to from a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// The nearest mark in a direction.
pub fn nearest(picture: &Picture, from: usize, heading: Heading) -> Option<usize> {
    let own = picture.marks.get(from)?.rect;
    let distance = |(index, mark): (usize, &Mark)| {
        let (dx, dy) = (mark.rect.middle_x() - own.middle_x(), mark.rect.middle_y() - own.middle_y());
        let (ahead, aside) = match heading {
            Heading::Left => (-dx, dy),
            Heading::Right => (dx, dy),
            Heading::Up => (-dy, dx),
            Heading::Down => (dy, dx),
        };
        (index != from && ahead > 1.0).then_some((index, ahead + aside.abs() * 2.0))
    };
    picture.marks.iter().enumerate().filter_map(distance).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests;
