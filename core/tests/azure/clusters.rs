//! Clusters in them.

use super::*;

/// Two clusters in one network: `a` with an overlay on 10.0.0.0/24, `b` flat on 10.0.4.0/22. A machine takes packets of the nodes' subnet of `a` and of
/// the pods of `b` only.
fn two_clusters(nodes: &str, from: &str) -> String {
    format!(
        r#"
azure:
  networks:
  - name: net
    addressSpace: 10.0.0.0/16
    subnets: [{{name: a, prefix: 10.0.0.0/24}}, {{name: b, prefix: 10.0.4.0/22}}, {{name: vm, prefix: 10.0.9.0/24, nsg: g}}]
  nsgs:
  - name: g
    inbound:
    - {{priority: 100, name: known, allow: tcp 443, from: [{from}]}}
    - {{priority: 200, name: closed, deny: '*'}}
  machines: [{{name: db, subnet: vm, address: 10.0.9.4}}]
  clusters:
  - {{name: one, subnet: a, plugin: overlay, policy: none, nodes: 1, podRange: 10.244.0.0/16, serviceRange: 172.16.0.0/16}}
  - {{name: two, subnet: b, plugin: azure, policy: none, nodes: 1, serviceRange: 172.17.0.0/16}}
{nodes}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: overlaid, namespace: d}}, spec: {{nodeName: of-one, containers: [{{name: c}}]}}, status: {{podIP: 10.244.0.9}}}}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: flat, namespace: d}}, spec: {{nodeName: of-two, containers: [{{name: c}}]}}, status: {{podIP: 10.0.4.9}}}}
"#
    )
}

#[test]
fn each_node_has_the_plugin_of_its_own_cluster() {
    let node = |name: &str, address: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Node, metadata: {{name: {name}}}, status: {{addresses: [{{type: InternalIP, address: {address}}}]}}}}\n"
        )
    };
    let objects = node("of-one", "10.0.0.4") + &node("of-two", "10.0.4.4");
    // Overlay: packets leave with the node's address. Node subnet: with the pod's own, inside the virtual network.
    for (nodes, from, overlaid, flat) in [
        (&objects, "10.0.0.4, 10.0.4.9", ALLOWED, ALLOWED),
        (&objects, "10.244.0.0/16, 10.0.4.9", DENIED, ALLOWED),
        (&objects, "10.0.0.4, 10.0.4.4", ALLOWED, DENIED),
    ] {
        let scene = scene(&two_clusters(nodes, from));
        for (pod, expected) in [("overlaid", overlaid), ("flat", flat)] {
            let (id, _) = scene.snapshot().pods().find(|(_, e)| e.name == pod).unwrap();
            let flow = Flow {
                from: Endpoint::Pod(id),
                to: Endpoint::Outside("10.0.9.4".parse().unwrap()),
                traffic: Traffic::to_port(Protocol::TCP, 443),
            };
            let answer = scene.decide(&flow);
            assert_eq!(answer.verdict, expected, "{pod} with {from}: {}", answer.summary);
        }
    }
    // A node in no subnet that a cluster has: either plugin, and with it either address.
    let elsewhere = node("of-one", "10.0.9.9") + &node("of-two", "10.0.4.4");
    let scene = scene(&two_clusters(&elsewhere, "10.0.9.9, 10.0.4.9"));
    let (id, _) = scene.snapshot().pods().find(|(_, e)| e.name == "overlaid").unwrap();
    let flow =
        Flow { from: Endpoint::Pod(id), to: Endpoint::Outside("10.0.9.4".parse().unwrap()), traffic: Traffic::to_port(Protocol::TCP, 443) };
    assert_eq!(scene.decide(&flow).verdict, UNKNOWN);
}

