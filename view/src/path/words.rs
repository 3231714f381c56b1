//! Words for what the core tells apart.

use netpolis_core::path::{Entry, HopKind, PathVerdict, Place, Share, Tls, Translation};
use netpolis_core::settings::{Dataplane, IngressBy, Probes};

use super::{PathWord, StepKindView};

pub(super) fn word(verdict: PathVerdict) -> PathWord {
    match verdict {
        PathVerdict::Allowed => PathWord::Allowed,
        PathVerdict::Denied => PathWord::Denied,
        PathVerdict::Sometimes(_) => PathWord::Sometimes,
        PathVerdict::CannotTell(..) => PathWord::CannotTell,
    }
}

pub(super) fn kind(kind: &HopKind) -> StepKindView {
    match kind {
        HopKind::Place(Place::Client) => StepKindView::Client,
        HopKind::Place(Place::LoadBalancer) => StepKindView::LoadBalancer,
        HopKind::Place(Place::Node(_)) => StepKindView::Node,
        HopKind::Place(Place::Pod(_)) => StepKindView::Pod,
        HopKind::Place(Place::Gateway(_)) => StepKindView::Gateway,
        HopKind::Place(Place::Egress) => StepKindView::Egress,
        HopKind::Place(Place::Outside) => StepKindView::Outside,
        HopKind::Check(_) => StepKindView::Check,
        HopKind::Stop(_) | HopKind::Doubt => StepKindView::Stop,
    }
}

pub(super) const fn translation(translation: Translation) -> &'static str {
    match translation {
        Translation::Source => "SNAT",
        Translation::Destination => "DNAT",
        Translation::NewConnection => "new connection",
        Translation::Tunnel(..) => "VXLAN",
    }
}

pub(super) const fn tls(tls: Tls) -> &'static str {
    match tls {
        Tls::Untouched => "TLS passes through to the pod",
        Tls::Ends => "TLS ends at the proxy; plain HTTP from there",
        Tls::Anew => "TLS ends at the proxy, which opens a TLS connection of its own",
    }
}

pub(super) const fn entry(entry: Entry) -> &'static str {
    match entry {
        Entry::Cluster => "cluster IP",
        Entry::NodePort => "node port",
        Entry::LoadBalancer => "load balancer",
        Entry::ExternalIp => "external IP",
    }
}

/// Shorter than the core's titles, as the next: these stand in narrow fields.
pub(super) const fn dataplane(dataplane: Dataplane) -> &'static str {
    match dataplane {
        Dataplane::KubeProxy => "kube-proxy",
        Dataplane::Ebpf => "eBPF",
        Dataplane::EbpfDsr => "eBPF, direct return",
    }
}

pub(super) const fn ingress(by: IngressBy) -> &'static str {
    match by {
        IngressBy::Controller => "controller",
        IngressBy::Gateway => "Application Gateway",
    }
}

pub(super) const fn probes(probes: Probes) -> &'static str {
    match probes {
        Probes::Node => "ask kube-proxy (shared)",
        Probes::Pod => "ask the node port",
        Probes::Ignored => "left out",
    }
}

/// A share in hundredths of a percent, for the length of a bar.
pub(super) fn size(share: Share) -> u16 {
    (share.as_f64() * 10_000.0 + 0.5) as u16
}
