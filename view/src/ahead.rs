//! The answer to the question before the picture: what an edit makes of a verdict is known long before all pairs are.

use serde::{Deserialize, Serialize};

use super::{AnswerView, PathAnswers, Question, Sentence};

/// What is known of an edited scene before its picture is. Ends have no numbers yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ahead {
    /// Of which revision.
    pub revision: u32,
    /// Of which question.
    pub question: Question,
    /// The answer, or why there is none.
    pub answer: Result<AnswerView, Sentence>,
    /// The way, if it was asked.
    pub path: Option<PathAnswers>,
    /// How many things are not evaluated.
    pub unread: u32,
}

impl Ahead {
    /// As bytes, for the page.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Nothing in it can fail to be written.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// From the engine's bytes; nothing where they are of another version of this program.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}
