//! A packet's journey through the tables of each node, rule by rule as Felix writes them, there and back.
//!
//! Written from `felix/rules/static.go`, `endpoints.go` and `dispatch.go` and `felix/dataplane/linux/endpoint_mgr.go`: every table has its chains, a mark
//! that says "accepted already", and a connection table that knows what it has seen.

use super::{Hook, Host, NODE_ADDRESSES, Packet, Policy, Spot, World, failsafe};

/// A side of a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Network,
    Pod(usize),
    Process,
}

/// What the connection table of a node knows of a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing: it opens a connection.
    New,
    /// Its connection.
    Established,
    /// Nothing, and it opens none: the connection that it belongs to was not tracked.
    Orphan,
}

impl World {
    /// Whether a connection comes about: its packet arrives, and so does the reply.
    pub(super) fn connects(&self, packet: &Packet) -> bool {
        let node = |spot| match spot {
            Spot::Pod(i) => Some(self.pods[i].node),
            Spot::Node(i) => Some(i),
            Spot::Outside(_) => None,
        };
        let inside = |spot| match spot {
            Spot::Pod(i) => Side::Pod(i),
            Spot::Node(_) => Side::Process,
            Spot::Outside(_) => Side::Network,
        };
        let (a, b) = (node(packet.from), node(packet.to));
        let mut crossings = Vec::new();
        match (a, b) {
            (Some(x), Some(y)) if x == y => crossings.push((x, inside(packet.from), inside(packet.to))),
            _ => {
                crossings.extend(a.map(|node| (node, inside(packet.from), Side::Network)));
                crossings.extend(b.map(|node| (node, Side::Network, inside(packet.to))));
            }
        }
        // nat POSTROUTING comes after all filters of the node that the packet leaves (`natOutgoingActiveRule`): what is no pool's has the node's address.
        let seen_at = |node: usize| match (packet.from, packet.to, a) {
            (Spot::Pod(_), Spot::Node(_), Some(home)) if self.nat_outgoing && home != node => Packet { from: Spot::Node(home), ..*packet },
            _ => *packet,
        };
        let mut known = Vec::new();
        for (node, enters, leaves) in &crossings {
            match self.cross(*node, *enters, *leaves, &seen_at(*node), Known::New, false) {
                None => return false,
                Some(untracked) => known.push(if untracked { Known::Orphan } else { Known::Established }),
            }
        }
        let ways = crossings.iter().zip(known);
        ways.rev().all(|((node, enters, leaves), known)| match reply_to(&seen_at(*node)) {
            Some(reply) => self.cross(*node, *leaves, *enters, &reply, known, true).is_some(),
            None => true,
        })
    }

    /// Nothing if the packet is dropped; else whether it is not tracked.
    fn cross(&self, node: usize, enters: Side, leaves: Side, packet: &Packet, known: Known, reply: bool) -> Option<bool> {
        let (uplink, all) = (self.uplink(node), self.all_interfaces(node));
        let at = |side: Side| if side == Side::Network { uplink.or(all) } else { all };
        let (mut accepted, mut untracked) = (false, false);
        // raw: PREROUTING for what comes from the network, OUTPUT for what a process sends. Endpoints for all interfaces have no chains here.
        let raw = match (enters, leaves) {
            (Side::Network, _) => Some(true),
            (Side::Process, Side::Network) => Some(false),
            _ => None,
        };
        if let (Some(ingress), Some(host)) = (raw, uplink)
            && !failsafe_in_raw(ingress, packet, reply)
        {
            match self.chain(host, Hook::Untracked, ingress, packet) {
                Some(true) => (accepted, untracked) = (true, true),
                Some(false) => return None,
                None => {}
            }
        }
        if !untracked {
            match known {
                Known::Established => return Some(false),
                Known::Orphan if matches!(packet.protocol, 1 | 6 | 58 | 132) => return None,
                Known::New | Known::Orphan => {}
            }
        }
        // mangle PREROUTING, by the interface that it comes from: endpoints without policies of this kind have no chains, so the default is asked.
        if enters != Side::Process && !accepted {
            let own = uplink.filter(|h| enters == Side::Network && self.has(h, Hook::PreDnat));
            if let Some(host) = own.or(all)
                && !failsafe(true, packet)
            {
                match self.chain(host, Hook::PreDnat, true, packet) {
                    Some(true) => accepted = true,
                    Some(false) => return None,
                    None => {}
                }
            }
        }
        let passes = match (enters, leaves) {
            // INPUT: the chain for workloads, or that of host endpoints.
            (Side::Pod(pod), Side::Process) => self.at_pod(pod, false, packet) && self.endpoint_to_host == "Accept",
            (Side::Network, Side::Process) => accepted || at(enters).is_none_or(|h| self.local(h, true, packet)),
            // OUTPUT: what goes to a workload of the node returns at once.
            (Side::Process, Side::Network) => accepted || at(leaves).is_none_or(|h| self.local(h, false, packet)),
            (Side::Process, _) => true,
            // FORWARD.
            _ => {
                let forward =
                    |host: Option<&Host>, ingress| host.is_none_or(|h| self.chain(h, Hook::Forward, ingress, packet) != Some(false));
                (accepted || forward(at(enters), true))
                    && (if let Side::Pod(pod) = enters { self.at_pod(pod, false, packet) } else { true })
                    && (if let Side::Pod(pod) = leaves { self.at_pod(pod, true, packet) } else { true })
                    && forward(at(leaves), false)
            }
        };
        passes.then_some(untracked)
    }

