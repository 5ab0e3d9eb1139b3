//! Everything that must hold before a change lands.

use crate::{
    budgets,
    cache::{Cache, announce},
    dependencies, generate,
    install::wasm_target,
    page, process,
    project::Project,
    test,
};
use anyhow::{Result, bail};
use std::{process::ExitCode, time::Instant};

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

pub(crate) fn run(project: &Project) -> ExitCode {
    let mut outcomes = Vec::new();
    for check in &CHECKS {
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
