//! Which inputs can be used, and what is said about the others.

use std::process::Stdio;

use crate::{SOUND, Workspace};

#[test]
fn a_sound_template_passes() {
    let run = Workspace::new([("a.yaml", SOUND)]).run("check a.yaml");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "No findings in 1 file\n", ""));
}

#[test]
fn an_input_that_cannot_be_used_is_told_and_the_others_are_checked() {
    let workspace = Workspace::new([("sound.yaml", SOUND), ("empty.yaml", ""), ("notes.txt", "hello")]);
    workspace.write("binary.yaml", b"\x7fELF\0\0");
    workspace.write("utf16.yaml", b"\xff\xfeR\0");
    workspace.write("sjis.yaml", b"Resources:\n  # \x83\x65\x83\x58\x83\x67\n");
    workspace.write("list.yaml", "- 1\n- 2\n");
    for (name, message) in [
        ("missing.yaml", "error: missing.yaml: no such file or folder\n  = help: check the path\n"),
        ("empty.yaml", "error: empty.yaml: empty\n"),
        ("binary.yaml", "error: binary.yaml: binary, not text\n"),
        ("utf16.yaml", "error: utf16.yaml: encoded in UTF-16\n  = help: save it as UTF-8\n"),
        ("sjis.yaml", "error: sjis.yaml: not UTF-8 at line 2\n  = help: save it as UTF-8\n"),
        (
            "list.yaml",
            "error: list.yaml: not a CloudFormation or SAM template: it has no Resources with a Type\n",
        ),
        (
            "notes.txt",
            "error: notes.txt: not a CloudFormation or SAM template: it has no Resources with a Type\n",
        ),
    ] {
        let run = workspace.run(&format!("check {name} sound.yaml"));
        assert_eq!((run.status, run.out.as_str()), (2, "No findings in 1 file\n"), "{name}");
        assert!(run.err.starts_with(message), "{name}: {}", run.err);
        assert_eq!(run.err.lines().count(), 2, "{name}: {}", run.err);
    }
}

#[test]
fn nothing_usable_gives_no_summary_and_an_empty_list() {
    let workspace = Workspace::new([]);
    assert_eq!(workspace.run("check missing.yaml").out, "");
    let run = workspace.run("check --format json missing.yaml");
    assert_eq!((run.status, run.json()), (2, serde_json::json!({"version": 1, "files": []})));
}

#[test]
fn a_text_over_the_limit_is_refused() {
    let run = Workspace::new([("a.yaml", SOUND)]).run("check --max-size 20 a.yaml");
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("error: a.yaml: larger than 20 bytes\n"), "{}", run.err);
}

#[test]
fn standard_input_is_read_once() {
    let workspace = Workspace::new([]);
    let run = workspace.run_with_input("check --format json - -", SOUND.as_bytes());
    assert_eq!((run.status, run.json_paths()), (0, vec!["<stdin>".to_owned()]));
    let run = workspace.run_with_input("check -", b"");
    assert_eq!((run.status, run.err.lines().next()), (2, Some("error: <stdin>: empty")));
}

#[test]
fn a_file_named_twice_is_checked_once() {
    let workspace = Workspace::new([("a.yaml", SOUND), ("b.yaml", SOUND)]);
    assert_eq!(workspace.run("check --format json a.yaml ./a.yaml .").json_paths(), ["a.yaml", "b.yaml"]);
}

#[test]
fn arguments_that_cannot_be_used_end_with_2() {
    let workspace = Workspace::new([("a.yaml", SOUND)]);
    for arguments in ["", "check", "check --format xml a.yaml", "check --param A a.yaml", "nonsense"] {
        let run = workspace.run(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments}");
        assert!(!run.err.is_empty(), "{arguments}");
    }
    assert_eq!(workspace.run("--version").out, concat!("vpcheck ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_reader_that_leaves_early_causes_no_complaint() {
    // More than a pipe holds, so that writing is still going on when the reader has gone.
    let names: Vec<String> = (0..400).map(|at| format!("a{at}{}.yaml", "x".repeat(180))).collect();
    let workspace = Workspace::new(names.iter().map(|name| (name.as_str(), SOUND)));
    let mut command = workspace.command(["check", "--format", "json", "."]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_like_a_file() {
    let workspace = Workspace::new([("a.yaml", SOUND)]);
    let script = format!("{} check <(cat a.yaml)", env!("CARGO_BIN_EXE_vpcheck"));
    let mut shell = std::process::Command::new("bash");
    let Ok(output) = shell.args(["-c", &script]).current_dir(workspace.path()).output() else { return };
    assert_eq!(output.status.code(), Some(0));
}
