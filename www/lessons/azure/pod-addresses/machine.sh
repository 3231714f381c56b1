# A machine beside the cluster, in a subnet of its own.
az network vnet subnet create --resource-group shop --vnet-name shop --name tools --address-prefixes 10.0.1.0/24
az network nic create --resource-group shop --name jump --vnet-name shop --subnet tools --private-ip-address 10.0.1.4
