//! Calico: its resources, its selectors, and where its tiers put every kind of policy.

pub(crate) mod configurations;
pub(in crate::language) mod environment;
pub(crate) mod inventory;
pub(in crate::language) mod lower;
pub mod order;
pub(in crate::language) mod read;
pub mod selector;
mod types;

pub use types::*;

use super::inventory::Inventory;
use super::lower::{Lowered, PolicyEngine, Translator};
use super::read::kinds::KnownKind;
use super::registry::Language;
use crate::settings::Engine;

/// Calico.
pub(in crate::language) struct CalicoLanguage;

impl Language for CalicoLanguage {
    fn name(&self) -> &'static str {
        "Calico"
    }

    fn kinds(&self) -> &'static [KnownKind] {
        read::KINDS
    }

    fn has_group(&self, group: &str) -> bool {
        matches!(group, read::GROUP | read::STORAGE_GROUP)
    }

    fn add_workloads(&self, inventory: &mut Inventory<'_>) {
        inventory::add_workloads(inventory);
    }

    fn add_endpoints(&self, inventory: &mut Inventory<'_>) {
        inventory::add_endpoints(inventory);
    }

    fn lower(&self, object: &Translator<'_>) -> Option<Lowered> {
        lower::lower(object)
    }

    fn engine(&self, installed: Engine) -> Option<&'static dyn PolicyEngine> {
        (installed == Engine::Calico).then_some(&lower::CalicoEngine)
    }
}
