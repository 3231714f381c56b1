//! Reads Ingresses and their classes, with annotations that decide about requests beside their rules.
//!
//! Upstream: "Annotations" of ingress-nginx, of F5's NGINX Ingress Controller, of AGIC, of the AWS Load Balancer Controller, and of Traefik, HAProxy and Kong.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::network::{addresses_of, annotation};
use crate::document::{NodeRef, Value};
use crate::language::kubernetes::workloads::Canary;
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::read::values::NumberOrName;
use crate::language::{Backend, BackendPort, Ingress, IngressClass, Requests, codes};
use crate::model::{Cidr, names};

/// The prefix of annotations of ingress-nginx.
const NGINX: &str = "nginx.ingress.kubernetes.io/";
/// The prefix of annotations of AGIC.
const GATEWAY: &str = "appgw.ingress.kubernetes.io/";
/// The annotation of the class that Ingresses without one get.
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";
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

/// Whether a text is a time as API servers write it (`2024-01-31T12:00:00Z`): such texts are in the order of their times.
fn is_time(text: &str) -> bool {
    let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
    text.chars().map(digits).eq("0000-00-00T00:00:00Z".chars())
}

/// What paths of an Ingress mean.
const PATH_TYPES: [&str; 3] = ["Exact", "ImplementationSpecific", "Prefix"];

