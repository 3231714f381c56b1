//! Manifests that the lines of a script hold themselves, and the lines that hand them on: `kubectl apply -f - <<EOF`, `echo '{…}' | kubectl apply -f -`,
//! `kubectl apply -f - <<< '{…}'`.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// A manifest with the line of commands that has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handed {
    /// Where the manifest stands.
    pub body: Range<usize>,
    /// The line of commands, with all that continues it.
    pub line: Range<usize>,
    /// Where the command mentions it: `<<`, or the quotation mark.
    pub at: usize,
    /// Whether the shell puts the values of variables into it: its delimiter, or what it stands in, is not quoted.
    pub expands: bool,
}

/// What ends a here-document.
pub(super) struct Delimiter {
    pub(super) word: String,
    /// Whether it is PowerShell's.
    pub(super) power: bool,
    /// Whether any of it is quoted, so that nothing is put into the text.
    pub(super) quoted: bool,
    /// Where it is said.
    pub(super) at: usize,
}

impl Delimiter {
    pub(super) fn ends(&self, line: &str) -> bool {
        if self.power { line.trim_start().starts_with(&*self.word) } else { line.trim() == self.word }
    }
}

/// The manifests in quotation marks that `echo` and `printf` print, and those of here-strings, in the range of a line. A backslash within double marks
/// changes what the shell hands on: such a text is left to whoever asks where the input of a command comes from. With each, whether values of variables are
/// put in.
pub(super) fn strings(text: &str, line: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = line.start;
    while let Some(&byte) = bytes.get(at).filter(|_| at < line.end) {
        match byte {
            b'\\' => at += 2,
            b'"' | b'\'' => {
                let Some(length) = bytes.get(at + 1..line.end).and_then(|rest| closing(rest, byte)) else { break };
                let inner = at + 1..at + 1 + length;
                let before = text.get(line.start..at).unwrap_or_default();
                let content = text.get(inner.clone()).unwrap_or_default();
                let is_plain = byte == b'\'' || !content.contains('\\');
                if is_plain && content.contains("kind") && content.contains("apiVersion") && is_printed(before) {
                    found.push((inner.clone(), byte == b'"'));
                }
                at = inner.end + 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// Whether the quotation mark at a place, which follows an `@`, begins a here-string of PowerShell: it ends the line, and the `@` begins a word. In
/// `echo "$@"` of other shells it does not.
pub(super) fn begins_here_string(line: &str, mark: usize) -> bool {
    let ends = line.get(mark + 1..).is_some_and(|after| after.trim().is_empty());
    let head = line.get(..mark).and_then(|head| head.strip_suffix('@')).unwrap_or_default();
    ends && (head.is_empty() || head.ends_with(|c: char| c.is_whitespace() || matches!(c, '=' | '(' | ',' | '{' | '+')))
}

/// How far a quotation mark is from the one that closes it.
fn closing(rest: &[u8], mark: u8) -> Option<usize> {
    let mut escaped = false;
    rest.iter().position(|byte| {
        let closes = *byte == mark && !escaped;
        escaped = *byte == b'\\' && mark == b'"' && !escaped;
        closes
    })
}

/// Whether what stands before a text hands it on.
fn is_printed(before: &str) -> bool {
    let before = before.trim_end();
    let piece = before.rsplit([';', '&', '|', '(', '\n', '{']).next().unwrap_or_default().trim_start();
    before.ends_with("<<<") || ["echo", "printf"].iter().any(|program| piece.split_whitespace().any(|word| word == *program))
}
