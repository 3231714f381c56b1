//! The smallest changes that allow a flow, or stop it.

use std::fmt;
use std::fs;
use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::fix::{self, Fixes, Proposal, SideEffect, TextEdit, unified};
use netpolis_core::connections::ConnectionSet;
use netpolis_core::model::Protocol;
use serde_json::{Value, json};

use crate::formats::{ports, ports_in_words};
use crate::places::printable;

/// So many side effects are written out as text.
const SHOWN: usize = 5;

/// A question as it was asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Where connections start.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// The protocol.
    pub protocol: Protocol,
    /// The destination port; 80, or a Service's only one, when left out.
    pub port: Option<u16>,
    /// Whether they are to be stopped.
    pub deny: bool,
    /// The number of the proposal that is to be written to the files, from 1.
    pub apply: Option<usize>,
}

/// A form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FixFormat {
    /// Lines for people.
    Text,
    /// JSON.
    Json,
    /// The best proposal as a unified diff, for `git apply` or `patch -p1`.
    Diff,
}

impl FixFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, FixFormat)] = &[("text", FixFormat::Text), ("json", FixFormat::Json), ("diff", FixFormat::Diff)];
}

/// Asks.
///
/// # Errors
/// When an end is not in the analysis, or could be several, in words.
pub fn ask(analysis: &Analysis, question: &Question) -> Result<Fixes, fix::NotFixed> {
    let Question { from, to, protocol, port, deny, .. } = question;
    analysis.fix(&fix::Question { from, to, port: *port, protocol: *protocol, deny: *deny })
}

/// Why a proposal was not written to the files.
#[derive(Debug)]
pub enum NotApplied {
    /// There is no proposal with this number.
    NoSuch(usize, usize),
    /// A file is not one that can be written: standard input.
    NoFile(String),
    /// The text of a file is not the one that the proposal was made for.
    Changed(String),
    /// A file cannot be read or written.
    Io(String, std::io::Error),
}

impl fmt::Display for NotApplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotApplied::NoSuch(number, 0) => write!(f, "--apply {number}: there is no proposal"),
            NotApplied::NoSuch(number, count) => write!(f, "--apply {number}: there are proposals 1 to {count}"),
            NotApplied::NoFile(name) => write!(f, "--apply: {name} cannot be written to; nothing was changed"),
            NotApplied::Changed(name) => write!(f, "--apply: `{name}` has changed since it was read; nothing was changed"),
            NotApplied::Io(name, error) => write!(f, "--apply: `{name}`: {error}"),
        }
    }
}

impl std::error::Error for NotApplied {}

/// Writes a proposal to the files; their names.
///
/// # Errors
/// When there is no such proposal, or a file is not what it was when it was read. Nothing is written then.
pub fn apply(analysis: &Analysis, fixes: &Fixes, number: usize) -> Result<Vec<String>, NotApplied> {
    let proposal = number.checked_sub(1).and_then(|at| fixes.proposals.get(at)).ok_or(NotApplied::NoSuch(number, fixes.proposals.len()))?;
    let mut texts: Vec<(String, String)> = Vec::new();
    for (source, _) in &proposal.revisions {
        let Some(file) = analysis.sources().get(*source) else { continue };
        let name = file.name.clone();
        if !Path::new(&name).is_file() {
            return Err(NotApplied::NoFile(name));
        }
        let now = fs::read_to_string(&name).map_err(|error| NotApplied::Io(name.clone(), error))?;
        let changed = proposal.apply(*source, &now).ok_or_else(|| NotApplied::Changed(name.clone()))?;
        texts.push((name, changed));
    }
    for (name, text) in &texts {
        fs::write(name, text).map_err(|error| NotApplied::Io(name.clone(), error))?;
    }
    Ok(texts.into_iter().map(|(name, _)| name).collect())
}

/// An answer in a form.
pub fn render(analysis: &Analysis, fixes: &Fixes, question: &Question, format: FixFormat) -> String {
    match format {
        FixFormat::Text => text(analysis, fixes, question.deny),
        FixFormat::Json => format!("{:#}\n", json(analysis, fixes, question)),
        FixFormat::Diff => fixes.proposals.first().map_or_else(String::new, |best| unified(analysis.sources(), &best.edits)),
    }
}

