//! What is marked in the text: findings, and the lines that decide.

use super::binding::{EditorTheme, LineMark, LineMarkKind, QuickFix, Squiggle, SquiggleSeverity, TextEdit};
use crate::state::Theme;
use netpolis_view::{LitView, ProblemView, Severity, VerdictView};

/// Longest stretch of lines that is lit.
const MOST_LIT: u32 = 24;

impl From<Theme> for EditorTheme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::System => EditorTheme::Auto,
            Theme::Light => EditorTheme::Light,
            Theme::Dark => EditorTheme::Dark,
        }
    }
}

/// The findings in a file.
pub fn squiggles(problems: &[ProblemView], file: &str) -> Vec<Squiggle> {
    problems.iter().filter_map(|problem| squiggle(problem, file)).collect()
}

fn squiggle(problem: &ProblemView, name: &str) -> Option<Squiggle> {
    let spot = problem.spot.as_ref().filter(|s| s.file == name)?;
    let message = match &problem.help {
        Some(help) => format!("{}\n{help}", problem.message),
        None => problem.message.clone(),
    };
    let actions = problem
        .fix
        .iter()
        .filter(|fix| fix.edits.iter().all(|e| e.at.file == name))
        .map(|fix| QuickFix {
            name: fix.title.clone(),
            edits: fix.edits.iter().map(|e| TextEdit { from: e.at.start, to: e.at.end, insert: e.insert.clone() }).collect(),
        })
        .collect();
    Some(Squiggle {
        from: spot.start,
        to: spot.end,
        severity: match problem.severity {
            Severity::Error => SquiggleSeverity::Error,
            Severity::Warning => SquiggleSeverity::Warning,
            Severity::Note => SquiggleSeverity::Info,
        },
        message: message.replace('`', ""),
        actions,
    })
}

/// The lines of a file that decide.
pub fn marks(lit: &[LitView], name: &str) -> Vec<LineMark> {
    lit.iter()
        .filter(|lit| lit.spot.file == name)
        .map(|lit| LineMark {
            line: lit.spot.line,
            end_line: lit.spot.end_line.min(lit.spot.line + MOST_LIT),
            kind: match lit.verdict {
                Some(VerdictView::Allowed) => LineMarkKind::Allowed,
                Some(VerdictView::Denied) => LineMarkKind::Denied,
                _ => LineMarkKind::Selected,
            },
            note: Some(lit.note.replace('`', "")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use netpolis_view::{EditView, FixView, SourceLocation};

    fn spot(file: &str, line: u32, end_line: u32) -> SourceLocation {
        SourceLocation { file: file.into(), line, column: 1, end_line, start: line * 10, end: line * 10 + 4 }
    }

    #[test]
    fn findings_are_marked_in_their_file_with_the_fixes_that_stay_in_it() {
        let fix =
            |file: &str| Some(FixView { title: "mend it".into(), edits: vec![EditView { at: spot(file, 2, 2), insert: "x".into() }] });
        let problem = |file: &str, fix| ProblemView {
            code: "K8S001".into(),
            severity: Severity::Note,
            message: "`a` is odd".into(),
            help: Some("write `b`".into()),
            spot: Some(spot(file, 2, 2)),
            fix,
        };
        let found = squiggles(&[problem("a.yaml", fix("a.yaml")), problem("b.yaml", None), problem("a.yaml", fix("b.yaml"))], "a.yaml");
        let [own, foreign] = found.as_slice() else { panic!("those of another file are not shown") };
        assert_eq!((own.from, own.to, own.message.as_str()), (20, 24, "a is odd\nwrite b"));
        assert_eq!((own.actions.len(), foreign.actions.len()), (1, 0));
    }

    #[test]
    fn long_stretches_are_lit_in_part() {
        let lit = |verdict, end_line| LitView { spot: spot("a.yaml", 3, end_line), verdict, note: "isolates `a`".into() };
        let found = marks(&[lit(Some(VerdictView::Denied), 99), lit(None, 4)], "a.yaml");
        assert_eq!(
            found.iter().map(|m| (m.line, m.end_line, m.kind)).collect::<Vec<_>>(),
            [(3, 27, LineMarkKind::Denied), (3, 4, LineMarkKind::Selected)]
        );
        assert_eq!(found[0].note.as_deref(), Some("isolates a"));
        assert!(marks(&[lit(None, 4)], "b.yaml").is_empty());
    }
}
