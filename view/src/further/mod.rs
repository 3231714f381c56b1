//! Further answers, as the page shows them: what only the larger of the engine's two modules has (feature `answers`), as it is asked less often and weighs
//! more. The smaller one says so, and the page loads the other.

mod comparison;
mod list;

#[cfg(feature = "answers")]
mod checks;
#[cfg(feature = "answers")]
mod compare;
#[cfg(feature = "answers")]
mod convert;
#[cfg(feature = "answers")]
mod engines;
#[cfg(feature = "answers")]
mod fixes;
#[cfg(feature = "answers")]
mod flow_logs;
#[cfg(feature = "answers")]
mod least_privilege;
#[cfg(feature = "answers")]
mod open_ends;
#[cfg(feature = "answers")]
mod pointless;

use serde::{Deserialize, Serialize};

use super::{
    FilterQuestion, FilterView, FixQuestion, FixView, GradeAsked, GradeView, LessonReply, PolicyDrawing, PolicyEdit, Sentence, Step, Texts,
};
pub use comparison::{BaselineTexts, ComparisonMarks, ComparisonView, FlowChange};
pub use list::{FixListView, ListChoice, ListGroup, ListOption, ListRow, ListView, OfferedText, Outlook, ProposedFix, RowLink, RowTick};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FurtherQuestion {
    /// Changes that allow what is denied, or stop what is allowed.
    Fix(FixQuestion),
    /// Whether checks hold.
    Checks,
    /// What could reach workloads that the input does not hold.
    OpenEnds,
    /// What could be removed.
    Pointless,
    /// What other engines answer.
    Engines,
    /// The policies in another language: `calico`, `kubernetes` or `cluster-network-policy`; if empty, the one that there is most to convert to.
    Convert(String),
    /// Which flows differ from the baseline of this number, for the picture.
    Marks(u32),
    /// The same as a list, with the edits that caused each difference.
    Comparison(u32),
    /// Policies for wanted flows.
    LeastPrivilege(PoliciesAsked),
    /// What a filter leaves of the scene. Both modules answer it.
    Filter(FilterQuestion),
    /// The flows of the logs of this number, judged; nothing if there are none.
    FlowLogs(Option<u32>),
    /// A lesson: the text of its `lesson.md`, the files beside it that are there, and the language to play it in.
    Lesson(String, Texts, String),
    /// Whether the task of a lesson is done.
    Grade(GradeAsked),
    /// One policy as a drawing, by its key (see [`SceneView::policy_key`](super::SceneView::policy_key)).
    Policy(String),
    /// A change of one policy in its drawing.
    EditPolicy(PolicyEdit),
}

/// Which flows are wanted, and what the policies are to be like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliciesAsked {
    /// Where the flows are from; nothing: from checks, if there are some.
    pub source: Option<WantedFlows>,
    /// `kubernetes` or `calico`; `kubernetes` if empty.
    pub form: String,
    /// Whether every pod that sends anything may ask the cluster's DNS, too.
    pub dns: bool,
    /// Flows that are wanted and would not be, or the other way round, by the keys of their rows.
    pub flipped: Vec<String>,
}

/// Where wanted flows are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WantedFlows {
    /// What checks expect to be allowed.
    Checks,
    /// What is allowed at present.
    Allowed,
    /// What passed in the flow logs of this number.
    Log(u32),
}

impl FurtherQuestion {
    /// Ticks the row of a key, or takes its tick away; only lists of wanted flows have any.
    pub fn flip(&mut self, key: String) {
        if let FurtherQuestion::LeastPrivilege(PoliciesAsked { flipped, .. }) = self {
            let before = flipped.len();
            flipped.retain(|known| *known != key);
            if flipped.len() == before {
                flipped.push(key);
            }
        }
    }

    /// Whether a row was ticked, or the other way round.
    pub fn is_flipped(&self, key: &str) -> bool {
        matches!(self, FurtherQuestion::LeastPrivilege(asked) if asked.flipped.iter().any(|known| known == key))
    }

    /// Whether both are the same kind of question.
    pub fn is_like(&self, other: &FurtherQuestion) -> bool {
        core::mem::discriminant(self) == core::mem::discriminant(other)
    }

