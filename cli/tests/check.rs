//! `netpolis check` as a person or a pipeline runs it: every form and every exit code.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::{SCENE, follows};
use serde_json::Value;

const PASSES: &str = "{from: shop/web, to: shop/db, port: 5432, expect: allowed}";
const FAILS: &str = "{name: 'no <metrics> & #1', because: they are secret, from: shop/web, to: shop/db, port: 9187, expect: allowed}";
const CANNOT_TELL: &str = "{from: shop/web, to: shop/db, protocol: ICMP, expect: allowed}";
const BROKEN: &str = "{from: shop/web, to: shop/nope, expect: denied}";

/// What the command says of some checks in a form, with its exit code.
fn check(items: &[&str], arguments: &[&str]) -> (i32, String, String) {
    let items: String = items.iter().map(|item| format!("  - {item}\n")).collect();
    run(&format!("{SCENE}---\napiVersion: netpolis.dev/v1\nkind: Check\nmetadata: {{name: shop}}\nspec:\n  checks:\n{items}"), arguments)
}

fn run(input: &str, arguments: &[&str]) -> (i32, String, String) {
    common::run(&[&["check", "-"], arguments].concat(), input)
}

#[test]
fn exit_codes() {
    for (items, code) in [
        (&[PASSES][..], 0),
        (&[PASSES, FAILS], 1),
        (&[PASSES, CANNOT_TELL], 3),
        (&[CANNOT_TELL, FAILS], 1),
        (&[FAILS, BROKEN], 2),
        (&[PASSES, "{from: shop/web, too: shop/db}"], 2),
        // An error that a check expects is meant, one that no check expects is not.
        (&["{problem: K8S010, expect: reported}", "{from: shop/web, too: shop/db}"], 2),
    ] {
        assert_eq!(check(items, &[]).0, code, "{items:?}");
    }
    let (code, _, errors) = run(SCENE, &[]);
    assert_eq!(code, 2);
    assert!(errors.contains("there is no check in the input"), "{errors}");
    let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: odd, namespace: shop}\nspec: {podSelector: {}, egres: []}\n";
    let of = |item: &str| {
        run(
            &format!("{SCENE}{policy}---\napiVersion: netpolis.dev/v1\nkind: Check\nmetadata: {{name: x}}\nspec: {{checks: [{item}]}}\n"),
            &[],
        )
        .0
    };
    assert_eq!(of("{exists: shop/web}"), 2);
    assert_eq!(of("{problem: K8S010}, {exists: shop/web}"), 0);
    assert_eq!(check(&[PASSES], &["--format", "xml"]).0, 2);
}

#[test]
fn text_names_both_lines() {
    let (code, text, errors) = check(&[PASSES, FAILS, CANNOT_TELL, BROKEN], &[]);
    assert_eq!((code, errors.as_str()), (2, ""));
    let expected = "\
ok   shop: `shop/web` may reach `shop/db` on TCP 5432
FAIL shop: no <metrics> & #1
     expected: allowed; found: denied: TCP 9187 from `shop/web[Pod]` to `shop/db[Pod]`
     `shop/db` is selected for ingress by policy `shop/db`, and none of its rules allows TCP 9187 from `shop/web`; nearest: port 9187 is not in 5432
     decided at standard input:9:16
     checked at standard input:20:5
     because they are secret
?    shop: `shop/web` may reach `shop/db` on ICMP
";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.ends_with("4 checks: 1 passed, 1 failed, 1 cannot be told, 1 broken\n"), "{text}");
}

#[test]
fn json_is_after_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/schemas/check-results.schema.json")).unwrap();
    let (_, text, _) = check(&[PASSES, FAILS, CANNOT_TELL, BROKEN], &["--format", "json"]);
    let results: Value = serde_json::from_str(&text).unwrap();
    follows(&schema, &schema, &results, "results");
    assert_eq!(results["summary"], serde_json::json!({"checks": 4, "passed": 1, "failed": 1, "cannotTell": 1, "broken": 1}));
    let failed = &results["checks"][1];
    assert_eq!(failed["outcome"], "failed");
    assert_eq!((&failed["place"]["line"], &failed["deciding"][0]["line"]), (&Value::from(20), &Value::from(9)));
    assert_eq!(failed["witness"]["port"], 9187);
    assert_eq!(results["checks"][2]["witness"]["protocol"], "ICMP");
}

/// The checks of this file and of the manual follow the schema of the kind, as far as they are no mistakes.
#[test]
fn checks_are_after_their_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/schemas/check.schema.json")).unwrap();
    let item = &schema["$defs"]["check"];
    let read = |text: &str| -> Value { yaml(text) };
    for good in [PASSES, FAILS, CANNOT_TELL, BROKEN] {
        follows(&schema, item, &read(good), good);
    }
    // The reader, the schema, the manual and the editor know the same fields.
    let manual = include_str!("../../docs/checks.md");
    let editor = include_str!("../../web/src/editor/fields.txt").split("netpolis.dev Check").collect::<Vec<_>>()[1..].concat();
    let of_checks = ["COMMON", "FLOW", "FLOW_TESTS", "FORM_FIELDS"];
    for (source, lists, schema) in [
        (include_str!("../../core/src/language/netpolis/read/mod.rs"), &of_checks[..], item),
        (include_str!("../../core/src/language/netpolis/read/ends.rs"), &["FIELDS"], &schema["$defs"]["end"]["anyOf"][2]),
    ] {
        let list = |name: &&str| {
            let rest = source.split(&format!("const {name}: ")).nth(1).and_then(|rest| rest.split("= [").nth(1)).unwrap();
            rest.split(']').next().unwrap()
        };
        let mut fields: Vec<&str> = lists.iter().flat_map(|name| list(name).split('"').skip(1).step_by(2)).collect();
        fields.sort_unstable();
        let mut known: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        known.sort_unstable();
        assert_eq!(fields, known);
        for field in fields {
            assert!(editor.contains(&format!("\n  {field} ")), "{field} is not in the editor's table");
            let in_manual = manual.contains(&format!("`{field}`")) || manual.contains(&format!("`{field}:"));
            assert!(in_manual, "{field} is not in docs/checks.md");
        }
    }
}

