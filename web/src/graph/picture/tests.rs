use std::rc::Rc;

use super::arrows::{MOST_LOUD, MOST_QUIET};
use super::*;
use netpolis_view::{EndView, NamespaceView, SetView};

fn end(namespace: Option<u32>, title: &str, class: u32) -> EndView {
    EndView {
        key: format!("{namespace:?}/{title}"),
        kind: if namespace.is_some() { EndKind::Workload } else { EndKind::Outside },
        namespace,
        title: title.into(),
        subtitle: "Deployment × 2".into(),
        replicas: 2,
        class,
        ..EndView::default()
    }
}

fn set(status: Status, short: &str) -> SetView {
    SetView { status, short: short.into(), long: short.into(), ports: Vec::new() }
}

/// Namespaces of so many workloads each, and the outside; every end in a class of its own, everything allowed.
fn scene(namespaces: &[usize]) -> SceneView {
    let mut view = SceneView {
        sets: vec![set(Status::Denied, "✕"), set(Status::Allowed, "all"), set(Status::Partly, "5432")],
        enforced: true,
        ..SceneView::default()
    };
    for (n, &count) in namespaces.iter().enumerate() {
        view.namespaces.push(NamespaceView { name: format!("ns{n}"), labels: Vec::new(), spot: None });
        for w in 0..count {
            view.ends.push(end(Some(n as u32), &format!("w{w}"), view.ends.len() as u32));
        }
    }
    view.ends.push(EndView { internet: true, ..end(None, "Internet", view.ends.len() as u32) });
    view.classes = view.ends.len() as u32;
    view.cells = Rc::new(vec![1; view.ends.len() * view.ends.len()]);
    view.within = vec![None; view.ends.len()];
    view
}

fn allow(view: &mut SceneView, from: usize, to: usize, set: u16) {
    let classes = view.classes as usize;
    Rc::make_mut(&mut view.cells)[from * classes + to] = set;
}

/// Isolates an end for ingress: nobody comes in.
fn isolate(view: &mut SceneView, end: usize) {
    view.ends[end].isolated_ingress = true;
    view.ends[end].governed_ingress = true;
    for from in 0..view.ends.len() {
        allow(view, from, end, 0);
    }
}

fn seen(picture: &Picture) -> Vec<(String, Status, bool)> {
    let mut list: Vec<_> = picture
        .arrows
        .iter()
        .filter(|a| !a.quiet)
        .map(|a| {
            let name =
                |i: usize| picture.marks.get(i).map_or_else(|| picture.frames[i - picture.marks.len()].name.clone(), |m| m.title.clone());
            (format!("{}>{}", name(a.from), name(a.to)), a.status, a.both)
        })
        .collect();
    list.sort();
    list
}

#[test]
fn a_small_open_scene_shows_that_everything_is_allowed() {
    let picture = picture(&scene(&[3]), &Options::default(), &Memory::default());
    assert_eq!(picture.frames.len(), 1);
    let seen = seen(&picture);
    // Three pairs, both ways; the Internet, which may do the same, is not drawn unasked.
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen.iter().all(|(_, status, both)| *status == Status::Allowed && *both));
}

#[test]
fn a_large_open_scene_shows_nothing_unasked() {
    let picture = picture(&scene(&[12]), &Options::default(), &Memory::default());
    assert!(seen(&picture).is_empty());
    assert!(!picture.arrows.is_empty());
}

#[test]
fn what_a_policy_allows_is_always_seen() {
    let mut view = scene(&[12]);
    isolate(&mut view, 3);
    allow(&mut view, 1, 3, 2);
    let picture = picture(&view, &Options::default(), &Memory::default());
    assert_eq!(seen(&picture), [("w1>w3".into(), Status::Partly, false)]);
    assert_eq!(picture.arrows.iter().find(|a| !a.quiet).unwrap().label, "5432");
    assert_eq!(picture.denied_hidden, 10);
    assert!(picture.open_hidden > 0);
}

