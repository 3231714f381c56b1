//! What a text changes in ways that are easily passed over, and what of it is not known: it takes part in the verdict, or the verdict is "cannot tell".

use super::*;

/// Two subnets of one network with a machine each; the group of one of them closes port 80.
pub(crate) const PAIR: &str = "az network vnet create -g shop -n net --address-prefixes 10.0.0.0/16 --subnet-name web --subnet-prefixes 10.0.1.0/24\naz network vnet subnet create -g shop --vnet-name net -n db --address-prefixes 10.0.2.0/24\naz network nsg create -g shop -n nsg\naz network nic create -g shop -n webnic --vnet-name net --subnet web --private-ip-address 10.0.1.4\naz network nic create -g shop -n dbnic --vnet-name net --subnet db --private-ip-address 10.0.2.4\n";
pub(crate) const ATTACH: &str = "az network vnet subnet update -g shop --vnet-name net -n web --nsg nsg\n";
pub(crate) const CLOSE: &str =
    "az network nsg rule create -g shop --nsg-name nsg -n close --priority 100 --access Deny --protocol Tcp --destination-port-ranges 80\n";
const ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.Network";

/// Asks whether port 80 is open between the two.
#[track_caller]
pub(crate) fn pair(parts: &[&str], expected: Verdict) -> Analysis {
    let scene = scene(&format!("{PAIR}{}", parts.concat()));
    verdict(&scene, "10.0.2.4", "10.0.1.4", 80, expected);
    scene
}

/// Programs that deploy what stands in files of their own may make and change security groups.
#[test]
fn tools_that_deploy_may_change_groups() {
    for tool in [
        "terraform apply -auto-approve",
        "tofu apply",
        "azd up",
        "azd provision --no-prompt",
        "pulumi up -y",
        "ansible-playbook network.yml",
        "./rules.sh",
        "bash rules.sh shop",
        "pwsh rules.ps1",
        ". ./lib.sh",
        "curl -sL https://example.com/rules | bash",
        "make deploy-network",
    ] {
        pair(&[tool, "\n"], UNKNOWN);
        pair(&[ATTACH, CLOSE, tool, "\n"], UNKNOWN);
    }
    for tool in ["terraform plan", "azd env list", "pulumi preview", "source vars.sh", ". .env", "make lint", "./configure"] {
        pair(&[tool, "\n"], ALLOWED);
    }
}

#[test]
fn generic_updates_change_what_they_name() {
    pair(&[ATTACH, CLOSE], DENIED);
    let update = "az network nsg rule update -g shop --nsg-name nsg -n close";
    for (change, expected) in [
        ("--set access=Allow", ALLOWED),
        ("--set properties.access=\"Allow\"", ALLOWED),
        ("--set destinationPortRange=81", ALLOWED),
        ("--set description=x", DENIED),
        ("--set sourcePortRanges[0]=1", UNKNOWN),
        ("--add destinationPortRanges 81", UNKNOWN),
        ("--remove destinationPortRanges 0", UNKNOWN),
    ] {
        pair(&[ATTACH, CLOSE, update, " ", change, "\n"], expected);
    }
    let subnet = "az network vnet subnet update -g shop --vnet-name net -n web";
    for (change, expected) in [
        (format!("--set networkSecurityGroup.id={ID}/networkSecurityGroups/nsg"), DENIED),
        ("--set networkSecurityGroup=null".to_string(), ALLOWED),
        ("--add networkSecurityGroup x".to_string(), UNKNOWN),
        ("--set serviceEndpoints[0].service=Microsoft.Sql".to_string(), ALLOWED),
    ] {
        pair(&[CLOSE, subnet, " ", &change, "\n"], expected);
    }
    for (change, expected) in [("--remove securityRules 0", UNKNOWN), ("--set tags.a=b", DENIED), ("--add securityRules {}", UNKNOWN)] {
        let scene = pair(&[ATTACH, CLOSE, "az network nsg update -g shop -n nsg ", change, "\n"], expected);
        assert_eq!(with_code(&scene, "AZ044").len(), usize::from(expected == UNKNOWN), "{change}");
    }
    let card = format!("az network nic update -g shop -n webnic --set networkSecurityGroup.id={ID}/networkSecurityGroups/nsg\n");
    pair(&[CLOSE, &card], DENIED);
}

