//! Questions by address: an end with several addresses is the one that it was asked for by, and a packet is of one family.
//!
//! Asked for by name, an end with an IPv4 and an IPv6 address may use either, and a rule that tells them apart matches possibly. An address in the
//! question settles that, for both ends: a packet to an IPv4 address comes from one.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::{Compiled, Endpoint, compile};
use crate::connectivity::Connectivity;
use crate::explain;
use crate::explain::Answer;
use crate::settings::Assumed;
use crate::snapshot::Snapshot;
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
