//! Commands that change what commands before them made, and what `az` makes of its own accord.

use super::*;
use netpolis_core::diagnostics::Severity;
use netpolis_core::language::azure::ClusterEngine;

const NETWORK: &str = "az network vnet create -g g -n net --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.0.0/24\naz network nsg create -g g -n a\naz network nsg create -g g -n b\naz network nsg rule create -g g --nsg-name a -n web --priority 100 --source-address-prefixes '*' --destination-port-ranges 443 --access Allow --protocol Tcp\naz network vnet subnet update -g g --vnet-name net -n s --nsg a\naz network nic create -g g -n card --vnet-name net --subnet s --private-ip-address 10.0.0.4\n";

/// Verdicts for TCP 443 and 8443 from outside after further commands.
#[test]
fn later_commands_change_what_earlier_ones_made() {
    for (more, at_443, at_8443) in [
        ("", ALLOWED, DENIED),
        ("az network nsg rule update -g g --nsg-name a -n web --access Deny", DENIED, DENIED),
        ("az network nsg rule update -g g --nsg-name a -n web --destination-port-ranges 8443", DENIED, ALLOWED),
        ("az network nsg rule update -g g --nsg-name a -n WEB --destination-port-ranges 443 8443", ALLOWED, ALLOWED),
        ("az network nsg rule update -g g --nsg-name a -n web --source-address-prefixes 192.0.2.0/24", DENIED, DENIED),
        ("az network nsg rule update -g g --nsg-name a -n web --priority 200", ALLOWED, DENIED),
        ("az network nsg rule update -g g --nsg-name a -n web --acess Deny", ALLOWED, DENIED),
        ("az network nsg rule update -g g --nsg-name a -n web --access Refuse", ALLOWED, DENIED),
        ("az network nsg rule delete -g g --nsg-name a -n web", DENIED, DENIED),
        (
            "az network nsg rule delete -g g --nsg-name a -n web\naz network nsg rule create -g g --nsg-name a -n web --priority 100 --destination-port-ranges 8443",
            DENIED,
            ALLOWED,
        ),
        ("az network nsg rule create -g g --nsg-name a -n web --priority 100 --destination-port-ranges 8443", DENIED, ALLOWED),
        ("az network nsg rule create -g g --nsg-name a -n no --priority 100 --destination-port-ranges 443 --access Deny", ALLOWED, DENIED),
        (
            "az network nsg rule create -g g --nsg-name a -n no --priority 90 --destination-port-ranges 443 --access Deny --protocol Sctp",
            ALLOWED,
            DENIED,
        ),
        ("az network vnet subnet update -g g --vnet-name net -n s --nsg b", DENIED, DENIED),
        ("az network vnet subnet update -g g --vnet-name net -n s --nsg \"\"", ALLOWED, ALLOWED),
        ("az network vnet subnet update -g g --vnet-name net -n s --remove networkSecurityGroup", ALLOWED, ALLOWED),
        ("az network nic update -g g -n card --network-security-group b", DENIED, DENIED),
        ("az network nsg delete -g g -n a", ALLOWED, DENIED),
        ("az network vnet subnet update -g g --vnet-name net -n s --nsg null\naz network nsg delete -g g -n a", ALLOWED, ALLOWED),
        ("az network vnet subnet update -g g --vnet-name net -n s --nsg b\naz network nsg delete -g g -n a", DENIED, DENIED),
    ] {
        let scene = scene(&format!("{NETWORK}{more}\n"));
        for (port, expected) in [(443, at_443), (8443, at_8443)] {
            let answer = ask(&scene, OUTSIDE, INSIDE, port);
            // The interface has no public address, so only what its groups say counts here.
            let is_group = |c: &&netpolis_core::explain::CheckpointTrace| {
                !matches!(c.checkpoint, netpolis_core::verdict::traversal::Checkpoint::Route(_))
            };
            let by_groups = answer.checkpoints.iter().filter(is_group).all(|c| c.verdict != DENIED);
            let found = if by_groups { ALLOWED } else { DENIED };
            assert_eq!(found, expected, "{more}: {port}: {}", answer.summary);
        }
    }
}

