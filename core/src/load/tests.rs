//! What is kept between two loads, and what documents have to do with each other.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::text::Place;

const ACCOUNT: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: NAME\n";

fn accounts(names: &[&str]) -> String {
    names.iter().map(|name| format!("---\n{}", ACCOUNT.replace("NAME", name))).collect()
}

fn names(loaded: &Loaded) -> Vec<(u32, &str)> {
    loaded.resources().map(|(id, resource)| (id.0, &*resource.meta.name)).collect()
}

fn told(loaded: &Loaded, place: Option<Place>) -> (String, &str) {
    let place = place.expect("has a place");
    (loaded.sources.describe(place), loaded.sources.slice(place))
}

#[test]
fn documents_are_numbered_over_all_files() {
    let loaded = Loader::default().load(&[("a.yaml", &accounts(&["a", "b"])), ("none.yaml", "# nothing\n"), ("c.yaml", &accounts(&["c"]))]);
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(names(&loaded), [(0, "a"), (1, "b"), (2, "c")]);
    assert_eq!(loaded.sources.documents(), 3);
    let (id, c) = loaded.resources().last().unwrap();
    assert_eq!(told(&loaded, Some(c.meta.name_span.within(id))), ("c.yaml:5:9".into(), "c"));
}

#[test]
fn only_what_changed_is_read_again() {
    let mut loader = Loader::default();
    let before = loader.load(&[("a.yaml", &accounts(&["a", "b", "c"])), ("d.yaml", &accounts(&["d"]))]);
    let after = loader.load(&[("d.yaml", &accounts(&["d"])), ("a.yaml", &format!("# é\n{}", accounts(&["a", "x", "b", "c2"])))]);
    assert_eq!(names(&after), [(0, "d"), (1, "a"), (2, "x"), (3, "b"), (4, "c2")]);
    let same = |old: usize, new: usize| Arc::ptr_eq(&before.documents[old].parsed, &after.documents[new].parsed);
    // The comment in the first file belongs to its first document.
    assert!(same(3, 0) && same(1, 3));
    assert!(!same(0, 1) && !same(2, 4));
    // Files that did not change are kept whole.
    let again = loader.load(&[("d.yaml", &accounts(&["d"]))]);
    let text = |loaded: &Loaded| loaded.sources.get(SourceId(0)).unwrap().text.clone();
    assert!(Arc::ptr_eq(&text(&after), &text(&again)));
    assert!(Arc::ptr_eq(&after.documents[0].parsed, &again.documents[0].parsed));
}

#[test]
fn places_follow_documents_that_move() {
    let mut loader = Loader::default();
    let broken = "---\nkind: 'x\n";
    let first = loader.load(&[("a.yaml", &format!("{}{broken}", accounts(&["a"])))]);
    let second = loader.load(&[("a.yaml", &format!("{}{broken}", accounts(&["é", "b"])))]);
    assert_eq!(told(&first, first.diagnostics[0].place), ("a.yaml:7:7".into(), "'x"));
    let found = second.diagnostics.last().unwrap();
    assert_eq!(told(&second, found.place), ("a.yaml:12:7".into(), "'x"));
}

#[test]
fn a_broken_document_leaves_the_others_alone() {
    let loaded = Loader::default()
        .load(&[("a.yaml", &format!("{}---\na: [\n{}---\n\tb: 1\n{}", accounts(&["a"]), accounts(&["b"]), accounts(&["c"])))]);
    assert_eq!(names(&loaded), [(0, "a"), (2, "b"), (4, "c")]);
    let lines: Vec<_> = loaded.diagnostics.iter().map(|d| told(&loaded, d.place).0).collect();
    assert_eq!(lines, ["a.yaml:7:4", "a.yaml:14:1"]);
}

