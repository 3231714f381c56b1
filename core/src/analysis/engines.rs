//! **Where do policy engines differ about the same input?** Which flows they answer differently, and what decides under each.
//!
//! The same snapshot, lowering, compilation and evaluator as for the engine in force, with the settings that another engine leaves no choice about. Nothing is
//! compared but answers, so that a difference is never claimed that is none.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Analysis;
use super::differences::{example_flow, example_traffic};
use crate::answers::diff::{Difference, Version, diff};
use crate::compile::{Compiled, compile};
use crate::connectivity::Connectivity;
use crate::explain;
use crate::model::ClusterEngine;
use crate::settings::{Assumed, Engine, Settings};
use crate::snapshot::Snapshot;
use crate::verdict::{Flow, Verdict};

/// An engine, as far as it reads policies in a way of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reading {
    /// What the API texts of Kubernetes say.
    Generic,
    /// Calico.
    Calico,
    /// Azure's network policy manager.
    AzureNpm,
    /// Cilium's reading of the kinds that Kubernetes defines. Its own kinds are not evaluated under any engine.
    Cilium,
    /// No engine: policies are stored, and nothing enforces them.
    None,
}

impl Reading {
    /// All of them, in the order to show them.
    pub const ALL: [Reading; 5] = [Reading::Generic, Reading::Calico, Reading::AzureNpm, Reading::Cilium, Reading::None];

    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reading::Generic => "generic",
            Reading::Calico => "calico",
            Reading::AzureNpm => "azure-npm",
            Reading::Cilium => "cilium",
            Reading::None => "none",
        }
    }

    /// What it does in its own way, in words. Upstream: docs/semantics.md, "Other engines".
    pub const fn documented(self) -> &'static str {
        match self {
            Reading::Generic => "enforces the kinds of Kubernetes as their API texts say, and none of Calico's",
            Reading::Calico => "enforces its own kinds too, also about hosts, and what rules mean for protocols without ports is defined",
            Reading::AzureNpm => "enforces NetworkPolicy alone",
            Reading::Cilium => {
                "enforces the kinds of Kubernetes; an ipBlock matches neither pods nor nodes, and pods on the host network count as their node"
            }
            Reading::None => "nothing enforces policies",
        }
    }

    /// The assumptions under it.
    fn assumed(self, own: &Settings) -> Assumed {
        let with = |engine| Settings { engine, ..own.clone() };
        match self {
            Reading::Generic => with(Engine::Generic).resolve(false, None),
            Reading::Calico => with(Engine::Calico).resolve(true, None),
            Reading::AzureNpm => with(Engine::AzureNpm).resolve(false, None),
            Reading::Cilium => with(Engine::Detected).resolve(false, Some(ClusterEngine::Cilium)),
            Reading::None => with(Engine::None).resolve(false, None),
        }
    }
}

/// What an engine answers differently from the one in force.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct EngineAnswers {
    /// The engine.
    pub reading: Reading,
    /// Whether it is the one in force, so that nothing differs.
    pub in_force: bool,
    /// The flows that it answers differently: `before` under the engine in force, `after` under this one.
    pub differences: Vec<EngineDifference>,
}

/// Flows between two ends that an engine answers differently.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct EngineDifference {
    /// The ends and the flows.
    pub difference: Difference,
    /// One of the flows that differ, under both engines; nothing where its ends are no endpoint that can be asked about.
    pub example: Option<EngineExample>,
}

/// A flow that two engines answer differently.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct EngineExample {
    /// The flow.
    pub flow: Flow,
    /// What the engine in force answers, and why.
    pub own: (Verdict, String),
    /// What the other one answers, and why.
    pub other: (Verdict, String),
}

/// An input under another engine.
struct Under {
    snapshot: Snapshot,
    compiled: Arc<Compiled>,
    connectivity: Connectivity,
}

impl Analysis {
    /// What each engine answers differently from the one in force.
    pub fn engines(&self) -> Vec<EngineAnswers> {
        Reading::ALL.into_iter().map(|reading| self.engine_answers(reading)).collect()
    }

    fn engine_answers(&self, reading: Reading) -> EngineAnswers {
        let assumed = reading.assumed(&self.settings);
        let (own, other): (&Settings, &Settings) = (&self.assumed, &assumed);
        if own == other {
            return EngineAnswers { reading, in_force: true, differences: Vec::new() };
        }
        let under = self.under(&assumed);
        let own = Version { snapshot: &self.snapshot, connectivity: self.connectivity() };
        let other = Version { snapshot: &under.snapshot, connectivity: &under.connectivity };
        let with_example = |difference: Difference| EngineDifference { example: self.example(&under, &difference), difference };
        EngineAnswers { reading, in_force: false, differences: diff(own, other).into_iter().map(with_example).collect() }
    }

    fn under(&self, assumed: &Assumed) -> Under {
        let snapshot = self.languages.inventory(self.inventory.resources(), assumed, None);
        let ruleset = self.languages.lower(self.loaded.resources().map(|(id, r)| (id, &**r)), &snapshot.cloud, assumed);
        let compiled = Arc::new(compile(&snapshot, ruleset, assumed));
        let connectivity = Connectivity::new(&compiled, &snapshot);
        Under { snapshot, compiled, connectivity }
    }

    /// One of the flows that differ, asked about under both engines.
    fn example(&self, under: &Under, difference: &Difference) -> Option<EngineExample> {
        let traffic = example_traffic(difference)?;
        let flow = |snapshot: &Snapshot| example_flow(snapshot, difference, traffic);
        let answer = |compiled: &Compiled, snapshot: &Snapshot| {
            let answer = explain::answer(compiled, snapshot, &flow(snapshot)?, None);
            Some((answer.verdict, answer.summary))
        };
        let own = answer(&self.compiled, &self.snapshot)?;
        let other = answer(&under.compiled, &under.snapshot)?;
        Some(EngineExample { flow: flow(&self.snapshot)?, own, other }).filter(|example| example.own.0 != example.other.0)
    }
}
