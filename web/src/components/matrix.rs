//! All pairs as a table: the same as the graph, for those who do not see it and for those who count.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::coverage::Coverage;
use super::graph::filtered;
use super::grouping::{grouping, in_order};
use super::heat_map::HeatMapProps;
use super::late::{Late, Part};
use super::renders::count_render;
use super::shown::{flow_in as shown_flow, use_shown};
use super::signs::{change_class, status_class};
use super::{ByAddress, Dispatch, Store, use_part};
use crate::state::{Action, Marks, marks_in};
use crate::words::{Language, own_words, shown, t, t_count};
use netpolis_view::{FlowChange, FurtherAnswer, MatrixCell, MatrixView, SceneView, matrix_view};

/// All pairs.
#[component]
pub fn Matrix() -> Html {
    let Some(store) = use_part(|state| {
        let shown = (state.picture.filter.clone(), state.filter_answer().cloned().map(ByAddress), state.to_predict());
        (state.scene_part(), state.flow_ends(), (state.marks().cloned().map(ByAddress), shown))
    }) else {
        return Html::default();
    };
    html! { <><Coverage />if !store.picture.filter.is_empty() { <p class="matrix-note">{ filtered(&store) }</p> }<ShownTable {store} /></> }
}

#[derive(Clone, PartialEq, Properties)]
struct ShownProps {
    store: Store,
}

/// The table of what is shown of the scene.
#[component]
fn ShownTable(props: &ShownProps) -> Html {
    let shown = use_shown(&props.store);
    let flow = shown_flow(&props.store, &shown);
    html! { <Table words={props.store.layout.words} scene={shown} marks={props.store.marks().cloned().map(ByAddress)} {flow} store={props.store.dispatcher()} /> }
}

/// Properties of a [`Table`].
#[derive(Clone, PartialEq, Properties)]
pub struct TableProps {
    /// The language that is shown: in another it is drawn anew.
    #[prop_or_default]
    pub words: Language,
    /// The scene.
    pub scene: ByAddress<SceneView>,
    /// Ends of the flow in question.
    pub flow: Option<(usize, usize)>,
    /// What differs from the baseline.
    pub marks: Option<ByAddress<FurtherAnswer>>,
    /// The page's state.
    pub store: Dispatch,
}

/// Cells that are made and laid out in one go, so that the page answers in between.
const SLICE: usize = 700;

/// Of so few lines everybody sees which are alike.
const FEW: usize = 10;

/// A row as it is drawn.
#[derive(Debug, PartialEq)]
struct Row {
    title: String,
    /// Each with sender and receiver of a question about it, by their keys, where it is one pair.
    cells: Vec<(MatrixCell, Option<(String, String)>)>,
}

impl Row {
    fn new(view: &MatrixView, scene: &SceneView, index: usize) -> Self {
        let cells = view.row(scene, index).into_iter().map(|cell| (keys(scene, &cell), cell)).map(|(keys, cell)| (cell, keys)).collect();
        Row { title: view.lines.get(index).map_or_else(String::new, |line| line.title.clone()), cells }
    }
}

/// Sender and receiver of a question about a cell, where it is one pair.
pub(super) fn keys(scene: &SceneView, cell: &MatrixCell) -> Option<(String, String)> {
    match cell {
        MatrixCell::Pairs { ends: Some((from, to)), .. } => Some((scene.key(*from), scene.key(*to))),
        _ => None,
    }
}

/// The rows that there are so far.
#[derive(Default)]
struct Rows {
    /// The table that they are of, and the scene.
    of: Option<(Rc<MatrixView>, ByAddress<SceneView>)>,
    rows: Vec<Rc<Row>>,
    /// How many of them are of this scene; the others are of the scene before, until their turn comes.
    done: usize,
}

impl Rows {
    /// The table is another. What its rows say stands until they are made anew, if it has the same lines.
    fn follow(&mut self, view: &Rc<MatrixView>, scene: &ByAddress<SceneView>) {
        if self.of.as_ref().is_some_and(|(before, of)| Rc::ptr_eq(before, view) && of == scene) {
            return;
        }
        if self.of.as_ref().is_none_or(|(before, _)| before.lines != view.lines) {
            self.rows.clear();
        }
        self.of = Some((view.clone(), scene.clone()));
        self.done = 0;
        self.go_on();
    }

