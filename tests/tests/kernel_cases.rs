//! Our verdicts are those of a Linux kernel, where its cases stand beside the workspace.

use vpcheck_tests::kernel::{self, Form};

fn every_flow_agrees(form: Form) {
    let Some(folder) = kernel::beside_workspace() else {
        println!("skipped: no kernel cases beside the workspace");
        return;
    };
    let cases = kernel::cases(&folder).expect("the cases can be read");
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    let mut wrong = Vec::new();
    let mut flows = 0;
    for case in &cases {
        let comparison = case.compare(form).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        flows += comparison.counts.values().map(|(_, all)| all).sum::<usize>();
        wrong.extend(comparison.problems.iter().map(|problem| format!("{}: {problem}", case.name)));
        wrong.extend(comparison.disagreements.iter().map(|one| format!("{}: {}", case.name, one.line())));
    }
    assert!(flows > 0, "no flows in {}", folder.display());
    assert!(wrong.is_empty(), "{} of {flows} flows disagree:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn verdicts_from_the_template_are_the_kernels() {
    every_flow_agrees(Form::Template);
}

#[test]
fn verdicts_from_describe_calls_are_the_kernels() {
    every_flow_agrees(Form::Context);
}
