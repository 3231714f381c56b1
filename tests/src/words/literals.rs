//! The string literals of Rust source that a person may read.

use std::fs;
use std::path::{Path, PathBuf};

/// A literal and where it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Literal {
    /// Its file, from the root of the repository.
    pub file: String,
    /// Its line, counted from 1.
    pub line: usize,
    /// Its text; an argument of `format!` stands in it as it is written, as `{}` or `{name}`.
    pub text: String,
}

impl Literal {
    /// The text between the arguments of `format!`.
    pub fn fixed_parts(&self) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut characters = self.text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '{' | '}' if characters.peek() == Some(&character) => {
                    characters.next();
                    parts.last_mut().into_iter().for_each(|part| part.push(character));
                }
                '{' => {
                    characters.by_ref().take_while(|c| *c != '}').for_each(drop);
                    parts.push(String::new());
                }
                _ => parts.last_mut().into_iter().for_each(|part| part.push(character)),
            }
        }
        parts
    }

    /// The text with `…` in place of every argument of `format!`.
    pub fn with_placeholders(&self) -> String {
        self.fixed_parts().join("…")
    }
}

/// The sentences and labels in the source files of a folder; tests are left out.
///
/// # Errors
/// When a file cannot be read.
pub fn in_folder(root: &Path, folder: &str) -> Result<Vec<Literal>, String> {
    let has_labels = ["view", "engine", "web"].iter().any(|name| folder.starts_with(name));
    let mut files = Vec::new();
    find(&root.join(folder), &mut files)?;
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).map_err(|e| format!("cannot read `{}`: {e}", path.display()))?;
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (offset, literal) in literals(text) {
            let is_text = is_for_people(&literal) || (has_labels && is_label(&literal));
            if is_text && !is_for_machines(text.get(..offset).unwrap_or_default()) {
                let line = text.get(..offset).unwrap_or_default().lines().count().max(1);
                found.push(Literal { file: name.clone(), line, text: literal });
            }
        }
    }
    Ok(found)
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("cannot read `{}`: {e}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            find(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "rs") && !is_test {
            files.push(path);
        }
    }
    Ok(())
}

/// One word that begins as a label does.
fn is_label(text: &str) -> bool {
    text.len() > 2 && text.starts_with(char::is_uppercase) && text.chars().skip(1).all(char::is_lowercase)
}

/// Two words or more that are no code.
fn is_for_people(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_word = |word: &&&str| {
        let letters = word.trim_matches(|c: char| !c.is_alphanumeric());
        letters.len() > 1 && letters.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '-')
    };
    let is_neutral = |word: &&&str| word.contains('{') || !word.chars().any(char::is_alphanumeric);
    let (plain, neutral) = (words.iter().filter(is_word).count(), words.iter().filter(is_neutral).count());
    let is_yaml = |line: &str| line.trim_start().starts_with("- ") || line == "spec:";
    let is_code = text.starts_with(['|', ',']) || text.contains("\": ") || text.lines().any(is_yaml);
    !is_code && plain > 1 && text.chars().any(char::is_lowercase) && (plain + neutral) * 3 >= words.len() * 2
}

/// Whether what stands before a literal says that nobody reads it: a reason for the compiler, names of styles, a drawing.
fn is_for_machines(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let attribute = ["reason = ", "expect(", " d=", "points=", "viewBox=", "transform=", "style="].iter().any(|word| line.ends_with(word));
    let style = line.rfind("class").is_some_and(|at| !line.get(at..).unwrap_or_default().contains('>'));
    attribute || style
}

/// Every string literal with the offset at which it begins.
pub fn literals(text: &str) -> Vec<(usize, String)> {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or_default();
    let rest = |i: usize| text.get(i..).unwrap_or_default();
    let mut found = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        match at(i) {
            b'/' if at(i + 1) == b'/' => i += rest(i).find('\n').unwrap_or(rest(i).len()),
            b'/' if at(i + 1) == b'*' => i += rest(i).find("*/").map_or(rest(i).len(), |end| end + 2),
            b'r' if (at(i + 1) == b'"' || at(i + 1) == b'#') && !(i > 0 && at(i - 1).is_ascii_alphanumeric()) => {
                let hashes = rest(i + 1).bytes().take_while(|b| *b == b'#').count();
                let start = i + 2 + hashes;
                if at(start - 1) != b'"' {
                    i += 1;
                    continue;
                }
                let end = format!("\"{}", "#".repeat(hashes));
                let length = rest(start).find(&end).unwrap_or(rest(start).len());
                found.push((i, text.get(start..start + length).unwrap_or_default().to_owned()));
                i = start + length + end.len();
            }
            b'"' => {
                let (literal, length) = quoted(rest(i + 1));
                found.push((i, literal));
                i += length + 2;
            }
            // A character, not a lifetime.
            b'\'' if at(i + 1) == b'\\' => i += 3 + rest(i + 3).find('\'').unwrap_or(0),
            b'\'' => {
                let length = rest(i + 1).chars().next().map_or(1, char::len_utf8);
                i += if at(i + 1 + length) == b'\'' { length + 2 } else { 1 };
            }
            _ => i += 1,
        }
    }
    found
}

/// What stands before the closing quote, without escapes, and how many bytes that is in the source.
fn quoted(source: &str) -> (String, usize) {
    let mut text = String::new();
    let mut characters = source.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, at),
            '\\' => match characters.next() {
                Some((_, '\n')) => while characters.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, other)) => text.push(other),
                None => {}
            },
            _ => text.push(character),
        }
    }
    (text, source.len())
}
