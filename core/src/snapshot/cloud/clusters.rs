//! Clusters as the cloud has them, and their nodes by pool.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{ClusterTraffic, ControlPlane, Feature, Growth, SubnetId};
use crate::model::{AddressSet, Cidr, ClusterEngine, Plugin};
use crate::snapshot::NodeId;
use crate::text::Place;

/// A cluster and where it is in the network.
#[derive(Clone, PartialEq, Debug)]
pub struct CloudCluster {
    /// Its name.
    pub name: String,
    /// Where pods get their addresses.
    pub plugin: Plugin,
    /// The same as the input says it, where a person chose another.
    pub written_plugin: Plugin,
    /// Its policy engine, if Azure manages one or none.
    pub engine: Option<ClusterEngine>,
    /// Its region.
    pub location: Option<String>,
    /// Its nodes.
    pub pools: Vec<Pool>,
    /// The range of its pods, where they have one of their own.
    pub pod_range: AddressSet,
    /// The ranges of its Services.
    pub service_ranges: Vec<Cidr>,
    /// The address of its DNS, if it is given.
    pub dns_service: Option<IpAddr>,
    /// Where these ranges are written.
    pub ranges_place: Place,
    /// Where its plugin is written; where it is not, the same.
    pub plugin_place: Place,
    /// Who may reach its API server.
    pub control_plane: ControlPlane,
    /// How packets come in and go out.
    pub traffic: ClusterTraffic,
    /// What it has, each with the place where it is asked for.
    pub features: Vec<(Feature, Place)>,
    /// Where it is written.
    pub place: Place,
}

/// Nodes that are alike.
#[derive(Clone, PartialEq, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// How many nodes it is to have.
    pub count: u32,
    /// Pods on each, at most.
    pub max_pods: u32,
    /// The nodes' subnet.
    pub subnet: Option<SubnetId>,
    /// The pods' subnet.
    pub pod_subnet: Option<SubnetId>,
    /// Its nodes in the snapshot: those that have an address.
    pub nodes: Vec<NodeId>,
    /// Zones that they are spread over.
    pub zones: Vec<String>,
    /// Whether they run Windows.
    pub windows: bool,
    /// How it grows.
    pub growth: Growth,
    /// Where it is written.
    pub place: Place,
}
