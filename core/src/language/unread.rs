//! What the input holds and is not evaluated: policies of other engines, kinds and versions that do not exist, broken documents, templates.
//!
//! Each is kept with what it might do, as exactly as its text tells: `policy::translate` makes policies in doubt of it (see
//! [`Doubt`](crate::policy::Doubt)), so that a flow that it might concern is "cannot tell, because … is not evaluated".

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::model::{ClusterEngine, LabelSelector, Operator, Protocol, Requirement, well_known};
use crate::text::Span;

/// An object, or a document, that is not evaluated.
#[derive(Clone, PartialEq, Debug)]
pub struct Unread {
    /// Why not.
    pub cause: Cause,
    /// What puts it into effect.
    pub enforcer: Enforcer,
    /// What it might do to connections; nothing if it concerns none.
    pub effects: Vec<Effect>,
    /// The ways of packets that it might make or change.
    pub ways: Vec<Way>,
    /// The texts of what it does to labels of pods that are made; none if it does nothing to them.
    pub adds_labels: Vec<Box<str>>,
    /// What it may install that enforces policies.
    pub installs: Option<Installs>,
}

/// The policy engine that something may install.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Installs {
    /// This one, or none at all: that is plain.
    This(ClusterEngine),
    /// Perhaps one, whichever.
    Any,
}

impl Unread {
    /// What might do this to connections, whoever enforces it.
    pub fn new(cause: Cause, effects: Vec<Effect>) -> Self {
        Unread { cause, enforcer: Enforcer::Any, effects, ways: Vec::new(), adds_labels: Vec::new(), installs: None }
    }

    /// What makes pods that are not read.
    pub fn pods() -> Self {
        Unread::new(Cause::MakesPods, Vec::new())
    }
}

/// A Service, an Ingress or a host by which packets may go another way than the rest of the input says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// `Service` or `Ingress`; `Host` for requests of a host that a route takes, whose name that is.
    pub kind: &'static str,
    /// Its namespace; any where it cannot be read.
    pub namespace: Option<Box<str>>,
    /// Its name, in the same way.
    pub name: Option<Box<str>>,
    /// Whether the object is about the way to a Service that another object makes.
    pub changes: bool,
}

/// Why something is not evaluated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cause {
    /// Its kind is known, and not evaluated.
    Kind,
    /// There is no such kind.
    NoSuchKind,
    /// Its kind makes pods that are not known here; it does nothing to connections itself.
    MakesPods,
    /// The document cannot be read.
    Broken,
    /// It is a template that must be rendered first.
    Template,
    /// It is a Kustomization, to be built first, that changes what the input holds.
    Kustomization,
    /// The same, that brings in what the input may not hold.
    Elsewhere,
    /// An API server refuses it, and part of it has no plain meaning.
    Refused,
    /// It is a command that changes objects, and is not followed.
    Command,
    /// It is the rest of a list of which the input holds a part.
    RestOfList,
    /// It is an object that a command deletes, perhaps before it is created.
    Deleted,
}

/// What puts something into effect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Enforcer {
    /// Whatever engine is installed.
    Any,
    /// An engine of its own, which none of those is that can be chosen here.
    OtherPlugin,
    /// Calico.
    Calico,
    /// Something beside the engine: proxies of a service mesh, or the network below.
    Beside,
}

/// What an object might do to connections. What cannot be read is as wide as it can be.
#[derive(Clone, PartialEq, Debug)]
pub struct Effect {
    /// The field that might do it; empty for the whole object.
    pub field: Box<str>,
    /// Where that is written.
    pub span: Span,
    /// Whether it acts on what its subjects send.
    pub egress: bool,
    /// Whether it acts on what its subjects receive.
    pub ingress: bool,
    /// Whether it may deny what others allow.
    pub denies: bool,
    /// Whether it may allow what others deny.
    pub allows: bool,
    /// Whether it is asked only after all NetworkPolicies.
    pub last: bool,
    /// Whom it acts on.
    pub subject: Whom,
    /// Whether it is only about connections with ends outside the cluster, and nodes.
    pub outside_only: bool,
    /// The nodes that it is about, if connections of pods with nodes are all that it is about.
    pub nodes: Option<LabelSelector>,
    /// The pods at the other end, if it is about connections with these only.
    pub with: Option<Whom>,
    /// The named port that it is about: it acts only by rules that name it.
    pub named_port: Option<NamedPort>,
    /// The ports that it is about, first to last; nothing for all connections.
    pub ports: Vec<(Protocol, u16, u16)>,
}

/// A port of a container that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NamedPort {
    /// The one with this name.
    Name(Box<str>),
    /// Any.
    Any,
}

/// Whom an [`Effect`] acts on.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Whom {
    /// Which namespaces.
    pub namespaces: Namespaces,
    /// Which pods of them.
    pub pods: LabelSelector,
    /// Which of these: those with one of these service accounts, or behind this Service; all of them if nothing is said.
    pub of: PodsOf,
}

/// Pods by what belongs to them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum PodsOf {
    /// Any.
    #[default]
    Any,
    /// Those of a service account.
    Account(Box<str>),
    /// Those behind a Service of this name. Where the input has none, it may be any of them.
    Service(Box<str>),
}

/// Which namespaces an [`Effect`] is about.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Namespaces {
    /// All.
    #[default]
    All,
    /// That of the object.
    Own,
    /// Those with matching labels.
    Selected(LabelSelector),
}

impl Namespaces {
    /// Those with one of these names.
    pub fn named(names: Vec<Box<str>>, span: Span) -> Namespaces {
        let requirement = Requirement { span, key: well_known::NAMESPACE_NAME.into(), operator: Operator::In(names) };
        Namespaces::Selected(LabelSelector { span, requirements: alloc::vec![requirement] })
    }
}

impl Default for Effect {
    /// Everything, to everybody.
    fn default() -> Self {
        Effect {
            field: Box::default(),
            span: Span::default(),
            egress: true,
            ingress: true,
            denies: true,
            allows: true,
            last: false,
            subject: Whom::default(),
            outside_only: false,
            nodes: None,
            with: None,
            named_port: None,
            ports: Vec::new(),
        }
    }
}
