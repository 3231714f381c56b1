//! LINT039: an Ingress whose controller ends or was retired.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::ends::{CLASSES, told};
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};

const CODE: Code = Code("LINT039");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Note],
    title: "an Ingress of an add-on that ends or was retired: HTTP application routing, the managed NGINX of application routing",
    advice: "use the Gateway API",
    explanation: r#"What ends, and when: [docs/azure.md](azure.md#4-what-ends). The day of today is a setting."#,
    bad: r#"apiVersion: networking.k8s.io/v1 # here
kind: Ingress
metadata: {name: i}
spec: {ingressClassName: addon-http-application-routing, defaultBackend: {service: {name: s, port: {number: 80}}}}
"#,
    good: r#"{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec: {ingressClassName: nginx, defaultBackend: {service: {name: s, port: {number: 80}}}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for (class, subject) in CLASSES {
        let of_class: Vec<_> = input.snapshot.ingress_objects.iter().filter(|i| i.spec.class.as_deref() == Some(class)).collect();
        let Some(first) = of_class.iter().min_by_key(|i| i.place) else { continue };
        let lead = match of_class.len() {
            1 => format!("Ingress `{}`", first.name),
            many => format!("Ingress `{}` and {} more", first.name, many - 1),
        };
        found.extend(told(input, CODE, subject, first.place, Some(format!("{lead} of class `{class}`"))));
    }
}
