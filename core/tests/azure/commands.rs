//! Command lines: how they are taken apart, and what the command line and the service refuse.

use super::*;
use netpolis_core::diagnostics::Severity;
use netpolis_core::language::azure::{ClusterEngine, Plugin};

/// Every way to write one rule: the same rule comes of each.
#[test]
fn command_lines_are_taken_apart_as_a_shell_does() {
    let plain = "az network nsg rule create -g g --nsg-name web -n 'in from office' --priority 100 --access Allow --protocol Tcp --destination-port-ranges 443 8443 --source-address-prefixes 203.0.113.0/24";
    for text in [
        plain.to_string(),
        plain.replace(" --priority 100", " --priority=100"),
        plain.replace(" --priority 100", " \\\n  --priority 100"),
        plain.replace(" --priority 100", " \\\r\n  --priority 100"),
        plain.replace(" --priority 100", " `\n  --priority 100"),
        plain.replace("'in from office'", "\"in from office\""),
        plain.replace("'in from office'", "in\\ from\\ office"),
        plain.replace("'in from office'", "in' from 'office"),
        plain.replace(" -n ", " --name "),
        plain.replace("--destination-port-ranges", "--destination-port-r"),
        plain.replace("--source-address-prefixes", "--source-address-p"),
        plain.replace("--access Allow", "--access allow").replace("Tcp", "tcp"),
        plain.replace("az network", "$ az network"),
        plain.replace("az network", "  az   network"),
        format!("#!/bin/sh\n# a comment\n{plain}  # another\n"),
        format!("NSG=web\n{}", plain.replace("--nsg-name web", "--nsg-name $NSG")),
        format!("NSG=\"web\"\n{}", plain.replace("--nsg-name web", "--nsg-name \"${NSG}\"")),
        format!("export RANGE=203.0.113.0/24; {}", plain.replace("203.0.113.0/24", "$RANGE")),
        format!("az login && {plain} | cat"),
    ] {
        let scene = scene(&text);
        let [rule] = rules(&scene)[..] else { panic!("{text}: {:#?}", scene.problems()) };
        let what = (&*rule.name, rule.priority, rule.access, rule.direction, rule.protocol, rule.destination_ports.ranges.clone());
        let expected =
            ("in from office", 100, Access::Allow, RuleDirection::Inbound, Some(Protocol::TCP), Some(vec![(443, 443), (8443, 8443)]));
        assert_eq!(what, expected, "{text}");
        assert_eq!(rule.source.prefixes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["203.0.113.0/24"], "{text}");
        assert_eq!(scene.snapshot().cloud.groups[0].name, "web", "{text}");
        // Azure takes no name with blanks, which is said.
        let wrong: Vec<_> =
            scene.problems().iter().filter(|p| p.severity == Severity::Error && p.code.0 != "AZ004" || p.code.0 == "AZ041").collect();
        assert!(wrong.is_empty(), "{text}: {wrong:#?}");
    }
}

/// Defaults of `az network nsg rule create`: everything from anywhere, but to port 80 only.
#[test]
fn a_rule_without_options_is_about_port_80() {
    let scene = scene("az network nsg create -g g -n web\naz network nsg rule create -g g --nsg-name web -n r --priority 100\n");
    let [rule] = rules(&scene)[..] else { panic!() };
    assert!(rule.source.any && rule.destination.any && rule.protocol.is_none() && rule.source_ports.ranges.is_none());
    assert_eq!((rule.access, rule.direction), (Access::Allow, RuleDirection::Inbound));
    assert_eq!(rule.destination_ports.ranges, Some(vec![(80, 80)]));
    assert!(with_code(&scene, "AZ026").iter().any(|p| p.message.contains("port 80 only")));
}

