use super::*;
use crate::graph::Rect;
use crate::graph::picture::{Arrow, FrameMark, Mark, MarkKind, Undrawn};
use crate::graph::route::Route;
use crate::view_model::{EndKind, Status};

fn mark(key: &str, x: f64) -> Mark {
    Mark {
        key: key.into(),
        kind: MarkKind::Card,
        end: None,
        title: String::new(),
        subtitle: String::new(),
        label: String::new(),
        rect: Rect { x, y: 0.0, w: 100.0, h: 50.0 },
        isolated: (false, false),
        undrawn: Undrawn::default(),
        open_by: None,
        sort: EndKind::Workload,
        selected: false,
    }
}

fn arrow(key: &str, from: usize, to: usize) -> Arrow {
    Arrow {
        key: key.into(),
        from,
        to,
        status: Status::Allowed,
        label: String::new(),
        traffic: None,
        both: false,
        quiet: false,
        flow: false,
        open: false,
        title: String::new(),
        route: Route::default(),
    }
}

/// Three cards of which `a` sends to `b`, and `c` to a frame around `a` and `b`.
fn three() -> Picture {
    let frame = FrameMark { name: "f".into(), title: "f".into(), count: 2, rect: Rect { x: -10.0, y: -10.0, w: 320.0, h: 70.0 } };
    Picture {
        marks: vec![mark("a", 0.0), mark("b", 200.0), mark("c", 400.0)],
        frames: vec![frame],
        arrows: vec![arrow("a b", 0, 1), arrow("c f", 2, 3)],
        ..Picture::default()
    }
}

#[test]
fn a_mark_keeps_its_arrows_and_who_is_at_their_other_ends() {
    let picture = three();
    let at = |key: &str| near(&picture, &Pointed::Mark(key.into())).unwrap();
    assert_eq!(at("a"), Near { marks: vec![true, true, false], arrows: vec![true, false] });
    // An arrow to a frame speaks of every card within it.
    assert_eq!(at("c"), Near { marks: vec![true, true, true], arrows: vec![false, true] });
    let arrow = near(&picture, &Pointed::Arrow("a b".into())).unwrap();
    assert_eq!(arrow, Near { marks: vec![true, true, false], arrows: vec![true, false] });
}

#[test]
fn the_same_cards_stay_when_a_redraw_changes_their_order() {
    let mut picture = three();
    picture.marks.swap(0, 2);
    picture.arrows = vec![arrow("a b", 2, 1)];
    let stays = near(&picture, &Pointed::Mark("a".into())).unwrap();
    assert_eq!(stays.marks, [false, true, true]);
    // What is gone fades nothing.
    picture.marks.truncate(2);
    picture.arrows.clear();
    assert_eq!(near(&picture, &Pointed::Mark("a".into())), None);
    assert_eq!(near(&picture, &Pointed::Arrow("a b".into())), None);
}
