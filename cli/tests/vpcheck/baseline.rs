//! Only what is new since an earlier report.

use crate::Workspace;

const ONE: &str =
    "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Ref Nmae\n";

/// The same further down, and another.
const TWO: &str = "# moved\n\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Ref Nmae\n      DisplayName: !Ref Labl\n";

fn with_baseline(files: [(&str, &str); 1], options: &str) -> Workspace {
    let workspace = Workspace::new(files);
    let report = workspace.run(&format!("check {options} --format json")).out;
    workspace.write("baseline.json", report);
    workspace
}

#[test]
fn what_was_there_before_is_not_told_again_when_lines_move() {
    let workspace = with_baseline([("app/a.yaml", ONE)], "app");
    let same = workspace.run("check --baseline baseline.json app");
    assert_eq!(same.status, 0, "{}", same.out);
    assert!(!same.out.contains("Nmae"), "{}", same.out);
    insta::assert_snapshot!(same.err, @"note: 1 known from baseline.json not shown");

    workspace.write("app/a.yaml", TWO);
    // However the file is named.
    let more = workspace.run("check --baseline baseline.json ./app/a.yaml");
    assert_eq!(more.status, 1);
    assert!(more.out.contains("Labl") && !more.out.contains("`Nmae`"), "{}", more.out);

    for format in ["json", "sarif", "junit", "github", "markdown"] {
        let told = workspace.run(&format!("check --baseline baseline.json --format {format} app"));
        assert!(told.out.contains("Labl") && !told.out.contains("`Nmae`"), "{format}: {}", told.out);
    }
}

#[test]
fn what_is_gone_is_told_of() {
    let workspace = with_baseline([("a.yaml", TWO)], "a.yaml");
    workspace.write("a.yaml", ONE);
    let run = workspace.run("check --baseline baseline.json a.yaml");
    assert_eq!(run.status, 0);
    insta::assert_snapshot!(run.err, @r"
    note: 1 known from baseline.json not shown
    note: 1 of baseline.json no longer found; write it anew so that they are new when they come back
    ");
}

#[test]
fn another_file_of_the_same_text_is_new() {
    let workspace = with_baseline([("a.yaml", ONE)], "a.yaml");
    workspace.write("b.yaml", ONE);
    let run = workspace.run("check --baseline baseline.json a.yaml b.yaml");
    assert_eq!(run.status, 1);
    assert!(run.out.contains("b.yaml:5") && !run.out.contains("a.yaml:5"), "{}", run.out);
}

#[test]
fn what_is_no_report_is_an_error_before_anything_is_checked() {
    let workspace = Workspace::new([
        ("a.yaml", ONE),
        ("text.json", "hello"),
        ("other.json", "{\"version\": 2, \"files\": []}"),
        ("list.json", "[]"),
    ]);
    for file in ["text.json", "other.json", "list.json", "missing.json", "a.yaml"] {
        let run = workspace.run(&format!("check --baseline {file} a.yaml"));
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{file}");
        assert!(run.err.contains(file), "{}", run.err);
        assert!(!run.err.contains(&format!("> {file}")), "advice that overwrites it: {}", run.err);
    }
}
