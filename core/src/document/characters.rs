//! Characters that no YAML text has.

use alloc::format;

use super::codes;
use super::tree::{Entry, Tree, Value};
use crate::diagnostics::{Diagnostic, Severity};
use crate::text::Span;

/// Bytes in which control characters are looked for before a text is called binary.
const SAMPLE: usize = 4096;

/// The first character that cannot be in a YAML text, as an error; nothing for a clean text.
///
/// Printable is what [YAML 1.2.2, 5.1](https://yaml.org/spec/1.2.2/#51-character-set) calls so, except that DEL and the C1 controls, which
/// are harmless, are left to the parser.
pub(super) fn check(text: &str) -> Option<Diagnostic> {
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    let Some(at) = text.as_bytes().iter().position(is_control) else { return undecoded(text) };
    let rest = text.as_bytes().get(at..)?;
    let sample = rest.get(..SAMPLE).unwrap_or(rest);
    let controls = sample.iter().filter(|byte| is_control(byte)).count();
    let span = Span::new(at as u32, at as u32 + 1);
    let nul = sample.contains(&0);
    if text.starts_with('\u{fffd}') && nul {
        return Some(
            Diagnostic::new(codes::BINARY, Severity::Error, span, "this file is not UTF-8, probably UTF-16")
                .help("save the file as UTF-8; in PowerShell: `… | Out-File -Encoding utf8 FILE`"),
        );
    }
    if nul || controls > 8 && controls * 20 > sample.len() || is_lost(text) {
        return Some(
            Diagnostic::new(codes::BINARY, Severity::Error, span, "this is binary data, not YAML or JSON")
                .help("paste Kubernetes objects as text, for example from `kubectl get all,networkpolicy -A -o yaml`"),
        );
    }
    let byte = rest.first().copied().unwrap_or_default();
    let name = match byte {
        0x0c => "a form feed",
        0x1b => "an escape character (is this coloured terminal output?)",
        _ => "a control character",
    };
    Some(
        Diagnostic::new(codes::CHARACTER, Severity::Error, span, format!("{name}, U+{byte:04X}, cannot be in YAML"))
            .help("remove it; within double quotes it can be written as an escape such as `\\x0C`")
            .fix("remove the character", span, ""),
    )
}

/// What to do about a key that is there already. At the start of a line those with which objects begin mean another object, mostly.
pub(super) fn help_for_duplicate(text: &str, entry: &Entry) -> &'static str {
    let at = entry.key_span.start as usize;
    let starts_line = at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
    match matches!(&*entry.key, "apiVersion" | "kind") && starts_line {
        true => "where another object begins, put a line with `---` before it; otherwise keep one of the two",
        false => "keep one of the two; where both are accepted, the last one counts",
    }
}

/// The first key of a tree that begins with a space which is none to YAML, as web pages and word processors have them: it was meant to indent the line.
pub fn odd_space(tree: &Tree) -> Option<Diagnostic> {
    let is_odd = |c: char| matches!(c, '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{3000}' | '\u{feff}');
    let keys = tree.nodes.iter().filter_map(|node| match &node.value {
        Value::Mapping(entries) => Some(entries.iter().filter(|entry| entry.key.starts_with(is_odd))),
        _ => None,
    });
    let (start, space) = keys.flatten().map(|entry| (entry.key_span.start, entry.key.chars().next().unwrap_or(' '))).min()?;
    let span = Span::new(start, start + space.len_utf8() as u32);
    let name = if space == '\u{a0}' { "a no-break space" } else { "a space of another kind" };
    Some(
        Diagnostic::new(
            codes::TAB,
            Severity::Error,
            span,
            format!("{name}, U+{:04X}, indents this line, where YAML takes only spaces", space as u32),
        )
        .help("write plain spaces in its place: it came with the text from a web page or a word processor"),
    )
}

/// A text in another encoding.
fn undecoded(text: &str) -> Option<Diagnostic> {
    let first = text.find(char::REPLACEMENT_CHARACTER)?;
    let error = Diagnostic::new(codes::BINARY, Severity::Error, Span::new(first as u32, first as u32 + 3), "this file is not UTF-8");
    is_lost(text).then(|| error.help("save the file as UTF-8"))
}

/// Whether many characters were lost when bytes were read as UTF-8. Single ones may stand in comments.
fn is_lost(text: &str) -> bool {
    let (all, lost) = text.chars().take(SAMPLE).fold((0usize, 0usize), |(all, lost), c| (all + 1, lost + usize::from(c == '\u{fffd}')));
    lost * 20 > all
}
