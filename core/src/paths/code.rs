//! Why packets stop, in the words of AWS's Reachability Analyzer where it has one.

/// The code of a blocker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub &'static str);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        impl Code {
            $($(#[$doc])* pub const $name: Code = Code(stringify!($name));)*

            /// Every code that a trace may give.
            pub const ALL: &[Code] = &[$(Code::$name),*];
        }
    };
}

codes! {
    /// No rule of the groups applies.
    ENI_SG_RULES_MISMATCH,
    /// The groups have no rule at all.
    SG_HAS_NO_RULES,
    /// The network ACL denies.
    SUBNET_ACL_RESTRICTION,
    /// No route leads there.
    NO_ROUTE_TO_DESTINATION,
    /// The route's target is gone or does not carry traffic.
    BAD_STATE_ROUTE,
    /// A component is not attached or not accepted.
    BAD_STATE_ATTACHMENT,
    /// An internet gateway sends on what has a public address only.
    IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS,
    /// An internet gateway does not send to private addresses.
    IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS,
    /// An internet gateway does not send to shared addresses.
    IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS,
    /// An instance or interface drops what is not its own.
    ENI_SOURCE_DEST_CHECK_RESTRICTION,
    /// Peering carries traffic between its two VPCs only.
    PCX_REQUIRES_ADDRESS_IN_VPC_CIDR,
    /// A NAT gateway serves its own VPC only.
    NGW_REQUIRES_SOURCE_IN_VPC,
    /// VPC Block Public Access stops what goes to the internet.
    VPC_BLOCK_PUBLIC_ACCESS_ENABLED,
    /// A gateway endpoint carries TCP and ICMP only.
    VPCE_GATEWAY_PROTOCOL_RESTRICTION,
    /// A regional NAT gateway has no address in the zone that packets come from.
    REGIONAL_NGW_ROUTE_AZ_RESTRICTION,
    /// A firewall drops it.
    FIREWALL_RULES_RESTRICTION,
    /// An attachment of a transit gateway is associated with no route table.
    TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION,
    /// The attachment of a VPC has no subnet in the zone that packets come from.
    TGW_ROUTE_AZ_RESTRICTION,
    /// A route of a transit gateway drops it.
    TGW_RTB_BAD_STATE_ROUTE,
    /// No route of a transit gateway leads there.
    TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT,
    /// No listener of a load balancer takes what is sent.
    ELBV2_LISTENERS_MISMATCH,
    /// A listener has a target group without targets.
    ELBV2_LISTENER_HAS_NO_TG,
    /// A listener has no target group that takes what it takes.
    ELBV2_LISTENER_REQUIRES_TG_ACCEPT,
    /// A load balancer has no target in its zones.
    ELBV2_NO_TARGETS_IN_AZ,
    /// A network load balancer leaves the caller's address in place, which the target does not admit.
    ELBV2_SOURCE_ADDRESS_PRESERVATION,
    /// No listener of a Classic Load Balancer takes what is sent.
    ELB_LISTENERS_MISMATCH,
    /// A Classic Load Balancer sends to no other zone.
    ELB_NOT_CROSSZONE,
    /// A Classic Load Balancer is not in the zones of its instances.
    ELB_INSTALLED_AZ_RESTRICTION,
    /// The network ACL of a Classic Load Balancer's subnet denies what it sends within that subnet.
    ELB_ACL_RESTRICTION,
    /// A load balancer sends to what is registered with it only, and nothing is.
    TARGET_ADDRESS_RESTRICTION,
    /// A listener is there for another protocol.
    PROTOCOL_RESTRICTION,
    /// Nothing can be delivered there.
    NO_POSSIBLE_DESTINATION,
    /// A NAT gateway whose own subnet sends its traffic back to it.
    VPCHECK_NAT_LOOP,
    /// Routes send packets back to a transit gateway, firewall or NAT instance that they have passed.
    VPCHECK_ROUTE_RING,
    /// The function is in no VPC.
    VPCHECK_NOT_IN_VPC,
    /// The sender has no address of IP version 6.
    VPCHECK_NO_IPV6_ADDRESS,
    /// The VPC's DNS attributes are off, so that its resolver, or what is private, does not answer.
    VPCHECK_DNS_DISABLED,
    /// A private zone has the name, and the VPC is not associated with it.
    VPCHECK_ZONE_NOT_ASSOCIATED,
    /// A private zone is about the name and has no record for it, so that it has no answer.
    VPCHECK_NO_RECORD,
    /// The policy of the endpoint refuses the requests.
    VPCHECK_ENDPOINT_POLICY,
    /// The policy of what is called refuses the requests for the way that they come.
    VPCHECK_RESOURCE_POLICY,
    /// No name server can be asked.
    VPCHECK_NAME_SERVER_UNREACHABLE,
}
