//! What `vpcheck trace` can use, and what is said about the rest.

use crate::trace::SHOP;
use crate::{SOUND, Workspace};

/// A function in subnets that are a parameter.
const OPEN: &str = "\
Parameters:
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Group: {Type: AWS::EC2::SecurityGroup::Id}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: x}, VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}}
";

#[test]
fn what_names_nothing_is_told_with_what_there_is() {
    let workspace = Workspace::new([("shop.yaml", SHOP)]);
    for (arguments, message) in [
        ("--from Raeder", "error: `Raeder` is no source\n  = help: did you mean `Reader`?\n"),
        ("--from Nobody", "error: `Nobody` is no source\n  = help: name one of: Reader, Writer, Outside\n"),
        (
            "--from StoreGroup",
            "error: `StoreGroup` is an AWS::EC2::SecurityGroup: no traffic starts there\n  = help: name one of: Reader, Writer, Outside\n",
        ),
        ("--to Sotre:5432", "error: `Sotre` is no destination\n  = help: did you mean `Store`?\n"),
        ("--to Store:99999", "error: `Store:99999`: `99999` is no port\n"),
        ("--to Vpc", "error: `Vpc` is an AWS::EC2::VPC: no traffic ends there"),
        ("--to [2001:db8::g]:443", "error: `2001:db8::g` is no IPv6 address"),
    ] {
        for expect in ["", "--expect blocked"] {
            let run = workspace.run(&format!("trace shop.yaml {arguments} {expect}"));
            assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments}");
            assert!(run.err.starts_with(message), "{arguments}: {}", run.err);
            assert_eq!(run.err.lines().count(), 2, "{arguments}: {}", run.err);
        }
    }
}

#[test]
fn a_text_that_cannot_be_traced_is_told() {
    let workspace = Workspace::new([
        ("sound.yaml", SOUND),
        (
            "broken.yaml",
            "Resources:\n  Function:\n    Type: AWS::Lambda::Function\n    Properties: {Role: x\n",
        ),
        ("list.yaml", "- 1\n"),
        ("empty.yaml", ""),
        ("folder/a.yaml", SHOP),
    ]);
    for (name, message) in [
        ("sound.yaml", "error: sound.yaml: no Lambda function in this template, so nothing to trace\n"),
        ("broken.yaml", "error: broken.yaml:4:17: the template does not parse here\n"),
        ("list.yaml", "error: list.yaml: not a CloudFormation or SAM template"),
        ("empty.yaml", "error: empty.yaml: empty\n"),
        ("missing.yaml", "error: missing.yaml: no such file or folder\n"),
        ("folder", "error: folder: a folder\n"),
    ] {
        for arguments in ["", "--expect reachable", "--from Function --to internet", "--format json"] {
            let run = workspace.run(&format!("trace {name} {arguments}"));
            assert_eq!((run.status, run.out.as_str()), (2, ""), "{name} {arguments}");
            assert!(run.err.starts_with(message), "{name}: {}", run.err);
        }
    }
}

#[test]
fn an_unknown_says_what_settles_it_and_is_never_as_expected() {
    let workspace = Workspace::new([("open.yaml", OPEN)]);
    let run = workspace.run("trace open.yaml --to internet");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(run.out.contains("--assume Subnets=private-nat"), "{}", run.out);
    assert!(run.out.ends_with("1 path: 1 unknown\n"), "{}", run.out);
    for expected in ["reachable", "blocked"] {
        let run = workspace.run(&format!("trace open.yaml --to internet --expect {expected}"));
        assert_eq!(run.status, 1, "{}", run.out);
    }
}

#[test]
fn an_assumption_settles_subnets_and_is_repeated() {
    let workspace = Workspace::new([("open.yaml", OPEN), ("groups.json", GROUPS)]);
    let base = "trace open.yaml --to internet --param Group=sg-1 --context groups.json --expect";
    for (kind, verdict) in [("private-nat", "reachable"), ("isolated", "blocked"), ("public", "blocked")] {
        let run = workspace.run(&format!("{base} {verdict} --assume Subnets={kind}"));
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{kind}: {}", run.out);
        assert!(run.out.contains("The answers rest on assumptions:\n"), "{}", run.out);
    }
}

