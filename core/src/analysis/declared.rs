//! What the objects of an input say about the cluster as a whole: whether Calico is there, which engine it was made with, what its nodes do.

use crate::language::plugins::Plugins;
use crate::load::Loaded;
use crate::model::ClusterEngine;
use crate::settings::Dataplane;

/// Whether there are objects that are only there where Calico is.
pub(super) fn has_calico(loaded: &Loaded) -> bool {
    loaded.resources().any(|(_, resource)| resource.kind.is_of_calico())
}

/// The engine that a cluster is made with, or that its plugins show.
pub(super) fn engine(loaded: &Loaded) -> Option<ClusterEngine> {
    let cluster = loaded.resources().find_map(|(_, resource)| resource.kind.cluster_engine());
    cluster.or_else(|| Plugins::seen(loaded.resources().map(|(_, r)| &**r)).engine())
}

/// What translates addresses on nodes.
pub(super) fn dataplane(loaded: &Loaded) -> Dataplane {
    loaded.resources().find_map(|(_, resource)| resource.kind.dataplane()).unwrap_or(Dataplane::KubeProxy)
}
