//! One resource, by its type. Upstream: azure-rest-api-specs, `specification/network` and `specification/compute`.

use alloc::format;
use alloc::string::ToString;

use super::value::{Scalar, field};
use super::{AzureReader, prop, starts_with};
use crate::document::NodeRef;
use crate::language::azure::Azure;

impl<'a> AzureReader<'a, '_> {
    pub(super) fn resource_there(&mut self, node: NodeRef<'a>) {
        let full_type = field(node, "type").and_then(|t| self.template.scalar(t)).map(|t| t.text).unwrap_or_default();
        let full_type = if full_type.is_empty() { guess(node).to_string() } else { full_type };
        let name = self.name(node);
        self.resource_of(&full_type, node, &name);
    }

    /// A resource of this type, whose properties are those of a node.
    pub(super) fn resource_of(&mut self, full_type: &str, node: NodeRef<'a>, name: &Scalar) {
        let is = |known: &str| full_type.eq_ignore_ascii_case(known);
        if is("Microsoft.Network/networkSecurityGroups") {
            self.group(node, name);
        } else if is("Microsoft.Network/networkSecurityGroups/securityRules") {
            self.separate_rule(node, name);
        } else if is("Microsoft.Network/virtualNetworks") {
            self.network(node, name);
        } else if is("Microsoft.Network/virtualNetworks/subnets") {
            self.separate_subnet(node, name);
        } else if is("Microsoft.Network/virtualNetworks/virtualNetworkPeerings") {
            self.separate_peering(node, name);
        } else if is("Microsoft.Network/networkInterfaces") {
            self.interface(node, name);
        } else if is("Microsoft.Compute/virtualMachineScaleSets") {
            self.scale_set(node, name);
        } else if is("Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces") {
            self.interface(node, name);
        } else if is("Microsoft.Compute/virtualMachines") {
            self.machine(node, name);
        } else if is("Microsoft.Network/publicIPAddresses") {
            self.public_address(node, name);
        } else if is("Microsoft.Network/applicationSecurityGroups") {
            self.emit("ApplicationSecurityGroup", name, node.span(), Azure::ApplicationGroup);
        } else if is("Microsoft.Network/loadBalancers") {
            self.load_balancer(node, name);
        } else if is("Microsoft.Network/applicationGateways") {
            self.gateway(node, name);
        } else if is("Microsoft.Network/privateEndpoints") {
            self.private_endpoint(node, name);
        } else if is("Microsoft.Network/natGateways") {
            self.nat_gateway(node, name);
        } else if is("Microsoft.Network/routeTables") {
            self.route_table(node, name);
        } else if is("Microsoft.Network/routeTables/routes") {
            self.separate_route(node, name);
        } else if is("Microsoft.ContainerService/managedClusters") {
            self.managed_cluster(node, name);
        } else if is("Microsoft.ContainerService/managedClusters/agentPools") {
            self.separate_pool(node, name);
        } else if starts_with(full_type, "Microsoft.Network/networkManagers/securityAdminConfigurations") {
            // Upstream: Azure documentation, "Security admin rules in Azure Virtual Network Manager": they are evaluated before security groups.
            self.decides_too(full_type, node.span(), "has rules that come before those of security groups");
        } else if self.connects_networks(node, full_type) {
            self.link(&format!("`{full_type}`"), node.span());
        } else if is("Microsoft.Resources/deploymentScripts") && self.may_run_commands(node) {
            self.decides_too(full_type, node.span(), "runs commands that may change security groups");
        } else {
            let unread = self.unread.get_or_insert_with(|| (full_type.to_string(), node.span(), 0));
            unread.2 += 1;
        }
    }
}

/// The type of a resource that does not say it, by its fields.
fn guess(node: NodeRef<'_>) -> &'static str {
    let has = |name: &str| prop(node, name).is_some();
    let id = field(node, "id").and_then(NodeRef::as_str).unwrap_or_default();
    if has("securityRules") || has("defaultSecurityRules") {
        "Microsoft.Network/networkSecurityGroups"
    } else if has("addressSpace") {
        "Microsoft.Network/virtualNetworks"
    } else if id.contains("/subnets/") {
        "Microsoft.Network/virtualNetworks/subnets"
    } else if has("ipConfigurations") && (has("enableIPForwarding") || has("primary") || has("macAddress")) {
        "Microsoft.Network/networkInterfaces"
    } else if has("agentPoolProfiles") {
        "Microsoft.ContainerService/managedClusters"
    } else if has("gatewayIPConfigurations") {
        "Microsoft.Network/applicationGateways"
    } else if has("publicIPAllocationMethod") {
        "Microsoft.Network/publicIPAddresses"
    } else {
        "a resource without a type"
    }
}
