//! Services and Ingresses: which endpoints stand behind them.

use alloc::string::String;
use alloc::vec::Vec;

use core::net::{IpAddr, Ipv4Addr};

use hashbrown::HashMap;

use crate::language::{EndpointSlice, ServiceRouting};
use crate::model::Labels;
use crate::snapshot::cloud::{Cloud, SubnetId};
use crate::snapshot::{
    ForeignBalancer, Ingress, IpFamily, NamespaceId, NodeId, PodEndpoint, PodId, Role, Service, ServiceId, ServiceType, Slice,
    SliceEndpoint, Snapshot,
};
use crate::text::Place;

/// Endpoints by namespace and label, so that a Service visits only candidates.
pub(super) struct PodIndex<'a> {
    by_label: HashMap<(NamespaceId, &'a str, &'a str), Vec<PodId>>,
    endpoints: &'a [PodEndpoint],
}

impl<'a> PodIndex<'a> {
    pub(super) fn new(endpoints: &'a [PodEndpoint]) -> Self {
        let mut by_label: HashMap<_, Vec<PodId>> = HashMap::new();
        for (i, endpoint) in endpoints.iter().enumerate().filter(|(_, e)| e.role == Role::Pod) {
            for (key, value) in endpoint.labels.iter() {
                by_label.entry((endpoint.namespace, key, value)).or_default().push(PodId::at(i));
            }
        }
        PodIndex { by_label, endpoints }
    }

    /// All endpoints.
    pub(super) fn endpoints(&self) -> &'a [PodEndpoint] {
        self.endpoints
    }

    /// Endpoints of a namespace that have all these labels. Upstream: a Service's selector is an equality map, and an empty one selects
    /// nothing.
    pub(super) fn select(&self, namespace: NamespaceId, selector: &Labels) -> Vec<PodId> {
        let candidates = selector.iter().map(|(k, v)| self.by_label.get(&(namespace, k, v)).map_or(&[][..], Vec::as_slice));
        let Some(fewest) = candidates.min_by_key(|c| c.len()) else { return Vec::new() };
        let has_all =
            |id: &&PodId| self.endpoints.get(id.index()).is_some_and(|e| selector.iter().all(|(k, v)| e.labels.get(k) == Some(v)));
        fewest.iter().filter(has_all).copied().collect()
    }
}

/// The pods of those selected that have an address of a Service's family, and whether that is not known of some of them. Upstream: the controller of
/// EndpointSlices leaves out pods without an address of the slice's family.
pub(super) fn of_family(selected: Vec<PodId>, family: Option<IpFamily>, pods: &[PodEndpoint]) -> (Vec<PodId>, bool) {
    let Some(family) = family else { return (selected, false) };
    let pod = |id: &PodId| pods.get(id.index());
    let has = |pod: &PodEndpoint| pod.addresses.iter().any(|address| IpFamily::of(*address) == family);
    let left: Vec<PodId> = selected.into_iter().filter(|id| pod(id).is_none_or(|pod| !pod.address_given || has(pod))).collect();
    let first_is_other = |pod: &PodEndpoint| pod.addresses.first().is_some_and(|address| IpFamily::of(*address) != family);
    let open = left.iter().filter_map(pod).any(first_is_other);
    (left, open)
}

/// Whether a pod has an address of IPv4 and one of IPv6.
pub(super) fn has_both_families(pod: &PodEndpoint) -> bool {
    let has = |family: IpFamily| pod.addresses.iter().any(|address| IpFamily::of(*address) == family);
    has(IpFamily::V4) && has(IpFamily::V6)
}

/// Points each Ingress backend at its Service.
pub(super) fn connect_ingresses(ingresses: &mut [Ingress], services: &[Service]) {
    let numbers: HashMap<(NamespaceId, &str), ServiceId> =
        services.iter().enumerate().map(|(i, s)| ((s.namespace, s.name.as_str()), ServiceId::at(i))).collect();
    for ingress in ingresses {
        ingress.service = numbers.get(&(ingress.namespace, ingress.service_name.as_str())).copied();
    }
}

