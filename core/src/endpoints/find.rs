//! The end that a person means by a name.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::{INGRESS_CONTROLLER, workload_title};
use crate::compile::Endpoint;
use crate::diagnostics::distance;
use crate::language::TargetPort;
use crate::snapshot::cloud::Interface;
pub(crate) use crate::snapshot::cloud::tags::SOMEWHERE;
use crate::snapshot::{NodeId, OwnerKind, PodEndpoint, PodId, Role, Service, ServiceId, Snapshot, WorkloadId, WorkloadKind};

/// How many names an error offers.
const OFFERED: usize = 4;

/// How names of Services begin, where a path ends at one.
const SERVICES: [&str; 2] = ["svc/", "service/"];

/// How names begin of what a path can end at, and a flow cannot, beside [`SERVICES`].
const WAYS: [&str; 4] = ["ingress/", "ing/", "http://", "https://"];

/// The name of the Internet as an end.
pub const INTERNET: &str = "internet";

/// What a name means.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The end; of a workload its first pod.
    pub end: Endpoint,
    /// All ends that are meant: every pod of a workload.
    pub all: Vec<Endpoint>,
    /// The name in full: `shop/db[StatefulSet]`, `shop/db-0[Pod]`, `node/worker-1`, an address.
    pub title: String,
}

impl Found {
    fn one(end: Endpoint, title: String) -> Self {
        Found { end, all: alloc::vec![end], title }
    }
}

/// Why a name means nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NotFound {
    /// Nothing has this name.
    Unknown {
        /// The name.
        name: String,
        /// Names that are like it.
        near: Vec<String>,
        /// Some names that there are.
        some: Vec<String>,
    },
    /// Several ends have it.
    Ambiguous {
        /// The name.
        name: String,
        /// Their names in full.
        titles: Vec<String>,
    },
    /// It is a machine without an address: its subnet is full.
    NoAddress {
        /// Its name in full.
        title: String,
    },
    /// It is a Service, or the address of one. Policies know no Services: a packet has a pod's address and port when they see it.
    Service {
        /// The name.
        name: String,
        /// The Service's name in full.
        service: String,
        /// The names of the workloads behind it.
        workloads: Vec<String>,
        /// Its ports, each with the port of the pods that it leads to.
        ports: Vec<(u16, String)>,
    },
}

impl core::error::Error for NotFound {}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>();
        match self {
            // Of a Service or Ingress a flow has no end, and a path has one.
            NotFound::Unknown { name, .. } if SERVICES.iter().chain(&WAYS).any(|way| name.starts_with(way)) => {
                write!(
                    f,
                    "`{name}` is no end of a flow: policies see the pods behind a Service, an Ingress or a URL; ask for the path to it"
                )
            }
            NotFound::Unknown { name, near, some } => {
                write!(f, "there is no pod, workload or node `{name}`")?;
                match (near.as_slice(), some.as_slice()) {
                    ([], []) => write!(f, "; there are none"),
                    ([], some) => write!(f, "; there are, for example, {}", list(some).join(", ")),
                    (near, _) => write!(f, "; did you mean {}?", list(near).join(" or ")),
                }
            }
            NotFound::NoAddress { title } => write!(f, "`{title}` has no address: its subnet is full, so Azure refuses the machine"),
            NotFound::Ambiguous { name, titles } => write!(f, "`{name}` could be {}; write it in full", list(titles).join(" or ")),
            NotFound::Service { name, service, workloads, ports } => {
                match name.parse::<IpAddr>() {
                    Ok(address) => write!(f, "`{address}` is the address of Service `{service}`")?,
                    Err(_) => write!(f, "`{name}` is a Service")?,
                }
                write!(f, "; policies see the pods behind it")?;
                if workloads.is_empty() {
                    return write!(f, ", and none are in the input");
                }
                write!(f, ": ask about {}", list(workloads).join(" or "))?;
                let leads = |(port, target): &(u16, String)| format!("its port {port} is port {target} of the pods");
                match ports.iter().map(leads).collect::<Vec<_>>().as_slice() {
                    [] => {}
                    ports => write!(f, " ({})", ports.join(", "))?,
                }
                // Who writes it like that knows how paths are asked for.
                if SERVICES.iter().any(|prefix| name.starts_with(prefix)) { f.write_str(", or ask for the path to it") } else { Ok(()) }
            }
        }
    }
}

