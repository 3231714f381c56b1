//! Where the drawing is looked at: set on the elements themselves, as it moves with the pointer.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, PointerEvent, ResizeObserver, WheelEvent};
use yew::prelude::*;

use super::hand::{Hand, Point};
use crate::components::Shared;
use crate::graph::Rect;
use crate::graph::picture::Picture;

/// Largest and smallest scale.
pub(super) const SCALES: (f64, f64) = (0.08, 2.5);
/// Largest scale that is chosen without being asked for.
pub(super) const COMFORTABLE: f64 = 1.25;

/// Pixels of something that stay in sight, at the least.
const PIECE: f64 = 48.0;

/// Where the drawing is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) scale: f64,
    /// Whether the person moved it; then it stays where it is.
    pub(super) moved: bool,
}

impl Camera {
    /// The drawing goes along by so much.
    pub(super) fn panned(self, dx: f64, dy: f64) -> Camera {
        Camera { x: self.x + dx, y: self.y + dy, moved: true, ..self }
    }

    /// The drawing is enlarged around a point.
    pub(super) fn zoomed(self, (x, y): Point, factor: f64) -> Camera {
        let scale = (self.scale * factor).clamp(SCALES.0, SCALES.1);
        let ratio = scale / self.scale;
        Camera { x: x - (x - self.x) * ratio, y: y - (y - self.y) * ratio, scale, moved: true }
    }

    /// The nearest place from which something of the drawing is seen: its middle parts, or a piece of a mark or a frame.
    pub(super) fn kept(self, size: (f64, f64), bounds: &Rect, shown: &[Rect]) -> Camera {
        let middle = ((size.0 / 2.0 - self.x) / self.scale, (size.1 / 2.0 - self.y) / self.scale);
        if bounds.contains(middle.0, middle.1, 0.0) {
            return self;
        }
        let along = |place: f64, start: f64, length: f64, room: f64| {
            let (start, length) = (start * self.scale, length * self.scale);
            let seen = PIECE.min(length).min(room);
            place.min(room - seen - start).max(seen - length - start)
        };
        let there = |r: &Rect| (along(self.x, r.x, r.w, size.0), along(self.y, r.y, r.h, size.1));
        let far = |at: &(f64, f64)| (at.0 - self.x).hypot(at.1 - self.y);
        let nearest = shown.iter().map(there).min_by(|a, b| far(a).total_cmp(&far(b)));
        nearest.map_or(self, |(x, y)| Camera { x, y, ..self })
    }
}

/// What is set on elements, and known only here.
pub(super) struct Live {
    pub(super) camera: Camera,
    pub(super) hand: Hand,
    /// Runs while a finger rests on a card.
    pub(super) rest: Option<gloo::timers::callback::Timeout>,
    /// Where the drawing is, in its own units, and each mark and frame of it.
    pub(super) bounds: Rect,
    pub(super) shown: Vec<Rect>,
    /// The canvas's size, as it was last seen.
    pub(super) size: (f64, f64),
    /// The picture for which the camera was set.
    pub(super) fitted: Option<u32>,
}

impl Default for Live {
    fn default() -> Self {
        let camera = Camera { x: 0.0, y: 0.0, scale: 1.0, moved: false };
        Live { camera, hand: Hand::default(), rest: None, bounds: Rect::default(), shown: Vec::new(), size: (0.0, 0.0), fitted: None }
    }
}

impl Live {
    /// The person looks from elsewhere, where something is still in sight.
    pub(super) fn look(&mut self, canvas: &Element, camera: Camera) {
        let size = size_of(canvas);
        // A canvas that is not shown has no size.
        self.camera = if size.0 < 1.0 || size.1 < 1.0 { camera } else { camera.kept(size, &self.bounds, &self.shown) };
        show(canvas, &self.camera);
    }
}

pub(super) type LiveRef = Rc<RefCell<Live>>;

pub(super) fn at(canvas: &Element, event: &PointerEvent) -> Point {
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
        // What has to be as large as a finger at every scale.
        let _ = html.style().set_property("--natural", &format!("{:.3}", 1.0 / camera.scale));
        let _ = html.style().set_property("background-position", &format!("{:.1}px {:.1}px", camera.x, camera.y));
    }
}

pub(super) fn zoom_at(live: &LiveRef, canvas: &Element, x: f64, y: f64, factor: f64) {
    let mut live = live.borrow_mut();
    let camera = live.camera.zoomed((x, y), factor);
    live.look(canvas, camera);
}

/// Shows all of the picture, in the middle.
pub(super) fn fit_camera(live: &LiveRef, canvas: &Element, picture: &Picture) {
    let size = size_of(canvas);
    if size.0 < 1.0 || size.1 < 1.0 {
        return;
    }
    let camera = fitting(size, picture.bounds);
    live.borrow_mut().camera = camera;
    show(canvas, &camera);
}

/// The camera that shows an area in the middle of a canvas.
fn fitting((w, h): (f64, f64), area: Rect) -> Camera {
    let margin = if w < 600.0 || h < 300.0 { 10.0 } else { 28.0 };
    let fits = ((w - 2.0 * margin) / area.w.max(1.0)).min((h - 2.0 * margin) / area.h.max(1.0));
    let scale = fits.clamp(SCALES.0, COMFORTABLE);
    Camera { x: (w - area.w * scale) / 2.0 - area.x * scale, y: (h - area.h * scale) / 2.0 - area.y * scale, scale, moved: false }
}

