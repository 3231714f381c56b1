//! Calico's pools of addresses.

use crate::model::Cidr;

/// IPPool, as far as it says where pods have addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IpPool {
    /// `cidr`.
    pub cidr: Cidr,
    /// `disabled`.
    pub disabled: bool,
    /// `natOutgoing`.
    pub nat_outgoing: bool,
    /// `vxlanMode` or `ipipMode`.
    pub encapsulation: Encapsulation,
    /// Whether that is VXLAN; else IP in IP.
    pub vxlan: bool,
    /// Whether it has a field that there is not, so that it is not known what it says of the source of packets.
    pub unread: bool,
}

/// When packets to pods of a pool travel between nodes inside others. Upstream: IPPool, `ipipMode` and `vxlanMode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encapsulation {
    /// Never; so it is where nothing is said.
    #[default]
    Never,
    /// Between nodes of different subnets.
    CrossSubnet,
    /// Always.
    Always,
}

impl Encapsulation {
    /// As a mode is written.
    pub(crate) fn of(mode: Option<&str>) -> Self {
        match mode {
            Some("Always") => Encapsulation::Always,
            Some("CrossSubnet") => Encapsulation::CrossSubnet,
            _ => Encapsulation::Never,
        }
    }
}
