//! All of a picture that is larger than its canvas, small, and which part of it is seen.

use std::fmt::Write as _;

use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use super::camera::Camera;
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
}

/// A press or a drag on it shows what is there.
#[component]
pub(super) fn Minimap(props: &MinimapProps) -> Html {
    let own = use_node_ref();
    let bounds = props.picture.bounds;
    let go = {
        let (live, canvas, own) = (props.live.0.clone(), props.canvas.clone(), own.clone());
        Callback::from(move |event: PointerEvent| {
            let elements = canvas.cast::<Element>().zip(own.cast::<Element>());
            let Some((canvas, map)) = elements.filter(|_| event.buttons() == 1) else { return };
            let (place, size) = (map.get_bounding_client_rect(), size_of(&canvas));
            let down = (f64::from(event.client_y()) - place.top()) / place.height().max(1.0);
            let mut live = live.borrow_mut();
            let camera = live.camera;
            let y = size.1 / 2.0 - (bounds.y + down.clamp(0.0, 1.0) * bounds.h) * camera.scale;
            live.look(&canvas, Camera { y, moved: true, ..camera });
        })
    };
    {
        // It has just come, and does not know yet what is seen.
        let (live, canvas) = (props.live.0.clone(), props.canvas.clone());
        use_effect_with(props.picture.clone(), move |_| {
            if let Some(canvas) = canvas.cast::<Element>() {
                seen(&canvas, &live.borrow().camera);
            }
        });
    }
    html! {
        <svg ref={own} class="minimap" aria-hidden="true" viewBox={format!("{} {} {} {}", bounds.x, bounds.y, bounds.w, bounds.h)} preserveAspectRatio="none"
            onpointerdown={go.clone()} onpointermove={go}>
            <path class="frames" d={outline(props.picture.frames.iter().map(|frame| frame.rect))} />
            <path class="cards" d={outline(props.picture.marks.iter().map(|mark| mark.rect))} />
            <rect class="seen" />
        </svg>
    }
}

fn outline(rects: impl Iterator<Item = Rect>) -> String {
    let mut path = String::new();
    for r in rects {
        let _ = write!(path, "M{:.0} {:.0}h{:.0}v{:.0}h-{2:.0}z", r.x, r.y, r.w, r.h);
    }
    path
}

/// Which part of the picture the camera shows.
pub(super) fn seen(canvas: &Element, camera: &Camera) {
    let Some(seen) = find(canvas, ".minimap .seen") else { return };
    let size = size_of(canvas);
    for (name, value) in [
        ("x", -camera.x / camera.scale),
        ("y", -camera.y / camera.scale),
        ("width", size.0 / camera.scale),
        ("height", size.1 / camera.scale),
    ] {
        let _ = seen.set_attribute(name, &format!("{value:.0}"));
    }
}
