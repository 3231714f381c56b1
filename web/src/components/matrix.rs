//! All pairs as a table: the same as the graph, for those who do not see it and for those who count.

use std::collections::BTreeMap;

use yew::prelude::*;

use super::coverage::coverage;
use super::{Shared, Store};
use crate::state::{Action, State};
use crate::view_model::{EndKind, SceneView, Status};
use netpolis_core::text::count;

/// Most rows and columns that are drawn by workload; larger scenes are drawn by namespace, and one namespace at a time.
const MOST: usize = 60;

/// All pairs.
pub fn matrix(store: &Store) -> Html {
    let flow = store.flow_ends();
    html! { <>{ coverage(store, false) }<Table scene={Shared(store.scene.clone())} {flow} store={store.dispatcher()} /></> }
}

/// Properties of a [`Table`].
#[derive(Clone, PartialEq, Properties)]
pub struct TableProps {
    /// The scene.
    pub scene: Shared<SceneView>,
    /// Ends of the flow in question.
    pub flow: Option<(usize, usize)>,
    /// The page's state.
    pub store: UseReducerDispatcher<State>,
}

/// A row or column: one end, or all of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    title: String,
    short: String,
    ends: Vec<usize>,
}

/// The table itself.
#[component]
pub fn Table(props: &TableProps) -> Html {
    let scene = &props.scene;
    let opened = use_state(|| None::<u32>);
    let workloads = scene.ends.iter().filter(|e| e.kind != EndKind::Node).count();
    let large = workloads > MOST;
    let lines = lines(scene, large, *opened);
    if lines.is_empty() {
        return html! { <p class="nothing">{ "No pods yet. The matrix has a row and a column for every workload." }</p> };
    }
    let chooser = large.then(|| {
        let onchange = {
            let opened = opened.clone();
            Callback::from(move |event: Event| {
                let value = event.target_unchecked_into::<web_sys::HtmlSelectElement>().value();
                opened.set(value.parse().ok());
            })
        };
        html! {
            <p class="matrix-note">
                { format!("{}, by namespace. ", count(workloads, "endpoint")) }
                <label>{ "Workloads of " }<span class="pick select"><select {onchange}>
                    <option value="" selected={opened.is_none()}>{ "no namespace" }</option>
                    { for scene.namespaces.iter().enumerate().map(|(i, n)| html! { <option value={i.to_string()} selected={*opened == Some(i as u32)}>{ &n.name }</option> }) }
                </select></span></label>
            </p>
        }
    });
    html! {
        <div class="matrix" tabindex="0" role="region" aria-label="Matrix of all pairs">
            { chooser.unwrap_or_default() }
            <table>
                <caption class="visually-hidden">{ "What may be sent: rows send, columns receive" }</caption>
                <thead>
                    <tr><th class="corner" scope="col">{ "from \\ to" }</th>
                        { for lines.iter().map(|line| html! { <th scope="col" title={line.title.clone()}><span>{ &line.short }</span></th> }) }
                    </tr>
                </thead>
                <tbody>
                    { for lines.iter().map(|from| html! {
                        <tr><th scope="row" title={from.title.clone()}><span>{ &from.title }</span></th>
                            { for lines.iter().map(|to| cell(props, from, to)) }
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

fn lines(scene: &SceneView, large: bool, opened: Option<u32>) -> Vec<Line> {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for end in &scene.ends {
        *names.entry(end.title.as_str()).or_default() += 1;
    }
    // A name that several ends have says nothing without the namespace; where that is the same too, the kind tells them apart.
    let single = |index: usize| {
        let (title, end) = (scene.title(index), scene.ends.get(index));
        let own = end.map_or("", |e| e.title.as_str());
        let repeats = names.get(own).is_some_and(|count| *count > 1);
        let twins = || (0..scene.ends.len()).filter(|&other| scene.title(other) == title).count();
        let title = match end.filter(|_| repeats && twins() > 1).and_then(|e| e.key.rsplit_once('[')) {
            Some((_, kind)) => format!("{title} [{kind}"),
            None => title,
        };
        Line { short: if repeats { title.clone() } else { own.to_owned() }, title, ends: vec![index] }
    };
    let shown = |index: &usize| scene.ends.get(*index).is_some_and(|e| e.kind != EndKind::Node || e.governed_ingress);
    let mut lines: Vec<Line> = Vec::new();
    let outside = (0..scene.ends.len()).filter(shown).filter(|&i| scene.ends.get(i).is_some_and(|e| e.kind != EndKind::Workload));
    let inside = (0..scene.ends.len()).filter(|&i| scene.ends.get(i).is_some_and(|e| e.kind == EndKind::Workload));
    if !large {
        lines.extend(inside.map(single));
        lines.extend(outside.map(single));
        return lines;
    }
    for (number, namespace) in scene.namespaces.iter().enumerate() {
        let members: Vec<usize> =
            (0..scene.ends.len()).filter(|&i| scene.ends.get(i).is_some_and(|e| e.namespace == Some(number as u32))).collect();
        if opened == Some(number as u32) {
            lines.extend(members.iter().take(2 * MOST).map(|&i| single(i)));
        } else if !members.is_empty() {
            lines.push(Line { title: format!("{}/* ({})", namespace.name, members.len()), short: namespace.name.clone(), ends: members });
        }
    }
    lines.truncate(3 * MOST);
    lines.extend(outside.take(MOST).map(single));
    lines
}

fn cell(props: &TableProps, from: &Line, to: &Line) -> Html {
    let scene = &props.scene;
    let (status, text, long, ends) = match (from.ends.as_slice(), to.ends.as_slice()) {
        (&[a], &[b]) => {
            let outside = |i: usize| scene.ends.get(i).is_some_and(|e| e.kind == EndKind::Outside);
            if scene.between_index(a, b).is_none() || (outside(a) && outside(b)) {
                return html! { <td class="self" aria-label={format!("{} to itself", from.title)}>{ "·" }</td> };
            }
            let set = scene.between(a, b);
            (set.status, set.short.clone(), set.long.clone(), Some((a, b)))
        }
        _ => many(scene, &from.ends, &to.ends),
    };
    let (class, word) = match status {
        Status::Allowed => ("allowed", "allowed"),
        Status::Partly => ("allowed partly", "partly"),
        Status::Denied => ("denied", "denied"),
        Status::CannotTell => ("unknown", "cannot tell"),
    };
    let label = format!("{} to {}: {word}, {long}", from.title, to.title);
    let Some((a, b)) = ends else {
        return html! { <td {class} title={label}>{ text }</td> };
    };
    let selected = props.flow == Some((a, b));
    let key = |i: usize| scene.ends.get(i).map(|e| e.key.clone()).unwrap_or_default();
    let action = Action::AskBetween { from: key(a), to: key(b), traffic: None };
    let store = props.store.clone();
    let onclick = Callback::from(move |_: MouseEvent| store.dispatch(action.clone()));
    html! {
        <td class={classes!(class, selected.then_some("selected"))}>
            <button type="button" {onclick} title={label.clone()} aria-label={label} aria-pressed={selected.to_string()}>{ text }</button>
        </td>
    }
}

/// What passes between two groups, in a word.
fn many(scene: &SceneView, from: &[usize], to: &[usize]) -> (Status, String, String, Option<(usize, usize)>) {
    // Ends of one class are alike: count classes, not ends.
    let count = |ends: &[usize]| {
        let mut classes: Vec<(u32, usize, usize)> = Vec::new();
        for &end in ends {
            let class = scene.ends.get(end).map_or(0, |e| e.class);
            match classes.iter_mut().find(|c| c.0 == class) {
                Some(found) => found.2 += 1,
                None => classes.push((class, end, 1)),
            }
        }
        classes
    };
    let (left, right) = (count(from), count(to));
    let (mut total, mut full, mut some, mut unsure) = (0, 0, 0, 0);
    for (_, a, m) in &left {
        for (_, b, n) in &right {
            let pairs = m * n;
            total += pairs;
            match scene.between(*a, *b).status {
                Status::Allowed => full += pairs,
                Status::Partly => some += pairs,
                Status::CannotTell => unsure += pairs,
                Status::Denied => (),
            }
        }
    }
    let passing = full + some;
    let long = format!("{passing} of {total} pairs have allowed connections");
    match (passing, unsure) {
        (0, 0) => (Status::Denied, "✕".into(), long, None),
        (0, _) => (Status::CannotTell, "?".into(), long, None),
        _ if full == total => (Status::Allowed, "all".into(), long, None),
        _ => (Status::Partly, format!("{}%", (passing * 100 / total.max(1)).max(1)), long, None),
    }
}
