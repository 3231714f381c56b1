//! The command line.

use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt};
use netpolis_core::facts::Date;
use netpolis_core::model::{Cidr, Protocol};
use netpolis_core::path::Entry;
use netpolis_core::settings::Settings;
use netpolis_core::settings::table::{self, Group, Setting};

use crate::diff::DiffFormat;
use crate::formats::Format;
use crate::lint::LintFormat;
use crate::path::{self, PathFormat};
use crate::plan::{Asked, PlanFormat};
use crate::rules::RulesFormat;
use crate::why::{Question, WhyFormat};

/// What `--help` prints.
pub const HELP: &str = "\
netpolis: which flows do these policies allow, and which line decides?

usage:
  netpolis flows PATH...                 all pairs
      --format txt|csv|json|md|dot       how to write them (txt)
  netpolis why PATH... --from A --to B   one flow, with every rule that was asked
      --port N                           destination port (80)
      --source-port N                    source port (any)
      --icmp-type N, --icmp-code N       what an ICMP message says (anything)
      --protocol tcp|udp|sctp|icmp|N     protocol (tcp)
      --format text|json                 how to write it (text)
  netpolis path PATH... --from A --to B  the whole way: every hop with its addresses and checkpoints, every branch with its share
      --port N --protocol P              what the client connects to (a Service's only port, or 80; tcp)
      --source-port N, --icmp-type N, --icmp-code N
                                         as for why
      --via cluster-ip|node-port|load-balancer
                                         how a Service is reached (as such a client does)
      --node NAME                        the node that a client of a node port picks (any)
      --dataplane iptables|ebpf|ebpf-dsr what translates addresses on nodes (as the text says)
      --external-traffic-policy Cluster|Local, --internal-traffic-policy Cluster|Local
      --plugin azure|overlay|kubenet|pod-subnet|none
                                         where pods have their addresses
      --ingress controller|agic          what stands behind Ingresses
      --affinity ClientIP|None           whether clients keep their pod
      --source-ranges as-written|ignored what loadBalancerSourceRanges does
      --probes pod|node|ignored          what a load balancer's health probe asks: the node port, kube-proxy, nothing (as the cluster has it)
      --replicas N,N,...                 pods on each node, for workloads whose pods the text puts on none (evenly)
      --node-range CIDR                  where nodes without an address have one
      --format text|json                 how to write it (text)
  netpolis lint PATH...                  what is wrong with the text, and what probably is
      --format text|json                 how to write it (text)
  netpolis lint --explain CODE           what a code such as LINT001 means, with an example
  netpolis rules PATH...                 rules of Azure's network security groups in effect
      --format text|json                 how to write them: json is every field as written (text)
  netpolis plan [PATH...]                addresses that AKS clusters take, and how large they can get
      --subnet CIDR --plugin azure|overlay|kubenet|pod-subnet|none --nodes N --max-pods N
      --surge N --others N --pod-range CIDR --pod-subnet CIDR
                                         what to plan for, in place of what the files say
      --format text|json                 how to write it (text)
  netpolis diff OLD NEW                  flows added, removed and changed
      --format txt|json|md               how to write them (txt)

PATH is a file, a folder (read with all its .yaml, .yml, .json, .sh and .azcli files) or - for standard input.
A and B are NAMESPACE/NAME, NAMESPACE/NAME[KIND], node/NAME, vm/NAME, internet, {ingress-controller} or an IP address;
for path B is also svc/NAMESPACE/NAME, ingress/NAMESPACE/NAME, http://HOST/PATH or https://HOST/PATH.

assumptions, where the policy API leaves a choice:
  --engine detected|generic|calico|azure-npm|none
                                         the installed policy engine (detected: Calico if there is any of its resources)
  --staged not-enforced|as-if-enforced   what becomes of Calico's staged policies (not-enforced)
  --host-input unknown|accepts|drops     what nodes do with packets that Calico leaves to them (unknown)
  --http ignored|unknown|'GET /path'     whether an application layer looks at `http` of rules, and at which request (ignored)
  --ip-block pods-too|outside-only       ends that an ipBlock can match (pods-too)
  --host-network as-node|as-pod          what pods with hostNetwork count as (as-node)
  --ingress-controller anything|unlabelled   what controllers are taken for whose pods are not in the text (anything)
  --own-node ingress-allowed|ignored     whether a pod's own node always reaches it (ingress-allowed)
  --other-protocols undefined|follow-rules   what rules mean for ICMP and the like (undefined)
  --pod-network CIDR                     where pods without an address have theirs (10.244.0.0/16)
  --today YYYY-MM-DD                     the day for which lint tells what has ended (the machine's)
  --namespace NAME                       where objects are that name no namespace (default)
  --assume np-guard                      all as np-guard's analyzers have them, but for those given beside it

exit code: 0 fine, 1 findings (why, path: not allowed; lint: an error or a warning; diff: a difference),
           2 bad usage, or input that cannot be read whole; what can be read is answered all the same
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
    /// The whole way of a packet.
    Path {
        /// What to read.
        paths: Vec<String>,
        /// Which way.
        question: path::Question,
        /// How to write.
        format: PathFormat,
    },
    /// Problems.
    Lint {
        /// What to read.
        paths: Vec<String>,
        /// How to write.
        format: LintFormat,
    },
    /// What a code means.
    Explain(String),
    /// Effective rules of security groups.
    Rules {
        /// What to read.
        paths: Vec<String>,
        /// How to write.
        format: RulesFormat,
    },
    /// Address plans.
    Plan {
        /// What to read; nothing where the question says all.
        paths: Vec<String>,
        /// What to plan for.
        asked: Asked,
        /// How to write.
        format: PlanFormat,
    },
    /// Differences.
    Diff {
        /// The old analysis.
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

/// What was given before and behind the command's name.
#[derive(Default)]
struct Given {
    words: Vec<String>,
    format: Option<String>,
    explain: Option<String>,
    from: Option<String>,
    to: Option<String>,
    port: Option<u16>,
    source_port: Option<u16>,
    icmp_type: Option<u8>,
    icmp_code: Option<u8>,
    protocol: Option<Protocol>,
    /// What belongs to `path` alone.
    entry: Option<Entry>,
    node: Option<String>,
    asked: Asked,
    preset: Settings,
    chosen: Vec<(&'static Setting, String)>,
}

fn read(mut parser: Parser) -> Result<Arguments, lexopt::Error> {
    let mut given = Given::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Arguments::printing(HELP)),
            Arg::Short('V') | Arg::Long("version") => {
                return Ok(Arguments::printing(concat!("netpolis ", env!("CARGO_PKG_VERSION"), "\n")));
            }
            Arg::Long("format") => given.format = Some(parser.value()?.string()?),
            Arg::Long("explain") => given.explain = Some(parser.value()?.string()?),
            Arg::Long("from") => given.from = Some(parser.value()?.string()?),
            Arg::Long("to") => given.to = Some(parser.value()?.string()?),
            Arg::Long("port") => {
                let text = parser.value()?.string()?;
                let port = text.parse().ok().filter(|port| *port != 0);
                given.port = Some(port.ok_or_else(|| format!("--port `{text}`: it takes a number from 1 to 65535"))?);
            }
            Arg::Long("source-port") => {
                let text = parser.value()?.string()?;
                let port = text.parse().ok().filter(|port| *port != 0);
                given.source_port = Some(port.ok_or_else(|| format!("--source-port `{text}`: it takes a number from 1 to 65535"))?);
            }
            Arg::Long(name @ ("icmp-type" | "icmp-code")) => {
                let name = name.to_owned();
                let text = parser.value()?.string()?;
                let number = Some(text.parse().map_err(|_| format!("--{name} `{text}`: it takes a number from 0 to 255"))?);
                if name == "icmp-type" {
                    given.icmp_type = number;
                } else {
                    given.icmp_code = number;
                }
            }
            Arg::Long("protocol") => {
                let name = parser.value()?.string()?;
                let protocol = Protocol::from_name(&name);
                given.protocol = Some(protocol.ok_or_else(|| format!("--protocol `{name}`: it takes tcp, udp, sctp, icmp or a number"))?);
            }
            Arg::Long(name @ ("nodes" | "max-pods" | "surge" | "others")) => {
                let name = name.to_owned();
                let text = parser.value()?.string()?;
                let number = text.parse::<u32>().ok().filter(|n| *n <= 100_000);
                let number = Some(number.ok_or_else(|| format!("--{name} `{text}`: it takes a whole number"))?);
                match name.as_str() {
                    "nodes" => given.asked.nodes = number,
                    "max-pods" => given.asked.max_pods = number,
                    "surge" => given.asked.surge = number,
                    _ => given.asked.others = number,
                }
            }
            Arg::Long(name @ ("subnet" | "pod-subnet" | "pod-range")) => {
                let name = name.to_owned();
                let text = parser.value()?.string()?;
                let cidr = Cidr::parse(&text).map_err(|error| format!("--{name} `{text}`: {error}"))?;
                match name.as_str() {
                    "subnet" => given.asked.subnet.push(cidr),
                    "pod-subnet" => given.asked.pod_subnet.push(cidr),
                    _ => given.asked.pod_range = Some(cidr),
                }
            }
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
                setting
                    .set(&mut Settings::default(), &value)
                    .map_err(|_| format!("--{} `{value}`: it takes {}", setting.name, setting.choices()))?;
                given.chosen.push((setting, value));
            }
            Arg::Value(word) => given.words.push(word.string()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(given.arguments()?)
}

impl Arguments {
    fn printing(text: &str) -> Self {
        Arguments { command: Command::Help(text.into()), settings: Settings::default() }
    }
}

impl Given {
    fn arguments(self) -> Result<Arguments, String> {
        let mut settings = Settings { today: machine_day(), ..self.preset };
        // Presets come first wherever they stand.
        for (setting, value) in &self.chosen {
            setting.set(&mut settings, value).map_err(|error| error.to_string())?;
        }
        let mut words = self.words.into_iter();
        let name = words.next().ok_or("what is to be done? flows, why, path, lint, rules, plan or diff")?;
        let paths: Vec<String> = words.collect();
        let numbers = self.source_port.is_some() || self.icmp_type.is_some() || self.icmp_code.is_some();
        let asks = self.from.is_some() || self.to.is_some() || self.port.is_some() || self.protocol.is_some() || numbers;
        if asks && !matches!(name.as_str(), "why" | "path") {
            return Err(format!("{name}: --from, --to, --port, --protocol and the like belong to why and path"));
        }
        if self.explain.is_some() && name != "lint" {
            return Err(format!("{name}: --explain belongs to lint"));
        }
        let of_way = |(setting, _): &&(&Setting, String)| setting.group == Group::Way && !(name == "plan" && setting.name == "plugin");
        let alien = self.chosen.iter().find(of_way).map(|(setting, _)| setting.name);
        let alien = alien.or(self.entry.and(Some("via"))).or(self.node.as_ref().and(Some("node")));
        if let Some(alien) = alien.filter(|_| name != "path") {
            return Err(format!("{name}: --{alien} is a choice of the way, and belongs to path"));
        }
        let mut asked = self.asked;
        if name == "plan" {
            asked.plugin = settings.routing.pod_network.take();
        }
        if !asked.is_empty() && name != "plan" {
            return Err(format!("{name}: --subnet, --plugin, --nodes and the like belong to plan"));
        }
        let some = |paths: Vec<String>| {
            if paths.is_empty() { Err(format!("{name}: which files? give a file, a folder or - for standard input")) } else { Ok(paths) }
        };
        let format = self.format;
        let command = match name.as_str() {
            "flows" => Command::Flows { paths: some(paths)?, format: one_of(format, Format::ALL)? },
            "why" => {
                let end = |end: Option<String>, flag: &str| end.ok_or(format!("why: {flag} is missing, for instance {flag} shop/frontend"));
                let question = Question {
                    from: end(self.from, "--from")?,
                    to: end(self.to, "--to")?,
                    protocol: self.protocol.unwrap_or(Protocol::TCP),
                    port: self.port,
                    source_port: self.source_port,
                    icmp_type: self.icmp_type,
                    icmp_code: self.icmp_code,
                };
                Command::Why { paths: some(paths)?, question, format: one_of(format, WhyFormat::ALL)? }
            }
            "path" => {
                let end =
                    |end: Option<String>, flag: &str, like: &str| end.ok_or(format!("path: {flag} is missing, for instance {flag} {like}"));
                let question = path::Question {
                    from: end(self.from, "--from", "203.0.113.7")?,
                    to: end(self.to, "--to", "svc/shop/frontend")?,
                    protocol: self.protocol.unwrap_or(Protocol::TCP),
                    port: self.port,
                    source_port: self.source_port,
                    icmp_type: self.icmp_type,
                    icmp_code: self.icmp_code,
                    entry: self.entry,
                    node: self.node,
                };
                Command::Path { paths: some(paths)?, question, format: one_of(format, PathFormat::ALL)? }
            }
            "lint" if self.explain.is_some() => Command::Explain(self.explain.unwrap_or_default()),
            "lint" => Command::Lint { paths: some(paths)?, format: one_of(format, LintFormat::ALL)? },
            "rules" => Command::Rules { paths: some(paths)?, format: one_of(format, RulesFormat::ALL)? },
            "plan" => {
                let paths = if asked.subnet.is_empty() { some(paths)? } else { paths };
                Command::Plan { paths, asked, format: one_of(format, PlanFormat::ALL)? }
            }
            "diff" => match <[String; 2]>::try_from(paths) {
                Ok([old, new]) => Command::Diff { old, new, format: one_of(format, DiffFormat::ALL)? },
                Err(_) => return Err("diff: give two paths, the old one and the new one".into()),
            },
            "help" => Command::Help(HELP.into()),
            other => return Err(format!("there is no command `{other}`: flows, why, path, lint, rules, plan or diff")),
        };
        Ok(Arguments { command, settings })
    }
}

/// The day of the machine's clock.
fn machine_day() -> Option<Date> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    u32::try_from(since.as_secs() / 86_400).ok().map(Date::from_days)
}

fn choose<T: Clone>(parser: &mut Parser, flag: &str, options: &[(&str, T)]) -> Result<T, lexopt::Error> {
    let value = parser.value()?.string()?;
    let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
    let found = options.iter().find(|(name, _)| *name == value).map(|(_, option)| option.clone());
    found.ok_or_else(|| format!("--{flag} `{value}`: it takes {}", names.join(", ")).into())
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
