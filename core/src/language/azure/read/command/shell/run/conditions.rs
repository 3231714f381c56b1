//! What runs only under conditions: branches, cases, loops, and commands that hang on how others went. Where a condition cannot be told, what comes under
//! it runs in doubt, and what it sets is not known afterwards.
//!
//! Upstream: GNU Bash manual, "Lists" and "Conditional Constructs".

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::Dialect;
use super::super::lex::{Part, Raw};
use super::super::parse::Node;
use super::leave::only_leaves;
use super::{MOST_TURNS, Run, Value};

/// Programs that succeed or fail by what they find.
const TESTS: [&str; 16] =
    ["[", "[[", "test", "grep", "egrep", "diff", "cmp", "command", "which", "type", "read", "curl", "wget", "jq", "nc", "ping"];

pub(super) type Variables = BTreeMap<String, Value>;

impl Run<'_> {
    /// A condition as it is written.
    fn words_of(&self, condition: &[Node]) -> Rc<str> {
        let raws = match condition {
            [Node::Simple(raws)] => raws.as_slice(),
            [Node::Not(inner)] => return self.words_of(inner),
            _ => &[],
        };
        let ends = raws.first().zip(raws.last());
        let written = ends.and_then(|(first, last)| self.text.get(first.span.start as usize..last.span.end as usize));
        written.filter(|text| !text.is_empty()).unwrap_or("a condition").into()
    }

    /// Runs what may not run, and returns what variables hold afterwards.
    fn doubtful(&mut self, condition: &[Node], body: &[Node]) -> Variables {
        self.in_doubt(condition, |run| run.nodes(body))
    }

    fn in_doubt(&mut self, condition: &[Node], run: impl FnOnce(&mut Self)) -> Variables {
        let (before, around) = (self.variables.clone(), self.around());
        if self.doubt.is_none() {
            self.doubt = Some(self.words_of(condition));
        }
        run(self);
        let after = core::mem::replace(&mut self.variables, before);
        self.left_in_doubt(around, &after);
        after
    }

    /// What variables hold after one of several ways. What only some of them set is taken as they set it.
    pub(super) fn merge(&mut self, ways: Vec<Variables>) {
        let names: Vec<String> = ways.iter().flat_map(BTreeMap::keys).cloned().collect();
        for name in names {
            let mut values = ways.iter().filter_map(|way| way.get(&name));
            let Some(first) = values.next().cloned() else { continue };
            let same = values.all(|value| value.items == first.items && value.unknown == first.unknown);
            if same {
                self.variables.insert(name, first);
            } else {
                self.variables.insert(name.clone(), Value { items: alloc::vec![alloc::format!("${name}")], unknown: true });
            }
        }
    }

    pub(super) fn branches(&mut self, branches: &[(Vec<Node>, Vec<Node>)]) {
        let mut ways: Vec<Variables> = Vec::new();
        let mut open: Option<&[Node]> = None;
        let mut is_left = true;
        for (condition, body) in branches {
            let known = if condition.is_empty() { Some(true) } else { self.holds(condition, false) };
            match (known, open) {
                (Some(false), _) => {}
                (Some(true), None) => {
                    self.nodes(body);
                    return;
                }
                (known, before) => {
                    let condition = before.filter(|_| known == Some(true)).unwrap_or(condition);
                    open = Some(condition);
                    ways.push(self.doubtful(condition, body));
                    if known == Some(true) {
                        is_left = false;
                        break;
                    }
                }
            }
        }
        if is_left {
            ways.push(self.variables.clone());
        }
        self.merge(ways);
    }

    pub(super) fn case(&mut self, word: Option<&Raw>, arms: &[(Vec<Raw>, Vec<Node>)]) {
        let found = word.and_then(|raw| self.expand_whole(raw)).filter(|w| !w.unknown);
        let mut ways = alloc::vec![self.variables.clone()];
        for (patterns, body) in arms {
            let fits = found.as_ref().and_then(|word| match patterns.iter().any(|p| self.is_pattern_of(p, &word.text)) {
                false if patterns.iter().any(is_open) => None,
                fits => Some(fits),
            });
            match fits {
                Some(true) => return self.nodes(body),
                Some(false) => {}
                None => {
                    // Nobody asks about a run that only prints how the script is called.
                    let helps = patterns.iter().any(|p| p.plain().is_some_and(|p| matches!(p, "-h" | "--help" | "help")));
                    let condition = alloc::vec![Node::Simple(word.cloned().into_iter().collect())];
                    if !helps {
                        ways.push(self.doubtful(&condition, body));
                    }
                }
            }
        }
        self.merge(ways);
    }

    /// Whether a pattern of a branch fits a word; as much of patterns as is known.
    fn is_pattern_of(&self, pattern: &Raw, word: &str) -> bool {
        let same = |text: &str| if self.dialect == Dialect::PowerShell { text.eq_ignore_ascii_case(word) } else { text == word };
        match pattern.parts.as_slice() {
            [Part::Text(text)] if !pattern.quoted => text == "*" || same(text),
            [Part::Text(text) | Part::Quoted(text)] => same(text),
            _ => false,
        }
    }

    /// Each of the words may be chosen, or none.
    pub(super) fn select(&mut self, variable: &str, items: &[Raw], body: &[Node]) {
        let condition = alloc::vec![Node::Simple(items.to_vec())];
        let value = self.value_of(items);
        let mut ways = alloc::vec![self.variables.clone()];
        for item in value.items {
            let unknown = value.unknown && item.contains('$');
            let mut once = true;
            ways.push(self.in_doubt(&condition, |run| {
                run.set(variable, Value { items: alloc::vec![item], unknown });
                run.turns(body, |_| core::mem::take(&mut once));
            }));
        }
        self.merge(ways);
    }

    pub(super) fn while_loop(&mut self, until: bool, condition: &[Node], body: &[Node]) {
        let is_forever =
            matches!(condition, [Node::Simple(raws)] if raws.first().and_then(Raw::plain).is_some_and(|w| w == "true" || w == ":"));
        // What ends a loop that runs forever stands in it: one turn tells.
        let mut left = if is_forever && !until { 1 } else { MOST_TURNS };
        let mut is_open = false;
        self.turns(body, |run| {
            if left == 0 {
                return false;
            }
            left -= 1;
            let holds = if is_forever { Some(true) } else { run.holds(condition, false) };
            is_open = holds.is_none();
            holds.is_some_and(|holds| holds != until)
        });
        if is_open {
            let before = self.variables.clone();
            let mut once = true;
            let after = self.in_doubt(condition, |run| run.turns(body, |_| core::mem::take(&mut once)));
            self.merge(alloc::vec![before, after]);
        }
    }

    /// Commands that hang on how those before them went.
    pub(super) fn chain(&mut self, parts: &[(bool, Node)]) {
        let mut so_far = Some(true);
        let mut before: Option<&Node> = None;
        for (success, node) in parts {
            if self.leaving.is_some() {
                return;
            }
            let asks = core::slice::from_ref(node);
            let runs = if before.is_none() { Some(true) } else { so_far.map(|went| went == *success) };
            match runs {
                Some(true) => so_far = self.holds(asks, true),
                Some(false) => {}
                // What is made where it is not there yet is made: a text begins with nothing.
                None if !success && before.is_some_and(|show| makes_what_is_shown(show, node)) => {
                    self.nodes(asks);
                    so_far = Some(true);
                }
                // Nobody asks about a run that fails.
                None if !success && only_leaves(node) => so_far = Some(true),
                None => {
                    let condition = before.map_or(asks, core::slice::from_ref);
                    let ways = alloc::vec![self.variables.clone(), self.doubtful(condition, asks)];
                    self.merge(ways);
                }
            }
            before = Some(node);
        }
    }

    /// Runs a condition, and says whether it holds if that can be told; `assume` for commands of which nobody expects that they fail.
    fn holds(&mut self, condition: &[Node], assume: bool) -> Option<bool> {
        match condition {
            [Node::Not(inner)] => match self.holds(inner, assume) {
                // What no earlier command makes is not there yet: a text begins with nothing.
                None if inner.first().is_some_and(|node| path_of(node).is_some_and(|(path, _)| shows(&path))) => Some(true),
                found => found.map(|holds| !holds),
            },
            [Node::Simple(raws)] => {
                if let [Part::Sum(sum)] = raws.first().map_or(&[][..], |raw| raw.parts.as_slice()) {
                    return self.sum(sum).map(|number| number != 0);
                }
                let known = self.test(condition);
                let program = raws.first().and_then(Raw::plain).unwrap_or_default();
                if known.is_some() || ["[", "[[", "test"].contains(&program) {
                    return known;
                }
                self.nodes(condition);
                match condition.first().and_then(path_of) {
                    Some((path, name)) if shows(&path) => self.is_made(&path, name.as_deref()).then_some(true),
                    Some(_) => Some(true),
                    None => (assume && !TESTS.contains(&program)).then_some(true),
                }
            }
            _ => {
                self.nodes(condition);
                assume.then_some(true)
            }
        }
    }

    /// Whether an earlier command makes what a command shows.
    fn is_made(&self, path: &str, name: Option<&str>) -> bool {
        let Some((kind, _)) = path.rsplit_once(' ') else { return false };
        self.commands.iter().any(|command| {
            let mut words = command.words.iter().skip(1).map(|w| w.text.as_str());
            let creates = kind.split(' ').chain(["create"]).all(|wanted| words.next() == Some(wanted));
            creates && command.doubt.is_none() && name.is_some_and(|name| command.words.iter().any(|w| w.text == name))
        })
    }
}

