//! The command as a person runs it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;
#[path = "common/files.rs"]
mod files;

use std::fs;

use common::{SCENE, follows, run};
use files::{File, Folder};

#[test]
fn codes_are_explained() {
    let (code, text, errors) = run(&["lint", "--explain", "lint001"], "");
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(text.starts_with("LINT001 (warning): a policy selects no pod\n") && text.contains("podSelector"), "{text}");
    let (code, _, errors) = run(&["lint", "--explain", "LINT000"], "");
    assert_eq!((code, errors.contains("there is no such code")), (2, true), "{errors}");
    assert_eq!(run(&["flows", "--explain", "LINT001", "-"], SCENE).0, 2);
}

#[test]
fn flows_in_every_form() {
    let (code, text, errors) = run(&["flows", "-"], SCENE);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert_eq!(
        text,
        "0.0.0.0-255.255.255.255[External] => shop/web[Pod] : All Connections\n\
         shop/db[Pod] => 0.0.0.0-255.255.255.255[External] : All Connections\n\
         shop/db[Pod] => shop/web[Pod] : All Connections\n\
         shop/web[Pod] => 0.0.0.0-255.255.255.255[External] : All Connections\n\
         shop/web[Pod] => shop/db[Pod] : TCP 5432\n"
    );
    let form = |name: &str| run(&["flows", "-", "--format", name], SCENE).1;
    assert!(form("csv").contains("shop/web[Pod],shop/db[Pod],TCP 5432,"));
    assert!(form("md").contains("| shop/web[Pod] | shop/db[Pod] | TCP 5432 |"));
    assert!(form("dot").contains("\"shop/web[Pod]\" -> \"shop/db[Pod]\" [label=\"TCP 5432\"]"));
    let json: serde_json::Value = serde_json::from_str(&form("json")).unwrap();
    let flow = json["flows"].as_array().unwrap().iter().find(|f| f["from"] == "shop/web[Pod]" && f["to"] == "shop/db[Pod]").unwrap();
    assert_eq!(flow["allowed"], serde_json::json!([{"protocol": "TCP", "ports": [[5432, 5432]]}]));
}

/// The flows of `json-sets`, pair by pair.
fn spread(sets: &serde_json::Value) -> Vec<serde_json::Value> {
    let ends = |side: &str, ranges: &serde_json::Value| -> Vec<serde_json::Value> {
        let ranges = ranges.as_array().unwrap().iter().map(|range| (range[0].as_u64().unwrap(), range[1].as_u64().unwrap()));
        ranges.flat_map(|(first, last)| first..=last).map(|place| sets[side][place as usize].clone()).collect()
    };
    let mut flows = Vec::new();
    for entry in sets["flows"].as_array().unwrap() {
        for from in ends("sources", &entry["from"]) {
            for to in ends("destinations", &entry["to"]).into_iter().filter(|to| *to != from) {
                let mut flow = entry.clone();
                (flow["from"], flow["to"]) = (from.clone(), to);
                flows.push(flow);
            }
        }
    }
    flows
}

#[test]
fn sets_of_ends_have_the_flows_of_all_pairs() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/examples");
    for example in ["boutique", "calico-star", "three-tier", "path-ingress", "azure-cni"] {
        let form = |name: &str| -> serde_json::Value {
            serde_json::from_str(&run(&["flows", &format!("{examples}/{example}"), "--format", name], "").1).unwrap()
        };
        let key = |flow: &serde_json::Value| (flow["from"].to_string(), flow["to"].to_string());
        let (mut by_sets, mut by_pairs) = (spread(&form("json-sets")), form("json")["flows"].as_array().unwrap().clone());
        by_sets.sort_by_key(key);
        by_pairs.sort_by_key(key);
        assert_eq!(by_sets, by_pairs, "{example}");
    }
}

#[test]
fn only_json_speaks_of_more_than_ports() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {containers: [{name: c}]}}\n---\n";
    // An address that is written without `::`, and one end in it.
    let scene = format!(
        "{pod}apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: out}}\nspec:\n  podSelector: {{}}\n  policyTypes: [Egress]\n  egress: [{{to: [{{ipBlock: {{cidr: '2001:db8:1:1:1:1:1:1/128'}}}}], ports: [{{port: 443}}]}}]\n"
    );
    let form = |name: &str| run(&["flows", "-", "--format", name], &scene).1;
    assert_eq!(form("txt"), "0.0.0.0-255.255.255.255[External] => default/web[Pod] : All Connections\n");
    let range = "2001:db8:1:1:1:1:1:1-2001:db8:1:1:1:1:1:1[External]";
    assert_eq!(
        form("csv").lines().filter(|line| line.starts_with("default/web")).collect::<Vec<_>>(),
        [format!("default/web[Pod],{range},TCP 443,")]
    );
    let flows: serde_json::Value = serde_json::from_str(&form("json")).unwrap();
    let flow = flows["flows"].as_array().unwrap().iter().find(|f| f["to"] == range).unwrap();
    let other = serde_json::json!([{"protocol": "ICMP"}, {"protocol": "ICMPv6"}, {"protocol": "other"}]);
    assert_eq!(flow["unknown"], other, "what policies mean for protocols without ports is left to the plugin");
    assert_eq!(run(&["flows", "-", "--format", "json"], "").1, "{\"flows\": []}\n");
}

#[test]
fn what_cannot_be_told_is_told() {
    // The block is a part of the pod network, and nobody says where in it the pod is.
    let scene = SCENE.replace("- from: [{podSelector: {matchLabels: {app: web}}}]", "- from: [{ipBlock: {cidr: 10.244.0.0/17}}]");
    let (code, text, errors) = run(&["flows", "-"], &scene);
    assert_eq!(code, 0);
    assert!(!text.contains("shop/web[Pod] => shop/db[Pod]"), "{text}");
    assert!(errors.starts_with("note: for 1 pair some connections are “cannot tell”"), "{errors}");
    assert!(run(&["flows", "-", "--format", "md"], &scene).1.contains("| shop/web[Pod] | shop/db[Pod] |  | TCP 5432 |"));
    assert!(
        run(&["flows", "-", "--format", "dot"], &scene).1.contains("\"shop/web[Pod]\" -> \"shop/db[Pod]\" [label=\"?\", style=dotted]")
    );
    let (code, text, _) = run(&["why", "-", "--from", "web", "--to", "db", "--port", "5432"], &scene);
    assert_eq!(code, 1);
    assert!(text.starts_with("Cannot tell"), "{text}");

    let (old, new) = (Folder::new("sure", &[("a.yaml", SCENE)]), Folder::new("unsure", &[("a.yaml", &scene)]));
    let nobody = Folder::new("nobody", &[("a.yaml", &SCENE.replace("{matchLabels: {app: web}}", "{matchLabels: {app: nobody}}"))]);
    assert!(
        run(&["diff", old.path(), new.path()], "")
            .1
            .contains("source: shop/web[Pod], destination: shop/db[Pod], ref1: TCP 5432, ref2: No Connections")
    );
    let table = run(&["diff", nobody.path(), new.path(), "--format", "md"], "").1;
    assert!(
        table.contains("| changed | shop/web[Pod] | shop/db[Pod] | No Connections | No Connections; cannot tell: TCP 5432 |"),
        "{table}"
    );
    // What cannot be told is no "no": every form says it.
    let (code, text, _) = run(&["diff", nobody.path(), new.path()], "");
    assert_eq!(code, 1);
    assert!(text.contains("diff-type: changed, source: shop/web[Pod], destination: shop/db[Pod], ref1: No Connections, ref2: No Connections; cannot tell: TCP 5432"), "{text}");
}

