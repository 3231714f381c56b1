//! From what each pod needs to policies of no language yet: which pods have the same needs, and by which selectors both sides are named.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::blocks::{Block, blocks};
use super::classes::{Classes, LabelClass, Selector};
use super::meant::dns_connections;
use super::needs::{Needs, Row};
use super::world::World;
use crate::connections::ConnectionSet;
use crate::model::AddressSet;
use crate::policy::Direction;
use crate::snapshot::NamespaceId;

/// So many workloads are named one by one where a rule is about all those of a namespace.
const MOST_NAMED: usize = 6;

/// Whom a rule is about, before it is put into selectors.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Need {
    /// Every end.
    any: bool,
    classes: BTreeSet<LabelClass>,
    addresses: AddressSet,
    connections: ConnectionSet,
}

/// A policy, in the terms that all languages share.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) namespace: NamespaceId,
    pub(super) purpose: Purpose,
    /// Whom it selects.
    pub(super) subject: Selector,
    /// The pods that it is for.
    pub(super) classes: BTreeSet<LabelClass>,
    /// Its rules, in the directions in which it isolates.
    pub(super) egress: Option<Vec<Rule>>,
    pub(super) ingress: Option<Vec<Rule>>,
}

/// What a policy is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Purpose {
    /// To isolate all pods of a namespace.
    DefaultDeny,
    /// To let pods ask for names.
    Dns,
    /// To let some pods exchange what they need.
    Pods,
}

/// A rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Rule {
    /// Whom it is about; nothing for every end.
    pub(super) peers: Option<Vec<Peer>>,
    pub(super) connections: ConnectionSet,
    /// Whether it is about asking for names.
    pub(super) is_dns: bool,
}

/// The other end of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Peer {
    /// Pods of these namespaces that a selector matches.
    Pods { namespaces: Vec<NamespaceId>, selector: Selector, classes: BTreeSet<LabelClass> },
    /// Addresses.
    Block(Block),
}

impl Draft {
    pub(super) fn rules(&self, direction: Direction) -> Option<&Vec<Rule>> {
        match direction {
            Direction::Egress => self.egress.as_ref(),
            Direction::Ingress => self.ingress.as_ref(),
        }
    }

    /// The same with other rules wherever it isolates.
    pub(super) fn with_rules(&self, rules: &[Rule]) -> Draft {
        let replaced = |own: &Option<Vec<Rule>>| own.as_ref().map(|_| rules.to_vec());
        Draft { egress: replaced(&self.egress), ingress: replaced(&self.ingress), ..self.clone() }
    }
}

/// What a class is to send and receive; nothing in a direction in which it is not isolated.
type Both = [Option<Vec<Need>>; 2];

/// The policies that give pods what they need, and nothing else.
pub(super) fn drafts(world: &World<'_>, classes: &Classes, needs: &Needs) -> Vec<Draft> {
    let mut by_namespace: BTreeMap<NamespaceId, BTreeMap<LabelClass, Both>> = BTreeMap::new();
    for pod in needs.held() {
        let Some(class) = classes.of(pod) else { continue };
        let Some(namespace) = classes.namespace(class) else { continue };
        let members = by_namespace.entry(namespace).or_default();
        members.entry(class).or_insert_with(|| Direction::BOTH.map(|direction| class_needs(world, classes, needs, class, direction)));
    }
    let mut drafts = Vec::new();
    for (namespace, members) in by_namespace {
        of_namespace(world, classes, namespace, members, &mut drafts);
    }
    drafts
}

