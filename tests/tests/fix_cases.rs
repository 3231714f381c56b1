//! Questions of the kind "why can't it" from the folder of cases, where it is there: each is solved by what is proposed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::fix::Question;
use netpolis_core::model::Protocol;
use netpolis_core::settings::{Settings, table};
use serde_json::Value;

/// A case, and how the best proposal begins. docs/fix.md has the list in words.
const SOLVED: [(&str, &str); 22] = [
    ("azure/aks-automatic", "add a rule to NetworkPolicy"),
    ("azure/arm-comment-before-rules", "remove rule `no-one` of security group"),
    ("azure/nsg-of-one-name-in-two-groups", "remove rule `closed` of security group"),
    ("azure/refused-command-access", "add a rule to security group"),
    ("azure/same-addresses-other-group", "add a rule to security group"),
    ("azure/template-cidrsubnet", "remove rule `not-back` of security group"),
    ("azure/template-nullable-parameter", "add a rule to security group"),
    ("azure/vm-create-alone", "add a rule to security group"),
    ("azure/nsg-by-if", "remove rule `no-one` of security group"),
    ("calico/domains-dropped", "add a rule to NetworkPolicy"),
    ("calico/donottrack-on-all-interfaces", "add GlobalNetworkPolicy"),
    ("calico/failsafe-forwarded-ssh", "add a rule to GlobalNetworkPolicy"),
    ("calico/flows-host-rule-outside", "add a rule that passes it on to GlobalNetworkPolicy"),
    ("calico/host-endpoint-named-and-all", "add a rule to GlobalNetworkPolicy"),
    ("calico/two-host-endpoints-closed-first", "add GlobalNetworkPolicy"),
    ("kubernetes/cilium-block-over-pods", "add a rule to NetworkPolicy"),
    ("kubernetes/deployment-template-hash", "add a rule to NetworkPolicy"),
    ("kubernetes/statefulset-pod-name-one-of-three", "add a rule to NetworkPolicy"),
    ("kubernetes/control-hostport-of-another-node", "add a rule to NetworkPolicy"),
    ("paths/control-floating-ip-off-group-of-subnet", "add TCP 30180 to rule `web` of security group"),
    ("text/heredoc-kubectl", "add a rule to NetworkPolicy"),
    ("text/markdown-fence", "add a rule to NetworkPolicy"),
];

/// The first question of a case whose answer is not "allowed": its files, settings, ends and port.
struct Asked {
    files: Vec<(String, String)>,
    settings: Settings,
    from: String,
    to: String,
    port: Option<u16>,
    protocol: Protocol,
}

fn asked(folder: &Path) -> Asked {
    let case: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("case.json")).unwrap()).unwrap();
    let steps = case["steps"].as_array().unwrap().iter();
    let is_why = |run: &str| run.starts_with("why ") || run.starts_with("path ");
    let denies = |step: &Value| step["expect"]["verdict"].as_str().is_some_and(|verdict| verdict != "allowed");
    let step = steps.filter(|step| denies(step)).filter_map(|step| step["run"].as_str()).find(|run| is_why(run)).expect("a question");
    let words = shlex::split(step).unwrap();
    let mut asked = Asked {
        files: Vec::new(),
        settings: Settings::default(),
        from: String::new(),
        to: String::new(),
        port: None,
        protocol: Protocol::TCP,
    };
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix("--") else {
            let text = std::fs::read_to_string(folder.join(&word)).unwrap();
            asked.files.push((word, text));
            continue;
        };
        let value = words.next().unwrap();
        match name {
            "from" => asked.from = value,
            "to" => asked.to = value,
            "port" => asked.port = value.parse().ok(),
            "protocol" => asked.protocol = Protocol::from_name(&value).unwrap(),
            "format" => {}
            name => table::find(name).expect("a setting").set(&mut asked.settings, &value).unwrap(),
        }
    }
    asked
}

#[test]
fn questions_why_something_cannot_be_reached_are_solved() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases");
    if !root.is_dir() {
        return;
    }
    for (name, title) in SOLVED {
        let folder = root.join(name);
        if !folder.is_dir() {
            continue;
        }
        let Asked { files, settings, from, to, port, protocol } = asked(&folder);
        let question = Question { from: &from, to: &to, port, protocol, deny: false };
        let mut analysis = Analysis::new(settings);
        analysis.set_files(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
        let fixes = analysis.fix(&question).unwrap();
        let best = fixes.proposals.first().unwrap_or_else(|| panic!("{name}: nothing is proposed: {}", fixes.summary));
        assert!(best.title.starts_with(title), "{name}: {}", best.title);
        let changed: Vec<(String, String)> = analysis
            .sources()
            .iter()
            .map(|(id, source)| (source.name.clone(), best.apply(id, &source.text).unwrap_or_else(|| source.text.to_string())))
            .collect();
        analysis.set_files(&changed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
        assert!(analysis.fix(&question).unwrap().is_so_already, "{name}: {}", best.title);
    }
}
