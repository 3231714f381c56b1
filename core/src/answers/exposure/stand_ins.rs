//! Pods that do not exist, put among those that do, so that the evaluator can be asked about them as about any other.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::space::{DEFAULT_ACCOUNT, NAME_LABEL};
use crate::compile::{ClassId, Compiled, Endpoint, compile};
use crate::connections::{ConnectionId, ConnectionTable};
use crate::model::{Labels, Protocol, UnknownLabels};
use crate::policy::{Direction, Ruleset};
use crate::settings::Assumed;
use crate::snapshot::{ContainerPort, Namespace, NamespaceId, OwnerKind, PodEndpoint, PodId, Role, ServiceAccount, Snapshot};
use crate::text::{DocumentId, Place, Span};
use crate::verdict::evaluate::{EvaluationCache, EvaluationSubject, NoTrace, evaluate};

/// Where it is written: nowhere. No answer shows it.
const NOWHERE: Place = Place { document: DocumentId(u32::MAX), span: Span { start: 0, end: 0 } };

/// What a pod is like.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct StandIn {
    /// Its namespace, if that has a certain name.
    pub(super) namespace: Option<String>,
    pub(super) namespace_labels: Labels,
    pub(super) labels: Labels,
    /// Its service account, if that has a certain name.
    pub(super) account: Option<String>,
    pub(super) account_labels: Labels,
    /// A port that it declares.
    port: Option<(String, Protocol, u16)>,
}

impl StandIn {
    /// The same with a port of this name.
    pub(super) fn with_port(&self, name: &str, protocol: Protocol, number: u16) -> Self {
        StandIn { port: Some((name.into(), protocol, number)), ..self.clone() }
    }
}

/// A pod that was put among the others: in which world, and which it is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct StandInId {
    world: usize,
    pod: PodId,
}

/// The input with pods that do not exist. Where two of these need a namespace of one name with different labels, there are several.
pub(super) struct Worlds<'a> {
    snapshot: &'a Snapshot,
    worlds: Vec<World>,
    known: BTreeMap<StandIn, StandInId>,
    /// Names of its namespaces.
    names: BTreeSet<&'a str>,
}

struct World {
    snapshot: Snapshot,
    /// Namespaces that were added, by what was asked for.
    namespaces: BTreeMap<(Option<String>, Labels), NamespaceId>,
    accounts: BTreeMap<(NamespaceId, String), Labels>,
}

impl<'a> Worlds<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        let names = snapshot.namespaces.iter().map(|namespace| namespace.name.as_str()).collect();
        Worlds { snapshot, worlds: Vec::new(), known: BTreeMap::new(), names }
    }

    /// Puts a pod among the others.
    pub(super) fn add(&mut self, mut pod: StandIn) -> StandInId {
        // A namespace that exists has its labels.
        if pod.namespace.as_deref().is_some_and(|name| self.names.contains(name)) {
            pod.namespace_labels = Labels::default();
        }
        if let Some(known) = self.known.get(&pod) {
            return *known;
        }
        let mut place = self.worlds.iter().position(|world| world.has_room(&pod));
        let world = *place.get_or_insert(self.worlds.len());
        if world == self.worlds.len() {
            let mut snapshot = self.snapshot.clone();
            snapshot.cloud = Default::default();
            self.worlds.push(World { snapshot, namespaces: BTreeMap::new(), accounts: BTreeMap::new() });
        }
        let id = StandInId { world, pod: self.worlds.get_mut(world).map_or(PodId(0), |world| world.add(&pod)) };
        self.known.insert(pod, id);
        id
    }

    /// Compiles the policies for all of them.
    pub(super) fn compile(self, ruleset: &Ruleset, settings: &Assumed) -> CompiledWorlds {
        let compiled = |world: World| (compile(&world.snapshot, ruleset.clone(), settings), EvaluationCache::default());
        CompiledWorlds { worlds: self.worlds.into_iter().map(compiled).collect() }
    }
}

impl World {
    fn existing(&self, name: &str) -> Option<NamespaceId> {
        self.snapshot.namespaces.iter().position(|namespace| namespace.name == name).map(NamespaceId::at)
    }

    /// Whether the pod's namespace can be here.
    fn has_room(&self, pod: &StandIn) -> bool {
        let Some(name) = &pod.namespace else { return true };
        let mut own = self.namespaces.keys().filter(|(known, _)| known.as_ref() == Some(name));
        own.next().is_none_or(|(_, labels)| *labels == pod.namespace_labels)
    }

