#!/bin/sh
# A network, a group with its rules, and a cluster.
GROUP=course
NSG="front nsg"
az network vnet create -g $GROUP -n "course net" --address-prefixes 10.0.0.0/16 --subnet-name front --subnet-prefixes 10.0.0.0/24
az network nsg create -g "${GROUP}" --name "$NSG" -l westeurope
az network nsg rule create -g $GROUP --nsg-name "$NSG" -n https --priority=100 --access Allow --protocol Tcp \
  --source-address-prefixes Internet --destination-port-ranges 443 8000-8080   # and nothing else
az network nsg rule create -g $GROUP --nsg-name "$NSG" -n 'é' --priority $PRIORITY --access $ACCESS --source-asgs web
SUBNET=$(az network vnet subnet show -g $GROUP --vnet-name "course net" -n front --query id -o tsv)
az network vnet subnet update -g $GROUP --vnet-name "course net" -n front --network-security-group "$NSG"
az aks create -g $GROUP -n shop --network-plugin azure --network-plugin-mode overlay --pod-cidr 10.244.0.0/16 \
  --service-cidr 172.16.0.0/16 --dns-service-ip 172.16.0.10 --network-policy calico --vnet-subnet-id $SUBNET --zones 1 2 3
az aks nodepool add -g $GROUP --cluster-name shop -n win --os-type Windows --max-pods 30; az vm create -g $GROUP -n vm --subnet front --vnet-name "course net"
