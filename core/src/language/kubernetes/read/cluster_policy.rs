//! Reads AdminNetworkPolicies, BaselineAdminNetworkPolicies and ClusterNetworkPolicies.
//!
//! They are custom resources: what is valid is said by their schema alone, and `null` is refused wherever the schema wants a value.

use alloc::format;
use alloc::vec::Vec;
use hashbrown::HashSet;

use crate::diagnostics::{Code, nearest};
use crate::document::Entry;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::{
    ClusterAction, ClusterPeer, ClusterPeerKind, ClusterPolicy, ClusterPolicyKind, ClusterPort, ClusterPortKind, ClusterRule, ClusterTier,
    Ports, Subject, codes,
};
use crate::model::{LabelSelector, Protocol, names};

/// What the schemas of the three kinds differ in.
struct Schema {
    kind: ClusterPolicyKind,
    /// The most rules of a direction, and the most peers and ports of a rule.
    most: usize,
    /// The words of `action`.
    actions: &'static [&'static str],
    /// The field of a rule that lists ports.
    ports: &'static str,
}

/// The most CIDRs or domain names of one peer.
const MOST_IN_PEER: usize = 25;
/// The longest name of a rule.
const LONGEST_RULE_NAME: usize = 100;

impl Schema {
    const fn of(kind: ClusterPolicyKind) -> Schema {
        match kind {
            ClusterPolicyKind::Admin => Schema { kind, most: 100, actions: &["Allow", "Deny", "Pass"], ports: "ports" },
            ClusterPolicyKind::BaselineAdmin => Schema { kind, most: 100, actions: &["Allow", "Deny"], ports: "ports" },
            ClusterPolicyKind::Cluster => Schema { kind, most: 25, actions: &["Accept", "Deny", "Pass"], ports: "protocols" },
        }
    }

    fn is_v1alpha2(&self) -> bool {
        self.kind == ClusterPolicyKind::Cluster
    }
}

/// A direction, with what upstream calls its parts.
struct Direction {
    peers: &'static str,
    missing: Code,
    empty: Code,
    egress: bool,
}

const INGRESS: Direction = Direction { peers: "from", missing: codes::MISSING_FROM, empty: codes::EMPTY_FROM, egress: false };
const EGRESS: Direction = Direction { peers: "to", missing: codes::MISSING_TO, empty: codes::EMPTY_TO, egress: true };

impl<'a> Reader<'a> {
    /// The `spec` of a cluster-wide policy.
    pub(in crate::language) fn cluster_policy(&mut self, spec: &Slot<'a, '_>, kind: ClusterPolicyKind) -> ClusterPolicy {
        let schema = Schema::of(kind);
        let mut policy = ClusterPolicy {
            kind,
            tier: if kind == ClusterPolicyKind::BaselineAdmin { ClusterTier::Baseline } else { ClusterTier::Admin },
            priority: 0,
            priority_span: spec.span(),
            subject: Subject::Namespaces(LabelSelector { span: spec.span(), requirements: Vec::new() }),
            subject_span: spec.span(),
            ingress: Vec::new(),
            egress: Vec::new(),
        };
        // What a kind lacks is unknown there, although its siblings have it.
        let read = match kind {
            ClusterPolicyKind::BaselineAdmin => self.fields(spec, ["subject", "ingress", "egress"], &[]).map(|s| (s, None, None)),
            ClusterPolicyKind::Admin => {
                self.fields(spec, ["subject", "ingress", "egress", "priority"], &[]).map(|[s, i, e, p]| ([s, i, e], Some(p), None))
            }
            ClusterPolicyKind::Cluster => self
                .fields(spec, ["subject", "ingress", "egress", "priority", "tier"], &[])
                .map(|[s, i, e, p, t]| ([s, i, e], Some(p), Some(t))),
        };
        let Some(([subject, ingress, egress], priority, tier)) = read else {
            if !spec.is_set() {
                self.refuse(spec.required(codes::REQUIRED, "a policy needs a spec"));
            }
            return policy;
        };
        if let Some(tier) = tier {
            match self.text(&tier) {
                Some("Admin") => {}
                Some("Baseline") => policy.tier = ClusterTier::Baseline,
                Some(word) => self.unsupported(&tier, codes::UNSUPPORTED_VALUE, word, &["Admin", "Baseline"]),
                None if !tier.is_set() => self.refuse(tier.required(codes::REQUIRED, "Admin or Baseline").help("write `tier: Admin`")),
                None => {}
            }
        }
        if let Some(priority) = priority {
            policy.priority_span = priority.at;
            match self.bounded(&priority, codes::INVALID_PRIORITY, 0, 1000) {
                Some(number) => policy.priority = number as u16,
                None if !priority.is_set() => {
                    self.refuse(priority.required(codes::INVALID_PRIORITY, "a number from 0 to 1000; the lowest comes first"));
                }
                None => {}
            }
        }
        policy.subject_span = subject.at;
        if let Some(subject) = self.subject(&subject, &schema) {
            policy.subject = subject;
        }
        policy.ingress = self.cluster_rules(&ingress, &schema, &INGRESS);
        policy.egress = self.cluster_rules(&egress, &schema, &EGRESS);
        policy
    }

