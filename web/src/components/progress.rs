//! A calm line at the foot of the page while it waits for the engine longer than a moment: for what, how far that is, and a button that ends it.

use std::rc::Rc;

use gloo::timers::callback::Interval;
use web_sys::MouseEvent;
use yew::prelude::*;

use super::{Store, use_part};
use crate::effects::evaluate::Engine;
use crate::effects::focus::focus_later;
use crate::effects::raster;
use crate::state::{Action, ProgressLine};
use crate::words::t;

/// The line, if the page waits.
#[component]
pub fn Progress() -> Html {
    let store = use_part(|state| state.progress_line());
    let engine = use_context::<Rc<Engine>>();
    let line = store.as_ref().and_then(|store| store.progress_line());
    let seconds = use_seconds(line.and_then(|line| line.since()));
    // A screen reader hears what begins and what was ended, once: numbers that change are beside it.
    html! {
        <div class="progress" role={line.map(|_| "region")} aria-label={line.map(|_| t("Evaluation"))}>
            <p class="visually-hidden" role="status">{ line.map_or("", |line| t(line.title())) }</p>
            if let (Some(line), Some(store)) = (line, store) {
                <div class={classes!("progress-line", (!line.is_waiting()).then_some("still"))}>
                    { sign(&line) }
                    <p>
                        <span aria-hidden="true">{ t(line.title()) }</span>
                        if !line.detail().is_empty() { <span class="detail">{ line.detail() }</span> }
                        if let Some(seconds) = seconds { <span class="seconds">{ format!("{seconds} s") }</span> }
                    </p>
                    { button(&line, store, engine) }
                </div>
            }
        </div>
    }
}

/// How far it is, where that is known; else a sign that something goes on.
fn sign(line: &ProgressLine) -> Html {
    match line.share() {
        Some(share) => share_bar(t(line.title()), share),
        None if line.is_waiting() => html! { <span class="goes-on" aria-hidden="true" /> },
        None => Html::default(),
    }
}

/// A bar for a share from 0 to 1.
pub(super) fn share_bar(label: &'static str, share: f64) -> Html {
    let percent = (share * 100.0).round();
    html! {
        <span class="how-far" role="progressbar" aria-label={label} aria-valuemin="0" aria-valuemax="100" aria-valuenow={percent.to_string()}>
            <i style={format!("width:{percent}%")} />
        </span>
    }
}

fn button(line: &ProgressLine, store: Store, engine: Option<Rc<Engine>>) -> Html {
    let (waiting, saving) = (line.is_waiting(), *line == ProgressLine::Saves);
    let onclick = Callback::from(move |event: MouseEvent| {
        let Some(engine) = &engine else { return };
        if saving {
            raster::cancel();
            store.dispatch(Action::Saving(false));
        } else if waiting {
            engine.cancel(&store);
            focus_later(".progress button");
        } else if event.detail() < 2 {
            // The second press of two on the button that was there before is none on this one.
            engine.try_again(&store);
        }
    });
    html! { if !waiting || line.is_cancellable() { <button type="button" key={line.button()} class="pick" {onclick}>{ t(line.button()) }</button> } }
}

/// The seconds since a moment, as they pass.
#[hook]
fn use_seconds(since: Option<f64>) -> Option<u32> {
    let update = use_force_update();
    use_effect_with(since.is_some(), move |waits| {
        let ticks = waits.then(|| Interval::new(1000, move || update.force_update()));
        move || drop(ticks)
    });
    since.map(|since| ((js_sys::Date::now() - since) / 1000.0).max(0.0) as u32)
}
