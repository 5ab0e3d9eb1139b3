use super::*;
use crate::network::Assumption;
use crate::rules::testing_egress::{BUCKETS, NAT, NETWORK, declaring, endpoint, function};
use crate::suggest_endpoints;
use crate::text::apply;

fn options() -> Options {
    Options { region: Some("us-east-1".to_owned()), ..Options::default() }
}

fn suggested(text: &str) -> EndpointSuggestions {
    suggest_endpoints("t.yaml", text, &options())
}

fn only(found: &EndpointSuggestions) -> &VpcEndpoints {
    assert_eq!(found.vpcs.len(), 1, "{found:?}");
    &found.vpcs[0]
}

/// Service, way and id of what is to be added.
fn rows(vpc: &VpcEndpoints) -> Vec<(&str, &str, Option<&str>)> {
    vpc.services
        .iter()
        .map(|one| (&*one.service, one.today.name(), one.add.as_ref().map(|add| &*add.id)))
        .collect()
}

fn add<'v>(vpc: &'v VpcEndpoints, service: &str) -> &'v EndpointPlan {
    let one = vpc.services.iter().find(|one| one.service == service).expect("the service");
    one.add.as_ref().expect("an endpoint to add")
}

/// A function in both zones that must reach something beside what its role allows.
fn both(reaches: &str) -> String {
    declaring(&function("Fn", "", "!Ref A, !Ref B"), reaches)
}

/// Everything that is suggested for the only VPC, put in.
fn added(text: &str) -> String {
    let found = suggested(text);
    apply(text, only(&found).edits.as_ref().expect("edits")).expect("they fit")
}

#[test]
fn gateway_endpoints_are_for_tables_and_interface_endpoints_for_one_subnet_a_zone() {
    let third = "  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.3.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}\n  OfC: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref Table, SubnetId: !Ref C}}\n";
    let text = format!("{NETWORK}{third}{}", both("s3', 'sqs"))
        .replace("[!Ref A, !Ref B]", "[!Ref A, !Ref B, !Ref C]");
    let found = suggested(&text);
    let vpc = only(&found);
    assert_eq!(rows(vpc), [("s3", "none", Some("S3Endpoint")), ("sqs", "none", Some("SqsEndpoint"))]);
    let (gateway, interface) = (add(vpc, "s3"), add(vpc, "sqs"));
    assert!(gateway.is_gateway && !gateway.private_dns && gateway.route_tables == ["Table"], "{gateway:?}");
    assert_eq!(gateway.usd_by_hour, Some(Usd::ZERO));
    assert_eq!(interface.subnets, ["A", "B"], "C is in the zone of B");
    assert_eq!(interface.new_group.as_deref(), Some("VpcEndpointSecurityGroup"));
    // 730 x 2 x 0.01
    assert_eq!((interface.zones, interface.usd_by_hour), (2, Usd::parse("14.60")));
    assert!(interface.private_dns && interface.verdict == Verdict::Reachable, "{interface:?}");
    assert!(interface.yaml.contains("SourceSecurityGroupId: !GetAtt Group.GroupId"), "{}", interface.yaml);
    assert!(
        interface.yaml.contains("ServiceName: !Sub com.amazonaws.${AWS::Region}.sqs"),
        "{}",
        interface.yaml
    );
}

#[test]
fn after_all_of_it_everything_goes_by_endpoints_and_nothing_is_left_to_add() {
    let text = format!("{NETWORK}{NAT}{}", both("s3', 'sqs', 'secretsmanager"));
    let after = added(&text);
    let found = suggested(&after);
    assert!(
        rows(only(&found)).iter().all(|(_, today, add)| *today == "endpoint" && add.is_none()),
        "{found:?}"
    );
    assert_eq!(only(&found).edits, None);
}

#[test]
fn ids_and_groups_follow_what_is_there() {
    let there = endpoint("KmsVpcEndpoint", "kms");
    let found = suggested(&format!("{NETWORK}{there}{}", both("sqs")));
    let plan = add(only(&found), "sqs");
    assert_eq!((&*plan.id, &plan.new_group), ("SqsVpcEndpoint", &None));
    assert_eq!(plan.groups, ["KmsVpcEndpointGroup"], "it lets the whole VPC in");
    let before = endpoint("VPCEndpointKms", "kms").replace("CidrIp: 10.0.0.0/16", "CidrIp: 192.0.2.0/24");
    let found = suggested(&format!("{NETWORK}{before}{}", both("sqs")));
    let plan = add(only(&found), "sqs");
    assert_eq!(plan.id, "VPCEndpointSqs");
    assert_eq!(plan.new_group.as_deref(), Some("VpcEndpointSecurityGroup"), "the other lets nobody in");
}

