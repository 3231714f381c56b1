use super::*;
use crate::view_model::{EndView, NamespaceView, SetView};

fn end(namespace: Option<u32>, title: &str, class: u32) -> EndView {
    EndView {
        key: format!("{namespace:?}/{title}"),
        kind: if namespace.is_some() { EndKind::Workload } else { EndKind::Outside },
        namespace,
        title: title.into(),
        subtitle: "Deployment × 2".into(),
        replicas: 2,
        class,
        isolated_ingress: false,
        isolated_egress: false,
        governed_ingress: false,
        governed_egress: false,
        policies: Vec::new(),
        labels: Vec::new(),
        addresses: Vec::new(),
        ports: Vec::new(),
        spot: None,
    }
}

fn set(status: Status, short: &str) -> SetView {
    SetView { status, short: short.into(), long: short.into() }
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
    view.ends.push(end(None, "Internet", view.ends.len() as u32));
    view.classes = view.ends.len() as u32;
    view.cells = vec![1; view.ends.len() * view.ends.len()];
    view.within = vec![None; view.ends.len()];
    view
}

fn allow(view: &mut SceneView, from: usize, to: usize, set: u16) {
    let classes = view.classes as usize;
    view.cells[from * classes + to] = set;
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
        .map(|a| (format!("{}>{}", picture.marks[a.from].title, picture.marks[a.to].title), a.status, a.both))
        .collect();
    list.sort();
    list
}

#[test]
fn a_small_open_scene_shows_that_everything_is_allowed() {
    let picture = picture(&scene(&[3]), &Options::default(), &Memory::default());
    assert_eq!(picture.frames.len(), 1);
    let seen = seen(&picture);
    assert_eq!(seen.len(), 6, "{seen:?}");
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
    let denied = |options: &Options<'_>| seen(&picture(&view, options, &Memory::default())).iter().filter(|s| s.1 == Status::Denied).count();
    assert_eq!(denied(&Options::default()), 4);
    assert_eq!(denied(&Options { denied: Some(false), ..Options::default() }), 0);
    let mut view = scene(&[8]);
    for end in 0..8 {
        isolate(&mut view, end);
    }
    let denied = |options: &Options<'_>| seen(&picture(&view, options, &Memory::default())).iter().filter(|s| s.1 == Status::Denied).count();
    assert_eq!(denied(&Options::default()), 0);
    // Both ways in one arrow, and eight from outside.
    assert_eq!(denied(&Options { denied: Some(true), ..Options::default() }), 8 * 7 / 2 + 8);
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
