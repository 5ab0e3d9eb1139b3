//! Some seconds of fuzzing, so that a target that finds something at once, or does not build any more, is noticed.

use crate::{
    cache::{Cache, announce},
    install,
    process::{self, find_program},
    project::Project,
    tally::Tally,
};
use anyhow::{Context, Result};
use std::{
    ffi::OsString,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Small ones: every text that a target starts from is tried before the clock runs, and unoptimised.
const TEMPLATES: &str = "fuzz/seeds/template";

/// Each target with the folder of the texts that it starts from.
const TARGETS: [(&str, &str); 5] = [
    ("parse", TEMPLATES),
    ("check", TEMPLATES),
    ("fix", TEMPLATES),
    ("share_link", "fuzz/seeds/share_link"),
    ("context_json", "fuzz/seeds/context_json"),
];

/// How long each target runs, and how long one text may take, in seconds. The second is for busy machines.
const SECONDS: u32 = 5;
const TIMEOUT: u32 = 120;

/// Runs every target for some seconds, where a nightly Rust is there: only that can build them.
pub(crate) fn smoke(project: &Project, tally: &mut Tally) -> Result<bool> {
    if !has_nightly() {
        announce("fuzzing is left out: it needs a nightly Rust (`rustup toolchain install nightly`)");
        return Ok(true);
    }
    let tools = install::cargo_fuzz(&Cache::open()?)?;
    let folder = project.path("target/fuzz-smoke");
    for (target, seeds) in TARGETS {
        let corpus = folder.join("corpus").join(target);
        fs::create_dir_all(&corpus).with_context(|| format!("cannot create {}", corpus.display()))?;
        let mut command = Command::new("rustup");
        command
            .args(["run", "nightly", "cargo", "fuzz", "run", "--dev", "--sanitizer", "none", "--target-dir"])
            .arg(&folder)
            .arg(target)
            .arg(&corpus)
            .args([project.path(seeds), project.path("fuzz/regressions").join(target)])
            .arg("--")
            .arg(format!("-max_total_time={SECONDS}"))
            .arg(format!("-timeout={TIMEOUT}"))
            // Longer texts find little more and take long.
            .arg("-max_len=6000")
            .current_dir(project.root())
            .env("PATH", with(&tools)?)
            .stdout(Stdio::null());
        for variable in ["CARGO", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
            command.env_remove(variable);
        }
        let log = Cache::open()?.log(&format!("fuzz-{target}"));
        match process::run_logged(&mut command, &log) {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                eprintln!("vpcheck: {target}: {error:#}");
                tally.failed += 1;
            }
        }
    }
    Ok(tally.failed == 0)
}

fn has_nightly() -> bool {
    let mut rustc = Command::new("rustup");
    rustc.args(["run", "nightly", "rustc", "--version"]).env_remove("RUSTUP_TOOLCHAIN");
    find_program("rustup").is_some() && process::output_of(&mut rustc).is_some()
}

/// The path with a folder of programs before all others.
fn with(folder: &Path) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context("the folder of tools has a name that PATH cannot hold")
}

#[cfg(test)]
mod tests {
    use super::TARGETS;
    use crate::project::Project;

    /// A target that is left out here is never tried.
    #[test]
    fn every_target_is_tried_and_has_something_to_start_from() {
        let project = Project::locate().unwrap();
        let entries = std::fs::read_dir(project.path("fuzz/fuzz_targets")).unwrap().flatten();
        let mut written: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
            .collect();
        let mut tried: Vec<String> = TARGETS.iter().map(|(target, _)| (*target).to_owned()).collect();
        written.sort();
        tried.sort();
        assert_eq!(written, tried);
        for (target, seeds) in TARGETS {
            assert!(std::fs::read_dir(project.path(seeds)).unwrap().next().is_some(), "{target}");
            assert!(project.path("fuzz/regressions").join(target).is_dir(), "{target}");
        }
    }
}
