//! The written policies of Calico, read and judged a second time: from Calico's documentation, by a reader of YAML and a reader of selectors of their own.

use std::net::IpAddr;

use netpolis_core::model::{Cidr, Protocol};
use netpolis_tests::oracle::Packet;
use serde::Deserialize;
use serde_json::Value;

use super::world::{End, World};

pub struct Calico(Vec<Value>);

impl Calico {
    pub fn new(_: &World, text: &str) -> Calico {
        Calico(
            serde_yaml::Deserializer::from_str(text)
                .map(|document| Value::deserialize(document).unwrap())
                .filter(|value| !value.is_null())
                .collect(),
        )
    }

    pub fn allows(&self, world: &World, from: &End, to: &End, packet: Packet) -> bool {
        self.passes("egress", "Egress", world, from, (from, to), packet) && self.passes("ingress", "Ingress", world, to, (from, to), packet)
    }

    /// Whether the policies of one pod let a packet pass: what no policy is about is allowed, of the rest what some rule allows.
    fn passes(&self, rules: &str, kind: &str, world: &World, subject: &End, ends: (&End, &End), packet: Packet) -> bool {
        let End::Pod(number) = subject else { return true };
        let pod = &world.pods[*number];
        if pod.host_network {
            return true;
        }
        let mut isolated = false;
        for policy in &self.0 {
            assert_eq!(policy["kind"], "NetworkPolicy");
            let own = policy["metadata"]["namespace"].as_str().unwrap();
            let spec = &policy["spec"];
            let applies = own == pod.namespace
                && spec["types"].as_array().unwrap().iter().any(|word| word == kind)
                && selects(spec["selector"].as_str().unwrap(), world, *number);
            if !applies {
                continue;
            }
            isolated = true;
            for rule in spec[rules].as_array().into_iter().flatten() {
                assert_eq!(rule["action"], "Allow");
                let (source, destination) =
                    (matches(&rule["source"], own, world, ends.0), matches(&rule["destination"], own, world, ends.1));
                if source && destination && carries(rule, packet) {
                    return true;
                }
            }
        }
        !isolated
    }
}

fn carries(rule: &Value, packet: Packet) -> bool {
    let number = |value: &Value| match value {
        Value::String(name) => Protocol::from_name(name).unwrap(),
        value => Protocol(value.as_u64().unwrap().try_into().unwrap()),
    };
    let in_ports = |ports: &Value, port: u16| {
        ports.as_array().is_none_or(|ports| {
            ports.iter().any(|range| match range {
                Value::String(range) => {
                    let (first, last) = range.split_once(':').unwrap();
                    (first.parse::<u16>().unwrap()..=last.parse().unwrap()).contains(&port)
                }
                value => value.as_u64() == Some(port.into()),
            })
        })
    };
    assert!(rule["icmp"].is_null(), "no flow of the worlds names a type");
    (rule["protocol"].is_null() || number(&rule["protocol"]) == packet.protocol)
        && (rule["notProtocol"].is_null() || number(&rule["notProtocol"]) != packet.protocol)
        && in_ports(&rule["source"]["ports"], packet.source)
        && in_ports(&rule["destination"]["ports"], packet.destination)
}

fn matches(side: &Value, own: &str, world: &World, end: &End) -> bool {
    let known = ["nets", "notNets", "selector", "namespaceSelector", "ports"];
    assert!(side.as_object().is_none_or(|side| side.keys().all(|key| known.contains(&&**key))), "{side}");
    if side["selector"].is_string() || side["namespaceSelector"].is_string() {
        let End::Pod(number) = end else { return false };
        let pod = &world.pods[*number];
        let names = [("projectcalico.org/name", pod.namespace)];
        let in_namespace = side["namespaceSelector"]
            .as_str()
            .map_or(pod.namespace == own, |text| any_of(text, &|key| names.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)));
        if pod.host_network || !in_namespace || !side["selector"].as_str().is_none_or(|text| selects(text, world, *number)) {
            return false;
        }
    }
    let holds = |nets: &Value, address: IpAddr| {
        nets.as_array().into_iter().flatten().any(|net| Cidr::parse(net.as_str().unwrap()).unwrap().contains(address))
    };
    let is_in = |address: &IpAddr| (side["nets"].is_null() || holds(&side["nets"], *address)) && !holds(&side["notNets"], *address);
    let addresses = world.addresses(end);
    let count = addresses.iter().filter(|address| is_in(address)).count();
    assert!(count == 0 || count == addresses.len(), "whether {end:?} is in {side} depends on its address");
    count > 0
}

fn selects(text: &str, world: &World, pod: usize) -> bool {
    let pod = &world.pods[pod];
    any_of(text, &|key| match key {
        "projectcalico.org/serviceaccount" => Some("default"),
        "made-by" => pod.made.then_some("x"),
        _ => pod.labels.iter().find(|(name, _)| *name == key).map(|(_, value)| *value),
    })
}

/// `a && b`, or several of these in brackets with `||` between.
fn any_of<'a>(text: &str, label: &dyn Fn(&str) -> Option<&'a str>) -> bool {
    text.split(" || ").any(|part| part.trim_start_matches('(').trim_end_matches(')').split(" && ").all(|term| holds(term, label)))
}

fn holds<'a>(term: &str, label: &dyn Fn(&str) -> Option<&'a str>) -> bool {
    let list = |text: &str| text.trim_matches(['{', '}']).split(", ").map(|value| value.trim_matches('\'').to_owned()).collect::<Vec<_>>();
    // The brackets of `all()` and `has(…)` may have gone with those around the term.
    if term.starts_with("all(") {
        return true;
    }
    if let Some(key) = term.strip_prefix("!has(") {
        return label(key.trim_end_matches(')')).is_none();
    }
    if let Some((key, values)) = term.split_once(" not in ") {
        return label(key).is_none_or(|value| !list(values).iter().any(|known| known == value));
    }
    if let Some((key, values)) = term.split_once(" in ") {
        return label(key).is_some_and(|value| list(values).iter().any(|known| known == value));
    }
    let (key, value) = term.split_once(" == ").unwrap_or_else(|| panic!("what is `{term}`?"));
    label(key) == Some(value.trim_matches('\''))
}
