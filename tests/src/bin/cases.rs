//! `cases DIR --netpolis COMMAND [--table FILE] [--held FILE]`: runs the cases below a folder on the command.
//!
//! Exit code 0 when all agree (with `--held`: as many of each kind as the table says), 1 when not, 2 when they cannot be run.

use std::path::PathBuf;
use std::process::ExitCode;

use netpolis_tests::cases::{recorded, run, table, totals};

const USAGE: &str = "usage: cases DIR --netpolis COMMAND [--table FILE] [--held FILE]";

#[derive(Default)]
struct Options {
    folder: Option<PathBuf>,
    command: Option<PathBuf>,
    table: Option<PathBuf>,
    held: Option<PathBuf>,
}

fn main() -> ExitCode {
    match options().and_then(|options| try_cases(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("cases: {message}");
            ExitCode::from(2)
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let slot = match argument.as_str() {
            "--netpolis" => &mut options.command,
            "--table" => &mut options.table,
            "--held" => &mut options.held,
            _ if options.folder.is_none() && !argument.starts_with('-') => {
                options.folder = Some(argument.into());
                continue;
            }
            _ => return Err(USAGE.to_owned()),
        };
        *slot = Some(arguments.next().ok_or(USAGE)?.into());
    }
    Ok(options)
}

fn try_cases(options: &Options) -> Result<bool, String> {
    let (Some(folder), Some(command)) = (&options.folder, &options.command) else { return Err(USAGE.to_owned()) };
    let cases = run(command, folder)?;
    for case in cases.iter().filter(|case| !case.faults.is_empty()) {
        println!("{}: {}", case.name, case.title);
        for fault in &case.faults {
            println!("    {fault}");
        }
        println!("    because: {}", case.because);
    }
    let agreed = cases.iter().filter(|case| case.faults.is_empty()).count();
    let totals = totals(&cases);
    if let Some(file) = &options.table {
        std::fs::write(file, table(&totals)).map_err(|e| format!("cannot write `{}`: {e}", file.display()))?;
    }
    let mut fine = agreed == cases.len();
    if let Some(file) = &options.held {
        let text = std::fs::read_to_string(file).map_err(|e| format!("cannot read `{}`: {e}", file.display()))?;
        fine = true;
        for (key, before) in recorded(&text) {
            // Other data may lack a kind.
            if let Some((agreed, _)) = totals.get(&key).filter(|(agreed, all)| *agreed < before && *all >= before) {
                println!("fewer than before: {agreed}, not {before}, of {}: {}", key.0, key.1);
                fine = false;
            }
        }
    }
    println!("cases {agreed}/{}", cases.len());
    Ok(fine)
}