#[test]
fn denied_pairs_are_seen_while_they_are_few_or_when_asked_for() {
    let mut view = scene(&[4]);
    isolate(&mut view, 3);
    let denied =
        |options: &Options<'_>| seen(&picture(&view, options, &Memory::default())).iter().filter(|s| s.1 == Status::Denied).count();
    // Those inside: that the Internet is kept out goes without saying.
    assert_eq!(denied(&Options::default()), 3);
    assert_eq!(denied(&Options { denied: Some(false), ..Options::default() }), 0);
    let mut view = scene(&[8]);
    for end in 0..8 {
        isolate(&mut view, end);
    }
    let denied =
        |options: &Options<'_>| seen(&picture(&view, options, &Memory::default())).iter().filter(|s| s.1 == Status::Denied).count();
    assert_eq!(denied(&Options::default()), 0);
    // Both ways in one arrow, and one from outside for all of them.
    assert_eq!(denied(&Options { denied: Some(true), ..Options::default() }), 8 * 7 / 2 + 1);
    // The flow in question is always there, in its own direction.
    assert_eq!(denied(&Options { flow: Some((1, 2)), ..Options::default() }), 1);
    // And so is all that concerns the selected end.
    assert_eq!(denied(&Options { selected: Some(0), ..Options::default() }), 7 + 1);
}

#[test]
fn many_workloads_become_namespaces_that_open_in_place() {
    let mut view = scene(&[40, 30]);
    isolate(&mut view, 0);
    let closed = picture(&view, &Options::default(), &Memory::default());
    assert_eq!(closed.marks.iter().filter(|m| matches!(m.kind, MarkKind::Group(_))).count(), 2);
    assert_eq!(closed.marks[0].subtitle, "40 workloads, 80 pods");
    let arrow = closed.arrows.iter().find(|a| (a.from, a.to) == (1, 0)).unwrap();
    assert_eq!((arrow.status, arrow.label.as_str()), (Status::Partly, "1170 of 1200"));
    let toggled = ["ns1".to_owned()];
    let open = picture(&view, &Options { toggled: &toggled, ..Options::default() }, &closed.memory);
    assert_eq!(open.frames.len(), 1);
    assert_eq!(open.marks.iter().filter(|m| m.kind == MarkKind::Card).count(), 30);
}

#[test]
fn a_large_scene_is_quick_enough_to_draw() {
    let mut view = scene(&[50, 50, 50, 50]);
    for e in 0..200 {
        isolate(&mut view, e);
    }
    let toggled: Vec<String> = (0..4).map(|n| format!("ns{n}")).collect();
    let picture = picture(&view, &Options { toggled: &toggled, denied: Some(true), ..Options::default() }, &Memory::default());
    assert!(picture.arrows.len() <= MOST_LOUD + MOST_QUIET);
    assert_eq!(picture.marks.len(), 201);
}

#[test]
fn what_the_internet_may_do_is_drawn_once() {
    let mut view = scene(&[5]);
    isolate(&mut view, 3);
    for from in 0..view.ends.len() {
        allow(&mut view, from, 3, 2);
    }
    let picture = picture(&view, &Options::default(), &Memory::default());
    assert_eq!(seen(&picture), [("Internet>w3".into(), Status::Partly, false)]);
}

#[test]
fn nothing_is_denied_against_the_direction_of_an_allowed_flow() {
    let mut view = scene(&[2]);
    isolate(&mut view, 0);
    isolate(&mut view, 1);
    allow(&mut view, 0, 1, 2);
    let seen = seen(&picture(&view, &Options::default(), &Memory::default()));
    assert!(seen.iter().all(|(name, ..)| name != "w1>w0"), "{seen:?}");
    assert!(seen.contains(&("w0>w1".into(), Status::Partly, false)));
}

