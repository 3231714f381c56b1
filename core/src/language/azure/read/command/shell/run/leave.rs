//! Commands that leave loops, functions and scripts, and what runs when a script ends. Where it is not known whether such a command runs, what comes after
//! it runs in doubt, up to the end of what it leaves.
//!
//! Upstream: GNU Bash manual, "Bourne Shell Builtins": break, continue, exit, return, trap.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::lex::Raw;
use super::super::parse::Node;
use super::super::{Dialect, Word};
use super::conditions::Variables;
use super::{Run, known};

/// What a command leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Leave {
    /// The turn of the loop that is so many loops further out, the innermost being 1.
    Continue(usize),
    /// That loop.
    Break(usize),
    /// The function.
    Return,
    /// The script.
    Exit,
}

/// A command that may have left, with what variables hold if it did.
pub(super) struct Perhaps {
    leave: Leave,
    variables: Variables,
}

/// How it stood where a loop or a function began.
pub(super) struct Around {
    doubt: Option<Rc<str>>,
    perhaps: usize,
}

/// What runs when the script ends.
pub(super) struct Trap {
    action: Word,
    doubt: Option<Rc<str>>,
}

impl Run<'_> {
    /// Takes note of a command that leaves something; false if it is none.
    pub(super) fn leaves(&mut self, first: &Raw, rest: &[Raw]) -> bool {
        let plain = first.plain().unwrap_or_default();
        let word = if self.dialect == Dialect::Posix { String::from(plain) } else { plain.to_ascii_lowercase() };
        if !["continue", "break", "return", "exit", "goto"].contains(&word.as_str()) {
            return false;
        }
        let argument = rest.first().and_then(|raw| self.expand_whole(raw));
        let number = argument.as_ref().filter(|word| !word.unknown).and_then(|word| word.text.parse::<usize>().ok());
        let levels = number.unwrap_or(1).clamp(1, self.loops.max(1));
        // Nobody asks about a run that fails: `[ -n "$1" ] || exit 1`.
        let fails = argument.is_some() && number != Some(0) && self.dialect != Dialect::Cmd;
        let leave = match word.as_str() {
            "continue" | "break" if self.loops == 0 => return true,
            "continue" => Leave::Continue(levels),
            "break" => Leave::Break(levels),
            "return" | "exit" if fails && self.doubt.is_some() => return true,
            "return" if self.depth > 0 => Leave::Return,
            // Of cmd: where a label was called, the script goes on behind the call.
            "exit" | "goto"
                if self.depth > 0 && argument.as_ref().is_some_and(|word| ["/b", ":eof"].contains(&&*word.text.to_ascii_lowercase())) =>
            {
                Leave::Return
            }
            // Outside functions it is an error, and the script goes on.
            "return" if self.dialect == Dialect::Posix => return true,
            "return" | "exit" => Leave::Exit,
            _ if self.dialect != Dialect::Cmd => return false,
            _ if argument.as_ref().is_some_and(|label| label.text.eq_ignore_ascii_case(":eof")) => Leave::Exit,
            _ => {
                // What is passed over on the way to a label is not known.
                let label = argument.map_or_else(String::new, |label| label.text);
                self.doubt.get_or_insert_with(|| alloc::format!("goto {label}").into());
                self.perhaps.push(Perhaps { leave: Leave::Exit, variables: self.variables.clone() });
                return true;
            }
        };
        self.leaving = Some(leave);
        true
    }

    pub(super) fn around(&self) -> Around {
        Around { doubt: self.doubt.clone(), perhaps: self.perhaps.len() }
    }

    /// Ends what ran in doubt: if it left, it did so perhaps, and what follows is in doubt too.
    pub(super) fn left_in_doubt(&mut self, around: Around, after: &Variables) {
        if let Some(leave) = self.leaving.take() {
            self.perhaps.push(Perhaps { leave, variables: after.clone() });
        }
        if self.perhaps.len() <= around.perhaps {
            self.doubt = around.doubt;
        }
    }

    /// What may have left something that ends here has left no more than that: both ways come together.
    fn come_together(&mut self, around: &Around, ends: impl Fn(Leave) -> bool) {
        let open = self.perhaps.split_off(around.perhaps.min(self.perhaps.len()));
        let (over, open): (Vec<Perhaps>, Vec<Perhaps>) = open.into_iter().partition(|perhaps| ends(perhaps.leave));
        if open.is_empty() {
            self.doubt.clone_from(&around.doubt);
        }
        self.perhaps.extend(open);
        if !over.is_empty() {
            let mut ways: Vec<Variables> = over.into_iter().map(|perhaps| perhaps.variables).collect();
            ways.push(self.variables.clone());
            self.merge(ways);
        }
    }

    /// Runs the turns of a loop. `next` makes ready for a turn; false where there is none any more.
    pub(super) fn turns(&mut self, body: &[Node], mut next: impl FnMut(&mut Self) -> bool) {
        let around = self.around();
        self.loops += 1;
        while self.leaving.is_none() && self.beyond.is_none() && next(self) {
            self.nodes(body);
            let goes_on = match self.leaving.take() {
                None | Some(Leave::Continue(1)) => true,
                Some(Leave::Break(1)) => false,
                further => {
                    self.leaving = further.map(Leave::outwards);
                    false
                }
            };
            self.come_together(&around, |leave| leave == Leave::Continue(1));
            if !goes_on {
                break;
            }
        }
        self.loops -= 1;
        self.come_together(&around, |leave| matches!(leave, Leave::Break(1) | Leave::Continue(1)));
        for perhaps in self.perhaps.iter_mut().skip(around.perhaps) {
            perhaps.leave = perhaps.leave.outwards();
        }
    }

    /// Runs the body of a function: only `exit` leaves more than that.
    pub(super) fn body(&mut self, body: &[Node]) {
        let around = self.around();
        let loops = core::mem::take(&mut self.loops);
        self.depth += 1;
        self.nodes(body);
        self.depth -= 1;
        self.loops = loops;
        self.leaving = self.leaving.filter(|leave| *leave == Leave::Exit);
        self.come_together(&around, |leave| leave != Leave::Exit);
    }

    /// Runs what a shell of its own runs: nothing in it leaves more than that.
    pub(super) fn apart(&mut self, nodes: &[Node]) {
        let around = self.around();
        let loops = core::mem::take(&mut self.loops);
        self.depth += 1;
        self.nodes(nodes);
        self.depth -= 1;
        self.loops = loops;
        self.leaving = None;
        self.come_together(&around, |_| true);
    }

    /// `trap 'command' EXIT`.
    pub(super) fn trap(&mut self, rest: &[Raw]) {
        let words: Vec<Word> = rest.iter().filter_map(|raw| self.expand_whole(raw)).filter(|word| word.text != "--").collect();
        let Some((action, signals)) = words.split_first() else { return };
        let is_exit = |word: &Word| matches!(word.text.to_ascii_uppercase().as_str(), "EXIT" | "0" | "SIGEXIT");
        if !(signals.iter().any(is_exit) || signals.is_empty() && is_exit(action)) {
            return;
        }
        match &self.doubt {
            None => self.traps.clear(),
            // The one before is in place still, or this one.
            Some(doubt) => self.traps.iter_mut().for_each(|trap| trap.doubt = Some(doubt.clone())),
        }
        if !signals.is_empty() && !matches!(action.text.trim(), "" | "-") {
            self.traps.push(Trap { action: action.clone(), doubt: self.doubt.clone() });
        }
    }

    /// Ends the script: what was to run then runs.
    pub(in super::super) fn finish(&mut self) {
        for trap in core::mem::take(&mut self.traps) {
            (self.leaving, self.doubt) = (None, trap.doubt);
            self.perhaps.clear();
            let function = self.functions.get(trap.action.text.trim()).cloned();
            match function {
                Some(function) => self.call(&function, alloc::vec![trap.action]),
                None => self.run_text(&trap.action.text, trap.action.span),
            }
        }
    }

    /// Gives a function or a script its arguments.
    pub(super) fn set_arguments(&mut self, values: Vec<super::Value>) {
        self.variables.retain(|name, _| !is_argument(name));
        self.set("#", known(alloc::format!("{}", values.len())));
        let unknown = values.iter().any(|value| value.unknown);
        let items: Vec<String> = values.iter().flat_map(|value| value.items.clone()).collect();
        for (place, value) in values.into_iter().enumerate() {
            self.set(&alloc::format!("{}", place + 1), value);
        }
        self.set("@", super::Value { items: items.clone(), unknown });
        self.set("*", super::Value { items, unknown });
    }

    /// `shift`: each argument becomes the one before it.
    pub(super) fn shift(&mut self, rest: &[Raw]) {
        let by = rest.first().and_then(|raw| self.expand_whole(raw)).map_or(Some(1), |word| word.text.parse::<usize>().ok());
        let count = self.variables.get("#").filter(|v| !v.unknown).and_then(|v| v.items.first()?.parse::<usize>().ok());
        let (Some(by), Some(count)) = (by, count) else {
            // The arguments of the script itself are not known.
            self.variables.retain(|name, _| !is_argument(name));
            return;
        };
        if by <= count {
            let values = (by + 1..=count).filter_map(|place| self.variables.get(&alloc::format!("{place}")).cloned()).collect();
            self.set_arguments(values);
        }
    }

    /// Keeps what a variable holds outside the function that declares it as its own.
    pub(super) fn keep_outer(&mut self, name: &str) {
        let old = self.variables.get(name).cloned();
        if let Some(frame) = self.locals.last_mut() {
            frame.entry(String::from(name)).or_insert(old);
        }
    }
}

impl Leave {
    /// The same, seen from outside of a loop.
    fn outwards(self) -> Self {
        match self {
            Leave::Continue(levels) => Leave::Continue(levels.saturating_sub(1).max(1)),
            Leave::Break(levels) => Leave::Break(levels.saturating_sub(1).max(1)),
            other => other,
        }
    }
}

/// Whether a variable is one of the arguments, or tells of them.
pub(super) fn is_argument(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'@' | b'*' | b'#'))
}

/// Whether a node only leaves, and says no more: after a failure that is a failure.
pub(super) fn only_leaves(node: &Node) -> bool {
    matches!(node, Node::Simple(raws) if raws.len() == 1 && raws.first().and_then(Raw::plain).is_some_and(|word| matches!(word, "exit" | "return")))
}
