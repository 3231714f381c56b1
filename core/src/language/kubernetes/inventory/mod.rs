//! From resources to the snapshot.

mod addresses;
mod controllers;
mod ingress_controller;
mod placement;
mod services;

pub(crate) use controllers::{CONTROLLER_LABELS, tells_pods_apart};

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::language::azure::inventory::NodeRange;
use crate::language::calico::{Calico, WorkloadEndpoint};
use crate::language::kubernetes::inventory::addresses::AddressPool;
use crate::language::unread::Cause;
use crate::language::{EndpointSlice, Kind, Owner, PodTemplate, Program, Readiness, Replicas, Resource, ServicePort, TargetPort};
use crate::model::{AddressSet, Labels, MARK, Operator, UnknownLabels};
use crate::settings::{Assumed, Placement, UnlistedController};
use crate::snapshot::PodMaker;
use crate::snapshot::{
    DNS_LABEL, DNS_NAMESPACE, Ingress, IngressObject, Namespace, NamespaceId, Node, NodeId, PodEndpoint, PodId, Role, Service, Snapshot,
    Workload, WorkloadId,
};
use crate::text::{DocumentId, Place};
use services::{PodIndex, connect_ingresses, connect_slices};

/// The label that the API server sets on every namespace (upstream: `NamespaceDefaultLabelName`, since 1.21).
const NAMESPACE_NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// Owners are followed this far; real chains have two links (Pod, ReplicaSet, Deployment).
const LONGEST_OWNER_CHAIN: usize = 8;

/// An object that has pods: kind, namespace, name. In this order, as `namespace/name[Kind]` sorts.
type WorkloadKey<'a> = (&'a str, &'a str, &'a str);

/// Builds the snapshot. Objects that an API server would refuse are left out, as they would not exist.
pub fn build<'a>(resources: impl IntoIterator<Item = (DocumentId, &'a Resource)>, settings: &Assumed) -> Snapshot {
    build_placed(resources, settings, None)
}

/// Builds the snapshot, and puts every pod on a node, as packets have to go to one.
pub fn build_placed<'a>(
    resources: impl IntoIterator<Item = (DocumentId, &'a Resource)>,
    settings: &Assumed,
    placement: Option<&Placement>,
) -> Snapshot {
    let resources: Vec<(DocumentId, &Resource)> = resources.into_iter().filter(|(_, r)| !r.refused).collect();
    let mut snapshot = Snapshot::default();
    let scope = Scope { default_namespace: &settings.default_namespace, unlisted_controller: settings.unlisted_controller };
    let namespaces = scope.namespaces(&resources, &mut snapshot);
    let nodes = scope.nodes(&resources, &mut snapshot);
    snapshot.pod_network = pod_network(&resources, settings);

    let apart = resources.iter().any(|(_, r)| tells_pods_apart(&r.kind));
    let mut groups = scope.group_pods(&resources, apart);
    let node_count = resources.iter().filter(|(_, r)| matches!(r.kind, Kind::Node(_))).count() as u32;
    for (key, group) in &mut groups {
        let id = WorkloadId(snapshot.workloads.len() as u32);
        let Some(&namespace) = namespaces.get(key.0) else { continue };
        let mut workload = Workload {
            namespace,
            name: key.1.to_string(),
            kind: key.2.to_string(),
            endpoints: Vec::new(),
            replicas: 0,
            place: group.place,
        };
        group.members.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
        for member in &group.members {
            let replicas = match member.replicas {
                Replicas::Count(count) => count,
                Replicas::PerNode => node_count.max(1),
            };
            workload.replicas = workload.replicas.saturating_add(replicas);
            workload.endpoints.push(PodId(snapshot.endpoints.len() as u32));
            let template = member.template;
            snapshot.endpoints.push(PodEndpoint {
                namespace,
                workload: id,
                name: member.name.to_string(),
                labels: member.labels.clone(),
                unknown: member.unknown.clone(),
                service_account: template.service_account.to_string(),
                ports: template.ports.clone(),
                init_ports: template.init_ports.clone(),
                host_network: template.host_network,
                wanted: template.wanted.clone(),
                node: template.node.as_deref().and_then(|n| nodes.get(n).copied()),
                addresses: member.addresses.to_vec(),
                address_given: !member.addresses.is_empty(),
                profiles: None,
                replicas,
                readiness: member.readiness,
                foreign_dns: template.foreign_dns,
                dns_cache: template.programs.iter().flat_map(Program::cached_addresses).collect(),
                place: member.place,
                labels_place: template.labels_span.within(member.place.document),
                role: Role::Pod,
            });
        }
        snapshot.workloads.push(workload);
    }
    for &(document, resource) in &resources {
        if let Some((endpoint, namespace)) = workload_endpoint(resource).zip(namespaces.get(scope.namespace_of(resource))) {
            add_workload_endpoint(resource, endpoint, *namespace, document, &nodes, &mut snapshot);
        }
    }
    let makers = resources.iter().filter(|(_, r)| matches!(&r.kind, Kind::Unread(unread) if unread.cause == Cause::MakesPods));
    let maker = |(document, r): &(DocumentId, &Resource)| PodMaker {
        namespace: scope.namespace_of(r).into(),
        kind: r.kind_name.to_string(),
        name: r.meta.name.to_string(),
        place: r.kind_span.within(*document),
    };
    snapshot.pod_makers = makers.map(maker).collect();
    crate::language::azure::inventory::add(&resources, settings.routing.pod_network, &mut snapshot);
    if let Some(placement) = placement {
        placement::place(placement, &mut snapshot);
    }
    crate::language::calico::inventory::add(&resources, &|resource| scope.namespace_of(resource), &namespaces, &nodes, &mut snapshot);
    add_services(&resources, &scope, &namespaces, &mut snapshot);
    if placement.is_some() {
        add_dns(&mut snapshot);
    }
    let pools = crate::language::azure::inventory::pools(&snapshot.cloud, &snapshot);
    if !pools.is_empty() {
        snapshot.pod_network =
            pools.iter().fold(AddressSet::default(), |set, (_, (first, last))| set.union(&AddressSet::range(*first, *last)));
    }
    give_addresses(&mut snapshot, &pools);
    if placement.is_some() {
        services::make_up_front_ends(&mut snapshot);
    }
    crate::language::azure::inventory::add_managed_group(&mut snapshot);
    snapshot
}

