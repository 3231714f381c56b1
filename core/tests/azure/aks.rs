//! AKS as it is: engines, what excludes each other, pools, what Azure's services need of groups, pods with a subnet of their own.

use netpolis_core::analysis::Analysis;
use netpolis_core::diagnostics::Severity;
use netpolis_core::language::azure::{ClusterEngine, Plugin};
use netpolis_core::settings::Settings;
use netpolis_core::verdict::Verdict;

use crate::{scene, silent, with_code};

fn template(cluster: &str) -> String {
    format!(
        r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [{{"type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2024-09-01", "name": "store", {cluster}}}]}}"#
    )
}

fn properties(network: &str, pools: &str, rest: &str) -> String {
    template(&format!(r#""properties": {{"agentPoolProfiles": [{pools}], "networkProfile": {{{network}}}{rest}}}"#))
}

const POOL: &str = r#"{"name": "pool", "count": 3, "mode": "System"}"#;

#[test]
fn the_engine_that_aks_installs() {
    for (text, plugin, engine) in [
        ("az aks create -g g -n c --sku automatic\n".to_owned(), Plugin::Overlay, Some(ClusterEngine::Cilium)),
        (template(r#""sku": {"name": "Automatic", "tier": "Standard"}, "properties": {}"#), Plugin::Overlay, Some(ClusterEngine::Cilium)),
        (
            properties(r#""networkPlugin": "azure", "networkPluginMode": "overlay", "networkDataplane": "cilium""#, POOL, ""),
            Plugin::Overlay,
            Some(ClusterEngine::Cilium),
        ),
        // Whichever the parameter names.
        (properties(r#""networkPlugin": "azure", "networkPolicy": "[parameters('p')]""#, POOL, ""), Plugin::NodeSubnet, None),
        ("az aks create -g g -n c --network-plugin azure --network-policy $POLICY\n".to_owned(), Plugin::NodeSubnet, None),
        (properties(r#""networkPlugin": "azure""#, POOL, ""), Plugin::NodeSubnet, Some(ClusterEngine::None)),
    ] {
        let scene = scene(&text);
        let [cluster] = &scene.snapshot().cloud.clusters[..] else { panic!("{text}") };
        assert_eq!((cluster.plugin, cluster.engine), (plugin, engine), "{text}");
    }
}

#[test]
fn what_excludes_each_other_in_whichever_shape() {
    use Severity::{Error, Warning};
    let network = r#""networkPlugin": "azure", "networkPolicy": "calico""#;
    let az = |options: &str| format!("az aks create -g g -n c {options}\n");
    let windows = r#"{"name": "win", "count": 3, "osType": "Windows", "mode": "User"}"#;
    for (text, severity, message) in [
        (
            properties(
                network,
                POOL,
                r#", "apiServerAccessProfile": {"enablePrivateCluster": true, "authorizedIPRanges": ["198.51.100.0/24"]}"#,
            ),
            Error,
            "is not supported for private cluster",
        ),
        (
            properties(r#""networkPlugin": "kubenet", "networkPolicy": "azure""#, POOL, ""),
            Error,
            "not supported for network plugin kubenet",
        ),
        (
            properties(
                r#""networkPlugin": "kubenet", "networkPolicy": "calico""#,
                POOL,
                r#", "addonProfiles": {"aciConnectorLinux": {"enabled": true}}"#,
            ),
            Error,
            "the virtual node add-on needs Azure CNI",
        ),
        (
            properties(
                r#""networkPlugin": "azure", "networkDataplane": "cilium", "networkPolicy": "cilium""#,
                &format!("{POOL}, {windows}"),
                "",
            ),
            Error,
            "has no Windows node pools",
        ),
        (
            properties(network, &format!(r#"{POOL}, {{"name": "b", "count": 3}}"#), "")
                .replace(r#""calico""#, r#""calico", "loadBalancerSku": "basic""#),
            Error,
            "several node pools need",
        ),
        (
            properties(
                r#""networkPlugin": "azure", "networkPluginMode": "overlay", "networkPolicy": "calico", "ipFamilies": ["IPv4", "IPv6"]"#,
                POOL,
                "",
            ),
            Warning,
            "dual-stack",
        ),
        (properties(network, POOL, r#", "nodeProvisioningProfile": {"mode": "Auto"}"#), Warning, "does not support Calico"),
        (
            az("--network-plugin azure --network-policy calico --outbound-type userDefinedRouting"),
            Error,
            "--vnet-subnet-id must be specified",
        ),
        (
            az("--network-plugin azure --network-policy calico --outbound-type managedNATGateway --vnet-subnet-id s"),
            Error,
            "managed NAT gateway",
        ),
        (
            az("--network-plugin azure --network-policy calico --enable-private-cluster --load-balancer-sku basic"),
            Error,
            "standard load balancer",
        ),
        (az("--sku automatic --network-plugin azure --network-policy calico"), Error, "AKS Automatic comes with Cilium"),
        (az("--network-plugin none --enable-addons virtual-node --aci-subnet-name a --vnet-subnet-id s"), Error, "needs Azure CNI"),
        (az("--network-plugin azure --network-policy calico --enable-addons virtual-node"), Error, "requires"),
        (
            az("--network-plugin azure --network-policy calico --enable-cluster-autoscaler --min-count 1"),
            Error,
            "both min-count and max-count",
        ),
        (az("--network-plugin azure --network-policy calico --min-count 1 --max-count 3"), Error, "please use the flag"),
        (az("--network-plugin azure --network-policy calico --disable-public-fqdn"), Error, "should only be used with"),
        (
            az("--network-plugin kubenet --network-policy calico").trim_end().to_owned()
                + "\naz aks nodepool add -g g --cluster-name c -n win --os-type Windows\n",
            Error,
            "kubenet has no Windows node pools",
        ),
    ] {
        let scene = scene(&text);
        let found = with_code(&scene, "AZ043");
        let problem = found.iter().find(|p| p.message.contains(message)).unwrap_or_else(|| panic!("{text}\n{:#?}", scene.problems()));
        assert_eq!(problem.severity, severity, "{text}");
        assert!(problem.help.is_some());
    }
    for text in [
        properties(network, &format!("{POOL}, {windows}"), r#", "apiServerAccessProfile": {"authorizedIPRanges": ["198.51.100.0/24"]}"#),
        properties(network, POOL, r#", "apiServerAccessProfile": {"enablePrivateCluster": true, "authorizedIPRanges": []}"#),
        az("--sku automatic"),
        az("--network-plugin azure --network-policy calico --outbound-type userDefinedRouting --vnet-subnet-id s"),
        az("--network-plugin azure --network-policy calico --enable-cluster-autoscaler --min-count 1 --max-count 5 --node-count 3"),
    ] {
        silent(&scene(&text), "AZ043");
    }
}

#[test]
fn pools_and_their_subnets() {
    let network = |subnets: &str, clusters: &str| {
        format!("azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{subnets}]}}], {clusters}}}")
    };
    for (text, message) in [
        ("az aks create -g g -n c --network-plugin azure --network-policy calico --max-pods 10 --node-count 2\n".to_owned(), "must have room for 30 pods"),
        (properties(r#""networkPlugin": "azure", "networkPolicy": "calico""#, r#"{"name": "p", "count": 1, "maxPods": 20}"#, ""), "must have room for 30 pods"),
        (properties(r#""networkPlugin": "azure", "networkPolicy": "calico""#, r#"{"name": "p", "count": 3, "maxPods": 300}"#, ""), "10 to 250"),
        (properties(r#""networkPlugin": "azure", "networkPolicy": "calico""#, r#"{"name": "win", "count": 3, "osType": "Windows"}"#, ""), "System node pool must be linux"),
        (
            properties(r#""networkPlugin": "azure", "networkPolicy": "calico""#, &format!(r#"{POOL}, {{"name": "windows1", "count": 3, "osType": "Windows"}}"#), ""),
            "6 characters at most",
        ),
        (
            network("{name: GatewaySubnet, prefix: 10.0.0.0/24}", "clusters: [{name: c, subnet: GatewaySubnet, policy: calico, plugin: overlay, serviceRange: 172.16.0.0/16}]"),
            "Azure reserves a subnet with the name",
        ),
        (
            network("{name: s, prefix: 10.0.0.0/24}", "gateways: [{name: entry, subnet: s}], clusters: [{name: c, subnet: s, policy: calico, plugin: overlay, serviceRange: 172.16.0.0/16}]"),
            "holds the application gateway",
        ),
        (
            network("{name: s, prefix: 10.0.0.0/24}", "clusters: [{name: c, subnet: s, podSubnet: s, policy: calico, plugin: pod-subnet, serviceRange: 172.16.0.0/16}]"),
            "each needs its own",
        ),
        (
            "az network vnet create -g g -n v --address-prefixes 10.0.0.0/16\naz network vnet subnet create -g g --vnet-name v -n s --address-prefixes 10.0.1.0/24 --delegations Microsoft.Web/serverFarms\naz aks create -g g -n c --network-plugin azure --network-policy calico --service-cidr 172.29.0.0/16 --dns-service-ip 172.29.0.10 --vnet-subnet-id /subscriptions/x/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s\n".to_owned(),
            "delegated to `Microsoft.Web/serverFarms`",
        ),
    ] {
        let scene = scene(&text);
        assert!(with_code(&scene, "AZ043").iter().any(|p| p.message.contains(message)), "{text}\n{:#?}", scene.problems());
    }
    silent(&scene("az aks create -g g -n c --network-plugin azure --network-policy calico --max-pods 10 --node-count 3\n"), "AZ043");
}

#[test]
fn what_ends_is_told_as_of_a_day() {
    let on = |day: Option<&str>, text: &str, code: &str| {
        let today = day.map(|day| netpolis_core::facts::Date::parse(day).unwrap());
        let mut scene = Analysis::new(Settings { today, ..Settings::default() });
        scene.set_files(&[("a", text)]);
        with_code(&scene, code).iter().map(|p| (p.severity, p.message.clone())).collect::<Vec<_>>()
    };
    let kubenet = "az aks create -g g -n c --network-plugin kubenet --network-policy calico\n";
    assert!(matches!(&on(None, kubenet, "AZ029")[..], [(Severity::Note, text)] if text.contains("ends on 31 March 2028")));
    assert!(matches!(&on(Some("2027-05-01"), kubenet, "AZ029")[..], [(Severity::Warning, text)] if text.contains("ends on")));
    assert!(
        matches!(&on(Some("2028-03-31"), kubenet, "AZ029")[..], [(Severity::Warning, text)] if text.contains("was retired on 31 March 2028"))
    );
    let windows = "az aks create -g g -n c --network-plugin azure --network-policy azure\naz aks nodepool add -g g --cluster-name c -n win --os-type Windows\n";
    assert!(
        on(Some("2026-11-28"), windows, "AZ029")
            .iter()
            .any(|(s, text)| *s == Severity::Warning && text.contains("on Windows nodes was retired"))
    );
    assert!(on(Some("2026-01-01"), windows, "AZ029").iter().any(|(s, text)| *s == Severity::Warning && text.contains("cannot begin to")));
    let ingress = |class: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: i}}, spec: {{ingressClassName: {class}, defaultBackend: {{service: {{name: s, port: {{number: 80}}}}}}}}}}\n"
        )
    };
    for class in ["addon-http-application-routing", "webapprouting.kubernetes.azure.com"] {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("a", &ingress(class))]);
        let found = with_code(&scene, "LINT039");
        assert!(
            found.iter().any(|p| p.help.as_deref().is_some_and(|h| h.contains("approuting-istio"))),
            "{class}: {:#?}",
            scene.problems()
        );
    }
    assert!(on(None, &ingress("nginx"), "LINT039").is_empty());
}

/// A network with a cluster of two nodes; `nsg` is the group of their subnet, `plugin` where pods are.
fn cluster(nsg: &str, plugin: &str) -> String {
    format!(
        "azure:
  networks: [{{name: net, addressSpace: 10.66.0.0/16, subnets: [{{name: nodes, prefix: 10.66.0.0/24, nsg: g}}, {{name: vms, prefix: 10.66.1.0/24}}]}}]
  machines: [{{name: jump, subnet: vms}}]
  nsgs: [{{name: g, {nsg}}}]
  clusters: [{{name: store, subnet: nodes, plugin: {plugin}, policy: calico, serviceRange: 172.29.0.0/16, nodes: 2}}]
---
{{apiVersion: v1, kind: Pod, metadata: {{name: stock, labels: {{app: stock}}}}}}
"
    )
}

#[test]
fn what_azures_services_need_of_groups() {
    for (code, nsg, message) in [
        (
            "LINT162",
            "outbound: [{priority: 100, name: halt, deny: tcp 443, to: Internet}]",
            Some("blocks TCP 443 from the nodes of `store`"),
        ),
        ("LINT162", "outbound: [{priority: 100, name: halt, deny: '*', to: Internet}]", Some("rule `halt`")),
        ("LINT162", "outbound: [{priority: 100, name: halt, deny: tcp 80, to: Internet}]", None),
        (
            "LINT162",
            "outbound: [{priority: 90, name: fine, allow: tcp 443, to: AzureCloud}, {priority: 100, name: halt, deny: '*', to: Internet}]",
            None,
        ),
        (
            "LINT162",
            "outbound: [{priority: 90, name: fine, allow: tcp 443, to: AzureCloud.WestEurope}, {priority: 100, name: halt, deny: '*', to: Internet}]",
            None,
        ),
        ("LINT163", "inbound: [{priority: 4096, name: halt, deny: '*'}]", Some("rule `halt` of `g` blocks traffic among the nodes")),
        ("LINT163", "outbound: [{priority: 200, name: halt, deny: tcp 8080, to: 10.66.0.0/16}]", Some("rule `halt`")),
        (
            "LINT163",
            "inbound: [{priority: 100, name: fine, allow: '*', from: VirtualNetwork}, {priority: 4096, name: halt, deny: '*'}]",
            None,
        ),
        ("LINT163", "inbound: [{priority: 100, name: halt, deny: '*', from: 10.66.1.0/24}]", None),
        ("LINT024", "inbound: [{priority: 100, name: halt, deny: tcp 30000-32767}]", Some("rule `halt` stops health probes")),
        ("LINT024", "inbound: [{priority: 100, name: halt, deny: tcp 1-65535, from: AzureLoadBalancer}]", None),
        (
            "LINT024",
            "inbound: [{priority: 100, name: halt, deny: tcp 0-65535, from: AzureLoadBalancer}]",
            Some("rule `halt` stops health probes"),
        ),
    ] {
        let scene = scene(&cluster(nsg, "overlay"));
        let found = with_code(&scene, code);
        match message {
            Some(message) => assert!(found.iter().any(|p| p.message.contains(message)), "{nsg}: {found:#?}"),
            None => assert!(found.is_empty() || code == "LINT024", "{nsg}: {found:#?}"),
        }
    }
    let gateway = |rules: &str| {
        format!(
            "azure: {{networks: [{{name: net, addressSpace: 10.0.0.0/16, subnets: [{{name: s, prefix: 10.0.0.0/24, nsg: g}}]}}], gateways: [{{name: entry, subnet: s}}], nsgs: [{{name: g, {rules}}}]}}"
        )
    };
    for (rules, stopped) in [
        ("inbound: [{priority: 100, name: web, allow: tcp 443, from: Internet}]", Some("`GatewayManager`")),
        (
            "inbound: [{priority: 100, name: web, allow: tcp 443, from: Internet}, {priority: 110, name: m, allow: tcp 65200-65535, from: GatewayManager}]",
            None,
        ),
        ("inbound: [{priority: 110, name: m, allow: tcp 65503-65534, from: GatewayManager}]", Some("`GatewayManager`")),
        (
            "inbound: [{priority: 110, name: m, allow: tcp 65200-65535, from: GatewayManager}, {priority: 120, name: halt, deny: '*'}]",
            Some("`AzureLoadBalancer`"),
        ),
        (
            "inbound: [{priority: 110, name: all, allow: '*', from: Internet}], outbound: [{priority: 100, name: halt, deny: '*', to: Internet}]",
            Some("the Internet"),
        ),
        ("inbound: [{priority: 110, name: all, allow: '*', from: Internet}]", None),
    ] {
        let scene = scene(&gateway(rules));
        let found = with_code(&scene, "LINT161");
        match stopped {
            Some(what) => assert!(found.len() == 1 && found[0].message.contains(what), "{rules}: {found:#?}"),
            None => assert!(found.is_empty(), "{rules}: {found:#?}"),
        }
    }
}

#[test]
fn calicos_resources_where_aks_manages_calico() {
    let policy = "---\n{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: shut}, spec: {selector: all(), types: [Ingress]}}\n";
    let with = |policy_engine: &str| scene(&(cluster("inbound: []", "overlay").replace("policy: calico", policy_engine) + policy));
    let managed = with("policy: calico");
    assert!(with_code(&managed, "LINT160")[0].message.contains("supports the Calico of `store` for Kubernetes' own policies only"));
    silent(&with("policy: none"), "LINT160");
}

#[test]
fn pods_in_a_subnet_that_is_not_given_are_in_the_network() {
    // The group guards the machine that asks.
    let at_machines = |nsg: &str| {
        cluster(nsg, "pod-subnet").replace("10.66.0.0/24, nsg: g", "10.66.0.0/24").replace("10.66.1.0/24", "10.66.1.0/24, nsg: g")
    };
    let verdict = |nsg: &str, policy: &str| {
        let scene = scene(&(at_machines(nsg) + policy));
        let ends = |scene: &Analysis, name: &str| scene.snapshot().pods().find(|(_, e)| e.name == name).map(|(id, _)| id).unwrap();
        let flow = netpolis_core::verdict::Flow {
            from: netpolis_core::compile::Endpoint::Outside("10.66.1.4".parse().unwrap()),
            to: netpolis_core::compile::Endpoint::Pod(ends(&scene, "stock")),
            traffic: netpolis_core::connections::Traffic::to_port(netpolis_core::model::Protocol::TCP, 80),
        };
        scene.decide(&flow).verdict
    };
    assert_eq!(verdict("inbound: []", ""), Verdict::Allowed);
    // Some of the addresses that they may have, and all of them.
    assert_eq!(verdict("outbound: [{priority: 100, name: halt, deny: tcp 80, to: 10.66.2.0/24}]", ""), Verdict::CannotTell);
    assert_eq!(verdict("outbound: [{priority: 100, name: halt, deny: tcp 80, to: 10.66.0.0/16}]", ""), Verdict::Denied);
    // None of them: other subnets are not theirs.
    assert_eq!(verdict("outbound: [{priority: 100, name: halt, deny: tcp 80, to: 10.66.0.0/24}]", ""), Verdict::Allowed);
    silent(&scene(&cluster("inbound: []", "pod-subnet")), "AZ022");
}

#[test]
fn windows_is_known_from_pools_and_from_what_pods_ask_for() {
    let files = |pool: &str, spec: &str| {
        let mut scene = Analysis::new(Settings::default());
        let cluster = format!("az aks create -g g -n c --network-plugin azure --network-policy azure\n{pool}");
        let pods = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a, labels: {{app: a}}}}, spec: {{{spec}containers: [{{name: m, image: i, ports: [{{name: web, containerPort: 80}}]}}]}}}}\n---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p}}, spec: {{podSelector: {{matchLabels: {{app: a}}}}, ingress: [{{ports: [{{port: web}}]}}]}}}}\n"
        );
        scene.set_files(&[("c.sh", &cluster), ("p.yaml", &pods)]);
        with_code(&scene, "LINT017").iter().any(|p| p.message.contains("named ports"))
    };
    const WINDOWS: &str = "az aks nodepool add -g g --cluster-name c -n win --os-type Windows\n";
    assert!(files(WINDOWS, "nodeSelector: {kubernetes.io/os: windows}, "));
    assert!(files(WINDOWS, "nodeSelector: {kubernetes.azure.com/agentpool: win}, "));
    assert!(files(WINDOWS, "os: {name: windows}, "));
    assert!(files(
        WINDOWS,
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows]}]}]}}}, "
    ));
    assert!(files(WINDOWS, ""));
    assert!(files("", "nodeSelector: {kubernetes.io/os: windows}, "));
    assert!(!files(WINDOWS, "nodeSelector: {kubernetes.io/os: linux}, "));
    assert!(!files("", ""));
}

