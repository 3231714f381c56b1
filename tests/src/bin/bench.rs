//! `bench [--json FILE] [--wasm] [--table FILE] [--answers] [--reply]`: times and memory for generated clusters of 100, 1,000 and 10,000 pods.
//!
//! And for clusters on Azure, machines with security groups, and ways to 10,000 Services.
//!
//! And whole commands for 10,000 and 100,000 pods, a table of which `--table` writes into docs/performance.md.
//!
//! Every size is measured in a process of its own, so that one does not use the memory of another; times are medians. With `--wasm` the
//! same steps are measured in WebAssembly too, as the engine is built, run by Node.

use std::env;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use netpolis_core::analysis::{Analysis, Reading};
use netpolis_core::answers::diff::{Version, diff};
use netpolis_core::answers::fix;
use netpolis_core::answers::pointless::{Effect, pointless};
use netpolis_core::endpoints::{FlowTable, TitledLine, lines};
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::policy::Direction;
use netpolis_core::settings::Settings;
use netpolis_tests::generate::{File, Plan, PodNetwork, azure_cluster, azure_machines, generate, services};
use netpolis_tests::large::{self, Cost, peak_mb};
use netpolis_tests::measure::{Selectors, Steps};
use netpolis_tests::reply_steps::reply_steps;
use serde::{Deserialize, Serialize};

const USAGE: &str = "usage: bench [--json FILE] [--wasm] [--table FILE] [--answers] [--reply]";
const SEED: u64 = 1;
/// Selectors that are compiled over as many pods.
const SELECTORS: usize = 10_000;
/// Nodes of the cluster on Azure; its pods and policies.
const AZURE: (usize, usize, usize) = (400, 10_000, 300);
/// Services and nodes of the scene for ways.
const SERVICES: (usize, usize) = (10_000, 1_000);
/// Pods and policies of the clusters whose exposure is measured, and whether Calico's are among them.
const EXPOSED: [(usize, usize, bool); 4] = [(1_000, 300, false), (1_000, 300, true), (10_000, 3_000, false), (10_000, 3_000, true)];
/// Pods and policies of the clusters that whole commands are measured on.
const LARGE: [(usize, usize); 2] = [(10_000, 3_000), (100_000, 20_000)];
/// Between these lines of the page stands the table.
const MARKS: [&str; 2] = ["<!-- written by ./dev bench --table -->\n", "<!-- end -->"];
/// Pods, policies, and how often each step is run.
const SIZES: [(usize, usize, usize); 3] = [(100, 30, 31), (1_000, 300, 15), (10_000, 3_000, 5)];

/// One line of the table.
#[derive(Serialize)]
struct Row {
    name: String,
    /// `native` or `wasm`; `calico` is native, with one policy in three Calico's; `azure` native, on nodes with security groups.
    target: &'static str,
    pods: usize,
    policies: usize,
    #[serde(flatten)]
    times: Times,
}

