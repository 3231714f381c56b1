//! Sets of connections, exact over every protocol and port.
//!
//! A [`ConnectionSet`] covers protocol (all 256), source and destination port (TCP, UDP, SCTP) and type and code (ICMP, ICMPv6). It is
//! canonical, so equal sets are equal values, and closed under union, intersection and difference. A [`ConnectionTable`] interns sets:
//! there equality is one compare of a [`ConnectionId`] and a repeated operation is a table look-up.

mod asked;
mod plane;
mod ranges;
mod set;
mod table;

pub use asked::{AskedTraffic, TrafficError, USUAL_PORT};
pub use plane::Plane;
pub use ranges::RangeSet;
pub use set::{ConnectionSet, Traffic};
pub use table::{ConnectionId, ConnectionTable};
