//! Commands behind others: `timeout 300 az …`, `bash -c "az …"`, `… | xargs az …`, and texts that a shell is given to run.
//!
//! Upstream: GNU coreutils manual, "timeout invocation"; GNU Bash manual, "Invoking Bash" and `eval`; GNU findutils manual, "xargs".

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::lex::{Part, Raw, tokens};
use super::super::parse::parse;
use super::super::{Command, Dialect, Word};
use super::table::is_table;
use super::{DEEPEST, OF_CLUSTERS, Run, Value, is_argument};
use crate::document::Variables;
use crate::text::Span;

/// Programs of which commands are read.
const READ: [&str; 3] = ["az", "az.cmd", "az.exe"];
/// Programs that run a text.
pub(super) const SHELLS: [&str; 7] = ["bash", "sh", "zsh", "dash", "ksh", "pwsh", "powershell"];
/// Programs besides `kubectl` that create objects, or say which cluster is meant.
const TOOLS: [&str; 28] = [
    "ansible-playbook",
    "argocd",
    "aws",
    "azd",
    "cilium",
    "eksctl",
    "flux",
    "gcloud",
    "helmfile",
    "istioctl",
    "just",
    "k3d",
    "k3s",
    "kapp",
    "kind",
    "kpt",
    "kubectx",
    "kubens",
    "kubie",
    "make",
    "minikube",
    "pulumi",
    "skaffold",
    "terraform",
    "terragrunt",
    "tk",
    "tofu",
    "werf",
];
/// Programs to which a command is only a text.
const ONLY_WORDS: [&str; 22] = [
    "echo",
    "printf",
    "cat",
    "grep",
    "egrep",
    "sed",
    "awk",
    "which",
    "type",
    "command",
    "man",
    "alias",
    "brew",
    "apt",
    "apt-get",
    "yum",
    "dnf",
    "pip",
    "npm",
    "curl",
    "write-host",
    "write-output",
];
/// Groups of commands that make or change what decides about connections.
const GROUPS: [&str; 7] = ["network", "vm", "aks", "rest", "resource", "deployment", "vmss"];

