//! NAT instances.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::{Code, Direction};
use vpcheck_tests::composed::{Composed, fact};

const CHECKS: &str = "Amazon VPC User Guide, NAT instances: Disable source/destination checks";
const SUBNET: &str = "Amazon VPC User Guide, NAT instances: in a public subnet, with a public address";
const GROUP: &str = "Amazon VPC User Guide, NAT instances: NAT instance security group";
const FROM_VPC: &str =
    "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]";
const INSTANCE: &str =
    "ImageId: ami-0123456789abcdef0, SubnetId: !Ref PublicSubnet, SecurityGroupIds: [!Ref Forwarding]";

/// `Forwarder` in `PublicSubnet` with an elastic address, which `TableA` leads to.
fn nat_instance(source: &str) -> Composed {
    fact(source)
        .internet()
        .group("Forwarding", "Vpc", FROM_VPC)
        .with("Forwarder", "EC2::Instance", &format!("{INSTANCE}, SourceDestCheck: false"))
        .with("Address", "EC2::EIP", "Domain: vpc, InstanceId: !Ref Forwarder")
        .route("TableA", "0.0.0.0/0", "InstanceId: !Ref Forwarder")
}

#[test]
fn a_nat_instance_is_a_way_out() {
    let template = nat_instance(SUBNET);
    template.to("internet:443").is_reachable();
    template.to("s3:443").is_reachable();
}

#[test]
fn with_the_check_on_it_is_none() {
    let template = nat_instance(CHECKS).with("Forwarder", "EC2::Instance", INSTANCE);
    template.to("internet:443").is_blocked(Code::ENI_SOURCE_DEST_CHECK_RESTRICTION, "Forwarder");
}

#[test]
fn its_group_must_admit_the_subnet() {
    let template = nat_instance(GROUP);
    template.to("internet:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "Forwarding");
    let narrow = "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.2.0/24}]";
    let narrow = template.group("Forwarding", "Vpc", narrow);
    narrow.to("internet:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "Forwarding");
}

#[test]
fn its_group_may_name_the_functions() {
    let by_group = "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref FunctionGroup}]";
    nat_instance(GROUP).group("Forwarding", "Vpc", by_group).to("internet:443").is_reachable();
}

#[test]
fn its_group_must_let_packets_out() {
    let closed = format!(
        "{FROM_VPC}, SecurityGroupEgress: [{{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}}]"
    );
    let template = nat_instance(GROUP).group("Forwarding", "Vpc", &closed);
    template.to("internet:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "Forwarding");
}

#[test]
fn it_needs_a_public_address() {
    let template = nat_instance(SUBNET).without("Address");
    template.to("internet:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
}

#[test]
fn its_subnet_must_lead_to_an_internet_gateway() {
    let template = nat_instance(SUBNET).without("PublicTableTo00000");
    template.to("internet:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "PublicTable");
}

#[test]
fn its_subnets_acl_is_asked_as_a_nat_gateways() {
    let template = nat_instance("Amazon VPC User Guide, NAT instances; Network ACLs: ephemeral ports")
        .acl("PublicSubnet", "Vpc")
        .entry("PublicSubnet", "in 100 allow 6 10.0.0.0/16 443")
        .entry("PublicSubnet", "out 100 allow 6 0.0.0.0/0");
    template.to("internet:443").is_blocked_on(
        Direction::Back,
        Code::SUBNET_ACL_RESTRICTION,
        "PublicSubnetAcl",
    );
    let open = template.entry("PublicSubnet", "in 110 allow 6 0.0.0.0/0 1024-65535");
    open.to("internet:443").is_reachable();
}

#[test]
fn an_interface_of_its_own_does_the_same() {
    let template = nat_instance(CHECKS)
        .with(
            "Card",
            "EC2::NetworkInterface",
            "SubnetId: !Ref PublicSubnet, GroupSet: [!Ref Forwarding], SourceDestCheck: false",
        )
        .with("CardAddress", "EC2::EIP", "Domain: vpc")
        .with(
            "CardAddressAssociation",
            "EC2::EIPAssociation",
            "NetworkInterfaceId: !Ref Card, AllocationId: !GetAtt CardAddress.AllocationId",
        )
        .route("TableA", "0.0.0.0/0", "NetworkInterfaceId: !Ref Card");
    template.to("internet:443").is_reachable();
}

#[test]
fn what_a_forwarder_does_with_private_addresses_is_up_to_its_software() {
    let template = nat_instance("by design: software is not known").route(
        "TableA",
        "192.168.0.0/16",
        "InstanceId: !Ref Forwarder",
    );
    template
        .to("192.168.1.10:443")
        .is_unknown(|missing| matches!(missing, Missing::Beyond(Topic::ForwardingInstance, _)));
}

#[test]
fn a_nat_instance_in_its_own_functions_subnet_loops() {
    let template = nat_instance("by design: as a NAT gateway does")
        .with(
            "Forwarder",
            "EC2::Instance",
            "ImageId: ami-0123456789abcdef0, SubnetId: !Ref SubnetA, SecurityGroupIds: [!Ref Forwarding], SourceDestCheck: false",
        );
    template.to("internet:443").is_blocked(Code::VPCHECK_ROUTE_RING, "Forwarder");
}
