use super::*;
use crate::share::{self, Shared};
use netpolis_view::{EndKind, EndView, NamespaceView, SceneView};

fn clock(changes: &[&str]) -> Clock {
    changes.iter().fold(Clock::default(), |clock, tab| clock.after(tab))
}

// --- two tabs -------------------------------------------------------------------------------------

#[test]
fn a_tab_goes_on_with_what_it_stored_or_read() {
    let known = clock(&["a", "b"]);
    assert_eq!(meet("a", Some(&known), Some((&known, false))), Meeting::Same);
    assert_eq!(meet("a", None, None), Meeting::New);
    assert_eq!((write(Meeting::Same, true), write(Meeting::New, true)), (Write::Here, Write::Here));
}

#[test]
fn another_tab_that_went_on_is_told_from_one_that_wrote_over() {
    let mine = clock(&["a"]);
    assert_eq!(meet("a", Some(&mine), Some((&mine.after("b"), false))), Meeting::Newer);
    // Both changed the same version at the same time, and b came last: what a wrote is nowhere.
    let read = clock(&["x"]);
    let (a, b) = (read.after("a"), read.after("b"));
    assert_eq!(meet("a", Some(&a), Some((&b, false))), Meeting::Replaced);
    // A tab that only looked has lost nothing.
    assert_eq!(meet("c", Some(&read), Some((&b, false))), Meeting::Newer);
    // Something under a name that this tab is about to use for the first time.
    assert_eq!(meet("a", None, Some((&read, false))), Meeting::Replaced);
}

#[test]
fn nobodys_text_is_written_over() {
    for meeting in [Meeting::Newer, Meeting::Replaced] {
        assert_eq!(write(meeting, true), Write::Copy);
        // Another question is no reason for a copy.
        assert_eq!(write(meeting, false), Write::Skip);
    }
}

#[test]
fn what_was_deleted_elsewhere_comes_back_only_with_a_change() {
    let known = clock(&["a"]);
    assert_eq!(meet("a", Some(&known), None), Meeting::Gone);
    assert_eq!(meet("a", Some(&known), Some((&known, true))), Meeting::Gone);
    assert_eq!((write(Meeting::Gone, true), write(Meeting::Gone, false)), (Write::Here, Write::Skip));
}

#[test]
fn a_clock_is_written_and_stays_short() {
    let written = clock(&["a", "b", "a"]);
    assert_eq!(written.to_string(), "a:2 b:1");
    assert_eq!(Clock::from_text(&written.to_string()), written);
    assert_eq!(Clock::from_text("a:x b :3"), Clock(vec![(String::new(), 3)]));
    let tabs: Vec<String> = (0..40).map(|n| format!("t{n}")).collect();
    let many = clock(&tabs.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(many.0.len(), MOST_WRITERS);
    assert_eq!(many.count("t39"), 1);
}

// --- records --------------------------------------------------------------------------------------

fn record() -> Record {
    let shared = Shared { files: vec![("a.yaml".into(), "kind: Pod\n\n\nname=x\n".into())], ..Shared::default() };
    let closed = [Closed { name: "old.yaml".into(), text: "kind: Service\n".into() }];
    Record {
        name: "Größe = 3".into(),
        named: true,
        about: "1 workload".into(),
        origin: Origin::Link,
        changed: 1_764_364_816_123.0,
        deleted: None,
        clock: clock(&["a", "b"]),
        ..Record::default()
    }
    .holding(share::encode(&shared), &closed)
}

#[test]
fn a_record_comes_back_whole() {
    let read = Record::from_text(&record().to_text()).unwrap();
    assert_eq!(read, record());
    let (shared, closed, unknown) = read.open().unwrap();
    assert_eq!(shared.files, [("a.yaml".to_owned(), "kind: Pod\n\n\nname=x\n".to_owned())]);
    assert_eq!((closed.len(), closed[0].name.as_str(), unknown), (1, "old.yaml", None));
    // A scene that is saved as a file or sent as a link has no closed files in it.
    assert!(!read.fragment().contains('\n'));
    assert_eq!(share::decode(read.fragment()).unwrap().unwrap().0, shared);
    let deleted = Record { deleted: Some(5.0), name: "two\nlines".into(), ..record() };
    let read = Record::from_text(&deleted.to_text()).unwrap();
    assert_eq!((read.deleted, read.name.as_str()), (Some(5.0), "two lines"));
}

#[test]
fn what_is_no_record_is_said_to_be_none() {
    for text in ["", "{\"scenes\": []}", "v1.AAAA", "netpolis scene 1", "netpolis scene one\n\nv1.A", "\0\0\0"] {
        assert_eq!(Record::from_text(text), Err(Unreadable::Damaged), "{text:?}");
    }
    assert_eq!(Record::from_text("netpolis scene 2\nname=x\n\nv9.AAAA"), Err(Unreadable::Newer));
    // A version that adds lines is read as far as it is known.
    let more = record().to_text().replacen("about=", "mood=fine\nabout=", 1);
    assert_eq!(Record::from_text(&more).unwrap(), record());
}

#[test]
fn a_record_that_was_half_written_cannot_be_opened_and_does_not_panic() {
    let text = record().to_text();
    let whole = record().open().unwrap().0;
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        match Record::from_text(&text[..end]).and_then(|record| record.open()) {
            // Only the closed files are cut off.
            Ok((shared, _, _)) => assert_eq!(shared, whole),
            Err(reason) => assert_eq!(reason, Unreadable::Damaged),
        }
    }
}

