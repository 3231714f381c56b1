//! The words and options of a command line, and the command that they make.

use lexopt::{Arg, Parser, ValueExt};
use netpolis_core::answers::least_privilege::Form;
use netpolis_core::facts::Date;
use netpolis_core::model::{Cidr, Protocol};
use netpolis_core::path::Entry;
use netpolis_core::settings::Settings;
use netpolis_core::settings::table::{self, Group, Setting};

use super::{Arguments, Command, UsageError, help};
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

/// Larger numbers of nodes or pods are none.
const MOST_COUNTED: u32 = 100_000;

/// What was given before and behind the command's name.
#[derive(Default)]
struct Given {
    words: Vec<String>,
    format: Option<String>,
    explain: Option<String>,
    all: bool,
    /// What belongs to `convert` alone.
    policies_only: bool,
    paths: bool,
    from: Option<String>,
    to: Option<String>,
    port: Option<u16>,
    source_port: Option<u16>,
    icmp_type: Option<u8>,
    icmp_code: Option<u8>,
    protocol: Option<Protocol>,
    /// What belongs to `fix` alone.
    deny: bool,
    apply: Option<u32>,
    /// What belongs to `flow-logs` alone.
    logs: Vec<String>,
    /// What belongs to `least-privilege` alone.
    flows: Option<String>,
    current: bool,
    dns: bool,
    form: Option<Form>,
    /// What belongs to `path` alone.
    entry: Option<Entry>,
    node: Option<String>,
    asked: Asked,
    preset: Settings,
    chosen: Vec<(&'static Setting, String)>,
}

/// Reads a command line.
pub(super) fn read(mut parser: Parser) -> Result<Arguments, UsageError> {
    let mut given = Given::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => {
                let of_command = given.words.first().and_then(|name| help::of(name));
                return Ok(Arguments::printing(of_command.as_deref().unwrap_or(help::HELP)));
            }
            Arg::Short('V') | Arg::Long("version") => {
                return Ok(Arguments::printing(concat!("netpolis ", env!("CARGO_PKG_VERSION"), "\n")));
            }
            Arg::Long("format") => given.format = Some(parser.value()?.string()?),
            Arg::Long("explain") => given.explain = Some(parser.value()?.string()?),
            Arg::Long("all") => given.all = true,
            Arg::Long("policies-only") => given.policies_only = true,
            Arg::Long("paths") => given.paths = true,
            Arg::Long("from") => given.from = Some(parser.value()?.string()?),
            Arg::Long("to") => given.to = Some(parser.value()?.string()?),
            Arg::Long("port") => given.port = Some(port(&mut parser, "port")?),
            Arg::Long("source-port") => given.source_port = Some(port(&mut parser, "source-port")?),
            Arg::Long("icmp-type") => given.icmp_type = Some(number_of_icmp(&mut parser, "icmp-type")?),
            Arg::Long("icmp-code") => given.icmp_code = Some(number_of_icmp(&mut parser, "icmp-code")?),
            Arg::Long("protocol") => {
                let name = parser.value()?.string()?;
                let protocol = Protocol::from_name(&name);
                given.protocol = Some(protocol.ok_or_else(|| UsageError::value("protocol", &name, "tcp, udp, sctp, icmp or a number"))?);
            }
            Arg::Long("deny") => given.deny = true,
            Arg::Long("apply") => given.apply = Some(count(&mut parser, "apply")?),
            Arg::Long("log") => given.logs.push(parser.value()?.string()?),
            Arg::Long("flows") => given.flows = Some(parser.value()?.string()?),
            Arg::Long("current") => given.current = true,
            Arg::Long("dns") => given.dns = true,
            Arg::Long("form") => given.form = Some(choose(&mut parser, "form", Form::ALL)?),
            Arg::Long("nodes") => given.asked.nodes = Some(count(&mut parser, "nodes")?),
            Arg::Long("max-pods") => given.asked.max_pods = Some(count(&mut parser, "max-pods")?),
            Arg::Long("surge") => given.asked.surge = Some(count(&mut parser, "surge")?),
            Arg::Long("others") => given.asked.others = Some(count(&mut parser, "others")?),
            Arg::Long("subnet") => given.asked.subnet.push(cidr(&mut parser, "subnet")?),
            Arg::Long("pod-subnet") => given.asked.pod_subnet.push(cidr(&mut parser, "pod-subnet")?),
            Arg::Long("pod-range") => given.asked.pod_range = Some(cidr(&mut parser, "pod-range")?),
            Arg::Long("via") => given.entry = Some(choose(&mut parser, "via", &Entry::ALL.map(|entry| (entry.as_str(), entry)))?),
            Arg::Long("node") => given.node = Some(parser.value()?.string()?),
            Arg::Long("assume") => {
                let options = [("np-guard", Settings::np_guard()), ("default", Settings::default())];
                given.preset = choose(&mut parser, "assume", &options)?;
            }
            Arg::Long(name) if table::find(name).is_some() => {
                let Some(setting) = table::find(name) else { continue };
                // A value that is none is told at once, whatever else follows.
                let value = parser.value()?.string()?;
                setting.set(&mut Settings::default(), &value).map_err(|_| UsageError::value(setting.name, &value, &setting.choices()))?;
                given.chosen.push((setting, value));
            }
            Arg::Value(word) => given.words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    given.arguments()
}

impl Given {
    /// The command with everything that belongs to it.
    fn arguments(mut self) -> Result<Arguments, UsageError> {
        let mut settings = Settings { today: machine_day(), ..std::mem::take(&mut self.preset) };
        // Presets come first wherever they stand.
        for (setting, value) in &self.chosen {
            setting.set(&mut settings, value).map_err(|error| UsageError::Setting(error.to_string()))?;
        }
        let mut words = std::mem::take(&mut self.words).into_iter();
        let name = words.next().ok_or(UsageError::NoCommand)?;
        let paths: Vec<String> = words.collect();
        self.belongs(&name)?;
        if name == "plan" {
            self.asked.plugin = settings.routing.pod_network.take();
        }
        if !self.asked.is_empty() && name != "plan" {
            return Err(UsageError::belongs(&name, "--subnet, --plugin, --nodes and the like belong to plan"));
        }
        Ok(Arguments { command: self.command(&name, paths)?, settings })
    }

