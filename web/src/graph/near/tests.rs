use super::*;
use crate::graph::Rect;
use crate::graph::picture::{Arrow, FrameMark, Mark, MarkKind, Undrawn};
use crate::graph::route::Route;
use netpolis_view::{EndKind, Status};

fn mark(key: &str, x: f64) -> Mark {
    Mark {
        key: key.into(),
        kind: MarkKind::Card,
        end: None,
        title: String::new(),
        subtitle: String::new(),
        detail: String::new(),
        label: String::new(),
        rect: Rect { x, y: 0.0, w: 100.0, h: 50.0 },
        isolation: None,
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
        ask: None,
        traffic: None,
        both: false,
        quiet: false,
        flow: false,
        open: false,
        change: None,
        weight: 0,
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

#[test]
fn arrow_keys_go_to_the_nearest_mark_of_their_direction() {
    let at = |key: &str, x: f64, y: f64| Mark { rect: Rect { x, y, w: 10.0, h: 10.0 }, ..mark(key, 0.0) };
    let picture =
        Picture { marks: vec![at("a", 0.0, 0.0), at("b", 50.0, 5.0), at("c", 40.0, 60.0), at("d", 0.0, 70.0)], ..Picture::default() };
    let from_a = [Heading::Right, Heading::Down, Heading::Left, Heading::Up].map(|heading| nearest(&picture, 0, heading));
    assert_eq!(from_a, [Some(1), Some(3), None, None]);
    assert_eq!(nearest(&picture, 2, Heading::Up), Some(1));
    assert_eq!(nearest(&picture, 9, Heading::Up), None);
}
