//! What Netpolis is tested with: generated clusters, an evaluator to compare with, and other projects' expected answers.

pub mod azure_world;
pub mod calico_world;
pub mod cases;
pub mod conformance;
pub mod generate;
pub mod large;
pub mod measure;
pub mod oracle;
pub mod random;
pub mod replies;
pub mod reply_steps;
pub mod scenes;
pub mod words;
pub mod yaml;