/// What the pods of a class need together, as no selector tells them apart.
fn class_needs(world: &World<'_>, classes: &Classes, needs: &Needs, class: LabelClass, direction: Direction) -> Option<Vec<Need>> {
    let rows: Vec<&Row> = classes.pods(class).iter().filter_map(|pod| needs.row(*pod, direction)).collect();
    if rows.is_empty() {
        return None;
    }
    let mut of_classes: BTreeMap<LabelClass, ConnectionSet> = BTreeMap::new();
    let mut addresses = Row::default();
    let mut any = ConnectionSet::EMPTY;
    for row in rows {
        any = any.union(&row.any);
        for (pod, set) in &row.pods {
            match classes.of(*pod) {
                Some(class) => {
                    let slot = of_classes.entry(class).or_default();
                    *slot = slot.union(set);
                }
                None => addresses.add_addresses(&world.addresses_of_host_pod(*pod), set),
            }
        }
        row.nodes.iter().for_each(|(node, set)| addresses.add_addresses(&world.addresses_of_node(*node), set));
        row.addresses.iter().for_each(|(set_of, set)| addresses.add_addresses(set_of, set));
    }
    let mut found: Vec<Need> = Vec::new();
    if !any.is_empty() {
        found.push(Need { any: true, classes: BTreeSet::new(), addresses: AddressSet::default(), connections: any.clone() });
    }
    let mut at = |connections: ConnectionSet, enter: &dyn Fn(&mut Need)| {
        // What everybody may is not said again; the rest is said whole, as that is shorter.
        if connections.difference(&any).is_empty() {
            return;
        }
        match found.iter_mut().find(|need| !need.any && need.connections == connections) {
            Some(need) => enter(need),
            None => {
                let mut need = Need { any: false, classes: BTreeSet::new(), addresses: AddressSet::default(), connections };
                enter(&mut need);
                found.push(need);
            }
        }
    };
    for (class, set) in of_classes {
        at(set, &|need| {
            need.classes.insert(class);
        });
    }
    for (set_of, set) in addresses.addresses {
        at(set, &|need| need.addresses = need.addresses.union(&set_of));
    }
    found.sort_by_key(|need| (!need.any, need.classes.first().copied(), need.addresses.first()));
    Some(found)
}

fn of_namespace(
    world: &World<'_>,
    classes: &Classes,
    namespace: NamespaceId,
    mut members: BTreeMap<LabelClass, Both>,
    out: &mut Vec<Draft>,
) {
    let all: BTreeSet<LabelClass> = classes.of_namespace(namespace).collect();
    let holds_all =
        |direction: usize| all.iter().all(|class| members.get(class).is_some_and(|both| both.get(direction).is_some_and(Option::is_some)));
    let [egress, ingress] = [0, 1].map(holds_all);
    if egress || ingress {
        let rules = |isolates: bool| isolates.then(Vec::new);
        let purpose = Purpose::DefaultDeny;
        out.push(Draft { namespace, purpose, subject: Vec::new(), classes: all.clone(), egress: rules(egress), ingress: rules(ingress) });
    }
    out.extend(shared_dns(world, classes, namespace, &all, &mut members));
    // What the default denies is not said again by a policy without rules.
    for both in members.values_mut() {
        for (needs, by_default) in both.iter_mut().zip([egress, ingress]) {
            if by_default && needs.as_ref().is_some_and(Vec::is_empty) {
                *needs = None;
            }
        }
    }
    let mut groups: Vec<(Both, BTreeSet<LabelClass>)> = Vec::new();
    for (class, both) in members.into_iter().filter(|(_, both)| both.iter().any(Option::is_some)) {
        match groups.iter_mut().find(|(known, _)| *known == both) {
            Some((_, group)) => {
                group.insert(class);
            }
            None => groups.push((both, BTreeSet::from([class]))),
        }
    }
    for ([egress, ingress], group) in groups {
        for (subject, group) in classes.covering(&group) {
            let rules =
                |needs: &Option<Vec<Need>>| needs.as_ref().map(|needs| needs.iter().map(|need| rule(world, classes, need)).collect());
            out.push(Draft {
                namespace,
                purpose: Purpose::Pods,
                subject,
                classes: group,
                egress: rules(&egress),
                ingress: rules(&ingress),
            });
        }
    }
}

