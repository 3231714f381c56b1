//! A log as single values: a JSON object each, on a line of its own or over several, or a line that is none.

/// A part of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece<'t> {
    /// Its text: a whole JSON object, a line that is none, or what is left of a value that is cut off.
    pub(super) text: &'t str,
    /// The line on which it begins, from 1.
    pub(super) line: u32,
}

/// The parts of a log, one after the other. A list is its elements, and so is Azure's `{"records": [...]}`: a log that is cut off loses its last entry
/// alone, however it is wrapped. Every byte is looked at a few times at most.
#[derive(Debug)]
pub(super) struct Values<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    /// Whether records were unwrapped, so that the end of their wrapper is nothing to read.
    unwrapped: bool,
    /// Whether an object may hold a line that begins with `{`. Once one does not end, such a line is the next value.
    nested: bool,
}

impl<'t> Values<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Values { text, at: 0, line: 1, unwrapped: false, nested: true }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on to a place, and counts the lines on the way.
    fn go_to(&mut self, to: usize) -> &'t str {
        let passed = self.text.get(self.at..to).unwrap_or_default();
        self.line = self.line.saturating_add(passed.bytes().filter(|byte| *byte == b'\n').count() as u32);
        self.at = to;
        passed
    }

    /// Passes what stands between values: blanks, commas and brackets of lists, a byte order mark, RFC 7464's record separators, the beginning and end of
    /// a wrapper, and `data:` of an event stream.
    fn skip(&mut self) {
        loop {
            let unwrapped = self.unwrapped;
            let between = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '\u{feff}' | '\u{1e}') || (c == '}' && unwrapped);
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches(between).len();
            let after = rest.get(blank..).unwrap_or_default();
            let wrapper = wrapper(after);
            self.unwrapped |= wrapper.is_some();
            let word = wrapper.or(after.starts_with("data:").then_some("data:".len()));
            self.go_to(self.at + blank + word.unwrap_or(0));
            if word.is_none() {
                return;
            }
        }
    }

    fn line_end(&self) -> usize {
        self.rest().find('\n').map_or(self.text.len(), |end| self.at + end)
    }

    /// Where the object that begins here ends, or where it is cut off.
    fn end(&mut self) -> usize {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth, mut quoted) = (self.at, 0_usize, false);
        // The last byte that is not blank, and the first line that could be the next value.
        let (mut last, mut other) = (b'{', None);
        while let Some(byte) = bytes.get(at) {
            match byte {
                // No text of JSON's goes over a line's end.
                b'\n' if quoted => return at,
                b'\n' if bytes.get(at + 1) == Some(&b'{') => {
                    let goes_on = self.nested && matches!(last, b',' | b'[' | b':');
                    other = other.or(Some(at));
                    if !goes_on {
                        break;
                    }
                }
                b'\\' if quoted => at += 1,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                last = *byte;
            }
            at += 1;
        }
        self.nested = false;
        other.unwrap_or(bytes.len())
    }
}

/// How long the beginning of Azure's wrapper is: `{"records": [`.
fn wrapper(text: &str) -> Option<usize> {
    let list =
        text.strip_prefix('{')?.trim_start().strip_prefix("\"records\"")?.trim_start().strip_prefix(':')?.trim_start().strip_prefix('[')?;
    Some(text.len() - list.len())
}

impl<'t> Iterator for Values<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        self.skip();
        let first = self.text.as_bytes().get(self.at).copied()?;
        let line = self.line;
        let end = if first == b'{' { self.end() } else { self.line_end() };
        // A byte in the middle of a character never begins or ends a value.
        let text = self.go_to(end).trim_end();
        Some(Piece { text, line })
    }
}

/// Counts the lines of a text on the way through it.
#[derive(Debug)]
pub(super) struct LineCounter<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl<'t> LineCounter<'t> {
    pub(super) fn new(piece: Piece<'t>) -> Self {
        LineCounter { text: piece.text, at: 0, line: piece.line }
    }

    /// The line of a byte of the piece. Cheap for bytes that are asked for in order.
    pub(super) fn line_of(&mut self, byte: u32) -> u32 {
        let to = (byte as usize).max(self.at);
        let passed = self.text.as_bytes().get(self.at..to).unwrap_or_default();
        self.line = self.line.saturating_add(passed.iter().filter(|byte| **byte == b'\n').count() as u32);
        self.at = to;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn pieces(text: &str) -> Vec<(u32, &str)> {
        Values::new(text).map(|piece| (piece.line, piece.text)).collect()
    }

    #[test]
    fn values_stand_on_lines_or_over_them() {
        assert_eq!(pieces("{\"a\":1}\n{\"b\":\"}{\\\"\"}\n"), [(1, "{\"a\":1}"), (2, "{\"b\":\"}{\\\"\"}")]);
        assert_eq!(pieces("{\n  \"a\": {\n  }\n}\n\n{\n}"), [(1, "{\n  \"a\": {\n  }\n}"), (6, "{\n}")]);
        assert_eq!(pieces("[\n{\"a\":1},\n{\"b\":2}\n]"), [(2, "{\"a\":1}"), (3, "{\"b\":2}")]);
        assert_eq!(
            pieces("{ \"records\" :\n[{\"a\":1}\n,\n{\"b\":2}]}\n{\"c\":3}"),
            [(2, "{\"a\":1}"), (4, "{\"b\":2}"), (5, "{\"c\":3}")]
        );
        assert_eq!(pieces("{\"a\":[\n{\"b\":1}\n,\n{\"b\":2}\n]}\n{\"c\":3}").len(), 2);
        assert_eq!(pieces("{\"a\":1}{\"b\":2}"), [(1, "{\"a\":1}"), (1, "{\"b\":2}")]);
        assert_eq!(pieces("\u{feff}data: {\"a\":1}\n\ndata: {\"b\":2}\n"), [(1, "{\"a\":1}"), (3, "{\"b\":2}")]);
    }

    #[test]
    fn what_is_cut_off_takes_nothing_with_it() {
        assert_eq!(pieces("{\"a\":{\n{\"b\":2}"), [(1, "{\"a\":{"), (2, "{\"b\":2}")]);
        assert_eq!(pieces("{\"a\":\"x\n{\"b\":2}"), [(1, "{\"a\":\"x"), (2, "{\"b\":2}")]);
        assert_eq!(pieces("[\n{\"a\":1},\n{\"b\":2}"), [(2, "{\"a\":1}"), (3, "{\"b\":2}")]);
        assert_eq!(pieces("{\"a\":1,\n{\"b\":2}\n{\"c\":3}"), [(1, "{\"a\":1,"), (2, "{\"b\":2}"), (3, "{\"c\":3}")]);
        assert_eq!(pieces("a word\n{\"b\":2}\n}"), [(1, "a word"), (2, "{\"b\":2}"), (3, "}")]);
    }
}
