use vpcheck_core::share::decode;

use super::Workspace;

const TEMPLATE: &str = "Parameters:\n  Password: {Type: String, NoEcho: true, Default: hunter22}\nResources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties: {ManagedPolicyArns: ['arn:aws:iam::210987654321:policy/team']}\n";

#[test]
fn the_link_holds_the_template_and_what_is_known_beside_it() {
    let workspace = Workspace::new([
        ("t.yaml", TEMPLATE),
        ("samconfig.toml", "version = 0.1\n[default.deploy.parameters]\nregion = \"eu-west-1\"\n"),
    ]);
    let run = workspace.run(
        "share t.yaml --param A=b --assume Subnets=isolated --prefix-list pl-1=10.0.0.0/8 --resolve sqs=192.0.2.1 --view cost --to s3 --site https://vpcheck.example/play/",
    );
    assert_eq!(run.status, 0, "{run:?}");
    let fragment = run.out.trim_end().strip_prefix("https://vpcheck.example/play/#").expect("the address");
    let shared = decode(fragment).expect("a link");
    assert_eq!(shared.text, TEMPLATE);
    assert_eq!(shared.parameters["A"], "b");
    assert_eq!(shared.region.as_deref(), Some("eu-west-1"));
    assert_eq!(shared.assumed["Subnets"], "isolated");
    assert_eq!(shared.prefix_lists["pl-1"], "10.0.0.0/8");
    assert_eq!(shared.addresses["sqs"], "192.0.2.1");
    assert_eq!((shared.view.as_deref(), shared.to.as_deref()), (Some("cost"), Some("s3")));
    assert!(run.err.contains("t.yaml:2: looks like a secret `hunter22`: in the link"), "{}", run.err);
    assert!(run.err.contains("t.yaml:6: AWS account id `210987654321`"), "{}", run.err);
}

#[test]
fn redaction_takes_out_what_tells_too_much() {
    let workspace = Workspace::new([("t.yaml", TEMPLATE)]);
    let run = workspace.run("share t.yaml --redact");
    assert_eq!(run.status, 0, "{run:?}");
    let text = decode(run.out.trim_end()).expect("a link").text;
    for gone in ["hunter22", "210987654321", "policy/team"] {
        assert!(TEMPLATE.contains(gone) && !text.contains(gone), "{text}");
    }
    assert!(text.contains("arn:aws:iam::111122223333:policy/example-1"), "{text}");
    assert!(run.err.contains("--site"), "{}", run.err);
}

#[test]
fn what_makes_no_link_is_told() {
    let large = format!("# {}\n", "x".repeat(2_200_000));
    let workspace = Workspace::new([("large.yaml", &*large)]);
    for (arguments, said) in [
        ("share .", "a folder"),
        ("share none.yaml", "none.yaml"),
        ("share large.yaml --max-size 9000000", "too large for a link"),
    ] {
        let run = workspace.run(arguments);
        assert_eq!((run.status, &*run.out), (2, ""), "{run:?}");
        assert!(run.err.contains(said), "{}", run.err);
    }
}