#[derive(Serialize, Deserialize)]
struct Times {
    /// Text to resources.
    load_ms: f64,
    /// Resources to compiled policies.
    compile_ms: f64,
    /// The answer for every pair of classes, each looked up.
    connectivity_ms: f64,
    /// One policy edited, until any pair can be asked for.
    edit_ms: f64,
    /// Peak of memory, in units of 1,000,000 bytes.
    peak_mb: f64,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut arguments = env::args().skip(1);
    let (mut json, mut page, mut wasm) = (None::<PathBuf>, None::<PathBuf>, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = Some(arguments.next().ok_or(USAGE)?.into()),
            "--wasm" => wasm = true,
            "--table" => page = Some(arguments.next().ok_or(USAGE)?.into()),
            "--command" => {
                let (command, folder) = arguments.next().zip(arguments.next()).ok_or(USAGE)?;
                println!("{}", to_json(&large::run(&command, &folder)?)?);
                return Ok(());
            }
            "--answers" => {
                print_answers();
                return Ok(());
            }
            "--reply" => {
                print_reply();
                return Ok(());
            }
            // What this program calls itself with.
            "--one" => {
                let numbers: Vec<usize> = arguments.by_ref().filter_map(|n| n.parse().ok()).collect();
                let &[pods, policies, rounds, kind] = numbers.as_slice() else { return Err(USAGE.into()) };
                println!("{}", to_json(&measure(pods, policies, rounds, kind))?);
                return Ok(());
            }
            _ => return Err(USAGE.into()),
        }
    }
    if let Some(page) = page {
        return write_page(&page);
    }
    let mut rows = Vec::new();
    println!(
        "{:<8} {:>7} {:>9} {:>10} {:>12} {:>17} {:>9} {:>9}",
        "target", "pods", "policies", "load ms", "compile ms", "all pairs ms", "edit ms", "peak MB"
    );
    let module = if wasm { Some(build_wasm()?) } else { None };
    for (pods, policies, rounds) in SIZES {
        let program = env::current_exe().map_err(|e| format!("cannot find this program: {e}"))?;
        let kinds: &[(&'static str, usize)] = if pods == SIZES[0].0 { &[("native", 0)] } else { &[("native", 0), ("calico", 1)] };
        for (target, calico) in kinds {
            let numbers = [pods, policies, rounds, *calico].map(|n| n.to_string());
            let times = one_line(Command::new(&program).arg("--one").args(&numbers))?;
            report(&mut rows, target, pods, policies, times);
        }
        if let Some(module) = &module {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench.mjs");
            let numbers = [pods.to_string(), policies.to_string(), SEED.to_string(), rounds.to_string()];
            let times = one_line(Command::new("node").arg(script).arg(module).args(&numbers))?;
            report(&mut rows, "wasm", pods, policies, times);
        }
    }
    let program = env::current_exe().map_err(|e| format!("cannot find this program: {e}"))?;
    let (_, pods, policies) = AZURE;
    let numbers = [pods, policies, 5, 2].map(|n| n.to_string());
    report(&mut rows, "azure", pods, policies, one_line(Command::new(&program).arg("--one").args(&numbers))?);
    let mut selectors = Selectors::new(SELECTORS, SELECTORS, SEED);
    if selectors.read() != SELECTORS {
        return Err(format!("only {} of {SELECTORS} selectors were read", selectors.read()));
    }
    let times = (0..5).map(|_| {
        let started = Instant::now();
        black_box(selectors.run());
        started.elapsed().as_secs_f64() * 1e3
    });
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    println!("parse and compile {SELECTORS} selectors over {SELECTORS} pods: {:.1} ms", times.get(2).copied().unwrap_or_default());
    println!("{}", security_group());
    println!("{}", machines());
    ways().iter().for_each(|line| println!("{line}"));
    print_answers();
    match json {
        Some(file) => std::fs::write(&file, to_json(&rows)?).map_err(|e| format!("cannot write `{}`: {e}", file.display())),
        None => Ok(()),
    }
}

/// Measures whole commands and writes their table into the page.
fn write_page(page: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(page).map_err(|e| format!("cannot read `{}`: {e}", page.display()))?;
    let parts = text.split_once(MARKS[0]).and_then(|(start, rest)| Some((start, rest.split_once(MARKS[1])?.1)));
    let (start, end) = parts.ok_or("the page has no place for the table")?;
    let table = commands()?;
    print!("{table}");
    let text = format!("{start}{}{table}{}{end}", MARKS[0], MARKS[1]);
    std::fs::write(page, text).map_err(|e| format!("cannot write `{}`: {e}", page.display()))
}

/// A table of what whole commands cost.
fn commands() -> Result<String, String> {
    let program = env::current_exe().map_err(|e| format!("cannot find this program: {e}"))?;
    let mut table = String::from("| pods / policies | command | CPU s | peak MB | MB written |\n| --- | --- | --- | --- | --- |\n");
    for (pods, policies) in LARGE {
        let folder = env::temp_dir().join(format!("netpolis-bench-{pods}-{}", std::process::id()));
        let cannot = |error: std::io::Error| format!("cannot use `{}`: {error}", folder.display());
        std::fs::create_dir_all(&folder).map_err(cannot)?;
        for file in generate(&Plan { pods, policies, seed: SEED, cluster_wide: false, calico: false }) {
            std::fs::write(folder.join(&file.name), &file.text).map_err(cannot)?;
        }
        for command in large::COMMANDS {
            let Cost { cpu_s, peak_mb, written } = one_line(Command::new(&program).args(["--command", command]).arg(&folder))?;
            let megabytes = written as f64 / 1e6;
            table += &format!("| {pods} / {policies} | `{command}` | {cpu_s:.2} | {peak_mb:.0} | {megabytes:.1} |\n");
        }
        std::fs::remove_dir_all(&folder).map_err(cannot)?;
    }
    Ok(table)
}

/// The median time of a step in milliseconds.
fn time(step: &mut dyn FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let started = Instant::now();
            step();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(7).copied().unwrap_or_default()
}

fn scene_of(files: &[File]) -> Analysis {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&files.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect::<Vec<_>>());
    scene
}

/// All pairs of 1,000 machines, each with one of 50 security groups, as a list of flows asks for them.
fn machines() -> String {
    let file = File { name: "machines.yaml".into(), text: azure_machines(1_000, 50, SEED) };
    let scene = scene_of(&[file]);
    let pairs = time(&mut || {
        let connectivity = netpolis_core::connectivity::Connectivity::new(scene.compiled(), scene.snapshot());
        let ends: Vec<TitledLine> =
            lines(scene.snapshot(), &connectivity, Direction::Egress).into_iter().map(|l| TitledLine::new(scene.snapshot(), l)).collect();
        let mut table = FlowTable::new(&connectivity);
        for from in &ends {
            for to in &ends {
                black_box(table.between(from, to));
            }
        }
    });
    format!("1000 machines with 50 security groups: all pairs {pairs:.1} ms")
}

