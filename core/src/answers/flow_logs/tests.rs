//! Logs as upstream documents them, judged; `tests/flow_logs/README.md` names the sources.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
use crate::Analysis;

const HUBBLE: &str = include_str!("../../../../tests/flow_logs/hubble-export.jsonl");
const CALICO: &str = include_str!("../../../../tests/flow_logs/calico-flows.log");
const GROUP_1: &str = include_str!("../../../../tests/flow_logs/azure-nsg-v1.json");
const GROUP_2: &str = include_str!("../../../../tests/flow_logs/azure-nsg-v2.json");
const NETWORK: &str = include_str!("../../../../tests/flow_logs/azure-vnet.json");

/// The scene of Cilium's guide: only tie fighters of the empire reach the death star.
const EMPIRE: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: xwing, labels: {org: alliance}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: tiefighter, labels: {org: empire}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: deathstar}
spec:
  replicas: 2
  selector: {matchLabels: {class: deathstar}}
  template: {metadata: {labels: {class: deathstar}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: rule1}
spec:
  podSelector: {matchLabels: {class: deathstar}}
  ingress: [{from: [{podSelector: {matchLabels: {org: empire}}}], ports: [{port: 80}]}]
";

fn analysis(text: &str) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("scene.yaml", text)]);
    assert_eq!(analysis.errors(), []);
    analysis
}

/// The flows of a log, and that every entry is accounted for.
fn judged(scene: &str, log: &str) -> FlowLogs {
    let found = analysis(scene).flow_logs(&[Log { name: "log", text: log }]);
    assert_eq!(found.judged() + found.aside() + found.not_matched() + found.not_read(), found.entries());
    found
}

/// A flow in a line.
fn line(flow: &LoggedFlow) -> String {
    let LoggedFlow { from, to, traffic, log, verdict, entries, .. } = flow;
    alloc::format!("{} -> {} {traffic}: {} in the log, {}, {entries}", from.name, to.name, log.as_str(), verdict.as_str())
}

fn lines(found: &FlowLogs) -> Vec<String> {
    found.flows.iter().map(line).collect()
}

fn reasons(entries: &[NotJudged]) -> Vec<(u32, usize, &str)> {
    entries.iter().map(|entry| (entry.first.line, entry.entries, entry.reason.as_str())).collect()
}

#[test]
fn hubble_export_of_the_documentation() {
    let found = judged(EMPIRE, HUBBLE);
    assert_eq!(lines(&found), ["default/xwing -> default/deathstar TCP 80: denied in the log, denied, 1"]);
    let flow = &found.flows[0];
    assert_eq!((flow.group, flow.from.by, flow.to.by), (Group::DeniedInBoth, MatchedBy::Name, MatchedBy::Workload));
    assert_eq!(flow.times.map(|(first, _)| first.written()).as_deref(), Some("2023-08-21T12:12:18Z"));
    assert_eq!(flow.first.line, 2);
    assert!(flow.summary.starts_with("Denied: `default/deathstar` is selected for ingress by policy `default/rule1`"), "{}", flow.summary);
    // A packet with a wrong source address was not dropped by policy.
    assert_eq!(found.set_aside, [(SetAside::OtherDrop, 1)]);
    assert_eq!(found.logs[0].formats, [LogFormat::Hubble]);
}

/// A flow of Hubble between pods, with what differs from a new connection that passed.
fn hubble(from: &str, to: &str, rest: &str) -> String {
    let pod = |name: &str| alloc::format!("{{\"namespace\":\"default\",\"pod_name\":\"{name}\"}}");
    alloc::format!(
        "{{\"time\":\"2024-01-01T00:00:00Z\",\"source\":{},\"destination\":{},\"l4\":{{\"TCP\":{{\"source_port\":40000,\"destination_port\":80}}}},{rest}}}\n",
        pod(from),
        pod(to)
    )
}