#[test]
fn the_last_of_equal_objects_counts() {
    let loaded = Loader::default().load(&[("a.yaml", &accounts(&["a", "b"])), ("b.yaml", &accounts(&["a", "a"]))]);
    assert_eq!(names(&loaded), [(1, "b"), (3, "a")]);
    let [first, second] = &*loaded.diagnostics else { panic!("{:#?}", loaded.diagnostics) };
    assert_eq!(
        (first.code, &*first.message),
        (codes::DUPLICATE_OBJECT, "ServiceAccount `a` in namespace `default` is defined more than once")
    );
    assert_eq!(told(&loaded, first.place).0, "b.yaml:5:9");
    assert_eq!(told(&loaded, Some(first.related[0].place)).0, "a.yaml:5:9");
    assert_eq!(told(&loaded, Some(second.related[0].place)).0, "b.yaml:5:9");
}

#[test]
fn different_objects_may_share_a_name() {
    let account = ACCOUNT.replace("NAME", "x");
    for other in [
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x, namespace: other}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 80}]}\n",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {generateName: x}\n",
    ] {
        let loaded = Loader::default().load(&[("a.yaml", &format!("{account}---\n{other}"))]);
        assert!(loaded.diagnostics.iter().all(|d| d.code != codes::DUPLICATE_OBJECT), "{other}");
        assert_eq!(loaded.resources().count(), 2, "{other}");
    }
    // Refused, so an API server keeps the first one, and nothing is in doubt.
    let refused = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x, name: x}\n";
    let loaded = Loader::default().load(&[("a.yaml", &format!("{account}---\n{refused}"))]);
    assert!(loaded.diagnostics.iter().all(|d| d.code != codes::DUPLICATE_OBJECT));
    assert_eq!(loaded.resources().map(|(_, resource)| resource.refused).collect::<Vec<_>>(), [false]);
    let policy =
        |group: &str| format!("apiVersion: {group}\nkind: NetworkPolicy\nmetadata: {{name: x}}\nspec: {{podSelector: {{}}}}\n---\n");
    let loaded = Loader::default().load(&[("a.yaml", &(policy("extensions/v1beta1") + &policy("networking.k8s.io/v1")))]);
    assert!(loaded.diagnostics.iter().any(|d| d.code == codes::DUPLICATE_OBJECT));
}

#[test]
fn an_object_with_a_duplicate_key_is_refused_and_its_neighbours_are_not() {
    let text = "kind: List\napiVersion: v1\nitems:\n- {kind: ServiceAccount, apiVersion: v1, metadata: {name: a, name: b}}\n- {kind: ServiceAccount, apiVersion: v1, metadata: {name: c}}\n";
    let loaded = Loader::default().load(&[("a.yaml", text)]);
    let refused: Vec<_> = loaded.resources().map(|(_, resource)| (&*resource.meta.name, resource.is_refused())).collect();
    assert_eq!(refused, [("b", true), ("c", false)]);
}

#[test]
fn limits_refuse_the_rest_with_its_place() {
    let one = accounts(&["a"]);
    let mut loader = Loader::new(Limits { bytes: one.len() + 1, documents: 2, ..Limits::default() });
    let loaded = loader.load(&[("a.yaml", &one), ("b.yaml", &accounts(&["b"]))]);
    assert_eq!(names(&loaded), [(0, "a"), (1, "")]);
    assert_eq!((loaded.diagnostics[0].code, &*told(&loaded, loaded.diagnostics[0].place).0), (codes::TOO_LARGE, "b.yaml:1:1"));

    let mut loader = Loader::new(Limits { documents: 2, ..Limits::default() });
    let loaded = loader.load(&[("a.yaml", &accounts(&["a", "b", "c"])), ("b.yaml", &accounts(&["d"]))]);
    assert_eq!(names(&loaded), [(0, "a"), (1, "b"), (2, ""), (3, "")]);
    let places: Vec<_> = loaded.diagnostics.iter().map(|d| (d.code, told(&loaded, d.place).0)).collect();
    assert_eq!(places, [(codes::TOO_MANY_DOCUMENTS, "a.yaml:11:1".into()), (codes::TOO_MANY_DOCUMENTS, "b.yaml:1:1".into())]);
}

