//! What the page shows, as plain data: the only place that knows both the core and the screen.
//!
//! A worker sends these values as bytes and the JavaScript API hands them out as objects, so they hold no reference into
//! the core. Positions carry line and column for people and UTF-16 offsets for editors.

mod answer;
mod cloud;
mod coverage;
mod first;
mod path;
mod ports;
mod proposal;
mod said;
mod scene;
mod spots;
mod targets;
mod traffic;

pub use answer::{answer_view, path_ends};
pub use cloud::{
    BadgeView, CloudView, ClusterView, GroupRulesView, MachineView, NetworkView, PlanQuestion, PlanView, PodView, RegionView, RuleRowView,
    SubnetUse, SubnetView, picture_key, plan_view,
};
pub use coverage::{CoverageView, LeftOutEffect, LeftOutView};
pub use first::{first_question, names_service};
pub use path::{
    AddressView, BasisView, BranchView, ChoiceView, Difference, OptionView, PathAsked, PathQuestion, PathReply, PathView, PathWord,
    PodShareView, ProbeView, SeenView, StepKindView, StepView, VersusView, differences, path_answer, path_reply, path_view,
};
pub use ports::set_view;
pub use proposal::{proposal_view, tally_view};
pub use said::{SaidView, said};
pub use scene::{resolve, scene_view};
pub use spots::Spots;
pub use targets::{TargetKind, TargetView};
pub use traffic::{PortsView, TrafficView, WrittenPort, written_port};

use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Spot {
    /// The file's name.
    pub file: String,
    /// Line of the first character, from 1.
    pub line: u32,
    /// Column of the first character, from 1.
    pub column: u32,
    /// Line of the last character, from 1.
    pub end_line: u32,
    /// First UTF-16 unit, from the start of the file.
    pub start: u32,
    /// One past the last UTF-16 unit.
    pub end: u32,
}

/// Replaces a stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct EditView {
    /// Where.
    pub at: Spot,
    /// What comes there instead.
    pub insert: String,
}

/// Changes that settle something, offered as one button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct FixView {
    /// What the change does.
    pub title: String,
    /// The changes; they do not overlap.
    pub edits: Vec<EditView>,
}

/// How grave a [`ProblemView`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The text cannot be used as it stands.
    Error,
    /// It works, but probably not as intended.
    Warning,
    /// Worth knowing.
    Note,
}

/// A finding about the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ProblemView {
    /// Stable name of its kind, such as `K8S012`.
    pub code: String,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where; nothing if it is about the scene as a whole.
    pub spot: Option<Spot>,
    /// A change that settles it.
    pub fix: Option<FixView>,
}

/// What an [`EndView`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum EndKind {
    /// Pods that belong together.
    Workload,
    /// The pods of the Ingress controller, of which the text says nothing.
    IngressController,
    /// A node.
    Node,
    /// A machine of the cloud's network.
    Machine,
    /// Addresses outside the cluster that nothing tells apart.
    #[default]
    Outside,
}

/// Something that can send or receive packets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EndView {
    /// Its name in questions: `shop/db[StatefulSet]`, `node/worker-1`, an address.
    pub key: String,
    /// What it is.
    pub kind: EndKind,
    /// Its namespace, as an index into [`SceneView::namespaces`].
    pub namespace: Option<u32>,
    /// Its name alone.
    pub title: String,
    /// What it is, in words: `Deployment × 3`.
    pub subtitle: String,
    /// How many pods it stands for.
    pub replicas: u32,
    /// Row and column of [`SceneView::cells`].
    pub class: u32,
    /// Whether a policy isolates it for ingress.
    pub isolated_ingress: bool,
    /// Whether a policy isolates it for egress.
    pub isolated_egress: bool,
    /// Whether any policy has a say in what comes in.
    pub governed_ingress: bool,
    /// Whether any policy has a say in what goes out.
    pub governed_egress: bool,
    /// Policies that select it, as indices into [`SceneView::policies`].
    pub policies: Vec<u32>,
    /// Its labels, `key=value`.
    pub labels: Vec<String>,
    /// Its addresses or ranges.
    pub addresses: Vec<String>,
    /// Ports that it declares.
    pub ports: Vec<PortView>,
    /// Where it is written.
    pub spot: Option<Spot>,
}

/// A port that a pod declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PortView {
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The number.
    pub port: u16,
    /// The name, if it has one.
    pub name: Option<String>,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct NamespaceView {
    /// Its name.
    pub name: String,
    /// Its labels, `key=value`.
    pub labels: Vec<String>,
    /// Where it is written; nothing for one that is only referred to.
    pub spot: Option<Spot>,
}

/// A service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct AccountView {
    /// `namespace/name`.
    pub title: String,
    /// Its labels, `key=value`.
    pub labels: Vec<String>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PolicyView {
    /// `NetworkPolicy`, `AdminNetworkPolicy`, …
    pub kind: String,
    /// `namespace/name`, or the name alone.
    pub title: String,
    /// `ingress`, `egress` or both.
    pub directions: String,
    /// Why it is not enforced, if it is not.
    pub not_enforced: Option<String>,
    /// How many rules it has.
    pub rules: u32,
    /// Whether it has an order of its own, so that it can be moved among others.
    pub movable: bool,
    /// Where it is written.
    pub spot: Option<Spot>,
}

