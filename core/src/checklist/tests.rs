use super::{Question, Status};
use crate::network::Assumption;
use crate::{Analysis, Options, analyze};

/// A VPC with two private subnets of two zones behind a NAT gateway, and what `rest` adds.
fn network(rest: &str) -> String {
    format!(
        "Parameters: {{List: {{Type: 'List<AWS::EC2::Subnet::Id>'}}, Group: {{Type: String, Default: sg-1}}}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}}}
  Open: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  Public: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.3.0/24}}}}
  Igw: {{Type: AWS::EC2::InternetGateway}}
  Attached: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}}}
  PublicTable: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  PublicRoute: {{Type: AWS::EC2::Route, DependsOn: Attached, Properties: {{RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}}}
  PublicUse: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref Public, RouteTableId: !Ref PublicTable}}}}
  Address: {{Type: AWS::EC2::EIP, DependsOn: Attached}}
  Nat: {{Type: AWS::EC2::NatGateway, Properties: {{SubnetId: !Ref Public, AllocationId: !GetAtt Address.AllocationId}}}}
  Table: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  Route: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}}}
  UseB: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref B, RouteTableId: !Ref Table}}}}
  FnGroup: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: f, VpcId: !Ref Vpc}}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{}}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole']
  Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres}}}}
{rest}"
    )
}

fn function(subnets: &str, more: &str) -> String {
    network(&format!(
        "  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      VpcConfig: {{SubnetIds: {subnets}, SecurityGroupIds: [!Ref FnGroup]}}
{more}"
    ))
}

fn analysis(text: &str) -> Analysis {
    analyze("template.yaml", text, &Options::default())
}

/// `status: words | words (what settles)`.
fn told(analysis: &Analysis, question: Question) -> String {
    let function = analysis.checklist.iter().find(|function| function.function == "Fn").unwrap();
    let item = function.items.iter().find(|item| item.question == question).unwrap();
    assert!(!item.evidence.is_empty(), "{item:?}");
    for evidence in &item.evidence {
        assert!(!evidence.text.ja.is_ascii(), "{evidence:?}");
    }
    let evidence: Vec<String> = item
        .evidence
        .iter()
        .map(|evidence| match evidence.settle_with.as_str() {
            "" => evidence.text.en.clone(),
            settle => format!("{} ({settle})", evidence.text.en),
        })
        .collect();
    format!("{}: {}", item.status.name(), evidence.join(" | "))
}

fn status(text: &str, question: Question) -> Status {
    let analysis = analysis(text);
    let function = analysis.checklist.iter().find(|function| function.function == "Fn").unwrap();
    function.items.iter().find(|item| item.question == question).unwrap().status
}

#[test]
fn six_questions_are_answered_in_order_for_each_function() {
    let text =
        function("[!Ref A, !Ref B]", "  Out: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}\n");
    let analysis = analysis(&text);
    for function in &analysis.checklist {
        let questions: Vec<Question> = function.items.iter().map(|item| item.question).collect();
        assert_eq!(questions, Question::ALL, "{}", function.function);
    }
    let [inside, outside] = &analysis.checklist[..] else { panic!("two functions") };
    assert!(inside.in_vpc && !outside.in_vpc);
    assert!(outside.items.iter().all(|item| item.status == Status::NotApplicable));
    assert_eq!(outside.items[0].evidence[0].text.en, "`Out` is not in a VPC");
}

#[test]
fn zones_pass_where_two_are_known_to_differ_and_fail_with_their_rule() {
    let zones = |subnets: &str| told(&analysis(&function(subnets, "")), Question::TwoZones);
    assert_eq!(
        zones("[!Ref A, !Ref B, !Ref Open]"),
        "pass: `A` is in zone !Select [0, !GetAZs ''] | `B` is in zone !Select [1, !GetAZs '']"
    );
    assert_eq!(zones("[!Ref A]"), "fail: `Fn` has one subnet, `A`, and so stands in one zone");
    assert_eq!(
        zones("[!Ref A, !Ref Open]"),
        "unknown: `Open` names no zone, so AWS chooses one, which may be that of another subnet (AvailabilityZone)"
    );
    assert_eq!(
        zones("!Ref List"),
        "unknown: parameter `List` has no default, so its value is not known here (--assume List=private-nat)"
    );
}

