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

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::handed::{Delimiter, Handed, begins_here_string, strings};

/// What a text is made of, besides what nobody reads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wrapped {
    /// Where manifests stand: one or more documents each.
    pub manifests: Vec<Range<usize>>,
    /// Where commands stand.
    pub commands: Vec<Range<usize>>,
    /// Of manifests that commands have themselves, with which.
    pub handed: Vec<Handed>,
}

/// Programs and words with which a line of a script begins.
const PROGRAMS: [&str; 66] = [
    "az",
    "kubectl",
    "oc",
    "calicoctl",
    "k",
    "helm",
    "kustomize",
    "minikube",
    "kind",
    "k3d",
    "k3s",
    "microk8s",
    "docker",
    "podman",
    "curl",
    "wget",
    "git",
    "ssh",
    "sudo",
    "cat",
    "cd",
    "echo",
    "export",
    "set",
    "if",
    "for",
    "while",
    "until",
    "case",
    "function",
    "mkdir",
    "ls",
    "pwd",
    "terraform",
    "sleep",
    "source",
    "bash",
    "sh",
    "tee",
    "read",
    "exit",
    "unset",
    "local",
    "declare",
    "readonly",
    "printf",
    "jq",
    "sed",
    "grep",
    "envsubst",
    "eksctl",
    "gcloud",
    "aws",
    "istioctl",
    "cilium",
    "foreach",
    "param(",
    "write-host",
    "write-output",
    "@echo",
    "rem",
    "call",
    "setlocal",
    "connect-azaccount",
    "touch",
    "vi",
];
/// Programs whose commands are read, or which print manifests or change what a cluster holds.
const TELLING: [&str; 5] = ["az", "kubectl", "oc", "calicoctl", "helm"];

/// Programs that run another one, which is among their words.
const HANDING_ON: [&str; 5] = ["ssh", "timeout", "xargs", "nohup", "time"];

/// Here-documents without an end that are read as commands; each takes a look at the whole text.
const PATIENCE: usize = 16;

/// Takes a text apart; nothing for one that is only made of manifests.
pub fn unwrap(text: &str) -> Option<Wrapped> {
    let head = text.len() - text.trim_start_matches('\u{feff}').len();
    let whole = head..text.len();
    if !hints(text.get(whole.clone())?) {
        return None;
    }
    let mut found = Finder { text, wrapped: Wrapped::default(), evidence: false, patience: PATIENCE };
    let starts_as_manifest = first_line(text.get(whole.clone())?).is_some_and(|line| looks_like_manifest(line) || is_key(line));
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

/// Whether a text can be anything else than manifests. Looks at the first characters of each line.
fn hints(text: &str) -> bool {
    let first = first_line(text);
    if first.is_some_and(|line| !looks_like_manifest(line) && !is_key(line)) {
        return true;
    }
    text.split('\n').any(|line| line.starts_with("```") || !line.starts_with([' ', '-', '#', '\r']) && begins_command(line))
}

/// The first line with anything on it but a comment.
fn first_line(text: &str) -> Option<&str> {
    text.split('\n').map(str::trim_end).find(|line| {
        let line = line.trim_start();
        !line.is_empty() && (!line.starts_with('#') || line.starts_with("#!"))
    })
}

/// The first word of a line, in lower case, without what makes it a path.
fn program(line: &str) -> &str {
    line.trim_start().split([' ', '\t', '\r', ';']).next().unwrap_or_default()
}

fn is_program(word: &str, among: &[&str]) -> bool {
    among.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a line is one of a script or console, whatever stands around it.
fn begins_command(line: &str) -> bool {
    if prompt(line).is_some() || line == "EOF" || line == "EOF\r" {
        return true;
    }
    let word = program(line);
    let is_set =
        is_assignment(line) && (line.starts_with('$') || !line.split('=').next().unwrap_or_default().contains(|c: char| c.is_lowercase()));
    is_program(word, &PROGRAMS) && line.len() > word.len() || is_set
}

/// `NAME=value` and `$name = value`.
fn is_assignment(line: &str) -> bool {
    let (power, rest) = match line.trim_start().strip_prefix('$') {
        Some(rest) => (true, rest),
        None => (false, line.trim_start()),
    };
    let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':')).count();
    let after = rest.get(length..).unwrap_or_default();
    length > 0
        && rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && (if power { after.trim_start() } else { after }).starts_with('=')
}

