//! What all ways come to together, in words.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::ask::{Client, Goal};
use super::branches::Trip;
use super::{Branch, Entry, PathAnswer, PathVerdict, Share, StepKind, Written, spread};
use crate::language::Distribution;
use crate::snapshot::cloud::tags;
use crate::snapshot::{NodeId, Service};
use crate::verdict::Verdict;

pub(super) fn answer(mut trip: Trip<'_>, branches: Vec<Branch>) -> PathAnswer {
    let question = trip.question;
    let verdict = verdict(&branches);
    let entry = match question.goal {
        Goal::Service { entry, .. } => Some(entry),
        _ => None,
    };
    if let Goal::Service { service, port, entry, node } = question.goal {
        let homes: Vec<(NodeId, u32)> = question.clients.iter().filter_map(|(c, weight)| Some((trip.home(*c)?, *weight))).collect();
        let picked: Vec<NodeId> = match (entry, node) {
            (Entry::LoadBalancer, _) => trip.up.clone(),
            (_, Some(node)) => alloc::vec![node],
            (_, None) => Vec::new(),
        };
        let all: Vec<NodeId> = trip.paths.snapshot.nodes().map(|(id, _)| id).collect();
        let picked = if picked.is_empty() && entry != Entry::LoadBalancer { all } else { picked };
        // Where no node is ever picked, no pod has a share.
        let shared = !homes.is_empty() || !picked.is_empty();
        trip.pods = if shared && !trip.cached { spread::of_service(&trip, service, port, entry, &homes, &picked) } else { Vec::new() };
        service_notes(&mut trip, service, entry);
    }
    scene_notes(&mut trip, &branches);
    let summary = summary(&trip, verdict, &branches);
    let written = Written::of(&trip);
    let mut notes = trip.notes;
    let mut known: Vec<String> = Vec::new();
    notes.retain(|note| {
        let is_new = !known.contains(note);
        known.push(note.clone());
        is_new
    });
    PathAnswer {
        from: question.from_title.clone(),
        to: question.to_title.clone(),
        protocol: question.protocol,
        port: question.port,
        tls: question.tls,
        entry,
        verdict,
        summary,
        branches,
        pods: trip.pods,
        probes: trip.probes,
        notes,
        written,
    }
}

/// A way counts only if every checkpoint on it allows; the answer is about all ways together.
fn verdict(branches: &[Branch]) -> PathVerdict {
    let of = |wanted: Verdict| branches.iter().filter(|b| b.verdict == wanted).fold(Share::NONE, |sum, b| sum.plus(b.share));
    let (allowed, unknown) = (of(Verdict::Allowed), of(Verdict::CannotTell));
    match (allowed.is_none(), unknown.is_none()) {
        (_, false) => PathVerdict::CannotTell(allowed, allowed.plus(unknown)),
        (true, true) => PathVerdict::Denied,
        (false, true) if branches.iter().any(|b| b.verdict == Verdict::Denied) => PathVerdict::Sometimes(allowed),
        (false, true) => PathVerdict::Allowed,
    }
}

fn summary(trip: &Trip<'_>, verdict: PathVerdict, branches: &[Branch]) -> String {
    let question = trip.question;
    let port = question.port.map_or_else(String::new, |port| format!(" {port}"));
    let what = format!("{}{port} from `{}` to `{}`", question.protocol, question.from_title, question.to_title);
    let stop = |wanted: Verdict| {
        branches.iter().filter(|b| b.verdict == wanted).filter_map(Branch::stop).next().map_or_else(String::new, |s| s.text.clone())
    };
    match verdict {
        PathVerdict::Allowed => match branches.first().and_then(|b| b.seen) {
            Some(seen) if branches.iter().all(|b| b.seen.is_some_and(|s| s.address == seen.address)) => {
                format!("Allowed: {what}; the application sees {}.", party(trip, &seen.address))
            }
            _ => format!("Allowed: {what}, on every way."),
        },
        PathVerdict::Denied => format!("Denied: {}.", stop(Verdict::Denied)),
        PathVerdict::Sometimes(share) => {
            let sees = branches.iter().find(|b| b.verdict == Verdict::Denied).map_or("", |b| b.title.as_str());
            let which = if sees.is_empty() { String::new() } else { format!(" ({sees})") };
            format!("Sometimes: {share} of the connections get there. The others{which} do not: {}.", stop(Verdict::Denied))
        }
        PathVerdict::CannotTell(..) => format!("Cannot tell, because {}.", stop(Verdict::CannotTell)),
    }
}