#[test]
fn one_arrow_speaks_for_a_whole_frame() {
    let mut view = scene(&[4, 2]);
    isolate(&mut view, 5);
    for from in 0..4 {
        allow(&mut view, from, 5, 2);
    }
    let drawn = picture(&view, &Options::default(), &Memory::default());
    let loud: Vec<_> = drawn.arrows.iter().filter(|a| !a.quiet).map(|a| (a.from, a.to, a.label.as_str())).collect();
    // Frames are numbered behind the marks: 4 + 2 workloads and the Internet.
    assert_eq!(loud.iter().filter(|l| l.2 == "5432").collect::<Vec<_>>(), [&(7, 5, "5432")]);
    // The single arrows wait for the pointer, and come out for a selected end.
    assert_eq!(drawn.arrows.iter().filter(|a| a.quiet && a.label == "5432").count(), 4);
    let selected = picture(&view, &Options { selected: Some(0), ..Options::default() }, &Memory::default());
    assert!(selected.arrows.iter().any(|a| !a.quiet && (a.from, a.to) == (0, 5)));
}

#[test]
fn a_port_that_is_denied_where_others_are_allowed_has_its_own_arrow() {
    let mut view = scene(&[2]);
    isolate(&mut view, 1);
    allow(&mut view, 0, 1, 2);
    let http = TrafficView { protocol: "TCP".into(), port: Some(80) };
    let options = Options { flow: Some((0, 1)), verdict: Some((Status::Denied, &http)), ..Options::default() };
    let drawn = picture(&view, &options, &Memory::default());
    let between: Vec<_> = drawn.arrows.iter().filter(|a| (a.from, a.to) == (0, 1)).map(|a| (a.status, a.flow)).collect();
    assert_eq!(between, [(Status::Partly, false), (Status::Denied, true)]);
}

#[test]
fn no_arrow_means_one_thing() {
    // Eight workloads that may do everything: too many arrows, and each card says so.
    let mut view = scene(&[8]);
    let open = picture(&view, &Options::default(), &Memory::default());
    let signs = |picture: &Picture| picture.marks.iter().map(|m| m.undrawn.signs()).collect::<Vec<_>>();
    assert!(signs(&open)[..8].iter().all(|s| *s == [("open to all".to_owned(), false)]), "{:?}", signs(&open));
    assert!(signs(&open)[8].is_empty(), "the Internet");
    // One that nobody may reach: from how many, and it is not open.
    isolate(&mut view, 0);
    let closed = picture(&view, &Options::default(), &Memory::default());
    assert_eq!(signs(&closed)[0], [("denied from 8".to_owned(), true)]);
    assert_eq!(signs(&closed)[1], [("open to all".to_owned(), false)]);
    // Selected, all of its arrows are drawn, and nothing is left to say.
    let selected = picture(&view, &Options { selected: Some(0), ..Options::default() }, &Memory::default());
    assert_eq!(signs(&selected)[0], []);
    assert_eq!(selected.cut, 0);
}

#[test]
fn what_is_too_much_is_bundled_and_counted() {
    // Two namespaces of twenty workloads that nobody may reach, and all denied flows are asked for.
    let mut view = scene(&[20, 20]);
    (0..40).for_each(|index| isolate(&mut view, index));
    let all = picture(&view, &Options { denied: Some(true), ..Options::default() }, &Memory::default());
    let (bundles, single): (Vec<&Arrow>, Vec<&Arrow>) =
        all.arrows.iter().filter(|a| !a.quiet && a.status == Status::Denied).partition(|a| a.key.starts_with("rest/"));
    let drawn: usize = single.iter().filter(|a| !a.key.starts_with("namespace/")).map(|a| 1 + usize::from(a.both)).sum();
    let bundled: usize = bundles.iter().map(|a| a.label.split(' ').next().unwrap().parse::<usize>().unwrap()).sum();
    assert!(!bundles.is_empty() && bundles.iter().all(|a| a.from != a.to), "{} bundles", bundles.len());
    // Forty that are each kept from thirty-nine others and the Internet.
    assert_eq!((drawn + bundled + all.cut, bundled), (1600, 208));
    // What no bundle holds is counted at the card.
    let at_cards: usize = all.marks.iter().map(|m| m.undrawn.denied).sum();
    assert_eq!(at_cards, bundled + all.cut);
}

