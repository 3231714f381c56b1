//! Scripts and variables in files: what the text writes itself is run where the text runs it, and what is not in it leaves variables open.
//!
//! Upstream: GNU Bash manual, "Bourne Shell Builtins": `.`; "Redirections"; "Here Documents".

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::lex::{Part, Raw};
use super::super::{Dialect, Word};
use super::behind::{SHELLS, program_of, speaks_of_cluster};
use super::{DEEPEST, LONGEST, Run, Value, is_argument};
use crate::text::Span;

/// Files by their name, with what they hold as far as that is known.
pub(super) type Files = BTreeMap<String, Option<String>>;

/// Files that shells read for their own sake, by the end of their names.
const OWN: [&str; 6] = ["activate", ".bashrc", ".profile", ".bash_profile", ".zshrc", "nvm.sh"];

/// A name of a file without what means the same folder.
fn plain(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

/// The file that a line sends what it prints to, and whether it adds to it; `line` may have further lines within quotation marks.
fn target(line: &str) -> Option<(&str, bool)> {
    let mut quote: Option<char> = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '\n' | ';' | '|') => return None,
            // `2>` is about errors, and `>&` about another stream.
            (None, '>') if !matches!(before, '2' | '&' | '-' | '=') => {
                let rest = line.get(at + 1..)?;
                let adds = rest.starts_with('>');
                let rest = rest.trim_start_matches('>').trim_start_matches([' ', '\t']);
                let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '<' | ')')).unwrap_or(rest.len());
                let name = rest.get(..end)?.trim_matches(['"', '\'']);
                return (!name.is_empty() && name != "/dev/null").then_some((name, adds));
            }
            _ => {}
        }
        before = c;
    }
    None
}