#[test]
fn from_outside_nothing_is_addressed_to_a_pod_with_a_range_of_its_own() {
    let text = |plugin: &str| {
        format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}], clusters: [{{name: c, subnet: s, plugin: {plugin}, policy: calico, nodes: 1, serviceRange: 172.16.0.0/16}}]}}\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: d}}, spec: {{containers: [{{name: c}}]}}}}"
        )
    };
    for (plugin, expected) in [("kubenet", DENIED), ("overlay", DENIED), ("azure", ALLOWED)] {
        let scene = scene(&text(plugin));
        let (id, _) = scene.snapshot().pods().find(|(_, e)| e.name == "web").unwrap();
        let ask = |from: Endpoint| scene.decide(&Flow { from, to: Endpoint::Pod(id), traffic: Traffic::to_port(Protocol::TCP, 80) });
        let machine = ask(Endpoint::Outside("10.0.3.9".parse().unwrap()));
        assert_eq!(machine.verdict, expected, "{plugin}: {}", machine.summary);
        assert_eq!(machine.summary.contains("`netpolis path --to svc/…`"), expected == DENIED, "{}", machine.summary);
        assert_eq!(ask(Endpoint::Outside("198.51.100.7".parse().unwrap())).verdict, DENIED, "a pod's address is private");
        let (node, _) = scene.snapshot().nodes().next().unwrap();
        assert_eq!(ask(Endpoint::Node(node)).verdict, ALLOWED, "a node knows the way");
    }
}

/// A cluster in 10.0.0.0/22, with fields of its own.
fn cluster(fields: &str) -> Analysis {
    scene(&format!(
        "azure: {{region: westeurope, networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}], clusters: [{{name: c, subnet: s, policy: calico, {fields}}}]}}"
    ))
}

#[test]
fn the_address_of_dns() {
    for (fields, message) in [
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.0.10", None),
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.0.2", None),
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.255.255", None),
        (
            "plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.0.1",
            Some("is the first of the Service range 10.2.0.0/16, which belongs to `kubernetes.default`"),
        ),
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.2.0.0", Some("is the network address of the Service range 10.2.0.0/16")),
        ("plugin: kubenet, serviceRange: 10.2.0.0/16, dns: 10.3.0.10", Some("is not in the Service range 10.2.0.0/16")),
    ] {
        let scene = cluster(fields);
        match message {
            Some(message) => drop(says(&scene, "AZ027", "{name: c", message)),
            None => silent(&scene, "AZ027"),
        }
    }
    let command = scene(
        "az aks create -g g -n c --network-plugin azure --network-plugin-mode overlay --network-policy calico --service-cidr 10.2.0.0/16 --dns-service-ip 10.2.0.1\n",
    );
    says(&command, "AZ027", "--service-cidr", "is the first of the Service range");
}

#[test]
fn regions_and_zones() {
    let text = |region: &str, zones: &str| {
        scene(&format!(
            "azure: {{region: {region}, networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}], machines: [{{name: m, subnet: s{zones}}}]}}"
        ))
    };
    for region in ["westeurope", "West Europe", "francesouth", "eastus2"] {
        silent(&text(region, ""), "AZ032");
    }
    let misspelt = text("westeurop", "");
    let problem = says(&misspelt, "AZ032", "{name: net", "there is no region `westeurop`");
    assert!(problem.help.as_deref().is_some_and(|h| h.contains("`westeurope`")));
    says(&text("atlantis", ""), "AZ032", "{name: net", "is unknown");
    silent(&text("westeurope", ", zone: 3"), "AZ030");
    silent(&text("atlantis", ", zone: 1"), "AZ030");
    says(&text("westeurope", ", zone: 4"), "AZ030", "{name: m", "there is no zone `4`");
    says(&text("westus", ", zone: 1"), "AZ030", "{name: m", "West US has no availability zones");
    says(
        &scene("az aks create -g g -n c -l westus --zones 1 2 --network-policy calico --network-plugin kubenet\n"),
        "AZ030",
        "az aks",
        "West US has no",
    );
    silent(&scene("az aks create -g g -n c -l westus3 --zones 1 2 --network-policy calico --network-plugin kubenet\n"), "AZ030");
}

#[test]
fn a_group_is_in_the_region_of_what_it_guards() {
    let text = |region: &str| {
        scene(&format!(
            "az network nsg create -g g -n web -l {region}\naz network vnet create -g g -n n -l westeurope --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.0.0/24 --network-security-group web\n"
        ))
    };
    silent(&text("westeurope"), "AZ033");
    silent(&text("'West Europe'"), "AZ033");
    says(&text("northeurope"), "AZ033", "web", "is in North Europe, and subnet `s` in West Europe");
    silent(&text("$REGION"), "AZ033");
}

