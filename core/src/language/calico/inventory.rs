//! Calico's own ends: network sets, host endpoints, profiles, and service accounts with their labels.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::language::calico::configurations::{Configurations, dataplane};
use crate::language::calico::{
    Calico, EndpointPort, HostEndpoint as HostEndpointSpec, HostEndpointTemplate, KubeControllersConfiguration, WorkloadEndpoint,
    environment,
};
use crate::language::inventory::Inventory;
use crate::language::{ContainerPort, Kind, Readiness, Resource};
use crate::model::{AddressSet, Labels};
use crate::snapshot::{
    HostEndpoint, HostInterface, IpPool, NamespaceId, NetworkSet, Node, NodeId, OwnerKind, PodEndpoint, PodId, Profile, Role,
    ServiceAccount, Snapshot, Workload, WorkloadId,
};
use crate::text::{DocumentId, Place};

/// The profile of automatic host endpoints: it allows everything (upstream: `resources.DefaultAllowProfileName`).
pub(crate) const ALLOW_PROFILE: &str = "projectcalico-default-allow";
/// Every automatic host endpoint has this label.
const CREATED_BY: (&str, &str) = ("projectcalico.org/created-by", "calico-kube-controllers");

/// Adds what Calico's resources and the service accounts say.
pub(super) fn add_endpoints(inventory: &mut Inventory<'_>) {
    let Inventory { resources, settings, namespaces, nodes, snapshot } = inventory;
    let namespace_of =
        |resource: &Resource| namespaces.get(resource.meta.namespace.as_deref().unwrap_or(&settings.default_namespace)).copied();
    let mut controllers: Option<(&KubeControllersConfiguration, Place)> = None;
    let mut by_environment: Option<(bool, Place)> = None;
    let mut pools_of_operator: Vec<&IpPool> = Vec::new();
    for &(document, resource) in &*resources {
        let place = resource.span.within(document);
        let name = resource.meta.name.to_string();
        let calico = match &resource.kind {
            Kind::ServiceAccount => {
                if let Some(namespace) = namespace_of(resource) {
                    snapshot.service_accounts.push(ServiceAccount {
                        namespace,
                        name,
                        labels: resource.meta.labels.clone(),
                        unknown: resource.flaws.labels.clone(),
                        place,
                    });
                }
                continue;
            }
            Kind::Calico(calico) => &**calico,
            kind => {
                let makes = kind.template().and_then(environment::auto_host_endpoints);
                by_environment = by_environment.or(makes.map(|makes| (makes, place)));
                continue;
            }
        };
        match calico {
            Calico::NetworkSet(set) => snapshot.network_sets.push(NetworkSet {
                namespace: if set.global { None } else { namespace_of(resource) },
                name,
                labels: resource.meta.labels.clone(),
                unknown: resource.flaws.labels.clone(),
                addresses: AddressSet::of_cidrs(&set.nets),
                unread: set.unread,
                place,
            }),
            Calico::Profile(profile) => snapshot.profiles.push(Profile { name, labels: profile.labels.clone() }),
            Calico::HostEndpoint(host) => {
                let on: Vec<NodeId> = match nodes_of(host, resources) {
                    Some(names) => names.iter().filter_map(|name| nodes.get(*name).copied()).collect(),
                    None => nodes.values().copied().collect(),
                };
                snapshot.host_endpoints.extend(on.into_iter().map(|node| host_endpoint(host, resource, node, place)));
            }
            Calico::IpPool(pool) => snapshot.ip_pools.extend(pool.clone()),
            Calico::Release(release) => pools_of_operator.extend(&release.pools),
            Calico::KubeControllers(configuration) if &*resource.meta.name == "default" => controllers = Some((configuration, place)),
            _ => {}
        }
    }
    set_leaving(resources, nodes, snapshot);
    // The operator makes IPPools of them, which are as they were changed since.
    for pool in pools_of_operator {
        if snapshot.ip_pools.iter().all(|known| known.cidr != pool.cidr) {
            snapshot.ip_pools.push(pool.clone());
        }
    }
    add_host_endpoints_of_nodes(controllers, by_environment, snapshot);
    doubt_labels_of_missing_profiles(snapshot);
    snapshot.service_accounts.sort_by(|a, b| (a.namespace, &a.name).cmp(&(b.namespace, &b.name)));
    snapshot.network_sets.sort_by(|a, b| (a.namespace, &a.name).cmp(&(b.namespace, &b.name)));
    // The first one of a node governs it: one that may be absent never takes the place of one that is there.
    snapshot.host_endpoints.sort_by(|a, b| (a.may_be_absent && !a.automatic, &a.name).cmp(&(b.may_be_absent && !b.automatic, &b.name)));
    snapshot.profiles.sort_by(|a, b| a.name.cmp(&b.name));
}