/// The end that a person means by `namespace/workload`, `namespace/workload[Kind]`, `namespace/pod`, `node/name`,
/// `internet`, `{ingress-controller}` or an address. Namespace and kind may be left out where the name is clear without them.
///
/// # Errors
/// When nothing has this name (with those that are like it), when several ends have it, or when it is a Service.
pub fn find(snapshot: &Snapshot, name: &str) -> Result<Found, NotFound> {
    find_among(snapshot, None, name)
}

/// The same, with names looked up where they are listed.
pub(crate) fn find_among(snapshot: &Snapshot, names: Option<&Names>, name: &str) -> Result<Found, NotFound> {
    let name = name.trim();
    if let Ok(address) = name.parse() {
        return by_address(snapshot, names, address);
    }
    if name.eq_ignore_ascii_case(INTERNET) || name.eq_ignore_ascii_case("Internet[External]") {
        return Ok(Found::one(Endpoint::Outside(SOMEWHERE), SOMEWHERE.to_string()));
    }
    if let Some(wanted) = name.strip_prefix("node/")
        && let Some((id, _)) = snapshot.nodes().find(|(_, n)| n.name == wanted)
    {
        return Ok(Found::one(Endpoint::Node(id), name.to_owned()));
    }
    if let Some(found) = machine(snapshot, name) {
        return found;
    }
    if name == INGRESS_CONTROLLER
        && let Some((id, _)) = snapshot.pods().find(|(_, e)| e.role == Role::IngressController)
    {
        return Ok(Found::one(Endpoint::Pod(id), name.to_owned()));
    }
    let pattern = Pattern::new(name);
    let mut candidates: Vec<Found> = Vec::new();
    let (workloads_called, pods_called) = called(snapshot, names, pattern.name);
    for found in workloads(snapshot, &pattern, &workloads_called).chain(pods(snapshot, &pattern, &pods_called)) {
        if !candidates.iter().any(|known| known.all == found.all) {
            candidates.push(found);
        }
    }
    if candidates.len() > 1 {
        let titles = candidates.into_iter().map(|c| c.title).collect();
        return Err(NotFound::Ambiguous { name: name.to_owned(), titles });
    }
    if let Some(found) = candidates.pop() {
        return Ok(found);
    }
    if let Some(found) = numbered(snapshot, &pattern) {
        return Ok(found);
    }
    let of_cluster = name.trim_end_matches('.').trim_end_matches(".cluster.local").strip_suffix(".svc").unwrap_or(name);
    let dns = of_cluster.split_once('.').and_then(|(service, namespace)| {
        snapshot.services.iter().find(|s| s.name == service && snapshot.namespace_name(s.namespace) == namespace)
    });
    let of_path = SERVICES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    let of_service = Pattern::new(of_path);
    let service = snapshot.services.iter().find(|s| of_service.fits(snapshot.namespace_name(s.namespace), &s.name, "Service")).or(dns);
    Err(service.map_or_else(|| unknown(snapshot, name, &pattern), |service| behind(snapshot, name, service)))
}

/// A machine of the cloud's network by `vm/name`, `name[VM]`, or by the name of its interface.
fn machine(snapshot: &Snapshot, name: &str) -> Option<Result<Found, NotFound>> {
    if snapshot.cloud.networks.is_empty() {
        return None;
    }
    let wanted = name.strip_prefix("vm/").or_else(|| name.strip_suffix("[VM]"));
    let interfaces = || snapshot.cloud.interfaces.iter().filter(|i| i.node.is_none());
    let found: Vec<&Interface> = match wanted {
        Some(wanted) => {
            let by_title: Vec<&Interface> = interfaces().filter(|i| i.title().eq_ignore_ascii_case(wanted)).collect();
            if by_title.is_empty() { interfaces().filter(|i| i.is_called(wanted)).collect() } else { by_title }
        }
        // Without saying that a machine is meant, workloads of this name come first.
        None if snapshot.workloads.iter().any(|w| w.name == name) => Vec::new(),
        None => interfaces().filter(|i| i.title() == name).collect(),
    };
    let first = found.first()?;
    // A machine may have several interfaces, and is asked about by the first; machines of one name are different ones.
    if found.iter().any(|i| i.title() != first.title()) {
        let mut titles: Vec<String> = found.iter().map(|i| format!("vm/{}", i.title())).collect();
        titles.dedup();
        return Some(Err(NotFound::Ambiguous { name: name.to_owned(), titles }));
    }
    let title = format!("vm/{}", first.title());
    let end = found.iter().find_map(|i| snapshot.cloud.end_of(i));
    Some(end.map(|end| Found::one(end, title.clone())).ok_or(NotFound::NoAddress { title }))
}

