//! What commands do to the objects of a text.

use super::{Loaded, Loader};
use crate::diagnostics::Severity;
use std::format;
use std::string::String;
use std::vec::Vec;

const P: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {podSelector: {}}\n";
const NAMELESS: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: q}\nspec: {podSelector: {}}\n";
const JSON: &str =
    r#"{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"p","namespace":"shop"},"spec":{"podSelector":{}}}"#;

/// The objects that count, and what may be: `?` before policies in doubt, `!` before what is not evaluated.
fn shown(loaded: &Loaded) -> String {
    let one = |(_, r): (_, &std::sync::Arc<crate::language::Resource>)| match r.kind.unread() {
        Some(_) if r.meta.name.is_empty() => format!("!{}", r.kind_name),
        Some(_) => format!("!{} {}", r.kind_name, r.meta.name),
        None => format!("{}{}/{}", if r.flaws.in_doubt { "?" } else { "" }, r.meta.namespace.as_deref().unwrap_or_default(), r.meta.name),
    };
    loaded.resources().map(one).collect::<Vec<_>>().join(", ")
}

fn of(text: &str) -> String {
    shown(&Loader::default().load(&[("in.sh", text)]))
}

#[test]
fn what_is_deleted_or_only_tried_is_not_there() {
    let apply = format!("kubectl apply -f - <<EOF\n{P}EOF\n");
    assert_eq!(of(&apply), "shop/p");
    // No spec is needed to delete an object.
    for delete in [
        "kubectl delete -f - <<EOF\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nEOF\n",
        "kubectl delete -n shop -f - <<EOF\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nEOF\n",
        "kubectl delete networkpolicy p -n shop\n",
        "sudo kubectl -n shop delete netpol/p --ignore-not-found\n",
        "timeout 30 kubectl delete --namespace=shop networkpolicies.networking.k8s.io x p\n",
        "kubectl config set-context --current --namespace=shop\nkubectl delete netpol p\n",
        "kubectl delete ns shop\n",
    ] {
        let text = format!("{apply}{delete}");
        let loaded = Loader::default().load(&[("in.sh", &text)]);
        assert_eq!(shown(&loaded), "", "{delete}");
        assert!(loaded.diagnostics.is_empty(), "{delete}: {:#?}", loaded.diagnostics);
        // What is created afterwards is there.
        assert_eq!(of(&format!("{delete}{apply}")), "shop/p", "{delete}");
    }
    for other in ["kubectl delete netpol p", "kubectl delete netpol q -n shop", "kubectl delete pod p -n shop", "kubectl delete cm --all"] {
        assert_eq!(of(&format!("{apply}{other}\n")), "shop/p", "{other}");
    }
    assert_eq!(of(&format!("kubectl apply --dry-run=server -f - <<EOF\n{P}EOF\n")), "");
    assert_eq!(of(&format!("kubectl apply --dry-run=none -f - <<EOF\n{P}EOF\n")), "shop/p");
    assert_eq!(of(&format!("cat > p.yaml <<EOF\n{P}EOF\nkubectl apply -f p.yaml\nkubectl delete -f p.yaml\n")), "");
    assert_eq!(of(&format!("cat > p.yaml <<EOF\n{P}EOF\nkubectl apply --dry-run=client -f p.yaml\n")), "");
    assert_eq!(of(&format!("{apply}kubectl delete netpol --all -n shop\n")), "!`kubectl delete netpol --all -n shop`, shop/p");
}

/// Where another file creates what is deleted, nobody knows what comes first.
#[test]
fn deleted_objects_of_other_files_are_in_doubt() {
    let loaded = Loader::default().load(&[("a.yaml", P), ("b.sh", "kubectl delete netpol p -n shop\n")]);
    assert_eq!(shown(&loaded), "shop/p, !netpol p");
}

