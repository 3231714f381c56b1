//! Services and Ingresses: which endpoints stand behind them.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{Endpoint, EndpointId, Ingress, NamespaceId, Role, Service, Slice};
use crate::model::Labels;
use crate::resources::EndpointSlice;
use crate::text::Place;

/// Endpoints by namespace and label, so that a Service visits only candidates.
pub(super) struct EndpointIndex<'a> {
    by_label: HashMap<(NamespaceId, &'a str, &'a str), Vec<EndpointId>>,
    endpoints: &'a [Endpoint],
}

impl<'a> EndpointIndex<'a> {
    pub(super) fn new(endpoints: &'a [Endpoint]) -> Self {
        let mut by_label: HashMap<_, Vec<EndpointId>> = HashMap::new();
        for (i, endpoint) in endpoints.iter().enumerate().filter(|(_, e)| e.role == Role::Pod) {
            for (key, value) in endpoint.labels.iter() {
                by_label.entry((endpoint.namespace, key, value)).or_default().push(EndpointId(i as u32));
            }
        }
        EndpointIndex { by_label, endpoints }
    }

    /// Endpoints of a namespace that have all these labels. Upstream: a Service's selector is an equality map, and an empty one selects
    /// nothing.
    pub(super) fn select(&self, namespace: NamespaceId, selector: &Labels) -> Vec<EndpointId> {
        let candidates = selector.iter().map(|(k, v)| self.by_label.get(&(namespace, k, v)).map_or(&[][..], Vec::as_slice));
        let Some(fewest) = candidates.min_by_key(|c| c.len()) else { return Vec::new() };
        let has_all =
            |id: &&EndpointId| self.endpoints.get(id.0 as usize).is_some_and(|e| selector.iter().all(|(k, v)| e.labels.get(k) == Some(v)));
        fewest.iter().filter(has_all).copied().collect()
    }
}

/// Points each Ingress backend at its Service.
pub(super) fn connect_ingresses(ingresses: &mut [Ingress], services: &[Service]) {
    let numbers: HashMap<(NamespaceId, &str), u32> =
        services.iter().enumerate().map(|(i, s)| ((s.namespace, s.name.as_str()), i as u32)).collect();
    for ingress in ingresses {
        ingress.service = numbers.get(&(ingress.namespace, ingress.service_name.as_str())).copied();
    }
}

/// Hangs EndpointSlices on the Services that they name. Upstream: a slice counts whether there is such a Service or not.
pub(super) fn connect_slices(slices: &[(NamespaceId, &str, &EndpointSlice, Place)], services: &mut Vec<Service>) {
    for &(namespace, name, slice, place) in slices {
        let known = services.iter().position(|s| s.namespace == namespace && s.name == name);
        let known = known.unwrap_or_else(|| {
            services.push(Service {
                namespace,
                name: name.into(),
                service_type: "ClusterIP".into(),
                addresses: Vec::new(),
                ports: Vec::new(),
                endpoints: Vec::new(),
                slices: Vec::new(),
                has_selector: false,
                place,
            });
            services.len() - 1
        });
        if let Some(service) = services.get_mut(known) {
            service.slices.push(Slice { addresses: slice.addresses.clone(), ports: slice.ports.clone() });
        }
    }
}