/// A tier, as a column of the policy board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TierColumn {
    /// Its name.
    pub name: String,
    /// Whether its end denies what its policies selected and did not decide; else that goes on to the next tier.
    pub denies_at_end: bool,
    /// Whether the order of its policies can matter.
    pub ordered: bool,
    /// Whether policies can be moved into it: not into what is no tier of the person's, such as profiles.
    pub open: bool,
    /// Its policies in order, as indexes into `policies`.
    pub policies: Vec<u32>,
}

/// How much each policy decides, for the policy board.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyView {
    /// How many flows there are.
    pub flows: u32,
    /// How many of them each policy decides about, as [`SceneView::policies`].
    pub policies: Vec<u32>,
    /// How many of them the end of each tier denies, as [`SceneView::tiers`].
    pub tier_ends: Vec<u32>,
}

/// Another place for a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The policy, as an index into [`SceneView::policies`].
    pub policy: u32,
    /// The tier that it goes to, by name.
    pub tier: String,
    /// Behind how many of that tier's other policies.
    pub position: u32,
}

/// What comes of a [`Move`], before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    /// The change of text.
    pub fix: FixView,
    /// Flows that are other than before.
    pub changes: Vec<ChangeView>,
    /// How many more there are.
    pub more: u32,
}

/// A flow that is other than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// What passed before.
    pub before: SetView,
    /// What would pass.
    pub after: SetView,
}

/// How much of the traffic between two ends passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Every TCP, UDP and SCTP port.
    Allowed,
    /// Some ports.
    Partly,
    /// Nothing.
    Denied,
    /// Nothing for certain: a fact is missing.
    CannotTell,
}

/// The connections allowed between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Tsify)]
pub struct SetView {
    /// How much it is.
    pub status: Status,
    /// In few characters: `5432`, `UDP 53`, `all`.
    pub short: String,
    /// In full.
    pub long: String,
    /// Its ports, where they are not all or none; those that are only possible, where none is certain.
    pub ports: Vec<PortsView>,
}

/// Everything about a set of files that does not depend on a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct SceneView {
    /// Who can send and receive.
    pub ends: Vec<EndView>,
    /// Namespaces of the ends.
    pub namespaces: Vec<NamespaceView>,
    /// Service accounts that are written.
    pub accounts: Vec<AccountView>,
    /// All policies, in the order in which a packet meets them.
    pub policies: Vec<PolicyView>,
    /// Tiers in the order in which a packet meets them.
    pub tiers: Vec<TierColumn>,
    /// The different connection sets; the first is the empty one.
    pub sets: Vec<SetView>,
    /// How many classes of ends there are.
    pub classes: u32,
    /// Row by row (from) and column by column (to), an index into `sets`.
    pub cells: Vec<u16>,
    /// Between the pods of one end, by end, an index into `sets`; nothing where there is only one pod.
    pub within: Vec<Option<u16>>,
    /// Findings, in text order.
    pub problems: Vec<ProblemView>,
    /// How many further findings there are.
    pub more_problems: u32,
    /// Whether an engine is installed that enforces policies.
    pub enforced: bool,
    /// How many objects were understood.
    pub objects: u32,
    /// The cloud's network, where the text says something of it.
    pub cloud: Option<CloudView>,
    /// Services and Ingresses, those first that clients outside can come by.
    pub targets: Vec<TargetView>,
    /// What is not evaluated, of which everything that is shown is without.
    pub coverage: CoverageView,
}

/// What two different ends have to say to each other when nothing is known.
static NOTHING: SetView = SetView { status: Status::Denied, short: String::new(), long: String::new(), ports: Vec::new() };

impl SceneView {
    /// What is allowed from one end to another, or between the pods of one end.
    pub fn between(&self, from: usize, to: usize) -> &SetView {
        self.between_index(from, to).and_then(|i| self.sets.get(i)).unwrap_or(&NOTHING)
    }

    /// The same as an index into [`SceneView::sets`]; nothing for the only pod of an end to itself.
    pub fn between_index(&self, from: usize, to: usize) -> Option<usize> {
        if from == to {
            return self.within.get(from).copied().flatten().map(usize::from);
        }
        let (row, column) = (self.ends.get(from)?.class, self.ends.get(to)?.class);
        self.cells.get((row * self.classes + column) as usize).map(|&i| usize::from(i))
    }

    /// The end with this key.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.ends.iter().position(|end| end.key == key)
    }

    /// The Service or Ingress with this key.
    pub fn target(&self, key: &str) -> Option<&TargetView> {
        self.targets.iter().find(|target| target.key == key)
    }

    /// `namespace/name`, or the name alone.
    pub fn title(&self, end: usize) -> String {
        let Some(end) = self.ends.get(end) else { return String::new() };
        match end.namespace.and_then(|n| self.namespaces.get(n as usize)) {
            Some(namespace) => format!("{}/{}", namespace.name, end.title),
            None => end.title.clone(),
        }
    }

    /// Whether a policy has a say in the traffic between two ends.
    pub fn is_governed(&self, from: usize, to: usize) -> bool {
        self.ends.get(from).is_some_and(|e| e.governed_egress) || self.ends.get(to).is_some_and(|e| e.governed_ingress)
    }
}