/// An end of a packet for people: its address, or what has none.
pub(super) fn party(trip: &Trip<'_>, party: &super::Party) -> String {
    match party.address {
        Some(address) if party.made_up && matches!(party.end, crate::compile::Endpoint::Outside(_)) => match tags::is_public(address) {
            true => "a public address that is not given".to_string(),
            false => "an address of the gateway's subnet".to_string(),
        },
        _ => format!("`{}`", trip.paths.party_title(party)),
    }
}

fn service_notes(trip: &mut Trip<'_>, service: u32, entry: Entry) {
    let paths = trip.paths;
    let Some(found) = paths.snapshot.services.get(service as usize) else { return };
    let routing = &paths.settings.routing;
    let affinity = routing.affinity.unwrap_or(found.routing.client_affinity);
    if affinity {
        trip.notes.push(
            "With session affinity a client keeps the pod that it got first: shares are of clients then, by the address that the node sees.".to_string(),
        );
    }
    if entry == Entry::LoadBalancer && found.front_end_made_up {
        trip.notes
            .push("The text gives no address for the load balancer; the one shown is made up, and no verdict rests on it.".to_string());
    }
    let down = trip.probes.iter().filter(|p| !p.healthy).count();
    if down > 0 {
        trip.notes.push(format!(
            "{down} of {} nodes {} no connections of the load balancer.",
            paths.snapshot.nodes.len(),
            if down == 1 { "gets" } else { "get" }
        ));
    }
    distribution_notes(trip, found);
}

/// What of `trafficDistribution` cannot be followed.
fn distribution_notes(trip: &mut Trip<'_>, service: &Service) {
    let has_hints = service.slices.iter().flat_map(|s| &s.endpoints).any(|e| e.hint.is_some());
    let note = match service.routing.distribution {
        Some(Distribution::Proportional) if !has_hints => {
            "By annotation (`topology-mode: Auto`) the control plane may keep connections in their zone; which it does is in the hints of \
             EndpointSlices, which the text does not give: `kubectl get endpointslices -o yaml`."
        }
        Some(Distribution::SameZone) if !has_hints && trip.paths.snapshot.nodes().any(|(_, n)| n.zone().is_none()) => {
            "`trafficDistribution` prefers pods of the same zone; the text does not give the zones of all nodes (label \
             `topology.kubernetes.io/zone`), so it is left out."
        }
        _ => return,
    };
    trip.notes.push(note.to_string());
}

fn scene_notes(trip: &mut Trip<'_>, branches: &[Branch]) {
    let paths = trip.paths;
    let snapshot = &paths.snapshot;
    if snapshot.nodes.iter().any(|n| n.stand_in) {
        trip.notes.push(format!("The text gives no nodes: {} stand for any.", snapshot.nodes.len()));
    }
    let stations = || branches.iter().flat_map(|b| &b.steps);
    let made_up =
        stations().any(|s| [s.arrives.from, s.arrives.to].iter().any(|p| p.made_up && matches!(p.end, crate::compile::Endpoint::Pod(_))));
    if made_up {
        trip.notes.push("Addresses of pods that the text does not give are made up, and no verdict rests on them.".to_string());
    }
    let unplaced = trip.paths.placed_by_guess();
    if unplaced && snapshot.nodes.len() > 1 {
        trip.notes.push(match paths.settings.routing.placement.per_node.is_empty() {
            true => "The text does not say where pods run: they are spread evenly over the nodes.".to_string(),
            false => "Where pods run is as was chosen, not as the text says.".to_string(),
        });
    }
    if matches!(trip.question.clients.first(), Some((Client::Outside(_), _))) && !paths.knows_network() {
        trip.notes.push(
            "The text says nothing of the network around the cluster: that packets come to its nodes is taken for granted.".to_string(),
        );
    }
    if stations()
        .any(|s| matches!(&s.kind, StepKind::Check(c) if matches!(c.checkpoint, crate::verdict::traversal::Checkpoint::Group { .. })))
    {
        trip.notes.push("Security groups and nodes keep state: replies of an allowed connection need no rule.".to_string());
    }
}
