//! Which endpoints a proxy picks one of, once a rule takes a request.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::request::{End, Request};
use crate::compile::Endpoint;
use crate::language::{BackendPort, TargetPort};
use crate::model::Protocol;
use crate::path::route::hop::{Choice, StopReason, Unknown};
use crate::path::shares::Share;
use crate::path::tables::{Backend, Target};
use crate::path::unknown::has_unknown_endpoints;
use crate::path::world::Paths;
use crate::settings::IngressBy;
use crate::snapshot::{NodeId, Service, ServiceId, ServiceType, UnreadWay};

/// The Service, and its port, of whose endpoints the proxy picks one.
pub(super) fn backend_port(paths: &Paths, request: &Request<'_>) -> Result<(ServiceId, usize), End> {
    if let Some(why) = &request.unclear {
        let namespace = paths.snapshot.namespace_name(request.ingress.namespace);
        let said = format!("where Ingress `{namespace}/{}` leads the request is not known: {why}", request.ingress.name);
        return Err(End::Unknown(Unknown::Request(said.into())));
    }
    let namespace = paths.snapshot.namespace_name(request.ingress.namespace);
    let changes = |way: &&UnreadWay| way.changes && way.may_be(true, Some(namespace), Some(&request.ingress.name));
    if let Some(way) = paths.snapshot.unread_ways.iter().find(changes) {
        return Err(End::Unknown(Unknown::Unread(Arc::from(&*way.because))));
    }
    let Some(backend) = request.backend else {
        // Another Ingress may have the rule, if it could be read.
        if let Some(way) = paths.snapshot.unread_ways.iter().find(|way| way.is_ingress) {
            return Err(End::Unknown(Unknown::Unread(Arc::from(&*way.because))));
        }
        let gateway = request.by == IngressBy::Gateway;
        if let (Some(service), false) = (&request.ingress.default_backend, gateway) {
            let asked = format!("{}{}", request.host.unwrap_or("no host"), request.path);
            let why = format!(
                "no Ingress rule matches {asked}, and `--default-backend-service` sends it to Service `{service}`: ask for the path to that"
            );
            return Err(End::Unknown(Unknown::Request(why.into())));
        }
        return Err(End::Stop(StopReason::NoIngressRule { gateway, host: request.host.map(Arc::from), path: request.path.into() }));
    };
    let Some((number, service)) = backend.service.and_then(|n| Some((n, paths.snapshot.service(n)?))) else {
        let namespace = paths.snapshot.namespace_name(request.ingress.namespace);
        let may_be = |way: &&UnreadWay| !way.changes && way.may_be(false, Some(namespace), Some(&backend.service_name));
        return Err(match paths.snapshot.unread_ways.iter().find(may_be) {
            Some(way) => End::Unknown(Unknown::Unread(Arc::from(&*way.because))),
            None => End::Stop(StopReason::NoService(Arc::from(&*backend.service_name))),
        });
    };
    if service.service_type == ServiceType::ExternalName {
        return Err(End::Unknown(Unknown::ExternalName(number)));
    }
    let Some(port) = service_port(service, &backend.port) else { return Err(End::Stop(StopReason::NoServicePort(number))) };
    let is_empty = paths.tables.backends(number, port).is_empty();
    if service.unclear || service.open_family || is_empty && has_unknown_endpoints(&paths.snapshot, service) {
        return Err(End::Unknown(Unknown::Endpoints { service: number, by_name: true }));
    }
    if is_empty {
        return Err(End::Stop(StopReason::NoBackend(number, port)));
    }
    Ok((number, port))
}

/// By the API a number is the Service's own port; where it has none, one that leads to that port of the pods is taken, as ingress-nginx does.
pub(super) fn service_port(service: &Service, port: &BackendPort) -> Option<usize> {
    let ports = || service.ports.iter().enumerate().filter(|(_, p)| p.protocol == Protocol::TCP);
    let found = match port {
        BackendPort::Any => ports().next(),
        BackendPort::Number(number) => {
            ports().find(|(_, p)| p.port == *number).or_else(|| ports().find(|(_, p)| p.target == TargetPort::Number(*number)))
        }
        BackendPort::Name(name) => ports().find(|(_, p)| p.name.as_deref() == Some(name)),
    };
    found.map(|(at, _)| at)
}

/// The endpoints that a proxy picks with the same probability; equivalent ones are one.
pub(super) fn shares(paths: &Paths, backends: &[Backend], home: Option<NodeId>) -> Vec<(Backend, Share, Vec<Choice>)> {
    let total: u32 = backends.iter().map(|b| b.count).sum();
    let key = |b: &Backend| {
        let class = match b.target {
            Target::Pod(id) => paths.compiled.class_of(Endpoint::Pod(id)),
            Target::Node(id, _) => paths.compiled.class_of(Endpoint::Node(id)),
            Target::Address(address) => paths.compiled.class_of(Endpoint::Outside(address)),
        };
        (class, b.place().map(|n| paths.tables.node_kind(n)), b.place() == home, b.port)
    };
    let mut found: Vec<(Backend, u32)> = Vec::new();
    for backend in backends {
        match found.iter_mut().find(|(known, _)| key(known) == key(backend)) {
            Some((_, count)) => *count += backend.count,
            None => found.push((*backend, backend.count)),
        }
    }
    let several = found.len() > 1;
    let choice = |b: &Backend| b.node.filter(|_| several).map(Choice::OnToPodOn).into_iter().collect();
    found.iter().map(|(backend, count)| (*backend, Share::of(*count, total), choice(backend))).collect()
}
