//! What a single line is: of a script, of a console or of a manifest, or the first one of any of these.

use core::ops::Range;

use crate::document::printed::{is_printed_line, is_table};

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
pub(super) const TELLING: [&str; 5] = ["az", "kubectl", "oc", "calicoctl", "helm"];

/// Programs that run another one, which is among their words.
const HANDING_ON: [&str; 5] = ["ssh", "timeout", "xargs", "nohup", "time"];

/// The first line with anything on it but a comment.
pub(super) fn first_line(text: &str) -> Option<&str> {
    text.split('\n').map(str::trim_end).find(|line| {
        let line = line.trim_start();
        !line.is_empty() && (!line.starts_with('#') || line.starts_with("#!"))
    })
}

/// The ranges of lines, each with its end.
pub(super) fn ranges_of_lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = range.start;
    text.get(range).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..at
    })
}

/// The first word of a line, in lower case, without what makes it a path.
pub(super) fn program(line: &str) -> &str {
    line.trim_start().split([' ', '\t', '\r', ';']).next().unwrap_or_default()
}

pub(super) fn is_program(word: &str, among: &[&str]) -> bool {
    among.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a line is one of a script or console, whatever stands around it.
pub(super) fn begins_command(line: &str) -> bool {
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
pub(super) fn prompt(line: &str) -> Option<usize> {
    for mark in ["$ ", "% ", "❯ ", "➜ "] {
        if let Some(rest) = line.strip_prefix(mark) {
            let good = mark != "% " || is_program(program(rest), &PROGRAMS);
            return good.then_some(mark.len());
        }
    }
    if matches!(line.trim_end(), "$" | "❯" | "➜") {
        return Some(line.len());
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
    // `(base) me@host:~$ `: the environment that a tool puts before the prompt.
    if let Some((environment, after)) = short.strip_prefix('(').and_then(|rest| rest.split_once(") "))
        && !environment.is_empty()
        && environment.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c))
    {
        let before = environment.len() + "() ".len();
        return Some(before + prompt(after)?);
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
        // Azure Cloud Shell: `me [ ~ ]$ `
        let is_name = !first.is_empty() && first.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
        let place = after.strip_prefix(" [ ").filter(|_| is_name)?;
        let close = [" ]$", " ]#"].into_iter().find_map(|close| place.find(close))?;
        let length = end + " [ ".len() + close + " ]$".len();
        let rest = short.get(length..)?;
        return (rest.trim().is_empty() || rest.starts_with(' ')).then_some((length + 1).min(line.len()));
    }
    if first.ends_with(['$', '#', '%']) && (after.starts_with(' ') || after.trim().is_empty()) {
        return Some((end + 1).min(line.len()));
    }
    // `me@host:~/work (main)$ `, `me@host:~/work git:(main) $ `: the branch that git is on.
    let branch = after.strip_prefix(" (").or_else(|| after.strip_prefix(" git:(")).and_then(|rest| rest.split_once(')'));
    let passed = branch.filter(|(name, _)| !name.is_empty() && !name.contains(' ')).map_or(0, |(_, rest)| after.len() - rest.len());
    if after.get(passed..).is_some_and(|rest| matches!(rest.trim(), "$" | "#" | "%")) {
        return Some(line.len());
    }
    let mark = ["$ ", "# ", "% ", " $ ", " % "].into_iter().find(|mark| after.get(passed..).is_some_and(|rest| rest.starts_with(mark)))?;
    Some(end + passed + mark.len())
}

/// `key:` with a value or alone, as the first line of a mapping.
pub(super) fn is_key(line: &str) -> bool {
    let line = line.trim_start();
    let Some((key, rest)) = line.split_once(':') else { return false };
    let key = key.trim_end();
    let good = !key.is_empty() && !key.contains(|c: char| c.is_whitespace() || matches!(c, '$' | '=' | '(' | '`' | '\\' | '>' | '@'));
    good && (rest.is_empty() || rest.starts_with([' ', '\t', '\r']))
}

/// Whether a line begins JSON or a YAML document, a table of `kubectl get` or a description of `kubectl describe`, and nothing else.
pub(super) fn looks_like_manifest(line: &str) -> bool {
    let line = line.trim_end();
    // `- access:` and the like begin what `az … -o yaml` prints.
    let of_azure = ["- access: ", "defaultSecurityRules:", "securityRules:", "addressSpace:"];
    if of_azure.iter().any(|start| line.starts_with(start)) || line.starts_with("Name ") && line.contains(" SourceAddressPrefixes ") {
        return true;
    }
    ["apiVersion:", "kind:", "items:", "metadata:", "azure:", "- apiVersion", "{\"", "[{", "\"apiVersion\"", "%YAML"]
        .iter()
        .any(|start| line.trim_start().starts_with(start))
        || matches!(line.trim_start(), "{" | "[" | "{ " | "---")
        || line.starts_with("--- ")
        || line.starts_with("----")
        || is_table(line)
        || line.starts_with("Name:  ")
}

/// Whether a line is one that programs print beside a manifest: a warning, or an entry of their log. Upstream: `k8s.io/client-go/rest/warnings.go`;
/// `k8s.io/klog`, "Lmmdd hh:mm:ss.uuuuuu threadid file:line] msg".
pub(super) fn is_notice(line: &str) -> bool {
    let says = |start: &str| line.strip_prefix(start).is_some_and(|rest| rest.split_whitespace().nth(2).is_some());
    let mut words = line.split_whitespace();
    let day = words.next().and_then(|word| word.strip_prefix(['I', 'W', 'E', 'F']));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_time = |text: &str| text.split(':').count() == 3 && text.split([':', '.']).all(is_digits);
    let is_entry = day.is_some_and(|day| day.len() == 4 && is_digits(day)) && words.next().is_some_and(is_time);
    is_entry || says("Warning: ") || says("WARNING: ") || says("Defaulted container ")
}

/// Whether a line is a sentence, or the beginning of one, of somebody who asks about a manifest. `alone` is whether a line beside it is empty.
pub(super) fn is_prose(line: &str, alone: bool) -> bool {
    let bare = line.trim_end();
    if bare.starts_with(".. code") || bare == "NOTES:" {
        // What leads to a block of reStructuredText, or begins the end of what Helm prints.
        return true;
    }
    if is_notice(bare) {
        return true;
    }
    let good = bare.starts_with(char::is_alphabetic)
        && bare.len() < 2000
        && !bare.contains(['=', '|', '$', '\\', '{', '}', '<', '>'])
        && !bare.contains(" -")
        // Columns of a table.
        && !bare.contains("  ")
        && !is_key(bare)
        && !begins_command(bare)
        && !looks_like_manifest(bare)
        && !is_printed_line(bare);
    good && bare.split_whitespace().nth(2).is_some() && (alone || bare.ends_with(['.', '?', '!', ':', ',', ')']))
}

/// How far a line is indented by blanks, if an object begins there by its first key.
pub(super) fn indented_object(line: &str) -> Option<usize> {
    let bare = line.trim_start_matches(' ');
    let own = line.len() - bare.len();
    let begins = bare.starts_with("apiVersion:") || bare.starts_with("kind:") || bare.trim_end() == "---" || bare.starts_with("# Source:");
    (own > 0 && begins).then_some(own)
}

/// Whether manifests begin at a line within a script. A single brace may be that of a function.
pub(super) fn begins_manifest(line: &str, next: Option<&str>) -> bool {
    let bare = line.trim();
    match bare {
        "{" => next.is_some_and(|next| next.trim_start().starts_with('"')),
        "[" => next.is_some_and(|next| next.trim_start().starts_with(['{', '"'])),
        _ => looks_like_manifest(line) && !line.starts_with([' ', '\t']),
    }
}

/// Whether a line of a script has a command that is read or that prints manifests.
pub(super) fn tells(line: &str) -> bool {
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
