//! What is shown only if it lasts: with every key there is something to wait for, and most of it is over before anybody could read that.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// Whether something holds, and has held for so many milliseconds.
#[hook]
pub(super) fn use_lasting(holds: bool, ms: u32) -> bool {
    let lasts = use_state_eq(|| false);
    let set = lasts.setter();
    use_effect_with(holds, move |holds| {
        set.set(false);
        let timer = holds.then(|| Timeout::new(ms, move || set.set(true)));
        move || drop(timer)
    });
    holds && *lasts
}
