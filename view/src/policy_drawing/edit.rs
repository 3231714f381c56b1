//! A change of a policy in its drawing, as a change of text.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::edit_policy::{PolicyChange, WantedPeer, WantedPolicy};
use netpolis_core::policy::Direction;
use netpolis_core::snapshot::{PodId, Snapshot};

use super::offers::{ANYTHING, BLOCK, CLUSTER, DNS, NAMESPACE, PODS};
use super::{PolicyEdit, WantedEdit, first_free};
use crate::fixes::edit_views;
use crate::problems::EditView;
use crate::scene::workload_key;
use crate::{FixView, SceneView, Sentence, SourceLocation, SourceLocations};

/// Why a change cannot be made that is about something which is not there.
const GONE: &str = "there is no such policy or peer any more";

/// The change of text that does what is wanted, or why there is none.
pub(crate) fn policy_edit(analysis: &Analysis, view: &SceneView, edit: &PolicyEdit) -> Result<FixView, Sentence> {
    if let WantedEdit::Begin { subject, calico } = &edit.wanted {
        return begun(analysis, &edit.policy, subject, *calico);
    }
    let number = view.find_policy(&edit.policy).ok_or(GONE)?;
    let policy = analysis.compiled().ruleset().policies.get(number).ok_or(GONE)?;
    let direction = if edit.egress { Direction::Egress } else { Direction::Ingress };
    let change = match &edit.wanted {
        WantedEdit::Add { peer, ports } => {
            PolicyChange::AddRule { direction, peer: wanted_peer(analysis.snapshot(), peer).ok_or(GONE)?, ports }
        }
        WantedEdit::Ports(rule, ports) => PolicyChange::SetPorts { direction, rule: *rule as usize, ports },
        WantedEdit::Remove(rule) => PolicyChange::RemoveRule { direction, rule: *rule as usize },
        WantedEdit::RemovePeer(rule, peer) => PolicyChange::RemovePeer { direction, rule: *rule as usize, peer: *peer as usize },
        WantedEdit::Act(on) => PolicyChange::Act { direction, on: *on },
        WantedEdit::Select(peer) => {
            let pod = match wanted_peer(analysis.snapshot(), peer).ok_or(GONE)? {
                WantedPeer::Pods(pod) => Some(pod),
                WantedPeer::Namespace(_) => None,
                _ => return Err(GONE.into()),
            };
            PolicyChange::Select { pod }
        }
        WantedEdit::Begin { .. } => return Err(GONE.into()),
    };
    let changed = analysis.edit_policy(policy.id, &change).map_err(|error| error.to_string())?;
    Ok(FixView { title: changed.title, edits: edit_views(&changed.edits, &SourceLocations::new(analysis.sources())) })
}

/// The change of text that begins the policy of a key.
fn begun(analysis: &Analysis, key: &str, subject: &str, calico: bool) -> Result<FixView, Sentence> {
    let (namespace, name) = key.strip_prefix("NetworkPolicy ").and_then(|title| title.split_once('/')).ok_or(GONE)?;
    let pod = match subject.strip_prefix("namespace/") {
        Some(_) => None,
        None => Some(pod(analysis.snapshot(), subject).ok_or(GONE)?),
    };
    let begun = analysis.begin_policy(&WantedPolicy { namespace, name, pod, calico }).map_err(|error| error.to_string())?;
    let edits = match begun.edits {
        Some(edits) => edit_views(&edits, &SourceLocations::new(analysis.sources())),
        None => {
            let file = free_name(analysis, name);
            vec![EditView { at: SourceLocation { file, line: 1, column: 1, end_line: 1, start: 0, end: 0 }, insert: begun.document }]
        }
    };
    Ok(FixView { title: begun.title, edits })
}

/// The name of a file that there is not yet.
fn free_name(analysis: &Analysis, policy: &str) -> String {
    let is_taken = |name: &str| analysis.sources().iter().any(|(_, source)| source.name == name);
    first_free(|number| format!("policy-{policy}{number}.yaml"), is_taken)
}

fn wanted_peer<'a>(snapshot: &Snapshot, key: &'a str) -> Option<WantedPeer<'a>> {
    Some(match key {
        ANYTHING => WantedPeer::Anything,
        CLUSTER => WantedPeer::Cluster,
        DNS => WantedPeer::Dns,
        _ => match (key.strip_prefix(PODS), key.strip_prefix(NAMESPACE), key.strip_prefix(BLOCK)) {
            (Some(workload), ..) => WantedPeer::Pods(pod(snapshot, workload)?),
            (_, Some(namespace), _) => WantedPeer::Namespace(namespace),
            (.., Some(range)) => WantedPeer::Block(range),
            _ => return None,
        },
    })
}

fn pod(snapshot: &Snapshot, key: &str) -> Option<PodId> {
    let (_, workload) = snapshot.workloads().find(|(id, _)| workload_key(snapshot, *id) == key)?;
    workload.endpoints.first().copied()
}
