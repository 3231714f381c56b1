//! **Which policies allow exactly these flows, and nothing else?** The smallest readable set, and the proof.
//!
//! ```text
//! wanted flows ── flows: as they are written ── meant: what their ends mean ──┐
//! what is allowed at present ── current ──────────────────────────────────────┴─> needs: what each pod is to send and receive
//!    │ rules     pods with the same needs, named by the shortest selectors (classes) and blocks; policies of no language
//!    ▼ write     as NetworkPolicies of Kubernetes or Calico, with comments (kubernetes, calico)
//! text
//!    │ proof     evaluated with everything of the input that is no policy, and compared with what was wanted
//!    ▼
//! LeastPrivilege
//! ```
//!
//! The proof does not know how the text was made. It asks the evaluator about every pair of ends of which a policy holds one.

mod blocks;
mod calico;
mod classes;
mod current;
mod flows;
mod kubernetes;
mod meant;
mod needs;
mod notes;
mod proof;
mod removal;
mod rules;
mod world;
mod write;

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

pub use flows::{AskedPorts, FlowError, FlowLine, read_flows};
pub(crate) use removal::removal;

use crate::compile::Compiled;
use crate::connections::ConnectionSet;
use crate::connectivity::Connectivity;
use crate::model::Protocol;
use crate::settings::Assumed;
use crate::snapshot::{PodId, Snapshot};
use crate::text::Place;
use proof::{Evaluations, Prover};
use rules::Rule;
use world::World;

/// Whose policies are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Form {
    /// NetworkPolicy of `networking.k8s.io/v1`.
    #[default]
    Kubernetes,
    /// NetworkPolicy of `projectcalico.org/v3`.
    Calico,
}

impl Form {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, Form)] = &[("kubernetes", Form::Kubernetes), ("calico", Form::Calico)];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Form::Kubernetes => "kubernetes",
            Form::Calico => "calico",
        }
    }
}

/// Which flows are wanted.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// These.
    Flows(&'a [FlowLine]),
    /// Those that are certainly allowed at present, of the pods that policies isolate.
    Present,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The flows.
    pub wanted: Wanted<'a>,
    /// Whose policies are to be written.
    pub form: Form,
    /// Whether every pod that sends anything may ask the cluster's DNS for names, too.
    pub dns: bool,
}

/// Policies that allow the wanted flows, and how what remains differs from them.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LeastPrivilege {
    /// Whose policies they are.
    pub form: Form,
    /// The policies, as YAML that can be applied. Empty if none are needed.
    pub text: String,
    /// Their names, in the order of the text.
    pub policies: Vec<PolicyName>,
    /// The policies of the input about the same pods: the proof takes these as removed. Those about other pods stay.
    pub replaced: Vec<Replaced>,
    /// Whether exactly the wanted flows remain: all three lists below are empty, and the text is one that an API server takes.
    pub exact: bool,
    /// Flows that remain and were not wanted. Those that no policy can take away (of pods on the host network, of a node with its own pods) are not among
    /// them.
    pub too_much: Vec<RemainingFlow>,
    /// Flows that were wanted and are not allowed.
    pub missing: Vec<RemainingFlow>,
    /// Flows of which it cannot be told whether they are allowed.
    pub unsure: Vec<RemainingFlow>,
    /// How many pairs of ends were compared, each for all connections.
    pub pairs: usize,
    /// What else is worth knowing, in sentences with code in backticks.
    pub notes: Vec<String>,
}

/// The name of a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// A policy of the input that the new ones replace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaced {
    /// Its kind and name: "NetworkPolicy `shop/db`".
    pub title: String,
    /// Where it is written.
    pub place: Place,
}

/// A flow that differs from what was wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RemainingFlow {
    /// Where the connections start.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// Which of them.
    pub connections: ConnectionSet,
    /// Why, in a sentence with code in backticks.
    pub reason: String,
}

impl RemainingFlow {
    /// The connections in words: `TCP 80; UDP 53`.
    pub fn connections_in_words(&self) -> String {
        in_words(&self.connections)
    }
}

/// So many protocols without ports are written out.
const MOST_PROTOCOLS: usize = 8;

