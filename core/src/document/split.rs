//! Cutting a file into its documents.

use alloc::vec::Vec;
use core::ops::Range;

use super::json;

/// U+FEFF, which some editors write at the start of a file, in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The byte ranges of the documents of `text`, in order.
///
/// A document begins with its `---` line, or with directives and comments before it, and ends with its `...` line or before the next
/// `---`. Such a line is a marker wherever it stands at the start of a line, even within a block scalar or quotes
/// ([YAML 1.2.2, 9.1.2](https://yaml.org/spec/1.2.2/#912-document-markers)). JSON objects that follow each other without a marker are
/// documents of their own, as for `kubectl`. Documents without content are left out, and so is a byte order mark at the start of the file.
pub fn split(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut documents = Vec::new();
    let mut start = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    // Whether the document being collected has had its `---`.
    let mut begun = false;
    let mut from = start;
    while let Some((at, after, marker)) = next_marker(bytes, from) {
        from = after;
        match marker {
            Marker::Begin => {
                if begun || first_content(bytes, start..at, true).is_some() {
                    add(bytes, start..at, begun, &mut documents);
                    start = at;
                }
                begun = true;
            }
            Marker::End => {
                let end = line_end(bytes, at);
                add(bytes, start..end, begun, &mut documents);
                (start, from, begun) = (end, end, false);
            }
        }
    }
    add(bytes, start..bytes.len(), begun, &mut documents);
    documents
}

enum Marker {
    /// `---`
    Begin,
    /// `...`
    End,
}

/// The first marker line at or after `from`: where it begins, where the marker itself ends, and which one it is.
///
/// Looks at every third byte only: no three characters in a row can hide between them. An edited file is split anew at each key press.
fn next_marker(bytes: &[u8], from: usize) -> Option<(usize, usize, Marker)> {
    let mut at = from.saturating_add(2);
    while let Some(&byte) = bytes.get(at) {
        if byte != b'-' && byte != b'.' {
            at += 3;
            continue;
        }
        let same = |b: &&u8| **b == byte;
        let start = at - bytes.get(from..at).map_or(0, |before| before.iter().rev().take_while(same).count());
        let end = at + bytes.get(at..).map_or(1, |after| after.iter().take_while(same).count());
        let ends = bytes.get(end).is_none_or(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
        if end - start == 3 && ends {
            // Files that were joined may have their byte order marks within the text.
            let head = bytes.get(..start).unwrap_or_default();
            let line = head.strip_suffix(BYTE_ORDER_MARK).unwrap_or(head);
            if line.last().is_none_or(|b| matches!(b, b'\n' | b'\r')) {
                return Some((line.len(), end, if byte == b'-' { Marker::Begin } else { Marker::End }));
            }
        }
        at = end + 2;
    }
    None
}

/// The offset just after the line that `at` is on.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| at + n + 1)
}

/// The offset of the first byte that is content: neither blank nor comment, marker or, before a `---` (`directives`), directive.
fn first_content(bytes: &[u8], range: Range<usize>, directives: bool) -> Option<usize> {
    let mut line = range.start;
    while line < range.end {
        let end = line_end(bytes, line).min(range.end);
        let mut at = line;
        let mut rest = bytes.get(line..end).unwrap_or_default();
        if let Some(after) = rest.strip_prefix(BYTE_ORDER_MARK) {
            (rest, at) = (after, at + BYTE_ORDER_MARK.len());
        }
        let directive = directives && rest.first() == Some(&b'%');
        if matches!(
            rest,
            [b'-', b'-', b'-']
                | [b'.', b'.', b'.']
                | [b'-', b'-', b'-', b' ' | b'\t' | b'\n' | b'\r', ..]
                | [b'.', b'.', b'.', b' ' | b'\t' | b'\n' | b'\r', ..]
        ) {
            at += 3;
        }
        let first = bytes.get(at..end).unwrap_or_default().iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')).map(|n| at + n);
        if let Some(first) = first.filter(|first| !directive && bytes.get(*first) != Some(&b'#')) {
            return Some(first);
        }
        line = end;
    }
    None
}

/// Adds the document at `range`, if it has any content, or each of several JSON objects there.
///
/// `begun` is whether it has a `---`: without one, what looks like a directive is an error, which the parser will name.
fn add(bytes: &[u8], range: Range<usize>, begun: bool, documents: &mut Vec<Range<usize>>) {
    let Some(mut object) = first_content(bytes, range.clone(), begun) else { return };
    let mut start = range.start;
    object = json::after_comments(bytes, object).min(range.end);
    // `{{` begins a template, not an object.
    while bytes.get(object) == Some(&b'{') && bytes.get(object + 1) != Some(&b'{') {
        let Some(end) = object_end(bytes, object..range.end) else { break };
        let next = json::after_comments(bytes, end);
        if next >= range.end || bytes.get(next) != Some(&b'{') {
            break;
        }
        documents.push(start..end);
        (start, object) = (end, next);
    }
    documents.push(start..range.end);
}

