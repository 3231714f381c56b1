//! What paths are computed from, built once for a set of files and settings, with the questions about it that every part of a path asks.

use alloc::string::{String, ToString};

use super::packet::PacketEndpoint;
use super::placed::Placed;
use super::question::Dialled;
use super::tables::{Entry, Tables};
use crate::compile::{ClassKind, Compiled, Endpoint, compile};
use crate::endpoints::Names;
use crate::explain::end_name;
use crate::language::azure::Plugin;
use crate::language::{LoadBalancer, TrafficPolicy};
use crate::policy::Ruleset;
use crate::settings::{Assumed, Dataplane, Probes};
use crate::snapshot::cloud::{Cloud, CloudCluster, Location};
use crate::snapshot::{IpFamily, NodeId, PodId, Service, Snapshot};
use crate::verdict::traversal::{PodSnat, keeps_source, leaves_as};

/// Everything that is needed to follow packets.
#[derive(Debug)]
pub struct Paths {
    pub(super) snapshot: Snapshot,
    pub(super) compiled: Compiled,
    pub(super) settings: Assumed,
    pub(super) tables: Tables,
    pub(super) names: Names,
    pub(super) dataplane: Dataplane,
    /// What the input says that it is.
    pub(super) declared_dataplane: Dataplane,
    /// Whether pods were put on nodes where the input does not say on which they run.
    pub(super) placement_assumed: bool,
}

/// How a pod's packets leave its node with the node's address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Masquerade {
    /// As kubenet does it.
    Kubenet,
    /// As overlay networks, and nearly all plugins, do it.
    Overlay,
    /// With an address that is set for it, as Calico does it.
    Address,
}

impl Paths {
    /// `snapshot` has every pod on a node (see [`crate::language::Languages::inventory`]), `placement_assumed` says whether the
    /// input leaves some of that open; `declared_dataplane` is what the input says that translates addresses.
    pub(crate) fn new(
        snapshot: Snapshot,
        ruleset: Ruleset,
        settings: &Assumed,
        declared_dataplane: Dataplane,
        placement_assumed: bool,
    ) -> Self {
        let dataplane = settings.routing.dataplane.unwrap_or(declared_dataplane);
        let snapshot = Snapshot { is_ebpf: dataplane.is_ebpf(), ..snapshot };
        let compiled = compile(&snapshot, ruleset, settings);
        let tables = Tables::new(&snapshot, &compiled);
        let names = Names::new(&snapshot);
        Paths { snapshot, compiled, settings: settings.clone(), tables, names, dataplane, declared_dataplane, placement_assumed }
    }

    /// The same after an edit that left as it was all that the snapshot is built from; `rules` gives the policies of now, for the cloud that they are told.
    /// Nothing if something else translates addresses now.
    pub(crate) fn again(mut self, declared_dataplane: Dataplane, rules: impl FnOnce(&Cloud) -> Ruleset) -> Option<Self> {
        if declared_dataplane != self.declared_dataplane {
            return None;
        }
        let ruleset = rules(&self.snapshot.cloud);
        self.compiled.replace_ruleset(&self.snapshot, ruleset, &self.settings);
        self.tables = Tables::new(&self.snapshot, &self.compiled);
        Some(self)
    }

    /// What there is, with every pod on a node. Its ids are its own: in the snapshot of the analysis they mean other things.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The policies, compiled for that snapshot.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// What translates addresses on nodes.
    pub fn dataplane(&self) -> Dataplane {
        self.dataplane
    }

