# The course's network: one virtual network, one subnet, a cluster with kubenet and Calico.
# Every node takes a /24 of the pods' range. This range is one /24, so it holds exactly one node.
az network vnet create --resource-group course --name course --location westeurope \
  --address-prefixes 10.0.0.0/16 --subnet-name nodes --subnet-prefixes 10.0.0.0/24
SUBNET=$(az network vnet subnet show --resource-group course --vnet-name course --name nodes --query id -o tsv)
az aks create --resource-group course --name shop --location westeurope --vnet-subnet-id $SUBNET \
  --network-plugin kubenet --network-policy calico --pod-cidr 192.168.0.0/24 \
  --service-cidr 10.1.0.0/16 --dns-service-ip 10.1.0.10 --node-count 1 --zones 1

# A machine beside the cluster.
az network nic create --resource-group course --name jump --vnet-name course --subnet nodes --private-ip-address 10.0.0.100
