//! Azure: networks, security groups and clusters, from templates, command lines and what the cloud returns.

pub(crate) mod inventory;
pub(crate) mod lower;
pub(crate) mod read;
mod types;

pub use types::*;

use alloc::vec::Vec;
use core::ops::Range;

use super::Resource;
use super::inventory::{Inventory, NodeRange};
use super::read::fields::Reader;
use super::read::kinds::KnownKind;
use super::registry::{Language, RawDocument};
use crate::diagnostics::Diagnostic;
use crate::document::NodeRef;
use crate::policy::Ruleset;
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::Cloud;
use crate::text::Span;

pub use crate::model::{ClusterEngine, Plugin};
pub use crate::snapshot::cloud::{
    Access, AddressSku, Choice, ClusterTraffic, ControlPlane, EndpointPolicies, NextHop, Outbound, PortMatch, Reference, RuleDirection,
    RulePart, RuleSide, Scope, SecurityRule, SubnetOutbound, Unresolved, WrittenField, WrittenValue,
};

/// Azure.
pub(in crate::language) struct AzureLanguage;

impl Language for AzureLanguage {
    fn name(&self) -> &'static str {
        "Azure"
    }

    /// None: its resources have no `kind`.
    fn kinds(&self) -> &'static [KnownKind] {
        &[]
    }

    fn claims(&self, root: NodeRef<'_>) -> bool {
        read::is_azure(root)
    }

    fn read_document<'a>(&self, document: RawDocument<'a>, reader: &mut Reader<'a>, resources: &mut Vec<Resource>) {
        read::AzureReader::new(reader, resources).with_files(document.file, document.given).document(document.root);
    }

    fn read_commands(&self, text: &str, live: &[Range<usize>], reader: &mut Reader<'_>, resources: &mut Vec<Resource>) {
        read::read_commands(text, live, reader, resources);
    }

    fn foreign(&self, text: &str) -> Option<Diagnostic> {
        read::foreign(text)
    }

    fn lost(&self, text: &str, at: Span) -> Option<Resource> {
        read::lost(text, at)
    }

    fn add_workloads(&self, inventory: &mut Inventory<'_>) {
        inventory::add(&inventory.resources, inventory.settings.routing.pod_network, &mut inventory.snapshot);
    }

    fn pod_ranges(&self, snapshot: &Snapshot) -> Vec<NodeRange> {
        inventory::pools(&snapshot.cloud, snapshot)
    }

    fn complete(&self, snapshot: &mut Snapshot) {
        inventory::add_managed_group(snapshot);
    }

    fn add_tiers(&self, cloud: &Cloud, ruleset: &mut Ruleset) {
        lower::add(cloud, ruleset);
    }
}
