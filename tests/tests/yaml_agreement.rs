//! Our reader of YAML against an independent one: wherever `yaml_serde` accepts a document, both must find the same values.
//!
//! Two differences are meant. Kubernetes reads plain scalars by YAML 1.1, so what we call a boolean or a number may be text or another
//! number there; and we expand merge keys. The first is compared by what was written, the second left out.
#![allow(clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use netpolis_core::diagnostics::Severity;
use netpolis_core::document::{Limits, NodeRef, Parsed, Value, parse, split};
use serde_yaml::Value as Theirs;

/// Texts with what people's files have and the conformance data may lack.
const SAMPLES: &[&str] = &[
    "a: 1\nb: [x, 'y', \"z\\n\"]\nc: {d: null, e: ~, f: }\n",
    "- - 1\n  - 2\n- a: b\n  c:\n  - d\n",
    "text: |\n  one\n   two\n\n  three\nfolded: >-\n  one\n  two\n\n  three\nkept: |+\n  x\n\nstripped: |-\n  x\n",
    "plain: one\n  two\n  three\nquoted: \"one\n  two\\\n  three\"\nsingle: 'it''s\n\n  two'\n",
    "base: &base {a: 1}\nuse: *base\nlist: [*base, *base]\n",
    "größe: 'ä'\n\"\\u00e9\": \"\\x41\\U0001F600\"\n日本: [語, \"𝄞\"]\n",
    "# only\n# comments, then\nkey: value # and more\n# end\n",
    "a: 1\r\nb: |\r\n  x\r\n  y\r\nc:\r\n- d\r\n",
    "{\"apiVersion\": \"v1\", \"items\": [{\"a\": 1.5e3}, [], {}, \"\"], \"kind\": \"List\"}",
    "? complex\n: value\n? other\n",
    "url: http://example.org:80/#frag\ncolon: a:b\nhash: a#b\ndash: -a\nquestion: ?a\npercent: a%\n",
    "numbers: [0, -1, +1, 1.5, .5, 1e3, 0x1f, 0o17, 9223372036854775807, 18446744073709551615, .inf, -.inf]\n",
    "yaml11: [yes, no, on, off, y, n, 0777, 1_000, 0b11, 08, 1:30, 2024-01-02, ~, Null]\n",
    "tagged: !!str 80\nseq: !!seq [1]\nmap: !!map {a: b}\n",
    "empty:\nlist:\n-\n- \n- ''\n",
    "--- |\n  text\n",
    "--- [a,\n b]\n",
];

#[test]
fn samples_agree() {
    let mut compared = 0;
    for sample in SAMPLES {
        compared += agree(sample, "sample");
    }
    assert_eq!(compared, SAMPLES.len());
}

#[test]
fn conformance_files_agree() {
    // The data need not be there; where it is, every YAML file in it is compared.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let mut compared = 0;
    for file in &files {
        let Ok(text) = fs::read_to_string(file) else { continue };
        compared += agree(&text, &file.display().to_string());
    }
    println!("{compared} documents of {} files agree", files.len());
    assert!(files.is_empty() || compared > files.len() / 2, "only {compared} documents of {} files could be compared", files.len());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json") {
            files.push(path);
        }
    }
}

/// Compares every document of a file; how many the other reader accepts.
fn agree(file: &str, name: &str) -> usize {
    let mut compared = 0;
    for range in split(file) {
        let text = &file[range.clone()];
        let Ok(theirs) = serde_yaml::from_str::<Theirs>(text) else { continue };
        let Parsed { tree, diagnostics } = parse(text, &Limits::default());
        let place = format!("{name}, document at byte {}", range.start);
        if diagnostics.iter().any(|d| d.code.0 == "DOC009") {
            // Templates can be YAML by accident; we refuse them.
            continue;
        }
        assert!(diagnostics.iter().all(|d| d.severity != Severity::Error), "{place}: {diagnostics:#?}");
        match tree.root() {
            Some(ours) => compare(ours, &theirs, text, &place),
            None => assert!(theirs.is_null(), "{place}: {theirs:?}"),
        }
        compared += 1;
    }
    compared
}

fn compare(ours: NodeRef<'_>, theirs: &Theirs, text: &str, place: &str) {
    let written = &text[ours.span().start as usize..ours.span().end as usize];
    let place = format!("{place}/`{}`", written.lines().next().unwrap_or_default());
    let theirs = match theirs {
        Theirs::Tagged(tagged) => &tagged.value,
        value => value,
    };
    match (ours.value(), theirs) {
        (Value::Sequence(_), Theirs::Sequence(items)) => {
            let own: Vec<_> = ours.as_sequence().into_iter().flatten().collect();
            assert_eq!(own.len(), items.len(), "{place}");
            for (own, item) in own.into_iter().zip(items) {
                compare(own, item, text, &place);
            }
        }
        (Value::Mapping(entries), Theirs::Mapping(map)) => {
            if map.contains_key("<<") {
                return;
            }
            assert_eq!(entries.len(), map.len(), "{place}");
            for (entry, (key, value)) in entries.iter().zip(map) {
                if let Theirs::String(key) = key
                    && *entry.key != **key
                {
                    // A key such as `on` or `0777`, which YAML 1.1 reads as something else than text.
                    assert_eq!(&text[entry.key_span.start as usize..entry.key_span.end as usize], key, "{place}");
                }
                compare(ours.value_of(entry), value, text, &place);
            }
        }
        (Value::Null, Theirs::Null) => {}
        (Value::Bool(own), Theirs::Bool(value)) => assert_eq!(own, value, "{place}"),
        (Value::String(own), Theirs::String(value)) => assert_eq!(**own, **value, "{place}"),
        (Value::Int(own), Theirs::Number(value)) if value.as_i64() == Some(*own) => {}
        (Value::Float(own), Theirs::Number(value)) if value.as_f64() == Some(*own) => {}
        // YAML 1.1 and 1.2 differ about plain scalars: then it must be one that was written without quotes, in the same words.
        (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Null, Theirs::String(value)) => assert_eq!(written, value, "{place}"),
        (Value::Int(_) | Value::Float(_) | Value::String(_), Theirs::Number(_)) => {
            assert!(
                written.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)),
                "{place}: {:?} against {theirs:?}",
                ours.value()
            );
        }
        (own, value) => panic!("{place}: {own:?} against {value:?}"),
    }
}
