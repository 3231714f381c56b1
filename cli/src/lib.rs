//! The command's parts, as a library: what it reads, and the forms in which it writes answers.
//!
//! Nothing is decided here. Every answer is the core's, put into lines.

pub mod args;
pub mod check;
pub mod convert;
pub mod diff;
pub mod engines;
pub mod exposure;
pub mod fix;
pub mod flow_logs;
pub mod formats;
pub mod input;
pub mod least_privilege;
pub mod lesson;
pub mod lint;
pub mod path;
pub mod places;
pub mod plan;
pub mod pointless;
pub mod rules;
pub mod why;