    fn subject(&mut self, slot: &Slot<'a, '_>, schema: &Schema) -> Option<Subject> {
        const HELP: &str = "write `namespaces: {}` for all pods, or `pods` with a `podSelector`";
        let Some([namespaces, pods]) = self.fields(slot, ["namespaces", "pods"], &[]) else {
            if !slot.is_set() {
                let diagnostic = slot.required(codes::SUBJECT_NOT_ONE_FIELD, "must have exactly one of `namespaces` and `pods`");
                self.refuse(diagnostic.help(HELP));
            }
            return None;
        };
        self.exactly_one(slot, codes::SUBJECT_NOT_ONE_FIELD, &["namespaces", "pods"], HELP);
        self.namespaces_or_pods(&namespaces, &pods, schema)
    }

    /// Refuses a mapping that does not have exactly one of `fields`. What is unknown does not count: API servers drop it before.
    fn exactly_one(&mut self, slot: &Slot<'a, '_>, code: Code, fields: &[&str], help: &str) {
        let mut known = slot.entries().iter().filter(|entry| fields.contains(&&*entry.key));
        let list = fields.join("`, `");
        match (known.next(), known.next()) {
            (Some(_), None) => {}
            (None, _) => {
                self.refuse(slot.error(code, format!("Invalid value: must have exactly one of `{list}`, and has none")).help(help))
            }
            (Some(first), Some(second)) => {
                let message = format!("Invalid value: must have exactly one of `{list}`, and has `{}` and `{}`", first.key, second.key);
                let diagnostic = slot.error(code, message).help("write each as a separate entry");
                self.refuse(diagnostic.related(first.key_span, "one").related(second.key_span, "another"));
            }
        }
    }

    /// A selector of a custom resource: `null` is refused.
    fn crd_selector(&mut self, slot: &Slot<'a, '_>) -> Option<LabelSelector> {
        self.refuse_null(slot, "a selector", "write `{}` to select everything");
        self.selector(slot)
    }

    fn refuse_null(&mut self, slot: &Slot<'a, '_>, what: &str, help: &str) {
        if slot.is_null() {
            self.refuse(slot.error(codes::WRONG_TYPE, format!("expected {what}, found nothing")).help(help));
        }
    }