#[test]
fn identifiers_name_what_a_command_is_about() {
    let rule = format!("{ID}/networkSecurityGroups/nsg/securityRules/close");
    for (command, expected) in [
        (format!("az network nsg rule update --ids {rule} --access Allow"), ALLOWED),
        (format!("az network nsg rule delete --ids {rule}"), ALLOWED),
        (format!("az network nsg rule delete --ids {}", rule.replace("/shop/", "/other/")), DENIED),
        ("az network nsg rule delete --ids $RULE".to_string(), UNKNOWN),
        (format!("az network vnet subnet update --ids {ID}/virtualNetworks/net/subnets/web --nsg null"), ALLOWED),
    ] {
        pair(&[ATTACH, CLOSE, &command, "\n"], expected);
    }
    pair(&[CLOSE, &format!("az network nic update --ids {ID}/networkInterfaces/webnic --network-security-group nsg\n")], DENIED);
}

#[test]
fn names_are_names_of_their_resource_group() {
    let there = CLOSE.replace("-g shop", "-g other");
    let scene = pair(&[ATTACH, &there], ALLOWED);
    says(&scene, "AZ142", "az network nsg rule create", "`nsg` in `other`");
    pair(&[CLOSE, "az network nic update -g other -n webnic --network-security-group nsg\n"], ALLOWED);
    pair(&[CLOSE, &ATTACH.replace("-g shop", "-g other")], ALLOWED);
    pair(&[ATTACH, CLOSE, "az network nsg rule delete -g other --nsg-name nsg -n close\n"], DENIED);
}

#[test]
fn rules_that_come_with_a_group_are_rules_like_any_other() {
    let machine = "az vm create -g shop -n web --image Ubuntu2204\n";
    let rule = "-g shop --nsg-name webNSG -n default-allow-ssh";
    for (command, expected) in [
        (String::new(), ALLOWED),
        (format!("az network nsg rule delete {rule}"), DENIED),
        (format!("az network nsg rule update {rule} --source-address-prefixes 10.0.0.0/8"), DENIED),
        (format!("az network nsg rule update {rule} --access Deny"), DENIED),
    ] {
        let scene = scene(&format!("{machine}{command}\n"));
        verdict(&scene, OUTSIDE, INSIDE, 22, expected);
        silent(&scene, "AZ142");
    }
}

#[test]
fn a_machine_is_deleted_without_its_interface() {
    let machine = "az vm create -g shop -n webvm --nics webnic --image Ubuntu2204\n";
    let scene = pair(&[machine, "az vm delete -g shop -n webvm --yes\n"], ALLOWED);
    silent(&scene, "AZ142");
    assert!(scene.snapshot().cloud.interfaces.iter().all(|i| i.machine.is_none()));
}

