az network vnet create --resource-group shop --name shop --location westeurope \
  --address-prefixes 10.0.0.0/16 --subnet-name nodes --subnet-prefixes 10.0.0.0/24
az network vnet subnet create --resource-group shop --vnet-name shop --name pods --address-prefixes 10.0.16.0/20
SUBNET=$(az network vnet subnet show --resource-group shop --vnet-name shop --name nodes --query id -o tsv)
PODS=$(az network vnet subnet show --resource-group shop --vnet-name shop --name pods --query id -o tsv)
az aks create --resource-group shop --name shop --location westeurope --vnet-subnet-id $SUBNET \
  --network-plugin azure --network-plugin-mode overlay --pod-cidr 192.168.0.0/16 \
  --network-policy calico --service-cidr 10.1.0.0/16 --dns-service-ip 10.1.0.10 --node-count 3