#[test]
fn options_that_do_not_exist_and_values_that_do_not_fit() {
    for (text, code, underlined, message) in [
        ("az aks create -g g -n c --network-pluggin azure", "AZ041", "--network-pluggin", "has no option `--network-pluggin`"),
        ("az aks create -g g -n c --net azure", "AZ041", "--net", "ambiguous option: --net could match"),
        (
            "az aks create -g g -n c --network-plugin azur",
            "AZ042",
            "azur",
            "--network-plugin: invalid choice: 'azur' (choose from 'kubenet', 'azure', 'none')",
        ),
        ("az aks create -g g -n c --network-plugin azure --network-plugin-mode flat", "AZ042", "flat", "invalid choice"),
        ("az aks create -g g -n c --network-dataplane ebpf", "AZ042", "ebpf", "invalid choice"),
        ("az aks create -g g -n c --load-balancer-sku gold", "AZ042", "gold", "invalid choice"),
        ("az aks create -g g -n c --min-count 1001", "AZ042", "1001", "from 0 to 1000"),
        ("az aks create -g g -n c --max-count 1001", "AZ042", "1001", "from 0 to 1000"),
        ("az aks create -g g -n c --max-pods 9", "AZ042", "9", "from 10 to 250"),
        ("az aks create -g g -n c --max-pods 251", "AZ042", "251", "from 10 to 250"),
        ("az aks create -g g -n c --nodepool-name much-too-long", "AZ042", "much-too-long", "1 to 12 letters and digits"),
        ("az aks create -g g -n c --load-balancer-outbound-ports 100", "AZ042", "--load-balancer-outbound-ports", "multiple of 8"),
        ("az aks create -g g -n c --load-balancer-outbound-ports 64008", "AZ042", "64008", "from 0 to 64000"),
        ("az aks create -g g -n c --load-balancer-idle-timeout 3", "AZ042", "3", "from 4 to 100"),
        ("az aks create -g g -n c --nat-gateway-idle-timeout 121", "AZ042", "121", "from 4 to 120"),
        ("az aks create -g g -n c --nat-gateway-managed-outbound-ip-count 17", "AZ042", "17", "from 1 to 16"),
        ("az aks create -g g -n c --api-server-authorized-ip-ranges 10.0.0.0/8", "AZ042", "10.0.0.0/8", "public IPv4 ranges"),
        ("az aks create -g g --network-plugin azure", "AZ013", "az aks create", "the following arguments are required: --name"),
        ("az network nsg rule create -g g --nsg-name web -n r --access Alow --priority 100", "AZ042", "Alow", "invalid choice"),
        ("az network nsg rule create -g g --nsg-name web -n r --priority 70000", "AZ001", "--priority", "100 to 4096"),
        (
            "az network nsg rule create -g g --nsg-name web -n r --priority 100 --destination-port-ranges 80-",
            "AZ006",
            "80-",
            "is not a port",
        ),
        (
            "az network nsg rule create -g g --nsg-name web -n r --priority 100 --source-address-prefixes 10.0.0.0/33",
            "AZ007",
            "10.0.0.0/33",
            "is not an address",
        ),
        ("az network vnet create -g g -n 'open", "AZ040", "'", "never closed"),
        ("az storage account create -g g -n s", "AZ044", "az storage", "plays no part here"),
    ] {
        let scene = scene(text);
        let found: Vec<_> = with_code(&scene, code);
        assert!(
            found.iter().any(|p| p.message.contains(message) && scene.sources().slice(p.place.unwrap()).starts_with(underlined)),
            "{text}: {:#?}",
            scene.problems()
        );
    }
    // Spelling is offered where a word is near.
    let scene = scene("az aks create -g g -n c --network-pluggin azure");
    assert!(with_code(&scene, "AZ041")[0].help.as_deref().is_some_and(|h| h.contains("`--network-plugin`")));
}

/// The refusals of docs/azure.md 3.2, and what is taken. Upstream's words where they are recorded.
#[test]
fn plugins_and_engines_that_go_together_and_those_that_do_not() {
    const POLICY_WITHOUT_PLUGIN: &str = "Please explicitly specify the network plugin type";
    const AZURE_ON_KUBENET: &str =
        "(NetworkPolicyAzureNotSupportedForKubenet) NetworkPolicy azure is not supported for network plugin kubenet";
    const WRONG_ENGINE: &str = "(CiliumDataplaneRequiresNetworkPolicyCilium) Cilium dataplane requires network policy cilium.";
    const NO_DATAPLANE: &str = "(NetworkPolicyCiliumRequiresCiliumDataplane) Network Policy cilium requires NetworkDataplane cilium";
    const POD_RANGE: &str = "Please specify network plugin mode 'overlay' when using --pod-cidr or use network plugin 'kubenet'";
    let taken: [(&str, Plugin, Option<ClusterEngine>); 13] = [
        ("", Plugin::Overlay, Some(ClusterEngine::None)),
        ("--network-plugin kubenet", Plugin::Kubenet, Some(ClusterEngine::None)),
        ("--network-plugin kubenet --network-policy calico", Plugin::Kubenet, Some(ClusterEngine::Calico)),
        ("--network-plugin azure", Plugin::NodeSubnet, Some(ClusterEngine::None)),
        ("--network-plugin azure --network-policy none", Plugin::NodeSubnet, Some(ClusterEngine::None)),
        ("--network-plugin azure --network-policy azure", Plugin::NodeSubnet, Some(ClusterEngine::Azure)),
        ("--network-plugin azure --network-policy calico", Plugin::NodeSubnet, Some(ClusterEngine::Calico)),
        ("--network-plugin azure --network-plugin-mode overlay --network-policy azure", Plugin::Overlay, Some(ClusterEngine::Azure)),
        (
            "--network-plugin azure --network-plugin-mode overlay --pod-cidr 10.100.0.0/16 --network-policy calico",
            Plugin::Overlay,
            Some(ClusterEngine::Calico),
        ),
        (
            "--network-plugin azure --network-plugin-mode overlay --network-dataplane cilium --network-policy cilium",
            Plugin::Overlay,
            Some(ClusterEngine::Cilium),
        ),
        // The documented commands give the data plane only; the service sets the policy.
        ("--network-plugin azure --network-dataplane cilium", Plugin::NodeSubnet, Some(ClusterEngine::Cilium)),
        ("--network-plugin none", Plugin::None, None),
        ("--network-plugin none --network-policy none", Plugin::None, None),
    ];
    for (options, plugin, engine) in taken {
        let scene = scene(&format!("az aks create -g g -n c {options}\n"));
        let [cluster] = &scene.snapshot().cloud.clusters[..] else { panic!("{options}") };
        assert_eq!((cluster.plugin, cluster.engine), (plugin, engine), "{options}");
        silent(&scene, "AZ043");
    }
    for (options, message) in [
        ("--network-policy calico", POLICY_WITHOUT_PLUGIN),
        ("--network-plugin kubenet --network-policy azure", AZURE_ON_KUBENET),
        ("--network-plugin kubenet --network-policy cilium", "cilium is not supported for network plugin kubenet"),
        ("--network-plugin azure --network-dataplane cilium --network-policy azure", WRONG_ENGINE),
        ("--network-plugin azure --network-dataplane cilium --network-policy calico", WRONG_ENGINE),
        ("--network-plugin azure --network-policy cilium", NO_DATAPLANE),
        ("--network-plugin none --network-policy calico", "with `--network-plugin none` Azure manages no policy engine"),
        ("--network-plugin none --network-policy azure", "with `--network-plugin none` Azure manages no policy engine"),
        ("--network-plugin azure --pod-cidr 10.100.0.0/16", POD_RANGE),
        ("--network-plugin kubenet --network-plugin-mode overlay", "`--network-plugin-mode overlay` needs `--network-plugin azure`"),
        ("--network-plugin azure --network-policy Calico", "--network-policy should be provided in lowercase"),
        ("--network-plugin kubenet --windows-admin-username me", "kubenet has no Windows node pools"),
        ("--network-plugin kubenet --pod-subnet-id s", "`--pod-subnet-id` needs `--network-plugin azure` without overlay"),
    ] {
        let scene = scene(&format!("az aks create -g g -n c {options}\n"));
        let found = with_code(&scene, "AZ043");
        let [problem] = found.as_slice() else { panic!("{options}: {:#?}", scene.problems()) };
        assert_eq!(problem.message, message, "{options}");
        assert_eq!(problem.severity, Severity::Error);
        assert!(problem.help.is_some(), "{options}");
    }
}