/// Where pods without an address have theirs: Calico's pools if any is given, or the nodes' pod ranges if all nodes give one, else the settings'.
fn pod_network(resources: &[(DocumentId, &Resource)], settings: &Assumed) -> AddressSet {
    let mut ranges = Vec::new();
    let mut pools = Vec::new();
    let mut complete = true;
    for (_, resource) in resources {
        match &resource.kind {
            Kind::Node(node) => {
                complete &= !node.pod_cidrs.is_empty();
                ranges.extend(node.pod_cidrs.iter().copied());
            }
            Kind::Calico(calico) => {
                if let Calico::IpPool(pool) = &**calico
                    && !pool.disabled
                {
                    pools.push(pool.cidr);
                }
            }
            _ => {}
        }
    }
    if !pools.is_empty() {
        return AddressSet::of_cidrs(&pools);
    }
    if complete && !ranges.is_empty() { AddressSet::of_cidrs(&ranges) } else { AddressSet::of_cidrs(&settings.pod_networks) }
}

fn workload_endpoint(resource: &Resource) -> Option<&WorkloadEndpoint> {
    match &resource.kind {
        Kind::Calico(calico) => match &**calico {
            Calico::WorkloadEndpoint(endpoint) => Some(endpoint),
            _ => None,
        },
        _ => None,
    }
}

/// Calico's view of a pod, where that is all that is given: an endpoint and workload of its own. Where the pod is given too, it is the pod that counts.
fn add_workload_endpoint(
    resource: &Resource,
    endpoint: &WorkloadEndpoint,
    namespace: NamespaceId,
    document: DocumentId,
    nodes: &BTreeMap<&str, NodeId>,
    snapshot: &mut Snapshot,
) {
    let name = endpoint.pod.as_deref().unwrap_or(&resource.meta.name);
    if snapshot.endpoints.iter().any(|e| e.namespace == namespace && e.name == name) {
        return;
    }
    let place = resource.span.within(document);
    let id = PodId(snapshot.endpoints.len() as u32);
    let workload = WorkloadId(snapshot.workloads.len() as u32);
    snapshot.workloads.push(Workload {
        namespace,
        name: name.to_string(),
        kind: "WorkloadEndpoint".into(),
        endpoints: alloc::vec![id],
        replicas: 1,
        place,
    });
    snapshot.endpoints.push(PodEndpoint {
        namespace,
        workload,
        name: name.to_string(),
        labels: resource.meta.labels.clone(),
        unknown: resource.flaws.labels.clone(),
        service_account: endpoint.service_account.as_deref().unwrap_or_default().to_string(),
        ports: crate::language::calico::inventory::container_ports(&endpoint.ports),
        init_ports: Vec::new(),
        host_network: false,
        node: endpoint.node.as_deref().and_then(|n| nodes.get(n).copied()),
        addresses: endpoint.addresses.clone(),
        address_given: !endpoint.addresses.is_empty(),
        profiles: endpoint.profiles.clone(),
        wanted: Labels::default(),
        replicas: 1,
        readiness: Readiness::Ready,
        foreign_dns: false,
        dns_cache: Vec::new(),
        place,
        labels_place: resource.meta.labels_span.within(document),
        role: Role::Pod,
    });
}

