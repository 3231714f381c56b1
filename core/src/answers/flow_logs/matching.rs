//! The ends of a log among what there is.
//!
//! A pod is found by its name; else, as pods come and go, by the workload that made it; else by its labels; else by its address. An end that is found by
//! none of these is not taken for anything else.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::MatchedBy;
use super::entry::{EndKind, LoggedEnd, Name};
use super::names::{Makers, makers_of, owners_of};
use super::unmatched::Unmatched;
use crate::compile::Endpoint;
use crate::connectivity::Connectivity;
use crate::endpoints::{self, INTERNET, Names, find_among, outside_ranges, workload_title};
use crate::language::kubernetes::inventory::CONTROLLER_LABELS;
use crate::model::AddressSet;
use crate::policy::Direction;
use crate::snapshot::cloud::NetworkId;
use crate::snapshot::{NamespaceId, NodeId, OwnerKind, PodId, Role, Snapshot, WorkloadId};

/// What an end of a log is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Target {
    /// Its name, as a question takes it.
    pub(super) name: String,
    /// How it was found.
    pub(super) by: MatchedBy,
    /// All endpoints that are meant.
    pub(super) all: Vec<Endpoint>,
}

/// What there is, in lists.
#[derive(Debug)]
pub(super) struct Matching<'a> {
    snapshot: &'a Snapshot,
    connectivity: &'a Connectivity,
    names: Names,
    namespaces: HashMap<&'a str, NamespaceId>,
    nodes: HashMap<&'a str, NodeId>,
    pods: HashMap<(NamespaceId, &'a str), PodId>,
    workloads: HashMap<(NamespaceId, &'a str), Vec<WorkloadId>>,
    /// ReplicaSets, of which the input does not give the owner, by the name that it has.
    replica_sets: HashMap<(NamespaceId, &'a str), Vec<WorkloadId>>,
    of_namespace: HashMap<NamespaceId, Vec<WorkloadId>>,
}

impl<'a> Matching<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, connectivity: &'a Connectivity) -> Self {
        let mut matching = Matching {
            snapshot,
            connectivity,
            names: Names::new(snapshot),
            namespaces: NamespaceId::each(&snapshot.namespaces).map(|(id, namespace)| (namespace.name.as_str(), id)).collect(),
            nodes: snapshot.nodes().map(|(id, node)| (node.name.as_str(), id)).collect(),
            pods: HashMap::new(),
            workloads: HashMap::new(),
            replica_sets: HashMap::new(),
            of_namespace: HashMap::new(),
        };
        for (id, pod) in snapshot.pods().filter(|(_, pod)| pod.role == Role::Pod) {
            let workload = snapshot.workload(pod.workload);
            // The endpoint of a template has its workload's name, which is no pod's.
            if workload.is_some_and(|workload| workload.kind == OwnerKind::Pod || workload.name != pod.name) {
                matching.pods.insert((pod.namespace, pod.name.as_str()), id);
            }
        }
        for id in endpoints::workloads(snapshot) {
            let Some(workload) = snapshot.workload(id) else { continue };
            let (namespace, name) = (workload.namespace, workload.name.as_str());
            matching.workloads.entry((namespace, name)).or_default().push(id);
            matching.of_namespace.entry(namespace).or_default().push(id);
            if let Some(owner) = owners_of(&workload.kind, name) {
                matching.replica_sets.entry((namespace, owner)).or_default().push(id);
            }
        }
        matching
    }

    /// What an end is.
    ///
    /// # Errors
    /// Why it is nothing of the input, in a sentence without its end.
    pub(super) fn find(&self, end: &LoggedEnd) -> Result<Target, Unmatched> {
        match (end.kind, &end.name) {
            (_, Name::Written(text)) => self.written(text),
            (EndKind::Pod, _) => self.pod(end),
            (EndKind::Unknown, Name::Own(_) | Name::Prefix(_)) if !end.namespace.is_empty() => self.pod(end),
            (EndKind::Node, _) => self.node(end),
            (EndKind::Unknown, Name::Own(name)) if end.address.is_none() => self.host(name).ok_or_else(|| Unmatched::Host(name.clone())),
            (EndKind::Engine, _) => Err(Unmatched::Engine),
            (EndKind::Outside | EndKind::NetworkSet, _) => match end.address {
                Some(address) => self.outside(address, &end.network),
                None => Err(Unmatched::NoAddress(self.described(end))),
            },
            (EndKind::Internet | EndKind::Private, _) => match end.address {
                Some(address) => self.outside(address, &end.network),
                None => Ok(self.anywhere(end.kind)),
            },
            (EndKind::Unknown, _) => match end.address {
                Some(address) => self.address(address, &end.network),
                None => Err(Unmatched::Nothing),
            },
        }
    }

    /// An end by what the log says of it.
    fn described(&self, end: &LoggedEnd) -> String {
        let name = match &end.name {
            Name::Own(name) | Name::Written(name) => name.clone(),
            Name::Prefix(prefix) => format!("{prefix}*"),
            Name::None => String::new(),
        };
        match (end.namespace.as_str(), name.as_str(), end.address) {
            ("", "", Some(address)) => format!("`{address}`"),
            ("", "", None) => "what is outside".into(),
            ("", name, _) => format!("`{name}`"),
            (namespace, "", _) => format!("a pod of namespace `{namespace}`"),
            (namespace, name, _) => format!("`{namespace}/{name}`"),
        }
    }

    /// What a person calls so, under the name that the same end has in other logs.
    fn written(&self, text: &str) -> Result<Target, Unmatched> {
        if text.trim().eq_ignore_ascii_case(INTERNET) {
            return Ok(Target { by: MatchedBy::Name, ..self.anywhere(EndKind::Internet) });
        }
        let found = find_among(self.snapshot, Some(&self.names), text).map_err(Unmatched::Name)?;
        let pod = match found.end {
            Endpoint::Pod(id) => self.snapshot.pod(id).filter(|pod| pod.role == Role::Pod).map(|pod| (id, pod.workload)),
            _ => None,
        };
        let name = match (pod, found.end) {
            (Some((_, workload)), _) if self.pods_of(workload).iter().map(|pod| Endpoint::Pod(*pod)).eq(found.all.iter().copied()) => {
                return Ok(self.of_workload(workload, MatchedBy::Name));
            }
            (Some((id, _)), _) => return Ok(self.named(self.snapshot.pod_title(id), "Pod", found.all, MatchedBy::Name)),
            (None, Endpoint::Node(node)) => return Ok(self.of_node(node, MatchedBy::Name)),
            (None, _) => text.trim().to_owned(),
        };
        Ok(Target { name, by: MatchedBy::Name, all: found.all })
    }

    fn pod(&self, end: &LoggedEnd) -> Result<Target, Unmatched> {
        let nothing = || Unmatched::Pod(self.described(end));
        let Some(&namespace) = self.namespaces.get(end.namespace.as_str()) else {
            return self.by_address_in(end, None).ok_or_else(nothing);
        };
        if let Name::Own(name) = &end.name
            && let Some(pod) = self.pods.get(&(namespace, name.as_str()))
        {
            return Ok(self.of_pod(*pod, MatchedBy::Name));
        }
        let made = self.made(namespace, end);
        if let [workload] = made.as_slice() {
            return Ok(self.of_workload(*workload, MatchedBy::Workload));
        }
        if let Some(workload) = self.by_labels(namespace, &end.labels, &made) {
            return Ok(self.of_workload(workload, MatchedBy::Labels));
        }
        if let Some(found) = self.by_address_in(end, Some(namespace)) {
            return Ok(found);
        }
        if made.is_empty() {
            return Err(nothing());
        }
        let titles = made.iter().map(|id| workload_title(self.snapshot, *id)).collect();
        Err(Unmatched::SeveralWorkloads(self.described(end), titles))
    }

    /// The workloads of a namespace with a name.
    fn called<'s>(&'s self, namespace: NamespaceId, name: &'s str) -> &'s [WorkloadId] {
        self.workloads.get(&(namespace, name)).map_or(&[][..], Vec::as_slice)
    }

    /// The ReplicaSets of a Deployment that the input does not give.
    fn replica_sets_of<'s>(&'s self, namespace: NamespaceId, name: &'s str) -> &'s [WorkloadId] {
        self.replica_sets.get(&(namespace, name)).map_or(&[][..], Vec::as_slice)
    }

    /// The workloads that may have made a pod, as the log says it or as its name shows it.
    fn made(&self, namespace: NamespaceId, end: &LoggedEnd) -> Vec<WorkloadId> {
        let mut found: Vec<WorkloadId> = Vec::new();
        for (kind, name) in &end.workloads {
            let fits = |id: &&WorkloadId| kind.is_empty() || self.kind_of(**id) == kind.as_str();
            found.extend(self.called(namespace, name).iter().filter(fits));
            if kind == "Deployment" {
                found.extend(self.replica_sets_of(namespace, name));
            }
        }
        let makers = match &end.name {
            Name::Own(name) => makers_of(name),
            Name::Prefix(prefix) => Makers::of_prefix(prefix),
            Name::None | Name::Written(_) => Makers::default(),
        };
        for maker in makers.list {
            // The more exact ones come first.
            if !found.is_empty() {
                break;
            }
            let fits = |id: &&WorkloadId| self.snapshot.workload(**id).is_some_and(|workload| maker.fits(&workload.kind));
            found.extend(self.called(namespace, maker.name).iter().filter(fits));
            if maker.is_template {
                found.extend(self.replica_sets_of(namespace, maker.name));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn kind_of(&self, id: WorkloadId) -> &str {
        self.snapshot.workload(id).map_or("", |workload| workload.kind.as_str())
    }

    /// The only workload whose pods have these labels, all of them but what controllers add; among `of` if that is not empty. Of those whose labels
    /// are contained in one another it is the one with the most.
    fn by_labels(&self, namespace: NamespaceId, labels: &[(String, String)], of: &[WorkloadId]) -> Option<WorkloadId> {
        if labels.is_empty() {
            return None;
        }
        let all = self.of_namespace.get(&namespace)?;
        let counted = |id: &WorkloadId| {
            let pod = self.snapshot.pod(*self.snapshot.workload(*id)?.endpoints.first()?)?;
            let mut count = 0;
            for (key, value) in pod.labels.iter().filter(|(key, _)| !CONTROLLER_LABELS.contains(key)) {
                if !labels.iter().any(|(k, v)| k == key && v == value) {
                    return None;
                }
                count += 1;
            }
            (count > 0).then_some((count, *id))
        };
        let candidates = if of.is_empty() { all.as_slice() } else { of };
        let found: Vec<(usize, WorkloadId)> = candidates.iter().filter_map(counted).collect();
        let most = found.iter().map(|(count, _)| *count).max()?;
        let mut best = found.iter().filter(|(count, _)| *count == most);
        best.next().filter(|_| best.next().is_none()).map(|(_, id)| *id)
    }

    /// A pod by its address, if it is of the namespace that the log says.
    fn by_address_in(&self, end: &LoggedEnd, namespace: Option<NamespaceId>) -> Option<Target> {
        let pod = self.names.pod_at(end.address?)?;
        (self.snapshot.pod(pod)?.namespace == namespace?).then(|| self.of_pod(pod, MatchedBy::Address))
    }

    fn node(&self, end: &LoggedEnd) -> Result<Target, Unmatched> {
        if let Name::Own(name) = &end.name
            && let Some(found) = self.host(name)
        {
            return Ok(found);
        }
        let at = end.address.and_then(|address| self.names.node_at(address));
        at.map(|node| self.of_node(node, MatchedBy::Address)).ok_or_else(|| Unmatched::Node(self.described(end)))
    }

    /// A node by its name, or by that of one of its host endpoints.
    fn host(&self, name: &str) -> Option<Target> {
        let by_endpoint = || self.snapshot.host_endpoints().find(|(_, host)| host.name == name).map(|(_, host)| host.node);
        let node = self.nodes.get(name).copied().or_else(by_endpoint)?;
        Some(self.of_node(node, MatchedBy::Name))
    }

    fn of_node(&self, node: NodeId, by: MatchedBy) -> Target {
        Target { name: format!("node/{}", self.snapshot.node_name(node)), by, all: alloc::vec![Endpoint::Node(node)] }
    }

    /// An address that the log says is no pod's.
    fn outside(&self, address: IpAddr, network: &str) -> Result<Target, Unmatched> {
        match self.names.pod_at(address) {
            Some(pod) => Err(Unmatched::OutsideOrPod(address, self.snapshot.pod_title(pod))),
            None => self.address(address, network),
        }
    }

    /// What has an address.
    fn address(&self, address: IpAddr, network: &str) -> Result<Target, Unmatched> {
        if let Some(pod) = self.names.pod_at(address) {
            return Ok(self.of_pod(pod, MatchedBy::Address));
        }
        let cloud = &self.snapshot.cloud;
        let networks = if cloud.networks.is_empty() { Vec::new() } else { cloud.networks_with(address) };
        if networks.len() > 1 {
            return self.in_one_of(&networks, address, network);
        }
        let found = find_among(self.snapshot, Some(&self.names), &address.to_string()).map_err(Unmatched::Name)?;
        if matches!(found.end, Endpoint::Outside(_)) && networks.is_empty() && self.snapshot.pod_network.contains(address) {
            return Err(Unmatched::NoPodHas(address));
        }
        Ok(Target { name: found.title, by: MatchedBy::Address, all: found.all })
    }

    /// What has an address that several networks have: of them the one that the log is about.
    fn in_one_of(&self, networks: &[NetworkId], address: IpAddr, network: &str) -> Result<Target, Unmatched> {
        let cloud = &self.snapshot.cloud;
        let mut called = networks.iter().filter(|id| cloud.network_name(**id).eq_ignore_ascii_case(network));
        let Some(id) = called.next().filter(|_| called.next().is_none()) else {
            let names = networks.iter().map(|id| cloud.network_name(*id).to_owned()).collect();
            return Err(Unmatched::SeveralNetworks(address, names));
        };
        let interface = cloud.locate_in(*id, address).and_then(|at| at.interface).and_then(|id| cloud.interface(id));
        let end = interface.and_then(|interface| cloud.end_of(interface)).unwrap_or(Endpoint::InNetwork(*id, address));
        let name = match (end, interface) {
            (Endpoint::Node(node), _) => format!("node/{}", self.snapshot.node_name(node)),
            (_, Some(interface)) => format!("vm/{}", interface.title()),
            (_, None) => address.to_string(),
        };
        Ok(Target { name, by: MatchedBy::Address, all: alloc::vec![end] })
    }

    /// One address of each range of the Internet, or of private addresses, that rules tell apart. The log names none, so the answer counts only if it is
    /// that of all. A node without a host endpoint is a private address for Calico.
    fn anywhere(&self, kind: EndKind) -> Target {
        if kind == EndKind::Internet {
            let parts = endpoints::internet_parts(self.connectivity.compiled(), self.snapshot);
            let all = parts.into_iter().map(|part| Endpoint::Outside(part.address)).collect();
            return Target { name: INTERNET.into(), by: MatchedBy::Anywhere, all };
        }
        let wanted = AddressSet::private().difference(&endpoints::inside(self.snapshot)).difference(&self.snapshot.pod_network);
        let mut all: Vec<Endpoint> = wanted.first().map(Endpoint::Outside).into_iter().collect();
        let mut classes: Vec<_> = all.iter().map(|end| self.connectivity.class_of(*end)).collect();
        for direction in [Direction::Ingress, Direction::Egress] {
            for range in outside_ranges(self.snapshot, self.connectivity, direction) {
                let part = AddressSet::range(range.first, range.last).intersection(&wanted);
                let Some(end) = part.first().map(Endpoint::Outside) else { continue };
                let class = self.connectivity.class_of(end);
                if !classes.contains(&class) {
                    classes.push(class);
                    all.push(end);
                }
            }
        }
        all.extend(self.snapshot.nodes().filter(|(_, node)| !node.stand_in).map(|(id, _)| Endpoint::Node(id)));
        Target { name: PRIVATE.into(), by: MatchedBy::Anywhere, all }
    }

    /// The workload of a pod, if policies treat its pods alike; else the pod alone.
    fn of_pod(&self, pod: PodId, by: MatchedBy) -> Target {
        let class = self.connectivity.class_of(Endpoint::Pod(pod));
        let workload = self.snapshot.pod(pod).map(|pod| pod.workload);
        let alike = |id: &WorkloadId| {
            let pods = self.pods_of(*id);
            pods.len() > 1 && pods.iter().all(|other| self.connectivity.class_of(Endpoint::Pod(*other)) == class)
        };
        match workload.filter(alike) {
            Some(workload) => self.of_workload(workload, by),
            None => self.named(self.snapshot.pod_title(pod), "Pod", alloc::vec![Endpoint::Pod(pod)], by),
        }
    }

    fn pods_of(&self, id: WorkloadId) -> &[PodId] {
        self.snapshot.workload(id).map_or(&[][..], |workload| &workload.endpoints)
    }

    fn of_workload(&self, id: WorkloadId, by: MatchedBy) -> Target {
        let Some(workload) = self.snapshot.workload(id) else { return Target { name: String::new(), by, all: Vec::new() } };
        let all = workload.endpoints.iter().map(|pod| Endpoint::Pod(*pod)).collect();
        let title = format!("{}/{}", self.snapshot.namespace_name(workload.namespace), workload.name);
        self.named(title, workload.kind.as_str(), all, by)
    }

    /// A target with the shortest name that means it.
    fn named(&self, title: String, kind: &str, all: Vec<Endpoint>, by: MatchedBy) -> Target {
        let is_plain = find_among(self.snapshot, Some(&self.names), &title).is_ok_and(|found| found.all == all);
        Target { name: if is_plain { title } else { format!("{title}[{kind}]") }, by, all }
    }
}

/// The name of a private address that the log does not give. No question takes it.
pub(super) const PRIVATE: &str = "private network";
