//! `conformance DIR [--table FILE] [--held FILE]`: runs the conformance cases below a folder.
//!
//! Exit code 0 when all agree but for disputed cases (with `--held`: and in no fewer than the table says), 1 when not, 2 when the cases
//! cannot be read or there are none.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use netpolis_tests::conformance::{disputed, fallen, recorded, report, run, table};

const USAGE: &str = "usage: conformance DIR [--table FILE] [--held FILE]";

fn main() -> ExitCode {
    let mut folder: Option<PathBuf> = None;
    let mut file: Option<PathBuf> = None;
    let mut held: Option<PathBuf> = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--table" => file = arguments.next().map(Into::into),
            "--held" => held = arguments.next().map(Into::into),
            _ if folder.is_none() && !argument.starts_with('-') => folder = Some(argument.into()),
            _ => return trouble(USAGE),
        }
    }
    let Some(folder) = folder else { return trouble(USAGE) };
    match conform(&folder, file.as_deref(), held.as_deref()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => trouble(&message),
    }
}

fn trouble(message: &str) -> ExitCode {
    eprintln!("conformance: {message}");
    ExitCode::from(2)
}

fn conform(folder: &Path, file: Option<&Path>, held: Option<&Path>) -> Result<bool, String> {
    let sets = run(folder)?;
    let disputed = disputed()?;
    let (text, mut fine) = report(&sets, &disputed);
    println!("{text}");
    if let Some(held) = held {
        let text = std::fs::read_to_string(held).map_err(|e| format!("cannot read `{}`: {e}", held.display()))?;
        for line in fallen(&recorded(&text), &sets) {
            println!("fewer than before: {line}");
            fine = false;
        }
    }
    if let Some(file) = file {
        std::fs::write(file, table(&sets, &disputed)).map_err(|e| format!("cannot write `{}`: {e}", file.display()))?;
    }
    Ok(fine)
}
