//! `networking.k8s.io/v1` NetworkPolicy.
//!
//! Upstream: `k8s.io/api/networking/v1/types.go`, defaults in `pkg/apis/networking/v1/defaults.go`, validation in
//! `pkg/apis/networking/validation/validation.go`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::model::{Cidr, LabelSelector, Protocol};
use crate::text::Span;

/// The spec of a NetworkPolicy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkPolicy {
    /// Which pods of its namespace it selects.
    pub pod_selector: LabelSelector,
    /// For which directions it isolates them.
    pub types: PolicyTypes,
    /// Rules for traffic to the selected pods, kept even where `types` has no ingress (then they do nothing).
    pub ingress: Vec<Rule>,
    /// Rules for traffic from the selected pods, kept even where `types` has no egress.
    pub egress: Vec<Rule>,
}

/// `policyTypes` after defaulting: `Ingress`, and `Egress` if there is an egress rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PolicyTypes {
    /// Isolates for ingress.
    pub ingress: bool,
    /// Isolates for egress.
    pub egress: bool,
    /// Where it is written; nothing where it was defaulted (missing, `null` or `[]`).
    pub written: Option<Span>,
}

/// One ingress or egress rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Where it is written.
    pub span: Span,
    /// The other end.
    pub peers: Peers,
    /// Protocols and destination ports.
    pub ports: Ports<Port>,
}

/// `from` or `to`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Peers {
    /// Missing, `null` or `[]`: any end, inside or outside.
    Any,
    /// One of these.
    Of(Vec<Peer>),
}

/// One entry of `from` or `to`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
    /// Where it is written.
    pub span: Span,
    /// What it names.
    pub kind: PeerKind,
}

/// What a peer names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PeerKind {
    /// Pods.
    Pods {
        /// `namespaceSelector`; nothing = the policy's own namespace.
        namespaces: Option<LabelSelector>,
        /// `podSelector`; nothing = all pods of those namespaces.
        pods: Option<LabelSelector>,
    },
    /// Addresses.
    IpBlock {
        /// `cidr`.
        cidr: Cidr,
        /// `except`: holes in it.
        except: Vec<Cidr>,
    },
}

/// `ports`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ports<P> {
    /// Missing, `null` or `[]`: every protocol and port.
    Any,
    /// One of these.
    Of(Vec<P>),
}

/// One entry of `ports`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Port {
    /// Where it is written.
    pub span: Span,
    /// Its protocol; TCP when left out.
    pub protocol: Protocol,
    /// Which destination ports.
    pub kind: PortKind,
}

/// Destination ports of one entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PortKind {
    /// No `port`: every port of the protocol.
    All,
    /// `port` to `endPort`, both included; equal for a single port.
    Range(u16, u16),
    /// The name of a container port of the destination pod.
    Name(Box<str>),
}
