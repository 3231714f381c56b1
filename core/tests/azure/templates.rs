//! Templates: expressions, loops, and what stays open.

use super::*;

const PEER: &str = "10.0.0.9";

/// A template with a network of one subnet 10.0.0.0/24, guarded by the group `web`, of which `properties` are given.
fn template(head: &str, properties: &str) -> String {
    format!(
        r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
{head}
"resources": [
 {{"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "web", "properties": {{{properties}}}}},
 {{"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "n", "properties": {{
   "addressSpace": {{"addressPrefixes": ["10.0.0.0/16"]}},
   "subnets": [{{"name": "s", "properties": {{"addressPrefix": "10.0.0.0/24",
     "networkSecurityGroup": {{"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'web')]"}}}}}}]}}}}
]}}"#
    )
}

/// The fields of an inbound rule that allows TCP from anywhere, with some of them given.
fn rule(name: &str, priority: &str, port: &str, others: &str) -> String {
    let default = |field: &str, value: &str| if others.contains(field) { String::new() } else { format!(r#""{field}": {value}, "#) };
    format!(
        r#"{{"name": {name}, "properties": {{{}{}{}{}{}{others}{}"priority": {priority}, "sourcePortRange": "*", "destinationPortRange": {port}}}}}"#,
        default("access", "\"Allow\""),
        default("direction", "\"Inbound\""),
        default("protocol", "\"Tcp\""),
        default("sourceAddressPrefix", "\"*\""),
        default("destinationAddressPrefix", "\"*\""),
        if others.is_empty() { "" } else { ", " },
    )
}

#[test]
fn rules_of_a_copy_loop_are_unrolled() {
    let head = r#""parameters": {"ports": {"type": "array", "defaultValue": [80, 443, 8080]}}, "variables": {"base": 200},"#;
    let looped = |count: &str| {
        let input = rule(
            "\"[concat('allow-', parameters('ports')[copyIndex('securityRules')])]\"",
            "\"[add(variables('base'), copyIndex('securityRules', 1))]\"",
            "\"[string(parameters('ports')[copyIndex('securityRules')])]\"",
            "",
        );
        template(head, &format!(r#""copy": [{{"name": "securityRules", "count": {count}, "input": {input}}}]"#))
    };
    for count in ["3", "\"[length(parameters('ports'))]\""] {
        let scene = scene(&looped(count));
        assert_eq!(names(&scene), ["allow-80", "allow-443", "allow-8080"]);
        assert_eq!(rules(&scene).iter().map(|r| r.priority).collect::<Vec<_>>(), [201, 202, 203]);
        silent(&scene, "AZ011");
        for port in [80, 443, 8080] {
            assert!(!is_incomplete(&verdict(&scene, OUTSIDE, INSIDE, port, ALLOWED)));
        }
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    // As many as are asked for, and no more.
    let scene = scene(&looped("\"[sub(length(parameters('ports')), 1)]\""));
    assert_eq!(names(&scene), ["allow-80", "allow-443"]);
    verdict(&scene, OUTSIDE, INSIDE, 8080, DENIED);
}

#[test]
fn rules_of_a_copy_loop_over_objects() {
    let head = r#""parameters": {"rules": {"type": "array", "defaultValue": [
        {"name": "https", "port": "443", "from": "Internet", "nested": {"priority": 300}},
        {"name": "ssh", "port": "22", "from": "203.0.113.0/24", "nested": {"priority": 310}}]}},"#;
    let input = rule(
        "\"[parameters('rules')[copyIndex('securityRules')].name]\"",
        "\"[parameters('rules')[copyIndex('securityRules')].nested.priority]\"",
        "\"[parameters('rules')[copyIndex('securityRules')].port]\"",
        r#""sourceAddressPrefix": "[parameters('rules')[copyIndex('securityRules')].from]""#,
    );
    let text =
        template(head, &format!(r#""copy": [{{"name": "securityRules", "count": "[length(parameters('rules'))]", "input": {input}}}]"#));
    let scene = scene(&text);
    assert_eq!(names(&scene), ["https", "ssh"]);
    verdict(&scene, "8.8.8.8", INSIDE, 443, ALLOWED);
    verdict(&scene, "203.0.113.9", INSIDE, 22, ALLOWED);
    verdict(&scene, "8.8.8.8", INSIDE, 22, DENIED);
}

#[test]
fn rules_that_are_whole_items_of_a_parameter_or_variable() {
    let item = rule("\"https\"", "100", "\"443\"", "");
    let parameter = format!(r#""parameters": {{"rules": {{"type": "array", "defaultValue": [{item}]}}}},"#);
    let variable = format!(r#""variables": {{"rules": [{item}]}},"#);
    let copied = r#""variables": {"copy": [{"name": "rules", "count": 2, "input": "#.to_string()
        + &rule(
            "\"[concat('r', copyIndex('rules'))]\"",
            "\"[add(100, copyIndex('rules'))]\"",
            "\"[string(add(443, copyIndex('rules')))]\"",
            "",
        )
        + "}]},";
    for (head, properties) in [
        (&parameter, r#""securityRules": "[parameters('rules')]""#),
        (&variable, r#""securityRules": "[variables('rules')]""#),
        (&variable, r#""securityRules": "[concat(variables('rules'), createArray())]""#),
        (&copied, r#""securityRules": "[variables('rules')]""#),
        (&parameter, r#""copy": [{"name": "securityRules", "count": 1, "input": "[parameters('rules')[copyIndex('securityRules')]]"}]"#),
    ] {
        let scene = scene(&template(head, properties));
        silent(&scene, "AZ011");
        assert!(!is_incomplete(&verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED)), "{properties}");
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    assert_eq!(names(&scene(&template(&copied, r#""securityRules": "[variables('rules')]""#))), ["r0", "r1"]);
}

#[test]
fn rules_that_the_text_does_not_give_make_answers_incomplete() {
    let head = r#""parameters": {"rules": {"type": "array"}, "count": {"type": "int"}},"#;
    let known = rule("\"https\"", "100", "\"443\"", "");
    for properties in [
        r#""securityRules": "[parameters('rules')]""#.to_string(),
        format!(r#""securityRules": "[concat(parameters('rules'), createArray())]", "description": {known}"#),
        r#""copy": [{"name": "securityRules", "count": "[length(parameters('rules'))]", "input": {"name": "[parameters('rules')[copyIndex('securityRules')].name]", "properties": "[parameters('rules')[copyIndex('securityRules')].properties]"}}]"#.to_string(),
        format!(r#""copy": [{{"name": "securityRules", "count": "[parameters('count')]", "input": {}}}]"#, rule("\"[concat('r', copyIndex('securityRules'))]\"", "\"[add(100, copyIndex('securityRules'))]\"", "\"443\"", "")),
    ] {
        let scene = scene(&template(head, &properties));
        assert!(!with_code(&scene, "AZ011").is_empty(), "{properties}");
        assert!(is_incomplete(&ask(&scene, OUTSIDE, INSIDE, 443)), "{properties}");
        assert!(with_code(&scene, "AZ002").is_empty() && with_code(&scene, "AZ001").is_empty());
    }
    // What the rules are is plain where only their number is not: there may be one that lets in 443, and none that lets in 22.
    let looped = format!(
        r#""copy": [{{"name": "securityRules", "count": "[parameters('count')]", "input": {}}}]"#,
        rule("\"[concat('r', copyIndex('securityRules'))]\"", "\"[add(100, copyIndex('securityRules'))]\"", "\"443\"", "")
    );
    let scene = scene(&template(head, &looped));
    verdict(&scene, OUTSIDE, INSIDE, 443, UNKNOWN);
    verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
}

#[test]
fn resources_in_loops_and_with_conditions() {
    let separate = |extra: &str, name: &str, priority: &str, port: &str| {
        let head =
            r#""parameters": {"open": {"type": "bool", "defaultValue": true}, "unknown": {"type": "bool"}, "many": {"type": "int"}},"#;
        let fields = rule(name, priority, port, "");
        let text = template(head, "");
        text.replacen(
            "\"resources\": [",
            &format!(
                r#""resources": [{{"type": "Microsoft.Network/networkSecurityGroups/securityRules", "apiVersion": "2023-09-01", {extra} {},"#,
                fields.trim_start_matches('{')
            ),
            1,
        )
    };
    let looped = r#""copy": {"name": "rules", "count": 2},"#;
    let (name, priority, port) =
        ("\"[concat('web/r', copyIndex())]\"", "\"[add(100, copyIndex())]\"", "\"[string(add(8000, copyIndex('rules')))]\"");
    let scene_of = |extra: &str| scene(&separate(extra, name, priority, port));
    let two = scene_of(looped);
    verdict(&two, OUTSIDE, INSIDE, 8000, ALLOWED);
    verdict(&two, OUTSIDE, INSIDE, 8001, ALLOWED);
    verdict(&two, OUTSIDE, INSIDE, 8002, DENIED);
    let endless = scene_of(r#""copy": {"name": "rules", "count": "[parameters('many')]"},"#);
    assert!(is_incomplete(&verdict(&endless, OUTSIDE, INSIDE, 8001, UNKNOWN)));
    let condition = |condition: &str| scene(&separate(&format!(r#""condition": {condition},"#), "\"web/r\"", "100", "\"8000\""));
    verdict(&condition("false"), OUTSIDE, INSIDE, 8000, DENIED);
    verdict(&condition("\"[not(parameters('open'))]\""), OUTSIDE, INSIDE, 8000, DENIED);
    verdict(&condition("\"[parameters('open')]\""), OUTSIDE, INSIDE, 8000, ALLOWED);
    let open = condition("\"[parameters('unknown')]\"");
    verdict(&open, OUTSIDE, INSIDE, 8000, UNKNOWN);
    verdict(&open, OUTSIDE, INSIDE, 22, DENIED);
}

#[test]
fn machines_in_loops_get_addresses_of_their_own() {
    let text = template(r#""parameters": {"many": {"type": "int", "defaultValue": 3}},"#, "").replacen(
        "\"resources\": [",
        r#""resources": [{"type": "Microsoft.Network/networkInterfaces", "apiVersion": "2023-09-01", "name": "[concat('nic', copyIndex())]",
          "copy": {"name": "nics", "count": "[parameters('many')]"},
          "properties": {"ipConfigurations": [{"name": "c", "properties": {"privateIPAddress": "[concat('10.0.0.', add(10, copyIndex()))]",
            "subnet": {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'n', 's')]"}}}]}},"#,
        1,
    );
    let scene = scene(&text);
    let found: Vec<String> = scene.snapshot().cloud.interfaces.iter().map(|i| format!("{} {:?}", i.name, i.addresses)).collect();
    assert_eq!(found, ["nic0 [10.0.0.10]", "nic1 [10.0.0.11]", "nic2 [10.0.0.12]"]);
}

#[test]
fn subnets_and_routes_of_a_copy_loop() {
    let text = template("", "").replacen(
        "\"subnets\": [",
        r#""copy": [{"name": "subnets", "count": 2, "input": {"name": "[concat('more', copyIndex('subnets'))]",
            "properties": {"addressPrefix": "[concat('10.0.', copyIndex('subnets', 1), '.0/24')]"}}}], "subnets": ["#,
        1,
    );
    let scene = scene(&text);
    let found: Vec<String> = scene.snapshot().cloud.subnets.iter().map(|s| format!("{} {}", s.name, s.prefixes[0])).collect();
    assert_eq!(found, ["s 10.0.0.0/24", "more0 10.0.1.0/24", "more1 10.0.2.0/24"]);
}

#[test]
fn expressions_are_followed_as_far_as_they_go() {
    let head = r#""parameters": {
        "yes": {"type": "bool", "defaultValue": true}, "kind": {"type": "string", "defaultValue": "Web"}, "none": {"type": "array", "defaultValue": []},
        "port": {"type": "int", "defaultValue": 443}, "unknown": {"type": "string"}},
        "variables": {"ports": {"web": "443", "ssh": "22"}, "list": ["10.1.0.0/16", "10.2.0.0/16"]},"#;
    let allowed = "\"443\"";
    for (field, expression) in [
        ("access", "[if(parameters('yes'), 'Allow', 'Deny')]"),
        ("access", "[if(not(parameters('yes')), 'Deny', 'Allow')]"),
        ("access", "[if(equals(parameters('kind'), 'Web'), 'Allow', 'Deny')]"),
        ("access", "[if(and(parameters('yes'), equals(parameters('port'), 443)), 'Allow', 'Deny')]"),
        ("access", "[if(or(equals(parameters('unknown'), 'a'), true()), 'Allow', 'Deny')]"),
        ("access", "[if(and(equals(parameters('unknown'), 'a'), false()), 'Deny', 'Allow')]"),
        ("access", "[if(empty(parameters('none')), 'Allow', 'Deny')]"),
        ("access", "[if(equals(length(variables('list')), 2), 'Allow', 'Deny')]"),
        ("access", "[if(bool('true'), 'Allow', 'Deny')]"),
        ("access", "[if(greater(int('5'), 4), 'Allow', 'Deny')]"),
        ("direction", "[if(parameters('yes'), 'Inbound', 'Outbound')]"),
        ("protocol", "[if(equals(toLower(parameters('kind')), 'web'), 'Tcp', 'Udp')]"),
        ("sourceAddressPrefix", "[if(empty(''), '*', 'VirtualNetwork')]"),
        ("sourceAddressPrefix", "[coalesce(null(), '*')]"),
    ] {
        let properties = format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", allowed, &format!(r#""{field}": "{expression}""#)));
        let scene = scene(&template(head, &properties));
        silent(&scene, "AZ011");
        verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED);
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    for port in [
        "[variables('ports').web]",
        "[variables('ports')[toLower(parameters('kind'))]]",
        "[string(parameters('port'))]",
        "[format('{0}{1}', 4, 43)]",
    ] {
        let scene = scene(&template(head, &format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", &format!("\"{port}\""), ""))));
        silent(&scene, "AZ011");
        verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED);
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    // Texts that differ in case only, and values of different kinds: whether they are equal is not taken for granted.
    for doubtful in ["equals(parameters('kind'), 'web')", "equals(parameters('port'), '443')", "equals(parameters('unknown'), 'x')"] {
        let access = format!(r#""access": "[if({doubtful}, 'Allow', 'Deny')]""#);
        let scene = scene(&template(head, &format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", allowed, &access))));
        verdict(&scene, OUTSIDE, INSIDE, 443, UNKNOWN);
    }
}

#[test]
fn what_a_rule_leaves_open_matters_where_it_matters() {
    let head = r#""parameters": {"open": {"type": "string"}, "number": {"type": "int"}, "ports": {"type": "array"}},"#;
    let with = |rules: &[String]| scene(&template(head, &format!(r#""securityRules": [{}]"#, rules.join(", "))));
    let no_errors = |scene: &Analysis| {
        let errors: Vec<_> = scene.problems().iter().filter(|p| p.severity == netpolis_core::diagnostics::Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    };
    // Allow or Deny: either.
    let access = with(&[rule("\"r\"", "100", "\"443\"", r#""access": "[if(equals(parameters('open'), 'x'), 'Allow', 'Deny')]""#)]);
    no_errors(&access);
    let answer = verdict(&access, OUTSIDE, INSIDE, 443, UNKNOWN);
    assert_eq!(answer.summary.matches("[if(equals(parameters('open'), 'x'), 'Allow', 'Deny')]").count(), 1, "{}", answer.summary);
    verdict(&access, OUTSIDE, INSIDE, 22, DENIED);
    verdict(&access, "10.0.0.5", INSIDE, 22, ALLOWED);
    // What the default rule would allow may be denied now.
    verdict(&access, "10.0.0.5", INSIDE, 443, UNKNOWN);
    // Inbound or outbound: in both, possibly.
    let direction = with(&[rule("\"r\"", "100", "\"443\"", r#""direction": "[parameters('open')]", "access": "Deny""#)]);
    no_errors(&direction);
    verdict(&direction, "10.0.0.5", INSIDE, 443, UNKNOWN);
    verdict(&direction, INSIDE, OUTSIDE, 443, UNKNOWN);
    verdict(&direction, INSIDE, OUTSIDE, 80, ALLOWED);
    // A number that is not known: anywhere, which matters only where another rule disagrees.
    let priority = with(&[
        rule("\"open\"", "\"[parameters('number')]\"", "\"400-500\"", ""),
        rule("\"closed\"", "200", "\"443\"", r#""access": "Deny""#),
    ]);
    no_errors(&priority);
    silent(&priority, "LINT020");
    verdict(&priority, OUTSIDE, INSIDE, 443, UNKNOWN);
    verdict(&priority, OUTSIDE, INSIDE, 444, ALLOWED);
    verdict(&priority, OUTSIDE, INSIDE, 22, DENIED);
    // Two such rules that disagree: either may come first.
    let two = with(&[
        rule("\"a\"", "\"[parameters('number')]\"", "\"443\"", ""),
        rule("\"b\"", "\"[add(parameters('number'), 1)]\"", "\"443\"", r#""access": "Deny""#),
    ]);
    no_errors(&two);
    verdict(&two, OUTSIDE, INSIDE, 443, UNKNOWN);
    // A protocol, ports or addresses that are not known.
    let protocol = with(&[rule("\"r\"", "100", "\"443\"", r#""protocol": "[parameters('open')]""#)]);
    no_errors(&protocol);
    verdict(&protocol, OUTSIDE, INSIDE, 443, UNKNOWN);
    verdict(&protocol, OUTSIDE, INSIDE, 22, DENIED);
    let end = |text: &str| Endpoint::Outside(text.parse().unwrap());
    let ping = Traffic { protocol: Protocol::ICMP, source: Some(8), destination: Some(0) };
    assert_eq!(protocol.decide(&Flow { from: end(OUTSIDE), to: end(INSIDE), traffic: ping }).verdict, UNKNOWN, "the protocol may be ICMP");
    let ports = with(&[rule("\"r\"", "100", "\"[parameters('open')]\"", r#""sourceAddressPrefix": "198.51.100.0/24""#)]);
    no_errors(&ports);
    verdict(&ports, OUTSIDE, INSIDE, 22, UNKNOWN);
    verdict(&ports, "192.0.2.1", INSIDE, 22, DENIED);
    let groups = with(&[rule("\"r\"", "100", "\"443\"", r#""sourceApplicationSecurityGroups": "[parameters('ports')]""#)]);
    no_errors(&groups);
    verdict(&groups, "10.0.0.5", INSIDE, 443, ALLOWED);
    verdict(&groups, OUTSIDE, INSIDE, 443, UNKNOWN);
}

#[test]
fn nested_deployments_and_symbolic_names() {
    let item = rule("\"https\"", "100", "\"[parameters('port')]\"", "");
    let group =
        format!(r#"{{"type": "Microsoft.Network/networkSecurityGroups", "name": "web", "properties": {{"securityRules": [{item}]}}}}"#);
    let nested = |scope: &str, passed: &str| {
        let head =
            r#""parameters": {"port": {"type": "string", "defaultValue": "443"}, "other": {"type": "string", "defaultValue": "8443"}},"#;
        template(head, "").replacen(
            r#"{"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "web", "properties": {}}"#,
            &format!(
                r#"{{"type": "Microsoft.Resources/deployments", "name": "inner", "properties": {{{scope}{passed}"template": {{"contentVersion": "1.0.0.0",
                "parameters": {{"port": {{"type": "string", "defaultValue": "80"}}}}, "resources": [{group}]}}}}}}"#
            ),
            1,
        )
    };
    let inner = r#""expressionEvaluationOptions": {"scope": "inner"},"#;
    for (scope, passed, port) in
        [("", "", 443), (inner, "", 80), (inner, r#""parameters": {"port": {"value": "[parameters('other')]"}},"#, 8443)]
    {
        let scene = scene(&nested(scope, passed));
        silent(&scene, "AZ011");
        for asked in [80, 443, 8443] {
            verdict(&scene, OUTSIDE, INSIDE, asked, if asked == port { ALLOWED } else { DENIED });
        }
    }
    let plain = template("", &format!(r#""securityRules": [{}]"#, rule("\"https\"", "100", "\"443\"", "")));
    let symbolic = plain.replacen("\"resources\": [", "\"resources\": {\"a\": ", 1).replacen(
        " {\"type\": \"Microsoft.Network/virtualNetworks\"",
        " \"b\": {\"type\": \"Microsoft.Network/virtualNetworks\"",
        1,
    );
    let symbolic = symbolic.trim_end().trim_end_matches("]}").to_string() + "}}";
    for text in [plain, symbolic] {
        let scene = scene(&text);
        verdict(&scene, OUTSIDE, INSIDE, 443, ALLOWED);
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
}

#[test]
fn no_expression_takes_forever() {
    // Each variable is twice the one before, and a loop of a thousand turns uses the last.
    let mut variables = String::from(r#""v0": "xxxxxxxxxxxxxxxx""#);
    for i in 1..22 {
        variables += &format!(r#", "v{i}": "[concat(variables('v{}'), variables('v{}'))]""#, i - 1, i - 1);
    }
    let head = format!(r#""variables": {{{variables}}},"#);
    let input = rule("\"[variables('v21')]\"", "\"[add(100, copyIndex('securityRules'))]\"", "\"443\"", "");
    let text = template(&head, &format!(r#""copy": [{{"name": "securityRules", "count": 1000, "input": {input}}}]"#));
    let started = std::time::Instant::now();
    scene(&text);
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
    let scene = scene(&template("", r#""copy": [{"name": "securityRules", "count": 1000000000, "input": {}}]"#));
    assert!(is_incomplete(&ask(&scene, OUTSIDE, INSIDE, 443)));
}

#[test]
fn variables_of_commands_that_the_text_does_not_set() {
    let text = |rule: &str| {
        format!(
            "az network nsg create -g g -n web\naz network vnet create -g g -n n --address-prefixes 10.0.0.0/16 --subnet-name s --subnet-prefixes 10.0.0.0/24 --network-security-group web\naz network nsg rule create -g g --nsg-name web -n r --priority 100 --destination-port-ranges 443 {rule}\n"
        )
    };
    for open in ["--access $ACCESS", "--direction $DIRECTION", "--protocol $PROTOCOL", "--source-address-prefixes $FROM"] {
        let scene = scene(&text(open));
        verdict(&scene, OUTSIDE, INSIDE, 443, UNKNOWN);
        verdict(&scene, OUTSIDE, INSIDE, 22, DENIED);
    }
    let scene = scene(&text("--access Deny").replace("--priority 100", "--priority $PRIORITY"));
    silent(&scene, "AZ001");
    verdict(&scene, "10.0.0.5", INSIDE, 443, DENIED);
    let [only] = rules(&scene)[..] else { panic!() };
    assert_eq!((only.access, only.direction), (Access::Deny, RuleDirection::Inbound));
}

#[test]
fn values_to_choose_from_that_agree_make_a_certain_answer() {
    // Azure documentation, "Parameters in ARM templates": `allowedValues` is every value that a parameter may have.
    let parameter = |values: &str| format!(r#""parameters": {{"p": {{"type": "string", "allowedValues": {values}}}}},"#);
    let with = |values: &str, field: &str| {
        let port = if field == "port" { "\"[parameters('p')]\"" } else { "\"*\"" };
        let others = match field {
            "port" => r#""access": "Deny""#.to_owned(),
            "access" => r#""access": "[parameters('p')]""#.to_owned(),
            field => format!(r#""access": "Deny", "{field}": "[parameters('p')]""#),
        };
        template(&parameter(values), &format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", port, &others)))
    };
    for (values, field, questions) in [
        (r#"["Allow"]"#, "access", [(80, ALLOWED), (85, ALLOWED)]),
        (r#"["Deny", "deny"]"#, "access", [(80, DENIED), (85, DENIED)]),
        (r#"["Allow", "Deny"]"#, "access", [(80, UNKNOWN), (85, UNKNOWN)]),
        (r#"["80-90", "85-99"]"#, "port", [(80, UNKNOWN), (85, DENIED)]),
        (r#"["80-90", "85-99"]"#, "port", [(99, UNKNOWN), (443, ALLOWED)]),
        (r#"["Tcp", "*"]"#, "protocol", [(80, DENIED), (85, DENIED)]),
        (r#"["Udp", "Icmp"]"#, "protocol", [(80, ALLOWED), (85, ALLOWED)]),
        (r#"["10.0.0.0/24", "10.0.0.0/16"]"#, "sourceAddressPrefix", [(80, DENIED), (85, DENIED)]),
        (r#"["10.0.0.0/24", "10.0.1.0/24"]"#, "sourceAddressPrefix", [(80, UNKNOWN), (85, UNKNOWN)]),
    ] {
        let scene = scene(&with(values, field));
        for (port, expected) in questions {
            verdict(&scene, PEER, INSIDE, port, expected);
        }
    }
    // One parameter has one value, in whichever rules it stands.
    let both = r#""access": "Deny", "sourceAddressPrefix": "10.0.0.0/24""#;
    let rules = [rule("\"a\"", "100", "\"[parameters('p')]\"", both), rule("\"b\"", "110", "\"[parameters('p')]\"", r#""access": "Deny""#)]
        .join(", ");
    let scene = scene(&template(&parameter(r#"["80", "81"]"#), &format!(r#""securityRules": [{rules}]"#)));
    verdict(&scene, PEER, INSIDE, 80, UNKNOWN);
    verdict(&scene, PEER, INSIDE, 82, ALLOWED);
}

/// A template whose group `web` allows all, beside a deployment by address with these further fields.
fn linked(more: &str) -> Analysis {
    let link = format!(
        r#"{{"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "l"{more}, "properties": {{"mode": "Incremental", "templateLink": {{"uri": "https://templates.example/x.json"}}}}}},"#
    );
    let text = template("", &format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", "\"*\"", "")));
    scene(&text.replacen(r#""resources": ["#, &format!(r#""resources": [{link}"#), 1))
}

#[test]
fn linked_templates_may_change_groups_of_their_resource_group() {
    verdict(&linked(""), PEER, INSIDE, 443, UNKNOWN);
    verdict(&linked(r#", "resourceGroup": "[resourceGroup().name]""#), PEER, INSIDE, 443, UNKNOWN);
    verdict(&linked(r#", "resourceGroup": "[parameters('other')]""#), PEER, INSIDE, 443, UNKNOWN);
    // Azure documentation, "Deploy resources to more than one subscription or resource group".
    verdict(&linked(r#", "resourceGroup": "elsewhere""#), PEER, INSIDE, 443, ALLOWED);
    verdict(
        &linked(r#", "resourceGroup": "elsewhere", "subscriptionId": "11111111-1111-1111-1111-111111111111""#),
        PEER,
        INSIDE,
        443,
        ALLOWED,
    );
    verdict(&linked(r#", "condition": false"#), PEER, INSIDE, 443, ALLOWED);
}

#[test]
fn nested_templates_deploy_to_the_place_that_they_name() {
    let inner = |access: &str, name: &str| {
        let text = template("", &format!(r#""securityRules": [{}]"#, rule("\"r\"", "100", "\"*\"", &format!(r#""access": "{access}""#))));
        text.replace("\"name\": \"s\"", &format!("\"name\": \"{name}\""))
    };
    let deployment = |name: &str, place: &str, access: &str| {
        format!(
            r#"{{"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "{name}", {place}, "properties": {{"mode": "Incremental", "expressionEvaluationOptions": {{"scope": "inner"}}, "template": {}}}}}"#,
            inner(access, name)
        )
    };
    for places in [
        [r#""resourceGroup": "dev""#, r#""resourceGroup": "prod""#],
        [r#""subscriptionId": "1", "resourceGroup": "rg""#, r#""subscriptionId": "2", "resourceGroup": "rg""#],
    ] {
        let text = format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [{}, {}]}}"#,
            deployment("closed", places[0], "Deny"),
            deployment("opened", places[1], "Allow")
        );
        let scene = scene(&text);
        let cloud = &scene.snapshot().cloud;
        assert_eq!((cloud.groups.len(), cloud.networks.len()), (2, 2), "{places:?}");
        let title = |name: &str| {
            let subnet = cloud.subnets.iter().find(|s| s.name == name).unwrap();
            let used = &cloud.uses[subnet.group.unwrap().index()];
            (cloud.groups[used.group.index()].rules[0].0.access, used.others.len())
        };
        use netpolis_core::language::azure::Access;
        assert_eq!((title("closed"), title("opened")), ((Access::Deny, 0), (Access::Allow, 0)), "{places:?}");
    }
}

/// Azure documentation, "Define the order for deploying resources in ARM templates": a group that a nested deployment defines again may be deployed before or
/// after the other one, unless one waits.
#[test]
fn a_group_that_a_nested_deployment_defines_again_may_be_either() {
    let text = |waits: &str| {
        let rule = r#"{"name": "x", "properties": {"priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"}}"#;
        let group = |rules: &str| {
            format!(
                r#"{{"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-11-01", "name": "g", "properties": {{"securityRules": [{rules}]}}}}"#
            )
        };
        let network = r#"{"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-11-01", "name": "net", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
            {"name": "s1", "properties": {"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'g')]"}}},
            {"name": "s2", "properties": {"addressPrefix": "10.0.2.0/24"}}]}}"#;
        let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
        let inner = format!(r#"{{"$schema": "{schema}", "contentVersion": "1.0.0.0", "resources": [{}]}}"#, group(""));
        let nested = format!(
            r#"{{"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "d", {waits}"properties": {{"mode": "Incremental", "template": {inner}}}}}"#
        );
        scene(&format!(r#"{{"$schema": "{schema}", "contentVersion": "1.0.0.0", "resources": [{}, {network}, {nested}]}}"#, group(rule)))
    };
    let free = text("");
    verdict(&free, "10.0.2.4", "10.0.1.4", 443, UNKNOWN);
    verdict(&free, "10.0.2.4", "10.0.1.4", 80, ALLOWED);
    silent(&free, "DOC040");
    verdict(&text(r#""dependsOn": ["g"], "#), "10.0.2.4", "10.0.1.4", 443, ALLOWED);
}