fn text(analysis: &Analysis, fixes: &Fixes, deny: bool) -> String {
    let mut out = format!("{}\n", printable(&fixes.summary));
    let verb = if deny { "stop" } else { "allow" };
    if fixes.is_so_already {
        out.push_str("Nothing needs to change.\n");
        return out;
    }
    if fixes.proposals.is_empty() {
        out.push_str(&format!("\nNo change of the input was found that would {verb} it.\n"));
    }
    for (number, proposal) in fixes.proposals.iter().enumerate() {
        out.push_str(&format!("\n{}. {}\n", number + 1, printable(&proposal.title)));
        if let Some(wider) = proposal.wider {
            out.push_str(&format!("   wider than asked, as nothing narrower works: {wider}\n"));
        }
        out.push_str(&format!("   {}\n", effects(&proposal.side_effects)));
        for effect in proposal.side_effects.iter().take(SHOWN) {
            out.push_str(&format!("     {}\n", printable(&effect_line(effect))));
        }
        if proposal.side_effects.len() > SHOWN {
            out.push_str(&format!("     and {} more\n", proposal.side_effects.len() - SHOWN));
        }
        let diff = unified(analysis.sources(), &proposal.edits);
        diff.lines().for_each(|line| out.push_str(&format!("   {}\n", printable(line))));
    }
    fixes.notes.iter().for_each(|note| out.push_str(&format!("\nnote: the path ends where no policy is asked: {}\n", printable(note))));
    for why in &fixes.unpatchable {
        out.push_str(&format!("\nnote: what also plays a part here cannot be edited: {}\n", why.as_str()));
    }
    out
}

/// How much changes besides, in words.
fn effects(effects: &[SideEffect]) -> String {
    let count = |some: &dyn Fn(&SideEffect) -> bool| effects.iter().filter(|e| some(e)).count();
    let flows = |n: usize| netpolis_core::text::count(n, "flow");
    let parts = [
        ("opens", count(&|e| !e.opened.is_empty())),
        ("closes", count(&|e| e.opened.is_empty() && !e.closed.is_empty())),
        ("changes what can be told of", count(&|e| e.opened.is_empty() && e.closed.is_empty())),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|(_, n)| *n > 0).map(|(verb, n)| format!("also {verb} {}", flows(n))).collect();
    if parts.is_empty() { "no other flow changes".into() } else { parts.join(", ") }
}

fn effect_line(effect: &SideEffect) -> String {
    let side = |sign: char, set: &ConnectionSet| {
        (!set.is_empty()).then(|| format!("{sign} {}", ports_in_words(set).unwrap_or_else(|| "other protocols".into())))
    };
    let what: Vec<String> = [side('+', &effect.opened), side('-', &effect.closed)].into_iter().flatten().collect();
    let what = if what.is_empty() { "cannot tell, or can".into() } else { what.join(", ") };
    format!("{} -> {}: {what}", effect.from, effect.to)
}

fn json(analysis: &Analysis, fixes: &Fixes, question: &Question) -> Value {
    json!({
        "from": fixes.from,
        "to": fixes.to,
        "protocol": question.protocol.to_string(),
        "port": question.port,
        "goal": if question.deny { "denied" } else { "allowed" },
        "verdict": fixes.verdict,
        "summary": fixes.summary,
        "isSoAlready": fixes.is_so_already,
        "proposals": fixes.proposals.iter().map(|p| proposal(analysis, p)).collect::<Vec<_>>(),
        "notes": fixes.notes,
        "notEditable": fixes.unpatchable.iter().map(|why| why.as_str()).collect::<Vec<_>>(),
    })
}

fn proposal(analysis: &Analysis, proposal: &Proposal) -> Value {
    let name = |source| analysis.sources().get(source).map_or("", |file| file.name.as_str());
    let edit = |edit: &TextEdit| json!({"file": name(edit.source), "start": edit.start, "end": edit.end, "text": edit.text});
    let words = |set: &ConnectionSet| ports(set);
    let effect =
        |e: &SideEffect| json!({"from": e.from, "to": e.to, "opened": words(&e.opened), "closed": words(&e.closed), "unsure": e.unsure});
    json!({
        "kind": proposal.kind.as_str(),
        "title": proposal.title,
        "wider": proposal.wider,
        "lines": proposal.lines,
        "characters": proposal.characters,
        "edits": proposal.edits.iter().map(edit).collect::<Vec<_>>(),
        "files": proposal.revisions.iter().map(|(source, revision)| json!({"file": name(*source), "revision": format!("{revision:016x}")})).collect::<Vec<_>>(),
        "sideEffects": proposal.side_effects.iter().map(effect).collect::<Vec<_>>(),
        "diff": unified(analysis.sources(), &proposal.edits),
    })
}
