//! A log as single values: a JSON value each, on a line of its own or over several, or a line that is none.

/// A part of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece<'t> {
    /// Its text: a whole JSON value, a line that is none, or what is left of a value that is cut off.
    pub(super) text: &'t str,
    /// The line on which it begins, from 1.
    pub(super) line: u32,
}

/// The parts of a log, one after the other. Every byte is looked at once, or twice where an array is not closed.
#[derive(Debug)]
pub(super) struct Values<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    /// Whether an array may go on over several lines. Once one does not end, a line that begins with `[` is a line.
    arrays: bool,
    /// Whether an object may hold a line that begins with `{`, as Azure's blobs do. Once one does not end, such a line is the next value.
    nested: bool,
}

/// Where a value ends.
enum End {
    /// Here.
    Whole(usize),
    /// It is cut off, and something else begins here.
    Cut(usize),
    /// It does not end; something else may begin here.
    Open(usize),
}

impl<'t> Values<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Values { text, at: 0, line: 1, arrays: true, nested: true }
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

    /// Passes what stands between values: blanks, commas, a byte order mark, RFC 7464's record separators, and `data:` of an event stream.
    fn skip(&mut self) {
        loop {
            let between = |c: char| c.is_whitespace() || matches!(c, ',' | '\u{feff}' | '\u{1e}');
            let rest = self.rest();
            let mut passed = rest.len() - rest.trim_start_matches(between).len();
            let is_event = rest.get(passed..).is_some_and(|rest| rest.starts_with("data:"));
            if is_event {
                passed += "data:".len();
            }
            self.go_to(self.at + passed);
            if !is_event {
                return;
            }
        }
    }

    fn line_end(&self, from: usize) -> usize {
        self.text.get(from..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |end| from + end)
    }

    /// Where the value that begins here ends.
    fn end(&self) -> End {
        let bytes = self.text.as_bytes();
        let is_object = bytes.get(self.at) == Some(&b'{');
        let (mut at, mut depth, mut quoted) = (self.at, 0_usize, false);
        // The last byte that is not blank, and the first line that could be the next value.
        let (mut last, mut other) = (b'{', None);
        while let Some(byte) = bytes.get(at) {
            match byte {
                // No text of JSON's goes over a line's end.
                b'\n' if quoted => return End::Cut(at),
                b'\n' if is_object && bytes.get(at + 1) == Some(&b'{') => {
                    if !self.nested || !matches!(last, b',' | b'[' | b':') {
                        return other.map_or(End::Cut(at), End::Open);
                    }
                    other = other.or(Some(at));
                }
                b'\\' if quoted => at += 1,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return End::Whole(at + 1);
                    }
                }
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                last = *byte;
            }
            at += 1;
        }
        End::Open(other.unwrap_or(bytes.len()))
    }
}

impl<'t> Iterator for Values<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        self.skip();
        let first = self.text.as_bytes().get(self.at).copied()?;
        let line = self.line;
        let end = match first {
            b'{' => match self.end() {
                End::Whole(end) | End::Cut(end) => end,
                End::Open(end) => {
                    self.nested = false;
                    end
                }
            },
            b'[' if self.arrays => match self.end() {
                End::Whole(end) => end,
                End::Cut(_) | End::Open(_) => {
                    self.arrays = false;
                    self.line_end(self.at)
                }
            },
            _ => self.line_end(self.at),
        };
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
        assert_eq!(pieces("[\n{\"a\":1},\n{\"b\":2}\n]"), [(1, "[\n{\"a\":1},\n{\"b\":2}\n]")]);
        assert_eq!(pieces("{\"a\":[\n{\"b\":1}\n,\n{\"b\":2}\n]}\n{\"c\":3}").len(), 2);
        assert_eq!(pieces("{\"a\":1}{\"b\":2}"), [(1, "{\"a\":1}"), (1, "{\"b\":2}")]);
        assert_eq!(pieces("\u{feff}data: {\"a\":1}\n\ndata: {\"b\":2}\n"), [(1, "{\"a\":1}"), (3, "{\"b\":2}")]);
    }

    #[test]
    fn what_is_cut_off_takes_nothing_with_it() {
        assert_eq!(pieces("{\"a\":{\n{\"b\":2}"), [(1, "{\"a\":{"), (2, "{\"b\":2}")]);
        assert_eq!(pieces("{\"a\":\"x\n{\"b\":2}"), [(1, "{\"a\":\"x"), (2, "{\"b\":2}")]);
        assert_eq!(pieces("[\n{\"a\":1},\n{\"b\":2}"), [(1, "["), (2, "{\"a\":1}"), (3, "{\"b\":2}")]);
        assert_eq!(pieces("{\"a\":1,\n{\"b\":2}\n{\"c\":3}"), [(1, "{\"a\":1,"), (2, "{\"b\":2}"), (3, "{\"c\":3}")]);
        assert_eq!(pieces("a word\n{\"b\":2}\n}"), [(1, "a word"), (2, "{\"b\":2}"), (3, "}")]);
    }
}
