//! Rules of Calico's policies and profiles.

use alloc::format;
use alloc::vec::Vec;

use super::selector::Global;
use crate::document::{NodeRef, Value};
use crate::language::calico::{CalicoAction, CalicoRule, Entity, ServiceAccountMatch, ServiceMatch};
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::model::http::{HttpMatch, HttpPath};
use crate::model::{Cidr, Protocol, names};
use crate::policy::{Direction, IcmpMatch, PortTerm};
use crate::text::Span;

const MOST_RULES: usize = 1024;
const MOST_NETS: usize = 256;
const MOST_PORTS: usize = 50;
const MOST_HTTP: usize = 20;

/// Where rules stand.
#[derive(Clone, Copy)]
pub(in crate::language) struct RuleContext {
    pub(in crate::language) direction: Direction,
    /// Whether the policy is in a namespace.
    pub(in crate::language) namespaced: bool,
}

impl<'a> Reader<'a> {
    /// The rules of one direction.
    pub(in crate::language) fn calico_rules(&mut self, slot: &Slot<'a, '_>, context: RuleContext) -> Vec<CalicoRule> {
        if slot.len() > MOST_RULES {
            self.refuse(slot.too_many(MOST_RULES));
        }
        let mut rules = Vec::with_capacity(slot.len().min(MOST_RULES));
        for item in self.custom_items(slot) {
            rules.extend(self.calico_rule(&item, context));
        }
        rules
    }

    fn calico_rule(&mut self, slot: &Slot<'a, '_>, context: RuleContext) -> Option<CalicoRule> {
        let known = ["action", "ipVersion", "protocol", "notProtocol", "icmp", "notICMP", "source", "destination", "http"];
        let Some([action, version, protocol, not_protocol, icmp, not_icmp, source, destination, http]) =
            self.fields(slot, known, &["metadata"])
        else {
            self.refuse(slot.required(codes::CALICO_VALUE, "a rule needs an action"));
            return None;
        };
        let mut rule = CalicoRule {
            span: slot.at,
            action: CalicoAction::Deny,
            ip_version: None,
            protocol: self.calico_protocol(&protocol),
            not_protocol: self.calico_protocol(&not_protocol),
            icmp: None,
            not_icmp: None,
            source: self.entity(&source, context, Direction::Ingress),
            destination: self.entity(&destination, context, Direction::Egress),
            http: None,
        };
        let read_action = self.calico_action(&action);
        match self.integer(&version) {
            Some(4) => rule.ip_version = Some(4),
            Some(6) => rule.ip_version = Some(6),
            Some(other) => {
                let message = format!("Unsupported value: {other}: supported values: 4, 6");
                self.refuse(version.error(codes::CALICO_VALUE, message));
            }
            None => {}
        }
        rule.icmp = self.icmp(&icmp);
        rule.not_icmp = self.icmp(&not_icmp);
        let is_icmp = matches!(rule.protocol, Some(Protocol::ICMP | Protocol::ICMPV6));
        if rule.icmp.is_some() && !is_icmp {
            self.refuse(icmp.error(codes::ICMP_NEEDS_PROTOCOL, "ICMP fields require protocol ICMP or ICMPv6").help("add `protocol: ICMP`"));
        }
        for (slot, value) in [(&protocol, rule.protocol), (&not_protocol, rule.not_protocol)] {
            let wanted = match value {
                Some(Protocol::ICMP) => 4,
                Some(Protocol::ICMPV6) => 6,
                _ => continue,
            };
            if rule.ip_version.is_some_and(|version| version != wanted) {
                self.refuse(
                    slot.error(codes::ICMP_IP_VERSION, format!("protocol {} requires ipVersion {wanted}", self.slice(slot.span()))),
                );
            }
        }
        self.check_families(slot, &rule);
        let sides = [(&rule.source, &source), (&rule.destination, &destination)];
        for (entity, side) in sides {
            self.check_ports(entity, side, rule.protocol);
        }
        rule.http = self.http(&http);
        if rule.http.is_some() {
            let tcp = rule.protocol.is_none_or(|p| p == Protocol::TCP);
            if context.direction == Direction::Egress {
                self.refuse(
                    http.error(codes::HTTP_EGRESS, "not allowed in egress rule").help("match requests at the pods that serve them"),
                );
            } else if read_action != Some(CalicoAction::Allow) || !tcp {
                let message = "only valid on Allow rules with protocol TCP or none";
                self.refuse(http.error(codes::HTTP_MATCH, message));
            }
        }
        rule.action = read_action?;
        Some(rule)
    }

