//! What a person means by the two endpoints of a path.

mod error;
pub(in crate::path) mod readings;
mod services;

pub use error::NotAsked;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::tables::Entry;
use super::unknown;
use super::world::Paths;
use super::{ingress_paths, ingress_rules};
use crate::compile::Endpoint;
use crate::connections::{TrafficError, USUAL_PORT};
use crate::endpoints::{self, NotFound, SOMEWHERE};
use crate::language::{ServicePort, TargetPort};
use crate::model::Protocol;
use crate::policy::Matched;
use crate::snapshot::cloud::NetworkId;
use crate::snapshot::{IngressId, IngressObject, NodeId, PodId, Service, ServiceId, ServiceType, UnreadWay};

/// `ExternalName` Services are followed this far; a name that comes back is found long before.
const LONGEST_CHAIN: usize = 32;

/// A question as it is asked.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Where the connection starts: a workload or pod, `node/NAME`, `vm/NAME`, `internet` or an address.
    pub from: &'a str,
    /// Where it goes: `svc/NAMESPACE/NAME`, `ingress/NAMESPACE/NAME`, `http://HOST/PATH`, or anything that `from` can be.
    pub to: &'a str,
    /// The port that the client connects to; of a Service the only one, or 80, where it is left out.
    pub port: Option<u16>,
    /// The protocol.
    pub protocol: Protocol,
    /// How a Service is reached; as the client would do it where it is left out.
    pub entry: Option<Entry>,
    /// The node that a client of a node port picks; any of them where it is left out.
    pub node: Option<&'a str>,
}

/// A question as it is understood.
#[derive(Clone)]
pub(in crate::path) struct Question {
    pub(in crate::path) from_title: String,
    pub(in crate::path) to_title: String,
    /// Where connections start, each with how many of them do.
    pub(in crate::path) clients: Vec<(Client, u32)>,
    pub(in crate::path) goal: Goal,
    pub(in crate::path) protocol: Protocol,
    pub(in crate::path) port: Option<u16>,
    /// The source port, or the type and code of an ICMP message, as far as they are known.
    pub(in crate::path) carried: (Option<u16>, Option<u16>),
    /// Whether the client speaks TLS, as far as that is known.
    pub(in crate::path) tls: bool,
    /// The name by which a client knows the target, which it has to ask for first.
    pub(in crate::path) name: Option<String>,
    pub(in crate::path) notes: Vec<String>,
}

/// Where a connection starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::path) enum Client {
    Pod(PodId),
    Node(NodeId),
    /// An address of one of the cloud's networks.
    Machine(NetworkId, IpAddr),
    /// An address anywhere else.
    Outside(IpAddr),
}

/// Where a connection goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::path) enum Goal {
    /// A port of a Service.
    Service { service: ServiceId, port: usize, entry: Entry, at: Dialled },
    /// Pods, at their own addresses.
    Pods(Vec<(PodId, u32)>),
    /// A port of a node that leads to a pod (`hostPort`), or to nothing but the node.
    Node(NodeId),
    /// Any other address.
    Address(Endpoint),
    /// Requests to an Ingress (an index into the snapshot's `ingress_objects`).
    Ingress { object: IngressId, host: Option<String>, path: String },
    /// A name of which the input does not say where it leads, and why.
    Name { name: String, missing: String },
    /// A Service or Ingress of which what is said is not evaluated; why.
    Unread(String),
    /// Nothing; why.
    Nothing(String),
}

/// What a client of a Service names of where it connects to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::path) struct Dialled {
    /// One of the Service's addresses.
    pub(in crate::path) address: Option<IpAddr>,
    /// The node that the client picks, or whose address that is.
    pub(in crate::path) node: Option<NodeId>,
}

/// A target with its title.
type Titled = (Goal, String);

/// Where the name of a Service leads.
enum Followed<'a> {
    /// To this Service.
    Service(ServiceId, &'a Service),
    /// To something else.
    Ends(Titled),
}

struct Understanding<'a> {
    paths: &'a Paths,
    asked: &'a Asked<'a>,
    notes: Vec<String>,
    tls: bool,
    port: Option<u16>,
    name: Option<String>,
}

