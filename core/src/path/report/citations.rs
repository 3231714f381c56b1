//! The upstream texts that paths are based on.

/// An upstream text, with the sentence that says it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Basis {
    /// Packets to a Service's address keep their source.
    ClusterAddress,
    /// Nodes replace the source of packets from outside.
    Masqueraded,
    /// With `Local` they do not, and use their own pods only.
    Local,
    /// A node translates its own addresses only.
    NodePort,
    /// Pods that use an external address of their own cluster.
    ShortCut,
    /// The load balancer leaves packets as they are.
    FloatingIp,
    /// Security groups see the client, not the load balancer.
    Originating,
    /// eBPF keeps the client's address.
    EbpfKeeps,
    /// eBPF sends packets for another node's pods inside VXLAN.
    EbpfTunnel,
    /// eBPF translates when a program connects.
    ConnectTime,
    /// Ingress controllers go straight to pods.
    Controller,
    /// Application gateways go straight to pods.
    Gateway,
    /// Pods leave a kubenet cluster with their node's address.
    KubenetLeaves,
    /// Pods leave an overlay with their node's address.
    OverlayLeaves,
    /// Pods of a flat network keep their address inside the virtual network.
    FlatLeaves,
    /// Security groups come before the public address of outbound packets.
    BeforePublic,
    /// A Service's address exists in the cluster only.
    InsideOnly,
    /// Nodes need no public address.
    PrivateNodes,
    /// The health probe of a load balancer.
    Probe,
    /// What annotations of a Service do at the load balancer.
    Annotations,
    /// What a controller answers to a request that no Ingress is for.
    NoRule,
    /// A host port is translated on the node that has the address.
    HostPort,
    /// A cache for DNS on every node.
    NodeLocal,
    /// Pods ask the cluster's DNS for names.
    Names,
    /// Only pre-DNAT policy sees the original destination.
    PreDnat,
    /// A machine may not send with another's address.
    IpForwarding,
}

impl Basis {
    /// All of them.
    pub const ALL: [Basis; 26] = [
        Basis::ClusterAddress,
        Basis::Masqueraded,
        Basis::Local,
        Basis::NodePort,
        Basis::ShortCut,
        Basis::FloatingIp,
        Basis::Originating,
        Basis::EbpfKeeps,
        Basis::EbpfTunnel,
        Basis::ConnectTime,
        Basis::Controller,
        Basis::Gateway,
        Basis::KubenetLeaves,
        Basis::OverlayLeaves,
        Basis::FlatLeaves,
        Basis::BeforePublic,
        Basis::InsideOnly,
        Basis::PrivateNodes,
        Basis::Probe,
        Basis::Annotations,
        Basis::NoRule,
        Basis::HostPort,
        Basis::NodeLocal,
        Basis::Names,
        Basis::PreDnat,
        Basis::IpForwarding,
    ];

