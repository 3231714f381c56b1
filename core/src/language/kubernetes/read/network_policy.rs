//! Reads NetworkPolicies. Defaults: `SetDefaults_NetworkPolicy`; validation: `ValidateNetworkPolicy`.

use alloc::vec::Vec;

use crate::document::Value;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::read::values::NumberOrName;
use crate::language::{NetworkPolicy, Peer, PeerKind, Peers, PolicyTypes, Port, PortKind, Ports, Rule, codes};
use crate::model::{LabelSelector, Protocol};

const DIRECTIONS: [&str; 2] = ["Ingress", "Egress"];

/// Where fields belong that people write directly under `spec`.
const SPEC_HINTS: &[(&str, &str)] = &[
    ("from", "it belongs in a rule under `ingress`"),
    ("to", "it belongs in a rule under `egress`"),
    ("ports", "it belongs in a rule under `ingress` or `egress`"),
    ("matchLabels", "it belongs under `podSelector`"),
    ("matchExpressions", "it belongs under `podSelector`"),
    ("namespaceSelector", "a policy acts in its own namespace only; other namespaces can be named in `from` and `to`"),
];

/// Where fields belong that people write directly into a rule.
const RULE_HINTS: &[(&str, &str)] = &[
    ("from", "egress rules have `to`"),
    ("to", "ingress rules have `from`"),
    ("podSelector", "it belongs in an entry of `from` or `to`"),
    ("namespaceSelector", "it belongs in an entry of `from` or `to`"),
    ("ipBlock", "it belongs in an entry of `from` or `to`"),
    ("port", "it belongs in an entry of `ports`"),
    ("protocol", "it belongs in an entry of `ports`"),
    ("endPort", "it belongs in an entry of `ports`"),
];

/// Where fields belong that people write directly into a peer.
const PEER_HINTS: &[(&str, &str)] = &[
    ("ports", "it belongs beside `from` or `to`, not among the peers"),
    ("cidr", "it belongs under `ipBlock`"),
    ("except", "it belongs under `ipBlock`"),
    ("matchLabels", "it belongs under `podSelector` or `namespaceSelector`"),
    ("matchExpressions", "it belongs under `podSelector` or `namespaceSelector`"),
];

impl<'a> Reader<'a> {
    /// The `spec` of a NetworkPolicy.
    pub(in crate::language) fn network_policy(&mut self, spec: &Slot<'a, '_>) -> NetworkPolicy {
        self.network_policy_with(spec, &[])
    }

