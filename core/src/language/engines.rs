//! Which policy engines a cluster may have, by what the input has of clusters: where several are possible, what they answer alike is certain.
//!
//! Kubernetes's objects are those of one cluster, and nothing in them says which. So of two clusters that are made with different engines either may have
//! them, and a cluster whose engine a variable names may have any that Azure offers. Upstream: docs/azure.md 3.2.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::LazyCell;

use super::Resource;
use super::azure::Azure;
use super::plugins::{NodeSign, Plugins};
use super::unread::{Cause, Installs};
use crate::model::{ClusterEngine, Plugin};
use crate::text::{DocumentId, Place};

/// An engine that may be installed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Candidate {
    /// One that a cluster is made with.
    Made(ClusterEngine),
    /// One that somebody installs afterwards.
    Own,
}

/// The engines that may be installed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Candidates {
    engines: BTreeSet<Candidate>,
    /// Each cluster in words, and where its engine is written.
    clusters: Vec<(String, Place)>,
    /// What may install one besides.
    installers: Vec<(String, Place)>,
}

impl Candidates {
    /// Those that the objects of an input leave. What runs in the cluster, and objects of Calico's where Calico may be, leave no choice.
    pub(crate) fn of<'a>(resources: impl Iterator<Item = (DocumentId, &'a Resource)>) -> Candidates {
        let resources: Vec<(DocumentId, &Resource)> = resources.collect();
        let mut found = Candidates::default();
        for &(document, resource) in &resources {
            let Some(Azure::Cluster(cluster)) = resource.kind.azure() else { continue };
            let engines = offered(cluster.engine, cluster.plugin);
            let with = match (cluster.engine, cluster.plugin) {
                (Some(ClusterEngine::None), _) => "without a policy engine",
                (Some(ClusterEngine::Azure), _) => "with Azure's network policy manager",
                (Some(ClusterEngine::Calico), _) => "with Calico",
                (Some(ClusterEngine::Cilium), _) => "with Cilium",
                (None, Plugin::None) => "without a network plugin",
                (None, _) => "with an engine that the input does not name",
            };
            found.clusters.push((format!("`{}` is made {with}", resource.meta.name), resource.span.within(document)));
            found.engines.extend(engines);
        }
        found.installers(&resources);
        let has_calico = || resources.iter().any(|(_, r)| r.kind.is_of_calico());
        if found.engines.is_empty() && !has_calico() {
            found.beside_a_plugin(&resources);
        }
        let may_be_calico =
            |candidate: &Candidate| matches!(candidate, Candidate::Own | Candidate::Made(ClusterEngine::Calico | ClusterEngine::None));
        if found.engines.len() > 1 {
            if let Some(engine) = Plugins::seen(resources.iter().map(|(_, r)| *r)).engine() {
                found.engines = BTreeSet::from([Candidate::Made(engine)]);
            } else if found.engines.iter().any(may_be_calico) && has_calico() {
                found.engines = BTreeSet::from([Candidate::Made(ClusterEngine::Calico)]);
            }
        }
        found
    }

    /// Where all that the input has of a plugin are nodes with one that enforces nothing: there may be an engine besides, as in Canal.
    fn beside_a_plugin(&mut self, resources: &[(DocumentId, &Resource)]) {
        let is_node = |r: &Resource| r.kind.node().is_some_and(|node| matches!(node.sign, Some(NodeSign::Open(_))));
        let Some((document, node)) = resources.iter().find(|(_, r)| is_node(r)) else { return };
        if let Some(text) = Plugins::seen(resources.iter().map(|(_, r)| *r)).open() {
            self.engines = BTreeSet::from([Candidate::Made(ClusterEngine::None), Candidate::Own]);
            self.installers.push((text, node.span.within(*document)));
        }
    }

    /// Commands that install an engine, or may.
    fn installers(&mut self, resources: &[(DocumentId, &Resource)]) {
        let nothing = Candidate::Made(ClusterEngine::None);
        // What runs tells more than what an engine that was there once may have left.
        let runs = LazyCell::new(|| Plugins::seen(resources.iter().map(|(_, r)| *r)).engine().is_some());
        for &(document, resource) in resources {
            let Some(unread) = resource.kind.unread() else { continue };
            let Some(installs) = unread.installs.filter(|_| unread.cause != Cause::Kind || !*runs) else { continue };
            let place = resource.kind_span.within(document);
            match installs {
                Installs::This(engine) => {
                    if engine != ClusterEngine::None {
                        self.engines.retain(|known| !matches!(known, Candidate::Own) && *known != nothing);
                    }
                    self.engines.insert(Candidate::Made(engine));
                    let text = match (unread.cause, engine) {
                        (Cause::Kind, _) => format!("there is a {}, which only its policy engine makes", resource.kind_name),
                        (_, ClusterEngine::None) => format!("{} leaves the policy engine out", resource.kind_name),
                        _ => format!("{} installs the policy engine", resource.kind_name),
                    };
                    // There may be one of these for every pod.
                    if self.installers.iter().all(|(known, _)| *known != text) {
                        self.installers.push((text, place));
                    }
                }
                Installs::Any if self.engines.iter().eq([&nothing]) || !self.installers.is_empty() => {
                    self.engines.insert(Candidate::Own);
                    self.installers.push((format!("{} may install one", resource.kind_name), place));
                }
                Installs::Any => {}
            }
        }
    }

    /// Whether there is more than one.
    pub(crate) fn are_several(&self) -> bool {
        self.engines.len() > 1
    }

    /// The one in whose terms to evaluate: the one that knows most kinds of policy. Nothing for one that does as Kubernetes's own texts say.
    pub(crate) fn base(&self) -> Option<ClusterEngine> {
        let has = |engine| self.engines.contains(&Candidate::Made(engine));
        match (self.only(), self.enforcing().count()) {
            (Some(Candidate::Made(engine)), _) => Some(engine),
            (Some(Candidate::Own), _) => None,
            (None, _) if has(ClusterEngine::Calico) => Some(ClusterEngine::Calico),
            // Where it may be another one, a block of Cilium's must not be taken to match no pods.
            (None, 1) => self.enforcing().find_map(|candidate| match candidate {
                Candidate::Made(engine) => Some(engine),
                Candidate::Own => None,
            }),
            (None, _) => None,
        }
    }

    fn only(&self) -> Option<Candidate> {
        self.engines.iter().next().copied().filter(|_| self.engines.len() == 1)
    }

    /// Those that enforce anything.
    fn enforcing(&self) -> impl Iterator<Item = Candidate> {
        self.engines.iter().copied().filter(|candidate| *candidate != Candidate::Made(ClusterEngine::None))
    }

    /// Whether it may be that nothing enforces policies.
    pub(crate) fn may_be_none(&self) -> bool {
        self.are_several() && self.engines.contains(&Candidate::Made(ClusterEngine::None))
    }

    /// Whether it may be one of several that enforce policies, so that what they read differently is not known.
    pub(crate) fn enforce_differently(&self) -> bool {
        self.enforcing().count() > 1
    }

    /// Whether an engine is among several.
    pub(crate) fn may_be(&self, engine: ClusterEngine) -> bool {
        self.engines.contains(&Candidate::Made(engine))
    }

    /// Why it is not known which one there is, as a clause, and where that is written.
    pub(crate) fn why(&self) -> (String, Vec<Place>) {
        let clusters: Vec<&str> = self.clusters.iter().map(|(text, _)| text.as_str()).collect();
        let installers: Vec<&str> = self.installers.iter().map(|(text, _)| text.as_str()).take(2).collect();
        let installers = installers.join(", and ");
        let text = match clusters.as_slice() {
            [] => format!("it is not known which policy engine is installed: {installers}"),
            [one] if !installers.is_empty() => {
                format!("it is not known which policy engine is installed: cluster {one}, and {installers}")
            }
            [one] => format!("it is not known which policy engine is installed: cluster {one}"),
            many => format!(
                "it is not known which policy engine is installed: cluster {}, and nothing says which of them has the pods",
                many.join(", cluster ")
            ),
        };
        let places = self.clusters.iter().chain(&self.installers).map(|(_, place)| *place).collect();
        (format!("{text}; choose the policy engine (`--engine`)"), places)
    }
}

/// The engines that a cluster may have.
fn offered(engine: Option<ClusterEngine>, plugin: Plugin) -> Vec<Candidate> {
    use ClusterEngine::{Azure, Calico, Cilium, None as Nothing};
    let made = |engines: &[ClusterEngine]| engines.iter().copied().map(Candidate::Made).collect();
    match (engine, plugin) {
        (Some(engine), _) => made(&[engine]),
        (None, Plugin::None) => alloc::vec![Candidate::Own],
        // Upstream: "Differences between network policy engines": kubenet supports Calico only.
        (None, Plugin::Kubenet) => made(&[Nothing, Calico]),
        (None, _) => made(&[Nothing, Azure, Calico, Cilium]),
    }
}
