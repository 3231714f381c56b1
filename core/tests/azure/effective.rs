//! Effective rules.

use super::*;

/// What `az network nic list-effective-nsg` prints, cut to the fields that count. The peer 10.9.0.0/16 is known from the expansion alone.
const EFFECTIVE: &str = r#"{"value": [
 {"association": {"subnet": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/prod/subnets/back"}},
  "networkSecurityGroup": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/back-nsg"},
  "tagMap": {"AzureCloud": ["20.0.0.0/8"]},
  "effectiveSecurityRules": [
   {"name": "securityRules/cloud", "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp",
    "sourceAddressPrefix": "AzureCloud", "sourceAddressPrefixes": ["AzureCloud"], "expandedSourceAddressPrefix": null,
    "sourcePortRange": "0-65535", "sourcePortRanges": ["0-65535"],
    "destinationAddressPrefix": "0.0.0.0/0", "destinationAddressPrefixes": ["0.0.0.0/0"], "expandedDestinationAddressPrefix": null,
    "destinationPortRange": "443-443", "destinationPortRanges": ["443-443"]},
   {"name": "securityRules/storage", "access": "Allow", "direction": "Inbound", "priority": 110, "protocol": "All",
    "sourceAddressPrefix": "Storage", "sourceAddressPrefixes": ["Storage"], "expandedSourceAddressPrefix": ["13.65.1.0/24"],
    "sourcePortRange": "0-65535", "sourcePortRanges": ["0-65535"],
    "destinationAddressPrefix": "0.0.0.0/0", "destinationAddressPrefixes": ["0.0.0.0/0"], "expandedDestinationAddressPrefix": null,
    "destinationPortRange": "0-65535", "destinationPortRanges": ["0-65535"]},
   {"name": "defaultSecurityRules/AllowVnetInBound", "access": "Allow", "direction": "Inbound", "priority": 65000, "protocol": "All",
    "sourceAddressPrefix": "VirtualNetwork", "sourceAddressPrefixes": ["VirtualNetwork"],
    "expandedSourceAddressPrefix": ["10.7.0.0/16", "10.9.0.0/16", "168.63.129.16/32"],
    "sourcePortRange": "0-65535", "destinationPortRange": "0-65535",
    "destinationAddressPrefix": "VirtualNetwork", "destinationAddressPrefixes": ["VirtualNetwork"],
    "expandedDestinationAddressPrefix": ["10.7.0.0/16", "10.9.0.0/16", "168.63.129.16/32"]}]},
 {"association": {"networkInterface": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/back-nic"}},
  "networkSecurityGroup": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nic-nsg"},
  "effectiveSecurityRules": [
   {"name": "securityRules/all", "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "All",
    "sourceAddressPrefix": "0.0.0.0/0", "sourcePortRange": "0-65535", "destinationAddressPrefix": "0.0.0.0/0", "destinationPortRange": "0-65535"}]}
]}"#;

#[test]
fn effective_rules_say_what_tags_are_and_where_they_hold() {
    let scene = scene(EFFECTIVE);
    assert!(scene.problems().iter().all(|p| p.severity != netpolis_core::diagnostics::Severity::Error), "{:#?}", scene.problems());
    let cloud = &scene.snapshot().cloud;
    let [network] = &cloud.networks[..] else { panic!("{:?}", cloud.networks) };
    assert_eq!(network.name, "prod");
    let [subnet] = &cloud.subnets[..] else { panic!() };
    assert_eq!(subnet.name, "back");
    let interface = cloud.interfaces.iter().find(|i| i.name == "back-nic").unwrap();
    let address = interface.addresses[0].to_string();
    assert!(address.starts_with("10.7."), "{address}");
    // A tag of the tag map, one that the rule itself expands, and neither of them elsewhere.
    let answer = verdict(&scene, "20.1.2.3", &address, 443, ALLOWED);
    let groups: Vec<_> = answer.checkpoints.iter().map(|c| c.title.clone()).collect();
    assert_eq!(groups, ["Inbound at subnet back", "Inbound at interface back-nic"]);
    verdict(&scene, "21.1.2.3", &address, 443, DENIED);
    verdict(&scene, "13.65.1.9", &address, 22, ALLOWED);
    verdict(&scene, "13.65.2.9", &address, 22, DENIED);
    // The virtual network reaches to the peer, and not to the rest of 10.0.0.0/8.
    verdict(&scene, "10.9.1.1", &address, 22, ALLOWED);
    verdict(&scene, "10.8.1.1", &address, 22, DENIED);
    assert!(answer.notes.iter().any(|n| n.contains("the first free one, is assumed")), "{:?}", answer.notes);
    silent(&scene, "AZ008");
    silent(&scene, "AZ009");
    silent(&scene, "AZ010");
    // With the network beside it, nothing is assumed.
    let text = format!(
        "[{EFFECTIVE}, {}]",
        r#"{"type": "Microsoft.Network/virtualNetworks", "name": "prod", "addressSpace": {"addressPrefixes": ["10.7.0.0/16"]},
        "subnets": [{"name": "back", "addressPrefix": "10.7.3.0/24"}]}"#
    );
    let scene = self::scene(&text);
    assert_eq!(scene.snapshot().cloud.subnets.len(), 1);
    verdict(&scene, "10.9.1.1", "10.7.3.4", 22, ALLOWED);
    silent(&scene, "AZ026");
}
