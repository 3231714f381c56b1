//! `netpolis flow-logs` as a person runs it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;
#[path = "common/files.rs"]
mod files;

use common::{SCENE, follows, run};
use files::File;
use serde_json::Value;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/flow_logs");

const LOG: &str = "\
from,to,port,protocol,verdict,time
shop/web,shop/db,5432,tcp,allow,2024-01-01T00:00:00Z
shop/web,shop/db,80,tcp,allow,2024-01-01T00:00:01Z
shop/web,shop/db,80,tcp,allow,2024-01-01T00:00:09Z
shop/web,shop/db,443,tcp,deny,
shop/db,shop/web,53,udp,deny,
shop/web,shop/db,,icmp,allow,
shop/web,shop/ghost,80,tcp,allow,
";

#[test]
fn what_would_break_comes_first() {
    let log = File::new("text.csv", LOG);
    let (code, text, errors) = run(&["flow-logs", "-", "--log", log.path()], SCENE);
    assert_eq!((code, errors.as_str()), (1, ""));
    let name = log.path();
    let due = format!(
        "{name}: 7 entries (csv)\n\
         7 entries: 6 judged as 5 distinct flows, 1 not matched\n\
         \n1 flow allowed in the log, and would be denied:\n  \
         shop/web -> shop/db TCP 80 (2 entries, 2024-01-01T00:00:01Z to 2024-01-01T00:00:09Z; {name}:3)\n    \
         Denied: `shop/db` is selected for ingress by policy `shop/db`, and none of its rules allows TCP 80 from `shop/web`.\n    \
         standard input:9:16\n\
         \n1 flow denied in the log, and by the input:\n"
    );
    assert!(text.starts_with(&due), "{text}");
    let order = [
        "would be denied:",
        "denied in the log, and by the input:",
        "which is not what was in force:",
        "of which it cannot be told what the input does:\n  shop/web -> shop/db ICMP (1 entry, allowed in the log; ",
        "allowed in the log, and by the input:\n  shop/web -> shop/db TCP 5432 (1 entry, 2024-01-01T00:00:00Z; ",
        "1 entry not judged, because an end is not in the input:\n",
    ];
    let places: Vec<usize> = order.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("{part}\n{text}"))).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn flows_are_handed_on_a_line_each() {
    let log = File::new("flows.csv", LOG);
    let (code, text, errors) = run(&["flow-logs", "-", "--log", log.path(), "--format", "flows"], SCENE);
    assert_eq!((code, text.as_str()), (1, "shop/web -> shop/db ICMP\nshop/web -> shop/db TCP 5432\nshop/web -> shop/db TCP 80\n"));
    assert_eq!(errors, "note: 2 entries left out: the log shows them as denied\nnote: 1 entry left out: an end is not in the input\n");
}

/// A log, the policies that allow exactly what it shows as allowed, and the same log judged by them.
#[test]
fn what_passed_is_what_least_privilege_allows() {
    let pods = SCENE.split("---\napiVersion: networking").next().unwrap();
    let hubble = |from: &str, to: &str, l4: &str, verdict: &str| {
        let pod = |name: &str| format!("{{\"namespace\":\"shop\",\"pod_name\":\"{name}\"}}");
        let (from, to) = (pod(from), pod(to));
        format!("{{\"flow\":{{\"verdict\":\"{verdict}\",\"is_reply\":false,\"l4\":{{{l4}}},\"source\":{from},\"destination\":{to}}}}}\n")
    };
    let port = |port: u16| format!("\"TCP\":{{\"destination_port\":{port}}}");
    let log = [
        hubble("web", "db", &port(5432), "FORWARDED"),
        hubble("db", "web", &port(80), "DROPPED"),
        hubble("web", "db", &port(22), "DROPPED"),
    ]
    .concat();
    let (scene, log) = (File::new("pods.yaml", pods), File::new("hubble.jsonl", &log));
    let judged = |input: &str| {
        let json = answer(&["flow-logs", scene.path(), "-", "--log", log.path()], input);
        let groups = json["flows"].as_array().unwrap().iter().map(|flow| flow["group"].as_str().unwrap().to_owned());
        groups.collect::<Vec<_>>()
    };
    assert_eq!(judged(""), ["denied-in-log", "denied-in-log", "allowed-in-both"]);
    let (_, flows, _) = run(&["flow-logs", scene.path(), "--log", log.path(), "--format", "flows"], "");
    assert_eq!(flows, "shop/web -> shop/db TCP 5432\n");
    let (code, policies, errors) = run(&["least-privilege", scene.path(), "--flows", "-"], &flows);
    assert_eq!(code, 0, "{policies}{errors}");
    assert_eq!(judged(&policies), ["denied-in-both", "denied-in-both", "allowed-in-both"]);
    // What the other command would read as more than the log shows is left out, or is what it reads.
    let log = File::new("more.csv", "from,to,port,protocol\nweb,db,,tcp\n");
    let (_, flows, errors) = run(&["flow-logs", scene.path(), "--log", log.path(), "--format", "flows"], "");
    assert_eq!((flows.as_str(), errors.as_str()), ("", "note: 1 entry left out: the log gives no port\n"));
    let log = File::new("ping.jsonl", &hubble("web", "db", "\"ICMPv4\":{\"type\":8}", "FORWARDED"));
    assert_eq!(run(&["flow-logs", scene.path(), "--log", log.path(), "--format", "flows"], "").1, "shop/web -> shop/db ICMP\n");
}