    /// The title of the text.
    pub const fn title(self) -> &'static str {
        match self {
            Basis::ClusterAddress | Basis::Masqueraded | Basis::Local => "Kubernetes documentation, “Using Source IP”",
            Basis::NodePort => "Kubernetes documentation, “Service”, type NodePort",
            Basis::ShortCut => "Kubernetes API, ServiceSpec.externalTrafficPolicy",
            Basis::FloatingIp => "Azure documentation, “Azure Load Balancer Floating IP configuration”",
            Basis::Originating | Basis::BeforePublic => "Azure documentation, “Azure network security groups overview”",
            Basis::EbpfKeeps | Basis::EbpfTunnel => "Calico documentation, “Enable the eBPF dataplane”",
            Basis::ConnectTime => "Calico documentation, “eBPF use cases”",
            Basis::Controller => "ingress-nginx documentation, “Miscellaneous”",
            Basis::Gateway => "Azure documentation, “What is Application Gateway Ingress Controller?”",
            Basis::KubenetLeaves => "AKS documentation, “Use kubenet networking with your own IP address ranges”",
            Basis::OverlayLeaves => "AKS documentation, “Azure CNI Overlay networking in AKS overview”",
            Basis::FlatLeaves => "AKS documentation, “AKS Legacy Container Networking Interfaces (CNI)”",
            Basis::InsideOnly => "Kubernetes documentation, “Service”",
            Basis::PrivateNodes => "AKS documentation, “Use instance-level public IPs in Azure Kubernetes Service (AKS)”",
            Basis::Probe => "AKS documentation, “Use a public standard load balancer in Azure Kubernetes Service (AKS)”",
            Basis::Annotations => "AKS documentation, “Customizations via Kubernetes Annotations”",
            Basis::NoRule => "ingress-nginx documentation, “Default backend”",
            Basis::HostPort => "CNI plugins documentation, “portmap”",
            Basis::NodeLocal => "Kubernetes documentation, “Using NodeLocal DNSCache in Kubernetes Clusters”",
            Basis::Names => "Kubernetes documentation, “DNS for Services and Pods”",
            Basis::PreDnat => "Calico documentation, “Pre-DNAT policy”",
            Basis::IpForwarding => "Azure documentation, “Network interface settings and tasks”",
        }
    }

    /// What it says.
    pub const fn sentence(self) -> &'static str {
        match self {
            Basis::ClusterAddress => {
                "The client_address is always the client pod's IP address, whether the client pod and server pod are in the same node or in \
                 different nodes."
            }
            Basis::Masqueraded => {
                "If packets arrive at a node without an endpoint, the system proxies it to a node with an endpoint, replacing the source IP \
                 on the packet with the IP of the node."
            }
            Basis::Local => {
                "kube-proxy only proxies proxy requests to local endpoints, and does not forward traffic to other nodes. This approach \
                 preserves the original source IP address. If there are no local endpoints, packets sent to the node are dropped."
            }
            Basis::NodePort => "Each node proxies that port (the same port number on every Node) into your Service.",
            Basis::ShortCut => {
                "Traffic sent to an External IP or LoadBalancer IP from within the cluster will always get \"Cluster\" semantics."
            }
            Basis::FloatingIp => "The destination of the inbound flow is now the frontend IP address.",
            Basis::Originating => "The source port and address range applied are from the originating computer, not the load balancer.",
            Basis::EbpfKeeps => "Preserves external client source IP addresses all the way to the pod.",
            Basis::EbpfTunnel => "In eBPF mode, VXLAN is used to forward Kubernetes NodePort traffic.",
            Basis::ConnectTime => {
                "With eBPF, you can load balance at the source using a program you've loaded into the kernel, instead of using a virtual IP."
            }
            Basis::Controller => {
                "The NGINX ingress controller does not use Services to route traffic to the pods. Instead it uses the Endpoints API in order \
                 to bypass kube-proxy."
            }
            Basis::Gateway => {
                "Application Gateway talks to pods using their private IP directly and does not require NodePort or KubeProxy services."
            }
            Basis::KubenetLeaves => "The source IP address of the traffic is NAT'd to the node's primary IP address.",
            Basis::OverlayLeaves => {
                "Traffic from a pod to any destination outside of the pod CIDR block utilizes SNAT to set the source IP to the IP of the node \
                 where the pod runs."
            }
            Basis::FlatLeaves => {
                "Systems in the same virtual network as the AKS cluster see the pod IP as the source address for any traffic from the pod."
            }
            Basis::BeforePublic => {
                "For outbound traffic, network security groups process traffic before translating private IP addresses to public IP addresses."
            }
            Basis::InsideOnly => "Choosing this value makes the Service only reachable from within the cluster.",
            Basis::PrivateNodes => "AKS nodes don't require their own public IP addresses for communication.",
            Basis::Probe => {
                "For local services, HTTP and /healthz would be used. The health probe will query NodeHealthPort rather than actual backend \
                 service. For cluster TCP services, TCP would be used. For cluster UDP services, no health probes."
            }
            Basis::Annotations => "When set to true, no load balancer or health probe rules for this port are generated.",
            Basis::NoRule => "Basically a default backend exposes two URLs: /healthz that returns 200, / that returns 404.",
            Basis::HostPort => "It will forward traffic from one or more ports on the host to the container.",
            Basis::NodeLocal => {
                "Pods reach out to the DNS caching agent running on the same node, thereby avoiding iptables DNAT rules and connection tracking."
            }
            Basis::Names => "You can contact Services with consistent DNS names instead of IP addresses.",
            Basis::PreDnat => {
                "Such policy is written in terms of a packet's original destination IP address and port, rather than in terms of that packet's \
                 destination IP address and port after it has been DNAT'd."
            }
            Basis::IpForwarding => {
                "IP forwarding enables the VM a NIC is attached to: send network traffic with a different source IP address than the one \
                 assigned to one of a NIC's IP configurations."
            }
        }
    }
}
