//! Annotations of an Ingress that decide about requests beside its rules.
//!
//! Upstream: "Annotations" of ingress-nginx, of F5's NGINX Ingress Controller, of AGIC, of the AWS Load Balancer Controller, and of Traefik, HAProxy and Kong.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::network::annotation;
use crate::document::NodeRef;
use crate::language::Ingress;
use crate::language::read::fields::Slot;
use crate::model::names;

/// The prefix of annotations of ingress-nginx.
const NGINX: &str = "nginx.ingress.kubernetes.io/";
/// Those of ingress-nginx that may answer a request, refuse it, or lead it elsewhere.
const ALTERS_IN_NGINX: &[&str] = &[
    "app-root",
    "auth-tls-secret",
    "auth-type",
    "auth-url",
    "configuration-snippet",
    "enable-modsecurity",
    "from-to-www-redirect",
    "modsecurity-snippet",
    "permanent-redirect",
    "server-snippet",
    "temporal-redirect",
];
/// The same of other controllers.
const ALTERS: &[&str] = &[
    "alb.ingress.kubernetes.io/auth-type",
    "alb.ingress.kubernetes.io/inbound-cidrs",
    "alb.ingress.kubernetes.io/wafv2-acl-arn",
    "appgw.ingress.kubernetes.io/rewrite-rule-set",
    "appgw.ingress.kubernetes.io/waf-policy-for-path",
    "haproxy.org/allow-list",
    "haproxy.org/blacklist",
    "haproxy.org/deny-list",
    "haproxy.org/request-redirect",
    "haproxy.org/whitelist",
    "ingress.kubernetes.io/whitelist-source-range",
    "konghq.com/plugins",
    "nginx.org/basic-auth-secret",
    "nginx.org/location-snippets",
    "nginx.org/path-regex",
    "nginx.org/policies",
    "nginx.org/server-snippets",
    "traefik.ingress.kubernetes.io/router.middlewares",
    "traefik.ingress.kubernetes.io/router.rule",
];
/// Prefixes of annotations of the AWS Load Balancer Controller that make rules of their own.
const ALTERS_BY_PREFIX: [&str; 2] = ["alb.ingress.kubernetes.io/actions.", "alb.ingress.kubernetes.io/conditions."];

/// Reads what annotations say of requests.
pub(super) fn annotated(metadata: &Slot<'_, '_>, ingress: &mut Ingress) {
    let of_nginx = |name: &str| annotation(metadata, &[NGINX, name]).map(|(text, _)| text);
    let is_true = |name: &str| of_nginx(name) == Some("true");
    ingress.regex = is_true("use-regex") || of_nginx("rewrite-target").is_some_and(|text| !text.is_empty());
    ingress.canary = is_true("canary");
    let mut unread = false;
    let mut ranges = |names: &[&str]| {
        let text = names.iter().find_map(|name| of_nginx(name)).filter(|text| !text.trim().is_empty())?;
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let mut found = Vec::new();
        for word in words {
            match names::cidr(word).map(|read| read.cidr).or_else(|| word.parse().ok().map(crate::model::Cidr::of)) {
                Some(cidr) => found.push(cidr),
                None => unread = true,
            }
        }
        Some(found)
    };
    ingress.clients.allowed = ranges(&["whitelist-source-range", "allowlist-source-range"]);
    ingress.clients.denied = ranges(&["denylist-source-range"]).unwrap_or_default();
    ingress.clients.unread = unread;
    let written = metadata.value().and_then(|m| m.get("annotations")).and_then(NodeRef::as_mapping).unwrap_or_default();
    let alters = |key: &str| {
        let of_nginx = key.strip_prefix(NGINX).is_some_and(|name| ALTERS_IN_NGINX.contains(&name));
        of_nginx || ALTERS.contains(&key) || ALTERS_BY_PREFIX.iter().any(|prefix| key.starts_with(prefix))
    };
    ingress.alters = written.iter().map(|entry| &*entry.key).filter(|key| alters(key)).map(Box::from).collect();
}