/// A host endpoint of the input, on a node that it may be on.
fn host_endpoint(host: &HostEndpointSpec, resource: &Resource, node: NodeId, place: Place) -> HostEndpoint {
    HostEndpoint {
        name: resource.meta.name.to_string(),
        node,
        interface: HostInterface::of(&host.interface),
        labels: resource.meta.labels.clone(),
        unknown: resource.flaws.labels.clone(),
        addresses: host.expected_ips.clone(),
        profiles: host.profiles.clone(),
        ports: container_ports(&host.ports),
        place,
        automatic: false,
        may_be_absent: host.node.is_empty(),
    }
}

/// The nodes on which a host endpoint may be: the one that it names. One that names none, which an API server refuses, may be meant for the nodes
/// with an address that it expects, or for any (`None`).
pub(super) fn nodes_of<'a>(host: &'a HostEndpointSpec, resources: &[(DocumentId, &'a Resource)]) -> Option<Vec<&'a str>> {
    if !host.node.is_empty() {
        return Some(alloc::vec![&*host.node]);
    }
    let with_address = |&(_, resource): &(DocumentId, &'a Resource)| match &resource.kind {
        Kind::Node(node) if host.expected_ips.iter().any(|address| node.addresses.contains(address)) => Some(&*resource.meta.name),
        _ => None,
    };
    let found: Vec<&str> = resources.iter().filter_map(with_address).collect();
    (!found.is_empty()).then_some(found)
}

/// The host endpoints that calico-kube-controllers makes of nodes: where its configuration asks for them, or its environment, which comes first.
fn add_host_endpoints_of_nodes(
    controllers: Option<(&KubeControllersConfiguration, Place)>,
    by_environment: Option<(bool, Place)>,
    snapshot: &mut Snapshot,
) {
    let by_object = controllers.filter(|(configuration, _)| configuration.auto_host_endpoints).map(|(_, place)| (true, place));
    let Some((true, place)) = by_environment.or(by_object) else { return };
    let mut made: Vec<HostEndpoint> = Vec::new();
    if controllers.is_none_or(|(configuration, _)| configuration.create_default) {
        made.extend(snapshot.nodes().map(|(id, node)| automatic_host_endpoint(id, node, place)));
    }
    if let Some((configuration, place)) = controllers {
        for template in &configuration.templates {
            made.extend(snapshot.nodes().filter_map(|(id, node)| host_endpoint_of_template(template, id, node, place)));
        }
    }
    snapshot.host_endpoints.extend(made);
}

/// What has a profile that is not known has its labels too.
fn doubt_labels_of_missing_profiles(snapshot: &mut Snapshot) {
    let Snapshot { host_endpoints, endpoints, profiles, .. } = snapshot;
    let lacks = |names: &[Box<str>]| names.iter().any(|name| is_missing(name, profiles));
    for host in host_endpoints {
        host.unknown.others |= lacks(&host.profiles);
    }
    for endpoint in endpoints {
        endpoint.unknown.others |= lacks(endpoint.profiles.as_deref().unwrap_or_default());
    }
}

/// With which address packets of pods leave their node, as Felix is configured.
fn set_leaving(resources: &[(DocumentId, &Resource)], nodes: &BTreeMap<&str, NodeId>, snapshot: &mut Snapshot) {
    snapshot.is_ebpf = dataplane(resources.iter().copied()).is_some();
    let configurations = Configurations::of(resources);
    snapshot.keeps_source_to_nodes =
        configurations.setting(None, "natOutgoingExclusions", |felix| felix.nat_excludes_hosts).known() == Some(true);
    let address = |node| configurations.setting(node, "natOutgoingAddress", |felix| felix.nat_address).known();
    snapshot.nat_address = address(None);
    let own = configurations.own_nodes().into_iter().filter_map(|node| Some((*nodes.get(node)?, address(Some(node))?)));
    snapshot.nat_address_of = own.filter(|(_, own)| Some(*own) != snapshot.nat_address).collect();
}

/// Whether a profile is neither given nor one that Calico makes itself: its labels, which its endpoints have too, are not known.
fn is_missing(name: &str, given: &[Profile]) -> bool {
    let made = name.is_empty() || name == ALLOW_PROFILE || name.starts_with("kns.") || name.starts_with("ksa.");
    !made && given.iter().all(|profile| profile.name != name)
}

/// Upstream: `kube-controllers/pkg/controllers/node`, the default automatic host endpoint.
fn automatic_host_endpoint(id: NodeId, node: &Node, place: Place) -> HostEndpoint {
    let mut labels: Labels = node.labels.clone();
    labels.set(CREATED_BY.0, CREATED_BY.1);
    HostEndpoint {
        name: format!("{}-auto-hep", node.name),
        node: id,
        interface: HostInterface::All,
        labels,
        unknown: node.unknown.clone(),
        addresses: node.addresses.clone(),
        profiles: alloc::vec![ALLOW_PROFILE.into()],
        ports: Vec::new(),
        place,
        automatic: true,
        may_be_absent: false,
    }
}

/// The host endpoint that a template makes for a node, if it makes one: for the addresses of the node that it is about.
fn host_endpoint_of_template(template: &HostEndpointTemplate, id: NodeId, node: &Node, place: Place) -> Option<HostEndpoint> {
    let selected = template.nodes.as_ref().map_or((true, true), |selector| selector.judge(&|key| node.unknown.look_up(&node.labels, key)));
    let all = template.cidrs.is_empty() && template.interface.is_some();
    let within = |address: &&IpAddr| all || template.cidrs.iter().any(|cidr| cidr.contains(**address));
    let addresses: Vec<IpAddr> = node.addresses.iter().filter(within).copied().collect();
    if !selected.1 || addresses.is_empty() {
        return None;
    }
    let mut labels: Labels = node.labels.clone();
    template.labels.iter().for_each(|(key, value)| labels.set(key, value));
    labels.set(CREATED_BY.0, CREATED_BY.1);
    Some(HostEndpoint {
        name: format!("{}-{}-auto-hep", node.name, template.name),
        interface: HostInterface::of(template.interface.as_deref().unwrap_or_default()),
        labels,
        addresses,
        may_be_absent: !selected.0,
        ..automatic_host_endpoint(id, node, place)
    })
}

/// Named ports in the form of a container's.
pub(in crate::language) fn container_ports(ports: &[EndpointPort]) -> Vec<ContainerPort> {
    let one = |port: &EndpointPort| ContainerPort {
        name: Some(port.name.clone()),
        number: port.number,
        protocol: port.protocol,
        host_port: None,
        host_address: None,
        span: Default::default(),
    };
    ports.iter().map(one).collect()
}

/// Endpoints of workloads, in place of pods that are not given.
pub(super) fn add_workloads(inventory: &mut Inventory<'_>) {
    let Inventory { resources, settings, namespaces, nodes, snapshot } = inventory;
    for &(document, resource) in &*resources {
        let namespace = resource.meta.namespace.as_deref().unwrap_or(&settings.default_namespace);
        if let (Some(Calico::WorkloadEndpoint(endpoint)), Some(namespace)) = (resource.kind.calico(), namespaces.get(namespace)) {
            add_workload_endpoint(resource, endpoint, *namespace, document, nodes, snapshot);
        }
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
    let id = PodId::at(snapshot.endpoints.len());
    let workload = WorkloadId::at(snapshot.workloads.len());
    snapshot.workloads.push(Workload {
        namespace,
        name: name.to_string(),
        kind: OwnerKind::WorkloadEndpoint,
        endpoints: alloc::vec![id],
        replicas: 1,
        place,
    });
    snapshot.endpoints.push(PodEndpoint {
        namespace,
        workload,
        name: name.to_string(),
        labels: resource.meta.labels.clone(),
        unknown: resource.open_labels(),
        service_account: endpoint.service_account.as_deref().unwrap_or_default().to_string(),
        ports: container_ports(&endpoint.ports),
        init_ports: Vec::new(),
        host_network: false,
        node: endpoint.node.as_deref().and_then(|n| nodes.get(n).copied()),
        addresses: endpoint.addresses.clone(),
        address_given: !endpoint.addresses.is_empty(),
        profiles: endpoint.profiles.clone(),
        wanted: Labels::default(),
        tolerations: Vec::new(),
        replicas: 1,
        readiness: Readiness::Ready,
        foreign_dns: false,
        dns_cache: Vec::new(),
        floating: Vec::new(),
        other_networks: false,
        node_assumed: false,
        place,
        labels_place: resource.meta.labels_span.within(document),
        role: Role::Pod,
    });
}
