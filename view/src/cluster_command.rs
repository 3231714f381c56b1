//! The command that prints a cluster as the page reads it.

/// The command. It asks for what a cluster has of the kinds that are read or known, and for no Secret and no ConfigMap. `kubectl` refuses to answer at all if it is
/// asked for a kind that a cluster does not have, so what there is is looked up first.
pub const CLUSTER_COMMAND: &str = "kubectl get $(kubectl api-resources --verbs=list -o name | grep -xE 'endpoints|namespaces|nodes|pods|replicationcontrollers|serviceaccounts|services|traffictargets\\.access\\.smi-spec\\.io|(daemonsets|deployments|replicasets|statefulsets)\\.apps|clonesets\\.apps\\.kruise\\.io|deploymentconfigs\\.apps\\.openshift\\.io|rollouts\\.argoproj\\.io|(cronjobs|jobs)\\.batch|(ciliumclusterwidenetworkpolicies|ciliumnetworkpolicies)\\.cilium\\.io|serviceintentions\\.consul\\.hashicorp\\.com|(clusternetworkpolicies|networkpolicies)\\.crd\\.antrea\\.io|securitypolicies\\.(crd\\.nsx\\.vmware\\.com|nsx\\.vmware\\.com)|(clusterinformations|felixconfigurations|globalnetworkpolicies|globalnetworksets|hostendpoints|ippools|kubecontrollersconfigurations|networkpolicies|networksets|profiles|stagedglobalnetworkpolicies|stagedkubernetesnetworkpolicies|stagednetworkpolicies|tiers|workloadendpoints)\\.(crd\\.projectcalico\\.org|projectcalico\\.org)|endpointslices\\.discovery\\.k8s\\.io|(clusteruserdefinednetworks|egressfirewalls|userdefinednetworks)\\.k8s\\.ovn\\.org|(securitygroups|subnets)\\.kubeovn\\.io|(meshtrafficpermissions|trafficpermissions)\\.kuma\\.io|egressnetworkpolicies\\.network\\.openshift\\.io|fqdnnetworkpolicies\\.networking\\.gke\\.io|sidecars\\.networking\\.istio\\.io|(applicationnetworkpolicies|clusternetworkpolicies|policyendpoints)\\.networking\\.k8s\\.aws|(ingressclasses|ingresses|networkpolicies)\\.networking\\.k8s\\.io|(nvclustersecurityrules|nvsecurityrules)\\.neuvector\\.com|installations\\.operator\\.tigera\\.io|(authorizationpolicies|egressnetworks|serverauthorizations|servers)\\.policy\\.linkerd\\.io|(adminnetworkpolicies|baselineadminnetworkpolicies|clusternetworkpolicies)\\.policy\\.networking\\.k8s\\.io|(authorizationpolicies|peerauthentications)\\.security\\.istio\\.io|(kubearmorclusterpolicies|kubearmorpolicies)\\.security\\.kubearmor\\.com|accesspolicies\\.security\\.policy\\.gloo\\.solo\\.io|securitygrouppolicies\\.vpcresources\\.k8s\\.aws' | paste -sd, -) -A -o yaml > cluster.yaml";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use netpolis_core::language::Languages;

    use super::CLUSTER_COMMAND;

    /// Resources as a pattern, those of a group together.
    fn pattern(resources: &[String]) -> String {
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for resource in resources {
            let (name, group) = resource.split_once('.').unwrap_or((resource, ""));
            groups.entry(group).or_default().push(name);
        }
        // Groups of the same kinds, such as the two of Calico, go together.
        let mut same: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
        for (group, names) in groups {
            let group = group.replace('.', "\\.");
            match same.iter_mut().find(|(known, _)| *known == names) {
                Some((_, all)) => all.push(group),
                None => same.push((names, vec![group])),
            }
        }
        let one_of = |words: &[String]| if let [one] = words { one.clone() } else { format!("({})", words.join("|")) };
        let part = |(names, groups): &(Vec<&str>, Vec<String>)| match groups.as_slice() {
            [none] if none.is_empty() => names.join("|"),
            groups => format!("{}\\.{}", one_of(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()), one_of(groups)),
        };
        same.iter().map(part).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn it_asks_for_every_kind_that_is_read_or_known() {
        let resources = Languages::BUILT_IN.resources();
        for one in [
            "pods",
            "services",
            "networkpolicies.networking.k8s.io",
            "globalnetworkpolicies.crd.projectcalico.org",
            "endpoints",
            "ingresses.networking.k8s.io",
        ] {
            assert!(resources.iter().any(|known| known == one), "{one}: {resources:?}");
        }
        assert!(resources.iter().all(|known| !known.contains("secret") && !known.contains("configmap") && !known.contains("check")));
        assert_eq!(CLUSTER_COMMAND.split('\'').nth(1), Some(pattern(&resources).as_str()));
    }
}