#[test]
fn hubble_replies_requests_and_translations_are_no_new_flows() {
    let star = "deathstar-7848d6c4d5-th9v2";
    let log: String = [
        hubble("tiefighter", star, "\"verdict\":\"FORWARDED\",\"is_reply\":false,\"traffic_direction\":\"INGRESS\""),
        hubble("tiefighter", "deathstar-7848d6c4d5-zzzzz", "\"verdict\":\"REDIRECTED\",\"is_reply\":false"),
        hubble("xwing", star, "\"verdict\":\"AUDIT\",\"is_reply\":false"),
        hubble(star, "tiefighter", "\"verdict\":\"FORWARDED\",\"is_reply\":true"),
        hubble("tiefighter", star, "\"verdict\":\"FORWARDED\",\"is_reply\":false,\"Type\":\"L7\",\"l7\":{\"type\":\"REQUEST\"}"),
        hubble("tiefighter", star, "\"verdict\":\"TRANSLATED\",\"Type\":\"SOCK\""),
        hubble("tiefighter", star, "\"verdict\":\"ERROR\""),
        "{\"lost_events\":{\"source\":\"PERF_EVENT_RING_BUFFER\"},\"node_name\":\"kind-worker\",\"time\":\"2024-01-01T00:00:00Z\"}\n".into(),
        "{\"flow\":{\"verdict\":\"FORWARDED\",\"l4\":{\"TCP\":{\"destination_port\":40000,\"flags\":{\"SYN\":true,\"ACK\":true}}},\"IP\":{}}}\n".into(),
    ]
    .concat();
    let found = judged(EMPIRE, &log);
    assert_eq!(
        lines(&found),
        [
            "default/xwing -> default/deathstar TCP 80: audited in the log, denied, 1",
            "default/tiefighter -> default/deathstar TCP 80: allowed in the log, allowed, 2",
        ]
    );
    let aside = [(SetAside::Reply, 1), (SetAside::Midway, 1), (SetAside::Request, 1), (SetAside::NoVerdict, 2), (SetAside::NoFlow, 1)];
    assert_eq!(found.set_aside, aside);
    // Audited traffic passed, so enforcing the policy would stop it.
    assert_eq!(found.flows[0].group, Group::WouldBeDenied);
}

/// Where Hubble does not say which direction a packet has, its ports, flags and types do, or it is not judged.
#[test]
fn packets_that_may_be_replies_are_not_taken_for_new_flows() {
    let flow = |l4: &str, rest: &str| {
        alloc::format!(
            "{{\"flow\":{{\"verdict\":\"FORWARDED\",\"l4\":{l4},\"source\":{{\"namespace\":\"default\",\"pod_name\":\"xwing\"}},\"destination\":{{\"namespace\":\"default\",\"pod_name\":\"tiefighter\"}}{rest}}}}}\n"
        )
    };
    let (to, back) =
        ("{\"UDP\":{\"source_port\":40000,\"destination_port\":53}}", "{\"UDP\":{\"source_port\":53,\"destination_port\":40000}}");
    let (open, answer) = (
        "{\"TCP\":{\"source_port\":80,\"destination_port\":40000,\"flags\":{\"SYN\":true}}}",
        "{\"TCP\":{\"source_port\":40000,\"destination_port\":80,\"flags\":{\"ACK\":true}}}",
    );
    let pings = ["{\"ICMPv4\":{\"type\":8}}", "{\"ICMPv4\":{}}", "{\"ICMPv6\":{\"type\":129}}"];
    for (l4, is_new) in [(to, true), (back, false), (open, true), (answer, false), (pings[0], true), (pings[1], false), (pings[2], false)] {
        let aside = |found: FlowLogs| found.set_aside == [(SetAside::Midway, 1)];
        assert_eq!(aside(judged(EMPIRE, &flow(l4, ""))), !is_new, "{l4}");
        // What Hubble says counts.
        assert_eq!(judged(EMPIRE, &flow(l4, ",\"is_reply\":false")).judged(), 1, "{l4}");
        assert_eq!(judged(EMPIRE, &flow(l4, ",\"is_reply\":true")).set_aside, [(SetAside::Reply, 1)], "{l4}");
    }
}

