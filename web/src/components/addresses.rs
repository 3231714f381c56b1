//! Addresses: how full every subnet is, and for a cluster what would be if it had more nodes, more pods on each, or another subnet.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::Store;
use super::rich::SourceLink;
use crate::view_model::{CloudView, ClusterView, PlanQuestion, PlanView, SubnetUse, plan_view};
use netpolis_core::text::count;

/// Words and names of the plugins.
const PLUGINS: [(&str, &str); 5] = [
    ("overlay", "Azure CNI overlay"),
    ("azure", "Azure CNI, node subnet"),
    ("pod-subnet", "Azure CNI, pod subnet"),
    ("kubenet", "kubenet"),
    ("none", "bring your own CNI"),
];

/// The panel.
#[component]
pub fn Addresses() -> Html {
    // What a person changed, for the scene that they changed it in.
    let changed = use_state(|| None::<(u32, usize, PlanQuestion)>);
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let Some(cloud) = &store.scene.cloud else { return Html::default() };
    let plans = if cloud.plans.is_empty() { vec![teaching_plan(cloud)] } else { cloud.plans.clone() };
    html! {
        <div class="addresses-pane">
            { subnets(&cloud.subnets) }
            { for plans.iter().enumerate().map(|(index, plan)| {
                let what_if = changed.as_ref().filter(|(revision, i, _)| *revision == store.evaluated && *i == index).map(|(_, _, q)| q.clone());
                let change = {
                    let (changed, revision) = (changed.clone(), store.evaluated);
                    Callback::from(move |question: Option<PlanQuestion>| changed.set(question.map(|q| (revision, index, q))))
                };
                plan_box(plan, what_if.as_ref(), &change)
            }) }
            { for cloud.clusters.iter().map(cluster) }
        </div>
    }
}

/// A plan to play with where the text has no cluster.
fn teaching_plan(cloud: &CloudView) -> PlanView {
    let subnet = cloud.subnets.first().map_or("10.0.0.0/24", |s| s.prefixes.split(", ").next().unwrap_or("10.0.0.0/24"));
    let question =
        PlanQuestion { plugin: "azure".into(), subnet: subnet.into(), nodes: 3, max_pods: 30, surge: 1, ..PlanQuestion::default() };
    plan_view("Plan for a cluster", &question).unwrap_or_default()
}

fn subnets(subnets: &[SubnetUse]) -> Html {
    html! {
        <section class="plan-box">
            <h2>{ "Subnets" }</h2>
            <table class="uses">
                <thead><tr><th scope="col">{ "Subnet" }</th><th scope="col">{ "Range" }</th><th scope="col">{ "Taken" }</th><th scope="col">{ "Free" }</th><th scope="col"><span class="visually-hidden">{ "How full" }</span></th></tr></thead>
                <tbody>{ for subnets.iter().map(|s| {
                    let share = if s.usable == 0 { 100.0 } else { s.used as f64 * 100.0 / s.usable as f64 };
                    let full = s.used > s.usable;
                    html! {
                        <tr><th scope="row">{ &s.title }</th><td><code>{ &s.prefixes }</code></td><td class="number">{ s.used }</td>
                            <td class={classes!("number", full.then_some("denied"))}>{ s.usable as i64 - s.used as i64 }</td>
                            <td class="gauge"><span class={classes!("share", full.then_some("full"))} style={format!("--share:{:.1}%", share.min(100.0))} /></td></tr>
                    }
                }) }</tbody>
            </table>
            <p class="small">{ "Azure reserves five addresses in every subnet: the first four and the last." }</p>
        </section>
    }
}

