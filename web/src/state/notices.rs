//! What there is to tell the person.

use crate::scenes::Elsewhere;
use crate::words::key;

/// A sentence to the person, with a way back if it tells of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub text: String,
    /// Whether [`Action::Undo`](super::Action::Undo) takes it back.
    pub undo: bool,
    /// Grows with every notice.
    pub count: u32,
}

/// Why work is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The browser stores nothing for this page.
    Off,
    /// There is no room left.
    Full,
}

/// Why there is no engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineFault {
    /// It could not be loaded.
    Load,
    /// It stopped while it evaluated.
    Run,
    /// It is there; the larger one, for further answers, could not be loaded.
    Further,
}

impl EngineFault {
    /// For the person.
    pub const fn message(self) -> &'static str {
        match self {
            EngineFault::Load => {
                key("The evaluator could not be loaded: verdicts and graph do not follow your changes. Your text is kept.")
            }
            EngineFault::Further => {
                key("What finds fixes and other answers could not be loaded. Verdicts and graph follow your changes as before.")
            }
            EngineFault::Run => key("The evaluator stopped because of an error of its own. Your text is kept."),
        }
    }
}

/// What there is to tell the person.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// A sentence, which goes by itself.
    pub notice: Option<Notice>,
    /// What another tab did to the scene.
    pub elsewhere: Option<Elsewhere>,
    /// Why the scene is not stored, if it should be and is not.
    pub trouble: Option<Trouble>,
    /// Why there is no engine, until it is tried again.
    pub engine: Option<EngineFault>,
}

/// What a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alert<'a> {
    /// There is no room left to store the scene.
    Full,
    /// Another tab did something to it.
    Elsewhere(&'a Elsewhere),
}

impl Notices {
    /// What the person has to decide first: what is lost otherwise.
    pub fn alert(&self) -> Option<Alert<'_>> {
        let full = (self.trouble == Some(Trouble::Full)).then_some(Alert::Full);
        full.or_else(|| self.elsewhere.as_ref().map(Alert::Elsewhere))
    }
}
