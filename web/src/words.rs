//! Sentences of the page in other languages. English stands in the source, where it is said: `t("Next step")`; what it is in another language stands in
//! `www/words/LANGUAGE.json`, which is fetched when somebody chooses that language. What a table lacks is said in English.
//!
//! All words of the page are translated: what stands on buttons, above lists, in fields and messages, and what screen readers hear. What the page keeps in its
//! state is kept in English (`key`) and translated where it is drawn, so that it follows a change of language. Two things are in the language in which they
//! were made: a notice, which goes by itself, and what is kept as data, such as the name of a new scene.
//!
//! Sentences of answers are the core's, made of many values, and stay English; elements that hold them say so (`lang="en"`, which `rich` sets). Those of a
//! few words, and those in which only numbers differ (`3 workloads, 1 rule`), are looked up as well (`own_words`).

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

    /// The tag by which browsers write days and times as it does.
    pub const fn locale(self) -> &'static str {
        match self {
            Language::English => "en-GB",
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

/// Sentences and what they are in a language, in the order of the sentences.
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
    let mut table: Table = entries.map(|(sentence, own)| (&*sentence.leak(), &*own.leak())).collect();
    table.sort_unstable();
    TABLES.with_borrow_mut(|tables| tables.push((language, table)));
}

/// Says everything in a language from now on.
pub fn show(language: Language) {
    SHOWN.set(language);
}

/// A sentence in the language that is shown.
pub fn t(sentence: &str) -> &str {
    own(sentence).map_or(sentence, |(_, own)| own)
}

/// A word of an answer in the language that is shown, and that language; nothing where the table does not have it, or English is shown.
pub fn own(word: &str) -> Option<(Language, &'static str)> {
    let shown = SHOWN.get();
    TABLES.with_borrow(|tables| {
        let (_, table) = tables.iter().find(|(language, _)| *language == shown)?;
        let at = table.binary_search_by(|(english, _)| (*english).cmp(word)).ok()?;
        table.get(at).map(|(_, own)| (shown, *own))
    })
}

/// A sentence with values in place of `{0}`, `{1}` and so on, in whatever order the language has them.
pub fn t_with(sentence: &'static str, values: &[&str]) -> String {
    filled(t(sentence), values)
}

fn filled(sentence: &str, values: &[&str]) -> String {
    let mut text = String::new();
    let mut rest = sentence;
    while let Some((before, value, after)) = placeholder(rest) {
        text.push_str(before);
        text.push_str(values.get(value).copied().unwrap_or_default());
        rest = after;
    }
    text + rest
}

/// One of two sentences, by whether it is about one, with the number in place of `{0}`.
pub fn t_count(count: usize, one: &'static str, many: &'static str) -> String {
    t_with(if count == 1 { one } else { many }, &[&count.to_string()])
}

/// That there are more than those that are listed.
pub fn and_more(count: usize) -> String {
    t_with("and {0} more", &[&count.to_string()])
}

