//! An endpoint that is dragged onto a column of the drawing: by mouse or finger.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::prelude::*;

use super::edit::add;
use crate::components::Store;

/// Pixels that the pointer may tremble before something moves.
const TREMBLE: f64 = 5.0;

/// An endpoint under a pointer.
#[derive(Clone, Copy)]
struct Hold {
    pointer: i32,
    offer: usize,
    from: (f64, f64),
    at: (f64, f64),
    begun: bool,
}

/// What is dragged, and onto which column it would go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// The endpoint, by its number among those that are offered.
    pub(super) offer: usize,
    /// The column: ingress is the first.
    pub(super) column: Option<usize>,
}

/// A drag under way, or that may come.
#[derive(Clone)]
pub(super) struct Drag {
    pub(super) store: Store,
    hold: Rc<RefCell<Option<Hold>>>,
    pub(super) held: UseStateHandle<Option<Held>>,
    /// All of the drawing, which holds the pointer.
    pub(super) pane: NodeRef,
    /// What follows the pointer.
    pub(super) ghost: NodeRef,
}

/// The drawing's drag.
#[hook]
pub(super) fn use_drag(store: Option<Store>) -> Option<Drag> {
    let hold = use_mut_ref(|| None);
    let held = use_state_eq(|| None);
    let (pane, ghost) = (use_node_ref(), use_node_ref());
    Some(Drag { store: store?, hold, held, pane, ghost })
}

impl Drag {
    /// A pointer goes down on an endpoint.
    pub(super) fn down(&self, offer: usize) -> Callback<PointerEvent> {
        let drag = self.clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                let at = (f64::from(event.client_x()), f64::from(event.client_y()));
                *drag.hold.borrow_mut() = Some(Hold { pointer: event.pointer_id(), offer, from: at, at, begun: false });
            }
        })
    }

    /// What the drawing does with the pointer: movement, its going up, its loss.
    pub(super) fn handlers(&self) -> [Callback<PointerEvent>; 3] {
        let on = |handle: fn(&Drag, PointerEvent)| {
            let drag = self.clone();
            Callback::from(move |event: PointerEvent| {
                let own = drag.hold.borrow().is_some_and(|hold| hold.pointer == event.pointer_id());
                if own {
                    handle(&drag, event);
                }
            })
        };
        [on(Drag::moved), on(Drag::up), on(Drag::lost)]
    }

    fn moved(&self, event: PointerEvent) {
        if event.buttons() == 0 && event.pointer_type() != "touch" {
            // Let go of where nobody heard it.
            return self.put_back();
        }
        let hold = {
            let mut hold = self.hold.borrow_mut();
            let Some(hold) = hold.as_mut() else { return };
            hold.at = (f64::from(event.client_x()), f64::from(event.client_y()));
            if !hold.begun && (hold.at.0 - hold.from.0).hypot(hold.at.1 - hold.from.1) > TREMBLE {
                hold.begun = true;
                // A press stays one: the pointer is held only once something moves.
                if let Some(pane) = self.pane.cast::<Element>() {
                    let _ = pane.set_pointer_capture(hold.pointer);
                }
            }
            *hold
        };
        if hold.begun {
            self.held.set(Some(Held { offer: hold.offer, column: column_at(hold.at) }));
            if let Some(ghost) = self.ghost.cast::<HtmlElement>() {
                let _ = ghost.style().set_property("translate", &place(hold.at));
            }
        }
    }

    fn up(&self, _: PointerEvent) {
        let hold = *self.hold.borrow();
        self.put_back();
        let Some(hold) = hold.filter(|hold| hold.begun) else { return };
        let drawing = self.store.drawing().flatten();
        if let (Some(column), Some(offer)) = (column_at(hold.at), drawing.and_then(|drawing| drawing.offers.get(hold.offer))) {
            self.store.dispatch(add(&self.store, column, offer));
        }
    }

    fn lost(&self, event: PointerEvent) {
        // A finger is held by what it touched until the drawing takes it over: that loss is none.
        let own = event.target_dyn_into::<Element>() == self.pane.cast::<Element>();
        if own || event.type_() == "pointercancel" {
            self.put_back();
        }
    }

    fn put_back(&self) {
        *self.hold.borrow_mut() = None;
        self.held.set(None);
    }

    /// Where what follows the pointer stands at first.
    pub(super) fn ghost_place(&self) -> String {
        self.hold.borrow().map(|hold| format!("translate:{}", place(hold.at))).unwrap_or_default()
    }
}

fn place(at: (f64, f64)) -> String {
    format!("{}px {}px", at.0, at.1)
}

/// The column under a pointer.
fn column_at(at: (f64, f64)) -> Option<usize> {
    let document = crate::effects::window()?.document()?;
    let side = document.element_from_point(at.0 as f32, at.1 as f32)?.closest(".policy-side").ok()??;
    side.dyn_into::<HtmlElement>().ok()?.get_attribute("data-side")?.parse().ok()
}
