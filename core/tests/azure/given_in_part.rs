//! What a text gives of a network, a cluster or a machine in part, or in another place than usual. Upstream: docs/azure.md 1 and 2.4.

use super::doubtful::{ATTACH, CLOSE, pair};
use super::*;
use netpolis_core::settings::Engine;

/// A template with a guarded machine 10.0.0.4; `space` is the address space of its network, `more` are further resources.
fn template(space: &str, subnets: &str, more: &str) -> String {
    format!(
        r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
"parameters": {{"space": {{"type": "string"}}}},
"resources": [
{{"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-11-01", "name": "g", "properties": {{"securityRules": []}}}},
{{"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-11-01", "name": "net", "properties": {{"addressSpace": {{"addressPrefixes": [{space}]}}, "subnets": [
  {{"name": "s", "properties": {{"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'g')]"}}}}}}{subnets}]}}}},
{{"type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-11-01", "name": "vm", "properties": {{"ipConfigurations": [{{"name": "c", "properties": {{"privateIPAddress": "10.0.0.4", "privateIPAllocationMethod": "Static", "subnet": {{"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 's')]"}}}}}}]}}}}{more}
]}}"#
    )
}

/// `VirtualNetwork` covers the whole address space, peers and what is behind a gateway: where the text does not give these, the default rules may let in
/// any private address. Upstream: Azure documentation, "Virtual network service tags": VirtualNetwork.
#[test]
fn what_is_not_given_of_a_network_may_be_in_its_tag() {
    let space = r#""10.0.0.0/16""#;
    let gateway = r#", {"name": "GatewaySubnet", "properties": {"addressPrefix": "10.0.255.0/27"}}"#;
    let peering = r#", {"type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "apiVersion": "2023-11-01", "name": "net/hub", "properties": {"remoteVirtualNetwork": {"id": "/subscriptions/0/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub"}, "allowVirtualNetworkAccess": true}}"#;
    for (text, private) in [
        (template(space, "", ""), DENIED),
        (template(r#""[parameters('space')]""#, "", ""), UNKNOWN),
        (template(r#""10.0.0.0/20", "[parameters('space')]""#, "", ""), UNKNOWN),
        (template(space, gateway, ""), UNKNOWN),
        (template(space, "", peering), UNKNOWN),
    ] {
        let scene = scene(&text);
        for from in ["10.0.77.9", "192.168.1.1", "172.20.0.1"] {
            // 10.0.77.9 is in the address space, if that is the usual one.
            let expected = if from == "10.0.77.9" && text.contains("10.0.0.0/16") { ALLOWED } else { private };
            verdict(&scene, from, INSIDE, 443, expected);
            verdict(&scene, INSIDE, from, 443, expected);
        }
        verdict(&scene, "10.0.0.9", INSIDE, 443, ALLOWED);
        verdict(&scene, OUTSIDE, INSIDE, 443, DENIED);
    }
    // What a person says of the gateway is all that is behind it, and a network that is made up has nothing behind it.
    let said = |gateway: &str| {
        scene(&format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, onPremises: 192.168.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/24, nsg: g}}{gateway}]}}], nsgs: [{{name: g}}]}}"
        ))
    };
    for scene in [said(""), said(", {name: GatewaySubnet, prefix: 10.0.255.0/27}")] {
        verdict(&scene, "192.168.1.1", INSIDE, 443, ALLOWED);
        verdict(&scene, "172.20.0.1", INSIDE, 443, DENIED);
    }
    verdict(&scene("azure: {nsgs: [{name: g}]}"), "192.168.1.1", INSIDE, 443, DENIED);
}

