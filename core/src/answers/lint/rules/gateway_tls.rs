//! LINT035: TLS is meant to reach the pods untouched, and an application gateway ends it.
//!
//! A gateway works on requests, so it must read them; it can encrypt anew towards the pods, not pass TLS on. Upstream: docs/path.md.

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::BackendPort;
use crate::path::is_gateway_class;

const CODE: Code = Code("LINT035");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let snapshot = analysis.snapshot();
    for ingress in snapshot.ingress_objects.iter().filter(|i| i.spec.class.as_deref().is_some_and(is_gateway_class)) {
        if ingress.spec.tls_passthrough {
            let message = format!("an application gateway ends TLS: it does not reach the pods of `{}` untouched", ingress.name);
            found.push(
                Diagnostic::at(CODE, Severity::Warning, Some(ingress.place), message)
                    .help("set `appgw.ingress.kubernetes.io/backend-protocol: https` to encrypt anew, or use a LoadBalancer Service"),
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
