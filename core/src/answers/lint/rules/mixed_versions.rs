//! LINT014: old and new kinds of cluster-wide policy together.
//!
//! ClusterNetworkPolicy replaces AdminNetworkPolicy and BaselineAdminNetworkPolicy. What a cluster does that has both is not specified;
//! here each is looked at in the tier that it belongs to.

use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::answers::lint::policies;
use crate::diagnostics::{Code, Diagnostic, Severity};

const CODE: Code = Code("LINT014");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let of = |kinds: &[&str]| policies(analysis).find(|p| kinds.contains(&&*p.kind));
    let (Some(old), Some(new)) = (of(&["AdminNetworkPolicy", "BaselineAdminNetworkPolicy"]), of(&["ClusterNetworkPolicy"])) else { return };
    found.push(
        Diagnostic::at(
            CODE,
            Severity::Note,
            Some(new.place),
            "ClusterNetworkPolicy replaces AdminNetworkPolicy, and how both act together is not specified",
        )
        .related_place(old.place, "a policy of the old kind")
        .help("here each is looked at in its tier; rewrite the old ones before you rely on it"),
    );
}
