//! Findings about the text, and changes that settle them.

use netpolis_core::analysis::Analysis;
use netpolis_core::diagnostics::{self, Diagnostic};
use netpolis_core::text::Place;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{SceneView, SourceLocation, SourceLocations};

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
    #[serde(rename = "location")]
    pub spot: Option<SourceLocation>,
    /// A change that settles it.
    pub fix: Option<FixView>,
}

impl SceneView {
    /// The findings, the grave ones first.
    pub fn problems_by_severity(&self) -> Vec<&ProblemView> {
        let mut problems: Vec<&ProblemView> = self.problems.iter().collect();
        problems.sort_by_key(|p| p.severity);
        problems
    }

    /// How many findings there are of a severity.
    pub fn count_problems(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|p| p.severity == severity).count()
    }

    /// How grave the gravest finding in a file is.
    pub fn worst_in(&self, file: &str) -> Option<Severity> {
        self.problems.iter().filter(|p| p.spot.as_ref().is_some_and(|s| s.file == file)).map(|p| p.severity).min()
    }
}

/// All findings, in the order of the text.
pub fn problem_views(scene: &Analysis) -> Vec<ProblemView> {
    let spots = SourceLocations::new(scene.sources());
    scene.problems().iter().map(|problem| problem_view(problem, &spots)).collect()
}

/// A finding, for the page.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grave_findings_come_first_and_in_text_order() {
        let problem = |code: &str, severity, file: Option<&str>| ProblemView {
            code: code.into(),
            severity,
            message: String::new(),
            help: None,
            spot: file.map(|file| SourceLocation { file: file.into(), line: 1, column: 1, end_line: 1, start: 0, end: 1 }),
            fix: None,
        };
        let problems = vec![
            problem("a", Severity::Note, Some("x.yaml")),
            problem("b", Severity::Warning, Some("x.yaml")),
            problem("c", Severity::Error, None),
            problem("d", Severity::Warning, Some("y.yaml")),
        ];
        let scene = SceneView { problems, ..SceneView::default() };
        assert_eq!(scene.problems_by_severity().iter().map(|p| p.code.as_str()).collect::<String>(), "cbda");
        assert_eq!((scene.count_problems(Severity::Warning), scene.count_problems(Severity::Error)), (2, 1));
        let worst = ["x.yaml", "y.yaml", "z.yaml"].map(|file| scene.worst_in(file));
        assert_eq!(worst, [Some(Severity::Warning), Some(Severity::Warning), None]);
    }
}