#[test]
fn the_internet_is_all_of_its_addresses() {
    let scene = |ingress: &str, egress: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web, labels: {{app: web}}}}, spec: {{containers: [{{name: c}}]}}}}\n---\n\
             {{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: web}}, spec: {{podSelector: {{}}, policyTypes: [Ingress, Egress], \
             ingress: [{{from: [{{ipBlock: {{{ingress}}}}}]}}], egress: [{{to: [{{ipBlock: {{{egress}}}}}]}}]}}}}\n"
        )
    };
    let ask = |scene: &str, command: &str, from: &str, to: &str| run(&[command, "-", "--from", from, "--to", to], scene).1;
    let all = scene("cidr: 0.0.0.0/0", "cidr: 0.0.0.0/0, except: [10.0.0.0/8]");
    let part = scene("cidr: 203.0.113.0/24", "cidr: 0.0.0.0/0, except: [8.0.0.0/8]");
    let none = scene("cidr: 10.0.0.0/8", "cidr: 192.168.0.0/16");
    for command in ["why", "path"] {
        for (from, to) in [("internet", "web"), ("web", "internet")] {
            assert!(ask(&all, command, from, to).starts_with("Allowed:"), "{command} {from}");
            assert!(ask(&none, command, from, to).starts_with("Denied:"), "{command} {from}");
        }
        let said = ask(&part, command, "internet", "web");
        let first = said.lines().next().unwrap();
        assert!(first.starts_with("Cannot tell for the whole Internet") && first.contains("203.0.113.0-203.0.113.255"), "{first}");
        let said = ask(&part, command, "web", "internet");
        let first = said.lines().next().unwrap();
        assert!(first.starts_with("Cannot tell for the whole Internet") && first.contains("8.0.0.0-8.255.255.255"), "{first}");
        assert!(ask(&part, command, "203.0.113.9", "web").starts_with("Allowed:"));
        assert!(ask(&part, command, "web", "8.8.8.8").starts_with("Denied:"));
    }
}

#[test]
fn presets_come_before_what_is_set_beside_them() {
    let scene = SCENE.replace("- from: [{podSelector: {matchLabels: {app: web}}}]", "- from: [{ipBlock: {cidr: 10.0.0.0/8}}]");
    let passes = |flags: &[&str]| run(&[&["flows", "-"], flags].concat(), &scene).1.contains("shop/web[Pod] => shop/db[Pod]");
    assert!(passes(&[]), "the block covers the pod network");
    assert!(!passes(&["--assume", "np-guard"]));
    assert!(!passes(&["--pod-network", "192.168.0.0/16"]));
    for flags in [["--assume", "np-guard", "--ip-block", "pods-too"], ["--ip-block", "pods-too", "--assume", "np-guard"]] {
        assert!(passes(&flags), "{flags:?}");
    }
    assert!(passes(&["--engine", "none", "--ip-block", "outside-only"]));
}

#[test]
fn why_names_the_line_and_says_no_by_its_exit_code() {
    let ask = |port: &str, format: &str| run(&["why", "-", "--from", "shop/web", "--to", "db", "--port", port, "--format", format], SCENE);
    let (code, text, _) = ask("5432", "text");
    assert_eq!(code, 0);
    assert!(text.starts_with("Allowed: TCP 5432 from `shop/web` to `shop/db`, by ingress rule 1 of NetworkPolicy `shop/db`."), "{text}");
    assert!(text.contains("standard input:11:5"), "{text}");
    let (code, text, _) = ask("80", "text");
    assert_eq!(code, 1);
    assert!(text.contains("nearest: port 80 is not in 5432"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&ask("80", "json").1).unwrap();
    assert_eq!(json["verdict"], "denied");
    assert_eq!(json["checkpoints"][1]["nearest"]["place"]["line"], 12);
    let suggested = json["suggestion"]["edits"][0]["text"].as_str().unwrap();
    let mended = format!("{SCENE}{suggested}");
    assert_eq!(run(&["why", "-", "--from", "shop/web", "--to", "db", "--port", "80"], &mended).0, 0, "{mended}");
}

#[test]
fn why_knows_what_the_question_leaves_open() {
    let service = "---\n{apiVersion: v1, kind: Service, metadata: {name: data, namespace: shop}, spec: {clusterIP: 10.96.0.7, selector: {app: db}, ports: [{port: 80, targetPort: 5432}]}}\n";
    let owned = |name: &str, role: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{app: {role}}}, ownerReferences: [{{kind: ReplicaSet, name: jobs, controller: true}}]}}, spec: {{containers: [{{name: c}}]}}}}\n"
        )
    };
    let scene = format!("{SCENE}{service}{}{}", owned("jobs-a", "web"), owned("jobs-b", "other"));
    let ask = |from: &str, to: &str, port: &str| run(&["why", "-", "--from", from, "--to", to, "--port", port], &scene);
    let (code, text, _) = ask("jobs", "db", "5432");
    assert_eq!(code, 1);
    assert!(text.contains("policies treat them differently: denied from `shop/jobs-b`; allowed from `shop/jobs-a`"), "{text}");
    assert!(text.contains("note: The flow shown is from `shop/jobs-b` to `shop/db`"), "{text}");
    assert_eq!(ask("jobs-a", "db", "5432").0, 0);
    assert_eq!(ask("jobs-b", "db", "5432").0, 1);
    assert!(run(&["flows", "-"], &scene).2.contains("the listed connections are allowed for only some of their pods"));
    let (_, text, _) = ask("web", "db", "80");
    assert!(text.contains("note: port 80 of Service `shop/data` is port 5432 of its pods"), "{text}");
    for name in ["data", "10.96.0.7"] {
        let (code, _, errors) = ask("web", name, "80");
        assert_eq!(code, 2);
        assert!(errors.contains("ask about `shop/db[Pod]` (its port 80 is port 5432 of the pods)"), "{errors}");
    }
}

