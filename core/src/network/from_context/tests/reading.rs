//! Files, problems, shapes.

use super::*;

fn subnets(network: &Network) -> Vec<String> {
    network.subnets.iter().map(|subnet| subnet.name.to_string()).collect()
}

#[test]
fn answers_come_alone_together_and_in_lists() {
    let one = r#"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}]}"#;
    let two = r#"[{"Subnets": [{"SubnetId": "subnet-2", "VpcId": "vpc-1"}]},
                  {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}],
                   "Subnets": [{"SubnetId": "subnet-3", "VpcId": "vpc-1"}]}]"#;
    let (network, problems) = read(&[("one.json", one), ("two.json", two)]);
    assert_eq!(problems, []);
    assert_eq!(subnets(&network), ["subnet-1", "subnet-2", "subnet-3"]);
    assert_eq!(vpc(&network, "vpc-1").cidrs.items, [net("10.0.0.0/16")]);
    assert_eq!(vpc(&network, "vpc-1").at.unwrap().file, FileId(2));
    assert!(network.subnets.iter().all(|subnet| subnet.vpc.known().is_some()));
}

#[test]
fn the_order_of_files_does_not_matter() {
    let files = [
        (
            "tables",
            r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1",
            "Associations": [{"Main": true}], "Routes": []}]}"#,
        ),
        (
            "subnets",
            r#"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}]}"#,
        ),
        ("vpcs", r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#),
    ];
    let backwards: Vec<_> = files.iter().rev().copied().collect();
    for files in [files.to_vec(), backwards] {
        let (network, problems) = read(&files);
        assert_eq!(problems, []);
        let main = subnet(&network, "subnet-1").table.known().unwrap();
        assert_eq!(network.tables[main.0].name, aws("rtb-1"));
        assert_eq!(vpc(&network, "vpc-1").main_table, *main);
    }
}

#[test]
fn other_describe_output_is_named_and_skipped() {
    let text = r#"{"Volumes": [{"VolumeId": "vol-1"}], "ResponseMetadata": {"RetryAttempts": 0}}"#;
    let (network, problems) = read(&[("volumes.json", text)]);
    assert!(network.vpcs.is_empty());
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(
        problem.skipped
            && problem.message.en.contains("`Volumes`")
            && problem.message.ja.contains("`Volumes`")
    );
    assert_eq!(slice(text, problem.span.unwrap()), "\"Volumes\"");
}

#[test]
fn unknown_fields_and_nulls_are_ignored() {
    let network = network(
        r#"{"NextToken": null, "Subnets": [{"SubnetId": "subnet-1", "VpcId": null, "CidrBlock": "10.0.1.0/24",
            "NewThing": {"a": [1]}}]}"#,
    );
    assert_eq!(subnet(&network, "subnet-1").cidr, Fact::Known(net("10.0.1.0/24")));
    assert_eq!(subnet(&network, "subnet-1").vpc, unknown(Missing::Component(aws("subnet-1"))));
}

