//! Which object a command is about, and with which options: where that hangs on what the input does not give, so do the answers.

use super::doubtful::{ATTACH, CLOSE, pair};
use super::*;
use netpolis_core::settings::Engine;

#[test]
fn a_name_that_is_not_known_may_be_any() {
    for script in [
        "read SUBNET\naz network vnet subnet update -g shop --vnet-name net -n \"$SUBNET\" --nsg ''\n",
        "for s in $(az network vnet subnet list -g shop --vnet-name net --query '[].name' -o tsv); do\n  az network vnet subnet update -g shop --vnet-name net -n $s --nsg ''\ndone\n",
    ] {
        pair(&[ATTACH, CLOSE, script], UNKNOWN);
    }
    let cards = "for n in $(az network nic list -g shop --query '[].name' -o tsv); do az network nic update -g shop -n $n --network-security-group nsg; done\n";
    pair(&[CLOSE, cards], UNKNOWN);
    pair(&[CLOSE], ALLOWED);
    // A name that another command made.
    pair(&[ATTACH, CLOSE, "az network vnet subnet update -g shop --vnet-name net -n db --nsg ''\n"], DENIED);
    // A group of a name that is not known may be the one that a rule names.
    let open = "az network nsg create -g shop -n $NSG\naz network vnet subnet update -g shop --vnet-name net -n web --nsg $NSG\naz network nsg rule create -g shop --nsg-name other -n close --priority 100 --access Deny --destination-port-ranges 80\n";
    pair(&[open], UNKNOWN);
}

#[test]
fn options_in_an_unknown_variable_may_be_any() {
    let rule = "az network nsg rule create -g shop --nsg-name nsg -n x --priority 100 --destination-port-ranges 80";
    for extra in ["$EXTRA", "\"$@\"", "$(cat options.txt)", "${DENY:+--access Deny}"] {
        pair(&[ATTACH, &format!("{rule} {extra}\n")], UNKNOWN);
    }
    pair(&[ATTACH, &format!("{rule} --description \"$EXTRA\"\n")], ALLOWED);
    pair(&[ATTACH, &format!("{rule} --description $EXTRA\n")], ALLOWED);
    pair(&[CLOSE, "az network vnet subnet update -g shop --vnet-name net -n web $MORE\n"], UNKNOWN);
}

/// azure-cli reference: `--subscription`, `az account set`.
#[test]
fn another_subscription_may_be_another() {
    let delete = "az network nsg rule delete -g shop --nsg-name nsg -n close";
    pair(&[ATTACH, CLOSE, delete, "\n"], ALLOWED);
    pair(&[ATTACH, CLOSE, delete, " --subscription other\n"], UNKNOWN);
    pair(&[ATTACH, CLOSE, "az account set --subscription other\n", delete, "\n"], UNKNOWN);
    pair(&[ATTACH, CLOSE.trim(), " --subscription other\n"], UNKNOWN);
}

/// Azure documentation, "Assign multiple IP addresses to virtual machines": the first configuration is the primary one, and gets the first free address.
#[test]
fn a_second_address_does_not_take_the_place_of_the_first() {
    let network = "az network vnet create -g rg -n v --address-prefixes 10.0.0.0/16 --subnet-name s1 --subnet-prefixes 10.0.1.0/24\naz network nsg create -g rg -n n\naz network nsg rule create -g rg --nsg-name n -n a --priority 100 --access Deny --destination-address-prefixes 10.0.1.50 --destination-port-ranges 443\naz network vnet subnet update -g rg --vnet-name v -n s1 --nsg n\naz network nic create -g rg -n n1 --vnet-name v --subnet s1\naz network nic ip-config create -g rg --nic-name n1 -n c2 --private-ip-address 10.0.1.50\naz network nic create -g rg -n n2 --vnet-name v --subnet s1 --private-ip-address 10.0.1.20\n";
    let scene = scene(network);
    let card = scene.snapshot().cloud.interfaces.iter().find(|card| card.name == "n1").unwrap();
    let addresses: Vec<String> = card.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["10.0.1.4", "10.0.1.50"]);
    verdict(&scene, "10.0.1.20", "10.0.1.4", 443, ALLOWED);
    verdict(&scene, "10.0.1.20", "10.0.1.50", 443, DENIED);
}

