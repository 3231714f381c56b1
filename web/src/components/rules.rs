//! Effective rules: the rules of every security group where it is used, in the order in which they are looked at.

use yew::prelude::*;

use super::icons::{CHECK, CROSS, icon};
use super::renders::count_render;
use super::rich::{SourceLink, in_words};
use super::use_part;
use crate::words::{key, t, t_with};
use netpolis_view::{EffectiveRuleView, RuleTablesView, rule_tables};

const COLUMNS: [&str; 7] = [key("Priority"), key("Access"), key("Protocol"), key("Source"), key("Destination"), key("Ports"), key("Name")];

/// The panel.
#[component]
pub fn Rules() -> Html {
    let Some(store) = use_part(|state| (state.scene_part(), state.verdict_part())) else { return Html::default() };
    count_render("Rules");
    let Some(cloud) = &store.answers.scene.cloud else { return Html::default() };
    if cloud.groups.is_empty() {
        return html! { <p class="nothing">{ t("No network security group is attached to anything here.") }</p> };
    }
    html! { <div class="rules-pane">{ for rule_tables(&cloud.groups, store.answers.verdict()).iter().map(group_box) }</div> }
}

fn group_box(group: &RuleTablesView<'_>) -> Html {
    html! {
        <section class="rules-group">
            <header><h2>{ group.name }</h2><small>{ t_with("on {0}", &[&group.places]) }</small>
                if let Some(spot) = group.spot { <SourceLink spot={spot.clone()} /> }</header>
            <div class="rules-tables">{ for group.tables.iter().map(|(title, rows)| table(title, rows)) }</div>
        </section>
    }
}

fn table(title: &'static str, rows: &[EffectiveRuleView<'_>]) -> Html {
    html! {
        <div class="rules-table" tabindex="0" role="group" aria-label={t(title)}>
            <table>
                <caption>{ t(title) }</caption>
                <thead><tr>{ for COLUMNS.iter().map(|h| html! { <th scope="col">{ t(h) }</th> }) }</tr></thead>
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
            <td><span class={classes!("access", access)}>{ icon(sign) }{ in_words(row.access) }</span></td>
            <td>{ t(row.protocol) }</td>
            <td>{ side(row.source, rule.source_means.as_deref()) }</td>
            <td>{ side(row.destination, rule.destination_means.as_deref()) }</td>
            <td>{ t(row.ports) }</td>
            <td class="rule-name">{ &rule.name }if row.decides { <b class="visually-hidden">{ t(" decides") }</b> }</td>
        </tr>
    }
}

/// Where packets come from or go to, with what a tag or group stands for.
fn side(text: &str, means: Option<&str>) -> Html {
    match means {
        Some(means) => html! { <span title={t_with("here: {0}", &[means])} class="means">{ t(text).to_owned() }</span> },
        None => html! { { t(text).to_owned() } },
    }
}
