//! Which cluster-wide policies of Kubernetes's community the Calico that is installed enforces.
//!
//! Upstream: `libcalico-go/lib/names`, `felix` and `confd` at the tags v3.28.0 to v3.32.0. AdminNetworkPolicy came with 3.29, BaselineAdminNetworkPolicy with
//! 3.30; ClusterNetworkPolicy took the place of both in 3.32. Where the input gives no version it is taken to be 3.32 or newer.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::language::calico::{Calico, ReleaseVersion};
use crate::language::lower::{ANYTHING, Lowering, Placed, unread};
use crate::language::plugins::calico_tag;
use crate::language::{ClusterPolicyKind, ClusterTier, Resource};
use crate::policy::{Doubt, TierEnd};
use crate::text::{DocumentId, Place};

/// The tier of AdminNetworkPolicies, up to 3.31.
pub(super) const ADMIN: (&str, f64, TierEnd) = ("adminnetworkpolicy", 1_000.0, TierEnd::Pass);
/// The tier of BaselineAdminNetworkPolicies, up to 3.31.
pub(super) const BASELINE_ADMIN: (&str, f64, TierEnd) = ("baselineadminnetworkpolicy", 10_000_000.0, TierEnd::Pass);

/// The first version with AdminNetworkPolicy.
const FIRST_ADMIN: ReleaseVersion = ReleaseVersion::Open(3, 29);
/// The first version with BaselineAdminNetworkPolicy.
const FIRST_BASELINE: ReleaseVersion = ReleaseVersion::Open(3, 30);
/// The first version with ClusterNetworkPolicy in place of both, and with names that have no prefix of their tier.
const FIRST_CLUSTER: ReleaseVersion = ReleaseVersion::Open(3, 32);

/// What the input says of the version.
pub(super) struct Installed {
    /// Each version that it names, with the place.
    named: Vec<(ReleaseVersion, Place)>,
}

/// Whether a kind is enforced.
pub(super) enum Enforced {
    Yes,
    /// It is not, because of this.
    No(String),
    /// The input leaves it open.
    Unclear(Doubt),
}

impl Installed {
    /// What ClusterInformation, Installation and the images of Calico's nodes say.
    pub(super) fn of(resources: &[(DocumentId, &Resource)]) -> Self {
        let mut named: Vec<(ReleaseVersion, Place)> = Vec::new();
        for (document, resource) in resources {
            let of_release = match resource.kind.calico() {
                Some(Calico::Release(release)) => release.version,
                _ => None,
            };
            let programs = resource.kind.template().map_or(&[][..], |template| &template.programs);
            let of_image = || programs.iter().filter_map(calico_tag).find_map(ReleaseVersion::of);
            if let Some(version) = of_release.or_else(of_image)
                && !named.iter().any(|(known, _)| *known == version)
            {
                named.push((version, resource.kind_span.within(*document)));
            }
        }
        Installed { named }
    }

    /// Whether policies have the names that they had before 3.32, by which those of one order are sorted in another way.
    pub(super) fn has_old_names(&self) -> bool {
        self.named.iter().any(|(version, _)| *version == ReleaseVersion::Enterprise || *version < FIRST_CLUSTER)
    }

    /// Whether policies of a kind are enforced.
    pub(super) fn enforces(&self, kind: ClusterPolicyKind) -> Enforced {
        let own = |version: ReleaseVersion| match kind {
            ClusterPolicyKind::Cluster => version >= FIRST_CLUSTER,
            ClusterPolicyKind::Admin => (FIRST_ADMIN..FIRST_CLUSTER).contains(&version),
            ClusterPolicyKind::BaselineAdmin => (FIRST_BASELINE..FIRST_CLUSTER).contains(&version),
        };
        let is_open = self.named.iter().any(|(version, _)| *version == ReleaseVersion::Enterprise);
        let first = self.named.first().map_or(FIRST_CLUSTER, |(version, _)| *version);
        let agree = self.named.iter().all(|(version, _)| own(*version) == own(first));
        match (is_open, agree) {
            (true, _) => Enforced::Unclear(self.doubt("Calico Enterprise is installed, whose versions may or may not enforce this kind")),
            (false, false) => {
                Enforced::Unclear(self.doubt("the input names several versions of Calico, and not all of them enforce this kind"))
            }
            (false, true) if own(first) => Enforced::Yes,
            (false, true) => Enforced::No(match (kind, self.named.is_empty() || first >= FIRST_CLUSTER) {
                (ClusterPolicyKind::Cluster, _) => format!("Calico enforces ClusterNetworkPolicy since 3.32, and this is {}", text(first)),
                (_, true) => "Calico enforces ClusterNetworkPolicy in place of this kind since 3.32".into(),
                (ClusterPolicyKind::Admin, false) => format!("Calico enforces AdminNetworkPolicy since 3.29, and this is {}", text(first)),
                (ClusterPolicyKind::BaselineAdmin, false) => {
                    format!("Calico enforces BaselineAdminNetworkPolicy since 3.30, and this is {}", text(first))
                }
            }),
        }
    }

    fn doubt(&self, why: &str) -> Doubt {
        Doubt { text: why.into(), places: self.named.iter().map(|(_, place)| *place).collect() }
    }
}

/// The tier of a kind, and the kind's name in Calico.
pub(super) fn tier_of(kind: ClusterPolicyKind, tier: ClusterTier) -> (&'static str, &'static str) {
    match (kind, tier) {
        (ClusterPolicyKind::Admin, _) => (ADMIN.0, "KubernetesAdminNetworkPolicy"),
        (ClusterPolicyKind::BaselineAdmin, _) => (BASELINE_ADMIN.0, "KubernetesBaselineAdminNetworkPolicy"),
        (ClusterPolicyKind::Cluster, ClusterTier::Admin) => ("kube-admin", "KubernetesClusterNetworkPolicy"),
        (ClusterPolicyKind::Cluster, ClusterTier::Baseline) => ("kube-baseline", "KubernetesClusterNetworkPolicy"),
    }
}

/// Puts a policy in doubt, for the reason given.
pub(super) fn doubt_policy(lowering: &mut Lowering<'_>, placed: &Placed<'_>, doubt: Doubt) {
    let Some(policy) = lowering.ruleset.policies.get_mut(placed.id.index()) else { return };
    let mut doubted = unread::in_doubt((**policy).clone(), placed.resource, policy.place.document, ANYTHING);
    let text = format!("{} `{}` is not evaluated: {}", doubted.kind, doubted.title(), doubt.text);
    doubted.doubt = Some(Box::new(Doubt { text, ..doubt }));
    *policy = Arc::new(doubted);
}

fn text(version: ReleaseVersion) -> String {
    match version {
        ReleaseVersion::Open(major, minor) => format!("{major}.{minor}"),
        ReleaseVersion::Enterprise => "Calico Enterprise".into(),
    }
}
