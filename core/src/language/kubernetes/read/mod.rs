//! From trees to Kubernetes's objects.

pub(in crate::language) mod balancer;
pub(in crate::language) mod cluster_policy;
mod ingress;
mod kinds;
pub(in crate::language) mod kube_proxy;
pub(in crate::language) mod network;
pub(in crate::language) mod network_policy;
mod node_sign;
pub(in crate::language) mod pods;
mod workload_status;

pub(in crate::language) use kinds::KINDS;
