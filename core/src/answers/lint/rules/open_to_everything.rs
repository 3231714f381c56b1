//! LINT022: a rule of a security group that lets in anything from anywhere.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::groups::once;
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};

const CODE: Code = Code("LINT022");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a rule lets in every protocol and port from anywhere",
    advice: "allow only the ports and sources that are needed",
    explanation: r#"Such a rule makes the group useless for everything after it. Upstream: [docs/azure.md](azure.md), 2."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: '*'} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: '*', from: VirtualNetwork}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for group in input.group_rules() {
        for (_, rule) in group.reached().filter(|(_, rule)| group.lets_in_internet(rule) && rule.has_all_connections()) {
            let message = format!("rule `{}` lets in every protocol and port from anywhere", rule.name());
            let problem = Diagnostic::at(CODE, Severity::Warning, Some(rule.rule.place), message);
            once(found, problem.help("allow only the ports and sources that are needed"));
        }
    }
}
