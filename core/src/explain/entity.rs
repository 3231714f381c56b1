//! Sides of Calico's rules in words: which field did not hold, and what made them match.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::excluded::address_unmet;
use super::{Explainer, end_name};
use crate::compile::Endpoint;
use crate::compile::expressions::{ACCOUNT_LABEL, NAMESPACE_LABEL, NAMESPACE_PREFIX, ORCHESTRATOR_LABEL};
use crate::model::{Comparison, Labels, Selector, well_known};
use crate::policy::{EntityMatch, PeerTermKind, RuleRef, WrittenEntity};
use crate::snapshot::{NetworkSet, PodEndpoint, Snapshot};
use crate::text::Place;

/// The label by which Calico knows a namespace by its name.
pub(crate) const NAME_LABEL: &str = well_known::CALICO_NAME;

/// Something with labels that has an address which a rule matched.
pub(crate) struct Holder {
    /// What it is: "GlobalNetworkSet `blocked`".
    pub(crate) name: String,
    pub(crate) place: Place,
}

impl Explainer<'_> {
    /// How many parts of a side of a Calico rule do not hold, and the first of them in words.
    pub(super) fn entity_failure(&self, reference: RuleRef, entity: &EntityMatch, peer: Endpoint, name: &str) -> (usize, String) {
        let failed = self.compiled.failed_parts(reference, peer).unwrap_or_default();
        let text = match failed {
            [true, ..] => self.selector_unmet(entity, peer, name),
            [_, true, ..] => {
                format!("`{name}` matches the notSelector `{}`", entity.not_selector.as_ref().map_or_else(String::new, |s| format!("{s}")))
            }
            [_, _, true, _] => {
                let set = entity.addresses.clone().unwrap_or_default();
                match self.address(peer) {
                    Some(address) => address_unmet(&entity.written, address),
                    None => format!("the address of `{name}` is not in {set}"),
                }
            }
            _ => format!("`{name}` is not behind {}", entity.service.as_deref().unwrap_or("it")),
        };
        (failed.iter().filter(|f| **f).count().max(1), text)
    }

    /// Which of the selecting fields an endpoint does not meet.
    fn selector_unmet(&self, entity: &EntityMatch, peer: Endpoint, name: &str) -> String {
        let written = &entity.written;
        let Endpoint::Pod(id) = peer else { return self.unknown_address(entity, name) };
        let Some(endpoint) = self.snapshot.pod(id) else { return self.unknown_address(entity, name) };
        if endpoint.host_network {
            return format!("selectors do not match `{name}`, because it uses the host network");
        }
        let namespace = self.snapshot.namespace_name(endpoint.namespace);
        if let Some(own) = written.own_namespace.as_deref().filter(|own| **own != *namespace) {
            return format!("without a namespaceSelector the rule selects only namespace `{own}`, but `{name}` is in `{namespace}`");
        }
        if let Some(selector) = written.namespaces.as_ref().filter(|s| !namespace_matches(s, self.snapshot, endpoint)) {
            let text = format!("its namespace `{namespace}` does not match the namespaceSelector `{selector}`");
            return match means_name(selector) {
                Some(_) => format!("{text}: the label with a namespace's name is `{NAME_LABEL}`"),
                None => text,
            };
        }
        if !written.accounts.is_empty() && !written.accounts.iter().any(|a| **a == *endpoint.service_account) {
            return format!("`{name}` has the service account `{}`, not one of {}", endpoint.service_account, written.accounts.join(", "));
        }
        let own = |key: &str| own_label(key, self.snapshot, endpoint);
        match &written.selector {
            Some(selector) if !selector.matches(&own) => format!("`{name}` does not match the selector `{selector}`"),
            _ => match (&written.account_selector, &written.not_selector) {
                (_, Some(selector)) if selector.matches(&own) => format!("`{name}` matches the notSelector `{selector}`"),
                (Some(selector), _) => {
                    format!("its service account `{}` does not match the selector `{selector}`", endpoint.service_account)
                }
                _ => self.unknown_address(entity, name),
            },
        }
    }

    /// An address that nothing with labels has.
    fn unknown_address(&self, entity: &EntityMatch, name: &str) -> String {
        let WrittenEntity { selector, namespaces, own_namespace, .. } = &entity.written;
        let mut asked: Vec<String> = Vec::new();
        asked.extend(selector.as_ref().map(|s| format!("the selector `{s}`")));
        asked.extend(namespaces.as_ref().map(|s| format!("the namespaceSelector `{s}`")));
        if asked.is_empty() {
            asked.push(match own_namespace {
                Some(namespace) => format!("the namespace `{namespace}`"),
                None => entity.selector.as_ref().map_or_else(String::new, |s| format!("the selector `{}`", plain(s))),
            });
        }
        format!("`{name}` does not match {}", asked.join(" and "))
    }

    /// The network sets and host endpoints whose labels made a rule match the other endpoint, where that is not its own labels' doing.
    pub(super) fn holders(&self, reference: RuleRef, peer: Endpoint) -> Vec<Holder> {
        let terms = self.compiled.ruleset().rule(reference).map_or(&[][..], |r| r.peers.terms());
        let selectors = terms.iter().filter_map(|term| match &term.kind {
            PeerTermKind::Entity(entity) => entity.selector.as_ref(),
            _ => None,
        });
        let Some(address) = self.address(peer) else { return Vec::new() };
        selectors.filter(|selector| !self.selects_itself(selector, peer)).flat_map(|s| holders(s, address, self.snapshot)).collect()
    }

    fn selects_itself(&self, selector: &Selector, peer: Endpoint) -> bool {
        let Endpoint::Pod(id) = peer else { return false };
        self.snapshot.pod(id).is_some_and(|e| !e.host_network && selector.matches(&|key| all_labels(key, self.snapshot, e)))
    }

    /// A rule that matched, with what of it did, where it names more than one peer or names it by labels of something else: ", as …".
    pub(super) fn matched_by(&self, reference: RuleRef, peer: Endpoint) -> (String, Vec<Place>) {
        let Some(rule) = self.compiled.ruleset().rule(reference) else { return Default::default() };
        let mut places = Vec::new();
        if rule.peers.terms().len() > 1 {
            places.extend(self.compiled.matching_term(reference, peer).and_then(|n| rule.peers.terms().get(n)).map(|term| term.place));
        }
        let holders = self.holders(reference, peer);
        let text = match holders.as_slice() {
            [] => String::new(),
            [one] => {
                format!(", as `{}` is in {}", self.address(peer).map_or_else(|| end_name(peer, self.snapshot), |a| a.to_string()), one.name)
            }
            [one, ..] => format!(
                ", as `{}` is in {} and {} more",
                self.address(peer).map_or_else(|| end_name(peer, self.snapshot), |a| a.to_string()),
                one.name,
                holders.len() - 1
            ),
        };
        places.extend(holders.into_iter().map(|h| h.place));
        (text, places)
    }
}

