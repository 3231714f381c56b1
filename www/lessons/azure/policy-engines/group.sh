az network nsg create --resource-group shop --name nodes
az network nsg rule create --resource-group shop --nsg-name nodes --name no-database --priority 100 \
  --access Deny --protocol Tcp --destination-port-ranges 5432
az network vnet subnet update --resource-group shop --vnet-name shop --name nodes --network-security-group nodes
