//! `netpolis least-privilege`: the policies that allow exactly the wanted flows, and the proof.

use std::fmt;
use std::fs;
use std::io::{self, Read};

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::least_privilege::{self, FlowError, FlowLine, Form, LeastPrivilege, RemainingFlow, Wanted, read_flows};
use serde_json::{Value, json};

use crate::formats::TextOrJson;
use crate::places::printable;
use netpolis_core::text::count;

/// So many flows that differ from what was wanted are written out as text.
const SHOWN: usize = 20;

/// A question as it was asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The file with the wanted flows, `-` for standard input; nothing where what is allowed at present is wanted.
    pub flows: Option<String>,
    /// Whether pods may ask the cluster's DNS for names, too.
    pub dns: bool,
    /// Whose policies are to be written.
    pub form: Form,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum NotWanted {
    /// The file cannot be read.
    Io(String, io::Error),
    /// Lines of it are no flows, or name nothing.
    Flows(String, Vec<FlowError>),
}

impl fmt::Display for NotWanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotWanted::Io(file, error) => write!(f, "cannot read {file}: {error}"),
            NotWanted::Flows(file, errors) => {
                let lines = errors.iter().map(|error| match error.line {
                    0 => format!("{file}: {}", error.message),
                    line => format!("{file}:{line}: {}", error.message),
                });
                f.write_str(&lines.collect::<Vec<_>>().join("\nnetpolis: "))
            }
        }
    }
}

impl std::error::Error for NotWanted {}

/// Asks.
///
/// # Errors
/// When the wanted flows cannot be read, or name what is not in the input: every such line, with its number.
pub fn ask(analysis: &Analysis, question: &Question) -> Result<LeastPrivilege, NotWanted> {
    let flows: Option<(String, Vec<FlowLine>)> = match question.flows.as_deref() {
        Some(file) => {
            let name = if file == "-" { "standard input" } else { file };
            let text = text_of(file).map_err(|error| NotWanted::Io(name.into(), error))?;
            let lines = read_flows(&text).map_err(|errors| NotWanted::Flows(name.into(), errors))?;
            Some((name.into(), lines))
        }
        None => None,
    };
    let wanted = flows.as_ref().map_or(Wanted::Present, |(_, lines)| Wanted::Flows(lines));
    let question = least_privilege::Question { wanted, form: question.form, dns: question.dns };
    let name = flows.as_ref().map_or_else(String::new, |(name, _)| name.clone());
    analysis.least_privilege(&question).map_err(|errors| NotWanted::Flows(name, errors))
}

fn text_of(file: &str) -> io::Result<String> {
    let mut bytes = Vec::new();
    if file == "-" {
        io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(file)?;
    }
    Ok(crate::input::text(&bytes))
}

/// An answer in a form.
pub fn render(analysis: &Analysis, answer: &LeastPrivilege, format: TextOrJson) -> String {
    match format {
        TextOrJson::Text => text(analysis, answer),
        TextOrJson::Json => format!("{:#}\n", json(analysis, answer)),
    }
}

/// The policies, which can be applied as they are; everything else is comments.
fn text(analysis: &Analysis, answer: &LeastPrivilege) -> String {
    let mut out: Vec<String> = Vec::new();
    let pairs = count(answer.pairs, "pair");
    out.push(if answer.exact {
        format!("Exactly the wanted flows remain: {pairs} of ends were compared, each for all connections.")
    } else {
        format!("What remains is not exactly what was wanted ({pairs} of ends were compared, each for all connections):")
    });
    let lists = [("missing", &answer.missing), ("too much", &answer.too_much), ("cannot tell", &answer.unsure)];
    for (word, flows) in lists {
        out.extend(flows.iter().take(SHOWN).map(|flow| format!("  {word}: {}", line(flow))));
        if flows.len() > SHOWN {
            out.push(format!("  {word}: {} more, see --format json", flows.len() - SHOWN));
        }
    }
    if !answer.replaced.is_empty() {
        out.push("Policies of the input about the same pods are replaced, and taken as removed:".into());
        out.extend(answer.replaced.iter().map(|policy| format!("  {} ({})", policy.title, analysis.sources().describe(policy.place))));
    }
    out.extend(answer.notes.iter().map(|note| format!("Note: {note}.")));
    let comments: Vec<String> = out.iter().map(|line| format!("# {}\n", printable(line))).collect();
    let separator = if answer.text.is_empty() { "" } else { "---\n" };
    format!("{}{separator}{}", comments.concat(), answer.text)
}

fn line(flow: &RemainingFlow) -> String {
    format!("{} -> {}: {}. {}", flow.from, flow.to, flow.connections_in_words(), flow.reason)
}

fn json(analysis: &Analysis, answer: &LeastPrivilege) -> Value {
    let flow =
        |flow: &RemainingFlow| json!({"from": flow.from, "to": flow.to, "connections": flow.connections_in_words(), "reason": flow.reason});
    let flows = |flows: &[RemainingFlow]| flows.iter().map(flow).collect::<Vec<_>>();
    json!({
        "form": answer.form.as_str(),
        "exact": answer.exact,
        "pairs": answer.pairs,
        "missing": flows(&answer.missing),
        "tooMuch": flows(&answer.too_much),
        "cannotTell": flows(&answer.unsure),
        "policies": answer.policies.iter().map(|policy| json!({"namespace": policy.namespace, "name": policy.name})).collect::<Vec<_>>(),
        "replaced": answer.replaced.iter().map(|policy| json!({"title": policy.title, "place": analysis.sources().describe(policy.place)})).collect::<Vec<_>>(),
        "notes": answer.notes,
        "yaml": answer.text,
    })
}
