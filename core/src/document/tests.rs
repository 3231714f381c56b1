//! From text to trees and findings, case by case.

use std::fmt::Write;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::*;
use crate::diagnostics::{Diagnostic, Severity};
use crate::text::Span;

fn read(text: &str) -> Parsed {
    parse(text, &Limits::default())
}

/// A tree as JSON-like text.
fn shape(text: &str) -> String {
    fn write(out: &mut String, node: NodeRef<'_>) {
        match node.value() {
            Value::Null => out.push_str("null"),
            Value::Bool(b) => write!(out, "{b}").unwrap(),
            Value::Int(n) => write!(out, "{n}").unwrap(),
            Value::Float(n) => write!(out, "{n:?}").unwrap(),
            Value::String(s) => write!(out, "{s:?}").unwrap(),
            Value::Sequence(_) => {
                out.push('[');
                for (i, item) in node.as_sequence().unwrap().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    write(out, item);
                }
                out.push(']');
            }
            Value::Mapping(entries) => {
                out.push('{');
                for (i, entry) in entries.iter().enumerate() {
                    write!(out, "{}{}: ", if i == 0 { "" } else { ", " }, entry.key).unwrap();
                    write(out, node.value_of(entry));
                }
                out.push('}');
            }
        }
    }
    let parsed = read(text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    let mut out = String::new();
    write(&mut out, parsed.tree.root().expect(text));
    out
}

/// The only finding about a text: its code, the underlined text, and the message.
fn finding(text: &str) -> (&'static str, &str, String) {
    let parsed = read(text);
    let [found] = &*parsed.diagnostics else { panic!("{text:?}: {:#?}", parsed.diagnostics) };
    (found.code.0, underlined(text, found), found.message.clone())
}

fn underlined<'t>(text: &'t str, diagnostic: &Diagnostic) -> &'t str {
    let span = diagnostic.place.expect("has a place").span;
    &text[span.start as usize..span.end as usize]
}