/// What is answered about policies as a whole, and what would change them.
fn print_answers() {
    for (pods, policies, calico) in EXPOSED {
        about_policies(pods, policies, calico).iter().for_each(|line| println!("{line}"));
    }
    fixes().iter().for_each(|line| println!("{line}"));
}

/// What the page's replies cost.
fn print_reply() {
    for (pods, policies, _) in &SIZES[1..] {
        for (what, steps) in ["first reply", "reply to an edit"].iter().zip(reply_steps(*pods, *policies, SEED)) {
            println!("{what}, {pods} pods / {policies} policies: {:.1} ms", steps.iter().map(|(_, ms)| ms).sum::<f64>());
            steps.iter().for_each(|(step, ms)| println!("  {step}: {ms:.1} ms"));
        }
    }
}

/// Exposure, with the pods that do not exist compiled and asked about; pointless rules; a difference; engines compared.
fn about_policies(pods: usize, policies: usize, calico: bool) -> Vec<String> {
    let files = generate(&Plan { pods, policies, seed: SEED, cluster_wide: false, calico });
    let mut steps = Steps::new(files.clone());
    steps.type_something(1);
    let edited = scene_of(steps.files());
    let scene = scene_of(&files);
    let [old, new] = [&scene, &edited].map(|scene| {
        scene.connectivity().evaluate_all();
        Version { snapshot: scene.snapshot(), connectivity: scene.connectivity() }
    });
    let kind = if calico { ", one in three of Calico's" } else { "" };
    let line =
        |what: &str, found: usize, time: f64| format!("{what}, {pods} pods / {policies} policies{kind}: {time:.1} ms ({found} found)");
    let exposure = time(&mut || drop(black_box(scene.exposure())));
    let parts = time(&mut || drop(black_box(pointless(scene.compiled(), scene.snapshot()))));
    let difference = time(&mut || drop(black_box(diff(old, new))));
    let engines = || Reading::ALL.map(|reading| scene.under_engine(reading));
    let compared = time(&mut || drop(black_box(engines())));
    let found = |effect: &Effect| effect.is_pointless();
    vec![
        line("exposure", scene.exposure().sides.iter().map(|side| side.peers.len()).sum(), exposure),
        line("pointless", pointless(scene.compiled(), scene.snapshot()).iter().filter(|part| found(&part.effect)).count(), parts),
        line("diff", diff(old, new).len(), difference),
        line("engines", engines().iter().map(|engine| engine.differences.len()).sum(), compared),
    ]
}

/// Tables of ways for 10,000 Services with 100,000 endpoints, and single ways.
fn ways() -> Vec<String> {
    let (count, nodes) = SERVICES;
    let scene = scene_of(&services(count, nodes));
    let started = Instant::now();
    scene.paths();
    let tables = started.elapsed().as_secs_f64() * 1e3;
    let mut lines = vec![format!("{count} Services, {} endpoints, {nodes} nodes: tables of ways {tables:.1} ms", count * 10)];
    for (what, from, to, port) in [
        ("a pod to a ClusterIP", "shop/s0-0", "svc/shop/s2", 80),
        ("outside to a node port", "203.0.113.7", "svc/shop/s4", 30_002),
        ("outside to a load balancer", "203.0.113.7", "svc/shop/s206", 80),
        ("outside to a load balancer with a pod on every node", "203.0.113.7", "svc/shop/wide", 80),
    ] {
        let asked = Asked { from, to, port: Some(port), protocol: Protocol::TCP, entry: None, node: None };
        let one = time(&mut || drop(black_box(scene.path(&asked))));
        lines.push(format!("  {what}: {one:.3} ms"));
    }
    lines
}

