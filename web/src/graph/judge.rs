//! How good a picture is, in counts. Only for measuring and tests: `cargo run -p netpolis-web --example layout` prints them for all
//! examples and for made-up clusters; docs/layout.md says what each count means.

use std::rc::Rc;

use super::layout::Memory;
use super::picture::{Arrow, Options, Picture, picture};
use super::{Point, Rect, fitting_scale};
use crate::examples::Example;
use crate::state::{Action, State};
use netpolis_view::{Evaluator, Status, TrafficView};

pub use super::{TALL, WIDE};

/// How far from a card arrows may meet that both end there, or begin.
const MEETING: f64 = 9.0;

/// The counts of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Cards and pills.
    pub cards: usize,
    /// Arrows that are seen.
    pub arrows: usize,
    /// Points where two arrows cross that are not of one bundle.
    pub crossings: usize,
    /// Arrows that pass through or behind a card at which they do not end, once for each such card.
    pub through: usize,
    /// Ends of arrows at a side of a card that looks away from the other end.
    pub away: usize,
    /// Labels that lie on another label, a card or the title of a frame, once for each.
    pub covered: usize,
    /// Labels that an arrow runs through that they do not belong to, once for each.
    pub struck: usize,
    /// Turns of all arrows, in right angles.
    pub bends: f64,
    /// Length of all arrows, in pixels.
    pub length: f64,
    /// Width and height.
    pub size: (f64, f64),
    /// At which scale all of it is seen first.
    pub scale: f64,
    /// How high the letters of labels are then (their font's size), in pixels.
    pub letters: f64,
}

/// An example as it is when it was opened.
pub struct Scene(Rc<State>);

impl Scene {
    /// Evaluates it.
    pub fn new(example: &'static Example) -> Self {
        let state = State::start(0, example);
        let reply = Evaluator::default().reply(state.request());
        Scene(Rc::new(state).reduce(Action::evaluated(reply)))
    }

    /// Its picture, as the page draws it first, with some namespaces opened or closed.
    pub fn drawn(&self, toggled: &[String], tall: bool) -> Picture {
        let verdict = self.0.answers.verdict().map(|verdict| {
            let question = &verdict.question;
            (Status::from(verdict.word), TrafficView { protocol: question.protocol.clone(), port: question.port })
        });
        let verdict = verdict.as_ref().map(|(status, traffic)| (*status, traffic));
        let options = Options { flow: self.0.flow_ends(), verdict, toggled, tall, ..Options::default() };
        picture(&self.0.answers.scene, &options, &Memory::default())
    }
}

/// Counts for a picture that is first seen on a canvas of this size.
pub fn judge(picture: &Picture, canvas: (f64, f64)) -> Counts {
    let seen: Vec<&Arrow> = picture.arrows.iter().filter(|a| !a.quiet).collect();
    let lines: Vec<&[Point]> = seen.iter().map(|a| a.route.corners.as_slice()).collect();
    let scale = fitting_scale(canvas, picture.bounds);
    let mut counts = Counts {
        cards: picture.marks.len(),
        arrows: seen.len(),
        size: (picture.bounds.w, picture.bounds.h),
        scale,
        letters: 11.0 * picture.lettering * scale,
        ..Counts::default()
    };
    for (i, (arrow, line)) in seen.iter().zip(&lines).enumerate() {
        counts.length += pieces(line).map(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1)).sum::<f64>();
        counts.bends += turns(line);
        counts.away += looks_away(picture, arrow, line);
        for (other, theirs) in seen.iter().zip(&lines).skip(i + 1).filter(|(other, _)| !same_bundle(arrow, other)) {
            counts.crossings += crossings(line, theirs, &common_ends(picture, arrow, other));
        }
        for (index, mark) in picture.marks.iter().enumerate() {
            let inner = Rect { x: mark.rect.x + 1.0, y: mark.rect.y + 1.0, w: mark.rect.w - 2.0, h: mark.rect.h - 2.0 };
            counts.through += usize::from(index != arrow.from && index != arrow.to && pieces(line).any(|(a, b)| meets(&inner, a, b)));
        }
        counts.judge_label(picture, &seen, &lines, i);
    }
    counts.bends = counts.bends.round();
    counts
}

