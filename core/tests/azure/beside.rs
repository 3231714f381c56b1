//! What stands beside a script: what `az … show` prints of what it makes, and texts that are not read and speak of security groups.

use super::doubtful::{ATTACH, CLOSE, PAIR};
use super::*;

const ID: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/shop/providers/Microsoft.Network";

/// Asks whether port 80 is open between the two machines of a script with another file beside it.
#[track_caller]
fn beside(script: &[&str], file: (&str, &str), expected: Verdict) -> Analysis {
    let mut scene = Analysis::new(Settings::default());
    let script = format!("{PAIR}{ATTACH}{}", script.concat());
    scene.set_files(&[("script.sh", &script), file]);
    verdict(&scene, "10.0.2.4", "10.0.1.4", 80, expected);
    scene
}

fn rule(more: &str) -> String {
    format!(
        r#"{{"name": "close", "priority": 100, "access": "Deny", "direction": "Inbound", "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "80"{more}}}"#
    )
}

/// A group that is shown with its subscription is the one that the script makes in the same resource group.
#[test]
fn what_is_shown_is_what_the_script_makes() {
    let group = |id: &str, rules: &str| {
        format!(
            r#"{{"id": "{id}/networkSecurityGroups/nsg", "name": "nsg", "resourceGroup": "shop", "type": "Microsoft.Network/networkSecurityGroups", "securityRules": [{rules}]}}"#
        )
    };
    let scene = beside(&[], ("group.json", &group(ID, &rule(""))), DENIED);
    silent(&scene, "AZ181");
    beside(&[CLOSE], ("group.json", &group(ID, "")), DENIED);
    beside(&[], ("group.json", &group(ID, "")), ALLOWED);
    // One of another resource group is another one.
    beside(&[], ("group.json", &group(&ID.replace("shop", "other"), &rule("")).replace("\"shop\"", "\"other\"")), ALLOWED);
    // The rule as the script changes it later, not as it was shown when it was made.
    let shown = rule(&format!(
        r#", "id": "{ID}/networkSecurityGroups/nsg/securityRules/close", "type": "Microsoft.Network/networkSecurityGroups/securityRules""#
    ));
    beside(&[], ("rule.json", &shown), DENIED);
    beside(&[CLOSE, "az network nsg rule update -g shop --nsg-name nsg -n close --access Allow\n"], ("rule.json", &shown), ALLOWED);
}

/// Upstream: Azure documentation, "az network nsg rule list": with a query the rules have no identifiers.
#[test]
fn rules_without_their_group_may_be_of_any() {
    beside(&[], ("rules.json", &format!("[{}]", rule(""))), UNKNOWN);
    let listed = rule(&format!(r#", "id": "{ID}/networkSecurityGroups/nsg/securityRules/close""#));
    beside(&[], ("rules.json", &format!("[{listed}]")), DENIED);
    let alone = scene(&format!("[{}]", rule("")));
    assert_eq!(names(&alone), ["close"]);
    // `az resource list` shows groups without their rules.
    let listed = format!(
        r#"[{{"id": "{ID}/networkSecurityGroups/nsg", "name": "nsg", "resourceGroup": "shop", "type": "Microsoft.Network/networkSecurityGroups", "properties": null}}]"#
    );
    beside(&[], ("list.json", &listed), UNKNOWN);
}

/// What is not read is not absent.
#[test]
fn texts_that_are_not_read_and_speak_of_groups_may_change_them() {
    let json = format!(r#"{{"id": "{ID}/networkSecurityGroups/nsg", "securityRules": [{}]}}"#, rule(""));
    for (name, text) in [
        ("main.tf", "resource \"azurerm_network_security_rule\" \"close\" {\n  network_security_group_name = \"nsg\"\n}\n".to_string()),
        ("main.bicep", "resource close 'Microsoft.Network/networkSecurityGroups/securityRules@2023-09-01' = {\n  name: 'nsg/close'\n}\n".to_string()),
        ("cut.json", json.get(..json.len() - 30).unwrap().to_string()),
        ("comma.json", json.replace("\"priority\": 100, ", "\"priority\": 100 ")),
        (
            "operator.yaml",
            "apiVersion: network.azure.com/v1api20201101\nkind: NetworkSecurityGroupsSecurityRule\nmetadata: {name: close, namespace: default}\nspec: {owner: {name: nsg}, access: Deny, destinationPortRange: \"80\"}\n".to_string(),
        ),
        ("tasks.yaml", "- name: close\n  azure.azcollection.azure_rm_securitygroup:\n    name: nsg\n    rules: [{name: close, access: Deny}]\n".to_string()),
        ("list.txt", "\nName                     : close\nDestinationPortRange     : {80}\nAccess                   : Deny\n".to_string()),
        (
            "table.txt",
            "Name    ResourceGroup    Priority    SourcePortRanges    SourceAddressPrefixes    Access    Protocol    Direction    DestinationPortRanges\n------  ---------------  ----------  ------------------  -----------------------  --------  ----------  -----------  -----------------------\nclose   shop             100         *                   *                        Deny      *           Inbound      80\n".to_string(),
        ),
    ] {
        beside(&[], (name, &text), UNKNOWN);
    }
    // What speaks of nothing of the kind, or is read, changes nothing.
    for (name, text) in [
        ("main.tf", "resource \"azurerm_storage_account\" \"a\" {\n  name = \"a\"\n}\n"),
        ("notes.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes, namespace: shop}\ndata: {text: NetworkSecurityGroup}\n"),
    ] {
        beside(&[], (name, text), ALLOWED);
    }
    let console = format!(
        "{PAIR}{ATTACH}$ az network nsg rule list -g shop --nsg-name nsg -o yaml\n- access: Deny\n  destinationPortRange: '80'\n  direction: Inbound\n  id: {ID}/networkSecurityGroups/nsg/securityRules/close\n  name: close\n  priority: 100\n  protocol: '*'\n  sourceAddressPrefix: '*'\n  sourcePortRange: '*'\n  destinationAddressPrefix: '*'\n"
    );
    verdict(&scene(&console), "10.0.2.4", "10.0.1.4", 80, DENIED);
}