#[test]
fn what_may_not_run_is_in_doubt() {
    for (before, after) in [("if [ \"$1\" = open ]; then\n", "fi\n"), ("f() {\n", "}\n"), ("case \"$1\" in a)\n", ";; esac\n")] {
        assert_eq!(of(&format!("{before}kubectl apply -f - <<EOF\n{P}EOF\n{after}")), "?shop/p", "{before}");
    }
    assert_eq!(of(&format!("f() {{\nkubectl apply -n \"$1\" -f - <<EOF\n{NAMELESS}EOF\n}}\nf shop\nf ops\n")), "shop/q, ops/q");
    let text = format!("kubectl apply -f - <<EOF\n{P}EOF\nif [ \"$1\" = x ]; then kubectl delete netpol p -n shop; fi\n");
    assert_eq!(of(&text), "shop/p, !netpol p");
}

#[test]
fn the_namespace_of_the_command_is_that_of_its_objects() {
    for command in [
        "kubectl apply -n shop -f -",
        "kubectl -nshop apply -f-",
        "oc apply --namespace shop -f -",
        "kubectl apply --namespace=shop --filename=-",
    ] {
        assert_eq!(of(&format!("{command} <<EOF\n{NAMELESS}EOF\n")), "shop/q", "{command}");
        assert_eq!(of(&format!("cat <<EOF | {command}\n{NAMELESS}---\n{P}EOF\n")), "shop/q, shop/p", "{command}");
    }
    assert_eq!(of(&format!("kubectl config set-context --current --namespace=shop\nkubectl apply -f - <<EOF\n{NAMELESS}EOF\n")), "shop/q");
    assert_eq!(of(&format!("NS=shop\nkubectl apply -n $NS -f - <<EOF\n{NAMELESS}EOF\n")), "shop/q");
    assert_eq!(of(&format!("kubectl apply -n shop -f <(cat <<EOF\n{NAMELESS}EOF\n)\n")), "shop/q");
    // What comes to the command on another way is in doubt.
    for text in [
        format!("cat > q.yaml <<EOF\n{NAMELESS}EOF\ncat q.yaml | kubectl apply -n shop -f -\n"),
        format!("X=$(cat <<EOF\n{NAMELESS}EOF\n)\necho \"$X\" | kubectl apply -n shop -f -\n"),
    ] {
        assert_eq!(of(&text), "!`kubectl apply -n shop -f -`, /q", "{text}");
    }
    let text = format!("cat > q.yaml <<EOF\n{NAMELESS}EOF\nsed -i s/q/r/ q.yaml\nkubectl apply -n shop -f q.yaml\n");
    assert_eq!(of(&text), "!`kubectl apply -n shop -f q.yaml`, shop/q");
    assert_eq!(of(&format!("kubectl apply -n \"$1\" -f - <<EOF\n{NAMELESS}EOF\n")), "/q, !`kubectl apply -n $1 -f -`");
    assert_eq!(of(&format!("kubectl apply -n \"$1\" -f - <<EOF\n{P}EOF\n")), "shop/p");
}

#[test]
fn objects_in_quotation_marks_and_loops_are_read() {
    for text in [
        format!("echo '{JSON}' | kubectl apply -f -\n"),
        format!("kubectl apply -f - <<< '{JSON}'\n"),
        format!("kubectl apply -f - <<<'{P}'\n"),
        format!("printf '%s' '{JSON}' | kubectl apply -f -\n"),
    ] {
        assert_eq!(of(&text), "shop/p", "{text}");
    }
    let body = P.replace("namespace: shop", "namespace: $ns");
    let loop_of = |items: &str| format!("for ns in {items}; do\nkubectl apply -f - <<EOF\n{body}EOF\ndone\n");
    let mut loader = Loader::default();
    for items in ["shop ops", "shop", "shop ops"] {
        let text = loop_of(items);
        let loaded = loader.load(&[("in.sh", &text)]);
        assert_eq!(shown(&loaded), items.split(' ').map(|ns| format!("{ns}/p")).collect::<Vec<_>>().join(", "));
        assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    }
    assert_eq!(of(&format!("cat <<EOF | sed 's/a/b/' | kubectl apply -f -\n{P}EOF\n")), "!`kubectl apply -f -`, shop/p");
}

