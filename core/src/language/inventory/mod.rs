//! From resources to the snapshot: what all languages have in common, and the languages one after the other.

mod addresses;
mod placement;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use self::addresses::AddressPool;
use super::read::unread::HOST;
use super::registry::Languages;
use super::unread::Cause;
use super::{Kind, Resource, kubernetes};
use crate::model::{AddressSet, Labels, UnknownLabels, well_known};
use crate::settings::{Assumed, Placement};
use crate::snapshot::{Namespace, NamespaceId, Node, NodeId, NodeTunnel, PodEndpoint, PodMaker, Role, Snapshot, UnreadRoute, UnreadWay};
use crate::text::{DocumentId, Place};

/// The label that the API server sets on every namespace (upstream: `NamespaceDefaultLabelName`, since 1.21).
pub(in crate::language) const NAMESPACE_NAME_LABEL: &str = well_known::NAMESPACE_NAME;

/// A range of addresses for pods, of a node if it has one.
pub(in crate::language) type NodeRange = (Option<NodeId>, (IpAddr, IpAddr));

/// A snapshot while the languages add to it.
pub(in crate::language) struct Inventory<'a> {
    /// All objects that an API server takes.
    pub(in crate::language) resources: Vec<(DocumentId, &'a Resource)>,
    pub(in crate::language) settings: &'a Assumed,
    /// Namespaces by name.
    pub(in crate::language) namespaces: BTreeMap<&'a str, NamespaceId>,
    /// Nodes by name.
    pub(in crate::language) nodes: BTreeMap<&'a str, NodeId>,
    pub(in crate::language) snapshot: Snapshot,
}