/// Without a network in the input the machine may have any address; whoever asks about one by number says which.
#[test]
fn an_assumed_address_decides_nothing() {
    let rules = "az network nsg create -g rg -n web\naz network nsg rule create -g rg --nsg-name web -n https --priority 100 --destination-address-prefixes 10.1.0.0/24 --destination-port-ranges 443 --source-address-prefixes Internet\naz network nsg rule create -g rg --nsg-name web -n deny --priority 4096 --access Deny --destination-port-ranges '*'\n";
    let scene = scene(rules);
    named(&scene, OUTSIDE, "vm/vm in subnet of web", 443, UNKNOWN);
    named(&scene, OUTSIDE, "vm/vm in subnet of web", 80, DENIED);
    verdict(&scene, OUTSIDE, INSIDE, 443, DENIED);
    // So may the machine behind another group, from which something comes.
    let from = "az network nsg rule create -g rg --nsg-name web -n db --priority 110 --source-address-prefixes 10.9.0.0/24 --destination-port-ranges 5432\naz network nsg create -g rg -n other\n";
    let scene = crate::scene(&format!("{rules}{from}"));
    named(&scene, "vm/vm in subnet of other", "vm/vm in subnet of web", 5432, UNKNOWN);
    named(&scene, "vm/vm in subnet of other", "vm/vm in subnet of web", 80, DENIED);
}

/// Microsoft.ContainerService, `OutboundType`: "none: … All AKS nodes follows Azure VM default outbound behavior."
#[test]
fn outbound_type_none_leaves_it_to_the_subnet() {
    let cluster = |outbound: &str, subnet: &str| {
        format!(
            "az network vnet create -g rg -n v --address-prefixes 10.0.0.0/8 --subnet-name nodes --subnet-prefixes 10.240.0.0/16\naz network vnet subnet update -g rg --vnet-name v -n nodes {subnet}\naz aks create -g rg -n c --network-plugin azure --network-policy none --vnet-subnet-id $(az network vnet subnet show -g rg --vnet-name v -n nodes --query id -o tsv) --outbound-type {outbound}\n"
        )
    };
    for (outbound, subnet, expected) in [
        ("none", "--nat-gateway nat", ALLOWED),
        ("none", "--default-outbound true", ALLOWED),
        ("none", "--default-outbound false", DENIED),
        ("block", "--nat-gateway nat", DENIED),
    ] {
        let scene = scene(&cluster(outbound, subnet));
        let node = scene.snapshot().nodes().next().map(|(id, _)| Endpoint::Node(id)).unwrap();
        let flow = Flow { from: node, to: Endpoint::Outside(OUTSIDE.parse().unwrap()), traffic: Traffic::to_port(Protocol::TCP, 443) };
        assert_eq!(scene.decide(&flow).verdict, expected, "{outbound} {subnet}");
    }
}

/// about_Functions_Advanced_Parameters, about_Switch.
#[test]
fn functions_and_switches_of_powershell_are_followed() {
    let rule = |name: &str, access: &str| {
        format!("az network nsg rule create -g shop --nsg-name nsg -n {name} --priority 100 --access {access} --destination-port-ranges 80")
    };
    let function = format!(
        "function Add-Rule {{ param([string]$Name, [string]$Access = \"Deny\")\n  {} }}\nAdd-Rule -Name x\n",
        rule("$Name", "$Access")
    );
    pair(&[&function, ATTACH], DENIED);
    let switch = |asked: &str| {
        format!("$mode = \"b\"\nswitch ({asked}) {{ \"a\" {{ {} }} \"b\" {{ {} }} }}\n", rule("x", "Deny"), rule("x", "Allow"))
    };
    pair(&[&switch("$mode"), ATTACH], ALLOWED);
    pair(&[&switch("$env:STAGE"), ATTACH], UNKNOWN);
}

/// AKS documentation, "Use virtual nodes", Limitations: network policies.
#[test]
fn no_engine_runs_on_virtual_nodes() {
    let objects = |selector: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\nspec: {{containers: [{{name: c}}]}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: db, namespace: shop, labels: {{app: db}}}}\nspec: {{{selector}containers: [{{name: c}}]}}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: db, namespace: shop}}\nspec: {{podSelector: {{matchLabels: {{app: db}}}}, policyTypes: [Ingress]}}\n---\napiVersion: v1\nkind: Node\nmetadata: {{name: aci, labels: {{type: virtual-kubelet}}}}\n"
        )
    };
    for (selector, expected) in
        [("", DENIED), ("nodeSelector: {type: virtual-kubelet}, ", UNKNOWN), ("nodeName: aci, ", UNKNOWN), ("nodeName: other, ", DENIED)]
    {
        let mut scene = Analysis::new(Settings { engine: Engine::Detected, ..Settings::default() });
        scene.set_files(&[("in.yaml", &objects(selector))]);
        let pod = |name: &str| scene.snapshot().pods().find(|(_, pod)| pod.name == name).map(|(id, _)| Endpoint::Pod(id)).unwrap();
        let flow = Flow { from: pod("web"), to: pod("db"), traffic: Traffic::to_port(Protocol::TCP, 80) };
        assert_eq!(scene.decide(&flow).verdict, expected, "{selector}");
    }
}

