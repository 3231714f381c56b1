//! Effective rules: the rules of every security group where it is used, in the order in which they are looked at.

use yew::prelude::*;

use super::icons::{CHECK, CROSS, icon};
use super::renders::count_render;
use super::rich::SourceLink;
use super::use_part;
use netpolis_view::{EffectiveRuleView, RuleTablesView, rule_tables};

const COLUMNS: [&str; 7] = ["Priority", "Access", "Protocol", "Source", "Destination", "Ports", "Name"];

/// The panel.
#[component]
pub fn Rules() -> Html {
    let Some(store) = use_part(|state| (state.scene_part(), state.verdict_part())) else { return Html::default() };
    count_render("Rules");
    let Some(cloud) = &store.answers.scene.cloud else { return Html::default() };
    if cloud.groups.is_empty() {
        return html! { <p class="nothing">{ "No network security group is attached to anything here." }</p> };
    }
    html! { <div class="rules-pane">{ for rule_tables(&cloud.groups, store.answers.verdict()).iter().map(group_box) }</div> }
}

fn group_box(group: &RuleTablesView<'_>) -> Html {
    html! {
        <section class="rules-group">
            <header><h2>{ group.name }</h2><small>{ format!("on {}", group.places) }</small>
                if let Some(spot) = group.spot { <SourceLink spot={spot.clone()} /> }</header>
            <div class="rules-tables">{ for group.tables.iter().map(|(title, rows)| table(title, rows)) }</div>
        </section>
    }
}

fn table(title: &'static str, rows: &[EffectiveRuleView<'_>]) -> Html {
    html! {
        <div class="rules-table" tabindex="0" role="group" aria-label={format!("{title} rules")}>
            <table>
                <caption>{ title }</caption>
                <thead><tr>{ for COLUMNS.iter().map(|h| html! { <th scope="col">{ *h }</th> }) }</tr></thead>
                <tbody>{ for rows.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

fn row(row: &EffectiveRuleView<'_>) -> Html {
    let rule = row.rule;
    let class = classes!(rule.is_default.then_some("default"), row.decides.then_some("decides"));
    let (access, sign) = if rule.allow { ("allowed", CHECK) } else { ("denied", CROSS) };
    html! {
        <tr {class}>
            <td class="number">{ rule.priority }</td>
            <td><span class={classes!("access", access)}>{ icon(sign) }{ row.access }</span></td>
            <td>{ row.protocol }</td>
            <td>{ side(row.source, rule.source_means.as_deref()) }</td>
            <td>{ side(row.destination, rule.destination_means.as_deref()) }</td>
            <td>{ row.ports }</td>
            <td class="rule-name">{ &rule.name }if row.decides { <b class="visually-hidden">{ " decides" }</b> }</td>
        </tr>
    }
}

/// Where packets come from or go to, with what a tag or group stands for.
fn side(text: &str, means: Option<&str>) -> Html {
    match means {
        Some(means) => html! { <span title={format!("here: {means}")} class="means">{ text.to_owned() }</span> },
        None => html! { { text.to_owned() } },
    }
}
