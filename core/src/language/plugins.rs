//! Which network plugins run in the cluster, by what the input has of them: a plugin runs as pods on the nodes, and its image says what it is.
//!
//! Policies have an effect only where one of them enforces them. Upstream: "Network Policies" of the Kubernetes documentation, Prerequisites; for each
//! plugin its own documentation.

use alloc::format;
use alloc::string::String;

use crate::language::{Program, Resource};
use crate::model::ClusterEngine;

/// A network plugin that is known by its image.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Plugin {
    /// Calico, also as the policy part of Canal.
    Calico,
    Cilium,
    AzureNpm,
    /// One that enforces NetworkPolicy as its API text says: Antrea, kube-router, Weave Net, …
    Other,
    /// One that enforces nothing.
    Idle(&'static str),
}

/// What the labels and annotations of a node tell of the network plugin on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NodeSign {
    /// This engine runs there.
    Engine(ClusterEngine),
    /// A plugin that enforces nothing, with what is said of it.
    Idle(&'static str),
    /// A plugin that enforces nothing, beside which there may be an engine.
    Open(&'static str),
}

/// What runs, as far as the input shows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Plugins {
    calico: bool,
    cilium: bool,
    azure: bool,
    other: bool,
    /// The first that enforces nothing: its name and the object that makes its pods.
    idle: Option<(&'static str, String)>,
    /// What nodes tell, which counts where no pod of a plugin is there.
    on_nodes: OnNodes,
}

/// What nodes tell of plugins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
enum OnNodes {
    #[default]
    Nothing,
    Engine(ClusterEngine),
    Idle(&'static str, String),
    Open(&'static str, String),
    /// Nodes that contradict each other, as while one engine takes another's place.
    Several,
}

impl OnNodes {
    /// Adds what one more node tells: an engine tells more than a plugin without one.
    fn add(&mut self, sign: NodeSign, node: &str) {
        let named = || format!("Node `{node}`");
        *self = match (core::mem::take(self), sign) {
            (OnNodes::Engine(known), NodeSign::Engine(engine)) if known != engine => OnNodes::Several,
            (known @ (OnNodes::Engine(_) | OnNodes::Several), _) => known,
            (_, NodeSign::Engine(engine)) => OnNodes::Engine(engine),
            (known @ OnNodes::Idle(..), _) => known,
            (_, NodeSign::Idle(name)) => OnNodes::Idle(name, named()),
            (known @ OnNodes::Open(..), _) => known,
            (OnNodes::Nothing, NodeSign::Open(name)) => OnNodes::Open(name, named()),
        };
    }
}

impl Plugins {
    /// Looks for plugins among the pods and workloads of an input.
    pub(crate) fn seen<'a>(resources: impl Iterator<Item = &'a Resource>) -> Plugins {
        let mut found = Plugins::default();
        for resource in resources.filter(|r| !r.refused) {
            if let Some(sign) = resource.kind.node().and_then(|node| node.sign) {
                found.on_nodes.add(sign, &resource.meta.name);
            }
            let Some(template) = resource.kind.template() else { continue };
            for plugin in template.programs.iter().filter_map(plugin) {
                match plugin {
                    Plugin::Calico => found.calico = true,
                    Plugin::Cilium => found.cilium = true,
                    Plugin::AzureNpm => found.azure = true,
                    Plugin::Other => found.other = true,
                    Plugin::Idle(name) if found.idle.is_none() => {
                        let namespace = resource.meta.namespace.as_deref().unwrap_or("default");
                        found.idle = Some((name, format!("{} `{namespace}/{}`", resource.kind_name, resource.meta.name)));
                    }
                    Plugin::Idle(_) => {}
                }
            }
        }
        found
    }

    /// The engine that they are; nothing where none is seen, or one that does as Kubernetes' own texts say.
    pub(crate) fn engine(&self) -> Option<ClusterEngine> {
        match self {
            Plugins { calico: true, .. } => Some(ClusterEngine::Calico),
            Plugins { cilium: true, .. } => Some(ClusterEngine::Cilium),
            Plugins { azure: true, .. } => Some(ClusterEngine::Azure),
            Plugins { other: true, .. } => None,
            Plugins { idle: Some(_), .. } => Some(ClusterEngine::None),
            Plugins { on_nodes: OnNodes::Engine(engine), .. } => Some(*engine),
            Plugins { on_nodes: OnNodes::Idle(..), .. } => Some(ClusterEngine::None),
            _ => None,
        }
    }

    /// Where nothing but nodes shows a plugin, and it is one beside which an engine may be installed: a sentence about that, and the name of the node.
    pub(crate) fn open(&self) -> Option<String> {
        let Plugins { calico: false, cilium: false, azure: false, other: false, idle: None, on_nodes: OnNodes::Open(name, node) } = self
        else {
            return None;
        };
        Some(format!("{node} has {name}, and the input does not show whether an engine is installed besides"))
    }

    /// Where nothing enforces policies although there is a plugin: why.
    pub(crate) fn why_idle(&self) -> Option<String> {
        let on_node = match &self.on_nodes {
            OnNodes::Idle(name, node) => Some((*name, node)),
            _ => None,
        };
        let idle = self.idle.as_ref().map(|(name, object)| (*name, object)).or(on_node);
        let (name, object) = idle.filter(|_| self.engine() == Some(ClusterEngine::None))?;
        Some(format!("the cluster's network plugin is {name} ({object}), which does not enforce policies"))
    }
}

/// The tag of the image of Calico's node, if a container is that.
pub(crate) fn calico_tag(program: &Program) -> Option<&str> {
    let path = program.image.split('@').next().unwrap_or_default();
    let tag = path.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'))?;
    is_calico(program).then_some(tag)
}

/// Whether a container is the agent of Calico. Asked of every container of an input, most of which are told by one look.
pub(crate) fn is_calico(program: &Program) -> bool {
    (program.image.contains("calico") || program.image.contains("tigera")) && plugin(program) == Some(Plugin::Calico)
}

/// The plugin that a container is.
fn plugin(program: &Program) -> Option<Plugin> {
    // `registry:5000/owner/name:tag@digest`: the registry's own name says nothing.
    let path = program.image.split('@').next().unwrap_or_default();
    let (path, tag) = match path.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, tag),
        _ => (path, ""),
    };
    let (owner, name) = path.rsplit_once('/').unwrap_or(("", path));
    let has = |text: &str| name.contains(text);
    let argument = |wanted: &str| program.args.iter().any(|a| a.split_whitespace().any(|word| word == wanted));
    let of_calico = owner.ends_with("calico") || owner.ends_with("projectcalico-org") || owner.ends_with("tigera");
    // RKE2 has all of Calico in one image; `cnx-node` is the commercial one's.
    if (of_calico && matches!(name, "node" | "node-windows")) || has("calico-node") || has("cnx-node") || has("hardened-calico") {
        Some(Plugin::Calico)
    } else if name == "cilium" || has("cilium-ci") || (name.ends_with("-cilium") && !has("operator")) {
        Some(Plugin::Cilium)
    } else if has("azure-npm") {
        Some(Plugin::AzureNpm)
    } else if has("kube-router") {
        let off = argument("--run-firewall=false");
        Some(if off { Plugin::Idle("kube-router without its firewall") } else { Plugin::Other })
    } else if has("aws-network-policy-agent") {
        argument("--enable-network-policy=true").then_some(Plugin::Other)
    } else if has("weave-npc") || has("antrea") || has("kube-network-policies") || has("ovn-kube") || has("ovnkube") || has("kube-ovn") {
        Some(Plugin::Other)
    } else if has("kindnetd") {
        // Since kind 0.24 (images from 13 August 2024 on) it enforces NetworkPolicy.
        let date = tag.trim_start_matches('v').split('-').next().and_then(|d| d.parse::<u32>().ok());
        Some(if date.is_some_and(|d| (19_000_101..FIRST_POLICING_KINDNET).contains(&d)) {
            Plugin::Idle("kindnet, in a version before 2024-08-13")
        } else {
            Plugin::Other
        })
    } else if has("flannel") && !has("cni-plugin") {
        Some(Plugin::Idle("flannel"))
    } else if has("amazon-k8s-cni") && !has("init") {
        Some(Plugin::Idle("the Amazon VPC CNI without its network policy agent"))
    } else if has("weave-kube") {
        Some(Plugin::Idle("Weave Net without its policy controller"))
    } else {
        None
    }
}

