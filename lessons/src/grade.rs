//! Whether checks pass. The core decides.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::checks::{CheckResult, Outcome};
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::Settings;

use crate::course::Files;
use crate::lesson::{Checks, Flow};

/// The name of the file that checks stand in: no file that a person makes has it.
const NAME: &str = "\u{1}checks";

/// Checks that were made.
#[derive(Debug)]
#[non_exhaustive]
pub struct Graded {
    /// What came of each, in order.
    pub results: Vec<CheckResult>,
    /// The scene with the checks, for the places that results name.
    pub scene: Analysis,
}

impl Graded {
    /// Whether all of them pass, and there is one.
    pub fn passes(&self) -> bool {
        !self.results.is_empty() && self.results.iter().all(|result| result.outcome == Outcome::Passed)
    }

    /// What cannot be read of the checks: lines of the lesson, and why.
    pub fn errors(&self, checks: &Checks) -> Vec<(u32, String)> {
        let sources = self.scene.sources();
        let errors = self.scene.problems().iter().filter(|problem| problem.severity == Severity::Error);
        let ours = errors.filter_map(|error| {
            let position = sources.position(error.place?)?;
            sources.get(position.source).filter(|source| source.name == NAME)?;
            let help = error.help.as_deref().map_or_else(String::new, |help| format!(" ({help})"));
            Some((checks.line(position.line), format!("{}: {}{help}", error.code, error.message)))
        });
        ours.collect()
    }

    /// The line of the lesson in which a check stands.
    pub fn line(&self, checks: &Checks, result: &CheckResult) -> u32 {
        self.scene.sources().position(result.place).map_or(1, |position| checks.line(position.line))
    }
}

/// A scene of files under settings.
pub fn scene(files: &Files, settings: &Settings) -> Analysis {
    let mut scene = Analysis::new(settings.clone());
    scene.set_files(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    scene
}

/// What a question of a lesson carries; nothing where there is no such protocol.
pub(crate) fn traffic(flow: &Flow) -> Option<Traffic> {
    Some(Traffic { protocol: Protocol::from_name(&flow.protocol)?, source: None, destination: flow.port })
}

/// Asks a question of a lesson: the verdict's word, and the answer in a sentence.
///
/// # Errors
/// When it cannot be asked; why.
pub fn ask(scene: &Analysis, flow: &Flow) -> Result<(&'static str, String), String> {
    let traffic = traffic(flow).ok_or_else(|| format!("there is no protocol `{}`", flow.protocol))?;
    if flow.path {
        let asked = Asked { from: &flow.from, to: &flow.to, port: flow.port, protocol: traffic.protocol, entry: None, node: None };
        let answer = scene.path(&asked).map_err(|error| error.to_string())?;
        return Ok((answer.verdict.as_str(), answer.summary));
    }
    let answer = scene.decide(&scene.flow(&flow.from, &flow.to, traffic).map_err(|error| error.to_string())?);
    Ok((answer.verdict.as_str(), answer.summary))
}

/// Makes checks.
pub fn grade(files: &Files, settings: &Settings, checks: &Checks) -> Graded {
    let mut all = files.clone();
    all.push((NAME.into(), checks.document.clone()));
    let scene = scene(&all, settings);
    let sources = scene.sources();
    let is_ours = |result: &CheckResult| {
        sources.position(result.place).is_some_and(|position| sources.get(position.source).is_some_and(|source| source.name == NAME))
    };
    let results = scene.checks().into_iter().filter(is_ours).collect();
    Graded { results, scene }
}
