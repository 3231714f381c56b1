//! Policies for wanted flows, with the proof, for programs.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::least_privilege::{self, FlowError, Form, LeastPrivilege, RemainingFlow, Wanted, read_flows};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{SourceLocation, SourceLocations};

/// Which flows are wanted, and whose policies are to be written. One of `flows` and `current` must be given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LeastPrivilegeQuestion {
    /// The wanted flows as text: lines (`shop/frontend -> shop/cart TCP 7070`), CSV, or JSON.
    #[serde(default)]
    #[tsify(optional)]
    pub flows: Option<String>,
    /// Whether what is allowed at present is wanted.
    #[serde(default)]
    #[tsify(optional)]
    pub current: bool,
    /// Whether pods may ask the cluster's DNS for names, too.
    #[serde(default)]
    #[tsify(optional)]
    pub dns: bool,
    /// `kubernetes` or `calico`; `kubernetes` where it is left out.
    #[serde(default)]
    #[tsify(optional, type = "\"kubernetes\" | \"calico\"")]
    pub form: String,
}

/// The answer to a [`LeastPrivilegeQuestion`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LeastPrivilegeView {
    /// Whether exactly the wanted flows remain.
    pub exact: bool,
    /// How many pairs of ends were compared, each for all connections.
    pub pairs: u32,
    /// Flows that were wanted and are not allowed.
    pub missing: Vec<RemainingFlowView>,
    /// Flows that remain and were not wanted.
    pub too_much: Vec<RemainingFlowView>,
    /// Flows of which it cannot be told whether they are allowed.
    pub cannot_tell: Vec<RemainingFlowView>,
    /// The policies of the files about the same pods, which the new ones replace: the answer takes these as removed. Those about other pods stay.
    pub replaced: Vec<ReplacedPolicyView>,
    /// What else is worth knowing, in sentences with code in backticks.
    pub notes: Vec<String>,
    /// The policies, as YAML that can be applied. Empty if none are needed.
    pub yaml: String,
}

/// A flow that differs from what was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RemainingFlowView {
    /// Where connections start.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// Which of them: `TCP 80; UDP 53`.
    pub connections: String,
    /// Why, in a sentence with code in backticks.
    pub reason: String,
}

/// A policy that the new ones replace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ReplacedPolicyView {
    /// Its kind and name, with the name in backticks.
    pub title: String,
    /// Where it is written.
    pub location: Option<SourceLocation>,
}

/// Writes policies.
///
/// # Errors
/// If no flows are given, lines of them are no flows, or they name what is not in the files: each such line.
pub fn least_privilege_view(analysis: &Analysis, question: &LeastPrivilegeQuestion) -> Result<LeastPrivilegeView, Vec<FlowError>> {
    let failed = |message: String| vec![FlowError { line: 0, message }];
    let form = match question.form.as_str() {
        "" => Form::default(),
        name => Form::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, form)| *form)
            .ok_or_else(|| failed(format!("there is no form `{name}`: kubernetes or calico")))?,
    };
    let flows = match (&question.flows, question.current) {
        (Some(text), false) => Some(read_flows(text)?),
        (None, true) => None,
        _ => return Err(failed("give `flows`, or `current: true` for those that are allowed at present".into())),
    };
    let wanted = flows.as_deref().map_or(Wanted::Present, Wanted::Flows);
    let answer = analysis.least_privilege(&least_privilege::Question { wanted, form, dns: question.dns })?;
    let LeastPrivilege { text, exact, .. } = &answer;
    let spots = SourceLocations::new(analysis.sources());
    let list = |flows: &[RemainingFlow]| flows.iter().map(flow).collect();
    Ok(LeastPrivilegeView {
        exact: *exact,
        pairs: u32::try_from(answer.pairs).unwrap_or(u32::MAX),
        missing: list(&answer.missing),
        too_much: list(&answer.too_much),
        cannot_tell: list(&answer.unsure),
        replaced: answer
            .replaced
            .iter()
            .map(|policy| ReplacedPolicyView { title: policy.title.clone(), location: spots.at(policy.place) })
            .collect(),
        notes: answer.notes.clone(),
        yaml: text.clone(),
    })
}

fn flow(flow: &RemainingFlow) -> RemainingFlowView {
    RemainingFlowView {
        from: flow.from.clone(),
        to: flow.to.clone(),
        connections: flow.connections_in_words(),
        reason: flow.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flows_become_policies_and_what_is_none_is_told() {
        let text = "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}\n";
        let mut analysis = Analysis::default();
        analysis.set_files(&[("a.yaml", text)]);
        let ask = |flows: &str, form: &str| {
            let question = LeastPrivilegeQuestion { flows: Some(flows.into()), form: form.into(), ..LeastPrivilegeQuestion::default() };
            least_privilege_view(&analysis, &question)
        };
        let answer = ask("web -> db TCP 5432", "calico").unwrap();
        assert!(answer.exact && answer.yaml.contains("selector: \"app == 'db'\""), "{answer:?}");
        let words = |errors: Vec<FlowError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(words(ask("web -> db\nweb -> dbb", "").unwrap_err()).starts_with("line 2: there is no pod, workload or node `dbb`"));
        assert_eq!(words(ask("web -> db", "cilium").unwrap_err()), "there is no form `cilium`: kubernetes or calico");
        let neither = least_privilege_view(&analysis, &LeastPrivilegeQuestion::default()).unwrap_err();
        assert_eq!(words(neither), "give `flows`, or `current: true` for those that are allowed at present");
    }
}
