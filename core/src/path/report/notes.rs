//! What else one should know about a path.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::answer::{Branch, HopKind};
use super::super::judge::outcome::{Judged, Remark};
use super::super::packet::PacketEndpoint;
use super::super::question::{Client, Goal, Question};
use super::super::route::hop::Note;
use super::super::tables::Entry;
use super::super::world::Paths;
use super::words;
use crate::compile::Endpoint;
use crate::explain::controller_note;
use crate::facts::{self, Subject};
use crate::language::Distribution;
use crate::snapshot::Service;
use crate::verdict::traversal::Checkpoint;

/// All notes, each once.
pub(super) fn notes(paths: &Paths, question: &Question, judged: &Judged, branches: &[Branch]) -> Vec<String> {
    let mut notes = question.notes.clone();
    judged.remarks.iter().for_each(|remark| notes.extend(remark_sentences(paths, remark)));
    if let Goal::Service { service, entry, .. } = question.goal
        && let Some(service) = paths.snapshot.service(service)
    {
        notes.extend(service_notes(paths, service, entry, judged));
    }
    notes.extend(input_notes(paths, question, branches));
    let mut known: Vec<String> = Vec::new();
    for note in notes {
        if !known.contains(&note) {
            known.push(note);
        }
    }
    known
}

fn remark_sentences(paths: &Paths, remark: &Remark) -> Vec<String> {
    let sentence = match remark {
        Remark::Planned(note) => return note_sentences(paths, note),
        Remark::ForeignDns(pod) => format!(
            "`{}` does not use the cluster's DNS (`dnsPolicy`), and other servers do not know the names of Services.",
            paths.snapshot.pod_title(*pod)
        ),
        Remark::LookupFails(route) => {
            let stop = words::why_stopped(paths, route);
            let why = route.lookup.as_ref().map_or_else(String::new, |failed| words::lookup_sentence(paths, failed, &stop));
            format!("{why}.")
        }
        Remark::AllowedOnceResolved => "Once the address is known, the connection itself is allowed.".to_string(),
        Remark::Flapping(node) => format!(
            "The probe of `{}` connects to any of the pods, and some deny it, so the node's health changes from probe to probe.",
            paths.node_name(*node)
        ),
    };
    alloc::vec![sentence]
}

fn note_sentences(paths: &Paths, note: &Note) -> Vec<String> {
    let sentence = match note {
        Note::ClientPicksNode => "The client picks the node; all nodes are assumed to be equally likely.".to_string(),
        Note::ExternalRouted(address) => format!(
            "Kubernetes does not manage addresses in `externalIPs`: the network is assumed to send packets to {} to nodes, to each equally likely.",
            address.map_or_else(|| "them".to_string(), |address| address.to_string())
        ),
        Note::Said(sentence) => sentence.to_string(),
        Note::RoutingRetired => return facts::about(Subject::HttpRouting).map(|fact| retired(paths, fact)).into_iter().collect(),
        Note::ControllerService(service) => {
            format!("Clients reach the ingress controller through Service `{}`.", words::service_title(paths, *service))
        }
        Note::ControllerUnknown(pod) => {
            let how = "The path from the client to the ingress controller is left out: the controller's Service or its pods are \
             not in the input.";
            let controller = paths.snapshot.pod(*pod).and_then(|pod| controller_note(pod, &paths.snapshot));
            return core::iter::once(how.to_string()).chain(controller).collect();
        }
        Note::GatewayAssumed(address) => format!(
            "No subnet is given for the application gateway: {address} is assumed, from the range that AKS uses for it (10.225.0.0/16)."
        ),
        Note::GatewayKubenet => {
            "With kubenet the gateway reaches pods only if its subnet has the cluster's route table, which AGIC tries to \
             attach."
                .to_string()
        }
        Note::GatewayOverlay => {
            "With Azure CNI overlay, only newer versions of AGIC and Application Gateway for Containers reach pods.".to_string()
        }
        Note::DnsCache(cache) => format!(
            "`{}` caches DNS on each node at this address: client policies see this address, not the DNS pods.",
            paths.snapshot.pod_title(*cache)
        ),
    };
    alloc::vec![sentence]
}