#[test]
fn folders_are_read_whole_and_broken_files_are_told() {
    let folder = Folder::new("broken", &[("below/a.yaml", SCENE), ("b.yml", "kind: [\n"), ("notes.txt", "not read")]);
    let (code, text, errors) = run(&["flows", folder.path()], "");
    assert_eq!(code, 2, "what is left out may be what matters");
    assert!(text.contains("shop/web[Pod] => shop/db[Pod] : TCP 5432"));
    assert!(errors.contains("b.yml:") && errors.contains("error["), "{errors}");
    assert_eq!(run(&["lint", folder.path()], "").0, 1);
}

#[test]
fn lint_points_at_the_text() {
    let (code, text, _) =
        run(&["lint", "-"], &SCENE.replace("podSelector: {matchLabels: {app: db}}", "podSelector: {matchLabels: {app: bd}}"));
    assert_eq!(code, 1);
    assert!(text.contains("warning[LINT001]: NetworkPolicy `shop/db` selects no pod\n  standard input:9:16\n  9 |   podSelector: {matchLabels: {app: bd}}\n    |                ^"), "{text}");
    assert_eq!(run(&["lint", "-"], SCENE), (0, String::new(), String::new()));
    let (code, text, _) = run(
        &["lint", "-", "--format", "json"],
        "kind: Pod\napiVersion: v1\nmetadata: {name: web, lables: {}}\nspec: {containers: [{name: c}]}\n",
    );
    assert_eq!(code, 1);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let problem = &json["problems"][0];
    assert_eq!((&problem["severity"], &problem["code"]), (&"error".into(), &"K8S010".into()));
    assert_eq!((&problem["place"]["line"], &problem["place"]["column"]), (&3.into(), &23.into()));
    assert_eq!(run(&["lint", "-", "--format", "json"], SCENE).1, "{\"problems\": []}\n");
}

#[test]
fn nothing_in_a_text_commands_the_terminal() {
    let scene = "{apiVersion: v1, kind: Pod, metadata: {name: \"a\\e[31mb\\nc\"}, spec: {containers: [{name: c}]}}\n";
    for arguments in [&["lint", "-"][..], &["flows", "-"], &["why", "-", "--from", "192.0.2.1", "--to", "a\u{1b}[31mb\nc"]] {
        let (_, text, errors) = run(arguments, scene);
        assert!(!text.is_empty() && !text.contains('\u{1b}') && !errors.contains('\u{1b}'), "{arguments:?}: {text}{errors}");
    }
    assert_eq!(run(&["flows", "-"], scene).1.lines().count(), 2);
}

#[test]
fn diff_tells_what_changes() {
    let old = Folder::new("old", &[("a.yaml", SCENE)]);
    let new = Folder::new("new", &[("a.yaml", &SCENE.replace("5432", "5433"))]);
    let (code, text, _) = run(&["diff", old.path(), new.path()], "");
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "Connectivity diff:\ndiff-type: changed, source: shop/web[Pod], destination: shop/db[Pod], ref1: TCP 5432, ref2: TCP 5433\n"
    );
    assert_eq!(run(&["diff", old.path(), old.path()], ""), (0, String::new(), String::new()));
    let json: serde_json::Value = serde_json::from_str(&run(&["diff", old.path(), new.path(), "--format", "json"], "").1).unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/schemas/diff.json")).unwrap();
    follows(&schema, &schema, &json, "answer");
    assert_eq!(json["relation"], "overlapping");
    assert_eq!((&json["edits"][0]["object"], &json["edits"][0]["change"]), (&"NetworkPolicy shop/db".into(), &"changed".into()));
    let difference = &json["differences"][0];
    assert_eq!(difference["cause"], serde_json::json!({"alone": [0], "together": []}));
    assert_eq!((&difference["change"], &difference["from"]), (&"changed".into(), &"shop/web[Pod]".into()));
    assert_eq!(difference["after"]["allowed"], serde_json::json!([{"protocol": "TCP", "ports": [[5433, 5433]]}]));
    let (_, text, _) = run(&["diff", old.path(), new.path(), "--format", "text"], "");
    for line in [
        "the new version opens some flows and closes others\n\nchanged: shop/web[Pod] => shop/db[Pod]: TCP 5433 instead of TCP 5432\n  by NetworkPolicy shop/db (changed, ",
        "a.yaml:12:5)\n  before: Allowed: TCP 5432 from ",
        "a.yaml:11:5 (edited)\n  now: Denied: `shop/db` is selected for ingress by policy `shop/db`",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let (_, table, _) = run(&["diff", old.path(), new.path(), "--format", "md"], "");
    assert!(table.contains("| TCP 5432 | TCP 5433 | ") && table.contains("a.yaml:9:16 (edited) |"), "{table}");
    assert_eq!(run(&["diff", old.path(), old.path(), "--format", "text"], "").1, "the same flows\n");
    let more = Folder::new(
        "more",
        &[
            ("a.yaml", SCENE),
            ("b.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: job, namespace: shop}, spec: {containers: [{name: c}]}}"),
        ],
    );
    let (_, text, _) = run(&["diff", old.path(), more.path()], "");
    assert!(
        text.lines()
            .skip(1)
            .all(|line| line.starts_with("diff-type: added, ") && line.ends_with(", workloads-diff-info: workload shop/job[Pod] added")),
        "{text}"
    );
    assert!(!text.contains("destination: shop/db"), "{text}");
    // Two edits of which neither does it alone, and one that takes a policy away.
    let labelled =
        Folder::new("labelled", &[("a.yaml", &SCENE.replace("5432", "5433").replace("labels: {app: web}", "labels: {app: wbe}"))]);
    let (_, text, _) = run(&["diff", labelled.path(), old.path(), "--format", "text"], "");
    let together = "  only together by Pod shop/web (changed, ";
    assert!(text.contains(together) && text.contains("), NetworkPolicy shop/db (changed, "), "{text}");
    let open = Folder::new("open", &[("a.yaml", SCENE.split("---\napiVersion: networking").next().unwrap())]);
    let (_, text, _) = run(&["diff", old.path(), open.path(), "--format", "text"], "");
    assert!(text.contains("  by NetworkPolicy shop/db (gone, ") && text.contains("a.yaml:5:1 before)\n"), "{text}");
}

