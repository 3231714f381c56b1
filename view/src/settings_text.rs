//! Settings as text, in links, in stored scenes and for the engine. Names and values are those of the table of settings.

use netpolis_core::settings::{Settings, table};

/// What differs from the defaults, as `name=value` lines; empty for the defaults.
pub fn settings_text(settings: &Settings) -> String {
    let lines = table::SETTINGS.iter().filter_map(|row| Some(format!("{}={}", row.camel(), row.chosen(settings)?)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The settings that [`settings_text`] wrote, with what of it is not understood.
pub fn settings_from_text(text: &str) -> (Settings, Option<String>) {
    let mut settings = Settings::default();
    let mut unknown = None;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let read = line.split_once('=').is_some_and(|(name, value)| table::set(&mut settings, name, value).is_ok());
        if !read {
            unknown.get_or_insert_with(|| line.to_owned());
        }
    }
    (settings, unknown)
}
