//! LINT009: policies without a policy engine.
//!
//! The API server stores them, and nothing enforces them or says so.

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::lint::policies;
use crate::scene::Scene;

const CODE: Code = Code("LINT009");

pub(in crate::lint) fn check(scene: &Scene, found: &mut Vec<Diagnostic>) {
    let idle: Vec<_> = policies(scene).iter().filter(|p| p.not_enforced.is_some()).collect();
    let Some(first) = idle.iter().min_by_key(|p| p.place) else { return };
    let message = match idle.len() {
        1 => format!("`{}` has no effect: no policy engine is installed", first.title()),
        many => format!("these {many} policies have no effect: no policy engine is installed"),
    };
    found.push(
        Diagnostic::at(CODE, Severity::Warning, Some(first.place), message)
            .help("install a network plugin that enforces policy; API servers take policies without one and do not warn"),
    );
}