#[test]
fn names_are_switched_on_where_private_dns_needs_them() {
    let text = format!("{NETWORK}{}", both("sqs")).replace(", EnableDnsHostnames: true", "");
    let after = added(&text);
    assert!(after.contains("CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}"), "{after}");
    let off =
        format!("{NETWORK}{}", both("sqs")).replace("EnableDnsHostnames: true", "EnableDnsHostnames: false");
    assert!(added(&off).contains("EnableDnsHostnames: true"));
    let found = suggested(&off);
    assert!(add(only(&found), "sqs").notes.iter().any(|note| note.en.contains("EnableDnsHostnames")));
}

#[test]
fn what_else_stands_in_the_way_is_opened_too() {
    let closed = NETWORK.replace(
        "{GroupDescription: f, VpcId: !Ref Vpc}",
        "{GroupDescription: f, VpcId: !Ref Vpc, SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}]}",
    );
    let text = format!("{closed}{}", both("sqs"));
    let found = suggested(&text);
    let vpc = only(&found);
    let also = vpc.also.as_ref().expect("an egress rule");
    assert!(also.en.contains("`Group`") && also.en.contains("443"), "{also:?}");
    assert_eq!(vpc.nat_free.possible, Some(true), "{:?}", vpc.nat_free);
    assert_eq!(rows(only(&suggested(&added(&text)))), [("sqs", "endpoint", None)]);
}

#[test]
fn nat_gateways_can_go_where_nothing_needs_them() {
    let found = suggested(&format!("{NETWORK}{NAT}{}", both("s3', 'sqs")));
    let plan = &only(&found).nat_free;
    assert_eq!(plan.possible, Some(true), "{plan:?}");
    let removable: Vec<(&str, &str)> = plan.removable.iter().map(|one| (&*one.id, one.kind.name())).collect();
    assert_eq!(removable, [("Nat", "nat-gateway"), ("Address", "address"), ("Away", "route")]);
    let (today, without) = (found.today.expect("today"), found.without_nat.expect("without NAT"));
    // 730 x (0.045 + 0.005), and two zones of an endpoint.
    assert!(today.low > without.low && without.low >= Usd::parse("14.60").expect("money"), "{found:?}");
}

#[test]
fn what_needs_the_internet_is_named_with_the_reason() {
    let found = suggested(&format!("{NETWORK}{NAT}{}", both("s3', 'api.example.com', 'iam', 'execute-api")));
    let plan = &only(&found).nat_free;
    assert_eq!((plan.possible, plan.removable.len()), (Some(false), 0));
    let left: Vec<(&str, &str)> = plan.left_outside.iter().map(|one| (&*one.to, &*one.why.en)).collect();
    assert_eq!(
        left,
        [
            ("api.example.com", "it is a host on the internet"),
            ("iam", "iam is a global service: its endpoint is there in one region only"),
            ("execute-api", "an endpoint for execute-api leads to private APIs only"),
        ]
    );
    assert_eq!(found.without_nat, None);
}

#[test]
fn what_is_not_known_keeps_the_plan_open() {
    let unknown = both("s3").replace("!GetAtt FnRole.Arn", "arn:aws:iam::111122223333:role/r");
    let found = suggested(&format!("{NETWORK}{NAT}{unknown}"));
    let plan = &only(&found).nat_free;
    assert_eq!(plan.possible, None);
    assert!(plan.open[0].en.contains("not all that `Fn` may call"), "{plan:?}");
    let shared = format!("{NETWORK}{NAT}{}Outputs: {{V: {{Value: !Ref Vpc}}}}\n", both("s3"));
    let found = suggested(&shared);
    let plan = &only(&found).nat_free.open;
    assert!(plan.iter().any(|open| open.en.contains("others than this template")), "{plan:?}");
}

#[test]
fn the_reverse_is_told() {
    let queues = endpoint("Queues", "sqs");
    let found = suggested(&format!("{NETWORK}{BUCKETS}{queues}{}", function("Fn", "s3:GetObject", "!Ref A")));
    let unused = &only(&found).reverse.unused;
    assert_eq!(unused.len(), 1, "{found:?}");
    assert_eq!((&*unused[0].endpoint, unused[0].usd), ("Queues", Usd::parse("7.30")));
    let found = suggested(&format!("{NETWORK}{NAT}{queues}{}", both("sqs', 'internet")));
    let dear = &only(&found).reverse.dear;
    assert_eq!(dear.len(), 1, "{found:?}");
    // 7.30 / (0.045 - 0.01)
    assert_eq!(dear[0].pays_from.0.in_parts_of(1), 208);
}

