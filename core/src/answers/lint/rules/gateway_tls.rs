//! LINT035: TLS is meant to reach the pods untouched, and an application gateway ends it.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::BackendPort;
use crate::path::is_gateway_class;

const CODE: Code = Code("LINT035");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Note],
    title: "TLS is meant to reach pods through an application gateway",
    advice: "encrypt anew, or use a LoadBalancer Service",
    explanation: r#"An application gateway works on requests, so it ends TLS; it can encrypt anew towards the pods, but cannot pass TLS on. Upstream:
[docs/path.md](path.md)."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 443}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: entry, namespace: shop}
spec:
  ingressClassName: azure-application-gateway
  defaultBackend:
    service: {name: web, port: {number: 443}} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 443}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: entry, namespace: shop, annotations: {appgw.ingress.kubernetes.io/backend-protocol: https}}
spec:
  ingressClassName: azure-application-gateway
  defaultBackend:
    service: {name: web, port: {number: 443}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    for ingress in snapshot.ingress_objects.iter().filter(|i| i.spec.class.as_deref().is_some_and(is_gateway_class)) {
        if ingress.spec.tls_passthrough {
            let message = format!("the application gateway terminates TLS, so TLS does not pass through to the pods of `{}`", ingress.name);
            found.push(
                Diagnostic::at(CODE, Severity::Warning, Some(ingress.place), message)
                    .help("set `appgw.ingress.kubernetes.io/backend-protocol: https` to encrypt again, or use a LoadBalancer Service"),
            );
            continue;
        }
        let own = snapshot.ingresses.iter().filter(|i| i.namespace == ingress.namespace && i.name == ingress.name);
        for backend in own.filter(|_| !ingress.spec.tls_to_backend) {
            let is_tls = match &backend.port {
                BackendPort::Number(number) => matches!(number, 443 | 8443),
                BackendPort::Name(name) => &**name == "https",
                BackendPort::Any => false,
            };
            if is_tls {
                let message = format!("the application gateway speaks plain HTTP to this port of `{}`", backend.service_name);
                found.push(
                    Diagnostic::at(CODE, Severity::Note, Some(backend.place), message)
                        .help("if the pods expect TLS, set `appgw.ingress.kubernetes.io/backend-protocol: https`"),
                );
            }
        }
    }
}
