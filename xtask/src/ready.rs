//! Everything that must hold before a change lands, and what takes too long for that and must hold before a release.

use crate::{
    archive, bench, book, budgets,
    cache::{Cache, announce},
    dependencies, fuzz, generate,
    install::wasm_target,
    measuring, page, process,
    project::Project,
    test,
};
use anyhow::{Context, Result, bail};
use std::{
    process::{Command, ExitCode},
    time::Instant,
};

struct Check {
    name: &'static str,
    run: fn(&Project) -> Result<()>,
}

/// The quickest first. The tests build dist/, which is then measured.
const CHECKS: [Check; 7] = [
    Check { name: "format", run: format },
    Check { name: "generated files", run: generate::check },
    Check { name: "dependencies", run: dependencies },
    Check { name: "clippy", run: clippy },
    Check { name: "documentation", run: documentation },
    Check { name: "tests", run: tests },
    Check { name: "size and speed of the page", run: page_budgets },
];

/// What takes long, or needs what not every machine has: a nightly Rust, Valgrind, cfn-lint, templates beside the workspace.
const LONG_CHECKS: [Check; 6] = [
    Check { name: "guide", run: book::build },
    Check { name: "archive of a release", run: release },
    Check { name: "networks that a kernel has decided", run: kernel_cases },
    Check { name: "every fix on real templates", run: fixes },
    Check { name: "bounds of time and memory", run: bench::print },
    Check { name: "ten minutes of fuzzing for each target", run: fuzz::long },
];

pub(crate) fn run(project: &Project, is_full: bool) -> ExitCode {
    let mut outcomes = Vec::new();
    let long: &[Check] = if is_full { &LONG_CHECKS } else { &[] };
    for check in CHECKS.iter().chain(long) {
        announce(check.name);
        let start = Instant::now();
        let result = (check.run)(project);
        if let Err(error) = &result {
            eprintln!("vpcheck: {error:#}");
        }
        outcomes.push((check.name, result.is_ok(), start.elapsed().as_secs()));
    }
    for (name, succeeded, seconds) in &outcomes {
        println!("{} {name} ({seconds} s)", if *succeeded { "ok    " } else { "FAILED" });
    }
    let ready = outcomes.iter().all(|(_, succeeded, _)| *succeeded);
    println!("{}", if ready { "ready" } else { "not ready" });
    if ready { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn format(project: &Project) -> Result<()> {
    process::run(project.cargo().args(["fmt", "--all", "--check"]))
}

fn dependencies(project: &Project) -> Result<()> {
    dependencies::check(project, false)
}

fn clippy(project: &Project) -> Result<()> {
    let strictly = ["--", "--deny", "warnings"];
    process::run(project.cargo().args(["clippy", "--workspace", "--all-targets"]).args(strictly))?;
    // The code that only the browser runs is compiled for it alone.
    let compiler = wasm_target::find_or_install(&Cache::open()?)?;
    if !compiler.has_clippy() {
        announce(
            "clippy cannot read what Debian's compiler built; the page is checked for this machine only",
        );
        return Ok(());
    }
    let mut cargo = project.cargo();
    cargo
        .args(["clippy", "--package", "vpcheck-web", "--all-targets", "--target", wasm_target::TARGET])
        .args(strictly);
    compiler.apply(project, &mut cargo);
    process::run(&mut cargo)
}

fn documentation(project: &Project) -> Result<()> {
    process::run(
        project.cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings"),
    )
}

/// What a release hands out is made here too, for this machine.
fn release(project: &Project) -> Result<()> {
    process::run(project.cargo().args(["build", "--release", "--package", "vpcheck"]))?;
    let told =
        process::output_of(Command::new("rustc").arg("-vV")).context("rustc tells nothing of itself")?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let program = project.path("target/release").join(format!("vpcheck{}", std::env::consts::EXE_SUFFIX));
    archive::make(project, &program, host, &project.path("target/archives")).map(|_| ())
}

fn kernel_cases(project: &Project) -> Result<()> {
    [&[][..], &["--context"], &["--repair"]]
        .into_iter()
        .try_for_each(|how| measured(project, "kernel_cases", how))
}

fn fixes(project: &Project) -> Result<()> {
    measured(project, "fixes", &[])
}

fn measured(project: &Project, program: &str, arguments: &[&str]) -> Result<()> {
    if measuring::run(project, program, arguments)? != ExitCode::SUCCESS {
        bail!("`{program}` does not hold, or could not run: see above");
    }
    Ok(())
}

fn tests(project: &Project) -> Result<()> {
    if test::run(project, test::Part::Both) != ExitCode::SUCCESS {
        bail!("a test failed");
    }
    Ok(())
}

fn page_budgets(project: &Project) -> Result<()> {
    if !project.dist().join("index.html").is_file() {
        page::build(project, page::Kind::Small)?;
    }
    budgets::check(project)
}