    fn add(&mut self, pod: &StandIn) -> PodId {
        let namespace = self.namespace(pod);
        let account = self.account(pod, namespace);
        let place = NOWHERE;
        let mut endpoint = PodEndpoint::stand_in(Role::Pod, namespace, "", pod.labels.clone(), place);
        endpoint.service_account = account;
        endpoint.ports.extend(pod.port.as_ref().map(|(name, protocol, number)| ContainerPort {
            number: *number,
            protocol: *protocol,
            name: Some(name.as_str().into()),
            host_port: None,
            host_address: None,
            span: place.span,
        }));
        self.snapshot.add_stand_in(OwnerKind::Pod, "", endpoint);
        PodId::last(&self.snapshot.endpoints)
    }

    fn namespace(&mut self, pod: &StandIn) -> NamespaceId {
        let key = (pod.namespace.clone(), pod.namespace_labels.clone());
        if let Some(known) = self.namespaces.get(&key) {
            return *known;
        }
        let id = pod.namespace.as_deref().and_then(|name| self.existing(name)).unwrap_or_else(|| {
            let name = pod.namespace.clone().unwrap_or_else(|| self.new_name());
            let mut labels = pod.namespace_labels.clone();
            labels.set(NAME_LABEL, &name);
            self.snapshot.namespaces.push(Namespace { name, labels, unknown: UnknownLabels::default(), given: None });
            NamespaceId::last(&self.snapshot.namespaces)
        });
        self.namespaces.insert(key, id);
        id
    }

    /// A name that no namespace has.
    fn new_name(&self) -> String {
        let mut number = self.snapshot.namespaces.len();
        loop {
            let name = format!("new-{number}");
            if self.existing(&name).is_none() {
                return name;
            }
            number += 1;
        }
    }

    /// The name of its service account, which is added with the labels that it must have. One that exists keeps its own.
    fn account(&mut self, pod: &StandIn, namespace: NamespaceId) -> String {
        if pod.account_labels.is_empty() {
            return pod.account.clone().unwrap_or_else(|| DEFAULT_ACCOUNT.into());
        }
        let mut name = pod.account.clone().unwrap_or_else(|| "new".into());
        while pod.account.is_none() && self.accounts.get(&(namespace, name.clone())).is_some_and(|labels| *labels != pod.account_labels) {
            name.push_str("-new");
        }
        let is_known = self.snapshot.service_accounts.iter().any(|account| account.namespace == namespace && account.name == name);
        if !is_known {
            let (labels, place) = (pod.account_labels.clone(), NOWHERE);
            self.snapshot.service_accounts.push(ServiceAccount {
                namespace,
                name: name.clone(),
                labels,
                unknown: UnknownLabels::default(),
                place,
            });
            self.accounts.insert((namespace, name.clone()), pod.account_labels.clone());
        }
        name
    }
}

/// The policies, compiled for pods that exist and pods that do not.
pub(super) struct CompiledWorlds {
    worlds: Vec<(Compiled, EvaluationCache)>,
}

impl CompiledWorlds {
    /// What the policies of a pod let through from or to another that does not exist: certainly, and at least possibly.
    pub(super) fn passes(&self, subject: PodId, direction: Direction, peer: StandInId, table: &ConnectionTable) -> [ConnectionId; 2] {
        let Some((compiled, cache)) = self.worlds.get(peer.world) else { return [ConnectionId::NONE; 2] };
        let class = |pod| compiled.class_of(Endpoint::Pod(pod));
        let passed = passed(compiled, cache, class(subject), direction, class(peer.pod));
        passed.map(|id| if id == ConnectionId::ALL { id } else { table.intern(cache.table.get(id).clone()) })
    }
}

/// What the policies of a class let through, as all pairs have it.
fn passed(compiled: &Compiled, cache: &EvaluationCache, subject: ClassId, direction: Direction, peer: ClassId) -> [ConnectionId; 2] {
    let dropped = cache.table.intern(compiled.dropped(subject, direction).connections());
    let universe = cache.table.difference(ConnectionId::ALL, dropped);
    let outcome = evaluate(compiled, cache, EvaluationSubject::endpoint(subject), direction, peer, universe, &mut NoTrace);
    let possible = cache.table.union(outcome.allowed, outcome.left);
    [cache.table.difference(possible, outcome.denied), possible]
}
