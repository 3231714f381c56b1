//! The question that the page asks by itself: the most telling flow of a scene.
//!
//! Telling is a flow that is denied although names, Services and what the workloads' own text says suggest that the two talk. It is asked at
//! the port that the receiver offers. Nothing is decided here: the answers of the core are compared.

use super::{EndKind, Question, SceneView, Status};

/// Most workloads that are compared.
const MOST: usize = 160;

/// Words that names have from the outside to the inside of an application.
const TIERS: [&[&str]; 4] = [
    &["frontend", "front", "web", "ui", "www", "gateway", "ingress", "client", "storefront", "site"],
    &["api", "backend", "app", "server", "cart", "checkout", "orders", "catalog", "worker", "service", "till"],
    &["auth", "payment", "users", "queue", "broker", "rabbitmq", "kafka", "cache", "redis", "memcached"],
    &["db", "database", "postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "store", "storage", "vault"],
];

/// The most telling flow; nothing where there are not two that could talk. `mentions` tells whether the text of an end names a Service.
pub fn first_question(scene: &SceneView, mentions: &dyn Fn(usize, &str) -> bool) -> Option<Question> {
    let workloads: Vec<usize> = (0..scene.ends.len()).filter(|&i| scene.is_a(i, EndKind::Workload)).take(MOST).collect();
    let tiers: Vec<Option<usize>> = (0..scene.ends.len()).map(|i| tier(scene, i)).collect();
    let mut best: Option<(i32, usize, usize)> = None;
    for &from in &workloads {
        for &to in workloads.iter().filter(|&&to| to != from) {
            let score = suggested(scene, &tiers, mentions, from, to);
            let score = score + telling(scene, from, to, score);
            if best.is_none_or(|(most, ..)| score > most) {
                best = Some((score, from, to));
            }
        }
    }
    let internet = || scene.internet();
    let (from, to) = best.map(|(_, from, to)| (from, to)).or_else(|| Some((internet()?, *workloads.first()?)))?;
    let key = |end: usize| scene.ends.get(end).map(|e| e.key.clone());
    let port = scene.offers(to).into_iter().next();
    Some(Question {
        from: key(from)?,
        to: key(to)?,
        protocol: port.as_ref().map_or_else(|| "TCP".into(), |p| p.protocol.clone()),
        port: Some(port.map_or(80, |p| p.port)),
        ..Question::default()
    })
}

/// How deep within an application an end stands, by the words of its name and its labels.
fn tier(scene: &SceneView, end: usize) -> Option<usize> {
    let end = scene.ends.get(end)?;
    let values = end.labels.iter().filter_map(|label| label.split_once('=')).map(|(_, value)| value);
    let words: Vec<&str> = std::iter::once(end.title.as_str()).chain(values).flat_map(|text| text.split(['-', '_', '.', '/'])).collect();
    TIERS.iter().rposition(|tier| words.iter().any(|word| tier.contains(word)))
}

/// How much suggests that the one calls the other.
fn suggested(scene: &SceneView, tiers: &[Option<usize>], mentions: &dyn Fn(usize, &str) -> bool, from: usize, to: usize) -> i32 {
    let services = || scene.targets.iter().filter(|t| t.ends.contains(&(to as u32)));
    let mut score = 0;
    if services().any(|service| mentions(from, service.title.rsplit('/').next().unwrap_or_default())) {
        score += 45;
    }
    if services().next().is_some() {
        score += 8;
    }
    let tier = |end: usize| tiers.get(end).copied().flatten();
    score += match (tier(from), tier(to)) {
        (Some(a), Some(b)) if a < b => 20 - 3 * (b - a) as i32,
        (Some(a), Some(b)) if a > b => -20,
        (Some(0), None) | (None, Some(3)) => 6,
        _ => 0,
    };
    if !scene.offers(to).is_empty() {
        score += 4;
    }
    let namespace = |end: usize| scene.ends.get(end).and_then(|e| e.namespace);
    if namespace(from) == namespace(to) { score + 8 } else { score }
}

/// How much there is to learn from the answer.
fn telling(scene: &SceneView, from: usize, to: usize, suggested: i32) -> i32 {
    let set = scene.between(from, to);
    let port = scene.offers(to).into_iter().next();
    let passes = port.as_ref().is_some_and(|p| set.ports.iter().any(|s| s.protocol == p.protocol && s.first <= p.port && p.port <= s.last));
    let denied = set.status == Status::Denied || (set.status == Status::Partly && port.is_some() && !passes);
    match (denied, suggested >= 12) {
        (true, true) => 30,
        (true, false) => 6,
        (false, _) if set.status == Status::CannotTell => 10,
        (false, _) if scene.is_governed(from, to) => 5,
        (false, _) => 0,
    }
}

/// Whether a text names a Service: as a word of its own, or as the first part of a host name.
pub fn names_service(text: &str, service: &str) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let host = |at: usize| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + service.len()..).unwrap_or_default());
        // A name in an address or a value: `http://cart:8080`, `cart.shop.svc`, `value: cart`. Labels name the workload itself.
        let value = before.ends_with("//") || before.ends_with("value: ") || before.ends_with("value: \"") || before.ends_with('@');
        let rest = after.starts_with(':') && after.as_bytes().get(1).is_some_and(u8::is_ascii_digit) || after.starts_with('.');
        ends(before.chars().next_back()) && ends(after.chars().next()) && (value || rest)
    };
    !service.is_empty() && text.match_indices(service).any(|(at, _)| host(at))
}

#[cfg(test)]
mod tests;