fn retired(paths: &Paths, fact: &facts::Fact) -> String {
    let mut sentence = fact.sentence(paths.settings.today);
    sentence.replace_range(..1, "T");
    format!("{sentence}: {}.", fact.advice())
}

fn service_notes(paths: &Paths, service: &Service, entry: Entry, judged: &Judged) -> Vec<String> {
    let mut notes = Vec::new();
    if paths.settings.routing.affinity.unwrap_or(service.routing.client_affinity) {
        notes.push(
            "With session affinity a client keeps its first pod: shares count clients, by the address that the node sees.".to_string(),
        );
    }
    if entry == Entry::LoadBalancer && service.front_end_made_up {
        notes.push("Addresses marked ~ are assumed; no verdict depends on them.".to_string());
    }
    let down = judged.rotation.iter().map(|rotation| rotation.nodes.len() - rotation.up().len()).sum::<usize>();
    if down > 0 {
        let gets = if down == 1 { "gets" } else { "get" };
        notes.push(format!("{down} of {} nodes {gets} no connections from the load balancer.", paths.snapshot.nodes.len()));
    }
    notes.extend(distribution_note(paths, service).map(ToString::to_string));
    notes
}

/// What of `trafficDistribution` cannot be followed.
fn distribution_note(paths: &Paths, service: &Service) -> Option<&'static str> {
    let has_hints = service.slices.iter().flat_map(|s| &s.endpoints).any(|e| e.hint.is_some());
    match service.routing.distribution {
        Some(Distribution::Proportional) if !has_hints => Some(
            "With the annotation `topology-mode: Auto` the control plane may keep connections in their zone, by hints in \
             EndpointSlices, which are not in the input: `kubectl get endpointslices -o yaml`.",
        ),
        Some(Distribution::SameZone) if !has_hints && paths.snapshot.nodes().any(|(_, n)| n.zone().is_none()) => Some(
            "`trafficDistribution` prefers pods in the same zone, but not all nodes in the input have a zone (label \
             `topology.kubernetes.io/zone`), so it is ignored.",
        ),
        _ => None,
    }
}

/// What the input leaves open.
fn input_notes(paths: &Paths, question: &Question, branches: &[Branch]) -> Vec<String> {
    let snapshot = &paths.snapshot;
    let mut notes = Vec::new();
    if snapshot.nodes.iter().any(|n| n.stand_in) {
        notes.push(format!("No nodes are given: {} are assumed.", snapshot.nodes.len()));
    }
    let hops = || branches.iter().flat_map(|b| &b.hops);
    let is_assumed_pod = |p: &PacketEndpoint| p.assumed && matches!(p.end, Endpoint::Pod(_));
    if hops().any(|hop| is_assumed_pod(&hop.arrives.from) || is_assumed_pod(&hop.arrives.to)) {
        notes.push("Addresses marked ~ are assumed; no verdict depends on them.".to_string());
    }
    if paths.placement_assumed && snapshot.nodes.len() > 1 {
        notes.push(match paths.settings.routing.placement.per_node.is_empty() {
            true => "The input does not specify where pods run: they are assumed to be spread evenly over the nodes.".to_string(),
            false => "Pods are placed on nodes as chosen, not as specified in the input.".to_string(),
        });
    }
    if matches!(question.clients.first(), Some((Client::Outside(_), _))) && !paths.knows_network() {
        notes.push("The network around the cluster is not in the input: packets are assumed to reach its nodes.".to_string());
    }
    if hops().any(|hop| matches!(&hop.kind, HopKind::Check(c) if matches!(c.0.checkpoint, Checkpoint::Group { .. }))) {
        notes.push("Security groups and nodes are stateful: replies of an allowed connection need no rule.".to_string());
    }
    notes
}