#[test]
fn arrows_know_between_which_ends_they_ask() {
    let scene = scene(&[2]);
    let picture = picture(&scene, &Options::default(), &Memory::default());
    for arrow in &picture.arrows {
        let key = |end: usize| picture.marks.get(end).map(|m| m.key.clone());
        let (from, to) = arrow.ask.clone().unwrap();
        assert!(key(arrow.from).is_none_or(|key| key == from) && key(arrow.to).is_none_or(|key| key == to), "{}", arrow.title);
    }
    assert!(!picture.arrows.is_empty() && picture.tab_stop(Some("nobody")) == picture.tab_stop(None));
}

#[test]
fn what_differs_from_the_baseline_is_seen_with_its_sign() {
    let mut view = scene(&[12]);
    for end in 0..12 {
        isolate(&mut view, end);
    }
    allow(&mut view, 1, 3, 2);
    allow(&mut view, 4, 5, 1);
    let marks = HashMap::from([((1, 3), FlowChange::Opened), ((4, 5), FlowChange::Changed), ((2, 3), FlowChange::Closed)]);
    let marked = Options { marks: Some(&marks), denied: Some(false), ..Options::default() };
    let compared = picture(&view, &marked, &Memory::default());
    // A flow that closed is denied now, and seen all the same.
    let found: Vec<_> = compared.arrows.iter().filter(|a| !a.quiet).map(|a| (a.change, a.label.as_str(), a.status)).collect();
    assert_eq!(
        found,
        [
            (Some(FlowChange::Closed), "", Status::Denied),
            (Some(FlowChange::Opened), "+ 5432", Status::Partly),
            (Some(FlowChange::Changed), "~", Status::Allowed)
        ]
    );
    assert!(compared.arrows.iter().any(|a| a.title == "ns0/w2 to ns0/w3: denied, ✕; closed since the baseline"));
    assert_eq!(compared.legend().changes, [FlowChange::Opened, FlowChange::Closed, FlowChange::Changed]);
    assert!(picture(&view, &Options::default(), &Memory::default()).legend().changes.is_empty());
    // Where very much differs, only what is seen anyway has a sign.
    let all: HashMap<_, _> = (0..12).flat_map(|a| (0..12).map(move |b| ((a, b), FlowChange::Closed))).collect();
    let many = picture(&view, &Options { marks: Some(&all), ..marked }, &Memory::default());
    assert_eq!(seen(&many).len(), 2);
}

#[test]
fn what_differs_inside_closed_namespaces_is_told_at_their_cards() {
    let view = scene(&[40, 40]);
    let marks = HashMap::from([
        ((1, 41), FlowChange::Opened),
        ((2, 42), FlowChange::Opened),
        ((43, 3), FlowChange::Closed),
        ((44, 3), FlowChange::Opened),
    ]);
    let compared = picture(&view, &Options { marks: Some(&marks), ..Options::default() }, &Memory::default());
    let mut found: Vec<_> = compared.arrows.iter().filter_map(|a| Some((a.from, a.to, a.change?))).collect();
    found.sort_by_key(|(from, ..)| *from);
    assert_eq!(found, [(0, 1, FlowChange::Opened), (1, 0, FlowChange::Changed)]);
}

/// A canvas on which 24 cards can be read.
const ROOM: Option<(f64, f64)> = Some((681.0, 538.0));