    fn namespaces_or_pods(&mut self, namespaces: &Slot<'a, '_>, pods: &Slot<'a, '_>, schema: &Schema) -> Option<Subject> {
        if !namespaces.is_missing() {
            if self.is_old_nested(namespaces, &["namespaceSelector", "sameLabels", "notSameLabels"]) {
                return None;
            }
            let selector = self.crd_selector(namespaces);
            if pods.is_missing() {
                return selector.map(Subject::Namespaces);
            }
        }
        if self.is_old_nested(pods, &["namespaces"]) {
            return None;
        }
        let Some([namespace_selector, pod_selector]) = self.fields(pods, ["namespaceSelector", "podSelector"], &[]) else {
            self.refuse_null(pods, "a mapping with `podSelector`", "write `podSelector: {}` to select all pods");
            return None;
        };
        let namespaces = self.crd_selector(&namespace_selector);
        if namespace_selector.is_missing() && !schema.is_v1alpha2() {
            let help = "API servers refuse the policy; here it is read as `namespaceSelector: {}`, all namespaces";
            self.report(namespace_selector.required(codes::REQUIRED, "").help(help));
        }
        let pods = self.crd_selector(&pod_selector);
        if pod_selector.is_missing() {
            let help = "API servers refuse the policy; here it is read as `podSelector: {}`, all pods";
            self.report(pod_selector.required(codes::REQUIRED, "").help(help));
        }
        let everything = |slot: &Slot<'a, '_>| LabelSelector { span: slot.span(), requirements: Vec::new() };
        Some(Subject::Pods {
            namespaces: namespaces.unwrap_or_else(|| everything(&namespace_selector)),
            pods: pods.unwrap_or_else(|| everything(&pod_selector)),
        })
    }

    /// Whether a peer is of the nested form that v1alpha1 had until March 2024, and if so, refuses it. Dropping those fields would leave a
    /// selector of everything.
    fn is_old_nested(&mut self, slot: &Slot<'a, '_>, fields: &[&str]) -> bool {
        let Some(entry) = slot.entries().iter().find(|entry| fields.contains(&&*entry.key)) else { return false };
        let (message, help) = match &*entry.key {
            "namespaceSelector" => {
                ("the nested selector is from an old version of this kind", "write its content directly under `namespaces`")
            }
            "namespaces" => {
                ("the nested form is from an old version of this kind", "write `namespaceSelector` with the selector, beside `podSelector`")
            }
            _ => (
                "comparing the labels of two namespaces is from an old version of this kind, and was removed",
                "name the \
                 namespaces by a selector",
            ),
        };
        let mut diagnostic = slot.error(codes::OLD_NESTED_PEER, format!("`{}`: {message}", entry.key)).help(help);
        if let Some(place) = &mut diagnostic.place {
            place.span = entry.key_span;
        }
        self.refuse(diagnostic);
        true
    }

    fn cluster_rules(&mut self, slot: &Slot<'a, '_>, schema: &Schema, direction: &Direction) -> Vec<ClusterRule> {
        self.refuse_null(slot, "a list of rules", "leave the field out if there is none");
        if slot.len() > schema.most {
            self.refuse(slot.too_many(schema.most));
        }
        let mut rules = Vec::with_capacity(slot.len());
        for item in self.items(slot) {
            self.refuse_null(&item, "a rule", "delete the dash");
            rules.extend(self.cluster_rule(&item, schema, direction));
        }
        rules
    }

