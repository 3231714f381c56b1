//! Scripts: as much of the languages of shells as scripts in documents use.
//!
//! ```text
//! text ── lex ──> words in parts, operators ── parse ──> commands, loops, branches ── run ──> commands with their words
//! ```
//!
//! Upstream: POSIX.1-2017 "Shell Command Language"; Microsoft Learn "about_Variables", "about_Foreach", "about_Special_Characters"; the help of cmd's
//! `set` and `for`.

mod lex;
mod parse;
mod printed;
mod run;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::Scalar;
use crate::document::Variables;
use crate::text::Span;

/// Whose language a script is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dialect {
    /// sh, bash, zsh.
    Posix,
    /// PowerShell.
    PowerShell,
    /// cmd.
    Cmd,
}

/// One word of a command.
#[derive(Clone, Debug)]
pub(in crate::language) struct Word {
    pub(in crate::language) text: String,
    pub(in crate::language) span: Span,
    /// Whether it holds something that the input does not give: a variable that is not set, a name to fill in.
    pub(in crate::language) unknown: bool,
    /// Whether it began with a quotation mark.
    pub(super) quoted: bool,
    /// Whether it may stand for any number of words: a variable without quotation marks, or a list, that the input does not give.
    pub(super) spreads: bool,
    /// For `--flag=value`, the value.
    pub(in crate::language) value: Option<Box<Word>>,
}

impl Word {
    pub(super) fn scalar(&self) -> Scalar {
        Scalar { text: self.text.clone(), unknown: self.unknown, span: self.span }
    }
}

/// A command: its words, the first of which is the program.
#[derive(Clone, Debug)]
pub(in crate::language) struct Command {
    pub(in crate::language) words: Vec<Word>,
    pub(in crate::language) span: Span,
    /// The condition on which it hangs whether it runs, if that cannot be told.
    pub(in crate::language) doubt: Option<Rc<str>>,
    /// Which file says how to reach clusters, where a variable of the script does (`KUBECONFIG`).
    pub(in crate::language) kubeconfig: Option<String>,
    /// The variables that are known when it runs, of one on a line that is asked for.
    pub(in crate::language) variables: Variables,
}

/// The commands of the parts `live` of a text, with what cannot be taken apart. On `lines`, commands of all programs are wanted.
pub(in crate::language) fn commands(text: &str, live: &[Range<usize>], lines: &[Range<usize>]) -> (Vec<Command>, Vec<(Span, String)>) {
    let dialect = dialect(text, live);
    let (tokens, open) = lex::tokens(text, live, dialect);
    let nodes = parse::parse(&tokens, dialect);
    let mut run = run::Run::new(text, dialect, lines);
    run.nodes(&nodes);
    run.finish();
    let mut problems: Vec<(Span, String)> = open
        .into_iter()
        .map(|at| (Span::new(at as u32, at as u32 + 1), String::from("the quotation mark that opens here is never closed")))
        .collect();
    if let Some(span) = run.beyond {
        problems.push((span, String::from("this script is too long to follow: the rest is not read")));
    }
    (run.commands, problems)
}

/// Whose language it is, by the first line that tells.
fn dialect(text: &str, live: &[Range<usize>]) -> Dialect {
    let lines = live.iter().filter_map(|range| text.get(range.clone())).flat_map(str::lines).map(str::trim);
    for line in lines {
        let lower = line.get(..line.floor_char_boundary(40)).unwrap_or_default().to_ascii_lowercase();
        let after =
            lower.strip_prefix('$').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':')));
        let power = after.is_some_and(|rest| rest.trim_start().starts_with('=') || rest.trim_start().starts_with("+="));
        let words =
            ["foreach (", "foreach(", "param(", "param (", "write-host", "write-output", "[cmdletbinding", "$erroractionpreference", "<#"];
        if power
            || lower.starts_with("${") && lower.split_once('}').is_some_and(|(_, rest)| rest.trim_start().starts_with("= "))
            || words.iter().any(|word| lower.starts_with(word))
            || line.ends_with(" `")
            || lower.starts_with("if ($")
            || lower.starts_with("for ($")
            || lower.starts_with("while ($")
            || lower.starts_with("switch ($")
            || lower.starts_with('[') && lower.contains("]$")
            || ["| foreach-object", "| % {", "|%{", "| where-object", "convertfrom-json"]
                .iter()
                .any(|word| line.to_ascii_lowercase().contains(word))
            || ["try {", "try{", "invoke-expression ", "start-process "].iter().any(|word| lower.starts_with(word))
            || lower.starts_with("do {") && ["} while (", "} until ("].iter().any(|word| line.to_ascii_lowercase().contains(word))
            || lower.starts_with("function ") && (lower.contains("($") || lower.contains("param(") || lower.contains("([string]"))
        {
            return Dialect::PowerShell;
        }
        let batch = ["@echo", "setlocal", "rem ", "::", "for %%", "call az"];
        let sets = lower.strip_prefix("set ").is_some_and(|rest| {
            rest.trim_start_matches('"').split_once('=').is_some_and(|(name, _)| !name.is_empty() && !name.contains([' ', '-', '$']))
        });
        if sets || batch.iter().any(|word| lower.starts_with(word)) || line.ends_with(" ^") {
            return Dialect::Cmd;
        }
        if lower.starts_with("#!") || line.ends_with('\\') {
            return Dialect::Posix;
        }
    }
    Dialect::Posix
}
