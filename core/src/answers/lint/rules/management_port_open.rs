//! LINT023: a port for managing machines that a security group opens to the Internet.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::groups::once;
use crate::answers::lint::{Lint, LintInput};
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Protocol;

const CODE: Code = Code("LINT023");
/// Ports for managing machines.
const PORTS: [(u16, &str); 4] = [(22, "SSH"), (3389, "RDP"), (5985, "WinRM"), (5986, "WinRM")];

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "SSH, RDP or WinRM is open to the whole Internet",
    advice: "allow the addresses that need it, or use a bastion",
    explanation: r#"Ports for managing machines are probed all the time. Reported where the rule lets in these ports from everywhere and no earlier rule stops them. Upstream: [docs/azure.md](azure.md), 2."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 22, from: Internet} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: a, allow: tcp 22, from: 203.0.113.0/24}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for group in input.group_rules() {
        let mut ordered = group.ordered();
        // Of what lets in every port, LINT022 says more.
        for (index, rule) in group.reached().filter(|(_, rule)| group.lets_in_internet(rule) && !rule.has_all_connections()) {
            let mut open = |(port, _): &&(u16, &str)| {
                rule.reaches(&mut ordered, index, &group.internet, ConnectionSet::ports(Protocol::TCP, *port, *port))
            };
            let ports: Vec<String> = PORTS.iter().filter(&mut open).map(|(port, what)| format!("{what} ({port})")).collect();
            if !ports.is_empty() {
                let message = format!("rule `{}` opens {} to the whole Internet", rule.name(), ports.join(" and "));
                let problem = Diagnostic::at(CODE, Severity::Warning, Some(rule.rule.place), message);
                once(found, problem.help("allow only the addresses that need it, or use a bastion"));
            }
        }
    }
}
