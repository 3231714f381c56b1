//! `netpolis`: which flows do these policies allow, and which line decides?

use std::error::Error;
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use netpolis::args::{Command, parse};
use netpolis::input::ReadError;
use netpolis::{
    check, convert, diff, engines, exposure, fix, flow_logs, formats, input, least_privilege, lesson, lint, path, plan, pointless, rules,
    why,
};
use netpolis_core::analysis::{Analysis, MOST_PATHS, TooManyPaths};
use netpolis_core::answers::checks;
use netpolis_core::path::PathVerdict;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::Verdict;

/// How a command ends; the worst counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing to say.
    Fine,
    /// A check that cannot be told to hold.
    CannotTell,
    /// Something to look at.
    Findings,
    /// The command was not understood, or the input was not read whole.
    Unusable,
}

impl Outcome {
    fn findings(found: bool) -> Self {
        if found { Outcome::Findings } else { Outcome::Fine }
    }

    fn code(self) -> u8 {
        match self {
            Outcome::Fine => 0,
            Outcome::Findings => 1,
            Outcome::Unusable => 2,
            Outcome::CannotTell => 3,
        }
    }
}

fn main() -> ExitCode {
    let outcome = run().unwrap_or_else(|message| {
        eprintln!("netpolis: {message}");
        Outcome::Unusable
    });
    ExitCode::from(outcome.code())
}

fn run() -> Result<Outcome, Box<dyn Error>> {
    let arguments = parse(std::env::args_os())?;
    let load = |paths: &[String]| load(paths, &arguments.settings);
    let mut out = Output(BufWriter::new(io::stdout().lock()));
    match &arguments.command {
        Command::Help(text) => {
            out.write(|out| out.write_all(text.as_bytes()))?;
            Ok(Outcome::Fine)
        }
        Command::Flows { paths, format } => {
            let (analysis, read) = load(paths)?;
            let doubts = out.write(|out| formats::write(&analysis, *format, out))?.unwrap_or_default();
            formats::not_evaluated(&analysis).iter().for_each(|sentence| note(sentence));
            doubts.sentences().iter().for_each(|sentence| note(sentence));
            Ok(read)
        }
        Command::Why { paths, question, format } => {
            let (analysis, read) = load(paths)?;
            let reply = why::ask(&analysis, question)?;
            out.write(|out| out.write_all(why::render(&analysis, &reply, *format).as_bytes()))?;
            Ok(read.max(Outcome::findings(reply.answer.verdict != Verdict::Allowed)))
        }
        Command::Path { paths, question, format } => {
            let (analysis, read) = load(paths)?;
            let answer = path::ask(&analysis, question)?;
            out.write(|out| out.write_all(path::render(&analysis, &answer, *format).as_bytes()))?;
            Ok(read.max(Outcome::findings(answer.verdict != PathVerdict::Allowed)))
        }
        Command::Fix { paths, question, format } => {
            let (analysis, read) = load(paths)?;
            let fixes = fix::ask(&analysis, question)?;
            out.write(|out| out.write_all(fix::render(&analysis, &fixes, question, *format).as_bytes()))?;
            if let Some(number) = question.apply.filter(|_| !fixes.is_so_already) {
                let written = fix::apply(&analysis, &fixes, number)?;
                note(&format!("proposal {number} was written to {}", written.join(", ")));
                return Ok(read);
            }
            Ok(read.max(Outcome::findings(!fixes.is_so_already)))
        }
        Command::Exposure { paths, format } => {
            let (analysis, read) = load(paths)?;
            out.write(|out| out.write_all(exposure::render(&analysis, *format).as_bytes()))?;
            formats::not_evaluated(&analysis).iter().for_each(|sentence| note(sentence));
            Ok(read)
        }
        Command::Lint { paths, format } => {
            let analysis = analysis(paths, &arguments.settings)?;
            let text = lint::render(&analysis, *format, colour(&io::stdout()));
            out.write(|out| out.write_all(text.as_bytes()))?;
            Ok(Outcome::findings(lint::has_findings(&analysis)))
        }
        Command::Explain(code) => {
            let text = lint::explanation(code)?;
            out.write(|out| out.write_all(text.as_bytes()))?;
            Ok(Outcome::Fine)
        }
        Command::Rules { paths, format } => {
            let (analysis, read) = load(paths)?;
            out.write(|out| out.write_all(rules::render(&analysis, *format).as_bytes()))?;
            Ok(read)
        }
        Command::Plan { paths, asked, format } => {
            let (analysis, read) =
                if paths.is_empty() { (None, Outcome::Fine) } else { load(paths).map(|(analysis, read)| (Some(analysis), read))? };
            let plans = plan::planned(analysis.as_ref(), asked)?;
            out.write(|out| out.write_all(plan::render(&plans, *format).as_bytes()))?;
            Ok(read.max(Outcome::findings(plan::has_findings(&plans))))
        }
        Command::Pointless { paths, all, format } => {
            let (analysis, read) = load(paths)?;
            let parts = pointless::parts(&analysis, *all);
            out.write(|out| out.write_all(pointless::render(&analysis, &parts, *format).as_bytes()))?;
            Ok(read.max(Outcome::findings(pointless::has_findings(&parts))))
        }
        Command::LeastPrivilege { paths, question, format } => {
            let (analysis, read) = load(paths)?;
            let answer = least_privilege::ask(&analysis, question)?;
            out.write(|out| out.write_all(least_privilege::render(&analysis, &answer, *format).as_bytes()))?;
            Ok(read.max(Outcome::findings(!answer.exact)))
        }
        Command::Check { paths, format } => {
            let analysis = analysis(paths, &arguments.settings)?;
            let errors = check::unexpected_errors(&analysis);
            eprint!("{}", lint::errors(&analysis, &errors, colour(&io::stderr())));
            let read = if errors.is_empty() { Outcome::Fine } else { Outcome::Unusable };
            let results = analysis.checks();
            let worst = check::worst(&results).ok_or(NoChecks)?;
            let text = check::render(&analysis, &results, *format, colour(&io::stdout()));
            out.write(|out| out.write_all(text.as_bytes()))?;
            Ok(read.max(match worst {
                checks::Outcome::Passed => Outcome::Fine,
                checks::Outcome::CannotTell => Outcome::CannotTell,
                checks::Outcome::Failed => Outcome::Findings,
                checks::Outcome::Broken => Outcome::Unusable,
            }))
        }
        Command::Engines { paths, format } => {
            let (analysis, read) = load(paths)?;
            let differs = out.write(|out| engines::write(&analysis, *format, out))?.unwrap_or_default();
            Ok(read.max(Outcome::findings(differs)))
        }
        Command::FlowLogs { paths, logs, format } => {
            let (analysis, read) = load(paths)?;
            let logs = input::read_logs(logs)?;
            let found = flow_logs::judge(&analysis, &logs);
            out.write(|out| flow_logs::write(&analysis, &found, *format, out))?;
            flow_logs::left_out(&found, *format).iter().for_each(|sentence| note(sentence));
            let logs_read = if found.not_read() == 0 { Outcome::Fine } else { Outcome::Unusable };
            Ok(read.max(logs_read).max(Outcome::findings(flow_logs::has_findings(&found))))
        }
        Command::Lesson { paths, action } => {
            let (text, is_wrong) = lesson::report(paths, *action)?;
            out.write(|out| out.write_all(text.as_bytes()))?;
            Ok(Outcome::findings(is_wrong))
        }
        Command::Convert { paths, question, format } => {
            let (analysis, read) = load(paths)?;
            let conversion = analysis.convert(question.target);
            out.write(|out| out.write_all(convert::render(&analysis, &conversion, *question, *format).as_bytes()))?;
            formats::not_evaluated(&analysis).iter().for_each(|sentence| note(sentence));
            convert::notes(&analysis, &conversion).iter().for_each(|sentence| note(sentence));
            Ok(read.max(Outcome::findings(convert::has_findings(&conversion))))
        }
        Command::Diff { old, new, paths, format } => {
            let (old, read_old) = load(std::slice::from_ref(old))?;
            let (new, read_new) = load(std::slice::from_ref(new))?;
            let mut between = diff::between(&old, &new);
            let mut read = read_old.max(read_new);
            if *paths && let Err(TooManyPaths(count)) = between.compare_paths() {
                note(&format!("{count} paths would have to be followed, and up to {MOST_PATHS} are: compare fewer namespaces at a time"));
                read = read.max(Outcome::Unusable);
            }
            let hidden = out.write(|out| between.write(*format, out))?.unwrap_or_default();
            if hidden > 0 {
                note(&format!("{hidden} more in “cannot tell”, in IPv6 or in other protocols: see --format json"));
            }
            Ok(read.max(Outcome::findings(between.differs())))
        }
    }
}

