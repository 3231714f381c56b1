//! An endpoint that is dragged onto a column of the drawing: by mouse or finger.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::prelude::*;

use super::edit::{MIDDLE, dropped};
use crate::components::Store;
use crate::components::hold::{self, Hold, is_lost, was_let_go};

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
    /// The endpoint under the pointer, by its number among those that are offered.
    hold: hold::Held,
    pub(super) held: UseStateHandle<Option<Held>>,
    /// All of the drawing, which holds the pointer.
    pub(super) pane: NodeRef,
    /// What follows the pointer.
    pub(super) ghost: NodeRef,
}

/// The drawing's drag.
#[hook]
pub(super) fn use_drag(store: Option<Store>) -> Option<Drag> {
    let hold = (*use_memo((), |()| hold::Held::default())).clone();
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
                drag.hold.set(Some(Hold::of(&event, offer as u32)));
            }
        })
    }

    /// What the drawing does with the pointer: movement, its going up, its loss.
    pub(super) fn handlers(&self) -> [Callback<PointerEvent>; 3] {
        let on = |handle: fn(&Drag, PointerEvent)| {
            let drag = self.clone();
            self.hold.on(move |event| handle(&drag, event))
        };
        [on(Drag::moved), on(Drag::up), on(Drag::lost)]
    }

    fn moved(&self, event: PointerEvent) {
        if was_let_go(&event) {
            return self.put_back();
        }
        let Some(mut hold) = self.hold.get() else { return };
        // A press stays one: the pointer is held only once something moves.
        if hold.follow(&event)
            && let Some(pane) = self.pane.cast::<Element>()
        {
            let _ = pane.set_pointer_capture(hold.pointer);
        }
        self.hold.set(Some(hold));
        if hold.begun {
            let offer = hold.item as usize;
            self.held.set(Some(Held { offer, column: column_at(hold.at).filter(|column| *column != MIDDLE || self.is_selectable(offer)) }));
            if let Some(ghost) = self.ghost.cast::<HtmlElement>() {
                let _ = ghost.style().set_property("translate", &hold.place());
            }
        }
    }

    fn up(&self, _: PointerEvent) {
        let hold = self.hold.get();
        self.put_back();
        let Some(hold) = hold.filter(|hold| hold.begun) else { return };
        let offer = self.store.drawing().flatten().and_then(|drawing| drawing.offers.get(hold.item as usize));
        if let Some(action) = column_at(hold.at).zip(offer).and_then(|(column, offer)| dropped(&self.store, column, offer)) {
            self.store.dispatch(action);
        }
    }

    /// Whether the policy can select an endpoint that is offered.
    fn is_selectable(&self, offer: usize) -> bool {
        self.store.drawing().flatten().and_then(|drawing| drawing.offers.get(offer)).is_some_and(|offer| offer.selectable)
    }

    fn lost(&self, event: PointerEvent) {
        if is_lost(&event, &self.pane) {
            self.put_back();
        }
    }

    fn put_back(&self) {
        self.hold.set(None);
        self.held.set(None);
    }

    /// Where what follows the pointer stands at first.
    pub(super) fn ghost_place(&self) -> String {
        self.hold.style()
    }
}

/// The column under a pointer.
fn column_at(at: (f64, f64)) -> Option<usize> {
    let document = crate::effects::window()?.document()?;
    let side = document.element_from_point(at.0 as f32, at.1 as f32)?.closest("[data-side]").ok()??;
    side.dyn_into::<HtmlElement>().ok()?.get_attribute("data-side")?.parse().ok()
}
