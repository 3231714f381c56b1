//! Values of Azure documents: plain ones, and expressions of templates as far as the template itself resolves them.
//!
//! Only what stands in the text is used: default values of parameters, variables, and the functions that put these together. Everything
//! else stays what it is written as, and is said to be unknown.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::document::{NodeRef, Value};
use crate::text::Span;

/// Expressions are followed so deep.
const DEEPEST: usize = 24;

/// A value after its expression was resolved.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    /// As written.
    Node(NodeRef<'a>),
    /// Text that an expression makes.
    Text(String),
    /// A number that an expression makes.
    Number(i64),
    /// A list that an expression makes.
    List(Vec<Val<'a>>),
    /// Not to be told from the text; the expression, with what is known of it put in.
    Unknown(String),
}

/// A scalar after its expression was resolved.
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    /// Its text.
    pub(super) text: String,
    /// Whether it is not to be told from the text.
    pub(super) unknown: bool,
    /// Where it is written.
    pub(super) span: Span,
}

/// What expressions of a template can refer to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Template<'a> {
    /// Whether text in brackets is an expression at all.
    pub(super) is_template: bool,
    pub(super) parameters: Option<NodeRef<'a>>,
    pub(super) variables: Option<NodeRef<'a>>,
}

/// A field of a mapping, whatever the case of its name, as the Azure Resource Manager reads it.
pub(super) fn field<'a>(node: NodeRef<'a>, name: &str) -> Option<NodeRef<'a>> {
    node.get(name).or_else(|| {
        let entry = node.as_mapping()?.iter().find(|e| e.key.eq_ignore_ascii_case(name))?;
        Some(node.value_of(entry))
    })
}

