//! What scripts take from commands, lists, tables and arguments: the value that is there, or "cannot tell", and never the words that make it.

use super::doubtful::{ATTACH, pair};
use super::*;

/// A rule for port 80, whose access, ports and name are as written.
fn close(access: &str, ports: &str) -> String {
    format!(
        "az network nsg rule create -g shop --nsg-name nsg -n close --priority 100 --access {access} --destination-port-ranges {ports}\n"
    )
}

/// Upstream: Microsoft Learn, "about_Arrays", "about_Hash_Tables", "about_If": an `if` gives what its branch gives.
#[test]
fn powershell_gives_what_its_values_are() {
    let turn = "az network nsg rule create -g shop --nsg-name nsg -n $r.Name --priority $r.Priority --access $r.Access --destination-port-ranges $r.Port";
    for (before, rule, expected) in [
        ("$a = if ($true) { 'Deny' } else { 'Allow' }", close("$a", "80"), UNKNOWN),
        ("$m = 'strict'\n$a = if ($m -eq 'strict') { 'Deny' } else { 'Allow' }", close("$a", "80"), DENIED),
        ("$m = 'none'\n$a = if ($m -eq 'strict') { 'Deny' } else { 'Allow' }", close("$a", "80"), ALLOWED),
        ("$a = @('Allow', 'Deny')", close("$a[1]", "80"), DENIED),
        ("$a = @('Allow', 'Deny')", close("$a[-2]", "80"), ALLOWED),
        ("$a = @{ Access = 'Deny'; Port = 80 }", close("$a.Access", "$a.Port"), DENIED),
        ("$a = [PSCustomObject]@{Access='Deny'}", close("$a.Access", "80"), DENIED),
        ("$a = @{ Access = \"Deny\" }", close("$a['Access']", "80"), DENIED),
        (
            "$rules = @(\n  @{ Name = 'close'; Priority = 100; Access = 'Deny'; Port = 80 },\n  @{ Name = 'ssh'; Priority = 110; Access = 'Allow'; Port = 22 }\n)",
            format!("foreach ($r in $rules) {{\n  {turn}\n}}\n"),
            DENIED,
        ),
        (
            "$rules = @(@{ Name = 'close'; Priority = 100; Access = 'Deny'; Port = 81 })",
            format!("foreach ($r in $rules) {{ {turn} }}\n"),
            ALLOWED,
        ),
    ] {
        let scene = pair(&[ATTACH, before, "\n", &rule], expected);
        silent(&scene, "AZ042");
    }
}

/// Upstream: Microsoft Learn, "ConvertFrom-Json"; azure-cli: `az network nsg create` prints `{"NewNSG": {…}}`.
#[test]
fn resources_that_commands_print_have_their_names() {
    let close = |name: &str| close("Deny", "80").replace("--nsg-name nsg", &format!("--nsg-name {name}"));
    for (before, name, id) in [
        ("$n = az network nsg show -g shop -n nsg | ConvertFrom-Json", "$n.name", "$n.id"),
        ("$n = az network nsg show -g shop -n nsg -o json | ConvertFrom-Json", "$n.Name", "$n.Id"),
        ("$n = az network nsg create -g shop -n other | ConvertFrom-Json", "$n.NewNSG.name", "$n.NewNSG.id"),
    ] {
        let attach = format!("az network vnet subnet update -g shop --vnet-name net -n web --nsg {id}\n");
        pair(&["$ErrorActionPreference = 'Stop'\n", before, "\n", &attach, &close(name)], DENIED);
    }
    let subnet = "$s = az network vnet subnet show -g shop --vnet-name net -n web | ConvertFrom-Json\naz network vnet subnet update --ids $s.id --nsg nsg\n";
    pair(&["$ErrorActionPreference = 'Stop'\n", subnet, &close("nsg")], DENIED);
}

/// What methods, operators, functions and other statements give is not followed. Upstream: Microsoft Learn, "about_Operators", "about_Methods",
/// "about_Quoting_Rules" (here-strings).
#[test]
fn powershell_expressions_are_not_their_words() {
    for before in [
        "$a = 'deny'.ToUpper()",
        "$a = 'De' + 'ny'",
        "$a = Get-Access",
        "function Get-Access { return 'Deny' }\n$a = Get-Access",
        "$a = @'\nDeny\n'@",
        "$a = \"Allow,Deny\".Split(',')[1]",
        "$a = ('De', 'ny') -join ''",
        "$a = (Get-Content access.txt)",
        "$a = $map.Access",
    ] {
        let scene = pair(&[ATTACH, "$ErrorActionPreference = 'Stop'\n", before, "\n", &close("$a", "80")], UNKNOWN);
        silent(&scene, "AZ042");
    }
    pair(&[ATTACH, "$ErrorActionPreference = 'Stop'\n$p = 70 + 10\n", &close("Deny", "$p")], UNKNOWN);
}

