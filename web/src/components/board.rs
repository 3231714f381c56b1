//! The policy board: tiers as columns, policies in the order in which a packet meets them.

use yew::prelude::*;

use super::Store;
use super::rich::SpotLink;
use crate::view_model::{PolicyView, TierColumn};

/// All tiers, and what stands beside them because nothing enforces it.
pub fn board(store: &Store) -> Html {
    let scene = &store.scene;
    let idle: Vec<&PolicyView> = scene.policies.iter().filter(|p| p.not_enforced.is_some()).collect();
    if scene.policies.is_empty() {
        return html! { <p class="nothing">{ "No policies in this text: everything may talk to everything." }</p> };
    }
    html! {
        <ol class="board" tabindex="0" aria-label="Tiers in the order in which a packet meets them">
            { for scene.tiers.iter().map(|tier| column(store, tier)) }
            <li class="tier open">
                <h3>{ "after all tiers" }</h3>
                <p class="end">{ "What no tier decided is allowed." }</p>
            </li>
            if !idle.is_empty() {
                <li class="tier idle">
                    <h3>{ "not enforced" }</h3>
                    <ul>{ for idle.into_iter().map(|policy| card(policy, policy.not_enforced.as_deref().unwrap_or_default())) }</ul>
                </li>
            }
        </ol>
    }
}

fn column(store: &Store, tier: &TierColumn) -> Html {
    let scene = &store.scene;
    let ends = |number: u32| scene.ends.iter().filter(|end| end.policies.contains(&number)).count();
    let policies = tier.policies.iter().filter_map(|n| Some((*n, scene.policies.get(*n as usize)?)));
    let cards = policies.map(|(number, policy)| {
        let selected = match ends(number) {
            0 => "selects no workload".to_owned(),
            1 => "1 workload".to_owned(),
            n => format!("{n} workloads"),
        };
        let rules = if policy.rules == 1 { "1 rule".to_owned() } else { format!("{} rules", policy.rules) };
        card(policy, &format!("{selected}, {rules}, {}", policy.directions))
    });
    let end = if tier.denies_at_end { "Whoever is selected here and not decided about is denied." } else { "What is not decided goes on." };
    html! {
        <li class="tier">
            <h3>{ &tier.name }</h3>
            if tier.ordered { <p class="order">{ "in order, the first match decides" }</p> } else { <p class="order">{ "all together" }</p> }
            <ul>{ for cards }</ul>
            <p class={classes!("end", tier.denies_at_end.then_some("denies"))}>{ end }</p>
        </li>
    }
}

fn card(policy: &PolicyView, note: &str) -> Html {
    html! {
        <li class="card">
            <b>{ &policy.title }</b>
            <small>{ &policy.kind }</small>
            <small>{ note }</small>
            if let Some(spot) = &policy.spot { <SpotLink spot={spot.clone()} /> }
        </li>
    }
}
