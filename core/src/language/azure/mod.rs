//! Azure: networks, security groups and clusters, from templates, command lines and what the cloud returns.

pub mod aks;
pub(crate) mod inventory;
pub(crate) mod lower;
pub(crate) mod read;
mod types;

pub use types::*;
