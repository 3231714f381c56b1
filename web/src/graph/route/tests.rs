use super::*;

fn card(x: f64, y: f64) -> Rect {
    Rect { x, y, w: 120.0, h: 50.0 }
}

fn wish(from: usize, to: usize) -> Wish {
    Wish { from, to, label: (40.0, 16.0), bundle: from * 10 + to, first: false }
}

fn ways(rects: &[Rect], wishes: &[Wish]) -> Vec<Route> {
    routes(&Ground { rects, cards: rects.len(), titles: &[], sideways: false }, wishes, 1.0)
}

/// Cards behind a way that are not its ends.
fn crossed(rects: &[Rect], route: &Route, except: [usize; 2]) -> usize {
    let behind = |r: &Rect| route.corners.windows(2).any(|p| Rect::of_piece(p[0], p[1]).overlaps(r, 0.0));
    rects.iter().enumerate().filter(|(i, r)| !except.contains(i) && behind(r)).count()
}

#[test]
fn neighbours_are_joined_side_to_side_and_rows_from_bottom_to_top() {
    let rects = [card(0.0, 0.0), card(200.0, 0.0), card(0.0, 120.0)];
    let routes = ways(&rects, &[wish(0, 1), wish(0, 2)]);
    assert_eq!(routes[0].corners[0], (120.0, 25.0));
    assert_eq!(routes[1].corners[0], (60.0, 50.0));
    assert!(routes[1].corners.last().unwrap().1 < 120.0);
}

#[test]
fn arrows_go_around_cards_between() {
    let rects = [card(0.0, 0.0), card(200.0, 0.0), card(400.0, 0.0)];
    let routes = ways(&rects, &[wish(0, 2)]);
    assert_eq!(crossed(&rects, &routes[0], [0, 2]), 0, "{:?}", routes[0]);
    let column = [card(0.0, 0.0), card(0.0, 110.0), card(0.0, 220.0)];
    let routes = ways(&column, &[wish(0, 2)]);
    assert_eq!(crossed(&column, &routes[0], [0, 2]), 0, "{:?}", routes[0]);
}

#[test]
fn arrows_go_around_where_there_is_more_room() {
    let column = [card(0.0, 0.0), card(0.0, 110.0), card(0.0, 220.0)];
    for (neighbour, goes_left) in [(card(200.0, 110.0), true), (card(-200.0, 110.0), false)] {
        let rects = [column[0], column[1], column[2], neighbour];
        let routes = ways(&rects, &[wish(0, 2)]);
        assert_eq!(routes[0].corners[2].0 < 0.0, goes_left, "{:?}", routes[0]);
    }
}

#[test]
fn arrows_and_labels_of_one_side_keep_apart() {
    let rects = [card(0.0, 0.0), card(-100.0, 140.0), card(100.0, 140.0)];
    let routes = ways(&rects, &[wish(0, 2), wish(0, 1)]);
    // The one to the left leaves further left.
    assert!(routes[1].corners[0].0 < routes[0].corners[0].0);
    assert!(!Rect::around(routes[0].label, (40.0, 16.0)).overlaps(&Rect::around(routes[1].label, (40.0, 16.0)), 0.0));
}

#[test]
fn signs_on_two_short_arrows_do_not_lie_on_each_other() {
    let rects = [card(0.0, 0.0), card(0.0, 104.0)];
    let sign = |from: usize, to: usize| Wish { label: (18.0, 18.0), ..wish(from, to) };
    let ground = Ground { rects: &rects, cards: 2, titles: &[], sideways: false };
    let places: Vec<Rect> =
        routes(&ground, &[sign(0, 1), sign(1, 0)], 1.3).iter().map(|r| Rect::around(r.label, (18.0 * 1.2, 18.0 * 1.2))).collect();
    assert!(!places[0].overlaps(&places[1], 0.0), "{places:?}");
    assert!(places.iter().all(|sign| rects.iter().all(|card| !card.overlaps(sign, 0.0))), "{places:?}");
}

#[test]
fn arrows_of_one_bundle_share_their_end_and_others_stand_beside_them() {
    let rects = [card(0.0, 0.0), card(300.0, 0.0), card(600.0, 0.0), card(300.0, 200.0)];
    let wishes = [0, 1, 2].map(|from| Wish { bundle: 7, ..wish(from, 3) });
    let routes = ways(&rects, &wishes);
    assert!(routes.iter().all(|r| r.corners.last() == routes[0].corners.last()), "{routes:?}");
    assert!(routes.iter().all(|r| r.label == routes[0].label), "one label for all: {routes:?}");
    let routes = ways(&rects, &[wish(0, 3), wish(1, 3), wish(2, 3)]);
    let ends: Vec<f64> = routes.iter().map(|r| r.corners.last().unwrap().0).collect();
    assert!(routes.iter().all(|r| r.corners.len() > 4 || ends[0] < ends[1] && ends[1] < ends[2]), "{routes:?}");
}

#[test]
fn a_frame_of_others_is_gone_around() {
    // Between two cards a frame with a card in it, through which a straight way would lead.
    let rects = [card(0.0, 0.0), card(400.0, 0.0), card(200.0, 0.0), Rect { x: 160.0, y: -60.0, w: 200.0, h: 170.0 }];
    let ground = Ground { rects: &rects, cards: 3, titles: &[], sideways: false };
    let way = &routes(&ground, &[wish(0, 1)], 1.0)[0];
    assert_eq!(crossed(&rects[..3], way, [0, 1]), 0);
    assert!(way.corners.iter().all(|p| !rects[3].contains(p.0, p.1, 0.0)), "{way:?}");
    assert!(way.corners.len() <= 6, "out towards the other, around, and in: {way:?}");
}

#[test]
fn what_is_walled_in_has_a_way_all_the_same() {
    let rects = [card(0.0, 0.0), card(400.0, 0.0), Rect { x: -20.0, y: -20.0, w: 160.0, h: 90.0 }];
    assert!(ways(&rects, &[wish(0, 1)])[0].corners.len() >= 2);
}