impl Counts {
    fn judge_label(&mut self, picture: &Picture, seen: &[&Arrow], lines: &[&[Point]], own: usize) {
        let Some((arrow, label)) = seen.get(own).and_then(|a| Some((*a, label(picture, a)?))) else { return };
        let others = || seen.iter().enumerate().filter(|(i, other)| *i != own && !same_bundle(arrow, other));
        // Those of a bundle may have one for all of them, in one place.
        let on = |(i, other): &(usize, &&Arrow)| {
            let theirs = self::label(picture, other).filter(|l| l.overlaps(&label, -1.0) && !(same_bundle(arrow, other) && *l == label));
            *i > own && theirs.is_some()
        };
        let on_labels = seen.iter().enumerate().filter(on);
        let on_marks = picture.marks.iter().filter(|m| m.rect.overlaps(&label, -1.0));
        let titles = picture.frames.iter().map(super::picture::FrameMark::title_rect);
        self.covered += on_labels.count() + on_marks.count() + titles.filter(|t| t.overlaps(&label, -1.0)).count();
        let inner = Rect { x: label.x + 2.0, y: label.y + 2.0, w: label.w - 4.0, h: label.h - 4.0 };
        self.struck += others().filter(|(i, _)| lines.get(*i).is_some_and(|line| pieces(line).any(|(a, b)| meets(&inner, a, b)))).count();
    }
}

/// Where the label of an arrow stands; nothing where it has none.
fn label(picture: &Picture, arrow: &Arrow) -> Option<Rect> {
    let size = arrow.label_size(picture.lettering);
    (size.0 > 0.0).then(|| Rect::around(arrow.route.label, size))
}

/// Whether two arrows may share their way: they say the same of the same receiver or, where many go out alike, of the same sender.
fn same_bundle(a: &Arrow, b: &Arrow) -> bool {
    (a.to == b.to || a.from == b.from) && a.status == b.status && a.label == b.label
}

fn pieces(line: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    line.iter().copied().zip(line.iter().copied().skip(1))
}

/// All turns of a line, in right angles.
fn turns(line: &[Point]) -> f64 {
    let headings: Vec<f64> =
        pieces(line).filter(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1) > 0.5).map(|(a, b)| (b.1 - a.1).atan2(b.0 - a.0)).collect();
    let turn = |a: f64, b: f64| {
        let d = (a - b).abs();
        d.min(core::f64::consts::TAU - d)
    };
    headings.windows(2).map(|w| if let [a, b] = w { turn(*a, *b) } else { 0.0 }).sum::<f64>() / core::f64::consts::FRAC_PI_2
}

/// Cards at which both arrows end or begin.
fn common_ends(picture: &Picture, a: &Arrow, b: &Arrow) -> Vec<Rect> {
    [a.from, a.to].into_iter().filter(|end| *end == b.from || *end == b.to).filter_map(|end| picture.rect(end)).collect()
}

fn crossings(line: &[Point], other: &[Point], common: &[Rect]) -> usize {
    let mut found: Vec<Point> = Vec::new();
    for (a, b) in pieces(line) {
        for (c, d) in pieces(other) {
            if let Some((x, y)) = crossing(a, b, c, d)
                && !common.iter().any(|r| r.contains(x, y, MEETING))
                && !found.iter().any(|p| (p.0 - x).abs() + (p.1 - y).abs() < 2.0)
            {
                found.push((x, y));
            }
        }
    }
    found.len()
}

/// Where two pieces cross; nothing for those that lie on each other.
fn crossing(a: Point, b: Point, c: Point, d: Point) -> Option<Point> {
    let (r, s) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1));
    let area = r.0 * s.1 - r.1 * s.0;
    if area.abs() < 1e-9 {
        return None;
    }
    let t = ((c.0 - a.0) * s.1 - (c.1 - a.1) * s.0) / area;
    let u = ((c.0 - a.0) * r.1 - (c.1 - a.1) * r.0) / area;
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some((a.0 + t * r.0, a.1 + t * r.1))
}