    /// What the engine does while it looks for the answer.
    pub const fn step(&self) -> Step {
        match self {
            FurtherQuestion::Fix(_) => Step::Fix,
            FurtherQuestion::Checks | FurtherQuestion::Lesson(..) | FurtherQuestion::Grade(_) => Step::Checks,
            FurtherQuestion::OpenEnds => Step::OpenEnds,
            FurtherQuestion::Filter(_) => Step::Pairs,
            FurtherQuestion::Pointless => Step::Pointless,
            FurtherQuestion::Engines => Step::Engines,
            FurtherQuestion::Convert(_) => Step::Convert,
            FurtherQuestion::Marks(_) | FurtherQuestion::Comparison(_) => Step::Comparison,
            FurtherQuestion::LeastPrivilege(_) => Step::LeastPrivilege,
            FurtherQuestion::FlowLogs(_) => Step::FlowLogs,
            FurtherQuestion::Policy(_) | FurtherQuestion::EditPolicy(_) => Step::Policies,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FurtherAnswer {
    /// This module has no such answers: the larger one has.
    NeedsLarger,
    /// Changes, or why the question cannot be answered.
    Fix(Result<FixListView, Sentence>),
    /// Anything that is a list.
    List(ListView),
    /// Which flows differ from the baseline.
    Marks(ComparisonMarks),
    /// The same as a list.
    Comparison(ComparisonView),
    /// What is left of the scene, or why the filter cannot be read.
    Filter(Result<FilterView, Sentence>),
    /// A lesson.
    Lesson(LessonReply),
    /// What came of a task's checks.
    Grade(GradeView),
    /// One policy; nothing where there is none of that name.
    Policy(Option<Box<PolicyDrawing>>),
    /// The change of text that does what was wanted of a policy, or why there is none.
    EditPolicy(Result<FixView, Sentence>),
}

/// The flow logs that the engine was given, with their number.
#[cfg(feature = "answers")]
pub(super) type GivenLogs<'a> = Option<(u32, &'a netpolis_core::answers::flow_logs::ReadLogs)>;

/// Answers a further question.
#[cfg(feature = "answers")]
pub(super) fn further_answer(
    analysis: &netpolis_core::analysis::Analysis,
    logs: GivenLogs<'_>,
    question: &FurtherQuestion,
) -> FurtherAnswer {
    match question {
        FurtherQuestion::Fix(question) => FurtherAnswer::Fix(fixes::fix_list(analysis, question).map_err(|error| error.to_string())),
        FurtherQuestion::Checks => FurtherAnswer::List(checks::list(analysis)),
        FurtherQuestion::OpenEnds => FurtherAnswer::List(open_ends::list(analysis)),
        FurtherQuestion::Pointless => FurtherAnswer::List(pointless::list(analysis)),
        FurtherQuestion::Engines => FurtherAnswer::List(engines::list(analysis)),
        FurtherQuestion::Convert(to) => FurtherAnswer::List(convert::list(analysis, to)),
        // `Evaluator` has the scene that is filtered, and numbers its policies.
        FurtherQuestion::Filter(_) => FurtherAnswer::Filter(Ok(FilterView::default())),
        // Without a baseline nothing differs; with one, `comparison_answer` says what does.
        FurtherQuestion::Marks(_) => FurtherAnswer::Marks(ComparisonMarks::default()),
        FurtherQuestion::Comparison(_) => FurtherAnswer::Comparison(ComparisonView::default()),
        FurtherQuestion::LeastPrivilege(asked) => FurtherAnswer::List(least_privilege::list(analysis, logs, asked)),
        FurtherQuestion::FlowLogs(number) => {
            FurtherAnswer::List(flow_logs::list(analysis, logs.filter(|(known, _)| Some(*known) == *number)))
        }
        FurtherQuestion::Lesson(text, files, language) => FurtherAnswer::Lesson(super::lesson::lesson_reply(text, files, language)),
        // `Evaluator` has the scenes of wrong answers.
        FurtherQuestion::Grade(asked) => {
            FurtherAnswer::Grade(super::lesson::grade_view(analysis, asked, &mut super::lesson::WrongAnswers::default()))
        }
        FurtherQuestion::Policy(_) | FurtherQuestion::EditPolicy(_) => FurtherAnswer::Policy(None),
    }
}

/// Answers what is asked about a baseline; nothing for other questions.
#[cfg(feature = "answers")]
pub(super) fn comparison_answer(
    baseline: &netpolis_core::analysis::Analysis,
    analysis: &netpolis_core::analysis::Analysis,
    scene: &super::SceneView,
    question: &FurtherQuestion,
) -> Option<FurtherAnswer> {
    match question {
        FurtherQuestion::Marks(_) => Some(FurtherAnswer::Marks(compare::marks(baseline, analysis, scene))),
        FurtherQuestion::Comparison(_) => Some(FurtherAnswer::Comparison(compare::comparison(baseline, analysis))),
        _ => None,
    }
}

/// Says that the larger module answers a further question.
#[cfg(not(feature = "answers"))]
pub(super) fn further_answer(_: &netpolis_core::analysis::Analysis, _: &FurtherQuestion) -> FurtherAnswer {
    FurtherAnswer::NeedsLarger
}

#[cfg(test)]
#[cfg(feature = "answers")]
mod tests;