/// Whether it is not known which words a pattern fits.
fn is_open(pattern: &Raw) -> bool {
    match pattern.parts.as_slice() {
        [Part::Text(text)] if !pattern.quoted => text.len() > 1 && text.contains(['*', '?', '[']),
        [Part::Text(_) | Part::Quoted(_)] => false,
        _ => true,
    }
}

fn shows(path: &str) -> bool {
    [" show", " exists", " list", " wait"].iter().any(|verb| path.ends_with(verb))
}

/// The words of a command of `az` up to its options, and the name that it gives.
fn path_of(node: &Node) -> Option<(String, Option<String>)> {
    let Node::Simple(raws) = node else { return None };
    let words: Vec<&str> = raws.iter().map(|raw| raw.plain().unwrap_or("-")).collect();
    let (first, rest) = words.split_first()?;
    let path = rest.iter().take_while(|w| !w.starts_with('-')).copied().collect::<Vec<_>>().join(" ");
    let name = words.iter().position(|w| matches!(*w, "-n" | "--name")).and_then(|at| words.get(at + 1)).map(|name| String::from(*name));
    (*first == "az").then_some((path, name))
}

/// Whether a command makes what another looks for.
fn makes_what_is_shown(show: &Node, make: &Node) -> bool {
    let (Some((show, _)), Some((make, _))) = (path_of(show), path_of(make)) else { return false };
    shows(&show) && make.strip_suffix(" create").is_some_and(|kind| show.rsplit_once(' ').is_some_and(|(shown, _)| shown == kind))
}
