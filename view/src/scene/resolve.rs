//! The end that a question names.

use std::net::IpAddr;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::snapshot::Role;

use super::build::{INGRESS_CONTROLLER, workload_key};
use crate::QuestionError;

/// All that a name means, of which `end` is the first: of `internet` an address of each part that is treated differently, of a workload all its pods.
pub(crate) fn meant(scene: &Analysis, name: &str, end: Endpoint) -> Vec<Endpoint> {
    scene.end(name).map(|found| found.all).ok().filter(|all| all.contains(&end)).unwrap_or_else(|| vec![end])
}

/// The end that a question means, with its full name.
///
/// # Errors
/// If no end has that name.
pub fn resolve(scene: &Analysis, name: &str) -> Result<(Endpoint, String), QuestionError> {
    let snapshot = scene.snapshot();
    let name = name.trim();
    if name.is_empty() {
        return Err(QuestionError::NoEnds);
    }
    if let Ok(address) = name.parse::<IpAddr>() {
        let pod = snapshot.pods().find(|(_, e)| e.address_given && !e.host_network && e.addresses.contains(&address));
        let node = snapshot.nodes().find(|(_, n)| n.addresses.contains(&address));
        if pod.is_none() && node.is_none() && !snapshot.cloud.networks_with(address).is_empty() {
            return netpolis_core::endpoints::find(snapshot, name).map(|found| (found.end, found.title)).map_err(QuestionError::Endpoint);
        }
        return Ok(match (pod, node) {
            (Some((id, endpoint)), _) => (Endpoint::Pod(id), workload_key(snapshot, endpoint.workload)),
            (None, Some((id, node))) => (Endpoint::Node(id), format!("node/{}", node.name)),
            (None, None) => (Endpoint::Outside(address), address.to_string()),
        });
    }
    if let Some(wanted) = name.strip_prefix("node/") {
        let node = snapshot.nodes().find(|(_, n)| n.name == wanted);
        return node.map(|(id, _)| (Endpoint::Node(id), name.to_owned())).ok_or_else(|| QuestionError::UnknownNode(wanted.to_owned()));
    }
    if name == INGRESS_CONTROLLER {
        let controller = snapshot.pods().find(|(_, e)| e.role == Role::IngressController);
        return controller.map(|(id, _)| (Endpoint::Pod(id), name.to_owned())).ok_or(QuestionError::NoIngress);
    }
    if let Some(machine) = name.strip_prefix("vm/").or_else(|| name.eq_ignore_ascii_case("internet").then_some(name)) {
        return match netpolis_core::endpoints::find(snapshot, name) {
            Ok(found) => Ok((found.end, found.title)),
            Err(_) => Err(QuestionError::UnknownMachine(machine.to_owned())),
        };
    }
    let (path, kind) = match name.strip_suffix(']').and_then(|n| n.split_once('[')) {
        Some((path, kind)) => (path, Some(kind)),
        None => (name, None),
    };
    let (namespace, own) = match path.split_once('/') {
        Some((namespace, own)) => (Some(namespace), own),
        None => (None, path),
    };
    let lives_in = |id| namespace.is_none_or(|n| snapshot.namespace_name(id) == n);
    let workload = snapshot
        .workloads()
        .filter(|(_, w)| w.name == own && lives_in(w.namespace))
        .find(|(_, w)| kind.is_none_or(|k| w.kind.as_str() == k))
        .or_else(|| snapshot.workloads().find(|(_, w)| w.name == own && lives_in(w.namespace)));
    if let Some((id, workload)) = workload
        && let Some(&endpoint) = workload.endpoints.first()
    {
        return Ok((Endpoint::Pod(endpoint), workload_key(snapshot, id)));
    }
    let pod = snapshot.pods().find(|(_, e)| e.name == own && lives_in(e.namespace) && e.role == Role::Pod);
    match pod {
        Some((id, endpoint)) => Ok((Endpoint::Pod(id), format!("{}/{}[Pod]", snapshot.namespace_name(endpoint.namespace), endpoint.name))),
        None => Err(QuestionError::UnknownName(path.to_owned())),
    }
}