/// A host endpoint's policy and no pod's: no flow of the list differs, and connections of the node do, in every form.
#[test]
fn diff_tells_of_nodes_in_every_form() {
    let lets_in = |port: u16| {
        format!(
            "{{apiVersion: v1, kind: Node, metadata: {{name: n1}}, status: {{addresses: [{{type: InternalIP, address: 10.0.0.1}}]}}}}\n---\n\
             {{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop}}, spec: {{nodeName: n2, containers: [{{name: c}}]}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: n1, labels: {{host: n1}}}}, spec: {{node: n1, interfaceName: '*', expectedIPs: [10.0.0.1]}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: hosts}}, spec: {{selector: host == 'n1', types: [Ingress], \
             ingress: [{{action: Allow, protocol: TCP, destination: {{ports: [{port}]}}}}]}}}}\n"
        )
    };
    let (old, new) = (Folder::new("nodes-old", &[("a.yaml", &lets_in(9100))]), Folder::new("nodes-new", &[("a.yaml", &lets_in(9200))]));
    let run = |format: &str| run(&["diff", old.path(), new.path(), "--engine", "calico", "--format", format], "");
    let (code, text, notes) = run("txt");
    assert_eq!((code, text.as_str()), (1, ""));
    assert!(notes.contains("note: changed: 0.0.0.0-255.255.255.255[External] => node/n1: TCP "), "{notes}");
    let (code, text, notes) = run("text");
    assert_eq!((code, notes.as_str()), (1, ""));
    for line in [
        "the new version opens some flows and closes others\n\nchanged: ",
        "changed: 0.0.0.0-255.255.255.255[External] => node/n1: TCP ",
        "a.yaml:7:",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let (code, text, notes) = run("json");
    assert_eq!((code, notes.as_str()), (1, ""));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/schemas/diff.json")).unwrap();
    follows(&schema, &schema, &json, "answer");
    assert_eq!((&json["relation"], &json["differences"]), (&"overlapping".into(), &serde_json::json!([])));
    let nodes = json["nodes"].as_array().unwrap();
    assert!(nodes.iter().all(|difference| difference["to"] == "node/n1"), "{text}");
    let pod = nodes.iter().find(|difference| difference["from"] == "shop/web[Pod]").unwrap();
    let opens = |side: &str, port: u16| pod[side]["allowed"][0]["ports"].as_array().unwrap().contains(&serde_json::json!([port, port]));
    assert!(opens("before", 9100) && !opens("before", 9200) && opens("after", 9200) && !opens("after", 9100), "{pod}");
    let (code, text, notes) = run("md");
    assert_eq!((code, notes.as_str()), (1, ""));
    let row = text.lines().find(|line| line.starts_with("| changed | shop/web[Pod] | node/n1 | TCP ")).unwrap();
    assert!(row.contains("a.yaml:7:"), "{row}");
}

/// A Service over three pods, of which a policy closes two to one of its clients.
#[test]
fn diff_compares_paths_to_services() {
    let pod = |name: &str, labels: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{{labels}}}}}, spec: {{containers: [{{name: c}}]}}}}\n---\n"
        )
    };
    let service =
        "{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {selector: {app: api}, ports: [{port: 80}]}}\n";
    let pods = [
        pod("web", "app: web"),
        pod("job", "app: job"),
        pod("api-1", "app: api, n: a"),
        pod("api-2", "app: api, n: b"),
        pod("api-3", "app: api, n: b"),
    ];
    let before = format!("{}{service}", pods.concat());
    let after = format!(
        "{before}---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: api, namespace: shop}}, spec: {{podSelector: \
         {{matchLabels: {{n: b}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{app: web}}}}}}]}}]}}}}\n"
    );
    let (old, new) = (Folder::new("paths-old", &[("a.yaml", &before)]), Folder::new("paths-new", &[("a.yaml", &after)]));
    let (code, text, _) = run(&["diff", old.path(), new.path(), "--paths"], "");
    assert_eq!(code, 1);
    let paths = text.split("\n\n").find(|part| part.starts_with("svc/")).unwrap();
    assert_eq!(
        paths.lines().filter(|line| !line.contains("api-")).collect::<Vec<_>>(),
        ["svc/shop/api TCP 80: reached by 1 of 5 clients instead of 5 of 5", "  from shop/job[Pod]: sometimes (33.3 %) instead of allowed"]
    );
    let json: serde_json::Value =
        serde_json::from_str(&run(&["diff", old.path(), new.path(), "--paths", "--format", "json"], "").1).unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/schemas/diff.json")).unwrap();
    follows(&schema, &schema, &json, "answer");
    assert_eq!((&json["paths"][0]["to"], &json["paths"][0]["before"]["fully"]), (&"svc/shop/api".into(), &5.into()));
    let (_, table, _) = run(&["diff", old.path(), new.path(), "--paths", "--format", "md"], "");
    assert!(table.contains("\n| svc/shop/api TCP 80 | shop/job[Pod] | allowed | sometimes (33.3 %) |\n"), "{table}");
    // Another port of the Service alone: no flow between pods differs.
    let moved = Folder::new("paths-moved", &[("a.yaml", &before.replace("port: 80", "port: 81, targetPort: 80"))]);
    assert_eq!(run(&["diff", old.path(), moved.path()], ""), (0, String::new(), String::new()));
    let (code, text, _) = run(&["diff", old.path(), moved.path(), "--paths"], "");
    assert!(code == 1 && text.starts_with("the same flows\n\nsvc/shop/api TCP 80: gone, and was reached by 5 of 5 clients\n"), "{text}");
    let (_, text, _) = run(&["diff", old.path(), old.path(), "--paths"], "");
    assert_eq!(text, "the same flows\n\nall paths to Services and Ingresses are the same\n");
    assert_eq!(run(&["diff", old.path(), old.path(), "--paths", "--format", "txt"], "").0, 2);
    assert_eq!(run(&["flows", old.path(), "--paths"], "").0, 2);
}

/// A translation stands beside its lesson, which names it.
fn lessons_in_other_languages(lesson: &str) {
    let named = lesson.replace("summary: B", "summary: B\nlanguages: [de]");
    let german = "---\ntitle: Ein A\nsummary: Ein B\n---\n\n## Erstens\n";
    let course = r#"{"title": "T", "summary": "S", "lessons": ["one"], "translations": {"de": {"title": "K", "summary": "Z"}}}"#;
    let in_folder = |lesson: &str, german: &str| {
        Folder::new(
            "translated",
            &[("c/course.json", course), ("c/one/lesson.md", lesson), ("c/one/lesson.de.md", german), ("c/one/a.yaml", SCENE)],
        )
    };
    let folder = in_folder(&named, german);
    let (code, text, _) = run(&["lesson", "test", folder.path()], "");
    assert!(code == 0 && text.contains("1 check, also in de\n"), "{text}");
    let index: serde_json::Value = serde_json::from_str(&run(&["lesson", "index", folder.path()], "").1).unwrap();
    assert_eq!(
        (&index[0]["translations"]["de"]["title"], &index[0]["lessons"][0]["translations"]["de"]["summary"]),
        (&"K".into(), &"Ein B".into())
    );
    for (lesson, german, said) in [
        (lesson, german, "one/lesson.md:1: `lesson.de.md` is beside the lesson, and `languages` does not name `de`"),
        (&named, &german.replace("## Erstens\n", ""), "one/lesson.de.md:1: there are 0 steps here, and 1 in `lesson.md`"),
        (&named, &german.replace("## Erstens", "[Weiter](../two).\n\n## Erstens"), "one/lesson.de.md:1: the link `../two` leads nowhere"),
    ] {
        let (code, text, _) = run(&["lesson", "lint", in_folder(lesson, german).path()], "");
        assert!(code == 1 && text.contains(said), "{text}");
    }
}