/// A pod, or a template, on its way into a workload.
struct Member<'a> {
    name: Cow<'a, str>,
    /// Pods of one template in their order.
    number: usize,
    labels: Labels,
    unknown: UnknownLabels,
    template: &'a PodTemplate,
    replicas: Replicas,
    addresses: &'a [IpAddr],
    readiness: Readiness,
    place: Place,
}

struct Group<'a> {
    members: Vec<Member<'a>>,
    place: Place,
}

struct Scope<'a> {
    default_namespace: &'a str,
    unlisted_controller: UnlistedController,
}

impl<'a> Scope<'a> {
    fn namespace_of(&self, resource: &'a Resource) -> &'a str {
        resource.meta.namespace.as_deref().unwrap_or(self.default_namespace)
    }

    fn namespaces(&self, resources: &[(DocumentId, &'a Resource)], snapshot: &mut Snapshot) -> BTreeMap<&'a str, NamespaceId> {
        let mut found: BTreeMap<&str, (Labels, UnknownLabels, Option<Place>)> = BTreeMap::new();
        let mut nameless: Option<Place> = None;
        for &(document, resource) in resources {
            match &resource.kind {
                Kind::Namespace if resource.meta.name.is_empty() => nameless = Some(resource.kind_span.within(document)),
                Kind::Namespace => {
                    let unknown = resource.flaws.labels.clone();
                    found.insert(&resource.meta.name, (resource.meta.labels.clone(), unknown, Some(resource.span.within(document))));
                }
                Kind::Node(_) | Kind::ApiCalls(_) | Kind::ClusterPolicy(_) | Kind::Azure(_) | Kind::Unread(_) => {}
                Kind::Calico(calico) if !calico.is_namespaced() => {}
                _ => {
                    found.entry(self.namespace_of(resource)).or_default();
                }
            }
        }
        for (name, (labels, unknown, given)) in &mut found {
            labels.set(NAMESPACE_NAME_LABEL, name);
            unknown.keys.retain(|(key, _)| &**key != NAMESPACE_NAME_LABEL);
            // A namespace whose name is missing may be any that is not given.
            unknown.others |= nameless.is_some() && given.is_none();
            let (labels, unknown) = (labels.clone(), unknown.clone());
            snapshot.namespaces.push(Namespace { name: name.to_string(), labels, unknown, given: *given });
        }
        found.into_keys().enumerate().map(|(i, name)| (name, NamespaceId(i as u32))).collect()
    }

    fn nodes(&self, resources: &[(DocumentId, &'a Resource)], snapshot: &mut Snapshot) -> BTreeMap<&'a str, NodeId> {
        let mut found: BTreeMap<&str, Node> = BTreeMap::new();
        let named =
            |name: &str| Node { name: name.to_string(), labels: Labels::default(), addresses: Vec::new(), place: None, stand_in: false };
        for &(document, resource) in resources {
            match &resource.kind {
                Kind::Node(node) if !resource.meta.name.is_empty() => {
                    found.insert(
                        &resource.meta.name,
                        Node {
                            labels: resource.meta.labels.clone(),
                            addresses: node.addresses.clone(),
                            place: Some(resource.span.within(document)),
                            ..named(&resource.meta.name)
                        },
                    );
                }
                Kind::Pod(pod) if !pod.terminated => {
                    if let Some(name) = pod.template.node.as_deref() {
                        let node = found.entry(name).or_insert_with(|| named(name));
                        // `status.hostIP` tells the address of a node that is not given itself.
                        if let Some(address) = pod.host_address.filter(|a| node.place.is_none() && !node.addresses.contains(a)) {
                            node.addresses.push(address);
                        }
                    }
                }
                Kind::Workload(workload) => {
                    if let Some(name) = workload.template.node.as_deref() {
                        found.entry(name).or_insert_with(|| named(name));
                    }
                }
                Kind::Calico(calico) => {
                    let name = match &**calico {
                        Calico::HostEndpoint(host) => Some(&*host.node).filter(|name| !name.is_empty()),
                        Calico::WorkloadEndpoint(endpoint) => endpoint.node.as_deref(),
                        _ => None,
                    };
                    if let Some(name) = name {
                        found.entry(name).or_insert_with(|| named(name));
                    }
                }
                _ => {}
            }
        }
        snapshot.nodes = found.values().cloned().collect();
        found.into_keys().enumerate().map(|(i, name)| (name, NodeId(i as u32))).collect()
    }

    /// Groups pods by the object that they are named after.
    ///
    /// `kubectl get all -o yaml` gives a Deployment, its ReplicaSets and their pods at once: these are one workload, and given pods stand
    /// in place of the ones that the template would make.
    fn group_pods(&self, resources: &[(DocumentId, &'a Resource)], apart: bool) -> BTreeMap<WorkloadKey<'a>, Group<'a>> {
        let mut makers: BTreeMap<WorkloadKey, (DocumentId, &Resource)> = BTreeMap::new();
        for &(document, resource) in resources {
            if let Kind::Workload(workload) = &resource.kind {
                makers.insert((self.namespace_of(resource), &resource.meta.name, workload.kind.name()), (document, resource));
            }
        }
        let top = |mut key: WorkloadKey<'a>| {
            for _ in 0..LONGEST_OWNER_CHAIN {
                let Some((_, Resource { kind: Kind::Workload(workload), .. })) = makers.get(&key) else { break };
                match owner_key(key.0, workload.owner.as_ref()) {
                    // An owner that is not in the text is not followed: the nearest object that can be pointed at names the group.
                    Some(owner) if makers.contains_key(&owner) => key = owner,
                    _ => break,
                }
            }
            key
        };

        let mut groups: BTreeMap<WorkloadKey, Group> = BTreeMap::new();
        let place_of = |key: &WorkloadKey, own: Place| makers.get(key).map_or(own, |(document, r)| r.span.within(*document));
        for &(document, resource) in resources {
            let Kind::Pod(pod) = &resource.kind else { continue };
            if pod.terminated {
                continue;
            }
            let namespace = self.namespace_of(resource);
            let place = resource.span.within(document);
            // The owner of a static pod is its Node, which says nothing about what belongs together.
            let owner = pod.owner.as_ref().filter(|o| &*o.kind != "Node");
            let key = owner_key(namespace, owner).map_or((namespace, &*resource.meta.name, "Pod"), top);
            let group = groups.entry(key).or_insert_with(|| Group { members: Vec::new(), place: place_of(&key, place) });
            group.members.push(Member {
                name: Cow::Borrowed(&resource.meta.name),
                number: 0,
                labels: pod.template.labels.clone(),
                unknown: resource.open_labels(),
                template: &pod.template,
                replicas: Replicas::Count(1),
                addresses: &pod.addresses,
                readiness: pod.readiness,
                place,
            });
        }
        let given: BTreeSet<WorkloadKey> = groups.keys().copied().collect();
        for (&key, &(document, resource)) in &makers {
            let Kind::Workload(workload) = &resource.kind else { continue };
            if top(key) != key || given.contains(&key) {
                continue;
            }
            let place = resource.span.within(document);
            let group = groups.entry(key).or_insert_with(|| Group { members: Vec::new(), place });
            for (number, part) in controllers::parts(resource, workload, apart).into_iter().enumerate() {
                group.members.push(Member {
                    name: part.name.map_or(Cow::Borrowed(&*resource.meta.name), Cow::Owned),
                    number,
                    labels: part.labels,
                    unknown: part.unknown,
                    template: &workload.template,
                    replicas: part.replicas,
                    addresses: &[],
                    readiness: Readiness::Ready,
                    place,
                });
            }
        }
        groups
    }
}

fn owner_key<'a>(namespace: &'a str, owner: Option<&'a Owner>) -> Option<WorkloadKey<'a>> {
    owner.map(|o| (namespace, &*o.name, &*o.kind))
}

fn add_services<'a>(
    resources: &[(DocumentId, &'a Resource)],
    scope: &Scope<'a>,
    namespaces: &BTreeMap<&'a str, NamespaceId>,
    snapshot: &mut Snapshot,
) {
    let index = PodIndex::new(&snapshot.endpoints);
    let open = open_pods(resources, &snapshot.endpoints);
    let mut services = Vec::new();
    let mut slices: Vec<(NamespaceId, &str, &EndpointSlice, Place)> = Vec::new();
    let mut mirrored: Vec<(NamespaceId, &str, &EndpointSlice, Place)> = Vec::new();
    let mut ingresses = Vec::new();
    let mut unclear: Vec<(NamespaceId, &str)> = Vec::new();
    for &(document, resource) in resources {
        let Some(&namespace) = namespaces.get(scope.namespace_of(resource)) else { continue };
        match &resource.kind {
            Kind::Service(service) => services.push(Service {
                namespace,
                name: resource.meta.name.to_string(),
                service_type: service.service_type.to_string(),
                addresses: service.cluster_addresses.clone(),
                ports: service.ports.clone(),
                endpoints: service.selector.as_ref().map_or_else(Vec::new, |s| index.select(namespace, s)),
                slices: Vec::new(),
                has_selector: service.selector.is_some(),
                headless: service.headless,
                external_name: service.external_name.as_deref().map(ToString::to_string),
                routing: service.routing.clone(),
                front_end_made_up: false,
                place: resource.span.within(document),
                unclear: resource.flaws.unclear,
                open_pods: service.selector.as_ref().is_some_and(|selector| has_open_pods(&open, namespace, selector, &service.ports)),
            }),
            Kind::EndpointSlice(slice) => {
                let place = resource.span.within(document);
                unclear.extend(slice.service.as_deref().filter(|_| resource.flaws.unclear).map(|service| (namespace, service)));
                slices.extend(slice.service.as_deref().map(|service| (namespace, service, slice, place)));
            }
            Kind::Endpoints(subsets) => {
                let place = resource.span.within(document);
                unclear.extend(resource.flaws.unclear.then_some((namespace, &*resource.meta.name)));
                mirrored.extend(subsets.iter().filter_map(|s| Some((namespace, s.service.as_deref()?, s, place))));
            }
            Kind::Ingress(ingress) => {
                let name = resource.meta.name.to_string();
                ingresses.extend(ingress.backends.iter().map(|backend| Ingress {
                    namespace,
                    name: name.clone(),
                    requests: backend.requests.clone(),
                    service: None,
                    service_name: backend.service.to_string(),
                    port: backend.port.clone(),
                    place: backend.span.within(document),
                }));
                let place = resource.span.within(document);
                snapshot.ingress_objects.push(IngressObject {
                    namespace,
                    name,
                    spec: ingress.clone(),
                    place,
                    unclear: resource.flaws.unclear,
                });
            }
            _ => {}
        }
    }
    drop((index, open));
    let nodes = snapshot.nodes().map(|(id, node)| (node.name.as_str(), id)).collect();
    // Endpoints count where the control plane mirrors them: for Services that are there and have no selector.
    let without_selector = services.iter().filter(|s: &&Service| !s.has_selector && s.service_type != "ExternalName");
    let open: BTreeSet<(NamespaceId, String)> = without_selector.map(|s| (s.namespace, s.name.clone())).collect();
    mirrored.retain(|(namespace, name, ..)| open.contains(&(*namespace, (*name).to_string())));
    slices.extend(mirrored);
    connect_slices(&slices, &nodes, &mut services);
    services.iter_mut().for_each(|s| s.unclear |= unclear.contains(&(s.namespace, s.name.as_str())));
    drop(nodes);
    services.sort_by(|a: &Service, b| (a.namespace, &a.name).cmp(&(b.namespace, &b.name)));
    ingresses.sort_by(|a, b| (a.namespace, &a.name, a.place).cmp(&(b.namespace, &b.name, b.place)));
    connect_ingresses(&mut ingresses, &services);
    snapshot.services = services;
    snapshot.ingress_objects.sort_by(|a, b| (a.namespace, &a.name).cmp(&(b.namespace, &b.name)));
    snapshot.ingresses = ingresses;
    if let Some(first) = snapshot.ingresses.first() {
        let place = first.place;
        ingress_controller::add(resources, namespaces, scope.unlisted_controller, place, snapshot);
    }
}

/// Pods of which not all labels that Services ask for are known, or not all ports.
fn open_pods<'s>(resources: &[(DocumentId, &Resource)], endpoints: &'s [PodEndpoint]) -> Vec<&'s PodEndpoint> {
    let mut asked: BTreeSet<&str> = BTreeSet::from([MARK]);
    for (_, resource) in resources {
        if let Kind::Service(service) = &resource.kind {
            asked.extend(service.selector.iter().flat_map(|selector| selector.iter().map(|(key, _)| key)));
        }
    }
    let is_open =
        |e: &&PodEndpoint| e.role == Role::Pod && (e.unknown.others || e.unknown.keys.iter().any(|(key, _)| asked.contains(&**key)));
    endpoints.iter().filter(is_open).collect()
}

/// Whether a Service may select one of these pods and it is not known if it does, or leads to a port by a name and not all ports of it can be read.
fn has_open_pods(open: &[&PodEndpoint], namespace: NamespaceId, selector: &Labels, ports: &[ServicePort]) -> bool {
    let by_name = ports.iter().any(|port| matches!(port.target, TargetPort::Name(_)));
    open.iter().filter(|e| e.namespace == namespace).any(|endpoint| {
        let one =
            |(key, value): (&str, &str)| Operator::In(alloc::vec![value.into()]).judge(endpoint.unknown.look_up(&endpoint.labels, key));
        let (certain, possible) = selector.iter().map(one).fold((true, true), |(a, b), (c, d)| (a && c, b && d));
        let marked = by_name && endpoint.unknown.keys.iter().any(|(key, _)| &**key == MARK);
        possible && (!certain || marked)
    })
}

/// Pods of the cluster's DNS, where the text has none: every name is asked of them, and policies name them by their label.
fn add_dns(snapshot: &mut Snapshot) {
    if snapshot.endpoints.iter().any(|e| snapshot.serves_dns(e)) {
        return;
    }
    let Some(place) = snapshot.workloads.first().map(|w| w.place) else { return };
    let known = snapshot.namespaces.iter().position(|n| n.name == DNS_NAMESPACE);
    let namespace = known.unwrap_or_else(|| {
        let mut labels = Labels::default();
        labels.set(NAMESPACE_NAME_LABEL, DNS_NAMESPACE);
        snapshot.namespaces.push(Namespace { name: DNS_NAMESPACE.into(), labels, unknown: UnknownLabels::default(), given: None });
        snapshot.namespaces.len() - 1
    });
    let mut labels = Labels::default();
    labels.set(DNS_LABEL, "kube-dns");
    let endpoint = PodEndpoint::stand_in(Role::Dns, NamespaceId(namespace as u32), "kube-dns", labels, place);
    snapshot.add_stand_in("Dns", "kube-dns", endpoint);
}

/// Hands out addresses: the node's to pods on the host network, the pod network's to others, in the order of their names. Where nodes have ranges for
/// their pods, pods of a known node have theirs of its range.
fn give_addresses(snapshot: &mut Snapshot, pools: &[NodeRange]) {
    let of_pods = snapshot.endpoints.iter().flat_map(|e| e.addresses.iter().copied());
    let mut taken: BTreeSet<IpAddr> = of_pods.chain(snapshot.nodes.iter().flat_map(|n| n.addresses.iter().copied())).collect();
    let ranges = if pools.is_empty() { snapshot.pod_network.ranges().collect() } else { pools.iter().map(|(_, range)| *range).collect() };
    let mut common = AddressPool::new(ranges);
    let mut of_nodes: BTreeMap<NodeId, AddressPool> =
        pools.iter().filter_map(|(node, range)| Some((((*node)?), AddressPool::new(alloc::vec![*range])))).collect();
    let is_placed =
        |endpoint: &PodEndpoint, of_nodes: &BTreeMap<NodeId, AddressPool>| endpoint.node.is_some_and(|n| of_nodes.contains_key(&n));
    for placed in [true, false] {
        for endpoint in &mut snapshot.endpoints {
            if !endpoint.addresses.is_empty() || is_placed(endpoint, &of_nodes) != placed {
                continue;
            }
            if endpoint.host_network {
                let node = endpoint.node.and_then(|n| snapshot.nodes.get(n.0 as usize));
                endpoint.addresses = node.map_or_else(Vec::new, |n| n.addresses.clone());
                endpoint.address_given = !endpoint.addresses.is_empty();
            } else if endpoint.replicas > 0 && endpoint.role == Role::Pod {
                let pool = endpoint.node.and_then(|n| of_nodes.get_mut(&n)).unwrap_or(&mut common);
                endpoint.addresses.extend(pool.next(&mut taken));
            }
        }
    }
}
