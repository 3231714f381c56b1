//! Values of what is written in a template: expressions followed, loops unrolled.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::value::field;
use super::scope::Scope;
use super::syntax::{self, Call, Expr};
use super::value::{Item, MOST_CHOICES, Member, Val};
use crate::document::{NodeRef, Value};
use crate::text::Span;

/// A copy loop takes so many turns, at most; Azure itself takes 800.
const MOST_TURNS: i64 = 1000;
/// Texts are followed up to so many bytes.
const LONGEST_TEXT: usize = 1 << 17;

/// A turn of a copy loop.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// The loop's name.
    pub(super) name: Rc<str>,
    /// The turn's number, from 0; nothing where it is not to be told how many there are.
    pub(super) index: Option<i64>,
    /// What the number of turns hangs on, where it is not to be told.
    pub(super) open: Option<Rc<str>>,
    /// Whether the loop makes resources; else it makes the items of a list.
    pub(super) of_resource: bool,
}

/// Values by name.
pub(super) type Named = Vec<(Rc<str>, Val)>;

/// Where something is evaluated: in a template, in turns of loops, in lambdas and functions.
#[derive(Clone, Debug)]
pub(super) struct Env<'a> {
    pub(super) scope: Rc<Scope<'a>>,
    pub(super) turns: Vec<Turn>,
    /// Variables of lambdas, innermost last.
    pub(super) locals: Named,
    /// Arguments of the function of the template's own that is being called.
    pub(super) arguments: Option<Rc<Named>>,
}

impl<'a> Env<'a> {
    pub(super) fn new(scope: Rc<Scope<'a>>) -> Self {
        Env { scope, turns: Vec::new(), locals: Vec::new(), arguments: None }
    }

    /// The same in further turns of loops.
    pub(super) fn within(&self, turns: &[Turn]) -> Self {
        let mut inner = self.clone();
        inner.turns.extend_from_slice(turns);
        inner
    }

    /// The place to show for what an expression makes.
    pub(super) fn at(&self) -> Span {
        self.scope.shared.at.get()
    }

    pub(super) fn item(&self, value: Val) -> Item {
        Item::new(self.at(), value)
    }

    pub(super) fn list(&self, values: impl IntoIterator<Item = Val>) -> Val {
        Val::list(values.into_iter().map(|value| self.item(value)).collect())
    }

    pub(super) fn object(&self, members: impl IntoIterator<Item = (Rc<str>, Val)>) -> Val {
        let member = |(key, value)| Member { key, key_span: self.at(), item: self.item(value) };
        Val::Object(Rc::new(members.into_iter().map(member).collect()))
    }

    /// A text that an expression makes.
    pub(super) fn made(&self, text: &str) -> Option<Val> {
        (text.len() <= LONGEST_TEXT && self.scope.shared.spend(text.len() / 16)).then(|| Val::text(text))
    }

    /// The value of what is written.
    pub(super) fn node(&self, node: NodeRef<'a>) -> Val {
        let shared = self.scope.shared.clone();
        let found = shared.deeper(|| match node.value() {
            Value::String(text) => self.written_text(text, node.span()),
            Value::Sequence(_) => Val::list(node.as_sequence().into_iter().flatten().map(|item| self.written_item(item)).collect()),
            Value::Mapping(_) => self.mapping(node),
            _ => Val::of_node(node, 0),
        });
        found.unwrap_or_else(|| Val::unknown(node.as_str().unwrap_or("a value that is nested too deep, or too long to follow")))
    }

    fn written_text(&self, text: &'a str, span: Span) -> Val {
        let Some(inner) = syntax::expression(text) else {
            // Two brackets stand for one that begins no expression.
            return Val::text(if text.starts_with("[[") { text.get(1..).unwrap_or(text) } else { text });
        };
        let before = self.scope.shared.at.replace(span);
        let value = syntax::parse(inner).and_then(|expr| self.expr(&expr));
        self.scope.shared.at.set(before);
        match value.unwrap_or_else(|| Val::unknown(text.trim())) {
            // What a variable holds stands elsewhere; the place to show is where it is used.
            Val::List(items) if items.iter().any(|i| i.span != span && i.value.items().is_none() && i.value.members().is_none()) => {
                self.scope.shared.spend(items.len() / 8);
                let here = |item: &Item| match item.value {
                    Val::List(_) | Val::Object(_) => item.clone(),
                    _ => Item { span, ..item.clone() },
                };
                Val::list(items.iter().map(here).collect())
            }
            value => value,
        }
    }

