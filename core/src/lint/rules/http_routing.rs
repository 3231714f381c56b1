//! LINT039: an Ingress of the add-on for HTTP application routing, which was never meant for production and was retired. Upstream: docs/path.md.

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::path::HTTP_ROUTING_CLASS;
use crate::scene::Scene;

const CODE: Code = Code("LINT039");

pub(in crate::lint) fn check(scene: &Scene, found: &mut Vec<Diagnostic>) {
    for ingress in scene.snapshot().ingress_objects.iter().filter(|i| i.spec.class.as_deref() == Some(HTTP_ROUTING_CLASS)) {
        let message = format!("Ingress `{}` is served by the add-on for HTTP application routing, retired on 3 March 2025", ingress.name);
        found.push(
            Diagnostic::at(CODE, Severity::Warning, Some(ingress.place), message)
                .help("it was not for production: use the application routing add-on (class `webapprouting.kubernetes.azure.com`)"),
        );
    }
}
