//! Everything about a set of files that does not depend on a question.

mod build;
mod cells;
mod outside;
mod pairs;
mod resolve;
mod unsaid;

pub(super) use build::workload_key;
pub use build::{INGRESS_CONTROLLER, scene_view, scene_view_after};
pub use cells::CellChanges;
#[cfg(feature = "answers")]
pub(super) use outside::ranges_text;
pub use pairs::SceneTable;
pub(crate) use resolve::meant;
pub use resolve::resolve;

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{CloudView, CoverageView, PortsView, ProblemView, SourceLocation, TargetView};

/// What an [`EndView`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum EndKind {
    /// Pods that belong together.
    Workload,
    /// The pods of the Ingress controller, of which the input says nothing.
    IngressController,
    /// A node.
    Node,
    /// A machine of the cloud's network.
    Machine,
    /// Addresses outside the cluster that nothing tells apart.
    #[default]
    Outside,
}

/// Something that can send or receive packets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EndView {
    /// Its name in questions: `shop/db[StatefulSet]`, `node/worker-1`, an address.
    pub key: String,
    /// What it is.
    pub kind: EndKind,
    /// Its namespace, as an index into [`SceneView::namespaces`].
    pub namespace: Option<u32>,
    /// Whether it is the Internet: all outside addresses, or all others.
    pub internet: bool,
    /// Its name alone.
    pub title: String,
    /// What it is, in words: `Deployment × 3`.
    pub subtitle: String,
    /// How many pods it stands for.
    pub replicas: u32,
    /// Row and column of [`SceneView::cells`].
    pub class: u32,
    /// Whether a policy isolates it for ingress.
    pub isolated_ingress: bool,
    /// Whether a policy isolates it for egress.
    pub isolated_egress: bool,
    /// Whether any policy has a say in what comes in.
    pub governed_ingress: bool,
    /// Whether any policy has a say in what goes out.
    pub governed_egress: bool,
    /// Policies that select it, as indices into [`SceneView::policies`].
    pub policies: Vec<u32>,
    /// Its labels, `key=value`.
    pub labels: Vec<String>,
    /// Its addresses or ranges.
    pub addresses: Vec<String>,
    /// Ports that it declares.
    pub ports: Vec<PortView>,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

/// A port that a pod declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PortView {
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The number.
    pub port: u16,
    /// The name, if it has one.
    pub name: Option<String>,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct NamespaceView {
    /// Its name.
    pub name: String,
    /// Its labels, `key=value`.
    pub labels: Vec<String>,
    /// Where it is written; nothing for one that is only referred to.
    pub spot: Option<SourceLocation>,
}

/// A service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct AccountView {
    /// `namespace/name`.
    pub title: String,
    /// Its labels, `key=value`.
    pub labels: Vec<String>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PolicyView {
    /// `NetworkPolicy`, `AdminNetworkPolicy`, …
    pub kind: String,
    /// `namespace/name`, or the name alone.
    pub title: String,
    /// `ingress`, `egress` or both.
    pub directions: String,
    /// Why it is not enforced, if it is not.
    pub not_enforced: Option<String>,
    /// How many rules it has.
    pub rules: u32,
    /// Whether it has an order of its own, so that it can be moved among others.
    pub movable: bool,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

/// A tier, as a column of the policy board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TierColumn {
    /// Its name.
    pub name: String,
    /// Whether its end denies what its policies selected and did not decide; else that goes on to the next tier.
    pub denies_at_end: bool,
    /// Whether the order of its policies can matter.
    pub ordered: bool,
    /// Whether policies can be moved into it: not into what is no tier of the person's, such as profiles.
    pub open: bool,
    /// Its policies in order, as indexes into `policies`.
    pub policies: Vec<u32>,
}

/// How much of the traffic between two ends passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Every TCP, UDP and SCTP port.
    Allowed,
    /// Some ports.
    Partly,
    /// Nothing.
    Denied,
    /// Nothing for certain: a fact is missing.
    CannotTell,
    /// Left out by the page's filter: what passes is not said. No scene has it that was not filtered.
    LeftOut,
}

