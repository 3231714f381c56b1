//! Commands that a script may or may not run, and those that stand behind other commands: read as they run, or said and "cannot tell".

use super::doubtful::{ATTACH, CLOSE, pair};
use super::*;

/// Upstream: GNU Bash manual, "Shell Arithmetic": assignments in sums hold afterwards.
#[test]
fn sums_count_on() {
    let turn = |priority: &str, after: &str| {
        format!(
            "prio=100\nfor port in 443 80; do\n  az network nsg rule create -g shop --nsg-name nsg -n close-$port --priority {priority} --access Deny --protocol Tcp --destination-port-ranges $port\n  {after}\ndone\n"
        )
    };
    for script in [
        turn("$((prio++))", ""),
        turn("$prio", "((prio+=10))"),
        turn("$prio", "let prio+=10"),
        turn("$prio", "prio=$((prio * 2 + 1))"),
        turn("$((++prio))", ""),
        turn("$((100 + 2 * (prio -= 1)))", ""),
    ] {
        let scene = pair(&[ATTACH, &script], DENIED);
        assert_eq!(names(&scene).len(), 2, "{script}");
        silent(&scene, "AZ002");
    }
    let sums = "a=2\nb=$((a + 3 * 4))\naz network nsg rule create -g shop --nsg-name nsg -n x --priority 10$b --access Deny --destination-port-ranges 80\n";
    assert!(rules(&pair(&[ATTACH, sums], DENIED)).iter().all(|rule| rule.priority == 1014));
}

/// Each runs the command that closes the port.
#[test]
fn commands_behind_others_are_read() {
    let close = CLOSE.trim();
    for script in [
        format!("/usr/bin/{close}"),
        format!("timeout 300 {close}"),
        format!("nice -n 5 {close}"),
        format!("bash -c \"{close}\""),
        format!("sudo bash -c '{close}'"),
        format!("eval \"{close}\""),
        format!("eval {close}"),
        format!("bash <<'EOF'\n{close}\nEOF"),
        format!("docker run --rm -v ~/.azure:/root/.azure mcr.microsoft.com/azure-cli {close}"),
        close.replace("--access Deny", "--access $'Deny'"),
        close.replace("--access Deny", "--access $'\\x44eny'"),
        close.replace("--access Deny", "--access $\"Deny\""),
    ] {
        pair(&[ATTACH, &script, "\n"], DENIED);
    }
    pair(&[ATTACH, &format!("echo 80 443 | xargs {}\n", close.trim_end_matches(" 80"))], UNKNOWN);
    for text in [format!("echo \"{close}\""), format!("grep '{close}' notes.txt"), format!("# {close}")] {
        pair(&[ATTACH, &text, "\n"], ALLOWED);
    }
    let counting = "port=79\nwhile [ $port -lt 82 ]; do\n  az network nsg rule create -g shop --nsg-name nsg -n close-$port --priority 1$port --access Deny --protocol Tcp --destination-port-ranges $port\n  port=$((port+1))\ndone\n";
    assert_eq!(names(&pair(&[ATTACH, counting], DENIED)).len(), 3);
}

