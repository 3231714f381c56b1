//! Calico selectors as sets of classes.
//!
//! A Calico selector sees all labels of an endpoint: its own, those of its namespace (`pcns.`) and of its service account (`pcsa.`). Only
//! keys that some selector mentions are looked at; an index from key and value to classes answers a selector by set operations.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::EndpointSet;
use super::class_set::ClassSet;
use super::classes::{ClassId, ClassKind, Classes, Sample};
use super::label_table::{LabelTable, Seen};
use super::labels::judged_apart;
use super::selectors::UNKNOWN_VALUE;
use crate::model::{AddressSet, Comparison, Known, Labels, Selector, UnknownLabels, ValueShape, well_known};
use crate::policy::{Direction, EntityMatch, PeerTermKind, Policy, Rule, SubjectMatch};
use crate::snapshot::{HostEndpoint, Namespace, NamespaceId, PodEndpoint, ServiceAccount, Snapshot};

/// Prefix of labels that an endpoint has from its namespace (upstream: `conversion.NamespaceLabelPrefix`).
pub(crate) const NAMESPACE_PREFIX: &str = "pcns.";
/// Prefix of labels that a pod has from its service account (upstream: `conversion.ServiceAccountLabelPrefix`).
pub(crate) const ACCOUNT_PREFIX: &str = "pcsa.";
/// Label with the name of the namespace.
pub(crate) const NAMESPACE_LABEL: &str = well_known::CALICO_NAMESPACE;
/// Label with the name of the service account.
pub(crate) const ACCOUNT_LABEL: &str = "projectcalico.org/serviceaccount";
/// Label of what Kubernetes runs.
pub(crate) const ORCHESTRATOR_LABEL: &str = "projectcalico.org/orchestrator";
/// Its value.
pub(crate) const ORCHESTRATOR: &str = "k8s";

/// A label key that some selector mentions.
#[derive(Clone, Debug, Default)]
struct Key<'a> {
    /// Values that it is compared with, numbered.
    values: HashMap<&'a str, u32>,
    /// Comparisons that look into values (`contains`, …).
    tests: Vec<&'a Comparison>,
    /// Where there are such: numbers of values that endpoints have. Values that no comparison tells apart have one number.
    seen: HashMap<&'a str, u32>,
    kinds: HashMap<(Option<u32>, Vec<bool>), u32>,
}

impl<'a> Key<'a> {
    fn compare_with(&mut self, value: &'a str) {
        let next = self.values.len() as u32;
        self.values.entry(value).or_insert(next);
    }

    /// A number for a value, the same for values that no selector tells apart.
    fn number(&mut self, value: &'a str) -> u32 {
        let compared = self.values.get(value).copied();
        if self.tests.is_empty() {
            // A value that no selector compares with is like any other such value.
            return compared.unwrap_or(u32::MAX - 1);
        }
        if let Some(known) = self.seen.get(value) {
            return *known;
        }
        let kind = (compared, self.tests.iter().map(|test| test.matches(Some(value))).collect());
        let next = self.kinds.len() as u32;
        let number = *self.kinds.entry(kind).or_insert(next);
        self.seen.insert(value, number);
        number
    }
}

/// A service account, and what its pods have from it.
#[derive(Clone, Debug)]
struct Account<'a> {
    given: &'a ServiceAccount,
    seen: Seen<'a>,
}

