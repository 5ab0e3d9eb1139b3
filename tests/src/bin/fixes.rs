//! Tries every fix of a folder of templates and prints how many kept their word, and what became of comments and of
//! lines that they do not touch.
//!
//! `fixes [DIR] [--into FOLDER]`: without a folder the planted faults, and the corpus beside the workspace where it is
//! there. With `--into` the texts before and after go into an empty folder, listed in its `index.tsv`. Exit status 1
//! where a fix did not keep its word.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use vpcheck_core::Options;
use vpcheck_tests::corpus::{self, File};
use vpcheck_tests::fixes::{Count, Tally};
use vpcheck_tests::planted::systems;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (folder, into) = match arguments.as_slice() {
        [] => (None, None),
        ["--into", into] => (None, Some(Path::new(*into))),
        [folder] => (Some(*folder), None),
        [folder, "--into", into] => (Some(*folder), Some(Path::new(*into))),
        _ => {
            eprintln!("usage: fixes [DIR] [--into FOLDER]");
            return ExitCode::from(2);
        }
    };
    let mut tally = Tally::default();
    if folder.is_none() {
        add_planted(&mut tally);
    }
    let folder = folder.map(PathBuf::from).or_else(corpus::beside_workspace);
    let files = folder.as_deref().map_or_else(|| Ok(Vec::new()), corpus::files);
    match files {
        Ok(files) => files.iter().for_each(|file| tally.add(file, &Options::default())),
        Err(error) => {
            eprintln!("{}: {error}", folder.unwrap_or_default().display());
            return ExitCode::from(2);
        }
    }
    print(&tally);
    if let Some(into) = into
        && let Err(error) = write(&tally, into)
    {
        eprintln!("{}: {error}", into.display());
        return ExitCode::from(2);
    }
    if tally.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn add_planted(tally: &mut Tally) {
    for system in systems() {
        for fault in system.faults() {
            let version = system.version(Some(fault));
            // The ending tells what the text is.
            let path = format!("planted/{fault}@{}", system.name);
            tally.add(&File { path, text: version.text }, &version.options);
        }
    }
}

fn print(tally: &Tally) {
    println!("{:<40} {:>6} {:>6} {:>7}", "rule", "tried", "proved", "refused");
    for (rule, count) in &tally.rules {
        println!("{rule:<40} {:>6} {:>6} {:>7}", count.tried, count.proved, count.tried - count.proved);
    }
    let sum = |of: fn(&Count) -> usize| tally.rules.values().map(of).sum::<usize>();
    println!("\n{} of {} fixes proved", sum(|count| count.proved), sum(|count| count.tried));
    let (runs, [before, after]) = (tally.fixed.len(), tally.comments);
    println!(
        "{runs} templates with all their fixes: {after} of {before} comments kept, a second run changes nothing"
    );
    println!("{} lines that no edit touches: each the same, byte for byte", tally.untouched);
    if !tally.wrong.is_empty() {
        println!("but:");
    }
    for wrong in &tally.wrong {
        println!("{wrong}");
    }
}

/// `N-before.yaml` and `N-after.yaml` for each, and a list of them: path, how, rules, both names.
fn write(tally: &Tally, into: &Path) -> std::io::Result<()> {
    fs::create_dir_all(into)?;
    let mut index = String::new();
    for (number, fixed) in tally.fixed.iter().enumerate() {
        let ending = Path::new(&fixed.path).extension().unwrap_or_default().to_string_lossy();
        let [before, after] = ["before", "after"].map(|part| format!("{number}-{part}.{ending}"));
        fs::write(into.join(&before), &fixed.before)?;
        fs::write(into.join(&after), &fixed.after)?;
        let rules = fixed.rules.join(" ");
        index.push_str(&format!("{}\t{}\t{rules}\t{before}\t{after}\n", fixed.path, fixed.how));
    }
    fs::write(into.join("index.tsv"), index)
}
