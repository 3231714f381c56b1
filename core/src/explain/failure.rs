//! Why one rule did not match, in words.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::excluded::excluded_traffic;
use super::{Explainer, end_name};
use crate::compile::{ClassKind, Endpoint};
use crate::connections::{ConnectionSet, Traffic};
use crate::explain::Failure;
use crate::language::azure::SecurityRule;
use crate::language::lower::default_rules;
use crate::model::{Known, LabelSelector, Labels, Protocol, ValueShape};
use crate::policy::{
    Direction, HttpFit, NamespaceMatch, PeerMatch, PeerTerm, PeerTermKind, PolicyId, PolicyRole, PortTerm, Rule, RuleRef, Subject,
    SubjectMatch, TrafficMatch, TrafficTermKind,
};
use crate::snapshot::PodEndpoint;
use crate::snapshot::cloud::{Group, GroupId, GroupUse};
use crate::text::Place;

impl Explainer<'_> {
    /// The field of a rule that failed for this flow; the peer is looked at first, as people read rules.
    pub(super) fn failure(&self, reference: RuleRef, rule: &Rule) -> Option<Failure> {
        let peer = match reference.direction {
            Direction::Egress => self.flow.to,
            Direction::Ingress => self.flow.from,
        };
        let subject = match reference.direction {
            Direction::Egress => self.flow.from,
            Direction::Ingress => self.flow.to,
        };
        let own_failed = rule.own.as_ref().filter(|_| !self.compiled.is_meant_for(reference, subject)).map(|own| {
            let side = self.written_side(reference, false);
            let text = match (side, self.address(subject)) {
                (Some(side), Some(address)) => format!("{address} is not in {side}"),
                _ => format!("the rule does not apply to `{}`", end_name(subject, self.snapshot)),
            };
            (own.place, text)
        });
        if let Some(http) = rule.http.filter(|http| http.fits == HttpFit::No) {
            let text = format!("the rule does not match the request `{}`", self.compiled.assumed_http());
            return Some(Failure { place: http.place, text, parts: 1, conditions: 1, matched: 0, before_translation: false });
        }
        let peer_failed = (!self.compiled.rule_matches(reference, peer).1).then(|| self.peer_failure(reference, rule, peer));
        let traffic_failed = self.traffic_failure(reference, rule);
        let parts = u8::from(own_failed.is_some())
            + u8::from(peer_failed.is_some())
            + self.traffic_parts(reference, rule, traffic_failed.is_some());
        let names = (matches!(rule.peers, PeerMatch::Of(_)), !matches!(rule.traffic, TrafficMatch::Any));
        let matched = u8::from(names.0 && peer_failed.is_none())
            + u8::from(names.1 && traffic_failed.is_none())
            + u8::from(rule.own.is_some() && own_failed.is_none());
        let conditions = peer_failed.as_ref().map_or(0, |(wrong, ..)| *wrong) + usize::from(traffic_failed.is_some());
        if let Some((place, text)) = own_failed {
            return Some(Failure { place, text, parts, conditions: conditions + 1, matched, before_translation: false });
        }
        let ports_match = traffic_failed.is_none();
        let place = peer_failed.as_ref().map(|(_, place, _)| *place).or(traffic_failed.as_ref().map(|(place, _)| *place))?;
        let before = self.before_translation(reference, rule).filter(|_| names.0 || names.1);
        let text = match (&before, peer_failed.map(|(_, _, text)| text), traffic_failed.map(|(_, text)| text)) {
            (Some(before), ..) => before.clone(),
            (None, Some(text), _) if ports_match && rule.traffic.names_ports() => format!("the ports match, but {text}"),
            (None, Some(text), _) | (None, None, Some(text)) => text,
            (None, None, None) => return None,
        };
        Some(Failure { place, text, parts, conditions, matched, before_translation: before.is_some() })
    }

    /// That a rule matches where the packet was sent, which is not where it goes when policies are asked; in words.
    fn before_translation(&self, reference: RuleRef, rule: &Rule) -> Option<String> {
        let original =
            self.original.filter(|o| Some(o.address) != self.address(self.flow.to) || Some(o.port) != self.flow.traffic.destination)?;
        if reference.direction == Direction::Egress && !self.compiled.rule_matches(reference, Endpoint::Outside(original.address)).1 {
            return None;
        }
        if reference.direction == Direction::Ingress && !self.compiled.rule_matches(reference, self.flow.from).1 {
            return None;
        }
        let wanted = ConnectionSet::of_traffic(Traffic { destination: Some(original.port), ..self.flow.traffic });
        let (source, destination) = (self.compiled.class_of(self.flow.from), self.compiled.class_of(Endpoint::Outside(original.address)));
        let compiled = self.compiled.compiled_rule(reference)?;
        let named = matches!(rule.traffic, TrafficMatch::Any);
        if !named && self.compiled.traffic_between(compiled.traffic, source, destination).intersection(&wanted).is_empty() {
            return None;
        }
        let now = self.address(self.flow.to).map_or_else(|| format!("`{}`", end_name(self.flow.to, self.snapshot)), |a| a.to_string());
        let port = self.flow.traffic.destination.map_or_else(String::new, |port| format!(" port {port}"));
        Some(format!(
            "it matches {} port {}, the destination before DNAT, but policies see {now}{port}, the destination after DNAT",
            original.address, original.port
        ))
    }

    /// How many conditions of the peer that came nearest are wrong, where it is written, and the first of them in words.
    fn peer_failure(&self, reference: RuleRef, rule: &Rule, peer: Endpoint) -> (usize, Place, String) {
        let PeerMatch::Of(terms) = &rule.peers else { return (0, rule.place, String::from("it specifies no peer")) };
        // Of several peers, the one with the fewest things wrong is the one to look at.
        let failed = terms.iter().map(|t| (t, self.term_failure(reference, t, peer)));
        match failed.min_by_key(|(_, (wrong, _))| *wrong) {
            Some((term, (wrong, text))) => (wrong, term.place, text),
            None => (0, rule.place, String::from("it specifies no peer")),
        }
    }

    /// How many things are wrong, and the first of them.
    fn term_failure(&self, reference: RuleRef, term: &PeerTerm, peer: Endpoint) -> (usize, String) {
        let name = end_name(peer, self.snapshot);
        match &term.kind {
            PeerTermKind::Pods(subject) => self.subject_failure(subject, peer, &name),
            PeerTermKind::Addresses { set, inside_too, block } => {
                let inside = matches!(peer, Endpoint::Pod(_) | Endpoint::Node(_));
                let side = self.written_side(reference, true);
                let set = side.or_else(|| block.as_ref().map(|b| b.cidr.to_string())).unwrap_or_else(|| set.to_string());
                let address = self.address(peer);
                let hole = address.and_then(|a| block.as_ref()?.except.iter().find(|hole| hole.contains(a)));
                let text = match (address, hole) {
                    _ if inside && !inside_too => format!("`{set}` is only for addresses outside the cluster"),
                    (Some(address), Some(hole)) => format!("{address} is in `{hole}`, which the block {set} excludes (`except`)"),
                    (Some(address), None) => format!("{address} is not in {set}"),
                    (None, _) => format!("the address of `{name}` is not in {set}"),
                };
                (1, text)
            }
            PeerTermKind::UnknownAddresses { written: Some(set), .. } => {
                let set = self.written_side(reference, true).unwrap_or_else(|| set.to_string());
                (1, format!("{} is not in {set}", self.address(peer).map_or_else(|| format!("the address of `{name}`"), |a| a.to_string())))
            }
            PeerTermKind::UnknownAddresses { name, possible, .. } => match self.address(peer) {
                Some(address) => (1, format!("{address} cannot be in `{name}`, which covers at most {possible}")),
                None => (1, format!("`{name}` does not contain it")),
            },
            PeerTermKind::Entity(entity) => self.entity_failure(reference, entity, peer, &name),
            PeerTermKind::Nodes(selector) => match peer {
                Endpoint::Node(id) => {
                    let labels = self.snapshot.node(id).map(|n| &n.labels);
                    self.selector_failure("the peer selects nodes with", selector, (labels, ""), &name)
                }
                _ => (2, format!("the peer selects nodes, but `{name}` is not a node")),
            },
            PeerTermKind::DomainNames(names) => {
                (2, format!("the peer selects DNS names ({}), but `{name}` is in the cluster", names.join(", ")))
            }
            PeerTermKind::Unknown { field, .. } => (2, format!("the peer field `{field}` is unknown, so the rule matches nothing")),
        }
    }

    /// What a rule of a security group says of the other endpoint (`of_peer`) or its own, as it is written: a tag by its name, not as its
    /// many ranges.
    fn written_side(&self, reference: RuleRef, of_peer: bool) -> Option<String> {
        let policy = self.compiled.policy(reference.policy).filter(|p| p.role == PolicyRole::SecurityGroup)?;
        let SubjectMatch::Group(used) = policy.subject else { return None };
        let group =
            self.snapshot.cloud.groups.iter().find(|g| g.place == policy.place).or(self.snapshot.cloud.used(used).map(|(_, g)| g))?;
        let name = policy.rules(reference.direction).get(reference.id.index())?.name.as_deref()?;
        let of_source = of_peer == (reference.direction == Direction::Ingress);
        let side = |rule: &SecurityRule| {
            let side = if of_source { &rule.source } else { &rule.destination };
            (!side.tags.is_empty() || !side.groups.is_empty()).then(|| side.to_string())
        };
        match group.rules.iter().find(|(rule, _)| &*rule.name == name) {
            Some((rule, _)) => side(rule),
            None => default_rules().iter().find(|rule| &*rule.name == name).and_then(side),
        }
    }

    fn subject_failure(&self, subject: &Subject, peer: Endpoint, name: &str) -> (usize, String) {
        let Endpoint::Pod(id) = peer else { return (3, format!("the peer selects pods, but `{name}` is not a pod")) };
        let Some(endpoint) = self.snapshot.pod(id) else { return (3, format!("`{name}` is unknown")) };
        let on_node = self.compiled.class_kind(self.compiled.class_of(peer)) == ClassKind::Node;
        if endpoint.host_network && on_node {
            return (3, format!("selectors do not match `{name}`, because it uses the host network"));
        }
        let namespace = self.snapshot.namespace(endpoint.namespace);
        let namespace_name = namespace.map_or("", |n| &n.name);
        let (namespaces_wrong, namespace_text) = match &subject.namespaces {
            NamespaceMatch::Named(own) if own == namespace_name => (0, String::new()),
            NamespaceMatch::Named(own) => (
                1,
                format!(
                    "the peer has no namespaceSelector, so it selects only pods in namespace `{own}`, but `{name}` is \
                 in `{namespace_name}`"
                ),
            ),
            NamespaceMatch::Selector(selector) => {
                // Of labels that were not read it is said that they were not.
                let unread = namespace.filter(|n| n.given.is_none()).map(|_| ": its Namespace is not in the input");
                let labels = (namespace.map(|n| &n.labels), unread.unwrap_or_default());
                self.selector_failure("the peer requires a namespace with", selector, labels, namespace_name)
            }
        };
        let (pods_wrong, pod_text) = self.pod_failure(&subject.pods, endpoint, name);
        (namespaces_wrong + pods_wrong, if namespaces_wrong > 0 { namespace_text } else { pod_text })
    }

    /// The same for the labels of a pod, of which not all may be known.
    fn pod_failure(&self, selector: &LabelSelector, endpoint: &PodEndpoint, name: &str) -> (usize, String) {
        let failed: Vec<_> = selector.requirements.iter().filter(|r| !r.judge(&endpoint.labels, &endpoint.unknown).1).collect();
        let Some(first) = failed.first() else { return (0, String::new()) };
        let has = match endpoint.unknown.look_up(&endpoint.labels, &first.key) {
            Known::Value(value) => format!("`{name}` has `{}={value}`", first.key),
            Known::Present(ValueShape::Begins(start)) => format!("the value of `{}` on `{name}` begins with `{start}`", first.key),
            Known::Present(_) | Known::Maybe => format!("`{name}` has `{}` with another value", first.key),
            Known::Absent => format!("`{name}` has no label `{}`", first.key),
        };
        (failed.len(), format!("the peer requires `{first}`, but {has}"))
    }

    /// How many requirements fail, and what the first of them asks for. Beside the labels stands what is said of one that is not among them.
    fn selector_failure(
        &self,
        lead: &str,
        selector: &LabelSelector,
        (labels, if_absent): (Option<&Labels>, &str),
        name: &str,
    ) -> (usize, String) {
        let nothing = Labels::default();
        let labels = labels.unwrap_or(&nothing);
        let failed: Vec<_> = selector.requirements.iter().filter(|r| !r.matches(labels)).collect();
        let Some(first) = failed.first() else { return (0, String::new()) };
        let has = match labels.get(&first.key) {
            Some(value) => format!("`{name}` has `{}={value}`", first.key),
            None => format!("`{name}` has no label `{}`{if_absent}", first.key),
        };
        (failed.len(), format!("{lead} `{first}`, but {has}"))
    }

    /// What a rule matches of the flow's traffic, and of others.
    fn meant_traffic(&self, reference: RuleRef) -> Option<ConnectionSet> {
        let (source, destination) = (self.compiled.class_of(self.flow.from), self.compiled.class_of(self.flow.to));
        self.compiled.compiled_rule(reference).map(|r| self.compiled.traffic_between(r.traffic, source, destination))
    }

    /// How many fields about traffic are wrong: of a rule of a security group protocol and ports are different ones; of another, both are wrong where it
    /// has neither the protocol nor the port with another.
    fn traffic_parts(&self, reference: RuleRef, rule: &Rule, failed: bool) -> u8 {
        if !failed {
            return 0;
        }
        let of_group = self.compiled.policy(reference.policy).is_some_and(|p| p.role == PolicyRole::SecurityGroup);
        let asked = self.flow.traffic;
        let (true, TrafficMatch::Packet(packet)) = (of_group, &rule.traffic) else {
            let Some(meant) = self.meant_traffic(reference) else { return 1 };
            let has_port = |protocol| !meant.intersection(&ConnectionSet::of_traffic(Traffic { protocol, ..asked })).is_empty();
            let has_protocol = meant.plane(asked.protocol).is_some_and(|p| !p.is_empty());
            let is_near = has_protocol || meant.is_empty() || [Protocol::TCP, Protocol::UDP, Protocol::SCTP].into_iter().any(has_port);
            return if is_near { 1 } else { 2 };
        };
        let outside = |ports: &[PortTerm], port: Option<u16>| {
            let holds = |p: &PortTerm| matches!((p, port), (PortTerm::Range(a, b), Some(port)) if (*a..=*b).contains(&port));
            !ports.is_empty() && port.is_some() && !ports.iter().any(holds)
        };
        let wrong = [
            packet.protocol.is_some_and(|protocol| protocol != asked.protocol),
            outside(&packet.destination_ports, asked.destination),
            outside(&packet.source_ports, asked.source),
        ];
        (wrong.into_iter().filter(|wrong| *wrong).count() as u8).max(1)
    }

    fn traffic_failure(&self, reference: RuleRef, rule: &Rule) -> Option<(Place, String)> {
        let (terms, whole) = match &rule.traffic {
            TrafficMatch::Any => return None,
            TrafficMatch::Of(terms) => (terms.as_slice(), rule.place),
            TrafficMatch::Packet(packet) => (&[][..], packet.place.unwrap_or(rule.place)),
        };
        let wanted = ConnectionSet::of_traffic(self.flow.traffic);
        let meant = self.meant_traffic(reference)?;
        if !meant.intersection(&wanted).is_empty() {
            return None;
        }
        let place = terms.first().map_or(whole, |t| t.place);
        let traffic = self.flow.traffic;
        let names: Vec<&str> = terms
            .iter()
            .filter_map(|t| match &t.kind {
                TrafficTermKind::Named(name, _) => Some(&**name),
                _ => None,
            })
            .collect();
        if let (Some(name), true) = (names.first(), meant.is_empty()) {
            let to = end_name(self.flow.to, self.snapshot);
            return Some((place, format!("`{to}` has no container port with the name `{name}`")));
        }
        if let TrafficMatch::Packet(packet) = &rule.traffic
            && let Some(text) = excluded_traffic(packet, traffic)
        {
            return Some((place, text));
        }
        let same_protocol = meant.plane(traffic.protocol).is_some_and(|p| !p.is_empty());
        let text = match traffic.destination {
            Some(port) if same_protocol => format!("port {port} is not in {}", ports_of(&meant, traffic.protocol)),
            _ => format!("{} is not in {meant}", traffic.protocol),
        };
        Some((place, text))
    }

    /// Of several groups that may be attached, that they disagree.
    pub(super) fn which_group(&self, policies: &[PolicyId]) -> Option<String> {
        let title = |id: &PolicyId| {
            let policy = self.compiled.policy(*id).filter(|p| p.role == PolicyRole::SecurityGroup)?;
            let group = self.snapshot.cloud.groups.iter().find(|g| g.place == policy.place && g.name == policy.name);
            Some(group.map_or_else(|| policy.name.clone(), group_title))
        };
        let titles: Option<Vec<String>> = policies.iter().map(title).collect();
        if let Some(open) = policies
            .first()
            .and_then(|id| self.open_values(*id))
            .filter(|_| titles.as_ref().is_some_and(|t| t.iter().all(|one| Some(one) == t.first())))
        {
            return Some(open);
        }
        Some(format!(
            "the input does not determine which security group is attached ({}), and they give different results",
            titles?.join(" or ")
        ))
    }

    /// Which values are to be chosen for rules of a group.
    fn open_values(&self, id: PolicyId) -> Option<String> {
        let policy = self.compiled.policy(id)?;
        let group = self.snapshot.cloud.groups.iter().find(|g| g.place == policy.place && g.name == policy.name)?;
        let mut names: Vec<String> = Vec::new();
        for (expression, _) in group.rules.iter().flat_map(|(rule, _)| &rule.variants).flat_map(|(choice, _)| choice) {
            let name = format!("`{expression}`");
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let rest = if names.len() > 1 { "stand for, and their possible values" } else { "stands for, and its possible values" };
        (!names.is_empty()).then(|| {
            format!("the rules of {} `{}` depend on what {} {rest} give different results", policy.kind, group.name, names.join(" and "))
        })
    }

    /// The groups that may be attached at one place, if it is not known which is.
    pub(super) fn which_groups(&self, used: &GroupUse) -> Option<String> {
        let cloud = &self.snapshot.cloud;
        let title = |n: &Option<GroupId>| n.and_then(|n| cloud.group(n)).map_or_else(|| String::from("no group"), group_title);
        let titles: Vec<String> = core::iter::once(&Some(used.group)).chain(&used.others).map(title).collect();
        (titles.len() > 1).then(|| {
            format!("The input does not determine which security group is attached: {}. Each of them is evaluated.", titles.join(" or "))
        })
    }

    /// What one would have to know to say whether a rule matches.
    pub(super) fn missing_fact(&self, reference: RuleRef, peer: Endpoint) -> String {
        let name = end_name(peer, self.snapshot);
        if self.compiled.ruleset().rule(reference).and_then(|r| r.http).is_some_and(|http| http.fits == HttpFit::Unknown) {
            return String::from("the HTTP request, which is not specified");
        }
        if self.compiled.rule_matches(reference, peer).0 && self.is_surely_meant(reference) && !self.covers_question(reference) {
            return format!("{}, which the question does not specify", self.open_traffic(reference));
        }
        let Some(terms) = self.compiled.ruleset().rule(reference).map(|r| r.peers.terms()) else {
            return String::from("a fact that is not in the input");
        };
        if terms.iter().any(|t| matches!(t.kind, PeerTermKind::DomainNames(_))) && peer.address().is_some() {
            return format!("which DNS names resolve to {name}");
        }
        let own = self.compiled.ruleset().rule(reference).and_then(|r| r.own.as_ref());
        let unknown = terms.iter().chain(own).find_map(|t| match &t.kind {
            PeerTermKind::UnknownAddresses { name, written: None, .. } => Some(name),
            _ => None,
        });
        if let Some(name) = unknown {
            if name.starts_with("whether ") {
                return format!("{name}, which is not in the input");
            }
            return format!("the addresses of `{name}`, which are not in the input");
        }
        if let Some(labels) = self.missing_labels(reference, peer).or_else(|| self.missing_node_labels(peer)) {
            return labels;
        }
        if terms.iter().any(|t| matches!(t.kind, PeerTermKind::Nodes(_))) {
            return format!("which node `{name}` is on");
        }
        // Which of the ends has an address that the rule may name: its own side says that of the endpoint that it guards.
        let end = if self.is_surely_meant(reference) { peer } else { self.subject_of(reference) };
        let name = end_name(end, self.snapshot);
        let is_in_subnet = || self.snapshot.cloud.stand_in(end).is_some() && !self.snapshot.cloud.ranges_of(end).is_empty();
        match end {
            Endpoint::Pod(id) if self.snapshot.pod(id).is_some_and(|e| e.address_given) => {
                format!("which of the addresses of `{name}` the packet carries")
            }
            Endpoint::Node(id) if self.snapshot.node(id).is_some_and(|node| node.addresses.len() > 1) => {
                format!("which of the addresses of `{name}` the packet carries")
            }
            _ if is_in_subnet() => {
                format!("the address of `{name}`, which stands for any machine of the subnet: ask about one by its address")
            }
            _ => format!("the address of `{name}`, which is not in the input"),
        }
    }
}

fn ports_of(set: &ConnectionSet, protocol: Protocol) -> String {
    let whole = set.intersection(&ConnectionSet::protocol(protocol)).to_string();
    let prefix = format!("{protocol} ");
    whole.strip_prefix(&prefix).map_or(whole.clone(), ToString::to_string)
}

/// The name of a group, with the condition under which it is what it is.
fn group_title(group: &Group) -> String {
    match &group.condition {
        Some(condition) => format!("`{}` if `{condition}`", group.name),
        None => format!("`{}`", group.name),
    }
}
