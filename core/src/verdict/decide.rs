//! One flow: every checkpoint that its packets may meet, and what comes of them together.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::check::check;
use super::checkpoint::CheckpointResult;
use super::doors::{Translated, translated};
use super::traversal::{Checkpoint, SnatEndpoint, Wire, traversals, wire_of};
use super::{Flow, Original, Reason, UnknownFact, Verdict};
use crate::compile::{Compiled, Endpoint};
use crate::policy::Direction;
use crate::snapshot::{HostEndpointId, Snapshot};

/// The answer to a question, checkpoint by checkpoint, without words: `explain` adds these.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The flow that was asked about; an address that a pod or node is known to have means that pod or node.
    pub flow: Flow,
    /// Where the packet was sent before its destination was translated, if it was.
    pub original: Option<Original>,
    /// The answer in a word.
    pub verdict: Verdict,
    /// Checkpoints in the order in which the packet meets them.
    pub checkpoints: Vec<CheckpointRecord>,
}

/// A checkpoint with its answer.
#[derive(Clone, Debug)]
pub struct CheckpointRecord {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    pub(crate) result: CheckpointResult,
}

impl CheckpointRecord {
    /// What the checkpoint says.
    pub fn verdict(&self) -> Verdict {
        self.result.verdict()
    }

    /// Why.
    pub fn reason(&self) -> &Reason {
        self.result.reason()
    }
}

/// Answers a question.
///
/// `original` is where the packet was sent before its destination was translated, if it was.
pub fn decide(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, original: Option<Original>) -> Decision {
    let flow = Flow { from: settle(flow.from, snapshot), to: settle(flow.to, snapshot), ..*flow };
    let translated = original.is_none().then(|| translated(compiled, snapshot, &flow)).flatten();
    let met = |checkpoints: Vec<Checkpoint>| {
        let mut records = met(compiled, snapshot, &flow, original, checkpoints);
        if let Some(translated) = &translated {
            records = records.into_iter().map(|record| before_doors(record, translated)).collect();
        }
        (together(&records), records)
    };
    let mut all: Vec<(Verdict, Vec<CheckpointRecord>)> = traversals(compiled, snapshot, flow.from, flow.to).into_iter().map(met).collect();
    let agree = all.iter().all(|(verdict, _)| Some(*verdict) == all.first().map(|(v, _)| *v));
    // Of traversals that agree the one with the most to tell; of others the one that is stopped.
    let rank = |verdict: Verdict| match verdict {
        Verdict::Denied => 0,
        Verdict::CannotTell => 1,
        Verdict::Allowed => 2,
    };
    all.sort_by_key(|(verdict, records)| (rank(*verdict), core::cmp::Reverse(records.len())));
    let mut checkpoints = if all.is_empty() { Vec::new() } else { all.swap_remove(0).1 };
    if !agree {
        checkpoints = checkpoints.into_iter().map(|record| on_some(record, &flow, snapshot)).collect();
    }
    // Where the policies of a host are asked, that policies for pods do not select it is no news.
    if checkpoints.iter().any(|c| !matches!(c.checkpoint, Checkpoint::Endpoint(_) | Checkpoint::OwnHost(..))) {
        checkpoints.retain(|c| !matches!(c.reason(), Reason::Node | Reason::Outside));
    }
    Decision { flow, original, verdict: together(&checkpoints), checkpoints }
}

/// A checkpoint of a flow to a port of a node that leads on to pods: policies of the node, and of the source on the same node, are asked about what
/// the packet becomes.
fn before_doors(record: CheckpointRecord, translated: &Translated) -> CheckpointRecord {
    let is_egress = record.checkpoint == Checkpoint::Endpoint(Direction::Egress);
    let stays = match record.verdict() {
        _ if record.checkpoint.is_of_cloud() => true,
        Verdict::Denied => is_egress && translated.is_closed,
        _ => is_egress,
    };
    if stays { record } else { CheckpointRecord { result: record.result.of_another(translated.fact.clone()), ..record } }
}

fn together(records: &[CheckpointRecord]) -> Verdict {
    Verdict::all(records.iter().map(CheckpointRecord::verdict))
}

/// What a packet meets on one traversal, as far as it comes.
fn met(
    compiled: &Compiled,
    snapshot: &Snapshot,
    flow: &Flow,
    original: Option<Original>,
    checkpoints: Vec<Checkpoint>,
) -> Vec<CheckpointRecord> {
    let record = |checkpoint| CheckpointRecord { checkpoint, result: check(compiled, snapshot, flow, original, checkpoint) };
    let mut records: Vec<CheckpointRecord> = checkpoints.into_iter().map(record).collect();
    // That replies to tracked connections pass goes without saying, and so does that the network carries a protocol.
    records.retain(|record| !matches!(record.reason(), Reason::Tracked | Reason::Carried));
    // What comes after the checkpoint of the cloud's network that stops a packet, it never meets.
    let mut stopped = false;
    records.retain(|record| {
        let is_of_cloud = record.checkpoint.is_of_cloud();
        let is_met = !(is_of_cloud && stopped);
        stopped |= is_of_cloud && record.verdict() == Verdict::Denied;
        is_met
    });
    records
}

/// A checkpoint of one traversal, where others get another answer: what stops the packet on this one only, and not on all, may not be met.
fn on_some(record: CheckpointRecord, flow: &Flow, snapshot: &Snapshot) -> CheckpointRecord {
    let fact = match record.checkpoint {
        checkpoint if checkpoint.is_of_cloud() => {
            let ambiguous = [flow.from, flow.to].into_iter().find_map(|endpoint| several_networks(endpoint, snapshot));
            ambiguous.map_or(UnknownFact::Placement, UnknownFact::Network)
        }
        Checkpoint::Host { host, .. } | Checkpoint::Reply { host, .. } if is_disguised(host, flow, snapshot) => UnknownFact::SourceAddress,
        Checkpoint::Host { .. } | Checkpoint::Reply { .. } if wire_of(snapshot, flow.from, flow.to) == Wire::Unknown => {
            UnknownFact::Encapsulation
        }
        _ => return record,
    };
    if record.verdict() != Verdict::Denied {
        return record;
    }
    CheckpointRecord { result: record.result.if_met(fact), ..record }
}

/// An address that a pod or node is known to have means that pod or node.
fn settle(endpoint: Endpoint, snapshot: &Snapshot) -> Endpoint {
    let Endpoint::Outside(address) = endpoint else { return endpoint };
    let pod = snapshot
        .pods()
        .find(|(_, e)| e.address_given && !e.host_network && e.addresses.contains(&address))
        .map(|(id, _)| Endpoint::Pod(id));
    pod.or_else(|| snapshot.nodes().find(|(_, n)| n.addresses.contains(&address)).map(|(id, _)| Endpoint::Node(id)))
        .unwrap_or_else(|| snapshot.cloud.end_at(address))
}

/// An address that several networks have.
pub(crate) fn several_networks(endpoint: Endpoint, snapshot: &Snapshot) -> Option<IpAddr> {
    let Endpoint::Outside(address) = endpoint else { return None };
    (snapshot.cloud.networks_with(address).len() > 1).then_some(address)
}

/// Whether a packet may come to a host endpoint with another address than its pod's.
fn is_disguised(host: HostEndpointId, flow: &Flow, snapshot: &Snapshot) -> bool {
    let destination = SnatEndpoint::of(flow.to, snapshot);
    let is_there = snapshot.host_endpoint(host).is_some_and(|host| destination.is_on(host.node));
    is_there && SnatEndpoint::of(flow.from, snapshot).towards(&destination).as_node
}
