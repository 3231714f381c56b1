//! **Differences as a table for a review**: what flowed before and after, the edits that caused it, and the lines that decide. The command and the page
//! write it alike.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::{Analysis, Cause, Causes, ExampleAnswer, MOST_EXPLAINED};
use crate::answers::diff::Difference;
use crate::endpoints::flows_with_ports;
use crate::load::ObjectEdit;
use crate::text::printable;

/// What stands for no connections.
const NOTHING: &str = "No Connections";

/// So many edits are named for one difference.
const MOST_EDITS: usize = 3;

/// Differences as Markdown.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Review {
    /// A table.
    pub text: String,
    /// How many differences are not in it, as it speaks of TCP, UDP and SCTP alone.
    pub hidden: usize,
}

impl Causes {
    /// Edits by their numbers: the object, what happened to it, and where. `older` and `newer` are what is compared.
    pub fn edits_in_words(&self, numbers: &[usize], older: &Analysis, newer: &Analysis) -> String {
        let edits = numbers.iter().filter_map(|number| self.edits.get(*number));
        let mut words: Vec<String> = edits.take(MOST_EDITS).map(|edit| one_edit(edit, older, newer)).collect();
        if let Some(more) = numbers.len().checked_sub(MOST_EDITS).filter(|more| *more > 0) {
            words.push(format!("and {more} more"));
        }
        words.join(", ")
    }
}

fn one_edit(edit: &ObjectEdit, older: &Analysis, newer: &Analysis) -> String {
    let object = printable(&edit.object);
    match (edit.before, edit.after) {
        (before, Some(after)) => {
            let word = if before.is_some() { "changed" } else { "new" };
            format!("{object} ({word}, {})", printable(&newer.sources().describe(after)))
        }
        (Some(before), None) => format!("{object} (gone, {} before)", printable(&older.sources().describe(before))),
        (None, None) => object.into_owned(),
    }
}

/// A text within a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

impl Analysis {
    /// The differences between this version and a newer one as a Markdown table, each with what caused it and the lines that decide.
    pub fn review(&self, newer: &Analysis, differences: &[Difference], causes: &Causes) -> Review {
        let mut text = String::from("| change | from | to | before | after | by | decided by |\n|---|---|---|---|---|---|---|\n");
        let mut hidden = 0;
        for (number, difference) in differences.iter().enumerate() {
            let (before, after) = (flows_with_ports(&difference.before, NOTHING), flows_with_ports(&difference.after, NOTHING));
            if before == after {
                hidden += 1;
                continue;
            }
            let example = if number < MOST_EXPLAINED { self.example_of(newer, difference) } else { None };
            let lines = |analysis: &Analysis, answer: Option<&ExampleAnswer>| -> Vec<String> {
                answer.into_iter().flat_map(|answer| &answer.deciding).map(|line| line.in_words(analysis)).collect()
            };
            let mut deciding = lines(newer, example.as_ref().and_then(|example| example.after.as_ref()));
            if deciding.is_empty() {
                deciding = lines(self, example.as_ref().and_then(|example| example.before.as_ref()));
            }
            let by = |cause: &Cause| causes.edits_in_words(&[&cause.alone[..], &cause.together].concat(), self, newer);
            let by = causes.of.as_ref().and_then(|of| of.get(number)).map(by).unwrap_or_default();
            let _ = writeln!(
                text,
                "| {} | {} | {} | {before} | {after} | {} | {} |",
                difference.change.as_str(),
                cell(&printable(&difference.from.title)),
                cell(&printable(&difference.to.title)),
                cell(&by),
                cell(&deciding.join(", "))
            );
        }
        Review { text, hidden }
    }
}
