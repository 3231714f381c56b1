//! All of a picture that is larger than its canvas, small, and which part of it is seen.

use std::fmt::Write as _;

use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use super::camera::{Camera, wanted};
use super::drawing::Handle;
use super::view::{find, size_of};
use crate::components::ByAddress;
use crate::graph::Rect;
use crate::graph::picture::Picture;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct MinimapProps {
    pub(super) picture: ByAddress<Picture>,
    pub(super) live: Handle,
    pub(super) canvas: NodeRef,
    /// Whether it is a map in a corner, which is seen while not all of the picture is; else a strip at the edge.
    #[prop_or_default]
    pub(super) corner: bool,
}

/// How large a map in a corner is at most.
const CORNER: (f64, f64) = (148.0, 104.0);

/// How much of a picture is in sight where its map is not.
const NEARLY: f64 = 0.75;

/// A press or a drag on it shows what is there.
#[component]
pub(super) fn Minimap(props: &MinimapProps) -> Html {
    let own = use_node_ref();
    let (bounds, corner) = (props.picture.bounds, props.corner);
    let go = {
        let (live, canvas, own) = (props.live.0.clone(), props.canvas.clone(), own.clone());
        Callback::from(move |event: PointerEvent| {
            let elements = canvas.cast::<Element>().zip(own.cast::<Element>());
            let Some((canvas, map)) = elements.filter(|_| event.buttons() == 1) else { return };
            let (place, size) = (map.get_bounding_client_rect(), size_of(&canvas));
            let share = |at: i32, start: f64, length: f64| ((f64::from(at) - start) / length.max(1.0)).clamp(0.0, 1.0);
            let mut live = live.borrow_mut();
            let camera = live.camera;
            let y = size.1 / 2.0 - (bounds.y + share(event.client_y(), place.top(), place.height()) * bounds.h) * camera.scale;
            let x = size.0 / 2.0 - (bounds.x + share(event.client_x(), place.left(), place.width()) * bounds.w) * camera.scale;
            live.look(&canvas, Camera { x: if corner { x } else { camera.x }, y, moved: true, ..camera });
        })
    };
    {
        // It has just come, and does not know yet what is seen.
        let (live, canvas) = (props.live.0.clone(), props.canvas.clone());
        use_effect_with(props.picture.clone(), move |_| {
            if let Some(canvas) = canvas.cast::<Element>() {
                let live = live.borrow();
                seen(&canvas, &live.camera, live.known_size(&canvas));
            }
        });
    }
    let flow = wanted(&props.picture)[0];
    let ends = props.picture.marks.iter().enumerate().filter(|(index, _)| props.picture.has_flow(*index)).map(|(_, mark)| mark.rect);
    // Not over what is asked about.
    let left = flow.middle_x() > bounds.middle_x();
    html! {
        <svg ref={own} class={classes!("minimap", corner.then_some("corner"), left.then_some("left"))} style={corner.then(|| corner_size(bounds))} aria-hidden="true" viewBox={format!("{} {} {} {}", bounds.x, bounds.y, bounds.w, bounds.h)} preserveAspectRatio="none"
            onpointerdown={go.clone()} onpointermove={go}>
            <path class="frames" d={outline(props.picture.frames.iter().map(|frame| frame.rect))} />
            <path class="cards" d={outline(props.picture.marks.iter().map(|mark| mark.rect))} />
            <path class="flow" d={outline(ends)} />
            <rect class="seen" />
        </svg>
    }
}

/// As large as a corner allows, in the shape of the picture.
fn corner_size(bounds: Rect) -> String {
    let scale = (CORNER.0 / bounds.w.max(1.0)).min(CORNER.1 / bounds.h.max(1.0));
    format!("width:{:.0}px;height:{:.0}px", bounds.w * scale, bounds.h * scale)
}

fn outline(rects: impl Iterator<Item = Rect>) -> String {
    let mut path = String::new();
    for r in rects {
        let _ = write!(path, "M{:.0} {:.0}h{:.0}v{:.0}h-{2:.0}z", r.x, r.y, r.w, r.h);
    }
    path
}

/// Which part of the picture the camera shows.
pub(super) fn seen(canvas: &Element, camera: &Camera, size: (f64, f64)) {
    let Some(seen) = find(canvas, ".minimap .seen") else { return };
    if let Some([x, y, w, h]) = find(canvas, ".minimap").and_then(|map| numbers(&map.get_attribute("viewBox")?)) {
        // How much of it is in sight: of what is nearly whole nobody needs a map.
        let share = |start: f64, length: f64, moved: f64, room: f64| {
            let begin = moved + start * camera.scale;
            ((begin + length * camera.scale).min(room) - begin.max(0.0)).max(0.0) / (length * camera.scale).max(1.0)
        };
        let cropped = share(x, w, camera.x, size.0) * share(y, h, camera.y, size.1) < NEARLY;
        let _ = canvas.class_list().toggle_with_force("cropped", cropped);
    }
    for (name, value) in [
        ("x", -camera.x / camera.scale),
        ("y", -camera.y / camera.scale),
        ("width", size.0 / camera.scale),
        ("height", size.1 / camera.scale),
    ] {
        let _ = seen.set_attribute(name, &format!("{value:.0}"));
    }
}

/// Four numbers with spaces between them.
fn numbers(text: &str) -> Option<[f64; 4]> {
    let found: Vec<f64> = text.split_whitespace().map_while(|word| word.parse().ok()).collect();
    found.try_into().ok()
}
