//! **Which change of text begins a policy, adds a rule to one, removes one, changes its ports, or has it act on a direction, or select others?** In the policy's
//! own language, and with everything else as it is written.
//!
//! ```text
//! change ── steps, each on the text that the one before left ──> edits ── applied to a copy, read again ──> the policy does what was wanted
//! ```
//!
//! Written on the machinery of [`fix`](super::fix), which keeps comments and layout.

mod begin;
mod calico;
mod kubernetes;
mod ports;
mod work;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

pub use begin::{BegunPolicy, WantedPolicy, begin_policy};

use self::ports::WantedPort;
use self::work::Work;
use super::fix::labels::{Pairs, match_labels, selecting};
use super::fix::value::{V, map, text};
use super::fix::{Scene, TextEdit, Unpatchable, with_texts};
use crate::model::Cidr;
use crate::policy::{Direction, Policy, PolicyId, SubjectMatch};
use crate::snapshot::{PodId, Snapshot};

/// What is to be changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PolicyChange<'a> {
    /// A rule that allows, behind those that allow.
    AddRule {
        /// Of which direction.
        direction: Direction,
        /// Whom it is about.
        peer: WantedPeer<'a>,
        /// Protocols and ports as people write them: `TCP 80, 8000-8100, UDP 53`; all of them if empty.
        ports: &'a str,
    },
    /// Other ports for a rule.
    SetPorts {
        /// Of which direction.
        direction: Direction,
        /// Which rule, from 0.
        rule: usize,
        /// The ports, as for a new rule.
        ports: &'a str,
    },
    /// A rule goes.
    RemoveRule {
        /// Of which direction.
        direction: Direction,
        /// Which rule, from 0.
        rule: usize,
    },
    /// One of several peers of a rule goes.
    RemovePeer {
        /// Of which direction.
        direction: Direction,
        /// Which rule, from 0.
        rule: usize,
        /// Which of its peers, from 0.
        peer: usize,
    },
    /// The policy acts on a direction, or no longer.
    Act {
        /// Which direction.
        direction: Direction,
        /// Whether it does.
        on: bool,
    },
    /// The policy selects others: pods of its namespace like this one, or nothing: all of them.
    Select {
        /// One of the pods.
        pod: Option<PodId>,
    },
}

impl PolicyChange<'_> {
    const fn direction(&self) -> Direction {
        match self {
            PolicyChange::AddRule { direction, .. }
            | PolicyChange::SetPorts { direction, .. }
            | PolicyChange::RemoveRule { direction, .. }
            | PolicyChange::RemovePeer { direction, .. }
            | PolicyChange::Act { direction, .. } => *direction,
            PolicyChange::Select { .. } => Direction::Ingress,
        }
    }
}

/// Whom a new rule is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WantedPeer<'a> {
    /// Everything, inside and outside the cluster.
    Anything,
    /// Pods with the labels by which this one is told from other workloads of its namespace.
    Pods(PodId),
    /// All pods of a namespace.
    Namespace(&'a str),
    /// All pods of the cluster.
    Cluster,
    /// A range of addresses.
    Block(&'a str),
    /// The cluster's DNS.
    Dns,
}

/// A change that was tried.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ChangedPolicy {
    /// What it does, as a command.
    pub title: String,
    /// The change, in the order of the text. Ranges do not overlap.
    pub edits: Vec<TextEdit>,
}

/// Why a policy cannot be changed so.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NotChanged {
    /// Its text cannot be edited.
    Text(Unpatchable),
    /// Policies of this kind are not edited here.
    Kind(String),
    /// There is no such policy, rule or peer (any more).
    Gone,
    /// These are no ports.
    Ports(String),
    /// This is no range of addresses.
    Block(String),
    /// A rule of Calico has one protocol.
    OneProtocol,
    /// A policy acts on one direction at least.
    NoDirection,
    /// The pod has no labels by which it could be selected.
    NoLabels,
    /// The pod is in another namespace than the policy.
    Elsewhere,
    /// What was written does not do what was wanted.
    Otherwise,
}

