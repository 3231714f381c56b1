//! Which Calico is installed: ClusterInformation, and the Installation of its operator.
//!
//! Upstream: `api/pkg/apis/projectcalico/v3/clusterinfo.go`; `tigera/operator`, `api/v1/installation_types.go`. Neither is validated here: what cannot be
//! read of them says nothing.

use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity};
use crate::document::NodeRef;
use crate::language::calico::{Release, ReleaseVersion};
use crate::language::codes;
use crate::language::read::fields::{Reader, Slot};
use crate::model::Cidr;
use crate::snapshot::{Encapsulation, IpPool};

/// The version of the operator's kinds.
pub(super) const OPERATOR: &[&str] = &["operator.tigera.io/v1"];

impl<'a> Reader<'a> {
    /// ClusterInformation.
    pub(super) fn cluster_information(&mut self, spec: &Slot<'a, '_>) -> Release {
        let variant = spec.node.and_then(|spec| spec.get("variant"));
        Release { version: spec.node.and_then(|spec| version(spec.get("calicoVersion")?, variant)), ..Release::default() }
    }

    /// Installation.
    pub(super) fn installation(&mut self, spec: &Slot<'a, '_>, status: &Slot<'a, '_>) -> Release {
        let variant = spec.node.and_then(|spec| spec.get("variant"));
        let installed = status.node.and_then(|status| status.get("calicoVersion"));
        let network = spec.node.and_then(|spec| spec.get("calicoNetwork"));
        let word = |name: &str| network.and_then(|network| network.get(name)).and_then(NodeRef::as_str);
        let version = match installed {
            Some(node) => version(node, variant),
            None => variant.filter(|node| is_enterprise(*node)).map(|_| ReleaseVersion::Enterprise),
        };
        for (field, value) in [("hostPorts", "Disabled"), ("linuxDataplane", "VPP"), ("windowsDataplane", "HNS")] {
            let entry = network.and_then(|network| network.entry(field).map(|entry| (network.value_of(entry), entry.key_span)));
            if let Some((_, span)) = entry.filter(|(node, _)| node.as_str() == Some(value)) {
                let message = alloc::format!("`{field}: {value}` is not evaluated: answers are as without it");
                self.report(Diagnostic::new(codes::CONFIGURATION_NOT_USED, Severity::Warning, span, message));
            }
        }
        let pools = network.and_then(|network| network.get("ipPools")).and_then(NodeRef::as_sequence).into_iter().flatten();
        Release { version, by_operator: true, bpf: word("linuxDataplane") == Some("BPF"), pools: pools.filter_map(pool).collect() }
    }
}

/// A pool that the operator makes. Upstream: `IPPool` of the operator; `natOutgoing` is `Enabled` where it is left out, `encapsulation` `IPIP`, of IPv6
/// pools `VXLAN`.
fn pool(node: NodeRef<'_>) -> Option<IpPool> {
    let cidr = node.get("cidr").and_then(NodeRef::as_str)?;
    let cidr = Cidr::parse(cidr).ok()?;
    let nat_outgoing = node.get("natOutgoing").and_then(NodeRef::as_str) != Some("Disabled");
    let written = node.get("encapsulation").and_then(NodeRef::as_str);
    let vxlan = written.map_or(!cidr.is_ipv4(), |word| word.starts_with("VXLAN"));
    let encapsulation = match written {
        Some("None") => Encapsulation::Never,
        Some("IPIPCrossSubnet" | "VXLANCrossSubnet") => Encapsulation::CrossSubnet,
        _ => Encapsulation::Always,
    };
    Some(IpPool { cidr, disabled: false, nat_outgoing, encapsulation, vxlan, unread: false })
}

fn is_enterprise(variant: NodeRef<'_>) -> bool {
    matches!(variant.as_str(), Some("TigeraSecureEnterprise" | "CalicoEnterprise"))
}

/// `v3.29.1` of the open source; nothing for what is no version.
fn version(node: NodeRef<'_>, variant: Option<NodeRef<'_>>) -> Option<ReleaseVersion> {
    if variant.is_some_and(is_enterprise) {
        return Some(ReleaseVersion::Enterprise);
    }
    ReleaseVersion::of(node.as_str()?)
}

impl ReleaseVersion {
    /// The version in a text such as `v3.29.1`.
    pub(crate) fn of(text: &str) -> Option<ReleaseVersion> {
        let mut numbers = text.strip_prefix('v').unwrap_or(text).split(['.', '-', '+']).map(str::parse::<u16>);
        let found: Vec<u16> = [numbers.next(), numbers.next()].into_iter().flatten().flatten().collect();
        match found.as_slice() {
            [major, minor] => Some(ReleaseVersion::Open(*major, *minor)),
            _ => None,
        }
    }
}