fn analysis(paths: &[String], settings: &Settings) -> Result<Analysis, ReadError> {
    let mut analysis = Analysis::new(settings.clone());
    let files = input::read(paths)?;
    analysis.set_files(&files.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect::<Vec<_>>());
    Ok(analysis)
}

/// Broken text never silences the answer about the rest; but nobody should miss that something is left out, no program either.
fn load(paths: &[String], settings: &Settings) -> Result<(Analysis, Outcome), ReadError> {
    let analysis = analysis(paths, settings)?;
    let errors = analysis.errors();
    eprint!("{}", lint::errors(&analysis, &errors, colour(&io::stderr())));
    let read = if errors.is_empty() { Outcome::Fine } else { Outcome::Unusable };
    Ok((analysis, read))
}

fn note(sentence: &str) {
    eprintln!("note: {sentence}");
}

fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// There is nothing to check.
#[derive(Debug)]
struct NoChecks;

impl fmt::Display for NoChecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no check in the input: give a file with `kind: Check`, or a test file of netassert")
    }
}

impl Error for NoChecks {}

/// The answer cannot be written.
#[derive(Debug)]
struct NotWritten(io::Error);

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write the answer: {}", self.0)
    }
}

impl Error for NotWritten {}

/// Standard output.
struct Output<W: Write>(BufWriter<W>);

impl<W: Write> Output<W> {
    /// Writes; nothing if the reader has seen enough (`| head`), which is no failure.
    fn write<T>(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<Option<T>, NotWritten> {
        let written = write(&mut self.0).and_then(|result| self.0.flush().map(|()| result));
        match written {
            Ok(result) => Ok(Some(result)),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
            Err(error) => Err(NotWritten(error)),
        }
    }
}
