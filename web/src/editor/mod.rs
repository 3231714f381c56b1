//! The text editor.

pub mod binding;
