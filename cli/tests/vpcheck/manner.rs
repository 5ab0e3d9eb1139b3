//! Language and colour.

use crate::{SOUND, Workspace};

#[test]
fn the_language_comes_from_the_argument_or_the_environment() {
    let workspace = Workspace::new([("a.yaml", SOUND)]);
    let said = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = workspace.command(arguments);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (en, ja) = ("No findings in 1 file\n", "1 ファイルに指摘はありません\n");
    assert_eq!(said(&["check", "a.yaml"], &[]), en);
    assert_eq!(said(&["check", "a.yaml"], &[("LANG", "ja_JP.UTF-8")]), ja);
    assert_eq!(said(&["check", "a.yaml", "--lang", "en"], &[("LANG", "ja_JP.UTF-8")]), en);
    assert_eq!(said(&["--lang", "ja", "check", "a.yaml"], &[("LC_ALL", "C")]), ja);
}

#[test]
fn errors_are_told_in_japanese_too() {
    let run = Workspace::new([]).run("check --lang ja missing.yaml");
    let expected = "エラー: missing.yaml: ファイルもフォルダもありません\n  = 対処: パスを確認してください\n";
    assert_eq!((run.status, run.err.as_str()), (2, expected));
}

#[test]
fn colour_is_for_terminals_or_for_who_asks() {
    let workspace = Workspace::new([]);
    let is_coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = workspace.command(["check", "missing.yaml"]);
        let output = command.args(arguments).envs(variables.iter().copied()).output().unwrap();
        String::from_utf8(output.stderr).unwrap().contains('\u{1b}')
    };
    assert!(!is_coloured(&[], &[]));
    assert!(is_coloured(&["--color", "always"], &[]));
    assert!(!is_coloured(&["--no-color"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(is_coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn names_of_files_cannot_steer_the_terminal() {
    let run = Workspace::new([]).command(["check", "a\u{1b}[31m.yaml"]).output().unwrap();
    assert!(!String::from_utf8(run.stderr).unwrap().contains('\u{1b}'));
}