    /// The endpoint of the interface to the network: the first by name of those that fit.
    fn uplink(&self, node: usize) -> Option<&Host> {
        self.hosts.iter().filter(|h| h.node == node && h.interface != Some("*")).min_by_key(|h| h.name.clone())
    }

    fn all_interfaces(&self, node: usize) -> Option<&Host> {
        self.hosts.iter().filter(|h| h.node == node && h.interface == Some("*")).min_by_key(|h| h.name.clone())
    }

    fn has(&self, host: &Host, hook: Hook) -> bool {
        self.policies.iter().any(|p| !p.staged && p.hook == hook && p.ingress.is_some() && self.selects_host(p, host))
    }

    /// What a chain of a host endpoint says, if it says anything.
    fn chain(&self, host: &Host, hook: Hook, ingress: bool, packet: &Packet) -> Option<bool> {
        let applies = |policy: &Policy| {
            let here = match hook {
                Hook::Normal => matches!(policy.hook, Hook::Normal | Hook::Forward),
                other => policy.hook == other,
            };
            here && self.selects_host(policy, host)
        };
        self.tiers_decide(&applies, ingress, packet, matches!(hook, Hook::PreDnat | Hook::Untracked))
    }

    /// The chain for processes of the host: failsafe ports, policies, profiles.
    fn local(&self, host: &Host, ingress: bool, packet: &Packet) -> bool {
        failsafe(ingress, packet) || self.chain(host, Hook::Normal, ingress, packet).unwrap_or(host.allow_profile)
    }
}

/// In the raw table failsafe ports of either direction are let through to the tables after it: those of replies by their source.
fn failsafe_in_raw(ingress: bool, packet: &Packet, reply: bool) -> bool {
    if reply {
        let turned = Packet { source: packet.destination, destination: packet.source, ..*packet };
        return failsafe(!ingress, &turned);
    }
    failsafe(ingress, packet)
}

/// The packet that answers; nothing for messages that nothing answers.
fn reply_to(packet: &Packet) -> Option<Packet> {
    let back = Packet { from: packet.to, to: packet.from, ..*packet };
    match (packet.protocol, packet.source) {
        (1, 8) => Some(Packet { source: 0, destination: 0, ..back }),
        (1, _) => None,
        _ => Some(Packet { source: packet.destination, destination: packet.source, ..back }),
    }
}

/// The host endpoint as an object's fields.
pub(super) fn fields(host: &Host) -> serde_json::Value {
    let mut spec = serde_json::json!({"node": super::NODES[host.node]});
    if let Some(name) = host.interface {
        spec["interfaceName"] = serde_json::json!(name);
    }
    if host.expected || host.interface.is_none() {
        spec["expectedIPs"] = serde_json::json!([NODE_ADDRESSES[host.node]]);
    }
    if host.allow_profile {
        spec["profiles"] = serde_json::json!(["projectcalico-default-allow"]);
    }
    spec
}