#[test]
fn members_of_both_groups_of_a_rule_are_in_one_network() {
    let text = |subnet: &str| {
        scene(&format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, peerings: [m], subnets: [{{name: s, prefix: 10.0.0.0/24, nsg: g}}]}}, {{name: m, addressSpace: 10.1.0.0/16, peerings: [net], subnets: [{{name: t, prefix: 10.1.0.0/24}}]}}], nsgs: [{{name: g, inbound: [{{priority: 100, name: r, allow: tcp 443, from: 'asg:web', to: 'asg:db'}}]}}], machines: [{{name: a, subnet: {subnet}, groups: [web]}}, {{name: b, subnet: s, groups: [db]}}]}}"
        ))
    };
    silent(&text("s"), "AZ034");
    says(&text("t"), "AZ034", "{priority: 100", "all members must be in one virtual network");
}

#[test]
fn windows_nodes_and_other_limits_of_clusters() {
    let pool = |plugin: &str, os: &str| {
        scene(&format!(
            "az aks create -g g -n c --network-plugin {plugin} --network-policy calico\naz aks nodepool add -g g --cluster-name c -n win --os-type {os}\n"
        ))
    };
    says(&pool("kubenet", "Windows"), "AZ043", "--os-type Windows", "kubenet has no Windows node pools");
    silent(&pool("kubenet", "Linux"), "AZ043");
    silent(&pool("azure", "Windows"), "AZ043");
    silent(&cluster("plugin: kubenet, nodes: 400, serviceRange: 172.16.0.0/16"), "AZ027");
    assert!(
        with_code(&cluster("plugin: kubenet, nodes: 401, serviceRange: 172.16.0.0/16"), "AZ027")
            .iter()
            .any(|p| p.message.contains("400 nodes"))
    );
    let npm = |count: u32| {
        let scene = scene(&format!(
            "az aks create -g g -n c --network-plugin azure --network-plugin-mode overlay --network-policy azure --node-count {count}\n"
        ));
        with_code(&scene, "AZ045").iter().any(|p| p.message.contains("250 nodes at most, and this cluster has"))
    };
    assert!(npm(251) && !npm(250));
    let two = |plugin: &str| {
        scene(&format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/22}}]}}], clusters: [{{name: one, subnet: s, policy: none, plugin: {plugin}, serviceRange: 172.16.0.0/16}}, {{name: two, subnet: s, policy: none, plugin: {plugin}, serviceRange: 172.16.0.0/16}}]}}"
        ))
    };
    says(&two("kubenet"), "AZ027", "{name: two", "with kubenet every cluster needs its own subnet");
    silent(&two("overlay"), "AZ027");
}

/// azure-aks-docs, "Azure CNI Overlay networking": each node pool may have a subnet of its own, and without rules that deny nothing is needed for the range
/// of the pods.
#[test]
fn pools_in_two_subnets_reach_each_others_pods() {
    let id = |subnet: &str| format!("$(az network vnet subnet show -g rg --vnet-name net -n {subnet} --query id -o tsv)");
    let pod = |name: &str, node: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop}}, spec: {{nodeName: {node}, containers: [{{name: c}}]}}}}\n"
        )
    };
    let cluster = |plugin: &str, more: &str| {
        let text = format!(
            "az network vnet create -g rg -n net --address-prefixes 10.20.0.0/16 --subnet-name s1 --subnet-prefixes 10.20.1.0/24
az network vnet subnet create -g rg --vnet-name net -n s2 --address-prefixes 10.20.2.0/24
{more}az aks create -g rg -n c --node-count 1 --vnet-subnet-id {} {plugin}
az aks nodepool add -g rg --cluster-name c -n two --node-count 1 --vnet-subnet-id {}
",
            id("s1"),
            id("s2")
        );
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("cluster.sh", &text), ("pods.yaml", &(pod("web", "aks-nodepool1-0") + &pod("db", "aks-two-0")))]);
        scene
    };
    let group = "az network nsg create -g rg -n g\naz network vnet subnet update -g rg --vnet-name net -n s2 --nsg g\n";
    let closed = format!(
        "{group}az network nsg rule create -g rg --nsg-name g -n x --priority 100 --access Deny --destination-port-ranges 5432 --source-address-prefixes 10.244.0.0/16\n"
    );
    for plugin in ["--network-plugin azure --network-plugin-mode overlay", "--network-plugin kubenet", ""] {
        for more in ["", group] {
            let scene = cluster(plugin, more);
            named(&scene, "shop/web", "shop/db", 5432, ALLOWED);
            named(&scene, "shop/db", "shop/web", 8080, ALLOWED);
            named(&scene, "node/aks-nodepool1-0", "shop/db", 5432, ALLOWED);
        }
        named(&cluster(plugin, &closed), "shop/web", "shop/db", 5432, DENIED);
    }
}
