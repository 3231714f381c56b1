//! Functions of templates, each against what Microsoft's documentation of it says; what chooses a security group; and files beside a template.

use super::*;

const HEAD: &str =
    r#""$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0","#;

/// The text that an expression comes to: that of the name of a rule.
fn value(expression: &str) -> String {
    let text = format!(
        r#"{{{HEAD} "parameters": {{"open": {{"type": "string"}}, "none": {{"type": "array", "nullable": true}}}},
"variables": {{"one": {{"a": 1, "b": {{"c": [5, 6]}}}}, "two": {{"A": 2, "d": "x"}}, "names": ["web", "db", "web"], "list": [3, 1, 2]}},
"functions": [{{"namespace": "own", "members": {{"twice": {{"parameters": [{{"name": "x", "type": "string"}}], "output": {{"type": "string", "value": "[concat(parameters('x'), parameters('x'))]"}}}}}}}}],
"resources": [{{"type": "Microsoft.Network/networkSecurityGroups", "name": "g", "properties": {{"securityRules": [
  {{"name": "{expression}", "properties": {{"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "*",
    "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"}}}}]}}}}]}}"#
    );
    let scene = scene(&text);
    names(&scene).first().map(|name| (*name).to_string()).unwrap_or_default()
}

#[test]
fn values_follow_from_the_input() {
    for (expression, expected) in [
        // Texts.
        ("concat('a', 'b', string(3))", "ab3"),
        ("format('{0}-{1:D3}-{{x}}', 'a', 7)", "a-007-{x}"),
        ("join(createArray('a', 'b'), '.')", "a.b"),
        ("toUpper(trim(' ab '))", "AB"),
        ("replace('a-b-c', '-', '_')", "a_b_c"),
        ("substring('abcdef', 2, 3)", "cde"),
        ("concat(take('abc', 2), skip('abc', 2), first('xyz'), last('xyz'))", "abcxz"),
        ("split('a;b,c', createArray(';', ','))[2]", "c"),
        ("string(indexOf('abcABC', 'B'))", "1"),
        ("string(lastIndexOf('abcABC', 'b'))", "4"),
        ("padLeft('7', 3, '0')", "007"),
        ("string(startsWith('Web-1', 'web'))", "True"),
        ("string(contains('abc', 'bc'))", "True"),
        ("base64ToString(base64('netz'))", "netz"),
        ("uriComponentToString(uriComponent('a b'))", "a b"),
        ("string(length('abcd'))", "4"),
        // Numbers and truth.
        ("string(add(mul(3, 4), mod(7, 4)))", "15"),
        ("string(sub(div(9, 2), int('1')))", "3"),
        ("string(max(variables('list')))", "3"),
        ("string(min(4, 2))", "2"),
        ("if(and(not(false()), or(bool('true'), false())), 'yes', 'no')", "yes"),
        ("if(equals(createArray(1, 2), range(1, 2)), 'same', 'other')", "same"),
        ("if(lessOrEquals(2, 2), 'le', 'gt')", "le"),
        ("coalesce(null(), json('null'), 'third')", "third"),
        // Lists.
        ("string(length(union(variables('names'), createArray('x'))))", "3"),
        ("join(intersection(variables('names'), createArray('db', 'q')), ',')", "db"),
        ("join(skip(take(variables('names'), 2), 1), ',')", "db"),
        ("join(flatten(createArray(createArray('a'), createArray('b', 'c'))), '')", "abc"),
        ("string(indexOf(variables('names'), 'db'))", "1"),
        ("string(lastIndexOf(variables('names'), 'web'))", "2"),
        ("string(empty(coalesce(parameters('none'), createArray())))", "True"),
        ("string(contains(variables('list'), 2))", "True"),
        ("indexFromEnd(variables('names'), 2)", "db"),
        // Mappings.
        ("string(variables('one').b.c[1])", "6"),
        ("string(union(variables('one'), variables('two')).a)", "2"),
        ("string(union(variables('one'), createObject('b', createObject('e', 9))).b.c[0])", "5"),
        ("string(contains(shallowMerge(createArray(variables('one'), createObject('b', createObject('e', 9)))).b, 'c'))", "False"),
        ("string(tryGet(variables('one'), 'b', 'c', 0))", "5"),
        ("coalesce(tryGet(variables('one'), 'q', 'r'), 'none')", "none"),
        ("join(objectKeys(variables('one')), ',')", "a,b"),
        ("items(variables('two'))[1].value", "x"),
        ("json('{\\\"k\\\": [1, \\\"v\\\"]}').k[1]", "v"),
        // Lambdas.
        ("join(map(variables('names'), lambda('n', toUpper(lambdaVariables('n')))), '')", "WEBDBWEB"),
        ("join(map(variables('names'), lambda('n', 'i', string(lambdaVariables('i')))), '')", "012"),
        ("join(filter(variables('names'), lambda('n', not(equals(lambdaVariables('n'), 'db')))), ',')", "web,web"),
        ("string(reduce(variables('list'), 0, lambda('a', 'b', add(lambdaVariables('a'), lambdaVariables('b')))))", "6"),
        (
            "join(map(sort(variables('list'), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b')))), lambda('n', string(lambdaVariables('n')))), '')",
            "123",
        ),
        ("toObject(variables('names'), lambda('n', lambdaVariables('n')), lambda('n', concat('v', lambdaVariables('n')))).db", "vdb"),
        ("string(length(groupBy(variables('names'), lambda('n', lambdaVariables('n'))).web))", "2"),
        ("string(mapValues(createObject('a', 1), lambda('v', add(lambdaVariables('v'), 1))).a)", "2"),
        // Addresses.
        ("replace(cidrSubnet('10.0.0.0/16', 24, 3), '/', '_')", "10.0.3.0_24"),
        ("replace(cidrSubnet('fdad:3236:5555::/48', 52, 1), '/', '_')", "fdad:3236:5555:1000::_52"),
        ("cidrHost('10.144.3.0/24', 4)", "10.144.3.5"),
        ("cidrHost('fdad:3236:5555:3000::/52', 0)", "fdad:3236:5555:3000::1"),
        ("parseCidr('10.144.0.0/20').lastUsable", "10.144.15.254"),
        ("parseCidr('10.144.0.0/20').netmask", "255.255.240.0"),
        ("parseCidr('fdad:3236:5555::/48').firstUsable", "fdad:3236:5555::"),
        // Own functions, identifiers.
        ("own.twice('ab')", "abab"),
        ("last(split(resourceId('other', 'Microsoft.Network/virtualNetworks/subnets', 'n', 's'), '/'))", "s"),
        ("split(resourceId('other', 'Microsoft.Network/virtualNetworks', 'n'), '/')[2]", "other"),
        ("last(split(concat(resourceGroup().id, '/providers/Microsoft.Network/virtualNetworks/n'), '/'))", "n"),
    ] {
        assert_eq!(value(&format!("[{expression}]")), expected, "{expression}");
    }
}