#[test]
fn lessons_are_tested_and_indexed() {
    let lesson = "---\ntitle: A\nsummary: B\nfiles: [a.yaml]\n---\n\n## First\n\n```yaml step\nholds:\n- {from: shop/web, to: shop/db, port: 5432, expect: allowed}\n```\n";
    let wrong = lesson.replace("expect: allowed", "expect: denied");
    let course = r#"{"title": "T", "summary": "S", "lessons": ["one"]}"#;
    let files = [("c/course.json", course), ("c/one/lesson.md", lesson), ("c/one/a.yaml", SCENE)];
    let folder = Folder::new("lessons", &files);
    let (code, text, _) = run(&["lesson", "test", folder.path()], "");
    assert_eq!(code, 0, "{text}");
    assert!(
        text.starts_with("ok ")
            && text.ends_with("c/one: 1 step, 0 of them graded, 1 check\n1 lesson: 1 step, 0 of them graded, 1 check\n"),
        "{text}"
    );
    assert_eq!(run(&["lesson", "lint", folder.path()], ""), (0, String::new(), String::new()));
    let index: serde_json::Value = serde_json::from_str(&run(&["lesson", "index", folder.path()], "").1).unwrap();
    assert_eq!((&index[0]["id"], &index[0]["lessons"][0]["title"]), (&"c".into(), &"A".into()));
    lessons_in_other_languages(lesson);
    // A course's own folder and its file mean that course.
    for path in [format!("{}/c", folder.path()), format!("{}/c/course.json", folder.path())] {
        let one: serde_json::Value = serde_json::from_str(&run(&["lesson", "index", &path], "").1).unwrap();
        assert_eq!(one, index, "{path}");
    }
    for path in ["c/one", "c/one/a.yaml"] {
        let (code, _, said) = run(&["lesson", "index", &format!("{}/{path}", folder.path())], "");
        assert!(code == 2 && said.contains("there is no course in") && said.contains("give a folder with a `course.json`"), "{said}");
    }
    let faults = [
        (lesson.replace("port: 5432", "prot: 5432"), "lesson.md:11: a check cannot be read: "),
        (
            lesson.replace("files: [a.yaml]", "files: [a.yaml]\nproblems: [AZ001]"),
            "lesson.md:1: `problems` names AZ001, which no scene of the lesson has",
        ),
        (
            lesson.replace("yaml step\n", "yaml step\nlook: {flow: {from: shop/web, to: shop/db, port: 5432}}\n")
                + "\n```yaml predict\nfrom: shop/web\nto: shop/db\nport: 5432\nbecause: So it is.\n```\n",
            "the step's `look` shows the verdict that is to be predicted here",
        ),
    ];
    for (text, said) in &faults {
        let folder = Folder::new("faulty-lesson", &[("one/lesson.md", text), ("one/a.yaml", SCENE)]);
        let (code, found, _) = run(&["lesson", "test", folder.path()], "");
        assert!(code == 1 && found.contains(said), "{found}");
        assert!(!found.contains("see the errors about it"), "{found}");
    }
    let folder = Folder::new("wrong-lesson", &[("one/lesson.md", &wrong), ("one/a.yaml", SCENE)]);
    let (code, text, _) = run(&["lesson", "test", folder.path()], "");
    assert!(code == 1 && text.contains("one/lesson.md:11: the step says so, and `shop/web` may not reach `shop/db`"), "{text}");
    for (arguments, error) in [
        (&["lesson"][..], "netpolis: lesson: lint, test or index, and then a folder of lessons"),
        (&["lesson", "play", "."], "netpolis: lesson: `play` is not lint, test or index"),
        (&["lesson", "test"], "netpolis: lesson: which files?"),
        (&["lesson", "test", "/nowhere/at/all"], "netpolis: cannot read /nowhere/at/all"),
    ] {
        let (code, _, said) = run(arguments, "");
        assert!(code == 2 && said.starts_with(error), "{said}");
    }
}

#[test]
fn diff_explains_what_security_groups_change() {
    let scene = |port: &str| NETWORK.replace("tcp 80,443", port);
    let (old, new) = (Folder::new("nsg-old", &[("a.yaml", &scene("tcp 80"))]), Folder::new("nsg-new", &[("a.yaml", &scene("tcp 443"))]));
    let (_, text, _) = run(&["diff", old.path(), new.path(), "--format", "text"], "");
    let internet = text.split("\n\n").find(|part| part.starts_with("changed: Internet[External] => ")).unwrap_or_else(|| panic!("{text}"));
    for line in ["TCP 443 instead of TCP 80", "\n  by ", "\n  before: Allowed: TCP 80 from ", "\n  now: Denied: "] {
        assert!(internet.contains(line), "{line}\n{internet}");
    }
}

const NETWORK: &str = "
azure:
  networks:
  - {name: course, addressSpace: 10.0.0.0/16, subnets: [{name: nodes, prefix: 10.0.0.0/24, nsg: nodes}]}
  nsgs:
  - name: nodes
    inbound: [{priority: 200, name: web, allow: 'tcp 80,443', from: Internet}, {priority: 100, name: ssh, allow: tcp 22, from: 192.0.2.7}]
  machines: [{name: jump, subnet: nodes, address: 10.0.0.100}]
  clusters: [{name: shop, subnet: nodes, plugin: azure, policy: calico, nodes: 7, serviceRange: 10.1.0.0/16}]
";

#[test]
fn rules_are_listed_in_their_order_and_printed_again() {
    let (code, text, errors) = run(&["rules", "-"], NETWORK);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(
        text.starts_with("nodes on subnet nodes\n  inbound\n    100    allow  Tcp  192.0.2.7          → * port 22       ssh\n    200 "),
        "{text}"
    );
    assert!(text.contains("65500  deny   *    *                  → *               DenyAllInBound\n  outbound\n"), "{text}");
    let (_, text, _) = run(&["rules", "-", "--format", "json"], NETWORK);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (own, defaults) = (&json[0]["properties"]["securityRules"], &json[0]["properties"]["defaultSecurityRules"]);
    assert_eq!((own[0]["name"].as_str(), defaults.as_array().map(Vec::len)), (Some("web"), Some(6)));
    assert_eq!(own[0]["properties"]["destinationPortRanges"], serde_json::json!(["80", "443"]));
    // What is printed is what is read again.
    assert_eq!(run(&["rules", "-", "--format", "json"], &text).1, text);
}

