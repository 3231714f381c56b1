//! Manifests and commands within something else: a script with here-documents, a console with prompts and output, Markdown with fenced blocks.
//!
//! ```text
//! $ kubectl get netpol -o yaml      a prompt: the rest of the line is a command
//! apiVersion: …                     what it printed: a manifest
//! $ cat <<EOF | kubectl apply -f -
//! apiVersion: …                     a here-document: a manifest
//! EOF
//! az network nsg create …           a line of a script: a command
//! ```
//!
//! Everything stays where it is in the text, so that places keep their lines. Upstream: POSIX.1-2017 "Shell Command Language" 2.7.4 (here-documents);
//! CommonMark 0.31 "Fenced code blocks"; Microsoft Learn "about_Quoting_Rules" (here-strings).

mod fences;
mod helm;
mod lines;
mod margin;
mod quotes;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use self::fences::fences;
use self::lines::{
    TELLING, begins_command, begins_manifest, first_line, indented_object, is_key, is_notice, is_program, is_prose, looks_like_manifest,
    program, prompt, ranges_of_lines, tells,
};
use self::quotes::scan;
use super::handed::{Delimiter, Handed, strings};

/// What a text is made of, besides what nobody reads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wrapped {
    /// Where manifests stand: one or more documents each.
    pub manifests: Vec<Range<usize>>,
    /// Where commands stand.
    pub commands: Vec<Range<usize>>,
    /// Of manifests that commands have themselves, with which.
    pub handed: Vec<Handed>,
    /// The text with blanks in place of what stands before every line of it, if something does: numbers, `> ` of a quotation.
    pub plain: Option<String>,
}

/// Here-documents without an end that are read as commands; each takes a look at the whole text.
const PATIENCE: usize = 16;

/// Takes a text apart; nothing for one that is only made of manifests.
pub fn unwrap(text: &str) -> Option<Wrapped> {
    if let Some(plain) = margin::blanked(text) {
        let whole = || Wrapped { manifests: alloc::vec![0..plain.len()], ..Wrapped::default() };
        let wrapped = unwrap_plain(&plain).unwrap_or_else(whole);
        return Some(Wrapped { plain: Some(plain), ..wrapped });
    }
    unwrap_plain(text)
}

fn unwrap_plain(text: &str) -> Option<Wrapped> {
    let head = text.len() - text.trim_start_matches('\u{feff}').len();
    let whole = head + front_matter(text.get(head..)?)..text.len();
    if !hints(text.get(whole.clone())?) {
        return None;
    }
    let is_script = text.split('\n').any(|line| line.starts_with("#!") || tells(line));
    let mut found = Finder { text, wrapped: Wrapped::default(), evidence: false, is_script, patience: PATIENCE };
    if let Some(parts) = helm::manifests(text) {
        parts.into_iter().for_each(|part| found.documents(part));
        return Some(found.wrapped);
    }
    let starts_as_manifest =
        first_line(text.get(whole.clone())?).is_some_and(|line| looks_like_manifest(line) || is_key(line) && !is_notice(line));
    match fences(text, whole.clone(), starts_as_manifest) {
        Some(blocks) => {
            found.evidence = true;
            let mut at = whole.start;
            for block in blocks {
                found.prose(at..block.outer.start);
                found.block(block.inner, block.indent);
                at = block.outer.end;
            }
            found.prose(at..whole.end);
        }
        None => found.block(whole, 0),
    }
    found.evidence.then_some(found.wrapped)
}

/// Blanks in place of the tabs before the lines of a document that is indented by tabs as a whole, as in `<<-EOF`, where the shell takes them away.
pub fn without_tabs(text: &str) -> Cow<'_, str> {
    let tabs = |line: &str| line.len() - line.trim_start_matches('\t').len();
    let count = first_line(text).map_or(0, tabs);
    if count == 0 {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let own = tabs(line).min(count);
        out.extend(core::iter::repeat_n(' ', own));
        out.push_str(line.get(own..).unwrap_or_default());
    }
    Cow::Owned(out)
}

/// Dashes alone on a line.
fn is_break(line: &str) -> bool {
    line.len() >= 3 && line.bytes().all(|byte| byte == b'-')
}

