//! Prints a template with the fixes of one rule applied: `fixed FILE RULE`. Exit status 1 where there is none.

use std::process::ExitCode;

use vpcheck_core::text::apply;
use vpcheck_core::{Options, analyze};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, rule] = &arguments[..] else {
        eprintln!("usage: fixed FILE RULE");
        return ExitCode::from(2);
    };
    let mut text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::from(2);
        }
    };
    let mut changed = false;
    loop {
        let analysis = analyze(path, &text, &Options::default());
        let mut fixes = analysis.findings.iter().filter(|finding| finding.rule.0 == rule.as_str());
        let Some(fix) = fixes.find_map(|finding| finding.fix.as_ref()) else { break };
        match apply(&text, &fix.edits) {
            Ok(after) if after != text => text = after,
            Ok(_) => break,
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::from(2);
            }
        }
        changed = true;
    }
    print!("{text}");
    if changed { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