/// Upstream: Microsoft Learn, Windows commands, "setlocal", "set", "call", "if".
#[test]
fn cmd_puts_in_variables_arguments_and_sums() {
    for (before, rule, after, expected) in [
        ("setlocal enabledelayedexpansion\nset A=Deny", close("!A!", "80"), "", DENIED),
        ("set /a P=70+10", close("Deny", "%P%"), "", DENIED),
        ("set /p A=Deny", close("%A%", "80"), "", UNKNOWN),
        ("set M=prod\nif \"%M%\"==\"prod\" (set A=Deny) else (set A=Allow)", close("%A%", "80"), "", DENIED),
        ("set M=prod\nif /i not \"%M%\"==\"PROD\" (set A=Deny) else (set A=Allow)", close("%A%", "80"), "", ALLOWED),
        ("call :add Deny 80\ngoto :eof\n:add", close("%1", "%~2"), "exit /b\n", DENIED),
        ("call :add Allow 80\ngoto :eof\n:add", close("%1", "%2"), "exit /b\n", ALLOWED),
        ("rem of its caller", close("Deny", "%1"), "", UNKNOWN),
    ] {
        pair(&[ATTACH, "@echo off\n", before, "\n", &rule, after], expected);
    }
    let group = close("Deny", "80").replace("--nsg-name nsg", "--nsg-name %1");
    pair(&[ATTACH, "@echo off\n", &group], UNKNOWN);
}

/// What `--query id` prints has the resource group in it, so that a group of the same name elsewhere is another one. Upstream: azure-cli reference, "How
/// to query Azure CLI command output".
#[test]
fn identifiers_that_are_captured_name_their_resource_group() {
    let other = "az network nsg create -g other -n nsg\naz network nsg rule create -g other --nsg-name nsg -n close --priority 100 --access Deny --destination-port-ranges 80\n";
    let attach = |group: &str| {
        format!(
            "az network vnet subnet update -g shop --vnet-name net -n web --nsg $(az network nsg show -g {group} -n nsg --query id -o tsv)\n"
        )
    };
    pair(&[other, &attach("other")], DENIED);
    pair(&[other, &attach("shop")], ALLOWED);
    let made = "ID=$(az network nsg create -g other -n nsg --query NewNSG.id -o tsv)\naz network nsg rule create -g other --nsg-name nsg -n close --priority 100 --access Deny --destination-port-ranges 80\naz network vnet subnet update -g shop --vnet-name net -n web --nsg $ID\n";
    pair(&[made], DENIED);
    // That of what a resource has is not its own.
    let card = "az network nic update --ids $(az vm show -g shop -n web --query 'networkProfile.networkInterfaces[0].id' -o tsv) --network-security-group nsg\n";
    let machine = "az vm create -g shop -n web --image Ubuntu2204 --nics webnic\n";
    pair(&[&close("Deny", "80"), machine, card], DENIED);
    pair(&[&close("Deny", "80"), card], UNKNOWN);
    let subnet = "az network vnet subnet update --ids $(az network vnet show -g shop -n net --query \"subnets[?name=='web'].id\" -o tsv) --nsg nsg\n";
    pair(&[&close("Deny", "80"), subnet], DENIED);
}

#[test]
fn what_a_resource_was_made_with_is_known() {
    let rule = |source: &str| format!("{} --source-address-prefixes {source}\n", close("Deny", "80").trim());
    let shown = |query: &str| format!("$(az network vnet subnet show -g shop --vnet-name net -n db --query {query} -o tsv)");
    pair(&[ATTACH, &rule(&shown("addressPrefix"))], DENIED);
    pair(&[ATTACH, &rule("$(az network vnet subnet show -g shop --vnet-name net -n web --query 'addressPrefixes[0]' -o tsv)")], ALLOWED);
    pair(&[ATTACH, &rule("$(az network nic show -g shop -n dbnic --query 'ipConfigurations[0].privateIPAddress' -o tsv)")], DENIED);
    let moved = "az network vnet subnet update -g shop --vnet-name net -n db --set addressPrefix=$RANGE\n";
    pair(&[ATTACH, moved, &rule(&shown("addressPrefix"))], UNKNOWN);
}