/// What a command does that is not followed is said with its line, and is a doubt.
#[test]
fn what_is_not_followed_is_in_doubt() {
    for text in [
        "kubectl apply -f other.yaml",
        "kubectl apply -f https://example.com/policies.yaml",
        "kubectl apply -k overlays/production",
        "kubectl apply --prune -l app=x -f in.sh",
        "helm upgrade --install policies ./chart",
        "helm template ./chart | kubectl apply -f -",
        "kubectl label pod mon -n ops app=web",
        "kubectl label ns shop team-",
        "kubectl label ns --all team=a",
        "kubectl label ns $NS team=a",
        "kubectl patch netpol p -n shop -p '{}'",
        "kubectl edit netpol p",
        "kubectl set selector svc db app=x",
        "echo \"{\\\"apiVersion\\\": \\\"v1\\\"}\" | kubectl apply -f -",
    ] {
        let loaded = Loader::default().load(&[("in.sh", &format!("set -e\n{text}\n"))]);
        assert!(shown(&loaded).starts_with("!`"), "{text}: {}", shown(&loaded));
        let [found] = &loaded.diagnostics[..] else { panic!("{text}: {:#?}", loaded.diagnostics) };
        assert_eq!((found.code.0, found.severity), ("K8S110", Severity::Warning), "{text}");
        assert_eq!(found.place.and_then(|place| loaded.sources.position(place)).map(|p| p.line), Some(2), "{text}");
    }
    for text in [
        "kubectl get pods",
        "kubectl delete configmap x",
        "kubectl label deployment web team=a",
        "kubectl create ns shop --dry-run=client -o yaml | kubectl apply -f -",
        "helm repo add x https://example.com",
        "kubectl apply --dry-run=client -f other.yaml",
    ] {
        let loaded = Loader::default().load(&[("in.sh", &format!("set -e\n{text}\n"))]);
        assert_eq!((shown(&loaded), loaded.diagnostics.len()), (String::new(), 0), "{text}: {:#?}", loaded.diagnostics);
    }
    let on = |cluster: &str| format!("kubectl --context {cluster} apply -f - <<EOF\n{P}EOF\n");
    assert_eq!(of(&(on("a") + &on("a").replace("name: p", "name: q"))), "shop/p, shop/q");
    assert!(of(&(on("a") + &on("b").replace("name: p", "name: q"))).starts_with("!`kubectl --context b"));
    // A file of the input is read by itself; which files there are is looked at anew.
    let script = ("in.sh", "kubectl apply -f other.yaml\n");
    let mut loader = Loader::default();
    for _ in 0..2 {
        assert_eq!(shown(&loader.load(&[script])), "!`kubectl apply -f other.yaml`");
        assert_eq!(shown(&loader.load(&[script, ("x/other.yaml", P)])), "shop/p");
    }
}

/// Upstream: GNU Bash manual, 3.4.2 "Special Parameters", 3.6.6 "Here Documents"; Microsoft Learn, "about_Quoting_Rules".
#[test]
fn marks_at_the_end_of_a_line_begin_no_here_string() {
    let apply = format!("kubectl apply -f - <<EOF\n{P}EOF\n");
    for before in [
        "log() {\n  echo \"$@\"\n}\n",
        "main \"$@\"\n",
        "exec \"$@\" '$@'\n",
        "x=\"user@\"\n",
        "cat <<EOF > notes.txt\nhello\nEOF\n",
        "$x = @\"\n",
        "cat <<NEVER\n",
    ] {
        assert_eq!(of(&format!("{before}{apply}")), "shop/p", "{before}");
    }
    assert_eq!(of(&format!("$x = @\"\n{P}\"@ | kubectl apply -f -\n")), "shop/p");
    assert_eq!(of(&format!("@'\n{P}'@ | kubectl apply -f -\n")), "shop/p");
}

