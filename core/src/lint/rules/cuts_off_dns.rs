//! LINT003: a pod that is isolated for egress cannot ask for names.
//!
//! Nearly every program looks up names first. A policy that isolates for egress must let UDP and TCP 53 out to the cluster's DNS, or
//! everything fails with "cannot resolve host", also what the policy allows. Pods that may send nothing at all are not reported: that is
//! meant.

use alloc::format;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use crate::compile::{ClassId, End};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Protocol;
use crate::policy::{Action, Direction, PolicyId};
use crate::scene::Scene;
use crate::snapshot::Role;

const CODE: Code = Code("LINT003");
const DNS: u16 = 53;

pub(in crate::lint) fn check(scene: &Scene, found: &mut Vec<Diagnostic>) {
    let compiled = scene.compiled();
    let mut asked: HashMap<ClassId, bool> = HashMap::new();
    let mut reported: HashSet<PolicyId> = HashSet::new();
    for (id, endpoint) in scene.snapshot().endpoints().filter(|(_, e)| e.role == Role::Pod) {
        let class = compiled.class_of(End::Pod(id));
        if asked.contains_key(&class) || !compiled.isolated(id, Direction::Egress) {
            continue;
        }
        let reaches = scene.connectivity().lets_out(class, |set| {
            [Protocol::UDP, Protocol::TCP]
                .iter()
                .any(|p| set.plane(*p).is_some_and(|plane| plane.bands().any(|(_, _, ports)| ports.contains(DNS))))
        });
        asked.insert(class, reaches);
        if reaches {
            continue;
        }
        let isolating = compiled.policies_on(id, Direction::Egress);
        if isolating.iter().filter_map(|p| compiled.policy(*p)).all(|p| p.egress.is_empty()) {
            continue;
        }
        // Whoever is denied everything by a rule is cut off on purpose: quarantined.
        let denies = |id: &PolicyId| compiled.policy(*id).is_some_and(|p| p.egress.iter().any(|rule| rule.action == Action::Deny));
        if isolating.iter().any(denies) && !scene.connectivity().lets_out(class, |set| !set.is_empty()) {
            continue;
        }
        let policies = isolating.iter().filter_map(|p| compiled.policy(*p)).filter(|p| p.kind.ends_with("NetworkPolicy"));
        let Some(policy) = policies.min_by_key(|p| (p.egress.is_empty(), p.place)) else { continue };
        if !reported.insert(policy.id) {
            continue;
        }
        let name = format!("{}/{}", scene.snapshot().namespace_name(endpoint.namespace), endpoint.name);
        let message = format!("`{name}` is isolated for egress and cannot reach any DNS server: nothing lets it out to port {DNS}");
        found.push(
            Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message)
                .help("add an egress rule for UDP and TCP 53 to the DNS pods (namespace kube-system, label k8s-app: kube-dns)"),
        );
    }
}