    fn cluster_rule(&mut self, slot: &Slot<'a, '_>, schema: &Schema, direction: &Direction) -> Option<ClusterRule> {
        let [name, action, peers, ports] = self.fields(slot, ["name", "action", direction.peers, schema.ports], &[])?;
        self.refuse_null(&name, "text", "leave the field out");
        let name_text = self.text(&name);
        if name_text.is_some_and(|text| text.chars().count() > LONGEST_RULE_NAME) {
            self.refuse(name.error(codes::TOO_MANY, format!("Too long: may not be longer than {LONGEST_RULE_NAME}")));
        }
        let action_read = self.action(&action, schema);

        if peers.is_missing() {
            let help = format!("name the other end: `{}` with at least one entry", direction.peers);
            self.refuse(peers.required(direction.missing, "must name at least one peer").help(help));
        } else if peers.is_null() || peers.is_empty_list() {
            let message = "Invalid value: must have at least 1 item";
            self.refuse(peers.error(direction.empty, message).help("for all pods write `- namespaces: {}`"));
        } else if peers.len() > schema.most {
            self.refuse(peers.too_many(schema.most));
        }
        let mut read_peers = Vec::with_capacity(peers.len());
        let mut by_address = None;
        for item in self.items(&peers) {
            if let Some(kind) = self.cluster_peer(&item, schema, direction, action_read) {
                if matches!(kind, ClusterPeerKind::Networks(_) | ClusterPeerKind::Nodes(_) | ClusterPeerKind::DomainNames(_)) {
                    by_address = Some(item.at);
                }
                read_peers.push(ClusterPeer { span: item.at, kind });
            }
        }

        if ports.is_null() || ports.is_empty_list() {
            let message = "Invalid value: must have at least 1 item";
            self.refuse(ports.error(codes::EMPTY_PORTS, message).help("leave the field out if the rule applies to every port"));
        } else if ports.len() > schema.most {
            self.refuse(ports.too_many(schema.most));
        }
        let mut read_ports = Vec::with_capacity(ports.len());
        for item in self.items(&ports) {
            let Some(kinds) = self.cluster_port(&item, schema) else { continue };
            if let (ClusterPortKind::Name(_), Some(peer)) = (&kinds, by_address) {
                let message = "a named port cannot be used with networks, nodes or domainNames: they have no named ports";
                // For the other peers of the rule the port still says something, so the policy is not refused here.
                self.report(
                    item.error(codes::NAMED_PORT_FOR_ADDRESSES, message).help("write the number of the port").related(peer, "the peer"),
                );
            }
            read_ports.push(ClusterPort { span: item.at, kind: kinds });
        }
        Some(ClusterRule {
            span: slot.at,
            name: name_text.map(Into::into),
            action: action_read?,
            peers: read_peers,
            ports: if ports.is_missing() { Ports::Any } else { Ports::Of(read_ports) },
        })
    }

    fn action(&mut self, slot: &Slot<'a, '_>, schema: &Schema) -> Option<ClusterAction> {
        let Some(word) = self.text(slot) else {
            if !slot.is_set() {
                let words = format!("one of {}", schema.actions.join(", "));
                self.refuse(slot.required(codes::UNKNOWN_ACTION, &words));
            }
            return None;
        };
        match (word, schema.actions.contains(&word)) {
            ("Allow" | "Accept", true) => Some(ClusterAction::Allow),
            ("Deny", true) => Some(ClusterAction::Deny),
            ("Pass", true) => Some(ClusterAction::Pass),
            _ => {
                // v1alpha1 says Allow where v1alpha2 says Accept.
                let sibling = match word {
                    "Accept" => Some("Allow"),
                    "Allow" => Some("Accept"),
                    _ => nearest(word, schema.actions.iter().copied()),
                };
                let words = schema.actions.join("\", \"");
                let message = format!("Unsupported value: {}: supported values: \"{words}\"", quoted(word));
                let diagnostic = slot.error(codes::UNKNOWN_ACTION, message);
                let diagnostic = self.rewrite(diagnostic, slot.at, sibling);
                self.refuse(diagnostic);
                None
            }
        }
    }