#[test]
fn what_is_assumed_is_repeated_by_what_rests_on_it() {
    let mut options = Options::default();
    options.assumed.insert("List".to_owned(), Assumption::PrivateNat);
    let analysis = analyze("template.yaml", &function("!Ref List", ""), &options);
    let zones = told(&analysis, Question::TwoZones);
    assert!(zones.starts_with("pass: "), "{zones}");
    assert!(zones.contains("`List` is taken to be two private subnets in two zones"), "{zones}");
    assert!(analysis.assumptions.iter().any(|words| words.en.contains("`List` is taken to be")));
    let known = told(&self::analysis(&function("[!Ref A, !Ref B]", "")), Question::TwoZones);
    assert!(!known.contains("taken to be"), "{known}");
}

#[test]
fn public_subnets_pass_where_every_route_is_known() {
    let out = |subnets: &str, more: &str| told(&analysis(&function(subnets, more)), Question::NoPublicSubnet);
    assert_eq!(
        out("[!Ref A, !Ref B]", ""),
        "pass: no route of `A` leads to an internet gateway | `B` sends what leaves the VPC to `Nat`"
    );
    assert!(out("[!Ref Public, !Ref A]", "").starts_with("fail: `Fn` is in a public subnet (`Public`)"));
    assert!(out("!Ref List", "").starts_with("unknown: parameter `List` has no default"));
    assert!(out("[subnet-0aaa]", "").starts_with("unknown: "));
    let unknown_target = "  Far: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Other, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !ImportValue way-out}}
  Other: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  UseA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref A, RouteTableId: !Ref Other}}\n";
    assert!(out("[!Ref A]", unknown_target).starts_with("unknown: "));
    let six = function("[!Ref Public]", "").replace(
        "SecurityGroupIds: [!Ref FnGroup]}",
        "SecurityGroupIds: [!Ref FnGroup], Ipv6AllowedForDualStack: true}",
    );
    assert!(told(&analysis(&six), Question::NoPublicSubnet).contains("nothing of its IPv4"));
}

#[test]
fn the_vpc_is_needed_by_what_is_reached_in_it() {
    let need = |more: &str| told(&analysis(&function("[!Ref A, !Ref B]", more)), Question::VpcNeeded);
    let named = "      Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}\n";
    assert!(need(named).starts_with("pass: reaches `Db` inside the VPC: "), "{}", need(named));
    let open = "      Environment: {Variables: {DB_HOST: !ImportValue database}}\n";
    assert!(need(open).starts_with("unknown: `DB_HOST` names something to reach"), "{}", need(open));
    let far = function("[!Ref A]", "").replace("!GetAtt Role.Arn", "arn:aws:iam::123456789012:role/far");
    let far = told(&analysis(&far), Question::VpcNeeded);
    assert!(far.starts_with("unknown: the role of `Fn` is not in the template"), "{far}");
}

#[test]
fn nat_is_no_matter_where_none_is_in_the_way() {
    let cost = |subnets: &str| told(&analysis(&function(subnets, "")), Question::NatCost);
    assert_eq!(cost("[!Ref A]"), "pass: no route of its subnets leads to a NAT gateway");
    let open = function("[!Ref B]", "      Environment: {Variables: {API_URL: !ImportValue api}}\n");
    assert_eq!(status(&open, Question::NatCost), Status::Unknown);
    let far = function("[!Ref B]", "").replace("!GetAtt Role.Arn", "arn:aws:iam::123456789012:role/far");
    assert_eq!(status(&far, Question::NatCost), Status::Unknown);
}