impl<'a> Template<'a> {
    /// Resolves a value.
    pub(super) fn resolve(&self, node: NodeRef<'a>) -> Val<'a> {
        self.follow(Val::Node(node), 0)
    }

    fn follow(&self, mut value: Val<'a>, depth: usize) -> Val<'a> {
        for step in depth..DEEPEST {
            let Val::Node(node) = &value else { return value };
            let Some(expression) = self.expression(*node) else { return value };
            let mut parser = Parser { template: self, rest: expression, depth: step + 1 };
            value = match parser.value() {
                Some(value) if parser.rest.trim().is_empty() => value,
                _ => return Val::Unknown(format!("[{expression}]")),
            };
        }
        match value {
            Val::Node(node) if self.expression(node).is_some() => Val::Unknown(node.as_str().unwrap_or_default().to_string()),
            value => value,
        }
    }

    /// The text between the brackets of an expression.
    fn expression(&self, node: NodeRef<'a>) -> Option<&'a str> {
        let text = node.as_str().filter(|_| self.is_template)?.trim();
        if text.starts_with("[[") {
            return None;
        }
        text.strip_prefix('[')?.strip_suffix(']')
    }

    /// A scalar; nothing for `null`, lists and mappings.
    pub(super) fn scalar(&self, node: NodeRef<'a>) -> Option<Scalar> {
        let span = node.span();
        let (text, unknown) = match self.resolve(node) {
            Val::Node(found) => (text_of(found)?, false),
            Val::Text(text) => (text, false),
            Val::Number(number) => (number.to_string(), false),
            Val::Unknown(text) => (text, true),
            Val::List(_) => return None,
        };
        Some(Scalar { text, unknown, span })
    }

    /// The scalars of a list; a single scalar counts as a list of one.
    pub(super) fn scalars(&self, node: NodeRef<'a>) -> Vec<Scalar> {
        let span = node.span();
        match self.resolve(node) {
            Val::Node(found) => match found.as_sequence() {
                // What a variable holds stands elsewhere; the place to show is where it is used.
                Some(items) => {
                    let own = found.id() == node.id();
                    let scalars = items.filter_map(|item| self.scalar(item));
                    scalars.map(|s| if own { s } else { Scalar { span, ..s } }).collect()
                }
                None => self.scalar(node).into_iter().collect(),
            },
            Val::List(items) => items.into_iter().filter_map(|item| self.of(item, span)).collect(),
            _ => self.scalar(node).into_iter().collect(),
        }
    }

    fn of(&self, value: Val<'a>, span: Span) -> Option<Scalar> {
        match value {
            Val::Node(node) => self.scalar(node).map(|s| Scalar { span, ..s }),
            Val::Text(text) => Some(Scalar { text, unknown: false, span }),
            Val::Number(number) => Some(Scalar { text: number.to_string(), unknown: false, span }),
            Val::Unknown(text) => Some(Scalar { text, unknown: true, span }),
            Val::List(_) => None,
        }
    }

    /// The items of a list, wherever an expression finds it.
    pub(super) fn items(&self, node: NodeRef<'a>) -> Vec<NodeRef<'a>> {
        match self.resolve(node) {
            Val::Node(found) => found.as_sequence().into_iter().flatten().collect(),
            Val::List(items) => items.into_iter().filter_map(|i| if let Val::Node(n) = i { Some(n) } else { None }).collect(),
            _ => Vec::new(),
        }
    }
}

fn text_of(node: NodeRef<'_>) -> Option<String> {
    match node.value() {
        Value::String(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// Reads one expression.
struct Parser<'a, 't> {
    template: &'t Template<'a>,
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a, '_> {
    /// A literal or a call, with what is picked out of it.
    fn value(&mut self) -> Option<Val<'a>> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.rest = self.rest.trim_start();
        let mut value = match self.rest.chars().next()? {
            '\'' => self.text()?,
            c if c.is_ascii_digit() || c == '-' => self.number()?,
            _ => self.call()?,
        };
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix('.') {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let (name, rest) = (rest.get(..end)?, rest.get(end..)?);
                self.rest = rest;
                value = self.pick(value, name);
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                self.depth += 1;
                let index = self.value()?;
                self.depth -= 1;
                self.rest = self.rest.trim_start().strip_prefix(']')?;
                value = match index {
                    Val::Number(index) => self.at(value, index),
                    index => {
                        let name = self.words(&index);
                        self.pick(value, &name)
                    }
                };
            } else {
                return Some(value);
            }
        }
    }

    fn text(&mut self) -> Option<Val<'a>> {
        let mut text = String::new();
        let mut rest = self.rest.strip_prefix('\'')?;
        loop {
            let end = rest.find('\'')?;
            text.push_str(rest.get(..end)?);
            rest = rest.get(end + 1..)?;
            // Two quotation marks are one.
            match rest.strip_prefix('\'') {
                Some(after) => {
                    text.push('\'');
                    rest = after;
                }
                None => break,
            }
        }
        self.rest = rest;
        Some(Val::Text(text))
    }

    fn number(&mut self) -> Option<Val<'a>> {
        let end = self.rest.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit()).map_or(self.rest.len(), |(i, _)| i);
        let (digits, rest) = (self.rest.get(..end)?, self.rest.get(end..)?);
        self.rest = rest;
        digits.parse().ok().map(Val::Number)
    }

    fn call(&mut self) -> Option<Val<'a>> {
        let whole = self.rest;
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(self.rest.len());
        let name = self.rest.get(..end).filter(|n| !n.is_empty())?;
        self.rest = self.rest.get(end..)?.trim_start().strip_prefix('(')?;
        let mut arguments = Vec::new();
        self.depth += 1;
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                break;
            }
            if let Some(rest) = self.rest.strip_prefix(',').filter(|_| !arguments.is_empty()) {
                self.rest = rest;
            }
            arguments.push(self.value()?);
        }
        self.depth -= 1;
        let written = whole.get(..whole.len() - self.rest.len()).unwrap_or(name);
        Some(self.apply(name, arguments).unwrap_or_else(|| Val::Unknown(format!("[{written}]"))))
    }

    /// The value of a function; nothing for one whose value the text does not give.
    fn apply(&self, name: &str, arguments: Vec<Val<'a>>) -> Option<Val<'a>> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let word = |i: usize| arguments.get(i).map(|a| self.words(a));
        if is("parameters") {
            let parameter = field(self.template.parameters?, &word(0)?)?;
            // A parameters file gives `value`; a template gives `defaultValue`.
            let value = field(parameter, "value").or_else(|| field(parameter, "defaultValue"))?;
            return Some(self.template.follow(Val::Node(value), self.depth));
        }
        if is("variables") {
            let value = field(self.template.variables?, &word(0)?)?;
            return Some(self.template.follow(Val::Node(value), self.depth));
        }
        if is("concat") || is("union") || is("createArray") {
            let lists = is("createArray") || arguments.iter().any(|a| matches!(a, Val::List(_)) || self.sequence(a).is_some());
            if lists {
                let one = |a: &Val<'a>| match (a, self.sequence(a)) {
                    (_, Some(items)) if !is("createArray") => items,
                    (Val::List(items), _) if !is("createArray") => items.clone(),
                    (value, _) => alloc::vec![value.clone()],
                };
                return Some(Val::List(arguments.iter().flat_map(one).collect()));
            }
            return Some(self.joined(&arguments, |parts| parts.concat()));
        }
        if is("resourceId") || is("extensionResourceId") {
            return Some(self.joined(&arguments, identifier));
        }
        if is("subnetRef") || is("tenantResourceId") || is("subscriptionResourceId") {
            return Some(self.joined(&arguments, identifier));
        }
        if is("format") {
            return Some(self.joined(&arguments, |parts| {
                let (pattern, values) = parts.split_first().map_or(("", &[][..]), |(p, v)| (p.as_str(), v));
                values.iter().enumerate().fold(pattern.to_string(), |text, (i, value)| text.replace(&format!("{{{i}}}"), value))
            }));
        }
        if is("string") || is("toLower") || is("toUpper") || is("trim") || is("int") {
            let text = word(0)?;
            let unknown = matches!(arguments.first(), Some(Val::Unknown(_)));
            let text = match () {
                () if is("toLower") => text.to_lowercase(),
                () if is("toUpper") => text.to_uppercase(),
                () if is("trim") => text.trim().to_string(),
                () => text,
            };
            return Some(match (unknown, is("int").then(|| text.parse().ok()).flatten()) {
                (true, _) => Val::Unknown(text),
                (false, Some(number)) => Val::Number(number),
                (false, None) => Val::Text(text),
            });
        }
        if is("add") || is("sub") || is("mul") {
            let number = |i: usize| word(i)?.parse::<i64>().ok();
            let (a, b) = (number(0)?, number(1)?);
            return match () {
                () if is("add") => a.checked_add(b),
                () if is("sub") => a.checked_sub(b),
                () => a.checked_mul(b),
            }
            .map(Val::Number);
        }
        None
    }

    /// Texts put together; unknown if one of them is.
    fn joined(&self, arguments: &[Val<'a>], join: impl Fn(&[String]) -> String) -> Val<'a> {
        let parts: Vec<String> = arguments.iter().map(|a| self.words(a)).collect();
        let text = join(&parts);
        let unknown = arguments.iter().any(|a| matches!(a, Val::Unknown(_)));
        if unknown { Val::Unknown(text) } else { Val::Text(text) }
    }

    fn words(&self, value: &Val<'a>) -> String {
        match value {
            Val::Node(node) => text_of(*node).unwrap_or_default(),
            Val::Text(text) | Val::Unknown(text) => text.clone(),
            Val::Number(number) => number.to_string(),
            Val::List(_) => String::new(),
        }
    }

    fn sequence(&self, value: &Val<'a>) -> Option<Vec<Val<'a>>> {
        match value {
            Val::Node(node) => Some(node.as_sequence()?.map(Val::Node).collect()),
            _ => None,
        }
    }

    fn pick(&self, value: Val<'a>, name: &str) -> Val<'a> {
        match value {
            Val::Node(node) => match field(node, name) {
                Some(found) => self.template.follow(Val::Node(found), self.depth),
                None => Val::Unknown(format!("[{name}]")),
            },
            value => Val::Unknown(format!("{}.{name}", self.words(&value))),
        }
    }

    fn at(&self, value: Val<'a>, index: i64) -> Val<'a> {
        let found = usize::try_from(index).ok().and_then(|i| match &value {
            Val::Node(node) => node.as_sequence()?.nth(i).map(Val::Node),
            Val::List(items) => items.get(i).cloned(),
            _ => None,
        });
        match found {
            Some(found) => self.template.follow(found, self.depth),
            None => Val::Unknown(format!("{}[{index}]", self.words(&value))),
        }
    }
}

/// `resourceId('A/b/c', 'x', 'y')` is `/providers/A/b/x/c/y`; leading group and subscription names are of no use here.
fn identifier(parts: &[String]) -> String {
    let Some(at) = parts.iter().position(|p| p.contains('/')) else { return parts.concat() };
    let (types, names) = (parts.get(at).map_or("", String::as_str), parts.get(at + 1..).unwrap_or_default());
    let mut segments = types.split('/');
    let mut text = format!("/providers/{}", segments.next().unwrap_or_default());
    for (i, segment) in segments.enumerate() {
        text.push('/');
        text.push_str(segment);
        if let Some(name) = names.get(i) {
            text.push('/');
            text.push_str(name);
        }
    }
    text
}
