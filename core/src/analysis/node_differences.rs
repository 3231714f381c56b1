//! **Which connections of nodes differ between two versions?** Lists of flows have no nodes as ends, and policies may be about nothing else: host endpoints,
//! nodes as peers, what pods may send to their own node.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Analysis;
use crate::compile::Endpoint;
use crate::connections::ConnectionSet;
use crate::explain::end_name;

/// So many pairs of ends are compared.
pub const MOST_NODE_PAIRS: usize = 200_000;

/// Two ends, one of them a node, whose connections differ.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct NodeDifference {
    /// Where they start: a pod, a node, or an address that stands for others like it.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// What may be allowed in the older version.
    pub before: ConnectionSet,
    /// What may be in the newer one.
    pub after: ConnectionSet,
}

/// There are more pairs than are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyNodePairs(pub usize);

impl Analysis {
    /// Which connections between nodes and others differ in a newer version, as far as both have the ends.
    ///
    /// # Errors
    /// When there are more pairs than [`MOST_NODE_PAIRS`].
    pub fn node_differences(&self, newer: &Analysis) -> Result<Vec<NodeDifference>, TooManyNodePairs> {
        let (old, new) = (self.ends(), newer.ends());
        let both = |(name, end): (&String, &Endpoint)| Some((name.clone(), *end, *new.get(name)?));
        let mut common: Vec<(String, Endpoint, Endpoint)> = old.iter().filter_map(both).collect();
        let nodes: Vec<(String, Endpoint, Endpoint)> =
            common.iter().filter(|(_, end, _)| matches!(end, Endpoint::Node(_))).cloned().collect();
        let addresses: BTreeSet<IpAddr> =
            [self, newer].iter().flat_map(|a| a.compiled.outside_atoms().map(|(address, _)| address)).collect();
        common.extend(addresses.into_iter().map(|a| (a.to_string(), Endpoint::Outside(a), Endpoint::Outside(a))));
        let pairs = nodes.len().saturating_mul(common.len()).saturating_mul(2);
        if pairs > MOST_NODE_PAIRS {
            return Err(TooManyNodePairs(pairs));
        }
        let mut found = Vec::new();
        for node in &nodes {
            for other in common.iter().filter(|other| other.0 != node.0) {
                // Of two nodes each is met as the node, and once as the other end.
                let outwards = (!matches!(other.1, Endpoint::Node(_))).then_some((node, other));
                for (from, to) in [Some((other, node)), outwards].into_iter().flatten() {
                    let (before, after) = (self.connectivity().between(from.1, to.1), newer.connectivity().between(from.2, to.2));
                    if (before.allowed, before.possible) != (after.allowed, after.possible) {
                        let (before, after) = (before.possible.clone(), after.possible.clone());
                        found.push(NodeDifference { from: from.0.clone(), to: to.0.clone(), before, after });
                    }
                }
            }
        }
        Ok(found)
    }

    /// Its pods and nodes, by name.
    fn ends(&self) -> BTreeMap<String, Endpoint> {
        let pods = self.snapshot.pods().map(|(id, _)| Endpoint::Pod(id));
        let ends = pods.chain(self.snapshot.nodes().map(|(id, _)| Endpoint::Node(id)));
        ends.map(|end| (end_name(end, &self.snapshot), end)).collect()
    }
}