pub(super) fn program_of(word: &Word) -> &str {
    word.text.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// What `az aks command invoke --command TEXT` runs in the cluster.
fn handed_to_cluster(words: &[Word]) -> Option<String> {
    let is = words.iter().skip(1).map(|w| w.text.as_str()).take(3).eq(["aks", "command", "invoke"]);
    let at = words.iter().position(|w| matches!(w.text.as_str(), "--command" | "-c")).filter(|_| is)?;
    let word = words.get(at)?;
    let text = word.value.as_ref().map(|value| value.text.clone()).or_else(|| Some(words.get(at + 1)?.text.clone()))?;
    Some(text)
}

/// Options of `ssh` that have a value. Upstream: `ssh(1)`.
const SSH_WITH_VALUE: &str = "BbcDEeFIiJLlmOopPQRSWw";

/// What `ssh HOST TEXT` runs there, where that speaks of a cluster.
fn handed_to_host(words: &[Word]) -> Option<String> {
    let mut rest = words.iter().skip(1);
    loop {
        let word = rest.next()?;
        match word.text.strip_prefix('-') {
            None => break,
            Some(option) if option.len() == 1 && SSH_WITH_VALUE.contains(option) && word.value.is_none() => {
                rest.next();
            }
            Some(_) => {}
        }
    }
    let both = |w: &Word| w.value.as_ref().map_or_else(|| w.text.clone(), |value| alloc::format!("{} {}", w.text, value.text));
    let texts: Vec<String> = rest.map(both).collect();
    let text = texts.join(" ");
    // A here-document that it is given stands on its line.
    (OF_CLUSTERS.iter().any(|program| text.contains(program)) && !text.contains("-f -")).then_some(text)
}

/// Whether a command is one that changes clusters by other means than `kubectl`: a tool, or a script in a file of its own.
fn is_tool(first: &str, next: &str) -> bool {
    let base = first.rsplit(['/', '\\']).next().unwrap_or_default();
    TOOLS.contains(&base)
        || matches!(first, "source" | ".")
        || first.starts_with("./") && !OF_CLUSTERS.contains(&base) && !["gradlew", "mvnw", "configure"].contains(&base)
        || first.ends_with(".sh")
        || SHELLS.contains(&first) && (next.ends_with(".sh") || next.ends_with(".ps1"))
}

/// Whether a text is what a program prints that fetches it from elsewhere.
fn is_printed(text: &str) -> bool {
    text.strip_prefix("$(").and_then(|rest| rest.split_whitespace().next()).is_some_and(|program| matches!(program, "curl" | "wget"))
}

pub(super) fn speaks_of_cluster(text: &str) -> bool {
    OF_CLUSTERS.iter().any(|program| text.split_whitespace().any(|word| word == *program))
}

/// Puts in what comes from the other side of the pipe: `xargs`.
fn fill(words: &mut Vec<Word>, program: &str, span: Span) {
    let holes = words.iter_mut().filter(|w| w.text.contains("{}"));
    let filled = holes.map(|w| w.unknown = true).count();
    if filled == 0 {
        words.push(Word { text: alloc::format!("$({program})"), span, unknown: true, quoted: false, spreads: false, value: None });
    }
}

impl Run<'_> {
    /// Takes note of a command, or of one that another command runs.
    pub(super) fn program(&mut self, mut words: Vec<Word>) {
        // A whole table is nothing that a program understands.
        for word in words.iter_mut().filter(|word| is_table(&word.text)) {
            (word.text, word.unknown) = (String::from("$table"), true);
        }
        let Some(first) = words.first_mut() else { return };
        let (program, span) = (program_of(first).to_string(), first.span);
        if READ.contains(&program.as_str()) {
            first.text = program;
            let handed = handed_to_cluster(&words);
            self.push(words);
            if let Some(script) = handed.filter(|_| self.depth < DEEPEST) {
                self.run_text(&script, span);
            }
            return;
        }
        if let Some(script) = self.for_another(&words, &program, span).filter(|_| self.depth < DEEPEST) {
            return self.run_text(&script, span);
        }
        if program == "echo" || program == "printf" {
            let texts: Vec<&str> = words.iter().skip(1).map(|word| word.text.as_str()).filter(|text| !text.starts_with('-')).collect();
            self.echoed = Some((span.start, texts.join(" ")));
        }
        self.note_file(&words, &program, span);
        if self.run_file(&words, span) {
            return;
        }
        let next = words.get(1).map_or("", |word| &word.text);
        if is_tool(words.first().map_or("", |word| &word.text), next) {
            return self.push(words);
        }
        if (program == "xargs" || program == "parallel") && words.iter().any(|word| OF_CLUSTERS.contains(&program_of(word))) {
            fill(&mut words, &program, span);
        }
        // Behind what begins them, such as `timeout 30`, too.
        let of_clusters = words.iter().any(|word| OF_CLUSTERS.contains(&program_of(word)));
        if of_clusters || self.is_asked(span) {
            self.push(words.clone());
        }
        if of_clusters {
            return;
        }
        let lower = program.to_ascii_lowercase();
        if is_cmdlet(&lower) {
            return self.push(words);
        }
        if ONLY_WORDS.contains(&lower.as_str()) || self.depth >= DEEPEST {
            return;
        }
        let is_shell = SHELLS.contains(&lower.as_str());
        if matches!(lower.as_str(), "eval" | "invoke-expression" | "iex") || is_shell {
            return self.shell(&words, is_shell, span);
        }
        if let Some(text) = text_of_windows(&words, &lower) {
            return self.run_text(&text, span);
        }
        let takes_words = lower == "xargs" || lower == "parallel";
        if takes_words && self.shell_behind(&words, span) {
            return;
        }
        if lower == "parallel" {
            // What stands behind `:::` takes turns as the last word.
            let end = words.iter().position(|word| word.text.starts_with(":::")).unwrap_or(words.len());
            words.truncate(end);
        }
        let at = words.iter().skip(1).position(|w| READ.contains(&program_of(w)) && !w.text.contains(' ')).map(|at| at + 1);
        if let Some(at) = at.filter(|at| words.get(at + 1).is_some_and(|w| GROUPS.contains(&w.text.as_str()))) {
            let mut inner = words.split_off(at);
            if let Some(first) = inner.first_mut() {
                first.text = program_of(first).to_string();
            }
            if takes_words || lower == "find" {
                fill(&mut inner, &lower, span);
            }
            self.push(inner);
        }
    }

    /// `bash -c TEXT`, `eval TEXT`, and a shell that is given its commands.
    fn shell(&mut self, words: &[Word], is_shell: bool, span: Span) {
        let is_rest = |w: &&Word| !is_shell || w.quoted || !w.text.starts_with('-');
        let both = |w: &Word| w.value.as_ref().map_or_else(|| w.text.clone(), |value| alloc::format!("{}={}", w.text, value.text));
        let rest: Vec<String> = words.iter().skip(1).filter(is_rest).map(both).collect();
        let is_text =
            !is_shell || words.iter().any(|w| !w.quoted && w.text.starts_with('-') && w.text.to_ascii_lowercase().ends_with(['c', 'd']));
        if let Some((script, arguments)) = self.text_with_arguments(words).filter(|_| is_shell) {
            let before: Vec<(String, Value)> =
                self.variables.iter().filter(|(name, _)| is_argument(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
            let mut arguments = arguments.iter().map(|word| Value { items: alloc::vec![word.text.clone()], unknown: word.unknown });
            let own = arguments.next();
            self.set_arguments(arguments.collect());
            own.into_iter().for_each(|own| self.set("0", own));
            self.run_text(&script, span);
            self.variables.retain(|name, _| !is_argument(name));
            self.variables.extend(before);
            return;
        }
        if is_text {
            let script = rest.join(" ");
            return if is_printed(&script) { self.hand_over(words, script) } else { self.run_text(&script, span) };
        }
        if let Some(asked) = self.variables.get("INSTALL_K3S_EXEC").map(|value| value.items.join(" ")) {
            let word = |text: String| Word { text, span, unknown: false, quoted: false, spreads: false, value: None };
            self.push(core::iter::once(String::from("k3s")).chain(asked.split(' ').map(String::from)).map(word).collect());
        }
        let from_input = rest.is_empty() || words.iter().any(|word| !word.quoted && word.text == "-s");
        if let Some(script) = self.document_after(span).or_else(|| self.echoed_before(span)).filter(|_| rest.is_empty()) {
            self.run_text(&script, span);
        } else if let Some(printer) = self.piped_before(span).filter(|_| from_input) {
            self.hand_over(words, alloc::format!("$({printer})"));
        } else if let Some(printer) = self.printed_into(span) {
            self.hand_over(words, alloc::format!("$({printer})"));
        }
    }

    /// `sh -c TEXT NAME ARGUMENT…`: the text, and what `$0`, `$1` and so on are in it; nothing where it has no arguments.
    fn text_with_arguments<'w>(&self, words: &'w [Word]) -> Option<(String, &'w [Word])> {
        let is_flag = |word: &Word| !word.quoted && word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('c');
        let at = words.iter().skip(1).position(is_flag).filter(|_| self.dialect == Dialect::Posix)? + 2;
        let script = words.get(at).filter(|word| word.quoted)?;
        let arguments = words.get(at + 1..).filter(|rest| !rest.is_empty())?;
        Some((script.text.clone(), arguments))
    }

    /// `xargs sh -c TEXT`: with what words it runs is not known. False for anything else.
    fn shell_behind(&mut self, words: &[Word], span: Span) -> bool {
        let Some(at) = words.iter().position(|word| SHELLS.contains(&program_of(word))) else { return false };
        let flag = words.get(at + 1).filter(|word| word.text.starts_with('-') && word.text.ends_with('c'));
        let Some(script) = words.get(at + 2).filter(|_| flag.is_some()) else { return false };
        let replaced = words.iter().position(|word| word.text == "-I").and_then(|at| words.get(at + 1)).map_or("{}", |word| &word.text);
        let text = script.text.replace(replaced, "$(xargs)");
        let before: Vec<(String, Value)> =
            self.variables.iter().filter(|(name, _)| is_argument(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
        self.variables.retain(|name, _| !is_argument(name));
        self.run_text(&text, span);
        self.variables.extend(before);
        true
    }

    /// The command of `bash <(…)`.
    fn printed_into(&self, span: Span) -> Option<&str> {
        let line = self.text.get(span.end as usize..)?.lines().next()?;
        let rest = line.trim_start();
        let rest = rest.strip_prefix("< ").map_or(rest, str::trim_start);
        rest.strip_prefix("<(")?.split_once(')').map(|(printer, _)| printer)
    }

    /// Takes note of a shell that runs what another command prints, which is not in the text.
    fn hand_over(&mut self, words: &[Word], script: String) {
        let Some(first) = words.first().cloned() else { return };
        let span = first.span;
        self.push(alloc::vec![first, Word { text: script, span, unknown: true, quoted: true, spreads: false, value: None }]);
    }

    /// The command on this line whose output is piped into another one.
    fn piped_before(&self, span: Span) -> Option<&str> {
        let line = self.text.get(..span.start as usize)?.rsplit(['\n', ';']).next()?;
        let before = line.rsplit_once('|').filter(|(_, between)| !between.contains(['&', '(']))?.0;
        let printer = before.rsplit("&&").next()?.rsplit("||").next()?.trim();
        (!printer.is_empty() && !printer.ends_with('|')).then_some(printer)
    }

    /// A text for a shell of another machine: `ssh HOST TEXT`, `ssh HOST <<E`, `vagrant ssh -c TEXT`.
    fn for_another(&self, words: &[Word], program: &str, span: Span) -> Option<String> {
        if program == "ssh" {
            let alone = words.iter().skip(1).filter(|word| !word.text.starts_with('-')).count() == 1;
            return handed_to_host(words).or_else(|| self.document_after(span).filter(|text| alone && speaks_of_cluster(text)));
        }
        if SHELLS.contains(&program) || ONLY_WORDS.contains(&program) {
            return None;
        }
        let at = words.iter().position(|word| matches!(word.text.as_str(), "-c" | "--command"))?;
        words.get(at + 1).map(|word| word.text.clone()).filter(|text| speaks_of_cluster(text) && text.contains(' '))
    }

    fn is_asked(&self, span: Span) -> bool {
        self.lines.iter().any(|line| line.contains(&(span.start as usize)))
    }

    fn push(&mut self, words: Vec<Word>) {
        let Some(span) = words.first().map(|w| w.span) else { return };
        let variables = if self.is_asked(span) { self.known_variables() } else { Variables::new() };
        let bytes = words.iter().map(|w| w.text.len() + 32).chain(variables.values().map(|value| value.len() + 64)).sum();
        if self.spend(bytes, span) {
            let span = Span::new(span.start, words.iter().map(|w| w.span.end).fold(span.end, u32::max));
            let kubeconfig = self.variables.get("KUBECONFIG").map(|value| value.items.join(" "));
            self.commands.push(Command { words, span, doubt: self.doubt.clone(), kubeconfig, variables });
        }
    }

    /// Runs a text that a command is given. What comes of it stands where that command does.
    pub(super) fn run_text(&mut self, script: &str, span: Span) {
        if !self.spend(script.len(), span) {
            return;
        }
        let (found, _) = tokens(script, core::slice::from_ref(&(0..script.len())), self.dialect);
        let nodes = parse(&found, self.dialect);
        let mut inner = Run::new(script, self.dialect, &[]);
        inner.variables = core::mem::take(&mut self.variables);
        inner.functions = core::mem::take(&mut self.functions);
        inner.files = core::mem::take(&mut self.files);
        (inner.doubt, inner.depth, inner.spent) = (self.doubt.clone(), self.depth + 1, self.spent);
        inner.nodes(&nodes);
        inner.finish();
        (self.variables, self.functions, self.spent) = (inner.variables, inner.functions, inner.spent);
        self.files = core::mem::take(&mut inner.files);
        if inner.beyond.is_some() {
            self.beyond.get_or_insert(span);
        }
        for mut command in inner.commands {
            command.span = span;
            for word in &mut command.words {
                word.span = span;
                if let Some(value) = &mut word.value {
                    value.span = span;
                }
            }
            self.commands.push(command);
        }
    }

    /// What a command prints that is piped into this one.
    fn echoed_before(&self, span: Span) -> Option<String> {
        let (start, text) = self.echoed.as_ref()?;
        let between = self.text.get(*start as usize..span.start as usize)?.trim_end();
        (between.ends_with('|') && !between.contains('\n')).then(|| text.clone())
    }

    /// The text between `<<WORD` and the line `WORD` after a command.
    pub(super) fn document_after(&self, span: Span) -> Option<String> {
        let rest = self.text.get(span.start as usize..)?;
        let (line, after) = rest.split_once('\n')?;
        let mark = line.split_once("<<")?.1.trim_start_matches('-').trim();
        let word = mark.split(char::is_whitespace).next()?.trim_matches(['"', '\'']);
        let lines: Vec<&str> = after.lines().take_while(|line| line.trim() != word).collect();
        (!word.is_empty()).then(|| lines.join("\n"))
    }

    /// `((port += 10))`, and PowerShell's `$port++`; false where it is something else.
    pub(super) fn counted(&mut self, first: &Raw, rest: &[Raw]) -> bool {
        match (first.parts.as_slice(), rest) {
            ([Part::Sum(sum)], _) if self.dialect == Dialect::Posix => {
                self.sum(sum);
                true
            }
            ([Part::Variable(name, false), Part::Text(sign)], [])
                if self.dialect == Dialect::PowerShell && matches!(sign.as_str(), "++" | "--") =>
            {
                self.sum(&alloc::format!("{name}{sign}"));
                true
            }
            _ => false,
        }
    }
}

/// The text of `cmd /c TEXT` and of `Start-Process PROGRAM -ArgumentList TEXT`. Upstream: Microsoft Learn, Windows commands, "cmd"; "Start-Process".
fn text_of_windows(words: &[Word], lower: &str) -> Option<String> {
    let is = |word: &Word, names: &[&str]| names.iter().any(|name| word.text.eq_ignore_ascii_case(name));
    let joined = |words: &[Word]| {
        let both = |w: &Word| w.value.as_ref().map_or_else(|| w.text.clone(), |value| alloc::format!("{}={}", w.text, value.text));
        words.iter().map(both).collect::<Vec<_>>().join(" ")
    };
    if matches!(lower, "cmd" | "cmd.exe") {
        let at = words.iter().position(|word| is(word, &["/c", "/k"]))?;
        return words.get(at + 1..).map(joined);
    }
    if matches!(lower, "start-process" | "saps") {
        let program = words.get(1)?;
        let at = words.iter().position(|word| is(word, &["-ArgumentList", "-Args"]))?;
        let end = words.iter().skip(at + 1).position(|word| !word.quoted && word.text.starts_with('-')).map_or(words.len(), |n| at + 1 + n);
        return words.get(at + 1..end).map(|arguments| alloc::format!("{} {}", program.text, joined(arguments)));
    }
    None
}

/// Whether a program is one of PowerShell's for Azure that changes something.
fn is_cmdlet(lower: &str) -> bool {
    lower.split_once('-').is_some_and(|(verb, noun)| noun.starts_with("az") && matches!(verb, "new" | "add" | "set" | "remove" | "update"))
}
