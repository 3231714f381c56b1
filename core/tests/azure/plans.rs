//! Address plans: what else takes addresses of the subnets that a cluster is in.

use netpolis_core::answers::address_plan::{ClusterPlan, address_plans};

use super::*;

const NETWORK: &str = "az network vnet create -g shop -n net --address-prefixes 10.20.0.0/16 --subnet-name nodes --subnet-prefixes 10.20.0.0/24\naz network vnet subnet create -g shop --vnet-name net -n pods --address-prefixes 10.20.4.0/24\nNODES=$(az network vnet subnet show -g shop --vnet-name net -n nodes --query id -o tsv)\nPODS=$(az network vnet subnet show -g shop --vnet-name net -n pods --query id -o tsv)\n";

fn plans(commands: &str) -> Vec<ClusterPlan> {
    address_plans(&scene(&format!("{NETWORK}{commands}")).snapshot().cloud)
}

fn cluster(name: &str, options: &str) -> String {
    format!("az aks create -g shop -n {name} --network-plugin azure --vnet-subnet-id $NODES {options}\n")
}

/// Nodes of 31 addresses each in a subnet of 251. Upstream: docs/azure.md 3.4; azure-aks-docs, "Configure Azure CNI": several clusters in one subnet.
#[test]
fn clusters_in_one_subnet_take_addresses_of_each_other() {
    let both = plans(&(cluster("a", "--node-count 4") + &cluster("b", "--node-count 4")));
    let taken: Vec<(u64, u64, i64)> = both.iter().map(|p| (p.plan.nodes, p.plan.others, p.plan.free())).collect();
    assert_eq!(taken, [(124, 124, -28), (124, 124, -28)], "they run, and neither can be upgraded");
    assert!(both.iter().all(|p| p.plan.runs() && !p.plan.fits()));
    let more = plans(&(cluster("a", "--node-count 6") + &cluster("b", "--node-count 6")));
    assert!(more.iter().all(|p| !p.plan.runs() && p.problem.as_ref().is_some_and(|text| text.contains("others take 186 addresses"))));
    let overlay = "--network-plugin-mode overlay --node-count 10";
    let beside = plans(&(cluster("a", "--node-count 7") + &cluster("b", overlay)));
    let taken: Vec<(u64, u64)> = beside.iter().map(|p| (p.plan.nodes, p.plan.others)).collect();
    assert_eq!(taken, [(217, 10), (10, 217)]);
    assert!(beside.iter().all(|p| p.plan.runs()));
    // In subnets of their own they do not.
    let alone = plans(&(cluster("a", "--node-count 4") + &cluster("b", "--node-count 4").replace("$NODES", "$PODS")));
    assert!(alone.iter().all(|p| p.plan.others == 0 && p.plan.fits()));
}

/// Full nodes of 30 pods take 48 addresses of the pods' subnet.
#[test]
fn pods_of_other_clusters_and_pools_take_addresses_of_a_shared_subnet() {
    let options = "--pod-subnet-id $PODS --node-count 3 --max-pods 30";
    let both = plans(&(cluster("a", options) + &cluster("b", options)));
    assert!(both.iter().all(|p| p.plan.pod_addresses == Some((251, 48 + 144, 288)) && !p.plan.fits()));
    let one = plans(&cluster("a", options));
    assert!(one.iter().all(|p| p.plan.pod_addresses == Some((251, 48, 144)) && p.plan.fits()));
}

/// Each configuration of an interface has an address of its own.
#[test]
fn interfaces_take_as_many_addresses_as_they_have() {
    let card = "az network nic create -g shop -n card --vnet-name net --subnet nodes\naz network nic ip-config create -g shop --nic-name card -n second --private-ip-address 10.20.0.200\n";
    let found = plans(&(String::from(card) + &cluster("a", "--node-count 7")));
    assert!(found.iter().all(|p| p.plan.others == 2 && p.plan.free() == 1), "{found:?}");
}
