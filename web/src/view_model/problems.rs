//! Findings about the text, and changes that settle them.

use netpolis_core::diagnostics::{self, Diagnostic};
use netpolis_core::text::Place;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{SourceLocation, SourceLocations};

/// Replaces a stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct EditView {
    /// Where.
    pub at: SourceLocation,
    /// What comes there instead.
    pub insert: String,
}

/// Changes that settle something, offered as one button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct FixView {
    /// What the change does.
    pub title: String,
    /// The changes; they do not overlap.
    pub edits: Vec<EditView>,
}

/// How grave a [`ProblemView`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The text cannot be used as it stands.
    Error,
    /// It works, but probably not as intended.
    Warning,
    /// Worth knowing.
    Note,
}

/// A finding about the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ProblemView {
    /// Stable name of its kind, such as `K8S012`.
    pub code: String,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where; nothing if it is about the scene as a whole.
    pub spot: Option<SourceLocation>,
    /// A change that settles it.
    pub fix: Option<FixView>,
}

pub(super) fn problem_view(problem: &Diagnostic, spots: &SourceLocations<'_>) -> ProblemView {
    ProblemView {
        code: problem.code.0.into(),
        severity: match problem.severity {
            diagnostics::Severity::Error => Severity::Error,
            diagnostics::Severity::Warning => Severity::Warning,
            diagnostics::Severity::Note => Severity::Note,
        },
        message: problem.message.clone(),
        help: problem.help.clone(),
        spot: problem.place.and_then(|p| spots.at(p)),
        fix: problem.fix.as_ref().map(|fix| fix_view(&fix.title, &fix.edits, spots)),
    }
}

/// Changes of text, for the page.
pub(super) fn fix_view(title: &str, edits: &[(Place, String)], spots: &SourceLocations<'_>) -> FixView {
    let edits = edits.iter().filter_map(|(place, insert)| Some(EditView { at: spots.at(*place)?, insert: insert.clone() })).collect();
    FixView { title: title.into(), edits }
}
