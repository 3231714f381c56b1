//! LINT011: two peers that were probably meant to be one.
//!
//! `- namespaceSelector: …` followed by `- podSelector: …` means either; both in one entry means both. Reported only where the second
//! peer selects no pod of the policy's own namespace, so that it cannot have been meant as it stands.

use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::answers::lint::{acting_rules, peer_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{NamespaceMatch, PeerTermKind};

const CODE: Code = Code("LINT011");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    for (_, reference, rule) in acting_rules(analysis).filter(|(policy, ..)| policy.namespace.is_some()) {
        let terms: Vec<_> = peer_terms(rule).collect();
        for pair in terms.windows(2) {
            let [(_, first), (number, second)] = pair else { continue };
            let (PeerTermKind::Pods(namespaces), PeerTermKind::Pods(pods)) = (&first.kind, &second.kind) else { continue };
            let namespaces_only =
                matches!(&namespaces.namespaces, NamespaceMatch::Selector(s) if !s.is_everything()) && namespaces.pods.is_everything();
            let pods_only = matches!(&pods.namespaces, NamespaceMatch::Named(_)) && !pods.pods.is_everything();
            if !namespaces_only || !pods_only || analysis.compiled().term_matches_pods(reference, *number) {
                continue;
            }
            found.push(
                Diagnostic::at(
                    CODE,
                    Severity::Warning,
                    Some(second.place),
                    "this is a second peer beside the one before: either may match",
                )
                .related_place(first.place, "the peer before it")
                .help("if both must match, take away the dash, so that the two selectors stand in one entry"),
            );
        }
    }
}
