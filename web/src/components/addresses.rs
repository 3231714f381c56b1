//! Addresses: how full every subnet is, and what clusters take of them.

use yew::prelude::*;

use super::plan::Plan;
use super::renders::count_render;
use super::rich::{SourceLink, in_words, rich};
use super::use_part;
use crate::words::{t, t_with};
use netpolis_view::{ClusterView, SubnetUse, plans};

/// The panel.
#[component]
pub fn Addresses() -> Html {
    count_render("Addresses");
    let store = use_part(|state| (state.scene_part(), state.answers.revision));
    let scene = store.as_ref().map(|store| store.scene_part());
    let plans = use_memo(scene, |scene| scene.as_ref().and_then(|scene| scene.cloud.as_ref()).map(plans).unwrap_or_default());
    let Some(store) = store else { return Html::default() };
    let Some(cloud) = &store.answers.scene.cloud else { return Html::default() };
    html! {
        <div class="addresses-pane">
            { subnets(&cloud.subnets) }
            // What a person changed is for the scene that they changed it in.
            { for plans.iter().enumerate().map(|(index, plan)| html! { <Plan key={format!("{} {index}", store.answers.revision)} given={plan.clone()} /> }) }
            { for cloud.clusters.iter().map(cluster) }
        </div>
    }
}

fn subnets(subnets: &[SubnetUse]) -> Html {
    html! {
        <section class="plan-box">
            <h2>{ t("Subnets") }</h2>
            <table class="uses">
                <thead><tr><th scope="col">{ t("Subnet") }</th><th scope="col">{ t("Range") }</th><th scope="col">{ t("Taken") }</th><th scope="col">{ t("Free") }</th><th scope="col"><span class="visually-hidden">{ t("How full") }</span></th></tr></thead>
                <tbody>{ for subnets.iter().map(|s| html! {
                    <tr><th scope="row">{ &s.title }</th><td><code>{ &s.prefixes }</code></td><td class="number">{ s.used }</td>
                        <td class={classes!("number", s.is_full().then_some("denied"))}>{ s.free() }</td>
                        <td class="gauge"><span class={classes!("share", s.is_full().then_some("full"))} style={format!("--share:{:.1}%", s.share())} /></td></tr>
                }) }</tbody>
            </table>
            <p class="small">{ t("Azure reserves five addresses in every subnet: the first four and the last.") }</p>
        </section>
    }
}

fn cluster(cluster: &ClusterView) -> Html {
    html! {
        <section class="plan-box">
            <header><h2>{ t_with("Cluster {0}", &[&cluster.name]) }</h2><span class="grow" />if let Some(spot) = &cluster.spot { <SourceLink spot={spot.clone()} /> }</header>
            <dl class="facts">{ for cluster.facts.iter().map(|(term, text)| html! { <div><dt>{ in_words(term) }</dt><dd>{ rich(text) }</dd></div> }) }</dl>
        </section>
    }
}
