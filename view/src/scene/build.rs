//! From the core's analysis to the scene that the page shows.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::{ClassId, Endpoint};
use netpolis_core::connectivity::{Connectivity, PairIds};
use netpolis_core::explain::addresses_of;
use netpolis_core::model::{AddressSet, Cidr, Labels};
use netpolis_core::policy::{Direction, SubjectMatch};
use netpolis_core::settings::Engine;
use netpolis_core::snapshot::cloud::tags;
use netpolis_core::snapshot::{NetworkSet, NodeId, OwnerKind, PodId, Role, ServiceAccount, Snapshot, WorkloadId};

use super::outside::{INTERNET, name_outside, ranges_text};
use super::pairs::{SceneTable, classes};
use crate::problems::problem_view;
use crate::targets::target_views;
use crate::{AccountView, EndKind, EndView, NamespaceView, PolicyView, PortView, SceneView, SourceLocations, TierColumn};

/// Most findings that are listed.
const MOST_PROBLEMS: usize = 400;
/// Most outside ranges that become pills of their own.
const MOST_OUTSIDE: usize = 40;

/// Addresses of the Internet far from each other: ends that hold them all are the Internet.
const PUBLIC: [Ipv4Addr; 3] = [Ipv4Addr::new(1, 1, 1, 1), Ipv4Addr::new(8, 8, 8, 8), Ipv4Addr::new(203, 0, 113, 10)];

/// The question's word for the pods of the Ingress controller.
pub const INGRESS_CONTROLLER: &str = "ingress-controller";

/// The scene as the page shows it.
pub fn scene_view(scene: &Analysis) -> SceneView {
    scene_view_after(scene, &mut SceneTable::default())
}

/// The scene after an edit of another one, whose table is exchanged for this one's: connection sets that both have keep their numbers, so that few
/// cells differ, and cells that the edit cannot have changed are taken over.
pub fn scene_view_after(scene: &Analysis, table: &mut SceneTable) -> SceneView {
    let spots = SourceLocations::new(scene.sources());
    let snapshot = scene.snapshot();
    let mut builder = SceneBuilder { scene, snapshot, connectivity: scene.connectivity(), spots: &spots, ends: Vec::new() };
    builder.workloads();
    builder.nodes();
    builder.machines();
    builder.outside();
    let tiers = builder.tiers();
    let ends = builder.ends;

    let classes = classes(&ends, scene.connectivity(), snapshot);
    let within;
    (*table, within) = SceneTable::new(scene.connectivity(), &ends, &classes, std::mem::take(table));

    let problems = scene.problems();
    let ends: Vec<EndView> = ends.into_iter().zip(&classes).map(|(end, class)| EndView { class: *class, ..end.view }).collect();
    let scene = SceneView {
        targets: target_views(snapshot, &ends, &spots),
        ends,
        namespaces: snapshot
            .namespaces
            .iter()
            .map(|n| NamespaceView { name: n.name.clone(), labels: labels(&n.labels), spot: n.given.and_then(|p| spots.at(p)) })
            .collect(),
        accounts: accounts(snapshot),
        policies: scene.compiled().ruleset().policies.iter().map(|p| policy_view(p, &spots)).collect(),
        tiers,
        sets: table.sets.clone(),
        classes: classes.iter().max().map_or(0, |last| last + 1),
        cells: table.cells.clone(),
        within,
        problems: problems.iter().take(MOST_PROBLEMS).map(|p| problem_view(p, &spots)).collect(),
        more_problems: problems.len().saturating_sub(MOST_PROBLEMS) as u32,
        enforced: scene.settings().engine != Engine::None,
        objects: scene.loaded().resources().count() as u32,
        cloud: crate::cloud::cloud_view(scene, &spots),
        coverage: crate::coverage::coverage_view(scene, &spots),
        ..SceneView::default()
    };
    SceneView { namespace_flows: scene.count_namespace_flows(false), ..scene }
}

fn accounts(snapshot: &Snapshot) -> Vec<AccountView> {
    let title = |a: &ServiceAccount| format!("{}/{}", snapshot.namespace_name(a.namespace), a.name);
    snapshot.service_accounts.iter().map(|a| AccountView { title: title(a), labels: labels(&a.labels) }).collect()
}

fn policy_view(policy: &netpolis_core::policy::Policy, spots: &SourceLocations<'_>) -> PolicyView {
    let directions = match (policy.acts_on_ingress, policy.acts_on_egress) {
        (true, true) => "ingress and egress",
        (true, false) => "ingress",
        (false, true) => "egress",
        (false, false) => "",
    };
    PolicyView {
        kind: policy.kind.to_string(),
        title: policy.title(),
        directions: directions.into(),
        not_enforced: policy.not_enforced.clone(),
        rules: (policy.ingress.len() + policy.egress.len()) as u32,
        movable: is_movable(policy),
        spot: spots.at(policy.place),
    }
}