#[test]
fn a_misspelt_command_gets_an_offer() {
    for (text, meant) in [
        ("az aks crate -g g -n c", Some("az aks create")),
        ("az network nsg rul create -g g", Some("az network nsg rule create")),
        ("az netwrok vnet create -g g -n n", Some("az network vnet create")),
        ("az network nsgg creat -g g -n n", Some("az network nsg create")),
        // Commands that there are.
        ("az aks rotate-certs -g g -n c", None),
        ("az aks show -g g -n c", None),
        ("az network lb create -g g -n c", None),
        ("az network nsg list -g g", None),
        ("az vmss create -g g -n v", None),
    ] {
        let scene = scene(text);
        let [problem] = with_code(&scene, "AZ044")[..] else { panic!("{text}: {:#?}", scene.problems()) };
        let help = problem.help.as_deref();
        assert_eq!(help, meant.map(|m| format!("did you mean `{m}`?")).as_deref(), "{text}");
        assert_eq!(problem.severity, if meant.is_some() { Severity::Warning } else { Severity::Note });
    }
}

/// Ports of a rule for a protocol without ports are ignored, those too that the command fills in. Upstream: docs/azure.md 2.1, rule 3.
#[test]
fn ports_mean_nothing_for_protocols_without_ports() {
    for protocol in ["Icmp", "Esp", "Ah"] {
        for ports in ["", " --destination-port-ranges 500", " --source-port-ranges 9 --destination-port-ranges 443"] {
            let text = format!(
                "az network vnet create -g g -n v --address-prefixes 10.0.0.0/16 --subnet-name a --subnet-prefixes 10.0.0.0/24
az network nsg create -g g -n n
az network nsg rule create -g g --nsg-name n -n r --priority 100 --access Deny --protocol {protocol}{ports}
az network vnet subnet update -g g --vnet-name v -n a --network-security-group n
az network nic create -g g -n one --vnet-name v --subnet a --private-ip-address 10.0.0.4
az network nic create -g g -n two --vnet-name v --subnet a --private-ip-address 10.0.0.5
"
            );
            let scene = scene(&text);
            let end = |text: &str| Endpoint::Outside(text.parse().unwrap());
            let number = match protocol {
                "Icmp" => Protocol::ICMP,
                "Esp" => Protocol(50),
                _ => Protocol(51),
            };
            let flow = |protocol, destination| Flow {
                from: end("10.0.0.4"),
                to: end("10.0.0.5"),
                traffic: Traffic { protocol, source: None, destination },
            };
            assert_eq!(scene.decide(&flow(number, None)).verdict, DENIED, "{protocol}{ports}");
            assert_eq!(scene.decide(&flow(Protocol::TCP, Some(500))).verdict, ALLOWED, "{protocol}{ports}: of no concern");
        }
    }
}
