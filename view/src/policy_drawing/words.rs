//! Subjects, peers and ports of a policy in words, with code in backticks.

use netpolis_core::answers::exposure::addresses_in_words;
use netpolis_core::model::{Comparison, LabelSelector, Operator, Protocol, Selector, well_known};
use netpolis_core::policy::{
    EntityMatch, IcmpMatch, NamespaceMatch, PacketMatch, PeerTermKind, PortTerm, Subject, SubjectMatch, TrafficMatch, TrafficTermKind,
};

/// What Calico puts before labels of namespaces.
const NAMESPACE_PREFIX: &str = "pcns.";

/// Whom a policy selects.
pub(super) fn subject(subject: &SubjectMatch) -> String {
    match subject {
        SubjectMatch::Pods(subject) => pods(subject, None),
        SubjectMatch::Endpoints(selector) => endpoints(selector),
        SubjectMatch::Profiles(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => String::new(),
    }
}

fn pods(subject: &Subject, own: Option<&str>) -> String {
    let pods = if subject.pods.is_everything() { "all pods".to_owned() } else { format!("pods with `{}`", subject.pods) };
    match &subject.namespaces {
        NamespaceMatch::Named(name) if Some(name.as_str()) == own => pods,
        NamespaceMatch::Named(name) => format!("{pods} in namespace `{name}`"),
        NamespaceMatch::Selector(selector) if selector.is_everything() => format!("{pods} in any namespace"),
        NamespaceMatch::Selector(selector) => match only_namespace(selector) {
            Some(name) => format!("{pods} in namespace `{name}`"),
            None => format!("{pods} in namespaces with `{selector}`"),
        },
    }
}

/// The namespace that a selector picks by its name, and nothing else.
pub(super) fn only_namespace(selector: &LabelSelector) -> Option<&str> {
    match selector.requirements.as_slice() {
        [one] if &*one.key == well_known::NAMESPACE_NAME => match &one.operator {
            Operator::In(values) => match values.as_slice() {
                [name] => Some(name),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The same for Calico's selectors.
pub(super) fn calico_namespace(selector: &Selector) -> Option<&str> {
    match selector {
        Selector::Compare(key, Comparison::Equals(name)) if matches!(&**key, well_known::CALICO_NAME | well_known::NAMESPACE_NAME) => {
            Some(name)
        }
        _ => None,
    }
}

/// A selector over all that Calico knows of endpoints, with the namespace told apart.
fn endpoints(selector: &Selector) -> String {
    let whole = std::slice::from_ref(selector);
    let parts = if let Selector::And(parts) = selector { parts.as_slice() } else { whole };
    let (mut rest, mut place) = (Vec::new(), String::new());
    for part in parts {
        match part {
            Selector::All => {}
            Selector::Compare(key, Comparison::Equals(name)) if &**key == well_known::CALICO_NAMESPACE => {
                place = format!(" in namespace `{name}`")
            }
            other => rest.push(other.to_string().replace(NAMESPACE_PREFIX, "namespace's ")),
        }
    }
    // A policy in a namespace selects pods; one of the whole cluster host endpoints too.
    let noun = if place.is_empty() { "endpoints" } else { "pods" };
    let which = if rest.is_empty() { format!("all {noun}") } else { format!("{noun} with `{}`", bare(&rest.join(" && "))) };
    which + &place
}

/// Without the brackets around all of it.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(text)
}

fn written(selector: &Selector) -> String {
    bare(&selector.to_string()).to_owned()
}

/// A peer of a policy of this namespace.
pub(super) fn peer(term: &PeerTermKind, own: Option<&str>) -> String {
    match term {
        PeerTermKind::Pods(subject) => pods(subject, own),
        PeerTermKind::Addresses { set, block: Some(block), .. } if block.except.is_empty() => match block.cidr.length() {
            0 => format!("{} (`{}`)", addresses_in_words(set), block.cidr),
            _ => format!("`{}`", block.cidr),
        },
        PeerTermKind::Addresses { block: Some(block), .. } => {
            let except: Vec<String> = block.except.iter().map(|hole| format!("`{hole}`")).collect();
            format!("`{}` except {}", block.cidr, except.join(", "))
        }
        PeerTermKind::Addresses { set, .. } | PeerTermKind::UnknownAddresses { written: Some(set), .. } => addresses_in_words(set),
        PeerTermKind::Nodes(selector) if selector.is_everything() => "all nodes".into(),
        PeerTermKind::Nodes(selector) => format!("nodes with `{selector}`"),
        PeerTermKind::Entity(entity) => entity_words(entity, own),
        PeerTermKind::UnknownAddresses { name, .. } => format!("`{name}`"),
        PeerTermKind::DomainNames(names) => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        PeerTermKind::Unknown { field, .. } => format!("the field `{field}`, which is not known"),
    }
}

fn entity_words(entity: &EntityMatch, own: Option<&str>) -> String {
    let by = &entity.written;
    let mut parts = Vec::new();
    if entity.selector.is_some() || entity.not_selector.is_some() {
        let mut words = match &by.selector {
            Some(Selector::All) | None => "all endpoints".to_owned(),
            Some(selector) => format!("endpoints with `{}`", written(selector)),
        };
        if let Some(not) = &by.not_selector {
            words += &format!(" but not `{}`", written(not));
        }
        match (&by.namespaces, &by.own_namespace) {
            (Some(Selector::Global), _) => words = words.replacen("endpoints", "global network sets and host endpoints", 1),
            (Some(Selector::All), _) => words += " in any namespace",
            (Some(namespaces), _) => match calico_namespace(namespaces) {
                Some(name) => words += &format!(" in namespace `{name}`"),
                None => words += &format!(" in namespaces with `{}`", written(namespaces)),
            },
            (None, Some(namespace)) if Some(&**namespace) != own => words += &format!(" in namespace `{namespace}`"),
            _ => {}
        }
        if !by.accounts.is_empty() {
            words += &format!(" with service account `{}`", by.accounts.join("` or `"));
        }
        if let Some(accounts) = &by.account_selector {
            words += &format!(" whose service account has `{}`", written(accounts));
        }
        parts.push(words);
    }
    if let Some(addresses) = &entity.addresses {
        parts.push(addresses_in_words(addresses));
    }
    if let Some(service) = &entity.service {
        parts.push(format!("endpoints of Service `{service}`"));
    }
    parts.join(", and of these ")
}

/// What a rule says of the selected endpoint itself.
pub(super) fn own_side(term: &PeerTermKind, own: Option<&str>) -> String {
    format!("only for {}", peer(term, own))
}

/// Protocols and ports, as they are written in the drawing too: `TCP 80, 8000-8100, UDP 53`. Empty for all of them.
pub(super) fn ports(traffic: &TrafficMatch) -> String {
    let mut words = Words::default();
    match traffic {
        TrafficMatch::Any => {}
        TrafficMatch::Of(terms) => {
            for term in terms {
                match &term.kind {
                    TrafficTermKind::Protocol(protocol) => words.add(Some(*protocol), None),
                    TrafficTermKind::Ports(protocol, first, last) => words.add(Some(*protocol), Some(range(*first, *last))),
                    TrafficTermKind::Named(name, protocol) => words.add(*protocol, Some(name.to_string())),
                }
            }
        }
        TrafficMatch::Packet(packet) => packet_words(packet, &mut words),
    }
    words.parts.join(", ")
}

#[derive(Default)]
struct Words {
    parts: Vec<String>,
    last: Option<Protocol>,
}

impl Words {
    /// The protocol is named where it is another than that of the part before.
    fn add(&mut self, protocol: Option<Protocol>, port: Option<String>) {
        let name = protocol.filter(|_| port.is_none() || protocol != self.last).map(|protocol| protocol.to_string());
        self.parts.push([name, port].into_iter().flatten().collect::<Vec<_>>().join(" "));
        self.last = protocol;
    }
}

fn range(first: u16, last: u16) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

fn port_words(ports: &[PortTerm]) -> Vec<String> {
    let word = |port: &PortTerm| match port {
        PortTerm::Range(first, last) => range(*first, *last),
        PortTerm::Named(name) => name.to_string(),
    };
    ports.iter().map(word).collect()
}

fn packet_words(packet: &PacketMatch, words: &mut Words) {
    if packet.destination_ports.is_empty() {
        if packet.protocol.is_some() {
            words.add(packet.protocol, None);
        }
    } else {
        port_words(&packet.destination_ports).into_iter().for_each(|port| words.add(packet.protocol, Some(port)));
    }
    let icmp = |icmp: &IcmpMatch| {
        let kind = icmp.kind.map(|kind| format!("type {kind}"));
        let code = icmp.code.map(|code| format!("code {code}"));
        [kind, code].into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let list = |lead: &str, ports: &[PortTerm]| (!ports.is_empty()).then(|| format!("{lead}{}", port_words(ports).join(", ")));
    words.parts.extend(packet.not_protocol.map(|protocol| format!("not {protocol}")));
    words.parts.extend(packet.icmp.as_ref().map(icmp).filter(|text| !text.is_empty()));
    words.parts.extend(packet.not_icmp.as_ref().map(|not| format!("not {}", icmp(not))));
    words.parts.extend(list("not ", &packet.not_destination_ports));
    words.parts.extend(list("from source ports ", &packet.source_ports));
    words.parts.extend(list("not from source ports ", &packet.not_source_ports));
    words.parts.extend(packet.service.as_ref().map(|_| "the Service's ports".to_owned()));
}

/// Whether all that a rule says of traffic is its protocol and destination ports.
pub(super) fn only_ports(traffic: &TrafficMatch) -> bool {
    match traffic {
        TrafficMatch::Any | TrafficMatch::Of(_) => true,
        TrafficMatch::Packet(packet) => {
            let own = PacketMatch {
                place: packet.place,
                protocol: packet.protocol.filter(|protocol| protocol.has_ports()),
                destination_ports: packet.destination_ports.clone(),
                ..PacketMatch::default()
            };
            **packet == own
        }
    }
}