pub(in crate::path) fn understand(paths: &Paths, asked: &Asked<'_>) -> Result<Question, NotAsked> {
    if asked.port.is_some() && !asked.protocol.has_ports() {
        return Err(NotAsked::Traffic(TrafficError::NoPorts(asked.protocol)));
    }
    let mut own = Understanding { paths, asked, notes: Vec::new(), tls: asked.port == Some(443), port: asked.port, name: None };
    let (clients, from_title) = own.clients()?;
    let inside = matches!(clients.first(), Some((Client::Pod(_) | Client::Node(_), _)));
    let (goal, to_title) = own.goal(inside)?;
    let default = asked.protocol.has_ports().then_some(USUAL_PORT);
    let port = own.port.or(default);
    Ok(Question {
        from_title,
        to_title,
        clients,
        goal,
        protocol: asked.protocol,
        port,
        carried: (None, None),
        tls: own.tls,
        name: own.name,
        notes: own.notes,
    })
}

impl<'a> Understanding<'a> {
    fn clients(&self) -> Result<(Vec<(Client, u32)>, String), NotAsked> {
        let snapshot = &self.paths.snapshot;
        let name = self.asked.from.trim();
        if name.eq_ignore_ascii_case("internet") {
            return Ok((alloc::vec![(Client::Outside(SOMEWHERE), 1)], "the Internet".to_owned()));
        }
        // Nobody behind a Service sends from the address of its load balancer, but somebody outside may be given it: whoever asks about all addresses does.
        let is_cluster_ip = |address: IpAddr| snapshot.services.iter().any(|service| service.addresses.contains(&address));
        let found = match (endpoints::find_among(snapshot, Some(&self.paths.names), name), name.parse::<IpAddr>()) {
            (Err(NotFound::Service { .. }), Ok(address)) if !is_cluster_ip(address) => {
                return Ok((alloc::vec![(Client::Outside(address), 1)], address.to_string()));
            }
            (found, _) => found?,
        };
        let client = |end: &Endpoint| match *end {
            Endpoint::Pod(id) => (Client::Pod(id), snapshot.pod(id).map_or(0, |e| e.replicas)),
            Endpoint::Node(id) => (Client::Node(id), 1),
            Endpoint::InNetwork(network, address) => (Client::Machine(network, address), 1),
            Endpoint::Outside(address) => (Client::Outside(address), 1),
        };
        let mut clients: Vec<(Client, u32)> = found.all.iter().map(client).collect();
        // Of a workload without pods, the path of the pods that it would have.
        if clients.iter().all(|(_, count)| *count == 0) {
            clients.iter_mut().for_each(|(_, count)| *count = 1);
        }
        clients.retain(|(_, count)| *count > 0);
        Ok((clients, found.title))
    }

    fn goal(&mut self, inside: bool) -> Result<Titled, NotAsked> {
        let text = self.asked.to.trim();
        for (scheme, port, tls) in [("https://", 443, true), ("http://", 80, false)] {
            if let Some(rest) = text.strip_prefix(scheme) {
                (self.tls, self.port) = (tls, self.port.or(Some(port)));
                return self.url(rest, inside);
            }
        }
        let kinds = [("svc/", true), ("service/", true), ("ingress/", false), ("ing/", false)];
        if let Some((rest, is_service)) = kinds.iter().find_map(|(prefix, s)| Some((text.strip_prefix(prefix)?, *s))) {
            return if is_service { self.service_by_name(rest, inside) } else { self.ingress_by_name(rest) };
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return self.address(address, inside);
        }
        if let Some(service) = self.service_by_dns_name(text) {
            self.name = Some(text.to_owned());
            return self.service(service, self.asked.entry, Dialled::default(), inside);
        }
        match endpoints::find_among(&self.paths.snapshot, Some(&self.paths.names), text) {
            Ok(found) => match self.end(&found.all) {
                Goal::Node(node) => self.node_port(node, inside).unwrap_or(Ok((Goal::Node(node), found.title))),
                goal => Ok((goal, found.title)),
            },
            Err(NotFound::Service { service, .. }) => self.service_by_name(&service, inside),
            Err(error) => Err(error.into()),
        }
    }

    fn end(&self, ends: &[Endpoint]) -> Goal {
        let count = |id: PodId| self.paths.snapshot.pod(id).map_or(1, |e| e.replicas.max(1));
        match ends {
            [Endpoint::Node(node)] => Goal::Node(*node),
            [end @ (Endpoint::Outside(_) | Endpoint::InNetwork(..))] => Goal::Address(*end),
            ends => {
                Goal::Pods(ends.iter().filter_map(|e| if let Endpoint::Pod(id) = e { Some((*id, count(*id))) } else { None }).collect())
            }
        }
    }