#[test]
fn more_cards_than_can_be_read_are_namespaces_in_rows() {
    let mut view = scene(&[10, 12, 8]);
    isolate(&mut view, 0);
    view.ends.extend((0..5).map(|n| EndView { kind: EndKind::Node, title: format!("node-{n}"), ..end(None, &format!("node-{n}"), 0) }));
    let drawn = |toggled: &[String]| picture(&view, &Options { room: ROOM, toggled, ..Options::default() }, &Memory::default());
    let closed = drawn(&[]);
    assert!(closed.overview.is_some() && closed.arrows.is_empty() && closed.lettering == 1.0);
    let said = |m: &Mark| (m.title.clone(), m.subtitle.clone(), m.detail.clone());
    let cards: Vec<_> = closed.marks.iter().map(said).collect();
    let card = |title: &str, subtitle: &str, detail: &str| (title.to_owned(), subtitle.to_owned(), detail.to_owned());
    assert_eq!(cards[0], card("Internet", "Deployment × 2", ""));
    assert_eq!(cards[1], card("Nodes", "5 nodes", ""));
    assert_eq!(cards[2], card("ns0", "10 workloads, 20 pods", "1 isolated"));
    assert_eq!(cards[3], card("ns1", "12 workloads, 24 pods", "none isolated"));
    // It is as wide as the canvas, and nothing lies on anything else.
    let inside = |picture: &Picture| {
        picture.marks.iter().all(|m| m.rect.x >= 0.0 && m.rect.right() <= 681.0 && m.rect.bottom() <= picture.bounds.bottom())
    };
    let apart = |picture: &Picture| {
        picture.marks.iter().enumerate().all(|(i, a)| picture.marks.iter().skip(i + 1).all(|b| !a.rect.overlaps(&b.rect, 4.0)))
    };
    assert!(inside(&closed) && apart(&closed));
    // What is opened stands in a frame below its row; what is before it stays.
    let open = drawn(&["ns0".to_owned()]);
    assert_eq!((open.frames.len(), open.frames[0].count, open.marks.len()), (1, 10, closed.marks.len() + 9));
    assert_eq!(open.marks[0].rect, closed.marks[0].rect);
    assert!(inside(&open) && apart(&open));
    let within = open.marks.iter().filter(|m| open.frames[0].rect.contains(m.rect.middle_x(), m.rect.middle_y(), 0.0)).count();
    assert_eq!(within, 10);
    // A large canvas has room for each by itself.
    assert!(picture(&view, &Options { room: Some((1200.0, 900.0)), ..Options::default() }, &Memory::default()).overview.is_none());
}

#[test]
fn an_overview_has_the_arrows_of_what_is_looked_at() {
    let mut view = scene(&[10, 12, 8]);
    for e in 0..30 {
        isolate(&mut view, e);
    }
    // Two of ns1 may reach the first of ns0, and one of ns0 may reach the first of ns2; ns2 reaches nothing.
    allow(&mut view, 10, 0, 2);
    allow(&mut view, 11, 0, 1);
    allow(&mut view, 3, 22, 2);
    let picture = picture(&view, &Options { room: ROOM, ..Options::default() }, &Memory::default());
    let find = |name: &str| picture.marks.iter().position(|m| m.title == name).unwrap();
    let (near, own) = picture.own_arrows(&view, find("ns0"));
    let mut titles: Vec<&str> = own.arrows.iter().map(|a| a.title.as_str()).collect();
    titles.sort_unstable();
    assert_eq!(
        titles,
        [
            "ns0 to Internet: allowed, 10 of 10 flows",
            "ns0 to ns2: partly allowed, 1 of 80 flows",
            "ns1 to ns0: partly allowed, 2 of 120 flows"
        ]
    );
    assert!(near.iter().all(|near| *near));
    let (near, own) = picture.own_arrows(&view, find("ns1"));
    assert!(!near[find("ns2")] && own.arrows.iter().all(|a| a.ask.is_none()), "closed namespaces are no ends");
    let legend = Picture { overview: Some(Overview { flows: 3, ..Overview::default() }), ..Picture::default() }.legend();
    assert_eq!(legend.hidden.as_deref(), Some("3 flows between namespaces: select one to see its own"));
}

