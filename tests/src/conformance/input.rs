//! Reading cases.

use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::diagnostics::{Diagnostic, Severity};
use netpolis_core::settings::Settings;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A file's text.
pub(super) fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("cannot read `{}`: {e}", path.display()))
}

/// A JSON file.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    serde_json::from_str(&text(path)?).map_err(|e| format!("cannot read `{}`: {e}", path.display()))
}

/// `meta.json` of a case.
#[derive(Deserialize, Default)]
pub(super) struct Meta {
    /// How many objects of each kind there are.
    #[serde(default)]
    pub(super) kinds: std::collections::BTreeMap<String, u32>,
    /// Files of `manifests/` that no YAML reader accepts, which the analyzer skips.
    #[serde(default)]
    unparsable_files: Vec<String>,
}

pub(super) fn meta(folder: &Path) -> Result<Meta, String> {
    let path = folder.join("meta.json");
    if path.is_file() { json(&path) } else { Ok(Meta::default()) }
}

/// The files of a folder by name, but for those that `meta` says to ignore.
pub(super) fn files(folder: &Path, meta: &Meta) -> Result<Vec<(String, String)>, String> {
    let mut paths = super::members(folder)?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths.into_iter().filter(|p| p.is_file()) {
        let name = super::name_of(&path);
        if !meta.unparsable_files.contains(&name) {
            files.push((name, text(&path)?));
        }
    }
    Ok(files)
}

/// A scene of these files.
pub(super) fn scene(files: &[(String, String)], settings: Settings) -> Analysis {
    let mut scene = Analysis::new(settings);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    scene.set_files(&files);
    scene
}

/// The end that `namespace/name` means.
pub(super) fn pod(scene: &Analysis, title: &str) -> Result<Endpoint, String> {
    let snapshot = scene.snapshot();
    let found = snapshot.pods().find(|(_, e)| title.split_once('/') == Some((snapshot.namespace_name(e.namespace), &e.name)));
    found.map(|(id, _)| Endpoint::Pod(id)).ok_or_else(|| format!("there is no pod {title}"))
}

/// What a scene refuses, which may be why it differs; empty if nothing.
pub(super) fn refusals(scene: &Analysis) -> String {
    let errors = scene.loaded().diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let at = |d: &Diagnostic| d.place.map(|place| scene.sources().describe(place)).unwrap_or_default();
    errors.map(|d| format!("\n        refused: {} {} {}", at(d), d.code.0, d.message)).take(3).collect()
}
