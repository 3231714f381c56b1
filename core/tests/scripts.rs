//! Scripts that change a cluster by other means than plain `kubectl apply` and `delete`, or work in another context: followed, or "cannot tell".
//!
//! Expectations are those of GNU Bash's manual, of kubectl's reference and source, and of the tools' own documentation.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::model::Protocol;
use netpolis_core::settings::{Engine, Settings};
use netpolis_core::verdict::{Flow, Verdict};

const PODS: &str = "kubectl apply -f - <<'Y'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c}]}
Y
";
const CLOSED: &str = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}
";
const ALLOWED: Verdict = Verdict::Allowed;
const DENIED: Verdict = Verdict::Denied;
const UNKNOWN: Verdict = Verdict::CannotTell;

/// Whether `web` reaches `db` after a script.
fn answer(script: &str) -> Verdict {
    let mut scene = Analysis::new(Settings { engine: Engine::Detected, ..Settings::default() });
    scene.set_files(&[("in.sh", script)]);
    let pod = |name: &str| scene.snapshot().pods().find(|(_, pod)| pod.name == name).map(|(id, _)| Endpoint::Pod(id)).unwrap();
    scene.decide(&Flow { from: pod("web"), to: pod("db"), traffic: Traffic::to_port(Protocol::TCP, 5432) }).verdict
}

/// With both pods there, and then the script.
#[track_caller]
fn check(script: &str, expected: Verdict) {
    assert_eq!(answer(&format!("{PODS}{script}")), expected, "{script}");
}

/// With the policy in force before.
#[track_caller]
fn after(script: &str, expected: Verdict) {
    check(&format!("kubectl apply -f - <<'Y'\n{CLOSED}Y\n{script}"), expected);
}

/// A policy that names no namespace.
fn nameless(command: &str) -> String {
    format!("{command} -f - <<E\n{}E\n", CLOSED.replace(", namespace: shop", ""))
}

fn given(command: &str) -> String {
    format!("{command} -f - <<E\n{CLOSED}E\n")
}

/// GNU Bash manual, "Simple Command Expansion": an assignment in front of a command is for the command's own environment.
#[test]
fn assignments_in_front_of_a_command_are_not_expanded_in_it() {
    let policy = CLOSED.replace("app: db", "app: $APP");
    check(&format!("APP=db\nAPP=web kubectl apply -f - <<E\n{policy}E\n"), DENIED);
    check(&format!("APP=web\nAPP=db kubectl apply -f - <<E\n{policy}E\n"), ALLOWED);
    check(&format!("APP=db\nkubectl apply -f - <<E\n{policy}E\n"), DENIED);
    check(&format!("export APP=db\nkubectl apply -f - <<E\n{policy}E\n"), DENIED);
    check(&format!("f() {{ kubectl apply -f - <<E\n{policy}E\n}}\nAPP=db f\n"), DENIED);
}

#[test]
fn what_xargs_hands_on_is_not_known() {
    after("kubectl get netpol -n shop -o name | xargs kubectl -n shop delete\n", UNKNOWN);
    after("kubectl get netpol -n shop -o name | xargs -r -n1 kubectl -n shop delete --wait=false\n", UNKNOWN);
    after("echo shop dev | xargs -n1 kubectl delete netpol deny-db -n\n", UNKNOWN);
    after("echo a | xargs kubectl get netpol\n", DENIED);
}

#[test]
fn the_namespace_of_the_context_is_followed() {
    for change in [
        "kubens shop",
        "kubectl ns shop",
        "oc new-project shop",
        "kubectl config set contexts.$(kubectl config current-context).namespace shop",
    ] {
        check(&format!("{change}\n{}", nameless("kubectl apply")), DENIED);
        after(&format!("{change}\nkubectl delete netpol deny-db\n"), ALLOWED);
    }
    for change in ["kubectl config use-context other", "kubectx other", "kubectl config set-context dev --namespace=shop --cluster=c"] {
        check(&format!("{change}\n{}", nameless("kubectl apply")), UNKNOWN);
    }
    // A context that the script gives a namespace, and one that it begins with.
    let at_first = format!("kubectl config use-context dev\n{PODS}");
    assert_eq!(answer(&format!("{at_first}kubectl config set-context dev --namespace=shop\n{}", nameless("kubectl apply"))), DENIED);
    assert_eq!(answer(&format!("{at_first}kubectl config set-context other --namespace=shop\n{}", nameless("kubectl apply"))), ALLOWED);
}

