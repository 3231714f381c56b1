//! From text to documents: YAML and JSON read as Kubernetes reads them, every node with its span.
//!
//! Never fails: what cannot be read becomes a diagnostic, and the documents around it are read all the same.

pub mod codes;
mod limits;
mod parse;
mod scalar;
mod split;
mod tree;

pub use limits::Limits;
pub use parse::{Parsed, parse};
pub use split::split;
pub use tree::{Entry, Node, NodeId, NodeRef, Tree, Value};
