//! Reads what API servers call in the cluster: admission webhooks, aggregated APIs, conversions of custom resources. Only whom they call; what else such an
//! object says plays no part here.

use alloc::format;
use alloc::vec::Vec;

use crate::document::{NodeRef, Value};
use crate::language::ApiCall;

/// The port that is called where none is given. Upstream: `ServiceReference` of these kinds.
const HTTPS: u16 = 443;

/// The calls that an object asks for; none for other kinds.
pub(in crate::language) fn api_calls(object: NodeRef<'_>, kind: &str, api_version: &str) -> Vec<ApiCall> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let name = object.get("metadata").and_then(|m| m.get("name")).and_then(NodeRef::as_str).unwrap_or_default();
    match (kind, group) {
        ("ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration", "admissionregistration.k8s.io") => {
            let webhooks = object.get("webhooks").and_then(NodeRef::as_sequence).into_iter().flatten();
            let one = |webhook: NodeRef<'_>| {
                let own = webhook.get("name").and_then(NodeRef::as_str).unwrap_or(name);
                call(webhook.get("clientConfig")?.get("service")?, &format!("webhook `{own}` of {kind} `{name}`"))
            };
            webhooks.filter_map(one).collect()
        }
        ("APIService", "apiregistration.k8s.io") => {
            let service = object.get("spec").and_then(|s| s.get("service"));
            service.and_then(|service| call(service, &format!("APIService `{name}`"))).into_iter().collect()
        }
        ("CustomResourceDefinition", "apiextensions.k8s.io") => {
            let conversion = object.get("spec").and_then(|s| s.get("conversion"));
            let config =
                conversion.and_then(|c| c.get("webhook").and_then(|w| w.get("clientConfig")).or_else(|| c.get("webhookClientConfig")));
            let service = config.and_then(|c| c.get("service"));
            service.and_then(|service| call(service, &format!("conversion webhook of `{name}`"))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn call(service: NodeRef<'_>, what: &str) -> Option<ApiCall> {
    let text = |field: &str| service.get(field).and_then(NodeRef::as_str);
    let port = service.get("port").map(NodeRef::value);
    Some(ApiCall {
        what: what.into(),
        namespace: text("namespace")?.into(),
        service: text("name")?.into(),
        port: match port {
            Some(Value::Int(number)) => u16::try_from(*number).ok()?,
            _ => HTTPS,
        },
        span: service.span(),
    })
}
