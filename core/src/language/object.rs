//! Objects of languages that have no variant of [`Kind`](super::Kind), and what is asked of objects of every kind.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;
use core::net::IpAddr;

use super::azure::Azure;
use super::calico::Calico;
use super::unread::{Cause, Enforcer, Unread};
use super::{ApiCall, Kind, Node, PodTemplate, Workload};
use crate::model::{Cidr, ClusterEngine};

/// An object of a language that is not built in. Its language knows its type (see [`as_any`](Self::as_any)); everything else asks these questions.
pub trait Object: fmt::Debug + Send + Sync {
    /// For its language, which knows what it is.
    fn as_any(&self) -> &dyn Any;

    /// A copy.
    fn copy(&self) -> Box<dyn Object>;

    /// Whether it says the same as another.
    fn is_same(&self, other: &dyn Object) -> bool;

    /// Whether objects of its kind are in a namespace.
    fn is_namespaced(&self) -> bool {
        true
    }

    /// Whether it is policy: what there is does not change when it does.
    fn is_policy(&self) -> bool {
        true
    }

    /// Whether a selector of it asks for a label of pods for which `wanted` holds.
    fn asks_for_label(&self, wanted: &dyn Fn(&str) -> bool) -> bool;
}

impl Clone for Box<dyn Object> {
    fn clone(&self) -> Self {
        self.copy()
    }
}

impl PartialEq for Box<dyn Object> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(&**other)
    }
}

impl Kind {
    /// Whether objects of the kind are in a namespace.
    pub fn is_namespaced(&self) -> bool {
        match self {
            Kind::Namespace | Kind::Node(_) | Kind::IngressClass(_) | Kind::ClusterPolicy(_) | Kind::Azure(_) | Kind::Check(_) => false,
            Kind::Calico(calico) => calico.is_namespaced(),
            Kind::Other(object) => object.is_namespaced(),
            _ => true,
        }
    }

    /// Whether it is policy or not evaluated: it adds no more than its namespace to what there is.
    pub fn is_policy(&self) -> bool {
        match self {
            // Checks add nothing at all.
            Kind::NetworkPolicy(_) | Kind::ClusterPolicy(_) | Kind::Unread(_) | Kind::Check(_) => true,
            // With which address pods come to nodes belongs to what there is.
            Kind::Calico(calico) => {
                calico.is_policy()
                    && !matches!(&**calico, Calico::Felix(felix) if felix.nat_excludes_hosts.is_some() || felix.nat_address.is_some())
            }
            Kind::Other(object) => object.is_policy(),
            _ => false,
        }
    }

    /// Whether it is a policy with rules, of a kind that is evaluated.
    pub(in crate::language) fn is_rules(&self) -> bool {
        match self {
            Kind::NetworkPolicy(_) | Kind::ClusterPolicy(_) => true,
            Kind::Calico(calico) => matches!(**calico, Calico::Policy(_) | Calico::StagedKubernetes(_)),
            _ => false,
        }
    }

    /// Whether it is a policy that selects pods of a namespace of its own.
    pub fn is_namespaced_policy(&self) -> bool {
        !matches!(self, Kind::Unread(_)) && self.is_policy() && self.is_namespaced()
    }

    /// Whether it is kept where an API server refuses it: its meaning is plain, or it is known what of it is not.
    pub(crate) fn is_kept_refused(&self) -> bool {
        match self {
            Kind::NetworkPolicy(_) | Kind::ClusterPolicy(_) | Kind::Azure(_) | Kind::ApiCalls(_) | Kind::KubeProxy(_) | Kind::Unread(_) => {
                false
            }
            Kind::Calico(calico) => {
                !matches!(**calico, Calico::Policy(_) | Calico::StagedKubernetes(_) | Calico::Tier(_) | Calico::Profile(_))
            }
            Kind::Other(object) => !object.is_policy(),
            _ => true,
        }
    }

    /// Whether it is there only where Calico is.
    pub fn is_of_calico(&self) -> bool {
        match self {
            Kind::Calico(_) => true,
            Kind::Unread(unread) => unread.enforcer == Enforcer::Calico,
            _ => false,
        }
    }

    /// Whether it makes pods that are not read.
    pub fn makes_unread_pods(&self) -> bool {
        matches!(self, Kind::Unread(unread) if unread.cause == Cause::MakesPods)
    }

    /// What the pods that it is or makes have in common.
    pub fn template(&self) -> Option<&PodTemplate> {
        match self {
            Kind::Pod(pod) => Some(&pod.template),
            Kind::Workload(workload) => Some(&workload.template),
            _ => None,
        }
    }

    /// What makes pods from a template.
    pub fn workload(&self) -> Option<&Workload> {
        match self {
            Kind::Workload(workload) => Some(workload),
            _ => None,
        }
    }

    /// Calls of the API server to Services.
    pub fn api_calls(&self) -> &[ApiCall] {
        match self {
            Kind::ApiCalls(calls) => calls,
            _ => &[],
        }
    }

    /// What is not evaluated.
    pub fn unread(&self) -> Option<&Unread> {
        match self {
            Kind::Unread(unread) => Some(unread),
            _ => None,
        }
    }

    /// The node.
    pub fn node(&self) -> Option<&Node> {
        match self {
            Kind::Node(node) => Some(node),
            _ => None,
        }
    }

    /// One of Calico's.
    pub fn calico(&self) -> Option<&Calico> {
        match self {
            Kind::Calico(calico) => Some(calico),
            _ => None,
        }
    }

    /// One of Azure's.
    pub fn azure(&self) -> Option<&Azure> {
        match self {
            Kind::Azure(azure) => Some(azure),
            _ => None,
        }
    }

    /// The policy engine that a cluster is made with, if it says it.
    pub fn cluster_engine(&self) -> Option<ClusterEngine> {
        match self.azure()? {
            Azure::Cluster(cluster) => cluster.engine,
            _ => None,
        }
    }

    /// Ranges in which pods have their addresses.
    pub(in crate::language) fn pod_pools(&self) -> Vec<Cidr> {
        match self.calico() {
            Some(Calico::IpPool(Some(pool))) if !pool.disabled => alloc::vec![pool.cidr],
            Some(Calico::Release(release)) => release.pools.iter().map(|pool| pool.cidr).collect(),
            _ => Vec::new(),
        }
    }

    /// The node that an object refers to by name.
    pub(in crate::language) fn named_node(&self) -> Option<&str> {
        match self {
            Kind::Pod(pod) if pod.terminated => None,
            Kind::Calico(calico) => match &**calico {
                Calico::HostEndpoint(host) => Some(&*host.node).filter(|name| !name.is_empty()),
                Calico::WorkloadEndpoint(endpoint) => endpoint.node.as_deref(),
                _ => None,
            },
            _ => self.template()?.node.as_deref(),
        }
    }

    /// The node of a host endpoint, with the addresses that it is expected to have.
    pub(in crate::language) fn host_addresses(&self) -> Option<(&str, &[IpAddr])> {
        match self.calico() {
            Some(Calico::HostEndpoint(host)) => Some((&*host.node, &*host.expected_ips)),
            _ => None,
        }
    }
}
