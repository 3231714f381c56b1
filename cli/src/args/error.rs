//! What is wrong with a command line.

use std::fmt;

use netpolis_core::diagnostics::nearest;

use super::help;

/// What is wrong with a command line, and what could be meant.
#[derive(Debug)]
pub enum UsageError {
    /// What the reader of the command line says: an unknown option, one without its value, or a value that is no text.
    Option(lexopt::Error),
    /// An option has a value that it does not take.
    Value {
        /// The option.
        flag: String,
        /// The value.
        value: String,
        /// What it takes.
        takes: String,
    },
    /// A range of addresses that is none.
    Cidr {
        /// The option.
        flag: String,
        /// The value.
        value: String,
        /// What is wrong with it.
        error: String,
    },
    /// A setting that cannot be had, in words.
    Setting(String),
    /// Options that belong to another command.
    Belongs {
        /// The command that was given.
        command: String,
        /// Which options, and where they belong, in words.
        options: String,
    },
    /// No command.
    NoCommand,
    /// No command has this name.
    UnknownCommand(String),
    /// No files.
    NoFiles {
        /// The command.
        command: String,
    },
    /// An end of the flow is missing.
    NoEnd {
        /// The command.
        command: String,
        /// The option.
        flag: &'static str,
        /// What it could be.
        example: &'static str,
    },
    /// `least-privilege` without what is wanted, or with two of it.
    NoFlows,
    /// Not two paths to compare.
    NotTwoPaths,
    /// Nothing that is to be done with lessons, or something else.
    NoAction(Option<String>),
    /// No log is given.
    NoLog,
    /// Standard input would have to be read twice.
    InputTwice {
        /// The command.
        command: String,
    },
}

impl UsageError {
    pub(super) fn value(flag: &str, value: &str, takes: &str) -> Self {
        UsageError::Value { flag: flag.into(), value: value.into(), takes: takes.into() }
    }

    pub(super) fn belongs(command: &str, options: &str) -> Self {
        UsageError::Belongs { command: command.into(), options: options.into() }
    }
}

impl From<lexopt::Error> for UsageError {
    fn from(error: lexopt::Error) -> Self {
        UsageError::Option(error)
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UsageError::Option(lexopt::Error::UnexpectedOption(option)) => {
                write!(f, "there is no option `{option}`")?;
                if let Some(meant) = option.strip_prefix("--").and_then(|name| nearest(name, help::options())) {
                    write!(f, "; did you mean `--{meant}`?")?;
                }
            }
            UsageError::Option(error) => write!(f, "{error}")?,
            UsageError::Value { flag, value, takes } => write!(f, "--{flag} `{value}`: it takes {takes}")?,
            UsageError::Cidr { flag, value, error } => write!(f, "--{flag} `{value}`: {error}")?,
            UsageError::Setting(error) => f.write_str(error)?,
            UsageError::Belongs { command, options } => write!(f, "{command}: {options}")?,
            UsageError::NoCommand => write!(f, "which command? there are {}", commands())?,
            UsageError::UnknownCommand(name) => match nearest(name, help::commands()) {
                Some(meant) => write!(f, "there is no command `{name}`; did you mean `{meant}`?")?,
                None => write!(f, "there is no command `{name}`; there are {}", commands())?,
            },
            UsageError::NoFiles { command } => write!(f, "{command}: which files? give a file, a folder or - for standard input")?,
            UsageError::NoEnd { command, flag, example } => write!(f, "{command}: {flag} is missing, for instance {flag} {example}")?,
            UsageError::NoAction(None) => f.write_str("lesson: lint, test or index, and then a folder of lessons")?,
            UsageError::NoAction(Some(word)) => write!(f, "lesson: `{word}` is not lint, test or index")?,
            UsageError::NoLog => {
                f.write_str("flow-logs: --log is missing, for instance --log flows.jsonl, or --log - for standard input")?
            }
            UsageError::InputTwice { command } => write!(f, "{command}: standard input (-) can be read once")?,
            UsageError::NoFlows => {
                f.write_str("least-privilege: which flows? give --flows FILE, or --current for those that are allowed at present")?
            }
            UsageError::NotTwoPaths => f.write_str("diff: give two paths, the old one and the new one")?,
        }
        f.write_str("\nsee netpolis --help")
    }
}

/// All commands in words.
fn commands() -> String {
    let commands = help::commands();
    let (last, others) = commands.split_last().map_or(("", &[][..]), |(last, others)| (*last, others));
    format!("{} and {last}", others.join(", "))
}

impl std::error::Error for UsageError {}
