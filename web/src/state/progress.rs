//! What the page has waited for longer than a moment, how far that is, and what stands while it was cancelled.

use super::{EngineFault, State};
use crate::words::{key, t, t_with};
use netpolis_view::Step;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// The engine is on its way.
    Loading {
        /// Whether it is the larger one, for further answers.
        further: bool,
        /// Bytes that are there.
        bytes: u32,
        /// Bytes of all of it; 0 while that is not known.
        of: u32,
    },
    /// The engine evaluates.
    Evaluating {
        /// What it is busy with, where it tells.
        step: Option<Step>,
        /// Whether it can be cancelled.
        cancellable: bool,
    },
}

/// Whether the page waits for the engine, as it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Progress {
    /// Not for longer than a moment.
    #[default]
    Quiet,
    /// It does.
    Waits {
        /// Since when, in ms of the browser's clock.
        since: f64,
        /// For what.
        doing: Doing,
    },
    /// The person did not want to wait: nothing is evaluated until something is asked or changed.
    Cancelled {
        /// Whether there is no engine.
        unloaded: bool,
    },
}

impl Progress {
    /// Since when the page waits, if it does.
    pub fn since(self) -> Option<f64> {
        match self {
            Progress::Waits { since, .. } => Some(since),
            _ => None,
        }
    }
}

/// What stands in place of an answer that was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// What was said before files or settings changed.
    Before,
    /// What was said to another question.
    OtherQuestion,
    /// All but further answers.
    AllButFurther,
}

/// The line that tells of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ProgressLine {
    /// What is waited for, and since when.
    Waits {
        /// In ms of the browser's clock.
        since: f64,
        /// What.
        doing: Doing,
    },
    /// That it was cancelled.
    Cancelled {
        /// Whether there is no engine.
        unloaded: bool,
        /// What stands.
        standing: Standing,
    },
    /// A file is made of the picture.
    Saves,
}

impl State {
    /// The line to be shown, if the page waits for something that has not come.
    pub fn progress_line(&self) -> Option<ProgressLine> {
        self.waiting_line().or(self.saving.then_some(ProgressLine::Saves))
    }

    fn waiting_line(&self) -> Option<ProgressLine> {
        if self.is_answered() || self.notices.engine.is_some_and(|fault| fault != EngineFault::Further) {
            return None;
        }
        match self.progress {
            Progress::Quiet => None,
            Progress::Waits { since, doing } => Some(ProgressLine::Waits { since, doing }),
            Progress::Cancelled { unloaded } => Some(ProgressLine::Cancelled { unloaded, standing: self.standing() }),
        }
    }

    fn standing(&self) -> Standing {
        match () {
            () if self.answers.is_empty() => Standing::Nothing,
            () if self.is_behind() => Standing::Before,
            () if self.knows_the_rest() => Standing::AllButFurther,
            () => Standing::OtherQuestion,
        }
    }

    /// What is said beside what is shown, while that is behind the text.
    pub fn behind_words(&self) -> &'static str {
        match (matches!(self.progress, Progress::Cancelled { .. }), self.answers.is_empty()) {
            (false, true) => key("Evaluating…"),
            (false, false) => key("Reading the latest edit…"),
            (true, true) => key("Not evaluated"),
            (true, false) => key("From before your last change"),
        }
    }

    /// Takes what is told of waiting. What was shown of another scene does not stand for an answer that was cancelled.
    pub(super) fn take_progress(&mut self, progress: Progress) {
        if matches!(progress, Progress::Cancelled { .. }) && self.answers.is_of_another_scene() {
            self.answers = Default::default();
        }
        self.progress = progress;
    }
}

