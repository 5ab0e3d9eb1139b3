//! What `vpcheck fix` prints and writes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::{SOUND, Workspace};

/// A safe fix: the name is a letter away. A suggested one: which of two keys is meant is not sure.
const BROKEN: &str = "\
# kept
Parameters:
  Name: {Type: String}
Resources:
  Topic: # kept too
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Ref Nmae
  Other:
    Type: AWS::SNS::Topic
    Type: AWS::SNS::Topic
";

#[test]
fn the_difference_is_printed_and_nothing_is_written() {
    let workspace = Workspace::new([("a.yaml", BROKEN)]);
    let run = workspace.run("fix a.yaml");
    insta::assert_snapshot!(run.out, @r"
    --- a.yaml
    +++ a.yaml
    @@ -5,7 +5,7 @@
       Topic: # kept too
         Type: AWS::SNS::Topic
         Properties:
    -      TopicName: !Ref Nmae
    +      TopicName: !Ref Name
       Other:
         Type: AWS::SNS::Topic
         Type: AWS::SNS::Topic
    ");
    insta::assert_snapshot!(run.err, @r"
    note: line 8: Change to `Name` (unknown-reference, safe)
    note: 1 more fix with --safety suggested
    ");
    assert_eq!(run.status, 0);
    assert_eq!(fs::read_to_string(workspace.path().join("a.yaml")).unwrap(), BROKEN);
}

#[test]
fn with_diff_the_exit_status_says_whether_something_would_change() {
    let workspace = Workspace::new([("a.yaml", BROKEN), ("b.yaml", SOUND)]);
    assert_eq!(workspace.run("fix a.yaml --diff").status, 1);
    let run = workspace.run("fix b.yaml --diff");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
    assert_eq!(workspace.run("fix b.yaml --diff --write").status, 2, "one or the other");
}

#[test]
fn the_file_is_written_as_it_was_but_for_the_fixes() {
    let text = BROKEN.replace('\n', "\r\n");
    let workspace = Workspace::new([("a.yaml", text.as_str())]);
    let file = workspace.path().join("a.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("a.yaml", workspace.path().join("link.yaml")).unwrap();
    let run = workspace.run("fix link.yaml --write --safety suggested");
    insta::assert_snapshot!(run.out, @r"
    link.yaml: 2 fixes applied
      line 8: Change to `Name` (unknown-reference, safe)
      line 11: Remove the first `Type` (duplicate-key, suggested)
    ");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let expected =
        text.replace("Nmae", "Name").replacen("    Type: AWS::SNS::Topic\r\n    Type", "    Type", 1);
    assert_eq!(fs::read_to_string(&file).unwrap(), expected);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(workspace.path().join("link.yaml").is_symlink(), "a link stays a link");
    let left: Vec<_> =
        fs::read_dir(workspace.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no file is left behind: {left:?}");
    let again = workspace.run("fix a.yaml --write --safety unsafe");
    assert_eq!(again.out, "a.yaml: nothing to fix\n");
}

#[test]
fn standard_input_is_mended_to_standard_output_only() {
    let workspace = Workspace::new([]);
    let run = workspace.run_with_input("fix -", BROKEN.as_bytes());
    assert!(run.out.contains("+      TopicName: !Ref Name\n"), "{run:?}");
    let run = workspace.run("fix - --write");
    assert_eq!(run.status, 2);
    assert!(run.err.starts_with("error: --write needs a file"), "{}", run.err);
}

#[test]
fn what_cannot_be_used_or_written_is_told() {
    let workspace = Workspace::new([("a.yaml", BROKEN), ("notes.yaml", "hello: world\n")]);
    for (arguments, words) in [
        ("fix .", "a folder"),
        ("fix missing.yaml", "no such file"),
        ("fix notes.yaml", "not a CloudFormation or SAM template"),
    ] {
        let run = workspace.run(arguments);
        assert!(run.status == 2 && run.err.contains(words), "{arguments}: {run:?}");
    }
    fs::set_permissions(workspace.path().join("a.yaml"), fs::Permissions::from_mode(0o440)).unwrap();
    let run = workspace.run("fix a.yaml --write");
    assert!(run.status == 2 && run.out.is_empty(), "{run:?}");
    assert!(run.err.contains("a.yaml: cannot be written"), "{}", run.err);
    assert_eq!(fs::read_to_string(workspace.path().join("a.yaml")).unwrap(), BROKEN);
}

#[test]
fn what_the_cdk_wrote_is_told_to_be_made_elsewhere() {
    let text = r#"{"Parameters": {"Name": {"Type": "String"}}, "Resources": {"Topic": {"Type": "AWS::SNS::Topic",
 "Properties": {"TopicName": {"Ref": "Nmae"}}, "Metadata": {"aws:cdk:path": "Stack/Topic/Resource"}}}}"#;
    let run = Workspace::new([("t.json", text)]).run("fix t.json");
    assert!(run.err.contains("t.json was synthesized by the AWS CDK"), "{}", run.err);
}