    /// Something of this world: use it with [`Self::snapshot`] and [`Self::compiled`] only.
    pub fn resolve<'t, T>(&self, placed: &'t Placed<T>) -> &'t T {
        &placed.0
    }

    /// What policies are asked about at one end of a packet, in this world.
    pub fn endpoint(&self, of_packet: &PacketEndpoint) -> Endpoint {
        of_packet.end
    }

    /// An endpoint of a packet for people: its address, or the name of what has none that is known.
    pub fn endpoint_title(&self, endpoint: &PacketEndpoint) -> String {
        match (endpoint.address, endpoint.end) {
            (Some(address), _) => address.to_string(),
            (None, Endpoint::Outside(_)) if endpoint.is_anywhere() => "an unknown address".to_string(),
            (None, Endpoint::Outside(_)) => "the Service's address".to_string(),
            (None, end) => end_name(end, &self.snapshot),
        }
    }

    /// An endpoint as it is shown: no packet has the address of a machine that stands for any of its subnet.
    pub(super) fn shown(&self, endpoint: PacketEndpoint) -> PacketEndpoint {
        let address = endpoint.address.filter(|_| self.snapshot.cloud.stand_in(endpoint.end).is_none());
        PacketEndpoint { address, ..endpoint }
    }

    // --- pods and nodes ----------------------------------------------------------------------------------------------------------------

    /// A pod as an endpoint of a packet.
    pub(super) fn pod(&self, id: PodId) -> PacketEndpoint {
        let pod = self.snapshot.pod(id);
        let address = pod.and_then(|e| e.addresses.first().copied());
        PacketEndpoint { end: Endpoint::Pod(id), address, assumed: pod.is_some_and(|e| !e.address_given) }
    }

    /// A node as an endpoint of a packet.
    pub(super) fn node(&self, id: NodeId) -> PacketEndpoint {
        let address = self.snapshot.node(id).and_then(|n| n.addresses.first().copied());
        PacketEndpoint { end: Endpoint::Node(id), address, assumed: false }
    }

    pub(super) fn node_name(&self, node: NodeId) -> String {
        self.snapshot.node_name(node).into()
    }

    /// `namespace/name` of a Service.
    pub(super) fn service_title(&self, service: &Service) -> String {
        alloc::format!("{}/{}", self.snapshot.namespace_name(service.namespace), service.name)
    }

    /// The node of a pod; of one that a workload would have, which is scaled to nothing, the first.
    pub(super) fn home_of(&self, pod: PodId) -> Option<NodeId> {
        let endpoint = self.snapshot.pod(pod)?;
        endpoint.node.or_else(|| (endpoint.replicas == 0 && !self.snapshot.nodes.is_empty()).then_some(NodeId(0)))
    }

    /// Whether a pod uses its node's network, so that its address is the node's, whatever policies take it for.
    pub(super) fn is_on_host(&self, pod: PodId) -> bool {
        self.snapshot.pod(pod).is_some_and(|e| e.host_network)
    }

    /// Whether a pod counts as its node: its packets are the node's, and no policy for pods selects it.
    pub(super) fn is_host(&self, pod: PodId) -> bool {
        self.compiled.class_kind(self.compiled.class_of(Endpoint::Pod(pod))) == ClassKind::Node
    }

    /// Where a pod that runs on a node is in the cloud's network.
    pub(super) fn pod_location(&self, pod: PodId, node: NodeId) -> Option<Location> {
        let cloud = &self.snapshot.cloud;
        if self.is_on_host(pod) { cloud.locate_node(node) } else { cloud.locate_pods(node) }
    }

    // --- the network around the cluster --------------------------------------------------------------------------------------------------

    /// Whether the input says anything about the network around the cluster.
    pub(super) fn knows_network(&self) -> bool {
        !self.snapshot.cloud.networks.is_empty()
    }

    /// The cluster of a node. Of several that come into question it is the first.
    pub(super) fn cluster_of(&self, node: Option<NodeId>) -> Option<&CloudCluster> {
        self.snapshot.cloud.clusters_of(node).first().copied()
    }

    /// Where pods on a node have their addresses, if that is given.
    pub(super) fn plugin(&self, node: Option<NodeId>) -> Option<Plugin> {
        self.cluster_of(node).map(|c| c.plugin)
    }

    /// Whether packets from a pod to an address outside the cluster leave with its node's address. Where the input does not say they are taken to,
    /// as with nearly all plugins, and checkpoints say where that matters. Upstream: docs/path.md, and docs/semantics.md, Calico.
    pub(super) fn leaves_as_node(&self, pod: Endpoint, home: NodeId, to: &PacketEndpoint) -> Option<Masquerade> {
        let (snapshot, cloud) = (&self.snapshot, &self.snapshot.cloud);
        let Endpoint::Pod(id) = pod else { return None };
        let own = cloud.locate_node(home).and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number);
        let network = match (to.end, to.address) {
            (Endpoint::InNetwork(network, _), _) => Some(network),
            (_, Some(a)) => own.and_then(|own| cloud.network_seen_from(own, a)),
            (_, None) => None,
        };
        let plugin = self.plugin(Some(home));
        let snat = PodSnat::of(snapshot.pod(id)?, snapshot);
        let leaving = snat.leaving(plugin, own.is_some() && network == own, keeps_source(snapshot, to.end));
        let is_set = leaves_as(snapshot, Some(home)).is_some();
        leaving.as_node.then_some(match plugin {
            Some(Plugin::Kubenet) => Masquerade::Kubenet,
            _ if is_set => Masquerade::Address,
            _ => Masquerade::Overlay,
        })
    }

    /// What has the address with which packets of pods leave a node, where they do not leave with their own.
    pub(super) fn left(&self, home: NodeId) -> PacketEndpoint {
        match leaves_as(&self.snapshot, Some(home)) {
            Some(Endpoint::Node(node)) => self.node(node),
            Some(Endpoint::Outside(address)) => PacketEndpoint::at(address),
            _ => self.node(home),
        }
    }

    /// The family of packets to a Service: that of the address that is dialled, else that of the Service; nothing where the input does not say.
    pub(super) fn family(&self, service: &Service, entry: Entry, at: Dialled) -> Option<IpFamily> {
        let routing = &service.routing;
        let dialled = at.address.or_else(|| match entry {
            Entry::Cluster => service.addresses.first().copied(),
            Entry::NodePort => None,
            Entry::LoadBalancer => routing.load_balancer.addresses.first().copied().filter(|_| !service.front_end_made_up),
            Entry::ExternalIp => routing.external_addresses.first().copied(),
        });
        let own = || routing.family.or_else(|| service.addresses.first().copied().map(IpFamily::of));
        let listed = || service.slices.iter().flat_map(|slice| &slice.endpoints).map(|endpoint| IpFamily::of(endpoint.address));
        // Which one a cluster prefers its nodes show; that matters only where there are endpoints of both.
        let preferred = || {
            let node = self.snapshot.nodes().find_map(|(_, node)| node.addresses.first().copied());
            node.map(IpFamily::of).filter(|family| listed().any(|f| f == *family) && listed().any(|f| f != *family))
        };
        dialled.map(IpFamily::of).or_else(own).or_else(preferred)
    }

    // --- what the input and the settings say ---------------------------------------------------------------------------------------------

    /// `externalTrafficPolicy` of a Service, as chosen, else as declared.
    pub(super) fn external_policy(&self, service: &Service) -> TrafficPolicy {
        self.settings.routing.external.unwrap_or(service.routing.external)
    }

    /// `internalTrafficPolicy` of a Service, as chosen, else as declared.
    pub(super) fn internal_policy(&self, service: &Service) -> TrafficPolicy {
        self.settings.routing.internal.unwrap_or(service.routing.internal)
    }

    /// Whether nodes check `loadBalancerSourceRanges` of a load balancer.
    pub(super) fn checks_source_ranges(&self, balancer: &LoadBalancer) -> bool {
        !self.settings.routing.ignore_source_ranges && !balancer.source_ranges.is_empty()
    }

    /// What becomes of nodes that a health probe does not reach: as a person chose, else as the cluster has it.
    pub(super) fn probes(&self) -> Probes {
        self.settings.routing.probes.unwrap_or(self.declared_probes())
    }

    /// What health probes ask, as the input has it.
    pub(super) fn declared_probes(&self) -> Probes {
        let shared = self.snapshot.cloud.clusters.first().is_some_and(|c| c.traffic.shared_probes);
        if shared { Probes::Node } else { Probes::Pod }
    }
}
