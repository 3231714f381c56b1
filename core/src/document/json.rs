//! JSON as people have it: with comments, or as Python prints dictionaries.
//!
//! Both are put into JSON's own words without moving anything, so that every place stays what it is. Only a text that is JSON but for that is touched:
//! in YAML `//` and `None` are ordinary text.

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::Span;

/// A text in JSON's own words, of the same length.
#[derive(Clone, Debug)]
pub(crate) struct Plain {
    /// The text.
    pub(crate) text: String,
    /// Where there were comments.
    pub(crate) comments: Vec<Span>,
    /// Where there were words of Python's.
    pub(crate) python: Vec<Span>,
}

/// Where a comment that begins at `at` ends: before the end of its line, or after `*/`. Nothing if none begins there.
pub(super) fn comment_end(bytes: &[u8], at: usize) -> Option<usize> {
    let free = at == 0 || bytes.get(at - 1).is_some_and(|b| b.is_ascii_whitespace() || b"{}[],\"'".contains(b) || b.is_ascii_digit());
    match bytes.get(at..at + 2).filter(|_| free)? {
        b"//" => Some(line_end(bytes, at)),
        b"/*" => bytes.get(at + 2..)?.windows(2).position(|pair| pair == b"*/").map(|n| at + 2 + n + 2),
        _ => None,
    }
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| at + n)
}

/// Where the first byte stands that is neither blank nor of a comment.
pub(super) fn after_comments(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at += bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_whitespace()).count();
        if bytes.get(at) == Some(&b'#') {
            at = line_end(bytes, at);
            continue;
        }
        match comment_end(bytes, at).filter(|end| *end > at) {
            Some(end) => at = end,
            None => return at,
        }
    }
}

/// The same in JSON's own words; nothing for a text that is JSON already, or something else.
pub(crate) fn plain(text: &str) -> Option<Plain> {
    let bytes = text.as_bytes();
    let first = after_comments(bytes, marker_end(text));
    // `{{` begins a template, not an object.
    if !matches!(bytes.get(first), Some(b'{' | b'[')) || bytes.get(first..first + 2) == Some(b"{{") {
        return None;
    }
    let mut scan = Scan { bytes, at: 0, out: bytes.to_vec(), comments: Vec::new(), python: Vec::new(), is_python: is_python(text, first) };
    scan.at = marker_end(text);
    while scan.at < bytes.len() {
        scan.step()?;
    }
    let Scan { out, comments, python, .. } = scan;
    if comments.is_empty() && python.is_empty() {
        return None;
    }
    Some(Plain { text: String::from_utf8(out).ok()?, comments, python })
}

/// The end of a `---` at the start.
fn marker_end(text: &str) -> usize {
    let head = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    if text.get(head..).is_some_and(|rest| rest.starts_with("---")) { head + 3 } else { head }
}

/// Whether a text is what Python prints: its first key, or text, has single quotation marks.
fn is_python(text: &str, first: usize) -> bool {
    let rest = text.get(first..).unwrap_or_default().trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '[' | '('));
    let rest = rest.strip_prefix('u').unwrap_or(rest);
    rest.starts_with('\'')
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    out: Vec<u8>,
    comments: Vec<Span>,
    python: Vec<Span>,
    is_python: bool,
}

