//! All settings in one table: their names, their values, and what is taken where nothing is said. The command's options, the JavaScript API, links and
//! the page read and write them by it, and its documents are held to it, so a word means the same everywhere.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use super::rows::SETTINGS;
use super::{Routing, Settings};
use crate::model::Plugin;

/// The word that leaves a choice of a way to the text.
pub const AS_WRITTEN: &str = "as-written";

/// What a setting is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// What the cluster does where upstream leaves it open: for all questions.
    Assumption,
    /// What decides about the path of packets; as the input says it where it is left out.
    Path,
}

/// One row of the table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Setting {
    /// Its name as an option of the command, without the dashes: `host-input`. In JavaScript and links it is `hostInput`.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it says, for people: the first half of a sentence that a value completes.
    pub title: &'static str,
    /// What it takes.
    pub values: Values,
    /// What is taken where nothing is said.
    pub default: &'static str,
    /// Names that it had, which old links and programs use.
    pub(super) former: &'static [&'static str],
    pub(super) set: fn(&mut Settings, &str) -> bool,
    pub(super) get: fn(&Settings) -> String,
}

/// What a setting takes.
#[derive(Debug)]
pub enum Values {
    /// One of these.
    Words(&'static [Word]),
    /// A text of a form, which is told in words.
    Form(&'static str),
}

/// A value with a name.
#[derive(Debug)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// What it means, for people: the second half of the sentence.
    pub title: &'static str,
    /// Words that it had.
    pub(super) former: &'static [&'static str],
}

/// A name or a value that there is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused(String);

impl core::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Setting {
    /// Its name in JavaScript and links.
    pub fn camel(&self) -> String {
        let mut name = String::new();
        let mut upper = false;
        for letter in self.name.chars() {
            match (letter, upper) {
                ('-', _) => upper = true,
                (letter, true) => {
                    name.extend(letter.to_uppercase());
                    upper = false;
                }
                (letter, false) => name.push(letter),
            }
        }
        name
    }

    /// What it takes, in words: `unknown, accepts or drops`.
    pub fn choices(&self) -> String {
        match &self.values {
            Values::Form(form) => (*form).to_owned(),
            Values::Words(words) => {
                let words: Vec<&str> = words.iter().map(|w| w.word).collect();
                match words.split_last() {
                    Some((last, [])) => (*last).to_owned(),
                    Some((last, first)) => format!("{} or {last}", first.join(", ")),
                    None => String::new(),
                }
            }
        }
    }

    /// Its value.
    pub fn get(&self, settings: &Settings) -> String {
        (self.get)(settings)
    }

    /// Its value, if that is not the default.
    pub fn chosen(&self, settings: &Settings) -> Option<String> {
        Some(self.get(settings)).filter(|value| value != self.default)
    }

    /// Gives it a value.
    ///
    /// # Errors
    /// If it has no such value.
    pub fn set(&self, settings: &mut Settings, value: &str) -> Result<(), Refused> {
        let value = value.trim();
        let own = match &self.values {
            Values::Words(words) => {
                let is = |w: &&Word| w.word == value || w.former.contains(&value);
                words.iter().find(is).map(|w| w.word)
            }
            Values::Form(_) => Some(value),
        };
        let own = own.or((self.group == Group::Path && value == AS_WRITTEN).then_some(AS_WRITTEN));
        if own.is_some_and(|own| (self.set)(settings, own)) {
            return Ok(());
        }
        Err(Refused(format!("`{value}` is not a value of `{}`: it takes {}", self.camel(), self.choices())))
    }
}

/// The setting with a name, in either spelling, or one that it had.
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.name == name || s.camel() == name).or_else(|| SETTINGS.iter().find(|s| s.former.contains(&name)))
}

/// Gives a setting a value, by its name.
///
/// # Errors
/// If there is no such setting, or no such value of it.
pub fn set(settings: &mut Settings, name: &str, value: &str) -> Result<(), Refused> {
    // `podNetwork` was the name of `plugin` in links and JavaScript.
    let name = if name == "podNetwork" && Plugin::from_name(value.trim()).is_some() { "plugin" } else { name };
    match find(name) {
        Some(setting) => setting.set(settings, value),
        None => {
            let names: Vec<String> = SETTINGS.iter().map(Setting::camel).collect();
            Err(Refused(format!("there is no setting `{name}`; there are {}", names.join(", "))))
        }
    }
}

/// The value of a path setting by its name in JavaScript; nothing where it is as the input has it.
pub fn path_setting(routing: &Routing, name: &str) -> Option<String> {
    let settings = Settings { routing: routing.clone(), ..Settings::default() };
    find(name).filter(|s| s.group == Group::Path)?.chosen(&settings)
}

