//! The pages for man.

use crate::Workspace;

#[test]
fn there_is_a_page_of_the_program_and_one_of_each_command() {
    let workspace = Workspace::new([]);
    let program = workspace.run("man");
    assert_eq!((program.status, program.err.as_str()), (0, ""));
    assert!(
        program.out.contains(".TH vpcheck 1") && program.out.contains("vpcheck\\-check(1)"),
        "{}",
        program.out
    );
    let check = workspace.run("man check");
    assert!(check.out.contains(".TH vpcheck-check 1"), "{}", check.out);
    assert!(check.out.contains("baseline") && check.out.contains("lang"), "{}", check.out);
}

#[test]
fn a_page_of_no_command_is_an_error_with_the_command_that_was_meant() {
    let run = Workspace::new([]).run("man chek");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("`chek`") && run.err.contains("`check`"), "{}", run.err);
}
