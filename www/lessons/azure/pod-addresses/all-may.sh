# A machine beside the cluster, in a subnet of its own.
az network vnet subnet create --resource-group shop --vnet-name shop --name tools --address-prefixes 10.0.1.0/24
az network nic create --resource-group shop --name jump --vnet-name shop --subnet tools --private-ip-address 10.0.1.4
# Only the shop may write logs to it. Its pods have addresses from 192.168.0.0/16.
az network nsg create --resource-group shop --name logs
az network nsg rule create --resource-group shop --nsg-name logs --name shop --priority 100 \
  --protocol Tcp --destination-port-ranges 514 --source-address-prefixes VirtualNetwork
az network nsg rule create --resource-group shop --nsg-name logs --name nobody-else --priority 110 \
  --access Deny --protocol Tcp --destination-port-ranges 514
az network nic update --resource-group shop --name jump --network-security-group logs
