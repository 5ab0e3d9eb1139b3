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

/// The shop with a queue that is called through an endpoint.
fn with_endpoint() -> String {
    SHOP.replace("reaches: [internet]", "reaches: [internet, sqs]").replace(
        "CidrBlock: 10.0.0.0/16}",
        "CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}",
    ) + "  EndpointGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: e, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]}}
  Queues: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, ServiceName: com.amazonaws.us-east-1.sqs, PrivateDnsEnabled: true, SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref EndpointGroup]}}
"
}

#[test]
fn findings_tell_money_for_the_traffic_that_is_given() {
    let (shop, traffic) = (with_endpoint(), "gb: {Reader: {sqs: 10, internet: 40}}\n");
    let prices = "vpce_interface_hour: 0.02\n";
    let workspace =
        Workspace::new([("shop.yaml", &*shop), ("traffic.yaml", traffic), ("prices.yaml", prices)]);
    let json = |arguments: &str| {
        let run = workspace.run(&format!("check shop.yaml --format json {arguments}"));
        assert_eq!(run.status, 0, "{run:?}");
        let findings = run.json()["files"][0]["findings"].as_array().unwrap().clone();
        findings.into_iter().find(|one| one["rule"] == "endpoint-costs-more-than-nat")
    };
    // 730 x 0.01 + 10 x 0.01
    let found = json("--traffic traffic.yaml").unwrap();
    assert_eq!(found["usd_per_month"], json!({"low": 7.4, "typical": 7.4, "high": 7.4}));
    let dearer = json("--traffic traffic.yaml --prices prices.yaml").unwrap();
    assert_eq!(dearer["usd_per_month"]["typical"], 14.7);
    assert_eq!(json(""), None, "no traffic is given");
    let run = workspace.run("check shop.yaml --traffic traffic.yaml --currency JPY=100");
    assert!(run.out.contains("note: costs about 740.00 JPY a month"), "{}", run.out);
    let run = workspace.run("check shop.yaml --traffic traffic.yaml --lang ja");
    assert!(run.out.contains("補足: 料金は月額 約 $7.40 です"), "{}", run.out);
}

#[test]
fn a_name_in_the_traffic_must_be_in_some_template() {
    let traffic = "gb: {Raeder: {internet: 1}}\n";
    let workspace = Workspace::new([("a/shop.yaml", SHOP), ("traffic.yaml", traffic)]);
    for command in ["check a/shop.yaml", "fix a/shop.yaml"] {
        let run = workspace.run(&format!("{command} --traffic traffic.yaml"));
        assert_eq!(run.status, 2, "{command}: {run:?}");
        assert!(run.err.contains("did you mean `Reader`?"), "{command}: {}", run.err);
    }
    workspace.write("a/other.yaml", SHOP.replace("Reader", "Raeder"));
    assert_eq!(workspace.run("check a --traffic traffic.yaml").status, 0, "one of them has it");
}
