//! What each command does: reads its files, asks, writes the answer, and says how it ended.

use std::error::Error;
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use netpolis::check::CheckFormat;
use netpolis::diff::DiffFormat;
use netpolis::exposure::ExposureFormat;
use netpolis::fix::FixFormat;
use netpolis::flow_logs::FlowLogsFormat;
use netpolis::formats::{Format, TextOrJson};
use netpolis::input::ReadError;
use netpolis::lesson::Action;
use netpolis::plan::Asked;
use netpolis::why::Question;
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
pub(crate) enum Outcome {
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
    /// Something to look at, or nothing.
    fn findings(found: bool) -> Self {
        if found { Outcome::Findings } else { Outcome::Fine }
    }

    /// The code that the process ends with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Outcome::Fine => 0,
            Outcome::Findings => 1,
            Outcome::Unusable => 2,
            Outcome::CannotTell => 3,
        }
    }
}

/// How a command ended, or why it could not be carried out.
type Ended = Result<Outcome, Box<dyn Error>>;

/// One call of `netpolis`.
pub(crate) struct Session<'a> {
    settings: &'a Settings,
    out: Output<StdoutLock<'static>>,
}

impl<'a> Session<'a> {
    /// With these settings, to standard output.
    pub(crate) fn new(settings: &'a Settings) -> Self {
        Session { settings, out: Output(BufWriter::new(io::stdout().lock())) }
    }

    /// Shows the help.
    pub(crate) fn help(&mut self, text: &str) -> Ended {
        self.say(text)?;
        Ok(Outcome::Fine)
    }

