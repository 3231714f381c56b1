//! What a question came to, before it is put into words.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::super::route::hop::Note;
use super::JudgedRoute;
use super::rotation::Rotation;
use crate::path::route::routes::Proxied;
use crate::snapshot::{NodeId, PodId};

/// The judged routes of a question, or of one of its clients.
pub(in crate::path) struct Judged {
    /// All routes, equivalent ones merged.
    pub(in crate::path) routes: Vec<JudgedRoute>,
    /// The nodes behind the load balancer, if routes pass one.
    pub(in crate::path) rotation: Option<Rotation>,
    /// The ports of Services of whose endpoints a proxy picks one.
    pub(in crate::path) proxied: Vec<Proxied>,
    /// Whether the node's DNS cache answers in place of what stands behind the Service.
    pub(in crate::path) cached: bool,
    pub(in crate::path) remarks: Vec<Remark>,
}

/// Something that came up while a client's routes were planned and judged.
pub(in crate::path) enum Remark {
    /// A route says it.
    Planned(Note),
    /// This pod does not ask the cluster's DNS.
    ForeignDns(PodId),
    /// A question for a name outside does not arrive, or may not.
    LookupFails(Box<JudgedRoute>),
    /// Once the address of the name is known, the connection is allowed.
    AllowedOnceResolved,
    /// This node answers health probes only where it picks the right pod.
    Flapping(NodeId),
}
