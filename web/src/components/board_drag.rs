//! A policy that is dragged over the board: by the mouse anywhere on its card, by a finger on its grip (the rest of a card scrolls).

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::prelude::*;

use super::hold::{Held, Hold, is_lost, was_let_go};
use super::{ByAddress, Store, use_part};
use crate::state::Action;
use netpolis_view::Gap;

/// Within so many pixels of its edge the board scrolls, and how fast at most, in pixels for each [`TICK_MS`].
const EDGE: f64 = 24.0;
const FASTEST: f64 = 10.0;
const TICK_MS: u32 = 16;

/// A drag under way, or that may come.
#[derive(Clone)]
pub(super) struct Drag {
    pub(super) store: Store,
    /// The card under the pointer, by the number of its policy.
    hold: Held,
    /// The policy that has left its place.
    pub(super) held: UseStateHandle<Option<u32>>,
    pub(super) over: UseStateHandle<Option<Gap>>,
    /// The board with everything around it, which holds the pointer.
    pub(super) pane: NodeRef,
    /// What follows the pointer.
    pub(super) ghost: NodeRef,
}

/// The board's drag.
#[hook]
pub(super) fn use_board_drag() -> Option<Drag> {
    let store = use_part(|state| {
        let proposed = state.moving.as_ref().map(|_| state.revision);
        let asked = (state.moving.clone(), proposed, state.selected_end());
        (state.scene_part(), state.answers.board.clone().map(ByAddress), state.files.read_only, asked)
    });
    let hold = (*use_memo((), |()| Held::default())).clone();
    let held = use_state_eq(|| None);
    let over = use_state_eq(|| None);
    let (pane, ghost) = (use_node_ref(), use_node_ref());
    let latest = use_mut_ref(|| None::<Drag>);
    let drag = store.map(|store| Drag { store, hold, held: held.clone(), over, pane, ghost });
    latest.borrow_mut().clone_from(&drag);
    use_effect_with(*held, move |held| {
        // While a card is held: the board scrolls at its edges, and Escape puts the card back.
        let kept = held.and_then(|_: u32| {
            let ticking = latest.clone();
            let tick = Interval::new(TICK_MS, move || {
                if let Some(drag) = ticking.borrow().clone() {
                    drag.scroll();
                }
            });
            let keys = EventListener::new(&crate::effects::window()?.into(), "keydown", move |event| {
                let escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape");
                if let Some(drag) = latest.borrow().clone().filter(|_| escape) {
                    drag.put_back();
                }
            });
            Some((tick, keys))
        });
        move || drop(kept)
    });
    drag
}

impl Drag {
    /// A pointer goes down on a card.
    pub(super) fn down(&self, policy: u32) -> Callback<PointerEvent> {
        let drag = self.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(target) = event.target_dyn_into::<Element>() else { return };
            let inside = |selector: &str| target.closest(selector).ok().flatten().is_some();
            if event.button() != 0 || inside("button, a, .menu") || event.pointer_type() == "touch" && !inside(".grip") {
                return;
            }
            drag.hold.set(Some(Hold::of(&event, policy)));
            if let Some(pane) = drag.pane.cast::<Element>() {
                let _ = pane.set_pointer_capture(event.pointer_id());
            }
        })
    }

    /// What the board does with the pointer that it holds: movement, its going up, its loss.
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
        hold.follow(&event);
        self.hold.set(Some(hold));
        if hold.begun {
            self.held.set(Some(hold.item));
            self.aim(hold);
        }
    }

    /// The card's picture goes to the pointer, and the gap there is shown.
    fn aim(&self, hold: Hold) {
        if let Some(ghost) = self.ghost.cast::<HtmlElement>() {
            let _ = ghost.style().set_property("translate", &hold.place());
        }
        self.over.set(self.gap_at(hold));
    }

    /// The gap at a pointer; nothing where the policy cannot go, or stands.
    fn gap_at(&self, hold: Hold) -> Option<Gap> {
        let document = crate::effects::window()?.document()?;
        let tier = document.element_from_point(hold.at.0 as f32, hold.at.1 as f32)?.closest(".board .tier[data-column]").ok()??;
        let column = tier.get_attribute("data-column")?.parse::<usize>().ok()?;
        let cards = tier.query_selector_all(".card").ok()?;
        let middle = |index: u32| {
            let area = cards.item(index)?.dyn_into::<Element>().ok()?.get_bounding_client_rect();
            Some(area.top() + area.height() / 2.0)
        };
        let above = (0..cards.length()).filter_map(middle).filter(|middle| hold.at.1 > *middle).count();
        let gap = Gap { column, card: above };
        self.store.answers.scene.move_to(hold.item, gap).map(|_| gap)
    }

    fn up(&self, _: PointerEvent) {
        let hold = self.hold.get();
        self.put_back();
        let gap = hold.filter(|hold| hold.begun).and_then(|hold| Some((hold.item, self.gap_at(hold)?)));
        if let Some((policy, gap)) = gap {
            self.store.dispatch(Action::Think(self.store.answers.scene.move_to(policy, gap)));
        }
    }

    fn lost(&self, event: PointerEvent) {
        if is_lost(&event, &self.pane) {
            self.put_back();
        }
    }

    fn put_back(&self) {
        self.hold.set(None);
        self.held.set(None);
        self.over.set(None);
    }

    /// Where what follows the pointer stands at first.
    pub(super) fn ghost_place(&self) -> String {
        self.hold.style()
    }

    /// Scrolls the board while the pointer is near one of its edges.
    fn scroll(&self) {
        let Some(hold) = self.hold.get() else { return };
        let Some(pane) = self.pane.cast::<Element>() else { return };
        let push = |at: f64, low: f64, high: f64| {
            let near = ((low + EDGE - at) / EDGE).clamp(0.0, 1.0) - ((at - high + EDGE) / EDGE).clamp(0.0, 1.0);
            (-near * FASTEST).round() as i32
        };
        let mut scrolled = false;
        if let Ok(Some(board)) = pane.query_selector(".board") {
            let area = board.get_bounding_client_rect();
            let before = board.scroll_left();
            board.set_scroll_left(before + push(hold.at.0, area.left(), area.right()));
            scrolled |= board.scroll_left() != before;
        }
        if let Ok(Some(body)) = pane.closest(".bottom-body") {
            let area = body.get_bounding_client_rect();
            let before = body.scroll_top();
            body.set_scroll_top(before + push(hold.at.1, area.top(), area.bottom()));
            scrolled |= body.scroll_top() != before;
        }
        if scrolled {
            self.aim(hold);
        }
    }
}
