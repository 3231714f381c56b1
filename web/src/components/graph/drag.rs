//! What a pointer or a key does in the graph: pan, pinch, ask by dragging, point, select.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent, MouseEvent, PointerEvent};
use yew::prelude::*;

use super::camera::{Camera, LiveRef, SCALES, at, find, show};
use crate::components::Shared;
use crate::graph::near::Pointed;
use crate::graph::picture::{Mark, MarkKind, Picture};
use crate::state::{Action, State};

/// Pixels that the pointer may tremble during a click.
const TREMBLE: f64 = 5.0;

/// A movement of the pointer that has begun.
#[derive(Clone, Debug)]
pub(super) enum Drag {
    None,
    Pan {
        x: f64,
        y: f64,
        camera: Camera,
    },
    /// From a mark, towards another.
    Ask {
        key: String,
        x: f64,
        y: f64,
        begun: bool,
    },
    Pinch {
        distance: f64,
        camera: Camera,
        middle: (f64, f64),
    },
}

#[derive(Clone)]
pub(super) struct Events {
    pub(super) picture: Shared<Picture>,
    pub(super) store: UseReducerDispatcher<State>,
    pub(super) live: LiveRef,
    pub(super) canvas: NodeRef,
    /// Tells what is pointed at.
    pub(super) point: Callback<Option<Pointed>>,
    /// Tells which mark Tab comes to.
    pub(super) tab_to: Callback<String>,
}

