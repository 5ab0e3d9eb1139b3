//! Suggested endpoints of a small network.

use serde_json::json;

use crate::Workspace;

/// A function in two zones that reaches a bucket and a queue through a NAT gateway.
const SHOP: &str = "\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
  Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}
  Out: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  OutRoute: {Type: AWS::EC2::Route, DependsOn: Attached, Properties: {RouteTableId: !Ref Out, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}
  OfPublic: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Public, RouteTableId: !Ref Out}}
  Routes: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Away: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
  OfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref A, RouteTableId: !Ref Routes}}
  OfB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref B, RouteTableId: !Ref Routes}}
  Address: {Type: AWS::EC2::EIP, DependsOn: Attached}
  Nat: {Type: AWS::EC2::NatGateway, DependsOn: Attached, Properties: {SubnetId: !Ref Public, AllocationId: !GetAtt Address.AllocationId}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole']
  Reader:
    Type: AWS::Lambda::Function
    Metadata: {vpcheck: {reaches: [s3, sqs]}}
    Properties:
      Role: !GetAtt Role.Arn
      Code: {ZipFile: x}
      VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Group]}
";

#[test]
fn text_is_a_table_and_the_plan_without_nat() {
    let workspace = Workspace::new([("shop.yaml", SHOP)]);
    let run = workspace.run("endpoints shop.yaml --region us-east-1");
    assert_eq!(run.status, 0, "{run:?}");
    insta::assert_snapshot!(run.out, @r"
    Vpc
      service  called by  today  endpoint to add          USD a month  pays beside NAT from
      s3       Reader     NAT    S3Endpoint (gateway)            free
      sqs      Reader     NAT    SqsEndpoint (interface)        14.60                417 GB
      Gateway endpoints: on Routes
      Interface endpoints: in A, B, with the new group VpcEndpointSecurityGroup

      With these endpoints, nothing that is demanded needs the internet.
      Can go then: Nat, Address, Away

    A month in us-east-1, USD, the whole template
                                 10 GB  100 GB  5000 GB
      today                      37.05   42.00   311.50
      with the endpoints         51.15   51.60    76.10
      with them and without NAT  14.65   15.10    39.60
    ");
    let ja = workspace.run("endpoints shop.yaml --region us-east-1 --lang ja").out;
    assert!(
        ja.contains("インターネットへの経路は不要になります")
            && ja.contains("削除できるもの: Nat、Address、Away"),
        "{ja}"
    );
    let nowhere = workspace.run("endpoints shop.yaml").out;
    assert!(nowhere.contains("no price") && nowhere.contains("--region REGION"), "{nowhere}");
}

#[test]
fn json_has_the_shape_that_is_promised() {
    let workspace = Workspace::new([("shop.yaml", SHOP)]);
    let found = workspace.run("endpoints shop.yaml --region us-east-1 --format json").json();
    assert_eq!(found["version"], 1);
    let vpc = &found["vpcs"][0];
    assert_eq!(vpc["id"], "Vpc");
    let queue = &vpc["services"][1];
    assert_eq!(
        (&queue["service"], &queue["demanded_by"], &queue["today"]),
        (&json!("sqs"), &json!(["Reader"]), &json!("nat"))
    );
    let add = &queue["add"];
    assert_eq!((&add["type"], &add["private_dns"]), (&json!("interface"), &json!(true)));
    assert_eq!((&add["subnets"], &add["route_tables"]), (&json!(["A", "B"]), &json!([])));
    assert_eq!(add["groups"], json!(["VpcEndpointSecurityGroup"]));
    // The hours of two zones, and half of 10 GB at 0.01.
    assert_eq!(add["usd_per_month"]["low"], json!(14.65));
    assert!(add["yaml"].as_str().is_some_and(|yaml| yaml.contains("PrivateDnsEnabled: true")), "{add}");
    assert!(add["edits"][0]["span"]["start"]["line"].is_number(), "{add}");
    assert_eq!((&vpc["nat_free"]["possible"], &vpc["nat_free"]["left_outside"]), (&json!(true), &json!([])));
    assert_eq!(vpc["nat_free"]["removable"][0]["id"], "Nat");
}

#[test]
fn yaml_can_be_pasted_and_traffic_is_taken() {
    let traffic = "gb: {Reader: {sqs: 1000}}\n";
    let workspace = Workspace::new([("shop.yaml", SHOP), ("traffic.yaml", traffic)]);
    let yaml = workspace.run("endpoints shop.yaml --format yaml").out;
    workspace.write("after.yaml", SHOP.replacen("Resources:\n", &format!("Resources:\n{yaml}"), 1));
    let after = workspace.run("endpoints after.yaml --format json").json();
    for service in after["vpcs"][0]["services"].as_array().unwrap() {
        assert_eq!((&service["today"], &service["add"]), (&json!("endpoint"), &json!(null)), "{service}");
    }
    assert_eq!(workspace.run("endpoints after.yaml --format yaml").out, "");
    let given =
        workspace.run("endpoints shop.yaml --region us-east-1 --traffic traffic.yaml --format json").json();
    // 14.60 and 1000 GB at 0.01
    assert_eq!(given["vpcs"][0]["services"][1]["add"]["usd_per_month"]["typical"], json!(24.60));
    assert_eq!(given["traffic_given"], json!(true));
}

#[test]
fn what_cannot_be_read_is_said() {
    let workspace = Workspace::new([("broken.yaml", "Resources: {A: [\n"), ("notes.yaml", "a: b\n")]);
    for arguments in ["endpoints broken.yaml", "endpoints notes.yaml", "endpoints ."] {
        assert_eq!(workspace.run(arguments).status, 2, "{arguments}");
    }
    let workspace = Workspace::new([("sound.yaml", crate::SOUND)]);
    assert!(workspace.run("endpoints sound.yaml").out.contains("there is no endpoint to add"));
}
