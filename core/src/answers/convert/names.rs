//! Names of converted objects: as they were where that is a name in the target and nobody else has it.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};

use super::Target;
use crate::language::calico::{Calico, CalicoPolicyKind};
use crate::language::{ClusterPolicyKind, ClusterTier, Kind};
use crate::load::Loaded;
use crate::model::names;

/// The longest name of a Calico policy: a DNS label.
const LONGEST_LABEL: usize = 63;
/// The longest name of other objects.
const LONGEST: usize = 253;

/// Names that objects of the target's kind have already, by namespace.
pub(super) struct Names {
    taken: BTreeSet<(String, String)>,
    default_namespace: Box<str>,
    longest: usize,
    /// Whether there is a ClusterNetworkPolicy of the Baseline tier.
    has_baseline: bool,
}

impl Names {
    pub(super) fn new(loaded: &Loaded, target: Target, default_namespace: &str) -> Self {
        let is_of_target = |kind: &Kind| match (target, kind) {
            (Target::Kubernetes, Kind::NetworkPolicy(_)) => true,
            (Target::Calico, Kind::Calico(calico)) => {
                matches!(&**calico, Calico::Policy(policy) if policy.kind == CalicoPolicyKind::Network)
            }
            (Target::ClusterNetworkPolicy, Kind::ClusterPolicy(policy)) => policy.kind == ClusterPolicyKind::Cluster,
            _ => false,
        };
        let mut taken = BTreeSet::new();
        for (_, resource) in loaded.resources().filter(|(_, resource)| is_of_target(&resource.kind)) {
            let namespace = resource.meta.namespace.as_deref().unwrap_or(default_namespace);
            taken.insert((namespace.to_string(), resource.meta.name.to_string()));
        }
        let longest = if target == Target::Calico { LONGEST_LABEL } else { LONGEST };
        let has_baseline = loaded.resources().any(|(_, resource)| match &resource.kind {
            Kind::ClusterPolicy(policy) => policy.kind == ClusterPolicyKind::Cluster && policy.tier == ClusterTier::Baseline,
            _ => false,
        });
        Names { taken, default_namespace: default_namespace.into(), longest, has_baseline }
    }

    pub(super) fn has_baseline(&self) -> bool {
        self.has_baseline
    }

    /// The namespace of an object, which may leave it out.
    pub(super) fn namespace(&self, written: Option<&str>) -> Box<str> {
        written.unwrap_or(&self.default_namespace).into()
    }

    /// A name for an object, the wanted one if it can be had.
    pub(super) fn give(&mut self, namespace: Option<&str>, wanted: &str) -> String {
        let namespace = namespace.unwrap_or(&self.default_namespace).to_string();
        let base = self.fitting(wanted);
        let mut name = base.clone();
        let mut number = 2u32;
        while !self.taken.insert((namespace.clone(), name.clone())) {
            let end = format!("-{number}");
            let most = self.longest.saturating_sub(end.len());
            name = format!("{}{end}", base.get(..most.min(base.len())).unwrap_or(&base).trim_end_matches(['-', '.']));
            number += 1;
        }
        name
    }

    /// The wanted name, or one like it that the target takes.
    fn fitting(&self, wanted: &str) -> String {
        let fits = if self.longest == LONGEST_LABEL { names::dns_label(wanted) } else { names::dns_subdomain(wanted) };
        if fits.is_ok() {
            return wanted.to_string();
        }
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let name: String = wanted.chars().map(letter).take(self.longest).collect();
        let name = name.trim_matches('-');
        if name.is_empty() { String::from("policy") } else { name.to_string() }
    }
}
