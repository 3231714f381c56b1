//! JSON values written as YAML, in the form that people and `kubectl` write it.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The value as one YAML document, without a `---` line.
pub fn document(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0, true);
    out
}

/// Documents in one file.
pub fn documents<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let mut out = String::new();
    for value in values {
        if !out.is_empty() {
            out.push_str("---\n");
        }
        block(&mut out, value, 0, true);
    }
    out
}

/// Writes a value whose first line stands at the cursor (`inline`: the indentation is written already), then a line end.
fn block(out: &mut String, value: &Value, depth: usize, inline: bool) {
    match value {
        Value::Object(map) if !map.is_empty() => mapping(out, map, depth, inline),
        Value::Array(items) if !items.is_empty() => {
            for (i, item) in items.iter().enumerate() {
                if i > 0 || !inline {
                    indent(out, depth);
                }
                out.push_str("- ");
                block(out, item, depth + 1, true);
            }
        }
        scalar => {
            write_scalar(out, scalar);
            out.push('\n');
        }
    }
}

fn mapping(out: &mut String, map: &Map<String, Value>, depth: usize, inline: bool) {
    for (i, (key, value)) in map.iter().enumerate() {
        if i > 0 || !inline {
            indent(out, depth);
        }
        write_text(out, key);
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                mapping(out, inner, depth + 1, false);
            }
            // Lists stand under their key without further indentation, as kubectl writes them.
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                block(out, value, depth, false);
            }
            scalar => {
                out.push(' ');
                write_scalar(out, scalar);
                out.push('\n');
            }
        }
    }
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn write_scalar(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => write_text(out, text),
        other => {
            // Empty lists and mappings, numbers, booleans and null are the same in JSON and YAML.
            let _ = write!(out, "{other}");
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
    } else {
        let _ = write!(out, "{}", Value::from(text));
    }
}

/// Whether a text reads as itself without quotes, in YAML 1.1 as in 1.2.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "none"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_mappings_nest_as_kubectl_writes_them() {
        let value = json!({"a": [{"b": [1, [2, null]], "c": {}}, "on", "10"], "d": {"e": "x: y", "f": []}});
        let expected = "a:\n- b:\n  - 1\n  - - 2\n    - null\n  c: {}\n- \"on\"\n- \"10\"\nd:\n  e: \"x: y\"\n  f: []\n";
        assert_eq!(document(&value), expected);
        assert_eq!(documents([&json!({"a": 1}), &json!({"b": 2})]), "a: 1\n---\nb: 2\n");
    }
}
