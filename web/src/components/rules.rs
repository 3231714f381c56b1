//! Effective rules: the rules of every security group where it is used, in the order in which they are looked at.

use yew::prelude::*;

use super::Store;
use super::icons::{CHECK, CROSS, icon};
use super::rich::SourceLink;
use crate::view_model::{GroupRulesView, RuleRowView};

/// The panel.
pub fn rules(store: &Store) -> Html {
    let Some(cloud) = &store.scene.cloud else { return Html::default() };
    if cloud.groups.is_empty() {
        return html! { <p class="nothing">{ "No network security group is attached to anything here." }</p> };
    }
    // The rules that decide about the flow in question.
    let deciding: Vec<(String, String)> = store.said().map_or_else(Vec::new, |answer| {
        let policies = answer.stations.iter().flat_map(|s| &s.tiers).flat_map(|t| &t.policies);
        policies.flat_map(|p| p.rules.iter().filter(|r| r.decided).map(|r| (p.title.clone(), r.title.clone()))).collect()
    });
    html! { <div class="rules-pane">{ for cloud.groups.iter().map(|group| group_box(group, &deciding)) }</div> }
}

fn group_box(group: &GroupRulesView, deciding: &[(String, String)]) -> Html {
    let own: Vec<&str> =
        deciding.iter().filter(|(title, _)| title.ends_with(&format!(" {}", group.name))).map(|(_, rule)| rule.as_str()).collect();
    html! {
        <section class="rules-group">
            <header><h2>{ &group.name }</h2><small>{ format!("on {}", group.places.join(", ")) }</small>
                if let Some(spot) = &group.spot { <SourceLink spot={spot.clone()} /> }</header>
            <div class="rules-tables">
                { table("Inbound", &group.inbound, &own) }
                { table("Outbound", &group.outbound, &own) }
            </div>
        </section>
    }
}

fn table(title: &'static str, rules: &[RuleRowView], deciding: &[&str]) -> Html {
    let row = |rule: &RuleRowView| {
        let decides = deciding.iter().any(|d| d.contains(&format!("({})", rule.name)));
        let side = |text: &str, means: &Option<String>| {
            let text = if text == "*" { "any".to_owned() } else { text.to_owned() };
            match means {
                Some(means) => html! { <span title={format!("here: {means}")} class="means">{ text }</span> },
                None => html! { { text } },
            }
        };
        let class = classes!(rule.is_default.then_some("default"), decides.then_some("decides"));
        html! {
            <tr {class}>
                <td class="number">{ rule.priority }</td>
                <td><span class={classes!("access", if rule.allow { "allowed" } else { "denied" })}>{ icon(if rule.allow { CHECK } else { CROSS }) }{ if rule.allow { "allow" } else { "deny" } }</span></td>
                <td>{ if rule.protocol == "*" { "any" } else { rule.protocol.as_str() } }</td>
                <td>{ side(&rule.source, &rule.source_means) }</td>
                <td>{ side(&rule.destination, &rule.destination_means) }</td>
                <td>{ if rule.ports == "*" { "any" } else { rule.ports.as_str() } }</td>
                <td class="rule-name">{ &rule.name }if decides { <b class="visually-hidden">{ " decides" }</b> }</td>
            </tr>
        }
    };
    html! {
        <div class="rules-table" tabindex="0" role="group" aria-label={format!("{title} rules")}>
            <table>
                <caption>{ title }</caption>
                <thead><tr>{ for ["Priority", "Access", "Protocol", "Source", "Destination", "Ports", "Name"].iter().map(|h| html! { <th scope="col">{ *h }</th> }) }</tr></thead>
                <tbody>{ for rules.iter().map(row) }</tbody>
            </table>
        </div>
    }
}
