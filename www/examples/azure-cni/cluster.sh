# The same network with Azure CNI: pods have addresses of the nodes' subnet, set aside when a node joins.
# A node takes 31 addresses, so this /24 holds seven nodes that can be upgraded. Move the sliders under Addresses.
az network vnet create --resource-group course --name course --location westeurope \
  --address-prefixes 10.0.0.0/16 --subnet-name nodes --subnet-prefixes 10.0.0.0/24
SUBNET=$(az network vnet subnet show --resource-group course --vnet-name course --name nodes --query id -o tsv)
az aks create --resource-group course --name shop --location westeurope --vnet-subnet-id $SUBNET \
  --network-plugin azure --network-policy azure --max-pods 30 \
  --service-cidr 10.1.0.0/16 --dns-service-ip 10.1.0.10 --node-count 3 --zones 1 2 3

# A security group on the subnet lets the Internet in on port 443 only. To a pod's own address, which is private, nothing leads from there:
# what comes is sent to a public address, of a load balancer say.
az network nsg create --resource-group course --name nodes
az network nsg rule create --resource-group course --nsg-name nodes --name https --priority 100 \
  --protocol Tcp --source-address-prefixes Internet --destination-port-ranges 443
az network vnet subnet update --resource-group course --vnet-name course --name nodes --network-security-group nodes

# A machine beside the cluster: it reaches pods by their own addresses.
az network nic create --resource-group course --name jump --vnet-name course --subnet nodes --private-ip-address 10.0.0.200