#[test]
fn a_rule_that_azure_refuses_beside_others_is_an_error() {
    let twice = "az network nsg rule create -g g --nsg-name a -n x --priority 100 --destination-port-ranges 1";
    for (more, errors) in [
        (format!("{twice}\n"), 1),
        (format!("{twice} --direction Outbound\n"), 0),
        (format!("{}\n", twice.replace(" 100 ", " 101 ")), 0),
        (format!("{twice}\n{}\n", twice.replace("-n x", "-n y")), 2),
    ] {
        let scene = scene(&format!("{NETWORK}{more}"));
        assert_eq!(with_code(&scene, "AZ002").len(), errors, "{more}: {:#?}", scene.problems());
    }
    // In whatever form the rules are written.
    let separate = r#"{"type": "Microsoft.Network/networkSecurityGroups/securityRules", "name": "g/NAME", "properties": {"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"}}"#;
    let inline = separate.replace("g/NAME", "first").replace("\"type\": \"Microsoft.Network/networkSecurityGroups/securityRules\", ", "");
    let group = |rules: &str| {
        format!(r#"{{"type": "Microsoft.Network/networkSecurityGroups", "name": "g", "properties": {{"securityRules": [{rules}]}}}}"#)
    };
    for (text, errors) in [
        (format!("[{}, {}, {}]", group(""), separate.replace("NAME", "one"), separate.replace("NAME", "two")), 1),
        (format!("[{}, {}]", group(&inline), separate.replace("NAME", "two")), 1),
        (format!("[{}, {}]", group(&inline), separate.replace("NAME", "first")), 0),
        (format!("[{}, {}]", group(&inline), separate.replace("NAME", "two").replace("Inbound", "Outbound")), 0),
    ] {
        let scene = scene(&text);
        assert_eq!(with_code(&scene, "AZ002").len(), errors, "{text}: {:#?}", scene.problems());
    }
}

#[test]
fn a_tag_stands_alone() {
    for (prefixes, code, help) in [
        ("Internet 10.1.0.0/16", Some("AZ008"), ""),
        ("10.1.0.0/16 '*'", Some("AZ008"), ""),
        ("Internet", None, ""),
        ("10.1.0.0/16 10.2.0.0/16", None, ""),
        ("'Azure Load Balancer'", Some("AZ007"), "AzureLoadBalancer"),
        ("'Storage.West Europe'", Some("AZ007"), "Storage.WestEurope"),
        ("AzureKeyVaul.WestEurope", Some("AZ010"), "AzureKeyVault.WestEurope"),
        ("Storge", Some("AZ010"), "Storage"),
    ] {
        let scene = scene(&format!(
            "{NETWORK}az network nsg rule create -g g --nsg-name a -n t --priority 200 --source-address-prefixes {prefixes}\n"
        ));
        let found: Vec<_> = scene.problems().iter().filter(|p| ["AZ007", "AZ008", "AZ010"].contains(&p.code.0)).collect();
        assert_eq!(found.first().map(|p| p.code.0), code, "{prefixes}: {found:#?}");
        assert!(found.iter().all(|p| p.help.as_deref().unwrap_or_default().contains(help)), "{prefixes}: {found:#?}");
    }
}

#[test]
fn a_machine_comes_with_its_network_and_group() {
    for (options, at_22, at_3389) in [
        ("", ALLOWED, DENIED),
        ("--image Ubuntu2404 --generate-ssh-keys", ALLOWED, DENIED),
        ("--image Win2022Datacenter --admin-username me --admin-password p", DENIED, ALLOWED),
        ("--nsg-rule NONE", DENIED, DENIED),
        ("--nsg-rule RDP", DENIED, ALLOWED),
        ("--nsg own", ALLOWED, DENIED),
        // A Standard address is closed where no group opens it.
        ("--nsg \"\"", DENIED, DENIED),
        ("--vnet-name other --subnet back", DENIED, DENIED),
    ] {
        let scene = scene(&format!("az vm create -g g -n web {options}\n"));
        if options.contains("--subnet") {
            assert!(!with_code(&scene, "AZ021").is_empty(), "{options}: {:#?}", scene.problems());
            continue;
        }
        let errors: Vec<_> = scene.problems().iter().filter(|p| p.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{options}: {errors:#?}");
        verdict(&scene, OUTSIDE, "10.0.0.4", 22, at_22);
        verdict(&scene, OUTSIDE, "10.0.0.4", 3389, at_3389);
    }
    // A second one goes into the network of the first; with `--subnet` and a group that exist, nothing else is made.
    let scene = scene("az vm create -g g -n one\naz vm create -g g -n two --nsg oneNSG\n");
    assert_eq!((scene.snapshot().cloud.networks.len(), scene.snapshot().cloud.groups.len()), (1, 1));
    assert_eq!(scene.snapshot().cloud.interfaces.iter().filter(|i| !i.stand_in).count(), 2);
}

#[test]
fn clusters_change_in_the_order_of_the_text() {
    let made = "az aks create -g g -n c --network-plugin azure --node-count 3\n";
    for (more, engine, count) in [
        ("", ClusterEngine::None, 3),
        ("az aks update -g g -n c --network-policy calico", ClusterEngine::Calico, 3),
        ("az aks update -g g -n c --network-policy calico\naz aks update -g g -n c --network-policy none", ClusterEngine::None, 3),
        ("az aks update -g g -n c --network-dataplane cilium", ClusterEngine::Cilium, 3),
        ("az aks update -g g -n c --tier standard", ClusterEngine::None, 3),
        ("az aks scale -g g -n c --node-count 5", ClusterEngine::None, 5),
        ("az aks scale -g g -n c -c 5 --nodepool-name nodepool1", ClusterEngine::None, 5),
        ("az aks nodepool scale -g g --cluster-name c -n nodepool1 --node-count 7", ClusterEngine::None, 7),
        ("az aks scale -g g -n other --node-count 5", ClusterEngine::None, 3),
        (
            "az aks nodepool update -g g --cluster-name c -n nodepool1 --enable-cluster-autoscaler --min-count 4 --max-count 9\naz aks scale -g g -n c -c 5",
            ClusterEngine::None,
            4,
        ),
    ] {
        let scene = scene(&format!("{made}{more}\n"));
        let [cluster] = &scene.snapshot().cloud.clusters[..] else { panic!("{more}") };
        assert_eq!((cluster.engine, cluster.pools[0].count), (Some(engine), count), "{more}");
        let warned = scene.problems().iter().any(|p| p.message.starts_with("no `--network-policy`"));
        let was_set = more.contains("--network-policy calico") || more.contains("cilium");
        assert_eq!(warned, !was_set, "{more}");
        assert_eq!(!with_code(&scene, "AZ142").is_empty(), more.contains("other"), "{more}");
    }
}

#[test]
fn what_is_to_be_filled_in_is_said() {
    for (text, message) in [
        ("az network nsg create -g $RG -n $NSG\n", "`$NSG` has no value"),
        ("az network nsg create -g <resource-group> -n <name>\n", "`<name>` has no value"),
        ("az network nsg create -g g -n {nsg-name}\n", "`{nsg-name}` has no value"),
        ("az network nsg rule create -g g --nsg-name a -n r --priority <priority>\n", "`<priority>` has no value"),
        ("az network nsg rule create -g g --nsg-name a -n r --priority 100 --access ${ACCESS}\n", "`$ACCESS` has no value"),
    ] {
        let scene = scene(text);
        let errors: Vec<_> = scene.problems().iter().filter(|p| p.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{text}: {errors:#?}");
        assert!(with_code(&scene, "AZ141").iter().any(|p| p.message.starts_with(message)), "{text}: {:#?}", scene.problems());
    }
}

#[test]
fn options_are_taken_as_the_parser_of_az_takes_them() {
    for (options, code) in [
        ("--address-prefix 10.0.0.0/16", None),
        ("--address-prefixes=10.0.0.0/16", None),
        ("--address-prefixes \"[10.0.0.0/16,10.1.0.0/16]\"", None),
        ("--address-prefixes 10.0.0.0/16 --address-prefixes 10.1.0.0/16", None),
        ("--ddos-protection false --flowtimeout 10 --dns-servers 10.0.0.5 10.0.0.6 --edge-zone e", None),
        ("--subnet n --subnet-prefixes 10.0.0.0/24", Some("AZ041")),
        ("--sub x", Some("AZ041")),
        ("--location west europe", Some("AZ042")),
        ("--location", Some("AZ042")),
        ("-location westeurope", Some("AZ041")),
        ("--encryption-policy Maybe", Some("AZ042")),
    ] {
        let scene = scene(&format!("az network vnet create -ggroup -n net {options}\n"));
        let found = scene.problems().iter().map(|p| p.code.0).find(|c| ["AZ041", "AZ042", "AZ013"].contains(c));
        assert_eq!(found, code, "{options}: {:#?}", scene.problems());
    }
}

#[test]
fn a_port_that_is_opened_later_is_open() {
    let made = "az vm create -g g -n web\n";
    for (more, at_80, at_443) in [
        ("", DENIED, DENIED),
        ("az vm open-port -g g -n web --port 80", ALLOWED, DENIED),
        ("az vm open-port -g g -n web --port 80,443 --priority 950", ALLOWED, ALLOWED),
        ("az vm open-port -g g -n web --port '*'", ALLOWED, ALLOWED),
        ("az vm open-port -g g -n other --port 80", DENIED, DENIED),
    ] {
        let scene = scene(&format!("{made}{more}\n"));
        verdict(&scene, OUTSIDE, "10.0.0.4", 80, at_80);
        verdict(&scene, OUTSIDE, "10.0.0.4", 443, at_443);
    }
    // A group that another file makes is that one.
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("a.sh", "az vm create -g g -n web --nsg own\n"), ("b.sh", "az network nsg create -g g -n own\n")]);
    verdict(&scene, OUTSIDE, "10.0.0.4", 22, DENIED);
}

#[test]
fn an_update_asks_for_nothing_else() {
    let scene = scene(
        "az aks create -g g -n c --network-plugin azure --network-plugin-mode overlay --network-dataplane cilium\naz aks update -g g -n c --enable-cluster-autoscaler --min-count 1 --max-count 5\n",
    );
    silent(&scene, "AZ043");
}

/// Upstream: azure-cli, `acs/custom.py`, `_update_addons`; virtual nodes need Azure CNI, and Azure CNI overlay is for clusters without them (azure-aks-docs,
/// "Create virtual nodes", "Azure CNI Overlay").
#[test]
fn add_ons_that_are_enabled_later_are_those_of_the_cluster() {
    let made = "az aks create -g g -n c --network-plugin kubenet --network-policy calico --pod-cidr 192.168.0.0/16\n";
    let enable = "az aks enable-addons -g g -n c --addons virtual-node --subnet-name burst\n";
    let enabled = scene(&format!("{made}{enable}"));
    let [problem] = with_code(&enabled, "AZ043")[..] else { panic!("{:#?}", enabled.problems()) };
    assert!(problem.message.contains("needs Azure CNI"), "{problem:?}");
    assert!(problem.help.as_deref().is_some_and(|help| help.contains("without overlay")), "{problem:?}");
    let place = enabled.sources().position(problem.place.unwrap()).unwrap();
    assert_eq!(place.line, 2);
    let disabled = scene(&format!("{made}{enable}az aks disable-addons -g g -n c --addons virtual-node\n"));
    assert!(with_code(&disabled, "AZ043").is_empty(), "{:#?}", disabled.problems());
    let nowhere = scene(&format!("{made}{}", enable.replace(" --subnet-name burst", "")));
    assert!(with_code(&nowhere, "AZ043").iter().any(|p| p.message == "The aci-connector addon requires setting a subnet name."));
}

/// What an update turns off is no longer there.
#[test]
fn an_update_takes_back_what_it_turns_off() {
    let private =
        "az aks create -g g -n c --network-plugin azure --enable-private-cluster --api-server-authorized-ip-ranges 192.0.2.0/24\n";
    let refused = |text: &str| with_code(&scene(text), "AZ043").iter().any(|p| p.message.contains("not supported for private cluster"));
    assert!(refused(private));
    assert!(!refused(&format!("{private}az aks update -g g -n c --api-server-authorized-ip-ranges \"\"\n")));
    assert!(!refused(&format!("{private}az aks update -g g -n c --disable-private-cluster\n")));
}

/// Only groups of commands that change nothing that is read are passed over in silence.
#[test]
fn a_resource_group_that_is_deleted_is_said_not_to_be_read() {
    let said = |text: &str| with_code(&scene(text), "AZ044").len();
    assert_eq!(said("az group delete -n g --yes\n"), 1);
    assert_eq!(said("az group create -n g -l westeurope\naz group show -n g\naz account set -s x\n"), 0);
}

/// A pool that stands in another file is pointed at there; the plugin where it is written.
#[test]
fn findings_are_where_things_are_written() {
    let at = |files: &[(&str, &str)], words: &str| {
        let mut scene = Analysis::default();
        scene.set_files(files);
        let found = scene.problems().iter().find(|p| p.code.0 == "AZ029" && p.message.contains(words)).and_then(|p| p.place);
        let position = found.and_then(|place| scene.sources().position(place)).unwrap_or_else(|| panic!("{:#?}", scene.problems()));
        (position.source.0, position.line, position.column)
    };
    let cluster = "# one\n# two\naz aks create -g g -n c --network-plugin azure --network-policy azure --node-count 1\n";
    let pool = "az aks nodepool add -g g --cluster-name c --name win --os-type Windows --node-count 1\n";
    assert_eq!(at(&[("a.sh", cluster), ("b.sh", pool)], "Windows nodes"), (1, 1, 1));
    let kubenet = "az aks create -g g -n c --pod-cidr 192.168.0.0/16 --network-plugin kubenet\n";
    assert_eq!(at(&[("a.sh", kubenet)], "kubenet"), (0, 1, kubenet.find("--network-plugin").unwrap() as u32 + 1));
}
