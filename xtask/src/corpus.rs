//! Runs the corpus program of the tests, in a release build so that its times mean something.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::project::Project;

pub(crate) fn run(project: &Project, arguments: &[&str]) -> Result<ExitCode> {
    let mut command = Command::new("cargo");
    command
        .current_dir(project.root())
        .args(["run", "--quiet", "--release", "--package", "vpcheck-tests", "--bin", "corpus", "--"])
        .args(arguments);
    let status = command.status().context("cannot start cargo; install Rust with rustup")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
