//! Every sentence that a user can meet, on one page, so that somebody can read them all in one go.
//!
//! Sentences of answers come from real answers (`answers`): for every string literal in the source the shortest sentence that
//! has it in it, so that each wording is shown once, and in its context. Literals that no answer of these inputs has follow as
//! they are written, by source file (`literals`). Below a sentence stands what the page says in its place in other languages.
//! `phrasing` is the list of phrases that do not come back.

mod answers;
mod literals;
mod phrasing;

pub use literals::{Literal, in_folder};
pub use phrasing::{AVOIDED, avoided_in};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Where sentences are written.
const FOLDERS: [&str; 5] = ["core/src", "cli/src", "view/src", "engine/src", "web/src"];
/// Quotations of upstream's documents: not our words.
const QUOTED: [&str; 1] = ["citations.rs"];

/// Sentences and labels by where they appear.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Headings in the order of the page, each with its sentences.
    pub parts: Vec<(String, Vec<String>)>,
    /// Languages by their tags, each with its sentences by the English ones; `…` stands for values in both.
    pub translations: BTreeMap<String, BTreeMap<String, String>>,
}

impl Words {
    /// Collects the words of the repository at `root`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn collect(root: &Path) -> Result<Words, String> {
        let mut written = Vec::new();
        for folder in FOLDERS {
            written.extend(in_folder(root, folder)?.into_iter().filter(|l| !QUOTED.iter().any(|name| l.file.ends_with(name))));
        }
        let met = answers::all(root)?;
        let constants = constants(&written);
        // Of sentences that differ in names only, one.
        let mut known: BTreeSet<(&str, String)> = BTreeSet::new();
        let mut shortest: Vec<(&str, &String)> = met.iter().flat_map(|(place, all)| all.iter().map(move |s| (*place, s))).collect();
        shortest.retain(|(place, sentence)| known.insert((place, normalised(sentence, &constants))));
        shortest.sort_by_key(|(_, sentence)| sentence.len());
        let mut shown: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let mut others: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for literal in &written {
            match shortest.iter().find(|(_, sentence)| has(sentence, &literal.fixed_parts())) {
                Some((place, sentence)) => {
                    shown.entry(place).or_default().insert(normalised(sentence, &constants));
                }
                None => {
                    let list = others.entry(literal.file.clone()).or_default();
                    let text = literal.with_placeholders();
                    if !list.contains(&text) {
                        list.push(text);
                    }
                }
            }
        }
        let mut words = Words { translations: translations(root)?, ..Words::default() };
        for place in answers::PLACES {
            words.parts.push((place.to_owned(), shown.remove(place).unwrap_or_default().into_iter().collect()));
        }
        words.parts.extend(others);
        Ok(words)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.parts.iter().map(|(_, sentences)| sentences.len()).sum()
    }

    /// The page.
    pub fn page(&self) -> String {
        let mut page = format!("{} sentences and labels\n", self.count());
        for (heading, sentences) in &self.parts {
            let _ = writeln!(page, "\n{heading}");
            for sentence in sentences {
                for line in sentence.lines().filter(|line| !line.trim().is_empty()) {
                    let _ = writeln!(page, "  {}", line.trim_end());
                }
                for (language, table) in &self.translations {
                    if let Some(own) = table.get(sentence) {
                        let _ = writeln!(page, "      {language}: {}", own.trim());
                    }
                }
            }
        }
        page
    }
}

/// What the page says in other languages.
fn translations(root: &Path) -> Result<BTreeMap<String, BTreeMap<String, String>>, String> {
    let folder = root.join("www/words");
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(|e| format!("cannot read `{}`: {e}", folder.display()))? {
        let path = entry.map_err(|e| e.to_string())?.path();
        let text = fs::read_to_string(&path).map_err(|e| format!("cannot read `{}`: {e}", path.display()))?;
        let table: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let plain = |text: &str| Literal { file: String::new(), line: 0, text: text.to_owned() }.with_placeholders();
        let tag = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        found.insert(tag, table.iter().map(|(sentence, own)| (plain(sentence), plain(own))).collect());
    }
    Ok(found)
}

/// Whether a sentence holds all of these, one after the other, and at least one that is more than a few letters.
fn has(sentence: &str, parts: &[String]) -> bool {
    let mut rest = sentence;
    parts.iter().any(|part| part.trim().len() > 3)
        && parts.iter().all(|part| match rest.split_once(part.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
}

/// What stands in backticks in the source itself: the same in every answer.
fn constants(written: &[Literal]) -> BTreeSet<String> {
    let texts = written.iter().flat_map(|literal| literal.text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    texts.filter(|text| !text.contains('{')).collect()
}

/// A sentence with `…` in place of the names of the input, and of numbers and addresses.
fn normalised(sentence: &str, constants: &BTreeSet<String>) -> String {
    let mut text = String::new();
    for (number, part) in sentence.split('`').enumerate() {
        if number % 2 == 1 {
            let name = if constants.contains(part) { part } else { "…" };
            let _ = write!(text, "`{name}`");
            continue;
        }
        for word in part.split_inclusive(char::is_whitespace) {
            let core = word.trim_matches(|c: char| !c.is_alphanumeric());
            let is_name = core.chars().any(|c| c.is_ascii_digit()) && !core.starts_with("IPv") || core.contains('/');
            text.push_str(&if is_name { word.replace(core, "…") } else { word.to_owned() });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{has, normalised};

    #[test]
    fn names_and_numbers_are_placeholders_and_constants_stay() {
        let constants = ["spec.podSelector".to_owned()].into();
        let sentence = "port 5432 of `shop/db` on node n1: `spec.podSelector` is 10.0.0.0/8 (IPv4)";
        assert_eq!(normalised(sentence, &constants), "port … of `…` on node …: `spec.podSelector` is … (IPv4)");
    }

    #[test]
    fn a_sentence_has_a_literal_if_its_parts_follow_each_other() {
        let parts = |list: &[&str]| list.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        assert!(has("rule `web` allows TCP 80 here", &parts(&["rule `", "` allows ", ""])));
        assert!(!has("allows rule", &parts(&["rule", "allows"])));
        assert!(!has("a b", &parts(&["", " "])));
    }
}
