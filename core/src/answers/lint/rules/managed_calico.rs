//! LINT160: Calico's own resources in a cluster whose Calico AKS manages.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::azure::ClusterEngine;
use crate::text::Place;

const CODE: Code = Code("LINT160");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "Calico's own resources in a cluster whose Calico AKS manages, which AKS neither supports nor tests",
    advice: "install Calico yourself, or write Kubernetes' policies",
    explanation: r#"AKS supports its Calico for Kubernetes' NetworkPolicies only. Calico's resources work there, so they are evaluated. Upstream: "Secure traffic between
pods by using network policies in AKS"."#,
    bad: r#"azure: {clusters: [{name: store, plugin: overlay, policy: calico, nodes: 2}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: projectcalico.org/v3 # here
kind: GlobalNetworkPolicy
metadata: {name: p}
spec:
  selector: all()
  types: [Ingress]
"#,
    good: r#"azure: {clusters: [{name: store, plugin: overlay, policy: none, nodes: 2}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
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
    let cloud = &input.snapshot.cloud;
    let Some(cluster) = cloud.clusters.iter().find(|cluster| cluster.engine == Some(ClusterEngine::Calico)) else { return };
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut first: Option<Place> = None;
    for (document, resource) in input.loaded.resources() {
        if resource.kind.calico().is_some() {
            *kinds.entry(&resource.kind_name).or_default() += 1;
            let place = resource.span.within(document);
            first = Some(first.map_or(place, |known| known.min(place)));
        }
    }
    let Some(first) = first else { return };
    let list: Vec<String> =
        kinds.iter().map(|(kind, count)| if *count == 1 { (*kind).into() } else { format!("{count} {kind}") }).collect();
    let message = format!(
        "AKS supports the Calico of `{}` for Kubernetes' own policies only, and does not test Calico's resources: {}",
        cluster.name,
        list.join(", ")
    );
    let help = "they are evaluated as Calico defines them; for a supported Calico install it yourself (`--network-policy none`)";
    found.push(Diagnostic::at(CODE, Severity::Warning, Some(first), message).help(help));
}
