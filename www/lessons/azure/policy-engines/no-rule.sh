az network nsg create --resource-group shop --name nodes
az network vnet subnet update --resource-group shop --vnet-name shop --name nodes --network-security-group nodes
