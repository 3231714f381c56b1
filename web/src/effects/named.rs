//! What the page's address names behind its `?`: the lesson and step that are shown, or the example that a link asked for.

use yew::prelude::*;

use super::outside;
use crate::components::Store;
use crate::examples::EXAMPLES;
use crate::state::{Phase, State};

/// What is named: nothing while a lesson is on its way, as nobody knows yet whether it can be played.
fn named(state: &State) -> Option<Vec<(&'static str, String)>> {
    let mut named = what_is_shown(state)?;
    // A link that asked for a language asks for the one that is chosen now.
    if outside::asked("lang").is_some() {
        named.push(("lang", state.layout.language.tag().to_owned()));
    }
    Some(named)
}

fn what_is_shown(state: &State) -> Option<Vec<(&'static str, String)>> {
    match &state.lesson {
        None => Some(asked_example(state).map(|id| ("example", id.to_owned())).into_iter().collect()),
        Some(lesson) => match &lesson.phase {
            // It is in no folder that a link could name.
            _ if lesson.id.is_empty() => Some(Vec::new()),
            Phase::Open(_) => {
                let step = lesson.shown().map(|step| step.id.clone()).unwrap_or_default();
                Some(vec![("lesson", lesson.id.clone()), ("step", step)])
            }
            // What cannot be played is not kept in the address.
            Phase::Failed(_) => Some(Vec::new()),
            Phase::Fetched | Phase::Texts(..) | Phase::Wants(..) => None,
        },
    }
}

/// The example that the address asked for, as long as it is shown as it is.
fn asked_example(state: &State) -> Option<&'static str> {
    let example = EXAMPLES.get(state.files.example.filter(|_| !state.place.kept)?)?;
    outside::asked("example").filter(|asked| asked == example.id).map(|_| example.id)
}

/// Keeps the address in step with what is shown.
#[hook]
pub fn use_named(store: &Store) {
    use_effect_with(named(store), |named| {
        if let Some(named) = named {
            outside::name(named);
        }
    });
}
