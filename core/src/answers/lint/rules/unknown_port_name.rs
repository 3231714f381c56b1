//! LINT004: a rule names a port that no pod has.
//!
//! A name is looked up among the container ports of the destination; on a pod that has none of that name and protocol it matches
//! nothing, silently.

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::answers::lint::{acting_rules, traffic_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Protocol;
use crate::policy::TrafficTermKind;

const CODE: Code = Code("LINT004");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    for (_, reference, rule) in acting_rules(analysis) {
        for term in traffic_terms(rule) {
            let TrafficTermKind::Named(name, protocol) = &term.kind else { continue };
            let Some(has) = analysis.compiled().named_port_is_found(reference, name, *protocol) else { continue };
            if has {
                continue;
            }
            let message = match protocol {
                Some(protocol) => format!("no pod that this rule is about has a {protocol} container port named `{name}`"),
                None => format!("no pod that this rule is about has a container port named `{name}`"),
            };
            let problem = Diagnostic::at(CODE, Severity::Warning, Some(term.place), message);
            let others = [Protocol::TCP, Protocol::UDP, Protocol::SCTP].into_iter().filter(|p| Some(*p) != *protocol);
            let other = others.into_iter().find(|p| analysis.compiled().named_port_is_found(reference, name, Some(*p)) == Some(true));
            found.push(match other {
                Some(other) => problem.help(format!("`{name}` is a {other} port; write `protocol: {other}`")),
                None => problem.help("name the port in the pod's `containers[].ports`, or write its number here"),
            });
        }
    }
}