/// Changes a path setting by its name in JavaScript; an empty value leaves it to the input.
///
/// # Errors
/// If there is no such path setting, or no such value of it.
pub fn set_path_setting(routing: &mut Routing, name: &str, value: &str) -> Result<(), Refused> {
    let mut settings = Settings { routing: core::mem::take(routing), ..Settings::default() };
    let name = if name == "podNetwork" { "plugin" } else { name };
    let done = match find(name).filter(|s| s.group == Group::Path) {
        Some(setting) if value.trim().is_empty() => setting.set(&mut settings, AS_WRITTEN),
        Some(setting) => setting.set(&mut settings, value),
        None => {
            let names: Vec<String> = SETTINGS.iter().filter(|s| s.group == Group::Path).map(Setting::camel).collect();
            Err(Refused(format!("there is no path setting `{name}`; there are {}", names.join(", "))))
        }
    };
    *routing = settings.routing;
    done
}

/// The rows of a group as lines of a table for the documents: with the option's name, or with that of JavaScript.
pub fn markdown(group: Group, as_option: bool) -> String {
    let mut lines = String::new();
    for setting in SETTINGS.iter().filter(|s| s.group == group) {
        let name = if as_option { format!("--{}", setting.name) } else { setting.camel() };
        let values = match &setting.values {
            Values::Form(form) => (*form).to_owned(),
            Values::Words(words) => words.iter().map(|w| format!("`{}`: {}", w.word, w.title)).collect::<Vec<_>>().join("; "),
        };
        let default = if setting.default == AS_WRITTEN { "as specified in the input" } else { setting.default };
        lines.push_str(&format!("| `{name}` | {} | {values} | {default} |\n", setting.title));
    }
    lines
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn every_value_is_read_back_as_it_is_written() {
        for setting in SETTINGS {
            let mut settings = Settings::default();
            assert_eq!(setting.get(&settings), setting.default, "{}", setting.name);
            let values: Vec<&str> = match &setting.values {
                Values::Words(words) => words.iter().map(|w| w.word).collect(),
                Values::Form(_) => match setting.name {
                    "http" => alloc::vec!["unknown", "GET /cart"],
                    "namespace" => alloc::vec!["shop"],
                    "replicas" => alloc::vec!["1,9"],
                    "today" => alloc::vec!["2026-09-30"],
                    _ => alloc::vec!["10.1.0.0/16"],
                },
            };
            for value in values {
                setting.set(&mut settings, value).unwrap();
                assert_eq!(setting.get(&settings), value, "{}", setting.name);
                let mut again = Settings::default();
                set(&mut again, &setting.camel(), value).unwrap();
                assert_eq!(again, settings, "{} by its other name", setting.name);
            }
            setting.set(&mut settings, setting.default).unwrap();
            assert_eq!(settings, Settings::default(), "{}", setting.name);
        }
    }

    #[test]
    fn what_there_is_not_is_refused_with_what_there_is() {
        let mut settings = Settings::default();
        let mut refused = |name: &str, value: &str| set(&mut settings, name, value).unwrap_err().to_string();
        assert_eq!(
            refused("engine", "Calico"),
            "`Calico` is not a value of `engine`: it takes detected, generic, calico, \
         azure-npm or none"
        );
        assert_eq!(refused("sourceRanges", "off"), "`off` is not a value of `sourceRanges`: it takes as-written or ignored");
        assert_eq!(
            refused("nodeNetwork", "10.0.0.0/33"),
            "`10.0.0.0/33` is not a value of `nodeRange`: it takes an address range such as 10.240.0.0/24"
        );
        assert_eq!(refused("replicas", "1,x"), "`1,x` is not a value of `replicas`: it takes numbers with commas, such as 1,9");
        assert!(refused("engin", "calico").starts_with("there is no setting `engin`; there are engine, staged, ipBlock"));
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn words_of_old_links_and_programs_mean_what_they_meant() {
        for (name, old, new) in [
            ("staged", "enforced", "as-if-enforced"),
            ("staged", "asIfEnforced", "as-if-enforced"),
            ("ipBlock", "outside", "outside-only"),
            ("ipBlock", "outsideOnly", "outside-only"),
            ("hostNetwork", "pod", "as-pod"),
            ("ownNode", "ingressAllowed", "ingress-allowed"),
            ("otherProtocols", "rules", "follow-rules"),
            ("affinity", "on", "ClientIP"),
            ("externalTrafficPolicy", "local", "Local"),
            ("nodeNetwork", "10.9.0.0/24", "10.9.0.0/24"),
        ] {
            let mut settings = Settings::default();
            set(&mut settings, name, old).unwrap();
            assert_eq!(find(name).unwrap().get(&settings), new);
        }
        let mut settings = Settings::default();
        set(&mut settings, "podNetwork", "overlay").unwrap();
        assert_eq!(settings.routing.pod_network, Some(Plugin::Overlay));
    }
}
