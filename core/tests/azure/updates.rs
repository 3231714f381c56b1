//! `--set`, `--remove` and options of update commands: what they say is so afterwards, and what is not followed is not known.
//!
//! Upstream: azure-cli, "Generic Update Arguments" and the commands' own options (`aaz/latest/network`).

use super::*;

/// Two subnets with a machine each; the security group `g` of the first has no rule.
const NETWORK: &str = "az network vnet create -g rg -n net --address-prefixes 10.0.0.0/16 --subnet-name s1 --subnet-prefixes 10.0.1.0/24
az network vnet subnet create -g rg --vnet-name net -n s2 --address-prefixes 10.0.2.0/24
az network nsg create -g rg -n g
az network vnet subnet update -g rg --vnet-name net -n s1 --nsg g
az network nic create -g rg -n n1 --vnet-name net --subnet s1
az network nic create -g rg -n n2 --vnet-name net --subnet s2
";
/// Closes port 443 of what is in the first subnet.
const CLOSE: &str = "az network nsg rule create -g rg --nsg-name g -n x --priority 100 --access Deny --destination-port-ranges 443";
/// A route that drops what the first subnet sends to the second.
const ROUTE: &str = "az network route-table create -g rg -n rt
az network route-table route create -g rg --route-table-name rt -n d --address-prefix 10.0.2.0/24 --next-hop-type None
az network vnet subnet update -g rg --vnet-name net -n s1 --route-table rt
";

fn after(commands: &[&str]) -> Analysis {
    scene(&format!("{NETWORK}{}\n", commands.join("\n")))
}

#[test]
fn routes_are_what_they_were_set_to() {
    named(&after(&[ROUTE]), "vm/n1", "vm/n2", 443, DENIED);
    let route = "az network route-table route update -g rg --route-table-name rt -n d";
    let table = "az network route-table update -g rg -n rt";
    let subnet = "az network vnet subnet update -g rg --vnet-name net -n s1";
    for (command, expected) in [
        (format!("{subnet} --remove routeTable"), ALLOWED),
        (format!("{subnet} --remove routeTable networkSecurityGroup"), ALLOWED),
        (format!("{subnet} --set routeTable=null"), ALLOWED),
        (format!("{subnet} --set routeTable={{\"id\":\"x\"}}"), UNKNOWN),
        (format!("{table} --set routes=[]"), ALLOWED),
        (format!("{table} --remove routes 0"), UNKNOWN),
        (format!("{table} --set tags.a=b"), DENIED),
        (format!("{route} --set nextHopType=VnetLocal"), ALLOWED),
        (format!("{route} --set addressPrefix=10.0.3.0/24"), ALLOWED),
        (format!("{route} --set addressPrefix=$RANGE"), UNKNOWN),
        (format!("{route} --next-hop-type $HOP"), UNKNOWN),
        (format!("{route} --set foo=bar"), UNKNOWN),
        (format!("if [ \"$CUT\" = no ]; then {route} --next-hop-type VnetLocal; fi"), UNKNOWN),
        (format!("if [ \"$CUT\" = no ]; then {} -n d; fi", route.replace("update", "delete").replace(" -n d", "")), UNKNOWN),
        ("az network vnet update -g rg -n net --remove subnets 0".to_string(), UNKNOWN),
    ] {
        let scene = after(&[ROUTE, &command]);
        let answer = named(&scene, "vm/n1", "vm/n2", 443, expected);
        assert_eq!(
            expected == UNKNOWN,
            answer.summary.contains("routes of subnet `s1`") || answer.summary.contains("network security"),
            "{command}: {}",
            answer.summary
        );
    }
}

/// Azure/azure-cli#7912 and #10970: `create` of what is there takes away what it does not say, unless that is in use.
#[test]
fn what_is_created_again_has_what_the_last_command_says() {
    let network = "az network vnet create -g rg -n net --address-prefixes 10.0.0.0/16";
    let used = after(&[CLOSE, network]);
    named(&used, "vm/n2", "vm/n1", 443, DENIED);
    says(&used, "AZ043", network, "its subnet `s1`, which the command leaves out, is in use by `n1`");
    // The same with the subnets that are there, and with those that nobody uses.
    let both = after(&[CLOSE, "az network nic delete -g rg -n n2", &format!("{network} --subnet-name s1 --subnet-prefixes 10.0.1.0/24")]);
    named(&both, "10.0.2.9", "vm/n1", 443, ALLOWED);
    says(&both, "AZ043", network, "loses its subnet `s2`");
    named(&after(&[CLOSE, &format!("[ -n \"$AGAIN\" ] && {network}")]), "vm/n2", "vm/n1", 443, DENIED);
    let table = "az network route-table create -g rg -n rt";
    named(&after(&[ROUTE, table]), "vm/n1", "vm/n2", 443, ALLOWED);
    named(&after(&[ROUTE, &format!("if [ \"$A\" = b ]; then {table}; fi")]), "vm/n1", "vm/n2", 443, UNKNOWN);
    // A space that leaves a subnet out is refused.
    let space = after(&["az network vnet update -g rg -n net --address-prefixes 10.5.0.0/16"]);
    named(&space, "10.5.1.1", "vm/n1", 80, DENIED);
    says(&space, "AZ043", "az network vnet update", "subnet `s1` would be outside the address space");
    named(&after(&["az network vnet update -g rg -n net --address-prefixes 10.0.0.0/16 10.5.0.0/16"]), "10.5.1.1", "vm/n1", 80, ALLOWED);
}