/// Hangs EndpointSlices on the Services that they name. Upstream: a slice counts whether there is such a Service or not.
pub(super) fn connect_slices(
    slices: &[(NamespaceId, &str, &EndpointSlice, Place)],
    nodes: &HashMap<&str, NodeId>,
    services: &mut Vec<Service>,
) {
    let mut numbers: HashMap<(NamespaceId, String), usize> =
        services.iter().enumerate().map(|(i, s)| ((s.namespace, s.name.clone()), i)).collect();
    for &(namespace, name, slice, place) in slices {
        let known = *numbers.entry((namespace, name.into())).or_insert_with(|| {
            services.push(Service {
                namespace,
                name: name.into(),
                service_type: ServiceType::ClusterIp,
                addresses: Vec::new(),
                ports: Vec::new(),
                endpoints: Vec::new(),
                slices: Vec::new(),
                has_selector: false,
                headless: false,
                external_name: None,
                routing: ServiceRouting::default(),
                front_end_made_up: false,
                place,
                unclear: false,
                unread_field: None,
                open_pods: false,
                open_family: false,
                family_unsaid: false,
            });
            services.len() - 1
        });
        if let Some(service) = services.get_mut(known) {
            let endpoint = |e: &crate::language::SliceEndpoint| SliceEndpoint {
                address: e.address,
                further: e.further,
                node: e.node.as_deref().and_then(|name| nodes.get(name).copied()),
                readiness: e.readiness,
                hint: e.hint.clone(),
            };
            service.slices.push(Slice { endpoints: slice.endpoints.iter().map(endpoint).collect(), ports: slice.ports.clone() });
        }
    }
}

/// Load balancers whose address is not given: one is assumed for each, so that a packet has one to show. Those of the virtual network are at the end
/// of the nodes' subnet or that which is named, others in a range that is kept for examples (RFC 5737, TEST-NET-2).
pub(in crate::language) fn make_up_front_ends(snapshot: &mut Snapshot) {
    let internal_last = snapshot.cloud.clusters.first().and_then(|c| last_of_subnet(&snapshot.cloud, c.pools.first()?.subnet?));
    let cloud = &snapshot.cloud;
    let called = |name: &str| SubnetId::each(&cloud.subnets).find(|(_, s)| s.name.eq_ignore_ascii_case(name)).map(|(id, _)| id);
    let (mut public, mut internal) = (0u32, 0u32);
    for service in snapshot.services.iter_mut().filter(|s| s.service_type == ServiceType::LoadBalancer) {
        let balancer = &mut service.routing.load_balancer;
        if !balancer.addresses.is_empty() || balancer.foreign.is_some() {
            continue;
        }
        let last = match balancer.subnet.as_deref().filter(|_| internal_last.is_some()) {
            None => internal_last,
            Some(name) => match called(name).and_then(|subnet| last_of_subnet(cloud, subnet)) {
                Some(last) => Some(last),
                None => {
                    balancer.foreign = Some(ForeignBalancer::Subnet(name.into()));
                    continue;
                }
            },
        };
        let address = match last.filter(|_| balancer.internal) {
            Some(last) => {
                internal += 1;
                last.saturating_sub(internal)
            }
            None => {
                public += 1;
                u32::from_be_bytes([198, 51, 100, 0]) + 3 + public % 250
            }
        };
        balancer.addresses.push(IpAddr::V4(Ipv4Addr::from_bits(address)));
        service.front_end_made_up = true;
    }
}

/// The last address of a subnet, which is nobody's.
fn last_of_subnet(cloud: &Cloud, subnet: SubnetId) -> Option<u32> {
    match cloud.subnet(subnet)?.prefixes.first()?.last() {
        IpAddr::V4(last) => Some(last.to_bits()),
        IpAddr::V6(_) => None,
    }
}
