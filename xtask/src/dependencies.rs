//! What is let in, as deny.toml says.

use crate::{cache::Cache, install, process, project::Project};
use anyhow::Result;
use std::process::Command;

/// What needs no network: licences, banned crates and sources.
const WITHOUT_NETWORK: [&str; 3] = ["bans", "licenses", "sources"];

/// `with_advisories`: also known faults of dependencies, whose list is fetched.
pub(crate) fn check(project: &Project, with_advisories: bool) -> Result<()> {
    let program = install::cargo_deny(&Cache::open()?)?;
    let mut command = Command::new(program);
    command.args(["--all-features", "check", "--hide-inclusion-graph"]).current_dir(project.root());
    if with_advisories {
        command.arg("advisories");
    }
    process::run(command.args(WITHOUT_NETWORK))
}
