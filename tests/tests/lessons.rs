//! Every lesson that comes with the page is right, and the index names all of them.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use netpolis::lesson::{Action, report};

#[test]
fn lessons_are_right_and_indexed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/lessons");
    let path = folder.to_string_lossy().into_owned();
    let (text, is_wrong) = report(std::slice::from_ref(&path), Action::Test).unwrap();
    assert!(!is_wrong, "{text}");
    println!("{}", text.lines().last().unwrap_or_default());
    let (index, _) = report(&[path], Action::Index).unwrap();
    let written = std::fs::read_to_string(folder.join("index.json")).unwrap();
    assert!(written == index, "write it anew: netpolis lesson index www/lessons > www/lessons/index.json");
}
