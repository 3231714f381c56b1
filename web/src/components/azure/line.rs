//! The flow in question as a line through the picture.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

use crate::components::signs::verdict_class;
use crate::graph::through::{Stop, through};
use crate::view_model::{NetworkFlow, VerdictView};

/// Boxes that are higher than this, in pixels, are met at their heading, which is as high as the second number.
const TALL: (f64, f64) = (60.0, 30.0);

/// The line as it was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FlowLine {
    path: String,
    size: (f64, f64),
    /// Where it ends, and how.
    end: Option<(f64, f64, VerdictView)>,
}

/// The line as an element over the picture.
pub(super) fn drawn(line: &FlowLine) -> Html {
    let Some((x, y, verdict)) = line.end.filter(|_| !line.path.is_empty()) else { return Html::default() };
    let (width, height) = line.size;
    let denied = verdict == VerdictView::Denied;
    html! {
        <svg class={classes!("az-line", verdict_class(verdict))} width={width.to_string()} height={height.to_string()} aria-hidden="true">
            <path class="glow" d={line.path.clone()} /><path d={line.path.clone()} />
            <circle cx={x.to_string()} cy={y.to_string()} r={if denied { "7" } else { "4" }} />
            if denied { <path class="cross" d={format!("M{} {}l6 6m0-6l-6 6", x - 3.0, y - 3.0)} /> }
        </svg>
    }
}

/// Measures where the flow's stops are, after each change of the picture and of its size.
#[hook]
pub(super) fn use_line(world: &NodeRef, flow: &NetworkFlow) -> FlowLine {
    let line = use_state(FlowLine::default);
    let measure = {
        let (world, line, flow) = (world.clone(), line.clone(), flow.clone());
        move || {
            let measured = world.cast::<Element>().and_then(|world| measured(&world, &flow)).unwrap_or_default();
            if *line != measured {
                line.set(measured);
            }
        }
    };
    {
        // Whatever was rendered, the stops may be elsewhere.
        let measure = measure.clone();
        use_effect(measure);
    }
    let world = world.clone();
    use_effect(move || {
        let on_size = Closure::<dyn FnMut()>::new(measure);
        let observer = ResizeObserver::new(on_size.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, world.cast::<Element>()) {
            observer.observe(&element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(on_size);
        }
    });
    (*line).clone()
}

/// The line from where the flow starts through the groups that it meets, to the first that lets it not pass.
fn measured(world: &Element, flow: &NetworkFlow) -> Option<FlowLine> {
    let frame = world.get_bounding_client_rect();
    let find = |attribute: &str, value: &str| {
        let all = world.query_selector_all(&format!("[{attribute}]")).ok()?;
        (0..all.length())
            .filter_map(|i| all.item(i)?.dyn_into::<HtmlElement>().ok())
            .find(|e| e.get_attribute(attribute).as_deref() == Some(value))
    };
    // Boxes by their middle, top and bottom.
    let area = |element: &HtmlElement, heading: bool| {
        let area = element.get_bounding_client_rect();
        let height = if heading && area.height() > TALL.0 { TALL.1 } else { area.height() };
        let top = area.top() - frame.top();
        Stop { x: area.left() - frame.left() + area.width() / 2.0, top, bottom: top + height }
    };
    let passed = flow.stops.iter().take_while(|(_, verdict)| *verdict == VerdictView::Allowed).count();
    let ends_at = flow.stops.get(passed);
    let mut stops = vec![area(&find("data-key", flow.from.as_deref()?)?, true)];
    for (id, _) in flow.stops.iter().take(passed).chain(ends_at) {
        stops.push(area(&find("data-stop", id)?, false));
    }
    if ends_at.is_none() {
        stops.push(area(&find("data-key", flow.to.as_deref()?)?, true));
    }
    let verdict = ends_at.map_or(flow.verdict?, |(_, verdict)| *verdict);
    let (path, x, y) = through(&stops);
    Some(FlowLine { path, size: (world.scroll_width().into(), world.scroll_height().into()), end: Some((x, y, verdict)) })
}
