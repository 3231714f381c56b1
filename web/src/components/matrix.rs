//! All pairs as a table: the same as the graph, for those who do not see it and for those who count.

use netpolis_core::text::count;
use yew::prelude::*;

use super::coverage::Coverage;
use super::renders::count_render;
use super::signs::status_class;
use super::{ByAddress, Dispatch, use_part};
use crate::state::Action;
use netpolis_view::{MatrixCell, SceneView, matrix_view};

/// All pairs.
#[component]
pub fn Matrix() -> Html {
    let Some(store) = use_part(|state| (state.scene_part(), state.flow_ends())) else { return Html::default() };
    html! { <><Coverage /><Table scene={store.scene_part()} flow={store.flow_ends()} store={store.dispatcher()} /></> }
}

/// Properties of a [`Table`].
#[derive(Clone, PartialEq, Properties)]
pub struct TableProps {
    /// The scene.
    pub scene: ByAddress<SceneView>,
    /// Ends of the flow in question.
    pub flow: Option<(usize, usize)>,
    /// The page's state.
    pub store: Dispatch,
}

/// The table itself.
#[component]
pub fn Table(props: &TableProps) -> Html {
    count_render("Table");
    let opened = use_state(|| None::<u32>);
    let matrix = use_memo((props.scene.clone(), *opened), |(scene, opened)| matrix_view(scene, *opened));
    if matrix.lines.is_empty() {
        return html! { <p class="nothing">{ "No pods yet. The matrix has a row and a column for every workload." }</p> };
    }
    html! {
        <div class="matrix" tabindex="0" role="region" aria-label="Matrix of all pairs">
            if let Some(endpoints) = matrix.by_namespace { { namespaces(&props.scene, endpoints, &opened) } }
            <table>
                <caption class="visually-hidden">{ "Allowed connections: rows send, columns receive" }</caption>
                <thead>
                    <tr><th class="corner" scope="col">{ "from \\ to" }</th>
                        { for matrix.lines.iter().map(|line| html! { <th scope="col" title={line.title.clone()}><span>{ &line.short }</span></th> }) }
                    </tr>
                </thead>
                <tbody>
                    { for matrix.lines.iter().zip(&matrix.cells).map(|(line, cells)| html! {
                        <tr><th scope="row" title={line.title.clone()}><span>{ &line.title }</span></th>{ for cells.iter().map(|one| cell(props, one)) }</tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
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
            { format!("{}, by namespace. ", count(endpoints, "endpoint")) }
            <label>{ "Workloads of " }<span class="pick select"><select {onchange}>
                <option value="" selected={opened.is_none()}>{ "no namespace" }</option>
                { for (0..).zip(&scene.namespaces).map(|(i, n)| html! { <option value={i.to_string()} selected={**opened == Some(i)}>{ &n.name }</option> }) }
            </select></span></label>
        </p>
    }
}

fn cell(props: &TableProps, cell: &MatrixCell) -> Html {
    let (status, text, label, ends) = match cell {
        MatrixCell::Itself(label) => return html! { <td class="self" aria-label={label.clone()}>{ "·" }</td> },
        MatrixCell::Pairs { status, text, label, ends } => (*status, text, label.clone(), *ends),
    };
    let class = status_class(status);
    let Some((from, to)) = ends else {
        return html! { <td {class} title={label}>{ text }</td> };
    };
    let selected = props.flow == ends;
    let action = Action::AskBetween { from: props.scene.key(from), to: props.scene.key(to), traffic: None };
    let store = props.store.clone();
    let onclick = Callback::from(move |_: MouseEvent| store.dispatch(action.clone()));
    html! {
        <td class={classes!(class, selected.then_some("selected"))}>
            <button type="button" {onclick} title={label.clone()} aria-label={label} aria-pressed={selected.to_string()}>{ text }</button>
        </td>
    }
}
