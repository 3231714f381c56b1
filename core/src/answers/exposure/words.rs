//! Exposure in words, for every form that people read.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Exposure, PeerExposure, PeerKind, PeerSelector, PortName, Unsaid};
use crate::model::{AddressSet, Selector};
use crate::policy::{NamespaceMatch, Subject, WrittenEntity};

/// Ranges of addresses that are listed.
const MOST_RANGES: usize = 4;

impl PeerSelector {
    /// The pods that it selects: `pods with app=web in namespace shop`.
    pub fn words(&self) -> String {
        match (&self.kind, &self.written) {
            (PeerKind::Pods(subject), _) => subject_words(subject),
            (PeerKind::Calico { .. }, Some(written)) => entity_words(written),
            (PeerKind::Calico { selector, not_selector }, None) => {
                let text = |selector: &Option<Selector>| selector.as_ref().map(ToString::to_string);
                calico_words(text(selector), text(not_selector))
            }
        }
    }
}

fn subject_words(subject: &Subject) -> String {
    let pods = if subject.pods.is_everything() { "all pods".into() } else { format!("pods with {}", subject.pods) };
    match &subject.namespaces {
        NamespaceMatch::Named(name) => format!("{pods} in namespace {name}"),
        NamespaceMatch::Selector(selector) if selector.is_everything() => format!("{pods} in any namespace"),
        NamespaceMatch::Selector(selector) => {
            let text = selector.to_string();
            match text.strip_prefix("kubernetes.io/metadata.name=") {
                Some(name) if selector.requirements.len() == 1 => format!("{pods} in namespace {name}"),
                _ => format!("{pods} in namespaces with {text}"),
            }
        }
    }
}

/// As the fields of a Calico rule have it.
fn entity_words(written: &WrittenEntity) -> String {
    let text = |selector: &Option<Selector>| selector.as_ref().map(ToString::to_string);
    let mut words = calico_words(text(&written.selector), text(&written.not_selector));
    match (&written.namespaces, &written.own_namespace) {
        (Some(namespaces), _) => words += &format!(" in namespaces with {namespaces}"),
        (None, Some(own)) => words += &format!(" in namespace {own}"),
        (None, None) => {}
    }
    if !written.accounts.is_empty() {
        words += &format!(" with service account {}", written.accounts.join(" or "));
    }
    if let Some(accounts) = &written.account_selector {
        words += &format!(" with service accounts with {accounts}");
    }
    words
}

fn calico_words(selector: Option<String>, not_selector: Option<String>) -> String {
    let pods = selector.map_or_else(|| "all pods".into(), |selector| format!("pods with {selector}"));
    match not_selector {
        Some(not) => format!("{pods} but not {not}"),
        None => pods,
    }
}

impl Exposure {
    /// The pods of a row: `pods with app=web in namespace shop that are also pods with tier=front in any namespace`.
    pub fn row_words(&self, row: &PeerExposure) -> String {
        let selectors: Vec<String> = row.peers.iter().filter_map(|id| self.peer(*id)).map(PeerSelector::words).collect();
        selectors.join(" that are also ")
    }
}

impl PortName {
    /// `TCP port named web`.
    pub fn words(&self) -> String {
        match self.protocol {
            Some(protocol) => format!("{protocol} port named {}", self.name),
            None => format!("port named {}", self.name),
        }
    }
}

impl Unsaid {
    /// What is left open, in a sentence.
    pub fn words(&self) -> String {
        match self {
            Unsaid::PortName(name) => {
                format!("A rule that does not allow names the port {name}: a pod that gives a port this name may have less.")
            }
            Unsaid::Service(service) => {
                format!("A rule names the pods of Service {service}: whether new pods will be among them is not known.")
            }
            Unsaid::TooMany => {
                "There are more combinations of selectors than were looked at: pods that match several rows may have something else.".into()
            }
        }
    }
}

/// Addresses in few words: `any address`, `any address except 10.0.0.0/8`, `192.0.2.0/24`.
pub fn addresses_in_words(addresses: &AddressSet) -> String {
    let everything = AddressSet::everything();
    let v4 = everything.v4_only();
    let few = |set: &AddressSet| set.ranges().count() <= MOST_RANGES;
    let but = |what: &str, missing: &AddressSet| match missing.is_empty() {
        true => what.into(),
        false => format!("{what} except {missing}"),
    };
    let missing = everything.difference(addresses);
    let missing_v4 = v4.difference(addresses);
    let only_v4 = addresses.difference(&v4).is_empty();
    match () {
        () if missing.is_empty() => "any address".into(),
        () if !only_v4 && few(&missing) && missing.ranges().count() < addresses.ranges().count() => but("any address", &missing),
        () if only_v4 && few(&missing_v4) && missing_v4.ranges().count() < addresses.ranges().count() => {
            but("any IPv4 address", &missing_v4)
        }
        () if few(addresses) => addresses.to_string(),
        () => {
            let all = addresses.ranges().count();
            let first: Vec<String> = addresses.ranges().take(MOST_RANGES).map(|(a, b)| AddressSet::range(a, b).to_string()).collect();
            format!("{} and {} more ranges", first.join(", "), all - MOST_RANGES)
        }
    }
}