#[test]
fn values_are_those_of_kubernetes() {
    assert_eq!(
        shape("a: yes\nb: 'yes'\nc: 0777\nd: 1_000\ne: 1:30\nf: 2024-01-02\ng:\nh: ~"),
        r#"{a: true, b: "yes", c: 511, d: 1000, e: "1:30", f: "2024-01-02", g: null, h: null}"#
    );
    assert_eq!(shape("on: 1"), "{true: 1}");
    assert_eq!(shape("80: x"), r#"{80: "x"}"#);
    assert_eq!(shape("a: !!str 80\nb: !!int '80'\nc: !custom 80\nd: !!str\ne: ! 80"), r#"{a: "80", b: 80, c: "80", d: "", e: "80"}"#);
    assert_eq!(shape("{\"a\": [1, -2.5, true, null, \"\\u00e9\\n\", {}]}"), r#"{a: [1, -2.5, true, null, "é\n", {}]}"#);
    assert_eq!(shape("a: |\n  x\n  y\nb: >-\n  x\n  y\nc: |"), r#"{a: "x\ny\n", b: "x y", c: ""}"#);
    // As libyaml has it: no line feed where the text has none.
    assert_eq!(shape("a: |\n  x"), r#"{a: "x"}"#);
    assert_eq!(shape("--- # comment\n- a # b\n- 'it''s'\n- \"\\x41\"\n...\n"), r#"["a", "it's", "A"]"#);
    assert_eq!(shape("%YAML 1.1\n%TAG !e! tag:example.org:\n---\na: !e!x 1\n"), r#"{a: "1"}"#);
}

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    assert_eq!(shape("a: 1\r\nb: |\r\n  x\r\n  y\r\nc:\r\n- d\r\n"), r#"{a: 1, b: "x\ny\n", c: ["d"]}"#);
    assert_eq!(shape("\u{feff}---\na: 1\n"), "{a: 1}");
}

#[test]
fn anchors_are_shared_and_merge_keys_are_expanded() {
    assert_eq!(shape("a: &x {k: 1}\nb: *x\nc: [*x, *x]"), "{a: {k: 1}, b: {k: 1}, c: [{k: 1}, {k: 1}]}");
    assert_eq!(shape("&k key: *k"), r#"{key: "key"}"#);
    assert_eq!(shape("k: &k name\nb: {*k : 1}"), r#"{k: "name", b: {name: 1}}"#);
    let parsed = read("a: &x {k: 1}\nb: *x\n");
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.get("a").unwrap().id(), root.get("b").unwrap().id());

    // Keys beside `<<` replace what it brings; in a list of mappings the first has precedence.
    assert_eq!(shape("d: &d {a: 1, b: 2}\ne: {<<: *d, b: 3}"), "{d: {a: 1, b: 2}, e: {a: 1, b: 3}}");
    assert_eq!(shape("d: {<<: [{a: 1}, {a: 2, b: 3}], c: 4}"), "{d: {a: 1, b: 3, c: 4}}");
    assert_eq!(shape("d: {<<: {<<: {a: 1}, b: 2}, '<<': 3}"), "{d: {a: 1, b: 2, <<: 3}}");
    assert_eq!(shape("d: {<<: []}"), "{d: {}}");
    // Upstream reads in order, so a `<<` replaces keys before it. Surprising enough for a warning.
    let text = "d: &d {a: 1}\ne:\n  a: 2\n  <<: *d\n";
    assert_eq!(finding(text), ("DOC024", "<<", "this `<<` replaces `a`, which is written before it".into()));
    assert_eq!(read(text).diagnostics[0].severity, Severity::Warning);
    let parsed = read(text);
    assert_eq!(parsed.tree.root().unwrap().get("e").unwrap().get("a").unwrap().value(), &Value::Int(1));
}

#[test]
fn spans_are_bytes_and_cover_what_was_written() {
    let text = "größe: 'a b' # c\nlist:\n- é: |\n    x\n    y\n\n- [1, {k: v}]\nleer:\nlast: on\n";
    let parsed = read(text);
    let root = parsed.tree.root().unwrap();
    let at = |span: Span| &text[span.start as usize..span.end as usize];
    assert_eq!(at(root.span()), text.trim_end());
    assert_eq!(at(root.entry("größe").unwrap().key_span), "größe");
    assert_eq!(at(root.get("größe").unwrap().span()), "'a b'");
    let items: Vec<_> = root.get("list").unwrap().as_sequence().unwrap().collect();
    assert_eq!(at(root.get("list").unwrap().span()), "- é: |\n    x\n    y\n\n- [1, {k: v}]");
    assert_eq!(at(items[0].span()), "é: |\n    x\n    y");
    assert_eq!(at(items[0].get("é").unwrap().span()), "x\n    y");
    assert_eq!(at(items[1].span()), "[1, {k: v}]");
    let absent = root.get("leer").unwrap().span();
    assert_eq!((absent.start, absent.end), (absent.start, absent.start));
    assert!(text[..absent.start as usize].ends_with("leer:"));
    // What a `yes` was before it became a boolean can be looked up.
    assert_eq!(at(root.get("last").unwrap().span()), "on");
}

#[test]
fn duplicate_keys_are_errors_with_both_places() {
    let text = "a: 1\nb: {x: 1, \"x\": 2}\na: 3\n";
    let parsed = read(text);
    let found: Vec<_> = parsed.diagnostics.iter().map(|d| (underlined(text, d), &*d.message, d.related[0].place.span.start)).collect();
    assert_eq!(found, [("\"x\"", "key \"x\" already set in map", 9), ("a", "key \"a\" already set in map", 0)]);
    // The last one counts.
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.get("a").unwrap().value(), &Value::Int(3));
    assert_eq!(root.as_mapping().unwrap().len(), 2);
}

#[test]
fn large_mappings_find_their_duplicates() {
    let mut text: String = (0..1000).map(|i| format!("k{i}: {i}\n")).collect();
    text.push_str("k7: again\nk999: again\n");
    let parsed = read(&text);
    assert_eq!(parsed.diagnostics.len(), 2);
    assert_eq!(parsed.tree.root().unwrap().as_mapping().unwrap().len(), 1000);
    assert_eq!(parsed.tree.root().unwrap().get("k7").unwrap().as_str(), Some("again"));
    // Thousands of them are not reported one by one.
    let parsed = read(&"k: 1\n".repeat(5000));
    assert_eq!(parsed.diagnostics.len(), 51);
    assert_eq!(parsed.diagnostics[50].message, "4949 more keys are already set in their maps");
}

#[test]
fn keys_must_be_text() {
    assert_eq!(finding("? [a]\n: b\n"), ("DOC021", "[a]", "a list cannot be a key, only text can".into()));
    assert_eq!(finding("{a: 1}: b\n"), ("DOC021", "{a: 1}", "a mapping cannot be a key, only text can".into()));
    assert_eq!(finding("~: b\n"), ("DOC021", "~", "nothing cannot be a key, only text can".into()));
    assert_eq!(finding(": b\n"), ("DOC021", "", "there is no key before this colon".into()));
}

#[test]
fn aliases_are_checked() {
    assert_eq!(finding("a: *b\n"), ("DOC022", "*b", "unknown anchor `b` referenced".into()));
    assert_eq!(finding("a: &a [*a]\n"), ("DOC022", "*a", "anchor `a` value contains itself".into()));
    assert_eq!(finding("a: {<<: 1}\n"), ("DOC023", "<<", "map merge requires map or sequence of maps as the value".into()));
    assert_eq!(finding("a: {<<: [{}, 1]}\n").0, "DOC023");
    assert_eq!(finding("a: !!int x\n"), ("DOC025", "x", "cannot decode `x` as a !!int".into()));
}

#[test]
fn syntax_errors_are_told_in_plain_words() {
    for (text, code, place, message) in [
        ("a:\n\tb: 1\n", "DOC002", "\t", "a tab indents this line, where YAML takes only spaces"),
        ("a: |\n x\n\ty\n", "DOC002", "\t", "a tab indents this line, where YAML takes only spaces"),
        ("\ta: 1\n", "DOC002", "\t", "a tab indents this line, where YAML takes only spaces"),
        ("a: 'x\nb: c\n", "DOC003", "'x", "the `'` that opens here is never closed"),
        ("a: \"x\n", "DOC003", "\"x", "the `\"` that opens here is never closed"),
        ("a: \"x\" y\n", "DOC003", "y", "there is text after the closing quotation mark"),
        ("a: [1, 2\nb: c\n", "DOC004", "[1, 2", "the bracket `[` that opens here is not closed"),
        ("{\n\"a\": [\n1,\n2\n", "DOC004", "[", "the bracket `[` that opens here is never closed"),
        ("{\"a\": [1,2}", "DOC004", "[1,2}", "the bracket `[` is closed by `}`"),
        ("a: 1\n} x", "DOC004", "} x", "this bracket closes nothing"),
        ("{\"a\": 1 \"b\": 2}", "DOC004", ": 2}", "a comma or a closing bracket is missing before this"),
        ("metadata\n  name: x\n", "DOC005", "metadata", "`metadata` has no colon after it"),
        ("a: 1\nfoo\nb: 2\n", "DOC005", "foo", "`foo` has no colon after it"),
        ("name:x\nfoo: 1\n", "DOC005", "name:x", "a space is missing after the colon in `name:x`"),
        ("a: b: c\n", "DOC005", ": c", "there is a second `: ` on this line"),
        ("a:\n   b: 1\n  c: 2\n", "DOC006", "c: 2", "the indentation of `c: 2` fits nothing above it"),
        ("a:\n- b: 1\n c: 2\n", "DOC006", "c: 2", "the indentation of `c: 2` fits nothing above it"),
        ("a: 1\n- b\n", "DOC006", "- b", "the indentation of `- b` fits nothing above it"),
        ("key: é\n key2: v\n", "DOC006", "key2: v", "`key2: v` is indented as if it belonged to the value before it"),
        ("a: @b\n", "DOC007", "@", "a value cannot begin with `@`"),
        ("a: `b`\n", "DOC007", "`", "a value cannot begin with a backtick"),
        ("a: \"\\d\"\n", "DOC007", "\"\\d\"", "there is a `\\` in these quotes that begins no escape"),
        ("a: 1\n\u{feff}b: 2\n", "DOC007", "\u{feff}b: 2", "there is a byte order mark in the middle of the file"),
        ("%YAML 1.1\n", "DOC001", "%YAML 1.1", "the line `---` is missing after this directive"),
        ("a: *b c\n", "DOC022", "*b", "unknown anchor `b` referenced"),
    ] {
        assert_eq!(finding(text), (code, place, message.to_string()), "{text:?}");
        let parsed = read(text);
        assert!(parsed.tree.is_empty(), "{text:?}");
        assert!(parsed.diagnostics[0].help.is_some(), "{text:?}");
    }
}

#[test]
fn tabs_are_mended_by_the_fix() {
    let text = "a:\n\tb: 1\n\tc:\n\t\t- 2\n";
    let parsed = read(text);
    let fix = parsed.diagnostics[0].fix.as_ref().unwrap();
    let mut mended = text.to_string();
    for (place, replacement) in fix.edits.iter().rev() {
        mended.replace_range(place.span.start as usize..place.span.end as usize, replacement);
    }
    assert_eq!(shape(&mended), "{a: {b: 1, c: [2]}}");
}

#[test]
fn what_is_not_text_is_named_with_its_place() {
    assert_eq!(finding("a: 1\nb: \u{c}\n"), ("DOC007", "\u{c}", "a form feed, U+000C, cannot be in YAML".into()));
    assert_eq!(finding("a: 1\nb: x\0\n"), ("DOC008", "\0", "this is binary data, not YAML or JSON".into()));
    assert_eq!(finding("PK\u{3}\u{4}\u{14}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}x").0, "DOC008");
    assert_eq!(finding("\u{fffd}\u{fffd}a\0:\0 \0x\0").2, "this file is not UTF-8, probably UTF-16");
    assert!(finding("\u{1b}[32ma: 1\u{1b}[0m\n").2.contains("coloured"));
}

#[test]
fn templates_are_told_from_manifests() {
    for (text, place) in [
        ("kind: Pod\nmetadata:\n  name: {{ .Values.name }}\n", "{{ .Values.name }}"),
        ("kind: Pod\nmetadata:\n  name: {{ include \"x\" . }}-web\n", "{{ include \"x\" . }}"),
        ("{{- if .Values.x }}\nkind: Pod\n{{- end }}\n", "{{- if .Values.x }}"),
        ("{{ if .x }}\nkind: Pod\n", "{{ if .x }}"),
        ("metadata:\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\n", "{{- toYaml .Values.labels | nindent 4 }}"),
        ("metadata:\n  name: \"{{ .Release.Name }}-web\"\n", "\"{{ .Release.Name }}-web\""),
    ] {
        let (code, at, _) = finding(text);
        assert_eq!((code, at), ("DOC009", place), "{text:?}");
        assert!(read(text).tree.is_empty(), "{text:?}");
    }
    // Other tools use braces in texts that mean themselves.
    assert_eq!(
        shape("a: \"{{ $labels.pod }} is down\"\nb: |\n  {{ .Values.x }}\n"),
        r#"{a: "{{ $labels.pod }} is down", b: "{{ .Values.x }}\n"}"#
    );
    // An error far from the braces is not their fault.
    assert_eq!(finding("a: '{{ x }}'\nb: 1\nc: 1\nd: 1\ne: 1\nf: 'x\n").0, "DOC003");
}

#[test]
fn the_complete_objects_of_a_broken_list_are_kept() {
    let text = "apiVersion: v1\nitems:\n- kind: A\n  x: [1]\n- kind: B\n- kind: C\n  y:\n  - z: 'never closed\nkind: List\n";
    let parsed = read(text);
    let root = parsed.tree.root().unwrap();
    assert_eq!(root.get("kind").unwrap().as_str(), Some("List"));
    let kinds: Vec<_> = root.get("items").unwrap().as_sequence().unwrap().map(|item| item.get("kind").unwrap().as_str().unwrap()).collect();
    assert_eq!(kinds, ["A", "B"]);
    assert!(parsed.diagnostics[0].help.as_ref().unwrap().ends_with("the 2 objects of the list before this line are read, the rest is not"));

    // Here nobody can know whether `b` belongs to the object before it.
    let parsed = read("items:\n- kind: A\n  a: 1\n- kind: B\n b: 2\n");
    assert_eq!(parsed.tree.root().unwrap().get("items").unwrap().as_sequence().unwrap().len(), 1);
    let parsed = read("items:\n- kind: A\n- kind: B\nkind: 'List\n");
    assert_eq!(parsed.tree.root().unwrap().get("items").unwrap().as_sequence().unwrap().len(), 2);
    // JSON, as `kubectl get -o json` writes it, cut off.
    let objects = "{\"kind\": \"A\"},\n".repeat(500);
    let parsed = read(&format!("{{\"apiVersion\": \"v1\",\n\"items\": [\n{objects}{{\"kind\": \"B\", \"spec\": {{\"x\": [1,"));
    // The parser looks ahead, so the last few may be lost.
    let kept = parsed.tree.root().unwrap().get("items").unwrap().as_sequence().unwrap().len();
    assert!((400..=500).contains(&kept), "{kept}");
    for text in ["items:\n- kind: A\n b: 2\n", "spec:\n- kind: A\n- kind: B\n- 'x\n", "items: 'x\n"] {
        assert!(read(text).tree.is_empty(), "{text:?}");
    }
}

#[test]
fn alias_bombs_are_refused_before_they_go_off() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..10 {
        writeln!(text, "a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 10].join(", ")).unwrap();
    }
    let (code, place, message) = finding(&text);
    assert_eq!((code, place, &*message), ("DOC034", "*a3", "document contains excessive aliasing"));

    let mut text = String::from("a0: &a0 {x: 1, y: 2}\n");
    for i in 1..64 {
        writeln!(text, "a{i}: &a{i} {{z{i}: *a{}, <<: *a{}}}", i - 1, i - 1).unwrap();
    }
    assert_eq!(finding(&text).0, "DOC034");

    // Depth counts through aliases.
    let mut text = String::from("a0: &a0 []\n");
    for i in 1..300 {
        writeln!(text, "a{i}: &a{i} [*a{}]", i - 1).unwrap();
    }
    assert_eq!(finding(&text).0, "DOC032");

    // Ordinary use is far below.
    let text = format!("d: &d {{a: 1, b: [1, 2, 3]}}\nl:\n{}", "- *d\n".repeat(5000));
    assert_eq!(read(&text).diagnostics, []);
}

#[test]
fn absurd_texts_are_refused() {
    let limit = Limits::default().depth;
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        (0..1000).map(|i| format!("{}a:\n", " ".repeat(i))).collect(),
        format!("{}{}", "[".repeat(limit + 1), "]".repeat(limit + 1)),
    ] {
        let parsed = read(&text);
        assert_eq!(parsed.diagnostics[0].code, codes::TOO_DEEP, "{:.20}", text);
        assert!(parsed.tree.is_empty());
    }
    let text = format!("{}{}", "[".repeat(limit), "]".repeat(limit));
    assert_eq!(read(&text).diagnostics, []);

    let few = Limits { values: 10, document_bytes: 100, ..Limits::default() };
    assert_eq!(parse("[1, 2, 3, 4, 5, 6, 7, 8, 9]", &few).diagnostics, []);
    assert_eq!(parse("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", &few).diagnostics[0].code, codes::TOO_MANY_VALUES);
    assert_eq!(parse(&"x".repeat(101), &few).diagnostics[0].code, codes::TOO_LARGE);
}

#[test]
fn any_prefix_of_a_text_is_read_without_panic() {
    let text =
        "%YAML 1.1\n--- # é\nkey: &a [1, {x: 'y'}, \"\\u00e9\"]\nb: *a\n<<: {c: |\n  d}\n? e\n: - f\n  - !!int 3\n\tg: {{ h }}\n...\n";
    for (end, _) in text.char_indices() {
        for start in [0, 10, 20, 40].into_iter().filter(|start| *start <= end && text.is_char_boundary(*start)) {
            let part = &text[start..end];
            for found in read(part).diagnostics {
                let span = found.place.unwrap().span;
                assert!(part.get(span.start as usize..span.end as usize).is_some(), "{part:?} {found:?}");
                assert!(!found.message.is_empty() && !found.message.ends_with('.'));
            }
        }
    }
}

#[test]
fn errors_at_characters_the_parser_does_not_know_are_on_their_borders() {
    for text in ["-\u{ffff}", "\u{ffff}", "a: \u{fffe}", "é: [\u{ffff}"] {
        for problem in parse(text, &Limits::default()).diagnostics {
            let span = problem.place.unwrap().span;
            assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize), "{text:?}: {span:?}");
        }
    }
}
