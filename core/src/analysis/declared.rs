//! What the objects of an input say about the cluster as a whole: whether Calico is there, which engine it was made with, what its nodes do.

use crate::language::Kind;
use crate::language::azure::Azure;
use crate::language::calico::Calico;
use crate::language::plugins::Plugins;
use crate::language::unread::Enforcer;
use crate::load::Loaded;
use crate::model::ClusterEngine;
use crate::settings::Dataplane;

/// Whether there are objects that are only there where Calico is.
pub(super) fn has_calico(loaded: &Loaded) -> bool {
    loaded.resources().any(|(_, resource)| match &resource.kind {
        Kind::Calico(_) => true,
        Kind::Unread(unread) => unread.enforcer == Enforcer::Calico,
        _ => false,
    })
}

/// The engine that a cluster is made with, or that its plugins show.
pub(super) fn engine(loaded: &Loaded) -> Option<ClusterEngine> {
    let cluster = loaded.resources().find_map(|(_, resource)| match &resource.kind {
        Kind::Azure(azure) => match &**azure {
            Azure::Cluster(cluster) => cluster.engine,
            _ => None,
        },
        _ => None,
    });
    cluster.or_else(|| Plugins::seen(loaded.resources().map(|(_, r)| &**r)).engine())
}

/// What translates addresses on nodes.
pub(super) fn dataplane(loaded: &Loaded) -> Dataplane {
    let mut felix = loaded.resources().filter_map(|(_, resource)| match &resource.kind {
        Kind::Calico(calico) => match &**calico {
            Calico::Felix(felix) => Some(felix),
            _ => None,
        },
        _ => None,
    });
    match felix.find(|f| f.bpf == Some(true)) {
        Some(felix) if felix.direct_return => Dataplane::EbpfDsr,
        Some(_) => Dataplane::Ebpf,
        None => Dataplane::KubeProxy,
    }
}
