//! The text editor.

pub mod binding;
pub mod completion;