#[test]
fn what_left_its_source_and_was_dropped_at_its_destination_was_denied() {
    let star = "deathstar-7848d6c4d5-th9v2";
    let sent = hubble("xwing", star, "\"verdict\":\"FORWARDED\",\"is_reply\":false,\"traffic_direction\":\"EGRESS\"");
    let dropped = hubble("xwing", star, "\"verdict\":\"DROPPED\",\"traffic_direction\":\"INGRESS\",\"drop_reason_desc\":\"POLICY_DENIED\"");
    let received = hubble("xwing", star, "\"verdict\":\"FORWARDED\",\"is_reply\":false,\"traffic_direction\":\"INGRESS\"");
    let found = judged(EMPIRE, &[sent.as_str(), &dropped].concat());
    assert_eq!(lines(&found), ["default/xwing -> default/deathstar TCP 80: denied in the log, denied, 2"]);
    // What also arrived did so under another policy.
    let found = judged(EMPIRE, &[sent, dropped, received].concat());
    assert_eq!(
        lines(&found),
        [
            "default/xwing -> default/deathstar TCP 80: allowed in the log, denied, 2",
            "default/xwing -> default/deathstar TCP 80: denied in the log, denied, 1",
        ]
    );
}

#[test]
fn reserved_identities_are_nodes_the_world_or_the_engine() {
    let scene = alloc::format!(
        "{EMPIRE}---\n{{apiVersion: v1, kind: Node, metadata: {{name: kind-worker}}, status: {{addresses: [{{type: InternalIP, address: 172.18.0.3}}]}}}}\n"
    );
    let flow = |source: &str, address: &str| {
        alloc::format!(
            "{{\"flow\":{{\"verdict\":\"FORWARDED\",\"is_reply\":false,\"IP\":{{\"source\":\"{address}\"}},\"source\":{source},\"destination\":{{\"namespace\":\"default\",\"pod_name\":\"tiefighter\"}},\"l4\":{{\"UDP\":{{\"destination_port\":53}}}},\"node_name\":\"kind-kind/kind-worker\"}}}}\n"
        )
    };
    let log = [
        flow("{\"identity\":1,\"labels\":[\"reserved:host\"]}", "10.244.1.1"),
        flow("{\"identity\":6,\"labels\":[\"reserved:remote-node\"]}", "172.18.0.3"),
        flow("{\"identity\":2,\"labels\":[\"reserved:world\"]}", "203.0.113.7"),
        flow("{\"identity\":16777217,\"labels\":[\"cidr:198.51.100.0/24\",\"reserved:world\"]}", "198.51.100.7"),
        flow("{\"identity\":4,\"labels\":[\"reserved:health\"]}", "10.244.1.9"),
        flow("{\"labels\":[\"reserved:remote-node\"]}", "172.18.0.9"),
        flow("{\"namespace\":\"other\",\"pod_name\":\"ghost-1\"}", "203.0.113.9"),
        flow("{}", "10.244.7.7"),
    ]
    .concat();
    let found = judged(&scene, &log);
    let from: Vec<(&str, usize)> = found.flows.iter().map(|flow| (flow.from.name.as_str(), flow.entries)).collect();
    assert_eq!(from, [("node/kind-worker", 2), ("203.0.113.7", 1), ("198.51.100.7", 1)]);
    let unmatched: Vec<&str> = found.unmatched.iter().map(|entry| entry.reason.as_str()).collect();
    assert_eq!(
        unmatched,
        [
            "the log calls it a part of the engine: health checks, or an endpoint without an identity",
            "no node of the input is `172.18.0.9`",
            "no pod or workload of the input is `other/ghost-1`",
            "`10.244.7.7` is an address of the pod network, and the input gives it to no pod",
        ]
    );
}

