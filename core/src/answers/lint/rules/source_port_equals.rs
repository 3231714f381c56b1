//! LINT025: a rule of a security group that wants the same port on both ends.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::groups::once;
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{Rule, TrafficMatch};

const CODE: Code = Code("LINT025");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a rule wants the same port on both ends",
    advice: "write `*` for the source ports",
    explanation: r#"Clients use any port of their own, so such a rule matches next to nothing. Upstream: [docs/azure.md](azure.md), 2."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 443, fromPorts: 443, from: 203.0.113.0/24} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 443, from: 203.0.113.0/24}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for group in input.group_rules() {
        for (_, rule) in group.reached().filter(|(_, rule)| has_equal_ports(rule.rule)) {
            let message = format!("rule `{}` wants the same port on both ends; clients use any port of their own", rule.name());
            let problem = Diagnostic::at(CODE, Severity::Warning, Some(rule.rule.place), message);
            once(found, problem.help("write `*` for the source ports"));
        }
    }
}

/// Whether source and destination ports of a rule, as written, are the same.
fn has_equal_ports(rule: &Rule) -> bool {
    match &rule.traffic {
        TrafficMatch::Packet(packet) => packet.source_ports == packet.destination_ports && !packet.source_ports.is_empty(),
        _ => false,
    }
}