/// How long the prompt at the start of a line is.
fn prompt(line: &str) -> Option<usize> {
    for mark in ["$ ", "% ", "❯ ", "➜ "] {
        if let Some(rest) = line.strip_prefix(mark) {
            let good = mark != "% " || is_program(program(rest), &PROGRAMS);
            return good.then_some(mark.len());
        }
    }
    let short = line.get(..line.floor_char_boundary(120)).unwrap_or_default();
    // `PS C:\work> `, `C:\work> `
    let is_drive = |t: &str| {
        t.as_bytes().get(1) == Some(&b':')
            && matches!(t.as_bytes().get(2), Some(b'\\' | b'/'))
            && t.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    if short.starts_with("PS ") && short.len() > 3 || short.starts_with("PS>") || is_drive(short) {
        let end = short.find('>')? + 1;
        return Some(end + usize::from(short.get(end..).is_some_and(|rest| rest.starts_with(' '))));
    }
    // `me@host:~$ `, `[root@host ~]# `, `~/work $ `
    let (first, end) = match short.strip_prefix('[') {
        Some(inner) => (short.get(..inner.find(']')? + 2)?, inner.find(']')? + 2),
        None => {
            let end = short.find([' ', '\r']).unwrap_or(short.len());
            (short.get(..end)?, end)
        }
    };
    let after = short.get(end..)?;
    let of_host = first.contains('@') && !first.contains(['"', '\'', '=', ',', '{']) || first.starts_with("~/") || first == "~";
    if !of_host {
        return None;
    }
    if first.ends_with(['$', '#', '%']) && (after.starts_with(' ') || after.trim().is_empty()) {
        return Some((end + 1).min(line.len()));
    }
    let mark = ["$ ", "# ", "% ", " $ ", " % "].into_iter().find(|mark| after.starts_with(mark))?;
    Some(end + mark.len())
}

/// `key:` with a value or alone, as the first line of a mapping.
fn is_key(line: &str) -> bool {
    let line = line.trim_start();
    let Some((key, rest)) = line.split_once(':') else { return false };
    let key = key.trim_end();
    let good = !key.is_empty() && !key.contains(|c: char| c.is_whitespace() || matches!(c, '$' | '=' | '(' | '`' | '\\' | '>' | '@'));
    good && (rest.is_empty() || rest.starts_with([' ', '\t', '\r']))
}

/// Whether a line begins JSON or a YAML document, a table of `kubectl get` or a description of `kubectl describe`, and nothing else.
fn looks_like_manifest(line: &str) -> bool {
    let line = line.trim_end();
    ["apiVersion:", "kind:", "items:", "metadata:", "azure:", "- apiVersion", "{\"", "[{", "\"apiVersion\"", "%YAML"]
        .iter()
        .any(|start| line.trim_start().starts_with(start))
        || matches!(line.trim_start(), "{" | "[" | "{ " | "---")
        || line.starts_with("--- ")
        || line.starts_with("----")
        || super::printed::is_table(line)
        || line.starts_with("Name:  ")
}

/// Whether manifests begin at a line within a script. A single brace may be that of a function.
fn begins_manifest(line: &str, next: Option<&str>) -> bool {
    let bare = line.trim();
    match bare {
        "{" => next.is_some_and(|next| next.trim_start().starts_with('"')),
        "[" => next.is_some_and(|next| next.trim_start().starts_with(['{', '"'])),
        _ => looks_like_manifest(line) && !line.starts_with([' ', '\t']),
    }
}

/// A fenced block: with its fences, and what stands between them.
struct Fenced {
    outer: Range<usize>,
    inner: Range<usize>,
    indent: usize,
}

/// Languages whose blocks are not read.
const OTHER_LANGUAGES: [&str; 16] =
    ["go", "python", "py", "js", "javascript", "ts", "java", "rust", "sql", "html", "css", "xml", "mermaid", "diff", "dockerfile", "toml"];

/// The fenced blocks of Markdown; nothing if the text is none. Within a manifest only a fence at the start of a line is one.
fn fences(text: &str, whole: Range<usize>, starts_as_manifest: bool) -> Option<Vec<Fenced>> {
    let mut blocks = Vec::new();
    let mut open: Option<(Range<usize>, usize, usize, bool)> = None;
    let (mut any, mut is_comment) = (false, false);
    let first = text.get(whole.clone()).and_then(first_line);
    for range in lines(text, whole.clone()) {
        let line = text.get(range.clone()).unwrap_or_default();
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let ticks = bare.bytes().take_while(|b| *b == b'`').count();
        let info = bare.get(ticks..).unwrap_or_default().trim();
        // What a comment of HTML holds nobody sees. Upstream: CommonMark, "HTML blocks", start condition 2.
        if open.is_none() && (is_comment || bare.starts_with("<!--")) {
            any |= ticks >= 3;
            is_comment = !line.contains("-->");
            continue;
        }
        if ticks < 3 || info.contains('`') || indent > 0 && starts_as_manifest {
            continue;
        }
        any = true;
        match open.take() {
            Some((fence, width, old, read)) if info.is_empty() && ticks >= width => {
                if read {
                    blocks.push(Fenced { outer: fence.start..range.end, inner: fence.end..range.start, indent: old });
                } else {
                    blocks.push(Fenced { outer: fence.start..range.end, inner: range.start..range.start, indent: old });
                }
            }
            Some(still) => open = Some(still),
            None => {
                // The fence after a block whose first one was not pasted with it.
                let stray = blocks.is_empty() && info.is_empty() && first.is_some_and(looks_like_manifest);
                if stray {
                    blocks.push(Fenced { outer: whole.start..range.end, inner: whole.start..range.start, indent: 0 });
                    continue;
                }
                let language = info.split([' ', '{', ',']).next().unwrap_or_default();
                open = Some((range, ticks, indent, !is_program(language, &OTHER_LANGUAGES)));
            }
        }
    }
    if let Some((fence, _, indent, true)) = open {
        blocks.push(Fenced { outer: fence.start..whole.end, inner: fence.end..whole.end, indent });
    }
    any.then_some(blocks)
}

/// The ranges of lines, each with its end.
fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = range.start;
    text.get(range).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..at
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
    /// How many here-documents may still be looked for in vain.
    patience: usize,
}

