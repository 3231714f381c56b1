//! `netpolis`: which flows do these policies allow, and which line decides?

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use netpolis::args::{Command, parse};
use netpolis::{diff, formats, input, lint, path, plan, rules, why};
use netpolis_core::decide::Verdict;
use netpolis_core::path::PathVerdict;
use netpolis_core::scene::Scene;
use netpolis_core::settings::Settings;

/// How a command ends; the worst counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing to say.
    Fine = 0,
    /// Something to look at.
    Findings = 1,
    /// The command was not understood, or the input was not read whole.
    Unusable = 2,
}

impl Outcome {
    fn findings(found: bool) -> Self {
        if found { Outcome::Findings } else { Outcome::Fine }
    }
}

fn main() -> ExitCode {
    let outcome = run().unwrap_or_else(|message| {
        eprintln!("netpolis: {message}");
        Outcome::Unusable
    });
    ExitCode::from(outcome as u8)
}

fn run() -> Result<Outcome, String> {
    let arguments = parse(std::env::args_os())?;
    let load = |paths: &[String]| load(paths, &arguments.settings);
    let mut out = Output(BufWriter::new(io::stdout().lock()));
    match &arguments.command {
        Command::Help(text) => {
            out.write(|out| out.write_all(text.as_bytes()))?;
            Ok(Outcome::Fine)
        }
        Command::Flows { paths, format } => {
            let (scene, read) = load(paths)?;
            let doubts = out.write(|out| formats::write(&scene, *format, out))?.unwrap_or_default();
            formats::not_evaluated(&scene).iter().for_each(|sentence| note(sentence));
            doubts.sentences().iter().for_each(|sentence| note(sentence));
            Ok(read)
        }
        Command::Why { paths, question, format } => {
            let (scene, read) = load(paths)?;
            let reply = why::ask(&scene, question)?;
            out.write(|out| out.write_all(why::render(&scene, &reply, *format).as_bytes()))?;
            Ok(read.max(Outcome::findings(reply.answer.verdict != Verdict::Allowed)))
        }
        Command::Path { paths, question, format } => {
            let (scene, read) = load(paths)?;
            let answer = path::ask(&scene, question)?;
            out.write(|out| out.write_all(path::render(&scene, &answer, *format).as_bytes()))?;
            Ok(read.max(Outcome::findings(answer.verdict != PathVerdict::Allowed)))
        }
        Command::Lint { paths, format } => {
            let scene = scene(paths, &arguments.settings)?;
            let text = lint::render(&scene, *format, colour(&io::stdout()));
            out.write(|out| out.write_all(text.as_bytes()))?;
            Ok(Outcome::findings(lint::has_findings(&scene)))
        }
        Command::Rules { paths, format } => {
            let (scene, read) = load(paths)?;
            out.write(|out| out.write_all(rules::render(&scene, *format).as_bytes()))?;
            Ok(read)
        }
        Command::Plan { paths, asked, format } => {
            let (scene, read) =
                if paths.is_empty() { (None, Outcome::Fine) } else { load(paths).map(|(scene, read)| (Some(scene), read))? };
            let plans = plan::planned(scene.as_ref(), asked)?;
            out.write(|out| out.write_all(plan::render(&plans, *format).as_bytes()))?;
            Ok(read.max(Outcome::findings(plan::has_findings(&plans))))
        }
        Command::Diff { old, new, format } => {
            let (old, read_old) = load(std::slice::from_ref(old))?;
            let (new, read_new) = load(std::slice::from_ref(new))?;
            let differences = diff::between(&old, &new);
            let hidden = out.write(|out| diff::write(&differences, *format, out))?.unwrap_or_default();
            if hidden > 0 {
                note(&format!("{hidden} more in what cannot be told, in IPv6 or in other protocols: see --format json"));
            }
            Ok(read_old.max(read_new).max(Outcome::findings(!differences.is_empty())))
        }
    }
}

fn scene(paths: &[String], settings: &Settings) -> Result<Scene, String> {
    let mut scene = Scene::new(settings.clone());
    let files = input::read(paths)?;
    scene.set_files(&files.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect::<Vec<_>>());
    Ok(scene)
}

/// Broken text never silences the answer about the rest; but nobody should miss that something is left out, no program either.
fn load(paths: &[String], settings: &Settings) -> Result<(Scene, Outcome), String> {
    let scene = scene(paths, settings)?;
    eprint!("{}", lint::errors(&scene, colour(&io::stderr())));
    let read = if lint::has_errors(&scene) { Outcome::Unusable } else { Outcome::Fine };
    Ok((scene, read))
}

fn note(sentence: &str) {
    eprintln!("note: {sentence}");
}

fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Standard output.
struct Output<W: Write>(BufWriter<W>);

impl<W: Write> Output<W> {
    /// Writes; nothing if the reader has seen enough (`| head`), which is no failure.
    fn write<T>(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<Option<T>, String> {
        let written = write(&mut self.0).and_then(|result| self.0.flush().map(|()| result));
        match written {
            Ok(result) => Ok(Some(result)),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
            Err(error) => Err(format!("cannot write the answer: {error}")),
        }
    }
}