    /// The same for a spec that has further fields, which are read elsewhere.
    pub(in crate::language) fn network_policy_with(&mut self, spec: &Slot<'a, '_>, others: &'static [&'static str]) -> NetworkPolicy {
        let known = ["podSelector", "policyTypes", "ingress", "egress"];
        let Some([pod_selector, policy_types, ingress, egress]) = self.fields_with_hints(spec, known, others, SPEC_HINTS) else {
            if !spec.is_set() {
                self.report(
                    spec.warning(codes::MISSING_SPEC, "a policy without a spec selects every pod in its namespace and allows no ingress")
                        .help("write `spec` with a `podSelector` and rules"),
                );
            }
            return NetworkPolicy {
                pod_selector: LabelSelector { span: spec.span(), requirements: Vec::new() },
                types: PolicyTypes { ingress: true, egress: false, written: None },
                ingress: Vec::new(),
                egress: Vec::new(),
            };
        };
        let pod_selector = self.selector_or_everything(&pod_selector);
        let types = self.policy_types(&policy_types, &ingress, &egress);
        let ingress = self.rules(&ingress, "from");
        let egress = self.rules(&egress, "to");
        NetworkPolicy { pod_selector, types, ingress, egress }
    }

    fn policy_types(&mut self, slot: &Slot<'a, '_>, ingress: &Slot<'a, '_>, egress: &Slot<'a, '_>) -> PolicyTypes {
        let mut types = PolicyTypes { ingress: false, egress: false, written: None };
        let count = slot.len();
        for item in self.items(slot) {
            let word = if item.is_null() { Some("") } else { self.text(&item) };
            match word {
                Some("Ingress") => types.ingress = true,
                Some("Egress") => types.egress = true,
                // Upstream looks no further once there are too many.
                Some(word) if count <= DIRECTIONS.len() => self.unsupported(&item, codes::UNSUPPORTED_VALUE, word, &DIRECTIONS),
                _ => {}
            }
        }
        if count == 0 {
            types.ingress = true;
            types.egress = egress.len() > 0;
            if types.egress && ingress.is_missing() {
                self.report(
                    egress
                        .warning(codes::EGRESS_DENIES_INGRESS, "without policyTypes this policy also isolates ingress, and allows none")
                        .help("add `policyTypes: [Egress]` if only egress is meant, or `policyTypes: [Ingress, Egress]` if both are"),
                );
            }
            if egress.is_empty_list() {
                self.report(
                    egress
                        .warning(
                            codes::EMPTY_EGRESS_WITHOUT_TYPES,
                            "an empty list without policyTypes does not isolate egress: all egress stays allowed",
                        )
                        .help("add `policyTypes: [Egress]` to deny all egress"),
                );
            }
            return types;
        }
        types.written = Some(slot.span());
        if count > DIRECTIONS.len() {
            self.refuse(slot.error(codes::TOO_MANY_POLICY_TYPES, "Invalid value: may not specify more than two policyTypes"));
        }
        for (rules, on, name) in [(ingress, types.ingress, "Ingress"), (egress, types.egress, "Egress")] {
            if !on && rules.len() > 0 {
                let message = alloc::format!("these rules have no effect: policyTypes has no `{name}`");
                let warning = rules.warning(codes::RULES_WITHOUT_TYPE, message);
                self.report(warning.help(alloc::format!("add `{name}` to policyTypes")).related(slot.span(), "the policyTypes"));
            }
        }
        types
    }

    fn rules(&mut self, slot: &Slot<'a, '_>, peers_field: &'static str) -> Vec<Rule> {
        let mut rules = Vec::with_capacity(slot.len());
        for item in self.items(slot) {
            let span = item.at;
            if item.is_null() {
                self.report(
                    item.warning(codes::NULL_ITEM, "an empty list item is a rule without conditions: it allows everything")
                        .help("delete the dash to allow nothing, or write `- {}` if everything is meant to be allowed"),
                );
                rules.push(Rule { span, peers: Peers::Any, ports: Ports::Any });
                continue;
            }
            if let Some([peers, ports]) = self.fields_with_hints(&item, [peers_field, "ports"], &[], RULE_HINTS) {
                let peers = self.peers(&peers);
                let ports = self.policy_ports(&ports);
                rules.push(Rule { span, peers, ports });
            }
        }
        rules
    }

    fn peers(&mut self, slot: &Slot<'a, '_>) -> Peers {
        let mut peers = Vec::with_capacity(slot.len());
        for item in self.items(slot) {
            let Some([pods, namespaces, block]) =
                self.fields_with_hints(&item, ["podSelector", "namespaceSelector", "ipBlock"], &[], PEER_HINTS)
            else {
                if item.is_null() {
                    self.refuse(item.required(codes::EMPTY_PEER, "must specify a peer").help("delete the dash, or name a peer"));
                }
                continue;
            };
            let pods_selector = self.selector(&pods);
            let namespaces_selector = self.selector(&namespaces);
            let has_selector = pods.is_set() || namespaces.is_set();
            if block.is_set() {
                if has_selector {
                    let detail = "may not specify both ipBlock and another peer";
                    self.refuse(
                        item.forbidden(codes::IP_BLOCK_WITH_SELECTOR, detail)
                            .help("write them as two entries of the list, each after its own dash")
                            .related(block.key, "the ipBlock")
                            .related(if pods.is_set() { pods.key } else { namespaces.key }, "the selector"),
                    );
                }
                if let Some(kind) = self.ip_block(&block) {
                    peers.push(Peer { span: item.at, kind });
                }
            } else if has_selector {
                peers.push(Peer { span: item.at, kind: PeerKind::Pods { namespaces: namespaces_selector, pods: pods_selector } });
            } else {
                self.refuse(
                    item.required(codes::EMPTY_PEER, "must specify a peer")
                        .help("for all pods of this namespace write `podSelector: {}`, for all pods `namespaceSelector: {}`"),
                );
            }
        }
        // Peers that cannot be read must not turn into "any peer"; such a policy is refused anyway.
        if slot.len() == 0 { Peers::Any } else { Peers::Of(peers) }
    }

    fn ip_block(&mut self, slot: &Slot<'a, '_>) -> Option<PeerKind> {
        let [cidr, except] = self.fields(slot, ["cidr", "except"], &[])?;
        let text = self.text(&cidr);
        let block = match text {
            Some(text) if !text.is_empty() => self.cidr(&cidr, text, "must be a valid CIDR value"),
            Some(_) => {
                self.refuse(cidr.required(codes::REQUIRED, "").help("write a CIDR, for instance `cidr: 10.9.8.0/24`"));
                None
            }
            None => {
                if !cidr.is_set() {
                    self.refuse(cidr.required(codes::REQUIRED, "").help("write a CIDR, for instance `cidr: 10.9.8.0/24`"));
                }
                None
            }
        };
        let mut holes = Vec::with_capacity(except.len());
        for item in self.items(&except) {
            let Some(text) = (if item.is_null() { Some("") } else { self.text(&item) }) else { continue };
            let Some(hole) = self.cidr(&item, text, "must be a valid CIDR value") else { continue };
            if let Some(block) = block
                && !(block.covers(&hole) && block.length() < hole.length())
            {
                self.refuse(
                    item.invalid(codes::EXCEPT_NOT_WITHIN, quoted(text), "must be a strict subset of `cidr`")
                        .help("an exception must lie within the cidr, and be smaller")
                        .related(cidr.at, "the cidr"),
                );
            }
            holes.push(hole);
        }
        Some(PeerKind::IpBlock { cidr: block?, except: holes })
    }

    fn policy_ports(&mut self, slot: &Slot<'a, '_>) -> Ports<Port> {
        let mut ports = Vec::with_capacity(slot.len());
        for item in self.items(slot) {
            if item.is_null() {
                self.report(
                    item.warning(codes::NULL_ITEM, "an empty list item matches every TCP port")
                        .help("delete the dash, or write `- protocol: TCP` if every TCP port is meant"),
                );
            }
            let Some([protocol, port, end_port]) = self.fields(&item, ["protocol", "port", "endPort"], &[]) else {
                if item.is_null() {
                    ports.push(Port { span: item.at, protocol: Protocol::TCP, kind: PortKind::All });
                }
                continue;
            };
            let protocol = self.protocol(&protocol);
            if let Some(kind) = self.port_kind(&port, &end_port) {
                ports.push(Port { span: item.at, protocol, kind });
            }
        }
        if slot.len() == 0 { Ports::Any } else { Ports::Of(ports) }
    }

    fn port_kind(&mut self, port: &Slot<'a, '_>, end_port: &Slot<'a, '_>) -> Option<PortKind> {
        let end = self.integer(end_port);
        let written = port.value().map(|node| node.value());
        let read = self.number_or_name(port);
        let Some(end) = end else {
            return match read {
                Some(NumberOrName::Number(number)) => Some(PortKind::Range(number, number)),
                Some(NumberOrName::Name(name)) => Some(PortKind::Name(name.into())),
                None => (!port.is_set()).then_some(PortKind::All),
            };
        };
        match written {
            None => {
                let detail = "may not be specified when `port` is not specified";
                self.refuse(
                    end_port.invalid(codes::END_PORT_WITHOUT_PORT, end, detail).help("write the first port of the range as `port`"),
                );
                None
            }
            Some(Value::Int(first)) => {
                if end < *first {
                    let detail = "must be greater than or equal to `port`";
                    self.refuse(
                        end_port
                            .invalid(codes::END_PORT_LESS_THAN_PORT, end, detail)
                            .help("a range runs from `port` to `endPort`; exchange them")
                            .related(port.at, "the port"),
                    );
                }
                let end = self.port_number(end_port)?;
                match read? {
                    NumberOrName::Number(first) => Some(PortKind::Range(first, end.max(first))),
                    NumberOrName::Name(_) => None,
                }
            }
            Some(Value::String(_)) => {
                let detail = "may not be specified when `port` is non-numeric";
                self.refuse(
                    end_port
                        .invalid(codes::END_PORT_WITH_NAMED_PORT, end, detail)
                        .help("write `port` as a number, or leave `endPort` out")
                        .related(port.at, "the named port"),
                );
                None
            }
            Some(_) => None,
        }
    }
}
