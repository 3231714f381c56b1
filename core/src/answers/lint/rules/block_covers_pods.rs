//! LINT005: an `ipBlock` covers pods.

use alloc::format;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hashbrown::HashMap;

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::AddressSet;
use crate::policy::PeerTermKind;
use crate::snapshot::{PodId, Snapshot};
use crate::text::count;

const CODE: Code = Code("LINT005");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Note],
    title: "an `ipBlock` covers pods",
    advice: "engines differ in whether it matches them: select pods by labels",
    explanation: r#"`ipBlock` is meant for addresses outside the cluster. Some engines match pods by their addresses, others do not, and a pod gets a new address when it
is created again. Blocks that cover all addresses, with exceptions or without, are not reported: they mean "everything"."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.1.5}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - ipBlock: {cidr: 10.244.1.0/24} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.1.5}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    let given = given_addresses(snapshot);
    let mut known: HashMap<&AddressSet, Option<(PodId, usize)>> = HashMap::new();
    for (_, _, rule) in acting_rules(input).filter(|(policy, ..)| policy.kind == "NetworkPolicy") {
        for (_, term) in peer_terms(rule) {
            let PeerTermKind::Addresses { set, inside_too, .. } = &term.kind else { continue };
            if is_nearly_everything(set) {
                continue;
            }
            let message = match *known.entry(set).or_insert_with(|| covered(&given, set)) {
                Some((first, more)) => {
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

/// Addresses that pods of the pod network are given, ascending.
fn given_addresses(snapshot: &Snapshot) -> Vec<(IpAddr, PodId)> {
    let pods = snapshot.pods().filter(|(_, e)| e.address_given && !e.host_network);
    let mut given: Vec<(IpAddr, PodId)> = pods.flat_map(|(id, e)| e.addresses.iter().map(move |a| (*a, id))).collect();
    given.sort_unstable();
    given
}

/// The first pod with an address in a set, and how many more there are.
fn covered(given: &[(IpAddr, PodId)], set: &AddressSet) -> Option<(PodId, usize)> {
    let inside = set.ranges().flat_map(|(first, last)| {
        let from = given.partition_point(|(address, _)| *address < first);
        given.get(from..).unwrap_or_default().iter().take_while(move |(address, _)| *address <= last)
    });
    let mut pods: Vec<PodId> = inside.map(|(_, id)| *id).collect();
    pods.sort_unstable();
    pods.dedup();
    Some((*pods.first()?, pods.len() - 1))
}

/// Everything, or everything with holes: it reaches from the first address of a family to the last.
fn is_nearly_everything(set: &AddressSet) -> bool {
    const ENDS: [[IpAddr; 2]; 2] = [
        [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::BROADCAST)],
        [IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::from_bits(u128::MAX))],
    ];
    ENDS.iter().any(|ends| ends.iter().all(|end| set.contains(*end)))
}
