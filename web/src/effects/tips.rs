//! Names that are cut off show whole where the pointer or the keyboard is.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};
use yew::prelude::*;

/// What may be cut, and the elements around it that take the pointer or the focus.
const CUT: &str = "button, input, th, td, summary, [role='option'], [data-mark], .card, label, output, .stop-text";

fn document() -> Option<Document> {
    crate::effects::window()?.document()
}

/// Whether an element does not show all of its text.
fn is_cut(element: &Element) -> bool {
    let Some(html) = element.dyn_ref::<HtmlElement>() else { return false };
    // Words for screen readers have no room on purpose.
    if html.client_width() < 8 || html.class_list().contains("visually-hidden") {
        return false;
    }
    let (wide, high) = (html.scroll_width() > html.client_width() + 1, html.scroll_height() > html.client_height() + 2);
    let hides = || {
        let style = crate::effects::window().and_then(|w| w.get_computed_style(html).ok().flatten());
        style.and_then(|s| s.get_property_value("overflow-x").ok()).is_some_and(|overflow| overflow == "hidden" || overflow == "clip")
    };
    (wide || high) && (html.tag_name() == "INPUT" || hides())
}

/// The whole text of an element that is cut, or of a part of it.
fn whole(element: &Element) -> Option<String> {
    if element.has_attribute("data-mark") {
        // In the drawing the name was cut before it was drawn.
        let title = element.query_selector("text.title, text.sub").ok()??;
        let label = element.get_attribute("aria-label")?;
        let texts = element.query_selector_all("text").ok()?;
        let cut = (0..texts.length()).filter_map(|i| texts.item(i)?.text_content()).any(|t| t.contains('…'));
        return (cut && title.is_connected()).then_some(label);
    }
    if let Some(field) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        return is_cut(element).then(|| field.value()).filter(|value| !value.is_empty());
    }
    if let Some(title) = element.get_attribute("title").or_else(|| element.get_attribute("aria-label")) {
        return (has_cut_head(element) || cut_part(element).is_some()).then_some(title);
    }
    let text = cut_part(element)?.text_content()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The element, or what in it is cut.
fn cut_part(element: &Element) -> Option<Element> {
    if is_cut(element) {
        return Some(element.clone());
    }
    let parts = element.query_selector_all("*").ok()?;
    (0..parts.length().min(24)).filter_map(|i| parts.item(i)?.dyn_into::<Element>().ok()).find(is_cut)
}

/// Whether an element is in a cell of a table whose head is cut: the cell's own name has the names of both.
fn has_cut_head(element: &Element) -> bool {
    let Some(cell) = element.closest("td").ok().flatten() else { return false };
    let before = std::iter::successors(cell.previous_element_sibling(), Element::previous_element_sibling).count();
    let row = cell.parent_element().and_then(|row| row.query_selector("th").ok().flatten());
    let column =
        cell.closest("table").ok().flatten().and_then(|t| t.query_selector(&format!("thead th:nth-child({})", before + 1)).ok()?);
    let cut = |head: Element| is_cut(&head) || head.first_element_child().is_some_and(|name| is_cut(&name));
    [row, column].into_iter().flatten().any(cut)
}

/// The tip's element, which is made once.
fn tip() -> Option<HtmlElement> {
    let document = document()?;
    if let Some(tip) = document.get_element_by_id("tip") {
        return tip.dyn_into().ok();
    }
    let tip: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
    tip.set_id("tip");
    // Screen readers have the whole name already.
    let _ = tip.set_attribute("aria-hidden", "true");
    let _ = tip.set_attribute("hidden", "");
    document.body()?.append_child(&tip).ok()?;
    Some(tip)
}

fn hide() {
    if let Some(tip) = document().and_then(|d| d.get_element_by_id("tip")) {
        let _ = tip.set_attribute("hidden", "");
    }
}

fn show(element: &Element, text: &str) {
    let (Some(tip), Some(window)) = (tip(), crate::effects::window()) else { return };
    tip.set_text_content(Some(text));
    let _ = tip.remove_attribute("hidden");
    place(&tip, element, &window);
}

/// Puts the tip beside what it names.
fn place(tip: &HtmlElement, element: &Element, window: &web_sys::Window) {
    let at = element.get_bounding_client_rect();
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|v| v.as_f64()).unwrap_or_default();
    let (width, height) = (size(window.inner_width()), size(window.inner_height()));
    let own = tip.get_bounding_client_rect();
    let x = at.left().min(width - own.width() - 8.0).max(8.0);
    // Above what it names, so that a list that opens below stays free; below where there is no room.
    let above = at.top() - own.height() - 5.0;
    let y = if above > 4.0 { above } else { (at.bottom() + 5.0).min(height - own.height() - 4.0) };
    let style = tip.style();
    let _ = style.set_property("left", &format!("{x:.0}px"));
    let _ = style.set_property("top", &format!("{y:.0}px"));
}

/// Shows whole names for as long as the page is there.
#[hook]
pub fn use_tips() {
    use_effect_with((), |()| {
        let shown = Rc::new(RefCell::new(None::<Element>));
        let mut listeners = Vec::new();
        let Some(document) = document() else { return Box::new(|| ()) as Box<dyn FnOnce()> };
        let on = |event: &'static str, by_key: bool| {
            let shown = shown.clone();
            gloo::events::EventListener::new(&document, event, move |event| {
                // A finger that lies on something is about to do something else.
                if event.dyn_ref::<PointerEvent>().is_some_and(|e| e.pointer_type() == "touch") {
                    return;
                }
                let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
                let found = target.and_then(|t| t.closest(CUT).ok().flatten());
                if *shown.borrow() == found {
                    return;
                }
                // The browser's own tip does for the pointer.
                let has_title =
                    |e: &Element| e.closest("[title]").ok().flatten().is_some() || e.query_selector("title").ok().flatten().is_some();
                let wanted = |e: &Element| if by_key { e.matches(":focus-visible").unwrap_or_default() } else { !has_title(e) };
                let text = found.as_ref().filter(|e| wanted(e)).and_then(whole);
                match (&found, text) {
                    (Some(element), Some(text)) => {
                        show(element, &text);
                        *shown.borrow_mut() = found;
                    }
                    _ if shown.borrow_mut().take().is_some() => hide(),
                    _ => (),
                }
            })
        };
        listeners.push(on("focusin", true));
        listeners.push(on("pointerover", false));
        for event in ["focusout", "pointerdown", "keydown", "input", "scroll"] {
            let shown = shown.clone();
            let options = gloo::events::EventListenerOptions::run_in_capture_phase();
            listeners.push(gloo::events::EventListener::new_with_options(&document, event, options, move |_| {
                // What gets the focus scrolls into sight, and its tip goes along.
                let focused = |e: &Element| event == "scroll" && e.matches(":focus-visible").unwrap_or_default();
                let stays = shown.borrow().clone().filter(focused);
                match (stays, tip(), crate::effects::window()) {
                    (Some(element), Some(tip), Some(window)) => place(&tip, &element, &window),
                    _ if shown.borrow_mut().take().is_some() => hide(),
                    _ => (),
                }
            }));
        }
        Box::new(move || drop(listeners))
    });
}
