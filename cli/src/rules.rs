//! `netpolis rules`: the effective rules of network security groups, and the same in the form of the Azure Resource Manager.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::effective_rules::{EffectiveRule, effective_rules, place_title};
use netpolis_core::language::azure::{Access, RuleDirection, SecurityRule, WrittenValue, as_written};
use netpolis_core::language::lower::ordered_rules;
use serde_json::{Map, Value, json};

use crate::formats::TextOrJson;
use crate::places::printable;

/// The rules of an analysis in a form.
pub fn render(analysis: &Analysis, format: TextOrJson) -> String {
    match format {
        TextOrJson::Text => text(analysis),
        TextOrJson::Json => format!("{:#}\n", json_of(analysis)),
    }
}

fn text(analysis: &Analysis) -> String {
    let cloud = &analysis.snapshot().cloud;
    let mut out = String::new();
    for group in effective_rules(cloud, analysis.compiled().ruleset()) {
        let places: Vec<String> = group.places.iter().map(|p| place_title(cloud, *p)).collect();
        out.push_str(&format!("{} on {}\n", printable(&group.name), printable(&places.join(", "))));
        for (title, rules) in [("inbound", &group.inbound), ("outbound", &group.outbound)] {
            out.push_str(&format!("  {title}\n"));
            let rows: Vec<[String; 6]> = rules.iter().map(row).collect();
            let width = |column: usize| rows.iter().map(|r| r.get(column).map_or(0, |c| c.chars().count())).max().unwrap_or(0);
            let widths: Vec<usize> = (0..6).map(width).collect();
            for row in &rows {
                let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
                out.push_str(&format!("    {}\n", printable(cells.join("  ").trim_end())));
            }
        }
        out.push('\n');
    }
    out
}

fn row(rule: &EffectiveRule) -> [String; 6] {
    let ports = |address: &str, ports: &str| if ports == "*" { address.to_string() } else { format!("{address} port {ports}") };
    [
        rule.priority.to_string(),
        if rule.access == Access::Allow { "allow".into() } else { "deny".into() },
        rule.protocol.clone(),
        ports(&rule.source, &rule.source_ports),
        format!("→ {}", ports(&rule.destination, &rule.destination_ports)),
        rule.name.clone(),
    ]
}

fn json_of(analysis: &Analysis) -> Value {
    let groups = analysis.snapshot().cloud.groups.iter().filter(|group| !group.is_managed()).map(|group| {
        let default = |direction| {
            let all = ordered_rules(group, direction);
            all.into_iter().filter(|(rule, _)| rule.priority >= 65000).map(|(rule, _)| rule).collect::<Vec<_>>()
        };
        let defaults = [RuleDirection::Inbound, RuleDirection::Outbound].into_iter().flat_map(default);
        json!({
            "type": "Microsoft.Network/networkSecurityGroups",
            "name": group.name,
            "properties": {
                "securityRules": group.rules.iter().map(|(rule, _)| rule_value(rule)).collect::<Vec<_>>(),
                "defaultSecurityRules": defaults.map(|rule| rule_value(&rule)).collect::<Vec<_>>(),
            },
        })
    });
    groups.collect()
}

/// A rule in the fields of the Azure Resource Manager, each as it was written.
pub fn rule_value(rule: &SecurityRule) -> Value {
    let value = |value: &WrittenValue| match value {
        WrittenValue::Null => Value::Null,
        WrittenValue::Text(text) => text.to_string().into(),
        WrittenValue::Number(number) => (*number).into(),
        WrittenValue::List(items) => items.iter().map(ToString::to_string).collect(),
        WrittenValue::Ids(items) => items.iter().map(|id| json!({"id": id.to_string()})).collect(),
    };
    let mut outer = Map::new();
    let mut properties = Map::new();
    for field in &as_written(rule) {
        let target = if matches!(field.name, "name" | "id") { &mut outer } else { &mut properties };
        target.insert(field.name.to_owned(), value(&field.value));
    }
    outer.insert("properties".into(), properties.into());
    outer.into()
}
