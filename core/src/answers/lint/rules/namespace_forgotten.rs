//! LINT100: a policy, Service or NetworkSet names no namespace, and the pods of the input lie in others.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::Kind;
use crate::language::calico::Calico;

const CODE: Code = Code("LINT100");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a policy, Service or NetworkSet names no namespace, and the pods of the input are in others",
    advice: "write `namespace` under `metadata`",
    explanation: r#"Without `-n` an object goes to the current namespace of the client, `default` unless chosen, and there selects none of the pods that it was written
for. Upstream: "Setting the namespace for a request" of the Kubernetes documentation."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p # here
spec: {podSelector: {}}
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let default = &*input.settings.default_namespace;
    let pods = || input.loaded.resources().filter(|(_, r)| r.kind.template().is_some());
    // Where pods leave it out too, all of it goes to one place.
    if pods().any(|(_, r)| r.meta.namespace.is_none()) {
        return;
    }
    let elsewhere = pods().find_map(|(_, r)| r.meta.namespace.as_deref().filter(|namespace| *namespace != default));
    let Some(elsewhere) = elsewhere else { return };
    for (document, resource) in input.loaded.resources() {
        if resource.meta.namespace.is_some() || !is_for_pods(&resource.kind) {
            continue;
        }
        let message = format!(
            "{} `{}` has no namespace: it is created in `{default}` unless the client specifies another, but there are pods in \
             `{elsewhere}`",
            resource.kind_name, resource.meta.name
        );
        let warning = Diagnostic::at(CODE, Severity::Warning, Some(resource.meta.name_span.within(document)), message);
        found.push(warning.help("write `namespace` under `metadata`"));
    }
}

/// Whether an object of this kind acts on pods of its own namespace.
fn is_for_pods(kind: &Kind) -> bool {
    let is_set = |calico: &Calico| matches!(calico, Calico::NetworkSet(set) if !set.global);
    kind.is_namespaced_policy() || matches!(kind, Kind::Service(_)) || matches!(kind, Kind::Calico(calico) if is_set(calico))
}