    /// That every option belongs to the command.
    fn belongs(&self, name: &str) -> Result<(), UsageError> {
        let numbers = self.source_port.is_some() || self.icmp_type.is_some() || self.icmp_code.is_some();
        // What something is converted into is said by the same word.
        let has_end = self.from.is_some() || (self.to.is_some() && name != "convert");
        let asks = has_end || self.port.is_some() || self.protocol.is_some() || numbers;
        if asks && !matches!(name, "why" | "path" | "fix") {
            return Err(UsageError::belongs(name, "--from, --to, --port, --protocol and the like belong to why, path and fix"));
        }
        if numbers && name == "fix" {
            return Err(UsageError::belongs(name, "--source-port, --icmp-type and --icmp-code belong to why and path"));
        }
        if (self.deny || self.apply.is_some()) && name != "fix" {
            return Err(UsageError::belongs(name, "--deny and --apply belong to fix"));
        }
        if self.policies_only && name != "convert" {
            return Err(UsageError::belongs(name, "--policies-only belongs to convert"));
        }
        if (self.flows.is_some() || self.current || self.dns || self.form.is_some()) && name != "least-privilege" {
            return Err(UsageError::belongs(name, "--flows, --current, --dns and --form belong to least-privilege"));
        }
        if self.explain.is_some() && name != "lint" {
            return Err(UsageError::belongs(name, "--explain belongs to lint"));
        }
        if !self.logs.is_empty() && name != "flow-logs" {
            return Err(UsageError::belongs(name, "--log belongs to flow-logs"));
        }
        if self.all && name != "pointless" {
            return Err(UsageError::belongs(name, "--all belongs to pointless"));
        }
        if self.paths && name != "diff" {
            return Err(UsageError::belongs(name, "--paths belongs to diff"));
        }
        // Checks are about paths too.
        let takes_path = name == "check";
        let of_path = |(setting, _): &&(&Setting, String)| {
            setting.group == Group::Path && !takes_path && !(name == "plan" && setting.name == "plugin")
        };
        let alien = self.chosen.iter().find(of_path).map(|(setting, _)| setting.name);
        let alien = alien.or(self.entry.and(Some("via"))).or(self.node.as_ref().and(Some("node")));
        match alien.filter(|_| name != "path") {
            Some(alien) => Err(UsageError::belongs(name, &format!("--{alien} is a path setting, and belongs to path"))),
            None => Ok(()),
        }
    }

