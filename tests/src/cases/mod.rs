//! Inputs that once went wrong, each with the right value.
//!
//! A case is a folder with a `case.json` and the files that it names. It says which commands of `netpolis` are run there, what must hold of
//! what they print, the upstream text that settles it, and the *kind* of fault that it stands for. Cases are run on the command itself, as
//! a person would, so that any folder of this form can be tried on any build.

mod expect;
mod table;

pub use table::{recorded, table};

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

/// Longer than this no answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// `case.json`.
#[derive(Debug, Deserialize)]
struct Written {
    title: String,
    kind: String,
    because: String,
    source: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    run: Arguments,
    expect: expect::Expected,
}

/// Arguments of the command: in one text, as in a shell, or one by one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Arguments {
    Line(String),
    List(Vec<String>),
}

/// What came of one case.
#[derive(Debug)]
pub struct Case {
    /// Its folder, below the one that was run.
    pub name: String,
    /// What a person did, and what went wrong.
    pub title: String,
    /// The kind of fault.
    pub kind: String,
    /// What is not as it should be; empty if the case agrees.
    pub faults: Vec<String>,
    /// Why the expected value is right, and the upstream text that says so.
    pub because: String,
}

impl Case {
    /// The first folder of its name: the part of the program that it is about.
    pub fn area(&self) -> &str {
        self.name.split('/').next().filter(|area| *area != self.name).unwrap_or("")
    }
}

/// Cases by area and kind: how many agree, of how many.
pub type Totals = BTreeMap<(String, String), (usize, usize)>;

/// Counts cases by area and kind.
pub fn totals(cases: &[Case]) -> Totals {
    let mut totals = Totals::new();
    for case in cases {
        let (agreed, all) = totals.entry((case.area().to_owned(), case.kind.clone())).or_default();
        *agreed += usize::from(case.faults.is_empty());
        *all += 1;
    }
    totals
}

/// Runs every case below a folder, in the order of their names.
///
/// # Errors
/// When the folder or a `case.json` cannot be read, the command cannot be started, or there is no case at all.
pub fn run(command: &Path, folder: &Path) -> Result<Vec<Case>, String> {
    let command = command.canonicalize().map_err(|e| format!("no command `{}`: {e}", command.display()))?;
    let mut found = Vec::new();
    find(folder, &mut found)?;
    found.sort();
    if found.is_empty() {
        return Err(format!("there is no case in `{}`", folder.display()));
    }
    found.iter().map(|case| run_case(&command, folder, case)).collect()
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    if folder.join("case.json").is_file() {
        found.push(folder.to_owned());
    }
    let entries = std::fs::read_dir(folder).map_err(|e| format!("cannot read `{}`: {e}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            find(&path, found)?;
        }
    }
    Ok(())
}

fn run_case(command: &Path, top: &Path, folder: &Path) -> Result<Case, String> {
    let file = folder.join("case.json");
    let text = std::fs::read_to_string(&file).map_err(|e| format!("cannot read `{}`: {e}", file.display()))?;
    let written: Written = serde_json::from_str(&text).map_err(|e| format!("`{}`: {e}", file.display()))?;
    let mut faults = Vec::new();
    for step in &written.steps {
        let arguments = match &step.run {
            Arguments::List(list) => list.clone(),
            Arguments::Line(line) => shlex::split(line).ok_or_else(|| format!("`{}`: quotes are not closed: {line}", file.display()))?,
        };
        let found = match printed(command, &arguments, folder)? {
            Some(printed) => step.expect.faults(&printed),
            None => vec![format!("no answer in {} s", PATIENCE.as_secs())],
        };
        faults.extend(found.into_iter().map(|fault| format!("netpolis {}: {fault}", arguments.join(" "))));
    }
    Ok(Case {
        name: folder.strip_prefix(top).unwrap_or(folder).display().to_string(),
        title: written.title,
        kind: written.kind,
        faults,
        because: format!("{} ({})", written.because, written.source),
    })
}

/// What a command printed.
struct Printed {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs the command; nothing if it takes too long.
fn printed(command: &Path, arguments: &[String], folder: &Path) -> Result<Option<Printed>, String> {
    let mut child = Command::new(command)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot run `{}`: {e}", command.display()))?;
    // Both are read while it runs, or it would wait for ever with a full pipe.
    let (out, err) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let started = Instant::now();
    let code = loop {
        match child.try_wait().map_err(|e| e.to_string())? {
            Some(status) => break status.code(),
            None if started.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Ok(None);
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let text = |thread: std::thread::JoinHandle<Vec<u8>>| String::from_utf8_lossy(&thread.join().unwrap_or_default()).into_owned();
    Ok(Some(Printed { code, out: text(out), err: text(err) }))
}

fn reader(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}
