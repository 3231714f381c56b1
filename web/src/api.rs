//! The JavaScript API: the evaluator without the page.
//!
//! ```js
//! const netpolis = new Netpolis();
//! const { problems } = netpolis.load([{ name: "policies.yaml", text }]);
//! const reply = netpolis.decide({ from: "shop/frontend", to: "shop/db", protocol: "TCP", port: 5432 });
//! if (reply.ok) console.log(reply.answer.verdict, reply.answer.summary);
//! const way = netpolis.path({ from: "203.0.113.7", to: "svc/shop/frontend", port: 443 }, { externalTrafficPolicy: "Local" });
//! if (way.ok) console.log(way.path.text, way.path.branches.map((branch) => branch.share));
//! ```

use netpolis_core::scene::Scene;
use netpolis_core::settings::{Engine, HostInput, HostNetwork, Http, IpBlockReach, OtherProtocols, OwnNode, Routing, Settings, Staged};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::share::routing;
use crate::view_model::{
    AnswerView, EndView, PathQuestion, PathView, ProblemView, Question, SceneView, SetView, answer_view, path_view, scene_view,
};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct File {
    /// Its name, as findings give it back.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// What is assumed; what is left out is as on the page.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[serde(default, rename_all = "camelCase")]
pub struct Assumptions {
    /// `detected`: Calico if the text has any of its resources. `generic`: as the API texts say. `none`: nothing enforces policies.
    #[tsify(optional, type = "\"detected\" | \"none\" | \"generic\" | \"calico\" | \"azure-npm\"")]
    pub engine: Option<String>,
    /// What becomes of Calico's staged policies: `notEnforced` or `asIfEnforced`.
    #[tsify(optional, type = "\"notEnforced\" | \"asIfEnforced\"")]
    pub staged: Option<String>,
    /// What a node does with packets of its own pods that are left to it: `unknown`, `accepts` or `drops`.
    #[tsify(optional, type = "\"unknown\" | \"accepts\" | \"drops\"")]
    pub host_input: Option<String>,
    /// Whether an application layer looks at `http` of rules: `ignored`, `unknown`, or the request that it sees, such as `GET /cart`.
    #[tsify(optional)]
    pub http: Option<String>,
    /// What an ipBlock matches: `podsToo` or `outsideOnly`.
    #[tsify(optional, type = "\"podsToo\" | \"outsideOnly\"")]
    pub ip_block: Option<String>,
    /// What pods on the host network count as: `asNode` or `asPod`.
    #[tsify(optional, type = "\"asNode\" | \"asPod\"")]
    pub host_network: Option<String>,
    /// Whether a pod's own node always reaches it: `ingressAllowed` or `ignored`.
    #[tsify(optional, type = "\"ingressAllowed\" | \"ignored\"")]
    pub own_node: Option<String>,
    /// What NetworkPolicies mean for protocols without ports: `undefined` or `followRules`.
    #[tsify(optional, type = "\"undefined\" | \"followRules\"")]
    pub other_protocols: Option<String>,
}

impl Assumptions {
    fn settings(&self) -> Settings {
        let is = |field: &Option<String>, word: &str| field.as_deref() == Some(word);
        let mut settings = Settings::default();
        if let Some(engine) = self.engine.as_deref().and_then(Engine::from_name) {
            settings.engine = engine;
        }
        if is(&self.staged, "asIfEnforced") {
            settings.staged = Staged::AsIfEnforced;
        }
        if is(&self.host_input, "accepts") {
            settings.host_input = HostInput::Accepts;
        } else if is(&self.host_input, "drops") {
            settings.host_input = HostInput::Drops;
        }
        if let Some(http) = self.http.as_deref().and_then(Http::from_text) {
            settings.http = http;
        }
        if is(&self.ip_block, "outsideOnly") {
            settings.ip_block = IpBlockReach::OutsideOnly;
        }
        if is(&self.host_network, "asPod") {
            settings.host_network = HostNetwork::AsPod;
        }
        if is(&self.own_node, "ignored") {
            settings.own_node = OwnNode::Ignored;
        }
        if is(&self.other_protocols, "followRules") {
            settings.other_protocols = OtherProtocols::FollowRules;
        }
        settings
    }
}

/// Choices that change the way of packets; what is left out is as the text says.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[serde(default, rename_all = "camelCase")]
pub struct PathOptions {
    /// What translates addresses on nodes.
    #[tsify(optional, type = "\"iptables\" | \"ebpf\" | \"ebpf-dsr\"")]
    pub dataplane: Option<String>,
    /// `externalTrafficPolicy` of all Services.
    #[tsify(optional, type = "\"Cluster\" | \"Local\"")]
    pub external_traffic_policy: Option<String>,
    /// `internalTrafficPolicy` of all Services.
    #[tsify(optional, type = "\"Cluster\" | \"Local\"")]
    pub internal_traffic_policy: Option<String>,
    /// Where the cluster's pods have their addresses.
    #[tsify(optional, type = "\"overlay\" | \"azure\" | \"pod-subnet\" | \"kubenet\" | \"none\"")]
    pub pod_network: Option<String>,
    /// What stands behind Ingresses: pods in the cluster, or an Application Gateway.
    #[tsify(optional, type = "\"controller\" | \"agic\"")]
    pub ingress: Option<String>,
    /// `sessionAffinity` of all Services.
    #[tsify(optional, type = "\"ClientIP\" | \"None\"")]
    pub affinity: Option<String>,
    /// Whether `loadBalancerSourceRanges` counts for nothing.
    #[tsify(optional, type = "\"ignored\"")]
    pub source_ranges: Option<String>,
    /// Where a load balancer's health probe ends, or that it is left out.
    #[tsify(optional, type = "\"pod\" | \"ignored\"")]
    pub probes: Option<String>,
    /// How many pods of a workload each node has, where the text does not say it: `1,9`.
    #[tsify(optional)]
    pub replicas: Option<String>,
    /// Where nodes without an address have one: `10.240.0.0/24`.
    #[tsify(optional)]
    pub node_network: Option<String>,
}

impl PathOptions {
    /// The choices, or which of them means nothing.
    fn routing(&self) -> Result<Routing, String> {
        let PathOptions { dataplane, external_traffic_policy, internal_traffic_policy, pod_network, ingress, .. } = self;
        let PathOptions { affinity, source_ranges, probes, replicas, node_network, .. } = self;
        let values = [
            dataplane,
            external_traffic_policy,
            internal_traffic_policy,
            pod_network,
            ingress,
            affinity,
            source_ranges,
            probes,
            replicas,
            node_network,
        ];
        let mut routing = Routing::default();
        for (name, value) in routing::NAMES.iter().zip(values) {
            let Some(value) = value else { continue };
            routing::set(&mut routing, name, value);
            if routing::get(&routing, name).is_none() {
                return Err(format!("`{value}` is no value of {name}"));
            }
        }
        Ok(routing)
    }
}

/// What was found while files were read.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Found {
    /// Findings, in text order.
    pub problems: Vec<ProblemView>,
}

