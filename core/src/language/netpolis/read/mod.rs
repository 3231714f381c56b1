//! Reads checks. Every field is known here by name, so that one that belongs to another form of check is told.

mod ends;
mod fields;
pub(super) mod netassert;
mod path;
mod traffic;

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use self::fields::{Fields, of};
use super::{Check, Decider, Expect, FlowTest, Item, Line, OnlyTest, PlanTest, Says, Test, ZoneTest};
use crate::diagnostics::Severity;
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot, UNKNOWN_FIELD_HELP, quoted};
use crate::policy::Direction;
use crate::settings::{Settings, table};
use crate::text::Span;

/// Fields of every check.
const COMMON: [&str; 3] = ["name", "because", "assume"];

/// Fields that say which connections are meant, and between whom.
const FLOW: [&str; 7] = ["from", "to", "port", "protocol", "sourcePort", "icmpType", "icmpCode"];

/// The forms of checks, each by the field that no other has, with the further fields that it takes.
const FORMS: &[(&str, &[&str])] = &[
    ("nothing", &[]),
    ("only", &["mayReach", "port", "protocol", "sourcePort", "icmpType", "icmpCode"]),
    ("mayReachOnly", &["from", "port", "protocol", "sourcePort", "icmpType", "icmpCode"]),
    ("problems", &[]),
    ("problem", &["line", "expect"]),
    ("plan", &["subnet", "fits", "runs", "largest", "perNode", "usable", "free", "nodes", "limitedBy"]),
    ("exists", &["count"]),
    ("absent", &[]),
    ("isolated", &["direction"]),
    ("notIsolated", &["direction"]),
    ("selects", &["policy"]),
    ("selectsOnly", &["policy"]),
    ("zoneFails", &["nodesLeft", "podsLeft"]),
];

/// Fields of a check of connections, beside [`COMMON`] and [`FLOW`].
const FLOW_TESTS: [&str; 16] = [
    "expect",
    "decidedBy",
    "line",
    "says",
    "path",
    "via",
    "node",
    "share",
    "pods",
    "clientAddress",
    "seenAs",
    "forwardedFor",
    "tls",
    "through",
    "notThrough",
    "healthyNodes",
];

/// Fields that only [`FORMS`] have.
const FORM_FIELDS: [&str; 28] = [
    "nothing",
    "only",
    "mayReach",
    "mayReachOnly",
    "problems",
    "problem",
    "plan",
    "subnet",
    "fits",
    "runs",
    "largest",
    "perNode",
    "usable",
    "free",
    "nodes",
    "limitedBy",
    "exists",
    "count",
    "absent",
    "isolated",
    "notIsolated",
    "direction",
    "policy",
    "selects",
    "selectsOnly",
    "zoneFails",
    "nodesLeft",
    "podsLeft",
];

/// All fields of a check.
const FIELDS: [&str; COMMON.len() + FLOW.len() + FLOW_TESTS.len() + FORM_FIELDS.len()] =
    joined([&COMMON, &FLOW, &FLOW_TESTS, &FORM_FIELDS]);

