//! A request to an Ingress, and what the Ingress says of it.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::net::{IpAddr, Ipv4Addr};

use crate::model::Cidr;
use crate::path::ingress_rules::{Chosen, backend_for, served_by};
use crate::path::packet::Tls;
use crate::path::route::course::Course;
use crate::path::route::hop::{HopAction, ProxyAction, StopReason, Unknown};
use crate::path::route::routes::{Plan, Reaches, Route};
use crate::path::world::Paths;
use crate::settings::IngressBy;
use crate::snapshot::{Ingress, IngressObject};

/// A front end that is not given; kept for examples (RFC 5737, TEST-NET-2).
pub(super) const SOME_FRONT_END: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 253));

/// A request and what the Ingress says of it.
pub(super) struct Request<'r> {
    pub(super) ingress: &'r IngressObject,
    pub(super) backend: Option<&'r Ingress>,
    /// Why it is not known which rule it meets.
    pub(super) unclear: Option<Arc<str>>,
    pub(super) host: Option<&'r str>,
    pub(super) path: &'r str,
    /// Whether the client speaks TLS.
    pub(super) tls: bool,
    /// Whether that TLS is passed on as it is.
    pub(super) passed: bool,
    pub(super) by: IngressBy,
}

impl<'r> Request<'r> {
    pub(super) fn new(paths: &'r Paths, ingress: &'r IngressObject, host: Option<&'r str>, path: &'r str, tls: bool) -> Self {
        let by = paths.settings.routing.ingress.unwrap_or_else(|| served_by(ingress));
        // Of TLS that is passed on nobody sees a path: what stands at `/` gets all of it. Upstream: ingress-nginx documentation, "SSL Passthrough".
        let passed = ingress.spec.tls_passthrough && tls && by == IngressBy::Controller;
        let root = passed.then(|| backend_for(&paths.snapshot, ingress, host, "/"));
        let passed = matches!(root, Some(Chosen::Rule(_)));
        let chosen = root.filter(|_| passed).unwrap_or_else(|| backend_for(&paths.snapshot, ingress, host, path));
        let (backend, unclear) = match chosen {
            Chosen::Rule(rule) => (Some(rule), None),
            Chosen::Nothing => (None, None),
            Chosen::Unclear(why) => (None, Some(why)),
        };
        Request { ingress, backend, unclear, host, path, tls, passed, by }
    }

    pub(super) fn class(&self) -> &'r str {
        self.ingress.spec.class.as_deref().unwrap_or_default()
    }

    /// What becomes of the client's TLS at the proxy.
    pub(super) fn tls(&self) -> Tls {
        match (self.tls, self.passed, self.ingress.spec.tls_to_backend) {
            (false, ..) | (_, true, _) => Tls::Untouched,
            (_, false, true) => Tls::Anew,
            (_, false, false) => Tls::Ends,
        }
    }

    /// What the proxy does.
    pub(super) fn action(&self) -> HopAction {
        let gateway = self.by == IngressBy::Gateway;
        HopAction::Proxy(ProxyAction {
            gateway,
            passes: self.passed,
            ends_tls: gateway && self.tls,
            host: self.host.map(Arc::from),
            path: self.path.into(),
            service: self.backend.map(|backend| Arc::from(&*backend.service_name)),
        })
    }
}

/// Why a route ends at a proxy.
pub(super) enum End {
    Stop(StopReason),
    Unknown(Unknown),
}

pub(super) fn ended<'a>(mut route: Route<'a>, end: End) -> Plan<'a> {
    match end {
        End::Stop(reason) => route.course.stop(reason),
        End::Unknown(unknown) => route.course.unknown(unknown),
    }
    Plan::one(route.reaching(Reaches::Other))
}

/// Namespace and name.
pub(super) fn title(paths: &Paths, ingress: &IngressObject) -> String {
    format!("{}/{}", paths.snapshot.namespace_name(ingress.namespace), ingress.name)
}

/// What annotations make of a request before it goes on. `seen` says whether the controller sees the packet with the address that it has here: where the way to it
/// is not in the input, a node or load balancer may have put its own in place.
pub(super) fn conditions(course: &mut Course<'_>, request: &Request<'_>, seen: bool) -> Result<(), End> {
    let snapshot = &course.paths().snapshot;
    let own = format!("{}/{}", snapshot.namespace_name(request.ingress.namespace), request.ingress.name);
    let gateway = request.by == IngressBy::Gateway;
    for name in request.ingress.spec.alters.iter().filter(|name| name.starts_with("appgw.") == gateway) {
        course.unsure_request(format!("`{name}` of Ingress `{own}` may answer the request or refuse it, and is not evaluated").into());
    }
    if gateway || request.passed {
        return Ok(());
    }
    let clients = &request.ingress.spec.clients;
    let from = course.packet.from;
    let address = from.address.filter(|_| seen && !from.assumed);
    let (in_denied, in_allowed) = match address {
        Some(address) => {
            let within = |ranges: &[Cidr]| ranges.iter().any(|range| range.contains(address));
            (Some(within(&clients.denied)), Some(clients.allowed.as_deref().is_none_or(within)))
        }
        None => (clients.denied.is_empty().then_some(false), clients.allowed.is_none().then_some(true)),
    };
    match (in_denied, in_allowed) {
        (Some(true), _) => Err(End::Stop(StopReason::RefusedClient { ingress: own.into(), denied: true })),
        (_, Some(false)) if !clients.unread => Err(End::Stop(StopReason::RefusedClient { ingress: own.into(), denied: false })),
        (Some(false), Some(true)) if !clients.unread => Ok(()),
        _ => {
            let text = format!(
                "Ingress `{own}` lets only some clients through, by their address as the controller sees it (`whitelist-source-range`, \
                 `denylist-source-range`), and that address or those ranges are not known"
            );
            course.unsure_request(text.into());
            Ok(())
        }
    }
}
