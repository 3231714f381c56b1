//! Terms of the field with what they mean, in every language that lessons are written in, and where prose of a lesson meets them.

use std::cell::RefCell;

use crate::fields::{Fields, Yaml};
use crate::lesson::{Lesson, Part, Problem};
use crate::prose::{Block, Inline, inlines};

const ROOT: [&str; 1] = ["terms"];
const IN_LANGUAGE: [&str; 3] = ["name", "words", "text"];

/// What a link to a term begins with: `term:snat`.
pub const TERM: &str = "term:";

/// The file that a glossary stands in: beside a lesson, or above all courses.
pub const GLOSSARY: &str = "glossary.yaml";

/// Languages that every term is explained in.
pub const LANGUAGES: [&str; 2] = ["en", "de"];

/// More is no explanation that is read in passing.
const MOST_LETTERS: usize = 320;

/// All terms.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Glossary {
    /// In the order in which they are written.
    pub terms: Vec<Term>,
}

/// A term.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Term {
    /// What links name it by.
    pub id: String,
    /// The page of upstream's documentation that says so.
    pub source: String,
    /// What it means, by language.
    pub explained: Vec<(String, Explained)>,
}

/// A term in a language.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Explained {
    /// Its name.
    pub name: String,
    /// How prose writes it: where that is met, it is this term.
    pub words: Vec<String>,
    /// What it means.
    pub text: Vec<Inline>,
}

impl Term {
    /// What it means in a language.
    pub fn in_language(&self, language: &str) -> Option<&Explained> {
        self.explained.iter().find(|(own, _)| own == language).map(|(_, explained)| explained)
    }
}

impl Glossary {
    /// The term that a link names: `term:snat`.
    pub fn linked(&self, to: &str) -> Option<&Term> {
        let id = to.strip_prefix(TERM)?;
        self.terms.iter().find(|term| term.id == id)
    }

    /// Makes the first use of each term in a step a link to it, in the first one with the introduction: in prose and in what a task says. What is a link or code already
    /// stays as it is.
    pub fn mark(&self, lesson: &mut Lesson, language: &str) {
        let terms = self.terms.iter().filter(|term| !lesson.unmarked.contains(&term.id)).collect();
        let mut marks = Marks { glossary: self, terms, language, met: Vec::new() };
        marks.blocks(&mut lesson.intro);
        for (number, step) in lesson.steps.iter_mut().enumerate() {
            // The first one is shown below the introduction.
            if number > 0 {
                marks.met.clear();
            }
            for part in &mut step.parts {
                match part {
                    Part::Prose(blocks) => marks.blocks(blocks),
                    Part::Task(task) => marks.line(&mut task.say),
                    Part::Quiz(_) | Part::Predict(_) => {}
                }
            }
        }
    }
}

/// Reads a glossary, which has to explain every term in each of the [`LANGUAGES`].
pub fn glossary(text: &str) -> (Glossary, Vec<Problem>) {
    let problems = RefCell::new(Vec::new());
    let mut found = Glossary::default();
    let yaml = Yaml::new(text.to_owned(), 0, &problems);
    let known: Vec<&str> = ["id", "source"].into_iter().chain(LANGUAGES).collect();
    for fields in yaml.root(&ROOT).map(|root| root.list("terms", &known)).unwrap_or_default() {
        let term = term(&fields);
        if found.terms.iter().any(|other| other.id == term.id) {
            fields.report(format!("there are two terms `{}`", term.id));
        }
        let taken = |language: &str, word: &String| {
            found.terms.iter().filter_map(|other| other.in_language(language)).any(|other| other.words.contains(word))
        };
        for (language, explained) in &term.explained {
            if let Some(word) = explained.words.iter().find(|word| taken(language, word)) {
                fields.report(format!("`{word}` is a word of two terms in `{language}`"));
            }
        }
        found.terms.push(term);
    }
    (found, problems.into_inner())
}

fn term(fields: &Fields<'_>) -> Term {
    let source = fields.required("source");
    if !source.is_empty() && !source.starts_with("https://") {
        fields.report_at("source", "the source of a term is a page: `https://…`");
    }
    let mut term = Term { id: fields.required("id"), source, explained: Vec::new() };
    for language in LANGUAGES {
        let Some(own) = fields.fields(language, &IN_LANGUAGE) else {
            fields.report(format!("`{language}` is missing: the term is explained in every language"));
            continue;
        };
        let text = own.required("text");
        if text.chars().count() > MOST_LETTERS {
            own.report_at("text", format!("an explanation is one sentence or two, of at most {MOST_LETTERS} letters"));
        }
        let explained = Explained { name: own.required("name"), words: own.texts("words"), text: inlines(&text) };
        term.explained.push((language.to_owned(), explained));
    }
    term
}

/// Terms that were met already.
struct Marks<'a> {
    glossary: &'a Glossary,
    /// Those that are looked for.
    terms: Vec<&'a Term>,
    language: &'a str,
    met: Vec<&'a str>,
}