/// Upstream: GNU Bash manual, "Lists" and "Conditional Constructs".
#[test]
fn what_may_not_run_is_not_certain() {
    let close = CLOSE.trim();
    let with = |access: &str| close.replace("Deny", access);
    for (script, expected) in [
        (format!("if [ \"$1\" = locked ]; then {close}; fi"), UNKNOWN),
        (format!("[ \"$1\" = locked ] && {close}"), UNKNOWN),
        (format!("[ \"$1\" = open ] || {close}"), UNKNOWN),
        (format!("case $1 in locked) {close} ;; esac"), UNKNOWN),
        (format!("while read -r line; do {close}; done < list.txt"), UNKNOWN),
        (format!("az network nsg show -g shop -n nsg || {close}"), ALLOWED),
        (format!("az network nsg show -g shop -n other || {close}"), UNKNOWN),
        (format!("false && {close}"), ALLOWED),
        (format!("true || {close}"), ALLOWED),
        (format!("true && {close}"), DENIED),
        (format!("false || {close}"), DENIED),
        (format!("az group create -n shop && {close}"), DENIED),
        (format!("az network nsg rule show -g shop --nsg-name nsg -n close || {close}"), DENIED),
        (format!("if ! az network nsg rule show -g shop --nsg-name nsg -n close; then {close}; fi"), DENIED),
        (format!("if [ \"$1\" = locked ]; then A=Deny; else A=Allow; fi\n{}", with("$A")), UNKNOWN),
        (format!("A=Deny\nif [ \"$1\" = open ]; then A=Allow; fi\n{}", with("$A")), UNKNOWN),
        (format!("if [ \"$1\" = locked ]; then A=Deny; else A=Deny; fi\n{}", with("$A")), DENIED),
        (format!("{close}\nif [ \"$1\" = open ]; then az network nsg rule delete -g shop --nsg-name nsg -n close; fi"), UNKNOWN),
        (
            format!("{close}\nif [ \"$1\" = open ]; then az network nsg rule update -g shop --nsg-name nsg -n close --access Allow; fi"),
            UNKNOWN,
        ),
        (
            format!("{close}\nif [ \"$1\" = open ]; then az network vnet subnet update -g shop --vnet-name net -n web --nsg null; fi"),
            UNKNOWN,
        ),
        (
            format!("{close}\nif [ \"$1\" = open ]; then az network nsg rule update -g other --nsg-name nsg -n close --access Allow; fi"),
            DENIED,
        ),
    ] {
        pair(&[ATTACH, &script, "\n"], expected);
    }
    let scene = pair(&[ATTACH, &format!("if [ \"$1\" = locked ]; then {close}; fi\n")], UNKNOWN);
    says(&scene, "AZ011", "az network nsg rule create", "depends on `[ \"$1\" = locked ]`");
}

/// Upstream: Microsoft Learn, "about_Parsing", "about_For", "about_Splatting".
#[test]
fn forms_of_powershell_are_read() {
    let rule = "az network nsg rule create -g shop --nsg-name nsg --access Deny";
    for (script, expected) in [
        (format!("$ports = @(80,443)\nforeach ($p in $ports) {{\n  {rule} -n \"close$p\" --priority (100+$p) --destination-port-ranges $p\n}}\n"), DENIED),
        (format!("for ($i = 80; $i -lt 82; $i++) {{ {rule} -n \"close$i\" --priority \"1$i\" --destination-port-ranges $i }}\n"), DENIED),
        (format!("$p = 100\nforeach ($i in 79..80) {{\n  {rule} -n \"close$i\" --priority $p --destination-port-ranges $i\n  $p++\n}}\n"), DENIED),
        (format!("$p = 100\nforeach ($i in 79..80) {{\n  {rule} -n \"close$i\" --priority $p --destination-port-ranges $i\n  $p += 10\n}}\n"), DENIED),
        ("$arguments = \"network\",\"nsg\",\"rule\",\"create\",\"-g\",\"shop\",\"--nsg-name\",\"nsg\",\"-n\",\"close\",\"--priority\",\"100\",\"--access\",\"Deny\"\naz @arguments\n".to_string(), DENIED),
        ("Get-AzNetworkSecurityGroup -Name nsg | Add-AzNetworkSecurityRuleConfig -Name close -Access Deny | Set-AzNetworkSecurityGroup\n".to_string(), UNKNOWN),
        ("Set-AzContext -Subscription x\n".to_string(), ALLOWED),
    ] {
        pair(&[ATTACH, &script], expected);
    }
}