/// The offset just after the closing brace of the JSON object that begins at `range.start`.
fn object_end(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    let mut depth = 0usize;
    // The quotation mark that is open.
    let mut quote = None;
    let mut escaped = false;
    // The last byte that was not a blank: a single quotation mark quotes only where a YAML value can begin.
    let mut last = b' ';
    let mut i = range.start;
    while let Some(&byte) = bytes.get(i).filter(|_| i < range.end) {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(b'"'), b'\\') => escaped = true,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"') => quote = Some(byte),
            (None, b'\'') if matches!(last, b'{' | b'[' | b',' | b':') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            (None, b'/') => {
                if let Some(end) = json::comment_end(bytes, i) {
                    i = end;
                    continue;
                }
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
        i += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        split(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn markers_at_the_start_of_a_line_cut() {
        assert_eq!(pieces("a: 1\n---\nb: 2\n"), ["a: 1\n", "---\nb: 2\n"]);
        assert_eq!(pieces("---\na: 1\n--- # next\nb: 2"), ["---\na: 1\n", "--- # next\nb: 2"]);
        assert_eq!(pieces("--- {a: 1}\n---\t{b: 2}\n"), ["--- {a: 1}\n", "---\t{b: 2}\n"]);
        assert_eq!(pieces("a: 1\r\n---\r\nb: 2\r\n"), ["a: 1\r\n", "---\r\nb: 2\r\n"]);
        assert_eq!(pieces("a: 1\n...\nb: 2\n...\n---\nc: 3"), ["a: 1\n...\n", "b: 2\n...\n", "---\nc: 3"]);
        assert_eq!(pieces("a: |\n  x\n---\nb: 2"), ["a: |\n  x\n", "---\nb: 2"]);
    }

    #[test]
    fn what_only_resembles_a_marker_does_not_cut() {
        for text in [
            "a: |\n  ---\n  b\n",
            "a: 1\n ---\n",
            "a:\n----\n",
            "--\n",
            "---a: 1\n",
            "a: ---\n",
            "a: 1\n-- -\n",
            "- - -\n- a\n",
            "....\n",
            "a--- \n",
        ] {
            assert_eq!(pieces(text), [text]);
        }
    }

    #[test]
    fn documents_without_content_are_left_out() {
        for text in [
            "",
            "\n\n",
            "---\n",
            "---",
            "...\n",
            "# only\n---\n  # comments\n---\n...\n",
            "\u{feff}",
            "---\n---\n \t\n",
            "%YAML 1.1\n---\n",
        ] {
            assert_eq!(pieces(text), [""; 0], "{text:?}");
        }
        assert_eq!(pieces("---\n# x\n---\na: 1\n---\n"), ["---\na: 1\n"]);
    }

    #[test]
    fn directives_and_comments_belong_to_the_next_document() {
        assert_eq!(pieces("# head\n%YAML 1.1\n---\na: 1\n"), ["# head\n%YAML 1.1\n---\na: 1\n"]);
        assert_eq!(pieces("a: 1\n...\n%TAG ! x\n---\nb: 2\n"), ["a: 1\n...\n", "%TAG ! x\n---\nb: 2\n"]);
        // Without a `---` it is not a directive; the parser has to say so.
        assert_eq!(pieces("%YAML 1.1\n"), ["%YAML 1.1\n"]);
    }

    #[test]
    fn byte_order_marks_are_not_content() {
        assert_eq!(pieces("\u{feff}a: 1\n\u{feff}---\nb: 2\n"), ["a: 1\n", "\u{feff}---\nb: 2\n"]);
        assert_eq!(pieces("\u{feff}---\na: 1\n"), ["---\na: 1\n"]);
    }

    #[test]
    fn objects_in_a_row_are_documents() {
        assert_eq!(pieces("{\"a\": \"}{\\\"\"}{\"b\": {}}\n{}\n"), ["{\"a\": \"}{\\\"\"}", "{\"b\": {}}", "\n{}\n"]);
        assert_eq!(pieces("---\n{a: '}{', b: it's}\n"), ["---\n{a: '}{', b: it's}\n"]);
        assert_eq!(pieces("{a: 1\n---\n{b: 2}"), ["{a: 1\n", "---\n{b: 2}"]);
        // Not separated in a way that anybody writes: left to the parser.
        assert_eq!(pieces("{a: 1}, {b: 2}"), ["{a: 1}, {b: 2}"]);
        assert_eq!(pieces("{{ if .x }}{{ end }}"), ["{{ if .x }}{{ end }}"]);
    }

    #[test]
    fn every_byte_of_content_is_in_one_piece() {
        let texts = ["---", "a\n", "...", "\n", "{}", " ", "#\n", "\u{feff}", "%d\n", "é"];
        // All texts of up to five of these parts.
        let mut all = alloc::vec![alloc::string::String::new()];
        for _ in 0..5 {
            let longer: Vec<_> = all.iter().flat_map(|head| texts.iter().map(move |tail| alloc::format!("{head}{tail}"))).collect();
            all.extend(longer);
            all.sort();
            all.dedup();
            if all.len() > 20_000 {
                break;
            }
        }
        for text in &all {
            let mut end = 0;
            for range in split(text) {
                assert!(range.start >= end && range.end > range.start && text.get(range.clone()).is_some(), "{text:?} {range:?}");
                assert!(!text[end..range.start].contains(['a', '{', 'é']), "{text:?}");
                end = range.end;
            }
            assert!(!text[end..].contains(['a', '{', 'é']), "{text:?}");
        }
    }
}