impl<'t> Finder<'t> {
    fn line(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// What stands around blocks; a manifest there is one all the same.
    fn prose(&mut self, range: Range<usize>) {
        let first = self.text.get(range.clone()).and_then(first_line);
        if first.is_some_and(|line| looks_like_manifest(line) && !line.starts_with(' ')) {
            self.manifest(range, 0);
        }
    }

    /// Adds manifests. Where they are indented as a whole, the lines between documents are too.
    fn manifest(&mut self, range: Range<usize>, indent: usize) {
        let mut start = range.start;
        if indent > 0 {
            let marks: Vec<Range<usize>> = lines(self.text, range.clone()).filter(|line| self.line(line).trim() == "---").collect();
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
        let all: Vec<Range<usize>> = lines(self.text, range.clone()).collect();
        let column = |line: &Range<usize>| {
            let text = self.text.get(line.clone()).unwrap_or_default();
            let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
            line.start + blank.min(indent)..line.end
        };
        let all: Vec<Range<usize>> = all.iter().map(column).collect();
        let is_console = all
            .iter()
            .any(|line| prompt(self.line(line)).is_some_and(|length| !self.line(line).get(length..).unwrap_or_default().trim().is_empty()));
        let first = self.text.get(range.clone()).and_then(first_line);
        let mut state = match first {
            Some(line) if looks_like_manifest(line.trim_start()) || is_key(line) => State::Manifest,
            _ if is_console => State::Output,
            _ => State::Commands,
        };
        let mut begun = range.start;
        let mut at = 0;
        let mut never = [false; 2];
        while let Some(line) = all.get(at).cloned() {
            let text = self.line(&line);
            let shown = text.trim_end();
            let length = prompt(text);
            let next = all.get(at + 1).map(|next| self.line(next));
            if state == State::Manifest {
                let indented = text.starts_with([' ', '\t', '-', '#']);
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
                state = State::Manifest;
                begun = line.start;
                at += 1;
                continue;
            }
            let bare_program = is_program(program(text), &TELLING);
            if is_console && length.is_none() && !bare_program || shown == "EOF" {
                at += 1;
                continue;
            }
            at = self.logical_line(&all, at, length.unwrap_or(0), indent, &mut never);
            self.evidence |= length.is_some();
        }
        if state == State::Manifest {
            self.manifest(begun..range.end, indent);
        }
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
            let start = at;
            while all.get(at).is_some_and(|line| !body.ends(self.line(line))) {
                at += 1;
            }
            let begins = all.get(start).map(|line| self.line(line)).unwrap_or_default();
            if at >= all.len() && self.patience > 0 && (body.power || !(looks_like_manifest(begins.trim_start()) || is_key(begins))) {
                // What would end it is not there: it may be something else, and nothing is passed over.
                self.patience -= 1;
                at = start;
                break;
            }
            let (Some(from), Some(to)) = (all.get(start), all.get(at.saturating_sub(1)).filter(|_| at > start)) else {
                at += 1;
                continue;
            };
            let range = from.start..to.end;
            let inside = self.line(&range);
            let line = first_line(inside).unwrap_or_default();
            if looks_like_manifest(line.trim_start()) || is_key(line) {
                let own = line.len() - line.trim_start().len();
                self.evidence = true;
                self.wrapped.handed.push(Handed { body: range.clone(), line: head..head, at: body.at, expands: !body.quoted });
                self.manifest(range, indent.max(own));
            }
            if let Some(line) = all.get(at).cloned().filter(|_| body.power) {
                // The here-string is handed on: `"@ | kubectl apply -f -`.
                self.command(line.start + 2..line.end);
            }
            at += 1;
        }
        self.wrapped.handed.iter_mut().skip(count).for_each(|handed| handed.line = head..end(at));
        at
    }
}

/// Whether a line of a script has a command that is read or that prints manifests.
fn tells(line: &str) -> bool {
    let within = |pair: (&str, &str)| pair.0 == "az" && matches!(pair.1, "network" | "aks" | "vm" | "vmss" | "group");
    if line.split_whitespace().zip(line.split_whitespace().skip(1)).any(within) {
        return true;
    }
    line.trim_start().trim_start_matches("$ ").split([';', '&', '|', '(', '{', '=', '"', '`']).any(|part| {
        let part = part.trim_start();
        let part = ["then ", "do ", "else ", "sudo ", "! "].iter().find_map(|word| part.strip_prefix(word)).unwrap_or(part);
        let word = program(part);
        let behind = |part: &str| part.split([' ', '\'']).skip(1).any(|word| TELLING.contains(&word));
        is_program(word, &TELLING) && part.len() > word.len() || is_program(word, &HANDING_ON) && behind(part)
    })
}

/// Follows quotation marks through a line, and notes here-documents. Returns the mark that is still open.
fn scan(line: &str, mut quote: Option<char>, bodies: &mut Vec<Delimiter>) -> Option<char> {
    let mut before = ' ';
    let mut escaped = false;
    let mut chars = line.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if escaped {
            escaped = false;
        } else if let Some(mark) = quote {
            if c == mark {
                quote = None;
            } else if c == '\\' && mark == '"' {
                escaped = true;
            }
        } else {
            match c {
                '\\' => escaped = true,
                '"' | '\'' if before == '@' && begins_here_string(line, i) => {
                    let word = if c == '"' { "\"@" } else { "'@" };
                    bodies.push(Delimiter { word: word.into(), power: true, quoted: c == '\'', at: 0 });
                    return None;
                }
                '"' | '\'' => quote = Some(c),
                '#' if before.is_whitespace() => return None,
                '<' if before == '<' => {
                    let after = line.get(i + 1..).unwrap_or_default();
                    if after.starts_with('<') {
                        // A here-string.
                        chars.next();
                        before = ' ';
                        continue;
                    }
                    let word = after.trim_start_matches(['-', '~']).trim_start_matches([' ', '\t']);
                    let quoted = word.starts_with(['\\', '"', '\'']);
                    let word = word.trim_start_matches('\\');
                    let inner = word.trim_start_matches(['"', '\'']);
                    let length = inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '!'))).unwrap_or(inner.len());
                    let name = inner.get(..length).unwrap_or_default();
                    if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                        bodies.push(Delimiter { word: name.into(), power: false, quoted, at: i - 1 });
                    }
                    // What was looked at is not looked at again.
                    let passed = i + 1 + (after.len() - inner.len()) + length;
                    while chars.peek().is_some_and(|(at, _)| *at < passed) {
                        chars.next();
                    }
                    if after.len() > inner.len() && word.len() > inner.len() {
                        chars.next();
                    }
                }
                _ => {}
            }
        }
        before = c;
    }
    quote
}