    fn calico_action(&mut self, slot: &Slot<'a, '_>) -> Option<CalicoAction> {
        match self.text(slot) {
            Some("Allow") => Some(CalicoAction::Allow),
            Some("Deny") => Some(CalicoAction::Deny),
            Some("Log") => Some(CalicoAction::Log),
            Some("Pass") => Some(CalicoAction::Pass),
            Some(word) => {
                self.unsupported(slot, codes::CALICO_VALUE, word, &["Allow", "Deny", "Log", "Pass"]);
                None
            }
            None => {
                if !slot.is_set() {
                    self.refuse(slot.required(codes::CALICO_VALUE, "one of Allow, Deny, Log, Pass"));
                }
                None
            }
        }
    }

    fn icmp(&mut self, slot: &Slot<'a, '_>) -> Option<IcmpMatch> {
        let [kind, code] = self.fields(slot, ["type", "code"], &[])?;
        let read = IcmpMatch {
            kind: self.bounded(&kind, codes::ICMP_RANGE, 0, 254).map(|n| n as u8),
            code: self.bounded(&code, codes::ICMP_RANGE, 0, 255).map(|n| n as u8),
        };
        if code.is_set() && !kind.is_set() {
            self.refuse(code.error(codes::ICMP_RANGE, "ICMP code specified without an ICMP type").help("add `type`"));
        }
        Some(read)
    }

    fn check_families(&mut self, slot: &Slot<'a, '_>, rule: &CalicoRule) {
        let lists = [&rule.source.nets, &rule.source.not_nets, &rule.destination.nets, &rule.destination.not_nets];
        let has = |v4: bool| lists.iter().any(|list| list.iter().any(|cidr| cidr.is_ipv4() == v4));
        if has(true) && has(false) {
            let message = "rule contains both IPv4 and IPv6 CIDRs";
            self.refuse(slot.error(codes::MIXED_FAMILIES, message).help("write a rule for each family"));
        }
        if rule.ip_version.is_some_and(|version| has(version != 4)) {
            self.refuse(slot.error(codes::IP_VERSION_NET, "rule IP version doesn't match CIDR version"));
        }
    }

    fn check_ports(&mut self, entity: &Entity, slot: &Slot<'a, '_>, protocol: Option<Protocol>) {
        let ports = || entity.ports.iter().chain(&entity.not_ports);
        let numeric = ports().any(|port| matches!(port, PortTerm::Range(..)));
        match protocol {
            None if numeric => {
                let message = "rules with a numeric port or range must set protocol to TCP, UDP or SCTP";
                self.refuse(slot.error(codes::PORTS_NEED_PROTOCOL, message).help("add `protocol: TCP` to the rule"));
            }
            Some(protocol) if ports().next().is_some() && !protocol.has_ports() => {
                self.refuse(slot.error(codes::PORTS_WRONG_PROTOCOL, "rules that specify ports must set protocol to TCP, UDP or SCTP"));
            }
            _ => {}
        }
    }

