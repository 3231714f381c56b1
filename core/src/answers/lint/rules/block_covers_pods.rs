//! LINT005: an `ipBlock` covers pods.
//!
//! `ipBlock` is meant for addresses outside. Some engines match pods by address, others do not, and pods get new addresses when they
//! are made anew. Blocks that cover every address are not reported: those are meant as "everything".

use alloc::format;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::analysis::Analysis;
use crate::answers::lint::{acting_rules, peer_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::AddressSet;
use crate::policy::PeerTermKind;
use crate::text::count;

const CODE: Code = Code("LINT005");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let snapshot = analysis.snapshot();
    for (_, _, rule) in acting_rules(analysis).filter(|(policy, ..)| policy.kind == "NetworkPolicy") {
        for (_, term) in peer_terms(rule) {
            let PeerTermKind::Addresses { set, inside_too, .. } = &term.kind else { continue };
            if is_nearly_everything(set) {
                continue;
            }
            let mut covered =
                snapshot.pods().filter(|(_, e)| e.address_given && !e.host_network && e.addresses.iter().any(|a| set.contains(*a)));
            let message = match covered.next() {
                Some((first, _)) => {
                    let more = covered.count();
                    let name = snapshot.pod_title(first);
                    if more == 0 {
                        format!("this block covers the address of `{name}`")
                    } else {
                        format!("this block covers the addresses of `{name}` and {}", count(more, "more pod"))
                    }
                }
                None if !set.intersection(&snapshot.pod_network).is_empty() => {
                    format!("this block covers addresses of the pod network ({})", snapshot.pod_network)
                }
                None => continue,
            };
            let engine = if *inside_too { "this engine matches them" } else { "this engine does not match them" };
            found.push(Diagnostic::at(CODE, Severity::Note, Some(term.place), message).help(format!(
                "{engine}, others differ, and pods get new addresses: select pods by labels, and keep ipBlock for what is outside"
            )));
        }
    }
}

/// Everything, or everything with holes: it reaches from the first address of a family to the last.
fn is_nearly_everything(set: &AddressSet) -> bool {
    const ENDS: [[IpAddr; 2]; 2] = [
        [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::BROADCAST)],
        [IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::from_bits(u128::MAX))],
    ];
    ENDS.iter().any(|ends| ends.iter().all(|end| set.contains(*end)))
}
