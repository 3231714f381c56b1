//! Pods that are not in the input, so that a comparison of flows is about those to come too: with the labels that policies tell apart, in namespaces that
//! they tell apart.
//!
//! They are written as text, and read with both versions of the input. Where policies tell more pods apart than are made, those are made that selectors ask
//! for, and those with one label each.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::labels::{Conditions, conditions};
use super::to_kubernetes::{NAME_KEY, Side, alternatives};
use crate::answers::fix::value::{Style, V, list, map, text};
use crate::language::calico::{Calico, CalicoRule, Entity, WrittenSelector};
use crate::language::{ClusterPeerKind, ClusterPortKind, Kind, PeerKind, Peers, PortKind, Ports, Resource, Subject};
use crate::load::Loaded;
use crate::model::names::{label_key, label_value};
use crate::model::{LabelSelector, Operator};
use crate::policy::PortTerm;

/// So many are made at the most.
const MOST: usize = 96;
/// Of which so many namespaces are new, for their labels.
const MOST_NEW: usize = 6;
/// A value that no policy mentions.
const OTHER: &str = "none-of-these";
/// What their names begin with.
pub(crate) const NAME: &str = "not-in-the-input";
/// The first of the numbers of ports that policies name.
const FIRST_PORT: u32 = 20_001;

/// Labels of a pod or a namespace.
type Labels = BTreeMap<String, String>;

/// What policies look at.
#[derive(Default)]
struct Looks {
    /// What is asked of pods, and of namespaces, all conditions of one selector together.
    pods: BTreeSet<Conditions>,
    namespaces: BTreeSet<Conditions>,
    /// Namespaces of policies.
    names: BTreeSet<String>,
    ports: BTreeSet<String>,
}

/// The text of a file with such pods, and how many they are.
pub(crate) fn file(loaded: &Loaded, default_namespace: &str) -> (String, usize) {
    let mut looks = Looks::default();
    loaded.resources().for_each(|(_, resource)| looks.at(resource, default_namespace));
    if looks.names.is_empty() && looks.pods.is_empty() && looks.namespaces.is_empty() {
        return (String::new(), 0);
    }
    let given: BTreeSet<&str> =
        loaded.resources().filter(|(_, resource)| matches!(resource.kind, Kind::Namespace)).map(|(_, r)| &*r.meta.name).collect();
    let mut objects = Vec::new();
    let mut names: Vec<String> = looks.named();
    names.truncate(MOST_NEW);
    // Labels of namespaces that are given are known; others are new for them.
    for (number, labels) in samples(&looks.namespaces, MOST_NEW).into_iter().enumerate() {
        let name = format!("{NAME}-{number}");
        let labels: Labels = labels.into_iter().filter(|(key, _)| *key != *NAME_KEY).collect();
        if !given.contains(name.as_str()) {
            objects.push(object("Namespace", &name, None, &labels, None));
            names.push(name);
        }
    }
    let mut count = 0;
    let pods = samples(&looks.pods, MOST / names.len().max(1));
    for namespace in &names {
        for labels in &pods {
            count += 1;
            objects.push(object("Pod", &format!("{NAME}-{count}"), Some(namespace), labels, Some(looks.containers())));
        }
    }
    let texts: Vec<String> = objects.iter().map(|object| object.flow(Style::Json)).collect();
    (texts.join("\n---\n"), count)
}

fn object(kind: &str, name: &str, namespace: Option<&str>, labels: &Labels, containers: Option<V>) -> V {
    let labels = V::Map(labels.iter().map(|(key, value)| (key.clone(), text(value))).collect());
    map([
        ("apiVersion", Some(text("v1"))),
        ("kind", Some(text(kind))),
        ("metadata", Some(map([("name", Some(text(name))), ("namespace", namespace.map(text)), ("labels", Some(labels))]))),
        ("spec", containers.map(|containers| map([("containers", Some(containers))]))),
    ])
}

impl Looks {
    fn at(&mut self, resource: &Resource, default_namespace: &str) {
        if resource.refused {
            return;
        }
        let namespace = || resource.meta.namespace.as_deref().unwrap_or(default_namespace).to_string();
        match &resource.kind {
            Kind::NetworkPolicy(policy) => {
                self.names.insert(namespace());
                self.pods.insert(conditions(&policy.pod_selector));
                for rule in policy.ingress.iter().chain(&policy.egress) {
                    if let Peers::Of(peers) = &rule.peers {
                        peers.iter().for_each(|peer| self.at_peer(&peer.kind));
                    }
                    if let Ports::Of(ports) = &rule.ports {
                        self.ports.extend(
                            ports.iter().filter_map(|p| if let PortKind::Name(name) = &p.kind { Some(name.to_string()) } else { None }),
                        );
                    }
                }
            }
            Kind::ClusterPolicy(policy) => {
                self.at_subject(&policy.subject);
                for rule in policy.ingress.iter().chain(&policy.egress) {
                    for peer in &rule.peers {
                        if let ClusterPeerKind::Pods(subject) = &peer.kind {
                            self.at_subject(subject);
                        }
                    }
                    if let Ports::Of(ports) = &rule.ports {
                        let name =
                            |kind: &ClusterPortKind| if let ClusterPortKind::Name(name) = kind { Some(name.to_string()) } else { None };
                        self.ports.extend(ports.iter().filter_map(|port| name(&port.kind)));
                    }
                }
            }
            Kind::Calico(calico) => {
                let Calico::Policy(policy) = &**calico else { return };
                if calico.is_namespaced() {
                    self.names.insert(namespace());
                }
                self.at_selector(policy.selector.as_ref(), Side::Endpoint);
                self.at_selector(policy.namespace_selector.as_ref(), Side::Namespace);
                policy.ingress.iter().chain(&policy.egress).for_each(|rule| self.at_rule(rule));
            }
            _ => {}
        }
    }

