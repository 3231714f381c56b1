//! Kubernetes: its objects, its NetworkPolicies, and the cluster-wide policies of `policy.networking.k8s.io`.

pub mod cluster_policy;
pub mod inventory;
pub mod network_policy;
pub(in crate::language) mod read;
pub mod workloads;
