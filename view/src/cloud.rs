//! The cloud's network as the page shows it: regions, networks, subnets, machines, security groups.

mod build;

pub(super) use build::{badge_id, cloud_view, joined};

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{PlanView, SourceLocation};

/// The cloud's network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct CloudView {
    /// Regions with their networks.
    pub regions: Vec<RegionView>,
    /// Security groups where they are used.
    pub groups: Vec<GroupRulesView>,
    /// Clusters.
    pub clusters: Vec<ClusterView>,
    /// Address plans of the clusters.
    pub plans: Vec<PlanView>,
    /// Subnets with how full they are.
    pub subnets: Vec<SubnetUse>,
}

/// How full a subnet is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct SubnetUse {
    /// `network / subnet`.
    pub title: String,
    /// Its ranges.
    pub prefixes: String,
    /// Addresses that can be used.
    pub usable: u64,
    /// Addresses that are taken.
    pub used: u64,
}

/// A region, or the place of networks that name none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct RegionView {
    /// Its name; empty where none is given.
    pub title: String,
    /// The geography that it belongs to.
    pub geography: Option<String>,
    /// Its networks.
    pub networks: Vec<NetworkView>,
}

/// A virtual network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct NetworkView {
    /// Its name.
    pub name: String,
    /// Its address space.
    pub prefixes: String,
    /// Networks that it is peered with.
    pub peers: Vec<String>,
    /// Whether the input does not give it.
    pub assumed: bool,
    /// Its subnets.
    pub subnets: Vec<SubnetView>,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct SubnetView {
    /// Its name.
    pub name: String,
    /// Its ranges.
    pub prefixes: String,
    /// Its security group.
    pub group: Option<BadgeView>,
    /// Its machines and nodes.
    pub machines: Vec<MachineView>,
    /// How many more there are.
    pub more: u32,
    /// Pods of a cluster whose node is not said.
    pub pods: Vec<PodView>,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

/// A security group as a badge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct BadgeView {
    /// The group's name.
    pub name: String,
    /// What its two ids begin with: `subnet-3`, `interface-1`.
    pub id: String,
    /// How many rules people wrote.
    pub rules: u32,
}

/// A machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct MachineView {
    /// Its name in questions.
    pub key: String,
    /// Its name.
    pub title: String,
    /// Its first address.
    pub address: String,
    /// Its zone.
    pub zone: Option<String>,
    /// Whether it is a node of a cluster.
    pub node: bool,
    /// Whether it stands for any machine of its subnet.
    pub stand_in: bool,
    /// The kind of its public address.
    pub public: Option<String>,
    /// The security group of its interface.
    pub group: Option<BadgeView>,
    /// Its application security groups.
    pub groups: Vec<String>,
    /// Pods on it.
    pub pods: Vec<PodView>,
    /// How many more pods there are.
    pub more: u32,
}

/// A pod, or pods alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PodView {
    /// Its name in questions.
    pub key: String,
    /// Its name.
    pub title: String,
    /// Its address; that of a pod whose text gives none is assumed.
    pub address: Option<String>,
    /// Whether the address is given.
    pub given: bool,
    /// How many pods it stands for.
    pub replicas: u32,
}

/// A security group with its rules in effect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct GroupRulesView {
    /// Its name.
    pub name: String,
    /// Where it is attached.
    pub places: Vec<String>,
    /// Rules for packets that come in.
    pub inbound: Vec<RuleRowView>,
    /// Rules for packets that go out.
    pub outbound: Vec<RuleRowView>,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

/// A rule in effect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RuleRowView {
    /// Its name.
    pub name: String,
    /// Its priority.
    pub priority: u16,
    /// Whether it lets through.
    pub allow: bool,
    /// Its protocol.
    pub protocol: String,
    /// Where packets come from, with ports where they matter.
    pub source: String,
    /// What a tag or group in it stands for here.
    pub source_means: Option<String>,
    /// Where packets go.
    pub destination: String,
    /// What a tag or group in it stands for here.
    pub destination_means: Option<String>,
    /// Ports that packets go to.
    pub ports: String,
    /// Whether every group has it.
    pub is_default: bool,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

/// A cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct ClusterView {
    /// Its name.
    pub name: String,
    /// What one should know of it: term and text.
    pub facts: Vec<(String, String)>,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

impl CloudView {
    /// What is missing where there is no network, in a sentence.
    pub fn without_network(&self) -> &'static str {
        if self.clusters.is_empty() { "No virtual network in these files." } else { "The cluster's network is not in these files." }
    }
}

impl PodView {
    /// Its name, with how many pods it stands for.
    pub fn name(&self) -> String {
        match self.replicas {
            0 | 1 => self.title.clone(),
            n => format!("{} × {n}", self.title),
        }
    }

    /// Its address, with the sign of one that is assumed.
    pub fn shown_address(&self) -> Option<String> {
        self.address.as_ref().map(|address| if self.given { address.clone() } else { format!("~{address}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_alike_are_counted_and_assumed_addresses_are_marked() {
        let pod = PodView { title: "web".into(), address: Some("10.0.0.4".into()), replicas: 3, ..PodView::default() };
        assert_eq!((pod.name().as_str(), pod.shown_address().as_deref()), ("web × 3", Some("~10.0.0.4")));
        let one = PodView { replicas: 1, given: true, ..pod };
        assert_eq!((one.name().as_str(), one.shown_address().as_deref()), ("web", Some("10.0.0.4")));
        assert_eq!(PodView::default().shown_address(), None);
    }
}
