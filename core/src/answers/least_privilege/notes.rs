//! What is worth knowing about the policies besides the proof.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::classes::Classes;
use super::meant::{dns_connections, dns_pods};
use super::needs::{Needs, Row};
use super::rules::{Draft, Purpose, workload_names};
use super::world::World;
use super::{Form, Question};
use crate::compile::Endpoint;
use crate::connections::ConnectionSet;
use crate::policy::Direction;
use crate::snapshot::{NamespaceId, Role};
use crate::text::count;

/// What was not taken as wanted.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Lines of flows that no policy can hold.
    pub(super) lines: Vec<u32>,
    /// How many pairs of ends of which it cannot be told what they may at present.
    pub(super) pairs: usize,
}

pub(super) fn notes(
    world: &World<'_>,
    classes: &Classes,
    needs: &Needs,
    drafts: &[Draft],
    question: &Question<'_>,
    left_out: &LeftOut,
) -> Vec<String> {
    let mut notes = Vec::new();
    let snapshot = world.snapshot;
    let rows = || Direction::BOTH.into_iter().flat_map(|direction| needs.rows(direction).values());
    if drafts.is_empty() {
        notes.push("no policy isolates a pod at present, so everything is allowed and no policy is needed for that".into());
    }
    let scope: BTreeSet<NamespaceId> = drafts.iter().map(|draft| draft.namespace).collect();
    for (id, _) in snapshot.pods().filter(|(id, pod)| scope.contains(&pod.namespace) && world.counts_as_node(*id) && pod.role == Role::Pod)
    {
        notes.push(format!(
            "`{}` uses its node's network: no NetworkPolicy holds it, so what it sends and receives is not limited",
            snapshot.pod_title(id)
        ));
    }
    for draft in drafts.iter().filter(|draft| draft.purpose == Purpose::Pods && draft.subject.is_empty()) {
        let names = workload_names(world, classes, &draft.classes).join("`, `");
        notes.push(format!(
            "`{names}` has no labels to select it by: its policy selects every pod of `{}`, at present it alone",
            snapshot.namespace_name(draft.namespace)
        ));
    }
    notes.extend(dns(world, needs, question));
    let beyond_ports = |row: &Row| row.everything() == ConnectionSet::all();
    if question.form == Form::Kubernetes && world.other_protocols_are_open() && rows().any(beyond_ports) {
        notes.push(
            "what NetworkPolicies mean for ICMP and other protocols without ports is not defined: the proof is about TCP, UDP and SCTP"
                .into(),
        );
    }
    if !left_out.lines.is_empty() {
        let lines: Vec<String> = left_out.lines.iter().map(ToString::to_string).collect();
        let word = if lines.len() == 1 { "line" } else { "lines" };
        notes.push(format!("policies hold only pods, so flows with a pod at neither end are left out ({word} {})", lines.join(", ")));
    }
    if left_out.pairs > 0 {
        let pairs = count(left_out.pairs, "pair");
        notes.push(format!(
            "of {pairs} of ends it cannot be told what they may exchange at present: what is not certainly allowed was not taken as wanted"
        ));
    }
    notes
}

/// Whether names can be looked up, which most pods need to connect to anything.
fn dns(world: &World<'_>, needs: &Needs, question: &Question<'_>) -> Option<String> {
    let servers = dns_pods(world);
    let asks = |row: &Row| servers.iter().any(|pod| !row.with(Endpoint::Pod(*pod)).intersection(&dns_connections()).is_empty());
    let senders: Vec<&Row> = needs.rows(Direction::Egress).values().filter(|row| !row.everything().is_empty()).collect();
    let deaf = senders.iter().filter(|row| !asks(row)).count();
    if question.dns || senders.is_empty() || deaf == 0 {
        return None;
    }
    let who = if deaf == senders.len() {
        "pods that send something".into()
    } else {
        format!("{deaf} of {} pods that send something", senders.len())
    };
    Some(format!("{who} may not ask the cluster's DNS for names, so they can connect by address alone; `--dns` allows it"))
}
