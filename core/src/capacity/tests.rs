use super::*;
use crate::network::{Surroundings, resolve};
use crate::syntax::Limits;
use crate::template::{Inputs, lower};

const START: &str = "Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/28}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
";

/// What is taken in `A` and `B`, and the interfaces of the VPC.
fn taken(resources: &str) -> (u32, u32, u32) {
    let text = format!("{START}{resources}");
    let template = lower(&text, &Limits::default(), Inputs::default());
    let networks = resolve(&template, &Surroundings::default());
    let one = &networks[0];
    let capacity = Capacity::of(&template, one);
    let of = |id: &str| {
        let at = one.network.subnets.iter().position(|subnet| subnet.name.matches(id)).expect("a subnet");
        capacity.room(&one.network, SubnetIndex(at)).expect("a known range").taken
    };
    (of("A"), of("B"), capacity.interfaces(&one.network, VpcIndex(0)))
}

#[test]
fn a_subnet_has_its_range_without_five() {
    for (range, expected) in [("10.0.0.0/28", 11), ("10.0.0.0/24", 251), ("10.0.0.0/31", 0)] {
        assert_eq!(usable(range.parse().expect("a range")), expected, "{range}");
    }
}

#[test]
fn functions_share_an_interface_for_each_set_of_groups() {
    let function = |id: &str, groups: &str| {
        format!(
            "  {id}: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [{groups}]}}}}}}\n"
        )
    };
    let all =
        [function("One", "sg-1, sg-2"), function("Two", "sg-2, sg-1"), function("Three", "sg-2")].concat();
    assert_eq!(taken(&all), (2, 2, 4));
}

#[test]
fn what_stands_in_one_of_several_is_in_none_for_sure() {
    let database = "  Group: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref A, !Ref B]}}
  Db: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Group, Engine: postgres, MultiAZ: MULTI}}
";
    assert_eq!(taken(&database.replace("MULTI", "false")), (0, 0, 1));
    assert_eq!(taken(&database.replace("MULTI", "true")), (1, 1, 2));
}

#[test]
fn everything_else_takes_what_it_says() {
    let cases = [
        (
            "{Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, ServiceName: com.amazonaws.us-east-1.sqs, SubnetIds: [!Ref A, !Ref B]}}",
            (1, 1, 2),
        ),
        (
            "{Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref A, AllocationId: eipalloc-1, SecondaryAllocationIds: [eipalloc-2]}}",
            (2, 0, 1),
        ),
        (
            "{Type: AWS::ECS::Service, Properties: {DesiredCount: 6, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A]}}}}",
            (6, 0, 6),
        ),
        (
            "{Type: AWS::ECS::Service, Properties: {DesiredCount: 6, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A, !Ref B]}}}}",
            (0, 0, 6),
        ),
        (
            "{Type: AWS::MSK::Cluster, Properties: {NumberOfBrokerNodes: 4, BrokerNodeGroupInfo: {ClientSubnets: [!Ref A, !Ref B]}}}",
            (2, 2, 4),
        ),
        (
            "{Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {IpAddresses: [{SubnetId: !Ref A}, {SubnetId: !Ref A}, {SubnetId: !Ref B}]}}",
            (2, 1, 3),
        ),
        ("{Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A}}", (1, 0, 1)),
    ];
    for (resource, expected) in cases {
        assert_eq!(taken(&format!("  It: {resource}\n")), expected, "{resource}");
    }
}

#[test]
fn room_is_known_where_the_range_is() {
    let text = format!(
        "Parameters: {{Given: {{Type: String}}}}\n{START}  Fn: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: [!Ref A, !Ref Given], SecurityGroupIds: [sg-1]}}}}}}\n"
    );
    let template = lower(&text, &Limits::default(), Inputs::default());
    let networks = resolve(&template, &Surroundings::default());
    let free: Vec<Option<u32>> = room_of(&template, &networks[0], "Fn").iter().map(|one| one.free).collect();
    assert_eq!(free, [Some(10), None]);
    assert_eq!(room_of(&template, &networks[0], "Vpc"), []);
}

#[test]
fn a_nat_gateway_has_ports_for_each_of_its_addresses() {
    let text = format!(
        "{START}  Nat: {{Type: AWS::EC2::NatGateway, Properties: {{SubnetId: !Ref A, SecondaryAllocationIds: [eipalloc-2]}}}}\n"
    );
    let template = lower(&text, &Limits::default(), Inputs::default());
    let networks = resolve(&template, &Surroundings::default());
    let gateway = &networks[0].network.nat_gateways[0];
    assert_eq!(nat_connections(&template, &networks[0], gateway), Some(110_000));
}
