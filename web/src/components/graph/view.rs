//! What is seen of the drawing: set on the elements themselves, as it moves with the pointer.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, PointerEvent, ResizeObserver};
use yew::prelude::*;

use super::camera::{Camera, READABLE, SCALES, fitting, flow_of, in_sight, new_area, reading, sees_flow, shows, wanted};
use super::hand::Hand;
use crate::components::ByAddress;
use crate::graph::picture::Picture;
use crate::graph::sight::{self, WHOLE};
use crate::graph::zoom::{self, Anchor, Step};
use crate::graph::{Point, Rect, is_small};
use crate::state::PictureAction;

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
    /// What was just opened or closed in an overview, by name.
    pub(super) toggled: Option<String>,
    /// How many ends were focused, one after the other.
    pub(super) focus: usize,
    /// Whether the picture is an overview: as wide as the canvas, and read from its top.
    pub(super) tall: bool,
    /// The picture that is shown.
    pub(super) picture: Option<ByAddress<Picture>>,
    /// What lay at the pointer when a zoom opened or closed something.
    pub(super) anchor: Option<Anchor>,
    /// Takes what opens and closes by zooming.
    pub(super) opens: Callback<PictureAction>,
    /// The namespace whose cards tell of their pods, and who hears of it.
    pub(super) told: Option<String>,
    pub(super) tells: Callback<Option<String>>,
    /// The part of a large picture that is drawn, and who draws it.
    pub(super) part: Option<Rect>,
    pub(super) draws: Callback<Rect>,
    /// What gets the focus as soon as it is drawn.
    pub(super) awaited: Option<String>,
    /// The picture for which the camera was set.
    pub(super) fitted: Option<(u32, Option<String>)>,
}

impl Default for Live {
    fn default() -> Self {
        let camera = Camera { x: 0.0, y: 0.0, scale: 1.0, moved: false };
        Live {
            camera,
            hand: Hand::default(),
            rest: None,
            bounds: Rect::default(),
            shown: Vec::new(),
            size: (0.0, 0.0),
            toggled: None,
            focus: 0,
            tall: false,
            picture: None,
            anchor: None,
            opens: Callback::noop(),
            told: None,
            tells: Callback::noop(),
            part: None,
            draws: Callback::noop(),
            awaited: None,
            fitted: None,
        }
    }
}

impl Live {
    /// How large the canvas was when its size was told last. To ask the canvas itself would lay out all that has changed by now.
    pub(super) fn known_size(&self, canvas: &Element) -> (f64, f64) {
        if self.size.0 < 1.0 { size_of(canvas) } else { self.size }
    }

    /// The person looks from elsewhere, where something is still in sight.
    pub(super) fn look(&mut self, canvas: &Element, camera: Camera) {
        // What still glides is there at once.
        if let Some(graph) = find(canvas, ".glides") {
            let _ = graph.class_list().remove_1("glides");
        }
        self.settle(canvas, camera);
    }

    /// The drawing is looked at from elsewhere, because it is another.
    fn settle(&mut self, canvas: &Element, camera: Camera) {
        let size = size_of(canvas);
        // A canvas that is not shown has no size.
        self.camera = if size.0 < 1.0 || size.1 < 1.0 { camera } else { camera.kept(size, &self.bounds, &self.shown) };
        show(canvas, &self.camera, size);
        self.tell(size);
    }

    /// The person looks from nearer or farther, around a point of the canvas.
    pub(super) fn zoom(&mut self, canvas: &Element, camera: Camera, around: Point, factor: f64) {
        let before = self.camera.scale;
        let smallest = if self.tall { READABLE } else { SCALES.0 };
        self.look(canvas, camera.zoomed(around, factor, smallest));
        let (camera, Some(picture)) = (self.camera, self.picture.clone()) else { return };
        let there = camera.drawn(around);
        let Some(step) = zoom::step(&picture, there, before, camera.scale) else { return };
        self.anchor = Anchor::new(&picture, there, around);
        self.opens.emit(match step {
            Step::Open(name) => PictureAction::ZoomIn(name),
            Step::Close => PictureAction::ZoomOut,
        });
    }

