//! Azure: networks, security groups and clusters, from templates, command lines and what the cloud returns.

pub(crate) mod inventory;
pub(crate) mod lower;
pub(crate) mod read;
mod types;

pub use types::*;

pub use crate::model::{ClusterEngine, Plugin};
pub use crate::snapshot::cloud::{
    Access, AddressSku, Choice, ClusterTraffic, ControlPlane, NextHop, Outbound, PortMatch, Reference, RuleDirection, RulePart, RuleSide,
    Scope, SecurityRule, SubnetOutbound, Unresolved, WrittenField, WrittenValue,
};
