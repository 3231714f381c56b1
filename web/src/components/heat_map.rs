//! All pairs of a large scene as a heat map: the more of two namespaces' pairs have something that passes, the stronger the colour. Only the cells
//! that are in sight are there.

use std::ops::Range;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use web_sys::Element;
use yew::prelude::*;

use super::matrix::{draw, keys};
use super::{ByAddress, Dispatch};
use crate::state::Marks;
use crate::words::t;
use netpolis_view::{MatrixCell, MatrixView, SceneView};

/// Height of a row and width of a column, with the space between them.
const PITCH: (f64, f64) = (26.0, 88.0);
/// Rows and columns beyond what is in sight, and by how many the window moves.
const BEYOND: usize = 4;
/// What is drawn where nothing can be measured.
const FIRST: usize = 16;

#[derive(Clone, PartialEq, Properties)]
pub struct HeatMapProps {
    pub(super) matrix: Rc<MatrixView>,
    pub(super) scene: ByAddress<SceneView>,
    /// What stands above the table.
    pub(super) note: Html,
    /// What differs from the baseline.
    pub(super) marks: Rc<Marks>,
    /// Ends of the flow in question.
    pub(super) flow: Option<(usize, usize)>,
    pub(super) store: Dispatch,
}

/// The rows and columns that are there.
#[derive(Clone, Debug, PartialEq)]
struct Window {
    rows: Range<usize>,
    columns: Range<usize>,
}

/// The lines in sight of those that begin at `start`, where so many pixels are seen.
fn in_sight(start: f64, seen: f64, pitch: f64) -> Range<usize> {
    let first = (-start / pitch).max(0.0) as usize / BEYOND * BEYOND;
    let last = ((seen - start) / pitch).max(0.0) as usize / BEYOND * BEYOND;
    first.saturating_sub(BEYOND)..last + 2 * BEYOND
}

impl Window {
    /// What of a table is in sight of all that its pane shows.
    fn of(table: &Element) -> Option<Window> {
        let pane = table.closest(".pane, .bottom-body").ok().flatten()?.get_bounding_client_rect();
        let place = table.get_bounding_client_rect();
        let rows = in_sight(place.top() - pane.top(), pane.height(), PITCH.0);
        Some(Window { rows, columns: in_sight(place.left() - pane.left(), pane.width(), PITCH.1) })
    }

    fn within(&self, lines: usize) -> Window {
        let range = |range: &Range<usize>| range.start.min(lines)..range.end.min(lines);
        Window { rows: range(&self.rows), columns: range(&self.columns) }
    }
}

#[component]
pub(super) fn HeatMap(props: &HeatMapProps) -> Html {
    let table = use_node_ref();
    let window = use_state_eq(|| Window { rows: 0..FIRST, columns: 0..FIRST });
    {
        let (table, window) = (table.clone(), window.clone());
        use_effect_with(props.matrix.lines.len(), move |_| {
            let look = move || {
                if let Some(seen) = table.cast::<Element>().and_then(|table| Window::of(&table)) {
                    window.set(seen);
                }
            };
            look();
            let listen = |event: &'static str| {
                let (look, options) = (look.clone(), EventListenerOptions::run_in_capture_phase());
                crate::effects::window().map(|window| EventListener::new_with_options(&window, event, options, move |_| look()))
            };
            let listeners = [listen("scroll"), listen("resize"), listen("pointerup")];
            move || drop(listeners)
        });
    }
    let lines = &props.matrix.lines;
    let Window { rows, columns } = window.within(lines.len());
    let (before, after) = (columns.start, lines.len() - columns.end);
    let wide = |columns: usize| format!("width:{}px", columns as f64 * PITCH.1 - 2.0);
    let high = |rows: usize| format!("height:{}px", rows as f64 * PITCH.0 - 2.0);
    let blank_row = |rows: usize| (rows > 0).then(|| html! { <tr aria-hidden="true"><td class="gap" style={high(rows)} /></tr> });
    let gap = |columns: usize| (columns > 0).then(|| html! { <td class="gap" aria-hidden="true" /> });
    let change = |cell: &MatrixCell| match cell {
        MatrixCell::Pairs { ends: Some(ends), .. } => props.marks.get(ends).copied(),
        _ => None,
    };
    let row = |index: usize| {
        let Some(line) = lines.get(index) else { return Html::default() };
        let cells = props.matrix.cells(&props.scene, index, columns.clone());
        html! {
            <tr aria-rowindex={(index + 2).to_string()}>
                <th scope="row" title={line.title.clone()}><span>{ &line.title }</span></th>
                { for gap(before) }
                { for cells.iter().map(|cell| draw(&props.store, props.flow, change(cell), cell, keys(&props.scene, cell).as_ref())) }
                { for gap(after) }
            </tr>
        }
    };
    html! {
        <div class="matrix heat" style={format!("--columns:{}", lines.len())} tabindex="0" role="region" aria-label={t("Matrix of all pairs")}>
            { props.note.clone() }
            <table ref={table} aria-rowcount={(lines.len() + 1).to_string()} aria-colcount={(lines.len() + 1).to_string()}>
                <caption class="visually-hidden">{ t("Allowed connections: rows send, columns receive") }</caption>
                <thead>
                    <tr aria-rowindex="1"><th class="corner" scope="col">{ t("from \\ to") }</th>
                        if before > 0 { <th class="gap" aria-hidden="true" style={wide(before)} /> }
                        { for columns.clone().filter_map(|index| Some((index, lines.get(index)?))).map(|(index, line)| html! {
                            <th scope="col" aria-colindex={(index + 2).to_string()} title={line.title.clone()}><span>{ &line.short }</span></th>
                        }) }
                        if after > 0 { <th class="gap" aria-hidden="true" style={wide(after)} /> }
                    </tr>
                </thead>
                <tbody>
                    { for blank_row(rows.start) }
                    { for rows.clone().map(row) }
                    { for blank_row(lines.len() - rows.end) }
                </tbody>
            </table>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_sight_is_there() {
        // Scrolled by 40 rows, of which 10 are seen: a few more on both sides, and the window moves in steps.
        assert_eq!(in_sight(-40.0 * 26.0, 260.0, 26.0), 36..56);
        assert_eq!(in_sight(-41.0 * 26.0, 260.0, 26.0), 36..56);
        assert_eq!(in_sight(30.0, 260.0, 26.0), 0..16);
        let window = Window { rows: 36..56, columns: 0..16 };
        assert_eq!(window.within(50), Window { rows: 36..50, columns: 0..16 });
        assert_eq!(window.within(5), Window { rows: 5..5, columns: 0..5 });
    }
}
