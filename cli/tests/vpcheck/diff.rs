use super::{SOUND, Workspace};

/// A function without a way to Secrets Manager.
const CLOSED: &str = "Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Uses: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref Table, SubnetId: !Ref A}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}
  Door:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: d
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref Group}]
  Fn: {Type: AWS::Lambda::Function, Metadata: {vpcheck: {reaches: [secretsmanager]}}, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]}}}
";

const ENDPOINT: &str = "  Secrets: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, PrivateDnsEnabled: true, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.secretsmanager', SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Door]}}
";

const BY_NAT: &str = "  Gateway: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.9.0/24}}
  PublicTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  PublicUses: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref PublicTable, SubnetId: !Ref Public}}
  Out: {Type: AWS::EC2::Route, DependsOn: Attached, Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  Address: {Type: AWS::EC2::EIP, DependsOn: Attached, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Public, AllocationId: !GetAtt Address.AllocationId}}
  ToNat: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
";

fn workspace() -> Workspace {
    let open = format!("{CLOSED}{ENDPOINT}");
    Workspace::new([("old.yaml", CLOSED), ("new.yaml", open.as_str())])
}

#[test]
fn what_a_change_opens_solves_and_costs_is_told() {
    let run = workspace().run("diff old.yaml new.yaml --region us-east-1");
    insta::assert_snapshot!(run.out, @r#"
    Paths opened
      Fn -> secretsmanager  blocked → reachable
        before: no route leads to secretsmanager

    Findings that are gone
      error[missing-endpoint]: `Vpc` has no endpoint for secretsmanager, and no other way leads to it

    Costs a month
      Secrets, interface endpoint            - -> $7.30
      Secrets, interface endpoint, data      - -> $1.00 ($0.10 to $50.00)
      all in all                         $0.00 -> $8.30 ($7.40 to $57.30)

    1 path opened, 1 solved finding, +$8.30 a month
    "#);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let run = workspace().run("diff old.yaml new.yaml --region us-east-1 --format markdown --lang ja");
    insta::assert_snapshot!(run.out, @r#"
    ### vpcheck: 開いた経路 1 件、解消した指摘 1 件、月額 +$8.30

    `new.yaml`

    **開いた経路**

    - `Fn` → `secretsmanager`: 遮断 → 到達可能
      - 変更前: secretsmanager へのルートがありません

    **解消した指摘**

    - **エラー:** `Vpc` に secretsmanager のエンドポイントがなく、ほかに届く経路もありません (`missing-endpoint`)

    **月額料金**

    | | 変更前 | 変更後 |
    | --- | ---: | ---: |
    | `Secrets`, インターフェイスエンドポイント | - | $7.30 |
    | `Secrets`, インターフェイスエンドポイントのデータ処理 | - | $1.00 ($0.10〜$50.00) |
    | **合計** | **$0.00** | **$8.30 ($7.40〜$57.30)** |
    "#);
}

#[test]
fn the_other_way_round_it_closes_and_fails() {
    let workspace = workspace();
    let run = workspace.run("diff new.yaml old.yaml");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.out.contains("Paths closed\n  Fn -> secretsmanager  reachable → blocked\n"), "{}", run.out);
    assert!(run.out.contains("costs are not compared"), "{}", run.out);
    assert_eq!(workspace.run("diff new.yaml old.yaml --fail-on never").status, 0);
    let run = workspace.run("diff new.yaml old.yaml --format json");
    let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let path = &json["paths"][0];
    assert_eq!((&path["before"], &path["after"]), (&"reachable".into(), &"blocked".into()));
    assert_eq!((&path["effect"], &path["to"]["id"]), (&"closes".into(), &"secretsmanager".into()));
    assert_eq!(json["findings"]["new"][0]["rule"], "missing-endpoint");
    assert!(json["usd_per_month"].is_null());
}

#[test]
fn what_the_project_asserts_is_compared_too() {
    let change = format!("{CLOSED}{BY_NAT}");
    let files = [("old.yaml", CLOSED), ("new.yaml", change.as_str())];
    let told = |workspace: Workspace| workspace.run("diff old.yaml new.yaml --region us-east-1").out;
    assert!(!told(Workspace::new(files)).contains("Fn -> kms"), "nobody asks for it");
    let asserting = "assertions:\n  - {from: Fn, to: kms, expect: reachable}\n";
    let out = told(Workspace::new([files[0], files[1], ("vpcheck.yaml", asserting)]));
    let kms = out.lines().find(|line| line.contains("Fn -> kms")).unwrap_or_default();
    assert!(kms.ends_with("blocked → reachable"), "{out}");
}

#[test]
fn the_old_version_may_come_from_elsewhere() {
    let run = workspace().run_with_input("diff - new.yaml", CLOSED.as_bytes());
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.starts_with("Paths opened\n"), "{}", run.out);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let workspace = Workspace::new([
        ("a.yaml", SOUND),
        ("broken.yaml", "Resources:\n  A: [\n"),
        ("other.yaml", "a: 1\n"),
    ]);
    for (arguments, said) in [
        ("diff a.yaml a.yaml", "both versions are the same"),
        ("diff a.yaml broken.yaml", "broken.yaml:"),
        ("diff other.yaml a.yaml", "other.yaml"),
        ("diff a.yaml none.yaml", "none.yaml"),
        ("diff a.yaml .", "a folder"),
    ] {
        let run = workspace.run(arguments);
        assert_eq!((run.status, &*run.out), (2, ""), "{arguments}: {run:?}");
        assert!(run.err.contains(said), "{arguments}: {}", run.err);
    }
    let run = workspace.run("diff a.yaml - --fail-on info");
    assert_eq!(run.status, 2, "empty standard input");
}
