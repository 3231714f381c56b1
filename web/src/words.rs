//! Sentences of the page in other languages. English stands in the source, where it is said: `t("Next step")`; what it is in another language stands in
//! `www/words/LANGUAGE.json`, which is fetched when somebody chooses that language. What a table lacks is said in English.
//!
//! The page of a learner is translated: header, tabs, question and the player of lessons. Sentences of answers are the core's, made of many values, and stay
//! English; elements that hold them say so (`lang="en"`).

use std::cell::{Cell, RefCell};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// All of them, in the order to choose from.
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// What those who speak it call it.
    pub const fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    /// The one of a tag, of whatever country: `de-AT` too is German.
    pub fn of_tag(tag: &str) -> Option<Language> {
        let language = tag.split(['-', '_']).next().unwrap_or(tag);
        Language::ALL.into_iter().find(|own| language.eq_ignore_ascii_case(own.tag()))
    }
}

/// Sentences and what they are in a language.
type Table = Vec<(&'static str, &'static str)>;

thread_local! {
    static TABLES: RefCell<Vec<(Language, Table)>> = const { RefCell::new(Vec::new()) };
    static SHOWN: Cell<Language> = const { Cell::new(Language::English) };
}

/// Whether what is said in a language is known.
pub fn is_there(language: Language) -> bool {
    language == Language::English || TABLES.with_borrow(|tables| tables.iter().any(|(known, _)| *known == language))
}

/// Keeps the table of a language, for as long as the page lives.
pub fn keep(language: Language, entries: impl Iterator<Item = (String, String)>) {
    if is_there(language) {
        return;
    }
    let table = entries.map(|(sentence, own)| (&*sentence.leak(), &*own.leak())).collect();
    TABLES.with_borrow_mut(|tables| tables.push((language, table)));
}

/// Says everything in a language from now on.
pub fn show(language: Language) {
    SHOWN.set(language);
}

/// A sentence in the language that is shown.
pub fn t(sentence: &'static str) -> &'static str {
    own(sentence).map_or(sentence, |(_, own)| own)
}

/// A word of an answer in the language that is shown, and that language; nothing where the table does not have it, or English is shown.
pub fn own(word: &str) -> Option<(Language, &'static str)> {
    let shown = SHOWN.get();
    TABLES.with_borrow(|tables| {
        let (_, table) = tables.iter().find(|(language, _)| *language == shown)?;
        table.iter().find(|(english, _)| *english == word).map(|(_, own)| (shown, *own))
    })
}

/// A sentence with values in place of `{0}`, `{1}` and so on, in whatever order the language has them.
pub fn t_with(sentence: &'static str, values: &[&str]) -> String {
    let mut text = String::new();
    let mut rest = t(sentence);
    while let Some((before, value, after)) = placeholder(rest) {
        text.push_str(before);
        text.push_str(values.get(value).copied().unwrap_or_default());
        rest = after;
    }
    text + rest
}

/// The first placeholder of a sentence: what is before it, its number, what is behind it.
fn placeholder(sentence: &str) -> Option<(&str, usize, &str)> {
    let (before, inner) = sentence.split_once('{')?;
    let (number, after) = inner.split_once('}')?;
    Some((before, number.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::state::{Screen, Tab, VERDICTS};
    use netpolis_view::VerdictView;

    #[test]
    fn a_sentence_is_said_in_the_language_that_is_shown() {
        assert_eq!(t("Next step"), "Next step");
        assert!(!is_there(Language::German) && is_there(Language::English));
        show(Language::German);
        assert_eq!(t("Next step"), "Next step", "its table is not there");
        show(Language::English);
        keep(Language::German, [("Next step", "Weiter"), ("{0} of {1}", "von {1}: {0}")].map(|(a, b)| (a.into(), b.into())).into_iter());
        assert_eq!(t("Next step"), "Next step", "not asked for yet");
        show(Language::German);
        assert_eq!((t("Next step"), t("Back")), ("Weiter", "Back"));
        // What a value says is no placeholder.
        assert_eq!(t_with("{0} of {1}", &["{1}", "b"]), "von b: {1}");
        show(Language::English);
        assert_eq!(t_with("{0} of {1}", &["a", "b"]), "a of b");
    }

    /// What is said by its value, not where it stands.
    fn by_value() -> Vec<&'static str> {
        let titles = Screen::ALL.into_iter().map(Screen::title).chain(Tab::ALL.into_iter().map(Tab::title));
        let verdicts = [VerdictView::Allowed, VerdictView::Denied, VerdictView::CannotTell].map(VerdictView::word);
        titles.chain(VERDICTS).chain(verdicts).collect()
    }

    /// Sentences of `t` and `t_with` in a source text.
    fn said(text: &str, found: &mut BTreeSet<String>) {
        for opened in ["t(\"", "t_with(\""] {
            for (at, _) in text.match_indices(opened) {
                let is_call = !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
                if let (true, Some((sentence, _))) = (is_call, text[at + opened.len()..].split_once('"')) {
                    found.insert(sentence.to_owned());
                }
            }
        }
    }

    fn read(folder: &Path, found: &mut BTreeSet<String>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                read(&path, found);
            } else if path.file_name() != Some("words.rs".as_ref()) {
                said(&fs::read_to_string(&path).unwrap(), found);
            }
        }
    }

    #[test]
    fn a_table_has_every_sentence_and_no_others() {
        let mut sentences: BTreeSet<String> = by_value().into_iter().map(str::to_owned).collect();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sentences);
        assert!(sentences.len() > 80 && sentences.contains("Next step"), "{sentences:?}");
        for language in Language::ALL.into_iter().filter(|own| *own != Language::English) {
            let path = format!("{}/../www/words/{}.json", env!("CARGO_MANIFEST_DIR"), language.tag());
            let table: BTreeMap<String, String> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let known: BTreeSet<String> = table.keys().cloned().collect();
            let missing: Vec<_> = sentences.difference(&known).collect();
            let unused: Vec<_> = known.difference(&sentences).collect();
            assert!(missing.is_empty() && unused.is_empty(), "{path}: missing {missing:?}, said nowhere {unused:?}");
            for (sentence, own) in &table {
                let values = |text: &str| (0..9).filter(|number| text.contains(&format!("{{{number}}}"))).collect::<Vec<_>>();
                assert_eq!(values(sentence), values(own), "{sentence}: {own}");
                assert_eq!((sentence.starts_with(' '), sentence.ends_with(' ')), (own.starts_with(' '), own.ends_with(' ')), "{sentence}");
            }
        }
    }

    #[test]
    fn a_language_is_known_by_its_tag() {
        assert_eq!(Language::of_tag("de-AT"), Some(Language::German));
        assert_eq!(Language::of_tag("EN"), Some(Language::English));
        assert_eq!(Language::of_tag("nl"), None);
        assert_eq!(Language::of_tag(""), None);
    }
}
