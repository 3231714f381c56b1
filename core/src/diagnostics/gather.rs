//! Notes that say the same of many objects become one, so that they do not bury what matters.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{Code, Diagnostic, Severity};

/// Kinds that are named before the rest is counted.
const NAMED: usize = 6;

/// Kinds, each with how many objects there are.
type Kinds = Vec<(String, usize)>;

/// Joins the notes with `code` about kinds of objects (their messages begin with the kind in backticks, then how many objects there are if several) into one for
/// each thing that is said of them, and notes that are the same into the first, with their number. All but notes stay as they are.
pub(crate) fn gather(problems: Vec<Diagnostic>, code: Code) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(problems.len());
    // What is said, the place in `kept`, and of which kinds with how many objects.
    let mut of_kinds: Vec<(String, usize, Kinds)> = Vec::new();
    let mut repeated: Vec<(usize, usize)> = Vec::new();
    let mut known: HashMap<(Code, String), usize> = HashMap::new();
    for problem in problems {
        if problem.severity != Severity::Note {
            kept.push(problem);
        } else if let Some((kind, count, said)) = of_kind(&problem).filter(|_| problem.code == code) {
            let at = of_kinds.iter().position(|(known, ..)| *known == said).unwrap_or_else(|| {
                of_kinds.push((said, kept.len(), Vec::new()));
                kept.push(problem);
                of_kinds.len() - 1
            });
            let Some((_, _, kinds)) = of_kinds.get_mut(at) else { continue };
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, total)) => *total += count,
                None => kinds.push((kind, count)),
            }
        } else if let Some(at) = known.get(&(problem.code, problem.message.clone())).copied() {
            match repeated.iter_mut().find(|(known, _)| *known == at) {
                Some((_, more)) => *more += 1,
                None => repeated.push((at, 1)),
            }
        } else {
            known.insert((problem.code, problem.message.clone()), kept.len());
            kept.push(problem);
        }
    }
    for (said, at, kinds) in of_kinds.iter().filter(|(_, _, kinds)| kinds.len() > 1) {
        if let Some(note) = kept.get_mut(*at) {
            note.message = format!("{}: {said}", list(kinds));
            // It is about no place any more.
            note.place = None;
        }
    }
    for (at, more) in repeated {
        if let Some(note) = kept.get_mut(at) {
            note.message = format!("{} (and {more} more)", note.message);
        }
    }
    kept
}

/// The kind that a note is about, how many objects it counts, and what it says of them.
fn of_kind(problem: &Diagnostic) -> Option<(String, usize, String)> {
    let rest = problem.message.strip_prefix('`')?;
    let (kind, rest) = rest.split_once('`')?;
    let count = rest.split_once(" (").and_then(|(_, rest)| rest.split_once(" objects)")).and_then(|(count, _)| count.parse().ok());
    let said = match () {
        () if rest.contains("plays no part") => "play no part in network policy, and are not used",
        () if rest.contains("is an unknown kind") => "are unknown kinds, and are not used",
        () => return None,
    };
    Some((kind.into(), count.unwrap_or(1), said.into()))
}

fn list(kinds: &[(String, usize)]) -> String {
    let mut sorted: Vec<&(String, usize)> = kinds.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let named: Vec<String> = sorted.iter().take(NAMED).map(|(kind, count)| format!("{count} `{kind}`")).collect();
    let rest: usize = sorted.iter().skip(NAMED).map(|(_, count)| *count).sum();
    let more = if rest > 0 { format!(" and {}", crate::text::count(rest, "more object")) } else { String::new() };
    format!("{}{more}", named.join(", "))
}
