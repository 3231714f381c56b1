//! LINT015: an Ingress, or a Service, with nothing behind it.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::BackendPort;

const CODE: Code = Code("LINT015");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Note],
    title: "an Ingress names a Service that is not there; a Service selects no pod",
    advice: "check the names and labels",
    explanation: r#"An Ingress leads to Services of its own namespace, and a backend names a port of the Service, not of its pods. A Service whose selector matches no pod
of its namespace is a note. Upstream: `ServiceBackendPort.number`, "the numerical port number on the Service"."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: entry, namespace: shop}
spec:
  defaultBackend:
    service: {name: wep, port: {number: 80}} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 80}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: entry, namespace: shop}
spec:
  defaultBackend:
    service: {name: web, port: {number: 80}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    for ingress in snapshot.ingresses.iter().filter(|i| i.service.is_none()) {
        let message =
            format!("there is no Service `{}` in namespace `{}`", ingress.service_name, snapshot.namespace_name(ingress.namespace));
        found.push(Diagnostic::at(CODE, Severity::Warning, Some(ingress.place), message).help(
            "an Ingress routes only to Services in \
             its own namespace",
        ));
    }
    for ingress in &snapshot.ingresses {
        let Some(service) = ingress.service.and_then(|i| snapshot.service(i)) else { continue };
        let named = match &ingress.port {
            BackendPort::Any => continue,
            BackendPort::Number(number) => (service.ports.iter().any(|p| p.port == *number), format!("{number}")),
            BackendPort::Name(name) => (service.ports.iter().any(|p| p.name.as_deref() == Some(name)), format!("`{name}`")),
        };
        if let (false, port) = named {
            let message = format!("Service `{}` has no port {port}", service.name);
            found.push(
                Diagnostic::at(CODE, Severity::Warning, Some(ingress.place), message)
                    .related_place(service.place, "the Service")
                    .help("a backend uses a port of the Service, not of its pods; some controllers accept both"),
            );
        }
    }
    if snapshot.endpoints.is_empty() {
        return;
    }
    for service in snapshot.services.iter().filter(|s| s.has_selector && s.endpoints.is_empty()) {
        let message = format!("Service `{}` selects no pod", service.name);
        found.push(
            Diagnostic::at(CODE, Severity::Note, Some(service.place), message).help("its selector matches only pods in its own namespace"),
        );
    }
}