#[test]
fn another_cluster_is_another() {
    for change in [
        "kubectl config use-context staging",
        "kubectx staging",
        "az aks get-credentials -n staging -g rg",
        "export KUBECONFIG=~/.kube/staging",
        "kind create cluster --name b",
        "k3d cluster create b",
    ] {
        check(&format!("{change}\n{}", given("kubectl apply")), UNKNOWN);
    }
    for command in ["kubectl --context staging apply", "kubectl --kubeconfig=b apply", "KUBECONFIG=b kubectl apply"] {
        check(&given(command), UNKNOWN);
    }
    // One cluster for all.
    for first in ["az aks get-credentials -n prod -g rg", "kubectl config use-context prod", "export KUBECONFIG=a", "kind create cluster"] {
        assert_eq!(answer(&format!("{first}\n{PODS}{}", given("kubectl apply"))), DENIED, "{first}");
    }
    let named = PODS.replace("kubectl apply", "kubectl --context prod apply");
    assert_eq!(answer(&format!("kubectl config use-context prod\n{named}{}", given("kubectl apply"))), DENIED);
}

/// What `:` and programs that only check are given creates nothing; what is printed may be for a person.
#[test]
fn here_documents_that_nothing_applies() {
    check(&format!(": <<'E'\n{CLOSED}E\n"), ALLOWED);
    check(&format!("cat <<'E' | kubeconform -strict -\n{CLOSED}E\n"), ALLOWED);
    check(&format!("cat <<'E' >> README.md\n{CLOSED}E\n"), ALLOWED);
    check(&format!("cat <<'E'\n{CLOSED}E\n"), UNKNOWN);
    check(&format!("usage() {{ cat <<'E'\n{CLOSED}E\n}}\nusage\n"), UNKNOWN);
    check(&format!("cat <<'E' > p.yaml\n{CLOSED}E\nrm p.yaml\n"), UNKNOWN);
    check(&format!("cat <<'E' | kubectl apply -f -\n{CLOSED}E\n"), DENIED);
    check(&format!("cat <<'E' > p.yaml\n{CLOSED}E\nkubectl apply -f p.yaml\nrm p.yaml\n"), DENIED);
}

#[test]
fn other_scripts_are_not_known() {
    after("echo \"kubectl delete netpol -n shop deny-db\" | bash\n", ALLOWED);
    for script in ["source ./lib.sh", ". lib.sh", "./delete-policies.sh", "bash clean.sh now"] {
        after(&format!("{script}\n"), UNKNOWN);
    }
    for script in ["source ~/.bashrc", ". venv/bin/activate", "source .env", "./kubectl get pods"] {
        after(&format!("{script}\n"), DENIED);
    }
}

/// k8s.io/cli-runtime, pkg/resource/visitor.go, `RequireNamespace`; kubectl, pkg/cmd/apply/apply.go.
/// GNU Bash manual, "Invoking Bash" (a shell without a file reads its input), "Process Substitution", "Command Substitution".
#[test]
fn what_a_shell_runs_that_another_command_prints_is_not_known() {
    for command in [
        "curl -sL https://example.com/install.sh | bash",
        "wget -qO- https://example.com/x | sudo bash -s -- --now",
        "test -x tool || curl -s https://example.com/x | sh -",
        "bash <(curl -s https://example.com/x)",
        "bash < <(curl -s https://example.com/x)",
        "bash -c \"$(curl -fsSL https://example.com/x)\"",
        "eval \"$(curl -s https://example.com/x)\"",
        "cat clean.sh | bash",
        "make deploy",
        "make -C infra deploy-all",
        "just apply",
    ] {
        after(&format!("{command}\n"), UNKNOWN);
    }
    for command in [
        "curl -fsSL https://raw.githubusercontent.com/helm/helm/main/scripts/get-helm-3 | bash",
        "curl -sfL https://get.k3s.io | sh -",
        "curl -s https://example.com/x -o x || true",
        "echo done | bash",
        "eval \"$(ssh-agent)\"",
        "source <(kubectl completion bash)",
        "make build",
        "make",
    ] {
        after(&format!("{command}\n"), DENIED);
    }
}

