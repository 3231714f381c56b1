//! What changes between two scenes.

use netpolis_core::diff::{Change, Difference, Side, diff};
use netpolis_core::scene::Scene;
use serde_json::{Value, json};

use crate::formats::ports;

/// A form of the list of differences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiffFormat {
    /// A line a difference, as np-guard's netpol-analyzer writes it.
    Txt,
    /// JSON.
    Json,
    /// A Markdown table.
    Markdown,
}

impl DiffFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, DiffFormat)] = &[("txt", DiffFormat::Txt), ("json", DiffFormat::Json), ("md", DiffFormat::Markdown)];
}

/// The differences between two scenes.
pub fn between(old: &Scene, new: &Scene) -> Vec<Difference> {
    let side = |scene| -> Side<'_> { Side { snapshot: Scene::snapshot(scene), connectivity: Scene::connectivity(scene) } };
    diff(side(old), side(new))
}

/// The differences in the form of np-guard's netpol-analyzer.
pub fn txt(old: &Scene, new: &Scene) -> String {
    render(&between(old, new), DiffFormat::Txt)
}

/// Differences in a form.
pub fn render(differences: &[Difference], format: DiffFormat) -> String {
    match format {
        DiffFormat::Txt => lines(differences),
        DiffFormat::Json => {
            let list: Vec<Value> = differences.iter().map(|d| json!({"change": d.change.as_str(), "from": d.from.title, "to": d.to.title, "before": d.before.to_string(), "after": d.after.to_string()})).collect();
            format!("{:#}\n", json!({ "differences": list }))
        }
        DiffFormat::Markdown => {
            let mut text = String::from("| change | from | to | before | after |\n|---|---|---|---|---|\n");
            for d in differences {
                text.push_str(&format!("| {} | {} | {} | {} | {} |\n", d.change.as_str(), d.from.title, d.to.title, d.before, d.after));
            }
            text
        }
    }
}

fn lines(differences: &[Difference]) -> String {
    let mut text = String::new();
    // The form speaks of TCP, UDP, SCTP and of IPv4 alone.
    let shown = |d: &&Difference| {
        ports(&d.before) != ports(&d.after) && ![&d.from, &d.to].iter().any(|e| e.title.ends_with("[External]") && e.title.contains("::"))
    };
    for d in differences.iter().filter(shown) {
        if text.is_empty() {
            text.push_str("Connectivity diff:\n");
        }
        let (before, after) = (ports(&d.before), ports(&d.after));
        text.push_str(&format!(
            "diff-type: {}, source: {}, destination: {}, ref1: {before}, ref2: {after}",
            d.change.as_str(),
            d.from.title,
            d.to.title
        ));
        let only: Vec<(&str, Change)> = [&d.from, &d.to].into_iter().filter_map(|e| Some((e.title.as_str(), e.only?))).collect();
        if let Some((_, change)) = only.first() {
            let names: Vec<&str> = only.iter().map(|(name, _)| *name).collect();
            text.push_str(&format!(", workloads-diff-info: workload {} {}", names.join(" and "), change.as_str()));
        }
        text.push('\n');
    }
    text
}
