//! What is assumed where upstream leaves a choice: the rows of the table of settings that stand in the window, and the engines.

use netpolis_core::settings::table::{self, Group, Refused, Setting, Values};
use netpolis_core::settings::{Engine, Http, Settings, Staged};

/// Settings that have their place elsewhere on the page, or none.
const ELSEWHERE: [&str; 5] = ["engine", "staged", "pod-network", "namespace", "today"];

/// Something that is assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumptionView {
    /// The setting's name.
    pub name: &'static str,
    /// What it says: the first half of a sentence that a choice completes.
    pub title: &'static str,
    /// What can be chosen.
    pub choices: Vec<AssumptionChoice>,
    /// What is written by hand, where that is chosen.
    pub written: Option<String>,
}

/// A value that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssumptionChoice {
    /// Its word in settings.
    pub value: &'static str,
    /// What it means: the second half of the sentence.
    pub title: &'static str,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// Everything that can be chosen in the window of assumptions.
pub fn assumptions(settings: &Settings) -> Vec<AssumptionView> {
    let shown = table::SETTINGS.iter().filter(|s| s.group == Group::Assumption && !ELSEWHERE.contains(&s.name));
    shown.map(|setting| assumption(setting, settings)).collect()
}

fn assumption(setting: &'static Setting, settings: &Settings) -> AssumptionView {
    let now = setting.get(settings);
    let is_request = matches!(settings.http, Http::Request(..));
    let choice = |value, title, chosen| AssumptionChoice { value, title, chosen };
    let (choices, written) = match &setting.values {
        Values::Words(words) => (words.iter().map(|word| choice(word.word, word.title, now == word.word)).collect(), None),
        // The request that an application layer sees is the only one that is written.
        Values::Form(_) => (
            vec![
                choice("ignored", "ignored: no application layer policy is installed", settings.http == Http::Ignored),
                choice("unknown", "evaluated, for an unknown request", settings.http == Http::Unknown),
                choice("GET /", "evaluated, for this request", is_request),
            ],
            is_request.then_some(now),
        ),
    };
    AssumptionView { name: setting.name, title: setting.title, choices, written }
}

/// The settings with another value of one of them.
///
/// # Errors
/// If there is no such value.
pub fn with_assumption(settings: &Settings, name: &str, value: &str) -> Result<Settings, Refused> {
    let mut settings = settings.clone();
    table::set(&mut settings, name, value)?;
    Ok(settings)
}

/// The name of an engine, and what it enforces.
pub const fn engine_words(engine: Engine) -> (&'static str, &'static str) {
    match engine {
        Engine::Detected => ("detected", "Calico if the files have any of its resources, otherwise an engine for NetworkPolicy."),
        Engine::Generic => (
            "NetworkPolicy engine",
            "Enforces NetworkPolicy and the cluster-wide policies as their API documentation says, and ignores Calico's.",
        ),
        Engine::Calico => {
            ("Calico", "Calico open source 3.32 or newer: tiers, its own policies, hosts, NetworkPolicy and ClusterNetworkPolicy.")
        }
        Engine::AzureNpm => ("Azure NPM", "Azure's network policy manager: NetworkPolicy only, with its limits."),
        Engine::None => ("No engine", "The API server stores policies, and nothing enforces them."),
    }
}

/// The settings with another engine.
pub fn with_engine(settings: &Settings, engine: Engine) -> Settings {
    Settings { engine, ..settings.clone() }
}

/// The settings with staged policies enforced where they are not, and the reverse.
pub fn with_staged_turned(settings: &Settings) -> Settings {
    let staged = match settings.staged {
        Staged::NotEnforced => Staged::AsIfEnforced,
        Staged::AsIfEnforced => Staged::NotEnforced,
    };
    Settings { staged, ..settings.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_choice_of_each_assumption_is_chosen() {
        let settings = Settings::default();
        let all = assumptions(&settings);
        for assumption in &all {
            assert_eq!(assumption.choices.iter().filter(|c| c.chosen).count(), 1, "{}", assumption.name);
            for choice in &assumption.choices {
                let chosen = with_assumption(&settings, assumption.name, choice.value).unwrap();
                let again = assumptions(&chosen);
                let own = again.iter().find(|a| a.name == assumption.name).unwrap();
                assert_eq!(own.choices.iter().find(|c| c.chosen).map(|c| c.value), Some(choice.value), "{}", assumption.name);
            }
        }
        assert!(all.iter().all(|a| !ELSEWHERE.contains(&a.name)) && all.len() > 3);
        assert!(with_assumption(&settings, "http", "no such").is_err());
        let cart = with_assumption(&settings, "http", "GET /cart").unwrap();
        assert!(assumptions(&cart).iter().any(|a| a.written.as_deref() == Some("GET /cart")));
    }

    #[test]
    fn staged_policies_are_turned_on_and_off() {
        let settings = Settings::default();
        assert_eq!(with_staged_turned(&settings).staged, Staged::AsIfEnforced);
        assert_eq!(with_staged_turned(&with_staged_turned(&settings)), settings);
    }
}