/// `[namespace/]name[[Kind]]`.
struct Pattern<'a> {
    namespace: Option<&'a str>,
    name: &'a str,
    kind: Option<&'a str>,
}

impl<'a> Pattern<'a> {
    fn new(text: &'a str) -> Self {
        let (path, kind) = match text.strip_suffix(']').and_then(|t| t.split_once('[')) {
            Some((path, kind)) => (path, Some(kind)),
            None => (text, None),
        };
        match path.split_once('/') {
            Some((namespace, name)) => Pattern { namespace: Some(namespace), name, kind },
            None => Pattern { namespace: None, name: path, kind },
        }
    }

    fn fits(&self, namespace: &str, name: &str, kind: &str) -> bool {
        self.name == name && self.namespace.is_none_or(|n| n == namespace) && self.kind.is_none_or(|k| k.eq_ignore_ascii_case(kind))
    }
}

/// Names and addresses of ends in lists, for asking about many of them.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    workloads: HashMap<String, Vec<WorkloadId>>,
    pods: HashMap<String, Vec<PodId>>,
    /// Services, pods and nodes by address; of several the first.
    services_at: HashMap<IpAddr, ServiceId>,
    pods_at: HashMap<IpAddr, PodId>,
    /// Further pods with such an address: of what ran at different times, or in different clusters.
    twins_at: HashMap<IpAddr, Vec<PodId>>,
    nodes_at: HashMap<IpAddr, NodeId>,
}

impl Names {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut names = Names {
            workloads: HashMap::new(),
            pods: HashMap::new(),
            services_at: HashMap::new(),
            pods_at: HashMap::new(),
            twins_at: HashMap::new(),
            nodes_at: HashMap::new(),
        };
        snapshot.workloads().for_each(|(id, w)| names.workloads.entry_ref(w.name.as_str()).or_default().push(id));
        snapshot.pods().for_each(|(id, e)| names.pods.entry_ref(e.name.as_str()).or_default().push(id));
        for (number, service) in ServiceId::each(&snapshot.services) {
            service.all_addresses().for_each(|a| {
                names.services_at.entry(a).or_insert(number);
            });
        }
        for (id, endpoint) in snapshot.pods().filter(|(_, e)| has_own_address(e)) {
            endpoint.addresses.iter().for_each(|a| {
                let first = *names.pods_at.entry(*a).or_insert(id);
                if first != id {
                    names.twins_at.entry(*a).or_default().push(id);
                }
            });
        }
        // A floating address leads to its pod, which has it no more than a name.
        for (id, endpoint) in snapshot.pods() {
            endpoint.floating.iter().for_each(|a| {
                names.pods_at.entry(*a).or_insert(id);
            });
        }
        for (id, node) in snapshot.nodes() {
            node.addresses.iter().for_each(|a| {
                names.nodes_at.entry(*a).or_insert(id);
            });
        }
        names
    }

    /// The pod with an address that the input gives to it alone.
    pub(crate) fn pod_at(&self, address: IpAddr) -> Option<PodId> {
        self.pods_at.get(&address).copied().filter(|_| !self.twins_at.contains_key(&address))
    }

    /// The node with an address.
    pub(crate) fn node_at(&self, address: IpAddr) -> Option<NodeId> {
        self.nodes_at.get(&address).copied()
    }
}

/// Whether an address of a pod that the input gives is that of the pod alone.
fn has_own_address(endpoint: &PodEndpoint) -> bool {
    endpoint.address_given && !endpoint.host_network
}

