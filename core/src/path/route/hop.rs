//! A route as a plain list of hops, before anybody judges it: places, with what they do to the packet, and checkpoints, with what they see.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::super::packet::{Packet, PacketEndpoint, Place, Stop, Tls, Translation};
use super::super::question::Client;
use super::super::world::Masquerade;
use crate::compile::Endpoint;
use crate::language::azure::Outbound;
use crate::snapshot::{IngressId, IpFamily, NodeId, PodId, ServiceId};
use crate::verdict::traversal::{Checkpoint, Routing};
use crate::verdict::{Flow, Original};

/// One hop.
#[derive(Clone)]
pub(in crate::path) struct PlannedHop {
    pub(in crate::path) kind: PlannedKind,
    /// The packet as it comes here.
    pub(in crate::path) arrives: Packet,
    /// The packet as it leaves.
    pub(in crate::path) leaves: Packet,
    /// What is done to it, in this order.
    pub(in crate::path) translations: Vec<Translation>,
}

/// What a hop is.
#[derive(Clone)]
pub(in crate::path) enum PlannedKind {
    /// A place, by which name, and what it does.
    Place(Place, Title, HopAction),
    /// A checkpoint that the packet meets.
    Check(Inspection),
    /// Nothing leads on, for a reason that is no policy.
    Stop(StopReason),
    /// It is not known whether any node is in the load balancer's rotation.
    UnsureRotation,
    /// Whether the request goes on is not known, and why.
    UnsureRequest(Arc<str>),
    /// What is next is not known.
    Unknown(Unknown),
}

/// A checkpoint with all that it may see of the packet; its addresses are those of the hop.
#[derive(Clone)]
pub(in crate::path) struct Inspection {
    pub(in crate::path) checkpoint: Checkpoint,
    pub(in crate::path) flow: Flow,
    /// Where the packet was sent, where that is not where it goes now. Policies before address translation see it.
    pub(in crate::path) original: Option<Original>,
    /// Whether the port, or the one that it was sent to at first, is a node port that the input does not give.
    pub(in crate::path) some_node_port: bool,
    /// The pod whose packet it is, where it may have kept the pod's address instead of taking its node's.
    pub(in crate::path) sender: Option<Endpoint>,
    /// Why its destination is not known, where it is not.
    pub(in crate::path) missing: Option<Arc<str>>,
    /// Whether it may pass by here inside another packet, unseen.
    pub(in crate::path) may_be_inside: bool,
}

/// The name of a place.
#[derive(Clone)]
pub(in crate::path) enum Title {
    Client(Client),
    Node(NodeId),
    Pod(PodId),
    /// The public address of a node.
    PublicAddress(NodeId),
    Endpoint(Endpoint),
    Address(IpAddr),
    /// A name that only DNS knows.
    Name(Arc<str>),
    ApiServer,
    Egress,
    LoadBalancer,
    HealthProbe,
    /// An ingress controller that is not in the input.
    Controller,
    Gateway,
}

/// What a place does with a packet.
#[derive(Clone, PartialEq)]
pub(in crate::path) enum HopAction {
    /// Nothing worth telling.
    Nothing,
    /// The connection starts here.
    Starts(Client),
    /// It sends the packet on unchanged.
    SendsOn,
    /// It gives the packet its own address in place of the pod's.
    LeavesAsNode(Masquerade),
    /// It sends the packet on inside another one, as the cluster's own network does.
    Encapsulates,
    /// The packet is for a process of the node.
    ForProcess,
    /// The packet is for a pod of the node.
    ForPod,
    /// A host port leads to a pod.
    HostPort,
    /// eBPF chose a pod when the program connected.
    ConnectTime,
    /// kube-proxy translates for a client of its own node.
    Proxies {
        /// Whether it also puts its own address in place of the client's.
        masquerade: bool,
    },
    /// kube-proxy chooses an endpoint that is not known.
    ProxiesToUnknown,
    /// The node's DNS cache (this pod) answers.
    DnsCache(PodId),
    /// The cache itself.
    AnswersDns,
    /// A node handles a packet for a Service that comes from the network.
    Lands(Landing),
    /// It removes the outer packet and rewrites the destination.
    Decapsulates,
    /// Azure rewrites a public address to the private one.
    PublicAddress,
    /// An address that an EndpointSlice gives.
    SliceEndpoint,
    /// The API server, at an address that is not in the input.
    ApiServer,
    /// An address that only DNS knows.
    OnlyInDns,
    /// The packet leaves for the Internet.
    Egress(PublicSource),
    /// A load balancer picks a node.
    Balances {
        /// Whether it leaves addresses as they are.
        floating: bool,
    },
    /// A load balancer probes a node.
    Probes,
    /// A proxy ends the connection, or passes it on.
    Proxy(ProxyAction),
    /// The controller connects to a pod itself.
    ControllerConnects,
}