    pub(super) fn written_item(&self, node: NodeRef<'a>) -> Item {
        let is_expression = node.as_str().is_some_and(|text| syntax::expression(text).is_some());
        let once = self.scope.is_root && self.turns.is_empty() && self.locals.is_empty() && self.arguments.is_none();
        let written = node.as_str().filter(|_| is_expression && once).map(Rc::from);
        Item { written, ..Item::new(node.span(), self.node(node)) }
    }

    fn mapping(&self, node: NodeRef<'a>) -> Val {
        let mut members: Vec<Member> = Vec::new();
        let mut looped: Vec<Member> = Vec::new();
        for entry in node.as_mapping().unwrap_or_default() {
            let value = node.value_of(entry);
            if entry.key.eq_ignore_ascii_case("copy")
                && let Some(loops) = loops(value)
            {
                for copy in loops {
                    let name = self.loop_name(copy);
                    let items = self.looped(copy, &name);
                    looped.push(Member { key: name, key_span: entry.key_span, item: Item::new(copy.span(), items) });
                }
                continue;
            }
            // Keys may be expressions too.
            let key: Rc<str> = match syntax::expression(&entry.key) {
                Some(inner) => syntax::parse(inner).and_then(|e| self.expr(&e)).map_or_else(|| (&*entry.key).into(), |k| k.words().into()),
                None => (&*entry.key).into(),
            };
            members.push(Member { key, key_span: entry.key_span, item: self.written_item(value) });
        }
        for made in looped {
            // Beside a list of the same name the loop adds to it.
            let known = members.iter_mut().find(|m| m.key.eq_ignore_ascii_case(&made.key));
            match known.map(|m| (m.item.value.items().map(<[Item]>::to_vec), m)) {
                Some((Some(mut all), known)) => {
                    all.extend(made.item.value.items().unwrap_or_default().iter().cloned());
                    known.item.value = Val::list(all);
                }
                _ => members.push(made),
            }
        }
        Val::Object(Rc::new(members))
    }

    /// A member of a mapping, be it written or made by a copy loop in it, without a look at the others.
    pub(super) fn written_member(&self, node: NodeRef<'a>, name: &str) -> Option<Val> {
        if let Some(found) = field(node, name) {
            return Some(self.node(found));
        }
        let copy = loops(field(node, "copy")?)?.into_iter().find(|copy| self.loop_name(*copy).eq_ignore_ascii_case(name))?;
        Some(self.looped(copy, name))
    }

    pub(super) fn loop_name(&self, copy: NodeRef<'a>) -> Rc<str> {
        field(copy, "name").map_or_else(|| "copy".into(), |name| self.node(name).words().into())
    }

    /// How many turns a copy loop takes; else the expression that would say it.
    pub(super) fn count(&self, copy: NodeRef<'a>) -> Result<i64, Rc<str>> {
        let Some(count) = field(copy, "count") else { return Err("copy".into()) };
        let value = self.node(count);
        let number = match &value {
            Val::Number(number) => *number,
            Val::Text(text) => text.parse().map_err(|_| text.clone())?,
            other => return Err(other.words().into()),
        };
        let fits = (0..=MOST_TURNS).contains(&number) && self.scope.shared.spend(usize::try_from(number).unwrap_or_default());
        if fits { Ok(number) } else { Err(format!("{number}").into()) }
    }

    /// The list that a copy loop makes.
    pub(super) fn looped(&self, copy: NodeRef<'a>, name: &str) -> Val {
        let Some(input) = field(copy, "input") else { return Val::list(Vec::new()) };
        let turn = |index, open| Turn { name: name.into(), index, open, of_resource: false };
        match self.count(copy) {
            Ok(count) => Val::list((0..count).map(|i| self.within(&[turn(Some(i), None)]).written_item(input)).collect()),
            Err(text) => {
                // One of an unknown number: what of it does not hang on the turn is plain all the same.
                let one = self.within(&[turn(None, Some(text.clone()))]).written_item(input);
                Val::list(alloc::vec![Item { doubt: Some(text), many: true, ..one }])
            }
        }
    }

