//! Routes that tell the same become one.

use alloc::vec::Vec;

use super::super::judge::{JudgedHop, JudgedKind, JudgedRoute};
use super::super::packet::{Packet, Place};
use super::super::report::words::title;
use super::super::world::Paths;

/// Routes with the same addresses, or from different clients with equivalent addresses, become one; the one with the largest share comes first. Those
/// that no connection takes are left out.
pub(in crate::path) fn merged(paths: &Paths, routes: Vec<JudgedRoute>) -> Vec<JudgedRoute> {
    let mut found: Vec<JudgedRoute> = Vec::new();
    for route in routes.into_iter().filter(|route| !route.share.is_none()) {
        match found.iter_mut().find(|known| tell_the_same(paths, known, &route)) {
            Some(known) => {
                known.share = known.share.plus(route.share);
                known.alike = known.alike.saturating_add(route.alike);
            }
            None => found.push(route),
        }
    }
    found.sort_by(|a, b| b.share.as_f64().total_cmp(&a.share.as_f64()));
    found
}

fn tell_the_same(paths: &Paths, a: &JudgedRoute, b: &JudgedRoute) -> bool {
    let client = |route: &JudgedRoute| route.hops.first().map(|hop| hop.arrives.from.end);
    let of_another = client(a) != client(b);
    let equal = |a: &JudgedHop, b: &JudgedHop| a.arrives == b.arrives && a.leaves == b.leaves && title(paths, a) == title(paths, b);
    a.hops.len() == b.hops.len() && a.hops.iter().zip(&b.hops).all(|(a, b)| equal(a, b) || of_another && are_equivalent(paths, a, b))
}

/// Whether two hops differ in nothing but which of some equivalent endpoints they are about.
fn are_equivalent(paths: &Paths, a: &JudgedHop, b: &JudgedHop) -> bool {
    let class = |packet: &Packet| (paths.compiled.class_of(packet.from.end), paths.compiled.class_of(packet.to.end), packet.port);
    let outside = Place::Outside;
    let place = |hop: &JudgedHop| match &hop.kind {
        JudgedKind::Place(place, ..) => Some(place.clone()),
        JudgedKind::Unknown(_) => Some(outside.clone()),
        _ => None,
    };
    let kinds = match (place(a), place(b)) {
        (Some(Place::Node(a)), Some(Place::Node(b))) => paths.tables.node_kind(a.0) == paths.tables.node_kind(b.0),
        (Some(a), Some(b)) => core::mem::discriminant(&a) == core::mem::discriminant(&b),
        (None, None) => match (&a.kind, &b.kind) {
            (JudgedKind::Check { trace: a, .. }, JudgedKind::Check { trace: b, .. }) => a.reason == b.reason,
            (JudgedKind::Stop(a), JudgedKind::Stop(b)) => a.stop() == b.stop(),
            (JudgedKind::UnsureRotation, JudgedKind::UnsureRotation) => true,
            (JudgedKind::UnsureRequest(a), JudgedKind::UnsureRequest(b)) => a == b,
            _ => false,
        },
        _ => false,
    };
    kinds && a.verdict == b.verdict && class(&a.arrives) == class(&b.arrives) && class(&a.leaves) == class(&b.leaves)
}
