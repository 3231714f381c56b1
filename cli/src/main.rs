//! `netpolis`: which flows do these policies allow, and which line decides?

mod session;

use std::error::Error;
use std::process::ExitCode;

use netpolis::args::{Command, parse};

use session::{Outcome, Session};

fn main() -> ExitCode {
    let outcome = run().unwrap_or_else(|message| {
        session::tell(&format!("netpolis: {message}\n"));
        Outcome::Unusable
    });
    ExitCode::from(outcome.code())
}

fn run() -> Result<Outcome, Box<dyn Error>> {
    let arguments = parse(std::env::args_os())?;
    let mut session = Session::new(&arguments.settings);
    match &arguments.command {
        Command::Help(text) => session.help(text),
        Command::Flows { paths, format } => session.flows(paths, *format),
        Command::Why { paths, question, format } => session.why(paths, question, *format),
        Command::Path { paths, question, format } => session.path(paths, question, *format),
        Command::Fix { paths, question, format } => session.fix(paths, question, *format),
        Command::Exposure { paths, format } => session.exposure(paths, *format),
        Command::Lint { paths, format } => session.lint(paths, *format),
        Command::Explain(code) => session.explain(code),
        Command::Rules { paths, format } => session.rules(paths, *format),
        Command::Plan { paths, asked, format } => session.plan(paths, asked, *format),
        Command::Pointless { paths, all, format } => session.pointless(paths, *all, *format),
        Command::LeastPrivilege { paths, question, format } => session.least_privilege(paths, question, *format),
        Command::Check { paths, format } => session.check(paths, *format),
        Command::Engines { paths, format } => session.engines(paths, *format),
        Command::FlowLogs { paths, logs, format } => session.flow_logs(paths, logs, *format),
        Command::Lesson { paths, action } => session.lesson(paths, *action),
        Command::Convert { paths, question, format } => session.convert(paths, *question, *format),
        Command::Diff { old, new, paths, format } => session.diff(old, new, *paths, *format),
    }
}
