//! Connection sets in words.

use netpolis_core::connections::{ConnectionSet, Plane};
use netpolis_core::model::Protocol;

use super::{PortsView, SetView, Status};

/// How many port ranges fit beside an arrow.
const SHORT_RANGES: usize = 3;
/// How many port ranges a sentence lists.
const LONG_RANGES: usize = 24;
/// What stands at the end of a short form when there may be more than it says.
const MAYBE_MORE: &str = "?";

const WITH_PORTS: [(Protocol, &str); 3] = [(Protocol::TCP, "TCP"), (Protocol::UDP, "UDP"), (Protocol::SCTP, "SCTP")];

/// What is certainly and what is possibly allowed, in words.
///
/// Status and short form speak of TCP, UDP and SCTP, which is what policies speak of; the long form adds the rest.
pub fn set_view(allowed: &ConnectionSet, possible: &ConnectionSet) -> SetView {
    // Calico drops packets with packets inside where pods send them: of all else that goes without saying, and of them the long form speaks.
    let every_other = ConnectionSet::all().difference(&ConnectionSet::encapsulated());
    let whole = |set: &ConnectionSet| {
        let all = [every_other.clone(), every_other.with_ports_only(), ConnectionSet::protocol(Protocol::UDP).intersection(&every_other)];
        let missing = all.iter().any(|part| part.difference(set).is_empty());
        if missing { set.union(&ConnectionSet::encapsulated().with_ports_only()) } else { set.clone() }
    };
    let encapsulated = allowed.intersection(&ConnectionSet::encapsulated()).is_empty() && possible == allowed && whole(allowed) != *allowed;
    let (allowed, possible) = (&whole(allowed), &whole(possible));
    let certain = allowed.with_ports_only();
    let maybe = possible.with_ports_only();
    let all = ConnectionSet::all().with_ports_only();
    let unsure = maybe != certain;
    let (status, short) = if certain == all {
        (Status::Allowed, "all".to_owned())
    } else if !certain.is_empty() {
        (Status::Partly, if unsure { format!("{}, {MAYBE_MORE}", list(&certain, SHORT_RANGES)) } else { list(&certain, SHORT_RANGES) })
    } else if unsure {
        (Status::CannotTell, MAYBE_MORE.to_owned())
    } else {
        (Status::Denied, "✕".to_owned())
    };
    let mut long = match status {
        Status::Allowed => "every TCP, UDP and SCTP port".to_owned(),
        Status::Denied | Status::CannotTell | Status::LeftOut => "nothing".to_owned(),
        Status::Partly => list(&certain, LONG_RANGES),
    };
    if unsure {
        long += "; cannot tell for ";
        long += &list(&maybe.difference(&certain), LONG_RANGES);
    }
    let rest = |set: &ConnectionSet| set.difference(&all);
    let (certain_rest, possible_rest) = (rest(allowed), rest(possible));
    if certain_rest != possible_rest {
        long += "; ICMP and other protocols are left to the network plugin";
    } else if certain_rest.is_empty() && !certain.is_empty() {
        long += "; no ICMP or other protocol";
    } else if encapsulated && rest(&every_other).difference(&certain_rest).is_empty() {
        long += "; ICMP and all other protocols; but not VXLAN (UDP 4789) or IP-in-IP, which Calico drops from pods";
    } else if certain_rest != rest(&ConnectionSet::all()) && !certain_rest.is_empty() {
        long += "; some ICMP or other protocols";
    } else if !certain_rest.is_empty() {
        long += "; ICMP and all other protocols";
    }
    let ports = match status {
        Status::Partly => ranges(&certain),
        Status::CannotTell if maybe != all => ranges(&maybe),
        _ => Vec::new(),
    };
    SetView { status, short, long, ports }
}

impl SetView {
    /// Whether its ports are all that it has, and not the first of many.
    pub(crate) fn lists_all_ports(&self) -> bool {
        self.ports.len() < LONG_RANGES
    }

    /// Whether some ports pass, and of others it cannot be told.
    pub(crate) fn is_open_in_part(&self) -> bool {
        self.status == Status::Partly && self.short.ends_with(MAYBE_MORE)
    }
}

/// The first ports of a set.
fn ranges(set: &ConnectionSet) -> Vec<PortsView> {
    let of = |(protocol, name): &(Protocol, &str)| {
        let view = |(first, last): (u16, u16)| PortsView { protocol: (*name).to_owned(), first, last };
        set.plane(*protocol).map(|plane| destinations(plane).into_iter().map(view).collect::<Vec<_>>()).unwrap_or_default()
    };
    WITH_PORTS.iter().flat_map(of).take(LONG_RANGES).collect()
}

fn destinations(plane: &Plane) -> Vec<(u16, u16)> {
    let mut ranges: Vec<(u16, u16)> = plane.bands().flat_map(|(_, _, destinations)| destinations.iter()).collect();
    ranges.sort_unstable();
    ranges.dedup();
    ranges
}

/// `5432`, `80, 443 +2`, `UDP 53`, `TCP 80, UDP 53`, `all except TCP 6060`; TCP goes without saying if it stands alone.
fn list(set: &ConnectionSet, limit: usize) -> String {
    match set.all_except() {
        Some(missing) => {
            let missing = by_protocol(&missing, limit);
            let named = missing.chars().next().is_some_and(|c| !c.is_ascii_digit());
            if named { format!("all except {missing}") } else { format!("all except TCP {missing}") }
        }
        None => by_protocol(set, limit),
    }
}