/// What the sample's own policies say: only the frontend reaches the checkout service.
const SHOP: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: multitool, labels: {run: multitool}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkoutservice, namespace: hipstershop}
spec:
  selector: {matchLabels: {app: checkoutservice}}
  template: {metadata: {labels: {app: checkoutservice, tenant: hipstershop}}, spec: {containers: [{name: c}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend, namespace: hipstershop}
spec:
  selector: {matchLabels: {app: frontend}}
  template: {metadata: {labels: {app: frontend, tenant: hipstershop}}, spec: {containers: [{name: c}]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: checkoutservice, namespace: hipstershop}
spec:
  selector: app == 'checkoutservice'
  types: [Ingress]
  ingress: [{action: Allow, protocol: TCP, source: {selector: app == 'frontend'}, destination: {ports: [5050]}}]
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: worker-1-auto-hep}
spec: {node: worker-1, interfaceName: '*', expectedIPs: [10.0.1.30], profiles: [projectcalico-default-allow]}
";

#[test]
fn calico_flow_log_file() {
    let found = judged(SHOP, CALICO);
    assert_eq!(lines(&found), ["default/multitool -> hipstershop/checkoutservice TCP 5050: denied in the log, denied, 1"]);
    let flow = &found.flows[0];
    assert_eq!((flow.seen, flow.to.by), (SeenAt::Destination, MatchedBy::Workload));
    let times = flow.times.map(|(first, last)| (first.written(), last.written()));
    assert_eq!(times, Some(("2022-08-04T13:59:02Z".into(), "2022-08-04T14:04:02Z".into())));
    // Elasticsearch puts the same into a wrapper.
    let hits = alloc::format!(
        "{{\"took\":3,\"hits\":{{\"total\":{{\"value\":1}},\"hits\":[{{\"_index\":\"flows\",\"_source\":{}}}]}}}}",
        CALICO.trim()
    );
    assert_eq!(lines(&judged(SHOP, &hits)), lines(&found));
}

#[test]
fn calico_aggregates_names_and_addresses() {
    let log = CALICO
        .replace(
            "\"source_name\":\"multitool\",\"source_name_aggr\":\"multitool\",\"source_namespace\":\"default\"",
            "\"source_name\":\"-\",\"source_name_aggr\":\"frontend-6f7d8c9b5-*\",\"source_namespace\":\"hipstershop\"",
        )
        .replace("\"source_ip\":\"10.48.116.157\"", "\"source_ip\":null")
        .replace("checkoutservice-598d5b586d-wsvmz", "-")
        .replace("\"deny\"", "\"allow\"");
    assert_eq!(
        lines(&judged(SHOP, &log)),
        ["hipstershop/frontend -> hipstershop/checkoutservice TCP 5050: allowed in the log, allowed, 1"]
    );
    // Calico calls what is no endpoint a public or private network, and drops the address.
    let from = |name: &str, kind: &str| {
        log.replace("frontend-6f7d8c9b5-*", name)
            .replace("\"hipstershop\",\"nat", "\"-\",\"nat")
            .replace("\"source_type\":\"wep\"", &alloc::format!("\"source_type\":\"{kind}\""))
    };
    let found = judged(SHOP, &[from("pub", "net"), from("pvt", "net"), from("worker-1-auto-hep", "hep"), from("trusted", "ns")].concat());
    assert_eq!(
        lines(&found),
        [
            "internet -> hipstershop/checkoutservice TCP 5050: allowed in the log, denied, 1",
            "private network -> hipstershop/checkoutservice TCP 5050: allowed in the log, cannot tell, 1",
            "node/worker-1 -> hipstershop/checkoutservice TCP 5050: allowed in the log, cannot tell, 1",
        ]
    );
    assert_eq!(reasons(&found.unmatched), [(4, 1, "the log gives no address for `trusted`")]);
}

#[test]
fn goldmane_and_whisker_have_the_same_flow() {
    let key = "\"source_name\":\"frontend-*\",\"source_namespace\":\"hipstershop\",\"source_type\":1,\"dest_name\":\"checkoutservice-598d5b586d-*\",\"dest_namespace\":\"hipstershop\",\"dest_type\":1,\"dest_port\":5050,\"proto\":\"tcp\",\"reporter\":2,\"action\":2";
    let encoded = alloc::format!(
        "{{\"meta\":{{}},\"flows\":[{{\"id\":7,\"flow\":{{\"Key\":{{{key}}},\"start_time\":1736000000,\"end_time\":1736000015,\"source_labels\":[\"app=frontend\"],\"num_connections_started\":3}}}}]}}"
    );
    let proto = "{\"id\":\"7\",\"flow\":{\"Key\":{\"sourceName\":\"frontend-*\",\"sourceNamespace\":\"hipstershop\",\"sourceType\":\"WorkloadEndpoint\",\"destName\":\"checkoutservice-598d5b586d-*\",\"destNamespace\":\"hipstershop\",\"destType\":\"WorkloadEndpoint\",\"destPort\":\"5050\",\"proto\":\"tcp\",\"reporter\":\"Dst\",\"action\":\"Deny\"},\"startTime\":\"1736000000\",\"endTime\":\"1736000015\"}}";
    let flow = "{\"start_time\":\"2025-01-04T14:13:20Z\",\"end_time\":\"2025-01-04T14:13:35Z\",\"action\":\"Deny\",\"source_name\":\"frontend-*\",\"source_namespace\":\"hipstershop\",\"source_labels\":\"app=frontend | tenant=hipstershop\",\"dest_name\":\"checkoutservice-598d5b586d-*\",\"dest_namespace\":\"hipstershop\",\"dest_labels\":\"app=checkoutservice\",\"protocol\":\"tcp\",\"dest_port\":5050,\"reporter\":\"Dst\",\"policies\":{\"enforced\":[],\"pending\":[]},\"packets_in\":1,\"packets_out\":0,\"bytes_in\":60,\"bytes_out\":0}";
    let list = alloc::format!("{{\"meta\":{{\"totalPages\":1}},\"items\":[\n{flow}\n]}}");
    let stream = alloc::format!("data: {flow}\n\n");
    for log in [encoded.as_str(), proto, &list, &stream] {
        let found = judged(SHOP, log);
        assert_eq!(lines(&found), ["hipstershop/frontend -> hipstershop/checkoutservice TCP 5050: denied in the log, allowed, 1"], "{log}");
        let flow = &found.flows[0];
        assert_eq!((flow.group, flow.seen), (Group::DeniedInLog, SeenAt::Destination), "{log}");
        let times = flow.times.map(|(first, last)| (first.written(), last.written()));
        assert_eq!(times, Some(("2025-01-04T14:13:20Z".into(), "2025-01-04T14:13:35Z".into())), "{log}");
        assert_eq!(found.logs[0].formats, [LogFormat::Calico]);
    }
    let public = flow.replace(
        "\"source_name\":\"frontend-*\",\"source_namespace\":\"hipstershop\"",
        "\"source_name\":\"PUBLIC NETWORK\",\"source_namespace\":\"\"",
    );
    assert_eq!(lines(&judged(SHOP, &public)), ["internet -> hipstershop/checkoutservice TCP 5050: denied in the log, denied, 1"]);
}

/// A machine in a subnet with a security group that lets remote desktops in.
fn network(name: &str, prefix: &str, address: &str) -> String {
    alloc::format!(
        "
az network vnet create -g rg -n {name} --address-prefix {prefix} --subnet-name web --subnet-prefix {prefix}
az network nsg create -g rg -n {name}-nsg
az network nsg rule create -g rg --nsg-name {name}-nsg -n rdp --priority 100 --direction Inbound --access Allow --protocol Tcp --source-address-prefixes Internet --destination-port-ranges 3389
az network vnet subnet update -g rg --vnet-name {name} -n web --network-security-group {name}-nsg
az vm create -g rg -n {name}-vm --vnet-name {name} --subnet web --private-ip-address {address} --nsg '' --public-ip-sku Standard --image Ubuntu2204
"
    )
}

fn judged_in_azure(scene: &str, log: &str) -> FlowLogs {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("network.sh", scene)]);
    let found = analysis.flow_logs(&[Log { name: "PT1H.json", text: log }]);
    assert_eq!(found.judged() + found.aside() + found.not_matched() + found.not_read(), found.entries());
    found
}