    /// The turns in which a resource is made, those of the one that it is written in included.
    pub(super) fn turns_of(&self, number: usize) -> Vec<Vec<Turn>> {
        let Some(declared) = self.scope.resources.get(number) else { return Vec::new() };
        let outer = declared.parent.map_or_else(|| alloc::vec![Vec::new()], |parent| self.turns_of(parent));
        let Some(copy) = field(declared.node, "copy").filter(|copy| copy.as_mapping().is_some()) else { return outer };
        let mut all = Vec::new();
        for turns in outer {
            let env = self.within(&turns);
            let name = env.loop_name(copy);
            let turn = |index, open| Turn { name: name.clone(), index, open, of_resource: true };
            let own: Vec<Turn> = match env.count(copy) {
                Ok(count) => (0..count).map(|i| turn(Some(i), None)).collect(),
                Err(text) => alloc::vec![turn(None, Some(text))],
            };
            all.extend(own.into_iter().map(|turn| turns.iter().cloned().chain([turn]).collect()));
        }
        all
    }

    /// The value of an expression; nothing where it is too much to follow.
    pub(super) fn expr(&self, expr: &Expr<'_>) -> Option<Val> {
        let shared = self.scope.shared.clone();
        shared.deeper(|| match expr {
            Expr::Text(text) => Val::Text(text.clone()),
            Expr::Number(number) => Val::Number(*number),
            Expr::Call(call) => self.call(call),
            Expr::Member(whole, name, written) => match self.expr(whole) {
                Some(whole) => self.pick(&whole, name, written),
                None => unknown(written),
            },
            Expr::Index(whole, index, written) => match (self.expr(whole), self.expr(index)) {
                (Some(whole), Some(index)) => self.index(&whole, &index, written),
                _ => unknown(written),
            },
        })
    }

    /// The value of an expression, or that it is unknown.
    pub(super) fn value(&self, expr: &Expr<'_>, written: &str) -> Val {
        self.expr(expr).unwrap_or_else(|| unknown(written))
    }

    fn pick(&self, whole: &Val, name: &str, written: &str) -> Val {
        match whole {
            Val::Unknown(of) if of.choices.is_empty() => Val::unknown(format!("[{}.{name}]", bare(&of.text))),
            Val::Unknown(of) => Val::one_of(format!("[{written}]"), of.choices.iter().map(|one| self.pick(one, name, written)).collect()),
            whole => whole.member(name).map_or_else(|| unknown(written), |item| item.value.clone()),
        }
    }

    pub(super) fn index(&self, whole: &Val, index: &Val, written: &str) -> Val {
        match (whole, index) {
            (Val::Unknown(of), _) if of.choices.is_empty() => Val::unknown(format!("[{}[{}]]", bare(&of.text), bare(&index.words()))),
            (Val::Unknown(of), _) => {
                Val::one_of(format!("[{written}]"), of.choices.iter().map(|one| self.index(one, index, written)).collect())
            }
            (_, Val::Unknown(of)) if !of.choices.is_empty() => {
                Val::one_of(format!("[{written}]"), of.choices.iter().map(|one| self.index(whole, one, written)).collect())
            }
            (whole, Val::Text(name)) => self.pick(whole, name, written),
            (Val::List(items), Val::Number(at)) => {
                usize::try_from(*at).ok().and_then(|at| item_at(items, at)).unwrap_or_else(|| unknown(written))
            }
            _ => unknown(written),
        }
    }

    fn call(&self, call: &Call<'_>) -> Val {
        let name = call.name.to_ascii_lowercase();
        if let Some(found) = self.special(&name, call) {
            return found;
        }
        let arguments: Vec<Val> = call.arguments.iter().map(|argument| self.value(argument, call.written)).collect();
        if let Some((namespace, function)) =
            call.name.rsplit_once('.').filter(|(n, _)| !n.eq_ignore_ascii_case("sys") && !n.eq_ignore_ascii_case("az"))
        {
            return self.own_function(namespace, function, arguments).unwrap_or_else(|| unknown(call.written));
        }
        let name = name.rsplit('.').next().unwrap_or(&name);
        self.over_choices(name, &arguments, call.written)
    }

