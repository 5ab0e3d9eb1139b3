//! What is found, and what becomes of it.

use crate::{SOUND, Workspace};

/// An error: a reference to nothing.
const BROKEN: &str =
    "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Ref Nmae\n";

/// An unknown: subnets that are a parameter without a default.
const OPEN: &str = "\
Parameters:
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig:
        SubnetIds: !Ref Subnets
        SecurityGroupIds: [sg-0a1b2c3d]
";

#[test]
fn findings_are_shown_in_the_manner_of_compilers() {
    let run = Workspace::new([("app/a.yaml", BROKEN), ("b.yaml", SOUND)]).run("check .");
    insta::assert_snapshot!(run.out, @r"
    error[unknown-reference]: no parameter or resource is named `Nmae`
     --> app/a.yaml:5:23
      |
    5 |       TopicName: !Ref Nmae
      |                       ^^^^
      |
      = help: declare it under Parameters, or correct the name: CloudFormation refuses the template as it is

    1 error in 1 of 2 files
    ");
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn markdown_lists_them_for_a_pull_request() {
    let run = Workspace::new([("app/a.yaml", BROKEN), ("b.yaml", SOUND)]).run("check --format markdown .");
    insta::assert_snapshot!(run.out, @r"
    ### vpcheck: 1 error

    `app/a.yaml`

    - **Error:** no parameter or resource is named `Nmae` (`unknown-reference`, line 5)
      - declare it under Parameters, or correct the name: CloudFormation refuses the template as it is
    ");
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    let run = Workspace::new([("a.yaml", BROKEN)]).run("check --format markdown --lang ja a.yaml");
    assert!(run.out.starts_with("### vpcheck: エラー 1 件\n\n`a.yaml`\n\n- **エラー:** "), "{}", run.out);
    let run = Workspace::new([("a.yaml", BROKEN)]).run("trace --format markdown a.yaml");
    assert_eq!(run.status, 2, "only findings have that form");
}

#[test]
fn sarif_is_for_code_scanning() {
    let run = Workspace::new([("app/a.yaml", BROKEN), ("b.yaml", SOUND)]).run("check --format sarif .");
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    let log: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let run = &log["runs"][0];
    let [result] = &run["results"].as_array().expect("results")[..] else { panic!("{log}") };
    assert_eq!(result["ruleId"], "unknown-reference");
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "app/a.yaml");
    let help = run["tool"]["driver"]["rules"][0]["help"]["markdown"].as_str();
    assert!(help.is_some_and(|text| text.starts_with("# unknown-reference")), "{help:?}");
}

#[test]
fn junit_is_for_servers_that_show_tests() {
    let run = Workspace::new([("a.yaml", BROKEN), ("b.yaml", SOUND)]).run("check --format junit .");
    insta::assert_snapshot!(run.out, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="vpcheck" tests="2" failures="1" errors="0" skipped="0">
      <testsuite name="a.yaml" tests="1" failures="1" errors="0" skipped="0">
        <testcase name="unknown-reference (Topic)" classname="a.yaml" file="a.yaml" line="5"><failure type="error" message="no parameter or resource is named `Nmae`">a.yaml:5&#10;no parameter or resource is named `Nmae`&#10;declare it under Parameters, or correct the name: CloudFormation refuses the template as it is</failure></testcase>
      </testsuite>
      <testsuite name="b.yaml" tests="1" failures="0" errors="0" skipped="0">
        <testcase name="vpcheck" classname="b.yaml"/>
      </testsuite>
    </testsuites>
    "#);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn github_shows_them_beside_the_lines_of_a_pull_request() {
    let run = Workspace::new([("a.yaml", BROKEN), ("b.yaml", SOUND)]).run("check --format github .");
    insta::assert_snapshot!(run.out, @"::error file=a.yaml,line=5,endLine=5,col=23,endColumn=26,title=vpcheck%3A unknown-reference::no parameter or resource is named `Nmae`%0Adeclare it under Parameters, or correct the name: CloudFormation refuses the template as it is");
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn json_names_the_same_places() {
    let run = Workspace::new([("a.yaml", BROKEN)]).run("check --format json --lang ja a.yaml");
    assert_eq!(run.status, 1);
    let file = &run.json()["files"][0];
    assert_eq!(file["path"], "a.yaml");
    let finding = &file["findings"][0];
    assert_eq!((&finding["rule"], &finding["severity"]), (&"unknown-reference".into(), &"error".into()));
    let span = serde_json::json!({"start": {"line": 5, "column": 23}, "end": {"line": 5, "column": 27}});
    assert_eq!(finding["labels"][0]["span"], span);
    assert!(!finding["message"].as_str().unwrap().is_ascii());
    let summary = serde_json::json!({"errors": 1, "warnings": 0, "infos": 0, "suppressed": 0});
    assert_eq!(file["summary"], summary);
}

#[test]
fn the_exit_status_follows_fail_on() {
    let workspace = Workspace::new([("broken.yaml", BROKEN), ("open.yaml", OPEN), ("sound.yaml", SOUND)]);
    for (arguments, status) in [
        ("broken.yaml", 1),
        ("broken.yaml --fail-on never", 0),
        ("open.yaml", 0),
        ("open.yaml --fail-on warning", 0),
        ("open.yaml --fail-on info", 1),
        ("open.yaml --fail-on unknown", 1),
        ("broken.yaml --fail-on unknown", 1),
        ("sound.yaml --fail-on info", 0),
        ("broken.yaml missing.yaml", 2),
        ("broken.yaml missing.yaml --fail-on never", 2),
    ] {
        assert_eq!(workspace.run(&format!("check {arguments}")).status, status, "{arguments}");
    }
}

/// Every way to give a value settles the unknown.
#[test]
fn values_settle_what_is_unknown() {
    let workspace = Workspace::new([
        ("open.yaml", OPEN),
        ("cloudformation.json", r#"[{"ParameterKey": "Subnets", "ParameterValue": "subnet-1,subnet-2"}]"#),
        ("pipeline.json", r#"{"Parameters": {"Subnets": "subnet-1"}}"#),
        ("plain.yaml", "Subnets: [subnet-1, subnet-2]\n"),
        ("prod.toml", "[prod.deploy.parameters]\nparameter_overrides = 'Subnets=\"subnet-1\"'\n"),
        ("settings.yaml", "params: {Subnets: subnet-1}\n"),
    ]);
    for (arguments, status) in [
        ("", 1),
        ("--param Other=1", 1),
        ("--param Subnets=subnet-1", 0),
        ("--param-file cloudformation.json", 0),
        ("--param-file pipeline.json", 0),
        ("--param-file plain.yaml", 0),
        ("--param-file prod.toml", 1),
        ("--param-file prod.toml --config-env prod", 0),
        ("--config settings.yaml", 0),
    ] {
        let run = workspace.run(&format!("check open.yaml --fail-on unknown {arguments}"));
        assert_eq!(run.status, status, "{arguments}: {run:?}");
    }
    workspace.write(
        "samconfig.toml",
        "[default.deploy.parameters]\nparameter_overrides = [\"Subnets=subnet-1\"]\n",
    );
    assert_eq!(
        workspace.run("check open.yaml --fail-on unknown").status,
        0,
        "samconfig.toml beside the template"
    );
}

#[test]
fn allowed_findings_are_counted_and_shown_on_request() {
    let workspace = Workspace::new([
        ("a.yaml", BROKEN),
        ("legacy/b.yaml", BROKEN),
        ("vpcheck.yaml", "allow:\n  - {rule: unknown-reference, reason: replaced soon, path: legacy/}\n"),
    ]);
    let run = workspace.run("check legacy");
    assert_eq!((run.status, run.out.as_str()), (0, "No findings in 1 file (1 suppressed)\n"));
    let run = workspace.run("check --show-suppressed legacy");
    assert!(run.out.contains("= note: suppressed: replaced soon\n"), "{}", run.out);
    let run = workspace.run("check --format json legacy");
    assert_eq!(run.json()["files"][0]["findings"][0]["suppressed"], "replaced soon");
    let run = workspace.run("check .");
    assert!(run.out.ends_with("1 error in 1 of 2 files (1 suppressed)\n"), "{}", run.out);
    assert_eq!(run.status, 1);
}

#[test]
fn a_text_that_does_not_parse_is_a_finding() {
    let workspace = Workspace::new([("a.yaml", "Resources:\n  A: {Type: AWS::SNS::Topic\n  B: ]\n")]);
    let run = workspace.run("check a.yaml");
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    assert!(run.out.contains("error[invalid-syntax]: "), "{}", run.out);
}

#[test]
fn rules_are_listed_and_explained() {
    let workspace = Workspace::new([]);
    let list = workspace.run("rules");
    assert_eq!((list.status, list.err.as_str()), (0, ""));
    let ids: Vec<&str> =
        list.out.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(ids.contains(&"unknown-reference"), "{}", list.out);
    for id in ids {
        for language in ["en", "ja"] {
            let run = workspace.run(&format!("explain {id} --lang {language}"));
            assert!(run.status == 0 && run.out.contains(id), "{id}: {run:?}");
        }
    }
    let run = workspace.run("explain unknown-referense");
    assert!(run.err.ends_with("= help: did you mean `unknown-reference`?\n"), "{}", run.err);
}

const PARENT: &str = "\
Resources:
  App:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./nested/app.yaml, Parameters: {Subnets: 'subnet-1,subnet-2'}}
";

#[test]
fn nested_templates_of_a_folder_are_told_by_their_parents() {
    let broken = OPEN.to_owned() + BROKEN.strip_prefix("Resources:\n").unwrap();
    let workspace = Workspace::new([("app/main.yaml", PARENT), ("app/nested/app.yaml", &broken)]);
    for arguments in ["check app", "check ./app/main.yaml", "check app/nested/../main.yaml"] {
        let run = workspace.run(arguments);
        assert!(run.out.contains("app/nested/app.yaml:13:23\n"), "{}", run.out);
        assert!(run.out.ends_with("\n1 error in 1 file\n"), "{arguments}: {}", run.out);
    }
    let run = workspace.run("check app app/nested/app.yaml --format json");
    assert_eq!(run.json_paths(), ["app/main.yaml", "app/nested/app.yaml"], "named outright");
    let run = workspace.run("check app/nested/app.yaml app --format json");
    assert_eq!(run.json_paths(), ["app/nested/app.yaml", "app/main.yaml"], "named outright");
    workspace.write("vpcheck.yaml", "allow: [{rule: unknown-reference, reason: soon, path: nested/}]\n");
    let run = workspace.run("check app/main.yaml --config vpcheck.yaml");
    assert!(!run.out.contains("unknown-reference"), "{}", run.out);
    assert!(run.out.ends_with("\n\nNo findings in 1 file (1 suppressed)\n"), "{}", run.out);
}

/// What fails names its rule, and what passes is only counted.
#[test]
fn the_checklist_follows_the_findings() {
    let template = "\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: arn:aws:iam::123456789012:role/function
      VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Group]}
";
    let workspace = Workspace::new([("a.yaml", template)]);
    let out = workspace.run("check a.yaml").out;
    let (findings, checklist) = out.split_once("checklist of a.yaml\n").unwrap();
    assert!(findings.contains("warning[single-zone-function]"), "{findings}");
    assert!(checklist.starts_with("  Function: "), "{checklist}");
    let zones = checklist.lines().find(|line| line.contains("Two zones or more")).unwrap();
    assert!(zones.starts_with("    fail ") && zones.ends_with(" single-zone-function"), "{zones}");
    assert!(!checklist.contains("No public subnet"), "what passes is only counted: {checklist}");

    let json = workspace.run("check a.yaml --format json").json();
    let items = json["files"][0]["checklist"].as_array().unwrap();
    let questions: Vec<&str> = items.iter().map(|item| item["question"].as_str().unwrap()).collect();
    assert_eq!(
        questions,
        ["vpc-needed", "no-public-subnet", "two-zones", "free-addresses", "nat-cost", "database-connections"]
    );
    assert_eq!((&items[2]["status"], &items[1]["status"]), (&"fail".into(), &"pass".into()));
    assert_eq!(items[2]["evidence"][0]["rule"], "single-zone-function");
    assert_eq!(items[2]["evidence"][0]["span"]["start"], serde_json::json!({"line": 9, "column": 7}));
}

#[test]
fn templates_that_nest_each_other_are_not_lost() {
    let nesting = |path: &str| {
        BROKEN.to_owned()
            + &format!("  S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {path}}}}}\n")
    };
    let (a, b) = (nesting("b.yaml"), nesting("a.yaml"));
    let run = Workspace::new([("a.yaml", a.as_str()), ("b.yaml", b.as_str())]).run("check --format json .");
    assert_eq!(run.json_paths(), ["a.yaml"]);
    assert_eq!(run.json()["files"][0]["summary"]["errors"], 2);
}

#[test]
fn a_damaged_template_of_a_folder_is_not_passed_over() {
    let text = "{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {\"A\": {\"Type\": \"AWS::SNS::Topic\" \"B\"}";
    let run = Workspace::new([("a.json", text), ("b.yaml", SOUND)]).run("check .");
    assert_eq!(run.status, 1, "{run:?}");
}