#[test]
fn commands_that_may_change_anything_leave_it_open() {
    let id = "/subscriptions/s/resourceGroups/shop/providers/Microsoft.Network/networkSecurityGroups/nsg/securityRules/close";
    for (command, expected) in [
        (format!("az rest --method put --url https://management.azure.com{id}?api-version=2023-09-01 --body @rule.json"), UNKNOWN),
        (format!("az rest --method get --url https://management.azure.com{id}?api-version=2023-09-01"), ALLOWED),
        ("az rest --method put --url https://management.azure.com/subscriptions/s/providers/Microsoft.Storage/x".to_string(), ALLOWED),
        (format!("az resource delete --ids {id}"), UNKNOWN),
        (
            "az resource update -g shop -n nsg --resource-type Microsoft.Network/networkSecurityGroups --set properties.securityRules=[]"
                .to_string(),
            UNKNOWN,
        ),
        ("az resource list -g shop".to_string(), ALLOWED),
        ("az deployment group create -g shop --template-file rules.json".to_string(), UNKNOWN),
        ("az network manager security-admin-config rule-collection rule create -g shop -n x".to_string(), UNKNOWN),
        ("az group delete -n shop --yes".to_string(), ALLOWED),
        ("az network vnet subnet create -g shop --vnet-name net -n web --address-prefixes 10.0.1.0/24".to_string(), ALLOWED),
    ] {
        let scene = pair(&[ATTACH, &command, "\n"], expected);
        assert_eq!(with_code(&scene, "AZ044").len(), usize::from(!command.contains("subnet create")), "{command}");
    }
    pair(&[ATTACH, CLOSE, "az network vnet subnet create -g shop --vnet-name net -n web --address-prefixes 10.0.1.0/24\n"], ALLOWED);
    pair(&[ATTACH, CLOSE, "az network nsg create -g shop -n nsg\n"], UNKNOWN);
    // A rule that Azure refuses is none, and an update that it refuses changes nothing.
    let open = "az network nsg rule create -g shop --nsg-name nsg -n open --priority 90 --access Allow --destination-port-ranges 80\n";
    pair(&[ATTACH, CLOSE, open], DENIED);
    pair(&[ATTACH, CLOSE, "az network nsg rule update -g shop --nsg-name nsg -n close --priority 90\n"], DENIED);
}

