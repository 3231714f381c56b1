//! Questions by address: an end with several addresses is the one that it was asked for by, and a packet is of one family.
//!
//! Asked for by name, an end with an IPv4 and an IPv6 address may use either, and a rule that tells them apart matches possibly. An address in the
//! question settles that, for both ends: a packet to an IPv4 address comes from one.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Analysis;
use crate::compile::{Compiled, Endpoint, compile};
use crate::connectivity::Connectivity;
use crate::explain;
use crate::explain::Answer;
use crate::path::{Asked, Paths};
use crate::settings::Assumed;
use crate::snapshot::{Service, Snapshot};
use crate::verdict::Flow;

/// An analysis as packets of one family see it.
#[derive(Debug)]
pub struct Addressed {
    snapshot: Snapshot,
    compiled: Arc<Compiled>,
}

impl Addressed {
    /// The analysis for ends that were asked for by these addresses; nothing if that settles nothing. Numbers of ends, policies and rules are those of the analysis.
    pub(crate) fn new(snapshot: &Snapshot, compiled: &Compiled, settings: &Assumed, ends: [(Endpoint, Option<IpAddr>); 2]) -> Option<Self> {
        let known = |(end, asked): (Endpoint, Option<IpAddr>)| asked.or_else(|| end.address());
        let is_v4 = ends.iter().find_map(|end| known(*end)).map(|address| address.is_ipv4())?;
        let mut snapshot = snapshot.clone();
        let mut changed = false;
        let mut keep = |addresses: &mut Vec<IpAddr>, asked: Option<IpAddr>| {
            let is_meant = |address: &IpAddr| asked.map_or(address.is_ipv4() == is_v4, |asked| *address == asked);
            if addresses.len() > 1 && addresses.iter().any(is_meant) && !addresses.iter().all(is_meant) {
                addresses.retain(is_meant);
                changed = true;
            }
        };
        for (end, asked) in ends {
            match end {
                Endpoint::Pod(id) => {
                    if let Some(endpoint) = snapshot.endpoints.get_mut(id.index()).filter(|e| e.address_given) {
                        keep(&mut endpoint.addresses, asked);
                    }
                }
                Endpoint::Node(id) => {
                    if let Some(node) = snapshot.nodes.get_mut(id.index()) {
                        keep(&mut node.addresses, asked);
                    }
                }
                Endpoint::Outside(_) | Endpoint::InNetwork(..) => {}
            }
        }
        // Those of one template as well, of which the question names the first.
        for endpoint in snapshot.endpoints.iter_mut().filter(|e| e.address_given) {
            keep(&mut endpoint.addresses, None);
        }
        changed.then(|| {
            let compiled = Arc::new(compile(&snapshot, compiled.ruleset().clone(), settings));
            Addressed { snapshot, compiled }
        })
    }

    /// One flow, with everything that led to the answer.
    pub fn decide(&self, flow: &Flow) -> Answer {
        explain::answer(&self.compiled, &self.snapshot, flow, None)
    }

    /// All pairs.
    pub fn connectivity(&self) -> Connectivity {
        Connectivity::new(&self.compiled, &self.snapshot)
    }
}

impl Analysis {
    /// What paths are found in, for a question whose packets are of one family: addresses of the other are none of theirs. Nothing where no end has both.
    pub(super) fn paths_of_family(&self, asked: &Asked<'_>) -> Option<Paths> {
        let is_v4 = self.family_asked(asked)?;
        let both = |addresses: &[IpAddr]| addresses.iter().any(|a| a.is_ipv4()) && addresses.iter().any(|a| !a.is_ipv4());
        let pods = self.snapshot.pods().any(|(_, pod)| pod.address_given && both(&pod.addresses));
        if !pods && !self.snapshot.nodes().any(|(_, node)| both(&node.addresses)) {
            return None;
        }
        let narrow = |snapshot: &mut Snapshot| {
            let keep = |addresses: &mut Vec<IpAddr>| {
                if both(addresses) {
                    addresses.retain(|address| address.is_ipv4() == is_v4);
                }
            };
            snapshot.endpoints.iter_mut().filter(|pod| pod.address_given).for_each(|pod| keep(&mut pod.addresses));
            snapshot.nodes.iter_mut().for_each(|node| keep(&mut node.addresses));
        };
        Some(self.paths_among(&self.settings.routing, narrow))
    }

    /// Whether a question is about packets of IPv4, where an address in it says so, or the Service that it names.
    fn family_asked(&self, asked: &Asked<'_>) -> Option<bool> {
        let to = asked.to.trim();
        let without_scheme = to.strip_prefix("http://").or_else(|| to.strip_prefix("https://")).unwrap_or(to);
        let host = without_scheme.split('/').next().unwrap_or_default();
        let host = host.strip_prefix('[').and_then(|host| host.split(']').next()).unwrap_or(host);
        let host = if host.matches(':').count() == 1 { host.split(':').next().unwrap_or_default() } else { host };
        let (to_address, from_address) = (host.parse::<IpAddr>().ok(), asked.from.trim().parse::<IpAddr>().ok());
        if to_address.zip(from_address).is_some_and(|(to, from)| to.is_ipv4() != from.is_ipv4()) {
            return None;
        }
        let address = to_address.or(from_address);
        let of_service = || {
            let name = to.strip_prefix("svc/").or_else(|| to.strip_prefix("service/"))?;
            let (namespace, name) = name.split_once('/')?;
            let is_it = |s: &&Service| s.name == name && self.snapshot.namespace_name(s.namespace) == namespace;
            let service = self.snapshot.services.iter().find(is_it)?;
            let first = service.addresses.first()?.is_ipv4();
            service.addresses.iter().all(|address| address.is_ipv4() == first).then_some(first)
        };
        address.map(|address| address.is_ipv4()).or_else(of_service)
    }
}
