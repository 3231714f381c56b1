//! LINT026: a security group that is attached to nothing.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::snapshot::cloud::GroupId;

const CODE: Code = Code("LINT026");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a security group is attached to nothing",
    advice: "attach it to a subnet or an interface",
    explanation: r#"Its rules decide nothing here. Upstream: [docs/azure.md](azure.md), 2."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24}]}]
  nsgs:
  - {name: g, inbound: [{priority: 100, name: a, allow: tcp 443}]} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  nsgs:
  - {name: g, inbound: [{priority: 100, name: a, allow: tcp 443}]}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let cloud = &input.snapshot.cloud;
    for (number, group) in GroupId::each(&cloud.groups) {
        if group.unknown.is_some() || cloud.uses_group(number) || cloud.has_nameless_group() {
            continue;
        }
        let message = format!("network security group `{}` is attached to nothing that is given, so it has no effect here", group.name);
        found.push(
            Diagnostic::at(CODE, Severity::Warning, Some(group.place), message)
                .help("attach it to a subnet or an interface: `az network vnet subnet update --network-security-group`"),
        );
    }
}
