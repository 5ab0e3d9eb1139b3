//! Paths through a small network.

use serde_json::{Value, json};

use crate::Workspace;

/// Two functions in two private subnets, one of which has a network ACL that lets no database traffic through; a
/// function in no VPC; a database that admits the first function only.
pub(crate) const SHOP: &str = "\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  SubnetA: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  SubnetB: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}
  Data: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.3.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  TightAcl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  TightOut:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: !Ref TightAcl, RuleNumber: 100, Egress: true, Protocol: 6, PortRange: {From: 443, To: 443}, CidrBlock: 0.0.0.0/0, RuleAction: allow}
  TightIn:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: !Ref TightAcl, RuleNumber: 100, Protocol: -1, CidrBlock: 0.0.0.0/0, RuleAction: allow}
  TightB: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref SubnetB, NetworkAclId: !Ref TightAcl}}
  ReaderGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: r, VpcId: !Ref Vpc}}
  WriterGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: w, VpcId: !Ref Vpc}}
  StoreGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: s
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref ReaderGroup}]
  Stores: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: s, SubnetIds: [!Ref Data]}}
  Store: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBSubnetGroupName: !Ref Stores, VPCSecurityGroups: [!Ref StoreGroup]}}
  Reader:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: x}, VpcConfig: {SubnetIds: [!Ref SubnetA, !Ref SubnetB], SecurityGroupIds: [!Ref ReaderGroup]}}
  Writer:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: x}, VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref WriterGroup]}}
  Outside: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}}}
";

fn shop() -> Workspace {
    Workspace::new([("shop.yaml", SHOP)])
}

#[test]
fn each_path_has_a_line() {
    let run = shop().run("trace shop.yaml");
    insta::assert_snapshot!(run.out, @r"
    Reader
      partial    Store:5432    differs by subnet: SUBNET_ACL_RESTRICTION TightAcl  shop.yaml:13:3
      blocked    internet:443  NO_ROUTE_TO_DESTINATION Vpc (main route table)

    Writer
      blocked    Store:5432    ENI_SG_RULES_MISMATCH StoreGroup                shop.yaml:16:3
      blocked    internet:443  NO_ROUTE_TO_DESTINATION Vpc (main route table)

    Outside
      blocked    Store:5432    VPCHECK_NOT_IN_VPC
      reachable  internet:443  in no VPC: calls leave from the Lambda service's own network

    Every step of a path: vpcheck trace shop.yaml --from Reader --to internet:443
    6 paths: 1 reachable, 4 blocked, 1 partial
    ");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn a_path_to_a_named_destination_has_a_line_a_step() {
    let run = shop().run("trace shop.yaml --from Reader --to Store");
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines[0], "Reader → Store  partial  differs by subnet");
    assert_eq!(lines[1], "  SubnetA  reachable");
    let admitted = lines.iter().find(|line| line.contains("→ StoreGroup")).unwrap();
    assert!(admitted.ends_with("  shop.yaml:21:30"), "the rule that matched: {admitted}");
    assert!(lines.iter().any(|line| line.trim_start().starts_with('←')), "the way back: {}", run.out);
    let blocked = lines.iter().position(|line| *line == "  SubnetB  blocked").unwrap();
    let denied = blocked + lines[blocked..].iter().position(|line| line.contains('✗')).unwrap();
    assert!(lines[denied].trim_start().starts_with("→ ✗ TightAcl"), "{}", run.out);
    assert!(lines[denied].ends_with("  shop.yaml:13:3"), "{}", run.out);
    assert!(lines[denied + 1].trim_start().starts_with('│'), "{}", run.out);
    assert!(lines[denied + 1].contains("SUBNET_ACL_RESTRICTION"), "{}", run.out);
    let mended = "Reader → Store would pass with: Let `TightAcl` pass tcp 5432 out to `Data`";
    assert!(lines.ends_with(&["1 path: 1 partial", mended]), "{}", run.out);
}

#[test]
fn steps_are_told_in_japanese_too() {
    let run = shop().run("trace shop.yaml --from Writer --to Store:5432 --lang ja");
    assert!(run.out.starts_with("Writer → Store:5432/tcp  遮断\n  SubnetA\n"), "{}", run.out);
    assert!(run.out.contains("インバウンドルール"), "{}", run.out);
    let mended = "Writer → Store:5432 は次の変更で届きます: `StoreGroup` で `WriterGroup` からの tcp 5432 の受信を許可する";
    assert!(run.out.ends_with(&format!("経路 1 件: 遮断 1 件\n{mended}\n")), "{}", run.out);
}

#[test]
fn the_exit_status_says_whether_every_path_is_as_expected() {
    let workspace = shop();
    for (arguments, status) in [
        ("--from Reader --to Store", 0),
        ("--from Reader --to Store --expect reachable", 1),
        ("--from Reader --to Store --expect blocked", 1),
        ("--from Writer --to Store --expect blocked", 0),
        ("--from Writer --to Store --expect reachable", 1),
        ("--to Store --expect blocked", 1),
        ("--from Outside --to internet --expect reachable", 0),
        ("--from Reader --to internet --expect blocked", 0),
        ("--from Reader --to Store:1-9 --expect blocked", 0),
    ] {
        for format in ["text", "json"] {
            let run = workspace.run(&format!("trace shop.yaml --format {format} {arguments}"));
            assert_eq!((run.status, run.err.as_str()), (status, ""), "{arguments}: {}", run.out);
        }
    }
}

#[test]
fn json_has_a_trace_for_each_subnet_and_their_sum() {
    let run = shop().run("trace shop.yaml --format json --from Reader --to Store");
    let all = run.json();
    assert_eq!(all["version"], 1);
    let of = |trace: &Value| {
        (trace["from"]["subnet"].clone(), trace["verdict"].clone(), trace["partial_by"].clone())
    };
    let traces = all["traces"].as_array().unwrap();
    assert_eq!(
        traces.iter().map(of).collect::<Vec<_>>(),
        [
            (json!("SubnetA"), json!("reachable"), json!([])),
            (json!("SubnetB"), json!("blocked"), json!([])),
            (json!(null), json!("partial"), json!(["subnet"])),
        ]
    );
    let blocker = &traces[1]["blockers"][0];
    assert_eq!((&blocker["code"], &blocker["id"]), (&json!("SUBNET_ACL_RESTRICTION"), &json!("TightAcl")));
    assert_eq!(traces[0]["from"], json!({"kind": "function", "id": "Reader", "subnet": "SubnetA"}));
    assert_eq!(traces[0]["to"]["kind"], "resource");
    let members: Vec<&str> = traces[0].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["assumptions", "blockers", "from", "hops", "needs", "partial_by", "to", "verdict"];
    assert_eq!(members, expected);
    assert!(!traces[0]["hops"].as_array().unwrap().is_empty());
}

#[test]
fn colour_is_for_who_asks() {
    let workspace = shop();
    let plain = workspace.run("trace shop.yaml");
    let coloured = workspace.run("trace shop.yaml --color always");
    assert!(coloured.out.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&coloured.out).to_string(), plain.out);
}

#[test]
fn standard_input_is_traced_too() {
    let run = Workspace::new([])
        .run_with_input("trace - --from Writer --to Store --expect blocked", SHOP.as_bytes());
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(run.out.contains("<stdin>:"), "{}", run.out);
}
