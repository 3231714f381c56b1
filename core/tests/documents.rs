//! What the manual says of the core is true.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::lint::{LINTS, explanation, manual};
use netpolis_core::diagnostics::Severity;
use netpolis_core::settings::Settings;
use netpolis_core::{document, language};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn text_of(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// The files of a folder that define a code by hand: `Code("LINT001")`.
fn definitions(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            definitions(&path, found);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            let codes = text.split("Code(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            found.extend(codes.map(|code| (code, path.display().to_string())));
        }
    }
}

#[test]
fn every_code_has_one_meaning_and_is_in_a_table() {
    let lints = LINTS.iter().map(|lint| lint.code.0);
    let others = document::codes::ALL.iter().chain(language::codes::ALL).map(|info| info.code.0);
    let all: Vec<&str> = lints.clone().chain(others).collect();
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "a code is used twice");
    // No code is given without being in a table.
    let mut by_hand = Vec::new();
    definitions(&root().join("core/src"), &mut by_hand);
    for (code, file) in by_hand {
        assert!(file.contains("/lint/rules/") && lints.clone().any(|lint| lint == code), "{code} of {file} is in no table");
    }
}

/// With NETPOLIS_WRITE_DOCS=1 (`./dev docs`) the manual is written instead.
#[test]
fn the_manual_of_lints_is_made_from_them() {
    let path = root().join("docs/lints.md");
    if std::env::var_os("NETPOLIS_WRITE_DOCS").is_some() {
        fs::write(&path, manual()).unwrap();
    }
    assert!(text_of("lints.md") == manual(), "docs/lints.md is not what the lints say: run `./dev docs`");
    for code in ["LINT001", "lint023", "AZ010", "AZ021", "K8S001", "DOC142"] {
        assert!(explanation(code).is_some_and(|text| text.starts_with(&code.to_uppercase())), "{code}");
    }
    assert_eq!(explanation("LINT000"), None);
}

#[test]
fn the_short_form_of_the_manual_is_read_without_a_complaint() {
    let manual = text_of("azure.md");
    let example = manual.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("azure.yaml", example)]);
    let complaints: Vec<_> = scene.problems().iter().filter(|p| p.severity != Severity::Note).map(|p| &p.message).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    let cloud = &scene.snapshot().cloud;
    let groups = cloud.groups.iter().filter(|g| !g.is_managed()).count();
    let sizes = [cloud.networks.len(), cloud.subnets.len(), groups, cloud.groups[0].rules.len(), cloud.clusters.len()];
    assert_eq!(sizes, [2, 2, 1, 7, 1]);
}

#[test]
fn tables_of_settings_are_those_of_the_program() {
    use netpolis_core::settings::table::{Group, markdown};
    let documents = [("cli.md", include_str!("../../docs/cli.md"), true), ("embedding.md", include_str!("../../docs/embedding.md"), false)];
    for (name, text, as_option) in documents {
        for group in [Group::Assumption, Group::Path] {
            for line in markdown(group, as_option).lines() {
                assert!(text.contains(line), "docs/{name} lacks this line of the table of settings:\n{line}");
            }
        }
    }
}

#[test]
fn the_road_of_a_port_passes_functions_that_there_are() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let road = map.split("## Follow one port").nth(1).unwrap().split("\n## ").next().unwrap();
    let stops: Vec<&str> = road.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
    assert!((8..=10).contains(&stops.len()), "{} stops", stops.len());
    for stop in stops {
        let mut names = stop.split('`').skip(1).step_by(2);
        let (file, function) = (names.next().unwrap(), names.next().unwrap());
        let code = fs::read_to_string(root().join(file)).unwrap_or_else(|_| panic!("no file {file}"));
        let is_there = [format!("fn {function}("), format!("fn {function}<")].iter().any(|start| code.contains(start.as_str()));
        assert!(is_there, "{file} has no function `{function}`");
    }
}
