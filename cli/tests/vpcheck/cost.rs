//! Costs of a small network.

use serde_json::json;

use crate::Workspace;

/// A NAT gateway in front of a function that reaches the internet, in no region of its own.
const SHOP: &str = "\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
  Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  Out: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  OutRoute: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Out, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}
  OfPublic: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Public, RouteTableId: !Ref Out}}
  Routes: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Route: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
  OfPrivate: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Private, RouteTableId: !Ref Routes}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Public, AllocationId: eipalloc-0123}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}
  Reader:
    Type: AWS::Lambda::Function
    Metadata: {vpcheck: {reaches: [internet]}}
    Properties: {Code: {ZipFile: x}, VpcConfig: {SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref Group]}}
";

#[test]
fn json_has_the_bill_for_the_traffic_that_is_given() {
    let traffic = "gb: {Reader: {internet: {out: 40, in: 60}}}\n";
    let workspace = Workspace::new([("shop.yaml", SHOP), ("traffic.yaml", traffic)]);
    let run = workspace.run("cost shop.yaml --region ap-northeast-1 --traffic traffic.yaml --format json");
    assert_eq!(run.status, 0, "{run:?}");
    let cost = run.json();
    assert_eq!(
        (&cost["version"], &cost["region"], &cost["month_hours"]),
        (&json!(1), &json!("ap-northeast-1"), &json!(730))
    );
    // 730 x 0.062 + 730 x 0.005 + 100 x 0.062 + 40 x 0.114 = 45.26 + 3.65 + 6.20 + 4.56
    assert_eq!(cost["total"], json!({"low": 59.67, "typical": 59.67, "high": 59.67}));
    assert_eq!(cost["items"][0]["resource"], "Nat");
    assert_eq!(cost["items"][0]["span"]["start"], json!({"line": 13, "column": 3}));
    assert_eq!(cost["break_even"][0]["kind"], "beside-nat");
    assert_eq!(cost["missing_prices"], json!([]));
    assert_eq!(cost["after"]["total"], cost["total"], "nothing to add");
}

#[test]
fn bands_stand_side_by_side_and_prices_and_currency_are_the_users() {
    let workspace =
        Workspace::new([("shop.yaml", SHOP), ("prices.yaml", "us-east-2: {nat_gateway_gb: 0.045}\n")]);
    let run = workspace.run("cost shop.yaml --region us-east-2");
    assert!(["10 GB", "100 GB", "5000 GB"].iter().all(|band| run.out.contains(band)), "{}", run.out);
    assert!(
        run.out.contains("no price known for NAT gateway, data (nat_gateway_gb) in us-east-2"),
        "{}",
        run.out
    );
    let run =
        workspace.run("cost shop.yaml --region us-east-2 --prices prices.yaml --currency JPY=100 --lang ja");
    // 100 x (32.85 + 3.65 + 100 x 0.045 + 100 x 0.09)
    assert!(run.out.contains("5000.00"), "{}", run.out);
    assert!(!run.out.contains("料金データがありません"), "{}", run.out);
}

#[test]
fn what_cannot_be_priced_is_said_with_the_next_step() {
    let workspace = Workspace::new([("shop.yaml", SHOP), ("traffic.yaml", "gb: {Raeder: {internet: 1}}\n")]);
    let run = workspace.run("cost shop.yaml");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("the region is not known") && run.err.contains("--region"), "{}", run.err);
    let run = workspace.run("cost shop.yaml --region us-east-1 --traffic traffic.yaml");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("did you mean `Reader`?"), "{}", run.err);
    assert_eq!(workspace.run("cost .").status, 2);
}
