//! The text editor.

pub mod binding;
pub mod completion;
mod fields;
pub mod help;
mod selector;
pub mod vocabulary;
