//! Settings in JavaScript: names, words and types are those of the core's table.

use netpolis_core::settings::table::{self, AS_WRITTEN, Group, SETTINGS, Values};
use netpolis_core::settings::{Routing, Settings};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::errors::ApiError;
use super::objects::{entries, text};

/// What a setting is about: `assumption`, what the cluster does where the upstream texts leave it open, for all questions; `path`, what
/// decides about the path of packets, as specified in the input where it is `as-written`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum SettingGroup {
    /// What the cluster does where the upstream texts leave it open.
    Assumption,
    /// What decides about the path of packets.
    Path,
}

/// A value that a setting takes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
pub struct SettingValue {
    /// The word.
    pub value: String,
    /// What it means: the second half of a sentence that the setting's title begins.
    pub title: String,
}

/// A setting with its value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Tsify)]
pub struct Setting {
    /// Its name.
    #[tsify(type = "keyof Settings")]
    pub name: String,
    /// What it is about.
    pub group: SettingGroup,
    /// What it says: the first half of a sentence that a value completes.
    pub title: String,
    /// The values that it takes; empty where it takes a text of some form.
    pub values: Vec<SettingValue>,
    /// The form of the text that it takes, in words.
    pub form: Option<String>,
    /// What is taken where nothing is said.
    pub default: String,
    /// What it is set to.
    pub value: String,
}

/// All settings with their values, in the order to show them.
pub(super) fn rows(settings: &Settings) -> Vec<Setting> {
    let row = |setting: &table::Setting| {
        let (values, form) = match &setting.values {
            Values::Words(words) => (*words, None),
            Values::Form(form) => (&[][..], Some((*form).to_owned())),
        };
        Setting {
            name: setting.camel(),
            group: if setting.group == Group::Assumption { SettingGroup::Assumption } else { SettingGroup::Path },
            title: setting.title.into(),
            values: values.iter().map(|word| SettingValue { value: word.word.into(), title: word.title.into() }).collect(),
            form,
            default: setting.default.into(),
            value: setting.get(settings),
        }
    };
    SETTINGS.iter().map(row).collect()
}

/// Makes the settings of an object; others stay. Either all of them are made or none.
///
/// # Errors
/// If it names a setting or a value that there is not.
pub(super) fn change(settings: &Settings, object: &JsValue) -> Result<Settings, ApiError> {
    let mut changed = settings.clone();
    for (name, value) in entries(object, "settings")? {
        let value = text(&value, &name)?;
        table::set(&mut changed, &name, &value).map_err(|error| ApiError::setting(&name, table::find(&name).is_some(), &error))?;
    }
    Ok(changed)
}

/// The same for what decides about the path of packets.
///
/// # Errors
/// If it names a setting or a value that there is not.
pub(super) fn change_path(routing: &Routing, object: &JsValue) -> Result<Routing, ApiError> {
    let mut changed = routing.clone();
    let known = |name: &str| table::find(name).is_some_and(|setting| setting.group == Group::Path);
    for (name, value) in entries(object, "settings")? {
        let value = text(&value, &name)?;
        table::set_path_setting(&mut changed, &name, &value).map_err(|error| ApiError::setting(&name, known(&name), &error))?;
    }
    Ok(changed)
}

// --- types -----------------------------------------------------------------------------------------
// Written by the compiler from the table, so that no name or word is told twice.

#[wasm_bindgen(typescript_custom_section)]
const SECTION: &'static str = TYPES;

/// The types of settings in TypeScript: `Assumptions`, `PathSettings`, and `Settings`, which is both.
pub const TYPES: &str = match core::str::from_utf8(&BYTES) {
    Ok(types) => types,
    Err(_) => "",
};
const BYTES: [u8; LENGTH] = interfaces::<LENGTH>().bytes;
/// How long they are: counted by writing them to nowhere.
const LENGTH: usize = interfaces::<0>().used;

/// A text of known length, written at compile time; what does not fit is counted only.
struct Text<const N: usize> {
    bytes: [u8; N],
    used: usize,
}

impl<const N: usize> Text<N> {
    const fn put(&mut self, byte: u8) {
        if self.used < N {
            self.bytes[self.used] = byte;
        }
        self.used += 1;
    }

