//! LINT009: policies without a policy engine, or with one that does not enforce them.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, all_policies};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{Policy, PolicyRole};

const CODE: Code = Code("LINT009");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Note],
    title: "policies have no effect: no engine is installed, the engine does not enforce their kind, or they are staged",
    advice: "choose the engine that the cluster has",
    explanation: r#"The API server stores policies whether or not anything enforces them, and does not warn. Staged policies of Calico are meant to have no effect: they
are a note."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: projectcalico.org/v3 # here
kind: StagedGlobalNetworkPolicy
metadata: {name: p}
spec: {selector: all(), types: [Ingress]}
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: p}
spec:
  selector: all()
  types: [Ingress]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let mut by_reason: BTreeMap<&str, Vec<&Policy>> = BTreeMap::new();
    for policy in all_policies(input) {
        if let Some(reason) = &policy.not_enforced {
            by_reason.entry(reason).or_default().push(policy);
        }
    }
    for (reason, idle) in by_reason {
        let Some(first) = idle.iter().min_by_key(|p| p.place) else { continue };
        let message = match idle.len() {
            1 => format!("`{}` has no effect: {reason}", first.title()),
            many => format!("these {many} policies have no effect: {reason}"),
        };
        // A staged policy is meant to have none.
        let staged = idle.iter().all(|policy| policy.role == PolicyRole::Staged);
        let severity = if staged { Severity::Note } else { Severity::Warning };
        let help = match () {
            () if input.compiled.ruleset().no_engine => {
                "install a network plugin that enforces policies; API servers accept policies without one, and do not warn"
            }
            () if staged => "evaluate staged policies as if they were enforced to see what they would change",
            () => "choose the engine that your cluster has, or write the policy for that engine",
        };
        found.push(Diagnostic::at(CODE, severity, Some(first.place), message).help(help));
    }
}
