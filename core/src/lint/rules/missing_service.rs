//! LINT015: an Ingress, or a Service, with nothing behind it.

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::scene::Scene;

const CODE: Code = Code("LINT015");

pub(in crate::lint) fn check(scene: &Scene, found: &mut Vec<Diagnostic>) {
    let snapshot = scene.snapshot();
    for ingress in snapshot.ingresses.iter().filter(|i| i.service.is_none()) {
        let message = format!("there is no Service `{}` in namespace `{}`", ingress.service_name, snapshot.namespace_name(ingress.namespace));
        found.push(Diagnostic::at(CODE, Severity::Warning, Some(ingress.place), message).help("an Ingress leads to Services of its own namespace"));
    }
    if snapshot.endpoints.is_empty() {
        return;
    }
    for service in snapshot.services.iter().filter(|s| s.has_selector && s.endpoints.is_empty()) {
        let message = format!("Service `{}` selects no pod", service.name);
        found.push(Diagnostic::at(CODE, Severity::Note, Some(service.place), message).help("its selector compares labels of pods of its own namespace"));
    }
}