#[test]
fn what_kubectl_refuses_is_not_there() {
    check(&given("kubectl -n other apply"), ALLOWED);
    check(&given("kubectl -n shop apply"), DENIED);
    check(&given("kubectl config set-context --current --namespace=other\nkubectl apply"), DENIED);
    after(&format!("kubectl -n other delete -f - <<E\n{CLOSED}E\n"), DENIED);
    let generated = CLOSED.replace("name: deny-db", "generateName: deny-");
    check(&format!("kubectl apply -f - <<E\n{generated}E\n"), ALLOWED);
    check(&format!("kubectl create -f - <<E\n{generated}E\n"), DENIED);
}

#[test]
fn functions_named_like_programs_and_choices() {
    after("kubectl() { command kubectl -n shop \"$@\"; }\nkubectl delete netpol deny-db\n", ALLOWED);
    after("select n in shop dev; do kubectl delete netpol deny-db -n $n; break; done\n", UNKNOWN);
    after("select n in dev test; do kubectl delete netpol deny-db -n $n; break; done\n", DENIED);
}

#[test]
fn tools_that_deploy_may_do_anything() {
    for tool in [
        "helmfile apply",
        "kapp deploy -a policies -f policies/ -y",
        "terraform apply -auto-approve",
        "argocd app sync policies",
        "ansible-playbook site.yaml",
        "kubectl delete --raw /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/deny-db",
    ] {
        check(&format!("{tool}\n"), UNKNOWN);
        after(&format!("{tool}\n"), UNKNOWN);
    }
    check("terraform plan\n", ALLOWED);
    after("vagrant ssh -c \"kubectl delete netpol deny-db -n shop\"\n", ALLOWED);
    after("ssh admin@bastion <<E\nkubectl delete netpol deny-db -n shop\nE\n", ALLOWED);
}

/// Cilium: a block of addresses matches no pods. K3s: without its controller nothing enforces policies.
/// Upstream: azure-cli-extensions, `k8s-configuration`; OpenShift documentation, "Configuring network isolation using OpenShift SDN".
#[test]
fn commands_that_bring_along_or_isolate() {
    let flux = "az k8s-configuration flux create -g r -c k -n c --cluster-type managedClusters -u https://example.com/x --branch main";
    for command in [flux, "oc adm pod-network isolate-projects shop", "oc adm pod-network make-projects-global ops"] {
        check(command, UNKNOWN);
        after(command, UNKNOWN);
    }
    for command in ["az k8s-configuration flux show -g r -c k -n c -t managedClusters", "oc adm top pods"] {
        check(command, ALLOWED);
    }
}

#[test]
fn commands_say_which_engine_there_is() {
    let block = "kubectl apply -f - <<'E'\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\n\
        spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}\nE\n";
    check(block, ALLOWED);
    check(&format!("cilium install --version 1.16.1\n{block}"), DENIED);
    assert_eq!(answer(&format!("gcloud container clusters create lab --enable-dataplane-v2\n{PODS}{block}")), DENIED);
    assert_eq!(
        answer(&format!("k3d cluster create lab --k3s-arg \"--disable-network-policy@server:*\"\n{PODS}{}", given("kubectl apply"))),
        ALLOWED
    );
    let k3s = "curl -sfL https://get.k3s.io | INSTALL_K3S_EXEC=\"--disable-network-policy\" sh -\n";
    assert_eq!(answer(&format!("{k3s}{PODS}{}", given("kubectl apply"))), ALLOWED);
}