    /// One side of a rule; `services` may stand on the side of `services_in` only.
    fn entity(&mut self, slot: &Slot<'a, '_>, context: RuleContext, services_in: Direction) -> Entity {
        let mut entity = Entity { span: slot.span(), ..Entity::default() };
        let known = ["nets", "notNets", "selector", "notSelector", "namespaceSelector", "serviceAccounts", "services", "ports", "notPorts"];
        let Some([nets, not_nets, selector, not_selector, namespaces, accounts, services, ports, not_ports]) =
            self.fields(slot, known, &[])
        else {
            entity.span = Span::default();
            return entity;
        };
        entity.nets = self.nets(&nets);
        entity.nets_span = nets.span();
        entity.not_nets = self.nets(&not_nets);
        let catch_all = |cidr: &Cidr| cidr.length() == 0;
        if entity.not_nets.iter().any(catch_all) {
            self.refuse(not_nets.error(codes::CATCH_ALL_NEGATION, "catch-all CIDR in negation matches no traffic").help("delete the rule"));
        }
        entity.selector = self.selector_text(&selector, Global::Refused, true);
        entity.not_selector = self.selector_text(&not_selector, Global::Refused, true);
        entity.namespace_selector = self.selector_text(&namespaces, Global::Alone, true);
        entity.service_accounts = self.service_accounts(&accounts);
        entity.ports = self.calico_ports(&ports);
        entity.ports_span = ports.span();
        entity.not_ports = self.calico_ports(&not_ports);
        entity.services = self.services(&services, context);
        // An empty list or text restricts nothing, and goes with everything; of service accounts the field alone counts.
        let says = |field: &Slot<'a, '_>| field.len() > 0 || field.value().and_then(NodeRef::as_str).is_some_and(|text| !text.is_empty());
        if services.is_set() {
            if accounts.is_set() && accounts.len() == 0 {
                self.service_conflict(&services, &accounts, "serviceAccounts");
            }
            if context.direction != services_in {
                let message = "Forbidden: services can be named in the source of ingress rules and the destination of egress rules";
                self.refuse(services.error(codes::SERVICE_DIRECTION, message));
            }
            for (field, name) in [
                (&selector, "selector"),
                (&not_selector, "notSelector"),
                (&namespaces, "namespaceSelector"),
                (&nets, "nets"),
                (&not_nets, "notNets"),
                (&accounts, "serviceAccounts"),
            ] {
                if says(field) {
                    self.service_conflict(&services, field, name);
                }
            }
            if services_in == Direction::Egress && (says(&ports) || says(&not_ports)) {
                let message = "ports and notPorts cannot be specified with services";
                self.refuse(services.error(codes::SERVICE_CONFLICT, message).help("the ports are those of the Service's endpoints"));
            }
        }
        entity
    }

    fn service_conflict(&mut self, services: &Slot<'a, '_>, field: &Slot<'a, '_>, name: &str) {
        let message = format!("cannot specify {name} and services on the same rule");
        self.refuse(services.error(codes::SERVICE_CONFLICT, message).related(field.key, "the other"));
    }

    fn nets(&mut self, slot: &Slot<'a, '_>) -> Vec<Cidr> {
        if slot.len() > MOST_NETS {
            self.refuse(slot.too_many(MOST_NETS));
        }
        let mut nets = Vec::new();
        // Of a list that is too long nothing else is said.
        for item in if slot.len() > MOST_NETS { self.custom_items(slot) } else { self.distinct_items(slot) } {
            nets.extend(self.strict_net(&item));
        }
        nets
    }

    fn service_accounts(&mut self, slot: &Slot<'a, '_>) -> Option<ServiceAccountMatch> {
        let [names, selector] = self.fields(slot, ["names", "selector"], &[])?;
        let mut found = ServiceAccountMatch { span: slot.span(), ..ServiceAccountMatch::default() };
        for item in self.distinct_items(&names) {
            found.names.extend(self.text(&item).map(Into::into));
        }
        found.selector = self.selector_text(&selector, Global::Refused, false);
        Some(found)
    }

    fn services(&mut self, slot: &Slot<'a, '_>, context: RuleContext) -> Option<ServiceMatch> {
        let [name, namespace] = self.fields(slot, ["name", "namespace"], &[])?;
        let found = self.text(&name).filter(|name| !name.is_empty());
        let in_namespace = self.text(&namespace).filter(|name| !name.is_empty());
        if found.is_none() {
            self.refuse(slot.required(codes::SERVICE_CONFLICT, "must specify a service name"));
        }
        for (slot, text) in [(&name, found), (&namespace, in_namespace)] {
            if let Some(Err(why)) = text.map(names::dns_subdomain) {
                self.refuse(slot.invalid(codes::INVALID_NAME, quoted(text.unwrap_or_default()), why));
            }
        }
        if in_namespace.is_none() {
            if context.namespaced {
                let message = "without a namespace, this version of Calico never matches the rule; here the policy's namespace is used";
                self.report(slot.warning(codes::SERVICE_WITHOUT_NAMESPACE, message).help("name the namespace of the Service"));
            } else {
                self.refuse(slot.required(codes::SERVICE_CONFLICT, "must specify a namespace"));
            }
        }
        Some(ServiceMatch { span: slot.span(), name: found?.into(), namespace: in_namespace.map(Into::into) })
    }

