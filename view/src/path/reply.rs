//! Both sides of what the panel asks.

use netpolis_core::analysis::Analysis;
use netpolis_core::path::Paths;
use netpolis_core::settings::{Routing, table};

use crate::QuestionError;

use super::{PathAnswers, PathAsked, PathQuestion, PathView, hop_places, path_answer, path_view, written};

/// Answers both sides. `kept` holds what the second side was built with, so that a comparison costs no more than a question once it is there.
pub fn path_reply(scene: &Analysis, asked: PathAsked, kept: &mut Option<(Routing, Paths)>) -> PathAnswers {
    let own = &scene.settings().routing;
    let paths = scene.paths();
    let answer = path_answer(paths, &asked.question).map_err(|error| error.to_string());
    let places = answer.as_ref().map(|answer| hop_places(paths, answer)).unwrap_or_default();
    let first = answer.map(|answer| written(scene, paths, own, &asked.question, &answer));
    let second = asked.versus.as_deref().map(|change| second(scene, &asked.question, change, kept).map_err(|error| error.to_string()));
    PathAnswers { first, second, asked, ends: None, client: None, places }
}

fn second(scene: &Analysis, question: &PathQuestion, change: &str, kept: &mut Option<(Routing, Paths)>) -> Result<PathView, QuestionError> {
    let own = &scene.settings().routing;
    let Some((name, value)) = change.split_once('=') else { return Err(QuestionError::Comparison(change.to_owned())) };
    let question = match name {
        "entry" => PathQuestion { entry: Some(value.into()), node: None, ..question.clone() },
        // The port was that of the other target, but for those of the web, by which TLS is told.
        "to" => {
            let port = question.port.filter(|port| matches!(port, 80 | 443) && value.starts_with("ingress/"));
            PathQuestion { to: value.into(), entry: None, node: None, port, ..question.clone() }
        }
        _ => {
            let mut other = own.clone();
            table::set_path_setting(&mut other, name, value).map_err(QuestionError::Setting)?;
            let (routing, paths) = match kept.take() {
                Some(known) if known.0 == other => kept.insert(known),
                _ => kept.insert((other.clone(), scene.paths_with(&other))),
            };
            return path_view(scene, paths, routing, question);
        }
    };
    path_view(scene, scene.paths(), own, &question)
}