/// Upstream: GNU Bash manual, 3.6.6 "Here Documents": nothing is put in where the delimiter is quoted.
#[test]
fn quoted_here_documents_keep_their_dollars() {
    let body = P.replace("name: p,", "name: $N,");
    for (mark, expected) in [("EOF", "shop/p"), ("-EOF", "shop/p"), ("'EOF'", "shop/$N"), ("\"EOF\"", "shop/$N"), ("\\EOF", "shop/$N")] {
        assert_eq!(of(&format!("N=p\ncat <<{mark} | kubectl apply -f -\n{body}EOF\n")), expected, "{mark}");
    }
    assert_eq!(of(&format!("export N=p\ncat <<'EOF' | envsubst | kubectl apply -f -\n{body}EOF\n")), "shop/p");
    assert_eq!(of(&format!("N=p\necho '{body}' | kubectl apply -f -\n")), "shop/$N");
    assert_eq!(of(&format!("N=p\necho \"{body}\" | kubectl apply -f -\n")), "shop/p");
}

/// Upstream: Kubernetes documentation, "Imperative Management of Kubernetes Objects Using Configuration Files".
#[test]
fn create_needs_that_nothing_is_there_and_replace_that_something_is() {
    let with = |verb: &str, spec: &str| format!("kubectl {verb} -f - <<EOF\n{}EOF\n", P.replace("podSelector: {}", spec));
    let (first, second) = ("podSelector: {}", "podSelector: {}, ingress: [{}]");
    let rules = |text: &str| {
        let loaded = Loader::default().load(&[("in.sh", text)]);
        let counts = |(_, r): (_, &std::sync::Arc<crate::language::Resource>)| {
            let crate::language::Kind::NetworkPolicy(policy) = &r.kind else { return String::from("?") };
            format!("{}{}", if r.flaws.in_doubt { "?" } else { "" }, policy.ingress.len())
        };
        let codes: Vec<&str> = loaded.diagnostics.iter().map(|finding| finding.code.0).collect();
        (loaded.resources().map(counts).collect::<Vec<_>>().join(" "), codes.join(" "))
    };
    let is = |shown: &str, codes: &str| (String::from(shown), String::from(codes));
    for (script, expected) in [
        (with("apply", first) + &with("apply", second), is("1", "DOC040")),
        (with("create", first) + &with("apply", second), is("1", "DOC040")),
        (with("create", first) + &with("create", second), is("0", "K8S110")),
        (with("apply", first) + &with("create", second), is("0", "K8S110")),
        (with("create", first) + "kubectl delete netpol p -n shop\n" + &with("create", second), is("1", "")),
        (with("create", first) + &with("replace", second), is("1", "DOC040")),
        (with("replace", second), is("?1", "K8S110")),
        (with("replace --force", second), is("1", "")),
        (with("create", first) + "kubectl delete netpol p -n shop\n" + &with("replace", second), is("?1", "K8S110")),
    ] {
        assert_eq!(rules(&script), expected, "{script}");
    }
}

/// Upstream: GNU Bash manual, 3.6.2 "Redirecting Output".
#[test]
fn files_hold_what_was_written_last() {
    let write = |sign: &str, name: &str| format!("cat <<EOF {sign} /tmp/a.yaml\n{}EOF\n", P.replace("name: p", &format!("name: {name}")));
    let apply = "kubectl apply -f /tmp/a.yaml\n";
    for (script, expected) in [
        (write(">", "a") + &write(">", "b") + apply, "shop/b"),
        (write(">", "a") + &write(">>", "b") + apply, "shop/a, shop/b"),
        (write(">", "a") + apply + &write(">", "b") + apply, "shop/a, shop/b"),
        (write(">", "a") + "cat > b.yaml <<EOF\n" + P + "EOF\nkubectl apply -f b.yaml\n", "?shop/a, shop/p"),
        (write(">", "a") + "cat > /tmp/b.yaml <<EOF\n" + P + "EOF\nkubectl apply -f /tmp/\n", "shop/a, shop/p"),
        (write(">", "a"), "shop/a"),
        (write(">", "a") + "cd /tmp\nkubectl apply -f a.yaml\n", "shop/a"),
        (format!("f() {{\n{apply}}}\n") + &write(">", "a") + "f\n", "shop/a"),
        (String::from("for n in a b; do\n") + &write(">", "$n") + apply + "done\n", "shop/a, shop/b"),
        (String::from("if [ \"$1\" = x ]; then\n") + &write(">", "a") + "fi\n" + apply, "?shop/a"),
    ] {
        assert_eq!(of(&script), expected, "{script}");
    }
}

