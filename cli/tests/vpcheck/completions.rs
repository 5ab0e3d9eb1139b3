//! The scripts for shells.

use std::process::Command;

use crate::Workspace;

#[test]
fn every_shell_completes_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = Workspace::new([]).run(&format!("completions {shell}"));
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{shell}");
        for word in ["check", "diagram", "fail-on", "baseline"] {
            assert!(run.out.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn a_shell_that_is_not_known_is_an_error_with_those_that_are() {
    let run = Workspace::new([]).run("completions csh");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("csh") && run.err.contains("bash"), "{}", run.err);
}

/// Bash itself reads the script and offers what fits.
#[test]
fn bash_offers_what_fits() {
    let workspace = Workspace::new([]);
    let script = workspace.run("completions bash").out;
    let asked = format!(
        "{script}\nCOMP_WORDS=(vpcheck che); COMP_CWORD=1\n_vpcheck vpcheck che vpcheck\necho \"${{COMPREPLY[@]}}\""
    );
    match Command::new("bash").args(["--norc", "-c", &asked]).output() {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "check"),
        Err(error) => eprintln!("skipped: there is no bash: {error}"),
    }
}
