//! The flow in question as a line through the picture.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

use crate::components::signs::verdict_class;
use crate::graph::Rect;
use crate::graph::around::around;
use crate::graph::through::through;
use netpolis_view::{NetworkFlow, VerdictView};

/// Boxes that are higher than this, in pixels, are met at their heading, which is as high as the second number.
const TALL: (f64, f64) = (60.0, 30.0);

/// The line as it was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FlowLine {
    stops: Vec<Rect>,
    walls: Vec<Rect>,
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
            let measured = world.cast::<Element>().and_then(|world| measured(&world, &flow, &line)).unwrap_or_default();
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

/// Elements with words that the line goes around, apart from cards that it has no business in.
const WORDS: &str = "header b, header code, header small, header .spot, .az-badge > .icon, .az-badge > span, .az-signs span, .az-pod, .az-more, .az-outside";
/// How far from its corners the line leaves a wide box.
const INSET: f64 = 12.0;

/// The line from where the flow starts through the groups that it meets, to the first that lets it not pass. The `last` one is kept where
/// nothing has moved.
fn measured(world: &Element, flow: &NetworkFlow, last: &FlowLine) -> Option<FlowLine> {
    let find =
        |attribute: &str, value: &str| all(world, &format!("[{attribute}]")).find(|e| e.get_attribute(attribute).as_deref() == Some(value));
    let passed = flow.stops.iter().take_while(|(_, verdict)| *verdict == VerdictView::Allowed).count();
    let ends_at = flow.stops.get(passed);
    let mut boxes = vec![find("data-key", flow.from.as_deref()?)?];
    for (id, _) in flow.stops.iter().take(passed).chain(ends_at) {
        boxes.push(find("data-stop", id)?);
    }
    if ends_at.is_none() {
        boxes.push(find("data-key", flow.to.as_deref()?)?);
    }
    let verdict = ends_at.map_or(flow.verdict?, |(_, verdict)| *verdict);
    let (stops, walls) = (stops(world, &boxes), walls(world, &boxes));
    let size = (world.scroll_width().into(), world.scroll_height().into());
    let (path, (x, y)) = match last.end {
        Some((x, y, _)) if last.stops == stops && last.walls == walls => (last.path.clone(), (x, y)),
        _ => around(&stops, &walls).unwrap_or_else(|| through(&stops)),
    };
    Some(FlowLine { stops, walls, path, size, end: Some((x, y, verdict)) })
}

fn all(world: &Element, selector: &str) -> impl Iterator<Item = HtmlElement> + use<> {
    let found = world.query_selector_all(selector).ok();
    (0..found.as_ref().map_or(0, web_sys::NodeList::length)).filter_map(move |i| found.as_ref()?.item(i)?.dyn_into().ok())
}

fn place(world: &Element, element: &Element) -> Rect {
    let (frame, area) = (world.get_bounding_client_rect(), element.get_bounding_client_rect());
    Rect { x: area.left() - frame.left(), y: area.top() - frame.top(), w: area.width(), h: area.height() }
}

/// Where the line passes. It leaves the first box, and comes to the last, above or below its neighbour where that can be.
fn stops(world: &Element, boxes: &[HtmlElement]) -> Vec<Rect> {
    let mut stops: Vec<Rect> = boxes
        .iter()
        .map(|element| {
            let area = place(world, element);
            Rect { h: if area.h > TALL.0 { TALL.1 } else { area.h }, ..area }
        })
        .collect();
    let last = stops.len().saturating_sub(1);
    for (end, neighbour) in [(0, 1), (last, last.saturating_sub(1))] {
        let Some(towards) = stops.get(neighbour).map(Rect::middle_x) else { continue };
        if let Some(stop) = stops.get_mut(end).filter(|stop| stop.w > 4.0 * INSET) {
            let x = towards.clamp(stop.x + INSET, stop.right() - INSET);
            *stop = Rect { x, w: 0.0, ..*stop };
        }
    }
    stops
}

/// What the line goes around: cards, and the words outside of them and in those that it leads into.
fn walls(world: &Element, boxes: &[HtmlElement]) -> Vec<Rect> {
    let (passed, cards): (Vec<_>, Vec<_>) = all(world, ".az-machine").partition(|card| boxes.iter().any(|stop| card.contains(Some(stop))));
    let in_passed = |element: &HtmlElement| match element.closest(".az-machine") {
        Ok(Some(card)) => passed.iter().any(|own| **own == card),
        _ => true,
    };
    let words = all(world, WORDS).filter(in_passed);
    cards.into_iter().chain(words).map(|element| place(world, &element)).filter(|area| area.w > 0.0).collect()
}
