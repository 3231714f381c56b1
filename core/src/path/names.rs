//! Whether a client can learn the address behind a name: before anything else it asks the cluster's DNS. Upstream: Kubernetes documentation, "DNS for
//! Services and Pods", and "Using NodeLocal DNSCache in Kubernetes Clusters".

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::ask::{Client, Goal};
use super::branches::{Arrival, Trip, Way};
use super::tables::Entry;
use super::walk::Walk;
use super::{Basis, Branch, Packet, Place, Share, Step};
use crate::model::Protocol;
use crate::policy::{Action, Direction, RuleRef};
use crate::snapshot::{NodeId, PodId, Role, Service, Snapshot};
use crate::verdict::Verdict;
use crate::verdict::traversal::{Checkpoint, Side};

/// Where DNS is asked.
const DNS: u16 = 53;
/// Names of the Service of the cluster's DNS: as kubeadm and AKS have it, CoreDNS's own charts, OpenShift.
const SERVICES: [(&str, &str); 4] = [
    ("kube-system", "kube-dns"),
    ("kube-system", "coredns"),
    ("kube-system", "rke2-coredns-rke2-coredns"),
    ("openshift-dns", "dns-default"),
];

/// The Service of the cluster's DNS, if the text has it.
pub(super) fn dns_service(snapshot: &Snapshot) -> Option<(u32, &Service)> {
    let given = snapshot.cloud.clusters.first().and_then(|c| c.dns_service);
    let is_it = |s: &Service| {
        let is_named = |(namespace, name): &(&str, &str)| s.name == *name && snapshot.namespace_name(s.namespace) == *namespace;
        given.is_some_and(|a| s.addresses.contains(&a)) || SERVICES.iter().any(is_named)
    };
    (0..).zip(&snapshot.services).find(|(_, s)| is_it(s))
}

/// The cache of a node that answers in place of the cluster's DNS.
pub(super) struct Cache {
    pub(super) pod: PodId,
}

impl<'a> Trip<'a> {
    /// The DNS cache of a node that has the address of a Service itself, so that packets to it are not translated and end on the node.
    pub(super) fn cache_at(&self, node: NodeId, service: &Service, port: Option<u16>) -> Option<Cache> {
        if port != Some(DNS) {
            return None;
        }
        let snapshot = &self.paths.snapshot;
        let is_dns = || dns_service(snapshot).is_some_and(|(_, dns)| core::ptr::eq(dns, service));
        let answers = |text: &str| {
            text.parse().is_ok_and(|address| service.addresses.contains(&address)) || text == "__PILLAR__DNS__SERVER__" && is_dns()
        };
        let mut caches = snapshot.pods().filter(|(_, e)| e.replicas > 0 && e.node.is_none_or(|n| n == node));
        caches.find(|(_, e)| e.dns_cache.iter().any(|a| answers(a))).map(|(pod, _)| Cache { pod })
    }

