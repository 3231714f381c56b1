//! The command line.

use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt};
use netpolis_core::model::{Cidr, Protocol};
use netpolis_core::settings::{Engine, HostNetwork, IpBlockReach, OtherProtocols, OwnNode, Settings};

use crate::diff::DiffFormat;
use crate::formats::Format;
use crate::why::{Question, WhyFormat};

/// What `--help` prints.
pub const HELP: &str = "\
netpolis: which flows do these policies allow, and which line decides?

usage:
  netpolis flows PATH...                 all pairs
      --format txt|csv|json|md|dot       how to write them (txt)
  netpolis why PATH... --from A --to B   one flow, with every rule that was asked
      --port N                           destination port (80)
      --protocol tcp|udp|sctp|icmp|N     protocol (tcp)
      --format text|json                 how to write it (text)
  netpolis lint PATH...                  what is wrong with the text, and what probably is
  netpolis diff OLD NEW                  flows added, removed and changed
      --format txt|json|md               how to write them (txt)

PATH is a file, a folder (read with all its .yaml, .yml and .json files) or - for standard input.
A and B are NAMESPACE/NAME, NAMESPACE/NAME[KIND], node/NAME or an IP address.

assumptions, where the policy API leaves a choice:
  --engine generic|none                  the installed policy engine (generic)
  --ip-block pods-too|outside-only       ends that an ipBlock can match (pods-too)
  --host-network as-node|as-pod          what pods with hostNetwork count as (as-node)
  --own-node ingress-allowed|ignored     whether a pod's own node always reaches it (ingress-allowed)
  --other-protocols undefined|follow-rules   what rules mean for ICMP and the like (undefined)
  --pod-network CIDR                     where pods without an address have theirs (10.244.0.0/16)
  --assume np-guard                      all as np-guard's analyzers have them

exit code: 0 fine, 1 findings (why: not allowed; lint: an error or a warning; diff: a difference),
           2 bad usage or unreadable input
";

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
        format: WhyFormat,
    },
    /// Problems.
    Lint {
        /// What to read.
        paths: Vec<String>,
    },
    /// Differences.
    Diff {
        /// The old scene.
        old: String,
        /// The new one.
        new: String,
        /// How to write.
        format: DiffFormat,
    },
}

/// Reads a command line.
///
/// # Errors
/// What is wrong with it, and what could be meant.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, String> {
    read(Parser::from_iter(arguments)).map_err(|error| format!("{error}\nsee netpolis --help"))
}

fn read(mut parser: Parser) -> Result<Arguments, lexopt::Error> {
    let mut settings = Settings::default();
    let mut words: Vec<String> = Vec::new();
    let (mut format, mut from, mut to) = (None, None, None);
    let (mut port, mut protocol) = (None, Protocol::TCP);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Arguments { command: Command::Help(HELP.into()), settings }),
            Arg::Short('V') | Arg::Long("version") => {
                let version = concat!("netpolis ", env!("CARGO_PKG_VERSION"), "\n");
                return Ok(Arguments { command: Command::Help(version.into()), settings });
            }
            Arg::Long("format") => format = Some(parser.value()?.string()?),
            Arg::Long("from") => from = Some(parser.value()?.string()?),
            Arg::Long("to") => to = Some(parser.value()?.string()?),
            Arg::Long("port") => port = Some(parser.value()?.parse::<u16>()?),
            Arg::Long("protocol") => {
                let name = parser.value()?.string()?;
                protocol = Protocol::from_name(&name)
                    .ok_or_else(|| format!("there is no protocol `{name}`: write tcp, udp, sctp, icmp or a number"))?;
            }
            Arg::Long("assume") => {
                settings = choose(&mut parser, "assume", &[("np-guard", Settings::np_guard()), ("default", Settings::default())])?
            }
            Arg::Long("engine") => {
                settings.engine = choose(&mut parser, "engine", &[("generic", Engine::Generic), ("none", Engine::None)])?
            }
            Arg::Long("ip-block") => {
                let options = [("pods-too", IpBlockReach::PodsToo), ("outside-only", IpBlockReach::OutsideOnly)];
                settings.ip_block = choose(&mut parser, "ip-block", &options)?;
            }
            Arg::Long("host-network") => {
                settings.host_network =
                    choose(&mut parser, "host-network", &[("as-node", HostNetwork::AsNode), ("as-pod", HostNetwork::AsPod)])?;
            }
            Arg::Long("own-node") => {
                settings.own_node =
                    choose(&mut parser, "own-node", &[("ingress-allowed", OwnNode::IngressAllowed), ("ignored", OwnNode::Ignored)])?;
            }
            Arg::Long("other-protocols") => {
                let options = [("undefined", OtherProtocols::Undefined), ("follow-rules", OtherProtocols::FollowRules)];
                settings.other_protocols = choose(&mut parser, "other-protocols", &options)?;
            }
            Arg::Long("pod-network") => {
                let text = parser.value()?.string()?;
                settings.pod_networks = vec![Cidr::parse(&text).map_err(|error| format!("`{text}`: {error}"))?];
            }
            Arg::Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let mut words = words.into_iter();
    let name = words.next().ok_or("what is to be done? flows, why, lint or diff")?;
    let paths: Vec<String> = words.collect();
    let some = |paths: Vec<String>| {
        if paths.is_empty() { Err(format!("{name}: which files? give a file, a folder or - for standard input")) } else { Ok(paths) }
    };
    let command = match name.as_str() {
        "flows" => Command::Flows { paths: some(paths)?, format: one_of(format, Format::ALL)? },
        "why" => {
            let end = |end: Option<String>, flag: &str| end.ok_or(format!("why: {flag} is missing, for instance {flag} shop/frontend"));
            let question = Question { from: end(from, "--from")?, to: end(to, "--to")?, protocol, port };
            Command::Why { paths: some(paths)?, question, format: one_of(format, WhyFormat::ALL)? }
        }
        "lint" => Command::Lint { paths: some(paths)? },
        "diff" => match <[String; 2]>::try_from(paths) {
            Ok([old, new]) => Command::Diff { old, new, format: one_of(format, DiffFormat::ALL)? },
            Err(_) => return Err("diff: give two paths, the old one and the new one".into()),
        },
        "help" => Command::Help(HELP.into()),
        other => return Err(format!("there is no command `{other}`: flows, why, lint or diff").into()),
    };
    Ok(Arguments { command, settings })
}

fn choose<T: Clone>(parser: &mut Parser, flag: &str, options: &[(&str, T)]) -> Result<T, lexopt::Error> {
    let value = parser.value()?.string()?;
    let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
    let found = options.iter().find(|(name, _)| *name == value).map(|(_, option)| option.clone());
    found.ok_or_else(|| format!("--{flag} `{value}`: it takes {}", names.join(" or ")).into())
}

fn one_of<T: Copy>(value: Option<String>, options: &[(&str, T)]) -> Result<T, String> {
    let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
    match &value {
        None => options.first().map(|(_, option)| *option).ok_or_else(String::new),
        Some(value) => {
            let found = options.iter().find(|(name, _)| name == value).map(|(_, option)| *option);
            found.ok_or_else(|| format!("--format `{value}`: it takes {}", names.join(", ")))
        }
    }
}