#[test]
fn few_flows_between_namespaces_have_arrows_that_pass_behind_no_card() {
    let mut view = scene(&[10, 12, 8, 6, 6, 6, 6]);
    let ends = view.ends.len();
    (0..ends).for_each(|e| isolate(&mut view, e));
    // To the first of ns6 from the first of ns0 and many of ns1; and back from there to ns0.
    allow(&mut view, 0, 48, 2);
    (10..16).for_each(|from| allow(&mut view, from, 48, 2));
    (0..2).for_each(|to| allow(&mut view, 48, to, 1));
    view.namespace_flows = 3;
    let drawn =
        |view: &SceneView, toggled: &[String]| picture(view, &Options { room: ROOM, toggled, ..Options::default() }, &Memory::default());
    let closed = drawn(&view, &[]);
    let mut found: Vec<(&str, u8)> = closed.arrows.iter().map(|arrow| (arrow.title.as_str(), arrow.weight)).collect();
    found.sort_unstable();
    let expected = [
        ("ns0 to ns6: partly allowed, 1 of 60 flows", 1),
        ("ns1 to ns6: partly allowed, 6 of 72 flows", 2),
        ("ns6 to ns0: partly allowed, 2 of 60 flows", 1),
    ];
    assert_eq!(found, expected);
    #[cfg(not(target_arch = "wasm32"))]
    assert_eq!(crate::graph::judge::judge(&closed, (681.0, 538.0)).through, 0);
    assert_eq!(closed.legend().hidden.as_deref(), Some("3 flows between namespaces; select one to see all of its own"));
    // What is open has its own ends, and none of these.
    assert_eq!(drawn(&view, &["ns6".to_owned()]).arrows, []);
    view.namespace_flows = 25;
    assert_eq!(drawn(&view, &[]).arrows, [], "too many");
}

#[test]
fn the_flow_in_question_is_seen_in_an_overview() {
    let view = scene(&[10, 12, 8]);
    let tcp = TrafficView { protocol: "TCP".into(), port: Some(80) };
    let drawn = |flow: (usize, usize), toggled: &[String]| {
        let options = Options { flow: Some(flow), verdict: Some((Status::Denied, &tcp)), room: ROOM, toggled, ..Options::default() };
        picture(&view, &options, &Memory::default()).arrows.into_iter().map(|a| (a.status, a.flow, a.ask)).collect::<Vec<_>>()
    };
    assert_eq!(drawn((0, 12), &[]), [(Status::Denied, true, None)]);
    assert_eq!(drawn((0, 1), &[]), [], "within one card");
    let opened = ["ns0".to_owned()];
    let keys = |a: usize, b: usize| Some((view.ends[a].key.clone(), view.ends[b].key.clone()));
    assert_eq!(drawn((0, 1), &opened), [(Status::Denied, true, keys(0, 1))]);
}

#[test]
fn what_is_focused_stands_between_who_reaches_it_and_what_it_reaches() {
    let mut view = scene(&[10, 12, 8]);
    for e in 0..30 {
        isolate(&mut view, e);
    }
    for from in 10..16 {
        allow(&mut view, from, 0, 2);
    }
    allow(&mut view, 1, 0, 1);
    allow(&mut view, 0, 22, 2);
    let keys: Vec<String> = view.ends.iter().map(|end| end.key.clone()).collect();
    let focused = |key: &str, width: f64, toggled: &[String]| {
        let options = Options { room: Some((width, 500.0)), focus: Some(key), toggled, ..Options::default() };
        picture(&view, &options, &Memory::default())
    };
    let picture = focused(&keys[0], 681.0, &[]);
    assert_eq!(
        picture.frames.iter().map(|f| (f.title.as_str(), f.count)).collect::<Vec<_>>(),
        [("Can reach it: 7 of 30", 7), ("It can reach: 2 of 30", 2)]
    );
    let middle = &picture.marks[0];
    assert!(middle.selected && middle.key == keys[0] && middle.detail == "namespace ns0");
    let sides =
        |left: bool| picture.marks.iter().skip(1).filter(|m| (m.rect.x < middle.rect.x) == left).map(|m| m.key.clone()).collect::<Vec<_>>();
    assert_eq!(sides(true), [keys[1..2].to_vec(), keys[10..16].to_vec()].concat());
    assert_eq!(sides(false), [keys[30].clone(), keys[22].clone()]);
    // Each with its arrow, which can be asked about; the ports are on the card of the neighbour.
    assert_eq!(picture.arrows.len(), 9);
    let arrow = picture.arrows.iter().find(|a| a.ask == Some((keys[10].clone(), keys[0].clone()))).unwrap();
    let neighbour = &picture.marks[arrow.from];
    assert_eq!((arrow.label.as_str(), arrow.status, neighbour.detail.as_str()), ("", Status::Partly, "5432"));
    assert!(picture.arrows.iter().all(|a| {
        if a.to == 0 { a.route.corners.last() } else { a.route.corners.first() }.is_some_and(|p| middle.rect.contains(p.0, p.1, 6.0))
    }));
    // On a narrow canvas above and below.
    let tall = focused(&keys[0], 390.0, &[]);
    assert!(tall.frames[0].rect.bottom() < tall.marks[0].rect.y && tall.marks[0].rect.bottom() < tall.frames[1].rect.y);
    assert_eq!((tall.arrows.len(), tall.frames[0].title.as_str()), (2, "Can reach it: 7 of 30"));
    // A namespace, and what there is no longer.
    let namespace = focused("namespace/ns1", 681.0, &[]);
    assert_eq!((namespace.marks[0].title.as_str(), namespace.frames[1].title.as_str()), ("ns1", "It can reach: 2 of 19"));
    assert!(!focused("gone", 681.0, &[]).overview.unwrap().focus);
}

