//! The command line.

mod error;
mod given;
mod help;

use std::ffi::OsString;

pub use error::UsageError;
use lexopt::Parser;
use netpolis_core::settings::Settings;

use crate::check::CheckFormat;
use crate::convert;
use crate::diff::DiffFormat;
use crate::exposure::ExposureFormat;
use crate::fix::{self, FixFormat};
use crate::flow_logs::FlowLogsFormat;
use crate::formats::{Format, TextOrJson};
use crate::least_privilege;
use crate::lesson::Action;
use crate::path;
use crate::plan::Asked;
use crate::why::Question;

/// What is to be done, and under which assumptions.
#[derive(Debug)]
pub struct Arguments {
    /// What is to be done.
    pub command: Command,
    /// The assumptions.
    pub settings: Settings,
}

/// What is to be done.
#[derive(Debug)]
pub enum Command {
    /// Print this.
    Help(String),
    /// All pairs.
    Flows {
        /// What to read.
        paths: Vec<String>,
        /// How to write.
        format: Format,
    },
    /// One flow.
    Why {
        /// What to read.
        paths: Vec<String>,
        /// Which flow.
        question: Question,
        /// How to write.
        format: TextOrJson,
    },
    /// The whole path of a packet.
    Path {
        /// What to read.
        paths: Vec<String>,
        /// Which path.
        question: path::Question,
        /// How to write.
        format: TextOrJson,
    },
    /// Changes that allow a flow, or stop it.
    Fix {
        /// What to read.
        paths: Vec<String>,
        /// Which flow.
        question: fix::Question,
        /// How to write.
        format: FixFormat,
    },
    /// Expectations.
    Check {
        /// What to read.
        paths: Vec<String>,
        /// How to write.
        format: CheckFormat,
    },
    /// What is open to pods that are not in the input, and to the outside.
    Exposure {
        /// What to read.
        paths: Vec<String>,
        /// How to write.
        format: ExposureFormat,
    },
    /// Problems.
    Lint {
        /// What to read.
        paths: Vec<String>,
        /// How to write.
        format: TextOrJson,
    },
    /// What a code means.
    Explain(String),
    /// Effective rules of security groups.
    Rules {
        /// What to read.
        paths: Vec<String>,
        /// How to write.
        format: TextOrJson,
    },
    /// Address plans.
    Plan {
        /// What to read; nothing where the question says all.
        paths: Vec<String>,
        /// What to plan for.
        asked: Asked,
        /// How to write.
        format: TextOrJson,
    },
    /// Rules and policies that could be removed.
    Pointless {
        /// What to read.
        paths: Vec<String>,
        /// Whether to list those too that are needed.
        all: bool,
        /// How to write.
        format: TextOrJson,
    },
    /// Policies for wanted flows.
    LeastPrivilege {
        /// What to read.
        paths: Vec<String>,
        /// Which flows, and whose policies.
        question: least_privilege::Question,
        /// How to write.
        format: TextOrJson,
    },
    /// Engines compared.
    Engines {
        /// What to read.
        paths: Vec<String>,
        /// How to write.
        format: TextOrJson,
    },
    /// The flows of logs.
    FlowLogs {
        /// What to read.
        paths: Vec<String>,
        /// The logs.
        logs: Vec<String>,
        /// How to write.
        format: FlowLogsFormat,
    },
    /// Policies in another language.
    Convert {
        /// What to read.
        paths: Vec<String>,
        /// What to convert into.
        question: convert::Question,
        /// How to write.
        format: TextOrJson,
    },
    /// Differences.
    Diff {
        /// The old analysis.
        old: String,
        /// The new one.
        new: String,
        /// Whether paths to Services and Ingresses are compared too.
        paths: bool,
        /// How to write.
        format: DiffFormat,
    },
    /// Lessons.
    Lesson {
        /// Folders.
        paths: Vec<String>,
        /// What is done with them.
        action: Action,
    },
}

/// Reads a command line.
///
/// # Errors
/// What is wrong with it, and what could be meant.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, UsageError> {
    given::read(Parser::from_iter(arguments))
}

impl Arguments {
    fn printing(text: &str) -> Self {
        Arguments { command: Command::Help(text.into()), settings: Settings::default() }
    }
}