    /// An end of the flow in question.
    fn end(given: Option<&String>, command: &str, flag: &'static str, example: &'static str) -> Result<String, UsageError> {
        given.cloned().ok_or_else(|| UsageError::NoEnd { command: command.into(), flag, example })
    }

    fn flow_question(&self, name: &str) -> Result<Question, UsageError> {
        Ok(Question {
            from: Self::end(self.from.as_ref(), name, "--from", "shop/frontend")?,
            to: Self::end(self.to.as_ref(), name, "--to", "shop/frontend")?,
            protocol: self.protocol.unwrap_or(Protocol::TCP),
            port: self.port,
            source_port: self.source_port,
            icmp_type: self.icmp_type,
            icmp_code: self.icmp_code,
        })
    }

    fn path_question(&self, name: &str) -> Result<path::Question, UsageError> {
        Ok(path::Question {
            from: Self::end(self.from.as_ref(), name, "--from", "203.0.113.7")?,
            to: Self::end(self.to.as_ref(), name, "--to", "svc/shop/frontend")?,
            protocol: self.protocol.unwrap_or(Protocol::TCP),
            port: self.port,
            source_port: self.source_port,
            icmp_type: self.icmp_type,
            icmp_code: self.icmp_code,
            entry: self.entry,
            node: self.node.clone(),
        })
    }

    fn fix_question(&self, name: &str) -> Result<fix::Question, UsageError> {
        Ok(fix::Question {
            from: Self::end(self.from.as_ref(), name, "--from", "shop/frontend")?,
            to: Self::end(self.to.as_ref(), name, "--to", "shop/frontend")?,
            protocol: self.protocol.unwrap_or(Protocol::TCP),
            port: self.port,
            deny: self.deny,
            apply: self.apply.map(|number| number as usize),
        })
    }

    fn command(mut self, name: &str, paths: Vec<String>) -> Result<Command, UsageError> {
        let some = |paths: Vec<String>| if paths.is_empty() { Err(UsageError::NoFiles { command: name.into() }) } else { Ok(paths) };
        let format = self.format.take();
        let inputs = paths.iter().chain(&self.logs).chain(&self.flows);
        if inputs.filter(|path| *path == "-").count() > 1 {
            return Err(UsageError::InputTwice { command: name.into() });
        }
        Ok(match name {
            "flows" => Command::Flows { paths: some(paths)?, format: one_of(format, Format::ALL)? },
            "why" => {
                let question = self.flow_question(name)?;
                Command::Why { paths: some(paths)?, question, format: one_of(format, TextOrJson::ALL)? }
            }
            "path" => {
                let question = self.path_question(name)?;
                Command::Path { paths: some(paths)?, question, format: one_of(format, TextOrJson::ALL)? }
            }
            "fix" => {
                let question = self.fix_question(name)?;
                Command::Fix { paths: some(paths)?, question, format: one_of(format, FixFormat::ALL)? }
            }
            "exposure" => Command::Exposure { paths: some(paths)?, format: one_of(format, ExposureFormat::ALL)? },
            "lint" => match self.explain {
                Some(_) if !paths.is_empty() || format.is_some() => {
                    return Err(UsageError::belongs(name, "--explain takes a code, and neither files nor --format"));
                }
                Some(code) => Command::Explain(code),
                None => Command::Lint { paths: some(paths)?, format: one_of(format, TextOrJson::ALL)? },
            },
            "check" => Command::Check { paths: some(paths)?, format: one_of(format, CheckFormat::ALL)? },
            "rules" => Command::Rules { paths: some(paths)?, format: one_of(format, TextOrJson::ALL)? },
            "plan" => {
                let paths = if self.asked.subnet.is_empty() { some(paths)? } else { paths };
                Command::Plan { paths, asked: self.asked, format: one_of(format, TextOrJson::ALL)? }
            }
            "pointless" => Command::Pointless { paths: some(paths)?, all: self.all, format: one_of(format, TextOrJson::ALL)? },
            "least-privilege" => {
                let question = least_privilege::Question { flows: self.flows, dns: self.dns, form: self.form.unwrap_or_default() };
                if question.flows.is_some() == self.current {
                    return Err(UsageError::NoFlows);
                }
                Command::LeastPrivilege { paths: some(paths)?, question, format: one_of(format, TextOrJson::ALL)? }
            }
            "engines" => Command::Engines { paths: some(paths)?, format: one_of(format, TextOrJson::ALL)? },
            "flow-logs" => {
                let paths = some(paths)?;
                if self.logs.is_empty() {
                    return Err(UsageError::NoLog);
                }
                Command::FlowLogs { paths, logs: self.logs, format: one_of(format, FlowLogsFormat::ALL)? }
            }
            "convert" => {
                let target = self.to.ok_or_else(|| UsageError::NoEnd { command: name.into(), flag: "--to", example: "calico" })?;
                let question = convert::Question { target: option("to", &target, &convert::TARGETS)?, policies_only: self.policies_only };
                Command::Convert { paths: some(paths)?, question, format: one_of(format, TextOrJson::ALL)? }
            }
            "diff" => match <[String; 2]>::try_from(paths) {
                Ok([old, new]) => {
                    let format = if self.paths && format.is_none() { DiffFormat::Text } else { one_of(format, DiffFormat::ALL)? };
                    if self.paths && format == DiffFormat::Txt {
                        return Err(UsageError::belongs(name, "--paths belongs to the formats text, json and md"));
                    }
                    Command::Diff { old, new, paths: self.paths, format }
                }
                Err(_) => return Err(UsageError::NotTwoPaths),
            },
            "lesson" => {
                let mut words = paths.into_iter();
                let word = words.next().ok_or(UsageError::NoAction(None))?;
                let action = Action::ALL.iter().find(|(name, _)| *name == word).map(|(_, action)| *action);
                let action = action.ok_or(UsageError::NoAction(Some(word)))?;
                Command::Lesson { paths: some(words.collect())?, action }
            }
            "help" => match paths.first() {
                Some(command) => Command::Help(help::of(command).ok_or_else(|| UsageError::UnknownCommand(command.clone()))?),
                None => Command::Help(help::HELP.into()),
            },
            other => return Err(UsageError::UnknownCommand(other.into())),
        })
    }
}

/// The day of the machine's clock.
fn machine_day() -> Option<Date> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    u32::try_from(since.as_secs() / 86_400).ok().map(Date::from_days)
}

