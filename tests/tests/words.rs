//! The page with all sentences is made, and holds those that everybody meets.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use netpolis_tests::words::{Words, avoided_in, in_folder};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn the_page_holds_verdicts_reasons_findings_and_labels() {
    let words = Words::collect(root()).unwrap();
    let of = |heading: &str| words.parts.iter().find(|(h, _)| h == heading).map_or(&[][..], |(_, sentences)| sentences);
    assert!(of("Checkpoint of a flow").iter().any(|s| s == "no policy selects `…` for egress"));
    assert!(of("Hop of a path").iter().any(|s| s.contains("rewrites the destination to the pod (DNAT)")));
    assert!(of("Finding").iter().any(|s| s == "NetworkPolicy `…` selects no pod"));
    for heading in ["Verdict of a flow", "Verdict of a path", "Rule that does not match, or may", "Note at a flow", "Note at a path"] {
        assert!(of(heading).len() > 3, "{heading}");
    }
    // What no answer of these inputs says, and labels.
    for folder in ["core/src/", "cli/src/", "web/src/components/", "view/src/"] {
        assert!(words.parts.iter().any(|(h, sentences)| h.starts_with(folder) && !sentences.is_empty()), "{folder}");
    }
    let german = &words.translations["de"];
    assert!(german.len() > 700 && german["Next step"] == "Nächster Schritt" && german["… · rule …"] == "… · Regel …");
    let page = words.page();
    assert!(page.contains("\n  No pods yet\n      de: Noch keine Pods\n"), "both languages, one below the other");
    assert!(words.count() > 1000 && page.lines().count() > words.count());
}

/// What users read in the source, in the documents and in the examples.
#[test]
fn phrases_that_were_improved_do_not_come_back() {
    let mut found = Vec::new();
    for folder in ["core/src", "cli/src", "view/src", "engine/src", "web/src"] {
        for literal in in_folder(root(), folder).unwrap() {
            found.extend(avoided_in(&literal.text).into_iter().map(|known| (format!("{}:{}", literal.file, literal.line), known)));
        }
    }
    let documents = [
        "README.md",
        "docs/azure.md",
        "docs/path.md",
        "docs/semantics.md",
        "docs/checks.md",
        "docs/cli.md",
        "docs/embedding.md",
        "docs/lints.md",
        "npm/README.md",
    ];
    for name in documents.into_iter().chain(["www/examples/index.json"]) {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        for (number, line) in text.lines().enumerate() {
            found.extend(avoided_in(line).into_iter().map(|known| (format!("{name}:{}", number + 1), known)));
        }
    }
    let report: String = found.iter().map(|(place, (phrase, better))| format!("{place}: “{phrase}”: better {better}\n")).collect();
    assert!(found.is_empty(), "{report}");
}
