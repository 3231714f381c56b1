//! Exact evaluation of network policies: **may this packet go from here to there, and which line decides?**
//!
//! [`analysis::Analysis`] is the front door: give it files, ask it. Data flows one way, and each layer knows only the ones before it:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`document`] | text | trees of spanned values, read as Kubernetes reads YAML and JSON |
//! | [`language`] | trees | typed objects of Kubernetes, Calico and Azure, with upstream's defaults and validation |
//! | [`load`] | files | both, document by document, reading again only what changed |
//! | [`snapshot`] | objects | the inventory: pods, nodes, Services, networks, with references followed |
//! | [`policy`] | objects | one policy language, which every kind of policy is lowered to |
//! | [`compile`] | snapshot and policies | classes of endpoints, and policies as sets of them |
//! | [`verdict`] | compiled and a flow | which checkpoints a packet meets, and what each of them lets through |
//! | [`connectivity`] | compiled | exact connection sets for all pairs |
//! | [`explain`] | a verdict | everything that led to it, in words |
//! | [`path`] | compiled and two endpoints | the whole path: translations, checkpoints, every branch with its share |
//! | [`answers`] | the above | problems, differences, proposals and lists |
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
pub mod analysis;
pub mod answers;
pub mod compile;
pub mod connections;
pub mod connectivity;
pub mod diagnostics;
pub mod document;
pub mod endpoints;
pub mod explain;
pub mod facts;
pub mod language;
pub mod load;
pub mod model;
pub mod path;
pub mod policy;
pub mod settings;
pub mod snapshot;
pub mod text;
pub mod verdict;