    /// Applies a function to each of the values that its arguments may have.
    fn over_choices(&self, name: &str, arguments: &[Val], written: &str) -> Val {
        let open = |v: &Val| matches!(v, Val::Unknown(of) if !of.choices.is_empty());
        // What is put into lists and mappings keeps its possibilities there.
        if matches!(name, "createarray" | "createobject" | "coalesce") || !arguments.iter().any(open) {
            return self.apply(name, arguments, written).unwrap_or_else(|| unknown(written));
        }
        let mut rows: Vec<Vec<Val>> = alloc::vec![Vec::new()];
        for argument in arguments {
            let choices = argument.clone().possibilities();
            if rows.len() * choices.len() > MOST_CHOICES * 4 {
                return unknown(written);
            }
            rows = rows.iter().flat_map(|row| choices.iter().map(|c| row.iter().cloned().chain([c.clone()]).collect())).collect();
        }
        let results = rows.iter().map(|row| self.apply(name, row, written).unwrap_or_else(|| unknown(written))).collect();
        let text = match self.apply(name, arguments, written) {
            Some(Val::Unknown(of)) => String::from(&*of.text),
            _ => format!("[{written}]"),
        };
        Val::one_of(text, results)
    }

    /// Functions of which not all arguments are evaluated, or not as values.
    fn special(&self, name: &str, call: &Call<'_>) -> Option<Val> {
        let argument = |i: usize| call.arguments.get(i).map(|a| self.value(a, call.written));
        Some(match (name, call.arguments.as_slice()) {
            ("if", [condition, yes, no]) => match self.value(condition, call.written) {
                Val::Bool(flag) => self.value(if flag { yes } else { no }, call.written),
                _ => {
                    let choices = alloc::vec![self.value(yes, call.written), self.value(no, call.written)];
                    Val::one_of(format!("[{}]", call.written), choices)
                }
            },
            ("lambdavariables", [_]) => {
                let wanted = argument(0)?.words();
                let found = self.locals.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(&wanted));
                found.map_or_else(|| unknown(call.written), |(_, value)| value.clone())
            }
            ("map" | "filter" | "sort" | "toobject" | "groupby" | "mapvalues", [_, ..]) | ("reduce", [_, _, _]) => {
                self.with_lambda(name, call).unwrap_or_else(|| unknown(call.written))
            }
            ("coalesce", [_, ..]) => self.coalesce(call),
            _ => return None,
        })
    }

    /// The first value that is not null. What may be null leaves a choice.
    fn coalesce(&self, call: &Call<'_>) -> Val {
        let mut choices: Vec<Val> = Vec::new();
        for argument in &call.arguments {
            let mut may_be_null = false;
            for value in self.value(argument, call.written).possibilities() {
                match value {
                    Val::Null => may_be_null = true,
                    Val::Unknown(_) => {
                        may_be_null = true;
                        choices.push(value);
                    }
                    value => choices.push(value),
                }
            }
            if !may_be_null {
                return Val::one_of(format!("[{}]", call.written), choices);
            }
        }
        if choices.is_empty() {
            Val::Null
        } else {
            Val::one_of(format!("[{}]", call.written), choices.into_iter().chain([Val::Null]).collect())
        }
    }

    /// A function that the template defines. Upstream: Azure documentation, "User-defined functions in ARM template".
    fn own_function(&self, namespace: &str, function: &str, arguments: Vec<Val>) -> Option<Val> {
        let (names, output) = self.scope.function(namespace, function)?;
        let arguments = names.into_iter().map(Rc::from).zip(arguments).collect();
        let inner = Env { arguments: Some(Rc::new(arguments)), ..Env::new(self.scope.clone()) };
        Some(inner.node(output))
    }
}

/// An item of which the number is plain.
pub(super) fn item_at(items: &[Item], at: usize) -> Option<Val> {
    let known = !items.iter().take(at + 1).any(Item::is_loose);
    items.get(at).filter(|_| known).map(|item| item.value.clone())
}

/// The loops of a `copy` that makes lists.
fn loops<'a>(copy: NodeRef<'a>) -> Option<Vec<NodeRef<'a>>> {
    let all: Vec<NodeRef<'a>> = match copy.value() {
        Value::Mapping(_) => alloc::vec![copy],
        _ => copy.as_sequence()?.collect(),
    };
    let is_loop = |node: &NodeRef<'a>| field(*node, "count").is_some() && field(*node, "input").is_some();
    (!all.is_empty() && all.iter().all(is_loop)).then_some(all)
}

fn unknown(written: &str) -> Val {
    Val::unknown(format!("[{written}]"))
}

/// An expression without its brackets.
pub(super) fn bare(text: &str) -> &str {
    text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text)
}
