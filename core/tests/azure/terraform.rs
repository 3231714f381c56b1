//! Terraform.

use super::*;

#[test]
fn languages_that_are_not_read_say_what_to_paste() {
    for (text, message, help) in [
        (
            "# groups\n\nresource \"azurerm_network_security_group\" \"web\" {\n  name = \"web\"\n}\n",
            "this is Terraform",
            "terraform show -json",
        ),
        ("/* a\n b */\nterraform {\n  required_version = \"1\"\n}\n", "this is Terraform", "az network nsg show"),
        (
            "param location string = 'westeurope'\nresource nsg 'Microsoft.Network/networkSecurityGroups@2023-09-01' = {\n}\n",
            "this is Bicep",
            "az bicep build",
        ),
    ] {
        let scene = scene(text);
        let [problem] = scene.problems() else { panic!("{:#?}", scene.problems()) };
        assert_eq!(problem.code.0, "AZ035");
        assert!(problem.message.starts_with(message) && problem.help.as_deref().is_some_and(|h| h.contains(help)), "{problem:?}");
    }
    // Objects of Kubernetes's are none of these, whatever their fields are called.
    for text in ["resource: {a: 1}", "data: {a: b}", "module: 1", "variable: x", "provider: y\n", "locals:\n  a: {}\n"] {
        silent(&scene(text), "AZ035");
    }
}

#[test]
fn what_terraform_shows_is_read() {
    let text = r#"{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": [
      {"type": "azurerm_network_security_group", "name": "web", "values": {"name": "web", "location": "westeurope", "security_rule": [
        {"name": "https", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*", "source_port_ranges": [],
         "destination_port_range": "", "destination_port_ranges": ["443", "8443"], "source_address_prefix": "Internet", "source_address_prefixes": [],
         "destination_address_prefix": "*", "destination_address_prefixes": [], "source_application_security_group_ids": [],
         "destination_application_security_group_ids": [], "description": ""}]}}],
      "child_modules": [{"resources": [
       {"type": "azurerm_virtual_network", "name": "net", "values": {"name": "net", "address_space": ["10.0.0.0/16"], "subnet": []}},
       {"type": "azurerm_subnet", "name": "s", "values": {"name": "s", "virtual_network_name": "net", "address_prefixes": ["10.0.0.0/24"]}},
       {"type": "azurerm_network_interface", "name": "nic", "values": {"name": "nic", "ip_configuration": [{"private_ip_address": "10.0.0.4", "subnet_id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net/subnets/s"}]}},
       {"type": "azurerm_network_security_rule", "name": "ssh", "values": {"name": "ssh", "network_security_group_name": "web", "priority": 110, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*", "destination_port_range": "22", "source_address_prefix": "203.0.113.0/24", "destination_address_prefix": "*"}},
       {"type": "azurerm_network_interface_security_group_association", "name": "a", "values": {"network_interface_id": "/x/networkInterfaces/nic", "network_security_group_id": "/x/networkSecurityGroups/web"}},
       {"type": "azurerm_resource_group", "name": "g", "values": {"name": "g"}}]}]}}}"#;
    let scene = scene(text);
    assert!(scene.problems().iter().all(|p| p.severity != netpolis_core::diagnostics::Severity::Error), "{:#?}", scene.problems());
    for (from, port, expected) in
        [("8.8.8.8", 443, ALLOWED), ("8.8.8.8", 22, DENIED), ("203.0.113.7", 22, ALLOWED), ("10.0.0.9", 80, ALLOWED)]
    {
        verdict(&scene, from, INSIDE, port, expected);
    }
    let subnet = text
        .replace("azurerm_network_interface_security_group_association", "azurerm_subnet_network_security_group_association")
        .replace("\"network_interface_id\": \"/x/networkInterfaces/nic\"", "\"subnet_id\": \"/x/virtualNetworks/net/subnets/s\"");
    verdict(&self::scene(&subnet), "8.8.8.8", INSIDE, 22, DENIED);
    verdict(&self::scene(&subnet), "8.8.8.8", INSIDE, 443, ALLOWED);
}

