//! Files that a script writes itself, and the commands that take them: `cat > policy.yaml <<EOF`, then `kubectl apply -f policy.yaml`.
//!
//! Upstream: GNU Bash manual, "Redirections": `>` makes a file empty first, `>>` adds to it.

use alloc::format;
use alloc::vec::Vec;

use super::super::azure::read::shell::{Command, Word};
use super::kubectl::{Call, bare, call};
use super::{AFTERWARDS, Does, Follower, Order, Space, Turn, sources};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::Handed;
use crate::language::codes;
use crate::language::unread::Effect;
use crate::text::Span;

/// A file is written.
pub(super) struct Writing<'a> {
    pub(super) handed: &'a Handed,
    pub(super) file: &'a str,
    /// The command that writes it, and the last of its line.
    pub(super) by: usize,
    pub(super) to: usize,
}

/// Whether a word of a command means a file that the script `text` writes: by its name, its folder or a pattern.
pub(super) fn means(text: &str, word: &Word, file: &str) -> bool {
    let (name, file) = (bare(word, "-f").trim_start_matches("./"), file.trim_start_matches("./"));
    let folder = name.trim_end_matches('/');
    let is_within = !folder.is_empty() && file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let fits = name.split_once('*').is_some_and(|(head, tail)| file.starts_with(head) && file.ends_with(tail));
    let elsewhere = text.contains("cd ") && sources::is_named(name, file);
    name == file || is_within || fits || elsewhere || matches!(folder, "" | ".") && !file.contains('/')
}

impl Follower<'_> {
    fn head(&self, handed: &Handed) -> &str {
        self.text.get(handed.line.start..handed.body.start).unwrap_or_default()
    }

    /// The first command after this one that writes the file anew.
    fn overwritten(&self, writing: &Writing<'_>, commands: &[Command]) -> Option<usize> {
        let writes = |command: &Command| {
            let start = command.span.start as usize;
            self.wrapped.handed.iter().any(|other| {
                let head = self.head(other);
                other.line.contains(&start) && sources::written(head) == Some(writing.file) && !sources::adds(head)
            })
        };
        let later = commands.iter().enumerate().skip(writing.to + 1);
        later.filter(|(_, command)| command.doubt.is_none() && writes(command)).map(|(at, _)| at).next()
    }

    /// Whether the text speaks of the file anywhere but where it writes it.
    fn speaks_of(&self, file: &str) -> bool {
        let base = file.rsplit('/').next().unwrap_or(file);
        let is_written = |at: usize| self.wrapped.handed.iter().any(|other| other.line.start <= at && at < other.body.start);
        self.text.match_indices(base).any(|(at, _)| !is_written(at) && !self.is_removed_at(at))
    }

    /// Whether what stands here is a file that a command removes.
    fn is_removed_at(&self, at: usize) -> bool {
        let line = self.text.get(..at).unwrap_or_default().rsplit(['\n', ';', '&']).next().unwrap_or_default();
        line.trim_start().starts_with("rm ")
    }

    /// Whether the text removes a file.
    fn removes(&self, file: &str) -> bool {
        let base = file.rsplit('/').next().unwrap_or(file);
        self.text.match_indices(base).any(|(at, _)| self.is_removed_at(at))
    }

    /// What later commands do with a file that the text writes.
    pub(super) fn uses(&mut self, writing: &Writing<'_>, commands: &[Command], spaces: &[Space], turns: &mut Vec<Turn>) {
        let end = self.overwritten(writing, commands);
        let text = self.text;
        let takes = |call: &Call<'_>| {
            call.files.iter().any(|word| means(text, word, writing.file)) && !call.files.iter().any(|w| sources::is_input(w))
        };
        let later = commands.iter().enumerate().take(end.unwrap_or(commands.len())).skip(writing.to + 1);
        let uses: Vec<(usize, &Command)> = later.filter(|(_, command)| call(command).is_some_and(|call| takes(&call))).collect();
        let by = commands.get(writing.by);
        let (variables, doubt) = by.map(|command| (command.variables.clone(), command.doubt.is_some())).unwrap_or_default();
        for (index, command) in &uses {
            let between = self.text.get(writing.handed.line.end..command.span.start as usize).unwrap_or_default();
            let changes =
                |line: &str| line.contains(writing.file) && ["sed ", "yq ", "perl ", "awk "].iter().any(|word| line.contains(word));
            if between.lines().any(changes) {
                self.doubt(command, Effect::default(), "its file is changed before");
            }
            let turn = self.turn(*index, command, spaces.get(*index));
            // Values are put in as the file is written.
            turns.extend(turn.map(|turn| Turn { variables: variables.clone(), in_doubt: turn.in_doubt || doubt, ..turn }));
        }
        if !uses.is_empty() {
            return;
        }
        let order = Order(writing.by, true);
        let plain = Turn { variables, order, in_doubt: doubt, ..Turn::default() };
        let applies = |command: &Command| {
            call(command).is_some_and(|call| call.kustomize.is_some() || call.files.iter().any(|word| !sources::is_input(word)))
        };
        let by_folder = commands.iter().any(|command| call(command).is_some_and(|call| call.kustomize.is_some()));
        // Up to where it is written anew.
        let until = end.and_then(|end| commands.get(end)).map(|command| command.span.start as usize);
        let between = until.and_then(|until| self.text.get(writing.handed.line.end..until));
        let is_idle = between.is_some_and(|between| !between.contains(writing.file.rsplit('/').next().unwrap_or(writing.file)));
        let is_text = [".md", ".txt", ".adoc", ".rst"].iter().any(|ending| writing.file.ends_with(ending));
        let is_removed = self.removes(writing.file);
        let is_loose = self.speaks_of(writing.file) || !commands.iter().any(applies) && !is_removed;
        if by_folder || end.is_none() && is_loose && !is_text {
            turns.push(plain);
        } else if is_idle || is_text {
            turns.push(Turn { does: Does::Nothing, ..plain });
        } else {
            let head = self.head(writing.handed).trim_end().len();
            let start = writing.handed.line.start;
            let what = if end.is_some() {
                "is written again before a command that is followed takes it"
            } else {
                "is written, and no command takes it"
            };
            let message = format!("`{}` {what}: policies in it are in doubt", writing.file);
            let at = Span::new(start as u32, (start + head) as u32);
            self.report(Diagnostic::new(codes::COMMAND_NOT_FOLLOWED, Severity::Warning, at, message).help(AFTERWARDS));
            turns.push(Turn { in_doubt: true, ..plain });
        }
    }
}
