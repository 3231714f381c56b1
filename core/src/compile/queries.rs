//! What is asked of compiled policies.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{
    Applied, AppliedId, AppliedLists, ClassId, ClassKind, ClassSet, Compiled, CompiledPolicy, CompiledRule, CompiledTraffic, Endpoint,
    EndpointSet, Hook, OutsideRange, OwnPart, Signature, TrafficId, Whereabouts, addresses,
};
use crate::connections::ConnectionSet;
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::{Direction, DroppedPackets, EndpointToHost, GroupUseId, Policy, PolicyId, RuleRef, Ruleset, TierId};
use crate::settings::{HostInput, Http, IpBlockReach, OwnNode};
use crate::snapshot::{HostEndpointId, NodeId, PodId, Snapshot};

impl Compiled {
    /// The policies, as translated.
    pub fn ruleset(&self) -> &Ruleset {
        &self.ruleset
    }

    /// The policy with this number.
    pub fn policy(&self, id: PolicyId) -> Option<&Policy> {
        self.ruleset.policy(id)
    }

    /// How many classes of endpoints there are.
    pub fn class_count(&self) -> usize {
        self.classes.len()
    }

    /// All classes.
    pub(crate) fn classes(&self) -> impl Iterator<Item = ClassId> + use<> {
        (0..self.classes.len() as u32).map(ClassId)
    }

    /// The addresses around this one that no rule tells apart.
    pub(crate) fn stretch_of(&self, address: IpAddr) -> AddressSet {
        let starts = self.addresses.starts();
        let after = starts.partition_point(|start| *start <= address);
        let first = after.checked_sub(1).and_then(|at| starts.get(at)).copied().unwrap_or(address);
        let same_family = |next: &&IpAddr| next.is_ipv4() == first.is_ipv4();
        let last = match starts.get(after).filter(same_family) {
            Some(next) => addresses::predecessor(*next),
            None => Cidr::supernet(first, 0).last(),
        };
        AddressSet::range(first, last)
    }

    /// The class of an endpoint. Endpoints of one class get equal answers, but for the special case of a pod and itself or its own node.
    pub fn class_of(&self, end: Endpoint) -> ClassId {
        match end {
            Endpoint::Pod(id) => self.classes.of_endpoint(id),
            Endpoint::Node(id) => self.classes.of_node(id),
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => self.classes.of_atom(self.addresses.atom(address)),
        }
    }

    /// Where an endpoint is that comes from a node's own network: a node, or a pod on the host network. Nothing for others.
    pub(crate) fn node_network(&self, end: Endpoint, snapshot: &Snapshot) -> Option<Whereabouts> {
        match end {
            Endpoint::Node(id) => Some(Whereabouts::On(id)),
            Endpoint::Pod(id) if self.class_kind(self.class_of(end)) == ClassKind::Node => whereabouts(snapshot, id),
            Endpoint::Pod(_) | Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        }
    }

    /// Where a pod is that has a network of its own. Nothing for other endpoints.
    pub(crate) fn pod_network(&self, end: Endpoint, snapshot: &Snapshot) -> Option<Whereabouts> {
        match end {
            Endpoint::Pod(id) if self.class_kind(self.class_of(end)) == ClassKind::Pod => whereabouts(snapshot, id),
            Endpoint::Pod(_) | Endpoint::Node(_) | Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        }
    }

    /// The numbers of the address sets that endpoints of a class are in for certain.
    pub(crate) fn address_sets_of(&self, class: ClassId) -> &[u32] {
        self.classes.address_sets(class)
    }

    /// What kind of endpoints a class has.
    pub fn class_kind(&self, class: ClassId) -> ClassKind {
        self.classes.kind(class)
    }

    /// Address ranges that rules of a direction tell apart: as sources for ingress rules, as destinations for egress rules. Ascending,
    /// IPv4 first; neighbours lie in different sets of rules.
    pub fn outside(&self, direction: Direction) -> &[OutsideRange] {
        self.addresses.ranges(direction)
    }