impl<'a> Marks<'a> {
    fn blocks(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            match block {
                Block::Paragraph(line) => self.line(line),
                Block::List(_, items) => items.iter_mut().for_each(|item| self.blocks(item)),
                Block::Quote(inner) => self.blocks(inner),
                Block::Heading(_) | Block::Code(_) | Block::Table(_) => {}
            }
        }
    }

    fn line(&mut self, line: &mut Vec<Inline>) {
        // What the author linked is met, also before its place.
        for part in line.iter() {
            if let Inline::Link(to, _) = part
                && let Some(term) = self.glossary.linked(to)
            {
                self.met.push(&term.id);
            }
        }
        let parts = core::mem::take(line);
        for part in parts {
            match part {
                Inline::Text(text) => self.text(text, line),
                Inline::Emphasis(mut inner) => {
                    self.line(&mut inner);
                    line.push(Inline::Emphasis(inner));
                }
                Inline::Strong(mut inner) => {
                    self.line(&mut inner);
                    line.push(Inline::Strong(inner));
                }
                other @ (Inline::Code(_) | Inline::Link(..) | Inline::Break) => line.push(other),
            }
        }
    }

    /// A text with its terms as links.
    fn text(&mut self, text: String, line: &mut Vec<Inline>) {
        let mut rest = text.as_str();
        while let Some((at, word, id)) = self.first(rest) {
            let (before, after) = (rest.get(..at).unwrap_or_default(), rest.get(at + word.len()..).unwrap_or_default());
            if !before.is_empty() {
                line.push(Inline::Text(before.to_owned()));
            }
            line.push(Inline::Link(format!("{TERM}{id}"), vec![Inline::Text(word.to_owned())]));
            self.met.push(id);
            rest = after;
        }
        if !rest.is_empty() {
            line.push(Inline::Text(rest.to_owned()));
        }
    }

    /// The first word of a term that was not met; of several there, the longest.
    fn first(&self, text: &str) -> Option<(usize, &'a str, &'a str)> {
        let terms = self.terms.iter().filter(|term| !self.met.contains(&term.id.as_str()));
        let words = terms.flat_map(|term| {
            let words = term.in_language(self.language).map_or(&[][..], |explained| &explained.words);
            words.iter().map(|word| (word.as_str(), term.id.as_str()))
        });
        let places = words.filter_map(|(word, id)| Some((place(text, word)?, word, id)));
        places.min_by_key(|(at, word, _)| (*at, core::cmp::Reverse(word.len())))
    }
}

/// Where a text has a word as a whole one.
fn place(text: &str, word: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let mut after = text.get(at + word.len()..).unwrap_or_default().chars();
        let next = after.next();
        // A dash or point may end a sentence, and a word may be the first of a compound.
        !before.is_some_and(is_part) && !next.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
terms:
- id: snat
  source: https://example.org/snat
  en: {name: SNAT, words: [SNAT, source NAT], text: 'The *source* is rewritten.'}
  de: {name: SNAT, words: [SNAT], text: Die Quelle wird umgeschrieben.}
- id: nat
  source: https://example.org/nat
  en: {name: NAT, words: [NAT], text: Addresses are rewritten.}
  de: {name: NAT, words: [NAT], text: Adressen werden umgeschrieben.}
";

    fn read(text: &str) -> (Glossary, Vec<String>) {
        let (found, problems) = glossary(text);
        (found, problems.iter().map(ToString::to_string).collect())
    }

    /// A paragraph with `<…>` around its terms.
    fn marked(text: &str, language: &str) -> String {
        let (glossary, _) = read(TEXT);
        let mut lesson = Lesson { intro: vec![Block::Paragraph(inlines(text))], ..Lesson::default() };
        glossary.mark(&mut lesson, language);
        let [Block::Paragraph(line)] = lesson.intro.as_slice() else { return String::new() };
        fn words(line: &[Inline]) -> String {
            let word = |part: &Inline| match part {
                Inline::Text(text) => text.clone(),
                Inline::Code(code) => format!("`{code}`"),
                Inline::Link(to, inner) => format!("<{to} {}>", words(inner)),
                Inline::Emphasis(inner) | Inline::Strong(inner) => format!("*{}*", words(inner)),
                Inline::Break => "\n".into(),
            };
            line.iter().map(word).collect()
        }
        words(line)
    }

    #[test]
    fn the_first_use_of_a_term_is_marked() {
        assert_eq!(marked("SNAT, NAT and SNAT again.", "en"), "<term:snat SNAT>, <term:nat NAT> and SNAT again.");
        assert_eq!(marked("The source NAT of `NAT`.", "en"), "The <term:snat source NAT> of `NAT`.");
        assert_eq!(marked("The source NAT.", "de"), "The source <term:nat NAT>.");
        assert_eq!(marked("NATs, D-NAT, NAT-free, xNAT", "en"), "NATs, D-NAT, NAT-free, xNAT");
        assert_eq!(marked("**SNAT** is [NAT](https://example.org)", "en"), "*<term:snat SNAT>* is <https://example.org NAT>");
        assert_eq!(marked("SNAT is [it](term:snat)", "en"), "SNAT is <term:snat it>");
    }

    #[test]
    fn what_is_wrong_with_a_glossary_is_said() {
        let (found, problems) = read(TEXT);
        assert_eq!((found.terms.len(), problems), (2, Vec::new()));
        assert_eq!(found.linked("term:snat").map(|term| term.source.as_str()), Some("https://example.org/snat"));
        assert_eq!(found.linked("term:dnat"), None);
        let fault = |find: &str, with: &str| read(&TEXT.replacen(find, with, 1)).1;
        assert_eq!(fault("https://example.org/snat", "example.org"), ["3: the source of a term is a page: `https://…`"]);
        assert_eq!(
            fault("  de: {name: SNAT, words: [SNAT], text: Die Quelle wird umgeschrieben.}\n", ""),
            ["2: `de` is missing: the term is explained in every language"]
        );
        assert_eq!(fault("id: nat", "id: snat"), ["6: there are two terms `snat`"]);
        assert_eq!(fault("words: [NAT]", "words: [SNAT]"), ["6: `SNAT` is a word of two terms in `en`"]);
        assert_eq!(fault("Die Quelle wird umgeschrieben.", &"lang ".repeat(80)).len(), 1);
        assert_eq!(fault(", text: Addresses are rewritten.", ""), ["8: `text` is missing"]);
    }
}