/// Protocols of which the same ports pass are named together.
fn by_protocol(set: &ConnectionSet, limit: usize) -> String {
    let mut used: Vec<(String, &Plane)> = Vec::new();
    for (protocol, name) in WITH_PORTS {
        let Some(plane) = set.plane(protocol).filter(|plane| !plane.is_empty()) else { continue };
        match used.iter_mut().find(|(_, own)| *own == plane) {
            Some((names, _)) => *names = format!("{names}+{name}"),
            None => used.push((name.to_owned(), plane)),
        }
    }
    if let [(name, plane)] = used.as_slice()
        && name == "TCP"
    {
        let ports = ports(plane, limit);
        return if ports == "all" { format!("TCP {ports}") } else { ports };
    }
    used.iter().map(|(names, plane)| format!("{names} {}", ports(plane, limit))).collect::<Vec<_>>().join(", ")
}

fn ports(plane: &Plane, limit: usize) -> String {
    let ranges = destinations(plane);
    let mut text = String::new();
    for (i, (first, last)) in ranges.iter().take(limit).enumerate() {
        if i > 0 {
            text += ", ";
        }
        match (*first, *last) {
            (1, u16::MAX) => text += "all",
            (a, b) if a == b => text += &a.to_string(),
            (a, b) => text += &format!("{a}–{b}"),
        }
    }
    if ranges.len() > limit {
        text += &format!(" +{}", ranges.len() - limit);
    }
    if plane.bands().any(|(first, last, _)| (first, last) != (1, u16::MAX)) {
        text += " (some source ports)";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(set: &ConnectionSet) -> (Status, String) {
        let view = set_view(set, set);
        (view.status, view.short)
    }

    #[test]
    fn words_for_sets() {
        let tcp = |first, last| ConnectionSet::ports(Protocol::TCP, first, last);
        let udp = |first, last| ConnectionSet::ports(Protocol::UDP, first, last);
        assert_eq!(view(&ConnectionSet::all()), (Status::Allowed, "all".into()));
        assert_eq!(view(&ConnectionSet::EMPTY), (Status::Denied, "✕".into()));
        assert_eq!(view(&tcp(5432, 5432)), (Status::Partly, "5432".into()));
        assert_eq!(view(&udp(53, 53)), (Status::Partly, "UDP 53".into()));
        assert_eq!(view(&udp(53, 53).union(&tcp(53, 53))), (Status::Partly, "TCP+UDP 53".into()));
        assert_eq!(view(&udp(53, 53).union(&tcp(80, 90))), (Status::Partly, "TCP 80–90, UDP 53".into()));
        assert_eq!(view(&ConnectionSet::protocol(Protocol::TCP)), (Status::Partly, "TCP all".into()));
        // One port of TCP, and all of the others: as what is there, not as what is missing.
        let others = udp(1, u16::MAX).union(&ConnectionSet::protocol(Protocol::SCTP));
        assert_eq!(view(&tcp(1433, 1433).union(&others)), (Status::Partly, "TCP 1433, UDP+SCTP all".into()));
        assert_eq!(view(&others), (Status::Partly, "UDP+SCTP all".into()));
        let low = tcp(1024, u16::MAX).union(&others);
        assert_eq!(view(&low), (Status::Partly, "all except TCP 1–1023".into()));
        let many = [80, 443, 8080, 9090].iter().fold(ConnectionSet::EMPTY, |set, &p| set.union(&tcp(p, p)));
        assert_eq!(view(&many), (Status::Partly, "80, 443, 8080 +1".into()));
        let all = ConnectionSet::all();
        assert_eq!(view(&all.difference(&tcp(6060, 6060))), (Status::Partly, "all except TCP 6060".into()));
        assert_eq!(view(&all.difference(&udp(53, 53)).difference(&tcp(53, 53))), (Status::Partly, "all except TCP+UDP 53".into()));
        // Without one protocol, that protocol is not among what is missing, it is not spoken of.
        let most = ConnectionSet::protocol(Protocol::TCP).difference(&tcp(80, 80)).union(&udp(53, 53));
        assert_eq!(view(&most), (Status::Partly, "TCP 1–79, 81–65535, UDP 53".into()));
    }

    #[test]
    fn what_passes_of_protocols_without_ports_is_said_at_the_end() {
        let all = ConnectionSet::all();
        let most =
            all.difference(&ConnectionSet::ports(Protocol::TCP, 1, 1432)).difference(&ConnectionSet::ports(Protocol::TCP, 1434, 65535));
        let view = set_view(&most, &most);
        assert_eq!(view.long, "TCP 1433, UDP+SCTP all; ICMP and all other protocols");
    }

    #[test]
    fn what_is_only_possible_is_no_promise() {
        let http = ConnectionSet::ports(Protocol::TCP, 80, 80);
        let view = set_view(&ConnectionSet::EMPTY, &http);
        assert_eq!((view.status, view.short.as_str()), (Status::CannotTell, "?"));
        assert_eq!(view.long, "nothing; cannot tell for 80");
        // Protocols without ports do not make a pair uncertain.
        let view = set_view(&http, &http.union(&ConnectionSet::protocol(Protocol::ICMP)));
        assert_eq!((view.status, view.short.as_str()), (Status::Partly, "80"));
        assert!(view.long.ends_with("left to the network plugin"));
    }
}
