//! One question, one verdict: what all of the page says about the question that is asked.
//!
//! The core answers a flow between two ends (policies alone) and the whole way of its packets (Services, load balancers, nodes, and policies at
//! every checkpoint). Where a Service is asked, or the two differ, the way is the answer: it is the flow with all that happens to it. Nothing is
//! decided here; one of two answers of the core is chosen.

use super::{
    AnswerView, FixView, LitView, PathAnswers, PathQuestion, PathView, PathWord, Question, Sentence, StationView, StepKindView, StepView,
    VerdictView, explanation, without_verdict,
};

/// The answer to the question that is asked, as the page, the embedded page, copied text and messages tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageVerdict {
    /// What was asked, with full names.
    pub question: Question,
    /// The answer's word.
    pub word: PathWord,
    /// The same as a headline, with the share of connections that it is about: `Denied on 1 of 2 branches (66.7 % of connections)`.
    pub headline: String,
    /// One sentence, with code in backticks.
    pub summary: String,
    /// Where the packet is looked at, and where its way ends for another reason than a policy.
    pub stations: Vec<StationView>,
    /// What else matters.
    pub notes: Vec<String>,
    /// The smallest change that would allow it, if it is denied and one is known.
    pub suggestion: Option<FixView>,
    /// Lines to light in the editor.
    pub lit: Vec<LitView>,
    /// Whether the whole way is the answer: then its branches can be looked at one by one.
    pub by_path: bool,
}

/// The answer to `asked` from what the core said about its flow and its way; `branch` is the branch that is looked at. Nothing while it is not
/// there yet.
///
/// # Errors
/// Why the question cannot be answered, in a sentence.
pub fn page_verdict(
    asked: &PathQuestion,
    answer: Option<&Result<AnswerView, Sentence>>,
    path: Option<&PathAnswers>,
    branch: usize,
) -> Option<Result<PageVerdict, Sentence>> {
    let path = path.filter(|reply| reply.asked.question == *asked).map(|reply| &reply.first);
    if asked.is_to_target() {
        return path.map(|path| path.as_ref().map(|view| by_path(asked, view, branch, None)).map_err(Clone::clone));
    }
    match (answer?, path) {
        (Ok(answer), Some(Ok(view))) if view.verdict != PathWord::from(answer.verdict) => {
            Some(Ok(by_path(asked, view, branch, Some(answer))))
        }
        (Err(_), Some(Ok(view))) => Some(Ok(by_path(asked, view, branch, None))),
        (Ok(answer), _) => Some(Ok(by_flow(answer))),
        (Err(message), _) => Some(Err(message.clone())),
    }
}

fn by_flow(answer: &AnswerView) -> PageVerdict {
    PageVerdict {
        question: answer.question.clone(),
        word: answer.verdict.into(),
        headline: answer.verdict.word().into(),
        summary: answer.summary.clone(),
        stations: answer.stations.clone(),
        notes: answer.notes.clone(),
        suggestion: answer.suggestion.clone(),
        lit: answer.lit.clone(),
        by_path: false,
    }
}

fn by_path(asked: &PathQuestion, view: &PathView, branch: usize, flow: Option<&AnswerView>) -> PageVerdict {
    let shown = view.branches.get(branch).or(view.branches.first());
    let stations = shown.map_or_else(Vec::new, |branch| branch.steps.iter().filter(|step| step.reached).filter_map(station).collect());
    PageVerdict {
        question: flow.map_or_else(
            || Question { from: view.from.clone(), to: view.to.clone(), protocol: view.protocol.clone(), port: view.port, ..asked.flow() },
            |flow| flow.question.clone(),
        ),
        word: view.verdict,
        headline: view.headline.clone(),
        summary: view.summary.clone(),
        stations,
        notes: view.notes.clone(),
        suggestion: flow.filter(|flow| flow.verdict == VerdictView::Denied).and_then(|flow| flow.suggestion.clone()),
        lit: shown.map_or_else(Vec::new, |branch| branch.lit.clone()),
        by_path: true,
    }
}

/// A checkpoint, or the end of the way.
fn station(step: &StepView) -> Option<StationView> {
    let end = || StationView {
        title: step.title.clone(),
        at: None,
        verdict: step.verdict,
        sentence: step.text.clone(),
        from_address: None,
        to_address: None,
        from_assumed: false,
        to_assumed: false,
        spots: step.spot.iter().cloned().collect(),
        nearest: None,
        tiers: Vec::new(),
    };
    step.station.clone().or_else(|| (step.kind == StepKindView::Stop).then(end))
}

impl PageVerdict {
    /// What stands below the headline.
    pub fn explanation(&self) -> String {
        explanation(&self.summary)
    }

    /// Whether a station's sentence stands in the summary already.
    pub fn says(&self, station: &StationView) -> bool {
        without_verdict(&self.summary).trim_end_matches('.') == station.sentence
    }

    /// The answer as text, or as Markdown.
    pub fn in_words(&self, markdown: bool) -> String {
        let question = &self.question;
        let port = question.port.map(|p| format!(" {p}")).unwrap_or_default();
        let flow = format!("{} → {}, {}{port}", question.from, question.to, question.protocol);
        let headline = &self.headline;
        let mut text = if markdown {
            format!("**{headline}**: `{flow}`\n\n{}\n", self.summary)
        } else {
            format!("{headline}: {flow}\n{}\n", self.summary.replace('`', ""))
        };
        for (i, station) in self.stations.iter().enumerate() {
            let places: Vec<String> = station.spots.iter().map(|s| format!("{}:{}", s.file, s.line)).collect();
            let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
            let mut line =
                format!("{}. {}: {}. {}{places}\n", i + 1, station.title, station.verdict.word().to_lowercase(), station.sentence);
            if let Some(nearest) = &station.nearest {
                line += &format!("   nearest: {}\n", nearest.text);
            }
            text += &if markdown { line } else { line.replace('`', "") };
        }
        for note in &self.notes {
            text += &if markdown { format!("\n> {note}\n") } else { format!("note: {}\n", note.replace('`', "")) };
        }
        text
    }
}
