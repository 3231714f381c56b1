//! Whom a policy applies to, and the other end of a rule.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::GroupUseId;
use crate::model::{AddressSet, Cidr, LabelSelector, Selector};
use crate::text::Place;

/// Whom a policy applies to.
#[derive(Clone, PartialEq, Debug)]
pub enum SubjectMatch {
    /// Pods, by Kubernetes label selectors.
    Pods(Subject),
    /// Endpoints, by a Calico selector over all labels that Calico knows of them.
    Endpoints(Selector),
    /// Endpoints that list exactly these profiles, in this order.
    Profiles(Vec<Box<str>>),
    /// A network security group where it is used.
    Group(GroupUseId),
    /// Host endpoints: of these nodes, or of all but these.
    Hosts {
        /// Names of nodes.
        nodes: Vec<Box<str>>,
        /// Whether those are left out, not meant.
        but: bool,
    },
}

impl SubjectMatch {
    /// The pods, if it is a Kubernetes subject.
    pub fn pods(&self) -> Option<&Subject> {
        match self {
            SubjectMatch::Pods(subject) => Some(subject),
            SubjectMatch::Endpoints(_) | SubjectMatch::Profiles(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => None,
        }
    }
}

/// Pods, by namespace and labels.
#[derive(Clone, PartialEq, Debug)]
pub struct Subject {
    /// Which namespaces.
    pub namespaces: NamespaceMatch,
    /// Which pods of them.
    pub pods: LabelSelector,
}

/// Which namespaces are meant.
#[derive(Clone, PartialEq, Debug)]
pub enum NamespaceMatch {
    /// The one with this name (a NetworkPolicy's own).
    Named(String),
    /// Those with matching labels.
    Selector(LabelSelector),
}

/// The other end of a rule.
#[derive(Clone, PartialEq, Debug)]
pub enum PeerMatch {
    /// Any end, inside or outside.
    Any,
    /// An end that one of these terms matches.
    Of(Vec<PeerTerm>),
}

impl PeerMatch {
    /// Its terms, if it has any.
    pub fn terms(&self) -> &[PeerTerm] {
        match self {
            PeerMatch::Any => &[],
            PeerMatch::Of(terms) => terms,
        }
    }

    /// All addresses that its terms name together, where several terms match ends inside by address: an end of which the address is not
    /// known for certain may be in none of them for certain, and yet in all of them together.
    pub(crate) fn joined_addresses(&self) -> Option<AddressSet> {
        let sets = || {
            self.terms().iter().filter_map(|term| match &term.kind {
                PeerTermKind::Addresses { set, inside_too: true, .. } => Some(set),
                _ => None,
            })
        };
        (sets().count() > 1).then(|| sets().fold(AddressSet::default(), |joined, set| joined.union(set)))
    }
}

/// One term of a [`PeerMatch`].
#[derive(Clone, PartialEq, Debug)]
pub struct PeerTerm {
    /// Where it is written.
    pub place: Place,
    /// What it matches.
    pub kind: PeerTermKind,
}

impl PeerTerm {
    /// Whether it matches pods by their labels.
    pub(crate) fn is_of_pods(&self) -> bool {
        match &self.kind {
            PeerTermKind::Pods(_) => true,
            PeerTermKind::Entity(entity) => entity.selector.is_some(),
            _ => false,
        }
    }
}

/// A range of addresses with holes, as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IpBlock {
    /// The range.
    pub cidr: Cidr,
    /// What is left out of it.
    pub except: Vec<Cidr>,
}

/// What a [`PeerTerm`] matches.
#[derive(Clone, PartialEq, Debug)]
pub enum PeerTermKind {
    /// Pods.
    Pods(Subject),
    /// Ends by address.
    Addresses {
        /// Which.
        set: AddressSet,
        /// Pods and nodes too, or only ends outside the cluster.
        inside_too: bool,
        /// How it is written, where that is a block with holes.
        block: Option<Box<IpBlock>>,
    },
    /// Nodes by their labels; pods on the host network of such a node have its addresses, and so are matched too.
    Nodes(LabelSelector),
    /// Ends as a side of a Calico rule describes them.
    Entity(Box<EntityMatch>),
    /// Ends by address, as far as the addresses are known.
    UnknownAddresses {
        /// Addresses that match for certain.
        certain: AddressSet,
        /// Addresses that match for certain or possibly.
        possible: AddressSet,
        /// The addresses as written, where it is only not known which of them an end has: by these rules are compared with each other.
        written: Option<AddressSet>,
        /// What is not known: a service tag, say.
        name: Box<str>,
    },
    /// Outside ends by DNS name: which addresses these have, no text can tell.
    DomainNames(Vec<Box<str>>),
    /// A field that is not known here; its whole rule is read as allowing nothing, or as denying everything ("fail closed").
    Unknown {
        /// The field's name.
        field: Box<str>,
        /// Whether it matches everything.
        everything: bool,
    },
}

/// One side of a Calico rule: all that is given must hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct EntityMatch {
    /// The address is one of an endpoint or set that this selects.
    pub selector: Option<Selector>,
    /// The address is of no endpoint or set that this selects.
    pub not_selector: Option<Selector>,
    /// The address is in this set: `nets` without `notNets`, of the families that the rule can match.
    pub addresses: Option<AddressSet>,
    /// The address is of an endpoint of this Service, `namespace/name`.
    pub service: Option<Box<str>>,
    /// What `selector` and `not_selector` were made of, as it is written.
    pub written: WrittenEntity,
    /// Where the selectors are written.
    pub selector_place: Option<Place>,
    /// Where the addresses are written.
    pub addresses_place: Option<Place>,
}

/// The selecting fields of one side of a Calico rule, as they are written.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WrittenEntity {
    /// `selector`, over labels of the end itself.
    pub selector: Option<Selector>,
    /// `notSelector`.
    pub not_selector: Option<Selector>,
    /// `namespaceSelector`, over labels of its namespace.
    pub namespaces: Option<Selector>,
    /// `serviceAccounts.names`; any where empty.
    pub accounts: Vec<Box<str>>,
    /// `serviceAccounts.selector`, over labels of its service account.
    pub account_selector: Option<Selector>,
    /// The policy's own namespace, where it confines the side as no `namespaceSelector` is given.
    pub own_namespace: Option<Box<str>>,
    /// `nets`; any where empty.
    pub nets: Vec<Cidr>,
    /// `notNets`.
    pub not_nets: Vec<Cidr>,
}
