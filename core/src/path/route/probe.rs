//! Health probes of load balancers: what they ask, and the routes that they take to a node. Upstream: docs/path.md, Azure, 3; cloud-provider-azure,
//! `azure_loadbalancer_healthprobe.go` and `getExpectedLBRules` of `azure_loadbalancer.go`.

use alloc::vec::Vec;

use super::super::packet::{Packet, PacketEndpoint, Place, Port};
use super::super::question::Dialled;
use super::super::tables::Entry;
use super::super::world::Paths;
use super::course::Course;
use super::hop::{HopAction, Title};
use super::landing::{ExposedPort, is_local_only, land};
use crate::language::TrafficPolicy;
use crate::model::Protocol;
use crate::settings::Probes;
use crate::snapshot::cloud::tags;
use crate::snapshot::{NodeId, Service, ServiceId};
use crate::verdict::traversal::Side;

/// The port at which kube-proxy tells load balancers that its node is well.
const KUBE_PROXY_HEALTH: u16 = 10256;

/// What a probe asks on each node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::path) enum Probe {
    /// Nothing: there is none, and every node gets connections.
    Absent,
    /// Whatever it asks, it is taken to arrive: nothing is known of the network, or probes are to be left out.
    Arrives,
    /// A port of the node itself; of `healthCheckNodePort` it may not be known which.
    Node(Port),
    /// A node port: a connection that goes on to a pod of a Service (its number, and that of its port).
    Pod(Port, ServiceId, usize),
}

impl Probe {
    /// What the load balancer probes for a port of a Service.
    pub(in crate::path) fn of(paths: &Paths, number: ServiceId, service: &Service, port: usize) -> Probe {
        let balancer = &service.routing.load_balancer;
        if balancer.internal && balancer.all_ports {
            // One rule for all ports has the first probe that there is.
            let mut all = (0..service.ports.len()).map(|port| Probe::of_port(paths, number, service, port));
            return all.find(|probe| *probe != Probe::Absent).unwrap_or(Probe::Absent);
        }
        Probe::of_port(paths, number, service, port)
    }

    fn of_port(paths: &Paths, number: ServiceId, service: &Service, at: usize) -> Probe {
        let balancer = &service.routing.load_balancer;
        let Some(port) = service.ports.get(at) else { return Probe::Absent };
        let local = paths.external_policy(service) == TrafficPolicy::Local;
        let said = balancer.port(port.port);
        let chosen = paths.probes();
        if said.no_probe {
            return Probe::Absent;
        }
        if chosen == Probes::Ignored || !paths.knows_network() {
            return Probe::Arrives;
        }
        if chosen == Probes::Node && !local {
            return Probe::Node(Port::Is(KUBE_PROXY_HEALTH));
        }
        if let Some(wanted) = said.probe.filter(|_| port.protocol == Protocol::TCP) {
            return match paths.tables.at_node_port(Protocol::TCP, wanted).first() {
                Some((service, port)) => Probe::Pod(Port::Is(wanted), *service, *port),
                None => Probe::Node(Port::Is(wanted)),
            };
        }
        if local && !balancer.private_link {
            return Probe::Node(service.routing.health_check_port.map_or(Port::SomeNodePort, Port::Is));
        }
        match port.protocol {
            Protocol::TCP => Probe::Pod(port.node_port.map_or(Port::SomeNodePort, Port::Is), number, at),
            _ => Probe::Absent,
        }
    }

    /// The routes of this probe to a node: one, or one to each kind of endpoint that the node may pick. One that arrives is enough.
    pub(in crate::path) fn routes(self, paths: &Paths, node: NodeId) -> Vec<Course<'_>> {
        let family = |number| paths.family(paths.snapshot.service(number)?, Entry::NodePort, Dialled::default());
        let (port, behind) = match self {
            Probe::Absent | Probe::Arrives => return Vec::new(),
            Probe::Node(port) => (port, None),
            Probe::Pod(port, service, at) => (port, ExposedPort::of(paths, service, at, family(service))),
        };
        let packet = Packet { from: PacketEndpoint::at(tags::PLATFORM), to: paths.node(node), port: None };
        let mut course = Course::new(paths, packet, Protocol::TCP, (None, None));
        course.set_port(port);
        course.place(Place::LoadBalancer, Title::HealthProbe, HopAction::Probes);
        course.travel(paths.snapshot.cloud.locate_node(node));
        let Some(exposed) = behind else {
            course.cross(node, Side::Network, Side::Host);
            return alloc::vec![course];
        };
        // It goes on to any pod, as a client's connection would.
        let own_only = is_local_only(paths, exposed.service, &course.packet.from);
        let mut found = Vec::new();
        for kind in paths.backend_kinds(&paths.nearby(exposed.backends, node)) {
            for (backend, _, here) in kind.near_and_far(node) {
                if here || !own_only {
                    let mut course = course.clone();
                    land(&mut course, &exposed, node, &backend, Entry::NodePort);
                    found.push(course);
                }
            }
        }
        found
    }
}
