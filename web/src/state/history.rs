//! What can be taken back.

use netpolis_core::settings::Settings;

use super::Files;
use crate::scenes::Place;
use netpolis_view::{PathAsked, Question};

/// Longest list of steps that can be taken back.
const MOST: usize = 30;

/// What can be taken back as a whole.
#[derive(Clone, Debug)]
pub(super) struct UndoStep {
    pub(super) place: Place,
    pub(super) files: Files,
    pub(super) settings: Settings,
    pub(super) question: Question,
    pub(super) path: PathAsked,
    /// Whether the baseline, too, is as it was before the step.
    pub(super) with_baseline: bool,
}

/// Steps, the newest last.
#[derive(Clone, Debug, Default)]
pub(super) struct History(Vec<UndoStep>);

impl History {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn push(&mut self, step: UndoStep) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(step);
    }

    /// The last step takes back the baseline, too.
    pub(super) fn takes_back_baseline(&mut self) {
        if let Some(step) = self.0.last_mut() {
            step.with_baseline = true;
        }
    }

    pub(super) fn pop(&mut self) -> Option<UndoStep> {
        self.0.pop()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The scene that the last step leads back to.
    pub(super) fn last(&self) -> Option<&Place> {
        self.0.last().map(|step| &step.place)
    }

    /// The scenes that steps lead back to.
    pub(super) fn places(&mut self) -> impl Iterator<Item = &mut Place> {
        self.0.iter_mut().map(|step| &mut step.place)
    }
}