#[test]
fn databases_count_where_one_is_reached() {
    let text = |more: &str| function("[!Ref A, !Ref B]", more);
    assert_eq!(status(&text(""), Question::DatabaseConnections), Status::NotApplicable);
    let secret = "      Environment: {Variables: {SECRET_ID: !ImportValue secret}}\n";
    assert_ne!(status(&text(secret), Question::DatabaseConnections), Status::Pass);
    let proxy = "      Environment: {Variables: {DB_HOST: !GetAtt Proxy.Endpoint}}
  Proxy: {Type: AWS::RDS::DBProxy, Properties: {EngineFamily: POSTGRESQL, VpcSubnetIds: [!Ref A, !Ref B]}}\n";
    let told = told(&analysis(&text(proxy)), Question::DatabaseConnections);
    assert_eq!(told, "pass: reaches `Proxy`, a proxy, which shares and limits connections");
}

/// A proxy before `Db`, and its endpoint, with this share.
fn pool(percent: &str) -> String {
    format!(
        "  Proxy: {{Type: AWS::RDS::DBProxy, Properties: {{EngineFamily: POSTGRESQL, VpcSubnetIds: [!Ref A, !Ref B]}}}}
  Reader: {{Type: AWS::RDS::DBProxyEndpoint, Properties: {{DBProxyName: !Ref Proxy, VpcSubnetIds: [!Ref A, !Ref B]}}}}
  Targets: {{Type: AWS::RDS::DBProxyTargetGroup, Properties: {{DBProxyName: !Ref Proxy, DBInstanceIdentifiers: [!Ref Db], ConnectionPoolConfigurationInfo: {{MaxConnectionsPercent: {percent}}}}}}}
"
    )
}

#[test]
fn the_share_of_a_proxy_is_told() {
    let of = |given: &str, percent: &str| {
        let variables = format!("      Environment: {{Variables: {{DB_HOST: !GetAtt {given}.Endpoint}}}}\n");
        let text = function("[!Ref A, !Ref B]", &format!("{variables}{}", pool(percent)));
        let text = text.replace("{Engine: postgres}", "{Engine: postgres, DBInstanceClass: db.t4g.micro}");
        told(&analysis(&text), Question::DatabaseConnections)
    };
    for given in ["Proxy", "Reader"] {
        assert_eq!(
            of(given, "50"),
            format!(
                "pass: reaches `{given}`, a proxy, which shares and limits connections: it hands out up to 50% of the \
                 connections of `Db` (about 39-56 of 79-112, db.t4g.micro), and clients wait while all are taken"
            )
        );
        let unknown = format!("pass: reaches `{given}`, a proxy, which shares and limits connections");
        assert_eq!(of(given, "!ImportValue percent"), unknown);
    }
}

#[test]
fn connections_pass_where_all_that_can_be_opened_fit() {
    let limited = |reserved: &str, more: &str| {
        let text = function(
            "[!Ref A, !Ref B]",
            &format!(
                "      Environment: {{Variables: {{DB_HOST: !GetAtt Db.Endpoint.Address}}}}\n{reserved}{more}"
            ),
        );
        let text = text.replace("{Engine: postgres}", "{Engine: postgres, DBInstanceClass: db.m6g.large}");
        told(&analysis(&text), Question::DatabaseConnections)
    };
    let fits = limited("      ReservedConcurrentExecutions: 20\n", "");
    assert!(fits.starts_with("pass: functions open at most 20 connections to `Db`"), "{fits}");
    let open = limited("", "");
    assert!(!open.starts_with("pass"), "{open}");
    let unknown = limited("      ReservedConcurrentExecutions: !ImportValue reserved\n", "");
    assert!(!unknown.starts_with("pass"), "{unknown}");
    let other = "  Other:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref FnGroup]}
      Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}