/// A sentence that is kept in English, and said by `t` where it is drawn.
pub const fn key(sentence: &'static str) -> &'static str {
    sentence
}

/// The language that is shown.
pub fn shown() -> Language {
    SHOWN.get()
}

/// A word of an answer in the language that is shown, in which numbers may stand, or several with commas between them: `3 workloads, 1 rule`. Nothing where
/// the table does not have them, or English is shown.
pub fn own_words(text: &str) -> Option<String> {
    let part = |part: &str| {
        let (mut sentence, mut values, mut in_number) = (String::new(), Vec::<String>::new(), false);
        for character in part.chars() {
            let is_digit = character.is_ascii_digit();
            match values.last_mut().filter(|_| is_digit && in_number) {
                Some(number) => number.push(character),
                None if is_digit => {
                    sentence += &format!("{{{}}}", values.len());
                    values.push(character.into());
                }
                None => sentence.push(character),
            }
            in_number = is_digit;
        }
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        own(&sentence).map(|(_, own)| filled(own, &values))
    };
    if shown() == Language::English {
        return None;
    }
    let parts = || text.split(", ").map(part).collect::<Option<Vec<_>>>();
    part(text).or_else(|| parts().map(|parts| parts.join(", ")))
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

    use super::*;
    use crate::share::EmbedView;
    use crate::state::commands::COMMANDS;
    use crate::state::shortcuts::sheet;
    use crate::state::{Screen, Tab, VERDICTS};
    use netpolis_core::settings::{Engine, Settings};
    use netpolis_view::{FlowChange, PlanNumber, Question, RowLink, VerdictView, assumptions, engine_words};

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
    fn by_value() -> Vec<String> {
        let titles = Screen::ALL.into_iter().map(Screen::title).chain(Tab::ALL.into_iter().map(Tab::title));
        let verdicts = [VerdictView::Allowed, VerdictView::Denied, VerdictView::CannotTell].map(VerdictView::word);
        let areas = sheet().into_iter().flat_map(|area| std::iter::once(area.title).chain(area.rows.into_iter().map(|(_, what)| what)));
        let settings = assumptions(&Settings::default());
        let choices = settings.iter().flat_map(|own| std::iter::once(own.title).chain(own.choices.iter().map(|choice| choice.title)));
        let engines = Engine::ALL.into_iter().flat_map(|engine| <[&str; 2]>::from(engine_words(engine)));
        let links = [RowLink::Flow(Question::default()), RowLink::Path(Question::default()), RowLink::End(String::new())];
        let all = titles.chain(VERDICTS).chain(verdicts).chain(areas).chain(choices).chain(engines);
        let all = all.chain(COMMANDS.iter().map(|command| command.name)).chain(FlowChange::ALL.map(FlowChange::since));
        let all = all.chain(PlanNumber::ALL.map(PlanNumber::title)).chain(EmbedView::ALL.map(EmbedView::name)).map(str::to_owned);
        all.chain(links.iter().map(|link| link.label().to_owned())).collect()
    }

    /// Words of answers that are put together of parts, or with numbers in them.
    const COUNTED: [&str; 34] = [
        "Endpoints selected in this tier that no rule matches are denied: {0} of {1} flows.",
        "Denied for {0}.{1} % of connections ({2} of {3} branches)",
        "This policy does not act on ingress.",
        "This policy does not act on egress.",
        "Isolated: only what a rule allows comes in, here or in another policy.",
        "Isolated: only what a rule allows goes out, here or in another policy.",
        "Isolated: nothing comes in, unless another policy allows it.",
        "Isolated: nothing goes out, unless another policy allows it.",
        "outside addresses",
        "{0} addresses: {1} of nodes, {2} while upgrading, {3} of others, {4} free",
        "nodes: {0}",
        "while upgrading: {0}",
        "others: {0}",
        "{0} ({1} per node)",
        "denied from {0}",
        "{0} isolated",
        "{0} rule",
        "{0} rules",
        "{0} node",
        "{0} nodes",
        "{0} pod",
        "{0} pods",
        "{0} range",
        "{0} ranges",
        "{0} endpoint",
        "{0} endpoints",
        "{0} host endpoint",
        "{0} host endpoints",
        "{0} network set",
        "{0} network sets",
        "decides {0} of {1} flows",
        "{0} of {1}",
        "{0} workload",
        "{0} workloads",
    ];

    /// The string literal that begins here, and how long it is.
    fn literal(text: &str) -> (String, usize) {
        let mut value = String::new();
        let mut characters = text.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => return (value, at + 1),
                '\\' => match characters.next() {
                    Some((_, '\n')) => {
                        let rest = &text[at + 2..];
                        let indent = rest.len() - rest.trim_start().len();
                        characters.by_ref().take(indent).for_each(|_| ());
                    }
                    Some((_, escaped)) => value.push(escaped),
                    None => (),
                },
                other => value.push(other),
            }
        }
        (value, text.len())
    }

    /// Literals among the arguments of a call: all of them up to the values that are put into the sentence.
    fn arguments(text: &str, found: &mut BTreeSet<String>) {
        let (mut depth, mut at) = (1, 0);
        while let (true, Some(next)) = (depth > 0, text[at..].chars().next()) {
            match next {
                '"' => {
                    let (value, length) = literal(&text[at + 1..]);
                    at += length;
                    found.insert(value);
                }
                '&' if text[at..].starts_with("&[") => return,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => (),
            }
            at += next.len_utf8();
        }
    }

    /// Sentences that a source text has said.
    fn said(text: &str, found: &mut BTreeSet<String>) {
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for opened in ["t(", "t_with(", "t_count(", "key("] {
            for (at, _) in text.match_indices(opened) {
                if !text[..at].ends_with(|before: char| before.is_alphanumeric() || matches!(before, '_' | '.')) {
                    arguments(&text[at + opened.len()..], found);
                }
            }
        }
    }

    /// All literals of a source text.
    fn literals(text: &str, found: &mut BTreeSet<String>) {
        // A quotation mark as a character begins none.
        let text = text.replace("'\"'", "");
        let mut rest = &*text;
        while let Some((_, inner)) = rest.split_once('"') {
            let (value, length) = literal(inner);
            found.insert(value);
            rest = &inner[length..];
        }
    }

    fn read(folder: &str, take: fn(&str, &mut BTreeSet<String>), found: &mut BTreeSet<String>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                read(path.to_str().unwrap(), take, found);
            } else {
                take(&fs::read_to_string(&path).unwrap(), found);
            }
        }
    }

    #[test]
    fn a_table_has_every_sentence_and_no_others() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut sentences: BTreeSet<String> = by_value().into_iter().collect();
        read(&format!("{root}/web/src"), said, &mut sentences);
        assert!(sentences.len() > 600 && sentences.contains("Next step"), "{sentences:?}");
        // What view models say in a few words is in the page's language if the table has it.
        let mut also: BTreeSet<String> = COUNTED.map(str::to_owned).into();
        read(&format!("{root}/view/src"), literals, &mut also);
        for language in Language::ALL.into_iter().filter(|own| *own != Language::English) {
            let path = format!("{root}/www/words/{}.json", language.tag());
            let table: BTreeMap<String, String> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let known: BTreeSet<String> = table.keys().cloned().collect();
            let missing: Vec<_> = sentences.difference(&known).collect();
            let unused: Vec<_> = known.difference(&sentences).filter(|sentence| !also.contains(*sentence)).collect();
            assert!(missing.is_empty() && unused.is_empty(), "{path}: missing {missing:?}, said nowhere {unused:?}");
            for (sentence, own) in &table {
                let values = |text: &str| (0..9).filter(|number| text.contains(&format!("{{{number}}}"))).collect::<Vec<_>>();
                assert_eq!(values(sentence), values(own), "{sentence}: {own}");
                assert_eq!((sentence.starts_with(' '), sentence.ends_with(' ')), (own.starts_with(' '), own.ends_with(' ')), "{sentence}");
            }
        }
    }

    #[test]
    fn words_with_numbers_are_said_in_the_language_that_is_shown() {
        let table = [("{0} workloads", "{0} Lasten"), ("{0} rule", "{0} Regel"), ("decides {0} of {1} flows", "entscheidet {0} von {1}")];
        keep(Language::German, table.map(|(a, b)| (a.into(), b.into())).into_iter());
        assert_eq!(own_words("3 workloads"), None, "English is shown");
        show(Language::German);
        assert_eq!(own_words("12 workloads, 1 rule").as_deref(), Some("12 Lasten, 1 Regel"));
        assert_eq!(own_words("decides 3 of 1200 flows").as_deref(), Some("entscheidet 3 von 1200"));
        assert_eq!(own_words("3 workloads, 2 pods"), None, "all or nothing");
        assert_eq!(t_count(1, "{0} rule", "{0} rules"), "1 Regel");
        assert_eq!(t_count(2, "{0} rule", "{0} rules"), "2 rules", "what the table lacks is in English");
        show(Language::English);
    }

    #[test]
    fn calls_are_read_with_all_their_sentences() {
        let mut found = BTreeSet::new();
        said("t(if a { \"x \\\n   y\" } else { \"z\" }); next(\"no\"); t_with(\"{0} (b)\", &[&f(\"value\")]); key(\"c\\\\d\")", &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["c\\d", "x y", "z", "{0} (b)"]);
    }

    #[test]
    fn a_language_is_known_by_its_tag() {
        assert_eq!(Language::of_tag("de-AT"), Some(Language::German));
        assert_eq!(Language::of_tag("EN"), Some(Language::English));
        assert_eq!(Language::of_tag("nl"), None);
        assert_eq!(Language::of_tag(""), None);
    }
}
