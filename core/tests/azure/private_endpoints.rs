//! Private endpoints: which policies of their subnet apply to them. Upstream: Azure documentation, "Manage network policies for private endpoints".

use super::*;

const TEMPLATE: &str = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [
  {"type": "Microsoft.Network/networkSecurityGroups", "name": "closed", "properties": {"securityRules": [{"name": "no", "properties": {"protocol": "*",
    "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "access": "Deny", "priority": 100, "direction": "Inbound"}}]}},
  {"type": "Microsoft.Network/routeTables", "name": "cut", "properties": {"routes": [{"name": "cut", "properties": {"addressPrefix": "10.0.1.0/24", "nextHopType": "None"}}]}},
  {"type": "Microsoft.Network/virtualNetworks", "name": "v", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
    {"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}},
    {"name": "c", "properties": {"addressPrefix": "10.0.2.0/24", "routeTable": {"id": "[resourceId('Microsoft.Network/routeTables', 'cut')]"}}},
    {"name": "ends", "properties": {"addressPrefix": "10.0.1.0/24"POLICIES, "networkSecurityGroup": {"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'closed')]"}}}]}},
  {"type": "Microsoft.Network/networkInterfaces", "name": "one", "properties": {"ipConfigurations": [{"name": "c", "properties": {"privateIPAddress": "10.0.0.4",
    "privateIPAllocationMethod": "Static", "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'a')]"}}}]}},
  {"type": "Microsoft.Network/networkInterfaces", "name": "two", "properties": {"ipConfigurations": [{"name": "c", "properties": {"privateIPAddress": "10.0.2.4",
    "privateIPAllocationMethod": "Static", "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'c')]"}}}]}},
  {"type": "Microsoft.Network/privateEndpoints", "name": "pe", "properties": {"subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'ends')]"},
    "ipConfigurations": [{"name": "x", "properties": {"groupId": "blob", "memberName": "blob", "privateIPAddress": "10.0.1.10"}}]}}
]}"#;

#[test]
fn what_applies_to_private_endpoints_is_what_their_subnet_says() {
    // From `one` the group of the subnet is asked, from `two` the route of its own subnet, too.
    for (said, from_one, from_two) in [
        ("", ALLOWED, ALLOWED),
        (r#", "privateEndpointNetworkPolicies": "Disabled""#, ALLOWED, ALLOWED),
        (r#", "privateEndpointNetworkPolicies": "Enabled""#, DENIED, DENIED),
        (r#", "privateEndpointNetworkPolicies": "NetworkSecurityGroupEnabled""#, DENIED, DENIED),
        (r#", "privateEndpointNetworkPolicies": "RouteTableEnabled""#, ALLOWED, DENIED),
    ] {
        let scene = scene(&TEMPLATE.replace("POLICIES", said));
        let answer = verdict(&scene, "10.0.0.4", "10.0.1.10", 443, from_one);
        assert!(answer.notes.iter().any(|note| note.contains("`pe` is a private endpoint")), "{said}: {:?}", answer.notes);
        verdict(&scene, "10.0.2.4", "10.0.1.10", 443, from_two);
        // Other addresses of the subnet are guarded as ever.
        verdict(&scene, "10.0.0.4", "10.0.1.11", 443, DENIED);
        silent(&scene, "AZ027");
    }
}

#[test]
fn commands_make_private_endpoints() {
    let text = |policies: &str| {
        format!(
            "
az network vnet create -g rg -n v --address-prefixes 10.0.0.0/16 --subnet-name a --subnet-prefixes 10.0.0.0/24
az network nsg create -g rg -n nb
az network nsg rule create -g rg --nsg-name nb -n no --priority 100 --access Deny --protocol '*' --destination-port-ranges '*'
az network vnet subnet create -g rg --vnet-name v -n b --address-prefixes 10.0.1.0/24 --nsg nb
{policies}
az network private-endpoint create -g rg -n pe --vnet-name v --subnet b --private-connection-resource-id /subscriptions/s --group-id blob --connection-name c --ip-configs \"[{{name:x,group-id:blob,member-name:blob,private-ip-address:10.0.1.10}}]\"
az network nic create -g rg -n n1 --vnet-name v --subnet a --private-ip-address 10.0.0.4
az network nic create -g rg -n n2 --vnet-name v --subnet b
"
        )
    };
    verdict(&scene(&text("")), "10.0.0.4", "10.0.1.10", 443, ALLOWED);
    verdict(&scene(&text("")), "10.0.0.4", "10.0.1.4", 443, DENIED);
    for enabling in ["--disable-private-endpoint-network-policies false", "--private-endpoint-network-policies NetworkSecurityGroupEnabled"]
    {
        let scene = scene(&text(&format!("az network vnet subnet update -g rg --vnet-name v -n b {enabling}")));
        verdict(&scene, "10.0.0.4", "10.0.1.10", 443, DENIED);
    }
    let removed = format!("{}az network private-endpoint delete -g rg -n pe\n", text(""));
    verdict(&scene(&removed), "10.0.0.4", "10.0.1.10", 443, DENIED);
}

#[test]
fn private_endpoints_of_terraform_and_without_an_address() {
    let id = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network";
    let text = |policies: &str| {
        format!(
            r#"{{"values": {{"root_module": {{"resources": [
      {{"type": "azurerm_network_security_group", "name": "g", "values": {{"name": "g", "security_rule": [{{"name": "no", "priority": 100, "direction": "Inbound", "access": "Deny",
        "protocol": "*", "source_port_range": "*", "destination_port_range": "*", "source_address_prefix": "*", "destination_address_prefix": "*"}}]}}}},
      {{"type": "azurerm_virtual_network", "name": "x", "values": {{"name": "net", "address_space": ["10.5.0.0/16"]}}}},
      {{"type": "azurerm_subnet", "name": "a", "values": {{"name": "a", "virtual_network_name": "net", "address_prefixes": ["10.5.1.0/24"]}}}},
      {{"type": "azurerm_subnet", "name": "b", "values": {{"name": "b", "virtual_network_name": "net", "address_prefixes": ["10.5.2.0/24"]{policies}}}}},
      {{"type": "azurerm_subnet_network_security_group_association", "name": "x", "values": {{"subnet_id": "{id}/virtualNetworks/net/subnets/b", "network_security_group_id": "{id}/networkSecurityGroups/g"}}}},
      {{"type": "azurerm_network_interface", "name": "x", "values": {{"name": "one", "ip_configuration": [{{"name": "x", "private_ip_address": "10.5.1.4", "subnet_id": "{id}/virtualNetworks/net/subnets/a"}}]}}}},
      {{"type": "azurerm_private_endpoint", "name": "x", "values": {{"name": "pe", "subnet_id": "{id}/virtualNetworks/net/subnets/b", "private_service_connection": [{{"name": "x"}}]}}}}
    ]}}}}}}"#
        )
    };
    // Azure gives it the first free address.
    verdict(&scene(&text("")), "10.5.1.4", "10.5.2.4", 443, ALLOWED);
    verdict(&scene(&text(r#", "private_endpoint_network_policies": "Enabled""#)), "10.5.1.4", "10.5.2.4", 443, DENIED);
}
