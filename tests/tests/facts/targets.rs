//! Where functions and their targets stand.

use vpcheck_core::paths::{Code, Difference, Verdict};
use vpcheck_tests::composed::{Composed, fact};

const FAILOVER: &str =
    "Amazon RDS User Guide, Working with a DB instance in a VPC: subnet groups and failover";
const ENIS: &str = "AWS Lambda Developer Guide, Giving Lambda functions access to resources in an Amazon VPC";
const GLOBALS: &str = "AWS SAM Developer Guide, Globals section: overridable properties";
const PROVIDER: &str =
    "AWS Lambda Developer Guide, Lambda Managed Instances: capacity providers hold the VPC configuration";
const BOTH: &str = "[!Ref SubnetA, !Ref SubnetB]";

/// Nothing gets into `SubnetB` from elsewhere.
fn closed_b(template: Composed) -> Composed {
    template.acl("SubnetB", "Vpc")
}

#[test]
fn a_database_may_stand_in_any_of_its_subnets() {
    closed_b(fact(FAILOVER).database("")).to("Db").is_partial(
        Difference::Placement,
        Code::SUBNET_ACL_RESTRICTION,
        "SubnetBAcl",
    );
}

#[test]
fn a_zone_pins_a_single_database() {
    let template = closed_b(fact(FAILOVER).database("AvailabilityZone: !Select [0, !GetAZs '']"));
    template.to("Db").is_reachable();
    let template = closed_b(fact(FAILOVER).database("AvailabilityZone: !Select [1, !GetAZs '']"));
    template.to("Db").is_blocked(Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn a_database_in_two_zones_is_not_pinned() {
    let template = closed_b(fact(FAILOVER).database("MultiAZ: true"));
    template.to("Db").is_partial(Difference::Placement, Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn a_database_listens_on_the_port_of_its_engine() {
    let template = fact("Amazon RDS User Guide, default ports by engine").database("");
    template.to("Db").is_reachable();
    let template = template.admits("{IpProtocol: tcp, FromPort: 3306, ToPort: 3306, CidrIp: 10.0.1.0/24}");
    template.to("Db").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn a_database_listens_on_the_port_that_is_written() {
    let template = fact("CloudFormation Template Reference, AWS::RDS::DBInstance: Port")
        .database("Port: '6000'")
        .admits("{IpProtocol: tcp, FromPort: 6000, ToPort: 6000, CidrIp: 10.0.1.0/24}");
    template.to("Db").is_reachable();
}

#[test]
fn every_broker_of_a_kafka_cluster_must_be_reached() {
    let template = closed_b(fact("Amazon MSK Developer Guide, clients connect to every broker")).with(
        "Kafka",
        "MSK::Cluster",
        "ClusterName: k, KafkaVersion: 3.6.0, NumberOfBrokerNodes: 2, BrokerNodeGroupInfo: \
         {InstanceType: kafka.m5.large, ClientSubnets: [!Ref SubnetA, !Ref SubnetB], SecurityGroups: [!Ref ServerGroup]}",
    );
    let template = template.admits("{IpProtocol: '-1', CidrIp: 10.0.0.0/16}");
    template.to("Kafka:9098").is_partial(Difference::Placement, Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn a_file_system_is_mounted_in_the_functions_zone() {
    let target = |id: &str, subnet: &str, template: Composed| {
        let properties =
            format!("FileSystemId: !Ref Files, SubnetId: !Ref {subnet}, SecurityGroups: [!Ref ServerGroup]");
        template.with(id, "EFS::MountTarget", &properties)
    };
    let template =
        closed_b(fact("Amazon EFS User Guide, How it works with Amazon EC2: mount target of the same zone"))
            .admits("{IpProtocol: tcp, FromPort: 2049, ToPort: 2049, CidrIp: 10.0.0.0/16}")
            .with("Files", "EFS::FileSystem", "");
    let template = target("TargetB", "SubnetB", target("TargetA", "SubnetA", template));
    template.to("Files").is_reachable();
}

#[test]
fn a_proxy_answers_in_any_of_its_subnets() {
    let template = closed_b(fact("Amazon RDS User Guide, RDS Proxy: endpoints in several zones")).with(
        "Proxy",
        "RDS::DBProxy",
        &format!(
            "DBProxyName: p, EngineFamily: POSTGRESQL, RoleArn: 'arn:aws:iam::111122223333:role/p', \
             Auth: [{{AuthScheme: SECRETS}}], VpcSubnetIds: {BOTH}, VpcSecurityGroupIds: [!Ref ServerGroup]"
        ),
    );
    template.to("Proxy").is_partial(Difference::Placement, Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn a_function_outside_a_vpc_reaches_nothing_private() {
    let template = fact(ENIS).function_with("Function", "");
    template.to("Server:5432").is_blocked(Code::VPCHECK_NOT_IN_VPC, "Function");
    template.to("internet:443").is_reachable();
    template.to("secretsmanager:443").is_reachable();
}

#[test]
fn empty_lists_put_a_function_outside_a_vpc() {
    let template = fact("AWS Lambda API Reference, VpcConfig: empty lists detach the function")
        .function_with("Function", "VpcConfig: {SubnetIds: [], SecurityGroupIds: []}");
    template.to("Server:5432").is_blocked(Code::VPCHECK_NOT_IN_VPC, "Function");
}

#[test]
fn a_function_in_two_subnets_may_run_in_either() {
    let template = fact(ENIS).nat().route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat").function_with(
        "Function",
        &format!("VpcConfig: {{SubnetIds: {BOTH}, SecurityGroupIds: [!Ref FunctionGroup]}}"),
    );
    let answer = template.to("internet:443");
    answer.is_partial(Difference::Subnet, Code::NO_ROUTE_TO_DESTINATION, "TableB");
    assert_eq!(answer.in_subnet("SubnetA"), Verdict::Reachable);
    assert_eq!(answer.in_subnet("SubnetB"), Verdict::Blocked);
}

const SAM: &str = "Transform: AWS::Serverless-2016-10-31";
const SAM_FUNCTION: &str = "Handler: index.handler, Runtime: python3.12, InlineCode: pass";

#[test]
fn a_sam_function_has_the_vpc_of_the_globals() {
    let template = fact(GLOBALS)
        .section(SAM)
        .section("Globals: {Function: {VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref FunctionGroup]}}}")
        .with("Function", "Serverless::Function", SAM_FUNCTION);
    let answer = template.to("Server:5432");
    answer.is_reachable();
    assert_eq!(answer.in_subnet("SubnetA"), Verdict::Reachable);
}

#[test]
fn lists_of_globals_and_function_are_joined() {
    let template = fact("AWS SAM Developer Guide, Globals section: lists are additive")
        .section(SAM)
        .section("Globals: {Function: {VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref FunctionGroup]}}}")
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}")
        .group("Open", "Vpc", "")
        .with(
            "Function",
            "Serverless::Function",
            &format!("{SAM_FUNCTION}, VpcConfig: {{SecurityGroupIds: [!Ref Open]}}"),
        );
    template.to("Server:5432").is_reachable();
}

#[test]
fn a_capacity_provider_holds_the_vpc() {
    let template = fact(PROVIDER)
        .with(
            "Provider",
            "Lambda::CapacityProvider",
            "CapacityProviderName: p, VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref FunctionGroup]}, \
             PermissionsConfig: {CapacityProviderOperatorRoleArn: 'arn:aws:iam::111122223333:role/o'}",
        )
        .function_with(
            "Function",
            "CapacityProviderConfig: {LambdaManagedInstancesCapacityProviderConfig: \
             {CapacityProviderArn: !GetAtt Provider.Arn}}",
        );
    template.to("Server:5432").is_reachable();
    template.to("internet:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn an_instance_may_be_described_by_its_interface() {
    let template = fact("CloudFormation Template Reference, AWS::EC2::Instance: NetworkInterfaces").with(
        "Server",
        "EC2::Instance",
        "ImageId: ami-0123456789abcdef0, NetworkInterfaces: [{DeviceIndex: '0', SubnetId: !Ref SubnetB, \
         GroupSet: [!Ref ServerGroup]}]",
    );
    template.to("Server:5432").is_reachable();
    template.to("Server:5433").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn a_target_without_groups_wears_the_default_group() {
    let template = fact("Amazon VPC User Guide, Security groups: the default security group").with(
        "Server",
        "EC2::Instance",
        "ImageId: ami-0123456789abcdef0, SubnetId: !Ref SubnetB",
    );
    template.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "Vpc (default security group)");
}