impl<'a> Inventory<'a> {
    /// The namespace of an object, written or not.
    pub(in crate::language) fn namespace_of(&self, resource: &'a Resource) -> &'a str {
        namespace_of(resource, self.settings)
    }
}

fn namespace_of<'a>(resource: &'a Resource, settings: &'a Assumed) -> &'a str {
    resource.meta.namespace.as_deref().unwrap_or(&settings.default_namespace)
}

impl Languages {
    /// Builds the snapshot. Objects that an API server would refuse are left out, as they would not exist. With a `placement`, every pod is put on a node,
    /// as packets have to go to one.
    pub fn inventory<'a>(
        self,
        resources: impl IntoIterator<Item = (DocumentId, &'a Resource)>,
        settings: &'a Assumed,
        placement: Option<&Placement>,
    ) -> Snapshot {
        let resources: Vec<(DocumentId, &Resource)> = resources.into_iter().filter(|(_, r)| !r.refused).collect();
        let mut snapshot = Snapshot::default();
        let namespaces = namespaces(&resources, settings, &mut snapshot);
        let nodes = nodes(&resources, &mut snapshot);
        snapshot.pod_network = pod_network(&resources, settings);
        snapshot.pod_makers = pod_makers(&resources, settings);
        (snapshot.unread_ways, snapshot.unread_routes) = unread_ways(&resources, settings);
        let mut inventory = Inventory { resources, settings, namespaces, nodes, snapshot };
        self.iter().for_each(|language| language.add_workloads(&mut inventory));
        if let Some(placement) = placement {
            placement::place(placement, &mut inventory.snapshot);
        }
        self.iter().for_each(|language| language.add_endpoints(&mut inventory));
        let mut snapshot = inventory.snapshot;
        if placement.is_some() {
            kubernetes::inventory::add_dns(&mut snapshot);
        }
        let pools: Vec<NodeRange> = self.iter().flat_map(|language| language.pod_ranges(&snapshot)).collect();
        if !pools.is_empty() {
            snapshot.pod_network =
                pools.iter().fold(AddressSet::default(), |set, (_, (first, last))| set.union(&AddressSet::range(*first, *last)));
        }
        give_addresses(&mut snapshot, &pools);
        if placement.is_some() {
            kubernetes::inventory::make_up_front_ends(&mut snapshot);
        }
        self.iter().for_each(|language| language.complete(&mut snapshot));
        snapshot
    }
}

/// Objects that make pods which are not read.
fn pod_makers(resources: &[(DocumentId, &Resource)], settings: &Assumed) -> Vec<PodMaker> {
    let maker = |(document, r): &(DocumentId, &Resource)| PodMaker {
        namespace: namespace_of(r, settings).into(),
        kind: r.kind_name.to_string(),
        name: r.meta.name.to_string(),
        place: r.kind_span.within(*document),
    };
    resources.iter().filter(|(_, r)| r.kind.makes_unread_pods()).map(maker).collect()
}

/// What may lead packets another way than the rest of the input says, and what may answer requests for a host.
fn unread_ways(resources: &[(DocumentId, &Resource)], settings: &Assumed) -> (Vec<UnreadWay>, Vec<UnreadRoute>) {
    let (mut found, mut routes) = (Vec::new(), Vec::new());
    for (document, resource) in resources {
        let Kind::Unread(unread) = &resource.kind else { continue };
        let name = match (&*resource.meta.name, &resource.meta.namespace) {
            ("", _) => String::new(),
            (name, Some(namespace)) => alloc::format!(" `{namespace}/{name}`"),
            (name, None) => alloc::format!(" `{name}`"),
        };
        let why = match unread.cause {
            Cause::Broken => ": its document cannot be read",
            Cause::RestOfList => ": only a part of it is in the input",
            Cause::Template => ": it is a template that must be rendered first",
            _ => "",
        };
        for way in &unread.ways {
            if way.kind == HOST {
                let host = way.name.as_deref().unwrap_or("every host that nothing else is for");
                let because = alloc::format!("{}{name} is not evaluated{why}, and may take requests for {host}", resource.kind_name);
                routes.push(UnreadRoute { host: way.name.clone(), because: because.into() });
                continue;
            }
            // A name alone is one of the namespace that is assumed where none is given.
            let own = (way.namespace.as_deref() == Some("")).then(|| Box::from(&*settings.default_namespace));
            found.push(UnreadWay {
                is_ingress: way.kind == "Ingress",
                namespace: own.or_else(|| way.namespace.clone()),
                name: way.name.clone(),
                changes: way.changes,
                because: alloc::format!("{}{name} is not evaluated{why}", resource.kind_name).into(),
                place: resource.kind_span.within(*document),
            });
        }
    }
    (found, routes)
}

/// Where pods without an address have theirs: pools for pods if any is given, or the nodes' pod ranges if all nodes give one, else the settings'.
fn pod_network(resources: &[(DocumentId, &Resource)], settings: &Assumed) -> AddressSet {
    let pools: Vec<_> = resources.iter().flat_map(|(_, r)| r.kind.pod_pools()).collect();
    if !pools.is_empty() {
        return AddressSet::of_cidrs(&pools);
    }
    let nodes = || resources.iter().filter_map(|(_, r)| r.kind.node());
    let ranges: Vec<_> = nodes().flat_map(|node| node.pod_cidrs.iter().copied()).collect();
    let complete = nodes().all(|node| !node.pod_cidrs.is_empty());
    if complete && !ranges.is_empty() { AddressSet::of_cidrs(&ranges) } else { AddressSet::of_cidrs(&settings.pod_networks) }
}

/// Namespaces by name: those that are given, and those that objects are in.
fn namespaces<'a>(
    resources: &[(DocumentId, &'a Resource)],
    settings: &'a Assumed,
    snapshot: &mut Snapshot,
) -> BTreeMap<&'a str, NamespaceId> {
    let mut found: BTreeMap<&str, (Labels, UnknownLabels, Option<Place>)> = BTreeMap::new();
    let mut nameless: Option<Place> = None;
    for &(document, resource) in resources {
        match &resource.kind {
            Kind::Namespace if resource.meta.name.is_empty() => nameless = Some(resource.kind_span.within(document)),
            Kind::Namespace => {
                let unknown = resource.flaws.labels.clone();
                found.insert(&resource.meta.name, (resource.meta.labels.clone(), unknown, Some(resource.span.within(document))));
            }
            Kind::ApiCalls(_) | Kind::KubeProxy(_) | Kind::Unread(_) => {}
            kind if !kind.is_namespaced() => {}
            _ => {
                found.entry(namespace_of(resource, settings)).or_default();
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
    found.into_keys().enumerate().map(|(i, name)| (name, NamespaceId::at(i))).collect()
}

/// Nodes by name: those that are given, and those that objects refer to.
fn nodes<'a>(resources: &[(DocumentId, &'a Resource)], snapshot: &mut Snapshot) -> BTreeMap<&'a str, NodeId> {
    let mut found: BTreeMap<&str, Node> = BTreeMap::new();
    let mut tunnels: BTreeMap<&str, NodeTunnel> = BTreeMap::new();
    // One that is only referred to may have any labels.
    let named = |name: &str| Node {
        name: name.to_string(),
        labels: Labels::default(),
        unknown: UnknownLabels { keys: Vec::new(), others: true },
        addresses: Vec::new(),
        place: None,
        stand_in: false,
        leaving: false,
        taints: Vec::new(),
    };
    for &(document, resource) in resources {
        match &resource.kind {
            Kind::Node(node) if !resource.meta.name.is_empty() => {
                tunnels.insert(&resource.meta.name, node.tunnel.clone());
                found.insert(
                    &resource.meta.name,
                    Node {
                        labels: resource.meta.labels.clone(),
                        unknown: resource.flaws.labels.clone(),
                        addresses: node.addresses.clone(),
                        place: Some(resource.span.within(document)),
                        leaving: node.leaving,
                        taints: node.taints.clone(),
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
            kind => {
                if let Some(name) = kind.named_node() {
                    found.entry(name).or_insert_with(|| named(name));
                }
            }
        }
    }
    // A host endpoint tells the addresses of a node that is given nowhere else: neither as an object nor by its pods.
    let has_pods = |name: &str| resources.iter().any(|(_, r)| matches!(&r.kind, Kind::Pod(_)) && r.kind.named_node() == Some(name));
    for (_, resource) in resources {
        if let Some((name, addresses)) = resource.kind.host_addresses()
            && let Some(node) = found.get_mut(name).filter(|node| node.place.is_none())
            && !has_pods(name)
        {
            let new: Vec<IpAddr> = addresses.iter().filter(|a| !node.addresses.contains(a)).copied().collect();
            node.addresses.extend(new);
        }
    }
    snapshot.nodes = found.values().cloned().collect();
    let numbers: BTreeMap<&str, NodeId> = found.into_keys().enumerate().map(|(i, name)| (name, NodeId::at(i))).collect();
    snapshot.tunnels = tunnels.into_iter().filter_map(|(name, tunnel)| Some((*numbers.get(name)?, tunnel))).collect();
    numbers
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
                let node = endpoint.node.and_then(|n| snapshot.nodes.get(n.index()));
                endpoint.addresses = node.map_or_else(Vec::new, |n| n.addresses.clone());
                endpoint.address_given = !endpoint.addresses.is_empty();
            } else if endpoint.replicas > 0 && endpoint.role == Role::Pod {
                let pool = endpoint.node.and_then(|n| of_nodes.get_mut(&n)).unwrap_or(&mut common);
                endpoint.addresses.extend(pool.next(&mut taken));
            }
        }
    }
}
