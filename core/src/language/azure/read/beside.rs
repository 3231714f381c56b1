//! Resources that are not evaluated and may decide: what joins networks beside peerings, rules before those of groups, scripts of a deployment.

use alloc::format;

use super::AzureReader;
use super::value::Scalar;
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::NodeRef;
use crate::language::azure::Azure;
use crate::language::codes;
use crate::text::Span;

impl<'a> AzureReader<'a, '_> {
    /// Whether a resource connects networks otherwise than by a peering. Upstream: Azure documentation, "Virtual WAN": VNet-to-VNet; "Connectivity
    /// configurations in Azure Virtual Network Manager"; "Configure a VNet-to-VNet VPN gateway connection".
    pub(super) fn connects_networks(&self, node: NodeRef<'a>, full_type: &str) -> bool {
        let is = |known: &str| full_type.eq_ignore_ascii_case(known);
        let between = || self.text(node, "connectionType").is_none_or(|kind| kind.unknown || kind.text.eq_ignore_ascii_case("Vnet2Vnet"));
        is("Microsoft.Network/virtualHubs/hubVirtualNetworkConnections")
            || is("Microsoft.Network/networkManagers/connectivityConfigurations")
            || is("Microsoft.Network/connections") && between()
    }

    /// The same of Terraform's resources, and whatever a resource of `azapi` makes or changes. False where it is none of those. Upstream:
    /// terraform-provider-azurerm, docs; Azure/azapi, `azapi_resource`, `azapi_update_resource`.
    pub(super) fn terraform_beside(&mut self, kind: &str, values: NodeRef<'a>) -> bool {
        let word = |reader: &Self, name: &str| reader.text(values, name).map(|said| said.text.to_lowercase()).unwrap_or_default();
        let what = format!("`{kind}`");
        match kind {
            "azurerm_virtual_hub_connection" | "azurerm_network_manager_connectivity_configuration" => self.link(&what, values.span()),
            "azurerm_virtual_network_gateway_connection" if matches!(word(self, "type").as_str(), "" | "vnet2vnet") => {
                self.link(&what, values.span());
            }
            "azurerm_network_manager_admin_rule" => self.decides_too(kind, values.span(), "comes before the rules of security groups"),
            "azapi_resource" | "azapi_update_resource" | "azapi_resource_action"
                if matches!(word(self, "type").split('/').next(), Some("" | "microsoft.network")) =>
            {
                self.decides_too(kind, values.span(), "may change security groups");
            }
            _ => return false,
        }
        true
    }

    /// Something that connects networks and is not followed.
    pub(super) fn link(&mut self, what: &str, span: Span) {
        let name = Scalar { text: format!("{what} at {}", span.start), unknown: false, span };
        self.emit("Link", &name, span, Azure::Link);
        let warning =
            Diagnostic::new(codes::AZ_COMMAND_NOT_USED, Severity::Warning, span, format!("{what} connects networks, and is not evaluated"));
        self.report(warning.help("whether networks without a peering reach each other is not known: write the peerings that it comes to"));
    }

    /// A resource that is not evaluated and may decide about any connection.
    pub(super) fn decides_too(&mut self, what: &str, span: Span, because: &str) {
        let around = core::mem::take(&mut self.scope);
        self.may_change(span, what, because);
        self.scope = around;
    }

    /// Whether a script of a deployment may be about networks.
    pub(super) fn may_run_commands(&self, node: NodeRef<'a>) -> bool {
        let Some(script) = self.text(node, "scriptContent").filter(|script| !script.unknown) else { return true };
        let lower = script.text.to_lowercase();
        ["network", "az rest", "az resource", "az deployment", "az vm"].iter().any(|word| lower.contains(word))
    }
}