/// The smallest changes that allow or stop flows, of which each is read and decided again. The slowest of some questions.
fn fixes() -> Vec<String> {
    let sizes = SIZES.iter().flat_map(|(pods, policies, _)| [(*pods, *policies, false), (*pods, *policies, true)]);
    let one = |(pods, policies, calico): (usize, usize, bool)| {
        let scene = scene_of(&generate(&Plan { pods, policies, seed: SEED, cluster_wide: false, calico }));
        let snapshot = scene.snapshot();
        let names: Vec<String> =
            snapshot.pods().map(|(_, pod)| format!("{}/{}", snapshot.namespace_name(pod.namespace), pod.name)).collect();
        scene.connectivity();
        let mut times = Vec::new();
        let mut proposals = 0;
        for (number, deny) in [(1, false), (2, false), (3, true), (5, false), (7, true)] {
            let pick = |at: usize| names.get(at * names.len() / 9).map_or("", String::as_str);
            let (from, to) = (pick(number), pick(8 - number));
            let question = fix::Question { from, to, port: Some(5432), protocol: Protocol::TCP, deny };
            let started = Instant::now();
            let found = black_box(scene.fix(&question));
            times.push(started.elapsed().as_secs_f64() * 1e3);
            proposals += found.map_or(0, |fixes| fixes.proposals.len());
        }
        times.sort_by(f64::total_cmp);
        let (median, slowest) = (times.get(2).copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
        let of = if calico { ", a third Calico's" } else { "" };
        format!("fix, {pods} pods / {policies} policies{of}: {median:.1} ms, {slowest:.1} ms at most, {proposals} proposals to 5 questions")
    };
    sizes.map(one).collect()
}

/// Reading and linting one security group of 1,000 rules, the most that Azure takes.
fn security_group() -> String {
    let text = netpolis_tests::generate::security_group(1_000, SEED);
    let read = || {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("group.json", &text)]);
        scene
    };
    let reading = time(&mut || drop(black_box(read())));
    let scene = read();
    let linting = time(&mut || drop(black_box(netpolis_core::answers::lint::lint(&scene.lint_input()))));
    let pairs = time(&mut || drop(black_box(netpolis_core::connectivity::Connectivity::new(scene.compiled(), scene.snapshot()))));
    format!("security group of 1000 rules: read and compile {reading:.1} ms, lint {linting:.1} ms, all pairs {pairs:.1} ms")
}

fn to_json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|e| e.to_string())
}

fn report(rows: &mut Vec<Row>, target: &'static str, pods: usize, policies: usize, times: Times) {
    let Times { load_ms, compile_ms, connectivity_ms, edit_ms, peak_mb } = times;
    println!(
        "{target:<8} {pods:>7} {policies:>9} {load_ms:>10.2} {compile_ms:>12.2} {connectivity_ms:>17.2} {edit_ms:>9.2} {peak_mb:>9.1}"
    );
    let name = if target == "azure" { format!("azure-{pods}") } else { format!("generated-{pods}") };
    rows.push(Row { name, target, pods, policies, times });
}

/// Runs a command that prints its measurements as one line.
fn one_line<T: for<'de> Deserialize<'de>>(command: &mut Command) -> Result<T, String> {
    let output = command.output().map_err(|e| format!("cannot run {command:?}: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let failed = || format!("{command:?} did not work: {}{text}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(text.trim()).map_err(|_| failed())
}

/// `kind` is 1 with Calico's policies, 2 on Azure.
fn measure(pods: usize, policies: usize, rounds: usize, kind: usize) -> Times {
    let plan = Plan { pods, policies, seed: SEED, cluster_wide: false, calico: kind == 1 };
    let files = if kind == 2 { azure_cluster(&plan, AZURE.0, PodNetwork::Flat) } else { generate(&plan) };
    let mut steps = Steps::new(files);
    let load_ms = repeat(&mut steps, rounds, |_, _| {}, Steps::load);
    let compile_ms = repeat(&mut steps, rounds, |_, _| {}, Steps::compile);
    let connectivity_ms = repeat(&mut steps, rounds, |_, _| {}, Steps::connect);
    steps.open();
    let edit_ms = repeat(&mut steps, rounds, Steps::type_something, Steps::edit);
    Times { load_ms, compile_ms, connectivity_ms, edit_ms, peak_mb: peak_mb() }
}

/// The median time of a step in milliseconds.
fn repeat<R>(steps: &mut Steps, rounds: usize, before: impl Fn(&mut Steps, usize), step: impl Fn(&mut Steps) -> R) -> f64 {
    let mut times: Vec<f64> = (0..rounds)
        .map(|round| {
            before(steps, round);
            let started = Instant::now();
            black_box(step(steps));
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(rounds / 2).copied().unwrap_or_default()
}

/// Builds the steps for WebAssembly with the engine's own profile.
fn build_wasm() -> Result<PathBuf, String> {
    let target = "wasm32-unknown-unknown";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(&root).args([
        "build",
        "--quiet",
        "--package",
        "netpolis-tests",
        "--example",
        "wasm_bench",
        "--profile",
        "engine-release",
    ]);
    cargo.args(["--target", target]).env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    // `./dev` finds out which toolchain has the target.
    if let Ok(toolchain) = env::var("WASM_TOOLCHAIN") {
        cargo.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    let status = cargo.status().map_err(|e| format!("cannot run cargo: {e}"))?;
    if !status.success() {
        return Err("the WebAssembly build did not work".into());
    }
    let folder = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(folder.join(target).join("engine-release/examples/wasm_bench.wasm"))
}