// --- room -----------------------------------------------------------------------------------------

const DAY: f64 = 24.0 * 3600.0 * 1000.0;

fn kept(id: &str, days_ago: f64, deleted_days_ago: Option<f64>) -> Kept {
    let now = 1_000.0 * DAY;
    Kept { id: id.into(), changed: now - days_ago * DAY, deleted: deleted_days_ago.map(|days| now - days * DAY), size: 100 }
}

#[test]
fn deleted_scenes_leave_first_then_old_ones_and_lately_used_ones_never() {
    let scenes = [
        kept("new", 1.0, None),
        kept("old", 100.0, None),
        kept("older", 200.0, None),
        kept("gone", 2.0, Some(1.0)),
        kept("self", 400.0, None),
    ];
    let leave = |wanted| leaving(&scenes, &"self".into(), wanted, 1_000.0 * DAY);
    assert_eq!(leave(50), Leaving { deleted: vec!["gone".into()], old: vec![] });
    assert_eq!(leave(150), Leaving { deleted: vec!["gone".into()], old: vec!["older".into()] });
    assert_eq!(leave(9_999), Leaving { deleted: vec!["gone".into()], old: vec!["older".into(), "old".into()] });
}

#[test]
fn a_deleted_scene_can_be_brought_back_for_a_month() {
    let scenes = [kept("a", 500.0, None), kept("b", 50.0, Some(29.0)), kept("c", 50.0, Some(31.0))];
    assert_eq!(expired(&scenes, 1_000.0 * DAY), ["c".into()]);
}

#[test]
fn closed_files_are_remembered_within_bounds() {
    let file = |name: &str, size: usize| Closed { name: name.into(), text: "a".repeat(size).into() };
    let mut closed = Vec::new();
    for index in 0..20 {
        remember_closed(&mut closed, file(&format!("{index}.yaml"), 10));
    }
    assert_eq!((closed.len(), closed[0].name.as_str()), (MOST_CLOSED, "19.yaml"));
    remember_closed(&mut closed, file("empty.yaml", 0));
    let again = closed[3].clone();
    remember_closed(&mut closed, again);
    assert_eq!((closed.len(), closed[0].name.as_str()), (MOST_CLOSED, "16.yaml"));
    // The newest one is always kept.
    remember_closed(&mut closed, file("large.yaml", MOST_CLOSED_BYTES + 1));
    assert_eq!((closed.len(), closed[0].name.as_str()), (1, "large.yaml"));
}

#[test]
fn a_text_that_was_pasted_over_is_told_from_one_that_is_edited() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: []}\n".repeat(3);
    assert!(is_replaced(&text, ""));
    assert!(is_replaced(&text, "kind: Namespace\n"));
    assert!(is_replaced(&text, &"# something else\n".repeat(40)));
    for kept in [
        text.clone(),
        format!("{text}x"),
        format!("x{text}"),
        text.replacen("kind", "kin", 1),
        text[..text.len() / 2].into(),
        text[text.len() / 2..].into(),
    ] {
        assert!(!is_replaced(&text, &kept), "{kept}");
    }
    // A few words are no loss.
    assert!(!is_replaced("kind: Pod\n", ""));
}

// --- words ----------------------------------------------------------------------------------------

fn scene(namespaces: &[&str]) -> SceneView {
    let end = |index: usize| EndView { kind: EndKind::Workload, namespace: Some(index as u32), replicas: 1, ..EndView::default() };
    SceneView {
        ends: (0..namespaces.len()).map(end).collect(),
        namespaces: namespaces.iter().map(|name| NamespaceView { name: (*name).into(), labels: Vec::new(), spot: None }).collect(),
        ..SceneView::default()
    }
}

#[test]
fn scenes_are_called_by_what_is_in_them() {
    assert_eq!(auto_name(&scene(&["shop"]), &["policies.yaml"]), "shop");
    assert_eq!(auto_name(&scene(&["shop", "db"]), &["a.yaml"]), "shop, db");
    assert_eq!(auto_name(&scene(&["shop", "db", "c", "d"]), &[]), "shop, db and 2 more");
    assert_eq!(auto_name(&scene(&["default"]), &["policies.yaml", "star.yaml"]), "star.yaml");
    assert_eq!(auto_name(&scene(&["default"]), &["policies.yaml"]), "default");
    assert_eq!(auto_name(&scene(&[]), &["policies.yaml"]), "Untitled");
    assert_eq!(auto_name(&scene(&["ö".repeat(90).as_str()]), &[]).chars().count(), 48);
    assert_eq!(about(&scene(&["shop"]), 1), "1 workload");
    assert_eq!(about(&scene(&["shop", "db"]), 2), "2 workloads, 2 files");
    assert_eq!(about(&scene(&[]), 1), "no objects yet");
}

#[test]
fn copies_are_numbered() {
    assert_eq!(copy_name("shop"), "shop (copy)");
    assert_eq!(copy_name("shop (copy)"), "shop (copy 2)");
    assert_eq!(copy_name("shop (copy 2)"), "shop (copy 3)");
    assert_eq!(copy_name("shop (copy x)"), "shop (copy x) (copy)");
}