impl fmt::Display for NotChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotChanged::Text(why) => write!(f, "the policy cannot be edited here: {}", why.as_str()),
            NotChanged::Kind(kind) => write!(f, "a policy of kind {kind} can only be edited as text"),
            NotChanged::Gone => f.write_str("there is no such rule any more"),
            NotChanged::Ports(word) => {
                write!(f, "`{word}` is no port: write ports such as `TCP 80, 8000-8100, UDP 53`, or nothing for every port")
            }
            NotChanged::Block(text) => write!(f, "`{text}` is no range of addresses: write one such as `10.0.0.0/8`"),
            NotChanged::OneProtocol => f.write_str("a Calico rule has one protocol: add another rule for the other one"),
            NotChanged::NoDirection => f.write_str("a policy acts on ingress or egress: to be without effect it has to be removed"),
            NotChanged::Elsewhere => f.write_str("a policy in a namespace selects pods of that namespace"),
            NotChanged::NoLabels => f.write_str("the pod has no labels by which a policy could select it"),
            NotChanged::Otherwise => f.write_str("the policy is written in a way that can only be edited as text"),
        }
    }
}

impl core::error::Error for NotChanged {}

impl From<Unpatchable> for NotChanged {
    fn from(why: Unpatchable) -> Self {
        NotChanged::Text(why)
    }
}

/// The languages that policies are edited in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// NetworkPolicy of Kubernetes.
    Kubernetes,
    /// NetworkPolicy and GlobalNetworkPolicy of Calico.
    Calico,
}

impl Form {
    fn of(policy: &Policy) -> Option<Form> {
        match (&policy.subject, &*policy.kind) {
            (SubjectMatch::Pods(_), "NetworkPolicy") => Some(Form::Kubernetes),
            (SubjectMatch::Endpoints(_), "NetworkPolicy" | "GlobalNetworkPolicy") => Some(Form::Calico),
            _ => None,
        }
    }

    /// The field with the directions that the policy acts on.
    const fn types(self) -> &'static str {
        match self {
            Form::Kubernetes => "policyTypes",
            Form::Calico => "types",
        }
    }
}

/// Whether a policy can be edited in its drawing.
pub fn is_editable(policy: &Policy) -> bool {
    Form::of(policy).is_some() && policy.doubt.is_none()
}

/// The change of text that does this to a policy.
///
/// # Errors
/// If the policy cannot be edited, or what is wanted cannot be written.
pub fn edit_policy<S: Scene>(scene: &S, id: PolicyId, change: &PolicyChange<'_>) -> Result<ChangedPolicy, NotChanged> {
    let compiled = scene.compiled();
    let policy = compiled.policy(id).ok_or(NotChanged::Gone)?;
    let form = Form::of(policy).filter(|_| is_editable(policy)).ok_or_else(|| NotChanged::Kind(policy.kind.to_string()))?;
    let mut work = Work::new(scene.sources(), policy, form)?;
    let direction = change.direction();
    // What the policy acts on stays as it is, whatever lists of rules its text implies that from.
    let mut acts = [policy.acts_on_ingress, policy.acts_on_egress];
    let own = usize::from(direction == Direction::Egress);
    let added = match change {
        PolicyChange::AddRule { peer, ports, .. } => {
            let ports = ports::parse(ports)?;
            let rules = match form {
                Form::Kubernetes => kubernetes::rules(scene.snapshot(), policy, direction, *peer, &ports)?,
                Form::Calico => calico::rules(scene.snapshot(), policy, direction, *peer, &ports)?,
            };
            let at = if form == Form::Calico { calico::place(policy, direction) } else { None };
            rules.iter().enumerate().try_for_each(|(n, rule)| work.push_rule(direction, at.map(|at| at + n), rule))?;
            set(&mut acts, own, true);
            rules.len() as isize
        }
        PolicyChange::SetPorts { rule, ports, .. } => {
            let ports = ports::parse(ports)?;
            match form {
                Form::Kubernetes => kubernetes::set_ports(&mut work, direction, *rule, &ports)?,
                Form::Calico => calico::set_ports(&mut work, direction, *rule, &ports)?,
            }
            0
        }
        PolicyChange::RemoveRule { rule, .. } => {
            work.remove_rule(direction, *rule)?;
            -1
        }
        PolicyChange::RemovePeer { rule, peer, .. } => {
            if form == Form::Calico {
                return Err(NotChanged::Otherwise);
            }
            work.remove_peer(direction, *rule, *peer)?;
            0
        }
        PolicyChange::Act { on, .. } => {
            set(&mut acts, own, *on);
            0
        }
        PolicyChange::Select { pod } => {
            select(&mut work, scene.snapshot(), policy, form, *pod)?;
            0
        }
    };
    work.act(acts)?;
    let edits = work.edits();
    let rules = policy.rules(direction).len().checked_add_signed(added).ok_or(NotChanged::Otherwise)?;
    prove(scene, policy, &work, direction, acts, rules)?;
    Ok(ChangedPolicy { title: title(policy, change), edits })
}