    /// The Service behind the port of a node that is asked for, if one is.
    fn node_port(&mut self, node: NodeId, inside: bool) -> Option<Result<Titled, NotAsked>> {
        let Some((service, _)) = self.paths.tables.at_node_port(self.asked.protocol, self.port?).first().copied() else {
            let why = unknown::node_port_may_lead_on(&self.paths.snapshot, node, self.asked.protocol, self.port?)?;
            let title = format!("node/{}", self.paths.snapshot.node(node)?.name);
            return Some(Ok((Goal::Unread(why), title)));
        };
        Some(self.service(service, Some(Entry::NodePort), Dialled { address: None, node: Some(node) }, inside))
    }

    /// An address, and what stands behind it.
    fn address(&mut self, address: IpAddr, inside: bool) -> Result<Titled, NotAsked> {
        let snapshot = &self.paths.snapshot;
        if inside && address.is_loopback() {
            // Whoever sends to it means itself.
            let found = endpoints::find_among(snapshot, Some(&self.paths.names), self.asked.from.trim())?;
            return Ok((self.end(&found.all), format!("{address} of {}", found.title)));
        }
        let of_node = self.paths.names.node_at(address);
        let of_service = self.paths.tables.service_at(snapshot, address, self.asked.protocol, self.port);
        // A node has ports of its own beside those that a Service has at its address.
        if let Some((service, entry, has_port)) = of_service
            && (has_port || of_node.is_none())
        {
            return self.service(service, Some(entry), Dialled { address: Some(address), node: of_node }, inside);
        }
        if let Some((object, ingress)) = IngressId::each(&snapshot.ingress_objects).find(|(_, i)| i.spec.addresses.contains(&address)) {
            let title = format!("{}/{}", snapshot.namespace_name(ingress.namespace), ingress.name);
            return Ok((Goal::Ingress { object, host: None, path: "/".to_owned() }, title));
        }
        if let Some((node, found)) = of_node.and_then(|id| Some((id, snapshot.node(id)?))) {
            let title = format!("node/{}", found.name);
            return self.node_port(node, inside).unwrap_or(Ok((Goal::Node(node), title)));
        }
        let found = endpoints::find_among(snapshot, Some(&self.paths.names), &address.to_string())?;
        Ok((self.end(&found.all), found.title))
    }

