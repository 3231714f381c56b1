//! From text to documents: YAML and JSON read as Kubernetes reads them, every node with its span.
//!
//! ```text
//! file ── unwrap ──> manifests and commands ── split ──> text of one document ── parse ──> Tree + diagnostics
//! ```
//!
//! Never fails: what cannot be read becomes a diagnostic, and the documents around it are read all the same.

pub mod codes;

mod causes;
mod characters;
mod handed;
pub(crate) mod json;
mod keys;
mod limits;
mod marks;
mod parse;
mod printed;
mod scalar;
mod split;
mod syntax;
mod template;
#[cfg(test)]
mod tests;
mod tree;
mod variables;
mod wrapping;

pub use causes::explain_cause;
pub use characters::odd_space;
pub use handed::Handed;
pub use limits::Limits;
pub use marks::{split_at_marks, without_mark};
pub use parse::{Parsed, parse};
pub(crate) use printed::is_custom_table;
pub use printed::printed;
pub(crate) use scalar::read_plain;
pub use split::split;
pub use template::{FILLER, in_comments, without_actions};
pub use tree::{Entry, Node, NodeId, NodeRef, Tree, Value};
pub use variables::{Variables, assignments, in_quotes, substitute};
pub use wrapping::{Wrapped, unwrap, without_tabs};
