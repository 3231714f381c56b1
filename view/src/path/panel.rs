//! The path panel: one route, or two that are compared, with the branch of each that is shown.

use super::{BranchView, Difference, PathAnswers, PathView, PodShareView, SeenView, StepKindView, StepView, differences};
use crate::{PageVerdict, VerdictView};

/// Which of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathSide {
    /// The route as it is.
    First,
    /// What it is compared with.
    Second,
}

/// Both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelView<'a> {
    /// The route as it is.
    pub first: SideView<'a>,
    /// What it is compared with, or why there is no such route.
    pub second: Option<Result<SideView<'a>, &'a str>>,
}

/// One side.
#[derive(Clone, Debug, PartialEq)]
pub struct SideView<'a> {
    /// Its answer.
    pub view: &'a PathView,
    /// The verdict, in the words that the whole page has for it.
    pub headline: &'a str,
    /// A name for it, where two are compared.
    pub label: Option<&'a str>,
    /// The same for what stands beside the lines: only where there are two of these.
    pub facts_label: Option<&'a str>,
    /// The branch that is shown.
    pub branch: Option<usize>,
    /// How its stations differ from those of the other side; empty where there is none.
    pub differences: Vec<Difference>,
}

impl PathAnswers {
    /// What the panel shows: `said` is the verdict of the page, `chosen` the branches that were chosen on each side.
    ///
    /// # Errors
    /// Why there is no answer, in a sentence.
    pub fn panel<'a>(&'a self, said: Option<&'a PageVerdict>, chosen: [usize; 2]) -> Result<PanelView<'a>, &'a str> {
        let first = self.first.as_ref().map_err(String::as_str)?;
        let versus = self.asked.versus.as_ref().and_then(|change| first.versus.iter().find(|v| v.change == *change));
        let other = self.second.as_ref().and_then(|second| second.as_ref().ok());
        let (own, theirs) = (first.shown_branch(chosen[0]), other.and_then(|other| other.shown_branch(chosen[1])));
        let [ours, others] = match (own, theirs) {
            (Some((_, a)), Some((_, b))) => differences(a, b),
            _ => [Vec::new(), Vec::new()],
        };
        let now = versus.map(|v| v.now.as_str());
        let title = versus.map(|v| v.title.as_str());
        let mut others = Some(others);
        Ok(PanelView {
            first: SideView {
                view: first,
                headline: said.map_or(&first.headline, |said| &said.headline),
                label: now,
                facts_label: now.filter(|_| other.is_some()),
                branch: own.map(|(number, _)| number),
                differences: ours,
            },
            second: self.second.as_ref().map(|second| {
                let view = second.as_ref().map_err(String::as_str)?;
                let branch = theirs.map(|(number, _)| number);
                Ok(SideView {
                    view,
                    headline: &view.headline,
                    label: title,
                    facts_label: title,
                    branch,
                    differences: others.take().unwrap_or_default(),
                })
            }),
        })
    }
}

/// How the line goes on behind a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rail {
    /// It ends there.
    End,
    /// The packet goes on.
    On,
    /// Perhaps it does.
    Maybe,
    /// It does not: what follows is not reached.
    Off,
}

/// What stands at a station's place of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSign {
    /// Its number: the packet only passes.
    Number,
    /// Its number, of one that is not reached.
    NotReached,
    /// Addresses are rewritten.
    Translated,
    /// What is said there.
    Verdict(VerdictView),
}

/// A station of the line.
#[derive(Clone, Debug, PartialEq)]
pub struct StopView<'a> {
    /// The station.
    pub step: &'a StepView,
    /// Its sign.
    pub sign: StopSign,
    /// How the line goes on.
    pub rail: Rail,
    /// What a screen reader says behind its title.
    pub heard: &'static str,
    /// What happens there, where the summary does not say it already.
    pub text: Option<&'a str>,
    /// What the application sees, at the last station.
    pub seen: Option<&'a SeenView>,
    /// Whether there is more to know of it.
    pub has_more: bool,
    /// Whether something decided there that can be named or shown.
    pub decides: bool,
    /// Whether the packet's addresses are worth showing.
    pub has_addresses: bool,
}

impl BranchView {
    /// Its stations as a line; `summary` is the answer in a sentence, which stands above.
    pub fn stops<'a>(&'a self, summary: &str) -> Vec<StopView<'a>> {
        let last = self.steps.len().saturating_sub(1);
        let stop = |(index, step): (usize, &'a StepView)| {
            stop(step, self.steps.get(index + 1), self.seen.as_ref().filter(|_| index == last), summary)
        };
        self.steps.iter().enumerate().map(stop).collect()
    }
}

fn stop<'a>(step: &'a StepView, next: Option<&StepView>, seen: Option<&'a SeenView>, summary: &str) -> StopView<'a> {
    let stops = step.kind == StepKindView::Stop;
    let text = if step.text.is_empty() { step.station.as_ref().map_or("", |s| s.sentence.as_str()) } else { step.text.as_str() };
    let is_said = step.verdict != VerdictView::Allowed && !stops && summary.contains(text);
    StopView {
        step,
        sign: match step.verdict {
            _ if !step.reached => StopSign::NotReached,
            VerdictView::Allowed if !step.translations.is_empty() => StopSign::Translated,
            VerdictView::Allowed if step.station.is_none() && seen.is_none() => StopSign::Number,
            verdict => StopSign::Verdict(verdict),
        },
        rail: match next {
            None => Rail::End,
            Some(next) if !next.reached => Rail::Off,
            Some(_) if step.verdict == VerdictView::CannotTell => Rail::Maybe,
            Some(_) => Rail::On,
        },
        heard: match step.verdict {
            _ if !step.reached => ", not reached",
            _ if step.station.is_none() && !stops => "",
            VerdictView::Allowed => ", allowed",
            VerdictView::Denied => ", denied",
            VerdictView::CannotTell => ", cannot tell",
        },
        text: Some(text).filter(|text| !text.is_empty() && !is_said),
        seen,
        has_more: step.reached && (step.basis.is_some() || step.station.is_some()),
        decides: step.station.is_some() && (step.by.is_some() || step.spot.is_some()),
        has_addresses: !stops,
    }
}

impl PathView {
    /// A branch by its number, or the first: an edit may have left fewer of them.
    pub fn shown_branch(&self, number: usize) -> Option<(usize, &BranchView)> {
        self.branches.get(number).map(|branch| (number, branch)).or_else(|| Some((0, self.branches.first()?)))
    }

    /// Pods with their shares, where there are several, each with the length of its bar in hundredths of a percent: as long as the largest
    /// share is wide, so that small ones can be told apart.
    pub fn pod_shares(&self) -> Option<Vec<(&PodShareView, u16)>> {
        let several = self.pods.len() > 1 || self.pods.iter().any(|pod| pod.count > 1);
        let largest = self.pods.iter().map(|pod| u32::from(pod.size)).max().unwrap_or(0).max(1);
        several.then(|| self.pods.iter().map(|pod| (pod, (u32::from(pod.size) * 10_000 / largest) as u16)).collect())
    }

    /// Whether a node does not answer the health probe.
    pub fn has_failing_probes(&self) -> bool {
        self.probes.iter().any(|probe| !probe.healthy)
    }

    /// How many choices are out of sight, and how many of them are not as in the text.
    pub fn further_choices(&self) -> (usize, usize) {
        let further = || self.choices.iter().filter(|choice| !choice.main);
        (further().count(), further().filter(|choice| choice.chosen.is_some()).count())
    }
}