    fn at_peer(&mut self, peer: &PeerKind) {
        if let PeerKind::Pods { namespaces, pods } = peer {
            self.pods.extend(pods.as_ref().map(conditions));
            self.namespaces.extend(namespaces.as_ref().map(conditions));
        }
    }

    fn at_subject(&mut self, subject: &Subject) {
        let everything = LabelSelector::default();
        let (namespaces, pods) = match subject {
            Subject::Namespaces(namespaces) => (namespaces, &everything),
            Subject::Pods { namespaces, pods } => (namespaces, pods),
        };
        self.namespaces.insert(conditions(namespaces));
        self.pods.insert(conditions(pods));
    }

    fn at_rule(&mut self, rule: &CalicoRule) {
        for entity in [&rule.source, &rule.destination] {
            let Entity { selector, not_selector, namespace_selector, ports, not_ports, .. } = entity;
            self.at_selector(selector.as_ref(), Side::Endpoint);
            self.at_selector(not_selector.as_ref(), Side::Endpoint);
            self.at_selector(namespace_selector.as_ref(), Side::Namespace);
            let name = |port: &PortTerm| if let PortTerm::Named(name) = port { Some(name.to_string()) } else { None };
            self.ports.extend(ports.iter().chain(not_ports).filter_map(name));
        }
    }

    fn at_selector(&mut self, selector: Option<&WrittenSelector>, side: Side) {
        let Some(written) = selector else { return };
        for one in alternatives(&written.selector, side, false).unwrap_or_default() {
            self.pods.insert(one.pod);
            self.namespaces.insert(one.namespace);
        }
    }

    /// Namespaces of policies, and those that selectors name.
    fn named(&self) -> Vec<String> {
        let of_selectors = self.namespaces.iter().flatten().filter_map(|(key, operator)| match operator {
            Operator::In(names) | Operator::NotIn(names) if **key == *NAME_KEY => Some(names),
            _ => None,
        });
        let mut names: Vec<String> = self.names.iter().cloned().collect();
        for name in of_selectors.flatten() {
            if !names.iter().any(|known| **known == **name) {
                names.push(name.to_string());
            }
        }
        names
    }

    /// A container for each port that policies name, of each protocol: a name is unique in a container.
    fn containers(&self) -> V {
        let mut containers = vec![map([("name", Some(text("c"))), ("image", Some(text("none")))])];
        for (number, name) in (FIRST_PORT..).zip(&self.ports) {
            for protocol in ["TCP", "UDP", "SCTP"] {
                let port =
                    map([("name", Some(text(name))), ("containerPort", Some(V::Number(number))), ("protocol", Some(text(protocol)))]);
                let container = format!("c{number}-{}", protocol.to_lowercase());
                containers.push(map([("name", Some(text(container))), ("image", Some(text("none"))), ("ports", Some(list([port])))]));
            }
        }
        V::List(containers)
    }
}

/// Labels that selectors tell apart: all combinations, where these are no more than `most`; else those that satisfy each selector and those with one label.
fn samples(selectors: &BTreeSet<Conditions>, most: usize) -> Vec<Labels> {
    let mut axes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, operator) in selectors.iter().flatten() {
        let values = axes.entry(key).or_insert_with(|| BTreeSet::from([OTHER]));
        if let Operator::In(of) | Operator::NotIn(of) = operator {
            values.extend(of.iter().map(|value| &**value).filter(|value| label_value(value).is_ok()));
        }
    }
    axes.retain(|key, _| label_key(key).is_ok());
    let all = axes.values().try_fold(1usize, |count, values| count.checked_mul(values.len() + 1)).unwrap_or(usize::MAX);
    if all <= most {
        return axes.iter().fold(vec![Labels::new()], |known, (key, values)| {
            let with = |labels: &Labels| {
                let labels = labels.clone();
                let one = move |value: &str| {
                    labels.iter().map(|(k, v)| (k.clone(), v.clone())).chain([(key.to_string(), value.to_string())]).collect()
                };
                values.iter().map(|value| one(value)).collect::<Vec<Labels>>()
            };
            known.iter().flat_map(|labels| [vec![labels.clone()], with(labels)].concat()).collect()
        });
    }
    let mut found = vec![Labels::new()];
    let of_selectors = selectors.iter().map(|selector| {
        let label = |(key, operator): &(_, Operator)| match operator {
            Operator::In(values) => Some((ToString::to_string(key), values.first()?.to_string())),
            Operator::Exists => Some((ToString::to_string(key), OTHER.to_string())),
            Operator::NotIn(_) | Operator::DoesNotExist => None,
        };
        selector.iter().filter_map(label).collect::<Labels>()
    });
    let alone = axes.iter().flat_map(|(key, values)| values.iter().map(|value| Labels::from([(key.to_string(), value.to_string())])));
    for labels in of_selectors.chain(alone) {
        if found.len() < most && !found.contains(&labels) {
            found.push(labels);
        }
    }
    found
}