    /// The first address and the class of every stretch of outside addresses, ascending.
    pub(crate) fn outside_atoms(&self) -> impl Iterator<Item = (IpAddr, ClassId)> + '_ {
        self.addresses.starts().iter().zip(0..).map(|(start, atom)| (*start, self.classes.of_atom(addresses::AtomId(atom))))
    }

    /// Whether a policy selects an endpoint, for certain or possibly.
    pub fn selects(&self, policy: PolicyId, endpoint: PodId) -> bool {
        let class = self.classes.of_endpoint(endpoint);
        self.policies.get(policy.index()).is_some_and(|p| p.subjects.possible().contains(class))
    }

    /// Whether a policy selects a host endpoint, whether it acts at the hook or not.
    pub(crate) fn selects_host(&self, policy: PolicyId, host: HostEndpointId, hook: Hook) -> bool {
        let class = self.class_of_host(host, hook);
        self.compiled_policy(policy).is_some_and(|p| p.subjects.possible().contains(class))
    }

    /// The classes that a policy selects, for certain or possibly, ascending.
    pub fn selected(&self, policy: PolicyId) -> impl Iterator<Item = ClassId> + '_ {
        self.compiled_policy(policy).into_iter().flat_map(|p| p.subjects.possible().iter())
    }

    /// Whether a policy selects any endpoint at all, for certain or possibly.
    pub fn selects_any(&self, policy: PolicyId) -> bool {
        self.policies.get(policy.index()).is_some_and(|p| !p.subjects.possible().is_empty())
    }

    /// Enforced policies that select an endpoint and act in this direction, in the order in which they are looked at.
    pub fn policies_on(&self, endpoint: PodId, direction: Direction) -> Vec<PolicyId> {
        self.policies_on_class(self.classes.of_endpoint(endpoint), direction)
    }

    /// Policies that select a host endpoint, at whichever hook and in whichever direction.
    pub fn policies_on_host(&self, host: HostEndpointId) -> Vec<PolicyId> {
        let classes = Hook::ALL.map(|hook| self.class_of_host(host, hook));
        let found = classes.iter().flat_map(|class| Direction::BOTH.into_iter().flat_map(|d| self.policies_on_class(*class, d)));
        let mut found: Vec<PolicyId> = found.collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The same for a class.
    pub(crate) fn policies_on_class(&self, class: ClassId, direction: Direction) -> Vec<PolicyId> {
        self.applied(class, direction).tiers.iter().flat_map(|(_, groups)| groups.iter().flatten().copied()).collect()
    }

    /// Whether an enforced policy isolates an endpoint for certain in this direction, so that only what is allowed gets through.
    pub fn isolated(&self, endpoint: PodId, direction: Direction) -> bool {
        let applied = self.applied(self.classes.of_endpoint(endpoint), direction);
        let isolates = |tier: &TierId| self.ruleset.tier(*tier).is_some_and(|t| t.isolates());
        applied.tiers.iter().any(|(tier, groups)| isolates(tier) && !applied.only_possibly(groups))
    }

    /// Whether an enforced policy isolates an endpoint in this direction, for certain or possibly.
    pub(crate) fn may_be_isolated(&self, endpoint: PodId, direction: Direction) -> bool {
        let applied = self.applied(self.classes.of_endpoint(endpoint), direction);
        applied
            .tiers
            .iter()
            .any(|(tier, groups)| self.ruleset.tier(*tier).is_some_and(|t| t.isolates()) && groups.iter().flatten().next().is_some())
    }

    /// Whether a policy selects an endpoint, whatever the unknown facts are.
    pub fn surely_selects(&self, policy: PolicyId, endpoint: PodId) -> bool {
        let class = self.classes.of_endpoint(endpoint);
        self.policies.get(policy.index()).is_some_and(|p| p.subjects.certain.contains(class))
    }

    /// The parts of the sides that a rule of Calico's has as its peers, and whether each may match an endpoint.
    pub(crate) fn failed_parts(&self, rule: RuleRef, end: Endpoint) -> Option<[bool; 4]> {
        let class = self.class_of(end);
        let parts = self.compiled_rule(rule)?.parts.first()?;
        let failed = |part: &Option<EndpointSet>| part.as_ref().is_some_and(|set| !set.possible().contains(class));
        Some([failed(&parts.selector), failed(&parts.not_selector), failed(&parts.addresses), failed(&parts.service)])
    }

    /// Whether a rule is possibly meant for the endpoint that its policy selects.
    pub(crate) fn is_meant_for(&self, rule: RuleRef, subject: Endpoint) -> bool {
        let class = self.class_of(subject);
        let own = self.compiled_rule(rule).and_then(|r| r.own.as_ref());
        own.is_none_or(|own| own.possible().contains(class))
    }

    /// Whether a rule is meant for the endpoint that its policy selects, whatever the unknown facts are.
    pub(crate) fn is_surely_meant_for(&self, rule: RuleRef, subject: Endpoint) -> bool {
        let class = self.class_of(subject);
        self.compiled_rule(rule).and_then(|r| r.own.as_ref()).is_none_or(|own| own.certain.contains(class))
    }

    /// Whether a rule's peers match an endpoint: for certain, or possibly.
    pub fn rule_matches(&self, rule: RuleRef, end: Endpoint) -> (bool, bool) {
        let class = self.class_of(end);
        self.compiled_rule(rule).map_or((false, false), |r| (r.peers.certain.contains(class), r.peers.possible().contains(class)))
    }

    /// Whether one peer term of a rule matches an endpoint: for certain, or possibly.
    pub fn term_matches(&self, rule: RuleRef, term: usize, end: Endpoint) -> (bool, bool) {
        let class = self.class_of(end);
        let set = self.compiled_rule(rule).and_then(|r| r.terms.get(term));
        set.map_or((false, false), |set| (set.certain.contains(class), set.possible().contains(class)))
    }

    /// The first peer term of a rule that matches an endpoint: for certain if there is one, else possibly.
    pub(crate) fn matching_term(&self, rule: RuleRef, end: Endpoint) -> Option<usize> {
        let class = self.class_of(end);
        let terms = &self.compiled_rule(rule)?.terms;
        let certain = terms.iter().position(|term| term.certain.contains(class));
        certain.or_else(|| terms.iter().position(|term| term.possible().contains(class)))
    }

    /// Whether one peer term of a rule matches any endpoint at all, possibly at least.
    pub(crate) fn term_matches_anything(&self, rule: RuleRef, term: usize) -> bool {
        self.compiled_rule(rule).and_then(|r| r.terms.get(term)).is_some_and(|set| !set.possible().is_empty())
    }

    /// Whether a rule is possibly meant for any endpoint that its policy selects. For hosts, where it is about whatever goes through them:
    /// always.
    pub(crate) fn is_meant_for_some(&self, rule: RuleRef) -> bool {
        let Some(own) = self.compiled_rule(rule).and_then(|r| r.own.as_ref()) else { return true };
        let Some(policy) = self.compiled_policy(rule.policy) else { return true };
        policy.subjects.possible().iter().any(|class| own.possible().contains(class) || self.classes.kind(class) != ClassKind::Pod)
    }

    /// Pods among the endpoints that one peer term of a rule matches, for certain or possibly.
    pub fn term_matches_pods(&self, rule: RuleRef, term: usize) -> bool {
        let Some(set) = self.compiled_rule(rule).and_then(|r| r.terms.get(term)) else { return false };
        set.possible().iter().any(|class| self.classes.kind(class) == ClassKind::Pod)
    }

    /// Whether any pod that a rule is about (a subject, for ingress; a peer, for egress) declares a port with this name and protocol.
    /// Nothing if there is no such pod at all.
    pub(crate) fn named_port_is_found(&self, rule: RuleRef, name: &str, protocol: Option<Protocol>) -> Option<bool> {
        let destinations = match rule.direction {
            Direction::Ingress => self.compiled_policy(rule.policy)?.subjects.possible(),
            Direction::Egress => self.compiled_rule(rule)?.peers.possible(),
        };
        let mut pods = destinations.iter().filter(|class| self.classes.kind(*class) == ClassKind::Pod).peekable();
        pods.peek()?;
        Some(pods.any(|class| {
            self.classes.named_ports(class).iter().any(|p| *p.name == *name && protocol.is_none_or(|wanted| wanted == p.protocol))
        }))
    }

    pub(crate) fn applied(&self, class: ClassId, direction: Direction) -> &Applied {
        const NOTHING: &Applied = &Applied { tiers: Vec::new(), names_own_ports: false, tells_subjects_apart: false, unsure: Vec::new() };
        self.lists(direction).of(class).map_or(NOTHING, |applied| &**applied)
    }

    /// The same as it is kept: as long as it is the same one, its policies say the same.
    pub(crate) fn applied_list(&self, class: ClassId, direction: Direction) -> Option<&Arc<Applied>> {
        self.lists(direction).of(class)
    }

    fn lists(&self, direction: Direction) -> &AppliedLists {
        match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        }
    }

    /// What tells the evaluations of two classes in a direction apart: the policies that apply, what rules see of the subject itself, and
    /// whether it is a host's (see [`Hook`]).
    pub(crate) fn signature(&self, class: ClassId, direction: Direction) -> Signature {
        let hook = match self.classes.kind(class) {
            ClassKind::Host(hook) => Some(hook),
            ClassKind::Pod | ClassKind::Node | ClassKind::Outside | ClassKind::Group => None,
        };
        let applied = self.lists(direction).number(class).unwrap_or(AppliedId(u32::MAX));
        Signature { applied, dropped: self.dropped(class, direction), own: self.own_part(class, class, direction), hook }
    }

    /// What the rules that apply to a class see of the packet's endpoint on its own side, which is another only where the class is a host's
    /// or a security group's. Endpoints of which they see the same get the same answers from them.
    pub(crate) fn own_part(&self, subject: ClassId, own: ClassId, direction: Direction) -> OwnPart {
        let applied = self.applied(subject, direction);
        let mut part = OwnPart { meets: Vec::new(), ports: if applied.names_own_ports { self.classes.port_list(own) } else { 0 } };
        if applied.tells_subjects_apart {
            let ends = self.rules_of(subject, direction).map(|rule| rule.own.as_ref());
            let met = (0..).zip(ends).filter_map(|(number, ends)| Some((number, ends?))).filter(|(_, ends)| ends.possible().contains(own));
            part.meets = met.map(|(number, ends)| (number, ends.certain.contains(own))).collect();
        }
        part
    }

    /// The rules that apply to a class in a direction.
    pub(crate) fn rules_of(&self, class: ClassId, direction: Direction) -> impl Iterator<Item = &CompiledRule> {
        let groups = self.applied(class, direction).tiers.iter().flat_map(|(_, groups)| groups);
        groups.flatten().filter_map(|id| self.compiled_policy(*id)).flat_map(move |policy| policy.rules(direction))
    }

    /// Whether a set holds every class.
    pub(crate) fn is_everybody(&self, set: &ClassSet) -> bool {
        set.is_same(self.classes.every())
    }

    /// A number for the named ports of a class: equal numbers mean equal ports.
    pub(crate) fn port_list(&self, class: ClassId) -> u32 {
        self.classes.port_list(class)
    }

    pub(crate) fn compiled_policy(&self, id: PolicyId) -> Option<&CompiledPolicy> {
        self.policies.get(id.index())
    }

    pub(crate) fn compiled_rule(&self, rule: RuleRef) -> Option<&CompiledRule> {
        self.compiled_policy(rule.policy)?.rules(rule.direction).get(rule.id.index())
    }

    /// A rule's traffic.
    pub(crate) fn compiled_traffic(&self, traffic: TrafficId) -> Option<&CompiledTraffic> {
        self.traffics.get(traffic)
    }

    /// The connections that a rule's traffic means between two classes.
    pub(crate) fn traffic_between(&self, traffic: TrafficId, source: ClassId, destination: ClassId) -> ConnectionSet {
        let ports = |class| self.classes.named_ports(class);
        self.compiled_traffic(traffic).map_or(ConnectionSet::EMPTY, |t| t.between(ports(source), ports(destination)))
    }

    /// Packets that are dropped in a direction whatever policies say: those that endpoints of a class may not send.
    pub(crate) fn dropped(&self, class: ClassId, direction: Direction) -> DroppedPackets {
        match direction {
            Direction::Egress => self.classes.dropped(class),
            Direction::Ingress => DroppedPackets::default(),
        }
    }

    /// The class of a host endpoint at a hook.
    pub fn class_of_host(&self, host: HostEndpointId, hook: Hook) -> ClassId {
        self.classes.of_host(host, hook)
    }

    /// The class of a use of a security group.
    pub fn class_of_group(&self, used: GroupUseId) -> ClassId {
        self.classes.of_group(used)
    }

    /// Whether there are host endpoints, and an engine that polices them.
    pub(crate) fn polices_hosts(&self) -> bool {
        self.ruleset.hosts.is_some()
    }

    /// Which HTTP request is assumed.
    pub(crate) fn assumed_http(&self) -> &Http {
        &self.http
    }

    /// What nodes do with packets that Calico leaves to them.
    pub(crate) fn host_input(&self) -> HostInput {
        self.host_input
    }

    /// What a node does with packets of its own pods to itself.
    pub(crate) fn endpoint_to_host(&self, node: NodeId, snapshot: &Snapshot) -> EndpointToHost {
        let Some(hosts) = &self.ruleset.hosts else { return EndpointToHost::Accept };
        let own = snapshot.node(node).and_then(|n| hosts.endpoint_to_host_of.get(n.name.as_str()));
        own.copied().unwrap_or(hosts.endpoint_to_host)
    }

    /// Whether an ipBlock can match pods and nodes.
    pub(crate) fn blocks_reach_inside(&self) -> bool {
        self.ip_block == IpBlockReach::PodsToo
    }

    pub(crate) fn own_node(&self) -> OwnNode {
        self.own_node
    }
}

/// Where a pod is, by a node that is not assumed; nothing if there is no such pod.
fn whereabouts(snapshot: &Snapshot, id: PodId) -> Option<Whereabouts> {
    let pod = snapshot.pod(id)?;
    Some(Whereabouts::of(pod.node.filter(|_| !pod.node_assumed)))
}
