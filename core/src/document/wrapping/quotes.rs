//! Quotation marks and here-documents in a line of a script.

use alloc::vec::Vec;

use crate::document::handed::{Delimiter, begins_here_string};

/// Follows quotation marks through a line, and notes here-documents. Returns the mark that is still open.
pub(super) fn scan(line: &str, mut quote: Option<char>, bodies: &mut Vec<Delimiter>) -> Option<char> {
    let mut before = ' ';
    let mut escaped = false;
    let mut chars = line.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if escaped {
            escaped = false;
        } else if let Some(mark) = quote {
            if c == mark {
                quote = None;
            } else if c == '\\' && mark == '"' {
                escaped = true;
            }
        } else {
            match c {
                '\\' => escaped = true,
                '"' | '\'' if before == '@' && begins_here_string(line, i) => {
                    let word = if c == '"' { "\"@" } else { "'@" };
                    bodies.push(Delimiter { word: word.into(), power: true, quoted: c == '\'', at: 0 });
                    return None;
                }
                '"' | '\'' => quote = Some(c),
                '#' if before.is_whitespace() => return None,
                '<' if before == '<' => {
                    let after = line.get(i + 1..).unwrap_or_default();
                    if after.starts_with('<') {
                        // A here-string.
                        chars.next();
                        before = ' ';
                        continue;
                    }
                    let word = after.trim_start_matches(['-', '~']).trim_start_matches([' ', '\t']);
                    let quoted = word.starts_with(['\\', '"', '\'']);
                    let word = word.trim_start_matches('\\');
                    let inner = word.trim_start_matches(['"', '\'']);
                    let length = inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '!'))).unwrap_or(inner.len());
                    let name = inner.get(..length).unwrap_or_default();
                    if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                        bodies.push(Delimiter { word: name.into(), power: false, quoted, at: i - 1 });
                    }
                    // What was looked at is not looked at again.
                    let passed = i + 1 + (after.len() - inner.len()) + length;
                    while chars.peek().is_some_and(|(at, _)| *at < passed) {
                        chars.next();
                    }
                    if after.len() > inner.len() && word.len() > inner.len() {
                        chars.next();
                    }
                }
                _ => {}
            }
        }
        before = c;
    }
    quote
}