    fn cluster_peer(
        &mut self,
        slot: &Slot<'a, '_>,
        schema: &Schema,
        direction: &Direction,
        action: Option<ClusterAction>,
    ) -> Option<ClusterPeerKind> {
        const HELP: &str = "for all pods write `namespaces: {}`";
        if slot.is_null() {
            self.refuse(
                slot.error(
                    codes::PEER_NOT_ONE_FIELD,
                    "Invalid value: a peer must select something, and selects \
             nothing",
                )
                .help(HELP),
            );
            return None;
        }
        let fields: &[&str] = match (direction.egress, schema.kind) {
            (false, _) => &["namespaces", "pods"],
            (true, ClusterPolicyKind::BaselineAdmin) => &["namespaces", "networks", "nodes", "pods"],
            (true, _) => &["domainNames", "namespaces", "networks", "nodes", "pods"],
        };
        if let [only] = slot.entries()
            && !fields.contains(&&*only.key)
        {
            return Some(self.unknown_peer(slot, only, fields, direction, action));
        }
        if slot.is_mapping() {
            self.exactly_one(slot, codes::PEER_NOT_ONE_FIELD, fields, HELP);
        }
        let (namespaces, pods, nodes, networks, domain_names) = match fields.len() {
            2 => self.fields(slot, ["namespaces", "pods"], &[]).map(|[n, p]| (n, p, None, None, None))?,
            4 => self.fields(slot, ["namespaces", "pods", "nodes", "networks"], &[]).map(|[n, p, o, w]| (n, p, Some(o), Some(w), None))?,
            _ => self
                .fields(slot, ["namespaces", "pods", "nodes", "networks", "domainNames"], &[])
                .map(|[n, p, o, w, d]| (n, p, Some(o), Some(w), Some(d)))?,
        };
        if let Some(networks) = networks.filter(|slot| !slot.is_missing()) {
            return self.networks(&networks, schema);
        }
        if let Some(nodes) = nodes.filter(|slot| !slot.is_missing()) {
            return self.crd_selector(&nodes).map(ClusterPeerKind::Nodes);
        }
        if let Some(names) = domain_names.filter(|slot| !slot.is_missing()) {
            return self.domain_names(&names, action);
        }
        self.namespaces_or_pods(&namespaces, &pods, schema).map(ClusterPeerKind::Pods)
    }

    /// A peer whose only field is not one of the kind's: a newer schema may have it, and then engines must fail closed.
    fn unknown_peer(
        &mut self,
        slot: &Slot<'a, '_>,
        entry: &Entry,
        fields: &[&str],
        direction: &Direction,
        action: Option<ClusterAction>,
    ) -> ClusterPeerKind {
        let egress_only = ["networks", "nodes", "domainNames"].contains(&&*entry.key);
        let reading = match action {
            Some(ClusterAction::Allow) => "it makes the rule match nothing",
            Some(ClusterAction::Deny | ClusterAction::Pass) => "it makes the rule match everything",
            None => "the rule fails closed",
        };
        let message = format!("unknown field {}", quoted(&format!("{}", slot.path.field(&entry.key))));
        let mut diagnostic = slot.error(codes::UNKNOWN_PEER, "");
        diagnostic.message = message;
        if let Some(place) = &mut diagnostic.place {
            place.span = entry.key_span;
        }
        let diagnostic = if egress_only && !direction.egress {
            diagnostic.help(format!("`{}` can only be named in egress rules; here {reading}", entry.key))
        } else {
            let diagnostic = diagnostic.help(format!("API servers refuse it unless their schema is newer; here {reading}"));
            self.rewrite(diagnostic, entry.key_span, nearest(&entry.key, fields.iter().copied()))
        };
        self.report(diagnostic);
        ClusterPeerKind::Unknown(entry.key.clone())
    }

