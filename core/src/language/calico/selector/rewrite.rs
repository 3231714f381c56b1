//! What selectors in a policy really select: the parts of a policy's subject, or of a rule's side, as one selector over all labels of an end.
//!
//! Upstream: docs/semantics.md, Calico (`libcalico-go/lib/backend/syncersv1/updateprocessors`). Upstream rewrites texts; here it is the parsed form, with the same
//! outcome.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use crate::model::{Comparison, Selector, well_known};

const ACCOUNT_LABEL: &str = "projectcalico.org/serviceaccount";
const NAMESPACE_PREFIX: &str = "pcns.";
const ACCOUNT_PREFIX: &str = "pcsa.";

/// The selecting parts of one side of a rule; what is left out is nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeerParts<'a> {
    /// `selector`.
    pub selector: Option<&'a Selector>,
    /// `notSelector`.
    pub not_selector: Option<&'a Selector>,
    /// `namespaceSelector`.
    pub namespace_selector: Option<&'a Selector>,
    /// `serviceAccounts.names`.
    pub account_names: &'a [Box<str>],
    /// `serviceAccounts.selector`.
    pub account_selector: Option<&'a Selector>,
}

impl Selector {
    /// The same with every leaf changed.
    fn map(&self, leaf: &dyn Fn(&Selector) -> Selector) -> Selector {
        match self {
            Selector::Not(inner) => Selector::Not(Box::new(inner.map(leaf))),
            Selector::And(parts) => Selector::And(parts.iter().map(|part| part.map(leaf)).collect()),
            Selector::Or(parts) => Selector::Or(parts.iter().map(|part| part.map(leaf)).collect()),
            other => leaf(other),
        }
    }

    /// The same about labels that an end has from elsewhere.
    fn prefixed(&self, prefix: &str) -> Selector {
        let key = |key: &str| Box::from(format!("{prefix}{key}"));
        self.map(&|leaf| match leaf {
            Selector::Has(name) => Selector::Has(key(name)),
            Selector::Compare(name, comparison) => Selector::Compare(key(name), comparison.clone()),
            other => other.clone(),
        })
    }

    /// The same with `all()` meaning "has this label", and `global()` the opposite if `global_too`.
    fn narrowed(&self, label: &str, global_too: bool) -> Selector {
        let has = || Selector::Has(label.into());
        self.map(&|leaf| match leaf {
            Selector::All => has(),
            Selector::Global if global_too => Selector::Not(Box::new(has())),
            other => other.clone(),
        })
    }
}

/// All of these; chains in it stay as they are. Nothing if there is none.
fn all_of(parts: Vec<Selector>) -> Option<Selector> {
    let mut parts = parts;
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Selector::And(parts)),
    }
}

/// What the positive part and the `notSelector` of a side select; nothing where a part restricts nothing. `policy_namespace` is nothing for policies that
/// have none.
pub fn peer(parts: &PeerParts<'_>, policy_namespace: Option<&str>) -> (Option<Selector>, Option<Selector>) {
    let mut accounts = Vec::new();
    accounts.extend(parts.account_selector.map(|selector| selector.prefixed(ACCOUNT_PREFIX)));
    if !parts.account_names.is_empty() {
        let mut names = parts.account_names.to_vec();
        names.sort_unstable();
        names.dedup();
        accounts.push(Selector::Compare(ACCOUNT_LABEL.into(), Comparison::In(names)));
    }
    let mut positive = Vec::new();
    positive.extend(all_of(accounts));
    positive.extend(parts.selector.cloned());
    let positive = all_of(positive);
    let namespaces = match (parts.namespace_selector, policy_namespace) {
        (Some(selector), _) => Some(selector.prefixed(NAMESPACE_PREFIX).narrowed(well_known::CALICO_NAMESPACE, true)),
        (None, Some(namespace)) => Some(Selector::Compare(well_known::CALICO_NAMESPACE.into(), Comparison::Equals(namespace.into()))),
        (None, None) => None,
    };
    let counts = positive.is_some() || parts.not_selector.is_some() || parts.namespace_selector.is_some();
    let positive = all_of(namespaces.filter(|_| counts).into_iter().chain(positive).collect());
    (positive, parts.not_selector.cloned())
}

/// What a policy of a namespace applies to.
pub fn namespaced_subject(namespace: &str, selector: Option<&Selector>, accounts: Option<&Selector>) -> Selector {
    let mut parts: Vec<Selector> = selector.into_iter().cloned().collect();
    parts.push(Selector::Compare(well_known::CALICO_NAMESPACE.into(), Comparison::Equals(namespace.into())));
    parts.extend(accounts.map(|selector| selector.prefixed(ACCOUNT_PREFIX)));
    all_of(parts).unwrap_or(Selector::All)
}

/// What a policy without a namespace applies to.
pub fn global_subject(selector: Option<&Selector>, namespaces: Option<&Selector>, accounts: Option<&Selector>) -> Selector {
    let mut whole = selector.cloned();
    for (part, prefix, label) in [(namespaces, NAMESPACE_PREFIX, well_known::CALICO_NAMESPACE), (accounts, ACCOUNT_PREFIX, ACCOUNT_LABEL)] {
        if let Some(part) = part {
            // Every `all()` of the whole text is replaced, that of the selector too.
            whole = all_of(whole.into_iter().chain([part.prefixed(prefix)]).collect()).map(|all| all.narrowed(label, false));
        }
    }
    whole.unwrap_or(Selector::All)
}
