//! Whole commands on large clusters: what they cost, reading included.

use std::io::{self, Write};

use netpolis::formats::{self, Format, TextOrJson};
use netpolis::why::{self, Question};
use netpolis::{input, lint};
use netpolis_core::analysis::Analysis;
use netpolis_core::model::Protocol;
use netpolis_core::settings::Settings;
use netpolis_core::snapshot::PodId;
use serde::{Deserialize, Serialize};

/// What a command costs.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// Time of the processor for the program itself, in seconds, where the system tells (Linux); otherwise 0.
    pub cpu_s: f64,
    /// Peak of memory, in units of 1,000,000 bytes.
    pub peak_mb: f64,
    /// Bytes that were written.
    pub written: u64,
}

/// The commands that are measured, by name.
pub const COMMANDS: [&str; 4] = ["why", "flows", "flows --format json-sets", "edit and all pairs"];

/// Runs one of [`COMMANDS`] on a folder, in this process.
///
/// # Errors
/// When the folder cannot be read, or there is no such command.
pub fn run(command: &str, folder: &str) -> Result<Cost, String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let files = input::read(&[folder.to_owned()]).map_err(|e| failed(&e))?;
    let mut views: Vec<(&str, &str)> = files.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect();
    let mut analysis = Analysis::new(Settings::default());
    analysis.set_files(&views);
    let errors = analysis.errors();
    let mut out = Sink(lint::errors(&analysis, &errors, false).len() as u64);
    let mut before = 0.0;
    match command {
        "why" => {
            let name = |place: usize| analysis.snapshot().pod_title(PodId(place as u32));
            let ends = analysis.snapshot().pods().count();
            let question = Question {
                from: name(ends / 3),
                to: name(ends / 2),
                protocol: Protocol::TCP,
                port: Some(8080),
                source_port: None,
                icmp_type: None,
                icmp_code: None,
            };
            let reply = why::ask(&analysis, &question).map_err(|e| failed(&e))?;
            out.0 += why::render(&analysis, &reply, TextOrJson::Text).len() as u64;
        }
        "flows" => drop(formats::write(&analysis, Format::Txt, &mut out).map_err(|e| failed(&e))?),
        "flows --format json-sets" => drop(formats::write(&analysis, Format::JsonSets, &mut out).map_err(|e| failed(&e))?),
        "edit and all pairs" => {
            const PORT: &str = "- port: ";
            analysis.connectivity().evaluate_all();
            let policies = |view: &(&str, &str)| view.0.ends_with("-policies.yaml") && view.1.contains(PORT);
            let places: Vec<usize> = (0..views.len()).filter(|place| views.get(*place).is_some_and(policies)).collect();
            let view = places.get(places.len() / 2).and_then(|place| views.get_mut(*place)).ok_or("no policy has a port")?;
            let (start, end) = view.1.split_once(PORT).ok_or("no policy has a port")?;
            let edited = format!("{start}{PORT}2{end}");
            view.1 = &edited;
            before = cpu_s();
            analysis.set_files(&views);
            out.0 += analysis.connectivity().evaluate_all() as u64;
        }
        other => return Err(format!("there is no command `{other}`")),
    }
    Ok(Cost { cpu_s: cpu_s() - before, peak_mb: peak_mb(), written: out.0 })
}

/// Counts what is written.
struct Sink(u64);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// User time of this process. Linux counts it in hundredths of seconds.
fn cpu_s() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = status.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().nth(11).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or_default() / 100.0
}

/// The most memory that this process ever had, where the system tells (Linux); otherwise 0.
pub fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line.and_then(|l| l.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or_default();
    kib * 1024.0 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Plan, generate};

    #[test]
    fn every_command_runs_on_a_generated_cluster() -> Result<(), String> {
        let folder = std::env::temp_dir().join(format!("netpolis-large-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        for file in generate(&Plan { pods: 60, policies: 40, seed: 1, cluster_wide: false, calico: false }) {
            std::fs::write(folder.join(&file.name), &file.text).map_err(|e| e.to_string())?;
        }
        for command in COMMANDS {
            let cost = run(command, &folder.to_string_lossy())?;
            assert!(cost.written > 0, "{command}: {cost:?}");
        }
        std::fs::remove_dir_all(&folder).map_err(|e| e.to_string())
    }
}
