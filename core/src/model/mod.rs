//! Small value types that every layer speaks: protocols, ports, addresses, labels, selectors, flows.

mod address;
mod cluster;
mod expression;
pub mod http;
mod ids;
mod labels;
pub(crate) mod names;
mod protocol;
mod selector;
mod unknown;
pub mod well_known;

pub(crate) use address::PRIVATE;
pub use address::{AddressSet, Cidr, CidrError};
pub use cluster::{ClusterEngine, Plugin, TrafficPolicy};
pub use expression::{Comparison, Selector};
pub(crate) use ids::ids;
pub use labels::Labels;
pub use protocol::Protocol;
pub use selector::{LabelSelector, Operator, Requirement};
pub use unknown::{Known, MARK, UnknownLabels, ValueShape};
