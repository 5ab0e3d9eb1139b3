//! VPC Lattice, as far as the network of a caller decides.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::Code;
use vpcheck_tests::composed::{Composed, fact};

const ASSOCIATION: &str = "Amazon VPC Lattice User Guide, Service networks: VPC associations let clients of the VPC call its services";
const GROUPS: &str = "Amazon VPC Lattice User Guide, Control traffic to VPC Lattice using security groups";
const ACLS: &str = "Amazon VPC Lattice User Guide, Control traffic to VPC Lattice using network ACLs";

/// `Orders`, a service in a service network that `Vpc` is associated with.
fn service(source: &str, groups: &str) -> Composed {
    fact(source)
        .with("Mesh", "VpcLattice::ServiceNetwork", "")
        .with("Orders", "VpcLattice::Service", "")
        .with(
            "OrdersInMesh",
            "VpcLattice::ServiceNetworkServiceAssociation",
            "ServiceIdentifier: !Ref Orders, ServiceNetworkIdentifier: !Ref Mesh",
        )
        .with(
            "VpcInMesh",
            "VpcLattice::ServiceNetworkVpcAssociation",
            &format!("VpcIdentifier: !Ref Vpc, ServiceNetworkIdentifier: !Ref Mesh{groups}"),
        )
}

fn is_beyond(missing: &Missing) -> bool {
    matches!(missing, Missing::Beyond(Topic::Lattice, name) if name.matches("Orders"))
}

#[test]
fn what_lattice_lets_through_is_not_the_vpcs_to_say() {
    service(ASSOCIATION, "").to("Orders").is_unknown(is_beyond);
    service(ASSOCIATION, "").without("VpcInMesh").to("Orders").is_unknown(is_beyond);
}

#[test]
fn the_callers_group_must_let_out_to_lattice() {
    let template =
        service(GROUPS, "").lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}");
    template.to("Orders").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
    let template =
        template.lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 169.254.171.0/24}");
    template.to("Orders").is_unknown(is_beyond);
}

#[test]
fn the_group_of_the_association_must_let_callers_in() {
    let template = service(GROUPS, ", SecurityGroupIds: [!Ref MeshGroup]");
    let admitting = |rules: &str| template.clone().group("MeshGroup", "Vpc", rules).to("Orders");
    admitting("").is_blocked(Code::SG_HAS_NO_RULES, "MeshGroup");
    admitting(
        "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref FunctionGroup}]",
    )
    .is_unknown(is_beyond);
}

#[test]
fn the_acl_of_the_callers_subnet_is_asked() {
    let template = service(ACLS, "").acl("SubnetA", "Vpc").entry("SubnetA", "out 100 allow 6 10.0.0.0/16");
    template.to("Orders").is_blocked(Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
}

#[test]
fn listeners_of_a_service_say_its_port() {
    let template = service("Amazon VPC Lattice User Guide, Listeners: default ports by protocol", "")
        .with("Plain", "VpcLattice::Listener", "ServiceIdentifier: !Ref Orders, Protocol: HTTP")
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}");
    template.to("Orders").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn a_function_outside_a_vpc_does_not_call_lattice() {
    let template = service(ASSOCIATION, "").function_with("Function", "");
    template.to("Orders").is_blocked(Code::VPCHECK_NOT_IN_VPC, "Function");
}