#[test]
fn security_group_flow_logs_of_both_versions() {
    let found = judged_in_azure(&network("fabrikam", "10.1.0.0/24", "10.1.0.4"), GROUP_1);
    assert_eq!(
        lines(&found),
        [
            "42.119.146.95 -> vm/fabrikam-vm TCP 5358: denied in the log, denied, 1",
            "195.78.210.194 -> vm/fabrikam-vm UDP 1732: denied in the log, denied, 1",
            "163.28.66.17 -> vm/fabrikam-vm TCP 3389: allowed in the log, allowed, 1",
            "5.39.218.34 -> vm/fabrikam-vm TCP 3389: allowed in the log, allowed, 1",
            "91.224.160.154 -> vm/fabrikam-vm TCP 3389: allowed in the log, allowed, 1",
            "13.76.89.229 -> vm/fabrikam-vm TCP 3389: allowed in the log, allowed, 1",
        ]
    );
    assert_eq!(found.flows[0].first.line, 18);
    assert_eq!(found.logs[0].formats, [LogFormat::AzureSecurityGroup]);
    let found = judged_in_azure(&network("fabrikam", "10.5.16.0/24", "10.5.16.4"), GROUP_2);
    assert_eq!(found.entries(), 7);
    assert_eq!(found.flows[0].times.map(|(first, _)| first.written()).as_deref(), Some("2018-11-13T12:00:02Z"));
    let groups: Vec<(Group, SeenAt)> = found.flows.iter().map(|flow| (flow.group, flow.seen)).collect();
    assert_eq!(
        groups,
        [[(Group::DeniedInBoth, SeenAt::Destination)].repeat(3), [(Group::AllowedInBoth, SeenAt::Source)].repeat(4)].concat()
    );
}