/// A question: may this traffic go from here to there?
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The sender: `shop/frontend[Deployment]`, `shop/frontend`, `frontend`, `node/worker-1`, `ingress-controller` or an address.
    pub from: String,
    /// The receiver, in the same words.
    pub to: String,
    /// `TCP`, `UDP`, `SCTP`, `ICMP`, `ICMPv6` or a protocol number.
    pub protocol: String,
    /// Destination port, for protocols that have ports.
    #[serde(default)]
    #[tsify(optional)]
    pub port: Option<u16>,
    /// Source port, for protocols that have ports; any where it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub source_port: Option<u16>,
    /// The type of an ICMP message; any where it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub icmp_type: Option<u8>,
    /// Its code.
    #[serde(default)]
    #[tsify(optional)]
    pub icmp_code: Option<u8>,
}

/// An answer's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum VerdictView {
    /// It arrives.
    Allowed,
    /// It does not.
    Denied,
    /// A fact is missing, or the upstream text leaves it to the engine.
    CannotTell,
}

impl VerdictView {
    /// The word, as on the page.
    pub const fn word(self) -> &'static str {
        match self {
            VerdictView::Allowed => "Allowed",
            VerdictView::Denied => "Denied",
            VerdictView::CannotTell => "Cannot tell",
        }
    }
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AnswerView {
    /// What was asked, with full names.
    pub question: Question,
    /// The sender, as an index into [`SceneView::ends`].
    pub from: Option<u32>,
    /// The receiver, likewise.
    pub to: Option<u32>,
    /// The answer's word.
    pub verdict: VerdictView,
    /// One sentence, with code in backticks.
    pub summary: String,
    /// Where the packet is looked at, in the order in which it gets there.
    pub stations: Vec<StationView>,
    /// What else matters.
    pub notes: Vec<String>,
    /// The smallest change that would allow it, if it is denied and one is known.
    pub suggestion: Option<FixView>,
    /// Lines to light in the editor.
    pub lit: Vec<LitView>,
}

/// A place where a packet meets policies: leaving a pod, or coming to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct StationView {
    /// `Egress of frontend`.
    pub title: String,
    /// For a security group, the id of its badge in the picture of the cloud's network.
    pub at: Option<String>,
    /// The word for this station.
    pub verdict: VerdictView,
    /// Why, in a sentence, with code in backticks.
    pub sentence: String,
    /// The sender's address as seen here.
    pub from_address: Option<String>,
    /// The receiver's address as seen here.
    pub to_address: Option<String>,
    /// Whether the sender's address is assumed, as the text gives none; no verdict depends on it.
    pub from_assumed: bool,
    /// Whether the receiver's address is assumed.
    pub to_assumed: bool,
    /// What decided.
    pub spots: Vec<Spot>,
    /// The rule that came nearest to allowing it, and why it did not.
    pub nearest: Option<NearestView>,
    /// All tiers that were looked at.
    pub tiers: Vec<TierView>,
}

/// The rule that came nearest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct NearestView {
    /// Which rule, and what failed.
    pub text: String,
    /// The field that failed.
    pub spot: Option<Spot>,
}

/// How a tier ended for a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum OutcomeView {
    /// It allowed the packet.
    Allowed,
    /// It denied the packet.
    Denied,
    /// On to the next tier.
    Passed,
    /// One or the other: a fact is missing.
    CannotTell,
    /// An earlier tier had decided.
    NotReached,
}

/// One tier as a packet met it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct TierView {
    /// Its name.
    pub name: String,
    /// What came out.
    pub outcome: OutcomeView,
    /// Policies that applied.
    pub policies: Vec<PolicyTraceView>,
}

/// One policy as a packet met it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PolicyTraceView {
    /// `NetworkPolicy shop/db`.
    pub title: String,
    /// Where it is written.
    pub spot: Option<Spot>,
    /// Its rules for this direction.
    pub rules: Vec<RuleView>,
}

/// Whether a rule matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum MatchView {
    /// It did.
    Matched,
    /// It did not.
    NotMatched,
    /// A fact is missing.
    Unknown,
    /// An earlier rule had decided.
    NotReached,
}

/// One rule as a packet met it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct RuleView {
    /// `rule 1: allow`.
    pub title: String,
    /// Whether it matched.
    pub matched: MatchView,
    /// The one field that did not match, in words.
    pub failure: Option<String>,
    /// Where the rule is written, or the field that did not match.
    pub spot: Option<Spot>,
    /// Whether it decided.
    pub decided: bool,
}

/// Lines to light in the editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct LitView {
    /// Where.
    pub spot: Spot,
    /// Which way they decide; nothing for lines that take part and decide nothing.
    pub verdict: Option<VerdictView>,
    /// A few words for the end of the first line.
    pub note: String,
}
