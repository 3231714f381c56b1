//! Reasons as sentences.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Explainer;
use super::names::{end_name, readings};
use crate::compile::Endpoint;
use crate::explain::CheckpointTrace;
use crate::language::azure::AddressSku;
use crate::model::Protocol;
use crate::policy::{Direction, Doubt, NO_PROFILE, Policy, PolicyId, PolicyRole, SubjectMatch};
use crate::snapshot::cloud::NetworkId;
use crate::snapshot::{NodeId, ServiceId};
use crate::text::Place;
use crate::verdict::traversal::{Checkpoint, Side, encapsulating};
use crate::verdict::{LeadsTo, Reason, SeenSource, UnknownFact, Verdict};

impl Explainer<'_> {
    pub(crate) fn sentence(&self, reason: &Reason, verdict: Verdict, checkpoint: Checkpoint) -> String {
        let sentence = self.sentence_of(reason, verdict, checkpoint);
        match checkpoint {
            Checkpoint::Reply { .. } => format!("the connection's reply: {sentence}"),
            _ => sentence,
        }
    }

    pub(super) fn sentence_of(&self, reason: &Reason, verdict: Verdict, checkpoint: Checkpoint) -> String {
        let (_, peer, direction) = self.parties(checkpoint);
        let subject_name = self.checkpoint_name(checkpoint);
        let peer_name = format!("`{}`", end_name(peer, self.snapshot));
        let traffic = self.flow.traffic;
        let (word, preposition) = (direction.as_str(), direction.preposition());
        match reason {
            Reason::Outside => self.outside(checkpoint, &subject_name),
            Reason::Node => format!("{subject_name} is on the host network, which pod policies do not select"),
            Reason::NoEngine => {
                let why = self.compiled.ruleset().idle_plugin.as_deref().unwrap_or("no policy engine is installed");
                format!("{why}, so policies are stored and nothing enforces them")
            }
            Reason::Loopback => "traffic from a pod to itself never leaves the pod, so no policy applies".to_owned(),
            Reason::OwnHost(action) => {
                let does = if verdict == Verdict::Allowed { "accepts" } else { "drops" };
                format!("{subject_name} {does} packets of its own pods to itself (`defaultEndpointToHostAction: {}`)", action.as_str())
            }
            Reason::OwnNode => format!("{peer_name} is the node that {subject_name} runs on, and a node can always reach its own pods"),
            Reason::Dropped(Protocol::UDP) => format!(
                "Calico drops VXLAN packets ({traffic}) that {subject_name} sends, unless FelixConfiguration sets `allowVXLANPacketsFromWorkloads`"
            ),
            Reason::Dropped(_) => format!(
                "Calico drops IP-in-IP packets ({traffic}) that {subject_name} sends, unless FelixConfiguration sets `allowIPIPPacketsFromWorkloads`"
            ),
            Reason::Tracked => "the connection is tracked".to_owned(),
            Reason::NoReply => self.no_reply(checkpoint),
            Reason::NotPeered => self.not_peered(checkpoint),
            Reason::PublicAddress(AddressSku::Standard) => {
                "a Standard public address accepts nothing from the Internet without a network security group, and none is \
                 attached"
                    .to_owned()
            }
            Reason::PublicAddress(AddressSku::Basic) => {
                "a Basic public address is open if no network security group is attached".to_owned()
            }
            Reason::Route(routing) => self.routing(*routing),
            Reason::NotCarried => {
                format!("virtual networks do not carry {traffic}: packets of GRE and IP in IP are dropped")
            }
            Reason::Carried => format!("the virtual network carries {traffic}"),
            Reason::ReplyRoute(routing) if verdict == Verdict::Allowed => {
                format!("{}; {traffic} arrives without one", self.reply_routing(*routing))
            }
            Reason::ReplyRoute(routing) => format!("{}, so no connection is made", self.reply_routing(*routing)),
            Reason::Platform => format!(
                "{peer_name} is an address of Azure's platform, which only rules with an \
             `AzurePlatform…` tag can block"
            ),
            Reason::NoPolicy => format!("no policy selects {subject_name} for {word}"),
            Reason::NothingDecided => {
                format!(
                    "no policy isolates {subject_name} for {word}, and no rule allows or denies this traffic{}",
                    self.passing(checkpoint)
                )
            }
            Reason::Rule(rule) => {
                let verb = if verdict == Verdict::Allowed { "allows" } else { "denies" };
                format!("{} {verb} {traffic} {preposition} {peer_name}{}", self.rule_name(*rule), self.matched_by(*rule, peer).0)
            }
            Reason::DefaultDeny(policies) => self.default_deny(policies, checkpoint),
            Reason::Unknown(facts) => {
                // A rule that may stand in several places is one fact.
                let mut sentences: Vec<String> = Vec::new();
                for sentence in facts.iter().map(|f| self.fact_sentence(f, peer)) {
                    if !sentences.contains(&sentence) {
                        sentences.push(sentence);
                    }
                }
                sentences.join("; ")
            }
        }
    }

    /// That a reply to a connection that is not tracked is dropped.
    fn no_reply(&self, checkpoint: Checkpoint) -> String {
        if let Checkpoint::Reply { leaves: Side::Pod, .. } = checkpoint {
            return "`doNotTrack` let the connection in without tracking it, so the pod's reply belongs to no known connection and is dropped"
                .to_owned();
        }
        let (_, peer, direction) = self.parties(checkpoint);
        let went = if direction == Direction::Egress { "in" } else { "out" };
        format!(
            "`doNotTrack` let the connection {went} without tracking it, and no `doNotTrack` {} rule of {} allows {} {} `{}`",
            direction.as_str(),
            self.checkpoint_name(checkpoint),
            self.flow.traffic,
            direction.preposition(),
            end_name(peer, self.snapshot)
        )
    }

    /// That policies isolate an endpoint, and none of them allows the traffic.
    fn default_deny(&self, policies: &[PolicyId], checkpoint: Checkpoint) -> String {
        let (_, peer, direction) = self.parties(checkpoint);
        let profiles: Vec<&Policy> =
            policies.iter().filter_map(|id| self.compiled.policy(*id)).filter(|p| p.role == PolicyRole::Profile).collect();
        if let Some(first) = profiles.first() {
            let (name, word) = (self.checkpoint_name(checkpoint), direction.as_str());
            let asked = format!("{} {} `{}`", self.flow.traffic, direction.preposition(), end_name(peer, self.snapshot));
            let names: Vec<String> = profiles.iter().map(|profile| format!("`{}`", profile.name)).collect();
            let why = match (first.name == NO_PROFILE, names.as_slice()) {
                (true, _) => "it has no profile that would allow it".into(),
                (_, [name]) => format!("no rule of its profile {name} allows it"),
                (_, names) => format!("no rule of its profiles {} allows it", names.join(", ")),
            };
            return format!("no policy decides about {asked} for {word} at {name}, and {why}");
        }
        let names: Vec<String> = policies.iter().take(3).map(|p| self.policy_name(*p)).collect();
        let more = policies.len().saturating_sub(names.len());
        let (by, none) = match (policies.len(), more) {
            (1, _) => (format!("policy {}", names.join("")), "none of its rules"),
            (_, 0) => (format!("policies {}", names.join(", ")), "none of their rules"),
            (_, more) => (format!("policies {} and {more} more", names.join(", ")), "none of their rules"),
        };
        format!(
            "{} is selected for {} by {by}, and {none} allows {} {} `{}`",
            self.checkpoint_name(checkpoint),
            direction.as_str(),
            self.flow.traffic,
            direction.preposition(),
            end_name(peer, self.snapshot)
        )
    }

    /// Policies of Calico that select an endpoint and pass on what none of their rules decides.
    pub(super) fn passing(&self, checkpoint: Checkpoint) -> String {
        let (Checkpoint::Endpoint(direction), (Endpoint::Pod(id), ..)) = (checkpoint, self.parties(checkpoint)) else {
            return String::new();
        };
        let selecting = self.compiled.policies_on(id, direction);
        let of_calico = |p: &&PolicyId| self.compiled.policy(**p).is_some_and(|p| matches!(p.subject, SubjectMatch::Endpoints(_)));
        let names: Vec<String> = selecting.iter().filter(of_calico).take(3).map(|p| self.policy_name(*p)).collect();
        match names.len() {
            0 => String::new(),
            1 => format!("; {} selects it, and its tier passes traffic that no rule matches", names.join("")),
            _ => format!("; {} select it, and their tiers pass traffic that no rule matches", names.join(", ")),
        }
    }

    /// Why no policy is asked at an endpoint outside the cluster.
    pub(super) fn outside(&self, checkpoint: Checkpoint, subject_name: &str) -> String {
        let cloud = &self.snapshot.cloud;
        match self.parties(checkpoint).0 {
            end if self.is_machine(end) => format!("no security group applies to {subject_name}"),
            _ if !cloud.networks.is_empty() => format!("{subject_name} is outside the virtual network, where no security group applies"),
            _ => format!("{subject_name} is outside the cluster, where no policy applies"),
        }
    }

    pub(super) fn fact_sentence(&self, fact: &UnknownFact, peer: Endpoint) -> String {
        match fact {
            UnknownFact::OwnNode => format!(
                "a node can always reach its own pods, and the input does not specify whether `{}` and `{}` are on one node",
                end_name(self.flow.from, self.snapshot),
                end_name(self.flow.to, self.snapshot)
            ),
            UnknownFact::Selected(policies) => self.selected_fact(policies, peer),
            UnknownFact::Protocol => {
                format!("the policy API does not define {}, so the result depends on the engine", self.flow.traffic.protocol)
            }
            UnknownFact::EqualPriority(policies) => {
                if let Some(sentence) = self.which_group(policies) {
                    return sentence;
                }
                let names: Vec<String> = policies.iter().map(|p| self.policy_name(*p)).collect();
                format!("{} have equal priority and disagree; either may be evaluated first", names.join(" and "))
            }
            UnknownFact::Placement => {
                "the input does not specify which nodes the pods run on, and packets between pods on one node do not pass it".to_owned()
            }
            UnknownFact::Route(routing) => self.routing(*routing),
            UnknownFact::ReplyRoute(routing) => self.reply_routing(*routing),
            UnknownFact::Network(address) => {
                format!("`{address}` may be {}, and the question does not specify which: ask by name", readings(*address, self.snapshot))
            }
            UnknownFact::Missing(what) => format!("the rules distinguish addresses, and {what}"),
            UnknownFact::PublicAddress => {
                "the packet's public address is not in the input, and the rules distinguish public addresses".to_owned()
            }
            UnknownFact::GatewayAddress => {
                "Azure picks the addresses of gateways and load balancers from their subnets, and the result depends on them".to_owned()
            }
            UnknownFact::NodePort => {
                "no node port is specified: the API server picks one from 30000 to 32767, and the result depends on it".to_owned()
            }
            UnknownFact::Translated { node, leads_to } => self.translated(*node, *leads_to),
            UnknownFact::SourceAddress => self.source_address(),
            UnknownFact::Encapsulation => self.encapsulation(),
            UnknownFact::TunnelAddress => self.tunnel_address(),
            UnknownFact::EndpointToHost => self.endpoint_to_host().map_or_else(String::new, |doubt| doubt.text.clone()),
            UnknownFact::HostInput => {
                "the node's own packet filter decides (`defaultEndpointToHostAction: Return`), and its rules are unknown".to_owned()
            }
            UnknownFact::Traffic => format!("the answer depends on {}, which the question does not specify", self.left_open()),
            UnknownFact::Rule(rule) => match self.compiled.ruleset().doubt(*rule) {
                Some(doubt) => doubt.text.clone(),
                None => match self.open_peer(*rule, peer) {
                    Some(doubt) => doubt.text.clone(),
                    None => format!("whether {} matches depends on {}", self.rule_name(*rule), self.missing_fact(*rule, peer)),
                },
            },
        }
    }

    /// Why it is not known what a node does with packets of its own pods to itself.
    fn endpoint_to_host(&self) -> Option<&Doubt> {
        self.compiled.ruleset().hosts.as_ref()?.endpoint_to_host_doubt.as_ref()
    }

    /// Why it is not known with which address a pod comes to another node.
    pub(super) fn source_address(&self) -> String {
        let name = end_name(self.flow.from, self.snapshot);
        match self.flow.from {
            Endpoint::Pod(id) if self.snapshot.pod(id).is_some_and(|e| e.node.is_none()) => format!(
                "packets of `{name}` may arrive with its node's address, and the input does not specify which node it runs on \
                 (`kubectl get pods -A -o yaml`)"
            ),
            // On a path the packet may have its node's address already.
            end => {
                let (whose, own) =
                    if let Endpoint::Pod(_) = end { (format!(" of `{name}`"), "its own") } else { (String::new(), "the pod's own") };
                format!(
                    "packets{whose} arrive with {own} address or its node's, depending on `natOutgoing` of its IPPool, which \
                     is not in the input (`kubectl get ippools.projectcalico.org -o yaml`)"
                )
            }
        }
    }

    /// What decides whether packets between nodes travel inside others.
    fn encapsulation(&self) -> String {
        format!(
            "packets between nodes may travel inside others (VXLAN, IP-in-IP), of which host endpoints of interfaces to the network see the outer packet \
             only: whether those to `{}` do depends on the pools of its \
             address and, with `CrossSubnet`, on the subnets of the nodes (their annotation `projectcalico.org/IPv4Address`)",
            end_name(self.flow.to, self.snapshot)
        )
    }

    /// What decides with which address packets of a node come to pods of others.
    fn tunnel_address(&self) -> String {
        format!(
            "packets of `{}` come to pods of other nodes with the address of its tunnel (VXLAN or IP-in-IP), which is one of {} (annotations \
             `projectcalico.org/IPv4VXLANTunnelAddr` and `projectcalico.org/IPv4IPIPTunnelAddr` of the node), and the rules distinguish these, or it may come \
             without the tunnel",
            end_name(self.flow.from, self.snapshot),
            self.tunnel_ranges()
        )
    }

    /// A sentence about a packet that came through a tunnel.
    pub(super) fn with_tunnel(&self, sentence: &str, source: SeenSource) -> String {
        let name = end_name(self.flow.from, self.snapshot);
        if source.is_known {
            return format!("{sentence} (packets of `{name}` come through a tunnel, with its address there)");
        }
        // The address that stands for any is nobody's.
        let sentence = sentence.replace(&format!("`{}`", end_name(source.end, self.snapshot)), &format!("`{name}`"));
        format!("{sentence} (its packets come through a tunnel, with its address there: one of {})", self.tunnel_ranges())
    }

    /// The ranges of the pools whose packets travel through tunnels.
    fn tunnel_ranges(&self) -> String {
        encapsulating(self.snapshot).map(|pool| format!("{}", pool.cidr)).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn not_peered(&self, checkpoint: Checkpoint) -> String {
        let Checkpoint::NotPeered(one, other) = checkpoint else { return String::new() };
        let name = |id: NetworkId| self.snapshot.cloud.network_name(id);
        if self.snapshot.cloud.network(one).is_some_and(|own| own.is_peered_with(other)) {
            return format!("only some subnets of `{}` and `{}` are peered, and these are not among them", name(one), name(other));
        }
        format!("the virtual networks `{}` and `{}` are not peered, and peerings are not transitive", name(one), name(other))
    }

    /// Where a port of a node leads, and who tells what becomes of packets there.
    fn translated(&self, node: NodeId, leads_to: LeadsTo) -> String {
        let node = self.snapshot.node_name(node);
        let service = |id: ServiceId| {
            let service = self.snapshot.service(id);
            service.map_or_else(String::new, |s| format!("`{}/{}`", self.snapshot.namespace_name(s.namespace), s.name))
        };
        let traffic = self.flow.traffic;
        let port = match traffic.destination {
            Some(port) => format!("{} {port}", traffic.protocol),
            None => format!("some {} ports", traffic.protocol),
        };
        match leads_to {
            LeadsTo::Service(id) => format!(
                "`node {node}` sends packets for {port} on to the pods of Service {}, whose policies decide: ask for the path",
                service(id)
            ),
            LeadsTo::SomeNodePort(id) => format!(
                "{port} may be the node port of Service {}, which the API server picks: `node {node}` would send packets on to its pods, whose \
                 policies decide: ask for the path",
                service(id)
            ),
            LeadsTo::Pod(pod) => format!(
                "`node {node}` sends packets for {port}, a host port of `{}`, on to that pod, whose policies decide: ask for the path",
                self.snapshot.pod_title(pod)
            ),
        }
    }

    pub(super) fn fact_places(&self, fact: &UnknownFact, peer: Endpoint) -> Vec<Place> {
        match fact {
            UnknownFact::Rule(rule) => match self.compiled.ruleset().doubt(*rule) {
                Some(doubt) => doubt.places.clone(),
                None => match self.open_peer(*rule, peer) {
                    Some(doubt) => doubt.places.clone(),
                    None => self.compiled.ruleset().rule(*rule).map(|r| r.place).into_iter().collect(),
                },
            },
            UnknownFact::EqualPriority(policies) => {
                policies.iter().filter_map(|p| self.compiled.policy(*p)).map(|p| p.subject_place).collect()
            }
            UnknownFact::Selected(policies) => match self.open_subject(policies, peer) {
                Some(doubt) => doubt.places.clone(),
                None => policies.iter().filter_map(|p| self.compiled.policy(*p)).map(|p| p.subject_place).collect(),
            },
            UnknownFact::Route(routing) | UnknownFact::ReplyRoute(routing) => self.route_place(*routing).into_iter().collect(),
            UnknownFact::EndpointToHost => self.endpoint_to_host().map_or_else(Vec::new, |doubt| doubt.places.clone()),
            UnknownFact::OwnNode
            | UnknownFact::Protocol
            | UnknownFact::HostInput
            | UnknownFact::SourceAddress
            | UnknownFact::Encapsulation
            | UnknownFact::TunnelAddress
            | UnknownFact::Placement
            | UnknownFact::Network(_)
            | UnknownFact::PublicAddress
            | UnknownFact::GatewayAddress
            | UnknownFact::NodePort
            | UnknownFact::Translated { .. }
            | UnknownFact::Missing(_)
            | UnknownFact::Traffic => Vec::new(),
        }
    }

    pub(super) fn summary(&self, verdict: Verdict, checkpoints: &[CheckpointTrace]) -> String {
        let from = end_name(self.flow.from, self.snapshot);
        let to = end_name(self.flow.to, self.snapshot);
        let what = format!("{} from `{from}` to `{to}`", self.flow.traffic);
        let stop = checkpoints.iter().find(|c| c.verdict == verdict && verdict != Verdict::Allowed);
        match (verdict, stop) {
            (Verdict::Denied, Some(stop)) => format!("Denied: {}.", stop.sentence),
            (Verdict::CannotTell, Some(stop)) => format!("Cannot tell, because {}.", stop.sentence),
            _ => {
                let rules: Vec<String> = checkpoints.iter().filter_map(CheckpointTrace::decided_by).map(|r| self.rule_name(r)).collect();
                match (rules.as_slice(), checkpoints) {
                    ([], [first, ..]) if checkpoints.iter().all(|c| c.reason == first.reason) && first.reason != Reason::NoPolicy => {
                        // Of two endpoints outside the cluster, that of the cloud's network is the one to speak of.
                        let machine = checkpoints.iter().find(|c| self.is_machine(c.subject));
                        match machine.filter(|_| first.reason == Reason::Outside) {
                            Some(_) if self.is_machine(self.flow.from) && self.is_machine(self.flow.to) => {
                                format!("Allowed: no security group applies to `{from}` or `{to}`.")
                            }
                            Some(machine) => format!("Allowed: {}.", machine.sentence),
                            None => format!("Allowed: {}.", first.sentence),
                        }
                    }
                    ([], _) => format!("Allowed: no policy stops {what}."),
                    _ => format!("Allowed: {what}, by {}.", rules.join(" and ")),
                }
            }
        }
    }
}