/// Who can send and receive.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Endpoints {
    /// Workloads, nodes, and outside addresses that policies tell apart.
    pub endpoints: Vec<EndView>,
}

/// An answer, or why there is none.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(untagged)]
pub enum Reply {
    /// There is an answer.
    Ok {
        /// Always true.
        #[tsify(type = "true")]
        ok: bool,
        /// The answer.
        answer: Box<AnswerView>,
    },
    /// There is none.
    Failed {
        /// Always false.
        #[tsify(type = "false")]
        ok: bool,
        /// Why, in a sentence.
        failed: String,
    },
}

/// A way, or why there is none.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(untagged)]
pub enum PathReply {
    /// There is an answer.
    Ok {
        /// Always true.
        #[tsify(type = "true")]
        ok: bool,
        /// The way, with all its branches.
        path: Box<PathView>,
    },
    /// There is none.
    Failed {
        /// Always false.
        #[tsify(type = "false")]
        ok: bool,
        /// Why, in a sentence.
        failed: String,
    },
}

/// One pair of ends.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct PairView {
    /// The sender's name in questions.
    pub from: String,
    /// The receiver's.
    pub to: String,
    /// What passes.
    pub allowed: SetView,
}

/// All pairs.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Pairs {
    /// Pairs of different ends of which one at least is inside, and pods of one workload among each other.
    pub pairs: Vec<PairView>,
}