fn target(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

impl Events {
    fn element(&self) -> Option<Element> {
        self.canvas.cast::<Element>()
    }

    fn mark_of(&self, element: &Element) -> Option<&Mark> {
        self.picture.marks.get(element.get_attribute("data-mark")?.parse::<usize>().ok()?)
    }

    pub(super) fn down(&self, event: PointerEvent) {
        let Some(canvas) = self.element() else { return };
        let (x, y) = at(&canvas, &event);
        let mut live = self.live.borrow_mut();
        live.dragged = false;
        live.pointers.retain(|p| p.0 != event.pointer_id());
        live.pointers.push((event.pointer_id(), x, y));
        if let [(_, ax, ay), (_, bx, by)] = live.pointers.as_slice() {
            live.drag = Drag::Pinch {
                distance: (ax - bx).hypot(ay - by).max(1.0),
                camera: live.camera,
                middle: ((ax + bx) / 2.0, (ay + by) / 2.0),
            };
            return;
        }
        if event.button() != 0 {
            return;
        }
        // A finger on a card pans: there is nothing else to pan with.
        let mark = target(&event, "[data-mark]").filter(|_| event.pointer_type() != "touch");
        let key = mark.as_ref().and_then(|m| self.mark_of(m)).filter(|m| m.end.is_some()).map(|m| m.key.clone());
        live.drag = match key {
            Some(key) => Drag::Ask { key, x, y, begun: false },
            None => Drag::Pan { x, y, camera: live.camera },
        };
    }

    pub(super) fn moved(&self, event: PointerEvent) {
        let Some(canvas) = self.element() else { return };
        let (x, y) = at(&canvas, &event);
        let mut live = self.live.borrow_mut();
        if let Some(pointer) = live.pointers.iter_mut().find(|p| p.0 == event.pointer_id()) {
            (pointer.1, pointer.2) = (x, y);
        }
        match live.drag.clone() {
            Drag::None => (),
            Drag::Pinch { distance, camera, middle } => {
                if let [(_, ax, ay), (_, bx, by)] = live.pointers.as_slice() {
                    let scale = (camera.scale * (ax - bx).hypot(ay - by) / distance).clamp(SCALES.0, SCALES.1);
                    let now = ((ax + bx) / 2.0, (ay + by) / 2.0);
                    let ratio = scale / camera.scale;
                    live.camera =
                        Camera { x: now.0 - (middle.0 - camera.x) * ratio, y: now.1 - (middle.1 - camera.y) * ratio, scale, moved: true };
                    live.dragged = true;
                    show(&canvas, &live.camera);
                }
            }
            Drag::Pan { x: x0, y: y0, camera } => {
                if live.dragged || (x - x0).hypot(y - y0) > TREMBLE {
                    if !live.dragged {
                        capture(&event);
                        let _ = canvas.class_list().add_1("panning");
                    }
                    live.dragged = true;
                    live.camera = Camera { x: camera.x + x - x0, y: camera.y + y - y0, moved: true, ..camera };
                    show(&canvas, &live.camera);
                }
            }
            Drag::Ask { key, x: x0, y: y0, begun } => {
                if begun || (x - x0).hypot(y - y0) > TREMBLE {
                    live.dragged = true;
                    let camera = live.camera;
                    live.drag = Drag::Ask { key: key.clone(), x: x0, y: y0, begun: true };
                    let _ = canvas.class_list().add_1("asking");
                    if let (Some(line), Some(from)) = (find(&canvas, ".follow"), self.picture.marks.iter().find(|m| m.key == key)) {
                        let (tx, ty) = ((x - camera.x) / camera.scale, (y - camera.y) / camera.scale);
                        let _ = line.set_attribute("d", &format!("M{} {}L{tx} {ty}", from.rect.middle_x(), from.rect.middle_y()));
                    }
                }
            }
        }
    }

    pub(super) fn up(&self, event: PointerEvent) {
        let drag = {
            let mut live = self.live.borrow_mut();
            live.pointers.retain(|p| p.0 != event.pointer_id());
            std::mem::replace(&mut live.drag, Drag::None)
        };
        let Some(canvas) = self.element() else { return };
        let _ = canvas.class_list().remove_2("panning", "asking");
        if let Drag::Ask { key, begun: true, .. } = drag {
            if let Some(line) = find(&canvas, ".follow") {
                let _ = line.set_attribute("d", "");
            }
            let to = target(&event, "[data-mark]").and_then(|m| self.mark_of(&m).filter(|m| m.end.is_some()).map(|m| m.key.clone()));
            if let Some(to) = to.filter(|to| *to != key) {
                self.ask(&key, &to);
            }
        }
    }

    pub(super) fn cancel(&self, event: PointerEvent) {
        let mut live = self.live.borrow_mut();
        live.pointers.retain(|p| p.0 != event.pointer_id());
        live.drag = Drag::None;
        if let Some(canvas) = self.element() {
            let _ = canvas.class_list().remove_2("panning", "asking");
        }
    }

    /// Fades everything that does not touch what is pointed at.
    pub(super) fn over(&self, event: PointerEvent) {
        if event.pointer_type() == "touch" {
            return;
        }
        let at = |selector: &str, name: &str| target(&event, selector).and_then(|element| element.get_attribute(name));
        let mark = at("[data-mark]", "data-key").map(Pointed::Mark);
        self.point.emit(mark.or_else(|| at("[data-arrow]", "data-arrow").map(Pointed::Arrow)));
    }

    pub(super) fn leave(&self, _: PointerEvent) {
        self.point.emit(None);
    }

    pub(super) fn click(&self, event: &MouseEvent) {
        if std::mem::take(&mut self.live.borrow_mut().dragged) {
            return;
        }
        if let Some(fold) = target(event, "[data-fold]").and_then(|f| f.get_attribute("data-fold")) {
            self.store.dispatch(Action::ToggleNamespace(fold));
        } else if let Some(target) = target(event, "[data-follow]").and_then(|f| f.get_attribute("data-follow")) {
            self.store.dispatch(Action::FollowTo { target, from: None });
        } else if let Some(element) = target(event, "[data-mark]") {
            if let Some(html) = element.dyn_ref::<web_sys::SvgElement>() {
                let _ = html.focus();
            }
            self.activate(&element);
        } else if let Some(element) = target(event, "[data-ask]") {
            self.activate(&element);
        } else {
            self.store.dispatch(Action::Select(None));
        }
    }

    fn activate(&self, element: &Element) {
        if let Some(ask) = element.get_attribute("data-ask") {
            let own = element.get_attribute("data-arrow").and_then(|key| self.picture.arrows.iter().find(|a| a.key == key));
            if let Some((from, to)) = ask.split_once(' ').filter(|(a, b)| !a.is_empty() && !b.is_empty()) {
                let traffic = own.and_then(|arrow| arrow.traffic.clone());
                self.store.dispatch(Action::AskBetween { from: from.into(), to: to.into(), traffic });
            }
            return;
        }
        match self.mark_of(element).map(|m| (&m.kind, m.key.clone())) {
            Some((MarkKind::Group(name), _)) => self.store.dispatch(Action::ToggleNamespace(name.clone())),
            Some((_, key)) => self.store.dispatch(Action::Select(Some(key))),
            None => (),
        }
    }

    fn ask(&self, from: &str, to: &str) {
        self.store.dispatch(Action::AskBetween { from: from.into(), to: to.into(), traffic: None });
    }

    pub(super) fn key(&self, event: &KeyboardEvent) {
        let Some(element) = target(event, "[data-mark],[data-ask],[data-fold]") else { return };
        match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                match element.get_attribute("data-fold") {
                    Some(fold) => self.store.dispatch(Action::ToggleNamespace(fold)),
                    None => self.activate(&element),
                }
            }
            "Escape" => self.store.dispatch(Action::Select(None)),
            key @ ("ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown") => {
                event.prevent_default();
                let Some(index) = element.get_attribute("data-mark").and_then(|i| i.parse::<usize>().ok()) else { return };
                if let (Some(next), Some(canvas)) = (nearest(&self.picture, index, key), self.element()) {
                    self.focus_mark(&canvas, next);
                }
            }
            _ => (),
        }
    }
}

impl Events {
    /// The keyboard goes to another mark, and with it what is faded.
    fn focus_mark(&self, canvas: &Element, index: usize) {
        let Some(mark) = self.picture.marks.get(index) else { return };
        if let Some(next) = find(canvas, &format!("[data-mark=\"{index}\"]")).and_then(|next| next.dyn_into::<web_sys::SvgElement>().ok()) {
            let _ = next.focus();
        }
        self.tab_to.emit(mark.key.clone());
        self.point.emit(Some(Pointed::Mark(mark.key.clone())));
    }
}

/// The nearest mark in a direction.
fn nearest(picture: &Picture, from: usize, key: &str) -> Option<usize> {
    let own = picture.marks.get(from)?.rect;
    let distance = |(index, mark): (usize, &Mark)| {
        let (dx, dy) = (mark.rect.middle_x() - own.middle_x(), mark.rect.middle_y() - own.middle_y());
        let (ahead, aside) = match key {
            "ArrowLeft" => (-dx, dy),
            "ArrowRight" => (dx, dy),
            "ArrowUp" => (-dy, dx),
            _ => (dy, dx),
        };
        (index != from && ahead > 1.0).then_some((index, ahead + aside.abs() * 2.0))
    };
    picture.marks.iter().enumerate().filter_map(distance).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

fn capture(event: &PointerEvent) {
    if let Some(element) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}