#[test]
fn virtual_network_flow_logs() {
    let found = judged_in_azure(&network("myVNet", "10.0.0.0/24", "10.0.0.6"), NETWORK);
    assert_eq!(
        lines(&found),
        [
            "101.33.218.153 -> vm/myVNet-vm TCP 22: denied in the log, denied, 1",
            "192.241.200.164 -> vm/myVNet-vm TCP 119: denied in the log, denied, 1",
            "20.106.221.10 -> vm/myVNet-vm TCP 44357: denied in the log, denied, 1",
            "vm/myVNet-vm -> 40.74.146.17 TCP 443: allowed in the log, allowed, 4",
            "vm/myVNet-vm -> 52.239.184.180 TCP 443: allowed in the log, allowed, 2",
            "vm/myVNet-vm -> 104.16.218.84 TCP 443: allowed in the log, allowed, 2",
        ]
    );
    let times = found.flows[3].times.map(|(first, last)| (first.written(), last.written()));
    assert_eq!(times, Some(("2022-09-14T09:00:03Z".into(), "2022-09-14T09:00:04Z".into())));
    // What is dropped because it is not encrypted, no rule has dropped.
    let dropped = NETWORK.replace("22,6,I,D,NX,", "22,6,I,D,NX_NOT_ACCEPTED,");
    let found = judged_in_azure(&network("myVNet", "10.0.0.0/24", "10.0.0.6"), &dropped);
    assert_eq!(found.set_aside, [(SetAside::OtherDrop, 1)]);
}

/// However a log is wrapped, what is cut off is its last entry alone.
#[test]
fn a_log_that_is_cut_off_keeps_its_complete_entries() {
    let records: Vec<&str> = GROUP_1.match_indices("\"time\"").map(|(at, _)| &GROUP_1[..at]).collect();
    let found = judged_in_azure(&network("fabrikam", "10.1.0.0/24", "10.1.0.4"), records[1]);
    assert_eq!((found.judged(), found.not_read()), (5, 1));
    let flow = hubble("tiefighter", "deathstar-7848d6c4d5-th9v2", "\"verdict\":\"FORWARDED\",\"is_reply\":false");
    let list = alloc::format!("[{},\n{},\n{}", flow.trim(), flow.trim(), &flow[..100]);
    let found = judged(EMPIRE, &list);
    assert_eq!((found.judged(), reasons(&found.broken)[0].0), (2, 3));
}

#[test]
fn an_address_that_two_networks_have_is_that_of_the_network_that_the_log_is_about() {
    let both = network("myVNet", "10.0.0.0/24", "10.0.0.6") + &network("other", "10.0.0.0/24", "10.0.0.6");
    let found = judged_in_azure(&both, NETWORK);
    assert!(found.unmatched.is_empty() && lines(&found)[0].contains("vm/myVNet-vm"), "{:?}", lines(&found));
    let found = judged_in_azure(&both, &NETWORK.replace("virtualNetworks/myVNet", "networkInterfaces/nic"));
    assert_eq!(lines(&found), [""; 0]);
    let reason = "`10.0.0.6` is an address of the networks `myVNet` and `other`, and the log does not say of which";
    assert_eq!(reasons(&found.unmatched), [(20, 11, reason)]);
}

