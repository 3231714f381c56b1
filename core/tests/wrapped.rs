//! Manifests within scripts, consoles and Markdown: all of them are read, each where it stands.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use netpolis_core::diagnostics::Severity;
use netpolis_core::load::Loader;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: main, image: i}]}\n";
const POLICY: &str =
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed, namespace: shop}\nspec: {podSelector: {}}\n";

/// Kinds and lines of the objects of a text, and its errors.
fn read(text: &str) -> (Vec<(String, u32)>, Vec<String>) {
    let mut loader = Loader::default();
    let loaded = loader.load(&[("input", text)]);
    let line = |(document, resource): (_, &std::sync::Arc<netpolis_core::language::Resource>)| {
        let position = loaded.sources.position(resource.span.within(document)).unwrap();
        (resource.kind_name.to_string(), position.line)
    };
    let objects = loaded.resources().map(line).collect();
    (objects, loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.message.clone()).collect())
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}\n")).collect()
}

fn numbered(text: &str, margin: impl Fn(usize) -> String) -> String {
    text.lines().enumerate().map(|(i, line)| format!("{}{line}\n", margin(i + 1))).collect()
}

#[test]
fn objects_are_found_where_they_stand() {
    let tabbed: String = POD.lines().map(|line| format!("\t{line}\n")).collect();
    let indented: String = format!("{POD}---\n{POLICY}").lines().map(|line| format!("   {line}\n")).collect();
    let both = format!("{POD}---\n{POLICY}");
    for (text, lines) in [
        (format!("cat <<EOF | kubectl apply -f -\n{both}EOF\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("kubectl apply -f - <<'EOF'\n{both}EOF\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (
            format!("kubectl apply -f - << \"END\"\n{POD}END\nkubectl apply -f - <<END\n{POLICY}END\n"),
            vec![("Pod", 2), ("NetworkPolicy", 8)],
        ),
        (format!("cat > policy.yaml <<EOF\n{both}EOF\nkubectl apply -f policy.yaml\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("if true; then\n  kubectl apply -f - <<-EOF\n{tabbed}\tEOF\nfi\n"), vec![("Pod", 3)]),
        (format!("@\"\n{POD}\"@ | kubectl apply -f -\n"), vec![("Pod", 2)]),
        (format!("$yaml = @'\n{POD}'@\n$yaml | kubectl apply -f -\n"), vec![("Pod", 2)]),
        (format!("$ kubectl get pod -o yaml\n{POD}$ kubectl get netpol -o yaml\n{POLICY}"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("kubectl get pod -o yaml\n{POD}"), vec![("Pod", 2)]),
        (format!("me@box:~/work$ kubectl get pod -o yaml\n{POD}me@box:~/work$ \n"), vec![("Pod", 2)]),
        (format!("PS C:\\work> kubectl get pod -o yaml\n{POD}"), vec![("Pod", 2)]),
        // An empty prompt at the end, of which the blank is lost or not.
        (format!("$ kubectl get pod -o yaml\n{POD}$"), vec![("Pod", 2)]),
        (format!("{POD}$ \n"), vec![("Pod", 1)]),
        (format!("[root@m1 ~]# kubectl get pod -o yaml\n{POD}[root@m1 ~]#\n"), vec![("Pod", 2)]),
        (format!("me@box:~/work (main)$ kubectl get pod -o yaml\n{POD}me@box:~/work (main)$"), vec![("Pod", 2)]),
        // What programs print beside it.
        (format!("Warning: policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+\n{both}"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("I0502 10:11:03.123456   12345 request.go:655] Throttling request took 1.2s\n{POD}"), vec![("Pod", 2)]),
        (format!("WARNING: Kubernetes configuration file is group-readable.\n\n---\n{POD}"), vec![("Pod", 4)]),
        (format!("{POD}Warning: resource pods/web is missing an annotation\n---\n{POLICY}"), vec![("Pod", 1), ("NetworkPolicy", 7)]),
        (format!("$ kubectl get pod -o yaml\nW0502 10:11:03.123456   12345 warnings.go:70] v1 is old\n{POD}$ \n"), vec![("Pod", 3)]),
        (format!("{POD}---\n{POLICY}EOF\n"), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (format!("My policy:\n\n```yaml\n{both}```\n\nWhy is it open?\n"), vec![("Pod", 4), ("NetworkPolicy", 9)]),
        (format!("Pod:\n```\n{POD}```\nPolicy:\n```yaml\n{POLICY}```\n"), vec![("Pod", 3), ("NetworkPolicy", 10)]),
        (format!("1. Apply\n\n   ```yaml\n{indented}   ```\n"), vec![("Pod", 4), ("NetworkPolicy", 9)]),
        (format!("{both}```\n"), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (format!("```yaml\n{both}"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("My policy:\n\n~~~yaml\n{both}~~~\n\nWhy is it open?\n"), vec![("Pod", 4), ("NetworkPolicy", 9)]),
        (format!("~~~~ yaml with `ticks`\n{POD}~~~~\n```\n{POLICY}```\n"), vec![("Pod", 2), ("NetworkPolicy", 8)]),
        (
            format!("me [ ~ ]$ kubectl get pod -o yaml\n{POD}me [ ~/work ]$ kubectl get netpol -o yaml\n{POLICY}me [ ~/work ]$ \n"),
            vec![("Pod", 2), ("NetworkPolicy", 7)],
        ),
        (format!("```go\nfunc main() {{}}\n```\n```yaml\n{POD}```\n"), vec![("Pod", 5)]),
        (format!("```bash\nkubectl apply -f - <<EOF\n{POD}EOF\n```\n"), vec![("Pod", 3)]),
        (
            format!("1. Apply\n\n   ```bash\n   kubectl apply -f - <<EOF\n{indented}   EOF\n   ```\n"),
            vec![("Pod", 5), ("NetworkPolicy", 10)],
        ),
        (
            format!("1. Apply\n\n   ```bash\n   cat <<EOF > all.yaml\n{indented}   EOF\n   kubectl apply -f all.yaml\n   ```\n"),
            vec![("Pod", 5), ("NetworkPolicy", 10)],
        ),
        (format!("1. Look\n\n   ```console\n   $ kubectl get all -o yaml\n{indented}   ```\n"), vec![("Pod", 5), ("NetworkPolicy", 10)]),
        (format!("---\ntitle: Policies\ndate: 2026-01-01\n---\n\nThe *first*: this.\n\n```yaml\n{POD}```\n"), vec![("Pod", 9)]),
        (
            format!("---\ntitle: Policies\n---\n\n1. Apply\n\n   ```yaml\n{indented}   ```\n\n---\n\nThe end: *well*.\n"),
            vec![("Pod", 8), ("NetworkPolicy", 13)],
        ),
        (format!("One: a pod.\n\n---\n\n```yaml\n{POD}```\n\n---\n\n*All* of it\n"), vec![("Pod", 6)]),
        (
            format!(
                "(base) me@box:~/work (main)$ kubectl get pod -o yaml\n{POD}(base) me@box:~/work (main)$ kubectl get netpol -o yaml\n{POLICY}"
            ),
            vec![("Pod", 2), ("NetworkPolicy", 7)],
        ),
        (both.clone(), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (quoted(&both), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (format!("On Monday you wrote:\n{}\nDid you solve it?\n", quoted(&both)), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("> ```yaml\n{}> ```\n", quoted(&both)), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("$ kubectl apply -f - <<EOF\n{}> EOF\npod/web created\n", quoted(&both)), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("```console\n$ kubectl apply -f - <<EOF\n{}> EOF\n```\n", quoted(POD)), vec![("Pod", 3)]),
        (numbered(&both, |n| format!("{n:3}  ")), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (numbered(&both, |n| format!("{n:6}\t")), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (numbered(&both, |n| format!("{n:2} | ")), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (numbered(&both, |_| String::from("shop/web.yaml:")), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (indented.clone(), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (
            format!("I have this pod\n\n{POD}\nand this policy:\n\n{POLICY}\nBut it still answers. What is wrong?\n"),
            vec![("Pod", 3), ("NetworkPolicy", 10)],
        ),
        (format!("I've a pod\nthat isn't closed:\n\n{indented}\nWhy?\n"), vec![("Pod", 4), ("NetworkPolicy", 9)]),
        (format!("Hello all, this does not work:\n\n{both}\nThanks in advance!\n"), vec![("Pod", 3), ("NetworkPolicy", 8)]),
        (format!("Setup\n=====\n\n.. code-block:: yaml\n\n{indented}\nThe end.\n"), vec![("Pod", 6), ("NetworkPolicy", 11)]),
        (format!("{{code:yaml}}\n{both}{{code}}\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("Look:\n{{noformat}}\n{both}{{noformat}}\nThanks\n"), vec![("Pod", 3), ("NetworkPolicy", 8)]),
        (format!("[code]\n{both}[/code]\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("<p>Pod:</p>\n<pre><code class=\"language-yaml\">{both}</code></pre>\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("<pre>\n{both}</pre>\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("{{{{< highlight yaml >}}}}\n{both}{{{{< /highlight >}}}}\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
        (format!("= Guide\n\n[source,yaml]\n----\n{both}----\n\nAnd so on.\n"), vec![("Pod", 5), ("NetworkPolicy", 10)]),
        (
            format!(
                "NAME: shop\nNAMESPACE: shop\nSTATUS: deployed\nHOOKS:\nMANIFEST:\n---\n# Source: shop/pod.yaml\n{both}\nNOTES:\nThank you for installing shop.\n"
            ),
            vec![("Pod", 8), ("NetworkPolicy", 13)],
        ),
        (format!("{both}\nNOTES:\nThank you for installing shop.\n"), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (both.replace('\n', "\r\n"), vec![("Pod", 1), ("NetworkPolicy", 6)]),
        (format!("cat <<EOF | kubectl apply -f -\n{both}EOF\n").replace('\n', "\r\n"), vec![("Pod", 2), ("NetworkPolicy", 7)]),
    ] {
        let (objects, errors) = read(&text);
        let expected: Vec<(String, u32)> = lines.into_iter().map(|(kind, line)| (kind.to_owned(), line)).collect();
        assert_eq!(objects, expected, "{text}");
        assert!(errors.is_empty(), "{text}: {errors:?}");
    }
}

/// What only looks like a script is a value.
#[test]
fn scripts_in_values_are_values() {
    for text in [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  run.sh: |\n    cat <<EOF | kubectl apply -f -\n    kind: Pod\n    EOF\n    $ kubectl get pods\n  readme: |\n    ```yaml\n    kind: Pod\n    ```\n",
        "# $ kubectl get pods\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    ] {
        let (objects, errors) = read(text);
        assert!(objects.is_empty() && errors.is_empty(), "{text}: {objects:?} {errors:?}");
    }
}

#[test]
fn what_commands_print_for_people_says_what_to_paste() {
    for (text, help) in [
        ("NAME     POD-SELECTOR   AGE\nclosed   <none>         3d\n", "-o yaml"),
        ("NAMESPACE   NAME     POD-SELECTOR   AGE\nshop        closed   <none>         3d\n", "-o yaml"),
        ("NAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running   0          3d\n", "-o yaml"),
        ("$ kubectl get netpol\nNAME     POD-SELECTOR   AGE\nclosed   <none>         3d\n", "-o yaml"),
        ("kubectl get netpol\nNAME     POD-SELECTOR   AGE\nclosed   <none>         3d\n", "-o yaml"),
        ("Name:         closed\nNamespace:    shop\nCreated on:   2026-01-01\nLabels:       <none>\n", "-o yaml"),
        (
            "Name         ResourceGroup    Priority\n-----------  ---------------  ----------\nno-web       shop             200\n",
            "-o json",
        ),
        ("No resources found in shop namespace.\n", "-o yaml"),
        ("NAME       \nclosed     \nallow-web  \n", "-o yaml"),
        ("networkpolicy.networking.k8s.io/closed\npod/web\n", "-o yaml"),
    ] {
        let loaded = Loader::default().load(&[("input", text)]);
        let [found] = &loaded.diagnostics[..] else { panic!("{text}: {:#?}", loaded.diagnostics) };
        assert!(found.help.as_deref().is_some_and(|h| h.contains(help)), "{text}: {found:#?}");
    }
}

/// A file that is edited says the same as one that is loaded at once.
#[test]
fn an_edited_script_is_read_as_a_new_one() {
    let steps = [
        format!("cat <<EOF | kubectl apply -f -\n{POD}---\n{POLICY}EOF\n"),
        format!("cat <<EOF | kubectl apply -f -\n{POD}---\n{POLICY}---\n{POD}EOF\n"),
        format!("{POD}---\n{POLICY}"),
        format!("```yaml\n{POD}---\n{POLICY}```\n"),
        format!("```yaml\n{POD}---\n{POLICY}```\naz network nsg create -g g -n a\n"),
        "az network nsg create -g g -n a\n".to_owned(),
    ];
    let mut kept = Loader::default();
    for text in steps.iter().chain(steps.iter().rev()) {
        let (old, new) = (kept.load(&[("input", text)]), Loader::default().load(&[("input", text)]));
        let shown = |loaded: &netpolis_core::load::Loaded| {
            let of = |(d, r): (_, &std::sync::Arc<netpolis_core::language::Resource>)| {
                (loaded.sources.describe(r.span.within(d)), r.kind_name.clone())
            };
            (loaded.resources().map(of).collect::<Vec<_>>(), loaded.diagnostics.clone())
        };
        assert_eq!(shown(&old), shown(&new), "{text}");
    }
}

/// A line that is meant to separate documents is an error, and both documents are read.
#[test]
fn lines_that_are_meant_to_separate() {
    for mark in ["----", "--", "--------------------", "=====", "_____", "+++", "— — —", "—", "- - -", "---- # next"] {
        let text = format!("{POD}{mark}\n{POLICY}");
        let (objects, errors) = read(&text);
        if mark.contains('#') {
            continue;
        }
        assert_eq!(objects, [("Pod".to_owned(), 1), ("NetworkPolicy".to_owned(), 6)], "{mark}");
        assert!(matches!(&errors[..], [one] if one.contains("three dashes")), "{mark}: {errors:?}");
        let (objects, errors) = read(&format!("{mark}\n{POD}"));
        assert_eq!((objects.len(), errors.len()), (1, 1), "{mark}");
    }
    let (objects, errors) = read(&format!("{POD}---{POLICY}"));
    assert_eq!(objects, [("Pod".to_owned(), 1), ("NetworkPolicy".to_owned(), 5)]);
    assert!(errors[0].contains("a line of its own"), "{errors:?}");
    for text in ["- a\n- - b\n  - c\n", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  a: |\n    ----\n    =====\n", POD] {
        assert!(!read(text).1.iter().any(|e| e.contains("three dashes")), "{text}");
    }
}

/// The cause is said where the place shows it.
#[test]
fn causes_are_said() {
    let policy = |line: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a, namespace: shop}}\nspec:\n  podSelector: {{}}\n{line}\n"
        )
    };
    for (text, says, line) in [
        (policy("  egress: [{to: [{ipBlock: {cidr: ${RANGE}}}]}]"), "fill in `${RANGE}`", 6),
        (policy("  egress: [{to: [{ipBlock: {cidr: %RANGE%}}]}]"), "fill in `%RANGE%`", 6),
        (policy("  egress: [{to: [{ipBlock: {cidr: @RANGE@}}]}]"), "fill in `@RANGE@`", 6),
        (policy("  egress: [{to: [{ipBlock: {cidr: \"<your-range>\"}}]}]"), "fill in `<your-range>`", 6),
        (policy("  egress: [{to: [{ipBlock: {cidr: $RANGE}}]}]"), "fill in `$RANGE`", 6),
        (policy("").replace("podSelector: {}", "podSelector:\n    matchLabels:\n      app:web"), "a space is missing after the colon", 7),
        (policy("").replace("podSelector: {}", "podSelector: {matchLabels: {app:web}}"), "a space is missing after the colon", 5),
        (policy("  ingress:\n  - ports:\n    - port:80"), "a space is missing after the colon", 8),
        (policy("  ingress:\n  -from: []"), "a space is missing after the dash", 7),
        (policy("").replace("name: a", "name: \"a\\d\""), "single quotes", 3),
        (policy("").replace("name: a", "name: \"a\\ux\""), "single quotes", 3),
        (policy(" ---\nkind: Pod"), "remove the spaces", 6),
    ] {
        let loaded = Loader::default().load(&[("input", &text)]);
        let errors: Vec<_> = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
        let hit = errors.iter().any(|d| {
            d.help.as_deref().unwrap_or_default().contains(says)
                && d.place.and_then(|p| loaded.sources.position(p)).is_some_and(|p| p.line == line)
        });
        assert!(hit, "{text}: {errors:#?}");
        assert!(errors.iter().all(|d| !d.message.contains("comma")), "{text}: {errors:#?}");
    }
}

/// The shell puts the values of its variables into here-documents.
#[test]
fn variables_of_a_script_are_put_in() {
    let script = |value: &str| {
        format!(
            "NS={value}\ncat <<EOF | kubectl apply -f -\n{}EOF\n",
            POD.replace("namespace: shop", "namespace: ${NS}").replace("name: web", "name: web-$NS")
        )
    };
    let mut loader = Loader::default();
    for value in ["shop", "test", "shop"] {
        let loaded = loader.load(&[("input", &script(value))]);
        let (_, pod) = loaded.resources().next().unwrap();
        assert_eq!((pod.meta.namespace.as_deref(), &*pod.meta.name), (Some(value), &*format!("web-{value}")));
        assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    }
}

#[test]
fn what_is_no_sentence_is_still_an_error() {
    let typo = POLICY.replace("metadata: ", "metadata ");
    for text in [
        typo.clone(),
        format!("{POD}---\n{typo}"),
        POLICY.replace("kind: NetworkPolicy", "kind NetworkPolicy"),
        format!("{POD}\nThis is none.\n").replace("\n\n", "\n"),
        format!("{POD}networkpolicy.networking.k8s.io/other created\n"),
    ] {
        assert!(!read(&text).1.is_empty(), "{text}");
    }
}

/// What stands in a text that cannot be read as it is meant is in doubt, and said with its cause.
#[test]
fn texts_that_are_to_be_filled_in_are_not_taken_as_they_stand() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: closed\n  namespace: shop\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n";
    for (text, said) in [
        (policy.replace("  name", "\u{a0}\u{a0}name").replace("  namespace", "\u{a0}\u{a0}namespace"), "a no-break space, U+00A0"),
        (policy.replace("  podSelector", "\u{a0} podSelector"), ""),
        (policy.replace("shop", "#{NAMESPACE}#"), "`#{NAMESPACE}#` is a placeholder"),
        (policy.replace("shop", "#@ data.values.namespace"), "this is a template"),
        (format!("#@ load(\"@ytt:data\", \"data\")\n#@ if data.values.closed:\n{policy}#@ end\n"), "this is a template"),
        (
            format!("- hosts: all\n  tasks:\n  - kubernetes.core.k8s:\n      state: present\n      definition:\n{}", indent(policy, 8)),
            "found a list",
        ),
        (
            format!(
                "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {{name: a}}\nspec:\n  components:\n  - type: k8s-objects\n    properties:\n      objects:\n      - {}",
                indent(policy, 8).trim_start()
            ),
            "",
        ),
        ("[\n  \"apiVersion\" => \"networking.k8s.io/v1\",\n  \"kind\" => \"NetworkPolicy\",\n]\n".to_owned(), ""),
        ("&v1.NetworkPolicy{TypeMeta:v1.TypeMeta{Kind:\"NetworkPolicy\", APIVersion:\"networking.k8s.io/v1\"}}\n".to_owned(), ""),
        (policy.replace("policyTypes: [Ingress]", "policyTypes:\n  -Ingress"), "a space is missing after the dash in `-Ingress`"),
        (policy.replace("namespace: shop", "namespace = shop"), "a key ends with a colon, not with `=`"),
        (format!("{policy}  [...]\n"), "`[...]` stands for something that was left out"),
    ] {
        let mut scene = netpolis_core::analysis::Analysis::new(netpolis_core::settings::Settings::default());
        scene.set_files(&[("pod.yaml", POD), ("in.yaml", &text)]);
        let flow = scene.flow("203.0.113.5", "shop/web", netpolis_core::connections::Traffic::tcp(80)).unwrap();
        assert_eq!(scene.decide(&flow).verdict, netpolis_core::verdict::Verdict::CannotTell, "{text}");
        assert!(read(&text).1.iter().any(|message| message.contains(said)) || said.is_empty(), "{text}\n{:?}", read(&text).1);
    }
}

fn indent(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
}

#[test]
fn a_separator_that_was_forgotten_is_named() {
    let mut loader = Loader::default();
    let loaded = loader.load(&[("input", &format!("{POD}\n# policy.yaml\n{POLICY}"))]);
    let help = loaded.diagnostics.iter().find_map(|found| found.help.as_deref().filter(|help| help.contains("`---`")));
    assert!(help.is_some(), "{:?}", loaded.diagnostics);
}
