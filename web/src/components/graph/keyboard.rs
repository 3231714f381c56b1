//! What keys do in the graph: arrows go from mark to mark, Enter selects, Escape goes back.

use web_sys::{Element, KeyboardEvent};

use super::drag::{Events, target};
use super::view::{bring, focus_quietly};
use crate::graph::near::{Heading, Pointed, nearest};
use crate::state::Action;

/// The direction of an arrow key.
fn heading(key: &str) -> Option<Heading> {
    match key {
        "ArrowLeft" => Some(Heading::Left),
        "ArrowRight" => Some(Heading::Right),
        "ArrowUp" => Some(Heading::Up),
        "ArrowDown" => Some(Heading::Down),
        _ => None,
    }
}

impl Events {
    pub(super) fn key(&self, event: KeyboardEvent) {
        let Some(element) = target(&event, "[data-mark],[data-arrow],[data-fold],[data-from]") else { return };
        match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                match (element.get_attribute("data-fold"), element.get_attribute("data-from")) {
                    (Some(fold), _) => self.toggle(fold),
                    (_, Some(from)) => self.store.dispatch(Action::AskFrom(Some(from))),
                    _ => self.activate(&element),
                }
            }
            "Escape" if self.asks_from.is_none() => self.back(),
            key => {
                let Some(heading) = heading(key) else { return };
                event.prevent_default();
                let Some(index) = element.get_attribute("data-mark").and_then(|i| i.parse::<usize>().ok()) else { return };
                if let (Some(next), Some(canvas)) = (nearest(&self.picture, index, heading), self.element()) {
                    self.focus_mark(&canvas, next);
                }
            }
        }
    }

    /// The keyboard goes to another mark, and with it what is faded.
    fn focus_mark(&self, canvas: &Element, index: usize) {
        let Some(mark) = self.picture.marks.get(index) else { return };
        if self.picture.overview.is_some() {
            bring(&self.live, canvas, Some(mark.rect));
        }
        focus_quietly(&self.live, canvas, &format!("[data-mark=\"{index}\"]"));
        self.tab_to.emit(mark.key.clone());
        self.point.emit(Some(Pointed::Mark(mark.key.clone())));
    }
}