/// The connections allowed between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Tsify)]
pub struct SetView {
    /// How much it is.
    pub status: Status,
    /// In few characters: `5432`, `UDP 53`, `all`.
    pub short: String,
    /// In full.
    pub long: String,
    /// Its ports, where they are not all or none; those that are only possible, where none is certain.
    pub ports: Vec<PortsView>,
}

/// Everything about a set of files that does not depend on a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct SceneView {
    /// Who can send and receive.
    pub ends: Vec<EndView>,
    /// Namespaces of the ends.
    pub namespaces: Vec<NamespaceView>,
    /// Service accounts that are written.
    pub accounts: Vec<AccountView>,
    /// All policies, in the order in which a packet meets them.
    pub policies: Vec<PolicyView>,
    /// Tiers in the order in which a packet meets them.
    pub tiers: Vec<TierColumn>,
    /// The different connection sets. After an edit those that stay keep their numbers as far as there are so many.
    pub sets: Vec<SetView>,
    /// How many classes of ends there are.
    pub classes: u32,
    /// Row by row (from) and column by column (to), an index into `sets`. Neighbours are mostly the same, and travel as one.
    #[serde(with = "cells::runs")]
    pub cells: Rc<Vec<u16>>,
    /// Between the pods of one end, by end, an index into `sets`; nothing where there is only one pod.
    pub within: Vec<Option<u16>>,
    /// How many ordered pairs of two namespaces have connections that are allowed, or may be.
    pub namespace_flows: u32,
    /// Findings, in text order.
    pub problems: Vec<ProblemView>,
    /// How many further findings there are.
    pub more_problems: u32,
    /// Whether an engine is installed that enforces policies.
    pub enforced: bool,
    /// How many objects were understood.
    pub objects: u32,
    /// The cloud's network, where the input says something of it.
    pub cloud: Option<CloudView>,
    /// Services and Ingresses, those first that clients outside can come by.
    pub targets: Vec<TargetView>,
    /// What is not evaluated, of which everything that is shown is without.
    pub coverage: CoverageView,
}

/// What two different ends have to say to each other when nothing is known.
static NOTHING: SetView = SetView { status: Status::Denied, short: String::new(), long: String::new(), ports: Vec::new() };

impl SceneView {
    /// What is allowed from one end to another, or between the pods of one end.
    pub fn between(&self, from: usize, to: usize) -> &SetView {
        self.between_index(from, to).and_then(|i| self.sets.get(i)).unwrap_or(&NOTHING)
    }

    /// What [`between`](Self::between) gives, as an index into [`SceneView::sets`]; nothing for the only pod of an end to itself.
    pub fn between_index(&self, from: usize, to: usize) -> Option<usize> {
        if from == to {
            return self.within.get(from).copied().flatten().map(usize::from);
        }
        let (row, column) = (self.ends.get(from)?.class, self.ends.get(to)?.class);
        self.cells.get((row * self.classes + column) as usize).map(|&i| usize::from(i))
    }

    /// Whether an end is of a kind.
    pub fn is_a(&self, end: usize, kind: EndKind) -> bool {
        self.ends.get(end).is_some_and(|e| e.kind == kind)
    }

    /// What questions call an end; empty if there is none of that number.
    pub fn key(&self, end: usize) -> String {
        self.ends.get(end).map(|e| e.key.clone()).unwrap_or_default()
    }

    /// The Internet, if any of its addresses is an end.
    pub fn internet(&self) -> Option<usize> {
        self.ends.iter().position(|end| end.internet)
    }

    /// The end with this key.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.ends.iter().position(|end| end.key == key)
    }

    /// The Service or Ingress with this key.
    pub fn target(&self, key: &str) -> Option<&TargetView> {
        self.targets.iter().find(|target| target.key == key)
    }

    /// `namespace/name`, or the name alone.
    pub fn title(&self, end: usize) -> String {
        let Some(end) = self.ends.get(end) else { return String::new() };
        match end.namespace.and_then(|n| self.namespaces.get(n as usize)) {
            Some(namespace) => format!("{}/{}", namespace.name, end.title),
            None => end.title.clone(),
        }
    }

    /// Whether a policy has a say in the traffic between two ends.
    pub fn is_governed(&self, from: usize, to: usize) -> bool {
        self.ends.get(from).is_some_and(|e| e.governed_egress) || self.ends.get(to).is_some_and(|e| e.governed_ingress)
    }
}
