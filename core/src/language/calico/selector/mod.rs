//! Calico's selector language: text to [`Selector`](crate::model::Selector).
//!
//! Upstream: `projectcalico/calico`, `libcalico-go/lib/selector` (tokenizer, parser, AST).

mod parse;
pub mod rewrite;

pub use parse::{SyntaxError, SyntaxErrorKind, parse};
