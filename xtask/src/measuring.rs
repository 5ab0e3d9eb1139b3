//! Runs the programs of the tests that measure, in a release build so that their times mean something.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::project::Project;

/// Runs `program` of the package `vpcheck-tests`.
pub(crate) fn run(project: &Project, program: &str, arguments: &[&str]) -> Result<ExitCode> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let mut command = project.cargo();
    command
        // A folder that is given means what it means to the caller.
        .current_dir(here)
        .args(["run", "--quiet", "--release", "--manifest-path"])
        .arg(project.path("Cargo.toml"))
        .args(["--package", "vpcheck-tests", "--bin", program, "--"])
        .args(arguments);
    let status = command.status().context("cannot start cargo; install Rust with rustup")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