/// All Calico selectors of a ruleset.
pub(super) struct Expressions<'a> {
    numbers: HashMap<&'a str, u32>,
    keys: Vec<Key<'a>>,
    /// For each namespace, what its members have from it.
    namespaces: Vec<Seen<'a>>,
    accounts: HashMap<(NamespaceId, &'a str), Account<'a>>,
    profiles: HashMap<&'a str, Seen<'a>>,
    /// For each selector of a peer, the addresses of the sets and host endpoints that it selects.
    addresses: BTreeMap<&'a Selector, AddressSet>,
    /// For some selectors, the addresses of those that it may select besides, or that may be theirs.
    possible_addresses: BTreeMap<&'a Selector, AddressSet>,
    // What follows is known after `index`.
    classes: LabelTable<'a>,
    /// Classes of pods of which not all labels are known: they are few, and are looked at one by one.
    unsure: Vec<(ClassId, Unsure<'a>)>,
    /// The same as a set.
    doubtful: ClassSet,
    ends: HashMap<&'a Selector, EndpointSet>,
}

impl<'a> Expressions<'a> {
    /// Collects what the selectors of policies mention, and the addresses that they stand for.
    pub(super) fn mentioned(policies: impl Iterator<Item = &'a Policy>, snapshot: &'a Snapshot) -> Self {
        let mut expressions = Expressions {
            numbers: HashMap::new(),
            keys: Vec::new(),
            namespaces: Vec::new(),
            accounts: HashMap::new(),
            profiles: HashMap::new(),
            addresses: BTreeMap::new(),
            possible_addresses: BTreeMap::new(),
            classes: LabelTable::empty(),
            unsure: Vec::new(),
            doubtful: ClassSet::none(),
            ends: HashMap::new(),
        };
        let mut peers: Vec<&Selector> = Vec::new();
        for policy in policies {
            if let SubjectMatch::Endpoints(selector) = &policy.subject {
                expressions.mention(selector);
            }
            for entity in Direction::BOTH.iter().flat_map(|d| policy.rules(*d)).flat_map(entities) {
                peers.extend(entity.selector.iter().chain(&entity.not_selector));
            }
        }
        peers.sort_unstable();
        peers.dedup();
        peers.iter().for_each(|selector| expressions.mention(selector));
        if expressions.keys.is_empty() && peers.is_empty() {
            return expressions;
        }
        expressions.inherit(snapshot);
        expressions.addresses = expressions.addresses_of(&peers, snapshot);
        expressions.possible_addresses = expressions.possible_addresses_of(&peers, snapshot);
        expressions
    }

    fn mention(&mut self, selector: &'a Selector) {
        let mut open = alloc::vec![selector];
        while let Some(selector) = open.pop() {
            match selector {
                Selector::All | Selector::Global => {}
                Selector::Has(key) => {
                    self.key(key);
                }
                Selector::Compare(key, comparison) => {
                    let Some(key) = self.key(key) else { continue };
                    match comparison {
                        Comparison::Equals(text) | Comparison::NotEquals(text) => key.compare_with(text),
                        Comparison::In(texts) | Comparison::NotIn(texts) => texts.iter().for_each(|text| key.compare_with(text)),
                        Comparison::Contains(_) | Comparison::StartsWith(_) | Comparison::EndsWith(_) => {
                            if !key.tests.contains(&comparison) {
                                key.tests.push(comparison);
                            }
                        }
                    }
                }
                Selector::Not(inner) => open.push(inner),
                Selector::And(parts) | Selector::Or(parts) => open.extend(parts),
            }
        }
    }

    fn key(&mut self, key: &'a str) -> Option<&mut Key<'a>> {
        let next = self.keys.len();
        let number = *self.numbers.entry(key).or_insert(next as u32) as usize;
        if number == next {
            self.keys.push(Key::default());
        }
        self.keys.get_mut(number)
    }

    /// Notes what endpoints have from their namespaces, service accounts and profiles.
    fn inherit(&mut self, snapshot: &'a Snapshot) {
        let prefixed = |prefix: &str, name: &'a str, labels: &'a Labels| {
            let mut seen = Seen::new();
            for (key, number) in &self.numbers {
                let Some(key) = key.strip_prefix(prefix) else { continue };
                let value = if key == well_known::CALICO_NAME { Some(name) } else { labels.get(key) };
                seen.extend(value.map(|v| (*number, v)));
            }
            seen
        };
        self.namespaces = snapshot.namespaces.iter().map(|n| prefixed(NAMESPACE_PREFIX, &n.name, &n.labels)).collect();
        let account = |account: &'a ServiceAccount| {
            let seen = prefixed(ACCOUNT_PREFIX, &account.name, &account.labels);
            ((account.namespace, &*account.name), Account { given: account, seen })
        };
        self.accounts = snapshot.service_accounts.iter().map(account).collect();
        let given = snapshot.profiles.iter().map(|p| (&*p.name, self.own(&p.labels, false)));
        self.profiles = given.collect();
    }

    fn own(&self, labels: &'a Labels, of_pod: bool) -> Seen<'a> {
        let mut seen = Seen::new();
        for (key, value) in labels.iter() {
            // A pod cannot claim labels of a namespace or a service account.
            if of_pod && (key.starts_with(NAMESPACE_PREFIX) || key.starts_with(ACCOUNT_PREFIX)) {
                continue;
            }
            seen.extend(self.numbers.get(key).map(|number| (*number, value)));
        }
        seen
    }

    fn synthetic(&self, key: &str, value: &'a str) -> Option<(u32, &'a str)> {
        Some((*self.numbers.get(key)?, value))
    }

    fn of_namespace(&self, namespace: NamespaceId) -> &[(u32, &'a str)] {
        self.namespaces.get(namespace.index()).map_or(&[], Vec::as_slice)
    }

    /// What an endpoint has from a profile that it lists: the labels of a given one, and for the profile that Calico makes of a namespace
    /// or a service account, those of that.
    fn of_profile(&self, profile: &str, snapshot: &Snapshot) -> Seen<'a> {
        let mut seen: Seen<'a> = self.profiles.get(profile).cloned().unwrap_or_default();
        let number = |name: &str| snapshot.namespaces.iter().position(|n| n.name == name).map(|place| NamespaceId(place as u32));
        if let Some(namespace) = profile.strip_prefix("kns.").and_then(number) {
            seen.extend(self.of_namespace(namespace));
        }
        if let Some((namespace, account)) = profile.strip_prefix("ksa.").and_then(|rest| rest.split_once('.'))
            && let Some(account) = number(namespace).and_then(|namespace| self.accounts.get(&(namespace, account)))
        {
            seen.extend(&account.seen);
        }
        seen
    }

    /// What selectors see of a pod. Upstream: docs/semantics.md, Calico; its own labels win over what it inherits.
    fn of_endpoint(&self, endpoint: &'a PodEndpoint, snapshot: &'a Snapshot) -> Seen<'a> {
        let mut seen = Seen::new();
        if self.keys.is_empty() {
            return seen;
        }
        seen.extend(self.synthetic(NAMESPACE_LABEL, snapshot.namespace_name(endpoint.namespace)));
        seen.extend(self.synthetic(ORCHESTRATOR_LABEL, ORCHESTRATOR));
        if !endpoint.service_account.is_empty() {
            seen.extend(self.synthetic(ACCOUNT_LABEL, &endpoint.service_account));
        }
        seen.extend(self.own(&endpoint.labels, true));
        match &endpoint.profiles {
            Some(profiles) => profiles.iter().for_each(|p| seen.extend(self.of_profile(p, snapshot))),
            None => {
                seen.extend(self.of_namespace(endpoint.namespace));
                match self.accounts.get(&(endpoint.namespace, &*endpoint.service_account)) {
                    Some(account) => seen.extend(&account.seen),
                    // The account of a pod is there, whether it is given or not: without labels but with its name.
                    None => {
                        let name = alloc::format!("{ACCOUNT_PREFIX}{}", well_known::CALICO_NAME);
                        seen.extend(self.synthetic(&name, &endpoint.service_account).filter(|(_, name)| !name.is_empty()));
                    }
                }
            }
        }
        tidy(seen)
    }

    fn of_host_endpoint(&self, host: &'a HostEndpoint, snapshot: &'a Snapshot) -> Seen<'a> {
        let mut seen = self.own(&host.labels, false);
        host.profiles.iter().for_each(|p| seen.extend(self.of_profile(p, snapshot)));
        tidy(seen)
    }

    /// For each selector, the addresses of network sets and host endpoints that it selects.
    fn addresses_of(&self, selectors: &[&'a Selector], snapshot: &'a Snapshot) -> BTreeMap<&'a Selector, AddressSet> {
        let mut holders: Vec<(Seen<'a>, AddressSet)> = Vec::new();
        for set in &snapshot.network_sets {
            let mut seen = Seen::new();
            if let Some(namespace) = set.namespace {
                seen.extend(self.synthetic(NAMESPACE_LABEL, snapshot.namespace_name(namespace)));
            }
            seen.extend(self.own(&set.labels, false));
            seen.extend(set.namespace.map_or(&[][..], |n| self.of_namespace(n)));
            holders.push((tidy(seen), set.addresses.clone()));
        }
        for host in snapshot.host_endpoints.iter().filter(|h| !h.addresses.is_empty()) {
            if self.unsure_host(host, snapshot).is_none() {
                holders.push((self.of_host_endpoint(host, snapshot), host.address_set()));
            }
        }
        let table = LabelTable::new((0..).zip(holders.iter().map(|(seen, _)| seen)), self.keys.len());
        let joined = |selector: &Selector| {
            let chosen = table.select(selector, &self.numbers);
            chosen.iter().filter_map(|n| holders.get(n.index())).fold(AddressSet::default(), |all, (_, set)| all.union(set))
        };
        selectors.iter().map(|selector| (*selector, joined(selector))).collect()
    }

    /// For each selector, the addresses that it may stand for besides: those of sets of which not all labels, or not all addresses, can be read.
    fn possible_addresses_of(&self, selectors: &[&'a Selector], snapshot: &'a Snapshot) -> BTreeMap<&'a Selector, AddressSet> {
        let mut possible: BTreeMap<&'a Selector, AddressSet> = BTreeMap::new();
        for set in snapshot.network_sets.iter().filter(|set| set.unread || !set.unknown.is_empty()) {
            let namespace = set.namespace.and_then(|n| snapshot.namespace(n));
            let look_up = |key: &str| match (key.strip_prefix(NAMESPACE_PREFIX), namespace) {
                (Some(key), Some(namespace)) => namespace.unknown.look_up(&namespace.labels, key),
                (None, Some(namespace)) if key == NAMESPACE_LABEL => Known::Value(&namespace.name),
                _ => set.unknown.look_up(&set.labels, key),
            };
            let addresses = if set.unread { AddressSet::everything() } else { set.addresses.clone() };
            for selector in selectors.iter().filter(|selector| selector.judge(&look_up).1) {
                let all = possible.entry(*selector).or_default();
                *all = all.union(&addresses);
            }
        }
        for host in snapshot.host_endpoints.iter().filter(|host| !host.addresses.is_empty()) {
            let Some(unsure) = self.unsure_host(host, snapshot) else { continue };
            for selector in selectors.iter().filter(|selector| selector.judge(&|key| unsure.look_up(key, &self.numbers)).1) {
                let all = possible.entry(*selector).or_default();
                *all = all.union(&host.address_set());
            }
        }
        possible
    }

    /// The addresses that a selector of a peer may stand for besides (see [`Expressions::addresses`]).
    pub(super) fn possible_addresses(&self, selector: &Selector) -> Option<&AddressSet> {
        self.possible_addresses.get(selector)
    }

    /// The addresses that a selector of a peer stands for, beside those of pods.
    pub(super) fn addresses(&self, selector: &Selector) -> Option<&AddressSet> {
        self.addresses.get(selector).filter(|set| !set.is_empty())
    }

    /// Adds to a class key what selectors can see of a pod.
    pub(super) fn encode_endpoint(&mut self, endpoint: &'a PodEndpoint, snapshot: &'a Snapshot, key: &mut Vec<u32>) {
        if !self.keys.is_empty() {
            let seen = self.of_endpoint(endpoint, snapshot);
            self.encode(&seen, key);
            self.encode_unknown(&endpoint.unknown, "", key);
            if snapshot.namespace(endpoint.namespace).is_some_and(|n| !n.unknown.is_empty()) {
                key.extend([UNKNOWN_VALUE, endpoint.namespace.0]);
            }
            if let Some(account) = self.unsure_account(endpoint) {
                self.encode_unknown(&account.unknown, ACCOUNT_PREFIX, key);
            }
        }
    }

    /// Adds what of unknown labels selectors ask for, under the key by which they see it.
    fn encode_unknown(&self, unknown: &UnknownLabels, prefix: &str, key: &mut Vec<u32>) {
        let is_asked = |label: &str| match prefix {
            "" => self.numbers.contains_key(label),
            prefix => self.numbers.contains_key(&*alloc::format!("{prefix}{label}")),
        };
        for (label, shape) in unknown.keys.iter().filter(|(label, _)| is_asked(label)) {
            key.push(UNKNOWN_VALUE);
            key.extend(label.bytes().map(u32::from));
            key.push(UNKNOWN_VALUE);
            if let ValueShape::Begins(start) | ValueShape::Is(start) = shape {
                key.extend(start.bytes().map(u32::from));
            }
        }
        if unknown.others {
            key.push(UNKNOWN_VALUE);
        }
    }

    /// Adds to a class key what selectors can see of a host endpoint.
    pub(super) fn encode_host_endpoint(&mut self, host: &'a HostEndpoint, snapshot: &'a Snapshot, key: &mut Vec<u32>) {
        let seen = self.of_host_endpoint(host, snapshot);
        self.encode(&seen, key);
        self.encode_unknown(&host.unknown, "", key);
        if host.may_be_absent {
            key.push(UNKNOWN_VALUE);
        }
    }

    fn encode(&mut self, seen: &[(u32, &'a str)], key: &mut Vec<u32>) {
        for &(number, value) in seen {
            let Some(known) = self.keys.get_mut(number as usize) else { continue };
            let value = known.number(value);
            key.extend([number, value]);
        }
    }

    /// Indexes the classes.
    pub(super) fn index(&mut self, snapshot: &'a Snapshot, classes: &Classes) {
        let mut labelled: Vec<(u32, Seen<'a>)> = Vec::new();
        let mut unsure = Vec::new();
        for (class, kind, _, sample) in classes.iter() {
            match (kind, sample) {
                (ClassKind::Pod, Sample::Pod(id)) => {
                    let Some(endpoint) = snapshot.pod(id) else { continue };
                    let seen = self.of_endpoint(endpoint, snapshot);
                    let namespace = snapshot.namespace(endpoint.namespace);
                    let account = self.unsure_account(endpoint);
                    if self.concerns(&endpoint.unknown) || namespace.is_some_and(|n| !n.unknown.is_empty()) || account.is_some() {
                        let own = &endpoint.unknown;
                        unsure.push((class, Unsure { own, is_pod: true, namespace, account, seen: seen.clone(), may_be_absent: false }));
                    }
                    labelled.push((class.0, seen));
                }
                (ClassKind::Host(_), Sample::Host(id)) => {
                    let Some(host) = snapshot.host_endpoint(id) else { continue };
                    unsure.extend(self.unsure_host(host, snapshot).map(|unsure| (class, unsure)));
                    labelled.push((class.0, self.of_host_endpoint(host, snapshot)));
                }
                _ => {}
            }
        }
        self.classes = LabelTable::new(labelled.iter().map(|(class, seen)| (*class, seen)), self.keys.len());
        self.doubtful = ClassSet::new(unsure.iter().map(|(class, _)| class.0).collect());
        self.unsure = unsure;
    }

    /// Whether selectors ask for a label of which not all is known.
    fn concerns(&self, unknown: &UnknownLabels) -> bool {
        unknown.others || unknown.keys.iter().any(|(key, _)| self.numbers.contains_key(&**key))
    }

    /// The service account of a pod, if not all of its labels are known.
    fn unsure_account(&self, endpoint: &PodEndpoint) -> Option<&'a ServiceAccount> {
        let account = self.accounts.get(&(endpoint.namespace, &*endpoint.service_account)).filter(|_| endpoint.profiles.is_none())?;
        Some(account.given).filter(|account| !account.unknown.is_empty())
    }

    /// A host endpoint, if not all of its labels are known.
    fn unsure_host(&self, host: &'a HostEndpoint, snapshot: &'a Snapshot) -> Option<Unsure<'a>> {
        let seen = || self.of_host_endpoint(host, snapshot);
        let may_be_absent = host.may_be_absent;
        let unsure = || Unsure { own: &host.unknown, is_pod: false, namespace: None, account: None, seen: seen(), may_be_absent };
        (may_be_absent || self.concerns(&host.unknown)).then(unsure)
    }

    fn select(&self, selector: &Selector) -> EndpointSet {
        let known = self.classes.select(selector, &self.numbers);
        if self.unsure.is_empty() {
            return EndpointSet::exactly(known);
        }
        let judged = self.unsure.iter().map(|(class, unsure)| {
            let (certain, possible) = selector.judge(&|key| unsure.look_up(key, &self.numbers));
            (class.0, (certain && !unsure.may_be_absent, possible))
        });
        EndpointSet::exactly(known.difference(&self.doubtful)).union(&judged_apart(judged))
    }

    /// The classes of endpoints that the selector of a policy selects.
    pub(super) fn subjects(&self, selector: &Selector) -> EndpointSet {
        self.select(selector)
    }

    /// The endpoints that a selector of a peer matches: endpoints by their labels, and whatever lies in a set or has the address of a host
    /// endpoint.
    pub(super) fn ends(&mut self, selector: &'a Selector, in_addresses: Option<&EndpointSet>) -> EndpointSet {
        if let Some(known) = self.ends.get(selector) {
            return known.clone();
        }
        let mut ends = self.select(selector);
        if let Some(set) = in_addresses {
            ends = ends.union(set);
        }
        self.ends.insert(selector, ends.clone());
        ends
    }
}

/// A pod or host endpoint of which not all labels are known.
#[derive(Clone, Debug)]
struct Unsure<'a> {
    /// Labels of its own of which not all is known.
    own: &'a UnknownLabels,
    is_pod: bool,
    namespace: Option<&'a Namespace>,
    /// Its service account, if not all of its labels are known.
    account: Option<&'a ServiceAccount>,
    /// What is known of it.
    seen: Seen<'a>,
    /// Whether there may be none.
    may_be_absent: bool,
}

impl<'a> Unsure<'a> {
    /// What is known of one label, by the key under which selectors see it.
    fn look_up(&self, key: &str, numbers: &HashMap<&str, u32>) -> Known<'a> {
        const SOME: &ValueShape = &ValueShape::Any;
        let nowhere = self.namespace.is_some_and(Namespace::is_unknown);
        match key {
            NAMESPACE_LABEL if nowhere => return Known::Present(SOME),
            ACCOUNT_LABEL if self.is_pod && self.own.others => return Known::Present(SOME),
            _ => {}
        }
        if let (Some(key), Some(namespace)) = (key.strip_prefix(NAMESPACE_PREFIX), self.namespace) {
            return match key {
                well_known::CALICO_NAME if nowhere => Known::Present(SOME),
                well_known::CALICO_NAME => Known::Value(&namespace.name),
                key => namespace.unknown.look_up(&namespace.labels, key),
            };
        }
        if let Some(key) = key.strip_prefix(ACCOUNT_PREFIX) {
            match self.account {
                _ if self.own.others => return Known::Maybe,
                Some(account) if key == well_known::CALICO_NAME => return Known::Value(&account.name),
                Some(account) => return account.unknown.look_up(&account.labels, key),
                None => {}
            }
        }
        if let Some((_, shape)) = self.own.keys.iter().find(|(own, _)| **own == *key) {
            return Known::Present(shape);
        }
        let number = numbers.get(key).copied();
        match self.seen.iter().find(|(seen, _)| Some(*seen) == number) {
            Some((_, value)) => Known::Value(value),
            None if self.own.others => Known::Maybe,
            None => Known::Absent,
        }
    }
}

/// Sorts by key; of several values of one key the first counts.
fn tidy(mut seen: Seen<'_>) -> Seen<'_> {
    // INVARIANT: this sort keeps the order of equal keys.
    seen.sort_by_key(|(key, _)| *key);
    seen.dedup_by_key(|(key, _)| *key);
    seen
}

/// The Calico sides of a rule: of the other endpoint, and of the selected endpoint.
pub(super) fn entities(rule: &Rule) -> impl Iterator<Item = &EntityMatch> {
    rule.peers.terms().iter().chain(&rule.own).filter_map(|term| match &term.kind {
        PeerTermKind::Entity(entity) => Some(&**entity),
        _ => None,
    })
}
