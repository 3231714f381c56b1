//! The border between two panes, which moves.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, PointerEvent, ResizeObserver};
use yew::prelude::*;

use super::{Store, use_part};
use crate::state::{LayoutAction, Pane, Panes};
use crate::words::t;

/// How far an arrow key moves it, in pixels.
const STEP: i32 = 16;
/// Pixels that a pointer may tremble before it brings a hidden pane back.
const TREMBLE: i32 = 5;

/// Properties of a [`Splitter`].
#[derive(Clone, PartialEq, Properties)]
pub struct SplitterProps {
    /// The pane that it makes larger or smaller.
    pub pane: Pane,
}

/// A drag: which pointer, where it was at first, and how large the pane was then.
#[derive(Clone, Copy)]
struct Pull {
    pointer: i32,
    from: i32,
    size: i32,
}

/// A border that the pointer drags and arrow keys move; Enter hides the pane.
#[component]
pub fn Splitter(props: &SplitterProps) -> Html {
    let border = use_node_ref();
    let drag = use_mut_ref(|| None::<Pull>);
    let pane = props.pane;
    let seen = use_seen_size(&border, pane);
    let Some(store) = use_part(|state| state.layout.panes) else { return Html::default() };
    let wanted = store.layout.panes.size(pane);
    let hidden = store.layout.panes.is_hidden(pane);
    // A small window gives a pane less than it wants.
    let size = if hidden { 0 } else { seen.unwrap_or(wanted) };
    let (low, high) = Panes::limits(pane);
    let high = if !hidden && size < wanted { size } else { high };
    // A border above a panel lies flat.
    let flat = is_flat(pane);
    // Panes on the far side grow when the border comes nearer.
    let sign = if pane == Pane::Editor { 1 } else { -1 };
    let along = move |event: &PointerEvent| if flat { event.client_y() } else { event.client_x() };

    let onpointerdown = {
        let (drag, border) = (drag.clone(), border.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(element) = border.cast::<HtmlElement>().filter(|_| event.button() == 0) else { return };
            event.prevent_default();
            let size = if hidden { 0 } else { measure(&element, pane).unwrap_or(wanted) as i32 };
            *drag.borrow_mut() = Some(Pull { pointer: event.pointer_id(), from: along(&event), size });
            // Not the event's current target: that is the body, where Yew listens.
            let _ = element.set_pointer_capture(event.pointer_id());
            // Arrow keys go on from here.
            let _ = element.focus();
        })
    };
    let onpointermove = {
        let (drag, store) = (drag.clone(), store.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(held) = *drag.borrow() else { return };
            if held.pointer != event.pointer_id() {
                return;
            }
            if event.buttons() == 0 {
                // Let go of where nobody heard it.
                *drag.borrow_mut() = None;
                return;
            }
            let moved = held.size + sign * (along(&event) - held.from);
            if held.size == 0 && moved <= TREMBLE {
                return;
            }
            store.dispatch(LayoutAction::Resize(pane, moved.max(0) as u32).into());
        })
    };
    let end = Callback::from(move |event: PointerEvent| {
        let mut drag = drag.borrow_mut();
        if drag.is_some_and(|held| held.pointer == event.pointer_id()) {
            *drag = None;
        }
    });
    let onkeydown = keys(&store, pane, size, sign);
    html! {
        <div class={classes!("splitter", flat.then_some("flat"))} role="separator" tabindex="0" aria-label={t(pane.label())} ref={border}
            aria-orientation={if flat { "horizontal" } else { "vertical" }} aria-valuenow={size.to_string()}
            aria-valuemin={low.min(size).to_string()} aria-valuemax={high.to_string()}
            {onpointerdown} {onpointermove} onpointercancel={end.clone()} onlostpointercapture={end.clone()} onpointerup={end} {onkeydown} />
    }
}

/// Arrow keys move the border, Home and End as far as it goes, Enter hides the pane.
fn keys(store: &Store, pane: Pane, size: u32, sign: i32) -> Callback<KeyboardEvent> {
    let store = store.clone();
    Callback::from(move |event: KeyboardEvent| {
        let step = match (event.key().as_str(), is_flat(pane)) {
            ("ArrowLeft", false) | ("ArrowUp", true) => -STEP,
            ("ArrowRight", false) | ("ArrowDown", true) => STEP,
            ("Home", _) => -10_000 * sign,
            ("End", _) => 10_000 * sign,
            ("Enter", _) => return store.dispatch(LayoutAction::TogglePane(pane).into()),
            _ => return,
        };
        event.prevent_default();
        store.dispatch(LayoutAction::Resize(pane, (size as i32 + sign * step).max(0) as u32).into());
    })
}

const fn is_flat(pane: Pane) -> bool {
    matches!(pane, Pane::Bottom | Pane::Path)
}

/// The pane beside its border: the editor before it, all others after.
fn beside(border: &Element, pane: Pane) -> Option<Element> {
    if pane == Pane::Editor { border.previous_element_sibling() } else { border.next_element_sibling() }
}

/// How large the pane is on the screen; nothing while it is not shown.
fn measure(border: &Element, pane: Pane) -> Option<u32> {
    let area = beside(border, pane)?.get_bounding_client_rect();
    let size = if is_flat(pane) { area.height() } else { area.width() };
    (size >= 1.0).then_some(size.round() as u32)
}

/// Follows the size that the pane has on the screen.
#[hook]
fn use_seen_size(border: &NodeRef, pane: Pane) -> Option<u32> {
    let seen = use_state_eq(|| None::<u32>);
    let (border, set) = (border.clone(), seen.setter());
    use_effect_with(pane, move |pane| {
        let (pane, element) = (*pane, border.cast::<Element>());
        let watched = element.clone();
        let on_size = Closure::<dyn FnMut()>::new(move || set.set(watched.as_ref().and_then(|border| measure(border, pane))));
        let observer = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(beside)) = (&observer, element.and_then(|border| beside(&border, pane))) {
            observer.observe(&beside);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(on_size);
        }
    });
    *seen
}
