//! What the objects of an input say about the cluster as a whole: whether Calico is there, which engine it was made with, what its nodes do.

use crate::language::calico::configurations;
use crate::language::engines::Candidates;
use crate::language::plugins::Plugins;
use crate::load::Loaded;
use crate::model::ClusterEngine;
use crate::settings::Dataplane;

/// Whether there are objects that are only there where Calico is.
pub(super) fn has_calico(loaded: &Loaded) -> bool {
    loaded.resources().any(|(_, resource)| resource.kind.is_of_calico())
}

/// The engine that is installed, as far as the input says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Installed {
    /// The engine that clusters are made with, or that its plugins show. Of several that are possible it is the one in whose terms to evaluate; what the
    /// others answer differently is put in doubt where policies are lowered.
    pub(super) engine: Option<ClusterEngine>,
    /// Whether several are possible.
    pub(super) several: bool,
}

/// The engine that is installed.
pub(super) fn installed(loaded: &Loaded) -> Installed {
    let candidates = Candidates::of(loaded.resources().map(|(document, resource)| (document, &**resource)));
    if candidates.are_several() {
        return Installed { engine: candidates.base(), several: true };
    }
    let engine = candidates.base().or_else(|| Plugins::seen(loaded.resources().map(|(_, r)| &**r)).engine());
    Installed { engine, several: false }
}

/// What translates addresses on nodes.
pub(super) fn dataplane(loaded: &Loaded) -> Dataplane {
    let resources = loaded.resources().map(|(document, resource)| (document, &**resource));
    configurations::dataplane(resources).unwrap_or(Dataplane::KubeProxy)
}