/// How a node handles a packet for a Service that comes from the network.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::path) enum Landing {
    /// eBPF, to a pod of this node.
    EbpfLocal,
    /// eBPF, to a pod of another node.
    EbpfRemote {
        /// Whether the reply goes straight back from there.
        direct_return: bool,
    },
    /// kube-proxy keeps the client's address.
    KeepsSource,
    /// kube-proxy masquerades, to a pod of this node or of another.
    Masquerades {
        /// Whether the pod is on this node.
        local: bool,
    },
}

/// With which public address a packet leaves for the Internet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::path) enum PublicSource {
    /// The machine's own.
    Own,
    /// Whatever the network gives a machine.
    OfNetwork,
    /// What the cluster leaves with.
    OfCluster(Option<Outbound>),
}

/// What a proxy does with a connection.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::path) struct ProxyAction {
    /// Whether it is an application gateway, and not a controller in the cluster.
    pub(in crate::path) gateway: bool,
    /// Whether it passes TLS on without reading it.
    pub(in crate::path) passes: bool,
    /// Whether it ends the client's TLS as a gateway does.
    pub(in crate::path) ends_tls: bool,
    pub(in crate::path) host: Option<Arc<str>>,
    pub(in crate::path) path: Arc<str>,
    /// The Service whose pods it goes on to; nothing where no rule fits.
    pub(in crate::path) service: Option<Arc<str>>,
}

/// Why nothing leads on.
#[derive(Clone)]
pub(in crate::path) enum StopReason {
    /// The target is nothing that packets reach.
    Nothing(Arc<str>),
    /// The address of this Service exists only inside the cluster.
    InsideOnly(ServiceId),
    /// The client is not in `loadBalancerSourceRanges`.
    OutsideRanges {
        /// The client, where it is inside the cluster.
        inside: Option<Client>,
    },
    /// The load balancer is internal, the client outside.
    InternalBalancer,
    /// By annotation there is no rule for this port.
    NoBalancingRule(u16),
    /// No node is in the load balancer's rotation.
    NoNode,
    /// The packet would leave a machine with another's address.
    NoIpForwarding,
    /// The endpoint is the cluster address of this Service, and kube-proxy translates a packet once.
    ServiceAddress(ServiceId, IpAddr),
    /// No endpoint of this Service is on the node, which uses its own only.
    NoEndpointOn(ServiceId, NodeId),
    /// No endpoint of this Service is ready, or none has this port of it.
    NoEndpoint(ServiceId, usize),
    /// The proxy answers the request itself, or does not take it: why.
    NotPassedOn(Arc<str>),
    /// No rule of an Ingress fits the request.
    NoIngressRule {
        /// Whether an application gateway answers.
        gateway: bool,
        host: Option<Arc<str>>,
        path: Arc<str>,
    },
    /// The controller refuses the client by its address.
    RefusedClient {
        /// The Ingress that says so.
        ingress: Arc<str>,
        /// Whether the address is denied; else it is not among those that are allowed.
        denied: bool,
    },
    /// An Ingress names a Service that there is not.
    NoService(Arc<str>),
    /// An Ingress names a port that this Service does not have.
    NoServicePort(ServiceId),
    /// An Ingress names this port of a Service, for which there is no ready endpoint.
    NoBackend(ServiceId, usize),
    /// The network does not lead there.
    Routing(Routing, Flow),
}

