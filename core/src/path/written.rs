//! What the text says of the choices that change a way, so that somebody who is offered others sees what they would be other than.

use alloc::vec::Vec;

use super::ask::Goal;
use super::branches::Trip;
use super::proxy;
use super::tables::Entry;
use crate::language::TrafficPolicy;
use crate::language::azure::Plugin;
use crate::model::Cidr;
use crate::settings::{Dataplane, IngressBy, Probes};
use crate::snapshot::Service;

/// What the text says of the choices in [`crate::settings::Routing`], as far as they have a part in the way that was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// What translates addresses on nodes.
    pub dataplane: Dataplane,
    /// `externalTrafficPolicy` of the Service that the way leads by, if it leads by one.
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
    /// Where pods have their addresses; nothing where the text has no cluster.
    pub pod_network: Option<Plugin>,
    /// What stands behind the Ingress that is asked for.
    pub ingress: Option<IngressBy>,
    /// Whether it says where every pod runs.
    pub placed: bool,
    /// Whether every node has an address.
    pub addressed: bool,
}

impl Written {
    pub(super) fn of(trip: &Trip<'_>) -> Self {
        let paths = trip.paths;
        let snapshot = &paths.snapshot;
        let mut ingress = None;
        let service = match &trip.question.goal {
            Goal::Service { service, .. } => Some(*service),
            Goal::Ingress { object, .. } => snapshot.ingress_objects.get(*object as usize).and_then(|object| {
                let class = object.spec.class.as_deref().unwrap_or_default();
                let by_class = proxy::by_class(class);
                ingress = Some(by_class);
                let by = paths.settings.routing.ingress.unwrap_or(by_class);
                (by == IngressBy::Controller).then(|| proxy::controller_service(snapshot, class)).flatten()
            }),
            _ => None,
        };
        let service = service.and_then(|number| snapshot.services.get(number as usize));
        let routing = service.map(|s| &s.routing);
        Written {
            dataplane: paths.written_dataplane,
            external: routing.map(|r| r.external),
            internal: routing.map(|r| r.internal),
            affinity: routing.map(|r| r.client_affinity),
            source_ranges: routing.map_or_else(Vec::new, |r| r.load_balancer.source_ranges.clone()),
            probes: paths.written_probes(),
            entries: service.map_or_else(Vec::new, entries),
            pod_network: snapshot.cloud.clusters.first().map(|c| c.written_plugin),
            ingress,
            placed: !paths.placed_by_guess(),
            addressed: snapshot.nodes.iter().all(|n| !n.addresses.is_empty()),
        }
    }
}

/// How a Service can be reached.
pub(crate) fn entries(service: &Service) -> Vec<Entry> {
    let kind = service.service_type.as_str();
    let has = |entry: &Entry| match entry {
        Entry::Cluster => kind != "ExternalName",
        Entry::NodePort => matches!(kind, "NodePort" | "LoadBalancer"),
        Entry::LoadBalancer => kind == "LoadBalancer" || !service.routing.external_addresses.is_empty(),
    };
    Entry::ALL.into_iter().filter(has).collect()
}