/// A plan with a group on a subnet. In place of the marks stand: the rule's access, what the association has, what of it is known later, and what the
/// configuration says of it.
const PLAN: &str = r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
  {"address": "azurerm_network_security_group.nsg", "type": "azurerm_network_security_group", "values": {"name": "g-nsg", "resource_group_name": "g", "security_rule": [
    {"name": "close", "priority": 100, "direction": "Inbound", ACCESS "protocol": "Tcp", "source_port_range": "*", "destination_port_range": "80", "source_address_prefix": "*", "destination_address_prefix": "*"}]}},
  {"address": "azurerm_network_security_group.other", "type": "azurerm_network_security_group", "values": {"name": "other", "resource_group_name": "g", "security_rule": []}},
  {"address": "azurerm_virtual_network.net", "type": "azurerm_virtual_network", "values": {"name": "net", "resource_group_name": "g", "address_space": ["10.0.0.0/16"]}},
  {"address": "azurerm_subnet.web", "type": "azurerm_subnet", "values": {"name": "web", "resource_group_name": "g", "virtual_network_name": "net", "address_prefixes": ["10.0.0.0/24"]}},
  {"address": "azurerm_network_interface.nic", "type": "azurerm_network_interface", "values": {"name": "nic", "resource_group_name": "g", "ip_configuration": [{"private_ip_address": "10.0.0.4"}]}},
  {"address": "azurerm_subnet_network_security_group_association.a", "type": "azurerm_subnet_network_security_group_association", "values": {KNOWN}}]}},
 "resource_changes": [
  {"address": "azurerm_network_security_group.nsg", "change": {"after_unknown": {"id": true, "security_rule": [{LATER}]}}},
  {"address": "azurerm_network_interface.nic", "change": {"after_unknown": {"ip_configuration": [{"subnet_id": true}]}}},
  {"address": "azurerm_subnet_network_security_group_association.a", "change": {"after_unknown": {"id": true, "subnet_id": true, "network_security_group_id": true}}}],
 "configuration": {"root_module": {"resources": [
  {"address": "azurerm_network_interface.nic", "expressions": {"ip_configuration": [{"subnet_id": {"references": ["azurerm_subnet.web.id", "azurerm_subnet.web"]}}]}},
  {"address": "azurerm_subnet_network_security_group_association.a", "expressions": {"subnet_id": {"references": ["azurerm_subnet.web.id", "azurerm_subnet.web"]}, "network_security_group_id": {"references": [GROUP]}}}]}}}"#;

/// Upstream: Terraform documentation, "JSON Output Format": in `planned_values` unknown values are left out, `after_unknown` says which they are.
#[test]
fn what_a_plan_knows_only_later_is_not_absent() {
    const DENY: &str = r#""access": "Deny","#;
    let group = r#""azurerm_network_security_group.nsg.id", "azurerm_network_security_group.nsg""#;
    let either = format!(r#"{group}, "azurerm_network_security_group.other.id", "azurerm_network_security_group.other""#);
    let subnet = r#""subnet_id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net/subnets/web""#;
    let rule = r#""access": true"#;
    for (access, later, known, group, expected) in [
        (DENY, "", "", group, DENIED),
        (DENY, "", subnet, group, DENIED),
        (DENY, "", "", "\"var.group\"", UNKNOWN),
        (DENY, "", subnet, "\"data.azurerm_network_security_group.x.id\"", UNKNOWN),
        (DENY, "", "", &either, UNKNOWN),
        ("", rule, "", group, UNKNOWN),
    ] {
        let text = PLAN.replace("ACCESS", access).replace("LATER", later).replace("KNOWN", known).replace("GROUP", group);
        let scene = scene(&text);
        verdict(&scene, "10.0.0.9", INSIDE, 80, expected);
        assert!(scene.problems().iter().all(|p| p.severity != netpolis_core::diagnostics::Severity::Error), "{:#?}", scene.problems());
    }
}

#[test]
fn the_file_of_a_state_is_read() {
    let rule = r#"{"name": "close", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "source_port_range": "*", "destination_port_range": "80", "source_address_prefix": "*", "destination_address_prefix": "*"}"#;
    let text = format!(
        r#"{{"version": 4, "terraform_version": "1.5.0", "resources": [{{"mode": "managed", "type": "azurerm_network_security_group", "name": "nsg", "instances": [{{"attributes": {{"name": "nsg", "security_rule": [{rule}]}}}}]}}]}}"#
    );
    let scene = scene(&text);
    verdict(&scene, OUTSIDE, INSIDE, 80, DENIED);
    silent(&scene, "K8S100");
}

/// The only way in which Terraform says who is a member of an application security group.
#[test]
fn associations_of_application_security_groups_make_members() {
    let id = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network";
    let text = |association: &str| {
        format!(
            r#"{{"values": {{"root_module": {{"resources": [
      {{"type": "azurerm_application_security_group", "name": "w", "values": {{"id": "{id}/applicationSecurityGroups/web", "name": "web"}}}},
      {{"type": "azurerm_network_security_group", "name": "g", "values": {{"id": "{id}/networkSecurityGroups/g", "name": "g", "security_rule": [{{"name": "no", "priority": 100, "direction": "Inbound", "access": "Deny",
        "protocol": "Tcp", "source_port_range": "*", "destination_port_range": "80", "source_address_prefix": "*", "destination_application_security_group_ids": ["{id}/applicationSecurityGroups/web"]}}]}}}},
      {{"type": "azurerm_virtual_network", "name": "x", "values": {{"name": "net", "address_space": ["10.5.0.0/16"]}}}},
      {{"type": "azurerm_subnet", "name": "a", "values": {{"name": "a", "virtual_network_name": "net", "address_prefixes": ["10.5.1.0/24"]}}}},
      {{"type": "azurerm_subnet_network_security_group_association", "name": "x", "values": {{"subnet_id": "{id}/virtualNetworks/net/subnets/a", "network_security_group_id": "{id}/networkSecurityGroups/g"}}}},
      {association}
      {{"type": "azurerm_network_interface", "name": "x", "values": {{"id": "{id}/networkInterfaces/one", "name": "one", "ip_configuration": [{{"name": "x", "private_ip_address": "10.5.1.4", "subnet_id": "{id}/virtualNetworks/net/subnets/a"}}]}}}},
      {{"type": "azurerm_network_interface", "name": "y", "values": {{"id": "{id}/networkInterfaces/two", "name": "two", "ip_configuration": [{{"name": "x", "private_ip_address": "10.5.1.5", "subnet_id": "{id}/virtualNetworks/net/subnets/a"}}]}}}}
    ]}}}}}}"#
        )
    };
    let member = format!(
        r#"{{"type": "azurerm_network_interface_application_security_group_association", "name": "m", "values": {{"network_interface_id": "{id}/networkInterfaces/one", "application_security_group_id": "{id}/applicationSecurityGroups/web"}}}},"#
    );
    verdict(&scene(&text("")), "10.5.1.5", "10.5.1.4", 80, ALLOWED);
    verdict(&scene(&text(&member)), "10.5.1.5", "10.5.1.4", 80, DENIED);
    verdict(&scene(&text(&member)), "10.5.1.4", "10.5.1.5", 80, ALLOWED);
}