/// Upstream: GNU Bash manual, "Bourne Shell Builtins": break, continue, exit, return, shift, trap; "Bash Builtins": local; "Command Grouping".
#[test]
fn what_is_left_does_not_run() {
    let of_name = |name: &str| format!("kubectl apply -f - <<EOF\n{}EOF\n", P.replace("name: p", &format!("name: {name}")));
    let turns = |before: &str| format!("for a in web db api; do\n{before}\n{}done\n{}", of_name("$a"), of_name("last"));
    for (before, expected) in [
        ("[ $a = db ] && continue", "shop/web, shop/api, shop/last"),
        ("if [ $a = db ]; then break; fi", "shop/web, shop/last"),
        ("[ $a = db ] && exit 0", "shop/web, ?shop/last"),
        ("while true; do continue 2; done", "?shop/$a, shop/last"),
        ("[ \"$1\" = x ] && continue", "?shop/web, ?shop/db, ?shop/api, shop/last"),
        ("if [ $a = db ]; then if [ \"$1\" = x ]; then break; fi; fi", "shop/web, ?shop/db, ?shop/api, shop/last"),
        ("[ \"$1\" = x ] || exit 1", "shop/web, shop/db, shop/api, shop/last"),
        ("( exit 0 )", "shop/web, shop/db, shop/api, shop/last"),
        ("[ \"$1\" = x ] && exit 0", "?shop/web, ?shop/db, ?shop/api, ?shop/last"),
    ] {
        assert_eq!(of(&turns(before)), expected, "{before}");
    }
    let function = |body: &str, call: &str| format!("f() {{\n{body}\n{}}}\n{call}\n{}", of_name("$1"), of_name("last"));
    for (body, call, expected) in [
        (":", "f a", "shop/a, shop/last"),
        ("shift", "f a b", "shop/b, shop/last"),
        ("[ $1 = a ] && return", "f a; f b", "shop/b, shop/last"),
        ("[ \"$X\" = a ] && return 0", "f a", "?shop/a, shop/last"),
        ("local N=x", "f a", "shop/a, shop/last"),
        ("set -- c", "f a", "shop/c, shop/last"),
    ] {
        assert_eq!(of(&function(body, call)), expected, "{body}; {call}");
    }
    let own = format!("N=a\nf() {{ local N=b; }}\nf\n( N=c )\n{}", of_name("$N"));
    assert_eq!(of(&own), "shop/a");
    let p = of_name("p");
    for (before, after, expected) in [
        ("c() { kubectl delete netpol p -n shop; }\ntrap c EXIT\n", "", ""),
        ("trap 'kubectl delete netpol p -n shop' EXIT INT\n", "", ""),
        ("trap 'kubectl delete netpol p -n shop' 0\n", "exit 0\n", ""),
        ("trap 'kubectl delete netpol p -n shop' EXIT\n", "trap - EXIT\n", "shop/p"),
        ("trap 'kubectl delete netpol p -n shop' INT ERR\n", "", "shop/p"),
        ("[ \"$1\" = x ] && trap 'kubectl delete netpol p -n shop' EXIT\n", "", "shop/p, !netpol p"),
        // A function runs where it is called.
        ("c() { kubectl delete netpol p -n shop; }\n", "c\n", ""),
        ("c() { kubectl delete netpol p -n shop; }\nc\n", "", "shop/p"),
    ] {
        assert_eq!(of(&format!("{before}{p}{after}")), expected, "{before}{after}");
    }
}
