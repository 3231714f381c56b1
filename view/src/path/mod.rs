//! The whole way of a packet as the page shows it: stations on a line, one line for each branch.

mod choices;
mod compare;
mod panel;
mod play;
mod reply;
mod words;
mod write;

pub use choices::{ChoiceView, OptionView, VersusView};
pub use compare::{Difference, differences};
pub use panel::{PanelView, PathSide, Rail, SideView, StopSign, StopView};
pub use play::{HopPlace, Moment};
pub use reply::path_reply;
use write::{hop_places, written};
pub use write::{path_answer, path_view};

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{LitView, Question, Sentence, SourceLocation, StationView, Status, VerdictView};

/// A question: which way does a packet go from here to there, and does it arrive?
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PathQuestion {
    /// Where the connection starts: a workload or pod, `node/NAME`, `vm/NAME`, `internet` or an address.
    pub from: String,
    /// Where it goes: `svc/NAMESPACE/NAME`, `ingress/NAMESPACE/NAME`, `http://HOST/PATH`, or anything that `from` can be.
    pub to: String,
    /// `TCP`, `UDP` or `SCTP`; TCP if it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub protocol: String,
    /// The port that the client connects to; of a Service the only one, or 80, where it is left out.
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
    /// How a Service is reached: `cluster-ip`, `node-port`, `load-balancer` or `external-ip`; as the client would do it where it is left out.
    #[serde(default)]
    #[tsify(optional, type = "\"cluster-ip\" | \"node-port\" | \"load-balancer\" | \"external-ip\"")]
    pub entry: Option<String>,
    /// The node that a client of a node port picks; any of them where it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub node: Option<String>,
}

impl From<&Question> for PathQuestion {
    /// The way of a flow.
    fn from(flow: &Question) -> Self {
        let Question { from, to, protocol, port, source_port, icmp_type, icmp_code } = flow.clone();
        PathQuestion { from, to, protocol, port, source_port, icmp_type, icmp_code, entry: None, node: None }
    }
}

impl PathQuestion {
    /// The flow between the same two ends.
    pub fn flow(&self) -> Question {
        let PathQuestion { from, to, protocol, port, source_port, icmp_type, icmp_code, .. } = self.clone();
        Question { from, to, protocol, port, source_port, icmp_type, icmp_code }
    }

    /// Whether it goes to a Service, an Ingress or a host name, so that only the way is an answer.
    pub fn is_to_target(&self) -> bool {
        ["svc/", "ingress/", "http://", "https://"].iter().any(|prefix| self.to.starts_with(prefix))
    }
}

/// What the panel wants to know: a way, and the same with one thing changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathAsked {
    /// The way.
    pub question: PathQuestion,
    /// What is changed on the second side of a comparison: a line of the settings such as `dataplane=ebpf`, or `entry=…` or `to=…` of the question.
    pub versus: Option<String>,
}

impl PathAsked {
    /// Whether there is a question at all.
    pub fn is_asked(&self) -> bool {
        !self.question.from.is_empty() && !self.question.to.is_empty()
    }
}

/// What the panel is told. A side that cannot be understood is a sentence; the other one is there all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathAnswers {
    /// What was asked.
    pub asked: PathAsked,
    /// The way.
    pub first: Result<PathView, Sentence>,
    /// The way with the change.
    pub second: Option<Result<PathView, Sentence>>,
    /// Client and workload of the way, as indices into [`SceneView::ends`](super::SceneView::ends), where the picture has them.
    pub ends: Option<(u32, u32)>,
    /// The client alone, where the picture has it.
    pub client: Option<u32>,
    /// For each branch of the way, where its hops are.
    pub places: Vec<Vec<HopPlace>>,
}

/// An answer's word over all branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum PathWord {
    /// Every branch leads there.
    Allowed,
    /// None does.
    Denied,
    /// Some do.
    Sometimes,
    /// A fact is missing.
    CannotTell,
}

impl From<VerdictView> for PathWord {
    /// A flow takes one branch.
    fn from(verdict: VerdictView) -> Self {
        match verdict {
            VerdictView::Allowed => PathWord::Allowed,
            VerdictView::Denied => PathWord::Denied,
            VerdictView::CannotTell => PathWord::CannotTell,
        }
    }
}

impl From<PathWord> for VerdictView {
    /// What fails on some branches is shown as what fails.
    fn from(word: PathWord) -> Self {
        match word {
            PathWord::Allowed => VerdictView::Allowed,
            PathWord::Denied | PathWord::Sometimes => VerdictView::Denied,
            PathWord::CannotTell => VerdictView::CannotTell,
        }
    }
}

impl From<PathWord> for Status {
    fn from(word: PathWord) -> Self {
        match word {
            PathWord::Allowed => Status::Allowed,
            PathWord::Denied => Status::Denied,
            PathWord::Sometimes => Status::Partly,
            PathWord::CannotTell => Status::CannotTell,
        }
    }
}