#[test]
fn plans_say_whether_a_cluster_fits() {
    // 31 addresses a node: seven nodes, one more while upgrading, and a machine are 249 of 251.
    let (code, text, _) = run(&["plan", "-"], NETWORK);
    assert_eq!(code, 0, "{text}");
    for line in
        ["free                        2\n", "largest cluster             7 nodes (8 without room", "It fits, with 2 addresses left."]
    {
        assert!(text.contains(line), "{text}");
    }
    let plan = |arguments: &[&str]| {
        let (code, text, errors) = run(&[&["plan", "--format", "json"], arguments].concat(), NETWORK);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{errors}"));
        (code, json[0].clone())
    };
    let (code, json) = plan(&["-", "--nodes", "8"]);
    assert_eq!((code, &json["runs"], &json["canBeUpgraded"]), (1, &true.into(), &false.into()));
    let (code, json) = plan(&["-", "--nodes", "9"]);
    assert_eq!((code, &json["runs"], &json["free"]), (1, &false.into(), &(-60).into()));
    // Without any file; and a range of pods that has no room for the node of an upgrade.
    let (code, json) = plan(&["--subnet", "10.0.0.0/24", "--plugin", "kubenet", "--nodes", "1", "--pod-range", "192.168.0.0/24"]);
    assert_eq!((code, &json["canBeUpgraded"], &json["largest"], &json["pods"]), (1, &false.into(), &0.into(), &110.into()));
    // The manual names every field.
    let manual = include_str!("../../docs/cli.md").split("## `plan`").nth(1).and_then(|t| t.split("\n## ").next()).unwrap();
    for field in json.as_object().unwrap().keys() {
        assert!(manual.contains(&format!("`{field}`")), "{field}");
    }
    assert_eq!(run(&["plan", "-"], SCENE).0, 2);
}

#[test]
fn machines_and_addresses_of_a_network_are_ends() {
    let why = |from: &str, to: &str, port: &str| run(&["why", "-", "--from", from, "--to", to, "--port", port], NETWORK).0;
    assert_eq!([why("internet", "vm/jump", "443"), why("internet", "jump[VM]", "22"), why("192.0.2.7", "10.0.0.100", "22")], [0, 1, 0]);
    let (code, _, errors) = run(&["why", "-", "--from", "vm/jmp", "--to", "jump"], NETWORK);
    assert!(code == 2 && errors.contains("`vm/jump`"), "{errors}");
    let (_, text, _) = run(&["why", "-", "--from", "internet", "--to", "jump", "--port", "22", "--format", "json"], NETWORK);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["checkpoints"][0]["title"], "Inbound at subnet nodes");
    let (code, text, _) = run(&["flows", "-"], NETWORK);
    assert!(code == 0 && text.contains("Internet[External] => jump[VM] : TCP 80,443\n"), "{text}");
}

#[test]
fn bad_usage_is_said_in_words() {
    for (arguments, message) in [
        (&["flows"][..], "which files?"),
        (&["flow", "-"], "there is no command `flow`"),
        (&["why", "-", "--to", "db"], "--from is missing"),
        (&["why", "-", "--from", "web", "--to", "bd"], "there is no pod, workload or node `bd`"),
        (&["flows", "-", "--format", "xml"], "it takes txt, csv, json, json-sets, md, dot"),
        (&["flows", "-", "--engine", "magic"], "--engine `magic`: it takes detected, generic, calico, azure-npm or none"),
        (&["flows", "/no/such/file"], "cannot read /no/such/file"),
        (&["flows", "-", "--port", "80"], "--port, --protocol and the like belong to why, path and fix"),
        (&["lint", "-", "--format", "md"], "it takes text, json"),
        (&["why", "-", "--from", "web", "--to", "db", "--port", "0"], "--port `0`: it takes a number from 1 to 65535"),
        (&["why", "-", "--from", "web", "--to", "db", "--protocol", "icmp", "--port", "8"], "ICMP has no ports: leave out the port"),
        (&["why", "-", "--from", "web", "--to", "db", "--protocol", "quic"], "it takes tcp, udp, sctp, icmp or a number"),
        (&["flows", "-", "--pod-network", "10.0.0.0"], "--pod-network `10.0.0.0`: it takes address ranges"),
        (&["path", "-", "--from", "db", "--to", "web", "--probes", "off"], "--probes `off`: it takes pod, node or ignored"),
        (&["path", "-", "--from", "db", "--to", "web", "--replicas", "1,x"], "--replicas `1,x`: it takes numbers with commas"),
        (&["flows", "-", "--frobnicate"], "--frobnicate"),
        (&["diff", "-"], "give two paths"),
        (&["plan"], "which files?"),
        (&["plan", "--subnet", "10.0.0.0"], "--subnet `10.0.0.0`: "),
        (&["plan", "--subnet", "10.0.0.0/24", "--nodes", "-1"], "--nodes"),
        (&["flows", "-", "--nodes", "3"], "belong to plan"),
        (&["plan", "--subnet", "10.0.0.0/24", "--plugin", "cni"], "it takes azure, overlay, kubenet, pod-subnet or none"),
        (&["convrt", "-"], "did you mean `convert`?"),
        (&["flows", "-", "--fromat", "json"], "there is no option `--fromat`; did you mean `--format`?"),
        (&["help", "fly"], "there is no command `fly`; there are flows, why, "),
        (&["lint", "--explain", "LINT001", "-"], "--explain takes a code, and neither files nor --format"),
        (&["diff", "-", "-"], "diff: standard input (-) can be read once"),
        (&["least-privilege", "-", "--flows", "-"], "can be read once"),
    ] {
        let (code, text, errors) = run(arguments, SCENE);
        assert_eq!((code, text.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.contains(message), "{arguments:?}: {errors}");
    }
}

#[test]
fn each_command_has_help_of_its_own() {
    let (code, help, _) = run(&["why", "--help"], "");
    assert_eq!(code, 0);
    assert!(
        help.starts_with("usage:\n  netpolis why PATH...") && help.contains("--icmp-code N") && help.contains("A and B are "),
        "{help}"
    );
    assert!(help.contains("\nexit code: 0 fine\n") && !help.contains("netpolis path") && !help.contains("svc/NAMESPACE/NAME"), "{help}");
    assert_eq!(run(&["help", "why"], "").1, help);
    let (_, help, _) = run(&["lint", "-h"], "");
    assert!(help.contains("netpolis lint PATH...") && help.contains("netpolis lint --explain CODE") && !help.contains("A and B"), "{help}");
    assert!(run(&["fix", "--help"], "").1.contains("svc/NAMESPACE/NAME"));
}

#[test]
fn input_without_objects_is_noted() {
    for text in ["", "# nothing yet\n"] {
        assert_eq!(run(&["flows", "-"], text), (0, String::new(), "note: there is no object in standard input\n".into()));
    }
    assert_eq!(run(&["flows", "-"], SCENE).2, "");
}

/// `netpolis … 2>&1 | head` ends reading early.
#[test]
fn nobody_has_to_read_standard_error() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_netpolis"));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = command.args(["flows", "/no/such/file"]).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn ways_are_told_hop_by_hop() {
    let text = "
{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.0.9}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 10.0.0.5}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 10.0.0.4}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443, targetPort: 8443}]}, status: {loadBalancer: {ingress: [{ip: 20.1.2.3}]}}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}}
";
    let question = ["path", "-", "--from", "203.0.113.7", "--to", "svc/default/web", "--port", "443"];
    let (code, shown, errors) = run(&question, text);
    assert_eq!((code, errors.as_str()), (1, ""));
    assert!(shown.starts_with("Sometimes: 50 % of the connections succeed."), "{shown}");
    for line in [
        "by node n2, to a pod on n1, 50 % of the connections: denied\n",
        "    203.0.113.7 → 20.1.2.3:443  becomes  10.0.0.5 → 10.244.0.9:8443  (DNAT, SNAT)\n",
        "Ingress of default/web: denied\n",
        "    nearest: 10.0.0.5 is not in 203.0.113.0/24\n",
        "by node n1, to its own pod, 50 % of the connections: allowed\n",
        "   the application sees 10.0.0.4\n   TLS passes through to the pod\n",
        "  default/web on n1: 100 %\n",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let (code, shown, _) = run(&[&question[..], &["--dataplane", "ebpf", "--format", "json"]].concat(), text);
    let json: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((code, &json["verdict"], &json["allowed"]["least"]["percent"]), (0, &"allowed".into(), &"100 %".into()));
    let seen = &json["branches"][0]["seen"];
    assert_eq!((&seen["client"]["address"], &seen["tls"]), (&"203.0.113.7".into(), &"untouched".into()));
    let kinds: Vec<&str> = json["branches"][0]["hops"].as_array().unwrap().iter().filter_map(|hop| hop["kind"].as_str()).collect();
    assert!(kinds.starts_with(&["client", "load-balancer", "node"]) && kinds.ends_with(&["checkpoint", "pod"]), "{kinds:?}");
    // The manual names every field.
    let manual = include_str!("../../docs/cli.md");
    let mut wanted = vec![json.clone()];
    while let Some(value) = wanted.pop() {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    assert!(
                        manual.contains(&format!("`{name}`")) || manual.contains(&format!("\"{name}\"")),
                        "{name} is not in docs/cli.md"
                    );
                    wanted.push(value);
                }
            }
            serde_json::Value::Array(items) => wanted.extend(items),
            _ => {}
        }
    }
    let (code, _, errors) = run(&["path", "-", "--from", "203.0.113.7", "--to", "svc/default/wep"], text);
    assert_eq!((code, errors.as_str()), (2, "netpolis: there is no Service `wep`; there is, for example, `default/web`\n"));
    let (_, _, errors) = run(&["flows", "-", "--dataplane", "ebpf"], text);
    assert!(errors.contains("--dataplane is a path setting, and belongs to path"), "{errors}");
}