    /// All connections.
    pub(crate) fn flows(&mut self, paths: &[String], format: Format) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let doubts = self.out.write(|out| formats::write(&analysis, format, out))?.unwrap_or_default();
        formats::not_evaluated(&analysis).iter().for_each(|sentence| note(sentence));
        doubts.sentences().iter().for_each(|sentence| note(sentence));
        Ok(read)
    }

    /// One flow, and why.
    pub(crate) fn why(&mut self, paths: &[String], question: &Question, format: TextOrJson) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let reply = why::ask(&analysis, question)?;
        self.say(&why::render(&analysis, &reply, format))?;
        Ok(read.max(Outcome::findings(reply.answer.verdict != Verdict::Allowed)))
    }

    /// The whole path of a packet.
    pub(crate) fn path(&mut self, paths: &[String], question: &path::Question, format: TextOrJson) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let answer = path::ask(&analysis, question)?;
        self.say(&path::render(&analysis, &answer, format))?;
        Ok(read.max(Outcome::findings(answer.verdict != PathVerdict::Allowed)))
    }

    /// Changes that allow a flow or stop it; writes one if asked to.
    pub(crate) fn fix(&mut self, paths: &[String], question: &fix::Question, format: FixFormat) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let fixes = fix::ask(&analysis, question)?;
        self.say(&fix::render(&analysis, &fixes, question, format))?;
        if let Some(number) = question.apply.filter(|_| !fixes.is_so_already) {
            let written = fix::apply(&analysis, &fixes, number)?;
            note(&format!("proposal {number} was written to {}", written.join(", ")));
            return Ok(read);
        }
        Ok(read.max(Outcome::findings(!fixes.is_so_already)))
    }

    /// What could reach workloads, or be reached by them, that the input does not hold.
    pub(crate) fn exposure(&mut self, paths: &[String], format: ExposureFormat) -> Ended {
        let (analysis, read) = self.load(paths)?;
        self.say(&exposure::render(&analysis, format))?;
        formats::not_evaluated(&analysis).iter().for_each(|sentence| note(sentence));
        Ok(read)
    }

    /// Problems of the input.
    pub(crate) fn lint(&mut self, paths: &[String], format: TextOrJson) -> Ended {
        let analysis = self.analysis(paths)?;
        let text = lint::render(&analysis, format, colour(&io::stdout()));
        self.say(&text)?;
        Ok(Outcome::findings(lint::has_findings(&analysis)))
    }

    /// What a lint is about.
    pub(crate) fn explain(&mut self, code: &str) -> Ended {
        let text = lint::explanation(code)?;
        self.say(&text)?;
        Ok(Outcome::Fine)
    }

    /// The effective security rules of network interfaces.
    pub(crate) fn rules(&mut self, paths: &[String], format: TextOrJson) -> Ended {
        let (analysis, read) = self.load(paths)?;
        self.say(&rules::render(&analysis, format))?;
        Ok(read)
    }

    /// Whether address ranges suffice.
    pub(crate) fn plan(&mut self, paths: &[String], asked: &Asked, format: TextOrJson) -> Ended {
        let (analysis, read) =
            if paths.is_empty() { (None, Outcome::Fine) } else { self.load(paths).map(|(analysis, read)| (Some(analysis), read))? };
        let plans = plan::planned(analysis.as_ref(), asked)?;
        self.say(&plan::render(&plans, format))?;
        Ok(read.max(Outcome::findings(plan::has_findings(&plans))))
    }

    /// What could be removed.
    pub(crate) fn pointless(&mut self, paths: &[String], all: bool, format: TextOrJson) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let parts = pointless::parts(&analysis, all);
        self.say(&pointless::render(&analysis, &parts, format))?;
        Ok(read.max(Outcome::findings(pointless::has_findings(&parts))))
    }

    /// Policies for exactly the wanted flows.
    pub(crate) fn least_privilege(&mut self, paths: &[String], question: &least_privilege::Question, format: TextOrJson) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let answer = least_privilege::ask(&analysis, question)?;
        self.say(&least_privilege::render(&analysis, &answer, format))?;
        Ok(read.max(Outcome::findings(!answer.exact)))
    }

    /// Whether checks hold.
    pub(crate) fn check(&mut self, paths: &[String], format: CheckFormat) -> Ended {
        let analysis = self.analysis(paths)?;
        let errors = check::unexpected_errors(&analysis);
        tell(&lint::errors(&analysis, &errors, colour(&io::stderr())));
        let read = if errors.is_empty() { Outcome::Fine } else { Outcome::Unusable };
        let results = analysis.checks();
        let worst = check::worst(&results).ok_or(NoChecks)?;
        let text = check::render(&analysis, &results, format, colour(&io::stdout()));
        self.say(&text)?;
        Ok(read.max(match worst {
            checks::Outcome::Passed => Outcome::Fine,
            checks::Outcome::CannotTell => Outcome::CannotTell,
            checks::Outcome::Failed => Outcome::Findings,
            checks::Outcome::Broken => Outcome::Unusable,
        }))
    }

    /// What other engines answer.
    pub(crate) fn engines(&mut self, paths: &[String], format: TextOrJson) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let differs = self.out.write(|out| engines::write(&analysis, format, out))?.unwrap_or_default();
        Ok(read.max(Outcome::findings(differs)))
    }

    /// Flows of logs, each judged.
    pub(crate) fn flow_logs(&mut self, paths: &[String], logs: &[String], format: FlowLogsFormat) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let logs = input::read_logs(logs)?;
        let found = flow_logs::judge(&analysis, &logs);
        self.out.write(|out| flow_logs::write(&analysis, &found, format, out))?;
        flow_logs::left_out(&found, format).iter().for_each(|sentence| note(sentence));
        let logs_read = if found.not_read() == 0 { Outcome::Fine } else { Outcome::Unusable };
        Ok(read.max(logs_read).max(Outcome::findings(flow_logs::has_findings(&found))))
    }

    /// Lessons: whether they are right, and their lists.
    pub(crate) fn lesson(&mut self, paths: &[String], action: Action) -> Ended {
        let (text, is_wrong) = lesson::report(paths, action)?;
        self.say(&text)?;
        Ok(Outcome::findings(is_wrong))
    }

    /// The same policies in another form.
    pub(crate) fn convert(&mut self, paths: &[String], question: convert::Question, format: TextOrJson) -> Ended {
        let (analysis, read) = self.load(paths)?;
        let conversion = analysis.convert(question.target);
        self.say(&convert::render(&analysis, &conversion, question, format))?;
        formats::not_evaluated(&analysis).iter().for_each(|sentence| note(sentence));
        convert::notes(&analysis, &conversion).iter().for_each(|sentence| note(sentence));
        Ok(read.max(Outcome::findings(convert::has_findings(&conversion))))
    }

    /// What another version of the files changes.
    pub(crate) fn diff(&mut self, old: &str, new: &str, paths: bool, format: DiffFormat) -> Ended {
        let (old, read_old) = self.load(&[old.to_owned()])?;
        let (new, read_new) = self.load(&[new.to_owned()])?;
        let mut between = diff::between(&old, &new);
        between.compare_nodes();
        let mut read = read_old.max(read_new);
        if paths && let Err(TooManyPaths(count)) = between.compare_paths() {
            note(&format!("{count} paths would have to be followed, and up to {MOST_PATHS} are: compare fewer namespaces at a time"));
            read = read.max(Outcome::Unusable);
        }
        let hidden = self.out.write(|out| between.write(format, out))?.unwrap_or_default();
        if hidden > 0 {
            note(&format!("{hidden} more in IPv6 or in other protocols: see --format json"));
        }
        if format == DiffFormat::Txt {
            note_nodes(&between);
        }
        Ok(read.max(Outcome::findings(between.differs())))
    }

    fn say(&mut self, text: &str) -> Result<(), NotWritten> {
        self.out.write(|out| out.write_all(text.as_bytes())).map(|_| ())
    }

    fn analysis(&self, paths: &[String]) -> Result<Analysis, ReadError> {
        let mut analysis = Analysis::new(self.settings.clone());
        let files = input::read(paths)?;
        analysis.set_files(&files.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect::<Vec<_>>());
        if analysis.loaded().resources().next().is_none() {
            note(&format!("there is no object in {}", input::names(paths)));
        }
        Ok(analysis)
    }

    /// Broken text never silences the answer about the rest; but nobody should miss that something is left out, no program either.
    fn load(&self, paths: &[String]) -> Result<(Analysis, Outcome), ReadError> {
        let analysis = self.analysis(paths)?;
        let errors = analysis.errors();
        tell(&lint::errors(&analysis, &errors, colour(&io::stderr())));
        let read = if errors.is_empty() { Outcome::Fine } else { Outcome::Unusable };
        Ok((analysis, read))
    }
}

/// Writes to standard error. Where nobody reads that any longer (`2>&1 | head`), nothing is to be done about it.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn note(sentence: &str) {
    tell(&format!("note: {sentence}\n"));
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

/// So many connections of nodes that differ are named.
const MOST_NODES_NAMED: usize = 20;

/// Names connections of nodes that differ, for which netpol-analyzer's form has no words.
fn note_nodes(diff: &diff::Diff<'_>) {
    let nodes = diff.nodes();
    nodes.iter().take(MOST_NODES_NAMED).for_each(|d| note(&diff::sentence(d)));
    if let Some(more) = nodes.len().checked_sub(MOST_NODES_NAMED).filter(|more| *more > 0) {
        note(&format!("{more} more connections of nodes differ"));
    }
    diff.not_compared().iter().for_each(|words| note(words));
}
