//! `netpolis`: which flows do these policies allow, and which line decides?

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use netpolis::args::{Command, parse};
use netpolis::{diff, formats, input, lint, why};
use netpolis_core::scene::Scene;

/// Exit codes: 0 fine, 1 findings, 2 bad usage or unreadable input.
const FINDINGS: u8 = 1;
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    match run() {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(FINDINGS),
        Err(message) => {
            eprintln!("netpolis: {message}");
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Whether there are findings.
fn run() -> Result<bool, String> {
    let arguments = parse(std::env::args_os())?;
    let load = |paths: &[String]| -> Result<Scene, String> {
        let mut scene = Scene::new(arguments.settings.clone());
        let files = input::read(paths)?;
        scene.set_files(&files.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect::<Vec<_>>());
        Ok(scene)
    };
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // Broken text never silences the answer about the rest, but nobody should miss it.
    let report_errors = |scene: &Scene| {
        let errors = lint::render(scene, lint::Least::Error, colour);
        eprint!("{}", errors.text);
    };
    let (text, findings) = match &arguments.command {
        Command::Help(text) => (text.clone(), false),
        Command::Flows { paths, format } => {
            let scene = load(paths)?;
            report_errors(&scene);
            (formats::flows(&scene, *format), false)
        }
        Command::Why { paths, question, format } => {
            let scene = load(paths)?;
            report_errors(&scene);
            let answer = why::ask(&scene, question)?;
            (why::render(&scene, &answer, *format), answer.verdict != netpolis_core::decide::Verdict::Allowed)
        }
        Command::Lint { paths } => {
            let report = lint::render(&load(paths)?, lint::Least::Note, std::io::stdout().is_terminal() && colour);
            (report.text, report.findings)
        }
        Command::Diff { old, new, format } => {
            let (old, new) = (load(std::slice::from_ref(old))?, load(std::slice::from_ref(new))?);
            [&old, &new].into_iter().for_each(report_errors);
            let differences = diff::between(&old, &new);
            (diff::render(&differences, *format), !differences.is_empty())
        }
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A reader that has seen enough (`| head`) is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot write the answer: {error}")),
        _ => Ok(findings),
    }
}