#[test]
fn an_interface_is_what_it_was_set_to() {
    named(&after(&[CLOSE]), "vm/n2", "vm/n1", 443, DENIED);
    let other = "$(az network vnet subnet show -g rg --vnet-name net -n s2 --query id -o tsv)";
    let card = "az network nic update -g rg -n n1";
    let configuration = "az network nic ip-config update -g rg --nic-name n1 -n ipconfig1";
    for (command, expected) in [
        (format!("{card} --set ipConfigurations[0].subnet.id={other}"), ALLOWED),
        (format!("{configuration} --set subnet.id={other}"), ALLOWED),
        (format!("{card} --set ipConfigurations[0].foo=bar"), UNKNOWN),
        (format!("{card} --set ipConfigurations[1].subnet.id={other}"), DENIED),
        (format!("{configuration} --set privateIPAllocationMethod=Static"), DENIED),
        (format!("{configuration} --add applicationSecurityGroups id=x"), UNKNOWN),
        (format!("if [ \"$A\" = b ]; then {configuration} --set subnet.id={other}; fi"), UNKNOWN),
        // There is no such configuration: Azure refuses.
        (
            format!(
                "az network nic ip-config create -g rg --nic-name n1 -n two\n{} --subnet s2",
                configuration.replace("ipconfig1", "three")
            ),
            DENIED,
        ),
    ] {
        named(&after(&[CLOSE, &command]), "vm/n2", "vm/n1", 443, expected);
    }
    // The address that a rule is for.
    let to_address = format!("{CLOSE} --destination-address-prefixes 10.0.1.50");
    for (address, expected) in [("10.0.1.50", DENIED), ("10.0.1.51", ALLOWED)] {
        let change = format!("{configuration} --set privateIPAddress={address} privateIPAllocationMethod=Static");
        named(&after(&[&to_address, &change]), "vm/n2", "vm/n1", 443, expected);
    }
    // Its application security groups.
    let groups = format!("az network asg create -g rg -n web\n{CLOSE} --destination-asgs web\n{configuration} --asgs web");
    named(&after(&[&groups]), "vm/n2", "vm/n1", 443, DENIED);
    for (command, expected) in [
        (format!("{configuration} --remove applicationSecurityGroups"), ALLOWED),
        (format!("{configuration} --asgs null"), ALLOWED),
        (format!("{configuration} --remove applicationSecurityGroups 0"), UNKNOWN),
        (format!("{card} --remove ipConfigurations[0].applicationSecurityGroups"), ALLOWED),
    ] {
        named(&after(&[&groups, &command]), "vm/n2", "vm/n1", 443, expected);
    }
}

/// Azure documentation, "Dissociate a public IP address from a VM"; "Upgrade a public IP address": a Basic address is open, a Standard one closed.
#[test]
fn a_public_address_is_what_became_of_it() {
    let address = "az network public-ip create -g rg -n ip --sku Basic --allocation-method Static";
    let configuration = "az network nic ip-config update -g rg --nic-name n2 -n ipconfig1";
    let attach = format!("{configuration} --public-ip-address ip");
    named(&after(&[address, &attach]), OUTSIDE, "vm/n2", 80, ALLOWED);
    for command in [
        &format!("{configuration} --remove PublicIpAddress"),
        &format!("{configuration} --public-ip-address null"),
        "az network nic update -g rg -n n2 --remove ipConfigurations[0].publicIPAddress",
        "az network public-ip update -g rg -n ip --sku Standard",
        "az network public-ip update -g rg -n ip --set sku.name=Standard",
    ] {
        named(&after(&[address, &attach, command]), OUTSIDE, "vm/n2", 80, DENIED);
    }
    named(&after(&[address, &attach, "az network public-ip update -g rg -n ip --idle-timeout 10"]), OUTSIDE, "vm/n2", 80, ALLOWED);
    // The machine's own, and that of another configuration.
    let machine = "az vm create -g rg -n web1 --vnet-name net --subnet s2 --image Ubuntu2204";
    named(&after(&[machine]), OUTSIDE, "vm/web1", 22, ALLOWED);
    let take = "az network nic ip-config update -g rg --nic-name web1VMNic -n ipconfigweb1 --public-ip-address null";
    named(&after(&[machine, take]), OUTSIDE, "vm/web1", 22, DENIED);
    let second = "az network nic ip-config create -g rg --nic-name n2 -n two --public-ip-address ip";
    named(&after(&[address, second]), OUTSIDE, "vm/n2", 80, ALLOWED);
    named(&after(&[address, second, &take.replace("web1VMNic", "n2").replace("ipconfigweb1", "two")]), OUTSIDE, "vm/n2", 80, DENIED);
}