/// Kinds of Calico that stand in tiers; those of Kubernetes have a fixed order there.
fn is_movable(policy: &netpolis_core::policy::Policy) -> bool {
    matches!(policy.subject, SubjectMatch::Endpoints(_)) && !policy.kind.contains("Kubernetes")
}

fn labels(labels: &Labels) -> Vec<String> {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

/// An end with what it stands for in the core.
pub(super) struct BuiltEnd {
    pub(super) view: EndView,
    /// One of each kind of pod that it has, or itself.
    pub(super) ends: Vec<Endpoint>,
    /// Of each of them another pod that is alike, where one is written.
    pub(super) others: Vec<Option<Endpoint>>,
    /// A pod that is one of several alike, if there is one.
    pub(super) twin: bool,
}

/// What tells outside ranges apart: the network sets that they lie in, and their answers with every kind of end.
type OutsideKey = (Vec<bool>, Vec<[PairIds; 2]>);

struct SceneBuilder<'a> {
    scene: &'a Analysis,
    snapshot: &'a Snapshot,
    connectivity: &'a Connectivity,
    spots: &'a SourceLocations<'a>,
    ends: Vec<BuiltEnd>,
}

impl SceneBuilder<'_> {
    fn workloads(&mut self) {
        let compiled = self.scene.compiled();
        let mut selecting: HashMap<ClassId, Vec<u32>> = HashMap::new();
        for policy in &compiled.ruleset().policies {
            compiled.selected(policy.id).for_each(|class| selecting.entry(class).or_default().push(policy.id.0));
        }
        for (id, workload) in self.snapshot.workloads() {
            let Some(first) = workload.endpoints.first().and_then(|&e| self.snapshot.pod(e)) else { continue };
            let controller = first.role == Role::IngressController;
            let every = |test: &dyn Fn(PodId) -> bool| workload.endpoints.iter().any(|&e| test(e));
            let policies = |id: PodId, direction| !compiled.policies_on(id, direction).is_empty();
            // Which policies select a pod depends on its class alone.
            let mut classes: Vec<ClassId> = workload.endpoints.iter().map(|&e| self.connectivity.class_of(Endpoint::Pod(e))).collect();
            classes.sort_unstable();
            classes.dedup();
            let mut selected: Vec<u32> = classes.iter().filter_map(|class| selecting.get(class)).flatten().copied().collect();
            if classes.len() > 1 {
                selected.sort_unstable();
                selected.dedup();
            }
            let mut subtitle = match workload.replicas {
                _ if controller => "forwards requests from outside".to_owned(),
                1 if workload.kind == OwnerKind::Pod => "Pod".to_owned(),
                n => format!("{} × {n}", workload.kind),
            };
            if first.host_network {
                subtitle += ", host network";
            }
            let view = EndView {
                key: if controller { INGRESS_CONTROLLER.into() } else { workload_key(self.snapshot, id) },
                kind: if controller { EndKind::IngressController } else { EndKind::Workload },
                namespace: (!controller).then_some(workload.namespace.0),
                internet: false,
                title: if controller { "Ingress controller".into() } else { workload.name.clone() },
                subtitle,
                replicas: workload.replicas,
                class: 0,
                isolated_ingress: every(&|e| compiled.isolated(e, Direction::Ingress)),
                isolated_egress: every(&|e| compiled.isolated(e, Direction::Egress)),
                governed_ingress: every(&|e| policies(e, Direction::Ingress)),
                governed_egress: every(&|e| policies(e, Direction::Egress)),
                policies: selected,
                labels: labels(&first.labels),
                addresses: workload
                    .endpoints
                    .iter()
                    .filter_map(|&e| self.snapshot.pod(e))
                    .filter(|e| e.address_given)
                    .flat_map(|e| e.addresses.iter().map(ToString::to_string))
                    .take(8)
                    .collect(),
                ports: first
                    .ports
                    .iter()
                    .map(|p| PortView { protocol: p.protocol.to_string(), port: p.number, name: p.name.as_ref().map(ToString::to_string) })
                    .collect(),
                spot: if controller { None } else { self.spots.at(workload.place) },
            };
            let (mut ends, mut others): (Vec<Endpoint>, Vec<Option<Endpoint>>) = (Vec::new(), Vec::new());
            for &endpoint in &workload.endpoints {
                let end = Endpoint::Pod(endpoint);
                let alike = |other: &Endpoint| {
                    self.connectivity.class_of(*other) == self.connectivity.class_of(end)
                        && node_of(self.snapshot, *other) == node_of(self.snapshot, end)
                };
                match ends.iter().position(alike).and_then(|known| others.get_mut(known)) {
                    None => {
                        ends.push(end);
                        others.push(None);
                    }
                    Some(other) => *other = other.or(Some(end)),
                }
            }
            self.ends.push(BuiltEnd { view, ends, others, twin: workload.endpoints.len() > 1 || first.replicas > 1 });
        }
    }

    fn nodes(&mut self) {
        for (id, node) in self.snapshot.nodes() {
            let hosts = self.snapshot.host_endpoints_of(id);
            let host = hosts.on_network().and_then(|host| self.snapshot.host_endpoint(host));
            // A host endpoint closes its node in both directions, but for what is allowed.
            let policed = host.is_some() && self.scene.compiled().ruleset().hosts.is_some();
            let in_use = [hosts.named, hosts.all].into_iter().flatten().filter(|_| policed);
            let mut selecting: Vec<_> = in_use.flat_map(|host| self.scene.compiled().policies_on_host(host)).collect();
            selecting.sort_unstable();
            selecting.dedup();
            let view = EndView {
                key: format!("node/{}", node.name),
                kind: EndKind::Node,
                title: node.name.clone(),
                subtitle: host.map_or_else(|| "Node".into(), |host| format!("Node, host endpoint {}", host.name)),
                replicas: 1,
                labels: labels(host.map_or(&node.labels, |host| &host.labels)),
                isolated_ingress: policed,
                isolated_egress: policed,
                governed_ingress: policed,
                governed_egress: policed,
                policies: selecting.into_iter().map(|id| id.0).collect(),
                addresses: node.addresses.iter().map(ToString::to_string).collect(),
                spot: node.place.and_then(|p| self.spots.at(p)),
                ..EndView::default()
            };
            self.ends.push(BuiltEnd { view, ends: vec![Endpoint::Node(id)], others: Vec::new(), twin: false });
        }
    }

    /// Machines of the cloud's network; nodes are ends of their own.
    fn machines(&mut self) {
        let cloud = &self.snapshot.cloud;
        for interface in cloud.interfaces.iter().filter(|i| i.node.is_none()) {
            if interface.addresses.is_empty() {
                continue;
            }
            let guarded = interface.group.is_some() || cloud.subnet(interface.subnet).is_some_and(|s| s.group.is_some());
            let subnet = cloud.subnet_name(interface.subnet);
            let view = EndView {
                key: format!("vm/{}", interface.title()),
                kind: EndKind::Machine,
                title: interface.title().to_owned(),
                subtitle: if interface.stand_in { "any machine of the subnet".into() } else { format!("VM in {subnet}") },
                replicas: 1,
                governed_ingress: guarded,
                governed_egress: guarded,
                addresses: addresses_of(interface, self.snapshot),
                spot: self.spots.at(interface.place),
                ..EndView::default()
            };
            self.ends.push(BuiltEnd { view, ends: cloud.end_of(interface).into_iter().collect(), others: Vec::new(), twin: false });
        }
    }

    /// Outside ranges that differ in no answer come together in one end.
    fn outside(&mut self) {
        let mut starts: Vec<IpAddr> = Direction::BOTH.iter().flat_map(|&d| self.connectivity.outside(d).iter().map(|r| r.first)).collect();
        starts.sort_unstable();
        starts.dedup();
        let lasts: Vec<IpAddr> = Direction::BOTH.iter().flat_map(|&d| self.connectivity.outside(d).iter().map(|r| r.last)).collect();
        let mut classes: HashSet<ClassId> = HashSet::new();
        let ends = self.ends.iter().flat_map(|end| &end.ends).copied();
        let samples: Vec<Endpoint> = ends.filter(|one| classes.insert(self.connectivity.class_of(*one))).collect();
        let addresses: Vec<Cidr> = self.snapshot.nodes.iter().flat_map(|n| n.addresses.iter().map(|a| Cidr::of(*a))).collect();
        let nodes = AddressSet::of_cidrs(&addresses);
        let networks = self.snapshot.cloud.networks.iter().fold(AddressSet::default(), |set, n| set.union(&n.space));
        let internet = tags::internet(&networks);
        let has_cloud = !self.snapshot.cloud.networks.is_empty();
        // Ranges with equal answers are one, but those in a network set stay apart: people know them by its name.
        let mut groups: Vec<(OutsideKey, AddressSet, Endpoint)> = Vec::new();
        // Where no text speaks of IPv6, it would only stand in the way.
        let speaks_of_v6 = starts.iter().filter(|s| s.is_ipv6()).count() > 1
            || self.snapshot.endpoints.iter().any(|e| e.address_given && e.addresses.iter().any(IpAddr::is_ipv6));
        for (index, &first) in starts.iter().enumerate().filter(|(_, s)| s.is_ipv4() || speaks_of_v6) {
            let next = starts.get(index + 1).filter(|n| n.is_ipv4() == first.is_ipv4());
            let last =
                lasts.iter().filter(|l| l.is_ipv4() == first.is_ipv4() && **l >= first && next.is_none_or(|n| *l < n)).max().copied();
            let Some(last) = last else { continue };
            let range = AddressSet::range(first, last);
            let end = Endpoint::Outside(first);
            // Addresses of pods and nodes are no outside, nor are those of the cloud's network: there they are machines, or nobody's.
            if networks.covers(&range) {
                continue;
            }
            if self.snapshot.pod_network.covers(&range) || nodes.covers(&range) {
                continue;
            }
            let row: Vec<[PairIds; 2]> =
                samples.iter().map(|s| [self.connectivity.between_ids(end, *s), self.connectivity.between_ids(*s, end)]).collect();
            let sets: Vec<bool> = self.snapshot.network_sets.iter().map(|set| set.addresses.covers(&range)).collect();
            let key = (sets, row);
            match groups.iter_mut().find(|(other, ..)| *other == key) {
                Some((_, set, _)) => *set = set.union(&range),
                None => groups.push((key, range, end)),
            }
        }
        for (_, set, end) in groups.into_iter().take(MOST_OUTSIDE) {
            let (title, subtitle, address) = name_outside(&set, &self.snapshot.pod_network);
            let (title, subtitle) = match () {
                () if has_cloud && set.contains(tags::PLATFORM) && set.ranges().count() == 1 => {
                    ("Azure platform".into(), "health probes, name resolution".into())
                }
                () if has_cloud && set.contains(tags::METADATA) && set.ranges().count() == 1 => {
                    ("Azure metadata".into(), "the machine's metadata service".into())
                }
                () if has_cloud && set.ranges().count() > 2 && PUBLIC.iter().all(|a| set.contains(IpAddr::V4(*a))) => {
                    (INTERNET.into(), "public addresses".into())
                }
                () if has_cloud && set.ranges().count() > 2 && set.intersection(&internet).is_empty() => {
                    ("Private addresses".into(), "elsewhere".into())
                }
                () => (title, subtitle),
            };
            let known = self.named_set(&set);
            let internet = known.is_none() && title == INTERNET;
            let (title, subtitle) = known.map_or((title, subtitle), |k| (k.name.clone(), ranges_text(&set, 2).join(", ")));
            let labels = known.map_or_else(Vec::new, |k| labels(&k.labels));
            let key = address.map(|a| a.to_string()).unwrap_or_default();
            let view = EndView { key, internet, title, subtitle, labels, addresses: ranges_text(&set, 32), ..EndView::default() };
            self.ends.push(BuiltEnd { view, ends: vec![address.map_or(end, Endpoint::Outside)], others: Vec::new(), twin: false });
        }
    }
}

