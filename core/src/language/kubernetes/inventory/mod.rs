//! From resources to the snapshot.

mod controllers;
mod ingress_class;
mod ingress_controller;
mod services;

pub(crate) use controllers::{CONTROLLER_LABELS, lasting_labels, tells_pods_apart};
pub(in crate::language) use services::make_up_front_ends;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::language::inventory::{Inventory, NAMESPACE_NAME_LABEL};
use crate::language::kubernetes::read::kube_proxy;
use crate::language::{EndpointSlice, Kind, Owner, PodTemplate, Program, Readiness, Replicas, Resource, ServicePort, TargetPort};
use crate::model::{Labels, MARK, Operator, UnknownLabels};
use crate::settings::UnlistedController;
use crate::snapshot::{
    DNS_LABEL, DNS_NAMESPACE, Ingress, IngressObject, KubeProxy, Namespace, NamespaceId, OwnerKind, PodEndpoint, PodId, Role, Served,
    Service, ServiceType, Snapshot, UnreadHostPort, Workload, WorkloadId,
};
use crate::text::{DocumentId, Place};
use services::{PodIndex, connect_ingresses, connect_slices};

/// Owners are followed this far; real chains have two links (Pod, ReplicaSet, Deployment).
const LONGEST_OWNER_CHAIN: usize = 8;

/// An object that has pods: kind, namespace, name. In this order, as `namespace/name[Kind]` sorts.
type WorkloadKey<'a> = (&'a str, &'a str, &'a str);

/// Pods, and the workloads that make them.
pub(super) fn add_pods(inventory: &mut Inventory<'_>) {
    let apart = inventory.resources.iter().any(|(_, r)| tells_pods_apart(&r.kind));
    let mut groups = inventory.group_pods(apart);
    let node_count = inventory.resources.iter().filter(|(_, r)| r.kind.node().is_some()).count() as u32;
    let Inventory { namespaces, nodes, snapshot, .. } = inventory;
    for (key, group) in &mut groups {
        let id = WorkloadId::at(snapshot.workloads.len());
        let Some(&namespace) = namespaces.get(key.0) else { continue };
        let mut workload = Workload {
            namespace,
            name: key.1.to_string(),
            kind: OwnerKind::named(key.2),
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
            workload.endpoints.push(PodId::at(snapshot.endpoints.len()));
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
                tolerations: template.tolerations.clone(),
                node: template.node.as_deref().and_then(|n| nodes.get(n).copied()),
                addresses: member.addresses.to_vec(),
                address_given: !member.addresses.is_empty(),
                profiles: None,
                replicas,
                readiness: member.readiness,
                foreign_dns: template.foreign_dns,
                dns_cache: template.programs.iter().flat_map(Program::cached_addresses).collect(),
                floating: template.interfaces.floating.clone(),
                other_networks: template.interfaces.others,
                node_assumed: false,
                place: member.place,
                labels_place: template.labels_span.within(member.place.document),
                role: Role::Pod,
            });
        }
        snapshot.workloads.push(workload);
    }
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