impl ProgressLine {
    /// What is said, without numbers that change: a screen reader says it once.
    pub fn title(&self) -> &'static str {
        match *self {
            ProgressLine::Waits { doing: Doing::Loading { bytes, of, .. }, .. } if of > 0 && bytes >= of => key("Starting the evaluator"),
            ProgressLine::Waits { doing: Doing::Loading { further: true, .. }, .. } => key("Loading more of the evaluator"),
            ProgressLine::Waits { doing: Doing::Loading { .. }, .. } => key("Loading the evaluator"),
            ProgressLine::Waits { doing: Doing::Evaluating { .. }, .. } => key("Evaluating"),
            ProgressLine::Saves => key("Drawing the PNG file"),
            ProgressLine::Cancelled { unloaded: false, standing } => match standing {
                Standing::Nothing => key("Cancelled. This text is not evaluated."),
                Standing::Before => key("Cancelled. Graph and answers are from before your last change."),
                Standing::OtherQuestion => key("Cancelled. Your last question has no answer."),
                Standing::AllButFurther => key("Cancelled. Verdicts and graph are up to date."),
            },
            ProgressLine::Cancelled { unloaded: true, standing } => match standing {
                Standing::Nothing => key("The evaluator is not loaded. This text is not evaluated."),
                Standing::Before => key("The evaluator is not loaded. Graph and answers are from before your last change."),
                Standing::OtherQuestion | Standing::AllButFurther => key("The evaluator is not loaded. Your last question has no answer."),
            },
        }
    }

    /// How far it is.
    pub fn detail(&self) -> String {
        match *self {
            ProgressLine::Waits { doing: Doing::Loading { bytes, of, .. }, .. } => match of {
                0 if bytes == 0 => String::new(),
                0 => size(bytes, bytes),
                of if bytes < of => amount_of(bytes, of),
                _ => String::new(),
            },
            ProgressLine::Waits { doing: Doing::Evaluating { step, .. }, .. } => step.map_or_else(String::new, step_words),
            ProgressLine::Cancelled { .. } | ProgressLine::Saves => String::new(),
        }
    }

    /// Which share of it is done, from 0 to 1, where that is known.
    pub fn share(&self) -> Option<f64> {
        match *self {
            ProgressLine::Waits { doing: Doing::Loading { bytes, of, .. }, .. } if of > 0 => Some(f64::from(bytes.min(of)) / f64::from(of)),
            _ => None,
        }
    }

    /// Since when the person waits, where how long tells something.
    pub fn since(&self) -> Option<f64> {
        match *self {
            ProgressLine::Waits { since, doing: Doing::Evaluating { .. } } => Some(since),
            _ => None,
        }
    }

    /// Whether something is waited for.
    pub fn is_waiting(&self) -> bool {
        matches!(self, ProgressLine::Waits { .. } | ProgressLine::Saves)
    }

    /// Whether there is something to cancel.
    pub fn is_cancellable(&self) -> bool {
        match *self {
            ProgressLine::Waits { doing: Doing::Evaluating { cancellable, .. }, .. } => cancellable,
            ProgressLine::Waits { doing: Doing::Loading { .. }, .. } | ProgressLine::Saves => true,
            ProgressLine::Cancelled { .. } => false,
        }
    }

    /// What ends it, or begins it again: the button's word.
    pub fn button(&self) -> &'static str {
        match self {
            ProgressLine::Waits { .. } | ProgressLine::Saves => key("Cancel"),
            ProgressLine::Cancelled { unloaded: true, .. } => key("Load and evaluate"),
            ProgressLine::Cancelled { unloaded: false, .. } => key("Evaluate"),
        }
    }
}

fn step_words(step: Step) -> String {
    let doing = match step {
        Step::Reading { done, of } => return t_with("reading {0}", &[&amount_of(done, of)]),
        Step::Compiling => key("compiling policies"),
        Step::Problems => key("looking for problems"),
        Step::Pairs => key("comparing all pairs"),
        Step::Question => key("answering the question"),
        Step::Policies => key("counting what each policy decides"),
        Step::Path => key("following the packet"),
        Step::Fix => key("trying changes"),
        Step::Checks => key("making checks"),
        Step::OpenEnds => key("looking for open ends"),
        Step::Pointless => key("trying without each rule"),
        Step::Engines => key("comparing engines"),
        Step::Convert => key("converting policies"),
        Step::LeastPrivilege => key("writing policies"),
        Step::FlowLogs => key("judging the flows of the log"),
        Step::Comparison => key("comparing with the baseline"),
    };
    t(doing).into()
}

/// So many bytes of how many.
pub fn amount_of(bytes: u32, of: u32) -> String {
    t_with("{0} of {1}", &[&amount(bytes, of), &size(of, of)])
}

/// Bytes in the unit that `of` is told in, without the unit.
fn amount(bytes: u32, of: u32) -> String {
    if of < 1_000_000 { (bytes / 1000).to_string() } else { format!("{:.1}", f64::from(bytes) / 1e6) }
}

fn size(bytes: u32, of: u32) -> String {
    format!("{} {}", amount(bytes, of), if of < 1_000_000 { "kB" } else { "MB" })
}

#[cfg(test)]
mod tests;