/// An evaluator that holds one set of files.
#[wasm_bindgen]
pub struct Netpolis {
    scene: Scene,
    view: SceneView,
}

#[wasm_bindgen]
impl Netpolis {
    /// One without files.
    ///
    /// # Errors
    /// If the assumptions are no such object.
    #[wasm_bindgen(constructor)]
    pub fn new(assumptions: Option<Ts<Assumptions>>) -> Result<Netpolis, JsError> {
        let assumptions = assumptions.map(|a| a.to_rust()).transpose()?.unwrap_or_default();
        let scene = Scene::new(assumptions.settings());
        let view = scene_view(&scene);
        Ok(Netpolis { scene, view })
    }

    /// Reads files in place of those it had. What cannot be read is among the findings.
    ///
    /// # Errors
    /// If an element of the list is no file.
    pub fn load(&mut self, files: Vec<Ts<File>>) -> Result<Ts<Found>, JsError> {
        let files = files.iter().map(Ts::to_rust).collect::<Result<Vec<File>, _>>()?;
        let files: Vec<(&str, &str)> = files.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect();
        self.scene.set_files(&files);
        self.view = scene_view(&self.scene);
        self.problems()
    }

    /// What there is to say about the text.
    ///
    /// # Errors
    /// If it cannot be handed over.
    pub fn problems(&self) -> Result<Ts<Found>, JsError> {
        Ok(Found { problems: self.view.problems.clone() }.into_ts()?)
    }

    /// Who can send and receive.
    ///
    /// # Errors
    /// If it cannot be handed over.
    pub fn endpoints(&self) -> Result<Ts<Endpoints>, JsError> {
        Ok(Endpoints { endpoints: self.view.ends.clone() }.into_ts()?)
    }

    /// The answer to a question, with everything that led to it.
    ///
    /// # Errors
    /// If the question is no such object.
    pub fn decide(&self, question: Ts<Question>) -> Result<Ts<Reply>, JsError> {
        let reply = match answer_view(&self.scene, &self.view, &question.to_rust()?) {
            Ok(answer) => Reply::Ok { ok: true, answer: Box::new(answer) },
            Err(failed) => Reply::Failed { ok: false, failed },
        };
        Ok(reply.into_ts()?)
    }

    /// The whole way of a packet: every station with its addresses, every branch with its share.
    ///
    /// # Errors
    /// If question or options are no such objects.
    pub fn path(&self, question: Ts<PathQuestion>, options: Option<Ts<PathOptions>>) -> Result<Ts<PathReply>, JsError> {
        let question = question.to_rust()?;
        let options = options.map(|options| options.to_rust()).transpose()?;
        let way = match options.map(|options| options.routing()).transpose() {
            Err(failed) => Err(failed),
            Ok(None) => path_view(&self.scene, self.scene.paths(), &self.scene.settings().routing, &question),
            Ok(Some(routing)) => path_view(&self.scene, &self.scene.paths_with(&routing), &routing, &question),
        };
        let reply = match way {
            Ok(path) => PathReply::Ok { ok: true, path: Box::new(path) },
            Err(failed) => PathReply::Failed { ok: false, failed },
        };
        Ok(reply.into_ts()?)
    }

    /// All pairs.
    ///
    /// # Errors
    /// If they cannot be handed over.
    pub fn connectivity(&self) -> Result<Ts<Pairs>, JsError> {
        let ends = &self.view.ends;
        let mut pairs = Vec::new();
        for (a, from) in ends.iter().enumerate() {
            for (b, to) in ends.iter().enumerate() {
                let outside = |end: &EndView| end.namespace.is_none();
                if let Some(set) = self.view.between_index(a, b).and_then(|i| self.view.sets.get(i))
                    && !(outside(from) && outside(to))
                {
                    pairs.push(PairView { from: from.key.clone(), to: to.key.clone(), allowed: set.clone() });
                }
            }
        }
        Ok(Pairs { pairs }.into_ts()?)
    }
}
