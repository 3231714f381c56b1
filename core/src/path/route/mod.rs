//! From a question to routes: plain lists of hops, with the addresses and translations of each, and without any verdict. A file for each way to be
//! exposed.
//!
//! Where a route goes on only depends on what the input holds, but for load balancers: which nodes they pick depends on their health probes. Such routes
//! are planned as far as the load balancer ([`routes::Reaches::LoadBalancer`]); once the probes are judged, [`load_balancer::onward`] plans the rest.

pub(super) mod client;
mod cluster_ip;
pub(super) mod course;
mod delivery;
mod dns_cache;
pub(super) mod dns_names;
mod egress;
mod external_ip;
pub(super) mod hop;
mod ingress;
pub(super) mod landing;
pub(super) mod load_balancer;
mod network;
mod node_port;
pub(super) mod plan;
mod pod;
pub(super) mod probe;
pub(super) mod routes;
mod service;
mod stand_in;