    fn url(&mut self, rest: &str, inside: bool) -> Result<Titled, NotAsked> {
        let (authority, path) = rest.find(['/', '?', '#']).map_or((rest, "/"), |at| rest.split_at(at));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                let number = port.parse().map_err(|_| NotAsked::UrlPort(port.to_owned()))?;
                (host, Some(number))
            }
            _ => (authority, None),
        };
        if let Some(port) = port {
            self.port = Some(port);
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            let (goal, title) = self.address(address, inside)?;
            return Ok(match goal {
                Goal::Ingress { object, .. } => (Goal::Ingress { object, host: None, path: path.to_owned() }, title),
                goal => (goal, title),
            });
        }
        self.name = Some(bare.to_owned());
        if let Some(service) = self.service_by_dns_name(bare) {
            return self.service(service, self.asked.entry, Dialled::default(), inside);
        }
        let snapshot = &self.paths.snapshot;
        if let Some(route) = snapshot.unread_routes.iter().find(|route| route.names(bare)) {
            return Ok((Goal::Unread(route.because.to_string()), format!("{authority}{path}")));
        }
        let known = ingress_rules::ingresses_for(snapshot, bare, path)
            .or_else(|| ingress_rules::unclear_for(snapshot, bare))
            .or_else(|| ingress_rules::ingress_of_host(snapshot, bare));
        // A client outside that calls a name which is led here gets an answer, whatever the name; what other names a client inside means is not known.
        let object = match known {
            Some(object) => {
                let chosen = snapshot.ingress(object);
                if let Some((own, other)) = chosen.and_then(|own| Some((own, ingress_rules::of_other_class(snapshot, own, bare, path)?))) {
                    let title = |i: &IngressObject| format!("ingress/{}/{}", snapshot.namespace_name(i.namespace), i.name);
                    return Err(NotAsked::Ambiguous { name: format!("{bare}{path}"), titles: [title(own), title(other)] });
                }
                object
            }
            None => {
                let of_any = || snapshot.unread_routes.iter().find(|route| route.host.is_none()).map(|route| route.because.to_string());
                if let Some(why) = self.why_unread(true, None, None).or_else(of_any) {
                    return Ok((Goal::Unread(why), format!("{authority}{path}")));
                }
                let hosts: BTreeSet<&str> = snapshot.ingresses.iter().filter_map(|i| i.requests.host.as_deref()).collect();
                let missing = NotAsked::Host { host: bare.to_owned(), hosts: hosts.into_iter().map(ToOwned::to_owned).collect() };
                if inside || snapshot.ingress_objects.is_empty() {
                    return Err(missing);
                }
                self.notes.push(format!("Assuming that the name resolves to this Ingress: {missing}."));
                IngressId(0)
            }
        };
        Ok((Goal::Ingress { object, host: Some(bare.to_owned()), path: path.to_owned() }, format!("{authority}{path}")))
    }

    fn ingress_by_name(&mut self, name: &str) -> Result<Titled, NotAsked> {
        let snapshot = &self.paths.snapshot;
        let mut parts = name.splitn(3, '/');
        let (first, second, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let (namespace, name) = second.map_or((None, first), |second| (Some(first), second));
        let fits = |i: &IngressObject| i.name == name && namespace.is_none_or(|n| n == snapshot.namespace_name(i.namespace));
        let Some((object, found)) = IngressId::each(&snapshot.ingress_objects).find(|(_, i)| fits(i)) else {
            if let Some(unread) = self.unread(true, namespace, name) {
                return Ok(unread);
            }
            let names: Vec<String> =
                snapshot.ingress_objects.iter().map(|i| format!("{}/{}", snapshot.namespace_name(i.namespace), i.name)).collect();
            return Err(NotAsked::Missing { kind: "Ingress", name: name.to_owned(), names });
        };
        let title = format!("{}/{}", snapshot.namespace_name(found.namespace), found.name);
        // A host that the Ingress is for, so that its rules are met.
        let own = snapshot.ingresses.iter().filter(|i| i.namespace == found.namespace && i.name == found.name);
        let first = own.clone().find(|i| i.requests.default).or_else(|| own.clone().next()).map(|i| &i.requests);
        let host = first.and_then(|r| r.host.as_deref()).map(|host| host.replacen('*', "any", 1));
        let own = first.and_then(|r| r.path.as_deref()).unwrap_or("/");
        let own = if found.spec.regex || own.ends_with('*') { ingress_paths::plain_part(own) } else { own };
        let path = rest.map_or_else(|| own.to_owned(), |rest| format!("/{rest}"));
        // A client comes with TLS where the host has it: without, it would be told to.
        let tls = ingress_rules::has_tls(snapshot, found, first.and_then(|r| r.host.as_deref())) == Matched::Yes;
        if tls && self.port.is_none() {
            (self.tls, self.port) = (true, Some(443));
        }
        Ok((Goal::Ingress { object, host, path }, title))
    }

    fn service_by_name(&mut self, name: &str, inside: bool) -> Result<Titled, NotAsked> {
        let snapshot = &self.paths.snapshot;
        let (namespace, name) = name.split_once('/').map_or((None, name), |(namespace, name)| (Some(namespace), name));
        if let Some(number) = namespace.and_then(|namespace| self.paths.tables.service(namespace, name)) {
            return self.service(number, self.asked.entry, Dialled::default(), inside);
        }
        let mut fitting = ServiceId::each(&snapshot.services)
            .filter(|(_, s)| s.name == name && namespace.is_none_or(|n| n == snapshot.namespace_name(s.namespace)));
        let (first, second) = (fitting.next(), fitting.next());
        match (first, second) {
            (Some((number, _)), None) => self.service(number, self.asked.entry, Dialled::default(), inside),
            (Some((_, one)), Some((_, other))) => {
                let titles = [one, other].map(|s| self.paths.service_title(s));
                Err(NotAsked::Ambiguous { name: name.to_owned(), titles })
            }
            (None, _) => self.unread(false, namespace, name).ok_or_else(|| {
                let names: Vec<String> = snapshot.services.iter().map(|s| self.paths.service_title(s)).collect();
                NotAsked::Missing { kind: "Service", name: name.to_owned(), names }
            }),
        }
    }

    /// A Service or Ingress that the input may hold where it cannot be read.
    fn unread(&self, is_ingress: bool, namespace: Option<&str>, name: &str) -> Option<Titled> {
        let why = self.why_unread(is_ingress, namespace, Some(name))?;
        let kind = if is_ingress { "ingress" } else { "svc" };
        let name = namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"));
        Some((Goal::Unread(why), format!("{kind}/{name}")))
    }

    /// Why it is not known where such a one leads.
    fn why_unread(&self, is_ingress: bool, namespace: Option<&str>, name: Option<&str>) -> Option<String> {
        let mut ways = self.paths.snapshot.unread_ways.iter().filter(|way| !way.changes);
        ways.find(|way| way.may_be(is_ingress, namespace, name)).map(|way| way.because.to_string())
    }

    /// `name.namespace.svc.cluster.local`, and what may be left out of it.
    fn service_by_dns_name(&self, name: &str) -> Option<ServiceId> {
        let name = name.trim_end_matches('.');
        let short = name.strip_suffix(".cluster.local").unwrap_or(name);
        let short = short.strip_suffix(".svc").unwrap_or(short);
        let (service, namespace) = short.split_once('.')?;
        self.paths.tables.service(namespace, service)
    }

    /// A Service, by the entry that the client takes to it.
    fn service(&mut self, number: ServiceId, entry: Option<Entry>, mut at: Dialled, inside: bool) -> Result<Titled, NotAsked> {
        let snapshot = &self.paths.snapshot;
        let title = snapshot.service(number).map_or_else(String::new, |s| self.paths.service_title(s));
        let (number, service) = match self.follow_names(number)? {
            Followed::Service(number, service) => (number, service),
            Followed::Ends(titled) => return Ok(titled),
        };
        let mut entry = entry.unwrap_or(match service.service_type {
            _ if inside => Entry::Cluster,
            ServiceType::LoadBalancer => Entry::LoadBalancer,
            ServiceType::NodePort => Entry::NodePort,
            _ if !service.routing.external_addresses.is_empty() => Entry::ExternalIp,
            _ => Entry::Cluster,
        });
        let namespace = snapshot.namespace_name(service.namespace);
        // Of a Service that is there and one that cannot be read it is not known which counts.
        let is_named = |way: &&UnreadWay| (way.changes || way.name.is_some()) && way.may_be(false, Some(namespace), Some(&service.name));
        if let Some(way) = snapshot.unread_ways.iter().find(is_named) {
            return Ok((Goal::Unread(way.because.to_string()), title));
        }
        if service.unclear {
            let port = self.asked.port.or(service.ports.first().map(|port| port.port));
            self.port = port;
            let index = service.ports.iter().position(|p| Some(p.port) == port).unwrap_or(usize::MAX);
            return Ok((Goal::Service { service: number, port: index, entry, at }, title));
        }
        // It translates nothing, so its ports do not matter: it may have none.
        if service.headless && entry == Entry::Cluster {
            return Ok((self.headless(number, service, &title), title));
        }
        let Some((index, port)) = self.service_port(service, at.address)? else {
            return Ok((Goal::Nothing(format!("`{title}` has no port")), title));
        };
        let is_node_port = port.node_port.is_some() && self.asked.port == port.node_port && Some(port.port) != port.node_port;
        if at.address.is_none() && is_node_port {
            entry = Entry::NodePort;
        }
        if let Some(why) = self.settle_port(service, port, entry, &title) {
            return Ok((Goal::Nothing(why), title));
        }
        if let Some(why) = lacks(service, entry, &title) {
            return Ok((Goal::Nothing(why), title));
        }
        if let Some(node_port) = port.node_port.filter(|_| entry == Entry::NodePort) {
            self.note_claims(node_port);
        }
        if at.node.is_none() {
            at.node = self.asked_node()?;
        }
        if entry == Entry::ExternalIp {
            at.address = at.address.or(service.routing.external_addresses.first().copied());
            at.node = at.node.or(at.address.and_then(|address| self.paths.names.node_at(address)));
        }
        Ok((Goal::Service { service: number, port: index, entry, at }, title))
    }

    /// The Service that a name leads to in the end: `ExternalName` Services are nothing but names.
    fn follow_names(&mut self, mut number: ServiceId) -> Result<Followed<'a>, NotAsked> {
        let snapshot = &self.paths.snapshot;
        let mut chain: Vec<ServiceId> = Vec::new();
        loop {
            let Some(service) = snapshot.service(number) else {
                return Err(NotAsked::Missing { kind: "Service", name: String::new(), names: Vec::new() });
            };
            let title = self.paths.service_title(service);
            let Some(name) = service.external_name.as_deref().filter(|_| service.service_type == ServiceType::ExternalName) else {
                return Ok(Followed::Service(number, service));
            };
            if chain.contains(&number) || chain.len() >= LONGEST_CHAIN {
                let services = chain.iter().chain([&number]).filter_map(|n| snapshot.service(*n));
                let names: Vec<String> = services.map(|s| self.paths.service_title(s)).collect();
                let loops = names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" → ");
                let why = format!("the names form a loop and resolve to no address: {loops}");
                return Ok(Followed::Ends((Goal::Nothing(why), names.first().cloned().unwrap_or_default())));
            }
            chain.push(number);
            self.name.get_or_insert_with(|| title.clone());
            if name.parse::<IpAddr>().is_ok() {
                let why = format!(
                    "`{title}` is an alias (ExternalName) for `{name}`, which DNS takes for a name, not an address, and cannot resolve"
                );
                return Ok(Followed::Ends((Goal::Nothing(why), title)));
            }
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) {
                let why =
                    format!("`{title}` is an alias (ExternalName) for `{name}`, which is no name of a host, so that DNS cannot resolve it");
                return Ok(Followed::Ends((Goal::Nothing(why), title)));
            }
            let Some(next) = self.service_by_dns_name(name) else {
                let missing = format!(
                    "`{title}` is an alias (ExternalName) for `{name}`, which is outside the cluster: only DNS knows its \
                     address, so use that address as the target"
                );
                return Ok(Followed::Ends((Goal::Name { name: name.to_owned(), missing }, title)));
            };
            self.notes.push(format!(
                "`{title}` is an alias (ExternalName) for `{name}`: the client resolves it by DNS and \
             connects to that."
            ));
            number = next;
        }
    }

    /// The node that the question names.
    fn asked_node(&self) -> Result<Option<NodeId>, NotAsked> {
        let Some(name) = self.asked.node else { return Ok(None) };
        let snapshot = &self.paths.snapshot;
        let bare = name.strip_prefix("node/").unwrap_or(name);
        let found = snapshot.nodes().find(|(_, n)| n.name == bare).map(|(id, _)| id);
        let names: Vec<String> = snapshot.nodes.iter().map(|n| n.name.clone()).collect();
        found.map(Some).ok_or_else(|| NotAsked::Missing { kind: "node", name: bare.to_owned(), names })
    }

    /// The port of a Service that is meant: by its own number, by its node port where no address of the Service is named, or the only one.
    fn service_port<'s>(&self, service: &'s Service, address: Option<IpAddr>) -> Result<Option<(usize, &'s ServicePort)>, NotAsked> {
        let fitting = || service.ports.iter().enumerate().filter(|(_, p)| p.protocol == self.asked.protocol);
        let Some(wanted) = self.port else {
            return Ok(fitting().find(|(_, p)| p.port == 80).or_else(|| fitting().next()));
        };
        let at_nodes = || fitting().find(|(_, p)| address.is_none() && p.node_port == Some(wanted));
        let by_number = fitting().find(|(_, p)| p.port == wanted).or_else(at_nodes);
        if by_number.is_some() || service.ports.is_empty() {
            return Ok(by_number);
        }
        let ports: Vec<String> = service
            .ports
            .iter()
            .map(|p| {
                let target = match &p.target {
                    TargetPort::Number(number) => number.to_string(),
                    TargetPort::Name(name) => format!("`{name}`"),
                };
                format!("{} {} (port {target} of the pods)", p.protocol, p.port)
            })
            .collect();
        let service = self.paths.service_title(service);
        Err(NotAsked::ServicePort { service, protocol: self.asked.protocol, port: wanted, ports })
    }
}

/// What a Service would need to be reached so and does not have, if it is something.
fn lacks(service: &Service, entry: Entry, title: &str) -> Option<String> {
    match entry {
        Entry::LoadBalancer if service.service_type != ServiceType::LoadBalancer => {
            Some(format!("`{title}` is of type `{}` and has no load balancer", service.service_type))
        }
        Entry::ExternalIp if service.routing.external_addresses.is_empty() => Some(format!("`{title}` has no address in `externalIPs`")),
        _ => None,
    }
}
