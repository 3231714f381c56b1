//! May this packet go from here to there, and which line decides?
//!
//! `netpolis-core` reads what people have at hand — Kubernetes manifests, Calico's resources, Azure's network security groups in any of
//! their shapes — and answers that question exactly: *allowed*, *denied*, or *cannot tell, because this fact is missing*. Every answer
//! carries the checkpoints that the packet meets, the rules that were compared, and the places in the text. It is the engine of the
//! [Netpolis](https://github.com/netpolis/netpolis) page and of the `netpolis` command.
//!
//! ```
//! use netpolis_core::{Analysis, Traffic, Verdict};
//!
//! let mut analysis = Analysis::default();
//! analysis.set_files(&[("shop.yaml", "\
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop, labels: {app: web}}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: db, namespace: shop, labels: {app: db}}
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: db, namespace: shop}
//! spec:
//!   podSelector: {matchLabels: {app: db}}
//!   ingress:
//!   - from: [{podSelector: {matchLabels: {app: web}}}]
//!     ports: [{port: 5432}]
//! ")]);
//!
//! // May `web` connect to the database?
//! let flow = analysis.flow("shop/web", "shop/db", Traffic::tcp(5432)).unwrap();
//! assert_eq!(analysis.decide(&flow).verdict, Verdict::Allowed);
//!
//! // And to its metrics? No: which line decides, and which rule came nearest?
//! let flow = analysis.flow("shop/web", "shop/db", Traffic::tcp(9187)).unwrap();
//! let answer = analysis.decide(&flow);
//! assert_eq!(answer.verdict, Verdict::Denied);
//!
//! let checkpoint = answer.decided_at().unwrap();
//! let nearest = checkpoint.nearest.as_ref().unwrap();
//! let place = |place| analysis.sources().describe(place);
//! assert_eq!(place(checkpoint.places[0]), "shop.yaml:13:16"); // isolates the pod
//! assert_eq!(place(nearest.place), "shop.yaml:16:13"); // allows another port
//! ```
//!
//! # What to ask
//!
//! [`Analysis`] is the front door. It is cheap to keep: an edit reads only the documents that changed.
//!
//! | question | ask | answer |
//! |---|---|---|
//! | one flow, with its reasons | [`Analysis::decide`] | [`Answer`] |
//! | all pairs at once | [`Analysis::connectivity`] | [`Connectivity`](connectivity::Connectivity), with exact [connection sets](connections::ConnectionSet) |
//! | the whole path, through Services and load balancers | [`Analysis::path`] | [`PathAnswer`](path::PathAnswer) |
//! | what is wrong, and what probably is | [`Analysis::problems`] | [`Diagnostic`]s |
//! | what was not evaluated | [`Analysis::not_evaluated`] | [`Doubt`](policy::Doubt)s |
//! | two versions compared, rules in effect, address plans | [`answers`] | |
//!
//! What the policy API leaves to the network plugin is an assumption with a name, in [`Settings`]. What a verdict depends on and the
//! input does not give is never guessed: the verdict is then [`Verdict::CannotTell`], and the answer names the fact.
//!
//! # How data flows
//!
//! One way; each layer knows only the ones before it.
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
//! Beneath all of them: [`text`] and [`diagnostics`] (places and findings), [`model`] and [`connections`] (values), [`settings`].
//!
//! # Limits
//!
//! - The crate is `#![no_std]` with `alloc`, and has no features to choose: it does no I/O, reads no clock and has no global state. The same
//!   input gives the same answer, in a browser as on a server.
//! - Nothing that is read may panic, hang or overflow the stack: `unwrap`, `expect` and `panic!` are denied, parsing is iterative, and
//!   [`document::Limits`] bounds size, depth and alias expansion.
//! - Only what is written counts: no cluster is asked, so what controllers, webhooks or people changed since is not seen.
//! - Policies of other engines (Cilium, Istio and more) are read as far as needed to say which flows they might concern. Those flows are
//!   "cannot tell".
//! - Types that callers read and will grow are `#[non_exhaustive]`. Before 1.0 a minor version may change the rest.
//! - Rust 1.91 or newer, for `str::floor_char_boundary`.
#![no_std]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

extern crate alloc;
#[cfg(test)]
extern crate std;

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

pub use analysis::Analysis;
pub use compile::Endpoint;
pub use connections::Traffic;
pub use diagnostics::{Diagnostic, Severity};
pub use endpoints::NotFound;
pub use explain::Answer;
pub use model::Protocol;
pub use settings::Settings;
pub use text::Place;
pub use verdict::{Flow, Verdict};

/// The example of the package's page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