#[test]
fn more_neighbours_than_fit_stand_by_namespace_and_open_in_place() {
    let view = scene(&[10, 12, 8]);
    let drawn = |toggled: &[String]| {
        let options = Options { room: ROOM, focus: Some("ns/w"), toggled, ..Options::default() };
        let mut view = view.clone();
        view.ends[0].key = "ns/w".into();
        picture(&view, &options, &Memory::default())
    };
    let picture = drawn(&[]);
    let left: Vec<(&str, &str)> = picture.marks[1..].iter().take(4).map(|m| (m.title.as_str(), m.subtitle.as_str())).collect();
    assert_eq!(left[1..], [("ns0", "9 workloads"), ("ns1", "12 workloads"), ("ns2", "8 workloads")]);
    let opened = drawn(&["ns2".to_owned()]);
    assert_eq!(opened.marks.len(), picture.marks.len() + 2 * 7);
}

#[test]
fn what_a_filter_leaves_out_is_no_denied_flow() {
    // Nothing comes to the first, and something to the second; one pair of them is left out.
    let mut view = scene(&[4]);
    view.sets.push(set(Status::LeftOut, ""));
    isolate(&mut view, 0);
    isolate(&mut view, 1);
    (2..5).for_each(|from| allow(&mut view, from, 1, 3));
    let drawn = picture(&view, &Options { denied: Some(true), ..Options::default() }, &Memory::default());
    let into = |end: usize| drawn.arrows.iter().filter(|a| a.to == end || (a.both && a.from == end)).count();
    assert_eq!((into(0), into(1)), (4, 1));
    assert!(drawn.arrows.iter().all(|arrow| arrow.status != Status::LeftOut));
    let few = picture(&view, &Options { denied: Some(false), ..Options::default() }, &Memory::default());
    assert_eq!((few.marks[0].undrawn.denied, few.marks[1].undrawn.denied), (4, 1), "and is no sign on a card");
}

#[test]
fn denied_flows_have_arrows_in_an_overview_and_beside_a_focus_where_they_are_what_is_shown() {
    let mut view = scene(&[10, 12, 8]);
    view.sets[1] = set(Status::LeftOut, "");
    isolate(&mut view, 0);
    let options = Options { room: ROOM, denied: Some(true), ..Options::default() };
    let picture = picture(&view, &options, &Memory::default());
    let ns0 = picture.marks.iter().position(|m| m.title == "ns0").unwrap();
    let (_, own) = picture.own_arrows(&view, ns0);
    let mut titles: Vec<&str> = own.arrows.iter().map(|a| a.title.as_str()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["Internet to ns0: denied, 1 flow", "ns1 to ns0: denied, 12 flows", "ns2 to ns0: denied, 8 flows"]);
    let focused = super::picture(&view, &Options { focus: Some(&view.ends[0].key), ..options }, &Memory::default());
    let titles: Vec<&str> = focused.frames.iter().map(|frame| frame.title.as_str()).collect();
    assert_eq!(titles, ["Cannot reach it: 30", "It cannot reach: left out"]);
}