impl Run<'_> {
    /// Takes note of what a command writes into a file.
    pub(super) fn note_file(&mut self, words: &[Word], program: &str, span: Span) {
        if self.dialect != Dialect::Posix || self.depth >= DEEPEST {
            return;
        }
        let (name, adds) = if program == "tee" {
            let Some(file) = words.iter().skip(1).find(|word| !word.text.starts_with('-')) else { return };
            (file.text.clone(), words.iter().any(|word| matches!(word.text.as_str(), "-a" | "--append")))
        } else {
            let line = self.text.get(span.start as usize..).unwrap_or_default();
            let Some((name, adds)) = target(line) else { return };
            (name.to_string(), adds)
        };
        let holds = match program {
            "cat" if words.len() == 1 => self.written_document(span),
            "tee" => self.written_document(span),
            "echo" | "printf" => {
                let texts = words.iter().skip(1).filter(|word| word.quoted || !word.text.starts_with('-'));
                let text = texts.map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
                (!text.contains('%') || program == "echo").then(|| text.replace("\\n", "\n") + "\n")
            }
            _ => None,
        };
        let name = plain(&name).to_string();
        let holds = holds.filter(|_| self.doubt.is_none());
        let all = match (adds, self.files.get(&name)) {
            (true, Some(Some(old))) => holds.map(|new| old.clone() + &new),
            // What it held before is not known.
            (true, _) => None,
            (false, _) => holds,
        };
        self.files.insert(name, all.filter(|text| text.len() < LONGEST));
    }

    /// A here-document as it is written into a file: without quotation marks at its word, `\$` is a `$` there.
    fn written_document(&self, span: Span) -> Option<String> {
        let text = self.document_after(span)?;
        let line = self.text.get(span.start as usize..)?.lines().next()?;
        let mark = line.split_once("<<")?.1.trim_start_matches('-').trim_start();
        let is_kept = mark.starts_with(['"', '\'', '\\']);
        Some(if is_kept { text + "\n" } else { text.replace("\\$", "$") + "\n" })
    }

    /// Runs a script that the text wrote before: `bash FILE`, `./FILE`, `source FILE`. False where it is none of those.
    pub(super) fn run_file(&mut self, words: &[Word], span: Span) -> bool {
        let Some((file, sourced, arguments)) = script(words) else { return false };
        let Some(Some(text)) = self.files.get(plain(file)).cloned() else {
            if sourced {
                self.sources_unknown(file);
            }
            return false;
        };
        if self.depth >= DEEPEST {
            return false;
        }
        // What it does in clusters is not followed, only that it may do anything.
        let of_clusters = speaks_of_cluster(&text);
        let before = self.commands.len();
        let outer = self.variables.clone();
        if !(sourced && arguments.is_empty()) {
            let values = arguments.iter().map(|word| Value { items: alloc::vec![word.text.clone()], unknown: word.unknown });
            self.set_arguments(values.collect());
        }
        self.run_text(&text, span);
        if sourced {
            self.variables.retain(|name, _| !is_argument(name));
            self.variables.extend(outer.into_iter().filter(|(name, _)| is_argument(name)));
        } else {
            self.variables = outer;
        }
        if of_clusters {
            let made = self.commands.split_off(before.min(self.commands.len()));
            let is_azure = |word: &Word| program_of(word).starts_with("az");
            self.commands.extend(made.into_iter().filter(|command| command.words.first().is_some_and(is_azure)));
        }
        !of_clusters
    }

    /// A file that the text does not write is read for what it sets: no variable is known any more to be what it was.
    fn sources_unknown(&mut self, file: &str) {
        let is_own = OWN.iter().any(|known| file.ends_with(known)) || file.starts_with("/etc/") || file.contains(['<', '(', ' ']);
        if !is_own && self.dialect == Dialect::Posix {
            self.forget_all();
        }
    }

    /// Leaves open what all variables hold.
    fn forget_all(&mut self) {
        for (name, value) in self.variables.iter_mut().filter(|(name, _)| !is_argument(name)) {
            *value = Value { items: alloc::vec![alloc::format!("${name}")], unknown: true };
        }
    }

    /// `export $(cat .env | xargs)`: it may set any variable. False for anything else.
    pub(super) fn exports_output(&mut self, raws: &[Raw]) -> bool {
        let is_output = |raw: &Raw| matches!(raw.parts.as_slice(), [Part::Output(..)]);
        let exports = self.dialect == Dialect::Posix && raws.first().is_some_and(is_output);
        if exports {
            self.forget_all();
        }
        exports
    }
}

/// The file that a command runs as a script, whether in the own shell, and its arguments.
fn script(words: &[Word]) -> Option<(&str, bool, &[Word])> {
    let (first, rest) = words.split_first()?;
    let name = first.text.as_str();
    if matches!(name, "source" | ".") {
        let (file, arguments) = rest.split_first()?;
        return Some((&file.text, true, arguments));
    }
    if SHELLS.contains(&program_of(first)) {
        let is_flag = |word: &Word| !word.quoted && word.text.starts_with('-');
        let at = rest.iter().position(|word| !is_flag(word))?;
        // `bash -c TEXT` and `bash -s` take no file.
        let takes_text = rest.get(..at)?.iter().any(|flag| !flag.text.starts_with("--") && flag.text.contains(['c', 's']));
        return (!takes_text).then(|| Some((rest.get(at)?.text.as_str(), false, rest.get(at + 1..)?)))?;
    }
    name.contains('/').then_some((name, false, rest))
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn where_a_line_sends_what_it_prints() {
        for (line, expected) in [
            ("cat > s.sh <<'E'\n", Some(("s.sh", false))),
            ("cat <<E >> \"s.sh\"\n", Some(("s.sh", true))),
            ("echo \"a > b\" >s.sh; rm x\n", Some(("s.sh", false))),
            ("echo 'a\nb' > s.sh\n", Some(("s.sh", false))),
            ("echo a 2> s.sh\n", None),
            ("echo a > /dev/null\n", None),
            ("echo a | tee s.sh > x\n", None),
            ("echo a\necho b > s.sh\n", None),
        ] {
            assert_eq!(target(line), expected, "{line}");
        }
    }
}