    /// Says which part of a large picture is to be drawn, and which namespace's cards tell of their pods: the one in the middle, from near enough.
    fn tell(&mut self, size: (f64, f64)) {
        let Some(picture) = &self.picture else { return };
        if picture.marks.len() > WHOLE {
            let ((x, y), (right, bottom)) = (self.camera.drawn((0.0, 0.0)), self.camera.drawn(size));
            if let Some(part) = sight::part(self.part.as_ref(), Rect { x, y, w: right - x, h: bottom - y }) {
                self.part = Some(part);
                self.draws.emit(part);
            }
        }
        let middle = self.camera.drawn((size.0 / 2.0, size.1 / 2.0));
        let told = zoom::told(picture, middle, self.camera.scale, self.told.is_some()).map(str::to_owned);
        if told != self.told {
            self.told.clone_from(&told);
            self.tells.emit(told);
        }
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

pub(super) fn show(canvas: &Element, camera: &Camera, size: (f64, f64)) {
    if let Some(world) = find(canvas, ".world") {
        let _ = world.set_attribute("transform", &format!("translate({:.1} {:.1}) scale({:.4})", camera.x, camera.y, camera.scale));
    }
    super::minimap::seen(canvas, camera, size);
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
    let camera = live.camera;
    live.zoom(canvas, camera, (x, y), factor);
}

/// Shows all of the picture, in the middle; on a small canvas, as much as can be read.
pub(super) fn fit_camera(live: &LiveRef, canvas: &Element, picture: &Picture) {
    let size = size_of(canvas);
    if size.0 < 1.0 || size.1 < 1.0 {
        return;
    }
    let camera = if picture.overview.is_some() { reading(size, picture.bounds) } else { fitting(size, picture.bounds, wanted(picture)) };
    let mut live = live.borrow_mut();
    live.camera = camera;
    show(canvas, &camera, size);
    live.tell(size);
}

/// Follows the size of the canvas and the picture. Where the person moved the camera it stays, unless something new would be out of sight.
#[hook]
pub(super) fn use_camera(
    canvas: &NodeRef,
    live: &LiveRef,
    drawn: &ByAddress<Picture>,
    number: (u32, Option<String>),
    room: &UseStateHandle<Option<(i32, i32)>>,
) {
    let latest = use_mut_ref(|| drawn.clone());
    let known = use_mut_ref(HashSet::<String>::new);
    *latest.borrow_mut() = drawn.clone();
    {
        let (canvas, live) = (canvas.clone(), live.clone());
        use_effect_with((drawn.clone(), number), move |(drawn, number)| {
            let Some(element) = canvas.cast::<Element>() else { return };
            let shown: Vec<Rect> = drawn.marks.iter().map(|m| m.rect).chain(drawn.frames.iter().map(|f| f.rect)).collect();
            // Other arrows between the same cards are no reason to look from elsewhere.
            let stays = live.borrow().shown == shown;
            live.borrow_mut().bounds = drawn.bounds;
            live.borrow_mut().tall = drawn.overview.is_some();
            let before = live.borrow_mut().picture.replace(drawn.clone());
            let anchor = live.borrow_mut().anchor.take();
            live.borrow_mut().shown = shown;
            let afresh = live.borrow().fitted.as_ref() != Some(number);
            if afresh || !(stays || live.borrow().camera.moved) {
                live.borrow_mut().fitted = Some(number.clone());
                fit_camera(&live, &element, drawn);
            } else if !stays {
                let mut live = live.borrow_mut();
                let mut camera = live.camera;
                if let Some(area) = new_area(drawn, &known.borrow()).filter(|_| drawn.overview.is_none()) {
                    camera = in_sight(camera, size_of(&element), area, drawn.bounds, [area; 2]);
                }
                if let Some((x, y)) = anchor.and_then(|anchor| anchor.place(drawn, camera.scale, size_of(&element).0)) {
                    camera = Camera { x, y, ..camera };
                }
                live.settle(&element, camera);
            }
            // Where not all has room, what is asked about next may be out of sight.
            let unasked = before.is_none_or(|before| flow_of(&before).map(|flow| &flow.key) == flow_of(drawn).map(|flow| &flow.key));
            let mut live = live.borrow_mut();
            let (camera, size) = (live.camera, live.known_size(&element));
            if !unasked && is_small(size) && drawn.overview.is_none() && !camera.moved && !sees_flow(camera, size, drawn) {
                let parts = wanted(drawn);
                live.settle(&element, in_sight(camera, size, parts[0], drawn.bounds, parts));
            }
            *known.borrow_mut() = drawn.marks.iter().map(|m| m.key.clone()).collect();
        });
    }
    let (canvas, live, room) = (canvas.clone(), live.clone(), room.clone());
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
                if size.0 >= 1.0 && size.1 >= 1.0 {
                    room.set(Some((size.0 as i32, size.1 as i32)));
                }
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

/// Moves the drawing as far as needed for an area to be in sight: of one that is too large, its top.
pub(super) fn bring(live: &LiveRef, canvas: &Element, area: Option<Rect>) {
    let Some(area) = area else { return };
    let mut live = live.borrow_mut();
    let (size, bounds, camera) = (size_of(canvas), live.bounds, live.camera);
    let area = Rect { h: area.h.min((size.1 - 60.0) / camera.scale), w: area.w.min((size.0 - 60.0) / camera.scale), ..area };
    let seen = in_sight(camera, size, area, bounds, [area; 2]);
    // What is as wide as the canvas stays where it is.
    let x = if live.tall && bounds.w * camera.scale <= size.0 { camera.x } else { seen.x };
    let camera = Camera { x, moved: true, ..seen };
    live.look(canvas, camera);
}

/// Moves the focus, and nothing else: browsers would scroll the canvas. What is not drawn yet gets it when it is.
pub(super) fn focus_quietly(live: &LiveRef, canvas: &Element, selector: &str) {
    if let Some(element) = find(canvas, selector) {
        crate::effects::focus::focus(&element);
    } else {
        live.borrow_mut().awaited = Some(selector.to_owned());
    }
    canvas.set_scroll_top(0);
    canvas.set_scroll_left(0);
}

/// The first element of the graph that a selector names.
pub(super) fn find(canvas: &Element, selector: &str) -> Option<Element> {
    canvas.query_selector(selector).ok().flatten()
}
