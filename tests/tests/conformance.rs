//! The recorded agreement with other projects' expected answers may only grow.

use std::path::Path;

use netpolis_tests::conformance::{disputed, recorded, run};

#[test]
fn the_list_of_disputed_cases_gives_reasons() {
    disputed().unwrap();
}

/// Skipped where the data is not there; `NETPOLIS_CONFORMANCE` names another folder with it.
#[test]
fn agreement_never_falls_below_what_is_recorded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = std::env::var_os("NETPOLIS_CONFORMANCE").map_or_else(|| root.join("../shared/conformance"), Into::into);
    if !folder.is_dir() {
        eprintln!("no conformance data in {}, skipped", folder.display());
        return;
    }
    let table = std::fs::read_to_string(root.join("docs/conformance.md")).unwrap();
    let recorded = recorded(&table);
    assert!(!recorded.is_empty());
    let sets = run(&folder).unwrap();
    for (name, agreed) in recorded {
        // Other data may not have a set at all.
        if let Some(set) = sets.get(&name) {
            assert!(set.agreed() >= agreed, "{name}: {} of {} agree, and {agreed} did", set.agreed(), set.cases.len());
        }
    }
}