/// Upstream: GNU Bash manual, "Shell Parameter Expansion", "Arrays"; printf(1).
#[test]
fn bash_makes_values_of_values() {
    for (before, access, ports, expected) in [
        ("a=deny", "${a^}", "80", DENIED),
        ("a=Deny,x", "${a%,*}", "80", DENIED),
        ("a=x/Deny", "${a##*/}", "80", DENIED),
        ("a=Deny-all", "${a:0:4}", "80", DENIED),
        ("p=443,80", "Deny", "${p//,/ }", DENIED),
        ("p=443,81", "Deny", "${p//,/ }", ALLOWED),
        ("prod=Deny\nenv=prod", "${!env}", "80", DENIED),
        ("declare -A of=([web]=80 [ssh]=22)\nk=web", "Deny", "${of[$k]}", DENIED),
        ("declare -A of=([web]=80 [ssh]=22)", "Deny", "${of[ssh]}", ALLOWED),
        ("declare -A of\nof[web]=80\nof[ssh]=22", "Deny", "${of[@]}", DENIED),
        ("p=$(printf '%d%02d' 0 80)", "Deny", "$p", DENIED),
        ("p=$(printf '%x' 80)", "Deny", "\"$p\"", UNKNOWN),
        ("a=deny", "${a^d*}", "80", UNKNOWN),
    ] {
        pair(&[ATTACH, before, "\n", &close(access, ports)], expected);
    }
    let each = "declare -A of=([web]=80 [ssh]=22)\nn=100\nfor k in \"${!of[@]}\"; do az network nsg rule create -g shop --nsg-name nsg -n $k --priority $((n++)) --access Deny --destination-port-ranges ${of[$k]}; done\n";
    assert_eq!(names(&pair(&[ATTACH, each], DENIED)), ["web", "ssh"]);
    // A rule of a name that `printf` makes is the one that is deleted.
    let made = close("Deny", "80").replace("-n close", "-n $(printf 'rule-%02d' 3)");
    pair(&[ATTACH, &made, "az network nsg rule delete -g shop --nsg-name nsg -n rule-03\n"], ALLOWED);
}

/// Upstream: GNU Bash manual, "Bash Builtins": read; "Here Strings".
#[test]
fn lines_that_a_script_has_are_read() {
    let rule =
        "az network nsg rule create -g shop --nsg-name nsg -n $name --priority $prio --access $access --destination-port-ranges $port";
    for (script, expected) in [
        (format!("while read -r name prio port access; do\n  {rule}\ndone <<'EOF'\nweb 100 80 Deny\nssh 110 22 Allow\nEOF\n"), DENIED),
        (format!("while IFS=, read -r name prio port access; do\n  {rule}\ndone <<EOF\nweb,100,81,Deny\nssh,110,22,Allow\nEOF\n"), ALLOWED),
        (
            format!(
                "cat > rules.csv <<'EOF'\nweb:100:80:Deny\nEOF\nwhile IFS=: read -r name prio port access; do {rule}; done < rules.csv\n"
            ),
            DENIED,
        ),
        (
            format!(
                "for line in 'web 100 80 Deny' 'ssh 110 22 Allow'; do\n  read -r name prio port access <<< \"$line\"\n  {rule}\ndone\n"
            ),
            DENIED,
        ),
        (format!("while read -r name prio port access; do {rule}; done < rules.txt\n"), UNKNOWN),
        (format!("while read -r name prio port access; do {rule}; done <<EOF\nweb 100 $PORT Deny\nEOF\n"), UNKNOWN),
    ] {
        pair(&[ATTACH, &script], expected);
    }
}

/// Upstream: azure-cli reference, `az configure`, `az config set`: defaults.group.
#[test]
fn a_default_resource_group_is_that_of_commands_without_one() {
    let other = close("Deny", "80").replace("-g shop ", "");
    for configure in ["az configure --defaults group=other location=westeurope\n", "az config set defaults.group=other\n"] {
        pair(&[ATTACH, configure, "az network nsg create -n nsg\n", &other], ALLOWED);
        pair(&[ATTACH, &configure.replace("other", "shop"), &other], DENIED);
    }
}

/// Upstream: Microsoft Learn, azure-cli, `--help`.
#[test]
fn help_changes_nothing() {
    pair(&[ATTACH, close("Deny", "80").trim(), " --help\n"], ALLOWED);
    pair(&[ATTACH, close("Deny", "80").trim(), " -h\n"], ALLOWED);
}
