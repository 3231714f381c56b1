//! Cuts a file into documents.
//!
//! In YAML a line that begins with `---` or `...`, followed by white space or nothing, is a marker wherever it stands, even within a block
//! scalar (YAML 1.2, production `c-forbidden`). So cutting at such lines is exact.

use alloc::vec::Vec;
use core::ops::Range;

/// The byte ranges of a file's documents, in order. Ranges of nothing but comments and white space are left out. A document's range begins
/// at its `---` line, or at the directives before it.
pub fn split(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let bytes = text.as_bytes();
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut at = start;
    // Whether anything but comments and directives was seen since `start`.
    let mut content = false;
    let mut directives = false;
    while at < bytes.len() {
        let line_end = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n')).map_or(bytes.len(), |n| at + n + 1);
        let line = bytes.get(at..line_end).unwrap_or_default();
        let marker = |mark: &[u8]| line.starts_with(mark) && line.get(3).is_none_or(u8::is_ascii_whitespace);
        if marker(b"---") {
            if content {
                ranges.push(start..at);
                start = at;
            } else if !directives {
                start = at;
            }
            directives = false;
            content = line.get(3..).is_some_and(has_content);
        } else if marker(b"...") {
            if content {
                ranges.push(start..line_end);
            }
            (start, content, directives) = (line_end, false, false);
        } else if line.first() == Some(&b'%') && !content {
            directives = true;
        } else {
            content |= has_content(line);
        }
        at = line_end;
    }
    if content {
        ranges.push(start..bytes.len());
    }
    ranges
}

/// Whether a line has more than white space and a comment.
fn has_content(line: &[u8]) -> bool {
    line.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| *b != b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        split(text).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn cuts_at_markers_only() {
        assert_eq!(parts("a: 1\n---\nb: 2\n"), ["a: 1\n", "---\nb: 2\n"]);
        assert_eq!(parts("\u{feff}---\r\na: 1\r\n---\r\n# nothing\r\n---\r\nb: |\r\n  --- in\r\n"), ["---\r\na: 1\r\n", "---\r\nb: |\r\n  --- in\r\n"]);
        assert_eq!(parts("%YAML 1.2\n---\na: 1\n...\nb: 2"), ["%YAML 1.2\n---\na: 1\n...\n", "b: 2"]);
        assert_eq!(parts("--- {a: 1}\n--- # c\n---x: 1"), ["--- {a: 1}\n", "--- # c\n---x: 1"]);
        assert!(parts("\n# only\n---\n\n").is_empty());
    }
}
