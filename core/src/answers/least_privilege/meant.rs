//! What the ends of wanted flows mean, and so what each pod is to send and receive.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::flows::{AskedPorts, FlowError, FlowLine};
use super::needs::{Ends, Needs, Row};
use super::world::World;
use crate::compile::Endpoint;
use crate::connections::ConnectionSet;
use crate::endpoints::{NotFound, find};
use crate::language::TargetPort;
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::Direction;
use crate::snapshot::{DNS_NAMESPACE, NamespaceId, PodId, Role, Service, ServiceId, ServicePort};
use crate::verdict::is_single;

/// Words for the pods of the cluster's DNS: their own, and their usual name.
pub(super) const DNS_WORDS: [&str; 5] = ["dns", "kube-dns", "coredns", "kube-system/kube-dns", "kube-system/coredns"];
/// The port of DNS.
pub(super) const DNS_PORT: u16 = 53;

/// One end as it was meant.
#[derive(Default)]
struct Meant {
    ends: Ends,
    /// The Service that it is, whose ports lead to others of the pods.
    service: Option<ServiceId>,
}

/// A wanted flow with its ends.
struct Flow {
    from: Ends,
    /// Several where the port differs from pod to pod.
    to: Vec<(Ends, ConnectionSet)>,
}

/// What pods are to send and receive, of wanted flows, and the lines of flows that no policy can hold, as no pod is at either end. With `dns`, every pod
/// that is to send something also asks for names.
pub(super) fn of_flows(world: &World<'_>, lines: &[FlowLine], dns: bool) -> Result<(Needs, Vec<u32>), Vec<FlowError>> {
    let (mut flows, mut left_out, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        match flow(world, line) {
            Ok(flow) if is_of_pods(&flow) => flows.push(flow),
            Ok(_) => left_out.push(line.line),
            Err(message) => errors.push(FlowError { line: line.line, message }),
        }
    }
    if flows.is_empty() && errors.is_empty() {
        let message = "none of the flows starts or ends at a pod, and policies hold only pods".into();
        errors.push(FlowError { line: left_out.first().copied().unwrap_or_default(), message });
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut needs = held(world, &flows);
    flows.iter().for_each(|flow| add(world, &mut needs, flow));
    if dns {
        add_dns(world, &mut needs);
    }
    Ok((needs, left_out))
}

/// Lets every held pod that sends anything ask for names.
pub(super) fn add_dns(world: &World<'_>, needs: &mut Needs) {
    let senders = needs.rows(Direction::Egress).iter().filter(|(_, row)| !row.everything().is_empty()).map(|(pod, _)| *pod);
    let from = Ends { pods: senders.collect(), ..Ends::default() };
    let to = Ends { pods: dns_pods(world), ..Ends::default() };
    add(world, needs, &Flow { from, to: alloc::vec![(to, dns_connections())] });
}

pub(super) fn dns_connections() -> ConnectionSet {
    ConnectionSet::ports(Protocol::UDP, DNS_PORT, DNS_PORT).union(&ConnectionSet::ports(Protocol::TCP, DNS_PORT, DNS_PORT))
}

pub(super) fn dns_pods(world: &World<'_>) -> BTreeSet<PodId> {
    world.snapshot.pods().filter(|(_, pod)| pod.role == Role::Pod && world.snapshot.serves_dns(pod)).map(|(id, _)| id).collect()
}

/// Rows without anything for the pods of all namespaces that flows are about. What the cluster itself consists of is only held where the other end of a
/// flow is of it too: what its pods need besides is not among the flows of an application.
fn held(world: &World<'_>, flows: &[Flow]) -> Needs {
    let namespaces = |ends: &Ends| -> BTreeSet<NamespaceId> {
        ends.pods
            .iter()
            .filter(|pod| !world.counts_as_node(**pod))
            .filter_map(|pod| world.snapshot.pod(*pod))
            .map(|pod| pod.namespace)
            .collect()
    };
    let is_system = |id: &NamespaceId| world.snapshot.namespace_name(*id) == DNS_NAMESPACE;
    let mut scope: BTreeSet<NamespaceId> = BTreeSet::new();
    for flow in flows {
        let sources = namespaces(&flow.from);
        let targets: BTreeSet<NamespaceId> = flow.to.iter().flat_map(|(ends, _)| namespaces(ends)).collect();
        let both: BTreeSet<NamespaceId> = sources.union(&targets).copied().collect();
        let plain: BTreeSet<NamespaceId> = both.iter().copied().filter(|id| !is_system(id)).collect();
        scope.extend(if plain.is_empty() { both } else { plain });
    }
    let mut needs = Needs::default();
    for (id, _) in world.snapshot.pods().filter(|(id, pod)| scope.contains(&pod.namespace) && world.can_be_held(*id)) {
        for direction in Direction::BOTH {
            needs.rows_mut(direction).insert(id, Row::default());
        }
    }
    needs
}

/// Enters a flow on both sides.
fn add(world: &World<'_>, needs: &mut Needs, flow: &Flow) {
    for (to, set) in &flow.to {
        enter(world, needs, Direction::Egress, &flow.from, to, set);
        enter(world, needs, Direction::Ingress, to, &flow.from, set);
    }
}

/// Enters it in the rows of those at one end.
fn enter(world: &World<'_>, needs: &mut Needs, direction: Direction, subjects: &Ends, peers: &Ends, set: &ConnectionSet) {
    for (pod, row) in needs.rows_mut(direction) {
        if !subjects.any && !subjects.pods.contains(pod) {
            continue;
        }
        // A pod and itself are never apart.
        if peers.pods.contains(pod) && is_single(Endpoint::Pod(*pod), world.snapshot) {
            let mut others = peers.clone();
            others.pods.remove(pod);
            row.add(&others, set);
        } else {
            row.add(peers, set);
        }
    }
}

/// Whether a pod is at one of its ends.
fn is_of_pods(flow: &Flow) -> bool {
    let has_pods = |ends: &Ends| !ends.pods.is_empty() || ends.any;
    has_pods(&flow.from) || flow.to.iter().any(|(ends, _)| has_pods(ends))
}

fn flow(world: &World<'_>, line: &FlowLine) -> Result<Flow, String> {
    let from = meant(world, &line.from)?;
    let to = meant(world, &line.to)?;
    let to = match to.service.and_then(|id| world.snapshot.service(id)) {
        Some(service) => of_service(world, service, &line.traffic)?,
        None => alloc::vec![(to.ends, connections(&line.traffic))],
    };
    Ok(Flow { from: from.ends, to })
}

fn connections(traffic: &[AskedPorts]) -> ConnectionSet {
    if traffic.is_empty() {
        return ConnectionSet::all();
    }
    let sets = traffic.iter().flat_map(|asked| {
        let whole = asked.ports.is_empty().then(|| ConnectionSet::protocol(asked.protocol));
        whole.into_iter().chain(asked.ports.iter().map(|(first, last)| ConnectionSet::ports(asked.protocol, *first, *last)))
    });
    sets.fold(ConnectionSet::EMPTY, |all, set| all.union(&set))
}

/// The pods behind a Service, with the ports to which its own lead.
fn of_service(world: &World<'_>, service: &Service, traffic: &[AskedPorts]) -> Result<Vec<(Ends, ConnectionSet)>, String> {
    let is_meant = |protocol: Protocol, port: u16| {
        let ports = |asked: &AskedPorts| asked.ports.is_empty() || asked.ports.iter().any(|(first, last)| (*first..=*last).contains(&port));
        traffic.is_empty() || traffic.iter().any(|asked| asked.protocol == protocol && ports(asked))
    };
    let meant: Vec<_> = service.ports.iter().filter(|port| is_meant(port.protocol, port.port)).collect();
    let name = format!("{}/{}", world.snapshot.namespace_name(service.namespace), service.name);
    if meant.is_empty() {
        let ports: Vec<String> = service.ports.iter().map(|port| format!("{} {}", port.protocol, port.port)).collect();
        return Err(format!(
            "Service `{name}` has no such port; it has {}",
            if ports.is_empty() { "none".into() } else { ports.join(", ") }
        ));
    }
    let of_pod = |id: PodId| {
        let own = world.snapshot.pod(id)?;
        let target = |port: &&ServicePort| match &port.target {
            TargetPort::Number(number) => Some((port.protocol, *number)),
            TargetPort::Name(name) => {
                let named = own.ports.iter().find(|own| own.name.as_deref() == Some(&**name) && own.protocol == port.protocol)?;
                Some((port.protocol, named.number))
            }
        };
        let sets = meant.iter().filter_map(target).map(|(protocol, port)| ConnectionSet::ports(protocol, port, port));
        Some((Ends { pods: BTreeSet::from([id]), ..Ends::default() }, sets.fold(ConnectionSet::EMPTY, |all, set| all.union(&set))))
    };
    let found: Vec<_> = service.endpoints.iter().filter_map(|id| of_pod(*id)).filter(|(_, set)| !set.is_empty()).collect();
    if found.is_empty() {
        Err(format!("no pod of the input is behind Service `{name}` at this port: name the pods, or their addresses"))
    } else {
        Ok(found)
    }
}

/// What an end means.
fn meant(world: &World<'_>, name: &str) -> Result<Meant, String> {
    let of_ends = |ends: Ends| Meant { ends, service: None };
    let name = name.trim();
    let lower = name.to_lowercase();
    if matches!(&*lower, "any" | "*") {
        return Ok(of_ends(Ends { any: true, ..Ends::default() }));
    }
    if matches!(&*lower, "internet" | "internet[external]") {
        let internet = AddressSet::everything().v4_only().difference(&AddressSet::private());
        return by_addresses(world, name, &internet).map(of_ends);
    }
    if DNS_WORDS.contains(&&*lower) && find(world.snapshot, name).is_err() {
        let pods = dns_pods(world);
        if !pods.is_empty() {
            return Ok(of_ends(Ends { pods, ..Ends::default() }));
        }
    }
    if let Some(namespace) = name.strip_suffix("/*") {
        let pods =
            world.snapshot.pods().filter(|(_, pod)| pod.role == Role::Pod && world.snapshot.namespace_name(pod.namespace) == namespace);
        let pods: BTreeSet<PodId> = pods.map(|(id, _)| id).collect();
        return match pods.is_empty() {
            true => Err(format!("there is no pod in a namespace `{namespace}`")),
            false => by_pods(world, pods).map(of_ends),
        };
    }
    if let Some(addresses) = written_addresses(name) {
        return by_addresses(world, name, &addresses).map(of_ends);
    }
    // One address means whoever has it.
    let alone = Cidr::parse(name).ok().map(|cidr| cidr.first().to_string());
    let name = alone.as_deref().unwrap_or(name);
    if let Some(rest) = name.strip_prefix("svc/") {
        return of_named_service(world, rest);
    }
    match find(world.snapshot, name) {
        Ok(found) => match found.end {
            Endpoint::Pod(_) => {
                let pods = found.all.iter().filter_map(|end| if let Endpoint::Pod(id) = end { Some(*id) } else { None });
                by_pods(world, pods.collect()).map(of_ends)
            }
            Endpoint::Node(id) => {
                // Its pods on the host network have its address.
                let pods = world.snapshot.pods().filter(|(pod, e)| world.counts_as_node(*pod) && e.node == Some(id)).map(|(pod, _)| pod);
                Ok(of_ends(Ends { nodes: BTreeSet::from([id]), pods: pods.collect(), ..Ends::default() }))
            }
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => {
                let ranges = world.snapshot.cloud.ranges_of(found.end);
                if ranges.is_empty() {
                    return Err(format!("`{name}` has no address: add its virtual network"));
                }
                by_addresses(world, name, &AddressSet::of_cidrs(&ranges)).map(of_ends)
            }
        },
        Err(NotFound::Service { service, .. }) => of_named_service(world, &service),
        Err(error) => Err(error.to_string()),
    }
}

fn of_named_service(world: &World<'_>, name: &str) -> Result<Meant, String> {
    let fits = |service: &Service| match name.split_once('/') {
        Some((namespace, name)) => service.name == name && world.snapshot.namespace_name(service.namespace) == namespace,
        None => service.name == name,
    };
    let found: Vec<(ServiceId, &Service)> = ServiceId::each(&world.snapshot.services).filter(|(_, service)| fits(service)).collect();
    match found.as_slice() {
        [(id, service)] => {
            let pods: BTreeSet<PodId> = service.endpoints.iter().copied().collect();
            Ok(Meant { ends: Ends { pods, ..Ends::default() }, service: Some(*id) })
        }
        [] => Err(format!("there is no Service `{name}`")),
        _ => Err(format!("there are several Services `{name}`: write its namespace too, `svc/namespace/{name}`")),
    }
}

/// Pods by name; what stands for the ingress controller means its pods.
fn by_pods(world: &World<'_>, pods: BTreeSet<PodId>) -> Result<Ends, String> {
    let mut ends = Ends::default();
    for id in pods {
        let Some(pod) = world.snapshot.pod(id) else { continue };
        if pod.role == Role::Pod {
            ends.pods.insert(id);
            continue;
        }
        let real = world
            .snapshot
            .pods()
            .filter(|(_, other)| other.role == Role::Pod && other.namespace == pod.namespace && other.labels == pod.labels);
        let before = ends.pods.len();
        ends.pods.extend(real.map(|(id, _)| id));
        if ends.pods.len() == before {
            return Err(
                "the pods of the ingress controller are not in the input, so nothing is known to select them by: add them to the input"
                    .into(),
            );
        }
    }
    Ok(ends)
}

/// Addresses by CIDR, by first and last, as lists of flows have them.
fn written_addresses(name: &str) -> Option<AddressSet> {
    let name = name.strip_suffix("[External]").unwrap_or(name);
    if let Ok(cidr) = Cidr::parse(name) {
        return (cidr.first() != cidr.last()).then(|| AddressSet::of_cidrs(&[cidr]));
    }
    let (first, last) = name.split_once('-')?;
    let (first, last): (IpAddr, IpAddr) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    Some(AddressSet::range(first, last))
}

/// What a range of addresses means: those outside, and nodes. Pods are named by their labels, as their addresses change.
fn by_addresses(world: &World<'_>, name: &str, addresses: &AddressSet) -> Result<Ends, String> {
    let outside = addresses.difference(&world.addresses_inside());
    let (nodes, pods) = world.nodes_at(&outside);
    if outside.is_empty() {
        return Err(format!("`{name}` holds addresses of pods only, which change: name the pods"));
    }
    Ok(Ends { addresses: outside, nodes, pods, any: false })
}