impl<'a> Inventory<'a> {
    /// Groups pods by the object that they are named after.
    ///
    /// `kubectl get all -o yaml` gives a Deployment, its ReplicaSets and their pods at once: these are one workload, and given pods stand
    /// in place of the ones that the template would make.
    fn group_pods(&self, apart: bool) -> BTreeMap<WorkloadKey<'a>, Group<'a>> {
        let mut makers: BTreeMap<WorkloadKey, (DocumentId, &Resource)> = BTreeMap::new();
        for &(document, resource) in &self.resources {
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
        for &(document, resource) in &self.resources {
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
                    readiness: workload.readiness,
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

/// A slice of the endpoints of a Service, by its namespace and name.
type NamedSlice<'a> = (NamespaceId, &'a str, &'a EndpointSlice, Place);

/// Services and Ingresses as they are written, not connected yet.
#[derive(Default)]
struct WrittenServices<'a> {
    services: Vec<Service>,
    slices: Vec<NamedSlice<'a>>,
    /// Endpoints, which the control plane mirrors for Services without selector.
    mirrored: Vec<NamedSlice<'a>>,
    /// Services of which it is not plain where their endpoints lead.
    unclear: Vec<(NamespaceId, &'a str, Option<Box<str>>)>,
    ingresses: Vec<Ingress>,
    ingress_objects: Vec<IngressObject>,
}

impl<'a> WrittenServices<'a> {
    fn add(&mut self, document: DocumentId, resource: &'a Resource, namespace: NamespaceId, pods: (&PodIndex<'_>, &[&PodEndpoint], &str)) {
        let place = resource.span.within(document);
        let name = resource.meta.name.to_string();
        let unclear = resource.flaws.unclear;
        let unread_field = resource.unread_field(pods.2).filter(|_| unclear);
        match &resource.kind {
            Kind::Service(service) => {
                let selected = service.selector.as_ref().map_or_else(Vec::new, |s| pods.0.select(namespace, s));
                let family_unsaid = !service.routing.dual_stack
                    && service.routing.family.is_none()
                    && selected.iter().filter_map(|id| pods.0.endpoints().get(id.index())).any(services::has_both_families);
                let (endpoints, open_family) = services::of_family(selected, service.routing.family, pods.0.endpoints());
                self.services.push(Service {
                    namespace,
                    name,
                    service_type: service.service_type,
                    addresses: service.cluster_addresses.clone(),
                    ports: service.ports.clone(),
                    endpoints,
                    slices: Vec::new(),
                    has_selector: service.selector.is_some(),
                    headless: service.headless,
                    external_name: service.external_name.as_deref().map(ToString::to_string),
                    routing: service.routing.clone(),
                    front_end_made_up: false,
                    place,
                    unclear,
                    unread_field,
                    open_pods: service.selector.as_ref().is_some_and(|selector| has_open_pods(pods.1, namespace, selector, &service.ports)),
                    open_family,
                    family_unsaid,
                })
            }
            Kind::EndpointSlice(slice) => {
                self.unclear.extend(slice.service.as_deref().filter(|_| unclear).map(|service| (namespace, service, unread_field)));
                self.slices.extend(slice.service.as_deref().map(|service| (namespace, service, slice, place)));
            }
            Kind::Endpoints(subsets) => {
                self.unclear.extend(unclear.then_some((namespace, &*resource.meta.name, unread_field)));
                self.mirrored.extend(subsets.iter().filter_map(|s| Some((namespace, s.service.as_deref()?, s, place))));
            }
            Kind::Ingress(ingress) => {
                self.ingresses.extend(ingress.backends.iter().map(|backend| Ingress {
                    namespace,
                    name: name.clone(),
                    requests: backend.requests.clone(),
                    service: None,
                    service_name: backend.service.to_string(),
                    port: backend.port.clone(),
                    place: backend.span.within(document),
                }));
                let (spec, served, of_nginx) = (ingress.clone(), Served::Unlisted, false);
                self.ingress_objects.push(IngressObject {
                    namespace,
                    name,
                    spec,
                    served,
                    of_nginx,
                    default_backend: None,
                    place,
                    unclear,
                    unread_field,
                });
            }
            _ => {}
        }
    }
}

/// Services, with what their selectors and EndpointSlices lead to, and Ingresses.
pub(super) fn add_services(inventory: &mut Inventory<'_>) {
    let Inventory { resources, settings, namespaces, nodes, snapshot, .. } = inventory;
    let mut unread_host_ports = Vec::new();
    let index = PodIndex::new(&snapshot.endpoints);
    let open = open_pods(resources, &snapshot.endpoints);
    let mut written = WrittenServices::default();
    for &(document, resource) in &*resources {
        let namespace = resource.meta.namespace.as_deref().unwrap_or(&settings.default_namespace);
        let programs = resource.kind.template().map_or(&[][..], |template| &template.programs);
        let of_proxy = match &resource.kind {
            Kind::KubeProxy(file) => Some(file.clone()),
            _ => programs.iter().find_map(kube_proxy::by_arguments),
        };
        if let Some(set) = of_proxy.filter(KubeProxy::is_set) {
            snapshot.kube_proxy = set;
        }
        if let Some(&namespace) = namespaces.get(namespace) {
            written.add(document, resource, namespace, (&index, &open, &settings.default_namespace));
        }
        if let Some((field, port)) = &resource.flaws.host_port {
            let node = resource.kind.named_node().and_then(|name| nodes.get(name).copied());
            let title = resource.full_name(&settings.default_namespace);
            let because = format!("`{field}` of {} `{title}` is not evaluated: its kind has no such field", resource.kind_name);
            unread_host_ports.push(UnreadHostPort { node, port: *port, because });
        }
    }
    drop((index, open));
    snapshot.unread_host_ports = unread_host_ports;
    let WrittenServices { mut services, mut slices, mut mirrored, unclear, mut ingresses, ingress_objects } = written;
    let nodes = snapshot.nodes().map(|(id, node)| (node.name.as_str(), id)).collect();
    // Endpoints count where the control plane mirrors them: for Services that are there and have no selector.
    let without_selector = services.iter().filter(|s: &&Service| !s.has_selector && s.service_type != ServiceType::ExternalName);
    let open: BTreeSet<(NamespaceId, String)> = without_selector.map(|s| (s.namespace, s.name.clone())).collect();
    mirrored.retain(|(namespace, name, ..)| open.contains(&(*namespace, (*name).to_string())));
    slices.extend(mirrored);
    connect_slices(&slices, &nodes, &mut services);
    for service in &mut services {
        for (_, _, field) in unclear.iter().filter(|(namespace, name, _)| (*namespace, *name) == (service.namespace, service.name.as_str()))
        {
            service.unclear = true;
            service.unread_field = service.unread_field.take().or_else(|| field.clone());
        }
    }
    drop(nodes);
    services.sort_by(|a: &Service, b| (a.namespace, &a.name).cmp(&(b.namespace, &b.name)));
    ingresses.sort_by(|a, b| (a.namespace, &a.name, a.place).cmp(&(b.namespace, &b.name, b.place)));
    connect_ingresses(&mut ingresses, &services);
    snapshot.services = services;
    snapshot.ingress_objects.extend(ingress_objects);
    snapshot.ingress_objects.sort_by(|a, b| (a.namespace, &a.name).cmp(&(b.namespace, &b.name)));
    snapshot.ingresses = ingresses;
    let first = snapshot.ingresses.first().map(|i| i.place);
    if let Some(place) = first.or_else(|| snapshot.ingress_objects.first().map(|i| i.place)) {
        if settings.unlisted_controller == UnlistedController::Anything {
            ingress_class::serve(resources, snapshot);
        }
        ingress_controller::add(resources, namespaces, settings.unlisted_controller, place, snapshot);
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

/// Pods of the cluster's DNS, where the input has none: every name is asked of them, and policies name them by their label.
pub(in crate::language) fn add_dns(snapshot: &mut Snapshot) {
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
    let endpoint = PodEndpoint::stand_in(Role::Dns, NamespaceId::at(namespace), "kube-dns", labels, place);
    snapshot.add_stand_in(OwnerKind::Dns, "kube-dns", endpoint);
}