#[test]
fn help_and_manual_say_what_is_true() {
    let (code, help, _) = run(&["--help"], "");
    assert_eq!((code, &help), (0, &run(&["help"], "").1));
    let manual = include_str!("../../docs/cli.md");
    // A value follows its flag at one space; more of them come before a description.
    let flags: Vec<(&str, &str)> = help
        .lines()
        .flat_map(|line| line.match_indices("--").map(|(at, _)| &line[at..]))
        .filter_map(|text| text.split_once(' '))
        .map(|(flag, rest)| (flag, rest.split(' ').next().unwrap_or_default()))
        .filter(|(_, values)| !values.is_empty())
        .collect();
    assert!(flags.len() >= 15, "{flags:?}");
    let file = File::new("help.yaml", SCENE);
    for (flag, values) in flags {
        assert!(manual.contains(flag), "{flag} is not in docs/cli.md");
        // Values in capitals stand for something else.
        for value in values.split('|').filter(|value| value.chars().all(|c| c.is_ascii_lowercase() || c == '-')) {
            let accepted = [
                "flows",
                "why",
                "path",
                "fix",
                "check",
                "exposure",
                "lint",
                "rules",
                "plan",
                "pointless",
                "least-privilege",
                "engines",
                "convert",
                "flow-logs",
                "diff",
            ]
            .iter()
            .any(|command| {
                let asked = match *command {
                    "why" | "path" | "fix" => &["--from", "192.0.2.1", "--to", "web"][..],
                    "convert" => &["--to", "calico"],
                    "plan" => &["--subnet", "10.0.0.0/24", "--nodes", "1"],
                    "flow-logs" => &["--log", "/dev/null"],
                    "least-privilege" => &["--current"],
                    _ => &[],
                };
                let inputs = match *command {
                    "diff" => &["-", file.path()][..],
                    "plan" => &[],
                    _ => &["-"],
                };
                // There is something to check for the command that does nothing else.
                let text = format!(
                    "{SCENE}---\napiVersion: netpolis.dev/v1\nkind: Check\nmetadata: {{name: a}}\nspec: {{checks: [{{exists: web}}]}}\n"
                );
                run(&[&[*command], inputs, asked, &[flag, value]].concat(), &text).0 < 2
            });
            assert!(accepted, "{flag} {value}");
        }
    }
    // Every setting is there, with all its words.
    for setting in netpolis_core::settings::table::SETTINGS {
        let at = help.find(&format!("--{} ", setting.name)).unwrap_or_else(|| panic!("--{} is not in the help", setting.name));
        let netpolis_core::settings::table::Values::Words(words) = &setting.values else { continue };
        let values = help[at..].split_whitespace().nth(1).unwrap();
        let named: std::collections::BTreeSet<&str> = values.trim_end_matches(',').split('|').collect();
        assert_eq!(named, words.iter().map(|w| w.word).collect(), "--{}", setting.name);
    }
    // Every command has its section, and every form in which an end can be written is there.
    let commands = help.lines().filter_map(|line| line.strip_prefix("  netpolis ")).filter_map(|line| line.split(' ').next());
    for command in commands {
        assert!(manual.contains(&format!("\n## `{command}`")), "no section about {command}");
    }
    for end in
        ["node/NAME", "vm/NAME", "`internet`", "{ingress-controller}", "svc/NAMESPACE/NAME", "ingress/NAMESPACE/NAME", "http://HOST/PATH"]
    {
        assert!(manual.contains(end) && help.contains(end.trim_matches('`')), "{end}");
    }
    for code in ["0 fine", "1 findings", "2 bad usage"] {
        assert!(help.contains(code));
    }
    assert!(run(&["--version"], "").1.starts_with("netpolis "));
}

const CLOSED: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: # who may
  - ports: [{port: 80}]
    from:
    - podSelector: {matchLabels: {app: web}}
