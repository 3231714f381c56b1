//! LINT016: a Calico policy names a tier that is not in the input.

use alloc::format;
use alloc::vec::Vec;

use hashbrown::HashSet;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity, nearest};
use crate::language::calico::Calico;

const CODE: Code = Code("LINT016");
/// Tiers that are there without being written down.
const BUILT_IN: [&str; 3] = ["kube-admin", "default", "kube-baseline"];

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a Calico policy names a tier that is not there",
    advice: "add the Tier",
    explanation: r#"The API refuses such a policy. Where it is stored all the same, Calico puts the tier after all others and denies at its end."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: security.p}
spec:
  tier: security # here
  selector: all()
  types: [Ingress]
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: security}, spec: {order: 10}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: security.p}
spec:
  tier: security
  selector: all()
  types: [Ingress]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let calico = || {
        let accepted = input.loaded.resources().filter(|(_, resource)| !resource.refused);
        accepted.filter_map(|(document, resource)| Some((document, resource, resource.kind.calico()?)))
    };
    let given = calico().filter(|(.., c)| matches!(c, Calico::Tier(_))).map(|(_, resource, _)| &*resource.meta.name);
    let tiers: HashSet<&str> = given.chain(BUILT_IN).collect();
    for (document, _, calico) in calico() {
        let Calico::Policy(policy) = calico else { continue };
        if tiers.contains(&*policy.tier) {
            continue;
        }
        let message = format!("there is no tier `{}`", policy.tier);
        let problem = Diagnostic::at(CODE, Severity::Warning, Some(policy.tier_span.unwrap_or(policy.spec_span).within(document)), message);
        let mut known: Vec<&str> = tiers.iter().copied().collect();
        known.sort_unstable();
        found.push(match nearest(&policy.tier, known) {
            Some(meant) => problem.help(format!(
                "did you mean `{meant}`? here the tier is assumed to come last, with the \
             default action Deny"
            )),
            None => problem.help(
                "add the Tier; without it the API refuses the policy, and here the tier is assumed to come \
             last, with the default action Deny",
            ),
        });
    }
}