impl Scan<'_> {
    fn put(&mut self, at: usize, byte: u8) {
        if let Some(slot) = self.out.get_mut(at) {
            *slot = byte;
        }
    }

    /// Puts blanks, but for the ends of lines.
    fn blank(&mut self, from: usize, to: usize) {
        for at in from..to {
            if !matches!(self.bytes.get(at), Some(b'\n' | b'\r')) {
                self.put(at, b' ');
            }
        }
    }

    /// Goes over one token; nothing if it is none of JSON's, of Python's or a comment.
    fn step(&mut self) -> Option<()> {
        let at = self.at;
        let byte = *self.bytes.get(at)?;
        match byte {
            _ if byte.is_ascii_whitespace() => self.at += 1,
            b'{' | b'}' | b'[' | b']' | b',' | b':' => self.at += 1,
            b'(' | b')' if self.is_python => {
                self.put(at, if byte == b'(' { b'[' } else { b']' });
                self.at += 1;
            }
            // A comment of YAML's.
            b'#' if self.bytes.get(at.wrapping_sub(1)).is_none_or(u8::is_ascii_whitespace) => self.at = line_end(self.bytes, at),
            b'"' | b'\'' => self.quoted(byte)?,
            b'/' => {
                let end = comment_end(self.bytes, at)?;
                self.comments.push(Span::new(at as u32, end as u32));
                self.blank(at, end);
                self.at = end;
            }
            _ => self.word()?,
        }
        Some(())
    }

    fn quoted(&mut self, mark: u8) -> Option<()> {
        if mark == b'\'' && !self.is_python {
            return None;
        }
        let mut at = self.at + 1;
        loop {
            let byte = *self.bytes.get(at)?;
            if byte == b'\\' {
                // In single quotation marks YAML writes the mark twice.
                if mark == b'\'' && self.bytes.get(at + 1) == Some(&b'\'') {
                    self.put(at, b'\'');
                }
                at += 2;
            } else if byte == mark {
                self.at = at + 1;
                return Some(());
            } else {
                at += 1;
            }
        }
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.' | b'_');
        let length = self.bytes.get(start..)?.iter().take_while(is_part).count();
        let end = start + length;
        let word = core::str::from_utf8(self.bytes.get(start..end)?).ok()?;
        let next = self.bytes.get(end).copied();
        self.at = end;
        match word {
            "true" | "false" | "null" => {}
            "None" => {
                b"null".iter().zip(start..).for_each(|(b, at)| self.put(at, *b));
                self.python.push(Span::new(start as u32, end as u32));
            }
            "True" | "False" => self.python.push(Span::new(start as u32, end as u32)),
            "u" | "b" if self.is_python && matches!(next, Some(b'\'' | b'"')) => self.put(start, b' '),
            "" => return None,
            _ if self.is_python && next == Some(b'(') => self.call(start, end)?,
            number => {
                number.parse::<f64>().ok()?;
            }
        }
        Some(())
    }

    /// What Python makes of an object that it has no literal for, such as a date: nothing is known of it.
    fn call(&mut self, start: usize, open: usize) -> Option<()> {
        let mut depth = 0usize;
        let mut at = open;
        loop {
            match self.bytes.get(at)? {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
        self.python.push(Span::new(start as u32, open as u32));
        self.blank(start, at);
        b"null".iter().zip(start..at).for_each(|(b, at)| self.put(at, *b));
        self.at = at;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Option<String> {
        plain(text).map(|p| p.text)
    }

    #[test]
    fn comments_become_blanks() {
        assert_eq!(words("/* a */\n{\"b\": 1 // it's\n}").as_deref(), Some("       \n{\"b\": 1        \n}"));
        assert_eq!(words("[\n// {\n1, /* \" */ 2]").as_deref(), Some("[\n    \n1,         2]"));
        assert_eq!(words("{\"a\": \"http://x /* y */\"}"), None);
        assert_eq!(words("# c\n{\"b\": 1, # 2 //\n// x\n}").as_deref(), Some("# c\n{\"b\": 1, # 2 //\n    \n}"));
        assert_eq!(words("{\"a\":1,// x\n\"b\":2}").as_deref(), Some("{\"a\":1,    \n\"b\":2}"));
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        for text in ["a: 1 // b", "{a: b // c}", "{{ .Values }} // x", "// only", "", "/*", "{\"a\": // open", "{'a': //b}"] {
            let found = words(text);
            assert!(found.as_deref().is_none_or(|f| f.len() == text.len()), "{text}");
            assert!(!text.contains("a:") || found.is_none(), "{text}");
        }
    }

    #[test]
    fn python_is_put_into_json() {
        assert_eq!(words("{'a': None, 'b': True, 'c': (1, 2)}").as_deref(), Some("{'a': null, 'b': True, 'c': [1, 2]}"));
        assert_eq!(words("{'a': 'it\\'s', 'b': None}").as_deref(), Some("{'a': 'it''s', 'b': null}"));
        assert_eq!(words("{u'a': datetime.datetime(2024, 1, 2, tz())}").as_deref(), Some("{ 'a': null                               }"));
        assert_eq!(words("[{'a': None}]").as_deref(), Some("[{'a': null}]"));
        assert_eq!(words("{\"a\": None}").as_deref(), Some("{\"a\": null}"));
    }

    #[test]
    fn nothing_hangs_or_panics() {
        for text in ["{'", "{\"", "{/", "{/*", "{//", "[u'", "{'a': f(", "{\u{e9}: // \u{e9}\n}", "---", "--- {// a"] {
            let _ = plain(text);
        }
    }
}
