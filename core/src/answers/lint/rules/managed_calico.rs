//! LINT160: Calico's own resources in a cluster whose Calico AKS manages.
//!
//! Upstream: "Secure traffic between pods by using network policies in AKS": AKS only supports Calico for standard Kubernetes network policies, and does
//! not test other features. They work, so they are evaluated.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::Kind;
use crate::language::azure::ClusterEngine;
use crate::text::Place;

const CODE: Code = Code("LINT160");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let cloud = &analysis.snapshot().cloud;
    let Some(cluster) = cloud.clusters.iter().find(|cluster| cluster.engine == Some(ClusterEngine::Calico)) else { return };
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut first: Option<Place> = None;
    for (document, resource) in analysis.loaded().resources() {
        if matches!(resource.kind, Kind::Calico(_)) {
            *kinds.entry(&resource.kind_name).or_default() += 1;
            let place = resource.span.within(document);
            first = Some(first.map_or(place, |known| known.min(place)));
        }
    }
    let Some(first) = first else { return };
    let list: Vec<String> =
        kinds.iter().map(|(kind, count)| if *count == 1 { (*kind).into() } else { format!("{count} {kind}") }).collect();
    let message = format!(
        "AKS supports the Calico of `{}` for Kubernetes' own policies only, and does not test Calico's resources: {}",
        cluster.name,
        list.join(", ")
    );
    let help = "they are evaluated as Calico has them; for Calico with support install it yourself (`--network-policy none`)";
    found.push(Diagnostic::at(CODE, Severity::Warning, Some(first), message).help(help));
}