/// azure-cli reference, `az deployment group create`: "Supply deployment parameter values."
#[test]
fn deployments_give_their_templates_parameters() {
    let template = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
        "parameters": {"allow": {"type": "string", "defaultValue": "10.0.0.0/8"}, "ports": {"type": "array", "defaultValue": ["80"]}},
        "resources": [
            {"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "nsg", "properties": {"securityRules": [
                {"name": "close", "properties": {"priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp",
                    "sourceAddressPrefix": "[parameters('allow')]", "sourcePortRange": "*", "destinationAddressPrefix": "*",
                    "destinationPortRanges": "[parameters('ports')]"}}]}},
            {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "net", "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [{"name": "web", "properties": {"addressPrefix": "10.0.1.0/24",
                    "networkSecurityGroup": {"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg')]"}}}]}},
            {"type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-09-01", "name": "nic", "properties": {"ipConfigurations": [
                {"name": "c", "properties": {"privateIPAddress": "10.0.1.4", "privateIPAllocationMethod": "Static",
                    "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'web')]"}}}]}}]}"#;
    for (parameters, port, expected) in [
        ("", 80, DENIED),
        ("--parameters allow=192.168.0.0/16", 80, ALLOWED),
        ("--parameters ports='[\"81\"]'", 80, ALLOWED),
        ("--parameters ports='[\"81\"]'", 81, DENIED),
        ("--parameters ports=$PORTS", 80, UNKNOWN),
        ("--parameters location=x", 80, DENIED),
    ] {
        let mut scene = Analysis::new(Settings::default());
        let script = format!("az deployment group create -g rg --template-file arm.json {parameters}\n");
        scene.set_files(&[("arm.json", template), ("deploy.sh", &script)]);
        verdict(&scene, "10.0.1.9", "10.0.1.4", port, expected);
    }
}

/// terraform-provider-azurerm, `azurerm_kubernetes_cluster`: `network_policy` "calico, azure and cilium"; without it nothing enforces policies.
#[test]
fn clusters_of_terraform_say_which_engine_there_is() {
    let state = |profile: &str| {
        format!(
            r#"{{"format_version": "1.0", "terraform_version": "1.5.0", "values": {{"root_module": {{"resources": [{{"address": "azurerm_kubernetes_cluster.c",
            "mode": "managed", "type": "azurerm_kubernetes_cluster", "name": "c", "values": {{"name": "c", "location": "westeurope",
            "resource_group_name": "rg", "default_node_pool": [{{"name": "p", "node_count": 2}}], "network_profile": [{{{profile}}}]}}}}]}}}}}}"#
        )
    };
    let objects = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: c}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: db, namespace: shop, labels: {app: db}}\nspec: {containers: [{name: c}]}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\nspec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80}]}]}\n";
    for (profile, port, expected) in [
        (r#""network_plugin": "azure", "network_policy": "", "network_plugin_mode": "overlay""#, 81, ALLOWED),
        (r#""network_plugin": "azure", "network_policy": "calico", "network_plugin_mode": "overlay""#, 81, DENIED),
        (r#""network_plugin": "azure", "network_policy": "calico", "network_plugin_mode": "overlay""#, 80, ALLOWED),
        (
            r#""network_plugin": "azure", "network_policy": "cilium", "network_data_plane": "cilium", "network_plugin_mode": "overlay""#,
            80,
            DENIED,
        ),
    ] {
        let mut scene = Analysis::new(Settings { engine: Engine::Detected, ..Settings::default() });
        scene.set_files(&[("state.json", &state(profile)), ("in.yaml", objects)]);
        let pod = |name: &str| scene.snapshot().pods().find(|(_, pod)| pod.name == name).map(|(id, _)| Endpoint::Pod(id)).unwrap();
        let flow = Flow { from: pod("web"), to: pod("db"), traffic: Traffic::to_port(Protocol::TCP, port) };
        assert_eq!(scene.decide(&flow).verdict, expected, "{profile}");
    }
}
