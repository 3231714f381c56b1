//! What the manual says of the core is true.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::diagnostics::Severity;
use netpolis_core::settings::Settings;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// The codes that files of a folder define: `Code("LINT001")`.
fn codes(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes(&path, found);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(text.split("Code(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
}

#[test]
fn every_code_has_one_meaning_and_every_lint_a_line_in_the_manual() {
    let mut all = Vec::new();
    codes(&root().join("core/src"), &mut all);
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "a code is used twice");
    let manual = document("lints.md");
    let row = |line: &str| Some(line.strip_prefix("| ")?.split(" |").next()?.to_owned());
    let listed: Vec<String> = manual.lines().filter_map(row).filter(|code| code.chars().any(|c| c.is_ascii_digit())).collect();
    for code in &listed {
        assert!(all.contains(code), "{code} is in the manual, and nothing says it");
    }
    let lints: BTreeSet<&String> = all.iter().filter(|code| code.starts_with("LINT")).collect();
    assert!(lints.len() > 20);
    for code in lints {
        assert_eq!(listed.iter().filter(|l| *l == code).count(), 1, "{code} has no line in docs/lints.md, or several");
    }
    // What the other codes begin with is said in the introduction.
    for code in all.iter().filter(|code| !code.starts_with("LINT")) {
        let family = code.trim_end_matches(|c: char| c.is_ascii_digit());
        assert!(manual.contains(&format!("`{family}…`")), "docs/lints.md says nothing of {code}");
    }
}

#[test]
fn the_short_form_of_the_manual_is_read_without_a_complaint() {
    let manual = document("azure.md");
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
        for group in [Group::Assumption, Group::Way] {
            for line in markdown(group, as_option).lines() {
                assert!(text.contains(line), "docs/{name} lacks this line of the table of settings:\n{line}");
            }
        }
    }
}