/// The camera moved just so far that an area is in sight; where that is too large for it, all of the picture is shown.
fn in_sight(camera: Camera, (w, h): (f64, f64), area: Rect, all: Rect) -> Camera {
    const MARGIN: f64 = 20.0;
    let (wide, high) = (area.w * camera.scale, area.h * camera.scale);
    if wide > w - 2.0 * MARGIN || high > h - 2.0 * MARGIN {
        return fitting((w, h), all);
    }
    let shift = |from: f64, length: f64, room: f64| (MARGIN - from).max(0.0) - (from + length - (room - MARGIN)).max(0.0);
    let dx = shift(camera.x + area.x * camera.scale, wide, w);
    let dy = shift(camera.y + area.y * camera.scale, high, h);
    Camera { x: camera.x + dx, y: camera.y + dy, ..camera }
}

/// Whether an area is in sight as a whole.
fn shows(camera: &Camera, (w, h): (f64, f64), area: Rect) -> bool {
    let inside = |from: f64, to: f64, room: f64| from >= 0.0 && to <= room;
    inside(area.x * camera.scale + camera.x, area.right() * camera.scale + camera.x, w)
        && inside(area.y * camera.scale + camera.y, area.bottom() * camera.scale + camera.y, h)
}

/// The area of the marks that were not there before; none if there is none.
fn new_area(picture: &Picture, known: &HashSet<String>) -> Option<Rect> {
    let mut fresh = picture.marks.iter().filter(|m| !known.contains(&m.key)).map(|m| m.rect);
    let first = fresh.next()?;
    Some(fresh.fold(first, |all, one| {
        let (x, y) = (all.x.min(one.x), all.y.min(one.y));
        Rect { x, y, w: all.right().max(one.right()) - x, h: all.bottom().max(one.bottom()) - y }
    }))
}

/// Follows the size of the canvas and the picture. Where the person moved the camera it stays, unless something new would be out of sight.
#[hook]
pub(super) fn use_camera(canvas: &NodeRef, live: &LiveRef, drawn: &Shared<Picture>, number: u32) {
    let latest = use_mut_ref(|| drawn.clone());
    let known = use_mut_ref(HashSet::<String>::new);
    *latest.borrow_mut() = drawn.clone();
    {
        let (canvas, live) = (canvas.clone(), live.clone());
        use_effect_with((drawn.clone(), number), move |(drawn, number)| {
            let Some(element) = canvas.cast::<Element>() else { return };
            live.borrow_mut().bounds = drawn.bounds;
            live.borrow_mut().shown = drawn.marks.iter().map(|m| m.rect).chain(drawn.frames.iter().map(|f| f.rect)).collect();
            let afresh = live.borrow().fitted != Some(*number);
            if afresh || !live.borrow().camera.moved {
                live.borrow_mut().fitted = Some(*number);
                fit_camera(&live, &element, drawn);
            } else {
                let mut live = live.borrow_mut();
                let mut camera = live.camera;
                if let Some(area) = new_area(drawn, &known.borrow()) {
                    camera = in_sight(camera, size_of(&element), area, drawn.bounds);
                }
                live.look(&element, camera);
            }
            *known.borrow_mut() = drawn.marks.iter().map(|m| m.key.clone()).collect();
        });
    }
    let (canvas, live) = (canvas.clone(), live.clone());
    use_effect_with((), move |()| {
        let element = canvas.cast::<Element>();
        let watched = element.clone();
        let on_size = Closure::<dyn FnMut()>::new(move || {
            if let Some(element) = &watched {
                let Camera { moved, .. } = live.borrow().camera;
                let drawn = latest.borrow().clone();
                // A line more or less below the picture is no reason to move it.
                let size = size_of(element);
                let before = std::mem::replace(&mut live.borrow_mut().size, size);
                let calm = size.0 == before.0 && (size.1 - before.1).abs() < 60.0 && shows(&live.borrow().camera, size, drawn.bounds);
                if moved {
                    let mut live = live.borrow_mut();
                    let camera = live.camera;
                    live.look(element, camera);
                } else if !calm {
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
                let camera = live.camera.panned(-if event.delta_x() == 0.0 { event.delta_y() } else { event.delta_x() } * unit, 0.0);
                live.look(canvas, camera);
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

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (f64, f64) = (600.0, 400.0);

    fn area(x: f64, y: f64, w: f64, h: f64) -> Rect {
        Rect { x, y, w, h }
    }

    #[test]
    fn what_is_new_comes_into_sight_by_the_shortest_way() {
        let camera = Camera { x: 10.0, y: 10.0, scale: 1.0, moved: true };
        let all = area(0.0, 0.0, 2000.0, 300.0);
        let seen = in_sight(camera, SIZE, area(50.0, 50.0, 100.0, 50.0), all);
        assert_eq!((seen.x, seen.y, seen.scale), (10.0, 10.0, 1.0), "nothing moves for what is in sight");
        let right = in_sight(camera, SIZE, area(900.0, 50.0, 100.0, 50.0), all);
        assert_eq!((right.x + 1000.0, right.y, right.scale), (580.0, 10.0, 1.0));
        let left = in_sight(Camera { x: -500.0, ..camera }, SIZE, area(50.0, 50.0, 100.0, 50.0), all);
        assert_eq!(left.x + 50.0, 20.0);
        // Too large at this scale: all of the picture.
        let wide = in_sight(camera, SIZE, area(0.0, 0.0, 1900.0, 50.0), all);
        assert!(wide.scale < 0.3 && !wide.moved, "{wide:?}");
    }
}