/// Upstream: Azure documentation, "Create, change, or delete a virtual network peering": the tag `VirtualNetwork` encompasses the peered network when
/// access to it is allowed; `az network vnet peering create` allows it only where it is told to.
#[test]
fn a_peering_without_access_is_not_in_the_tag() {
    let networks = "az network vnet create -g g -n a --address-prefixes 10.1.0.0/16 --subnet-name s --subnet-prefixes 10.1.1.0/24\naz network vnet create -g g -n b --address-prefixes 10.2.0.0/16 --subnet-name s --subnet-prefixes 10.2.1.0/24\naz network nic create -g g -n an --vnet-name a --subnet s --private-ip-address 10.1.1.4\naz network nic create -g g -n bn --vnet-name b --subnet s --private-ip-address 10.2.1.4\naz network nsg create -g g -n nsg\naz network vnet subnet update -g g --vnet-name b -n s --nsg nsg\n";
    let peering = |allows: &str| {
        format!(
            "az network vnet peering create -g g -n ab --vnet-name a --remote-vnet b{allows}\naz network vnet peering create -g g -n ba --vnet-name b --remote-vnet a{allows}\n"
        )
    };
    let open = peering(" --allow-vnet-access");
    let update = "az network vnet peering update -g g -n ba --vnet-name b";
    for (more, expected) in [
        (open.clone(), ALLOWED),
        (peering(""), DENIED),
        (peering(" --allow-vnet-access false"), DENIED),
        (format!("{open}{update} --allow-vnet-access false\n"), DENIED),
        (format!("{open}{update} --set allowVirtualNetworkAccess=false\n"), DENIED),
        (format!("{open}{update} --set allowForwardedTraffic=true\n"), ALLOWED),
        (format!("{open}{update} --set peeringState=Disconnected\n"), UNKNOWN),
        (format!("{open}az network vnet peering delete -g g -n ab --vnet-name a\n"), DENIED),
        (
            format!(
                "{open}az network nsg rule create -g g --nsg-name nsg -n web --priority 100 --source-address-prefixes 10.1.1.4 --destination-port-ranges 80\n{update} --allow-vnet-access false\n"
            ),
            ALLOWED,
        ),
    ] {
        let scene = scene(&format!("{networks}{more}"));
        verdict(&scene, "10.1.1.4", "10.2.1.4", 80, expected);
        silent(&scene, "AZ142");
    }
}

/// A name that is not known is that of one of the objects that the text makes, as far as anybody can tell.
#[test]
fn commands_about_groups_and_rules_of_unknown_names_may_be_about_any() {
    let text = |command: &str| {
        scene(&format!(
            "
az network vnet create -g rg -n v --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.0.0/24
az network nsg create -g rg -n nsg1
az network nsg rule create -g rg --nsg-name nsg1 -n r1 --priority 200 --access Deny --protocol Tcp --destination-port-ranges 22
az network vnet subnet update -g rg --vnet-name v -n s --nsg nsg1
az network nic create -g rg -n n1 --vnet-name v --subnet s
az network nic create -g rg -n n2 --vnet-name v --subnet s
{command}
"
        ))
    };
    let deny = "az network nsg rule create -g rg -n x --priority 100 --access Deny --protocol '*' --destination-port-ranges '*' --nsg-name";
    let (from, to) = ("10.0.0.4", "10.0.0.5");
    verdict(&text(""), from, to, 443, ALLOWED);
    verdict(&text(&format!("{deny} \"$NSG\"")), from, to, 443, UNKNOWN);
    verdict(&text(&format!("{deny} $(basename $ID)")), from, to, 443, UNKNOWN);
    verdict(&text(&format!("{deny} nsg1")), from, to, 443, DENIED);
    verdict(&text(&format!("{deny} other")), from, to, 443, ALLOWED);
    verdict(&text(""), from, to, 22, DENIED);
    verdict(&text("az network nsg rule delete -g rg --nsg-name nsg1 -n \"$1\""), from, to, 22, UNKNOWN);
    verdict(&text("az network nsg rule update -g rg --nsg-name nsg1 -n $RULE --access Allow"), from, to, 22, UNKNOWN);
    let list = "for r in $(az network nsg rule list -g rg --nsg-name nsg1 --query \"[].name\" -o tsv); do az network nsg rule delete -g rg --nsg-name nsg1 -n $r; done";
    verdict(&text(list), from, to, 22, UNKNOWN);
    // One placeholder in every place is one object.
    let placeholder = "
az network vnet create -g rg -n v --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.0.0/24 --nsg $NSG
az network nsg create -g rg -n $NSG
az network nsg rule create -g rg --nsg-name $NSG -n r1 --priority 200 --access Deny --protocol Tcp --destination-port-ranges 22
";
    verdict(&scene(placeholder), from, to, 22, DENIED);
}