impl SceneBuilder<'_> {
    /// The network set that addresses are all in, if there is one: its name says more than they do.
    fn named_set(&self, addresses: &AddressSet) -> Option<&NetworkSet> {
        let fits = |set: &&NetworkSet| set.addresses.covers(addresses);
        self.snapshot.network_sets.iter().filter(fits).min_by_key(|set| set.addresses.ranges().count())
    }

    /// Tiers as columns of the policy board.
    fn tiers(&self) -> Vec<TierColumn> {
        let ruleset = self.scene.compiled().ruleset();
        let column = |tier: &netpolis_core::policy::Tier| TierColumn {
            name: tier.name.clone(),
            denies_at_end: tier.isolates(),
            ordered: tier.ordered,
            open: tier.groups.iter().flatten().any(|id| ruleset.policy(*id).is_some_and(|p| is_movable(p) || p.kind == "NetworkPolicy")),
            policies: tier.groups.iter().flatten().map(|id| id.0).collect(),
        };
        ruleset.tiers.iter().map(column).collect()
    }
}

pub(super) fn node_of(snapshot: &Snapshot, end: Endpoint) -> Option<NodeId> {
    match end {
        Endpoint::Pod(id) => snapshot.pod(id).and_then(|e| e.node),
        _ => None,
    }
}

pub(crate) fn workload_key(snapshot: &Snapshot, id: WorkloadId) -> String {
    let Some(workload) = snapshot.workload(id) else { return String::new() };
    format!("{}/{}[{}]", snapshot.namespace_name(workload.namespace), workload.name, workload.kind)
}
