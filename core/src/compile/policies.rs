//! Policies as sets of classes, one after the other.

use alloc::vec::Vec;

use super::addresses::AddressIndex;
use super::class_set::{ClassSet, Pool};
use super::classes::Classes;
use super::selectors::{Selectors, behind};
use super::sets::{EndpointSet, EntityParts};
use super::traffic::TrafficPool;
use super::{CompiledPolicy, CompiledRule};
use crate::policy::{Direction, HttpFit, PeerMatch, PeerTerm, PeerTermKind, Policy, Rule, TrafficMatch};
use crate::snapshot::Snapshot;

/// Compiles policies whose selectors it has, for classes that are known.
pub(super) struct PolicyCompiler<'a, 'b> {
    pub(super) selectors: Selectors<'a>,
    pub(super) snapshot: &'a Snapshot,
    pub(super) classes: &'b Classes,
    pub(super) addresses: &'b AddressIndex,
    pub(super) traffics: &'b mut TrafficPool,
    pub(super) pool: &'b mut Pool,
}

impl<'a> PolicyCompiler<'a, '_> {
    /// A policy, sharing what it holds with the others.
    pub(super) fn policy(&mut self, policy: &'a Policy) -> CompiledPolicy {
        let (egress, ingress) = (self.rules(policy, Direction::Egress), self.rules(policy, Direction::Ingress));
        let mut subjects = self.selectors.subjects(&policy.subject, self.snapshot, self.classes);
        if policy.doubt.is_some() {
            subjects = subjects.in_doubt();
        }
        CompiledPolicy { subjects: subjects.kept(self.pool), egress, ingress }
    }

    /// The classes in each address set, which it was given.
    pub(super) fn finish(self) -> Vec<EndpointSet> {
        self.selectors.into_address_sets()
    }

    fn rules(&mut self, policy: &'a Policy, direction: Direction) -> Vec<CompiledRule> {
        if !policy.acts_on(direction) {
            return Vec::new();
        }
        policy.rules(direction).iter().map(|rule| self.rule(policy, rule).kept(self.pool)).collect()
    }

    fn rule(&mut self, policy: &'a Policy, rule: &'a Rule) -> CompiledRule {
        let (selectors, classes, addresses) = (&mut self.selectors, self.classes, self.addresses);
        let mut parts: Vec<EntityParts> = Vec::new();
        let (terms, mut peers) = match &rule.peers {
            PeerMatch::Any => (Vec::new(), EndpointSet::exactly(classes.every().clone())),
            PeerMatch::Of(terms) => {
                let mut term = |term: &'a PeerTerm| match &term.kind {
                    PeerTermKind::Entity(entity) => {
                        let found = selectors.entity_parts(entity, classes, addresses);
                        let whole = found.whole(classes);
                        parts.push(found);
                        whole
                    }
                    kind => selectors.term(kind, classes, addresses),
                };
                let terms: Vec<EndpointSet> = terms.iter().map(&mut term).collect();
                let mut peers = terms.iter().fold(EndpointSet::exactly(ClassSet::none()), |peers, term| peers.union(term));
                if let Some(set) = rule.peers.joined_addresses() {
                    peers = peers.union(&selectors.addresses(&set, true, addresses));
                }
                (terms, peers)
            }
        };
        match rule.http.map(|http| http.fits) {
            None | Some(HttpFit::NotAsked | HttpFit::Yes) => {}
            Some(HttpFit::No) => peers = EndpointSet::exactly(ClassSet::none()),
            Some(HttpFit::Unknown) => peers = peers.in_doubt(),
        }
        // Who is behind the Service of a destination is a matter of its ports; only that a packet may have another address of it is said here.
        if let TrafficMatch::Packet(packet) = &rule.traffic
            && let Some(service) = &packet.service
        {
            let possible = behind(service, classes);
            let partly = possible.possible().difference(&possible.certain);
            peers = EndpointSet::new(peers.certain.difference(&partly), peers.possible().clone());
        }
        if rule.doubt.is_some() || policy.doubt.is_some() {
            peers = peers.in_doubt();
        }
        let own = rule.own.as_ref().map(|term| selectors.term(&term.kind, classes, addresses));
        CompiledRule { action: rule.action, peers, terms, parts, traffic: self.traffics.add(&rule.traffic), own }
    }
}
