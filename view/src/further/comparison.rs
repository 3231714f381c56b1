//! What differs from a baseline: the form of the question and of the answer.

use serde::{Deserialize, Serialize};

use super::ListView;
use crate::Texts;

/// An older version of the files, to compare with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineTexts {
    /// Its number: another baseline has another one.
    pub number: u32,
    /// Names and texts.
    pub files: Texts,
    /// What is assumed, as in a link.
    pub settings: String,
}

/// What happened to the flows of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FlowChange {
    /// Nothing was allowed for certain, and now something is.
    Opened,
    /// Something was allowed for certain, and now nothing is.
    Closed,
    /// Something is allowed as before, and something not.
    Changed,
    /// What is allowed for certain is the same, and what cannot be told is not.
    CannotTell,
}

impl FlowChange {
    /// All, in the order in which they are told.
    pub const ALL: [FlowChange; 4] = [FlowChange::Opened, FlowChange::Closed, FlowChange::Changed, FlowChange::CannotTell];

    /// In a word or two.
    pub const fn word(self) -> &'static str {
        match self {
            FlowChange::Opened => "opened",
            FlowChange::Closed => "closed",
            FlowChange::Changed => "changed",
            FlowChange::CannotTell => "cannot tell",
        }
    }

    /// A sign for it, for those who do not tell colours apart.
    pub const fn sign(self) -> &'static str {
        match self {
            FlowChange::Opened => "+",
            FlowChange::Closed => "−",
            FlowChange::Changed => "~",
            FlowChange::CannotTell => "?",
        }
    }

    /// The change as part of a sentence.
    pub const fn since(self) -> &'static str {
        match self {
            FlowChange::Opened => "opened since the baseline",
            FlowChange::Closed => "closed since the baseline",
            FlowChange::Changed => "changed since the baseline",
            FlowChange::CannotTell => "cannot be told as in the baseline",
        }
    }

    /// What stands for two changes at once.
    #[must_use]
    pub fn with(self, other: FlowChange) -> FlowChange {
        if self == other { self } else { FlowChange::Changed }
    }
}

/// Which flows differ from the baseline, for the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparisonMarks {
    /// How many flows differ.
    pub flows: u32,
    /// How many flows opened, closed and changed, in a few words.
    pub summary: String,
    /// Pairs of ends of the newer version, each with its sender and its receiver by their keys, and what happened to its flows. Keys hold for the next
    /// picture, too, which comes before its own marks do.
    pub pairs: Vec<(String, String, FlowChange)>,
}

/// Which flows differ from the baseline, and which edits did it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparisonView {
    /// The differences.
    pub list: ListView,
    /// The same for a review, as Markdown.
    pub markdown: String,
}
