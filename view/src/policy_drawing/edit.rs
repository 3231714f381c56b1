//! A change of a policy in its drawing, as a change of text.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::edit_policy::{PolicyChange, WantedPeer};
use netpolis_core::policy::Direction;
use netpolis_core::snapshot::{PodId, Snapshot};

use super::offers::{ANYTHING, BLOCK, CLUSTER, DNS, NAMESPACE, PODS};
use super::{PolicyEdit, WantedEdit};
use crate::fixes::edit_views;
use crate::scene::workload_key;
use crate::{FixView, SceneView, Sentence, SourceLocations};

/// Why a change cannot be made that is about something which is not there.
const GONE: &str = "there is no such policy or peer any more";

/// The change of text that does what is wanted, or why there is none.
pub(crate) fn policy_edit(analysis: &Analysis, view: &SceneView, edit: &PolicyEdit) -> Result<FixView, Sentence> {
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
    };
    let changed = analysis.edit_policy(policy.id, &change).map_err(|error| error.to_string())?;
    Ok(FixView { title: changed.title, edits: edit_views(&changed.edits, &SourceLocations::new(analysis.sources())) })
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
