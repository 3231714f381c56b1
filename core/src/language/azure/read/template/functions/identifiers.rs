//! Identifiers of resources, and the places where they are deployed.
//!
//! The subscription and the resource group of the deployment itself are not in the input, and are left out of identifiers: what begins with
//! `/providers/` is of the deployment's own group. Upstream: Azure documentation, "Resource functions for ARM templates".

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::evaluate::Env;
use super::super::value::Val;

impl Env<'_> {
    pub(super) fn identifiers(&self, name: &str, arguments: &[Val]) -> Option<Val> {
        let id = |scope: &str, rest: &[Val]| {
            let (kind, names) = rest.split_first().map_or((String::new(), &[][..]), |(k, n)| (k.words(), n));
            let names: Vec<String> = names.iter().map(Val::words).collect();
            format!("{scope}{}", identifier(&kind, &names.join("/")))
        };
        let at = arguments.iter().position(|a| a.words().contains('/') && a.words().contains('.'));
        let made =
            |text: String, parts: &[Val]| if parts.iter().any(Val::is_unknown) { Some(Val::unknown(text)) } else { self.made(&text) };
        match name {
            "resourceid" => {
                let at = at?;
                let (scope, rest) = (arguments.get(..at)?, arguments.get(at..)?);
                made(id(&place(scope), rest), rest)
            }
            "subscriptionresourceid" | "tenantresourceid" | "managementgroupresourceid" => {
                let rest = arguments.get(at?..)?;
                made(id("", rest), rest)
            }
            "extensionresourceid" => {
                let (scope, rest) = arguments.split_first()?;
                let scope = if scope.is_unknown() || scope.words() == "[resourceGroup().id]" { String::new() } else { scope.words() };
                made(id(&scope, rest), rest)
            }
            "resourcegroup" => Some(self.own_place("resourceGroup()", &["name", "location", "tags"])),
            "subscription" => Some(self.own_place("subscription()", &["subscriptionId", "tenantId", "displayName"])),
            "tenant" => Some(self.own_place("tenant()", &["tenantId"])),
            _ => None,
        }
    }

    /// Where the deployment goes: its identifier is left out of those of what is in it.
    fn own_place(&self, call: &str, fields: &[&str]) -> Val {
        let unknown = |field: &str| (field.into(), Val::unknown(format!("[{call}.{field}]")));
        self.object([("id".into(), Val::text(""))].into_iter().chain(fields.iter().map(|field| unknown(field))))
    }
}

/// The beginning of the identifier of what is in another group, or another subscription: `[subscription,] group`.
fn place(scope: &[Val]) -> String {
    let own = |v: &&Val| {
        let words = v.words();
        words.is_empty() || words.contains("resourceGroup().name") || words.contains("subscription().subscriptionId")
    };
    let part = |kind: &str, value: Option<&Val>| value.filter(|v| !own(v)).map_or_else(String::new, |v| format!("/{kind}/{}", v.words()));
    match scope {
        [] => String::new(),
        [group] => part("resourceGroups", Some(group)),
        [subscription, group, ..] => format!("{}{}", part("subscriptions", Some(subscription)), part("resourceGroups", Some(group))),
    }
}

/// `A/b/c` and `x/y` are `/providers/A/b/x/c/y`.
pub(in super::super) fn identifier(kind: &str, names: &str) -> String {
    let mut segments = kind.split('/');
    let mut names = split_names(names).into_iter();
    let mut text = format!("/providers/{}", segments.next().unwrap_or_default());
    for segment in segments {
        text.push('/');
        text.push_str(segment);
        if let Some(name) = names.next() {
            text.push('/');
            text.push_str(&name);
        }
    }
    text
}

/// Names between slashes; those in brackets are of expressions.
pub(in super::super::super) fn split_names(names: &str) -> Vec<String> {
    let mut depth = 0i32;
    let mut parts: Vec<String> = alloc::vec![String::new()];
    for c in names.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if c == '/' && depth <= 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    if parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    parts.iter().map(ToString::to_string).collect()
}
