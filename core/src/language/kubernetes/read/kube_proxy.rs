//! What kube-proxy's configuration sets that decides where packets come from and whether they are taken: its own file, the ConfigMap that kubeadm keeps it
//! in, and its arguments.
//!
//! Upstream: `KubeProxyConfiguration` of `kubeproxy.config.k8s.io/v1alpha1`; `pkg/proxy/iptables/proxier.go`. It is not validated here.

use alloc::vec::Vec;

use crate::document::{Limits, NodeRef, Value, parse};
use crate::language::Program;
use crate::model::Cidr;
use crate::snapshot::KubeProxy;

/// The kind of the file.
const KIND: &str = "KubeProxyConfiguration";

/// The configuration that an object is or holds; nothing if it is another object.
pub(in crate::language) fn kube_proxy(object: NodeRef<'_>, kind: &str) -> Option<KubeProxy> {
    if kind == KIND {
        return Some(of_file(object));
    }
    let metadata = object.get("metadata").filter(|_| kind == "ConfigMap")?;
    let text = |name: &str| metadata.get(name).and_then(NodeRef::as_str);
    if text("name") != Some("kube-proxy") || text("namespace") != Some("kube-system") {
        return None;
    }
    let data = object.get("data")?;
    let files = data.as_mapping().unwrap_or_default().iter().filter_map(|entry| data.value_of(entry).as_str());
    files.filter(|file| file.contains(KIND)).find_map(|file| {
        let parsed = parse(file, &Limits::default());
        parsed.tree.root().filter(|root| root.get("kind").and_then(NodeRef::as_str) == Some(KIND)).map(of_file)
    })
}

fn of_file(file: NodeRef<'_>) -> KubeProxy {
    let is_on = |section: &str| {
        let flag = file.get(section).and_then(|section| section.get("masqueradeAll"));
        flag.is_some_and(|flag| *flag.value() == Value::Bool(true))
    };
    let listed = file.get("nodePortAddresses").and_then(NodeRef::as_sequence).into_iter().flatten();
    let words: Vec<&str> = listed.filter_map(NodeRef::as_str).collect();
    KubeProxy { masquerades_all: is_on("iptables") || is_on("ipvs") || is_on("nftables"), node_port_ranges: ranges(&words) }
}

/// What its container is started with; nothing if that is another program, or has a file.
pub(in crate::language) fn by_arguments(program: &Program) -> Option<KubeProxy> {
    let is_it = |word: &str| word.split(['/', ' ']).any(|part| part.split([':', '@']).next() == Some("kube-proxy"));
    if !is_it(&program.image) && !program.args.iter().any(|word| is_it(word)) {
        return None;
    }
    let words = || program.args.iter().flat_map(|word| word.split_whitespace());
    let option = |name: &str| words().find_map(|word| word.trim_start_matches('-').strip_prefix(name)?.strip_prefix('='));
    if option("config").is_some() {
        return None;
    }
    let masquerades_all = option("masquerade-all").map_or_else(|| words().any(|word| word == "--masquerade-all"), |value| value == "true");
    let listed: Vec<&str> = option("nodeport-addresses").into_iter().flat_map(|value| value.split(',')).collect();
    Some(KubeProxy { masquerades_all, node_port_ranges: ranges(&listed) })
}

/// The addresses at which it takes node ports. `primary` are those that a node is known by; what cannot be read restricts nothing.
fn ranges(words: &[&str]) -> Option<Vec<Cidr>> {
    let read: Option<Vec<Cidr>> = words.iter().map(|word| Cidr::parse(word).ok()).collect();
    read.filter(|ranges| !ranges.is_empty())
}