    /// A list of at most 25 different texts, at least one. `read` makes something of each.
    fn set_of_text<T>(
        &mut self,
        slot: &Slot<'a, '_>,
        what: &str,
        mut read: impl FnMut(&mut Self, &Slot<'a, '_>, &'a str) -> Option<T>,
    ) -> Vec<T> {
        self.refuse_null(slot, what, "name at least one");
        if slot.is_empty_list() {
            self.refuse(slot.error(codes::PEER_NOT_ONE_FIELD, "Invalid value: must have at least 1 item"));
        } else if slot.len() > MOST_IN_PEER {
            self.refuse(slot.too_many(MOST_IN_PEER));
        }
        let mut seen = HashSet::new();
        let mut list = Vec::with_capacity(slot.len());
        for item in self.items(slot) {
            self.refuse_null(&item, "text", "delete the dash");
            let Some(text) = self.text(&item) else { continue };
            if !seen.insert(text) {
                self.refuse(item.duplicate(quoted(text)));
            }
            list.extend(read(self, &item, text));
        }
        list
    }

    fn networks(&mut self, slot: &Slot<'a, '_>, schema: &Schema) -> Option<ClusterPeerKind> {
        let is_v1alpha2 = schema.is_v1alpha2();
        let cidrs = self.set_of_text(slot, "a list of CIDRs", |reader, item, text| {
            let legacy = names::cidr(text).and_then(|read| read.legacy).map(|(legacy, _)| legacy);
            let refused = match legacy {
                Some(names::Legacy::MappedIpv4) => Some("an IPv4 range inside IPv6 is not supported"),
                // `isCIDR` of v1alpha2 reads strictly.
                Some(names::Legacy::LeadingZeros) if is_v1alpha2 => Some("Invalid CIDR format provided"),
                _ => None,
            };
            if let Some(why) = refused {
                reader.refuse(item.invalid(codes::INVALID_CIDR, quoted(text), why));
                return None;
            }
            reader.cidr(item, text, "Invalid CIDR format provided")
        });
        Some(ClusterPeerKind::Networks(cidrs))
    }

    fn domain_names(&mut self, slot: &Slot<'a, '_>, action: Option<ClusterAction>) -> Option<ClusterPeerKind> {
        if matches!(action, Some(ClusterAction::Deny | ClusterAction::Pass)) {
            self.report(
                slot.warning(codes::DOMAIN_NAMES_NOT_ALLOWED_BY, "domain names only work in allow rules")
                    .help("allow the names that are needed, and deny the rest in a later rule"),
            );
        }
        let names = self.set_of_text(slot, "a list of domain names", |reader, item, text| {
            if !names::domain_name(text) {
                let detail = "must be a domain name of at least two labels, perhaps after `*.`";
                reader.refuse(item.invalid(codes::INVALID_DOMAIN_NAME, quoted(text), detail));
            }
            Some(text.into())
        });
        Some(ClusterPeerKind::DomainNames(names))
    }

    fn cluster_port(&mut self, slot: &Slot<'a, '_>, schema: &Schema) -> Option<ClusterPortKind> {
        let fields: &[&str] =
            if schema.is_v1alpha2() { &["tcp", "udp", "sctp", "destinationNamedPort"] } else { &["portNumber", "portRange", "namedPort"] };
        if slot.is_null() {
            let message = format!("Invalid value: must have exactly one of `{}`, and has none", fields.join("`, `"));
            self.refuse(slot.error(codes::PORT_NOT_ONE_FIELD, message).help("delete the dash"));
            return None;
        }
        if slot.is_mapping() {
            self.exactly_one(slot, codes::PORT_NOT_ONE_FIELD, fields, "leave the list out if the rule applies to every port");
        }
        if schema.is_v1alpha2() {
            let [tcp, udp, sctp, named] = self.fields(slot, ["tcp", "udp", "sctp", "destinationNamedPort"], &[])?;
            for (slot, protocol) in [(&tcp, Protocol::TCP), (&udp, Protocol::UDP), (&sctp, Protocol::SCTP)] {
                if !slot.is_missing() {
                    return self.protocol_ports(slot, protocol);
                }
            }
            return self.named_port(&named);
        }
        let [number, range, named] = self.fields(slot, ["portNumber", "portRange", "namedPort"], &[])?;
        if !number.is_missing() {
            let Some([protocol, port]) = self.fields(&number, ["protocol", "port"], &[]) else {
                self.refuse_null(&number, "a mapping with `port`", "write `portNumber: {protocol: TCP, port: 80}`");
                return None;
            };
            let protocol = self.protocol(&protocol);
            let port = self.required_port(&port)?;
            return Some(ClusterPortKind::Range(protocol, port, port));
        }
        if !range.is_missing() {
            let Some([protocol, start, end]) = self.fields(&range, ["protocol", "start", "end"], &[]) else {
                self.refuse_null(&range, "a mapping with `start` and `end`", "write `portRange: {protocol: TCP, start: 1, end: 99}`");
                return None;
            };
            let protocol = self.protocol(&protocol);
            return self.port_range(protocol, &start, &end, schema);
        }
        self.named_port(&named)
    }

    /// `tcp`, `udp` or `sctp` of v1alpha2.
    fn protocol_ports(&mut self, slot: &Slot<'a, '_>, protocol: Protocol) -> Option<ClusterPortKind> {
        const ALL: &str = "for every port of the protocol write `destinationPort: {range: {start: 1, end: 65535}}`";
        let Some([port]) = self.fields(slot, ["destinationPort"], &[]) else {
            self.refuse_null(slot, "a mapping with `destinationPort`", ALL);
            return None;
        };
        if port.is_missing() {
            let message = "Invalid value: must have at least 1 property: `destinationPort`";
            self.refuse(slot.error(codes::PORT_NOT_ONE_FIELD, message).help(ALL));
            return None;
        }
        let Some([number, range]) = self.fields(&port, ["number", "range"], &[]) else {
            self.refuse_null(&port, "a mapping with `number` or `range`", ALL);
            return None;
        };
        self.exactly_one(&port, codes::PORT_NOT_ONE_FIELD, &["number", "range"], ALL);
        if !range.is_missing() {
            let Some([start, end]) = self.fields(&range, ["start", "end"], &[]) else {
                self.refuse_null(&range, "a mapping with `start` and `end`", ALL);
                return None;
            };
            return self.port_range(protocol, &start, &end, &Schema::of(ClusterPolicyKind::Cluster));
        }
        if number.is_missing() {
            return None;
        }
        let number = self.required_port(&number)?;
        Some(ClusterPortKind::Range(protocol, number, number))
    }

    fn required_port(&mut self, slot: &Slot<'a, '_>) -> Option<u16> {
        if !slot.is_set() {
            self.refuse(slot.required(codes::REQUIRED, "a number from 1 to 65535"));
        }
        self.port_number(slot)
    }

    fn port_range(&mut self, protocol: Protocol, start: &Slot<'a, '_>, end: &Slot<'a, '_>, schema: &Schema) -> Option<ClusterPortKind> {
        let (first, last) = (self.required_port(start), self.required_port(end));
        let (first, last) = (first?, last?);
        if first >= last {
            let diagnostic = start
                .invalid(codes::RANGE_START_NOT_BEFORE_END, first, "Start port must be less than Endpoint port")
                .related(end.at, "the end")
                .help(if first == last { "for a single port write its number" } else { "exchange start and end" });
            if first == last && !schema.is_v1alpha2() {
                // Documented as wrong, but no rule of the v1alpha1 schema stops it, and engines read a single port.
                self.report(
                    start.warning(codes::RANGE_START_NOT_BEFORE_END, "a range should have its start before its end; this is one port"),
                );
            } else {
                self.refuse(diagnostic);
                return None;
            }
        }
        Some(ClusterPortKind::Range(protocol, first, last))
    }

    fn named_port(&mut self, slot: &Slot<'a, '_>) -> Option<ClusterPortKind> {
        self.refuse_null(slot, "the name of a container port", "leave the entry out");
        let name = self.text(slot)?;
        if let Err(why) = names::port_name(name) {
            self.report(slot.warning(codes::INVALID_PORT_NAME, format!("no container port can have the name {}: {why}", quoted(name))));
        }
        Some(ClusterPortKind::Name(name.into()))
    }
}