/// Takes asking for names out of the needs of several, if one selector names them all: it is the same for everybody.
fn shared_dns(
    world: &World<'_>,
    classes: &Classes,
    namespace: NamespaceId,
    all: &BTreeSet<LabelClass>,
    members: &mut BTreeMap<LabelClass, Both>,
) -> Option<Draft> {
    let of = |both: &Both| {
        both.first().and_then(Option::as_ref).and_then(|needs| needs.iter().find(|need| is_dns(world, classes, need)).cloned())
    };
    let need = members.values().find_map(of)?;
    let who: BTreeSet<LabelClass> = members.iter().filter(|(_, both)| of(both).as_ref() == Some(&need)).map(|(class, _)| *class).collect();
    if who.len() < 2 {
        return None;
    }
    let subject = if who == *all { Vec::new() } else { classes.covering(&who).into_iter().next().filter(|(_, part)| *part == who)?.0 };
    for class in &who {
        if let Some(Some(needs)) = members.get_mut(class).and_then(|both| both.first_mut()) {
            needs.retain(|own| *own != need);
        }
    }
    let rules = alloc::vec![rule(world, classes, &need)];
    Some(Draft { namespace, purpose: Purpose::Dns, subject, classes: who, egress: Some(rules), ingress: None })
}

fn is_dns(world: &World<'_>, classes: &Classes, need: &Need) -> bool {
    let serves = |class: &LabelClass| {
        classes.pods(*class).iter().all(|pod| world.snapshot.pod(*pod).is_some_and(|pod| world.snapshot.serves_dns(pod)))
    };
    let is_to_pods = !need.any && need.addresses.is_empty() && !need.classes.is_empty();
    is_to_pods && need.classes.iter().all(serves) && need.connections.difference(&dns_connections()).is_empty()
}

fn rule(world: &World<'_>, classes: &Classes, need: &Need) -> Rule {
    let is_dns = is_dns(world, classes, need);
    let connections = need.connections.clone();
    if need.any {
        return Rule { peers: None, connections, is_dns };
    }
    let mut namespaces: BTreeMap<NamespaceId, BTreeSet<LabelClass>> = BTreeMap::new();
    for class in &need.classes {
        if let Some(namespace) = classes.namespace(*class) {
            namespaces.entry(namespace).or_default().insert(*class);
        }
    }
    let mut peers: Vec<Peer> = Vec::new();
    for (namespace, wanted) in namespaces {
        for (own, members) in selectors(classes, namespace, wanted) {
            // The same labels in several namespaces are one peer.
            let known = peers.iter_mut().find_map(|peer| match peer {
                Peer::Pods { namespaces, selector, classes } if *selector == own && !namespaces.contains(&namespace) => {
                    Some((namespaces, classes))
                }
                _ => None,
            });
            match known {
                Some((namespaces, classes)) => {
                    namespaces.push(namespace);
                    classes.extend(members);
                }
                None => peers.push(Peer::Pods { namespaces: alloc::vec![namespace], selector: own, classes: members }),
            }
        }
    }
    peers.extend(blocks(&need.addresses).into_iter().map(Peer::Block));
    Rule { peers: Some(peers), connections, is_dns }
}

/// Selectors for pods of a namespace; where these would be many values or several selectors, and all its pods are meant, the namespace.
fn selectors(classes: &Classes, namespace: NamespaceId, wanted: BTreeSet<LabelClass>) -> Vec<(Selector, BTreeSet<LabelClass>)> {
    let found = classes.covering(&wanted);
    let is_long = found.len() > 1 || wanted.len() > MOST_NAMED;
    if is_long && classes.of_namespace(namespace).eq(wanted.iter().copied()) { alloc::vec![(Vec::new(), wanted)] } else { found }
}

/// The names of the workloads of some classes, each once.
pub(super) fn workload_names(world: &World<'_>, classes: &Classes, of: &BTreeSet<LabelClass>) -> Vec<String> {
    let workloads = of.iter().flat_map(|class| classes.pods(*class)).filter_map(|pod| world.snapshot.pod(*pod)).map(|pod| pod.workload);
    let mut names: Vec<String> = workloads.filter_map(|id| world.snapshot.workload(id)).map(|workload| workload.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}
