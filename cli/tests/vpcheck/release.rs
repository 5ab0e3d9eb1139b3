//! The workflows, read as files: the scripts of the one that makes releases are run as GitHub's runner does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;

use crate::Workspace;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn workflow() -> Value {
    let path = root().join(".github/workflows/release.yml");
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn script(job: &str, step: &str) -> String {
    let workflow = workflow();
    let steps = workflow["jobs"][job]["steps"].as_sequence().unwrap();
    let found = steps.iter().find(|found| found["name"] == step);
    found.unwrap_or_else(|| panic!("no step {step}"))["run"].as_str().unwrap().to_owned()
}

/// How a script ends and what it tells; nothing where there is no bash.
fn run(script: &str, folder: &Path, variables: &[(&str, &str)]) -> Option<(i32, String)> {
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]).current_dir(folder);
    match bash.envs(variables.iter().copied()).output() {
        Ok(output) => {
            let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
            Some((output.status.code().unwrap(), told))
        }
        Err(error) => {
            eprintln!("skipped: there is no bash: {error}");
            None
        }
    }
}

#[test]
fn linux_macos_and_windows_are_built_for() {
    let workflow = workflow();
    let matrix = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_sequence().unwrap();
    let targets: Vec<&str> = matrix.iter().map(|one| one["target"].as_str().unwrap()).collect();
    for system in [
        "x86_64-unknown-linux-gnu",
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-gnu",
        "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin",
        "aarch64-apple-darwin",
        "x86_64-pc-windows-msvc",
    ] {
        assert!(targets.contains(&system), "{system}");
    }
    // An archive is made by running the program, so the machine is of its kind.
    for one in matrix {
        let (target, os) = (one["target"].as_str().unwrap(), one["os"].as_str().unwrap());
        let is_arm = os.ends_with("-arm") || (os.starts_with("macos") && !os.ends_with("-intel"));
        assert_eq!(target.starts_with("aarch64"), is_arm, "{target} on {os}");
    }
}

#[test]
fn only_who_publishes_may_write() {
    let workflow = workflow();
    assert_eq!(workflow["permissions"]["contents"], "read");
    assert!(workflow["jobs"]["build"].get("permissions").is_none());
    assert_eq!(workflow["jobs"]["publish"]["permissions"]["contents"], "write");
    let text = serde_yaml::to_string(&workflow).unwrap();
    for line in text.lines().filter(|line| line.contains("run: ")) {
        assert!(!line.contains("${{"), "an expression in a script: {line}");
    }
}

#[test]
fn a_tag_that_is_not_the_version_makes_no_release() {
    let script = script("build", "Compare the tag with the version");
    let tag = format!("v{}", env!("CARGO_PKG_VERSION"));
    let Some((status, told)) = run(&script, &root(), &[("TAG", &tag)]) else { return };
    assert_eq!(status, 0, "{told}");
    let Some((status, told)) = run(&script, &root(), &[("TAG", "v99.0.0")]) else { return };
    assert!(status == 1 && told.contains("v99.0.0"), "{told}");
}

#[test]
fn the_archive_is_made_by_the_command_that_is_there() {
    let script = script("build", "Archive");
    let workspace = Workspace::new([("target/some-target/release/vpcheck.exe", "")]);
    // In place of cargo, what it is asked for.
    let script = format!("cargo() {{ echo \"cargo $*\"; }}\n{script}");
    let Some((status, told)) = run(&script, workspace.path(), &[("TARGET", "some-target")]) else { return };
    let asked = "cargo xtask archive target/some-target/release/vpcheck.exe some-target archives\n";
    assert_eq!((status, told.as_str()), (0, asked));
    let usage = fs::read_to_string(root().join("xtask/src/main.rs")).unwrap();
    assert!(usage.contains("[\"archive\", program, target, folder]"));
}

#[test]
fn all_sums_are_in_one_file_and_are_checked() {
    let script = script("publish", "Sum up");
    // The sums of two files, as `sha256sum` writes them: of nothing, and of `a` with a line's end.
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  nothing.zip\n";
    let letter = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7  letter.tar.gz\n";
    let workspace = Workspace::new([
        ("nothing.zip", ""),
        ("nothing.zip.sha256", nothing),
        ("letter.tar.gz", "a\n"),
        ("letter.tar.gz.sha256", letter),
    ]);
    if Command::new("sha256sum").arg("--version").output().is_err() {
        eprintln!("skipped: there is no sha256sum");
        return;
    }
    let Some((status, told)) = run(&script, workspace.path(), &[]) else { return };
    assert_eq!(status, 0, "{told}");
    let sums = fs::read_to_string(workspace.path().join("SHA256SUMS")).unwrap();
    assert_eq!(sums, format!("{letter}{nothing}"));
    assert!(!workspace.path().join("nothing.zip.sha256").exists());
    workspace.write("letter.tar.gz.sha256", letter);
    workspace.write("letter.tar.gz", "changed\n");
    assert_ne!(run(&script, workspace.path(), &[]).unwrap().0, 0);
}

#[test]
fn the_notes_are_the_section_of_the_version() {
    let script = script("publish", "Take the notes from the changelog");
    let changelog = "# Changelog\n\n## Unreleased\n\nSoon.\n\n## 1.2.0 (2026-12-01)\n\n### Checks\n\n- New.\n\n## 1.1.0\n\n- Old.\n";
    let workspace = Workspace::new([("CHANGELOG.md", changelog)]);
    let Some((status, told)) = run(&script, workspace.path(), &[("TAG", "v1.2.0")]) else { return };
    assert_eq!(status, 0, "{told}");
    let notes = fs::read_to_string(workspace.path().join("notes.md")).unwrap();
    assert_eq!(notes, "\n### Checks\n\n- New.\n\n");
    let (status, told) = run(&script, workspace.path(), &[("TAG", "v9.9.9")]).unwrap();
    assert!(status == 1 && told.contains("9.9.9"), "{told}");
}

#[test]
fn workflows_call_commands_that_are_there() {
    let source = fs::read_to_string(root().join("xtask/src/main.rs")).unwrap();
    let mut called = 0;
    for file in fs::read_dir(root().join(".github/workflows")).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            let Some((_, rest)) = line.split_once("cargo xtask ") else { continue };
            called += 1;
            let name = rest.split_whitespace().next().unwrap();
            assert!(source.contains(&format!("[\"{name}\"")), "{}: {line}", path.display());
        }
    }
    assert!(called >= 5, "{called} calls");
}

#[test]
fn the_book_is_there_before_the_page_that_takes_it_along() {
    let path = root().join(".github/workflows/pages.yml");
    let workflow: Value = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let steps = workflow["jobs"]["build"]["steps"].as_sequence().unwrap();
    let at = |run: &str| steps.iter().position(|step| step["run"] == run).unwrap();
    assert!(at("cargo xtask book") < at("cargo xtask build-page"));
}