#[test]
fn parameters_are_used_as_they_are_and_what_is_missing_is_to_be_filled_in() {
    let text = "Parameters:
  VpcId: {Type: 'AWS::EC2::VPC::Id'}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: f, VpcId: !Ref VpcId}}
  Fn:
    Type: AWS::Lambda::Function
    Metadata: {vpcheck: {reaches: [sqs, s3]}}
    Properties: {VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}}
";
    let found = suggested(text);
    let plan = add(only(&found), "sqs");
    assert_eq!((only(&found).services[0].today, &plan.edits), (Today::Unknown, &None));
    assert!(found.needs.iter().any(|need| need.settle_with.contains("Subnets")), "{:?}", found.needs);
    let assumed = [("Subnets".to_owned(), Assumption::Isolated)].into_iter().collect();
    let found = suggest_endpoints("t.yaml", text, &Options { assumed, ..options() });
    let (queue, bucket) = (add(only(&found), "sqs"), add(only(&found), "s3"));
    assert!(
        queue.yaml.contains("VpcId: !Ref VpcId") && queue.yaml.contains("SubnetIds: !Ref Subnets"),
        "{}",
        queue.yaml
    );
    assert_eq!((queue.verdict, queue.edits.is_some()), (Verdict::Reachable, true));
    assert!(
        bucket.edits.is_none() && bucket.notes.iter().any(|note| note.en.contains("RouteTableIds")),
        "{bucket:?}"
    );
}

#[test]
fn subnets_that_may_share_a_zone_are_not_taken_both() {
    let text = format!("{NETWORK}{}", both("sqs"));
    let open = text
        .replace(", AvailabilityZone: !Select [0, !GetAZs '']", "")
        .replace(", AvailabilityZone: !Select [1, !GetAZs '']", "");
    let found = suggested(&open);
    let plan = add(only(&found), "sqs");
    assert_eq!(plan.subnets, ["A"]);
    assert!(plan.notes.iter().any(|note| note.en.contains("`B` may be in the same zone")), "{plan:?}");
}

#[test]
fn conditions_are_carried_over() {
    let text = format!("Parameters: {{Stage: {{Type: String, Default: prod}}}}\nConditions: {{Here: !Equals [!Ref Stage, prod]}}\n{NETWORK}{}", both("sqs"))
        .replace("Type: AWS::EC2::", "Condition: Here, Type: AWS::EC2::")
        .replace("    Type: AWS::Lambda::Function\n", "    Type: AWS::Lambda::Function\n    Condition: Here\n");
    let found = suggested(&text);
    assert_eq!(add(only(&found), "sqs").yaml.matches("    Condition: Here\n").count(), 2, "{found:?}");
    assert!(only(&found).edits.is_some());
}

#[test]
fn images_take_all_parts_of_ecr() {
    let service = "  Images: {Type: AWS::ECR::Repository}
  Task: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: a, Image: !Sub '${Images.RepositoryUri}:1'}]}}
  Tasks: {Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref Task, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A], SecurityGroups: [!Ref Group]}}}}\n";
    let found = suggested(&format!("{NETWORK}{service}"));
    assert_eq!(
        rows(only(&found)),
        [
            ("ecr.api", "none", Some("EcrApiEndpoint")),
            ("ecr.dkr", "none", Some("EcrDkrEndpoint")),
            ("s3", "none", Some("S3Endpoint"))
        ]
    );
}

#[test]
fn json_is_edited_as_json_and_shown_as_yaml() {
    let json = r#"{
  "Resources": {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true}},
    "A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
    "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "f", "VpcId": {"Ref": "Vpc"}}},
    "Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["sqs"]}}, "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": [{"Ref": "Group"}]}}}
  }
}
"#;
    let after = added(json);
    assert!(serde_json::from_str::<serde_json::Value>(&after).is_ok(), "{after}");
    assert!(after.contains("\"Fn::Sub\": \"com.amazonaws.${AWS::Region}.sqs\""), "{after}");
    let found = suggested(json);
    assert!(add(only(&found), "sqs").yaml.contains("\n      VpcId: !Ref Vpc\n"), "{found:?}");
}

