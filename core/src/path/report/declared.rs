//! What the input declares about the choices that change a path, so that somebody who is offered others sees what they would replace.

use alloc::vec::Vec;

use super::super::ingress_rules;
use super::super::question::{Goal, Question};
use super::super::tables::Entry;
use super::super::world::Paths;
use crate::language::TrafficPolicy;
use crate::language::azure::Plugin;
use crate::model::Cidr;
use crate::settings::{Dataplane, IngressBy, Probes};
use crate::snapshot::{Service, ServiceType};

/// What the input declares about the choices in [`crate::settings::Routing`], as far as the path depends on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    /// What translates addresses on nodes.
    pub dataplane: Dataplane,
    /// `externalTrafficPolicy` of the Service that the path leads by, if it leads by one.
    pub external: Option<TrafficPolicy>,
    /// `internalTrafficPolicy` of that Service.
    pub internal: Option<TrafficPolicy>,
    /// Whether a client of that Service keeps its pod.
    pub affinity: Option<bool>,
    /// `loadBalancerSourceRanges` of that Service.
    pub source_ranges: Vec<Cidr>,
    /// What health probes ask.
    pub probes: Probes,
    /// How that Service can be reached.
    pub entries: Vec<Entry>,
    /// Where pods have their addresses; nothing where the input has no cluster.
    pub pod_network: Option<Plugin>,
    /// What stands behind the Ingress that is asked for.
    pub ingress: Option<IngressBy>,
    /// Whether the input says where every pod runs.
    pub placed: bool,
    /// Whether every node has an address.
    pub addressed: bool,
}

impl Declared {
    pub(in crate::path) fn of(paths: &Paths, question: &Question) -> Self {
        let snapshot = &paths.snapshot;
        let mut ingress = None;
        let service = match &question.goal {
            Goal::Service { service, .. } => Some(*service),
            Goal::Ingress { object, .. } => snapshot.ingress(*object).and_then(|object| {
                let served_by = ingress_rules::served_by(object);
                ingress = Some(served_by);
                let by = paths.settings.routing.ingress.unwrap_or(served_by);
                (by == IngressBy::Controller).then(|| ingress_rules::controller_service(snapshot, object)).flatten()
            }),
            _ => None,
        };
        let service = service.and_then(|number| snapshot.service(number));
        let routing = service.map(|s| &s.routing);
        Declared {
            dataplane: paths.declared_dataplane,
            external: routing.map(|r| r.external),
            internal: routing.map(|r| r.internal),
            affinity: routing.map(|r| r.client_affinity),
            source_ranges: routing.map_or_else(Vec::new, |r| r.load_balancer.source_ranges.clone()),
            probes: paths.declared_probes(),
            entries: service.map_or_else(Vec::new, entries),
            pod_network: snapshot.cloud.clusters.first().map(|c| c.written_plugin),
            ingress,
            placed: !paths.placement_assumed,
            addressed: snapshot.nodes.iter().all(|n| !n.addresses.is_empty()),
        }
    }
}

/// How a Service can be reached.
pub(crate) fn entries(service: &Service) -> Vec<Entry> {
    let kind = service.service_type;
    let has = |entry: &Entry| match entry {
        Entry::Cluster => kind != ServiceType::ExternalName,
        Entry::NodePort => {
            kind.has_node_ports() && (service.routing.allocates_node_ports || service.ports.iter().any(|port| port.node_port.is_some()))
        }
        Entry::LoadBalancer => kind == ServiceType::LoadBalancer,
        Entry::ExternalIp => kind != ServiceType::ExternalName && !service.routing.external_addresses.is_empty(),
    };
    Entry::ALL.into_iter().filter(has).collect()
}
