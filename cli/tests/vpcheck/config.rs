//! vpcheck.yaml beside templates: what it decides, and what goes before it.

use crate::{SOUND, Workspace};

/// A function whose subnets a parameter names, and one that may only reach what its VPC has.
const TEMPLATE: &str = "\
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
  Inside:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Group]}}
  Given:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}}
";

#[test]
fn init_writes_a_file_that_changes_nothing_and_overwrites_none() {
    let workspace = Workspace::new([("a.yaml", SOUND)]);
    let before = workspace.run("check a.yaml").out;
    let run = workspace.run("init");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "vpcheck.yaml: written\n", ""));
    let run = workspace.run("check a.yaml");
    assert_eq!((run.status, run.out, run.err), (0, before, String::new()));
    workspace.write("vpcheck.yaml", "region: us-east-1\n");
    let run = workspace.run("init");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("error: vpcheck.yaml: exists already\n"), "{}", run.err);
    let text = std::fs::read_to_string(workspace.path().join("vpcheck.yaml")).unwrap();
    assert_eq!(text, "region: us-east-1\n");
    workspace.write("other/vpcheck.yml", "");
    assert_eq!(workspace.run("init other").status, 2, "the other name counts too");
    assert_eq!(workspace.run("init missing").status, 2);
    workspace.write("ja/a.yaml", SOUND);
    assert_eq!(workspace.run("init ja --lang ja").out, "ja/vpcheck.yaml: 作成しました\n");
}

#[test]
fn assertions_are_held_to_the_paths() {
    let workspace = Workspace::new([
        ("a.yaml", TEMPLATE),
        ("b.yaml", SOUND),
        ("vpcheck.yaml", "assertions:\n  - {to: internet, expect: blocked}\nassume: {Subnets: isolated}\n"),
    ]);
    let run = workspace.run("check a.yaml");
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    // The command line goes before the file.
    let run = workspace.run("check a.yaml --assume Subnets=private-nat");
    assert_eq!(run.status, 1);
    assert!(
        run.out.contains("[failed-assertion]: `Given` must not reach `internet`: it does"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("`Inside` must"), "{}", run.out);
    // What is not known is neither.
    workspace.write("vpcheck.yaml", "assertions:\n  - {from: Given, to: internet, expect: blocked}\n");
    let run = workspace.run("check a.yaml");
    assert!(
        run.out.contains("`Given` must not reach `internet`: it cannot be told from what is known"),
        "{}",
        run.out
    );
    // A template without the source is passed over, and that is told where no template has it.
    let run = workspace.run("check b.yaml");
    assert_eq!(run.status, 0);
    assert_eq!(run.err, "note: assertions: no checked template has paths from `Given` to `internet`\n");
    assert_eq!(workspace.run("check .").err, "");
}

#[test]
fn a_failed_assertion_is_a_finding_in_every_format() {
    let settings = "assertions: [{from: Inside, to: internet, expect: reachable, reason: it calls an API}]\n";
    let workspace = Workspace::new([("a.yaml", TEMPLATE), ("vpcheck.yaml", settings)]);
    for format in ["json", "sarif", "junit", "github", "markdown"] {
        let run = workspace.run(&format!("check a.yaml --format {format}"));
        assert_eq!(run.status, 1, "{format}");
        assert!(
            run.out.contains("failed-assertion") && run.out.contains("it calls an API"),
            "{format}: {}",
            run.out
        );
    }
    let run = workspace.run("check a.yaml");
    assert!(run.out.contains(" a.yaml:7:3\n"), "at the function's name: {}", run.out);
    let rules = "rules: {failed-assertion: {level: info, reason: until the gateway is there}}\n";
    workspace.write("vpcheck.yaml", &(settings.to_owned() + rules));
    assert_eq!(workspace.run("check a.yaml").status, 0);
}

#[test]
fn rules_weigh_what_the_file_says_and_paths_go_before_it() {
    let broken = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nothing}}\n";
    let workspace = Workspace::new([
        ("a.yaml", broken),
        ("legacy/b.yaml", broken),
        (
            "vpcheck.yaml",
            "rules: {unknown-reference: {level: warning, reason: a tool adds names}}\noverrides:\n  - path: legacy/**\n    rules: {unknown-reference: {level: 'off', reason: nobody deploys it}}\n",
        ),
    ]);
    let run = workspace.run("check a.yaml");
    assert!(run.status == 0 && run.out.contains("warning[unknown-reference]"), "{}", run.out);
    let run = workspace.run("check legacy --show-suppressed");
    assert!(run.status == 0 && run.out.contains("nobody deploys it"), "{}", run.out);
    workspace.write("vpcheck.yaml", "rules: {unknown-reference: {level: fatal, reason: x}}\n");
    assert_eq!(workspace.run("check a.yaml").status, 2);
}

#[test]
fn context_files_are_found_from_the_file_and_given_ones_go_before() {
    let subnet = |name: &str| {
        format!(
            "{{\"Subnets\": [{{\"SubnetId\": \"{name}\", \"VpcId\": \"vpc-1\", \"CidrBlock\": \"10.0.0.0/24\"}}], \"Odd\": []}}"
        )
    };
    let workspace = Workspace::new([
        ("app/a.yaml", SOUND),
        ("app/b.yaml", SOUND),
        ("net/subnets.json", &subnet("subnet-1")),
        ("other.json", &subnet("subnet-2")),
        ("vpcheck.yaml", "context: net\n"),
    ]);
    let run = workspace.run("check app");
    assert_eq!((run.status, run.err.matches("net/subnets.json").count()), (0, 1), "told once: {}", run.err);
    let run = workspace.run("check app --context other.json");
    assert!(run.err.contains("other.json") && !run.err.contains("net/"), "{}", run.err);
    workspace.write("vpcheck.yaml", "context: nothing\n");
    assert_eq!(workspace.run("check app").status, 2);
}

#[test]
fn prices_and_traffic_stand_in_the_file_or_beside_it() {
    let workspace = Workspace::new([
        ("a.yaml", TEMPLATE),
        (
            "vpcheck.yaml",
            "region: us-east-1\ntraffic: {gb: {Inside: {s3: 5}}}\nprices: prices.yaml\nparams: {Subnets: subnet-1}\n",
        ),
        ("prices.yaml", "us-east-1: {nat_gateway_hour: 1}\n"),
    ]);
    let run = workspace.run("cost a.yaml");
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    workspace.write("prices.yaml", "us-east-1: {nat_hour: 1}\n");
    let run = workspace.run("cost a.yaml");
    assert!(run.status == 2 && run.err.contains("prices.yaml: no price is called `nat_hour`"), "{}", run.err);
}
