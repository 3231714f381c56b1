//! Rules of security groups where they are used, with those marked that decide about the flow in question.

use super::{GroupRulesView, PageVerdict, RuleRowView, SourceLocation};

/// A security group with its two tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTablesView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it is attached, in words.
    pub places: String,
    /// Where it is written.
    pub spot: Option<&'a SourceLocation>,
    /// Inbound, then outbound rules, each with a title.
    pub tables: [(&'static str, Vec<EffectiveRuleView<'a>>); 2],
}

/// A line of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveRuleView<'a> {
    /// The rule.
    pub rule: &'a RuleRowView,
    /// `allow` or `deny`.
    pub access: &'static str,
    /// Its protocol, source, destination and ports, where `*` is written as `any`.
    pub protocol: &'a str,
    /// Where packets come from.
    pub source: &'a str,
    /// Where packets go.
    pub destination: &'a str,
    /// Ports that packets go to.
    pub ports: &'a str,
    /// Whether it decides about the flow in question.
    pub decides: bool,
}

/// All groups; `said` is what is said to the question.
pub fn rule_tables<'a>(groups: &'a [GroupRulesView], said: Option<&PageVerdict>) -> Vec<RuleTablesView<'a>> {
    let policies = said.into_iter().flat_map(|said| &said.stations).flat_map(|s| &s.tiers).flat_map(|t| &t.policies);
    let deciding: Vec<(&str, &str)> = policies
        .flat_map(|policy| {
            let decided = policy.rules.iter().filter(|rule| rule.decided);
            decided.filter_map(|rule| Some((policy.name.as_str(), rule.name.as_deref()?)))
        })
        .collect();
    let any = |text: &'a str| if text == "*" { "any" } else { text };
    let row = |group: &GroupRulesView, rule: &'a RuleRowView| EffectiveRuleView {
        access: if rule.allow { "allow" } else { "deny" },
        protocol: any(&rule.protocol),
        source: any(&rule.source),
        destination: any(&rule.destination),
        ports: any(&rule.ports),
        decides: deciding.contains(&(group.name.as_str(), rule.name.as_str())),
        rule,
    };
    let table = |group, rules: &'a [RuleRowView]| rules.iter().map(|rule| row(group, rule)).collect();
    let tables = |group: &'a GroupRulesView| RuleTablesView {
        name: &group.name,
        places: group.places.join(", "),
        spot: group.spot.as_ref(),
        tables: [("Inbound", table(group, &group.inbound)), ("Outbound", table(group, &group.outbound))],
    };
    groups.iter().map(tables).collect()
}

#[cfg(test)]
mod tests {
    use netpolis_core::analysis::Analysis;
    use netpolis_core::settings::Settings;

    use super::*;
    use crate::{PathQuestion, Question, answer_view, page_verdict, scene_view};

    #[test]
    fn the_rule_that_decides_is_marked_in_its_own_group() {
        let mut core = Analysis::new(Settings::default());
        let text = include_str!("../../www/examples/azure-subnet-nic/network.yaml");
        core.set_files(&[("network.yaml", text)]);
        let scene = scene_view(&core);
        let Some(cloud) = &scene.cloud else { panic!("the short form is read: {:?}", scene.problems) };
        let question =
            Question { from: "internet".into(), to: "vm/web1".into(), protocol: "TCP".into(), port: Some(443), ..Question::default() };
        let answer = answer_view(&core, &scene, &question).map_err(|error| error.to_string());
        let said = page_verdict(&PathQuestion::from(&question), Some(&answer), None, 0).unwrap().unwrap();
        let groups = rule_tables(&cloud.groups, Some(&said));
        let marked: Vec<(&str, &str)> = groups
            .iter()
            .flat_map(|g| {
                g.tables.iter().flat_map(move |(_, rows)| rows.iter().filter(|r| r.decides).map(move |r| (g.name, r.rule.name.as_str())))
            })
            .collect();
        assert_eq!(marked, [("nic-web", "https-only"), ("subnet-front", "web")], "one in each group that it meets");
        let rows = &groups.iter().find(|g| g.name == "nic-db").unwrap().tables[0].1;
        let sql = rows.iter().find(|row| row.rule.name == "sql").unwrap();
        assert_eq!((sql.access, sql.ports), ("allow", "1433"));
        let last = rows.last().unwrap();
        assert_eq!((last.access, last.protocol, last.source, last.ports), ("deny", "any", "any", "any"));
        assert!(rule_tables(&cloud.groups, None).iter().all(|g| g.tables.iter().all(|(_, rows)| rows.iter().all(|r| !r.decides))));
    }
}