#[test]
fn flows_of_many_addresses_are_one_line_of_text() {
    let log: String = (1..=40).map(|host| format!("203.0.113.{host},shop/db,5432,deny,{}\n", 1_704_067_200 + host)).collect();
    let log = File::new(
        "many.csv",
        &format!("from,to,port,verdict,time\n{log}shop/web,198.51.100.1,443,allow,\nshop/web,198.51.100.2,443,allow,\n"),
    );
    let (code, text, _) = run(&["flow-logs", "-", "--log", log.path()], SCENE);
    let due = "\n40 flows denied in the log, and by the input:\n  \
               203.0.113.1 and 39 other addresses -> shop/db TCP 5432 (40 entries, 2024-01-01T00:00:01Z to 2024-01-01T00:00:40Z; ";
    assert!(code == 0 && text.contains(due), "{text}");
    assert!(text.contains("  shop/web -> 198.51.100.1 and 1 other address TCP 443 (2 entries; "), "{text}");
    assert_eq!(run(&["flow-logs", "-", "--log", log.path(), "--format", "flows"], SCENE).1.lines().count(), 2);
}

#[test]
fn exit_codes_tell_findings_from_logs_that_cannot_be_read() {
    let scene = File::new("scene.yaml", SCENE);
    let code = |log: &str| run(&["flow-logs", scene.path(), "--log", "-"], log).0;
    let head = "from,to,port,verdict\n";
    assert_eq!(code(&format!("{head}shop/web,shop/db,5432,allow\n")), 0);
    assert_eq!(code(&format!("{head}shop/web,shop/db,80,deny\n")), 0, "what was denied and stays denied is no finding");
    assert_eq!(code(&format!("{head}shop/web,shop/db,80,allow\n")), 1);
    assert_eq!(code(&format!("{head}shop/web,shop/db,eighty,allow\n")), 2);
    assert_eq!(code(""), 0);
    assert_eq!(code("no log\n"), 2);
    let (code, _, errors) = run(&["flow-logs", "-", "--log", "-"], "");
    assert!(code == 2 && errors.contains("can be read once"), "{errors}");
    let (code, _, errors) = run(&["flow-logs", scene.path()], "");
    assert!(code == 2 && errors.contains("--log is missing"), "{errors}");
    let (code, _, errors) = run(&["flows", scene.path(), "--log", "-"], "");
    assert!(code == 2 && errors.contains("--log belongs to flow-logs"), "{errors}");
}

