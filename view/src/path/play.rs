//! A packet that goes along a way, hop by hop: where it is, and what is said of it there.

use serde::{Deserialize, Serialize};

use super::{AddressView, BranchView, PathAnswers, StepView};
use crate::VerdictView;

/// Where a hop is in the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HopPlace {
    /// At an end, by its key.
    End(String),
    /// At the client, which has no key of its own.
    Client,
    /// At what the way leads to, outside.
    Target,
    /// On the way from one end to the next: a load balancer, a security group, the end of the way.
    Between,
}

/// A packet at a hop.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment<'a> {
    /// The hop.
    pub step: &'a StepView,
    /// Which of those that the packet comes to it is, counted from 1, and how many these are.
    pub number: (usize, usize),
    /// What happens there.
    pub text: &'a str,
    /// What becomes of the packet, where it goes no farther.
    pub outcome: Option<&'static str>,
}

impl BranchView {
    /// How many hops the packet comes to.
    pub fn reached(&self) -> usize {
        self.steps.iter().take_while(|step| step.reached).count()
    }

    /// The packet at a hop, if it comes there.
    pub fn moment(&self, at: usize) -> Option<Moment<'_>> {
        let reached = self.reached();
        let step = self.steps.get(at).filter(|_| at < reached)?;
        let outcome = (at + 1 == reached).then(|| match (step.verdict, at + 1 == self.steps.len()) {
            (VerdictView::Allowed, true) => "The packet arrives.",
            (VerdictView::CannotTell, _) => "Whether the packet goes on cannot be told.",
            _ => "The packet goes no farther.",
        });
        let station = step.station.as_ref().map_or("", |station| station.sentence.as_str());
        let text = if step.text.is_empty() { station } else { &step.text };
        Some(Moment { step, number: (at + 1, reached), text, outcome })
    }
}

impl Moment<'_> {
    /// All of it in sentences, for those who hear it.
    pub fn sentence(&self) -> String {
        let Moment { step, number: (number, of), text, outcome } = self;
        let address = |word: &str, address: &AddressView| match &address.before {
            Some(before) => format!("{word} {before} becomes {}", address.text),
            None => format!("{word} {}", address.text),
        };
        let mut said = format!("Hop {number} of {of}, {}. ", step.title);
        if !text.is_empty() {
            said += &format!("{}. ", crate::sentence(&text.replace('`', "")).trim_end_matches('.'));
        }
        if !step.source.text.is_empty() {
            let done = if step.translations.is_empty() { String::new() } else { format!(" ({})", step.translations.join(", ")) };
            said += &format!("{}, {}{done}. ", address("Source", &step.source), address("destination", &step.target));
        }
        said += outcome.unwrap_or_default();
        said.trim_end().to_owned()
    }
}

impl PathAnswers {
    /// The branch of the way that is shown, and where its hops are: one for each of them.
    pub fn played(&self, branch: usize) -> Option<(&BranchView, &[HopPlace])> {
        let (number, shown) = self.first.as_ref().ok()?.shown_branch(branch)?;
        Some((shown, self.places.get(number).map_or(&[], Vec::as_slice)))
    }
}
