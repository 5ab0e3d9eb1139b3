//! Some seconds of fuzzing, so that a target that finds something at once, or does not build any more, is noticed; and ten
//! minutes of each for a release.

use crate::{
    cache::{Cache, announce},
    install,
    process::{self, find_program},
    project::Project,
    tally::Tally,
};
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsString,
    fs,
    num::NonZeroUsize,
    path::Path,
    process::{Command, Stdio},
    thread,
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

/// How much is tried.
struct Effort {
    /// Below `target/`: what is built, and the texts that were found.
    folder: &'static str,
    /// How long each target runs, in seconds.
    seconds: u32,
    /// How long one text may take, in seconds: in the smoke run, on a busy machine and unoptimised.
    timeout: u32,
    /// Longer texts find little more and take long.
    length: u32,
    is_optimised: bool,
}

const SMOKE: Effort =
    Effort { folder: "fuzz-smoke", seconds: 5, timeout: 120, length: 6_000, is_optimised: false };
const LONG: Effort =
    Effort { folder: "fuzz-release", seconds: 600, timeout: 30, length: 20_000, is_optimised: true };

/// Runs every target for some seconds, where a nightly Rust is there: only that can build them.
pub(crate) fn smoke(project: &Project, tally: &mut Tally) -> Result<bool> {
    if !has_nightly() {
        announce("fuzzing is left out: it needs a nightly Rust (`rustup toolchain install nightly`)");
        return Ok(true);
    }
    let tools = install::cargo_fuzz(&Cache::open()?)?;
    for target in TARGETS {
        match one(project, &tools, &SMOKE, target) {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                eprintln!("vpcheck: {}: {error:#}", target.0);
                tally.failed += 1;
            }
        }
    }
    Ok(tally.failed == 0)
}

/// Runs every target for ten minutes, as many at once as there are processors.
///
/// # Errors
/// Without a nightly Rust, or where a target finds something. What it found is in `fuzz/artifacts`.
pub(crate) fn long(project: &Project) -> Result<()> {
    if !has_nightly() {
        bail!("fuzzing needs a nightly Rust: `rustup toolchain install nightly`");
    }
    let tools = install::cargo_fuzz(&Cache::open()?)?;
    announce("building what fuzzes (ten minutes)…");
    let mut build = cargo_fuzz(project, &tools, &LONG, "build")?;
    process::run_logged(&mut build, &Cache::open()?.log("fuzz-build"))?;
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut found = Vec::new();
    for some in TARGETS.chunks(processors) {
        let names: Vec<&str> = some.iter().map(|(target, _)| *target).collect();
        announce(&format!("fuzzing {} ({} minutes)…", names.join(" and "), LONG.seconds / 60));
        thread::scope(|scope| {
            let tools = &tools;
            let run = |target: &(&'static str, &'static str)| {
                let target = *target;
                (target.0, scope.spawn(move || one(project, tools, &LONG, target)))
            };
            let runs: Vec<_> = some.iter().map(run).collect();
            for (target, run) in runs {
                match run.join() {
                    Ok(Ok(())) => continue,
                    Ok(Err(error)) => eprintln!("vpcheck: {target}: {error:#}"),
                    Err(_) => eprintln!("vpcheck: {target}: it was not run to its end"),
                }
                found.push(target);
            }
        });
    }
    if !found.is_empty() {
        bail!("not clean: {}; what was found is in fuzz/artifacts", found.join(", "));
    }
    Ok(())
}

fn one(project: &Project, tools: &Path, effort: &Effort, (target, seeds): (&str, &str)) -> Result<()> {
    let corpus = project.path("target").join(effort.folder).join("corpus").join(target);
    fs::create_dir_all(&corpus).with_context(|| format!("cannot create {}", corpus.display()))?;
    let mut command = cargo_fuzz(project, tools, effort, "run")?;
    command
        .arg(target)
        .arg(&corpus)
        .args([project.path(seeds), project.path("fuzz/regressions").join(target)])
        .arg("--")
        .arg(format!("-max_total_time={}", effort.seconds))
        .arg(format!("-timeout={}", effort.timeout))
        .arg(format!("-max_len={}", effort.length))
        .stdout(Stdio::null());
    process::run_logged(&mut command, &Cache::open()?.log(&format!("{}-{target}", effort.folder)))
}

fn cargo_fuzz(project: &Project, tools: &Path, effort: &Effort, verb: &str) -> Result<Command> {
    let mut command = Command::new("rustup");
    command
        .args(["run", "nightly", "cargo", "fuzz", verb])
        .args((!effort.is_optimised).then_some("--dev"))
        .args(["--sanitizer", "none", "--target-dir"])
        .arg(project.path("target").join(effort.folder))
        .current_dir(project.root())
        .env("PATH", with(tools)?);
    for variable in ["CARGO", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    Ok(command)
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