/// Upstream: azure-rest-api-specs, networkSecurityGroup.json; Azure documentation, "Security admin rules"; "Azure Resource Manager deployment modes".
#[test]
fn templates_with_what_is_not_read_leave_it_open() {
    let template = |rules: &str, more: &str| {
        format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [
            {{"type": "Microsoft.Network/networkSecurityGroups", "name": "nsg", "properties": {{{rules}}}}},
            {{"type": "Microsoft.Network/virtualNetworks", "name": "net", "properties": {{"addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}}, "subnets": [{{"name": "web", "properties": {{"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg')]"}}}}}}]}}}}{more}]}}"#
        )
    };
    let rule = r#"{"name": "close", "properties": {"priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "80"}}"#;
    let closed = format!("\"securityRules\": [{rule}]");
    let admin = r#", {"type": "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules", "name": "m/c/r/x", "properties": {"access": "Deny"}}"#;
    let script = |content: &str| {
        format!(
            r#", {{"type": "Microsoft.Resources/deploymentScripts", "name": "s", "kind": "AzureCLI", "properties": {{"scriptContent": "{content}"}}}}"#
        )
    };
    let again =
        r#", {"type": "Microsoft.Network/virtualNetworks/subnets", "name": "net/web", "properties": {"addressPrefix": "10.0.0.0/24"}}"#;
    let nested = |place: &str| {
        let rule = rule.replacen("\"close\"", "\"nsg/close\", \"type\": \"Microsoft.Network/networkSecurityGroups/securityRules\"", 1);
        format!(
            r#", {{"type": "Microsoft.Resources/deployments", "name": "d", {place} "properties": {{"mode": "Incremental", "template": {{"contentVersion": "1.0.0.0", "resources": [{rule}]}}}}}}"#
        )
    };
    for (rules, more, expected) in [
        (closed.as_str(), "", DENIED),
        ("\"securityRules\": []", "", ALLOWED),
        ("\"securityRules\": []", admin, UNKNOWN),
        ("\"securityRules\": []", &script("az network nsg rule create -g g"), UNKNOWN),
        ("\"securityRules\": []", &script("echo hi"), ALLOWED),
        ("\"securityRules\": {\"close\": {}}", "", UNKNOWN),
        ("\"securityRules\": \"x\"", "", UNKNOWN),
        ("\"securityRules\": [\"x\"]", "", UNKNOWN),
        ("\"secRules\": []", "", UNKNOWN),
        (closed.as_str(), again, UNKNOWN),
        ("\"securityRules\": []", &nested("\"resourceGroup\": \"other\","), UNKNOWN),
        ("\"securityRules\": []", &nested(""), DENIED),
    ] {
        verdict(&scene(&template(rules, more)), "10.0.0.9", INSIDE, 80, expected);
    }
}

#[test]
fn a_cluster_that_is_refused_says_nothing_of_the_engine() {
    let policies = "kubectl apply -f - <<EOF\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {podSelector: {}}\nEOF\n";
    for (policy, clusters) in [("weave", 0), ("calico", 1)] {
        let scene = scene(&format!("az aks create -g g -n c --network-plugin azure --network-policy {policy}\n{policies}"));
        assert_eq!(scene.snapshot().cloud.clusters.len(), clusters, "{policy}");
    }
}

/// Upstream: GNU Bash manual, 3.4.2 "Special Parameters".
#[test]
fn arguments_reach_the_commands_of_functions() {
    let close = CLOSE.trim();
    let base = "az network nsg rule create -g shop --nsg-name nsg --protocol Tcp --destination-port-ranges 80";
    for (script, expected) in [
        (format!("rule() {{\n  {base} --access Deny \"$@\"\n}}\nrule -n r1 --priority 100\n"), DENIED),
        (format!("rule() {{\n  {base} -n r1 --priority 100 \"$@\" --access \"$1\"\n}}\nrule\n{close}\n"), DENIED),
        (format!("log() {{\n  echo \"$@\"\n}}\n{close}\n"), DENIED),
        (format!("main() {{\n  [ \"$1\" = open ] && return\n  {close}\n}}\nmain open\n"), ALLOWED),
        (format!("main() {{\n  [ \"$1\" = open ] && return\n  {close}\n}}\nmain \"$@\"\n"), UNKNOWN),
        (format!("{close}\nundo() {{ az network nsg rule delete -g shop --nsg-name nsg -n close; }}\ntrap undo EXIT\n"), ALLOWED),
    ] {
        pair(&[ATTACH, &script], expected);
    }
}

/// Upstream: Microsoft Learn, "Naming rules and restrictions for Azure resources": names are the same in any case.
#[test]
fn a_rule_is_created_again_under_its_name_in_any_case() {
    let again = CLOSE.replace("-n close", "-n CLOSE").replace("--priority 100", "--priority 110").replace("Deny", "Allow");
    assert_eq!(names(&pair(&[ATTACH, CLOSE, &again], ALLOWED)).len(), 1);
}

/// Two subnets with a machine each; a security group at the first.
const PAIR: &str = "az network vnet create -g rg -n net --address-prefixes 10.0.0.0/16 --subnet-name s1 --subnet-prefixes 10.0.1.0/24
az network vnet subnet create -g rg --vnet-name net -n s2 --address-prefixes 10.0.2.0/24
az network nsg create -g rg -n g
az network vnet subnet update -g rg --vnet-name net -n s1 --nsg g
az network nic create -g rg -n n1 --vnet-name net --subnet s1
az network nic create -g rg -n n2 --vnet-name net --subnet s2
";
/// Closes a port.
const RULE: &str =
    "az network nsg rule create -g rg --nsg-name g -n x --priority 100 --access Deny --protocol Tcp --destination-port-ranges";

#[track_caller]
fn after(script: &str, expected: Verdict) {
    named(&scene(&format!("{PAIR}{script}\n")), "vm/n2", "vm/n1", 443, expected);
}

/// GNU Bash manual, "Redirections" and "Bourne Shell Builtins": a script that the text writes is run where the text runs it.
#[test]
fn scripts_that_the_text_writes_are_run() {
    let written = format!("cat > s.sh <<'E'\n{RULE} 443\nE\n");
    for run in
        ["bash s.sh", "sh -x ./s.sh", "chmod +x s.sh\n./s.sh", "source s.sh", ". ./s.sh", "sudo bash s.sh", "if true; then ./s.sh; fi"]
    {
        after(&format!("{written}{run}"), DENIED);
    }
    after(&written, ALLOWED);
    // What it held before is not known.
    after(&format!("bash s.sh\n{written}"), UNKNOWN);
    after(&format!("echo \"{RULE} 443\" > s.sh\n. ./s.sh"), DENIED);
    after(&format!("tee s.sh >/dev/null <<E\n{RULE} 443\nE\nbash s.sh"), DENIED);
    after(&format!("cat > s.sh <<'E'\n{RULE} $1\nE\nbash s.sh 443"), DENIED);
    after(&format!("cat > s.sh <<'E'\n{RULE} $1\nE\nbash s.sh 22"), ALLOWED);
    after(&format!("cat > s.sh <<'E'\nP=443\nE\ncat >> s.sh <<'E'\n{RULE} $P\nE\nbash s.sh"), DENIED);
    // What it sets is set in the own shell only if it is sourced.
    let variables = "PORT=22\ncat > v.env <<'E'\nPORT=443\nE\n";
    after(&format!("{variables}. ./v.env\n{RULE} $PORT"), DENIED);
    after(&format!("{variables}bash v.env\n{RULE} $PORT"), ALLOWED);
    after(&format!("PORT=22\necho 'PORT=443' > v.env\nsource v.env\n{RULE} $PORT"), DENIED);
}

/// What is read for the variables that it sets may set any of them.
#[test]
fn variables_from_files_that_are_not_given_are_not_known() {
    after(&format!("PORT=22\n{RULE} $PORT"), ALLOWED);
    for read in [
        "source ./config.sh",
        ". config.env",
        "set -a; source .env; set +a",
        "[ -f .env ] && export $(cat .env | xargs)",
        "export $(grep -v '^#' .env)",
    ] {
        after(&format!("PORT=22\n{read}\n{RULE} $PORT"), UNKNOWN);
        after(&format!("{read}\nPORT=22\n{RULE} $PORT"), ALLOWED);
    }
    for own in ["source ~/.bashrc", "source <(kubectl completion bash)", "source venv/bin/activate"] {
        after(&format!("PORT=22\n{own}\n{RULE} $PORT"), ALLOWED);
    }
}

/// GNU Bash manual, "Invoking Bash", `-c`; GNU findutils manual, "xargs options"; POSIX, `unset`.
#[test]
fn arguments_of_texts_are_theirs_and_what_is_unset_is_gone() {
    after(&format!("sh -c '{RULE} \"$1\"' _ 443"), DENIED);
    after(&format!("sh -c '{RULE} \"$1\"' _ 22"), ALLOWED);
    after(
        &format!(
            "bash -c '{} \"$1\" --destination-port-ranges \"$2\"' _ Deny 443",
            RULE.replace(" Deny", "")
                .replace(" --destination-port-ranges", "")
                .replace(" --access", "")
                .replace("--protocol Tcp", "--protocol Tcp --access")
        ),
        DENIED,
    );
    for unknown in [
        format!("echo '443 Deny' | xargs -n2 sh -c '{RULE} $0'"),
        format!("echo 443 | xargs -I % sh -c '{RULE} %'"),
        format!("parallel {RULE} ::: 443"),
    ] {
        after(&unknown, UNKNOWN);
    }
    let access = RULE.replace("Deny", "${ACCESS:-Allow}");
    after(&format!("ACCESS=Deny\n{access} 443"), DENIED);
    after(&format!("ACCESS=Deny\nunset ACCESS\n{access} 443"), ALLOWED);
    after(&format!("export PORT=443\nunset PORT\n{RULE} ${{PORT:-22}}"), ALLOWED);
    after(&format!("PORT=22\nunset PORT\nPORT=${{PORT:-443}}\n{RULE} $PORT"), DENIED);
}

/// Microsoft Learn, "about_Try_Catch_Finally", "about_Do", "Invoke-Expression", "Start-Process"; Windows commands, "cmd".
#[test]
fn texts_and_blocks_of_windows_are_run() {
    for script in [
        format!("try {{ {RULE} 443 }} catch {{ az network nsg rule delete -g rg --nsg-name g -n x }}"),
        format!("do {{ {RULE} 443 }} while ($false)"),
        format!(
            "$a = 'Deny'; $c = \"--access $a\"\nInvoke-Expression \"{} $c --destination-port-ranges 443\"",
            RULE.replace("--access Deny ", "").replace(" --destination-port-ranges", "")
        ),
        format!("Start-Process az -ArgumentList '{} 443' -Wait", RULE.replace("az ", "")),
        format!("cmd /c \"{RULE} 443\""),
    ] {
        after(&script, DENIED);
        after(&script.replace("443", "22"), ALLOWED);
    }
}