/// Lists one after the other, which have `N` entries together.
const fn joined<const N: usize>(lists: [&[&'static str]; 4]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut entry = 0;
        while entry < lists[list].len() {
            all[at] = lists[list][entry];
            (entry, at) = (entry + 1, at + 1);
        }
        list += 1;
    }
    all
}

impl<'a> Reader<'a> {
    /// `spec` of a Check.
    pub(super) fn check(&mut self, spec: &Slot<'a, '_>) -> Check {
        let before = self.findings.len();
        let check = self.checks(spec);
        for finding in self.findings.iter_mut().skip(before) {
            // No cluster is asked about it.
            if let Some(help) = finding.help.as_mut().filter(|help| help.contains(UNKNOWN_FIELD_HELP)) {
                *help = help.replace(UNKNOWN_FIELD_HELP, "docs/checks.md lists all fields");
            }
        }
        check
    }

    fn checks(&mut self, spec: &Slot<'a, '_>) -> Check {
        let Some([assume, checks]) = self.fields(spec, ["assume", "checks"], &[]) else {
            if !spec.is_set() {
                self.refuse(spec.required(codes::REQUIRED, "a Check has `checks`"));
            }
            return Check::default();
        };
        if !checks.is_set() {
            self.refuse(checks.required(codes::REQUIRED, "a Check has `checks`"));
        }
        let assume = self.assumed(&assume);
        let mut items: Vec<Item> = Vec::new();
        for slot in self.items(&checks) {
            let item = self.check_item(&slot);
            if let Some(name) = item.name.as_deref().filter(|name| items.iter().any(|other| other.name.as_deref() == Some(*name))) {
                let twice = slot.duplicate(quoted(name)).help("give each check a name of its own");
                self.refuse(twice);
            }
            items.push(item);
        }
        Check { assume, items }
    }

    fn check_item(&mut self, slot: &Slot<'a, '_>) -> Item {
        let before = self.findings.len();
        let mut item = Item { span: slot.span(), name: None, because: None, assume: Vec::new(), test: Test::Broken };
        if slot.value().is_none() {
            self.expected(slot, "a check");
        }
        let Some(slots) = self.fields(slot, FIELDS, &[]) else { return item };
        if self.findings.len() > before {
            // What a misspelt field leaves out is no second mistake.
            return item;
        }
        let fields = Fields::new(&FIELDS, slot, slots.to_vec());
        item.name = self.text(fields.get("name")).map(Box::from);
        item.because = self.text(fields.get("because")).map(Box::from);
        item.assume = self.assumed(fields.get("assume"));
        let test = self.test(slot, &fields);
        let is_sound = self.findings.iter().skip(before).all(|finding| finding.severity != Severity::Error);
        item.test = test.filter(|_| is_sound).unwrap_or(Test::Broken);
        item
    }

    /// Settings by name.
    fn assumed(&mut self, slot: &Slot<'a, '_>) -> Vec<(Box<str>, Box<str>)> {
        let Some(node) = slot.value() else { return Vec::new() };
        if node.as_mapping().is_none() {
            self.expected(slot, "a mapping");
        }
        let mut assumed = Vec::new();
        for entry in slot.entries() {
            let value = node.value_of(entry);
            // Words such as `ignored`, and numbers and dates as they are written.
            let text = value.as_str().unwrap_or_else(|| self.slice(value.span()));
            let place = Slot { path: slot.path.field(&entry.key), node: Some(value), at: value.span(), key: entry.key_span };
            match table::set(&mut Settings::default(), &entry.key, text) {
                Ok(()) => assumed.push((entry.key.clone(), text.into())),
                Err(refused) => self.refuse(place.error(codes::UNSUPPORTED_VALUE, refused)),
            }
        }
        assumed
    }

    /// What a check checks, by its form.
    fn test(&mut self, item: &Slot<'a, '_>, fields: &Fields<'a, '_>) -> Option<Test> {
        let form = FORMS.iter().find(|(head, _)| !fields.get(head).is_missing());
        let (head, takes): (&str, &[&[&str]]) = match form {
            Some((head, takes)) => (head, &[takes]),
            None => ("from", &[&FLOW, &FLOW_TESTS]),
        };
        if form.is_none() && !FLOW.iter().chain(&FLOW_TESTS).any(|name| !fields.get(name).is_missing()) {
            let what = "a check says what it expects: `from`, `to` and `expect`, `nothing`, `only`, `problems` or another form";
            self.refuse(item.required(codes::REQUIRED, what));
            return None;
        }
        for (name, field) in fields.written() {
            if name != head && !COMMON.contains(&name) && !takes.iter().any(|names| names.contains(&name)) {
                let message = format!("Forbidden: `{name}` does not belong to a check with `{head}`");
                self.refuse(field.at_key().error(codes::FORBIDDEN, message));
            }
        }
        let slot = fields.get(head);
        match head {
            "from" => self.flow_test(item, fields),
            "nothing" => self.nothing(slot),
            "only" => self.only(fields, slot, fields.get("mayReach"), Direction::Ingress),
            "mayReachOnly" => self.only(fields, slot, fields.get("from"), Direction::Egress),
            "problems" => self.problems(slot),
            "problem" => {
                let code = Box::from(self.text(slot)?);
                let line = self.line(fields.get("line"));
                let expect = fields.get("expect");
                let reported = !expect.is_set() || self.word(expect, &["reported", "not reported"])? == "reported";
                Some(Test::Problem { code, line, reported })
            }
            "plan" => self.plan_test(slot, fields),
            "exists" => {
                let count = fields.get("count");
                let count = if count.is_set() { Some(self.count(count)?) } else { None };
                Some(Test::Exists { end: self.end(slot)?, count })
            }
            "absent" => Some(Test::Exists { end: self.end(slot)?, count: Some(0) }),
            "isolated" | "notIsolated" => {
                let direction = fields.get("direction");
                let directions = match direction.is_set() {
                    true => {
                        let word = self.word(direction, &["ingress", "egress", "both"])?;
                        Direction::BOTH.into_iter().filter(|direction| word == "both" || direction.as_str() == word).collect()
                    }
                    false => Direction::BOTH.to_vec(),
                };
                Some(Test::Isolated { end: self.end(slot)?, directions, isolated: head == "isolated" })
            }
            "selects" | "selectsOnly" => {
                let policy = fields.get("policy");
                if !policy.is_set() {
                    self.refuse(policy.required(codes::REQUIRED, "the policy that selects them"));
                }
                Some(Test::Selects { policy: self.text(policy)?.into(), end: self.end(slot)?, only: head == "selectsOnly" })
            }
            _ => self.zone_test(slot, fields),
        }
    }

    fn flow_test(&mut self, item: &Slot<'a, '_>, fields: &Fields<'a, '_>) -> Option<Test> {
        let [from, to] = ["from", "to"].map(|name| fields.get(name));
        for (slot, name) in [(from, "from"), (to, "to")] {
            if !slot.is_set() {
                self.refuse(slot.required(codes::REQUIRED, &format!("a check of connections has `{name}`")));
            }
        }
        let (from, to) = (self.end(from), self.end(to));
        let traffic = self.traffic(fields);
        let slot = fields.get("expect");
        let expect = if slot.is_set() { self.expect(slot) } else { None };
        let decided = self.decider(fields.get("decidedBy"));
        let line = self.line_says(fields);
        let path = self.path_test(fields);
        let says_more = decided.is_some() || line.is_some() || path.as_ref().is_some_and(|path| path.expects());
        if !slot.is_set() && !says_more {
            self.refuse(item.required(codes::REQUIRED, "`expect`: allowed, denied, sometimes or cannot tell"));
        }
        Some(Test::Flow(Box::new(FlowTest { from: from?, to: to?, traffic, expect, nothing: false, decided, line, path })))
    }

    fn nothing(&mut self, slot: &Slot<'a, '_>) -> Option<Test> {
        let before = self.findings.len();
        let slots = self.fields(slot, FLOW, &[])?;
        if self.findings.len() > before {
            return None;
        }
        let fields = Fields::new(&FLOW, slot, slots.to_vec());
        for name in ["from", "to"] {
            if !fields.get(name).is_set() {
                let what = format!("`nothing` has `from` and `to`; `{name}: everything` means whatever there is");
                self.refuse(fields.get(name).required(codes::REQUIRED, &what));
            }
        }
        let (from, to) = (self.end(fields.get("from")), self.end(fields.get("to")));
        let traffic = self.traffic(&fields);
        let test =
            FlowTest { from: from?, to: to?, traffic, expect: Some(Expect::Denied), nothing: true, decided: None, line: None, path: None };
        Some(Test::Flow(Box::new(test)))
    }

    fn only(&mut self, fields: &Fields<'a, '_>, list: &Slot<'a, '_>, subject: &Slot<'a, '_>, direction: Direction) -> Option<Test> {
        if !subject.is_set() {
            let missing =
                if direction == Direction::Ingress { "`mayReach`: what only these may reach" } else { "`from`: what may reach only these" };
            self.refuse(subject.required(codes::REQUIRED, missing));
        }
        let is_list = list.node.is_some_and(|node| node.as_sequence().is_some());
        let allowed = if is_list {
            let slots: Vec<Slot<'a, '_>> = self.items(list).collect();
            slots.iter().filter_map(|slot| self.end(slot)).collect()
        } else {
            self.end(list).into_iter().collect()
        };
        let subject = self.end(subject);
        let traffic = self.traffic(fields);
        Some(Test::Only(Box::new(OnlyTest { allowed, subject: subject?, direction, traffic })))
    }

    fn problems(&mut self, slot: &Slot<'a, '_>) -> Option<Test> {
        if slot.value().and_then(|node| node.as_str()) == Some("none") {
            return Some(Test::Problems(Vec::new()));
        }
        let items: Vec<Slot<'a, '_>> = self.items(slot).collect();
        let codes = items.iter().filter_map(|item| self.text(item)).map(Box::from).collect();
        slot.is_set().then_some(Test::Problems(codes))
    }

    fn plan_test(&mut self, slot: &Slot<'a, '_>, fields: &Fields<'a, '_>) -> Option<Test> {
        const NUMBERS: [&str; 5] = ["largest", "perNode", "usable", "free", "nodes"];
        let cluster = Box::from(self.text(slot)?);
        let subnet = self.text(fields.get("subnet")).map(Box::from);
        let (fits, runs) = (self.flag(fields.get("fits")), self.flag(fields.get("runs")));
        let mut numbers = Vec::new();
        for name in NUMBERS {
            numbers.extend(self.integer(fields.get(name)).map(|number| (name, number)));
        }
        let limit = fields.get("limitedBy");
        let limit = if limit.is_set() { self.word(limit, &["subnet", "routes", "pod range", "pod subnet", "platform"]) } else { None };
        if fits.is_none() && runs.is_none() && numbers.is_empty() && limit.is_none() {
            self.refuse(slot.required(codes::REQUIRED, "what is expected of the plan: `fits`, `runs`, `largest` or another number"));
        }
        Some(Test::Plan(Box::new(PlanTest { cluster, subnet, fits, runs, numbers, limit: limit.map(Box::from) })))
    }

    fn zone_test(&mut self, slot: &Slot<'a, '_>, fields: &Fields<'a, '_>) -> Option<Test> {
        // `zoneFails: 1` is a name too.
        let node = slot.value()?;
        let zone = Box::from(node.as_str().unwrap_or_else(|| self.slice(node.span())));
        let left = fields.get("nodesLeft");
        let nodes = if left.is_set() { self.count(left) } else { None };
        let left = fields.get("podsLeft");
        let slots: Vec<Slot<'a, '_>> = self.items(left).collect();
        let mut pods = Vec::new();
        for slot in &slots {
            let Some([of, count]) = self.fields(slot, ["of", "count"], &[]) else { continue };
            if let (Some(end), Some(count)) = (self.end(&of), self.count(&count)) {
                pods.push((end, count));
            }
        }
        if nodes.is_none() && pods.is_empty() {
            self.refuse(slot.required(codes::REQUIRED, "what is left: `nodesLeft` or `podsLeft`"));
        }
        Some(Test::Zone(Box::new(ZoneTest { zone, nodes, pods })))
    }

    /// A number of things.
    fn count(&mut self, slot: &Slot<'a, '_>) -> Option<u32> {
        if !slot.is_set() {
            self.refuse(slot.required(codes::REQUIRED, "how many"));
        }
        self.bounded(slot, codes::OUT_OF_RANGE, 0, i64::from(u32::MAX)).and_then(|number| u32::try_from(number).ok())
    }

    /// One of a few words.
    fn word(&mut self, slot: &Slot<'a, '_>, words: &'static [&'static str]) -> Option<&'static str> {
        let text = self.text(slot)?;
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            self.unsupported(slot, codes::UNSUPPORTED_VALUE, text, words);
        }
        found
    }

    fn direction(&mut self, slot: &Slot<'a, '_>) -> Option<Direction> {
        let word = self.word(slot, &["ingress", "egress"])?;
        Direction::BOTH.into_iter().find(|direction| direction.as_str() == word)
    }

    fn expect(&mut self, slot: &Slot<'a, '_>) -> Option<Expect> {
        const WORDS: [Expect; 4] = [Expect::Allowed, Expect::Denied, Expect::Sometimes, Expect::CannotTell];
        let word = self.word(slot, &["allowed", "denied", "sometimes", "cannot tell"])?;
        WORDS.into_iter().find(|expect| expect.as_str() == word)
    }

    /// `FILE:LINE`, or the number of a line of the file that the check stands in.
    fn line(&mut self, slot: &Slot<'a, '_>) -> Option<Line> {
        let node = slot.value()?;
        let written = node.as_str().unwrap_or_else(|| self.slice(node.span()));
        let line = parsed_line(written);
        if line.is_none() {
            let message = format!("Invalid value: {}: not a line: write FILE:LINE, or the number of a line of this file", quoted(written));
            self.refuse(slot.error(codes::UNSUPPORTED_VALUE, message));
        }
        line
    }

    fn line_says(&mut self, fields: &Fields<'a, '_>) -> Option<(Line, Says)> {
        let (line, says) = (fields.get("line"), fields.get("says"));
        match (line.is_set(), says.is_set()) {
            (false, false) => return None,
            (true, false) => {
                self.refuse(says.required(codes::REQUIRED, "what the line says: matches, does not match, may match or is not reached"))
            }
            (false, true) => self.refuse(line.required(codes::REQUIRED, "the line that says it: FILE:LINE")),
            (true, true) => {}
        }
        let line = self.line(line);
        let word = self.word(says, &["matches", "does not match", "may match", "is not reached"])?;
        let says = Says::ALL.into_iter().find(|(known, _)| *known == word)?.1;
        Some((line?, says))
    }

    /// `decidedBy`: a line, a policy, `default deny`, or several of these.
    fn decider(&mut self, slot: &Slot<'a, '_>) -> Option<Decider> {
        let node = slot.value()?;
        if let Some(text) = node.as_str() {
            return Some(match parsed_line(text) {
                Some(line) => Decider { line: Some(line), ..Decider::default() },
                None if text == "default deny" => Decider { default_deny: true, ..Decider::default() },
                None => Decider { policy: Some(text.into()), ..Decider::default() },
            });
        }
        let [line, policy, rule, direction, checkpoint] = self.fields(slot, ["line", "policy", "rule", "direction", "checkpoint"], &[])?;
        let rule = rule.value().map(|node| node.as_str().unwrap_or_else(|| self.slice(node.span()))).map(Box::from);
        let direction = if direction.is_set() { self.direction(&direction) } else { None };
        let decider = Decider {
            line: self.line(&line),
            policy: self.text(&policy).map(Box::from),
            rule,
            direction,
            checkpoint: self.text(&checkpoint).map(Box::from),
            default_deny: false,
        };
        if decider == Decider::default() {
            self.refuse(slot.required(codes::REQUIRED, "`line`, `policy`, `rule` or `direction`"));
        }
        Some(decider)
    }
}

/// `FILE:LINE` or `LINE`.
fn parsed_line(text: &str) -> Option<Line> {
    let (file, number) = match text.trim().rsplit_once(':') {
        Some((file, number)) => (Some(Box::from(file)), number),
        None => (None, text.trim()),
    };
    let number = number.parse().ok().filter(|number| *number > 0)?;
    Some(Line { file, number })
}

/// An end by a name.
fn named(span: Span, name: &str) -> super::End {
    super::End { span, terms: alloc::vec![of(name)], ..super::End::default() }
}
