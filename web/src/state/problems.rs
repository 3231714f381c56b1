//! The findings as the page lists them: those of one kind together, and what repeats folded.

use crate::words::t_with;
use netpolis_view::{Edit, ProblemView, SceneView, Severity};

use super::{Action, EditorWish, LayoutAction, State};

/// More findings of a kind than these are folded, whatever they say.
const FEW: usize = 5;

/// Findings of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemGroup<'a> {
    /// The stable name of the kind.
    pub code: &'a str,
    /// How grave the gravest is.
    pub severity: Severity,
    /// What all of them say; what differs is left out.
    pub message: String,
    /// The findings, the grave ones first.
    pub problems: Vec<&'a ProblemView>,
}

impl ProblemGroup<'_> {
    /// Whether it begins closed: what only repeats a note, and what is too much to be read at once.
    pub fn is_folded(&self) -> bool {
        let count = self.problems.len();
        count > FEW || count > 1 && self.severity == Severity::Note
    }

    /// A change that settles as many of them as can be settled at once, and how many these are; nothing for fewer than two.
    pub fn fix(&self) -> Option<(Action, usize)> {
        let mut edits: Vec<(String, Edit)> = Vec::new();
        let mut settled = 0;
        for fix in self.problems.iter().filter_map(|problem| problem.fix.as_ref()) {
            let own = fix.by_file();
            // The same place is changed once; what stands beside it waits for the text after that.
            let meets = |(file, edit): &(String, Edit)| {
                edits.iter().any(|(other, taken)| other == file && edit.start <= taken.end && taken.start <= edit.end)
            };
            if !own.iter().any(meets) {
                settled += 1;
                edits.extend(own);
            }
        }
        let title = t_with("{0} problems of the kind {1}", &[&settled.to_string(), self.code]);
        (settled > 1).then_some((Action::ApplyEdits { title, edits }, settled))
    }
}

/// The findings by kind, grave kinds first, then in the order of the text; only those of a severity, if one is given.
pub fn problem_groups(scene: &SceneView, only: Option<Severity>) -> Vec<ProblemGroup<'_>> {
    let mut groups: Vec<ProblemGroup<'_>> = Vec::new();
    for problem in scene.problems_by_severity().into_iter().filter(|problem| only.is_none_or(|only| problem.severity == only)) {
        match groups.iter_mut().find(|group| group.code == problem.code) {
            Some(group) => {
                group.message = common(&group.message, &problem.message);
                group.problems.push(problem);
            }
            None => groups.push(ProblemGroup {
                code: &problem.code,
                severity: problem.severity,
                message: problem.message.clone(),
                problems: vec![problem],
            }),
        }
    }
    groups
}

/// What two messages of one kind have in common: names in them that differ become dots.
fn common(known: &str, other: &str) -> String {
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (known.split('`').collect(), other.split('`').collect());
    let is_like = ours.len() == theirs.len() && ours.iter().zip(&theirs).step_by(2).all(|(a, b)| a == b);
    if !is_like {
        return known.to_owned();
    }
    ours.iter().zip(&theirs).map(|(a, b)| if a == b { *a } else { "…" }).collect::<Vec<_>>().join("`")
}

impl State {
    /// The editor comes into sight and does something.
    pub(super) fn wish(&mut self, wish: EditorWish) {
        // The next problem may be in another file.
        let in_file = |file: Option<&str>| {
            self.answers
                .scene
                .problems
                .iter()
                .find_map(|problem| problem.spot.clone().filter(|spot| file.is_none_or(|file| spot.file == file)))
        };
        if wish == EditorWish::NextProblem && in_file(self.files.shown().map(|file| &*file.name)).is_none() {
            return in_file(None).into_iter().for_each(|spot| self.reveal(spot));
        }
        self.layout = self.layout.after(&LayoutAction::ShowEditor);
        self.files.wish = Some((wish, self.count()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netpolis_view::{EditView, FixView, SourceLocation};

    fn spot(start: u32) -> SourceLocation {
        SourceLocation { file: "a.yaml".into(), line: start + 1, column: 1, end_line: start + 1, start, end: start + 1 }
    }

    fn problem(code: &str, severity: Severity, message: &str, at: u32) -> ProblemView {
        let edits = vec![EditView { at: spot(at), insert: "x".into() }];
        ProblemView {
            code: code.into(),
            severity,
            message: message.into(),
            help: None,
            spot: Some(spot(at)),
            fix: Some(FixView { title: "mend it".into(), edits }),
        }
    }

    fn scene(problems: Vec<ProblemView>) -> SceneView {
        SceneView { problems, ..SceneView::default() }
    }

    #[test]
    fn findings_of_a_kind_stand_together_and_grave_kinds_first() {
        let scene = scene(vec![
            problem("LINT002", Severity::Note, "`shop/a` selects nothing", 1),
            problem("K8S001", Severity::Error, "no name", 3),
            problem("LINT002", Severity::Note, "`shop/b` selects nothing", 5),
            problem("LINT001", Severity::Warning, "odd", 7),
        ]);
        let groups = problem_groups(&scene, None);
        let told: Vec<(&str, &str, usize, bool)> =
            groups.iter().map(|group| (group.code, &*group.message, group.problems.len(), group.is_folded())).collect();
        assert_eq!(told, [("K8S001", "no name", 1, false), ("LINT001", "odd", 1, false), ("LINT002", "`…` selects nothing", 2, true)]);
        let notes = problem_groups(&scene, Some(Severity::Note));
        assert_eq!(notes.iter().map(|group| group.code).collect::<Vec<_>>(), ["LINT002"]);
        assert!(problem_groups(&scene, Some(Severity::Warning))[0].fix().is_none(), "one has a button of its own");
    }

    #[test]
    fn many_warnings_are_folded_and_few_are_not() {
        let warnings = |count: u32| scene((0..count).map(|at| problem("LINT001", Severity::Warning, "odd", at * 9)).collect());
        let folded = [5, 6].map(|count| problem_groups(&warnings(count), None)[0].is_folded());
        assert_eq!(folded, [false, true]);
    }

    #[test]
    fn messages_that_are_not_alike_keep_the_first() {
        assert_eq!(common("port `80` of `a`", "port `81` of `a`"), "port `…` of `a`");
        assert_eq!(common("port `80`", "no port"), "port `80`");
        assert_eq!(common("port `80` here", "port `80` there"), "port `80` here");
    }

    #[test]
    fn all_of_a_kind_are_mended_at_once_but_for_those_that_meet() {
        let scene = scene([0u32, 9, 9, 20].into_iter().map(|at| problem("LINT001", Severity::Warning, "odd", at)).collect());
        let groups = problem_groups(&scene, None);
        let Some((Action::ApplyEdits { edits, title }, 3)) = groups[0].fix() else { panic!("two are of one place") };
        assert_eq!(edits.iter().map(|(_, edit)| edit.start).collect::<Vec<_>>(), [0, 9, 20]);
        assert_eq!(title, "3 problems of the kind LINT001");
    }
}
