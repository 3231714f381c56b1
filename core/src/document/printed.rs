//! The output of commands that is not a manifest: tables and descriptions.

use crate::diagnostics::{Diagnostic, Severity};
use crate::document::codes;
use crate::text::Span;

/// Whether a line is the head of a table, as `kubectl get` and `calicoctl get` print it: words in capitals, the first of them a name.
pub(super) fn is_table(line: &str) -> bool {
    let line = line.trim();
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '(' | ')' | '_' | '/'))
    };
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let named = matches!(first, "NAME" | "NAMESPACE" | "LAST");
    named && line.len() < 500 && words.clone().next().is_some() && words.all(is_word)
}

/// Whether a text is a table of names alone, as `calicoctl get` prints it, or what `kubectl get -o name` prints: `KIND/NAME` on each line.
fn is_list_of_names(text: &str, first: &str) -> bool {
    let is_name =
        |line: &str| !line.is_empty() && line.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'));
    let is_object = |line: &str| line.split_once('/').is_some_and(|(kind, name)| is_name(kind) && is_name(name));
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    match first {
        "NAME" => lines.clone().nth(1).is_some() && lines.skip(1).all(is_name),
        _ => lines.all(is_object),
    }
}

/// The first line that says anything, and where it stands.
fn first(text: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let bare = line.trim();
        let is_said = !bare.is_empty() && !bare.starts_with('#') && bare != "---";
        is_said.then(|| (start + line.len() - line.trim_start().len(), bare))
    })
}

/// Whether a text is a table with columns that somebody chose, so that nothing says of which kind its objects are: those that `kubectl get` prints by itself
/// have their age.
pub(crate) fn is_custom_table(text: &str) -> bool {
    first(text).is_some_and(|(_, line)| {
        is_table(line) && !line.starts_with("LAST") && !is_aside(line) && !line.split_whitespace().any(|column| column == "AGE")
    })
}

/// Whether a line is one that `kubectl` prints after it has done something, as `pod/web created`.
pub(super) fn is_printed_line(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (object, done) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    object.contains('/')
        && matches!(done, "created" | "configured" | "unchanged" | "deleted" | "patched" | "replaced" | "serverside-applied" | "labeled")
}

/// Whether the table is one of pods or Services, which leaves out what nobody asked about.
fn is_aside(line: &str) -> bool {
    ["READY", "STATUS", "CLUSTER-IP", "VERSION"].iter().any(|column| line.contains(column))
}

/// For a text that `kubectl` printed for people, the error that says what to paste.
pub fn printed(text: &str) -> Option<Diagnostic> {
    let (start, line) = first(text)?;
    let span = Span::new(start as u32, (start + line.len()) as u32);
    let after = text.get(start + line.len()..).unwrap_or_default();
    let second = after.split('\n').map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
    let (message, help) = if is_table(line) || is_list_of_names(text, line) {
        ("this is the table that `kubectl get` prints, without the rules", "add `-o yaml` to the command, and paste what it prints then")
    } else if line.starts_with("Name:")
        && ["Namespace:", "Labels:", "Created on:", "Roles:", "Priority:"].iter().any(|key| second.starts_with(key))
    {
        ("this is the output of `kubectl describe`, not a manifest", "paste what `kubectl get … -o yaml` prints for the same object")
    } else if second.starts_with("----") && second.bytes().all(|b| matches!(b, b'-' | b' ' | b'\r')) && second.contains(' ') {
        ("this is the output of `az … -o table`, which leaves out fields", "use `-o json`, and paste what it prints then")
    } else if line.starts_with("No resources found") || line.starts_with("Error from server") || line.starts_with("error: ") {
        ("this is a message from `kubectl`, not a manifest", "paste what `kubectl get … -o yaml` prints")
    } else {
        return None;
    };
    let severity = if is_table(line) && is_aside(line) { Severity::Warning } else { Severity::Error };
    Some(Diagnostic::new(codes::PRINTED, severity, span, message).help(help))
}
