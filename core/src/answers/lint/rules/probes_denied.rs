//! LINT024: a rule of a security group that stops health probes of load balancers.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::groups::{GroupRule, GroupRules, once};
use crate::answers::lint::{Lint, LintInput};
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::{AddressSet, Protocol};
use crate::policy::{Action, Direction};
use crate::snapshot::cloud::tags;

const CODE: Code = Code("LINT024");
/// Ports that Services get on nodes.
const NODE_PORTS: (u16, u16) = (30_000, 32_767);

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a rule stops health probes of load balancers, which then consider every machine down",
    advice: "above it, allow the tag `AzureLoadBalancer`",
    explanation: r#"Probes come from 168.63.129.16. A load balancer sends nothing to a machine that does not answer them, whatever clients may do. Upstream: [docs/azure.md](azure.md), 2."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 4096, name: a, deny: '*'} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}]
  machines: [{name: vm, subnet: s, address: 10.0.0.4}]
  nsgs:
  - name: g
    inbound:
    - {priority: 4095, name: probes, allow: '*', from: AzureLoadBalancer}
    - {priority: 4096, name: a, deny: '*'}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let platform = AddressSet::range(tags::PLATFORM, tags::PLATFORM);
    for group in input.group_rules().iter().filter(|group| group.direction == Direction::Ingress) {
        let mut ordered = group.ordered();
        for (index, rule) in group.reached().filter(|(_, rule)| denies_probes(group, rule, &platform)) {
            if rule.reaches(&mut ordered, index, &platform, ConnectionSet::protocol(Protocol::TCP)) {
                let message =
                    format!("rule `{}` stops health probes of load balancers too, which then consider every machine down", rule.name());
                let problem = Diagnostic::at(CODE, Severity::Warning, Some(rule.rule.place), message);
                once(found, problem.help("above it, allow the tag `AzureLoadBalancer`"));
            }
        }
    }
}

/// Whether a rule is about probes, and denies them.
fn denies_probes(group: &GroupRules<'_>, rule: &GroupRule<'_>, platform: &AddressSet) -> bool {
    let source = &rule.certain.source;
    // Load balancers of AKS probe node ports; those of machines any port.
    let probed = |first, last| ConnectionSet::ports(Protocol::TCP, first, last).difference(&rule.certain.connections).is_empty();
    // A rule for the network alone is as a rule not about probes, unless nodes are behind it.
    let meant = rule.has_all_connections() || group.has_nodes || source.covers(&group.internet) || platform.covers(source);
    let probes = meant && probed(0, u16::MAX) || group.has_nodes && probed(NODE_PORTS.0, NODE_PORTS.1);
    rule.rule.action == Action::Deny && probes && source.contains(tags::PLATFORM)
}