/// Writes another selector of whom the policy is about.
fn select(work: &mut Work<'_>, snapshot: &Snapshot, policy: &Policy, form: Form, pod: Option<PodId>) -> Result<(), NotChanged> {
    let own = policy.namespace.as_deref().ok_or_else(|| NotChanged::Kind(policy.kind.to_string()))?;
    let labels = match pod {
        Some(id) => {
            let pod = snapshot.pod(id).ok_or(NotChanged::Gone)?;
            if snapshot.namespace_name(pod.namespace) != own {
                return Err(NotChanged::Elsewhere);
            }
            Some(selecting(snapshot, id).ok_or(NotChanged::NoLabels)?)
        }
        None => None,
    };
    let (key, value) = subject(form, labels.as_ref());
    work.set_in_spec(key, &value)
}

/// The field that says whom a policy selects, and its value for these labels, or for all pods.
fn subject(form: Form, labels: Option<&Pairs>) -> (&'static str, V) {
    match form {
        Form::Kubernetes => ("podSelector", labels.map_or_else(|| map([]), match_labels)),
        Form::Calico => {
            let parts: Vec<String> = labels.into_iter().flatten().map(|(key, value)| format!("{key} == '{value}'")).collect();
            ("selector", text(if labels.is_some() { parts.join(" && ") } else { "all()".into() }))
        }
    }
}

fn set(acts: &mut [bool; 2], own: usize, on: bool) {
    if let Some(slot) = acts.get_mut(own) {
        *slot = on;
    }
}

/// Reads the changed text: the policy is there, acts on what it is to act on, and has as many rules as it should have.
fn prove<S: Scene>(
    scene: &S,
    policy: &Policy,
    work: &Work<'_>,
    direction: Direction,
    acts: [bool; 2],
    rules: usize,
) -> Result<(), NotChanged> {
    let copy = with_texts(scene, |id| work.text(id));
    let same = |other: &Policy| other.kind == policy.kind && other.title() == policy.title() && Form::of(other) == Form::of(policy);
    let which = scene.compiled().ruleset().policies.iter().filter(|other| same(other)).position(|other| other.id == policy.id);
    let now = which.and_then(|which| copy.compiled().ruleset().policies.iter().filter(|other| same(other)).nth(which));
    let is_so = now
        .is_some_and(|now| now.doubt.is_none() && [now.acts_on_ingress, now.acts_on_egress] == acts && now.rules(direction).len() == rules);
    if is_so { Ok(()) } else { Err(NotChanged::Otherwise) }
}

fn title(policy: &Policy, change: &PolicyChange<'_>) -> String {
    let name = format!("{} `{}`", policy.kind, policy.title());
    let direction = change.direction().as_str();
    match change {
        PolicyChange::AddRule { .. } => format!("add an {direction} rule to {name}"),
        PolicyChange::SetPorts { rule, .. } => format!("change the ports of {direction} rule {} of {name}", rule + 1),
        PolicyChange::RemoveRule { rule, .. } => format!("remove {direction} rule {} of {name}", rule + 1),
        PolicyChange::RemovePeer { rule, .. } => format!("remove a peer of {direction} rule {} of {name}", rule + 1),
        PolicyChange::Select { .. } => format!("change which pods {name} selects"),
        PolicyChange::Act { on: true, .. } => format!("have {name} act on {direction}"),
        PolicyChange::Act { on: false, .. } => format!("have {name} no longer act on {direction}"),
    }
}

/// A range as it is written; a lone address is a range of one.
fn block(text: &str) -> Result<String, NotChanged> {
    let text = text.trim();
    let whole = if text.contains('/') { text.to_string() } else { format!("{text}/{}", if text.contains(':') { 128 } else { 32 }) };
    Cidr::parse(&whole).map(|cidr| cidr.to_string()).map_err(|_| NotChanged::Block(text.to_string()))
}

/// The ports by which DNS is asked.
fn dns_ports() -> Vec<WantedPort> {
    use crate::model::Protocol;
    [Protocol::UDP, Protocol::TCP].map(|protocol| WantedPort::number(protocol, 53)).into()
}
