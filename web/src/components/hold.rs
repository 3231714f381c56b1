//! Something under a pointer that may be dragged: by mouse or finger.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::{Element, PointerEvent};
use yew::prelude::*;

/// Pixels that the pointer may tremble before something moves.
const TREMBLE: f64 = 5.0;

/// A pointer that went down on something.
#[derive(Clone, Copy)]
pub(super) struct Hold {
    pub(super) pointer: i32,
    /// What it went down on, by its number.
    pub(super) item: u32,
    from: (f64, f64),
    pub(super) at: (f64, f64),
    /// Whether it has left its place.
    pub(super) begun: bool,
}

impl Hold {
    /// Of a pointer that goes down.
    pub(super) fn of(event: &PointerEvent, item: u32) -> Self {
        let at = position(event);
        Hold { pointer: event.pointer_id(), item, from: at, at, begun: false }
    }

    /// Goes along with the pointer. Whether it leaves its place with this.
    pub(super) fn follow(&mut self, event: &PointerEvent) -> bool {
        self.at = position(event);
        let is_far = (self.at.0 - self.from.0).hypot(self.at.1 - self.from.1) > TREMBLE;
        let begins = is_far && !self.begun;
        self.begun |= is_far;
        begins
    }

    /// Where what follows the pointer stands, as a value of `translate`.
    pub(super) fn place(&self) -> String {
        format!("{:.0}px {:.0}px", self.at.0, self.at.1)
    }
}

fn position(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

/// What is held, if anything is.
#[derive(Clone, Default)]
pub(super) struct Held(Rc<RefCell<Option<Hold>>>);

impl Held {
    /// What is held now.
    pub(super) fn get(&self) -> Option<Hold> {
        *self.0.borrow()
    }

    /// Something else is held, or nothing.
    pub(super) fn set(&self, hold: Option<Hold>) {
        *self.0.borrow_mut() = hold;
    }

    /// Calls `handle` with events of the pointer that holds something.
    pub(super) fn on(&self, handle: impl Fn(PointerEvent) + 'static) -> Callback<PointerEvent> {
        let held = self.clone();
        Callback::from(move |event: PointerEvent| {
            if held.get().is_some_and(|hold| hold.pointer == event.pointer_id()) {
                handle(event);
            }
        })
    }

    /// The style of what follows the pointer, where it stands at first.
    pub(super) fn style(&self) -> String {
        self.get().map(|hold| format!("translate:{}", hold.place())).unwrap_or_default()
    }
}

/// Whether a movement shows that the pointer was let go of where nobody heard it.
pub(super) fn was_let_go(event: &PointerEvent) -> bool {
    event.buttons() == 0 && event.pointer_type() != "touch"
}

/// Whether `pane` has lost the pointer. A finger is held by what it touched until the pane takes it over: that loss is none.
pub(super) fn is_lost(event: &PointerEvent, pane: &NodeRef) -> bool {
    event.target_dyn_into::<Element>() == pane.cast::<Element>() || event.type_() == "pointercancel"
}
