//! Syntax errors in the words of people who write manifests.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use granit_parser::{ErrorKind, ScanError};

use super::codes;
use crate::diagnostics::{Code, Diagnostic, Fix, Severity};
use crate::text::{DocumentId, Span};

/// A file indented with tabs is mended whole, up to so many lines.
const MOST_EDITS: usize = 2000;

/// Whether an error with this code may come from a template that was never rendered.
pub(super) fn is_about_syntax(code: Code) -> bool {
    codes::NOT_YAML.contains(&code) || code == codes::ALIAS
}

/// Values within values, deeper than `depth`.
pub(super) fn too_deep(span: Span, depth: usize) -> Diagnostic {
    Diagnostic::new(codes::TOO_DEEP, Severity::Error, span, format!("values are nested more than {depth} levels deep"))
        .help("no Kubernetes object nests this deep; look for a bracket or an indentation that repeats")
}

/// The parser's error as a finding. `opened` is where the innermost bracket stands that was open when the parser stopped.
pub(super) fn explain(text: &str, error: &ScanError, opened: Option<u32>, depth: usize) -> Diagnostic {
    // The parser may stop within a character that it does not know.
    let at = text.floor_char_boundary(error.marker().byte_offset().unwrap_or(0));
    let lines = Lines { text };
    let here = lines.rest(at);
    let report = |code, span, message: String| Diagnostic::new(code, Severity::Error, span, message);
    match error.kind() {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabAtBlockScalarStart => {
            tab(text, at)
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            let quote = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| matches!(c, '"' | '\''));
            let mark = quote.map_or("quotation mark".into(), |c| format!("`{c}`"));
            report(codes::OPEN_QUOTE, here, format!("the {mark} that opens here is never closed"))
                .help("put the same quotation mark at the end of the string")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            report(codes::OPEN_QUOTE, here, "there is text after the closing quotation mark".into())
                .help("put the whole value in quotes; a quotation mark within it is written twice in '…', and as \\\" in \"…\"")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            report(codes::OPEN_BRACKET, here, format!("the bracket `{open}` is closed by `{close}`"))
                .help("close it with its own counterpart")
        }
        ErrorKind::MisplacedFlowCollectionEnd => report(codes::OPEN_BRACKET, here, "this bracket closes nothing".into())
            .help("remove it, or put a value that begins with it in quotes"),
        ErrorKind::UnclosedFlowCollection { open } => {
            let place = opened.map_or(here, |start| lines.rest(start as usize));
            report(codes::OPEN_BRACKET, place, format!("the bracket `{open}` that opens here is never closed"))
                .help("close it after its last item")
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::InvalidFlowScalarIndent => bracket(&lines, at, opened),
        ErrorKind::MappingValueNotAllowed => colon(&lines, at),
        ErrorKind::BlockSequenceEntryNotAllowed => indentation(&lines, lines.content(at).start as usize),
        ErrorKind::SimpleKeyExpected => {
            let line = lines.content(at);
            report(codes::COLON, line, format!("`{}` has no colon after it", lines.shown(line)))
                .help("write `key: value`; if it belongs to the string above, indent it deeper")
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::ExpectedDocumentStart
        | ErrorKind::InvalidIndentation
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::InvalidBlockScalarIndent => indentation(&lines, at),
        ErrorKind::UnexpectedCharacter { character } => {
            let shown = if *character == '`' { "a backtick".into() } else { format!("`{}`", character.escape_debug()) };
            // The parser names the character, and a place at it or shortly before it.
            let found = text.get(at..).and_then(|rest| rest.find(*character)).map(|n| at + n);
            let span = found.map_or(here, |start| Span::new(start as u32, (start + character.len_utf8()) as u32));
            report(codes::CHARACTER, span, format!("a value cannot begin with {shown}")).help("put the value in quotes")
        }
        ErrorKind::BomInsideDocument => report(codes::CHARACTER, here, "there is a byte order mark in the middle of the file".into())
            .help("files were joined here: put a line with `---` between them"),
        ErrorKind::UnknownQuotedScalarEscape => {
            report(codes::CHARACTER, here, "there is a `\\` in these quotes that begins no escape".into())
                .help("write `\\\\` for a backslash, or use single quotes, in which it is only itself")
        }
        ErrorKind::RecursionLimitExceeded => too_deep(here, depth),
        other => report(codes::SYNTAX, here, format!("this is not YAML: {other}")),
    }
}

/// A tab where only spaces can be: offers to replace all that indent lines.
pub(super) fn tab(text: &str, at: usize) -> Diagnostic {
    let mut first = None;
    let mut edits = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let blank = line.get(..indent).unwrap_or_default();
        if blank.contains('\t') && edits.len() < MOST_EDITS {
            let span = Span::new(offset as u32, (offset + indent) as u32);
            if offset + line.len() > at {
                first = first.or(Some(span));
            }
            edits.push((span.within(DocumentId::CURRENT), blank.replace('\t', "  ")));
        }
        offset += line.len();
    }
    let span = first.unwrap_or(Span::new(at as u32, at as u32 + 1));
    let mut error = Diagnostic::new(codes::TAB, Severity::Error, span, "a tab indents this line, where YAML takes only spaces")
        .help("put two spaces for each tab");
    if !edits.is_empty() {
        error.fix = Some(Fix { title: "indent with spaces".into(), edits });
    }
    error
}