/// Networks may be connected otherwise than by a peering. Upstream: Azure documentation, "Virtual WAN": VNet-to-VNet; "Connectivity configurations in Azure
/// Virtual Network Manager"; "Configure a VNet-to-VNet VPN gateway connection".
#[test]
fn what_connects_networks_and_is_not_evaluated() {
    let other = r#", {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-11-01", "name": "other", "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [{"name": "o", "properties": {"addressPrefix": "10.1.0.0/24"}}]}},
{"type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-11-01", "name": "far", "properties": {"ipConfigurations": [{"name": "c", "properties": {"privateIPAddress": "10.1.0.4", "privateIPAllocationMethod": "Static", "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'other', 'o')]"}}}]}}"#;
    let hub = |name: &str, network: &str| {
        format!(
            r#", {{"type": "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections", "apiVersion": "2023-11-01", "name": "hub/{name}", "properties": {{"remoteVirtualNetwork": {{"id": "[resourceId('Microsoft.Network/virtualNetworks', '{network}')]"}}}}}}"#
        )
    };
    let of_type = |kind: &str, fields: &str| {
        format!(r#", {{"type": "Microsoft.Network/{kind}", "apiVersion": "2023-11-01", "name": "l", "properties": {{{fields}}}}}"#)
    };
    for (more, expected) in [
        (String::new(), DENIED),
        (hub("a", "net") + &hub("b", "other"), UNKNOWN),
        (of_type("networkManagers/connectivityConfigurations", r#""connectivityTopology": "Mesh""#), UNKNOWN),
        (of_type("connections", r#""connectionType": "Vnet2Vnet""#), UNKNOWN),
        (of_type("connections", r#""connectionType": "ExpressRoute""#), DENIED),
    ] {
        let scene = scene(&template(r#""10.0.0.0/16""#, "", &format!("{other}{more}")));
        named(&scene, "vm/far", "vm/vm", 443, expected);
        named(&scene, "vm/vm", "vm/far", 443, expected);
        assert_eq!(with_code(&scene, "AZ044").is_empty(), expected == DENIED, "{more}");
    }
}

/// A node pool may be a resource of its own; Bicep makes no other. Upstream: Azure REST API, "Agent Pools - Create Or Update".
#[test]
fn node_pools_that_are_resources_of_their_own() {
    let cluster = |network: &str, pools: &str| {
        format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [
{{"type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2024-05-01", "name": "c", "location": "westeurope", "properties": {{"agentPoolProfiles": [{{"name": "one", "count": 3, "mode": "System", "osType": "Linux"}}], "networkProfile": {{{network}}}}}}}{pools}]}}"#
        )
    };
    let pool = |name: &str, fields: &str| {
        format!(
            r#", {{"type": "Microsoft.ContainerService/managedClusters/agentPools", "apiVersion": "2024-05-01", "name": "c/{name}", "properties": {{{fields}}}}}"#
        )
    };
    let pools = |scene: &Analysis| {
        let pools = &scene.snapshot().cloud.clusters[0].pools;
        pools.iter().map(|p| (p.name.clone(), p.count, p.max_pods, p.windows)).collect::<Vec<_>>()
    };
    let overlay = r#""networkPlugin": "azure", "networkPluginMode": "overlay""#;
    let two = scene(&cluster(overlay, &pool("two", r#""count": 5, "mode": "User""#)));
    assert_eq!(pools(&two), [("one".to_owned(), 3, 250, false), ("two".to_owned(), 5, 250, false)]);
    silent(&two, "AZ019");
    // It may be one of the cluster's own.
    let again = scene(&cluster(overlay, &pool("one", r#""count": 7, "maxPods": 30"#)));
    assert_eq!(pools(&again), [("one".to_owned(), 7, 30, false)]);
    for (network, fields, message) in [
        (r#""networkPlugin": "kubenet""#, r#""count": 1, "osType": "Windows""#, "kubenet has no Windows node pools"),
        (
            r#""networkPlugin": "azure", "networkPluginMode": "overlay", "networkDataplane": "cilium", "networkPolicy": "cilium""#,
            r#""count": 1, "osType": "Windows""#,
            "has no Windows node pools",
        ),
        (overlay, r#""count": 1, "maxPods": 10"#, "must have room for 30 pods"),
        (overlay, r#""count": 4, "enableAutoScaling": true, "minCount": 5, "maxCount": 3"#, "are more than its most"),
    ] {
        let scene = scene(&cluster(network, &pool("win", fields)));
        assert!(with_code(&scene, "AZ043").iter().any(|p| p.message.contains(message)), "{message}: {:#?}", scene.problems());
    }
    // `az aks nodepool show`: the name alone, and the cluster in the identifier.
    let shown = r#"
---
{"id": "/subscriptions/0/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c/agentPools/three", "name": "three", "count": 2, "maxPods": 40, "type": "Microsoft.ContainerService/managedClusters/agentPools"}
"#;
    let cli = "az aks create -g g -n c --network-plugin azure\n";
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("make.sh", cli), ("pool.yaml", shown)]);
    assert_eq!(pools(&scene).last(), Some(&("three".to_owned(), 2, 40, false)));
}

/// What `az` prints around a resource that it makes. Upstream: `azure-cli`, module `network`.
#[test]
fn what_commands_print_around_a_resource() {
    let id = "/subscriptions/0/resourceGroups/g/providers/Microsoft.Network";
    let network = format!(
        r#"{{"newVNet": {{"id": "{id}/virtualNetworks/net", "name": "net", "addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}}, "subnets": [{{"name": "s", "addressPrefix": "10.0.0.0/24", "id": "{id}/virtualNetworks/net/subnets/s"}}]}}}}"#
    );
    let card = format!(
        r#"{{"NewNIC": {{"id": "{id}/networkInterfaces/card", "name": "card", "type": "Microsoft.Network/networkInterfaces", "ipConfigurations": [{{"name": "c", "privateIPAddress": "10.0.0.4", "publicIPAddress": {{"id": "{id}/publicIPAddresses/p"}}, "subnet": {{"id": "{id}/virtualNetworks/net/subnets/s"}}}}]}}}}"#
    );
    let public = format!(
        r#"{{"publicIp": {{"id": "{id}/publicIPAddresses/p", "name": "p", "type": "Microsoft.Network/publicIPAddresses", "publicIPAllocationMethod": "Static", "sku": {{"name": "Basic"}}}}}}"#
    );
    let balancer =
        format!(r#"{{"loadBalancer": {{"id": "{id}/loadBalancers/b", "name": "b", "type": "Microsoft.Network/loadBalancers"}}}}"#);
    let all = [network, card, public, balancer].join("\n---\n");
    let printed = scene(&all);
    silent(&printed, "K8S002");
    // A Basic address without a group is open.
    verdict(&printed, OUTSIDE, INSIDE, 443, ALLOWED);
}

const PODS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, labels: {app: db}}
spec: {containers: [{name: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec: {podSelector: {matchLabels: {app: db}}, ingress: []}
";

/// A request may give a cluster another engine. Upstream: docs/azure.md 3.2 and 3.6.
#[test]
fn requests_may_change_the_engine_of_a_cluster() {
    let url = "https://management.azure.com/subscriptions/0/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters";
    for (request, expected) in [
        (String::new(), ALLOWED),
        (format!("az rest --method patch --url {url}/c?api-version=2024-05-01 --body @change.json"), UNKNOWN),
        (format!("az rest --method get --url {url}/c?api-version=2024-05-01"), ALLOWED),
        (format!("az rest --method put --url {url}/c/agentPools/two?api-version=2024-05-01 --body @change.json"), ALLOWED),
        ("az resource update -g g -n c --resource-type Microsoft.ContainerService/managedClusters --set properties.networkProfile.networkPolicy=calico".to_owned(), UNKNOWN),
        ("az resource update -g g -n db --resource-type Microsoft.Sql/servers --set properties.x=y".to_owned(), ALLOWED),
    ] {
        let mut scene = Analysis::new(Settings { engine: Engine::Detected, ..Settings::default() });
        let script = format!("az aks create -g g -n c --network-plugin azure --network-plugin-mode overlay\n{request}\n");
        scene.set_files(&[("make.sh", &script), ("pods.yaml", PODS)]);
        let flow = scene.flow("web", "db", Traffic::tcp(80)).unwrap();
        let answer = scene.decide(&flow);
        assert_eq!(answer.verdict, expected, "{request}: {}", answer.summary);
        assert_eq!(with_code(&scene, "AZ044").iter().any(|p| p.message.contains("is not evaluated")), expected == UNKNOWN, "{request}");
    }
}

/// Upstream: azure-cli, `az aks nodepool upgrade --max-surge`.
#[test]
fn an_upgrade_of_a_pool_may_change_its_surge() {
    let surge = |command: &str| {
        let scene = scene(&format!("az aks create -g g -n c --network-plugin azure --node-count 20\n{command}\n"));
        silent(&scene, "AZ044");
        scene.snapshot().cloud.clusters[0].pools[0].growth.surge.map(|surge| surge.of(20))
    };
    assert_eq!(surge("az aks nodepool upgrade -g g --cluster-name c -n nodepool1 --max-surge 50%"), Some(10));
    assert_eq!(surge("az aks nodepool upgrade -g g --cluster-name c -n nodepool1 --kubernetes-version 1.33.2"), None);
}

/// Upstream: azure-aks-docs, "Customize cluster egress with outbound types", "Create node pools": limitations.
#[test]
fn ways_out_and_nodes_that_a_cluster_needs() {
    let network = "az network vnet create -g g -n net --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.0.0/22\n";
    let subnet = "/subscriptions/0/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net/subnets/s";
    let create = format!(
        "az aks create -g g -n c --network-plugin azure --service-cidr 172.29.0.0/16 --dns-service-ip 172.29.0.10 --vnet-subnet-id {subnet}"
    );
    for (before, options, message) in [
        ("", "--outbound-type userDefinedRouting", Some("has no route table")),
        (
            "az network route-table create -g g -n t\naz network vnet subnet update -g g --vnet-name net -n s --route-table t\n",
            "--outbound-type userDefinedRouting",
            None,
        ),
        ("", "--outbound-type userAssignedNATGateway", Some("has no NAT gateway")),
        ("az network vnet subnet update -g g --vnet-name net -n s --nat-gateway n\n", "--outbound-type userAssignedNATGateway", None),
        ("", "--node-count 0", Some("System pools must contain at least one node")),
        ("", "--node-count 1", None),
    ] {
        let scene = scene(&format!("{network}{before}{create} {options}\n"));
        let found = with_code(&scene, "AZ043");
        assert_eq!(found.len(), usize::from(message.is_some()), "{options}: {found:#?}");
        assert!(message.is_none_or(|message| found[0].message.contains(message)), "{options}: {found:#?}");
    }
}

/// A machine of which the command says that it has no public address. Upstream: azure-cli, `az vm create --public-ip-address`: `""` for none.
#[test]
fn a_machine_without_a_public_address_is_not_reached_from_the_internet() {
    let create = "az vm create -g g -n web --image Ubuntu2204 --private-ip-address 10.0.0.4";
    let hidden = scene(&format!("{create} --public-ip-address \"\"\n"));
    let answer = named(&hidden, OUTSIDE, "vm/web", 22, DENIED);
    assert!(answer.summary.contains("has no public address"), "{}", answer.summary);
    named(&hidden, "10.0.0.9", "vm/web", 22, ALLOWED);
    named(&scene(&format!("{create}\n")), OUTSIDE, "vm/web", 22, ALLOWED);
    // A load balancer may send packets to it, and it may get an address later.
    named(&scene(&format!("{create} --public-ip-address \"\"\naz network lb create -g g -n lb\n")), OUTSIDE, "vm/web", 22, ALLOWED);
    let later = "az network public-ip create -g g -n p\naz network nic ip-config update -g g --nic-name webVMNic -n ipconfigweb --public-ip-address p\n";
    named(&scene(&format!("{create} --public-ip-address \"\"\n{later}")), OUTSIDE, "vm/web", 22, ALLOWED);
}

/// Ranges for a network that is named say that the command makes it. Upstream: azure-cli, module `vm`, `_validators.py`.
#[test]
fn a_machine_makes_the_network_that_its_options_name() {
    let scene = scene(
        "az vm create -g g -n web --image Ubuntu2204 --vnet-name v --vnet-address-prefix 10.7.0.0/16 --subnet a --subnet-address-prefix 10.7.3.0/24 --nsg own\n",
    );
    silent(&scene, "AZ021");
    named(&scene, OUTSIDE, "vm/web", 22, ALLOWED);
    named(&scene, OUTSIDE, "vm/web", 80, DENIED);
    named(&scene, "10.7.3.9", "vm/web", 80, ALLOWED);
}

/// PowerShell sets variables without blanks, with a type, and to what is not followed. Upstream: Microsoft Learn, "about_Variables", "about_Operators".
#[test]
fn variables_of_powershell() {
    let named = CLOSE.replace("--nsg-name nsg", "--nsg-name $name");
    for (set, expected) in [
        ("$name = \"nsg\"\n", DENIED),
        ("$name=\"nsg\"\n", DENIED),
        ("$name='nsg'\n", DENIED),
        ("$name=nsg\n", DENIED),
        ("[string]$name = \"nsg\"\n", DENIED),
        ("[string]$name=\"nsg\"\n", DENIED),
        ("$half=\"ns\"\n$name=\"${half}g\"\n", DENIED),
        ("$name = \"other\"\n", ALLOWED),
        // What an operator or a table makes of words is not followed, and may be the group.
        ("$name = \"{0}\" -f \"nsg\"\n", UNKNOWN),
        ("$name = @{ group = \"nsg\" }\n", UNKNOWN),
        ("$name = \"a\", \"b\" -join \"\"\n", UNKNOWN),
    ] {
        pair(&[ATTACH, set, &named], expected);
    }
    let each = CLOSE.trim().replace("-n close", "-n close$_").replace("ranges 80", "ranges $_").replace("100", "1$_");
    pair(&[ATTACH, &format!("80, 81 | ForEach-Object {{ {each} }}\n")], DENIED);
    pair(&[ATTACH, &format!("$ports=@(80, 81)\n$ports | % {{ {each} }}\n")], DENIED);
}
