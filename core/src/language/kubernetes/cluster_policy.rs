//! Cluster-wide policies of `policy.networking.k8s.io`: AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1), and
//! ClusterNetworkPolicy (v1alpha2), which replaces both.
//!
//! Upstream: `kubernetes-sigs/network-policy-api`, `apis/v1alpha1` and `apis/v1alpha2`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::language::Ports;
use crate::model::{Cidr, LabelSelector, Protocol};
use crate::text::Span;

/// The spec of a cluster-wide policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClusterPolicy {
    /// Which of the three kinds it was written as.
    pub kind: ClusterPolicyKind,
    /// Before or after NetworkPolicies.
    pub tier: ClusterTier,
    /// 0 to 1000, lower first; 0 for a BaselineAdminNetworkPolicy, which has none.
    pub priority: u16,
    /// Where the priority stands.
    pub priority_span: Span,
    /// Which pods it is about.
    pub subject: Subject,
    /// Where the subject stands.
    pub subject_span: Span,
    /// Rules for traffic to those pods, in order.
    pub ingress: Vec<ClusterRule>,
    /// Rules for traffic from those pods, in order.
    pub egress: Vec<ClusterRule>,
}

/// The kind it was written as.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ClusterPolicyKind {
    /// AdminNetworkPolicy.
    Admin,
    /// BaselineAdminNetworkPolicy.
    BaselineAdmin,
    /// ClusterNetworkPolicy.
    Cluster,
}

/// The tier it acts in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ClusterTier {
    /// Before NetworkPolicies.
    Admin,
    /// After NetworkPolicies, for pods that none isolates.
    Baseline,
}

/// `subject`, or a pod peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// All pods of these namespaces.
    Namespaces(LabelSelector),
    /// These pods of these namespaces.
    Pods {
        /// `namespaceSelector`; one that selects everything where v1alpha2 leaves it out.
        namespaces: LabelSelector,
        /// `podSelector`.
        pods: LabelSelector,
    },
}

/// One rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClusterRule {
    /// Where it is written.
    pub span: Span,
    /// `name`.
    pub name: Option<Box<str>>,
    /// `action`.
    pub action: ClusterAction,
    /// The other end; always at least one.
    pub peers: Vec<ClusterPeer>,
    /// `ports` (v1alpha1) or `protocols` (v1alpha2).
    pub ports: Ports<ClusterPort>,
}

/// What a rule does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ClusterAction {
    /// `Allow` (v1alpha1) or `Accept` (v1alpha2).
    Allow,
    /// `Deny`.
    Deny,
    /// `Pass`: on to the next tier.
    Pass,
}

/// One entry of `from` or `to`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClusterPeer {
    /// Where it is written.
    pub span: Span,
    /// What it names.
    pub kind: ClusterPeerKind,
}

/// What a peer names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClusterPeerKind {
    /// Pods, by namespace or by namespace and labels.
    Pods(Subject),
    /// Addresses, of pods too (egress only).
    Networks(Vec<Cidr>),
    /// Nodes by label (egress only).
    Nodes(LabelSelector),
    /// DNS names (egress only): exact, or `*.` and a suffix.
    DomainNames(Vec<Box<str>>),
    /// A field that is not known: read as upstream demands ("fail closed"), see [`crate::policy`].
    Unknown(Box<str>),
}

/// One entry of `ports` or `protocols`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClusterPort {
    /// Where it is written.
    pub span: Span,
    /// Which protocol and destination ports.
    pub kind: ClusterPortKind,
}

/// What a [`ClusterPort`] names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClusterPortKind {
    /// Ports of one protocol, first to last.
    Range(Protocol, u16, u16),
    /// A container port of the destination pod by name, with the protocol that the container declares.
    Name(Box<str>),
}
