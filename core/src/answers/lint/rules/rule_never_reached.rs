//! LINT020: a rule of a security group that earlier rules leave nothing of.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::groups::{Fate, GroupRule, GroupRules, once};
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};

const CODE: Code = Code("LINT020");
/// So many of the earlier rules are named.
const NAMED: usize = 3;

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Note],
    title: "earlier rules of a network security group decide all packets of a rule: a note if they do the same with them",
    advice: "give it a lower priority number, or remove it",
    explanation: r#"The rules of a security group are looked at in the order of their priorities, and the first that matches decides. Whether earlier rules together cover
a rule is computed exactly, over addresses, protocols and ports. Upstream: [docs/azure.md](azure.md), 2."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 80-443}
    - {priority: 200, name: b, deny: tcp 80} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 443}
    - {priority: 200, name: b, deny: tcp 80}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for group in input.group_rules() {
        for (index, rule) in group.rules.iter().enumerate().filter(|(_, rule)| rule.fate == Fate::NeverReached) {
            once(found, problem(group, index, rule));
        }
    }
}

/// The finding, with the rule that decides all of its packets, or all that do together.
fn problem(group: &GroupRules<'_>, index: usize, rule: &GroupRule<'_>) -> Diagnostic {
    let earlier = group.rules.get(..index).unwrap_or_default();
    let involved: Vec<&GroupRule<'_>> = match earlier.iter().find(|other| other.certain.covers(&rule.possible)) {
        Some(one) => alloc::vec![one],
        None => earlier.iter().filter(|other| !other.certain.is_apart(&rule.possible)).collect(),
    };
    let title = |other: &&GroupRule<'_>| other.rule.name.as_deref().map_or_else(String::new, |name| format!("`{name}`"));
    let names: Vec<String> = involved.iter().take(NAMED).map(title).collect();
    let more = if involved.len() > NAMED { format!(" and {} more", involved.len() - NAMED) } else { String::new() };
    let differs = involved.iter().any(|other| other.rule.action != rule.rule.action);
    let message = format!(
        "rule `{}` is never reached: {}{more} {} all of its packets first, so {}",
        rule.name(),
        names.join(", "),
        if involved.len() == 1 { "decides" } else { "decide" },
        if differs { "other rules with another action decide" } else { "it changes nothing" }
    );
    let severity = if differs { Severity::Warning } else { Severity::Note };
    let problem = Diagnostic::at(CODE, severity, Some(rule.rule.place), message).help("give it a lower priority number, or remove it");
    involved.iter().take(NAMED).fold(problem, |problem, other| problem.related_place(other.rule.place, "this rule comes first"))
}