/// The answer to a [`PathQuestion`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PathView {
    /// The client as it was understood.
    pub from: String,
    /// The target as it was understood.
    pub to: String,
    /// The protocol.
    pub protocol: String,
    /// The port that the client connects to.
    pub port: Option<u16>,
    /// The answer's word.
    pub verdict: PathWord,
    /// The word with the share that gets there: `sometimes (33.3 %)`.
    pub text: String,
    /// The same over the branches: `Denied for 66.7 % of connections (1 of 2 branches)`.
    pub headline: String,
    /// The answer in a sentence, with code in backticks.
    pub summary: String,
    /// All paths, the one with the largest share first.
    pub branches: Vec<BranchView>,
    /// How many further paths there are.
    pub more_branches: u32,
    /// Which pods get how much.
    pub pods: Vec<PodShareView>,
    /// How many further lines of pods there are.
    pub more_pods: u32,
    /// Nodes as the load balancer's health probe finds them, those that are down first.
    pub probes: Vec<ProbeView>,
    /// How many further nodes answer the probe.
    pub more_probes: u32,
    /// What else one should know.
    pub notes: Vec<String>,
    /// What can be chosen otherwise.
    pub choices: Vec<ChoiceView>,
    /// What the way can be compared with.
    pub versus: Vec<VersusView>,
}

/// One of the paths of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct BranchView {
    /// How many of the connections take it: `33.3 %`.
    pub share: String,
    /// The same in hundredths of a percent.
    pub size: u16,
    /// What tells it from the others; empty for the only one.
    pub title: String,
    /// Of how many equivalent paths this is one.
    #[serde(rename = "equivalent")]
    pub alike: u32,
    /// Whether it leads there.
    pub verdict: VerdictView,
    /// Its hops in order.
    #[serde(rename = "hops")]
    pub steps: Vec<StepView>,
    /// What the application sees, if the path leads to one.
    pub seen: Option<SeenView>,
    /// The lines that decide or take part, to mark in an editor.
    #[serde(rename = "lines")]
    pub lit: Vec<LitView>,
}

/// What a [`StepView`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum StepKindView {
    /// Where the connection starts.
    Client,
    /// A load balancer of the cloud.
    LoadBalancer,
    /// A node.
    Node,
    /// A pod.
    Pod,
    /// An application gateway.
    Gateway,
    /// The way out to the Internet.
    Egress,
    /// Some other address.
    Outside,
    /// A checkpoint.
    Check,
    /// The end of the path, for a reason that is no policy.
    Stop,
}

/// A hop of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// What it is.
    pub kind: StepKindView,
    /// A name for it.
    pub title: String,
    /// What happens here, in a sentence.
    pub text: String,
    /// Where the packet comes from as it leaves.
    pub source: AddressView,
    /// Where it goes as it leaves.
    pub target: AddressView,
    /// What is done to it: `SNAT`, `DNAT`, `new connection`, `VXLAN`.
    pub translations: Vec<String>,
    /// The packet around it, where it travels inside another from here.
    pub outer: Option<String>,
    /// Whether it gets past here.
    pub verdict: VerdictView,
    /// Whether it comes here at all.
    pub reached: bool,
    /// What decided, in a few words: a policy, or a rule of a security group.
    pub by: Option<String>,
    /// Where that is written.
    #[serde(rename = "location")]
    pub spot: Option<SourceLocation>,
    /// The checkpoint with its tiers, policies and rules.
    #[serde(rename = "checkpoint")]
    pub station: Option<StationView>,
    /// The upstream text that this rests on.
    pub basis: Option<BasisView>,
}

/// Source or destination of a packet at a hop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AddressView {
    /// The address, with the port for a destination.
    pub text: String,
    /// What it was before this hop, if that was another.
    pub before: Option<String>,
    /// Whether it is another than the client sent.
    pub rewritten: bool,
    /// Whether the input does not give it: it is shown, and no verdict depends on it.
    #[serde(rename = "assumed")]
    pub made_up: bool,
}

/// What the application sees in the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct SeenView {
    /// Where the connection comes from, by its socket.
    pub address: AddressView,
    /// What the last proxy writes into `X-Forwarded-For`.
    pub forwarded: Option<AddressView>,
    /// What became of TLS, where the client speaks it.
    pub tls: Option<String>,
}

/// An upstream text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct BasisView {
    /// Its title.
    pub title: String,
    /// What it says.
    pub sentence: String,
}

/// How many of the connections pods get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PodShareView {
    /// Their name.
    pub title: String,
    /// The node that they are on.
    pub node: Option<String>,
    /// How many pods these are.
    pub count: u32,
    /// The share of each of them.
    pub each: String,
    /// The same in hundredths of a percent.
    pub size: u16,
}

/// A node as a load balancer's health probe finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ProbeView {
    /// Its name.
    pub node: String,
    /// Whether it gets connections.
    pub healthy: bool,
    /// Why.
    pub text: String,
    /// What stops the probe, if a rule does.
    #[serde(rename = "location")]
    pub spot: Option<SourceLocation>,
}

#[cfg(test)]
mod tests;