/// CommonMark, "HTML blocks": what stands in a comment is raw HTML.
#[test]
fn comments_of_markdown_are_not_read() {
    let pods = "```yaml\n".to_owned() + PODS.trim_start_matches("kubectl apply -f - <<'Y'\n").trim_end_matches("Y\n") + "```\n";
    assert_eq!(answer(&format!("{pods}\n```yaml\n{CLOSED}```\n")), DENIED);
    assert_eq!(answer(&format!("{pods}\n<!--\n```yaml\n{CLOSED}```\n-->\n")), ALLOWED);
    assert_eq!(answer(&format!("<!-- a title -->\n{pods}\n```yaml\n{CLOSED}```\n")), DENIED);
}

/// A cluster without an engine, and something that may install one.
#[test]
fn manifests_and_charts_may_install_an_engine() {
    let cluster = "az aks create -g rg -n c --network-plugin azure\n";
    assert_eq!(answer(&format!("{cluster}{PODS}{}", given("kubectl apply"))), ALLOWED);
    for install in [
        "kubectl apply -f https://raw.githubusercontent.com/projectcalico/calico/v3.29.0/manifests/calico.yaml",
        "helm install calico projectcalico/tigera-operator",
        "kubectl create -f tigera-operator.yaml",
    ] {
        assert_eq!(answer(&format!("{cluster}{install}\n{PODS}{}", given("kubectl apply"))), UNKNOWN, "{install}");
    }
}

/// What a command gives to an object of another file goes with the command, though that other file is not read again.
#[test]
fn labels_go_with_the_command_that_gave_them() {
    let cluster = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {x: z}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]
";
    let mut scene = Analysis::new(Settings { engine: Engine::Detected, ..Settings::default() });
    let labels = |team: &str| format!("kubectl label ns shop team={team}\n");
    for (script, expected) in
        [(String::new(), DENIED), (labels("a"), ALLOWED), (labels("b"), DENIED), (labels("a"), ALLOWED), (String::new(), DENIED)]
    {
        scene.set_files(&[("cluster.yaml", cluster), ("label.sh", &script)]);
        let pod = |name: &str| scene.snapshot().pods().find(|(_, pod)| pod.name == name).map(|(id, _)| Endpoint::Pod(id)).unwrap();
        let flow = Flow { from: pod("web"), to: pod("db"), traffic: Traffic::to_port(Protocol::TCP, 5432) };
        assert_eq!(scene.decide(&flow).verdict, expected, "{script}");
    }
}

/// Upstream: Kubernetes documentation, "kubectl label": existing labels are overwritten only with `--overwrite`, and the command fails otherwise.
#[test]
fn namespaces_get_labels() {
    let open = "kubectl apply -f - <<'Y'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]
Y
";
    let shop = |team: &str| {
        format!("kubectl apply -f - <<'Y'\napiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{team: {team}, x: z}}}}\nY\n")
    };
    let label = "kubectl label ns shop team=a";
    for (before, command, expected) in [
        (String::new(), "", DENIED),
        (String::new(), label, ALLOWED),
        (String::new(), "kubectl label namespace/shop x=z team=a", ALLOWED),
        (String::new(), "kubectl label --overwrite namespaces ops shop team=a", ALLOWED),
        (String::new(), "kubectl label ns ops team=a", DENIED),
        (String::new(), "kubectl label ns shop team=b", DENIED),
        (String::new(), "kubectl label ns shop x=z\nkubectl label ns shop team=a", ALLOWED),
        (String::new(), "for n in ops shop; do kubectl label ns $n team=a; done", ALLOWED),
        (String::new(), "kubectl label ns shop team-", UNKNOWN),
        (String::new(), "kubectl label ns --all team=a", UNKNOWN),
        (String::new(), "[ -n \"$X\" ] && kubectl label ns shop team=a", UNKNOWN),
        (shop("a"), "", ALLOWED),
        (shop("a"), "kubectl label ns shop team=b", ALLOWED),
        (shop("a"), "kubectl label ns shop team=b --overwrite", DENIED),
        (shop("b"), label, DENIED),
        (shop("b"), "kubectl label ns shop team=a --overwrite", ALLOWED),
        (shop("b").replace("team: b, ", ""), label, ALLOWED),
    ] {
        check(&format!("{before}{open}{command}\n"), expected);
    }
    check(&format!("{label}\n{open}{}", shop("a").replace("team: a, ", "")), ALLOWED);
}