/// terraform-provider-azurerm and Azure/azapi, docs: what is not evaluated and may decide is not passed over.
#[test]
fn what_terraform_makes_beside_is_not_certain() {
    let state = |more: &str| {
        let resource = |kind: &str, values: &str| {
            format!(
                r#"{{"address": "{kind}.x", "mode": "managed", "type": "{kind}", "name": "x", "values": {{"resource_group_name": "rg", {values}}}}}"#
            )
        };
        let id = |rest: &str| format!("/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/{rest}");
        let network = |name: &str, number: u8| {
            resource("azurerm_virtual_network", &format!(r#""name": "{name}", "address_space": ["10.{number}.0.0/16"]"#))
        };
        let subnet = |name: &str, number: u8| {
            resource(
                "azurerm_subnet",
                &format!(r#""name": "s", "virtual_network_name": "{name}", "address_prefixes": ["10.{number}.1.0/24"]"#),
            )
        };
        let card = |name: &str, network: &str| {
            let (subnet, public) = (id(&format!("virtualNetworks/{network}/subnets/s")), id("publicIPAddresses/ip"));
            resource(
                "azurerm_network_interface",
                &format!(
                    r#""name": "{name}", "ip_configuration": [{{"name": "i", "subnet_id": "{subnet}", "public_ip_address_id": "{public}"}}]"#
                ),
            )
        };
        let mut all =
            vec![network("a", 1), subnet("a", 1), network("b", 2), subnet("b", 2), card("n1", "a"), card("n2", "a"), card("n3", "b")];
        all.extend(more.split_once(' ').map(|(kind, values)| resource(kind, values)));
        scene(&format!(
            r#"{{"format_version": "1.0", "terraform_version": "1.9.0", "values": {{"root_module": {{"resources": [{}]}}}}}}"#,
            all.join(", ")
        ))
    };
    for (more, outside, within, between) in [
        ("", DENIED, ALLOWED, DENIED),
        (r#"azurerm_public_ip "name": "ip", "sku": "Basic""#, ALLOWED, ALLOWED, DENIED),
        (r#"azurerm_public_ip "name": "ip", "sku": "Standard""#, DENIED, ALLOWED, DENIED),
        (r#"azurerm_virtual_hub_connection "name": "c""#, DENIED, ALLOWED, UNKNOWN),
        (r#"azurerm_virtual_network_gateway_connection "name": "c", "type": "IPsec""#, DENIED, ALLOWED, DENIED),
        (r#"azurerm_virtual_network_gateway_connection "name": "c", "type": "Vnet2Vnet""#, DENIED, ALLOWED, UNKNOWN),
        (r#"azurerm_network_manager_admin_rule "name": "r", "action": "Deny""#, UNKNOWN, UNKNOWN, DENIED),
        (r#"azapi_update_resource "name": "u", "type": "Microsoft.Network/virtualNetworks/subnets@2023-11-01""#, UNKNOWN, UNKNOWN, DENIED),
        (r#"azapi_resource "name": "u", "type": "Microsoft.Storage/storageAccounts@2023-11-01""#, DENIED, ALLOWED, DENIED),
    ] {
        let scene = state(more);
        named(&scene, OUTSIDE, "vm/n1", 443, outside);
        named(&scene, "vm/n2", "vm/n1", 443, within);
        named(&scene, "vm/n2", "vm/n3", 443, between);
    }
}

/// Data sources say what a subnet has, and `azapi` makes resources of the Azure Resource Manager. Upstream: terraform-provider-azurerm docs, data source
/// `azurerm_subnet`: `network_security_group_id`, `route_table_id`; Azure/azapi documentation, `azapi_resource`.
#[test]
fn data_sources_and_azapi_resources_are_read() {
    let place = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network";
    let resource = |kind: &str, values: &str| format!(r#"{{"type": "{kind}", "values": {{"resource_group_name": "rg", {values}}}}}"#);
    let subnet = |name: &str, number: u8, more: &str| {
        let values = format!(
            r#""name": "{name}", "id": "{place}/virtualNetworks/net/subnets/{name}", "virtual_network_name": "net", "address_prefixes": ["10.0.{number}.0/24"]{more}"#
        );
        resource("azurerm_subnet", &values)
    };
    let azapi = |kind: &str, name: &str, parent: &str, properties: &str| {
        let values = format!(
            r#""name": "{name}", "type": "Microsoft.Network/{kind}@2023-09-01", "parent_id": "{place}/{parent}", "body": {{"properties": {properties}}}"#
        );
        resource("azapi_resource", &values)
    };
    let card = |name: &str, subnet: &str| {
        let values = format!(
            r#""name": "{name}", "id": "{place}/networkInterfaces/{name}", "ip_configuration": [{{"name": "i", "subnet_id": "{place}/virtualNetworks/net/subnets/{subnet}"}}]"#
        );
        resource("azurerm_network_interface", &values)
    };
    let close = r#"{"priority": 100, "access": "Deny", "direction": "Inbound", "protocol": "*", "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"}"#;
    let state = |first: String, more: &[String]| {
        let mut all = vec![
            resource("azurerm_virtual_network", r#""name": "net", "address_space": ["10.0.0.0/16"]"#),
            resource("azurerm_network_security_group", r#""name": "g", "security_rule": []"#),
            first,
            subnet("db", 2, ""),
            card("n1", "web"),
            card("n2", "db"),
        ];
        all.extend_from_slice(more);
        scene(&format!(r#"{{"terraform_version": "1.9.0", "values": {{"root_module": {{"resources": [{}]}}}}}}"#, all.join(", ")))
    };
    let rule = azapi("networkSecurityGroups/securityRules", "close", "networkSecurityGroups/g", close);
    let attached = format!(r#", "network_security_group_id": "{place}/networkSecurityGroups/g""#);
    for (first, more, port, expected) in [
        (subnet("web", 1, &attached), vec![rule.clone()], 443, DENIED),
        (subnet("web", 1, &attached), vec![rule.clone()], 80, ALLOWED),
        (subnet("web", 1, ""), vec![rule.clone()], 443, ALLOWED),
        (
            azapi(
                "virtualNetworks/subnets",
                "web",
                "virtualNetworks/net",
                &format!(r#"{{"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {{"id": "{place}/networkSecurityGroups/g"}}}}"#),
            ),
            vec![rule.clone()],
            443,
            DENIED,
        ),
        (subnet("web", 1, &attached), vec![rule.replace(&format!("{{\"properties\": {close}}}"), "\"later\"")], 443, UNKNOWN),
    ] {
        named(&state(first, &more), "vm/n2", "vm/n1", port, expected);
    }
    let table = resource(
        "azurerm_route_table",
        r#""name": "rt", "route": [{"name": "d", "address_prefix": "10.0.2.0/24", "next_hop_type": "None"}]"#,
    );
    let routed = format!(r#", "route_table_id": "{place}/routeTables/rt""#);
    named(&state(subnet("web", 1, &routed), &[table]), "vm/n1", "vm/n2", 443, DENIED);
    // A machine is known by its own name.
    let machine =
        resource("azurerm_linux_virtual_machine", &format!(r#""name": "shop", "network_interface_ids": ["{place}/networkInterfaces/n1"]"#));
    named(&state(subnet("web", 1, &attached), &[rule, machine]), "vm/n2", "vm/shop", 443, DENIED);
}
