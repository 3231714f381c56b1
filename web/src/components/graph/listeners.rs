//! Events that Yew does not hand on as they are wanted.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, KeyboardEvent, WheelEvent};
use yew::prelude::*;

use super::drag::target;
use super::follow;
use super::view::{LiveRef, bring, find, focus_quietly, zoom_at};
use crate::components::ByAddress;
use crate::graph::Rect;
use crate::graph::picture::{MarkKind, Picture};

/// What was opened or closed has the focus afterwards: its frame's button, or its card.
#[hook]
pub(super) fn use_focus(picture: &ByAddress<Picture>, live: &LiveRef, canvas: &NodeRef) {
    let (live, canvas) = (live.clone(), canvas.clone());
    use_effect_with(picture.clone(), move |picture| {
        let Some(name) = live.borrow_mut().toggled.take() else { return };
        let frame = picture.frames.iter().position(|frame| frame.name == name);
        let card = picture.marks.iter().position(|mark| matches!(&mark.kind, MarkKind::Group(group) if *group == name));
        let selector = match (frame, card) {
            (Some(frame), _) => format!(".frame:nth-child({}) .fold", frame + 1),
            (None, Some(card)) => format!("[data-mark=\"{card}\"]"),
            _ => return,
        };
        let area = frame.and_then(|frame| picture.frames.get(frame)).map(|frame| frame.rect);
        if let Some(canvas) = canvas.cast::<Element>() {
            // Where all of a picture is seen it is in sight.
            if picture.overview.is_some() || live.borrow().camera.moved {
                bring(&live, &canvas, area.or_else(|| picture.rect(card?)));
            }
            focus_quietly(&live, &canvas, &selector);
        }
    });
}

/// What is focused anew has the keyboard, too: it stands in the middle, and is the first mark.
#[hook]
pub(super) fn use_middle(canvas: &NodeRef, live: &LiveRef, focused: usize) {
    let (canvas, live) = (canvas.clone(), live.clone());
    let before = use_mut_ref(|| focused);
    use_effect_with(focused, move |focused| {
        if before.replace(*focused) < *focused
            && let Some(canvas) = canvas.cast::<Element>()
        {
            focus_quietly(&live, &canvas, "[data-mark=\"0\"]");
        }
    });
}

/// What was to have the focus before it was drawn has it now.
#[hook]
pub(super) fn use_awaited(canvas: &NodeRef, live: &LiveRef, part: Option<Rect>) {
    let (canvas, live) = (canvas.clone(), live.clone());
    use_effect_with(part, move |_| {
        let awaited = live.borrow_mut().awaited.take();
        if let (Some(selector), Some(canvas)) = (awaited, canvas.cast::<Element>())
            && let Some(element) = find(&canvas, &selector)
        {
            crate::effects::focus::focus(&element);
        }
    });
}

/// A tap is done when the finger goes up ([`Lift::Tap`](super::hand::Lift::Tap)); the mouse that browsers play after it has nothing more to press.
#[hook]
pub(super) fn use_taps(canvas: &NodeRef) {
    let canvas = canvas.clone();
    use_effect_with((), move |()| {
        let listener = canvas.cast::<Element>().map(|canvas| {
            EventListener::new_with_options(&canvas, "touchend", EventListenerOptions::enable_prevent_default(), |event| {
                if event.cancelable() && target(event, "svg.graph").is_some() {
                    event.prevent_default();
                }
            })
        });
        move || drop(listener)
    });
}

/// Escape calls off the question that is being drawn, wherever the focus is.
#[hook]
pub(super) fn use_escape(canvas: &NodeRef, live: &LiveRef) {
    let (canvas, live) = (canvas.clone(), live.clone());
    use_effect_with((), move |()| {
        let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
        let listener = crate::effects::window().map(|window| {
            EventListener::new_with_options(&window, "keydown", options, move |event| {
                let escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape");
                if escape && live.borrow().hand.asks() {
                    event.stop_propagation();
                    event.prevent_default();
                    live.borrow_mut().hand.call_off();
                    if let Some(canvas) = canvas.cast::<Element>() {
                        follow::signs(&canvas, &live.borrow().hand);
                    }
                }
            })
        });
        move || drop(listener)
    });
}

/// The wheel zooms at the pointer; with Shift, or on a trackpad's two axes, it pans. Yew's own wheel events are passive, and these must
/// keep the page from scrolling.
#[hook]
pub(super) fn use_wheel(canvas: &NodeRef, live: &LiveRef) {
    let (canvas, live) = (canvas.clone(), live.clone());
    use_effect_with((), move |()| {
        let element = canvas.cast::<Element>();
        let on = element.clone();
        let handler = Closure::<dyn Fn(WheelEvent)>::new(move |event: WheelEvent| {
            let Some(canvas) = &on else { return };
            event.prevent_default();
            let rect = canvas.get_bounding_client_rect();
            let (x, y) = (f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top());
            let unit = if event.delta_mode() == 0 { 1.0 } else { 24.0 };
            if live.borrow().tall && !event.ctrl_key() && !event.shift_key() {
                let mut live = live.borrow_mut();
                let camera = live.camera.panned(-event.delta_x() * unit, -event.delta_y() * unit);
                live.look(canvas, camera);
            } else if event.shift_key() || (event.delta_x().abs() > event.delta_y().abs() && !event.ctrl_key()) {
                let mut live = live.borrow_mut();
                let camera = live.camera.panned(-if event.delta_x() == 0.0 { event.delta_y() } else { event.delta_x() } * unit, 0.0);
                live.look(canvas, camera);
            } else {
                // A pinch on a trackpad comes as a wheel with Ctrl, in smaller steps.
                let rate = if event.ctrl_key() { 0.01 } else { 0.0016 };
                zoom_at(&live, canvas, x, y, (-event.delta_y() * unit * rate).exp());
            }
        });
        let options = web_sys::AddEventListenerOptions::new();
        options.set_passive(false);
        if let Some(element) = &element {
            let _ = element.add_event_listener_with_callback_and_add_event_listener_options(
                "wheel",
                handler.as_ref().unchecked_ref(),
                &options,
            );
        }
        move || {
            if let Some(element) = element {
                let _ = element.remove_event_listener_with_callback("wheel", handler.as_ref().unchecked_ref());
            }
        }
    });
}