#[test]
fn nothing_is_suggested_outside_of_vpcs() {
    let found = suggested(
        "Resources:\n  Fn: {Type: AWS::Lambda::Function, Metadata: {vpcheck: {reaches: [s3]}}, Properties: {Handler: x}}\n",
    );
    assert!(found.vpcs.is_empty() && found.is_template);
    assert!(suggested("{").vpcs.is_empty());
}

#[test]
fn whatever_else_in_the_vpc_may_call_the_service_is_let_in_too() {
    let instance = "  Other: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: o}}\n  Batch: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Other]}}\n";
    let text = format!("{NETWORK}{instance}{}", both("sqs"));
    let found = suggested(&text);
    let plan = add(only(&found), "sqs");
    for group in ["Group", "Other"] {
        let admits = format!("SourceSecurityGroupId: !GetAtt {group}.GroupId");
        assert!(plan.yaml.contains(&admits), "{}", plan.yaml);
    }
    assert_eq!(plan.notes, []);
}

#[test]
fn whom_a_group_that_is_there_shuts_out_is_named() {
    let instance = "  Other: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: o}}\n  Batch: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, SecurityGroupIds: [!Ref Other]}}\n  Doors: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: o, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !GetAtt Group.GroupId}]}}\n";
    let text = format!("{NETWORK}{instance}{}", both("sqs"));
    let found = suggested(&text);
    let plan = add(only(&found), "sqs");
    assert_eq!((&*plan.groups, plan.new_group.as_deref()), (&["Doors".to_owned()][..], None));
    assert!(
        plan.notes.iter().any(|note| note.en.contains("`Batch`") && note.en.contains("`Doors`")),
        "{plan:?}"
    );
}

#[test]
fn the_whole_plan_takes_nat_gateways_out_and_is_proved() {
    let text = format!("{NETWORK}{NAT}{}", both("s3', 'sqs"));
    let found = suggested(&text);
    let vpc = only(&found);
    // 730 x (0.045 + 0.005), and what goes through it.
    let spares = vpc.nat_free.spares.expect("money");
    assert!(spares.low > Usd::parse("36.5").expect("money") && spares.low < spares.high, "{spares:?}");
    let edits = vpc.nat_free.edits.as_ref().expect("edits");
    let after = apply(&text, edits).expect("they fit");
    for id in ["Nat:", "Address:", "Away:"] {
        assert!(text.contains(id) && !after.contains(id), "{id} {after}");
    }
    let proof = |change| super::prove_endpoints("t.yaml", &text, &options(), &found, &vpc.id, change);
    assert_eq!(proof(EndpointChange::WithoutNat), Ok(vec!["s3".to_owned(), "sqs".to_owned()]));
    assert_eq!(proof(EndpointChange::Endpoint("sqs")), Ok(vec!["sqs".to_owned()]));
    assert!(proof(EndpointChange::Endpoint("kms")).is_err(), "nobody calls it");
}

#[test]
fn edits_that_do_not_keep_their_word_are_refused() {
    let text = format!("{NETWORK}{NAT}{}", both("sqs"));
    let mut found = suggested(&text);
    let edits = found.vpcs[0].services[0].add.as_mut().and_then(|add| add.edits.as_mut()).expect("edits");
    for edit in edits {
        edit.replacement = edit.replacement.replace(".sqs", ".sns");
    }
    let id = found.vpcs[0].id.clone();
    let why =
        super::prove_endpoints("t.yaml", &text, &options(), &found, &id, EndpointChange::Endpoint("sqs"));
    assert!(why.is_err(), "an endpoint for another service");
}

#[test]
fn callers_are_told_with_their_evidence_and_money_may_be_that_of_a_region_nothing_says() {
    let text = format!("{NETWORK}{NAT}{}", both("sqs"));
    let options = Options { priced_in: Some("ap-northeast-1".to_owned()), ..Options::default() };
    let found = suggest_endpoints("t.yaml", &text, &options);
    assert_eq!(found.region.as_deref(), Some("ap-northeast-1"));
    let service = &only(&found).services[0];
    assert_eq!(service.calls.len(), service.demanded_by.len(), "{service:?}");
    let call = &service.calls[0];
    assert!(!call.words.en.is_empty() && call.at.span.slice(&text).contains("sqs"), "{call:?}");
    let declared = found.declared.iter().find(|(id, _)| *id == call.from).expect("a function");
    assert_eq!(declared.1.span.slice(&text), call.from);
}