/// Something within brackets that cannot be there: most often an earlier bracket was not closed.
fn bracket(lines: &Lines<'_>, at: usize, opened: Option<u32>) -> Diagnostic {
    let here = lines.rest(at);
    match opened.map(|start| start as usize) {
        Some(start) if lines.start(start) != lines.start(at) => {
            let open = lines.text.get(start..).and_then(|rest| rest.chars().next()).unwrap_or('[');
            Diagnostic::new(
                codes::OPEN_BRACKET,
                Severity::Error,
                lines.rest(start),
                format!("the bracket `{open}` that opens here is not closed"),
            )
            .related(here, "this cannot stand within the brackets")
            .help("close it after its last item; items are separated by commas")
        }
        _ => Diagnostic::new(codes::OPEN_BRACKET, Severity::Error, here, "a comma or a closing bracket is missing before this")
            .help("separate items by commas, and close each bracket"),
    }
}

/// A colon where no mapping can begin.
fn colon(lines: &Lines<'_>, at: usize) -> Diagnostic {
    let line = lines.content(at);
    let head = lines.text.get(line.start as usize..at).unwrap_or_default();
    if head.contains(": ") {
        return Diagnostic::new(codes::COLON, Severity::Error, lines.rest(at), "there is a second `: ` on this line")
            .help("if the colon belongs to the value, put the value in quotes; otherwise begin a new line");
    }
    let Some(above) = lines.before(at) else {
        return Diagnostic::new(codes::COLON, Severity::Error, lines.rest(at), "no colon is possible here")
            .help("if it belongs to a string, put the string in quotes");
    };
    let shown = lines.shown(above);
    let key = shown.trim_start_matches("- ").trim_start();
    if !key.contains(':') {
        return Diagnostic::new(codes::COLON, Severity::Error, above, format!("`{key}` has no colon after it"))
            .help(format!("write `{key}:`"));
    }
    if !key.contains(": ") && !key.ends_with(':') && !key.contains(['"', '\'']) {
        let spaced = key.replacen(':', ": ", 1);
        return Diagnostic::new(codes::COLON, Severity::Error, above, format!("a space is missing after the colon in `{key}`"))
            .help(format!("write `{spaced}`"));
    }
    Diagnostic::new(
        codes::INDENTATION,
        Severity::Error,
        line,
        format!("`{}` is indented as if it belonged to the value before it", lines.shown(line)),
    )
    .related(above, "this has a value already")
    .help("line the key up with the other keys of its mapping")
}

/// A line that belongs to nothing that is open.
fn indentation(lines: &Lines<'_>, at: usize) -> Diagnostic {
    let line = lines.content(at);
    if lines.text.get(lines.start(at)..line.start as usize).is_some_and(|blank| blank.contains('\t')) {
        return tab(lines.text, at);
    }
    if line.start == line.end {
        return Diagnostic::new(
            codes::SYNTAX,
            Severity::Error,
            lines.before(at).unwrap_or(line),
            "the line `---` is missing after this directive",
        )
        .help("remove the line that begins with `%`; Kubernetes objects need none");
    }
    let head = lines.text.get(line.start as usize..at).unwrap_or_default();
    if !head.trim_start_matches(['-', ' ']).is_empty() {
        return Diagnostic::new(
            codes::SYNTAX,
            Severity::Error,
            lines.rest(at),
            format!("`{}` cannot follow the value before it", lines.shown(lines.rest(at))),
        )
        .help("put the whole value in quotes, or begin a new line");
    }
    let shown = lines.shown(line);
    let help = if shown.starts_with("- ") || shown == "-" {
        "line the `-` up with the other items of its list; keys and list items cannot be mixed at one place"
    } else {
        "line it up with the key it belongs beside; the keys of one mapping begin in the same column"
    };
    let mut error =
        Diagnostic::new(codes::INDENTATION, Severity::Error, line, format!("the indentation of `{shown}` fits nothing above it"))
            .help(help);
    if let Some(above) = lines.before(at) {
        error = error.related(above, "the line before");
    }
    error
}

/// The lines of a document, for messages.
struct Lines<'t> {
    text: &'t str,
}

impl<'t> Lines<'t> {
    /// Where the line of `at` begins.
    fn start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |i| i + 1)
    }

    /// From `at` to the end of its line, without blanks at the end; at least one character if there is one.
    fn rest(&self, at: usize) -> Span {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default().trim_end();
        let length = if line.is_empty() { rest.chars().next().map_or(0, char::len_utf8) } else { line.len() };
        Span::new(at as u32, (at + length) as u32)
    }

    /// What stands on the line of `at`.
    fn content(&self, at: usize) -> Span {
        let start = self.start(at);
        let line = self.text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        let from = start + line.len() - line.trim_start().len();
        Span::new(from as u32, (start + line.trim_end().len()).max(from) as u32)
    }

    /// What stands on the last line before that of `at` which is neither blank nor a comment.
    fn before(&self, at: usize) -> Option<Span> {
        let mut start = self.start(at);
        while start > 0 {
            let line = self.content(start - 1);
            start = self.start(start - 1);
            let text = self.text.get(line.start as usize..line.end as usize).unwrap_or_default();
            if !text.is_empty() && !text.starts_with('#') && text != "---" {
                return Some(line);
            }
        }
        None
    }

    /// A short text of a range, on one line.
    fn shown(&self, span: Span) -> String {
        const MOST: usize = 60;
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        match text.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
            None => text.to_string(),
        }
    }
}
