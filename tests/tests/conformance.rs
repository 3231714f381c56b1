//! The recorded agreement with other projects' expected answers may only grow.

use std::io::Write;
use std::path::Path;

use netpolis_tests::conformance::{data, disputed, fallen, recorded, run};

#[test]
fn the_list_of_disputed_cases_gives_reasons() {
    disputed().unwrap();
}

/// Left out, and said, where the data is not there. `NETPOLIS_CONFORMANCE` names the folder with it, which must then be there.
#[test]
fn agreement_never_falls_below_what_is_recorded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let usual = "../shared/conformance";
    let Some(folder) = data(std::env::var_os("NETPOLIS_CONFORMANCE"), &root.join(usual)).unwrap() else {
        // Not by `eprintln!`, which is shown for tests that fail only.
        writeln!(std::io::stderr(), "\nleft out: conformance (no data in {usual})").unwrap();
        return;
    };
    let recorded = recorded(&std::fs::read_to_string(root.join("docs/conformance.md")).unwrap());
    assert!(!recorded.is_empty());
    assert_eq!(fallen(&recorded, &run(&folder).unwrap()), Vec::<String>::new());
}

#[test]
fn data_that_is_asked_for_must_be_there() {
    let (here, nowhere) = (Path::new(env!("CARGO_MANIFEST_DIR")), Path::new("/no/such/folder"));
    assert_eq!(data(None, here), Ok(Some(here.into())));
    assert_eq!(data(None, nowhere), Ok(None));
    assert_eq!(data(Some(here.into()), nowhere), Ok(Some(here.into())));
    assert_eq!(data(Some(nowhere.into()), here), Err("no conformance data in `/no/such/folder`, which was asked for".into()));
    // A folder without a case is no data either.
    assert!(run(&here.join("src/bin")).unwrap_err().starts_with("there is no conformance case in"));
}