#[test]
fn what_does_not_follow_stays_open_and_keeps_its_name() {
    for (written, shown) in [
        ("[parameters('open')]", "[parameters('open')]"),
        ("[concat('nsg-', parameters('open'))]", "nsg-[parameters('open')]"),
        ("[utcNow()]", "[utcNow()]"),
        ("[variables('one').missing]", "[variables('one').missing]"),
        ("[unknownFunction('x')]", "[unknownFunction('x')]"),
        ("[[not an expression]", "[not an expression]"),
    ] {
        assert_eq!(value(written), shown);
    }
    // One of several, whichever: the name is the same.
    assert_eq!(value("[if(equals(parameters('open'), 'x'), 'same', 'same')]"), "same");
}

const RULE: &str =
    r#""direction": "Inbound", "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*""#;

/// A template with the groups `shut` (TCP 443 and 22 denied), `open` (443 allowed, 22 denied), and a subnet 10.0.0.0/24 with the group that `slot` says.
fn guarded(parameters: &str, slot: &str, more: &str) -> String {
    let rule = |name: &str, priority: u16, access: &str, port: u16| {
        format!(
            r#"{{"name": "{name}", "properties": {{"priority": {priority}, "access": "{access}", "destinationPortRange": "{port}", {RULE}}}}}"#
        )
    };
    let group = |name: &str, access: &str| {
        let rules = [rule("web", 100, access, 443), rule("ssh", 110, "Deny", 22)].join(", ");
        format!(r#"{{"type": "Microsoft.Network/networkSecurityGroups", "name": "{name}", "properties": {{"securityRules": [{rules}]}}}}"#)
    };
    format!(
        r#"{{{HEAD} "parameters": {{{parameters}}}, "resources": [{more} {}, {},
 {{"type": "Microsoft.Network/virtualNetworks", "name": "n", "properties": {{"addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}},
   "subnets": [{{"name": "s", "properties": {{"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {slot}}}}}]}}}}]}}"#,
        group("shut", "Deny"),
        group("open", "Allow"),
    )
}

const PEER: &str = "10.0.0.9";

fn id(name: &str) -> String {
    format!("createObject('id', resourceId('Microsoft.Network/networkSecurityGroups', '{name}'))")
}

#[test]
fn a_group_that_is_not_known_may_do_anything() {
    for (parameters, slot) in [
        (r#""g": {"type": "string"}"#, r#"{"id": "[parameters('g')]"}"#.to_string()),
        (r#""g": {"type": "object"}"#, r#""[parameters('g')]""#.to_string()),
        ("", r#"{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'elsewhere')]"}"#.to_string()),
        ("", r#"{"id": "[reference('module').outputs.id.value]"}"#.to_string()),
        (r#""g": {"type": "bool"}"#, format!(r#""[if(parameters('g'), {}, {})]""#, id("open"), id("elsewhere"))),
    ] {
        let scene = scene(&guarded(parameters, &slot, ""));
        let answer = verdict(&scene, PEER, INSIDE, 443, UNKNOWN);
        assert!(
            answer.summary.contains("not in the input") || answer.summary.contains("no value in the input"),
            "{slot}: {}",
            answer.summary
        );
    }
    let named = scene(&guarded("", r#"{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'elsewhere')]"}"#, ""));
    assert!(ask(&named, PEER, INSIDE, 443).summary.contains("az network nsg show"), "how to get it");
    // It may be any of those that are given.
    silent(&scene(&guarded(r#""g": {"type": "string"}"#, r#"{"id": "[parameters('g')]"}"#, "")), "LINT026");
}

#[test]
fn of_several_groups_each_is_asked() {
    let choice = |yes: &str, no: &str| guarded(r#""g": {"type": "bool"}"#, &format!(r#""[if(parameters('g'), {yes}, {no})]""#), "");
    let both = scene(&choice(&id("shut"), &id("open")));
    verdict(&both, PEER, INSIDE, 443, UNKNOWN);
    let denied = verdict(&both, PEER, INSIDE, 22, DENIED);
    assert!(denied.notes.iter().any(|n| n.contains("`shut`") && n.contains("`open`")), "{:?}", denied.notes);
    verdict(&both, PEER, INSIDE, 80, ALLOWED);
    // No group at all lets everything pass within the network.
    let or_none = scene(&choice(&id("shut"), "null()"));
    verdict(&or_none, PEER, INSIDE, 443, UNKNOWN);
    verdict(&or_none, PEER, INSIDE, 80, ALLOWED);
    // A condition that the input decides leaves one.
    for (condition, expected) in [("true()", DENIED), ("empty('x')", ALLOWED)] {
        let slot = format!(r#""[if({condition}, {}, {})]""#, id("shut"), id("open"));
        verdict(&scene(&guarded("", &slot, "")), PEER, INSIDE, 443, expected);
    }
    // Values that are allowed for a parameter are all that it can be.
    let allowed = r#""g": {"type": "string", "allowedValues": ["shut", "open"]}"#;
    let slot = r#"{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', parameters('g'))]"}"#;
    let scene = scene(&guarded(allowed, slot, ""));
    verdict(&scene, PEER, INSIDE, 22, DENIED);
    verdict(&scene, PEER, INSIDE, 443, UNKNOWN);
}

#[test]
fn resources_of_one_name_under_different_conditions() {
    let version = |condition: &str, access: &str| {
        format!(
            r#"{{"condition": "{condition}", "type": "Microsoft.Network/networkSecurityGroups", "name": "web", "properties": {{"securityRules": [
 {{"name": "r", "properties": {{"priority": 100, "access": "{access}", "destinationPortRange": "443", {RULE}}}}},
 {{"name": "q", "properties": {{"priority": 110, "access": "Deny", "destinationPortRange": "22", {RULE}}}}}]}}}},"#
        )
    };
    let slot = r#"{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'web')]"}"#;
    let parameters = r#""stage": {"type": "string"}"#;
    let both =
        format!("{}{}", version("[equals(parameters('stage'), 'a')]", "Allow"), version("[not(equals(parameters('stage'), 'a'))]", "Deny"));
    let two = scene(&guarded(parameters, slot, &both));
    verdict(&two, PEER, INSIDE, 443, UNKNOWN);
    verdict(&two, PEER, INSIDE, 22, DENIED);
    silent(&two, "DOC040");
    // Where there is only one, another may be there already.
    let one = scene(&guarded(parameters, slot, &version("[equals(parameters('stage'), 'a')]", "Deny")));
    verdict(&one, PEER, INSIDE, 22, UNKNOWN);
}

#[test]
fn modules_give_values_and_existing_resources_are_not_deployed() {
    let module = r#"{"type": "Microsoft.Resources/deployments", "name": "module", "properties": {"expressionEvaluationOptions": {"scope": "inner"},
 "parameters": {"which": {"value": "shut"}}, "template": {"contentVersion": "1.0.0.0", "languageVersion": "2.0", "parameters": {"which": {"type": "string"}},
 "resources": {"group": {"existing": true, "type": "Microsoft.Network/networkSecurityGroups", "name": "[parameters('which')]"}},
 "outputs": {"id": {"type": "string", "value": "[resourceId('Microsoft.Network/networkSecurityGroups', parameters('which'))]"}}}}},"#;
    for reference in ["reference('module')", "reference(resourceId('Microsoft.Resources/deployments', 'module'), '2022-09-01')"] {
        let slot = format!(r#"{{"id": "[{reference}.outputs.id.value]"}}"#);
        let scene = scene(&guarded("", &slot, module));
        verdict(&scene, PEER, INSIDE, 443, DENIED);
        silent(&scene, "DOC040");
        silent(&scene, "AZ011");
    }
    let linked = r#"{"type": "Microsoft.Resources/deployments", "name": "module", "properties": {"templateLink": {"uri": "https://example.com/x.json"}}},"#;
    let scene = scene(&guarded("", r#"{"id": "[reference('module').outputs.id.value]"}"#, linked));
    assert_eq!(with_code(&scene, "AZ120").len(), 1);
    verdict(&scene, PEER, INSIDE, 443, UNKNOWN);
}

#[test]
fn parameter_files_give_values() {
    let template =
        guarded(r#""g": {"type": "string"}"#, r#"{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', parameters('g'))]"}"#, "");
    let file = |value: &str| {
        format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#", "contentVersion": "1.0.0.0", "parameters": {{"g": {{"value": "{value}"}}}}}} "#
        )
    };
    let load = |files: &[(&str, &str)]| {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(files);
        scene
    };
    let (shut, open) = (file("shut"), file("open"));
    let one = load(&[("main.json", &template), ("main.parameters.json", &shut)]);
    verdict(&one, PEER, INSIDE, 443, DENIED);
    silent(&one, "AZ019");
    // The file that is named after the template counts; of several each may.
    verdict(
        &load(&[("a/main.json", &template), ("a/main.parameters.json", &shut), ("other.parameters.json", &open)]),
        PEER,
        INSIDE,
        443,
        DENIED,
    );
    let several = load(&[("main.json", &template), ("main.dev.parameters.json", &shut), ("main.prod.parameters.json", &open)]);
    verdict(&several, PEER, INSIDE, 443, UNKNOWN);
    verdict(&several, PEER, INSIDE, 22, DENIED);
    // The portal's names.
    verdict(&load(&[("template.json", &template), ("parameters.json", &open)]), PEER, INSIDE, 443, ALLOWED);
    // What is loaded again follows the file.
    let mut scene = load(&[("main.json", &template), ("main.parameters.json", &shut)]);
    scene.set_files(&[("main.json", &template), ("main.parameters.json", &open)]);
    verdict(&scene, PEER, INSIDE, 443, ALLOWED);
}

#[test]
fn scale_sets_and_addresses_of_both_families() {
    let text = format!(
        r#"{{{HEAD} "resources": [
 {{"type": "Microsoft.Network/networkSecurityGroups", "name": "g", "properties": {{"securityRules": [
  {{"name": "six", "properties": {{"priority": 100, "access": "Deny", "direction": "Inbound", "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*",
    "destinationAddressPrefix": "fd00:1::/64", "destinationPortRange": "*"}}}}]}}}},
 {{"type": "Microsoft.Network/virtualNetworks", "name": "n", "properties": {{"addressSpace": {{"addressPrefixes": ["10.0.0.0/16", "fd00:1::/48"]}},
   "subnets": [{{"name": "s", "properties": {{"addressPrefixes": ["10.0.0.0/24", "fd00:1::/64"]}}}}]}}}},
 {{"type": "Microsoft.Compute/virtualMachineScaleSets", "name": "set", "sku": {{"capacity": 2}}, "properties": {{"virtualMachineProfile": {{"networkProfile": {{
   "networkInterfaceConfigurations": [{{"name": "card", "properties": {{
     "networkSecurityGroup": {{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'g')]"}}, "ipConfigurations": [
       {{"name": "four", "properties": {{"subnet": {{"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'n', 's')]"}}}}}},
       {{"name": "six", "properties": {{"privateIPAddressVersion": "IPv6", "subnet": {{"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'n', 's')]"}}}}}}]}}}}]}}}}}}}}]}}"#
    );
    let scene = scene(&text);
    let addresses: Vec<String> = scene.snapshot().cloud.interfaces.iter().map(|i| format!("{} {:?}", i.title(), i.addresses)).collect();
    assert_eq!(addresses, ["set_0 [10.0.0.4, fd00:1::4]", "set_1 [10.0.0.5, fd00:1::5]"]);
    for code in ["LINT026", "LINT021", "AZ019"] {
        silent(&scene, code);
    }
    verdict(&scene, "fd00:1::5", "fd00:1::4", 22, DENIED);
    verdict(&scene, "10.0.0.5", INSIDE, 22, ALLOWED);
}

#[test]
fn powershell_writes_lists_and_capitals() {
    let rule = |port: &str, source: &str| {
        format!(
            r#"{{"Name": "r", "Priority": 100, "Direction": "Inbound", "Access": "Deny", "Protocol": "Tcp", "SourcePortRange": ["*"],
 "DestinationPortRange": {port}, "SourceAddressPrefix": {source}, "DestinationAddressPrefix": ["*"]}}"#
        )
    };
    let group = |rules: &str| {
        format!(
            r#"{{"SecurityRules": [{rules}], "DefaultSecurityRules": [], "Name": "g", "ResourceGroupName": "x", "Id": "/subscriptions/0/resourceGroups/x/providers/Microsoft.Network/networkSecurityGroups/g"}}"#
        )
    };
    let whole = scene(&group(&rule(r#"["22", "80-90"]"#, r#"["10.1.0.0/16", "VirtualNetwork"]"#)));
    assert!(whole.problems().iter().all(|p| p.severity != netpolis_core::diagnostics::Severity::Error), "{:?}", whole.problems());
    let [only] = rules(&whole)[..] else { panic!() };
    assert_eq!(only.destination_ports.ranges.as_deref(), Some(&[(22, 22), (80, 90)][..]));
    assert_eq!((only.source.prefixes.len(), only.source.tags.len()), (1, 1));
    // `ConvertTo-Json` without `-Depth` writes lists into one text, and deeper things not at all.
    let flat = scene(&group(&rule(r#""22 80-90""#, r#""10.1.0.0/16""#)));
    let [only] = rules(&flat)[..] else { panic!() };
    assert_eq!(only.destination_ports.ranges.as_deref(), Some(&[(22, 22), (80, 90)][..]));
    let cut = scene(&group(r#""Microsoft.Azure.Commands.Network.Models.PSSecurityRule""#));
    assert_eq!(with_code(&cut, "AZ121").len(), 1);
    verdict(&cut, "10.0.0.9", INSIDE, 22, UNKNOWN);
}

#[test]
fn names_of_the_short_form_are_texts() {
    let text = "azure:\n  networks: [{name: on, addressSpace: 10.0.0.0/16, subnets: [{name: yes, prefix: 10.0.0.0/24, nsg: n}]}]\n  machines: [{name: 007, subnet: yes, public: yes}]\n  nsgs: [{name: n, inbound: [{priority: 100, name: off, deny: tcp 22}]}]\n";
    let scene = scene(text);
    assert!(scene.problems().iter().all(|p| p.severity != netpolis_core::diagnostics::Severity::Error), "{:?}", scene.problems());
    assert_eq!(scene.snapshot().cloud.interfaces[0].title(), "007");
    let answer = verdict(&scene, "10.0.0.9", INSIDE, 22, DENIED);
    assert!(answer.summary.contains("rule `off` of NetworkSecurityGroup `n`"), "{}", answer.summary);
}
