//! What Azure refuses of things that are each fine by themselves, and what it is advised to write.

use super::*;

const NET: &str = "az network vnet create -g r -n net --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.1.0/24\naz network nsg create -g r -n g\n";

fn script(more: &str) -> Analysis {
    scene(&format!("{NET}{more}"))
}

/// Upstream: azure-cli and Azure: `PrivateIPAddressInUse`.
#[test]
fn an_address_is_for_one_interface() {
    let card = |name: &str, address: &str| {
        format!("az network nic create -g r -n {name} --vnet-name net --subnet s --private-ip-address {address}\n")
    };
    let twice = script(&(card("a", "10.0.1.9") + &card("b", "10.0.1.9")));
    says(&twice, "AZ025", "az network nic create -g r -n b", "10.0.1.9 is that of `a` already");
    silent(&script(&(card("a", "10.0.1.9") + &card("b", "10.0.1.10"))), "AZ025");
}

/// Upstream: azure-docs, bastion/configuration-settings.md; Azure Firewall FAQ; "About VPN Gateway configuration settings".
#[test]
fn subnets_of_services_are_large_enough_and_without_groups() {
    let subnet = |name: &str, prefix: &str, more: &str| {
        script(&format!("az network vnet subnet create -g r --vnet-name net -n {name} --address-prefixes {prefix}{more}\n"))
    };
    for name in ["AzureBastionSubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet"] {
        says(&subnet(name, "10.0.5.0/27", ""), "AZ022", "", "needs a /26 or larger");
        silent(&subnet(name, "10.0.5.0/26", ""), "AZ022");
    }
    silent(&subnet("GatewaySubnet", "10.0.5.0/27", ""), "AZ022");
    for (name, count) in [("GatewaySubnet", 1), ("AzureFirewallSubnet", 1), ("AzureBastionSubnet", 0), ("web", 0)] {
        assert_eq!(with_code(&subnet(name, "10.0.5.0/26", " --nsg g"), "AZ043").len(), count, "{name}");
    }
}

/// Upstream: kubernetes-sigs/cloud-provider-azure#657: `RouteConflict`.
#[test]
fn a_table_has_one_route_for_a_prefix() {
    let route = |name: &str, prefix: &str| {
        format!("az network route-table route create -g r --route-table-name rt -n {name} --address-prefix {prefix} --next-hop-type None\n")
    };
    let table = "az network route-table create -g r -n rt\n";
    let twice = script(&(String::from(table) + &route("a", "10.9.0.0/16") + &route("b", "10.9.0.0/16")));
    says(&twice, "AZ043", "az network route-table route create -g r --route-table-name rt -n b", "`a` is for 10.9.0.0/16 already");
    silent(&script(&(String::from(table) + &route("a", "10.9.0.0/16") + &route("b", "10.9.0.0/17"))), "AZ043");
}

/// Upstream: MicrosoftDocs/azure-docs#42889; cloudfoundry/bosh-azure-cpi-release#608.
#[test]
fn public_addresses_are_static_or_without_zones() {
    for (options, count) in [
        ("--sku Standard --allocation-method Dynamic", 1),
        ("--sku Standard --allocation-method Static --zone 1", 0),
        ("--sku Basic --allocation-method Dynamic", 0),
        ("--sku Basic --zone 1", 1),
    ] {
        assert_eq!(with_code(&scene(&format!("az network public-ip create -g r -n p {options}\n")), "AZ043").len(), count, "{options}");
    }
    let template = |sku: &str, method: &str| {
        scene(&format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [{{"type": "Microsoft.Network/publicIPAddresses", "apiVersion": "2023-09-01", "name": "p", "sku": {{"name": "{sku}"}}, "properties": {{"publicIPAllocationMethod": "{method}"}}}}]}}"#
        ))
    };
    says(&template("Standard", "Dynamic"), "AZ043", "\"Dynamic\"", "is static");
    silent(&template("Standard", "Static"), "AZ043");
}

/// Upstream: azure-rest-api-specs, networkSecurityGroup.json; "Naming rules and restrictions for Azure resources".
#[test]
fn names_and_descriptions_of_rules_in_commands_are_checked() {
    let rule = |name: &str, more: &str| script(&format!("az network nsg rule create -g r --nsg-name g -n {name} --priority 100{more}\n"));
    says(&rule("\"my rule\"", ""), "AZ004", "\"my rule\"", "letters, digits, dots, dashes and underscores only");
    says(&rule("web-", ""), "AZ004", "web-", "ends with");
    for fine in ["web", "web.1-a_", "$NAME", "\"rule-$i\""] {
        silent(&rule(fine, ""), "AZ004");
    }
    says(&rule("web", &format!(" --description \"{}\"", "a".repeat(141))), "AZ015", "", "140 characters at most");
    silent(&rule("web", &format!(" --description \"{}\"", "a".repeat(140))), "AZ015");
}

/// A rule for the one address that stands for the Internet would let in nobody.
#[test]
fn what_is_advised_for_the_internet_is_its_tag() {
    let text = format!(
        "{NET}az network vnet subnet update -g r --vnet-name net -n s --nsg g\naz network public-ip create -g r -n p\naz network nic create -g r -n card --vnet-name net --subnet s --public-ip-address p\n"
    );
    let scene = scene(&text);
    let internet = find(scene.snapshot(), "internet").unwrap().end;
    let machine = find(scene.snapshot(), "vm/card").unwrap().end;
    let answer = scene.decide(&Flow { from: internet, to: machine, traffic: Traffic::to_port(Protocol::TCP, 443) });
    let advice = answer.suggestion.unwrap();
    assert!(advice.edits.iter().all(|(_, text)| text.contains("--source-address-prefixes Internet")), "{:?}", advice.edits);
    let one = scene.decide(&Flow {
        from: Endpoint::Outside(OUTSIDE.parse().unwrap()),
        to: machine,
        traffic: Traffic::to_port(Protocol::TCP, 443),
    });
    assert!(one.suggestion.unwrap().edits.iter().all(|(_, text)| text.contains(OUTSIDE)));
}