fn answer(arguments: &[&str], input: &str) -> Value {
    let (_, json, _) = run(&[arguments, &["--format", "json"]].concat(), input);
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

#[test]
fn json_follows_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/schemas/flow-logs.json")).unwrap();
    let log = File::new("json.csv", &(LOG.to_owned() + "shop/web,shop/db,eighty,tcp,allow,\nshop/web,shop/db,80,tcp,trace,\n"));
    let folder = format!("{SAMPLES}/");
    let json = answer(&["flow-logs", "-", "--log", log.path(), "--log", &folder], SCENE);
    follows(&schema, &schema, &json, "answer");
    let totals = &json["totals"];
    let sum = ["judged", "setAside", "unmatched", "broken"].iter().map(|name| totals[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((totals["entries"].as_u64().unwrap(), totals["broken"].as_u64()), (sum, Some(1)));
    let logs: Vec<&str> = json["logs"].as_array().unwrap().iter().filter_map(|log| log["formats"][0].as_str()).collect();
    assert_eq!(logs, ["csv", "azure-nsg", "azure-nsg", "azure-vnet", "calico", "hubble"]);
    let empty = answer(&["flow-logs", "-", "--log", "/dev/null"], SCENE);
    follows(&schema, &schema, &empty, "answer");
}

/// Pods of one workload that policies treat differently, a machine of a virtual network, and pods with addresses of both families.
const MIXED: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: jobs-a, namespace: shop, labels: {app: web}, ownerReferences: [{kind: ReplicaSet, name: jobs, controller: true}]}, status: {podIPs: [{ip: 10.244.1.1}, {ip: 'fd00::1'}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: jobs-b, namespace: shop, labels: {app: other}, ownerReferences: [{kind: ReplicaSet, name: jobs, controller: true}]}, status: {podIPs: [{ip: 10.244.1.2}, {ip: 'fd00::2'}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: db, namespace: shop}, spec: {replicas: 3, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}}}}
---
{apiVersion: v1, kind: Node, metadata: {name: worker}, status: {addresses: [{type: InternalIP, address: 172.18.0.2}, {type: InternalIP, address: 'fd01::2'}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}, {ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 5432}]}]
  egress: [{to: [{ipBlock: {cidr: 'fd00::/120'}}, {ipBlock: {cidr: 198.51.100.0/24}}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: jobs, namespace: shop}
spec:
  podSelector: {matchLabels: {app: other}}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: '2001:db8::/32'}}]}]
";

/// Every verdict, and every line that decides, is what `netpolis why` says of the same flow.
#[test]
fn verdicts_are_those_of_why() {
    let ends =
        ["shop/jobs", "shop/jobs-a", "shop/jobs-b", "shop/db", "node/worker", "203.0.113.7", "198.51.100.9", "2001:db8::7", "internet"];
    let mut log = String::from("from;to;port;protocol\n");
    for from in ends {
        for to in ends {
            for (port, protocol) in [("5432", "tcp"), ("53", "udp"), ("", "icmp")] {
                log.push_str(&format!("{from};{to};{port};{protocol}\n"));
            }
        }
    }
    let (scene, log) = (File::new("mixed.yaml", MIXED), File::new("mixed.csv", &log));
    let json = answer(&["flow-logs", scene.path(), "--log", log.path()], "");
    let flows = json["flows"].as_array().unwrap();
    assert!(flows.len() > 150, "{}", flows.len());
    let mut verdicts = std::collections::BTreeSet::new();
    for flow in flows {
        let (from, to) = (flow["from"].as_str().unwrap(), flow["to"].as_str().unwrap());
        let port = flow["port"].as_u64().map(|port| port.to_string());
        let mut question = vec!["why", scene.path(), "--from", from, "--to", to, "--protocol", flow["protocol"].as_str().unwrap()];
        question.extend(port.iter().flat_map(|port| ["--port", port.as_str()]));
        let why = answer(&question, "");
        assert_eq!(flow["verdict"], why["verdict"], "{flow}\n{why}");
        let first = &why["checkpoints"].as_array().unwrap().iter().find(|checkpoint| checkpoint["verdict"] == why["verdict"]);
        if flow["verdict"] == "denied" {
            assert_eq!(flow["deciding"], first.unwrap()["places"], "{flow}");
            assert_eq!(flow["summary"], why["summary"], "{flow}");
        }
        verdicts.insert(flow["verdict"].as_str().unwrap().to_owned());
    }
    assert_eq!(verdicts.len(), 3, "{verdicts:?}");
}