fn plan_box(given: &PlanView, what_if: Option<&PlanQuestion>, change: &Callback<Option<PlanQuestion>>) -> Html {
    let question = what_if.unwrap_or(&given.question);
    let (plan, error) = match what_if.map(|q| plan_view(&given.title, q)) {
        Some(Ok(plan)) => (plan, None),
        Some(Err(error)) => (given.clone(), Some(error)),
        None => (given.clone(), None),
    };
    let length =
        question.subnet.split('/').nth(1).and_then(|l| l.split(',').next()).and_then(|l| l.trim().parse::<u32>().ok()).unwrap_or(24);
    let base = question.subnet.split('/').next().unwrap_or("10.0.0.0").to_owned();
    let slider = |label: &'static str, value: u32, least: u32, most: u32, set: fn(&mut PlanQuestion, u32)| {
        let (question, change) = (question.clone(), change.clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let mut question = question.clone();
            set(&mut question, input.value().parse().unwrap_or(least));
            change.emit(Some(question));
        });
        html! {
            <label class="slider"><span>{ label }<output>{ if label == "Subnet" { format!("/{value}") } else { value.to_string() } }</output></span>
                <input type="range" min={least.to_string()} max={most.to_string()} value={value.to_string()} {oninput} /></label>
        }
    };
    let subnet_slider = {
        let (question, change) = (question.clone(), change.clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            change.emit(Some(PlanQuestion { subnet: format!("{base}/{}", input.value()), ..question.clone() }));
        });
        html! {
            <label class="slider"><span>{ "Subnet" }<output>{ format!("/{length}") }</output></span>
                <input type="range" min="16" max="29" value={length.to_string()} {oninput} aria-label="prefix length of the subnet" /></label>
        }
    };
    let choose = {
        let (question, change) = (question.clone(), change.clone());
        Callback::from(move |event: Event| {
            let Some(select) = event.target().and_then(|t| t.dyn_into::<HtmlSelectElement>().ok()) else { return };
            change.emit(Some(PlanQuestion { plugin: select.value(), ..question.clone() }));
        })
    };
    let reset = {
        let change = change.clone();
        Callback::from(move |_: MouseEvent| change.emit(None))
    };
    html! {
        <section class="plan-box" aria-label={given.title.clone()}>
            <header><h2>{ &given.title }</h2><span class="grow" />
                if what_if.is_some() { <button type="button" class="quiet" onclick={reset}>{ "Reset to the files" }</button> }</header>
            <div class="sliders">
                <label class="slider"><span>{ "Plugin" }</span>
                    <select onchange={choose}>{ for PLUGINS.iter().map(|(word, name)| html! { <option value={*word} selected={question.plugin == *word}>{ *name }</option> }) }</select></label>
                { subnet_slider }
                { slider("Nodes", question.nodes, 1, 100.max(question.nodes), |q, v| q.nodes = v) }
                { slider("Pods per node", question.max_pods, 10, 250, |q, v| q.max_pods = v) }
                { slider("Surge nodes", question.surge, 0, 10.max(question.surge), |q, v| q.surge = v) }
            </div>
            if let Some(error) = error { <p class="denied">{ error }</p> }
            { bar(&plan) }
            <p class={classes!("plan-verdict", if plan.fits { "allowed" } else { "denied" })} aria-live="polite">{ &plan.verdict }</p>
            { numbers(&plan) }
        </section>
    }
}

/// The subnet as a bar: nodes, what an upgrade needs, others, free.
fn bar(plan: &PlanView) -> Html {
    let whole = plan.usable.max(plan.by_nodes + plan.by_surge + plan.by_others).max(1) as f64;
    let part = |class: &'static str, count: u64, title: &str| {
        let width = count as f64 * 100.0 / whole;
        html! { if count > 0 { <span {class} style={format!("width:{width:.2}%")} title={format!("{title}: {count}")} /> } }
    };
    let over = plan.free < 0;
    let border = plan.usable as f64 * 100.0 / whole;
    html! {
        <div class={classes!("plan-bar", over.then_some("over"))} role="img"
            aria-label={format!("{} addresses: {} of nodes, {} while upgrading, {} of others, {} free", plan.usable, plan.by_nodes, plan.by_surge, plan.by_others, plan.free)}>
            { part("by-nodes", plan.by_nodes, "nodes") }{ part("by-surge", plan.by_surge, "while upgrading") }{ part("by-others", plan.by_others, "others") }
            if over { <i style={format!("left:{border:.2}%")} title="the subnet ends here" /> }
        </div>
    }
}

fn numbers(plan: &PlanView) -> Html {
    let row = |sign: &'static str, term: &'static str, value: String| {
        html! { <div><dt>if !sign.is_empty() { <span class={classes!("sign", sign)} /> }{ term }</dt><dd>{ value }</dd></div> }
    };
    let largest = match plan.largest {
        Some(most) => {
            format!("{} ({} without room for upgrades): {}", count(most as usize, "node"), plan.largest_without_surge, plan.limit)
        }
        None => "none: no room for one node and its surge node".into(),
    };
    html! {
        <dl class="plan-numbers">
            { row("", "Usable", plan.usable.to_string()) }
            { row("by-nodes", "Nodes", format!("{} ({} per node)", plan.by_nodes, plan.per_node)) }
            { row("by-surge", "While upgrading", plan.by_surge.to_string()) }
            if plan.by_others > 0 { { row("by-others", "Others", plan.by_others.to_string()) } }
            { row("", "Free", plan.free.to_string()) }
            { row("", "Pods at most", plan.pods.to_string()) }
            if let Some((room, start, full)) = plan.pod_addresses { { row("", "Pods' subnet", format!("{start} at start, {full} when full, of {room}")) } }
            { row("", "Largest cluster", largest) }
        </dl>
    }
}

fn cluster(cluster: &ClusterView) -> Html {
    html! {
        <section class="plan-box">
            <header><h2>{ format!("Cluster {}", cluster.name) }</h2><span class="grow" />if let Some(spot) = &cluster.spot { <SourceLink spot={spot.clone()} /> }</header>
            <dl class="facts">{ for cluster.facts.iter().map(|(term, text)| html! { <div><dt>{ term }</dt><dd>{ text }</dd></div> }) }</dl>
        </section>
    }
}
