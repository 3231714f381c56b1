use super::camera::{Camera, SCALES};
use super::hand::{Hand, Lift, Press, Step};
use crate::graph::Rect;

fn press(id: i32, touch: bool, at: (f64, f64), on: Option<&str>) -> Press {
    Press { id, touch, first: touch && id == 1, at, on: on.map(str::to_owned), sign: false }
}

fn mouse(at: (f64, f64), on: Option<&str>) -> Press {
    press(1, false, at, on)
}

#[test]
fn the_mouse_pans_from_the_first_step_to_the_last_and_no_farther() {
    let mut hand = Hand::default();
    hand.down(mouse((100.0, 100.0), None));
    assert_eq!(hand.moved(1, (103.0, 100.0)), Step::Nothing, "a hand trembles");
    assert_eq!(hand.moved(1, (110.0, 100.0)), Step::Pan(10.0, 0.0), "what was taken hold of stays under the pointer");
    assert_eq!(hand.moved(1, (120.0, 107.0)), Step::Pan(10.0, 7.0));
    assert_eq!(hand.up(1, 1000.0), Lift::Nothing);
    assert_eq!(hand.moved(1, (200.0, 200.0)), Step::Nothing, "without a button");
}

#[test]
fn the_click_that_ends_a_drag_is_swallowed_and_no_other() {
    let mut hand = Hand::default();
    hand.down(mouse((0.0, 0.0), None));
    hand.moved(1, (50.0, 0.0));
    hand.up(1, 1000.0);
    assert!(hand.swallows(1, 1000.4), "its own click");
    assert!(!hand.swallows(1, 1000.5), "the next");
    // A drag without a click (let go of over something else), then one from a screen reader, then a late one.
    for (count, time) in [(0, 2000.0), (1, 2600.0)] {
        hand.down(mouse((0.0, 0.0), None));
        hand.moved(1, (50.0, 0.0));
        hand.up(1, 2000.0);
        assert!(!hand.swallows(count, time));
    }
    // A press that did not move, after a drag without a click.
    hand.down(mouse((0.0, 0.0), None));
    hand.moved(1, (50.0, 0.0));
    hand.up(1, 3000.0);
    hand.down(mouse((0.0, 0.0), None));
    hand.up(1, 3010.0);
    assert!(!hand.swallows(1, 3010.0));
}

#[test]
fn the_mouse_asks_from_a_card_and_a_finger_pans_there() {
    let mut hand = Hand::default();
    hand.down(mouse((0.0, 0.0), Some("web")));
    assert_eq!(hand.moved(1, (9.0, 0.0)), Step::Ask("web".into(), (9.0, 0.0)));
    assert_eq!(hand.up(1, 0.0), Lift::Ask("web".into()));
    hand.down(press(1, true, (0.0, 0.0), Some("web")));
    assert_eq!(hand.moved(1, (9.0, 0.0)), Step::Nothing, "a finger trembles more");
    assert_eq!(hand.moved(1, (19.0, 0.0)), Step::Pan(19.0, 0.0));
    assert_eq!(hand.rested(), None, "it has moved");
    assert_eq!(hand.up(1, 0.0), Lift::Nothing);
    // By the sign of a selected card it asks at once.
    hand.down(Press { sign: true, ..press(1, true, (0.0, 0.0), Some("web")) });
    assert_eq!(hand.moved(1, (19.0, 0.0)), Step::Ask("web".into(), (19.0, 0.0)));
}

#[test]
fn a_finger_that_rests_on_a_card_asks_from_there() {
    let mut hand = Hand::default();
    hand.down(press(1, true, (5.0, 5.0), Some("web")));
    assert!(hand.rests());
    hand.moved(1, (8.0, 5.0));
    assert_eq!(hand.rested(), Some(("web".into(), (8.0, 5.0))));
    assert_eq!(hand.moved(1, (60.0, 5.0)), Step::Ask("web".into(), (60.0, 5.0)));
    assert_eq!(hand.up(1, 0.0), Lift::Ask("web".into()));
    hand.down(press(1, true, (5.0, 5.0), None));
    hand.moved(1, (7.0, 5.0));
    assert_eq!(hand.up(1, 10.0), Lift::Tap, "without waiting for a click, which may not come");
    assert!(hand.swallows(1, 10.0), "nor taking one for another tap");
    hand.down(press(1, true, (5.0, 5.0), None));
    assert!(!hand.rests());
    assert_eq!(hand.rested(), None, "on nothing");
}