impl<'a> Reader<'a> {
    /// The host of a rule; nothing for every host. In capitals it is plainly the same one. Upstream: `validateIngressRules`.
    fn ingress_host(&mut self, slot: &Slot<'a, '_>) -> Option<&'a str> {
        let host = self.text(slot).filter(|host| !host.is_empty())?;
        let check = |host: &str| names::dns_subdomain(host.strip_prefix("*.").unwrap_or(host));
        if host.parse::<IpAddr>().is_ok() {
            self.refuse(slot.invalid(codes::INVALID_NAME, quoted(host), "must be a DNS name, not an IP address"));
        } else if let Err(why) = check(host) {
            let lower = host.to_ascii_lowercase();
            let is_plain = check(&lower).is_ok();
            let diagnostic = slot.invalid(codes::INVALID_NAME, quoted(host), why);
            let diagnostic = self.rewrite(diagnostic, slot.at, is_plain.then_some(&lower));
            if is_plain { self.slip(diagnostic) } else { self.refuse(diagnostic) }
        }
        Some(host)
    }

    /// `pathType`: one of its words. A word in the wrong case is plainly that one. Upstream: `validateHTTPIngressPath`; the old versions take none for
    /// `ImplementationSpecific`.
    fn path_type(&mut self, slot: &Slot<'a, '_>, old: bool) -> &'static str {
        let Some(word) = self.text(slot).filter(|word| !word.is_empty()) else {
            if old {
                return "ImplementationSpecific";
            }
            if !slot.is_set() {
                self.refuse(slot.required(codes::REQUIRED, "pathType must be specified").help("write `pathType: Prefix`"));
            }
            return "Prefix";
        };
        let known = PATH_TYPES.into_iter().find(|known| known.eq_ignore_ascii_case(word));
        match known {
            Some(known) if known == word => {}
            Some(known) => {
                let supported = PATH_TYPES.map(|word| format!("\"{word}\"")).join(", ");
                let diagnostic =
                    slot.error(codes::UNSUPPORTED_VALUE, format!("Unsupported value: {}: supported values: {supported}", quoted(word)));
                let diagnostic = self.rewrite(diagnostic, slot.at, Some(known));
                self.slip(diagnostic);
            }
            None => self.unsupported(slot, codes::UNSUPPORTED_VALUE, word, &PATH_TYPES),
        }
        known.unwrap_or("Prefix")
    }

    /// The path of a rule; nothing for every path. Without one, that is plainly what is meant.
    fn ingress_path(&mut self, slot: &Slot<'a, '_>, kind: &str) -> Option<&'a str> {
        const DETAIL: &str = "must be an absolute path";
        let path = self.text(slot).filter(|path| !path.is_empty());
        match path {
            Some(path) if !path.starts_with('/') => {
                let diagnostic = slot.invalid(codes::INVALID_BACKEND, quoted(path), DETAIL);
                let diagnostic = self.rewrite(diagnostic, slot.at, Some(&format!("/{path}")));
                self.refuse(diagnostic);
            }
            None if kind != "ImplementationSpecific" && (!slot.is_set() || slot.value().and_then(NodeRef::as_str).is_some()) => {
                self.slip(slot.invalid(codes::INVALID_BACKEND, "\"\"", DETAIL).help("write `path: /`"));
            }
            _ => {}
        }
        path
    }

    /// The `spec` of an IngressClass, and whether it is the default.
    pub(in crate::language) fn ingress_class(&mut self, spec: &Slot<'a, '_>, metadata: &Slot<'a, '_>) -> IngressClass {
        let default = annotation(metadata, &[DEFAULT_CLASS]).is_some_and(|(text, _)| text == "true");
        let controller = self.fields(spec, ["controller"], &["parameters"]).and_then(|[controller]| self.text(&controller));
        IngressClass { controller: controller.unwrap_or_default().into(), default }
    }

    /// The `spec` of an Ingress, in today's form or in the one of `extensions/v1beta1` and `networking.k8s.io/v1beta1`.
    pub(in crate::language) fn ingress(
        &mut self,
        spec: &Slot<'a, '_>,
        metadata: &Slot<'a, '_>,
        status: &Slot<'a, '_>,
        old: bool,
    ) -> Ingress {
        let mut ingress = Ingress::default();
        let is_true = |name: &str| annotation(metadata, &[name]).is_some_and(|(text, _)| text == "true");
        ingress.class = annotation(metadata, &["kubernetes.io/ingress.class"]).map(|(text, _)| text.into());
        ingress.class_annotated = ingress.class.is_some();
        ingress.tls_passthrough = is_true("nginx.ingress.kubernetes.io/ssl-passthrough");
        ingress.private = is_true("appgw.ingress.kubernetes.io/use-private-ip");
        ingress.tls_to_backend =
            ["nginx.ingress.kubernetes.io/backend-protocol", "appgw.ingress.kubernetes.io/backend-protocol"].iter().any(|name| {
                annotation(metadata, &[name]).is_some_and(|(text, _)| ["https", "grpcs"].iter().any(|p| text.eq_ignore_ascii_case(p)))
            });
        ingress.addresses = addresses_of(status.value().and_then(|s| s.get("loadBalancer")).and_then(|b| b.get("ingress")));
        annotated(metadata, &mut ingress);
        let known = ["rules", if old { "backend" } else { "defaultBackend" }, "ingressClassName", "tls"];
        let Some([rules, default, class, tls]) = self.fields(spec, known, &[]) else {
            if !spec.is_set() {
                self.refuse(spec.required(codes::INVALID_BACKEND, "an Ingress needs a spec with rules or a default backend"));
            }
            return ingress;
        };
        if !rules.is_set() && !default.is_set() || rules.is_empty_list() && !default.is_set() {
            let name = if old { "backend" } else { "defaultBackend" };
            self.refuse(spec.invalid(codes::INVALID_BACKEND, "[]", format!("either `{name}` or `rules` must be specified")));
        }
        // "When that annotation is set, it must be given precedence over this field."
        if let Some(name) = self.text(&class).filter(|name| !name.is_empty() && !ingress.class_annotated) {
            ingress.class = Some(name.into());
        }
        for item in self.items(&tls) {
            let Some([hosts]) = self.fields(&item, ["hosts"], &["secretName"]) else { continue };
            if hosts.len() == 0 {
                ingress.tls.push("".into());
            }
            for host in self.items(&hosts) {
                ingress.tls.extend(self.text(&host).map(Into::into));
            }
        }
        if is_resource(&default) {
            ingress.resources.push(Requests { default: true, ..Requests::default() });
        }
        if default.is_set() {
            ingress.backends.extend(self.backend(&default, Requests { default: true, ..Requests::default() }, old));
        }
        for rule in self.items(&rules) {
            let Some([http, host]) = self.fields(&rule, ["http", "host"], &[]) else { continue };
            let host = self.ingress_host(&host);
            let Some([paths]) = self.fields(&http, ["paths"], &[]) else { continue };
            if !paths.is_set() || paths.is_empty_list() {
                self.refuse(paths.required(codes::REQUIRED, "at least one path"));
            }
            for path in self.items(&paths) {
                let Some([backend, prefix, kind]) = self.fields(&path, ["backend", "path", "pathType"], &[]) else { continue };
                let kind = self.path_type(&kind, old);
                let requests = Requests {
                    host: host.map(Into::into),
                    path: self.ingress_path(&prefix, kind).map(Into::into),
                    exact: kind == "Exact",
                    specific: kind == "ImplementationSpecific",
                    default: false,
                };
                if is_resource(&backend) {
                    ingress.resources.push(requests.clone());
                }
                if backend.is_set() {
                    ingress.backends.extend(self.backend(&backend, requests, old));
                } else {
                    self.refuse(backend.required(codes::INVALID_BACKEND, "the Service behind this path"));
                }
            }
        }
        ingress
    }

    fn backend(&mut self, slot: &Slot<'a, '_>, requests: Requests, old: bool) -> Option<Backend> {
        if old {
            let [name, port, resource] = self.fields(slot, ["serviceName", "servicePort", "resource"], &[])?;
            if resource.is_set() {
                self.not_a_service(&resource);
                return None;
            }
            let name = self.service_name(&name)?;
            let port = match self.number_or_name(&port) {
                Some(NumberOrName::Number(number)) => BackendPort::Number(number),
                Some(NumberOrName::Name(name)) => BackendPort::Name(name.into()),
                None => BackendPort::Any,
            };
            return Some(Backend { service: name.into(), port, requests, span: slot.at });
        }
        let [service, resource] = self.fields(slot, ["service", "resource"], &[])?;
        if resource.is_set() {
            if service.is_set() {
                let detail = "cannot set both resource and service backends";
                self.refuse(slot.invalid(codes::INVALID_BACKEND, "\"\"", detail));
            }
            self.not_a_service(&resource);
            return None;
        }
        let Some([name, port]) = self.fields(&service, ["name", "port"], &[]) else {
            if !service.is_set() {
                self.refuse(slot.required(codes::INVALID_BACKEND, "a backend needs a `service`"));
            }
            return None;
        };
        let name = self.service_name(&name)?;
        if !port.is_set() {
            self.refuse(port.required(codes::INVALID_BACKEND, "port name or number is required"));
        }
        let [port_name, port_number] = self.fields(&port, ["name", "number"], &[])?;
        let named = self.text(&port_name).filter(|name| !name.is_empty());
        // 0 is what upstream's types hold where no number is given.
        let number_missing = matches!(port_number.value().map(|node| node.value()), None | Some(Value::Int(0)));
        let number = if number_missing { None } else { self.port_number(&port_number) };
        let port = match (named, number) {
            (Some(_), Some(_)) => {
                self.refuse(port.invalid(codes::INVALID_BACKEND, "\"\"", "cannot set both port name & port number"));
                return None;
            }
            (Some(name), None) => BackendPort::Name(name.into()),
            (None, Some(number)) => BackendPort::Number(number),
            (None, None) => {
                if port_name.value().is_none_or(|node| node.as_str() == Some("")) && number_missing {
                    self.refuse(port.required(codes::INVALID_BACKEND, "port name or number is required"));
                }
                return None;
            }
        };
        Some(Backend { service: name.into(), port, requests, span: slot.at })
    }

    fn service_name(&mut self, slot: &Slot<'a, '_>) -> Option<&'a str> {
        let name = self.text(slot).filter(|name| !name.is_empty());
        match name {
            Some(text) => {
                if let Err(why) = names::dns_label(text) {
                    self.slip(slot.invalid(codes::INVALID_NAME, quoted(text), why));
                }
            }
            None if !slot.is_set() => self.refuse(slot.required(codes::INVALID_BACKEND, "the name of a Service")),
            None => {}
        }
        name
    }

    fn not_a_service(&mut self, slot: &Slot<'a, '_>) {
        self.report(slot.warning(codes::BACKEND_NOT_A_SERVICE, "only Service backends are followed to pods"));
    }
}