    fn is_done(&self) -> bool {
        self.of.as_ref().is_none_or(|(view, _)| self.done >= view.lines.len())
    }

    /// Makes the next few rows; all of them where nobody waits.
    fn go_on(&mut self) {
        let Some((view, scene)) = &self.of else { return };
        let lines = view.lines.len();
        let slice = if crate::effects::window().is_some() { (SLICE / lines.max(1)).max(1) } else { lines };
        for index in self.done..lines.min(self.done + slice) {
            let row = Row::new(view, scene, index);
            match self.rows.get_mut(index) {
                // What says the same is not drawn again.
                Some(before) if **before == row => (),
                Some(before) => *before = Rc::new(row),
                None => self.rows.push(Rc::new(row)),
            }
        }
        self.done = (self.done + slice).min(lines);
    }
}

/// The table itself. Its rows come a few at a time.
#[component]
pub fn Table(props: &TableProps) -> Html {
    count_render("Table");
    let opened = use_state(|| None::<u32>);
    let alike = use_state(|| false);
    let order = use_mut_ref(|| None::<(Option<u32>, Vec<String>)>);
    let flow = props.flow;
    let matrix = use_memo((props.scene.clone(), *opened, *alike), |(scene, opened, alike)| {
        in_order(matrix_view(scene, *opened), scene, alike.then_some(*opened), &mut order.borrow_mut())
    });
    let marks = use_memo((props.scene.clone(), props.marks.clone()), |(scene, marks)| marks_in(scene, marks.as_deref()));
    let rows = use_mut_ref(Rows::default);
    if matrix.by_namespace.is_none() {
        rows.borrow_mut().follow(&matrix, &props.scene);
    }
    use_slices(&rows);
    if let Some(endpoints) = matrix.by_namespace {
        let note = html! { <>{ namespaces(&props.scene, endpoints, &opened) }{ grouping(&alike) }</> };
        let (scene, store) = (props.scene.clone(), props.store.clone());
        return html! { <Late part={Part::HeatMap(HeatMapProps { matrix, scene, note, marks, flow, store })} /> };
    }
    if matrix.lines.is_empty() {
        return html! { <p class="nothing">{ t("No pods yet. The matrix has a row and a column for every workload.") }</p> };
    }
    let busy = !rows.borrow().is_done();
    html! {
        <div class="matrix" tabindex="0" role="region" aria-label={t("Matrix of all pairs")} aria-busy={busy.then_some("true")}>
            if matrix.lines.len() >= FEW { { grouping(&alike) } }
            <table>
                <caption class="visually-hidden">{ t("Allowed connections: rows send, columns receive") }</caption>
                <thead>
                    <tr><th class="corner" scope="col">{ t("from \\ to") }</th>
                        { for matrix.lines.iter().map(|line| html! { <th scope="col" title={line.title.clone()}><span>{ &line.short }</span></th> }) }
                    </tr>
                </thead>
                <tbody>
                    { for rows.borrow().rows.iter().map(|row| html! {
                        <RowView words={props.words} row={ByAddress(row.clone())} flow={flow_in(row, props.flow)} changes={changes_in(row, &marks)} store={props.store.clone()} />
                    }) }
                </tbody>
            </table>
        </div>
    }
}

/// The flow in question, for the row that has it.
fn flow_in(row: &Row, flow: Option<(usize, usize)>) -> Option<(usize, usize)> {
    flow.filter(|flow| row.cells.iter().any(|(cell, _)| matches!(cell, MatrixCell::Pairs { ends: Some(ends), .. } if ends == flow)))
}

/// What differs in a row, by column.
fn changes_in(row: &Row, marks: &Marks) -> Vec<(usize, FlowChange)> {
    if marks.is_empty() {
        return Vec::new();
    }
    let of = |cell: &MatrixCell| match cell {
        MatrixCell::Pairs { ends: Some(ends), .. } => marks.get(ends).copied(),
        _ => None,
    };
    row.cells.iter().enumerate().filter_map(|(column, (cell, _))| Some((column, of(cell)?))).collect()
}

