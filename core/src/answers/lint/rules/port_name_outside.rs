//! LINT013: a port name together with addresses.
//!
//! A name is looked up on the destination pod; outside there is no pod, so for such an end the port matches nothing.

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::answers::lint::{acting_rules, peer_terms, traffic_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{Direction, PeerTermKind, TrafficTermKind};

const CODE: Code = Code("LINT013");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let egress =
        acting_rules(analysis).filter(|(policy, reference, _)| reference.direction == Direction::Egress && policy.kind == "NetworkPolicy");
    for (_, _, rule) in egress {
        let Some((_, block)) = peer_terms(rule).find(|(_, t)| matches!(t.kind, PeerTermKind::Addresses { .. })) else { continue };
        for term in traffic_terms(rule) {
            let TrafficTermKind::Named(name, _) = &term.kind else { continue };
            found.push(
                Diagnostic::at(
                    CODE,
                    Severity::Warning,
                    Some(term.place),
                    format!("the port name `{name}` means nothing for addresses outside"),
                )
                .related_place(block.place, "this peer is a block of addresses")
                .help("write the port's number"),
            );
        }
    }
}
