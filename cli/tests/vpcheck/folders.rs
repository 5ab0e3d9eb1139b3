//! Which files of a folder are checked.

use crate::{SOUND, Workspace};

const JSON: &str = r#"{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}"#;

#[test]
fn templates_are_found_in_the_order_of_their_paths() {
    let workspace = Workspace::new([
        ("b.yml", SOUND),
        ("a/z.yaml", SOUND),
        ("a/b/c.JSON", JSON),
        ("a.template", SOUND),
        ("c.cform", SOUND),
        ("d.cfn", SOUND),
        (".hidden/e.yaml", SOUND),
        ("readme.md", SOUND),
        ("docker-compose.yaml", "services: {}\n"),
        ("empty.yaml", ""),
    ]);
    workspace.write("picture.json", b"\x89PNG\0\0");
    let run = workspace.run("check --format json .");
    let expected = [".hidden/e.yaml", "a/b/c.JSON", "a/z.yaml", "a.template", "b.yml", "c.cform", "d.cfn"];
    assert_eq!(run.json_paths(), expected);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn ignored_and_generated_files_are_left_out_unless_named() {
    let workspace = Workspace::new([
        (".gitignore", "cdk.out\n/build\n"),
        ("a.yaml", SOUND),
        ("build/b.yaml", SOUND),
        ("cdk.out/App.template.json", JSON),
        ("app/cdk.out/App.template.json", JSON),
        ("node_modules/c.yaml", SOUND),
        (".aws-sam/build/template.yaml", SOUND),
    ]);
    assert_eq!(workspace.run("check --format json .").json_paths(), ["a.yaml"]);
    assert_eq!(workspace.run("check --format json cdk.out").json_paths(), ["cdk.out/App.template.json"]);
    assert_eq!(workspace.run("check --format json node_modules").json_paths(), ["node_modules/c.yaml"]);
    assert_eq!(workspace.run("check --format json build/b.yaml").json_paths(), ["build/b.yaml"]);
    assert_eq!(
        workspace.run("check --format json .aws-sam/build").json_paths(),
        [".aws-sam/build/template.yaml"]
    );
}

#[test]
fn a_folder_without_templates_does_not_pass() {
    let workspace = Workspace::new([("app/package.json", "{}"), ("a.yaml", SOUND)]);
    let run = workspace.run("check app");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("error: app: no template in this folder\n"), "{}", run.err);
    assert_eq!(workspace.run("check a.yaml .").status, 0, "all templates of the folder were named before");
}

#[test]
fn a_damaged_template_in_a_folder_is_told() {
    let workspace = Workspace::new([("a.yaml", SOUND)]);
    let utf16: Vec<u8> =
        "\u{feff}AWSTemplateFormatVersion: x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    workspace.write("b.yaml", utf16);
    let run = workspace.run("check .");
    assert_eq!((run.status, run.out.as_str()), (2, "No findings in 1 file\n"));
    assert!(run.err.starts_with("error: b.yaml: encoded in UTF-16\n"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn links_are_safe_to_walk() {
    use std::os::unix::fs::symlink;

    let workspace = Workspace::new([("a/a.yaml", SOUND), ("elsewhere/b.yaml", SOUND)]);
    symlink(workspace.path().join("a"), workspace.path().join("a/again")).unwrap();
    symlink(workspace.path().join("elsewhere/b.yaml"), workspace.path().join("a/linked.yaml")).unwrap();
    symlink(workspace.path().join("nowhere"), workspace.path().join("a/broken.yaml")).unwrap();
    let run = workspace.run("check --format json a");
    assert_eq!(run.json_paths(), ["a/a.yaml", "a/linked.yaml"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}
