//! From text to documents: YAML and JSON read as Kubernetes reads them, every node with its span.
//!
//! Never fails: what cannot be read becomes a diagnostic, and the documents around it are read all the same.

mod tree;

pub use tree::{Entry, Node, NodeId, NodeRef, Tree, Value};