/// A flow mapping of YAML in which nothing needs more than quotation marks to be JSON.
fn yaml(text: &str) -> Value {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if matches!(c, '{' | '}' | '[' | ']' | ',' | ':' | ' ') {
            out.push(c);
            rest = &rest[1..];
        } else if c == '\'' {
            let end = rest[1..].find('\'').unwrap();
            out.push_str(&Value::from(&rest[1..=end]).to_string());
            rest = &rest[end + 2..];
        } else {
            let end = rest.find([',', '}', ']']).unwrap();
            let colon = rest.find(": ").filter(|colon| *colon < end);
            let word = &rest[..colon.unwrap_or(end)];
            let number = word.parse::<u32>().is_ok();
            out.push_str(&if number { word.to_string() } else { Value::from(word).to_string() });
            rest = &rest[word.len()..];
        }
    }
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{out}: {error}"))
}

#[test]
fn tap_is_of_version_14() {
    let (_, text, _) = check(&[PASSES, FAILS, CANNOT_TELL, BROKEN], &["--format", "tap"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["TAP version 14", "1..4"]);
    let points: Vec<&&str> = lines.iter().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).collect();
    assert_eq!(points.len(), 4);
    assert_eq!(*points[0], "ok 1 - shop: `shop/web` may reach `shop/db` on TCP 5432");
    // A number sign would begin a directive.
    assert_eq!(*points[1], "not ok 2 - shop: no <metrics> & \\#1");
    let (open, close) = (lines.iter().filter(|line| **line == "  ---").count(), lines.iter().filter(|line| **line == "  ...").count());
    assert_eq!((open, close), (3, 3));
    assert!(
        text.contains("\n  outcome: \"failed\"\n")
            && text.contains("\n  outcome: \"cannotTell\"\n")
            && text.contains("\n  outcome: \"broken\"\n"),
        "{text}"
    );
    assert!(text.contains("\n  decidedAt: [\"standard input:9:16\"]\n"), "{text}");
}

/// The elements of a document, in order: names with attributes; those that end are told by a slash before the name.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let tags = xml.split('<').skip(1).filter(|tag| !tag.starts_with('?')).map(|tag| tag.split_once('>').unwrap().0);
    let mut found = Vec::new();
    for tag in tags {
        let (name, rest) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
        let mut attributes = Vec::new();
        let mut rest = rest.trim();
        while let Some((name, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"').unwrap();
            attributes.push((name.trim().to_owned(), value.to_owned()));
            rest = after.trim();
        }
        assert!(rest.is_empty(), "{tag}");
        found.push((name.to_owned(), attributes));
        if tag.ends_with('/') {
            found.push((format!("/{name}"), Vec::new()));
        }
    }
    found
}

/// After the schema of the task `JUnitReport` of Apache Ant: the strictest of those in use.
#[test]
fn junit_is_after_its_schema() {
    let (_, text, _) = check(&[PASSES, FAILS, CANNOT_TELL, BROKEN], &["--format", "junit"]);
    let elements = elements(&text);
    let of = |name: &str| elements.iter().filter(|(element, _)| element == name).map(|(_, attributes)| attributes).collect::<Vec<_>>();
    let names = |attributes: &[(String, String)]| {
        let mut names: Vec<String> = attributes.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(of("testsuites").iter().map(|a| names(a)).collect::<Vec<_>>(), [""]);
    let suite = of("testsuite")[0];
    assert_eq!(names(suite), "errors failures hostname id name package tests time timestamp");
    let value = |name: &str| suite.iter().find(|(known, _)| known == name).unwrap().1.as_str();
    assert_eq!((value("tests"), value("failures"), value("errors")), ("4", "1", "2"));
    // `yyyy-mm-ddThh:mm:ss`, without a zone.
    assert!(value("timestamp").len() == 19 && value("timestamp").as_bytes()[10] == b'T', "{}", value("timestamp"));
    assert!(of("testcase").iter().all(|a| names(a) == "classname name time") && of("testcase").len() == 4);
    assert!(of("failure").iter().chain(&of("error")).all(|a| names(a) == "message type"));
    // What is within a suite comes in this order.
    let order = ["properties", "testcase", "system-out", "system-err"];
    let within = elements.iter().filter_map(|(name, _)| order.iter().position(|known| known == name)).collect::<Vec<_>>();
    assert!(within.is_sorted(), "{within:?}");
    // Every element ends.
    let mut open = Vec::new();
    for (name, _) in &elements {
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name.to_owned())),
            None => open.push(name.clone()),
        }
    }
    assert!(open.is_empty());
    assert!(text.contains("name=\"no &lt;metrics&gt; &amp; #1\"") && text.contains("standard input:9:16"), "{text}");
}