";
    let beside = limited("      ReservedConcurrentExecutions: 20\n", other);
    assert!(!beside.starts_with("pass"), "another function without a limit: {beside}");
    let both = |percent: &str| {
        let text = function(
            "[!Ref A, !Ref B]",
            &format!(
                "      Environment: {{Variables: {{DB_HOST: !GetAtt Db.Endpoint.Address, POOL: !GetAtt Proxy.Endpoint}}}}
      ReservedConcurrentExecutions: 20\n{}",
                pool(percent)
            ),
        );
        let text = text.replace("{Engine: postgres}", "{Engine: postgres, DBInstanceClass: db.m6g.large}");
        told(&analysis(&text), Question::DatabaseConnections)
    };
    let half = both("50");
    let expected = "pass: functions open at most 20 connections to `Db`, and the proxy `Proxy` at most 450 (50%), which takes about ";
    assert!(half.starts_with(expected), "{half}");
    for percent in ["100", "!ImportValue percent"] {
        let taken = both(percent);
        assert!(taken.starts_with("unknown: "), "a proxy may take all: {taken}");
    }
}

#[test]
fn addresses_pass_where_nobody_else_can_take_them() {
    let room = |text: &str| told(&analysis(text), Question::FreeAddresses);
    let own = room(&function("[!Ref A, !Ref B]", ""));
    assert!(own.starts_with("pass: `A` (/24) has 251 addresses to use"), "{own}");
    let shared = format!("{}Outputs: {{A: {{Value: !Ref A}}}}\n", function("[!Ref A, !Ref B]", ""));
    let shared = room(&shared);
    assert!(shared.starts_with("unknown: at most ") && shared.contains("`A` (/24)"), "{shared}");
    let list = room(&function("!Ref List", ""));
    assert_eq!(
        list,
        "unknown: parameter `List` has no default, so its value is not known here (--param List=VALUE)"
    );
    let far = room(&function("[subnet-0aaa]", ""));
    assert!(far.starts_with("unknown: ") && far.ends_with("(--context subnets.json)"), "{far}");
    let described = |free: u32| {
        let subnet = r#""SubnetId": "subnet-0aaa", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24""#;
        let text = format!(r#"{{"Subnets": [{{{subnet}, "AvailableIpAddressCount": {free}}}]}}"#);
        let contexts = vec![crate::Source { path: "subnets.json".to_owned(), text }];
        let options = crate::Options { contexts, ..Default::default() };
        told(&crate::analyze("t.yaml", &function("[subnet-0aaa]", ""), &options), Question::FreeAddresses)
    };
    let enough = described(200);
    assert!(enough.starts_with("pass: 200 addresses of `subnet-0aaa` (/24) were free"), "{enough}");
    assert!(described(3).starts_with("fail: `subnet-0aaa` has at most 3 free addresses"), "{}", described(3));
}

#[test]
fn an_accepted_finding_passes_with_its_reason() {
    let text = function(
        "[!Ref A]",
        "    Metadata: {vpcheck: {allow: [{rule: single-zone-function, reason: a batch job}]}}\n",
    );
    let told = told(&analysis(&text), Question::TwoZones);
    assert_eq!(told, "pass: accepted (a batch job): `Fn` has one subnet, `A`, and so stands in one zone");

    let mut late = analysis(&function("[!Ref A]", ""));
    let index = late.findings.iter().position(|finding| finding.rule.0 == "single-zone-function").unwrap();
    late.suppress(index, "a batch job");
    assert_eq!(self::told(&late, Question::TwoZones), told);
    assert_eq!(late.findings[index].suppressed.as_deref(), Some("a batch job"));
}

#[test]
fn a_rule_of_a_question_exists_or_is_named_once() {
    let mut all: Vec<&str> = Question::ALL.iter().flat_map(|question| question.rules()).copied().collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "no rule owns two questions");
    assert!(all.contains(&"single-zone-function") && crate::rules::find("single-zone-function").is_some());
}

#[test]
fn conditions_leave_out_where_the_function_is_in_no_vpc() {
    let text = function("[!Ref A, !Ref B]", "")
        .replace("Resources:\n", "Conditions: {Inside: !Equals [!Ref Group, sg-1]}\nResources:\n")
        .replace("VpcConfig: {", "VpcConfig: !If [Inside, {")
        .replace("[!Ref FnGroup]}", "[!Ref FnGroup]}, !Ref AWS::NoValue]");
    assert_eq!(status(&text, Question::TwoZones), Status::Pass);
}
