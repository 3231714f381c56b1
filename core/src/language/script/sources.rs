//! Where commands have their manifests from: files, addresses, what another command prints.

use alloc::borrow::ToOwned;
use alloc::format;

use super::super::azure::read::shell::{Command, Word};
use super::kubectl::{Call, bare};
use super::{FileSpace, Follower, Space};
use crate::document::Handed;
use crate::language::unread::Effect;

/// Whether a file is what the command is given: `-`.
pub(super) fn is_input(word: &Word) -> bool {
    matches!(bare(word, "-f"), "" | "-" | "/dev/stdin")
}

/// The file that the beginning of a line writes: `cat > policy.yaml <<EOF`, `tee policy.yaml <<EOF`.
pub(super) fn written(head: &str) -> Option<&str> {
    let word = |text: &str| text.len() - text.trim_start().len()..;
    let name = |after: &'_ str| -> usize {
        after.find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | ')' | '<')).unwrap_or(after.len())
    };
    let after = match head.rsplit_once("> ").or_else(|| head.rsplit_once('>')) {
        Some((_, after)) => after,
        None => head.rsplit_once("tee ")?.1.trim_start().trim_start_matches("-a "),
    };
    let after = after.get(word(after))?;
    after.get(..name(after)).map(|name| name.trim_matches(['"', '\''])).filter(|name| !name.is_empty() && !name.starts_with("/dev/"))
}

/// Whether the beginning of a line adds to its file, and leaves what is there.
pub(super) fn adds(head: &str) -> bool {
    head.contains(">>") || head.contains("tee -a ")
}

fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or_default()
}

fn plain(name: &str) -> &str {
    name.trim_start_matches("./").trim_end_matches('/')
}

/// Whether a name in a command means a file of the input, or a folder that it is in.
pub(super) fn is_named(name: &str, file: &str) -> bool {
    let name = plain(name);
    base(file) == base(name) || file.starts_with(&format!("{name}/")) || file.contains(&format!("/{name}/"))
}

impl Follower<'_> {
    /// A command that takes its objects from elsewhere.
    pub(super) fn files(&mut self, command: &Command, call: &Call<'_>, space: Space) {
        if call.prunes {
            self.doubt(command, Effect::default(), "which objects `--prune` deletes is not known");
        }
        if let Some(folder) = call.kustomize.filter(|folder| folder.unknown || !self.has_file(&folder.text)) {
            self.doubt_all(command, &format!("the Kustomization in `{}` is not in the input", folder.text));
        }
        for word in &call.files {
            let name = bare(word, "-f");
            if is_input(word) {
                let changes = call.verb == "delete" || call.namespace.is_some();
                if self.known.contains(&command.span.start) {
                    // It is read as this command's.
                } else if !self.is_fed(command) {
                    self.doubt_all(command, "what it is given is not in the input");
                } else if changes {
                    self.doubt(command, Effect::default(), "what it is given is read without it");
                }
            } else if self.known.contains(&command.span.start) {
                // The text itself writes the file.
            } else if word.unknown || name.contains("://") || !self.has_file(name) && !self.mentions(name) {
                self.doubt_all(command, &format!("`{name}` is not in the input"));
            } else if call.verb == "delete" {
                self.doubt(command, Effect::default(), "whether its objects are deleted before or after others create them is not known");
            } else if space != Ok(None) {
                let file = FileSpace { file: name.into(), namespace: space.clone().ok().flatten() };
                if !self.script.spaces.contains(&file) {
                    self.script.spaces.push(file);
                }
            }
        }
    }

    /// Whether the input has a file of a name, or files in a folder of that name.
    pub(super) fn has_file(&self, name: &str) -> bool {
        matches!(plain(name), "" | ".") || name.contains('*') && self.files.len() > 1 || self.files.iter().any(|file| is_named(name, file))
    }

    /// Whether a here-document of the text is written to a file.
    fn writes(&self, name: &str) -> bool {
        let head = |handed: &Handed| self.text.get(handed.line.start..handed.body.start);
        self.wrapped.handed.iter().any(|handed| head(handed).and_then(written) == Some(name))
    }

    /// Whether the text shows what a file holds: it prints or writes it, or has a block for it.
    fn mentions(&mut self, name: &str) -> bool {
        let shows = |(at, _): (usize, &str)| {
            let before = self.text.get(..at).unwrap_or_default().trim_end_matches(['"', '\'', '/', '.']);
            ["cat ", "> ", ">", "tee ", "tee -a ", "vi ", "vim ", "nano ", "code ", "touch ", "type "]
                .iter()
                .any(|word| before.ends_with(word))
        };
        if self.text.match_indices(base(name)).any(shows) {
            return true;
        }
        // In Markdown, blocks stand for files.
        let is_own =
            |range: &&core::ops::Range<usize>| !self.wrapped.handed.iter().any(|h| h.body.start <= range.start && range.end <= h.body.end);
        let blocks = if self.text.contains("```") { self.wrapped.manifests.iter().filter(is_own).count() } else { 0 };
        if !self.blocks.iter().any(|known| *known == *base(name)) {
            self.blocks.push(base(name).to_owned());
        }
        self.blocks.len() <= blocks
    }

    /// Whether what a command is given through a pipe is known: a file of the input, a text of a variable that the script holds, or an object that
    /// another command of `kubectl` makes.
    fn is_fed(&self, command: &Command) -> bool {
        let before = self.text.get(..command.span.start as usize).unwrap_or_default().trim_end();
        let before = before.strip_suffix("sudo").unwrap_or(before).trim_end();
        let Some(before) = before.strip_suffix('|') else { return false };
        let piece = before.rsplit(['\n', ';', '|', '&', '(']).next().unwrap_or_default().trim();
        let mut words = piece.split_whitespace();
        let first = words.next().unwrap_or_default();
        let variable = piece.rsplit(['$', ' ']).next().unwrap_or_default().trim_matches(['{', '}', '"', '\'']);
        let holds = |start: &str| !variable.is_empty() && self.text.contains(&format!("{variable}{start}"));
        match first {
            "cat" | "type" | "Get-Content" | "envsubst" => {
                let mut names = words
                    .filter(|word| !word.starts_with(['-', '<', '>']) || word.len() > 1)
                    .map(|word| word.trim_start_matches('<'))
                    .peekable();
                names.peek().is_some() && names.all(|name| self.has_file(name) || self.writes(name))
            }
            _ if piece.contains('$') && (first.starts_with('$') || matches!(first, "echo" | "printf")) => {
                [" = @", "=@", "=$(cat <<", "=\"$(cat <<"].iter().any(|start| holds(start))
            }
            _ => piece.contains("kubectl create ") && piece.contains("--dry-run"),
        }
    }
}
