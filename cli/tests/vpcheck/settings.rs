//! Parameter values and vpcheck.yaml.

use crate::{SOUND, Workspace};

#[test]
fn a_parameter_file_that_cannot_be_used_ends_the_run() {
    let workspace = Workspace::new([
        ("a.yaml", SOUND),
        ("good.json", r#"[{"ParameterKey": "A", "ParameterValue": "1"}]"#),
        ("tabs.json", "{\n\t\"Parameters\": {\n\t\t\"A\": \"1\"\n\t}\n}"),
        ("good.yaml", "A: 1\nB: [x, y]\n"),
        ("bad.json", "{\"A\": "),
        ("bad.yaml", "A: {B: 1}\n"),
        ("samconfig.toml", "[prod.deploy.parameters]\nparameter_overrides = \"A=1\"\n"),
    ]);
    for name in ["good.json", "tabs.json", "good.yaml", "samconfig.toml"] {
        let run = workspace.run(&format!("check a.yaml --param-file {name}"));
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{name}");
    }
    for (name, message) in [
        ("missing.json", "error: missing.json: no such file or folder\n"),
        ("bad.json", "error: bad.json: EOF while parsing"),
        ("bad.yaml", "error: bad.yaml: the value of `A` is a map, not a string\n"),
    ] {
        let run = workspace.run(&format!("check a.yaml --param-file {name}"));
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{name}");
        assert!(run.err.starts_with(message), "{name}: {}", run.err);
    }
}

#[test]
fn a_broken_samconfig_is_told_once_and_templates_are_checked_all_the_same() {
    let workspace =
        Workspace::new([("a.yaml", SOUND), ("b.yaml", SOUND), ("samconfig.toml", "version = \n")]);
    let run = workspace.run("check .");
    assert_eq!((run.status, run.out.as_str()), (2, "No findings in 2 files\n"));
    assert_eq!(run.err.matches("error: samconfig.toml: ").count(), 1, "{}", run.err);
}

#[test]
fn an_environment_that_samconfig_lacks_is_told() {
    let workspace = Workspace::new([("a.yaml", SOUND), ("samconfig.toml", "[prod.deploy.parameters]\n")]);
    assert_eq!(workspace.run("check a.yaml --config-env prod").status, 0);
    let run = workspace.run("check a.yaml --config-env staging");
    let expected =
        "error: samconfig.toml: no environment `staging`\n  = help: pass --config-env with one of: prod\n";
    assert_eq!((run.status, run.err.as_str()), (2, expected));
}

#[test]
fn settings_are_found_up_to_the_root_of_the_repository() {
    let workspace = Workspace::new([
        ("vpcheck.yaml", "outside: true\n"),
        ("repo/.git/HEAD", ""),
        ("repo/app/deep/a.yaml", SOUND),
    ]);
    assert_eq!(workspace.run("check repo").status, 0, "settings outside the repository are not read");
    workspace.write("repo/vpcheck.yaml", "regoin: us-east-1\n");
    let run = workspace.run("check repo");
    let expected = "error: repo/vpcheck.yaml: unknown key `regoin`\n  = help: did you mean `region`?\n";
    assert_eq!((run.status, run.err.as_str()), (2, expected));
    workspace.write("repo/app/vpcheck.yaml", "region: us-east-1\n");
    assert_eq!(workspace.run("check repo").status, 0, "the nearest settings count");
    assert_eq!(workspace.run("check repo --config vpcheck.yaml").status, 2);
    assert_eq!(workspace.run("check repo --config missing.yaml").status, 2);
}

#[test]
fn a_rule_that_does_not_exist_is_told() {
    let workspace = Workspace::new([
        ("a.yaml", SOUND),
        ("vpcheck.yaml", "allow:\n  - {rule: no-such-rule, reason: x}\n"),
    ]);
    let run = workspace.run("check a.yaml");
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("error: vpcheck.yaml: allow[0]: no rule is named `no-such-rule`\n"));
    let run = workspace.run("explain no-such-rule");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("error: no rule is named `no-such-rule`\n"));
}