    const fn add(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            self.put(bytes[at]);
            at += 1;
        }
    }

    /// A name as JavaScript writes it: `hostInput`.
    const fn camel(&mut self, name: &str) {
        let bytes = name.as_bytes();
        let (mut at, mut upper) = (0, false);
        while at < bytes.len() {
            match bytes[at] {
                b'-' => upper = true,
                letter if upper => {
                    self.put(letter.to_ascii_uppercase());
                    upper = false;
                }
                letter => self.put(letter),
            }
            at += 1;
        }
    }

    /// One field, with what it says and its words.
    const fn field(&mut self, setting: &table::Setting) {
        self.add("    /**\n     * ");
        self.add(setting.title);
        match &setting.values {
            Values::Form(form) => {
                self.add(": ");
                self.add(form);
                self.add(".\n");
            }
            Values::Words(words) => {
                self.add("\n");
                let mut at = 0;
                while at < words.len() {
                    self.add("     * - `");
                    self.add(words[at].word);
                    self.add("`: ");
                    self.add(words[at].title);
                    self.add("\n");
                    at += 1;
                }
            }
        }
        self.add("     *\n     * Default: ");
        match setting.group {
            Group::Assumption => {
                self.add("`");
                self.add(setting.default);
                self.add("`");
            }
            Group::Path => self.add("as specified in the input"),
        }
        self.add(".\n     */\n    ");
        self.camel(setting.name);
        self.add("?: ");
        match &setting.values {
            Values::Form(_) => self.add("string"),
            Values::Words(words) => {
                let mut as_written = matches!(setting.group, Group::Assumption);
                let mut at = 0;
                while at < words.len() {
                    if at > 0 {
                        self.add(" | ");
                    }
                    as_written |= is(words[at].word, AS_WRITTEN);
                    self.add("\"");
                    self.add(words[at].word);
                    self.add("\"");
                    at += 1;
                }
                if !as_written {
                    self.add(" | \"");
                    self.add(AS_WRITTEN);
                    self.add("\"");
                }
            }
        }
        self.add(";\n");
    }

    const fn interface(&mut self, heading: &str, group: Group) {
        self.add(heading);
        self.add(" {\n");
        let mut at = 0;
        while at < SETTINGS.len() {
            if SETTINGS[at].group as u8 == group as u8 {
                self.field(&SETTINGS[at]);
            }
            at += 1;
        }
        self.add("}\n");
    }
}

/// Whether two texts are the same, at compile time.
const fn is(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

const fn interfaces<const N: usize>() -> Text<N> {
    let mut text = Text { bytes: [0; N], used: 0 };
    text.add("/** What the cluster does where the upstream texts leave it open: for all questions. A name or value that there is not is an error. */\n");
    text.interface("export interface Assumptions", Group::Assumption);
    text.add("/** What decides about the path of packets; what is left out is as specified in the input. */\n");
    text.interface("export interface PathSettings", Group::Path);
    text.add("/** All settings. What is left out stays as it is. */\nexport interface Settings extends Assumptions, PathSettings {}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_have_every_setting_with_its_words() {
        for setting in SETTINGS {
            let field = format!("    {}?: ", setting.camel());
            let line = TYPES.lines().find(|line| line.starts_with(&field)).unwrap();
            match &setting.values {
                Values::Form(_) => assert!(line.ends_with("?: string;"), "{line}"),
                Values::Words(words) => words.iter().for_each(|w| assert!(line.contains(&format!("\"{}\"", w.word)), "{line}")),
            }
            assert_eq!(
                line.contains("\"as-written\""),
                setting.group == Group::Path && matches!(setting.values, Values::Words(_)),
                "{line}"
            );
        }
        assert!(TYPES.contains("     * - `azure-npm`: Azure's network policy manager, which enforces only NetworkPolicy\n"));
        assert!(!TYPES.contains('\0') && TYPES.ends_with("PathSettings {}\n"));
    }

    #[test]
    fn rows_have_values_and_defaults() {
        let mut settings = Settings::default();
        table::set(&mut settings, "engine", "calico").unwrap();
        let rows = rows(&settings);
        assert_eq!(rows.len(), SETTINGS.len());
        assert_eq!((rows[0].name.as_str(), rows[0].value.as_str(), rows[0].default.as_str()), ("engine", "calico", "detected"));
        let range = rows.iter().find(|row| row.name == "nodeRange").unwrap();
        assert_eq!((range.form.as_deref(), range.value.as_str()), (Some("an address range such as 10.240.0.0/24"), "as-written"));
    }
}
