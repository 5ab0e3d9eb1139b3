//! Traces every flow of a folder of kernel cases and prints where our verdict is not the kernel's.
//!
//! `kernel_cases [DIR] [--context | --repair [--left]]`: the cases beside the workspace by default; `--context` tells
//! their networks by what describe calls print. Exit status 1 where a flow disagrees.
//!
//! `--repair` looks for the smallest repair of every blocked flow instead, applies it and traces the flow again;
//! `--left` names the flows that have none. Exit status 1 where a repair does not keep its word.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use vpcheck_tests::kernel::{self, Form};
use vpcheck_tests::mended::Tally;

fn main() -> ExitCode {
    let mut folder = None;
    let mut form = Form::Template;
    let (mut repairs, mut left) = (false, false);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--context" => form = Form::Context,
            "--repair" => repairs = true,
            "--left" => left = true,
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    let Some(folder) = folder.or_else(kernel::beside_workspace) else {
        eprintln!("there are no kernel cases beside the workspace: name a folder");
        return ExitCode::from(2);
    };
    let done = if repairs { repair(&folder, left) } else { compare(&folder, form) };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Whether every repair keeps its word.
fn repair(folder: &std::path::Path, left: bool) -> Result<bool, String> {
    let mut tally = Tally::default();
    for case in &kernel::cases(folder)? {
        tally.add(case);
    }
    for line in tally.wrong.iter().chain(tally.left.iter().filter(|_| left)) {
        println!("{line}");
    }
    println!("{} blocked flows, {} reachable after their repair", tally.tried, tally.sum());
    for (changes, count) in &tally.repaired {
        println!("{changes:>6} changes {count:>6}");
    }
    println!("{} without a repair", tally.left.len());
    for (why, count) in &tally.unrepaired {
        println!("{count:>6} {why}");
    }
    println!("{} repairs do not keep their word", tally.wrong.len());
    Ok(tally.wrong.is_empty())
}

/// Whether every flow agrees.
fn compare(folder: &std::path::Path, form: Form) -> Result<bool, String> {
    let cases = kernel::cases(folder)?;
    if cases.is_empty() {
        return Err(format!("{}: no case-*/flows.json", folder.display()));
    }
    let mut counts: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let mut disagreeing = 0;
    for case in &cases {
        let comparison = case.compare(form).map_err(|error| format!("{}: {error}", case.name))?;
        for problem in &comparison.problems {
            println!("{}: {problem}", case.name);
        }
        for disagreement in &comparison.disagreements {
            println!("{}: {}", case.name, disagreement.line());
        }
        disagreeing += usize::from(!comparison.disagreements.is_empty());
        for (kind, (agreed, all)) in comparison.counts {
            let sum = counts.entry(kind).or_default();
            *sum = (sum.0 + agreed, sum.1 + all);
        }
    }
    println!("{:<20} {:<9} {:>6} {:>6}", "kind", "protocol", "agree", "of");
    for ((kind, protocol), (agreed, all)) in &counts {
        println!("{kind:<20} {protocol:<9} {agreed:>6} {all:>6}");
    }
    let (agreed, all) = counts.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("\n{agreed} of {all} flows agree; {disagreeing} of {} cases have a disagreement", cases.len());
    Ok(agreed == all)
}