    /// To the cache on the client's own node.
    pub(super) fn ask_cache(&mut self, mut way: Way<'a>, client: Client, home: NodeId, cache: &Cache) -> Arrival<'a> {
        let title = self.paths.snapshot.pod_title(cache.pod);
        let text = format!("its DNS cache `{title}` has this address itself, so the packet is not translated and ends here");
        self.at_home(&mut way.walk, client, home, &text, Some(Basis::NodeLocal));
        let side = self.leave_home(&mut way.walk, client);
        way.walk.cross(home, side, Side::Host);
        way.walk.place(Place::Pod(cache.pod), format!("Pod {title}"), "answers, or asks the cluster's DNS itself", None);
        self.notes
            .push(format!("`{title}` caches DNS on each node at this address: policies of clients see the address, not the DNS pods."));
        self.cached = true;
        Arrival { way, pod: Some((cache.pod, Some(home))) }
    }

    /// What becomes of a name before the connection: nothing where the client can ask for it, or where it does not have to; else the way that its
    /// question goes.
    pub(super) fn unresolved(&mut self, way: &Way<'a>, client: Client) -> Option<Branch> {
        let name = self.question.name.clone()?;
        let Client::Pod(pod) = client else { return None };
        let endpoint = self.paths.snapshot.pod(pod)?;
        if way.walk.is_host(pod) {
            return None;
        }
        let who = self.paths.snapshot.pod_title(pod);
        if endpoint.foreign_dns {
            self.notes.push(format!("`{who}` does not ask the cluster's DNS (`dnsPolicy`): other servers do not know names of Services."));
            return None;
        }
        let tried = self.ask_dns(client, pod);
        // One server that answers is enough.
        let has = |wanted: Verdict| tried.iter().any(|(verdict, _)| *verdict == wanted);
        let verdict = match (has(Verdict::Allowed), has(Verdict::CannotTell)) {
            (true, _) => return None,
            (false, true) => Verdict::CannotTell,
            (false, false) => Verdict::Denied,
        };
        let (_, branch) = tried.into_iter().find(|(v, _)| *v == verdict)?;
        let stop = branch.stop().map_or_else(String::new, |step| step.text.clone());
        let can = if verdict == Verdict::Denied { "cannot" } else { "may not be able to" };
        let why = format!("`{who}` {can} ask the cluster's DNS for the address of `{name}`: {stop}");
        if let Goal::Name { .. } = self.question.goal {
            // Names outside may be known from elsewhere; where they lead is not known in any case.
            self.notes.push(format!("{why}."));
            return None;
        }
        let steps = branch.steps.into_iter().map(|step| match step.verdict == verdict && step.text == stop {
            true => Step { text: why.clone(), basis: step.basis.or(Some(Basis::Names)), ..step },
            false => step,
        });
        Some(Branch { share: way.share, title: way.title.clone(), alike: way.alike, verdict, steps: steps.collect(), seen: None })
    }

    /// The ways of a question to the cluster's DNS.
    fn ask_dns(&mut self, client: Client, pod: PodId) -> Vec<(Verdict, Branch)> {
        let paths = self.paths;
        let blank = || {
            let packet = Packet { from: paths.client(client), to: paths.client(client), port: Some(DNS) };
            Way { walk: Walk::new(paths, packet, Protocol::UDP), share: Share::ALL, title: String::new(), alike: 1 }
        };
        let finish = |way: Way<'a>| way.walk.finish(way.share, String::new(), 1);
        if let Some((number, service)) = dns_service(&paths.snapshot)
            && let Some(port) = service.ports.iter().position(|p| p.port == DNS && p.protocol == Protocol::UDP)
            && (!paths.tables().backends(number, port).is_empty()
                || self.home(client).is_some_and(|h| self.cache_at(h, service, Some(DNS)).is_some()))
        {
            let (notes, pods, cached) = (self.notes.clone(), self.pods.clone(), self.cached);
            let arrivals = self.reach_service(blank(), client, number, port, Entry::Cluster, None);
            (self.notes, self.pods, self.cached) = (notes, pods, cached);
            return arrivals.into_iter().map(|a| finish(a.way)).map(|b| (b.verdict, b)).collect();
        }
        let servers = paths.snapshot.pods().filter(|(_, e)| e.replicas > 0 && paths.snapshot.serves_dns(e));
        let mut found = Vec::new();
        for (server, endpoint) in servers {
            let mut way = self.start(blank(), client, paths.pod(server));
            way.walk.check(Checkpoint::Endpoint(Direction::Egress));
            way.walk.check(Checkpoint::Endpoint(Direction::Ingress));
            let mut branch = finish(way);
            let is_assumed = endpoint.role == Role::Dns;
            if is_assumed && branch.verdict == Verdict::Denied && self.may_mean_dns(pod) {
                // A rule selects pods that the text does not have; they may be those of the DNS.
                branch.verdict = Verdict::Allowed;
            }
            found.push((branch.verdict, branch));
        }
        found
    }

    /// Whether a rule lets a pod out to port 53 of pods of which the text has none.
    fn may_mean_dns(&self, pod: PodId) -> bool {
        let compiled = &self.paths.compiled;
        compiled.policies_on(pod, Direction::Egress).iter().filter_map(|id| compiled.policy(*id)).any(|policy| {
            (0..).zip(&policy.egress).any(|(index, rule)| {
                let reference = RuleRef { policy: policy.id, direction: Direction::Egress, index };
                let fits = rule.action != Action::Deny && rule.traffic.may_hold(Protocol::UDP, DNS);
                fits && (0..rule.peers.terms().len()).any(|term| {
                    rule.peers.terms().get(term).is_some_and(|t| t.is_of_pods()) && !compiled.term_matches_pods(reference, term)
                })
            })
        })
    }
}