/// How long the front matter of Markdown is: keys between two lines of dashes, none of which makes an object, before text with fenced blocks.
fn front_matter(text: &str) -> usize {
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        let shown = line.trim_end();
        let is_mark = shown == "---";
        if number == 0 && !is_mark || ["apiVersion:", "kind:", "azure:"].iter().any(|key| shown.starts_with(key)) {
            return 0;
        }
        if number > 0 && is_mark {
            let has_fence = || text.get(at..).unwrap_or_default().lines().any(|line| line.trim_start().starts_with("```"));
            return if number > 1 && has_fence() { at } else { 0 };
        }
    }
    0
}

/// How lines begin that open a block of some markup.
const BLOCKS: [&str; 7] = ["```", "~~~", "{code", "{noformat}", "[code", "<pre", "{{< highlight"];

/// Fields of objects, with which most lines begin that are not indented: no command, notice or sentence begins so.
const FIELDS: [&str; 5] = ["apiVersion:", "kind:", "metadata:", "spec:", "status:"];

/// Whether a text can be anything else than manifests. Looks at the first characters of each line.
fn hints(text: &str) -> bool {
    let first = first_line(text);
    if first.is_some_and(|line| !looks_like_manifest(line) && (!is_key(line) || is_notice(line))) {
        return true;
    }
    // A text that is indented as a whole, with all that separates its documents.
    if first.is_some_and(|line| line.starts_with(' ')) && text.split('\n').any(|line| line.starts_with(' ') && line.trim() == "---") {
        return true;
    }
    let mut after_blank = false;
    text.split('\n').any(|line| {
        let alone = core::mem::replace(&mut after_blank, line.bytes().all(|byte| byte.is_ascii_whitespace()));
        if FIELDS.iter().any(|field| line.starts_with(field)) {
            return false;
        }
        BLOCKS.iter().any(|block| line.starts_with(block))
            || !line.starts_with([' ', '-', '#', '\r', '"', '}'])
                && (begins_command(line) || alone && is_prose(line, true) || is_notice(line))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Commands,
    Manifest,
    /// What commands print.
    Output,
}

struct Finder<'t> {
    text: &'t str,
    wrapped: Wrapped,
    /// Whether there is anything that makes the text more than a manifest.
    evidence: bool,
    /// Whether there are commands in it, of which most begin with a small letter, as sentences seldom do.
    is_script: bool,
    /// How many here-documents may still be looked for in vain.
    patience: usize,
}

impl<'t> Finder<'t> {
    fn line(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// What stands around blocks; a manifest there is one all the same. Dashes before text are a thematic break of Markdown.
    fn prose(&mut self, range: Range<usize>) {
        let mut lines = ranges_of_lines(self.text, range.clone()).map(|line| self.line(&line).trim_end());
        let first = lines.find(|line| !line.is_empty() && !line.starts_with('#') && !is_break(line));
        if first.is_some_and(|line| looks_like_manifest(line) && !line.starts_with(' ')) {
            self.manifest(range, 0);
        }
    }

    /// Where a line begins, with the blanks that the whole block has before its lines.
    fn whole_line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.trim_end_matches([' ', '\t']).len()
    }

    /// Adds manifests. Where they are indented as a whole, the lines between documents are too.
    fn manifest(&mut self, range: Range<usize>, indent: usize) {
        let mut start = range.start;
        if indent > 0 {
            let marks: Vec<Range<usize>> =
                ranges_of_lines(self.text, range.clone()).filter(|line| self.line(line).trim() == "---").collect();
            for mark in marks {
                self.documents(start..mark.start);
                start = mark.end;
            }
        }
        self.documents(start..range.end);
    }

    fn documents(&mut self, range: Range<usize>) {
        if !self.line(&range).trim().is_empty() {
            self.wrapped.manifests.push(range);
        }
    }

    fn command(&mut self, range: Range<usize>) {
        match self.wrapped.commands.last_mut().filter(|last| last.end == range.start) {
            Some(last) => last.end = range.end,
            None => self.wrapped.commands.push(range),
        }
    }

    /// A script, a console or a manifest.
    fn block(&mut self, range: Range<usize>, indent: usize) {
        let all: Vec<Range<usize>> = ranges_of_lines(self.text, range.clone()).collect();
        let column = |line: &Range<usize>| {
            let text = self.text.get(line.clone()).unwrap_or_default();
            let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
            line.start + blank.min(indent)..line.end
        };
        let all: Vec<Range<usize>> = all.iter().map(column).collect();
        let (is_console, mut state) = self.begins_as(&range, &all, indent);
        let mut begun = range.start;
        let mut at = 0;
        let mut never = [false; 2];
        // Whether somebody has said something about a manifest, and whether that goes on up to this line.
        let (mut said, mut in_prose) = (false, false);
        while let Some(line) = all.get(at).cloned() {
            let text = self.line(&line);
            let shown = text.trim_end();
            let length = prompt(text);
            let next = all.get(at + 1).map(|next| self.line(next));
            let is_empty = |line: Option<&Range<usize>>| line.is_none_or(|line| self.line(line).trim().is_empty());
            let after_blank = is_empty(at.checked_sub(1).and_then(|before| all.get(before)));
            if state == State::Manifest {
                let indented = text.starts_with([' ', '\t', '-', '#']);
                if !indented && after_blank && self.is_prose(shown, true) || shown == "NOTES:" || is_notice(shown) {
                    self.evidence = true;
                    self.manifest(begun..line.start, indent);
                    (state, said) = (State::Commands, true);
                    continue;
                }
                if indented || !begins_command(shown) {
                    at += 1;
                    continue;
                }
                self.evidence = true;
                self.manifest(begun..line.start, indent);
                state = if is_console { State::Output } else { State::Commands };
                continue;
            }
            if length.is_none() && begins_manifest(shown, next) {
                self.evidence |= said;
                (state, said, in_prose) = (State::Manifest, false, false);
                begun = self.whole_line(line.start);
                at += 1;
                continue;
            }
            if let Some((end, own)) = self.indented(&all, at) {
                self.evidence = true;
                self.manifest(line.start..all.get(end - 1).map_or(line.end, |last| last.end), own);
                at = end;
                continue;
            }
            let goes_on = in_prose && !begins_command(shown) && !self.is_script;
            in_prose = !shown.is_empty() && (goes_on || length.is_none() && self.is_prose(shown, after_blank || is_empty(all.get(at + 1))));
            if in_prose {
                said = true;
                at += 1;
                continue;
            }
            let bare_program = is_program(program(text), &TELLING);
            if is_console && length.is_none() && !bare_program || shown == "EOF" {
                at += 1;
                continue;
            }
            said &= shown.is_empty();
            at = self.logical_line(&all, at, length.unwrap_or(0), indent, &mut never);
            self.evidence |= length.is_some();
        }
        if state == State::Manifest {
            self.manifest(begun..range.end, indent);
        }
    }

    /// Whether a block is a console, and what its first line is.
    fn begins_as(&self, range: &Range<usize>, all: &[Range<usize>], indent: usize) -> (bool, State) {
        let is_console = all
            .iter()
            .any(|line| prompt(self.line(line)).is_some_and(|length| !self.line(line).get(length..).unwrap_or_default().trim().is_empty()));
        let state = match self.text.get(range.clone()).and_then(first_line) {
            Some(line) if indented_object(line).is_some_and(|own| own > indent) || is_notice(line) => State::Commands,
            Some(line) if looks_like_manifest(line.trim_start()) || is_key(line.trim_start_matches("- ")) => State::Manifest,
            _ if is_console => State::Output,
            _ => State::Commands,
        };
        (is_console, state)
    }

    fn is_prose(&self, line: &str, alone: bool) -> bool {
        is_prose(line, alone) && (!self.is_script || !line.starts_with(char::is_lowercase))
    }

    /// The lines of objects that are indented as a whole, as below a sentence: the line after them, and how far they are indented.
    fn indented(&self, all: &[Range<usize>], first: usize) -> Option<(usize, usize)> {
        let own = indented_object(self.line(all.get(first)?))?;
        let lines = all.get(first..)?.iter().map(|line| self.line(line));
        let belongs = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start_matches(' ').len() >= own;
        let count = lines.clone().take_while(belongs).count();
        let has = |key: &str| lines.clone().take(count).any(|line| line.get(own..).is_some_and(|line| line.starts_with(key)));
        (has("apiVersion:") && has("kind:")).then_some((first + count, own))
    }

    /// A command with the lines that continue it, and the here-documents that it begins. Returns the line after them.
    fn logical_line(&mut self, all: &[Range<usize>], first: usize, prompt: usize, indent: usize, never: &mut [bool; 2]) -> usize {
        let mut at = first;
        let mut bodies: Vec<Delimiter> = Vec::new();
        let mut quote: Option<char> = None;
        // Up to here it is known that the mark occurs again.
        let mut closed = 0;
        while let Some(line) = all.get(at).cloned() {
            let mut start = line.start + if at == first { prompt } else { 0 };
            let text = self.line(&(start..line.end));
            if at > first && quote.is_none() {
                // A console shows such a mark before lines that continue a command.
                start += ["> ", ">> "].iter().find(|mark| text.starts_with(**mark)).map_or(0, |mark| mark.len());
            }
            let text = self.line(&(start..line.end));
            self.evidence |= quote.is_none() && tells(text);
            let known = bodies.len();
            quote = scan(text, quote, &mut bodies);
            bodies.iter_mut().skip(known).for_each(|body| body.at += start);
            // What begins a here-string is no quotation mark.
            let cut = if bodies.last().is_some_and(|body| body.power) { text.len() - text.trim_end().len() + 2 } else { 0 };
            self.command(start..line.end.saturating_sub(cut).max(start));
            at += 1;
            let continued = quote.is_none() && text.trim_end().ends_with(['\\', '`', '^']) && !text.trim_start().starts_with('#');
            if let Some(mark) = quote {
                let slot = usize::from(mark == '"');
                let closes = |range: &Range<usize>| self.line(range).contains(mark);
                if at <= closed {
                    continue;
                }
                let known = never.get(slot).copied().unwrap_or(true);
                match all.get(at..).unwrap_or_default().iter().position(closes).filter(|_| !known) {
                    Some(found) => closed = at + found,
                    None => {
                        if let Some(never) = never.get_mut(slot) {
                            *never = true;
                        }
                        break;
                    }
                }
            } else if !continued {
                break;
            }
        }
        let head = all.get(first).map_or(0, |line| line.start);
        let end = |at: usize| all.get(at.saturating_sub(1)).map_or(head, |line| line.end);
        let count = self.wrapped.handed.len();
        for (body, expands) in strings(self.text, head..end(at)) {
            self.evidence = true;
            self.wrapped.handed.push(Handed { body: body.clone(), line: head..head, at: body.start, expands });
            self.manifest(body, 0);
        }
        for body in bodies {
            match self.here_document(all, at, &body, head..head, indent) {
                Some(after) => at = after,
                None => break,
            }
        }
        self.wrapped.handed.iter_mut().skip(count).for_each(|handed| handed.line = head..end(at));
        at
    }

    /// A here-document that begins at a line: what a command is handed. Returns the line after it; nothing where its end is not there, as it may be
    /// something else then, and nothing is passed over.
    fn here_document(&mut self, all: &[Range<usize>], start: usize, body: &Delimiter, line: Range<usize>, indent: usize) -> Option<usize> {
        let rest = all.get(start..).unwrap_or_default();
        let at = start + rest.iter().position(|line| body.ends(self.line(line))).unwrap_or(rest.len());
        let begins = rest.first().map(|line| self.line(line)).unwrap_or_default();
        if at >= all.len() && self.patience > 0 && (body.power || !(looks_like_manifest(begins.trim_start()) || is_key(begins))) {
            self.patience -= 1;
            return None;
        }
        let (Some(from), Some(to)) = (rest.first(), all.get(at.saturating_sub(1)).filter(|_| at > start)) else { return Some(at + 1) };
        let range = self.whole_line(from.start)..to.end;
        let inside = self.line(&range);
        let first = first_line(inside).unwrap_or_default();
        if looks_like_manifest(first.trim_start()) || is_key(first) {
            let own = first.len() - first.trim_start().len();
            self.evidence = true;
            self.wrapped.handed.push(Handed { body: range.clone(), line, at: body.at, expands: !body.quoted });
            self.manifest(range, indent.max(own));
        }
        if let Some(last) = all.get(at).cloned().filter(|_| body.power) {
            // The here-string is handed on: `"@ | kubectl apply -f -`.
            self.command(last.start + 2..last.end);
        }
        Some(at + 1)
    }
}
