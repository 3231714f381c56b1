//! LINT223: `source` and `destination` of a Calico rule are mixed up.
//!
//! In an ingress rule `source` is the other end and `destination` the selected endpoint itself; in an egress rule it is the other way round. A rule that
//! says of its own endpoint what was meant for the other is about everybody (or, see LINT201, about nobody).

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::answers::lint::acting_rules;
use crate::compile::Endpoint;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{Action, Direction, PeerMatch, PeerTermKind};

const CODE: Code = Code("LINT223");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let compiled = analysis.compiled();
    for (policy, reference, rule) in acting_rules(analysis) {
        let Some(own) = &rule.own else { continue };
        let PeerTermKind::Entity(entity) = &own.kind else { continue };
        if entity.selector.is_none() && entity.addresses.is_none() || !compiled.selects_any(policy.id) {
            continue;
        }
        let subjects = || analysis.snapshot().pods().filter(|(id, _)| compiled.selects(policy.id, *id));
        // Of host endpoints nothing is said here: what they forward has other ends.
        if subjects().next().is_none() {
            continue;
        }
        let meant = subjects().filter(|(id, _)| compiled.is_meant_for(reference, Endpoint::Pod(*id))).count();
        let names_peer = matches!(rule.peers, PeerMatch::Of(_));
        let (written, other) = match reference.direction {
            Direction::Ingress => ("destination", "source"),
            Direction::Egress => ("source", "destination"),
        };
        let direction = reference.direction.as_str();
        if names_peer || entity.selector.is_none() || rule.action != Action::Allow || meant != subjects().count() {
            continue;
        }
        let message = format!(
            "this {direction} rule says nothing of the other end: its `{written}` is the endpoint that `{}` selects",
            policy.title()
        );
        let place = entity.selector_place.or(entity.addresses_place).unwrap_or(own.place);
        let help = format!("in an {direction} rule the other end is the `{other}`");
        found.push(Diagnostic::at(CODE, Severity::Warning, Some(place), message).help(help));
    }
}
