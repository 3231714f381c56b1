//! The command with scripts, and with files in other encodings.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

#[allow(dead_code, reason = "other tests use the rest")]
mod common;

use std::fs;

use common::{SCENE, run};

const WHY: [&str; 6] = ["--from", "shop/other", "--to", "shop/db", "--port", "5432"];

fn why(script: &str) -> String {
    let other = "{apiVersion: v1, kind: Pod, metadata: {name: other, namespace: shop}, spec: {containers: [{name: c}]}}";
    let text = format!("kubectl apply -f - <<EOF\n{SCENE}---\n{other}\nEOF\n{script}");
    run(&[&["why", "-"], &WHY[..]].concat(), &text).1.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn scripts_are_followed_or_cannot_be_told() {
    let open = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open}\nspec: {podSelector: {}, ingress: [{}]}\n";
    for (script, verdict) in [
        (String::new(), "Denied:"),
        ("kubectl delete netpol db -n shop\n".into(), "Allowed:"),
        (format!("kubectl apply -n shop -f - <<EOF\n{open}EOF\n"), "Allowed:"),
        (format!("kubectl apply -n shop --dry-run=client -f - <<EOF\n{open}EOF\n"), "Denied:"),
        (format!("kubectl delete -n shop -f - <<EOF\n{open}EOF\n"), "Denied:"),
        (format!("for ns in test shop; do\nkubectl apply -n $ns -f - <<EOF\n{open}EOF\ndone\n"), "Allowed:"),
        (format!("if [ \"$1\" = open ]; then\nkubectl apply -n shop -f - <<EOF\n{open}EOF\nfi\n"), "Cannot tell,"),
        ("kubectl apply -f more.yaml\n".into(), "Cannot tell,"),
        ("helm upgrade --install policies ./chart\n".into(), "Cannot tell,"),
        ("kubectl label pod other -n shop app=web\n".into(), "Cannot tell,"),
        ("kubectl patch netpol x -n test -p '{}'\n".into(), "Denied:"),
        // `az aks command invoke` runs its text in the cluster, `ssh` on another host.
        ("az aks command invoke -g rg -n c --command \"kubectl delete netpol db -n shop\"\n".into(), "Allowed:"),
        ("az aks command invoke -g rg -n c --command \"kubectl apply -f more.yaml\" --file more.yaml\n".into(), "Cannot tell,"),
        ("ssh admin@host kubectl delete netpol db -n shop\n".into(), "Allowed:"),
        ("ssh -i key admin@host 'kubectl delete netpol db -n shop'\n".into(), "Allowed:"),
        ("bash -c \"kubectl delete netpol db -n shop\"\n".into(), "Allowed:"),
    ] {
        let said = why(&script);
        assert!(said.starts_with(verdict), "{script}: {said}");
    }
}

#[test]
fn files_of_windows_powershell_are_read_and_others_are_in_doubt() {
    let folder = std::env::temp_dir().join(format!("netpolis-encodings-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: NAME, namespace: shop}, spec: {containers: [{name: c}]}}";
    fs::write(folder.join("pods.yaml"), format!("{}\n---\n{}\n", pod.replace("NAME", "other"), pod.replace("NAME", "db"))).unwrap();
    let policy = "apiVersion: networking.k8s.io/v1\r\nkind: NetworkPolicy\r\nmetadata: {name: closed, namespace: shop}\r\nspec: {podSelector: {}}\r\n";
    let encoded = |unit: fn(u16) -> [u8; 2]| "\u{feff}".encode_utf16().chain(policy.encode_utf16()).flat_map(unit).collect::<Vec<u8>>();
    let without_mark = encoded(u16::to_le_bytes).split_off(2);
    for (bytes, verdict) in [
        (encoded(u16::to_le_bytes), "Denied:"),
        (encoded(u16::to_be_bytes), "Denied:"),
        (without_mark, "Cannot tell,"),
        (b"\x1f\x8b\x08\0\xe8\x03\xcb\x48\xcd\xc9".to_vec(), "Cannot tell,"),
    ] {
        fs::write(folder.join("policy.yaml"), &bytes).unwrap();
        let said = run(&[&["why", folder.to_str().unwrap()], &WHY[..]].concat(), "").1;
        assert!(said.starts_with(verdict), "{bytes:?}: {said}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_command_gives_its_namespace_to_the_objects_of_a_file() {
    let folder = std::env::temp_dir().join(format!("netpolis-spaces-{}", std::process::id()));
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: NAME, namespace: shop}, spec: {containers: [{name: c}]}}";
    let pods = format!("{}\n---\n{}\n", pod.replace("NAME", "other"), pod.replace("NAME", "db"));
    let closed = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {}}\n";
    for (script, file, verdict) in [
        ("kubectl apply -n shop -f policy.yaml\n", "policy.yaml", "Denied:"),
        ("kubectl -n shop apply -f ./policies/\n", "policies/policy.yaml", "Denied:"),
        ("kubectl config set-context --current --namespace=shop\nkubectl apply -f policy.yaml\n", "policy.yaml", "Denied:"),
        ("kubectl apply -n test -f policy.yaml\n", "policy.yaml", "Allowed:"),
        ("kubectl apply -f policy.yaml\n", "policy.yaml", "Allowed:"),
        // In both, or in one that is not known.
        ("kubectl apply -n shop -f policy.yaml\nkubectl apply -n test -f policy.yaml\n", "policy.yaml", "Cannot tell,"),
        ("kubectl apply -n $1 -f policy.yaml\n", "policy.yaml", "Cannot tell,"),
    ] {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("policies")).unwrap();
        for (name, text) in [("pods.yaml", pods.as_str()), (file, closed), ("deploy.sh", script)] {
            fs::write(folder.join(name), text).unwrap();
        }
        let said = run(&[&["why", folder.to_str().unwrap()], &WHY[..]].concat(), "").1;
        assert!(said.starts_with(verdict), "{script}: {said}");
    }
    fs::remove_dir_all(&folder).unwrap();
}
