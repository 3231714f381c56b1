//! Exact evaluation of network policies: **may this packet go from here to there, and which line decides?**
//!
//! Data flows one way, and each layer knows only the ones before it:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`document`] | text | trees of spanned values, read as Kubernetes reads YAML and JSON |
//! | [`resources`] | trees | typed objects with upstream's defaults and validation |
#![no_std]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod compile;
pub mod connections;
pub mod connectivity;
pub mod decide;
pub mod diagnostics;
pub mod diff;
pub mod document;
pub mod ends;
pub mod evaluate;
pub mod explain;
pub mod ingress;
pub mod lint;
pub mod load;
pub mod model;
pub mod policy;
pub mod resources;
pub mod scene;
pub mod settings;
pub mod snapshot;
pub mod text;
