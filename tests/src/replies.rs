//! What the evaluator replies natively, for comparing with what its WebAssembly module replies: both must be the same bytes.
//!
//! A reply holds everything that the page is told: endpoints, all pairs, problems, an answer and a path.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use netpolis_view::{Evaluation, Evaluator, PathAsked, PathQuestion, Question, Request, SceneView};
use serde_json::Value;

/// How many flows are asked of each input.
const FLOWS: usize = 4;
/// A day for what ends on one: the module would ask the clock.
const SETTINGS: &str = "today=2026-09-30";

/// Files that belong together, with a name for people.
pub struct Input {
    /// Where they were found.
    pub name: String,
    /// Names and texts.
    pub files: Vec<(String, String)>,
}

/// All inputs below a folder: the manifests and scripts of each of its folders together, and every text called `resources` of cases in JSON.
///
/// # Errors
/// If something in it cannot be read.
pub fn inputs(folder: &Path) -> io::Result<Vec<Input>> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    entries.sort();
    let mut inputs = Vec::new();
    let mut together = Vec::new();
    for path in entries {
        if path.is_dir() {
            inputs.extend(self::inputs(&path)?);
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if !["yaml", "yml", "json", "sh"].contains(&extension.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        match serde_json::from_str::<Value>(&text) {
            Ok(Value::Array(cases)) if cases.iter().any(|case| case.get("resources").is_some()) => {
                inputs.extend(cases.iter().enumerate().filter_map(|(index, case)| {
                    let text = case.get("resources")?.as_str()?.to_owned();
                    Some(Input { name: format!("{}#{index}", path.display()), files: vec![("input.yaml".into(), text)] })
                }));
            }
            _ => together.push((name, text)),
        }
    }
    if !together.is_empty() {
        inputs.push(Input { name: folder.display().to_string(), files: together });
    }
    Ok(inputs)
}

/// Asks about an input: first for its scene, then some flows, each with its path. Every request is given with its reply, as bytes.
///
/// # Errors
/// If what is said cannot be written.
pub fn ask(input: &Input, mut said: impl FnMut(&[u8], &[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut evaluator = Evaluator::default();
    let mut questions = vec![Question::default()];
    let mut asked = 0;
    while let Some(question) = questions.pop() {
        let request = Request {
            revision: 1,
            files: (asked == 0).then(|| Request::new_files(input.files.clone())),
            settings: SETTINGS.into(),
            path: (asked > 0).then(|| PathAsked { question: PathQuestion::from(&question), versus: None }),
            question,
            board: None,
            further: Vec::new(),
            baseline: None,
        };
        let bytes = request.to_bytes();
        let reply = evaluator.reply_bytes(&bytes).unwrap_or_default();
        said(&bytes, &reply)?;
        if asked == 0 {
            let scene = Evaluation::from_bytes(&reply).and_then(|evaluation| evaluation.scene);
            questions = flows(&scene.unwrap_or_default());
        }
        asked += 1;
    }
    Ok(())
}

/// Flows between different endpoints, spread over all of them.
fn flows(scene: &SceneView) -> Vec<Question> {
    let count = scene.ends.len();
    let key = |index: usize| scene.ends.get(index % count.max(1)).map(|end| end.key.clone()).unwrap_or_default();
    let flow = |number: usize| {
        let from = number * count / FLOWS;
        Question { from: key(from), to: key(from + 1 + number), protocol: "TCP".into(), port: Some(80), ..Question::default() }
    };
    (0..FLOWS.min(count)).map(flow).collect()
}

/// Writes a stretch of bytes with its length before it, as a little-endian number of four bytes.
///
/// # Errors
/// If it cannot be written.
pub fn write_part(out: &mut impl Write, part: &[u8]) -> io::Result<()> {
    out.write_all(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes())?;
    out.write_all(part)
}