/// Network sets and host endpoints that a selector selects and that have an address.
fn holders(selector: &Selector, address: IpAddr, snapshot: &Snapshot) -> Vec<Holder> {
    let sets = snapshot.network_sets.iter().filter(|set| set.addresses.contains(address));
    let sets = sets.filter(|set| selects_set(selector, snapshot, set)).map(|set| Holder {
        name: match set.namespace {
            Some(namespace) => format!("NetworkSet `{}/{}`", snapshot.namespace_name(namespace), set.name),
            None => format!("GlobalNetworkSet `{}`", set.name),
        },
        place: set.place,
    });
    let hosts = snapshot.host_endpoints.iter().filter(|host| host.addresses.contains(&address));
    let hosts = hosts.filter(|host| selector.matches(&|key| host.labels.get(key)));
    sets.chain(hosts.map(|host| Holder { name: format!("HostEndpoint `{}`", host.name), place: host.place })).collect()
}

pub(crate) fn namespace_label<'a>(key: &str, name: &'a str, labels: &'a Labels) -> Option<&'a str> {
    if key == NAME_LABEL { Some(name) } else { labels.get(key) }
}

pub(crate) fn namespace_matches(selector: &Selector, snapshot: &Snapshot, endpoint: &PodEndpoint) -> bool {
    let Some(namespace) = snapshot.namespace(endpoint.namespace) else { return false };
    *selector != Selector::Global && selector.matches(&|key| namespace_label(key, &namespace.name, &namespace.labels))
}

/// A label that Calico knows a pod by, without those that it has from elsewhere.
pub(crate) fn own_label<'a>(key: &str, snapshot: &'a Snapshot, endpoint: &'a PodEndpoint) -> Option<&'a str> {
    match key {
        NAMESPACE_LABEL => Some(snapshot.namespace_name(endpoint.namespace)),
        ORCHESTRATOR_LABEL => Some("k8s"),
        ACCOUNT_LABEL => Some(&endpoint.service_account),
        key => endpoint.labels.get(key),
    }
}

/// Whether a Calico selector selects a network set.
pub fn selects_set(selector: &Selector, snapshot: &Snapshot, set: &NetworkSet) -> bool {
    selector.matches(&|key| set_label(key, snapshot, set))
}

fn all_labels<'a>(key: &str, snapshot: &'a Snapshot, endpoint: &'a PodEndpoint) -> Option<&'a str> {
    match key.strip_prefix(NAMESPACE_PREFIX) {
        Some(key) => snapshot.namespace(endpoint.namespace).and_then(|n| namespace_label(key, &n.name, &n.labels)),
        None => own_label(key, snapshot, endpoint),
    }
}

pub(crate) fn set_label<'a>(key: &str, snapshot: &'a Snapshot, set: &'a NetworkSet) -> Option<&'a str> {
    let namespace = set.namespace.and_then(|n| snapshot.namespace(n));
    match key.strip_prefix(NAMESPACE_PREFIX) {
        Some(key) => namespace.and_then(|n| namespace_label(key, &n.name, &n.labels)),
        None if key == NAMESPACE_LABEL => namespace.map(|n| n.name.as_str()),
        None => set.labels.get(key),
    }
}

/// The name of a namespace, where a selector asks for it by a label that is not there.
pub(crate) fn means_name(selector: &Selector) -> Option<&str> {
    match selector {
        Selector::Compare(key, Comparison::Equals(value)) if &**key != NAME_LABEL => Some(value),
        Selector::Compare(key, Comparison::In(values)) if &**key != NAME_LABEL => values.first().map(|v| &**v),
        Selector::And(parts) => parts.iter().find_map(means_name),
        _ => None,
    }
}

/// A selector without the prefixes that Calico gives labels of namespaces and service accounts.
fn plain(selector: &Selector) -> String {
    selector.to_string().replace(NAMESPACE_PREFIX, "").replace("pcsa.", "")
}
