//! A line above the page while there is no engine: why, and a button that tries again.

use yew::prelude::*;

use crate::effects::focus::{SCENE, focus_later};
use crate::state::EngineFault;
use crate::words::t;

/// Properties of an [`EngineNote`].
#[derive(Clone, PartialEq, Properties)]
pub struct EngineNoteProps {
    /// Why there is none.
    pub fault: EngineFault,
    /// Tries again.
    pub retry: Callback<()>,
}

/// The line.
#[component]
pub fn EngineNote(props: &EngineNoteProps) -> Html {
    let retry = props.retry.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        retry.emit(());
        focus_later(SCENE);
    });
    html! {
        <div class="page-banner engine-note" role="alert">
            <p>{ t(props.fault.message()) }</p>
            <button type="button" class="pick" {onclick}>{ t("Try again") }</button>
        </div>
    }
}