/// Workloads and endpoints with a name, in whichever namespace.
fn called(snapshot: &Snapshot, names: Option<&Names>, name: &str) -> (Vec<WorkloadId>, Vec<PodId>) {
    match names {
        Some(names) => (names.workloads.get(name).cloned().unwrap_or_default(), names.pods.get(name).cloned().unwrap_or_default()),
        None => (
            snapshot.workloads().filter(|(_, w)| w.name == name).map(|(id, _)| id).collect(),
            snapshot.pods().filter(|(_, e)| e.name == name).map(|(id, _)| id).collect(),
        ),
    }
}

fn workloads<'a>(snapshot: &'a Snapshot, pattern: &'a Pattern<'_>, called: &'a [WorkloadId]) -> impl Iterator<Item = Found> + 'a {
    called.iter().filter_map(move |&id| {
        let w = snapshot.workload(id)?;
        let fits = pattern.fits(snapshot.namespace_name(w.namespace), &w.name, w.kind.as_str());
        let all: Vec<Endpoint> = w.endpoints.iter().map(|e| Endpoint::Pod(*e)).collect();
        let end = *all.first().filter(|_| fits && is_pod(snapshot, id))?;
        Some(Found { end, all, title: workload_title(snapshot, id) })
    })
}

fn is_pod(snapshot: &Snapshot, id: WorkloadId) -> bool {
    let first = snapshot.workload(id).and_then(|w| w.endpoints.first()).and_then(|e| snapshot.pod(*e));
    first.is_some_and(|e| e.role == Role::Pod)
}

/// Pods by their own name, those of a workload too. The replicas of a template have no names of their own.
fn pods<'a>(snapshot: &'a Snapshot, pattern: &'a Pattern<'_>, called: &'a [PodId]) -> impl Iterator<Item = Found> + 'a {
    // The endpoint of a template has its workload's name.
    let own_name = |e: &PodEndpoint| snapshot.workload(e.workload).is_some_and(|w| w.kind == OwnerKind::Pod || w.name != e.name);
    let fits =
        move |e: &PodEndpoint| e.role == Role::Pod && pattern.fits(snapshot.namespace_name(e.namespace), &e.name, "Pod") && own_name(e);
    called
        .iter()
        .filter(move |id| snapshot.pod(**id).is_some_and(fits))
        .map(|&id| Found::one(Endpoint::Pod(id), format!("{}[Pod]", snapshot.pod_title(id))))
}

/// A pod of a StatefulSet that nothing tells from the others: `db-1` of three pods `db`.
fn numbered(snapshot: &Snapshot, pattern: &Pattern<'_>) -> Option<Found> {
    let (name, number) = pattern.name.rsplit_once('-')?;
    let number: u32 = number.parse().ok()?;
    let of_pod = pattern.kind.is_none_or(|kind| kind.eq_ignore_ascii_case("Pod"));
    let (id, workload) = snapshot.workloads().find(|(_, w)| {
        let fits = w.name == name && pattern.namespace.is_none_or(|n| n == snapshot.namespace_name(w.namespace));
        fits && of_pod && w.kind == OwnerKind::Workload(WorkloadKind::StatefulSet) && w.endpoints.len() == 1
    })?;
    let end = *workload.endpoints.first()?;
    let endpoint = snapshot.pod(end)?;
    let known = endpoint.labels.get(POD_NAME).map(|name| name == pattern.name);
    known.unwrap_or(number < workload.replicas).then(|| Found::one(Endpoint::Pod(end), workload_title(snapshot, id)))
}

/// The label with the name of a StatefulSet's pod.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";

