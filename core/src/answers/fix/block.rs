//! A checkpoint at which a packet is to be let through, or to be stopped.

use alloc::string::String;
use alloc::vec::Vec;

use super::draft::TextEdit;
use super::labels::{Pairs, selecting};
use crate::compile::{Compiled, Endpoint};
use crate::connections::{ConnectionSet, Traffic};
use crate::explain::{CheckpointTrace, RuleTrace, end_name};
use crate::model::Cidr;
use crate::policy::{Direction, Policy, PolicyRole, RuleRef};
use crate::snapshot::{PodId, Role, Snapshot};
use crate::text::Sources;

/// What a proposal does to the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Corrects a word that is nearly another one.
    Typo,
    /// Changes or adds a port of a rule.
    Port,
    /// Adds a peer to a rule.
    Peer,
    /// Takes something out of a rule.
    Narrow,
    /// Adds a rule to a policy or security group.
    Rule,
    /// Adds a policy.
    Policy,
    /// Removes a rule.
    Remove,
    /// Changes something that is no policy.
    Object,
}

impl Kind {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Typo => "typo",
            Kind::Port => "port",
            Kind::Peer => "peer",
            Kind::Narrow => "narrow",
            Kind::Rule => "rule",
            Kind::Policy => "policy",
            Kind::Remove => "remove",
            Kind::Object => "object",
        }
    }
}

/// A change that may help, not yet proven.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) kind: Kind,
    /// What it does, as a command.
    pub(super) title: String,
    pub(super) edits: Vec<TextEdit>,
    /// Why it is wider than what was asked for, if it is.
    pub(super) wide: Option<&'static str>,
}

/// One checkpoint, with the packet as it is there.
pub(super) struct Block<'a> {
    pub(super) compiled: &'a Compiled,
    pub(super) snapshot: &'a Snapshot,
    pub(super) sources: &'a Sources,
    pub(super) trace: &'a CheckpointTrace,
    pub(super) traffic: Traffic,
    /// Whether the peer stands for the whole Internet.
    pub(super) internet: bool,
}

impl<'a> Block<'a> {
    pub(super) fn direction(&self) -> Direction {
        self.trace.direction
    }

    pub(super) fn subject(&self) -> Endpoint {
        self.trace.subject
    }

    pub(super) fn peer(&self) -> Endpoint {
        self.trace.peer
    }

    /// The peer's name.
    pub(super) fn peer_name(&self) -> String {
        if self.internet { "the Internet".into() } else { alloc::format!("`{}`", end_name(self.peer(), self.snapshot)) }
    }

    /// The port and protocol in words.
    pub(super) fn traffic_name(&self) -> String {
        match self.traffic.destination.filter(|_| self.traffic.protocol.has_ports()) {
            Some(port) => alloc::format!("{} {port}", self.traffic.protocol),
            None => alloc::format!("{}", self.traffic.protocol),
        }
    }

    /// The policies that were asked, in order, each with its rules. Those that nobody wrote are left out.
    pub(super) fn policies(&self) -> impl Iterator<Item = (&'a Policy, &'a [RuleTrace])> + '_ {
        let traces = self.trace.tiers.iter().flat_map(|tier| &tier.policies);
        traces
            .filter_map(|trace| Some((self.compiled.policy(trace.policy)?, trace.rules.as_slice())))
            .filter(|(policy, _)| is_written(policy))
    }

    /// Whether a rule's peers match the peer for certain, and its ports the packet.
    pub(super) fn parts(&self, rule: RuleRef) -> (bool, bool) {
        let peer = self.compiled.rule_matches(rule, self.peer()).0;
        let classes = [self.subject(), self.peer()].map(|end| self.compiled.class_of(end));
        let [source, destination] = if self.direction() == Direction::Egress { classes } else { [classes[1], classes[0]] };
        let wanted = ConnectionSet::of_traffic(self.traffic);
        let traffic = self
            .compiled
            .compiled_rule(rule)
            .is_some_and(|r| wanted.difference(&self.compiled.traffic_between(r.traffic, source, destination)).is_empty());
        (peer, traffic)
    }

    /// A pod as a peer; nothing for one that no policy selects by its labels.
    pub(super) fn pod_peer(&self, id: PodId) -> Option<PodPeer<'a>> {
        let pod = self.snapshot.pod(id).filter(|pod| pod.role != Role::IngressController && !pod.host_network)?;
        Some(PodPeer { namespace: self.snapshot.namespace_name(pod.namespace), labels: selecting(self.snapshot, id) })
    }

    /// The addresses of an end, as far as they are given: of a machine that stands for any of its subnet, the subnet's.
    pub(super) fn addresses(&self, end: Endpoint) -> Vec<Cidr> {
        let given = match end {
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => return self.snapshot.cloud.ranges_of(end),
            Endpoint::Node(id) => self.snapshot.node(id).map(|node| &node.addresses),
            Endpoint::Pod(id) => self.snapshot.pod(id).filter(|pod| pod.address_given).map(|pod| &pod.addresses),
        };
        given.into_iter().flatten().copied().map(Cidr::of).collect()
    }
}

/// Why a selector is wider than asked.
pub(super) const NO_LABEL: &str = "the pod has no label by which a policy could select it alone";

/// A pod as a peer that policies can select.
pub(super) struct PodPeer<'a> {
    pub(super) namespace: &'a str,
    /// Labels that select it; nothing where it has none that could, so that a rule is wider.
    pub(super) labels: Option<Pairs>,
}

impl PodPeer<'_> {
    /// Why a rule for it is wider than asked, if it is.
    pub(super) fn wide(&self) -> Option<&'static str> {
        self.labels.is_none().then_some(NO_LABEL)
    }
}

/// Whether somebody wrote a policy, and it is evaluated.
pub(super) fn is_written(policy: &Policy) -> bool {
    matches!(policy.role, PolicyRole::Written | PolicyRole::Staged) && policy.doubt.is_none() && !policy.hook.is_failsafe()
}