#[test]
fn a_subnet_and_its_network_are_what_they_were_set_to() {
    let endpoint = format!(
        "{CLOSE}\naz network private-endpoint create -g rg -n pe --vnet-name net --subnet s1 --connection-name c --private-connection-resource-id /subscriptions/0/x --group-id blob"
    );
    let subnet = "az network vnet subnet update -g rg --vnet-name net -n s1";
    named(&after(&[&endpoint]), "vm/n2", "10.0.1.5", 443, ALLOWED);
    named(&after(&[&endpoint, &format!("{subnet} --set privateEndpointNetworkPolicies=Enabled")]), "vm/n2", "10.0.1.5", 443, DENIED);
    let private = format!("{} --set defaultOutboundAccess=false", subnet.replace("s1", "s2"));
    named(&after(&[&private]), "vm/n2", OUTSIDE, 443, DENIED);
    let unread = after(&[&format!("{} --set foo=bar", subnet.replace("s1", "s2"))]);
    let answer = named(&unread, "vm/n2", "vm/n1", 443, UNKNOWN);
    assert!(answer.summary.contains("--set foo=bar` is not evaluated") && !answer.summary.contains("nsg show"), "{}", answer.summary);
    let space = |set: &str| after(&[&format!("az network vnet update -g rg -n net --set {set}")]);
    named(&space("addressSpace.addressPrefixes=[\"10.0.0.0/16\",\"10.5.0.0/16\"]"), "10.5.1.1", "vm/n1", 443, ALLOWED);
    named(&space("addressSpace.addressPrefixes[0]=10.0.0.0/15"), "10.5.1.1", "vm/n1", 443, UNKNOWN);
    named(&space("tags.a=b"), "10.5.1.1", "vm/n1", 443, DENIED);
}

/// azure-docs, "Troubleshoot Azure NAT Gateway": without a public address it lets nothing out.
#[test]
fn a_nat_gateway_without_an_address_is_no_way_out() {
    let subnet = "az network vnet subnet update -g rg --vnet-name net -n s2 --default-outbound-access false --nat-gateway ng";
    let gateway = "az network nat gateway create -g rg -n ng";
    let address = "az network public-ip create -g rg -n ip";
    for (commands, expected) in [
        (vec![gateway, subnet], DENIED),
        (vec![address, "az network nat gateway create -g rg -n ng --public-ip-addresses ip", subnet], ALLOWED),
        (vec!["az network nat gateway create -g rg -n ng --public-ip-prefixes p", subnet], ALLOWED),
        (vec![gateway, subnet, address, "az network nat gateway update -g rg -n ng --public-ip-addresses ip"], ALLOWED),
        // One that is not in the input may have one.
        (vec![subnet], ALLOWED),
    ] {
        let scene = after(&commands);
        named(&scene, "vm/n2", OUTSIDE, 443, expected);
        assert_eq!(with_code(&scene, "AZ043").len(), usize::from(expected == DENIED), "{commands:?}");
    }
    let template = |properties: &str| {
        scene(&format!(
            r#"[{{"type": "Microsoft.Network/natGateways", "name": "ng", "properties": {{{properties}}}}},
            {{"type": "Microsoft.Network/virtualNetworks", "name": "net", "properties": {{"addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}}, "subnets": [{{"name": "s", "properties": {{"addressPrefix": "10.0.1.0/24", "defaultOutboundAccess": false, "natGateway": {{"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/natGateways/ng"}}}}}}]}}}}]"#
        ))
    };
    verdict(&template(""), "10.0.1.4", OUTSIDE, 443, DENIED);
    verdict(&template(r#""publicIpAddresses": []"#), "10.0.1.4", OUTSIDE, 443, DENIED);
    verdict(&template(r#""publicIpAddresses": [{"id": "x"}]"#), "10.0.1.4", OUTSIDE, 443, ALLOWED);
}

/// azure-cli, `parser.py`: unrecognized arguments end the command; another version may have the option.
#[test]
fn a_rule_with_an_option_that_is_not_known_may_not_be_made() {
    named(&after(&[&format!("{CLOSE} --foo bar")]), "vm/n2", "vm/n1", 443, UNKNOWN);
    named(&after(&[&format!("{CLOSE} --foo bar")]), "vm/n2", "vm/n1", 80, ALLOWED);
    let misspelt = CLOSE.replace("--destination-port-ranges", "--dest-port-ranges");
    named(&after(&[&misspelt]), "vm/n2", "vm/n1", 443, ALLOWED);
    named(&after(&[&misspelt]), "vm/n2", "vm/n1", 80, UNKNOWN);
}