/// The date in the tag of the first image of kindnetd that enforces NetworkPolicy.
const FIRST_POLICING_KINDNET: u32 = 20_240_813;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn plugins_are_known_by_their_images() {
        let of = |image: &str, args: &[&str]| {
            plugin(&Program { image: image.into(), args: args.iter().map(|a| (*a).into()).collect::<Vec<_>>(), env: Vec::new() })
        };
        let idle = |name| Some(Plugin::Idle(name));
        for (image, expected) in [
            ("docker.io/calico/node:v3.29.1", Some(Plugin::Calico)),
            ("quay.io/calico/node", Some(Plugin::Calico)),
            ("registry:5000/rancher/mirrored-calico-node:v3.28.1", Some(Plugin::Calico)),
            ("docker.io/calico/cni:v3.29.1", None),
            ("rancher/hardened-calico:v3.27.3-build20240423", Some(Plugin::Calico)),
            ("gcr.io/projectcalico-org/node:v3.20.0", Some(Plugin::Calico)),
            ("quay.io/tigera/cnx-node:v3.18.2", Some(Plugin::Calico)),
            ("quay.io/tigera/operator:v1.34.0", None),
            ("rancher/hardened-flannel:v0.25.1-build20240423", idle("flannel")),
            ("quay.io/cilium/cilium:v1.16.4@sha256:abc", Some(Plugin::Cilium)),
            ("rancher/mirrored-cilium-cilium:v1.16.4", Some(Plugin::Cilium)),
            ("quay.io/cilium/operator-generic:v1.16.4", None),
            ("mcr.microsoft.com/containernetworking/azure-npm:v1.5.5", Some(Plugin::AzureNpm)),
            ("ghcr.io/flannel-io/flannel:v0.26.1", idle("flannel")),
            ("rancher/mirrored-flannelcni-flannel:v0.17.0", idle("flannel")),
            ("docker.io/flannel/flannel-cni-plugin:v1.2.0", None),
            ("docker.io/kindest/kindnetd:v20230511-dc714da8", idle("kindnet, in a version before 2024-08-13")),
            ("docker.io/kindest/kindnetd:v20241212-9f82dd49", Some(Plugin::Other)),
            ("docker.io/cloudnativelabs/kube-router:v2.2.1", Some(Plugin::Other)),
            ("weaveworks/weave-npc:2.8.1", Some(Plugin::Other)),
            ("antrea/antrea-agent-ubuntu:v2.2.0", Some(Plugin::Other)),
            (
                "602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni:v1.19.0",
                idle("the Amazon VPC CNI without its network policy agent"),
            ),
            ("602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon/aws-network-policy-agent:v1.1.5", None),
            ("nginx:1.27", None),
        ] {
            assert_eq!(of(image, &[]), expected, "{image}");
        }
        assert_eq!(of("x/kube-router", &["--run-firewall=false"]), idle("kube-router without its firewall"));
        assert_eq!(of("amazon/aws-network-policy-agent:v1", &["--enable-network-policy=true"]), Some(Plugin::Other));
    }
}