/// Whether a piece of a line touches the inside of a rectangle.
fn meets(rect: &Rect, a: Point, b: Point) -> bool {
    // Liang and Barsky: the part of the piece that is inside all four borders.
    let (mut from, mut to) = (0.0f64, 1.0f64);
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    for (p, q) in [(-dx, a.0 - rect.x), (dx, rect.right() - a.0), (-dy, a.1 - rect.y), (dy, rect.bottom() - a.1)] {
        if p == 0.0 {
            if q <= 0.0 {
                return false;
            }
        } else if p < 0.0 {
            from = from.max(q / p);
        } else {
            to = to.min(q / p);
        }
    }
    from < to
}

/// Ends of an arrow at sides that look away from the other end.
fn looks_away(picture: &Picture, arrow: &Arrow, line: &[Point]) -> usize {
    let (Some(from), Some(to)) = (picture.rect(arrow.from), picture.rect(arrow.to)) else { return 0 };
    let side = |own: &Rect, (x, y): Point, other: &Rect| {
        let gaps = [(y - own.y).abs(), (y - own.bottom()).abs(), (x - own.x).abs(), (x - own.right()).abs()];
        let nearest = (0..4).min_by(|a, b| gaps[*a].total_cmp(&gaps[*b])).unwrap_or(0);
        match nearest {
            0 => other.bottom() > own.bottom(),
            1 => other.y < own.y,
            2 => other.right() > own.right(),
            _ => other.x < own.x,
        }
    };
    let ends = line.first().zip(line.last());
    ends.map_or(0, |(first, last)| usize::from(side(&from, *first, &to)) + usize::from(side(&to, *last, &from)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::EXAMPLES;
    use crate::graph::clusters::cluster;

    /// Counts of a picture; the hard conditions hold for it.
    fn counts(name: &str, scene: &Scene, tall: bool) -> Counts {
        let drawn = scene.drawn(&[], tall);
        let counts = judge(&drawn, if tall { TALL } else { WIDE });
        assert_eq!((counts.through, counts.away), (0, 0), "{name}: arrows behind cards, ends that look away");
        counts
    }

    #[test]
    fn arrows_of_all_examples_run_around_cards_and_leave_towards_their_receiver() {
        let mut covered = 0;
        for example in EXAMPLES {
            let scene = Scene::new(example);
            for tall in [false, true] {
                let counts = counts(example.id, &scene, tall);
                covered += counts.covered;
                assert!(counts.letters >= if tall { 9.5 } else { 10.8 }, "{}: letters of {} pixels", example.id, counts.letters);
                assert!(!tall || counts.scale * 13.0 >= 9.0, "{}: names of {} pixels", example.id, counts.scale * 13.0);
            }
        }
        assert!(covered <= 1, "labels on cards or on each other: {covered}");
    }

    #[test]
    fn the_boutique_is_easy_to_follow() {
        let boutique = EXAMPLES.iter().find(|e| e.id == "boutique").unwrap();
        let counts = counts("boutique", &Scene::new(boutique), false);
        assert!(counts.crossings <= 6 && counts.covered == 0 && counts.bends <= 32.0, "{counts:?}");
    }

    #[test]
    fn a_larger_cluster_keeps_the_conditions() {
        let files: &'static [(&str, &str)] = vec![("cluster.yaml", &*cluster(30).0.leak())].leak();
        let example = Box::leak(Box::new(Example { id: "", topic: "", title: "", summary: "", files, flow: [""; 4], path: None, tab: "" }));
        counts("a cluster of 30", &Scene::new(example), false);
    }

    #[test]
    fn lines_that_cross_are_counted_and_those_that_touch_a_card_are_found() {
        let rect = Rect { x: 10.0, y: 10.0, w: 20.0, h: 20.0 };
        assert!(meets(&rect, (0.0, 20.0), (40.0, 20.0)) && meets(&rect, (15.0, 15.0), (16.0, 16.0)));
        assert!(!meets(&rect, (0.0, 10.0), (40.0, 10.0)) && !meets(&rect, (0.0, 0.0), (8.0, 40.0)));
        let (a, b) = ([(0.0, 0.0), (10.0, 10.0), (20.0, 0.0)], [(0.0, 5.0), (20.0, 5.0)]);
        assert_eq!(crossings(&a, &b, &[]), 2);
        assert_eq!(crossings(&a, &b, &[Rect { x: 0.0, y: 0.0, w: 1.0, h: 1.0 }]), 1, "one of them is at a card of both");
        assert_eq!(turns(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (20.0, 10.0)]), 2.0);
    }
}