/// Makes the rows that are missing, with room for the page in between.
#[hook]
fn use_slices(rows: &Rc<RefCell<Rows>>) {
    let update = use_force_update();
    let (rows, done) = (rows.clone(), rows.borrow().done);
    let of = rows.borrow().of.as_ref().map(|(view, _)| ByAddress(view.clone()));
    use_effect_with((of, done), move |_| {
        let is_done = rows.borrow().is_done();
        let next = (!is_done).then(|| {
            Timeout::new(0, move || {
                rows.borrow_mut().go_on();
                update.force_update();
            })
        });
        move || drop(next)
    });
}

/// Properties of a [`RowView`].
#[derive(Clone, PartialEq, Properties)]
struct RowProps {
    words: Language,
    row: ByAddress<Row>,
    /// The flow in question, if it is in this row.
    flow: Option<(usize, usize)>,
    changes: Vec<(usize, FlowChange)>,
    store: Dispatch,
}

/// A row.
#[component]
fn RowView(props: &RowProps) -> Html {
    let title = &props.row.title;
    html! { <tr><th scope="row" title={title.clone()}><span>{ title }</span></th>{ for props.row.cells.iter().enumerate().map(|(column, (cell, keys))| draw(&props.store, props.flow, change_at(&props.changes, column), cell, keys.as_ref())) }</tr> }
}

/// Which namespace is shown by its workloads, where there are too many for all of them.
fn namespaces(scene: &SceneView, endpoints: usize, opened: &UseStateHandle<Option<u32>>) -> Html {
    let onchange = {
        let opened = opened.clone();
        Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<web_sys::HtmlSelectElement>().value();
            opened.set(value.parse().ok());
        })
    };
    html! {
        <p class="matrix-note">
            { t_count(endpoints, "{0} endpoint, by namespace. ", "{0} endpoints, by namespace. ") }
            <label>{ t("Workloads of ") }<span class="pick select"><select {onchange}>
                <option value="" selected={opened.is_none()}>{ t("no namespace") }</option>
                { for (0..).zip(&scene.namespaces).map(|(i, n)| html! { <option value={i.to_string()} selected={**opened == Some(i)}>{ &n.name }</option> }) }
            </select></span></label>
        </p>
    }
}

/// What differs from the baseline in a column of a row.
fn change_at(changes: &[(usize, FlowChange)], column: usize) -> Option<FlowChange> {
    changes.iter().find(|(at, _)| *at == column).map(|(_, change)| *change)
}

/// A cell, with sender and receiver of a question about it where it is one pair.
pub(super) fn draw(
    store: &Dispatch,
    flow: Option<(usize, usize)>,
    change: Option<FlowChange>,
    cell: &MatrixCell,
    keys: Option<&(String, String)>,
) -> Html {
    let (status, text, label, ends, share) = match cell {
        MatrixCell::Itself(label) => return html! { <td class="self" lang="en" aria-label={label.clone()}>{ "·" }</td> },
        MatrixCell::Pairs { status, text, label, ends, share } => (*status, text, label.clone(), *ends, *share),
    };
    let class = status_class(status);
    let own = own_words(text);
    // What it hints at is in English.
    let lang = (own.is_none() && shown() != Language::English).then_some("en");
    let text = own.as_ref().unwrap_or(text);
    let Some((from, to)) = keys.cloned() else {
        let share = share.filter(|share| *share > 0).map(|share| format!("--share:{share}%"));
        return html! { <td {class} {lang} style={share} title={label}>{ text }</td> };
    };
    let label = change.map_or_else(|| label.clone(), |change| format!("{label}; {}", t(change.since())));
    let selected = flow.is_some() && flow == ends;
    let store = store.clone();
    let onclick =
        Callback::from(move |_: MouseEvent| store.dispatch(Action::AskBetween { from: from.clone(), to: to.clone(), traffic: None }));
    html! {
        <td class={classes!(class, selected.then_some("selected"), change.map(change_class))}>
            <button type="button" {lang} {onclick} title={label.clone()} aria-label={label} aria-pressed={selected.to_string()}>if let Some(change) = change { <b class="since" aria-hidden="true">{ change.sign() }</b> }{ text }</button>
        </td>
    }
}
