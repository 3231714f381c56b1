//! What a pointer does in the graph: pan, pinch, ask by dragging, point, select.

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, MouseEvent, PointerEvent};
use yew::prelude::*;

use super::follow;
use super::hand::{HOLD_MS, Lift, Press, Step};
use super::view::{LiveRef, at, find};
use crate::components::ByAddress;
use crate::graph::Point;
use crate::graph::near::Pointed;
use crate::graph::picture::{Mark, MarkKind, Picture};
use crate::state::{Action, PictureAction, State};

#[derive(Clone)]
pub(super) struct Events {
    pub(super) picture: ByAddress<Picture>,
    pub(super) store: UseReducerDispatcher<State>,
    pub(super) live: LiveRef,
    pub(super) canvas: NodeRef,
    /// Tells what is pointed at.
    pub(super) point: Callback<Option<Pointed>>,
    /// Tells which mark Tab comes to.
    pub(super) tab_to: Callback<String>,
    /// The end from which a question is asked, once the other is chosen.
    pub(super) asks_from: Option<String>,
}

pub(super) fn target(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

impl Events {
    /// What hears an event, and does with it what one of the functions below does.
    pub(super) fn hear<E: 'static>(&self, handle: fn(&Self, E)) -> Callback<E> {
        let events = self.clone();
        Callback::from(move |event| handle(&events, event))
    }

    pub(super) fn element(&self) -> Option<Element> {
        self.canvas.cast::<Element>()
    }

    fn mark_of(&self, element: &Element) -> Option<&Mark> {
        self.picture.marks.get(element.get_attribute("data-mark")?.parse::<usize>().ok()?)
    }

    /// What lies at a pointer. While the drawing holds the pointer, every event's target is the drawing itself.
    fn under(&self, event: &MouseEvent) -> Option<Element> {
        let canvas = self.element()?;
        let document = crate::effects::window()?.document()?;
        document.element_from_point(event.client_x() as f32, event.client_y() as f32).filter(|element| canvas.contains(Some(element)))
    }

    /// The end that a mark under a pointer stands for.
    fn end_under(&self, event: &MouseEvent) -> Option<&Mark> {
        let element = self.under(event)?.closest("[data-mark]").ok().flatten()?;
        self.mark_of(&element).filter(|mark| mark.end.is_some())
    }

    pub(super) fn down(&self, event: PointerEvent) {
        let Some(canvas) = self.element() else { return };
        let touch = event.pointer_type() == "touch";
        if event.button() != 0 {
            return;
        }
        let sign = target(&event, "[data-from]").and_then(|sign| sign.get_attribute("data-from"));
        let mark = target(&event, "[data-mark]").and_then(|m| self.mark_of(&m).filter(|m| m.end.is_some()).map(|m| m.key.clone()));
        let mut live = self.live.borrow_mut();
        live.hand.down(Press {
            id: event.pointer_id(),
            touch,
            first: touch && event.is_primary(),
            at: at(&canvas, &event),
            sign: sign.is_some(),
            on: sign.or(mark),
        });
        // Not the event's current target: that is the body, where Yew listens.
        if let Some(drawing) = find(&canvas, "svg.graph") {
            let _ = drawing.set_pointer_capture(event.pointer_id());
        }
        live.rest = live.hand.rests().then(|| {
            let events = self.clone();
            Timeout::new(HOLD_MS, move || events.rested())
        });
        follow::signs(&canvas, &live.hand);
        follow::ring(&canvas, at(&canvas, &event));
    }

    /// A finger has rested on a card.
    fn rested(&self) {
        let Some(canvas) = self.element() else { return };
        let asked = self.live.borrow_mut().hand.rested();
        if let Some((from, to)) = asked {
            self.show_asking(&canvas, &from, to, None);
        }
        follow::signs(&canvas, &self.live.borrow().hand);
    }

    pub(super) fn moved(&self, event: PointerEvent) {
        let Some(canvas) = self.element() else { return };
        let step = {
            let mut live = self.live.borrow_mut();
            if event.buttons() == 0 && event.pointer_type() != "touch" {
                // Let go of where nobody heard it.
                live.hand.lost(event.pointer_id());
            }
            let step = live.hand.moved(event.pointer_id(), at(&canvas, &event));
            let camera = live.camera;
            match step {
                Step::Pan(dx, dy) => live.look(&canvas, camera.panned(dx, dy)),
                Step::Pinch { by, around, factor } => live.zoom(&canvas, camera.panned(by.0, by.1), around, factor),
                _ => (),
            }
            if !live.hand.rests() {
                live.rest = None;
            }
            step
        };
        if let Step::Ask(from, to) = step {
            self.show_asking(&canvas, &from, to, self.end_under(&event));
        }
        follow::signs(&canvas, &self.live.borrow().hand);
    }

    /// A question is drawn from an end to a point, or to the end that is there.
    fn show_asking(&self, canvas: &Element, from: &str, (x, y): Point, over: Option<&Mark>) {
        let mut live = self.live.borrow_mut();
        match self.picture.marks.iter().find(|mark| mark.key == from) {
            Some(mark) => {
                let camera = live.camera;
                let point = ((x - camera.x) / camera.scale, (y - camera.y) / camera.scale);
                follow::show(canvas, mark, point, over.filter(|over| over.key != from));
            }
            // It went while the picture was drawn anew.
            None => live.hand.call_off(),
        }
    }

    pub(super) fn up(&self, event: PointerEvent) {
        let Some(canvas) = self.element() else { return };
        let lift = {
            let mut live = self.live.borrow_mut();
            live.rest = None;
            live.hand.up(event.pointer_id(), event.time_stamp())
        };
        follow::signs(&canvas, &self.live.borrow().hand);
        let from = match lift {
            Lift::Nothing => return,
            Lift::Tap => return self.press(self.under(&event)),
            Lift::Ask(from) => from,
        };
        match self.end_under(&event).map(|mark| mark.key.clone()) {
            Some(to) if to != from => self.ask(&from, &to),
            // A finger that rested and went up again has done what a tap does.
            Some(same) if event.pointer_type() == "touch" => self.store.dispatch(Action::Select(Some(same))),
            _ => (),
        }
    }

    pub(super) fn cancel(&self, event: PointerEvent) {
        // A finger is held by what it touched until the drawing takes it over: that loss is none.
        let own = target(&event, "*").is_some_and(|element| element.class_list().contains("graph"));
        if event.type_() == "lostpointercapture" && !own {
            return;
        }
        let mut live = self.live.borrow_mut();
        live.rest = None;
        live.hand.lost(event.pointer_id());
        if let Some(canvas) = self.element() {
            follow::signs(&canvas, &live.hand);
        }
    }

    /// A long touch brings no menu: it begins a question.
    pub(super) fn menu(&self, event: MouseEvent) {
        if self.live.borrow().hand.busy() {
            event.prevent_default();
        }
    }

    /// Fades everything that does not touch what is pointed at.
    pub(super) fn over(&self, event: PointerEvent) {
        if event.pointer_type() == "touch" || self.live.borrow().hand.busy() {
            return;
        }
        let at = |selector: &str, name: &str| target(&event, selector).and_then(|element| element.get_attribute(name));
        let mark = at("[data-mark]", "data-key").map(Pointed::Mark);
        self.point.emit(mark.or_else(|| at("[data-arrow]", "data-arrow").map(Pointed::Arrow)));
    }

    pub(super) fn leave(&self, _: PointerEvent) {
        self.point.emit(None);
    }

    pub(super) fn click(&self, event: MouseEvent) {
        if self.live.borrow_mut().hand.swallows(event.detail(), event.time_stamp()) {
            return;
        }
        self.press(if event.detail() == 0 { target(&event, "*") } else { self.under(&event) });
    }

    /// What was clicked or tapped does what it is for.
    fn press(&self, element: Option<Element>) {
        let closest = |selector: &str| element.as_ref().and_then(|e| e.closest(selector).ok().flatten());
        if let Some(fold) = closest("[data-fold]").and_then(|f| f.get_attribute("data-fold")) {
            self.toggle(fold);
        } else if let Some(target) = closest("[data-follow]").and_then(|f| f.get_attribute("data-follow")) {
            self.store.dispatch(Action::FollowTo { target, from: None });
        } else if let Some(from) = closest("[data-from]").and_then(|f| f.get_attribute("data-from")) {
            self.store.dispatch(Action::AskFrom(Some(from)));
        } else if let Some(element) = closest("[data-mark]") {
            if let Some(html) = element.dyn_ref::<web_sys::SvgElement>() {
                let _ = html.focus();
            }
            match self.mark_of(&element).filter(|mark| self.is_closed(mark)) {
                Some(mark) => self.store.dispatch(PictureAction::Pin(Some(mark.key.clone())).into()),
                None => self.activate(&element),
            }
        } else if let Some(element) = closest("[data-arrow]").filter(|_| self.asks_from.is_none()) {
            self.activate(&element);
        } else if self.asks_from.is_some() {
            self.store.dispatch(Action::AskFrom(None));
        } else {
            self.unpin();
        }
    }

    /// Whether it is a card of an overview that holds others.
    fn is_closed(&self, mark: &Mark) -> bool {
        self.picture.overview.is_some() && matches!(mark.kind, MarkKind::Group(_))
    }

    /// Nothing is looked at any longer.
    fn unpin(&self) {
        self.store.dispatch(PictureAction::Pin(None).into());
        self.store.dispatch(Action::Select(None));
    }

    /// Back to what was shown before; where all is shown, nothing is looked at any longer.
    pub(super) fn back(&self) {
        let focus = self.live.borrow().focus;
        match focus.checked_sub(1) {
            Some(left) => self.store.dispatch(PictureAction::FocusBack(left).into()),
            None => self.unpin(),
        }
    }

    /// A double click opens a card, or shows an end alone with its neighbours.
    pub(super) fn double(&self, event: MouseEvent) {
        let mark = target(&event, "[data-mark]").or_else(|| self.under(&event)?.closest("[data-mark]").ok()?);
        let Some(mark) = mark.and_then(|mark| self.mark_of(&mark)).filter(|_| self.picture.overview.is_some()) else { return };
        match &mark.kind {
            MarkKind::Group(name) => self.toggle(name.clone()),
            _ => self.store.dispatch(PictureAction::Focus(mark.key.clone()).into()),
        }
    }

    /// Opens or closes a namespace.
    pub(super) fn toggle(&self, name: String) {
        self.live.borrow_mut().toggled = Some(name.clone());
        let large = self.picture.overview.is_some();
        self.store.dispatch(if large { PictureAction::ToggleCard(name) } else { PictureAction::ToggleNamespace(name) }.into());
    }

    pub(super) fn activate(&self, element: &Element) {
        let arrow = element.get_attribute("data-arrow").and_then(|key| self.picture.arrows.iter().find(|a| a.key == key));
        if let Some(arrow) = arrow {
            if let Some((from, to)) = arrow.ask.clone() {
                self.store.dispatch(Action::AskBetween { from, to, traffic: arrow.traffic.clone() });
            }
            return;
        }
        match self.mark_of(element).map(|m| (&m.kind, m.key.clone())) {
            Some((MarkKind::Group(name), _)) => self.toggle(name.clone()),
            Some((_, key)) => {
                self.store.dispatch(PictureAction::Pin(None).into());
                self.store.dispatch(Action::Select(Some(key)));
            }
            None => (),
        }
    }

    fn ask(&self, from: &str, to: &str) {
        self.store.dispatch(Action::AskBetween { from: from.into(), to: to.into(), traffic: None });
    }
}