/// Connections in words. Many protocols that nobody names are "other protocols".
fn in_words(set: &ConnectionSet) -> String {
    if set.other_protocols().count() <= MOST_PROTOCOLS {
        return set.to_string();
    }
    let named = [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6];
    let named = named.into_iter().fold(ConnectionSet::EMPTY, |all, protocol| all.union(&ConnectionSet::protocol(protocol)));
    set.union(&ConnectionSet::all().difference(&named)).to_string()
}

/// What the answer needs of a scene.
pub trait Scene {
    /// What there is.
    fn snapshot(&self) -> &Snapshot;
    /// Its policies.
    fn compiled(&self) -> &Arc<Compiled>;
    /// Its answers.
    fn connectivity(&self) -> &Connectivity;
    /// What answers rest on.
    fn assumed(&self) -> &Assumed;
    /// The policies that apply to some of these pods, which new ones for them replace. Policies about others stay.
    fn policies_on(&self, pods: &BTreeSet<PodId>) -> Vec<Replaced>;
    /// The same input without some policies, and with those of a text.
    fn with_policies(&self, text: &str, without: &[Replaced]) -> Evaluated;
}

/// A scene with other policies.
#[derive(Debug)]
pub struct Evaluated {
    /// The policies.
    pub compiled: Arc<Compiled>,
    /// The answers.
    pub connectivity: Connectivity,
    /// What an API server would refuse of the text.
    pub errors: Vec<String>,
}

/// Whether an end of a flow is the cluster's DNS, by a name that it has in every cluster.
pub(crate) fn names_dns(line: &FlowLine) -> bool {
    [&line.from, &line.to].into_iter().any(|end| meant::DNS_WORDS.contains(&&*end.trim().to_lowercase()))
}

/// Writes the policies, and proves what they do. `present` is the scene as it is at present, with the same pods; `scene` may be under another engine.
///
/// # Errors
/// Every wanted flow with an end that means nothing, or several things.
pub fn least_privilege<S: Scene>(scene: &S, present: &S, question: &Question<'_>) -> Result<LeastPrivilege, Vec<FlowError>> {
    let world = World::new(scene);
    let classes = world.classes(question.form);
    let mut left_out = notes::LeftOut::default();
    let needs = match question.wanted {
        Wanted::Flows(lines) => {
            let (needs, lines) = meant::of_flows(&world, lines, question.dns)?;
            left_out.lines = lines;
            needs
        }
        Wanted::Present => {
            let (mut needs, open) = current::of_present(&World::new(present));
            left_out.pairs = open;
            if question.dns {
                meant::add_dns(&world, &mut needs);
            }
            needs
        }
    };
    let replaced = present.policies_on(&needs.held());
    let drafts = rules::drafts(&world, &classes, &needs);
    let evaluated = |drafts: &[rules::Draft]| {
        let written = write::write(&world, &classes, drafts, question.form);
        let text = write::joined(&written);
        (scene.with_policies(&text, &replaced), text, written)
    };
    let with_rules = |rules: &[Rule]| drafts.iter().map(|draft| draft.with_rules(rules)).collect::<Vec<_>>();
    let (written, text, policies) = evaluated(&drafts);
    let (denying, ..) = evaluated(&with_rules(&[]));
    let (allowing, ..) = evaluated(&with_rules(&[Rule { peers: None, connections: ConnectionSet::all(), is_dns: false }]));
    let errors = written.errors.clone();
    let evaluations = Evaluations { written, denying, allowing };
    let prover = Prover { world: &world, classes: &classes, needs: &needs, form: question.form, evaluations };
    let proof = prover.prove();
    let mut notes: Vec<String> = errors.iter().map(|error| alloc::format!("an API server would refuse the text: {error}")).collect();
    notes.extend(notes::notes(&world, &classes, &needs, &drafts, question, &left_out));
    Ok(LeastPrivilege {
        form: question.form,
        text,
        policies: policies.into_iter().map(|written| written.name).collect(),
        replaced,
        exact: errors.is_empty() && proof.too_much.is_empty() && proof.missing.is_empty() && proof.unsure.is_empty(),
        too_much: proof.too_much,
        missing: proof.missing,
        unsure: proof.unsure,
        pairs: proof.pairs,
        notes,
    })
}
