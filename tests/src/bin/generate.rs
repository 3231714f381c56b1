//! `generate --pods N --policies M --seed S [--cluster-wide] [--calico] [--azure-nodes N [--flat]] [--services N] DIR`: writes a generated cluster as YAML files.

use std::path::PathBuf;
use std::process::ExitCode;

use netpolis_tests::generate::{Plan, PodNetwork, azure_cluster, generate, services};

const USAGE: &str =
    "usage: generate --pods N --policies M --seed S [--cluster-wide] [--calico] [--azure-nodes N [--flat]] [--services N] DIR";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("generate: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<String, String> {
    let mut plan = Plan { pods: 100, policies: 30, seed: 1, cluster_wide: false, calico: false };
    let (mut azure_nodes, mut network, mut wanted) = (None, PodNetwork::Overlay, None);
    let mut folder: Option<PathBuf> = None;
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().ok_or_else(|| format!("`{argument}` needs a number\n{USAGE}"))?;
            value.parse::<u64>().map_err(|_| format!("`{value}` is not a number"))
        };
        match argument.as_str() {
            "--pods" => plan.pods = number()? as usize,
            "--policies" => plan.policies = number()? as usize,
            "--seed" => plan.seed = number()?,
            "--cluster-wide" => plan.cluster_wide = true,
            "--calico" => plan.calico = true,
            "--azure-nodes" => azure_nodes = Some(number()?.max(1) as usize),
            "--services" => wanted = Some(number()? as usize),
            "--flat" => network = PodNetwork::Flat,
            _ if argument.starts_with('-') || folder.is_some() => return Err(format!("unknown argument `{argument}`\n{USAGE}")),
            _ => folder = Some(argument.into()),
        }
    }
    let folder = folder.ok_or(USAGE)?;
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make the folder `{}`: {e}", folder.display()))?;
    let files = match (wanted, azure_nodes) {
        (Some(wanted), nodes) => services(wanted, nodes.unwrap_or(1_000)),
        (None, Some(nodes)) => azure_cluster(&plan, nodes, network),
        (None, None) => generate(&plan),
    };
    for file in &files {
        let path = folder.join(&file.name);
        std::fs::write(&path, &file.text).map_err(|e| format!("cannot write `{}`: {e}", path.display()))?;
    }
    Ok(format!("{} pods, {} policies: {} files in {}", plan.pods, plan.policies, files.len(), folder.display()))
}
