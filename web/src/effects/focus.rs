//! The keyboard's place is never lost: where what had the focus goes away (a closed file, a menu, a window, a hidden pane), what is nearest to it gets it.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, MutationObserver, MutationObserverInit, Node, SvgElement};
use yew::prelude::*;

/// What can be focused, but for fields that open a list when they are.
const FOCUSABLE: &str =
    "button:not(:disabled):not([tabindex='-1']), a[href], select, input:not([role='combobox']), [tabindex='0']:not(input), summary";
/// What comes and goes over the page: after it the focus goes back to where it was before.
const PASSING: &str = "dialog, .toasts, .progress";

/// Elements that had the focus, each with all that it stands in, from the inside out.
#[derive(Clone, Default)]
struct FocusTrail {
    last: Vec<Element>,
    /// The last one outside of what comes and goes.
    before: Vec<Element>,
}

fn document() -> Option<Document> {
    crate::effects::window()?.document()
}

fn is_visible(element: &Element) -> bool {
    element.is_connected() && element.get_client_rects().length() > 0
}

/// Focuses an element, if it is there to be seen.
pub fn focus(element: &Element) -> bool {
    if !is_visible(element) {
        return false;
    }
    let _ = match (element.dyn_ref::<HtmlElement>(), element.dyn_ref::<SvgElement>()) {
        (Some(html), _) => html.focus(),
        (None, Some(svg)) => svg.focus(),
        (None, None) => Ok(()),
    };
    document().and_then(|d| d.active_element()).as_ref() == Some(element)
}

/// Focuses the first element of a selector that can be seen.
pub fn focus_first(selector: &str) -> bool {
    document().is_some_and(|document| first_in(document.as_ref(), selector))
}

/// Where the keyboard goes when the button that was pressed is gone: to the window's own.
pub const CLOSE: &str = ".window header button";
/// Or, where the window goes as well, to the name of the scene that is shown.
pub const SCENE: &str = ".header .pick";

/// Focuses the first element of a selector, once the page has been drawn again.
pub fn focus_later(selector: &'static str) {
    let later = gloo::timers::callback::Timeout::new(0, move || {
        focus_first(selector);
    });
    later.forget();
}

fn first_in(within: &Node, selector: &str) -> bool {
    let found = match (within.dyn_ref::<Element>(), within.dyn_ref::<Document>()) {
        (Some(element), _) => element.query_selector_all(selector),
        (None, Some(document)) => document.query_selector_all(selector),
        (None, None) => return false,
    };
    let Ok(found) = found else { return false };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into::<Element>().ok()).any(|element| focus(&element))
}

fn chain(element: Element) -> Vec<Element> {
    let mut chain = vec![element];
    while let Some(parent) = chain.last().and_then(|e| e.parent_element()) {
        chain.push(parent);
    }
    chain
}

/// Gives the focus to what is nearest to where it was, if nothing has it.
fn mend(kept: &FocusTrail) {
    let Some(document) = document() else { return };
    let lost = document.active_element().is_none_or(|active| active.tag_name().eq_ignore_ascii_case("body") || !is_visible(&active));
    let Some(own) = kept.last.first().filter(|_| lost) else { return };
    if is_visible(own) {
        // The person pressed beside everything, or the window lost the focus.
        return;
    }
    let passing = kept.last.iter().any(|e| e.matches(PASSING).unwrap_or_default());
    let chain = if passing { &kept.before } else { &kept.last };
    for element in chain.iter().filter(|e| is_visible(e)) {
        // Of the page as a whole the first button means nothing: the tabs and screens say where one is.
        if element.class_list().contains("page") {
            break;
        }
        if focus(element) || first_in(element, FOCUSABLE) {
            return;
        }
    }
    let _ = focus_first(".screens button.on, .bottom [role='tab'][aria-selected='true'], .header button");
}

/// Watches over the focus.
#[hook]
pub fn use_focus_keeper() {
    use_effect_with((), |()| {
        let kept = Rc::new(RefCell::new(FocusTrail::default()));
        let listener = document().map(|document| {
            let kept = kept.clone();
            gloo::events::EventListener::new(&document, "focusin", move |event| {
                let Some(target) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
                let chain = chain(target);
                let mut kept = kept.borrow_mut();
                if !chain.iter().any(|e| e.matches(PASSING).unwrap_or_default()) {
                    kept.before.clone_from(&chain);
                }
                kept.last = chain;
            })
        });
        let waiting = Rc::new(RefCell::new(None));
        let on_change = Closure::<dyn FnMut()>::new(move || {
            let kept = kept.clone();
            // After the layout: what is hidden has the focus until then.
            *waiting.borrow_mut() = Some(gloo::render::request_animation_frame(move |_| {
                // What gets the focus is kept by the listener above, meanwhile.
                let kept = kept.borrow().clone();
                mend(&kept);
            }));
        });
        let observer = MutationObserver::new(on_change.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(body)) = (&observer, document().and_then(|d| d.body())) {
            let options = MutationObserverInit::new();
            options.set_child_list(true);
            options.set_subtree(true);
            let _ = observer.observe_with_options(&body, &options);
            if let Ok(Some(page)) = body.query_selector(".page") {
                let options = MutationObserverInit::new();
                options.set_attributes(true);
                let _ = observer.observe_with_options(&page, &options);
            }
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop((listener, on_change));
        }
    });
}