/// An address that a pod or a node is known to have means that pod or node.
fn by_address(snapshot: &Snapshot, names: Option<&Names>, address: IpAddr) -> Result<Found, NotFound> {
    let node = match names {
        Some(names) => names.node_at(address).and_then(|id| Some((id, snapshot.node(id)?))),
        None => snapshot.nodes().find(|(_, n)| n.addresses.contains(&address)),
    };
    let service = match names {
        Some(names) => names.services_at.get(&address).and_then(|number| snapshot.service(*number)),
        None => snapshot.services.iter().find(|s| s.all_addresses().any(|own| own == address)),
    };
    // What is a node's in `externalIPs` is the node still, with other ports.
    if let Some(service) = service.filter(|service| node.is_none() || service.addresses.contains(&address)) {
        return Err(behind(snapshot, &address.to_string(), service));
    }
    let pod = match names {
        Some(names) => names.pods_at.get(&address).copied(),
        None => {
            let own = snapshot.pods().find(|(_, e)| has_own_address(e) && e.addresses.contains(&address));
            own.or_else(|| snapshot.pods().find(|(_, e)| e.floating.contains(&address))).map(|(id, _)| id)
        }
    };
    if let Some(id) = pod {
        let twins: Vec<PodId> = match names {
            Some(names) => names.twins_at.get(&address).cloned().unwrap_or_default(),
            None => {
                let others = snapshot.pods().filter(|(other, e)| *other != id && has_own_address(e) && e.addresses.contains(&address));
                others.map(|(other, _)| other).collect()
            }
        };
        if !twins.is_empty() {
            let titles = core::iter::once(id).chain(twins).map(|id| snapshot.pod_title(id)).collect();
            return Err(NotFound::Ambiguous { name: address.to_string(), titles });
        }
        return Ok(Found::one(Endpoint::Pod(id), format!("{}[Pod]", snapshot.pod_title(id))));
    }
    let cloud = &snapshot.cloud;
    let machines: Vec<&Interface> = cloud.interfaces.iter().filter(|i| i.node.is_none() && i.addresses.contains(&address)).collect();
    if let Some((id, node)) = node {
        let title = format!("node/{}", node.name);
        // A machine of another network may have the same address.
        let home = cloud.locate_node(id).and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number);
        let elsewhere = |i: &&&Interface| cloud.network_of(i.subnet).map(|(number, _)| number) != home && !i.stand_in;
        let others: Vec<String> = machines.iter().filter(elsewhere).map(|i| format!("vm/{}", i.title())).collect();
        if !others.is_empty() && home.is_some() {
            return Err(NotFound::Ambiguous { name: address.to_string(), titles: core::iter::once(title).chain(others).collect() });
        }
        return Ok(Found::one(Endpoint::Node(id), title));
    }
    let end = cloud.end_at(address);
    let title = match (end, cloud.interface_of(end)) {
        (Endpoint::InNetwork(..), Some(machine)) => format!("vm/{}", machine.title()),
        _ => address.to_string(),
    };
    Ok(Found::one(end, title))
}

fn behind(snapshot: &Snapshot, name: &str, service: &Service) -> NotFound {
    let mut workloads: Vec<String> = Vec::new();
    for endpoint in service.endpoints.iter().filter_map(|id| snapshot.pod(*id)) {
        let title = workload_title(snapshot, endpoint.workload);
        if !workloads.contains(&title) {
            workloads.push(title);
        }
    }
    let ports = service.ports.iter().map(|p| {
        let target = match &p.target {
            TargetPort::Number(number) => number.to_string(),
            TargetPort::Name(name) => format!("`{name}`"),
        };
        (p.port, target)
    });
    NotFound::Service {
        name: name.to_owned(),
        service: format!("{}/{}", snapshot.namespace_name(service.namespace), service.name),
        workloads,
        ports: ports.collect(),
    }
}

fn unknown(snapshot: &Snapshot, name: &str, pattern: &Pattern<'_>) -> NotFound {
    let mut names: Vec<String> = super::workloads(snapshot).map(|id| workload_title(snapshot, id)).collect();
    names.extend(snapshot.nodes.iter().map(|n| format!("node/{}", n.name)));
    names.extend(snapshot.cloud.interfaces.iter().filter(|i| i.node.is_none()).map(|i| format!("vm/{}", i.title())));
    // Right but for its namespace or kind comes before misspelt.
    let far = |title: &str| {
        let known = Pattern::new(title);
        let namespace = pattern.namespace.map_or(0, |n| distance(n, known.namespace.unwrap_or_default()).min(1));
        distance(pattern.name, known.name) * 2 + namespace
    };
    let limit = (pattern.name.len() / 3).clamp(1, 3) * 2 + 1;
    let mut near: Vec<(usize, &String)> = names.iter().map(|n| (far(n), n)).filter(|(far, _)| *far <= limit).collect();
    near.sort_by_key(|(far, _)| *far);
    let near = near.into_iter().take(OFFERED).map(|(_, name)| name.clone()).collect();
    names.truncate(OFFERED);
    NotFound::Unknown { name: name.to_owned(), near, some: names }
}