#[test]
fn csv_by_the_names_of_its_columns() {
    let log = "\u{feff}\nFrom,To,Port,Protocol,Verdict,Time\n\
        tiefighter,default/deathstar,80,tcp,FORWARDED,2024-01-01T00:00:00Z\n\
        xwing,deathstar,80,TCP,allow,1704067200\n\
        xwing,203.0.113.7,443,,deny,\n\
        203.0.113.7,\"deathstar\",,icmp,allow,\n\
        ,deathstar,80,tcp,allow,\n\
        xwing,deathstar,80,tcp,trace,\n\
        xwing,nobody,80,tcp,allow,\n\
        xwing,deathstar,http,tcp,allow,\n";
    let found = judged(EMPIRE, log);
    assert_eq!(
        lines(&found),
        [
            "default/xwing -> default/deathstar TCP 80: allowed in the log, denied, 1",
            "default/xwing -> 203.0.113.7 TCP 443: denied in the log, allowed, 1",
            "203.0.113.7 -> default/deathstar ICMP: allowed in the log, cannot tell, 1",
            "default/tiefighter -> default/deathstar TCP 80: allowed in the log, allowed, 1",
        ]
    );
    assert_eq!(found.set_aside, [(SetAside::NoVerdict, 1)]);
    assert_eq!(reasons(&found.broken), [(7, 1, "the line does not say where the flow starts"), (10, 1, "`http` is no port")]);
    assert_eq!(found.unmatched[0].first.line, 9);
    let table = "source_namespace;source_pod;dst_namespace;dst_pod;dst_port\ndefault;tiefighter;default;deathstar-*;80\n";
    assert_eq!(lines(&judged(EMPIRE, table)), ["default/tiefighter -> default/deathstar TCP 80: allowed in the log, allowed, 1"]);
}

#[test]
fn broken_lines_stop_nothing() {
    let good = hubble("tiefighter", "deathstar-7848d6c4d5-th9v2", "\"verdict\":\"FORWARDED\",\"is_reply\":false");
    let cut = &good[..good.len() / 2];
    let found = judged(EMPIRE, &alloc::format!("{good}{cut}\nnot JSON\n{{\"a\":1}}\n{good}"));
    assert_eq!(lines(&found), ["default/tiefighter -> default/deathstar TCP 80: allowed in the log, allowed, 2"]);
    let broken = reasons(&found.broken);
    assert_eq!(broken.iter().map(|(line, count, _)| (*line, *count)).collect::<Vec<_>>(), [(2, 1), (3, 1), (4, 1)]);
    assert!(broken[0].2.starts_with("the JSON is cut off or broken"), "{broken:?}");
}

