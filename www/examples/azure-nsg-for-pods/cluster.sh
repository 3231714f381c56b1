# A security group is to keep pods from the database. No policy engine is installed.
az network vnet create --resource-group shop --name shop --location westeurope \
  --address-prefixes 10.0.0.0/16 --subnet-name nodes --subnet-prefixes 10.0.0.0/24
SUBNET=$(az network vnet subnet show --resource-group shop --vnet-name shop --name nodes --query id -o tsv)
az aks create --resource-group shop --name shop --location westeurope --vnet-subnet-id $SUBNET \
  --network-plugin azure --network-policy none --max-pods 30 --service-cidr 10.1.0.0/16 --dns-service-ip 10.1.0.10 --node-count 2

# The group sees addresses, not pods; pods' addresses change with every rollout, and two pods on one node never meet it.
az network nsg create --resource-group shop --name nodes
az network nsg rule create --resource-group shop --nsg-name nodes --name no-database --priority 100 \
  --access Deny --protocol Tcp --destination-port-ranges 5432
az network vnet subnet update --resource-group shop --vnet-name shop --name nodes --network-security-group nodes