#[test]
fn much_text_is_read() {
    let many: String = (0..10_000).map(|i| format!("---\n{}", ACCOUNT.replace("NAME", &format!("p{i}")))).collect();
    let loaded = Loader::default().load(&[("many.yaml", &many)]);
    assert_eq!((loaded.resources().count(), loaded.diagnostics.len()), (10_000, 0));

    let big = format!("{}  annotations:\n    x: |\n{}", ACCOUNT.replace("NAME", "big"), "      some text\n".repeat(700_000));
    assert!(big.len() > 10 << 20);
    let loaded = Loader::default().load(&[("big.yaml", &big)]);
    assert_eq!((loaded.resources().count(), loaded.diagnostics.len()), (1, 0));
}

/// Edits of all kinds at all places give what loading the new text afresh gives.
#[test]
fn reuse_never_changes_what_is_loaded() {
    let base = format!(
        "# head\n{}---\n# only a comment\n---\n%x\n{}...\n# between\n{}{{\"kind\": \"A\"}}{{\"kind\": \"B\"}}\n---\na: |\n  ---\n{}\u{feff}---\nz: 1\n",
        accounts(&["a"]),
        accounts(&["b"]),
        accounts(&["c"]),
        accounts(&["d", "a"])
    );
    let mut loader = Loader::default();
    let mut check = |text: &str| {
        let kept = loader.load(&[("a.yaml", text)]);
        let fresh = Loader::default().load(&[("a.yaml", text)]);
        let view = |loaded: &Loaded| {
            let document = |d: &LoadedDocument| {
                (told(loaded, Some(Span::default().within(d.id))).0, d.parsed.resources.clone(), d.parsed.diagnostics.clone())
            };
            (loaded.documents.iter().map(document).collect::<Vec<_>>(), loaded.diagnostics.clone())
        };
        assert_eq!(view(&kept), view(&fresh), "{text}");
    };
    let inserts = ["x", "\n", "---\n", "\n---\n", "--- ", "...\n", "-", "# c\n", "'", "{", "}", "\u{feff}", "%Y\n", " ", "é"];
    for (at, _) in base.char_indices() {
        for insert in inserts {
            check(&format!("{}{insert}{}", &base[..at], &base[at..]));
        }
        for length in [1, 4, 30] {
            if let Some(rest) = base.get(at + length..) {
                check(&format!("{}{rest}", &base[..at]));
            }
        }
        check(&base);
    }
}

/// A Markdown fence without anything in it has no documents to keep; read again, it is Markdown still.
#[test]
fn a_text_without_documents_is_read_again_as_at_first() {
    for text in ["````", "# Notes\n\n```yaml\n```\n", "", "# nothing\n"] {
        let mut loader = Loader::default();
        let first = loader.load(&[("a.yaml", text)]).diagnostics;
        assert_eq!(loader.load(&[("a.yaml", text)]).diagnostics, first, "{text}");
    }
}

#[test]
fn how_far_reading_is_is_told_in_bytes_of_what_is_new() {
    let (a, b) = (accounts(&["a", "b"]), accounts(&["c"]));
    let mut loader = Loader::default();
    let read = |loader: &mut Loader, files: &[(&str, &str)]| {
        let told = core::cell::RefCell::new(Vec::new());
        loader.load_telling(files, &|done, of| told.borrow_mut().push((done, of)));
        told.into_inner()
    };
    let all = a.len() + b.len();
    let told = read(&mut loader, &[("a.yaml", &a), ("b.yaml", &b)]);
    assert_eq!(told.len(), 4, "three documents, and the end");
    assert!(told.iter().all(|(_, of)| *of == all));
    assert!(told.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    assert_eq!(told[1].0, a.len(), "all of the first file");
    assert_eq!(told.last(), Some(&(all, all)));
    // Nothing is new.
    assert_eq!(read(&mut loader, &[("a.yaml", &a), ("b.yaml", &b)]), [(0, 0)]);
    // One document is: the other is not counted.
    let told = read(&mut loader, &[("a.yaml", &a), ("b.yaml", &accounts(&["d"]))]);
    assert!(told.iter().all(|(done, of)| done <= of && *of <= b.len()), "{told:?}");
}