#[test]
fn pods_that_are_gone_are_found_by_their_workload_or_labels() {
    let scene = "
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 3, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: backup}, spec: {schedule: '* * * * *', jobTemplate: {spec: {template: {metadata: {labels: {app: backup}}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web-5d4c6b7f88-bcdfg, labels: {app: web, pod-template-hash: 5d4c6b7f88}, ownerReferences: [{kind: ReplicaSet, name: web-5d4c6b7f88, controller: true}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: cache, labels: {app: cache}}, status: {podIP: 10.244.3.3}}
";
    let end = |name: &str, rest: &str| {
        let line = hubble(name, "db-0", "\"verdict\":\"FORWARDED\",\"is_reply\":false");
        line.replace(&alloc::format!("\"pod_name\":\"{name}\""), &alloc::format!("\"pod_name\":\"{name}\"{rest}"))
    };
    let by_address = end("gone", "").replace("\"l4\"", "\"IP\":{\"source\":\"10.244.3.3\"},\"l4\"");
    let log = [
        end("db-2", ""),
        end("agent-x2k4z", ""),
        end("backup-28392011-zx9kl", ""),
        end("web-6f7d8c9b55-zzzzz", ""),
        end("renamed", ",\"labels\":[\"k8s:app=agent\",\"k8s:io.kubernetes.pod.namespace=default\"]"),
        end("anything", ",\"workloads\":[{\"name\":\"agent\",\"kind\":\"DaemonSet\"}]"),
        by_address,
        end("agent-nobody", ",\"labels\":[\"k8s:app=none\"]"),
    ]
    .concat();
    let found = judged(scene, &log);
    let mut from: Vec<(String, MatchedBy, usize)> =
        found.flows.iter().map(|flow| (flow.from.name.to_string(), flow.from.by, flow.entries)).collect();
    from.sort();
    assert_eq!(
        from,
        [
            ("default/agent".into(), MatchedBy::Workload, 3),
            ("default/backup".into(), MatchedBy::Workload, 1),
            ("default/cache".into(), MatchedBy::Address, 1),
            ("default/db".into(), MatchedBy::Workload, 1),
            ("default/web-5d4c6b7f88".into(), MatchedBy::Workload, 1),
        ]
    );
    assert_eq!(reasons(&found.unmatched), [(8, 1, "no pod or workload of the input is `default/agent-nobody`")]);
}

/// Cut and broken logs are read to their end, and each entry is accounted for.
#[test]
fn nothing_in_a_log_panics() {
    let analysis = analysis(EMPIRE);
    let check = |text: &str| {
        let found = analysis.flow_logs(&[Log { name: "log", text }]);
        assert_eq!(found.judged() + found.aside() + found.not_matched() + found.not_read(), found.entries(), "{text}");
    };
    let samples = [HUBBLE, CALICO, GROUP_1, GROUP_2, NETWORK, "from,to,port\nxwing,\"death\"\"star\",80\n"];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for sample in samples {
        for _ in 0..60 {
            let mut bytes = sample.as_bytes().to_vec();
            bytes.truncate(random() % (bytes.len() + 1));
            for _ in 0..random() % 6 {
                let at = random() % bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *b"{}[]\",:\\\n\0\xff0-".get(random() % 13).unwrap();
                }
            }
            check(&String::from_utf8_lossy(&bytes));
        }
    }
    for length in 0..200 {
        let bytes: Vec<u8> = (0..length).map(|_| random() as u8).collect();
        check(&String::from_utf8_lossy(&bytes));
    }
    check(&"[".repeat(5_000));
    check(&"{\"a\":".repeat(5_000));
    check(&"{\"records\":[".repeat(300));
}

#[test]
fn a_log_is_known_by_its_beginning() {
    use super::{LogFormat, format_of};
    let whisker = r#"{"items":[{"start_time":"2025-03-01T10:00:00Z","action":"Allow","source_name":"web-*","source_namespace":"shop","dest_namespace":"shop"}]}"#;
    for (log, format) in [
        (HUBBLE, LogFormat::Hubble),
        (CALICO, LogFormat::Calico),
        (whisker, LogFormat::Calico),
        (GROUP_1, LogFormat::AzureSecurityGroup),
        (GROUP_2, LogFormat::AzureSecurityGroup),
        (NETWORK, LogFormat::AzureVirtualNetwork),
        ("src_namespace,src_pod,dest_ip,dest_port\nshop,web,10.0.0.1,443\n", LogFormat::Csv),
        ("From;To;Port\nweb;db;80\n", LogFormat::Csv),
    ] {
        assert_eq!(format_of(log), Some(format));
        // That is what its entries are, too.
        let read = ReadLogs::new(&[Log { name: "log", text: log }]);
        assert_eq!(read.0.logs[0].formats, [format]);
    }
    let listed = r#"{"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod", "verdict": 1, "node_name": 2, "time": 3}]}"#;
    for text in [
        "",
        "kind: Pod\n",
        "# to: do, from: here\n",
        listed,
        "az network nsg create -g g -n from,to\n",
        "[{\"from\": \"a\"}]",
        "name,value\n",
    ] {
        assert_eq!(format_of(text), None, "{text}");
    }
}
