//! Engines compared: which flows each answers differently from the one in force.

use netpolis_core::analysis::{Analysis, EngineAnswers, MOST_EXPLAINED, Reading};
use netpolis_core::answers::diff::Difference;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::differences::{flows_in_words, sentences};

/// What an engine answers differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EngineView {
    /// `generic`, `calico`, `azure-npm`, `cilium` or `none`.
    pub engine: String,
    /// Whether it is the one in force, so that nothing differs.
    pub in_force: bool,
    /// What it does in its own way, in words.
    pub documented: String,
    /// Pairs of ends whose flows differ.
    pub differences: Vec<EngineDifferenceView>,
}

/// Flows between two ends that an engine answers differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EngineDifferenceView {
    /// Where the flows start.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// What is allowed under the engine in force.
    pub allowed_in_force: String,
    /// What is allowed under this one.
    pub allowed_here: String,
    /// What the engine in force answers to one of the flows that differ, in a sentence; told of the first thousand differences.
    pub why_in_force: Option<String>,
    /// What this one answers.
    pub why_here: Option<String>,
}

/// What each engine answers differently from the one in force.
pub fn engine_views(analysis: &Analysis) -> Vec<EngineView> {
    Reading::ALL.into_iter().map(|reading| engine_view(analysis, &analysis.under_engine(reading))).collect()
}

fn engine_view(analysis: &Analysis, engine: &EngineAnswers) -> EngineView {
    let view = |(number, difference): (usize, &Difference)| {
        let example = if number < MOST_EXPLAINED { engine.example(analysis, difference) } else { None };
        let [why_in_force, why_here] = sentences(example);
        EngineDifferenceView {
            from: difference.from.title.clone(),
            to: difference.to.title.clone(),
            allowed_in_force: flows_in_words(&difference.before),
            allowed_here: flows_in_words(&difference.after),
            why_in_force,
            why_here,
        }
    };
    EngineView {
        engine: engine.reading.as_str().into(),
        in_force: engine.is_in_force(),
        documented: engine.reading.documented().into(),
        differences: engine.differences.iter().enumerate().map(view).collect(),
    }
}
