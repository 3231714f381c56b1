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

use netpolis_core::analysis::Analysis;
use netpolis_core::settings::{Routing, Settings, table};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use netpolis_view::{
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

/// What is assumed; what is left out is as on the page. Names and values are those of the command's options and of links; a value that there is not is
/// an error.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Assumptions {
    /// What enforces policies. `detected`: Calico if the text has any of its resources. `generic`: as the API texts say.
    #[tsify(optional, type = "\"detected\" | \"generic\" | \"calico\" | \"azure-npm\" | \"none\"")]
    pub engine: Option<String>,
    /// What becomes of Calico's staged policies.
    #[tsify(optional, type = "\"not-enforced\" | \"as-if-enforced\"")]
    pub staged: Option<String>,
    /// What an ipBlock matches.
    #[tsify(optional, type = "\"pods-too\" | \"outside-only\"")]
    pub ip_block: Option<String>,
    /// What pods on the host network count as.
    #[tsify(optional, type = "\"as-node\" | \"as-pod\"")]
    pub host_network: Option<String>,
    /// What an ingress controller is taken for whose pods are not in the text.
    #[tsify(optional, type = "\"anything\" | \"unlabelled\"")]
    pub ingress_controller: Option<String>,
    /// Whether a pod's own node always reaches it.
    #[tsify(optional, type = "\"ingress-allowed\" | \"ignored\"")]
    pub own_node: Option<String>,
    /// What NetworkPolicies mean for protocols without ports.
    #[tsify(optional, type = "\"undefined\" | \"follow-rules\"")]
    pub other_protocols: Option<String>,
    /// What a node does with packets of its own pods that are left to it.
    #[tsify(optional, type = "\"unknown\" | \"accepts\" | \"drops\"")]
    pub host_input: Option<String>,
    /// Whether an application layer looks at `http` of rules: `ignored`, `unknown`, or the request that it sees, such as `GET /cart`.
    #[tsify(optional)]
    pub http: Option<String>,
    /// Where pods without an address have theirs: ranges with commas.
    #[tsify(optional)]
    pub pod_network: Option<String>,
    /// The namespace of objects that name none.
    #[tsify(optional)]
    pub namespace: Option<String>,
    /// The day for which is told what Azure ends: `2026-09-30`.
    #[tsify(optional)]
    pub today: Option<String>,
}

impl Assumptions {
    /// What is given, by name.
    fn given(&self) -> Vec<(&'static str, &String)> {
        let all = [
            ("engine", &self.engine),
            ("staged", &self.staged),
            ("ipBlock", &self.ip_block),
            ("hostNetwork", &self.host_network),
            ("ingressController", &self.ingress_controller),
            ("ownNode", &self.own_node),
            ("otherProtocols", &self.other_protocols),
            ("hostInput", &self.host_input),
            ("http", &self.http),
            ("podNetwork", &self.pod_network),
            ("namespace", &self.namespace),
            ("today", &self.today),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))).collect()
    }

    /// The settings.
    ///
    /// # Errors
    /// If one of them has no such value.
    pub fn settings(&self) -> Result<Settings, table::Refused> {
        let mut settings = Settings { today: crate::today(), ..Settings::default() };
        for (name, value) in self.given() {
            table::set(&mut settings, name, value)?;
        }
        Ok(settings)
    }
}

/// Choices that change the way of packets; what is left out is as the text says.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
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
    #[serde(alias = "podNetwork")]
    #[tsify(optional, type = "\"azure\" | \"overlay\" | \"kubenet\" | \"pod-subnet\" | \"none\"")]
    pub plugin: Option<String>,
    /// What stands behind Ingresses: pods in the cluster, or an Application Gateway.
    #[tsify(optional, type = "\"controller\" | \"agic\"")]
    pub ingress: Option<String>,
    /// `sessionAffinity` of all Services.
    #[tsify(optional, type = "\"ClientIP\" | \"None\"")]
    pub affinity: Option<String>,
    /// Whether `loadBalancerSourceRanges` counts.
    #[tsify(optional, type = "\"as-written\" | \"ignored\"")]
    pub source_ranges: Option<String>,
    /// What a load balancer's health probes ask.
    #[tsify(optional, type = "\"pod\" | \"node\" | \"ignored\"")]
    pub probes: Option<String>,
    /// How many pods of a workload each node has, where the text does not say it: `1,9`.
    #[tsify(optional)]
    pub replicas: Option<String>,
    /// Where nodes without an address have one: `10.240.0.0/24`.
    #[serde(alias = "nodeNetwork")]
    #[tsify(optional)]
    pub node_range: Option<String>,
}

impl PathOptions {
    /// What is given, by name.
    fn given(&self) -> Vec<(&'static str, &String)> {
        let all = [
            ("dataplane", &self.dataplane),
            ("externalTrafficPolicy", &self.external_traffic_policy),
            ("internalTrafficPolicy", &self.internal_traffic_policy),
            ("plugin", &self.plugin),
            ("ingress", &self.ingress),
            ("affinity", &self.affinity),
            ("sourceRanges", &self.source_ranges),
            ("probes", &self.probes),
            ("replicas", &self.replicas),
            ("nodeRange", &self.node_range),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))).collect()
    }

    /// The choices.
    ///
    /// # Errors
    /// If one of them has no such value.
    pub fn routing(&self) -> Result<Routing, table::Refused> {
        let mut routing = Routing::default();
        for (name, value) in self.given() {
            table::set_way(&mut routing, name, value)?;
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
    scene: Analysis,
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
        let scene = Analysis::new(assumptions.settings().map_err(|error| JsError::new(&error.to_string()))?);
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
            Err(error) => Reply::Failed { ok: false, failed: error.to_string() },
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
            Err(error) => Err(error.to_string()),
            Ok(None) => {
                path_view(&self.scene, self.scene.paths(), &self.scene.settings().routing, &question).map_err(|error| error.to_string())
            }
            Ok(Some(routing)) => {
                path_view(&self.scene, &self.scene.paths_with(&routing), &routing, &question).map_err(|error| error.to_string())
            }
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

#[cfg(test)]
mod tests {
    use netpolis_core::settings::table::{Group, SETTINGS, Values};

    #[test]
    fn the_objects_have_the_names_and_words_of_the_table() {
        let source = include_str!("api.rs");
        let object =
            |name: &str| source.split(&format!("pub struct {name} {{")).nth(1).and_then(|s| s.split("\n}\n").next()).unwrap_or_default();
        for setting in SETTINGS {
            let text = object(if setting.group == Group::Assumption { "Assumptions" } else { "PathOptions" });
            let field = format!("pub {}: Option<String>", setting.name.replace('-', "_"));
            assert!(text.contains(&field), "{} is missing", setting.name);
            assert!(source.contains(&format!("(\"{}\", &self.", setting.camel())), "{} is not handed on", setting.name);
            let Values::Words(words) = &setting.values else { continue };
            let words: Vec<String> = words.iter().map(|w| format!("\\\"{}\\\"", w.word)).collect();
            let kinds = format!("type = \"{}\")]\n    {field}", words.join(" | "));
            assert!(text.contains(&kinds), "{}: {kinds}", setting.name);
        }
    }
}
