//! **Where do policy engines differ about the same input?** Which flows they answer differently, and what decides under each.
//!
//! The same files as for the engine in force, with the settings that another engine leaves no choice about. Nothing is compared but answers, so that a
//! difference is never claimed that is none.

use alloc::vec::Vec;

use super::{Analysis, DifferenceExample};
use crate::answers::diff::{Difference, Version, diff};
use crate::model::ClusterEngine;
use crate::settings::{Engine, Settings};

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

    /// The settings under it, as far as it leaves a choice those that were chosen.
    pub(super) fn settings(self, own: &Settings) -> Settings {
        let with = |engine| Settings { engine, ..own.clone() };
        let resolved = match self {
            Reading::Generic => with(Engine::Generic).resolve(false, None),
            Reading::Calico => with(Engine::Calico).resolve(true, None),
            Reading::AzureNpm => with(Engine::AzureNpm).resolve(false, None),
            Reading::Cilium => with(Engine::Detected).resolve(false, Some(ClusterEngine::Cilium)),
            Reading::None => with(Engine::None).resolve(false, None),
        };
        (*resolved).clone()
    }
}

/// What an engine answers differently from the one in force.
#[derive(Debug)]
#[non_exhaustive]
pub struct EngineAnswers {
    /// The engine.
    pub reading: Reading,
    /// The flows that it answers differently: `before` under the engine in force, `after` under this one.
    pub differences: Vec<Difference>,
    /// The same files under it; nothing if it is the one in force.
    other: Option<Analysis>,
}

impl EngineAnswers {
    /// Whether it is the engine in force, so that nothing differs.
    pub fn is_in_force(&self) -> bool {
        self.other.is_none()
    }

    /// One of the flows of a difference that both engines answer with another verdict; nothing where there is none, or where its ends are no endpoints
    /// that can be asked about. `own` is the analysis that was asked.
    pub fn example(&self, own: &Analysis, difference: &Difference) -> Option<DifferenceExample> {
        let example = own.example_of(self.other.as_ref()?, difference)?;
        let verdicts = [&example.before, &example.after].map(|answer| answer.as_ref().map(|answer| answer.verdict));
        matches!(verdicts, [Some(own), Some(other)] if own != other).then_some(example)
    }
}

impl Analysis {
    /// What an engine answers differently from the one in force.
    pub fn under_engine(&self, reading: Reading) -> EngineAnswers {
        if self.is_read_as(reading) {
            return EngineAnswers { reading, differences: Vec::new(), other: None };
        }
        let other = self.with_settings(reading.settings(&self.settings));
        let [own, under] = [self, &other].map(|analysis| Version { snapshot: &analysis.snapshot, connectivity: analysis.connectivity() });
        let differences = diff(own, under);
        EngineAnswers { reading, differences, other: Some(other) }
    }

    /// The engine in force, where it is one of those that can be compared.
    pub fn engine_in_force(&self) -> Option<Reading> {
        Reading::ALL.into_iter().find(|reading| self.is_read_as(*reading))
    }

    pub(super) fn is_read_as(&self, reading: Reading) -> bool {
        reading.settings(&self.settings) == *self.assumed
    }
}
