//! Writes every system of `planted/` into a folder, sound and with each of its faults, so that other programs can be asked.
//!
//! `planted DIR`: `DIR/SYSTEM/sound.yaml` and `DIR/SYSTEM/FAULT.yaml`, or `.json`; `DIR/faults.tsv` says of each fault whether
//! it is one of the `template` itself or of the `network` that it describes, and how severe vpcheck finds it.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use vpcheck_core::finding::Severity;
use vpcheck_core::rules::{self, Area};
use vpcheck_tests::planted::{Marked, Version, systems};

fn main() -> ExitCode {
    let Some(folder) = env::args().nth(1) else {
        eprintln!("name a folder to write to");
        return ExitCode::from(2);
    };
    match write_all(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::from(1)
        }
    }
}

fn write_all(folder: &Path) -> io::Result<()> {
    let mut kinds = String::new();
    for system in systems() {
        let (name, end) = system.name.split_once('.').unwrap_or((&system.name, "yaml"));
        fs::create_dir_all(folder.join(name))?;
        fs::write(folder.join(format!("{name}/sound.{end}")), system.version(None).text)?;
        for fault in system.faults() {
            let version = system.version(Some(fault));
            let path = format!("{name}/{fault}.{end}");
            fs::write(folder.join(&path), &version.text)?;
            kinds.push_str(&format!("{path}\t{}\t{}\n", kind(&version), severity(&version)));
        }
    }
    fs::write(folder.join("faults.tsv"), kinds)
}

fn kind(version: &Version) -> &'static str {
    let is_of_template =
        |marked: &Marked| rules::find(&marked.rule).is_some_and(|rule| rule.area == Area::Template);
    if version.marked.iter().all(is_of_template) { "template" } else { "network" }
}

/// Of the most severe finding.
fn severity(version: &Version) -> &'static str {
    let severities = [Severity::Error, Severity::Warning, Severity::Info].map(Severity::name);
    let is_there = |severity: &&str| version.marked.iter().any(|marked| marked.severity == *severity);
    severities.into_iter().find(is_there).unwrap_or("none")
}