";

#[test]
fn fix_proposes_patches_and_writes_the_one_that_is_asked_for() {
    let folder = Folder::new("fix", &[("shop.yaml", CLOSED)]);
    let name = folder.file("shop.yaml");
    let file = std::path::Path::new(&name);
    let question = ["fix", &name, "--from", "web", "--to", "db", "--port", "5432"];
    let (code, shown, _) = run(&question, "");
    assert_eq!(code, 1);
    for line in [
        "1. add TCP 5432 to rule 1 of NetworkPolicy `default/db`\n   no other flow changes\n",
        "   +  - ports: [{port: 80}, {protocol: TCP, port: 5432}]\n",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let (_, diff, _) = run(&[&question[..], &["--format", "diff"]].concat(), "");
    assert!(diff.starts_with("--- a/") && diff.lines().count() == 10, "{diff}");
    let (_, json, _) = run(&[&question[..], &["--format", "json"]].concat(), "");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/schemas/fix.json")).unwrap();
    follows(&schema, &schema, &json, "answer");
    assert_eq!(json["proposals"][0]["kind"], "port");
    assert_eq!(fs::read_to_string(file).unwrap(), CLOSED, "nothing is written before it is asked for");
    let (code, _, errors) = run(&[&question[..], &["--apply", "9"]].concat(), "");
    assert!(code == 2 && errors.contains("there are proposals 1 to"), "{errors}");
    let (code, _, errors) = run(&[&question[..], &["--apply", "1"]].concat(), "");
    assert!(code == 0 && errors.contains("proposal 1 was written to"), "{errors}");
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text, CLOSED.replace("[{port: 80}]", "[{port: 80}, {protocol: TCP, port: 5432}]"));
    let (code, shown, _) = run(&question, "");
    assert!(code == 0 && shown.contains("Nothing needs to change."), "{shown}");
    let (code, _, errors) = run(&["fix", "-", "--from", "web", "--to", "db", "--port", "5432", "--apply", "1"], CLOSED);
    assert!(code == 2 && errors.contains("standard input cannot be written to; nothing was changed"), "{errors}");
    let (code, _, errors) = run(&["why", "-", "--from", "web", "--to", "db", "--deny"], CLOSED);
    assert!(code == 2 && errors.contains("--deny and --apply belong to fix"), "{errors}");
}

#[test]
fn exposure_in_every_form() {
    let (code, text, errors) = run(&["exposure", "-"], SCENE);
    assert_eq!((code, errors.as_str()), (0, ""));
    for line in [
        "Not protected: no policy selects these, so everything passes\n  shop/db[Pod]   All Connections  to any pod\n",
        "Open to pods with labels\n  shop/db[Pod]  TCP 5432  from pods with app=web in namespace shop (now shop/web[Pod])\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("shop/db[Pod]   All Connections  from any"), "{text}");
    let (_, text, _) = run(&["exposure", "-", "--format", "md"], SCENE);
    assert!(text.contains("| shop/db[Pod] | from | pods with app=web in namespace shop (now shop/web[Pod]) | TCP 5432 |"), "{text}");
    let (_, json, _) = run(&["exposure", "-", "--format", "json"], SCENE);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/schemas/exposure.json")).unwrap();
    follows(&schema, &schema, &json, "answer");
    let db = &json["workloads"][0]["ingress"];
    assert_eq!(json["workloads"][0]["workload"], "shop/db[Pod]");
    assert_eq!(db["protection"], "protected");
    assert_eq!(db["pods"][0]["allowed"], serde_json::json!([{"protocol": "TCP", "ports": [[5432, 5432]]}]));
    assert_eq!(json["selectors"][0]["podSelector"], serde_json::json!({"matchLabels": {"app": "web"}}));
}

#[test]
fn pointless_rules_name_what_answers_in_their_place_and_others_a_packet() {
    let scene = CLOSED.to_owned() + "  - {from: [{podSelector: {}}]}\n  - {from: [{podSelector: {matchLabels: {app: none}}}]}\n";
    let (code, shown, _) = run(&["pointless", "-"], &scene);
    assert_eq!(code, 1);
    for line in [
        "ingress rule 1 of NetworkPolicy `default/db` changes nothing: without it ingress rule 2 of NetworkPolicy `default/db` answers the same\n  standard input:11:5\n",
        "  see standard input:14:5\n",
        "ingress rule 3 of NetworkPolicy `default/db` matches no packet of this input\n",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains("is needed"), "{shown}");
    let (_, all, _) = run(&["pointless", "-", "--all"], &scene);
    let needed = "ingress rule 2 of NetworkPolicy `default/db` is needed: without it the answer to TCP 1 from `default/web` to `default/db` would be “denied” instead of \
                  “allowed”\n";
    assert!(all.contains(needed), "{all}");
    let (_, json, _) = run(&["pointless", "-", "--all", "--format", "json"], &scene);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/schemas/pointless.json")).unwrap();
    follows(&schema, &schema, &json, "answer");
    let effects: Vec<&str> = json["parts"].as_array().unwrap().iter().map(|part| part["effect"].as_str().unwrap()).collect();
    assert_eq!(effects, ["needed", "redundant", "needed", "never matches"]);
    let (code, shown, _) = run(&["pointless", "-"], CLOSED);
    assert_eq!((code, shown.as_str()), (0, "every rule and policy is needed\n"));
    let (code, _, errors) = run(&["flows", "-", "--all"], CLOSED);
    assert!(code == 2 && errors.contains("--all belongs to pointless"), "{errors}");
}

#[test]
fn engines_are_compared_with_the_one_in_force() {
    let scene = format!(
        "{CLOSED}---\n{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{selector: app == 'web', types: [Ingress]}}}}\n"
    );
    let (code, text, _) = run(&["engines", "-"], &scene);
    assert_eq!(code, 1);
    for line in [
        "calico: the engine in force (",
        "none: ",
        "  default/db[Pod] => default/web[Pod]: All Connections instead of no connections\n    calico: Denied: `default/web` is selected for ingress by policy `g`",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let (_, json, _) = run(&["engines", "-", "--format", "json"], &scene);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/schemas/engines.json")).unwrap();
    follows(&schema, &schema, &json, "answer");
}

/// Install manifests of the shape of well-known ones, pasted whole: what matters must not be buried.
#[test]
fn remarks_do_not_bury_the_answer() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/manifests");
    for name in ["cert-manager", "argo-cd"] {
        let (_, text, _) = run(&["lint", &format!("{folder}/{name}.yaml")], "");
        assert!(text.lines().count() <= 5, "{name}: {text}");
        assert!(text.contains("play no part in network policy"), "{text}");
    }
    let (_, text, _) = run(&["lint", &format!("{folder}/kube-prometheus.yaml")], "");
    assert_eq!(text.matches("K8S007").count(), 1, "{text}");
}
