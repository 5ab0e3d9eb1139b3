//! The files that others run us by: the GitHub Action and the pre-commit hook.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;

use crate::{SOUND, Workspace};

const BROKEN: &str =
    "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Ref Nmae}\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join(name)).unwrap()).unwrap()
}

/// The step of the action that checks, run by bash as GitHub's runner does, with these inputs in place of the defaults. Nothing
/// where there is no bash.
fn run_action(workspace: &Workspace, inputs: &[(&str, &str)]) -> Option<(i32, String, String)> {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_sequence().unwrap();
    let step = steps.iter().find(|step| step["name"] == "Check the templates").unwrap();
    let summary = workspace.path().join("summary.md");
    let mut command = Command::new("bash");
    command
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"].as_str().unwrap()])
        .current_dir(workspace.path())
        .env("GITHUB_STEP_SUMMARY", &summary);
    for (name, value) in step["env"].as_mapping().unwrap() {
        let (name, value) = (name.as_str().unwrap(), value.as_str().unwrap());
        let Some(input) = value.strip_prefix("${{ inputs.").and_then(|input| input.strip_suffix(" }}"))
        else {
            command.env(name, env!("CARGO_BIN_EXE_vpcheck"));
            continue;
        };
        let default = action["inputs"][input]["default"].as_str().unwrap();
        let given = inputs.iter().find(|(name, _)| *name == input).map_or(default, |(_, value)| *value);
        command.env(name, given);
    }
    for (name, _) in inputs {
        assert!(action["inputs"][*name].is_mapping(), "the action has no input {name}");
    }
    match command.output() {
        Ok(output) => {
            let status = output.status.code().unwrap();
            let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
            Some((status, told, fs::read_to_string(summary).unwrap_or_default()))
        }
        Err(error) => {
            eprintln!("skipped: there is no bash: {error}");
            None
        }
    }
}

#[test]
fn the_action_annotates_sums_up_and_fails_on_errors() {
    let workspace = Workspace::new([("app/a.yaml", BROKEN), ("app/b.yaml", SOUND)]);
    let Some((status, told, summary)) = run_action(&workspace, &[]) else { return };
    assert_eq!(status, 1, "{told}");
    assert!(told.starts_with("::error file=app/a.yaml,line=4"), "{told}");
    assert!(summary.contains("`Nmae`"), "{summary}");
}

#[test]
fn every_input_of_the_action_reaches_the_program() {
    let workspace = Workspace::new([("a b.yaml", SOUND), ("app/a.yaml", BROKEN), ("other/c.yaml", BROKEN)]);
    workspace.write("known.json", workspace.run("check --format json app").out);
    let inputs = [
        ("paths", "app other/c.yaml"),
        ("fail-on", "never"),
        ("region", "eu-central-1"),
        ("baseline", "known.json"),
        ("language", "ja"),
        ("sarif", "out.sarif"),
        ("arguments", "--show-suppressed --assume Subnets=private-nat"),
    ];
    let Some((status, told, summary)) = run_action(&workspace, &inputs) else { return };
    assert_eq!(status, 0, "{told}");
    assert!(told.contains("file=other/c.yaml") && !told.contains("file=app/a.yaml"), "{told}");
    assert!(summary.contains("という名前の"), "{summary}");
    let sarif = fs::read_to_string(workspace.path().join("out.sarif")).unwrap();
    assert!(sarif.contains("\"2.1.0\"") && sarif.contains("other/c.yaml"), "{sarif}");
}

#[test]
fn an_input_of_the_action_is_never_run() {
    let workspace = Workspace::new([("a.yaml", SOUND)]);
    let inputs = [("paths", "a.yaml"), ("region", "$(touch owned)"), ("language", "en; touch owned")];
    let Some((status, told, _)) = run_action(&workspace, &inputs) else { return };
    assert_eq!(status, 2, "{told}");
    assert!(!workspace.path().join("owned").exists());
}

#[test]
fn the_hook_finds_the_templates_among_other_files() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hook = &hooks[0];
    assert_eq!((&hook["id"], &hook["pass_filenames"]), (&"vpcheck".into(), &false.into()));
    let line = hook["entry"].as_str().unwrap().strip_prefix("vpcheck ").unwrap();
    let workspace = Workspace::new([("infra/api.yaml", BROKEN), ("compose.yaml", "services: {}\n")]);
    let run = workspace.run(line);
    assert!(run.status == 1 && run.out.contains("infra/api.yaml:4"), "{} {}", run.out, run.err);
    workspace.write("infra/api.yaml", SOUND);
    assert_eq!(workspace.run(line).status, 0);
}
