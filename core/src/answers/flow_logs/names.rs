//! What the name of a pod shows of the workload that made it.
//!
//! Upstream: `kubernetes/kubernetes`, `apiserver/pkg/storage/names/generate.go` (five random characters), `pkg/controller/controller_utils.go`
//! (`ComputeHash`: the hash of a template, up to ten characters), `apimachinery/pkg/util/rand/rand.go` (both of these characters), and the controllers of
//! StatefulSets (an ordinal) and CronJobs (minutes since 1970).

use alloc::vec::Vec;

use crate::snapshot::{OwnerKind, WorkloadKind};

const CHARACTERS: &str = "bcdfghjklmnpqrstvwxz2456789";
const RANDOM: usize = 5;
const LONGEST_HASH: usize = 10;

/// A workload that may have made a pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Maker<'n> {
    /// Its name.
    pub(super) name: &'n str,
    /// Whether the name comes before the hash of a template, as that of a Deployment.
    pub(super) is_template: bool,
    kinds: Kinds,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kinds {
    /// Any.
    Any,
    /// Those that name their pods after themselves, with random characters.
    Direct,
    /// Those that have objects in between, named after a hash.
    Template,
    /// Those whose objects in between are numbered.
    Numbered,
    /// StatefulSets.
    Ordinal,
}

impl Maker<'_> {
    /// Whether a workload of a kind names pods so.
    pub(super) fn fits(&self, kind: &OwnerKind) -> bool {
        use WorkloadKind::{
            CloneSet, CronJob, DaemonSet, Deployment, DeploymentConfig, Job, ReplicaSet, ReplicationController, Rollout, StatefulSet,
        };
        let OwnerKind::Workload(kind) = kind else { return matches!(kind, OwnerKind::Other(_)) };
        match self.kinds {
            Kinds::Any => true,
            Kinds::Direct => matches!(kind, DaemonSet | ReplicaSet | ReplicationController | Job | CloneSet),
            Kinds::Template => matches!(kind, Deployment | Rollout),
            Kinds::Numbered => matches!(kind, CronJob | DeploymentConfig),
            Kinds::Ordinal => matches!(kind, StatefulSet),
        }
    }
}

/// The workloads that may have made a pod, the more exact first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Makers<'n> {
    pub(super) list: Vec<Maker<'n>>,
}

impl<'n> Makers<'n> {
    fn add(&mut self, name: &'n str, kinds: Kinds) {
        self.list.push(Maker { name, is_template: kinds == Kinds::Template, kinds });
    }

    /// What makes pods whose names begin so: `cart-7c5d-` of `cart-7c5d-*`, `cart-` of `cart-*`.
    pub(super) fn of_prefix(prefix: &'n str) -> Makers<'n> {
        let mut makers = Makers::default();
        let owner = prefix.trim_end_matches('-');
        makers.add(owner, Kinds::Any);
        makers.add_owners(owner);
        makers
    }

    /// What made the object with this name that made pods.
    fn add_owners(&mut self, owner: &'n str) {
        let Some((name, hash)) = owner.rsplit_once('-') else { return };
        if is_hash(hash) {
            self.add(name, Kinds::Template);
        }
        if is_number(hash) {
            self.add(name, Kinds::Numbered);
        }
    }
}

/// What may have made a pod with this name.
pub(super) fn makers_of(pod: &str) -> Makers<'_> {
    let mut makers = Makers::default();
    let Some((owner, last)) = pod.rsplit_once('-') else { return makers };
    if is_number(last) {
        makers.add(owner, Kinds::Ordinal);
    }
    if last.len() == RANDOM && last.chars().all(|c| CHARACTERS.contains(c)) {
        makers.add(owner, Kinds::Direct);
        makers.add_owners(owner);
    }
    makers
}

/// The name of what owns a ReplicaSet, by the ReplicaSet's own.
pub(super) fn owners_of<'n>(kind: &OwnerKind, name: &'n str) -> Option<&'n str> {
    let is_replica_set = *kind == OwnerKind::Workload(WorkloadKind::ReplicaSet);
    name.rsplit_once('-').filter(|(_, hash)| is_replica_set && is_hash(hash)).map(|(owner, _)| owner)
}

fn is_hash(text: &str) -> bool {
    (1..=LONGEST_HASH).contains(&text.len()) && text.chars().all(|c| CHARACTERS.contains(c))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(makers: &Makers<'_>) -> Vec<(alloc::string::String, Kinds)> {
        makers.list.iter().map(|maker| (maker.name.into(), maker.kinds)).collect()
    }

    #[test]
    fn names_of_pods_show_what_made_them() {
        let due = [("deathstar-7848d6c4d5".into(), Kinds::Direct), ("deathstar".into(), Kinds::Template)];
        assert_eq!(named(&makers_of("deathstar-7848d6c4d5-th9v2")), due);
        assert_eq!(named(&makers_of("db-0")), [("db".into(), Kinds::Ordinal)]);
        let due = [("backup-28392011".into(), Kinds::Direct), ("backup".into(), Kinds::Numbered)];
        assert_eq!(named(&makers_of("backup-28392011-zx9kl")), due);
        assert!(makers_of("frontend").list.is_empty() && makers_of("a-person").list.is_empty());
        let due = [("cart-7c5d8".into(), Kinds::Any), ("cart".into(), Kinds::Template)];
        assert_eq!(named(&Makers::of_prefix("cart-7c5d8-")), due);
    }
}