/// A port, which is never 0.
fn port(parser: &mut Parser, flag: &str) -> Result<u16, UsageError> {
    let text = parser.value()?.string()?;
    text.parse().ok().filter(|port| *port != 0).ok_or_else(|| UsageError::value(flag, &text, "a number from 1 to 65535"))
}

/// A type or code of ICMP.
fn number_of_icmp(parser: &mut Parser, flag: &str) -> Result<u8, UsageError> {
    let text = parser.value()?.string()?;
    text.parse().map_err(|_| UsageError::value(flag, &text, "a number from 0 to 255"))
}

/// How many of something there are.
fn count(parser: &mut Parser, flag: &str) -> Result<u32, UsageError> {
    let text = parser.value()?.string()?;
    text.parse().ok().filter(|n| *n <= MOST_COUNTED).ok_or_else(|| UsageError::value(flag, &text, "a whole number"))
}

fn cidr(parser: &mut Parser, flag: &str) -> Result<Cidr, UsageError> {
    let text = parser.value()?.string()?;
    Cidr::parse(&text).map_err(|error| UsageError::Cidr { flag: flag.into(), value: text, error: error.to_string() })
}

fn choose<T: Clone>(parser: &mut Parser, flag: &str, options: &[(&str, T)]) -> Result<T, UsageError> {
    let value = parser.value()?.string()?;
    option(flag, &value, options)
}

fn option<T: Clone>(flag: &str, value: &str, options: &[(&str, T)]) -> Result<T, UsageError> {
    let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
    let found = options.iter().find(|(name, _)| *name == value).map(|(_, option)| option.clone());
    found.ok_or_else(|| UsageError::value(flag, value, &names.join(", ")))
}

/// The form that was asked for, or the first.
fn one_of<T: Copy>(value: Option<String>, options: &[(&str, T)]) -> Result<T, UsageError> {
    let value = value.as_deref().or(options.first().map(|(name, _)| *name)).unwrap_or_default();
    option("format", value, options)
}