impl StopReason {
    /// What becomes of the packet.
    pub(in crate::path) fn stop(&self) -> Stop {
        match self {
            StopReason::Nothing(_)
            | StopReason::InsideOnly(_)
            | StopReason::InternalBalancer
            | StopReason::Routing(..)
            | StopReason::ServiceAddress(..) => Stop::NoRoute,
            StopReason::OutsideRanges { .. }
            | StopReason::NoBalancingRule(_)
            | StopReason::NoNode
            | StopReason::NoIpForwarding
            | StopReason::NoEndpointOn(..) => Stop::Dropped,
            StopReason::NoEndpoint(..)
            | StopReason::NoIngressRule { .. }
            | StopReason::NotPassedOn(_)
            | StopReason::RefusedClient { .. }
            | StopReason::NoService(_)
            | StopReason::NoServicePort(_)
            | StopReason::NoBackend(..) => Stop::Rejected,
        }
    }
}

/// What is not known.
#[derive(Clone)]
pub(in crate::path) enum Unknown {
    /// What this Ingress does (an index into the snapshot's `ingress_objects`): an API server refuses it.
    Ingress(IngressId),
    /// Where a request goes, and why.
    Request(Arc<str>),
    /// What a Service or Ingress says that cannot be read, or is changed by what is not evaluated; why.
    Unread(Arc<str>),
    /// Where the name of this Service leads.
    ExternalName(ServiceId),
    /// How the load balancer of this Service, which is a proxy, goes on.
    Proxy(ServiceId),
    /// Where the address of this family of this Service leads: the pods' first addresses are of the other.
    OtherFamily(ServiceId, IpFamily),
    /// How packets to an address in `externalIPs` of this Service come to a node.
    ExternalIp(ServiceId),
    /// The endpoints of this Service.
    Endpoints {
        service: ServiceId,
        /// Whether the Service's name stands for them.
        by_name: bool,
    },
}

/// One of several choices that tells a route from others.
#[derive(Clone, Copy)]
pub(in crate::path) enum Choice {
    /// From a pod on this node.
    From(NodeId),
    /// By this node.
    By(NodeId),
    /// To a pod of the node that the packet came to.
    ToOwnPod,
    /// To a pod on the client's node.
    ToSameNode(NodeId),
    /// To a pod on this node.
    ToPodOn(NodeId),
    /// To this node itself.
    ToNode(NodeId),
    /// To an address.
    ToAddress(IpAddr),
    /// From a proxy on to a pod on this node.
    OnToPodOn(NodeId),
    /// From a proxy on to this Service, of two.
    OnToService(ServiceId),
}

/// Something worth knowing about routes.
#[derive(Clone)]
pub(in crate::path) enum Note {
    /// The client picks the node of a node port.
    ClientPicksNode,
    /// How packets to this address of a Service come to a node is not in the input.
    ExternalRouted(Option<IpAddr>),
    /// What the input says, or a name means.
    Said(Arc<str>),
    /// HTTP application routing is retired.
    RoutingRetired,
    /// Clients reach the ingress controller by this Service.
    ControllerService(ServiceId),
    /// How clients reach the controller is not known.
    ControllerUnknown(PodId),
    /// The gateway's address is assumed.
    GatewayAssumed(IpAddr),
    /// The gateway needs the route table of kubenet.
    GatewayKubenet,
    /// Only newer gateways reach pods of an overlay.
    GatewayOverlay,
    /// A DNS cache (this pod) answers on each node.
    DnsCache(PodId),
}

/// What the application would see at the end of a route.
#[derive(Clone, Copy)]
pub(in crate::path) struct Outcome {
    pub(in crate::path) address: PacketEndpoint,
    pub(in crate::path) forwarded: Option<PacketEndpoint>,
    pub(in crate::path) tls: Tls,
    /// Whether the route ends before its target for good.
    pub(in crate::path) ended: bool,
}
