//! JSON, and YAML in braces, cut by brackets. What is left out becomes an empty value, so that all commas stay right.

use super::{APPLIED, LeftOut, Measure, STATUS_READ, is_whole};

/// Fields that hold what a kind that is left out is there for.
const DATA: [&str; 3] = ["data", "stringData", "binaryData"];

/// A mapping or list that is open.
#[derive(Default)]
struct Open {
    is_map: bool,
    /// The key whose value comes, or is there.
    key: String,
    /// Where that value starts.
    from: usize,
    kind: String,
    /// The values that are left out if the kind is found to be one of those: key, start and end.
    values: Vec<(String, usize, usize)>,
}

/// Cuts a text that is one or several values in brackets.
pub(super) fn cut(text: &str, measure: Measure, left_out: &mut LeftOut, result: &mut String) {
    let mut gone: Vec<(usize, usize, &'static str)> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            // Within a plain word they are letters.
            b'"' | b'\'' if text.get(..at).is_some_and(|before| before.trim_end().ends_with(['{', '[', ',', ':'])) => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' => open.push(Open { is_map: *byte == b'{', from: at + 1, ..Open::default() }),
            b':' if open.last().is_some_and(|map| map.is_map && map.key.is_empty()) => {
                if let Some(map) = open.last_mut() {
                    map.key = word(text, map.from, at).to_owned();
                    map.from = at + 1;
                }
            }
            b',' => end_value(text, at, &mut open),
            b'}' | b']' => {
                end_value(text, at, &mut open);
                let Some(map) = open.pop() else { break };
                close(&map, &open, measure, left_out, &mut gone);
            }
            _ => {}
        }
        at += 1;
    }
    gone.sort_unstable();
    let mut done = 0;
    for (from, to, empty) in gone {
        // Within another that is gone.
        if from < done {
            continue;
        }
        result.push_str(text.get(done..from).unwrap_or_default());
        result.push_str(empty);
        done = to;
    }
    result.push_str(text.get(done..).unwrap_or_default());
}

/// The value of a key ends here.
fn end_value(text: &str, at: usize, open: &mut [Open]) {
    let Some(map) = open.last_mut() else { return };
    if map.is_map && !map.key.is_empty() {
        let key = std::mem::take(&mut map.key);
        let blank = text.get(map.from..at).map_or(0, |value| value.len() - value.trim_start().len());
        let end = text.get(..at).map_or(at, |before| before.trim_end().len());
        if key == "kind" {
            map.kind = word(text, map.from, at).to_owned();
        } else if DATA.contains(&key.as_str())
            || matches!(key.as_str(), "managedFields" | "status" | "metadata" | "items")
            || key == APPLIED
        {
            map.values.push((key, (map.from + blank).min(end), end));
        }
    }
    map.from = at + 1;
}

/// A mapping ends: what of it is left out is known now.
fn close(map: &Open, around: &[Open], measure: Measure, left_out: &mut LeftOut, gone: &mut Vec<(usize, usize, &'static str)>) {
    // What only refers to one has neither.
    let is_object = map.values.iter().any(|(key, ..)| key != "status");
    let whole = is_whole(&map.kind, measure).filter(|_| is_object);
    if let Some(kind) = whole {
        left_out.object(kind);
    }
    let depth_of_metadata =
        |above: usize| around.len().checked_sub(above).and_then(|at| around.get(at)).is_some_and(|map| map.key == "metadata");
    for (key, from, to) in &map.values {
        let (empty, part) = match key.as_str() {
            // Names stay; annotations and labels may hold anything.
            "metadata" if whole.is_some() => continue,
            "items" if whole.is_some() => {
                gone.push((*from, *to, "[]"));
                continue;
            }
            APPLIED if depth_of_metadata(2) => ("\"\"", "what was last applied"),
            "managedFields" if measure == Measure::Cluster && depth_of_metadata(1) => ("[]", "managedFields"),
            "status" if measure == Measure::Cluster && !map.kind.is_empty() && !STATUS_READ.contains(&map.kind.as_str()) => {
                ("{}", "status")
            }
            data if DATA.contains(&data) && whole.is_some() => {
                gone.push((*from, *to, "{}"));
                continue;
            }
            _ => continue,
        };
        left_out.part(part);
        gone.push((*from, *to, empty));
    }
}

/// One past the end of a string that starts here.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            byte if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// A plain or quoted word between two places.
fn word(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default().trim().trim_matches(['"', '\''])
}
