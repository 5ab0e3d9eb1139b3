//! Tries every fix of a folder of templates and prints how many kept their word, and what became of comments and of
//! lines that they do not touch.
//!
//! `fixes [DIR]`: the corpus beside the workspace by default. Exit status 1 where one did not.

use std::path::PathBuf;
use std::process::ExitCode;

use vpcheck_tests::corpus;
use vpcheck_tests::fixes::Tally;

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).map(PathBuf::from).or_else(corpus::beside_workspace);
    let Some(folder) = folder else {
        eprintln!("there is no corpus beside the workspace: name a folder");
        return ExitCode::from(2);
    };
    let files = match corpus::files(&folder) {
        Ok(files) => files,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            return ExitCode::from(2);
        }
    };
    let mut tally = Tally::default();
    for file in &files {
        tally.add(file);
    }
    println!("{:<40} {:>6} {:>6} {:>7}", "rule", "tried", "proved", "refused");
    for (rule, count) in &tally.rules {
        println!("{rule:<40} {:>6} {:>6} {:>7}", count.tried, count.proved, count.tried - count.proved);
    }
    let sum = |of: fn(&vpcheck_tests::fixes::Count) -> usize| tally.rules.values().map(of).sum::<usize>();
    println!("\n{} of {} fixes proved", sum(|count| count.proved), sum(|count| count.tried));
    let [before, after] = tally.comments;
    println!("{} runs of all fixes: {after} of {before} comments kept, a second run changes nothing", tally.runs);
    println!("{} lines that no edit touches: each the same, byte for byte", tally.untouched);
    if !tally.wrong.is_empty() {
        println!("but:");
    }
    for wrong in &tally.wrong {
        println!("{wrong}");
    }
    if tally.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
