//! The border between two panes, which moves.

use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use super::Store;
use crate::state::{Action, Pane, Panes};

/// How far an arrow key moves it, in pixels.
const STEP: i32 = 16;

/// Properties of a [`Splitter`].
#[derive(Clone, PartialEq, Properties)]
pub struct SplitterProps {
    /// The pane that it makes larger or smaller.
    pub pane: Pane,
}

/// A border that the pointer drags and arrow keys move; Enter hides the pane.
#[component]
pub fn Splitter(props: &SplitterProps) -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let start = use_mut_ref(|| None::<(i32, u32)>);
    let pane = props.pane;
    let size = store.panes.size(pane);
    let (low, high) = Panes::limits(pane);
    // A border above a panel lies flat.
    let flat = matches!(pane, Pane::Bottom | Pane::Path);
    // Panes on the far side grow when the border comes nearer.
    let sign = if pane == Pane::Editor { 1 } else { -1 };
    let along = move |event: &PointerEvent| if flat { event.client_y() } else { event.client_x() };

    let onpointerdown = {
        let start = start.clone();
        Callback::from(move |event: PointerEvent| {
            event.prevent_default();
            *start.borrow_mut() = Some((along(&event), size));
            if let Some(element) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) {
                let _ = element.set_pointer_capture(event.pointer_id());
            }
        })
    };
    let onpointermove = {
        let (start, store) = (start.clone(), store.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some((from, size)) = *start.borrow() {
                let moved = size as i32 + sign * (along(&event) - from);
                store.dispatch(Action::Resize(pane, moved.max(0) as u32));
            }
        })
    };
    let onpointerup = Callback::from(move |_: PointerEvent| *start.borrow_mut() = None);
    let onkeydown = {
        let store = store.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match (event.key().as_str(), flat) {
                ("ArrowLeft", false) | ("ArrowUp", true) => -STEP,
                ("ArrowRight", false) | ("ArrowDown", true) => STEP,
                ("Home", _) => -10_000 * sign,
                ("End", _) => 10_000 * sign,
                ("Enter", _) => {
                    store.dispatch(Action::TogglePane(pane));
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            store.dispatch(Action::Resize(pane, (size as i32 + sign * step).max(0) as u32));
        })
    };
    let label = match pane {
        Pane::Editor => "width of the editor",
        Pane::Inspector => "width of question and trace",
        Pane::Bottom => "height of matrix and problems",
        Pane::Path => "height of the path",
    };
    html! {
        <div class={classes!("splitter", flat.then_some("flat"))} role="separator" tabindex="0" aria-label={label}
            aria-orientation={if flat { "horizontal" } else { "vertical" }} aria-valuenow={size.to_string()}
            aria-valuemin={low.to_string()} aria-valuemax={high.to_string()}
            {onpointerdown} {onpointermove} onpointercancel={onpointerup.clone()} {onpointerup} {onkeydown} />
    }
}