#[test]
fn pods_in_a_subnet_of_their_own_meet_its_group() {
    let verdict = |nodes: &str, pods: &str| {
        let scene = scene(&format!(
            "azure:
  networks: [{{name: net, addressSpace: 10.66.0.0/16, subnets: [{{name: nodes, prefix: 10.66.0.0/24{nodes}}}, {{name: vms, prefix: 10.66.1.0/24}}, {{name: pods, prefix: 10.66.2.0/24{pods}}}]}}]
  machines: [{{name: jump, subnet: vms, address: 10.66.1.4}}]
  nsgs: [{{name: g, inbound: [{{priority: 100, name: halt, deny: tcp 80}}]}}]
  clusters: [{{name: store, subnet: nodes, podSubnet: pods, plugin: pod-subnet, policy: calico, serviceRange: 172.29.0.0/16, nodes: 2}}]
---
{{apiVersion: v1, kind: Pod, metadata: {{name: stock}}}}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: agent}}, spec: {{hostNetwork: true, containers: [{{name: m, image: i}}]}}}}
"
        ));
        let to = |name: &str| {
            let (id, _) = scene.snapshot().pods().find(|(_, e)| e.name == name).unwrap();
            let flow = netpolis_core::verdict::Flow {
                from: netpolis_core::compile::Endpoint::Outside("10.66.1.4".parse().unwrap()),
                to: netpolis_core::compile::Endpoint::Pod(id),
                traffic: netpolis_core::connections::Traffic::to_port(netpolis_core::model::Protocol::TCP, 80),
            };
            scene.decide(&flow).verdict
        };
        [to("stock"), to("agent")]
    };
    assert_eq!(verdict("", ""), [Verdict::Allowed, Verdict::Allowed]);
    assert_eq!(verdict(", nsg: g", ""), [Verdict::Allowed, Verdict::Denied]);
    assert_eq!(verdict("", ", nsg: g"), [Verdict::Denied, Verdict::Allowed]);
}
