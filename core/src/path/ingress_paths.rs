//! Which paths of requests a path of an Ingress takes, as its controller reads it. Upstream: docs/path.md, "Path types" of the Kubernetes documentation.

use alloc::string::String;
use alloc::vec::Vec;

use crate::language::Requests;
use crate::policy::Matched;

/// How a controller reads paths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// As the API says.
    Plain,
    /// As ingress-nginx does: `ImplementationSpecific` is a prefix of the text.
    Nginx,
    /// As regular expressions: ingress-nginx does so for all paths of a host if one of its Ingresses asks for it.
    Regex,
    /// As an application gateway does: a path is that path alone, but for a star at the end, which stands for anything.
    Gateway,
}

/// Whether a rule's path takes a request's.
pub(super) fn matches(own: &str, path: &str, requests: &Requests, how: How) -> Matched {
    let yes = |yes: bool| if yes { Matched::Yes } else { Matched::No };
    match how {
        How::Regex => matches_expression(own, path),
        How::Gateway if requests.path.is_none() => Matched::Yes,
        How::Gateway if requests.exact => yes(own.trim_end_matches('*') == path),
        How::Gateway if requests.specific => matches_pattern(own, path),
        How::Gateway => matches_gateway_prefix(own.trim_end_matches('*'), path),
        _ if requests.exact => yes(own == path),
        How::Nginx if requests.specific => yes(path.starts_with(own)),
        How::Nginx => yes(begins(own, path)),
        How::Plain => match begins(own, path) {
            true => Matched::Yes,
            false if requests.specific && (path.starts_with(own) || own.contains('*')) => Matched::Possibly,
            false => yes(false),
        },
    }
}

/// Whether a path begins with another one, by whole elements.
fn begins(own: &str, path: &str) -> bool {
    path.strip_prefix(own.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Upstream: AGIC, `docs/ingress-v1.md` ("/baz stays /baz", "/buzz* stays /buzz*"); Azure documentation, "URL path-based routing overview".
fn matches_pattern(own: &str, path: &str) -> Matched {
    match own.strip_suffix('*') {
        Some(start) if path.starts_with(start) => Matched::Yes,
        Some(start) if path == start.trim_end_matches('/') => Matched::Possibly,
        // AGIC makes the default of a rule for `/` in some versions.
        None if own == path => Matched::Yes,
        None if own == "/" => Matched::Possibly,
        _ => Matched::No,
    }
}

/// AGIC documents elements, and adds a star to the path, which takes more.
fn matches_gateway_prefix(own: &str, path: &str) -> Matched {
    match begins(own, path) {
        true => Matched::Yes,
        false if path.starts_with(own) => Matched::Possibly,
        false => Matched::No,
    }
}

/// The path that rules are compared with: without query and fragment, `%XX` decoded, `.` and `..` resolved, several slashes as one. Upstream: RFC 3986, 3.3
/// and 3.4; nginx, `location`: "against a normalized URI".
pub(super) fn normalised(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut left = path.as_bytes();
    while let [first, rest @ ..] = left {
        let decoded = match rest {
            [high, low, after @ ..] if *first == b'%' => hex(*high).zip(hex(*low)).map(|(high, low)| (high * 16 + low, after)),
            _ => None,
        };
        let (byte, after) = decoded.unwrap_or((*first, rest));
        bytes.push(byte);
        left = after;
    }
    let decoded = String::from_utf8_lossy(&bytes);
    let mut elements: Vec<&str> = Vec::new();
    for element in decoded.split('/') {
        match element {
            "" | "." => {}
            ".." => {
                elements.pop();
            }
            element => elements.push(element),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| decoded.ends_with(end));
    let mut found = String::from("/");
    found.push_str(&elements.join("/"));
    if is_folder && found.len() > 1 {
        found.push('/');
    }
    found
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Ends of expressions that stand for the rest of a path, the longest first: whether it has to begin with a new element.
const RESTS: [(&str, bool); 6] =
    [("(/|$)(.*)", true), ("(/.*)?", true), ("/?(.*)", false), ("(.*)", false), (".*", false), ("(.+)", false)];

/// Whether a path matches an expression of ingress-nginx at its beginning, in upper or lower case. Only the usual forms are read; others may match.
fn matches_expression(own: &str, path: &str) -> Matched {
    let rest = RESTS.into_iter().find_map(|(end, new)| Some((own.strip_suffix(end)?, new)));
    let (start, new_element) = rest.unwrap_or((own, false));
    if start.contains(['(', ')', '[', ']', '{', '}', '|', '*', '+', '?', '^', '$', '\\']) {
        return Matched::Possibly;
    }
    let mut left = path.chars();
    for wanted in start.chars() {
        match left.next() {
            Some(found) if wanted == '.' || found.eq_ignore_ascii_case(&wanted) => {}
            _ => return Matched::No,
        }
    }
    let left = left.as_str();
    let fits = if new_element { left.is_empty() || left.starts_with('/') } else { !own.ends_with("(.+)") || !left.is_empty() };
    if fits { Matched::Yes } else { Matched::No }
}

/// The part of a path that is no expression.
pub(super) fn plain_part(path: &str) -> &str {
    path.find(['(', '[', '{', '*', '+', '?', '^', '$', '\\', '|'])
        .and_then(|at| path.get(..at))
        .filter(|part| !part.is_empty())
        .unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_as_nginx_does() {
        // "location" of nginx's documentation.
        for (path, expected) in [
            ("/aa?x=1", "/aa"),
            ("/aa#part", "/aa"),
            ("/%61a", "/aa"),
            ("/aa/../num", "/num"),
            ("/aa/./b/", "/aa/b/"),
            ("//aa///b", "/aa/b"),
            ("/../..", "/"),
            ("/a%2", "/a%2"),
            ("", "/"),
        ] {
            assert_eq!(normalised(path), expected, "{path}");
        }
    }

    #[test]
    fn gateways_read_a_star_at_the_end() {
        for (own, exact, specific, path, expected) in [
            ("/x/*", false, true, "/x/1", Matched::Yes),
            ("/y", false, true, "/y/1", Matched::No),
            ("/y", false, true, "/y", Matched::Yes),
            ("/y*", true, false, "/y", Matched::Yes),
            ("/y", false, false, "/y/1", Matched::Yes),
            ("/y", false, false, "/yes", Matched::Possibly),
        ] {
            let requests = Requests { path: Some(own.into()), exact, specific, ..Requests::default() };
            assert_eq!(matches(own, path, &requests, How::Gateway), expected, "{own} {path}");
        }
    }

    #[test]
    fn expressions_of_ingress_nginx_match_at_the_beginning() {
        // "Rewrite" and "Ingress path matching" of its documentation.
        for (own, path, expected) in [
            ("/something(/|$)(.*)", "/something", Matched::Yes),
            ("/something(/|$)(.*)", "/something/new", Matched::Yes),
            ("/something(/|$)(.*)", "/somethingelse", Matched::No),
            ("/foo/bar", "/foo/bar/1", Matched::Yes),
            ("/foo/bar", "/FOO/bar", Matched::Yes),
            ("/foo/.*", "/foo", Matched::No),
            ("/(.*)", "/any", Matched::Yes),
            ("/foo/[A-Z0-9]{3}", "/foo/AB1", Matched::Possibly),
        ] {
            assert_eq!(matches_expression(own, path), expected, "{own} {path}");
        }
    }
}