#[test]
fn names_that_the_template_does_not_have_are_told() {
    let workspace = Workspace::new([("open.yaml", OPEN)]);
    let run = workspace.run("trace open.yaml --assume Subents=isolated");
    let expected =
        "error: --assume Subents: the template has nothing of this name\n  = help: did you mean `Subnets`?\n";
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (2, "", expected));
    let run = workspace.run("trace open.yaml --assume import:subnets=isolated");
    assert!(run.err.ends_with("  = help: subnets that are not known: Subnets\n"), "{}", run.err);
    let run = workspace.run("trace open.yaml --param Gruop=sg-1");
    let expected = "note: --param Gruop: the template has no such parameter; did you mean `Group`?\n";
    assert_eq!((run.status, run.err.as_str()), (0, expected));
    let run = workspace.run("trace open.yaml --assume Group=isolated");
    assert_eq!(run.status, 0);
    assert!(run.err.starts_with("note: --assume Group: it stands for no subnets"), "{}", run.err);
}

/// What `describe-security-groups` prints of a group that lets everything out.
const GROUPS: &str = r#"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [],
    "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]}"#;

const SUBNETS: &str = r#"{"Subnets": [
    {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.9.1.0/24", "AvailabilityZone": "eu-west-1a"}]}"#;

const VPC: &str = r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.9.0.0/16",
    "CidrBlockAssociationSet": [{"CidrBlock": "10.9.0.0/16", "CidrBlockState": {"State": "associated"}}]}]}"#;

const TABLES: &str = r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1",
    "Associations": [{"Main": true, "RouteTableId": "rtb-1"}],
    "Routes": [{"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local", "State": "active"}]}]}"#;

const ACLS: &str = r#"{"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true,
    "Associations": [{"NetworkAclId": "acl-1", "SubnetId": "subnet-1"}],
    "Entries": [
        {"CidrBlock": "0.0.0.0/0", "Egress": true, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100},
        {"CidrBlock": "0.0.0.0/0", "Egress": false, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100}]}]}"#;

#[test]
fn context_files_and_folders_tell_the_real_network() {
    let workspace = Workspace::new([
        ("open.yaml", OPEN),
        ("net/subnets.json", SUBNETS),
        ("net/vpc.json", VPC),
        ("net/deep/tables.json", TABLES),
        ("net/deep/acls.json", ACLS),
        ("net/notes.txt", "no context"),
        ("groups.json", GROUPS),
        (".gitignore", "net/\n"),
    ]);
    let run = workspace.run(
        "trace open.yaml --to internet --param Subnets=subnet-1 --param Group=sg-1 --context net --context groups.json --context groups.json --expect blocked --format json",
    );
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    let blocker = &run.json()["traces"][0]["blockers"][0];
    assert_eq!(blocker["code"], "NO_ROUTE_TO_DESTINATION", "{}", run.out);
}

#[test]
fn context_that_cannot_be_used_ends_the_run_and_other_output_is_skipped() {
    let workspace = Workspace::new([
        ("open.yaml", OPEN),
        ("broken.json", "{\"Vpcs\": [}"),
        ("shape.json", "{\n  \"Subnets\": 5\n}\n"),
        ("other.json", r#"{"Clusters": []}"#),
        ("empty.json", ""),
        ("folder/readme.md", "nothing"),
    ]);
    for command in ["check", "trace"] {
        for (name, message) in [
            ("broken.json", "error: broken.json:1:"),
            ("shape.json", "error: shape.json:2:"),
            ("empty.json", "error: empty.json: empty\n"),
            ("missing.json", "error: missing.json: no such file or folder\n"),
            ("folder", "error: folder: no context file in this folder\n"),
        ] {
            let run = workspace.run(&format!("{command} open.yaml --context {name}"));
            assert_eq!(run.status, 2, "{command} {name}: {}", run.out);
            assert!(run.err.starts_with(message), "{command} {name}: {}", run.err);
        }
        let run = workspace.run(&format!("{command} open.yaml --context other.json"));
        assert_eq!(run.status, 0, "{}", run.err);
        assert!(run.err.starts_with("note: other.json"), "{}", run.err);
        assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    }
}

#[test]
fn arguments_that_cannot_be_used_end_with_2() {
    let workspace = Workspace::new([("shop.yaml", SHOP)]);
    for arguments in [
        "",
        "shop.yaml shop.yaml",
        "shop.yaml --expect partial",
        "shop.yaml --assume Subnets",
        "shop.yaml --assume Subnets=private",
        "shop.yaml --prefix-list pl-1=10.0.0.0/40",
        "shop.yaml --resolve sqs=",
        "shop.yaml --format junit",
    ] {
        let run = workspace.run(&format!("trace {arguments}"));
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments}");
        assert!(!run.err.is_empty(), "{arguments}");
    }
}