#[test]
fn wrong_shapes_are_told_with_their_place_and_the_rest_is_read() {
    for (text, at, word) in [
        (
            r#"{"Subnets": {"SubnetId": "subnet-9"}}"#,
            r#"{"SubnetId": "subnet-9"}"#,
            "`Subnets` should be a list",
        ),
        (r#"{"Subnets": ["subnet-9"]}"#, r#""subnet-9""#, "should hold objects"),
        (r#"{"Subnets": [{"VpcId": "vpc-1"}]}"#, r#"{"VpcId": "vpc-1"}"#, "`SubnetId` is missing"),
        (r#"{"Subnets": [{"SubnetId": ["subnet-9"]}]}"#, r#"["subnet-9"]"#, "`SubnetId` should be a text"),
        (r#"{"Subnets": [{"SubnetId": "subnet-8", "CidrBlock": "10.0.1"}]}"#, r#""10.0.1""#, "10.0.0.0/16"),
        (r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/40"}]}"#, r#""10.0.0.0/40""#, "`CidrBlock`"),
        (r#"{"VpcId": "vpc-1", "EnableDnsSupport": true}"#, "true", "`EnableDnsSupport` should be an object"),
        (
            r#"{"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": [{"CidrBlock": "0.0.0.0/0", "PortRange": {"From": 70000, "To": 1}}]}]}"#,
            "70000",
            "up to 65535",
        ),
        (
            r#"{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "nonsense"}], "IpPermissionsEgress": []}]}"#,
            r#""nonsense""#,
            "no protocol",
        ),
        (
            r#"{"RouteTables": [{"RouteTableId": "rtb-1", "Routes": [{"GatewayId": "igw-1"}]}]}"#,
            r#"{"GatewayId": "igw-1"}"#,
            "no destination",
        ),
        ("[5]", "5", "`aws ec2 describe-...` prints"),
        ("{}", "{}", "no answer"),
    ] {
        let good = r#"{"Subnets": [{"SubnetId": "subnet-1"}]}"#;
        let (network, problems) = read(&[("wrong.json", text), ("good.json", good)]);
        assert!(subnets(&network).contains(&"subnet-1".to_owned()), "{text}");
        let [problem] = problems.as_slice() else { panic!("{text}: {problems:?}") };
        assert!(!problem.skipped && problem.file == FileId(1), "{text}");
        assert_eq!(slice(text, problem.span.unwrap()), at, "{text}");
        assert!(problem.message.en.contains(word), "{text}: {}", problem.message.en);
    }
}

#[test]
fn broken_json_is_told_and_the_other_files_are_read() {
    let broken = "{\"Subnets\": [\n  {\"SubnetId\": \"subnet-1\",\n";
    let (network, problems) =
        read(&[("broken.json", broken), ("good.json", r#"{"Vpcs": [{"VpcId": "vpc-1"}]}"#)]);
    assert!(
        problems.iter().any(|problem| problem.file == FileId(1) && problem.message.en.contains("not JSON"))
    );
    assert!(problems.iter().all(|problem| problem.file == FileId(1) && problem.span.is_some()));
    assert_eq!(network.vpcs.len(), 1);
    for empty in ["", "\n", "null"] {
        let (network, problems) = read(&[("empty.json", empty)]);
        assert!(network.vpcs.is_empty() && problems.len() == 1, "{empty:?}: {problems:?}");
    }
}

#[test]
fn json_that_yaml_would_read_otherwise_is_read_as_json() {
    let text = "{\n\t\"Subnets\": [\n\t\t{\"SubnetId\": \"subnet-1\", \"Tags\": [{\"Key\": \"a\\/b\", \"Value\": \"\\ud83d\\ude00 no: # x\"}],\n\t\t\"CidrBlock\":\"10.0.1.0\\/24\"}\n\t]\n}\n";
    assert_eq!(subnet(&network(text), "subnet-1").cidr, Fact::Known(net("10.0.1.0/24")));
}

#[test]
fn a_page_that_goes_on_is_told() {
    let text = r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}]}],
        "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}], "NextToken": "more"}"#;
    let (network, problems) = read(&[("page.json", text)]);
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(problem.skipped && slice(text, problem.span.unwrap()) == "\"more\"");
    // The table that the subnet is associated with may be on the next page.
    assert_eq!(subnet(&network, "subnet-1").table, unknown(part("subnet-1", "route table")));
}

#[test]
fn the_region_is_told_by_what_holds_it() {
    for (text, region) in [
        (
            r#"{"AvailabilityZones": [{"RegionName": "eu-west-1", "ZoneName": "eu-west-1a"}]}"#,
            Some("eu-west-1"),
        ),
        (
            r#"{"Subnets": [{"SubnetId": "subnet-1", "AvailabilityZone": "us-gov-west-1b"}]}"#,
            Some("us-gov-west-1"),
        ),
        (r#"{"Subnets": [{"SubnetId": "subnet-1", "AvailabilityZone": "us-west-2-lax-1a"}]}"#, None),
        (
            r#"{"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.ap-south-1.s3", "Cidrs": []}]}"#,
            Some("ap-south-1"),
        ),
        (
            r#"{"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "ServiceName": "com.amazonaws.eu-north-1.s3"}]}"#,
            Some("eu-north-1"),
        ),
    ] {
        let (context, problems) = Context::read(&[(FileId(1), text)]);
        assert_eq!((context.region(), problems.as_slice()), (region, [].as_slice()), "{text}");
        let mut builder = Builder::default();
        builder.network.region = Some("sa-east-1".to_owned());
        context.declare(&mut builder);
        assert_eq!(builder.network.region.as_deref(), Some("sa-east-1"));
    }
}

#[test]
fn a_component_that_is_described_twice_stands_once() {
    let text = r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}],
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]}]}"#;
    let (network, problems) = read(&[("one.json", text), ("two.json", text)]);
    assert_eq!(problems, []);
    assert_eq!(table(&network, "rtb-1").routes.items.len(), 1);
    assert_eq!(network.internet_gateways.len(), 1);
}