    fn calico_ports(&mut self, slot: &Slot<'a, '_>) -> Vec<PortTerm> {
        if slot.len() > MOST_PORTS {
            self.refuse(slot.too_many(MOST_PORTS));
        }
        let mut ports = Vec::new();
        for item in self.custom_items(slot) {
            ports.extend(self.calico_port(&item));
        }
        ports
    }

    fn calico_port(&mut self, slot: &Slot<'a, '_>) -> Option<PortTerm> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = |text: &str| text.parse::<u16>().ok().filter(|n| *n > 0 && digits(text));
        let (first, last) = match slot.value()?.value() {
            Value::Int(port) => (names::port_number(*port), names::port_number(*port)),
            Value::String(text) => match text.split_once(':') {
                Some((first, last)) => (number(first), number(last)),
                None if digits(text) => (number(text), number(text)),
                None => {
                    if let Err(why) = names::port_name(text) {
                        let diagnostic = slot.invalid(codes::CALICO_PORT_NAME, quoted(text), format!("invalid name for named port: {why}"));
                        let range = text.split_once('-').filter(|(a, b)| number(a).is_some() && number(b).is_some());
                        self.refuse(match range {
                            Some((a, b)) => {
                                let fixed = format!("\"{a}:{b}\"");
                                diagnostic.help("a range is written with a colon").fix(format!("write {fixed}"), slot.at, fixed)
                            }
                            None => diagnostic,
                        });
                        return None;
                    }
                    return Some(PortTerm::Named(text.as_ref().into()));
                }
            },
            _ => {
                self.expected(slot, "a port number, range or name");
                return None;
            }
        };
        match (first, last) {
            (Some(first), Some(last)) if first <= last => Some(PortTerm::Range(first, last)),
            _ => {
                let written = self.slice(slot.span());
                let detail = "port range invalid, or port number not from 1 to 65535";
                self.refuse(slot.invalid(codes::CALICO_PORT_RANGE, written, detail));
                None
            }
        }
    }

    fn http(&mut self, slot: &Slot<'a, '_>) -> Option<HttpMatch> {
        let [methods, paths] = self.fields(slot, ["methods", "paths"], &[])?;
        let mut found = HttpMatch { span: slot.span(), ..HttpMatch::default() };
        for list in [&methods, &paths] {
            if list.len() > MOST_HTTP {
                self.refuse(list.too_many(MOST_HTTP));
            }
        }
        for item in self.custom_items(&methods) {
            let Some(method) = self.text(&item) else { continue };
            if found.methods.iter().any(|known| **known == *method) {
                self.refuse(item.error(codes::HTTP_MATCH, format!("Duplicate value: {}", quoted(method))));
            }
            found.methods.push(method.into());
        }
        for item in self.custom_items(&paths) {
            let Some([exact, prefix]) = self.fields(&item, ["exact", "prefix"], &[]) else { continue };
            // Go does not tell an empty text from none.
            let path = match (self.text(&exact), self.text(&prefix)) {
                (Some(path), None | Some("")) => HttpPath::Exact(path.into()),
                (None | Some(""), Some(path)) => HttpPath::Prefix(path.into()),
                _ => {
                    self.refuse(item.error(codes::HTTP_MATCH, "Invalid value: must have exactly one of `exact` and `prefix`"));
                    continue;
                }
            };
            let (HttpPath::Exact(text) | HttpPath::Prefix(text)) = &path;
            if !text.starts_with('/') || text.contains([' ', '?', '#']) {
                let detail = "a path begins with `/` and has no space, `?` or `#`";
                self.refuse(item.invalid(codes::HTTP_MATCH, quoted(text), detail));
            }
            found.paths.push(path);
        }
        Some(found)
    }
}
