//! Exact evaluation of network policies: **may this packet go from here to there, and which line decides?**
//!
//! [`scene::Scene`] is the front door: give it files, ask it. Data flows one way, and each layer knows only the ones before it:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`document`] | text | trees of spanned values, read as Kubernetes reads YAML and JSON |
//! | [`resources`] | trees | typed objects, with upstream's defaults and validation |
//! | [`load`] | files | both, document by document, reading again only what changed |
//! | [`snapshot`] | objects | what there is: pods, nodes, Services, references followed |
//! | [`selector`] | text | Calico's selector language |
//! | [`policy`] | objects | one policy language for every kind of policy |
//! | [`compile`] | snapshot and policies | classes of ends, and policies as sets of them |
//! | [`evaluate`] | compiled | what one direction of one class lets through: the only code that decides |
//! | [`stages`] | two ends | the places that a packet meets on its way |
//! | [`path`] | compiled and two ends | the whole way: translations, checkpoints, every branch with its share |
//! | [`connectivity`] | compiled | exact connection sets for all pairs |
//! | [`decide`], [`explain`] | compiled and a flow | a verdict with everything that led to it |
//! | [`lint`], [`diff`], [`ingress`], [`ends`] | answers | problems, differences, and lists for people |
//!
//! Beneath all of them: [`text`] and [`diagnostics`] (places and findings), [`model`] and [`connections`] (values), [`settings`] (what
//! upstream leaves to the network plugin). The crate needs no std, and does no I/O.
#![no_std]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod addressed;
pub mod compile;
pub mod connections;
pub mod connectivity;
pub mod decide;
pub mod diagnostics;
pub mod diff;
pub mod document;
pub mod effective;
pub mod ends;
pub mod evaluate;
pub mod explain;
pub mod facts;
pub mod ingress;
pub mod lint;
pub mod load;
pub mod model;
pub mod path;
pub mod plan;
mod plugins;
pub mod policy;
pub mod reorder;
pub mod resources;
pub mod scene;
pub mod selector;
pub mod settings;
pub mod snapshot;
pub mod stages;
pub mod tally;
pub mod text;