#[test]
fn two_fingers_pinch_and_the_one_that_stays_pans_on_from_where_it_is() {
    let mut hand = Hand::default();
    hand.down(press(1, true, (100.0, 100.0), None));
    hand.down(press(2, true, (200.0, 100.0), None));
    assert_eq!(hand.moved(2, (300.0, 100.0)), Step::Pinch { by: (50.0, 0.0), around: (200.0, 100.0), factor: 2.0 });
    assert_eq!(hand.up(1, 0.0), Lift::Nothing);
    assert_eq!(hand.moved(2, (301.0, 102.0)), Step::Pan(1.0, 2.0), "no jump, and no waiting");
    hand.down(press(3, true, (100.0, 102.0), None));
    assert_eq!(hand.moved(3, (201.0, 102.0)), Step::Pinch { by: (50.5, 0.0), around: (251.0, 102.0), factor: 100.0 / 201.0 });
    hand.up(2, 0.0);
    hand.up(3, 0.0);
    assert!(!hand.busy());
}

#[test]
fn fingers_that_went_unheard_count_no_more() {
    let mut hand = Hand::default();
    hand.down(press(1, true, (100.0, 100.0), None));
    // Its end was never told; the next first finger is alone.
    hand.down(Press { first: true, ..press(7, true, (100.0, 100.0), None) });
    assert_eq!(hand.moved(7, (140.0, 100.0)), Step::Pan(40.0, 0.0));
    hand.lost(7);
    hand.down(mouse((0.0, 0.0), None));
    hand.lost(1);
    assert_eq!(hand.moved(1, (40.0, 0.0)), Step::Nothing);
}

#[test]
fn what_is_called_off_stays_so_until_all_is_up() {
    let mut hand = Hand::default();
    hand.down(mouse((0.0, 0.0), Some("web")));
    hand.moved(1, (30.0, 0.0));
    assert!(hand.asks());
    hand.call_off();
    assert_eq!(hand.moved(1, (60.0, 0.0)), Step::Nothing);
    assert_eq!(hand.up(1, 0.0), Lift::Nothing);
    assert!(hand.swallows(1, 0.0), "the click of it is none either");
}

#[test]
fn something_of_the_drawing_stays_in_sight() {
    // A frame, and a pill above its middle: the corners of the whole are empty.
    let shown = [Rect { x: 0.0, y: 200.0, w: 1000.0, h: 300.0 }, Rect { x: 450.0, y: 0.0, w: 100.0, h: 46.0 }];
    let bounds = Rect { x: 0.0, y: 0.0, w: 1000.0, h: 500.0 };
    let size = (390.0, 300.0);
    let seen = |camera: &Camera| {
        let common = |r: &Rect| {
            let along = |place: f64, start: f64, length: f64, room: f64| {
                (place + (start + length) * camera.scale).min(room) - (place + start * camera.scale).max(0.0)
            };
            along(camera.x, r.x, r.w, size.0).min(along(camera.y, r.y, r.h, size.1))
        };
        shown.iter().map(common).fold(f64::MIN, f64::max)
    };
    for scale in [SCALES.0, 1.0, SCALES.1] {
        let camera = Camera { x: 0.0, y: 0.0, scale, moved: true };
        for (dx, dy) in [(9e4, 0.0), (-9e4, 0.0), (0.0, 9e4), (0.0, -9e4), (9e4, 9e4), (350.0, 260.0), (-970.0, 240.0)] {
            let kept = camera.panned(dx, dy).kept(size, &bounds, &shown);
            // Of what is smaller than that, all.
            assert!(seen(&kept) >= 48f64.min(300.0 * scale).min(46.0 * scale) - 1e-6, "by {dx} {dy} at {scale}: {kept:?} {}", seen(&kept));
        }
    }
    let camera = Camera { x: -500.0, y: 20.0, scale: 1.0, moved: true };
    assert_eq!(camera.kept(size, &bounds, &shown), camera, "what is in sight stays");
    assert_eq!(camera.kept(size, &bounds, &[]), camera, "as does nothing");
}

#[test]
fn zooming_keeps_the_point_under_the_pointer() {
    let camera = Camera { x: 30.0, y: -20.0, scale: 0.8, moved: false };
    let zoomed = camera.zoomed((200.0, 100.0), 1.5, SCALES.0);
    let at = |c: &Camera| ((200.0 - c.x) / c.scale, (100.0 - c.y) / c.scale);
    let (before, after) = (at(&camera), at(&zoomed));
    assert!((before.0 - after.0).abs() < 1e-9 && (before.1 - after.1).abs() < 1e-9);
    assert!((zoomed.scale - 1.2).abs() < 1e-9 && zoomed.moved);
    assert_eq!(camera.zoomed((0.0, 0.0), 1e9, SCALES.0).scale, SCALES.1);
}
