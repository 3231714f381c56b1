//! YAML in blocks, cut by lines.

use super::{APPLIED, LeftOut, Measure, STATUS_READ, braces, is_whole};

/// Cuts a document: an object, or a list of them.
pub(super) fn cut(document: &[&str], measure: Measure, left_out: &mut LeftOut, result: &mut String) {
    let top = document.iter().copied().find(|line| is_content(line)).map_or(0, indent);
    if let Some(kind) = document.iter().find(|line| indent(line) == top && key(line) == Some("kind")).map(|line| value(line))
        && kind.ends_with("List")
        && let Some(whole) = is_whole(kind, measure)
        && is_regular(document, top)
    {
        return left_out.object(whole);
    }
    let items = document.iter().position(|line| indent(line) == top && key(line) == Some("items"));
    let Some(items) = items else {
        // Comments before an object are of it.
        return object(document, top, measure, left_out, result);
    };
    result.extend(document[..=items].iter().copied());
    let mut rest = &document[items + 1..];
    let Some(dash) = rest.iter().copied().find(|line| is_content(line)).filter(|line| line.trim_start().starts_with('-')).map(indent)
    else {
        return result.extend(rest.iter().copied());
    };
    let mut is_empty = true;
    while !rest.is_empty() {
        let is_item = |line: &str| indent(line) == dash && line.trim_start().starts_with('-');
        // Fields of the list stand behind its items.
        let starts_field = |line: &&str| is_content(line) && indent(line) <= dash && !is_item(line);
        let end = 1 + rest[1..].iter().take_while(|line| !(starts_field(line) || is_content(line) && is_item(line))).count();
        let (item, after) = rest.split_at(end);
        if item.iter().any(|line| is_item(line)) {
            let before = result.len();
            object(item, dash + inner(item, dash), measure, left_out, result);
            is_empty &= result.len() == before;
        } else {
            result.extend(item.iter().copied());
        }
        rest = after;
    }
    if is_empty {
        // Nothing at all is no list.
        let line = document[items];
        let written = line.trim_end();
        if let Some(at) = result.rfind(line) {
            result.replace_range(at..at + written.len(), &format!("{written} []"));
        }
    }
}

/// How much deeper the fields of an item stand than its dash.
fn inner(item: &[&str], dash: usize) -> usize {
    let first = item.iter().copied().find(|line| is_content(line)).unwrap_or_default();
    let behind = first.trim_start().trim_start_matches('-');
    let blanks = behind.len() - behind.trim_start_matches(' ').len();
    if behind.trim().is_empty() {
        item.iter().copied().filter(|line| is_content(line)).nth(1).map_or(2, |line| indent(line).saturating_sub(dash))
    } else {
        1 + blanks
    }
}

/// Cuts an object whose fields stand so deep; the first may stand behind a dash.
fn object(lines: &[&str], depth: usize, measure: Measure, left_out: &mut LeftOut, result: &mut String) {
    let first = lines.iter().position(|line| is_content(line)).unwrap_or_default();
    let is_field = |number: usize, line: &str| is_content(line) && (indent(line) == depth || number == first);
    let content = lines.get(first).map_or("", |line| line.trim_start().trim_start_matches(['-', ' ']));
    if content.starts_with('{') {
        return braces::cut(&lines.concat(), measure, left_out, result);
    }
    let field = |name: &str| {
        lines.iter().enumerate().find(|(number, line)| is_field(*number, line) && key(line) == Some(name)).map(|(_, line)| *line)
    };
    let kind = field("kind").map_or("", value);
    if !is_regular(lines, depth) {
        // A script or a page with objects in it: all else of it stays.
        return among_others(lines, measure, left_out, result);
    }
    if let Some(whole) = is_whole(kind, measure) {
        return left_out.object(whole);
    }
    if measure == Measure::Secrets || kind.is_empty() {
        return result.extend(lines.iter().copied());
    }
    let drops_status = !STATUS_READ.contains(&kind);
    // The depth below which everything is of a part that is left out.
    let mut skips: Option<usize> = None;
    let mut above = "";
    for (number, line) in lines.iter().enumerate() {
        let (own, blank) = (indent(line), line.trim().is_empty());
        if let Some(part) = skips {
            // A list may stand as deep as its key.
            if blank || own > part || own == part && line.trim_start().starts_with("- ") {
                continue;
            }
            skips = None;
        }
        let name = key(line).unwrap_or_default();
        if is_field(number, line) {
            above = name;
        }
        let part = match name {
            "status" if drops_status && is_field(number, line) && number != first => "status",
            "managedFields" if above == "metadata" && own > depth => "managedFields",
            APPLIED if above == "metadata" => "what was last applied",
            _ => {
                result.push_str(line);
                continue;
            }
        };
        left_out.part(part);
        skips = Some(own);
    }
}

/// Whether all lines so deep are fields.
fn is_regular(lines: &[&str], depth: usize) -> bool {
    lines
        .iter()
        .filter(|line| is_content(line) && indent(line) <= depth)
        .all(|line| key(line).is_some() || line.trim_start().starts_with("- "))
}

/// Cuts what secrets hold out of lines that are not all of one object.
fn among_others(lines: &[&str], measure: Measure, left_out: &mut LeftOut, result: &mut String) {
    let mut gone = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        let Some(whole) = is_whole(value(line), measure).filter(|_| key(line) == Some("kind")) else { continue };
        left_out.object(whole);
        let depth = indent(line);
        let is_own = |line: &&&str| !is_content(line) || indent(line) > depth || indent(line) == depth && key(line).is_some();
        let first = at - lines[..at].iter().rev().take_while(is_own).count();
        let end = at + lines[at..].iter().take_while(is_own).count();
        let mut skips: Option<usize> = None;
        for number in first..end {
            let (own, name) = (indent(lines[number]), key(lines[number]).unwrap_or_default());
            if skips.is_some_and(|part| is_content(lines[number]) && own <= part) {
                skips = None;
            }
            if skips.is_none() && (own == depth && matches!(name, "data" | "stringData" | "binaryData") || name == APPLIED) {
                skips = Some(own);
            }
            gone[number] |= skips.is_some();
        }
    }
    result.extend(lines.iter().zip(gone).filter(|(_, gone)| !gone).map(|(line, _)| *line));
}

fn is_content(line: &str) -> bool {
    line.trim_start().chars().next().is_some_and(|first| first != '#')
}

// These two are asked of each line of a cluster, several times: by bytes, as searching text for text costs ten times as much.

fn indent(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

/// The key that a line begins with, also behind a dash.
fn key(line: &str) -> Option<&str> {
    let mut line = line.trim_start();
    while let Some(behind) = line.strip_prefix("- ") {
        line = behind;
    }
    let line = line.trim_start();
    let end = line.as_bytes().windows(2).position(|pair| pair == b": ").or_else(|| line.trim_end().strip_suffix(':').map(str::len))?;
    line.get(..end).map(|key| key.trim().trim_matches(['"', '\'']))
}

/// The value of a line with a key, without quotes and comment.
fn value(line: &str) -> &str {
    let value = line.split_once(':').map_or("", |(_, value)| value);
    let value = value.split(" #").next().unwrap_or_default();
    value.trim().trim_matches(['"', '\''])
}
