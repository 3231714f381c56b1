//! AZ028: a subnet is too small for its cluster.

use alloc::vec::Vec;

use crate::answers::address_plan::address_plans;
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::azure::Plugin;

const CODE: Code = Code("AZ028");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Error],
    title: "a subnet is too small for its cluster, or for upgrading it",
    advice: "take a larger subnet, fewer nodes or fewer pods on each",
    explanation: r#"Azure keeps five addresses of every subnet. A node takes one, and with Azure CNI in the nodes' subnet one for each of its pods; an upgrade needs room for
another node. A warning where the cluster runs today. Upstream: [docs/azure.md](azure.md), 3.1 and 3.4."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24}]}]
  clusters:
  - {name: c, subnet: s, policy: calico, plugin: azure, nodes: 9, maxPods: 30, serviceRange: 172.16.0.0/16} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24}]}]
  clusters:
  - {name: c, subnet: s, policy: calico, plugin: azure, nodes: 7, maxPods: 30, serviceRange: 172.16.0.0/16}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for report in address_plans(&input.snapshot.cloud) {
        let Some(problem) = report.problem else { continue };
        // Azure counts what the autoscaler may make where pods have addresses of the subnet, and refuses; elsewhere nodes only fail to join.
        let later = report.plan.runs_now && report.request.plugin != Plugin::NodeSubnet;
        let severity = if report.plan.runs() || later { Severity::Warning } else { Severity::Error };
        found.push(Diagnostic::at(CODE, severity, Some(report.place), problem));
    }
}
