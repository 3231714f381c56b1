//! The text editor.

pub mod binding;
pub mod completion;
mod fields;
pub mod help;
pub mod marks;
mod selector;
pub mod vocabulary;
