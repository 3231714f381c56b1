//! What is asked of a Service: where the name of a headless one leads, and which port the client connects to.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::tables::{Entry, Target};
use super::super::unknown;
use super::{Dialled, Goal, Understanding};
use crate::compile::Endpoint;
use crate::language::ServicePort;
use crate::snapshot::{PodId, Service, ServiceId};

impl Understanding<'_> {
    /// A headless Service: its name leads to the pods themselves.
    pub(super) fn headless(&mut self, number: ServiceId, service: &Service, title: &str) -> Goal {
        let snapshot = &self.paths.snapshot;
        self.name.get_or_insert_with(|| title.to_owned());
        let resolved = self.paths.tables.resolved(snapshot, service);
        let found = resolved.iter().filter_map(|(target, count)| if let Target::Pod(id) = *target { Some((id, *count)) } else { None });
        let found: Vec<(PodId, u32)> = found.collect();
        // The port that the Service names for its pods, where the question is about one of its own.
        let own = self.service_port(service, None).ok().flatten();
        let target = own.and_then(|(at, _)| self.paths.tables.backends(number, at).first()).map(|b| b.port);
        if let (Some(target), Some(asked)) = (target, self.port)
            && target != asked
        {
            self.notes.push(format!(
                "`{title}` is headless: its name resolves to the pods themselves, and nothing translates port {asked}; they \
                 listen on {target}."
            ));
        }
        let address = resolved.iter().find_map(|(target, _)| if let Target::Address(address) = target { Some(*address) } else { None });
        self.port = self.port.or(target);
        if let (true, Some((Target::Node(node, _), _))) = (found.is_empty(), resolved.first()) {
            return Goal::Node(*node);
        }
        match (found.is_empty(), address) {
            (false, _) => Goal::Pods(found),
            (true, Some(address)) => Goal::Address(Endpoint::Outside(address)),
            (true, None) if unknown::has_unknown_endpoints(snapshot, service) => {
                let port = own.map_or(usize::MAX, |(at, _)| at);
                Goal::Service { service: number, port, entry: Entry::Cluster, at: Dialled::default() }
            }
            (true, None) if service.endpoints.is_empty() && service.slices.is_empty() => Goal::Nothing(format!("`{title}` has no pods")),
            (true, None) => Goal::Nothing(format!("`{title}` has no ready pod, so its name resolves to no address")),
        }
    }

    /// Settles which port the client connects to. Returns why there is none, if there is none.
    pub(super) fn settle_port(&mut self, service: &Service, port: &ServicePort, entry: Entry, title: &str) -> Option<String> {
        self.port = Some(match entry {
            Entry::Cluster | Entry::LoadBalancer | Entry::ExternalIp => port.port,
            Entry::NodePort => match port.node_port {
                Some(node_port) => node_port,
                None if service.service_type.has_node_ports() && service.routing.allocates_node_ports => {
                    self.notes.push(format!("No node port is specified for `{title}`: the API server picks one from 30000 to 32767."));
                    port.port
                }
                None if service.service_type.has_node_ports() => {
                    return Some(format!("`{title}` has no node port: its `allocateLoadBalancerNodePorts` is false"));
                }
                None => return Some(format!("`{title}` is of type `{}` and has no node port", service.service_type)),
            },
        });
        None
    }

    /// Notes where several Services claim a node port.
    pub(super) fn note_claims(&mut self, node_port: u16) {
        let claims = self.paths.tables.at_node_port(self.asked.protocol, node_port);
        if claims.len() > 1 {
            let services = claims.iter().filter_map(|(n, _)| self.paths.snapshot.service(*n));
            let names: Vec<String> = services.map(|s| format!("`{}`", self.paths.service_title(s))).collect();
            self.notes.push(format!(
                "Node port {node_port} is claimed by {}: an API server assigns it to the first and refuses the others.",
                names.join(" and ")
            ));
        }
    }
}
