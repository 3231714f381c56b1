//! The order of Calico's tiers, and of the policies in one. Upstream: docs/semantics.md, Calico (`felix/calc/policy_sorter.go`).

use core::cmp::Ordering;

use super::Calico;
use crate::language::{Kind, Resource};
use crate::policy::Policy;

/// What the place of a tier depends on.
#[derive(Clone, Copy, Debug)]
pub struct TierKey<'a> {
    /// Its name.
    pub name: &'a str,
    /// `spec.order`; tiers without one come after those that have one.
    pub order: Option<f64>,
    /// Whether there is such a Tier; those that policies only name come last.
    pub exists: bool,
}

/// What the place of a policy in its tier depends on.
#[derive(Clone, Copy, Debug)]
pub struct PolicyKey<'a> {
    /// `spec.order`; policies without one come last.
    pub order: Option<f64>,
    /// Its name.
    pub name: &'a str,
    /// Its namespace; empty for kinds without one.
    pub namespace: &'a str,
    /// Its kind, with those of Kubernetes as `KubernetesNetworkPolicy` and `KubernetesClusterNetworkPolicy`.
    pub kind: &'a str,
}

fn by_order(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

impl TierKey<'_> {
    /// Which of two tiers comes first.
    pub fn compare(&self, other: &TierKey<'_>) -> Ordering {
        other.exists.cmp(&self.exists).then_with(|| by_order(self.order, other.order)).then_with(|| self.name.cmp(other.name))
    }
}

/// The order of NetworkPolicies in their tier.
pub(super) const KUBERNETES_ORDER: f64 = 1000.0;

impl<'a> PolicyKey<'a> {
    /// That of an object in its tier, by the object and its policy; nothing for what has no place that a person could change. Upstream: docs/semantics.md,
    /// Calico.
    pub fn of(resource: &'a Resource, policy: &'a Policy) -> Option<PolicyKey<'a>> {
        let key = |order, name, kind| PolicyKey { order, name, namespace: policy.namespace.as_deref().unwrap_or_default(), kind };
        match &resource.kind {
            Kind::NetworkPolicy(_) => Some(key(Some(KUBERNETES_ORDER), &*resource.meta.name, "KubernetesNetworkPolicy")),
            Kind::Calico(of) => match &**of {
                Calico::Policy(spec) => Some(key(spec.order.0, &*spec.true_name, &policy.kind)),
                Calico::StagedKubernetes(_) => Some(key(Some(KUBERNETES_ORDER), &*resource.meta.name, &policy.kind)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl PolicyKey<'_> {
    /// Which of two policies of a tier comes first.
    pub fn compare(&self, other: &PolicyKey<'_>) -> Ordering {
        by_order(self.order, other.order).then_with(|| self.text().cmp(other.text()))
    }

    /// Policies of one order are compared by `name/namespace/kind`, byte by byte, the separators included: `a-b` comes before `a`.
    fn text(&self) -> impl Iterator<Item = u8> + '_ {
        [self.name, "/", self.namespace, "/", self.kind].into_iter().flat_map(str::bytes)
    }
}