/// Whether a backend is a resource that is no Service.
fn is_resource(backend: &Slot<'_, '_>) -> bool {
    backend.value().and_then(|backend| backend.get("resource")).is_some_and(|resource| !resource.is_null())
}

/// Reads what annotations say of requests.
fn annotated(metadata: &Slot<'_, '_>, ingress: &mut Ingress) {
    let of_nginx = |name: &str| annotation(metadata, &[NGINX, name]).map(|(text, _)| text);
    let is_true = |name: &str| of_nginx(name) == Some("true");
    ingress.regex = is_true("use-regex") || of_nginx("rewrite-target").is_some_and(|text| !text.is_empty());
    ingress.canary = is_true("canary").then(|| {
        let number = |name: &str| of_nginx(name).and_then(|text| text.trim().parse().ok());
        let by_request = ["canary-by-header", "canary-by-cookie"].iter().any(|name| of_nginx(name).is_some());
        Canary { weight: number("canary-weight").unwrap_or(0), total: number("canary-weight-total").unwrap_or(100), by_request }
    });
    ingress.redirects.with_tls = of_nginx("ssl-redirect").and_then(|text| text.parse().ok());
    ingress.redirects.always = is_true("force-ssl-redirect");
    let aliases = of_nginx("server-alias").unwrap_or_default();
    ingress.aliases = aliases.split(',').map(str::trim).filter(|alias| !alias.is_empty()).map(Box::from).collect();
    let of_gateway = |name: &str| annotation(metadata, &[GATEWAY, name]).map(|(text, _)| text);
    ingress.redirects.at_gateway = of_gateway("ssl-redirect") == Some("true");
    ingress.certificate = of_gateway("appgw-ssl-certificate").is_some_and(|name| !name.is_empty());
    ingress.front_end_port = of_gateway("override-frontend-port").and_then(|text| text.trim().parse().ok()).filter(|port| *port != 0);
    let created = metadata.value().and_then(|m| m.get("creationTimestamp"));
    ingress.created = created.and_then(|node| node.as_str()).filter(|text| is_time(text)).map(Box::from);
    let mut unread = false;
    let mut ranges = |names: &[&str]| {
        let text = names.iter().find_map(|name| of_nginx(name)).filter(|text| !text.trim().is_empty())?;
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let mut found = Vec::new();
        for word in words {
            match names::cidr(word).map(|read| read.cidr).or_else(|| word.parse().ok().map(Cidr::of)) {
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
