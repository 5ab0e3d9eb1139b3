//! Pictures of a small network.

use crate::{SOUND, Workspace};

const NETWORK: &str = "\
Parameters: {SubnetIds: {Type: 'List<AWS::EC2::Subnet::Id>'}}
Resources:
  Reader:
    Type: AWS::Lambda::Function
    Metadata: {vpcheck: {reaches: [internet]}}
    Properties: {Code: {ZipFile: x}, VpcConfig: {SubnetIds: !Ref SubnetIds, SecurityGroupIds: [sg-0123]}}
";

#[test]
fn the_picture_goes_to_standard_output_or_to_a_file() {
    let workspace = Workspace::new([("network.yaml", NETWORK)]);
    let run = workspace.run("diagram network.yaml");
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.starts_with("<svg ") && run.out.contains(">SubnetIds</text>"), "{}", run.out);
    let file = workspace.run("diagram network.yaml -o network.svg");
    assert_eq!((file.status, file.out.as_str()), (0, ""), "{file:?}");
    assert_eq!(std::fs::read_to_string(workspace.path().join("network.svg")).unwrap(), run.out);
    let refused = workspace.run("diagram network.yaml -o nowhere/network.svg");
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(refused.err.contains("nowhere"), "{}", refused.err);
}

#[test]
fn what_is_known_beside_the_template_is_in_the_picture() {
    let workspace = Workspace::new([("network.yaml", NETWORK)]);
    let run =
        workspace.run("diagram network.yaml --assume SubnetIds=private-nat --region eu-west-1 --lang ja");
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.contains("NAT ゲートウェイ") && run.out.contains(">eu-west-1</text>"), "{}", run.out);
    assert!(run.out.contains("仮定"), "what it rests on is said: {}", run.out);
    let run = workspace.run("diagram network.yaml --assume Subnets=private-nat");
    assert_eq!(run.status, 2, "{run:?}");
}

#[test]
fn a_path_lies_over_the_picture() {
    let workspace = Workspace::new([("network.yaml", NETWORK)]);
    let run = workspace.run("diagram network.yaml --assume SubnetIds=isolated --from Reader --to internet");
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.contains("Reader → internet:443: blocked"), "{}", run.out);
    assert!(run.out.contains("class=\"stop\""), "{}", run.out);
    for (arguments, word) in [("--from Nobody --to internet", "Nobody"), ("--from Reader", "--to")] {
        let run = workspace.run(&format!("diagram network.yaml {arguments}"));
        assert_eq!(run.status, 2, "{run:?}");
        assert!(run.err.contains(word), "{}", run.err);
    }
}

#[test]
fn mermaid_has_the_same_boxes() {
    let workspace = Workspace::new([("network.yaml", NETWORK)]);
    let run = workspace.run("diagram network.yaml --format mermaid");
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.contains("flowchart LR") && run.out.contains("SubnetIds"), "{}", run.out);
}

#[test]
fn what_is_no_network_is_said() {
    let workspace = Workspace::new([
        ("topic.yaml", SOUND),
        ("broken.yaml", "Resources:\n  A: {Type: x\n"),
        ("list.yaml", "- a\n"),
    ]);
    let run = workspace.run("diagram topic.yaml");
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.out.contains("no VPC, subnet or function"), "{}", run.out);
    for name in ["broken.yaml", "list.yaml", "none.yaml", "."] {
        let run = workspace.run(&format!("diagram {name}"));
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{name}: {run:?}");
    }
}
