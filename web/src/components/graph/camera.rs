//! Where the drawing is looked at: set on the elements themselves, as it moves with the pointer.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, PointerEvent, ResizeObserver, WheelEvent};
use yew::prelude::*;

use super::drag::Drag;
use crate::components::Shared;
use crate::graph::picture::Picture;

/// Largest and smallest scale.
pub(super) const SCALES: (f64, f64) = (0.08, 2.5);
/// Largest scale that is chosen without being asked for.
pub(super) const COMFORTABLE: f64 = 1.25;

/// Where the drawing is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Camera {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) scale: f64,
    /// Whether the person moved it; then it stays where it is.
    pub(super) moved: bool,
}

/// What is set on elements, and known only here.
pub(super) struct Live {
    pub(super) camera: Camera,
    pub(super) drag: Drag,
    pub(super) pointers: Vec<(i32, f64, f64)>,
    /// The picture for which the camera was set.
    pub(super) fitted: Option<u32>,
    /// Swallows the click that ends a drag.
    pub(super) dragged: bool,
}

impl Default for Live {
    fn default() -> Self {
        let camera = Camera { x: 0.0, y: 0.0, scale: 1.0, moved: false };
        Live { camera, drag: Drag::None, pointers: Vec::new(), fitted: None, dragged: false }
    }
}

pub(super) type LiveRef = Rc<RefCell<Live>>;

pub(super) fn at(canvas: &Element, event: &PointerEvent) -> (f64, f64) {
    let rect = canvas.get_bounding_client_rect();
    (f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top())
}

pub(super) fn size_of(canvas: &Element) -> (f64, f64) {
    (f64::from(canvas.client_width()), f64::from(canvas.client_height()))
}

pub(super) fn show(canvas: &Element, camera: &Camera) {
    if let Some(world) = find(canvas, ".world") {
        let _ = world.set_attribute("transform", &format!("translate({:.1} {:.1}) scale({:.4})", camera.x, camera.y, camera.scale));
    }
    // Letters that nobody could read are left out.
    let _ = canvas.class_list().toggle_with_force("far", camera.scale < 0.5);
    if let Some(html) = canvas.dyn_ref::<HtmlElement>() {
        let _ = html.style().set_property("background-position", &format!("{:.1}px {:.1}px", camera.x, camera.y));
    }
}

pub(super) fn zoom_at(live: &LiveRef, canvas: &Element, x: f64, y: f64, factor: f64) {
    let mut live = live.borrow_mut();
    let camera = live.camera;
    let scale = (camera.scale * factor).clamp(SCALES.0, SCALES.1);
    let ratio = scale / camera.scale;
    live.camera = Camera { x: x - (x - camera.x) * ratio, y: y - (y - camera.y) * ratio, scale, moved: true };
    show(canvas, &live.camera);
}

/// Shows all of the picture, in the middle.
pub(super) fn fit_camera(live: &LiveRef, canvas: &Element, picture: &Picture) {
    let (w, h) = size_of(canvas);
    if w < 1.0 || h < 1.0 {
        return;
    }
    let bounds = picture.bounds;
    let (top, margin) = (52.0, if w < 600.0 { 16.0 } else { 32.0 });
    let foot = 44.0;
    let scale = ((w - 2.0 * margin) / bounds.w.max(1.0)).min((h - top - foot) / bounds.h.max(1.0)).clamp(SCALES.0, COMFORTABLE);
    let mut live = live.borrow_mut();
    live.camera = Camera {
        x: (w - bounds.w * scale) / 2.0 - bounds.x * scale,
        y: top + (h - top - foot - bounds.h * scale) / 2.0 - bounds.y * scale,
        scale,
        moved: false,
    };
    show(canvas, &live.camera);
}

/// Follows the size of the canvas and the picture, unless the person moved the camera.
#[hook]
pub(super) fn use_camera(canvas: &NodeRef, live: &LiveRef, drawn: &Shared<Picture>, number: u32) {
    let latest = use_mut_ref(|| drawn.clone());
    *latest.borrow_mut() = drawn.clone();
    {
        let (canvas, live) = (canvas.clone(), live.clone());
        use_effect_with((drawn.clone(), number), move |(drawn, number)| {
            let Some(element) = canvas.cast::<Element>() else { return };
            let afresh = live.borrow().fitted != Some(*number);
            if afresh || !live.borrow().camera.moved {
                live.borrow_mut().fitted = Some(*number);
                fit_camera(&live, &element, drawn);
            } else {
                let camera = live.borrow().camera;
                show(&element, &camera);
            }
        });
    }
    let (canvas, live) = (canvas.clone(), live.clone());
    use_effect_with((), move |()| {
        let element = canvas.cast::<Element>();
        let watched = element.clone();
        let on_size = Closure::<dyn FnMut()>::new(move || {
            if let Some(element) = &watched {
                let moved = live.borrow().camera.moved;
                if !moved {
                    let drawn = latest.borrow().clone();
                    fit_camera(&live, element, &drawn);
                }
            }
        });
        let observer = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(on_size);
        }
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
            if event.shift_key() || (event.delta_x().abs() > event.delta_y().abs() && !event.ctrl_key()) {
                let mut live = live.borrow_mut();
                live.camera.x -= if event.delta_x() == 0.0 { event.delta_y() } else { event.delta_x() } * unit;
                live.camera.moved = true;
                show(canvas, &live.camera);
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

/// The first element of the graph that a selector names.
pub(super) fn find(canvas: &Element, selector: &str) -> Option<Element> {
    canvas.query_selector(selector).ok().flatten()
}
